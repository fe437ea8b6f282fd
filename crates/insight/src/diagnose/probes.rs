//! What is worth asking next.
//!
//! Every possible cause names its looks in the catalog ([`Look`]); this turns them into questions about
//! this path, the causes that stand first before the others, each question once.

use std::collections::BTreeSet;
use std::net::SocketAddr;

use causeway_catalog::causes::causes_of_attempt;
use causeway_catalog::causes::remedy::Look;
use causeway_model::{Failure, Stage};

use super::facts::Facts;
use crate::finding::{Fact, Finding};
use crate::probe::{Probe, Publisher, RecordKind, TlsDemand};

/// The port that mail servers take mail from each other on.
const SMTP: u16 = 25;

/// Questions worth asking, given what has been asked and found; empty: nothing more would tell the causes
/// apart.
#[must_use]
pub fn next_probes(facts: &Facts, asked: &[Probe], findings: &[Finding]) -> Vec<Probe> {
    let mut probes = Vec::new();
    if connects_by_now(facts, findings) {
        probes.extend(session(facts).filter(|probe| !asked.contains(probe)));
    }
    let mut looks = BTreeSet::new();
    for cause in causes_of_attempt(&facts.attempt) {
        looks.extend(cause.looks().iter().copied());
    }
    for look in looks {
        for probe in of_look(look, facts, findings) {
            if !asked.contains(&probe) && !probes.contains(&probe) {
                probes.push(probe);
            }
        }
    }
    probes
}

/// No connection came about, and now one does: whether mail gets through by it is worth knowing.
fn connects_by_now(facts: &Facts, findings: &[Finding]) -> bool {
    let tried = facts.attempt.address;
    let connected =
        |fact: &Fact| matches!(fact, Fact::Connected { address, .. } if Some(*address) == tried);
    facts.attempt.stage == Stage::Connect && findings.iter().any(|f| connected(&f.fact))
}

/// The name whose answer is in question, and the record type.
fn question(facts: &Facts) -> Option<(String, RecordKind)> {
    let of_domain = |name: &str| match facts.path.domain.as_deref() {
        Some(domain) if domain.eq_ignore_ascii_case(name) => RecordKind::Mx,
        _ => RecordKind::A,
    };
    match facts.failure()? {
        Failure::DomainNotFound { name }
        | Failure::NoAddress { name }
        | Failure::DnsServerFailure { name, .. }
        | Failure::DnsTimeout { name, .. }
        | Failure::DnssecBogus { name } => Some((name.clone(), of_domain(name))),
        Failure::NullMx { domain } | Failure::MxPointsHere { domain, .. } => {
            Some((domain.clone(), RecordKind::Mx))
        }
        Failure::Replied { .. } => facts.path.domain.clone().map(|domain| (domain, RecordKind::Mx)),
        _ => {
            // By which name the address was found.
            let host = facts.attempt.host.as_ref()?;
            let is_address = host.parse::<std::net::IpAddr>().is_ok();
            (!is_address).then(|| (host.clone(), RecordKind::A))
        }
    }
}

fn of_look(look: Look, facts: &Facts, findings: &[Finding]) -> Vec<Probe> {
    let is_name = matches!(
        facts.failure(),
        Some(
            Failure::DomainNotFound { .. }
                | Failure::NoAddress { .. }
                | Failure::DnsServerFailure { .. }
                | Failure::DnsTimeout { .. }
                | Failure::DnssecBogus { .. }
        )
    );
    match look {
        Look::History | Look::Words => Vec::new(),
        Look::Resolver => {
            let mut probes = Vec::new();
            if let Some((name, kind)) = question(facts).filter(|_| is_name) {
                probes.push(Probe::ResolverAnswer { name: name.clone(), kind });
                probes.push(Probe::Dnssec { name, kind });
                probes.push(Probe::ResolverHealth);
            }
            if let Some(domain) = facts.path.domain.clone() {
                let expected = facts.path.expected_hosts.clone();
                probes.push(Probe::MailHosts { domain, expected });
            }
            probes
        }
        Look::NameServers => question(facts)
            .map(|(name, kind)| Probe::Propagation { name, kind })
            .into_iter()
            .collect(),
        Look::Spelling => {
            question(facts).map(|(name, _)| Probe::Spelling { name }).into_iter().collect()
        }
        Look::Addresses => addresses(facts, findings),
        Look::Control => match facts.attempt.address {
            Some(tried) if !is_name && facts.attempt.stage <= Stage::Connect => {
                vec![Probe::ControlDestinations { port: tried.port() }]
            }
            _ => Vec::new(),
        },
        Look::OtherPorts => other_ports(facts),
        Look::Conversation => conversation(facts, findings),
        Look::Handshake | Look::Certificate => {
            session(facts).or_else(|| published(facts)).into_iter().collect()
        }
    }
}

