//! Which text explains a failure, and whose move it is.

use causeway_catalog::codes::registered;
use causeway_model::EnhancedCode;

use super::Category::{self, *};
use super::classify::Draft;
use super::texts::CODE_ALONE;
use super::{Action, WhoActs, phrases};

/// The text that explains it, and whose move it is.
pub(super) fn explain_by(
    draft: &Draft,
    category: Category,
    enhanced: Option<EnhancedCode>,
    reduced: &str,
    action: Action,
) -> (&'static str, WhoActs) {
    if let Some(key) = draft.text_key {
        return (key, draft.who_acts.unwrap_or(who_acts_on(category)));
    }
    let special = enhanced
        .and_then(|code| special_text(code, category, reduced))
        .or_else(|| special_words(category, reduced))
        .or_else(|| after_content(category, reduced))
        .or_else(|| enhanced.and_then(|code| code_alone(code, category, reduced)));
    let (key, who) = match special {
        Some((key, who)) => (key, draft.who_acts.unwrap_or(who)),
        None => (category.name(), who_acts_on(category)),
    };
    if action == Action::Delayed && is_failure(category) {
        let key = if special.is_some() { key } else { delayed_key(category) };
        return (key, draft.who_acts.unwrap_or(WhoActs::Nobody));
    }
    (key, draft.who_acts.unwrap_or(who))
}

/// A filter that speaks of an unknown user may also be the truth.
fn after_content(category: Category, reduced: &str) -> Option<(&'static str, WhoActs)> {
    let unknown = phrases::find(reduced).strong.is_some_and(|hit| hit.category == UserUnknown);
    (category == Filtered && unknown).then_some(("unknown-after-content", who_acts_on(Filtered)))
}

/// While tries go on, most causes read differently; those that need somebody do not.
fn delayed_key(category: Category) -> &'static str {
    match category {
        Network | Expired | System | Unknown | RateLimited | NotAccept => "delayed",
        other => other.name(),
    }
}

/// Codes that have an explanation of their own.
fn special_text(
    code: EnhancedCode,
    category: Category,
    reduced: &str,
) -> Option<(&'static str, WhoActs)> {
    Some(match (code.class, code.subject, code.detail) {
        (5, 4, 1) if category == RelayDenied => {
            ("code-relay-refused-by-target", WhoActs::RecipientAdmin)
        }
        (5, 4, 1) if category == UserUnknown && reduced.contains("access denied") => {
            ("code-directory-block", WhoActs::Sender)
        }
        (5, 4, 1) => ("code-no-answer-from-host", WhoActs::RecipientAdmin),
        (4, 4, 1) if matches!(category, Network | Expired) => {
            ("code-no-answer-from-host", WhoActs::RecipientAdmin)
        }
        (_, 1, 10) if category == NotAccept => ("not_accept", WhoActs::Sender),
        (5, 7, 51) => ("code-restricted-sender", WhoActs::SenderAdmin),
        (5, 7, 60) => ("code-send-as-denied", WhoActs::Sender),
        (_, 4, 312) if reduced.contains("dnssec") => ("code-dnssec", WhoActs::RecipientAdmin),
        (_, 4, 312) if category == DomainError => ("domain_error", WhoActs::Sender),
        (_, 4, 312) => ("code-dns-query-failed", WhoActs::RecipientAdmin),
        (_, 4, 310) => ("domain_error", WhoActs::Sender),
        (_, 4, 315) => ("code-connection-timed-out", WhoActs::PartnerAdmin),
        (_, 4, 316) => ("code-connection-refused", WhoActs::PartnerAdmin),
        (_, 4, 317) => ("code-cannot-connect", WhoActs::PartnerAdmin),
        (_, 4, 318) => ("code-connection-closed", WhoActs::PartnerAdmin),
        (_, 7, 320) => ("code-certificate-failed", WhoActs::PartnerAdmin),
        (_, 7, 321..=325) => ("code-dane-failed", WhoActs::PartnerAdmin),
        // A server may name the hop count thus, but the loop is between systems of one organization.
        (5, 4, 14..=20) => ("code-loop", WhoActs::SenderAdmin),
        (5, 4, 6) | (4, 4, 6) => ("code-loop", WhoActs::RecipientAdmin),
        (5, 7, 64) => ("code-attribution-failed", WhoActs::SenderAdmin),
        (5, 7, 57) => ("code-client-not-authenticated", WhoActs::SenderAdmin),
        (_, 6, 7) => ("code-smtputf8", WhoActs::RecipientAdmin),
        (5, 7, 12 | 124 | 129 | 133..=136 | 193) if category == SenderRejected => {
            ("code-restricted-recipient", WhoActs::Recipient)
        }
        (_, 5, 3) if category == RateLimited => ("code-too-many-recipients", WhoActs::Sender),
        (_, 7, 10) if category == TlsFailure => ("tls_failure", WhoActs::SenderAdmin),
        (_, 7, 139) => ("code-login-switched-off", WhoActs::SenderAdmin),
        (5, 1, 90) => ("code-own-limit", WhoActs::Sender),
        (5, 2, 2) | (5, 4, 5) | (5, 7, 1) if category == RateLimited => {
            ("code-own-limit", WhoActs::Sender)
        }
        (_, 7, 520) => ("code-external-forwarding", WhoActs::SenderAdmin),
        (5, 1, 8) if reduced.contains("outbound") => {
            ("code-sender-blocked-for-spam", WhoActs::SenderAdmin)
        }
        (5, 7, 501..=503) => ("code-sender-blocked-for-spam", WhoActs::SenderAdmin),
        (5, 7, 708) => ("code-low-reputation-tenant", WhoActs::SenderAdmin),
        _ => return None,
    })
}

