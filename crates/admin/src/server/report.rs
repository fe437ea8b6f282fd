//! Reports' pages, help pages, and what administrators see of them.
//!
//! The page of a report is for whoever has its token: nothing lists tokens, unknown and expired ones are
//! answered alike, and there is a bound on how many are answered. A GET changes nothing, whoever follows
//! the link: mail scanners follow them all. Sending again takes a POST with a field that only
//! the page has, and no browser that says that it comes from elsewhere.

use aws_lc_rs::{digest, hmac};
use axum::Json;
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use causeway_catalog::help::help;
use causeway_model::config::Language;
use causeway_model::{EnhancedCode, QueueId, Timestamp};
use http_body_util::{BodyExt, Limited};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::Api;
use super::error::ApiError;
use super::extract::QueryString;
use super::pages::{answer, language_of};
use crate::control::ControlError;
use crate::pages;
use crate::pages::report::{Notice, Place};
use crate::types::{Audience, ErrorBody, FeedbackView, ReturnedBy, ReturnedView, SentAgain};

/// Octets of a form. Ours have less than 200.
const MAX_FORM: usize = 4096;
/// Octets of a token or code in a path.
const MAX_NAME: usize = 64;
/// How the names of answers in the store begin.
const FEEDBACK: &str = "help-feedback:";
/// Pages of reports that are answered at once, and how many more a second.
const BURST: f64 = 120.0;
const EACH_SECOND: f64 = 5.0;

/// How many questions may still be answered.
#[derive(Debug)]
pub(super) struct Bucket {
    left: f64,
    at: Timestamp,
}

impl Default for Bucket {
    fn default() -> Self {
        Self { left: BURST, at: Timestamp::from_millis(0) }
    }
}

impl Bucket {
    /// True when one more may be answered at `now`.
    fn takes(&mut self, now: Timestamp) -> bool {
        let passed = now.since(self.at).as_secs_f64();
        self.left = (self.left + passed * EACH_SECOND).min(BURST);
        self.at = self.at.max(now);
        let has_room = self.left >= 1.0;
        if has_room {
            self.left -= 1.0;
        }
        has_room
    }
}

/// The query of a page.
#[derive(Debug, Deserialize)]
pub(super) struct PageQuery {
    lang: Option<String>,
    #[serde(rename = "for")]
    audience: Option<String>,
}

/// The form of a report's page.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct SendAgainForm {
    confirm: String,
    lang: Option<String>,
}

/// The form of a help page.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct FeedbackForm {
    helpful: String,
    lang: Option<String>,
    #[serde(rename = "for")]
    audience: Option<String>,
}

/// `GET /report/TOKEN`.
pub(super) async fn page(
    State(api): State<Api>,
    Path(token): Path<String>,
    QueryString(query): QueryString<PageQuery>,
    headers: HeaderMap,
) -> Response {
    let language = language_of(&api, query.lang.as_deref(), &headers);
    let visit = Visit::new(&api, token, language);
    match visit.mail().await {
        Ok(mail) => visit.show(StatusCode::OK, &mail, Notice::None),
        Err(response) => response,
    }
}

/// `POST /report/TOKEN`.
pub(super) async fn send_again(
    State(api): State<Api>,
    Path(token): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let form: SendAgainForm = read_form(body).await.unwrap_or_default();
    let language = language_of(&api, form.lang.as_deref(), &headers);
    let visit = Visit::new(&api, token, language);
    let mail = match visit.mail().await {
        Ok(mail) => mail,
        Err(response) => return response,
    };
    if !is_from_here(&headers) || !visit.is_confirmed(&form.confirm) {
        return visit.show(StatusCode::FORBIDDEN, &mail, Notice::NotFromHere);
    }
    let sent = api.inner.control.send_again(ReturnedBy::Token(visit.token.clone())).await;
    // As it is now.
    let now = visit.mail().await.unwrap_or(mail);
    match sent {
        Ok(sent) => {
            tracing::info!(id = %now.id, again = %sent.id, "a sender had returned mail sent again");
            visit.show(StatusCode::OK, &now, Notice::Sent(&sent))
        }
        Err(ControlError::Conflict { .. } | ControlError::NotFound(_)) => {
            visit.show(StatusCode::CONFLICT, &now, Notice::None)
        }
        Err(error) => {
            tracing::warn!(id = %now.id, %error, "returned mail could not be sent again");
            visit.show(StatusCode::SERVICE_UNAVAILABLE, &now, Notice::Failed)
        }
    }
}

/// Somebody with a token.
struct Visit<'a> {
    api: &'a Api,
    token: String,
    path: String,
    organization: String,
    language: Language,
}

impl<'a> Visit<'a> {
    fn new(api: &'a Api, mut token: String, language: Language) -> Self {
        if token.len() > MAX_NAME || !token.bytes().all(is_of_token) {
            token.clear();
        }
        Self {
            path: format!("/report/{token}"),
            organization: api.inner.control.mail_flow().organization.name.clone(),
            api,
            token,
            language,
        }
    }

