//! What must survive: the queue, the ledger of what happened, the mailboxes, and the revisions of the
//! mail flow.
//!
//! **What it promises.** [`Store::accept`] returns an [`Accepted`] ticket only after the message
//! is durable (one sync for everything that waits: group commit). A ticket cannot be made anywhere
//! else; only a ticket becomes a 250. [`Store::settle`] records ends and deferrals of recipients,
//! and accepts the reports about them, in one transaction: a recipient can never have failed
//! without its report being safe. The ledger counts every accepted recipient to exactly one
//! end, and [`Store::audit`] proves it.
//!
//! **What it refuses.** It decides nothing about mail: what to try, when, and what a failure
//! means are told to it. It speaks mail, not SQL.
//!
//! **How it fails.** Every failure is a [`StoreError`] and leaves the store as it was. A full disk
//! is [`StoreError::Full`] (the session answers `452 4.3.1`) and goes away by itself once there is
//! room. A corrupt file stops [`sqlite::SqliteStore::open`] with a plain message, untouched.
//!
//! **In which order to read.** [`types`], [`returned`] and [`revision`] (what goes in and comes out), this file (the
//! trait), then [`sqlite`].

pub mod facts;
pub mod returned;
pub mod revision;
pub mod sqlite;
pub mod types;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use causeway_model::{QueueId, RecipientKey, Timestamp};

pub use returned::*;
pub use revision::*;
pub use types::*;

