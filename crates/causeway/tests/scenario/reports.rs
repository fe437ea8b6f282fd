//! Who gets which report, and what is in it.

use causeway_testkit::server::Server;
use causeway_testkit::{Behaviour, ScriptedPeer};

use super::world::{
    FEW_ATTEMPTS, HOUR, SECOND, assert_all_accounted, hand_in, inside, message, wait_for_deferral,
    wait_for_mail, wait_for_status, with_partner,
};

fn refusing_partner() -> (ScriptedPeer, Server) {
    let peer = ScriptedPeer::start(Behaviour::new().reply("RCPT", ["550 5.1.1 no such user here"]));
    let server = with_partner(peer.address(), "").mailflow(FEW_ATTEMPTS).start();
    (peer, server)
}

#[test]
fn a_report_has_a_part_for_people_one_for_machines_and_the_header() {
    let (_peer, server) = refusing_partner();
    hand_in(&server, "<alice@ours.test>", &["<x@partner.test>"], &message("contents"));
    let report = wait_for_mail(&server, "alice@ours.test", 1).remove(0);
    for needed in [
        "Return-Path: <>",
        "Auto-Submitted: auto-replied",
        "multipart/report",
        "report-type=",
        "text/plain",
        "text/html",
        "message/delivery-status",
        "text/rfc822-headers",
        "Reporting-MTA: dns;",
        "Final-Recipient: rfc822;",
        "Status: 5.1.1",
        "Remote-MTA: dns;",
        "Diagnostic-Code: smtp; 550 5.1.1 no such user here",
        "Subject: contents",
        "In-Reply-To: <contents@ours.test>",
    ] {
        assert!(report.to_lowercase().contains(&needed.to_lowercase()), "{needed} in\n{report}");
    }
    assert!(!report.contains("\nHello."), "the body is not returned unless asked for: {report}");
}

#[test]
fn dsn_05_ret_full_returns_the_message_and_envid_and_orcpt_come_back() {
    let (_peer, server) = refusing_partner();
    hand_in(
        &server,
        "<alice@ours.test> RET=FULL ENVID=QQ+2B314159",
        &["<x@partner.test> NOTIFY=FAILURE ORCPT=rfc822;Original+2BX@partner.test"],
        &message("full"),
    );
    let report = wait_for_mail(&server, "alice@ours.test", 1).remove(0);
    assert!(report.contains("message/rfc822"), "{report}");
    assert!(report.contains("Hello."), "{report}");
    assert!(report.contains("Original-Envelope-Id: QQ+314159"), "{report}");
    assert!(report.to_lowercase().contains("original-recipient: rfc822;"), "{report}");
    assert!(report.contains("Original+X@partner.test"), "{report}");
}

#[test]
fn dsn_05_notify_never_is_never() {
    let (_peer, server) = refusing_partner();
    hand_in(&server, "<alice@ours.test>", &["<x@partner.test> NOTIFY=NEVER"], &message("never"));
    wait_for_status(&server, "x@partner.test", "failed");
    assert_eq!(server.audit("failed_without_report"), 1);
    assert!(server.maildir("alice@ours.test").is_empty());
    assert_all_accounted(&server);
}

#[test]
fn each_recipient_is_reported_as_it_asked() {
    let (_peer, server) = refusing_partner();
    let rcpt = [
        "<told@partner.test> NOTIFY=FAILURE",
        "<silent@partner.test> NOTIFY=NEVER",
        "<late@partner.test> NOTIFY=DELAY",
    ];
    hand_in(&server, "<alice@ours.test>", &rcpt, &message("each"));
    let report = wait_for_mail(&server, "alice@ours.test", 1).remove(0);
    assert!(report.contains("told@partner.test"), "{report}");
    assert!(!report.contains("silent@partner.test"), "{report}");
    assert!(!report.contains("late@partner.test"), "{report}");
    assert_eq!(server.audit("failed_with_report"), 1);
    assert_eq!(server.audit("failed_without_report"), 2);
}

#[test]
fn success_is_reported_on_request() {
    let server = inside().start();
    hand_in(&server, "<bob@ours.test>", &["<alice@ours.test> NOTIFY=SUCCESS"], &message("ok"));
    wait_for_mail(&server, "alice@ours.test", 1);
    let report = wait_for_mail(&server, "bob@ours.test", 1).remove(0);
    assert!(report.contains("Action: delivered"), "{report}");
    assert!(report.contains("Status: 2."), "{report}");
}

