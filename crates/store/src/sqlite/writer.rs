//! The one thread that writes, and group commit.
//!
//! **What it promises.** Everything that waits is applied in one transaction with one sync, and
//! answered only after that sync. An operation that fails does not fail its neighbours: the
//! transaction is rolled back and each operation gets one of its own.
//!
//! **What it refuses.** More than [`ROOM`] octets waiting: callers wait for room before they queue.
//!
//! **How it fails.** A full disk is an answer like any other; the next transaction starts afresh. When
//! the connection itself is in doubt (an I/O error, a transaction that cannot be rolled back), it
//! is closed and opened again before the next batch.

use std::sync::Arc;
use std::time::Duration;

use causeway_model::{QueueId, RecipientKey, Timestamp};
use parking_lot::{Condvar, Mutex};
use rusqlite::{Connection, ErrorCode};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use super::StoreOptions;
use super::bodies::Bodies;
use super::error::Place;
use super::ledger::{self, Forgettable, Ids};
use super::mailboxes::{self, MailboxChange};
use super::open;
use super::returned::SendingAgain;
use super::revisions;
use super::writes::{Incoming, Settling, Writes};
use crate::{Event, NewRevision, StoreError};

/// Octets (with 1 KiB for each operation) that may wait.
const ROOM: usize = 64 * 1024 * 1024;
/// Octets of one unit of room.
const ROOM_UNIT: usize = 1024;
/// Units that one transaction takes.
const BATCH: usize = 8 * 1024 * 1024 / ROOM_UNIT;
/// After so long without work the writer gives memory back.
const IDLE: Duration = Duration::from_secs(5);
/// So long a result may wait for a message that comes in and needs a sync anyway. Nobody waits for a
/// result: its worker is sending the next message. With mail flowing this halves the syncs.
const PATIENCE: Duration = Duration::from_millis(2);
/// So many results are written without waiting for anything.
const ENOUGH: usize = 16;

/// Something to write.
pub(super) enum Operation {
    Accept(Box<Incoming>),
    Settle(Box<Settling>),
    Note(Vec<(RecipientKey, Event)>),
    Forget(Forgettable),
    SendAgain(Box<SendingAgain>),
    ForgetReturned(Timestamp),
    Mailbox(Box<MailboxChange>),
    Remember { key: String, value: String },
    RememberAll(Vec<(String, String)>),
    ForgetFacts(Vec<String>),
    Revision { new: Box<NewRevision>, base: Option<u64> },
}

impl Operation {
    /// True when somebody on the network waits for it.
    const fn is_urgent(&self) -> bool {
        !matches!(self, Self::Settle(_) | Self::Note(_) | Self::RememberAll(_))
    }
}

/// What came of it.
#[derive(Debug)]
pub(super) enum Answer {
    /// The names of the messages that were accepted.
    Accepted(Vec<QueueId>),
    /// How many.
    Count(usize),
    /// The number that a revision got.
    Revision(u64),
    /// It is done.
    Done,
}

type Outcome = Result<Answer, StoreError>;

/// An operation that waits, and who waits for it.
struct Job {
    operation: Operation,
    answer: oneshot::Sender<Outcome>,
    room: OwnedSemaphorePermit,
}

/// What waits for the writer.
pub(super) struct Queue {
    waiting: Mutex<Waiting>,
    arrived: Condvar,
    room: Arc<Semaphore>,
}

#[derive(Default)]
struct Waiting {
    jobs: Vec<Job>,
    /// Something among them is urgent.
    urgent: bool,
    closed: bool,
}

impl Waiting {
    /// True when there is reason enough for a sync.
    fn is_worth_it(&self) -> bool {
        self.urgent || self.closed || self.jobs.len() >= ENOUGH
    }
}

/// What the writer is to do next.
enum Next {
    Write(Vec<Job>),
    Rest,
    End,
}

