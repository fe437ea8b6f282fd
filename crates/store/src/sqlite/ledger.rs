//! The ledger: counts that only grow, and the proof that nothing was lost.
//!
//! The counts are one row, written once in every transaction that changes them, together with the
//! rows they count. What is in the queue is never a count: it is counted from the rows when
//! somebody asks. So a recipient that vanished from the queue without an end, or an end without a
//! recipient, shows as a difference.

use std::sync::atomic::{AtomicI64, Ordering};

use causeway_model::{QueueId, RecipientKey, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};

use super::bodies::Bodies;
use super::rows;
use crate::{Audit, Change, Counts};

/// 2020-01-01T00:00:00Z: where the time in queue ids begins, in milliseconds since 1970.
const EPOCH: i64 = 1_577_836_800_000;
/// Bits of a queue id below the milliseconds: 256,000 ids a second without running ahead of time.
const COUNTER_BITS: u32 = 8;
/// The last moment that ids follow, in the year 2054; later ones just count on.
const LAST_MILLI: i64 = (1 << 40) - 1;

/// Gives names to messages: of the moment, or later when that moment's names (or, after the clock
/// went back, later ones) have been given out.
#[derive(Debug)]
pub(super) struct Ids(AtomicI64);

impl Ids {
    /// Goes on from `next`.
    pub(super) const fn from(next: i64) -> Self {
        Self(AtomicI64::new(next))
    }

    /// A name that was never given before. `now` is in milliseconds since 1970.
    pub(super) fn reserve(&self, now: i64) -> QueueId {
        let first = now.saturating_sub(EPOCH).clamp(0, LAST_MILLI) << COUNTER_BITS;
        let taken = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |next| {
            Some(next.max(first).saturating_add(1))
        });
        rows::message_id(taken.unwrap_or_default().max(first))
    }

    /// Everything from here on is free.
    pub(super) fn next(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Where ids go on after a restart.
pub(super) fn next_id(connection: &Connection) -> rusqlite::Result<i64> {
    connection.query_row(
        "SELECT max((SELECT next_id FROM ledger), (SELECT coalesce(max(id), -1) + 1 FROM message))",
        [],
        |row| row.get(0),
    )
}

/// The counts, in recipients, and the next free id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Ledger {
    pub(super) next_id: i64,
    pub(super) accepted: i64,
    delivered: i64,
    relayed: i64,
    expanded: i64,
    failed_with_report: i64,
    failed_without_report: i64,
}

impl Ledger {
    /// As it stands in the file.
    pub(super) fn read(connection: &Connection) -> rusqlite::Result<Self> {
        connection.query_row(
            "SELECT next_id, accepted, delivered, relayed, expanded, failed_with_report,
             failed_without_report FROM ledger WHERE id = 1",
            [],
            |row| {
                Ok(Self {
                    next_id: row.get(0)?,
                    accepted: row.get(1)?,
                    delivered: row.get(2)?,
                    relayed: row.get(3)?,
                    expanded: row.get(4)?,
                    failed_with_report: row.get(5)?,
                    failed_without_report: row.get(6)?,
                })
            },
        )
    }

    /// Writes it.
    pub(super) fn write(&self, connection: &Connection) -> rusqlite::Result<()> {
        connection
            .prepare_cached(
                "UPDATE ledger SET next_id = ?, accepted = ?, delivered = ?, relayed = ?,
                 expanded = ?, failed_with_report = ?, failed_without_report = ? WHERE id = 1",
            )?
            .execute(params![
                self.next_id,
                self.accepted,
                self.delivered,
                self.relayed,
                self.expanded,
                self.failed_with_report,
                self.failed_without_report
            ])?;
        Ok(())
    }

    /// The counts for others.
    pub(super) const fn counts(&self) -> Counts {
        Counts {
            accepted: self.accepted.cast_unsigned(),
            delivered: self.delivered.cast_unsigned(),
            relayed: self.relayed.cast_unsigned(),
            expanded: self.expanded.cast_unsigned(),
            failed_with_report: self.failed_with_report.cast_unsigned(),
            failed_without_report: self.failed_without_report.cast_unsigned(),
        }
    }

    /// Counts an end.
    pub(super) fn count_end(&mut self, change: Change) {
        match change {
            Change::Delivered => self.delivered += 1,
            Change::Relayed => self.relayed += 1,
            Change::Expanded => self.expanded += 1,
            Change::Failed { reported: true } => self.failed_with_report += 1,
            Change::Failed { reported: false } => self.failed_without_report += 1,
            Change::Deferred { .. }
            | Change::Held
            | Change::Ready { .. }
            | Change::DelayNoticeSent { .. } => {}
        }
    }
}

