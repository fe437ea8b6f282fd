use clap::CommandFactory;

use super::*;

fn parsed(line: &[&str]) -> Result<Arguments, clap::Error> {
    Arguments::try_parse_from(std::iter::once(&"causeway").chain(line))
}

#[test]
fn the_commands_are_put_together_soundly() {
    Arguments::command().debug_assert();
}

#[test]
fn common_options_may_stand_before_and_after_the_command() {
    for line in [
        ["--config", "/x", "--json", "queue", "list"],
        ["queue", "list", "--config", "/x", "--json"],
        ["queue", "--json", "list", "--config", "/x"],
    ] {
        let common = parsed(&line).unwrap().common;
        assert!(common.json);
        assert_eq!(common.config, Some("/x".into()));
    }
}

#[test]
fn every_documented_command_is_understood() {
    let id = QueueId::from_u64(1).to_string();
    let id = id.as_str();
    for line in [
        &["serve"][..],
        &["demo"],
        &["check"],
        &["plan"],
        &["plan", "new.toml", "--json"],
        &["plan", "--revision", "3"],
        &["apply", "-", "--reason", "why", "--yes", "--force"],
        &["history", "--limit", "5"],
        &["history", "show", "3"],
        &["revert", "3"],
        &["queue", "list", "--connector", "a", "--domain", "b.test", "--status", "held"],
        &["queue", "show", id],
        &["queue", "retry", "--all"],
        &["queue", "hold", id, id, "--reason", "why"],
        &["queue", "release", "--connector", "to on-premises"],
        &["queue", "remove", id, "--yes"],
        &["queue", "return", "--sender", "<>"],
        &["queue", "redirect", id, "--to", "a@b.test"],
        &["trace"],
        &["trace", "--sender", "a", "--since", "2h", "--status", "pending"],
        &["trace", "show", id],
        &["mailbox", "list"],
        &["mailbox", "add", "a@b.test", "--password-stdin", "--quota", "2 GiB"],
        &["mailbox", "set", "a@b.test", "--alias", "c@b.test", "--language", "de-AT"],
        &["mailbox", "passwd", "a@b.test"],
        &["mailbox", "remove", "a@b.test"],
        &["domain", "list"],
        &["domain", "troubleshoot", "a.test", "--dkim-selector", "s1", "--dkim-selector", "s2"],
        &["test", "inbound", "a.test"],
        &["test", "outbound", "to on-premises"],
        &["test", "outbound", "to on-premises", "--to", "a@b.test"],
        &["test", "relay", "mx.a.test:2525"],
        &["test", "tls", "[2001:db8::1]:25", "--name", "mx.a.test"],
        &["test", "propagation", "a.test", "--records", "TXT"],
        &["domain", "add", "a.test", "--type", "internal_relay", "--match-subdomains"],
        &["domain", "set", "a.test", "--match-subdomains", "false"],
        &["domain", "remove", "a.test", "--force"],
        &["connector", "add", "x", "--direction", "outbound", "--peer", "partner", "--use-mx"],
        &["connector", "set", "x", "--smart-host", "a.test", "--smart-host", "192.0.2.1:26"],
        &["connector", "set", "x", "--user", "u", "--password-file", "/f", "--no-tls-domain"],
        &["connector", "enable", "x"],
        &["connector", "disable", "x"],
        &["connector", "remove", "x", "--yes"],
        &["connector", "validate", "x", "--to", "a@b.test"],
        &["connector", "firewall"],
        &["connector", "firewall", "x", "--format", "powershell"],
        &["connector", "list"],
        &["connector", "explain", "to on-premises"],
        &["route", "explain", "a@b.test", "--sender", "<>"],
        &["relay", "explain", "--from-ip", "::1", "--pop-login", "--recipient", "a@b.test"],
        &["relay", "logins", "list"],
        &["relay", "logins", "revoke", "--client", "::1", "--user", "a"],
        &["relay", "logins", "report", "--client", "192.0.2.1", "--user", "a@b.test"],
        &["login", "locks"],
        &["login", "unlock", "--user", "a@b.test"],
        &["mailbox", "app-password", "list", "a@b.test"],
        &["mailbox", "app-password", "add", "a@b.test", "phone"],
        &["mailbox", "app-password", "revoke", "a@b.test", "phone"],
        &["explain", "-"],
        &["explain", "--text", "550 5.4.1"],
        &["explain", "--batch"],
        &["audit"],
        &["health", "--server", "http://127.0.0.1:8025"],
        &["completions", "bash"],
        &["man", "/tmp"],
    ] {
        if let Err(error) = parsed(line) {
            panic!("{line:?}: {error}");
        }
    }
}

#[test]
fn bad_values_are_refused_with_what_would_be_right() {
    for (line, instead) in [
        (&["queue", "list", "--status", "gone"][..], "delivering"),
        (&["queue", "show", "5"], "13 characters"),
        (&["mailbox", "add", "a"], "no domain"),
        (&["mailbox", "add", "a@b.test", "--quota", "much"], "GiB"),
        (&["--lang", "fr", "health"], "nl"),
        (&["login", "unlock"], "--all"),
        (&["relay", "logins", "revoke"], "--client"),
        (&["login", "unlock", "--all", "--user", "a"], "cannot be used with"),
        (&["health", "--server", "http://mx.test"], "another machine"),
        (&["domain", "set", "a.test"], "--type"),
        (&["domain", "add", "a.test", "--type", "relay"], "internal_relay"),
        (&["connector", "add", "x"], "--direction"),
    ] {
        let error = parsed(line).unwrap_err();
        assert_eq!(error.exit_code(), 2, "{line:?}");
        assert!(error.to_string().contains(instead), "{line:?}: {error}");
    }
}
