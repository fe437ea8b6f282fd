//! What probes find: one variant per fact, with whoever said it and their words as they came.
//!
//! A [`Finding`] becomes a line of [`Evidence`] in each of the four languages ([`Finding::evidence`]).
//! Diagnoses are pure functions over findings and never look at those lines.
//!
//! In which order to read: this file (what facts are made of), `fact` (every fact), `evidence` and `words` (facts as
//! sentences).

mod evidence;
mod fact;
mod security;
mod words;

use std::net::{IpAddr, SocketAddr};

use causeway_model::{Failure, Reply, Timestamp};
use serde::{Deserialize, Serialize};

use crate::probe::Probe;

pub use evidence::Evidence;
pub use fact::Fact;
pub use words::failure_words;

/// One fact, and how it came to be known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What was asked.
    pub probe: Probe,
    /// When it was found.
    pub at: Timestamp,
    /// How long the answer took, in milliseconds.
    pub elapsed_ms: u64,
    /// What was found.
    pub fact: Fact,
}

/// An answer of a name server that takes this long, in milliseconds, is slow: mail needs several in a row.
pub(crate) const SLOW_MS: u64 = 1_000;

impl Finding {
    /// A name server took long to say it.
    pub(crate) const fn is_slow(&self) -> bool {
        let is_said = match &self.fact {
            Fact::Dns { answer, .. } => answer.is_answer(),
            Fact::ResolverWorks { .. } => true,
            _ => false,
        };
        is_said && self.elapsed_ms >= SLOW_MS
    }
}

/// A name server that was asked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct NameServer {
    /// Its name, where it was found by one; `None` for a configured resolver.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Where it was asked.
    pub address: SocketAddr,
}

/// What one name server said to one question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "kebab-case")]
pub enum DnsAnswer {
    /// Records of the kind asked for.
    Records {
        /// As in a zone file, without owner and TTL, in alphabetical order: `10 mx.partner.example`.
        records: Vec<String>,
        /// The shortest TTL among them, in seconds: from a resolver, how long it may still keep them.
        ttl: u32,
        /// The server speaks for the zone (AA).
        authoritative: bool,
        /// Names that CNAME records led through, in order.
        aliases: Vec<String>,
    },
    /// The name exists and has no such record.
    NoRecords {
        /// For how long that may be believed, in seconds, where told.
        ttl: Option<u32>,
        /// The server speaks for the zone (AA).
        authoritative: bool,
    },
    /// The name does not exist (NXDOMAIN).
    NoSuchName {
        /// For how long that may be believed, in seconds, where told.
        ttl: Option<u32>,
        /// The server speaks for the zone (AA).
        authoritative: bool,
    },
    /// An error: `SERVFAIL`, `REFUSED`, …
    Error {
        /// The code as administrators write it.
        code: String,
    },
    /// The zone was delegated to it, and it does not speak for the zone: a lame delegation.
    Lame {
        /// What it said instead: `REFUSED`, `a referral to …`, `an answer without authority`.
        said: String,
    },
    /// No answer in time.
    Silent {
        /// After how long we gave up.
        after_ms: u64,
    },
    /// The system did not let us ask.
    Unreachable {
        /// The system's words.
        detail: String,
    },
}

impl DnsAnswer {
    /// True when the server does its work: it has the records, or says that there are none.
    #[must_use]
    pub const fn is_answer(&self) -> bool {
        matches!(self, Self::Records { .. } | Self::NoRecords { .. } | Self::NoSuchName { .. })
    }
}

/// One MX host with what its name leads to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailHost {
    /// Lower is better.
    pub preference: u16,
    /// Its name.
    pub name: String,
    /// Its addresses; empty when it has none.
    pub addresses: Vec<IpAddr>,
    /// Why its addresses are not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
}

/// A destination that worked lately, used to find out what is wrong with another one.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Control {
    /// What it is called in listings: a site, or the address as configured.
    pub site: String,
    /// Address and port.
    pub address: SocketAddr,
}

/// How a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Break {
    /// The peer closed it or it was reset.
    Closed,
    /// Nothing came any more.
    Silent,
}

/// What gives away something between us and the server that rewrites SMTP.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "sign", rename_all = "kebab-case")]
pub enum MaskingSign {
    /// The greeting is covered with asterisks (or another single letter).
    GreetingCovered {
        /// The greeting.
        greeting: String,
    },
    /// EHLO keywords are crossed out.
    KeywordsCrossedOut {
        /// Those keywords.
        keywords: Vec<String>,
    },
    /// Keywords are not announced although what they stand for works.
    KeywordsRemoved {
        /// Those keywords.
        keywords: Vec<String>,
    },
    /// EHLO is not understood although the greeting says ESMTP.
    EhloRefused {
        /// The answer to EHLO.
        reply: Reply,
    },
    /// A command arrives changed: the server complains about words that we did not say.
    CommandAltered {
        /// What we said.
        command: String,
        /// The answer.
        reply: Reply,
    },
}

/// A certificate's own words about itself. Not verified.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// The subject's distinguished name.
    pub subject: String,
    /// The issuer's distinguished name.
    pub issuer: String,
    /// The host names and addresses it is for.
    pub names: Vec<String>,
    /// The start of its validity.
    pub not_before: Timestamp,
    /// The end of its validity.
    pub not_after: Timestamp,
    /// Serial number in hexadecimal.
    pub serial: String,
    /// True when it names itself as its issuer.
    pub self_issued: bool,
}

/// What servers and domains can publish about their TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standard {
    /// TLSA records, signed by DNSSEC (RFC 7672).
    Dane,
    /// A policy on the domain's web server (RFC 8461).
    MtaSts,
}

impl Standard {
    /// As it is called everywhere.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dane => "DANE",
            Self::MtaSts => "MTA-STS",
        }
    }
}

/// Why a probe was not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unasked {
    /// The budget for all probes is used up for now.
    BudgetSpent,
    /// The probes for this site ran out of their time.
    OutOfTime,
    /// Another run of probes is at work for this site.
    SiteBusy,
    /// It takes more DNS questions than one probe may ask: it was asked in part, or not to its end.
    QuestionsSpent,
}

/// Servers that give the same answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnswerGroup {
    /// In alphabetical order; empty: that there is none.
    pub records: Vec<String>,
    /// Who says so.
    pub servers: Vec<NameServer>,
    /// The newest serial number among them, where known.
    pub serial: Option<u32>,
    /// The TTL that comes with it, in seconds: caches filled from these servers keep it for so long.
    pub ttl: Option<u32>,
}

impl NameServer {
    /// For people: `ns1.partner.example (192.0.2.53)`, `127.0.0.1:5353`.
    #[must_use]
    pub fn label(&self) -> String {
        let address = if self.address.port() == 53 {
            self.address.ip().to_string()
        } else {
            self.address.to_string()
        };
        match &self.name {
            Some(name) => format!("{name} ({address})"),
            None => address,
        }
    }
}

#[cfg(test)]
mod tests;
