//! The embedded engine: SQLite, one writer with group commit, readers of their own.
//!
//! **What it promises.** What [`Store`] promises, on one machine, through crashes of the process
//! and of the machine: the log is synced before anything is answered (`WAL`, `synchronous=FULL`).
//!
//! **What it refuses.** A data directory that another process has ([`StoreError::InUse`]); a file
//! that is damaged, not ours or too new, which it leaves untouched; mail, when less than
//! [`StoreOptions::reserve`] octets are free, so that what is already here can still be settled.
//!
//! **How it fails.** See [`StoreError`]. A full disk goes away by itself once there is room.
//!
//! A future of [`Store::accept`] or [`Store::settle`] that is dropped does not undo what it asked
//! for: await them to the end (in a task of its own where the caller may be cancelled).
//!
//! **In which order to read.** `schema` (the tables), `rows` (facts as rows), `changes` (what a change
//! makes of a state), `writes` (accept and settle), `writer` (group commit), `ledger` (counts, proof, forgetting), `reads` and `listing`,
//! [`bodies`] (large contents), `mailboxes`, `revisions`, `returned`, `open`, `error`.

pub mod bodies;
mod changes;
mod error;
mod ledger;
mod listing;
mod mailboxes;
mod open;
mod reads;
mod returned;
mod revisions;
mod rows;
mod schema;
mod writer;
mod writes;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use bytes::{Bytes, BytesMut};
use causeway_model::{Address, Attempt, QueueId, RecipientKey, Timestamp};
use parking_lot::Mutex;
use rusqlite::Connection;

use self::bodies::{Bodies, BodyError};
use self::error::{Place, io_error};
use self::ledger::Ids;
use self::mailboxes::MailboxChange;
use self::reads::Readers;
use self::rows::Facts;
use self::writer::{Answer, Operation, Queue, Surroundings};
use self::writes::{Body, Incoming, Settling};
use crate::{
    Accepted, Audit, Content, Counts, Event, Fut, Mailbox, NewMessage, NewRevision, QueueEntry,
    QueueFilter, QueuedMessage, Returned, ReturnedQuery, Revision, RevisionEntry, SendAgain,
    Settlement, Store, StoreError, StoredMessage, TraceFilter, TraceRow, WaitingRecipient,
};

/// Contents in memory up to this size, in octets, are rows; larger ones become files.
pub const INLINE_LIMIT: u64 = 128 * 1024;

/// How long the audit may take: it looks at the whole queue.
const AUDIT_LIMIT: Duration = Duration::from_secs(60);
/// How long a look at the free space of the disk is good for, in milliseconds.
const SPACE_AGE: u64 = 1000;
/// Messages that are forgotten in one transaction.
const FORGET_AT_ONCE: usize = 200;

/// What can be chosen when a store is opened. The defaults are right for a mail server.
#[derive(Clone, Debug)]
pub struct StoreOptions {
    /// Octets that must be free on the disk for mail to be accepted. It must have
    /// room for `checkpoint_pages` pages twice: in the log and in the database.
    pub reserve: u64,
    /// Octets that the database may have; `None`: as many as the disk has.
    pub max_size: Option<u64>,
    /// How many questions are answered at the same time.
    pub readers: u32,
    /// How long one may take.
    pub read_limit: Duration,
    /// Memory for pages of the writer, in KiB.
    pub cache_kib: u32,
    /// Pages in the log after which it is brought into the database.
    pub checkpoint_pages: u32,
}

impl Default for StoreOptions {
    fn default() -> Self {
        Self {
            reserve: 32 * 1024 * 1024,
            max_size: None,
            readers: 4,
            read_limit: Duration::from_secs(5),
            cache_kib: 4096,
            checkpoint_pages: 4000,
        }
    }
}

/// The embedded store. Dropping it writes what is waiting (and blocks for that long);
/// [`Store::close`] does so without blocking.
pub struct SqliteStore {
    queue: Arc<Queue>,
    readers: Arc<Readers>,
    bodies: Arc<Bodies>,
    place: Arc<Place>,
    ids: Arc<Ids>,
    options: StoreOptions,
    space: Space,
    /// Ends when the queue is closed; taken by who waits for that.
    writer: Mutex<Option<JoinHandle<()>>>,
    /// Held as long as the store is open, and given up after the writer has ended.
    lock: Mutex<Option<File>>,
}

/// The free space of the disk, looked at once a second at most.
struct Space {
    opened: Instant,
    /// Milliseconds since `opened`, plus one; 0: not looked yet.
    looked_at: AtomicU64,
    free: AtomicU64,
}

