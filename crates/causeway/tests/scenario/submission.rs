//! Handing in mail: who may log in, when, and what is done with what they send.

use std::net::SocketAddr;

use causeway_testkit::client::{Answer, Client};
use causeway_testkit::server::{Server, Setup};

use super::world::{assert_nothing_accepted, message, ours, wait_for_mail};

const SUBMISSION: u16 = 2587;
const SUBMISSIONS: u16 = 2465;

/// The password that the harness gives to every mailbox.
const PASSWORD: &str = "a long enough password";

/// Our organization with both kinds of listeners.
fn with_submission() -> Setup {
    ours().listener("submission", SUBMISSION, "").listener("submissions", SUBMISSIONS, "")
}

/// A session under TLS, greeted again.
pub(crate) fn secure(address: SocketAddr) -> Client {
    let mut client = Client::connect(address);
    client.ehlo();
    let mut client = client.starttls();
    client.ehlo();
    client
}

/// The initial response of PLAIN.
pub(crate) fn plain(user: &str, password: &str) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(format!("\0{user}\0{password}"))
}

pub(crate) fn log_in(client: &mut Client, user: &str, password: &str) -> Answer {
    client.command(&format!("AUTH PLAIN {}", plain(user, password)))
}

/// A session that has logged in.
pub(crate) fn logged_in(server: &Server, user: &str) -> Client {
    logged_in_at(server, SUBMISSION, user)
}

/// The same at another listener.
pub(crate) fn logged_in_at(server: &Server, port: u16, user: &str) -> Client {
    let mut client = secure(server.listener(port));
    let answer = log_in(&mut client, user, PASSWORD);
    assert_eq!(answer.code, 235, "{answer}");
    client
}

fn offers_auth(ehlo: &Answer) -> bool {
    ehlo.lines.iter().any(|line| line.starts_with("AUTH"))
}

#[test]
fn aut_01_a_login_is_neither_offered_nor_taken_before_tls() {
    // AUT-01
    let server = with_submission().start();
    for port in [2525, SUBMISSION] {
        let mut client = Client::connect(server.listener(port));
        let ehlo = client.ehlo();
        assert!(!offers_auth(&ehlo), "{port}: {ehlo}");
        let answer = log_in(&mut client, "alice@ours.test", PASSWORD);
        assert_eq!(answer.code, 538, "{port}: {answer}");
        assert!(answer.has_enhanced_code("5.7.11"), "{answer}");
    }
    let mut client = Client::connect(server.listener(SUBMISSION));
    client.ehlo();
    let answer = client.command("MAIL FROM:<alice@ours.test>");
    assert_eq!(answer.code, 530, "{answer}");
    assert!(answer.has_enhanced_code("5.7.0") && answer.says("STARTTLS"), "{answer}");
    // Other servers do not log in on their port.
    let mut client = secure(server.smtp());
    assert_eq!(log_in(&mut client, "alice@ours.test", PASSWORD).code, 503);
}

#[test]
fn a_user_sends_to_anybody_after_logging_in_and_nobody_does_without() {
    let server = with_submission().start();
    let mut client = secure(server.listener(SUBMISSION));
    let ehlo = client.ehlo();
    let offer = ehlo.lines.iter().find(|line| line.starts_with("AUTH")).expect("an offer");
    assert_eq!(offer, "AUTH SCRAM-SHA-256 PLAIN LOGIN");
    for to in ["alice@ours.test", "b@ext.test"] {
        let answer = client.mail("alice@ours.test", &[to], &message("no"));
        assert_eq!(answer.code, 530, "{answer}");
    }
    assert_nothing_accepted(&server);

    assert_eq!(log_in(&mut client, "alice@ours.test", PASSWORD).code, 235);
    let ehlo = client.ehlo();
    assert!(!offers_auth(&ehlo), "once is enough: {ehlo}");
    assert_eq!(log_in(&mut client, "alice@ours.test", PASSWORD).code, 503);
    let answer = client.mail("alice@ours.test", &["b@ext.test", "bob@ours.test"], &message("yes"));
    assert_eq!(answer.code, 250, "{answer}");
    let mail = wait_for_mail(&server, "bob@ours.test", 1).remove(0);
    assert!(mail.contains("with ESMTPSA id"), "{mail}");
    let id = server.trace("b@ext.test")[0]["id"].as_str().unwrap().to_owned();
    let shown = server.json(&["queue", "show", &id]);
    assert_eq!(shown["origin"]["user"], "alice@ours.test", "{shown}");
}

