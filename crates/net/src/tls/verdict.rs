//! What is wrong with a certificate chain: the one place that turns it into a [`Failure`].
//!
//! The order of the questions, so that each certificate has one first reason:
//! 1. Is the server's own certificate within its dates? ([`Failure::CertificateExpired`],
//!    [`Failure::CertificateNotYetValid`])
//! 2. Does the chain lead to a trusted root? If not: has the server's certificate itself as its
//!    issuer ([`Failure::CertificateSelfSigned`]), is a certificate missing
//!    ([`Failure::CertificateChainIncomplete`]), or is the issuer not trusted
//!    ([`Failure::CertificateUnknownIssuer`])?
//! 3. Is it for the name? ([`Failure::CertificateNameMismatch`])
//!
//! **Missing or unknown?** From the server's certificate we follow the issuers as far as they were
//! sent. When they end at a root that was sent, the issuer is *unknown*: nobody trusts that root.
//! Otherwise the last issuer's certificate was not sent, and it counts as *missing* when something
//! says that it is an intermediate certificate of a known authority: the last certificate tells
//! where to fetch its issuer's (authority information access, which public authorities always
//! write), or the issuer's organization is that of a trusted root. Without such a sign it is
//! *unknown*: most likely a private authority whose root nobody has been given.
//!
//! A signature that does not match its issuer's key, even where the issuer's name is a trusted
//! one, is neither: [`Failure::CertificateInvalid`].

use causeway_model::{Failure, Timestamp};
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::crypto::WebPkiSupportedAlgorithms;
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, Error, OtherError};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use x509_parser::prelude::{FromDer, GeneralName, ParsedExtension, X509Certificate};

use super::facts::{is_self_issued, short_name};
use super::trust::{TrustRoots, sequence_content};

/// Certificates of a chain that are looked at; more were sent by mistake or malice.
const LONGEST_CHAIN: usize = 16;

/// Checks dates and chain.
pub(super) fn check_chain(
    leaf: &CertificateDer<'_>,
    intermediates: &[CertificateDer<'_>],
    roots: &TrustRoots,
    algorithms: &WebPkiSupportedAlgorithms,
    now: UnixTime,
) -> Result<(), Failure> {
    let parsed = X509Certificate::from_der(leaf).ok().map(|(_, certificate)| certificate);
    if let Some(certificate) = &parsed {
        check_dates(certificate, now)?;
    }
    let result = ParsedCertificate::try_from(leaf).and_then(|end_entity| {
        verify_server_cert_signed_by_trust_anchor(
            &end_entity,
            &roots.store,
            intermediates,
            now,
            algorithms.all,
        )
    });
    match (result, parsed) {
        (Ok(()), _) => Ok(()),
        (Err(error), Some(certificate)) => {
            Err(chain_failure(&error, &certificate, intermediates, roots))
        }
        (Err(error), None) => Err(plain_failure(&error)),
    }
}

/// Checks that the certificate is for `expected` (RFC 6125: exact, or one wildcard label).
pub(super) fn check_name(leaf: &CertificateDer<'_>, expected: &str) -> Result<(), Failure> {
    let mismatch = || Failure::CertificateNameMismatch {
        expected: expected.to_owned(),
        presented: super::CertificateFacts::read(leaf).map(|f| f.names).unwrap_or_default(),
    };
    let end_entity = ParsedCertificate::try_from(leaf).map_err(|error| plain_failure(&error))?;
    let name = ServerName::try_from(expected).map_err(|_| mismatch())?;
    verify_server_name(&end_entity, &name).map_err(|error| match &error {
        Error::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        ) => mismatch(),
        _ => plain_failure(&error),
    })
}

fn check_dates(certificate: &X509Certificate<'_>, now: UnixTime) -> Result<(), Failure> {
    let now = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
    let validity = certificate.validity();
    let moment = |seconds: i64| Some(Timestamp::from_millis(seconds.saturating_mul(1000)));
    let (start, end) = (validity.not_before.timestamp(), validity.not_after.timestamp());
    if now > end {
        return Err(Failure::CertificateExpired { not_after: moment(end) });
    }
    if now < start {
        return Err(Failure::CertificateNotYetValid { not_before: moment(start) });
    }
    Ok(())
}

