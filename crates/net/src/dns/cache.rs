//! What is known already: answers until they expire.
//!
//! Bounded by [`CAPACITY`] entries. When full, expired entries go first; when that is not enough,
//! those that would expire soonest.

use std::collections::HashMap;
use std::sync::Arc;

use hickory_resolver::proto::rr::RecordType;
use parking_lot::Mutex;
use tokio::time::Instant;

use super::records::Answer;

/// Entries kept at most. An entry with a handful of records is around a kilobyte.
const CAPACITY: usize = 16_384;

#[derive(Debug, Default)]
pub(super) struct Cache {
    entries: Mutex<Entries>,
}

/// By name; the few record types of one name side by side.
type Entries = HashMap<String, Vec<(RecordType, Arc<Answer>)>>;

impl Cache {
    pub(super) fn get(
        &self,
        name: &str,
        record_type: RecordType,
        now: Instant,
    ) -> Option<Arc<Answer>> {
        let entries = self.entries.lock();
        let (_, answer) = entries.get(name)?.iter().find(|(kind, _)| *kind == record_type)?;
        (answer.expires > now).then(|| Arc::clone(answer))
    }

    /// Keeps an answer, unless it has expired already (a TTL of 0).
    pub(super) fn put(
        &self,
        name: &str,
        record_type: RecordType,
        answer: Arc<Answer>,
        now: Instant,
    ) {
        let mut entries = self.entries.lock();
        if entries.len() >= CAPACITY && !entries.contains_key(name) {
            make_room(&mut entries, now);
        }
        let kinds = entries.entry(name.to_owned()).or_default();
        kinds.retain(|(kind, _)| *kind != record_type);
        if answer.expires > now {
            kinds.push((record_type, answer));
        }
    }

    pub(super) fn flush(&self, name: &str) {
        self.entries.lock().remove(name);
    }

    pub(super) fn clear(&self) {
        self.entries.lock().clear();
    }
}

fn make_room(entries: &mut Entries, now: Instant) {
    let latest = |kinds: &Vec<(RecordType, Arc<Answer>)>| kinds.iter().map(|k| k.1.expires).max();
    entries.retain(|_, kinds| latest(kinds).is_some_and(|expires| expires > now));
    if entries.len() >= CAPACITY {
        let mut expiries: Vec<_> = entries.values().filter_map(latest).collect();
        let quarter = expiries.len() / 4;
        let (_, cut, _) = expiries.select_nth_unstable(quarter);
        let cut = *cut;
        entries.retain(|_, kinds| latest(kinds).is_some_and(|expires| expires > cut));
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn answer(expires: Instant) -> Arc<Answer> {
        Arc::new(Answer { records: Vec::new(), name_exists: true, expires, authentic: false })
    }

    #[test]
    fn answers_are_given_until_they_expire() {
        let cache = Cache::default();
        let now = Instant::now();
        let later = now + Duration::from_secs(10);
        cache.put("a.test", RecordType::MX, answer(later), now);
        assert!(cache.get("a.test", RecordType::MX, now).is_some());
        assert!(cache.get("a.test", RecordType::A, now).is_none());
        assert!(cache.get("a.test", RecordType::MX, later).is_none());
        cache.flush("a.test");
        assert!(cache.get("a.test", RecordType::MX, now).is_none());
        cache.put("b.test", RecordType::MX, answer(now), now);
        assert!(cache.get("b.test", RecordType::MX, now - Duration::from_secs(1)).is_none());
    }

    #[test]
    fn a_full_cache_drops_what_expires_first() {
        let cache = Cache::default();
        let now = Instant::now();
        for n in 0..=CAPACITY as u64 {
            let expires = now + Duration::from_secs(n + 1);
            cache.put(&format!("n{n}.test"), RecordType::A, answer(expires), now);
        }
        assert!(cache.entries.lock().len() < CAPACITY);
        assert!(cache.get("n0.test", RecordType::A, now).is_none());
        assert!(cache.get(&format!("n{CAPACITY}.test"), RecordType::A, now).is_some());
    }
}
