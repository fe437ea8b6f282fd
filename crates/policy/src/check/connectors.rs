//! Outbound connectors: overlaps, connectors that take nothing, and smart hosts that are ourselves.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};

use causeway_model::config::{
    Connector, DomainPattern, DomainType, Host, InternetRoute, Machine, MailFlow,
    OutboundConnector, OutboundRoute, Places, Protocol, SmartHost, TlsLevel,
};
use causeway_model::{Domain, said};

use super::Findings;
use crate::here::answers;
use crate::index::{pattern_text, upwards};

pub(super) fn check(
    flow: &MailFlow,
    machine: &Machine,
    machine_places: &Places,
    findings: &mut Findings<'_>,
) {
    let in_use: Vec<(String, &OutboundConnector)> = flow
        .connectors
        .iter()
        .enumerate()
        .filter_map(|(i, connector)| match connector {
            Connector::Outbound(outbound) => Some((format!("connector[{i}]"), outbound)),
            Connector::Inbound(_) => None,
        })
        .filter(|(path, outbound)| {
            outbound.enabled && findings.places.knows(&format!("{path}.enabled"))
        })
        .collect();
    ties(&in_use, findings);
    let here = Here::of(flow, findings.places);
    for (path, outbound) in &in_use {
        useless(flow, outbound, path, findings);
        all_here(&here, outbound, path, findings);
    }
    let is_machine_known = machine_places.knows_all("listener", &["address", "protocol"]);
    for (i, connector) in flow.connectors.iter().enumerate() {
        let Connector::Outbound(outbound) = connector else { continue };
        let path = format!("connector[{i}]");
        if is_machine_known {
            ourselves(machine, outbound, &path, findings);
        }
        credentials(outbound, &path, findings);
    }
    internet(flow, &in_use, findings);
}

/// `[routing].internet` names a connector that does not get the mail.
fn internet(flow: &MailFlow, in_use: &[(String, &OutboundConnector)], findings: &mut Findings<'_>) {
    let InternetRoute::Via(name) = &flow.internet else { return };
    if flow.connectors.iter().any(|c| c.name() == name && !c.enabled()) {
        findings.warning(
            "routing.internet",
            said!(
                "check-internet-disabled",
                "the connector \"{name}\" is disabled: mail for the internet goes direct",
                name = name
            ),
            said!(
                "check-internet-disabled.do",
                "enable the connector, or write internet = \"direct\""
            ),
        );
    }
    let takes_all = |outbound: &&OutboundConnector| {
        outbound.name != *name && outbound.recipient_domains.contains(&DomainPattern::Everything)
    };
    if let Some(other) = in_use.iter().map(|(_, outbound)| *outbound).find(takes_all) {
        findings.warning(
            "routing.internet",
            said!(
                "check-internet-taken",
                "the connector \"{other}\" takes \"*\", so none is left for the connector \"{name}\"",
                other = other.name,
                name = name
            ),
            said!(
                "check-internet-taken.do",
                "remove \"*\" from that connector, or write internet = \"direct\""
            ),
        );
    }
}

/// Two enabled connectors with the same pattern: which one counts is nowhere written.
fn ties(in_use: &[(String, &OutboundConnector)], findings: &mut Findings<'_>) {
    let mut takers: HashMap<&DomainPattern, &str> = HashMap::new();
    for (path, outbound) in in_use {
        for (p, pattern) in outbound.recipient_domains.iter().enumerate() {
            let first = *takers.entry(pattern).or_insert(&outbound.name);
            if first == outbound.name {
                continue;
            }
            findings.error(
                &format!("{path}.recipient_domains[{p}]"),
                said!(
                    "check-tie",
                    "the connectors \"{first}\" and \"{second}\" both take \"{pattern}\"",
                    first = first,
                    second = outbound.name,
                    pattern = pattern_text(pattern)
                ),
                said!("check-tie.do", "remove the domain from one of them, or disable one"),
            );
        }
    }
}

fn useless(flow: &MailFlow, outbound: &OutboundConnector, path: &str, findings: &mut Findings<'_>) {
    let for_internet = flow.internet == InternetRoute::Via(outbound.name.clone());
    let is_known = findings.places.knows(&format!("{path}.recipient_domains"))
        && findings.places.knows("routing.internet");
    if outbound.recipient_domains.is_empty() && is_known && !for_internet {
        findings.warning(
            path,
            said!(
                "check-takes-nothing",
                "the connector \"{name}\" has no recipient_domains: it takes no mail",
                name = outbound.name
            ),
            said!(
                "check-takes-nothing.do",
                "write recipient_domains, or name it in [routing].internet"
            ),
        );
    }
}

/// What is delivered into mailboxes here, whoever the recipient is.
struct Here<'f> {
    /// Accepted domains: whether they are authoritative, and whether they take their subdomains.
    accepted: HashMap<&'f str, (bool, bool)>,
    /// No accepted domain is missing.
    is_complete: bool,
}

