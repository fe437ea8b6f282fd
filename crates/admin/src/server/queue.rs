//! Routes of the queue: what waits, and what to do with it.

use axum::Json;
use axum::extract::{Path, State};
use causeway_model::RecipientKey;
use causeway_model::config::Language;
use causeway_store::{QueueFilter, QueuedMessage, RecipientState, StoredMessage, TraceRow};

use super::Api;
use super::error::ApiError;
use super::extract::{JsonBody, QueryString, Reader, page_size, queue_id};
use crate::control::LiveState;
use crate::types::{
    AlertQuery, AlertStates, AlertView, ErrorBody, MessageDetail, QueueAction, QueueActionRequest,
    QueueMessage, QueuePage, QueueQuery, QueueRecipient, RecipientStatus, Selection,
    SelectionFilter, Touched, sender_text,
};

/// What waits, oldest first.
#[utoipa::path(get, path = "/v1/queue", tag = "queue", params(QueueQuery), responses((status = 200, body = QueuePage), (status = "default", body = ErrorBody)))]
pub(super) async fn list(
    State(api): State<Api>,
    QueryString(query): QueryString<QueueQuery>,
) -> Result<Json<QueuePage>, ApiError> {
    let limit = page_size(query.limit)?;
    if let Some(status) = query.status
        && !status.is_queued()
    {
        return Err(no_such_queue_status(status));
    }
    // Not by connector: what waits for a failing site was not tried itself, and only the scheduler
    // knows where it was to go.
    if let (Some(name), None) = (&query.connector, query.after) {
        refuse_unknown_connector(&api, name).await?;
    }
    // What waits for a failing site is deferred for people and ready for the store.
    let filter = QueueFilter {
        domain: query.domain,
        status: query.status.filter(|s| *s == RecipientStatus::Held).and_then(|s| s.stored()),
        sender: query.sender,
        limit,
        after: query.after,
        ..QueueFilter::default()
    };
    let found = api.inner.store.list_queue(filter).await?;
    let next = if found.len() >= limit { found.last().map(|message| message.id) } else { None };
    let mut messages = with_live_states(&api, found);
    for message in &mut messages {
        message.recipients.retain(|recipient| {
            query.status.is_none_or(|status| recipient.status == status)
                && (query.connector.is_none() || recipient.connector == query.connector)
        });
    }
    messages.retain(|message| !message.recipients.is_empty());
    Ok(Json(QueuePage { now: api.inner.control.now(), messages, next }))
}

/// A connector that neither the configuration has nor anything that waits.
async fn refuse_unknown_connector(api: &Api, name: &str) -> Result<(), ApiError> {
    let flow = api.inner.control.mail_flow();
    let known: Vec<&str> = flow.connectors.iter().map(|connector| connector.name()).collect();
    if known.contains(&name) {
        return Ok(());
    }
    let filter =
        QueueFilter { connector: Some(name.to_owned()), limit: 1, ..QueueFilter::default() };
    if !api.inner.store.list_queue(filter).await?.is_empty() {
        return Ok(());
    }
    let shown: String = name.chars().take(80).collect();
    let instead = match causeway_model::config::nearest(&shown, &known) {
        Some(near) => format!("did you mean {near:?}?"),
        None => "see `causeway connector list` for the names".to_owned(),
    };
    Err(ApiError::bad_request(format!("there is no connector {shown:?}"), instead))
}

/// How many of the selected recipients are on hold.
async fn on_hold(api: &Api, selection: &Selection) -> Result<u64, ApiError> {
    let filter = QueueFilter {
        status: RecipientStatus::Held.stored(),
        limit: 1000,
        ..selection.to_queue_filter()
    };
    let found = api.inner.store.list_queue(filter).await?;
    Ok(found.iter().map(|message| message.recipients.len() as u64).sum())
}

fn no_such_queue_status(status: RecipientStatus) -> ApiError {
    ApiError::bad_request(
        format!("status: nothing in the queue is {}", status.name()),
        "use ready, deferred, held or delivering, and `causeway trace` for mail that has ended",
    )
}

/// Stored messages with what only the scheduler knows laid over them.
pub(super) fn with_live_states(api: &Api, found: Vec<QueuedMessage>) -> Vec<QueueMessage> {
    let keys: Vec<RecipientKey> = found
        .iter()
        .flat_map(|message| {
            message
                .recipients
                .iter()
                .map(|(index, ..)| RecipientKey { message: message.id, index: *index })
        })
        .collect();
    let mut live = api.inner.control.live(&keys).into_iter();
    found
        .into_iter()
        .map(|message| QueueMessage {
            id: message.id,
            message_id: message.header.message_id,
            sender: sender_text(&message.sender),
            subject: message.header.subject,
            size: message.size,
            received_at: message.received_at,
            expires_at: message.expires_at,
            recipients: message
                .recipients
                .into_iter()
                .map(|(index, address, state)| {
                    recipient(index, address, state, live.next().flatten())
                })
                .collect(),
        })
        .collect()
}

