//! Routes about tokens, and who a request over TCP comes from.
//!
//! A request over TCP carries `Authorization: Bearer TOKEN`, or it gets only what everybody may know. The
//! `Host` it was sent to must be a name of ours: a web page whose own name was pointed at this server's
//! address is refused, whatever it sends.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, Path, Request, State};
use axum::http::{Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json, Router};
use causeway_accounts::tokens::{NewToken, Token, TokenError, TokenRole};
use causeway_model::Domain;
use tower::ServiceExt;

use super::Api;
use super::access::checked_name;
use super::author::Author;
use super::error::{ApiError, did_you_mean};
use super::extract::JsonBody;
use super::listen::{host_name, names_this_machine};
use crate::types::{CreateToken, Ended, ErrorBody, NewTokenAnswer, TokenView};

/// What changes nothing although it is posted.
const HARMLESS: [&str; 1] = ["/v1/flow/plan"];

fn view(token: Token) -> TokenView {
    TokenView {
        name: token.name,
        role: token.role,
        created_at: token.created_at,
        created_by: token.created_by,
        expires_at: token.expires_at,
        last_used: token.last_used,
    }
}

/// The tokens, without their secrets.
#[utoipa::path(get, path = "/v1/tokens", tag = "tokens", responses(
    (status = 200, body = Vec<TokenView>), (status = "default", body = ErrorBody)))]
pub(super) async fn list(State(api): State<Api>) -> Result<Json<Vec<TokenView>>, ApiError> {
    Ok(Json(api.inner.tokens.list().await?.into_iter().map(view).collect()))
}

/// Makes a token. Its secret is in this answer and never again.
#[utoipa::path(post, path = "/v1/tokens", tag = "tokens", request_body = CreateToken, responses(
    (status = 201, body = NewTokenAnswer), (status = "default", body = ErrorBody)))]
pub(super) async fn create(
    State(api): State<Api>,
    Extension(author): Extension<Author>,
    JsonBody(request): JsonBody<CreateToken>,
) -> Result<(StatusCode, Json<NewTokenAnswer>), ApiError> {
    let name = checked_name(&request.name)?;
    let now = api.inner.control.now();
    if request.expires_at.is_some_and(|end| end <= now) {
        return Err(ApiError::bad_request(
            "expires_at: this moment is over",
            "write one that is to come, or leave it out",
        )
        .at("/expires_at"));
    }
    let new =
        NewToken { name, role: request.role, expires_at: request.expires_at, created_by: author.0 };
    let made = api.inner.tokens.create(new, now).await;
    let (secret, token) = made.map_err(|error| match error {
        TokenError::Exists(_) => ApiError::new(
            StatusCode::CONFLICT,
            error.to_string(),
            "choose another name, or revoke that one first",
        ),
        TokenError::TooMany => {
            ApiError::bad_request(error.to_string(), "revoke those that are no longer used")
        }
        TokenError::Machinery => ApiError::unavailable(error.to_string(), "ask again in a moment"),
        TokenError::Store(error) => error.into(),
    })?;
    tracing::info!(name = token.name, role = ?token.role, by = token.created_by, "a token was made");
    Ok((StatusCode::CREATED, Json(NewTokenAnswer { view: view(token), token: secret })))
}

/// Ends a token at once.
#[utoipa::path(delete, path = "/v1/tokens/{name}", tag = "tokens",
    params(("name" = String, Path, description = "The token's name")),
    responses((status = 200, body = Ended), (status = "default", body = ErrorBody)))]
pub(super) async fn revoke(
    State(api): State<Api>,
    Extension(author): Extension<Author>,
    Path(name): Path<String>,
) -> Result<Json<Ended>, ApiError> {
    let shown: String = name.chars().take(80).collect();
    if !api.inner.tokens.revoke(&name).await? {
        let tokens = api.inner.tokens.list().await?;
        let known: Vec<&str> = tokens.iter().map(|token| token.name.as_str()).collect();
        return Err(ApiError::not_found(
            format!("there is no token {shown:?}"),
            did_you_mean(&name, &known, "see `causeway token list` for their names"),
        ));
    }
    tracing::info!(name = shown, by = author.0, "a token was revoked");
    Ok(Json(Ended { ended: 1 }))
}

