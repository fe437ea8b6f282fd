//! Mailboxes read by Dovecot.

use std::fs;

use crate::peers::{Peers, ours};

#[test]
fn dovecot_reads_what_was_delivered() {
    let Some(peers) = Peers::find() else { return };
    let server = ours().start();
    let mut client = server.client();
    client.ehlo();
    for subject in ["first", "second"] {
        let content = format!(
            "From: a@ext.test\r\nSubject: {subject}\r\nMIME-Version: 1.0\r\n\
             Content-Type: text/plain; charset=utf-8\r\n\r\nBody of {subject}.\r\n"
        );
        assert_eq!(client.mail("a@ext.test", &["alice@ours.test"], &content).code, 250);
    }
    server
        .wait_for("two messages", || (server.maildir("alice@ours.test").len() == 2).then_some(()));
    // Dovecot does not read mail as root, which the test may be: it gets a copy of its own.
    let place = peers.place();
    let maildir = place.path().join("Maildir");
    for folder in ["cur", "new", "tmp"] {
        fs::create_dir_all(maildir.join(folder)).unwrap();
        let from = server.data_dir().join("mail/ours.test/alice/Maildir").join(folder);
        for entry in fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            let copy = maildir.join(folder).join(entry.file_name());
            fs::copy(entry.path(), &copy).unwrap();
            peers.chown("nobody", &copy);
        }
        peers.chown("nobody", &maildir.join(folder));
    }
    peers.chown("nobody", &maildir);
    let mut command = peers.command("dovecot/usr/bin/doveadm");
    command.arg("-O");
    for setting in [
        format!("mail_location=maildir:{}:INDEX=MEMORY", maildir.display()),
        format!("base_dir={}/base", place.path().display()),
        "log_path=/dev/stderr".into(),
        "mail_uid=nobody".into(),
        "mail_gid=nogroup".into(),
    ] {
        command.arg("-o").arg(setting);
    }
    command.args(["fetch", "hdr.subject body size.virtual", "mailbox", "INBOX", "all"]);
    let output = command.env("USER", "nobody").env("HOME", place.path()).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{complaints}");
    for subject in ["first", "second"] {
        assert!(text.contains(&format!("hdr.subject: {subject}")), "{text}{complaints}");
        assert!(text.contains(&format!("Body of {subject}.")), "{text}");
    }
}
