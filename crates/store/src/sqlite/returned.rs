//! What was returned and can be sent again: rows, and the contents that are kept for them.
//!
//! A content that is kept is a copy of the row in `content`, or a second name for its file in the
//! tables: the file goes when neither table has it. So nothing changes for mail that does not fail.

use causeway_model::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::bodies::Bodies;
use super::rows;
use super::writer::{Answer, Operation};
use super::writes::{Incoming, Writes};
use super::{SqliteStore, weight};
use crate::{
    Accepted, Content, NewReturned, QueueId, Returned, ReturnedQuery, SendAgain, StoreError,
};

/// Rows that are forgotten in one transaction.
const FORGET_AT_ONCE: i64 = 200;

/// A [`SendAgain`] ready to be written.
pub(super) struct SendingAgain {
    pub(super) at: Timestamp,
    pub(super) returned: Vec<i64>,
    pub(super) by: String,
    pub(super) copy: Incoming,
}

impl SqliteStore {
    pub(super) async fn send_again_now(
        &self,
        again: SendAgain,
    ) -> Result<Option<Accepted>, StoreError> {
        self.check_space(again.copy.content.size())?;
        let mut copy = self.incoming(again.copy).await?;
        let spilled = copy.spilled.take();
        let octets = weight(&copy);
        let sending = SendingAgain { at: again.at, returned: again.returned, by: again.by, copy };
        let outcome = self.queue.run(Operation::SendAgain(Box::new(sending)), octets).await;
        self.take_back(spilled, &outcome);
        match outcome? {
            Answer::Accepted(ids) => Ok(ids.into_iter().next().map(|id| Accepted { id })),
            _ => Err(StoreError::Closed),
        }
    }

    pub(super) async fn forget_returned_before(&self, now: Timestamp) -> Result<usize, StoreError> {
        let mut forgotten = 0;
        loop {
            match self.queue.run(Operation::ForgetReturned(now), 0).await? {
                Answer::Count(0) => return Ok(forgotten),
                Answer::Count(count) => forgotten += count,
                _ => return Err(StoreError::Closed),
            }
        }
    }
}

/// The returned ones that `query` names.
pub(super) fn find(
    connection: &Connection,
    query: ReturnedQuery,
) -> rusqlite::Result<Vec<Returned>> {
    let (token, message) = match query {
        ReturnedQuery::Token(token) => (Some(token), None),
        ReturnedQuery::Message(id) => (None, Some(rows::message_row(id))),
    };
    connection
        .prepare_cached(
            "SELECT r.id, r.message, r.report, r.recipients, r.at, r.expires_at, r.sent_again_at,
             r.sent_again_as, EXISTS (SELECT 1 FROM kept k WHERE k.id = r.message)
             FROM returned r WHERE r.token = ?1 OR r.message = ?2 ORDER BY r.id LIMIT 1000",
        )?
        .query_map(params![token.as_ref().map(<[u8; 32]>::as_slice), message], |row| {
            let sent_as: Option<i64> = row.get(7)?;
            let sent_at = rows::optional_time(row, 6)?;
            Ok(Returned {
                number: row.get(0)?,
                message: rows::message_id(row.get(1)?),
                report: rows::message_id(row.get(2)?),
                recipients: serde_json::from_str(rows::text(row, 3)?)
                    .map_err(|error| rows::unreadable(3, error))?,
                at: rows::time(row, 4)?,
                expires_at: rows::time(row, 5)?,
                sent_again: sent_at.zip(sent_as.map(rows::message_id)),
                has_content: row.get(8)?,
            })
        })?
        .collect()
}

/// The content that is kept of a message.
pub(super) fn content(
    connection: &Connection,
    bodies: &Bodies,
    id: QueueId,
) -> rusqlite::Result<Option<Content>> {
    connection
        .prepare_cached("SELECT file, octets, size FROM kept WHERE id = ?")?
        .query_row([rows::message_row(id)], |row| {
            Ok(match row.get::<_, Option<String>>(0)? {
                Some(name) => Content::File {
                    path: bodies.path_of(&name),
                    size: row.get::<_, i64>(2)?.cast_unsigned(),
                },
                None => Content::Memory(vec![row.get::<_, Vec<u8>>(1)?.into()]),
            })
        })
        .optional()
}

