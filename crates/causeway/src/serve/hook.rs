//! One post of a JSON document to a web service.
//!
//! HTTP/1.1, a connection of its own, no redirects; over TLS the certificate must be valid and for the
//! address's host. Bounded in time; of the answer only the status counts. What is behind the host in an address is
//! often a secret: no error carries it.

use std::time::Duration;

use causeway_catalog::Texts;
use causeway_insight::finding::failure_words;
use causeway_model::Stage;
use causeway_model::config::{Language, TlsLevel};
use causeway_net::tls::client::{ClientTls, Expectation};
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, HOST, USER_AGENT};
use hyper::{Request, StatusCode, Uri};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

/// One post, from the look-up to the answer's status.
const LIMIT: Duration = Duration::from_secs(10);

/// Why a post failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HookError {
    /// The address is none.
    #[error("what is configured is no web address")]
    NoAddress,
    /// No connection, or it broke.
    #[error("no connection to {host}: {detail}")]
    Connection {
        /// Where to.
        host: String,
        /// The system's words.
        detail: String,
    },
    /// No TLS, or no valid certificate.
    #[error("no safe connection to {host}: {detail}")]
    Tls {
        /// Where to.
        host: String,
        /// Why.
        detail: String,
    },
    /// The service said no.
    #[error("{host} answers {status}")]
    Refused {
        /// Where to.
        host: String,
        /// Its status.
        status: StatusCode,
    },
    /// It took too long.
    #[error("{0} did not answer in time")]
    TooLate(String),
}

/// Posts a JSON document.
///
/// # Errors
/// [`HookError`]; a status other than 2xx is one.
pub(crate) async fn post(tls: &ClientTls, address: &str, body: &str) -> Result<(), HookError> {
    let uri: Uri = address.parse().map_err(|_| HookError::NoAddress)?;
    let host = uri.host().unwrap_or_default().trim_matches(['[', ']']).to_owned();
    match tokio::time::timeout(LIMIT, post_now(tls, &uri, &host, body)).await {
        Ok(result) => result,
        Err(_) => Err(HookError::TooLate(host)),
    }
}

async fn post_now(tls: &ClientTls, uri: &Uri, host: &str, body: &str) -> Result<(), HookError> {
    let is_https = uri.scheme_str() == Some("https");
    let port = uri.port_u16().unwrap_or(if is_https { 443 } else { 80 });
    let failed = |error: std::io::Error| HookError::Connection {
        host: host.to_owned(),
        detail: error.to_string(),
    };
    let stream = TcpStream::connect((host, port)).await.map_err(failed)?;
    if !is_https {
        return send(stream, uri, host, body).await;
    }
    let expectation = Expectation::of_level(TlsLevel::DomainValidation, Some(host));
    let session = tls.handshake(stream, host, &expectation).await;
    let session = session.map_err(|failure| HookError::Tls {
        host: host.to_owned(),
        detail: failure_words(&failure, Stage::Tls, Texts::get(Language::En)),
    })?;
    send(session.stream, uri, host, body).await
}

async fn send<S>(stream: S, uri: &Uri, host: &str, body: &str) -> Result<(), HookError>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let broken = |error: hyper::Error| HookError::Connection {
        host: host.to_owned(),
        detail: error.to_string(),
    };
    let handshake = hyper::client::conn::http1::handshake(TokioIo::new(stream));
    let (mut sender, connection) = handshake.await.map_err(broken)?;
    let running = tokio::spawn(connection);
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let authority = uri.authority().map_or(host, |authority| authority.as_str());
    let request = Request::post(path)
        .header(HOST, authority)
        .header(CONTENT_TYPE, "application/json")
        .header(USER_AGENT, concat!("Causeway/", env!("CARGO_PKG_VERSION")))
        .body(Full::new(Bytes::from(body.to_owned())))
        .map_err(|_| HookError::NoAddress)?;
    let answer = sender.send_request(request).await.map_err(broken);
    running.abort();
    let status = answer?.status();
    match status.is_success() {
        true => Ok(()),
        false => Err(HookError::Refused { host: host.to_owned(), status }),
    }
}
