//! How pages for people are answered: in which language, and with which headers.

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use causeway_model::config::Language;

use super::Api;
use crate::pages;

/// The language for a reader: chosen in the query, else the browser's, else the organization's.
pub(super) fn language_of(api: &Api, chosen: Option<&str>, headers: &HeaderMap) -> Language {
    let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let flow = api.inner.control.mail_flow();
    pages::language(chosen, accepted, &flow.organization.languages)
}

/// A page with the headers that all of them have: nothing from elsewhere is loaded, no address of ours
/// is told to anybody, no search engine lists it.
pub(super) fn answer(status: StatusCode, document: String) -> Response {
    let fixed = HeaderValue::from_static;
    let headers: [(HeaderName, HeaderValue); 7] = [
        (header::CONTENT_TYPE, fixed("text/html; charset=utf-8")),
        (header::CONTENT_SECURITY_POLICY, fixed(pages::POLICY)),
        (header::REFERRER_POLICY, fixed("no-referrer")),
        (header::X_CONTENT_TYPE_OPTIONS, fixed("nosniff")),
        (header::CACHE_CONTROL, fixed("no-store")),
        (header::VARY, fixed("Accept-Language, Host")),
        (HeaderName::from_static("x-robots-tag"), fixed("noindex, nofollow")),
    ];
    (status, headers, document).into_response()
}

/// `GET /pages/style.css`, and `/settings/style.css`, its name of old.
pub(super) async fn style() -> Response {
    let fixed = HeaderValue::from_static;
    let headers = [
        (header::CONTENT_TYPE, fixed("text/css; charset=utf-8")),
        (header::X_CONTENT_TYPE_OPTIONS, fixed("nosniff")),
        (header::CACHE_CONTROL, fixed("no-cache")),
    ];
    (StatusCode::OK, headers, pages::STYLE).into_response()
}
