//! A message as workers hold it: from the intake's hands, or read back from the store.

use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use causeway_model::{Address, Envelope, QueueId, RecipientKey, Timestamp};
use causeway_store::{Content, HeaderFacts, NewMessage, SharedStore, StoreError};
use hashbrown::HashMap;

/// Contents that are kept in memory between acceptance and the first attempt: octets. Beyond that
/// they are read back from the store.
const MEMORY_BUDGET: u64 = 64 * 1024 * 1024;

/// What an attempt needs of a message. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Parcel {
    pub(crate) id: QueueId,
    pub(crate) envelope: Arc<Envelope>,
    pub(crate) header: Arc<HeaderFacts>,
    pub(crate) content: Content,
    pub(crate) received_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    /// The message that this one, a report of ours, is about.
    pub(crate) report_about: Option<QueueId>,
    /// This very process accepted it and has not tried it.
    pub(crate) is_fresh: bool,
}

impl Parcel {
    pub(crate) fn address(&self, index: u32) -> Option<&Address> {
        self.envelope.recipients.get(index as usize).map(|recipient| &recipient.address)
    }

    /// The first octets of the content, at most so many.
    pub(crate) async fn beginning(&self, limit: u64) -> Result<Vec<u8>, StoreError> {
        use tokio::io::AsyncReadExt;
        match &self.content {
            Content::Memory(parts) => {
                let mut octets = Vec::new();
                for part in parts {
                    let room = usize::try_from(limit).unwrap_or(usize::MAX) - octets.len();
                    octets.extend_from_slice(&part[..part.len().min(room)]);
                }
                Ok(octets)
            }
            Content::File { path, .. } => {
                let mut octets = Vec::new();
                let read = async {
                    let file = tokio::fs::File::open(path).await?;
                    file.take(limit).read_to_end(&mut octets).await
                };
                read.await.map_err(|error| unreadable(path, &error))?;
                Ok(octets)
            }
        }
    }

    /// A content of its own for a copy: a file belongs to one message only.
    pub(crate) async fn own_content(&self) -> Result<Vec<Bytes>, StoreError> {
        match &self.content {
            Content::Memory(parts) => Ok(parts.clone()),
            Content::File { path, .. } => {
                let octets =
                    tokio::fs::read(path).await.map_err(|error| unreadable(path, &error))?;
                Ok(vec![octets.into()])
            }
        }
    }

    pub(crate) const fn key(&self, index: u32) -> RecipientKey {
        RecipientKey { message: self.id, index }
    }
}

fn unreadable(path: &Path, error: &std::io::Error) -> StoreError {
    StoreError::Io { detail: format!("{}: {error}", path.display()) }
}

impl From<NewMessage> for Parcel {
    fn from(message: NewMessage) -> Self {
        Self {
            id: message.id,
            envelope: Arc::new(message.envelope),
            header: Arc::new(message.header),
            content: message.content,
            received_at: message.received_at,
            expires_at: message.expires_at,
            report_about: message.report_about,
            is_fresh: true,
        }
    }
}

/// Reads a message back; `None` when it has ended meanwhile.
pub(crate) async fn load(store: &SharedStore, id: QueueId) -> Result<Option<Parcel>, StoreError> {
    let Some(stored) = store.load(id).await? else { return Ok(None) };
    let Some(content) = store.content(id).await? else { return Ok(None) };
    Ok(Some(Parcel {
        id,
        envelope: Arc::new(stored.envelope),
        header: Arc::new(stored.header),
        content,
        received_at: stored.received_at,
        expires_at: stored.expires_at,
        report_about: stored.report_about,
        is_fresh: false,
    }))
}

/// Messages that have not been tried yet, within [`MEMORY_BUDGET`].
#[derive(Debug, Default)]
pub(crate) struct Shelf {
    parcels: HashMap<QueueId, (Parcel, usize)>,
    octets: u64,
}

impl Shelf {
    /// Keeps a message for `uses` jobs, if there is room.
    pub(crate) fn put(&mut self, parcel: &Parcel, uses: usize) {
        let size = weight(parcel);
        let uses = uses + self.forget(parcel.id);
        if uses > 0 && self.octets + size <= MEMORY_BUDGET {
            self.octets += size;
            self.parcels.insert(parcel.id, (parcel.clone(), uses));
        }
    }

    /// Takes a message for a job with so many of its recipients; it goes with the last use.
    pub(crate) fn take(&mut self, id: QueueId, uses: usize) -> Option<Parcel> {
        let (parcel, left) = self.parcels.get_mut(&id)?;
        let parcel = parcel.clone();
        *left = left.saturating_sub(uses);
        if *left == 0 {
            self.forget(id);
        }
        Some(parcel)
    }

    /// Forgets a message: its next attempt is not now.
    /// Returns for how many jobs it was still kept.
    pub(crate) fn forget(&mut self, id: QueueId) -> usize {
        let Some((parcel, uses)) = self.parcels.remove(&id) else { return 0 };
        self.octets -= weight(&parcel);
        uses
    }
}

fn weight(parcel: &Parcel) -> u64 {
    const OVERHEAD: u64 = 1024;
    match &parcel.content {
        Content::Memory(_) => parcel.content.size() + OVERHEAD,
        Content::File { .. } => OVERHEAD,
    }
}

#[cfg(test)]
impl Shelf {
    fn is_empty(&self) -> bool {
        self.octets == 0 && self.parcels.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use causeway_model::{Origin, Recipient, ReversePath};

    fn parcel(id: u64) -> Parcel {
        Parcel {
            id: QueueId::from_u64(id),
            envelope: Arc::new(Envelope {
                reverse_path: ReversePath::Null,
                recipients: vec![Recipient::plain("a@b.test".parse().unwrap())],
                body_type: causeway_model::BodyType::SevenBit,
                smtputf8: false,
                ret: None,
                envid: None,
                origin: Origin::default(),
            }),
            header: Arc::default(),
            content: Content::Memory(vec![bytes::Bytes::from_static(b"x")]),
            received_at: Timestamp::from_millis(0),
            expires_at: Timestamp::from_millis(1),
            report_about: None,
            is_fresh: true,
        }
    }

    #[test]
    fn a_message_that_is_put_back_is_kept_once_for_all_its_jobs() {
        let mut shelf = Shelf::default();
        let parcel = parcel(1);
        shelf.put(&parcel, 2);
        assert!(shelf.take(parcel.id, 1).is_some());
        shelf.put(&parcel, 1);
        assert!(shelf.take(parcel.id, 1).is_some());
        assert!(shelf.take(parcel.id, 1).is_some());
        assert!(shelf.take(parcel.id, 1).is_none());
        assert!(shelf.is_empty());
    }
}
