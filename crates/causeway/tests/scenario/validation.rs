//! Tests of connectors by command: the steps, the result that is kept, and where we come from.

use causeway_testkit::server::{Output, Server};
use causeway_testkit::{Behaviour, ScriptedPeer, TestCa, TestDns, Validity};
use serde_json::Value;

use super::world::{ours, with_partner};

fn validate(server: &Server, more: &[&str]) -> Output {
    let command = ["connector", "validate", "partner", "--to", "x@partner.test"];
    server.cli(&[&command[..], more].concat())
}

/// The report, whatever the exit status.
fn report(server: &Server) -> (Option<i32>, Value) {
    let output = validate(server, &["--json"]);
    let report = serde_json::from_str(&output.stdout);
    (output.status, report.unwrap_or_else(|error| panic!("{error}: {output:?}")))
}

/// `name status` of each step.
fn steps(report: &Value) -> Vec<String> {
    let text = |step: &Value, key: &str| step[key].as_str().unwrap().to_owned();
    let steps = report["steps"].as_array().unwrap();
    steps.iter().map(|s| format!("{} {}", text(s, "name"), text(s, "status"))).collect()
}

fn connector(server: &Server) -> Value {
    let connectors = server.json(&["connector", "list"]);
    connectors.as_array().unwrap().iter().find(|c| c["name"] == "partner").unwrap().clone()
}

#[test]
fn a_connector_that_works_passes_all_five_steps_and_its_message_arrives() {
    let known = TestCa::new("Known");
    let certificate = known.issue(&["mail.partner.test"], Validity::Now);
    let peer = ScriptedPeer::start(Behaviour::new().starttls(&certificate));
    let level = "tls = \"domain_validation\"\ntls_domain = \"mail.partner.test\"";
    let server = with_partner(peer.address(), level).trust_root(known.root_file()).start();
    assert_eq!(connector(&server)["validation"], Value::Null);
    let (status, report) = report(&server);
    assert_eq!((status, &report["passed"]), (Some(0), &Value::Bool(true)), "{report}");
    let expected = ["resolve", "connect", "ehlo", "tls", "message"].map(|n| format!("{n} passed"));
    assert_eq!(steps(&report), expected, "{report}");
    let tls = report["steps"][3]["finding"].as_str().unwrap();
    assert!(tls.contains("TLSv1.3") && tls.contains("mail.partner.test"), "{tls}");
    for step in report["steps"].as_array().unwrap() {
        assert!(step["elapsed_ms"].is_u64() && step["what_to_do"].is_null(), "{step}");
    }
    let sent = peer.block_on_messages(1).remove(0);
    assert_eq!((sent.addresses(), sent.tls), (vec!["x@partner.test"], true));
    assert!(sent.text().contains("Auto-Submitted: auto-generated"), "{}", sent.text());
    assert_eq!(server.audit("accepted"), 0, "a test is not mail that was accepted");

    let kept = connector(&server)["validation"].clone();
    assert_eq!((&kept["passed"], &kept["changed_since"]), (&true.into(), &false.into()), "{kept}");
    let set = server.cli(&["connector", "set", "partner", "--tls", "encryption_only"]);
    assert_eq!(set.status, Some(0), "{set:?}");
    assert_eq!(connector(&server)["validation"]["changed_since"], true);
    assert!(server.cli(&["connector", "list", "--lang", "en"]).stdout.contains("changed since"));
}

