//! What can be asked of the network.
//!
//! A [`Probe`] is a question as plain data: it can be compared, kept, and asked again. What it may find
//! stands with each variant, as variants of [`Fact`](crate::Fact).

use std::net::{IpAddr, SocketAddr};

use causeway_model::config::TlsLevel;
use serde::{Deserialize, Serialize};

/// A type of DNS record that mail depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum RecordKind {
    /// IPv4 address.
    A,
    /// IPv6 address.
    Aaaa,
    /// Mail exchanger.
    Mx,
    /// Name server.
    Ns,
    /// Start of authority: carries the zone's serial number.
    Soa,
    /// Text: SPF, DKIM, DMARC, MTA-STS.
    Txt,
    /// Another name for the same host.
    Cname,
}

impl RecordKind {
    /// As in zone files: `MX`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::Aaaa => "AAAA",
            Self::Mx => "MX",
            Self::Ns => "NS",
            Self::Soa => "SOA",
            Self::Txt => "TXT",
            Self::Cname => "CNAME",
        }
    }
}

/// What a connector (or a default) demands of a server's TLS.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TlsDemand {
    /// The connector's TLS level.
    pub level: TlsLevel,
    /// The name that the certificate must be for (`tls_domain`, else the host's own name).
    pub expected_name: String,
    /// Whose published demands are asked for and held against it; `None`: nobody's.
    #[serde(default)]
    pub publisher: Option<Publisher>,
}

/// Who publishes demands on TLS.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Publisher {
    /// The host alone: TLSA records (DANE).
    Host,
    /// The recipients' domain, too: an MTA-STS policy; its TLSA records count where its MX records are signed.
    Domain(String),
}

/// One question.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "probe", rename_all = "kebab-case")]
pub enum Probe {
    // --- DNS ---
    /// Asks the resolvers that this server uses, each by itself: [`Fact::Dns`](crate::Fact::Dns) per resolver.
    ResolverAnswer {
        /// The name.
        name: String,
        /// The record type.
        kind: RecordKind,
    },
    /// Asks every authoritative name server of the zone that `name` is in, found by delegation from the
    /// root servers (or those of `[dns] root_servers`), without any cache. Gives
    /// [`Fact::Delegation`](crate::Fact::Delegation) or why there is none, one
    /// [`Fact::Dns`](crate::Fact::Dns) per server, [`Fact::Serial`](crate::Fact::Serial) per server,
    /// and [`Fact::AnswersDiffer`](crate::Fact::AnswersDiffer) or
    /// [`Fact::AnswersAgree`](crate::Fact::AnswersAgree).
    AuthoritativeServers {
        /// The name.
        name: String,
        /// The record type.
        kind: RecordKind,
    },
    /// Compares what our resolvers hold with what the authoritative servers say:
    /// [`Fact::CachedAnswerOld`](crate::Fact::CachedAnswerOld) or
    /// [`Fact::CachedAnswerCurrent`](crate::Fact::CachedAnswerCurrent), beside everything that
    /// [`Probe::AuthoritativeServers`] finds.
    Propagation {
        /// The name.
        name: String,
        /// The record type.
        kind: RecordKind,
    },
    /// Asks each resolver with DNSSEC checking, without (the CD bit), and with it again:
    /// [`Fact::DnssecBogus`](crate::Fact::DnssecBogus) when checking, and only that, makes it fail both times, else
    /// [`Fact::DnssecNotTheCause`](crate::Fact::DnssecNotTheCause).
    Dnssec {
        /// The name.
        name: String,
        /// The record type.
        kind: RecordKind,
    },
    /// Asks each resolver for names that have worked lately, one of each organization:
    /// [`Fact::ResolverWorks`](crate::Fact::ResolverWorks) for the first that is answered,
    /// [`Fact::ResolverFails`](crate::Fact::ResolverFails) for each where none is, or
    /// [`Fact::NoControls`](crate::Fact::NoControls).
    ResolverHealth,
    /// The MX records and the addresses of the hosts: [`Fact::MailHosts`](crate::Fact::MailHosts),
    /// [`Fact::NullMx`](crate::Fact::NullMx), [`Fact::Alias`](crate::Fact::Alias), and with `expected`
    /// [`Fact::MxAsExpected`](crate::Fact::MxAsExpected), [`Fact::MxMixed`](crate::Fact::MxMixed) or
    /// [`Fact::MxElsewhere`](crate::Fact::MxElsewhere).
    MailHosts {
        /// The domain.
        domain: String,
        /// Host names or addresses that mail for the domain should come to; empty: none is expected.
        expected: Vec<String>,
    },
    /// Compares the name with names that are known to work:
    /// [`Fact::Resembles`](crate::Fact::Resembles) or
    /// [`Fact::ResemblesNothing`](crate::Fact::ResemblesNothing). Touches no network.
    Spelling {
        /// The name.
        name: String,
    },
    // --- the connection ---
    /// Opens a connection to each address and closes it: [`Fact::Connected`](crate::Fact::Connected) or
    /// [`Fact::ConnectFailed`](crate::Fact::ConnectFailed).
    Connect {
        /// Address and port.
        address: SocketAddr,
    },
    /// Opens connections to destinations that worked lately, each on another host, to tell "we cannot reach anybody" from "they
    /// cannot be reached": [`Fact::ControlReached`](crate::Fact::ControlReached) and
    /// [`Fact::ControlFailed`](crate::Fact::ControlFailed) per destination, or
    /// [`Fact::NoControls`](crate::Fact::NoControls).
    ControlDestinations {
        /// The port in question: destinations at this one come first.
        #[serde(default)]
        port: u16,
    },
    /// Whether the host takes connections on its submission port (587), as a hint that it lives:
    /// [`Fact::SubmissionOpen`](crate::Fact::SubmissionOpen) or
    /// [`Fact::SubmissionClosed`](crate::Fact::SubmissionClosed).
    SubmissionPort {
        /// The host's address.
        ip: IpAddr,
    },
    // --- SMTP and TLS ---
    /// A session without a message: greeting, EHLO, NOOP, STARTTLS, handshake, certificate, EHLO and NOOP again;
    /// before it what is published, after the handshake whether that is met, where the demand names a publisher.
    /// Gives the facts of SMTP and TLS, in their order, up to the first failure.
    Session {
        /// Address and port.
        address: SocketAddr,
        /// The host's name (sent as SNI); its address in text form when it has none.
        host: String,
        /// What its TLS must be like.
        demand: TlsDemand,
    },
    /// What a host and a domain publish about their TLS, without connecting to the host: the facts of TLSA records
    /// and of the MTA-STS policy.
    Published {
        /// The host's name.
        host: String,
        /// Its port.
        port: u16,
        /// Whose demands are asked for.
        publisher: Publisher,
    },
    /// Names senders and recipients in one session, each pair in a transaction that is left before any content:
    /// [`Fact::RecipientTaken`](crate::Fact::RecipientTaken) or
    /// [`Fact::RecipientRefused`](crate::Fact::RecipientRefused) per pair. Only an administrator asks it, about a
    /// server of theirs; no diagnosis does.
    Recipients {
        /// Address and port.
        address: SocketAddr,
        /// Reverse-paths (empty for `<>`) and forward-paths, as they stand between the angle brackets.
        pairs: Vec<(String, String)>,
    },
    /// A session in which each command of a delivery is tried, without a recipient, and commands of growing
    /// size: [`Fact::Alive`](crate::Fact::Alive) for what works,
    /// [`Fact::BreaksAfter`](crate::Fact::BreaksAfter) for the command or
    /// [`Fact::LargePacketsLost`](crate::Fact::LargePacketsLost) for the size that breaks it.
    Endurance {
        /// Address and port.
        address: SocketAddr,
    },
}

