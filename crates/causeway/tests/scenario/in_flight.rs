//! Mail that is being sent at the very moment when its way changes.

use causeway_testkit::server::{Server, Setup};
use causeway_testkit::{Behaviour, Fault, Point, ScriptedPeer};

use super::world::{assert_all_accounted, inside, send, wait_for_deferral, wait_for_status};

const CORP: &str = "[[domain]]\nname = \"corp.test\"\ntype = \"internal_relay\"\n";

/// A server that takes connections and says nothing, until it hangs up.
fn silent() -> ScriptedPeer {
    ScriptedPeer::start(Behaviour::new().fault(Point::Connected, Fault::Hang))
}

/// Everything goes to a server that does not answer.
fn all_to(peer: &ScriptedPeer) -> Setup {
    inside().mailflow(CORP).connector("all", "*", peer.address(), "")
}

fn done(server: &Server, command: &[&str]) -> String {
    let answer = server.cli(command);
    assert_eq!(answer.status, Some(0), "{command:?}: {answer:?}");
    answer.stdout
}

/// A message to x@corp.test is in a worker's hands, and has been told so.
fn in_flight(server: &Server, peer: &ScriptedPeer) {
    send(server, &["x@corp.test"], "on its way");
    server.wait_for("the connection", || (peer.open_connections() > 0).then_some(()));
}

#[test]
fn an_attempt_that_fails_after_the_change_is_followed_by_one_on_the_new_way() {
    let (old, new) = (silent(), ScriptedPeer::start(Behaviour::new()));
    let server = all_to(&old).start();
    in_flight(&server, &old);
    let smart_host = new.address().to_string();
    let options = ["--direction", "outbound", "--peer", "on_premises", "--recipient-domain"];
    let mut command = vec!["connector", "add", "corp", "--smart-host", &smart_host];
    command.extend(options);
    command.push("corp.test");
    let plan = done(&server, &command);
    assert!(plan.contains("1: queued recipients go through connector \"corp\""), "{plan}");
    old.hang_up();
    wait_for_status(&server, "x@corp.test", "relayed");
    assert_eq!(new.messages().len(), 1);
    assert_all_accounted(&server);
}

#[test]
fn a_smart_host_that_is_corrected_does_not_pay_for_the_failure_of_the_wrong_one() {
    let (old, new) = (silent(), ScriptedPeer::start(Behaviour::new()));
    let server = all_to(&old).start();
    in_flight(&server, &old);
    done(&server, &["connector", "set", "all", "--smart-host", &new.address().to_string()]);
    old.hang_up();
    wait_for_status(&server, "x@corp.test", "relayed");
    send(&server, &["y@corp.test"], "after it");
    wait_for_status(&server, "y@corp.test", "relayed");
    assert_eq!(new.messages().len(), 2);
    let health = server.json(&["health"]);
    assert_eq!(health["healthy"], true, "{health}");
}

#[test]
fn mail_whose_connector_goes_while_it_is_being_sent_waits_for_a_way() {
    let old = silent();
    let server = all_to(&old).start();
    in_flight(&server, &old);
    done(&server, &["connector", "disable", "all", "--yes"]);
    old.hang_up();
    server.wait_for("no route", || {
        (wait_for_deferral(&server, "x@corp.test")["code"] == "450 4.4.1").then_some(())
    });
    old.change(Behaviour::new());
    done(&server, &["connector", "enable", "all"]);
    wait_for_status(&server, "x@corp.test", "relayed");
    assert_all_accounted(&server);
}

#[test]
fn mail_is_sent_once_however_often_its_way_changes_meanwhile() {
    let peers = [
        ScriptedPeer::start(Behaviour::new()),
        ScriptedPeer::start(Behaviour::new()),
        ScriptedPeer::refusing(),
    ];
    let server = all_to(&peers[0]).start();
    let mut sent = Vec::new();
    for turn in 0..30 {
        let batch: Vec<String> = (0..5).map(|n| format!("r{turn}-{n}@corp.test")).collect();
        let recipients: Vec<&str> = batch.iter().map(String::as_str).collect();
        for recipient in &recipients {
            send(&server, &[recipient], "once");
        }
        let smart_host = peers[(turn + 1) % 3].address().to_string();
        done(&server, &["connector", "set", "all", "--smart-host", &smart_host]);
        sent.extend(batch);
    }
    done(&server, &["connector", "set", "all", "--smart-host", &peers[0].address().to_string()]);
    for recipient in &sent {
        wait_for_status(&server, recipient, "relayed");
    }
    let messages = peers.iter().flat_map(ScriptedPeer::messages);
    let mut arrived: Vec<String> =
        messages.flat_map(|message| message.recipients).map(|to| to.address).collect();
    arrived.sort();
    sent.sort();
    assert_eq!(arrived, sent);
    assert_all_accounted(&server);
}

#[test]
fn what_waits_for_the_next_minute_of_its_connector_is_found_under_it() {
    let peer = ScriptedPeer::start(Behaviour::new());
    let server = inside()
        .mailflow(CORP)
        .connector("all", "*", peer.address(), "max_messages_per_minute = 1\n")
        .start();
    send(&server, &["first@corp.test"], "goes");
    wait_for_status(&server, "first@corp.test", "relayed");
    send(&server, &["second@corp.test"], "waits");
    let waits = server.wait_for("the limit", || {
        let found = server.json(&["queue", "list", "--connector", "all"]);
        found.as_array().filter(|found| !found.is_empty()).map(|found| found[0].clone())
    });
    let recipient = &waits["recipients"][0];
    assert_eq!(recipient["connector"], "all", "{waits}");
    assert_eq!(recipient["paused"], true, "{waits}");
    let shown = done(&server, &["queue", "show", waits["id"].as_str().unwrap()]);
    assert!(shown.contains("max_messages_per_minute"), "{shown}");
    assert!(done(&server, &["connector", "explain", "all"]).contains("1 recipient waits"));
    assert!(done(&server, &["queue", "hold", "--connector", "all", "--yes"]).contains('1'));
}

#[test]
fn a_connector_for_all_accepted_domains_takes_theirs_and_nothing_else() {
    let (ours, others) =
        (ScriptedPeer::start(Behaviour::new()), ScriptedPeer::start(Behaviour::new()));
    let server = inside()
        .mailflow(CORP)
        .connector("ours", "accepted domains", ours.address(), "")
        .connector("all", "*", others.address(), "")
        .start();
    send(&server, &["x@corp.test", "y@ext.test"], "two ways");
    wait_for_status(&server, "x@corp.test", "relayed");
    wait_for_status(&server, "y@ext.test", "relayed");
    assert_eq!(ours.messages()[0].addresses(), ["x@corp.test"]);
    assert_eq!(others.messages()[0].addresses(), ["y@ext.test"]);
    let shown = done(&server, &["route", "explain", "x@corp.test"]);
    assert!(shown.contains("accepted domains"), "{shown}");
    let listed = server.json(&["connector", "list"]);
    assert_eq!(listed[0]["recipient_domains"][0], "accepted domains", "{listed}");
    let command = ["connector", "set", "ours", "--recipient-domain", "accepted domains", "--json"];
    assert_eq!(server.cli(&command).status, Some(0));
}
