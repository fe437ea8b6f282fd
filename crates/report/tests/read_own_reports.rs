//! Our own reports, read by our own reader: every failure, in every language, means on the way back
//! what it meant when the report was written.
#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use causeway_catalog::causes::{Category, causes_of, who_acts};
use causeway_catalog::codes::ENHANCED;
use causeway_catalog::samples::failures;
use causeway_catalog::{Permanence, Phase, WhoActs, permanence, status, status_of};
use causeway_model::config::Language;
use causeway_model::{EnhancedCode, Failure, Stage};
use causeway_report::read::{Action, ReadRecipient, read, render};
use causeway_report::write::{Kind, write};
use support::Case;

#[track_caller]
fn one(case: &Case) -> ReadRecipient {
    let explanation = read(&write(&case.request()).content);
    assert_eq!(explanation.generator.as_deref(), Some("Causeway"));
    assert_eq!(explanation.language, Some(case.language.tag()));
    let [row] = explanation.recipients.as_slice() else { panic!("{explanation:#?}") };
    assert_eq!(row.address.as_deref(), Some("anna@corp.example"));
    row.clone()
}

#[test]
fn every_failure_keeps_its_category_and_code_in_every_language() {
    let mut wrong = Vec::new();
    for (name, failure, stage) in failures() {
        for language in Language::ALL {
            for kind in [Kind::Failed, Kind::Delayed] {
                let queued = kind == Kind::Delayed;
                if queued && permanence(&failure) != Permanence::Transient {
                    continue;
                }
                let case = Case::failure(kind, language, &failure, stage);
                let row = one(&case);
                let recipient = &case.recipients[0];
                let mut line = status_of(recipient.result.as_ref().unwrap(), recipient.phase);
                // The class of a report's status always fits its action.
                line.enhanced.class = if queued { 4 } else { 5 };
                assert_eq!(row.enhanced_code, Some(line.enhanced), "{name} {language:?}: {row:#?}");
                assert_eq!(row.permanent, fails_again(&failure), "{name}: {row:#?}");
                assert_eq!(row.action, if queued { Action::Delayed } else { Action::Failed });
                let wanted = Category::of(&failure, stage);
                if row.category != wanted {
                    wrong.push(format!(
                        "{name} {kind:?} {language:?}: {} and not {}: {:?} {:?}",
                        row.category.name(),
                        wanted.name(),
                        row.diagnostic,
                        row.why
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn good_news_is_good_news() {
    for language in Language::ALL {
        for kind in [Kind::Delivered, Kind::Relayed, Kind::Expanded] {
            let row = one(&Case::success(kind, language));
            assert_eq!(row.category, Category::Delivered, "{kind:?}: {row:#?}");
            assert_eq!(row.action.word(), kind.action());
            assert!(!row.permanent);
        }
    }
}

/// The line alone, as the queue shows it or as somebody copies it from a report.
#[test]
fn a_report_about_a_report_is_about_the_one_who_did_not_get_it() {
    for language in Language::ALL {
        let explanation = read(&write(&Case::about_report(language).request()).content);
        let [row] = explanation.recipients.as_slice() else { panic!("{explanation:#?}") };
        assert_eq!(row.address.as_deref(), Some("forged@ext.example"), "{row:#?}");
        assert_eq!((row.category, row.permanent), (Category::UserUnknown, true), "{row:#?}");
    }
}

#[test]
fn every_line_alone_keeps_its_category() {
    let mut wrong = Vec::new();
    for (name, failure, stage) in failures() {
        // A bare "550 no" to RCPT is given the code 5.1.0, which says more than is known.
        if name == "bare-refusal" {
            continue;
        }
        for phase in [Phase::Queued, Phase::Final, Phase::Expired] {
            let line = status(&failure, stage, phase);
            let text = format!("{} {}", line.code_text(), line.text);
            let explanation = read(text.as_bytes());
            let row = &explanation.recipients[0];
            assert_eq!(row.enhanced_code, Some(line.enhanced), "{text}: {row:#?}");
            assert_eq!(row.reply_code, Some(line.code), "{text}: {row:#?}");
            let wanted = Category::of(&failure, stage);
            if row.category != wanted {
                wrong.push(format!(
                    "{name}: {} and not {}: {text:?} {:?}",
                    row.category.name(),
                    wanted.name(),
                    row.why
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Whether the same message would fail again, as the reports say it.
fn fails_again(failure: &Failure) -> bool {
    let ended_here = matches!(failure, Failure::Returned { .. } | Failure::Held { .. });
    !ended_here && permanence(failure) == Permanence::Permanent
}

/// Who may be named: for our own words who has to act by the catalog, for a peer's any party of a possible cause.
fn parties(failure: &Failure, stage: Stage) -> Vec<WhoActs> {
    let both = [false, true].into_iter();
    match failure {
        Failure::Replied { .. } => both
            .flat_map(|by| causes_of(failure, stage, by).into_iter().map(move |c| c.who_acts(by)))
            .collect(),
        _ => both.map(|by| who_acts(failure, stage, by)).collect(),
    }
}

/// The sender's side speaks of one administrator where the catalog tells the sender's from ours.
fn is_same(told: WhoActs, meant: WhoActs) -> bool {
    use WhoActs::{PartnerAdmin, RecipientAdmin, Sender, SenderAdmin, Service};
    let ours = |who| matches!(who, Sender | SenderAdmin | Service);
    let theirs = |who| matches!(who, RecipientAdmin | PartnerAdmin);
    told == meant || (theirs(told) && theirs(meant)) || (told == SenderAdmin && ours(meant))
}

#[test]
fn every_line_alone_says_who_acts_and_whether_it_can_pass_as_the_catalog_does() {
    let mut wrong = Vec::new();
    for (name, failure, stage) in failures() {
        // As above: the line alone says more than is known.
        if name == "bare-refusal" {
            continue;
        }
        let transient = permanence(&failure) == Permanence::Transient;
        for phase in if transient { [Phase::Queued, Phase::Expired] } else { [Phase::Final; 2] } {
            let line = status(&failure, stage, phase);
            let text = format!("{} {}", line.code_text(), line.text);
            let row = read(text.as_bytes()).recipients.remove(0);
            let meant = parties(&failure, stage);
            if !meant.iter().any(|who| is_same(row.who_acts, *who)) {
                wrong.push(format!("{name}: {:?} and not {meant:?}: {text:?}", row.who_acts));
            }
            if row.permanent != fails_again(&failure) {
                wrong.push(format!("{name}: permanent {}: {text:?}", row.permanent));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The codes that the manual lists: replies of our sessions and what ends a recipient.
#[test]
fn every_code_of_the_manual_is_explained_without_its_words() {
    let manual = include_str!("../../../docs/codes.md");
    let is_code = |text: &&str| {
        matches!(text.split_once(' '), Some((reply, enhanced)) if reply.len() == 3
            && reply.parse::<u16>().is_ok() && enhanced.parse::<EnhancedCode>().is_ok())
    };
    let codes: Vec<&str> = manual.split('`').filter(is_code).collect();
    assert!(codes.len() > 40, "{codes:?}");
    for text in codes {
        let row = read(text.as_bytes()).recipients.remove(0);
        let (reply, enhanced) = text.split_once(' ').unwrap();
        assert_eq!(row.enhanced_code, enhanced.parse().ok(), "{text}: {row:#?}");
        assert_eq!(row.reply_code, reply.parse().ok(), "{text}: {row:#?}");
        assert_eq!(row.permanent, enhanced.starts_with('5'), "{text}: {row:#?}");
        // Of 5.0.0 nothing is known but that it failed.
        let is_told = row.category != Category::Unknown || text == "554 5.0.0";
        assert!(is_told, "{text}: {row:#?}");
    }
}

/// What our sessions say when they refuse.
#[test]
fn refusals_of_our_sessions_are_explained_by_the_rule_that_they_name() {
    for (text, category, who) in [
        (
            "550 5.7.1 Relaying denied: not authenticated; corp.example is not an accepted domain (rule relay.stranger)",
            Category::RelayDenied,
            WhoActs::SenderAdmin,
        ),
        (
            "550 5.4.1 Relay access denied: the MX record of corp.example points here, but corp.example is not an accepted domain (rule relay.points-here)",
            Category::RelayDenied,
            WhoActs::RecipientAdmin,
        ),
        (
            "550 5.7.51 Mail from corp.example is taken here only from the servers that are known for it (rule inbound.restricted-sender)",
            Category::SenderRejected,
            WhoActs::SenderAdmin,
        ),
        (
            "530 5.7.0 This sender's server must use TLS: issue STARTTLS first (rule inbound.require-tls)",
            Category::TlsFailure,
            WhoActs::SenderAdmin,
        ),
        (
            "553 5.7.1 anna@corp.example may not send as b@corp.example (envelope sender) (rule identity.own)",
            Category::SenderRejected,
            WhoActs::Sender,
        ),
        (
            "550 5.1.1 b@corp.example is not a mailbox here (rule recipient.unknown)",
            Category::UserUnknown,
            WhoActs::Sender,
        ),
        (
            "552 5.3.4 the message is larger than 10485760 octets, the most this server takes",
            Category::MessageTooBig,
            WhoActs::Sender,
        ),
        (
            "452 4.5.3 no more than 100 recipients in one message; send the rest in another",
            Category::RateLimited,
            WhoActs::Sender,
        ),
        (
            "421 4.3.2 mx.corp.example is shutting down; try again in a moment",
            Category::System,
            WhoActs::RecipientAdmin,
        ),
        (
            "454 4.7.0 too many are logging in at the moment; try again in a minute",
            Category::RateLimited,
            WhoActs::Nobody,
        ),
        ("554 5.6.11 refused: the message has NUL octets", Category::ContentError, WhoActs::Sender),
    ] {
        let row = read(text.as_bytes()).recipients.remove(0);
        assert_eq!((row.category, row.who_acts), (category, who), "{text}: {row:#?}");
    }
}

/// Each code that is known, alone: nobody is told what the code does not say.
#[test]
fn every_known_code_alone_is_explained_by_its_name_in_every_language() {
    for entry in ENHANCED {
        let text = format!("550 5.{}.{}", entry.subject, entry.detail);
        let explanation = read(text.as_bytes());
        let mut names = Vec::new();
        for language in Language::ALL {
            let document = render(&explanation, language);
            let [row] = &document.recipients[..] else { panic!("{text}: {document:#?}") };
            let name = row.code_name.clone().unwrap_or_else(|| panic!("{text} in {language:?}"));
            assert!(!name.starts_with("status-"), "{text} in {language:?}: {name}");
            assert!(!row.cause.contains("{$") && row.cause.ends_with('.'), "{text}: {}", row.cause);
            names.push(name);
        }
        names.dedup();
        assert_eq!(names.len(), Language::ALL.len(), "{text}: {names:?}");
    }
}

#[test]
fn a_code_that_has_nothing_to_do_with_a_login_does_not_ask_for_one() {
    for (text, category, words) in [
        ("550 5.7.7", Category::Security, "Message integrity failure"),
        ("550 5.7.28", Category::RateLimited, "Mail flood detected"),
        ("550 5.2.251", Category::RateLimited, "full mailboxes"),
        ("550 5.7.800", Category::ReputationBlock, "is banned"),
        ("450 4.7.230", Category::Policy, "out of date"),
        ("550 5.3.3", Category::System, "not capable"),
    ] {
        let document = render(&read(text.as_bytes()), Language::En);
        let row = &document.recipients[0];
        assert_eq!(row.category, category, "{text}");
        assert!(row.cause.contains(words), "{text}: {}", row.cause);
    }
    // Where words say it, they count.
    let row = &read(b"550 5.7.7 Authentication required").recipients[0];
    assert_eq!(row.text_key, "security");
}

/// One input for each word of the closed list.
static ONE_OF_EACH: &[(Category, &str)] = &[
    (Category::UserUnknown, "550 5.1.1 User unknown"),
    (Category::Moved, "551 5.1.6 User has moved"),
    (Category::DomainError, "550 5.1.2 Host unknown"),
    (Category::MailboxFull, "552 5.2.2 Mailbox full"),
    (Category::MailboxDisabled, "550 5.2.1 This account has been disabled"),
    (Category::Filtered, "550 5.2.0 refused"),
    (Category::MessageTooBig, "552 5.3.4 Message too big"),
    (Category::Spam, "554 5.7.1 Message looks like spam"),
    (Category::Virus, "554 5.7.0 Virus found"),
    (Category::ContentError, "550 5.6.0 The structure of the message is broken"),
    (Category::NotCompliant, "550 5.7.1 message is not RFC 5322 compliant"),
    (Category::Policy, "550 5.7.900 Delivery not authorized"),
    (Category::AuthFailure, "550 5.7.26 SPF and DKIM checks did not pass"),
    (Category::RequiresPtr, "550 5.7.25 The sending address has no PTR record"),
    (Category::TlsFailure, "450 4.7.320 Certificate validation failed"),
    (Category::Security, "535 5.7.8 Authentication credentials invalid"),
    (Category::ReputationBlock, "554 5.7.1 Client host [192.0.2.25] blocked using bl.example"),
    (Category::SenderRejected, "550 5.1.8 Sender address rejected: domain not found"),
    (Category::RelayDenied, "550 5.7.64 TenantAttribution; Relay Access Denied"),
    (Category::RateLimited, "421 4.7.28 Rate limit exceeded"),
    (Category::Network, "450 4.4.316 Connection refused"),
    (Category::Expired, "550 5.4.300 Message expired"),
    (Category::NotAccept, "556 5.1.10 This domain does not accept mail"),
    (Category::System, "451 4.3.0 Temporary server error"),
    (Category::ProtocolError, "501 5.5.4 Syntax error in parameters"),
    (Category::MailerError, "unknown mailer error 255"),
    (Category::Delivered, "250 2.1.5 Ok"),
    (
        Category::Feedback,
        "From: <abuse@b.example>\nSubject: complaint\nMIME-Version: 1.0\nContent-Type: multipart/report; \
         report-type=feedback-report; boundary=x\n\n--x\nContent-Type: text/plain\n\nA complaint.\n--x\n\
         Content-Type: message/feedback-report\n\nFeedback-Type: abuse\nUser-Agent: B/1\nVersion: 1\n\
         Original-Rcpt-To: <anna@corp.example>\n--x--\n",
    ),
    (
        Category::Vacation,
        "From: <anna@corp.example>\nSubject: Out of office\nAuto-Submitted: auto-replied\n\nI am away until Monday.\n",
    ),
    (Category::Unknown, "550 No thank you"),
];

#[test]
fn every_category_of_the_closed_list_can_be_the_answer() {
    for (wanted, text) in ONE_OF_EACH {
        let rows = read(text.as_bytes()).recipients;
        let categories: Vec<Category> = rows.iter().map(|row| row.category).collect();
        assert_eq!(categories, [*wanted], "{text}");
    }
    let mut reached: Vec<Category> = ONE_OF_EACH.iter().map(|(category, _)| *category).collect();
    reached.sort();
    assert_eq!(reached, Category::ALL.to_vec(), "each once, in the order of the list");
}
