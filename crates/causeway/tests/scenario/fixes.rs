//! Ways out that the server goes by itself: each is applied, and mail flows.

use causeway_testkit::server::Server;
use causeway_testkit::{Behaviour, ScriptedPeer, TestCa, TestDns, Validity};
use serde_json::{Value, json};

use super::world::{
    FEW_ATTEMPTS, assert_all_accounted, inside, send, wait_for_deferral, wait_for_mail,
    wait_for_status, with_partner, with_smart_host_changed,
};

/// The open alert, once this remedy is offered.
pub(super) fn wait_for_remedy(server: &Server, remedy: &str) -> Value {
    server.wait_for(&format!("the remedy {remedy}"), || {
        let alerts = server.json(&["alert", "list", "--open"]);
        let offers = |alert: &&Value| {
            let remedies = alert["remedies"].as_array().unwrap();
            remedies.iter().any(|offered| offered["id"] == remedy)
        };
        alerts.as_array().unwrap().iter().find(offers).cloned()
    })
}

/// Applies a remedy, which must be done.
pub(super) fn apply(server: &Server, alert: &Value, remedy: &str) -> Value {
    let id = alert["id"].to_string();
    let done = server.json(&["fix", "apply", &id, remedy, "--yes"]);
    assert_eq!(done["applied"], true, "{done}");
    done
}

/// Mail for `x@partner.test` waits.
pub(super) fn stuck(server: &Server) {
    send(server, &["x@partner.test"], "stuck");
    wait_for_deferral(server, "x@partner.test");
}

/// Mail for `x@partner.test` has gone, and so has the alert.
pub(super) fn flows(server: &Server) {
    wait_for_status(server, "x@partner.test", "relayed");
    server.wait_for("no open alert", || {
        let open = server.json(&["alert", "list", "--open"]);
        open.as_array().unwrap().is_empty().then_some(())
    });
    assert_all_accounted(server);
}

#[test]
fn a_connector_that_leads_nowhere_is_switched_off_and_its_mail_goes_by_mx() {
    let (gone, new) = (ScriptedPeer::refusing(), ScriptedPeer::start(Behaviour::new()));
    let dns = TestDns::start();
    dns.mx("partner.test", 10, "mx.partner.test").a("mx.partner.test", &new.ip().to_string());
    let server = with_partner(gone.address(), "")
        .mailflow(FEW_ATTEMPTS)
        .dns(dns.address())
        .mx_port(new.port())
        .start();
    stuck(&server);
    let alert = wait_for_remedy(&server, "disable-connector");
    let id = alert["id"].to_string();
    let plan = server.json(&["fix", "plan", &id, "disable-connector"]);
    assert_eq!(plan["effects"][0]["kind"], "rerouted", "{plan}");
    apply(&server, &alert, "disable-connector");
    flows(&server);
    assert_eq!(new.block_on_messages(1).len(), 1);
}

#[test]
fn a_connector_without_which_mail_has_no_way_is_switched_off_only_when_that_is_named() {
    let gone = ScriptedPeer::refusing();
    let dns = TestDns::start();
    // The usual gateway: the world sends to us, the connector leads to where the mailboxes are.
    dns.mx("partner.test", 10, "mx.ours.test").a("mx.ours.test", "192.0.2.1");
    let server = with_partner(gone.address(), "").mailflow(FEW_ATTEMPTS).dns(dns.address()).start();
    stuck(&server);
    let id = wait_for_remedy(&server, "disable-connector")["id"].to_string();
    let plan = server.json(&["fix", "plan", &id, "disable-connector"]);
    assert_eq!(plan["named_only"], true, "{plan}");
    let warning = plan["remedy"]["warning"].as_str().unwrap();
    assert!(warning.contains("mail for partner.test has no way"), "{warning}");
    assert!(warning.contains("mx.ours.test"), "the reason: {warning}");
    assert_ne!(server.json(&["fix", "plan", &id])["remedy"]["id"], "disable-connector");
    let done = server.cli(&["fix", "apply", &id, "--yes", "--json"]);
    assert!(done.stdout.contains("\"retry\""), "{done:?}");
    assert_eq!(server.queue().len(), 1, "it waits, and is not returned");
    assert_all_accounted(&server);
}

