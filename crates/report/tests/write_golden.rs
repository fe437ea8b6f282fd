//! Reports as they are sent, compared with golden files.
//!
//! `tests/golden/text/` has what people and machines read of a report, for every kind of failure, in
//! English, and for some of them in the other languages; `tests/golden/text/causes/` has what sender and
//! administrator read where a cause is confirmed, for every cause and language; `tests/golden/mail/` has whole
//! messages.
//! After a change that is meant, run with `UPDATE=1` and read the difference.
#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use std::path::PathBuf;

use causeway_catalog::causes::{self, causes_of};
use causeway_catalog::samples::failures;
use causeway_catalog::texts::own::{OwnTexts, Reader};
use causeway_catalog::{Cause, Permanence, Texts, permanence};
use causeway_model::config::Language;
use causeway_model::{Failure, Stage};
use causeway_report::write::{Kind, KnownCause, Standing, write};
use mail_parser::{MessageParser, MimeHeaders};
use support::Case;

fn compare(folder: &str, name: &str, actual: &[u8]) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(folder);
    let file = path.join(name);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::create_dir_all(&path).unwrap();
        std::fs::write(&file, actual).unwrap();
        return;
    }
    let golden = std::fs::read(&file)
        .unwrap_or_else(|error| panic!("{}: {error}; run with UPDATE=1", file.display()));
    assert!(
        golden == actual,
        "{} differs from what is written now; run with UPDATE=1 and read the difference:\n{}",
        file.display(),
        String::from_utf8_lossy(actual)
    );
}

