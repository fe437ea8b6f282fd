//! Listings for people: the queue and the trace.
//!
//! Both walk the rows in the order of their keys (the order of acceptance) and stop when they have
//! enough; filters are applied on the way, to texts that are not copied. The cost is bounded by the
//! time limit of the question.

use causeway_model::{QueueId, Timestamp};
use rusqlite::{Connection, Row};

use super::changes::describe;
use super::rows::{self, Facts, STATE_COLUMNS};
use crate::{Event, QueueFilter, QueuedMessage, Status, TraceFilter, TraceRow};

/// Rows of the trace when no limit is given.
const TRACE_LIMIT: usize = 1000;

/// After so many recipients in a row that are too old, the walk backwards ends. (One would do if
/// clocks never went back and all messages took the same time to receive.)
const TOO_OLD: usize = 10_000;

/// The first column of the state in `queue_sql` and `trace_sql`.
const STATE: usize = 9;

/// Columns that both listings read.
fn columns() -> String {
    format!(
        "r.id, r.address, m.sender, m.message_id, m.subject, m.facts, m.received_at,
         m.expires_at, m.size, {STATE_COLUMNS}"
    )
}

/// Whole messages with the unfinished recipients that pass the filter, oldest first.
pub(super) fn list_queue(
    connection: &Connection,
    filter: &QueueFilter,
) -> rusqlite::Result<Vec<QueuedMessage>> {
    let view = connection.unchecked_transaction()?;
    let mut messages = Messages { found: Vec::new(), limit: filter.limit };
    if filter.ids.is_empty() {
        let sql = format!(
            "SELECT {} FROM recipient r INDEXED BY queued JOIN message m ON m.id = r.id >> 14
             WHERE r.status < 3 AND r.id > ? ORDER BY r.id",
            columns()
        );
        let after = filter.after.map_or(-1, |id| rows::recipient_rows(id).1);
        messages.add(view.prepare_cached(&sql)?.query([after])?, filter)?;
        return Ok(messages.found);
    }
    let mut ids = filter.ids.clone();
    ids.sort_unstable();
    ids.dedup();
    let sql = format!(
        "SELECT {} FROM message m JOIN recipient r ON r.id BETWEEN ? AND ?
         WHERE m.id = r.id >> 14 AND r.status < 3 ORDER BY r.id",
        columns()
    );
    let mut statement = view.prepare_cached(&sql)?;
    for id in ids.into_iter().filter(|id| filter.after.is_none_or(|after| *id > after)) {
        let (first, last) = rows::recipient_rows(id);
        if !messages.add(statement.query([first, last])?, filter)? {
            break;
        }
    }
    Ok(messages.found)
}

/// Messages found so far.
struct Messages {
    found: Vec<QueuedMessage>,
    limit: usize,
}

impl Messages {
    /// Adds the rows that pass; false when there are enough messages.
    fn add(
        &mut self,
        mut rows: rusqlite::Rows<'_>,
        filter: &QueueFilter,
    ) -> rusqlite::Result<bool> {
        while let Some(row) = rows.next()? {
            if !passes_queue(row, filter)? {
                continue;
            }
            let key = rows::recipient_key(row.get(0)?);
            let last = self.found.last().map(|message| message.id);
            if last != Some(key.message) {
                if self.limit > 0 && self.found.len() >= self.limit {
                    return Ok(false);
                }
                self.found.push(queued_message(row, key.message)?);
            }
            let state = rows::recipient_state(row, STATE)?;
            if let Some(message) = self.found.last_mut() {
                message.recipients.push((key.index, rows::address(row, 1)?, state));
            }
        }
        Ok(true)
    }
}

fn queued_message(row: &Row<'_>, id: QueueId) -> rusqlite::Result<QueuedMessage> {
    Ok(QueuedMessage {
        id,
        header: Facts::from_row(row, 5)?.header(row.get(3)?, row.get(4)?),
        sender: rows::reverse_path(row, 2)?,
        size: row.get::<_, i64>(8)?.cast_unsigned(),
        received_at: rows::time(row, 6)?,
        expires_at: rows::time(row, 7)?,
        recipients: Vec::new(),
    })
}

fn passes_queue(row: &Row<'_>, filter: &QueueFilter) -> rusqlite::Result<bool> {
    if let Some(domain) = &filter.domain
        && rows::domain_text(rows::text(row, 1)?) != domain.as_str()
    {
        return Ok(false);
    }
    if let Some(connector) = &filter.connector
        && rows::text_or_empty(row, STATE + 6)? != connector
    {
        return Ok(false);
    }
    if let Some(status) = filter.status
        && rows::status(row, STATE)? != status
    {
        return Ok(false);
    }
    if let Some(sender) = &filter.sender {
        let wanted = if sender == "<>" { "" } else { sender.as_str() };
        let found = rows::text(row, 2)?;
        return Ok(found.to_lowercase() == wanted.to_lowercase());
    }
    Ok(true)
}

