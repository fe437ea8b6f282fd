//! Sessions that say things in the wrong order, too long, too often, or not in SMTP at all.

use super::world::{assert_nothing_accepted, message, ours, wait_for_mail};
use causeway_testkit::client::Client;

#[test]
fn cmd_01_commands_out_of_order_are_refused_and_change_nothing() {
    // CMD-01
    let server = ours().start();
    let mut client = server.client();
    client.ehlo();
    assert_eq!(client.command("RCPT TO:<alice@ours.test>").code, 503);
    assert_eq!(client.command("DATA").code, 503);
    assert_eq!(client.command("MAIL FROM:<a@ext.test>").code, 250);
    assert_eq!(client.command("DATA").code, 503);
    assert_eq!(client.command("MAIL FROM:<c@ext.test>").code, 503);
    assert_eq!(client.command("RCPT TO:<nobody@ours.test>").code, 550);
    let none_valid = client.command("DATA");
    assert!(matches!(none_valid.code, 503 | 554), "{none_valid}");
    assert_eq!(client.command("RCPT TO:<alice@ours.test>").code, 250);
    assert_eq!(client.content(&message("order")).code, 250);
    let mail = wait_for_mail(&server, "alice@ours.test", 1).remove(0);
    assert!(mail.contains("a@ext.test"), "the first reverse-path is in force: {mail}");
}

#[test]
fn mail_needs_a_greeting_first() {
    let server = ours().start();
    let mut client = server.client();
    assert_eq!(client.command("MAIL FROM:<a@ext.test>").code, 503);
    assert_eq!(client.command("HELO client.example").code, 250);
    assert_eq!(client.command("MAIL FROM:<a@ext.test>").code, 250);
}

#[test]
fn cmd_03_after_a_refused_content_the_transaction_is_gone() {
    // CMD-03
    let server = ours().start();
    let mut client = server.client();
    client.ehlo();
    client.command("MAIL FROM:<a@ext.test>");
    client.command("RCPT TO:<alice@ours.test>");
    client.command("DATA");
    client.send("Subject: bare\n\r\n\r\n.\r\n");
    assert!((500..600).contains(&client.answer().code));
    assert_eq!(client.command("RCPT TO:<alice@ours.test>").code, 503);
    assert_eq!(client.command("DATA").code, 503);
    assert_nothing_accepted(&server);
}

#[test]
fn cmd_05_cmd_07_asking_for_users_tells_nothing_and_leaves_the_transaction_alone() {
    // CMD-05, CMD-07
    let server = ours().start();
    let mut client = server.client();
    client.ehlo();
    client.command("MAIL FROM:<a@ext.test>");
    client.command("RCPT TO:<alice@ours.test>");
    let known = client.command("VRFY alice@ours.test");
    let unknown = client.command("VRFY nobody@ours.test");
    assert_eq!(known, unknown, "the answers are the same, so they tell nothing");
    assert!(matches!(known.code, 252 | 502), "{known}");
    let other = client.command("VRFY \u{fc}@ours.test");
    assert!((200..600).contains(&other.code), "{other}");
    let expansion = client.command("EXPN staff");
    assert!(matches!(expansion.code, 252 | 502 | 550), "{expansion}");
    assert_eq!(client.content(&message("vrfy")).code, 250);
    wait_for_mail(&server, "alice@ours.test", 1);
}

#[test]
fn cmd_09_long_lines_are_bounded() {
    // CMD-09
    let server = ours().start();
    for length in [513, 2_000, 13_000, 1 << 20] {
        let mut client = server.client();
        client.ehlo();
        // The server may answer and close before it has read all of it.
        let _ = client.try_send(format!("NOOP {}\r\n", "x".repeat(length)));
        match client.try_answer() {
            Ok(answer) => {
                assert!(matches!(answer.code, 250 | 421 | 500 | 501), "{length}: {answer}");
            }
            Err(error) => assert!(length > 13_000, "{length}: {error}"),
        }
    }
    // Without any end: the server gives up before we do.
    let mut client = server.client();
    let endless = vec![b'x'; 1 << 16];
    while client.try_send(&endless).is_ok() {}
    assert_nothing_accepted(&server);
}

