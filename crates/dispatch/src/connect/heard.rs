//! What is told of a session that comes about: an [`Attempt`] for every try that failed, and every step for who
//! listens.

use std::net::SocketAddr;
use std::time::Duration;

use causeway_catalog::sentence::{Parts, Sentence};
use causeway_model::{Attempt, Failure, Outcome, Stage};
use tokio::time::Instant;

use super::Target;
use crate::engine::Shared;

/// Hears how a session comes about. Deliveries tell nobody; a test shows every step as it happens.
pub(crate) trait Ears: Send + Sync {
    /// A stage is behind us; what was found there.
    fn reached(&self, stage: Stage, finding: Finding);
    /// A host or address gave no session; the next one is tried.
    fn failed(&self, attempt: &Attempt);
}

/// What was found at a stage that is behind us.
pub(crate) struct Finding {
    /// To be said in any language.
    pub(crate) text: Sentence,
    /// It works, and is not as it should be.
    pub(crate) is_doubtful: bool,
}

impl Finding {
    /// Nothing is wrong.
    pub(super) fn good(text: Parts) -> Self {
        Self { text: text.into(), is_doubtful: false }
    }
}

/// What is needed to write an [`Attempt`] about one host.
pub(super) struct Try<'a> {
    pub(super) shared: &'a Shared,
    pub(super) target: &'a Target,
    ears: Option<&'a dyn Ears>,
    pub(super) began: Instant,
    pub(super) host: Option<String>,
    pub(super) address: Option<SocketAddr>,
    pub(super) tls: Option<String>,
}

impl<'a> Try<'a> {
    pub(super) fn new(shared: &'a Shared, target: &'a Target, ears: Option<&'a dyn Ears>) -> Self {
        Self { shared, target, ears, began: Instant::now(), host: None, address: None, tls: None }
    }

    pub(super) fn reached(&self, stage: Stage, finding: impl FnOnce() -> Finding) {
        if let Some(ears) = self.ears {
            ears.reached(stage, finding());
        }
    }

    pub(super) fn failed(&self, stage: Stage, failure: Failure) -> Attempt {
        let attempt = self.attempt(stage, failure);
        if let Some(ears) = self.ears {
            ears.failed(&attempt);
        }
        attempt
    }

    fn attempt(&self, stage: Stage, failure: Failure) -> Attempt {
        let elapsed = self.began.elapsed();
        Attempt {
            at: self.shared.clock.began(elapsed),
            elapsed_ms: millis(elapsed),
            site: self.target.site.clone(),
            connector: self.target.connector.clone(),
            host: self.host.clone(),
            address: self.address,
            tls: self.tls.clone(),
            security: None,
            stage,
            outcome: Outcome::Failure(failure),
        }
    }
}

pub(crate) fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}
