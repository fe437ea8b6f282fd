//! The command line from outside: exit statuses, what goes to which stream, and the commands that
//! need no server. What commands do to a server is in the scenario tests.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "tests stop at the first surprise, and run the program"
)]

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use causeway_testkit::server::Setup;
use serde_json::Value;

const PROGRAM: &str = env!("CARGO_BIN_EXE_causeway");

fn causeway(arguments: &[&str]) -> Output {
    with_input(arguments, "")
}

fn with_input(arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(PROGRAM)
        .args(arguments)
        .env("LC_ALL", "C")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that does not read its input closes it: no fault.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

fn status(output: &Output) -> i32 {
    output.status.code().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn directory(machine: &str, flow: &str) -> tempfile::TempDir {
    let place = tempfile::tempdir().unwrap();
    std::fs::write(place.path().join("causeway.toml"), machine).unwrap();
    std::fs::write(place.path().join("mailflow.toml"), flow).unwrap();
    place
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn a_usage_error_is_one_line_and_status_2() {
    for arguments in [
        &["queue", "lst"][..],
        &["queue", "show", "5"],
        &["queue", "retry"],
        &["queue", "retry", "--all", "--connector", "a"],
        &["mailbox", "add", "nobody"],
        &["health", "--server", "http://mx.example:8025"],
        &["health", "--config", "/no/such/directory"],
        &["explain"],
        &["explain", "/no/such/file"],
        &["trace", "--status", "gone"],
        &["--lang", "fr", "health"],
    ] {
        let output = causeway(arguments);
        assert_eq!(status(&output), 2, "{arguments:?}: {output:?}");
        assert_eq!(stderr(&output).lines().count(), 1, "{arguments:?}: {output:?}");
        assert_eq!(stdout(&output), "", "{arguments:?}");
    }
}

#[test]
fn without_a_server_the_status_is_3_and_the_line_says_where_it_was_looked_for() {
    let place = tempfile::tempdir().unwrap();
    let machine = format!("data_dir = {:?}\n", place.path().join("data"));
    let config = directory(&machine, "");
    for arguments in [&["queue", "list"][..], &["health"], &["trace"], &["mailbox", "list"]] {
        let output = causeway(&[arguments, &["--config", text(config.path())]].concat());
        assert_eq!(status(&output), 3, "{arguments:?}: {output:?}");
        assert!(stderr(&output).contains("data/causeway.sock"), "{output:?}");
        assert!(stderr(&output).contains("causeway serve"), "{output:?}");
    }
}

#[test]
fn a_broken_file_is_named_by_every_command_that_needs_it() {
    let config = directory("data_dir = 5\n", "");
    let output = causeway(&["queue", "list", "--config", text(config.path())]);
    assert_eq!(status(&output), 2, "{output:?}");
    assert!(stderr(&output).contains("causeway.toml:1:"), "{output:?}");
}

#[test]
fn check_says_the_same_as_json() {
    let config = directory("", "[organisation]\nname = \"x\"\n");
    let output = causeway(&["check", "--json", "--config", text(config.path())]);
    assert_eq!(status(&output), 2, "{output:?}");
    let document: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(document["valid"], false);
    let problem = &document["problems"][0];
    assert_eq!((&problem["line"], &problem["severity"]), (&1.into(), &"error".into()));
    assert!(problem["file"].as_str().unwrap().ends_with("mailflow.toml"), "{document}");

    let config = directory("", "");
    let output = causeway(&["check", "--json", "--config", text(config.path())]);
    assert_eq!(status(&output), 0, "{output:?}");
    assert_eq!(serde_json::from_str::<Value>(&stdout(&output)).unwrap()["valid"], true);
}

#[test]
fn check_finds_everything_at_once_in_the_language_asked_for() {
    let connector = |name: &str, rest: &str| {
        format!(
            "[[connector]]\nname = \"{name}\"\ndirection = \"outbound\"\npeer = \"partner\"\n\
             recipient_domains = [\"a.test\"]\n{rest}\n"
        )
    };
    let flow = [
        connector("one", "smart_hosts = [\"mail one\"]"),
        connector("two", "smart_hosts = [\"mail.two.test\"]\ntls = \"perhaps\""),
        "[relay]\nnetworks = [\"300.1.1.1\", \"0.0.0.0/1\"]\n".to_owned(),
    ];
    let config = directory("[delivery]\ntrust_roots = [\"none.pem\"]\n", &flow.concat());
    let shown = causeway(&["check", "--lang", "de", "--config", text(config.path())]);
    assert_eq!(status(&shown), 2, "{shown:?}");
    let shown = stderr(&shown);
    let lines: Vec<&str> = shown.lines().collect();
    let expected = [
        "causeway.toml:2:16: Fehler: die Aussteller sind nicht brauchbar",
        "mailflow.toml:6:16: Fehler: ",
        "mailflow.toml:11:22: Fehler: die Konnektoren „one“ und „two“ nehmen beide \"a.test\"",
        "mailflow.toml:13:7: Fehler: ",
        "mailflow.toml:15:13: Fehler: ",
        "mailflow.toml:15:26: Fehler: 0.0.0.0/1 enthält so viele Adressen",
    ];
    for (line, expected) in lines.iter().zip(expected) {
        assert!(line.contains(expected), "{expected}: {shown}");
    }
    assert!(lines.last().unwrap().contains("Fehler in"), "{shown}");
    let json = causeway(&["check", "--json", "--lang", "sv", "--config", text(config.path())]);
    let document: Value = serde_json::from_str(&stdout(&json)).unwrap();
    let found: Vec<&Value> = document["problems"].as_array().unwrap().iter().collect();
    assert!(found.len() >= expected.len(), "{document}");
    assert!(found.iter().all(|p| p["severity"] == "error" && p["line"].is_u64()), "{document}");
    assert!(found[2]["what"].as_str().unwrap().starts_with("anslutningarna"), "{document}");
}

#[test]
fn help_and_version_are_answers() {
    for arguments in [&["--help"][..], &["queue", "remove", "--help"], &["-V"], &["explain", "-h"]]
    {
        let output = causeway(arguments);
        assert_eq!(status(&output), 0, "{arguments:?}");
        assert!(!stdout(&output).is_empty() && stderr(&output).is_empty(), "{arguments:?}");
    }
    let output = causeway(&[]);
    assert_eq!((status(&output), stdout(&output).as_str()), (2, ""), "{output:?}");
}

#[test]
fn completions_and_manual_pages_come_for_every_command() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let output = causeway(&["completions", shell]);
        assert_eq!(status(&output), 0, "{shell}");
        assert!(stdout(&output).contains("password-stdin"), "{shell}");
    }
    let place = tempfile::tempdir().unwrap();
    let pages = place.path().join("man1");
    assert_eq!(status(&causeway(&["man", text(&pages)])), 0);
    assert!(pages.join("causeway-relay-explain.1").exists());
}

#[test]
fn explain_answers_lines_files_and_standard_input() {
    let line = "550 5.1.1 <bob@partner.example>: Recipient address rejected: User unknown";
    let output = causeway(&["explain", "--text", line, "--json"]);
    assert_eq!(status(&output), 0, "{output:?}");
    let document: Value = serde_json::from_str(&stdout(&output)).unwrap();
    let recipient = &document["recipients"][0];
    assert_eq!(recipient["category"], "user_unknown", "{document}");
    assert_eq!(recipient["enhanced_code"], "5.1.1");
    let from_input = with_input(&["explain", "-", "--json"], line);
    assert_eq!(stdout(&from_input), stdout(&output));
    let german = causeway(&["explain", "--text", line, "--lang", "de"]);
    assert!(stdout(&german).contains("Wer handelt"), "{german:?}");
    let nothing = causeway(&["explain", "--text", "good morning", "--json"]);
    assert_eq!(status(&nothing), 0);
    let document: Value = serde_json::from_str(&stdout(&nothing)).unwrap();
    assert_eq!(document["recipients"], Value::Array(Vec::new()));
}

#[test]
fn a_batch_keeps_the_order_and_goes_on_after_a_file_that_is_not_there() {
    let place = tempfile::tempdir().unwrap();
    let write = |name: &str, content: &str| {
        let path = place.path().join(name);
        std::fs::write(&path, content).unwrap();
        text(&path).to_owned()
    };
    let first = write("a b.txt", "550 5.1.1 User unknown");
    let last = write("c.txt", "452 4.2.2 Mailbox full");
    let list = format!("{first}\n/no/such/file\r\n\n{last}");
    let output = with_input(&["explain", "--batch"], &list);
    let lines: Vec<Value> =
        stdout(&output).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 3, "{output:?}");
    assert_eq!(lines[0]["recipients"][0]["category"], "user_unknown");
    assert!(lines[1]["error"].as_str().unwrap().contains("/no/such/file"));
    assert_eq!(lines[2]["recipients"][0]["category"], "mailbox_full");
    assert_eq!(status(&output), 1);
}

