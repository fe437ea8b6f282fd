//! Handshake errors in plain words.

use std::io;

use causeway_model::Failure;
use rustls::{AlertDescription, Error, PeerIncompatible};

use super::hello::{self, FirstWord};

/// The failure that a broken handshake means. `head` is what the peer began with.
pub(super) fn handshake_failure(error: &io::Error, head: &[u8]) -> Failure {
    let detail = handshake_reason(error);
    let tls = error.get_ref().and_then(|inner| inner.downcast_ref::<Error>());
    if let Some(offered) = hello::old_version(head) {
        return Failure::TlsTooOld { offered: offered.to_owned() };
    }
    let refused_at_once = matches!(hello::first_word(head), Some(FirstWord::Alert { .. }));
    match tls {
        // Later in the handshake the same alert speaks of other things, of our certificate too.
        Some(Error::AlertReceived(
            AlertDescription::HandshakeFailure | AlertDescription::InsufficientSecurity,
        )) if refused_at_once => Failure::TlsNothingInCommon { detail },
        Some(Error::PeerIncompatible(
            PeerIncompatible::NoCipherSuitesInCommon
            | PeerIncompatible::NoKxGroupsInCommon
            | PeerIncompatible::NoSignatureSchemesInCommon,
        )) => Failure::TlsNothingInCommon { detail },
        _ => Failure::TlsHandshake { detail },
    }
}

/// A client that greeted us in a version that is not safe.
#[derive(Debug, thiserror::Error)]
#[error("the peer knows only {offered}, which is not safe")]
pub(super) struct OldClient {
    pub(super) offered: &'static str,
}

/// The version that a client offered, when a handshake failed because it is not safe: `TLS 1.0`.
#[must_use]
pub fn old_version(error: &io::Error) -> Option<&'static str> {
    let old = error.get_ref().and_then(|inner| inner.downcast_ref::<OldClient>());
    old.map(|old| old.offered)
}

/// Why a handshake failed, as a clause without a full stop; the technical name in brackets.
#[must_use]
pub fn handshake_reason(error: &io::Error) -> String {
    if let Some(tls) = error.get_ref().and_then(|inner| inner.downcast_ref::<Error>()) {
        return tls_reason(tls);
    }
    if let Some(old) = error.get_ref().and_then(|inner| inner.downcast_ref::<OldClient>()) {
        return old.to_string();
    }
    match error.kind() {
        io::ErrorKind::UnexpectedEof => {
            "the peer closed the connection during the TLS handshake".into()
        }
        io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe => {
            "the peer broke the connection during the TLS handshake".into()
        }
        _ => format!("the connection failed during the TLS handshake: {error}"),
    }
}

fn tls_reason(error: &Error) -> String {
    match error {
        Error::PeerIncompatible(incompatible) => incompatible_reason(incompatible),
        Error::AlertReceived(alert) => alert_reason(*alert),
        Error::InvalidMessage(detail) => {
            format!("the peer answered with something that is not TLS ({detail:?})")
        }
        Error::InappropriateMessage { .. } | Error::InappropriateHandshakeMessage { .. } => {
            format!("the peer does not keep to the TLS protocol ({error})")
        }
        Error::PeerMisbehaved(detail) => {
            format!("the peer does not keep to the TLS protocol ({detail:?})")
        }
        Error::NoCertificatesPresented => "the peer presented no certificate".into(),
        // Our own words, from `signature`.
        Error::General(words) => words.clone(),
        Error::InvalidCertificate(detail) => {
            format!("the peer did not prove that it holds its certificate's key ({detail:?})")
        }
        Error::DecryptError => "what the peer sent could not be decrypted".into(),
        other => other.to_string(),
    }
}

fn incompatible_reason(incompatible: &PeerIncompatible) -> String {
    let words = match incompatible {
        PeerIncompatible::ServerDoesNotSupportTls12Or13
        | PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig => {
            "the peer offers only TLS 1.1 or older, which is not safe"
        }
        PeerIncompatible::Tls12NotOffered
        | PeerIncompatible::Tls12NotOfferedOrEnabled
        | PeerIncompatible::SupportedVersionsExtensionRequired
        // TLS 1.2 came with signature algorithms.
        | PeerIncompatible::SignatureAlgorithmsExtensionRequired => {
            "the peer knows only TLS 1.1 or older, which is not safe"
        }
        PeerIncompatible::NoCipherSuitesInCommon => "the peer has no cipher in common with us",
        PeerIncompatible::NoKxGroupsInCommon | PeerIncompatible::NamedGroupsExtensionRequired => {
            "the peer has no key exchange in common with us"
        }
        PeerIncompatible::NoSignatureSchemesInCommon
        | PeerIncompatible::NoCertificateRequestSignatureSchemesInCommon => {
            "the peer has no signature algorithm in common with us"
        }
        _ => "the peer's TLS does not fit ours",
    };
    format!("{words} ({incompatible:?})")
}

fn alert_reason(alert: AlertDescription) -> String {
    let words = match alert {
        AlertDescription::HandshakeFailure | AlertDescription::InsufficientSecurity => {
            "the peer found no TLS version, cipher or key exchange in common with us"
        }
        AlertDescription::ProtocolVersion => "the peer accepts neither TLS 1.2 nor TLS 1.3",
        AlertDescription::UnrecognisedName => {
            "the peer has no certificate for the name we asked for"
        }
        AlertDescription::CertificateRequired | AlertDescription::NoCertificate => {
            "the peer demands a client certificate"
        }
        AlertDescription::AccessDenied => "the peer refuses us",
        AlertDescription::InternalError => "the peer has a problem of its own",
        AlertDescription::UnknownCA
        | AlertDescription::BadCertificate
        | AlertDescription::CertificateUnknown
        | AlertDescription::CertificateExpired
        | AlertDescription::CertificateRevoked
        | AlertDescription::UnsupportedCertificate => "the peer does not accept our certificate",
        AlertDescription::CloseNotify => "the peer ended the TLS handshake",
        _ => "the peer ended the TLS handshake with an error",
    };
    match alert {
        AlertDescription::Unknown(number) => format!("{words} (alert {number})"),
        named => format!("{words} (alert {named:?})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_say_what_the_peer_does() {
        let reason =
            |error: Error| handshake_reason(&io::Error::new(io::ErrorKind::InvalidData, error));
        assert_eq!(
            reason(Error::AlertReceived(AlertDescription::ProtocolVersion)),
            "the peer accepts neither TLS 1.2 nor TLS 1.3 (alert ProtocolVersion)"
        );
        assert!(
            reason(Error::PeerIncompatible(PeerIncompatible::ServerDoesNotSupportTls12Or13))
                .starts_with("the peer offers only TLS 1.1 or older")
        );
        assert_eq!(
            handshake_reason(&io::ErrorKind::UnexpectedEof.into()),
            "the peer closed the connection during the TLS handshake"
        );
    }
}
