//! How requests are read: bounded, strict, refused with the field's name.

use std::convert::Infallible;

use axum::body::Body;
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use causeway_catalog::texts::preferred;
use causeway_model::config::Language;
use causeway_model::{Address, QueueId};
use http_body_util::BodyExt;
use serde::de::DeserializeOwned;

use super::error::ApiError;

/// Octets of a request body. The longest honest one lists ids: 60,000 of them fit.
pub(super) const MAX_BODY: usize = 1024 * 1024;
/// Octets of a request body that holds a whole file: tens of thousands of connectors fit.
const MAX_LONG_BODY: usize = 32 * 1024 * 1024;
/// A body that is so many times too long is not even read any more.
const DISCARDED: usize = 16;

/// A JSON body.
pub(super) struct JsonBody<T>(pub(super) T);

impl<T: DeserializeOwned, S: Sync> FromRequest<S> for JsonBody<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, _state: &S) -> Result<Self, ApiError> {
        read_json(request, MAX_BODY).await.map(Self)
    }
}

/// A JSON body with a whole configuration file in it.
pub(super) struct LongJsonBody<T>(pub(super) T);

impl<T: DeserializeOwned, S: Sync> FromRequest<S> for LongJsonBody<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, _state: &S) -> Result<Self, ApiError> {
        read_json(request, MAX_LONG_BODY).await.map(Self)
    }
}

/// The language in which the client wants to read sentences (`Accept-Language`); English when it names none
/// that is spoken here.
pub(super) struct Reader(pub(super) Language);

impl<S: Sync> FromRequestParts<S> for Reader {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        let wanted = parts.headers.get(header::ACCEPT_LANGUAGE);
        let wanted = wanted.and_then(|list| list.to_str().ok()).and_then(preferred);
        Ok(Self(wanted.unwrap_or(Language::En)))
    }
}

async fn read_json<T: DeserializeOwned>(request: Request, limit: usize) -> Result<T, ApiError> {
    let bytes = read_body(request.into_body(), limit).await?;
    // Nesting beyond 128 levels is refused by the parser.
    let mut document = serde_json::Deserializer::from_slice(&bytes);
    let refused = |error: &dyn std::fmt::Display| {
        let what: String = error.to_string().chars().take(300).collect();
        ApiError::bad_request(what, "send a JSON object with exactly the documented fields")
    };
    let value = serde_path_to_error::deserialize(&mut document).map_err(|error| {
        let refusal = refused(&error);
        match pointer(error.path()) {
            Some(pointer) => refusal.at(pointer),
            None => refusal,
        }
    })?;
    document.end().map_err(|error| refused(&error))?;
    Ok(value)
}

/// The place as a JSON pointer (RFC 6901); `None` for the document itself.
fn pointer(path: &serde_path_to_error::Path) -> Option<String> {
    use serde_path_to_error::Segment;
    let mut out = String::new();
    for segment in path {
        let text = match segment {
            Segment::Seq { index } => index.to_string(),
            Segment::Map { key } => key.replace('~', "~0").replace('/', "~1"),
            // The variant of an enumeration is a key in JSON.
            Segment::Enum { variant } => variant.clone(),
            Segment::Unknown => break,
        };
        out.push('/');
        out.extend(text.chars().take(100));
    }
    (!out.is_empty()).then_some(out)
}

/// The whole body. What is too long is read on for a while and thrown away, because a client that
/// is still writing does not read the refusal.
async fn read_body(mut body: Body, limit: usize) -> Result<Vec<u8>, ApiError> {
    let mut bytes = Vec::new();
    let mut length: usize = 0;
    while let Some(frame) = body.frame().await {
        let broke_off = |_| ApiError::bad_request("the request broke off", "send it again");
        let Ok(data) = frame.map_err(broke_off)?.into_data() else {
            continue;
        };
        length = length.saturating_add(data.len());
        if length <= limit {
            bytes.extend_from_slice(&data);
        } else if length > DISCARDED * limit {
            break;
        }
    }
    if length > limit {
        return Err(ApiError::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            format!("the request is longer than {limit} octets"),
            "send less at once",
        ));
    }
    Ok(bytes)
}

/// The query string.
pub(super) struct QueryString<T>(pub(super) T);

impl<T: DeserializeOwned, S: Sync> FromRequestParts<S> for QueryString<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        match Query::<T>::try_from_uri(&parts.uri) {
            Ok(Query(value)) => Ok(Self(value)),
            Err(rejection) => Err(ApiError::bad_request(
                detail(&rejection.body_text()),
                "use only the documented parameters, each with a value of its kind",
            )),
        }
    }
}

/// The part of a rejection that names the field and the trouble.
fn detail(text: &str) -> String {
    let text = text.split_once(": ").map_or(text, |(_, detail)| detail);
    text.chars().take(300).collect()
}

/// A queue id from a path.
pub(super) fn queue_id(text: &str) -> Result<QueueId, ApiError> {
    text.parse().map_err(|error: causeway_model::id::QueueIdError| {
        ApiError::bad_request(error.to_string(), "copy the id from `causeway queue list`")
    })
}

/// An address from a path.
pub(super) fn address(text: &str) -> Result<Address, ApiError> {
    Address::parse(text).map_err(|error| {
        let shown: String = text.chars().take(80).collect();
        ApiError::bad_request(
            format!("{shown:?} is not an address: {error}"),
            "write it as name@domain",
        )
    })
}

/// A page size between 1 and 1000.
pub(super) fn page_size(limit: Option<u32>) -> Result<usize, ApiError> {
    match limit {
        None => Ok(200),
        Some(n @ 1..=1000) => Ok(n as usize),
        Some(n) => Err(ApiError::bad_request(
            format!("limit: {n} is out of range"),
            "ask for 1 to 1000 at a time, and for more with \"after\"",
        )),
    }
}
