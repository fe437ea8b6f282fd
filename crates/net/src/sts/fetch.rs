//! Getting a policy: `https://mta-sts.DOMAIN/.well-known/mta-sts.txt`.
//!
//! Nothing of the domain's choosing costs more than its share: [`LIMIT`] of time in all, 64 KiB of content,
//! one request, no redirects. The certificate must be good for `mta-sts.DOMAIN` before anything is
//! asked for, so nobody can make us ask a server that is not theirs.

use std::net::SocketAddr;
use std::time::Duration;

use causeway_model::config::TlsLevel;
use causeway_model::{Domain, Failure};
use http_body_util::{BodyExt, Empty, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::{Request, StatusCode, header};
use hyper_util::rt::TokioIo;
use serde::{Deserialize, Serialize};

use super::{LONGEST_POLICY, Policy, PolicyError};
use crate::dial;
use crate::dns::{Families, Resolver};
use crate::tls::{ClientTls, Expectation};

/// How long all of it may take, unless something else is said.
pub const LIMIT: Duration = Duration::from_secs(30);

/// How long one address may take to accept a connection.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);

/// Addresses that are tried at most.
const MOST_ADDRESSES: usize = 3;

/// Why a policy could not be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FetchError {
    /// Its host could not be found or reached, or its certificate is not good.
    #[error("its host cannot be reached safely: {0:?}")]
    Host(Failure),
    /// It took too long.
    #[error("it did not come in time")]
    Slow,
    /// The host answered with something else than 200: redirects too.
    #[error("its host answered {0}")]
    Status(u16),
    /// The content is not `text/plain`.
    #[error("its content type is {0:?}, and not text/plain")]
    ContentType(String),
    /// It is too long.
    #[error("it is longer than {LONGEST_POLICY} octets, or broke off")]
    Content,
    /// What was spoken is not HTTP.
    #[error("its host does not speak HTTP: {0}")]
    Http(String),
    /// The text is no policy.
    #[error("it cannot be used: {0}")]
    Policy(#[from] PolicyError),
}

/// Fetches policies.
#[derive(Clone, Debug)]
pub struct Fetch {
    /// Names to addresses.
    pub resolver: Resolver,
    /// Whom to trust.
    pub tls: ClientTls,
    /// 443, except in test labs.
    pub port: u16,
    /// How long all of it may take: [`LIMIT`].
    pub limit: Duration,
}

impl Fetch {
    /// The policy of a domain, and its text.
    ///
    /// # Errors
    /// [`FetchError`].
    pub async fn policy(&self, domain: &Domain) -> Result<(Policy, String), FetchError> {
        let octets = tokio::time::timeout(self.limit, self.get(domain))
            .await
            .map_err(|_| FetchError::Slow)??;
        let policy = Policy::read(&octets)?;
        Ok((policy, String::from_utf8_lossy(&octets).into_owned()))
    }

    async fn get(&self, domain: &Domain) -> Result<Bytes, FetchError> {
        let host = format!("mta-sts.{domain}");
        let stream = self.connect(&host).await.map_err(FetchError::Host)?;
        let expectation = Expectation::of_level(TlsLevel::DomainValidation, None);
        let session =
            self.tls.handshake(stream, &host, &expectation).await.map_err(FetchError::Host)?;
        let http = |error: hyper::Error| FetchError::Http(error.to_string());
        let (mut sender, connection) =
            http1::handshake(TokioIo::new(session.stream)).await.map_err(http)?;
        let request = Request::get("/.well-known/mta-sts.txt")
            .header(header::HOST, &host)
            .header(header::ACCEPT, "text/plain")
            .header(header::CONNECTION, "close")
            .body(Empty::<Bytes>::new())
            .map_err(|error| FetchError::Http(error.to_string()))?;
        let answer = async {
            let response = sender.send_request(request).await.map_err(http)?;
            if response.status() != StatusCode::OK {
                return Err(FetchError::Status(response.status().as_u16()));
            }
            let kind = response.headers().get(header::CONTENT_TYPE);
            let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
            let essence = kind.split(';').next().unwrap_or_default().trim();
            if !essence.eq_ignore_ascii_case("text/plain") {
                return Err(FetchError::ContentType(kind.chars().take(100).collect()));
            }
            let body = Limited::new(response.into_body(), LONGEST_POLICY).collect().await;
            body.map(|body| body.to_bytes()).map_err(|_| FetchError::Content)
        };
        // The connection is driven here and ends here, whatever the answer.
        let mut answer = std::pin::pin!(answer);
        tokio::select! {
            biased;
            answer = &mut answer => answer,
            ended = connection => match ended {
                // Everything has arrived; what is left is in memory.
                Ok(()) => answer.await,
                Err(error) => Err(http(error)),
            },
        }
    }

    async fn connect(&self, host: &str) -> Result<tokio::net::TcpStream, Failure> {
        let addresses = self.resolver.addresses(host, Families::Both).await?;
        let mut failure = Failure::NoAddress { name: host.to_owned() };
        for address in dial::order_addresses(&addresses).into_iter().take(MOST_ADDRESSES) {
            let address = SocketAddr::new(address, self.port);
            match dial::connect(address, &[], CONNECT_LIMIT).await {
                Ok(stream) => return Ok(stream),
                Err(last) => failure = last,
            }
        }
        Err(failure)
    }
}