/// The failure behind an error of chain building.
fn chain_failure(
    error: &Error,
    leaf: &X509Certificate<'_>,
    intermediates: &[CertificateDer<'_>],
    roots: &TrustRoots,
) -> Failure {
    match error {
        Error::InvalidCertificate(
            CertificateError::UnknownIssuer | CertificateError::BadSignature,
        ) if is_self_issued(leaf) => Failure::CertificateSelfSigned,
        Error::InvalidCertificate(CertificateError::UnknownIssuer) => {
            missing_or_unknown(leaf, intermediates, roots)
        }
        // An authority's certificate in use as a server's: a self-made one, almost always.
        Error::InvalidCertificate(CertificateError::Other(other))
            if is_self_issued(leaf) && is_ca_as_end_entity(other) =>
        {
            Failure::CertificateSelfSigned
        }
        // Version 1 certificates and the like: self-made is the more useful thing to say.
        Error::InvalidCertificate(CertificateError::BadEncoding | CertificateError::Other(_))
            if is_self_issued(leaf) =>
        {
            Failure::CertificateSelfSigned
        }
        other => plain_failure(other),
    }
}

fn is_ca_as_end_entity(error: &OtherError) -> bool {
    matches!(error.0.downcast_ref::<webpki::Error>(), Some(webpki::Error::CaUsedAsEndEntity))
}

/// See the [module](self) for the rule.
fn missing_or_unknown(
    leaf: &X509Certificate<'_>,
    intermediates: &[CertificateDer<'_>],
    roots: &TrustRoots,
) -> Failure {
    let sent: Vec<X509Certificate<'_>> = intermediates
        .iter()
        .take(LONGEST_CHAIN)
        .filter_map(|der| X509Certificate::from_der(der).ok().map(|(_, certificate)| certificate))
        .collect();
    let mut last = leaf;
    for _ in 0..LONGEST_CHAIN {
        match sent.iter().find(|c| c.subject().as_raw() == last.issuer().as_raw()) {
            Some(issuer) if is_self_issued(issuer) => {
                return Failure::CertificateUnknownIssuer { issuer: short_name(issuer.subject()) };
            }
            Some(issuer) => last = issuer,
            None => break,
        }
    }
    let issuer = short_name(last.issuer());
    let is_root = roots.has_subject(sequence_content(last.issuer()));
    let known = || {
        last.issuer()
            .iter_organization()
            .filter_map(|o| o.as_str().ok())
            .any(|organization| roots.has_organization(organization))
    };
    if !is_root && (names_issuers_certificate(last) || known()) {
        Failure::CertificateChainIncomplete { issuer }
    } else {
        Failure::CertificateUnknownIssuer { issuer }
    }
}

/// Whether the certificate says where its issuer's certificate can be fetched over HTTP.
fn names_issuers_certificate(certificate: &X509Certificate<'_>) -> bool {
    certificate.extensions().iter().any(|extension| match extension.parsed_extension() {
        ParsedExtension::AuthorityInfoAccess(access) => access.accessdescs.iter().any(|entry| {
            entry.access_method.to_id_string() == "1.3.6.1.5.5.7.48.2"
                && matches!(entry.access_location, GeneralName::URI(uri) if uri.starts_with("http"))
        }),
        _ => false,
    })
}

/// The failure behind a certificate error, from the error alone.
pub(super) fn plain_failure(error: &Error) -> Failure {
    let moment = |time: &UnixTime| {
        Some(Timestamp::from_millis(
            i64::try_from(time.as_secs()).unwrap_or(i64::MAX).saturating_mul(1000),
        ))
    };
    let Error::InvalidCertificate(certificate) = error else {
        return Failure::CertificateInvalid { detail: error.to_string() };
    };
    match certificate {
        CertificateError::Expired => Failure::CertificateExpired { not_after: None },
        CertificateError::ExpiredContext { not_after, .. } => {
            Failure::CertificateExpired { not_after: moment(not_after) }
        }
        CertificateError::NotValidYet => Failure::CertificateNotYetValid { not_before: None },
        CertificateError::NotValidYetContext { not_before, .. } => {
            Failure::CertificateNotYetValid { not_before: moment(not_before) }
        }
        CertificateError::NotValidForNameContext { expected, presented } => {
            Failure::CertificateNameMismatch {
                expected: expected.to_str().into_owned(),
                presented: presented.clone(),
            }
        }
        CertificateError::Revoked => Failure::CertificateRevoked,
        CertificateError::BadEncoding => {
            Failure::CertificateInvalid { detail: "it is not correctly encoded".into() }
        }
        CertificateError::BadSignature => Failure::CertificateInvalid {
            detail: "a signature in the chain does not match its issuer's key".into(),
        },
        CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => {
            Failure::CertificateInvalid { detail: "it is not meant for servers".into() }
        }
        CertificateError::UnhandledCriticalExtension => Failure::CertificateInvalid {
            detail: "it has a critical extension that is not known here".into(),
        },
        other => Failure::CertificateInvalid { detail: other.to_string() },
    }
}
