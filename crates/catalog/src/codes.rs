//! The registry of codes: enhanced mail system status codes (RFC 3463 and the IANA registry that
//! RFC 5248 began) and basic SMTP reply codes (RFC 5321, 4954, 7504), in protocol English; and the
//! codes beside them that administrators know from other systems.
//!
//! [`explain`] says what a code means whoever sent it; what a *particular* reply means depends on
//! its words too (see [`reply`](crate::reply)).

use causeway_model::EnhancedCode;

/// What a code means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodeMeaning {
    /// Subject and detail: `(1, 1)` stands for x.1.1.
    pub subject: u16,
    /// Detail.
    pub detail: u16,
    /// The name in the registry, or what it stands for.
    pub name: &'static str,
    /// Where it is defined.
    pub source: &'static str,
}

impl CodeMeaning {
    /// True for the codes of the standards: any server may answer with them. The others stand for one system's
    /// findings.
    #[must_use]
    pub fn is_everybodys(&self) -> bool {
        ![HOSTED, OURS].contains(&self.source)
    }

    /// Key of the words that say where it is defined; `None` for the number of a standard, which is the same in
    /// every language.
    #[must_use]
    pub fn source_key(&self) -> Option<&'static str> {
        match self.source {
            HOSTED => Some("help-source-hosted"),
            OURS => Some("help-source-both"),
            REGISTRY => Some("help-source-registry"),
            _ => None,
        }
    }
}

/// What an enhanced code means; the subject's general code when the detail is not registered.
/// `None` when not even the subject is.
#[must_use]
pub fn explain(code: EnhancedCode) -> Option<&'static CodeMeaning> {
    find(code.subject, code.detail).or_else(|| find(code.subject, 0))
}

fn find(subject: u16, detail: u16) -> Option<&'static CodeMeaning> {
    ENHANCED.iter().find(|entry| entry.subject == subject && entry.detail == detail)
}

/// What a basic reply code means (RFC 5321 section 4.2.3 and extensions).
#[must_use]
pub fn explain_basic(code: u16) -> Option<&'static str> {
    BASIC.iter().find(|(known, _)| *known == code).map(|(_, meaning)| *meaning)
}

const fn entry(subject: u16, detail: u16, name: &'static str, source: &'static str) -> CodeMeaning {
    CodeMeaning { subject, detail, name, source }
}

const R3463: &str = "RFC 3463";
const R4954: &str = "RFC 4954";
const R7372: &str = "RFC 7372";
const R6531: &str = "RFC 6531";
const HOSTED: &str = "hosted Exchange";
const REGISTRY: &str = "IANA registry";
const OURS: &str = "hosted Exchange and Causeway";

