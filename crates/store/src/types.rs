//! What goes into the store and comes out of it.

use std::path::PathBuf;

use bytes::Bytes;
use causeway_model::{
    Address, Attempt, Domain, Envelope, QueueId, RecipientKey, ReversePath, Timestamp,
};
use serde::{Deserialize, Serialize};

/// Why the store could not do it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// No room on the disk.
    #[error("the disk with the data directory is full ({detail})")]
    Full {
        /// The system's words.
        detail: String,
    },
    /// The file is not a store, or damaged.
    #[error("the store {} cannot be used: {detail}", path.display())]
    Corrupt {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        detail: String,
    },
    /// The file was written by a newer version.
    #[error("the store {} was written by a newer version (format {found}; this one knows {known})", path.display())]
    TooNew {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: u32,
        /// The newest format we know.
        known: u32,
    },
    /// Another process has it.
    #[error("the data directory {} is in use by another causeway", path.display())]
    InUse {
        /// The data directory.
        path: PathBuf,
    },
    /// Reading or writing failed.
    #[error("the store could not be read or written: {detail}")]
    Io {
        /// The system's words.
        detail: String,
    },
    /// The name is taken.
    #[error("{0} exists already")]
    Exists(String),
    /// There is no such thing.
    #[error("there is no {0}")]
    NotFound(String),
    /// A message without recipients goes nowhere: it is not accepted.
    #[error("a message without recipients cannot be accepted")]
    NoRecipients,
    /// A message with more recipients than a message can have.
    #[error("a message with more than {limit} recipients cannot be accepted")]
    TooManyRecipients {
        /// How many it can have.
        limit: usize,
    },
    /// Another revision was recorded meanwhile.
    #[error("the mail flow was changed meanwhile: revision {newest} came after revision {base}")]
    Superseded {
        /// The revision that was believed to be the newest; 0: none.
        base: u64,
        /// The newest one.
        newest: u64,
    },
    /// The store is closed or closing.
    #[error("the store is closed")]
    Closed,
}

/// A message on its way in.
#[derive(Clone, Debug)]
pub struct NewMessage {
    /// Its name, from [`Store::reserve_id`](crate::Store::reserve_id).
    pub id: QueueId,
    /// Who, to whom, from where. Never without recipients.
    pub envelope: Envelope,
    /// When it was received.
    pub received_at: Timestamp,
    /// When what is left of it is returned.
    pub expires_at: Timestamp,
    /// When its sender is first to be told that it is late; `None`: never.
    pub delay_notice_at: Option<Timestamp>,
    /// Facts from its header.
    pub header: HeaderFacts,
    /// Octets that go on the wire (with our Received line).
    pub content: Content,
    /// The message that this one reports about.
    pub report_about: Option<QueueId>,
    /// The recipient in whose place, or beside whom, it goes on: a forwarded copy.
    pub copy_of: Option<RecipientKey>,
    /// Why it is kept on hold from the beginning; `None`: it is [`Status::Ready`].
    pub hold: Option<LastResult>,
}

/// What listings and reports need of the header, decoded once at the door. Texts are at most 1000
/// characters, without control characters.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeaderFacts {
    /// `Message-ID`, with its angle brackets.
    pub message_id: Option<String>,
    /// `Subject`, decoded.
    pub subject: Option<String>,
    /// `Accept-Language` or `Content-Language`.
    pub language: Option<String>,
    /// The content has octets above 127.
    pub eight_bit: bool,
    /// The header has octets above 127 (needs SMTPUTF8 on the way).
    pub utf8_header: bool,
}

/// The octets of a message, header and body, CRLF line ends, not dot-stuffed.
#[derive(Clone, Debug)]
pub enum Content {
    /// In memory. The parts belong one after the other (our Received line comes first).
    Memory(Vec<Bytes>),
    /// In a file below the data directory: written and synced, directory too. Names the path and the
    /// size in octets. From the moment it is accepted the file belongs to the store, which
    /// removes it when the message has ended.
    File {
        /// Absolute path; inside [`sqlite::SqliteStore::body_dir`](crate::sqlite::SqliteStore).
        path: PathBuf,
        /// Octets.
        size: u64,
    },
}

