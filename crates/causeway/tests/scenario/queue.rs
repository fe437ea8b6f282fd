//! What administrators do with the queue.

use causeway_testkit::server::Server;
use causeway_testkit::{Behaviour, ScriptedPeer};
use serde_json::Value;

use super::world::{
    FEW_ATTEMPTS, HOUR, assert_all_accounted, assert_queue_empties, send, wait_for_deferral,
    wait_for_mail, wait_for_status, with_partner,
};

/// A message for x@partner.test that waits, as its peer refuses connections.
fn waiting() -> (ScriptedPeer, Server, String) {
    let peer = ScriptedPeer::refusing();
    let server = with_partner(peer.address(), "").mailflow(FEW_ATTEMPTS).start();
    send(&server, &["x@partner.test"], "waits");
    wait_for_deferral(&server, "x@partner.test");
    let id = server.queue()[0]["id"].as_str().unwrap().to_owned();
    (peer, server, id)
}

fn status_of(server: &Server) -> Value {
    server.queue()[0]["recipients"][0]["status"].clone()
}

#[test]
fn the_queue_says_what_waits_why_and_until_when() {
    let (_peer, server, id) = waiting();
    let queue = server.queue();
    assert_eq!(queue.len(), 1);
    let message = &queue[0];
    assert_eq!(message["id"], id);
    assert_eq!(message["message_id"], "<waits@ours.test>");
    assert_eq!(message["sender"], "alice@ours.test");
    assert!(message["size"].as_u64().unwrap() > 100);
    let received = message["received_at"].as_str().unwrap();
    assert!(received.ends_with('Z'), "{received}");
    let recipient = &message["recipients"][0];
    assert_eq!(recipient["address"], "x@partner.test");
    assert_eq!(recipient["status"], "deferred");
    assert_eq!(recipient["attempts"], 1);
    assert_eq!(recipient["connector"], "partner");
    assert_eq!(recipient["code"], "450 4.4.316");
    assert!(recipient["next_attempt_at"].as_str().unwrap() > received);
    // And the same for people.
    let shown = server.cli(&["queue", "show", &id]);
    assert_eq!(shown.status, Some(0), "{shown:?}");
    assert!(
        shown.stdout.contains("x@partner.test") && shown.stdout.contains("4.4.316"),
        "{shown:?}"
    );
    assert!(
        server.json(&["queue", "list", "--domain", "other.test"]).as_array().unwrap().is_empty()
    );
    assert_eq!(
        server.json(&["queue", "list", "--connector", "partner"]).as_array().unwrap().len(),
        1
    );
}

#[test]
fn retry_tries_at_once() {
    let (peer, server, id) = waiting();
    peer.listen();
    assert_eq!(server.cli(&["queue", "retry", &id]).status, Some(0));
    peer.block_on_messages(1);
    wait_for_status(&server, "x@partner.test", "relayed");
    assert_all_accounted(&server);
}

#[test]
fn hold_keeps_and_release_lets_go() {
    let (peer, server, id) = waiting();
    assert_eq!(server.cli(&["queue", "hold", &id, "--reason", "looking into it"]).status, Some(0));
    assert_eq!(status_of(&server), "held");
    peer.listen();
    server.advance(40 * HOUR);
    assert!(peer.messages().is_empty());
    assert_eq!(server.audit("held"), 1);
    assert_eq!(server.cli(&["queue", "release", &id]).status, Some(0));
    peer.block_on_messages(1);
    wait_for_status(&server, "x@partner.test", "relayed");
    let events = server.json(&["trace", "show", &id]).to_string();
    assert!(events.contains("looking into it"), "the reason is kept: {events}");
}

#[test]
fn return_ends_it_with_a_report() {
    let (_peer, server, id) = waiting();
    let output =
        server.cli(&["queue", "return", &id, "--reason", "the partner has closed", "--yes"]);
    assert_eq!(output.status, Some(0), "{output:?}");
    let report = wait_for_mail(&server, "alice@ours.test", 1).remove(0);
    for said in [
        "Action: failed",
        "Status: 5.4.316",
        "Remote-MTA: dns; ",
        "X-Causeway-Permanent: no",
        "X-Causeway-Returned-By-Administrator: the partner has closed",
    ] {
        assert!(report.contains(said), "{said} is missing: {report}");
    }
    wait_for_status(&server, "x@partner.test", "failed");
    assert_eq!(server.audit("failed_with_report"), 1);
    assert_all_accounted(&server);
}

#[test]
fn remove_needs_a_yes_and_sends_nothing() {
    let (_peer, server, id) = waiting();
    let asked = server.cli(&["queue", "remove", &id]);
    assert_eq!(asked.status, Some(2), "no terminal to ask on: {asked:?}");
    assert_eq!(server.queue().len(), 1);
    assert_eq!(server.cli(&["queue", "remove", &id, "--yes"]).status, Some(0));
    assert_queue_empties(&server);
    assert!(server.maildir("alice@ours.test").is_empty());
    assert_eq!(server.audit("failed_without_report"), 1);
    assert_all_accounted(&server);
}

