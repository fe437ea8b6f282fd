//! Mailboxes fetched by POP3: the protocol, one session at a time, logins, and what a crash or a lost connection
//! leaves behind.

use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use causeway_testkit::pop3::PopClient;
use causeway_testkit::server::{Server, Setup};

use crate::world::{MINUTE, ours, wait_for_mail};

const POP3: u16 = 2110;
const POP3S: u16 = 2995;
const ALICE: &str = "alice@ours.test";
const PASSWORD: &str = "a long enough password";
/// `NUL alice@ours.test NUL a long enough password`
const PLAIN: &str = "AGFsaWNlQG91cnMudGVzdABhIGxvbmcgZW5vdWdoIHBhc3N3b3Jk";

fn with_pop3() -> Setup {
    ours().listener("pop3", POP3, "").listener("pop3s", POP3S, "")
}

/// Puts messages with these bodies into alice's mailbox.
fn deliver(server: &Server, bodies: &[&str]) {
    let before = server.maildir(ALICE).len();
    for (number, body) in bodies.iter().enumerate() {
        let mut client = server.client();
        client.ehlo();
        let content = format!("Subject: {number}\r\n\r\n{body}");
        let answer = client.mail("a@ext.test", &[ALICE], &content);
        assert_eq!(answer.code, 250, "{answer}");
        wait_for_mail(server, ALICE, before + number + 1);
    }
}

fn log_in(server: &Server) -> PopClient {
    let mut session = PopClient::connect_tls(server.listener(POP3S));
    session.log_in(ALICE, PASSWORD);
    session
}

fn octets(lines: &[String]) -> usize {
    lines.iter().map(|line| line.len() + 2).sum()
}

#[test]
fn a_mailbox_is_fetched_and_what_was_deleted_goes_at_quit() {
    let server = with_pop3().start();
    deliver(&server, &["one\r\n", ".two\r\n..\r\n.\r\nend\r\n", "three\r\nfour\r\n"]);
    let mut session = log_in(&server);
    let listed = session.lines("LIST");
    let mut total = 0;
    for number in 1..=3 {
        let message = session.lines(&format!("RETR {number}"));
        total += octets(&message);
        assert_eq!(listed[number - 1], format!("{number} {}", octets(&message)));
        assert!(message.contains(&format!("Subject: {}", number - 1)));
    }
    assert_eq!(session.ok("STAT"), format!("3 {total}"));
    assert_eq!(session.ok("LIST 2"), listed[1]);
    let two = session.lines("RETR 2");
    assert_eq!(two[two.len() - 4..], [".two", "..", ".", "end"]);
    let top = session.lines("TOP 3 1");
    assert_eq!(top[top.len() - 2..], ["", "three"]);

    session.ok("DELE 2");
    session.refused("RETR 2");
    session.refused("DELE 2");
    session.refused("UIDL 2");
    assert!(session.ok("STAT").starts_with("2 "));
    assert_eq!(session.lines("LIST"), [&*listed[0], &*listed[2]]);
    session.ok("RSET");
    assert_eq!(session.lines("LIST"), listed);
    session.ok("DELE 1");
    session.ok("NOOP");
    assert_eq!(server.maildir(ALICE).len(), 3);
    session.ok("QUIT");
    assert_eq!(session.until_closed(), "");
    assert_eq!(server.maildir(ALICE).len(), 2);
    assert!(log_in(&server).ok("STAT").starts_with("2 "));
}

#[test]
fn pop_01_numbers_out_of_range_are_refused_and_the_session_goes_on() {
    let server = with_pop3().start();
    deliver(&server, &["one\r\n"]);
    let mut session = log_in(&server);
    for number in
        ["0", "2", "-1", "4294967296", "18446744073709551617", "99999999999999999999", "x", ""]
    {
        for command in ["RETR", "DELE", "LIST", "UIDL"] {
            if !number.is_empty() || matches!(command, "RETR" | "DELE") {
                session.refused(&format!("{command} {number}"));
            }
        }
    }
    for line in ["TOP 2 0", "TOP 1", "TOP 1 -1", "TOP 0 0", "TOP -1 1"] {
        session.refused(line);
    }
    assert_eq!(session.lines("TOP 1 99999999999999999999").last().unwrap(), "one");
    assert!(session.ok("STAT").starts_with("1 "));
}