impl Content {
    /// Octets.
    #[must_use]
    pub fn size(&self) -> u64 {
        match self {
            Self::Memory(parts) => parts.iter().map(|part| part.len() as u64).sum(),
            Self::File { size, .. } => *size,
        }
    }
}

/// Proof that a message is durable. Only a store makes them.
#[derive(Debug, PartialEq, Eq)]
pub struct Accepted {
    pub(crate) id: QueueId,
}

impl Accepted {
    /// The name that the message has from now on.
    #[must_use]
    pub const fn id(&self) -> QueueId {
        self.id
    }
}

/// The state of a recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// In the queue, not tried yet (or told to be tried now).
    Ready,
    /// In the queue, tried, waiting.
    Deferred,
    /// In the queue, and stays there until somebody releases, returns or removes it. Its clock still
    /// runs.
    Held,
    /// Ended: in a mailbox here.
    Delivered,
    /// Ended: another server took it.
    Relayed,
    /// Ended: replaced by other recipients.
    Expanded,
    /// Ended badly; its report, if one was due, is accepted.
    Failed,
}

impl Status {
    /// True while something is still to be done.
    #[must_use]
    pub const fn is_queued(self) -> bool {
        matches!(self, Self::Ready | Self::Deferred | Self::Held)
    }
}

/// One unfinished recipient, as small as the scheduler needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueEntry {
    /// Which.
    pub key: RecipientKey,
    /// Its domain.
    pub domain: Domain,
    /// Ready, deferred or held.
    pub status: Status,
    /// Attempts so far.
    pub attempts: u32,
    /// When it is due.
    pub next_attempt_at: Timestamp,
    /// When it is returned.
    pub expires_at: Timestamp,
    /// When its sender is next to be told that it is late.
    pub delay_notice_at: Option<Timestamp>,
}

/// A message as it stands in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredMessage {
    /// Its name.
    pub id: QueueId,
    /// Who, to whom, from where.
    pub envelope: Envelope,
    /// When it was received.
    pub received_at: Timestamp,
    /// When what is left of it is returned.
    pub expires_at: Timestamp,
    /// Facts from its header.
    pub header: HeaderFacts,
    /// Octets.
    pub size: u64,
    /// The message that this one reports about.
    pub report_about: Option<QueueId>,
    /// One for each recipient of the envelope, in its order.
    pub recipients: Vec<RecipientState>,
}

/// How it stands with one recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecipientState {
    /// Its status.
    pub status: Status,
    /// Attempts so far.
    pub attempts: u32,
    /// When it is due, while queued.
    pub next_attempt_at: Timestamp,
    /// When its sender is next to be told that it is late.
    pub delay_notice_at: Option<Timestamp>,
    /// The last result.
    pub last: Option<LastResult>,
}

/// The last thing that happened to a recipient, in the words of listings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastResult {
    /// Reply code and enhanced code, `450 4.4.316`.
    pub code: String,
    /// The peer's words verbatim, or ours where no peer spoke.
    pub reply: String,
    /// The connector that took it.
    pub connector: Option<String>,
    /// Where it went or was to go: host and address.
    pub destination: Option<String>,
    /// The attempt behind it; `None` when nothing was tried (hold, release, removal).
    pub attempt: Option<Attempt>,
}

/// A set of changes that are made together.
#[derive(Clone, Debug, Default)]
pub struct Settlement {
    /// When all of this happened.
    pub at: Timestamp,
    /// What became of recipients.
    pub updates: Vec<Update>,
    /// Reports (and redirected copies) that belong to it.
    pub reports: Vec<NewMessage>,
    /// What these reports return, so that it can be sent again.
    pub returned: Vec<crate::NewReturned>,
}