#[test]
fn success_is_left_to_a_next_hop_that_can_report_and_reported_as_relayed_otherwise() {
    let can = ScriptedPeer::start(Behaviour::new());
    let server = with_partner(can.address(), "").start();
    let rcpt = ["<x@partner.test> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;o@partner.test"];
    hand_in(&server, "<alice@ours.test> RET=HDRS ENVID=e1", &rcpt, &message("dsn"));
    let sent = can.block_on_messages(1).remove(0);
    assert!(sent.parameters.iter().any(|p| p == "RET=HDRS"), "{sent:?}");
    assert!(sent.parameters.iter().any(|p| p == "ENVID=e1"), "{sent:?}");
    let parameters = &sent.recipients[0].parameters;
    assert!(parameters.iter().any(|p| p == "NOTIFY=SUCCESS,DELAY"), "{sent:?}");
    assert!(
        parameters.iter().any(|p| p.eq_ignore_ascii_case("ORCPT=rfc822;o@partner.test")),
        "{sent:?}"
    );
    wait_for_status(&server, "x@partner.test", "relayed");
    assert!(server.maildir("alice@ours.test").is_empty(), "the next hop reports");

    let cannot = ScriptedPeer::start(Behaviour::new().keywords(["8BITMIME"]));
    let server = with_partner(cannot.address(), "").start();
    hand_in(&server, "<alice@ours.test>", &["<x@partner.test> NOTIFY=SUCCESS"], &message("plain"));
    let sent = cannot.block_on_messages(1).remove(0);
    assert!(sent.recipients[0].parameters.is_empty(), "{sent:?}");
    let report = wait_for_mail(&server, "alice@ours.test", 1).remove(0);
    assert!(report.contains("Action: relayed"), "{report}");
}

#[test]
fn a_delay_notice_is_sent_only_to_those_who_want_it() {
    let peer = ScriptedPeer::refusing();
    let server = with_partner(peer.address(), "").start();
    hand_in(&server, "<alice@ours.test>", &["<x@partner.test> NOTIFY=FAILURE"], &message("a"));
    hand_in(&server, "<bob@ours.test>", &["<y@partner.test> NOTIFY=DELAY"], &message("b"));
    wait_for_deferral(&server, "x@partner.test");
    wait_for_deferral(&server, "y@partner.test");
    server.advance(4 * HOUR + SECOND);
    wait_for_mail(&server, "bob@ours.test", 1);
    assert!(server.maildir("alice@ours.test").is_empty());
}

#[test]
fn a_message_from_the_null_sender_is_never_reported() {
    let (_peer, server) = refusing_partner();
    hand_in(&server, "<>", &["<x@partner.test>"], &message("null"));
    wait_for_status(&server, "x@partner.test", "failed");
    assert_eq!(server.audit("accepted"), 1);
    assert_eq!(server.audit("failed_without_report"), 1);
}

#[test]
fn dsn_07_a_flood_of_words_from_the_peer_is_cut_and_quoted_safely() {
    let flood = format!(
        "550-{}\n550-<script>alert(1)</script>\n550 5.7.1 the last line",
        "x".repeat(3_000)
    );
    let peer = ScriptedPeer::start(Behaviour::new().recipient("x@partner.test", [flood.as_str()]));
    let server = with_partner(peer.address(), "").start();
    hand_in(&server, "<alice@ours.test>", &["<x@partner.test>"], &message("flood"));
    let report = wait_for_mail(&server, "alice@ours.test", 1).remove(0);
    assert!(!report.contains("<script>"), "{report}");
    assert!(report.lines().all(|line| line.len() <= 998), "{report}");
    assert!(report.contains("Action: failed"), "{report}");
}

#[test]
fn reports_speak_the_language_of_the_organization() {
    for (language, subject) in [
        ("de", "Content-Language: de"),
        ("nl", "Content-Language: nl"),
        ("sv", "Content-Language: sv"),
    ] {
        let peer =
            ScriptedPeer::start(Behaviour::new().reply("RCPT", ["550 5.1.1 no such user here"]));
        let server = with_partner(peer.address(), "")
            .organization(&format!("name = \"Ours\"\nlanguages = [\"{language}\"]"))
            .start();
        hand_in(&server, "<alice@ours.test>", &["<x@partner.test>"], &message("language"));
        let report = wait_for_mail(&server, "alice@ours.test", 1).remove(0);
        assert!(report.contains(subject), "{report}");
        assert!(report.contains("550 5.1.1 no such user here"), "the peer's words stay: {report}");
    }
}
