//! How much anybody may send, and how often a source may miss; and POP-before-SMTP.

use std::time::Duration;

use super::submission::logged_in;
use super::world::{MINUTE, SECOND, message, ours};

#[test]
fn a_mailbox_sends_so_many_messages_an_hour_and_hears_when_it_may_go_on() {
    let server = ours()
        .listener("submission", 2587, "")
        .machine("[limits]\naccount_messages_per_hour = 3\naccount_recipients_per_hour = 4")
        .start();
    let mut client = logged_in(&server, "alice@ours.test");
    for i in 0..3 {
        let answer = client.mail("alice@ours.test", &["bob@ours.test"], &message(&format!("m{i}")));
        assert_eq!(answer.code, 250, "{answer}");
    }
    let refused = client.command("MAIL FROM:<alice@ours.test>");
    assert_eq!(refused.code, 450, "{refused}");
    assert!(refused.has_enhanced_code("4.7.1"), "{refused}");
    assert!(refused.says("more than 3 messages in an hour") && refused.says("try again after"));
    // From another session as well, and bob is not alice.
    let mut another = logged_in(&server, "alice@ours.test");
    assert_eq!(another.command("MAIL FROM:<alice@ours.test>").code, 450);
    let mut bob = logged_in(&server, "bob@ours.test");
    assert_eq!(bob.command("MAIL FROM:<bob@ours.test>").code, 250);
    server.advance(20 * MINUTE + SECOND);
    let answer = another.command("MAIL FROM:<alice@ours.test>");
    assert_eq!(answer.code, 250, "{answer}");
    // Three recipients are used, two have flowed back into four: two fit, the third waits.
    let codes: Vec<u16> = ["alice", "bob", "postmaster"]
        .iter()
        .map(|to| another.command(&format!("RCPT TO:<{to}@ours.test>")).code)
        .collect();
    assert_eq!(codes, [250, 250, 450]);
    assert_eq!(another.content(&message("two")).code, 250, "those that fit go");
}

#[test]
fn an_address_and_a_sender_have_limits_where_they_are_set() {
    let server = ours()
        .relay_network("127.0.0.0/8")
        .machine("[limits]\naddress_messages_per_hour = 2\nsender_messages_per_hour = 1")
        .start();
    let verdict = |source: &str, from: &str| {
        let mut client = server.client_from(source);
        client.ehlo();
        client.command(&format!("MAIL FROM:<{from}>"))
    };
    assert_eq!(verdict("127.0.0.7", "a@ext.test").code, 250);
    let sender = verdict("127.0.0.8", "a@ext.test");
    assert_eq!(sender.code, 450, "{sender}");
    assert!(sender.says("from this sender"), "{sender}");
    assert_eq!(verdict("127.0.0.7", "b@ext.test").code, 250);
    let address = verdict("127.0.0.7", "c@ext.test");
    assert_eq!(address.code, 450, "{address}");
    assert!(address.says("from your address"), "{address}");
    assert_eq!(verdict("127.0.0.8", "c@ext.test").code, 250);
}

#[test]
fn cmd_07_a_source_that_guesses_recipients_is_shut_out_and_nobody_else() {
    // CMD-07, F8
    let server = ours().machine("[limits]\nunknown_recipients_per_hour = 4").start();
    let ask = |source: &str, recipients: &[&str]| -> Vec<u16> {
        let mut client = server.client_from(source);
        client.ehlo();
        client.command("MAIL FROM:<a@ext.test>");
        let answers =
            recipients.iter().map(|to| client.command(&format!("RCPT TO:<{to}@ours.test>")));
        answers.map(|answer| answer.code).collect()
    };
    let guesses = ["a1", "a2", "bob", "a3", "a4", "a5", "bob"];
    // Four misses; then the same answer for those that exist and those that do not.
    assert_eq!(ask("127.0.0.8", &guesses), [550, 550, 250, 550, 550, 450, 450]);
    assert_eq!(ask("127.0.0.8", &["bob"]), [450]);
    assert_eq!(ask("127.0.0.9", &["bob", "a1"]), [250, 550]);
    server.advance(15 * MINUTE + SECOND);
    assert_eq!(ask("127.0.0.8", &["bob"]), [250]);
    server.wait_for_log("shut out");
}

#[test]
fn a_login_reported_by_another_server_entitles_its_address_for_a_while() {
    let server = ours().start();
    let file = server.config_dir().join("mailflow.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    // [relay] is written by the harness; the key joins it at the end of the file.
    let on = "pop_before_smtp = { enabled = true, window = \"15m\" }\n";
    let mut server = server;
    let report =
        ["relay", "logins", "report", "--client", "127.0.0.8", "--user", "alice@elsewhere.test"];
    let off = server.cli(&report);
    assert_eq!(off.status, Some(1), "{off:?}");
    std::fs::write(&file, text + on).unwrap();
    server.kill_and_restart();
    let verdict = |server: &causeway_testkit::server::Server, source: &str| {
        let mut client = server.client_from(source);
        client.ehlo();
        client.command("MAIL FROM:<alice@ours.test>");
        client.command("RCPT TO:<b@ext.test>").code
    };
    assert_eq!(verdict(&server, "127.0.0.8"), 550);
    let reported = server.cli(&report);
    assert_eq!(reported.status, Some(0), "{reported:?}");
    assert_eq!((verdict(&server, "127.0.0.8"), verdict(&server, "127.0.0.9")), (250, 550));
    let why =
        server.json(&["relay", "explain", "--from-ip", "127.0.0.8", "--recipient", "b@ext.test"]);
    assert_eq!(why["rule"], "relay.pop", "{why}");
    let because = why["because"].as_str().unwrap();
    assert!(because.contains("alice@elsewhere.test") && because.contains("15m"), "{because}");
    // It outlives the process, and ends with the window or by hand.
    server.kill_and_restart();
    assert_eq!(verdict(&server, "127.0.0.8"), 250);
    let listed = server.json(&["relay", "logins", "list"]);
    assert_eq!(listed[0]["client"], "127.0.0.8", "{listed}");
    server.advance(Duration::from_secs(901));
    assert_eq!(verdict(&server, "127.0.0.8"), 550);
    server.cli(&report);
    assert_eq!(verdict(&server, "127.0.0.8"), 250);
    let revoked = server.cli(&["relay", "logins", "revoke", "--client", "127.0.0.8"]);
    assert_eq!(revoked.status, Some(0), "{revoked:?}");
    assert_eq!(verdict(&server, "127.0.0.8"), 550);
}
