//! The client side: what commands use to talk to the running server.
//!
//! One connection per [`Client`], HTTP/1.1 over the unix socket of a data directory or over
//! loopback TCP ([`Target`]). Errors tell three things apart: the server cannot be reached, the
//! server refused (with its own words), and the answer was not what this version understands.

mod access;

mod flow;

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use axum::body::Body;
use causeway_model::{Address, QueueId};
use http_body_util::{BodyExt, Limited};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::{CONTENT_TYPE, HOST};
use hyper::{Method, Request, StatusCode};
use hyper_util::rt::TokioIo;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::net::{TcpStream, UnixStream};

use crate::types::{
    AdvanceClock, AuditReport, ChangeMailbox, ChangePassword, Clock, CreateMailbox, ErrorBody,
    Health, MailboxView, MailboxWithPassword, MessageDetail, QueueAction, QueueActionRequest,
    QueuePage, QueueQuery, Touched, TracePage, TraceQuery,
};

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
    /// A loopback listener, `host:port`; it answers questions about health only.
    Loopback(String),
}

/// Why a text is not a target.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// Not one of the two schemes.
    #[error("{0:?} is no server: write unix:/path/to/causeway.sock or http://127.0.0.1:8025")]
    Unknown(String),
    /// Plain HTTP to another machine.
    #[error(
        "{0:?} is on another machine, and the API has no TLS: run the command there, or use \
         http://127.0.0.1:PORT"
    )]
    NotLoopback(String),
}

impl Target {
    /// Parses `unix:/path`, `unix:///path`, an absolute path, or `http://localhost:PORT`.
    ///
    /// # Errors
    /// [`TargetError`].
    pub fn parse(text: &str) -> Result<Self, TargetError> {
        if let Some(path) = text.strip_prefix("unix:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            return match path {
                "" => Err(TargetError::Unknown(text.into())),
                _ => Ok(Self::Socket(path.into())),
            };
        }
        if text.starts_with('/') {
            return Ok(Self::Socket(text.into()));
        }
        let authority = text
            .strip_prefix("http://")
            .map(|rest| rest.strip_suffix('/').unwrap_or(rest))
            .filter(|rest| !rest.is_empty() && !rest.contains(['/', '@', '?', '#']))
            .ok_or_else(|| TargetError::Unknown(text.into()))?;
        let uri: hyper::Uri = format!("http://{authority}/")
            .parse()
            .map_err(|_| TargetError::Unknown(text.into()))?;
        let host = uri.host().unwrap_or_default();
        let literal = host.trim_start_matches('[').trim_end_matches(']');
        let is_loopback = host.eq_ignore_ascii_case("localhost")
            || literal.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback());
        if !is_loopback {
            return Err(TargetError::NotLoopback(text.into()));
        }
        Ok(Self::Loopback(format!("{host}:{}", uri.port_u16().unwrap_or(80))))
    }
}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Socket(path) => write!(f, "{}", path.display()),
            Self::Loopback(authority) => write!(f, "http://{authority}"),
        }
    }
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
    /// The server refused.
    #[error("{what}; {instead}")]
    Refused {
        /// The HTTP status: 400 for bad input, 403, 404, 409, 503, …
        status: u16,
        /// What is wrong.
        what: String,
        /// What to do instead.
        instead: String,
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
    sender: SendRequest<Body>,
}

impl Client {
    /// Connects. Must be called inside a tokio runtime.
    ///
    /// # Errors
    /// [`ClientError::Unreachable`].
    pub async fn connect(target: &Target) -> Result<Self, ClientError> {
        let unreachable = |detail: String, kind| ClientError::Unreachable {
            target: target.to_string(),
            detail,
            kind,
        };
        let connecting = async {
            match target {
                Target::Socket(path) => {
                    let stream = UnixStream::connect(path).await?;
                    let (sender, connection) =
                        handshake(TokioIo::new(stream)).await.map_err(io::Error::other)?;
                    tokio::spawn(connection);
                    Ok((sender, String::from("localhost")))
                }
                Target::Loopback(authority) => {
                    let stream = TcpStream::connect(authority).await?;
                    let (sender, connection) =
                        handshake(TokioIo::new(stream)).await.map_err(io::Error::other)?;
                    tokio::spawn(connection);
                    Ok::<_, io::Error>((sender, authority.clone()))
                }
            }
        };
        match tokio::time::timeout(CONNECT_TIMEOUT, connecting).await {
            Ok(Ok((sender, host))) => Ok(Self { target: target.to_string(), host, sender }),
            Ok(Err(error)) => Err(unreachable(error.to_string(), Some(error.kind()))),
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
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(HOST, &self.host)
            .header(CONTENT_TYPE, "application/json")
            .body(body)
            .map_err(|error| self.not(error))?;
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
    fn targets_are_sockets_or_this_machine() {
        for (text, target) in [
            ("unix:/run/c.sock", Target::Socket("/run/c.sock".into())),
            ("unix:///run/c.sock", Target::Socket("/run/c.sock".into())),
            ("/run/c.sock", Target::Socket("/run/c.sock".into())),
            ("http://127.0.0.1:8025", Target::Loopback("127.0.0.1:8025".into())),
            ("http://localhost:8025/", Target::Loopback("localhost:8025".into())),
            ("http://[::1]:8025", Target::Loopback("[::1]:8025".into())),
        ] {
            assert_eq!(Target::parse(text), Ok(target), "{text}");
        }
        assert!(matches!(
            Target::parse("http://mx.contoso.example:8025"),
            Err(TargetError::NotLoopback(_))
        ));
        for bad in ["", "mx", "https://127.0.0.1", "http://", "http://a@127.0.0.1/", "unix:"] {
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
