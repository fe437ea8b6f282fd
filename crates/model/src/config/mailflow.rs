//! `mailflow.toml`: the organization's mail flow.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use super::notices::NoticeSettings;
use crate::address::Address;
use crate::domain::Domain;
use crate::time::Timestamp;

/// `mailflow.toml`. Every field has a default; see the reference in `docs/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailFlow {
    /// Who we are and in which languages we speak.
    pub organization: Organization,
    /// How long and how often.
    pub queue: QueueSettings,
    /// Domains that we take mail for.
    pub domains: Vec<AcceptedDomain>,
    /// Paths from and to particular servers, in the order of the file.
    pub connectors: Vec<Connector>,
    /// How mail for the internet leaves.
    pub internet: InternetRoute,
    /// Who may send to domains that are not ours.
    pub relay: RelaySettings,
    /// Who may send as whom.
    pub identity: IdentitySettings,
    /// When somebody is told of a failing path, and how.
    pub alerts: AlertSettings,
    /// Which mail is signed.
    pub dkim: DkimSettings,
}

/// `[organization]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organization {
    /// The name in reports.
    pub name: String,
    /// The address that people are told to write to; `None`: postmaster at the first domain, or
    /// at the host's name.
    pub postmaster: Option<Address>,
    /// The first is the default. Never empty.
    pub languages: Vec<Language>,
    /// Who gets alerts.
    pub alert_recipients: Vec<Address>,
    /// Where people's browsers find the pages that reports link to: scheme, name and port, without a
    /// slash at the end. `None`: reports have no links.
    pub public_url: Option<String>,
    /// Hosts and addresses that the MX records of our domains may name beside this machine: a gateway in
    /// front of it, the own server in a hybrid setup.
    pub expected_mx: Vec<Host>,
}

/// A language that Causeway speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// English.
    En,
    /// German.
    De,
    /// Dutch.
    Nl,
    /// Swedish.
    Sv,
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::En, Self::De, Self::Nl, Self::Sv];

    /// The language tag (BCP 47).
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::De => "de",
            Self::Nl => "nl",
            Self::Sv => "sv",
        }
    }

    /// From a language tag, by its first subtag: `de-AT` is German.
    #[must_use]
    pub fn from_tag(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next().unwrap_or(tag);
        Self::ALL.into_iter().find(|language| primary.eq_ignore_ascii_case(language.tag()))
    }
}

/// `[queue]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueSettings {
    /// After this long a message that could not be sent is returned.
    pub expire_after: Duration,
    /// After these times its sender is told that it is late.
    pub delay_notice_after: Vec<Duration>,
    /// Waiting times between attempts; the last one repeats. Never empty.
    pub retry_after: Vec<Duration>,
    /// How long a returned message can be sent again.
    pub send_again_for: Duration,
    /// Who is told of mail that was put on hold at the door.
    pub tell_of_held: Vec<ToldOfHeld>,
    /// Octets of returned messages that are kept for it, all together.
    pub send_again_space: u64,
}

impl Default for QueueSettings {
    fn default() -> Self {
        let minutes = [1, 1, 1, 1, 5, 5, 5, 5, 5, 5, 10];
        Self {
            expire_after: Duration::from_secs(48 * 3600),
            delay_notice_after: vec![Duration::from_secs(4 * 3600)],
            retry_after: minutes.into_iter().map(|m| Duration::from_secs(m * 60)).collect(),
            send_again_for: Duration::from_secs(7 * 86_400),
            tell_of_held: vec![ToldOfHeld::Administrators],
            send_again_space: 1024 * 1024 * 1024,
        }
    }
}

/// `[alerts]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertSettings {
    /// Failures in a row after which a connector's path has an alert.
    pub connector_failures: u64,
    /// Recipients that wait for any other path before it has one.
    pub messages: u64,
    /// How long any other path fails before it has one, however little waits for it.
    pub after: Duration,
    /// At most one message to the alert recipients in this time; what comes between is told in the
    /// next one.
    pub mail_every: Duration,
    /// Where every change of an alert is posted as JSON: `http://` or `https://`.
    pub webhook: Option<String>,
    /// How long closed alerts are kept.
    pub keep: Duration,
    /// What is noticed beside failing paths.
    pub notices: NoticeSettings,
}

impl Default for AlertSettings {
    fn default() -> Self {
        Self {
            connector_failures: 1,
            messages: 10,
            after: Duration::from_secs(3600),
            mail_every: Duration::from_secs(15 * 60),
            webhook: None,
            keep: Duration::from_secs(90 * 86_400),
            notices: NoticeSettings::default(),
        }
    }
}

/// `[[domain]]`: an accepted domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AcceptedDomain {
    /// Its name.
    pub name: Domain,
    /// Whether all its mailboxes are here.
    pub domain_type: DomainType,
    /// Whether everything below it counts as this domain.
    pub match_subdomains: bool,
}

/// `type` of an accepted domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DomainType {
    /// All mailboxes are here; unknown recipients are refused.
    Authoritative,
    /// Some mailboxes are elsewhere; recipients that are not here go on through a connector.
    InternalRelay,
}