#[test]
fn an_internal_relay_whose_other_server_is_gone_becomes_authoritative() {
    let gone = ScriptedPeer::refusing();
    let server = inside()
        .internal_relay("corp.test")
        .connector("to corp", "corp.test", gone.address(), "")
        .mailflow(FEW_ATTEMPTS)
        .start();
    server.add_mailbox("here@corp.test", "a long enough password");
    send(&server, &["moved@corp.test"], "stuck");
    wait_for_deferral(&server, "moved@corp.test");
    let alert = wait_for_remedy(&server, "make-authoritative");
    let id = alert["id"].to_string();
    let plan = server.json(&["fix", "plan", &id, "make-authoritative"]);
    let effects = plan["effects"].to_string();
    assert!(effects.contains("moved@corp.test"), "who is refused from now on: {plan}");
    // What returns mail is not done without being named.
    let unnamed = server.json(&["fix", "plan", &id]);
    assert_ne!(unnamed["remedy"]["id"], "make-authoritative", "{unnamed}");
    let done = server.json(&["fix", "apply", &id, "make-authoritative", "--yes", "--force"]);
    assert_eq!(done["applied"], true, "{done}");
    // The queued message comes back, and unknown recipients are refused at once.
    wait_for_status(&server, "moved@corp.test", "failed");
    assert_eq!(wait_for_mail(&server, "alice@ours.test", 1).len(), 1);
    let mut client = server.client();
    client.ehlo();
    client.command("MAIL FROM:<alice@ours.test>");
    assert_eq!(client.command("RCPT TO:<moved@corp.test>").code, 550);
    assert_eq!(client.command("RCPT TO:<here@corp.test>").code, 250);
    let connectors = server.json(&["connector", "list"]);
    assert_eq!(connectors[0]["enabled"], false, "{connectors}");
    assert_all_accounted(&server);
}

#[test]
fn a_smart_host_is_set_to_where_mail_went_before() {
    let right = ScriptedPeer::start(Behaviour::new());
    let wrong = ScriptedPeer::refusing();
    let setup = with_partner(right.address(), "").mailflow(FEW_ATTEMPTS);
    let server = with_smart_host_changed(setup, wrong.address());
    stuck(&server);
    let remedy = match wrong.ip() == right.ip() {
        true => "correct-port",
        false => "correct-smart-host",
    };
    let alert = wait_for_remedy(&server, remedy);
    assert_eq!(alert["remedies"][0]["id"], "revert", "what was changed is taken back first");
    let done = apply(&server, &alert, remedy);
    assert_eq!(done["outcome"], "helped", "{done}");
    flows(&server);
}

#[test]
fn the_name_that_the_certificate_carries_is_expected() {
    let ca = TestCa::new("Authority");
    let certificate = ca.issue(&["mail.partner.test"], Validity::Now);
    let partner = ScriptedPeer::start(Behaviour::new().starttls(&certificate));
    let tls = "tls = \"domain_validation\"\ntls_domain = \"old.partner.test\"";
    let server = with_partner(partner.address(), tls)
        .mailflow(FEW_ATTEMPTS)
        .trust_root(ca.root_file())
        .start();
    stuck(&server);
    let alert = wait_for_remedy(&server, "correct-tls-name");
    let done = apply(&server, &alert, "correct-tls-name");
    assert_eq!(done["outcome"], "helped", "{done}");
    flows(&server);
    assert_eq!(server.json(&["connector", "list"])[0]["tls_domain"], "mail.partner.test");
}

#[test]
fn taking_a_demand_for_tls_back_is_not_done_unnamed_and_warns() {
    let partner = ScriptedPeer::start(Behaviour::new());
    let server = with_partner(partner.address(), "").mailflow(FEW_ATTEMPTS).start();
    send(&server, &["a@partner.test"], "worked");
    wait_for_status(&server, "a@partner.test", "relayed");
    let raise = ["connector", "set", "partner", "--tls", "encryption_only", "--yes"];
    assert_eq!(server.cli(&raise).status, Some(0));
    stuck(&server);
    let alert = wait_for_remedy(&server, "revert");
    assert_eq!(alert["cause_id"], "tls-demanded-in-vain", "{alert}");
    let remedies = alert["remedies"].as_array().unwrap();
    assert_eq!(remedies[0]["id"], "retry", "{alert}");
    let revert = remedies.iter().find(|remedy| remedy["id"] == "revert").unwrap();
    assert!(revert["warning"].as_str().is_some_and(|w| w.contains("plain text")), "{alert}");
    let plan = server.json(&["fix", "plan", &alert["id"].to_string()]);
    assert_eq!(plan["remedy"]["id"], "retry", "{plan}");
}

