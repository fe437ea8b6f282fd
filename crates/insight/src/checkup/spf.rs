//! SPF: is there one record, and does it cover the addresses that this server sends from?
//!
//! The record is evaluated as receivers do it. An address that it does not cover is told with the very term to
//! add, and with the record as it would then be.

use std::net::IpAddr;

use causeway_net::dns::SpfVerdict;

use super::Teller;
use super::domain::{clean, tagged, unknown};
use causeway_model::StepStatus::{Failed, Warning};

/// Addresses that are looked at.
const MOST_ADDRESSES: usize = 16;

/// The steps `spf` and `spf_addresses`.
pub(super) async fn spf(domain: &str, teller: &mut Teller<'_>) {
    let found = match tagged(domain, "v=spf1", teller).await {
        Ok(found) => found,
        Err(failure) => return unknown("spf", &failure, teller),
    };
    match found.as_slice() {
        [] => none(domain, teller),
        [one] => {
            one_record(domain, one, teller);
            addresses(domain, one, teller).await;
        }
        many => {
            let arguments = [("domain", domain.into()), ("count", many.len().into())];
            let said = teller.say("test-spf-many", &arguments);
            let cure = teller.advice("advice-spf-many", &arguments);
            teller.tell("spf", Failed, said, cure);
        }
    }
}

fn none(domain: &str, teller: &mut Teller<'_>) {
    let own: Vec<String> = public(&teller.about.sending).map(term).collect();
    let record = with_terms("v=spf1 mx -all", &own);
    let arguments = [("domain", domain.into()), ("record", record.into())];
    let said = teller.say("test-spf-none", &arguments[..1]);
    let cure = teller.advice("advice-spf-none", &arguments);
    teller.tell("spf", Warning, said, cure);
}

fn one_record(domain: &str, record: &str, teller: &mut Teller<'_>) {
    let said = teller.say("test-record", &[("record", clean(record).into())]);
    if is_for_everybody(record) {
        let cure = teller.advice("advice-spf-everybody", &[("domain", domain.into())]);
        teller.tell("spf", Warning, said, cure);
    } else {
        teller.passed("spf", said);
    }
}

/// Whether the record covers what we send from.
async fn addresses(domain: &str, record: &str, teller: &mut Teller<'_>) {
    let own: Vec<IpAddr> = teller.about.sending.iter().copied().take(MOST_ADDRESSES).collect();
    let hostname = teller.about.hostname.clone();
    let (mut covered, mut missed) = (Vec::new(), Vec::new());
    for address in own {
        match teller.prober.resolver().spf(address, domain, &hostname).await {
            SpfVerdict::Pass => covered.push(address.to_string()),
            SpfVerdict::Broken => return broken(domain, teller),
            SpfVerdict::Unknown => {
                let arguments =
                    [("domain", domain.into()), ("address", address.to_string().into())];
                let said = teller.say("test-spf-unknown", &arguments);
                teller.tell("spf_addresses", Warning, said, None);
            }
            verdict => missed.push((address, verdict)),
        }
    }
    if !covered.is_empty() {
        let arguments = [("domain", domain.into()), ("addresses", covered.join(", ").into())];
        let said = teller.say("test-spf-covers", &arguments);
        teller.passed("spf_addresses", said);
    }
    let terms: Vec<String> =
        missed.iter().map(|(address, _)| *address).filter(is_public).map(term).collect();
    let whole = with_terms(&clean(record), &terms);
    for (address, verdict) in missed {
        uncovered(domain, (address, verdict), &whole, teller);
    }
}

fn broken(domain: &str, teller: &mut Teller<'_>) {
    let arguments = [("domain", domain.into())];
    let said = teller.say("test-spf-broken", &arguments);
    let cure = teller.advice("advice-spf-broken", &arguments);
    teller.tell("spf_addresses", Failed, said, cure);
}