/// One recipient as people see it. What the scheduler knows goes before what the store knows; a
/// recipient that has ended or is on hold is not delivering, whatever memory says.
fn recipient(
    index: u32,
    address: causeway_model::Address,
    state: RecipientState,
    live: Option<LiveState>,
) -> QueueRecipient {
    let mut recipient = QueueRecipient {
        index,
        address,
        status: state.status.into(),
        attempts: state.attempts,
        next_attempt_at: None,
        destination: None,
        connector: None,
        paused: false,
        code: None,
        reply: None,
        security: None,
        events: None,
    };
    recipient.set_result(state.last);
    let waiting = matches!(recipient.status, RecipientStatus::Ready | RecipientStatus::Deferred);
    if !waiting {
        return recipient;
    }
    recipient.next_attempt_at = Some(state.next_attempt_at);
    if let Some(live) = live {
        if live.delivering {
            recipient.status = RecipientStatus::Delivering;
        }
        recipient.attempts = recipient.attempts.max(live.attempts);
        recipient.next_attempt_at = live.next_attempt_at.or(recipient.next_attempt_at);
        if live.last.is_some() && recipient.status == RecipientStatus::Ready {
            // Not tried itself: it waits for its site to be reached.
            recipient.status = RecipientStatus::Deferred;
        }
        recipient.set_result(live.last);
        // Where it waits goes before where it was tried last.
        recipient.connector = live.connector.or(recipient.connector);
        recipient.paused = live.paused;
    }
    recipient
}

/// Everything about one message.
#[utoipa::path(get, path = "/v1/queue/{id}", tag = "queue", params(("id" = String, Path, description = "The message")), responses((status = 200, body = MessageDetail), (status = "default", body = ErrorBody)))]
pub(super) async fn show(
    State(api): State<Api>,
    Reader(language): Reader,
    Path(id): Path<String>,
) -> Result<Json<MessageDetail>, ApiError> {
    let id = queue_id(&id)?;
    let Some(message) = api.inner.store.load(id).await? else {
        return Err(unknown_message(&id.to_string()));
    };
    let rows = api.inner.store.trace_show(id).await?;
    Ok(Json(detail(&api, message, rows, language)))
}

fn unknown_message(id: &str) -> ApiError {
    ApiError::not_found(
        format!("there is no message {id}"),
        "look for it with `causeway queue list` or `causeway trace`",
    )
}

/// The open alerts of the paths that recipients wait for.
fn alerts_of(api: &Api, recipients: &[QueueRecipient], language: Language) -> Vec<AlertView> {
    let (state, language) = (Some(AlertStates::Open), Some(language));
    let query = AlertQuery { state, language, ..AlertQuery::default() };
    let waits_for = |alert: &AlertView| {
        recipients.iter().filter(|recipient| recipient.status.is_queued()).any(|recipient| {
            match &alert.connector {
                Some(_) => recipient.connector == alert.connector,
                None => {
                    recipient.destination.is_some() && recipient.destination == alert.destination
                }
            }
        })
    };
    api.inner.control.alerts(&query).into_iter().filter(waits_for).collect()
}

fn detail(
    api: &Api,
    message: StoredMessage,
    rows: Vec<TraceRow>,
    language: Language,
) -> MessageDetail {
    let keys: Vec<RecipientKey> = (0u32..)
        .take(message.recipients.len())
        .map(|index| RecipientKey { message: message.id, index })
        .collect();
    let mut live = api.inner.control.live(&keys).into_iter();
    let mut events: Vec<_> = rows.into_iter().map(|row| (row.key.index, row.events)).collect();
    let recipients: Vec<QueueRecipient> = (0u32..)
        .zip(message.envelope.recipients.into_iter().zip(message.recipients))
        .map(|(index, (envelope, state))| {
            let mut recipient = recipient(index, envelope.address, state, live.next().flatten());
            recipient.events = Some(
                events
                    .iter_mut()
                    .find(|(of, _)| *of == index)
                    .map(|(_, events)| std::mem::take(events))
                    .unwrap_or_default(),
            );
            recipient
        })
        .collect();
    let alerts = alerts_of(api, &recipients, language);
    MessageDetail {
        alerts,
        message: QueueMessage {
            id: message.id,
            message_id: message.header.message_id,
            sender: sender_text(&message.envelope.reverse_path),
            subject: message.header.subject,
            size: message.size,
            received_at: message.received_at,
            expires_at: message.expires_at,
            recipients,
        },
        origin: message.envelope.origin,
        report_about: message.report_about,
        now: api.inner.control.now(),
    }
}

