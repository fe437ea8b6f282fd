//! What status and reply codes say about the category, where they say something.

use causeway_model::EnhancedCode;

use super::Category::{self, *};
use super::phrases::Hit;

/// A code that is believed over a phrase of a more general kind.
pub(super) fn code_over_phrase(code: Option<EnhancedCode>, hit: Option<Hit>) -> Option<Category> {
    let code = code?;
    let phrase = hit.map(|hit| hit.category);
    let expiry = hit.is_some_and(|hit| hit.pattern.contains("expired"));
    let general = matches!(
        phrase?,
        UserUnknown | Policy | System | Network | Expired | ContentError | Security
    );
    let not_authenticated = phrase == Some(Security);
    // Where somebody is slowed down, the code says for what.
    let general = general || matches!(phrase?, RateLimited | ReputationBlock) && code.subject == 7;
    match (code.subject, code.detail) {
        (2, 2) if general => Some(MailboxFull),
        (7, 25) if general => Some(RequiresPtr),
        (7, 20..=22 | 24 | 26) if general => Some(AuthFailure),
        (7, 23) if general => Some(AuthFailure),
        (1, 6) if general => Some(Moved),
        (1, 7 | 8) if general => Some(SenderRejected),
        (7, 320..=325) => Some(TlsFailure),
        (7, 29) if general => Some(TlsFailure),
        // Exchange: groups and mailboxes that take mail from some senders only.
        (7, 12 | 124 | 133..=136) if not_authenticated => Some(SenderRejected),
        // Exchange: mail flow rules have these codes to themselves.
        (7, 900..=999) => Some(Policy),
        (2, 121 | 122) => Some(RateLimited),
        // Exchange and Causeway: what became of the connection, unless the words speak of the expiry.
        (4, 315..=318) if phrase == Some(Expired) && !expiry => Some(Network),
        (6, 7..=10) if phrase == Some(ProtocolError) => Some(ContentError),
        _ => None,
    }
}

/// What a status code says, where it says something specific.
pub(super) fn specific_status(code: EnhancedCode) -> Option<Category> {
    Some(match (code.subject, code.detail) {
        (1, 1 | 3 | 10 | 20 | 351) => UserUnknown,
        (1, 9) | (3, 190) => System,
        (1, 2) | (4, 4 | 310) => DomainError,
        (1, 6) | (7, 17) => Moved,
        (1, 7 | 8 | 90) => SenderRejected,
        (2, 1) | (7, 13) => MailboxDisabled,
        (2, 2) => MailboxFull,
        (2, 3) | (3, 4) => MessageTooBig,
        (2, 121 | 122 | 251..=255) | (5, 3) => RateLimited,
        (7, 28 | 232..=236 | 500 | 508) => RateLimited,
        (7, 703) | (7, 230) => Policy,
        (7, 711) => ReputationBlock,
        (7, 700..=749) => RateLimited,
        (2, 14) => System,
        (3, 1 | 3 | 5) => System,
        // For now it takes none: that passes.
        (3, 2) if code.class == 4 => System,
        (3, 2) => NotAccept,
        (4, 6 | 14..=20) => Network,
        (4, 7 | 300) => Expired,
        (4, 312..=318) => Network,
        (4, 8) | (7, 320..=325 | 5 | 10 | 30) => TlsFailure,
        (7, 20..=24 | 26 | 509 | 515) => AuthFailure,
        (7, 25) => RequiresPtr,
        (7, 12 | 51 | 60 | 124 | 129 | 133..=136 | 193 | 750) => SenderRejected,
        (7, 16) => MessageTooBig,
        (7, 18) => Moved,
        (7, 900..=999) => Policy,
        (7, 504 | 505) => MailboxDisabled,
        (7, 64 | 68 | 367) => RelayDenied,
        (7, 27) => NotAccept,
        (6, _) => ContentError,
        (7, 8 | 9 | 14 | 57 | 139 | 3) => Security,
        (7, 501..=503 | 506 | 507 | 510..=513 | 606..=699 | 800 | 850..=899) => ReputationBlock,
        _ => return None,
    })
}

/// What a status code hints at.
pub(super) fn vague_status(code: EnhancedCode) -> Option<Category> {
    Some(match (code.subject, code.detail) {
        (1, _) => UserUnknown,
        (2, _) => Filtered,
        (3, _) => System,
        (4, 1) if code.class == 5 => Expired,
        (4, _) => Network,
        (5, _) => ProtocolError,
        (7, 1 | 2) if code.class == 4 => ReputationBlock,
        (7, 1 | 2) => Policy,
        (7, _) => Security,
        _ => return None,
    })
}

pub(super) fn reply_meaning(code: u16) -> Option<Category> {
    Some(match code {
        421 => Network,
        450 | 550 => return None,
        451 | 471 => System,
        452 => MailboxFull,
        500..=504 => ProtocolError,
        530 | 534 | 535 | 538 => Security,
        521 | 556 => NotAccept,
        523 => MessageTooBig,
        551 => Moved,
        552 => MailboxFull,
        _ => return None,
    })
}
