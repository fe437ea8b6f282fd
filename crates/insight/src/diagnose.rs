//! From facts to causes: which of the possible causes of a failure holds, on what evidence, whose move
//! it is, and what happens next.
//!
//! **What it is for.** [`diagnose`] takes what is known without touching the network ([`Facts`]: the
//! failure, the last success on this path, the configuration since, how other destinations fare) and what
//! probes have found, and gives a [`Diagnosis`]. [`next_probes`] says what is worth asking next.
//!
//! **What it promises.** Pure and total. A cause is [`Standing::Confirmed`] only when a fact proves it:
//! a finding, or the configuration's own history together with one. What merely fits is
//! [`Standing::Likely`]; what a fact excludes is [`Standing::RuledOut`], with that fact. Every standing
//! other than "possible" carries its evidence. The same input gives the same diagnosis.
//!
//! **What it refuses.** It compares no texts: peers' words reach it as the typed
//! [`Meaning`](causeway_catalog::reply::Meaning) that the catalog gives them.
//!
//! **In which order to read.** This file, `causes` (their order, and which one is named), [`mod@facts`] (what is
//! known), `seen` (the findings, sorted),
//! `names`, `connection`, `session`, `login`, `tls`, `clock` (the judgements, by kind of cause), `probes` (what to ask),
//! `words` (evidence and stories as sentences).

mod causes;
mod clock;
mod connection;
pub mod facts;
mod login;
mod names;
mod probes;
mod seen;
mod session;
#[cfg(test)]
mod tests;
mod tls;
mod words;

use std::net::IpAddr;

use causeway_catalog::causes::{Cause, WhoActs, causes_of_attempt, who_acts_unexplained};
use causeway_model::{Attempt, Stage, Timestamp};
use serde::{Deserialize, Serialize};

pub use causes::Causes;
pub use facts::{
    Aspect, CameBack, ConfigurationChange, Facts, LastSuccess, Others, Path, TakenBeside,
};
pub use probes::next_probes;

use self::seen::Seen;
use crate::finding::Finding;
use crate::notice::looping::SentBefore;

/// Whether a cause holds. The order is that in which they are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// A fact proves it.
    Confirmed,
    /// Facts speak for it.
    Likely,
    /// Nothing speaks against it.
    Possible,
    /// A fact excludes it.
    RuledOut,
}

/// Something a person can check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Proof {
    /// A probe found it.
    Found(Box<Finding>),
    /// It is known from this server's own records.
    Known(Known),
}

/// What this server's own records say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "known", rename_all = "snake_case")]
pub enum Known {
    /// The failure itself.
    Failure(Box<Attempt>),
    /// Mail went through.
    LastSuccess(LastSuccess),
    /// Mail has never gone through here, as far as the records reach.
    NeverWorked,
    /// The configuration of this path was changed.
    Changed(ConfigurationChange),
    /// The configuration of this path has not been changed since then.
    NothingChanged {
        /// Since when.
        since: Timestamp,
    },
    /// Mail went to another address when it last went through.
    AddressChanged {
        /// The address then.
        before: String,
        /// The address now.
        now: String,
    },
    /// How other destinations fare.
    Others(Others),
    /// The mailboxes of a domain that the connector serves are here.
    MailboxesHere {
        /// The domain.
        domain: String,
        /// How many of them.
        count: u64,
    },
    /// No connector leads to or from other servers of the organization.
    NoOtherServers,
    /// Others of the domain are taken.
    TakenBeside(TakenBeside),
    /// The message has been here before, by its Received fields.
    Circle {
        /// When the other end refused it.
        #[serde(default)]
        at: Timestamp,
        /// The hosts from one visit here to the next.
        hosts: Vec<String>,
        /// How often it was here.
        passes: u64,
    },
    /// The server tells another time than ours.
    OtherTime {
        /// By its greeting.
        theirs: Timestamp,
        /// By our clock, at that moment.
        ours: Timestamp,
    },
    /// A message with its Message-ID was sent the same way before.
    SentBefore(SentBefore),
    /// Where the address that cannot be sent from is written.
    SourceAddress {
        /// The address.
        source: IpAddr,
        /// The connector whose `source_addresses` has it; `None`: `[delivery]` of `causeway.toml`.
        connector: Option<String>,
        /// The addresses that this machine has; empty: not known.
        own: Vec<IpAddr>,
    },
}

