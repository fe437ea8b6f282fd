//! Routes of the trace: what became of mail.

use axum::Json;
use axum::extract::{Path, State};
use causeway_model::config::Language;
use causeway_model::{Outcome, RecipientKey};
use causeway_store::{Status, TraceFilter, TraceRow};

use super::Api;
use super::error::ApiError;
use super::extract::{QueryString, Reader, page_size, queue_id};
use crate::types::{
    AlertQuery, AlertView, ErrorBody, Security, TraceEntry, TracePage, TraceQuery, sender_text,
};

/// What became of mail, newest first.
#[utoipa::path(get, path = "/v1/trace", tag = "trace", params(TraceQuery), responses((status = 200, body = TracePage), (status = "default", body = ErrorBody)))]
pub(super) async fn list(
    State(api): State<Api>,
    QueryString(query): QueryString<TraceQuery>,
) -> Result<Json<TracePage>, ApiError> {
    let limit = page_size(query.limit)?;
    let after = query.after.as_deref().map(cursor).transpose()?;
    let filter = TraceFilter {
        sender: query.sender,
        recipient: query.recipient,
        message_id: query.message_id,
        subject: query.subject,
        since: query.since,
        until: query.until,
        status: query.status.map(|status| status.name().to_owned()),
        limit,
        after,
    };
    let rows = api.inner.store.trace(filter).await?;
    let next = if rows.len() >= limit { rows.last().map(|row| cursor_text(row.key)) } else { None };
    let rows = entries(&api, rows, None);
    Ok(Json(TracePage { now: api.inner.control.now(), rows, next }))
}

/// Every recipient of one message with every event.
#[utoipa::path(get, path = "/v1/trace/{id}", tag = "trace", params(("id" = String, Path, description = "The message")), responses((status = 200, body = TracePage), (status = "default", body = ErrorBody)))]
pub(super) async fn show(
    State(api): State<Api>,
    Reader(language): Reader,
    Path(id): Path<String>,
) -> Result<Json<TracePage>, ApiError> {
    let id = queue_id(&id)?;
    let rows = api.inner.store.trace_show(id).await?;
    if rows.is_empty() {
        return Err(ApiError::not_found(
            format!("the trace has no message {id}"),
            "look for it with `causeway trace`; old mail is forgotten after some time",
        ));
    }
    let rows = entries(&api, rows, Some(language));
    Ok(Json(TracePage { now: api.inner.control.now(), rows, next: None }))
}

/// Rows as people see them; for a reader of this language with every event and with alerts. For what waits, the
/// scheduler may know a newer result: that of its site.
fn entries(api: &Api, rows: Vec<TraceRow>, in_full: Option<Language>) -> Vec<TraceEntry> {
    let keys: Vec<RecipientKey> = rows.iter().map(|row| row.key).collect();
    let live = api.inner.control.live(&keys);
    rows.into_iter()
        .zip(live)
        .map(|(mut row, live)| {
            if matches!(row.status, Status::Ready | Status::Deferred) {
                row.last = live.and_then(|live| live.last).or(row.last);
            }
            let alert = in_full.and_then(|language| alert_about(api, &row, language));
            TraceEntry { alert: alert.map(Box::new), ..entry(row, in_full.is_some()) }
        })
        .collect()
}

/// The alert that was open when the last attempt failed.
fn alert_about(api: &Api, row: &TraceRow, language: Language) -> Option<AlertView> {
    let attempt = row.last.as_ref()?.attempt.as_ref()?;
    if matches!(attempt.outcome, Outcome::Success(_)) {
        return None;
    }
    let query = AlertQuery {
        path: Some(attempt.site.clone()),
        language: Some(language),
        ..AlertQuery::default()
    };
    let was_open = |alert: &AlertView| {
        alert.first_seen <= attempt.at && alert.closed_at.is_none_or(|closed| attempt.at <= closed)
    };
    api.inner.control.alerts(&query).into_iter().find(was_open)
}

fn entry(row: TraceRow, with_events: bool) -> TraceEntry {
    let last = row.last.unwrap_or_default();
    let security = last.attempt.as_ref().and_then(Security::of);
    TraceEntry {
        id: row.key.message,
        message_id: row.header.message_id,
        sender: sender_text(&row.sender),
        recipient: row.recipient,
        subject: row.header.subject,
        received_at: row.received_at,
        status: row.status.into(),
        code: Some(last.code).filter(|code| !code.is_empty()),
        reply: Some(last.reply).filter(|reply| !reply.is_empty()),
        connector: last.connector,
        destination: last.destination,
        security,
        events: with_events.then_some(row.events),
        alert: None,
    }
}

/// Where a page ended: `ID.INDEX`.
fn cursor_text(key: RecipientKey) -> String {
    format!("{}.{}", key.message, key.index)
}

fn cursor(text: &str) -> Result<RecipientKey, ApiError> {
    let parse = || {
        let (message, index) = text.split_once('.')?;
        Some(RecipientKey { message: message.parse().ok()?, index: index.parse().ok()? })
    };
    parse().ok_or_else(|| {
        ApiError::bad_request(
            format!(
                "after: {:?} is no place in the list",
                text.chars().take(40).collect::<String>()
            ),
            "give the \"next\" of the page before",
        )
    })
}
