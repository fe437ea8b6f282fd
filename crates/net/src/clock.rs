//! The clock of the queue: the system's, or one that tests move by hand.
//!
//! Retry times, delay notices and expiry are moments on the wall clock and must survive a
//! restart, so they are [`Timestamp`]s and wait here. Protocol timeouts are short spans and use
//! tokio's time directly.
//!
//! **What it promises.** [`Clock::sleep_until`] never returns before the moment has come by this
//! clock. The system clock is looked at again at least every minute, so a sleeper notices within
//! a minute that somebody set the time (or that the machine slept). Dropping the future forgets
//! the sleeper.
//!
//! **What it refuses.** A manual clock never goes back.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use causeway_model::Timestamp;
use parking_lot::Mutex;
use tokio::sync::watch;

/// How long a sleeper on the system clock sleeps before it looks at the clock again.
const LONGEST_NAP: Duration = Duration::from_secs(60);

/// A source of the present moment and of wake-ups. Cheap to clone; clones share one time.
#[derive(Clone, Debug)]
pub struct Clock(Kind);

#[derive(Clone, Debug)]
enum Kind {
    System,
    Manual(Arc<Manual>),
}

#[derive(Debug)]
struct Manual {
    /// The present moment; sleepers wait for it to change.
    now: watch::Sender<Timestamp>,
    /// Deadlines of those who sleep, each with a number of its own.
    sleepers: Mutex<BTreeSet<(Timestamp, u64)>>,
    next_number: AtomicU64,
}

impl Clock {
    /// The system's wall clock.
    #[must_use]
    pub const fn system() -> Self {
        Self(Kind::System)
    }

    /// A clock that stands at `start` until [`Self::advance_to`] moves it.
    #[must_use]
    pub fn manual(start: Timestamp) -> Self {
        Self(Kind::Manual(Arc::new(Manual {
            now: watch::Sender::new(start),
            sleepers: Mutex::new(BTreeSet::new()),
            next_number: AtomicU64::new(0),
        })))
    }

    /// The present moment.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        match &self.0 {
            Kind::System => system_now(),
            Kind::Manual(manual) => *manual.now.borrow(),
        }
    }

    /// The moment when something began that has taken so long. A manual clock has stood still meanwhile, where nobody has
    /// moved it.
    #[must_use]
    pub fn began(&self, elapsed: Duration) -> Timestamp {
        match &self.0 {
            Kind::System => system_now().minus(elapsed),
            Kind::Manual(_) => self.now(),
        }
    }

    /// The moment when something ended that began then and took so long: the other way round.
    #[must_use]
    pub fn ended(&self, began: Timestamp, elapsed: Duration) -> Timestamp {
        match &self.0 {
            Kind::System => began.plus(elapsed),
            Kind::Manual(_) => began,
        }
    }

    /// Returns once the present moment is `deadline` or later; at once when it already is.
    pub async fn sleep_until(&self, deadline: Timestamp) {
        match &self.0 {
            Kind::System => loop {
                let left = deadline.since(system_now());
                if left.is_zero() {
                    return;
                }
                tokio::time::sleep(left.min(LONGEST_NAP)).await;
            },
            Kind::Manual(manual) => {
                // The registration is declared first so that it is dropped last.
                let _registration = Registration::new(manual, deadline);
                let mut now = manual.now.subscribe();
                // Cannot fail: the sender lives in `manual`, which we hold.
                let _ = now.wait_for(|now| *now >= deadline).await;
            }
        }
    }

    /// Moves a manual clock to `moment` and wakes everyone whose deadline has come. Does nothing
    /// to the system clock, and nothing when `moment` is in the past.
    pub fn advance_to(&self, moment: Timestamp) {
        if let Kind::Manual(manual) = &self.0 {
            manual.now.send_if_modified(|now| {
                let forward = moment > *now;
                if forward {
                    *now = moment;
                }
                forward
            });
        }
    }

    /// The earliest moment somebody sleeps for, later than now. `None` when nobody sleeps, and
    /// always for the system clock.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Timestamp> {
        match &self.0 {
            Kind::System => None,
            Kind::Manual(manual) => {
                let now = *manual.now.borrow();
                let sleepers = manual.sleepers.lock();
                sleepers.iter().map(|(deadline, _)| *deadline).find(|deadline| *deadline > now)
            }
        }
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self::system()
    }
}

/// One sleeper's entry in the list; taken out on drop, so cancelled sleepers leave no trace.
struct Registration {
    manual: Arc<Manual>,
    entry: (Timestamp, u64),
}

impl Registration {
    fn new(manual: &Arc<Manual>, deadline: Timestamp) -> Self {
        let entry = (deadline, manual.next_number.fetch_add(1, Ordering::Relaxed));
        manual.sleepers.lock().insert(entry);
        Self { manual: Arc::clone(manual), entry }
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        self.manual.sleepers.lock().remove(&self.entry);
    }
}

/// The present moment by the system's clock: for certificates and TTLs, which the world dates.
#[allow(clippy::disallowed_methods, reason = "this is the clock that others are to ask")]
pub(crate) fn system_now() -> Timestamp {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_millis(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000)
    }

    #[tokio::test]
    async fn a_manual_clock_wakes_sleepers_in_their_turn() {
        let clock = Clock::manual(at(100));
        assert_eq!(clock.began(Duration::from_secs(1)), at(100), "it stands still");
        let sleeper = |seconds| {
            let clock = clock.clone();
            tokio::spawn(async move { clock.sleep_until(at(seconds)).await })
        };
        let (first, second) = (sleeper(110), sleeper(120));
        while clock.next_deadline() != Some(at(110)) {
            tokio::task::yield_now().await;
        }
        clock.advance_to(at(110));
        first.await.unwrap();
        assert!(!second.is_finished());
        assert_eq!(clock.next_deadline(), Some(at(120)));
        clock.advance_to(at(90));
        assert_eq!(clock.now(), at(110));
        clock.advance_to(at(500));
        second.await.unwrap();
        assert_eq!(clock.next_deadline(), None);
    }

    #[tokio::test]
    async fn a_cancelled_sleeper_is_forgotten() {
        let clock = Clock::manual(at(0));
        {
            let sleep = clock.sleep_until(at(10));
            tokio::pin!(sleep);
            tokio::select! {
                biased;
                () = &mut sleep => unreachable!(),
                () = tokio::task::yield_now() => {}
            }
            assert_eq!(clock.next_deadline(), Some(at(10)));
        }
        assert_eq!(clock.next_deadline(), None);
    }

    #[tokio::test]
    async fn the_past_needs_no_waiting() {
        Clock::system().sleep_until(at(0)).await;
        Clock::manual(at(5)).sleep_until(at(5)).await;
    }
}
