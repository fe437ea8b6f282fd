//! Watching every recipient's clock, from the store, whatever the scheduler believes.
//!
//! Twice a minute (oftener where the queue's times are short) the store is asked whose time is over and who is to be told that mail is late. A
//! recipient that a worker has in hand at that moment is left to it for a while; one that is still
//! "in hand" an hour later is not.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use causeway_catalog::Phase;
use causeway_model::config::QueueSettings;
use causeway_model::{Attempt, QueueId, RecipientKey, Timestamp};
use causeway_policy::retry::next_delay_notice;
use causeway_report::write::Kind;
use causeway_store::{
    Change, LastResult, NewMessage, QueueEntry, RecipientState, Settlement, StoreError,
    StoredMessage, Update,
};
use tracing::{error, info};

use crate::engine::{Shared, take_over};
use crate::outcome;
use crate::parcel::Parcel;
use crate::reports::{self, add_history, reported};
use crate::schedule::Place;
use crate::settle;

/// Between two sweeps at most.
const LONGEST: Duration = Duration::from_secs(30);

/// Between two sweeps at least.
const SHORTEST: Duration = Duration::from_millis(500);

/// How long after its end a recipient may still be in a worker's hands.
const GRACE: Duration = Duration::from_secs(3600);

/// Recipients that are looked at at once.
const BATCH: usize = 500;

/// Between two sweeps: short enough that no end and no notice is late by more than a tenth of its
/// time.
pub(crate) fn interval(queue: &QueueSettings) -> Duration {
    let notices = queue.delay_notice_after.iter().copied();
    let shortest = notices.chain([queue.expire_after]).min().unwrap_or(LONGEST);
    (shortest / 10).clamp(SHORTEST, LONGEST)
}

/// Sweeps for ever.
pub(crate) async fn run(shared: Arc<Shared>) {
    loop {
        let pause = interval(&shared.policy.load().flow().queue);
        let next = shared.clock.now().plus(pause);
        tokio::select! {
            biased;
            () = shared.shutdown.cancelled() => return,
            () = shared.clock.sleep_until(next) => {}
        }
        sweep(&shared).await;
    }
}

/// Returns what is over and tells whom to tell. Only one sweep runs at a time.
pub(crate) async fn sweep(shared: &Arc<Shared>) {
    let _alone = shared.sweeping.lock().await;
    if let Err(error) = sweep_expired(shared).await {
        error!(%error, "expired messages cannot be looked up now");
    }
    if let Err(error) = sweep_late(shared).await {
        error!(%error, "delayed messages cannot be looked up now");
    }
}

async fn sweep_expired(shared: &Arc<Shared>) -> Result<(), StoreError> {
    loop {
        let now = shared.clock.now();
        let mut entries = shared.store.expired(now, BATCH).await?;
        let found = entries.len();
        entries.retain(|entry| !is_in_hand(shared, entry.key, entry.expires_at, now));
        let taken = entries.len();
        for (message, keys) in by_message(&entries) {
            expire(shared, message, &keys, now).await?;
        }
        if found < BATCH || taken == 0 {
            return Ok(());
        }
    }
}

async fn sweep_late(shared: &Arc<Shared>) -> Result<(), StoreError> {
    loop {
        let now = shared.clock.now();
        let entries = shared.store.delay_notices_due(now, BATCH).await?;
        for (message, keys) in by_message(&entries) {
            tell_late(shared, message, &keys, now).await?;
        }
        if entries.len() < BATCH {
            return Ok(());
        }
    }
}

fn is_in_hand(shared: &Shared, key: RecipientKey, end: Timestamp, now: Timestamp) -> bool {
    matches!(shared.schedule.lock().place(key), Some(Place::Flying(_))) && now.since(end) < GRACE
}

fn by_message(entries: &[QueueEntry]) -> BTreeMap<QueueId, Vec<RecipientKey>> {
    let mut groups: BTreeMap<QueueId, Vec<RecipientKey>> = BTreeMap::new();
    for entry in entries {
        groups.entry(entry.key.message).or_default().push(entry.key);
    }
    groups
}

/// A message without content: what reports and listings need.
async fn without_content(
    shared: &Shared,
    id: QueueId,
) -> Result<Option<(Parcel, StoredMessage)>, StoreError> {
    let Some(stored) = shared.store.load(id).await? else { return Ok(None) };
    // A report without the original is better than none: a content that cannot be read is empty.
    let content = shared.store.content(id).await.ok().flatten();
    let parcel = Parcel {
        id,
        envelope: Arc::new(stored.envelope.clone()),
        header: Arc::new(stored.header.clone()),
        content: content.unwrap_or(causeway_store::Content::Memory(Vec::new())),
        received_at: stored.received_at,
        expires_at: stored.expires_at,
        is_fresh: false,
    };
    Ok(Some((parcel, stored)))
}

