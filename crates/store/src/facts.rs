//! Small facts that are read back as more than text.

use tracing::warn;

use crate::{Store, StoreError};

/// All facts whose keys begin with `prefix`, by key, as `read` understands them. What it does not understand any
/// more is deleted, with a line in the log: it would be read in vain at every start.
///
/// # Errors
/// The store's.
pub async fn understood<T>(
    store: &dyn Store,
    prefix: &str,
    mut read: impl FnMut(&str, &str) -> Option<T>,
) -> Result<Vec<(String, T)>, StoreError> {
    let (mut facts, mut unreadable) = (Vec::new(), Vec::new());
    for (key, value) in store.recall_all(prefix.to_owned()).await? {
        match read(&key, &value) {
            Some(fact) => facts.push((key, fact)),
            None => {
                warn!(
                    key,
                    "what an older version kept here cannot be read any more; it is deleted"
                );
                unreadable.push(key);
            }
        }
    }
    if !unreadable.is_empty() {
        store.forget_facts(unreadable).await?;
    }
    Ok(facts)
}
