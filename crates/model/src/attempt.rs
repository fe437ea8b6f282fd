//! What happened on the way out: one [`Attempt`] per try, with the failure as a typed value.
//!
//! A failure is evidence, not a string. Codes, texts, alerts and fixes are derived from
//! [`Failure`] by `causeway-catalog`, in one place each; nothing in the program compares error
//! texts.

use std::net::{IpAddr, SocketAddr};

use serde::{Deserialize, Serialize};

use crate::reply::Reply;
use crate::time::Timestamp;

/// One try to hand one or more recipients on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// When it began.
    pub at: Timestamp,
    /// How long it took, in milliseconds.
    pub elapsed_ms: u64,
    /// What was tried, for people and for grouping: `connector "to on-premises"`, or the domain.
    pub site: String,
    /// The connector, when one took the recipient.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connector: Option<String>,
    /// The name of the host that was tried last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// Its address and port.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<SocketAddr>,
    /// TLS version and cipher, when TLS was up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls: Option<String>,
    /// What stood for the peer's identity, once the session was ready for mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub security: Option<Box<HopSecurity>>,
    /// How far it got.
    pub stage: Stage,
    /// How it ended.
    pub outcome: Outcome,
}

impl Attempt {
    /// One of which nothing more is known than where and how it ended: no host was reached, no time was taken.
    #[must_use]
    pub fn new(at: Timestamp, site: impl Into<String>, stage: Stage, outcome: Outcome) -> Self {
        Self {
            at,
            elapsed_ms: 0,
            site: site.into(),
            connector: None,
            host: None,
            address: None,
            tls: None,
            security: None,
            stage,
            outcome,
        }
    }

    /// True when what failed is this server's own configuration of routes, not another server: mail has no way
    /// until somebody here acts.
    #[must_use]
    pub const fn is_own_configuration(&self) -> bool {
        matches!(
            self.outcome,
            Outcome::Failure(Failure::NoConnector { .. } | Failure::RoutingLoop { .. })
        )
    }
}

/// What secured a hop beside the encryption itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HopSecurity {
    /// What proved that the peer is who we wanted.
    pub verified_by: VerifiedBy,
    /// What was not as it should be, and did not stop the mail: a policy under test that was not met,
    /// a certificate that nobody demanded to be good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weakness: Option<Failure>,
}

/// What proved a peer's identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum VerifiedBy {
    /// Its TLSA records, signed by DNSSEC (RFC 7672).
    Dane,
    /// A certificate of a trusted issuer, for a host that the domain's policy names (RFC 8461).
    MtaSts,
    /// A certificate of a trusted issuer for the host's name, or the name that the connector expects.
    Certificate,
    /// Nothing: it may be anybody.
    Nothing,
}

impl VerifiedBy {
    /// The word in JSON: `mta-sts`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dane => "dane",
            Self::MtaSts => "mta-sts",
            Self::Certificate => "certificate",
            Self::Nothing => "nothing",
        }
    }
}

/// How far an attempt got. In the order in which they happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// Routing: no place to go was found, or a loop.
    Route,
    /// Asking DNS.
    Resolve,
    /// Opening the connection.
    Connect,
    /// Waiting for the greeting.
    Banner,
    /// EHLO or HELO.
    Ehlo,
    /// The STARTTLS command.
    Starttls,
    /// The TLS handshake and the certificate.
    Tls,
    /// AUTH.
    Auth,
    /// MAIL FROM.
    Mail,
    /// RCPT TO.
    Rcpt,
    /// DATA, or the content by BDAT.
    Data,
    /// After the content: the answer for the message.
    EndOfData,
    /// Writing into a local mailbox.
    Local,
}

impl Stage {
    /// The name as in listings and JSON: `end-of-data`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Route => "route",
            Self::Resolve => "resolve",
            Self::Connect => "connect",
            Self::Banner => "banner",
            Self::Ehlo => "ehlo",
            Self::Starttls => "starttls",
            Self::Tls => "tls",
            Self::Auth => "auth",
            Self::Mail => "mail",
            Self::Rcpt => "rcpt",
            Self::Data => "data",
            Self::EndOfData => "end-of-data",
            Self::Local => "local",
        }
    }
}

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The peer (or the mailbox) took it; its words.
    Success(Reply),
    /// It did not.
    Failure(Failure),
}

