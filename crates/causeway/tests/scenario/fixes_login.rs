//! Ways out where a password is kept back because nothing proves who the server is. They need peers on addresses
//! that are not loopback: each test has a network of its own.

use causeway_testkit::lab::namespace::{self, Namespace};
use causeway_testkit::server::Server;
use causeway_testkit::{Behaviour, Issued, ScriptedPeer, TestCa, Validity};
use serde_json::{Value, json};

use super::fixes::{apply, flows, stuck, wait_for_remedy};
use super::world::{FEW_ATTEMPTS, with_partner};

/// Starts the test again in a network of its own; true inside it.
fn is_apart(test: &str) -> bool {
    let is_apart = namespace::part().is_some();
    if !is_apart {
        Namespace::of(&format!("fixes_login::{test}")).address("192.0.2.25").run();
    }
    is_apart
}

/// A partner at 192.0.2.25 with this certificate, and a server that has a password for it.
fn with_password(behaviour: Behaviour, known: &TestCa, shown: &Issued) -> (ScriptedPeer, Server) {
    let partner =
        ScriptedPeer::start_at("192.0.2.25:25".parse().unwrap(), behaviour.starttls(shown));
    let file = known.root_file().with_file_name("password");
    std::fs::write(&file, "secret").unwrap();
    let login = format!("credentials = {{ user = \"relay\", password_file = {file:?} }}");
    let setup = with_partner(partner.address(), &login).mailflow(FEW_ATTEMPTS);
    let server = setup.trust_root(known.root_file()).start();
    stuck(&server);
    (partner, server)
}

fn mail_flow(server: &Server) -> String {
    std::fs::read_to_string(server.config_dir().join("mailflow.toml")).unwrap()
}

#[test]
fn a_password_goes_once_the_name_in_the_certificate_is_demanded() {
    if !is_apart("a_password_goes_once_the_name_in_the_certificate_is_demanded") {
        return;
    }
    let known = TestCa::new("Known");
    let shown = known.issue(&["mail.partner.test"], Validity::Now);
    let behaviour = Behaviour::new().credentials("relay", "secret");
    let (partner, server) = with_password(behaviour, &known, &shown);
    let alert = wait_for_remedy(&server, "raise-tls");
    assert_eq!(alert["cause_id"], "credentials-unprotected", "{alert:#}");
    let remedies = alert["remedies"].as_array().unwrap();
    let own: Vec<&Value> = remedies.iter().filter(|remedy| remedy["automatic"] == true).collect();
    assert_eq!(own[0]["id"], "raise-tls", "{remedies:?}");
    assert_eq!(own.last().unwrap()["id"], "remove-credentials", "{remedies:?}");
    let warning = own[0]["warning"].as_str().unwrap();
    assert!(warning.contains("certificate for mail.partner.test"), "{warning}");
    let id = alert["id"].to_string();
    // Whose name it is, a person has to know.
    assert_eq!(server.json(&["fix", "plan", &id])["remedy"]["id"], "retry");
    let plan = server.json(&["fix", "plan", &id, "raise-tls"]);
    assert_ne!(plan["changes"], json!([]), "{plan}");
    assert_eq!(apply(&server, &alert, "raise-tls")["outcome"], "helped");
    flows(&server);
    assert_eq!(partner.block_on_messages(1).len(), 1);
    let text = mail_flow(&server);
    assert!(text.contains("tls = \"domain_validation\""), "{text}");
    assert!(text.contains("tls_domain = \"mail.partner.test\""), "{text}");
}

#[test]
fn a_password_that_nobody_asks_for_is_taken_out() {
    if !is_apart("a_password_that_nobody_asks_for_is_taken_out") {
        return;
    }
    let known = TestCa::new("Known");
    let shown = TestCa::new("Unknown").issue(&["mail.partner.test"], Validity::Now);
    let (partner, server) = with_password(Behaviour::new(), &known, &shown);
    let alert = wait_for_remedy(&server, "remove-credentials");
    let remedies = alert["remedies"].as_array().unwrap();
    assert!(remedies.iter().all(|remedy| remedy["id"] != "raise-tls"), "{remedies:?}");
    assert_eq!(apply(&server, &alert, "remove-credentials")["outcome"], "helped");
    flows(&server);
    assert_eq!(partner.block_on_messages(1).len(), 1);
    assert!(!mail_flow(&server).contains("credentials"));
}
