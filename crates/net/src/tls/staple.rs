//! What a certificate's issuer says of it, sent along by the server in the handshake: OCSP stapling
//! (RFC 6066 section 8, RFC 8446 section 4.4.2.1, RFC 6960).
//!
//! Pure: the octets, the chain and the trusted roots in, a [`Staple`] out. Nobody is asked.
//!
//! **What it promises.** A statement is relied on only when it is about this very certificate, signed by the
//! certificate's issuer (or by a responder that the issuer has given a certificate for that), within its
//! dates, and when the certificate itself leads to a trusted root. What cannot be relied on is told all the
//! same, with the reason ([`Doubt`]), and changes nothing.
//!
//! **What it refuses.** A statement without an end (`nextUpdate`) counts for [`LONGEST`] at most. Signatures that TLS
//! itself would not take (SHA-1) are not taken here either.

use std::time::Duration;

use aws_lc_rs::digest;
use causeway_model::{Failure, Timestamp};
use der::asn1::{AnyRef, BitStringRef};
use der::{Decode, Encode, Sequence};
use rustls::crypto::WebPkiSupportedAlgorithms;
use rustls_pki_types::{CertificateDer, SubjectPublicKeyInfoDer, TrustAnchor, UnixTime};
use serde::{Deserialize, Serialize};
use x509_ocsp::{
    CertId, CertStatus, OcspGeneralizedTime, OcspResponse, OcspResponseStatus, ResponseData,
    SingleResponse,
};
use x509_parser::prelude::{FromDer, SubjectPublicKeyInfo, X509Certificate};

use super::trust::{TrustRoots, sequence, sequence_content};

/// How long a statement counts that does not say when the next one comes: as long as the rules of public
/// authorities let one count.
pub const LONGEST: Duration = Duration::from_secs(10 * 86_400);
/// How far clocks may be apart.
const SKEW: Duration = Duration::from_secs(300);
/// Octets that are read; a statement with certificates has a few thousand.
const MOST_OCTETS: usize = 64 * 1024;
/// Certificates of responders, and statements, that are looked at.
const MOST: usize = 16;
/// The purpose of a responder's certificate: id-kp-OCSPSigning, as it stands in DER.
const OCSP_SIGNING: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x09];

/// What the server sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Staple {
    /// Nothing, as most mail servers do.
    #[default]
    Missing,
    /// Something that says nothing of this certificate.
    Useless(Useless),
    /// A statement about this certificate.
    Said(Statement),
}

impl Staple {
    /// True when the issuer is known to have revoked the certificate.
    #[must_use]
    pub fn is_revoked(&self) -> bool {
        matches!(
            self,
            Self::Said(Statement { status: StapleStatus::Revoked { .. }, doubt: None, .. })
        )
    }
}

/// Why what was sent says nothing of the certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Useless {
    /// It is no OCSP response.
    Unreadable,
    /// The responder did not answer the server's question; it has since sent that along.
    Unanswered,
    /// It is about another certificate.
    OtherCertificate,
}

/// A statement about the certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// What it says.
    pub status: StapleStatus,
    /// When that was known to be so (`thisUpdate`).
    pub this_update: Timestamp,
    /// When there will be a newer one (`nextUpdate`).
    pub next_update: Option<Timestamp>,
    /// Why it is not relied on; `None`: it is.
    pub doubt: Option<Doubt>,
}

/// What an issuer says of a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "said", rename_all = "kebab-case")]
pub enum StapleStatus {
    /// Not revoked.
    Good,
    /// Revoked.
    Revoked {
        /// Since when.
        at: Timestamp,
    },
    /// The responder does not know the certificate.
    Unknown,
}

/// Why a statement is not relied on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Doubt {
    /// The certificate does not lead to a trusted root, so nobody is known to speak for its issuer.
    IssuerNotTrusted,
    /// It is not signed by the issuer, nor by somebody whom the issuer has charged with it.
    ForeignSignature,
    /// Its time is over.
    OutOfDate,
    /// Its time is yet to come.
    NotYet,
}

