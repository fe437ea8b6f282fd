//! A connection that is up becomes a session: greeting, EHLO, TLS as demanded, logging in.
//!
//! A password goes only to a peer that has proven who it is. Opportunistic TLS that does not work is noted, and the
//! next attempt goes without; what is demanded is never given up.

use std::net::SocketAddr;
use std::time::Duration;

use causeway_catalog::Phase;
use causeway_catalog::sentence::{Parts, Sentence};
use causeway_model::config::{Credentials, Host};
use causeway_model::{Failure, HopSecurity, Stage};
use causeway_net::tls::{Expectation, Findings, TlsSession};
use causeway_smtp::client::{Capabilities, Connection, SessionFailure, Timeouts};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::OwnedSemaphorePermit;

use super::heard::{Finding, Try};
use crate::demand::{self, Standing};

/// How long a TLS handshake may take.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(60);

/// A byte stream, plain or TLS.
pub(crate) trait ByteStream: AsyncRead + AsyncWrite + Send + Sync + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Sync + Unpin> ByteStream for T {}

/// A byte stream of either kind.
pub(crate) type Wire = Box<dyn ByteStream>;

/// A session that is ready for transactions.
pub(crate) struct Link {
    pub(crate) connection: Connection<Wire>,
    pub(crate) capabilities: Capabilities,
    pub(crate) host: String,
    pub(crate) address: SocketAddr,
    /// TLS version and cipher.
    pub(crate) tls: Option<String>,
    /// What stands for the peer's identity.
    pub(crate) security: Option<Box<HopSecurity>>,
    /// What was demanded: the connection serves nobody who demands something else.
    pub(crate) standing: Standing,
    /// Transactions so far.
    pub(crate) uses: u32,
    /// The host as the configuration has it.
    pub(crate) chosen: (Host, u16),
    /// Its share of all outbound connections, and of its connector's.
    pub(super) _permits: [Option<OwnedSemaphorePermit>; 2],
}

fn at(stage: Stage) -> impl Fn(Failure) -> SessionFailure {
    move |failure| SessionFailure { stage, failure }
}

/// Greeting, EHLO, TLS as demanded, logging in.
pub(super) async fn converse(
    expectation: &Expectation,
    name: &str,
    address: SocketAddr,
    stream: tokio::net::TcpStream,
    attempt: &mut Try<'_>,
) -> Result<Link, SessionFailure> {
    let (shared, target) = (attempt.shared, attempt.target);
    let demands = &expectation.demands;
    let mut connection = Connection::new(Box::new(stream) as Wire, Timeouts::default());
    connection.greeting().await?;
    let mut capabilities = connection.hello(&shared.hostname).await?;
    attempt.reached(Stage::Ehlo, || offered(&capabilities, name));
    let wants_tls = demands.need_encryption()
        || (capabilities.starttls && !shared.plain_only.contains(address));
    let mut tls = None;
    let mut found = Findings::plain(&Failure::TlsNotOffered);
    if wants_tls {
        if !capabilities.starttls {
            let failure = demand::without_tls(demands, Failure::TlsNotOffered);
            return Err(at(Stage::Starttls)(failure));
        }
        let encrypted = encrypt(connection, expectation, name, attempt).await;
        let session = encrypted.map_err(|mut failure| {
            if demands.need_encryption() {
                if demand::is_lack_of_tls(&failure.failure) {
                    failure.failure = demand::without_tls(demands, failure.failure);
                }
            } else {
                // It offers what it cannot do: the next attempt goes without.
                shared.plain_only.note(address);
            }
            failure
        })?;
        if let (Some(_), Some(facts)) = (&target.connector, &session.peer_certificate) {
            shared.paths.showed(&target.site, name, facts, shared.clock.now());
        }
        attempt.tls = Some(session.description.clone());
        tls = Some(session.description);
        found = session.findings;
        connection = Connection::new(Box::new(session.stream) as Wire, Timeouts::default());
        capabilities = connection.hello(&shared.hostname).await?;
    }
    let security = demand::settled(demands, &found).map_err(at(Stage::Tls))?;
    shared.weak_spots.note(&target.site, name, demands, &found);
    if let Some(credentials) = &target.credentials {
        // Never a password to somebody who may be anybody.
        if let (Err(reason), false) = (found.may_log_in(demands), address.ip().is_loopback()) {
            let reason = reason.map(Box::new);
            return Err(at(Stage::Auth)(Failure::CredentialsUnprotected { reason }));
        }
        log_in(&mut connection, &capabilities, credentials).await?;
        attempt.reached(Stage::Auth, || {
            Finding::good(Parts::of("test-logged-in").with("user", credentials.user.as_str()))
        });
    }
    Ok(Link {
        connection,
        capabilities,
        host: name.to_owned(),
        address,
        tls,
        security,
        standing: target.standing.clone(),
        uses: 0,
        chosen: (Host::Address(address.ip()), address.port()),
        _permits: [None, None],
    })
}

