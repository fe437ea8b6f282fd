//! So much in an hour: what somebody else could make us do without end.
//!
//! Pure: told the time. What was had is forgotten as it comes back, so only those are kept who have had any lately.

use causeway_model::Timestamp;
use hashbrown::HashMap;
use parking_lot::Mutex;

const HOUR_MILLIS: i64 = 3_600_000;

/// How much each has had of something: when its hour's worth is there again.
#[derive(Debug, Default)]
pub(crate) struct Hourly {
    full_at: Mutex<HashMap<String, Timestamp>>,
}

impl Hourly {
    /// Takes one of `limit` an hour (0: there is no limit); false when there is none.
    pub(crate) fn take(&self, who: &str, limit: u32, now: Timestamp) -> bool {
        if limit == 0 {
            return true;
        }
        let each = (HOUR_MILLIS / i64::from(limit)).max(1);
        let mut full_at = self.full_at.lock();
        full_at.retain(|_, at| *at > now);
        let at = full_at.get(who).copied().unwrap_or(now).max(now).as_millis() + each;
        if at - now.as_millis() > each * i64::from(limit) {
            return false;
        }
        full_at.insert(who.to_owned(), Timestamp::from_millis(at));
        true
    }

    /// Gives back one that was taken: it was not needed after all.
    pub(crate) fn give_back(&self, who: &str, limit: u32) {
        let each = HOUR_MILLIS.checked_div(i64::from(limit)).unwrap_or_default().max(1);
        if let Some(at) = self.full_at.lock().get_mut(who) {
            *at = Timestamp::from_millis(at.as_millis() - each);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_so_much_in_an_hour() {
        let hourly = Hourly::default();
        let at = |minutes: i64| Timestamp::from_millis(minutes * 60_000);
        assert!(hourly.take("alice", 2, at(0)) && hourly.take("alice", 2, at(0)));
        assert!(!hourly.take("alice", 2, at(0)));
        assert!(hourly.take("bob", 2, at(0)), "each has its own");
        assert!(!hourly.take("alice", 2, at(29)));
        assert!(hourly.take("alice", 2, at(30)));
        assert!(!hourly.take("alice", 2, at(30)));
        hourly.give_back("alice", 2);
        assert!(hourly.take("alice", 2, at(30)), "what was given back is there again");
        assert!((0..1000).all(|_| hourly.take("carol", 0, at(0))), "no bound");
    }
}
