//! Messages that go their way, wholly or in part.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use causeway_model::{Notify, Return};
use tokio::io::{AsyncRead, ReadBuf};

use super::*;

const CONTENT: &str = "S: x\r\n\r\n..hi\r\n.\r\n";

#[tokio::test(start_paused = true)]
async fn a_pipelined_envelope_goes_out_in_one_write() {
    let (mut connection, peer) = greeted(
        PIPELINING,
        vec![
            HearAll("MAIL FROM:<a@b.test>\r\nRCPT TO:<x@c.test>\r\nRCPT TO:<y@c.test>\r\nDATA\r\n"),
            Say("250 1\r\n250 2\r\n550 5.1.1 who\r\n354 go\r\n"),
            HearAll(CONTENT),
            Say("250 2.0.0 queued as 7\r\n"),
        ],
    )
    .await;
    let result = Message::to(&["x@c.test", "y@c.test"]).send(&mut connection).await.unwrap();
    assert_eq!(fates(&result), ["ok 250", "rcpt 550"]);
    assert_eq!(result.recipients[0].as_ref().unwrap().lines, ["queued as 7"]);
    assert!(connection.is_reusable());
    drop(connection);
    assert_eq!(peer.await.unwrap(), "");
}

#[tokio::test(start_paused = true)]
async fn without_pipelining_each_command_waits() {
    let (mut connection, _peer) = greeted(
        "250-mx.test\r\n250 CHUNKING\r\n",
        vec![
            HearAll("MAIL FROM:<a@b.test>\r\n"),
            Say("250 ok\r\n"),
            HearAll("RCPT TO:<x@c.test>\r\n"),
            Say("452 4.5.3 too many\r\n"),
            HearAll("RCPT TO:<y@c.test>\r\n"),
            Say("251 will forward\r\n"),
            HearAll("DATA\r\n"),
            Say("354 go\r\n"),
            HearAll(CONTENT),
            Say("250 ok\r\n"),
        ],
    )
    .await;
    let result = Message::to(&["x@c.test", "y@c.test"]).send(&mut connection).await.unwrap();
    assert_eq!(fates(&result), ["rcpt 452", "ok 250"]);
}

#[tokio::test(start_paused = true)]
async fn chunking_sends_envelope_and_content_at_once() {
    let (mut connection, _peer) = greeted(
        CHUNKING,
        vec![
            HearAll(
                "MAIL FROM:<a@b.test>\r\nRCPT TO:<x@c.test>\r\nBDAT 13 LAST\r\nS: x\r\n\r\n.hi\r\n",
            ),
            Say("250 1\r\n250 2\r\n250 3\r\n"),
            Hear("QUIT"),
        ],
    )
    .await;
    let result = Message::to(&["x@c.test"]).send(&mut connection).await.unwrap();
    assert_eq!(fates(&result), ["ok 250"]);
    connection.quit().await;
}

#[tokio::test(start_paused = true)]
async fn after_a_chunk_only_a_refusal_needs_a_reset() {
    let envelope = "MAIL FROM:<a@b.test>\r\nRCPT TO:<x@c.test>\r\nBDAT 13 LAST\r\n";
    let content = "S: x\r\n\r\n.hi\r\n";
    let (mut connection, _peer) = greeted(
        CHUNKING,
        vec![
            HearAll(envelope),
            HearAll(content),
            Say("250 1\r\n250 2\r\n250 3\r\n"),
            HearAll(envelope),
            HearAll(content),
            Say("250 1\r\n250 2\r\n451 3\r\n"),
            Hear("RSET"),
            Say("250 ok\r\n"),
            HearAll(envelope),
            HearAll(content),
            Say("250 1\r\n250 2\r\n250 3\r\n"),
        ],
    )
    .await;
    let message = Message::to(&["x@c.test"]);
    for fate in ["ok 250", "end-of-data 451", "ok 250"] {
        assert_eq!(fates(&message.send(&mut connection).await.unwrap()), [fate]);
    }
}

