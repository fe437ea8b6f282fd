//! What was told of an alert lately, so that a failure or a cause that comes and goes is not told each time.

use std::time::Duration;

use causeway_model::Timestamp;

use super::Alert;

/// What was so within this time is no news.
const LATELY: Duration = Duration::from_secs(3600);

/// So much is remembered of an alert.
const MOST: usize = 16;

impl Alert {
    /// Something is so now, or was until now. True when it is news: it was not so lately.
    pub(super) fn is_news(&mut self, what: String, now: Timestamp) -> bool {
        self.told_lately.retain(|(_, at)| now.since(*at) < LATELY);
        if let Some((_, at)) = self.told_lately.iter_mut().find(|(known, _)| *known == what) {
            *at = now;
            return false;
        }
        if self.told_lately.len() >= MOST {
            self.told_lately.remove(0);
        }
        self.told_lately.push((what, now));
        true
    }
}
