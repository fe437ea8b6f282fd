//! The table: every cause, and which failures it can lead to.

use causeway_model::{Failure, Stage};

use super::On::{Any, Connector, Direct};
use super::{Cause, WhoActs};
use crate::reply::{Meaning, meaning};

const fn cause(id: &'static str, who: WhoActs, on: super::On) -> Cause {
    Cause { id, who, on }
}

/// Every cause.
pub const ALL: &[Cause] = &[
    // Names.
    cause("name-servers-fail", WhoActs::RecipientAdmin, Any),
    cause("domain-expired", WhoActs::RecipientAdmin, Any),
    cause("record-cached", WhoActs::Nobody, Any),
    cause("no-mail-records", WhoActs::RecipientAdmin, Any),
    cause("dnssec-broken", WhoActs::RecipientAdmin, Any),
    cause("resolver-broken", WhoActs::Service, Any),
    cause("smart-host-misspelt", WhoActs::Service, Connector),
    cause("domain-misspelt", WhoActs::Sender, Direct),
    cause("takes-no-mail", WhoActs::Sender, Any),
    // Connections.
    cause("server-down", WhoActs::RecipientAdmin, Any),
    cause("smart-host-wrong", WhoActs::Service, Connector),
    cause("address-changed", WhoActs::RecipientAdmin, Any),
    cause("port-blocked-here", WhoActs::Service, Any),
    cause("firewall-refuses", WhoActs::RecipientAdmin, Any),
    cause("server-retired", WhoActs::Service, Connector),
    cause("port-wrong", WhoActs::Service, Connector),
    cause("service-not-available", WhoActs::RecipientAdmin, Any),
    cause("firewall-rewrites", WhoActs::RecipientAdmin, Any),
    cause("server-crashes", WhoActs::RecipientAdmin, Any),
    cause("network-between", WhoActs::Service, Any),
    cause("not-a-mail-server", WhoActs::RecipientAdmin, Any),
    // TLS and logging in.
    cause("tls-not-offered", WhoActs::RecipientAdmin, Any),
    cause("tls-demanded-in-vain", WhoActs::Service, Connector),
    cause("handshake-incompatible", WhoActs::RecipientAdmin, Any),
    cause("certificate-expired", WhoActs::RecipientAdmin, Any),
    cause("certificate-not-yet-valid", WhoActs::RecipientAdmin, Any),
    cause("clock-wrong", WhoActs::Service, Any),
    cause("certificate-for-other-name", WhoActs::RecipientAdmin, Any),
    cause("expected-name-wrong", WhoActs::Service, Connector),
    cause("chain-incomplete", WhoActs::RecipientAdmin, Any),
    cause("issuer-not-trusted", WhoActs::Service, Any),
    cause("certificate-self-signed", WhoActs::RecipientAdmin, Any),
    cause("certificate-revoked", WhoActs::RecipientAdmin, Any),
    cause("certificate-damaged", WhoActs::RecipientAdmin, Any),
    cause("credentials-wrong", WhoActs::Service, Any),
    cause("login-not-offered", WhoActs::PartnerAdmin, Any),
    cause("credentials-unreadable", WhoActs::Service, Any),
    cause("credentials-unprotected", WhoActs::Service, Connector),
    // What the recipient's domain demands.
    cause("policy-without-tls", WhoActs::RecipientAdmin, Any),
    cause("dane-records-outdated", WhoActs::RecipientAdmin, Any),
    cause("certificate-not-for-host", WhoActs::RecipientAdmin, Any),
    cause("sts-policy-outdated", WhoActs::RecipientAdmin, Any),
    cause("traffic-intercepted", WhoActs::Service, Any),
    // Where the message was to go.
    cause("mx-not-this-server", WhoActs::RecipientAdmin, Any),
    cause("domain-not-active-there", WhoActs::RecipientAdmin, Any),
    cause("domain-type-wrong-there", WhoActs::RecipientAdmin, Any),
    cause("dns-change-spreading", WhoActs::Nobody, Any),
    cause("hybrid-connector-wrong", WhoActs::Service, Connector),
    cause("not-allowed-to-relay", WhoActs::Service, Connector),
    cause("connector-missing", WhoActs::Service, Any),
    cause("domain-type-wrong-here", WhoActs::Service, Any),
    cause("domain-not-accepted-here", WhoActs::Service, Any),
    cause("connector-points-back", WhoActs::Service, Any),
    cause("forwarding-loop", WhoActs::Recipient, Any),
    // The recipient.
    cause("address-misspelt", WhoActs::Sender, Any),
    cause("mailbox-gone", WhoActs::Sender, Any),
    cause("forward-dead", WhoActs::Recipient, Any),
    cause("mailbox-moved", WhoActs::Sender, Any),
    cause("mailbox-full", WhoActs::Recipient, Any),
    cause("mailbox-disabled", WhoActs::RecipientAdmin, Any),
    // The message and its sender.
    cause("message-too-big", WhoActs::Sender, Any),
    cause("too-many-recipients", WhoActs::Sender, Any),
    cause("no-smtputf8", WhoActs::RecipientAdmin, Any),
    cause("extension-missing", WhoActs::RecipientAdmin, Any),
    cause("judged-spam", WhoActs::Sender, Any),
    cause("virus-found", WhoActs::Sender, Any),
    cause("content-refused", WhoActs::Sender, Any),
    cause("sender-refused", WhoActs::Sender, Any),
    cause("sender-domain-unproven", WhoActs::SenderAdmin, Any),
    cause("address-listed", WhoActs::Service, Any),
    cause("no-reverse-name", WhoActs::Service, Any),
    cause("sending-too-fast", WhoActs::Nobody, Any),
    cause("greylisted", WhoActs::Nobody, Any),
    cause("login-required", WhoActs::Service, Any),
    cause("tls-required-there", WhoActs::Service, Any),
    cause("recipient-policy", WhoActs::RecipientAdmin, Any),
    // Servers.
    cause("server-in-trouble", WhoActs::RecipientAdmin, Any),
    cause("server-misunderstood", WhoActs::RecipientAdmin, Any),
    cause("refused-for-its-reason", WhoActs::RecipientAdmin, Any),
    cause("mailbox-unwritable", WhoActs::Service, Any),
    cause("store-unreadable", WhoActs::Service, Any),
    cause("returned-by-administrator", WhoActs::Service, Any),
    cause("held-for-decision", WhoActs::Service, Any),
    cause("forward-limit", WhoActs::Nobody, Any),
];

