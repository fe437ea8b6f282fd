//! Counts of things that happen, each within a span of time that moves on. Bounded.

use std::collections::HashMap;
use std::time::Duration;

use causeway_model::Timestamp;

/// A span is counted in so many slots.
const SLOTS: usize = 12;

/// Things that are counted at once; when there are more, those with the smallest counts make room.
const MOST: usize = 2_000;

/// Of each thing, those that did it most are kept.
const MOST_BY: usize = 8;

/// How often things happened within the last span.
#[derive(Debug)]
pub struct Counter {
    span: Duration,
    entries: HashMap<String, Entry>,
}

/// One thing's count.
#[derive(Debug)]
struct Entry {
    slots: [u32; SLOTS],
    /// The number of the newest slot since the epoch.
    newest: i64,
    first: Timestamp,
    last: Timestamp,
    by: Vec<(String, u64)>,
}

/// A thing that happened often.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Often {
    /// What.
    pub what: String,
    /// How often within the span.
    pub count: u64,
    /// When first; it may have begun before the span.
    pub first: Timestamp,
    /// When last.
    pub last: Timestamp,
    /// Who did it, the most frequent first, and how often since the first.
    pub by: Vec<(String, u64)>,
}

impl Counter {
    /// Counts within this span.
    #[must_use]
    pub fn within(span: Duration) -> Self {
        Self { span, entries: HashMap::new() }
    }

    /// The span.
    #[must_use]
    pub const fn span(&self) -> Duration {
        self.span
    }

    /// Another span; what was counted within the one before does not count.
    pub fn set_span(&mut self, span: Duration) {
        if self.span != span {
            *self = Self::within(span);
        }
    }

    /// It happened once more.
    pub fn note(&mut self, what: &str, by: &str, now: Timestamp) {
        let slot = self.slot(now);
        if let Some(entry) = self.entries.get_mut(what) {
            return entry.note(by, slot, now);
        }
        self.make_room(slot);
        let mut entry =
            Entry { slots: [0; SLOTS], newest: slot, first: now, last: now, by: Vec::new() };
        entry.note(by, slot, now);
        self.entries.insert(what.to_owned(), entry);
    }

    /// What is not to be counted any more.
    pub fn forget(&mut self, is_over: impl Fn(&str) -> bool) {
        self.entries.retain(|what, _| !is_over(what));
    }

    /// What happened at least `threshold` times within the span, most often first.
    #[must_use]
    pub fn often(&self, threshold: u64, now: Timestamp) -> Vec<Often> {
        let slot = self.slot(now);
        let counted = self.entries.iter().map(|(what, entry)| (what, entry, entry.count(slot)));
        let mut often: Vec<Often> = counted
            .filter(|(_, _, count)| *count > 0 && *count >= threshold)
            .map(|(what, entry, count)| entry.often(what, count))
            .collect();
        often.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.what.cmp(&b.what)));
        often
    }

    fn slot(&self, now: Timestamp) -> i64 {
        let slot = i64::try_from(self.span.as_millis() / SLOTS as u128).unwrap_or(i64::MAX);
        now.as_millis().div_euclid(slot.max(1))
    }

    /// A full counter drops what is over, then the half with the smaller counts.
    fn make_room(&mut self, slot: i64) {
        if self.entries.len() < MOST {
            return;
        }
        let mut counts: Vec<u64> = self.entries.values().map(|entry| entry.count(slot)).collect();
        counts.sort_unstable();
        let middle = counts.get(MOST / 2).copied().unwrap_or(0);
        let mut places = MOST / 4;
        self.entries.retain(|_, entry| match entry.count(slot) {
            0 => false,
            count if count == middle => {
                let stays = places > 0;
                places -= usize::from(stays);
                stays
            }
            count => count > middle,
        });
    }
}

impl Entry {
    fn note(&mut self, by: &str, slot: i64, now: Timestamp) {
        let slot = slot.max(self.newest);
        if self.count(slot) == 0 {
            (self.slots, self.first) = ([0; SLOTS], now);
            self.by.clear();
        }
        for passed in self.newest + 1..=slot.min(self.newest + SLOTS as i64) {
            self.slots[place(passed)] = 0;
        }
        self.newest = slot;
        let counted = &mut self.slots[place(self.newest)];
        *counted = counted.saturating_add(1);
        self.last = self.last.max(now);
        self.note_by(by);
    }

    /// Those that come most often stay: a new one takes the place and the count of the rarest.
    fn note_by(&mut self, by: &str) {
        if let Some((_, count)) = self.by.iter_mut().find(|(known, _)| known == by) {
            *count += 1;
        } else if self.by.len() < MOST_BY {
            self.by.push((by.to_owned(), 1));
        } else if let Some(rarest) = self.by.iter_mut().min_by_key(|(_, count)| *count) {
            *rarest = (by.to_owned(), rarest.1 + 1);
        }
    }

    fn count(&self, slot: i64) -> u64 {
        let oldest = slot - SLOTS as i64;
        let kept = (self.newest - SLOTS as i64 + 1).max(oldest + 1)..=self.newest.min(slot);
        kept.map(|slot| u64::from(self.slots[place(slot)])).sum()
    }

    fn often(&self, what: &str, count: u64) -> Often {
        let mut by = self.by.clone();
        by.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        Often { what: what.to_owned(), count, first: self.first, last: self.last, by }
    }
}

/// Where a slot is kept.
fn place(slot: i64) -> usize {
    // Within the array by the remainder.
    usize::try_from(slot.rem_euclid(SLOTS as i64)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPAN: Duration = Duration::from_secs(120);

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000)
    }

    fn count(counter: &Counter, now: i64) -> u64 {
        counter.often(0, at(now)).first().map_or(0, |often| often.count)
    }

    #[test]
    fn what_happened_before_the_span_does_not_count() {
        let mut counter = Counter::within(SPAN);
        for second in 0..100 {
            counter.note("a", "x", at(second));
        }
        assert_eq!(count(&counter, 100), 100);
        assert_eq!(count(&counter, 165), 50, "slots of ten seconds leave one after the other");
        assert_eq!(count(&counter, 300), 0);
        counter.note("a", "y", at(300));
        let often = &counter.often(1, at(300))[0];
        assert_eq!((often.count, often.first), (1, at(300)), "it begins anew");
        assert_eq!(often.by, [("y".to_owned(), 1)]);
        assert!(counter.often(2, at(300)).is_empty());
    }

    #[test]
    fn time_that_goes_back_breaks_nothing() {
        let mut counter = Counter::within(SPAN);
        counter.note("a", "x", at(1_000));
        counter.note("a", "x", at(10));
        assert_eq!(count(&counter, 1_000), 2);
        assert_eq!(count(&counter, 10), 0);
    }

    #[test]
    fn what_is_counted_is_bounded_and_what_happens_most_stays() {
        let mut counter = Counter::within(SPAN);
        for _ in 0..5 {
            counter.note("often", "x", at(1));
        }
        for n in 0..MOST * 3 {
            counter.note(&format!("{n}"), "x", at(1));
        }
        assert!(counter.entries.len() <= MOST);
        assert_eq!(counter.often(5, at(1))[0].what, "often");
    }

    #[test]
    fn those_who_do_it_most_are_known() {
        let mut counter = Counter::within(SPAN);
        for n in 0..200 {
            counter.note("a", &format!("rare {n}"), at(1));
            counter.note("a", "frequent", at(1));
        }
        let often = &counter.often(1, at(1))[0];
        assert_eq!(often.by.len(), MOST_BY);
        assert_eq!(often.by[0].0, "frequent");
    }
}