    /// What the token is for, or the page that says why not.
    async fn mail(&self) -> Result<ReturnedView, Response> {
        let control = &self.api.inner.control;
        if !self.api.inner.page_visits.lock().takes(control.now()) {
            let page = pages::report::too_many(&self.path, &self.organization, self.language);
            return Err(answer(StatusCode::TOO_MANY_REQUESTS, page));
        }
        let found = match self.token.as_str() {
            "" => Ok(None),
            token => control.returned(ReturnedBy::Token(token.to_owned())).await,
        };
        match found {
            Ok(Some(mail)) => Ok(mail),
            Ok(None) => {
                let page = pages::report::gone(&self.path, &self.organization, self.language);
                Err(answer(StatusCode::NOT_FOUND, page))
            }
            Err(error) => Err(ApiError::from(error).into_response()),
        }
    }

    fn show(&self, status: StatusCode, mail: &ReturnedView, notice: Notice<'_>) -> Response {
        let place =
            Place { path: &self.path, confirm: &self.confirm(), organization: &self.organization };
        answer(status, pages::report::document(mail, notice, place, self.language))
    }

    /// What the form brings along: can be made from the token only.
    fn confirm(&self) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.token.as_bytes());
        let tag = hmac::sign(&key, b"send again");
        tag.as_ref().iter().take(16).map(|octet| format!("{octet:02x}")).collect()
    }

    fn is_confirmed(&self, confirm: &str) -> bool {
        // Hashes are compared, so the time taken tells nothing.
        let hash = |text: &str| digest::digest(&digest::SHA256, text.as_bytes());
        hash(confirm).as_ref() == hash(&self.confirm()).as_ref()
    }
}

const fn is_of_token(octet: u8) -> bool {
    octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'_')
}

/// False when the browser says that another site sent the form.
fn is_from_here(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if text("sec-fetch-site").is_some_and(|site| !matches!(site, "same-origin" | "none")) {
        return false;
    }
    // Our pages send no referrer, so browsers call their origin "null".
    match text("origin") {
        None | Some("null") => true,
        Some(origin) => {
            let host = origin.split_once("://").map(|(_, host)| host);
            host.is_some() && host == text(header::HOST.as_str())
        }
    }
}

async fn read_form<T: DeserializeOwned>(body: Body) -> Option<T> {
    let octets = Limited::new(body, MAX_FORM).collect().await.ok()?.to_bytes();
    let text = std::str::from_utf8(&octets).ok()?;
    let uri: Uri = format!("/?{text}").parse().ok()?;
    Query::<T>::try_from_uri(&uri).ok().map(|Query(form)| form)
}

/// What was returned of a message, and whether the cause still holds.
#[utoipa::path(get, path = "/v1/returned/{id}", tag = "reports", params(("id" = QueueId, Path, description = "The message")), responses((status = 200, body = ReturnedView), (status = "default", body = ErrorBody)))]
pub(super) async fn returned(
    State(api): State<Api>,
    Path(id): Path<QueueId>,
) -> Result<Json<ReturnedView>, ApiError> {
    let found = api.inner.control.returned(ReturnedBy::Message(id)).await?;
    found.map(Json).ok_or_else(|| {
        ApiError::not_found(
            format!("{id} was not returned, or its time is over"),
            "see `causeway trace show ID` for what became of it",
        )
    })
}

/// Sends a returned message again, once, to everybody it was returned for.
#[utoipa::path(post, path = "/v1/returned/{id}", tag = "reports", params(("id" = QueueId, Path, description = "The message")), responses((status = 200, body = SentAgain), (status = "default", body = ErrorBody)))]
pub(super) async fn send_again_by_name(
    State(api): State<Api>,
    Path(id): Path<QueueId>,
) -> Result<Json<SentAgain>, ApiError> {
    let sent = api.inner.control.send_again(ReturnedBy::Message(id)).await?;
    tracing::info!(%id, again = %sent.id, "an administrator had returned mail sent again");
    Ok(Json(sent))
}

fn audience(text: Option<&str>) -> Audience {
    match text {
        Some("admin") => Audience::Admin,
        _ => Audience::User,
    }
}

fn code_of(text: &str) -> Option<EnhancedCode> {
    text.parse().ok().filter(|_| text.len() <= MAX_NAME)
}