#[test]
fn implicit_tls_speaks_first_after_the_handshake() {
    let server = with_submission().start();
    let client = Client::connect_silently(server.listener(SUBMISSIONS), None);
    let mut client = client.handshake();
    assert_eq!(client.answer().code, 220);
    let ehlo = client.ehlo();
    assert!(offers_auth(&ehlo), "{ehlo}");
    assert!(!ehlo.lines.iter().any(|line| line == "STARTTLS"), "{ehlo}");
    assert_eq!(client.command("STARTTLS").code, 503);
    assert_eq!(log_in(&mut client, "Bob@ours.test", PASSWORD).code, 235);
    let answer =
        client.mail("bob@ours.test", &["alice@ours.test"], "From: bob@ours.test\r\n\r\nx\r\n");
    assert_eq!(answer.code, 250, "{answer}");
    // Plain SMTP on this port is no handshake, and no session.
    let mut plain = Client::connect_silently(server.listener(SUBMISSIONS), None);
    let _ = plain.try_send("EHLO client.example\r\n");
    let said = plain.until_closed();
    assert!(!said.contains("220"), "{said:?}");
}

#[test]
fn every_mechanism_says_what_went_wrong() {
    let server = with_submission().start();
    let mut client = secure(server.listener(SUBMISSION));
    for (command, code) in [
        ("AUTH CRAM-MD5", 534),
        ("AUTH XOAUTH2", 504),
        ("AUTH PLAIN not-base64!", 501),
        ("AUTH PLAIN =", 501),
    ] {
        let answer = client.command(command);
        assert_eq!(answer.code, code, "{command}: {answer}");
    }
    assert_eq!(client.command("AUTH LOGIN").text(), "334 VXNlcm5hbWU6");
    assert_eq!(client.command("*").code, 501);
    assert_eq!(client.command("AUTH PLAIN").text(), "334 ");
    let wrong = client.command(&plain("alice@ours.test", "wrong"));
    assert_eq!(wrong.code, 535, "{wrong}");
    assert!(wrong.has_enhanced_code("5.7.8"), "{wrong}");
    let nobody = log_in(&mut client, "nobody@ours.test", "wrong");
    assert_eq!(nobody, wrong, "the same answer, so it tells nothing");
    assert_eq!(client.command("AUTH LOGIN").code, 334);
    let name = "YWxpY2VAb3Vycy50ZXN0";
    assert_eq!(client.command(name).text(), "334 UGFzc3dvcmQ6");
    assert_eq!(client.command("YSBsb25nIGVub3VnaCBwYXNzd29yZA==").code, 235);
    // Not in the middle of a transaction.
    client.command("MAIL FROM:<alice@ours.test>");
    assert_eq!(log_in(&mut client, "alice@ours.test", PASSWORD).code, 503);
}

#[test]
fn a_bound_login_is_announced_where_that_is_wanted_and_there_is_tls() {
    let more = "announce_channel_binding = true\nallow_plain_login_on_loopback = true";
    let server = ours().listener("submission", SUBMISSION, more).start();
    let mut client = secure(server.listener(SUBMISSION));
    let ehlo = client.ehlo();
    let offer = ehlo.lines.iter().find(|line| line.starts_with("AUTH")).expect("an offer");
    assert_eq!(offer, "AUTH SCRAM-SHA-256-PLUS SCRAM-SHA-256 PLAIN LOGIN");
    // A client that could bind, and saw no offer to: somebody took it out on the way.
    let answer = client.command("AUTH SCRAM-SHA-256 eSwsbj1hLHI9Yg==");
    assert_eq!(answer.code, 535, "{answer}");
    assert!(answer.says("not bound to this TLS connection"), "{answer}");
    let mut plain = Client::connect(server.listener(SUBMISSION));
    let ehlo = plain.ehlo();
    let offer = ehlo.lines.iter().find(|line| line.starts_with("AUTH")).expect("an offer");
    assert_eq!(offer, "AUTH SCRAM-SHA-256 PLAIN LOGIN", "there is nothing to bind to");
}

