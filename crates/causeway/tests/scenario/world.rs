//! What most scenarios share: our domain with two mailboxes, a partner behind a connector, and what
//! tests ask again and again.

use std::net::SocketAddr;
use std::time::Duration;

use causeway_testkit::server::{Server, Setup};
use serde_json::Value;

/// One hour of the queue's clock.
pub(crate) const HOUR: Duration = Duration::from_secs(3600);
/// One day.
pub(crate) const DAY: Duration = Duration::from_secs(86_400);
/// One minute.
pub(crate) const MINUTE: Duration = Duration::from_secs(60);
/// One second.
pub(crate) const SECOND: Duration = Duration::from_secs(1);

/// Our organization: `ours.test` with alice and bob; nobody may relay.
pub(crate) fn ours() -> Setup {
    Setup::new(env!("CARGO_BIN_EXE_causeway")).domain("ours.test", &["alice", "bob"])
}

/// The same, where clients on 127.0.0.1 belong to the organization: they may relay, and write as its users.
pub(crate) fn inside() -> Setup {
    ours().relay_network("127.0.0.1/32")
}

/// The same, where `partner.test` is behind this smart host. `more` is
/// further lines of the connector.
pub(crate) fn with_partner(partner: SocketAddr, more: &str) -> Setup {
    inside().connector("partner", "partner.test", partner, more)
}

/// `[queue]` without delay notices and with one retry, for tests that look at the end only.
pub(crate) const FEW_ATTEMPTS: &str = "[queue]\ndelay_notice_after = []\nretry_after = [\"30h\"]\n";

/// A server whose partner's connector worked, and was then set to a smart host that is wrong.
pub(crate) fn with_smart_host_changed(setup: Setup, wrong: SocketAddr) -> Server {
    let server = setup.start();
    send(&server, &["a@partner.test"], "worked");
    wait_for_status(&server, "a@partner.test", "relayed");
    let host = wrong.to_string();
    let set = server.cli(&["connector", "set", "partner", "--smart-host", &host, "--yes"]);
    assert_eq!(set.status, Some(0), "{set:?}");
    server
}

/// A small message.
pub(crate) fn message(subject: &str) -> String {
    format!(
        "From: alice@ours.test\r\nTo: someone@partner.test\r\nSubject: {subject}\r\n\
         Date: Sat, 21 Nov 2026 09:05:00 +0000\r\nMessage-ID: <{subject}@ours.test>\r\n\r\nHello.\r\n"
    )
}

/// Hands in a small message from alice.
pub(crate) fn send(server: &Server, to: &[&str], subject: &str) {
    let mut client = server.client();
    client.ehlo();
    let answer = client.mail("alice@ours.test", to, &message(subject));
    assert_eq!(answer.code, 250, "{answer}");
}

/// Waits until a mailbox holds so many messages; returns them.
pub(crate) fn wait_for_mail(server: &Server, mailbox: &str, count: usize) -> Vec<String> {
    server.wait_for(&format!("{count} messages for {mailbox}"), || {
        let mail = server.maildir(mailbox);
        (mail.len() >= count).then_some(mail)
    })
}

/// Waits until the recipient is in the queue with a result; returns it.
pub(crate) fn wait_for_deferral(server: &Server, recipient: &str) -> Value {
    server.wait_for(&format!("a failed attempt for {recipient}"), || {
        server
            .queue()
            .iter()
            .flat_map(|message| message["recipients"].as_array().cloned().unwrap_or_default())
            .find(|entry| {
                entry["address"] == recipient
                    && entry["status"] != "delivering"
                    && entry["code"].as_str().is_some_and(|code| !code.is_empty())
            })
    })
}

/// Waits until the trace has the recipient in this status; returns its row.
pub(crate) fn wait_for_status(server: &Server, recipient: &str, status: &str) -> Value {
    server.wait_for(&format!("{recipient} {status}"), || {
        server.trace(recipient).into_iter().find(|row| row["status"] == status)
    })
}

/// Asserts that nothing was accepted since the server started, and that it still serves.
pub(crate) fn assert_nothing_accepted(server: &Server) {
    assert_eq!(server.audit("accepted"), 0, "the trace: {:?}", server.trace("@"));
    assert_eq!(server.client().command("NOOP").code, 250);
}

/// Asserts that nothing waits. What has arrived may not be settled yet for a moment.
pub(crate) fn assert_queue_empties(server: &Server) {
    server.wait_for("an empty queue", || server.queue().is_empty().then_some(()));
}

/// Asserts that every accepted recipient has its place.
pub(crate) fn assert_all_accounted(server: &Server) {
    assert_eq!(server.audit("unaccounted"), 0, "{}", server.json(&["audit"]));
}

/// A transaction with parameters on MAIL and RCPT.
pub(crate) fn hand_in(server: &Server, mail: &str, rcpt: &[&str], content: &str) {
    let mut client = server.client();
    client.ehlo();
    assert_eq!(client.command(&format!("MAIL FROM:{mail}")).code, 250, "{}", client.transcript());
    for rcpt in rcpt {
        assert_eq!(client.command(&format!("RCPT TO:{rcpt}")).code, 250, "{}", client.transcript());
    }
    assert_eq!(client.content(content).code, 250, "{}", client.transcript());
}

/// Asserts that all of this stands in a report.
#[track_caller]
pub(crate) fn assert_says(report: &str, needed: &[&str]) {
    for needed in needed {
        assert!(report.contains(needed), "{needed} in\n{report}");
    }
}
