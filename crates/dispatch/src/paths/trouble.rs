//! The troubles of one path.
//!
//! **What it is for.** What happens to one message after the other is one trouble. Most end with the next message that goes
//! through; two kinds last: refusals of some recipients while others are taken (`super::beside`), and mail that
//! goes in circles, which goes through over and over.
//!
//! **What it promises.** A trouble that lasts keeps its place until its own end: what happens in between to other messages
//! is kept beside it, and told only where nothing that lasts is established. So much is kept of each path, and no more.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use causeway_catalog::reply::{Meaning, meaning};
use causeway_model::{Address, Attempt, Domain, Failure, Outcome, RecipientKey, Timestamp};
use causeway_smtp::trail::Hop;

use super::beside::{TakenBeside, is_relay_refused};

/// A trouble that has not happened again for so long is over.
pub const TROUBLE_OVER: Duration = Duration::from_secs(2 * 3600);

/// So many messages in a row before a broken conversation is the path's trouble, not a message's.
pub(super) const IN_A_ROW: u32 = 3;

/// Recipients that are remembered of one trouble.
const MOST_AFFECTED: usize = 10_000;

/// Where the numbers of troubles begin; those of failures are small.
pub(super) const NUMBERS: u64 = 1 << 63;

/// A trouble that does not stop its path.
#[derive(Clone, Debug)]
pub(crate) struct Trouble {
    pub(crate) since: Timestamp,
    /// How often in a row.
    pub(crate) count: u32,
    /// Recipients that it happened to, so many at most, however often each was tried.
    pub(crate) affected: Arc<BTreeSet<RecipientKey>>,
    pub(crate) last: Attempt,
    /// The domain of the recipients that it happened to last.
    pub(crate) domain: Option<Domain>,
    pub(crate) serial: u64,
    /// The recipients of the domain that are refused, by their mailbox keys, where it is refusals to relay; not all, if
    /// there are many.
    pub(super) refused: Arc<BTreeSet<String>>,
    /// Those that were taken, as long as others of the domain are; not all, if there are many.
    pub(super) taken: Arc<BTreeSet<String>>,
    /// Others of the domain are taken.
    pub(crate) beside: Option<TakenBeside>,
    /// The way of a message that has been here before and goes in circles.
    pub(crate) trail: Arc<[Hop]>,
}

/// What was seen together with a trouble.
#[derive(Debug, Default)]
pub(crate) struct Signs<'a> {
    /// Others were taken in the same transaction.
    pub(crate) beside: Option<TakenBeside>,
    /// Who that was.
    pub(crate) taken: Vec<&'a Address>,
    /// The way of a message that has been here before and goes in circles.
    pub(crate) trail: Vec<Hop>,
}

/// Which host took a message, and when.
#[derive(Clone, Copy, Debug)]
pub(super) struct Taker<'a> {
    pub(super) at: Timestamp,
    pub(super) host: &'a str,
    pub(super) address: SocketAddr,
}

impl Trouble {
    fn beginning(attempt: &Attempt) -> Self {
        Self {
            since: attempt.at,
            count: 0,
            affected: Arc::default(),
            last: attempt.clone(),
            domain: None,
            serial: NUMBERS,
            refused: Arc::default(),
            taken: Arc::default(),
            beside: None,
            trail: Arc::default(),
        }
    }

    /// One more of it.
    fn add(
        &mut self,
        attempt: &Attempt,
        hit: &[(RecipientKey, &Address)],
        signs: Signs<'_>,
        serial: u64,
    ) {
        self.count += 1;
        let room = MOST_AFFECTED.saturating_sub(self.affected.len());
        Arc::make_mut(&mut self.affected).extend(hit.iter().map(|(key, _)| *key).take(room));
        let domain = hit.first().map(|(_, address)| address.domain());
        if !is_relay_refused(attempt) || !self.is_refused_by(attempt, domain) {
            self.refused = Arc::default();
        }
        if is_relay_refused(attempt) {
            self.refuses(hit.iter().map(|(_, address)| *address), signs.beside, &signs.taken);
        }
        self.last = attempt.clone();
        self.domain = domain.cloned();
        self.serial = serial;
        self.trail = signs.trail.into();
    }