/// What became of one recipient.
#[derive(Clone, Debug)]
pub struct Update {
    /// Which.
    pub key: RecipientKey,
    /// Its new state.
    pub change: Change,
    /// The result to keep; `None` keeps the one before.
    pub result: Option<LastResult>,
    /// Whether it counts as an attempt (and the attempt is kept in the list of attempts).
    pub tried: bool,
    /// A line for the trace beside the change itself; `None` for the ordinary one.
    pub detail: Option<String>,
}

/// A new state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Ended in a mailbox here.
    Delivered,
    /// Ended at another server.
    Relayed,
    /// Ended, replaced by others.
    Expanded,
    /// Ended badly.
    Failed {
        /// True when a report goes out with this settlement (or went to the postmaster); false
        /// for bounces of bounces, `NOTIFY=NEVER` and removal by an administrator, whose reason is
        /// in [`Update::detail`].
        reported: bool,
    },
    /// To be tried again. A recipient on hold stays on hold (the attempt was under way when it was
    /// put there).
    Deferred {
        /// When.
        until: Timestamp,
    },
    /// On hold.
    Held,
    /// Off hold, or to be tried now.
    Ready {
        /// When it is due.
        at: Timestamp,
    },
    /// State as it is; the sender has been told that it is late.
    DelayNoticeSent {
        /// When to tell the sender again.
        next: Option<Timestamp>,
    },
}

/// One line of the trace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// `received`, `attempt`, `deferred`, `delivered`, `relayed`, `failed`, `held`, `released`,
    /// `report`, `delay-notice`, `redirected`, `removed`, …
    pub kind: String,
    /// In words.
    pub detail: String,
}

/// Which queued messages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct QueueFilter {
    /// These only (empty: all).
    pub ids: Vec<QueueId>,
    /// Recipients whose last result names this connector.
    pub connector: Option<String>,
    /// Recipients of this domain.
    pub domain: Option<Domain>,
    /// Recipients in this state.
    pub status: Option<Status>,
    /// This sender (`<>` for reports).
    pub sender: Option<String>,
    /// At most so many messages (0: no bound).
    pub limit: usize,
    /// Only messages after this one, for paging.
    pub after: Option<QueueId>,
}

/// A queued message for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueuedMessage {
    /// Its name.
    pub id: QueueId,
    /// Facts from its header.
    pub header: HeaderFacts,
    /// Its reverse-path.
    pub sender: ReversePath,
    /// Octets.
    pub size: u64,
    /// When it was received.
    pub received_at: Timestamp,
    /// When what is left of it is returned.
    pub expires_at: Timestamp,
    /// Its unfinished recipients that pass the filter: position, address, state.
    pub recipients: Vec<(u32, Address, RecipientState)>,
}

/// Which rows of the trace.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TraceFilter {
    /// Part of the sender's address, any case (`<>` for reports).
    pub sender: Option<String>,
    /// Part of the recipient's address, any case.
    pub recipient: Option<String>,
    /// The Message-ID, with or without angle brackets.
    pub message_id: Option<String>,
    /// Part of the subject, any case.
    pub subject: Option<String>,
    /// Received at or after.
    pub since: Option<Timestamp>,
    /// Received before.
    pub until: Option<Timestamp>,
    /// `delivered`, `relayed`, `pending`, `failed`, `expanded`, `held`.
    pub status: Option<String>,
    /// At most so many rows (0: 1000).
    pub limit: usize,
    /// Only rows that come after this one in the listing (newest message first, recipients in
    /// order of RCPT), for paging.
    pub after: Option<RecipientKey>,
}

/// One row of the trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceRow {
    /// The message and the position of the recipient.
    pub key: RecipientKey,
    /// Facts from the header.
    pub header: HeaderFacts,
    /// The reverse-path.
    pub sender: ReversePath,
    /// The recipient.
    pub recipient: Address,
    /// When the message was received.
    pub received_at: Timestamp,
    /// The recipient's status.
    pub status: Status,
    /// The last result.
    pub last: Option<LastResult>,
    /// Only from [`Store::trace_show`](crate::Store::trace_show).
    pub events: Vec<Event>,
}