impl SqliteStore {
    /// Opens the store in `data_dir`, which is made when it is not there. Blocks.
    ///
    /// # Errors
    /// [`StoreError::InUse`], [`StoreError::Corrupt`], [`StoreError::TooNew`] (the files are
    /// untouched then), [`StoreError::Full`], [`StoreError::Io`].
    pub fn open(data_dir: &Path, options: StoreOptions) -> Result<Self, StoreError> {
        let opened = open::open(data_dir, &options)?;
        let queue = Arc::new(Queue::new());
        let place = Arc::new(opened.place);
        let bodies = Arc::new(opened.bodies);
        let next = ledger::next_id(&opened.connection).map_err(|error| place.error(&error))?;
        let ids = Arc::new(Ids::from(next));
        let around = Surroundings {
            queue: Arc::clone(&queue),
            place: Arc::clone(&place),
            bodies: Arc::clone(&bodies),
            ids: Arc::clone(&ids),
            options: options.clone(),
        };
        let connection = opened.connection;
        let writer = std::thread::Builder::new()
            .name("store-writer".into())
            .spawn(move || writer::run(connection, &around))
            .map_err(|error| io_error(&error, &place.directory))?;
        Ok(Self {
            queue,
            readers: Arc::new(Readers::new(Arc::clone(&place), options.readers.max(1))),
            bodies,
            place,
            ids,
            options,
            space: Space {
                opened: machine_instant(),
                looked_at: AtomicU64::new(0),
                free: AtomicU64::new(0),
            },
            writer: Mutex::new(Some(writer)),
            lock: Mutex::new(Some(opened.lock)),
        })
    }

    /// Where large contents are written.
    #[must_use]
    pub fn bodies(&self) -> Arc<Bodies> {
        Arc::clone(&self.bodies)
    }

    /// The directory of large contents.
    #[must_use]
    pub fn body_dir(&self) -> &Path {
        self.bodies.directory()
    }

    /// A path for a large content that no other has had.
    #[must_use]
    pub fn new_body_path(&self) -> PathBuf {
        self.bodies.new_path()
    }

    /// Makes a message ready for the writer. A content in memory that is too large for a row
    /// becomes a file.
    async fn incoming(&self, mut message: NewMessage) -> Result<Incoming, StoreError> {
        if message.envelope.recipients.is_empty() {
            return Err(StoreError::NoRecipients);
        }
        if message.envelope.recipients.len() > rows::MOST_RECIPIENTS {
            return Err(StoreError::TooManyRecipients { limit: rows::MOST_RECIPIENTS });
        }
        if rows::message_row(message.id) > rows::LAST_MESSAGE {
            return Err(StoreError::NotFound(format!("reserved id {}", message.id)));
        }
        let facts = json(&Facts::of(&message.envelope, &message.header))?;
        let hold = message.hold.as_ref().and_then(|hold| hold.attempt.as_ref());
        let hold = hold.map(json).transpose()?;
        let size = message.content.size();
        let mut spilled = None;
        let body = match std::mem::replace(&mut message.content, Content::Memory(Vec::new())) {
            Content::File { path, size } => Body::File(self.bodies.name_of(&path, size)?),
            Content::Memory(parts) if size > INLINE_LIMIT => {
                let bodies = Arc::clone(&self.bodies);
                let written = tokio::task::spawn_blocking(move || spill(&bodies, &parts)).await;
                let name = written.unwrap_or(Err(StoreError::Closed))?;
                spilled = Some(name.clone());
                Body::File(name)
            }
            Content::Memory(parts) => Body::Row(joined(parts)),
        };
        Ok(Incoming { message, facts, body, size, hold, spilled })
    }

    /// Refuses mail when the disk is nearly full. Settlements are never refused.
    fn check_space(&self, size: u64) -> Result<(), StoreError> {
        let now = u64::try_from(self.space.opened.elapsed().as_millis()).unwrap_or(u64::MAX);
        let looked_at = self.space.looked_at.load(Ordering::Relaxed);
        if looked_at == 0 || now > looked_at + SPACE_AGE {
            // When the system cannot say, the writer will meet the facts.
            let free = rustix::fs::statvfs(&self.place.directory)
                .map_or(u64::MAX, |disk| disk.f_bavail.saturating_mul(disk.f_frsize));
            self.space.free.store(free, Ordering::Relaxed);
            self.space.looked_at.store(now + 1, Ordering::Relaxed);
        }
        let free = self.space.free.load(Ordering::Relaxed);
        // Between two looks: it goes into the log and into the database, and may need both.
        self.space.free.store(free.saturating_sub(2 * size), Ordering::Relaxed);
        if free < self.options.reserve {
            return Err(StoreError::Full {
                detail: format!(
                    "{free} octets are free, and mail is accepted only above {}",
                    self.options.reserve
                ),
            });
        }
        Ok(())
    }

