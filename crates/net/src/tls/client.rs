//! TLS towards other servers.
//!
//! Every handshake has a verifier of its own that judges the certificate by everything it may be held
//! against (trusted roots, names, TLSA records), remembers what it found, and then does what
//! [`decide`] says: which finding matters is the demand's choice, see [`decision`](super::decision).
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

use super::dane::DaneDemand;
use super::decision::{Decision, Demands, Findings, decide};
use super::hello::Tap;
use super::reason::handshake_failure;
use super::server::ServerTls;
use super::staple::{self, Staple};
use super::{CertificateFacts, TlsFileError, TrustRoots, dane, provider, signature, verdict};

/// What is needed for TLS towards others: roots and cryptography. Cheap to clone.
#[derive(Clone)]
pub struct ClientTls {
    roots: TrustRoots,
    provider: Arc<CryptoProvider>,
    /// The certificate that we show to peers who ask for one.
    own: Option<ServerTls>,
}

/// What a connection is for: everything that its certificate is held against.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expectation {
    /// What is demanded.
    pub demands: Demands,
    /// The name that the certificate must be for; `None`: the host's.
    pub expected_name: Option<String>,
    /// The host's TLSA records, where they can be used.
    pub dane: Option<DaneDemand>,
    /// Whether the domain's MTA-STS policy names the host; `Ok` without a policy.
    pub listed: Result<(), Failure>,
}

impl Expectation {
    /// A connector's level and nothing else.
    #[must_use]
    pub fn of_level(level: TlsLevel, expected_name: Option<&str>) -> Self {
        Self {
            demands: Demands::of_level(level),
            expected_name: expected_name.map(str::to_owned),
            dane: None,
            listed: Ok(()),
        }
    }
}

/// A finished handshake.
#[derive(Debug)]
pub struct TlsSession<S> {
    /// The encrypted stream.
    pub stream: tokio_rustls::client::TlsStream<Tap<S>>,
    /// Version and cipher: `TLSv1.3 TLS_AES_256_GCM_SHA384`.
    pub description: String,
    /// What is wrong with the peer's certificate by the trusted roots, also where it is accepted anyway.
    pub verdict: Result<(), Failure>,
    /// Everything that was found, for the decision and for later ones.
    pub findings: Findings,
    /// What the peer's certificate says. `None` when it could not be parsed.
    pub peer_certificate: Option<CertificateFacts>,
    /// What the peer's issuer says of it, as far as the peer sent that along.
    pub staple: Staple,
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
    /// `server_name` is sent as SNI (an address in text form is not sent; with TLSA records, the name
    /// that they were found under is). The caller limits the time.
    ///
    /// # Errors
    /// What [`decide`] says when the certificate is not good enough; [`Failure::TlsTooOld`],
    /// [`Failure::TlsNothingInCommon`] or [`Failure::TlsHandshake`] when it does not come that far.
    pub async fn handshake<S>(
        &self,
        stream: S,
        server_name: &str,
        expectation: &Expectation,
    ) -> Result<TlsSession<S>, Failure>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let host = plain(server_name);
        let verifier = Arc::new(Verifier {
            roots: self.roots.clone(),
            algorithms: self.provider.signature_verification_algorithms,
            expectation: expectation.clone(),
            host: host.to_owned(),
            seen: Mutex::new(None),
        });
        let mut config = self.config(Arc::clone(&verifier))?;
        let sni = expectation.dane.as_ref().map_or(host, |dane| plain(&dane.records.base));
        // A host name that is no valid DNS name (some have odd characters) goes without SNI.
        let name = ServerName::try_from(sni.to_owned()).unwrap_or_else(|_| {
            config.enable_sni = false;
            ServerName::IpAddress(std::net::Ipv4Addr::UNSPECIFIED.into())
        });
        let connector = TlsConnector::from(Arc::new(config));
        let result = connector.connect(name, Tap::new(stream)).into_fallible().await;
        let seen = verifier.seen.lock().take();
        match (result, seen) {
            (Ok(stream), Some(Seen { findings, facts, staple, .. })) => {
                let verdict = match expectation.demands.level {
                    TlsLevel::CertificateValidation => findings.chain.clone(),
                    _ => findings.certificate(),
                };
                Ok(TlsSession {
                    description: describe(stream.get_ref().1),
                    stream,
                    verdict,
                    findings,
                    peer_certificate: facts,
                    staple,
                })
            }
            (Err(_), Some(Seen { refused: Some(failure), .. })) => Err(failure),
            (Err((error, stream)), _) => Err(handshake_failure(&error, stream.head())),
            // Without a resumed session every handshake shows a certificate.
            (Ok(_), None) => {
                Err(Failure::TlsHandshake { detail: "the peer showed no certificate".into() })
            }
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

fn plain(name: &str) -> &str {
    name.strip_suffix('.').unwrap_or(name)
}

struct Seen {
    findings: Findings,
    refused: Option<Failure>,
    facts: Option<CertificateFacts>,
    staple: Staple,
}

/// Finds out everything, remembers it, and then follows the decision.
struct Verifier {
    roots: TrustRoots,
    algorithms: WebPkiSupportedAlgorithms,
    expectation: Expectation,
    host: String,
    seen: Mutex<Option<Seen>>,
}

impl Verifier {
    fn findings(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        ocsp: &[u8],
        now: UnixTime,
    ) -> (Findings, Staple) {
        let Expectation { expected_name, dane, listed, .. } = &self.expectation;
        let expected = expected_name.as_deref().map_or(self.host.as_str(), plain);
        let (chain, staple) = self.chain(end_entity, intermediates, ocsp, now);
        let name = verdict::check_name(end_entity, expected);
        let host_name = match expected == self.host {
            true => name.clone(),
            false => verdict::check_name(end_entity, &self.host),
        };
        let dane = match dane {
            Some(DaneDemand { records, names }) => {
                dane::check(records, end_entity, intermediates, names, &self.algorithms, now)
            }
            None => Err(Failure::TlsaMismatch { records: 0, presented: String::new() }),
        };
        let listed = listed.clone();
        (Findings { encryption: Ok(()), chain, name, host_name, dane, listed }, staple)
    }

    /// Dates and chain, and what the issuer says of the certificate.
    fn chain(
        &self,
        leaf: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        ocsp: &[u8],
        now: UnixTime,
    ) -> (Result<(), Failure>, Staple) {
        let Self { roots, algorithms, .. } = self;
        let chain = verdict::check_chain(leaf, intermediates, roots, algorithms, now);
        let subject =
            staple::Subject { leaf, intermediates, roots, chain: &chain, algorithms, now };
        let staple = staple::read(ocsp, &subject);
        match staple.is_revoked() {
            true => (Err(Failure::CertificateRevoked), staple),
            false => (chain, staple),
        }
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier").field("host", &self.host).finish_non_exhaustive()
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let (findings, staple) = self.findings(end_entity, intermediates, ocsp_response, now);
        let refused = match decide(&self.expectation.demands, &findings) {
            Decision::Defer(failure) => Some(failure),
            Decision::Deliver(_) | Decision::DeliverAndReport(..) => None,
        };
        let alert = refused.as_ref().map(alert_for);
        let facts = CertificateFacts::read(end_entity);
        *self.seen.lock() = Some(Seen { findings, refused, facts, staple });
        match alert {
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
        Failure::DaneViolated { reason, .. } | Failure::StsViolated { reason, .. } => {
            alert_for(reason)
        }
        _ => CertificateError::ApplicationVerificationFailure,
    }
}

#[cfg(test)]
mod tests;