/// The address that failed, the one that worked before, and those that the name leads to by now.
fn addresses(facts: &Facts, findings: &[Finding]) -> Vec<Probe> {
    if facts.attempt.stage > Stage::Connect {
        return Vec::new();
    }
    let mut found: Vec<SocketAddr> = facts.attempt.address.into_iter().collect();
    found.extend(facts.last_success.as_ref().and_then(|success| success.address));
    if let Some(tried) = facts.attempt.address {
        for finding in findings {
            if let Fact::CachedAnswerOld { current, .. } | Fact::OwnCacheOld { current, .. } =
                &finding.fact
            {
                let ips = current.iter().filter_map(|record| record.parse().ok());
                found.extend(ips.map(|ip| SocketAddr::new(ip, tried.port())));
            }
        }
        if facts.attempt.host.is_some() {
            // By now the name may lead elsewhere: a host has seldom more than one.
            found.truncate(4);
        }
    }
    found.dedup();
    found.into_iter().map(|address| Probe::Connect { address }).collect()
}

fn other_ports(facts: &Facts) -> Vec<Probe> {
    let Some(tried) = facts.attempt.address else { return Vec::new() };
    if facts.attempt.stage > Stage::Connect {
        return Vec::new();
    }
    let mut probes = vec![Probe::SubmissionPort { ip: tried.ip() }];
    // A connector's port may be the wrong one; the hosts of an MX record have no other.
    let usual = [SMTP, facts.path.mx_port];
    if facts.attempt.connector.is_some() {
        for port in usual.into_iter().filter(|port| *port != tried.port() && *port != 0) {
            probes.extend(session_at(facts, SocketAddr::new(tried.ip(), port)));
        }
    }
    probes
}

fn session(facts: &Facts) -> Option<Probe> {
    session_at(facts, facts.attempt.address?)
}

fn session_at(facts: &Facts, address: SocketAddr) -> Option<Probe> {
    let host = facts.attempt.host.clone().unwrap_or_else(|| address.ip().to_string());
    let expected_name = facts.path.tls_domain.clone().unwrap_or_else(|| host.clone());
    let demand = TlsDemand { level: facts.path.tls, expected_name, publisher: publisher(facts) };
    Some(Probe::Session { address, host, demand })
}

/// Whose published demands are part of the question: those that the failure is about.
fn publisher(facts: &Facts) -> Option<Publisher> {
    let is_published = matches!(
        facts.failure()?,
        Failure::DaneViolated { .. }
            | Failure::TlsaMismatch { .. }
            | Failure::TlsaUnavailable { .. }
            | Failure::StsViolated { .. }
            | Failure::StsHostNotListed { .. }
    );
    let domain = facts.path.domain.clone();
    is_published.then(|| domain.map_or(Publisher::Host, Publisher::Domain))
}

/// What is published, where the failure came before any connection.
fn published(facts: &Facts) -> Option<Probe> {
    let publisher = publisher(facts).filter(|_| facts.attempt.address.is_none())?;
    let host = facts.attempt.host.clone()?;
    Some(Probe::Published { host, port: facts.path.mx_port, publisher })
}

/// A session; and, where that works although deliveries break, one that tries every command and large ones.
fn conversation(facts: &Facts, findings: &[Finding]) -> Vec<Probe> {
    let Some(session) = session(facts) else { return Vec::new() };
    let Probe::Session { address, .. } = session else { return Vec::new() };
    let breaks = matches!(
        facts.failure(),
        Some(
            Failure::TimedOut { .. }
                | Failure::ClosedAbruptly { .. }
                | Failure::ProtocolError { .. }
                | Failure::TlsHandshake { .. }
        )
    );
    let got_through = findings
        .iter()
        .any(|finding| finding.probe == session && matches!(finding.fact, Fact::Hello { .. }));
    let mut probes = vec![session];
    if breaks && got_through {
        probes.push(Probe::Endurance { address });
    }
    probes
}
