//! Returned mail: whether the cause still holds, and sending it again.
//!
//! A report about failed recipients has a token of 160 bits, of which the store keeps the hash. Who has
//! the token may see how the cause stands, and may have the original sent again, once, to
//! those recipients for whom there is a point in it. Administrators need no token, and decide
//! themselves whether there is a point.

mod standing;

use std::collections::HashMap;
use std::sync::Arc;

use aws_lc_rs::{digest, rand};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use causeway_model::config::{Language, QueueSettings};
use causeway_model::envelope::Recipient;
use causeway_model::{Address, Outcome, QueueId, ReversePath, Timestamp};
use causeway_policy::retry::{expires_at, next_delay_notice, send_again_until};
use causeway_store::{
    Content, LastResult, NewMessage, NewReturned, Returned, ReturnedQuery, SendAgain, Status,
    StoreError, StoredMessage, TokenHash,
};

pub use standing::CauseStanding;

use self::standing::{Facts, standing};
use crate::engine::{Dispatch, Shared, take_over};
use crate::parcel::Parcel;
use crate::route::site_for;
use crate::site::SiteKey;

/// Places that are asked about for one page.
const MOST_ASKED: usize = 3;

/// What was found out for one page, by place.
type Asked = HashMap<String, Option<bool>>;

/// Octets of chance in a token.
const TOKEN: usize = 20;

/// A token, as the address of a page has it.
pub(crate) struct Token {
    pub(crate) text: String,
    hash: TokenHash,
}

impl Token {
    /// A new one; `None` when the system gives no random numbers.
    pub(crate) fn new() -> Option<Self> {
        let mut octets = [0; TOKEN];
        rand::fill(&mut octets).ok()?;
        let text = URL_SAFE_NO_PAD.encode(octets);
        Some(Self { hash: hash_of(&text), text })
    }

    /// What the store keeps for it.
    pub(crate) fn returned(
        &self,
        parcel: &Parcel,
        report: QueueId,
        recipients: Vec<u32>,
        queue: &QueueSettings,
        now: Timestamp,
    ) -> NewReturned {
        NewReturned {
            token: self.hash,
            message: parcel.id,
            report,
            recipients,
            expires_at: send_again_until(queue, now),
            room: queue.send_again_space,
        }
    }
}

fn hash_of(token: &str) -> TokenHash {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest::digest(&digest::SHA256, token.as_bytes()).as_ref());
    hash
}

/// Which returned mail is meant.
#[derive(Clone, Copy, Debug)]
pub enum Which<'a> {
    /// What the report with this token returned.
    Token(&'a str),
    /// Everything of a message that was returned.
    Message(QueueId),
}

/// Mail that was returned, and how it stands now.
#[derive(Clone, Debug)]
pub struct ReturnedMail {
    /// The original's name in the queue.
    pub id: QueueId,
    /// Its reverse-path.
    pub sender: ReversePath,
    /// Its subject.
    pub subject: Option<String>,
    /// When it was returned last.
    pub returned_at: Timestamp,
    /// Until when it can be sent again.
    pub expires_at: Timestamp,
    /// When it was sent again last, and as which message.
    pub sent_again: Option<(Timestamp, QueueId)>,
    /// Its content is still there.
    pub has_content: bool,
    /// The recipients that it was returned for.
    pub recipients: Vec<ReturnedRecipient>,
    /// What can be sent again.
    open: Vec<i64>,
    stored: StoredMessage,
}

/// One recipient of returned mail.
#[derive(Clone, Debug)]
pub struct ReturnedRecipient {
    /// Its position in the envelope.
    pub index: u32,
    /// Its address.
    pub address: Address,
    /// What ended its delivery.
    pub result: Option<LastResult>,
    /// How the cause stands.
    pub standing: CauseStanding,
}

/// Why returned mail is not sent again.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendAgainError {
    /// Nothing was returned under this name or token, or it has expired.
    #[error("there is nothing to be sent again: it was never returned, or its time is over")]
    Nothing,
    /// It was sent again before.
    #[error("it was sent again before, as {0}")]
    Before(QueueId),
    /// The content was not kept.
    #[error("its content was not kept: there was no room for it ([queue] send_again_space)")]
    NoContent,
    /// The cause still holds for everybody.
    #[error("the cause still holds")]
    StillHolds,
    /// The store said no.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ReturnedMail {
    /// The recipients for whom there is a point in sending again.
    #[must_use]
    pub fn worth_trying(&self) -> Vec<u32> {
        let worth = self.recipients.iter().filter(|r| r.standing.is_worth_trying());
        worth.map(|recipient| recipient.index).collect()
    }

    /// True when it can be sent again to anybody.
    #[must_use]
    pub const fn can_be_sent(&self) -> bool {
        self.has_content && !self.open.is_empty()
    }
}

