//! TLS for those who connect to us: our certificate, always the newest, and theirs when they show
//! one.
//!
//! [`ServerTls::load`] reads certificate and key, or makes a self-signed pair.
//! [`ServerTls::reload_if_changed`] is called from time to time; connections that are open keep
//! what they have, new ones get the new certificate. A new file that cannot be used is reported
//! once and changes nothing.
//!
//! Clients are asked for a certificate and need none. Whatever they show is accepted into the
//! handshake (they must hold its key); what it is worth is told by [`ServerTls::peer_names`]. A
//! sending server with a bad client certificate is better served with TLS than without.

use std::fmt;
use std::fs::Metadata;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arc_swap::ArcSwap;
use causeway_model::config::TlsFiles;
use parking_lot::Mutex;
use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::WebPkiSupportedAlgorithms;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{
    DigitallySignedStruct, DistinguishedName, Error, InconsistentKeys, ServerConfig,
    ServerConnection, SignatureScheme,
};
use rustls_pki_types::{CertificateDer, UnixTime};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use webpki::KeyUsage;

use super::hello::{self, Tap};
use super::reason::OldClient;
use super::{
    CertificateFacts, ChannelBindings, TlsFileError, TrustRoots, binding, client, provider,
    read_certificates, read_key, self_signed, signature,
};

/// Our side of TLS. Cheap to clone; clones share the certificate.
#[derive(Clone)]
pub struct ServerTls {
    inner: Arc<Inner>,
}

struct Inner {
    files: TlsFiles,
    /// Where and for which name to make the certificate anew; `None` when files are configured.
    own_making: Option<(PathBuf, String)>,
    roots: TrustRoots,
    current: ArcSwap<Loaded>,
    /// What the files looked like when they were last tried.
    seen: Mutex<Option<[Fingerprint; 2]>>,
}

struct Loaded {
    config: Arc<ServerConfig>,
    key: Arc<CertifiedKey>,
    facts: Option<CertificateFacts>,
    /// `tls-server-end-point`.
    end_point: Option<Vec<u8>>,
}

/// Inode, length, and the times of content and attributes (seconds and nanoseconds): what differs
/// when a file was written, replaced, or made readable.
type Fingerprint = (u64, u64, (i64, i64), (i64, i64));

/// A finished handshake with a client.
#[derive(Debug)]
pub struct ServerSession<S> {
    /// The encrypted stream.
    pub stream: TlsStream<Tap<S>>,
    /// Version and cipher: `TLSv1.3 TLS_AES_256_GCM_SHA384`.
    pub description: String,
    /// The names in the client's certificate, lower case, when it showed one that we trust.
    pub certificate_names: Vec<String>,
    /// What a login over this connection can be bound to.
    pub bindings: ChannelBindings,
}

/// The certificate that a client showed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientCertificate {
    /// The names it is for, lower case.
    pub names: Vec<String>,
    /// Whether it is within its dates and from an issuer we trust. Names of a certificate that is
    /// not trusted prove nothing.
    pub trusted: bool,
}

impl ServerTls {
    /// Reads the configured files. Without configured files, uses the self-signed certificate in
    /// `data_dir/tls`, which is made when it is not there, not for `hostname`, or about to end.
    /// Client certificates are judged by the system's roots.
    ///
    /// # Errors
    /// [`TlsFileError`] names the file and what is wrong with it.
    pub fn load(
        files: Option<&TlsFiles>,
        data_dir: &Path,
        hostname: &str,
    ) -> Result<Self, TlsFileError> {
        Self::load_with_roots(files, data_dir, hostname, TrustRoots::load(&[])?)
    }

