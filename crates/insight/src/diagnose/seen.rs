//! The findings, sorted by what they speak about.

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};

use causeway_model::{Failure, Stage};

use super::Proof;
use super::facts::Facts;
use crate::dns::{is_within, registered};
use crate::finding::{DnsAnswer, Fact, Finding, Unasked};
use crate::hosts::{network_of, place_of};
use crate::probe::Probe;

/// So many others that worked lately have to fail in the same way before the reason is taken to lie here.
const ENOUGH: usize = 2;

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

    /// Not all authoritative servers were asked: those that were not may say something else.
    pub(super) fn asked_in_part(&self) -> bool {
        self.any(|fact| matches!(fact, Fact::NotProbed { why: Unasked::QuestionsSpent }))
    }

    /// The parent does not know the name in question, or one above it; what an alias leads to is another matter.
    pub(super) fn not_delegated(&self) -> Option<Proof> {
        let is_about = |finding: &&Finding| match (&finding.probe, &finding.fact) {
            (
                Probe::AuthoritativeServers { name: asked, .. }
                | Probe::Propagation { name: asked, .. },
                Fact::NotDelegated { name, .. },
            ) => is_within(&asked.to_ascii_lowercase(), name),
            _ => false,
        };
        let finding = self.all.iter().find(is_about)?;
        Some(Proof::Found(Box::new(finding.clone())))
    }

    /// A name server does its work: it answers, and, where the failure is that answers took too long, soon enough.
    pub(super) fn serves(&self, finding: &Finding, answer: &DnsAnswer) -> bool {
        answer.is_answer() && !self.is_too_late(finding)
    }

    /// It took so long that a look-up, which needs several answers, may not end in time.
    fn is_too_late(&self, finding: &Finding) -> bool {
        let timed_out = matches!(self.facts.failure(), Some(Failure::DnsTimeout { .. }));
        timed_out && finding.is_slow()
    }

    /// A name that worked lately is found by a resolver of ours, soon enough.
    pub(super) fn resolver_works(&self) -> Option<&'a Finding> {
        let works = |finding: &&Finding| {
            matches!(finding.fact, Fact::ResolverWorks { .. }) && !self.is_too_late(finding)
        };
        self.all.iter().find(works)
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

    /// The address that failed gives no sign by now either.
    fn target_silent(&self) -> bool {
        let silent = |fact: &Fact| matches!(fact, Fact::ConnectFailed { address, failure } if self.is_target(address) && is_silence(failure));
        self.any(silent) && !self.target_connects()
    }

    /// What came back from this port, so that the way out is open: a connection or its refusal, at the address
    /// that failed or at another one that worked lately.
    pub(super) fn answered(&self) -> Vec<Proof> {
        let Some(tried) = self.facts.attempt.address else { return Vec::new() };
        self.proofs(|fact| match fact {
            Fact::ConnectFailed { address, failure } => *address == tried && !is_silence(failure),
            Fact::ControlReached { control } => control.address.port() == tried.port(),
            Fact::ControlFailed { control, failure } => {
                control.address.port() == tried.port() && !is_silence(failure)
            }
            _ => false,
        })
    }

    /// Other hosts that worked lately and give no sign now: what lies beside the host that fails goes down with it.
    /// While anything can be reached, only those at the port that fails count.
    pub(super) fn silent_others(&self) -> Vec<&'a Finding> {
        self.silent_by(place_of)
    }

    /// The same, one of each place, and none of that of the host that fails.
    fn silent_by(&self, place: fn(IpAddr) -> IpAddr) -> Vec<&'a Finding> {
        let Some(tried) = self.facts.attempt.address else { return Vec::new() };
        let some_reached = self.any(|fact| matches!(fact, Fact::ControlReached { .. }));
        let mut places = BTreeSet::from([place(tried.ip())]);
        let counts = |finding: &&Finding| match &finding.fact {
            Fact::ControlFailed { control, failure } => {
                is_silence(failure)
                    && (!some_reached || control.address.port() == tried.port())
                    && places.insert(place(control.address.ip()))
            }
            _ => false,
        };
        self.all.iter().filter(counts).collect()
    }

    /// Other hosts that worked lately, where they and the one that failed are all silent now and nothing says
    /// that the way out is open: then it is not. Empty where that is not proven.
    pub(super) fn way_out_closed(&self) -> Vec<&'a Finding> {
        let others = self.silent_by(network_of);
        let is_proven = others.len() >= ENOUGH
            && self.target_silent()
            && self.answered().is_empty()
            && self.facts.others.well == 0;
        if is_proven { others } else { Vec::new() }
    }

    /// Names of other organizations that worked lately and that no resolver of ours finds now in time, one of each.
    pub(super) fn names_lost(&self) -> Vec<&'a Finding> {
        if self.resolver_works().is_some() {
            return Vec::new();
        }
        let asked = self.all.iter().filter_map(|finding| match &finding.probe {
            Probe::ResolverAnswer { name, .. } => Some(registered(name).to_owned()),
            _ => None,
        });
        let mut organizations: BTreeSet<String> = asked.collect();
        let lost = |finding: &&Finding| match &finding.fact {
            Fact::ResolverFails { name, .. } | Fact::ResolverWorks { name, .. } => {
                organizations.insert(registered(name).to_owned())
            }
            _ => false,
        };
        self.all.iter().filter(lost).collect()
    }

    /// The same, where it proves that our resolvers fail: enough organizations, and the name in question is found
    /// by its own servers and by no resolver of ours. Empty where that is not proven.
    pub(super) fn resolvers_fail(&self) -> Vec<&'a Finding> {
        let lost = self.names_lost();
        let is_proven = lost.len() >= ENOUGH
            && self.authoritative().any(|(finding, answer)| self.serves(finding, answer))
            && self.resolver().next().is_some()
            && self.resolver().all(|(finding, answer)| !self.serves(finding, answer));
        if is_proven { lost } else { Vec::new() }
    }

    /// What failed was tried again and failed again: the name, the connection, or the session up to TLS.
    pub(super) fn fails_again(&self) -> bool {
        match self.facts.attempt.stage {
            Stage::Resolve => {
                let is_there = |(finding, answer): (&Finding, &DnsAnswer)| {
                    matches!(answer, DnsAnswer::Records { .. }) && self.serves(finding, answer)
                };
                let mut answers = self.resolver().map(is_there).peekable();
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

    /// What failed before works now: our resolvers give the records in time, or the session that was tried went all
    /// the way.
    pub(super) fn works_now(&self) -> bool {
        match self.facts.failure() {
            Some(
                Failure::DnsTimeout { .. }
                | Failure::DnsServerFailure { .. }
                | Failure::DnssecBogus { .. },
            ) if self.facts.attempt.stage == Stage::Resolve => self.is_resolved(),
            _ => self.session_works(),
        }
    }

    /// Every resolver of ours that was asked has the records, in time.
    fn is_resolved(&self) -> bool {
        let has = |(finding, answer): (&Finding, &DnsAnswer)| {
            matches!(answer, DnsAnswer::Records { .. }) && self.serves(finding, answer)
        };
        let mut answers = self.resolver().map(has).peekable();
        answers.peek().is_some() && answers.all(|has| has)
    }

    fn session_works(&self) -> bool {
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

/// Nothing came back.
const fn is_silence(failure: &Failure) -> bool {
    matches!(failure, Failure::ConnectTimeout { .. } | Failure::Unreachable { .. })
}

/// Findings as evidence.
pub(super) fn as_proofs<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> Vec<Proof> {
    findings.into_iter().map(|finding| Proof::Found(Box::new(finding.clone()))).collect()
}

/// The server does its work: it has records, or says that there are none.
pub(super) const fn is_answer(answer: &DnsAnswer) -> bool {
    answer.is_answer()
}