impl Dispatch {
    /// What was returned, and how the cause stands. `None` when nothing was, or its time is over. Changes
    /// nothing.
    ///
    /// # Errors
    /// The store's.
    pub async fn returned(&self, which: Which<'_>) -> Result<Option<ReturnedMail>, StoreError> {
        let shared = &self.shared;
        let now = shared.clock.now();
        let query = match which {
            Which::Token(token) => ReturnedQuery::Token(hash_of(token)),
            Which::Message(id) => ReturnedQuery::Message(id),
        };
        let mut found = shared.store.returned(query).await?;
        found.retain(|returned| returned.expires_at > now);
        let Some(newest) = found.last() else { return Ok(None) };
        let Some(stored) = shared.store.load(newest.message).await? else { return Ok(None) };
        let mut mail = ReturnedMail {
            id: newest.message,
            sender: stored.envelope.reverse_path.clone(),
            subject: stored.header.subject.clone(),
            returned_at: newest.at,
            expires_at: newest.expires_at,
            sent_again: found.iter().rev().find_map(|returned| returned.sent_again),
            has_content: newest.has_content,
            recipients: Vec::new(),
            open: open(&found),
            stored,
        };
        let mut positions = Vec::new();
        for returned in &found {
            positions.extend(returned.recipients.iter().map(|index| (*index, returned.at)));
        }
        let mut asked = Asked::default();
        for (index, at) in positions {
            let found = self.returned_recipient(&mail.stored, index, at).await?;
            if let Some((mut recipient, site)) = found {
                self.ask(&mut recipient, &site, &mut asked).await;
                mail.recipients.push(recipient);
            }
        }
        Ok(Some(mail))
    }

    async fn returned_recipient(
        &self,
        stored: &StoredMessage,
        index: u32,
        at: Timestamp,
    ) -> Result<Option<(ReturnedRecipient, String)>, StoreError> {
        let shared = &self.shared;
        let position = index as usize;
        let (Some(recipient), Some(state)) =
            (stored.envelope.recipients.get(position), stored.recipients.get(position))
        else {
            return Ok(None);
        };
        if state.status != Status::Failed {
            return Ok(None);
        }
        let origin = stored.envelope.origin.connector.as_deref();
        let site = {
            let policy = shared.policy.load();
            let site = site_for(&policy, &shared.mailboxes, &recipient.address, origin);
            shared.beyond_dns(site)
        };
        let later = shared.store.site_attempts(site.to_string(), at, 1).await?;
        let failure = state.last.as_ref().and_then(|last| last.attempt.as_ref());
        let failure = failure.and_then(|attempt| match &attempt.outcome {
            Outcome::Failure(failure) => Some((failure, attempt.stage)),
            Outcome::Success(_) => None,
        });
        let standing = standing(&Facts {
            failure,
            failing: shared.schedule.lock().failing(&site),
            later: later.first(),
            nowhere: site == SiteKey::Nowhere,
            mailbox_exists: shared.mailboxes.find(&recipient.address.mailbox_key()).is_some(),
        });
        let found = ReturnedRecipient {
            index,
            address: recipient.address.clone(),
            result: state.last.clone(),
            standing,
        };
        Ok(Some((found, site.to_string())))
    }

    /// Where nothing was tried since, or nothing is tried now: whether the cause still holds is found out. Mail
    /// that would take another way now says nothing about it.
    async fn ask(&self, recipient: &mut ReturnedRecipient, site: &str, asked: &mut Asked) {
        let last = match recipient.standing {
            CauseStanding::Unknown => None,
            CauseStanding::Holds { last: Some(last), next: None } => Some(last),
            _ => return,
        };
        let attempt = recipient.result.as_ref().and_then(|result| result.attempt.as_ref());
        let Some(attempt) = attempt.filter(|attempt| attempt.site == site) else { return };
        let holds = match asked.get(site) {
            Some(holds) => *holds,
            None if asked.len() >= MOST_ASKED => return,
            None => {
                let holds = self.shared.causes.holds(attempt).await;
                asked.insert(site.to_owned(), holds);
                holds
            }
        };
        recipient.standing = match holds {
            Some(true) => CauseStanding::Holds { last, next: None },
            Some(false) => CauseStanding::Gone { since: None },
            None => return,
        };
    }

