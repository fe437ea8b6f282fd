//! What a peer's reply means, as far as its codes and words tell.
//!
//! The same code means different things from different systems, so the enhanced code decides only
//! where every system agrees on it, or where it is known how Exchange uses it ([`exchange`]); then the words, by a small table of phrases; then the basic
//! code. What none of them settles is [`Meaning::Unknown`], and its words speak for themselves.

use causeway_model::{EnhancedCode, Reply, Stage};

use crate::causes::Category;
use crate::exchange;

/// What a reply means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(test, derive(serde::Deserialize))]
pub enum Meaning {
    /// There is no such mailbox.
    UserUnknown,
    /// The mailbox has moved.
    Moved,
    /// The mailbox is switched off.
    MailboxDisabled,
    /// The mailbox (or its system) has no room.
    MailboxFull,
    /// The server does not handle this domain, or does not relay for us.
    RelayDenied,
    /// It wants a login first.
    LoginRequired,
    /// It wants TLS first.
    TlsRequired,
    /// The message is too big.
    TooBig,
    /// Too many recipients at once.
    TooManyRecipients,
    /// The content looks like spam.
    Spam,
    /// The content has a virus.
    Virus,
    /// The content or its form is refused.
    Content,
    /// Our address or domain is on a list of senders to refuse.
    Blocked,
    /// Our address has no (matching) reverse DNS name.
    NoReverseName,
    /// SPF, DKIM or DMARC failed.
    Unauthenticated,
    /// The sender's address is refused.
    SenderRefused,
    /// We send too much or too fast.
    RateLimited,
    /// It takes mail from strangers only at the second try.
    Greylisted,
    /// Another rule of the recipient's organization.
    Policy,
    /// The message goes round in circles.
    Loop,
    /// The domain or host takes no mail.
    TakesNoMail,
    /// The server has a trouble of its own.
    SystemTrouble,
    /// It did not understand us.
    Protocol,
    /// None of these can be told from it.
    Unknown,
}

impl Meaning {
    /// All of them.
    pub const ALL: &[Self] = &[
        Self::UserUnknown,
        Self::Moved,
        Self::MailboxDisabled,
        Self::MailboxFull,
        Self::RelayDenied,
        Self::LoginRequired,
        Self::TlsRequired,
        Self::TooBig,
        Self::TooManyRecipients,
        Self::Spam,
        Self::Virus,
        Self::Content,
        Self::Blocked,
        Self::NoReverseName,
        Self::Unauthenticated,
        Self::SenderRefused,
        Self::RateLimited,
        Self::Greylisted,
        Self::Policy,
        Self::Loop,
        Self::TakesNoMail,
        Self::SystemTrouble,
        Self::Protocol,
        Self::Unknown,
    ];

    /// The category of INTERFACE.md.
    #[must_use]
    pub const fn category(self) -> Category {
        match self {
            Self::UserUnknown => Category::UserUnknown,
            Self::Moved => Category::Moved,
            Self::MailboxDisabled => Category::MailboxDisabled,
            Self::MailboxFull => Category::MailboxFull,
            Self::RelayDenied => Category::RelayDenied,
            Self::LoginRequired => Category::Security,
            Self::TlsRequired => Category::TlsFailure,
            Self::TooBig => Category::MessageTooBig,
            Self::TooManyRecipients | Self::RateLimited => Category::RateLimited,
            Self::Spam => Category::Spam,
            Self::Virus => Category::Virus,
            Self::Content => Category::ContentError,
            Self::Blocked | Self::Greylisted => Category::ReputationBlock,
            Self::NoReverseName => Category::RequiresPtr,
            Self::Unauthenticated => Category::AuthFailure,
            Self::SenderRefused => Category::SenderRejected,
            Self::Policy => Category::Policy,
            Self::Loop => Category::Network,
            Self::TakesNoMail => Category::NotAccept,
            Self::SystemTrouble => Category::System,
            Self::Protocol => Category::ProtocolError,
            Self::Unknown => Category::Unknown,
        }
    }

    /// Subject and detail of the enhanced code for a bare 450 or 550 to RCPT.
    #[must_use]
    pub const fn address_code(self) -> (u16, u16) {
        match self {
            Self::UserUnknown => (1, 1),
            Self::Moved => (1, 6),
            Self::MailboxDisabled => (2, 1),
            Self::MailboxFull => (2, 2),
            Self::Unknown => (1, 0),
            Self::SystemTrouble => (3, 0),
            Self::NoReverseName => (7, 25),
            Self::TooManyRecipients => (5, 3),
            Self::TooBig => (3, 4),
            Self::Greylisted | Self::RateLimited | Self::LoginRequired | Self::TlsRequired => {
                (7, 0)
            }
            _ => (7, 1),
        }
    }
}

