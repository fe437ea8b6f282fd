//! Connections that fail in the middle of a message.

use super::*;

/// The peer's side of a good message without pipelining, up to each point at which it can stop.
fn stops() -> Vec<(Vec<Step>, &'static str)> {
    let steps = vec![
        (Hear(MAIL), "mail"),
        (Say("250 ok\r\n"), ""),
        (Hear("RCPT TO:<x@c.test>"), "rcpt"),
        (Say("250 ok\r\n"), ""),
        (Hear("RCPT TO:<y@c.test>"), "rcpt"),
        (Say("250 ok\r\n"), ""),
        (Hear("DATA"), "data"),
        (Say("354 go\r\n"), ""),
        (HearContent, "end-of-data"),
    ];
    (0..steps.len())
        .filter(|&n| !steps[n].1.is_empty())
        .map(|n| (steps[..=n].iter().map(|(step, _)| step.clone()).collect(), steps[n].1))
        .collect()
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_ends_at_a_stage_is_named_after_it() {
    for (ending, kind) in [
        (vec![Close], "closed"),
        (vec![Say("2"), Close], "closed"),
        (vec![Say("250-and\r\n"), Close], "closed"),
        (vec![Hang], "timeout"),
        (vec![Say("250-and\r\n"), Hang], "timeout"),
        (vec![Drip("250 as slowly as it can\r\n"), Hang], "timeout"),
        (vec![Say("what?\r\n"), Hang], "protocol"),
        (vec![Say("700 what?\r\n"), Hang], "protocol"),
    ] {
        for (mut steps, stage) in stops() {
            steps.extend(ending.clone());
            let (mut connection, _peer) = greeted(PLAIN, steps).await;
            let message = Message::to(&["x@c.test", "y@c.test"]);
            let failure = message.send(&mut connection).await.unwrap_err();
            assert_eq!(failed(&failure), format!("{stage} {kind}"));
            assert!(!connection.is_reusable());
        }
    }
}

#[tokio::test(start_paused = true)]
async fn time_limits_are_those_of_the_stage() {
    let limits = [300_000, 300_000, 300_000, 120_000, 600_000];
    for ((mut steps, stage), after_ms) in stops().into_iter().zip(limits) {
        steps.push(Hang);
        let (mut connection, _peer) = greeted(PLAIN, steps).await;
        let message = Message::to(&["x@c.test", "y@c.test"]);
        let failure = message.send(&mut connection).await.unwrap_err();
        assert_eq!(failure.failure, Failure::TimedOut { after_ms }, "{stage}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_refused_recipient_keeps_its_answer_when_the_connection_breaks() {
    for (ehlo, answers, fate) in [
        (PIPELINING, "250 m\r\n550 a\r\n", ["rcpt 550", "rcpt closed"]),
        (PIPELINING, "250 m\r\n550 a\r\n250 b\r\n", ["rcpt 550", "data closed"]),
        (PIPELINING, "550 m\r\n", ["mail 550", "mail 550"]),
        (PIPELINING, "250 m\r\n550 a\r\n250 b\r\n354 go\r\n", ["rcpt 550", "end-of-data closed"]),
        (CHUNKING, "250 m\r\n550 a\r\n250 b\r\n", ["rcpt 550", "end-of-data closed"]),
    ] {
        let mut steps = vec![Hear(MAIL), Say(answers)];
        if answers.contains("354") {
            steps.push(HearContent);
        } else {
            steps.extend([Hear("RCPT TO:<x@c.test>"), Hear("RCPT TO:<y@c.test>")]);
        }
        steps.push(Close);
        let (mut connection, _peer) = greeted(ehlo, steps).await;
        let message = Message::to(&["x@c.test", "y@c.test"]);
        assert_eq!(fates(&message.send(&mut connection).await.unwrap()), fate, "{answers}");
        assert!(!connection.is_reusable());
    }
}

#[tokio::test(start_paused = true)]
async fn out_07_replies_that_do_not_fit_their_commands_end_the_connection() {
    for (ehlo, answers, fate) in [
        // One reply too few: the answer to DATA stands where one to RCPT should.
        (PIPELINING, "250 m\r\n354 go\r\n", "rcpt protocol"),
        (PIPELINING, "354 go\r\n", "mail protocol"),
        // One too many.
        (PIPELINING, "250 m\r\n250 again\r\n250 a\r\n354 go\r\n", "data protocol"),
        (PIPELINING, "250 m\r\n250 a\r\n354 go\r\n250 x\r\n", "data protocol"),
        (PIPELINING, "250 m\r\n250 a\r\n334 go\r\n", "data protocol"),
        (CHUNKING, "250 m\r\n250 again\r\n250 a\r\n554 no\r\n", "end-of-data protocol"),
        (CHUNKING, "250 m\r\n250 a\r\n354 go\r\n", "end-of-data protocol"),
        (PLAIN, "250 m\r\n250 a\r\n", "rcpt protocol"),
    ] {
        let (mut connection, peer) = greeted(ehlo, vec![Hear(MAIL), Say(answers)]).await;
        let failure = Message::to(&["x@c.test"]).send(&mut connection).await.unwrap_err();
        assert_eq!(failed(&failure), fate, "{answers}");
        assert!(!connection.is_reusable());
        connection.quit().await;
        assert!(!peer.await.unwrap().contains("\r\n.\r\n"), "no end was sent: {answers}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_shifted_refusal_is_not_taken_for_the_answer_to_data() {
    // RCPT's refusal stands at DATA, and the 354 is left over: the next command must not follow.
    let answers = "250 m\r\n250 again\r\n550 a\r\n354 go\r\n";
    let (mut connection, _peer) = greeted(PIPELINING, vec![Hear(MAIL), Say(answers)]).await;
    let message = Message::to(&["x@c.test"]);
    assert_eq!(fates(&message.send(&mut connection).await.unwrap()), ["data 550"]);
    assert!(!connection.is_reusable());
    assert_eq!(failed(&message.send(&mut connection).await.unwrap_err()), "mail protocol");
}

#[tokio::test(start_paused = true)]
async fn a_server_that_hangs_up_in_the_content_is_heard() {
    let body = vec![b'x'; 1 << 20];
    for (last_words, fate) in [
        (Some("552 5.3.4 too big\r\n"), Ok("data 552")),
        (Some("250 fine\r\n"), Err("data protocol")),
        (None, Err("data closed")),
    ] {
        for streamed in [true, false] {
            let (ours, mut theirs) = duplex(4096);
            let peer = tokio::spawn(async move {
                for reply in ["250 x\r\n", "250 m\r\n", "250 r\r\n", "354 go\r\n"] {
                    read_until(&mut theirs, "\r\n").await;
                    theirs.write_all(reply.as_bytes()).await.unwrap();
                }
                theirs.read_exact(&mut [0; 3000]).await.unwrap();
                if let Some(words) = last_words {
                    theirs.write_all(words.as_bytes()).await.unwrap();
                }
            });
            let mut connection = Connection::new(ours, Timeouts::default());
            connection.hello("u").await.unwrap();
            let mut message = Message::to(&["x@c.test"]);
            message.parts = vec![Bytes::from(body.clone())];
            let out = message.out();
            let payload = if streamed {
                Payload::Reader(Box::new(&body[..]))
            } else {
                Payload::Parts(&message.parts)
            };
            let transaction = Transaction { payload, ..message.transaction(&out) };
            let result = connection.transact(transaction).await;
            let got = match &result {
                Ok(result) => Ok(fates(result).remove(0)),
                Err(failure) => Err(failed(failure)),
            };
            assert_eq!(got, fate.map(String::from).map_err(String::from), "{last_words:?}");
            assert!(!connection.is_reusable());
            peer.await.unwrap();
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_refusal_in_the_content_counts_whether_the_server_reads_on_or_not() {
    for (reads_on, streamed) in [(true, true), (false, true), (false, false)] {
        let (ours, mut theirs) = duplex(4096);
        let peer = tokio::spawn(async move {
            for reply in ["250 x\r\n", "250 m\r\n", "250 r\r\n", "354 go\r\n"] {
                read_until(&mut theirs, "\r\n").await;
                theirs.write_all(reply.as_bytes()).await.unwrap();
            }
            theirs.read_exact(&mut [0; 3000]).await.unwrap();
            theirs.write_all(b"552 5.3.4 too big\r\n").await.unwrap();
            if !reads_on {
                std::future::pending::<()>().await;
            }
            let mut rest = Vec::new();
            theirs.read_to_end(&mut rest).await.unwrap();
            assert!(!rest.ends_with(b"\r\n.\r\n"));
        });
        let mut connection = Connection::new(ours, Timeouts::default());
        connection.hello("u").await.unwrap();
        let mut message = Message::to(&["x@c.test"]);
        message.parts = vec![Bytes::from(vec![b'x'; 1 << 20])];
        let out = message.out();
        let body = message.parts[0].clone();
        let payload = if streamed {
            Payload::Reader(Box::new(&body[..]))
        } else {
            Payload::Parts(&message.parts)
        };
        let transaction = Transaction { payload, ..message.transaction(&out) };
        let result = connection.transact(transaction).await.unwrap();
        assert_eq!(fates(&result), ["data 552"]);
        assert!(!connection.is_reusable());
        drop(connection);
        if reads_on {
            peer.await.unwrap();
        } else {
            peer.abort();
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_stops_reading_times_out_in_the_content() {
    let (ours, mut theirs) = duplex(4096);
    let peer = tokio::spawn(async move {
        for reply in ["250 x\r\n", "250 m\r\n", "250 r\r\n", "354 go\r\n"] {
            read_until(&mut theirs, "\r\n").await;
            theirs.write_all(reply.as_bytes()).await.unwrap();
        }
        std::future::pending::<()>().await;
    });
    let mut connection = Connection::new(ours, Timeouts::default());
    connection.hello("u").await.unwrap();
    let mut message = Message::to(&["x@c.test"]);
    message.parts = vec![Bytes::from(vec![b'x'; 1 << 20])];
    let failure = message.send(&mut connection).await.unwrap_err();
    assert_eq!(failure.stage, Stage::Data);
    assert_eq!(failure.failure, Failure::TimedOut { after_ms: 180_000 });
    peer.abort();
}

#[tokio::test(start_paused = true)]
async fn the_servers_limit_on_messages_is_kept() {
    let (mut connection, _peer) = greeted(
        "250-x\r\n250-PIPELINING\r\n250 LIMITS MAILMAX=1\r\n",
        vec![Hear(MAIL), Say("250 m\r\n250 r\r\n354 go\r\n"), HearContent, Say("250 ok\r\n")],
    )
    .await;
    let result = Message::to(&["x@c.test"]).send(&mut connection).await.unwrap();
    assert_eq!(fates(&result), ["ok 250"]);
    assert!(!connection.is_reusable());
}
