//! The client side: what commands use to talk to the running server.
//!
//! One connection per [`Client`], HTTP/1.1 over the unix socket of a data directory or over
//! TCP, with TLS and a token ([`Target`], [`Coming`]). Errors tell three things apart: the server cannot be reached, the
//! server refused (with its own words), and the answer was not what this version understands.

mod access;
mod alert;

mod flow;
mod report;

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use axum::body::Body;
use causeway_model::config::{Language, TlsLevel};
use causeway_model::{Address, Failure, QueueId};
use causeway_net::tls::client::{ClientTls, Expectation};
use http_body_util::{BodyExt, Limited};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::{ACCEPT_LANGUAGE, AUTHORIZATION, CONTENT_TYPE, HOST};
use hyper::{Method, Request, StatusCode};
use hyper_util::rt::TokioIo;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};

use crate::password::Password;
use crate::types::{
    AdvanceClock, AuditReport, ChangeMailbox, ChangePassword, Clock, CreateMailbox, ErrorBody,
    Health, MailboxView, MailboxWithPassword, MessageDetail, ProblemView, QueueAction,
    QueueActionRequest, QueuePage, QueueQuery, Touched, TracePage, TraceQuery,
};

/// The port of an admin listener where none is written.
const DEFAULT_PORT: u16 = 8025;
/// Octets of the longest answer that is read.
const MAX_ANSWER: usize = 256 * 1024 * 1024;
/// How long connecting may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long an answer may take: acting on a million recipients is one request.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(600);

/// Where a server is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// The socket of a data directory.
    Socket(PathBuf),
    /// An admin listener on a loopback address, `host:port`.
    Http(String),
    /// An admin listener with TLS.
    Https {
        /// The name (or address) that its certificate must carry.
        host: String,
        /// The port.
        port: u16,
    },
}

/// Why a text is not a target.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// Not one of the schemes.
    #[error(
        "{0:?} is no server: write https://HOST:PORT, http://127.0.0.1:8025 or \
         unix:/path/to/causeway.sock"
    )]
    Unknown(String),
    /// Plain HTTP to another machine.
    #[error(
        "{0:?} is on another machine, and a token must not cross the network in clear text: write \
         https:// instead"
    )]
    NotLoopback(String),
}

impl Target {
    /// Parses `unix:/path`, `unix:///path`, an absolute path, `https://HOST:PORT` (8025 without a port),
    /// or `http://localhost:PORT`.
    ///
    /// # Errors
    /// [`TargetError`].
    pub fn parse(text: &str) -> Result<Self, TargetError> {
        let unknown = || TargetError::Unknown(text.into());
        if let Some(path) = text.strip_prefix("unix:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            return match path {
                "" => Err(unknown()),
                _ => Ok(Self::Socket(path.into())),
            };
        }
        if text.starts_with('/') {
            return Ok(Self::Socket(text.into()));
        }
        let (scheme, rest) = text.split_once("://").ok_or_else(unknown)?;
        let authority = rest.strip_suffix('/').unwrap_or(rest);
        if authority.is_empty() || authority.contains(['/', '@', '?', '#']) {
            return Err(unknown());
        }
        let uri: hyper::Uri = format!("http://{authority}/").parse().map_err(|_| unknown())?;
        let host = uri.host().unwrap_or_default();
        let literal = host.trim_start_matches('[').trim_end_matches(']');
        match scheme {
            "https" => {
                let port = uri.port_u16().unwrap_or(DEFAULT_PORT);
                Ok(Self::Https { host: literal.to_owned(), port })
            }
            "http" => {
                let is_loopback = host.eq_ignore_ascii_case("localhost")
                    || literal.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback());
                if !is_loopback {
                    return Err(TargetError::NotLoopback(text.into()));
                }
                Ok(Self::Http(format!("{host}:{}", uri.port_u16().unwrap_or(80))))
            }
            _ => Err(unknown()),
        }
    }
}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Socket(path) => write!(f, "{}", path.display()),
            Self::Http(authority) => write!(f, "http://{authority}"),
            Self::Https { host, port } => write!(f, "https://{}", authority(host, *port)),
        }
    }
}

/// `host:port`, with brackets around IPv6 addresses.
fn authority(host: &str, port: u16) -> String {
    if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
}

