//! Revisions of the mail flow, and the queue as a change of it sees it.

use causeway_model::RecipientKey;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::rows::{self, Facts};
use crate::{NewRevision, Revision, RevisionEntry, StoreError, WaitingRecipient};

/// Writes the next revision and returns its number. With `base`, only when that is the newest one
/// (0: there is none).
pub(super) fn record(
    connection: &Connection,
    new: &NewRevision,
    base: Option<u64>,
) -> rusqlite::Result<Result<u64, StoreError>> {
    let newest: i64 = connection
        .prepare_cached("SELECT coalesce(max(number), 0) FROM revision")?
        .query_row([], |row| row.get(0))?;
    let newest = newest.cast_unsigned();
    if let Some(base) = base.filter(|base| *base != newest) {
        return Ok(Err(StoreError::Superseded { base, newest }));
    }
    let number = newest + 1;
    let changes = serde_json::to_string(&new.changes)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
    connection
        .prepare_cached(
            "INSERT INTO revision (number, at, author, reason, changes, effects, text)
             VALUES (?, ?, ?, ?, ?, ?, ?)",
        )?
        .execute(params![
            number.cast_signed(),
            new.at.as_millis(),
            new.author,
            new.reason,
            changes,
            new.effects,
            new.text
        ])?;
    Ok(Ok(number))
}

/// Columns that [`entry`] reads.
const ENTRY: &str = "number, at, author, reason, changes";

fn entry(row: &Row<'_>) -> rusqlite::Result<RevisionEntry> {
    Ok(RevisionEntry {
        number: row.get::<_, i64>(0)?.cast_unsigned(),
        at: rows::time(row, 1)?,
        author: row.get(2)?,
        reason: row.get(3)?,
        changes: serde_json::from_str(rows::text(row, 4)?)
            .map_err(|error| rows::unreadable(4, error))?,
    })
}

/// Revisions before `before`, newest first.
pub(super) fn list(
    connection: &Connection,
    before: Option<u64>,
    limit: usize,
) -> rusqlite::Result<Vec<RevisionEntry>> {
    let sql = format!("SELECT {ENTRY} FROM revision WHERE number < ? ORDER BY number DESC LIMIT ?");
    let before = before.and_then(|number| i64::try_from(number).ok()).unwrap_or(i64::MAX);
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    connection.prepare_cached(&sql)?.query_map([before, limit], entry)?.collect()
}

/// One revision with everything; the newest one without a number.
pub(super) fn find(
    connection: &Connection,
    number: Option<u64>,
) -> rusqlite::Result<Option<Revision>> {
    let sql = format!(
        "SELECT {ENTRY}, effects, text FROM revision WHERE ?1 IS NULL OR number = ?1
         ORDER BY number DESC LIMIT 1"
    );
    let number = match number.map(i64::try_from) {
        None => None,
        Some(Ok(number)) => Some(number),
        Some(Err(_)) => return Ok(None),
    };
    connection
        .prepare_cached(&sql)?
        .query_row([number], |row| {
            Ok(Revision { entry: entry(row)?, effects: row.get(5)?, text: row.get(6)? })
        })
        .optional()
}

/// Unfinished recipients after `after`, in the order of their keys, at most `limit`.
pub(super) fn waiting(
    connection: &Connection,
    after: Option<RecipientKey>,
    limit: usize,
) -> rusqlite::Result<Vec<WaitingRecipient>> {
    let sql = "SELECT r.id, r.address, m.sender, m.facts
               FROM recipient r INDEXED BY queued JOIN message m ON m.id = r.id >> 14
               WHERE r.status < 3 AND r.id > ? ORDER BY r.id LIMIT ?";
    let after = after.map_or(-1, rows::recipient_row);
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut statement = connection.prepare_cached(sql)?;
    let mut found: Vec<WaitingRecipient> = Vec::new();
    let mut rows = statement.query([after, limit])?;
    while let Some(row) = rows.next()? {
        let key = rows::recipient_key(row.get(0)?);
        let address = rows::address(row, 1)?;
        // The recipients of one message stand together, and share what the message has.
        let (sender, origin) = match found.last().filter(|l| l.key.message == key.message) {
            Some(last) => (last.sender.clone(), last.origin.clone()),
            None => (rows::reverse_path(row, 2)?, Facts::from_row(row, 3)?.into_origin()),
        };
        found.push(WaitingRecipient { key, address, sender, origin });
    }
    Ok(found)
}
