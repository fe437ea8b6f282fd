//! What alerts tell is so: every host that was tried, what waits, what happens if nothing changes, and nothing that a peer
//! can disguise.

use causeway_testkit::server::{Server, Setup};
use causeway_testkit::{Behaviour, DnsFault, ScriptedPeer, TestDns};
use serde_json::Value;

use super::world::{
    FEW_ATTEMPTS, assert_all_accounted, inside, send, wait_for_deferral, wait_for_mail,
    wait_for_status,
};

/// Every path has an alert with its first failure; bob is told.
const AT_ONCE: &str = "[alerts]\nmessages = 1\n";
const ORGANIZATION: &str = "name = \"Ours\"\nalert_recipients = [\"bob@ours.test\"]";

/// A connector for partner.test with these smart hosts, one after the other.
fn to_both(first: &ScriptedPeer, second: &ScriptedPeer) -> Setup {
    inside().organization(ORGANIZATION).mailflow(&format!(
        "{FEW_ATTEMPTS}[[connector]]\nname = \"partner\"\ndirection = \"outbound\"\npeer = \"partner\"\n\
         recipient_domains = [\"partner.test\"]\nsmart_hosts = [\"{}\", \"{}\"]\n",
        first.address(),
        second.address()
    ))
}

/// The open alert of a path with such a name, once everything was asked.
fn diagnosed(server: &Server, path: &str) -> Value {
    server.wait_for(&format!("a diagnosis of {path}"), || {
        let alerts = server.json(&["alert", "list", "--open"]);
        let of_path = |alert: &&Value| {
            alert["path"].as_str().is_some_and(|told| told.contains(path))
                && alert["complete"] == true
        };
        alerts.as_array().unwrap().iter().find(of_path).cloned()
    })
}

fn text<'a>(alert: &'a Value, field: &str) -> &'a str {
    alert[field].as_str().unwrap_or_else(|| panic!("no {field}: {alert:#}"))
}

#[test]
fn every_host_of_the_last_round_is_told_with_its_own_failure() {
    let busy = ScriptedPeer::start(Behaviour::new().greeting("421 4.3.2 too busy"));
    let gone = ScriptedPeer::refusing();
    let server = to_both(&gone, &busy).start();
    send(&server, &["x@partner.test"], "waits");
    wait_for_deferral(&server, "x@partner.test");
    let alert = diagnosed(&server, "partner");
    let lines: Vec<&str> =
        alert["evidence"].as_array().unwrap().iter().map(|line| text(line, "finding")).collect();
    let says = |host: &ScriptedPeer, code: &str| {
        let address = format!("]:{}", host.address().port());
        lines.iter().any(|line| line.contains(&address) && line.contains(code))
    };
    assert!(says(&busy, "421 4.3.2") && says(&gone, "4.4.316"), "{lines:#?}");
    let mail = wait_for_mail(&server, "bob@ours.test", 1).remove(0).replace("=\r\n", "");
    assert!(mail.contains(&format!("]:{}", gone.address().port())), "{mail}");
    assert_all_accounted(&server);
}

#[test]
fn a_connector_with_one_host_that_works_works_and_the_other_one_is_named() {
    let gone = ScriptedPeer::refusing();
    let works = ScriptedPeer::start(Behaviour::new());
    for (first, second) in [(&gone, &works), (&works, &gone)] {
        let server = to_both(first, second).start();
        let tested = server.cli(&["test", "outbound", "partner"]);
        assert_eq!(tested.status, Some(0), "{tested:?}");
        assert!(tested.stdout.contains("takes no mail now: it goes by the others"), "{tested:?}");
    }
    works.refuse();
    let tested = to_both(&gone, &works).start().cli(&["test", "outbound", "partner"]);
    assert_eq!(tested.status, Some(1), "{tested:?}");
}

#[test]
fn without_a_connector_nobody_is_told_to_change_one() {
    let strict = Behaviour::new().reply("MAIL", ["530 5.7.0 Must issue a STARTTLS command first"]);
    let peer = ScriptedPeer::start(strict);
    let dns = TestDns::start();
    dns.mx("ext.test", 10, "mx.ext.test").a("mx.ext.test", &peer.ip().to_string());
    let setup = inside().organization(ORGANIZATION).mailflow(FEW_ATTEMPTS).mailflow(AT_ONCE);
    let server = setup.dns(dns.address()).mx_port(peer.port()).start();
    send(&server, &["x@ext.test"], "is refused");
    wait_for_status(&server, "x@ext.test", "failed");
    let alert = diagnosed(&server, "mx.ext.test");
    assert_eq!(text(&alert, "cause_id"), "tls-required-there", "{alert:#}");
    assert!(!text(&alert, "what_to_do").contains("connector"), "{alert:#}");
    // Its mail was returned: nothing waits.
    assert_eq!(alert["messages"], 0, "{alert:#}");
    let mail = wait_for_mail(&server, "bob@ours.test", 1).remove(0).replace("=\r\n", "");
    assert!(mail.contains("Nothing waits for it"), "{mail}");
    assert_all_accounted(&server);
}

#[test]
fn what_happens_if_nothing_changes_is_told_of_every_kind_of_failure() {
    let gone = ScriptedPeer::refusing();
    let busy = ScriptedPeer::start(Behaviour::new().reply("RCPT", ["452 4.3.1 disk full"]));
    let dns = TestDns::start();
    dns.fault("lost.test", DnsFault::ServFail);
    let server = inside()
        .internal_relay("relayed.test")
        .connector("gone", "gone.test", gone.address(), "")
        .connector("busy", "busy.test", busy.address(), "")
        .mailflow(FEW_ATTEMPTS)
        .mailflow(AT_ONCE)
        .dns(dns.address())
        .start();
    let domains = ["gone", "relayed", "lost", "busy"];
    for domain in domains {
        for number in 0..3 {
            let to = format!("x{number}@{domain}.test");
            send(&server, &[&to], domain);
            wait_for_deferral(&server, &to);
        }
    }
    for path in ["\"gone\"", "relayed.test", "lost.test", "\"busy\""] {
        let alert = diagnosed(&server, path);
        assert!(text(&alert, "outlook").contains("returned to its sender at"), "{alert:#}");
        assert_eq!(alert["messages"], 3, "{alert:#}");
    }
    assert_all_accounted(&server);
}

#[test]
fn what_a_peer_hides_in_its_words_is_seen_in_alerts() {
    let sly = Behaviour::new().greeting("421 4.3.2 \u{202e}tuo ruoy\u{2066} busy");
    let peer = ScriptedPeer::start(sly);
    let server = to_both(&peer, &peer).start();
    send(&server, &["x@partner.test"], "waits");
    let alert = diagnosed(&server, "partner");
    let whole = alert.to_string();
    assert!(!whole.contains(['\u{202e}', '\u{2066}']), "{whole}");
    assert!(text(&alert, "reply").contains("\\u{202e}tuo ruoy\\u{2066} busy"), "{alert:#}");
    let mail = wait_for_mail(&server, "bob@ours.test", 1).remove(0).replace("=\r\n", "");
    assert!(mail.contains("\\u{202e}tuo ruoy") && !mail.contains("=E2=80=AE"), "{mail}");
}
