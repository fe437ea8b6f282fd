//! Clients: swaks and Python's smtplib.

use std::process::{Command, Output};

use crate::peers::{Peers, ours};

fn said(output: &Output) -> String {
    format!(
        "{}\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

fn swaks(peers: &Peers, server: &str, arguments: &[&str]) -> String {
    let output = peers
        .command("/usr/bin/perl")
        .arg(peers.path("swaks/usr/bin/swaks"))
        .args(["--server", server, "--helo", "client.example", "--from", "a@ext.test"])
        .args(arguments)
        .output()
        .unwrap();
    said(&output)
}

#[test]
fn swaks_delivers_in_plain_text_and_over_starttls() {
    let Some(peers) = Peers::find() else { return };
    let server = ours().start();
    let address = server.smtp().to_string();
    let to = ["--to", "alice@ours.test"];
    let plain = swaks(&peers, &address, &to);
    assert!(plain.contains("<-  221"), "{plain}");
    let tls = swaks(&peers, &address, &["--to", "alice@ours.test", "--tls"]);
    assert!(tls.contains("=== TLS started"), "{tls}");
    assert!(tls.contains("<~  221"), "{tls}");
    let mail = server.wait_for("two messages", || {
        let mail = server.maildir("alice@ours.test");
        (mail.len() == 2).then_some(mail)
    });
    assert!(mail.iter().any(|mail| mail.contains("with ESMTPS")), "{mail:?}");
}

#[test]
fn swaks_is_refused_relay_with_the_reason() {
    let Some(peers) = Peers::find() else { return };
    let server = ours().start();
    let answer = swaks(&peers, &server.smtp().to_string(), &["--to", "b@ext.test"]);
    assert!(answer.contains("<** 550 5.7.1"), "{answer}");
    assert!(answer.contains("not authenticated"), "{answer}");
}

#[test]
fn swaks_pipelines() {
    let Some(peers) = Peers::find() else { return };
    let server = ours().start();
    let answer = swaks(
        &peers,
        &server.smtp().to_string(),
        &["--to", "alice@ours.test,bob@ours.test", "--pipeline"],
    );
    assert!(answer.contains("<-  221"), "{answer}");
    server.wait_for("one message for each", || {
        (server.maildir("alice@ours.test").len() == 1 && server.maildir("bob@ours.test").len() == 1)
            .then_some(())
    });
}

/// What Python's standard library does with a server, printed as it goes.
const SMTPLIB: &str = r#"
import smtplib, ssl, sys
from email.message import EmailMessage

host, port = sys.argv[1], int(sys.argv[2])
context = ssl.create_default_context()
context.check_hostname = False
context.verify_mode = ssl.CERT_NONE

def message(subject, to="alice@ours.test", body="Hello.\n"):
    m = EmailMessage()
    m["From"], m["To"], m["Subject"] = "a@ext.test", to, subject
    m.set_content(body)
    return m

with smtplib.SMTP(host, port, timeout=30) as s:
    s.send_message(message("plain"))
    s.send_message(message("dots", body=".\n..\n.x\n"))
    print("vrfy", s.verify("alice")[0])

with smtplib.SMTP(host, port, timeout=30) as s:
    s.ehlo()
    s.starttls(context=context)
    s.ehlo()
    assert not s.has_extn("starttls"), "STARTTLS is not offered twice"
    s.send_message(message("tls"))
    s.send_message(message("international", to="alice@ours.test"), from_addr="j\u00fcrgen@ext.test")

with smtplib.SMTP(host, port, timeout=30) as s:
    try:
        s.sendmail("a@ext.test", ["b@ext.test"], "Subject: no\r\n\r\nno\r\n")
        print("relayed")
    except smtplib.SMTPRecipientsRefused as refused:
        code, text = refused.recipients["b@ext.test"]
        print("refused", code, text.decode())
    partly = s.sendmail("a@ext.test", ["alice@ours.test", "nobody@ours.test"], "Subject: partly\r\n\r\nx\r\n")
    print("partly", partly["nobody@ours.test"][0])
"#;

#[test]
fn python_smtplib_understands_every_answer() {
    if Peers::find().is_none() {
        return;
    }
    let server = ours().start();
    let address = server.smtp();
    let output = Command::new("python3")
        .args(["-c", SMTPLIB, &address.ip().to_string(), &address.port().to_string()])
        .output()
        .unwrap();
    let text = said(&output);
    assert!(output.status.success(), "{text}");
    assert!(text.contains("refused 550 5.7.1"), "{text}");
    assert!(text.contains("partly 550"), "{text}");
    let mail = server.wait_for("five messages", || {
        let mail = server.maildir("alice@ours.test");
        (mail.len() == 5).then_some(mail)
    });
    for subject in ["plain", "dots", "tls", "international", "partly"] {
        let line = format!("Subject: {subject}");
        assert!(mail.iter().any(|mail| mail.contains(&line)), "{subject} in {mail:?}");
    }
    assert!(mail.iter().any(|mail| mail.contains("\n.\n..\n.x\n")), "{mail:?}");
}