impl<'f> Here<'f> {
    /// A domain whose type could not be read may have mailboxes elsewhere.
    fn of(flow: &'f MailFlow, places: &Places) -> Self {
        let accepted = flow.domains.iter().enumerate().map(|(i, domain)| {
            let all_here = domain.domain_type == DomainType::Authoritative
                && places.knows(&format!("domain[{i}].type"));
            (domain.name.as_str(), (all_here, domain.match_subdomains))
        });
        Self {
            accepted: accepted.collect(),
            is_complete: places.knows_all("domain", &["match_subdomains"]),
        }
    }

    /// Whether the closest accepted domain above that takes its subdomains is authoritative.
    fn is_below_authoritative<'d>(&self, names: impl Iterator<Item = &'d str>) -> bool {
        let mut above = names.filter_map(|name| self.accepted.get(name));
        above.find(|(_, below)| *below).is_some_and(|(all_here, _)| *all_here)
    }

    /// True when no recipient that the pattern takes is elsewhere.
    fn has_all(&self, pattern: &DomainPattern) -> bool {
        match pattern {
            DomainPattern::Everything => false,
            DomainPattern::Accepted => {
                self.is_complete
                    && !self.accepted.is_empty()
                    && self.accepted.values().all(|(all_here, _)| *all_here)
            }
            DomainPattern::Exact(domain) => match self.accepted.get(domain.as_str()) {
                Some((all_here, _)) => *all_here,
                None => self.is_below_authoritative(upwards(domain).skip(1)),
            },
            DomainPattern::Below(above) => {
                self.is_complete
                    && self.is_below_authoritative(upwards(above))
                    && !self.has_elsewhere_below(above)
            }
        }
    }

    fn has_elsewhere_below(&self, above: &Domain) -> bool {
        self.accepted.iter().any(|(name, (all_here, _))| {
            let below = name.strip_suffix(above.as_str());
            !all_here && below.is_some_and(|rest| rest.ends_with('.'))
        })
    }
}

/// Patterns for domains whose recipients never leave.
fn all_here(
    here: &Here<'_>,
    outbound: &OutboundConnector,
    path: &str,
    findings: &mut Findings<'_>,
) {
    let mut dead = 0;
    for (p, pattern) in outbound.recipient_domains.iter().enumerate() {
        if !here.has_all(pattern) {
            continue;
        }
        dead += 1;
        findings.warning(
            &format!("{path}.recipient_domains[{p}]"),
            said!(
                "check-all-here",
                "{pattern} is authoritative, so all its recipients are here and the connector \"{name}\" gets none of them",
                pattern = pattern_text(pattern),
                name = outbound.name
            ),
            said!(
                "check-all-here.do",
                "make the domain internal_relay if some mailboxes are elsewhere, or remove it here"
            ),
        );
    }
    let is_known = findings.places.knows(&format!("{path}.recipient_domains"));
    if dead > 1 && dead == outbound.recipient_domains.len() && is_known {
        findings.warning(
            path,
            said!(
                "check-outbound-unreachable",
                "the connector \"{name}\" is never used: all its domains are delivered here",
                name = outbound.name
            ),
            said!("check-outbound-unreachable.do", "remove it, or disable it"),
        );
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
            said!(
                "check-smart-host-here",
                "the smart host {host} of the connector \"{name}\" is this server: mail would go in circles",
                host = crate::route::smart_host_text(host),
                name = outbound.name
            ),
            said!("check-smart-host-here.do", "write the server that is to have the mail"),
        );
    }
}

/// True when we ourselves listen for mail at that host and port.
fn is_this_machine(machine: &Machine, host: &SmartHost) -> bool {
    let own_source = |address: IpAddr| machine.delivery.source_addresses.contains(&address);
    let mut mail = machine.listeners.iter().filter(|listener| {
        matches!(listener.protocol, Protocol::Smtp | Protocol::Submission | Protocol::Submissions)
            && listener.address.port() == host.port
    });
    match &host.host {
        Host::Name(name) => {
            let is_localhost = name.as_str() == "localhost";
            let is_us = machine.hostname.as_deref() == Some(name.as_str());
            let is_local = |ip: IpAddr| ip.is_loopback() || ip.is_unspecified();
            mail.any(|l| is_us || is_localhost && is_local(l.address.ip().to_canonical()))
        }
        Host::Address(address) => {
            let target = SocketAddr::new(*address, host.port);
            let is_own = |address: IpAddr| address.is_loopback() || own_source(address);
            mail.any(|listener| answers(listener.address, target, is_own))
        }
    }
}

fn credentials(outbound: &OutboundConnector, path: &str, findings: &mut Findings<'_>) {
    let is_known = findings.places.knows(&format!("{path}.tls"));
    if outbound.credentials.is_some() && outbound.tls < TlsLevel::CertificateValidation && is_known
    {
        findings.warning(
            &format!("{path}.tls"),
            said!(
                "check-login-in-clear",
                "the connector \"{name}\" logs in, and a password is only sent to a server with a valid certificate: mail waits whenever the peer has none",
                name = outbound.name
            ),
            said!(
                "check-login-in-clear.do",
                "write tls = \"certificate_validation\" or \"domain_validation\""
            ),
        );
    }
}
