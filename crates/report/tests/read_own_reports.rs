//! Our own reports, read by our own reader: every failure, in every language, means on the way back
//! what it meant when the report was written.
#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use causeway_catalog::causes::Category;
use causeway_catalog::samples::failures;
use causeway_catalog::{Permanence, Phase, permanence, status, status_of};
use causeway_model::Failure;
use causeway_model::config::Language;
use causeway_report::read::{Action, ReadRecipient, read};
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
                let ended_here = matches!(failure, Failure::Returned { .. } | Failure::Held { .. });
                let fails_again = !ended_here && permanence(&failure) == Permanence::Permanent;
                assert_eq!(row.permanent, fails_again, "{name}: {row:#?}");
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
        for phase in [Phase::Queued, Phase::Final] {
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