    async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.readers.ask(self.options.read_limit, question).await
    }

    /// Has something written that answers with nothing.
    async fn write(&self, operation: Operation, octets: usize) -> Result<(), StoreError> {
        self.queue.run(operation, octets).await.map(|_| ())
    }

    async fn change_mailbox(&self, change: MailboxChange) -> Result<(), StoreError> {
        self.write(Operation::Mailbox(Box::new(change)), 0).await
    }

    async fn accept_message(&self, message: NewMessage) -> Result<Accepted, StoreError> {
        self.check_space(message.content.size())?;
        let mut incoming = self.incoming(message).await?;
        let spilled = incoming.spilled.take();
        let weight = weight(&incoming);
        let outcome = self.queue.run(Operation::Accept(Box::new(incoming)), weight).await;
        self.take_back(spilled, &outcome);
        match outcome? {
            Answer::Accepted(ids) => {
                ids.first().map(|id| Accepted { id: *id }).ok_or(StoreError::Closed)
            }
            _ => Err(StoreError::Closed),
        }
    }

    async fn settle_all(&self, mut settlement: Settlement) -> Result<Vec<Accepted>, StoreError> {
        let mut reports = Vec::with_capacity(settlement.reports.len());
        let mut spilled = Vec::new();
        for report in std::mem::take(&mut settlement.reports) {
            let mut incoming = self.incoming(report).await?;
            spilled.extend(incoming.spilled.take());
            reports.push(incoming);
        }
        let attempts = settlement
            .updates
            .iter()
            .map(|update| update.result.as_ref().and_then(|result| result.attempt.as_ref()))
            .map(|attempt| attempt.map(json).transpose())
            .collect::<Result<_, _>>()?;
        // Keeping needs room, and results must be written even where there is none.
        if !settlement.returned.is_empty() && self.check_space(0).is_err() {
            settlement.returned.iter_mut().for_each(|returned| returned.room = 0);
        }
        let weight = reports.iter().map(weight).sum::<usize>() + settlement.updates.len() * 512;
        let settling = Box::new(Settling { settlement, attempts, reports });
        let outcome = self.queue.run(Operation::Settle(settling), weight).await;
        self.take_back(spilled, &outcome);
        match outcome? {
            Answer::Accepted(ids) => Ok(ids.into_iter().map(|id| Accepted { id }).collect()),
            _ => Err(StoreError::Closed),
        }
    }

    /// Removes files that were written here for messages that were not accepted after all. After
    /// other failures it is in doubt whether they were: then the next start tells.
    fn take_back(
        &self,
        spilled: impl IntoIterator<Item = String>,
        outcome: &Result<Answer, StoreError>,
    ) {
        let refused = match outcome {
            Ok(Answer::Accepted(ids)) => ids.is_empty(),
            Ok(_) => false,
            Err(error) => matches!(error, StoreError::Full { .. }),
        };
        if refused {
            spilled.into_iter().for_each(|name| self.bodies.remove(&name));
        }
    }

    async fn forget_before(&self, before: Timestamp, limit: usize) -> Result<usize, StoreError> {
        let mut forgotten = 0;
        while forgotten < limit {
            let some = (limit - forgotten).min(FORGET_AT_ONCE);
            let found = self.ask(move |file| ledger::forgettable(file, before, some)).await?;
            if found.messages.is_empty() && found.sites.is_empty() {
                break;
            }
            match self.queue.run(Operation::Forget(found), 0).await? {
                Answer::Count(count) => forgotten += count,
                _ => return Err(StoreError::Closed),
            }
        }
        Ok(forgotten)
    }

    async fn close_all(&self) -> Result<(), StoreError> {
        self.readers.close().await;
        self.queue.close();
        let writer = self.writer.lock().take();
        if let Some(writer) = writer {
            let _ = tokio::task::spawn_blocking(move || writer.join()).await;
        }
        self.lock.lock().take();
        Ok(())
    }
}

impl Drop for SqliteStore {
    fn drop(&mut self) {
        self.readers.close_now();
        self.queue.close();
        if let Some(writer) = self.writer.get_mut().take() {
            // It has nothing to say; a panic of it has been reported by the panic hook.
            let _ = writer.join();
        }
    }
}

