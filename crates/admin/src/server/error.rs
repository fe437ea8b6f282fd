//! How requests are refused: one type, one form.

use axum::Json;
use axum::http::header::WWW_AUTHENTICATE;
use axum::http::{HeaderValue, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use causeway_model::config::{Connector, Language, MailFlow, Problem, Severity, nearest};
use causeway_store::StoreError;

use crate::control::ControlError;
use crate::types::{ErrorBody, ErrorDetail, ProblemView};

/// A refusal: status, what, what instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ApiError {
    pub(super) status: StatusCode,
    pub(super) what: String,
    pub(super) instead: String,
    /// JSON pointer to the field of the request.
    pub(super) field: Option<String>,
    /// What was found in a text that cannot be used.
    pub(super) problems: Vec<ProblemView>,
}

impl ApiError {
    pub(super) fn new(
        status: StatusCode,
        what: impl Into<String>,
        instead: impl Into<String>,
    ) -> Self {
        Self {
            status,
            what: what.into(),
            instead: instead.into(),
            field: None,
            problems: Vec::new(),
        }
    }

    /// It is about this field.
    pub(super) fn at(mut self, pointer: impl Into<String>) -> Self {
        self.field = Some(pointer.into());
        self
    }

    /// 400: the request cannot be understood, or asks for something that cannot be.
    pub(super) fn bad_request(what: impl Into<String>, instead: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, what, instead)
    }

    /// 400: a text of `mailflow.toml` has errors. All of them are told, and the first one in `what`.
    fn unusable(problems: &[Problem], language: Language) -> Self {
        let problems: Vec<ProblemView> =
            problems.iter().map(|problem| ProblemView::from(problem).speak(language)).collect();
        let mut errors = problems.iter().filter(|p| p.severity == Severity::Error.word());
        let Some(first) = errors.next() else {
            return Self::unavailable("the text could not be read", "see the server's log");
        };
        let place = match (first.line, first.column) {
            (Some(line), Some(column)) => format!("{}:{line}:{column}", first.file),
            _ => first.file.clone(),
        };
        let more = match errors.count() {
            0 => String::new(),
            more => format!(" (and {more} more, all in `problems`)"),
        };
        let what = format!("{place}: error: {}", first.what);
        let mut error = Self::bad_request(what, format!("{}{more}", first.instead));
        error.problems = problems;
        error
    }

    /// The same as from [`ControlError`], with problems of a text in this language.
    pub(super) fn spoken(error: ControlError, language: Language) -> Self {
        match error {
            ControlError::Unusable(problems) => Self::unusable(&problems, language),
            other => other.into(),
        }
    }

    /// 404.
    pub(super) fn not_found(what: impl Into<String>, instead: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, what, instead)
    }

    /// 503.
    pub(super) fn unavailable(what: impl Into<String>, instead: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, what, instead)
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        let what = error.to_string();
        match error {
            StoreError::Exists(_) => {
                Self::new(StatusCode::CONFLICT, what, "choose another name, or change that one")
            }
            StoreError::Superseded { .. } => {
                let instead = "look at `causeway history`, then plan and apply the change again";
                Self::new(StatusCode::CONFLICT, what, instead)
            }
            StoreError::NotFound(_) => Self::not_found(what, "check the spelling"),
            StoreError::NoRecipients | StoreError::TooManyRecipients { .. } => {
                Self::bad_request(what, "choose fewer or other recipients")
            }
            StoreError::Full { .. } => {
                Self::unavailable(what, "make room on the disk; the server goes on by itself then")
            }
            StoreError::Closed => {
                Self::unavailable(what, "the server is stopping; ask again when it is up")
            }
            StoreError::Corrupt { .. }
            | StoreError::TooNew { .. }
            | StoreError::InUse { .. }
            | StoreError::Io { .. } => {
                Self::unavailable(what, "see the server's log and `causeway health`")
            }
        }
    }
}

impl From<ControlError> for ApiError {
    fn from(error: ControlError) -> Self {
        match error {
            ControlError::NotFound(_) => Self::not_found(error.to_string(), "check the spelling"),
            ControlError::NoSuchAlert(_) => Self::not_found(
                error.to_string(),
                "`causeway alert list` has the numbers of those there are",
            ),
            ControlError::Refused { what, instead } => Self::bad_request(what, instead),
            ControlError::Unusable(problems) => Self::unusable(&problems, Language::En),
            ControlError::Conflict { what, instead } => {
                Self::new(StatusCode::CONFLICT, what, instead)
            }
            ControlError::Unsupported(_) => {
                Self::not_found(error.to_string(), "ask a server that has it")
            }
            ControlError::Unavailable(what) => Self::unavailable(what, "ask again in a moment"),
            ControlError::Prevented { what, instead } => Self::unavailable(what, instead),
            ControlError::Store(error) => error.into(),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        if self.status.is_server_error() {
            tracing::warn!(what = %self.what, "an API request could not be served");
        }
        let Self { status, what, instead, field, problems } = self;
        let detail = ErrorDetail { what, instead, field, problems };
        let mut response = (status, Json(ErrorBody { error: detail })).into_response();
        if status == StatusCode::UNAUTHORIZED {
            let scheme = HeaderValue::from_static("Bearer realm=\"causeway\"");
            response.headers_mut().insert(WWW_AUTHENTICATE, scheme);
        }
        response
    }
}

/// The answer about a connector that is not there: the nearest one is named.
pub(super) fn no_such_connector(flow: &MailFlow, name: &str) -> ApiError {
    let known: Vec<&str> = flow.connectors.iter().map(Connector::name).collect();
    let shown: String = name.chars().take(80).collect();
    ApiError::not_found(
        format!("there is no connector {shown:?}"),
        did_you_mean(name, &known, "see `causeway connector list` for the names"),
    )
}

/// The known name nearest to one that is not, or else where the names are.
pub(super) fn did_you_mean(name: &str, known: &[&str], otherwise: &str) -> String {
    match nearest(name, known) {
        Some(near) => format!("did you mean {near:?}?"),
        None => otherwise.to_owned(),
    }
}

/// The answer to unknown paths.
pub(super) async fn no_such_path(uri: Uri) -> ApiError {
    let path: String = uri.path().chars().take(200).collect();
    ApiError::not_found(
        format!("there is nothing at {path:?} here"),
        "use a path that this version documents",
    )
}

/// The answer to known paths with another method.
pub(super) async fn no_such_method(method: Method, uri: Uri) -> ApiError {
    let path: String = uri.path().chars().take(200).collect();
    ApiError::new(
        StatusCode::METHOD_NOT_ALLOWED,
        format!("{method} cannot be used on {path:?}"),
        "use the method that is documented for it",
    )
}