/// What went wrong: one variant per distinct fact. The stage is in the [`Attempt`].
// "Server failure" is the field's own word (SERVFAIL).
#[allow(clippy::enum_variant_names)]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Failure {
    // --- names ---
    /// The name does not exist (NXDOMAIN).
    DomainNotFound {
        /// The name asked for.
        name: String,
    },
    /// The name exists but has no address (and no MX).
    NoAddress {
        /// The name asked for.
        name: String,
    },
    /// A name server answered with a failure.
    DnsServerFailure {
        /// The name asked for.
        name: String,
        /// `SERVFAIL`, `REFUSED`, …
        code: String,
        /// The server that said so, where known.
        server: Option<SocketAddr>,
    },
    /// No name server answered in time.
    DnsTimeout {
        /// The name asked for.
        name: String,
        /// After how long we gave up.
        after_ms: u64,
    },
    /// The answer did not validate under DNSSEC.
    DnssecBogus {
        /// The name asked for.
        name: String,
    },
    /// The domain says that it takes no mail (RFC 7505).
    NullMx {
        /// The domain.
        domain: String,
    },
    /// The best MX host for the domain is ourselves.
    MxPointsHere {
        /// The domain.
        domain: String,
        /// The MX hosts in order, each `preference host`.
        hosts: Vec<String>,
    },
    // --- the connection ---
    /// No answer to our connection request.
    ConnectTimeout {
        /// After how long we gave up.
        after_ms: u64,
    },
    /// The host answered that nothing listens there.
    ConnectionRefused,
    /// No route to the host or network.
    Unreachable {
        /// The system's words.
        detail: String,
    },
    /// None of the addresses that are set to send from is one of this machine's: nothing was asked of the host.
    SourceAddressUnusable {
        /// The first of them that is of the host's family.
        source: IpAddr,
        /// The system's words.
        detail: String,
    },
    /// Connected, and then nothing came in time.
    TimedOut {
        /// After how long we gave up.
        after_ms: u64,
    },
    /// The peer closed the connection, or it broke.
    ClosedAbruptly {
        /// Octets received on this connection before it closed.
        bytes_received: u64,
    },
    /// The greeting or EHLO was answered with a refusal of service (421, 554, …).
    ServiceRefused {
        /// Its words.
        reply: Reply,
    },
    /// What came is not SMTP.
    ProtocolError {
        /// What was wrong, with the start of what came.
        detail: String,
    },
    // --- TLS and logging in ---
    /// TLS is demanded, and the peer does not offer STARTTLS.
    TlsNotOffered,
    /// The peer refused the STARTTLS command.
    StarttlsRefused {
        /// Its words.
        reply: Reply,
    },
    /// The handshake failed for another reason than the certificate.
    TlsHandshake {
        /// The reason.
        detail: String,
    },
    /// The peer knows only versions of TLS that are not safe any more.
    TlsTooOld {
        /// The best it offers: `TLS 1.0`.
        offered: String,
    },
    /// The peer has no cipher, key exchange or signature in common with us: all that it offers is
    /// not safe any more.
    TlsNothingInCommon {
        /// How we know.
        detail: String,
    },
    /// The certificate has expired.
    CertificateExpired {
        /// The end of its validity.
        not_after: Option<Timestamp>,
    },
    /// The certificate is not valid yet.
    CertificateNotYetValid {
        /// The start of its validity.
        not_before: Option<Timestamp>,
    },
    /// The certificate is for other names.
    CertificateNameMismatch {
        /// The name we demand.
        expected: String,
        /// The names it carries.
        presented: Vec<String>,
    },
    /// The issuer is not one we trust.
    CertificateUnknownIssuer {
        /// The issuer named in the last certificate of the chain.
        issuer: String,
    },
    /// The server did not send the certificates between its own and its issuer's root.
    CertificateChainIncomplete {
        /// The issuer whose certificate is missing.
        issuer: String,
    },
    /// The certificate is self-signed.
    CertificateSelfSigned,
    /// The certificate is revoked.
    CertificateRevoked,
    /// The certificate is not valid for another reason.
    CertificateInvalid {
        /// The reason.
        detail: String,
    },
    /// We have credentials for the peer, and it offers no way to use them (or no TLS to protect
    /// them).
    AuthNotOffered,
    /// We have credentials for the peer, and nothing proves that it is the right one: they are not
    /// sent.
    CredentialsUnprotected {
        /// What its certificate lacks; `None`: there is no TLS.
        reason: Option<Box<Failure>>,
    },
    // --- what the recipient's domain demands ---
    /// The host has TLSA records, and what they demand is not met (RFC 7672).
    DaneViolated {
        /// The host.
        host: String,
        /// The demand that is not met.
        reason: Box<Failure>,
    },
    /// No TLSA record matches the certificate that was presented.
    TlsaMismatch {
        /// How many usable records there are.
        records: u32,
        /// SHA-256 of the presented key, in hexadecimal (what a record `3 1 1` would say).
        presented: String,
    },
    /// Whether the host has TLSA records cannot be found out safely: its zone is signed, and the
    /// answer is missing or not valid.
    TlsaUnavailable {
        /// The name that was asked for: `_25._tcp.mx.example.com`.
        name: String,
        /// Why there is no answer.
        reason: Box<Failure>,
    },
    /// The domain's MTA-STS policy demands what the host does not have (RFC 8461).
    StsViolated {
        /// The domain.
        domain: String,
        /// The demand that is not met.
        reason: Box<Failure>,
    },
    /// The domain's MTA-STS policy does not name the host that its MX record names.
    StsHostNotListed {
        /// The domain.
        domain: String,
        /// The host.
        host: String,
        /// The patterns of the policy.
        allowed: Vec<String>,
    },
    /// The peer refused our credentials.
    AuthRefused {
        /// Its words.
        reply: Reply,
    },
    /// The file with the credentials could not be read.
    CredentialsUnreadable {
        /// Path and the system's words.
        detail: String,
    },
    // --- the message ---
    /// The peer's own answer to MAIL, RCPT, DATA or the content.
    Replied {
        /// Its words.
        reply: Reply,
    },
    /// The message needs an extension that the peer does not offer (SMTPUTF8, 8BITMIME, …).
    ExtensionMissing {
        /// The extension's EHLO keyword.
        extension: String,
    },
    /// The peer said in EHLO that it takes no message of this size.
    TooBig {
        /// Octets of the message.
        size: u64,
        /// Octets the peer takes.
        limit: u64,
    },
    /// The message has gone through too many servers (Received lines).
    TooManyHops {
        /// How many it has.
        hops: u32,
        /// How many are allowed.
        limit: u32,
    },
    // --- here ---
    /// The domain's type is internal relay, and no connector takes the recipients that are not
    /// here: its MX would bring the message back to us.
    NoConnector {
        /// The domain.
        domain: String,
    },
    /// The message came from the organization's own servers through one connector, and the only way
    /// on is a connector that leads back to them.
    RoutingLoop {
        /// The recipient's domain.
        domain: String,
        /// The connector that would take it back.
        connector: String,
    },
    /// The domain is authoritative here and has no such mailbox.
    MailboxUnknown {
        /// The recipient's address.
        address: String,
    },
    /// Writing the message into the mailbox failed.
    MailboxUnwritable {
        /// The system's words.
        detail: String,
    },
    /// The mailbox has no room.
    MailboxFull {
        /// Octets allowed.
        quota: u64,
    },
    /// The message could not be read back from our own store.
    StoreUnreadable {
        /// The store's words.
        detail: String,
    },
    /// It was put on hold when it came in, until an administrator decides.
    Held {
        /// Why.
        reason: String,
    },
    /// The mailbox forwards its mail, and this message has been there before.
    ForwardLoop {
        /// The mailbox.
        mailbox: String,
    },
    /// The mailbox forwards its mail, and has forwarded as much as it may in an hour.
    ForwardLimit {
        /// The mailbox.
        mailbox: String,
        /// Messages in an hour.
        limit: u32,
    },
    /// An administrator ended it (`causeway queue return`).
    Returned {
        /// The reason given.
        reason: String,
    },
}