/// What `reply`, given at `stage`, means.
#[must_use]
pub fn meaning(reply: &Reply, stage: Stage) -> Meaning {
    let text = reply.lines.join(" ").chars().take(4000).collect::<String>().to_lowercase();
    let of_exchange = |code| exchange::meaning(code, &text);
    let by_code = |code| of_exchange(code).or_else(|| from_enhanced(code));
    if let Some(meaning) = reply.enhanced.and_then(by_code) {
        return meaning;
    }
    if let Some((meaning, _)) =
        PHRASES.iter().find(|(_, phrases)| phrases.iter().any(|phrase| text.contains(phrase)))
    {
        return *meaning;
    }
    from_basic(reply, stage)
}

/// Codes that mean the same wherever they come from.
fn from_enhanced(code: EnhancedCode) -> Option<Meaning> {
    Some(match (code.subject, code.detail) {
        (1, 1 | 3) => Meaning::UserUnknown,
        (1, 6) => Meaning::Moved,
        (1, 7 | 8) => Meaning::SenderRefused,
        (2, 2) if code.class == 4 => Meaning::MailboxFull,
        (2, 3) | (3, 4) => Meaning::TooBig,
        (3, 1) => Meaning::SystemTrouble,
        (4, 6 | 14) => Meaning::Loop,
        (5, 3) => Meaning::TooManyRecipients,
        (7, 10) => Meaning::TlsRequired,
        (7, 20..=24 | 26 | 509 | 515) => Meaning::Unauthenticated,
        (7, 25) => Meaning::NoReverseName,
        (7, 27) => Meaning::SenderRefused,
        (7, 28 | 508) | (2, 121 | 122) | (1, 90) => Meaning::RateLimited,
        (7, 57) => Meaning::LoginRequired,
        (7, 60) => Meaning::SenderRefused,
        (7, 124 | 129 | 133..=136 | 193) => Meaning::Policy,
        (7, 511 | 513 | 606..=649) => Meaning::Blocked,
        (7, 64) => Meaning::RelayDenied,
        _ => return None,
    })
}

/// Phrases of many systems in lower case, the most telling first.
const PHRASES: &[(Meaning, &[&str])] = &[
    (
        Meaning::Greylisted,
        &["greylist", "graylist", "grey list", "please try again later from the same"],
    ),
    (
        Meaning::RelayDenied,
        &[
            "relay access denied",
            "relaying denied",
            "relay not permitted",
            "relaying not allowed",
            "relay denied",
            "unable to relay",
            "we do not relay",
            "not permitted to relay",
            "rcpthosts",
            "domain isn't in my list",
            "no relaying",
            "relaying prohibited",
            "weiterleitung verweigert",
            "relaying verweigert",
            "relay verweigert",
            "doorsturen geweigerd",
            "relay geweigerd",
            "vidarebefordran nekad",
            "relay nekad",
        ],
    ),
    (
        Meaning::NoReverseName,
        &["reverse dns", "ptr record", "reverse hostname", "rdns", "reverse lookup", "no ptr"],
    ),
    (
        Meaning::Unauthenticated,
        &[
            "dmarc",
            "dkim",
            " spf ",
            "spf check",
            "spf fail",
            "spf record",
            "sender policy framework",
        ],
    ),
    (
        Meaning::Blocked,
        &[
            "blocklist",
            "blacklist",
            "block list",
            "black list",
            "blocked using",
            "spamhaus",
            "dnsbl",
            "poor reputation",
            "bad reputation",
            "low reputation",
            "ip reputation",
            "client host blocked",
            "banned sending ip",
        ],
    ),
    (Meaning::Virus, &["virus", "malware", "infected"]),
    (
        Meaning::MailboxFull,
        &["over quota", "quota exceeded", "mailbox full", "mailbox is full", "exceeded storage"],
    ),
    (
        Meaning::TooBig,
        &[
            "message too large",
            "message too big",
            "size exceeds",
            "message size",
            "exceeds size limit",
        ],
    ),
    (
        Meaning::UserUnknown,
        &[
            "user unknown",
            "unknown user",
            "no such user",
            "no such mailbox",
            "no mailbox here",
            "mailbox not found",
            "does not exist",
            "doesn't exist",
            "unknown recipient",
            "recipient unknown",
            "recipient not found",
            "recipientnotfound",
            "invalid recipient",
            "no such recipient",
            "unknown local part",
            "address unknown",
            "unknown address",
        ],
    ),
    (
        Meaning::MailboxDisabled,
        &[
            "account disabled",
            "account is disabled",
            "mailbox disabled",
            "account inactive",
            "mailbox is disabled",
            "account suspended",
            "account has been suspended",
            "is inactive",
        ],
    ),
    (
        Meaning::RateLimited,
        &[
            "rate limit",
            "too many connections",
            "too many messages",
            "throttl",
            "too fast",
            "exceeded the rate",
            "unusual rate",
            "try again more slowly",
            "ratelimit",
        ],
    ),
    (Meaning::TooManyRecipients, &["too many recipients"]),
    (
        Meaning::TlsRequired,
        &[
            "starttls first",
            "must issue a starttls",
            "starttls is required",
            "tls required",
            "requires tls",
            "encryption required",
        ],
    ),
    (
        Meaning::LoginRequired,
        &[
            "authentication required",
            "authentication is required",
            "not authenticated",
            "must authenticate",
            "please authenticate",
            "auth required",
        ],
    ),
    (Meaning::Spam, &["spam", "unsolicited", "junk mail", "bulk mail"]),
    (
        Meaning::SenderRefused,
        &[
            "sender rejected",
            "sender address rejected",
            "sender denied",
            "sender refused",
            "sender verify failed",
            "bad sender",
            "from address",
        ],
    ),
    (Meaning::Loop, &["mail loop", "too many hops", "hop count exceeded", "routing loop"]),
    (Meaning::TakesNoMail, &["does not accept mail", "nullmx", "null mx", "accepts no mail"]),
    (
        Meaning::Policy,
        &["policy", "not authorized", "access denied", "administratively", "prohibited"],
    ),
    (
        Meaning::Content,
        &["message content", "attachment", "invalid header", "malformed", "bare lf"],
    ),
    (
        Meaning::SystemTrouble,
        &[
            "insufficient system",
            "disk full",
            "local error",
            "temporarily unavailable",
            "service unavailable",
            "service not available",
            "internal error",
            "shutting down",
            "server busy",
            "system busy",
            "try again later",
        ],
    ),
];

