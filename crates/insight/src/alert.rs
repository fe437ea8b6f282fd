//! Alerts: one for each failing path and for each [`Notice`], from the first sign to the end, and what was done
//! about it.
//!
//! [`Book`] is a pure register: it is told what fails now, and says which alerts opened, changed and closed.
//! Thresholds decide when a failing path is worth somebody's attention ([`AlertSettings`](causeway_model::config::AlertSettings)); a path that works
//! again closes its alert by itself. Texts are made for each reader's language elsewhere ([`view`],
//! [`message`]); here everything is typed, so that an alert outlives restarts and versions.
//!
//! **What it promises.** Never two open alerts for one path. An alert that somebody closed by hand stays
//! closed until the path has worked in between or fails in another way. Ids are never given twice. What goes
//! to and fro is told once, and what stands in the end is told. A failure says something about a remedy only where its attempt began after it was applied.

mod book;
mod lately;
pub mod message;
mod notices;
pub mod view;

use std::sync::Arc;

use causeway_model::{Attempt, Timestamp};
use causeway_smtp::trail::Hop;
use serde::{Deserialize, Serialize};

pub use book::{Absence, Book, Change, Changed};
pub use lately::Latest;

use crate::diagnose::{Diagnosis, TakenBeside};
use crate::finding::Finding;
use crate::notice::Notice;
use crate::remedy::Offer;

/// A path that fails now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailingPath {
    /// As in [`Attempt::site`].
    pub path: String,
    /// Recipients that wait for it.
    pub waiting: u64,
    /// Recipients that it happened to: those that wait, and those whose mail was returned for it.
    pub affected: u64,
    /// Since when.
    pub since: Timestamp,
    /// When it is tried next.
    pub until: Timestamp,
    /// Failures in a row.
    pub failures: u32,
    /// A number that is another one after every failure.
    pub serial: u64,
    /// The domain whose MX hosts it leads to, or whose routing fails.
    pub domain: Option<String>,
    /// The last failure.
    pub last: Attempt,
    /// Others of the domain are taken, where some are refused.
    pub taken: Option<TakenBeside>,
    /// The way of a message that has been here before and that the other end refuses, as it goes in circles.
    pub trail: Arc<[Hop]>,
    /// What else was tried in that attempt: other hosts and addresses, each with its own failure.
    pub other_tries: Arc<[Attempt]>,
}

/// Whether somebody should look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// The path fails.
    Open,
    /// It does not, or somebody has taken note.
    Closed,
}

/// Why an alert is closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum Closing {
    /// Mail flows again.
    MailFlows,
    /// Nothing waits for the path any more.
    NothingWaits,
    /// What was noticed is mended, or has not been seen again.
    Mended,
    /// Somebody closed it.
    ByHand {
        /// Who.
        author: String,
        /// Why, in their words.
        reason: String,
    },
}

/// What of an alert is posted to the web hook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Event {
    /// It is new, or open again.
    Opened,
    /// Its failure, its cause or its remedies are others, or a remedy did not help.
    Changed,
    /// It is closed.
    Closed,
}

impl Event {
    /// As it is posted.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Changed => "changed",
            Self::Closed => "closed",
        }
    }

    /// What is left to post of both: who has not heard that an alert opened hears that, however it has changed
    /// meanwhile.
    #[must_use]
    pub const fn after(self, unposted: Option<Self>) -> Self {
        match (unposted, self) {
            (Some(Self::Opened), Self::Changed) => Self::Opened,
            _ => self,
        }
    }
}

/// What came of a remedy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// The next delivery has not been tried yet.
    Pending,
    /// Mail flows again, this way or another.
    Helped {
        /// When that was seen.
        at: Timestamp,
    },
    /// Nothing waits for the path any more, and nothing shows whether mail flows.
    Unused {
        /// When that was seen.
        at: Timestamp,
    },
    /// The path failed again, or mail has no way at all.
    DidNotHelp {
        /// When.
        at: Timestamp,
        /// How: the codes and words of the failure after it.
        code: String,
        /// The words.
        reply: String,
    },
}

/// A remedy that was applied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fix {
    /// What was done.
    pub offer: Offer,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub author: String,
    /// The revision it made, where it changed the configuration.
    pub revision: Option<u64>,
    /// What a probe found right afterwards; `None` while it is made, and where mail does not go that way any more.
    #[serde(default)]
    pub checked: Option<Checked>,
    /// What came of it.
    pub outcome: Outcome,
}