impl Failure {
    /// True when the failure says something about the site, not about this message: the other
    /// messages for the site wait with it.
    #[must_use]
    pub const fn is_site_level(&self) -> bool {
        match self {
            Self::DomainNotFound { .. }
            | Self::NoAddress { .. }
            | Self::DnsServerFailure { .. }
            | Self::DnsTimeout { .. }
            | Self::DnssecBogus { .. }
            | Self::NullMx { .. }
            | Self::MxPointsHere { .. }
            | Self::ConnectTimeout { .. }
            | Self::ConnectionRefused
            | Self::Unreachable { .. }
            | Self::SourceAddressUnusable { .. }
            | Self::TimedOut { .. }
            | Self::ClosedAbruptly { .. }
            | Self::ServiceRefused { .. }
            | Self::ProtocolError { .. }
            | Self::TlsNotOffered
            | Self::StarttlsRefused { .. }
            | Self::TlsHandshake { .. }
            | Self::CertificateExpired { .. }
            | Self::CertificateNotYetValid { .. }
            | Self::CertificateNameMismatch { .. }
            | Self::CertificateUnknownIssuer { .. }
            | Self::CertificateChainIncomplete { .. }
            | Self::CertificateSelfSigned
            | Self::CertificateRevoked
            | Self::CertificateInvalid { .. }
            | Self::TlsTooOld { .. }
            | Self::TlsNothingInCommon { .. }
            | Self::CredentialsUnprotected { .. }
            | Self::DaneViolated { .. }
            | Self::TlsaMismatch { .. }
            | Self::TlsaUnavailable { .. }
            | Self::StsViolated { .. }
            | Self::StsHostNotListed { .. }
            | Self::AuthNotOffered
            | Self::AuthRefused { .. }
            | Self::CredentialsUnreadable { .. } => true,
            Self::Replied { .. }
            | Self::ExtensionMissing { .. }
            | Self::TooBig { .. }
            | Self::TooManyHops { .. }
            | Self::NoConnector { .. }
            | Self::RoutingLoop { .. }
            | Self::MailboxUnknown { .. }
            | Self::MailboxUnwritable { .. }
            | Self::MailboxFull { .. }
            | Self::StoreUnreadable { .. }
            | Self::Held { .. }
            | Self::ForwardLoop { .. }
            | Self::ForwardLimit { .. }
            | Self::Returned { .. } => false,
        }
    }
}
