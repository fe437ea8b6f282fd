//! TLS towards other servers.
//!
//! Every handshake has a verifier of its own that judges the certificate, remembers the verdict
//! and the facts, and then does what the [`TlsLevel`] says:
//!
//! | level | a bad certificate | verdict checks |
//! |---|---|---|
//! | `Opportunistic`, `EncryptionOnly` | is accepted, the reason kept | dates, chain, name |
//! | `CertificateValidation` | ends the handshake | dates, chain |
//! | `DomainValidation` | ends the handshake | dates, chain, name |
//!
//! The peer is told with a TLS alert when its certificate is refused, and the caller gets the
//! same typed reason as the verdict.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use causeway_model::Failure;
use causeway_model::config::TlsLevel;
use parking_lot::Mutex;
use rustls::client::Resumption;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms};
use rustls::{
    CertificateError, ClientConfig, CommonState, DigitallySignedStruct, Error, ProtocolVersion,
    SignatureScheme,
};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsConnector;

use super::reason::handshake_reason;
use super::server::ServerTls;
use super::{CertificateFacts, TlsFileError, TrustRoots, provider, signature, verdict};

/// What is needed for TLS towards others: roots and cryptography. Cheap to clone.
#[derive(Clone)]
pub struct ClientTls {
    roots: TrustRoots,
    provider: Arc<CryptoProvider>,
    /// The certificate that we show to peers who ask for one.
    own: Option<ServerTls>,
}

/// A finished handshake.
#[derive(Debug)]
pub struct TlsSession<S> {
    /// The encrypted stream.
    pub stream: tokio_rustls::client::TlsStream<S>,
    /// Version and cipher: `TLSv1.3 TLS_AES_256_GCM_SHA384`.
    pub description: String,
    /// What is wrong with the peer's certificate, also where the level accepts it anyway.
    pub verdict: Result<(), Failure>,
    /// What the peer's certificate says. `None` when it could not be parsed.
    pub peer_certificate: Option<CertificateFacts>,
}

impl ClientTls {
    /// Trusts the system's roots and every certificate in the files `extra_roots`.
    ///
    /// # Errors
    /// [`TlsFileError`] names the file that cannot be used.
    pub fn new(extra_roots: &[PathBuf]) -> Result<Self, TlsFileError> {
        Ok(Self::with_roots(TrustRoots::load(extra_roots)?))
    }

    /// Trusts exactly these roots.
    #[must_use]
    pub fn with_roots(roots: TrustRoots) -> Self {
        Self { roots, provider: provider(), own: None }
    }

    /// The same, showing our server certificate to peers who ask for a client certificate (always
    /// the newest; a self-signed one is not shown).
    #[must_use]
    pub fn presenting(mut self, own: ServerTls) -> Self {
        self.own = Some(own);
        self
    }

    /// Does the TLS handshake on `stream`.
    ///
    /// `server_name` is sent as SNI (an address in text form is not sent). `expected_name` is the
    /// name that the certificate must be for; without it, `server_name`. The caller limits the
    /// time.
    ///
    /// # Errors
    /// One of the `Certificate…` failures when `level` does not accept the certificate, else
    /// [`Failure::TlsHandshake`].
    pub async fn handshake<S>(
        &self,
        stream: S,
        server_name: &str,
        level: TlsLevel,
        expected_name: Option<&str>,
    ) -> Result<TlsSession<S>, Failure>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let server_name = server_name.strip_suffix('.').unwrap_or(server_name);
        let expected = expected_name.map_or(server_name, |n| n.strip_suffix('.').unwrap_or(n));
        let verifier = Arc::new(Verifier {
            roots: self.roots.clone(),
            algorithms: self.provider.signature_verification_algorithms,
            level,
            expected: expected.to_owned(),
            seen: Mutex::new(Seen { verdict: Ok(()), facts: None }),
        });
        let mut config = self.config(Arc::clone(&verifier))?;
        // A host name that is no valid DNS name (some have odd characters) goes without SNI.
        let name = ServerName::try_from(server_name.to_owned()).unwrap_or_else(|_| {
            config.enable_sni = false;
            ServerName::IpAddress(std::net::Ipv4Addr::UNSPECIFIED.into())
        });
        let result = TlsConnector::from(Arc::new(config)).connect(name, stream).await;
        let Seen { verdict, facts } = verifier.seen.lock().clone();
        match result {
            Ok(stream) => Ok(TlsSession {
                description: describe(stream.get_ref().1),
                stream,
                verdict,
                peer_certificate: facts,
            }),
            Err(error) => Err(match verdict {
                Err(failure) if demands_certificate(level) => failure,
                _ => Failure::TlsHandshake { detail: handshake_reason(&error) },
            }),
        }
    }

    fn config(&self, verifier: Arc<Verifier>) -> Result<ClientConfig, Failure> {
        let builder = ClientConfig::builder_with_provider(Arc::clone(&self.provider))
            .with_safe_default_protocol_versions()
            .map_err(|error| Failure::TlsHandshake { detail: error.to_string() })?
            .dangerous()
            .with_custom_certificate_verifier(verifier);
        let mut config = match &self.own {
            Some(own) => builder.with_client_cert_resolver(Arc::new(own.clone())),
            None => builder.with_no_client_auth(),
        };
        config.resumption = Resumption::disabled();
        Ok(config)
    }
}