/// The words without the ends of lines.
fn unwrapped(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What is read of a report: subject, plain text, machine part; `\n` line ends.
fn readable(content: &[u8]) -> String {
    let message = MessageParser::default().parse(content).unwrap();
    let machine = message
        .parts
        .iter()
        .find(|part| {
            part.content_type()
                .and_then(|kind| kind.subtype())
                .is_some_and(|kind| kind.ends_with("delivery-status"))
        })
        .unwrap();
    format!(
        "Subject: {}\n\n{}\n=== for machines ===\n{}",
        message.subject().unwrap(),
        message.body_text(0).unwrap(),
        String::from_utf8_lossy(machine.contents())
    )
    .replace("\r\n", "\n")
}

#[test]
fn every_failure_reads_as_agreed_in_english() {
    for (name, failure, stage) in failures() {
        let transient = permanence(&failure) == Permanence::Transient;
        let kinds: &[Kind] =
            if transient { &[Kind::Failed, Kind::Delayed] } else { &[Kind::Failed] };
        for kind in kinds {
            let case = Case::failure(*kind, Language::En, &failure, stage);
            let text = readable(&write(&case.request()).content);
            compare("text/en", &format!("{}-{name}.txt", kind.action()), text.as_bytes());
        }
    }
}

#[test]
fn the_other_languages_read_as_agreed() {
    for language in [Language::De, Language::Nl, Language::Sv] {
        for (name, failure, stage) in failures() {
            let case = Case::failure(Kind::Failed, language, &failure, stage);
            let folder = format!("text/{}", language.tag());
            let text = readable(&write(&case.request()).content);
            compare(&folder, &format!("failed-{name}.txt"), text.as_bytes());
            if name == "connection-refused" {
                let case = Case::failure(Kind::Delayed, language, &failure, stage);
                let text = readable(&write(&case.request()).content);
                compare(&folder, &format!("delayed-{name}.txt"), text.as_bytes());
            }
        }
    }
}

/// Texts of an organization: for everybody, for our own people, for strangers.
fn own_texts() -> OwnTexts {
    let files = [
        ("en/all.ftl", "whom-to-ask = Questions: call 4711, or write to { $postmaster }\n"),
        (
            "en/5.4.316.internal.ftl",
            "note = The line to { $domain } is being repaired. No need to call.\n",
        ),
        (
            "en/5.4.316.external.ftl",
            "what-happened = We cannot reach { $domain } ({ $code }).\nwhat-to-do =\n    Wait until tomorrow.\n    Send it again.\n",
        ),
        ("de/all.ftl", "whom-to-ask = Fragen: Telefon 4711, oder an { $postmaster }\n"),
        ("nl/all.ftl", "whom-to-ask = Vragen: telefoon 4711, of { $postmaster }\n"),
        ("sv/all.ftl", "whom-to-ask = Frågor: telefon 4711 eller { $postmaster }\n"),
    ];
    let files = files.map(|(path, text)| (path.to_owned(), text.to_owned()));
    let (texts, problems) = OwnTexts::read(&files);
    assert_eq!(problems, []);
    texts
}

#[test]
fn the_organization_s_own_texts_stand_where_ours_would() {
    let texts = std::sync::Arc::new(own_texts());
    for language in Language::ALL {
        for (reader, name) in [(Reader::Internal, "internal"), (Reader::External, "external")] {
            let mut case = Case::refused(Kind::Failed, language);
            case.own_texts = Some(std::sync::Arc::clone(&texts));
            case.reader = reader;
            let text = readable(&write(&case.request()).content);
            compare("text/own", &format!("{}-{name}.txt", language.tag()), text.as_bytes());
        }
    }
}

#[test]
fn nothing_that_was_tested_is_called_untested() {
    for language in Language::ALL {
        let texts = Texts::get(language);
        for (evidence, key, other) in [
            ("", "move-not-tested", "move-not-settled"),
            ("192.0.2.7:25: the connection is refused", "move-not-settled", "move-not-tested"),
        ] {
            let (failure, stage) = (Failure::ConnectionRefused, Stage::Connect);
            let mut case = Case::failure(Kind::Delayed, language, &failure, stage);
            case.recipients[0].causes = ["server-down", "server-retired"]
                .map(|id| KnownCause {
                    cause: Cause::by_id(id).unwrap(),
                    standing: Standing::Possible,
                    evidence: vec![(language, evidence.into())],
                })
                .to_vec();
            let text = unwrapped(&readable(&write(&case.request()).content));
            assert!(text.contains(&unwrapped(&texts.text(key))), "{text}");
            assert!(!text.contains(&unwrapped(&texts.text(other))), "{text}");
        }
    }
}

/// A failure that the cause leads to, and whether on the way through a connector.
fn failure_of(cause: Cause) -> (&'static str, Failure, Stage, bool) {
    for (name, failure, stage) in failures() {
        for connector in [true, false] {
            if causes_of(&failure, stage, connector).contains(&cause) {
                return (name, failure, stage, connector);
            }
        }
    }
    panic!("no sample of a failure has the cause {}", cause.id);
}

/// Of the plain text, what the cause decides: whose move it is and what to do; and what administrators read
/// about it.
fn cause_in(text: &str, language: Language) -> (String, String) {
    let texts = Texts::get(language);
    let between = |start: &str, end: &str| {
        let start = text.find(start).unwrap();
        let length = text[start..].find(end).unwrap();
        text[start..start + length].trim_end().to_owned()
    };
    let person = text[text.find("\n\n").unwrap()..].trim_start().to_owned();
    let person = person[person.find("\n\n").unwrap()..].trim_start();
    let person = &person[..person.find(&texts.text("heading-message")).unwrap()];
    let admin = between(&texts.text("heading-causes-found"), &texts.text("heading-hops"));
    (person.trim_end().to_owned(), admin)
}

#[test]
fn every_cause_reads_as_agreed_for_senders_and_administrators_in_every_language() {
    for language in Language::ALL {
        let texts = Texts::get(language);
        let mut all = String::new();
        for &cause in causes::ALL {
            let (name, failure, stage, connector) = failure_of(cause);
            let case = Case::confirmed(language, cause, (&failure, stage), connector);
            let text = readable(&write(&case.request()).content);
            let (person, admin) = cause_in(&text, language);
            let title = unwrapped(&texts.text(&cause.title_key()));
            let action = unwrapped(&texts.text(&cause.action_key_on(connector)));
            let admin_words = unwrapped(&admin);
            assert!(admin_words.contains(&title) && admin_words.contains(&action), "{admin}");
            let guess = unwrapped(&texts.text("move-not-tested"));
            assert!(!unwrapped(&person).contains(&guess), "it is known: {person}");
            all.push_str(&format!("{:=<76}\n", format!("== {} ({name}) ", cause.id)));
            all.push_str(&format!("{person}\n\n{admin}\n\n"));
        }
        compare("text/causes", &format!("{}.txt", language.tag()), all.as_bytes());
    }
}

#[test]
fn a_report_that_found_nobody_reads_as_agreed_for_the_postmaster() {
    for language in Language::ALL {
        let text = readable(&write(&Case::about_report(language).request()).content);
        compare("text/own", &format!("{}-about-report.txt", language.tag()), text.as_bytes());
    }
}

#[test]
fn a_report_in_two_languages_has_the_evidence_in_both() {
    let mut case = Case::refused(Kind::Failed, Language::De);
    case.second_language = Some(Language::Nl);
    let text = readable(&write(&case.request()).content);
    let german = text.find("(de) Last success").unwrap();
    let dutch = text.find("(nl) Last success").unwrap();
    let heading = |language| Texts::get(language).text("heading-admin");
    assert!(text.find(&heading(Language::De)).unwrap() < german, "{text}");
    assert!(german < text.find(&heading(Language::Nl)).unwrap(), "{text}");
    assert!(text.find(&heading(Language::Nl)).unwrap() < dutch, "{text}");
}

#[test]
fn in_doubt_two_languages_stand_one_below_the_other() {
    for (first, second) in [(Language::De, Language::En), (Language::En, Language::Sv)] {
        let mut case = Case::refused(Kind::Failed, first);
        case.second_language = Some(second);
        case.page = Some("https://mail.contoso.example/report/TOKEN".into());
        case.help = Some("https://mail.contoso.example".into());
        let written = write(&case.request());
        let name = format!("two-{}-{}", first.tag(), second.tag());
        compare("mail", &format!("{name}.eml"), &written.content);
        compare("text/two", &format!("{name}.txt"), readable(&written.content).as_bytes());
        let text = String::from_utf8(written.content).unwrap();
        let both = format!("Content-Language: {}, {}", first.tag(), second.tag());
        assert_eq!(text.matches(&both).count(), 3, "header and both forms of the text");
    }
}

#[test]
fn what_an_administrator_ended_is_not_said_to_fail_again() {
    let returned = causeway_model::Failure::Returned { reason: "the project has ended".into() };
    for language in Language::ALL {
        let case = Case::failure(Kind::Failed, language, &returned, causeway_model::Stage::Route);
        let text = readable(&write(&case.request()).content);
        let final_words = Texts::get(language).text("verdict-final");
        assert!(!text.contains(&final_words[..20]), "{text}");
        assert!(text.contains("the project has ended"), "{text}");
    }
}

#[test]
fn whole_messages_are_as_agreed() {
    for language in Language::ALL {
        let case = Case::refused(Kind::Failed, language);
        let name = format!("failed-{}.eml", language.tag());
        compare("mail", &name, &write(&case.request()).content);
    }
    for kind in [Kind::Delayed, Kind::Delivered, Kind::Relayed, Kind::Expanded] {
        let case = match kind {
            Kind::Delayed => Case::refused(kind, Language::En),
            _ => Case::success(kind, Language::En),
        };
        compare("mail", &format!("{}-en.eml", kind.action()), &write(&case.request()).content);
    }
    let lost = Case::about_report(Language::En);
    compare("mail", "failed-report-en.eml", &write(&lost.request()).content);
    let global = Case::global();
    compare("mail", "failed-global-en.eml", &write(&global.request()).content);
    let several = Case::several();
    compare("mail", "failed-several-de.eml", &write(&several.request()).content);
}
