//! What holds for every report, whatever is put into it.
#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use std::collections::BTreeSet;
use std::path::Path;

use causeway_catalog::Problem;
use causeway_catalog::samples::failures;
use causeway_catalog::texts::files;
use causeway_model::config::Language;
use causeway_model::{BodyType, EnhancedCode, Failure, Reply, Return, ReversePath, Stage};
use causeway_report::write::{Kind, WrittenReport, write};
use mail_parser::{MessageParser, MimeHeaders};
use proptest::prelude::*;
use support::{Case, address};

/// Checks what every report promises, and gives it back.
fn checked(case: &Case) -> WrittenReport {
    let report = write(&case.request());
    let content = &report.content;
    assert!(content.ends_with(b"--\r\n"));
    let mut before = 0;
    for at in memchr::memchr2_iter(b'\r', b'\n', content) {
        match content[at] {
            b'\n' => {
                assert!(at > 0 && content[at - 1] == b'\r', "a lone LF");
                assert!(at - before <= 999, "a line of {} octets", at - before);
                before = at + 1;
            }
            _ => assert_eq!(content.get(at + 1), Some(&b'\n'), "a lone CR"),
        }
    }
    let header_end = memchr::memmem::find(content, b"\r\n\r\n").unwrap();
    assert_eq!(report.utf8_header, !content[..header_end].is_ascii());
    assert_eq!(report.eight_bit, !content[header_end..].is_ascii());
    let message = MessageParser::default().parse(content).unwrap();
    assert_eq!(message.content_type().unwrap().subtype(), Some("report"));
    assert_eq!(message.parts[0].sub_parts().unwrap().len(), 3);
    assert_eq!(message.message_id(), Some(report.message_id.trim_matches(['<', '>'])));
    report
}

fn text(report: &WrittenReport) -> String {
    String::from_utf8_lossy(&report.content).into_owned()
}

#[test]
fn the_original_comes_back_as_asked() {
    let mut case = Case::success(Kind::Relayed, Language::En);
    case.envelope.ret = Some(Return::Full);
    assert!(text(&checked(&case)).contains("text/rfc822-headers"), "only failures return it all");

    let mut case =
        Case::failure(Kind::Failed, Language::En, &Failure::ConnectionRefused, Stage::Connect);
    assert!(!text(&checked(&case)).contains("Here they are."));
    case.envelope.ret = Some(Return::Full);
    assert!(text(&checked(&case)).contains("message/rfc822\r\n\r\nReceived: "));
    assert!(text(&checked(&case)).contains("\r\n\r\nHere they are.\r\n"));

    // Larger than the cap: its header, and a note.
    case.size = 5_000_000;
    let report = text(&checked(&case));
    assert!(!report.contains("Here they are.") && report.contains("is 5.0 MB. Only its header"));

    // 8-bit content travels only where the sender's side can take it.
    case.content.extend_from_slice("Grüße\r\n".as_bytes());
    case.size = case.content.len() as u64;
    assert!(!checked(&case).eight_bit);
    case.envelope.body_type = BodyType::EightBitMime;
    assert!(checked(&case).eight_bit);
}

#[test]
fn peers_words_cannot_forge_fields_or_markup() {
    let reply = Reply {
        code: 550,
        enhanced: Some(EnhancedCode::new(5, 1, 1)),
        lines: vec![
            "no\r\nAction: delivered\r\n\r\n--=_causeway_123456789abcdef0_0\r\n--=_causeway_123456789abcdef0_1\r\nX: y".into(),
            "<script>alert(1)</script> \u{1b}[31m Ünknown".into(),
            "x".repeat(70_000),
        ],
    };
    let case = Case::failure(Kind::Failed, Language::En, &Failure::Replied { reply }, Stage::Rcpt);
    let report = checked(&case);
    let message = MessageParser::default().parse(&report.content).unwrap();
    assert!(!message.body_html(0).unwrap().contains("<script>"));
    let report = text(&report);
    assert!(!report.contains("\r\nAction: delivered"));
    assert!(!report.contains('\u{1b}'));
    assert!(report.len() < 60_000, "{}", report.len());
    assert!(report.contains("\\x{DC}nknown"), "the ASCII form names other characters");
    assert!(report.contains("[...]"), "what is cut is marked");
}

#[test]
fn a_double_bounce_goes_to_the_postmaster() {
    let mut case = Case::refused(Kind::Failed, Language::En);
    case.envelope.reverse_path = ReversePath::Null;
    assert!(text(&checked(&case)).contains("\r\nTo: <postmaster@contoso.example>\r\n"));
}

#[test]
fn expiry_without_any_attempt_is_told_too() {
    let mut case = Case::refused(Kind::Failed, Language::En);
    case.recipients[0].result = None;
    case.recipients[0].attempts.clear();
    case.recipients[0].attempt_count = 0;
    let report = text(&checked(&case));
    assert!(report.contains("\r\nStatus: 5.4.7\r\n"));
    assert!(report.contains("The time for delivering it has run out."));
}

#[test]
fn a_thousand_recipients_are_all_in_the_machine_part() {
    let mut case = Case::refused(Kind::Failed, Language::Sv);
    let one = case.recipients[0].clone();
    case.recipients = (0..1000)
        .map(|n| {
            let mut other = one.clone();
            other.recipient.address = address(&format!("user{n}@corp.example"));
            other
        })
        .collect();
    let report = text(&checked(&case));
    assert_eq!(report.matches("\r\nFinal-Recipient: rfc822; ").count(), 1000);
    assert!(report.contains("och 950 till"));
}