#[test]
fn cmd_11_addresses_that_are_none_are_syntax_errors_and_never_cut() {
    // CMD-11
    let server = ours().start();
    let label = |n: usize| "x".repeat(n);
    let long_domain = format!("{0}.{0}.{0}.{1}", label(63), label(62));
    assert_eq!(long_domain.len(), 254);
    let mut client = server.client();
    client.ehlo();
    let bad = [
        "<".to_owned(),
        "<a@b.test".to_owned(),
        "<<a@b.test>>".to_owned(),
        "a@b.test>".to_owned(),
        format!("<{}@ext.test>", label(300)),
        format!("<a@{}.test>", label(64)),
        format!("<a@{long_domain}>"),
        "<a@b..test>".to_owned(),
        "<a b@ext.test>".to_owned(),
        "<a@[1.2.3]>".to_owned(),
    ];
    for path in bad {
        let answer = client.command(&format!("MAIL FROM:{path}"));
        assert!(matches!(answer.code, 501 | 553), "{path}: {answer}");
        client.command("RSET");
    }
    let good = client.command(&format!("MAIL FROM:<{}@{}.test>", label(64), label(63)));
    assert_eq!(good.code, 250, "{good}");
}

#[test]
fn cmd_13_parameters_we_do_not_know_are_refused() {
    // CMD-13
    let server = ours().start();
    let mut client = server.client();
    client.ehlo();
    for (parameters, code) in [
        ("FOO=BAR", 555),
        ("BODY=8BITMIME BODY=8BITMIME", 501),
        ("=x", 501),
        ("SIZE=abc", 501),
        ("BODY=FUNNY", 501),
        ("RET=SOME", 501),
    ] {
        let answer = client.command(&format!("MAIL FROM:<a@ext.test> {parameters}"));
        assert!(
            answer.code == code || (code == 501 && answer.code == 555),
            "{parameters}: {answer}"
        );
        client.command("RSET");
    }
    client.command("MAIL FROM:<a@ext.test>");
    let answer = client.command("RCPT TO:<alice@ours.test> NOTIFY=NEVER,SUCCESS");
    assert!(matches!(answer.code, 501 | 555), "{answer}");
    assert!(answer.code >= 500 && client.command("NOOP").code == 250);
}

#[test]
fn cmd_15_other_protocols_are_shown_the_door() {
    // CMD-15
    let server = ours().start();
    let strangers: [&[u8]; 3] = [
        b"GET / HTTP/1.1\r\nHost: mx.ours.test\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n",
        b"SSH-2.0-OpenSSH_9.2p1\r\n",
    ];
    for first in strangers {
        let mut client = Client::connect_silently(server.smtp(), None);
        client.send(first);
        let said = client.until_closed();
        let lines: Vec<&str> = said.lines().collect();
        assert!(
            lines.iter().all(|line| line.starts_with("220")
                || line.starts_with("421")
                || line.starts_with("554")),
            "{said}"
        );
    }
    assert_nothing_accepted(&server);
}

#[test]
fn cmd_19_a_session_cut_at_any_octet_leaves_nothing_behind() {
    // CMD-19
    let server = ours().start();
    let session = format!(
        "EHLO client.example\r\nMAIL FROM:<a@ext.test>\r\nRCPT TO:<alice@ours.test>\r\nDATA\r\n{}",
        message("cut")
    );
    for end in (0..session.len()).step_by(7) {
        let mut client = Client::connect_silently(server.smtp(), None);
        let _ = client.try_send(&session[..end]);
    }
    // Quitting twice, and talking after it, is answered once and then by silence.
    let mut client = server.client();
    client.send("QUIT\r\nQUIT\r\nNOOP\r\n");
    assert_eq!(client.answer().code, 221);
    assert_eq!(client.until_closed(), "");
    assert_nothing_accepted(&server);
}

#[test]
fn cmd_21_one_recipient_too_many_waits_for_the_next_message() {
    // CMD-21
    let server = ours().machine("[limits]\nmax_recipients = 3").start();
    let mut client = server.client();
    client.ehlo();
    client.command("MAIL FROM:<a@ext.test>");
    for to in ["alice", "bob", "postmaster"] {
        assert_eq!(client.command(&format!("RCPT TO:<{to}@ours.test>")).code, 250, "{to}");
    }
    let answer = client.command("RCPT TO:<alice+x@ours.test>");
    assert_eq!(answer.code, 452, "{answer}");
    assert!(answer.has_enhanced_code("4.5.3"), "{answer}");
    assert_eq!(client.content(&message("three")).code, 250);
    wait_for_mail(&server, "bob@ours.test", 1);
}

#[test]
fn cmd_23_what_a_client_says_comes_back_harmless() {
    // CMD-23: control characters of a peer are not ours to repeat.
    let server = ours().start();
    let mut client = server.client();
    for line in ["EHLO \u{1b}[31mred\u{7}", "MAIL FROM:<a\u{1b}@ext.test>", "\u{1b}]0;x\u{7} y"] {
        let answer = client.command(line);
        assert!(!answer.text().chars().any(char::is_control), "{line:?}: {answer:?}");
    }
}