    /// Whether another failure is one more of this trouble.
    fn goes_on_with(&self, attempt: &Attempt, domain: Option<&Domain>, signs: &Signs<'_>) -> bool {
        let is_current = self.is_current(attempt.at);
        if !self.trail.is_empty() {
            return is_current && !signs.trail.is_empty();
        }
        let is_same_refusal = is_relay_refused(attempt) && self.is_refused_by(attempt, domain);
        if self.beside.is_some() {
            return is_current && is_same_refusal;
        }
        let is_passing = signs.beside.is_none() && signs.trail.is_empty();
        is_passing || (signs.beside.is_some() && is_same_refusal)
    }

    /// What is left of it after recipients were taken; `None`: it is over.
    fn after_success<'a>(
        self,
        taken: impl IntoIterator<Item = &'a Address>,
        taker: &Taker<'_>,
    ) -> Option<Self> {
        if !self.is_current(taker.at) {
            return None;
        }
        if !self.trail.is_empty() {
            // What goes in circles goes through, over and over.
            return Some(self);
        }
        if self.refused.is_empty() {
            return None;
        }
        self.beside_success(taken, taker)
    }

    /// It does not end with the next message that goes through.
    fn lasts(&self) -> bool {
        self.beside.is_some() || !self.trail.is_empty()
    }

    /// It has happened lately.
    fn is_current(&self, now: Timestamp) -> bool {
        self.last.at.plus(TROUBLE_OVER) > now
    }

    /// One message that breaks a conversation may be to blame itself, an address may be mistyped, and a server may be
    /// short of something for a moment; what a configuration or a refusal says is said at once.
    fn is_established(&self) -> bool {
        if self.beside.is_some() {
            return self.count >= IN_A_ROW;
        }
        match &self.last.outcome {
            Outcome::Failure(Failure::Replied { reply }) => {
                meaning(reply, self.last.stage) != Meaning::SystemTrouble || self.count >= IN_A_ROW
            }
            Outcome::Failure(
                Failure::TimedOut { .. }
                | Failure::ClosedAbruptly { .. }
                | Failure::ProtocolError { .. },
            ) => self.count >= IN_A_ROW,
            _ => true,
        }
    }
}

/// The troubles of one path.
#[derive(Debug, Default)]
pub(super) struct Troubles {
    /// One that lasts.
    lasting: Option<Trouble>,
    /// What has happened else, last.
    latest: Option<Trouble>,
}

impl Troubles {
    /// An attempt failed in a way that speaks of the path.
    pub(super) fn note(
        &mut self,
        attempt: &Attempt,
        hit: &[(RecipientKey, &Address)],
        signs: Signs<'_>,
        serial: u64,
    ) {
        let domain = hit.first().map(|(_, address)| address.domain());
        let goes_on = |trouble: &Trouble| trouble.goes_on_with(attempt, domain, &signs);
        let is_of_lasting = self.lasting.as_ref().is_some_and(goes_on);
        let slot = if is_of_lasting { &mut self.lasting } else { &mut self.latest };
        let before = slot.take().filter(goes_on);
        let trouble = slot.insert(before.unwrap_or_else(|| Trouble::beginning(attempt)));
        trouble.add(attempt, hit, signs, serial);
        self.arrange(attempt.at);
    }

