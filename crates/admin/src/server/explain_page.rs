//! The page that explains a bounce: reads the form, has it explained, keeps nothing.

use std::sync::LazyLock;
use std::time::Duration;

use axum::extract::multipart::{Multipart, MultipartError};
use axum::extract::{FromRequest, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use causeway_report::read;
use serde::Deserialize;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::Api;
use super::extract::QueryString;
use super::pages;
use crate::pages::explain::{self, Trouble};

/// Octets of one message or text.
pub(super) const MAX_INPUT: usize = 25 * 1024 * 1024;
/// Octets of the whole form: the message and what a browser puts around it.
pub(super) const MAX_FORM: usize = MAX_INPUT + 64 * 1024;
/// How long a form may take to arrive.
const ARRIVAL: Duration = Duration::from_secs(60);
/// How long a reader waits for a turn.
const TURN: Duration = Duration::from_secs(5);

/// Forms in memory at once: each can be [`MAX_FORM`] large.
static TURNS: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(4));

/// The query of the page.
#[derive(Debug, Deserialize)]
pub(super) struct ExplainQuery {
    lang: Option<String>,
}

/// `GET /explain`.
pub(super) async fn ask(
    State(api): State<Api>,
    QueryString(query): QueryString<ExplainQuery>,
    headers: HeaderMap,
) -> Response {
    let language = pages::language_of(&api, query.lang.as_deref(), &headers);
    let organization = api.inner.control.mail_flow().organization.name.clone();
    pages::answer(StatusCode::OK, explain::question(language, &organization, None))
}

/// `POST /explain`: `multipart/form-data` with `text` or `file`.
pub(super) async fn explain(
    State(api): State<Api>,
    QueryString(query): QueryString<ExplainQuery>,
    headers: HeaderMap,
    request: Request,
) -> Response {
    let language = pages::language_of(&api, query.lang.as_deref(), &headers);
    let organization = api.inner.control.mail_flow().organization.name.clone();
    let trouble = match pasted(&headers, request).await {
        Ok((input, _turn)) => {
            let document = tokio::task::spawn_blocking(move || {
                read::render_with_reasons(&read::read(&input), language)
            });
            match document.await {
                Ok(document) => {
                    let page = explain::answer(language, &organization, &document);
                    return pages::answer(StatusCode::OK, page);
                }
                Err(error) => {
                    tracing::error!(%error, "a bounce could not be explained");
                    Trouble::Broken
                }
            }
        }
        Err(trouble) => trouble,
    };
    let status = match trouble {
        Trouble::TooBig(_) => StatusCode::PAYLOAD_TOO_LARGE,
        Trouble::Busy => StatusCode::SERVICE_UNAVAILABLE,
        Trouble::Empty | Trouble::Broken => StatusCode::BAD_REQUEST,
    };
    pages::answer(status, explain::question(language, &organization, Some(trouble)))
}

/// What the reader sent: the file, else the text.
///
/// The turn is for as long as the input is worked on.
async fn pasted(
    headers: &HeaderMap,
    request: Request,
) -> Result<(Vec<u8>, SemaphorePermit<'static>), Trouble> {
    // What is announced as too large need not arrive first.
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    if announced.and_then(|length| length.parse().ok()).is_some_and(|n: usize| n > MAX_FORM) {
        return Err(Trouble::TooBig(MAX_INPUT as u64));
    }
    let turn = tokio::time::timeout(TURN, TURNS.acquire()).await;
    let Ok(Ok(turn)) = turn else { return Err(Trouble::Busy) };
    let form = Multipart::from_request(request, &()).await.map_err(|_| Trouble::Broken)?;
    let input =
        tokio::time::timeout(ARRIVAL, fields(form)).await.map_err(|_| Trouble::Broken)??;
    if input.len() > MAX_INPUT {
        return Err(Trouble::TooBig(MAX_INPUT as u64));
    }
    Ok((input, turn))
}

async fn fields(mut form: Multipart) -> Result<Vec<u8>, Trouble> {
    let trouble = |error: MultipartError| match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Trouble::TooBig(MAX_INPUT as u64),
        _ => Trouble::Broken,
    };
    let (mut text, mut file) = (Vec::new(), Vec::new());
    while let Some(field) = form.next_field().await.map_err(trouble)? {
        let slot = match field.name() {
            Some(explain::TEXT) => &mut text,
            Some(explain::FILE) => &mut file,
            _ => continue,
        };
        *slot = field.bytes().await.map_err(trouble)?.to_vec();
    }
    let input = if file.trim_ascii().is_empty() { text } else { file };
    if input.trim_ascii().is_empty() { Err(Trouble::Empty) } else { Ok(input) }
}
