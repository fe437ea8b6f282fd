//! Making results durable, and then telling the schedule.
//!
//! A settlement that the store cannot take now (a full disk) is tried again until it can: its
//! recipients stay in flight, so nobody sends the message again meanwhile.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use causeway_model::{Address, Attempt, QueueId, RecipientKey, Timestamp};
use causeway_policy::MailPolicy;
use causeway_store::{
    Accepted, Change, Event, LastResult, NewMessage, Settlement, StoreError, Update,
};
use futures_util::FutureExt;
use tracing::{debug, error, info, warn};

use crate::doubt;
use crate::engine::{Shared, take_over};
use crate::outcome::Verdict;
use crate::parcel::Parcel;
use crate::reports::{self, Letter};
use crate::schedule::{Job, Place, SiteIndex};

/// Between two tries to write a settlement.
const PAUSE: Duration = Duration::from_secs(1);

/// What a job came to.
pub(crate) struct Conclusion {
    pub(crate) flight: Flight,
    /// Where recipients that wait for their site wait.
    pub(crate) site: SiteIndex,
    /// The configuration that the job was begun under.
    pub(crate) began_under: Arc<MailPolicy>,
    pub(crate) parcel: Parcel,
    pub(crate) verdicts: Vec<Verdict>,
    /// Recipients that wait for their site, not for a time of their own.
    pub(crate) with_site: Vec<u32>,
    /// Tries before the one that counts.
    pub(crate) other_tries: Vec<Attempt>,
    /// Messages that come of it: forwarded copies.
    pub(crate) copies: Vec<NewMessage>,
    /// The peer passes delivery reports on itself (it offered DSN).
    pub(crate) peer_reports: bool,
}

/// Makes a conclusion durable and applies it to the schedule. Never loses it while the process
/// lives.
pub(crate) async fn conclude(shared: Arc<Shared>, conclusion: Conclusion) {
    let at = shared.clock.now();
    let prepared = AssertUnwindSafe(prepare(&shared, &conclusion, at)).catch_unwind().await;
    let (updates, letters) = prepared.unwrap_or_else(|_| {
        error!(id = %conclusion.parcel.id, "a report could not be written because of an internal error; the results are kept without it");
        (unreported(&conclusion), Vec::new())
    });
    note_other_tries(&shared, &conclusion).await;
    let mut settlement = reports::settlement(at, updates, letters);
    settlement.reports.extend(conclusion.copies.iter().cloned());
    let reports = settlement.reports.clone();
    if let Ok(tickets) = write(&shared, settlement).await {
        apply(&shared, &conclusion);
        send_on(&shared, reports, &tickets);
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

    /// These of its recipients are in other hands.
    pub(crate) fn release(&mut self, indexes: &[u32]) {
        self.keys.retain(|key| !indexes.contains(&key.index));
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

/// Reports with a ticket go on their way. Those without were refused by the store, because what they
/// report had been settled by somebody else.
pub(crate) fn send_on(shared: &Arc<Shared>, reports: Vec<NewMessage>, tickets: &[Accepted]) {
    for (report, _ticket) in reports.into_iter().zip(tickets) {
        take_over(shared, &Parcel::from(report));
    }
}

/// The updates of results whose reports could not be written.
fn unreported(conclusion: &Conclusion) -> Vec<Update> {
    let reason = "no report: it could not be written because of an internal error";
    conclusion
        .verdicts
        .iter()
        .map(|verdict| {
            let failed = matches!(verdict.change, Change::Failed { .. });
            Update {
                key: conclusion.parcel.key(verdict.index),
                change: if failed { Change::Failed { reported: false } } else { verdict.change },
                result: Some(verdict.result.clone()),
                tried: true,
                detail: failed.then(|| reason.to_owned()),
            }
        })
        .collect()
}

/// The updates, with reports where they are due.
async fn prepare(
    shared: &Arc<Shared>,
    conclusion: &Conclusion,
    at: Timestamp,
) -> (Vec<Update>, Vec<Letter>) {
    let plan = reports::after_attempt(shared, conclusion, at).await;
    let updates = conclusion
        .verdicts
        .iter()
        .map(|verdict| {
            let key = conclusion.parcel.key(verdict.index);
            let (change, detail) = match verdict.change {
                Change::Failed { .. } => {
                    let silent = plan.silent.get(&verdict.index);
                    (Change::Failed { reported: silent.is_none() }, silent.cloned())
                }
                Change::Relayed if shared.doubts.has(key) => {
                    (Change::Relayed, Some(format!("{} ({})", verdict.result.reply, doubt::WORDS)))
                }
                change => (change, None),
            };
            Update { key, change, result: Some(verdict.result.clone()), tried: true, detail }
        })
        .collect();
    (updates, plan.letters)
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
) -> Result<Vec<Accepted>, StoreError> {
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
    let (mut schedule, moved) = loop {
        let policy = shared.policy.load_full();
        let moved = shared.moved(conclusion, &policy);
        let schedule = shared.schedule.lock();
        // A change that comes later looks through what is put into the schedule here.
        if Arc::ptr_eq(&policy, &shared.policy.load()) {
            break (schedule, moved);
        }
    };
    for verdict in &conclusion.verdicts {
        let key = conclusion.parcel.key(verdict.index);
        tell(conclusion.parcel.id, verdict, conclusion.parcel.address(verdict.index));
        if !matches!(schedule.place(key), Some(Place::Flying(_))) {
            // Its time was ended meanwhile.
            continue;
        }
        match verdict.change {
            Change::Deferred { .. } if moved.contains(&verdict.index) => {
                is_done = false;
                schedule.count_attempt(key);
                schedule.wait(key, shared.clock.now());
            }
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
            _ => {
                shared.doubts.forget(key);
                schedule.forget(key);
            }
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

/// One line of the log for each result. What went well is in the trace, and in the log only when it is
/// asked for (`CAUSEWAY_LOG=causeway_dispatch=debug`).
fn tell(id: QueueId, verdict: &Verdict, recipient: Option<&Address>) {
    let recipient = recipient.map(ToString::to_string).unwrap_or_default();
    let LastResult { code, reply, destination, .. } = &verdict.result;
    let destination = destination.as_deref().unwrap_or("-");
    match verdict.change {
        Change::Failed { .. } => {
            info!(%id, recipient, destination, code, reply, "failed");
        }
        Change::Deferred { until } => {
            info!(%id, recipient, destination, code, reply, %until, "deferred");
        }
        _ => debug!(%id, recipient, destination, code, reply, "done"),
    }
}

/// Recipients that are no longer in the store: the schedule forgets them.
pub(crate) fn forget(shared: &Arc<Shared>, keys: &[RecipientKey]) {
    let mut schedule = shared.schedule.lock();
    for key in keys {
        schedule.forget(*key);
    }
    drop(schedule);
    keys.iter().for_each(|key| shared.doubts.forget(*key));
    let mut shelf = shared.shelf.lock();
    for key in keys {
        shelf.forget(key.message);
    }
}
