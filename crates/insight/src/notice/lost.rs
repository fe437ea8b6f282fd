//! Lines of the log that could not be written: its disk is full, or nobody reads it.
//!
//! Mail goes on without a log; people are to know that it has a hole, and how large that is.

use std::ops::Sub;
use std::time::Duration;

use causeway_catalog::WhoActs;
use causeway_catalog::status::clean;
use causeway_model::Timestamp;

use super::{Noted, Notice, NoticeKind, Observation};

/// The log is whole again when nothing was lost for so long.
pub const WHOLE_AFTER: Duration = Duration::from_secs(10 * 60);

/// Lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lost {
    /// The system did not write them.
    pub refused: u64,
    /// Nobody has read those before them, and there was no room.
    pub dropped: u64,
}

impl Lost {
    /// All of them.
    #[must_use]
    pub const fn all(self) -> u64 {
        self.refused.saturating_add(self.dropped)
    }
}

impl Sub for Lost {
    type Output = Self;

    fn sub(self, before: Self) -> Self {
        Self {
            refused: self.refused.saturating_sub(before.refused),
            dropped: self.dropped.saturating_sub(before.dropped),
        }
    }
}

/// A hole in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hole {
    /// From when.
    pub since: Timestamp,
    /// To when.
    pub last: Timestamp,
    /// How large.
    pub lines: Lost,
}

/// What is known of lost lines.
#[derive(Debug, Default)]
pub struct LostLines {
    /// Lines lost since the start.
    total: Lost,
    /// Of these, those before the hole that is told of.
    before: Lost,
    hole: Option<(Timestamp, Timestamp)>,
}

impl LostLines {
    /// Takes note of how many lines were lost since the start.
    pub fn look(&mut self, total: Lost, now: Timestamp) {
        if self.hole.is_some_and(|(_, last)| now.since(last) >= WHOLE_AFTER) {
            self.hole = None;
        }
        if total.all() > self.total.all() {
            let since = match self.hole {
                Some((since, _)) => since,
                None => {
                    self.before = self.total;
                    now
                }
            };
            self.hole = Some((since, now));
            self.total = total;
        }
    }

    /// The hole that there is.
    #[must_use]
    pub fn hole(&self) -> Option<Hole> {
        self.hole.map(|(since, last)| Hole { since, last, lines: self.total - self.before })
    }

    /// The notice. `host`: this server's name; `problem`: what the system said of the last line that it refused.
    #[must_use]
    pub fn notice(&self, host: &str, problem: &str) -> Option<Notice> {
        let Hole { since, last, lines } = self.hole()?;
        let refused = Observation::LinesLost { count: lines.refused, problem: clean(problem) };
        let dropped = Observation::LinesNotRead { count: lines.dropped };
        let evidence = [(lines.refused, refused), (lines.dropped, dropped)];
        let evidence = evidence.into_iter().filter(|(count, _)| *count > 0);
        Some(Notice {
            kind: NoticeKind::LogLost,
            subject: host.to_owned(),
            count: lines.all(),
            since,
            last,
            level: 0,
            who: WhoActs::Service,
            evidence: evidence.map(|(_, what)| Noted { at: last, what }).collect(),
            offers: Vec::new(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_millis(0).plus(Duration::from_secs(seconds))
    }

    fn lost(refused: u64, dropped: u64) -> Lost {
        Lost { refused, dropped }
    }

    #[test]
    fn a_hole_in_the_log_is_told_of_with_its_lines_until_the_log_is_whole_for_a_while() {
        let mut log = LostLines::default();
        log.look(lost(0, 0), at(0));
        assert_eq!(log.notice("mx.test", ""), None);
        log.look(lost(3, 0), at(10));
        log.look(lost(5, 0), at(20));
        let notice = log.notice("mx.test", "no room").unwrap();
        assert_eq!((notice.count, notice.since, notice.last), (5, at(10), at(20)));
        assert_eq!(notice.evidence.len(), 1);
        log.look(lost(5, 0), at(20).plus(WHOLE_AFTER));
        assert_eq!(log.notice("mx.test", ""), None);
        log.look(lost(5, 1), at(2_000));
        let hole = Hole { since: at(2_000), last: at(2_000), lines: lost(0, 1) };
        assert_eq!(log.hole(), Some(hole), "those before were told of");
        let notice = log.notice("mx.test", "no room").unwrap();
        let unread = Observation::LinesNotRead { count: 1 };
        assert_eq!(notice.evidence[0].what, unread, "the disk is not to blame");
    }
}
