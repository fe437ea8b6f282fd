//! What is known about a failing path without touching the network.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use causeway_dispatch::Success;
use causeway_insight::alert::FailingPath;
use causeway_insight::diagnose::facts::{aspects_changed, lasting_aspects, loosens};
use causeway_insight::diagnose::{Aspect, ConfigurationChange, Facts, LastSuccess, Others, Path};
use causeway_insight::finding::Control;
use causeway_insight::probe::Probe;
use causeway_insight::prober::Known;
use causeway_model::config::{
    Connector, DomainPattern, DomainType, MailFlow, OutboundConnector, Peer, TlsLevel,
};
use causeway_model::{Attempt, Domain, Failure, Outcome, Timestamp};
use causeway_store::{QueueFilter, RevisionEntry, StoreError};
use tracing::warn;

use super::circles;
use crate::cli::configuration::MAIL_FLOW_FILE;
use crate::serve::{Server, connectivity};

/// How far back the records of a path are read.
const BACK: Duration = Duration::from_secs(90 * 86_400);

/// Attempts of a path that are looked through for its last success.
const ATTEMPTS: usize = 2_000;

/// Revisions that are looked through for changes of a path.
const REVISIONS: usize = 30;

/// Destinations that took mail within this time are compared with.
const CONTROLS: Duration = Duration::from_secs(24 * 3600);

/// So many of them.
const MOST_CONTROLS: usize = 20;

/// Waiting messages whose end is looked at.
const MOST_WAITING: usize = 100;

/// Destinations that are counted.
const MOST_COUNTED: usize = 1_000;

pub(super) async fn facts(server: &Server, failing: &FailingPath) -> Facts {
    let now = server.dispatch.now();
    let flow = server.policy.load().flow().clone();
    let last_success = last_success(server, failing, now).await;
    let changes = changes(server, &failing.last, last_success.as_ref()).await;
    let others = Others {
        failing: server.dispatch.failing_count(),
        well: failing.last.address.map_or(0, |tried| others_well(server, failing.since, tried)),
    };
    let returned_at = returned_at(server, failing).await;
    Facts {
        now,
        attempt: failing.last.clone(),
        failing_since: failing.since,
        failures: failing.failures,
        next_attempt_at: (failing.until > now).then_some(failing.until),
        returned_at,
        path: path(server, failing, &flow),
        last_success,
        changes,
        others,
        taken: failing.taken.clone(),
        came_back: circles::came_back(server, failing).await,
    }
}

/// Other hosts that took mail at the same port since a moment.
fn others_well(server: &Server, since: Timestamp, tried: SocketAddr) -> usize {
    let counts = |address: SocketAddr| address.ip() != tried.ip() && address.port() == tried.port();
    server.dispatch.count_successes(since, MOST_COUNTED, counts)
}

/// What probes compare a failing path with: where mail went lately, and names that are spelt rightly.
pub(crate) async fn known(server: &Server, path: &str, probes: &[Probe]) -> Known {
    let now = server.dispatch.now();
    let lately = server.dispatch.successes(now.minus(CONTROLS), MOST_CONTROLS);
    let others = || lately.iter().filter(|(other, _)| other != path);
    let compares = |probe: &Probe| matches!(probe, Probe::ControlDestinations { .. });
    let mut controls = match probes.iter().any(compares) {
        true => server.prober.controls(&server.machine.probes.control_destinations).await,
        false => Vec::new(),
    };
    // Those that are known to fail come last: the others say more.
    let (failing, flowing): (Vec<_>, Vec<_>) =
        others().partition(|(site, _)| server.dispatch.is_failing(site));
    let control = |(site, success): &(String, Success)| Control {
        site: site.clone(),
        address: success.address,
    };
    controls.extend(flowing.into_iter().chain(failing).map(control));
    let is_name = |name: &str| Domain::parse(name).is_ok();
    let hosts = || others().map(|(_, success)| success.host.clone());
    let recent_names: Vec<String> = hosts().filter(|name| is_name(name)).collect();
    let flow = server.policy.load().flow().clone();
    let mut spellings: Vec<String> = flow.domains.iter().map(|d| d.name.to_string()).collect();
    for connector in &flow.connectors {
        if let Connector::Outbound(connector) = connector {
            let path = Path::of_connector(connector, 0);
            spellings.extend(path.smart_hosts.into_iter().map(|(host, _)| host));
            spellings.extend(connector.recipient_domains.iter().filter_map(|p| match p {
                DomainPattern::Exact(name) => Some(name.to_string()),
                _ => None,
            }));
        }
    }
    // Where this path itself went when it worked.
    spellings.extend(server.dispatch.last_success(path).map(|success| success.host));
    spellings.extend(recent_names.iter().cloned());
    if probes.iter().any(|probe| matches!(probe, Probe::Spelling { .. })) {
        let served = server.served.since(&*server.store, now, now.minus(CONTROLS)).await;
        spellings.extend(served.unwrap_or_default());
    }
    spellings.retain(|name| is_name(name));
    Known { controls, recent_names, spellings }
}

