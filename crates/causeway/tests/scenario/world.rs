//! What most scenarios share: our domain with two mailboxes, and small helpers.

use causeway_testkit::server::{Server, Setup};

/// Our organization: `ours.test` with alice and bob; nobody may relay.
pub fn ours() -> Setup {
    Setup::new(env!("CARGO_BIN_EXE_causeway")).domain("ours.test", &["alice", "bob"])
}

/// A small message.
pub fn message(subject: &str) -> String {
    format!(
        "From: a@ext.test\r\nTo: alice@ours.test\r\nSubject: {subject}\r\n\
         Date: Sat, 21 Nov 2026 09:05:00 +0000\r\nMessage-ID: <{subject}@ext.test>\r\n\r\nHello.\r\n"
    )
}

/// Waits until a mailbox holds so many messages; returns them.
pub fn wait_for_mail(server: &Server, mailbox: &str, count: usize) -> Vec<String> {
    server.wait_for(&format!("{count} messages for {mailbox}"), || {
        let mail = server.maildir(mailbox);
        (mail.len() >= count).then_some(mail)
    })
}

/// Asserts that nothing was accepted since the server started, and that it still serves.
pub fn assert_nothing_accepted(server: &Server) {
    assert_eq!(server.audit("accepted"), 0, "the trace: {:?}", server.trace("@"));
    assert_eq!(server.client().command("NOOP").code, 250);
}
