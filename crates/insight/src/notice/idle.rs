//! Connectors that carry nothing.

use std::time::Duration;

use causeway_catalog::WhoActs;
use causeway_catalog::causes::remedy::Remedy;
use causeway_model::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Noted, Notice, NoticeKind, Observation};
use crate::remedy::Offer;

/// What is known of an enabled connector.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Use {
    /// Since when it is there and enabled, as far as is known.
    pub since: Timestamp,
    /// When it carried mail last, as far as the records reach.
    pub last: Option<Timestamp>,
}

/// The notice of one connector.
#[must_use]
pub fn notice(name: &str, used: &Use, after: Duration, now: Timestamp) -> Option<Notice> {
    let idle_since = used.last.unwrap_or(used.since).max(used.since);
    if now.since(idle_since) < after {
        return None;
    }
    let connector = || name.to_owned();
    let last = match used.last {
        Some(at) => Noted { at, what: Observation::LastUsed { connector: connector() } },
        None => Noted { at: now, what: Observation::NeverUsed { connector: connector() } },
    };
    let there = Observation::ThereSince { connector: connector() };
    let offer = |remedy| Offer { connector: Some(connector()), ..Offer::of(remedy) };
    Some(Notice {
        kind: NoticeKind::UnusedConnector,
        subject: connector(),
        count: 0,
        since: idle_since,
        last: now,
        level: 0,
        who: WhoActs::Service,
        evidence: vec![Noted { at: used.since, what: there }, last],
        offers: vec![offer(Remedy::DisableConnector), offer(Remedy::RemoveConnector)],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const MONTH: Duration = Duration::from_secs(30 * 86_400);

    fn day(day: i64) -> Timestamp {
        Timestamp::from_millis(day * 86_400_000)
    }

    #[test]
    fn only_a_connector_that_is_old_and_has_carried_nothing_lately_is_told_of() {
        let never = Use { since: day(0), last: None };
        assert_eq!(notice("c", &never, MONTH, day(29)), None, "it is new");
        let told = notice("c", &never, MONTH, day(30)).unwrap();
        assert!(matches!(told.evidence[1].what, Observation::NeverUsed { .. }));
        let used = Use { since: day(0), last: Some(day(20)) };
        assert_eq!(notice("c", &used, MONTH, day(49)), None);
        let told = notice("c", &used, MONTH, day(50)).unwrap();
        assert_eq!((told.since, told.evidence[1].at), (day(20), day(20)));
        let again = Use { since: day(45), last: Some(day(1)) };
        assert_eq!(notice("c", &again, MONTH, day(50)), None, "it was switched on lately");
    }
}