/// STARTTLS and the handshake.
async fn encrypt(
    connection: Connection<Wire>,
    expectation: &Expectation,
    name: &str,
    attempt: &Try<'_>,
) -> Result<TlsSession<Wire>, SessionFailure> {
    let (stream, _) = connection.starttls().await?;
    let handshake = attempt.shared.client_tls.handshake(stream, name, expectation);
    let session = tokio::time::timeout(HANDSHAKE_TIMEOUT, handshake)
        .await
        .unwrap_or_else(|_| {
            let detail = format!("no answer within {} s", HANDSHAKE_TIMEOUT.as_secs());
            Err(Failure::TlsHandshake { detail })
        })
        .map_err(at(Stage::Tls))?;
    attempt.reached(Stage::Tls, || encrypted(&session));
    Ok(session)
}

/// What a server says of itself.
fn offered(capabilities: &Capabilities, host: &str) -> Finding {
    let mut lines = capabilities.raw_lines.iter();
    let name = lines.next().map_or(host, String::as_str);
    let words: Vec<&str> = lines.map(String::as_str).collect();
    let text = match (capabilities.extended, words.is_empty()) {
        (false, _) => Parts::of("test-helo-only").with("name", name),
        (true, true) => Parts::of("test-offers-nothing").with("name", name),
        (true, false) => Parts::of("test-offers").with("name", name).with("extensions", words),
    };
    Finding { text: text.into(), is_doubtful: !capabilities.extended }
}

/// What was agreed on, and whose certificate was shown.
fn encrypted<S>(session: &TlsSession<S>) -> Finding {
    let mut text = Sentence::from(session.description.as_str());
    if let Some(certificate) = &session.peer_certificate {
        text = Parts::of("test-tls-certificate")
            .with("tls", text)
            .with("names", certificate.names.clone())
            .with("issuer", certificate.issuer.as_str())
            .with("until", certificate.not_after.to_string())
            .into();
    }
    if let Err(failure) = &session.verdict {
        let doubt = causeway_catalog::status::status(failure, Stage::Tls, Phase::Queued).text;
        text = Parts::of("test-tls-doubt").with("found", text).with("doubt", doubt).into();
    }
    Finding { text, is_doubtful: session.verdict.is_err() }
}

async fn log_in(
    connection: &mut Connection<Wire>,
    capabilities: &Capabilities,
    credentials: &Credentials,
) -> Result<(), SessionFailure> {
    if capabilities.auth.is_empty() {
        return Err(at(Stage::Auth)(Failure::AuthNotOffered));
    }
    let path = credentials.password_file.clone();
    let read = tokio::fs::read_to_string(&path).await.map_err(|error| {
        at(Stage::Auth)(Failure::CredentialsUnreadable {
            detail: format!("{}: {error}", path.display()),
        })
    })?;
    let password = read.lines().next().unwrap_or_default();
    connection.auth(&credentials.user, password).await?;
    Ok(())
}
