//! Which alerts people are to be told of next, and when. Pure.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use causeway_model::Timestamp;
use tokio::time::Instant;

use crate::alert::Changed;

/// So long a new alert waits for its diagnosis before people are told without.
const FOR_DIAGNOSIS: Duration = Duration::from_secs(20);

/// When nobody could be told, it is tried again after this long.
const AGAIN: Duration = Duration::from_secs(60);

/// What has changed since the last message.
#[derive(Debug, Default)]
pub(super) struct Digest {
    /// Alerts to tell of, with the moment of the change.
    news: BTreeMap<u64, Instant>,
    /// Open alerts that nobody has been told of yet.
    untold: BTreeSet<u64>,
    /// When people were told last.
    told_at: Option<Timestamp>,
    /// Not before then: the last try failed.
    not_before: Option<Instant>,
}

impl Digest {
    /// Something changed.
    pub(super) fn note(&mut self, id: u64, changed: Changed) {
        match changed {
            Changed::Opened => {
                self.untold.insert(id);
                self.news.insert(id, Instant::now());
            }
            Changed::Closed if self.untold.remove(&id) => {
                // Over before anybody was told.
                self.news.remove(&id);
            }
            Changed::Closed | Changed::Cause | Changed::Fixed => {
                self.news.entry(id).or_insert_with(Instant::now);
            }
            Changed::Counts | Changed::Noted | Changed::Forgotten => {}
        }
    }

    /// The alerts to tell of now; empty: not yet, or nothing. `is_known` says whether an alert's diagnosis
    /// is made.
    pub(super) fn due(
        &self,
        now: Timestamp,
        every: Duration,
        is_known: impl Fn(u64) -> bool,
    ) -> Vec<u64> {
        let too_early = self.told_at.is_some_and(|at| now < at.plus(every))
            || self.not_before.is_some_and(|at| Instant::now() < at);
        let unknown =
            |(id, since): (&u64, &Instant)| since.elapsed() < FOR_DIAGNOSIS && !is_known(*id);
        if too_early || self.news.iter().any(unknown) {
            return Vec::new();
        }
        self.news.keys().copied().collect()
    }

    /// People were told, or could not be.
    pub(super) fn told(&mut self, ids: &[u64], now: Timestamp, success: bool) {
        if !success {
            self.not_before = Some(Instant::now() + AGAIN);
            return;
        }
        self.not_before = None;
        self.told_at = Some(now);
        for id in ids {
            self.news.remove(id);
            self.untold.remove(id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVERY: Duration = Duration::from_secs(900);

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000)
    }

    #[tokio::test(start_paused = true)]
    async fn the_first_alert_is_told_with_its_cause_and_later_ones_together() {
        let mut digest = Digest::default();
        digest.note(1, Changed::Opened);
        assert!(digest.due(at(1), EVERY, |_| false).is_empty(), "waits for its diagnosis");
        assert_eq!(digest.due(at(1), EVERY, |_| true), [1]);
        digest.told(&[1], at(1), true);
        digest.note(2, Changed::Opened);
        digest.note(1, Changed::Closed);
        assert!(digest.due(at(900), EVERY, |_| true).is_empty());
        assert_eq!(digest.due(at(901), EVERY, |_| true), [1, 2]);
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_waits_for_ever_for_a_diagnosis() {
        let mut digest = Digest::default();
        digest.note(1, Changed::Opened);
        tokio::time::advance(FOR_DIAGNOSIS).await;
        assert_eq!(digest.due(at(1), EVERY, |_| false), [1]);
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_over_before_anybody_was_told_is_not_told() {
        let mut digest = Digest::default();
        digest.note(1, Changed::Opened);
        digest.note(1, Changed::Closed);
        assert!(digest.due(at(1), EVERY, |_| true).is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn who_cannot_be_told_now_is_told_later() {
        let mut digest = Digest::default();
        digest.note(1, Changed::Opened);
        digest.told(&[1], at(1), false);
        assert!(digest.due(at(2), EVERY, |_| true).is_empty());
        tokio::time::advance(AGAIN).await;
        assert_eq!(digest.due(at(2), EVERY, |_| true), [1]);
    }
}
