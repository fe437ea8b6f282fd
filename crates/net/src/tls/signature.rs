//! Proof that the peer holds its certificate's key.
//!
//! The library reads the certificate strictly and gives up on old ones (X.509 version 1). Where
//! that is the only obstacle, the signature is checked with the key taken out of the certificate
//! by a tolerant parser: the connection is encrypted towards the holder of that key, and the
//! verdict about the certificate stands on its own.

use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{
    WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature,
    verify_tls13_signature_with_raw_key,
};
use rustls::{CertificateError, DigitallySignedStruct, Error};
use rustls_pki_types::{CertificateDer, SubjectPublicKeyInfoDer};
use x509_parser::prelude::{FromDer, X509Certificate};
use x509_parser::public_key::PublicKey;

/// The shortest RSA keys whose signatures the library checks, in bits.
const SHORTEST_RSA: usize = 2048;

/// Checks the signature of a TLS 1.2 handshake.
pub(super) fn verify_tls12(
    message: &[u8],
    certificate: &CertificateDer<'_>,
    signed: &DigitallySignedStruct,
    algorithms: &WebPkiSupportedAlgorithms,
) -> Result<HandshakeSignatureValid, Error> {
    refuse_weak_key(certificate)?;
    if webpki::EndEntityCert::try_from(certificate).is_ok() {
        return verify_tls12_signature(message, certificate, signed, algorithms);
    }
    let key = public_key(certificate)?;
    let entity = webpki::RawPublicKeyEntity::try_from(&key)
        .map_err(|_| Error::InvalidCertificate(CertificateError::BadEncoding))?;
    let candidates = algorithms
        .mapping
        .iter()
        .filter(|(scheme, _)| *scheme == signed.scheme)
        .flat_map(|(_, algorithms)| algorithms.iter());
    for algorithm in candidates {
        if entity.verify_signature(*algorithm, message, signed.signature()).is_ok() {
            return Ok(HandshakeSignatureValid::assertion());
        }
    }
    Err(Error::InvalidCertificate(CertificateError::BadSignature))
}

/// Checks the signature of a TLS 1.3 handshake.
pub(super) fn verify_tls13(
    message: &[u8],
    certificate: &CertificateDer<'_>,
    signed: &DigitallySignedStruct,
    algorithms: &WebPkiSupportedAlgorithms,
) -> Result<HandshakeSignatureValid, Error> {
    refuse_weak_key(certificate)?;
    if webpki::EndEntityCert::try_from(certificate).is_ok() {
        return verify_tls13_signature(message, certificate, signed, algorithms);
    }
    verify_tls13_signature_with_raw_key(message, &public_key(certificate)?, signed, algorithms)
}

/// The library calls a signature by a short RSA key simply bad; the administrator of the peer
/// needs to know that it is the key.
fn refuse_weak_key(certificate: &CertificateDer<'_>) -> Result<(), Error> {
    match rsa_bits(certificate) {
        Some(bits) if bits < SHORTEST_RSA => Err(Error::General(format!(
            "the peer's RSA key has only {bits} bits; at least {SHORTEST_RSA} are needed"
        ))),
        _ => Ok(()),
    }
}

/// The length of the certificate's key when it is an RSA key.
pub(super) fn rsa_bits(certificate: &CertificateDer<'_>) -> Option<usize> {
    let (_, parsed) = X509Certificate::from_der(certificate).ok()?;
    match parsed.public_key().parsed().ok()? {
        PublicKey::RSA(key) => Some(key.key_size()),
        _ => None,
    }
}

fn public_key(certificate: &CertificateDer<'_>) -> Result<SubjectPublicKeyInfoDer<'static>, Error> {
    let (_, parsed) = X509Certificate::from_der(certificate)
        .map_err(|_| Error::InvalidCertificate(CertificateError::BadEncoding))?;
    Ok(SubjectPublicKeyInfoDer::from(parsed.public_key().raw.to_vec()))
}