impl Writes<'_> {
    /// Keeps contents, before the updates that end their messages.
    pub(super) fn keep_contents(&self, returned: &[NewReturned]) -> rusqlite::Result<()> {
        for new in returned {
            self.connection()
                .prepare_cached(
                    "INSERT OR IGNORE INTO kept (id, size, file, octets)
                     SELECT c.id, m.size, c.file, c.octets FROM content c
                     JOIN message m ON m.id = c.id WHERE c.id = ?1
                     AND m.size + (SELECT octets FROM kept_total) <= ?2",
                )?
                .execute(params![
                    rows::message_row(new.message),
                    i64::try_from(new.room).unwrap_or(i64::MAX)
                ])?;
        }
        Ok(())
    }

    /// Writes what was returned, once its report is accepted.
    pub(super) fn add_returned(
        &self,
        at: Timestamp,
        returned: &[NewReturned],
    ) -> rusqlite::Result<()> {
        for new in returned {
            let recipients = serde_json::to_string(&new.recipients)
                .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
            self.connection()
                .prepare_cached(
                    "INSERT INTO returned (token, message, report, recipients, at, expires_at)
                     VALUES (?, ?, ?, ?, ?, ?)",
                )?
                .execute(params![
                    new.token.as_slice(),
                    rows::message_row(new.message),
                    rows::message_row(new.report),
                    recipients,
                    at.as_millis(),
                    new.expires_at.as_millis(),
                ])?;
        }
        Ok(())
    }

    /// Accepts the copy, when everything that it stands for may still be sent again.
    pub(super) fn send_again(&mut self, again: &SendingAgain) -> rusqlite::Result<Vec<QueueId>> {
        let at = again.at.as_millis();
        let mut messages = Vec::new();
        for number in &again.returned {
            let found: Option<(i64, String)> = self
                .connection()
                .prepare_cached(
                    "SELECT message, recipients FROM returned
                     WHERE id = ?1 AND sent_again_at IS NULL AND expires_at > ?2",
                )?
                .query_row([*number, at], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?;
            let Some(found) = found else { return Ok(Vec::new()) };
            messages.push(found);
        }
        if messages.is_empty() {
            return Ok(Vec::new());
        }
        let name = self.accept(&again.copy)?;
        let detail = format!("sent again as {name} by {}", again.by);
        for (number, (message, recipients)) in again.returned.iter().zip(&messages) {
            self.connection()
                .prepare_cached(
                    "UPDATE returned SET sent_again_at = ?2, sent_again_as = ?3 WHERE id = ?1",
                )?
                .execute([*number, at, rows::message_row(name)])?;
            let positions: Vec<u32> = serde_json::from_str(recipients).unwrap_or_default();
            let (first, _) = rows::recipient_rows(rows::message_id(*message));
            for position in positions {
                self.add_event(first + i64::from(position), again.at, "sent-again", &detail)?;
            }
            self.drop_kept(*message)?;
        }
        Ok(vec![name])
    }

    /// Forgets some of what has expired at `now`; returns how many.
    pub(super) fn forget_returned(&mut self, now: Timestamp) -> rusqlite::Result<usize> {
        let expired: Vec<(i64, i64)> = self
            .connection()
            .prepare_cached("SELECT id, message FROM returned WHERE expires_at <= ? LIMIT ?")?
            .query_map([now.as_millis(), FORGET_AT_ONCE], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<rusqlite::Result<_>>()?;
        for (number, message) in &expired {
            self.connection()
                .prepare_cached("DELETE FROM returned WHERE id = ?")?
                .execute([number])?;
            self.drop_kept(*message)?;
        }
        Ok(expired.len())
    }

    /// Deletes the content that is kept of a message when nothing returned needs it any more.
    pub(super) fn drop_kept(&mut self, message: i64) -> rusqlite::Result<()> {
        let needed = self
            .connection()
            .prepare_cached(
                "SELECT 1 FROM returned WHERE message = ? AND sent_again_at IS NULL LIMIT 1",
            )?
            .exists([message])?;
        if needed {
            return Ok(());
        }
        let file: Option<Option<String>> = self
            .connection()
            .prepare_cached("DELETE FROM kept WHERE id = ? RETURNING file")?
            .query_row([message], |row| row.get(0))
            .optional()?;
        let Some(name) = file.flatten() else { return Ok(()) };
        let in_queue = self
            .connection()
            .prepare_cached("SELECT 1 FROM content WHERE id = ? AND file = ?")?
            .exists(params![message, name])?;
        if !in_queue {
            self.ended_files.push(name);
        }
        Ok(())
    }

    /// True when the file of a message's content is kept beyond its end.
    pub(super) fn keeps_file(&self, message: i64) -> rusqlite::Result<bool> {
        self.connection()
            .prepare_cached("SELECT 1 FROM kept WHERE id = ? AND file IS NOT NULL")?
            .exists([message])
    }
}
