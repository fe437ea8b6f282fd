//! The findings, sorted by what they speak about.

use std::net::SocketAddr;

use causeway_model::{Failure, Stage};

use super::Proof;
use super::facts::Facts;
use crate::finding::{DnsAnswer, Fact, Finding};
use crate::probe::Probe;

/// All findings of one diagnosis.
pub(super) struct Seen<'a> {
    all: &'a [Finding],
    facts: &'a Facts,
}

impl<'a> Seen<'a> {
    pub(super) const fn new(facts: &'a Facts, all: &'a [Finding]) -> Self {
        Self { all, facts }
    }

    /// Findings with such facts.
    pub(super) fn found(&self, is: impl Fn(&Fact) -> bool) -> Vec<&'a Finding> {
        self.all.iter().filter(|finding| is(&finding.fact)).collect()
    }

    /// Whether there is such a fact.
    pub(super) fn any(&self, is: impl Fn(&Fact) -> bool) -> bool {
        self.all.iter().any(|finding| is(&finding.fact))
    }

    /// The first such fact, as evidence.
    pub(super) fn proof(&self, is: impl Fn(&Fact) -> bool) -> Option<Proof> {
        let finding = self.all.iter().find(|finding| is(&finding.fact))?;
        Some(Proof::Found(Box::new(finding.clone())))
    }

    /// Such facts, as evidence; at most six lines.
    pub(super) fn proofs(&self, is: impl Fn(&Fact) -> bool) -> Vec<Proof> {
        let found = self.all.iter().filter(|finding| is(&finding.fact));
        found.take(6).map(|finding| Proof::Found(Box::new(finding.clone()))).collect()
    }

    /// The addresses that the failing path was tried at, or would be now.
    fn is_target(&self, address: &SocketAddr) -> bool {
        match self.facts.attempt.address {
            Some(tried) => tried == *address,
            None => true,
        }
    }

    /// What the authoritative servers answered about the name in question.
    pub(super) fn authoritative(&self) -> impl Iterator<Item = (&'a Finding, &'a DnsAnswer)> {
        self.all.iter().filter_map(|finding| match (&finding.probe, &finding.fact) {
            (
                Probe::AuthoritativeServers { name: asked, .. }
                | Probe::Propagation { name: asked, .. },
                Fact::Dns { answer, by, name, .. },
            ) if name == asked && by.name.is_some() => Some((finding, answer)),
            _ => None,
        })
    }

    /// What our resolvers answered about the name in question.
    pub(super) fn resolver(&self) -> impl Iterator<Item = (&'a Finding, &'a DnsAnswer)> {
        self.all.iter().filter_map(|finding| match (&finding.probe, &finding.fact) {
            (Probe::ResolverAnswer { .. }, Fact::Dns { answer, .. }) => Some((finding, answer)),
            _ => None,
        })
    }

    /// Connections to the address that failed were tried, and none came about.
    pub(super) fn target_unreachable(&self) -> bool {
        let failed = |fact: &Fact| matches!(fact, Fact::ConnectFailed { address, .. } if self.is_target(address));
        self.any(failed) && !self.target_connects()
    }

    /// A connection to the address that failed came about.
    pub(super) fn target_connects(&self) -> bool {
        self.any(|fact| matches!(fact, Fact::Connected { address, .. } if self.is_target(address)))
    }

    /// The address where mail last went through takes connections.
    pub(super) fn old_address_connects(&self) -> Option<Proof> {
        let before = self.facts.last_success.as_ref()?.address?;
        self.proof(|fact| matches!(fact, Fact::Connected { address, .. } if *address == before))
    }

    /// Destinations that worked lately were tried, at least two or all that there are, and none could
    /// be reached.
    pub(super) fn nobody_reached(&self) -> bool {
        let reached = self.any(|fact| matches!(fact, Fact::ControlReached { .. }));
        let failed = self.found(|fact| matches!(fact, Fact::ControlFailed { .. })).len();
        !reached && failed >= 2
    }

    /// What failed was tried again and failed again: the name, the connection, or the session up to TLS.
    pub(super) fn fails_again(&self) -> bool {
        match self.facts.attempt.stage {
            Stage::Resolve => {
                let is_there = |answer: &DnsAnswer| matches!(answer, DnsAnswer::Records { .. });
                let mut answers = self.resolver().map(|(_, answer)| is_there(answer)).peekable();
                answers.peek().is_some() && !answers.any(|found| found)
            }
            Stage::Connect => self.target_unreachable(),
            Stage::Banner | Stage::Ehlo | Stage::Starttls | Stage::Tls => {
                let is_told = |fact: &Fact| {
                    !matches!(fact, Fact::NotProbed { .. } | Fact::Masked { .. })
                        && fact.stops_mail(self.facts.path.tls)
                };
                self.sessions().any(|f| is_told(&f.fact))
            }
            _ => false,
        }
    }

    /// What sessions with the address that failed found; those at other ports say nothing about it.
    fn sessions(&self) -> impl Iterator<Item = &'a Finding> {
        self.all.iter().filter(|finding| match &finding.probe {
            Probe::Session { address, .. } => self.is_target(address),
            _ => false,
        })
    }

    /// The session that was tried went all the way, so what failed before works now.
    pub(super) fn works_now(&self) -> bool {
        let broken = |fact: &Fact| fact.stops_mail(self.facts.path.tls);
        let early = self.facts.attempt.stage <= Stage::Tls;
        early
            && !matches!(
                self.facts.failure(),
                Some(Failure::TimedOut { .. } | Failure::ClosedAbruptly { .. })
                    if self.facts.attempt.stage > Stage::Ehlo
            )
            && self.sessions().any(|f| matches!(f.fact, Fact::Hello { .. }))
            && !self.sessions().any(|f| broken(&f.fact))
            && !self.any(|fact| {
                matches!(fact, Fact::BreaksAfter { .. } | Fact::LargePacketsLost { .. })
            })
    }
}

/// The server does its work: it has records, or says that there are none.
pub(super) const fn is_answer(answer: &DnsAnswer) -> bool {
    answer.is_answer()
}