/// A boxed future: the trait is used as `Arc<dyn Store>`.
pub type Fut<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// An engine. All methods are safe to call from any task at any time; readers never wait for
/// writers.
pub trait Store: Send + Sync + 'static {
    /// A name for a message that is being received, never given before (nor again after a restart):
    /// our Received line carries it before the message is accepted. Cheap; does not wait.
    fn reserve_id(&self) -> QueueId;

    /// Whether there is room for mail now. Cheap; does not wait.
    ///
    /// # Errors
    /// [`StoreError::Full`]: mail is refused for now.
    fn has_room(&self) -> Result<(), StoreError>;

    /// Makes a message durable under [`NewMessage::id`]. Its recipients are then [`Status::Ready`].
    fn accept(&self, message: NewMessage) -> Fut<'_, Accepted>;

    /// Applies everything in `settlement`, or nothing: recipient updates and the reports that
    /// belong to them. Returns the tickets of the reports, in order. Updates of recipients that have
    /// already ended are ignored (an administrator may have removed them meanwhile). When every
    /// update is ignored, the reports are not accepted either, and the list is empty: what they would
    /// tell has been settled by somebody else.
    fn settle(&self, settlement: Settlement) -> Fut<'_, Vec<Accepted>>;

    /// Notes an event about a recipient, without changing its state.
    fn note(&self, events: Vec<(RecipientKey, Event)>) -> Fut<'_, ()>;

    /// Unfinished recipients in the order of their keys, after `after`: how the scheduler learns of
    /// the queue at start. At most `limit` at once; an empty list is the end.
    fn scan_queue(&self, after: Option<RecipientKey>, limit: usize) -> Fut<'_, Vec<QueueEntry>>;

    /// The envelope and the state of all recipients; `None` when unknown (or forgotten).
    fn load(&self, id: QueueId) -> Fut<'_, Option<StoredMessage>>;

    /// The content; `None` once nothing needs it any more.
    fn content(&self, id: QueueId) -> Fut<'_, Option<Content>>;

    /// Unfinished recipients whose time is over at `now`, oldest first.
    fn expired(&self, now: Timestamp, limit: usize) -> Fut<'_, Vec<QueueEntry>>;

    /// Unfinished recipients for which a delay notice is due at `now`
    /// ([`QueueEntry::delay_notice_at`]), oldest first. Recipients on hold are not among them, nor
    /// those whose time is over (they are [`Self::expired`]).
    fn delay_notices_due(&self, now: Timestamp, limit: usize) -> Fut<'_, Vec<QueueEntry>>;

    /// The queue for people: whole messages with their unfinished recipients, oldest first.
    fn list_queue(&self, filter: QueueFilter) -> Fut<'_, Vec<QueuedMessage>>;

    /// The ledger for people: one row per recipient, newest first.
    fn trace(&self, filter: TraceFilter) -> Fut<'_, Vec<TraceRow>>;

    /// Every recipient of one message with every event, in order of RCPT.
    fn trace_show(&self, id: QueueId) -> Fut<'_, Vec<TraceRow>>;

    /// The attempts at one site since a moment, newest first.
    fn site_attempts(
        &self,
        site: String,
        since: Timestamp,
        limit: usize,
    ) -> Fut<'_, Vec<causeway_model::Attempt>>;

    /// Failed attempts that concern one recipient and ended since a moment: its own, and those of its site
    /// before any transaction, which concern everybody who waits. Newest first, at most `limit`;
    /// the very first one comes last, whatever the limit leaves out between.
    fn recipient_failures(
        &self,
        key: RecipientKey,
        site: String,
        since: Timestamp,
        limit: usize,
    ) -> Fut<'_, Vec<causeway_model::Attempt>>;

    /// Counts everything that was ever accepted, and where it is now. It looks at the whole queue: nothing for
    /// every moment.
    fn audit(&self) -> Fut<'_, Audit>;

    /// What the ledger has counted. One row: cheap however long the queue is.
    fn counts(&self) -> Fut<'_, Counts>;

    /// Forgets ended messages and events older than `before`; the counts of the ledger stay.
    fn forget(&self, before: Timestamp, limit: usize) -> Fut<'_, usize>;

    /// What was returned to senders and can (or could) be sent again.
    fn returned(&self, query: ReturnedQuery) -> Fut<'_, Vec<Returned>>;

    /// The content that is kept of a returned message; `None` when there was no room for it, or it is
    /// needed no more.
    fn kept_content(&self, message: QueueId) -> Fut<'_, Option<Content>>;

    /// Accepts the copy of a returned message, and notes that it was sent again: both, or nothing.
    /// `None` when any part of it was sent again before, or has expired: it happens once.
    fn send_again(&self, again: SendAgain) -> Fut<'_, Option<Accepted>>;

    /// Forgets what can be sent again no longer, with the contents kept for it. Returns how many.
    fn forget_returned(&self, now: Timestamp) -> Fut<'_, usize>;

    /// All mailboxes, by address.
    fn mailboxes(&self) -> Fut<'_, Vec<Mailbox>>;

    /// Adds a mailbox; [`StoreError::Exists`] when the address (or one of its aliases) is taken.
    fn add_mailbox(&self, mailbox: Mailbox) -> Fut<'_, ()>;

    /// Replaces the mailbox with the same address; [`StoreError::NotFound`] when there is none.
    fn set_mailbox(&self, mailbox: Mailbox) -> Fut<'_, ()>;

    /// Removes a mailbox (not its Maildir); [`StoreError::NotFound`] when there is none.
    fn remove_mailbox(&self, address: causeway_model::Address) -> Fut<'_, ()>;

    /// Small durable facts by key (the revision in force, the last start, …).
    fn remember(&self, key: String, value: String) -> Fut<'_, ()>;

    /// Keeps many such facts at once, when something else is written anyway or shortly after: nobody on the
    /// network waits for them.
    fn remember_all(&self, facts: Vec<(String, String)>) -> Fut<'_, ()>;

    /// What [`Self::remember`] kept.
    fn recall(&self, key: String) -> Fut<'_, Option<String>>;

    /// All facts whose keys begin with `prefix`, by key.
    fn recall_all(&self, prefix: String) -> Fut<'_, Vec<(String, String)>>;

    /// Forgets facts; keys that are not there do not matter.
    fn forget_facts(&self, keys: Vec<String>) -> Fut<'_, ()>;

    /// Records that a mail flow was put in force and returns the number of the revision. With `base`, only
    /// when that is the newest revision (0: there is none yet); [`StoreError::Superseded`] otherwise.
    fn record_revision(&self, revision: NewRevision, base: Option<u64>) -> Fut<'_, u64>;

    /// Revisions before `before` (from the newest without it), newest first, at most `limit`.
    fn revisions(&self, before: Option<u64>, limit: usize) -> Fut<'_, Vec<RevisionEntry>>;

    /// One revision, or the newest one; `None` when there is no such revision.
    fn revision(&self, number: Option<u64>) -> Fut<'_, Option<Revision>>;

    /// Unfinished recipients with what decides their way, in the order of their keys, after `after`:
    /// how a change of the mail flow is followed through the queue. At most `limit` at once; an empty
    /// list is the end.
    fn waiting_recipients(
        &self,
        after: Option<RecipientKey>,
        limit: usize,
    ) -> Fut<'_, Vec<WaitingRecipient>>;

    /// Writes what is waiting and closes. Calls after this fail with [`StoreError::Closed`].
    fn close(&self) -> Fut<'_, ()>;
}

/// How rooms hold a store.
pub type SharedStore = Arc<dyn Store>;
