//! Connectivity tests from the server's point of view: its configuration, its addresses, its resolver.

use std::net::IpAddr;

use causeway_admin::ControlError;
use causeway_admin::types::{RunTest, TestKind, TestStep};
use causeway_dkim::{STORE_PREFIX, SigningKey};
use causeway_insight::Known;
use causeway_insight::checkup::{About, DomainFacts, Outbound, OwnKey, Test, concerns};
use causeway_insight::watch::Watch;
use causeway_model::Domain;
use causeway_model::config::{
    Connector, DomainPattern, Language, MailFlow, OutboundConnector, OutboundRoute,
};
use tokio::sync::mpsc::Sender;

use super::Server;
use crate::connectivity::{make, spellings};

/// Open alerts about a domain that a test tells of.
const MOST_ALERTS: usize = 10;

/// Makes a test and passes every step on.
///
/// # Errors
/// [`ControlError::NotFound`] when the connector is not there (any more).
pub(crate) async fn run(
    (server, watch): (&Server, &Watch),
    request: RunTest,
    steps: Sender<TestStep>,
) -> Result<bool, ControlError> {
    let flow = server.policy.load().flow().clone();
    let own = flow.organization.languages.first().copied();
    let language = request.language.or(own).unwrap_or(Language::En);
    let target = request.target;
    let mut about = about(server, &flow);
    let test = match request.test {
        TestKind::Inbound => Test::Inbound { domain: target },
        TestKind::Outbound => {
            let named = flow.connectors.iter().find_map(|connector| match connector {
                Connector::Outbound(outbound) if outbound.name == target => Some(outbound),
                _ => None,
            });
            let missing = || ControlError::NotFound(format!("outbound connector {target:?}"));
            Test::Outbound(Box::new(outbound(named.ok_or_else(missing)?)))
        }
        TestKind::Domain => Test::Domain { domain: target, dkim_selectors: request.dkim_selectors },
    };
    if let Test::Inbound { domain } | Test::Domain { domain, .. } = &test {
        about.domain = domain.parse().ok().and_then(|domain| facts(&flow, &domain));
    }
    if let Test::Domain { domain, .. } = &test {
        about.sending = sending(server, &flow).await;
        about.signing_keys = signing_keys(server, domain).await;
        let facts = about.domain.as_ref();
        about.alerts =
            watch.alerts(MOST_ALERTS, |alert| alert.is_open() && concerns(alert, domain, facts));
    }
    let told = |step| {
        // Who does not listen any more does not mind.
        let _ = steps.try_send(step);
    };
    Ok(make(&server.prober, &test, &about, language, told).await)
}

/// Who we are: where mail reaches us, and where it comes from.
fn about(server: &Server, flow: &MailFlow) -> About {
    let mut addresses: Vec<IpAddr> = server
        .listeners
        .iter()
        .map(|listener| listener.address.ip())
        .filter(|ip| !ip.is_unspecified())
        .collect();
    if server.listeners.iter().any(|listener| listener.address.ip().is_unspecified()) {
        addresses.extend(causeway_net::local_addresses());
    }
    addresses.sort_unstable();
    addresses.dedup();
    About {
        hostname: server.hostname.to_string(),
        addresses,
        also_expected: flow.organization.expected_mx.iter().map(ToString::to_string).collect(),
        mx_port: server.machine.delivery.mx_port,
        domain: None,
        known: Known { spellings: spellings(flow), ..Known::default() },
        ..About::default()
    }
}

/// The addresses that mail leaves from: those that `connector firewall` names.
async fn sending(server: &Server, flow: &MailFlow) -> Vec<IpAddr> {
    let connectors = flow.connectors.iter().filter_map(|connector| match connector {
        Connector::Outbound(outbound) if outbound.enabled => Some(Some(outbound)),
        _ => None,
    });
    let mut addresses = Vec::new();
    for connector in connectors.chain([None]) {
        let passages = server.dispatch.passages(connector).await;
        let mut sources = passages.into_iter().filter_map(|passage| passage.source).peekable();
        // Where none of the addresses in the configuration can be used, they are still the ones that are meant.
        if sources.peek().is_none() {
            let own = connector.map(|connector| &connector.source_addresses);
            let own = own.filter(|own| !own.is_empty());
            addresses.extend(own.unwrap_or(&server.machine.delivery.source_addresses));
        }
        addresses.extend(sources);
    }
    addresses.sort_unstable();
    addresses.dedup();
    addresses
}

/// The keys that sign for a domain. One that cannot be read signs nothing; the log has told so.
async fn signing_keys(server: &Server, domain: &str) -> Vec<OwnKey> {
    let kept = server.store.recall_all(STORE_PREFIX.into()).await.unwrap_or_default();
    let keys = kept.iter().filter_map(|(_, text)| serde_json::from_str::<SigningKey>(text).ok());
    keys.filter(|key| key.domain.as_str() == domain)
        .filter_map(|key| Some(OwnKey { name: key.record_name(), value: key.record_value().ok()? }))
        .collect()
}

/// Hosts and addresses that MX records of our domains may name; empty where it is not known what this
/// machine is called outside.
pub(crate) fn expected_mx(server: &Server, flow: &MailFlow) -> Vec<String> {
    let about = about(server, flow);
    let is_known = server.machine.hostname.is_some()
        || !about.also_expected.is_empty()
        || about.addresses.iter().any(|address| !address.is_loopback());
    if is_known { about.expected_mx() } else { Vec::new() }
}

/// What the configuration says of a domain.
fn facts(flow: &MailFlow, domain: &Domain) -> Option<DomainFacts> {
    let accepted = flow.domains.iter().find(|accepted| {
        accepted.name == *domain
            || accepted.match_subdomains && is_below(domain.as_str(), accepted.name.as_str())
    })?;
    let named = |enabled: bool| {
        flow.connectors.iter().find_map(|connector| match connector {
            Connector::Outbound(outbound)
                if outbound.enabled == enabled && takes(outbound, domain) =>
            {
                Some(outbound)
            }
            _ => None,
        })
    };
    Some(DomainFacts {
        kind: accepted.domain_type,
        connector: named(true).map(|connector| connector.name.clone()),
        way: named(true).map(|connector| Box::new(outbound(connector))),
        disabled_connector: named(false).map(|connector| connector.name.clone()),
    })
}

fn takes(connector: &OutboundConnector, domain: &Domain) -> bool {
    connector.recipient_domains.iter().any(|pattern| match pattern {
        // Asked about accepted domains only.
        DomainPattern::Everything | DomainPattern::Accepted => true,
        DomainPattern::Exact(exact) => exact == domain,
        DomainPattern::Below(above) => is_below(domain.as_str(), above.as_str()),
    })
}

fn is_below(name: &str, above: &str) -> bool {
    name.strip_suffix(above).is_some_and(|rest| rest.ends_with('.'))
}

fn outbound(connector: &OutboundConnector) -> Outbound {
    let (hosts, mx_domains) = match &connector.route {
        OutboundRoute::SmartHosts(groups) => {
            (groups.iter().flatten().cloned().collect(), Vec::new())
        }
        OutboundRoute::Mx => {
            let exact = connector.recipient_domains.iter().filter_map(|pattern| match pattern {
                DomainPattern::Exact(domain) => Some(domain.to_string()),
                _ => None,
            });
            (Vec::new(), exact.collect())
        }
    };
    Outbound {
        name: connector.name.clone(),
        enabled: connector.enabled,
        hosts,
        mx_domains,
        level: connector.tls,
        tls_domain: connector.tls_domain.clone(),
    }
}
