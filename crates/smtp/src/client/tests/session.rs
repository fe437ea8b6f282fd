//! Greeting, EHLO, STARTTLS, AUTH, RSET, QUIT.

use super::*;

#[tokio::test(start_paused = true)]
async fn a_session_opens_and_quits() {
    let (connection, peer) =
        greeted("250-mx.test\r\n250 SIZE 10\r\n", vec![Hear("QUIT"), Say("221 bye\r\n")]).await;
    assert_eq!(connection.capabilities().size, Some(10));
    assert!(connection.is_reusable());
    connection.quit().await;
    assert_eq!(peer.await.unwrap(), "");
}

#[tokio::test(start_paused = true)]
async fn helo_is_said_when_ehlo_is_not_known() {
    let (mut connection, _peer) = connect(vec![
        Say("220 mx.test\r\n"),
        Hear("EHLO us.test"),
        Say("502 what?\r\n"),
        Hear("HELO us.test"),
        Say("250 mx.test\r\n"),
    ]);
    connection.greeting().await.unwrap();
    let found = connection.hello("us.test").await.unwrap();
    assert!(!found.extended && connection.is_reusable());
}

#[tokio::test(start_paused = true)]
async fn a_refusal_of_service_keeps_its_words() {
    for (greeting, code) in [("421 no\r\n", 421), ("554-go\r\n554 away\r\n", 554)] {
        let (mut connection, _peer) = connect(vec![Say(greeting)]);
        let failure = connection.greeting().await.unwrap_err();
        assert_eq!(failed(&failure), format!("banner refused {code}"));
        assert!(!connection.is_reusable());
    }
    for (steps, fate) in [
        (vec![Say("421 no\r\n")], "ehlo refused 421"),
        (vec![Say("451 later\r\n")], "ehlo refused 451"),
        (vec![Say("550 no\r\n"), Hear("HELO u"), Say("550 no\r\n")], "ehlo refused 550"),
        (vec![Say("554 no\r\n"), Close], "ehlo refused 554"),
        (vec![Say("354 go\r\n")], "ehlo protocol"),
    ] {
        let mut all = vec![Say("220 x\r\n"), Hear("EHLO u")];
        all.extend(steps);
        let (mut connection, _peer) = connect(all);
        connection.greeting().await.unwrap();
        assert_eq!(failed(&connection.hello("u").await.unwrap_err()), fate);
    }
}

#[tokio::test(start_paused = true)]
async fn a_greeting_that_does_not_come_is_named() {
    for (steps, fate) in [
        (vec![Hang], "banner timeout"),
        (vec![Close], "banner closed"),
        (vec![Say("220 hal"), Close], "banner closed"),
        (vec![Say("HTTP/1.1 400 Bad Request\r\n")], "banner protocol"),
        (vec![Say("SSH-2.0-x")], "banner protocol"),
        (vec![Say("999 x\r\n")], "banner protocol"),
        // A whole greeting would come, but not in five minutes.
        (vec![Drip("220 mx.test\r\n"), Hang], "banner timeout"),
    ] {
        let (mut connection, _peer) = connect(steps);
        let failure = connection.greeting().await.unwrap_err();
        assert_eq!(failed(&failure), fate);
    }
    let (mut connection, _peer) = connect(vec![Say("220 hal"), Close]);
    let failure = connection.greeting().await.unwrap_err().failure;
    assert_eq!(failure, Failure::ClosedAbruptly { bytes_received: 7 });
    let (mut connection, _peer) = connect(vec![Hang]);
    let failure = connection.greeting().await.unwrap_err().failure;
    assert_eq!(failure, Failure::TimedOut { after_ms: 300_000 });
}

