//! What a host and a domain publish about their TLS: asked anew, and held against the server that is found.
//!
//! The evaluation is the deliveries' own ([`causeway_net::Published`], [`decide`]); here it is asked for each of the two
//! by itself, to tell which of them is met and which would stop mail.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use causeway_model::config::TlsLevel;
use causeway_model::{Domain, Failure};
use causeway_net::sts::{Fetch, Policy, policy_id};
use causeway_net::tls::decision::{DaneLevel, Decision, Demands, Findings, StsMode, decide};
use causeway_net::tls::{Expectation, TlsaSet};
use causeway_net::{Published, Resolver};

use crate::finding::{Fact, Standard};
use crate::probe::Publisher;
use crate::session::Notes;

/// Looks up what is published.
#[derive(Clone, Debug)]
pub(crate) struct Publications {
    pub(crate) resolver: Resolver,
    /// `[delivery].dane`.
    pub(crate) dane: bool,
    /// `None`: `[delivery].mta_sts = false`.
    pub(crate) sts: Option<Fetch>,
}

impl Publications {
    /// Notes what is published, and gives what a connection to the host is held against. Nothing of it keeps the
    /// handshake from being finished: whether it is met is said afterwards ([`verdicts`]).
    pub(crate) async fn expectation(
        &self,
        (host, port): (&str, u16),
        expected_name: &str,
        publisher: Option<&Publisher>,
        notes: &mut Notes<'_>,
    ) -> Expectation {
        let published = match publisher {
            None => Published::default(),
            Some(publisher) => self.look(host, port, publisher, notes).await,
        };
        published.expectation(TlsLevel::Opportunistic, Some(expected_name.to_owned()), host)
    }

    /// Asks for records and policy.
    pub(crate) async fn look(
        &self,
        host: &str,
        port: u16,
        publisher: &Publisher,
        notes: &mut Notes<'_>,
    ) -> Published {
        let domain = match publisher {
            Publisher::Host => None,
            Publisher::Domain(domain) => Domain::parse(domain).ok(),
        };
        let records = self.records(host, port, domain.as_ref(), notes).await;
        let policy = match &domain {
            Some(domain) => self.policy(domain, notes).await.map(Arc::new),
            None => None,
        };
        Published { records, domain, policy }
    }

    async fn records(
        &self,
        host: &str,
        port: u16,
        domain: Option<&Domain>,
        notes: &mut Notes<'_>,
    ) -> Option<TlsaSet> {
        let (host, resolver) = (host.to_owned(), &self.resolver);
        if host.parse::<IpAddr>().is_ok() {
            return None;
        }
        if !self.dane || !resolver.knows_signatures() {
            notes.note(Fact::TlsaUnasked { host });
            return None;
        }
        if let Some(domain) = domain
            && resolver.mx(domain).await.is_ok_and(|answer| !answer.is_authentic)
        {
            notes.note(Fact::MxUnsigned { domain: domain.to_string() });
            return None;
        }
        let found = resolver.tlsa(&host, port).await;
        notes.note(match &found {
            Ok(None) => Fact::TlsaNone { host },
            Ok(Some(set)) => {
                let (base, records) = (set.base.clone(), set.lines());
                Fact::TlsaRecords { host, base, port, records }
            }
            Err(failure) => Fact::TlsaUnknown { host, failure: failure.clone() },
        });
        found.ok().flatten()
    }

    async fn policy(&self, domain: &Domain, notes: &mut Notes<'_>) -> Option<Policy> {
        let fetch = self.sts.as_ref()?;
        let name = format!("_mta-sts.{domain}");
        self.resolver.flush(&name);
        let texts = self.resolver.texts(&name).await;
        let domain_text = domain.to_string();
        let Some(id) = texts.ok().and_then(|texts| policy_id(&texts)) else {
            notes.note(Fact::StsNone { domain: domain_text });
            return None;
        };
        match fetch.policy(domain).await {
            Ok((policy, _)) => {
                notes.note(Fact::StsPolicy {
                    domain: domain_text,
                    id,
                    mode: mode(&policy).to_owned(),
                    hosts: policy.hosts.clone(),
                    max_age_s: policy.max_age.as_secs(),
                });
                Some(policy)
            }
            Err(why) => {
                notes.note(Fact::StsUnusable { domain: domain_text, id, why });
                None
            }
        }
    }
}