#[test]
fn dos_05_messages_over_the_limit_are_refused_early_and_late() {
    // DOS-05
    let server = ours().machine("[limits]\nmax_message_size = \"64 KiB\"").start();
    let mut client = server.client();
    let ehlo = client.ehlo();
    assert!(ehlo.lines.iter().any(|line| line == "SIZE 65536"), "{ehlo}");
    let early = client.command("MAIL FROM:<a@ext.test> SIZE=70000");
    assert_eq!(early.code, 552, "{early}");
    assert!(early.has_enhanced_code("5.3.4"), "{early}");
    let big = format!("Subject: big\r\n\r\n{}", "0123456789abcdef\r\n".repeat(5_000));
    let late = client.mail("a@ext.test", &["alice@ours.test"], &big);
    assert_eq!(late.code, 552, "{late}");
    assert_eq!(client.command("NOOP").code, 250);
    assert_nothing_accepted(&server);
}

#[test]
fn dos_07_lines_of_the_standard_length_pass_whole() {
    // DOS-07
    let server = ours().start();
    let mut client = server.client();
    client.ehlo();
    let line = "y".repeat(998);
    let content = format!("Subject: long\r\n\r\n{line}\r\n");
    assert_eq!(client.mail("a@ext.test", &["alice@ours.test"], &content).code, 250);
    assert!(wait_for_mail(&server, "alice@ours.test", 1)[0].contains(&line));
    let longer = format!("Subject: longer\r\n\r\n{}\r\n", "z".repeat(1 << 20));
    let answer = client.mail("a@ext.test", &["bob@ours.test"], &longer);
    // Refused with a reason, or carried uncut: never cut.
    if answer.code == 250 {
        assert!(wait_for_mail(&server, "bob@ours.test", 1)[0].contains(&"z".repeat(1 << 20)));
    } else {
        assert!(answer.says("5.6."), "{answer}");
    }
}

#[test]
fn too_many_sessions_from_one_address_are_turned_away_and_others_served() {
    let server = ours().machine("[limits]\nmax_connections_per_address = 3").start();
    let held: Vec<Client> = (0..3).map(|_| server.client_from("127.0.0.9")).collect();
    let mut fourth = Client::connect_silently(server.smtp(), Some("127.0.0.9".parse().unwrap()));
    let said = fourth.until_closed();
    assert!(said.is_empty() || said.starts_with("421"), "{said}");
    assert_eq!(server.client_from("127.0.0.10").greeting.code, 220);
    drop(held);
}

#[test]
fn a_message_that_went_round_too_often_is_refused() {
    let server = ours().start();
    let mut client = server.client();
    client.ehlo();
    let received = "Received: from a by b; Sat, 21 Nov 2026 09:05:00 +0000\r\n".repeat(31);
    let answer =
        client.mail("a@ext.test", &["alice@ours.test"], &format!("{received}{}", message("hops")));
    assert_eq!(answer.code, 554, "{answer}");
    assert!(answer.says("5.4.6"), "{answer}");
    assert_nothing_accepted(&server);
}

#[test]
fn aut_01_logging_in_is_not_offered_in_plain_text() {
    // AUT-01
    let server = ours().start();
    let mut client = server.client();
    assert!(!client.ehlo().says("AUTH"));
    let answer = client.command("AUTH PLAIN AGFsaWNlAHNlY3JldA==");
    assert!((500..600).contains(&answer.code), "{answer}");
    assert!(!answer.says("secret") && !answer.says("AGFsaWNl"), "{answer}");
    assert_eq!(client.command("NOOP").code, 250);
    assert!(!server.log().contains("AGFsaWNl"), "credentials never reach the log");
}

#[test]
fn dos_01_a_server_with_its_hands_full_of_idle_sessions_still_answers_at_once() {
    // DOS-01 in small: many sessions that say nothing, one that works.
    let server = ours().machine("[limits]\nmax_connections_per_address = 600").start();
    let idle: Vec<Client> =
        (0..500).map(|_| Client::connect_silently(server.smtp(), None)).collect();
    let mut client = server.client();
    client.ehlo();
    assert_eq!(client.mail("a@ext.test", &["alice@ours.test"], &message("beside")).code, 250);
    wait_for_mail(&server, "alice@ours.test", 1);
    drop(idle);
}

#[test]
fn cmd_17_a_client_that_talks_before_the_greeting_is_answered_in_order() {
    // CMD-17
    let server = ours().start();
    let mut client = Client::connect_silently(server.smtp(), None);
    client
        .send("EHLO client.example\r\nMAIL FROM:<a@ext.test>\r\nRCPT TO:<b@ext.test>\r\nNOOP\r\n");
    let codes: Vec<u16> = (0..5).map(|_| client.answer().code).collect();
    assert_eq!(codes, [220, 250, 250, 550, 250]);
    assert_nothing_accepted(&server);
}