#[test]
fn rly_33_tls_03_a_login_survives_a_reset_and_a_greeting_and_never_tls() {
    // RLY-33, TLS-03
    let server =
        ours().listener("submission", SUBMISSION, "allow_plain_login_on_loopback = true").start();
    let mut client = Client::connect(server.listener(SUBMISSION));
    let ehlo = client.ehlo();
    let offer = ehlo.lines.iter().find(|line| line.starts_with("AUTH")).expect("an offer");
    assert_eq!(offer, "AUTH SCRAM-SHA-256 PLAIN LOGIN");
    assert_eq!(log_in(&mut client, "alice@ours.test", PASSWORD).code, 235);
    client.command("RSET");
    assert_eq!(client.command("MAIL FROM:<alice@ours.test>").code, 250);
    client.ehlo();
    assert_eq!(client.command("MAIL FROM:<alice@ours.test>").code, 250);
    client.command("RSET");
    let mut client = client.starttls();
    assert_eq!(client.command("MAIL FROM:<alice@ours.test>").code, 503, "EHLO is due again");
    client.ehlo();
    assert_eq!(client.command("MAIL FROM:<alice@ours.test>").code, 530, "and the login too");
}

#[test]
fn tls_01_commands_injected_before_tls_are_not_obeyed_on_the_submission_port() {
    // TLS-01
    let server = with_submission().start();
    let mut client = Client::connect(server.listener(SUBMISSION));
    client.ehlo();
    let login = plain("alice@ours.test", PASSWORD);
    client.send(format!("STARTTLS\r\nEHLO x\r\nAUTH PLAIN {login}\r\n"));
    let said = client.until_closed();
    assert!(!said.contains("235"), "{said}");
    server.wait_for_log("command injection");
}

#[test]
fn entitled_networks_need_no_login_on_the_submission_port() {
    let server = with_submission().relay_network("127.0.0.7/32").start();
    let verdict = |source: &str| {
        let mut client =
            Client::connect_from(server.listener(SUBMISSION), Some(source.parse().unwrap()));
        client.ehlo();
        client.command("MAIL FROM:<scanner@ours.test>").code
    };
    assert_eq!((verdict("127.0.0.7"), verdict("127.0.0.8")), (250, 530));
}

#[test]
fn a_submission_gets_the_fields_it_lacks_and_no_others() {
    let server = with_submission().start();
    let mut client = logged_in(&server, "alice@ours.test");
    let bare = "From: alice@ours.test\r\nSubject: bare\r\n\r\nHello.\r\n";
    assert_eq!(client.mail("alice@ours.test", &["bob@ours.test"], bare).code, 250);
    let whole = message("whole");
    assert_eq!(client.mail("alice@ours.test", &["bob@ours.test"], &whole).code, 250);
    let mail = wait_for_mail(&server, "bob@ours.test", 2);
    let find = |subject: &str| {
        mail.iter().find(|mail| mail.contains(&format!("Subject: {subject}"))).unwrap()
    };
    let fixed = find("bare");
    assert_eq!(fixed.matches("\nDate: ").count(), 1, "{fixed}");
    let id = fixed.lines().find_map(|line| line.strip_prefix("Message-ID: ")).unwrap();
    assert!(id.starts_with('<') && id.ends_with("@mx.ours.test>"), "{id}");
    assert!(!fixed.contains("\nSender:"), "{fixed}");
    assert!(find("whole").ends_with(&whole.replace("\r\n", "\n")), "{}", find("whole"));
    let traced = server.json(&["trace", "--message-id", id.trim()]);
    assert_eq!(traced.as_array().unwrap().len(), 1, "{traced}");
    // What comes from other servers is left as it is.
    let mut client = server.client();
    client.ehlo();
    let foreign = "From: a@ext.test\r\nSubject: foreign\r\n\r\nHello.\r\n";
    assert_eq!(client.mail("a@ext.test", &["alice@ours.test"], foreign).code, 250);
    let foreign = wait_for_mail(&server, "alice@ours.test", 1).remove(0);
    assert!(!foreign.contains("\nDate:") && !foreign.contains("\nMessage-ID:"), "{foreign}");
}

