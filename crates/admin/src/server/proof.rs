//! The last proof of the ledger, for those who ask often.
//!
//! **What it is for.** To find what is unaccounted for, the store looks at the whole queue. Monitoring asks every few
//! seconds; it gets a result that is at most [`GOOD_FOR`] old.
//!
//! **What it promises.** One look at a time, however many ask.
//!
//! **How it fails.** As the store does; a failure is not kept.

use std::time::Duration;

use causeway_store::{Audit, StoreError};
use tokio::sync::Mutex;
use tokio::time::Instant;

/// So long a result is given again.
const GOOD_FOR: Duration = Duration::from_secs(5 * 60);

/// The last result, and when it was found.
#[derive(Debug, Default)]
pub(super) struct Proof(Mutex<Option<(Instant, i64)>>);

impl Proof {
    /// Recipients that the ledger did not account for, by a look that is at most [`GOOD_FOR`] old.
    pub(super) async fn unaccounted(
        &self,
        look: impl Future<Output = Result<Audit, StoreError>>,
    ) -> Result<i64, StoreError> {
        let mut last = self.0.lock().await;
        if let Some((at, unaccounted)) = *last
            && at.elapsed() < GOOD_FOR
        {
            return Ok(unaccounted);
        }
        let unaccounted = look.await?.unaccounted;
        *last = Some((Instant::now(), unaccounted));
        Ok(unaccounted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn found(unaccounted: i64) -> Result<Audit, StoreError> {
        Ok(Audit { unaccounted, ..Audit::default() })
    }

    #[tokio::test(start_paused = true)]
    async fn a_result_is_given_again_until_it_is_old() {
        let proof = Proof::default();
        assert!(proof.unaccounted(async { Err(StoreError::Closed) }).await.is_err());
        assert_eq!(proof.unaccounted(found(0)).await.unwrap(), 0, "a failure is not kept");
        tokio::time::advance(GOOD_FOR - Duration::from_secs(1)).await;
        assert_eq!(proof.unaccounted(found(3)).await.unwrap(), 0);
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!(proof.unaccounted(found(3)).await.unwrap(), 3);
    }
}
