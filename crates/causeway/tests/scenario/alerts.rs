//! Alerts about failing paths: opened, told, closed by themselves, fixed.

use causeway_testkit::server::Server;
use causeway_testkit::{Behaviour, Fault, Point, ScriptedPeer};
use serde_json::{Value, json};

use super::world::{
    FEW_ATTEMPTS, HOUR, assert_all_accounted, inside, send, wait_for_deferral, wait_for_mail,
    wait_for_status, with_partner, with_smart_host_changed,
};

/// The one alert, once it is so.
fn wait_for_alert(server: &Server, what: &str, is: impl Fn(&Value) -> bool) -> Value {
    server.wait_for(what, || {
        let alerts = server.json(&["alert", "list"]);
        alerts.as_array().unwrap().iter().find(|alert| is(alert)).cloned()
    })
}

fn open(alert: &Value) -> bool {
    alert["state"] == "open"
}

#[test]
fn a_failing_connector_has_one_alert_that_closes_by_itself_when_mail_flows_again() {
    let gone = ScriptedPeer::refusing();
    let address = gone.address();
    let server = with_partner(address, "").mailflow(FEW_ATTEMPTS).start();
    send(&server, &["x@partner.test", "y@partner.test"], "waits");
    wait_for_deferral(&server, "x@partner.test");
    let alert = wait_for_alert(&server, "an alert", open);
    assert_eq!(alert["path"], "connector \"partner\"");
    assert_eq!(alert["connector"], "partner");
    assert_eq!(alert["code"], "450 4.4.316");
    assert_eq!(alert["id"], 1);
    assert!(alert["remedies"].as_array().unwrap().iter().any(|r| r["id"] == "disable-connector"));
    send(&server, &["z@partner.test"], "waits too");
    wait_for_alert(&server, "the same alert with three", |alert| alert["messages"] == 3);
    let id = server.queue()[0]["id"].as_str().unwrap().to_owned();
    let shown = server.json(&["queue", "show", &id]);
    assert_eq!(shown["alerts"][0]["id"], 1, "{shown}");
    let traced = server.json(&["trace", "show", &id]);
    assert_eq!(traced[0]["alert"]["id"], 1, "{traced}");
    let told = server.cli(&["trace", "show", &id, "--lang", "de"]).stdout;
    assert!(told.contains("Meldung 1"), "{told}");
    drop(gone);
    let peer = ScriptedPeer::start_at(address, Behaviour::new());
    assert_eq!(server.cli(&["queue", "retry", "--all"]).status, Some(0));
    wait_for_status(&server, "z@partner.test", "relayed");
    let closed = wait_for_alert(&server, "a closed alert", |alert| alert["state"] == "closed");
    assert_eq!((&closed["id"], &closed["messages"]), (&json!(1), &json!(0)));
    assert_eq!((&closed["outlook"], &closed["next_attempt_at"]), (&json!(null), &json!(null)));
    assert!(!peer.block_on_messages(1).is_empty());
    assert_all_accounted(&server);
}

#[test]
fn an_alert_of_broken_conversations_counts_the_recipients_that_wait_not_the_tries() {
    let broken = Behaviour::new().fault(Point::Mail, Fault::Close);
    let peer = ScriptedPeer::start(broken);
    let server = with_partner(peer.address(), "").mailflow(FEW_ATTEMPTS).start();
    send(&server, &["x@partner.test"], "waits");
    send(&server, &["y@partner.test"], "waits");
    for _ in 0..2 {
        wait_for_deferral(&server, "x@partner.test");
        wait_for_deferral(&server, "y@partner.test");
        assert_eq!(server.cli(&["queue", "retry", "--all"]).status, Some(0));
    }
    let alert = wait_for_alert(&server, "an alert that knows when the next attempt is", |alert| {
        open(alert) && !alert["next_attempt_at"].is_null()
    });
    assert_eq!(alert["messages"], 2, "{alert}");
    let next = server.queue()[0]["recipients"][0]["next_attempt_at"].clone();
    assert_eq!(alert["next_attempt_at"], next, "{alert}");
}

