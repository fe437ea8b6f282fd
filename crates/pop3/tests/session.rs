//! Sessions as only a test within the process can see them: time, files that change, limits.

#![allow(clippy::unwrap_used, clippy::panic, dead_code)]

mod world;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::Instant;
use world::{PASSWORD, World};

struct Session(BufReader<TcpStream>);

impl Session {
    async fn connect(world: &World) -> Self {
        let mut session = Self(BufReader::new(TcpStream::connect(world.address).await.unwrap()));
        assert!(session.line().await.starts_with("+OK mx.ours.test"));
        session
    }

    async fn log_in(world: &World, name: &str) -> Self {
        let mut session = Self::connect(world).await;
        session.ask(&format!("USER {name}@ours.test")).await;
        assert!(session.ask(&format!("PASS {PASSWORD}")).await.starts_with("+OK"));
        session
    }

    async fn line(&mut self) -> String {
        let mut line = String::new();
        self.0.read_line(&mut line).await.unwrap();
        line.trim_end_matches("\r\n").to_owned()
    }

    async fn ask(&mut self, line: &str) -> String {
        self.0.write_all(format!("{line}\r\n").as_bytes()).await.unwrap();
        self.line().await
    }

    async fn rest(&mut self) -> Vec<String> {
        let mut lines = Vec::new();
        loop {
            match self.line().await {
                line if line == "." => return lines,
                line => lines.push(line),
            }
        }
    }

    async fn until_closed(&mut self) -> String {
        let mut rest = Vec::new();
        self.0.read_to_end(&mut rest).await.unwrap();
        String::from_utf8_lossy(&rest).into_owned()
    }
}

#[tokio::test]
async fn a_silent_session_ends_after_ten_minutes_without_a_word_and_removes_nothing() {
    let world = World::start(&["alice"], 10).await;
    let file = world.deliver("alice", 1, "a\r\n");
    let mut session = Session::log_in(&world, "alice").await;
    assert_eq!(session.ask("DELE 1").await, "+OK deleted");
    tokio::time::pause();
    let before = Instant::now();
    assert_eq!(session.until_closed().await, "");
    let waited = before.elapsed();
    assert!((599..602).contains(&waited.as_secs()), "{waited:?}");
    tokio::time::resume();
    assert!(file.exists());
    let mut session = Session::log_in(&world, "alice").await;
    assert!(session.ask("STAT").await.starts_with("+OK 1 "));
}

#[tokio::test]
async fn who_does_not_log_in_is_left_after_ten_minutes_whatever_he_says() {
    let world = World::start(&["alice"], 10).await;
    let mut session = Session::connect(&world).await;
    tokio::time::pause();
    let before = Instant::now();
    for _ in 0..5 {
        tokio::time::sleep(Duration::from_secs(110)).await;
        assert!(session.ask("CAPA").await.starts_with("+OK"));
        session.rest().await;
    }
    session.until_closed().await;
    let waited = before.elapsed();
    assert!((595..602).contains(&waited.as_secs()), "{waited:?}");
}

#[tokio::test]
async fn a_message_that_cannot_be_read_does_not_hinder_the_others() {
    let world = World::start(&["alice"], 10).await;
    let gone = world.deliver("alice", 1, "one\r\n");
    let directory = world.deliver("alice", 2, "two\r\n");
    world.deliver("alice", 3, "three\r\n");
    let mut session = Session::log_in(&world, "alice").await;
    fs::remove_file(&gone).unwrap();
    fs::remove_file(&directory).unwrap();
    fs::create_dir(&directory).unwrap();
    assert!(session.ask("RETR 2").await.starts_with("-ERR [SYS/TEMP]"));
    assert!(session.ask("RETR 3").await.starts_with("+OK"));
    assert_eq!(session.rest().await.last().unwrap(), "three");
    // What cannot be removed is said at QUIT.
    session.ask("DELE 2").await;
    session.ask("DELE 3").await;
    let bye = session.ask("QUIT").await;
    assert!(bye.starts_with("-ERR [SYS/TEMP] 1 of the deleted"), "{bye}");
    let file = world.deliver("alice", 4, "four\r\n");
    let mut session = Session::log_in(&world, "alice").await;
    assert!(session.ask("STAT").await.starts_with("+OK 1 "));
    fs::remove_file(&file).unwrap();
    assert!(session.ask("RETR 1").await.starts_with("-ERR another program"));
    session.ask("DELE 1").await;
    assert_eq!(session.ask("QUIT").await, "+OK goodbye");
}