impl fmt::Debug for ClientTls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientTls").field("roots", &self.roots.store.len()).finish_non_exhaustive()
    }
}

/// Version and cipher of a connection whose handshake is done: `TLSv1.3 TLS_AES_256_GCM_SHA384`.
#[must_use]
pub fn describe(connection: &CommonState) -> String {
    let version = match connection.protocol_version() {
        Some(ProtocolVersion::TLSv1_3) => "TLSv1.3",
        Some(ProtocolVersion::TLSv1_2) => "TLSv1.2",
        _ => "TLS",
    };
    let cipher = connection.negotiated_cipher_suite().map_or(String::new(), |suite| {
        // The library writes TLS 1.3 suites as TLS13_…; their registered names start with TLS_.
        suite.suite().as_str().unwrap_or_default().replacen("TLS13_", "TLS_", 1)
    });
    format!("{version} {cipher}").trim_end().to_owned()
}

const fn demands_certificate(level: TlsLevel) -> bool {
    matches!(level, TlsLevel::CertificateValidation | TlsLevel::DomainValidation)
}

#[derive(Clone)]
struct Seen {
    verdict: Result<(), Failure>,
    facts: Option<CertificateFacts>,
}

/// Judges, remembers, and then follows the level.
struct Verifier {
    roots: TrustRoots,
    algorithms: WebPkiSupportedAlgorithms,
    level: TlsLevel,
    expected: String,
    seen: Mutex<Seen>,
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier").field("level", &self.level).finish_non_exhaustive()
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let mut verdict =
            verdict::check_chain(end_entity, intermediates, &self.roots, &self.algorithms, now);
        if verdict.is_ok() && self.level != TlsLevel::CertificateValidation {
            verdict = verdict::check_name(end_entity, &self.expected);
        }
        let refused = match &verdict {
            Err(failure) if demands_certificate(self.level) => Some(alert_for(failure)),
            _ => None,
        };
        *self.seen.lock() = Seen { verdict, facts: CertificateFacts::read(end_entity) };
        match refused {
            Some(error) => Err(Error::InvalidCertificate(error)),
            None => Ok(ServerCertVerified::assertion()),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        signature::verify_tls12(message, cert, dss, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        signature::verify_tls13(message, cert, dss, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

/// The error whose TLS alert tells the peer what we have against its certificate.
fn alert_for(failure: &Failure) -> CertificateError {
    match failure {
        Failure::CertificateExpired { .. } => CertificateError::Expired,
        Failure::CertificateNotYetValid { .. } => CertificateError::NotValidYet,
        Failure::CertificateNameMismatch { .. } => CertificateError::NotValidForName,
        Failure::CertificateRevoked => CertificateError::Revoked,
        Failure::CertificateSelfSigned
        | Failure::CertificateUnknownIssuer { .. }
        | Failure::CertificateChainIncomplete { .. } => CertificateError::UnknownIssuer,
        _ => CertificateError::ApplicationVerificationFailure,
    }
}

#[cfg(test)]
mod tests;