fn path(server: &Server, failing: &FailingPath, flow: &MailFlow) -> Path {
    let policy = server.policy.load();
    let mx_port = server.machine.delivery.mx_port;
    let connector = failing.last.connector.as_deref();
    let connector = connector.and_then(|name| policy.outbound_connector(name));
    let mut path = match connector {
        Some(connector) => Path::of_connector(connector, mx_port),
        None => Path { mx_port, ..Path::default() },
    };
    path.domain =
        failing.domain.clone().or_else(|| relayed_domain(failing, connector.map(|c| &**c)));
    let address = failing.last.address;
    path.leads_here = address.is_some_and(|address| server.dispatch.leads_here(address));
    if let Some(domain) = path.domain.as_deref().and_then(|name| Domain::parse(name).ok())
        && policy.flow().domains.iter().any(|accepted| accepted.name == domain)
    {
        path.expected_hosts = connectivity::expected_mx(server, policy.flow());
    }
    if matches!(failing.last.outcome, Outcome::Failure(Failure::SourceAddressUnusable { .. })) {
        path.own_addresses = to_send_from(causeway_net::local::local_addresses());
    }
    path.internal_relay = match (&failing.last.outcome, connector) {
        (_, Some(connector)) => {
            let patterns = &connector.recipient_domains;
            internal_relay(server, flow, |domain| patterns.iter().any(|p| takes(p, domain)))
        }
        (Outcome::Failure(Failure::NoConnector { domain }), None) => {
            path.other_servers = knows_other_servers(flow, domain);
            internal_relay(server, flow, |relayed| relayed.as_str() == domain)
        }
        _ => Vec::new(),
    };
    path
}

/// Whether a connector leads to or from other servers of the organization, or to this domain.
fn knows_other_servers(flow: &MailFlow, domain: &str) -> bool {
    let domain = Domain::parse(domain).ok();
    flow.connectors.iter().any(|connector| match connector {
        Connector::Inbound(inbound) => inbound.peer == Peer::OnPremises,
        Connector::Outbound(outbound) => {
            outbound.peer == Peer::OnPremises
                || domain.as_ref().is_some_and(|domain| {
                    outbound.recipient_domains.iter().any(|pattern| takes(pattern, domain))
                })
        }
    })
}

/// Of this machine's addresses those by which others can be reached: neither loopback nor of one link only.
fn to_send_from(mut own: Vec<IpAddr>) -> Vec<IpAddr> {
    own.retain(|address| match address {
        IpAddr::V4(four) => !four.is_loopback() && !four.is_link_local(),
        IpAddr::V6(six) => !six.is_loopback() && !six.is_unicast_link_local(),
    });
    own
}

/// The one domain whose mail a connector takes, where the other end refuses to relay it: whether its MX
/// records are in order is worth a look.
fn relayed_domain(failing: &FailingPath, connector: Option<&OutboundConnector>) -> Option<String> {
    let Outcome::Failure(Failure::Replied { .. }) = failing.last.outcome else { return None };
    match connector?.recipient_domains.as_slice() {
        [DomainPattern::Exact(domain)] => Some(domain.to_string()),
        _ => None,
    }
}

/// Whether a pattern of a connector takes mail for a domain.
fn takes(pattern: &DomainPattern, domain: &Domain) -> bool {
    match pattern {
        // Asked about accepted domains only.
        DomainPattern::Everything | DomainPattern::Accepted => true,
        DomainPattern::Exact(name) => name == domain,
        DomainPattern::Below(above) => domain.as_str().ends_with(&format!(".{above}")),
    }
}

/// When the first of the messages that wait for a path is returned, by their own times; so many of the oldest
/// are looked at.
pub(super) async fn returned_at(server: &Server, failing: &FailingPath) -> Option<Timestamp> {
    let ids = server.dispatch.waiting_for(&failing.path, failing.domain.as_deref(), MOST_WAITING);
    if ids.is_empty() {
        return None;
    }
    let waiting = QueueFilter { ids, ..QueueFilter::default() };
    let messages = server.store.list_queue(waiting).await.ok()?;
    let now = server.dispatch.now();
    messages.iter().map(|message| message.expires_at).min().filter(|at| *at > now)
}

/// Internal relay domains of these, with their mailboxes here.
fn internal_relay(
    server: &Server,
    flow: &MailFlow,
    takes: impl Fn(&Domain) -> bool,
) -> Vec<(String, u64)> {
    let relayed = flow.domains.iter().filter(|d| d.domain_type == DomainType::InternalRelay);
    let addresses = server.mailboxes.addresses();
    relayed
        .filter(|domain| takes(&domain.name))
        .map(|domain| {
            let here = addresses.iter().filter(|address| *address.domain() == domain.name).count();
            (domain.name.to_string(), here as u64)
        })
        .collect()
}