/// One cause, judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judged {
    /// Its id in the catalog.
    pub cause: String,
    /// Whether it holds.
    pub standing: Standing,
    /// On what this rests.
    pub evidence: Vec<Proof>,
    /// How much speaks for it, to put likely causes in order.
    #[serde(default)]
    weight: u32,
}

impl Judged {
    /// The cause in the catalog.
    #[must_use]
    pub fn catalog(&self) -> Option<Cause> {
        Cause::by_id(&self.cause)
    }
}

/// How it came about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "story", rename_all = "snake_case")]
pub enum Story {
    /// It worked, then the configuration of the path was changed here, and then it failed.
    ChangedHere {
        /// What was changed.
        change: ConfigurationChange,
        /// When it last worked.
        worked_until: Option<Timestamp>,
    },
    /// It worked, and nothing was changed here since.
    WorkedUntil {
        /// When it last worked.
        at: Timestamp,
        /// What was found says that the reason lies at the other end or on the way.
        #[serde(default)]
        elsewhere: bool,
    },
    /// It has never worked, as far as the records reach.
    NeverWorked,
    /// Others that worked lately fail now in the same way, and none works: it is us.
    EverythingFails {
        /// So many others.
        failing: usize,
    },
}

impl Story {
    /// The change of the configuration after which it failed.
    #[must_use]
    pub const fn change(&self) -> Option<&ConfigurationChange> {
        match self {
            Self::ChangedHere { change, .. } => Some(change),
            _ => None,
        }
    }
}

/// What is known about a failing path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnosis {
    /// When it was made.
    pub at: Timestamp,
    /// How far the failed attempt got.
    pub stage: Stage,
    /// Every possible cause.
    pub causes: Causes,
    /// How it came about.
    pub story: Story,
    /// Whose move it is: by the cause that is named; where all that are known are ruled out, by where the failure
    /// lies.
    pub who_acts: WhoActs,
    /// What was probed works by now: the next attempt will tell.
    #[serde(default)]
    pub gone: bool,
    /// What failed was tried again by a probe, and failed again.
    #[serde(default)]
    pub fails_again: bool,
    /// When the path is tried next.
    pub next_attempt_at: Option<Timestamp>,
    /// When the first of the waiting messages is returned if nothing changes.
    pub returned_at: Option<Timestamp>,
    /// How many findings it rests on.
    #[serde(default, alias = "probes")]
    pub findings: usize,
    /// Everything that is worth asking was asked; before that it rests on what was known anyway.
    #[serde(default)]
    pub complete: bool,
}

/// How sure a diagnosis is, the surest first: the word in JSON.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// A fact proves the cause.
    Confirmed,
    /// Facts speak for the cause.
    Likely,
    /// Nothing is known beyond the failure.
    Unknown,
}

impl Diagnosis {
    /// The cause that is named; never one that is ruled out.
    #[must_use]
    pub fn top(&self) -> Option<&Judged> {
        self.causes.named()
    }

    /// How sure it is.
    #[must_use]
    pub fn confidence(&self) -> Confidence {
        match self.top().map(|judged| judged.standing) {
            Some(Standing::Confirmed) => Confidence::Confirmed,
            Some(Standing::Likely) => Confidence::Likely,
            _ => Confidence::Unknown,
        }
    }

    /// Whether a cause is confirmed.
    #[must_use]
    pub fn confirms(&self, cause: &str) -> bool {
        self.causes.standing(cause) == Some(Standing::Confirmed)
    }
}

/// A judgement before it is put among the others.
#[derive(Debug, Default)]
struct Verdict {
    standing: Option<Standing>,
    weight: u32,
    evidence: Vec<Proof>,
}

impl Verdict {
    fn confirm(&mut self, proofs: impl IntoIterator<Item = Proof>) {
        self.stand(Standing::Confirmed, proofs);
    }

    /// What speaks for it; the more, the likelier. Never undoes a proof or an exclusion.
    fn support(&mut self, weight: u32, proofs: impl IntoIterator<Item = Proof>) {
        self.weight += weight;
        let mut proofs = proofs.into_iter().peekable();
        if proofs.peek().is_none() {
            return;
        }
        if !matches!(self.standing, Some(Standing::Confirmed | Standing::RuledOut)) {
            self.standing = Some(Standing::Likely);
            self.evidence.extend(proofs);
        }
    }

