//! Which issuers are trusted: the system's roots and the administrator's extra files.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;

use rustls::RootCertStore;
use x509_parser::prelude::{FromDer, X509Name};

use super::{TlsFileError, read_certificates};

/// A set of trusted issuers. Cheap to clone.
#[derive(Clone, Debug)]
pub struct TrustRoots {
    pub(super) store: Arc<RootCertStore>,
    /// The organizations (`O=`) that the roots name: whoever issues certificates under one of
    /// these is known, even when the particular issuing certificate is not at hand.
    organizations: Arc<HashSet<String>>,
}

impl TrustRoots {
    /// The system's roots and every certificate in `extra`.
    ///
    /// A system without roots, or with some that cannot be read, is a warning in the log:
    /// certificates are then refused where the TLS level demands trust, and only there.
    ///
    /// # Errors
    /// [`TlsFileError`] names the extra file that cannot be used.
    pub fn load(extra: &[PathBuf]) -> Result<Self, TlsFileError> {
        let mut store = RootCertStore::empty();
        let native = rustls_native_certs::load_native_certs();
        for error in &native.errors {
            tracing::warn!(%error, "a certificate store of the system cannot be read");
        }
        let (added, ignored) = store.add_parsable_certificates(native.certs);
        if added == 0 {
            tracing::warn!("the system has no trusted certificate authorities");
        }
        tracing::debug!(added, ignored, "trusted certificate authorities of the system");
        for path in extra {
            for certificate in read_certificates(path)? {
                store.add(certificate).map_err(|error| TlsFileError::BadCertificate {
                    path: path.clone(),
                    detail: error.to_string(),
                })?;
            }
        }
        Ok(Self::from_store(store))
    }

    pub(super) fn from_store(store: RootCertStore) -> Self {
        let organizations = store.roots.iter().filter_map(|r| organization(&r.subject)).collect();
        Self { store: Arc::new(store), organizations: Arc::new(organizations) }
    }

    /// True when a root has this subject (the content of the DER sequence, without its header).
    pub(super) fn has_subject(&self, subject_content: &[u8]) -> bool {
        self.store.roots.iter().any(|root| root.subject.as_ref() == subject_content)
    }

    pub(super) fn has_organization(&self, organization: &str) -> bool {
        self.organizations.contains(&organization.to_lowercase())
    }
}

/// A sequence in DER with this content: the header that webpki leaves out of what it keeps. `None` when the
/// content is longer than 65,535 octets.
pub(super) fn sequence(content: &[u8]) -> Option<Vec<u8>> {
    let length = content.len();
    let mut der = vec![0x30];
    match length {
        0..=0x7f => der.push(length as u8),
        0x80..=0xff => der.extend([0x81, length as u8]),
        0x100..=0xffff => der.extend([0x82, (length >> 8) as u8, length as u8]),
        _ => return None,
    }
    der.extend_from_slice(content);
    Some(der)
}

/// A name's DER without the header of its outermost sequence, as webpki keeps it in its roots.
pub(super) fn sequence_content<'a>(name: &'a X509Name<'_>) -> &'a [u8] {
    let raw = name.as_raw();
    let header = match raw.get(1) {
        Some(length) if *length < 0x80 => 2,
        Some(length) => 2 + usize::from(length & 0x7f),
        None => 0,
    };
    raw.get(header..).unwrap_or_default()
}

/// The organization in a root's subject.
fn organization(subject_content: &[u8]) -> Option<String> {
    let der = sequence(subject_content)?;
    let (_, name) = X509Name::from_der(&der).ok()?;
    let text = name.iter_organization().next()?.as_str().ok()?;
    (!text.is_empty()).then(|| text.to_lowercase())
}
