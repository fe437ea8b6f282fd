//! Connectors: overlaps, connectors that take nothing, and smart hosts that are ourselves.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;

use causeway_model::Domain;
use causeway_model::config::{
    Connector, DomainPattern, DomainType, Host, InboundConnector, InternetRoute, Machine, MailFlow,
    OutboundConnector, OutboundRoute, Peer, Protocol, SmartHost, TlsLevel,
};

use super::Findings;
use super::networks::{Doubt, doubt};
use crate::index::pattern_text;

pub(super) fn check(flow: &MailFlow, machine: &Machine, findings: &mut Findings<'_>) {
    ties(flow, findings);
    let authoritative: HashSet<&Domain> = flow
        .domains
        .iter()
        .filter(|domain| domain.domain_type == DomainType::Authoritative)
        .map(|domain| &domain.name)
        .collect();
    for (i, connector) in flow.connectors.iter().enumerate() {
        let path = format!("connector[{i}]");
        match connector {
            Connector::Outbound(outbound) => {
                useless(flow, outbound, &path, findings);
                all_here(&authoritative, outbound, &path, findings);
                ourselves(machine, outbound, &path, findings);
                credentials(outbound, &path, findings);
            }
            Connector::Inbound(inbound) => {
                sources(inbound, &path, findings);
                restriction(inbound, &path, findings);
            }
        }
    }
    internet(flow, findings);
}

/// `[routing].internet` names a connector that does not get the mail.
fn internet(flow: &MailFlow, findings: &mut Findings<'_>) {
    let InternetRoute::Via(name) = &flow.internet else { return };
    if flow.connectors.iter().any(|c| c.name() == name && !c.enabled()) {
        findings.warning(
            "routing.internet",
            format!("the connector \"{name}\" is disabled: mail for the internet goes direct"),
            "enable the connector, or write internet = \"direct\"",
        );
    }
    let everything = flow.connectors.iter().find(|connector| match connector {
        Connector::Outbound(outbound) => {
            outbound.enabled
                && outbound.name != *name
                && outbound.recipient_domains.contains(&DomainPattern::Everything)
        }
        Connector::Inbound(_) => false,
    });
    if let Some(everything) = everything {
        findings.warning(
            "routing.internet",
            format!(
                "the connector \"{}\" takes \"*\", so none is left for the connector \"{name}\"",
                everything.name()
            ),
            "remove \"*\" from that connector, or write internet = \"direct\"",
        );
    }
}

/// Two enabled connectors with the same pattern: which one counts is nowhere written.
fn ties(flow: &MailFlow, findings: &mut Findings<'_>) {
    let mut takers: HashMap<&DomainPattern, &str> = HashMap::new();
    let mut certificates: HashMap<&str, &str> = HashMap::new();
    for (i, connector) in flow.connectors.iter().enumerate().filter(|(_, c)| c.enabled()) {
        match connector {
            Connector::Outbound(outbound) => {
                for (p, pattern) in outbound.recipient_domains.iter().enumerate() {
                    match takers.get(pattern) {
                        Some(&first) if first != outbound.name => findings.error(
                            &format!("connector[{i}].recipient_domains[{p}]"),
                            format!(
                                "the connectors \"{first}\" and \"{}\" both take \"{}\"",
                                outbound.name,
                                pattern_text(pattern)
                            ),
                            "remove the domain from one of them, or disable one",
                        ),
                        Some(_) => {}
                        None => {
                            takers.insert(pattern, &outbound.name);
                        }
                    }
                }
            }
            Connector::Inbound(inbound) => {
                let Some(name) = &inbound.tls_certificate_name else { continue };
                if let Some(first) = certificates.insert(name, &inbound.name) {
                    findings.warning(
                        &format!("connector[{i}].tls_certificate_name"),
                        format!(
                            "the connectors \"{first}\" and \"{}\" are for the same certificate; \
                             the first whose sender_domains fit is used",
                            inbound.name
                        ),
                        "give each peer one connector",
                    );
                }
            }
        }
    }
}

fn useless(flow: &MailFlow, outbound: &OutboundConnector, path: &str, findings: &mut Findings<'_>) {
    let for_internet = flow.internet == InternetRoute::Via(outbound.name.clone());
    if outbound.enabled && outbound.recipient_domains.is_empty() && !for_internet {
        findings.warning(
            path,
            format!(
                "the connector \"{}\" has no recipient_domains: it takes no mail",
                outbound.name
            ),
            "write recipient_domains, or name it in [routing].internet",
        );
    }
}

