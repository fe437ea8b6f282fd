//! Mistakes in the two files: named with file, line, what, and what instead.

use causeway_testkit::server::{Server, Setup};

use super::world::ours;

/// A server whose mailflow.toml has this text.
fn with_mailflow(text: &str) -> Server {
    let server = Setup::new(env!("CARGO_BIN_EXE_causeway")).prepare();
    std::fs::write(server.config_dir().join("mailflow.toml"), text).unwrap();
    server
}

#[test]
fn every_mistake_is_named_with_its_place_and_what_to_write_instead() {
    let mistakes = [
        ("[[domain]]\nname = \"ours.test\"\ntyp = \"authoritative\"\n", 3, "typ", "type"),
        (
            "[[domain]]\nname = \"ours.test\"\ntype = \"authoritativ\"\n",
            3,
            "authoritativ",
            "authoritative",
        ),
        ("[queue]\nexpire_after = \"two days\"\n", 2, "two days", "48h"),
        ("[relay]\nnetworks = [\"10.0.0.0/33\"]\n", 2, "10.0.0.0/33", ""),
        ("[organisation]\nname = \"x\"\n", 1, "organisation", "organization"),
        ("[[domain]]\nname = \"ours..test\"\ntype = \"authoritative\"\n", 2, "ours..test", ""),
        ("[organization]\nlanguages = [\"fr\"]\n", 2, "fr", "en"),
        ("[routing]\ninternet = \"via connector \\\"none\\\"\"\n", 2, "none", ""),
        ("[queue\n", 1, "", ""),
    ];
    for (text, line, what, instead) in mistakes {
        let mut server = with_mailflow(text);
        let output = server.cli(&["check"]);
        assert_eq!(output.status, Some(2), "{text:?}: {output:?}");
        let said = format!("{}{}", output.stdout, output.stderr);
        assert!(said.contains(&format!("mailflow.toml:{line}:")), "{text:?}: {said}");
        assert!(said.contains(what) && said.contains(instead), "{text:?}: {said}");
        // The server does not start with it, and says the same.
        let log = server.try_start().unwrap_err();
        assert!(log.contains(&format!("mailflow.toml:{line}:")), "{text:?}: {log}");
    }
}

#[test]
fn all_mistakes_are_told_at_once() {
    let server =
        with_mailflow("[queue]\nexpire_after = \"x\"\nretry_after = [\"y\"]\nretries = 3\n");
    let output = server.cli(&["check"]);
    let said = format!("{}{}", output.stdout, output.stderr);
    for line in 2..=4 {
        assert!(said.contains(&format!("mailflow.toml:{line}:")), "{said}");
    }
}

#[test]
fn mistakes_in_the_machines_file_are_told_the_same_way() {
    let server = ours().prepare();
    let file = server.config_dir().join("causeway.toml");
    std::fs::write(&file, "hostname = \"mx.ours.test\"\n\n[[listener]]\nname = \"mx\"\nprotocol = \"smpt\"\naddress = \"127.0.0.1:2525\"\n").unwrap();
    let output = server.cli(&["check"]);
    assert_eq!(output.status, Some(2));
    let said = format!("{}{}", output.stdout, output.stderr);
    assert!(said.contains("causeway.toml:5:") && said.contains("smtp"), "{said}");
}

#[test]
fn a_good_configuration_is_said_to_be_good() {
    let server = ours().prepare();
    let output = server.cli(&["check"]);
    assert_eq!(output.status, Some(0), "{output:?}");
}

#[test]
fn networks_that_let_everybody_relay_are_refused() {
    for network in ["0.0.0.0/0", "::/0", "128.0.0.0/1"] {
        let mut server = with_mailflow(&format!("[relay]\nnetworks = [\"{network}\"]\n"));
        let output = server.cli(&["check"]);
        assert_eq!(output.status, Some(2), "{network}: {output:?}");
        assert!(server.try_start().is_err(), "{network}");
    }
}

#[test]
fn a_port_that_is_taken_is_named() {
    let server = ours().start();
    let mut second = ours().prepare();
    let file = second.config_dir().join("causeway.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    let own = second.smtp().to_string();
    std::fs::write(&file, text.replace(&own, &server.smtp().to_string())).unwrap();
    let log = second.try_start().unwrap_err();
    assert!(log.contains(&server.smtp().to_string()), "{log}");
}

#[test]
fn a_certificate_that_cannot_be_read_is_named() {
    let mut server = ours()
        .machine(
            "[tls]\ncertificate = \"/nonexistent/chain.pem\"\nkey = \"/nonexistent/key.pem\"\n",
        )
        .prepare();
    let log = server.try_start().unwrap_err();
    assert!(log.contains("/nonexistent/chain.pem"), "{log}");
}

#[test]
fn without_any_file_it_starts_on_loopback_and_says_so() {
    // Only whether the defaults hold together: their ports may be in use on this machine.
    let server = Setup::new(env!("CARGO_BIN_EXE_causeway")).prepare();
    for file in ["causeway.toml", "mailflow.toml"] {
        std::fs::remove_file(server.config_dir().join(file)).unwrap();
    }
    let output = server.cli(&["check"]);
    assert_eq!(output.status, Some(0), "{output:?}");
}
