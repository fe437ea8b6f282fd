//! What wants attention beside failing paths: each opens an alert that says the right thing, closes it when
//! the matter is mended, and opens none where all is well.

use std::time::SystemTime;

use causeway_testkit::client::Client;
use causeway_testkit::server::Server;
use causeway_testkit::{Behaviour, ScriptedPeer, TestCa, TestDns, Validity};
use serde_json::{Value, json};

use super::submission::{log_in, logged_in};
use super::tls::old_hello;
use super::world::{
    DAY, HOUR, MINUTE, assert_all_accounted, inside, message, ours, send, wait_for_status,
    with_partner,
};

/// The alert of a kind about something, once it is so.
fn wait_for(server: &Server, kind: &str, state: &str) -> Value {
    server.wait_for(&format!("an alert {kind}, {state}"), || {
        let alerts = server.json(&["alert", "list"]);
        let is = |alert: &&Value| alert["kind"] == kind && alert["state"] == state;
        alerts.as_array().unwrap().iter().find(is).cloned()
    })
}

/// What there are alerts about.
fn subjects(server: &Server) -> Vec<String> {
    let alerts = server.json(&["alert", "list"]);
    let path = |alert: &Value| alert["path"].as_str().unwrap().to_owned();
    alerts.as_array().unwrap().iter().map(path).collect()
}

/// All lines of evidence.
fn evidence(alert: &Value) -> String {
    let lines = alert["evidence"].as_array().unwrap();
    lines.iter().map(|line| line["finding"].as_str().unwrap()).collect::<Vec<_>>().join("\n")
}

fn remedies(alert: &Value) -> Vec<&str> {
    let remedies = alert["remedies"].as_array().unwrap();
    remedies.iter().map(|remedy| remedy["id"].as_str().unwrap()).collect()
}

/// Hands in a message for one recipient from this client.
fn hand_in(server: &Server, from: &str, to: &str, content: &str) -> u16 {
    let mut client = server.client();
    client.ehlo();
    client.mail(from, &[to], content).code
}

#[test]
fn a_mail_loop_is_told_of_with_its_route_and_cut_at_the_connector() {
    let relay = ScriptedPeer::start(Behaviour::new());
    let server = inside()
        .internal_relay("corp.test")
        .connector("to corp", "corp.test", relay.address(), "")
        .machine("[limits]\nmax_hops = 4")
        .start();
    // Somebody writes Received fields as he likes: that is no loop of ours.
    let forged = "Received: from a by mx.ours.test id 01FORGED; x\r\n".repeat(9);
    assert_eq!(hand_in(&server, "x@ext.test", "bob@ours.test", &(forged + &message("f"))), 554);
    assert_eq!(hand_in(&server, "alice@ours.test", "x@corp.test", &message("round")), 250);
    // The relay sends everything back.
    let mut rounds = 0;
    loop {
        rounds += 1;
        let sent = relay.block_on_messages(rounds).remove(rounds - 1).text();
        let back =
            format!("Received: from mx.ours.test by relay.corp.test id r{rounds}; x\r\n{sent}");
        match hand_in(&server, "alice@ours.test", "x@corp.test", &back) {
            250 => assert!(rounds < 5, "it must end"),
            code => break assert_eq!(code, 554),
        }
    }
    let alert = wait_for(&server, "mail-loop", "open");
    assert_eq!(
        (&alert["path"], &alert["code"]),
        (&json!("mail-loop corp.test"), &json!("554 5.4.6"))
    );
    let evidence = evidence(&alert);
    assert!(evidence.contains("mx.ours.test → relay.corp.test → mx.ours.test"), "{evidence}");
    assert!(evidence.contains("connector “to corp” to 127.0.0.1"), "{evidence}");
    assert_eq!(alert["who_acts"], "service");
    let id = alert["id"].to_string();
    // Mail that goes this way has no other one afterwards: it is done only when it is named.
    let plan = server.json(&["fix", "plan", &id, "disable-connector"]);
    assert_eq!(plan["remedy"]["id"], "disable-connector", "{plan}");
    assert!(!plan["changes"].as_array().unwrap().is_empty(), "{plan}");
    assert_eq!(plan["named_only"], true, "{plan}");
    assert_eq!(server.cli(&["fix", "apply", &id, "--yes"]).status, Some(1));
    let done = server.json(&["fix", "apply", &id, "disable-connector", "--yes"]);
    assert_eq!(done["applied"], true, "{done}");
    server.advance(2 * HOUR);
    let alert = wait_for(&server, "mail-loop", "closed");
    assert_eq!(alert["fixes"][0]["outcome"], "helped", "{alert}");
    assert_eq!(subjects(&server), ["mail-loop corp.test"], "and nothing about the forged one");
    assert_all_accounted(&server);
}