/// How to come to a server.
#[derive(Clone, Debug, Default)]
pub struct Coming {
    /// What is shown over TCP; not over the socket, where the system says who comes.
    pub token: Option<Password>,
    /// Files with certificates to trust beside the system's.
    pub trust_roots: Vec<PathBuf>,
    /// The language of sentences; absent: English.
    pub language: Option<Language>,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// Nobody answers.
    #[error("cannot reach the server on {target}: {detail}")]
    Unreachable {
        /// Where.
        target: String,
        /// The system's words.
        detail: String,
        /// The system's error, where there was one.
        kind: Option<io::ErrorKind>,
    },
    /// The server's certificate is not one to send a token to.
    #[error("the server on {target} does not prove who it is: {detail}")]
    NotTrusted {
        /// Where.
        target: String,
        /// What is wrong with its certificate.
        detail: String,
    },
    /// The server refused.
    #[error("{what}; {instead}")]
    Refused {
        /// The HTTP status: 400 for bad input, 403, 404, 409, 503, …
        status: u16,
        /// What is wrong.
        what: String,
        /// What to do instead.
        instead: String,
        /// What was found in a text that cannot be used.
        problems: Vec<ProblemView>,
    },
    /// The answer is not one that this version understands.
    #[error("the answer of the server on {target} was not understood: {detail}")]
    NotUnderstood {
        /// Where.
        target: String,
        /// What was wrong with it.
        detail: String,
    },
}

/// A connection to a server.
#[derive(Debug)]
pub struct Client {
    target: String,
    host: String,
    coming: Coming,
    sender: SendRequest<Body>,
}

impl Client {
    /// Connects. Must be called inside a tokio runtime, and for TLS once the cryptographic provider is
    /// installed.
    ///
    /// # Errors
    /// [`ClientError::Unreachable`], [`ClientError::NotTrusted`].
    pub async fn connect(target: &Target, coming: Coming) -> Result<Self, ClientError> {
        let unreachable = |detail: String, kind| ClientError::Unreachable {
            target: target.to_string(),
            detail,
            kind,
        };
        let lost = |error: io::Error| unreachable(error.to_string(), Some(error.kind()));
        let connecting = async {
            Ok(match target {
                Target::Socket(path) => {
                    let stream = UnixStream::connect(path).await.map_err(lost)?;
                    (begin_http(stream).await.map_err(lost)?, String::from("localhost"))
                }
                Target::Http(authority) => {
                    let stream = TcpStream::connect(authority).await.map_err(lost)?;
                    (begin_http(stream).await.map_err(lost)?, authority.clone())
                }
                Target::Https { host, port } => {
                    let stream = TcpStream::connect((host.as_str(), *port)).await.map_err(lost)?;
                    let stream = encrypted(target, host, stream, &coming.trust_roots).await?;
                    (begin_http(stream).await.map_err(lost)?, authority(host, *port))
                }
            })
        };
        match tokio::time::timeout(CONNECT_TIMEOUT, connecting).await {
            Ok(Ok((sender, host))) => {
                let mut coming = coming;
                if matches!(target, Target::Socket(_)) {
                    coming.token = None;
                }
                Ok(Self { target: target.to_string(), host, coming, sender })
            }
            Ok(Err(error)) => Err(error),
            Err(_) => Err(unreachable("no answer in 5 seconds".into(), None)),
        }
    }

    /// One page of the queue.
    ///
    /// # Errors
    /// [`ClientError`], as for every method of this type.
    pub async fn queue(&mut self, query: &QueueQuery) -> Result<QueuePage, ClientError> {
        let path = with_query("/v1/queue", query);
        self.get(&path).await
    }