    /// These recipients were taken. True when a trouble is over, or has become another one.
    pub(super) fn succeeded<'a>(
        &mut self,
        taken: impl IntoIterator<Item = &'a Address> + Clone,
        taker: &Taker<'_>,
    ) -> bool {
        let of_lasting = took(&mut self.lasting, taken.clone(), taker);
        let of_latest = took(&mut self.latest, taken, taker);
        self.arrange(taker.at);
        of_lasting || of_latest
    }

    /// The peer took part in a whole transaction and took nothing, for reasons of the message. True when a trouble is
    /// over by that.
    pub(super) fn answered(&mut self) -> bool {
        self.latest.take_if(|trouble| !trouble.lasts()).is_some()
    }

    /// Forgets those on paths of a connector (none: directly to the domain) that is meant.
    pub(super) fn forget(&mut self, is_meant: impl Fn(Option<&str>) -> bool) {
        for slot in [&mut self.lasting, &mut self.latest] {
            slot.take_if(|trouble| is_meant(trouble.last.connector.as_deref()));
        }
    }

    /// The one that is worth telling.
    pub(super) fn told(&self, now: Timestamp) -> Option<&Trouble> {
        self.all().find(|trouble| trouble.is_current(now) && trouble.is_established())
    }

    /// The one that counts most, worth telling or not.
    pub(super) fn first(&self) -> Option<&Trouble> {
        self.all().find(|trouble| trouble.is_established()).or_else(|| self.all().next())
    }

    /// When the path had trouble last.
    pub(super) fn last_at(&self) -> Option<Timestamp> {
        self.all().map(|trouble| trouble.last.at).max()
    }

    fn all(&self) -> impl Iterator<Item = &Trouble> {
        self.lasting.iter().chain(&self.latest)
    }

    /// What lasts has the place for that, the one that is established before one that is not.
    fn arrange(&mut self, now: Timestamp) {
        self.lasting.take_if(|trouble| !trouble.is_current(now));
        if let Some(passing) = self.lasting.take_if(|trouble| !trouble.lasts()) {
            self.latest = Some(passing);
        }
        let is_free = self.lasting.as_ref().is_none_or(|trouble| !trouble.is_established());
        if is_free && self.latest.as_ref().is_some_and(Trouble::lasts) {
            std::mem::swap(&mut self.lasting, &mut self.latest);
        }
    }
}

/// What is left of a trouble after recipients were taken. True when it is over, or has become another one.
fn took<'a>(
    slot: &mut Option<Trouble>,
    taken: impl IntoIterator<Item = &'a Address>,
    taker: &Taker<'_>,
) -> bool {
    let Some(trouble) = slot.take() else { return false };
    let has_lasted = trouble.lasts();
    *slot = trouble.after_success(taken, taker);
    slot.as_ref().is_none_or(|trouble| trouble.lasts() != has_lasted)
}

/// Whether the peer refuses a message because it goes in circles.
pub(crate) fn is_loop(attempt: &Attempt) -> bool {
    matches!(&attempt.outcome, Outcome::Failure(Failure::Replied { reply })
        if meaning(reply, attempt.stage) == Meaning::Loop)
}

/// Whether a peer refused to relay, or as it counts the message as going in circles: mail is returned for it at once,
/// and the trouble goes on with nothing that waits.
#[must_use]
pub fn is_refused_for_good(attempt: &Attempt) -> bool {
    is_relay_refused(attempt) || is_loop(attempt)
}

/// Whether a failure that belongs to a message says something about its path.
pub(super) fn speaks_of_path(attempt: &Attempt) -> bool {
    match &attempt.outcome {
        Outcome::Success(_) => false,
        Outcome::Failure(failure) => match failure {
            Failure::TimedOut { .. }
            | Failure::ClosedAbruptly { .. }
            | Failure::ProtocolError { .. }
            | Failure::NoConnector { .. }
            | Failure::RoutingLoop { .. }
            | Failure::MxPointsHere { .. } => true,
            // By MX it is the sender's mistake. Whoever set a connector up for the domain meant it.
            Failure::NullMx { .. } => attempt.connector.is_some(),
            Failure::Replied { reply } => matches!(
                meaning(reply, attempt.stage),
                Meaning::RelayDenied
                    | Meaning::LoginRequired
                    | Meaning::TlsRequired
                    | Meaning::Blocked
                    | Meaning::NoReverseName
                    | Meaning::Loop
                    | Meaning::SystemTrouble
            ),
            _ => false,
        },
    }
}