    /// Puts it behind others without excluding it.
    fn doubt(&mut self) {
        if self.standing.is_none() {
            self.standing = Some(Standing::Possible);
        }
    }

    fn rule_out(&mut self, proofs: impl IntoIterator<Item = Proof>) {
        // What is proven is not excluded by something weaker.
        if self.standing != Some(Standing::Confirmed) {
            self.stand(Standing::RuledOut, proofs);
        }
    }

    /// A further line for what is confirmed already.
    fn add(&mut self, proofs: impl IntoIterator<Item = Proof>) {
        if self.standing == Some(Standing::Confirmed) {
            self.evidence.extend(proofs);
        }
    }

    /// Without a proof nothing is proven.
    fn stand(&mut self, standing: Standing, proofs: impl IntoIterator<Item = Proof>) {
        let mut proofs = proofs.into_iter().peekable();
        if proofs.peek().is_none() {
            return;
        }
        if self.standing != Some(standing) {
            self.evidence.clear();
        }
        self.standing = Some(standing);
        for proof in proofs {
            if !self.evidence.contains(&proof) {
                self.evidence.push(proof);
            }
        }
    }
}

/// Judges every possible cause of the failure.
#[must_use]
pub fn diagnose(facts: &Facts, findings: &[Finding]) -> Diagnosis {
    let seen = Seen::new(facts, findings);
    let judged = causes_of_attempt(&facts.attempt).into_iter();
    let judged: Vec<Judged> = judged.map(|cause| judge(cause, facts, &seen)).collect();
    let causes = Causes::from(judged);
    let gone = seen.works_now();
    let who_acts = who_acts(&causes, facts, gone);
    Diagnosis {
        at: facts.now,
        stage: facts.attempt.stage,
        story: story(facts, &seen, is_elsewhere(&causes, who_acts)),
        causes,
        who_acts,
        gone,
        fails_again: seen.fails_again(),
        next_attempt_at: facts.next_attempt_at,
        returned_at: facts.returned_at,
        findings: findings.len(),
        complete: false,
    }
}

/// Whose move it is.
fn who_acts(causes: &Causes, facts: &Facts, gone: bool) -> WhoActs {
    let through_connector = facts.attempt.connector.is_some();
    match causes.named() {
        Some(named) => {
            named.catalog().map_or(WhoActs::Service, |cause| cause.who_acts(through_connector))
        }
        None if gone => WhoActs::Nobody,
        None => who_acts_unexplained(&facts.attempt),
    }
}

/// Whether evidence says that the reason lies at the other end or on the way. That nothing was changed here does not:
/// a resolver breaks, a password file goes, a port is blocked without any change of the mail flow.
fn is_elsewhere(causes: &Causes, who_acts: WhoActs) -> bool {
    let is_theirs =
        matches!(who_acts, WhoActs::Recipient | WhoActs::RecipientAdmin | WhoActs::PartnerAdmin);
    is_theirs && causes.named().is_some_and(|named| named.standing <= Standing::Likely)
}

fn judge(cause: Cause, facts: &Facts, seen: &Seen<'_>) -> Judged {
    let mut verdict = Verdict::default();
    if let Some(excluded) = session::excluded_by_others(cause.id, facts) {
        verdict.rule_out([excluded]);
        return judged(cause, verdict);
    }
    for judge in [names::judge, connection::judge, session::judge, login::judge, tls::judge] {
        judge(cause.id, facts, seen, &mut verdict);
    }
    judged(cause, verdict)
}

fn judged(cause: Cause, verdict: Verdict) -> Judged {
    Judged {
        cause: cause.id.to_owned(),
        standing: verdict.standing.unwrap_or(Standing::Possible),
        evidence: verdict.evidence,
        weight: verdict.weight,
    }
}

fn story(facts: &Facts, seen: &Seen<'_>, elsewhere: bool) -> Story {
    let failing = seen.way_out_closed().len().max(seen.resolvers_fail().len());
    if failing > 0 {
        return Story::EverythingFails { failing };
    }
    let worked_until = facts.last_success.as_ref().map(|success| success.at);
    if let Some(change) = facts.breaking_change() {
        return Story::ChangedHere { change: change.clone(), worked_until };
    }
    match worked_until {
        Some(at) => Story::WorkedUntil { at, elsewhere },
        None => Story::NeverWorked,
    }
}
