//! `causeway.toml`: this machine.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use super::mailflow::{IdentityField, Network, SmartHost, Suspected};

/// `causeway.toml`. Every field has a default; see the reference in `docs/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Machine {
    /// Our name in greetings, EHLO and Received; `None`: the system's.
    pub hostname: Option<String>,
    /// Where the store, the mailboxes and the API's socket are.
    pub data_dir: PathBuf,
    /// What we listen on.
    pub listeners: Vec<Listener>,
    /// Certificate and key; `None`: a self-signed one is made.
    pub tls: Option<TlsFiles>,
    /// Name servers.
    pub dns: DnsSettings,
    /// Which store engine.
    pub store: StoreUrl,
    /// The way out of this machine.
    pub delivery: DeliverySettings,
    /// How failures are looked into.
    pub probes: ProbeSettings,
    /// Limits of sessions and messages.
    pub limits: Limits,
    /// `[limits].login_lock_exempt`: addresses that are never locked for wrong passwords, because many
    /// users log in from them (a webmail).
    pub login_lock_exempt: Vec<Network>,
}

/// `[[listener]]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listener {
    /// Shown in logs and the trace.
    pub name: String,
    /// What is spoken there.
    pub protocol: Protocol,
    /// Address and port.
    pub address: SocketAddr,
    /// On `admin` listeners: whether TLS is spoken. `None`: wherever others can reach it.
    pub tls: Option<bool>,
    /// Clients on this machine may log in without TLS. False unless written, and without effect
    /// for clients from elsewhere.
    pub allow_plain_login_on_loopback: bool,
    /// `SCRAM-SHA-256-PLUS` is announced to those who may log in. False unless written: mutt takes it
    /// where it is announced and cannot do it. It is spoken in any case.
    pub announce_channel_binding: bool,
    /// Where addresses of users who log in here are checked; `None`: as `[identity].enforce` says.
    pub identity: Option<Vec<IdentityField>>,
    /// Where our own domains are refused in strangers' mail here; `None`: as
    /// `[identity].protect_own_domains` says.
    pub protect_own_domains: Option<Vec<IdentityField>>,
}

impl Listener {
    /// Whether an `admin` listener speaks TLS.
    #[must_use]
    pub fn admin_tls(&self) -> bool {
        self.tls.unwrap_or_else(|| !self.address.ip().to_canonical().is_loopback())
    }
}

/// `protocol` of a listener.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// Port 25: mail from other servers.
    Smtp,
    /// Port 587: mail from clients, STARTTLS.
    Submission,
    /// Port 465: mail from clients, TLS from the first octet.
    Submissions,
    /// Port 110.
    Pop3,
    /// Port 995.
    Pop3s,
    /// The admin centre and API over TCP.
    Admin,
}

/// `[tls]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    /// PEM file with our certificate and its chain.
    pub certificate: PathBuf,
    /// PEM file with the private key.
    pub key: PathBuf,
}

/// `[dns]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DnsSettings {
    /// Resolvers to ask; empty: the system's.
    pub servers: Vec<SocketAddr>,
    /// How long one question may take.
    pub timeout: Duration,
    /// Whether the resolvers' word that an answer is signed is believed; `None`: that of those on this
    /// machine.
    pub trust_ad: Option<bool>,
}

/// `[store].url`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreUrl {
    /// The embedded engine, in the data directory.
    Sqlite,
    /// A cluster.
    Postgres(String),
}

/// `[delivery]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliverySettings {
    /// The port of MX hosts: 25, except in test labs.
    pub mx_port: u16,
    /// Addresses to send from; empty: the system chooses.
    pub source_addresses: Vec<IpAddr>,
    /// Files with certificates to trust beside the system's.
    pub trust_roots: Vec<PathBuf>,
    /// Whether the TLSA records of hosts are looked for and obeyed (RFC 7672).
    pub dane: bool,
    /// Whether the MTA-STS policies of domains are fetched and obeyed (RFC 8461).
    pub mta_sts: bool,
    /// The port that policies are fetched from: 443, except in test labs.
    pub mta_sts_port: u16,
}

