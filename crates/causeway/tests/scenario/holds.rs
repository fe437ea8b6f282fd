//! Mail that is kept on hold at the door instead of being refused: it is there, with its reason, until somebody
//! decides or its time is over; and whoever is to know is told.

use causeway_testkit::server::Server;
use serde_json::Value;

use super::submission::logged_in;
use super::world::{
    HOUR, MINUTE, assert_all_accounted, assert_queue_empties, message, ours, wait_for_mail,
};

/// alice may send one message an hour; what is more is kept on hold, as much again.
fn strict(more: &str) -> Server {
    let server = ours()
        .listener("submission", 2587, "")
        .machine("[limits]\naccount_messages_per_hour = 1\naccount_over_limit = \"hold\"")
        .organization("postmaster = \"bob@ours.test\"")
        .mailflow(more)
        .start();
    let mut client = logged_in(&server, "alice@ours.test");
    let codes: Vec<u16> = (0..3)
        .map(|i| {
            let text = message(&format!("m{i}"));
            let answer = client.mail("alice@ours.test", &["alice@ours.test"], &text);
            if i == 1 {
                assert!(answer.says("kept on hold until an administrator decides"), "{answer}");
                assert!(answer.says("more than 1 messages in an hour"), "{answer}");
            }
            answer.code
        })
        .collect();
    assert_eq!(codes, [250, 250, 450], "one goes, one is kept, and then it is enough");
    server
}

fn held(server: &Server) -> Vec<Value> {
    serde_json::from_value(server.json(&["queue", "list", "--status", "held"])).unwrap()
}

#[test]
fn what_is_over_the_limit_is_kept_with_its_reason_and_goes_when_it_is_released() {
    let server = strict("");
    let listed = held(&server);
    assert_eq!(listed.len(), 1, "{listed:?}");
    let recipient = &listed[0]["recipients"][0];
    assert_eq!(recipient["code"], "450 4.7.1", "{recipient}");
    let reply = recipient["reply"].as_str().unwrap();
    assert!(reply.contains("more than 1 messages in an hour from this mailbox"), "{reply}");
    let id = listed[0]["id"].as_str().unwrap();
    let shown = server.cli(&["queue", "show", id]);
    assert!(shown.stdout.contains("more than 1 messages in an hour"), "{shown:?}");
    let trace = server.json(&["trace", "show", id]);
    let events = trace[0]["events"].to_string();
    assert!(events.contains("\"held\"") && events.contains("more than 1 messages"), "{events}");
    assert_eq!(server.audit("held"), 1);
    wait_for_mail(&server, "alice@ours.test", 1);
    let released = server.cli(&["queue", "release", id]);
    assert_eq!(released.status, Some(0), "{released:?}");
    wait_for_mail(&server, "alice@ours.test", 2);
    assert_queue_empties(&server);
    assert_all_accounted(&server);
}

#[test]
fn mail_on_hold_outlives_the_process_and_returns_when_its_time_is_over() {
    let mut server = strict("");
    server.kill_and_restart();
    assert_eq!(held(&server).len(), 1);
    server.advance(47 * HOUR);
    assert_eq!(held(&server).len(), 1, "nobody sends it meanwhile");
    server.advance(2 * HOUR);
    let mail = wait_for_mail(&server, "alice@ours.test", 2);
    let report = mail.iter().find(|mail| mail.contains("multipart/report")).unwrap();
    assert!(report.contains("Action: failed"), "{report}");
    assert!(report.contains("more than 1 messages in an hour"), "{report}");
    assert!(held(&server).is_empty());
    assert_all_accounted(&server);
}

#[test]
fn the_administrators_get_one_list_and_then_none_for_an_hour() {
    let server = strict("");
    server.advance(MINUTE);
    let list = wait_for_mail(&server, "bob@ours.test", 1).remove(0);
    assert!(list.contains("Subject: 1 message is on hold"), "{list}");
    assert!(list.contains("Because: more than 1 messages in an hour"), "{list}");
    assert!(list.contains("causeway queue release"), "{list}");
    // Nobody asked for the sender to be told.
    assert_eq!(server.maildir("alice@ours.test").len(), 1);
    let mut client = logged_in(&server, "alice@ours.test");
    server.advance(30 * MINUTE);
    client.mail("alice@ours.test", &["alice@ours.test"], &message("m4"));
    client.mail("alice@ours.test", &["alice@ours.test"], &message("m5"));
    server.advance(10 * MINUTE);
    assert_eq!(server.maildir("bob@ours.test").len(), 1, "a list, not a storm");
    server.advance(30 * MINUTE);
    let waiting = held(&server).len();
    let lists = server.maildir("bob@ours.test").len();
    assert!(lists == 2 || waiting == 1, "{lists} lists, {waiting} on hold");
    assert_all_accounted(&server);
}

#[test]
fn a_sender_is_told_by_a_report_where_that_is_wanted() {
    let mut server = strict("[queue]\ntell_of_held = [\"sender\"]\n");
    server.advance(MINUTE);
    let mail = wait_for_mail(&server, "alice@ours.test", 2);
    let report = mail.iter().find(|mail| mail.contains("multipart/report")).unwrap();
    assert!(report.contains("Action: delayed"), "{report}");
    assert!(report.contains("an administrator decides about it"), "{report}");
    assert!(server.maildir("bob@ours.test").is_empty());
    // Not again after a restart.
    server.kill_and_restart();
    server.advance(2 * HOUR);
    assert_eq!(server.maildir("alice@ours.test").len(), 2);
    let returned = server.cli(&["queue", "return", "--all", "--yes", "--reason", "not wanted"]);
    assert_eq!(returned.status, Some(0), "{returned:?}");
    wait_for_mail(&server, "alice@ours.test", 3);
    assert_all_accounted(&server);
}

#[test]
fn strangers_who_pose_as_our_users_can_be_kept_on_hold() {
    let server = ours()
        .mailflow(
            "[identity]\nprotect_own_domains = [\"envelope\", \"from\"]\n\
             own_domains_from_outside = \"hold\"\n",
        )
        .start();
    let mut client = server.client();
    client.ehlo();
    // In the envelope, and in From only.
    for sender in ["alice@ours.test", "a@ext.test"] {
        let answer = client.mail(sender, &["bob@ours.test"], &message("pose"));
        assert_eq!(answer.code, 250, "{answer}");
        assert!(answer.says("on hold") && answer.says("own-domain-from-outside"), "{answer}");
    }
    assert_eq!(held(&server).len(), 2);
    assert!(server.maildir("bob@ours.test").is_empty());
    let why = server.json(&[
        "relay",
        "explain",
        "--from-ip",
        "198.51.100.9",
        "--sender",
        "alice@ours.test",
        "--recipient",
        "bob@ours.test",
    ]);
    assert!(why["notes"][0].as_str().unwrap().contains("keep it on hold"), "{why}");
    assert_eq!(why["session_reply"], Value::Null, "{why}");
    server.cli(&["queue", "release", "--all", "--yes"]);
    wait_for_mail(&server, "bob@ours.test", 2);
    assert_all_accounted(&server);
}
