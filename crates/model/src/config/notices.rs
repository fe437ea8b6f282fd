//! `[alerts]`: what is noticed beside failing paths, and from when on it is worth an alert.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// What an alert that is not about a failing path is about.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum NoticeKind {
    /// Mail goes in circles.
    MailLoop,
    /// A connector carries no mail.
    UnusedConnector,
    /// The MX records of an accepted domain lead elsewhere.
    MxElsewhere,
    /// Our own networks send as a domain that is not accepted.
    ForeignSenders,
    /// A certificate ends soon, or has ended.
    CertificateEnds,
    /// Mail programs try to log in without TLS, or with a version that is not safe.
    OldClients,
    /// More mail comes than goes.
    QueueGrows,
    /// Many recipients that do not exist are tried.
    UnknownRecipients,
    /// Lines of this server's log are lost.
    LogLost,
}

impl NoticeKind {
    /// All of them, with the words for `ignore`.
    pub const ALL: &'static [(&'static str, Self)] = &[
        ("mail-loop", Self::MailLoop),
        ("unused-connector", Self::UnusedConnector),
        ("mx-elsewhere", Self::MxElsewhere),
        ("foreign-senders", Self::ForeignSenders),
        ("certificate-ends", Self::CertificateEnds),
        ("old-clients", Self::OldClients),
        ("queue-grows", Self::QueueGrows),
        ("unknown-recipients", Self::UnknownRecipients),
        ("log-lost", Self::LogLost),
    ];

    /// The stable word: `mail-loop`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::MailLoop => "mail-loop",
            Self::UnusedConnector => "unused-connector",
            Self::MxElsewhere => "mx-elsewhere",
            Self::ForeignSenders => "foreign-senders",
            Self::CertificateEnds => "certificate-ends",
            Self::OldClients => "old-clients",
            Self::QueueGrows => "queue-grows",
            Self::UnknownRecipients => "unknown-recipients",
            Self::LogLost => "log-lost",
        }
    }
}

/// From when on something is worth an alert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoticeSettings {
    /// What nobody wants to hear of.
    pub ignore: Vec<NoticeKind>,
    /// Messages of one recipient domain that went in circles within an hour.
    pub mail_loops: u64,
    /// A connector that has carried nothing for so long, and is not newer.
    pub unused_connector_after: Duration,
    /// How often the MX records of each accepted domain are looked at.
    pub check_mx_every: Duration,
    /// Messages from our own networks within a day with a sender domain that is not accepted.
    pub foreign_senders: u64,
    /// So long before its end a certificate has an alert; at each shorter one people are told again. The
    /// longest first, never empty.
    pub certificate_ends: Vec<Duration>,
    /// Connections of one client within a day that end for want of a safe TLS.
    pub old_clients: u64,
    /// Recipients by which a queue grows within [`Self::queue_growth_within`].
    pub queue_growth: u64,
    /// See [`Self::queue_growth`].
    pub queue_growth_within: Duration,
    /// Recipients that do not exist, tried at one domain or by one network within
    /// [`Self::unknown_recipients_within`].
    pub unknown_recipients: u64,
    /// See [`Self::unknown_recipients`].
    pub unknown_recipients_within: Duration,
}

/// One day.
const DAY: Duration = Duration::from_secs(86_400);

/// One minute.
const MINUTE: Duration = Duration::from_secs(60);

impl Default for NoticeSettings {
    fn default() -> Self {
        Self {
            ignore: Vec::new(),
            mail_loops: 1,
            unused_connector_after: DAY * 30,
            check_mx_every: MINUTE * 360,
            foreign_senders: 20,
            certificate_ends: vec![DAY * 30, DAY * 14, DAY * 3],
            old_clients: 5,
            queue_growth: 500,
            queue_growth_within: MINUTE * 15,
            unknown_recipients: 100,
            unknown_recipients_within: MINUTE * 10,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_known_by_its_word() {
        for (word, kind) in NoticeKind::ALL {
            assert_eq!(kind.name(), *word);
            assert_eq!(serde_json::to_string(kind).unwrap(), format!("{word:?}"));
        }
    }
}