#[test]
fn the_alert_recipients_are_told_once_with_the_cause_and_the_ways_out() {
    let gone = ScriptedPeer::refusing();
    let organization = "name = \"Ours\"\nlanguages = [\"de\"]\n\
                        alert_recipients = [\"bob@ours.test\", \"x@partner.test\"]";
    let server = with_partner(gone.address(), "").organization(organization).start();
    send(&server, &["x@partner.test"], "waits");
    let mail = wait_for_mail(&server, "bob@ours.test", 1).remove(0);
    assert!(mail.contains("Auto-Submitted: auto-generated"), "{mail}");
    let text = mail.replace("=\r\n", "").replace("=\n", "");
    assert!(text.contains("Meldung 1") && text.contains("disable-connector"), "{text}");
    assert!(!mail.contains("x@partner.test"), "never by the path that fails: {mail}");
    // What changes shortly after is not a message of its own.
    send(&server, &["y@partner.test"], "waits too");
    wait_for_alert(&server, "two waiting", |alert| alert["messages"] == 2);
    assert_eq!(server.maildir("bob@ours.test").len(), 1);
}

#[test]
fn alert_recipients_that_do_not_exist_are_told_of_in_health() {
    let gone = ScriptedPeer::refusing();
    let organization = "name = \"Ours\"\nalert_recipients = [\"nobody@ours.test\"]";
    let server = with_partner(gone.address(), "").organization(organization).start();
    send(&server, &["x@partner.test"], "waits");
    server.wait_for_log("no alert recipient can be reached");
    let health = server.cli(&["health"]);
    assert_eq!(health.status, Some(1), "{health:?}");
    assert!(health.stdout.contains("does not exist here"), "{health:?}");
    assert!(health.stdout.contains("nobody@ours.test"), "{health:?}");
    server.add_mailbox("nobody@ours.test", "a long enough password");
    assert!(!server.cli(&["health"]).stdout.contains("does not exist here"));
}

#[test]
fn a_smart_host_that_was_changed_is_reverted_by_the_fix_and_the_alert_says_that_it_helped() {
    let right = ScriptedPeer::start(Behaviour::new());
    let wrong = ScriptedPeer::refusing();
    let setup = with_partner(right.address(), "").mailflow(FEW_ATTEMPTS);
    let server = with_smart_host_changed(setup, wrong.address());
    send(&server, &["b@partner.test"], "waits");
    let alert = wait_for_alert(&server, "a story", |alert| {
        open(alert) && alert["story"].as_str().is_some_and(|story| story.contains("revision 2"))
    });
    assert_eq!(alert["remedies"][0]["id"], "revert", "{alert}");
    let plan = server.json(&["fix", "plan", "1"]);
    assert!(plan["changes"][0].as_str().unwrap().contains("smart hosts"), "{plan}");
    assert_eq!(plan["effects"][0]["kind"], "rerouted", "{plan}");
    let unasked = server.cli(&["fix", "apply", "1"]);
    assert_eq!(unasked.status, Some(2), "nobody can be asked: {unasked:?}");
    let fixed = server.json(&["fix", "apply", "1", "--yes"]);
    assert_eq!((&fixed["applied"], &fixed["revision"]), (&json!(true), &json!(3)), "{fixed}");
    assert_eq!(fixed["outcome"], "helped", "{fixed}");
    assert_eq!(fixed["checked"]["works"], true, "asked at once: {fixed}");
    wait_for_status(&server, "b@partner.test", "relayed");
    let history = server.json(&["history"]);
    assert!(history[0]["reason"].as_str().unwrap().starts_with("alert 1: "), "{history}");
    let alert = server.json(&["alert", "show", "1"]);
    assert_eq!(
        (&alert["state"], &alert["fixes"][0]["outcome"]),
        (&json!("closed"), &json!("helped"))
    );
    assert_all_accounted(&server);
}

