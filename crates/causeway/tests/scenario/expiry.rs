//! Two days of the queue: when it tries, when it tells the sender, when it gives up.

use std::time::Duration;

use causeway_testkit::server::Server;
use causeway_testkit::{Behaviour, Fault, Point, ScriptedPeer};
use serde_json::Value;

use super::world::{
    FEW_ATTEMPTS, HOUR, MINUTE, SECOND, assert_all_accounted, assert_queue_empties, send,
    wait_for_deferral, wait_for_mail, wait_for_status, with_partner,
};

/// Seconds from the receipt of the message until each of its attempts.
fn attempts(server: &Server, recipient: &str) -> Vec<i64> {
    let id = server.trace(recipient)[0]["id"].as_str().unwrap().to_owned();
    let shown = server.json(&["trace", "show", &id]);
    let row = match &shown {
        Value::Array(rows) => rows[0].clone(),
        row => row.clone(),
    };
    let received = seconds(&row["received_at"]);
    row["events"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|event| event["kind"] == "attempt" || event["kind"] == "deferred")
        .map(|event| seconds(&event["at"]) - received)
        .collect()
}

fn seconds(time: &Value) -> i64 {
    let time = causeway_model::Timestamp::parse_rfc3339(time.as_str().unwrap()).unwrap();
    time.as_millis() / 1000
}

#[test]
fn attempts_follow_the_schedule_to_the_second() {
    let peer = ScriptedPeer::refusing();
    let server = with_partner(peer.address(), "").start();
    send(&server, &["x@partner.test"], "schedule");
    wait_for_deferral(&server, "x@partner.test");
    server.advance(2 * HOUR);
    // At once; four times a minute; six times five minutes; then every ten.
    let mut expected = vec![0];
    for minutes in [1, 1, 1, 1, 5, 5, 5, 5, 5, 5] {
        expected.push(expected.last().unwrap() + minutes * 60);
    }
    while expected.last().unwrap() + 600 <= 7200 {
        expected.push(expected.last().unwrap() + 600);
    }
    let seen = attempts(&server, "x@partner.test");
    for moment in &expected {
        assert!(seen.contains(moment), "no attempt {moment} s after receipt: {seen:?}");
    }
    assert!(seen.iter().all(|moment| expected.contains(moment)), "{seen:?}");
    let entry = wait_for_deferral(&server, "x@partner.test");
    assert_eq!(entry["attempts"], expected.len(), "{entry}");
}

#[test]
fn configured_waiting_times_are_followed() {
    let peer = ScriptedPeer::refusing();
    let server = with_partner(peer.address(), "")
        .mailflow("[queue]\nretry_after = [\"90s\", \"2h\"]\ndelay_notice_after = []\n")
        .start();
    send(&server, &["x@partner.test"], "own schedule");
    wait_for_deferral(&server, "x@partner.test");
    server.advance(5 * HOUR);
    assert_eq!(
        attempts(&server, "x@partner.test").into_iter().collect::<std::collections::BTreeSet<_>>(),
        [0, 90, 90 + 7200, 90 + 14_400].into()
    );
}

#[test]
fn the_sender_is_told_after_four_hours_once() {
    let peer = ScriptedPeer::refusing();
    let server = with_partner(peer.address(), "").start();
    send(&server, &["x@partner.test"], "late");
    wait_for_deferral(&server, "x@partner.test");
    server.advance(4 * HOUR - SECOND);
    assert!(server.maildir("alice@ours.test").is_empty(), "a second too early");
    server.advance(2 * SECOND);
    let notice = wait_for_mail(&server, "alice@ours.test", 1).remove(0);
    assert!(notice.contains("Action: delayed"), "{notice}");
    assert!(notice.contains("Status: 4.4.316"), "{notice}");
    assert!(notice.contains("Will-Retry-Until:"), "{notice}");
    server.advance(40 * HOUR);
    assert_eq!(server.maildir("alice@ours.test").len(), 1, "told once");
    assert_all_accounted(&server);
}