fn from_basic(reply: &Reply, stage: Stage) -> Meaning {
    match (reply.code, reply.enhanced.map(|code| (code.subject, code.detail))) {
        (_, Some((2, 1))) => Meaning::MailboxDisabled,
        (_, Some((2, 2))) => Meaning::MailboxFull,
        (_, Some((3, 2))) => Meaning::SystemTrouble,
        (_, Some((4, 1))) if reply.is_permanent() && stage == Stage::Rcpt => Meaning::RelayDenied,
        (_, Some((1, 10))) if reply.code == 556 => Meaning::TakesNoMail,
        (_, Some((1, 2 | 10))) => Meaning::UserUnknown,
        (_, Some((5, _))) => Meaning::Protocol,
        (_, Some((6, _))) => Meaning::Content,
        (_, Some((7, _))) => Meaning::Policy,
        (421 | 451 | 452, _) => Meaning::SystemTrouble,
        (552, _) if stage != Stage::Rcpt => Meaning::TooBig,
        (552 | 422, _) => Meaning::MailboxFull,
        (500..=504 | 555, _) => Meaning::Protocol,
        (521 | 556, _) => Meaning::TakesNoMail,
        (530, _) => Meaning::LoginRequired,
        (551, _) => Meaning::Moved,
        _ => Meaning::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at_rcpt(code: u16, enhanced: Option<&str>, text: &str) -> Meaning {
        meaning(&Reply::new(code, enhanced.map(|e| e.parse().unwrap()), text), Stage::Rcpt)
    }

    #[test]
    fn one_code_means_what_its_words_say() {
        assert_eq!(at_rcpt(550, Some("5.4.1"), "Relay Access Denied"), Meaning::RelayDenied);
        assert_eq!(
            at_rcpt(550, Some("5.4.1"), "Recipient address rejected: Access denied"),
            Meaning::UserUnknown
        );
        assert_eq!(at_rcpt(550, Some("5.4.1"), "No answer from host"), Meaning::RelayDenied);
        assert_eq!(at_rcpt(550, Some("5.7.1"), "Unable to relay"), Meaning::RelayDenied);
        assert_eq!(at_rcpt(550, Some("5.7.1"), "Message rejected as spam"), Meaning::Spam);
        assert_eq!(
            at_rcpt(553, None, "sorry, that domain isn't in my list of allowed rcpthosts"),
            Meaning::RelayDenied
        );
        assert_eq!(at_rcpt(451, Some("4.7.1"), "Greylisting in action"), Meaning::Greylisted);
        assert_eq!(at_rcpt(550, None, "No such user here"), Meaning::UserUnknown);
        assert_eq!(at_rcpt(550, None, "Nein"), Meaning::Unknown);
    }
}
