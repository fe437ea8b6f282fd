//! Routes that change the mail flow: plan, apply, revisions.

use axum::extract::{Path, State};
use axum::{Extension, Json};
use causeway_catalog::Texts;
use causeway_model::config::Language;
use causeway_store::RevisionEntry;

use super::Api;
use super::author::Author;
use super::error::ApiError;
use super::extract::{LongJsonBody, QueryString, Reader, page_size};
use crate::control::FlowChange;
use crate::types::{
    ApplyAnswer, ApplyRequest, ErrorBody, FlowView, PlanAnswer, Proposal, RevisionDetail,
    RevisionPage, RevisionQuery, RevisionView,
};

/// The revision in force and its text.
#[utoipa::path(get, path = "/v1/flow", tag = "mail flow", responses((status = 200, body = FlowView), (status = "default", body = ErrorBody)))]
pub(super) async fn show(State(api): State<Api>) -> Result<Json<FlowView>, ApiError> {
    Ok(Json(api.inner.control.flow().await?))
}

/// What a text would change and do. Changes nothing.
#[utoipa::path(post, path = "/v1/flow/plan", tag = "mail flow", request_body = Proposal, responses((status = 200, body = PlanAnswer), (status = "default", body = ErrorBody)))]
pub(super) async fn plan(
    State(api): State<Api>,
    Reader(language): Reader,
    LongJsonBody(proposal): LongJsonBody<Proposal>,
) -> Result<Json<PlanAnswer>, ApiError> {
    let text = proposed(&api, proposal.text, proposal.revision).await?;
    let planned = api.inner.control.flow_plan(text).await;
    let answer = planned.map_err(|error| ApiError::spoken(error, language))?;
    Ok(Json(answer.speak(language)))
}

/// Puts a text in force, or an earlier revision. 400 without `base`, the revision that the change was made
/// from; 409 when `base` is no longer the revision in force.
#[utoipa::path(post, path = "/v1/flow/apply", tag = "mail flow", request_body = ApplyRequest, responses((status = 200, body = ApplyAnswer), (status = "default", body = ErrorBody)))]
pub(super) async fn apply(
    State(api): State<Api>,
    Extension(author): Extension<Author>,
    Reader(language): Reader,
    LongJsonBody(request): LongJsonBody<ApplyRequest>,
) -> Result<Json<ApplyAnswer>, ApiError> {
    let ApplyRequest { text, revision, mut reason, base, force } = request;
    if let (Some(number), true) = (revision, reason.is_empty()) {
        reason = format!("back to revision {number}");
    }
    let base = base.ok_or_else(no_base)?;
    if reason.chars().count() > 1000 || reason.contains(char::is_control) {
        return Err(ApiError::bad_request(
            "reason: it is too long, or has control characters",
            "write at most 1000 characters on one line",
        ));
    }
    let text = proposed(&api, text, revision).await?;
    let change = FlowChange { text, base, reason, force, author: author.0 };
    let applied = api.inner.control.flow_apply(change).await;
    let answer = applied.map_err(|error| ApiError::spoken(error, language))?;
    Ok(Json(answer.speak(language)))
}

/// Whoever does not say what they have seen would overwrite what they have not.
fn no_base() -> ApiError {
    ApiError::bad_request(
        "base is missing: the revision that the change was made from",
        "send \"base\" with the revision of GET /v1/flow, or with the base that the plan gave",
    )
    .at("base")
}

/// The text that is to be in force.
async fn proposed(
    api: &Api,
    text: Option<String>,
    revision: Option<u64>,
) -> Result<String, ApiError> {
    match (text, revision) {
        (Some(text), None) => Ok(text),
        (None, Some(number)) => {
            let revision = api.inner.store.revision(Some(number)).await?;
            match revision {
                Some(revision) => Ok(revision.text),
                None => Err(no_such_revision(api, number).await),
            }
        }
        _ => Err(ApiError::bad_request(
            "a proposal is either a text or the number of a revision",
            "send one of \"text\" and \"revision\"",
        )),
    }
}

async fn no_such_revision(api: &Api, number: u64) -> ApiError {
    let what = format!("there is no revision {number}");
    match api.inner.store.revisions(None, 1).await.as_deref() {
        Ok([newest]) => ApiError::not_found(
            what,
            format!("the newest is {}; see `causeway history` for all of them", newest.number),
        ),
        _ => ApiError::not_found(what, "see `causeway history` for their numbers"),
    }
}

/// The revisions, newest first.
#[utoipa::path(get, path = "/v1/flow/revisions", tag = "mail flow", params(RevisionQuery), responses((status = 200, body = RevisionPage), (status = "default", body = ErrorBody)))]
pub(super) async fn revisions(
    State(api): State<Api>,
    Reader(language): Reader,
    QueryString(query): QueryString<RevisionQuery>,
) -> Result<Json<RevisionPage>, ApiError> {
    let limit = page_size(query.limit)?;
    let found = api.inner.store.revisions(query.before, limit).await?;
    let next = found.last().map(|last| last.number).filter(|&last| last > 1);
    let next = next.filter(|_| found.len() >= limit);
    Ok(Json(RevisionPage {
        revisions: found.into_iter().map(|found| view(found, language)).collect(),
        next,
    }))
}

/// What changed is as it was recorded, in English.
fn view(entry: RevisionEntry, language: Language) -> RevisionView {
    let diff = match entry.changes.is_empty() {
        true => Texts::get(language).text("change-nothing"),
        false => entry.changes.join("\n"),
    };
    RevisionView {
        revision: entry.number,
        at: entry.at,
        author: entry.author,
        reason: entry.reason,
        diff,
    }
}

/// One revision with its whole text.
#[utoipa::path(get, path = "/v1/flow/revisions/{number}", tag = "mail flow", params(("number" = String, Path, description = "The revision")), responses((status = 200, body = RevisionDetail), (status = "default", body = ErrorBody)))]
pub(super) async fn revision(
    State(api): State<Api>,
    Reader(language): Reader,
    Path(number): Path<String>,
) -> Result<Json<RevisionDetail>, ApiError> {
    let number: u64 = number.parse().map_err(|_| {
        ApiError::bad_request("the number of a revision is a number", "see `causeway history`")
    })?;
    let found = api.inner.store.revision(Some(number)).await?;
    let Some(found) = found else { return Err(no_such_revision(&api, number).await) };
    Ok(Json(RevisionDetail {
        changes: found.entry.changes.clone(),
        revision: view(found.entry, language),
        // What an older version wrote in another form is not worth a failure.
        effects: serde_json::from_str(&found.effects).unwrap_or_default(),
        text: found.text,
    }))
}
