//! Reading: the pool of connections, and what the delivery side asks for.
//!
//! Readers have connections of their own, see the last committed state, and never make the writer
//! wait. Every question has a time limit; one that passes it is stopped
//! ([`StoreError::Io`], with the advice to ask for less).

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use causeway_model::{QueueId, RecipientKey, Timestamp};
use parking_lot::Mutex;
use rusqlite::{Connection, OptionalExtension, Row, params};
use tokio::sync::Semaphore;

use super::bodies::Bodies;
use super::error::Place;
use super::rows::{self, Domains, Facts, STATE_COLUMNS};
use super::{machine_instant, open};
use crate::{Content, QueueEntry, StoreError, StoredMessage};

/// How many steps of SQLite's machine pass between two looks at the clock.
const STEPS: i32 = 10_000;

/// Connections that read.
pub(super) struct Readers {
    place: Arc<Place>,
    idle: Mutex<Vec<Reader>>,
    free: Semaphore,
    count: u32,
}

/// A connection and the end of its current question.
struct Reader {
    connection: Connection,
    /// Milliseconds since `born`.
    deadline: Arc<AtomicU64>,
    born: Instant,
}

impl Reader {
    fn open(place: &Place) -> rusqlite::Result<Self> {
        let mut connection = open::reader(&place.file)?;
        let deadline = Arc::new(AtomicU64::new(u64::MAX));
        let born = machine_instant();
        let end = Arc::clone(&deadline);
        connection.progress_handler(
            STEPS,
            Some(move || born.elapsed().as_millis() > u128::from(end.load(Ordering::Relaxed))),
        )?;
        Ok(Self { connection, deadline, born })
    }

    fn set_limit(&self, limit: Duration) {
        let end = (self.born.elapsed() + limit).as_millis();
        self.deadline.store(u64::try_from(end).unwrap_or(u64::MAX), Ordering::Relaxed);
    }
}

impl Readers {
    pub(super) fn new(place: Arc<Place>, count: u32) -> Self {
        let free = Semaphore::new(count as usize);
        Self { place, idle: Mutex::default(), free, count }
    }

    /// Asks a question on a blocking thread.
    pub(super) async fn ask<T: Send + 'static>(
        self: &Arc<Self>,
        limit: Duration,
        question: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let _turn = self.free.acquire().await.map_err(|_| StoreError::Closed)?;
        let readers = Arc::clone(self);
        tokio::task::spawn_blocking(move || readers.ask_now(limit, question))
            .await
            .unwrap_or(Err(StoreError::Closed))
    }

    fn ask_now<T>(
        &self,
        limit: Duration,
        question: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        let idle = self.idle.lock().pop();
        let reader = idle
            .map_or_else(|| Reader::open(&self.place), Ok)
            .map_err(|error| self.place.error(&error))?;
        reader.set_limit(limit);
        let answer = question(&reader.connection).map_err(|error| self.place.error(&error))?;
        // A connection that failed is not used again.
        self.idle.lock().push(reader);
        Ok(answer)
    }

    /// Waits for the questions under way and closes all connections.
    pub(super) async fn close(&self) {
        let all = self.free.acquire_many(self.count).await;
        self.free.close();
        drop(all);
        self.idle.lock().clear();
    }

    /// Closes the connections that nobody uses. Later questions are refused.
    pub(super) fn close_now(&self) {
        self.free.close();
        self.idle.lock().clear();
    }
}

/// Columns that [`queue_entry`] reads.
const ENTRY_COLUMNS: &str = "r.id, r.status, r.attempts, r.next_attempt_at, r.expires_at, \
     r.delay_notice_at, r.address";

fn queue_entry(row: &Row<'_>, domains: &mut Domains) -> rusqlite::Result<QueueEntry> {
    Ok(QueueEntry {
        key: rows::recipient_key(row.get(0)?),
        status: rows::status(row, 1)?,
        attempts: row.get(2)?,
        next_attempt_at: rows::time(row, 3)?,
        expires_at: rows::time(row, 4)?,
        delay_notice_at: rows::optional_time(row, 5)?,
        domain: domains.of(row, 6)?,
    })
}

fn entries(
    connection: &Connection,
    sql: &str,
    parameters: impl rusqlite::Params,
) -> rusqlite::Result<Vec<QueueEntry>> {
    let mut domains = Domains::default();
    connection
        .prepare_cached(sql)?
        .query_map(parameters, |row| queue_entry(row, &mut domains))?
        .collect()
}