/// The outermost structure of a response (RFC 6960 section 4.2.1), with the signed part as it came.
#[derive(Sequence)]
struct Signed<'a> {
    data: AnyRef<'a>,
    algorithm: AnyRef<'a>,
    signature: BitStringRef<'a>,
    #[asn1(context_specific = "0", optional = "true", tag_mode = "EXPLICIT")]
    certificates: Option<Vec<AnyRef<'a>>>,
}

/// A server's certificate and who may speak about it.
pub(super) struct Subject<'a> {
    pub(super) leaf: &'a CertificateDer<'a>,
    pub(super) intermediates: &'a [CertificateDer<'a>],
    pub(super) roots: &'a TrustRoots,
    /// Whether the chain leads to one of the roots.
    pub(super) chain: &'a Result<(), Failure>,
    pub(super) algorithms: &'a WebPkiSupportedAlgorithms,
    pub(super) now: UnixTime,
}

/// Reads what was sent with the certificate.
pub(super) fn read(octets: &[u8], subject: &Subject<'_>) -> Staple {
    if octets.is_empty() {
        return Staple::Missing;
    }
    match basic_response(octets) {
        Ok(basic) => statement(&basic, subject),
        Err(useless) => Staple::Useless(useless),
    }
}

/// The part of a response that carries statements.
fn basic_response(octets: &[u8]) -> Result<Vec<u8>, Useless> {
    let is_readable = octets.len() <= MOST_OCTETS;
    let response = OcspResponse::from_der(octets).ok().filter(|_| is_readable);
    let response = response.ok_or(Useless::Unreadable)?;
    if response.response_status != OcspResponseStatus::Successful {
        return Err(Useless::Unanswered);
    }
    let bytes = response.response_bytes.ok_or(Useless::Unreadable)?;
    Ok(bytes.response.into_bytes())
}

fn statement(basic: &[u8], subject: &Subject<'_>) -> Staple {
    let parsed = Signed::from_der(basic).and_then(|signed| {
        let octets = signed.data.to_der()?;
        let data = ResponseData::from_der(&octets)?;
        Ok((signed, octets, data))
    });
    let (Ok((signed, octets, data)), Ok((_, leaf))) =
        (parsed, X509Certificate::from_der(subject.leaf))
    else {
        return Staple::Useless(Useless::Unreadable);
    };
    let issuer = subject.chain.is_ok().then(|| issuer(&leaf, subject)).flatten();
    let about = |single: &&SingleResponse| is_about(&single.cert_id, &leaf, issuer.as_ref());
    let Some(single) = data.responses.iter().take(MOST).find(about) else {
        return Staple::Useless(Useless::OtherCertificate);
    };
    let doubt = match &issuer {
        None => Some(Doubt::IssuerNotTrusted),
        Some(issuer) if !is_signed(&signed, &octets, issuer, subject) => {
            Some(Doubt::ForeignSignature)
        }
        Some(_) => dates(single, subject.now),
    };
    Staple::Said(Statement {
        status: match &single.cert_status {
            CertStatus::Good(_) => StapleStatus::Good,
            CertStatus::Revoked(info) => StapleStatus::Revoked { at: moment(info.revocation_time) },
            CertStatus::Unknown(_) => StapleStatus::Unknown,
        },
        this_update: moment(single.this_update),
        next_update: single.next_update.map(moment),
        doubt,
    })
}

fn moment(time: OcspGeneralizedTime) -> Timestamp {
    let millis = time.0.to_unix_duration().as_millis();
    Timestamp::from_millis(i64::try_from(millis).unwrap_or(i64::MAX))
}

fn dates(single: &SingleResponse, now: UnixTime) -> Option<Doubt> {
    let now = Duration::from_secs(now.as_secs());
    let start = single.this_update.0.to_unix_duration();
    let end = single.next_update.map_or(start + LONGEST, |next| next.0.to_unix_duration());
    match () {
        () if start > now + SKEW => Some(Doubt::NotYet),
        () if end + SKEW < now => Some(Doubt::OutOfDate),
        () => None,
    }
}