#[test]
fn expiry_comes_after_forty_eight_hours_to_the_minute() {
    let peer = ScriptedPeer::refusing();
    let server = with_partner(peer.address(), "").mailflow(FEW_ATTEMPTS).start();
    send(&server, &["x@partner.test"], "expires");
    wait_for_deferral(&server, "x@partner.test");
    server.advance(48 * HOUR - MINUTE);
    assert_eq!(server.queue().len(), 1, "a minute too early");
    server.advance(MINUTE + SECOND);
    let report = wait_for_mail(&server, "alice@ours.test", 1).remove(0);
    assert!(report.contains("Status: 5.4.316"), "{report}");
    assert_eq!(wait_for_status(&server, "x@partner.test", "failed")["code"], "550 5.4.316");
    assert_queue_empties(&server);
    assert_all_accounted(&server);
}

#[test]
fn a_message_on_hold_expires_all_the_same() {
    let peer = ScriptedPeer::start(Behaviour::new());
    peer.refuse();
    let server = with_partner(peer.address(), "").mailflow(FEW_ATTEMPTS).start();
    send(&server, &["x@partner.test"], "held");
    wait_for_deferral(&server, "x@partner.test");
    assert_eq!(server.cli(&["queue", "hold", "--all", "--yes"]).status, Some(0));
    peer.listen();
    server.advance(47 * HOUR);
    assert!(peer.messages().is_empty(), "it is on hold");
    server.advance(HOUR + SECOND);
    wait_for_mail(&server, "alice@ours.test", 1);
    wait_for_status(&server, "x@partner.test", "failed");
    assert_all_accounted(&server);
}

#[test]
fn dur_09_a_message_whose_connector_is_gone_expires_all_the_same() {
    // Internal relay without a connector: nowhere to go.
    let peer = ScriptedPeer::refusing();
    let server = with_partner(peer.address(), "").mailflow(FEW_ATTEMPTS).start();
    send(&server, &["x@partner.test"], "stuck");
    wait_for_deferral(&server, "x@partner.test");
    let mut server = server;
    let file = server.config_dir().join("mailflow.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    // The connector takes another domain from now on; DNS does not answer for partner.test.
    std::fs::write(&file, text.replace("[\"partner.test\"]", "[\"elsewhere.test\"]")).unwrap();
    server.kill_and_restart();
    server.advance(48 * HOUR + MINUTE);
    wait_for_mail(&server, "alice@ours.test", 1);
    assert_queue_empties(&server);
    assert_all_accounted(&server);
}

#[test]
fn a_message_in_the_hands_of_a_peer_that_hangs_is_still_watched() {
    let peer = ScriptedPeer::start(Behaviour::new().fault(Point::EndOfData, Fault::Hang));
    let server = with_partner(peer.address(), "").mailflow(FEW_ATTEMPTS).start();
    send(&server, &["x@partner.test"], "hangs");
    server.wait_for("the attempt", || {
        server.queue().iter().any(|m| m["recipients"][0]["status"] == "delivering").then_some(())
    });
    // The queue says so, and other mail goes its way meanwhile.
    send(&server, &["bob@ours.test"], "beside");
    wait_for_mail(&server, "bob@ours.test", 1);
    assert_all_accounted(&server);
}

#[test]
fn time_that_passes_while_the_server_is_down_counts() {
    let peer = ScriptedPeer::refusing();
    let mut server = with_partner(peer.address(), "").mailflow(FEW_ATTEMPTS).start();
    send(&server, &["x@partner.test"], "down");
    wait_for_deferral(&server, "x@partner.test");
    server.advance(Duration::from_secs(47 * 3600));
    server.kill_and_restart();
    assert_eq!(server.queue().len(), 1);
    // The manual clock starts anew at every start: the whole time is then still ahead, and passes.
    server.advance(48 * HOUR + MINUTE);
    wait_for_mail(&server, "alice@ours.test", 1);
    assert_all_accounted(&server);
}