    /// Sends returned mail again: with a token, to those for whom there is a point in it; by name, to
    /// everybody it was returned for. It happens once. Returns the copy's name and how many recipients it has.
    ///
    /// # Errors
    /// [`SendAgainError`]; nothing has happened then.
    pub async fn send_again(&self, which: Which<'_>) -> Result<(QueueId, usize), SendAgainError> {
        let mail = self.returned(which).await?.ok_or(SendAgainError::Nothing)?;
        if mail.open.is_empty() {
            return Err(match mail.sent_again {
                Some((_, id)) => SendAgainError::Before(id),
                None => SendAgainError::Nothing,
            });
        }
        let (chosen, by) = match which {
            Which::Token(_) => (mail.worth_trying(), "the sender"),
            Which::Message(_) => {
                (mail.recipients.iter().map(|r| r.index).collect(), "an administrator")
            }
        };
        let copy = self.copy_of(&mail, &chosen).await?;
        let (id, count) = (copy.id, copy.envelope.recipients.len());
        let again = SendAgain {
            at: self.now(),
            returned: mail.open.clone(),
            copy: copy.clone(),
            by: by.into(),
        };
        // Awaited to the end whatever becomes of the browser: what is accepted must be sent.
        let shared = Arc::clone(&self.shared);
        let accepted = tokio::spawn(async move {
            let accepted = shared.store.send_again(again).await?;
            if accepted.is_some() {
                let parcel = Parcel::from(copy);
                take_over(&shared, &parcel);
                try_now(&shared, &parcel);
            }
            Ok::<_, StoreError>(accepted.is_some())
        });
        match accepted.await {
            Ok(Ok(true)) => Ok((id, count)),
            Ok(Ok(false)) => Err(SendAgainError::Nothing),
            Ok(Err(error)) => Err(error.into()),
            Err(_) => Err(StoreError::Closed.into()),
        }
    }

    async fn copy_of(
        &self,
        mail: &ReturnedMail,
        chosen: &[u32],
    ) -> Result<NewMessage, SendAgainError> {
        let envelope = &mail.stored.envelope;
        let recipients: Vec<Recipient> = chosen
            .iter()
            .filter_map(|index| envelope.recipients.get(*index as usize).cloned())
            .collect();
        if recipients.is_empty() {
            return Err(SendAgainError::StillHolds);
        }
        let content = self.shared.store.kept_content(mail.id).await?;
        let content = in_memory(content.ok_or(SendAgainError::NoContent)?).await?;
        let now = self.now();
        let queue = self.shared.policy.load().flow().queue.clone();
        let mut envelope = envelope.clone();
        envelope.recipients = recipients;
        Ok(NewMessage {
            id: self.shared.store.reserve_id(),
            envelope,
            received_at: now,
            expires_at: expires_at(&queue, now),
            delay_notice_at: next_delay_notice(&queue, now, now),
            header: mail.stored.header.clone(),
            content,
            report_about: None,
            copy_of: None,
            hold: None,
        })
    }
}

/// Whoever sends again has a reason to think that it works now: the place is tried at once.
fn try_now(shared: &Arc<Shared>, parcel: &Parcel) {
    let mut schedule = shared.schedule.lock();
    let mut calls = Vec::new();
    for index in 0..parcel.envelope.recipients.len() as u32 {
        if let Some(site) = schedule.waits_at(parcel.key(index)) {
            calls.push(schedule.probe(site));
        }
    }
    drop(schedule);
    for call in calls {
        shared.answer(call);
    }
}

/// The numbers of what can still be sent again.
fn open(found: &[Returned]) -> Vec<i64> {
    found.iter().filter(|r| r.sent_again.is_none()).map(|r| r.number).collect()
}

/// A content of its own: a file belongs to one message only.
pub(crate) async fn in_memory(content: Content) -> Result<Content, StoreError> {
    match content {
        Content::Memory(parts) => Ok(Content::Memory(parts)),
        Content::File { path, .. } => {
            let octets = tokio::fs::read(&path).await.map_err(|error| StoreError::Io {
                detail: format!("{}: {error}", path.display()),
            })?;
            Ok(Content::Memory(vec![octets.into()]))
        }
    }
}

/// The address of a report's page.
pub(crate) fn page_address(shared: &Shared, token: &Token, language: Language) -> Option<String> {
    let policy = shared.policy.load();
    let base = policy.flow().organization.public_url.as_ref()?;
    Some(format!("{base}/report/{}?lang={}", token.text, language.tag()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_long_and_never_alike() {
        let (one, other) = (Token::new().unwrap(), Token::new().unwrap());
        assert_eq!(one.text.len(), 27);
        assert!(one.text != other.text && one.hash != other.hash);
        assert_eq!(one.hash, hash_of(&one.text));
        assert!(one.text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'));
    }
}