#[test]
fn pop_01_unique_ids_are_the_same_after_a_restart() {
    let mut server = with_pop3().start();
    deliver(&server, &["one\r\n", "two\r\n", "three\r\n"]);
    let mut session = log_in(&server);
    let ids = session.lines("UIDL");
    assert_eq!(session.ok("UIDL 2"), ids[1]);
    let distinct: BTreeSet<&str> = ids.iter().filter_map(|line| line.split(' ').nth(1)).collect();
    assert_eq!(distinct.len(), 3);
    for id in distinct {
        assert!(id.len() <= 70 && id.bytes().all(|octet| octet.is_ascii_graphic()), "{id}");
    }
    session.lines("RETR 1");
    session.ok("QUIT");
    server.kill_and_restart();
    let mut session = log_in(&server);
    assert_eq!(session.lines("UIDL"), ids);
    session.ok("DELE 1");
    session.ok("QUIT");
    deliver(&server, &["four\r\n"]);
    let after: Vec<String> = log_in(&server).lines("UIDL");
    let id = |line: &String| line.split(' ').nth(1).unwrap().to_owned();
    assert_eq!([id(&after[0]), id(&after[1])], [id(&ids[1]), id(&ids[2])]);
    assert_eq!(after.len(), 3);
}

#[test]
fn pop_01_one_session_at_a_time_has_a_mailbox_and_delivery_goes_on() {
    let mut server = with_pop3().start();
    deliver(&server, &["one\r\n"]);
    let mut first = log_in(&server);
    let mut second = PopClient::connect_tls(server.listener(POP3S));
    second.ok(&format!("USER {ALICE}"));
    assert!(second.refused(&format!("PASS {PASSWORD}")).starts_with("[IN-USE]"));
    deliver(&server, &["two\r\n"]);
    assert!(first.ok("STAT").starts_with("1 "));
    first.lines("RETR 1");
    first.ok("QUIT");
    // The same connection may try again.
    second.log_in(ALICE, PASSWORD);
    assert!(second.ok("STAT").starts_with("2 "));
    // A connection that is lost lets go, and so does a server that is killed.
    second.ok("DELE 1");
    drop(second);
    server.wait_for("the lock to be free", || {
        let mut session = PopClient::connect_tls(server.listener(POP3S));
        session.ok(&format!("USER {ALICE}"));
        session.command(&format!("PASS {PASSWORD}")).starts_with("+OK").then_some(())
    });
    let mut third = server.wait_for("the lock to be free again", || {
        let mut session = PopClient::connect_tls(server.listener(POP3S));
        session.ok(&format!("USER {ALICE}"));
        session.command(&format!("PASS {PASSWORD}")).starts_with("+OK").then_some(session)
    });
    third.ok("DELE 1");
    server.kill_and_restart();
    assert!(log_in(&server).ok("STAT").starts_with("2 "), "nothing goes without QUIT");
}

#[test]
fn nobody_logs_in_before_tls() {
    let server = with_pop3().start();
    let mut session = PopClient::connect(server.listener(POP3));
    let capabilities = session.lines("CAPA");
    assert!(capabilities.contains(&"STLS".to_owned()), "{capabilities:?}");
    assert!(!capabilities.iter().any(|line| line == "USER" || line.starts_with("SASL")));
    for line in
        ["USER alice@ours.test", "PASS x", "AUTH PLAIN", &format!("AUTH PLAIN {PLAIN}"), "AUTH"]
    {
        assert!(session.refused(line).contains("TLS"), "{line}");
    }
    let mut session = session.stls();
    let capabilities = session.lines("CAPA");
    assert!(!capabilities.contains(&"STLS".to_owned()), "{capabilities:?}");
    for expected in
        ["USER", "TOP", "UIDL", "PIPELINING", "RESP-CODES", "AUTH-RESP-CODE", "UTF8 USER"]
    {
        assert!(capabilities.contains(&expected.to_owned()), "{expected} in {capabilities:?}");
    }
    assert!(capabilities.iter().any(|line| line.starts_with("SASL SCRAM-SHA-256 PLAIN")));
    session.refused("STLS");
    session.log_in(ALICE, PASSWORD);
    session.refused("STLS");
}