/// The ids of the causes a failure can have, the likeliest first.
pub(super) fn ids(failure: &Failure, stage: Stage) -> &'static [&'static str] {
    match failure {
        Failure::DomainNotFound { .. } => &[
            "smart-host-misspelt",
            "domain-misspelt",
            "domain-expired",
            "record-cached",
            "name-servers-fail",
        ],
        Failure::NoAddress { .. } => {
            &["no-mail-records", "smart-host-misspelt", "domain-misspelt", "record-cached"]
        }
        Failure::DnsServerFailure { .. } | Failure::DnsTimeout { .. } => {
            &["name-servers-fail", "resolver-broken", "dnssec-broken", "domain-expired"]
        }
        Failure::DnssecBogus { .. } => &["dnssec-broken", "resolver-broken", "record-cached"],
        Failure::NullMx { .. } => &["takes-no-mail"],
        Failure::MxPointsHere { .. } => {
            &["domain-not-accepted-here", "connector-points-back", "mx-not-this-server"]
        }
        Failure::ConnectTimeout { .. } | Failure::Unreachable { .. } => {
            &["server-down", "smart-host-wrong", "address-changed", "port-blocked-here"]
        }
        Failure::ConnectionRefused => &[
            "firewall-refuses",
            "server-retired",
            "server-down",
            "port-wrong",
            "smart-host-wrong",
            "address-changed",
        ],
        Failure::TimedOut { .. } | Failure::ClosedAbruptly { .. } => {
            &["firewall-rewrites", "server-crashes", "network-between"]
        }
        Failure::ServiceRefused { reply } => greeting(meaning(reply, stage), reply.code),
        Failure::ProtocolError { .. } => {
            &["firewall-rewrites", "not-a-mail-server", "port-wrong", "server-misunderstood"]
        }
        Failure::Replied { reply } => replied(meaning(reply, stage)),
        Failure::ExtensionMissing { extension } if extension.eq_ignore_ascii_case("SMTPUTF8") => {
            &["no-smtputf8", "firewall-rewrites"]
        }
        Failure::ExtensionMissing { .. } => &["extension-missing", "firewall-rewrites"],
        Failure::TooBig { .. } => &["message-too-big"],
        Failure::TooManyHops { .. } | Failure::RoutingLoop { .. } => {
            &["connector-points-back", "domain-type-wrong-here", "forwarding-loop"]
        }
        _ if failure.is_site_level() => tls_and_login(failure),
        _ => here(failure),
    }
}

