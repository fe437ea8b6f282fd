//! What an answer means. No I/O.

use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::time::Duration;

use causeway_model::{Failure, Timestamp};
use hickory_resolver::proto::rr::{Name, RData, Record, RecordType};
use tokio::time::Instant;

use super::Families;

/// Answers are believed at most this long, whatever their TTL.
pub(super) const LONGEST_POSITIVE: Duration = Duration::from_secs(3600);
/// "There is none" is believed at most this long.
pub(super) const LONGEST_NEGATIVE: Duration = Duration::from_secs(60);

/// What the servers said about a name and record type.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    /// The records of the answer, CNAMEs on the way included. Empty: there are none.
    pub(super) records: Vec<Record>,
    /// False for NXDOMAIN.
    pub(super) name_exists: bool,
    /// Until when it may be used.
    pub(super) expires: Instant,
    /// DNSSEC vouches for it, as somebody says whose word is believed.
    pub(super) authentic: bool,
}

/// The hosts that take mail for a domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MxAnswer {
    /// Best first. Never empty.
    pub hosts: Vec<MxHost>,
    /// True when the domain has no MX record and is its own host.
    pub implicit: bool,
    /// MX records that name no host (an address in text form, the root): `preference name`.
    pub unusable: Vec<String>,
    /// The names that the domain was led through by CNAME records, in order; empty normally.
    pub cname_chain: Vec<String>,
    /// DNSSEC vouches for it, or it is the domain's own name: its hosts may be asked for TLSA records.
    pub is_authentic: bool,
    /// Until when this answer may be used (and may be out of date).
    pub valid_until: Timestamp,
}

/// One MX record.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MxHost {
    /// Lower is better; 0 for an implicit MX.
    pub preference: u16,
    /// Lower-case, without trailing dot. An address in text form for an address literal.
    pub name: String,
}

/// The answer for `user@[192.0.2.1]`: known without asking, for good.
pub(super) fn literal_mx(address: IpAddr) -> MxAnswer {
    MxAnswer {
        hosts: vec![MxHost { preference: 0, name: address.to_string() }],
        implicit: true,
        unusable: Vec::new(),
        cname_chain: Vec::new(),
        is_authentic: false,
        valid_until: crate::clock::system_now().plus(LONGEST_POSITIVE),
    }
}

pub(super) fn mx_answer(
    domain: &str,
    answer: &Answer,
    valid_until: Timestamp,
) -> Result<MxAnswer, Failure> {
    let cname_chain = cname_chain(domain, &answer.records);
    let mut hosts = Vec::new();
    let mut unusable = Vec::new();
    let mut records = 0;
    for mx in answer.records.iter().filter_map(|record| match &record.data {
        RData::MX(mx) => Some(mx),
        _ => None,
    }) {
        records += 1;
        let host = MxHost { preference: mx.preference, name: host_text(&mx.exchange) };
        if host.name.is_empty() || host.name.parse::<IpAddr>().is_ok() {
            let shown = if host.name.is_empty() { "." } else { &host.name };
            unusable.push(format!("{} {shown}", host.preference));
        } else {
            hosts.push(host);
        }
    }
    if records == 1 && hosts.is_empty() && unusable[0].ends_with(" .") {
        return Err(Failure::NullMx { domain: domain.to_owned() });
    }
    let implicit = records == 0;
    if implicit {
        hosts.push(MxHost { preference: 0, name: domain.to_owned() });
    }
    if hosts.is_empty() {
        let name = unusable.first().and_then(|text| text.split(' ').nth(1)).unwrap_or(domain);
        return Err(Failure::NoAddress { name: name.to_owned() });
    }
    order_hosts(&mut hosts, &RandomState::new());
    let is_authentic = answer.authentic || implicit;
    Ok(MxAnswer { hosts, implicit, unusable, cname_chain, is_authentic, valid_until })
}

/// By preference; equal preferences in an order that `seed` decides (RFC 5321 section 5.1 asks
/// for a random one, to spread the load).
fn order_hosts(hosts: &mut Vec<MxHost>, seed: &impl BuildHasher) {
    hosts.sort_by_cached_key(|host| (host.preference, seed.hash_one(host)));
    hosts.dedup();
}

/// The names after `start` on the way that CNAME records lead.
pub(super) fn cname_chain(start: &str, records: &[Record]) -> Vec<String> {
    let mut chain: Vec<String> = Vec::new();
    let mut current = start.to_owned();
    while let Some(next) = records.iter().find_map(|record| match &record.data {
        RData::CNAME(target) if host_text(&record.name) == current => Some(host_text(&target.0)),
        _ => None,
    }) {
        if next == start || chain.contains(&next) {
            break;
        }
        chain.push(next.clone());
        current = next;
    }
    chain
}

pub(super) fn addresses(answer: &Answer) -> Vec<IpAddr> {
    let mut found = Vec::with_capacity(answer.records.len());
    for record in &answer.records {
        let address = match &record.data {
            RData::A(a) => IpAddr::V4(a.0),
            RData::AAAA(aaaa) => IpAddr::V6(aaaa.0),
            _ => continue,
        };
        if !found.contains(&address) {
            found.push(address);
        }
    }
    found
}

/// The data of TLSA records, whatever their length.
pub(super) fn tlsa(answer: &Answer) -> impl Iterator<Item = &[u8]> {
    answer.records.iter().filter_map(|record| match &record.data {
        RData::Unknown { code: RecordType::TLSA, rdata } => Some(rdata.anything.as_slice()),
        RData::Update0(RecordType::TLSA) => Some(&[][..]),
        _ => None,
    })
}

