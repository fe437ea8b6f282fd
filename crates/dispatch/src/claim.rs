//! Taking recipients out of the schedule while something about them is changed.
//!
//! An administrator's change and the sweeper first claim a recipient, then write the store, then say
//! where it belongs. Nobody sends it in between, and nobody else changes it. What is in a worker's
//! hands cannot be claimed: what becomes of it is decided already.

use std::sync::Arc;

use causeway_model::{Attempt, RecipientKey, Timestamp};

use crate::engine::Shared;
use crate::schedule::{Glimpse, Place};

/// One claimed recipient, and how it stood before.
#[derive(Clone, Debug)]
pub(crate) struct Taken {
    pub(crate) key: RecipientKey,
    was_held: bool,
    /// The failure that its site waited for.
    pub(crate) last: Option<Attempt>,
    /// Attempts, those of its site included.
    pub(crate) attempts: u32,
    /// When it would have been tried.
    pub(crate) next_attempt_at: Option<Timestamp>,
}

impl Taken {
    /// The same facts about a recipient that is only looked at.
    pub(crate) fn seen(key: RecipientKey, glimpse: Glimpse) -> Self {
        Self {
            key,
            was_held: glimpse.held,
            last: glimpse.last,
            attempts: glimpse.attempts,
            next_attempt_at: glimpse.next_attempt_at,
        }
    }
}

/// Claimed recipients. Dropped without a word, they go back to where they were.
pub(crate) struct Claim {
    shared: Arc<Shared>,
    taken: Vec<Taken>,
}

impl Claim {
    /// Claims those of `keys` that nobody has in hand.
    pub(crate) fn take(shared: &Arc<Shared>, keys: impl IntoIterator<Item = RecipientKey>) -> Self {
        let mut schedule = shared.schedule.lock();
        let taken = keys
            .into_iter()
            .filter_map(|key| {
                let glimpse = schedule.glimpse(key)?;
                let was_held = schedule.claim(key)?;
                Some(Taken { was_held, ..Taken::seen(key, glimpse) })
            })
            .collect();
        Self { shared: Arc::clone(shared), taken }
    }

    /// The claimed recipients.
    pub(crate) fn taken(&self) -> &[Taken] {
        &self.taken
    }

    /// True for a recipient that was claimed.
    pub(crate) fn has(&self, key: RecipientKey) -> bool {
        self.taken.iter().any(|taken| taken.key == key)
    }

    fn give_up(&mut self) -> Vec<RecipientKey> {
        self.taken.drain(..).map(|taken| taken.key).collect()
    }

    /// They have ended: the schedule forgets them.
    pub(crate) fn ended(mut self) {
        let keys = self.give_up();
        let mut schedule = self.shared.schedule.lock();
        keys.iter().for_each(|key| schedule.forget(*key));
        drop(schedule);
        keys.iter().for_each(|key| self.shared.doubts.forget(*key));
        let mut shelf = self.shared.shelf.lock();
        for key in keys {
            shelf.forget(key.message);
        }
    }

    /// They are on hold from now on.
    pub(crate) fn held(mut self) {
        let keys = self.give_up();
        let mut schedule = self.shared.schedule.lock();
        keys.iter().for_each(|key| schedule.hold(*key));
    }

    /// They are to be tried now.
    pub(crate) fn released(mut self) {
        let keys = self.give_up();
        self.shared.place(&keys);
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        let mut free = Vec::new();
        let mut schedule = self.shared.schedule.lock();
        for taken in self.taken.drain(..) {
            match taken.next_attempt_at {
                _ if taken.was_held => schedule.hold(taken.key),
                Some(at) if taken.last.is_none() => schedule.wait(taken.key, at),
                _ => free.push(taken.key),
            }
        }
        drop(schedule);
        self.shared.place(&free);
        self.shared.timers_changed();
    }
}

/// Whether a recipient's time can be ended now. True as well for one that the schedule does not know.
pub(crate) fn can_end(shared: &Shared, key: RecipientKey, overdue: bool) -> bool {
    match shared.schedule.lock().place(key) {
        Some(Place::Flying(_) | Place::Claimed) => overdue,
        _ => true,
    }
}
