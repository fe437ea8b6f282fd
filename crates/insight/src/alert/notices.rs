//! The part of the register that is about notices: opened at once, closed when they are mended.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use causeway_model::Timestamp;

use super::{Alert, Book, Change, Changed, Closing, Outcome};
use crate::notice::{MOST_OF_A_KIND, Notice, NoticeKind, Noticed};

/// Closed alerts of one kind that are kept: what strangers can repeat must not push out the others.
const MOST_CLOSED_OF_A_KIND: usize = 200;

/// A count that only wanders is not written to the disk more often.
const KEPT_EVERY: Duration = Duration::from_secs(60);

impl Book {
    /// Takes note of what was noticed.
    pub fn notice(&mut self, now: Timestamp, noticed: Noticed) -> Vec<Change> {
        let Noticed { found, looked, mended } = noticed;
        let mut changes = Vec::new();
        let here: HashSet<String> = found.iter().map(Notice::key).collect();
        for notice in found {
            changes.extend(self.seen(now, notice));
        }
        let is_over = |kind: NoticeKind, last: Timestamp, key: &str| {
            let looked = looked.iter().find(|(looked, _)| *looked == kind);
            let unseen = looked.is_some_and(|(_, holds)| last.plus(*holds) <= now);
            !here.contains(key) && (unseen || mended.iter().any(|mended| mended == key))
        };
        let over: Vec<u64> = self
            .open
            .values()
            .filter_map(|id| self.alerts.get(id))
            .filter(|alert| {
                let kind = alert.notice.as_ref().map(|notice| notice.kind);
                kind.is_some_and(|kind| is_over(kind, alert.last_seen, &alert.path))
            })
            .map(|alert| alert.id)
            .collect();
        for id in over {
            self.settle_fixes(id, now);
            changes.extend(self.close(id, now, Closing::Mended));
        }
        let kinds: HashSet<&str> = looked.iter().map(|(kind, _)| kind.name()).collect();
        self.dismissed_notices.retain(|key, _| {
            let kind = key.split(' ').next().unwrap_or_default();
            here.contains(key) || !kinds.contains(kind)
        });
        changes
    }

    /// One notice: a new alert, or news about the one that is there.
    fn seen(&mut self, now: Timestamp, notice: Notice) -> Option<Change> {
        let key = notice.key();
        let Some(&id) = self.open.get(&key) else { return self.open_notice(now, notice) };
        let alert = self.alerts.get_mut(&id)?;
        let before = alert.notice.as_deref()?;
        let mut changed = match notice.level > before.level {
            true => Some(Changed::Cause),
            false => (*before != notice).then_some(Changed::Counts),
        };
        for fix in alert.fixes.iter_mut().filter(|fix| fix.outcome == Outcome::Pending) {
            if notice.last > fix.at {
                let (code, reply) = (notice.code().to_owned(), String::new());
                fix.outcome = Outcome::DidNotHelp { at: now, code, reply };
                changed = Some(Changed::Fixed);
            }
        }
        alert.last_seen = alert.last_seen.max(notice.last);
        alert.waiting = notice.count;
        alert.most = alert.most.max(notice.count);
        alert.offers.clone_from(&notice.offers);
        alert.notice = Some(Box::new(notice));
        let kept = self.notices_kept.get(&id).copied();
        let is_due = kept.is_none_or(|kept| now < kept || now.since(kept) >= KEPT_EVERY);
        let changed = changed.filter(|changed| is_due || *changed != Changed::Counts)?;
        self.notices_kept.insert(id, now);
        Some(Change { id, changed })
    }

    fn open_notice(&mut self, now: Timestamp, notice: Notice) -> Option<Change> {
        let key = notice.key();
        let is_dismissed =
            self.dismissed_notices.get(&key).is_some_and(|level| notice.level <= *level);
        let of_kind = self
            .open
            .values()
            .filter_map(|id| self.alerts.get(id)?.notice.as_ref())
            .filter(|open| open.kind == notice.kind)
            .count();
        if is_dismissed || of_kind >= MOST_OF_A_KIND {
            return None;
        }
        self.dismissed_notices.remove(&key);
        self.last_id += 1;
        let id = self.last_id;
        self.open.insert(key.clone(), id);
        let alert = Alert {
            first_seen: notice.since,
            last_seen: notice.last,
            waiting: notice.count,
            most: notice.count,
            offers: notice.offers.clone(),
            notice: Some(Box::new(notice)),
            ..Alert::opening(id, key, now)
        };
        self.alerts.insert(id, alert);
        self.notices_kept.insert(id, now);
        Some(Change { id, changed: Changed::Opened })
    }

    /// After a restart: what somebody closed by hand last stays closed.
    pub(super) fn recall_dismissal(&mut self, alert: &Alert) {
        let by_hand = matches!(&alert.closed, Some((_, Closing::ByHand { .. })));
        match (&alert.notice, &alert.attempt, by_hand) {
            (Some(notice), _, true) => {
                self.dismissed_notices.insert(alert.path.clone(), notice.level);
            }
            (Some(_), _, false) => {
                self.dismissed_notices.remove(&alert.path);
            }
            (None, Some(attempt), true) => self.dismiss(alert, attempt),
            (None, ..) => self.welcome(&alert.path),
        }
    }

