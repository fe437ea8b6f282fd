//! What a connection is held against: the connector's level, the host's TLSA records, the recipient
//! domain's MTA-STS policy. And whether a connection that is there will do for somebody else.

use std::sync::Arc;

use causeway_model::config::{Host, TlsLevel};
use causeway_model::{Domain, Failure, HopSecurity, VerifiedBy};
use causeway_net::Published;
use causeway_net::sts::Policy;
use causeway_net::tls::{DaneLevel, Decision, Demands, Expectation, Findings, StsMode, decide};
use hashbrown::HashMap;
use parking_lot::Mutex;
use tracing::warn;

use crate::connect::Target;
use crate::engine::Shared;

/// What a target demands, whatever the host: a connection that was made for one serves only those that
/// demand the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) level: TlsLevel,
    /// The name the certificate must carry; `None`: the host's.
    pub(crate) tls_domain: Option<String>,
    /// The user that is logged in.
    pub(crate) user: Option<String>,
    /// TLSA records are looked for.
    pub(crate) dane: bool,
    /// The recipients' domain, where what it publishes counts: the site is then its own.
    pub(crate) domain: Option<Domain>,
    /// Its MTA-STS policy.
    pub(crate) sts: Option<Arc<Policy>>,
}

/// What is demanded of a host.
///
/// # Errors
/// [`Failure::TlsaUnavailable`] and [`Failure::StsHostNotListed`]: the host must not be used at all.
pub(crate) async fn of_host(
    shared: &Shared,
    target: &Target,
    host: &Host,
    port: u16,
) -> Result<Expectation, Failure> {
    let standing = &target.standing;
    let name = match host {
        Host::Name(name) => name.to_string(),
        Host::Address(address) => address.to_string(),
    };
    let records = match host {
        Host::Name(name) if standing.dane => shared.resolver.tlsa(name.as_str(), port).await?,
        _ => None,
    };
    let published =
        Published { records, domain: standing.domain.clone(), policy: standing.sts.clone() };
    let expectation = published.expectation(standing.level, standing.tls_domain.clone(), &name);
    let Demands { dane, sts, .. } = &expectation.demands;
    if let (Err(failure), Some((_, StsMode::Enforce)), false) =
        (&expectation.listed, sts, *dane == Some(DaneLevel::Certificate))
    {
        return Err(failure.clone());
    }
    Ok(expectation)
}

/// The failure when there is no TLS for this reason, in the words of whoever demands it.
pub(crate) fn without_tls(demands: &Demands, reason: Failure) -> Failure {
    match decide(demands, &Findings::plain(&reason)) {
        Decision::Defer(failure) => failure,
        Decision::Deliver(_) | Decision::DeliverAndReport(..) => reason,
    }
}

/// What is written into attempts about the connection. `None` for plain text that nobody minds.
///
/// # Errors
/// Why it will not do.
pub(crate) fn settled(
    demands: &Demands,
    found: &Findings,
) -> Result<Option<Box<HopSecurity>>, Failure> {
    let (verified_by, weakness) = match decide(demands, found) {
        Decision::Defer(failure) => return Err(failure),
        Decision::DeliverAndReport(verified_by, failure) => (verified_by, Some(failure)),
        Decision::Deliver(VerifiedBy::Nothing) if found.encryption.is_err() => return Ok(None),
        Decision::Deliver(VerifiedBy::Nothing) => (VerifiedBy::Nothing, found.certificate().err()),
        Decision::Deliver(verified_by) => (verified_by, None),
    };
    Ok(Some(Box::new(HopSecurity { verified_by, weakness })))
}

/// Whether a failure of the handshake is no verdict on the certificate.
pub(crate) const fn is_lack_of_tls(failure: &Failure) -> bool {
    matches!(
        failure,
        Failure::TlsHandshake { .. }
            | Failure::TlsTooOld { .. }
            | Failure::TlsNothingInCommon { .. }
            | Failure::StarttlsRefused { .. }
    )
}

/// Policies under test that were not met, for the log: each host once.
#[derive(Debug, Default)]
pub(crate) struct WeakSpots {
    told: Mutex<HashMap<String, Failure>>,
}

/// Hosts that are remembered.
const MOST_WEAK: usize = 10_000;

impl WeakSpots {
    /// Tells of a host, unless the same was told before.
    pub(crate) fn note(&self, site: &str, host: &str, demands: &Demands, found: &Findings) {
        let Decision::DeliverAndReport(_, failure) = decide(demands, found) else { return };
        let mut told = self.told.lock();
        if told.get(host) == Some(&failure) {
            return;
        }
        if told.len() >= MOST_WEAK {
            told.clear();
        }
        told.insert(host.to_owned(), failure.clone());
        drop(told);
        let stage = causeway_model::Stage::Tls;
        let words =
            causeway_catalog::status::status(&failure, stage, causeway_catalog::Phase::Queued).text;
        warn!(site, host, reason = words, "mail goes, though a policy under test is not met");
    }
}
