//! What a login can be bound to, so that nobody in between can pass it on (RFC 5056).
//!
//! `tls-exporter` (RFC 9266) is a secret of this very connection; only TLS 1.3 is asked for it, as
//! with TLS 1.2 it would be safe only under conditions that the library does not show.
//! `tls-server-end-point` (RFC 5929 section 4) is the hash of our certificate.

use aws_lc_rs::digest;
use rustls::{ProtocolVersion, ServerConnection};
use x509_parser::prelude::{FromDer, X509Certificate};

/// The bindings of one connection, by type. Empty without TLS.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChannelBindings {
    /// `tls-exporter`.
    pub exporter: Option<[u8; 32]>,
    /// `tls-server-end-point`.
    pub server_end_point: Option<Vec<u8>>,
}

impl ChannelBindings {
    /// The data of a binding by the name of its type; `None` when this connection has none.
    #[must_use]
    pub fn by_name(&self, name: &str) -> Option<&[u8]> {
        match name {
            "tls-exporter" => self.exporter.as_ref().map(<[u8; 32]>::as_slice),
            "tls-server-end-point" => self.server_end_point.as_deref(),
            _ => None,
        }
    }

    /// True when there is nothing to bind to.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.exporter.is_none() && self.server_end_point.is_none()
    }
}

pub(super) fn exporter(connection: &ServerConnection) -> Option<[u8; 32]> {
    if connection.protocol_version() != Some(ProtocolVersion::TLSv1_3) {
        return None;
    }
    // RFC 9266 section 2: the context is there, and empty.
    connection.export_keying_material([0; 32], b"EXPORTER-Channel-Binding", Some(b"")).ok()
}

/// The hash of a certificate by the algorithm of its signature; MD5 and SHA-1 count as SHA-256.
/// `None` where the RFC names no hash (Ed25519, RSA-PSS).
pub(super) fn server_end_point(certificate: &[u8]) -> Option<Vec<u8>> {
    let (_, parsed) = X509Certificate::from_der(certificate).ok()?;
    let algorithm = match parsed.signature_algorithm.algorithm.to_id_string().as_str() {
        "1.2.840.113549.1.1.4"
        | "1.2.840.113549.1.1.5"
        | "1.2.840.113549.1.1.11"
        | "1.2.840.10045.4.1"
        | "1.2.840.10045.4.3.2" => &digest::SHA256,
        "1.2.840.113549.1.1.12" | "1.2.840.10045.4.3.3" => &digest::SHA384,
        "1.2.840.113549.1.1.13" | "1.2.840.10045.4.3.4" => &digest::SHA512,
        _ => return None,
    };
    Some(digest::digest(algorithm, certificate).as_ref().to_vec())
}
