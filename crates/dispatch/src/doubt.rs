//! What may have been sent without our knowing: after an end without warning.
//!
//! A process that is killed between a peer's `250` and our record of it sends the message again after the next
//! start. It cannot know which ones these are, only which they can be: those that were due when it ended. The
//! trace of such a delivery says that it may be a duplicate. That the last end was in order is known from a mark
//! in the store, which only an orderly end takes away.

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
    keys: Mutex<HashSet<RecipientKey>>,
}

impl Doubts {
    /// Adds recipients that were due when the process before ended without warning.
    pub(crate) fn add(&self, keys: &[RecipientKey]) {
        self.keys.lock().extend(keys);
    }

    /// An attempt of a recipient has a result: whether it may have been one too many.
    pub(crate) fn resolve(&self, key: RecipientKey) -> bool {
        let mut keys = self.keys.lock();
        let was_doubtful = keys.remove(&key);
        if keys.is_empty() && keys.capacity() > 0 {
            keys.shrink_to_fit();
        }
        was_doubtful
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
    fn a_doubt_is_resolved_by_the_first_result() {
        let doubts = Doubts::default();
        let key = |n| RecipientKey { message: QueueId::from_u64(n), index: 0 };
        doubts.add(&[key(1), key(2)]);
        assert!(doubts.resolve(key(1)) && !doubts.resolve(key(1)));
        assert!(!doubts.resolve(key(3)) && doubts.resolve(key(2)));
    }
}
