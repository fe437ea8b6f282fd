//! The closed list of categories.

use causeway_model::{Failure, Stage};
use serde::{Deserialize, Serialize};

macro_rules! categories {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// What kind of thing a report or failure is: `category` in JSON. The list is closed.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Category {
            $($(#[$doc])* $variant,)*
        }

        impl Category {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The word in JSON: `user_unknown`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// The category with this word.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

categories! {
    /// No such mailbox.
    UserUnknown = "user_unknown",
    /// The mailbox has another address now.
    Moved = "moved",
    /// The domain's name does not work in DNS.
    DomainError = "domain_error",
    /// No room in the mailbox.
    MailboxFull = "mailbox_full",
    /// The mailbox is switched off.
    MailboxDisabled = "mailbox_disabled",
    /// The recipient's own filter.
    Filtered = "filtered",
    /// Larger than somebody takes.
    MessageTooBig = "message_too_big",
    /// Judged to be spam.
    Spam = "spam",
    /// Judged to carry malware.
    Virus = "virus",
    /// The content or its form is refused.
    ContentError = "content_error",
    /// The message breaks a standard.
    NotCompliant = "not_compliant",
    /// A rule of the recipient's organization.
    Policy = "policy",
    /// SPF, DKIM, DMARC or a login failed.
    AuthFailure = "auth_failure",
    /// The sending address has no (matching) reverse name.
    RequiresPtr = "requires_ptr",
    /// TLS is missing or its certificate is not accepted.
    TlsFailure = "tls_failure",
    /// Another security demand is not met.
    Security = "security",
    /// The sending address or domain is on a list.
    ReputationBlock = "reputation_block",
    /// The sender's address is refused.
    SenderRejected = "sender_rejected",
    /// The server does not relay for us, or not to there.
    RelayDenied = "relay_denied",
    /// Too much or too fast.
    RateLimited = "rate_limited",
    /// Names, connections, loops.
    Network = "network",
    /// The time in the queue was over, and nothing more is known.
    Expired = "expired",
    /// The domain or host takes no mail at all.
    NotAccept = "not_accept",
    /// A server has a trouble of its own.
    System = "system",
    /// The two servers did not understand each other.
    ProtocolError = "protocol_error",
    /// A program behind the mail server failed.
    MailerError = "mailer_error",
    /// A positive report.
    Delivered = "delivered",
    /// A complaint.
    Feedback = "feedback",
    /// An automatic answer.
    Vacation = "vacation",
    /// None of these can be told.
    Unknown = "unknown",
}

impl Category {
    /// The category of a failure.
    #[must_use]
    pub fn of(failure: &Failure, stage: Stage) -> Self {
        match failure {
            Failure::DomainNotFound { .. }
            | Failure::NoAddress { .. }
            | Failure::DnssecBogus { .. } => Self::DomainError,
            Failure::DnsServerFailure { .. }
            | Failure::DnsTimeout { .. }
            | Failure::MxPointsHere { .. }
            | Failure::ConnectTimeout { .. }
            | Failure::ConnectionRefused
            | Failure::Unreachable { .. }
            | Failure::TimedOut { .. }
            | Failure::ClosedAbruptly { .. }
            | Failure::TooManyHops { .. }
            | Failure::RoutingLoop { .. }
            | Failure::ForwardLoop { .. } => Self::Network,
            Failure::NullMx { .. } => Self::NotAccept,
            Failure::ServiceRefused { reply } => match crate::reply::meaning(reply, stage) {
                crate::reply::Meaning::Unknown => Self::System,
                meaning => meaning.category(),
            },
            Failure::Replied { reply } => crate::reply::meaning(reply, stage).category(),
            Failure::ProtocolError { .. } => Self::ProtocolError,
            Failure::TlsNotOffered
            | Failure::StarttlsRefused { .. }
            | Failure::TlsHandshake { .. }
            | Failure::CertificateExpired { .. }
            | Failure::CertificateNotYetValid { .. }
            | Failure::CertificateNameMismatch { .. }
            | Failure::CertificateUnknownIssuer { .. }
            | Failure::CertificateChainIncomplete { .. }
            | Failure::CertificateSelfSigned
            | Failure::CertificateRevoked
            | Failure::CertificateInvalid { .. }
            | Failure::TlsTooOld { .. }
            | Failure::TlsNothingInCommon { .. }
            | Failure::DaneViolated { .. }
            | Failure::TlsaMismatch { .. }
            | Failure::TlsaUnavailable { .. }
            | Failure::StsViolated { .. }
            | Failure::StsHostNotListed { .. } => Self::TlsFailure,
            Failure::AuthNotOffered
            | Failure::AuthRefused { .. }
            | Failure::CredentialsUnprotected { .. } => Self::Security,
            Failure::ExtensionMissing { .. } => Self::ContentError,
            Failure::TooBig { .. } => Self::MessageTooBig,
            Failure::MailboxUnknown { .. } => Self::UserUnknown,
            Failure::MailboxFull { .. } => Self::MailboxFull,
            Failure::Returned { .. } | Failure::Held { .. } => Self::Policy,
            Failure::ForwardLimit { .. } => Self::RateLimited,
            Failure::CredentialsUnreadable { .. }
            | Failure::SourceAddressUnusable { .. }
            | Failure::NoConnector { .. }
            | Failure::MailboxUnwritable { .. }
            | Failure::StoreUnreadable { .. } => Self::System,
        }
    }
}
