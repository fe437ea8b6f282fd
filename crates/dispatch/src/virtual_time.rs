//! Time that tests turn: everything that becomes due on the way is done, in its order.

use std::time::Duration;

use crate::engine::Dispatch;
use crate::sweeper;

impl Dispatch {
    /// Moves a manual clock, doing everything that is due on the way; returns when nothing more is
    /// to be done at the new moment.
    pub async fn advance(&self, by: Duration) {
        let shared = &self.shared;
        let target = shared.clock.now().plus(by);
        let pause = || sweeper::interval(&shared.policy.load().flow().queue);
        let mut sweep_at = shared.clock.now().plus(pause());
        loop {
            self.quiet().await;
            let wake = shared.schedule.lock().next_wake().unwrap_or(target);
            let next = wake.min(sweep_at).min(target);
            shared.clock.advance_to(next);
            shared.run_due();
            if next >= sweep_at || next >= target {
                self.quiet().await;
                sweeper::sweep(shared).await;
                sweep_at = next.plus(pause());
            }
            self.quiet().await;
            if next >= target {
                return;
            }
        }
    }

    /// Waits until nobody has anything to do before the next timer.
    pub async fn quiet(&self) {
        loop {
            let progress = self.shared.progress.notified();
            tokio::pin!(progress);
            progress.as_mut().enable();
            if self.shared.schedule.lock().is_quiet() {
                return;
            }
            progress.await;
        }
    }
}