/// Over TCP: a request with a token gets everything that the token may do (of `everything`), every other one
/// only what `next` has for everybody.
pub(super) async fn who_is_there(
    State((api, everything)): State<(Api, Router)>,
    ConnectInfo(client): ConnectInfo<SocketAddr>,
    mut request: Request,
    next: Next,
) -> Response {
    let Some(shown) = request.headers().get(header::AUTHORIZATION) else {
        return next.run(request).await;
    };
    let secret = shown.to_str().ok().and_then(bearer).map(str::to_owned);
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    let wish = Wish {
        client: client.ip().to_canonical(),
        host: host.unwrap_or_default().to_owned(),
        looks_only: matches!(*request.method(), Method::GET | Method::HEAD)
            || HARMLESS.contains(&request.uri().path()),
    };
    match admitted(&api, secret.as_deref(), wish).await {
        Ok(token) => {
            request.extensions_mut().insert(Author(format!("token {}", token.name)));
            match everything.oneshot(request).await {
                Ok(response) => response,
                Err(never) => match never {},
            }
        }
        Err(refusal) => refusal.into_response(),
    }
}

/// What a request asks for.
struct Wish {
    client: IpAddr,
    host: String,
    looks_only: bool,
}

/// The token, when it may do this.
async fn admitted(api: &Api, secret: Option<&str>, wish: Wish) -> Result<Token, ApiError> {
    let Wish { client, host, looks_only } = wish;
    if !is_ours(api, &host) {
        return Err(ApiError::new(
            StatusCode::FORBIDDEN,
            "this request was sent to a name that is not this server's",
            "use its address, its hostname, or a name below an accepted domain",
        ));
    }
    let now = api.inner.control.now();
    let token = match secret {
        Some(secret) => api.inner.tokens.verify(secret, client, now).await?,
        None => None,
    };
    let Some(token) = token else {
        tracing::warn!(%client, "a request with a token that is not known, or has ended");
        return Err(ApiError::new(
            StatusCode::UNAUTHORIZED,
            "this token is not known, or has ended",
            "make one on the server with `causeway token add NAME`",
        ));
    };
    if token.role == TokenRole::ReadOnly && !looks_only {
        return Err(ApiError::new(
            StatusCode::FORBIDDEN,
            format!("the token {:?} may only look", token.name),
            "use a token without --read-only",
        ));
    }
    Ok(token)
}

/// The token of `Bearer TOKEN` (RFC 6750 section 2.1).
fn bearer(text: &str) -> Option<&str> {
    let (scheme, token) = text.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// A literal address, our own name, or a name of an accepted domain: none that a stranger could own.
fn is_ours(api: &Api, host: &str) -> bool {
    let name = host_name(host);
    let literal = name.strip_prefix('[').and_then(|n| n.strip_suffix(']')).unwrap_or(name);
    if names_this_machine(host) || literal.parse::<IpAddr>().is_ok() {
        return true;
    }
    let own = api.inner.control.mail_services().hostname;
    let Ok(name) = Domain::parse(name) else { return false };
    let is_below = |domain: &Domain| {
        let (name, domain) = (name.as_str(), domain.as_str());
        name == domain || name.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'))
    };
    name.as_str().eq_ignore_ascii_case(&own)
        || api.inner.control.mail_flow().domains.iter().any(|domain| is_below(&domain.name))
}

/// What is there for those with a token only.
pub(super) async fn token_wanted(request: Request) -> ApiError {
    let path: String = request.uri().path().chars().take(200).collect();
    if path.starts_with("/v1/") || path == "/openapi.json" {
        return ApiError::new(
            StatusCode::UNAUTHORIZED,
            "this needs a token",
            "send `Authorization: Bearer TOKEN`; on the command line put it into the environment \
             variable CAUSEWAY_TOKEN or a --token-file",
        );
    }
    super::error::no_such_path(request.uri().clone()).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_from_the_header_and_nothing_else() {
        assert_eq!(bearer("Bearer causeway_ab"), Some("causeway_ab"));
        assert_eq!(bearer("bearer  x "), Some("x"));
        for other in ["Basic abc", "causeway_ab", "Bearer", ""] {
            assert_eq!(bearer(other), None, "{other}");
        }
    }
}
