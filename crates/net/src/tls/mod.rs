//! TLS in both directions, with reasons.
//!
//! **What it promises.** Only TLS 1.2 and 1.3. A peer's certificate is always checked and the
//! result always told ([`client::TlsSession::verdict`]); whether a bad one ends the handshake is
//! decided by what is demanded: by a connector, by DANE, by MTA-STS ([`decision`]). Our own certificate is replaced
//! while running, and a replacement that cannot be used never displaces one that works.
//!
//! **What it refuses.** Sessions are not resumed towards peers: a resumed session has no
//! certificate to judge. No authority is asked about revocation during a delivery; where the server itself sends
//! its issuer's signed statement that the certificate is revoked ([`staple`]), it counts as such.
//!
//! **In which order to read.** This file, [`trust`] (roots), [`facts`] (what a certificate says),
//! `verdict` (pure: what is wrong with a chain), [`dane`] (pure: what TLSA records say of it), [`staple`] (pure: what its issuer says of it),
//! [`decision`] (pure: may mail go), [`client`], [`server`], `hello` (what a peer began with), and
//! `reason` (handshake errors in plain words).

mod binding;
pub mod client;
pub mod dane;
pub mod decision;
pub mod facts;
mod hello;
mod reason;
mod self_signed;
pub mod server;
mod signature;
pub mod staple;
pub mod trust;
mod verdict;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::crypto::CryptoProvider;
use rustls_pki_types::pem::{self, PemObject};
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

pub use binding::ChannelBindings;
pub use client::{ClientTls, Expectation, TlsSession};
pub use dane::{DaneDemand, TlsaSet};
pub use decision::{DaneLevel, Decision, Demands, Findings, StsMode, decide};
pub use facts::CertificateFacts;
pub use hello::Tap;
pub use reason::{handshake_reason, old_version};
pub use server::{ClientCertificate, ServerSession, ServerTls};
pub use staple::Staple;
pub use trust::TrustRoots;

/// Chooses the cryptography of the whole process. Call it first in `main`; calling it again does
/// nothing.
pub fn install_crypto_provider() {
    // An error means that one is installed already.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
}

fn provider() -> Arc<CryptoProvider> {
    CryptoProvider::get_default()
        .cloned()
        .unwrap_or_else(|| Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
}

/// What is wrong with a certificate or key file of ours.
#[derive(Debug, thiserror::Error)]
pub enum TlsFileError {
    /// It cannot be read.
    #[error("{}: cannot be read: {error}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's words.
        error: io::Error,
    },
    /// It is not PEM, or broken.
    #[error("{}: is not a PEM file: {detail}", path.display())]
    NotPem {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        detail: String,
    },
    /// It has no certificate.
    #[error("{}: contains no certificate (BEGIN CERTIFICATE)", path.display())]
    NoCertificate {
        /// The file.
        path: PathBuf,
    },
    /// It has no private key.
    #[error("{}: contains no private key (BEGIN PRIVATE KEY)", path.display())]
    NoKey {
        /// The file.
        path: PathBuf,
    },
    /// It has a certificate that cannot be used.
    #[error("{}: the certificate cannot be used: {detail}", path.display())]
    BadCertificate {
        /// The file.
        path: PathBuf,
        /// Why.
        detail: String,
    },
    /// It has a private key that cannot be used.
    #[error("{}: the private key cannot be used: {detail}", path.display())]
    BadKey {
        /// The file.
        path: PathBuf,
        /// Why.
        detail: String,
    },
    /// The key is not the certificate's.
    #[error("{}: is not the private key of the certificate in {}", key.display(), certificate.display())]
    KeyMismatch {
        /// The certificate's file.
        certificate: PathBuf,
        /// The key's file.
        key: PathBuf,
    },
    /// The self-signed certificate could not be made or kept.
    #[error("{}: the self-signed certificate could not be kept here: {detail}", path.display())]
    SelfSigned {
        /// Where it was to be kept.
        path: PathBuf,
        /// Why not.
        detail: String,
    },
    /// The TLS library refuses to be set up. Does not happen with a complete build.
    #[error("TLS cannot be set up: {detail}")]
    Setup {
        /// Its words.
        detail: String,
    },
}

/// All certificates of a PEM file, in order.
fn read_certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsFileError> {
    let bytes = read(path)?;
    let certificates = CertificateDer::pem_slice_iter(&bytes)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| not_pem(path, &error))?;
    if certificates.is_empty() {
        return Err(TlsFileError::NoCertificate { path: path.to_owned() });
    }
    Ok(certificates)
}

/// The first private key of a PEM file.
fn read_key(path: &Path) -> Result<PrivateKeyDer<'static>, TlsFileError> {
    let bytes = read(path)?;
    PrivateKeyDer::from_pem_slice(&bytes).map_err(|error| match error {
        pem::Error::NoItemsFound => TlsFileError::NoKey { path: path.to_owned() },
        other => not_pem(path, &other),
    })
}

fn read(path: &Path) -> Result<Vec<u8>, TlsFileError> {
    std::fs::read(path).map_err(|error| TlsFileError::Unreadable { path: path.to_owned(), error })
}

fn not_pem(path: &Path, error: &pem::Error) -> TlsFileError {
    TlsFileError::NotPem { path: path.to_owned(), detail: error.to_string() }
}
