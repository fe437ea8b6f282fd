//! TLS: what each level of a connector demands, and what STARTTLS makes a session forget.

use std::net::SocketAddr;

use causeway_testkit::client::Client;
use causeway_testkit::{Behaviour, Issued, ScriptedPeer, TestCa, Validity};

use super::world::{
    FEW_ATTEMPTS, assert_nothing_accepted, message, ours, send, wait_for_deferral, wait_for_mail,
    wait_for_status, with_partner,
};

const LEVELS: [&str; 4] =
    ["opportunistic", "encryption_only", "certificate_validation", "domain_validation"];

/// For one kind of peer: at each level, whether the mail goes (and encrypted), or the code it waits with.
fn levels(authority: &TestCa, certificate: Option<&Issued>, expected: [Result<bool, &str>; 4]) {
    for (level, expected) in LEVELS.into_iter().zip(expected) {
        let behaviour = certificate.map_or_else(Behaviour::new, |c| Behaviour::new().starttls(c));
        let peer = ScriptedPeer::start(behaviour);
        let tls_domain = match level {
            "domain_validation" => "\ntls_domain = \"mail.partner.test\"",
            _ => "",
        };
        let server = with_partner(peer.address(), &format!("tls = \"{level}\"{tls_domain}"))
            .trust_root(authority.root_file())
            .mailflow(FEW_ATTEMPTS)
            .start();
        send(&server, &["x@partner.test"], "tls");
        match expected {
            Ok(encrypted) => {
                let sent = peer.block_on_messages(1).remove(0);
                assert_eq!(sent.tls, encrypted, "{level}");
                wait_for_status(&server, "x@partner.test", "relayed");
            }
            Err(code) => {
                let entry = wait_for_deferral(&server, "x@partner.test");
                assert_eq!(entry["code"], code, "{level}: {entry}");
                assert!(peer.messages().is_empty(), "{level}");
            }
        }
    }
}

const NO_TLS: Result<bool, &str> = Err("450 4.4.317");
const BAD: Result<bool, &str> = Err("450 4.7.320");

#[test]
fn a_peer_without_tls() {
    levels(&TestCa::new("Known"), None, [Ok(false), NO_TLS, NO_TLS, NO_TLS]);
}

#[test]
fn a_peer_with_a_good_certificate() {
    let known = TestCa::new("Known");
    let certificate = known.issue(&["mail.partner.test"], Validity::Now);
    levels(&known, Some(&certificate), [Ok(true); 4]);
}

#[test]
fn a_peer_with_a_certificate_for_another_name() {
    let known = TestCa::new("Known");
    let certificate = known.issue(&["other.test"], Validity::Now);
    levels(&known, Some(&certificate), [Ok(true), Ok(true), Ok(true), BAD]);
}

#[test]
fn a_peer_with_an_expired_certificate() {
    let known = TestCa::new("Known");
    let certificate = known.issue(&["mail.partner.test"], Validity::Expired);
    levels(&known, Some(&certificate), [Ok(true), Ok(true), BAD, BAD]);
}

#[test]
fn a_peer_with_a_self_signed_certificate() {
    let known = TestCa::new("Known");
    let certificate = known.self_signed(&["mail.partner.test"], Validity::Now);
    levels(&known, Some(&certificate), [Ok(true), Ok(true), BAD, BAD]);
}

#[test]
fn a_peer_of_an_unknown_authority() {
    let (known, unknown) = (TestCa::new("Known"), TestCa::new("Unknown"));
    let certificate = unknown.issue(&["mail.partner.test"], Validity::Now);
    levels(&known, Some(&certificate), [Ok(true), Ok(true), BAD, BAD]);
}

#[test]
fn a_peer_that_offers_tls_and_refuses_it_gets_plain_text_where_that_is_allowed() {
    let peer = ScriptedPeer::start(Behaviour::new().starttls_refused("454 4.7.0 not now"));
    let server = with_partner(peer.address(), "").start();
    send(&server, &["x@partner.test"], "refused");
    assert!(!peer.block_on_messages(1)[0].tls);
}

#[test]
fn a_peer_whose_handshake_fails_gets_plain_text_where_that_is_allowed() {
    let peer = ScriptedPeer::start(Behaviour::new().starttls_garbage(b"what?\r\n"));
    let server = with_partner(peer.address(), "").mailflow(FEW_ATTEMPTS).start();
    send(&server, &["x@partner.test"], "garbage");
    assert!(!peer.block_on_messages(1)[0].tls);
}

#[test]
fn a_peer_with_an_old_version_of_tls_is_named_as_such() {
    // TLS-07: the server's greeting of TLS 1.0.
    let mut hello = vec![0x16, 3, 1, 0, 42, 2, 0, 0, 38, 3, 1];
    hello.extend([7; 32]);
    hello.extend([0, 0, 0x2f, 0]);
    let peer = ScriptedPeer::start(Behaviour::new().starttls_garbage(&hello));
    let server = with_partner(peer.address(), "tls = \"encryption_only\"").start();
    send(&server, &["x@partner.test"], "old");
    let entry = wait_for_deferral(&server, "x@partner.test");
    assert_eq!(entry["code"], "450 4.4.317", "{entry}");
    assert!(entry["reply"].as_str().unwrap().contains("offers only TLS 1.0"), "{entry}");
    assert!(peer.messages().is_empty());
}

#[test]
fn tls_01_commands_before_the_handshake_are_never_obeyed() {
    // TLS-01
    let server = ours().start();
    let mut client = server.client();
    client.ehlo();
    client.send("STARTTLS\r\nMAIL FROM:<a@ext.test>\r\nRCPT TO:<alice@ours.test>\r\n");
    let said = client.until_closed();
    let lines: Vec<&str> = said.lines().collect();
    assert!(lines.len() <= 1, "at most the answer to STARTTLS: {said}");
    assert_nothing_accepted(&server);
}

