//! Accepted domains.

use std::collections::HashMap;

use causeway_model::Domain;
use causeway_model::config::{
    AcceptedDomain, Connector, DomainPattern, DomainType, MailFlow, OutboundConnector,
    OutboundRoute,
};

use super::Findings;
use crate::index::{pattern_takes, upwards};

pub(super) fn check(flow: &MailFlow, findings: &mut Findings<'_>) {
    let covering: HashMap<&str, &AcceptedDomain> = flow
        .domains
        .iter()
        .filter(|domain| domain.match_subdomains)
        .map(|domain| (domain.name.as_str(), domain))
        .collect();
    for (i, domain) in flow.domains.iter().enumerate() {
        let path = format!("domain[{i}]");
        // The closest accepted domain above that takes its subdomains too.
        if let Some(above) = upwards(&domain.name).skip(1).find_map(|up| covering.get(up))
            && above.domain_type == domain.domain_type
        {
            findings.warning(
                &path,
                format!("{} is accepted already, as a subdomain of {}", domain.name, above.name),
                "remove the entry, unless it is to get a type of its own",
            );
        }
        if domain.domain_type == DomainType::InternalRelay {
            internal_relay(flow, domain, &path, findings);
        }
    }
}

fn internal_relay(
    flow: &MailFlow,
    domain: &AcceptedDomain,
    path: &str,
    findings: &mut Findings<'_>,
) {
    let name = &domain.name;
    let instead = format!(
        "add an outbound connector with recipient_domains = [\"{name}\"], or make the domain \
         authoritative if all its mailboxes are here"
    );
    match taking(flow, |pattern| pattern_takes(pattern, name)) {
        None => findings.warning(
            path,
            format!("{name} is an internal relay domain, and no enabled connector takes it: mail for recipients that are not here fails"),
            instead,
        ),
        Some(connector) if connector.route == OutboundRoute::Mx => findings.warning(
            path,
            format!(
                "mail for {name} leaves through the connector \"{}\" to the domain's MX hosts; if those are this server, it cannot be delivered (a loop)",
                connector.name
            ),
            "give the connector smart_hosts, the servers that have the mailboxes",
        ),
        Some(_) => {}
    }
    if domain.match_subdomains && taking(flow, |pattern| takes_below(pattern, name)).is_none() {
        findings.warning(
            path,
            format!("subdomains of {name} are accepted, and no enabled connector takes them"),
            format!("add \"*.{name}\" to recipient_domains of the connector"),
        );
    }
}

/// True when the pattern takes everything below the domain.
fn takes_below(pattern: &DomainPattern, domain: &Domain) -> bool {
    match pattern {
        DomainPattern::Everything => true,
        DomainPattern::Exact(_) => false,
        DomainPattern::Below(above) => domain.is_within(above),
    }
}

fn taking(flow: &MailFlow, test: impl Fn(&DomainPattern) -> bool) -> Option<&OutboundConnector> {
    flow.connectors.iter().find_map(|connector| match connector {
        Connector::Outbound(outbound) if outbound.enabled => {
            outbound.recipient_domains.iter().any(&test).then_some(outbound)
        }
        _ => None,
    })
}