/// Unfinished recipients after `after`, in the order of their keys.
pub(super) fn scan_queue(
    connection: &Connection,
    after: Option<RecipientKey>,
    limit: usize,
) -> rusqlite::Result<Vec<QueueEntry>> {
    let sql = format!(
        "SELECT {ENTRY_COLUMNS} FROM recipient r INDEXED BY queued
         WHERE r.status < 3 AND r.id > ? ORDER BY r.id LIMIT ?"
    );
    let after = after.map_or(-1, rows::recipient_row);
    entries(connection, &sql, params![after, sql_limit(limit)])
}

/// Unfinished recipients whose time is over.
pub(super) fn expired(
    connection: &Connection,
    now: Timestamp,
    limit: usize,
) -> rusqlite::Result<Vec<QueueEntry>> {
    let sql = format!(
        "SELECT {ENTRY_COLUMNS} FROM recipient r INDEXED BY clock
         WHERE r.clock_at <= ?1 AND r.expires_at <= ?1 ORDER BY r.clock_at LIMIT ?2"
    );
    entries(connection, &sql, params![now.as_millis(), sql_limit(limit)])
}

/// Unfinished recipients that are due for a delay notice, not on hold, not expired.
pub(super) fn delay_notices_due(
    connection: &Connection,
    now: Timestamp,
    limit: usize,
) -> rusqlite::Result<Vec<QueueEntry>> {
    let sql = format!(
        "SELECT {ENTRY_COLUMNS} FROM recipient r INDEXED BY clock
         WHERE r.clock_at <= ?1 AND r.delay_notice_at <= ?1 AND r.status < 2
         AND r.expires_at > ?1 ORDER BY r.clock_at LIMIT ?2"
    );
    entries(connection, &sql, params![now.as_millis(), sql_limit(limit)])
}

/// A limit as SQL has it.
pub(super) fn sql_limit(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

/// A message with the state of all its recipients.
pub(super) fn load(
    connection: &Connection,
    id: QueueId,
) -> rusqlite::Result<Option<StoredMessage>> {
    let view = connection.unchecked_transaction()?;
    let row = rows::message_row(id);
    let mut envelope_recipients = Vec::new();
    let mut states = Vec::new();
    let sql = format!(
        "SELECT {STATE_COLUMNS}, r.address, r.notify, r.orcpt_type, r.orcpt
         FROM recipient r WHERE r.id BETWEEN ? AND ? ORDER BY r.id"
    );
    let mut statement = view.prepare_cached(&sql)?;
    let (first, last) = rows::recipient_rows(id);
    let mut found = statement.query([first, last])?;
    while let Some(columns) = found.next()? {
        states.push(rows::recipient_state(columns, 0)?);
        envelope_recipients.push(rows::envelope_recipient(columns, 9)?);
    }
    drop(found);
    drop(statement);
    let message = view
        .prepare_cached(
            "SELECT received_at, expires_at, size, report_about, sender, message_id, subject,
             facts FROM message WHERE id = ?",
        )?
        .query_row([row], |columns| {
            let facts = Facts::from_row(columns, 7)?;
            Ok(StoredMessage {
                id,
                envelope: facts.envelope(rows::reverse_path(columns, 4)?, envelope_recipients),
                received_at: rows::time(columns, 0)?,
                expires_at: rows::time(columns, 1)?,
                header: facts.header(columns.get(5)?, columns.get(6)?),
                size: columns.get::<_, i64>(2)?.cast_unsigned(),
                report_about: columns.get::<_, Option<i64>>(3)?.map(rows::message_id),
                recipients: states,
            })
        })
        .optional()?;
    Ok(message)
}

/// The content of a message.
pub(super) fn content(
    connection: &Connection,
    bodies: &Bodies,
    id: QueueId,
) -> rusqlite::Result<Option<Content>> {
    let content = connection
        .prepare_cached(
            "SELECT c.file, c.octets, m.size FROM content c JOIN message m ON m.id = c.id
             WHERE c.id = ?",
        )?
        .query_row([rows::message_row(id)], |row| {
            if let Some(name) = row.get::<_, Option<String>>(0)? {
                let size = row.get::<_, i64>(2)?.cast_unsigned();
                return Ok(Some(Content::File { path: bodies.path_of(&name), size }));
            }
            let octets: Option<Vec<u8>> = row.get(1)?;
            Ok(octets.map(|octets| Content::Memory(vec![Bytes::from(octets)])))
        })
        .optional()?;
    Ok(content.flatten())
}
