//! What the writer does to the rows: accepting, settling, noting.
//!
//! Everything here runs on the writer thread, inside a transaction that [`writer`](super::writer)
//! begins and commits. What can be computed before (JSON, joined contents) comes ready in
//! [`Incoming`] and [`Settling`]. The decisions (what a change makes of a state) are the pure
//! functions of [`changes`](super::changes).

use std::collections::HashMap;

use bytes::Bytes;
use causeway_model::{QueueId, RecipientKey, Timestamp};
use rusqlite::{Connection, OptionalExtension, Statement, params};

use super::changes::{State, change_event, describe, report_event};
use super::ledger::Ledger;
use super::rows::{self, FIRST_END, notify_code, recipient_row, status_code};
use crate::{Change, Event, NewMessage, Settlement, Status, Update};

/// A message ready to be written.
pub(super) struct Incoming {
    /// The message; its content is in `body`.
    pub(super) message: NewMessage,
    /// [`Facts`](rows::Facts) as JSON.
    pub(super) facts: String,
    /// The content.
    pub(super) body: Body,
    /// Octets of the content.
    pub(super) size: u64,
    /// The attempt of [`NewMessage::hold`] as JSON.
    pub(super) hold: Option<String>,
    /// The file, when it was written here from a content in memory.
    pub(super) spilled: Option<String>,
}

/// The content, ready to be written.
pub(super) enum Body {
    /// In the row.
    Row(Bytes),
    /// In the file of this name.
    File(String),
}

/// A settlement ready to be written.
pub(super) struct Settling {
    /// When, and the updates; the reports are in `reports`.
    pub(super) settlement: Settlement,
    /// The attempt of each update, as JSON.
    pub(super) attempts: Vec<Option<String>>,
    /// The reports.
    pub(super) reports: Vec<Incoming>,
}

/// How many sites are remembered by name.
const SITES_REMEMBERED: usize = 4096;

/// The writer's statements, its ledger, and what is to be done after the commit.
pub(super) struct Writes<'c> {
    connection: &'c Connection,
    insert_message: Statement<'c>,
    insert_content: Statement<'c>,
    insert_recipient: Statement<'c>,
    read_recipient: Statement<'c>,
    change_recipient: Statement<'c>,
    change_recipient_and_result: Statement<'c>,
    delete_content: Statement<'c>,
    insert_attempt: Statement<'c>,
    insert_event: Statement<'c>,
    /// Counts; written once a transaction.
    pub(super) ledger: Ledger,
    /// Sites by name. Purpose: no look-up per attempt. Emptied when a transaction is rolled back.
    pub(super) sites: HashMap<String, i64>,
    /// Files of messages that ended in this transaction. Removed after the commit.
    pub(super) ended_files: Vec<String>,
}

