//! Where mail for a domain goes, and names that look like others.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use causeway_model::config::distance;
use causeway_model::{Domain, Failure};
use causeway_net::Families;
use causeway_net::dns::MxHost;
use futures_util::future::join_all;

use crate::dns::Asker;
use crate::finding::{Fact, MailHost};

/// MX hosts whose addresses are looked up.
const MOST_HOSTS: usize = 16;
/// Names that are compared with a misspelt one.
const MOST_NAMES: usize = 20_000;

/// The MX records of `domain` and what they lead to; with `expected` hosts or addresses also whether they are
/// those.
pub(crate) async fn mail_hosts(asker: &Asker, domain: &str, expected: &[String]) -> Vec<Fact> {
    let Ok(parsed) = domain.parse::<Domain>() else {
        let failure = Failure::DomainNotFound { name: domain.to_owned() };
        return vec![Fact::MailHostsUnknown { domain: domain.to_owned(), failure }];
    };
    let domain = domain.to_owned();
    asker.afford(1).await;
    let answer = match asker.resolver.mx(&parsed).await {
        Ok(answer) => answer,
        Err(Failure::NullMx { .. }) => return vec![Fact::NullMx { domain }],
        Err(failure) => return vec![Fact::MailHostsUnknown { domain, failure }],
    };
    let hosts: Vec<MailHost> =
        join_all(answer.hosts.iter().take(MOST_HOSTS).map(|host| mail_host(asker, host))).await;
    let mut facts = Vec::new();
    if !answer.cname_chain.is_empty() {
        facts.push(Fact::Alias { name: domain.clone(), chain: answer.cname_chain });
    }
    if !answer.unusable.is_empty() {
        facts.push(Fact::MxUnusable { domain: domain.clone(), records: answer.unusable });
    }
    let verdict = (!expected.is_empty()).then(|| against(&domain, &hosts, expected));
    facts.push(Fact::MailHosts { domain, hosts, implicit: answer.implicit });
    facts.extend(verdict);
    facts
}

async fn mail_host(asker: &Asker, host: &MxHost) -> MailHost {
    asker.afford(2).await;
    let (addresses, failure) = match asker.resolver.addresses(&host.name, Families::Both).await {
        Ok(addresses) => (addresses, None),
        Err(failure) => (Vec::new(), Some(failure)),
    };
    MailHost { preference: host.preference, name: host.name.clone(), addresses, failure }
}

/// Whether the hosts are the expected ones. A host is expected by its name or by one of its addresses.
fn against(domain: &str, hosts: &[MailHost], expected: &[String]) -> Fact {
    let is_expected = |host: &&MailHost| {
        expected.iter().any(|one| {
            one.eq_ignore_ascii_case(&host.name)
                || one.parse().is_ok_and(|ip| host.addresses.contains(&ip))
        })
    };
    let (ours, others): (Vec<&MailHost>, Vec<&MailHost>) = hosts.iter().partition(is_expected);
    let names = |hosts: Vec<&MailHost>| hosts.into_iter().map(|h| h.name.clone()).collect();
    let domain = domain.to_owned();
    match (ours.is_empty(), others.is_empty()) {
        (_, true) => Fact::MxAsExpected { domain, count: hosts.len() },
        (true, false) => Fact::MxElsewhere { domain, found: names(others) },
        (false, false) => Fact::MxMixed { domain, expected: names(ours), others: names(others) },
    }
}

/// An address of an organization's own network (RFC 1918, RFC 4193).
fn is_inside(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(four) => four.is_private(),
        IpAddr::V6(six) => six.is_unique_local(),
    }
}

/// The network that an address is in, as large as providers and organizations get them: hosts of one may fail
/// together. Addresses of this machine are told apart.
pub(crate) fn network_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        own if own.is_loopback() => own,
        IpAddr::V4(four) => {
            let [a, b, ..] = four.octets();
            Ipv4Addr::new(a, b, 0, 0).into()
        }
        IpAddr::V6(six) => {
            let [a, b, ..] = six.segments();
            Ipv6Addr::new(a, b, 0, 0, 0, 0, 0, 0).into()
        }
    }
}

/// What tells hosts apart where nothing is to be proven: inside an organization many are in one segment.
pub(crate) fn place_of(address: IpAddr) -> IpAddr {
    let address = address.to_canonical();
    if is_inside(address) { address } else { network_of(address) }
}

/// The name that works and that `name` looks most like.
pub(crate) fn spelling(name: &str, known: &[String]) -> Fact {
    let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
    let length = name.chars().count();
    let nearest = known
        .iter()
        .take(MOST_NAMES)
        .filter(|other| **other != name && other.len().abs_diff(name.len()) <= 2)
        .map(|other| (distance(&name, other), other))
        .filter(|(distance, _)| is_near(*distance, length))
        .min();
    match nearest {
        Some((distance, known)) => Fact::Resembles { name, known: known.clone(), distance },
        None => Fact::ResemblesNothing { name },
    }
}

/// One letter in five, and two in all, can be a slip; short names are too often alike by chance.
const fn is_near(distance: usize, length: usize) -> bool {
    distance <= 2 && distance * 5 <= length
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(name: &str, address: &str) -> MailHost {
        MailHost {
            preference: 10,
            name: name.into(),
            addresses: vec![address.parse().unwrap()],
            failure: None,
        }
    }

    #[test]
    fn hosts_are_expected_by_name_or_address() {
        let hosts = [host("mx1.d.example", "192.0.2.1"), host("mx2.d.example", "192.0.2.2")];
        let judge = |expected: &[&str]| {
            let expected: Vec<String> = expected.iter().map(|e| (*e).to_owned()).collect();
            against("d.example", &hosts, &expected)
        };
        assert!(matches!(
            judge(&["MX1.d.example", "192.0.2.2"]),
            Fact::MxAsExpected { count: 2, .. }
        ));
        assert!(matches!(judge(&["192.0.2.2"]), Fact::MxMixed { others, .. }
            if others == ["mx1.d.example"]));
        assert!(matches!(judge(&["mx.other.example"]), Fact::MxElsewhere { found, .. }
            if found.len() == 2));
    }

    #[test]
    fn slips_are_recognised_and_other_names_are_not() {
        let known: Vec<String> =
            ["mail.partner.example", "contoso.example"].map(str::to_owned).to_vec();
        let near = |name: &str| match spelling(name, &known) {
            Fact::Resembles { known, .. } => Some(known),
            _ => None,
        };
        assert_eq!(near("mail.partnre.example").as_deref(), Some("mail.partner.example"));
        assert_eq!(near("mail.partner.exmple.").as_deref(), Some("mail.partner.example"));
        assert_eq!(near("contosso.example").as_deref(), Some("contoso.example"));
        assert_eq!(near("contoso.example"), None);
        assert_eq!(near("fabrikam.example"), None);
        assert_eq!(spelling("a.b", &known), Fact::ResemblesNothing { name: "a.b".into() });
    }
}
