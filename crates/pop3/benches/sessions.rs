//! 10,000 sessions that fetch 100 messages each: how long they take, and that memory does not grow.
//!
//! `cargo bench -p causeway-pop3 --bench sessions [-- SESSIONS]`. Server and clients are one process; eight clients
//! at a time, each with its own mailbox, log in by SCRAM (so that Argon2id, which is meant to be slow, is not what is
//! measured), fetch everything in batches of ten pipelined commands, and quit. Ends with status 1 when the
//! process has grown by more than 8 MiB between the first tenth and the end.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    dead_code,
    reason = "a program for people, which stops at the first surprise"
)]

#[path = "../tests/world/mod.rs"]
mod world;

use std::num::NonZeroU32;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use aws_lc_rs::{digest, hmac, pbkdf2};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use world::{PASSWORD, World};

const NAMES: [&str; 8] = ["a", "b", "c", "d", "e", "f", "g", "h"];
const MESSAGES: u64 = 100;
const ALLOWED_GROWTH: u64 = 8 * 1024 * 1024;

struct Client {
    stream: BufReader<TcpStream>,
    line: Vec<u8>,
}

impl Client {
    async fn line(&mut self) -> &[u8] {
        self.line.clear();
        self.stream.read_until(b'\n', &mut self.line).await.unwrap();
        self.line.strip_suffix(b"\r\n").unwrap_or_default()
    }

    async fn ok(&mut self) {
        let line = self.line().await;
        assert!(line.starts_with(b"+OK"), "{}", String::from_utf8_lossy(line));
    }

    async fn send(&mut self, text: &str) {
        self.stream.write_all(text.as_bytes()).await.unwrap();
    }

    /// The octets of a reply of several lines, which is thrown away.
    async fn rest(&mut self) -> u64 {
        let mut octets = 0;
        loop {
            let line = self.line().await;
            if line == b"." {
                return octets;
            }
            octets += line.len() as u64 + 2;
        }
    }

    async fn log_in(&mut self, name: &str, salted: &mut Option<[u8; 32]>) {
        let first = format!("n={name}@ours.test,r=nonce");
        let message = BASE64.encode(format!("n,,{first}"));
        self.send(&format!("AUTH SCRAM-SHA-256 {message}\r\n")).await;
        let challenge = BASE64.decode(self.line().await.strip_prefix(b"+ ").unwrap()).unwrap();
        let challenge = String::from_utf8(challenge).unwrap();
        let mut fields = challenge.split(',').map(|field| &field[2..]);
        let (nonce, salt, rounds) =
            (fields.next().unwrap(), fields.next().unwrap(), fields.next().unwrap());
        let salted = salted.get_or_insert_with(|| {
            let mut out = [0; 32];
            let rounds: NonZeroU32 = rounds.parse().unwrap();
            let salt = BASE64.decode(salt).unwrap();
            pbkdf2::derive(
                pbkdf2::PBKDF2_HMAC_SHA256,
                rounds,
                &salt,
                PASSWORD.as_bytes(),
                &mut out,
            );
            out
        });
        let sign =
            |key: &[u8], text: &[u8]| hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text);
        let key = sign(salted.as_slice(), b"Client Key");
        let stored = digest::digest(&digest::SHA256, key.as_ref());
        let last = format!("c=biws,r={nonce}");
        let signature = sign(stored.as_ref(), format!("{first},{challenge},{last}").as_bytes());
        let proof: Vec<u8> =
            key.as_ref().iter().zip(signature.as_ref()).map(|(a, b)| a ^ b).collect();
        let message = BASE64.encode(format!("{last},p={}", BASE64.encode(proof)));
        self.send(&format!("{message}\r\n")).await;
        assert!(self.line().await.starts_with(b"+ "));
        self.send("\r\n").await;
        self.ok().await;
    }
}

/// One session; the octets it fetched.
async fn session(world: &World, name: &str, salted: &mut Option<[u8; 32]>) -> u64 {
    let stream = TcpStream::connect(world.address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let mut client =
        Client { stream: BufReader::with_capacity(64 * 1024, stream), line: Vec::new() };
    client.ok().await;
    client.log_in(name, salted).await;
    client.send("STAT\r\nUIDL\r\n").await;
    client.ok().await;
    client.ok().await;
    client.rest().await;
    let mut octets = 0;
    let numbers: Vec<u64> = (1..=MESSAGES).collect();
    for batch in numbers.chunks(10) {
        let commands: String = batch.iter().map(|number| format!("RETR {number}\r\n")).collect();
        client.send(&commands).await;
        for _ in batch {
            client.ok().await;
            octets += client.rest().await;
        }
    }
    client.send("QUIT\r\n").await;
    client.ok().await;
    octets
}

fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").trim().parse::<u64>().unwrap() * 1024
}

#[tokio::main]
async fn main() -> ExitCode {
    let sessions: u64 =
        std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(10_000);
    let world = Arc::new(World::start(&NAMES, 100).await);
    let content = format!(
        "Subject: bench\r\n\r\n{}",
        "A line of fifty octets, more or less, of a text.\r\n".repeat(80)
    );
    for name in NAMES {
        for id in 1..=MESSAGES {
            world.deliver(name, id, &content);
        }
    }
    let (done, octets) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let start = Instant::now();
    let clients: Vec<_> = NAMES
        .into_iter()
        .map(|name| {
            let (world, done, octets) =
                (Arc::clone(&world), Arc::clone(&done), Arc::clone(&octets));
            tokio::spawn(async move {
                let mut salted = None;
                let mut seen = Vec::new();
                loop {
                    let number = done.fetch_add(1, Ordering::Relaxed);
                    if number >= sessions {
                        break seen;
                    }
                    octets.fetch_add(session(&world, name, &mut salted).await, Ordering::Relaxed);
                    if number % (sessions / 10).max(1) == 0 {
                        seen.push((number, resident()));
                    }
                }
            })
        })
        .collect();
    let mut seen = Vec::new();
    for client in clients {
        seen.extend(client.await.unwrap());
    }
    seen.sort_unstable();
    let early = seen.get(1).map_or(u64::MAX / 2, |(_, resident)| *resident);
    let (seconds, end) = (start.elapsed().as_secs_f64(), resident());
    let mib = |octets: u64| octets as f64 / 1024.0 / 1024.0;
    println!(
        "{sessions} sessions of {MESSAGES} messages in {seconds:.1} s: {:.0} sessions/s, {:.0} messages/s, {:.0} MiB/s",
        sessions as f64 / seconds,
        (sessions * MESSAGES) as f64 / seconds,
        mib(octets.load(Ordering::Relaxed)) / seconds
    );
    for (number, resident) in seen {
        println!("resident after {number} sessions: {:.1} MiB", mib(resident));
    }
    println!("resident at the end: {:.1} MiB", mib(end));
    if end > early + ALLOWED_GROWTH {
        println!("memory has grown by {:.1} MiB", mib(end - early));
        return ExitCode::from(1);
    }
    ExitCode::SUCCESS
}