/// One answer from two: what works is used; otherwise the failure that says most.
pub(super) fn join_families(
    four: Result<Vec<IpAddr>, Failure>,
    six: Result<Vec<IpAddr>, Failure>,
) -> Result<Vec<IpAddr>, Failure> {
    match (four, six) {
        (Ok(mut four), Ok(six)) => {
            four.extend(six);
            Ok(four)
        }
        (Ok(works), Err(_)) | (Err(_), Ok(works)) => Ok(works),
        (Err(four), Err(six)) => Err(if weight(&six) > weight(&four) { six } else { four }),
    }
}

/// How much a failure tells about the name as a whole. That the name does not exist settles both
/// questions; a server's failure leaves open whether there is an address.
const fn weight(failure: &Failure) -> u8 {
    match failure {
        Failure::DomainNotFound { .. } => 3,
        Failure::DnsServerFailure { .. } => 2,
        Failure::DnsTimeout { .. } => 1,
        _ => 0,
    }
}

pub(super) const fn wanted(address: IpAddr, families: Families) -> bool {
    match families {
        Families::Both => true,
        Families::Ipv4 => address.is_ipv4(),
        Families::Ipv6 => address.is_ipv6(),
    }
}

/// Lower case, no trailing dot; empty for the root.
pub(super) fn host_text(name: &Name) -> String {
    let mut text = name.to_ascii();
    if text.ends_with('.') {
        text.pop();
    }
    text.make_ascii_lowercase();
    text
}

#[cfg(test)]
mod tests {
    use std::hash::{BuildHasherDefault, DefaultHasher};

    use hickory_resolver::proto::rr::rdata::{CNAME, MX};

    use super::*;

    fn name(text: &str) -> Name {
        Name::from_ascii(text).unwrap()
    }

    fn answer(records: Vec<Record>) -> Answer {
        Answer { records, name_exists: true, expires: Instant::now(), authentic: false }
    }

    fn mx(preference: u16, host: &str) -> Record {
        Record::from_rdata(name("d.test."), 60, RData::MX(MX::new(preference, name(host))))
    }

    fn read(records: Vec<Record>) -> Result<MxAnswer, Failure> {
        mx_answer("d.test", &answer(records), Timestamp::default())
    }

    #[test]
    fn hosts_come_best_first() {
        let got = read(vec![mx(20, "B.test."), mx(10, "a.test."), mx(20, "b.test.")]).unwrap();
        let expected = [(10, "a.test"), (20, "b.test")]
            .map(|(preference, name)| MxHost { preference, name: name.into() });
        assert_eq!(got.hosts, expected);
        assert!(!got.implicit);
    }

    #[test]
    fn equal_preferences_are_spread() {
        let mut firsts = std::collections::HashSet::new();
        for _ in 0..200 {
            let got = read(vec![mx(10, "a.test."), mx(10, "b.test."), mx(10, "c.test.")]).unwrap();
            firsts.insert(got.hosts[0].name.clone());
        }
        assert_eq!(firsts.len(), 3);
        let mut hosts = vec![
            MxHost { preference: 2, name: "x".into() },
            MxHost { preference: 1, name: "y".into() },
        ];
        order_hosts(&mut hosts, &BuildHasherDefault::<DefaultHasher>::default());
        assert_eq!(hosts[0].preference, 1);
    }

    #[test]
    fn a_domain_without_mx_is_its_own_host() {
        let got = read(vec![]).unwrap();
        assert!(got.implicit);
        assert_eq!(got.hosts, [MxHost { preference: 0, name: "d.test".into() }]);
    }

    #[test]
    fn a_single_root_is_the_null_mx_and_more_is_a_mistake() {
        assert_eq!(read(vec![mx(0, ".")]), Err(Failure::NullMx { domain: "d.test".into() }));
        let got = read(vec![mx(0, "."), mx(5, "a.test.")]).unwrap();
        assert_eq!(got.hosts.len(), 1);
        assert_eq!(got.unusable, ["0 ."]);
    }

    #[test]
    fn an_address_in_an_mx_is_no_host() {
        let got = read(vec![mx(1, "192.0.2.1."), mx(5, "a.test.")]).unwrap();
        assert_eq!(got.unusable, ["1 192.0.2.1"]);
        assert_eq!(got.hosts.len(), 1);
        assert_eq!(
            read(vec![mx(1, "192.0.2.1.")]),
            Err(Failure::NoAddress { name: "192.0.2.1".into() })
        );
    }

    #[test]
    fn the_way_through_cnames_is_told_and_circles_end() {
        let cname = |from: &str, to: &str| {
            Record::from_rdata(name(from), 60, RData::CNAME(CNAME(name(to))))
        };
        let records = vec![cname("d.test.", "e.test."), cname("e.test.", "f.test."), mx(1, "m.")];
        assert_eq!(read(records).unwrap().cname_chain, ["e.test", "f.test"]);
        let circle = [cname("d.test.", "e.test."), cname("e.test.", "d.test.")];
        assert_eq!(cname_chain("d.test", &circle), ["e.test"]);
    }

    #[test]
    fn of_two_failures_the_one_that_says_more_is_told() {
        let none = || Failure::NoAddress { name: "a".into() };
        let timeout = || Failure::DnsTimeout { name: "a".into(), after_ms: 1 };
        let gone = || Failure::DomainNotFound { name: "a".into() };
        let address: IpAddr = "192.0.2.1".parse().unwrap();
        assert_eq!(join_families(Ok(vec![address]), Err(timeout())), Ok(vec![address]));
        assert_eq!(join_families(Err(none()), Err(timeout())), Err(timeout()));
        assert_eq!(join_families(Err(timeout()), Err(gone())), Err(gone()));
        assert_eq!(join_families(Err(none()), Err(none())), Err(none()));
    }
}