impl Queue {
    pub(super) fn new() -> Self {
        Self {
            waiting: Mutex::default(),
            arrived: Condvar::new(),
            room: Arc::new(Semaphore::new(ROOM / ROOM_UNIT)),
        }
    }

    /// Queues `operation`, which holds `octets`, and waits until it is durable.
    pub(super) async fn run(&self, operation: Operation, octets: usize) -> Outcome {
        let units = (1 + octets / ROOM_UNIT).min(ROOM / ROOM_UNIT);
        let units = u32::try_from(units).unwrap_or(u32::MAX);
        let room = Arc::clone(&self.room).acquire_many_owned(units).await;
        let room = room.map_err(|_| StoreError::Closed)?;
        let (answer, answered) = oneshot::channel();
        {
            let mut waiting = self.waiting.lock();
            if waiting.closed {
                return Err(StoreError::Closed);
            }
            let was_worth_it = waiting.is_worth_it();
            waiting.urgent |= operation.is_urgent();
            waiting.jobs.push(Job { operation, answer, room });
            if waiting.jobs.len() == 1 || (!was_worth_it && waiting.is_worth_it()) {
                self.arrived.notify_one();
            }
        }
        answered.await.unwrap_or(Err(StoreError::Closed))
    }

    /// Takes no more; the writer ends when it has written what waits.
    pub(super) fn close(&self) {
        self.waiting.lock().closed = true;
        self.room.close();
        self.arrived.notify_one();
    }

    /// Waits for work. `rested`: there is nothing to do but to wait.
    fn next(&self, rested: bool) -> Next {
        let mut waiting = self.waiting.lock();
        while waiting.jobs.is_empty() {
            if waiting.closed {
                return Next::End;
            }
            if rested {
                self.arrived.wait(&mut waiting);
            } else if self.arrived.wait_for(&mut waiting, IDLE).timed_out()
                && waiting.jobs.is_empty()
            {
                return Next::Rest;
            }
        }
        if !waiting.is_worth_it() {
            self.arrived.wait_while_for(&mut waiting, |waiting| !waiting.is_worth_it(), PATIENCE);
        }
        waiting.urgent = false;
        Next::Write(std::mem::take(&mut waiting.jobs))
    }
}

/// Closes the queue when the writer ends in whatever way, so that nobody waits for it in vain.
struct CloseAtEnd<'q>(&'q Queue);

impl Drop for CloseAtEnd<'_> {
    fn drop(&mut self) {
        self.0.close();
        self.0.waiting.lock().jobs.clear();
    }
}

/// What the writer needs to know.
pub(super) struct Surroundings {
    pub(super) queue: Arc<Queue>,
    pub(super) place: Arc<Place>,
    pub(super) bodies: Arc<Bodies>,
    pub(super) ids: Arc<Ids>,
    pub(super) options: StoreOptions,
}

/// The writer: returns when the queue is closed and everything is written.
pub(super) fn run(first: Connection, around: &Surroundings) {
    let _close = CloseAtEnd(&around.queue);
    let mut connection = Some(first);
    loop {
        let opened = connection
            .take()
            .map_or_else(|| open::writer(&around.place.file, &around.options), Ok)
            .map_err(|error| around.place.error(&error));
        let ended = match opened {
            Ok(open) => serve(&open, around),
            Err(error) => refuse(&error, around),
        };
        if ended {
            return;
        }
    }
}

/// Answers one batch with the reason why the file cannot be opened. True at the end.
fn refuse(error: &StoreError, around: &Surroundings) -> bool {
    tracing::error!(%error, "the store cannot be written; it is tried again for every message");
    match around.queue.next(true) {
        Next::End => true,
        Next::Rest => false,
        Next::Write(jobs) => {
            for job in jobs {
                let _ = job.answer.send(Err(error.clone()));
            }
            false
        }
    }
}

