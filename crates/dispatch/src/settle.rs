//! Making results durable, and then telling the schedule.
//!
//! A settlement that the store cannot take now (a full disk) is tried again until it can: its
//! recipients stay in flight, so nobody sends the message again meanwhile.

use std::sync::Arc;
use std::time::Duration;

use causeway_model::{Attempt, RecipientKey, Timestamp};
use causeway_store::{Change, Event, NewMessage, Settlement, StoreError, Update};
use tracing::{error, warn};

use crate::engine::{Shared, take_over};
use crate::outcome::Verdict;
use crate::parcel::Parcel;
use crate::reports;
use crate::schedule::{Job, SiteIndex};

/// Between two tries to write a settlement.
const PAUSE: Duration = Duration::from_secs(1);

/// What a job came to.
pub(crate) struct Conclusion {
    pub(crate) flight: Flight,
    /// Where recipients that wait for their site wait.
    pub(crate) site: SiteIndex,
    pub(crate) parcel: Parcel,
    pub(crate) verdicts: Vec<Verdict>,
    /// Recipients that wait for their site, not for a time of their own.
    pub(crate) with_site: Vec<u32>,
    /// Tries before the one that counts.
    pub(crate) other_tries: Vec<Attempt>,
    /// The peer passes delivery reports on itself (it offered DSN).
    pub(crate) peer_reports: bool,
}

/// Makes a conclusion durable and applies it to the schedule. Never loses it while the process
/// lives.
pub(crate) async fn conclude(shared: Arc<Shared>, conclusion: Conclusion) {
    let at = shared.clock.now();
    let (updates, reports) = prepare(&shared, &conclusion, at).await;
    note_other_tries(&shared, &conclusion).await;
    let settled = write(&shared, Settlement { at, updates, reports: reports.clone() }).await;
    apply(&shared, &conclusion);
    if settled.is_ok() {
        for report in reports {
            take_over(&shared, &Parcel::from(report));
        }
    }
    conclusion.flight.land();
}

/// A job in somebody's hands. If they drop it (a panic), its recipients are tried again later.
pub(crate) struct Flight {
    shared: Arc<Shared>,
    site: SiteIndex,
    keys: Vec<RecipientKey>,
    landed: bool,
}

/// After an internal error a recipient rests this long.
const REST: Duration = Duration::from_secs(300);

impl Flight {
    pub(crate) fn new(shared: &Arc<Shared>, site: SiteIndex, job: &Job) -> Self {
        let keys = job
            .recipients
            .iter()
            .map(|&(index, _)| RecipientKey { message: job.message, index })
            .collect();
        Self { shared: Arc::clone(shared), site, keys, landed: false }
    }

    /// The job's recipients.
    pub(crate) fn keys(&self) -> &[RecipientKey] {
        &self.keys
    }

    /// The job is over; where its recipients are now is known to the schedule.
    pub(crate) fn land(mut self) {
        self.landed = true;
        self.shared.schedule.lock().job_done(self.site);
        self.shared.timers_changed();
        self.shared.progress.notify_waiters();
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        if self.landed {
            return;
        }
        error!(id = ?self.keys.first().map(|key| key.message), "a delivery ended by an internal error; it is tried again in 5 minutes");
        let until = self.shared.clock.now().plus(REST);
        let mut schedule = self.shared.schedule.lock();
        for key in &self.keys {
            schedule.wait(*key, until);
        }
        schedule.job_done(self.site);
        drop(schedule);
        self.shared.timers_changed();
        self.shared.progress.notify_waiters();
    }
}

/// The updates, with reports where they are due.
async fn prepare(
    shared: &Arc<Shared>,
    conclusion: &Conclusion,
    at: Timestamp,
) -> (Vec<Update>, Vec<NewMessage>) {
    let plan = reports::after_attempt(shared, conclusion, at).await;
    let updates = conclusion
        .verdicts
        .iter()
        .map(|verdict| {
            let (change, detail) = match verdict.change {
                Change::Failed { .. } => {
                    let silent = plan.silent.get(&verdict.index);
                    (Change::Failed { reported: silent.is_none() }, silent.cloned())
                }
                change => (change, None),
            };
            Update {
                key: conclusion.parcel.key(verdict.index),
                change,
                result: Some(verdict.result.clone()),
                tried: true,
                detail,
            }
        })
        .collect();
    (updates, plan.reports)
}

async fn note_other_tries(shared: &Arc<Shared>, conclusion: &Conclusion) {
    let mut events = Vec::new();
    for attempt in &conclusion.other_tries {
        let (code, reply) = causeway_catalog::last_result(attempt, causeway_catalog::Phase::Queued);
        let target = causeway_catalog::status::target(attempt);
        for verdict in &conclusion.verdicts {
            events.push((
                conclusion.parcel.key(verdict.index),
                Event {
                    at: attempt.at,
                    kind: "attempt".into(),
                    detail: format!("{target}: {code} {reply}"),
                },
            ));
        }
    }
    if !events.is_empty()
        && let Err(error) = shared.store.note(events).await
    {
        warn!(%error, "the trace has a gap: tries of other hosts could not be noted");
    }
}

/// Writes until it is durable. The error means that the store is closed: the results are lost
/// with the process, and the recipients are tried again after the next start.
pub(crate) async fn write(
    shared: &Arc<Shared>,
    settlement: Settlement,
) -> Result<Vec<causeway_store::Accepted>, StoreError> {
    let mut said = false;
    loop {
        match shared.store.settle(settlement.clone()).await {
            Ok(tickets) => return Ok(tickets),
            Err(StoreError::Closed) => return Err(StoreError::Closed),
            Err(error) => {
                if !said {
                    error!(%error, "results of deliveries cannot be written; trying until they can");
                    said = true;
                }
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

fn apply(shared: &Arc<Shared>, conclusion: &Conclusion) {
    let mut calls = Vec::new();
    let mut is_done = true;
    let mut schedule = shared.schedule.lock();
    for verdict in &conclusion.verdicts {
        let key = conclusion.parcel.key(verdict.index);
        match verdict.change {
            Change::Deferred { .. } if conclusion.with_site.contains(&verdict.index) => {
                is_done = false;
                schedule.count_attempt(key);
                calls.push(schedule.join(key, conclusion.site, true));
            }
            Change::Deferred { until } => {
                is_done = false;
                schedule.count_attempt(key);
                schedule.wait(key, until);
            }
            _ => schedule.forget(key),
        }
    }
    drop(schedule);
    for call in calls {
        shared.answer(call);
    }
    if !is_done {
        shared.shelf.lock().forget(conclusion.parcel.id);
    }
}

/// Recipients that are no longer in the store: the schedule forgets them.
pub(crate) fn forget(shared: &Arc<Shared>, keys: &[RecipientKey]) {
    let mut schedule = shared.schedule.lock();
    for key in keys {
        schedule.forget(*key);
    }
}