#[tokio::test]
async fn a_mailbox_that_cannot_be_opened_is_temporary_trouble() {
    let world = World::start(&["alice", "bob"], 10).await;
    let maildir = world.root.create(&world::address("alice")).unwrap();
    fs::remove_dir(maildir.join("new")).unwrap();
    fs::write(maildir.join("new"), "in the way").unwrap();
    let mut session = Session::connect(&world).await;
    session.ask("USER alice@ours.test").await;
    let refused = session.ask(&format!("PASS {PASSWORD}")).await;
    assert!(refused.starts_with("-ERR [SYS/TEMP]"), "{refused}");
    // A mailbox without a Maildir is empty, and gets one.
    let mut session = Session::log_in(&world, "bob").await;
    assert_eq!(session.ask("STAT").await, "+OK 0 0");
    assert!(world.root.exists(&world::address("bob")));
    let mode = fs::metadata(world.root.maildir(&world::address("bob")).unwrap()).unwrap();
    assert_eq!(mode.permissions().mode() & 0o777, 0o700);
}

#[tokio::test]
async fn a_name_that_tells_a_wrong_size_is_corrected_by_reading() {
    let world = World::start(&["alice"], 10).await;
    let maildir = world.root.create(&world::address("alice")).unwrap();
    fs::write(maildir.join("cur/1.a.h,S=5,W=99999:2,"), "a\nb\n").unwrap();
    let mut session = Session::log_in(&world, "alice").await;
    assert_eq!(session.ask("STAT").await, "+OK 1 99999");
    session.ask("RETR 1").await;
    session.rest().await;
    assert_eq!(session.ask("STAT").await, "+OK 1 6");
}

#[tokio::test]
async fn a_login_is_noted_for_pop_before_smtp() {
    let world = World::start(&["alice"], 10).await;
    let client = "127.0.0.1".parse().unwrap();
    let mut session = Session::connect(&world).await;
    session.ask("USER alice@ours.test").await;
    session.ask("PASS wrong").await;
    assert_eq!(world.register.entitlement(client, world.clock.now()), None);
    session.ask("USER alice@ours.test").await;
    session.ask(&format!("PASS {PASSWORD}")).await;
    let (user, left) = world.register.entitlement(client, world.clock.now()).unwrap();
    assert_eq!(user, "alice@ours.test");
    assert!(left > Duration::from_secs(890));
}

#[tokio::test]
async fn a_client_has_so_many_sessions_and_no_more() {
    let world = World::start(&["alice"], 2).await;
    let _first = Session::connect(&world).await;
    let second = Session::connect(&world).await;
    let mut third = Session(BufReader::new(TcpStream::connect(world.address).await.unwrap()));
    assert!(third.until_closed().await.starts_with("-ERR [SYS/TEMP] no more than 2"));
    drop(second);
    // The place is free once the server has seen it.
    loop {
        let mut next = Session(BufReader::new(TcpStream::connect(world.address).await.unwrap()));
        if next.line().await.starts_with("+OK") {
            break;
        }
    }
}

#[tokio::test]
async fn commands_belong_to_their_states() {
    let world = World::start(&["alice"], 10).await;
    let mut session = Session::connect(&world).await;
    for command in ["STAT", "LIST", "RETR 1", "DELE 1", "NOOP", "RSET", "TOP 1 1", "UIDL"] {
        let refused = session.ask(command).await;
        assert!(refused.starts_with("-ERR log in first"), "{command}: {refused}");
    }
    assert!(session.ask("STLS").await.starts_with("-ERR TLS is not available"));
    assert!(session.ask("UTF8").await.starts_with("+OK"));
    session.ask("USER alice@ours.test").await;
    session.ask(&format!("PASS {PASSWORD}")).await;
    for command in ["USER a", "PASS a", "AUTH PLAIN", "UTF8", "STLS"] {
        assert!(session.ask(command).await.starts_with("-ERR you are logged in"), "{command}");
    }
    assert!(session.ask("CAPA").await.starts_with("+OK"));
    session.rest().await;
    assert_eq!(session.ask("QUIT").await, "+OK goodbye");
    assert_eq!(session.until_closed().await, "");
}