#[test]
fn the_step_that_fails_is_named_with_what_to_do_and_the_rest_is_skipped() {
    let known = TestCa::new("Known");
    let expired = known.issue(&["mail.partner.test"], Validity::Expired);
    let refusing = ScriptedPeer::refusing();
    let no_tls = ScriptedPeer::start(Behaviour::new());
    let bad_certificate = ScriptedPeer::start(Behaviour::new().starttls(&expired));
    let no_such_user = ScriptedPeer::start(
        Behaviour::new().recipient("x@partner.test", ["550 5.1.1 no such user"]),
    );
    let no_service = ScriptedPeer::start(Behaviour::new().greeting("554 5.3.2 go away"));
    for (peer, level, failed, words) in [
        (&refusing, "opportunistic", "connect", "refused"),
        (&no_service, "opportunistic", "ehlo", "go away"),
        (&no_tls, "encryption_only", "tls", "4.4.317"),
        (&bad_certificate, "certificate_validation", "tls", "expired"),
        (&no_such_user, "opportunistic", "message", "no such user"),
    ] {
        let server = with_partner(peer.address(), &format!("tls = \"{level}\""))
            .trust_root(known.root_file())
            .start();
        let (status, report) = report(&server);
        assert_eq!((status, &report["passed"]), (Some(1), &Value::Bool(false)), "{report}");
        let list = report["steps"].as_array().unwrap();
        let at = list.iter().position(|step| step["status"] == "failed").unwrap();
        assert_eq!(list[at]["name"], failed, "{report}");
        let finding = list[at]["finding"].as_str().unwrap();
        assert!(finding.contains(words), "{failed}: {finding}");
        assert!(list[at]["what_to_do"].as_str().is_some_and(|what| what.len() > 10), "{report}");
        assert!(list[at + 1..].iter().all(|step| step["status"] == "skipped"), "{report}");
        let mut names: Vec<&str> = list.iter().map(|step| step["name"].as_str().unwrap()).collect();
        names.dedup();
        assert_eq!(names, ["resolve", "connect", "ehlo", "tls", "message"], "{report}");
        assert_eq!(connector(&server)["validation"]["passed"], false);
    }
}

#[test]
fn a_name_that_does_not_resolve_fails_at_the_first_step() {
    let dns = TestDns::start();
    let server = ours()
        .dns(dns.address())
        .mailflow(
            "[[connector]]\nname = \"partner\"\ndirection = \"outbound\"\npeer = \"partner\"\n\
             recipient_domains = [\"partner.test\"]\nsmart_hosts = [\"nowhere.partner.test\"]\n",
        )
        .start();
    let (status, report) = report(&server);
    assert_eq!(status, Some(1));
    assert_eq!(steps(&report)[0], "resolve failed", "{report}");
}

#[test]
fn a_host_that_fails_before_another_one_works_is_a_warning() {
    let down = ScriptedPeer::refusing();
    let up = ScriptedPeer::start(Behaviour::new());
    let server = ours()
        .mailflow(&format!(
            "[[connector]]\nname = \"partner\"\ndirection = \"outbound\"\npeer = \"partner\"\n\
             recipient_domains = [\"partner.test\"]\nsmart_hosts = [\"{}\", \"{}\"]\n",
            down.address(),
            up.address()
        ))
        .start();
    let (status, report) = report(&server);
    assert_eq!(status, Some(0), "{report}");
    let steps = steps(&report);
    assert!(steps.contains(&"connect warning".to_owned()), "{steps:?}");
    assert!(steps.contains(&"connect passed".to_owned()), "{steps:?}");
    assert!(steps.contains(&"tls warning".to_owned()), "plain text is allowed: {steps:?}");
    assert_eq!(steps.last().unwrap(), "message passed");
}

#[test]
fn a_recipient_that_the_connector_never_takes_is_a_warning_before_the_test() {
    let peer = ScriptedPeer::start(Behaviour::new());
    let server = with_partner(peer.address(), "").start();
    let elsewhere = ["connector", "validate", "partner", "--to", "x@elsewhere.test"];
    let tested = server.cli(&[&elsewhere[..], &["--json"]].concat());
    let report: Value = serde_json::from_str(&tested.stdout).unwrap();
    assert_eq!((tested.status, &report["passed"]), (Some(0), &Value::Bool(true)), "{report}");
    assert_eq!(steps(&report)[0], "recipient warning", "{report}");
    let finding = report["steps"][0]["finding"].as_str().unwrap();
    assert!(finding.contains("for partner.test and not for elsewhere.test"), "{finding}");
    assert!(report["steps"][0]["what_to_do"].as_str().unwrap().contains("recipient_domains"));
    // What [routing].internet names takes every domain that is not ours.
    let internet = with_partner(peer.address(), "")
        .mailflow("[routing]\ninternet = 'via connector \"partner\"'\n")
        .start();
    let shown = internet.cli(&elsewhere);
    assert!(!shown.stdout.contains("recipient "), "{shown:?}");
}

