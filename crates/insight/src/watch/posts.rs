//! Posts that wait for the web hook. Pure.
//!
//! A hook that answers slowly, or not at all, holds up nothing but itself: posts of different alerts are made
//! beside each other, [`AT_ONCE`] at most, those of one alert one after the other, in their order. What waits is
//! bounded.

use std::collections::{HashSet, VecDeque};

use crate::alert::{Alert, Event};

/// Posts that are made at once.
const AT_ONCE: usize = 8;

/// Posts that wait at most.
const MOST: usize = 1_000;

/// What is posted.
#[derive(Debug)]
pub(super) struct Post {
    /// Where to.
    pub(super) address: String,
    pub(super) event: Event,
    pub(super) alert: Alert,
}

/// The queue of the web hook.
#[derive(Debug, Default)]
pub(super) struct Posts {
    waiting: VecDeque<Post>,
    /// Alerts a post of which is being made.
    under_way: HashSet<u64>,
}

impl Posts {
    /// One more; false: there are too many already.
    #[must_use]
    pub(super) fn push(&mut self, post: Post) -> bool {
        let has_room = self.waiting.len() < MOST;
        if has_room {
            self.waiting.push_back(post);
        }
        has_room
    }

    /// The next post that may be made now: the oldest one of an alert none of whose posts is being made.
    pub(super) fn next(&mut self) -> Option<Post> {
        if self.under_way.len() >= AT_ONCE {
            return None;
        }
        let is_free = |post: &Post| !self.under_way.contains(&post.alert.id);
        let post = self.waiting.iter().position(is_free).and_then(|at| self.waiting.remove(at))?;
        self.under_way.insert(post.alert.id);
        Some(post)
    }

    /// A post of this alert is made, or given up. Returns what is left to post of it.
    pub(super) fn done(&mut self, id: u64) -> Option<Event> {
        self.under_way.remove(&id);
        self.left(id)
    }

    /// What of an alert waits to be posted.
    pub(super) fn left(&self, id: u64) -> Option<Event> {
        let waiting = self.waiting.iter().filter(|post| post.alert.id == id);
        waiting.fold(None, |before, post| Some(post.event.after(before)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alert::Event::{Changed, Closed, Opened};

    fn post(id: u64, event: Event) -> Post {
        let alert = Alert::opening(id, String::new(), causeway_model::Timestamp::from_millis(0));
        Post { address: String::new(), event, alert }
    }

    fn taken(posts: &mut Posts) -> Option<(u64, Event)> {
        posts.next().map(|post| (post.alert.id, post.event))
    }

    #[test]
    fn one_alert_after_the_other_in_its_order_and_different_ones_beside_each_other() {
        let mut posts = Posts::default();
        for (id, event) in [(1, Opened), (1, Changed), (2, Opened), (1, Closed)] {
            assert!(posts.push(post(id, event)));
        }
        assert_eq!(taken(&mut posts), Some((1, Opened)));
        assert_eq!(taken(&mut posts), Some((2, Opened)), "it does not wait for the first");
        assert_eq!(taken(&mut posts), None, "both are under way");
        assert_eq!(posts.done(1), Some(Closed), "what has changed is told with the end");
        assert_eq!(taken(&mut posts), Some((1, Changed)));
        assert_eq!((posts.done(1), posts.done(2)), (Some(Closed), None));
        assert_eq!(taken(&mut posts), Some((1, Closed)));
        assert_eq!(posts.done(1), None);
        assert_eq!(taken(&mut posts), None);
    }

    #[test]
    fn a_hook_that_never_answers_keeps_a_bounded_number_of_posts() {
        let mut posts = Posts::default();
        let kept = (0..3_000).filter(|id| posts.push(post(*id, Opened))).count();
        assert_eq!(kept, MOST);
        let begun = std::iter::from_fn(|| posts.next()).count();
        assert_eq!(begun, AT_ONCE);
        assert!(posts.push(post(1, Closed)), "there is room again");
    }
}
