//! Notices: what is not a failing path, and still wants somebody's attention.
//!
//! Mail that goes in circles, connectors that carry nothing, domains whose MX records lead elsewhere, senders
//! that nobody accepted, certificates that end, mail programs with old TLS, queues that grow, floods of unknown
//! recipients. Each becomes a [`Notice`], and the register of alerts ([`crate::alert::Book`]) makes an alert of
//! it: one for each [`Notice::key`], opened, updated and closed by itself like those of failing paths.
//!
//! **What it promises.** Deciding is pure: counted facts and the time in, notices out. Counting ([`Tally`]) is
//! bounded in memory whatever strangers send, and costs one short lock where something unusual happens, nothing
//! for a message that just goes through. What strangers wrote is cut and cleaned before it is kept.
//!
//! **What it refuses.** It touches neither network nor store; what has to be asked is asked elsewhere and
//! handed in.
//!
//! **In which order to read.** This file (what a notice is), [`counter`] (counts within a span of time), [`tally`]
//! (what is counted), then what is decided: [`looping`], [`idle`], [`mx`], [`expiry`], [`growth`], [`floods`], [`lost`]; `words`
//! (the sentences).

pub mod counter;
pub mod expiry;
pub mod floods;
pub mod growth;
pub mod idle;
pub mod looping;
pub mod lost;
pub mod mx;
pub mod tally;
mod words;

use std::time::Duration;

use causeway_catalog::WhoActs;
use causeway_model::Timestamp;
pub use causeway_model::config::{NoticeKind, NoticeSettings};
use serde::{Deserialize, Serialize};

use crate::finding::Finding;
use crate::remedy::Offer;

pub use tally::Tally;

/// Notices of one kind at once: what strangers do must not make an endless list.
pub const MOST_OF_A_KIND: usize = 20;

/// Something that wants attention.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// What it is about.
    pub kind: NoticeKind,
    /// Which one: a domain, a connector, a network.
    pub subject: String,
    /// How much: messages, recipients, connections; 0 where nothing is counted.
    pub count: u64,
    /// When it was seen first.
    pub since: Timestamp,
    /// When it was seen last.
    pub last: Timestamp,
    /// People are told again when it gets higher.
    pub level: u8,
    /// Whose move it is.
    pub who: WhoActs,
    /// What it rests on.
    pub evidence: Vec<Noted>,
    /// The ways out that this server can go by itself, the best first.
    pub offers: Vec<Offer>,
}

impl Notice {
    /// The name that is the same as long as it is about the same: `mail-loop contoso.example`.
    #[must_use]
    pub fn key(&self) -> String {
        key(self.kind, &self.subject)
    }

    /// How much and for how long decides which of too many are told of.
    fn weight(&self) -> (u8, u64) {
        (self.level, self.count)
    }
}

/// As [`Notice::key`].
#[must_use]
pub fn key(kind: NoticeKind, subject: &str) -> String {
    format!("{} {subject}", kind.name())
}

/// A line of evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Noted {
    /// From when it is.
    pub at: Timestamp,
    /// What was seen.
    pub what: Observation,
}

