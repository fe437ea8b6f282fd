//! Reports as they are sent, compared with golden files.
//!
//! `tests/golden/text/` has what people and machines read of a report, for every kind of failure, in
//! English, and for some of them in the other languages; `tests/golden/mail/` has whole messages.
//! After a change that is meant, run with `UPDATE=1` and read the difference.
#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use std::path::PathBuf;

use causeway_catalog::samples::failures;
use causeway_catalog::{Permanence, permanence};
use causeway_model::config::Language;
use causeway_report::write::{Kind, write};
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
    let chosen = [
        "domain-not-found",
        "connect-timeout",
        "connection-refused",
        "certificate-name-mismatch",
        "user-unknown",
        "relay-denied",
        "too-big",
        "no-connector",
        "returned",
    ];
    for language in [Language::De, Language::Nl, Language::Sv] {
        for (name, failure, stage) in failures() {
            if !chosen.contains(&name) {
                continue;
            }
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
    let global = Case::global();
    compare("mail", "failed-global-en.eml", &write(&global.request()).content);
    let several = Case::several();
    compare("mail", "failed-several-de.eml", &write(&several.request()).content);
}