#[test]
fn alerts_outlive_a_restart_and_one_that_was_closed_by_hand_stays_closed() {
    let gone = ScriptedPeer::refusing();
    let mut server = with_partner(gone.address(), "").mailflow(FEW_ATTEMPTS).start();
    send(&server, &["x@partner.test"], "waits");
    wait_for_alert(&server, "an alert", open);
    server.kill();
    server.start();
    let alert = wait_for_alert(&server, "the alert after the restart", open);
    assert_eq!(alert["id"], 1);
    let closed = server.json(&["alert", "close", "1", "--reason", "their move"]);
    assert_eq!(closed["state"], "closed");
    assert!(closed["closed_because"].as_str().unwrap().ends_with("their move"), "{closed}");
    assert_eq!(server.cli(&["queue", "retry", "--all"]).status, Some(0));
    send(&server, &["y@partner.test"], "waits too");
    wait_for_deferral(&server, "y@partner.test");
    assert_eq!(server.json(&["alert", "list", "--open"]), json!([]));
    let again = server.cli(&["alert", "close", "1"]);
    assert_eq!(again.status, Some(2), "{again:?}");
}

#[test]
fn a_confirmed_cause_is_named_in_the_delay_notice_and_in_the_report() {
    let right = ScriptedPeer::start(Behaviour::new());
    let wrong = ScriptedPeer::refusing();
    let setup = with_partner(right.address(), "");
    let server = with_smart_host_changed(setup, wrong.address());
    send(&server, &["x@partner.test"], "waits");
    let alert = wait_for_alert(&server, "a confirmed cause", |alert| {
        open(alert) && alert["confidence"] == "confirmed"
    });
    assert_eq!(alert["cause_id"], "smart-host-wrong");
    let cause = alert["cause"].as_str().unwrap();
    // A path that fails makes the whole unhealthy.
    let health = server.cli(&["health", "--json"]);
    assert_eq!(health.status, Some(1));
    let health: Value = serde_json::from_str(&health.stdout).unwrap();
    assert_eq!((&health["alerts"]["count"], &health["alerts"]["ids"]), (&json!(1), &json!([1])));
    assert_eq!(health["alerts"]["worst"]["cause"], cause, "{health}");
    let plain = |mail: &str| mail.replace("=\r\n", "").replace("=\n", "");
    server.advance(5 * HOUR);
    let notice = plain(&wait_for_mail(&server, "alice@ours.test", 1)[0]);
    assert!(notice.contains("Action: delayed") && notice.contains(cause), "{notice}");
    server.advance(48 * HOUR);
    let mail = wait_for_mail(&server, "alice@ours.test", 2);
    let report = mail.iter().find(|mail| mail.contains("Action: failed"));
    let report = plain(report.expect("a non-delivery report"));
    assert!(report.contains(cause), "{report}");
}

#[test]
fn switching_a_connector_off_and_on_does_not_hide_the_change_that_broke_it() {
    let right = ScriptedPeer::start(Behaviour::new());
    let wrong = ScriptedPeer::refusing();
    let server = with_partner(right.address(), "").mailflow(FEW_ATTEMPTS).start();
    send(&server, &["a@partner.test"], "worked");
    wait_for_status(&server, "a@partner.test", "relayed");
    let set = |arguments: &[&str]| {
        let done = server.cli(&[&["connector"], arguments, &["partner", "--yes"]].concat());
        assert_eq!(done.status, Some(0), "{done:?}");
    };
    let host = wrong.address().to_string();
    set(&["set", "--smart-host", &host]);
    set(&["disable"]);
    set(&["enable"]);
    send(&server, &["b@partner.test"], "waits");
    let alert = wait_for_alert(&server, "a correction", |alert| {
        let first = alert["remedies"][0]["id"].as_str().unwrap_or_default();
        open(alert) && first.starts_with("correct-")
    });
    assert!(alert["story"].as_str().unwrap().contains("revision 2"), "{alert}");
    let fixed = server.json(&["fix", "apply", "1", "--yes"]);
    assert_eq!(fixed["outcome"], "helped", "{fixed}");
    wait_for_status(&server, "b@partner.test", "relayed");
}

#[test]
fn a_domain_that_lost_its_connector_has_an_alert_at_once_and_the_server_is_not_well() {
    let peer = ScriptedPeer::start(Behaviour::new());
    let server = inside()
        .internal_relay("corp.test")
        .connector("to corp", "corp.test", peer.address(), "enabled = false")
        .mailflow(FEW_ATTEMPTS)
        .start();
    send(&server, &["x@corp.test"], "stranded");
    let alert = wait_for_alert(&server, "an alert about the domain", open);
    assert_eq!(alert["path"], "domain corp.test", "{alert}");
    let health = server.cli(&["health", "--json"]);
    assert_eq!(health.status, Some(1), "{health:?}");
    assert!(health.stdout.contains("path domain corp.test"), "{health:?}");
}