    /// Everything about one message.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn queue_show(&mut self, id: QueueId) -> Result<MessageDetail, ClientError> {
        self.get(&format!("/v1/queue/{id}")).await
    }

    /// Acts on the queue.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn queue_act(
        &mut self,
        action: QueueAction,
        request: &QueueActionRequest,
    ) -> Result<Touched, ClientError> {
        self.send(Method::POST, &format!("/v1/queue/{}", action.name()), Some(request)).await
    }

    /// One page of the trace.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn trace(&mut self, query: &TraceQuery) -> Result<TracePage, ClientError> {
        let path = with_query("/v1/trace", query);
        self.get(&path).await
    }

    /// Every recipient of one message with every event.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn trace_show(&mut self, id: QueueId) -> Result<TracePage, ClientError> {
        self.get(&format!("/v1/trace/{id}")).await
    }

    /// All mailboxes.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn mailboxes(&mut self) -> Result<Vec<MailboxView>, ClientError> {
        self.get("/v1/mailboxes").await
    }

    /// Adds a mailbox.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn add_mailbox(
        &mut self,
        request: &CreateMailbox,
    ) -> Result<MailboxWithPassword, ClientError> {
        self.send(Method::POST, "/v1/mailboxes", Some(request)).await
    }

    /// Changes a mailbox.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn change_mailbox(
        &mut self,
        address: &Address,
        request: &ChangeMailbox,
    ) -> Result<MailboxView, ClientError> {
        let path = format!("/v1/mailboxes/{}", encoded(&address.to_string()));
        self.send(Method::PATCH, &path, Some(request)).await
    }

    /// Gives a mailbox a new password.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn change_password(
        &mut self,
        address: &Address,
        request: &ChangePassword,
    ) -> Result<MailboxWithPassword, ClientError> {
        let path = format!("/v1/mailboxes/{}/password", encoded(&address.to_string()));
        self.send(Method::PUT, &path, Some(request)).await
    }

    /// Removes a mailbox, not its mail.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn remove_mailbox(&mut self, address: &Address) -> Result<MailboxView, ClientError> {
        let path = format!("/v1/mailboxes/{}", encoded(&address.to_string()));
        self.send(Method::DELETE, &path, None::<&()>).await
    }

    /// Health. Over TCP a 503 is an answer, too: a part is down.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn health(&mut self) -> Result<Health, ClientError> {
        let (status, bytes) = self.exchange(Method::GET, "/v1/health", None::<&()>).await?;
        match serde_json::from_slice(&bytes) {
            Ok(health) => Ok(health),
            Err(_) => self.understood(status, &bytes),
        }
    }

    /// The ledger's proof.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn audit(&mut self) -> Result<AuditReport, ClientError> {
        self.get("/v1/audit").await
    }

    /// What time it is for the server.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn clock(&mut self) -> Result<Clock, ClientError> {
        self.get("/v1/clock").await
    }

    /// Turns a manual clock on.
    ///
    /// # Errors
    /// [`ClientError`]; 404 when the server's clock is the system's.
    pub async fn advance_clock(&mut self, by: Duration) -> Result<Clock, ClientError> {
        let advance_ms = u64::try_from(by.as_millis()).unwrap_or(u64::MAX);
        self.send(Method::POST, "/v1/test/clock", Some(&AdvanceClock { advance_ms })).await
    }

    async fn get<A: DeserializeOwned>(&mut self, path: &str) -> Result<A, ClientError> {
        self.send(Method::GET, path, None::<&()>).await
    }

    async fn send<R: Serialize, A: DeserializeOwned>(
        &mut self,
        method: Method,
        path: &str,
        request: Option<&R>,
    ) -> Result<A, ClientError> {
        let (status, bytes) = self.exchange(method, path, request).await?;
        self.understood(status, &bytes)
    }

    async fn exchange<R: Serialize>(
        &mut self,
        method: Method,
        path: &str,
        request: Option<&R>,
    ) -> Result<(StatusCode, hyper::body::Bytes), ClientError> {
        let (status, body) = self.begin(method, path, request).await?;
        let bytes = body.collect().await.map_err(|error| self.lost(&error.to_string()))?;
        Ok((status, bytes.to_bytes()))
    }

    /// Sends a request; the answer's body is yet to come.
    async fn begin<R: Serialize>(
        &mut self,
        method: Method,
        path: &str,
        request: Option<&R>,
    ) -> Result<(StatusCode, Limited<hyper::body::Incoming>), ClientError> {
        let body = match request {
            None => Body::empty(),
            Some(request) => Body::from(serde_json::to_vec(request).map_err(|e| self.not(e))?),
        };
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(HOST, &self.host)
            .header(CONTENT_TYPE, "application/json");
        if let Some(token) = &self.coming.token {
            request = request.header(AUTHORIZATION, format!("Bearer {}", token.reveal()));
        }
        if let Some(language) = self.coming.language {
            request = request.header(ACCEPT_LANGUAGE, language.tag());
        }
        let request = request.body(body).map_err(|error| self.not(error))?;
        let exchange = async {
            self.sender.ready().await?;
            let response = self.sender.send_request(request).await?;
            let status = response.status();
            Ok::<_, hyper::Error>((status, Limited::new(response.into_body(), MAX_ANSWER)))
        };
        match tokio::time::timeout(ANSWER_TIMEOUT, exchange).await {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(error)) => Err(self.lost(&error.to_string())),
            Err(_) => Err(self.lost("no answer in 10 minutes")),
        }
    }

    fn understood<A: DeserializeOwned>(
        &self,
        status: StatusCode,
        bytes: &[u8],
    ) -> Result<A, ClientError> {
        if status.is_success() {
            return serde_json::from_slice(bytes).map_err(|error| self.not(error));
        }
        match serde_json::from_slice::<ErrorBody>(bytes) {
            Ok(ErrorBody { error }) => Err(ClientError::Refused {
                status: status.as_u16(),
                what: error.what,
                instead: error.instead,
                problems: error.problems,
            }),
            Err(_) => Err(self.not(format!("HTTP status {status} without an explanation"))),
        }
    }

    fn not(&self, detail: impl std::fmt::Display) -> ClientError {
        ClientError::NotUnderstood { target: self.target.clone(), detail: detail.to_string() }
    }

    fn lost(&self, detail: &str) -> ClientError {
        ClientError::Unreachable { target: self.target.clone(), detail: detail.into(), kind: None }
    }
}

