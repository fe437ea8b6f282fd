//! Only CRLF.CRLF ends a message; whatever else looks like an end never yields a second one.

use super::world::{assert_nothing_accepted, message, ours, wait_for_mail};
use causeway_testkit::client::Client;

const SECOND: &str = "MAIL FROM:<admin@ours.test>\r\nRCPT TO:<bob@ours.test>\r\nDATA\r\n\
                      From: admin@ours.test\r\nSubject: smuggled\r\n\r\nevil\r\n.\r\n";

fn at_data(client: &mut Client) {
    client.ehlo();
    assert_eq!(client.command("MAIL FROM:<a@ext.test>").code, 250);
    assert_eq!(client.command("RCPT TO:<alice@ours.test>").code, 250);
    assert_eq!(client.command("DATA").code, 354);
}

#[test]
fn smg_11_false_ends_of_data_refuse_the_whole() {
    let server = ours().start();
    let ends = [
        ("SMG-01", "\n.\n"),
        ("SMG-02", "\n.\r\n"),
        ("SMG-03", "\r\n.\n"),
        ("SMG-04", "\r.\r"),
        ("SMG-05", "\r\n.\r"),
        ("SMG-06", "\r\n.\r\r\n"),
        ("SMG-07", "\r\n\0.\r\n"),
        ("SMG-08", "\r\n.\0\r\n"),
    ];
    for (id, end) in ends {
        let mut client = server.client();
        at_data(&mut client);
        client.send(format!("Subject: first\r\n\r\nbody{end}{SECOND}"));
        let answer = client.answer();
        assert!((500..600).contains(&answer.code) || answer.code == 421, "{id}: {answer}");
        assert!(answer.says("5.6."), "{id}: {answer}");
        // One answer, then the session is where it was: the second transaction was content.
        if answer.code != 421 {
            assert_eq!(client.command("QUIT").code, 221, "{id}");
        }
    }
    assert_nothing_accepted(&server);
}

#[test]
fn smg_13_trusted_clients_have_no_exemption() {
    // SMG-13
    let server = ours().relay_network("127.0.0.1/32").start();
    let mut client = server.client();
    at_data(&mut client);
    client.send(format!("Subject: first\r\n\r\nbody\n.\n{SECOND}"));
    let answer = client.answer();
    assert!((500..600).contains(&answer.code), "{answer}");
    assert_nothing_accepted(&server);
}

#[test]
fn smg_09_the_true_end_in_single_octets_makes_exactly_one_message() {
    // SMG-09
    let server = ours().start();
    let mut client = server.client();
    at_data(&mut client);
    for octet in message("octets").bytes().chain(*b".\r\n") {
        client.send([octet]);
    }
    assert_eq!(client.answer().code, 250);
    assert_eq!(client.command("NOOP").code, 250);
    assert_eq!(wait_for_mail(&server, "alice@ours.test", 1).len(), 1);
    assert_eq!(server.audit("accepted"), 1);
}

#[test]
fn dots_at_line_starts_arrive_as_they_were() {
    let server = ours().start();
    let mut client = server.client();
    client.ehlo();
    let content = "Subject: dots\r\n\r\n.\r\n..\r\n.x\r\nend.\r\n";
    assert_eq!(client.mail("a@ext.test", &["alice@ours.test"], content).code, 250);
    let mail = wait_for_mail(&server, "alice@ours.test", 1).remove(0).replace("\r\n", "\n");
    assert!(mail.ends_with("\n\n.\n..\n.x\nend.\n"), "{mail:?}");
}

#[test]
fn two_messages_pipelined_in_one_segment_are_two() {
    let server = ours().start();
    let mut client = server.client();
    client.ehlo();
    let one = |subject: &str| {
        format!(
            "MAIL FROM:<a@ext.test>\r\nRCPT TO:<alice@ours.test>\r\nDATA\r\n{}.\r\n",
            message(subject)
        )
    };
    client.send(one("first") + &one("second"));
    let codes: Vec<u16> = (0..8).map(|_| client.answer().code).collect();
    assert_eq!(codes, [250, 250, 354, 250, 250, 250, 354, 250]);
    wait_for_mail(&server, "alice@ours.test", 2);
}

#[test]
fn smg_15_octets_after_a_chunk_are_the_next_command() {
    // SMG-15
    let server = ours().start();
    let mut client = server.client();
    let ehlo = client.ehlo();
    assert!(ehlo.says("CHUNKING"), "{ehlo}");
    client.command("MAIL FROM:<a@ext.test>");
    client.command("RCPT TO:<alice@ours.test>");
    // Ten octets of content, then an eleventh that starts a command.
    client.send("BDAT 10\r\nSubject: xNOOP\r\n");
    assert_eq!(client.answer().code, 250);
    assert_eq!(client.answer().code, 250, "{}", client.transcript());
    client.send("BDAT 9 LAST\r\n\r\n\r\nbody\n");
    let answer = client.answer();
    assert!((500..600).contains(&answer.code), "a bare LF in a chunk: {answer}");
    // After the refusal the transaction is gone as a whole.
    client.send("BDAT 4 LAST\r\nxx\r\n");
    assert_eq!(client.answer().code, 503, "{}", client.transcript());
    assert_nothing_accepted(&server);
}

#[test]
fn a_message_in_chunks_arrives_whole() {
    let server = ours().start();
    let mut client = server.client();
    client.ehlo();
    client.command("MAIL FROM:<a@ext.test>");
    client.command("RCPT TO:<alice@ours.test>");
    let content = message("chunks");
    // Split between CR and LF, where a careless reader sees two bare ones.
    let cut = content.find('\r').unwrap() + 1;
    client.send(format!("BDAT {cut}\r\n{}", &content[..cut]));
    assert_eq!(client.answer().code, 250);
    client.send(format!("BDAT {}\r\n{}", content.len() - cut, &content[cut..]));
    assert_eq!(client.answer().code, 250);
    assert_eq!(client.command("BDAT 0 LAST").code, 250);
    let mail = wait_for_mail(&server, "alice@ours.test", 1).remove(0);
    assert!(mail.contains("Subject: chunks"), "{mail}");
    assert!(mail.ends_with("Hello.\n") || mail.ends_with("Hello.\r\n"), "{mail:?}");
}

#[test]
fn smg_17_a_command_with_a_bare_line_feed_is_refused_and_does_not_desync() {
    // SMG-17
    let server = ours().start();
    let mut client = server.client();
    client.send("EHLO client.example\n");
    client.send("NOOP\r\n");
    let answer = client.answer();
    assert!(matches!(answer.code, 421 | 500 | 501), "{answer}");
}

#[test]
fn smg_19_odd_header_lines_get_one_answer_and_never_two_messages() {
    // SMG-19
    let server = ours().start();
    for start in [" folded first line\r\n", ": no name\r\n", "Name : space before the colon\r\n"] {
        let mut client = server.client();
        client.ehlo();
        let content = format!("{start}Subject: odd\r\n\r\nbody\r\n");
        let answer = client.mail("a@ext.test", &["alice@ours.test"], &content);
        assert!(matches!(answer.code, 250 | 550 | 554), "{start:?}: {answer}");
        assert_eq!(client.command("QUIT").code, 221, "{start:?}");
    }
}
