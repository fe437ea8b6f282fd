//! Our reports, read by programs that are not ours: Python's strict parser, flufl.bounce (Mailman's), dkimpy.

use std::path::{Path, PathBuf};
use std::process::Command;

use causeway_catalog::samples::failures;
use causeway_catalog::{Permanence, permanence};
use causeway_model::Recipient;
use causeway_model::config::Language;
use causeway_report::write::{Kind, write};
use causeway_testkit::server::Server;
use causeway_testkit::{Behaviour, ScriptedPeer};
use serde_json::{Value, json};

use super::cases::Case;
use super::peers::{Peers, ours};

/// What the programs found in a report.
fn read(peers: &Peers, server: &Server, keys: &[Value], report: &str) -> Value {
    let records: serde_json::Map<String, Value> = keys
        .iter()
        .map(|key| (key["record_name"].as_str().unwrap().to_owned(), key["record_value"].clone()))
        .collect();
    let (zone, file) = (server.place().join("zone.json"), server.place().join("report.eml"));
    std::fs::write(&zone, json!(records).to_string()).unwrap();
    std::fs::write(&file, report).unwrap();
    check(peers, &zone, &[file]).remove(0)
}

/// What the programs found in the reports of these files, one document each.
fn check(peers: &Peers, zone: &Path, files: &[PathBuf]) -> Vec<Value> {
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/peer/check_report.py");
    let output = Command::new("python3")
        .env("PYTHONPATH", peers.path("python"))
        .args([script.as_path(), zone])
        .args(files)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let documents = String::from_utf8(output.stdout).unwrap();
    documents.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn python() -> Option<Peers> {
    let peers = Peers::find()?;
    if peers.path("python/complete").exists() {
        return Some(peers);
    }
    assert_ne!(
        std::env::var("CI").as_deref(),
        Ok("true"),
        "no Python packages (scripts/peers fetch)"
    );
    None
}

fn hand_in(server: &Server, mail: &str, rcpt: &str, subject: &str) {
    let mut client = server.client();
    client.ehlo();
    assert_eq!(client.command(&format!("MAIL FROM:{mail}")).code, 250, "{}", client.transcript());
    assert_eq!(client.command(&format!("RCPT TO:{rcpt}")).code, 250, "{}", client.transcript());
    let message = format!(
        "From: alice@ours.test\r\nTo: x@partner.test\r\nSubject: {subject}\r\n\
         Date: Sat, 21 Nov 2026 09:05:00 +0000\r\nMessage-ID: <1@ours.test>\r\n\r\nGrüße.\r\n"
    );
    assert_eq!(client.content(&message).code, 250, "{}", client.transcript());
}

#[test]
fn dsn_11_other_programs_read_our_reports_and_verify_their_signatures() {
    let Some(peers) = python() else { return };
    let peer = ScriptedPeer::start(
        Behaviour::new()
            .keyword("SMTPUTF8")
            .keyword("8BITMIME")
            .reply("RCPT", ["550 5.1.1 no such user"]),
    );
    let server = ours()
        .relay_network("127.0.0.1/32")
        .organization("languages = [\"de\", \"en\"]\npublic_url = \"https://mail.ours.test\"")
        .connector("partner", "partner.test", peer.address(), "")
        .start();
    let keys = [
        server.json(&["dkim", "add", "ours.test", "--selector", "r"]),
        server.json(&["dkim", "add", "ours.test", "--selector", "e", "--algorithm", "ed25519"]),
    ];
    for (count, mail, rcpt, full, global) in [
        (1, "<alice@ours.test> BODY=8BITMIME", "<x@partner.test>", false, false),
        (2, "<alice@ours.test> BODY=8BITMIME RET=FULL", "<x@partner.test>", true, false),
        (3, "<alice@ours.test> SMTPUTF8 BODY=8BITMIME", "<jörg@partner.test>", false, true),
    ] {
        hand_in(&server, mail, rcpt, &format!("Zahlen und Fakten {count}"));
        let report = server.wait_for("the report", || {
            let needle = format!("Fakten {count}");
            server.maildir("alice@ours.test").into_iter().find(|mail| mail.contains(&needle))
        });
        let found = read(&peers, &server, &keys, &report);
        assert_eq!(found["defects"], json!([]), "{found}\n{report}");
        assert_eq!(found["type"], "multipart/report");
        let kind = if global { "global-delivery-status" } else { "delivery-status" };
        assert_eq!(found["report_type"], kind, "{found}");
        assert_eq!(found["from"], "postmaster@ours.test");
        assert_eq!(found["verified"], json!([true, true]), "{found}\n{report}");
        let leaves = found["leaves"].to_string();
        // What is returned: the parser goes into messages, so this is asked of the text.
        let returned = report.to_ascii_lowercase();
        let headers = ["text/rfc822-headers", "message/global-headers"];
        let only_headers = headers.iter().any(|kind| returned.contains(kind));
        assert_eq!(only_headers, !full, "{report}");
        assert!(leaves.starts_with("[\"text/plain\",\"text/html\""), "{leaves}");
        if !global {
            assert_eq!(found["permanent"], json!(["x@partner.test"]), "{found}");
            assert_eq!(found["temporary"], json!([]), "{found}");
        }
    }
}

#[test]
fn other_programs_read_every_agreed_report() {
    let Some(peers) = python() else { return };
    let place = peers.place();
    let mut written: Vec<(PathBuf, Case)> = Vec::new();
    for language in Language::ALL {
        let mut cases: Vec<Case> = Vec::new();
        for (_, failure, stage) in failures() {
            cases.push(Case::failure(Kind::Failed, language, &failure, stage));
            if permanence(&failure) == Permanence::Transient {
                cases.push(Case::failure(Kind::Delayed, language, &failure, stage));
            }
        }
        cases.extend([Case::refused(Kind::Failed, language), Case::about_report(language)]);
        let mut two = Case::refused(Kind::Failed, language);
        two.second_language = Language::ALL.into_iter().find(|other| *other != language);
        cases.push(two);
        for case in cases {
            let file = place.path().join(format!("{}.eml", written.len()));
            std::fs::write(&file, write(&case.request()).content).unwrap();
            written.push((file, case));
        }
    }
    let zone = place.path().join("zone.json");
    std::fs::write(&zone, "{}").unwrap();
    let files: Vec<PathBuf> = written.iter().map(|(file, _)| file.clone()).collect();
    let found = check(&peers, &zone, &files);
    assert_eq!(found.len(), written.len());
    for (found, (_, case)) in found.iter().zip(&written) {
        let subject = write(&case.request()).subject;
        assert_eq!(found["defects"], json!([]), "{subject}: {found}");
        assert_eq!(found["subject"], subject.as_str(), "{found}");
        // The address that the sender wrote, where it is known (RFC 3464 section 2.3.1).
        let written_to = |recipient: &Recipient| match &recipient.orcpt {
            Some((_, original)) => original.clone(),
            None => recipient.address.to_string(),
        };
        let mut recipients: Vec<String> =
            case.recipients.iter().map(|reported| written_to(&reported.recipient)).collect();
        if case.envelope.reverse_path.is_null() {
            // flufl.bounce looks into the report that comes back with it, too.
            recipients.insert(0, "anna@corp.example".into());
        }
        let (permanent, temporary) = match case.kind {
            Kind::Delayed => (json!([]), json!(recipients)),
            _ => (json!(recipients), json!([])),
        };
        assert_eq!((&found["permanent"], &found["temporary"]), (&permanent, &temporary), "{found}");
    }
}

#[test]
fn other_programs_take_a_delay_notice_for_one() {
    let Some(peers) = python() else { return };
    let peer = ScriptedPeer::refusing();
    let server = ours()
        .relay_network("127.0.0.1/32")
        .connector("partner", "partner.test", peer.address(), "")
        .mailflow("[queue]\ndelay_notice_after = [\"1s\"]\n")
        .start();
    hand_in(&server, "<alice@ours.test> BODY=8BITMIME", "<x@partner.test>", "late");
    let notice = server.wait_for("the notice", || server.maildir("alice@ours.test").pop());
    let found = read(&peers, &server, &[], &notice);
    assert_eq!(found["defects"], json!([]), "{found}");
    assert_eq!(
        (&found["temporary"], &found["permanent"]),
        (&json!(["x@partner.test"]), &json!([]))
    );
}