/// HTTP over a stream.
async fn begin_http<S>(stream: S) -> io::Result<SendRequest<Body>>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (sender, connection) = handshake(TokioIo::new(stream)).await.map_err(io::Error::other)?;
    tokio::spawn(connection);
    Ok(sender)
}

/// TLS with a certificate for this very name: what follows is a token.
async fn encrypted(
    target: &Target,
    host: &str,
    stream: TcpStream,
    trust_roots: &[PathBuf],
) -> Result<impl AsyncRead + AsyncWrite + Unpin + Send + 'static, ClientError> {
    let target = target.to_string();
    let not_trusted = |detail: String| ClientError::NotTrusted { target: target.clone(), detail };
    let tls = ClientTls::new(trust_roots).map_err(|error| not_trusted(error.to_string()))?;
    let expectation = Expectation::of_level(TlsLevel::DomainValidation, None);
    match tls.handshake(stream, host, &expectation).await {
        Ok(session) => Ok(session.stream),
        Err(Failure::TlsHandshake { detail }) => {
            Err(ClientError::Unreachable { target, detail, kind: None })
        }
        Err(failure) => {
            let stage = causeway_model::Stage::Tls;
            let phase = causeway_catalog::Phase::Queued;
            Err(not_trusted(causeway_catalog::status::status(&failure, stage, phase).text))
        }
    }
}

/// A path with the fields of `query` that have a value as its query string.
fn with_query<Q: Serialize>(path: &str, query: &Q) -> String {
    let mut out = path.to_owned();
    let mut separator = '?';
    if let Ok(serde_json::Value::Object(fields)) = serde_json::to_value(query) {
        for (name, value) in fields {
            let text = match value {
                serde_json::Value::Null => continue,
                serde_json::Value::String(text) => text,
                other => other.to_string(),
            };
            out.push(separator);
            out.push_str(&encoded(&name));
            out.push('=');
            out.push_str(&encoded(&text));
            separator = '&';
        }
    }
    out
}

/// Percent-encoding of everything that is not unreserved (RFC 3986 section 2.3).
fn encoded(text: &str) -> String {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.push(char::from(HEX[usize::from(byte >> 4)]));
            out.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_sockets_this_machine_or_somewhere_with_tls() {
        for (text, target) in [
            ("unix:/run/c.sock", Target::Socket("/run/c.sock".into())),
            ("unix:///run/c.sock", Target::Socket("/run/c.sock".into())),
            ("/run/c.sock", Target::Socket("/run/c.sock".into())),
            ("http://127.0.0.1:8025", Target::Http("127.0.0.1:8025".into())),
            ("http://localhost:8025/", Target::Http("localhost:8025".into())),
            ("http://[::1]:8025", Target::Http("[::1]:8025".into())),
            ("https://mx.a.test", Target::Https { host: "mx.a.test".into(), port: 8025 }),
            ("https://[::1]:1/", Target::Https { host: "::1".into(), port: 1 }),
        ] {
            assert_eq!(Target::parse(text), Ok(target), "{text}");
        }
        assert!(matches!(
            Target::parse("http://mx.contoso.example:8025"),
            Err(TargetError::NotLoopback(_))
        ));
        for bad in
            ["", "mx", "https://", "ftp://127.0.0.1", "http://", "http://a@127.0.0.1/", "unix:"]
        {
            assert!(matches!(Target::parse(bad), Err(TargetError::Unknown(_))), "{bad}");
        }
    }

    #[test]
    fn query_strings_carry_any_text() {
        let query = TraceQuery {
            sender: Some("a+b&c=d@ü.test".into()),
            limit: Some(3),
            ..TraceQuery::default()
        };
        assert_eq!(with_query("/x", &query), "/x?limit=3&sender=a%2Bb%26c%3Dd%40%C3%BC.test");
        assert_eq!(with_query("/x", &TraceQuery::default()), "/x");
    }
}
