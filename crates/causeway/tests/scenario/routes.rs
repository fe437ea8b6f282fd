//! Where mail goes: connectors, domain types, changes while it waits.

use causeway_testkit::server::Server;
use causeway_testkit::{Behaviour, ScriptedPeer, TestDns};

use super::world::{
    FEW_ATTEMPTS, HOUR, assert_all_accounted, inside, message, ours, send, wait_for_deferral,
    wait_for_mail, wait_for_status, with_partner,
};

/// Rewrites mailflow.toml and tells the server.
fn change_mailflow(server: &Server, change: impl FnOnce(String) -> String) {
    let file = server.config_dir().join("mailflow.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, change(text)).unwrap();
    server.signal(rustix::process::Signal::HUP);
}

#[test]
fn the_most_specific_connector_takes_the_mail() {
    let [exact, below, rest] = [(); 3].map(|()| ScriptedPeer::start(Behaviour::new()));
    let server = inside()
        .connector("rest", "*", rest.address(), "")
        .connector("below", "*.corp.test", below.address(), "")
        .connector("exact", "a.corp.test", exact.address(), "")
        .start();
    send(&server, &["x@a.corp.test", "x@b.corp.test", "x@corp.test"], "specific");
    assert_eq!(exact.block_on_messages(1)[0].addresses(), ["x@a.corp.test"]);
    assert_eq!(below.block_on_messages(1)[0].addresses(), ["x@b.corp.test"]);
    assert_eq!(rest.block_on_messages(1)[0].addresses(), ["x@corp.test"]);
    assert_eq!(wait_for_status(&server, "x@b.corp.test", "relayed")["connector"], "below");
}

#[test]
fn a_route_is_explained_in_the_language_asked_for() {
    let peer = ScriptedPeer::start(Behaviour::new());
    let server = inside()
        .connector("rest", "*", peer.address(), "")
        .connector("exact", "a.corp.test", peer.address(), "")
        .start();
    for (language, because, why_not) in [
        ("en", "the connector \"exact\" takes a.corp.test", "\"*\" is less specific"),
        ("de", "der Konnektor „exact“ ist für a.corp.test zuständig", "\"*\" ist weniger genau"),
        ("nl", "de connector “exact” neemt a.corp.test aan", "\"*\" is minder precies"),
        ("sv", "anslutningen ”exact” tar a.corp.test", "\"*\" är mindre exakt"),
    ] {
        for command in ["route", "connector"] {
            let route = server.json(&[command, "explain", "x@a.corp.test", "--lang", language]);
            assert!(route["because"].as_str().unwrap().starts_with(because), "{route}");
            let other = &route["considered"][0];
            assert!(other["why_not"].as_str().unwrap().starts_with(why_not), "{route}");
            assert_eq!(
                (&route["connector"], &other["connector"]),
                (&"exact".into(), &"rest".into())
            );
        }
    }
}

#[test]
fn local_mailboxes_are_never_sent_through_a_connector_for_everything() {
    let rest = ScriptedPeer::start(Behaviour::new());
    let server = inside().connector("rest", "*", rest.address(), "").start();
    send(&server, &["bob@ours.test"], "local");
    wait_for_mail(&server, "bob@ours.test", 1);
    assert_eq!(rest.connections(), 0);
}

#[test]
fn smart_hosts_are_tried_in_order() {
    let first = ScriptedPeer::refusing();
    let second = ScriptedPeer::start(Behaviour::new());
    let server = inside()
        .mailflow(&format!(
            "[[connector]]\nname = \"partner\"\ndirection = \"outbound\"\npeer = \"partner\"\n\
             recipient_domains = [\"partner.test\"]\nsmart_hosts = [\"{}\", \"{}\"]\n",
            first.address(),
            second.address()
        ))
        .start();
    send(&server, &["x@partner.test"], "second");
    second.block_on_messages(1);
    wait_for_status(&server, "x@partner.test", "relayed");
}

#[test]
fn an_internal_relay_domain_keeps_what_is_here_and_passes_the_rest_on() {
    let other = ScriptedPeer::start(
        Behaviour::new().recipient("nobody@relay.ours.test", ["550 5.1.1 not here either"]),
    );
    let server = inside()
        .internal_relay("relay.ours.test")
        .connector("other", "relay.ours.test", other.address(), "")
        .start();
    server.add_mailbox("carol@relay.ours.test", "a long enough password");
    let mut client = server.client();
    client.ehlo();
    let to = ["carol@relay.ours.test", "dave@relay.ours.test", "nobody@relay.ours.test"];
    assert_eq!(client.mail("alice@ours.test", &to, &message("internal")).code, 250);
    wait_for_mail(&server, "carol@relay.ours.test", 1);
    assert_eq!(other.block_on_messages(1)[0].addresses(), ["dave@relay.ours.test"]);
    let report = wait_for_mail(&server, "alice@ours.test", 1).remove(0);
    assert!(report.contains("nobody@relay.ours.test"), "{report}");
    assert_all_accounted(&server);
}

#[test]
fn dur_11_a_connector_that_was_corrected_is_used_at_once() {
    // DUR-11
    let wrong = ScriptedPeer::refusing();
    let right = ScriptedPeer::start(Behaviour::new());
    let server = with_partner(wrong.address(), "").mailflow(FEW_ATTEMPTS).start();
    send(&server, &["x@partner.test"], "corrected");
    wait_for_deferral(&server, "x@partner.test");
    let (old, new) = (wrong.address().to_string(), right.address().to_string());
    change_mailflow(&server, |text| text.replace(&old, &new));
    assert_eq!(right.block_on_messages(1).len(), 1);
    wait_for_status(&server, "x@partner.test", "relayed");
    assert_all_accounted(&server);
}

#[test]
fn a_file_with_mistakes_changes_nothing_and_is_told() {
    let partner = ScriptedPeer::start(Behaviour::new());
    let server = with_partner(partner.address(), "").start();
    change_mailflow(&server, |text| text + "\n[[connector]]\nnaem = \"broken\"\n");
    server.wait_for_log("naem");
    send(&server, &["x@partner.test"], "as before");
    partner.block_on_messages(1);
    assert_eq!(server.cli(&["health"]).status, Some(1), "health knows that the file is broken");
}

#[test]
fn a_disabled_connector_takes_nothing() {
    let partner = ScriptedPeer::start(Behaviour::new());
    let direct = ScriptedPeer::start_at("127.0.0.4:0".parse().unwrap(), Behaviour::new());
    let dns = TestDns::start();
    dns.mx("partner.test", 10, "mx.partner.test").a("mx.partner.test", "127.0.0.4");
    let server = with_partner(partner.address(), "enabled = false")
        .dns(dns.address())
        .mx_port(direct.port())
        .start();
    send(&server, &["x@partner.test"], "direct");
    direct.block_on_messages(1);
    assert_eq!(partner.connections(), 0);
}

#[test]
fn everything_for_the_internet_can_go_through_one_connector() {
    let own = ScriptedPeer::start(Behaviour::new());
    let server = inside()
        .connector("own server", "own.test", own.address(), "")
        .mailflow("[routing]\ninternet = 'via connector \"own server\"'\n")
        .start();
    send(&server, &["x@anywhere.test"], "central");
    assert_eq!(own.block_on_messages(1)[0].addresses(), ["x@anywhere.test"]);
}

#[test]
fn the_organizations_own_server_may_relay_and_a_partner_may_not() {
    let rest = ScriptedPeer::start(Behaviour::new());
    let inbound = |name: &str, peer: &str, address: &str, more: &str| {
        format!(
            "[[connector]]\nname = \"{name}\"\ndirection = \"inbound\"\npeer = \"{peer}\"\n\
             sender_domains = [\"*\"]\nsource_addresses = [\"{address}\"]\n{more}\n"
        )
    };
    let server = ours()
        .connector("rest", "*", rest.address(), "")
        .mailflow(&inbound("from own", "on_premises", "127.0.0.21", "require_tls = false"))
        .mailflow(&inbound("from partner", "partner", "127.0.0.22", "require_tls = false"))
        .mailflow(&inbound("from own, with TLS", "on_premises", "127.0.0.24", ""))
        .start();
    let verdict = |source: &str| {
        let mut client = server.client_from(source);
        client.ehlo();
        client.command("MAIL FROM:<a@ours.test>");
        client.command("RCPT TO:<b@ext.test>").code
    };
    assert_eq!(verdict("127.0.0.21"), 250);
    assert_eq!(verdict("127.0.0.22"), 550);
    assert_eq!(verdict("127.0.0.23"), 550);
    // TLS is demanded unless the connector says otherwise.
    let mut plain = server.client_from("127.0.0.24");
    plain.ehlo();
    let answer = plain.command("MAIL FROM:<a@ours.test>");
    assert_eq!(answer.code, 530, "{answer}");
    let mut encrypted = plain.starttls();
    encrypted.ehlo();
    assert_eq!(encrypted.command("MAIL FROM:<a@ours.test>").code, 250);
    assert_eq!(encrypted.command("RCPT TO:<b@ext.test>").code, 250);
}

#[test]
fn subdomains_are_ours_only_where_that_is_said() {
    let server = ours()
        .mailflow(
            "[[domain]]\nname = \"wide.test\"\ntype = \"authoritative\"\nmatch_subdomains = true\n",
        )
        .start();
    server.add_mailbox("carol@wide.test", "a long enough password");
    let mut client = server.client();
    client.ehlo();
    client.command("MAIL FROM:<a@ext.test>");
    assert_eq!(client.command("RCPT TO:<carol@any.wide.test>").code, 250);
    assert_eq!(client.command("RCPT TO:<alice@any.ours.test>").code, 550);
}

#[test]
fn large_messages_pass_whole_and_leave_nothing_behind() {
    let partner = ScriptedPeer::start(Behaviour::new());
    let server = with_partner(partner.address(), "").start();
    let line = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcd\r\n";
    let content = format!("{}{}", message("large"), line.repeat(100_000));
    let mut client = server.client();
    client.ehlo();
    assert_eq!(client.mail("alice@ours.test", &["x@partner.test"], &content).code, 250);
    let sent = partner.block_on_messages(1).remove(0);
    assert!(sent.text().ends_with(&content), "{} octets arrived", sent.content.len());
    wait_for_status(&server, "x@partner.test", "relayed");
    let bodies = || std::fs::read_dir(server.data_dir().join("bodies")).unwrap().count();
    server.wait_for("its file gone", || (bodies() == 0).then_some(()));
}

#[test]
fn connections_are_reused_and_mail_for_two_recipients_travels_once() {
    let partner = ScriptedPeer::start(Behaviour::new());
    let server = with_partner(partner.address(), "").start();
    let mut client = server.client();
    client.ehlo();
    for number in 0..20 {
        let to = ["x@partner.test", "y@partner.test"];
        let content = message(&format!("many-{number}"));
        assert_eq!(client.mail("alice@ours.test", &to, &content).code, 250);
    }
    let sent = partner.block_on_messages(20);
    assert_eq!(sent.len(), 20);
    assert!(sent.iter().all(|one| one.recipients.len() == 2), "{sent:?}");
    assert!(partner.connections() <= 10, "{} connections", partner.connections());
    server.advance(HOUR);
    assert_all_accounted(&server);
}