/// `GET /help/CODE`.
pub(super) async fn help_page(
    State(api): State<Api>,
    Path(code): Path<String>,
    QueryString(query): QueryString<PageQuery>,
    headers: HeaderMap,
) -> Response {
    let language = language_of(&api, query.lang.as_deref(), &headers);
    let help = code_of(&code).and_then(help);
    let flow = api.inner.control.mail_flow();
    let postmaster = flow.organization.postmaster.as_ref().map(ToString::to_string);
    let path = help.as_ref().map_or_else(|| "/help/0".into(), |h| format!("/help/{}", h.code));
    let status = if help.is_some() { StatusCode::OK } else { StatusCode::NOT_FOUND };
    let document = pages::help::document(
        help.as_ref(),
        audience(query.audience.as_deref()),
        &flow.organization.name,
        postmaster.as_deref(),
        &path,
        language,
    );
    answer(status, document)
}

/// What is kept of the answers to one help page.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Answers {
    helpful: u64,
    not_helpful: u64,
    last_at: i64,
}

/// `POST /help/CODE`: was it helpful?
pub(super) async fn feedback(
    State(api): State<Api>,
    Path(code): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let form: FeedbackForm = read_form(body).await.unwrap_or_default();
    let language = language_of(&api, form.lang.as_deref(), &headers);
    let audience = audience(form.audience.as_deref());
    let organization = api.inner.control.mail_flow().organization.name.clone();
    let Some(help) = code_of(&code).and_then(help) else {
        let document =
            pages::help::document(None, audience, &organization, None, "/help/0", language);
        return answer(StatusCode::NOT_FOUND, document);
    };
    let path = format!("/help/{}", help.code);
    let now = api.inner.control.now();
    let is_helpful = match form.helpful.as_str() {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    };
    let counts = is_from_here(&headers) && api.inner.page_visits.lock().takes(now);
    if let Some(is_helpful) = is_helpful.filter(|_| counts) {
        let key = format!("{FEEDBACK}{}:{}:{}", help.code, language.tag(), audience.name());
        if let Err(error) = count(&api, key, is_helpful, now).await {
            tracing::warn!(%error, "an answer to a help page could not be kept");
        }
    }
    answer(StatusCode::OK, pages::help::thanks(audience, &organization, &path, language))
}

async fn count(
    api: &Api,
    key: String,
    is_helpful: bool,
    now: Timestamp,
) -> Result<(), causeway_store::StoreError> {
    let _alone = api.inner.feedback.lock().await;
    let known = api.inner.store.recall(key.clone()).await?;
    let mut answers: Answers =
        known.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    match is_helpful {
        true => answers.helpful += 1,
        false => answers.not_helpful += 1,
    }
    answers.last_at = now.as_millis();
    let text = serde_json::to_string(&answers).unwrap_or_default();
    api.inner.store.remember(key, text).await
}

/// What readers thought of the help pages; those that helped least first.
#[utoipa::path(get, path = "/v1/report/feedback", tag = "reports", responses((status = 200, body = Vec<FeedbackView>), (status = "default", body = ErrorBody)))]
pub(super) async fn list_feedback(
    State(api): State<Api>,
) -> Result<Json<Vec<FeedbackView>>, ApiError> {
    let mut rows: Vec<FeedbackView> = api
        .inner
        .store
        .recall_all(FEEDBACK.into())
        .await?
        .into_iter()
        .filter_map(|(key, text)| {
            let mut parts = key.strip_prefix(FEEDBACK)?.split(':');
            let answers: Answers = serde_json::from_str(&text).ok()?;
            Some(FeedbackView {
                code: parts.next()?.to_owned(),
                language: Language::from_tag(parts.next()?)?,
                audience: audience(parts.next()),
                helpful: answers.helpful,
                not_helpful: answers.not_helpful,
                last_at: Timestamp::from_millis(answers.last_at),
            })
        })
        .collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.not_helpful));
    Ok(Json(rows))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_runs_dry_and_fills_again() {
        let at = |seconds: i64| Timestamp::from_millis(1_000_000 + seconds * 1000);
        let mut bucket = Bucket::default();
        assert_eq!((0..500).filter(|_| bucket.takes(at(0))).count(), 120);
        assert_eq!((0..500).filter(|_| bucket.takes(at(2))).count(), 10);
        assert!(!bucket.takes(at(1)), "a clock that goes back gives nothing");
    }

    #[test]
    fn forms_of_other_sites_are_told_apart() {
        let headers = |pairs: &[(&'static str, &'static str)]| {
            let mut headers = HeaderMap::new();
            for (name, value) in pairs {
                headers.insert(*name, value.parse().unwrap());
            }
            headers
        };
        for (pairs, from_here) in [
            (&[][..], true),
            (&[("sec-fetch-site", "same-origin"), ("origin", "null")], true),
            (&[("sec-fetch-site", "cross-site")], false),
            (&[("sec-fetch-site", "same-site")], false),
            (&[("origin", "https://evil.test"), ("host", "mail.ours.test")], false),
            (&[("origin", "https://mail.ours.test"), ("host", "mail.ours.test")], true),
            (&[("origin", "https://mail.ours.test")], false),
        ] {
            assert_eq!(is_from_here(&headers(pairs)), from_here, "{pairs:?}");
        }
    }
}