#[test]
fn login_without_tls_is_for_this_machine_where_it_is_allowed() {
    let server = ours().listener("pop3", POP3, "allow_plain_login_on_loopback = true").start();
    let mut session = PopClient::connect(server.listener(POP3));
    assert!(session.lines("CAPA").contains(&"USER".to_owned()));
    session.log_in(ALICE, PASSWORD);
}

#[test]
fn tls_05_what_came_before_the_handshake_is_never_obeyed() {
    let server = with_pop3().start();
    for injected in ["USER alice@ours.test\r\n", "QUIT\r\n", "x"] {
        let mut session = PopClient::connect(server.listener(POP3));
        session.send(format!("STLS\r\n{injected}"));
        assert_eq!(session.until_closed(), "", "{injected:?}");
    }
    server.wait_for_log("command injection");
    // The name that was given in plain text is forgotten.
    let server = ours().listener("pop3", POP3, "allow_plain_login_on_loopback = true").start();
    let mut session = PopClient::connect(server.listener(POP3));
    session.ok("USER alice@ours.test");
    let mut session = session.stls();
    assert!(session.refused(&format!("PASS {PASSWORD}")).contains("USER"));
}

#[test]
fn pop_03_names_cannot_be_told_from_the_answers() {
    let server = with_pop3().start();
    let mut answers = BTreeSet::new();
    for name in [ALICE, "nobody@ours.test", "someone@elsewhere.test", "no address"] {
        let mut session = PopClient::connect_tls(server.listener(POP3S));
        let user = session.ok(&format!("USER {name}"));
        let refused = session.refused("PASS wrong");
        assert!(refused.starts_with("[AUTH]"), "{refused}");
        answers.insert((user, refused));
    }
    assert_eq!(answers.len(), 1, "{answers:?}");
    let log = server.log();
    assert!(!log.contains("wrong\"") && !log.contains(PASSWORD), "{log}");
}

#[test]
fn pop_03_apop_is_refused_and_failed_logins_end_the_session() {
    let server = with_pop3().start();
    let mut session = PopClient::connect_tls(server.listener(POP3S));
    assert!(!session.greeting.contains('<'), "{}", session.greeting);
    session.refused("APOP alice@ours.test c4c9334bac560ecc979e58001b3e22fb");
    session.refused("PASS first");
    let mut refused = 0;
    while refused < 50 {
        session.send("USER alice@ours.test\r\nPASS wrong\r\n");
        let Some(_) = session.line() else { break };
        let Some(reply) = session.line() else { break };
        assert!(reply.starts_with("-ERR ["), "{reply}");
        refused += 1;
        if refused == 5 {
            assert!(session.line().is_some_and(|line| line.contains("too many failed logins")));
            break;
        }
    }
    assert_eq!((refused, session.until_closed().as_str()), (5, ""));
    // A password with spaces, one of them at its end, is taken as it is.
    let added = server.cli_with_input(
        &["mailbox", "passwd", "bob@ours.test", "--password-stdin"],
        " two  spaces and ünïcode \n",
    );
    assert_eq!(added.status, Some(0), "{added:?}");
    let mut session = PopClient::connect_tls(server.listener(POP3S));
    session.log_in("bob@ours.test", " two  spaces and ünïcode ");
}

#[test]
fn sasl_logs_in_with_and_without_an_initial_response() {
    let server = with_pop3().start();
    let mut session = PopClient::connect_tls(server.listener(POP3S));
    assert_eq!(session.command("AUTH PLAIN"), "+ ");
    session.ok(PLAIN);
    session.ok("QUIT");
    let mut session = PopClient::connect_tls(server.listener(POP3S));
    session.ok(&format!("auth plain {PLAIN}"));
    session.ok("QUIT");
    let mut session = PopClient::connect_tls(server.listener(POP3S));
    assert_eq!(session.lines("AUTH"), ["SCRAM-SHA-256", "PLAIN", "LOGIN"]);
    assert_eq!(session.command("AUTH LOGIN"), "+ VXNlcm5hbWU6");
    assert_eq!(session.command("YWxpY2VAb3Vycy50ZXN0"), "+ UGFzc3dvcmQ6");
    assert!(session.refused("*").contains("cancelled"));
    session.command("AUTH LOGIN");
    session.refused("not base64!");
    session.refused("AUTH CRAM-MD5");
    session.refused("AUTH PLAIN AGFsaWNlQG91cnMudGVzdAB3cm9uZw==");
    session.command("AUTH LOGIN YWxpY2VAb3Vycy50ZXN0");
    session.ok("YSBsb25nIGVub3VnaCBwYXNzd29yZA==");
    session.refused("AUTH PLAIN");
    session.ok("STAT");
}