/// Time since 1970 by the clock of the machine. Only names are made of it: every time that matters to
/// mail is told to the store.
#[allow(clippy::disallowed_methods, reason = "names, not queue time")]
fn machine_time() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

/// A moment to measure real time from.
#[allow(clippy::disallowed_methods, reason = "limits on real work; threads have no paused time")]
fn machine_instant() -> Instant {
    Instant::now()
}

/// The parts as one run of octets; a single part is not copied.
fn joined(mut parts: Vec<Bytes>) -> Bytes {
    if parts.len() == 1
        && let Some(only) = parts.pop()
    {
        return only;
    }
    let mut all = BytesMut::with_capacity(parts.iter().map(Bytes::len).sum());
    parts.iter().for_each(|part| all.extend_from_slice(part));
    all.freeze()
}

/// Writes a content to a file of its own and returns its name.
fn spill(bodies: &Bodies, parts: &[Bytes]) -> Result<String, StoreError> {
    let mut file = bodies.create(u64::MAX)?;
    for part in parts {
        file.write(part).map_err(|error| match error {
            BodyError::Store(error) => error,
            BodyError::TooBig { .. } => StoreError::Io { detail: error.to_string() },
        })?;
    }
    match file.finish()? {
        Content::File { path, size } => bodies.name_of(&path, size),
        Content::Memory(_) => Err(StoreError::Closed),
    }
}

fn json<T: serde::Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Io { detail: error.to_string() })
}

/// Octets that a message occupies while it waits.
fn weight(incoming: &Incoming) -> usize {
    let body = match &incoming.body {
        Body::Row(octets) => octets.len(),
        Body::File(_) => 0,
    };
    body + incoming.message.envelope.recipients.len() * 256
}

impl Store for SqliteStore {
    fn reserve_id(&self) -> QueueId {
        self.ids.reserve(i64::try_from(machine_time().as_millis()).unwrap_or(i64::MAX))
    }

    fn has_room(&self) -> Result<(), StoreError> {
        self.check_space(0)
    }