#[test]
fn a_connector_that_never_carried_mail_is_told_of_and_one_that_does_is_not() {
    let (busy, idle) =
        (ScriptedPeer::start(Behaviour::new()), ScriptedPeer::start(Behaviour::new()));
    let mut server = with_partner(busy.address(), "")
        .connector("old", "old.test", idle.address(), "")
        .mailflow("[alerts]\nunused_connector_after = \"12h\"\n")
        .start();
    server.advance(2 * MINUTE);
    server.advance(9 * HOUR);
    send(&server, &["x@partner.test"], "carried");
    wait_for_status(&server, "x@partner.test", "relayed");
    assert_eq!(subjects(&server), Vec::<String>::new(), "not before its time");
    server.advance(HOUR);
    // What is known outlives a restart. The clock begins anew with the system's.
    server.terminate();
    server.start();
    server.advance(2 * MINUTE);
    server.advance(13 * HOUR);
    send(&server, &["y@partner.test"], "carried too");
    wait_for_status(&server, "y@partner.test", "relayed");
    let alert = wait_for(&server, "unused-connector", "open");
    assert_eq!(
        (&alert["path"], &alert["connector"]),
        (&json!("unused-connector old"), &json!("old"))
    );
    assert!(evidence(&alert).contains("has not carried any mail"), "{alert}");
    assert_eq!(remedies(&alert), ["disable-connector", "remove-connector", "by-hand"]);
    let id = alert["id"].to_string();
    let done = server.json(&["fix", "apply", &id, "remove-connector", "--yes"]);
    assert_eq!((&done["applied"], &done["outcome"]), (&json!(true), &json!("helped")), "{done}");
    assert_eq!(wait_for(&server, "unused-connector", "closed")["path"], "unused-connector old");
    assert_eq!(subjects(&server), ["unused-connector old"]);
}

#[test]
fn a_domain_whose_mx_leads_elsewhere_is_told_of_until_it_leads_here() {
    let dns = TestDns::start();
    dns.mx("ours.test", 10, "mx.elsewhere.test").a("mx.elsewhere.test", "192.0.2.9");
    dns.mx("fine.test", 10, "mx.ours.test").a("mx.ours.test", "127.0.0.1");
    dns.mx("guarded.test", 10, "gate.test").a("gate.test", "192.0.2.10");
    let server = ours()
        .domain("fine.test", &["a"])
        .domain("guarded.test", &["a"])
        .organization("name = \"Ours\"\nexpected_mx = [\"gate.test\"]")
        .dns(dns.address())
        .start();
    // A domain with each step; names that give no answer say nothing.
    for _ in 0..4 {
        server.advance(2 * MINUTE);
    }
    let alert = wait_for(&server, "mx-elsewhere", "open");
    assert_eq!(alert["path"], "mx-elsewhere ours.test");
    assert!(evidence(&alert).contains("mx.elsewhere.test"), "{alert}");
    assert_eq!(alert["confidence"], "confirmed");
    assert_eq!(subjects(&server), ["mx-elsewhere ours.test"]);
    dns.remove("ours.test").mx("ours.test", 10, "mx.ours.test");
    let id = alert["id"].to_string();
    let done = server.json(&["fix", "apply", &id]);
    assert_eq!(done["remedy"]["id"], "look-again");
    assert_eq!(done["outcome"], "helped", "{done}");
    wait_for(&server, "mx-elsewhere", "closed");
}

#[test]
fn our_networks_that_send_as_a_domain_nobody_accepted_are_told_of_and_it_can_be_accepted() {
    let partner = ScriptedPeer::start(Behaviour::new());
    let server =
        with_partner(partner.address(), "").mailflow("[alerts]\nforeign_senders = 3\n").start();
    for _ in 0..3 {
        assert_eq!(hand_in(&server, "alice@ours.test", "x@partner.test", &message("own")), 250);
        assert_eq!(hand_in(&server, "root@mx.ours.test", "x@partner.test", &message("host")), 250);
        assert_eq!(hand_in(&server, "shop@shop.test", "x@partner.test", &message("shop")), 250);
    }
    let alert = wait_for(&server, "foreign-senders", "open");
    assert_eq!(alert["path"], "foreign-senders shop.test");
    let lines = evidence(&alert);
    assert!(lines.contains("3 messages") && lines.contains("127.0.0.1: 3 times"), "{lines}");
    let id = alert["id"].to_string();
    let plan = server.json(&["fix", "plan", &id, "accept-domain"]);
    assert!(plan["remedy"]["warning"].as_str().unwrap().contains("no mailbox here"), "{plan}");
    assert_eq!(server.cli(&["fix", "apply", &id, "--yes"]).status, Some(1), "not without its name");
    let done = server.json(&["fix", "apply", &id, "accept-domain", "--yes"]);
    assert_eq!((&done["applied"], &done["outcome"]), (&json!(true), &json!("helped")), "{done}");
    wait_for(&server, "foreign-senders", "closed");
    assert_eq!(subjects(&server), ["foreign-senders shop.test"]);
}