    /// The same, with these roots to judge client certificates by.
    ///
    /// # Errors
    /// As [`Self::load`].
    pub fn load_with_roots(
        files: Option<&TlsFiles>,
        data_dir: &Path,
        hostname: &str,
        roots: TrustRoots,
    ) -> Result<Self, TlsFileError> {
        let own_making = match files {
            Some(_) => None,
            None => Some((data_dir.to_owned(), hostname.to_owned())),
        };
        let files = match files {
            Some(files) => files.clone(),
            None => self_signed::ensure(data_dir, hostname)?,
        };
        let seen = fingerprints(&files);
        let current = ArcSwap::from_pointee(Loaded::read(&files)?);
        Ok(Self {
            inner: Arc::new(Inner { files, own_making, roots, current, seen: Mutex::new(seen) }),
        })
    }

    /// What accepts handshakes with the newest certificate.
    #[must_use]
    pub fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(Arc::clone(&self.inner.current.load().config))
    }

    /// The server's half of a handshake, and what is known after it.
    ///
    /// # Errors
    /// The library's: the client spoke no TLS, wanted an old version, or went away. How long it may
    /// take is the caller's to say.
    pub async fn handshake<S>(&self, stream: S) -> io::Result<ServerSession<S>>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        // The same certificate for the handshake and for what is bound to it.
        let loaded = self.inner.current.load_full();
        let acceptor = TlsAcceptor::from(Arc::clone(&loaded.config));
        let accepted = acceptor.accept(Tap::new(stream)).into_fallible().await;
        let stream = accepted.map_err(|(error, tap)| match hello::old_version(tap.head()) {
            // Every client before TLS 1.3 greets in its best version.
            Some(offered) if error.kind() == io::ErrorKind::InvalidData => {
                io::Error::new(io::ErrorKind::InvalidData, OldClient { offered })
            }
            _ => error,
        })?;
        let connection = stream.get_ref().1;
        let certificate_names = self
            .peer_names(connection)
            .filter(|certificate| certificate.trusted)
            .map(|certificate| certificate.names)
            .unwrap_or_default();
        let bindings = ChannelBindings {
            exporter: binding::exporter(connection),
            server_end_point: loaded.end_point.clone(),
        };
        let description = client::describe(connection);
        Ok(ServerSession { stream, description, certificate_names, bindings })
    }

    /// What our certificate says: for health pages and warnings before it ends.
    #[must_use]
    pub fn certificate(&self) -> Option<CertificateFacts> {
        self.inner.current.load().facts.clone()
    }

    /// True when nobody configured a certificate and we use the one we made.
    #[must_use]
    pub fn is_self_made(&self) -> bool {
        self.inner.own_making.is_some()
    }

    /// Reads the files again when one of them has changed since the last look. `true` when a new
    /// certificate is in use now. Reads files: call it where blocking for a moment is no harm.
    ///
    /// # Errors
    /// [`TlsFileError`] when the new files cannot be used; the old certificate stays. The same
    /// error is not reported again until a file changes once more.
    pub fn reload_if_changed(&self) -> Result<bool, TlsFileError> {
        let inner = &self.inner;
        if let Some((data_dir, hostname)) = &inner.own_making {
            self_signed::ensure(data_dir, hostname)?;
        }
        // Held while reading, so that two callers do not load at once.
        let mut seen = inner.seen.lock();
        let present = fingerprints(&inner.files);
        if *seen == present {
            return Ok(false);
        }
        *seen = present;
        let loaded = Loaded::read(&inner.files)?;
        inner.current.store(Arc::new(loaded));
        Ok(true)
    }

    /// The certificate that the client of this connection showed; `None` when it showed none.
    #[must_use]
    pub fn peer_names(&self, connection: &ServerConnection) -> Option<ClientCertificate> {
        let (leaf, intermediates) = connection.peer_certificates()?.split_first()?;
        let names = CertificateFacts::read(leaf).map(|facts| facts.names).unwrap_or_default();
        let trusted = is_trusted_client(leaf, intermediates, &self.inner.roots);
        Some(ClientCertificate { names, trusted })
    }
}

impl fmt::Debug for ServerTls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerTls").field("files", &self.inner.files).finish_non_exhaustive()
    }
}

