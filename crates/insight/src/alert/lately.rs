//! What was told of an alert lately, so that a failure or a cause that comes and goes is not told each time, and what
//! stands in the end is.
//!
//! **What it promises.** What was not so within [`LATELY`] is told at once. What comes back within that time is told when
//! it has stood for [`STANDING`] and something else was told last, at most once in [`LATELY`]. So a path that flaps is
//! told seldom, and what people heard last is what stands.

use std::time::Duration;

use causeway_model::Timestamp;
use serde::{Deserialize, Serialize};

use super::Alert;

/// What was so within this time is no news.
const LATELY: Duration = Duration::from_secs(3600);

/// What comes back and stands so long is told, where something else was told last.
const STANDING: Duration = Duration::from_secs(300);

/// So much is remembered of an alert.
const MOST: usize = 16;

/// What is so of an alert now, and what people heard last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Latest {
    /// What is so.
    now: String,
    /// Since when.
    since: Timestamp,
    /// What was told last.
    told: String,
    /// When something that had come back was told last.
    told_again: Option<Timestamp>,
}

impl Alert {
    /// Something is so now. True when it is news: it was not so lately.
    pub(super) fn is_news(&mut self, what: String, now: Timestamp) -> bool {
        let is_known = self.remember(&what, now);
        let first =
            || Latest { now: String::new(), since: now, told: String::new(), told_again: None };
        let latest = self.latest.get_or_insert_with(first);
        if latest.now != what {
            (latest.now, latest.since) = (what.clone(), now);
        }
        if !is_known {
            latest.told = what;
        }
        !is_known
    }

    /// Something was so until now: told when the alert opened, if nothing was since.
    pub(super) fn was(&mut self, what: String, now: Timestamp) {
        self.remember(&what, now);
        self.latest.get_or_insert_with(|| Latest {
            now: what.clone(),
            since: now,
            told: what,
            told_again: None,
        });
    }

    /// True when what is so now has stood for a while, something else was told last, and it is to be told.
    pub(super) fn settles(&mut self, now: Timestamp) -> bool {
        let Some(latest) = &mut self.latest else { return false };
        let is_due = latest.told_again.is_none_or(|at| now.since(at) >= LATELY)
            && now.since(latest.since) >= STANDING;
        if latest.told == latest.now || !is_due {
            return false;
        }
        latest.told.clone_from(&latest.now);
        latest.told_again = Some(now);
        true
    }

    /// Whether it was so lately; from now on it was.
    fn remember(&mut self, what: &str, now: Timestamp) -> bool {
        self.told_lately.retain(|(_, at)| now.since(*at) < LATELY);
        if let Some((_, at)) = self.told_lately.iter_mut().find(|(known, _)| known == what) {
            *at = now;
            return true;
        }
        if self.told_lately.len() >= MOST {
            self.told_lately.remove(0);
        }
        self.told_lately.push((what.to_owned(), now));
        false
    }
}