/// `[[connector]]`.
// One value per connector of the file, never moved in bulk: the size difference costs nothing.
#[allow(clippy::large_enum_variant)]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Connector {
    /// From here to particular servers.
    Outbound(OutboundConnector),
    /// From particular servers to here.
    Inbound(InboundConnector),
}

impl Connector {
    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Outbound(connector) => &connector.name,
            Self::Inbound(connector) => &connector.name,
        }
    }

    /// Whether it is in use.
    #[must_use]
    pub const fn enabled(&self) -> bool {
        match self {
            Self::Outbound(connector) => connector.enabled,
            Self::Inbound(connector) => connector.enabled,
        }
    }
}

/// `direction` of a connector.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// From here out.
    Outbound,
    /// From there in.
    Inbound,
}

/// `peer` of a connector.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Peer {
    /// The organization's own mail servers.
    OnPremises,
    /// Another organization.
    Partner,
}

/// A connector with `direction = "outbound"`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboundConnector {
    /// Its name, unique among connectors.
    pub name: String,
    /// Whose servers are at the other end.
    pub peer: Peer,
    /// Whether it is in use.
    pub enabled: bool,
    /// Which recipients it takes.
    pub recipient_domains: Vec<DomainPattern>,
    /// Where they go.
    pub route: OutboundRoute,
    /// What is demanded of TLS.
    pub tls: TlsLevel,
    /// The name the certificate must carry under `domain_validation`; `None`: the smart host's
    /// name, or the recipient domain's MX host's.
    pub tls_domain: Option<String>,
    /// What we log in with.
    pub credentials: Option<Credentials>,
    /// Addresses of this machine to send from; empty: those of `[delivery]`, or the system's choice.
    pub source_addresses: Vec<IpAddr>,
    /// Connections at once; `None`: as many as the peer turns out to take.
    pub max_connections: Option<u32>,
    /// Messages in any 60 seconds; `None`: no bound.
    pub max_messages_per_minute: Option<u32>,
    /// For people.
    pub note: Option<String>,
}

/// Which domains a connector takes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum DomainPattern {
    /// `*`: all.
    Everything,
    /// `accepted domains`: all that the organization accepts mail for. Only of outbound connectors.
    Accepted,
    /// `corp.example`: just this one.
    Exact(Domain),
    /// `*.corp.example`: everything below, not the domain itself.
    Below(Domain),
}

/// Where an outbound connector's mail goes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum OutboundRoute {
    /// To these hosts. The groups are tried in order; the hosts of one group share the mail evenly. No
    /// group is empty.
    SmartHosts(Vec<Vec<SmartHost>>),
    /// To the MX hosts of the recipient's domain.
    Mx,
}

/// A host by name or address, with its port.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SmartHost {
    /// A name, looked up by A and AAAA only, or an address.
    pub host: Host,
    /// 25 unless given.
    pub port: u16,
}

/// A host's name or address.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Host {
    /// A name.
    Name(Domain),
    /// An address.
    Address(IpAddr),
}

impl std::fmt::Display for Host {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Name(name) => name.fmt(f),
            Self::Address(address) => address.fmt(f),
        }
    }
}

/// `tls` of an outbound connector, weakest first.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum TlsLevel {
    /// TLS where offered, whatever the certificate; plain text otherwise.
    #[default]
    Opportunistic,
    /// TLS or nothing, whatever the certificate.
    EncryptionOnly,
    /// TLS with a certificate that is valid and from an issuer we trust, for whatever name.
    CertificateValidation,
    /// The same, and for the name we expect.
    DomainValidation,
}

impl TlsLevel {
    /// All of them, weakest first.
    pub const ALL: [Self; 4] = [
        Self::Opportunistic,
        Self::EncryptionOnly,
        Self::CertificateValidation,
        Self::DomainValidation,
    ];

    /// The word in the file.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Opportunistic => "opportunistic",
            Self::EncryptionOnly => "encryption_only",
            Self::CertificateValidation => "certificate_validation",
            Self::DomainValidation => "domain_validation",
        }
    }
}

/// `credentials` of an outbound connector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credentials {
    /// The user's name.
    pub user: String,
    /// The file that has the password in its first line.
    pub password_file: PathBuf,
}

/// A connector with `direction = "inbound"`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InboundConnector {
    /// Its name, unique among connectors.
    pub name: String,
    /// Whose servers are at the other end.
    pub peer: Peer,
    /// Whether it is in use.
    pub enabled: bool,
    /// The sender domains its peer may use.
    pub sender_domains: Vec<DomainPattern>,
    /// Addresses by which its peer is recognised.
    pub source_addresses: Vec<IpNet>,
    /// The name in the client certificate by which its peer is recognised; tested first.
    pub tls_certificate_name: Option<String>,
    /// Whether its peer must use TLS; true unless written otherwise.
    pub require_tls: bool,
    /// Whether mail of its sender domains is refused when it comes from anybody else.
    pub restrict_sender_domains: bool,
    /// Where its peer's mail is checked: only addresses of `sender_domains` may stand there.
    pub identity: Vec<IdentityField>,
    /// For people.
    pub note: Option<String>,
}