/// From long ago, for so many days from now.
fn for_days(days: u32) -> Validity {
    let now = SystemTime::now();
    Validity::Between(now - 300 * DAY, now + days * DAY)
}

#[test]
fn certificates_that_end_soon_are_told_of_ours_and_those_of_connectors_until_they_are_renewed() {
    let ca = TestCa::new("Authority");
    let own = ca.issue(&["mx.ours.test"], for_days(10));
    let theirs = ca.issue(&["mail.partner.test"], for_days(20));
    let partner = ScriptedPeer::start(Behaviour::new().starttls(&theirs));
    let tls = format!("[tls]\ncertificate = {:?}\nkey = {:?}", own.chain_file, own.key_file);
    let server = with_partner(partner.address(), "").machine(&tls).start();
    let alert = wait_for(&server, "certificate-ends", "open");
    assert_eq!(
        (&alert["path"], &alert["who_acts"]),
        (&json!("certificate-ends mx.ours.test"), &json!("service"))
    );
    send(&server, &["x@partner.test"], "seen");
    let alert = server.wait_for("the partner's", || {
        let alerts = server.json(&["alert", "list"]);
        alerts
            .as_array()
            .unwrap()
            .iter()
            .find(|alert| alert["who_acts"] == "partner_admin")
            .cloned()
    });
    assert_eq!(alert["path"], "certificate-ends connector \"partner\"");
    assert!(evidence(&alert).contains("mail.partner.test"), "{alert}");
    let renewed = ca.issue(&["mx.ours.test"], for_days(300));
    std::fs::copy(&renewed.chain_file, &own.chain_file).unwrap();
    std::fs::copy(&renewed.key_file, &own.key_file).unwrap();
    server.signal(rustix::process::Signal::HUP);
    let closed = wait_for(&server, "certificate-ends", "closed");
    assert_eq!(closed["path"], "certificate-ends mx.ours.test");
    partner.change(Behaviour::new().starttls(&ca.issue(&["mail.partner.test"], for_days(200))));
    server.wait_for("the partner's to close", || {
        send(&server, &["x@partner.test"], "again");
        let alerts = server.json(&["alert", "list", "--open"]);
        alerts.as_array().unwrap().is_empty().then_some(())
    });
}

#[test]
fn certificates_that_last_are_not_told_of() {
    let ca = TestCa::new("Authority");
    let own = ca.issue(&["mx.ours.test"], for_days(40));
    let theirs = ca.issue(&["mail.partner.test"], Validity::Now);
    let partner = ScriptedPeer::start(Behaviour::new().starttls(&theirs));
    let tls = format!("[tls]\ncertificate = {:?}\nkey = {:?}", own.chain_file, own.key_file);
    let server = with_partner(partner.address(), "")
        .machine(&tls)
        .mailflow("[alerts]\nforeign_senders = 1\n")
        .start();
    send(&server, &["x@partner.test"], "seen");
    wait_for_status(&server, "x@partner.test", "relayed");
    // Something that is told of: everything has been looked at by then.
    assert_eq!(hand_in(&server, "shop@shop.test", "x@partner.test", &message("shop")), 250);
    wait_for(&server, "foreign-senders", "open");
    assert_eq!(subjects(&server), ["foreign-senders shop.test"]);
}