impl<'c> Writes<'c> {
    /// Prepares everything.
    pub(super) fn prepare(connection: &'c Connection) -> rusqlite::Result<Self> {
        Ok(Self {
            connection,
            insert_message: connection.prepare(
                "INSERT INTO message (id, recipients, received_at, expires_at, size, report_about,
                 sender, message_id, subject, facts) VALUES (?,?,?,?,?,?,?,?,?,?)",
            )?,
            insert_content: connection
                .prepare("INSERT INTO content (id, file, octets) VALUES (?,?,?)")?,
            insert_recipient: connection.prepare(
                "INSERT INTO recipient (id, recipients, in_file, status, attempts,
                 next_attempt_at, expires_at, delay_notice_at, clock_at, address, notify,
                 orcpt_type, orcpt, code, reply, attempt) VALUES (?,?,?,?,0,?,?,?,?,?,?,?,?,?,?,?)",
            )?,
            read_recipient: connection.prepare(
                "SELECT recipients, in_file, status, attempts, next_attempt_at, expires_at,
                 delay_notice_at FROM recipient WHERE id = ?",
            )?,
            change_recipient: connection.prepare(
                "UPDATE recipient SET status = ?2, attempts = ?3, next_attempt_at = ?4,
                 delay_notice_at = ?5, clock_at = ?6, ended_at = ?7, end_tried = ?8,
                 end_detail = ?9 WHERE id = ?1",
            )?,
            change_recipient_and_result: connection.prepare(
                "UPDATE recipient SET status = ?2, attempts = ?3, next_attempt_at = ?4,
                 delay_notice_at = ?5, clock_at = ?6, ended_at = ?7, end_tried = ?8,
                 end_detail = ?9, code = ?10, reply = ?11, connector = ?12, destination = ?13,
                 attempt = ?14 WHERE id = ?1",
            )?,
            delete_content: connection.prepare("DELETE FROM content WHERE id = ?")?,
            insert_attempt: connection.prepare(
                "INSERT OR REPLACE INTO attempt (site, at, recipient, attempt) VALUES (?,?,?,?)",
            )?,
            insert_event: connection.prepare(
                "INSERT INTO event (recipient, number, at, kind, detail)
                 SELECT ?1, 1 + coalesce(max(number), 0), ?2, ?3, ?4 FROM event
                 WHERE recipient = ?1",
            )?,
            ledger: Ledger::read(connection)?,
            sites: HashMap::new(),
            ended_files: Vec::new(),
        })
    }

    /// The connection that is written to.
    pub(super) const fn connection(&self) -> &'c Connection {
        self.connection
    }

    /// Adds a line to the trace of a recipient.
    pub(super) fn add_event(
        &mut self,
        row: i64,
        at: Timestamp,
        kind: &str,
        detail: &str,
    ) -> rusqlite::Result<()> {
        self.insert_event.execute(params![row, at.as_millis(), kind, detail]).map(|_| ())
    }

    /// Writes a message. Its first statement violates a constraint when there is a message of this
    /// name.
    pub(super) fn accept(&mut self, incoming: &Incoming) -> rusqlite::Result<QueueId> {
        let message = &incoming.message;
        let recipients = &message.envelope.recipients;
        let count = recipients.len() as i64;
        let id = rows::message_row(message.id);
        let (first, _) = rows::recipient_rows(message.id);
        let sender = message.envelope.reverse_path.to_string();
        self.insert_message.execute(params![
            id,
            count,
            message.received_at.as_millis(),
            message.expires_at.as_millis(),
            incoming.size.cast_signed(),
            message.report_about.map(rows::message_row),
            sender,
            message.header.message_id,
            message.header.subject,
            incoming.facts,
        ])?;
        let in_file = match &incoming.body {
            Body::Row(octets) => {
                self.insert_content.execute(params![id, None::<&str>, octets.as_ref()])?;
                false
            }
            Body::File(name) => {
                self.insert_content.execute(params![id, name, None::<&[u8]>])?;
                true
            }
        };
        let hold = message.hold.as_ref();
        let status = if hold.is_some() { Status::Held } else { Status::Ready };
        for (position, recipient) in recipients.iter().enumerate() {
            let state = State {
                status,
                attempts: 0,
                next_attempt_at: message.received_at,
                expires_at: message.expires_at,
                delay_notice_at: message.delay_notice_at,
            };
            let (kind, address) = recipient.orcpt.as_ref().map(|(k, a)| (k, a)).unzip();
            self.insert_recipient.execute(params![
                first + position as i64,
                count,
                in_file,
                status_code(status, false),
                state.next_attempt_at.as_millis(),
                state.expires_at.as_millis(),
                state.delay_notice_at.map(Timestamp::as_millis),
                state.clock().map(Timestamp::as_millis),
                recipient.address.to_string(),
                notify_code(recipient.notify),
                kind,
                address,
                hold.map(|hold| &hold.code),
                hold.map(|hold| &hold.reply),
                incoming.hold,
            ])?;
            if let Some(hold) = hold {
                let row = first + position as i64;
                let at = message.received_at.as_millis();
                self.insert_event.execute(params![row, at, "held", describe(hold)])?;
            }
        }
        self.ledger.accepted += count;
        Ok(message.id)
    }

    /// Writes a settlement. Returns the names of its reports; none when every one of its updates
    /// came too late.
    pub(super) fn settle(&mut self, settling: &Settling) -> rusqlite::Result<Vec<QueueId>> {
        let Settlement { at, updates, returned, .. } = &settling.settlement;
        self.keep_contents(returned)?;
        let mut changed = Vec::new();
        let mut kept: Option<&str> = None;
        for (update, attempt) in updates.iter().zip(&settling.attempts) {
            let Some(row) = self.update(*at, update, attempt.as_deref())? else { continue };
            changed.push((row, update.key.message));
            let Some(json) = attempt.as_deref().filter(|_| update.tried) else { continue };
            // One attempt for many recipients is one attempt at the site.
            if kept != Some(json) {
                self.keep_attempt(update, row, json)?;
                kept = Some(json);
            }
        }
        if changed.is_empty() && !updates.is_empty() {
            for new in returned {
                self.drop_kept(rows::message_row(new.message))?;
            }
            return Ok(Vec::new());
        }
        let mut names = Vec::with_capacity(settling.reports.len());
        for report in &settling.reports {
            let name = self.accept(report)?;
            names.push(name);
            let (kind, detail) = report_event(&report.message, name);
            for (row, message) in &changed {
                if concerns(&report.message, *row, *message) {
                    self.insert_event.execute(params![row, at.as_millis(), kind, detail])?;
                }
            }
        }
        self.add_returned(*at, returned)?;
        Ok(names)
    }

    /// Writes events about recipients that are known.
    pub(super) fn note(&mut self, events: &[(RecipientKey, Event)]) -> rusqlite::Result<()> {
        for (key, event) in events {
            if let Some((row, _)) = self.find(*key)? {
                self.insert_event.execute(params![
                    row,
                    event.at.as_millis(),
                    event.kind,
                    event.detail
                ])?;
            }
        }
        Ok(())
    }

    /// The row and what is known of a recipient; `None` when there is no such recipient.
    fn find(&mut self, key: RecipientKey) -> rusqlite::Result<Option<(i64, Found)>> {
        let row = recipient_row(key);
        let found = self
            .read_recipient
            .query_row([row], |columns| {
                Ok(Found {
                    recipients: columns.get(0)?,
                    in_file: columns.get(1)?,
                    state: State {
                        status: rows::status(columns, 2)?,
                        attempts: columns.get(3)?,
                        next_attempt_at: rows::time(columns, 4)?,
                        expires_at: rows::time(columns, 5)?,
                        delay_notice_at: rows::optional_time(columns, 6)?,
                    },
                })
            })
            .optional()?;
        Ok(found.map(|found| (row, found)))
    }

    /// Writes one update; `None` when the recipient has ended or is unknown.
    fn update(
        &mut self,
        at: Timestamp,
        update: &Update,
        attempt: Option<&str>,
    ) -> rusqlite::Result<Option<i64>> {
        let Some((row, found)) = self.find(update.key)? else { return Ok(None) };
        if !found.state.status.is_queued() {
            return Ok(None);
        }
        let state = found.state.after(update.change, update.tried);
        let ended = !state.status.is_queued();
        if ended {
            // First, so that the pages it frees are there for what follows on a full disk.
            self.drop_content(update.key.message, row, &found)?;
            self.ledger.count_end(update.change);
        }
        let reported = matches!(update.change, Change::Failed { reported: true });
        let status = status_code(state.status, reported);
        let clock = state.clock().map(Timestamp::as_millis);
        let next = state.next_attempt_at.as_millis();
        let delay = state.delay_notice_at.map(Timestamp::as_millis);
        let ended_at = ended.then_some(at.as_millis());
        let end_tried = ended.then_some(update.tried);
        let end_detail = update.detail.as_deref().filter(|_| ended);
        match &update.result {
            Some(result) => self.change_recipient_and_result.execute(params![
                row,
                status,
                state.attempts,
                next,
                delay,
                clock,
                ended_at,
                end_tried,
                end_detail,
                result.code,
                result.reply,
                result.connector,
                result.destination,
                attempt
            ])?,
            None => self.change_recipient.execute(params![
                row,
                status,
                state.attempts,
                next,
                delay,
                clock,
                ended_at,
                end_tried,
                end_detail
            ])?,
        };
        if !ended {
            self.write_events(at, row, found.state.status, update)?;
        }
        Ok(Some(row))
    }

    /// The trace lines of a change that is no end (those of an end are made when they are read).
    fn write_events(
        &mut self,
        at: Timestamp,
        row: i64,
        before: Status,
        update: &Update,
    ) -> rusqlite::Result<()> {
        let at = at.as_millis();
        if let Some(result) = update.result.as_ref().filter(|_| update.tried) {
            let tried_at = result.attempt.as_ref().map_or(at, |attempt| attempt.at.as_millis());
            self.insert_event.execute(params![row, tried_at, "attempt", describe(result)])?;
        }
        let (kind, ordinary) = change_event(before, update);
        let detail = update.detail.as_ref().unwrap_or(&ordinary);
        self.insert_event.execute(params![row, at, kind, detail])?;
        Ok(())
    }

    /// Deletes the content of a message when the recipient in `row` was the last one that needed it.
    fn drop_content(&mut self, message: QueueId, row: i64, found: &Found) -> rusqlite::Result<()> {
        if found.recipients > 1 {
            let mut others = self.connection.prepare_cached(
                "SELECT 1 FROM recipient INDEXED BY queued
                 WHERE status < 3 AND id BETWEEN ?1 AND ?2 AND id <> ?3 LIMIT 1",
            )?;
            let (first, last) = rows::recipient_rows(message);
            if others.exists([first, last, row])? {
                return Ok(());
            }
        }
        let message = rows::message_row(message);
        if found.in_file && !self.keeps_file(message)? {
            let name: Option<Option<String>> = self
                .connection
                .prepare_cached("SELECT file FROM content WHERE id = ?")?
                .query_row([message], |columns| columns.get(0))
                .optional()?;
            self.ended_files.extend(name.flatten());
        }
        self.delete_content.execute([message])?;
        Ok(())
    }

    /// Puts the attempt into the list of its site.
    fn keep_attempt(&mut self, update: &Update, row: i64, json: &str) -> rusqlite::Result<()> {
        let Some(attempt) = update.result.as_ref().and_then(|result| result.attempt.as_ref())
        else {
            return Ok(());
        };
        let site = self.site(&attempt.site)?;
        self.insert_attempt.execute(params![site, attempt.at.as_millis(), row, json])?;
        Ok(())
    }

    /// The number of a site, which it gets now if it has none.
    fn site(&mut self, name: &str) -> rusqlite::Result<i64> {
        if let Some(id) = self.sites.get(name) {
            return Ok(*id);
        }
        let known = self
            .connection
            .prepare_cached("SELECT id FROM site WHERE name = ?")?
            .query_row([name], |columns| columns.get(0))
            .optional()?;
        let id = match known {
            Some(id) => id,
            None => self
                .connection
                .prepare_cached("INSERT INTO site (name) VALUES (?)")?
                .insert([name])?,
        };
        if self.sites.len() >= SITES_REMEMBERED {
            self.sites.clear();
        }
        self.sites.insert(name.to_owned(), id);
        Ok(id)
    }
}

/// What the writer must know of a recipient to change it.
struct Found {
    recipients: i64,
    in_file: bool,
    state: State,
}

// The conditions of the indexes are written as numbers in SQL.
const _: () = assert!(FIRST_END == 3 && status_code(Status::Held, false) < FIRST_END);

/// Whether a message that comes of a settlement came of this recipient's row, too.
fn concerns(new: &NewMessage, row: i64, message: QueueId) -> bool {
    match (new.copy_of, new.report_about) {
        (Some(key), _) => recipient_row(key) == row,
        (None, Some(about)) => about == message,
        (None, None) => true,
    }
}
