//! Inbound connectors: peers that are recognised too widely, and connectors that never recognise anybody.

use std::collections::HashMap;

use causeway_model::config::{Connector, DomainPattern, InboundConnector, MailFlow, Peer};
use causeway_model::{Domain, said};
use ipnet::IpNet;

use super::Findings;
use super::networks::{Doubt, doubt};
use crate::index::{canonical_network, patterns_hold};

pub(super) fn check(flow: &MailFlow, findings: &mut Findings<'_>) {
    let mut earlier: HashMap<Mark, Vec<&InboundConnector>> = HashMap::new();
    for (i, connector) in flow.connectors.iter().enumerate() {
        let Connector::Inbound(inbound) = connector else { continue };
        let path = format!("connector[{i}]");
        sources(inbound, &path, findings);
        wide_certificate(flow, inbound, &path, findings);
        let places = findings.places;
        if !inbound.enabled || !places.knows(&format!("{path}.enabled")) {
            continue;
        }
        restriction(inbound, &path, findings);
        same_certificate(inbound, &earlier, &path, findings);
        if places.knows(&path) {
            never_first(inbound, &earlier, &path, findings);
        }
        for mark in marks(inbound) {
            earlier.entry(mark).or_default().push(inbound);
        }
    }
}

/// By what a peer is recognised.
#[derive(PartialEq, Eq, Hash)]
enum Mark {
    Certificate(String),
    Network(IpNet),
}

fn marks(inbound: &InboundConnector) -> impl Iterator<Item = Mark> {
    let certificate = inbound.tls_certificate_name.iter();
    let certificate = certificate.map(|name| Mark::Certificate(name.to_ascii_lowercase()));
    let networks = inbound.source_addresses.iter();
    certificate.chain(networks.map(|network| Mark::Network(canonical_network(*network))))
}

type Earlier<'f> = HashMap<Mark, Vec<&'f InboundConnector>>;

fn same_certificate(
    inbound: &InboundConnector,
    earlier: &Earlier<'_>,
    path: &str,
    findings: &mut Findings<'_>,
) {
    let Some(name) = &inbound.tls_certificate_name else { return };
    let first = earlier.get(&Mark::Certificate(name.to_ascii_lowercase()));
    let Some(first) = first.and_then(|others| others.last()) else { return };
    findings.warning(
        &format!("{path}.tls_certificate_name"),
        said!(
            "check-same-certificate",
            "the connectors \"{first}\" and \"{second}\" are for the same certificate; the first whose sender_domains fit is used",
            first = first.name,
            second = inbound.name
        ),
        said!("check-same-certificate.do", "give each peer one connector"),
    );
}

/// By everything that would recognise its peer, an earlier connector does, and takes all its senders.
fn never_first(
    inbound: &InboundConnector,
    earlier: &Earlier<'_>,
    path: &str,
    findings: &mut Findings<'_>,
) {
    let takes_all =
        |other: &InboundConnector| patterns_hold(&other.sender_domains, &inbound.sender_domains);
    let mut first = None;
    for mark in marks(inbound) {
        let others = earlier.get(&mark).into_iter().flatten();
        match others.copied().find(|other| takes_all(other)) {
            Some(other) => {
                first.get_or_insert(other);
            }
            None => return,
        }
    }
    let Some(first) = first else { return };
    findings.warning(
        path,
        said!(
            "check-inbound-unreachable",
            "the connector \"{name}\" is never used: \"{first}\" recognises the same peers before it and takes all its senders",
            name = inbound.name,
            first = first.name
        ),
        said!(
            "check-inbound-unreachable.do",
            "remove it, or write it before the other one"
        ),
    );
}

/// A connector that has all mail for itself.
fn restriction(inbound: &InboundConnector, path: &str, findings: &mut Findings<'_>) {
    let is_all = inbound.sender_domains.contains(&DomainPattern::Everything);
    if inbound.restrict_sender_domains && is_all {
        findings.warning(
            &format!("{path}.restrict_sender_domains"),
            said!(
                "check-all-restricted",
                "the connector \"{name}\" has all senders for itself: mail from every other server is refused",
                name = inbound.name
            ),
            said!(
                "check-all-restricted.do",
                "keep it if all mail comes through that server; otherwise write its own sender_domains"
            ),
        );
    }
}

/// A wildcard by which whoever has a name below a domain that is not ours may relay.
fn wide_certificate(
    flow: &MailFlow,
    inbound: &InboundConnector,
    path: &str,
    findings: &mut Findings<'_>,
) {
    let name = inbound.tls_certificate_name.as_deref();
    let above = name.and_then(|name| name.strip_prefix("*.")).and_then(|n| Domain::parse(n).ok());
    let Some(above) = above.filter(|_| inbound.peer == Peer::OnPremises) else { return };
    let is_ours = flow.domains.iter().any(|domain| above.is_within(&domain.name));
    if is_ours || !findings.places.knows_all("domain", &["name"]) {
        return;
    }
    findings.warning(
        &format!("{path}.tls_certificate_name"),
        said!(
            "check-wildcard-elsewhere",
            "the connector \"{name}\" lets its peer relay, and takes every server with a certificate for a name below {domain}, which is no accepted domain, for that peer",
            name = inbound.name,
            domain = above
        ),
        said!(
            "check-wildcard-elsewhere.do",
            "write the whole name in the certificate, unless every name below {domain} is yours",
            domain = above
        ),
    );
}

/// Addresses by which a peer is recognised.
fn sources(inbound: &InboundConnector, path: &str, findings: &mut Findings<'_>) {
    for (s, network) in inbound.source_addresses.iter().enumerate() {
        let place = format!("{path}.source_addresses[{s}]");
        match (doubt(*network), inbound.peer) {
            (Some(Doubt::Strangers(_)), Peer::OnPremises) => findings.error(
                &place,
                said!(
                    "check-peer-strangers",
                    "the connector \"{name}\" lets its peer relay, and {network} holds addresses of strangers: anybody could send through this server (an open relay)",
                    name = inbound.name,
                    network = network
                ),
                said!(
                    "check-peer-strangers.do",
                    "write the addresses of your own mail servers only"
                ),
            ),
            (Some(Doubt::Strangers(why) | Doubt::Maybe(why)), _) => findings.warning(
                &place,
                why,
                said!(
                    "check-peer-addresses",
                    "write the addresses of the peer's mail servers only"
                ),
            ),
            (None, _) => {}
        }
    }
}
