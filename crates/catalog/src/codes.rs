//! The registry of codes: enhanced mail system status codes (RFC 3463 and the IANA registry that
//! RFC 5248 began) and basic SMTP reply codes (RFC 5321, 4954, 7504); and the
//! codes beside them that administrators know from other systems.
//!
//! [`registered`] says what a code stands for whoever sent it; what a *particular* reply means depends on
//! its words too (see [`reply`](crate::reply)).

use causeway_model::EnhancedCode;

/// What a code means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodeMeaning {
    /// Subject and detail: `(1, 1)` stands for x.1.1.
    pub subject: u16,
    /// Detail.
    pub detail: u16,
    /// The last detail of a range that means the same; of most entries the detail itself.
    pub last: u16,
    /// Where it is defined.
    pub source: &'static str,
}

impl CodeMeaning {
    /// Key of the name in the registry, or of what it stands for; in every language (`locales/*/codes.ftl`).
    #[must_use]
    pub fn name_key(&self) -> String {
        format!("status-{}-{}", self.subject, self.detail)
    }

    const fn covers(&self, code: EnhancedCode) -> bool {
        self.subject == code.subject && self.detail <= code.detail && code.detail <= self.last
    }

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

/// What an enhanced code stands for; `None` when it is neither registered nor known from other systems.
#[must_use]
pub fn registered(code: EnhancedCode) -> Option<&'static CodeMeaning> {
    ENHANCED.iter().find(|entry| entry.covers(code))
}

/// What a basic reply code means (RFC 5321 section 4.2.3 and extensions).
#[must_use]
pub fn explain_basic(code: u16) -> Option<&'static str> {
    BASIC.iter().find(|(known, _)| *known == code).map(|(_, meaning)| *meaning)
}

const fn entry(subject: u16, detail: u16, source: &'static str) -> CodeMeaning {
    range(subject, detail, detail, source)
}

