//! Routes about failing paths: alerts and remedies.

use axum::extract::{Path, State};
use axum::{Extension, Json};

use super::Api;
use super::author::Author;
use super::error::ApiError;
use super::extract::{JsonBody, QueryString, Reader};
use crate::control::ControlError;
use crate::types::{
    AlertQuery, AlertView, CloseAlert, ErrorBody, FixAnswer, FixPlan, FixQuery, FixRequest,
};

/// The longest reason.
const REASON: usize = 1000;

fn number(text: &str) -> Result<u64, ApiError> {
    text.parse().map_err(|_| {
        ApiError::bad_request("the number of an alert is a number", "see `causeway alert list`")
    })
}

const SEE_ALERTS: &str = "see `causeway alert list` for their numbers";

fn no_such_alert(id: u64) -> ApiError {
    ApiError::not_found(format!("there is no alert {id}"), SEE_ALERTS)
}

/// The same when the server says so.
fn refused(id: u64, error: ControlError) -> ApiError {
    match error {
        ControlError::NotFound(_) => no_such_alert(id),
        other => other.into(),
    }
}

fn check(reason: &str) -> Result<(), ApiError> {
    if reason.chars().count() > REASON || reason.contains(char::is_control) {
        return Err(ApiError::bad_request(
            "reason: it is too long, or has control characters",
            "write at most 1000 characters on one line",
        ));
    }
    Ok(())
}

/// Failing paths, those that were, and their causes; newest first.
#[utoipa::path(get, path = "/v1/alerts", tag = "alerts", params(AlertQuery), responses((status = 200, body = Vec<AlertView>), (status = "default", body = ErrorBody)))]
pub(super) async fn list(
    State(api): State<Api>,
    Reader(language): Reader,
    QueryString(mut query): QueryString<AlertQuery>,
) -> Json<Vec<AlertView>> {
    query.language.get_or_insert(language);
    Json(api.inner.control.alerts(&query))
}

/// One alert.
#[utoipa::path(get, path = "/v1/alerts/{id}", tag = "alerts", params(("id" = u64, Path, description = "The number of the alert"), AlertQuery), responses((status = 200, body = AlertView), (status = "default", body = ErrorBody)))]
pub(super) async fn show(
    State(api): State<Api>,
    Path(id): Path<String>,
    Reader(language): Reader,
    QueryString(mut query): QueryString<AlertQuery>,
) -> Result<Json<AlertView>, ApiError> {
    query.language.get_or_insert(language);
    let id = number(&id)?;
    let alert = api.inner.control.alert(id, query.language);
    Ok(Json(alert.ok_or_else(|| no_such_alert(id))?))
}

/// Closes an alert: it stays closed while its path fails in the same way.
#[utoipa::path(post, path = "/v1/alerts/{id}/close", tag = "alerts", params(("id" = u64, Path, description = "The number of the alert")), request_body = CloseAlert, responses((status = 200, body = AlertView), (status = "default", body = ErrorBody)))]
pub(super) async fn close(
    State(api): State<Api>,
    Path(id): Path<String>,
    Extension(author): Extension<Author>,
    Reader(language): Reader,
    JsonBody(mut request): JsonBody<CloseAlert>,
) -> Result<Json<AlertView>, ApiError> {
    request.language.get_or_insert(language);
    let id = number(&id)?;
    check(&request.reason)?;
    let closed = api.inner.control.alert_close(id, request, author.0).await;
    Ok(Json(closed.map_err(|error| refused(id, error))?))
}

/// What a remedy would do. Changes nothing.
#[utoipa::path(get, path = "/v1/alerts/{id}/fix", tag = "alerts", params(("id" = u64, Path, description = "The number of the alert"), FixQuery), responses((status = 200, body = FixPlan), (status = "default", body = ErrorBody)))]
pub(super) async fn plan(
    State(api): State<Api>,
    Path(id): Path<String>,
    Reader(language): Reader,
    QueryString(mut query): QueryString<FixQuery>,
) -> Result<Json<FixPlan>, ApiError> {
    query.language.get_or_insert(language);
    let id = number(&id)?;
    let plan = api.inner.control.fix_plan(id, query).await;
    Ok(Json(plan.map_err(|error| refused(id, error))?))
}

/// Applies a remedy and waits up to 15 s for what comes of it.
#[utoipa::path(post, path = "/v1/alerts/{id}/fix", tag = "alerts", params(("id" = u64, Path, description = "The number of the alert")), request_body = FixRequest, responses((status = 200, body = FixAnswer), (status = "default", body = ErrorBody)))]
pub(super) async fn apply(
    State(api): State<Api>,
    Path(id): Path<String>,
    Extension(author): Extension<Author>,
    Reader(language): Reader,
    JsonBody(mut request): JsonBody<FixRequest>,
) -> Result<Json<FixAnswer>, ApiError> {
    request.language.get_or_insert(language);
    let id = number(&id)?;
    check(&request.reason)?;
    let done = api.inner.control.fix_apply(id, request, author.0).await;
    Ok(Json(done.map_err(|error| refused(id, error))?))
}