#[test]
fn a_name_that_a_stranger_shows_is_expected_only_when_somebody_says_so() {
    let ca = TestCa::new("Authority");
    let certificate = ca.issue(&["evil.test"], Validity::Now);
    let partner = ScriptedPeer::start(Behaviour::new().starttls(&certificate));
    let worked = "tls = \"certificate_validation\"";
    let server = with_partner(partner.address(), worked)
        .mailflow(FEW_ATTEMPTS)
        .trust_root(ca.root_file())
        .start();
    send(&server, &["a@partner.test"], "worked");
    wait_for_status(&server, "a@partner.test", "relayed");
    let harden = ["connector", "set", "partner", "--tls", "domain_validation"];
    let name = ["--tls-domain", "mail.partner.test", "--yes"];
    assert_eq!(server.cli(&[&harden[..], &name[..]].concat()).status, Some(0));
    stuck(&server);
    let alert = wait_for_remedy(&server, "correct-tls-name");
    // It never worked by the name that is demanded now: nothing proves that the name is the mistake.
    assert_ne!(alert["confidence"], "confirmed", "{alert}");
    for risky in ["revert", "correct-tls-name"] {
        let remedies = alert["remedies"].as_array().unwrap();
        let remedy = remedies.iter().find(|remedy| remedy["id"] == risky).unwrap();
        assert!(remedy["warning"].is_string(), "{risky}: {alert}");
    }
    let plan = server.json(&["fix", "plan", &alert["id"].to_string()]);
    assert_eq!(plan["remedy"]["id"], "retry", "{plan}");
}

#[test]
fn demanding_less_of_tls_is_offered_last_with_a_warning_and_never_done_unnamed() {
    let partner = ScriptedPeer::start(Behaviour::new());
    let server =
        with_partner(partner.address(), "tls = \"encryption_only\"").mailflow(FEW_ATTEMPTS).start();
    stuck(&server);
    let alert = wait_for_remedy(&server, "lower-tls");
    let automatic: Vec<&Value> = alert["remedies"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|remedy| remedy["automatic"] == true)
        .collect();
    let last = automatic.last().unwrap();
    assert_eq!(last["id"], "lower-tls", "{alert}");
    assert!(last["warning"].as_str().unwrap().contains("less safe"), "{last}");
    let id = alert["id"].to_string();
    assert_ne!(server.json(&["fix", "plan", &id])["remedy"]["id"], "lower-tls");
    let done = apply(&server, &alert, "lower-tls");
    assert_eq!(done["outcome"], "helped", "{done}");
    flows(&server);
}

#[test]
fn trying_again_is_a_way_out_when_the_other_end_was_repaired() {
    let partner = ScriptedPeer::refusing();
    let server = with_partner(partner.address(), "").mailflow(FEW_ATTEMPTS).start();
    stuck(&server);
    let alert = wait_for_remedy(&server, "retry");
    partner.listen();
    let done = apply(&server, &alert, "retry");
    assert_eq!((&done["outcome"], &done["revision"]), (&json!("helped"), &json!(null)), "{done}");
    flows(&server);
}

#[test]
fn an_answer_of_dns_that_is_outdated_is_forgotten() {
    let right = ScriptedPeer::start(Behaviour::new());
    let dns = TestDns::start();
    dns.ttl(3600, 3600);
    let server = inside()
        .mailflow(&format!(
            "[[connector]]\nname = \"partner\"\ndirection = \"outbound\"\npeer = \"partner\"\n\
             recipient_domains = [\"partner.test\"]\nsmart_hosts = [\"mail.partner.test:{}\"]\n",
            right.port()
        ))
        .mailflow(FEW_ATTEMPTS)
        .dns(dns.address())
        .start();
    // The name is not there yet, and that is remembered.
    stuck(&server);
    dns.a("mail.partner.test", &right.ip().to_string());
    let alert = wait_for_remedy(&server, "flush-dns");
    let done = apply(&server, &alert, "flush-dns");
    assert_eq!(done["outcome"], "helped", "{done}");
    flows(&server);
}