#[test]
fn a_batch_answers_each_path_at_once() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("a.txt");
    std::fs::write(&path, "550 5.1.1 User unknown").unwrap();
    let mut child = Command::new(PROGRAM)
        .args(["explain", "--batch"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let mut answers = BufReader::new(child.stdout.take().unwrap());
    for _ in 0..3 {
        writeln!(input, "{}", path.display()).unwrap();
        let mut answer = String::new();
        answers.read_line(&mut answer).unwrap();
        assert!(answer.contains("user_unknown"), "{answer}");
    }
    drop(input);
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_reader_that_goes_away_ends_a_command_silently() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("a.txt");
    std::fs::write(&path, "550 5.1.1 User unknown").unwrap();
    let mut child = Command::new(PROGRAM)
        .args(["explain", "--batch"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut input = child.stdin.take().unwrap();
    // Until the command has noticed and closed its end.
    while writeln!(input, "{}", path.display()).is_ok() {}
    drop(input);
    let output = child.wait_with_output().unwrap();
    assert_eq!((status(&output), stderr(&output).as_str()), (0, ""), "{output:?}");
}

#[test]
fn mailboxes_are_managed_and_their_passwords_never_shown_again() {
    let server = Setup::new(PROGRAM).domain("ours.test", &[]).start();
    let add = ["mailbox", "add", "carl@ours.test", "--password-stdin", "--quota", "2 GiB"];
    let added = server.cli_with_input(&add, "a good password\n");
    assert_eq!((added.status, added.stdout.contains("password")), (Some(0), false), "{added:?}");
    let again = server.cli_with_input(&add, "a good password\n");
    assert_eq!((again.status, again.stderr.lines().count()), (Some(1), 1), "{again:?}");
    let elsewhere = server.cli(&["mailbox", "add", "carl@elsewhere.test"]);
    assert_eq!(elsewhere.status, Some(2), "{elsewhere:?}");
    let empty = server.cli(&["mailbox", "add", "dora@ours.test", "--password-stdin"]);
    assert_eq!(empty.status, Some(2), "{empty:?}");

    let generated = server.json(&["mailbox", "add", "dora@ours.test"]);
    let password = generated["password"].as_str().unwrap();
    assert!(password.len() > 15, "{generated}");
    let set = ["mailbox", "set", "dora@ours.test", "--alias", "info@ours.test", "--language", "de"];
    assert_eq!(server.json(&set)["aliases"][0], "info@ours.test");
    let list = server.cli(&["mailbox", "list", "--json"]);
    assert!(!list.stdout.contains(password) && !list.stdout.contains("argon2"), "{list:?}");

    let unsure = server.cli(&["mailbox", "remove", "dora@ours.test"]);
    assert_eq!(unsure.status, Some(2), "{unsure:?}");
    assert_eq!(server.cli(&["mailbox", "remove", "dora@ours.test", "--yes"]).status, Some(0));
    assert_eq!(server.cli(&["mailbox", "remove", "dora@ours.test", "--yes"]).status, Some(1));
    assert_eq!(server.json(&["mailbox", "list"]).as_array().unwrap().len(), 1);
}

#[test]
fn the_service_answers_in_the_language_that_is_asked_for() {
    let server = Setup::new(PROGRAM).domain("ours.test", &["alice"]).start();
    for (language, empty) in [
        ("en", "Nothing waits."),
        ("de", "Nichts wartet."),
        ("nl", "Er wacht niets."),
        ("sv", "Inget väntar."),
    ] {
        let output = server.cli(&["queue", "list", "--lang", language]);
        assert_eq!(output.stdout.trim(), empty, "{output:?}");
        let audit = server.cli(&["audit", "--lang", language]);
        assert_eq!(audit.status, Some(0), "{audit:?}");
    }
    let health = server.json(&["health"]);
    assert_eq!((&health["healthy"], &health["unaccounted_messages"]), (&true.into(), &0.into()));
    let audit = server.json(&["audit"]);
    assert_eq!(audit["unaccounted"], 0);
    let no_way = server.cli(&["route", "explain", "nobody@ours.test", "--json"]);
    assert_eq!(no_way.status, Some(1), "{no_way:?}");
}