/// Acts on waiting recipients.
#[utoipa::path(post, path = "/v1/queue/{id}", tag = "queue", params(("id" = String, Path, description = "The action: retry, hold, release, return, remove or redirect")), request_body = QueueActionRequest, responses((status = 200, body = Touched), (status = "default", body = ErrorBody)))]
pub(super) async fn act(
    State(api): State<Api>,
    Path(action): Path<String>,
    JsonBody(request): JsonBody<QueueActionRequest>,
) -> Result<Json<Touched>, ApiError> {
    let action = action_named(&action)?;
    check_selection(&api, &request.selection).await?;
    let reason = checked_reason(request.reason)?;
    if action == QueueAction::Redirect && request.to.is_none() {
        return Err(ApiError::bad_request(
            "to: the new address is missing",
            "say where the mail is to go instead",
        ));
    }
    if action != QueueAction::Redirect && request.to.is_some() {
        return Err(ApiError::bad_request(
            format!("to: {} takes no new address", action.name()),
            "leave it out, or use redirect",
        ));
    }
    let held = match action {
        QueueAction::Retry => Some(on_hold(&api, &request.selection).await?).filter(|n| *n > 0),
        _ => None,
    };
    let (control, selection) = (&api.inner.control, request.selection);
    let recipients = match (action, request.to) {
        (QueueAction::Retry, _) => control.retry(selection).await,
        (QueueAction::Hold, _) => control.hold(selection, reason).await,
        (QueueAction::Release, _) => control.release(selection).await,
        (QueueAction::Return, _) => control.return_to_sender(selection, reason).await,
        (QueueAction::Redirect, Some(to)) => control.redirect(selection, to).await,
        (QueueAction::Remove | QueueAction::Redirect, _) => control.remove(selection, reason).await,
    }?;
    tracing::info!(action = action.name(), recipients, "an administrator acted on the queue");
    Ok(Json(Touched { recipients, held }))
}

fn action_named(name: &str) -> Result<QueueAction, ApiError> {
    use QueueAction::{Hold, Redirect, Release, Remove, Retry, Return};
    [Retry, Hold, Release, Return, Remove, Redirect]
        .into_iter()
        .find(|action| action.name() == name)
        .ok_or_else(|| {
            ApiError::not_found(
                format!("there is no queue action {:?}", name.chars().take(40).collect::<String>()),
                "use retry, hold, release, return, remove or redirect",
            )
        })
}

/// Refuses selections that say less than they seem to: no ids, no condition, ids of messages that
/// are not in the queue.
async fn check_selection(api: &Api, selection: &Selection) -> Result<(), ApiError> {
    match selection {
        Selection::All => Ok(()),
        Selection::Filter(filter) if *filter == SelectionFilter::default() => {
            Err(ApiError::bad_request(
                "selection: the filter has no condition",
                "say \"all\" when the whole queue is meant",
            ))
        }
        Selection::Filter(SelectionFilter { connector: Some(name), status: None, .. }) => {
            refuse_unknown_connector(api, name).await
        }
        Selection::Filter(filter) => match filter.status {
            Some(RecipientStatus::Delivering) => Err(ApiError::bad_request(
                "status: what is being delivered cannot be selected, it may end at any moment",
                "name the messages by their ids",
            )),
            Some(status) if !status.is_queued() => Err(no_such_queue_status(status)),
            _ => Ok(()),
        },
        Selection::Ids(ids) if ids.is_empty() => Err(ApiError::bad_request(
            "selection: no ids",
            "name at least one message, or say \"all\"",
        )),
        Selection::Ids(ids) => {
            let found = api.inner.store.list_queue(selection.to_queue_filter()).await?;
            let missing: Vec<String> = ids
                .iter()
                .filter(|id| !found.iter().any(|message| message.id == **id))
                .map(ToString::to_string)
                .collect();
            if missing.is_empty() {
                return Ok(());
            }
            let shown = missing.iter().take(5).cloned().collect::<Vec<_>>().join(", ");
            let more = if missing.len() > 5 { ", …" } else { "" };
            Err(ApiError::not_found(
                format!("not in the queue: {shown}{more}; nothing was done"),
                "see `causeway trace show ID` for what became of it",
            ))
        }
    }
}

fn checked_reason(reason: Option<String>) -> Result<String, ApiError> {
    let reason = reason.unwrap_or_default();
    if reason.chars().count() > 500 {
        return Err(ApiError::bad_request("reason: longer than 500 characters", "say it shorter"));
    }
    if reason.chars().any(char::is_control) {
        return Err(ApiError::bad_request(
            "reason: has a control character (a line end, perhaps)",
            "write it on one line",
        ));
    }
    Ok(reason)
}