impl Probe {
    /// The stable name in evidence: `authoritative-servers`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::ResolverAnswer { .. } => "resolver-answer",
            Self::AuthoritativeServers { .. } => "authoritative-servers",
            Self::Propagation { .. } => "propagation",
            Self::Dnssec { .. } => "dnssec",
            Self::ResolverHealth => "resolver-health",
            Self::MailHosts { .. } => "mail-hosts",
            Self::Spelling { .. } => "spelling",
            Self::Connect { .. } => "connect",
            Self::ControlDestinations { .. } => "control-destinations",
            Self::SubmissionPort { .. } => "submission-port",
            Self::Session { .. } => "session",
            Self::Published { .. } => "published",
            Self::Recipients { .. } => "recipients",
            Self::Endurance { .. } => "endurance",
        }
    }

    /// What is asked about, for people: a name, an address; empty where the question is about ourselves.
    #[must_use]
    pub fn target(&self) -> String {
        match self {
            Self::ResolverAnswer { name, kind }
            | Self::AuthoritativeServers { name, kind }
            | Self::Propagation { name, kind }
            | Self::Dnssec { name, kind } => format!("{name} {}", kind.name()),
            Self::MailHosts { domain, .. } => domain.clone(),
            Self::Spelling { name } => name.clone(),
            Self::Connect { address }
            | Self::Session { address, .. }
            | Self::Recipients { address, .. }
            | Self::Endurance { address } => address.to_string(),
            Self::SubmissionPort { ip } => ip.to_string(),
            Self::Published { host, port, .. } => format!("{host}:{port}"),
            Self::ResolverHealth | Self::ControlDestinations { .. } => String::new(),
        }
    }
}
