//! One example of every failure, and of the replies that mean different things: for tests, golden
//! files and documentation. Names and addresses are those reserved for examples.

use causeway_model::{Failure, Reply, Stage, Timestamp};

/// A name for the example, the failure, and the stage at which it happens.
pub type Sample = (&'static str, Failure, Stage);

fn reply(code: u16, enhanced: Option<(u8, u16, u16)>, text: &str) -> Reply {
    let enhanced = enhanced.map(|(c, s, d)| causeway_model::EnhancedCode::new(c, s, d));
    Reply::new(code, enhanced, text)
}

/// What a peer answered.
fn replied(
    name: &'static str,
    code: u16,
    enhanced: Option<(u8, u16, u16)>,
    text: &str,
    stage: Stage,
) -> Sample {
    (name, Failure::Replied { reply: reply(code, enhanced, text) }, stage)
}

/// One example of every [`Failure`] variant, and several replies.
#[must_use]
pub fn failures() -> Vec<Sample> {
    let mut all = names();
    all.extend(connections());
    all.extend(tls());
    all.extend(logins());
    all.extend(domain_policies());
    all.extend(replies());
    all.extend(refusals());
    all.extend(here());
    all
}

fn names() -> Vec<Sample> {
    let name = || "corp.example".to_owned();
    vec![
        ("domain-not-found", Failure::DomainNotFound { name: name() }, Stage::Resolve),
        ("no-address", Failure::NoAddress { name: name() }, Stage::Resolve),
        (
            "dns-server-failure",
            Failure::DnsServerFailure {
                name: name(),
                code: "SERVFAIL".into(),
                server: Some(([198, 51, 100, 53], 53).into()),
            },
            Stage::Resolve,
        ),
        ("dns-timeout", Failure::DnsTimeout { name: name(), after_ms: 5000 }, Stage::Resolve),
        ("dnssec-bogus", Failure::DnssecBogus { name: name() }, Stage::Resolve),
        ("null-mx", Failure::NullMx { domain: name() }, Stage::Resolve),
        (
            "mx-points-here",
            Failure::MxPointsHere {
                domain: name(),
                hosts: vec!["10 mx.contoso.example".into(), "20 mx2.corp.example".into()],
            },
            Stage::Route,
        ),
    ]
}

fn connections() -> Vec<Sample> {
    vec![
        ("connect-timeout", Failure::ConnectTimeout { after_ms: 30_000 }, Stage::Connect),
        ("connection-refused", Failure::ConnectionRefused, Stage::Connect),
        ("unreachable", Failure::Unreachable { detail: "No route to host".into() }, Stage::Connect),
        (
            "source-address-unusable",
            Failure::SourceAddressUnusable {
                source: [192, 0, 2, 26].into(),
                detail: "Cannot assign requested address".into(),
            },
            Stage::Connect,
        ),
        ("timed-out", Failure::TimedOut { after_ms: 300_000 }, Stage::Banner),
        ("closed-abruptly", Failure::ClosedAbruptly { bytes_received: 123 }, Stage::Ehlo),
        (
            "service-refused",
            Failure::ServiceRefused { reply: reply(421, Some((4, 3, 2)), "Service not available") },
            Stage::Banner,
        ),
        (
            "protocol-error",
            Failure::ProtocolError {
                detail: "the greeting was \"HTTP/1.1 400 Bad Request\"".into(),
            },
            Stage::Banner,
        ),
    ]
}

fn tls() -> Vec<Sample> {
    let issuer = || "CN=Corp Internal CA".to_owned();
    vec![
        ("tls-not-offered", Failure::TlsNotOffered, Stage::Starttls),
        (
            "starttls-refused",
            Failure::StarttlsRefused {
                reply: reply(454, Some((4, 7, 0)), "TLS not available due to local problem"),
            },
            Stage::Starttls,
        ),
        (
            "tls-handshake",
            Failure::TlsHandshake { detail: "the peer supports no TLS 1.2 or 1.3".into() },
            Stage::Tls,
        ),
        ("tls-too-old", Failure::TlsTooOld { offered: "TLS 1.0".into() }, Stage::Tls),
        (
            "tls-nothing-in-common",
            Failure::TlsNothingInCommon { detail: "alert HandshakeFailure".into() },
            Stage::Tls,
        ),
        (
            "certificate-expired",
            Failure::CertificateExpired {
                not_after: Some(Timestamp::from_millis(1_760_000_000_000)),
            },
            Stage::Tls,
        ),
        (
            "certificate-not-yet-valid",
            Failure::CertificateNotYetValid { not_before: None },
            Stage::Tls,
        ),
        (
            "certificate-name-mismatch",
            Failure::CertificateNameMismatch {
                expected: "mail.corp.example".into(),
                presented: vec!["www.corp.example".into(), "corp.example".into()],
            },
            Stage::Tls,
        ),
        (
            "certificate-unknown-issuer",
            Failure::CertificateUnknownIssuer { issuer: issuer() },
            Stage::Tls,
        ),
        (
            "certificate-chain-incomplete",
            Failure::CertificateChainIncomplete { issuer: issuer() },
            Stage::Tls,
        ),
        ("certificate-self-signed", Failure::CertificateSelfSigned, Stage::Tls),
        ("certificate-revoked", Failure::CertificateRevoked, Stage::Tls),
        (
            "certificate-invalid",
            Failure::CertificateInvalid { detail: "it is not meant for servers".into() },
            Stage::Tls,
        ),
    ]
}

fn logins() -> Vec<Sample> {
    vec![
        ("auth-not-offered", Failure::AuthNotOffered, Stage::Auth),
        (
            "credentials-unprotected",
            Failure::CredentialsUnprotected {
                reason: Some(Box::new(Failure::CertificateSelfSigned)),
            },
            Stage::Auth,
        ),
        (
            "auth-refused",
            Failure::AuthRefused {
                reply: reply(535, Some((5, 7, 8)), "Authentication credentials invalid"),
            },
            Stage::Auth,
        ),
        (
            "credentials-unreadable",
            Failure::CredentialsUnreadable {
                detail: "/etc/causeway/secrets/corp: Permission denied".into(),
            },
            Stage::Auth,
        ),
    ]
}

/// What the recipient's domain demands by DANE and MTA-STS.
fn domain_policies() -> Vec<Sample> {
    let mx = || "mx.corp.example".to_owned();
    let domain = || "corp.example".to_owned();
    let dane = |reason| Failure::DaneViolated { host: mx(), reason: Box::new(reason) };
    let expired = || Failure::CertificateExpired {
        not_after: Some(Timestamp::from_millis(1_760_000_000_000)),
    };
    let mismatch = || Failure::TlsaMismatch {
        records: 2,
        presented: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".into(),
    };
    let other_name =
        || Failure::CertificateNameMismatch { expected: mx(), presented: vec![domain()] };
    let bogus = || Failure::DnsServerFailure {
        name: format!("_25._tcp.{}", mx()),
        code: "SERVFAIL".into(),
        server: Some(([127, 0, 0, 1], 53).into()),
    };
    vec![
        ("dane-no-tls", dane(Failure::TlsNotOffered), Stage::Starttls),
        ("dane-expired", dane(expired()), Stage::Tls),
        ("dane-mismatch", dane(mismatch()), Stage::Tls),
        ("dane-other-name", dane(other_name()), Stage::Tls),
        ("tlsa-mismatch", mismatch(), Stage::Tls),
        (
            "tlsa-unavailable",
            Failure::TlsaUnavailable {
                name: format!("_25._tcp.{}", mx()),
                reason: Box::new(bogus()),
            },
            Stage::Resolve,
        ),
        (
            "sts-expired",
            Failure::StsViolated { domain: domain(), reason: Box::new(expired()) },
            Stage::Tls,
        ),
        (
            "sts-host-not-listed",
            Failure::StsHostNotListed {
                domain: domain(),
                host: "mx.other.example".into(),
                allowed: vec![mx(), "*.mail.corp.example".into()],
            },
            Stage::Resolve,
        ),
    ]
}

fn replies() -> Vec<Sample> {
    vec![
        replied("user-unknown", 550, Some((5, 1, 1)), "User unknown", Stage::Rcpt),
        replied("relay-denied", 550, Some((5, 4, 1)), "Relay Access Denied", Stage::Rcpt),
        replied("greylisted", 451, Some((4, 7, 1)), "Greylisted, come back later", Stage::Rcpt),
        replied("bare-refusal", 550, None, "No thank you", Stage::Mail),
        replied("spam", 554, Some((5, 7, 1)), "Message looks like spam", Stage::EndOfData),
        replied("peer-mailbox-full", 452, Some((4, 2, 2)), "Over quota", Stage::Rcpt),
        (
            "extension-missing",
            Failure::ExtensionMissing { extension: "SMTPUTF8".into() },
            Stage::Mail,
        ),
        (
            "eight-bit-not-taken",
            Failure::ExtensionMissing { extension: "8BITMIME".into() },
            Stage::Mail,
        ),
        ("too-big", Failure::TooBig { size: 31_457_280, limit: 10_485_760 }, Stage::Mail),
        ("too-many-hops", Failure::TooManyHops { hops: 31, limit: 30 }, Stage::Route),
    ]
}

/// One reply of every further meaning.
fn refusals() -> Vec<Sample> {
    use Stage::{EndOfData, Mail, Rcpt};
    type Row = (&'static str, u16, (u8, u16, u16), &'static str, Stage);
    const ROWS: &[Row] = &[
        ("moved", 551, (5, 1, 6), "User has moved; please try <anna@fabrikam.example>", Rcpt),
        ("mailbox-disabled", 550, (5, 2, 1), "This account has been disabled", Rcpt),
        ("login-required", 530, (5, 7, 0), "Authentication required", Mail),
        ("tls-required", 530, (5, 7, 10), "Must issue a STARTTLS command first", Mail),
        ("too-many-recipients", 452, (4, 5, 3), "Too many recipients", Rcpt),
        ("virus", 554, (5, 7, 0), "Virus found: Eicar-Test-Signature", EndOfData),
        ("content-refused", 550, (5, 6, 0), "The structure of the message is broken", EndOfData),
        (
            "address-listed",
            554,
            (5, 7, 1),
            "Client host [192.0.2.25] blocked using bl.example",
            Rcpt,
        ),
        ("no-reverse-name", 550, (5, 7, 25), "The sending address has no PTR record", Mail),
        ("unauthenticated", 550, (5, 7, 26), "SPF and DKIM checks did not pass", EndOfData),
        ("sender-refused", 550, (5, 1, 8), "Sender address rejected: domain not found", Mail),
        ("sending-too-fast", 421, (4, 7, 28), "Rate limit exceeded", Mail),
        ("recipient-policy", 550, (5, 7, 1), "Rejected by organization policy", Rcpt),
        ("takes-no-mail", 556, (5, 1, 10), "This domain does not accept mail", Rcpt),
        ("server-trouble", 451, (4, 3, 0), "Temporary server error", EndOfData),
        ("refused-as-too-big", 552, (5, 2, 3), "Message exceeds the size limit", EndOfData),
        ("loop-seen-there", 554, (5, 4, 6), "Too many hops", EndOfData),
        ("not-understood", 501, (5, 5, 4), "Syntax error in parameters", Mail),
    ];
    let sample = |row: &Row| replied(row.0, row.1, Some(row.2), row.3, row.4);
    ROWS.iter().map(sample).collect()
}

fn here() -> Vec<Sample> {
    vec![
        ("no-connector", Failure::NoConnector { domain: "corp.example".into() }, Stage::Route),
        (
            "routing-loop",
            Failure::RoutingLoop {
                domain: "corp.example".into(),
                connector: "to on-premises".into(),
            },
            Stage::Route,
        ),
        (
            "mailbox-unknown",
            Failure::MailboxUnknown { address: "anna@corp.example".into() },
            Stage::Local,
        ),
        (
            "mailbox-unwritable",
            Failure::MailboxUnwritable { detail: "Permission denied".into() },
            Stage::Local,
        ),
        ("mailbox-full", Failure::MailboxFull { quota: 1_000_000_000 }, Stage::Local),
        (
            "store-unreadable",
            Failure::StoreUnreadable { detail: "Input/output error".into() },
            Stage::Data,
        ),
        (
            "returned",
            Failure::Returned { reason: "The partner is closing down".into() },
            Stage::Route,
        ),
        (
            "held",
            Failure::Held { reason: "more than 60 messages in an hour from this mailbox".into() },
            Stage::Route,
        ),
        (
            "forward-loop",
            Failure::ForwardLoop { mailbox: "anna@corp.example".into() },
            Stage::Local,
        ),
        (
            "forward-limit",
            Failure::ForwardLimit { mailbox: "anna@corp.example".into(), limit: 500 },
            Stage::Local,
        ),
    ]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::reply::{Meaning, meaning};
    use crate::variants;

    #[test]
    fn there_is_an_example_of_every_failure() {
        let kind = |failure: &Failure| {
            serde_json::to_value(failure).unwrap()["kind"].as_str().unwrap().to_owned()
        };
        let here: BTreeSet<String> = failures().iter().map(|(_, f, _)| kind(f)).collect();
        let all = variants::tagged::<Failure>("kind");
        assert_eq!(here, all.iter().map(|kind| (*kind).to_owned()).collect());
    }

    #[test]
    fn there_is_an_example_of_every_meaning_of_a_reply_but_of_none() {
        let examples = failures();
        for wanted in Meaning::ALL {
            let is_one = |(_, failure, stage): &Sample| match failure {
                Failure::Replied { reply } => meaning(reply, *stage) == *wanted,
                _ => false,
            };
            assert!(examples.iter().any(is_one), "{wanted:?}");
        }
        assert_eq!(Meaning::ALL.len(), variants::names::<Meaning>().len());
    }
}
