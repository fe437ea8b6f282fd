//! The page at `/` and `/help`, and the way from a code that somebody typed to its help.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::Api;
use super::extract::QueryString;
use super::pages::{answer, language_of};
use crate::pages::{encoded, home};

/// Octets of a code that is passed on.
const MAX_CODE: usize = 64;

/// The query of the page.
#[derive(Debug, Deserialize)]
pub(super) struct HomeQuery {
    lang: Option<String>,
    code: Option<String>,
}

/// `GET /` and `GET /help`: the page, or the help on the code that was typed into it.
pub(super) async fn page(
    State(api): State<Api>,
    QueryString(query): QueryString<HomeQuery>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let language = language_of(&api, query.lang.as_deref(), &headers);
    if let Some(code) = query.code.filter(|code| !code.trim().is_empty()) {
        // `550 5.1.1`: the last word is the code that has a page.
        let code: String =
            code.split_whitespace().last().unwrap_or_default().chars().take(MAX_CODE).collect();
        let to = format!("{}/{}?lang={}", home::HELP_PATH, encoded(&code), language.tag());
        return Redirect::to(&to).into_response();
    }
    let organization = api.inner.control.mail_flow().organization.name.clone();
    let path = if uri.path() == "/" { "/" } else { home::HELP_PATH };
    answer(StatusCode::OK, home::document(&organization, path, language))
}