/// Every enhanced code known here, by subject and detail.
pub const ENHANCED: &[CodeMeaning] = &[
    entry(0, 0, "Other undefined status", R3463),
    entry(0, 350, "Refused by the remote server without a particular reason", HOSTED),
    entry(1, 0, "Other address status", R3463),
    entry(1, 1, "Bad destination mailbox address", R3463),
    entry(1, 2, "Bad destination system address", R3463),
    entry(1, 3, "Bad destination mailbox address syntax", R3463),
    entry(1, 4, "Destination mailbox address ambiguous", R3463),
    entry(1, 5, "Destination address valid", R3463),
    entry(1, 6, "Destination mailbox has moved, no forwarding address", R3463),
    entry(1, 7, "Bad sender's mailbox address syntax", R3463),
    entry(1, 8, "Bad sender's system address", R3463),
    entry(1, 9, "Message relayed to non-compliant mailer", "RFC 5248"),
    entry(1, 10, "Recipient address has null MX", "RFC 7505"),
    entry(1, 20, "Several From addresses without a Sender", HOSTED),
    entry(1, 90, "The sender's daily limit of recipients is reached", HOSTED),
    entry(2, 0, "Other or undefined mailbox status", R3463),
    entry(2, 1, "Mailbox disabled, not accepting messages", R3463),
    entry(2, 2, "Mailbox full", R3463),
    entry(2, 3, "Message length exceeds administrative limit", R3463),
    entry(2, 4, "Mailing list expansion problem", R3463),
    entry(2, 121, "The recipient's hourly limit for this sender is exceeded", HOSTED),
    entry(2, 122, "The recipient's hourly limit is exceeded", HOSTED),
    entry(2, 251, "Sender throttled: it goes on sending to full mailboxes", HOSTED),
    entry(2, 252, "Sender throttled: it goes on sending as others without the right", HOSTED),
    entry(2, 253, "Sender throttled: it goes on sending without a licence", HOSTED),
    entry(2, 254, "Sender throttled: it goes on sending to too many recipients", HOSTED),
    entry(2, 255, "Sender throttled: it goes on sending to invalid recipients", HOSTED),
    entry(3, 0, "Other or undefined mail system status", R3463),
    entry(3, 1, "Mail system full", R3463),
    entry(3, 2, "System not accepting network messages", R3463),
    entry(3, 3, "System not capable of selected features", R3463),
    entry(3, 4, "Message too big for system", R3463),
    entry(3, 5, "System incorrectly configured", R3463),
    entry(3, 6, "Requested priority was changed", "RFC 6710"),
    entry(3, 190, "Journaling to the cloud is not enabled", HOSTED),
    entry(4, 0, "Other or undefined network or routing status", R3463),
    entry(4, 1, "No answer from host; hosted Exchange: relay access denied", R3463),
    entry(4, 2, "Bad connection", R3463),
    entry(4, 3, "Directory server failure", R3463),
    entry(4, 4, "Unable to route", R3463),
    entry(4, 5, "Mail system congestion", R3463),
    entry(4, 6, "Routing loop detected", R3463),
    entry(4, 7, "Delivery time expired", R3463),
    entry(4, 8, "MX hosts failed MTA-STS validation", HOSTED),
    entry(4, 14, "Hop count exceeded, possible mail loop", HOSTED),
    entry(4, 62, "Mail sent to the wrong region", HOSTED),
    entry(4, 300, "Message expired", HOSTED),
    entry(4, 310, "DNS domain does not exist", HOSTED),
    entry(4, 312, "DNS query failed", OURS),
    entry(4, 315, "Connection timed out", OURS),
    entry(4, 316, "Connection refused", OURS),
    entry(4, 317, "Cannot connect to remote server", OURS),
    entry(4, 318, "Connection was closed abruptly", OURS),
    entry(5, 0, "Other or undefined protocol status", R3463),
    entry(5, 1, "Invalid command", R3463),
    entry(5, 2, "Syntax error", R3463),
    entry(5, 3, "Too many recipients", R3463),
    entry(5, 4, "Invalid command arguments", R3463),
    entry(5, 5, "Wrong protocol version", R3463),
    entry(5, 6, "Authentication exchange line is too long", R4954),
    entry(6, 0, "Other or undefined media error", R3463),
    entry(6, 1, "Media not supported", R3463),
    entry(6, 2, "Conversion required and prohibited", R3463),
    entry(6, 3, "Conversion required but not supported", R3463),
    entry(6, 4, "Conversion with loss performed", R3463),
    entry(6, 5, "Conversion failed", R3463),
    entry(6, 6, "Message content not available", "RFC 4468"),
    entry(6, 7, "Non-ASCII addresses not permitted for that sender or recipient", R6531),
    entry(6, 8, "UTF-8 string reply is required, but not permitted by the client", R6531),
    entry(6, 9, "UTF-8 header message cannot be transferred", R6531),
    entry(6, 10, "UTF-8 header message cannot be transferred (obsolete)", "RFC 5336"),
    entry(6, 11, "Bare line feed in a message without CHUNKING", HOSTED),
    entry(7, 0, "Other or undefined security status", R3463),
    entry(7, 1, "Delivery not authorized, message refused", R3463),
    entry(7, 2, "Mailing list expansion prohibited", R3463),
    entry(7, 3, "Security conversion required but not possible", R3463),
    entry(7, 4, "Security features not supported", R3463),
    entry(7, 5, "Cryptographic failure", R3463),
    entry(7, 6, "Cryptographic algorithm not supported", R3463),
    entry(7, 7, "Message integrity failure", R3463),
    entry(7, 8, "Authentication credentials invalid", R4954),
    entry(7, 9, "Authentication mechanism is too weak", R4954),
    entry(7, 10, "Encryption needed", "RFC 5248"),
    entry(7, 11, "Encryption required for requested authentication mechanism", R4954),
    entry(7, 12, "A password transition is needed", R4954),
    entry(7, 13, "User account disabled", "RFC 5248"),
    entry(7, 14, "Trust relationship required", "RFC 5248"),
    entry(7, 15, "Priority level is too low", "RFC 6710"),
    entry(7, 16, "Message is too big for the specified priority", "RFC 6710"),
    entry(7, 17, "Mailbox owner has changed", "RFC 7293"),
    entry(7, 18, "Domain owner has changed", "RFC 7293"),
    entry(7, 19, "RRVS test cannot be completed", "RFC 7293"),
    entry(7, 20, "No passing DKIM signature found", R7372),
    entry(7, 21, "No acceptable DKIM signature found", R7372),
    entry(7, 22, "No valid author-matched DKIM signature found", R7372),
    entry(7, 23, "SPF validation failed", R7372),
    entry(7, 24, "SPF validation error", R7372),
    entry(7, 25, "Reverse DNS validation failed", R7372),
    entry(7, 26, "Multiple authentication checks failed", R7372),
    entry(7, 27, "Sender address has null MX", "RFC 7505"),
    entry(7, 28, "Mail flood detected", REGISTRY),
    entry(7, 29, "ARC validation failure", REGISTRY),
    entry(7, 30, "REQUIRETLS support required", "RFC 8689"),
    entry(7, 51, "A partner's connector does not fit the sender's server", HOSTED),
    entry(7, 57, "Client not authenticated to send mail", HOSTED),
    entry(7, 60, "Client may not send as this sender", HOSTED),
    entry(7, 64, "Relay access denied (tenant attribution)", HOSTED),
    entry(7, 68, "Sending without a login is not allowed for this organization", HOSTED),
    entry(7, 124, "The sender is not on the group's list of allowed senders", HOSTED),
    entry(7, 129, "The recipient takes mail from chosen senders only", HOSTED),
    entry(7, 133, "The group takes mail from authenticated senders only", HOSTED),
    entry(7, 134, "The mailbox takes mail from authenticated senders only", HOSTED),
    entry(7, 135, "The public folder takes mail from authenticated senders only", HOSTED),
    entry(7, 136, "The mail user takes mail from authenticated senders only", HOSTED),
    entry(7, 139, "Logging in by SMTP is switched off or refused", HOSTED),
    entry(7, 193, "The group takes no mail from outside", HOSTED),
    entry(7, 230, "The sending server's version is out of date", HOSTED),
    entry(7, 232, "A trial organization's limit of recipients is exceeded", HOSTED),
    entry(7, 233, "The organization's limit of external recipients is exceeded", HOSTED),
    entry(7, 236, "The limit of external recipients for provider domains is exceeded", HOSTED),
    entry(7, 320, "Certificate validation failed", OURS),
    entry(7, 321, "DANE: TLS is not offered", OURS),
    entry(7, 322, "DANE: the certificate has expired", OURS),
    entry(7, 323, "DANE: no TLSA record matches", OURS),
    entry(7, 324, "DANE: the TLSA records cannot be had securely", OURS),
    entry(7, 325, "DANE: the certificate is for another name", OURS),
    entry(7, 367, "The remote server may not relay", HOSTED),
    entry(
        7,
        500,
        "Server busy: the sending address has no history or sends more than before",
        HOSTED,
    ),
    entry(7, 501, "The sender's account sent spam", HOSTED),
    entry(7, 502, "The sender is banned", HOSTED),
    entry(7, 503, "The sender is banned", HOSTED),
    entry(7, 504, "The recipient's address is refused", HOSTED),
    entry(7, 505, "The recipient is banned", HOSTED),
    entry(7, 506, "The sending server introduces itself with the receiver's name", HOSTED),
    entry(7, 507, "The recipient's organization blocks the sending address", HOSTED),
    entry(7, 508, "Too much mail from the sender's IPv6 range", HOSTED),
    entry(7, 509, "The sending domain does not pass DMARC", HOSTED),
    entry(7, 510, "The domain takes no mail over IPv6", HOSTED),
    entry(7, 511, "The sending address is banned", HOSTED),
    entry(7, 512, "The From field is missing or malformed", HOSTED),
    entry(7, 513, "The recipient's own list blocks the sending address", HOSTED),
    entry(7, 515, "The sending domain does not meet the required level of authentication", HOSTED),
    entry(7, 520, "The organization does not allow forwarding to outside", HOSTED),
    entry(7, 606, "The sending IP address is banned", HOSTED),
    entry(7, 703, "The organization's own block list names the sender", HOSTED),
    entry(7, 705, "The organization has exceeded its threshold", HOSTED),
    entry(7, 708, "No mail is taken from this IP address", HOSTED),
    entry(7, 711, "The inbound connector is blocked for abuse", HOSTED),
    entry(7, 850, "The sending IP address is suspicious", HOSTED),
];