    /// Closed alerts about notices that are too many of their kind, the oldest.
    pub(super) fn repeated(&self) -> HashSet<u64> {
        let mut of_kind: HashMap<NoticeKind, Vec<u64>> = HashMap::new();
        for alert in self.alerts.values().filter(|alert| !alert.is_open()) {
            if let Some(notice) = &alert.notice {
                of_kind.entry(notice.kind).or_default().push(alert.id);
            }
        }
        let too_many = |ids: Vec<u64>| {
            let count = ids.len().saturating_sub(MOST_CLOSED_OF_A_KIND);
            ids.into_iter().take(count)
        };
        of_kind.into_values().flat_map(too_many).collect()
    }
}

#[cfg(test)]
mod tests {
    use causeway_catalog::WhoActs;
    use causeway_model::config::AlertSettings;

    use super::super::Absence;
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000)
    }

    fn notice(subject: &str, last: i64, level: u8) -> Notice {
        Notice {
            kind: NoticeKind::CertificateEnds,
            subject: subject.into(),
            count: 1,
            since: at(0),
            last: at(last),
            level,
            who: WhoActs::Service,
            evidence: Vec::new(),
            offers: Vec::new(),
        }
    }

    fn look(book: &mut Book, now: i64, found: Vec<Notice>, holds: Duration) -> Vec<Changed> {
        let looked = vec![(NoticeKind::CertificateEnds, holds)];
        let noticed = Noticed { found, looked, mended: Vec::new() };
        book.notice(at(now), noticed).into_iter().map(|change| change.changed).collect()
    }

    #[test]
    fn a_notice_opens_one_alert_is_told_again_when_it_gets_worse_and_closes_when_it_is_over() {
        let mut book = Book::default();
        let zero = Duration::ZERO;
        assert_eq!(look(&mut book, 1, vec![notice("a", 1, 1)], zero), [Changed::Opened]);
        assert_eq!(look(&mut book, 1, vec![notice("a", 1, 1)], zero), []);
        assert_eq!(look(&mut book, 2, vec![notice("a", 2, 2)], zero), [Changed::Cause]);
        assert_eq!(look(&mut book, 3, vec![notice("a", 3, 2)], zero), [], "not every moment");
        assert_eq!(look(&mut book, 90, vec![notice("a", 90, 2)], zero), [Changed::Counts]);
        // Failing paths are another matter.
        let settings = AlertSettings::default();
        assert_eq!(book.observe(&settings, at(4), &[], |_| Absence::Unused), []);
        assert_eq!(look(&mut book, 91, Vec::new(), zero), [Changed::Closed]);
        assert_eq!(book.get(1).unwrap().closed, Some((at(91), Closing::Mended)));
        assert_eq!(look(&mut book, 92, vec![notice("a", 92, 1)], zero), [Changed::Opened]);
    }

    #[test]
    fn what_was_counted_is_over_when_it_was_not_seen_for_its_span_or_is_known_to_be_mended() {
        let mut book = Book::default();
        look(&mut book, 1, vec![notice("a", 1, 0)], HOUR);
        assert_eq!(look(&mut book, 3_600, Vec::new(), HOUR), []);
        assert_eq!(look(&mut book, 3_601, Vec::new(), HOUR), [Changed::Closed]);
        look(&mut book, 3_602, vec![notice("b", 3_602, 0)], HOUR);
        let mended = vec!["certificate-ends b".to_owned()];
        let changes = book.notice(at(3_603), Noticed { mended, ..Noticed::default() });
        assert_eq!(changes[0].changed, Changed::Closed);
    }

    #[test]
    fn what_somebody_closed_stays_closed_over_a_restart_until_it_gets_worse_or_was_over() {
        let mut book = Book::default();
        let zero = Duration::ZERO;
        look(&mut book, 1, vec![notice("a", 1, 1)], zero);
        let by_hand = Closing::ByHand { author: "a".into(), reason: String::new() };
        book.close(1, at(2), by_hand).unwrap();
        assert_eq!(look(&mut book, 3, vec![notice("a", 3, 1)], zero), []);
        let kept: Vec<Alert> = book.all().cloned().collect();
        let mut book = Book::restored(kept.into_iter().rev(), 1);
        assert_eq!(look(&mut book, 4, vec![notice("a", 4, 1)], zero), []);
        assert_eq!(look(&mut book, 5, vec![notice("a", 5, 2)], zero), [Changed::Opened]);
        book.close(2, at(6), Closing::ByHand { author: "a".into(), reason: String::new() });
        look(&mut book, 7, Vec::new(), zero);
        assert_eq!(look(&mut book, 8, vec![notice("a", 8, 1)], zero), [Changed::Opened]);
    }

    #[test]
    fn strangers_cannot_make_an_endless_list() {
        let mut book = Book::default();
        for round in 0..30 {
            let found = (0..100).map(|n| notice(&format!("{round} {n}"), round, 0)).collect();
            look(&mut book, round, found, Duration::ZERO);
            assert!(book.count_open() <= MOST_OF_A_KIND);
            look(&mut book, round, Vec::new(), Duration::ZERO);
            book.observe(&AlertSettings::default(), at(round), &[], |_| Absence::Unused);
        }
        assert!(book.all().count() <= MOST_CLOSED_OF_A_KIND);
    }

    #[test]
    fn alerts_of_versions_before_can_be_read() {
        let mut book = Book::default();
        look(&mut book, 1, vec![notice("a", 1, 1)], Duration::ZERO);
        let text = serde_json::to_string(book.get(1).unwrap()).unwrap();
        let read: Alert = serde_json::from_str(&text).unwrap();
        assert_eq!(&read, book.get(1).unwrap());
    }
}
