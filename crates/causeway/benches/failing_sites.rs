//! What 1,000 failing sites cost the healthy rest: `cargo bench -p causeway --bench failing_sites`.
//!
//! A server relays messages for a partner that takes them, once with nothing else to do, once while 1,000 other
//! domains fail (a quarter each: no connection, a refusal of service, SERVFAIL, no such name), have an alert each and
//! are being diagnosed. Rounds of both kinds take turns, so that whatever else the machine does falls on both. What is
//! told: messages in a second, the server's CPU seconds, and the probes that were begun in the minute.
//! `ROUNDS` (default 5), `MESSAGES` (default 3000) and `FAILING` (default 1000) change the sizes.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a bench stops at the first surprise, and tells its numbers"
)]

use std::net::SocketAddr;
use std::time::Instant;

use causeway_testkit::server::{Server, Setup};
use causeway_testkit::{Behaviour, DnsFault, ScriptedPeer, TestDns};

/// The port of every MX host in this small world.
const MX_PORT: u16 = 2526;

/// Of CPU time in a second, in `/proc`: USER_HZ, on every Linux.
const TICKS: f64 = 100.0;

/// One round.
#[derive(Clone, Copy, Debug)]
struct Round {
    seconds: f64,
    cpu: f64,
    probes: u64,
    probing_seconds: f64,
}

fn number(name: &str, otherwise: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// CPU seconds of a process so far.
fn cpu(pid: u32) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_ascii_whitespace().collect();
    let ticks = |index: usize| fields[index].parse::<f64>().unwrap();
    (ticks(11) + ticks(12)) / TICKS
}

fn metric(server: &Server, name: &str) -> u64 {
    let (_, text) = server.api("GET", "/metrics", "");
    let line =
        text.lines().find(|line| line.strip_prefix(name).is_some_and(|r| r.starts_with(' ')));
    line.and_then(|line| line.rsplit(' ').next()).unwrap().parse().unwrap()
}

fn message(subject: &str) -> String {
    format!("From: alice@ours.test\r\nSubject: {subject}\r\n\r\n{}", "Some words.\r\n".repeat(100))
}

/// Domains that fail in four ways.
fn failing_domains(dns: &TestDns, count: usize) -> Vec<String> {
    dns.a("mx.refusing.test", "127.77.0.1").a("mx.busy.test", "127.77.0.2");
    let domain = |index: usize| format!("f{index}.test");
    for index in 0..count {
        match index % 4 {
            0 => dns.mx(&domain(index), 10, &format!("mx{index}.refusing.test")),
            1 => dns.mx(&domain(index), 10, &format!("mx{index}.busy.test")),
            2 => dns.fault(&domain(index), DnsFault::ServFail),
            _ => dns,
        };
        // A host of its own for each, or they would be one site.
        dns.a(&format!("mx{index}.refusing.test"), "127.77.0.1");
        dns.a(&format!("mx{index}.busy.test"), "127.77.0.2");
    }
    (0..count).map(domain).collect()
}

fn round(messages: usize, failing: usize) -> Round {
    let dns = TestDns::start();
    let at = |address: &str| SocketAddr::new(address.parse().unwrap(), MX_PORT);
    let busy = Behaviour::new().greeting("554 no service here");
    let _busy = ScriptedPeer::start_at(at("127.77.0.2"), busy);
    let partner = ScriptedPeer::start_at(at("127.77.0.3"), Behaviour::new());
    let server = Setup::new(env!("CARGO_BIN_EXE_causeway"))
        .domain("ours.test", &["alice"])
        .relay_network("127.0.0.1/32")
        .dns(dns.address())
        .mx_port(MX_PORT)
        .connector("partner", "partner.test", partner.address(), "")
        .mailflow("[alerts]\nmessages = 1\n")
        .start();
    let domains = failing_domains(&dns, failing);
    let probing = Instant::now();
    let mut client = server.client();
    client.ehlo();
    for domain in &domains {
        let answer = client.mail("alice@ours.test", &[&format!("x@{domain}")], &message("fails"));
        assert_eq!(answer.code, 250, "{answer}");
    }
    server.wait_for("failing sites", || {
        (metric(&server, "causeway_alerts_open") >= domains.len() as u64).then_some(())
    });
    let (began, used) = (Instant::now(), cpu(server.pid()));
    for _ in 0..messages {
        let answer = client.mail("alice@ours.test", &["x@partner.test"], &message("healthy"));
        assert_eq!(answer.code, 250, "{answer}");
    }
    partner.block_on_messages(messages);
    Round {
        seconds: began.elapsed().as_secs_f64(),
        cpu: cpu(server.pid()) - used,
        probes: metric(&server, "causeway_probes_total"),
        probing_seconds: probing.elapsed().as_secs_f64(),
    }
}

/// The middle one.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn main() {
    let (rounds, messages) = (number("ROUNDS", 5), number("MESSAGES", 3_000));
    let failing = number("FAILING", 1_000);
    let (mut alone, mut beside) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        alone.push(round(messages, 0));
        beside.push(round(messages, failing));
    }
    let tell = |what: &str, rounds: &[Round]| {
        let seconds = median(rounds.iter().map(|round| round.seconds).collect());
        let cpu = median(rounds.iter().map(|round| round.cpu).collect());
        println!(
            "{what}: {:.0} messages/s, {cpu:.2} CPU seconds for {messages} messages",
            messages as f64 / seconds
        );
        (seconds, cpu)
    };
    let (alone_seconds, alone_cpu) = tell("healthy only", &alone);
    let (beside_seconds, beside_cpu) = tell(&format!("beside {failing} failing sites"), &beside);
    let percent = |now: f64, before: f64| (now / before - 1.0) * 100.0;
    println!("time: {:+.1} %", percent(beside_seconds, alone_seconds));
    println!("CPU: {:+.1} %", percent(beside_cpu, alone_cpu));
    for Round { probes, probing_seconds, .. } in &beside {
        println!("probes: {probes} in {probing_seconds:.1} s (600 a minute are allowed)");
    }
}
