//! What replies of Exchange mean, hosted and on premises: by code, words and origin.
//!
//! Both use registered codes in senses of their own, and hosted Exchange has hundreds of codes that no standard
//! knows. A row says what a code means with certain words, or from a certain origin; the first row that fits counts.
//! Codes that mean the same from everybody are not here (see [`reply`](crate::reply)).

use causeway_model::EnhancedCode;

use crate::reply::Meaning;

/// Which Exchange a reply comes from, by what only it writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The hosted service.
    Hosted,
    /// A server of somebody's own.
    OnPremises,
}

impl Origin {
    /// The origin of a reply with these words, in lower case. `None`: not Exchange, or not to be told.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        let has = |marks: &[&str]| marks.iter().any(|mark| text.contains(mark));
        if has(&["outlook.com", "office365.us", "as(", "[attr", "attr3", "tenant"]) {
            return Some(Self::Hosted);
        }
        has(&["resolver.", "storedrv.", "smtpsend.", "queue.expired"]).then_some(Self::OnPremises)
    }
}

/// One row: from whom, which code, with which words, and what it means.
struct Row {
    /// `None`: whoever says it.
    origin: Option<Origin>,
    subject: u16,
    /// The first and the last detail.
    details: (u16, u16),
    /// Words that must be there, in lower case; empty: any.
    words: &'static str,
    meaning: Meaning,
}

const fn row(
    origin: Option<Origin>,
    subject: u16,
    details: (u16, u16),
    words: &'static str,
    meaning: Meaning,
) -> Row {
    Row { origin, subject, details, words, meaning }
}

/// Whoever says it.
const ANY: Option<Origin> = None;
const HOSTED: Option<Origin> = Some(Origin::Hosted);
const OWN: Option<Origin> = Some(Origin::OnPremises);

/// Codes that mean several things, and codes that only Exchange has.
const ROWS: &[Row] = &[
    row(ANY, 1, (0, 0), "sender denied", Meaning::SenderRefused),
    row(HOSTED, 1, (8, 8), "bad outbound sender", Meaning::Blocked),
    row(ANY, 1, (10, 10), "recipientnotfound", Meaning::UserUnknown),
    row(HOSTED, 1, (20, 20), "", Meaning::Content),
    // A full mailbox, and the sender's own quota.
    row(ANY, 2, (2, 2), "submission quota", Meaning::RateLimited),
    row(ANY, 2, (251, 255), "", Meaning::RateLimited),
    row(OWN, 3, (0, 0), "too many related errors", Meaning::Content),
    row(ANY, 3, (2, 2), "thread limit exceeded", Meaning::RateLimited),
    row(ANY, 3, (190, 190), "", Meaning::Policy),
    // Hosted Exchange refuses recipients that its edge does not know with a routing code.
    row(ANY, 4, (1, 1), "recipient address rejected", Meaning::UserUnknown),
    row(HOSTED, 4, (4, 4), "no mail-enabled subscriptions", Meaning::RelayDenied),
    row(HOSTED, 4, (62, 62), "", Meaning::RelayDenied),
    row(ANY, 4, (15, 20), "", Meaning::Loop),
    row(ANY, 5, (0, 0), "mailbox unavailable", Meaning::UserUnknown),
    row(ANY, 6, (11, 11), "", Meaning::Content),
    row(ANY, 7, (1, 1), "authrequired", Meaning::LoginRequired),
    row(ANY, 7, (3, 3), "starttls", Meaning::TlsRequired),
    row(HOSTED, 7, (12, 13), "", Meaning::Policy),
    row(ANY, 7, (51, 51), "tenantinboundattribution", Meaning::RelayDenied),
    row(ANY, 7, (68, 68), "direct send", Meaning::RelayDenied),
    row(ANY, 7, (139, 139), "", Meaning::LoginRequired),
    row(ANY, 7, (230, 230), "", Meaning::Policy),
    row(ANY, 7, (232, 236), "", Meaning::RateLimited),
    row(ANY, 7, (367, 367), "", Meaning::RelayDenied),
    row(ANY, 7, (500, 500), "", Meaning::RateLimited),
    row(ANY, 7, (501, 503), "", Meaning::Blocked),
    row(ANY, 7, (504, 505), "", Meaning::UserUnknown),
    row(ANY, 7, (506, 506), "", Meaning::Protocol),
    row(ANY, 7, (507, 507), "", Meaning::Blocked),
    row(ANY, 7, (510, 510), "", Meaning::Policy),
    row(ANY, 7, (512, 512), "", Meaning::Content),
    row(ANY, 7, (520, 520), "", Meaning::Policy),
    row(ANY, 7, (703, 703), "", Meaning::Policy),
    row(ANY, 7, (705, 705), "", Meaning::RateLimited),
    row(ANY, 7, (708, 708), "", Meaning::Blocked),
    row(ANY, 7, (711, 711), "", Meaning::Blocked),
    row(ANY, 7, (750, 750), "", Meaning::SenderRefused),
    row(ANY, 7, (800, 800), "", Meaning::Blocked),
    row(ANY, 7, (850, 899), "", Meaning::RateLimited),
    // Mail flow rules have these to themselves.
    row(ANY, 7, (900, 999), "", Meaning::Policy),
];

