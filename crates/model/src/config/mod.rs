//! The two configuration files as types: [`Machine`] (`causeway.toml`, this machine) and
//! [`MailFlow`] (`mailflow.toml`, the organization).
//!
//! [`Machine::parse`] and [`MailFlow::parse`] read the text of a file. They report *every*
//! problem they find, each with line and column, what is wrong, and what to write instead; an
//! unknown key is named with the nearest known one. Whether a valid configuration makes sense
//! (connectors that overlap, relay ranges that are too wide) is `causeway-policy`'s work.
//!
//! [`edit`] changes the text of `mailflow.toml`, keeping its comments and order.
//!
//! `Default` gives what holds when the file is absent.

pub mod edit;
mod machine;
mod mailflow;
mod notices;
mod parse;

pub use machine::{
    DeliverySettings, DnsSettings, HourlyLimit, Limits, Listener, Machine, ProbeSettings, Protocol,
    StoreUrl, TlsFiles,
};
pub use mailflow::{
    AcceptedDomain, AlertSettings, AuthorisedAddress, Connector, Credentials, Direction,
    DkimSettings, DomainPattern, DomainType, Host, IdentityField, IdentitySettings,
    InboundConnector, InternetRoute, Language, MailFlow, Network, Organization, OutboundConnector,
    OutboundRoute, Peer, PopBeforeSmtp, QueueSettings, RejectStyle, RelaySettings, SignedMail,
    SmartHost, Suspected, TlsLevel, ToldOfHeld, Until,
};

pub use notices::{NoticeKind, NoticeSettings};
pub use parse::{Places, Readable, Unread, distance, known_keys, nearest};

use std::fmt;

use crate::said::Said;

/// One thing that is wrong in a file: where, what, what instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file's name as it is to be shown, e.g. `mailflow.toml`.
    pub file: String,
    /// Line, from 1; 0 when the problem has no place in the file.
    pub line: usize,
    /// Column in characters, from 1; 0 as for the line.
    pub column: usize,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, as a clause without a full stop.
    pub what: Said,
    /// What to write or do instead.
    pub instead: Said,
}

/// How bad a [`Problem`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Works, and is probably not meant.
    Warning,
    /// The configuration cannot be used.
    Error,
}

impl Severity {
    /// The word in messages and in JSON.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl Problem {
    /// `mailflow.toml:12:8`, or the file alone.
    #[must_use]
    pub fn place(&self) -> String {
        match self.line {
            0 => self.file.clone(),
            line => format!("{}:{line}:{}", self.file, self.column),
        }
    }
}

impl fmt::Display for Problem {
    /// `mailflow.toml:12:8: error: unknown key "tsl"; did you mean "tls"?`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = self.severity.word();
        write!(f, "{}: {word}: {}; {}", self.place(), self.what, self.instead)
    }
}