/// The last attempt that says something about a recipient: its own, or its site's.
fn last_attempt(
    shared: &Shared,
    key: RecipientKey,
    state: &RecipientState,
) -> (Option<Attempt>, u32) {
    let own = state.last.as_ref().and_then(|last| last.attempt.clone());
    let Some(glimpse) = shared.schedule.lock().glimpse(key) else { return (own, state.attempts) };
    let attempt = match (own, glimpse.last) {
        (Some(own), Some(site)) if site.at > own.at => Some(site),
        (None, site) => site,
        (own, _) => own,
    };
    (attempt, glimpse.attempts.max(state.attempts))
}

async fn expire(
    shared: &Arc<Shared>,
    message: QueueId,
    keys: &[RecipientKey],
    now: Timestamp,
) -> Result<(), StoreError> {
    let Some((parcel, stored)) = without_content(shared, message).await? else { return Ok(()) };
    let (mut updates, mut told) = (Vec::new(), Vec::new());
    for &key in keys {
        let index = key.index as usize;
        let (Some(recipient), Some(state)) =
            (stored.envelope.recipients.get(index), stored.recipients.get(index))
        else {
            continue;
        };
        let (attempt, count) = last_attempt(shared, key, state);
        let silent = reports::silence(&stored.envelope, recipient);
        if silent.is_none() {
            let mut recipient = reported(recipient.clone(), Phase::Expired, attempt.clone(), count);
            add_history(shared, &parcel, &mut recipient).await;
            told.push(recipient);
        }
        updates.push(Update {
            key,
            change: Change::Failed { reported: silent.is_none() },
            result: Some(expired_result(attempt)),
            tried: false,
            detail: silent,
        });
    }
    info!(id = %message, recipients = updates.len(), "returned: it could not be sent in time");
    let report = reports::report(shared, &parcel, Kind::Failed, told, now).await;
    finish(shared, Settlement { at: now, updates, reports: report.into_iter().collect() }, true)
        .await;
    Ok(())
}

fn expired_result(attempt: Option<Attempt>) -> LastResult {
    match attempt {
        Some(attempt) => outcome::result(attempt, Phase::Expired),
        None => LastResult {
            code: "550 5.4.7".into(),
            reply: "the message was not sent before its time was over".into(),
            ..LastResult::default()
        },
    }
}

async fn tell_late(
    shared: &Arc<Shared>,
    message: QueueId,
    keys: &[RecipientKey],
    now: Timestamp,
) -> Result<(), StoreError> {
    let Some((parcel, stored)) = without_content(shared, message).await? else { return Ok(()) };
    let queue = shared.policy.load().flow().queue.clone();
    let next = next_delay_notice(&queue, stored.received_at, now);
    let (mut updates, mut told) = (Vec::new(), Vec::new());
    for &key in keys {
        let index = key.index as usize;
        let (Some(recipient), Some(state)) =
            (stored.envelope.recipients.get(index), stored.recipients.get(index))
        else {
            continue;
        };
        if recipient.wants_delay() && !stored.envelope.reverse_path.is_null() {
            let (attempt, count) = last_attempt(shared, key, state);
            let mut recipient = reported(recipient.clone(), Phase::Queued, attempt, count);
            let glimpse = shared.schedule.lock().glimpse(key);
            recipient.next_attempt_at =
                glimpse.and_then(|g| g.next_attempt_at).or(Some(state.next_attempt_at));
            add_history(shared, &parcel, &mut recipient).await;
            told.push(recipient);
        }
        updates.push(Update {
            key,
            change: Change::DelayNoticeSent { next },
            result: None,
            tried: false,
            detail: None,
        });
    }
    let report = reports::report(shared, &parcel, Kind::Delayed, told, now).await;
    finish(shared, Settlement { at: now, updates, reports: report.into_iter().collect() }, false)
        .await;
    Ok(())
}

/// Makes it durable; then recipients that have ended are forgotten, and reports go on their way.
pub(crate) async fn finish(shared: &Arc<Shared>, settlement: Settlement, ended: bool) {
    let keys: Vec<RecipientKey> = settlement.updates.iter().map(|update| update.key).collect();
    let reports: Vec<NewMessage> = settlement.reports.clone();
    if settle::write(shared, settlement).await.is_err() {
        return;
    }
    if ended {
        settle::forget(shared, &keys);
    }
    for report in reports {
        take_over(shared, &Parcel::from(report));
    }
}