/// `[probes]`, and `root_servers` of `[dns]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProbeSettings {
    /// `[dns].root_servers`: where the search for a zone's own name servers begins; empty: the root servers of
    /// the internet. Name servers found on the way are asked at the first one's port.
    pub root_servers: Vec<SocketAddr>,
    /// Probes at once, all sites together.
    pub at_once: usize,
    /// Probes in a minute, all sites together.
    pub per_minute: u32,
    /// How long one probe may take.
    pub timeout: Duration,
    /// How long what was found is used again instead of asking anew.
    pub keep_for: Duration,
    /// Servers that should always be reachable, to tell a fault of ours from a fault of others; empty: those
    /// that mail went to lately.
    pub control_destinations: Vec<SmartHost>,
}

impl Default for ProbeSettings {
    fn default() -> Self {
        Self {
            root_servers: Vec::new(),
            at_once: 16,
            per_minute: 600,
            timeout: Duration::from_secs(10),
            keep_for: Duration::from_secs(60),
            control_destinations: Vec::new(),
        }
    }
}

/// `[limits]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Octets.
    pub max_message_size: u64,
    /// Recipients of one message.
    pub max_recipients: usize,
    /// Sessions at once, all listeners together.
    pub max_connections: usize,
    /// Sessions at once from one address.
    pub max_connections_per_address: usize,
    /// Received lines a message may have.
    pub max_hops: u32,
    /// Wrong passwords for one mailbox before it is locked for logging in.
    pub login_failures_per_account: u32,
    /// Wrong passwords from one address before it is locked for logging in.
    pub login_failures_per_address: u32,
    /// How long such a lock holds, and how long wrong passwords are remembered.
    pub login_lock: Duration,
    /// Sessions at once that are logged in as one mailbox.
    pub sessions_per_account: usize,
    /// What one mailbox that has logged in may send.
    pub per_account: HourlyLimit,
    /// What one client address may hand in.
    pub per_address: HourlyLimit,
    /// What one sender address may send.
    pub per_sender: HourlyLimit,
    /// Messages that one mailbox may forward in an hour; 0: no bound.
    pub forwarded_messages_per_hour: u32,
    /// Unknown recipients that one client address may try in an hour; 0: no bound.
    pub unknown_recipients_per_hour: u32,
}

/// How much in an hour; 0: no bound.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HourlyLimit {
    /// Messages.
    pub messages: u32,
    /// Recipients.
    pub recipients: u32,
    /// What becomes of what is too much: refused for now (450), or taken on hold, as much again.
    pub over: Suspected,
}

impl HourlyLimit {
    /// True when nothing is limited.
    #[must_use]
    pub const fn is_unbounded(self) -> bool {
        self.messages == 0 && self.recipients == 0
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_message_size: 50 * 1024 * 1024,
            max_recipients: 1000,
            max_connections: 2000,
            max_connections_per_address: 50,
            max_hops: 30,
            login_failures_per_account: 10,
            login_failures_per_address: 30,
            login_lock: Duration::from_secs(15 * 60),
            sessions_per_account: 20,
            per_account: HourlyLimit { messages: 1000, recipients: 5000, over: Suspected::Refuse },
            forwarded_messages_per_hour: 500,
            per_address: HourlyLimit::default(),
            per_sender: HourlyLimit::default(),
            unknown_recipients_per_hour: 100,
        }
    }
}

impl Default for Machine {
    /// What holds without a file: loopback high ports and `./causeway-data`.
    fn default() -> Self {
        let listener = |name: &str, protocol, port| Listener {
            name: name.into(),
            protocol,
            address: SocketAddr::from(([127, 0, 0, 1], port)),
            tls: None,
            allow_plain_login_on_loopback: false,
            announce_channel_binding: false,
            identity: None,
            protect_own_domains: None,
        };
        Self {
            hostname: None,
            data_dir: PathBuf::from("./causeway-data"),
            listeners: vec![
                listener("smtp", Protocol::Smtp, 2525),
                listener("submission", Protocol::Submission, 2587),
                listener("pop3", Protocol::Pop3, 2110),
                listener("admin", Protocol::Admin, 8025),
            ],
            tls: None,
            dns: DnsSettings {
                servers: Vec::new(),
                timeout: Duration::from_secs(5),
                trust_ad: None,
            },
            store: StoreUrl::Sqlite,
            delivery: DeliverySettings {
                mx_port: 25,
                source_addresses: Vec::new(),
                trust_roots: Vec::new(),
                dane: true,
                mta_sts: true,
                mta_sts_port: 443,
            },
            probes: ProbeSettings::default(),
            limits: Limits::default(),
            login_lock_exempt: Vec::new(),
        }
    }
}