/// One row per recipient, newest message first, recipients in their order.
pub(super) fn trace(
    connection: &Connection,
    filter: &TraceFilter,
) -> rusqlite::Result<Vec<TraceRow>> {
    let view = connection.unchecked_transaction()?;
    let Some(wanted) = Wanted::of(filter) else { return Ok(Vec::new()) };
    // Unfinished recipients are few among many: they have an index.
    let source = if wanted.status.is_some_and(|(_, last)| last < rows::FIRST_END) {
        "recipient r INDEXED BY queued CROSS JOIN message m ON m.id = r.id >> 14
         WHERE r.status < 3 AND"
    } else {
        "recipient r CROSS JOIN message m ON m.id = r.id >> 14 WHERE"
    };
    let sql = format!("SELECT {} FROM {source} r.id <= ? ORDER BY r.id DESC", columns());
    let from = filter.after.map_or(i64::MAX, |after| rows::recipient_rows(after.message).1);
    let mut found: Vec<TraceRow> = Vec::new();
    let mut too_old = 0;
    let mut statement = view.prepare_cached(&sql)?;
    let mut rows = statement.query([from])?;
    while let Some(row) = rows.next()? {
        let key = rows::recipient_key(row.get(0)?);
        // The last message is walked to its first recipient, which comes first in the listing.
        if found.len() >= wanted.limit
            && found.last().map(|row| row.key.message) != Some(key.message)
        {
            break;
        }
        if !wanted.since(row)? {
            too_old += 1;
            if too_old >= TOO_OLD {
                break;
            }
            continue;
        }
        too_old = 0;
        let passed = filter
            .after
            .is_some_and(|after| after.message == key.message && key.index <= after.index);
        if !passed && wanted.passes(row)? {
            found.push(trace_row(row)?);
        }
    }
    // The walk backwards also turned the recipients of each message around.
    for message in found.chunk_by_mut(|a, b| a.key.message == b.key.message) {
        message.reverse();
    }
    found.truncate(wanted.limit);
    Ok(found)
}

/// A filter, made ready.
struct Wanted<'f> {
    filter: &'f TraceFilter,
    sender: Option<String>,
    recipient: Option<String>,
    subject: Option<String>,
    message_id: Option<&'f str>,
    /// Status codes, first and last.
    status: Option<(i64, i64)>,
    limit: usize,
}

impl<'f> Wanted<'f> {
    /// `None` when nothing can pass: the status is none of ours.
    fn of(filter: &'f TraceFilter) -> Option<Self> {
        let lower = |text: &Option<String>| text.as_ref().map(|text| text.to_lowercase());
        let status = match filter.status.as_deref() {
            None => None,
            Some("pending") => Some((0, 1)),
            Some("held") => Some((2, 2)),
            Some("delivered") => Some((3, 3)),
            Some("relayed") => Some((4, 4)),
            Some("expanded") => Some((5, 5)),
            Some("failed") => Some((6, 7)),
            Some(_) => return None,
        };
        Some(Self {
            filter,
            sender: lower(&filter.sender),
            recipient: lower(&filter.recipient),
            subject: lower(&filter.subject),
            message_id: filter.message_id.as_deref().map(without_brackets),
            status,
            limit: if filter.limit == 0 { TRACE_LIMIT } else { filter.limit },
        })
    }

    /// Whether the message was not received too early.
    fn since(&self, row: &Row<'_>) -> rusqlite::Result<bool> {
        let Some(since) = self.filter.since else { return Ok(true) };
        Ok(row.get::<_, i64>(6)? >= since.as_millis())
    }

    /// Everything else.
    fn passes(&self, row: &Row<'_>) -> rusqlite::Result<bool> {
        let received_at: i64 = row.get(6)?;
        let status: i64 = row.get(STATE)?;
        if self.filter.until.is_some_and(|until| received_at >= until.as_millis())
            || self.status.is_some_and(|(first, last)| status < first || status > last)
        {
            return Ok(false);
        }
        if let Some(wanted) = &self.recipient
            && !contains(rows::text(row, 1)?, wanted)
        {
            return Ok(false);
        }
        if let Some(wanted) = &self.sender {
            let sender = rows::text(row, 2)?;
            let passes = if wanted == "<>" { sender.is_empty() } else { contains(sender, wanted) };
            if !passes {
                return Ok(false);
            }
        }
        if let Some(wanted) = self.message_id
            && without_brackets(rows::text_or_empty(row, 3)?) != wanted
        {
            return Ok(false);
        }
        match &self.subject {
            Some(wanted) => Ok(contains(rows::text_or_empty(row, 4)?, wanted)),
            None => Ok(true),
        }
    }
}

fn without_brackets(id: &str) -> &str {
    id.trim().trim_start_matches('<').trim_end_matches('>')
}

