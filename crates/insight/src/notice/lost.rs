//! Lines of the log that could not be written: its disk is full, or nobody reads it.
//!
//! Mail goes on without a log; people are to know that it has a hole, and how large that is.

use std::time::Duration;

use causeway_catalog::WhoActs;
use causeway_catalog::status::clean;
use causeway_model::Timestamp;

use super::{Noted, Notice, NoticeKind, Observation};

/// The log is whole again when nothing was lost for so long.
pub const WHOLE_AFTER: Duration = Duration::from_secs(10 * 60);

/// What is known of lost lines.
#[derive(Debug, Default)]
pub struct LostLines {
    /// Lines lost since the start.
    total: u64,
    /// Of these, those before the hole that is told of.
    before: u64,
    /// The hole: from when to when.
    hole: Option<(Timestamp, Timestamp)>,
}

impl LostLines {
    /// Takes note of how many lines were lost since the start.
    pub fn look(&mut self, total: u64, now: Timestamp) {
        if self.hole.is_some_and(|(_, last)| now.since(last) >= WHOLE_AFTER) {
            self.hole = None;
        }
        if total > self.total {
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

    /// Since when lines are lost, and how many of them.
    #[must_use]
    pub fn hole(&self) -> Option<(Timestamp, u64)> {
        self.hole.map(|(since, _)| (since, self.total - self.before))
    }

    /// The notice. `host`: this server's name; `problem`: what the system says.
    #[must_use]
    pub fn notice(&self, host: &str, problem: &str) -> Option<Notice> {
        let (since, last) = self.hole?;
        let count = self.total - self.before;
        let what = Observation::LinesLost { count, problem: clean(problem) };
        Some(Notice {
            kind: NoticeKind::LogLost,
            subject: host.to_owned(),
            count,
            since,
            last,
            level: 0,
            who: WhoActs::Service,
            evidence: vec![Noted { at: last, what }],
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

    #[test]
    fn a_hole_in_the_log_is_told_of_with_its_lines_until_the_log_is_whole_for_a_while() {
        let mut lost = LostLines::default();
        lost.look(0, at(0));
        assert_eq!(lost.notice("mx.test", ""), None);
        lost.look(3, at(10));
        lost.look(5, at(20));
        let notice = lost.notice("mx.test", "no room").unwrap();
        assert_eq!((notice.count, notice.since, notice.last), (5, at(10), at(20)));
        lost.look(5, at(20).plus(WHOLE_AFTER));
        assert_eq!(lost.notice("mx.test", ""), None);
        lost.look(6, at(2_000));
        assert_eq!(lost.hole(), Some((at(2_000), 1)), "those before were told of");
    }
}