#[tokio::test(start_paused = true)]
async fn our_name_cannot_end_the_line() {
    let (mut connection, _peer) = connect(vec![Hear("EHLO a--RSET-b"), Say("250 x\r\n")]);
    connection.hello("a\r\nRSET b").await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn starttls_gives_the_stream_back() {
    let offer = "250-mx.test\r\n250 STARTTLS\r\n";
    let (connection, _peer) = greeted(offer, vec![Hear("STARTTLS"), Say("220 go\r\n")]).await;
    let (_stream, reply) = connection.starttls().await.unwrap();
    assert_eq!(reply.code, 220);
    for (answer, fate) in [
        ("220 go\r\n250-injected\r\n250 x\r\n", "starttls protocol"),
        ("220 go\r\n2", "starttls protocol"),
        ("250 go\r\n", "starttls protocol"),
    ] {
        let (connection, _peer) = greeted(offer, vec![Hear("STARTTLS"), Say(answer)]).await;
        assert_eq!(failed(&connection.starttls().await.unwrap_err()), fate, "{answer}");
    }
    let (connection, _peer) = greeted(offer, vec![Hear("STARTTLS"), Say("454 no\r\n")]).await;
    let failure = connection.starttls().await.unwrap_err().failure;
    assert!(matches!(failure, Failure::StarttlsRefused { reply } if reply.code == 454));
    let (connection, _peer) = greeted(PLAIN, vec![]).await;
    assert_eq!(connection.starttls().await.unwrap_err().failure, Failure::TlsNotOffered);
}

#[tokio::test(start_paused = true)]
async fn plain_is_preferred_and_login_is_known() {
    let (mut connection, _peer) = greeted(
        "250-mx.test\r\n250 AUTH login PLAIN\r\n",
        vec![Hear("AUTH PLAIN AHVzZXIAcMOkc3M="), Say("235 ok\r\n")],
    )
    .await;
    assert_eq!(connection.auth("user", "päss").await.unwrap().code, 235);
    let (mut connection, _peer) = greeted(
        "250-mx.test\r\n250 AUTH LOGIN\r\n",
        vec![
            Hear("AUTH LOGIN"),
            Say("334 VXNlcm5hbWU6\r\n"),
            Hear("dXNlcg=="),
            Say("334 UGFzc3dvcmQ6\r\n"),
            Hear("cGFzcw=="),
            Say("235 ok\r\n"),
        ],
    )
    .await;
    assert_eq!(connection.auth("user", "pass").await.unwrap().code, 235);
    assert!(connection.is_reusable());
    assert!(connection.wire.output.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_login_that_fails_says_why() {
    let plain = "250-mx.test\r\n250 AUTH PLAIN\r\n";
    for code in ["535", "454"] {
        let answer = if code == "535" { "535 5.7.8 no\r\n" } else { "454 4.7.0 later\r\n" };
        let (mut connection, _peer) =
            greeted(plain, vec![Hear("AUTH PLAIN AHUAcA=="), Say(answer)]).await;
        match connection.auth("u", "p").await.unwrap_err() {
            SessionFailure { stage: Stage::Auth, failure: Failure::AuthRefused { reply } } => {
                assert_eq!(reply.code.to_string(), code);
            }
            other => panic!("{other:?}"),
        }
    }
    let (mut connection, _peer) = greeted(plain, vec![Hear("AUTH PLAIN AHUAcA=="), Close]).await;
    assert_eq!(failed(&connection.auth("u", "p").await.unwrap_err()), "auth closed");
    let (mut connection, _peer) = greeted("250-x\r\n250 AUTH GSSAPI\r\n", vec![]).await;
    assert_eq!(connection.auth("u", "p").await.unwrap_err().failure, Failure::AuthNotOffered);
}

#[tokio::test(start_paused = true)]
async fn noop_and_rset_tell_whether_the_server_is_there() {
    let (mut connection, _peer) = greeted(
        PLAIN,
        vec![
            Hear("NOOP"),
            Say("250 ok\r\n"),
            Hear("RSET"),
            Say("250 ok\r\n"),
            Say("421 idle too long\r\n"),
            Hear("NOOP"),
            Close,
        ],
    )
    .await;
    connection.noop().await.unwrap();
    connection.rset().await.unwrap();
    assert_eq!(failed(&connection.noop().await.unwrap_err()), "mail refused 421");
    assert!(!connection.is_reusable());
}

#[tokio::test(start_paused = true)]
async fn quit_does_not_wait_long_for_its_answer() {
    let (connection, _peer) = greeted(PLAIN, vec![Hear("QUIT"), Hang]).await;
    let began = tokio::time::Instant::now();
    connection.quit().await;
    assert!(began.elapsed() <= Duration::from_secs(10));
}

#[tokio::test(start_paused = true)]
async fn a_server_that_talks_unasked_is_left() {
    let (mut connection, _peer) =
        connect(vec![Say("220 x\r\n250 hello there\r\n"), Hear("EHLO u"), Hang]);
    connection.greeting().await.unwrap();
    assert!(!connection.is_reusable());
    assert_eq!(failed(&connection.hello("u").await.unwrap_err()), "ehlo protocol");
}