/// The code's own name is the explanation, where no words say more and the category would say something else.
fn code_alone(
    code: EnhancedCode,
    category: Category,
    reduced: &str,
) -> Option<(&'static str, WhoActs)> {
    let who = match (code.subject, code.detail) {
        (1, 4 | 5) | (7, 2) => WhoActs::Sender,
        (2, 251..=255) | (4, 62) | (7, 15 | 28 | 68 | 230..=236 | 703..=711 | 750 | 800) => {
            WhoActs::SenderAdmin
        }
        (2, 4)
        | (3, 3 | 6 | 190)
        | (4, 3 | 5 | 8)
        | (5, 5 | 6)
        | (7, 4 | 6 | 7 | 19 | 29 | 367) => who_acts_on(category),
        _ => return None,
    };
    let is_all = registered(code).is_some() && phrases::find(reduced).strong.is_none();
    is_all.then_some((CODE_ALONE, who))
}

/// Words that have an explanation of their own, whatever the code is.
fn special_words(category: Category, reduced: &str) -> Option<(&'static str, WhoActs)> {
    let has = |words: &[&str]| words.iter().any(|words| reduced.contains(words));
    Some(match category {
        ReputationBlock | RateLimited if has(&["greylist", "graylist"]) => {
            ("code-greylisted", WhoActs::Nobody)
        }
        UserUnknown | Filtered if has(&["suppress", "previously bounced", "bounced address"]) => {
            ("code-suppressed", WhoActs::Sender)
        }
        SenderRejected
            if has(&["resolver.rst.", "only accept", "not in the allowed", "notauthorized"]) =>
        {
            ("code-restricted-recipient", WhoActs::Recipient)
        }
        Security if has(&["resolver.rst.authrequired"]) => {
            ("code-restricted-recipient", WhoActs::Recipient)
        }
        _ => return None,
    })
}

/// Whose move it is, when nothing more is known than the category.
const fn who_acts_on(category: Category) -> WhoActs {
    match category {
        UserUnknown | Moved | DomainError | MessageTooBig | Virus | ContentError => WhoActs::Sender,
        MailboxFull | Filtered => WhoActs::Recipient,
        MailboxDisabled | Policy | NotAccept | System | MailerError | Network | Expired
        | ProtocolError | Unknown => WhoActs::RecipientAdmin,
        Spam | NotCompliant | AuthFailure | RequiresPtr | Security | ReputationBlock
        | SenderRejected | RelayDenied | Feedback => WhoActs::SenderAdmin,
        TlsFailure => WhoActs::PartnerAdmin,
        RateLimited | Delivered | Vacation => WhoActs::Nobody,
    }
}

/// True when a category tells of a failure.
const fn is_failure(category: Category) -> bool {
    !matches!(category, Delivered | Feedback | Vacation)
}