    fn accept(&self, message: NewMessage) -> Fut<'_, Accepted> {
        Box::pin(self.accept_message(message))
    }

    fn settle(&self, settlement: Settlement) -> Fut<'_, Vec<Accepted>> {
        Box::pin(self.settle_all(settlement))
    }

    fn note(&self, events: Vec<(RecipientKey, Event)>) -> Fut<'_, ()> {
        let octets = events.len() * 256;
        Box::pin(self.write(Operation::Note(events), octets))
    }

    fn scan_queue(&self, after: Option<RecipientKey>, limit: usize) -> Fut<'_, Vec<QueueEntry>> {
        Box::pin(self.ask(move |file| reads::scan_queue(file, after, limit)))
    }

    fn load(&self, id: QueueId) -> Fut<'_, Option<StoredMessage>> {
        Box::pin(self.ask(move |file| reads::load(file, id)))
    }

    fn content(&self, id: QueueId) -> Fut<'_, Option<Content>> {
        let bodies = self.bodies();
        Box::pin(self.ask(move |file| reads::content(file, &bodies, id)))
    }

    fn expired(&self, now: Timestamp, limit: usize) -> Fut<'_, Vec<QueueEntry>> {
        Box::pin(self.ask(move |file| reads::expired(file, now, limit)))
    }

    fn delay_notices_due(&self, now: Timestamp, limit: usize) -> Fut<'_, Vec<QueueEntry>> {
        Box::pin(self.ask(move |file| reads::delay_notices_due(file, now, limit)))
    }

    fn list_queue(&self, filter: QueueFilter) -> Fut<'_, Vec<QueuedMessage>> {
        Box::pin(self.ask(move |file| listing::list_queue(file, &filter)))
    }

    fn trace(&self, filter: TraceFilter) -> Fut<'_, Vec<TraceRow>> {
        Box::pin(self.ask(move |file| listing::trace(file, &filter)))
    }

    fn trace_show(&self, id: QueueId) -> Fut<'_, Vec<TraceRow>> {
        Box::pin(self.ask(move |file| listing::trace_show(file, id)))
    }

    fn site_attempts(&self, site: String, since: Timestamp, limit: usize) -> Fut<'_, Vec<Attempt>> {
        Box::pin(self.ask(move |file| ledger::site_attempts(file, &site, since, limit)))
    }

    fn recipient_failures(
        &self,
        key: RecipientKey,
        site: String,
        since: Timestamp,
        limit: usize,
    ) -> Fut<'_, Vec<Attempt>> {
        Box::pin(self.ask(move |file| ledger::recipient_failures(file, key, &site, since, limit)))
    }

    fn audit(&self) -> Fut<'_, Audit> {
        let bodies = self.bodies();
        Box::pin(self.readers.ask(AUDIT_LIMIT, move |file| ledger::audit(file, &bodies)))
    }

    fn counts(&self) -> Fut<'_, Counts> {
        Box::pin(self.ask(|file| ledger::Ledger::read(file).map(|ledger| ledger.counts())))
    }

    fn forget(&self, before: Timestamp, limit: usize) -> Fut<'_, usize> {
        Box::pin(self.forget_before(before, limit))
    }

    fn returned(&self, query: ReturnedQuery) -> Fut<'_, Vec<Returned>> {
        Box::pin(self.ask(move |file| returned::find(file, query)))
    }

    fn kept_content(&self, message: QueueId) -> Fut<'_, Option<Content>> {
        let bodies = self.bodies();
        Box::pin(self.ask(move |file| returned::content(file, &bodies, message)))
    }

    fn send_again(&self, again: SendAgain) -> Fut<'_, Option<Accepted>> {
        Box::pin(self.send_again_now(again))
    }

    fn forget_returned(&self, now: Timestamp) -> Fut<'_, usize> {
        Box::pin(self.forget_returned_before(now))
    }

    fn mailboxes(&self) -> Fut<'_, Vec<Mailbox>> {
        Box::pin(self.ask(mailboxes::list))
    }

    fn add_mailbox(&self, mailbox: Mailbox) -> Fut<'_, ()> {
        Box::pin(async move {
            let text = json(&mailbox)?;
            self.change_mailbox(MailboxChange::Add(mailbox, text)).await
        })
    }

    fn set_mailbox(&self, mailbox: Mailbox) -> Fut<'_, ()> {
        Box::pin(async move {
            let text = json(&mailbox)?;
            self.change_mailbox(MailboxChange::Set(mailbox, text)).await
        })
    }

    fn remove_mailbox(&self, address: Address) -> Fut<'_, ()> {
        Box::pin(self.change_mailbox(MailboxChange::Remove(address)))
    }

    fn remember(&self, key: String, value: String) -> Fut<'_, ()> {
        let octets = key.len() + value.len();
        Box::pin(self.write(Operation::Remember { key, value }, octets))
    }

    fn remember_all(&self, facts: Vec<(String, String)>) -> Fut<'_, ()> {
        let octets = facts.iter().map(|(key, value)| key.len() + value.len()).sum();
        Box::pin(self.write(Operation::RememberAll(facts), octets))
    }

    fn recall(&self, key: String) -> Fut<'_, Option<String>> {
        Box::pin(self.ask(move |file| mailboxes::recall(file, &key)))
    }

    fn recall_all(&self, prefix: String) -> Fut<'_, Vec<(String, String)>> {
        Box::pin(self.ask(move |file| mailboxes::recall_all(file, &prefix)))
    }

    fn forget_facts(&self, keys: Vec<String>) -> Fut<'_, ()> {
        let octets = keys.iter().map(String::len).sum();
        Box::pin(self.write(Operation::ForgetFacts(keys), octets))
    }

    fn record_revision(&self, revision: NewRevision, base: Option<u64>) -> Fut<'_, u64> {
        let octets = revision.text.len() + revision.effects.len();
        let operation = Operation::Revision { new: Box::new(revision), base };
        Box::pin(async move {
            match self.queue.run(operation, octets).await? {
                Answer::Revision(number) => Ok(number),
                _ => Err(StoreError::Closed),
            }
        })
    }

    fn revisions(&self, before: Option<u64>, limit: usize) -> Fut<'_, Vec<RevisionEntry>> {
        Box::pin(self.ask(move |file| revisions::list(file, before, limit)))
    }

    fn revision(&self, number: Option<u64>) -> Fut<'_, Option<Revision>> {
        Box::pin(self.ask(move |file| revisions::find(file, number)))
    }

    fn waiting_recipients(
        &self,
        after: Option<RecipientKey>,
        limit: usize,
    ) -> Fut<'_, Vec<WaitingRecipient>> {
        Box::pin(self.ask(move |file| revisions::waiting(file, after, limit)))
    }

    fn close(&self) -> Fut<'_, ()> {
        Box::pin(self.close_all())
    }
}