/// Writes on one connection. True at the end, false when the connection is in doubt.
fn serve(connection: &Connection, around: &Surroundings) -> bool {
    let mut writer = match Writes::prepare(connection) {
        Ok(writes) => Writer { connection, writes, around, in_doubt: false },
        Err(error) => return refuse(&around.place.error(&error), around),
    };
    let mut rested = true;
    loop {
        match around.queue.next(rested) {
            Next::End => return true,
            Next::Rest => {
                writer.rest();
                rested = true;
            }
            Next::Write(jobs) => {
                rested = false;
                writer.write_all(jobs);
                if writer.in_doubt {
                    return false;
                }
            }
        }
    }
}

struct Writer<'a> {
    connection: &'a Connection,
    writes: Writes<'a>,
    around: &'a Surroundings,
    /// The connection is to be opened anew.
    in_doubt: bool,
}

impl Writer<'_> {
    /// Writes everything in transactions of bounded size.
    fn write_all(&mut self, jobs: Vec<Job>) {
        let mut batch = Vec::with_capacity(jobs.len());
        let mut units = 0;
        for job in jobs {
            // Nobody waits for this message any more: its client has no 250 and never will.
            if matches!(job.operation, Operation::Accept(_)) && job.answer.is_closed() {
                continue;
            }
            units += job.room.num_permits();
            batch.push(job);
            if units >= BATCH {
                self.write_batch(std::mem::take(&mut batch));
                units = 0;
            }
        }
        if !batch.is_empty() {
            self.write_batch(batch);
        }
    }

    /// Writes a batch in one transaction, or, when something in it fails, each in its own.
    fn write_batch(&mut self, batch: Vec<Job>) {
        match self.transact(&batch) {
            Ok(outcomes) => answer(batch.into_iter().zip(outcomes)),
            Err(error) if batch.len() == 1 => {
                answer(batch.into_iter().map(|job| (job, Err(error.clone()))));
            }
            Err(_) => {
                for job in batch {
                    let alone = self.transact(std::slice::from_ref(&job));
                    let outcome = alone
                        .and_then(|mut outcomes| outcomes.pop().unwrap_or(Err(StoreError::Closed)));
                    answer(std::iter::once((job, outcome)));
                }
            }
        }
        for name in self.writes.ended_files.drain(..) {
            self.around.bodies.remove(&name);
        }
    }

    /// One transaction: all of it is durable, or nothing of it happened.
    fn transact(&mut self, jobs: &[Job]) -> Result<Vec<Outcome>, StoreError> {
        let ledger = self.writes.ledger;
        let files = self.writes.ended_files.len();
        self.try_transaction(jobs).map_err(|error| {
            self.writes.ledger = ledger;
            self.writes.ended_files.truncate(files);
            self.writes.sites.clear();
            self.roll_back(&error);
            self.around.place.error(&error)
        })
    }

    fn try_transaction(&mut self, jobs: &[Job]) -> rusqlite::Result<Vec<Outcome>> {
        let before = self.writes.ledger;
        self.connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        let mut outcomes = Vec::with_capacity(jobs.len());
        for job in jobs {
            outcomes.push(self.apply(&job.operation)?);
        }
        self.writes.ledger.next_id = self.around.ids.next();
        if self.writes.ledger != before {
            self.writes.ledger.write(self.connection)?;
        }
        self.connection.prepare_cached("COMMIT")?.execute([])?;
        Ok(outcomes)
    }

    /// Leaves no transaction behind.
    fn roll_back(&mut self, error: &rusqlite::Error) {
        // After some errors SQLite has rolled back by itself.
        if !self.connection.is_autocommit() && self.connection.execute_batch("ROLLBACK").is_err() {
            self.in_doubt = true;
        }
        let code = error.sqlite_error_code();
        if code == Some(ErrorCode::DiskFull) {
            // What is in the log goes to its place, if that has room; then the log starts again at
            // its beginning and needs no more.
            let _ = self.connection.execute_batch("PRAGMA wal_checkpoint(PASSIVE)");
        }
        if matches!(code, Some(ErrorCode::SystemIoFailure | ErrorCode::DatabaseCorrupt)) {
            self.in_doubt = true;
        }
    }

    /// Applies one operation. The outer error undoes the transaction; the inner one is an answer, and
    /// comes before anything was written.
    fn apply(&mut self, operation: &Operation) -> rusqlite::Result<Outcome> {
        let connection = self.connection;
        match operation {
            Operation::Accept(incoming) => {
                if let Some(full) = self.quota_reached()? {
                    return Ok(Err(full));
                }
                match self.writes.accept(incoming) {
                    Ok(id) => Ok(Ok(Answer::Accepted(vec![id]))),
                    // Nothing was written: the first statement failed.
                    Err(error)
                        if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) =>
                    {
                        Ok(Err(StoreError::Exists(format!("message {}", incoming.message.id))))
                    }
                    Err(error) => Err(error),
                }
            }
            Operation::Settle(settling) => {
                self.writes.settle(settling).map(|names| Ok(Answer::Accepted(names)))
            }
            Operation::Note(events) => self.writes.note(events).map(|()| Ok(Answer::Done)),
            Operation::Forget(forgettable) => {
                self.writes.sites.clear();
                ledger::forget(connection, forgettable).map(|count| Ok(Answer::Count(count)))
            }
            Operation::SendAgain(again) => {
                self.writes.send_again(again).map(|names| Ok(Answer::Accepted(names)))
            }
            Operation::ForgetReturned(now) => {
                self.writes.forget_returned(*now).map(|count| Ok(Answer::Count(count)))
            }
            Operation::Mailbox(change) => {
                mailboxes::apply(connection, change).map(|done| done.map(|()| Answer::Done))
            }
            Operation::Remember { key, value } => {
                mailboxes::remember(connection, key, value).map(|()| Ok(Answer::Done))
            }
            Operation::RememberAll(facts) => facts
                .iter()
                .try_for_each(|(key, value)| mailboxes::remember(connection, key, value))
                .map(|()| Ok(Answer::Done)),
            Operation::ForgetFacts(keys) => {
                mailboxes::forget_facts(connection, keys).map(|()| Ok(Answer::Done))
            }
            Operation::Revision { new, base } => {
                revisions::record(connection, new, *base).map(|done| done.map(Answer::Revision))
            }
        }
    }

    /// With a quota: the reason to refuse mail when what is left of it is needed for settlements.
    fn quota_reached(&self) -> rusqlite::Result<Option<StoreError>> {
        let Some(quota) = self.around.options.max_size else { return Ok(None) };
        let count = |pragma: &str| -> rusqlite::Result<u64> {
            self.connection
                .prepare_cached(pragma)?
                .query_row([], |row| row.get::<_, i64>(0))
                .map(i64::cast_unsigned)
        };
        let used = count("PRAGMA page_count")?.saturating_sub(count("PRAGMA freelist_count")?)
            * u64::from(super::schema::PAGE_SIZE);
        let left = quota.saturating_sub(used);
        Ok((left < self.around.options.reserve).then(|| StoreError::Full {
            detail: format!("the store has {used} octets and may have {quota}"),
        }))
    }

    /// Nothing to do: the log goes into the database, and unused memory back to the system.
    fn rest(&self) {
        let done =
            self.connection.execute_batch("PRAGMA wal_checkpoint(PASSIVE); PRAGMA shrink_memory;");
        if let Err(error) = done {
            tracing::debug!(%error, "housekeeping of the store was put off");
        }
    }
}

/// Tells everybody what came of their operations.
fn answer(outcomes: impl Iterator<Item = (Job, Outcome)>) {
    for (job, outcome) in outcomes {
        // Who does not wait any more does not mind.
        let _ = job.answer.send(outcome);
    }
}