#[test]
fn many_recipients_with_many_answers_stay_readable() {
    let mut case = Case::refused(Kind::Failed, Language::En);
    case.recipients = (0..1000)
        .map(|n| {
            let address = format!("user{n}@d{}.example", n % 300);
            let reply = Reply::new(550, None, format!("<{address}>: no such user, case {n}"));
            support::failed(&address, Kind::Failed, &Failure::Replied { reply }, Stage::Rcpt)
        })
        .collect();
    let report = checked(&case);
    let message = MessageParser::default().parse(&report.content).unwrap();
    // Large mail programs cut HTML off at about 100 KiB.
    let html = message.body_html(0).unwrap();
    assert!(html.len() < 100_000, "{}", html.len());
    assert!(text(&report).contains("and 934 more"));

    // The same answer with the address in it is one answer.
    for recipient in &mut case.recipients {
        let address = format!("{}@corp.example", recipient.recipient.address.local());
        let reply = Reply::new(550, None, format!("<{address}>: no such user"));
        let failure = Failure::Replied { reply };
        *recipient = support::failed(&address, Kind::Failed, &failure, Stage::Rcpt);
    }
    let report = checked(&case);
    let message = MessageParser::default().parse(&report.content).unwrap();
    assert_eq!(message.body_html(0).unwrap().matches("no such user").count(), 1);
}

#[test]
fn hostile_headers_of_the_original_stay_in_their_part() {
    let mut case = Case::refused(Kind::Failed, Language::En);
    case.subject = Some("a\r\nBcc: victim@example.test\r\n\r\nbody".into());
    case.message_id = Some("<x>\r\nEvil: yes".into());
    case.organization = "Contoso\r\nEvil: yes".into();
    case.content = b"--=_causeway_123456789abcdef0_0--\r\nSubject: \0\r\n\nlone\r".to_vec();
    case.size = case.content.len() as u64;
    let report = checked(&case);
    let text = text(&report);
    let header = text.split("\r\n\r\n").next().unwrap();
    assert!(!header.contains("\r\nBcc:") && !header.contains("\r\nEvil:"));
    assert!(!header.contains("In-Reply-To"));
}

#[test]
fn no_text_of_ours_is_unused() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut sources = String::new();
    for entry in std::fs::read_dir(root).unwrap() {
        let folder = entry.unwrap().path().join("src");
        if folder.is_dir() {
            read_sources(&folder, &mut sources);
        }
    }
    // Keys that are made of parts.
    let mut made: BTreeSet<String> =
        Problem::ALL.iter().map(|problem| problem.text_key().to_owned()).collect();
    for cause in causeway_catalog::causes::ALL {
        made.insert(cause.title_key());
    }
    for (_, _, stage) in failures() {
        made.insert(format!("stage-{}", stage.name()));
    }
    for kind in [Kind::Failed, Kind::Delayed, Kind::Delivered, Kind::Relayed, Kind::Expanded] {
        made.insert(format!("subject-{}", kind.action()));
        made.insert(format!("headline-{}-one", kind.action()));
        made.insert(format!("headline-{}-many", kind.action()));
    }
    for who in causeway_catalog::WhoActs::ALL {
        made.insert(who.text_key().to_owned());
        made.insert(who.text_key().replacen("who", "move", 1));
    }
    for month in 1..=12 {
        made.insert(format!("month-{month:02}"));
    }
    for (file, content) in files(Language::En) {
        if !["common.ftl", "causes.ftl", "report.ftl"].contains(file) {
            continue;
        }
        for line in content.lines() {
            let Some((key, _)) = line.split_once(" =") else { continue };
            if !key.starts_with(|c: char| c.is_ascii_lowercase()) {
                continue;
            }
            assert!(
                made.contains(key)
                    || ["stage-ehlo", "stage-data"].contains(&key)
                    || sources.contains(&format!("\"{key}\"")),
                "{file}: nothing uses {key}"
            );
        }
    }
}

fn read_sources(folder: &Path, into: &mut String) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read_sources(&path, into);
        } else if path.extension().is_some_and(|e| e == "rs") {
            into.push_str(&std::fs::read_to_string(path).unwrap());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_original_and_any_answer_give_a_sound_report(
        content in proptest::collection::vec(any::<u8>(), 0..600),
        answer in "\\PC{0,200}|[\\x00-\\x7f]{0,200}",
        subject in proptest::option::of("\\PC{0,120}"),
        language in 0usize..4,
        code in 400u16..600,
        full in any::<bool>(),
        eight in any::<bool>(),
    ) {
        let reply = Reply { code, enhanced: None, lines: answer.lines().map(str::to_owned).collect() };
        let mut case =
            Case::failure(Kind::Failed, Language::ALL[language], &Failure::Replied { reply }, Stage::Rcpt);
        case.size = content.len() as u64;
        case.content = content;
        case.subject = subject;
        case.envelope.ret = full.then_some(Return::Full);
        case.envelope.smtputf8 = eight;
        if eight {
            case.envelope.body_type = BodyType::EightBitMime;
        }
        let first = checked(&case);
        prop_assert_eq!(first, write(&case.request()));
    }
}
