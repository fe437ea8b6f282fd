//! Our reports, read by programs that are not ours: Python's strict parser, flufl.bounce (Mailman's), dkimpy.

use std::path::PathBuf;
use std::process::Command;

use causeway_testkit::server::Server;
use causeway_testkit::{Behaviour, ScriptedPeer};
use serde_json::{Value, json};

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
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/peer/check_report.py");
    let output = Command::new("python3")
        .env("PYTHONPATH", peers.path("python"))
        .arg(script)
        .args([zone, file])
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}\n{report}");
    serde_json::from_slice(&output.stdout).unwrap()
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

/// DSN-11.
#[test]
fn other_programs_read_our_reports_and_verify_their_signatures() {
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