#[test]
fn channel_binding_is_announced_where_the_listener_says_so() {
    let server = ours().listener("pop3s", POP3S, "announce_channel_binding = true").start();
    let mut session = PopClient::connect_tls(server.listener(POP3S));
    let announced = session.lines("CAPA");
    assert!(
        announced.iter().any(|line| line.starts_with("SASL SCRAM-SHA-256-PLUS ")),
        "{announced:?}"
    );
    // It is spoken in any case.
    let server = with_pop3().start();
    let mut session = PopClient::connect_tls(server.listener(POP3S));
    assert_eq!(session.command("AUTH SCRAM-SHA-256-PLUS"), "+ ");
}

#[test]
fn pipelined_commands_are_answered_in_order() {
    let server = with_pop3().start();
    deliver(&server, &["one\r\n", "two\r\n"]);
    let mut session = PopClient::connect_tls(server.listener(POP3S));
    session.send(format!(
        "CAPA\r\nUSER {ALICE}\r\nPASS {PASSWORD}\r\nSTAT\r\nRETR 2\r\nNONSENSE\r\nTOP 1 0\r\nDELE 1\r\nQUIT\r\nSTAT\r\n"
    ));
    assert!(session.line().unwrap().starts_with("+OK"));
    assert!(session.rest().contains(&"PIPELINING".to_owned()));
    for _ in 0..4 {
        assert!(session.line().unwrap().starts_with("+OK"));
    }
    assert_eq!(session.rest().last().unwrap(), "two");
    assert!(session.line().unwrap().starts_with("-ERR"));
    assert!(session.line().unwrap().starts_with("+OK"));
    assert_eq!(session.rest().last().unwrap(), "");
    assert_eq!(session.line().unwrap(), "+OK deleted");
    assert!(session.line().unwrap().starts_with("+OK"));
    assert_eq!(session.until_closed(), "", "nothing is obeyed after QUIT");
    assert_eq!(server.maildir(ALICE).len(), 1);
}

#[test]
fn a_large_message_arrives_whole() {
    let server = with_pop3().start();
    let line = ".0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\r\n";
    let body = line.repeat(40_000);
    deliver(&server, &[&body]);
    let mut session = log_in(&server);
    let size: usize = session.ok("LIST 1")[2..].parse().unwrap();
    let message = session.lines("RETR 1");
    assert_eq!(octets(&message), size);
    assert_eq!(message.iter().filter(|found| **found == line.trim_end()).count(), 40_000);
    assert_eq!(session.lines("TOP 1 39999").len(), message.len() - 1);
}

#[test]
fn lines_without_end_errors_without_end_and_other_protocols_end_the_session() {
    let server = with_pop3().start();
    let mut session = PopClient::connect_tls(server.listener(POP3S));
    session.send(vec![b'a'; 5000]);
    assert!(session.until_closed().starts_with("-ERR the line is too long"));

    let mut session = PopClient::connect_tls(server.listener(POP3S));
    session.send("NONSENSE\r\n".repeat(60));
    let said = session.until_closed();
    assert!(said.lines().count() < 60 && said.contains("too many errors"), "{said}");

    let mut session = PopClient::connect(server.listener(POP3));
    session.send("GET / HTTP/1.1\r\nHost: mx.ours.test\r\n\r\n");
    assert!(session.until_closed().contains("this is a POP3 server"));

    let mut session = PopClient::connect(server.listener(POP3));
    session.send("CAPA\r\n".repeat(2000));
    assert!(session.until_closed().contains("too many errors"));
}