/// Several details that mean the same.
const fn range(subject: u16, detail: u16, last: u16, source: &'static str) -> CodeMeaning {
    CodeMeaning { subject, detail, last, source }
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
    entry(0, 0, R3463),
    entry(0, 350, HOSTED),
    entry(1, 0, R3463),
    entry(1, 1, R3463),
    entry(1, 2, R3463),
    entry(1, 3, R3463),
    entry(1, 4, R3463),
    entry(1, 5, R3463),
    entry(1, 6, R3463),
    entry(1, 7, R3463),
    entry(1, 8, R3463),
    entry(1, 9, "RFC 5248"),
    entry(1, 10, "RFC 7505"),
    entry(1, 20, HOSTED),
    entry(1, 90, HOSTED),
    entry(2, 0, R3463),
    entry(2, 1, R3463),
    entry(2, 2, R3463),
    entry(2, 3, R3463),
    entry(2, 4, R3463),
    entry(2, 121, HOSTED),
    entry(2, 122, HOSTED),
    entry(2, 251, HOSTED),
    entry(2, 252, HOSTED),
    entry(2, 253, HOSTED),
    entry(2, 254, HOSTED),
    entry(2, 255, HOSTED),
    entry(3, 0, R3463),
    entry(3, 1, R3463),
    entry(3, 2, R3463),
    entry(3, 3, R3463),
    entry(3, 4, R3463),
    entry(3, 5, R3463),
    entry(3, 6, "RFC 6710"),
    entry(3, 190, HOSTED),
    entry(4, 0, R3463),
    entry(4, 1, R3463),
    entry(4, 2, R3463),
    entry(4, 3, R3463),
    entry(4, 4, R3463),
    entry(4, 5, R3463),
    entry(4, 6, R3463),
    entry(4, 7, R3463),
    entry(4, 8, HOSTED),
    entry(4, 14, HOSTED),
    range(4, 15, 20, HOSTED),
    entry(4, 62, HOSTED),
    entry(4, 300, HOSTED),
    entry(4, 310, HOSTED),
    entry(4, 312, OURS),
    entry(4, 315, OURS),
    entry(4, 316, OURS),
    entry(4, 317, OURS),
    entry(4, 318, OURS),
    entry(5, 0, R3463),
    entry(5, 1, R3463),
    entry(5, 2, R3463),
    entry(5, 3, R3463),
    entry(5, 4, R3463),
    entry(5, 5, R3463),
    entry(5, 6, R4954),
    entry(6, 0, R3463),
    entry(6, 1, R3463),
    entry(6, 2, R3463),
    entry(6, 3, R3463),
    entry(6, 4, R3463),
    entry(6, 5, R3463),
    entry(6, 6, "RFC 4468"),
    entry(6, 7, R6531),
    entry(6, 8, R6531),
    entry(6, 9, R6531),
    entry(6, 10, "RFC 5336"),
    entry(6, 11, HOSTED),
    entry(7, 0, R3463),
    entry(7, 1, R3463),
    entry(7, 2, R3463),
    entry(7, 3, R3463),
    entry(7, 4, R3463),
    entry(7, 5, R3463),
    entry(7, 6, R3463),
    entry(7, 7, R3463),
    entry(7, 8, R4954),
    entry(7, 9, R4954),
    entry(7, 10, "RFC 5248"),
    entry(7, 11, R4954),
    entry(7, 12, R4954),
    entry(7, 13, "RFC 5248"),
    entry(7, 14, "RFC 5248"),
    entry(7, 15, "RFC 6710"),
    entry(7, 16, "RFC 6710"),
    entry(7, 17, "RFC 7293"),
    entry(7, 18, "RFC 7293"),
    entry(7, 19, "RFC 7293"),
    entry(7, 20, R7372),
    entry(7, 21, R7372),
    entry(7, 22, R7372),
    entry(7, 23, R7372),
    entry(7, 24, R7372),
    entry(7, 25, R7372),
    entry(7, 26, R7372),
    entry(7, 27, "RFC 7505"),
    entry(7, 28, REGISTRY),
    entry(7, 29, REGISTRY),
    entry(7, 30, "RFC 8689"),
    entry(7, 51, HOSTED),
    entry(7, 57, HOSTED),
    entry(7, 60, HOSTED),
    entry(7, 64, HOSTED),
    entry(7, 68, HOSTED),
    entry(7, 124, HOSTED),
    entry(7, 129, HOSTED),
    entry(7, 133, HOSTED),
    entry(7, 134, HOSTED),
    entry(7, 135, HOSTED),
    entry(7, 136, HOSTED),
    entry(7, 139, HOSTED),
    entry(7, 193, HOSTED),
    entry(7, 230, HOSTED),
    entry(7, 232, HOSTED),
    entry(7, 233, HOSTED),
    entry(7, 236, HOSTED),
    entry(7, 320, OURS),
    entry(7, 321, OURS),
    entry(7, 322, OURS),
    entry(7, 323, OURS),
    entry(7, 324, OURS),
    entry(7, 325, OURS),
    entry(7, 367, HOSTED),
    entry(7, 500, HOSTED),
    entry(7, 501, HOSTED),
    entry(7, 502, HOSTED),
    entry(7, 503, HOSTED),
    entry(7, 504, HOSTED),
    entry(7, 505, HOSTED),
    entry(7, 506, HOSTED),
    entry(7, 507, HOSTED),
    entry(7, 508, HOSTED),
    entry(7, 509, HOSTED),
    entry(7, 510, HOSTED),
    entry(7, 511, HOSTED),
    entry(7, 512, HOSTED),
    entry(7, 513, HOSTED),
    entry(7, 515, HOSTED),
    entry(7, 520, HOSTED),
    range(7, 606, 649, HOSTED),
    entry(7, 703, HOSTED),
    entry(7, 705, HOSTED),
    entry(7, 708, HOSTED),
    entry(7, 711, HOSTED),
    entry(7, 750, HOSTED),
    entry(7, 800, HOSTED),
    range(7, 850, 899, HOSTED),
    range(7, 900, 999, HOSTED),
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
    use causeway_model::config::Language;

    use super::*;
    use crate::texts::{Texts, files};

    #[test]
    fn codes_are_listed_once_and_in_order() {
        assert!(ENHANCED.iter().all(|entry| entry.detail <= entry.last));
        assert!(
            ENHANCED.windows(2).all(|w| (w[0].subject, w[0].last) < (w[1].subject, w[1].detail))
        );
        assert!(BASIC.windows(2).all(|w| w[0].0 < w[1].0));
    }

    /// The registry "SMTP Enhanced Status Codes": subject, and its last detail. It has no gaps.
    #[test]
    fn every_code_of_the_registry_is_here_and_none_of_anybody_else_is_called_registered() {
        let last = |subject| match subject {
            0 => 0,
            1 | 6 => 10,
            2 => 4,
            3 | 5 => 6,
            4 => 7,
            _ => 30,
        };
        for subject in 0..=7 {
            for detail in 0..=last(subject) {
                let entry = registered(EnhancedCode::new(5, subject, detail));
                assert!(entry.is_some_and(CodeMeaning::is_everybodys), "x.{subject}.{detail}");
            }
        }
        for entry in ENHANCED {
            assert_eq!(entry.is_everybodys(), entry.last <= last(entry.subject), "{entry:?}");
        }
    }

    #[test]
    fn every_code_has_a_name_of_its_own_language() {
        for language in Language::ALL {
            let texts = Texts::get(language);
            for entry in ENHANCED {
                assert!(texts.has(&entry.name_key()), "{language:?} {entry:?}");
            }
            let keys = files(language).iter().flat_map(|(_, content)| content.lines());
            let names = keys.filter(|line| line.starts_with("status-")).count();
            assert_eq!(names, ENHANCED.len(), "{language:?}: a name for no code");
        }
    }

    #[test]
    fn a_code_is_known_alone_or_in_its_range_and_others_are_not() {
        let key = |text: &str| registered(text.parse().unwrap()).map(CodeMeaning::name_key);
        assert_eq!(key("4.4.316").as_deref(), Some("status-4-316"));
        assert_eq!(key("5.7.649").as_deref(), Some("status-7-606"));
        assert_eq!(key("5.7.650"), None);
        assert_eq!(key("5.9.1"), None);
        assert_eq!(explain_basic(421), Some("Service not available, closing transmission channel"));
        assert_eq!(explain_basic(299), None);
    }
}