/// What was seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "seen", rename_all = "snake_case")]
pub enum Observation {
    /// The hosts that a message went through, by its Received fields.
    Route {
        /// In order, the oldest first; the first and the last are this server.
        hosts: Vec<String>,
        /// Servers that it has gone through altogether.
        hops: u64,
    },
    /// Our own record of having sent a message that came back.
    SentBefore {
        /// Its id then.
        id: String,
        /// Through this connector; `None`: by MX.
        connector: Option<String>,
        /// To this server.
        host: String,
    },
    /// A connector is there since.
    ThereSince {
        /// The connector.
        connector: String,
    },
    /// A connector carried mail last.
    LastUsed {
        /// The connector.
        connector: String,
    },
    /// A connector has never carried mail, as far as the records reach.
    NeverUsed {
        /// The connector.
        connector: String,
    },
    /// Something that a probe found.
    Found(Box<Finding>),
    /// Messages with a sender in this domain.
    Senders {
        /// The domain.
        domain: String,
        /// How many.
        count: u64,
    },
    /// A client of ours, or a stranger.
    Client {
        /// Its address, or what is known of it.
        client: String,
        /// How often.
        count: u64,
    },
    /// A mail program that could not log in for want of a safe TLS.
    OldClient {
        /// Its address.
        client: String,
        /// The version that it offered; `None`: it tried without TLS.
        offered: Option<String>,
        /// The mailbox that logged in from the same address lately.
        account: Option<String>,
        /// How often.
        count: u64,
    },
    /// A certificate, and its end.
    Certificate {
        /// Whose: this server's, that of a connector's server.
        holder: String,
        /// The names that it is for.
        names: String,
        /// Its issuer.
        issuer: String,
        /// Its end.
        ends: Timestamp,
    },
    /// How a queue has grown.
    Growth {
        /// Recipients at the beginning of the span.
        before: u64,
        /// Recipients now.
        now: u64,
        /// Messages that went through meanwhile.
        delivered: u64,
        /// The span, in milliseconds.
        span_ms: u64,
    },
    /// Lines of the log that could not be written.
    LinesLost {
        /// How many.
        count: u64,
        /// What the system says.
        problem: String,
    },
    /// Lines of the log that found no room, as nobody reads those before them.
    LinesNotRead {
        /// How many.
        count: u64,
    },
    /// Recipients that do not exist.
    Unknown {
        /// The domain or the network that it is about.
        subject: String,
        /// How many were tried.
        count: u64,
        /// Within this span, in milliseconds.
        span_ms: u64,
    },
}

/// What one look found.
#[derive(Clone, Debug, Default)]
pub struct Noticed {
    /// What there is now.
    pub found: Vec<Notice>,
    /// Kinds that were looked at completely. An open alert of such a kind that was not found is over
    /// when it was seen last so long ago.
    pub looked: Vec<(NoticeKind, Duration)>,
    /// Keys whose matter is known to be mended.
    pub mended: Vec<String>,
}

impl Noticed {
    /// Leaves out what nobody wants to hear of, and of each kind what is too much.
    #[must_use]
    pub fn bounded(mut self, settings: &NoticeSettings) -> Self {
        self.found.retain(|notice| !settings.ignore.contains(&notice.kind));
        self.found.sort_by_key(|notice| (notice.kind, std::cmp::Reverse(notice.weight())));
        let (mut kind, mut place) = (None, 0);
        self.found.retain(|notice| {
            place = if kind == Some(notice.kind) { place + 1 } else { 1 };
            kind = Some(notice.kind);
            place <= MOST_OF_A_KIND
        });
        for ignored in &settings.ignore {
            self.looked.retain(|(kind, _)| kind != ignored);
            self.looked.push((*ignored, Duration::ZERO));
        }
        self
    }
}

/// Milliseconds of a span.
pub(crate) fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notice(kind: NoticeKind, count: u64) -> Notice {
        Notice {
            kind,
            subject: format!("s{count}"),
            count,
            since: Timestamp::from_millis(0),
            last: Timestamp::from_millis(0),
            level: 0,
            who: WhoActs::Service,
            evidence: Vec::new(),
            offers: Vec::new(),
        }
    }

    #[test]
    fn of_too_many_the_greatest_are_told_of_and_what_is_ignored_is_over() {
        let found = (0..100).map(|n| notice(NoticeKind::UnknownRecipients, n));
        let found = found.chain([notice(NoticeKind::MailLoop, 1)]).collect();
        let noticed = Noticed { found, ..Noticed::default() };
        let settings =
            NoticeSettings { ignore: vec![NoticeKind::MailLoop], ..NoticeSettings::default() };
        let bounded = noticed.bounded(&settings);
        let counts: Vec<u64> = bounded.found.iter().map(|notice| notice.count).collect();
        assert_eq!(counts, (80..100).rev().collect::<Vec<_>>());
        assert_eq!(bounded.looked, [(NoticeKind::MailLoop, Duration::ZERO)]);
    }
}
