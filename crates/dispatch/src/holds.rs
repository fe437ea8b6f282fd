//! Telling of mail that was put on hold at the door: too much, or suspected of something.
//!
//! `[queue].tell_of_held` says who is told. A sender gets a report about each message; the administrators
//! (the postmaster and the alert recipients) get one list, the first at once, and at most one an hour after
//! that. What an administrator put on hold is nobody's news.
//!
//! Up to which message somebody was told is kept in the store, so that a restart neither repeats nor
//! forgets anything.

use std::sync::Arc;
use std::time::Duration;

use causeway_catalog::Phase;
use causeway_model::config::{Language, ToldOfHeld};
use causeway_model::{Address, Failure, Outcome, QueueId, RecipientKey, Timestamp};
use causeway_policy::MailPolicy;
use causeway_report::write::Kind;
use causeway_report::write::held::{HeldList, HeldMail};
use causeway_store::{Change, NewMessage, Status, StoreError, StoredMessage, Update};

use crate::addressee::Addressee;
use crate::engine::{Shared, take_over};
use crate::letter::in_envelope;
use crate::parcel::Parcel;
use crate::reports::{self, reported};
use crate::sweeper::{finish, without_content};

/// Between two lists for the administrators at least.
const PAUSE: Duration = Duration::from_secs(3600);

/// Messages that a list shows; of the others it says how many there are.
const LISTED: usize = 50;

/// Up to which message senders were told.
const SENDERS: &str = "held/senders";

/// Up to which message the administrators were told, and when.
const ADMINISTRATORS: &str = "held/administrators";

/// What nobody has been told of yet.
#[derive(Debug, Default)]
pub(crate) struct Holds {
    /// Messages whose senders are to be told, oldest first.
    senders: Vec<QueueId>,
    /// Messages that the next list is about, oldest first.
    listed: Vec<QueueId>,
    /// Up to which message senders were told in an earlier life.
    told_senders: Option<QueueId>,
    /// The same for the administrators.
    told_administrators: Option<QueueId>,
    /// When the last list was sent.
    list_sent_at: Option<Timestamp>,
}

impl Holds {
    /// Takes note of a message on hold.
    pub(crate) fn note(&mut self, id: QueueId) {
        if self.told_senders.is_none_or(|told| id > told) && self.senders.last() != Some(&id) {
            self.senders.push(id);
        }
        if self.told_administrators.is_none_or(|told| id > told) && self.listed.last() != Some(&id)
        {
            self.listed.push(id);
        }
    }

    /// What the next list is about, when it is time for one.
    fn due(&mut self, now: Timestamp) -> Vec<QueueId> {
        let is_time = self.list_sent_at.is_none_or(|at| now.since(at) >= PAUSE || at > now);
        if is_time { std::mem::take(&mut self.listed) } else { Vec::new() }
    }
}

/// Reads from the store who was told of what.
pub(crate) async fn recall(shared: &Shared) -> Result<(), StoreError> {
    let number = |text: &str| text.parse().ok().map(QueueId::from_u64);
    let senders = shared.store.recall(SENDERS.into()).await?;
    let administrators = shared.store.recall(ADMINISTRATORS.into()).await?;
    let mut holds = shared.holds.lock();
    holds.told_senders = senders.as_deref().and_then(number);
    if let Some((id, at)) = administrators.as_deref().and_then(|text| text.split_once(' ')) {
        holds.told_administrators = number(id);
        holds.list_sent_at = at.parse().ok().map(Timestamp::from_millis);
    }
    Ok(())
}

/// Tells whoever is to be told.
pub(crate) async fn tell(shared: &Arc<Shared>) -> Result<(), StoreError> {
    let told = shared.policy.load().flow().queue.tell_of_held.clone();
    tell_senders(shared, told.contains(&ToldOfHeld::Sender)).await?;
    tell_administrators(shared, told.contains(&ToldOfHeld::Administrators)).await
}

async fn tell_senders(shared: &Arc<Shared>, wanted: bool) -> Result<(), StoreError> {
    let ids = std::mem::take(&mut shared.holds.lock().senders);
    let Some(newest) = ids.iter().max().copied() else { return Ok(()) };
    for (n, &id) in ids.iter().enumerate().take_while(|_| wanted) {
        if let Err(error) = tell_sender(shared, id).await {
            let mut holds = shared.holds.lock();
            let mut left = ids[n..].to_vec();
            left.append(&mut holds.senders);
            holds.senders = left;
            return Err(error);
        }
    }
    let mark = no_earlier(newest, shared.holds.lock().told_senders);
    shared.store.remember(SENDERS.into(), mark.as_u64().to_string()).await
}

/// A mark never goes back: what lies between was told of in an earlier life.
fn no_earlier(newest: QueueId, told: Option<QueueId>) -> QueueId {
    told.map_or(newest, |told| told.max(newest))
}