/// Counts everything, in one view of the file.
pub(super) fn audit(connection: &Connection, bodies: &Bodies) -> rusqlite::Result<Audit> {
    let view = connection.unchecked_transaction()?;
    let ledger = Ledger::read(&view)?;
    let (queued, held): (i64, i64) = view.query_row(
        "SELECT coalesce(sum(status < 2), 0), coalesce(sum(status = 2), 0)
         FROM recipient INDEXED BY queued WHERE status < 3",
        [],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    // Messages with unfinished recipients that lack their content or their own row.
    let mut missing: i64 = view.query_row(
        "SELECT count(DISTINCT r.id >> 14) FROM recipient r INDEXED BY queued
         LEFT JOIN content c ON c.id = r.id >> 14
         LEFT JOIN message m ON m.id = r.id >> 14
         WHERE r.status < 3 AND (m.id IS NULL OR (c.octets IS NULL AND c.file IS NULL))",
        [],
        |row| row.get(0),
    )?;
    let files: Vec<(i64, String)> = view
        .prepare("SELECT id, file FROM content WHERE file IS NOT NULL")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    drop(view);
    for (id, name) in files {
        // A message may end, and its file go, while we look: only what is still wanted counts.
        if !bodies.path_of(&name).is_file() && still_wanted(connection, id)? {
            missing += 1;
        }
    }
    let ended = ledger.delivered
        + ledger.relayed
        + ledger.expanded
        + ledger.failed_with_report
        + ledger.failed_without_report;
    let counts = ledger.counts();
    Ok(Audit {
        accepted: counts.accepted,
        delivered: counts.delivered,
        relayed: counts.relayed,
        expanded: counts.expanded,
        queued: queued.cast_unsigned(),
        held: held.cast_unsigned(),
        failed_with_report: counts.failed_with_report,
        failed_without_report: counts.failed_without_report,
        unaccounted: ledger.accepted - ended - queued - held + missing,
    })
}

fn still_wanted(connection: &Connection, id: i64) -> rusqlite::Result<bool> {
    connection.prepare_cached("SELECT 1 FROM content WHERE id = ?")?.exists([id])
}

/// What is old enough to be forgotten.
#[derive(Debug, Default)]
pub(super) struct Forgettable {
    /// Ended messages.
    pub(super) messages: Vec<i64>,
    /// Sites, and the time up to which (inclusive) their attempts go.
    pub(super) sites: Vec<(i64, i64)>,
}

/// After so many messages in a row that are too new, the search for old ones ends. (One would do
/// if clocks never went back.)
const TOO_NEW: usize = 10_000;

/// Finds at most `limit` ended messages, and at most about `limit` attempts, from before `before`.
pub(super) fn forgettable(
    connection: &Connection,
    before: Timestamp,
    limit: usize,
) -> rusqlite::Result<Forgettable> {
    let view = connection.unchecked_transaction()?;
    let before = before.as_millis();
    let mut found = Forgettable::default();
    let mut messages = view.prepare("SELECT id, received_at FROM message ORDER BY id")?;
    // What can still be sent again is not forgotten: its envelope is needed.
    let mut last_end = view.prepare(
        "SELECT count(ended_at) = count(*) AND NOT EXISTS
             (SELECT 1 FROM returned WHERE message = ?3), max(ended_at)
         FROM recipient WHERE id BETWEEN ?1 AND ?2",
    )?;
    let mut rows = messages.query([])?;
    let mut too_new = 0;
    while let Some(row) = rows.next()? {
        let (id, received_at): (i64, i64) = (row.get(0)?, row.get(1)?);
        if received_at >= before {
            too_new += 1;
            if too_new >= TOO_NEW {
                break;
            }
            continue;
        }
        too_new = 0;
        let (first, last) = rows::recipient_rows(rows::message_id(id));
        let (all_ended, ended_at): (bool, Option<i64>) =
            last_end.query_row([first, last, id], |row| Ok((row.get(0)?, row.get(1)?)))?;
        if all_ended && ended_at.is_none_or(|at| at < before) {
            found.messages.push(id);
            if found.messages.len() >= limit {
                break;
            }
        }
    }
    let mut sites = view.prepare("SELECT id FROM site")?;
    let mut oldest = view.prepare(
        "SELECT max(at), count(*) FROM (SELECT at FROM attempt WHERE site = ? AND at < ?
         ORDER BY at LIMIT ?)",
    )?;
    let mut attempts = 0;
    let mut rows = sites.query([])?;
    while let Some(row) = rows.next()? {
        let site: i64 = row.get(0)?;
        let room = limit.saturating_sub(attempts) as i64;
        if room == 0 {
            break;
        }
        let (at, count): (Option<i64>, u32) =
            oldest.query_row([site, before, room], |row| Ok((row.get(0)?, row.get(1)?)))?;
        attempts += count as usize;
        found.sites.extend(at.map(|at| (site, at)));
    }
    Ok(found)
}

