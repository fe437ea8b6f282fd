//! Codes and words where the recipient's domain demands something of the connection: by TLSA records
//! (DANE, RFC 7672) or by an MTA-STS policy (RFC 8461).

use causeway_model::{Failure, Stage};

use super::{Codes, codes, text_of};

/// What of DANE is not met.
pub(super) const fn dane_codes(reason: &Failure) -> Codes {
    match reason {
        Failure::TlsNotOffered
        | Failure::StarttlsRefused { .. }
        | Failure::TlsHandshake { .. }
        | Failure::TlsTooOld { .. }
        | Failure::TlsNothingInCommon { .. } => codes(7, 321),
        Failure::CertificateExpired { .. } => codes(7, 322),
        Failure::CertificateNameMismatch { .. } => codes(7, 325),
        _ => codes(7, 323),
    }
}

/// What the recipient's domain demands by DANE and MTA-STS.
pub(super) fn domain_policy_text(failure: &Failure, stage: Stage, target: &str) -> String {
    match failure {
        Failure::DaneViolated { host, reason } => {
            let word = match reason.as_ref() {
                Failure::CertificateExpired { .. } => "certificate-expired",
                Failure::CertificateNameMismatch { .. } => "certificate-host-mismatch",
                reason if dane_codes(reason).detail == 321 => "starttls-not-supported",
                _ => "tlsa-invalid",
            };
            format!("DANE validation of {host} failed ({word}): {}", text_of(reason, stage, target))
        }
        Failure::TlsaMismatch { records, presented } => format!(
            "none of {records} TLSA records matches the certificate of {target} (its key has the \
             SHA-256 {presented})"
        ),
        Failure::TlsaUnavailable { name, reason } => format!(
            "DANE validation failed (dnssec-invalid): the TLSA records {name} could not be had: {}",
            text_of(reason, stage, target)
        ),
        Failure::StsViolated { domain, reason } => format!(
            "{target} failed the MTA-STS policy of {domain}: {}",
            text_of(reason, stage, target)
        ),
        Failure::StsHostNotListed { domain, host, allowed } => format!(
            "The MX host {host} is not in the MTA-STS policy of {domain}, which allows {}",
            allowed.join(", ")
        ),
        _ => String::new(),
    }
}
