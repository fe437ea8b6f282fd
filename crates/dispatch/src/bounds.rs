//! Connectors that may not have as much as they like: connections at once, messages in a minute.
//!
//! The bound of connections is kept twice: a site never has more workers than it, so that nobody waits in
//! line, and a gate counts the connections of all sites of a connector together (mail to MX hosts has a
//! site for each set of them). The bound of messages is exact: never more in any 60 seconds.

use std::collections::VecDeque;
use std::sync::Arc;

use causeway_model::Timestamp;
use causeway_model::config::Connector;
use hashbrown::HashMap;
use parking_lot::Mutex;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::connect::Target;
use crate::engine::Shared;

/// The span in which messages are counted.
const MINUTE_MS: i64 = 60_000;

/// What one connector may have.
#[derive(Debug)]
pub(crate) struct Bounds {
    /// Connections at once.
    pub(crate) connections: Option<u32>,
    /// Messages in a minute.
    pub(crate) pace: Pace,
}

/// Counts messages in the last 60 seconds.
#[derive(Debug)]
pub(crate) struct Pace {
    most: Option<u32>,
    /// When the last ones began, the oldest first; never more than `most`.
    begun: VecDeque<Timestamp>,
}

impl Pace {
    pub(crate) const fn new(most: Option<u32>) -> Self {
        Self { most, begun: VecDeque::new() }
    }

    /// Counts one message more.
    ///
    /// # Errors
    /// When there have been enough: the moment at which one more may begin.
    pub(crate) fn begin(&mut self, now: Timestamp) -> Result<(), Timestamp> {
        let Some(most) = self.most else { return Ok(()) };
        let old = now.as_millis() - MINUTE_MS;
        while self.begun.front().is_some_and(|begun| begun.as_millis() <= old) {
            self.begun.pop_front();
        }
        match self.begun.front() {
            Some(oldest) if self.begun.len() >= most as usize => {
                Err(Timestamp::from_millis(oldest.as_millis() + MINUTE_MS))
            }
            _ => {
                self.begun.push_back(now);
                Ok(())
            }
        }
    }

    /// Takes over what was counted under another bound.
    pub(crate) fn go_on_from(&mut self, before: Self) {
        self.begun = before.begun;
        let most = self.most.map_or(0, |most| most as usize);
        while self.begun.len() > most {
            self.begun.pop_front();
        }
    }
}

impl Shared {
    /// Lets the connectors' bounds of the configuration in force hold.
    pub(crate) fn bound_connectors(&self) {
        let policy = self.policy.load();
        let mut bounds: HashMap<Arc<str>, Bounds> = HashMap::new();
        for connector in &policy.flow().connectors {
            let Connector::Outbound(outbound) = connector else { continue };
            if outbound.max_connections.is_some() || outbound.max_messages_per_minute.is_some() {
                let pace = Pace::new(outbound.max_messages_per_minute);
                let connections = outbound.max_connections;
                bounds.insert(outbound.name.as_str().into(), Bounds { connections, pace });
            }
        }
        self.schedule.lock().set_bounds(bounds);
    }
}

/// The connections of one connector.
#[derive(Debug)]
pub(crate) struct Gate {
    places: Arc<Semaphore>,
    size: Mutex<Size>,
}

/// How many places there are to be.
#[derive(Debug)]
struct Size {
    most: u32,
    /// Places that are taken and go away when they come back: the bound has been lowered.
    owed: usize,
}

impl Gate {
    fn new(most: u32) -> Self {
        let size = Mutex::new(Size { most, owed: 0 });
        Self { places: Arc::new(Semaphore::new(most as usize)), size }
    }

    /// Lets another bound hold. Those who passed under the one before are counted.
    fn set(&self, most: u32) {
        let mut size = self.size.lock();
        if most < size.most {
            let fewer = (size.most - most) as usize;
            size.owed += fewer - self.places.forget_permits(fewer);
        } else {
            let more = (most - size.most) as usize;
            let kept = more.min(size.owed);
            size.owed -= kept;
            self.places.add_permits(more - kept);
        }
        size.most = most;
    }

    /// Waits for a place.
    pub(crate) async fn pass(&self) -> Option<OwnedSemaphorePermit> {
        loop {
            // The semaphore is never closed.
            let place = Arc::clone(&self.places).acquire_owned().await.ok()?;
            let mut size = self.size.lock();
            if size.owed == 0 {
                return Some(place);
            }
            size.owed -= 1;
            place.forget();
        }
    }
}

/// The connections of connectors with a bound.
#[derive(Debug, Default)]
pub(crate) struct Gates {
    open: Mutex<HashMap<String, Arc<Gate>>>,
}

impl Gates {
    /// The gate that a connection must pass; `None` without a bound.
    pub(crate) fn of(&self, shared: &Shared, target: &Target) -> Option<Arc<Gate>> {
        let name = target.connector.as_deref()?;
        let most = shared.policy.load().outbound_connector(name)?.max_connections?;
        let mut open = self.open.lock();
        if let Some(gate) = open.get(name) {
            gate.set(most);
            return Some(Arc::clone(gate));
        }
        let gate = Arc::new(Gate::new(most));
        open.insert(name.to_owned(), Arc::clone(&gate));
        Some(gate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_lowered_bound_counts_those_who_passed_before() {
        use futures_util::FutureExt;
        let gate = Gate::new(3);
        let mut passed = Vec::new();
        for _ in 0..3 {
            passed.extend(gate.pass().now_or_never().flatten());
        }
        assert_eq!(passed.len(), 3);
        gate.set(1);
        assert!(gate.pass().now_or_never().is_none());
        drop(passed.pop());
        drop(passed.pop());
        assert!(gate.pass().now_or_never().is_none(), "one of three is still there");
        drop(passed.pop());
        let only = gate.pass().now_or_never().flatten();
        assert!(only.is_some() && gate.pass().now_or_never().is_none());
        gate.set(2);
        assert!(gate.pass().now_or_never().flatten().is_some());
    }

    #[test]
    fn never_more_than_the_bound_in_any_minute() {
        let at = Timestamp::from_millis;
        let mut pace = Pace::new(Some(3));
        for now in [0, 20_000, 40_000] {
            assert_eq!(pace.begin(at(now)), Ok(()));
        }
        assert_eq!(pace.begin(at(59_999)), Err(at(60_000)));
        assert_eq!(pace.begin(at(60_000)), Ok(()));
        assert_eq!(pace.begin(at(60_001)), Err(at(80_000)));
        let mut without = Pace::new(None);
        assert!((0..1000).all(|_| without.begin(at(0)).is_ok()));
    }

    #[test]
    fn a_new_bound_goes_on_from_what_was_counted() {
        let at = Timestamp::from_millis;
        let mut before = Pace::new(Some(3));
        for now in [0, 1_000, 2_000] {
            before.begin(at(now)).unwrap();
        }
        let mut pace = Pace::new(Some(2));
        pace.go_on_from(before);
        assert_eq!(pace.begin(at(3_000)), Err(at(61_000)));
    }
}