/// The last time that mail went through: remembered since the start, or in the records.
async fn last_success(
    server: &Server,
    failing: &FailingPath,
    now: Timestamp,
) -> Option<LastSuccess> {
    if let Some(success) = server.dispatch.last_success(&failing.path) {
        return Some(LastSuccess {
            at: success.at,
            host: Some(success.host),
            address: Some(success.address),
            tls: success.tls,
        });
    }
    let since = now.minus(BACK);
    match server.store.site_attempts(failing.path.clone(), since, ATTEMPTS).await {
        Ok(attempts) => {
            if let Some(success) = attempts.iter().find_map(LastSuccess::of) {
                return Some(success);
            }
        }
        Err(problem) => warn!(%problem, "the records of a path cannot be read now"),
    }
    // Hosts that are new have no records; the domain may have some, by its former hosts.
    let domain = failing.domain.as_ref().filter(|_| failing.last.connector.is_none())?;
    server.served.last_of(&*server.store, now, domain).await.ok()?
}

/// Revisions that changed the path since it worked; all that are known when it never did.
async fn changes(
    server: &Server,
    last: &Attempt,
    success: Option<&LastSuccess>,
) -> Vec<ConfigurationChange> {
    match read_changes(server, last, success).await {
        Ok(changes) => changes,
        Err(problem) => {
            warn!(%problem, "the revisions of the mail flow cannot be read now");
            Vec::new()
        }
    }
}

async fn read_changes(
    server: &Server,
    last: &Attempt,
    success: Option<&LastSuccess>,
) -> Result<Vec<ConfigurationChange>, StoreError> {
    if last.connector.is_none() && !last.is_own_configuration() {
        return Ok(Vec::new());
    }
    let entries = server.store.revisions(None, REVISIONS).await?;
    let newest = entries.first().map_or(0, |entry| entry.number);
    // Newest first, each with the mail flow that it put in force; the last one was in force when it worked.
    let mut steps = Vec::new();
    for entry in entries {
        let is_base = success.is_some_and(|success| entry.at < success.at);
        let text = server.store.revision(Some(entry.number)).await?.map(|revision| revision.text);
        let flow = text.and_then(|text| MailFlow::parse(&text, MAIL_FLOW_FILE).ok());
        let Some((flow, _)) = flow else { break };
        steps.push((entry, flow));
        if is_base {
            break;
        }
    }
    let base = steps.last().filter(|_| success.is_some()).map(|(_, flow)| flow);
    let current = steps.first().map(|(_, flow)| flow);
    let mut found = Vec::new();
    for pair in steps.windows(2) {
        let [(entry, new), (_, old)] = pair else { continue };
        let aspects = match (&last.connector, base, current) {
            (Some(name), Some(worked), Some(current)) => {
                lasting_aspects(name, worked, (old, new), current)
            }
            (Some(name), ..) => aspects_changed(name, old, new),
            (None, ..) => way_lost(last, old, new),
        };
        if !aspects.is_empty() {
            let mut change = change(entry, last, aspects, (old, newest));
            change.loosening = current.is_some_and(|current| loosens(current, old));
            found.push(change);
        }
    }
    found.reverse();
    Ok(found)
}

/// A revision as what changed a path. `old`: the mail flow before it; `newest`: the revision in force.
fn change(
    entry: &RevisionEntry,
    last: &Attempt,
    aspects: Vec<Aspect>,
    (old, newest): (&MailFlow, u64),
) -> ConfigurationChange {
    let name = last.connector.as_ref().map(|connector| format!("{connector:?}"));
    let is_about = |line: &&String| name.as_ref().is_none_or(|name| line.contains(name.as_str()));
    let before = last.connector.as_deref().and_then(|name| {
        outbound(old).find(|connector| connector.name == name && connector.enabled)
    });
    let revertible = last.connector.is_none() || before.is_some();
    ConfigurationChange {
        revision: entry.number,
        at: entry.at,
        author: entry.author.clone(),
        what: entry.changes.iter().filter(is_about).cloned().collect(),
        aspects,
        revertible,
        superseded: entry.number < newest,
        loosening: false,
        expected_before: before.and_then(expected_name),
    }
}

/// The name that a connector expects in the certificate; `None`: none, or that of each of several hosts.
fn expected_name(connector: &OutboundConnector) -> Option<String> {
    if connector.tls != TlsLevel::DomainValidation {
        return None;
    }
    let own = || match Path::of_connector(connector, 0).smart_hosts.as_slice() {
        [(only, _)] => Some(only.clone()),
        _ => None,
    };
    connector.tls_domain.clone().or_else(own)
}

fn outbound(flow: &MailFlow) -> impl Iterator<Item = &OutboundConnector> {
    flow.connectors.iter().filter_map(|connector| match connector {
        Connector::Outbound(connector) => Some(connector),
        Connector::Inbound(_) => None,
    })
}

/// Whether a domain without a connector had one before.
fn way_lost(last: &Attempt, old: &MailFlow, new: &MailFlow) -> Vec<Aspect> {
    let Outcome::Failure(Failure::NoConnector { domain }) = &last.outcome else {
        return Vec::new();
    };
    let Ok(domain) = Domain::parse(domain) else { return Vec::new() };
    let has_way = |flow: &MailFlow| {
        outbound(flow).filter(|connector| connector.enabled).any(|connector| {
            connector.recipient_domains.iter().any(|pattern| takes(pattern, &domain))
        })
    };
    match has_way(old) && !has_way(new) {
        true => vec![Aspect::Domains],
        false => Vec::new(),
    }
}