/// Basic reply codes.
pub const BASIC: &[(u16, &str)] = &[
    (211, "System status"),
    (214, "Help message"),
    (220, "Service ready"),
    (221, "Service closing transmission channel"),
    (235, "Authentication succeeded"),
    (250, "Requested mail action okay, completed"),
    (251, "User not local; will forward"),
    (252, "Cannot verify user, but will accept message and attempt delivery"),
    (334, "Server challenge"),
    (354, "Start mail input"),
    (421, "Service not available, closing transmission channel"),
    (432, "A password transition is needed; hosted Exchange: too many at once"),
    (450, "Mailbox unavailable for now (busy, or blocked for policy reasons)"),
    (451, "Requested action aborted: local error in processing"),
    (452, "Requested action not taken: insufficient system storage"),
    (454, "Temporary authentication or TLS failure"),
    (455, "Server unable to accommodate parameters"),
    (500, "Syntax error, command unrecognized"),
    (501, "Syntax error in parameters or arguments"),
    (502, "Command not implemented"),
    (503, "Bad sequence of commands"),
    (504, "Command parameter not implemented"),
    (521, "Host does not accept mail"),
    (523, "Encryption needed"),
    (530, "Authentication or STARTTLS required"),
    (534, "Authentication mechanism is too weak"),
    (535, "Authentication credentials invalid"),
    (538, "Encryption required for requested authentication mechanism"),
    (550, "Mailbox unavailable (not found, no access, or refused for policy reasons)"),
    (551, "User not local"),
    (552, "Exceeded storage allocation"),
    (553, "Mailbox name not allowed"),
    (554, "Transaction failed, or no SMTP service here"),
    (555, "MAIL FROM or RCPT TO parameters not recognized or not implemented"),
    (556, "Domain does not accept mail"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_listed_once_and_in_order() {
        assert!(
            ENHANCED.windows(2).all(|w| (w[0].subject, w[0].detail) < (w[1].subject, w[1].detail))
        );
        assert!(BASIC.windows(2).all(|w| w[0].0 < w[1].0));
    }

    #[test]
    fn an_unregistered_detail_falls_back_to_its_subject() {
        let name = |text: &str| explain(text.parse().unwrap()).map(|meaning| meaning.name);
        assert_eq!(name("4.4.316"), Some("Connection refused"));
        assert_eq!(name("5.7.999"), Some("Other or undefined security status"));
        assert_eq!(name("5.9.1"), None);
        assert_eq!(explain_basic(421), Some("Service not available, closing transmission channel"));
        assert_eq!(explain_basic(299), None);
    }
}
