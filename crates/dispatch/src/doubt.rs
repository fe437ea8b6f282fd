//! What may have been sent without our knowing: after an end without warning.
//!
//! A process that is killed between a peer's `250` and our record of it sends the message again after the next
//! start. It cannot know which ones these are, only which they can be: those that were due when it ended, and
//! those that had been tried before (an administrator's retry comes before its time). The trace of such a delivery
//! says that it may be a duplicate, however many attempts later. That the last end was in order is known from a mark
//! in the store, which only an orderly end takes away.

use std::sync::atomic::{AtomicBool, Ordering};

use causeway_model::RecipientKey;
use causeway_store::{SharedStore, StoreError};
use hashbrown::HashSet;
use parking_lot::Mutex;

/// In the store while a server runs.
const MARK: &str = "dispatch/running";

/// What the trace of such a delivery says.
pub(crate) const WORDS: &str =
    "may be duplicate: the server had ended without warning, perhaps after sending this";

/// Recipients that may have been sent to by the process before.
#[derive(Debug, Default)]
pub(crate) struct Doubts {
    /// False after an end in order: then nobody looks further.
    any: AtomicBool,
    keys: Mutex<HashSet<RecipientKey>>,
}

impl Doubts {
    /// Adds recipients that the process before may have had in hand when it ended without warning.
    pub(crate) fn add(&self, keys: &[RecipientKey]) {
        self.keys.lock().extend(keys);
        self.any.store(true, Ordering::Relaxed);
    }

    /// Whether a recipient may have been sent to already.
    pub(crate) fn has(&self, key: RecipientKey) -> bool {
        self.any.load(Ordering::Relaxed) && self.keys.lock().contains(&key)
    }

    /// A recipient has ended.
    pub(crate) fn forget(&self, key: RecipientKey) {
        if !self.any.load(Ordering::Relaxed) {
            return;
        }
        let mut keys = self.keys.lock();
        if keys.remove(&key) && keys.is_empty() {
            keys.shrink_to_fit();
            self.any.store(false, Ordering::Relaxed);
        }
    }
}

/// Notes that a server runs; true: the one before ended without warning.
///
/// # Errors
/// The store's.
pub(crate) async fn begin(store: &SharedStore) -> Result<bool, StoreError> {
    if store.recall(MARK.into()).await?.is_some() {
        return Ok(true);
    }
    store.remember(MARK.into(), String::new()).await?;
    Ok(false)
}

/// Notes that everything ended in order.
///
/// # Errors
/// The store's.
pub(crate) async fn end(store: &SharedStore) -> Result<(), StoreError> {
    store.forget_facts(vec![MARK.into()]).await
}

#[cfg(test)]
mod tests {
    use causeway_model::QueueId;

    use super::*;

    #[test]
    fn a_doubt_lasts_to_the_recipient_s_end() {
        let doubts = Doubts::default();
        let key = |n| RecipientKey { message: QueueId::from_u64(n), index: 0 };
        doubts.add(&[key(1), key(2)]);
        assert!(doubts.has(key(1)) && doubts.has(key(1)) && !doubts.has(key(3)));
        doubts.forget(key(1));
        assert!(!doubts.has(key(1)) && doubts.has(key(2)));
    }
}