#[test]
fn what_was_read_is_seen_by_other_readers_of_the_maildir() {
    let server = with_pop3().start();
    deliver(&server, &["one\r\n", "two\r\n"]);
    let maildir = server.data_dir().join("mail/ours.test/alice/Maildir");
    let names = |folder: &str| {
        let entries = std::fs::read_dir(maildir.join(folder)).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect::<Vec<_>>()
    };
    let mut session = log_in(&server);
    session.lines("TOP 2 1");
    session.lines("RETR 1");
    assert_eq!((names("new").len(), names("cur").len()), (1, 1));
    session.ok("QUIT");
    let mut flags: Vec<String> =
        names("cur").iter().map(|name| name.split(':').nth(1).unwrap().to_owned()).collect();
    flags.sort();
    assert_eq!((names("new").len(), flags), (0, vec!["2,".to_owned(), "2,S".to_owned()]));
}

#[test]
fn an_open_session_does_not_hold_up_the_end_of_the_server() {
    let mut server = with_pop3().start();
    deliver(&server, &["one\r\n"]);
    let mut waiting = PopClient::connect(server.listener(POP3));
    let mut open = log_in(&server);
    open.ok("DELE 1");
    let (status, log) = server.terminate();
    assert!(status.success(), "{log}");
    assert!(waiting.until_closed().contains("shutting down"));
    assert!(open.until_closed().contains("shutting down"));
    assert_eq!(server.maildir(ALICE).len(), 1, "nothing goes without QUIT");
}

#[test]
fn health_shows_the_listeners() {
    let server = with_pop3().start();
    let health = server.json(&["health"]);
    let names: Vec<&str> = health["components"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|component| component["name"].as_str())
        .collect();
    for port in [POP3, POP3S] {
        let expected = format!("listener {} {port}", if port == POP3 { "pop3" } else { "pop3s" });
        assert!(names.contains(&&*expected), "{expected} in {names:?}");
    }
}

#[test]
fn reading_mail_entitles_its_address_to_send_for_a_while() {
    let mut server =
        with_pop3().mailflow("[relay.pop_before_smtp]\nenabled = true\nwindow = \"15m\"\n").start();
    let relayed = |server: &Server, source: &str| {
        let mut client = server.client_from(source);
        client.ehlo();
        client.command(&format!("MAIL FROM:<{ALICE}>"));
        client.command("RCPT TO:<someone@ext.test>").code
    };
    assert_eq!(relayed(&server, "127.0.0.1"), 550);
    let mut session = PopClient::connect_tls(server.listener(POP3S));
    session.ok(&format!("USER {ALICE}"));
    session.refused("PASS wrong");
    assert_eq!(relayed(&server, "127.0.0.1"), 550);
    session.log_in(ALICE, PASSWORD);
    assert_eq!(relayed(&server, "127.0.0.1"), 250);
    assert_eq!(relayed(&server, "127.0.0.77"), 550);
    session.ok("QUIT");
    server.kill_and_restart();
    assert_eq!(relayed(&server, "127.0.0.1"), 250);
    server.advance(MINUTE * 16);
    assert_eq!(relayed(&server, "127.0.0.1"), 550);
}

#[test]
fn the_settings_for_mail_programs_name_what_is_bound() {
    let server = with_pop3().listener("admin", 8025, "").start();
    let settings = server.json(&["domain", "clients", "ours.test"]);
    assert_eq!(settings["services"][0]["port"], POP3S);
    assert_eq!(settings["services"][1]["security"], "starttls");
    assert_eq!(settings["records"][0]["value"], format!("0 1 {POP3S} mx.ours.test."));
    assert_eq!(settings["warnings"], serde_json::json!(["this_machine_only", "self_signed"]));
    let text = server.cli(&["domain", "clients", "ours.test", "--lang", "de"]);
    assert!(text.stdout.contains("_pop3s._tcp.ours.test. IN SRV 0 1 2995"), "{text:?}");
    assert_eq!(server.cli(&["domain", "clients", "other.test"]).status, Some(1));
    let mut stream = TcpStream::connect(server.listener(8025)).unwrap();
    stream
        .write_all(
            b"GET /mail/config-v1.1.xml HTTP/1.1\r\nHost: autoconfig.ours.test\r\n\
              Connection: close\r\n\r\n",
        )
        .unwrap();
    let mut document = String::new();
    stream.read_to_string(&mut document).unwrap();
    assert!(document.contains("<port>2995</port>"), "{document}");
}