/// What the ledger has counted since it began, in recipients. These numbers only grow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Accepted, reports of our own included.
    pub accepted: u64,
    /// In mailboxes here.
    pub delivered: u64,
    /// Taken by other servers.
    pub relayed: u64,
    /// Replaced by other recipients.
    pub expanded: u64,
    /// Failed, with a report.
    pub failed_with_report: u64,
    /// Failed, and nobody was to be told.
    pub failed_without_report: u64,
}

/// Where everything is that was ever accepted, counted in recipients.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Audit {
    /// Accepted, reports of our own included.
    pub accepted: u64,
    /// In mailboxes here.
    pub delivered: u64,
    /// Taken by other servers.
    pub relayed: u64,
    /// Replaced by other recipients.
    pub expanded: u64,
    /// In the queue, not on hold.
    pub queued: u64,
    /// On hold.
    pub held: u64,
    /// Failed, with a report.
    pub failed_with_report: u64,
    /// Failed, and nobody was to be told; each has its reason in the trace.
    pub failed_without_report: u64,
    /// Accepted less all of the above, plus every message in the queue whose content is missing: 0.
    pub unaccounted: i64,
}

/// A local mailbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mailbox {
    /// Its main address.
    pub address: Address,
    /// Other addresses that are delivered to it.
    #[serde(default)]
    pub aliases: Vec<Address>,
    /// Addresses and domains (`@contoso.example`) it may send as, beside its own.
    #[serde(default)]
    pub send_as: Vec<String>,
    /// The Argon2id hash of its password (PHC string); `None`: nobody can log in.
    #[serde(default)]
    pub password_hash: Option<String>,
    /// What SCRAM needs; `None`: the password was set before it was kept, so SCRAM does not work for
    /// this mailbox until it is set again.
    #[serde(default)]
    pub scram: Option<Scram>,
    /// Further passwords, each for one program or device.
    #[serde(default)]
    pub application_passwords: Vec<ApplicationPassword>,
    /// The language tag for reports.
    #[serde(default)]
    pub language: Option<String>,
    /// Octets the Maildir may hold; `None`: no bound.
    #[serde(default)]
    pub quota: Option<u64>,
    /// Whom its mail goes on to.
    #[serde(default)]
    pub forward: Option<Forward>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Where a mailbox's mail goes on to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forward {
    /// To whom.
    pub to: Address,
    /// It is kept here as well.
    pub keep_copy: bool,
}

/// What SCRAM-SHA-256 needs of a mailbox (RFC 5802 section 3). Salt and iterations are those of the
/// mailbox and not of a password: the client is told them before it shows which password it has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scram {
    /// Base64.
    pub salt: String,
    /// Rounds of PBKDF2.
    pub iterations: u32,
    /// The keys of the mailbox's own password; `None`: it has none.
    #[serde(default)]
    pub keys: Option<ScramKeys>,
}

/// `StoredKey` and `ServerKey` of RFC 5802 for one password, in base64. `Debug` hides them: who
/// has them can pose as the server.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScramKeys {
    /// `H(ClientKey)`.
    pub stored: String,
    /// `HMAC(SaltedPassword, "Server Key")`.
    pub server: String,
}

impl std::fmt::Debug for ScramKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ScramKeys(hidden)")
    }
}

/// A further password of a mailbox: made here, for one program or device.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApplicationPassword {
    /// What it is for; unique within the mailbox, any case.
    pub name: String,
    /// 32 bits by which it is told from the others before anything is hashed, in hexadecimal.
    pub tag: String,
    /// Its Argon2id hash (PHC string).
    pub hash: String,
    /// Its keys, under the mailbox's [`Scram`].
    pub scram: ScramKeys,
    /// When it was made.
    pub created_at: Timestamp,
}

impl std::fmt::Debug for ApplicationPassword {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ApplicationPassword").field("name", &self.name).finish_non_exhaustive()
    }
}