#[tokio::test]
async fn a_stopping_server_lets_an_open_mailbox_finish() {
    let world = World::start(&["alice"], 10).await;
    world.deliver("alice", 1, "a\r\n");
    let mut session = Session::log_in(&world, "alice").await;
    let mut waiting = Session::connect(&world).await;
    world.shutdown.cancel();
    world.sessions.close();
    assert!(
        waiting.until_closed().await.starts_with("-ERR [SYS/TEMP] the server is shutting down")
    );
    session.ask("DELE 1").await;
    assert_eq!(session.ask("QUIT").await, "+OK goodbye");
    world.sessions.wait().await;
    assert!(world.root.usage(&world::address("alice")).unwrap().messages == 0);
}

/// What the mailbox must look like: for each message whether it is marked.
struct Model(Vec<bool>);

impl Model {
    fn left(&self) -> usize {
        self.0.iter().filter(|marked| !**marked).count()
    }

    /// Whether a message can be named by its number.
    fn has(&self, number: usize) -> bool {
        number > 0 && self.0.get(number - 1) == Some(&false)
    }

    /// Says a command, and checks the answer.
    async fn step(&mut self, session: &mut Session, command: &str, number: usize) {
        let line = match command {
            "RETR" | "DELE" | "LIST" | "UIDL" => format!("{command} {number}"),
            "TOP" => format!("TOP {number} 1"),
            "LISTALL" | "UIDLALL" => command[..4].to_owned(),
            other => other.to_owned(),
        };
        let reply = session.ask(&line).await;
        let (ok, left) = (reply.starts_with("+OK"), self.left());
        match command {
            "RETR" | "TOP" => {
                assert_eq!(ok, self.has(number), "{line}: {reply}");
                if ok {
                    let body = session.rest().await;
                    assert_eq!(body.last().unwrap(), &format!("body {number}"), "{line}");
                }
            }
            "DELE" => {
                assert_eq!(ok, self.has(number), "{line}: {reply}");
                if ok {
                    self.0[number - 1] = true;
                }
            }
            "LIST" | "UIDL" => assert_eq!(ok, self.has(number), "{line}: {reply}"),
            "LISTALL" | "UIDLALL" => {
                let numbers: Vec<usize> = session
                    .rest()
                    .await
                    .iter()
                    .map(|line| line.split(' ').next().unwrap().parse().unwrap())
                    .collect();
                let expected: Vec<usize> = (1..=self.0.len()).filter(|n| self.has(*n)).collect();
                assert_eq!(numbers, expected, "{line}");
            }
            "STAT" => assert!(reply.starts_with(&format!("+OK {left} ")), "{reply}"),
            "RSET" => {
                assert!(ok);
                self.0.fill(false);
            }
            "NOOP" => assert!(ok, "{reply}"),
            _ => assert!(!ok, "{line}: {reply}"),
        }
    }
}

#[tokio::test]
async fn a_mailbox_follows_a_model_through_any_sequence_of_commands() {
    const COMMANDS: [&str; 13] = [
        "RETR", "TOP", "DELE", "DELE", "LIST", "UIDL", "LISTALL", "UIDLALL", "STAT", "RSET",
        "NOOP", "XTND", "APOP",
    ];
    let world = World::start(&["alice"], 10).await;
    // Any numbers will do, as long as they are the same in every run.
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = |limit: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % limit as u64).unwrap()
    };
    for round in 0..12 {
        fs::remove_dir_all(world.root.maildir(&world::address("alice")).unwrap()).ok();
        let count = next(6);
        for number in 1..=count {
            world.deliver("alice", number as u64, &format!("Subject: x\r\n\r\nbody {number}\r\n"));
        }
        let mut session = Session::log_in(&world, "alice").await;
        let mut model = Model(vec![false; count]);
        for _ in 0..40 {
            let (command, number) = (COMMANDS[next(COMMANDS.len())], next(8));
            model.step(&mut session, command, number).await;
        }
        if round % 3 == 0 {
            drop(session);
            model.0.fill(false);
        } else {
            assert!(session.ask("QUIT").await.starts_with("+OK"));
        }
        let held = world.root.usage(&world::address("alice")).unwrap().messages;
        assert_eq!(held as usize, model.left(), "round {round}");
        // The lock of a lost session is free once the server has seen its end.
        while matches!(
            world.root.open_maildrop(&world::address("alice")),
            Err(causeway_mailbox::MaildropError::InUse)
        ) {
            tokio::task::yield_now().await;
        }
    }
}