#[test]
fn what_was_closed_by_hand_can_be_fixed_while_it_fails() {
    let peer = ScriptedPeer::refusing();
    let server = with_partner(peer.address(), "").mailflow(FEW_ATTEMPTS).start();
    send(&server, &["x@partner.test"], "waits");
    wait_for_alert(&server, "a way out", |alert| {
        let remedies = alert["remedies"].as_array().unwrap();
        open(alert) && remedies.iter().any(|remedy| remedy["id"] == "retry")
    });
    assert_eq!(server.json(&["alert", "close", "1"])["messages"], 0);
    assert_eq!(server.json(&["fix", "plan", "1", "retry"])["remedy"]["id"], "retry");
    peer.listen();
    let fixed = server.json(&["fix", "apply", "1", "retry", "--yes"]);
    assert_eq!(fixed["outcome"], "helped", "{fixed}");
    let again = server.cli(&["fix", "plan", "1"]);
    assert_eq!(again.status, Some(2), "mail flows: {again:?}");
}

/// A part of the service as `health` has it.
fn part(server: &Server, name: &str) -> Value {
    let health = server.cli(&["health", "--json"]);
    let health: Value = serde_json::from_str(&health.stdout).unwrap();
    let parts = health["components"].as_array().unwrap();
    parts.iter().find(|part| part["name"] == name).cloned().unwrap_or_default()
}

#[test]
fn recipients_behind_the_failing_path_are_told_when_it_works_again_and_health_says_so_meanwhile() {
    let gone = ScriptedPeer::refusing();
    let address = gone.address();
    let organization = "name = \"Ours\"\nalert_recipients = [\"it@partner.test\"]";
    let server =
        with_partner(address, "").organization(organization).mailflow(FEW_ATTEMPTS).start();
    assert_eq!(part(&server, "alert mail")["status"], "ok");
    send(&server, &["x@partner.test"], "waits");
    wait_for_alert(&server, "an alert", open);
    server.wait_for_log("no alert recipient can be reached");
    let told = part(&server, "alert mail");
    assert_eq!(told["status"], "degraded");
    assert!(told["detail"].as_str().unwrap().contains("it@partner.test"), "{told}");
    assert_eq!(server.queue().len(), 1, "the message about it does not wait there, too");
    drop(gone);
    let peer = ScriptedPeer::start_at(address, Behaviour::new());
    assert_eq!(server.cli(&["queue", "retry", "--all"]).status, Some(0));
    let mails = peer.block_on_messages(2);
    let about = mails.iter().find(|mail| mail.text().contains("Auto-Submitted: auto-generated"));
    let about = about.unwrap().text();
    assert!(about.contains("Mail flows again: connector \"partner\""), "{about}");
    assert_eq!(part(&server, "alert mail")["status"], "ok");
    assert_all_accounted(&server);
}

#[test]
fn two_hundred_paths_that_fail_at_once_are_one_message() {
    const SITES: usize = 200;
    let gone = ScriptedPeer::refusing();
    let organization = "name = \"Ours\"\nalert_recipients = [\"bob@ours.test\"]";
    let mut setup = with_partner(gone.address(), "").organization(organization);
    for n in 1..SITES {
        setup = setup.connector(&format!("c{n}"), &format!("d{n}.test"), gone.address(), "");
    }
    let server = setup.start();
    let to: Vec<String> = (1..SITES).map(|n| format!("x@d{n}.test")).collect();
    let to: Vec<&str> = to.iter().map(String::as_str).chain(["x@partner.test"]).collect();
    send(&server, &to, "waits");
    server.wait_for("an alert for each", || {
        (server.json(&["alert", "list", "--open"]).as_array().unwrap().len() == SITES).then_some(())
    });
    let mail = wait_for_mail(&server, "bob@ours.test", 1).remove(0);
    let text = mail.replace("=\r\n", "").replace("=\n", "");
    assert_eq!(text.matches("See: causeway alert show").count(), 20, "the rest is counted: {text}");
    assert_eq!(server.maildir("bob@ours.test").len(), 1);
}