/// Patterns for domains whose recipients never leave.
fn all_here(
    authoritative: &HashSet<&Domain>,
    outbound: &OutboundConnector,
    path: &str,
    findings: &mut Findings<'_>,
) {
    for (p, pattern) in outbound.recipient_domains.iter().enumerate() {
        let DomainPattern::Exact(domain) = pattern else { continue };
        if outbound.enabled && authoritative.contains(domain) {
            findings.warning(
                &format!("{path}.recipient_domains[{p}]"),
                format!(
                    "{domain} is authoritative, so all its recipients are here and the connector \
                     \"{}\" gets none of them",
                    outbound.name
                ),
                "make the domain internal_relay if some mailboxes are elsewhere, or remove it here",
            );
        }
    }
}

fn ourselves(
    machine: &Machine,
    outbound: &OutboundConnector,
    path: &str,
    findings: &mut Findings<'_>,
) {
    let OutboundRoute::SmartHosts(hosts) = &outbound.route else { return };
    let all = hosts.iter().enumerate().flat_map(|(g, group)| {
        group.iter().enumerate().map(move |(h, host)| (format!("[{g}][{h}]"), host))
    });
    for (place, host) in all.filter(|(_, host)| is_this_machine(machine, host)) {
        findings.error(
            &format!("{path}.smart_hosts{place}"),
            format!(
                "the smart host {} of the connector \"{}\" is this server: mail would go in circles",
                crate::route::smart_host_text(host),
                outbound.name
            ),
            "write the server that is to have the mail",
        );
    }
}

/// True when we ourselves listen for mail at that host and port.
fn is_this_machine(machine: &Machine, host: &SmartHost) -> bool {
    let mail = machine.listeners.iter().filter(|listener| {
        matches!(listener.protocol, Protocol::Smtp | Protocol::Submission | Protocol::Submissions)
            && listener.address.port() == host.port
    });
    let own_source = |address: IpAddr| machine.delivery.source_addresses.contains(&address);
    let mut mail = mail.map(|listener| listener.address.ip().to_canonical());
    match &host.host {
        Host::Name(name) => {
            let is_localhost = name.as_str() == "localhost";
            let is_us = machine.hostname.as_deref() == Some(name.as_str());
            mail.any(|ip| is_us || is_localhost && (ip.is_loopback() || ip.is_unspecified()))
        }
        Host::Address(address) => {
            let address = address.to_canonical();
            mail.any(|ip| {
                ip == address
                    || address.is_unspecified()
                    || ip.is_unspecified() && (address.is_loopback() || own_source(address))
            })
        }
    }
}

fn credentials(outbound: &OutboundConnector, path: &str, findings: &mut Findings<'_>) {
    if outbound.credentials.is_some() && outbound.tls < TlsLevel::CertificateValidation {
        findings.warning(
            &format!("{path}.tls"),
            format!(
                "the connector \"{}\" logs in, and a password is only sent to a server with a valid \
                 certificate: mail waits whenever the peer has none",
                outbound.name
            ),
            "write tls = \"certificate_validation\" or \"domain_validation\"",
        );
    }
}

/// A connector that has all mail for itself.
fn restriction(inbound: &InboundConnector, path: &str, findings: &mut Findings<'_>) {
    let is_all = inbound.sender_domains.contains(&DomainPattern::Everything);
    if inbound.enabled && inbound.restrict_sender_domains && is_all {
        findings.warning(
            &format!("{path}.restrict_sender_domains"),
            format!(
                "the connector \"{}\" has all senders for itself: mail from every other server is \
                 refused",
                inbound.name
            ),
            "keep it if all mail comes through that server; otherwise write its own sender_domains",
        );
    }
}

/// Addresses by which a peer is recognised.
fn sources(inbound: &InboundConnector, path: &str, findings: &mut Findings<'_>) {
    for (s, network) in inbound.source_addresses.iter().enumerate() {
        let path = format!("{path}.source_addresses[{s}]");
        match (doubt(*network), inbound.peer) {
            (Some(Doubt::Strangers(why)), Peer::OnPremises) => findings.error(
                &path,
                format!("the connector \"{}\" lets its peer relay, and {why}", inbound.name),
                "write the addresses of your own mail servers only",
            ),
            (Some(Doubt::Strangers(why) | Doubt::Maybe(why)), _) => {
                findings.warning(&path, why, "write the addresses of the peer's mail servers only");
            }
            (None, _) => {}
        }
    }
}
