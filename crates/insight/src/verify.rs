//! Whether a way works now: asked right after something was repaired, without waiting for the next delivery.
//!
//! **What it promises.** A session without a message to the hosts of the way, whatever was found before. It
//! works when one of them gives a session as mail needs it: the same facts that make a diagnosis say so.
//!
//! **What it refuses.** A session ends before any message. Where what failed comes after it, or is about what domains
//! publish ([`can_tell`]), it says nothing.

use std::net::SocketAddr;
use std::time::Duration;

use causeway_model::config::{Host, SmartHost, TlsLevel};
use causeway_model::{Attempt, Failure, Outcome, Stage};
use causeway_net::Families;
use causeway_net::dial::order_addresses;
use tokio::time::Instant;

use crate::alert::Checked;
use crate::finding::{Fact, Finding};
use crate::probe::{Probe, TlsDemand};
use crate::prober::{Known, Prober};

/// Hosts that are asked at most.
const MOST_HOSTS: usize = 16;

/// All of them together.
const LONGEST: Duration = Duration::from_secs(60);

/// Findings that are kept as evidence.
const MOST_SHOWN: usize = 4;

/// A way that mail is to take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    /// Its hosts, the first one first.
    pub hosts: Vec<SmartHost>,
    /// What is demanded of TLS.
    pub level: TlsLevel,
    /// The name that the certificate must be for; `None`: the host's.
    pub expected_name: Option<String>,
    /// It is that of a connector.
    pub connector: bool,
}

/// Whether a session without a message can show that what failed works by now.
#[must_use]
pub fn can_tell(attempt: &Attempt) -> bool {
    let published = matches!(
        attempt.outcome,
        Outcome::Failure(
            Failure::DaneViolated { .. }
                | Failure::StsViolated { .. }
                | Failure::StsHostNotListed { .. }
        )
    );
    !published && attempt.stage <= Stage::Tls
}

/// Asks the way's hosts.
pub async fn verify(prober: &Prober, way: &Way) -> Checked {
    let mut findings = Vec::new();
    let end = Instant::now() + LONGEST;
    for host in way.hosts.iter().take(MOST_HOSTS) {
        if Instant::now() >= end {
            break;
        }
        let probe = session(prober, host, way).await;
        let site = format!("fix {}", probe.target());
        let found = prober.run_anew(&site, &[probe], &Known::default()).await;
        if works(&found, way.level) {
            return checked(prober, way, true, shown(found, good));
        }
        findings.extend(found);
    }
    let level = way.level;
    checked(prober, way, false, shown(findings, |fact| fact.stops_mail(level)))
}

/// The session with a host; for a name that leads nowhere now, the question for its addresses.
async fn session(prober: &Prober, SmartHost { host, port }: &SmartHost, way: &Way) -> Probe {
    let (name, ip) = match host {
        Host::Address(ip) => (ip.to_string(), Some(*ip)),
        Host::Name(name) => {
            let found = prober.resolver().addresses(name.as_str(), Families::Both).await;
            let ordered = found.map(|all| order_addresses(&all)).unwrap_or_default();
            (name.to_string(), ordered.first().copied())
        }
    };
    let Some(ip) = ip else {
        return Probe::ResolverAnswer { name, kind: crate::probe::RecordKind::A };
    };
    let expected_name = way.expected_name.clone().unwrap_or_else(|| name.clone());
    let demand = TlsDemand { level: way.level, expected_name, publisher: None };
    Probe::Session { address: SocketAddr::new(ip, *port), host: name, demand }
}

/// A session came about, and nothing in it stops mail.
fn works(found: &[Finding], level: TlsLevel) -> bool {
    found.iter().any(|finding| matches!(finding.fact, Fact::Hello { .. }))
        && !found.iter().any(|finding| finding.fact.stops_mail(level))
}

/// Facts that show that it works.
const fn good(fact: &Fact) -> bool {
    matches!(fact, Fact::Connected { .. } | Fact::TlsWorks { .. } | Fact::CertificateGood { .. })
}

fn shown(findings: Vec<Finding>, is: impl Fn(&Fact) -> bool) -> Vec<Finding> {
    findings.into_iter().filter(|finding| is(&finding.fact)).take(MOST_SHOWN).collect()
}

fn checked(prober: &Prober, way: &Way, works: bool, findings: Vec<Finding>) -> Checked {
    Checked { at: prober.now(), works, connector: way.connector, findings }
}

#[cfg(test)]
mod tests {
    use causeway_model::{Reply, Timestamp};

    use super::*;

    fn attempt(stage: Stage, failure: Failure) -> Attempt {
        Attempt::new(Timestamp::from_millis(0), "p", stage, Outcome::Failure(failure))
    }

    #[test]
    fn a_session_shows_nothing_of_what_comes_after_it_or_of_what_domains_publish() {
        assert!(can_tell(&attempt(Stage::Connect, Failure::ConnectionRefused)));
        let reply = Reply::new(550, None, "relaying denied");
        assert!(!can_tell(&attempt(Stage::Rcpt, Failure::Replied { reply: reply.clone() })));
        assert!(!can_tell(&attempt(Stage::Auth, Failure::Replied { reply })));
        let host = "mx.partner.test".to_owned();
        let domain = "partner.test".to_owned();
        assert!(!can_tell(&attempt(
            Stage::Resolve,
            Failure::StsHostNotListed { host, domain, allowed: vec![] }
        )));
    }
}