#[test]
fn mail_programs_without_a_safe_tls_are_named_with_the_account_that_logs_in_from_there() {
    let server = ours()
        .listener("submission", 2587, "")
        .listener("submissions", 2465, "")
        .mailflow("[alerts]\nold_clients = 3\n")
        .start();
    let _fine = logged_in(&server, "alice@ours.test");
    for _ in 0..2 {
        old_hello(server.listener(2465), 1);
    }
    let mut plain = Client::connect(server.listener(2587));
    plain.ehlo();
    assert_eq!(subjects(&server), Vec::<String>::new(), "two are not enough");
    assert_eq!(log_in(&mut plain, "alice@ours.test", "x").code, 538);
    let alert = wait_for(&server, "old-clients", "open");
    let lines = evidence(&alert);
    assert!(lines.contains("127.0.0.1") && lines.contains("alice@ours.test"), "{lines}");
    assert!(lines.contains("TLS 1.0"), "{lines}");
    server.advance(49 * HOUR);
    wait_for(&server, "old-clients", "closed");
}

#[test]
fn a_queue_that_grows_faster_than_it_is_sent_is_told_of_until_it_shrinks() {
    let slow = ScriptedPeer::start(Behaviour::new());
    let server = with_partner(slow.address(), "max_messages_per_minute = 1")
        .mailflow("[alerts]\nqueue_growth = 5\nqueue_growth_within = \"10m\"\n")
        .start();
    server.advance(MINUTE);
    send(&server, &["first@partner.test"], "alone");
    wait_for_status(&server, "first@partner.test", "relayed");
    server.advance(MINUTE);
    assert_eq!(subjects(&server), Vec::<String>::new());
    for n in 0..9 {
        send(&server, &[&format!("x{n}@partner.test")], "many");
    }
    server.advance(MINUTE);
    let alert = wait_for(&server, "queue-grows", "open");
    assert!(evidence(&alert).contains("recipients wait"), "{alert}");
    let told = subjects(&server);
    assert!(told.contains(&"queue-grows connector \"partner\"".to_owned()), "{told:?}");
    for _ in 0..20 {
        server.advance(MINUTE);
    }
    server.wait_for("every alert to close", || {
        let open = server.json(&["alert", "list", "--open"]);
        open.as_array().unwrap().is_empty().then_some(())
    });
    assert_all_accounted(&server);
}

#[test]
fn a_flood_of_unknown_recipients_is_one_alert_about_the_domain() {
    let server = ours()
        .machine("[limits]\nunknown_recipients_per_hour = 0")
        .mailflow("[alerts]\nunknown_recipients = 10\n")
        .start();
    let guess = |from: &str, count: usize| {
        let mut client = server.client_from(from);
        client.ehlo();
        client.command("MAIL FROM:<x@ext.test>");
        for n in 0..count {
            assert_eq!(client.command(&format!("RCPT TO:<guess{n}@ours.test>")).code, 550);
        }
    };
    guess("127.0.0.5", 9);
    assert_eq!(subjects(&server), Vec::<String>::new(), "nine are not a flood");
    guess("127.0.0.6", 3);
    let alert = wait_for(&server, "unknown-recipients", "open");
    assert_eq!(alert["path"], "unknown-recipients ours.test");
    assert!(evidence(&alert).contains("127.0.0.0/24"), "{alert}");
    assert_eq!(subjects(&server).len(), 1, "the network is not told of beside it");
    server.advance(21 * MINUTE);
    wait_for(&server, "unknown-recipients", "closed");
}

#[test]
fn what_nobody_wants_to_hear_of_is_not_told_and_what_is_told_is_in_the_readers_language() {
    let server = ours()
        .machine("[limits]\nunknown_recipients_per_hour = 0")
        .mailflow("[alerts]\nunknown_recipients = 2\nold_clients = 1\nignore = [\"old-clients\"]\n")
        .listener("submissions", 2465, "")
        .start();
    old_hello(server.listener(2465), 1);
    let mut client = server.client();
    client.ehlo();
    client.command("MAIL FROM:<x@ext.test>");
    for n in 0..2 {
        client.command(&format!("RCPT TO:<guess{n}@ours.test>"));
    }
    let alert = wait_for(&server, "unknown-recipients", "open");
    assert_eq!(subjects(&server), ["unknown-recipients ours.test"]);
    let id = alert["id"].to_string();
    let german = server.cli(&["alert", "show", &id, "--lang", "de"]);
    assert!(german.stdout.contains("Viele Empfänger, die es nicht gibt"), "{german:?}");
    assert!(german.stdout.contains("Wer handelt"), "{german:?}");
    assert_eq!(server.cli(&["alert", "close", &id, "--reason", "known"]).status, Some(0));
    for n in 0..2 {
        client.command(&format!("RCPT TO:<more{n}@ours.test>"));
    }
    server.advance(MINUTE);
    assert_eq!(server.json(&["alert", "list", "--open"]), json!([]));
}
