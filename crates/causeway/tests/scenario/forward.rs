//! Mailboxes that forward their mail.

use causeway_testkit::peer::{Behaviour, ScriptedPeer};
use causeway_testkit::server::Server;

use super::world::{
    HOUR, assert_all_accounted, assert_queue_empties, message, ours, wait_for_deferral,
    wait_for_mail, wait_for_status,
};

/// alice forwards to somebody behind this peer.
fn forwarding(peer: &ScriptedPeer, more: &[&str], machine: &str) -> Server {
    let server = ours().connector("ext", "*", peer.address(), "").machine(machine).start();
    let base = ["mailbox", "set", "alice@ours.test", "--forward", "alice@elsewhere.test"];
    let set = server.cli(&[&base[..], more].concat());
    assert_eq!(set.status, Some(0), "{set:?}");
    server
}

fn from_outside(server: &Server, sender: &str, parameters: &str, to: &str) {
    let mut client = server.client();
    client.ehlo();
    assert_eq!(client.command(&format!("MAIL FROM:<{sender}>")).code, 250);
    let answer = client.command(&format!("RCPT TO:<{to}>{parameters}"));
    assert_eq!(answer.code, 250, "{answer}");
    let answer = client.content(&message("forward"));
    assert_eq!(answer.code, 250, "{answer}");
}

#[test]
fn rly_31_mail_goes_on_under_a_sender_of_ours_whose_reports_find_the_way_back() {
    let peer = ScriptedPeer::start(Behaviour::new());
    let server = forwarding(&peer, &[], "");
    from_outside(
        &server,
        "Anna.Lang@ext.test",
        " NOTIFY=FAILURE ORCPT=rfc822;alice@ours.test",
        "alice@ours.test",
    );
    let sent = peer.block_on_messages(1).remove(0);
    let path = sent.reverse_path.trim_matches(['<', '>']).to_owned();
    assert!(path.starts_with("SRS0=") && path.ends_with("=ext.test=Anna.Lang@ours.test"), "{path}");
    let text = String::from_utf8_lossy(&sent.content).into_owned();
    assert!(text.starts_with("Delivered-To: alice@ours.test\r\n"), "{text}");
    wait_for_status(&server, "alice@ours.test", "expanded");
    assert!(server.maildir("alice@ours.test").is_empty(), "it is not kept");
    // A report comes back, and goes to the first sender.
    from_outside(&server, "", "", &path);
    let report = peer.block_on_messages(2).remove(1);
    assert_eq!(report.reverse_path.trim_matches(['<', '>']), "", "a report stays one");
    assert!(report.recipients[0].address.contains("Anna.Lang@ext.test"), "{:?}", report.recipients);
    assert_queue_empties(&server);
    assert_all_accounted(&server);
    // Nobody sends through it: not with a sender, not with another address in it.
    let verdict = |from: &str, to: &str| {
        let mut client = server.client();
        client.ehlo();
        client.command(&format!("MAIL FROM:<{from}>"));
        client.command(&format!("RCPT TO:<{to}>")).code
    };
    assert_eq!(verdict("a@ext.test", &path), 550);
    assert_eq!(verdict("", &path.replace("Anna.Lang@", "victim@")), 550);
    assert_eq!(verdict("", &path.replace("=ext.test=", "=evil.test=")), 550);
    // Forwarding gives strangers no right to relay.
    assert_eq!(verdict("a@ext.test", "alice@elsewhere.test"), 550);
}

#[test]
fn rly_31_a_copy_can_be_kept_and_a_loop_ends() {
    let peer = ScriptedPeer::start(Behaviour::new());
    let server = forwarding(&peer, &["--keep-copy"], "");
    from_outside(&server, "a@ext.test", "", "alice@ours.test");
    wait_for_mail(&server, "alice@ours.test", 1);
    peer.block_on_messages(1);
    // The other side sends it back: delivered once more here, and not sent on again.
    let mut client = server.client();
    client.ehlo();
    let again = format!("Delivered-To: Alice@ours.test\r\n{}", message("again"));
    assert_eq!(client.mail("a@ext.test", &["alice@ours.test"], &again).code, 250);
    wait_for_mail(&server, "alice@ours.test", 2);
    assert_queue_empties(&server);
    assert_eq!(peer.messages().len(), 1);
    // Without a copy it is returned.
    let set = server.cli(&["mailbox", "set", "alice@ours.test", "--keep-copy=false"]);
    assert_eq!(set.status, Some(0), "{set:?}");
    assert_eq!(client.mail("a@ext.test", &["alice@ours.test"], &again).code, 250);
    let row = wait_for_status(&server, "alice@ours.test", "failed");
    assert_eq!(row["code"], "554 5.4.6", "{row}");
    // Two mailboxes that forward to each other end it as well.
    let set = |who: &str, to: &str| {
        let set = server.cli(&["mailbox", "set", who, "--forward", to]);
        assert_eq!(set.status, Some(0), "{set:?}");
    };
    set("alice@ours.test", "bob@ours.test");
    set("bob@ours.test", "alice@ours.test");
    from_outside(&server, "a@ext.test", "", "bob@ours.test");
    server.wait_for("the loop's end", || {
        let rows = server.trace("@ours.test");
        (rows.iter().filter(|row| row["code"] == "554 5.4.6").count() >= 2).then_some(())
    });
    assert_queue_empties(&server);
    assert_all_accounted(&server);
    let own = server.cli(&["mailbox", "set", "alice@ours.test", "--forward", "alice@ours.test"]);
    assert_eq!(own.status, Some(2), "{own:?}");
}

#[test]
fn rly_31_a_flood_is_forwarded_so_fast_and_no_faster() {
    let peer = ScriptedPeer::start(Behaviour::new());
    let server = forwarding(&peer, &[], "[limits]\nforwarded_messages_per_hour = 2");
    for _ in 0..3 {
        from_outside(&server, "a@ext.test", "", "alice@ours.test");
    }
    peer.block_on_messages(2);
    let waiting = wait_for_deferral(&server, "alice@ours.test");
    assert_eq!(waiting["code"], "450 4.7.1", "{waiting}");
    assert!(waiting["reply"].as_str().unwrap().contains("forwarded 2 messages"), "{waiting}");
    server.advance(HOUR);
    assert_eq!(peer.messages().len(), 3, "nothing is lost");
    assert_all_accounted(&server);
}
