//! Failures in words, for evidence: short clauses that stand after "the server …".

use causeway_catalog::Phase;
use causeway_catalog::status::{clean, status};
use causeway_catalog::texts::{Texts, Value};
use causeway_model::{Failure, Reply, Stage};

/// Milliseconds as people read them: `3 s`, `250 ms`.
pub(super) fn span(millis: u64) -> String {
    if millis >= 1000 && millis.is_multiple_of(1000) {
        format!("{} s", millis / 1000)
    } else if millis >= 1000 {
        format!("{}.{} s", millis / 1000, millis % 1000 / 100)
    } else {
        format!("{millis} ms")
    }
}

/// A peer's reply on one line, code and words as they came.
pub(super) fn verbatim(reply: &Reply) -> String {
    clean(&reply.to_string())
}

/// What a failure says, as a clause in the language of `texts`. A peer's words stay as they came. Failures
/// that no probe gives are told in the words of the queue.
#[must_use]
pub fn failure_words(failure: &Failure, stage: Stage, texts: &Texts) -> String {
    let said = |key: &str, name: &str, value: Value<'_>| texts.format(key, &[(name, value)]);
    match failure {
        Failure::DomainNotFound { name } => said("failed-no-such-name", "name", name.into()),
        Failure::NoAddress { name } => said("failed-no-address", "name", name.into()),
        Failure::DnsServerFailure { name, code, server } => {
            let server = server.map_or_else(String::new, |server| server.to_string());
            let args = [("name", name.into()), ("code", code.into()), ("server", server.into())];
            texts.format("failed-dns-error", &args)
        }
        Failure::DnsTimeout { name, after_ms } => {
            let args = [("name", name.into()), ("span", span(*after_ms).into())];
            texts.format("failed-dns-silent", &args)
        }
        Failure::DnssecBogus { name } => said("failed-dnssec", "name", name.into()),
        Failure::NullMx { domain } => said("finding-null-mx", "domain", domain.into()),
        Failure::ConnectTimeout { after_ms } => {
            said("failed-connect-silent", "span", span(*after_ms).into())
        }
        Failure::ConnectionRefused => texts.text("failed-refused"),
        Failure::Unreachable { detail } => said("failed-unreachable", "detail", detail.into()),
        Failure::SourceAddressUnusable { source, .. } => {
            said("failed-source-address", "source", source.to_string().into())
        }
        Failure::TimedOut { after_ms } => said("failed-silent", "span", span(*after_ms).into()),
        Failure::ClosedAbruptly { bytes_received } => {
            said("failed-closed", "octets", (*bytes_received).into())
        }
        Failure::ServiceRefused { reply }
        | Failure::StarttlsRefused { reply }
        | Failure::AuthRefused { reply }
        | Failure::Replied { reply } => said("failed-replied", "reply", verbatim(reply).into()),
        Failure::ProtocolError { detail } => {
            said("failed-not-smtp", "detail", clean(detail).into())
        }
        Failure::TlsNotOffered => texts.text("failed-no-starttls"),
        Failure::TlsHandshake { detail } => said("failed-tls", "detail", clean(detail).into()),
        Failure::TlsTooOld { offered } => said("failed-tls-too-old", "offered", offered.into()),
        Failure::TlsNothingInCommon { detail } => {
            said("failed-tls-nothing-in-common", "detail", clean(detail).into())
        }
        certificate => certificate_words(certificate, texts)
            .unwrap_or_else(|| status(failure, stage, Phase::Queued).text),
    }
}

fn certificate_words(failure: &Failure, texts: &Texts) -> Option<String> {
    let said = |key: &str, name: &str, value: Value<'_>| Some(texts.format(key, &[(name, value)]));
    match failure {
        Failure::CertificateExpired { not_after: Some(moment) } => {
            said("certificate-expired", "moment", texts.moment(*moment).into())
        }
        Failure::CertificateNotYetValid { not_before: Some(moment) } => {
            said("certificate-not-yet-valid", "moment", texts.moment(*moment).into())
        }
        Failure::CertificateNameMismatch { expected, presented } => {
            let shown: Vec<String> = presented.iter().take(10).cloned().collect();
            let args =
                [("expected", expected.into()), ("presented", clean(&shown.join(", ")).into())];
            Some(texts.format("certificate-name", &args))
        }
        Failure::CertificateUnknownIssuer { issuer } => {
            said("certificate-unknown-issuer", "issuer", clean(issuer).into())
        }
        Failure::CertificateChainIncomplete { issuer } => {
            said("certificate-incomplete", "issuer", clean(issuer).into())
        }
        Failure::CertificateSelfSigned => Some(texts.text("certificate-self-signed")),
        Failure::CertificateRevoked => Some(texts.text("certificate-revoked")),
        Failure::CertificateInvalid { detail } => {
            said("certificate-invalid", "detail", clean(detail).into())
        }
        _ => None,
    }
}