/// Sends a sender a report about one message.
async fn tell_sender(shared: &Arc<Shared>, id: QueueId) -> Result<(), StoreError> {
    let Some((parcel, stored)) = without_content(shared, id).await? else { return Ok(()) };
    let to = Addressee::of_late(shared, &parcel).await;
    let now = shared.clock.now();
    let (mut updates, mut about) = (Vec::new(), Vec::new());
    for (index, state) in held(&stored) {
        let Some(recipient) = stored.envelope.recipients.get(index as usize) else { continue };
        let attempt = state.last.as_ref().and_then(|last| last.attempt.clone());
        if to.late_silence(recipient).is_none() {
            about.push((index, reported(recipient.clone(), Phase::Queued, attempt, 0)));
            updates.push(Update {
                key: RecipientKey { message: id, index },
                change: Change::DelayNoticeSent { next: state.delay_notice_at },
                result: None,
                tried: false,
                detail: Some("the sender was told that the message is on hold".into()),
            });
        }
    }
    if updates.is_empty() {
        return Ok(());
    }
    let report = reports::report(shared, &parcel, &to, Kind::Delayed, about, now).await;
    finish(shared, reports::settlement(now, updates, report)).await
}

/// The recipients that were put on hold at the door and are still there.
fn held(stored: &StoredMessage) -> impl Iterator<Item = (u32, &causeway_store::RecipientState)> {
    (0..)
        .zip(&stored.recipients)
        .filter(|(_, state)| state.status == Status::Held && reason_of(state).is_some())
}

/// Why a recipient was put on hold at the door.
fn reason_of(state: &causeway_store::RecipientState) -> Option<&str> {
    match &state.last.as_ref()?.attempt.as_ref()?.outcome {
        Outcome::Failure(Failure::Held { reason }) => Some(reason),
        _ => None,
    }
}

async fn tell_administrators(shared: &Arc<Shared>, wanted: bool) -> Result<(), StoreError> {
    let now = shared.clock.now();
    let ids = shared.holds.lock().due(now);
    let Some(newest) = ids.iter().max().copied() else { return Ok(()) };
    if wanted && let Err(error) = send_list(shared, &ids, now).await {
        let mut holds = shared.holds.lock();
        let mut left = ids;
        left.append(&mut holds.listed);
        holds.listed = left;
        return Err(error);
    }
    // A list that nobody needed was not sent, and the next one need not wait for it.
    let fact = {
        let holds = shared.holds.lock();
        let sent_at = holds.list_sent_at.map_or(0, Timestamp::as_millis);
        format!("{} {sent_at}", no_earlier(newest, holds.told_administrators).as_u64())
    };
    shared.store.remember(ADMINISTRATORS.into(), fact).await
}

/// Sends the list of these messages, as far as they are still on hold.
async fn send_list(
    shared: &Arc<Shared>,
    ids: &[QueueId],
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut messages = Vec::new();
    for &id in ids.iter().take(LISTED) {
        let Some(stored) = shared.store.load(id).await? else { continue };
        let Some((_, state)) = held(&stored).next() else { continue };
        messages.push(HeldMail {
            id,
            sender: stored.envelope.reverse_path.to_string(),
            recipients: stored.envelope.recipients.iter().map(|r| r.address.to_string()).collect(),
            subject: stored.header.subject.clone().unwrap_or_default(),
            reason: reason_of(state).unwrap_or_default().to_owned(),
            received_at: stored.received_at,
            expires_at: stored.expires_at,
        });
    }
    if messages.is_empty() {
        return Ok(());
    }
    let policy = shared.policy.load_full();
    let Some(postmaster) = reports::postmaster(&policy, &shared.hostname) else { return Ok(()) };
    let message = list(shared, &policy, &postmaster, &messages, ids.len() - messages.len(), now);
    let parcel = Parcel::from(message.clone());
    shared.store.accept(message).await?;
    take_over(shared, &parcel);
    shared.holds.lock().list_sent_at = Some(now);
    Ok(())
}

/// The list as a message to the postmaster and the alert recipients.
fn list(
    shared: &Shared,
    policy: &MailPolicy,
    postmaster: &Address,
    messages: &[HeldMail],
    more: usize,
    now: Timestamp,
) -> NewMessage {
    let flow = policy.flow();
    let mut readers = vec![postmaster.clone()];
    for reader in &flow.organization.alert_recipients {
        if !readers.contains(reader) {
            readers.push(reader.clone());
        }
    }
    let id = shared.store.reserve_id();
    let written = causeway_report::write::held::write(&HeldList {
        language: flow.organization.languages.first().copied().unwrap_or(Language::En),
        reporting_host: &shared.hostname,
        organization: &flow.organization.name,
        postmaster,
        readers: &readers,
        unique: id.as_u64(),
        now,
        messages,
        more,
    });
    in_envelope(id, readers, written, None, &flow.queue, now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_come_once_an_hour_and_forget_nothing() {
        let at = |minutes: i64| Timestamp::from_millis(minutes * 60_000);
        let id = QueueId::from_u64;
        let mut holds = Holds::default();
        holds.note(id(1));
        holds.note(id(1));
        assert_eq!(holds.due(at(0)), [id(1)], "the first at once");
        holds.list_sent_at = Some(at(0));
        holds.note(id(2));
        assert_eq!(holds.due(at(59)), []);
        holds.note(id(3));
        assert_eq!(holds.due(at(60)), [id(2), id(3)]);
    }

    #[test]
    fn what_was_told_before_a_restart_is_not_told_again() {
        let id = QueueId::from_u64;
        let mut holds = Holds {
            told_senders: Some(id(5)),
            told_administrators: Some(id(3)),
            ..Holds::default()
        };
        (1..8).for_each(|n| holds.note(id(n)));
        assert_eq!(holds.senders, [id(6), id(7)]);
        assert_eq!(holds.listed, [id(4), id(5), id(6), id(7)]);
    }
}
