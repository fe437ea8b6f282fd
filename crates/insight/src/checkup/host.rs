//! One server: its TLS, and whether it relays for strangers.

use std::net::SocketAddr;

use causeway_model::Stage;
use causeway_model::config::{Host, SmartHost, TlsLevel};
use causeway_net::Families;
use causeway_net::dial::order_addresses;

use super::Teller;
use crate::finding::Fact;
use crate::probe::{Probe, Publisher, TlsDemand};
use causeway_model::StepStatus::{Failed, Passed};

/// Addresses of one host that are tested.
const MOST_ADDRESSES: usize = 4;

/// The addresses of a host, told as the step `resolve`; empty when it has none.
pub(super) async fn resolve(host: &SmartHost, teller: &mut Teller<'_>) -> Vec<SocketAddr> {
    let name = match &host.host {
        Host::Address(ip) => return vec![SocketAddr::new(*ip, host.port)],
        Host::Name(name) => name.as_str(),
    };
    match teller.prober.resolver().addresses(name, Families::Both).await {
        Ok(addresses) => {
            let ordered = order_addresses(&addresses);
            let all: Vec<String> = ordered.iter().map(ToString::to_string).collect();
            let said = teller.say(
                "test-addresses",
                &[("host", name.into()), ("addresses", all.join(", ").into())],
            );
            teller.passed("resolve", said);
            let with_port = |ip| SocketAddr::new(ip, host.port);
            ordered.into_iter().take(MOST_ADDRESSES).map(with_port).collect()
        }
        Err(failure) => {
            let said = crate::finding::failure_words(&failure, Stage::Resolve, teller.texts);
            let cure = teller.cure(&failure, Stage::Resolve);
            teller.tell("resolve", Failed, said, cure);
            Vec::new()
        }
    }
}

/// A host's name as it stands in the configuration.
pub(super) fn name_of(host: &SmartHost) -> String {
    match &host.host {
        Host::Address(ip) => ip.to_string(),
        Host::Name(name) => name.to_string(),
    }
}

/// `test tls`: every address, with a good certificate demanded.
pub(super) async fn tls(
    host: &SmartHost,
    expected: Option<&str>,
    publisher: Publisher,
    teller: &mut Teller<'_>,
) {
    let addresses = resolve(host, teller).await;
    if addresses.is_empty() {
        return teller.skipped(&["connect", "smtp", "tls"]);
    }
    let name = name_of(host);
    for address in addresses {
        let demand = teller.demand(TlsLevel::DomainValidation, expected.unwrap_or(&name));
        let demand = TlsDemand { publisher: Some(publisher.clone()), ..demand };
        teller.session(address, &name, demand).await;
    }
}

/// `test relay`: what testers of open relays have asked for thirty years, each question as a step.
pub(super) async fn relay(host: &SmartHost, teller: &mut Teller<'_>) {
    let addresses = resolve(host, teller).await;
    let Some(address) = addresses.first().copied() else {
        return teller.skipped(&["connect", "relay"]);
    };
    let pairs = questions(&name_of(host), address);
    let is_here = causeway_net::local::is_local(address.ip(), &causeway_net::local_addresses());
    let key = if is_here { "advice-relay-open-here" } else { "advice-relay-open" };
    // Once is enough.
    let mut what_to_do = teller.advice(key, &[]);
    for fact in teller.ask(Probe::Recipients { address, pairs }).await {
        match &fact {
            Fact::RecipientTaken { .. } => {
                teller.fact("relay", Failed, &fact, what_to_do.take());
            }
            Fact::RecipientRefused { .. } => teller.fact("relay", Passed, &fact, None),
            Fact::ConnectFailed { failure, .. } => {
                let cure = teller.cure(failure, Stage::Connect);
                teller.fact("connect", Failed, &fact, cure);
                teller.skipped(&["relay"]);
            }
            Fact::SessionFailed { stage, failure, .. } => {
                // A server that hangs up on such questions has answered them.
                let asked = matches!(stage, Stage::Mail | Stage::Rcpt);
                let cure = teller.cure(failure, *stage).filter(|_| !asked);
                teller.fact("smtp", if asked { Passed } else { Failed }, &fact, cure);
            }
            _ => teller.fact("relay", Failed, &fact, None),
        }
    }
}

/// Senders and recipients that belong to nobody here. example.com and example.net are reserved: no content is
/// sent, so nobody gets anything.
fn questions(host: &str, address: SocketAddr) -> Vec<(String, String)> {
    let ip = address.ip();
    let literal = if ip.is_ipv4() { format!("[{ip}]") } else { format!("[IPv6:{ip}]") };
    let foreign = "relaytest@example.com";
    let own = if host.parse::<std::net::IpAddr>().is_ok() { literal.clone() } else { host.into() };
    let mut pairs: Vec<(String, String)> = Vec::new();
    for pair in [
        ("relaytest@example.net".to_owned(), foreign.to_owned()),
        (String::new(), foreign.to_owned()),
        (format!("relaytest@{own}"), foreign.to_owned()),
        (format!("postmaster@{literal}"), foreign.to_owned()),
        ("relaytest@example.net".to_owned(), format!("relaytest%example.com@{own}")),
        ("relaytest@example.net".to_owned(), format!("relaytest%example.com@{literal}")),
        ("relaytest@example.net".to_owned(), format!("\"{foreign}\"")),
        ("relaytest@example.net".to_owned(), format!("\"{foreign}\"@{literal}")),
        ("relaytest@example.net".to_owned(), format!("@{own}:{foreign}")),
        ("relaytest@example.net".to_owned(), format!("example.com!relaytest@{literal}")),
    ] {
        // Of a host without a name some would be the same.
        if !pairs.contains(&pair) {
            pairs.push(pair);
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_question_is_asked_twice() {
        let address = "192.0.2.1:25".parse().unwrap();
        assert_eq!(questions("mx.partner.test", address).len(), 10);
        let of_address = questions("192.0.2.1", address);
        let distinct: std::collections::HashSet<_> = of_address.iter().collect();
        assert_eq!((distinct.len(), of_address.len()), (9, 9));
    }
}
