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
use tokio::sync::Semaphore;

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

/// The connections of connectors with a bound.
#[derive(Debug, Default)]
pub(crate) struct Gates {
    open: Mutex<HashMap<String, (u32, Arc<Semaphore>)>>,
}

impl Gates {
    /// The gate that a connection must pass; `None` without a bound.
    pub(crate) fn of(&self, shared: &Shared, target: &Target) -> Option<Arc<Semaphore>> {
        let name = target.connector.as_deref()?;
        let most = shared.policy.load().outbound_connector(name)?.max_connections?;
        let mut open = self.open.lock();
        match open.get(name) {
            Some((size, gate)) if *size == most => Some(Arc::clone(gate)),
            // Those who passed the gate before are not counted: they end within the minute.
            _ => {
                let gate = Arc::new(Semaphore::new(most as usize));
                open.insert(name.to_owned(), (most, Arc::clone(&gate)));
                Some(gate)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