/// Deletes what [`forgettable`] found (on the writer). Returns the number of messages. What does not
/// fit any more (a message that is there no longer) is passed over.
pub(super) fn forget(
    connection: &Connection,
    forgettable: &Forgettable,
) -> rusqlite::Result<usize> {
    let mut forgotten = 0;
    let delete =
        |sql: &str, first: i64, last: i64| connection.prepare_cached(sql)?.execute([first, last]);
    for id in &forgettable.messages {
        let (first, last) = rows::recipient_rows(rows::message_id(*id));
        forgotten += delete("DELETE FROM message WHERE id BETWEEN ? AND ?", *id, *id)?;
        delete("DELETE FROM recipient WHERE id BETWEEN ? AND ?", first, last)?;
        delete("DELETE FROM event WHERE recipient BETWEEN ? AND ?", first, last)?;
    }
    for (site, until) in &forgettable.sites {
        delete("DELETE FROM attempt WHERE site = ? AND at <= ?", *site, *until)?;
        let more = connection
            .prepare_cached("SELECT 1 FROM attempt WHERE site = ? LIMIT 1")?
            .query_row([site], |_| Ok(()))
            .optional()?;
        if more.is_none() {
            connection.prepare_cached("DELETE FROM site WHERE id = ?")?.execute([site])?;
        }
    }
    Ok(forgotten)
}

/// The attempts at a site since a moment, newest first, as JSON.
pub(super) fn site_attempts(
    connection: &Connection,
    site: &str,
    since: Timestamp,
    limit: usize,
) -> rusqlite::Result<Vec<causeway_model::Attempt>> {
    connection
        .prepare_cached(
            "SELECT attempt FROM attempt WHERE site = (SELECT id FROM site WHERE name = ?)
             AND at >= ? ORDER BY at DESC, recipient DESC LIMIT ?",
        )?
        .query_map(params![site, since.as_millis(), limit as i64], |row| {
            serde_json::from_str(rows::text(row, 0)?).map_err(|error| rows::unreadable(0, error))
        })?
        .collect()
}

/// What concerns a recipient at a site: its own attempts, and the site's before any transaction. Attempts are kept with
/// the moment when they began: one that was under way counts by its end. None takes longer than an hour.
const CONCERNS: &str = "FROM attempt WHERE site = ?1 AND at >= ?2 - 3600000
     AND at + json_extract(attempt, '$.elapsed_ms') >= ?2
     AND json_extract(attempt, '$.outcome.failure') IS NOT NULL
     AND (recipient = ?3 OR json_extract(attempt, '$.stage') IN
          ('route', 'resolve', 'connect', 'banner', 'ehlo', 'starttls', 'tls', 'auth'))";

/// Failures that concern a recipient, newest first; the first one of all comes last.
pub(super) fn recipient_failures(
    connection: &Connection,
    key: RecipientKey,
    site: &str,
    since: Timestamp,
    limit: usize,
) -> rusqlite::Result<Vec<causeway_model::Attempt>> {
    let site: Option<i64> = connection
        .prepare_cached("SELECT id FROM site WHERE name = ?")?
        .query_row([site], |row| row.get(0))
        .optional()?;
    let Some(site) = site else { return Ok(Vec::new()) };
    let read = |order: &str, limit: usize| -> rusqlite::Result<Vec<causeway_model::Attempt>> {
        let sql =
            format!("SELECT attempt {CONCERNS} ORDER BY at {order}, recipient {order} LIMIT ?4");
        connection
            .prepare_cached(&sql)?
            .query_map(
                params![site, since.as_millis(), rows::recipient_row(key), limit as i64],
                |row| {
                    serde_json::from_str(rows::text(row, 0)?)
                        .map_err(|error| rows::unreadable(0, error))
                },
            )?
            .collect()
    };
    let mut found = read("DESC", limit)?;
    if found.len() == limit {
        let first = read("ASC", 1)?.pop();
        if let Some(first) = first.filter(|first| found.last().is_none_or(|l| l.at > first.at)) {
            found.push(first);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_time_and_never_go_back() {
        let noon = Timestamp::parse_rfc3339("2026-11-21T12:00:00Z").unwrap().as_millis();
        let ids = Ids::from(0);
        let first = ids.reserve(noon);
        assert!(ids.reserve(noon) > first);
        let early = ids.reserve(noon - 60_000);
        assert!(early > first, "the clock went back, names do not");
        assert!(ids.reserve(noon + 1).as_u64() - first.as_u64() >= 256, "a new moment");
        assert_eq!(first.to_string().parse::<QueueId>(), Ok(first));
        let restarted = Ids::from(ids.next());
        assert!(restarted.reserve(0) > early);
    }

    #[test]
    fn names_are_in_range_at_any_time() {
        for now in [i64::MIN, -1, 0, i64::MAX] {
            let id = Ids::from(0).reserve(now);
            assert!(rows::recipient_rows(id).0 >= 0, "{now}");
        }
    }
}
