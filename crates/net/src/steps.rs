//! Tests of the network that are told step by step, each as it ends.
//!
//! **What it promises.** A step's time is that since the step before. Telling never waits for whoever listens:
//! who does not listen any more, or cannot follow, misses steps and does not hold the test up.

use std::time::Duration;

use causeway_model::StepStatus;
use parking_lot::Mutex;
use tokio::sync::mpsc::Sender;
use tokio::time::Instant;

/// More steps than any test has.
pub const MOST_STEPS: usize = 256;

/// A step that is over. `N` is its name, `D` what else there is to say of it, `F` the form of what was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step<N, D, F = String> {
    /// Which.
    pub name: N,
    /// How it ended.
    pub status: StepStatus,
    /// What was found.
    pub finding: F,
    /// How long it took.
    pub elapsed: Duration,
    /// What else there is to say of it.
    pub detail: D,
}

/// Tells of steps in their order.
#[derive(Debug)]
pub struct Steps<N, D, F = String> {
    told: Sender<Step<N, D, F>>,
    began: Mutex<Instant>,
}

impl<N, D, F> Steps<N, D, F> {
    /// The first step begins now.
    #[must_use]
    pub fn begin(told: Sender<Step<N, D, F>>) -> Self {
        Self { told, began: Mutex::new(Instant::now()) }
    }

    /// A step is over, and the next one begins.
    pub fn tell(&self, name: N, status: StepStatus, finding: F, detail: D) {
        let elapsed = std::mem::replace(&mut *self.began.lock(), Instant::now()).elapsed();
        // Who does not listen any more does not mind.
        let _ = self.told.try_send(Step { name, status, finding, elapsed, detail });
    }
}