/// When another server asks us for a client certificate, it gets the one we serve with, unless we
/// made it ourselves: nobody can know that one.
impl rustls::client::ResolvesClientCert for ServerTls {
    fn resolve(
        &self,
        _root_hint_subjects: &[&[u8]],
        sigschemes: &[SignatureScheme],
    ) -> Option<Arc<CertifiedKey>> {
        if self.is_self_made() {
            return None;
        }
        let key = Arc::clone(&self.inner.current.load().key);
        key.key.choose_scheme(sigschemes).map(|_| key)
    }

    fn has_certs(&self) -> bool {
        !self.is_self_made()
    }
}

impl Loaded {
    fn read(files: &TlsFiles) -> Result<Self, TlsFileError> {
        let chain = read_certificates(&files.certificate)?;
        let key = read_key(&files.key)?;
        let provider = provider();
        let facts = chain.first().and_then(|leaf| CertificateFacts::read(leaf));
        let end_point = chain.first().and_then(|leaf| binding::server_end_point(leaf));
        let signing = provider.key_provider.load_private_key(key).map_err(|error| {
            TlsFileError::BadKey { path: files.key.clone(), detail: error.to_string() }
        })?;
        let key = CertifiedKey::new(chain, signing);
        match key.keys_match() {
            // Not every key tells its public half; then the first handshake will show.
            Ok(()) | Err(Error::InconsistentKeys(InconsistentKeys::Unknown)) => {}
            Err(Error::InconsistentKeys(_)) => {
                return Err(TlsFileError::KeyMismatch {
                    certificate: files.certificate.clone(),
                    key: files.key.clone(),
                });
            }
            Err(error) => {
                return Err(TlsFileError::BadCertificate {
                    path: files.certificate.clone(),
                    detail: error.to_string(),
                });
            }
        }
        let key = Arc::new(key);
        let verifier = AnyClientCertificate(provider.signature_verification_algorithms);
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| TlsFileError::Setup { detail: error.to_string() })?
            .with_client_cert_verifier(Arc::new(verifier))
            .with_cert_resolver(Arc::new(SingleCertAndKey::from(Arc::clone(&key))));
        Ok(Self { config: Arc::new(config), key, facts, end_point })
    }
}

fn fingerprints(files: &TlsFiles) -> Option<[Fingerprint; 2]> {
    let look = |path: &Path| {
        let of = |m: Metadata| {
            (m.ino(), m.size(), (m.mtime(), m.mtime_nsec()), (m.ctime(), m.ctime_nsec()))
        };
        std::fs::metadata(path).ok().map(of)
    };
    Some([look(&files.certificate)?, look(&files.key)?])
}

/// A client certificate counts when it leads to a trusted root and is meant for clients or for
/// servers: public authorities no longer write "for clients" into mail servers' certificates.
fn is_trusted_client(
    leaf: &CertificateDer<'_>,
    intermediates: &[CertificateDer<'_>],
    roots: &TrustRoots,
) -> bool {
    let Ok(end_entity) = webpki::EndEntityCert::try_from(leaf) else { return false };
    let now = UnixTime::now();
    let algorithms = provider().signature_verification_algorithms.all;
    [KeyUsage::client_auth(), KeyUsage::server_auth()].into_iter().any(|usage| {
        end_entity
            .verify_for_usage(algorithms, &roots.store.roots, intermediates, now, usage, None, None)
            .is_ok()
    })
}

/// Lets every client certificate into the handshake, provided that the client holds its key.
#[derive(Debug)]
struct AnyClientCertificate(WebPkiSupportedAlgorithms);

impl ClientCertVerifier for AnyClientCertificate {
    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        signature::verify_tls12(message, cert, dss, &self.0)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        signature::verify_tls13(message, cert, dss, &self.0)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_schemes()
    }
}

#[cfg(test)]
mod tests;
