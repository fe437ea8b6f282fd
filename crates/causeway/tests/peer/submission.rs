//! Mail programs that hand in mail (curl, swaks, msmtp, Python's smtplib), and nmap's look for open
//! relays.

use std::net::SocketAddr;
use std::process::{Command, Output};

use causeway_testkit::server::Server;

use crate::peers::{Peers, ours};

const SUBMISSION: u16 = 2587;
const SUBMISSIONS: u16 = 2465;
const PASSWORD: &str = "a long enough password";

fn with_submission() -> Server {
    ours().listener("submission", SUBMISSION, "").listener("submissions", SUBMISSIONS, "").start()
}

fn said(output: &Output) -> String {
    format!(
        "{}\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

/// Waits until bob has so many messages; returns them.
fn bobs_mail(server: &Server, count: usize) -> Vec<String> {
    server.wait_for(&format!("{count} messages"), || {
        let mail = server.maildir("bob@ours.test");
        (mail.len() >= count).then_some(mail)
    })
}

/// A letter from alice in a file.
fn letter(server: &Server, subject: &str) -> std::path::PathBuf {
    let file = server.place().join(format!("{subject}.eml"));
    std::fs::write(&file, format!("From: alice@ours.test\r\nSubject: {subject}\r\n\r\nHello.\r\n"))
        .unwrap();
    file
}

#[test]
fn curl_logs_in_by_each_mechanism_and_is_told_when_the_password_is_wrong() {
    if Peers::find().is_none() {
        return;
    }
    let server = with_submission();
    let curl = |scheme: &str, address: SocketAddr, options: &str, password: &str, subject: &str| {
        let output = Command::new("curl")
            .args(["--silent", "--show-error", "--insecure", "--ssl-reqd", "--verbose"])
            .args(["--url", &format!("{scheme}://{address}/client.example")])
            .args(["--user", &format!("alice@ours.test:{password}"), "--login-options", options])
            .args(["--mail-from", "alice@ours.test", "--mail-rcpt", "bob@ours.test"])
            .arg("--upload-file")
            .arg(letter(&server, subject))
            .output()
            .unwrap();
        (output.status.code(), said(&output))
    };
    let (starttls, implicit) = (server.listener(SUBMISSION), server.listener(SUBMISSIONS));
    for (i, options) in ["AUTH=PLAIN", "AUTH=LOGIN"].iter().enumerate() {
        let (status, text) = curl("smtp", starttls, options, PASSWORD, &format!("starttls-{i}"));
        assert_eq!(status, Some(0), "{text}");
        let (status, text) = curl("smtps", implicit, options, PASSWORD, &format!("implicit-{i}"));
        assert_eq!(status, Some(0), "{text}");
    }
    let (status, text) = curl("smtps", implicit, "AUTH=PLAIN", "wrong", "wrong");
    assert_eq!(status, Some(67), "login denied: {text}");
    assert!(text.contains("535 5.7.8"), "{text}");
    let mail = bobs_mail(&server, 4);
    assert!(mail.iter().all(|mail| mail.contains("with ESMTPSA")), "{mail:?}");
}

#[test]
fn swaks_logs_in_under_tls_and_not_without() {
    let Some(peers) = Peers::find() else { return };
    let server = with_submission();
    let swaks = |port: u16, arguments: &[&str]| {
        let address = server.listener(port);
        let output = peers
            .command("/usr/bin/perl")
            .arg(peers.path("swaks/usr/bin/swaks"))
            .args(["--server", &address.ip().to_string(), "--port", &port.to_string()])
            .args(["--helo", "client.example", "--from", "alice@ours.test"])
            .args(["--to", "bob@ours.test", "--auth-user", "alice@ours.test"])
            .args(["--auth-password", PASSWORD])
            .args(arguments)
            .output()
            .unwrap();
        said(&output)
    };
    for mechanism in ["PLAIN", "LOGIN"] {
        let text = swaks(SUBMISSION, &["--tls", "--auth", mechanism]);
        assert!(text.contains("<~  235 2.7.0") && text.contains("<~  221"), "{text}");
        let text = swaks(SUBMISSIONS, &["--tls-on-connect", "--auth", mechanism]);
        assert!(text.contains("<~  235 2.7.0") && text.contains("<~  221"), "{text}");
    }
    let plain = swaks(SUBMISSION, &["--auth", "PLAIN"]);
    assert!(!plain.contains("<-  235"), "nothing is offered without TLS: {plain}");
    bobs_mail(&server, 4);
}

#[test]
fn msmtp_logs_in_by_scram_with_each_password() {
    let Some(peers) = Peers::find() else { return };
    let server = with_submission();
    let made = server.json(&["mailbox", "app-password", "add", "alice@ours.test", "msmtp"]);
    let application = made["password"].as_str().unwrap().to_owned();
    let msmtp = |port: u16, mechanism: &str, password: &str, subject: &str| {
        use std::os::unix::fs::PermissionsExt as _;
        let configuration = server.place().join(format!("{subject}.msmtprc"));
        let address = server.listener(port);
        let starttls = if port == SUBMISSION { "on" } else { "off" };
        let text = format!(
            "account default\nhost {}\nport {port}\nfrom alice@ours.test\nauth {mechanism}\n\
             user alice@ours.test\npassword {password}\ntls on\ntls_starttls {starttls}\n\
             tls_certcheck off\ndomain client.example\n",
            address.ip()
        );
        std::fs::write(&configuration, text).unwrap();
        let private = std::fs::Permissions::from_mode(0o600);
        std::fs::set_permissions(&configuration, private).unwrap();
        let output = peers
            .command("msmtp/usr/bin/msmtp")
            .arg("--file")
            .arg(configuration)
            .args(["--debug", "--", "bob@ours.test"])
            .stdin(std::fs::File::open(letter(&server, subject)).unwrap())
            .output()
            .unwrap();
        (output.status.success(), said(&output))
    };
    let cases = [
        (SUBMISSION, "scram-sha-256", PASSWORD),
        (SUBMISSIONS, "scram-sha-256", application.as_str()),
        (SUBMISSION, "on", application.as_str()),
        (SUBMISSIONS, "plain", application.as_str()),
        (SUBMISSION, "login", PASSWORD),
    ];
    for (i, (port, mechanism, password)) in cases.into_iter().enumerate() {
        let (sent, text) = msmtp(port, mechanism, password, &format!("msmtp-{i}"));
        assert!(sent && text.contains("235 2.7.0"), "{port} {mechanism}: {text}");
    }
    let (sent, text) = msmtp(SUBMISSION, "scram-sha-256", "wrong", "wrong");
    assert!(!sent && text.contains("535 5.7.8"), "{text}");
    bobs_mail(&server, 5);
}

/// What Python's standard library does on the way to hand in mail, printed as it goes.
const SMTPLIB: &str = r#"
import smtplib, ssl, sys
from email.message import EmailMessage

host, starttls, implicit, password = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
context = ssl.create_default_context()
context.check_hostname = False
context.verify_mode = ssl.CERT_NONE

def message(subject, sender="alice@ours.test"):
    m = EmailMessage()
    m["From"], m["To"], m["Subject"] = sender, "bob@ours.test", subject
    m.set_content("Hello.\n")
    return m

with smtplib.SMTP(host, starttls, timeout=30) as s:
    s.ehlo()
    assert not s.has_extn("auth"), "AUTH is not offered before TLS"
    try:
        s.sendmail("alice@ours.test", ["bob@ours.test"], "x")
    except smtplib.SMTPSenderRefused as refused:
        print("without login", refused.smtp_code)
    s.starttls(context=context)
    s.login("alice@ours.test", password)
    s.send_message(message("starttls"))
    try:
        s.send_message(message("posing", sender="bob@ours.test"))
    except smtplib.SMTPSenderRefused as refused:
        print("envelope", refused.smtp_code, refused.smtp_error.decode())
    try:
        s.send_message(message("posing", sender="bob@ours.test"), from_addr="alice@ours.test")
    except smtplib.SMTPDataError as refused:
        print("header", refused.smtp_code, refused.smtp_error.decode())

with smtplib.SMTP_SSL(host, implicit, timeout=30, context=context) as s:
    try:
        s.login("alice@ours.test", "wrong")
    except smtplib.SMTPAuthenticationError as refused:
        print("wrong", refused.smtp_code)
    s.login("alice@ours.test", password)
    s.send_message(message("implicit"))
"#;

#[test]
fn python_smtplib_understands_every_answer_about_logins() {
    if Peers::find().is_none() {
        return;
    }
    let server = with_submission();
    let host = server.smtp().ip().to_string();
    let output = Command::new("python3")
        .args(["-c", SMTPLIB, &host, &SUBMISSION.to_string(), &SUBMISSIONS.to_string(), PASSWORD])
        .output()
        .unwrap();
    let text = said(&output);
    assert!(output.status.success(), "{text}");
    for line in ["without login 530", "envelope 553 5.7.1", "header 550 5.7.60", "wrong 535"] {
        assert!(text.contains(line), "{line}: {text}");
    }
    let mail = bobs_mail(&server, 2);
    assert!(!mail.iter().any(|mail| mail.contains("posing")), "{mail:?}");
}

#[test]
fn nmap_finds_no_open_relay() {
    let Some(peers) = Peers::find() else { return };
    let server = with_submission();
    for port in [2525, SUBMISSION] {
        let output = peers
            .command("nmap/usr/bin/nmap")
            .arg("--datadir")
            .arg(peers.path("nmap/usr/share/nmap"))
            .args(["--unprivileged", "-Pn", "-n", "-p", &port.to_string()])
            .args(["--script", "+smtp-open-relay", "--script-args"])
            .arg("smtp-open-relay.domain=ext.test,smtp-open-relay.to=relaytest")
            .arg(server.smtp().ip().to_string())
            .output()
            .unwrap();
        let text = said(&output);
        assert!(text.contains("smtp-open-relay:"), "the script ran: {text}");
        assert!(!text.contains("Server is an open relay"), "{port}: {text}");
    }
    assert_eq!(server.audit("accepted"), 0);
}