#[tokio::test(start_paused = true)]
async fn refusals_stand_at_their_stage() {
    for (ehlo, answers, fate) in [
        (PIPELINING, "550 mail\r\n503 a\r\n503 b\r\n503 c\r\n", ["mail 550", "mail 550"]),
        (PIPELINING, "250 m\r\n550 a\r\n450 b\r\n554 c\r\n", ["rcpt 550", "rcpt 450"]),
        (PIPELINING, "250 m\r\n250 a\r\n450 b\r\n451 c\r\n", ["data 451", "rcpt 450"]),
        (PIPELINING, "421 m\r\n", ["mail 421", "mail 421"]),
        (PIPELINING, "250 m\r\n550 a\r\n421 b\r\n", ["rcpt 550", "rcpt 421"]),
        (PIPELINING, "250 m\r\n421 a\r\n", ["rcpt 421", "rcpt 421"]),
        (PIPELINING, "250 m\r\n550 a\r\n250 b\r\n421 c\r\n", ["rcpt 550", "data 421"]),
        (CHUNKING, "550 m\r\n503 a\r\n503 b\r\n503 c\r\n", ["mail 550", "mail 550"]),
        (CHUNKING, "250 m\r\n550 a\r\n250 b\r\n554 c\r\n", ["rcpt 550", "end-of-data 554"]),
        (CHUNKING, "250 m\r\n550 a\r\n550 b\r\n250 c\r\n", ["rcpt 550", "rcpt 550"]),
        (CHUNKING, "250 m\r\n250 a\r\n250 b\r\n421 c\r\n", ["end-of-data 421", "end-of-data 421"]),
    ] {
        let (mut connection, _peer) = greeted(ehlo, vec![Hear(MAIL), Say(answers)]).await;
        let result = Message::to(&["x@c.test", "y@c.test"]).send(&mut connection).await.unwrap();
        assert_eq!(fates(&result), fate, "{answers}");
        assert_eq!(connection.is_reusable(), !answers.contains("421"), "{answers}");
    }
}

#[tokio::test(start_paused = true)]
async fn without_pipelining_a_refused_sender_ends_it() {
    let (mut connection, peer) =
        greeted(PLAIN, vec![Hear(MAIL), Say("552 5.3.4 too big\r\n")]).await;
    let result = Message::to(&["x@c.test"]).send(&mut connection).await.unwrap();
    assert_eq!(fates(&result), ["mail 552"]);
    assert!(connection.is_reusable());
    drop(connection);
    assert_eq!(peer.await.unwrap(), "", "nothing more was sent");
}

#[tokio::test(start_paused = true)]
async fn data_that_was_taken_for_nobody_is_ended_empty() {
    let (mut connection, _peer) = greeted(
        PIPELINING,
        vec![
            Hear(MAIL),
            Hear("RCPT TO:<x@c.test>"),
            Hear("DATA"),
            Say("250 m\r\n550 no\r\n354 go\r\n"),
            HearAll(".\r\n"),
            Say("250 took it\r\n"),
            // The message is over: no RSET.
            Hear(MAIL),
            Say("550 enough\r\n503 x\r\n503 x\r\n"),
        ],
    )
    .await;
    let message = Message::to(&["x@c.test"]);
    assert_eq!(fates(&message.send(&mut connection).await.unwrap()), ["rcpt 550"]);
    assert_eq!(fates(&message.send(&mut connection).await.unwrap()), ["mail 550"]);
}

#[tokio::test(start_paused = true)]
async fn a_transaction_that_was_left_is_reset_before_the_next() {
    for (ehlo, first) in [
        (
            PIPELINING,
            vec![
                Hear(MAIL),
                Hear("RCPT TO:<x@c.test>"),
                Hear("DATA"),
                Say("250 m\r\n550 no\r\n554 no\r\n"),
            ],
        ),
        (PLAIN, vec![Hear(MAIL), Say("250 m\r\n"), Hear("RCPT TO:<x@c.test>"), Say("550 no\r\n")]),
    ] {
        let mut steps = first;
        steps.extend([Hear("RSET"), Say("250 ok\r\n"), Hear(MAIL), Say("421 enough\r\n")]);
        let (mut connection, _peer) = greeted(ehlo, steps).await;
        let message = Message::to(&["x@c.test"]);
        assert_eq!(fates(&message.send(&mut connection).await.unwrap()), ["rcpt 550"]);
        assert_eq!(fates(&message.send(&mut connection).await.unwrap()), ["mail 421"]);
    }
}

