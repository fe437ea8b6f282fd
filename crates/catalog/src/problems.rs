//! What the sender of a message is told: the failure as one of a few problems in plain words, and
//! the steps that are worth taking.
//!
//! Senders do not care which certificate field was wrong. Each [`Problem`] has one sentence in
//! every language ([`Problem::text_key`]) and, depending on how it stands, a list of steps
//! ([`Problem::steps`]), each again a sentence.

use causeway_model::{Failure, Stage};

use crate::causes::WhoActs;
use crate::reply::{Meaning, meaning};
use crate::status::{Permanence, Phase, permanence};

macro_rules! problems {
    ($($(#[$doc:meta])* $variant:ident = $key:literal,)*) => {
        /// What went wrong, as its sender needs to know it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Problem {
            $($(#[$doc])* $variant,)*
        }

        impl Problem {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// Key of the sentence that says what went wrong. Variables: `domain` (the recipient's),
            /// `host` (the server tried last, may be used or not), `size` and `limit` for
            /// [`Self::TooBig`].
            #[must_use]
            pub const fn text_key(self) -> &'static str {
                match self { $(Self::$variant => $key,)* }
            }
        }
    };
}

problems! {
    /// The domain or server name does not exist in DNS.
    NameUnknown = "problem-name-unknown",
    /// DNS gives no usable answer for it.
    NameTrouble = "problem-name-trouble",
    /// The domain takes no mail.
    TakesNoMail = "problem-takes-no-mail",
    /// No connection in time.
    NoConnection = "problem-no-connection",
    /// The connection was refused.
    Refused = "problem-refused",
    /// Connected, and no service.
    NoService = "problem-no-service",
    /// No secure connection.
    NoTls = "problem-no-tls",
    /// The certificate is not accepted.
    Certificate = "problem-certificate",
    /// The conversation broke.
    Broken = "problem-broken",
    /// Our login at the next server failed.
    Login = "problem-login",
    /// The message goes round in circles, or would.
    Loop = "problem-loop",
    /// No route to the rest of an organization.
    NoRoute = "problem-no-route",
    /// No such mailbox.
    UserUnknown = "problem-user-unknown",
    /// The mailbox has moved.
    Moved = "problem-moved",
    /// The mailbox is switched off.
    MailboxDisabled = "problem-mailbox-disabled",
    /// The mailbox is full.
    MailboxFull = "problem-mailbox-full",
    /// The message is too big.
    TooBig = "problem-too-big",
    /// The message uses what the server cannot do.
    Unsupported = "problem-unsupported",
    /// The server does not take mail for that domain.
    RelayDenied = "problem-relay-denied",
    /// Too many recipients at once.
    TooManyRecipients = "problem-too-many-recipients",
    /// Judged to be spam.
    Spam = "problem-spam",
    /// Judged to carry a virus.
    Virus = "problem-virus",
    /// The content is refused.
    Content = "problem-content",
    /// Our server or domain is not trusted there.
    Blocked = "problem-blocked",
    /// The sender's address is refused.
    SenderRefused = "problem-sender-refused",
    /// A rule of the recipient's organization.
    Policy = "problem-policy",
    /// The other server asks to come back later.
    Later = "problem-later",
    /// The other server has a trouble of its own.
    ServerTrouble = "problem-server-trouble",
    /// It refused, and says why itself.
    Other = "problem-other",
    /// We have a trouble of our own.
    Ours = "problem-ours",
    /// An administrator ended it.
    Returned = "problem-returned",
    /// An administrator is to decide about it.
    Held = "problem-held",
    /// The recipient's mailbox forwards too much.
    ForwardLimit = "problem-forward-limit",
}

impl Problem {
    /// The problem behind a failure.
    #[must_use]
    pub fn of(failure: &Failure, stage: Stage) -> Self {
        match failure {
            Failure::DomainNotFound { .. } | Failure::NoAddress { .. } => Self::NameUnknown,
            Failure::DnsServerFailure { .. }
            | Failure::DnsTimeout { .. }
            | Failure::DnssecBogus { .. } => Self::NameTrouble,
            Failure::NullMx { .. } => Self::TakesNoMail,
            Failure::MxPointsHere { .. }
            | Failure::TooManyHops { .. }
            | Failure::RoutingLoop { .. }
            | Failure::ForwardLoop { .. } => Self::Loop,
            Failure::ConnectTimeout { .. } | Failure::Unreachable { .. } => Self::NoConnection,
            Failure::ConnectionRefused => Self::Refused,
            Failure::ServiceRefused { reply } => match meaning(reply, stage) {
                Meaning::Blocked | Meaning::NoReverseName => Self::Blocked,
                _ => Self::NoService,
            },
            Failure::TimedOut { .. }
            | Failure::ClosedAbruptly { .. }
            | Failure::ProtocolError { .. } => Self::Broken,
            Failure::TlsNotOffered
            | Failure::StarttlsRefused { .. }
            | Failure::TlsHandshake { .. }
            | Failure::TlsTooOld { .. }
            | Failure::TlsNothingInCommon { .. } => Self::NoTls,
            Failure::AuthNotOffered
            | Failure::AuthRefused { .. }
            | Failure::CredentialsUnprotected { .. } => Self::Login,
            Failure::DaneViolated { reason, .. } | Failure::StsViolated { reason, .. } => {
                match Self::of(reason, stage) {
                    Self::NoTls => Self::NoTls,
                    _ => Self::Certificate,
                }
            }
            Failure::TlsaUnavailable { .. } => Self::NameTrouble,
            Failure::ExtensionMissing { .. } => Self::Unsupported,
            Failure::TooBig { .. } => Self::TooBig,
            Failure::NoConnector { .. } => Self::NoRoute,
            Failure::MailboxUnknown { .. } => Self::UserUnknown,
            Failure::MailboxFull { .. } => Self::MailboxFull,
            Failure::CredentialsUnreadable { .. }
            | Failure::SourceAddressUnusable { .. }
            | Failure::MailboxUnwritable { .. }
            | Failure::StoreUnreadable { .. } => Self::Ours,
            Failure::Returned { .. } => Self::Returned,
            Failure::Held { .. } => Self::Held,
            Failure::ForwardLimit { .. } => Self::ForwardLimit,
            Failure::Replied { reply } => Self::of_reply(meaning(reply, stage)),
            Failure::CertificateExpired { .. }
            | Failure::CertificateNotYetValid { .. }
            | Failure::CertificateNameMismatch { .. }
            | Failure::CertificateUnknownIssuer { .. }
            | Failure::CertificateChainIncomplete { .. }
            | Failure::CertificateSelfSigned
            | Failure::CertificateRevoked
            | Failure::CertificateInvalid { .. }
            | Failure::TlsaMismatch { .. }
            | Failure::StsHostNotListed { .. } => Self::Certificate,
        }
    }

    const fn of_reply(meaning: Meaning) -> Self {
        match meaning {
            Meaning::UserUnknown => Self::UserUnknown,
            Meaning::Moved => Self::Moved,
            Meaning::MailboxDisabled => Self::MailboxDisabled,
            Meaning::MailboxFull => Self::MailboxFull,
            Meaning::RelayDenied => Self::RelayDenied,
            Meaning::LoginRequired => Self::Login,
            Meaning::TlsRequired => Self::NoTls,
            Meaning::TooBig => Self::TooBig,
            Meaning::TooManyRecipients => Self::TooManyRecipients,
            Meaning::Spam => Self::Spam,
            Meaning::Virus => Self::Virus,
            Meaning::Content => Self::Content,
            Meaning::Blocked | Meaning::NoReverseName | Meaning::Unauthenticated => Self::Blocked,
            Meaning::SenderRefused => Self::SenderRefused,
            Meaning::RateLimited | Meaning::Greylisted => Self::Later,
            Meaning::Policy => Self::Policy,
            Meaning::Loop => Self::Loop,
            Meaning::TakesNoMail => Self::TakesNoMail,
            Meaning::SystemTrouble => Self::ServerTrouble,
            Meaning::Protocol | Meaning::Unknown => Self::Other,
        }
    }

    /// True for a trouble that seems to be at the other end, and that waiting may end.
    #[must_use]
    pub const fn is_remote(self) -> bool {
        matches!(
            self,
            Self::NameTrouble
                | Self::NoConnection
                | Self::Refused
                | Self::NoService
                | Self::NoTls
                | Self::Certificate
                | Self::Broken
                | Self::ServerTrouble
                | Self::Later
        )
    }

    /// Keys of the steps for the sender, in order. While queued, the first thing is that nothing
    /// needs to be done; the steps then are what can be done beside waiting.
    #[must_use]
    pub fn steps(self, phase: Phase) -> &'static [&'static str] {
        match (phase, self) {
            (Phase::Queued, Self::NameUnknown) => &["step-check-domain", "step-wait"],
            (Phase::Queued, Self::Held) => &["step-wait-for-decision", "step-other-way"],
            (Phase::Queued, _) => &["step-wait", "step-other-way"],
            (_, Self::NameUnknown) => {
                &["step-check-domain", "step-send-again-later", "step-other-way"]
            }
            (_, problem) if problem.is_remote() => {
                &["step-tell-recipient", "step-send-again-later", "step-ask-postmaster"]
            }
            (_, Self::Login | Self::Ours | Self::NoRoute | Self::Returned | Self::Held) => {
                &["step-ask-postmaster", "step-send-again-when-told"]
            }
            (_, Self::Loop | Self::Blocked) => &["step-ask-postmaster", "step-other-way"],
            (_, Self::UserUnknown) => {
                &["step-check-address", "step-drop-suggestion", "step-ask-recipient"]
            }
            (_, Self::Moved) => &["step-use-new-address", "step-ask-recipient"],
            (_, Self::TakesNoMail) => &["step-check-domain", "step-other-way"],
            (_, Self::MailboxDisabled) => &["step-check-address", "step-other-way"],
            (_, Self::ForwardLimit) => &["step-send-again-later", "step-tell-recipient"],
            (_, Self::MailboxFull) => &["step-tell-recipient-full", "step-send-again-later"],
            (_, Self::TooBig) => &["step-make-smaller", "step-send-link"],
            (_, Self::Unsupported) => &["step-plain-address", "step-ask-recipient"],
            (_, Self::RelayDenied) => {
                &["step-check-domain", "step-tell-recipient", "step-ask-postmaster"]
            }
            (_, Self::TooManyRecipients) => &["step-fewer-recipients"],
            (_, Self::Spam | Self::Content) => &["step-change-content", "step-tell-recipient"],
            (_, Self::Virus) => &["step-scan-computer", "step-change-content"],
            (_, Self::SenderRefused) => &["step-check-own-address", "step-ask-postmaster"],
            (_, Self::Policy) => &["step-check-address", "step-tell-recipient"],
            (_, _) => &["step-read-answer", "step-check-address", "step-tell-recipient"],
        }
    }

    /// The same where it is known who has to act: nobody is sent to look for a mistake of their own when the
    /// mistake is known to be elsewhere.
    #[must_use]
    pub fn steps_when_known(self, phase: Phase, who: WhoActs) -> &'static [&'static str] {
        use WhoActs::{
            Nobody, PartnerAdmin, Recipient, RecipientAdmin, Sender, SenderAdmin, Service,
        };
        match (phase, who, self) {
            (_, Sender, _) => self.steps(phase),
            (Phase::Queued, _, Self::NameUnknown) => &["step-wait", "step-other-way"],
            (Phase::Queued, ..) => self.steps(phase),
            (_, Service, _) => Self::Ours.steps(phase),
            (_, SenderAdmin, _) => &["step-tell-own-administrator", "step-send-again-when-told"],
            (_, Nobody, _) => &["step-send-again-later", "step-other-way"],
            (_, Recipient | RecipientAdmin | PartnerAdmin, Self::NameUnknown) => {
                Self::NameTrouble.steps(phase)
            }
            (
                _,
                Recipient | RecipientAdmin | PartnerAdmin,
                Self::RelayDenied
                | Self::Login
                | Self::Loop
                | Self::MailboxDisabled
                | Self::Policy
                | Self::UserUnknown,
            ) => &["step-tell-recipient", "step-ask-postmaster"],
            (_, Recipient | RecipientAdmin | PartnerAdmin, _) => self.steps(phase),
        }
    }

    /// Every key that [`Self::steps`] and [`Self::steps_when_known`] can give.
    #[must_use]
    pub fn all_steps() -> Vec<&'static str> {
        let of = |problem: &Self| {
            let phases = [Phase::Queued, Phase::Final];
            let known =
                WhoActs::ALL.map(|who| phases.map(|phase| problem.steps_when_known(phase, who)));
            phases.map(|phase| problem.steps(phase)).into_iter().chain(known.into_iter().flatten())
        };
        let mut keys: Vec<&'static str> =
            Self::ALL.iter().flat_map(of).flatten().copied().collect();
        keys.sort_unstable();
        keys.dedup();
        keys
    }
}

/// Key of the sentence that says how it stands: whether it was final at once or the time ran out.
#[must_use]
pub fn verdict_key(failure: &Failure, phase: Phase) -> &'static str {
    match (phase, permanence(failure)) {
        (Phase::Queued, _) => "verdict-queued",
        // Nothing is known of what would happen to it.
        _ if matches!(failure, Failure::Returned { .. }) => "verdict-returned",
        (Phase::Expired, Permanence::Transient) => "verdict-expired",
        _ => "verdict-final",
    }
}
