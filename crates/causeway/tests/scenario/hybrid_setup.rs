//! `causeway hybrid setup`: one run makes a hybrid site and says what to set on the other side; a second
//! one changes nothing; bad input is one clear line and changes nothing.

use causeway_testkit::server::Server;

use super::world::ours;

const BASIC: [&str; 8] = [
    "hybrid",
    "setup",
    "--domain",
    "hybrid.test",
    "--own-server",
    "127.0.0.2:2525",
    "--own-address",
    "127.0.0.2",
];

fn setup(server: &Server, more: &[&str]) -> causeway_testkit::server::Output {
    let arguments: Vec<&str> = BASIC.iter().chain(more).copied().collect();
    server.cli(&arguments)
}

fn file(server: &Server) -> String {
    std::fs::read_to_string(server.config_dir().join("mailflow.toml")).unwrap()
}

#[test]
fn one_run_makes_both_connectors_and_tells_the_other_side_what_to_set() {
    let server = ours().start();
    let done = setup(&server, &["--tls", "encryption_only", "--yes", "--json"]);
    assert_eq!(done.status, Some(0), "{done:?}");
    let answer: serde_json::Value = serde_json::from_str(&done.stdout).unwrap();
    assert_eq!(answer["applied"], true, "{answer}");
    let ids: Vec<&str> = answer["other_side"]
        .as_array()
        .unwrap()
        .iter()
        .map(|t| t["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids, ["receive_connector", "shared_domains", "send_connector", "mx", "spf"]);
    let route = server.json(&["route", "explain", "dave@hybrid.test"]);
    assert_eq!(route["connector"], "to on-premises", "{route}");
    assert_eq!(route["domain_type"], "internal_relay", "{route}");

    let before = file(&server);
    let again = setup(&server, &["--tls", "encryption_only", "--yes", "--json"]);
    assert_eq!(again.status, Some(0), "{again:?}");
    assert_eq!(file(&server), before, "a second run changed the file");
}

#[test]
fn centralized_transport_comes_and_goes_with_an_option() {
    let server = ours().start();
    let first = setup(&server, &["--tls", "encryption_only", "--yes"]);
    assert_eq!(first.status, Some(0), "{first:?}");
    // What is not named stays.
    let central = server.cli(&["hybrid", "setup", "--internet", "own-server", "--yes"]);
    assert_eq!(central.status, Some(0), "{central:?}");
    let text = file(&server);
    assert!(text.contains("tls = \"encryption_only\"") && text.contains("[\"127.0.0.2"), "{text}");
    let route = server.json(&["route", "explain", "someone@elsewhere.test"]);
    assert_eq!(route["connector"], "to on-premises", "{route}");
    let back = server.cli(&["hybrid", "setup", "--internet", "here", "--yes"]);
    assert_eq!(back.status, Some(0), "{back:?}");
    let route = server.json(&["route", "explain", "someone@elsewhere.test"]);
    assert_eq!(route["connector"], serde_json::Value::Null, "{route}");
}

#[test]
fn what_is_missing_is_said_and_nothing_is_changed() {
    let server = ours().start();
    let before = file(&server);
    let nameless = setup(&server, &["--yes"]);
    assert_eq!(nameless.status, Some(2), "{nameless:?}");
    assert!(nameless.stderr.contains("--certificate-name"), "{nameless:?}");
    let nothing = server.cli(&["hybrid", "setup", "--yes"]);
    assert_eq!(nothing.status, Some(2), "{nothing:?}");
    assert!(nothing.stderr.contains("--domain"), "{nothing:?}");
    assert_eq!(file(&server), before);
}