#[tokio::test(start_paused = true)]
async fn many_recipients_go_in_groups() {
    let names: Vec<String> = (0..250).map(|n| format!("u{n}@c.test")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let message = Message::to(&names);
    let (ours, mut theirs) = duplex(64 * 1024);
    let peer = tokio::spawn(async move {
        read_until(&mut theirs, "\r\n").await;
        theirs.write_all(b"250-x\r\n250 PIPELINING\r\n").await.unwrap();
        let mut groups = Vec::new();
        for commands in [101, 100, 51] {
            let mut replies = String::new();
            for _ in 0..commands {
                let line = read_until(&mut theirs, "\r\n").await;
                replies += match line.as_str() {
                    "DATA\r\n" => "354 go\r\n",
                    "RCPT TO:<u7@c.test>\r\n" => "550 no\r\n",
                    _ => "250 ok\r\n",
                };
            }
            groups.push(commands);
            theirs.write_all(replies.as_bytes()).await.unwrap();
        }
        read_until(&mut theirs, "\r\n.\r\n").await;
        theirs.write_all(b"250 ok\r\n").await.unwrap();
        groups.len()
    });
    let mut connection = Connection::new(ours, Timeouts::default());
    connection.hello("u").await.unwrap();
    let fates = fates(&message.send(&mut connection).await.unwrap());
    assert_eq!(fates[7], "rcpt 550");
    assert_eq!(fates.iter().filter(|fate| *fate == "ok 250").count(), 249);
    assert_eq!(peer.await.unwrap(), 3);
}

#[tokio::test(start_paused = true)]
async fn small_buffers_on_the_way_do_not_block_a_pipeline() {
    let names: Vec<String> = (0..90).map(|n| format!("u{n}@c.test")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let message = Message::to(&names);
    let (ours, mut theirs) = duplex(32);
    let peer = tokio::spawn(async move {
        read_until(&mut theirs, "\r\n").await;
        theirs.write_all(b"250-x\r\n250 PIPELINING\r\n").await.unwrap();
        loop {
            let line = read_until(&mut theirs, "\r\n").await;
            // It answers each command before it reads the next, with more than fits.
            let reply = if line == "DATA\r\n" { 354 } else { 250 };
            let text = format!("{reply} {}\r\n", "x".repeat(300));
            theirs.write_all(text.as_bytes()).await.unwrap();
            if reply == 354 {
                break;
            }
        }
        read_until(&mut theirs, "\r\n.\r\n").await;
        theirs.write_all(b"250 ok\r\n").await.unwrap();
    });
    let mut connection = Connection::new(ours, Timeouts::default());
    connection.hello("u").await.unwrap();
    let fates = fates(&message.send(&mut connection).await.unwrap());
    assert!(fates.iter().all(|fate| fate == "ok 250"), "{fates:?}");
    peer.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn parameters_are_sent_when_offered_and_only_then() {
    let mut message = Message::to(&["ü@c.test"]);
    message.parts = vec![Bytes::from_static(b"\r\n\xc3\xbc\r\n")];
    let orcpt = ("rfc822".to_owned(), "a+b@c.test".to_owned());
    let recipients = [OutRecipient {
        notify: Some(Notify { success: true, failure: true, delay: false }),
        orcpt: Some(&orcpt),
        ..message.out()[0]
    }];
    let transaction = || Transaction {
        eight_bit: true,
        ret: Some(Return::Headers),
        envid: Some("x=1"),
        ..message.transaction(&recipients)
    };
    let all = "250-x\r\n250-SIZE 100\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 DSN\r\n";
    let (mut connection, _peer) = greeted(
        all,
        vec![
            Hear("MAIL FROM:<a@b.test> SIZE=6 BODY=8BITMIME SMTPUTF8 RET=HDRS ENVID=x+3D1"),
            Say("250 ok\r\n"),
            Hear("RCPT TO:<ü@c.test> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;a+2Bb@c.test"),
            Say("550 no\r\n"),
        ],
    )
    .await;
    assert_eq!(fates(&connection.transact(transaction()).await.unwrap()), ["rcpt 550"]);
    let none = "250-x\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n";
    let (mut connection, _peer) = greeted(
        none,
        vec![
            Hear("MAIL FROM:<a@b.test> BODY=8BITMIME SMTPUTF8"),
            Say("250 ok\r\n"),
            Hear("RCPT TO:<ü@c.test>"),
            Say("550 no\r\n"),
        ],
    )
    .await;
    assert_eq!(fates(&connection.transact(transaction()).await.unwrap()), ["rcpt 550"]);
}

#[tokio::test(start_paused = true)]
async fn hdr_11_what_the_peer_cannot_take_is_not_sent() {
    let plain = Message::to(&["x@c.test"]);
    let utf8 = Message::to(&["ü@c.test"]);
    let plain_out = plain.out();
    let utf8_out = utf8.out();
    let cases = [
        (PLAIN, utf8.transaction(&utf8_out), "mail missing SMTPUTF8"),
        (
            PLAIN,
            Transaction { smtputf8: true, ..plain.transaction(&plain_out) },
            "mail missing SMTPUTF8",
        ),
        (
            PLAIN,
            Transaction { eight_bit: true, ..plain.transaction(&plain_out) },
            "mail missing 8BITMIME",
        ),
        (
            PLAIN,
            Transaction { body_type: BodyType::BinaryMime, ..plain.transaction(&plain_out) },
            "mail missing BINARYMIME",
        ),
        (
            "250-x\r\n250 BINARYMIME\r\n",
            Transaction { body_type: BodyType::BinaryMime, ..plain.transaction(&plain_out) },
            "mail missing CHUNKING",
        ),
        (
            "250-x\r\n250 SIZE 12\r\n",
            plain.transaction(&plain_out),
            "mail TooBig { size: 13, limit: 12 }",
        ),
    ];
    for (ehlo, transaction, fate) in cases {
        let (mut connection, peer) = greeted(ehlo, vec![]).await;
        assert_eq!(fates(&connection.transact(transaction).await.unwrap()), [fate]);
        assert!(connection.is_reusable());
        drop(connection);
        assert_eq!(peer.await.unwrap(), "");
    }
}

#[tokio::test(start_paused = true)]
async fn binary_content_waits_for_a_recipient_when_it_is_not_pipelined() {
    let (mut connection, _peer) = greeted(
        "250-x\r\n250-BINARYMIME\r\n250 CHUNKING\r\n",
        vec![
            Hear("MAIL FROM:<a@b.test> BODY=BINARYMIME"),
            Say("250 ok\r\n"),
            Hear("RCPT TO:<x@c.test>"),
            Say("250 ok\r\n"),
            HearAll("BDAT 13 LAST\r\nS: x\r\n\r\n.hi\r\n"),
            Say("250 ok\r\n"),
        ],
    )
    .await;
    let message = Message::to(&["x@c.test"]);
    let out = message.out();
    let transaction = Transaction { body_type: BodyType::BinaryMime, ..message.transaction(&out) };
    assert_eq!(fates(&connection.transact(transaction).await.unwrap()), ["ok 250"]);
}

/// Content that fails after its first octets.
struct Unreadable(bool);

impl AsyncRead for Unreadable {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if std::mem::replace(&mut self.0, true) {
            return Poll::Ready(Err(io::Error::other("bad sector")));
        }
        buffer.put_slice(b"S: x\r\n");
        Poll::Ready(Ok(()))
    }
}

#[tokio::test(start_paused = true)]
async fn content_from_a_file_is_streamed() {
    let body = b".x\r\n".repeat(50_000);
    let message = Message::to(&["x@c.test"]);
    let out = message.out();
    let (mut connection, peer) = greeted(
        CHUNKING,
        vec![
            Hear(MAIL),
            Hear("RCPT TO:<x@c.test>"),
            Hear("DATA"),
            Say("250 m\r\n250 r\r\n354 go\r\n"),
            HearContent,
            Say("250 ok\r\n"),
        ],
    )
    .await;
    let transaction = Transaction {
        size: body.len() as u64,
        payload: Payload::Reader(Box::new(&body[..])),
        ..message.transaction(&out)
    };
    assert_eq!(fates(&connection.transact(transaction).await.unwrap()), ["ok 250"]);
    drop(connection);
    assert_eq!(peer.await.unwrap(), "");
}

#[tokio::test(start_paused = true)]
async fn a_file_that_is_not_what_it_should_be_never_gets_an_end() {
    let binary = "250-x\r\n250-CHUNKING\r\n250 BINARYMIME\r\n";
    let (first, last) = (&b"S: x\r"[..], &b"\n"[..]);
    for (ehlo, body_type, size, begin) in [
        (PLAIN, BodyType::SevenBit, 7, "DATA\r\n"),
        (PLAIN, BodyType::SevenBit, 5, "DATA\r\n"),
        (PLAIN, BodyType::SevenBit, 100, "DATA\r\n"),
        (binary, BodyType::BinaryMime, 7, "BDAT 7 LAST\r\n"),
        (binary, BodyType::BinaryMime, 5, ""),
        (binary, BodyType::BinaryMime, 100, "BDAT 100 LAST\r\n"),
    ] {
        let mut steps = vec![Hear(match body_type {
            BodyType::BinaryMime => "MAIL FROM:<a@b.test> BODY=BINARYMIME",
            _ => MAIL,
        })];
        steps.extend([Say("250 m\r\n"), Hear("RCPT TO:<x@c.test>"), Say("250 r\r\n")]);
        steps.push(HearAll(begin));
        if begin == "DATA\r\n" {
            steps.push(Say("354 go\r\n"));
        }
        let (mut connection, peer) = greeted(ehlo, steps).await;
        let message = Message::to(&["x@c.test"]);
        let out = message.out();
        let payload: Payload<'_> = if size == 100 {
            Payload::Reader(Box::new(Unreadable(false)))
        } else {
            Payload::Reader(Box::new(first.chain(last)))
        };
        let transaction = Transaction { size, body_type, payload, ..message.transaction(&out) };
        assert_eq!(fates(&connection.transact(transaction).await.unwrap()), ["data unreadable"]);
        assert!(!connection.is_reusable());
        connection.quit().await;
        let rest = peer.await.unwrap();
        assert!(!rest.contains("\r\n.\r\n") && rest.len() < 7, "{rest:?}");
    }
}
