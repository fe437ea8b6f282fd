//! A map for what strangers make us remember: bounded, and as quick when it is full as when it is empty.
//!
//! Entries live in two generations. When the young one is full it becomes the old one, and what was old
//! goes, except what is worth keeping (the caller says what). Whatever is touched is young again. So an
//! entry that is in use stays, and a flood of new ones only pushes out what nobody has asked for since
//! half of the limit came in.

use std::collections::HashMap;
use std::hash::Hash;

/// A map with at most so many entries.
#[derive(Clone, Debug)]
pub struct Bounded<K, V> {
    young: HashMap<K, V>,
    old: HashMap<K, V>,
    generation: usize,
}

impl<K: Eq + Hash, V> Bounded<K, V> {
    /// With room for `limit` entries.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self { young: HashMap::new(), old: HashMap::new(), generation: (limit / 2).max(2) }
    }

    /// An entry, without touching it.
    pub fn get(&self, key: &K) -> Option<&V> {
        self.young.get(key).or_else(|| self.old.get(key))
    }

    /// An entry, made now if it is not there. When that makes old entries go, those for which `keep` is
    /// true stay (a quarter of the limit at most).
    pub fn touch(
        &mut self,
        key: K,
        make: impl FnOnce() -> V,
        keep: impl Fn(&K, &V) -> bool,
    ) -> &mut V {
        if !self.young.contains_key(&key) && self.young.len() >= self.generation {
            let was_old = std::mem::take(&mut self.old);
            let kept = was_old.into_iter().filter(|(key, value)| keep(key, value));
            let kept: HashMap<K, V> = kept.take(self.generation / 2).collect();
            self.old = std::mem::replace(&mut self.young, kept);
        }
        let before = self.old.remove(&key);
        self.young.entry(key).or_insert_with(|| before.unwrap_or_else(make))
    }

    /// Takes an entry out.
    pub fn remove(&mut self, key: &K) -> Option<V> {
        let old = self.old.remove(key);
        self.young.remove(key).or(old)
    }

    /// All entries, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.young.iter().chain(&self.old)
    }

    /// Takes out the entries for which `stays` is false.
    pub fn retain(&mut self, mut stays: impl FnMut(&K, &mut V) -> bool) {
        self.young.retain(&mut stays);
        self.old.retain(&mut stays);
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.young.len() + self.old.len()
    }

    /// True when there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_pushes_out_what_nobody_asks_for() {
        let mut map = Bounded::new(1000);
        *map.touch(0, || 0, |_, _| false) = 7;
        map.touch(1, || 1, |key, _| *key == 1);
        for key in 10..100_000 {
            map.touch(key, || 0, |key, _| *key == 1);
            if key % 100 == 0 {
                map.touch(0, || panic!("it is in use"), |key, _| *key == 1);
            }
            assert!(map.len() <= 1000);
        }
        assert_eq!((map.get(&0), map.get(&1)), (Some(&7), Some(&1)));
        assert_eq!(map.get(&10), None);
        map.retain(|key, _| *key == 0);
        assert_eq!((map.iter().count(), map.remove(&0), map.len()), (1, Some(7), 0));
        assert!(map.is_empty());
    }
}