/// Who issued the certificate: one of those that were sent or of the trusted roots, whose key it is that the
/// certificate is signed with.
fn issuer(leaf: &X509Certificate<'_>, subject: &Subject<'_>) -> Option<TrustAnchor<'static>> {
    let name = sequence_content(leaf.issuer());
    let sent = subject.intermediates.iter().take(MOST).filter_map(|certificate| {
        webpki::anchor_from_trusted_cert(certificate).ok().map(|anchor| anchor.to_owned())
    });
    let roots = subject.roots.store.roots.iter().cloned();
    let is_issuer = |anchor: &TrustAnchor<'static>| {
        anchor.subject.as_ref() == name
            && is_issued_by(subject.leaf, anchor, webpki::KeyUsage::server_auth(), subject)
    };
    sent.chain(roots).find(is_issuer)
}

fn is_issued_by(
    certificate: &CertificateDer<'_>,
    issuer: &TrustAnchor<'static>,
    usage: webpki::KeyUsage,
    subject: &Subject<'_>,
) -> bool {
    let Ok(parsed) = webpki::EndEntityCert::try_from(certificate) else { return false };
    let anchors = std::slice::from_ref(issuer);
    let algorithms = subject.algorithms.all;
    parsed.verify_for_usage(algorithms, anchors, &[], subject.now, usage, None, None).is_ok()
}

/// Whether a statement is about this certificate. Without a known issuer only the serial number tells.
fn is_about(id: &CertId, leaf: &X509Certificate<'_>, issuer: Option<&TrustAnchor<'_>>) -> bool {
    let without_zeros = |octets: &[u8]| {
        let first = octets.iter().position(|octet| *octet != 0).unwrap_or(octets.len());
        octets[first..].to_vec()
    };
    if without_zeros(id.serial_number.as_bytes()) != without_zeros(leaf.raw_serial()) {
        return false;
    }
    let Some(issuer) = issuer else { return true };
    let algorithm = match id.hash_algorithm.oid.to_string().as_str() {
        "1.3.14.3.2.26" => &digest::SHA1_FOR_LEGACY_USE_ONLY,
        "2.16.840.1.101.3.4.2.1" => &digest::SHA256,
        "2.16.840.1.101.3.4.2.2" => &digest::SHA384,
        "2.16.840.1.101.3.4.2.3" => &digest::SHA512,
        _ => return false,
    };
    let Some(info) = sequence(&issuer.subject_public_key_info) else { return false };
    let Ok((_, info)) = SubjectPublicKeyInfo::from_der(&info) else { return false };
    let digest = |octets: &[u8]| digest::digest(algorithm, octets);
    digest(leaf.issuer().as_raw()).as_ref() == id.issuer_name_hash.as_bytes()
        && digest(&info.subject_public_key.data).as_ref() == id.issuer_key_hash.as_bytes()
}

/// Whether the issuer has signed it, or a responder with the issuer's certificate for that.
fn is_signed(
    signed: &Signed<'_>,
    octets: &[u8],
    issuer: &TrustAnchor<'static>,
    subject: &Subject<'_>,
) -> bool {
    let by = |key: Vec<u8>| {
        let key = SubjectPublicKeyInfoDer::from(key);
        let Ok(key) = webpki::RawPublicKeyEntity::try_from(&key) else { return false };
        let algorithm = signed.algorithm.value();
        let candidates = subject.algorithms.all.iter();
        let mut candidates = candidates.filter(|a| a.signature_alg_id().as_ref() == algorithm);
        let signature = signed.signature.raw_bytes();
        candidates.any(|a| key.verify_signature(*a, octets, signature).is_ok())
    };
    if sequence(&issuer.subject_public_key_info).is_some_and(by) {
        return true;
    }
    signed.certificates.iter().flatten().take(MOST).any(|responder| {
        let Ok(der) = responder.to_der() else { return false };
        let certificate = CertificateDer::from(der);
        let usage = webpki::KeyUsage::required(OCSP_SIGNING);
        let key = X509Certificate::from_der(&certificate)
            .ok()
            .map(|(_, parsed)| parsed.public_key().raw.to_vec());
        is_issued_by(&certificate, issuer, usage, subject) && key.is_some_and(by)
    })
}

#[cfg(test)]
mod tests;