/// `[routing].internet`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum InternetRoute {
    /// To the MX hosts of the recipient's domain.
    #[default]
    Direct,
    /// Through this outbound connector (centralized transport).
    Via(String),
}

/// `[relay]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelaySettings {
    /// Authorised network locations.
    pub networks: Vec<Network>,
    /// Single addresses or ranges allowed for a person or site.
    pub addresses: Vec<AuthorisedAddress>,
    /// POP-before-SMTP.
    pub pop_before_smtp: PopBeforeSmtp,
    /// What refusals look like.
    pub reject_style: RejectStyle,
}

/// One entry of `[relay].networks`.
pub type Network = IpNet;

/// One entry of `[relay].addresses`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorisedAddress {
    /// A single address is a range of its full length.
    pub address: IpNet,
    /// Who, why.
    pub note: Option<String>,
    /// Until when; `None`: without end.
    pub until: Option<Until>,
    /// The domains it may send as, in the fields of `[identity].enforce`; empty: all.
    pub sender_domains: Vec<DomainPattern>,
}

impl AuthorisedAddress {
    /// Whether its time is over.
    #[must_use]
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.until.as_ref().is_some_and(|until| until.ends <= now)
    }
}

/// The end of a right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Until {
    /// The first moment at which it holds no longer.
    pub ends: Timestamp,
    /// As it stands in the file: a day (which still counts, to its end in UTC), or a moment.
    pub written: String,
}

/// `[relay].pop_before_smtp`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PopBeforeSmtp {
    /// Off by default.
    pub enabled: bool,
    /// How long a login counts.
    pub window: Duration,
}

/// `[relay].reject_style`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RejectStyle {
    /// `550 5.7.1 …`
    #[default]
    Standard,
    /// `553 … (#5.7.1)`
    Qmail,
}

/// `[identity]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentitySettings {
    /// Where an authenticated user's addresses are checked.
    pub enforce: Vec<IdentityField>,
    /// Where our own domains are refused in mail that strangers hand in on `smtp` listeners: any of
    /// envelope and From.
    pub protect_own_domains: Vec<IdentityField>,
    /// What becomes of such mail.
    pub own_domains_from_outside: Suspected,
}

/// What becomes of mail that is suspected of something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Suspected {
    /// Its sender hears so at once.
    #[default]
    Refuse,
    /// It is taken and kept on hold, until an administrator releases or returns it.
    Hold,
}

/// One entry of `[queue].tell_of_held`: who is told of mail that was put on hold at the door.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ToldOfHeld {
    /// Whoever sent it, by a report.
    Sender,
    /// The postmaster and the alert recipients: a list, at most once an hour.
    Administrators,
}

/// One entry of `[identity].enforce`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IdentityField {
    /// The reverse-path.
    Envelope,
    /// From.
    From,
    /// Sender.
    Sender,
    /// Reply-To.
    ReplyTo,
}

impl IdentityField {
    /// The word in the file.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Envelope => "envelope",
            Self::From => "from",
            Self::Sender => "sender",
            Self::ReplyTo => "reply_to",
        }
    }
}

/// `[dkim]`. The keys are in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DkimSettings {
    /// What is signed where there is a key for the domain of its From.
    pub sign: Vec<SignedMail>,
}

/// One entry of `[dkim].sign`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SignedMail {
    /// Our own reports.
    Reports,
    /// Mail of users who have logged in.
    Submission,
}

impl Default for DkimSettings {
    fn default() -> Self {
        Self { sign: vec![SignedMail::Reports, SignedMail::Submission] }
    }
}

impl Default for MailFlow {
    /// What holds without a file: no domains, loopback may relay.
    fn default() -> Self {
        let loopback = [
            IpNet::new_assert(IpAddr::from([127, 0, 0, 0]), 8),
            IpNet::new_assert(IpAddr::from([0, 0, 0, 0, 0, 0, 0, 1]), 128),
        ];
        Self {
            organization: Organization {
                name: "Causeway".into(),
                postmaster: None,
                languages: vec![Language::En],
                alert_recipients: Vec::new(),
                expected_mx: Vec::new(),
                public_url: None,
            },
            queue: QueueSettings::default(),
            domains: Vec::new(),
            connectors: Vec::new(),
            internet: InternetRoute::Direct,
            relay: RelaySettings {
                networks: loopback.to_vec(),
                addresses: Vec::new(),
                pop_before_smtp: PopBeforeSmtp {
                    enabled: false,
                    window: Duration::from_secs(15 * 60),
                },
                reject_style: RejectStyle::Standard,
            },
            identity: IdentitySettings {
                enforce: vec![
                    IdentityField::Envelope,
                    IdentityField::From,
                    IdentityField::Sender,
                    IdentityField::ReplyTo,
                ],
                protect_own_domains: vec![IdentityField::Envelope],
                own_domains_from_outside: Suspected::Refuse,
            },
            alerts: AlertSettings::default(),
            dkim: DkimSettings::default(),
        }
    }
}
