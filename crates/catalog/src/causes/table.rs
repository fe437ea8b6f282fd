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
    cause("source-address-unusable", WhoActs::Service, Any),
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

/// Ids of causes, the likeliest first.
type Ids = &'static [&'static str];

const UNKNOWN_NAME: Ids = &[
    "smart-host-misspelt",
    "domain-misspelt",
    "domain-expired",
    "record-cached",
    "name-servers-fail",
];
const UNKNOWN_MX_HOST: Ids =
    &["no-mail-records", "domain-expired", "record-cached", "name-servers-fail"];
const UNKNOWN_SMART_HOST: Ids = &[
    "smart-host-misspelt",
    "domain-expired",
    "record-cached",
    "name-servers-fail",
    "no-mail-records",
];
const NO_ADDRESS: Ids =
    &["no-mail-records", "smart-host-misspelt", "domain-misspelt", "record-cached"];
const NO_DNS_ANSWER: Ids =
    &["name-servers-fail", "resolver-broken", "dnssec-broken", "domain-expired"];
const LEADS_HERE: Ids =
    &["domain-not-accepted-here", "connector-points-back", "mx-not-this-server"];
const NO_CONNECTION: Ids =
    &["server-down", "smart-host-wrong", "address-changed", "port-blocked-here"];
const REFUSED: Ids = &[
    "firewall-refuses",
    "server-retired",
    "server-down",
    "port-wrong",
    "smart-host-wrong",
    "address-changed",
];
const NO_SMTP: Ids =
    &["firewall-rewrites", "not-a-mail-server", "port-wrong", "server-misunderstood"];
const BROKE: Ids = &["firewall-rewrites", "server-crashes", "network-between"];
const LOOP: Ids = &["connector-points-back", "domain-type-wrong-here", "forwarding-loop"];
const NO_TLS: Ids = &["tls-not-offered", "tls-demanded-in-vain", "firewall-rewrites"];
const TLS_REFUSED: Ids =
    &["tls-not-offered", "server-in-trouble", "tls-demanded-in-vain", "firewall-rewrites"];
const HANDSHAKE: Ids = &["handshake-incompatible", "firewall-rewrites"];
const NOT_YET_VALID: Ids = &["certificate-not-yet-valid", "clock-wrong"];
const OTHER_NAME: Ids = &["certificate-for-other-name", "expected-name-wrong", "smart-host-wrong"];
const SELF_SIGNED: Ids = &["certificate-self-signed", "tls-demanded-in-vain"];
const NO_TLSA: Ids = &["dnssec-broken", "name-servers-fail", "resolver-broken"];
const UNPROTECTED: Ids = &["credentials-unprotected", "expected-name-wrong", "firewall-rewrites"];
const NO_MAILBOX: Ids = &["address-misspelt", "mailbox-gone", "domain-type-wrong-here"];