#[test]
fn every_step_speaks_the_language_of_whoever_asks() {
    let known = TestCa::new("Known");
    let expired = known.issue(&["mail.partner.test"], Validity::Expired);
    for peer in [
        ScriptedPeer::start(Behaviour::new().starttls(&expired)),
        ScriptedPeer::start(Behaviour::new()),
        ScriptedPeer::refusing(),
    ] {
        let server = with_partner(peer.address(), "").trust_root(known.root_file()).start();
        let in_language = |language: &str| -> Vec<Value> {
            let more = ["--json", "--lang", language];
            let elsewhere = ["connector", "validate", "partner", "--to", "x@elsewhere.test"];
            let output = server.cli(&[&elsewhere[..], &more[..]].concat());
            let report: Value = serde_json::from_str(&output.stdout).unwrap();
            report["steps"].as_array().unwrap().clone()
        };
        for (english, german) in in_language("en").iter().zip(&in_language("de")) {
            assert_eq!(
                (&english["name"], &english["status"]),
                (&german["name"], &german["status"])
            );
            // A failed step has our codes and protocol words, or the peer's, as the queue shows them.
            if english["status"] != "failed" {
                assert_ne!(english["finding"], german["finding"], "{german}");
            }
            if !english["what_to_do"].is_null() {
                assert_ne!(english["what_to_do"], german["what_to_do"], "{german}");
            }
        }
    }
}

#[test]
fn the_steps_are_shown_as_text_and_unknown_connectors_are_refused() {
    let peer = ScriptedPeer::start(Behaviour::new());
    let server = with_partner(peer.address(), "").start();
    let shown = validate(&server, &["--lang", "en"]);
    assert_eq!(shown.status, Some(0), "{shown:?}");
    for part in ["resolve", "connect", "ehlo", "warning", "message", "Everything that is needed"] {
        assert!(shown.stdout.contains(part), "{part}: {shown:?}");
    }
    let none = server.cli(&["connector", "validate", "none", "--to", "a@b.test"]);
    assert_eq!(none.status, Some(1), "{none:?}");
}

#[test]
fn the_addresses_that_we_come_from_are_told_for_firewalls() {
    let peer = ScriptedPeer::start(Behaviour::new());
    let server = with_partner(peer.address(), "").start();
    let rules = server.json(&["connector", "firewall", "partner"]);
    assert_eq!(rules[0]["source"], "127.0.0.1", "the system's choice for loopback: {rules}");
    assert_eq!(rules[0]["source_configured"], false);
    assert_eq!(rules[0]["port"], peer.port());
    let nftables = server.cli(&["connector", "firewall", "partner", "--format", "nftables"]);
    let line = format!("ip saddr 127.0.0.1 tcp dport {} accept", peer.port());
    assert!(nftables.stdout.contains(&line), "{nftables:?}");
    let csv = server.cli(&["connector", "firewall", "partner", "--format", "csv"]);
    assert!(csv.stdout.starts_with("source,protocol,port,"), "{csv:?}");

    let mut server = with_partner(peer.address(), "").prepare();
    let file = server.config_dir().join("causeway.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    let named = text.replace("[delivery]\n", "[delivery]\nsource_addresses = [\"127.0.0.77\"]\n");
    assert_ne!(named, text);
    std::fs::write(&file, named).unwrap();
    server.start();
    let rule = server.json(&["connector", "firewall", "partner"])[0].clone();
    assert_eq!(rule["source"], "127.0.0.77", "{rule}");
    assert_eq!(rule["source_configured"], true);
}
