//! Signing mail of ours (DKIM).

use base64::Engine as _;
use causeway_testkit::client::Client;
use causeway_testkit::{Behaviour, ScriptedPeer};

use super::world::{FEW_ATTEMPTS, message, send, wait_for_mail, with_partner};

#[test]
fn reports_are_signed_by_the_domain_of_their_from() {
    let peer = ScriptedPeer::start(Behaviour::new().reply("RCPT", ["550 5.1.1 no such user here"]));
    let mut server = with_partner(peer.address(), "").mailflow(FEW_ATTEMPTS).start();
    assert_eq!(server.json(&["dkim", "list"]), serde_json::json!([]));
    send(&server, &["x@partner.test"], "unsigned");
    let report = wait_for_mail(&server, "alice@ours.test", 1).remove(0);
    assert!(!report.contains("DKIM-Signature"), "{report}");

    let key = server.json(&["dkim", "add", "ours.test", "--selector", "one"]);
    assert_eq!(key["record_name"], "one._domainkey.ours.test");
    assert!(key["record_value"].as_str().unwrap().starts_with("v=DKIM1; k=rsa; p=MII"), "{key}");
    let _ =
        server.json(&["dkim", "add", "ours.test", "--selector", "two", "--algorithm", "ed25519"]);
    assert_eq!(server.cli(&["dkim", "add", "ours.test", "--selector", "one"]).status, Some(1));
    assert_eq!(server.cli(&["dkim", "add", "ours.test", "--selector", "a b"]).status, Some(2));
    server.kill_and_restart();
    send(&server, &["x@partner.test"], "signed");
    let reports = wait_for_mail(&server, "alice@ours.test", 2);
    let report = reports
        .iter()
        .find(|report| report.contains("Re: signed") || report.contains("<signed@ours.test>"))
        .unwrap();
    assert_eq!(report.matches("DKIM-Signature: ").count(), 2, "{report}");
    assert!(report.contains("s=one; d=ours.test") && report.contains("s=two; d=ours.test"));
    assert!(report.contains("postmaster@ours.test"), "aligned with From: {report}");

    let listed = server.cli(&["dkim", "list"]).stdout;
    assert!(!listed.contains("private"), "{listed}");
    let _ = server.json(&["dkim", "remove", "ours.test"]);
    assert_eq!(server.json(&["dkim", "list"]), serde_json::json!([]));
    assert_ne!(server.cli(&["dkim", "remove", "ours.test"]).status, Some(0));
    send(&server, &["x@partner.test"], "again");
    let reports = wait_for_mail(&server, "alice@ours.test", 3);
    assert_eq!(reports.iter().filter(|r| r.contains("DKIM-Signature")).count(), 1);
}

#[test]
fn mail_of_users_who_have_logged_in_is_signed_small_and_large() {
    let peer = ScriptedPeer::start(Behaviour::new());
    let server = with_partner(peer.address(), "")
        .listener("submission", 2587, "allow_plain_login_on_loopback = true")
        .start();
    let _ = server.json(&["dkim", "add", "ours.test", "--selector", "one"]);
    for (count, size) in [(1, 10), (2, 400_000)] {
        let mut client = Client::connect(server.listener(2587));
        client.ehlo();
        let login = base64::engine::general_purpose::STANDARD
            .encode("\0alice@ours.test\0a long enough password");
        assert_eq!(client.command(&format!("AUTH PLAIN {login}")).code, 235);
        let text = format!("{}{}", message("mine"), "0123456789 filling\r\n".repeat(size / 20));
        assert_eq!(client.mail("alice@ours.test", &["x@partner.test"], &text).code, 250);
        let sent = peer.block_on_messages(count).remove(count - 1).text();
        assert!(
            sent.starts_with("DKIM-Signature: v=1; a=rsa-sha256; s=one; d=ours.test"),
            "{sent:.300}"
        );
        assert!(sent.len() > size);
    }
    // What other servers hand in is not ours to sign.
    send(&server, &["x@partner.test"], "passed");
    assert!(!peer.block_on_messages(3).remove(2).text().contains("DKIM-Signature"));
}