/// Whether `wanted`, which is in lower case, is part of `text` in any case.
fn contains(text: &str, wanted: &str) -> bool {
    if text.is_ascii() && wanted.is_ascii() {
        return wanted.is_empty()
            || text
                .as_bytes()
                .windows(wanted.len())
                .any(|w| w.eq_ignore_ascii_case(wanted.as_bytes()));
    }
    text.to_lowercase().contains(wanted)
}

fn trace_row(row: &Row<'_>) -> rusqlite::Result<TraceRow> {
    Ok(TraceRow {
        key: rows::recipient_key(row.get(0)?),
        header: Facts::from_row(row, 5)?.header(row.get(3)?, row.get(4)?),
        sender: rows::reverse_path(row, 2)?,
        recipient: rows::address(row, 1)?,
        received_at: rows::time(row, 6)?,
        status: rows::status(row, STATE)?,
        last: rows::last_result(row, STATE + 4)?,
        events: Vec::new(),
    })
}

/// Every recipient of one message with its events.
pub(super) fn trace_show(connection: &Connection, id: QueueId) -> rusqlite::Result<Vec<TraceRow>> {
    let view = connection.unchecked_transaction()?;
    let sql = format!(
        "SELECT {}, r.ended_at, r.end_tried, r.end_detail, m.report_about
         FROM recipient r JOIN message m ON m.id = r.id >> 14
         WHERE r.id BETWEEN ? AND ? ORDER BY r.id",
        columns()
    );
    let mut statement = view.prepare_cached(&sql)?;
    let (first, last) = rows::recipient_rows(id);
    let mut rows = statement.query([first, last])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let mut line = trace_row(row)?;
        line.events = events(&view, row, &line)?;
        found.push(line);
    }
    Ok(found)
}

/// All events of a recipient: those that were written, and those that its rows tell.
fn events(connection: &Connection, row: &Row<'_>, line: &TraceRow) -> rusqlite::Result<Vec<Event>> {
    // At one moment: acceptance, what happened in between, the end, the report about it.
    let mut events = vec![(0, received(row, line)?)];
    let mut written = connection
        .prepare_cached("SELECT at, kind, detail FROM event WHERE recipient = ? ORDER BY number")?;
    let mut lines = written.query([row.get::<_, i64>(0)?])?;
    while let Some(event) = lines.next()? {
        let kind: String = event.get(1)?;
        let rank = if kind == "report" || kind == "redirected" { 3 } else { 1 };
        events.push((rank, Event { at: rows::time(event, 0)?, kind, detail: event.get(2)? }));
    }
    let first = STATE + 9;
    if let Some(ended_at) = rows::optional_time(row, first)? {
        let tried = row.get::<_, Option<bool>>(first + 1)? == Some(true);
        events.extend(end(line, ended_at, tried, row.get(first + 2)?).map(|event| (2, event)));
    }
    events.sort_by_key(|(rank, event)| (event.at, *rank));
    Ok(events.into_iter().map(|(_, event)| event).collect())
}

/// The line of acceptance.
fn received(row: &Row<'_>, line: &TraceRow) -> rusqlite::Result<Event> {
    let about = row.get::<_, Option<i64>>(STATE + 12)?.map(rows::message_id);
    let origin = Facts::from_row(row, 5)?.origin_text();
    let size: i64 = row.get(8)?;
    let detail = match about {
        Some(about) => format!("{size} octets, a report about {about}"),
        None => format!("{size} octets{origin}"),
    };
    Ok(Event { at: line.received_at, kind: "received".into(), detail })
}

/// The lines of the end: the attempt, if it was one, and what became of it.
fn end(
    line: &TraceRow,
    ended_at: Timestamp,
    tried: bool,
    detail: Option<String>,
) -> impl Iterator<Item = Event> {
    let kind = match line.status {
        Status::Delivered => "delivered",
        Status::Relayed => "relayed",
        Status::Expanded => "expanded",
        _ => "failed",
    };
    let result = line.last.as_ref().map(describe).unwrap_or_default();
    let attempt = tried.then(|| {
        let began = line.last.as_ref().and_then(|last| last.attempt.as_ref());
        // Never after the end, whatever a clock that was set back says.
        let at = began.map_or(ended_at, |attempt| attempt.at.min(ended_at));
        Event { at, kind: "attempt".into(), detail: result.clone() }
    });
    let end = Event { at: ended_at, kind: kind.into(), detail: detail.unwrap_or(result) };
    attempt.into_iter().chain(std::iter::once(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_texts_are_found_in_any_case() {
        for (text, wanted) in
            [("Alice@Contoso.example", "alice@"), ("Grüße", "GRÜSSE"), ("Größe", "größ"), ("", "")]
        {
            assert_eq!(
                contains(text, &wanted.to_lowercase()),
                text.to_lowercase().contains(&wanted.to_lowercase()),
                "{text} {wanted}"
            );
        }
        assert!(contains("Alice@Contoso.example", "contoso.EXAMPLE".to_lowercase().as_str()));
        assert!(!contains("a", "ab"));
        assert_eq!(without_brackets(" <a@b> "), "a@b");
    }
}