/// An address that the record does not cover. `whole`: the record that covers all.
fn uncovered(
    domain: &str,
    (address, verdict): (IpAddr, SpfVerdict),
    whole: &str,
    teller: &mut Teller<'_>,
) {
    let arguments = [
        ("domain", domain.into()),
        ("address", address.to_string().into()),
        ("result", verdict.name().into()),
        ("term", term(address).into()),
        ("record", whole.into()),
    ];
    if !is_public(&address) {
        let said = teller.say("test-spf-private", &arguments[..2]);
        let cure = teller.advice("advice-spf-private", &arguments[..2]);
        return teller.tell("spf_addresses", Warning, said, cure);
    }
    let status = if verdict == SpfVerdict::Fail { Failed } else { Warning };
    let said = teller.say("test-spf-misses", &arguments[..3]);
    let cure = teller.advice("advice-spf-misses", &arguments);
    teller.tell("spf_addresses", status, said, cure);
}

/// What lets this address send.
fn term(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => format!("ip4:{address}"),
        IpAddr::V6(address) => format!("ip6:{address}"),
    }
}

fn public(addresses: &[IpAddr]) -> impl Iterator<Item = IpAddr> + '_ {
    addresses.iter().copied().filter(is_public)
}

/// An address that others see as it is.
const fn is_public(address: &IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            !(address.is_private() || address.is_loopback() || address.is_link_local())
        }
        IpAddr::V6(address) => {
            !(address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local())
        }
    }
}

/// The record with further terms: before the one that decides about everybody else.
fn with_terms(record: &str, terms: &[String]) -> String {
    let mut words: Vec<&str> = record.split_ascii_whitespace().collect();
    let last = words.iter().position(|word| {
        let word = word.to_ascii_lowercase();
        word.trim_start_matches(['+', '-', '~', '?']) == "all" || word.starts_with("redirect=")
    });
    let at = last.unwrap_or(words.len());
    words.splice(at..at, terms.iter().map(String::as_str));
    words.join(" ")
}

/// `+all` or `all` lets anybody send in the domain's name.
fn is_for_everybody(record: &str) -> bool {
    record
        .split_ascii_whitespace()
        .any(|word| word.eq_ignore_ascii_case("+all") || word.eq_ignore_ascii_case("all"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_that_lets_anybody_send_is_recognised() {
        assert!(is_for_everybody("v=spf1 mx +all") && is_for_everybody("v=spf1 ALL"));
        assert!(!is_for_everybody("v=spf1 mx -all") && !is_for_everybody("v=spf1 ~all"));
    }

    #[test]
    fn terms_are_added_before_the_word_about_everybody_else() {
        let terms = ["ip4:192.0.2.1", "ip6:2001:db8::1"].map(str::to_owned);
        for (record, whole) in [
            ("v=spf1 mx -all", "v=spf1 mx ip4:192.0.2.1 ip6:2001:db8::1 -all"),
            ("v=spf1 ~ALL", "v=spf1 ip4:192.0.2.1 ip6:2001:db8::1 ~ALL"),
            ("v=spf1  a", "v=spf1 a ip4:192.0.2.1 ip6:2001:db8::1"),
            (
                "v=spf1 redirect=_spf.b.test",
                "v=spf1 ip4:192.0.2.1 ip6:2001:db8::1 redirect=_spf.b.test",
            ),
        ] {
            assert_eq!(with_terms(record, &terms), whole);
        }
        assert_eq!(with_terms("v=spf1 -all", &[]), "v=spf1 -all");
    }

    #[test]
    fn private_addresses_are_not_put_into_records() {
        for (address, expected) in [
            ("192.0.2.1", true),
            ("10.1.2.3", false),
            ("127.0.0.1", false),
            ("fd00::1", false),
            ("fe80::1", false),
            ("2001:db8::1", true),
        ] {
            assert_eq!(is_public(&address.parse().unwrap()), expected, "{address}");
        }
    }
}