fn tls_and_login(failure: &Failure) -> &'static [&'static str] {
    match failure {
        Failure::TlsNotOffered => &["tls-not-offered", "tls-demanded-in-vain", "firewall-rewrites"],
        Failure::StarttlsRefused { .. } => {
            &["tls-not-offered", "server-in-trouble", "tls-demanded-in-vain", "firewall-rewrites"]
        }
        Failure::CertificateExpired { .. } => &["certificate-expired", "clock-wrong"],
        Failure::CertificateNotYetValid { .. } => &["certificate-not-yet-valid", "clock-wrong"],
        Failure::CertificateNameMismatch { .. } => {
            &["certificate-for-other-name", "expected-name-wrong", "smart-host-wrong"]
        }
        Failure::CertificateUnknownIssuer { .. } => &["issuer-not-trusted", "chain-incomplete"],
        Failure::CertificateChainIncomplete { .. } => &["chain-incomplete", "issuer-not-trusted"],
        Failure::CertificateSelfSigned => &["certificate-self-signed", "tls-demanded-in-vain"],
        Failure::CertificateRevoked => &["certificate-revoked"],
        Failure::CertificateInvalid { .. } => &["certificate-damaged"],
        Failure::DaneViolated { reason, .. } => dane(reason),
        Failure::TlsaMismatch { .. } => &["dane-records-outdated", "traffic-intercepted"],
        Failure::TlsaUnavailable { .. } => {
            &["dnssec-broken", "name-servers-fail", "resolver-broken"]
        }
        Failure::StsViolated { reason, .. } => sts(reason),
        Failure::StsHostNotListed { .. } => &["sts-policy-outdated", "traffic-intercepted"],
        Failure::CredentialsUnprotected { .. } => {
            &["credentials-unprotected", "expected-name-wrong", "firewall-rewrites"]
        }
        Failure::AuthNotOffered => &["login-not-offered", "firewall-rewrites"],
        Failure::AuthRefused { .. } => &["credentials-wrong", "login-not-offered"],
        Failure::CredentialsUnreadable { .. } => &["credentials-unreadable"],
        _ => &["handshake-incompatible", "firewall-rewrites"],
    }
}

/// The recipient's domain has TLSA records.
fn dane(reason: &Failure) -> &'static [&'static str] {
    match reason {
        Failure::CertificateExpired { .. } => &["certificate-expired", "clock-wrong"],
        Failure::CertificateNotYetValid { .. } => &["certificate-not-yet-valid", "clock-wrong"],
        Failure::CertificateNameMismatch { .. } => {
            &["certificate-not-for-host", "traffic-intercepted"]
        }
        reason if is_lack_of_tls(reason) => {
            &["policy-without-tls", "firewall-rewrites", "traffic-intercepted"]
        }
        _ => &["dane-records-outdated", "traffic-intercepted"],
    }
}

/// The recipient's domain has an MTA-STS policy.
fn sts(reason: &Failure) -> &'static [&'static str] {
    match reason {
        Failure::CertificateNameMismatch { .. } => {
            &["certificate-not-for-host", "traffic-intercepted"]
        }
        Failure::CertificateSelfSigned | Failure::CertificateUnknownIssuer { .. } => {
            &["certificate-self-signed", "issuer-not-trusted", "traffic-intercepted"]
        }
        reason if is_lack_of_tls(reason) => {
            &["policy-without-tls", "firewall-rewrites", "traffic-intercepted"]
        }
        reason => tls_and_login(reason),
    }
}

