//! Every fact that a probe can find.

use std::net::{IpAddr, SocketAddr};

use causeway_model::config::TlsLevel;
use causeway_model::{Failure, Reply, Stage};
use causeway_net::sts::FetchError;
use causeway_net::tls::staple::{Statement, Useless};
use serde::{Deserialize, Serialize};

use super::{
    AnswerGroup, Break, Certificate, Control, DnsAnswer, MailHost, MaskingSign, NameServer,
    Standard, Unasked,
};
use crate::probe::{RecordKind, TlsDemand};

/// What was found: one variant per distinct fact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "kebab-case")]
pub enum Fact {
    // --- DNS ---
    /// One name server's answer to one question.
    Dns {
        /// The server.
        by: NameServer,
        /// The name asked for.
        name: String,
        /// The record type asked for.
        kind: RecordKind,
        /// What it said.
        answer: DnsAnswer,
    },
    /// The parent zone delegates the zone to these servers.
    Delegation {
        /// The zone.
        zone: String,
        /// Their names, in alphabetical order.
        servers: Vec<String>,
        /// The parent's server that said so.
        by: NameServer,
    },
    /// The parent zone says that the name does not exist: never registered, expired, or removed.
    NotDelegated {
        /// The name that the parent does not know.
        name: String,
        /// The parent zone.
        parent: String,
        /// The parent's server that said so.
        by: NameServer,
    },
    /// The name servers on the way to the zone do not answer us.
    DelegationUnknown {
        /// The name whose delegation was to be found.
        name: String,
        /// The zone whose servers do not answer.
        zone: String,
        /// What they said, one line each.
        said: Vec<String>,
    },
    /// A server that the zone is delegated to has no address.
    ServerWithoutAddress {
        /// The zone.
        zone: String,
        /// The server.
        server: String,
    },
    /// A server's serial number of the zone.
    Serial {
        /// The zone.
        zone: String,
        /// The server.
        by: NameServer,
        /// The number.
        serial: u32,
    },
    /// The authoritative servers give different answers: a change has not reached all of them.
    AnswersDiffer {
        /// The name.
        name: String,
        /// The record type.
        kind: RecordKind,
        /// Each different answer (records in alphabetical order; none for "there is none"), with the servers
        /// that give it and their serial; the newest first.
        groups: Vec<AnswerGroup>,
    },
    /// The authoritative servers that answer all say the same.
    AnswersAgree {
        /// The name.
        name: String,
        /// The record type.
        kind: RecordKind,
        /// What they say.
        records: Vec<String>,
        /// How many of them said it.
        servers: usize,
    },
    /// A resolver that we use still gives an answer that is not the authoritative servers' any more.
    CachedAnswerOld {
        /// The name.
        name: String,
        /// The record type.
        kind: RecordKind,
        /// The resolver.
        by: NameServer,
        /// What it says; empty: that there is none.
        cached: Vec<String>,
        /// What the authoritative servers say.
        current: Vec<String>,
        /// For how many seconds it may still say so; `None`: it did not tell.
        expires_in: Option<u32>,
    },
    /// A resolver that we use says what the authoritative servers say.
    CachedAnswerCurrent {
        /// The name.
        name: String,
        /// The record type.
        kind: RecordKind,
        /// The resolver.
        by: NameServer,
    },
    /// This server itself still holds an answer that is not the authoritative servers' any more.
    OwnCacheOld {
        /// The name.
        name: String,
        /// The record type.
        kind: RecordKind,
        /// What it holds; empty: that there is none.
        cached: Vec<String>,
        /// What the authoritative servers say.
        current: Vec<String>,
        /// For how many seconds it would still be used.
        expires_in: u32,
    },
    /// The resolver fails only because it checks DNSSEC: without checking it has an answer.
    DnssecBogus {
        /// The name.
        name: String,
        /// The record type.
        kind: RecordKind,
        /// The resolver.
        by: NameServer,
        /// What it says without checking.
        records: Vec<String>,
    },
    /// DNSSEC makes no difference.
    DnssecNotTheCause {
        /// The name.
        name: String,
        /// The record type.
        kind: RecordKind,
        /// The resolver.
        by: NameServer,
    },
    /// The resolver answers for names that have worked lately.
    ResolverWorks {
        /// The resolver.
        by: NameServer,
        /// The name it answered for.
        name: String,
    },
    /// The resolver gives no answer for any name that has worked lately.
    ResolverFails {
        /// The resolver.
        by: NameServer,
        /// The name asked for last.
        name: String,
        /// What it said.
        answer: DnsAnswer,
    },
    /// The hosts that take mail for the domain.
    MailHosts {
        /// The domain.
        domain: String,
        /// Best first.
        hosts: Vec<MailHost>,
        /// The domain has no MX record and is its own host.
        implicit: bool,
    },
    /// The domain's mail hosts could not be found out.
    MailHostsUnknown {
        /// The domain.
        domain: String,
        /// Why.
        failure: Failure,
    },
    /// MX records that name no host (an address in text form, the root).
    MxUnusable {
        /// The domain.
        domain: String,
        /// Each `preference name`.
        records: Vec<String>,
    },
    /// The domain takes no mail (RFC 7505).
    NullMx {
        /// The domain.
        domain: String,
    },
    /// The domain is only another name for a different one.
    Alias {
        /// The domain.
        name: String,
        /// The names it leads through, in order.
        chain: Vec<String>,
    },
    /// All MX hosts are expected ones.
    MxAsExpected {
        /// The domain.
        domain: String,
        /// How many MX hosts it has.
        count: usize,
    },
    /// Some MX hosts are expected ones, others are not.
    MxMixed {
        /// The domain.
        domain: String,
        /// Those that are.
        expected: Vec<String>,
        /// Those that are not.
        others: Vec<String>,
    },
    /// No MX host is an expected one.
    MxElsewhere {
        /// The domain.
        domain: String,
        /// Its MX hosts.
        found: Vec<String>,
    },
    /// The name looks like one that works.
    Resembles {
        /// The name.
        name: String,
        /// The one that works.
        known: String,
        /// Letters to change, add, drop or swap.
        distance: usize,
    },
    /// The name looks like none that works.
    ResemblesNothing {
        /// The name.
        name: String,
    },
    // --- the connection ---
    /// The address takes connections.
    Connected {
        /// Address and port.
        address: SocketAddr,
        /// The address of ours that we came from.
        from: Option<IpAddr>,
    },
    /// It does not.
    ConnectFailed {
        /// Address and port.
        address: SocketAddr,
        /// [`Failure::ConnectionRefused`], [`Failure::ConnectTimeout`] or [`Failure::Unreachable`].
        failure: Failure,
    },
    /// A destination that worked lately can be reached now.
    ControlReached {
        /// Which.
        control: Control,
    },
    /// A destination that worked lately cannot be reached now.
    ControlFailed {
        /// Which.
        control: Control,
        /// Why.
        failure: Failure,
    },
    /// There is nothing to compare with: no destination (or name) that worked lately.
    NoControls,
    /// The host takes connections on its submission port.
    SubmissionOpen {
        /// Address and port.
        address: SocketAddr,
    },
    /// It does not.
    SubmissionClosed {
        /// Address and port.
        address: SocketAddr,
        /// Why.
        failure: Failure,
    },
    // --- SMTP ---
    /// The greeting.
    Greeting {
        /// Address and port.
        address: SocketAddr,
        /// Its words.
        reply: Reply,
    },
    /// What the server says it can do.
    Hello {
        /// Address and port.
        address: SocketAddr,
        /// It knows EHLO.
        extended: bool,
        /// The keywords with their parameters.
        keywords: Vec<String>,
        /// TLS was up when it said so.
        encrypted: bool,
    },
    /// The session ended at this stage: refused ([`Failure::ServiceRefused`]), silent ([`Failure::TimedOut`]),
    /// closed ([`Failure::ClosedAbruptly`]) or with something that is not SMTP ([`Failure::ProtocolError`]).
    SessionFailed {
        /// Address and port.
        address: SocketAddr,
        /// How far it got.
        stage: Stage,
        /// How it ended.
        failure: Failure,
    },
    /// Something between us and the server rewrites SMTP.
    Masked {
        /// Address and port.
        address: SocketAddr,
        /// By which signs.
        signs: Vec<MaskingSign>,
    },
    /// The server offers STARTTLS.
    StarttlsOffered {
        /// Address and port.
        address: SocketAddr,
    },
    /// It does not.
    StarttlsMissing {
        /// Address and port.
        address: SocketAddr,
    },
    /// It offers STARTTLS and then refuses it.
    StarttlsRefused {
        /// Address and port.
        address: SocketAddr,
        /// Its words.
        reply: Reply,
    },
    /// The server answers after this stage (NOOP).
    Alive {
        /// Address and port.
        address: SocketAddr,
        /// The command after which it was asked, or what had just been done: `EHLO`, `TLS`, `MAIL`.
        after: String,
        /// Octets of the largest thing said so far.
        octets: usize,
    },
    /// The server would take mail from this sender to this recipient.
    RecipientTaken {
        /// Address and port.
        address: SocketAddr,
        /// The reverse-path; empty for `<>`.
        sender: String,
        /// The forward-path.
        recipient: String,
        /// Its words.
        reply: Reply,
    },
    /// It would not.
    RecipientRefused {
        /// Address and port.
        address: SocketAddr,
        /// The reverse-path; empty for `<>`.
        sender: String,
        /// The forward-path.
        recipient: String,
        /// Its words, to the sender or to the recipient.
        reply: Reply,
    },
    /// The connection ends after this command.
    BreaksAfter {
        /// Address and port.
        address: SocketAddr,
        /// The command.
        command: String,
        /// How.
        how: Break,
    },
    /// Small commands are answered, large ones are not: typical of packets that are too large for a part of
    /// the way (path MTU), or of a firewall.
    LargePacketsLost {
        /// Address and port.
        address: SocketAddr,
        /// Octets that went through.
        works: usize,
        /// Octets that did not.
        lost: usize,
        /// How it ended.
        how: Break,
    },
    // --- TLS ---
    /// The handshake worked.
    TlsWorks {
        /// Address and port.
        address: SocketAddr,
        /// Version and cipher: `TLSv1.3 TLS_AES_256_GCM_SHA384`.
        description: String,
    },
    /// The handshake failed for another reason than the certificate.
    TlsFailed {
        /// Address and port.
        address: SocketAddr,
        /// [`Failure::TlsHandshake`] and its like.
        failure: Failure,
    },
    /// The certificate that the server shows, whether good or not.
    CertificateShown {
        /// Address and port.
        address: SocketAddr,
        /// What it says.
        certificate: Certificate,
        /// How many certificates were sent with it.
        intermediates: usize,
    },
    /// It is as demanded, or better: valid dates, trusted issuer, and the right name.
    CertificateGood {
        /// Address and port.
        address: SocketAddr,
        /// What was demanded.
        demand: TlsDemand,
    },
    /// It is not: whether that matters is the demand's to say.
    CertificateBad {
        /// Address and port.
        address: SocketAddr,
        /// What was demanded.
        demand: TlsDemand,
        /// Which of the certificate failures.
        failure: Failure,
        /// The demand does not let mail pass with it.
        forbidden: bool,
    },
    /// The server sent along what the certificate's issuer says of it (OCSP stapling).
    OcspStapled {
        /// Address and port.
        address: SocketAddr,
        /// What that is, and whether it is relied on.
        statement: Statement,
    },
    /// It sent something along that says nothing of its certificate.
    OcspUseless {
        /// Address and port.
        address: SocketAddr,
        /// Why not.
        why: Useless,
    },
    /// It sent nothing of that kind.
    OcspMissing {
        /// Address and port.
        address: SocketAddr,
    },
    // --- what is published about TLS ---
    /// The host's TLSA records, signed by DNSSEC.
    TlsaRecords {
        /// The host.
        host: String,
        /// The name under which they are: `mx.example.com` for `_25._tcp.mx.example.com`.
        base: String,
        /// The port that they are for.
        port: u16,
        /// Those that can be used, as in zone files; empty: there are some, of which none can be used.
        records: Vec<String>,
    },
    /// It has none that count.
    TlsaNone {
        /// The host.
        host: String,
    },
    /// Whether it has any could not be found out, which keeps mail from it.
    TlsaUnknown {
        /// The host.
        host: String,
        /// Why.
        failure: Failure,
    },
    /// They were not asked for: DANE is switched off, or no resolver is trusted to validate DNSSEC.
    TlsaUnasked {
        /// The host.
        host: String,
    },
    /// The domain's MX records are not signed, so TLSA records of its hosts do not count for its mail.
    MxUnsigned {
        /// The domain.
        domain: String,
    },
    /// The domain's MTA-STS policy.
    StsPolicy {
        /// The domain.
        domain: String,
        /// Its id in DNS.
        id: String,
        /// `enforce`, `testing` or `none`.
        mode: String,
        /// The patterns of MX hosts that it names.
        hosts: Vec<String>,
        /// How long it holds, in seconds.
        max_age_s: u64,
    },
    /// The domain announces none.
    StsNone {
        /// The domain.
        domain: String,
    },
    /// The domain announces one that cannot be had or used.
    StsUnusable {
        /// The domain.
        domain: String,
        /// Its id in DNS.
        id: String,
        /// Why.
        why: FetchError,
    },
    /// The server meets what is published.
    PublishedMet {
        /// Address and port.
        address: SocketAddr,
        /// Which of the two.
        by: Standard,
    },
    /// It does not.
    PublishedUnmet {
        /// Address and port.
        address: SocketAddr,
        /// Which of the two.
        by: Standard,
        /// What is not met.
        failure: Failure,
        /// Mail waits for that reason.
        forbidden: bool,
    },
    // --- ourselves ---
    /// The probe was not made.
    NotProbed {
        /// Why.
        why: Unasked,
    },
}

impl Fact {
    /// A session in which this was found gives no mail a way, at this level of TLS.
    #[must_use]
    pub fn stops_mail(&self, level: TlsLevel) -> bool {
        match self {
            Self::SessionFailed { .. }
            | Self::ConnectFailed { .. }
            | Self::TlsFailed { .. }
            | Self::StarttlsRefused { .. }
            | Self::BreaksAfter { .. }
            | Self::LargePacketsLost { .. }
            | Self::CertificateBad { forbidden: true, .. }
            | Self::PublishedUnmet { forbidden: true, .. }
            | Self::NotProbed { .. }
            | Self::Masked { .. } => true,
            Self::StarttlsMissing { .. } => level != TlsLevel::Opportunistic,
            Self::Dns { answer, .. } => !matches!(answer, DnsAnswer::Records { .. }),
            _ => false,
        }
    }
}