#[test]
fn redirect_sends_it_elsewhere() {
    let (_peer, server, id) = waiting();
    let output = server.cli(&["queue", "redirect", &id, "--to", "bob@ours.test", "--yes"]);
    assert_eq!(output.status, Some(0), "{output:?}");
    wait_for_mail(&server, "bob@ours.test", 1);
    assert_queue_empties(&server);
    assert_all_accounted(&server);
}

#[test]
fn an_unknown_id_is_an_answer_and_not_a_success() {
    let (_peer, server, _) = waiting();
    assert_eq!(server.cli(&["queue", "retry", "0000000000000"]).status, Some(1));
    assert_eq!(server.cli(&["queue", "retry", "nonsense"]).status, Some(2));
    assert_eq!(server.cli(&["queue", "retry"]).status, Some(2), "nothing was selected");
}

#[test]
fn without_a_server_commands_say_so() {
    let (_peer, mut server, _) = waiting();
    server.kill();
    let output = server.cli(&["queue", "list"]);
    assert_eq!(output.status, Some(3), "{output:?}");
    assert_eq!(output.stderr.lines().count(), 1, "one clear line: {output:?}");
}

#[test]
fn dos_11_a_failed_site_holds_its_own_mail_and_no_other() {
    // DOS-11 in small: many for a dead site, one for a live one.
    let dead = ScriptedPeer::refusing();
    let live = ScriptedPeer::start(Behaviour::new());
    let server =
        with_partner(dead.address(), "").connector("live", "live.test", live.address(), "").start();
    let mut client = server.client();
    client.ehlo();
    for number in 0..200 {
        let answer = client.mail(
            "alice@ours.test",
            &["x@partner.test"],
            &super::world::message(&format!("dead-{number}")),
        );
        assert_eq!(answer.code, 250);
    }
    wait_for_deferral(&server, "x@partner.test");
    let before = dead.connections();
    send(&server, &["y@live.test"], "alive");
    live.block_on_messages(1);
    // The site was asked by few, not by each of the two hundred.
    assert!(before < 20, "{before} connections");
    // Once it is back, everything leaves.
    dead.listen();
    assert_eq!(server.cli(&["queue", "retry", "--all", "--yes"]).status, Some(0));
    assert_eq!(dead.block_on_messages(200).len(), 200);
    server.wait_for("an empty queue", || server.queue().is_empty().then_some(()));
    assert_all_accounted(&server);
}

#[test]
fn the_trace_finds_a_message_by_any_of_its_marks() {
    let (_peer, server, id) = waiting();
    for filter in [
        ["--sender", "alice@ours.test"],
        ["--recipient", "x@partner.test"],
        ["--message-id", "<waits@ours.test>"],
        ["--subject", "waits"],
        ["--status", "pending"],
    ] {
        let rows = server.json(&[&["trace"], &filter[..]].concat());
        assert_eq!(rows[0]["id"], id, "{filter:?}: {rows}");
    }
    assert!(server.json(&["trace", "--subject", "other"]).as_array().unwrap().is_empty());
}

#[test]
fn route_explain_tells_connector_and_next_hop() {
    let (peer, server, _) = waiting();
    let route = server.json(&["route", "explain", "x@partner.test"]);
    assert_eq!(route["connector"], "partner", "{route}");
    assert_eq!(route["domain_type"], "external", "{route}");
    assert!(route["next_hops"].to_string().contains(&peer.port().to_string()), "{route}");
    let local = server.json(&["route", "explain", "alice@ours.test"]);
    assert_eq!(local["domain_type"], "authoritative", "{local}");
}

#[test]
fn what_waits_for_a_failing_site_is_deferred_in_filters_too() {
    let dead = ScriptedPeer::refusing();
    let server = with_partner(dead.address(), "").start();
    send(&server, &["x@partner.test"], "first");
    wait_for_deferral(&server, "x@partner.test");
    // Not tried itself: it waits for the site.
    send(&server, &["y@partner.test"], "second");
    wait_for_deferral(&server, "y@partner.test");
    let deferred = server.json(&["queue", "list", "--status", "deferred"]);
    assert_eq!(deferred.as_array().unwrap().len(), 2, "{deferred}");
    let ready = server.json(&["queue", "list", "--status", "ready"]);
    assert!(ready.as_array().unwrap().is_empty(), "{ready}");
    let held = server.json(&["queue", "hold", "--status", "deferred"]);
    assert_eq!(held["recipients"], 2, "{held}");
    // Held mail is not tried, and that is said.
    let retry = server.cli(&["queue", "retry", "--all", "--yes", "--lang", "en"]);
    assert!(retry.stdout.contains("2 recipients are on hold"), "{retry:?}");
}

#[test]
fn a_connector_that_is_not_there_is_named_with_the_nearest_one() {
    let (_peer, server, _) = waiting();
    for command in [
        &["queue", "list", "--connector", "partnr"][..],
        &["queue", "retry", "--connector", "partnr"],
        &["route", "explain", "x@partner.test", "--from-connector", "partnr"],
    ] {
        let refused = server.cli(command);
        assert_eq!(refused.status, Some(2), "{refused:?}");
        assert!(refused.stderr.contains("\"partnr\""), "{refused:?}");
    }
    let near = server.cli(&["queue", "list", "--connector", "partnr"]);
    assert!(near.stderr.contains("did you mean \"partner\"?"), "{near:?}");
}