/// What a probe found right after a remedy was applied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checked {
    /// When.
    pub at: Timestamp,
    /// A session came about as mail needs it.
    pub works: bool,
    /// The way is that of a connector.
    #[serde(default)]
    pub connector: bool,
    /// What shows it.
    pub findings: Vec<Finding>,
}

/// What is known of one failing path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alert {
    /// Its number, from 1, never given twice.
    pub id: u64,
    /// The path, as in [`Attempt::site`]; of a notice [`Notice::key`].
    pub path: String,
    /// Open or closed.
    pub state: State,
    /// When the path failed first.
    pub first_seen: Timestamp,
    /// When it failed last.
    pub last_seen: Timestamp,
    /// When the alert was opened.
    pub opened_at: Timestamp,
    /// Failures in a row.
    pub failures: u32,
    /// Recipients that wait (or waited when it was closed).
    pub waiting: u64,
    /// The most that waited at once.
    pub most: u64,
    /// The last failure; a notice has none.
    #[serde(default)]
    pub attempt: Option<Attempt>,
    /// What else was tried in that attempt: other hosts and addresses, each with its own failure.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub other_tries: Vec<Attempt>,
    /// What was told of it while it was open, and when that was so last: what changes to and fro is told once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub told_lately: Vec<(String, Timestamp)>,
    /// What is so of it now, and what of that people heard last; `None`: nothing has changed since it opened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latest: Option<Latest>,
    /// What was noticed, when it is not about a failing path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<Box<Notice>>,
    /// What is known of the cause.
    #[serde(default)]
    pub diagnosis: Option<Diagnosis>,
    /// The ways out that this server can go by itself, the best first.
    #[serde(default)]
    pub offers: Vec<Offer>,
    /// What was done about it, oldest first.
    #[serde(default)]
    pub fixes: Vec<Fix>,
    /// When and why it was closed.
    #[serde(default)]
    pub closed: Option<(Timestamp, Closing)>,
    /// Something about it is to be told to people yet.
    #[serde(default)]
    pub untold: bool,
    /// People know of it.
    #[serde(default)]
    pub told: bool,
    /// What the web hook was not told of yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unposted: Option<Event>,
}

impl Alert {
    /// An alert that opens now, of which nothing else is known.
    pub(crate) const fn opening(id: u64, path: String, now: Timestamp) -> Self {
        Self {
            id,
            path,
            state: State::Open,
            first_seen: now,
            last_seen: now,
            opened_at: now,
            failures: 0,
            waiting: 0,
            most: 0,
            attempt: None,
            other_tries: Vec::new(),
            told_lately: Vec::new(),
            latest: None,
            notice: None,
            diagnosis: None,
            offers: Vec::new(),
            fixes: Vec::new(),
            closed: None,
            untold: false,
            told: false,
            unposted: None,
        }
    }

    /// What waits and what it says of the future, as of now: what is past is no outlook. `ahead`: when the path
    /// is tried next and how many recipients wait for it; `None` when none does.
    pub fn look_ahead(&mut self, now: Timestamp, ahead: Option<(Timestamp, u64)>) {
        self.waiting = ahead.map_or(0, |(_, waiting)| waiting);
        let Some(diagnosis) = &mut self.diagnosis else { return };
        diagnosis.next_attempt_at = ahead.map(|(next, _)| next).filter(|next| *next > now);
        diagnosis.returned_at = diagnosis.returned_at.filter(|at| *at > now);
    }

    /// Takes note of how its path fails now.
    fn sees(&mut self, path: &FailingPath) {
        self.waiting = path.waiting;
        self.most = self.most.max(path.waiting);
        self.last_seen = path.last.at;
        self.attempt = Some(path.last.clone());
        self.other_tries = path.other_tries.to_vec();
    }

    /// Every host and address that the last attempt tried, the one that speaks for it first.
    pub fn tries(&self) -> impl Iterator<Item = &Attempt> {
        let place = |attempt: &Attempt| (attempt.host.clone(), attempt.address);
        let mut seen = Vec::new();
        self.attempt.iter().chain(&self.other_tries).filter(move |attempt| {
            let place = place(attempt);
            let is_new = !seen.contains(&place);
            seen.push(place);
            is_new
        })
    }

    /// True when a remedy was applied of which it is not known whether it helped.
    #[must_use]
    pub fn waits_for_outcome(&self) -> bool {
        self.fixes.iter().any(|fix| fix.outcome == Outcome::Pending)
    }

    /// True while it is open.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.state == State::Open
    }
}