const fn is_lack_of_tls(failure: &Failure) -> bool {
    matches!(
        failure,
        Failure::TlsNotOffered
            | Failure::StarttlsRefused { .. }
            | Failure::TlsHandshake { .. }
            | Failure::TlsTooOld { .. }
            | Failure::TlsNothingInCommon { .. }
    )
}

fn here(failure: &Failure) -> &'static [&'static str] {
    match failure {
        Failure::NoConnector { .. } => &["connector-missing", "domain-type-wrong-here"],
        Failure::MailboxUnknown { .. } => {
            &["address-misspelt", "mailbox-gone", "domain-type-wrong-here"]
        }
        Failure::MailboxFull { .. } => &["mailbox-full"],
        Failure::MailboxUnwritable { .. } => &["mailbox-unwritable"],
        Failure::StoreUnreadable { .. } => &["store-unreadable"],
        Failure::Returned { .. } => &["returned-by-administrator"],
        Failure::Held { .. } => &["held-for-decision"],
        Failure::ForwardLoop { .. } => &["forwarding-loop"],
        Failure::ForwardLimit { .. } => &["forward-limit"],
        _ => &["refused-for-its-reason"],
    }
}

/// A refusal of service: the server itself, or it does not want us.
fn greeting(meaning: Meaning, code: u16) -> &'static [&'static str] {
    match meaning {
        Meaning::Blocked => &["address-listed", "service-not-available"],
        Meaning::NoReverseName => &["no-reverse-name", "service-not-available"],
        Meaning::RateLimited => &["sending-too-fast", "service-not-available"],
        Meaning::TakesNoMail => &["takes-no-mail", "not-a-mail-server"],
        Meaning::Policy | Meaning::Unknown if code >= 500 => {
            &["service-not-available", "address-listed", "recipient-policy"]
        }
        _ => &["service-not-available", "server-in-trouble", "firewall-refuses"],
    }
}

fn replied(meaning: Meaning) -> &'static [&'static str] {
    match meaning {
        Meaning::UserUnknown => &["address-misspelt", "mailbox-gone", "forward-dead"],
        Meaning::Moved => &["mailbox-moved"],
        Meaning::MailboxDisabled => &["mailbox-disabled", "mailbox-gone"],
        Meaning::MailboxFull => &["mailbox-full"],
        Meaning::RelayDenied => &[
            "mx-not-this-server",
            "domain-not-active-there",
            "domain-type-wrong-there",
            "dns-change-spreading",
            "hybrid-connector-wrong",
            "not-allowed-to-relay",
        ],
        Meaning::LoginRequired => &["login-required", "not-allowed-to-relay"],
        Meaning::TlsRequired => &["tls-required-there"],
        Meaning::TooBig => &["message-too-big"],
        Meaning::TooManyRecipients => &["too-many-recipients"],
        Meaning::Spam => &["judged-spam", "address-listed", "sender-domain-unproven"],
        Meaning::Virus => &["virus-found"],
        Meaning::Content => &["content-refused"],
        Meaning::Blocked => &["address-listed"],
        Meaning::NoReverseName => &["no-reverse-name"],
        Meaning::Unauthenticated => &["sender-domain-unproven"],
        Meaning::SenderRefused => &["sender-refused", "sender-domain-unproven"],
        Meaning::RateLimited => &["sending-too-fast", "address-listed"],
        Meaning::Greylisted => &["greylisted"],
        Meaning::Policy => &["recipient-policy", "address-misspelt", "address-listed"],
        Meaning::Loop => &["forwarding-loop", "connector-points-back"],
        Meaning::TakesNoMail => &["takes-no-mail"],
        Meaning::SystemTrouble => &["server-in-trouble", "greylisted"],
        Meaning::Protocol => &["server-misunderstood", "firewall-rewrites"],
        Meaning::Unknown => &["refused-for-its-reason"],
    }
}