/// What a reply with this code and these words (in lower case) means. `None`: nothing of Exchange's own.
pub(crate) fn meaning(code: EnhancedCode, text: &str) -> Option<Meaning> {
    let origin = Origin::of(text);
    let fits = |row: &&Row| {
        row.subject == code.subject
            && (row.details.0..=row.details.1).contains(&code.detail)
            && (row.origin.is_none() || row.origin == origin)
            && text.contains(row.words)
    };
    ROWS.iter().find(fits).map(|row| row.meaning)
}

/// Whether a refusal to relay says that the service did not recognise the sender's server: no connector there fits
/// its certificate or address, or the sender's domain is not accepted there.
#[must_use]
pub fn is_unattributed(code: Option<EnhancedCode>, text: &str) -> bool {
    let is_code = code.is_some_and(|code| (code.subject, code.detail) == (7, 64));
    let text = text.to_lowercase();
    is_code || ["tenantattribution", "tenantinboundattribution"].iter().any(|w| text.contains(w))
}

#[cfg(test)]
mod tests {
    use super::*;
    use causeway_model::{Reply, Stage};

    fn told(code: u16, enhanced: &str, text: &str) -> Meaning {
        let reply = Reply::new(code, enhanced.parse().ok(), text);
        crate::reply::meaning(&reply, Stage::Rcpt)
    }

    #[test]
    fn one_code_means_different_things_by_its_words() {
        assert_eq!(told(550, "5.2.2", "Submission quota exceeded"), Meaning::RateLimited);
        assert_eq!(told(550, "5.2.2", "Mailbox full"), Meaning::MailboxFull);
        assert_eq!(told(432, "4.3.2", "recipient thread limit exceeded"), Meaning::RateLimited);
        assert_eq!(told(451, "4.3.2", "Please try again"), Meaning::SystemTrouble);
        assert_eq!(told(451, "5.7.3", "STARTTLS is required to send mail"), Meaning::TlsRequired);
        assert_eq!(told(550, "5.7.1", "RESOLVER.RST.AuthRequired"), Meaning::LoginRequired);
        assert_eq!(told(550, "5.7.51", "TenantInboundAttribution; no"), Meaning::RelayDenied);
        // Our own reply with this code.
        assert_eq!(told(550, "5.7.51", "not from its servers"), Meaning::Policy);
    }

    #[test]
    fn one_code_means_different_things_by_its_origin() {
        let hosted = "sender not authenticated [ab.eurprd01.prod.outlook.com]";
        assert_eq!(told(550, "5.7.12", hosted), Meaning::Policy);
        assert_eq!(told(550, "5.1.8", "bad outbound sender AS(42004)"), Meaning::Blocked);
        assert_eq!(told(550, "5.1.8", "bad outbound sender"), Meaning::SenderRefused);
        assert_eq!(Origin::of("resolver.adr.exrecipnotfound; not found"), Some(Origin::OnPremises));
        assert_eq!(Origin::of("user unknown"), None);
    }

    #[test]
    fn every_row_can_be_reached_and_is_lower_case() {
        for (index, row) in ROWS.iter().enumerate() {
            assert_eq!(row.words, row.words.to_lowercase());
            assert!(row.details.0 <= row.details.1);
            let mark = match row.origin {
                Some(Origin::Hosted) => " outlook.com",
                Some(Origin::OnPremises) => " storedrv.",
                None => "",
            };
            let text = format!("{}{mark}", row.words);
            let code = format!("5.{}.{}", row.subject, row.details.0).parse().unwrap();
            let first = ROWS.iter().position(|other| std::ptr::eq(other, row));
            assert_eq!(first, Some(index));
            assert_eq!(
                meaning(code, &text),
                Some(row.meaning),
                "5.{}.{}",
                row.subject,
                row.details.0
            );
        }
    }

    #[test]
    fn a_server_that_is_not_recognised_is_told_from_one_that_may_not_relay() {
        let code = |text: &str| text.parse().ok();
        assert!(is_unattributed(code("5.7.64"), "Relay Access Denied"));
        assert!(is_unattributed(code("5.7.51"), "TenantInboundAttribution; There is a connector"));
        assert!(!is_unattributed(code("5.7.1"), "Unable to relay"));
    }
}
