//! Lines of our own: what Causeway says in replies, listings and `Diagnostic-Code` fields.
//!
//! **What it is for.** A report of ours says in its fields whose move it is; a line that somebody copied out of it,
//! out of the queue or out of another server's report does not. Our texts are known, so they need no guessing: a
//! refusal names its rule, an expiry says "Message expired:" before what went wrong, and where one code stands for
//! several failures the words tell which. A test over every failure of the catalog keeps this table in step with it.
//!
//! **What it refuses.** To look at words whose code is not one that we give with them: nothing here catches a phrase
//! of another system.

use causeway_model::EnhancedCode;

use super::Category::{self, *};
use super::WhoActs;

/// What a line of ours means, where its code and the phrases say less.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct OwnLine {
    /// The text that explains it.
    pub(super) text_key: &'static str,
    /// Whose move it is.
    pub(super) who_acts: WhoActs,
    /// Where the phrases would say another one.
    pub(super) category: Option<Category>,
    /// False where an administrator decided: the same message may pass the next time.
    pub(super) permanent: Option<bool>,
}

/// What stands before the last failure of a message whose time is over.
pub(super) const EXPIRED: &str = "Message expired: ";

/// The failure that ended a message of ours by its time, without what stands before it; `None` for other answers.
pub(super) fn last_failure(answer: &str) -> Option<&str> {
    let words = answer.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.' || c == ' ');
    words.strip_prefix(EXPIRED)
}

type Row = ((u16, u16), &'static str, &'static str, WhoActs);

/// Subject and detail, words in reduced form, the text, whose move it is.
const WORDS: &[Row] = &[
    ((4, 312), "has neither an mx record nor an address", "domain_error", WhoActs::RecipientAdmin),
    ((4, 1), " no route: ", "code-no-route", WhoActs::Service),
    ((4, 6), " is this server (mx: ", "code-loop", WhoActs::Service),
    ((4, 6), " mail loop: the message has passed ", "code-loop", WhoActs::Service),
    ((4, 6), " forwards its mail, and this message ", "code-forward-loop", WhoActs::Recipient),
    ((4, 14), " would take it back to, ", "code-loop", WhoActs::Service),
    ((7, 320), "issuer that is not trusted here", "code-certificate-failed", WhoActs::Service),
    ((7, 8), " it offers no usable auth ", "code-own-login", WhoActs::PartnerAdmin),
    ((7, 8), " login to ", "code-own-login", WhoActs::Service),
    ((7, 8), " login refused by ", "code-own-login", WhoActs::Service),
    ((7, 8), " the password for ", "code-own-login", WhoActs::Service),
    ((3, 5), " the credentials for ", "code-own-login", WhoActs::Service),
    ((3, 5), " cannot send from ", "system", WhoActs::Service),
    ((3, 0), " the mailbox could not be written: ", "system", WhoActs::Service),
    ((3, 0), " could not be read from the store: ", "system", WhoActs::Service),
    ((6, 3), " the message needs ", "code-extension-missing", WhoActs::RecipientAdmin),
    ((5, 4), " the message needs ", "code-extension-missing", WhoActs::RecipientAdmin),
    ((7, 1), " forwards its mail, and has forwarded ", "code-forward-limit", WhoActs::Nobody),
];

/// The same, where an administrator decides.
const DECIDED: &[Row] = &[
    ((0, 0), " returned to its sender by an administrator", "code-returned", WhoActs::Service),
    ((7, 1), " on hold until an administrator decides: ", "code-held", WhoActs::Service),
];

/// The beginning of a rule's name, and what its refusals mean.
const RULES: &[(&str, Category, &str, WhoActs)] = &[
    ("relay.points-here", RelayDenied, "code-relay-refused-by-target", WhoActs::RecipientAdmin),
    ("relay.", RelayDenied, "relay_denied", WhoActs::SenderAdmin),
    ("inbound.restricted-sender", SenderRejected, "code-restricted-sender", WhoActs::SenderAdmin),
    ("inbound.require-tls", TlsFailure, "tls_failure", WhoActs::SenderAdmin),
    ("identity.own-domain-from-outside", Security, "security", WhoActs::SenderAdmin),
    ("identity.", SenderRejected, "code-send-as-denied", WhoActs::Sender),
    ("recipient.unknown", UserUnknown, "user_unknown", WhoActs::Sender),
];

/// What a line means that is one of ours, by its code and its reduced words.
pub(super) fn meaning(code: Option<EnhancedCode>, reduced: &str) -> Option<OwnLine> {
    rule(reduced).or_else(|| {
        let code = code?;
        let is_it = |row: &&Row| row.0 == (code.subject, code.detail) && reduced.contains(row.1);
        let line = |permanent| {
            move |row: &Row| OwnLine { text_key: row.2, who_acts: row.3, category: None, permanent }
        };
        let words = WORDS.iter().find(is_it).map(line(None));
        words.or_else(|| DECIDED.iter().find(is_it).map(line(Some(false))))
    })
}

/// The rule that a refusal names at its end: `(rule relay.stranger)`.
fn rule(reduced: &str) -> Option<OwnLine> {
    let (_, rest) = reduced.rsplit_once(" (rule ")?;
    let (name, _) = rest.split_once(')')?;
    let (_, category, text_key, who_acts) =
        RULES.iter().find(|(beginning, ..)| name.starts_with(beginning))?;
    Some(OwnLine { text_key, who_acts: *who_acts, category: Some(*category), permanent: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_are_known_by_the_rule_that_they_name() {
        for (text, category, text_key) in [
            (
                " 550 5.7.1 relaying denied: not authenticated (rule relay.stranger)",
                RelayDenied,
                "relay_denied",
            ),
            (" 550 5.4.1 x (rule relay.points-here)", RelayDenied, "code-relay-refused-by-target"),
            (
                " 553 5.7.1 may not send as @ (rule identity.own)",
                SenderRejected,
                "code-send-as-denied",
            ),
            (" 530 5.7.0 use tls (rule inbound.require-tls)", TlsFailure, "tls_failure"),
        ] {
            let line = meaning(None, text).unwrap();
            assert_eq!((line.category, line.text_key), (Some(category), text_key), "{text}");
        }
        for other in [" 550 (rule )", " 550 (rule relay.x", " 550 see rule relay.stranger", ""] {
            assert_eq!(meaning(None, other), None, "{other}");
        }
    }

    #[test]
    fn words_count_with_their_code_only() {
        let code = |text: &str| text.parse::<EnhancedCode>().ok();
        let words = " 550 no route: x.test is an internal relay domain";
        assert_eq!(meaning(code("5.4.1"), words).unwrap().text_key, "code-no-route");
        assert_eq!(meaning(code("4.4.1"), words).unwrap().text_key, "code-no-route");
        assert_eq!(meaning(code("5.4.4"), words), None);
        assert_eq!(meaning(None, words), None);
    }

    #[test]
    fn an_expiry_of_ours_is_the_failure_behind_it() {
        let text = "550 5.4.316 Message expired: Connection refused by a.test [192.0.2.1]:25";
        assert_eq!(last_failure(text), Some("Connection refused by a.test [192.0.2.1]:25"));
        for other in ["550 5.4.316 Message expired, connection refused", "Message expired", "550"] {
            assert_eq!(last_failure(other), None, "{other}");
        }
    }
}