#[test]
fn tls_03_after_the_handshake_the_session_starts_anew() {
    // TLS-03
    let server = ours().start();
    let mut client = server.client();
    assert!(client.ehlo().says("STARTTLS"));
    client.command("MAIL FROM:<a@ext.test>");
    assert_eq!(client.command("RSET").code, 250);
    let mut client = client.starttls();
    assert_eq!(client.command("MAIL FROM:<a@ext.test>").code, 503, "EHLO is due again");
    let ehlo = client.ehlo();
    assert!(!ehlo.says("STARTTLS"), "{ehlo}");
    assert_eq!(client.command("STARTTLS").code / 100, 5);
    assert_eq!(client.mail("a@ext.test", &["alice@ours.test"], &message("tls")).code, 250);
    let mail = wait_for_mail(&server, "alice@ours.test", 1).remove(0);
    assert!(mail.contains("with ESMTPS"), "{mail}");
}

#[test]
fn starttls_drops_a_transaction_that_began_in_plain_text() {
    let server = ours().start();
    let mut client = server.client();
    client.ehlo();
    client.command("MAIL FROM:<a@ext.test>");
    client.command("RCPT TO:<alice@ours.test>");
    let answer = client.command("STARTTLS");
    if answer.code == 220 {
        client = client.handshake();
        client.ehlo();
    }
    assert_eq!(client.command("DATA").code, 503);
    assert_nothing_accepted(&server);
}

#[test]
fn a_renewed_certificate_is_used_without_a_restart() {
    let authority = TestCa::new("Known");
    let first = authority.issue(&["mx.ours.test"], Validity::Now);
    let directory = tempfile::tempdir().unwrap();
    let (chain, key) = (directory.path().join("chain.pem"), directory.path().join("key.pem"));
    std::fs::copy(&first.chain_file, &chain).unwrap();
    std::fs::copy(&first.key_file, &key).unwrap();
    let server =
        ours().machine(&format!("[tls]\ncertificate = {chain:?}\nkey = {key:?}\n")).start();
    let shown = || {
        let mut client = server.client();
        client.ehlo();
        client.starttls().certificate().to_vec()
    };
    let reload = || server.signal(rustix::process::Signal::HUP);
    assert_eq!(shown(), first.chain[0].as_ref());
    let second = authority.issue(&["mx.ours.test"], Validity::Now);
    std::fs::copy(&second.key_file, &key).unwrap();
    std::fs::copy(&second.chain_file, &chain).unwrap();
    reload();
    server.wait_for("the new certificate", || (shown() == second.chain[0].as_ref()).then_some(()));
    // A file that is no certificate changes nothing.
    std::fs::write(&chain, "nonsense").unwrap();
    reload();
    assert_eq!(shown(), second.chain[0].as_ref());
}

/// What a server answers to a greeting of TLS 1.0 (`minor` 1) or TLS 1.1 (2), until it closes.
pub(crate) fn old_hello(server: SocketAddr, minor: u8) -> Vec<u8> {
    let mut hello = vec![0x03, minor];
    hello.extend([7; 32]);
    // No session; TLS_RSA_WITH_AES_128_CBC_SHA and the renegotiation marker; no compression.
    hello.extend([0, 0, 4, 0x00, 0x2f, 0x00, 0xff, 1, 0]);
    let mut handshake = vec![1, 0, 0, hello.len() as u8];
    handshake.append(&mut hello);
    let mut record = vec![0x16, 0x03, 0x01, 0, handshake.len() as u8];
    record.append(&mut handshake);
    let mut client = Client::connect_silently(server, None);
    client.send(&record);
    client.until_closed_octets()
}

#[test]
fn old_versions_of_tls_are_refused_with_an_alert() {
    // TLS-07: a greeting of TLS 1.0 and of TLS 1.1, with the one cipher that both have to know.
    let server = ours().listener("submissions", 2465, "").start();
    for minor in [1u8, 2] {
        let said = old_hello(server.listener(2465), minor);
        // A fatal alert: handshake failure, or protocol version.
        assert_eq!(said.first(), Some(&0x15), "{said:?}");
        assert!(matches!(said.get(5..7), Some([2, 40 | 70])), "{said:?}");
    }
    for version in ["the peer knows only TLS 1.0", "the peer knows only TLS 1.1"] {
        server.wait_for_log(version);
    }
}

#[test]
fn tls_17_a_connection_that_breaks_in_tls_has_given_a_message_only_with_its_last_dot() {
    // TLS-17: the end of TLS is not announced, the TCP connection just ends.
    let server = ours().start();
    let begin = |content: &str| {
        let mut client = server.client();
        client.ehlo();
        let mut client = client.starttls();
        client.ehlo();
        client.command("MAIL FROM:<a@ext.test>");
        client.command("RCPT TO:<alice@ours.test>");
        assert_eq!(client.command("DATA").code, 354);
        client.send(content);
        client
    };
    for cut in
        ["Subject: cut\r\n\r\nx\r\n", "Subject: cut\r\n\r\nx\r\n.", "Subject: cut\r\n\r\nx\r\n.\r"]
    {
        drop(begin(cut));
    }
    let mut whole = begin("Subject: whole\r\n\r\nx\r\n.\r\n");
    assert_eq!(whole.answer().code, 250);
    drop(whole);
    wait_for_mail(&server, "alice@ours.test", 1);
    assert_eq!(server.audit("accepted"), 1);
}