/// The mode as policies write it.
const fn mode(policy: &Policy) -> &'static str {
    match policy.mode {
        Some(StsMode::Enforce) => "enforce",
        Some(StsMode::Testing) => "testing",
        None => "none",
    }
}

/// Whether a connection without TLS, for this reason, meets what is published.
pub(crate) fn without_tls(
    address: SocketAddr,
    expectation: &Expectation,
    reason: &Failure,
) -> Vec<Fact> {
    let listed = expectation.listed.clone();
    verdicts(address, expectation, &Findings { listed, ..Findings::plain(reason) })
}

/// Whether what was found meets what is published: one fact for each of the two that is there.
pub(crate) fn verdicts(
    address: SocketAddr,
    expectation: &Expectation,
    found: &Findings,
) -> Vec<Fact> {
    let Demands { dane, sts, host, .. } = &expectation.demands;
    let alone = |dane, sts| {
        let level = TlsLevel::Opportunistic;
        decide(&Demands { level, dane, sts, host: host.clone() }, found)
    };
    // Where TLSA records can be used, they take the place of MTA-STS.
    let is_superseded = *dane == Some(DaneLevel::Certificate);
    let by_dane = dane.map(|level| (Standard::Dane, true, alone(Some(level), None)));
    let by_sts = sts.clone().map(|sts| (Standard::MtaSts, !is_superseded, alone(None, Some(sts))));
    let told = |(by, counts, decision)| match decision {
        Decision::Deliver(_) => Fact::PublishedMet { address, by },
        Decision::Defer(failure) => {
            Fact::PublishedUnmet { address, by, failure, forbidden: counts }
        }
        Decision::DeliverAndReport(_, failure) => {
            Fact::PublishedUnmet { address, by, failure, forbidden: false }
        }
    };
    by_dane.into_iter().chain(by_sts).map(told).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expectation(dane: Option<DaneLevel>, mode: Option<StsMode>) -> Expectation {
        let mut expectation = Expectation::of_level(TlsLevel::Opportunistic, None);
        expectation.demands.dane = dane;
        expectation.demands.sts = mode.map(|mode| ("partner.test".to_owned(), mode));
        expectation
    }

    fn told(expectation: &Expectation, found: &Findings) -> Vec<(Standard, bool, bool)> {
        let address = "192.0.2.25:25".parse().unwrap();
        let facts = verdicts(address, expectation, found);
        facts
            .into_iter()
            .map(|fact| match fact {
                Fact::PublishedMet { by, .. } => (by, true, false),
                Fact::PublishedUnmet { by, forbidden, .. } => (by, false, forbidden),
                other => panic!("{other:?}"),
            })
            .collect()
    }

    #[test]
    fn each_of_the_two_is_judged_by_itself() {
        let good = Findings {
            encryption: Ok(()),
            chain: Ok(()),
            name: Ok(()),
            host_name: Ok(()),
            dane: Ok(()),
            listed: Ok(()),
        };
        let expired = Err(Failure::CertificateExpired { not_after: None });
        let bad = Findings { chain: expired, ..good.clone() };
        let both = expectation(Some(DaneLevel::Certificate), Some(StsMode::Enforce));
        assert_eq!(
            told(&both, &good),
            [(Standard::Dane, true, false), (Standard::MtaSts, true, false)]
        );
        // The certificate is one that the records vouch for: the policy does not count then.
        assert_eq!(
            told(&both, &bad),
            [(Standard::Dane, true, false), (Standard::MtaSts, false, false)]
        );
        let sts = |mode| expectation(None, Some(mode));
        assert_eq!(told(&sts(StsMode::Enforce), &bad), [(Standard::MtaSts, false, true)]);
        assert_eq!(told(&sts(StsMode::Testing), &bad), [(Standard::MtaSts, false, false)]);
        assert_eq!(told(&expectation(None, None), &bad), []);
        let plain = Findings::plain(&Failure::TlsNotOffered);
        let dane = expectation(Some(DaneLevel::Encryption), None);
        assert_eq!(told(&dane, &plain), [(Standard::Dane, false, true)]);
    }
}
