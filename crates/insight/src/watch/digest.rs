//! Which alerts people are to be told of next, and when. No I/O; how long something waits is measured by the
//! monotonic clock.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use causeway_model::Timestamp;
use tokio::time::Instant;

use crate::alert::Changed;

/// So long people wait for diagnoses before they are told without: counted from the first alert that has none, so
/// that a stream of new ones cannot put the message off.
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
    /// Since when a message that is due waits for diagnoses.
    held_since: Option<Instant>,
}

impl Digest {
    /// Something changed. True when people are to be told of the alert.
    pub(super) fn note(&mut self, id: u64, changed: Changed) -> bool {
        if changed == Changed::Closed {
            // A path that works again may be the one to those who could not be told.
            self.not_before = None;
        }
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
        self.news.contains_key(&id)
    }

    /// The alerts to tell of now; empty: not yet, or nothing. `is_known` says whether an alert's diagnosis
    /// is made.
    pub(super) fn due(
        &mut self,
        now: Timestamp,
        every: Duration,
        is_known: impl Fn(u64) -> bool,
    ) -> Vec<u64> {
        // A clock that was set back makes nobody wait.
        let lately = |at: Timestamp| at <= now && now < at.plus(every);
        let too_early = self.told_at.is_some_and(lately)
            || self.not_before.is_some_and(|at| Instant::now() < at);
        if too_early {
            return Vec::new();
        }
        let unknown =
            |(id, since): (&u64, &Instant)| since.elapsed() < FOR_DIAGNOSIS && !is_known(*id);
        if self.news.iter().any(unknown) {
            let held_since = *self.held_since.get_or_insert_with(Instant::now);
            if held_since.elapsed() < FOR_DIAGNOSIS {
                return Vec::new();
            }
        } else {
            self.held_since = None;
        }
        self.news.keys().copied().collect()
    }

    /// After a restart: what people were not told of. `told_before`: they know of the alert.
    pub(super) fn recall(&mut self, id: u64, told_before: bool) {
        self.news.insert(id, Instant::now());
        if !told_before {
            self.untold.insert(id);
        }
    }

    /// After a restart: when people were told last.
    pub(super) const fn recall_told(&mut self, at: Option<Timestamp>) {
        self.told_at = at;
    }

    /// People were told, or could not be.
    pub(super) fn told(&mut self, ids: &[u64], now: Timestamp, success: bool) {
        if !success {
            self.not_before = Some(Instant::now() + AGAIN);
            // It was to be told: it is, even if it is over by then.
            ids.iter().for_each(|id| _ = self.untold.remove(id));
            return;
        }
        self.not_before = None;
        self.held_since = None;
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
    async fn a_stream_of_new_alerts_does_not_put_the_message_off() {
        let mut digest = Digest::default();
        let mut seconds = 0;
        let told = loop {
            digest.note(seconds, Changed::Opened);
            let due = digest.due(at(1), EVERY, |_| false);
            if !due.is_empty() {
                break due.len() as u64;
            }
            tokio::time::advance(Duration::from_secs(1)).await;
            seconds += 1;
        };
        assert_eq!((seconds, told), (FOR_DIAGNOSIS.as_secs(), FOR_DIAGNOSIS.as_secs() + 1));
    }

    #[tokio::test(start_paused = true)]
    async fn a_clock_that_is_set_back_silences_nobody() {
        let mut digest = Digest::default();
        digest.told(&[], at(7200), true);
        digest.note(1, Changed::Opened);
        assert_eq!(digest.due(at(10), EVERY, |_| true), [1]);
    }

    #[tokio::test(start_paused = true)]
    async fn after_a_restart_people_are_told_what_they_were_not_and_no_sooner() {
        let mut digest = Digest::default();
        digest.recall_told(Some(at(1)));
        digest.recall(4, false);
        assert!(digest.due(at(2), EVERY, |_| true).is_empty());
        assert_eq!(digest.due(at(901), EVERY, |_| true), [4]);
        digest.note(4, Changed::Closed);
        assert!(digest.due(at(901), EVERY, |_| true).is_empty(), "over before anybody was told");
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

    #[tokio::test(start_paused = true)]
    async fn who_could_not_be_told_hears_of_it_when_it_is_over_and_at_once() {
        let mut digest = Digest::default();
        digest.note(1, Changed::Opened);
        digest.told(&[1], at(1), false);
        digest.note(1, Changed::Closed);
        assert_eq!(digest.due(at(2), EVERY, |_| true), [1]);
    }
}