/// The ids of the causes a failure can have, the likeliest first. Each failure is named: a new one does not
/// compile until somebody has thought of what may be behind it.
pub(super) fn ids(failure: &Failure, stage: Stage) -> Ids {
    match failure {
        Failure::DomainNotFound { .. } => UNKNOWN_NAME,
        Failure::NoAddress { .. } => NO_ADDRESS,
        Failure::DnsServerFailure { .. } | Failure::DnsTimeout { .. } => NO_DNS_ANSWER,
        Failure::DnssecBogus { .. } => &["dnssec-broken", "resolver-broken", "record-cached"],
        Failure::NullMx { .. } => &["takes-no-mail"],
        Failure::MxPointsHere { .. } => LEADS_HERE,
        Failure::ConnectTimeout { .. } | Failure::Unreachable { .. } => NO_CONNECTION,
        Failure::SourceAddressUnusable { .. } => &["source-address-unusable"],
        Failure::ConnectionRefused => REFUSED,
        Failure::TimedOut { .. } | Failure::ClosedAbruptly { .. } => BROKE,
        Failure::ServiceRefused { reply } => greeting(meaning(reply, stage), reply.code),
        Failure::ProtocolError { .. } => NO_SMTP,
        Failure::Replied { reply } => replied(meaning(reply, stage)),
        Failure::ExtensionMissing { extension } if extension.eq_ignore_ascii_case("SMTPUTF8") => {
            &["no-smtputf8", "firewall-rewrites"]
        }
        Failure::ExtensionMissing { .. } => &["extension-missing", "firewall-rewrites"],
        Failure::TooBig { .. } => &["message-too-big"],
        Failure::TooManyHops { .. } | Failure::RoutingLoop { .. } => LOOP,
        // TLS and logging in.
        Failure::TlsNotOffered => NO_TLS,
        Failure::StarttlsRefused { .. } => TLS_REFUSED,
        Failure::TlsHandshake { .. }
        | Failure::TlsTooOld { .. }
        | Failure::TlsNothingInCommon { .. } => HANDSHAKE,
        Failure::CertificateExpired { .. } => &["certificate-expired", "clock-wrong"],
        Failure::CertificateNotYetValid { .. } => NOT_YET_VALID,
        Failure::CertificateNameMismatch { .. } => OTHER_NAME,
        Failure::CertificateUnknownIssuer { .. } => &["issuer-not-trusted", "chain-incomplete"],
        Failure::CertificateChainIncomplete { .. } => &["chain-incomplete", "issuer-not-trusted"],
        Failure::CertificateSelfSigned => SELF_SIGNED,
        Failure::CertificateRevoked => &["certificate-revoked"],
        Failure::CertificateInvalid { .. } => &["certificate-damaged"],
        Failure::DaneViolated { reason, .. } => dane(reason),
        Failure::TlsaMismatch { .. } => &["dane-records-outdated", "traffic-intercepted"],
        Failure::TlsaUnavailable { .. } => NO_TLSA,
        Failure::StsViolated { reason, .. } => sts(reason),
        Failure::StsHostNotListed { .. } => &["sts-policy-outdated", "traffic-intercepted"],
        Failure::CredentialsUnprotected { .. } => UNPROTECTED,
        Failure::AuthNotOffered => &["login-not-offered", "firewall-rewrites"],
        Failure::AuthRefused { .. } => &["credentials-wrong", "login-not-offered"],
        Failure::CredentialsUnreadable { .. } => &["credentials-unreadable"],
        // Here.
        Failure::NoConnector { .. } => &["connector-missing", "domain-type-wrong-here"],
        Failure::MailboxUnknown { .. } => NO_MAILBOX,
        Failure::MailboxFull { .. } => &["mailbox-full"],
        Failure::MailboxUnwritable { .. } => &["mailbox-unwritable"],
        Failure::StoreUnreadable { .. } => &["store-unreadable"],
        Failure::Returned { .. } => &["returned-by-administrator"],
        Failure::Held { .. } => &["held-for-decision"],
        Failure::ForwardLoop { .. } => &["forwarding-loop"],
        Failure::ForwardLimit { .. } => &["forward-limit"],
    }
}

/// The ids of the causes for which the name of a host does not exist. An MX host is named by the domain's
/// records, so the domain is there.
pub(super) const fn unknown_host(through_connector: bool) -> Ids {
    if through_connector { UNKNOWN_SMART_HOST } else { UNKNOWN_MX_HOST }
}

/// The recipient's domain has TLSA records.
fn dane(reason: &Failure) -> Ids {
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
fn sts(reason: &Failure) -> Ids {
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
        reason => ids(reason, Stage::Tls),
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

/// A refusal of service: the server itself, or it does not want us.
fn greeting(meaning: Meaning, code: u16) -> Ids {
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

fn replied(meaning: Meaning) -> Ids {
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
        Meaning::Loop => &["forwarding-loop", "domain-type-wrong-there", "connector-points-back"],
        Meaning::TakesNoMail => &["takes-no-mail"],
        Meaning::SystemTrouble => &["server-in-trouble", "greylisted"],
        Meaning::Protocol => &["server-misunderstood", "firewall-rewrites"],
        Meaning::Unknown => &["refused-for-its-reason"],
    }
}
