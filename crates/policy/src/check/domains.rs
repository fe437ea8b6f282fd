//! Accepted domains.

use std::collections::HashMap;

use causeway_model::config::{
    AcceptedDomain, Connector, DomainType, MailFlow, OutboundConnector, OutboundRoute,
};
use causeway_model::{Domain, said};

use super::Findings;
use crate::index::{PatternIndex, upwards};

pub(super) fn check(flow: &MailFlow, findings: &mut Findings<'_>) {
    let covering: HashMap<&str, (usize, &AcceptedDomain)> = flow
        .domains
        .iter()
        .enumerate()
        .filter(|(_, domain)| domain.match_subdomains)
        .map(|(i, domain)| (domain.name.as_str(), (i, domain)))
        .collect();
    let places = findings.places;
    let takers = Takers::of(flow);
    let knows_type = |i: usize| places.knows(&format!("domain[{i}].type"));
    for (i, domain) in flow.domains.iter().enumerate() {
        let path = format!("domain[{i}]");
        // The closest accepted domain above that takes its subdomains too.
        if let Some((j, above)) = upwards(&domain.name).skip(1).find_map(|up| covering.get(up))
            && above.domain_type == domain.domain_type
            && knows_type(i)
            && knows_type(*j)
        {
            findings.warning(
                &path,
                said!(
                    "check-domain-covered",
                    "{domain} is accepted already, as a subdomain of {above}",
                    domain = domain.name,
                    above = above.name
                ),
                said!(
                    "check-domain-covered.do",
                    "remove the entry, unless it is to get a type of its own"
                ),
            );
        }
        if domain.domain_type == DomainType::InternalRelay {
            internal_relay(&takers, domain, &path, findings);
        }
    }
}

fn internal_relay(
    takers: &Takers<'_>,
    domain: &AcceptedDomain,
    path: &str,
    findings: &mut Findings<'_>,
) {
    let name = &domain.name;
    let all_known = findings.places.knows_all("connector", &["enabled", "recipient_domains"]);
    match takers.taking(name) {
        None if all_known => findings.warning(
            path,
            said!(
                "check-relay-domain-alone",
                "{domain} is an internal relay domain, and no enabled connector takes it: mail for recipients that are not here fails",
                domain = name
            ),
            said!(
                "check-relay-domain-alone.do",
                "add an outbound connector with recipient_domains = [\"{domain}\"], or make the domain authoritative if all its mailboxes are here",
                domain = name
            ),
        ),
        Some(connector) if connector.route == OutboundRoute::Mx => findings.warning(
            path,
            said!(
                "check-relay-domain-mx",
                "mail for {domain} leaves through the connector \"{connector}\" to the domain's MX hosts; if those are this server, it cannot be delivered (a loop)",
                domain = name,
                connector = connector.name
            ),
            said!(
                "check-relay-domain-mx.do",
                "give the connector smart_hosts, the servers that have the mailboxes"
            ),
        ),
        _ => {}
    }
    if domain.match_subdomains && all_known && !takers.takes_subdomains(name) {
        findings.warning(
            path,
            said!(
                "check-subdomains-alone",
                "subdomains of {domain} are accepted, and no enabled connector takes them",
                domain = name
            ),
            said!(
                "check-subdomains-alone.do",
                "add \"*.{domain}\" to recipient_domains of the connector",
                domain = name
            ),
        );
    }
}

/// The enabled outbound connectors by what they take.
struct Takers<'f> {
    connectors: Vec<&'f OutboundConnector>,
    patterns: PatternIndex,
}

impl<'f> Takers<'f> {
    fn of(flow: &'f MailFlow) -> Self {
        let enabled = flow.connectors.iter().filter_map(|connector| match connector {
            Connector::Outbound(outbound) if outbound.enabled => Some(outbound),
            _ => None,
        });
        let connectors: Vec<&OutboundConnector> = enabled.collect();
        let patterns = connectors.iter().zip(0..).flat_map(|(connector, number)| {
            connector.recipient_domains.iter().map(move |pattern| (pattern, number))
        });
        let patterns = PatternIndex::new(patterns);
        Self { connectors, patterns }
    }

    /// Whether one takes what is accepted below this domain.
    fn takes_subdomains(&self, domain: &Domain) -> bool {
        self.patterns.takes_accepted() || self.patterns.takes_below(domain)
    }

    /// The one that the router takes for this domain.
    fn taking(&self, domain: &Domain) -> Option<&'f OutboundConnector> {
        let number = self.patterns.taking_accepted(domain).next()?;
        self.connectors.get(number as usize).copied()
    }
}
