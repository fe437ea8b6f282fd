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

use crate::addressee::{Addressee, News};
use crate::claim::{self, Claim, Taken};
use crate::engine::Shared;
use crate::holds;
use crate::outcome;
use crate::parcel::Parcel;
use crate::reports::{self, add_history, reported};
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
        // In a task of its own: whatever happens in it, the next sweep comes.
        let sweeping = Arc::clone(&shared);
        if tokio::spawn(async move { sweep(&sweeping).await }).await.is_err() {
            error!("looking for expired and late messages ended by an internal error; it goes on");
        }
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
    if let Err(error) = holds::tell(shared).await {
        error!(%error, "nobody can be told now of messages that were put on hold");
    }
}

async fn sweep_expired(shared: &Arc<Shared>) -> Result<(), StoreError> {
    loop {
        let now = shared.clock.now();
        let entries = shared.store.expired(now, BATCH).await?;
        let found = entries.len();
        let mut settled = 0;
        for (message, entries) in by_message(entries) {
            match expire(shared, message, &entries, now).await {
                Ok(count) => settled += count,
                // The others must not wait for this one.
                Err(error) => {
                    error!(id = %message, %error, "an expired message cannot be returned now");
                }
            }
        }
        if found < BATCH || settled == 0 {
            return Ok(());
        }
    }
}

async fn sweep_late(shared: &Arc<Shared>) -> Result<(), StoreError> {
    loop {
        let now = shared.clock.now();
        let entries = shared.store.delay_notices_due(now, BATCH).await?;
        let found = entries.len();
        let mut settled = 0;
        for (message, entries) in by_message(entries) {
            match tell_late(shared, message, &entries, now).await {
                Ok(()) => settled += entries.len(),
                Err(error) => error!(id = %message, %error, "a delay notice cannot be sent now"),
            }
        }
        if found < BATCH || settled == 0 {
            return Ok(());
        }
    }
}

fn by_message(entries: Vec<QueueEntry>) -> BTreeMap<QueueId, Vec<QueueEntry>> {
    let mut groups: BTreeMap<QueueId, Vec<QueueEntry>> = BTreeMap::new();
    for entry in entries {
        groups.entry(entry.key.message).or_default().push(entry);
    }
    groups
}

/// A message without content: what reports and listings need.
pub(crate) async fn without_content(
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
        report_about: stored.report_about,
        is_fresh: false,
    };
    Ok(Some((parcel, stored)))
}

/// The last attempt that says something about a recipient (its own, or its site's), and how many there
/// were.
fn last_attempt(waited: Option<&Taken>, state: &RecipientState) -> (Option<Attempt>, u32) {
    let own = state.last.as_ref().and_then(|last| last.attempt.clone());
    let Some(waited) = waited else { return (own, state.attempts) };
    let attempt = match (own, waited.last.clone()) {
        (Some(own), Some(site)) if site.at > own.at => Some(site),
        (None, site) => site,
        (own, _) => own,
    };
    (attempt, waited.attempts.max(state.attempts))
}

/// Ends what is over; returns how many recipients that were.
async fn expire(
    shared: &Arc<Shared>,
    message: QueueId,
    entries: &[QueueEntry],
    now: Timestamp,
) -> Result<usize, StoreError> {
    let claim = Claim::take(shared, entries.iter().map(|entry| entry.key));
    let keys: Vec<RecipientKey> = entries
        .iter()
        .filter(|entry| {
            let overdue = now.since(entry.expires_at) > GRACE;
            claim.has(entry.key) || claim::can_end(shared, entry.key, overdue)
        })
        .map(|entry| entry.key)
        .collect();
    if keys.is_empty() {
        return Ok(0);
    }
    let Some((parcel, stored)) = without_content(shared, message).await? else {
        let updates = keys.iter().map(|&key| unreadable(key)).collect();
        finish(shared, reports::settlement(now, updates, None)).await?;
        settle::forget(shared, &keys);
        claim.ended();
        return Ok(keys.len());
    };
    let to = Addressee::of(shared, &parcel).await;
    let (mut updates, mut told) = (Vec::new(), Vec::new());
    for &key in &keys {
        let index = key.index as usize;
        let (Some(recipient), Some(state)) =
            (stored.envelope.recipients.get(index), stored.recipients.get(index))
        else {
            updates.push(unreadable(key));
            continue;
        };
        let waited = claim.taken().iter().find(|taken| taken.key == key);
        let (attempt, count) = last_attempt(waited, state);
        let News { is_told, silence } = to.news(recipient);
        if is_told {
            let mut recipient = reported(recipient.clone(), Phase::Expired, attempt.clone(), count);
            add_history(shared, &parcel, key.index, &mut recipient).await;
            told.push((key.index, recipient));
        }
        updates.push(Update {
            key,
            change: Change::Failed { reported: silence.is_none() },
            result: Some(expired_result(attempt)),
            tried: false,
            detail: silence,
        });
    }
    info!(id = %message, recipients = updates.len(), "returned: it could not be sent in time");
    let report = reports::report(shared, &parcel, &to, Kind::Failed, told, now).await;
    finish(shared, reports::settlement(now, updates, report)).await?;
    settle::forget(shared, &keys);
    claim.ended();
    Ok(keys.len())
}

/// The end of a recipient whose message is not in the store any more.
fn unreadable(key: RecipientKey) -> Update {
    Update {
        key,
        change: Change::Failed { reported: false },
        result: None,
        tried: false,
        detail: Some("no report: the message could not be read back from the store".into()),
    }
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
    entries: &[QueueEntry],
    now: Timestamp,
) -> Result<(), StoreError> {
    let Some((parcel, stored)) = without_content(shared, message).await? else { return Ok(()) };
    let queue = shared.policy.load().flow().queue.clone();
    let next = next_delay_notice(&queue, stored.received_at, now);
    let to = Addressee::of_late(shared, &parcel).await;
    let (mut updates, mut told) = (Vec::new(), Vec::new());
    for key in entries.iter().map(|entry| entry.key) {
        let index = key.index as usize;
        let (Some(recipient), Some(state)) =
            (stored.envelope.recipients.get(index), stored.recipients.get(index))
        else {
            continue;
        };
        let silent = to.late_silence(recipient);
        if silent.is_none() {
            let glimpse = shared.schedule.lock().glimpse(key);
            let waited = glimpse.map(|glimpse| Taken::seen(key, glimpse));
            let (attempt, count) = last_attempt(waited.as_ref(), state);
            let mut recipient = reported(recipient.clone(), Phase::Queued, attempt, count);
            recipient.next_attempt_at =
                waited.and_then(|w| w.next_attempt_at).or(Some(state.next_attempt_at));
            add_history(shared, &parcel, key.index, &mut recipient).await;
            told.push((key.index, recipient));
        }
        updates.push(Update {
            key,
            change: Change::DelayNoticeSent { next },
            result: None,
            tried: false,
            detail: silent,
        });
    }
    let report = reports::report(shared, &parcel, &to, Kind::Delayed, told, now).await;
    finish(shared, reports::settlement(now, updates, report)).await
}

/// Makes it durable; then its reports go on their way.
///
/// # Errors
/// Only that the store is closed.
pub(crate) async fn finish(shared: &Arc<Shared>, settlement: Settlement) -> Result<(), StoreError> {
    let reports: Vec<NewMessage> = settlement.reports.clone();
    let tickets = settle::write(shared, settlement).await?;
    settle::send_on(shared, reports, &tickets);
    Ok(())
}