#[test]
fn application_passwords_log_in_until_they_are_revoked() {
    let server = with_submission().start();
    let made = server.json(&["mailbox", "app-password", "add", "alice@ours.test", "scanner"]);
    let password = made["password"].as_str().unwrap().to_owned();
    let attempt = |password: &str| {
        log_in(&mut secure(server.listener(SUBMISSION)), "alice@ours.test", password).code
    };
    assert_eq!((attempt(&password), attempt(PASSWORD)), (235, 235));
    server.wait_for("the last use", || {
        let listed = server.json(&["mailbox", "app-password", "list", "alice@ours.test"]);
        (listed[0]["last_used"]["service"] == "submission").then_some(())
    });
    let listed = server.cli(&["mailbox", "app-password", "list", "alice@ours.test"]);
    assert!(listed.stdout.contains("scanner") && !listed.stdout.contains(&password), "{listed:?}");
    let revoked = server.cli(&["mailbox", "app-password", "revoke", "alice@ours.test", "scanner"]);
    assert_eq!(revoked.status, Some(0), "{revoked:?}");
    assert_eq!((attempt(&password), attempt(PASSWORD)), (535, 235));
    let log = server.log();
    assert!(!log.contains(&password) && !log.contains(PASSWORD), "no secrets in the log");
}

#[test]
fn aut_03_guessing_is_slowed_then_locked_and_an_administrator_unlocks() {
    // AUT-03, AUT-05
    let limits = "[limits]\nlogin_failures_per_account = 3\nlogin_failures_per_address = 5";
    let server = with_submission().machine(limits).start();
    let attempt = |source: &str, user: &str, password: &str| {
        let address = server.listener(SUBMISSION);
        let mut client = Client::connect_from(address, Some(source.parse().unwrap()));
        client.ehlo();
        let mut client = client.starttls();
        client.ehlo();
        log_in(&mut client, user, password)
    };
    // One name from everywhere.
    for i in 1..=3 {
        let answer = attempt(&format!("127.0.0.{}", 10 + i), "alice@ours.test", "secret guess");
        assert_eq!(answer.code, 535, "{answer}");
    }
    let locked = attempt("127.0.0.20", "alice@ours.test", PASSWORD);
    assert_eq!(locked.code, 454, "{locked}");
    assert!(locked.has_enhanced_code("4.7.0") && locked.says("try again after 2"), "{locked}");
    assert_eq!(attempt("127.0.0.20", "bob@ours.test", PASSWORD).code, 235, "bob is not alice");
    // All names from one place, whether they exist or not.
    for i in 0..5 {
        let answer = attempt("127.0.0.30", &format!("name{i}@ours.test"), "secret guess");
        assert_eq!(answer.code, 535, "{answer}");
    }
    assert_eq!(attempt("127.0.0.30", "bob@ours.test", PASSWORD).code, 454);
    let locks = server.json(&["login", "locks"]);
    assert_eq!(locks.as_array().unwrap().len(), 2, "{locks}");
    let unlocked = server.cli(&["login", "unlock", "--user", "alice@ours.test"]);
    assert_eq!(unlocked.status, Some(0), "{unlocked:?}");
    assert_eq!(attempt("127.0.0.20", "alice@ours.test", PASSWORD).code, 235);
    // The other one ends by itself.
    server.advance(std::time::Duration::from_secs(901));
    assert_eq!(attempt("127.0.0.30", "bob@ours.test", PASSWORD).code, 235);
    let nothing = server.cli(&["login", "unlock", "--all"]);
    assert_eq!(nothing.status, Some(1), "{nothing:?}");
    let log = server.log();
    assert!(log.contains("too many wrong passwords"), "{log}");
    assert!(!log.contains("secret guess"), "no guesses in the log");
}

#[test]
fn aut_05_a_password_in_the_wrong_field_is_not_logged() {
    // AUT-05
    let server = with_submission().start();
    let mut client = secure(server.listener(SUBMISSION));
    assert_eq!(log_in(&mut client, "my-secret-password", "x").code, 535);
    server.wait_for_log("login refused");
    assert!(!server.log().contains("my-secret-password"));
}

#[test]
fn one_mailbox_has_so_many_sessions_at_once() {
    let server = with_submission().machine("[limits]\nsessions_per_account = 2").start();
    let held: Vec<Client> = (0..2).map(|_| logged_in(&server, "alice@ours.test")).collect();
    let mut third = secure(server.listener(SUBMISSION));
    let answer = log_in(&mut third, "alice@ours.test", PASSWORD);
    assert_eq!(answer.code, 454, "{answer}");
    assert_eq!(log_in(&mut third, "bob@ours.test", PASSWORD).code, 235);
    drop(held);
    server.wait_for("a free place", || {
        let mut client = secure(server.listener(SUBMISSION));
        (log_in(&mut client, "alice@ours.test", PASSWORD).code == 235).then_some(())
    });
}
