//! What the recipient's domain publishes about its TLS: TLSA records (DANE) and MTA-STS policies.

use causeway_testkit::https::{HttpsAnswer, HttpsServer};
use causeway_testkit::server::Server;
use causeway_testkit::{Behaviour, DnsFault, Issued, ScriptedPeer, TestCa, TestDns, Validity};
use serde_json::Value;

use super::world::{FEW_ATTEMPTS, inside, send, wait_for_deferral, wait_for_status};

const MX: &str = "mx.partner.test";

/// A signed domain `partner.test` with one MX host, which is the peer.
fn signed_domain() -> TestDns {
    let dns = TestDns::start();
    dns.sign("partner.test").mx("partner.test", 10, MX).a(MX, "127.0.0.1");
    dns
}

fn server(dns: &TestDns, peer: &ScriptedPeer, known: &TestCa, sts_port: u16) -> Server {
    inside()
        .mailflow(FEW_ATTEMPTS)
        .dns(dns.address())
        .mx_port(peer.port())
        .trust_root(known.root_file())
        .delivery(&format!("mta_sts_port = {sts_port}"))
        .start()
}

/// The data of a TLSA record for a whole certificate.
fn tlsa(usage: u8, certificate: &[u8]) -> Vec<u8> {
    let mut data = vec![usage, 0, 0];
    data.extend_from_slice(certificate);
    data
}

/// The mail went, and this is what the trace says of the connection.
fn security(server: &Server) -> Value {
    let row = wait_for_status(server, "x@partner.test", "relayed");
    row["security"].clone()
}

#[test]
fn a_tlsa_record_vouches_for_a_certificate_that_nobody_else_would() {
    // TLS-09, DANE-EE: self-signed, expired, for another name.
    let known = TestCa::new("Known");
    let own = known.self_signed(&["other.test"], Validity::Expired);
    let peer = ScriptedPeer::start(Behaviour::new().starttls(&own));
    let dns = signed_domain();
    dns.tlsa(MX, peer.port(), &tlsa(3, &own.chain[0]));
    let server = server(&dns, &peer, &known, 443);
    send(&server, &["x@partner.test"], "vouched");
    assert!(peer.block_on_messages(1)[0].tls);
    let security = security(&server);
    assert_eq!(security["verified_by"], "dane", "{security}");
    assert!(security["tls"].as_str().unwrap().starts_with("TLSv1.3 "), "{security}");
    let id = server.trace("x@partner.test")[0]["id"].as_str().unwrap().to_owned();
    let shown = server.cli(&["trace", "show", &id]).stdout;
    assert!(shown.contains("TLSA records (DANE) proved who it is"), "{shown}");
}

#[test]
fn mail_waits_when_tlsa_records_and_certificate_disagree() {
    let known = TestCa::with_intermediate("Known");
    let good = known.issue(&[MX], Validity::Now);
    let expired = known.issue(&[MX], Validity::Expired);
    let misnamed = known.issue(&["other.test"], Validity::Now);
    let other = known.issue(&[MX], Validity::Now);
    let authority = tlsa(2, &good.chain[1]);
    let tls = |issued: &Issued| Behaviour::new().starttls(issued);
    let cases: [(Behaviour, Vec<u8>, &str); 5] = [
        (Behaviour::new(), authority.clone(), "450 4.7.321"),
        (tls(&expired), authority.clone(), "450 4.7.322"),
        // A good certificate by the trusted roots is no way around it.
        (tls(&good), tlsa(3, &other.chain[0]), "450 4.7.323"),
        (tls(&misnamed), authority, "450 4.7.325"),
        // None can be used: TLS is demanded all the same.
        (Behaviour::new(), vec![9, 9, 9], "450 4.7.321"),
    ];
    for (behaviour, record, code) in cases {
        let peer = ScriptedPeer::start(behaviour);
        let dns = signed_domain();
        dns.tlsa(MX, peer.port(), &record);
        let server = server(&dns, &peer, &known, 443);
        send(&server, &["x@partner.test"], "waits");
        let entry = wait_for_deferral(&server, "x@partner.test");
        assert_eq!(entry["code"], code, "{entry}");
        assert!(peer.messages().is_empty());
    }
}

#[test]
fn mail_waits_when_tlsa_records_cannot_be_had_safely() {
    let known = TestCa::new("Known");
    let good = known.issue(&[MX], Validity::Now);
    let peer = ScriptedPeer::start(Behaviour::new().starttls(&good));
    let dns = signed_domain();
    dns.fault(&format!("_{}._tcp.{MX}", peer.port()), DnsFault::ServFail);
    let server = server(&dns, &peer, &known, 443);
    send(&server, &["x@partner.test"], "bogus");
    let entry = wait_for_deferral(&server, "x@partner.test");
    assert_eq!(entry["code"], "450 4.7.324", "{entry}");
    assert_eq!(peer.connections(), 0);
}

fn policy(mode: &str, mx: &str) -> String {
    format!("version: STSv1\nmode: {mode}\nmx: {mx}\nmax_age: 864000\n")
}

/// A domain with a policy, in an unsigned zone; its web server has a certificate of this authority.
fn domain_with_policy(ca: &TestCa, text: &str) -> (TestDns, HttpsServer) {
    let certificate = ca.issue(&["mta-sts.partner.test"], Validity::Now);
    let web = HttpsServer::start(certificate.server_config(), HttpsAnswer::text(text));
    let dns = TestDns::start();
    dns.mx("partner.test", 10, MX).a(MX, "127.0.0.1").a("mta-sts.partner.test", "127.0.0.1");
    dns.txt("_mta-sts.partner.test", "v=STSv1; id=1;");
    (dns, web)
}

#[test]
fn an_mta_sts_policy_decides_over_a_bad_certificate() {
    // TLS-09: enforce holds the mail, testing lets it go and tells.
    let known = TestCa::new("Known");
    let good = known.issue(&[MX], Validity::Now);
    let own = known.self_signed(&[MX], Validity::Now);
    // Relayed, verified by what and weak or not; or waiting with a code.
    type Expected = Result<(&'static str, bool), &'static str>;
    let cases: [(&Issued, &str, &str, Expected); 5] = [
        (&good, "enforce", MX, Ok(("mta-sts", false))),
        (&good, "enforce", "*.partner.test", Ok(("mta-sts", false))),
        (&own, "enforce", MX, Err("450 4.7.5")),
        (&own, "testing", MX, Ok(("nothing", true))),
        (&good, "enforce", "mx.elsewhere.test", Err("450 4.4.8")),
    ];
    for (certificate, mode, mx, expected) in cases {
        let peer = ScriptedPeer::start(Behaviour::new().starttls(certificate));
        let (dns, web) = domain_with_policy(&known, &policy(mode, mx));
        let server = server(&dns, &peer, &known, web.address().port());
        send(&server, &["x@partner.test"], "policy");
        match expected {
            Ok((verified_by, is_weak)) => {
                let security = security(&server);
                assert_eq!(security["verified_by"], verified_by, "{mode} {mx}: {security}");
                assert_eq!(security["weakness"].is_string(), is_weak, "{mode} {mx}: {security}");
                if is_weak {
                    server.wait_for_log("a policy under test is not met");
                }
            }
            Err(code) => {
                let entry = wait_for_deferral(&server, "x@partner.test");
                assert_eq!(entry["code"], code, "{mode} {mx}: {entry}");
                assert!(peer.messages().is_empty());
            }
        }
    }
}

#[test]
fn a_peer_without_tls_gets_nothing_under_an_enforced_policy() {
    let known = TestCa::new("Known");
    let peer = ScriptedPeer::start(Behaviour::new());
    let (dns, web) = domain_with_policy(&known, &policy("enforce", MX));
    let server = server(&dns, &peer, &known, web.address().port());
    send(&server, &["x@partner.test"], "plain");
    let entry = wait_for_deferral(&server, "x@partner.test");
    assert_eq!(entry["code"], "450 4.7.5", "{entry}");
    assert!(peer.messages().is_empty());
}

#[test]
fn tls_13_a_policy_stays_in_force_when_a_new_one_cannot_be_had() {
    // TLS-13: over a restart, too.
    let known = TestCa::new("Known");
    let own = known.self_signed(&[MX], Validity::Now);
    let peer = ScriptedPeer::start(Behaviour::new().starttls(&own));
    let (dns, web) = domain_with_policy(&known, &policy("enforce", MX));
    let mut server = server(&dns, &peer, &known, web.address().port());
    send(&server, &["x@partner.test"], "first");
    assert_eq!(wait_for_deferral(&server, "x@partner.test")["code"], "450 4.7.5");
    // The web server is gone, and so is the record.
    web.answer(HttpsAnswer::Raw(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".to_vec()));
    dns.remove("_mta-sts.partner.test");
    server.kill_and_restart();
    send(&server, &["y@partner.test"], "second");
    assert_eq!(wait_for_deferral(&server, "y@partner.test")["code"], "450 4.7.5");
    dns.txt("_mta-sts.partner.test", "v=STSv1; id=2;");
    server.kill_and_restart();
    send(&server, &["z@partner.test"], "third");
    assert_eq!(wait_for_deferral(&server, "z@partner.test")["code"], "450 4.7.5");
    assert!(peer.messages().is_empty());
    let health = server.cli(&["health"]).stdout;
    for words in ["1 enforced", "partner.test cannot be renewed since", "404", "holds until"] {
        assert!(health.contains(words), "{words}: {health}");
    }
}

#[test]
fn dane_takes_the_place_of_an_mta_sts_policy() {
    let known = TestCa::new("Known");
    let own = known.self_signed(&[MX], Validity::Now);
    let peer = ScriptedPeer::start(Behaviour::new().starttls(&own));
    let (dns, web) = domain_with_policy(&known, &policy("enforce", MX));
    dns.sign("partner.test").tlsa(MX, peer.port(), &tlsa(3, &own.chain[0]));
    let server = server(&dns, &peer, &known, web.address().port());
    send(&server, &["x@partner.test"], "both");
    assert_eq!(security(&server)["verified_by"], "dane");
}

#[test]
fn tls_15_a_connection_that_was_good_enough_for_one_domain_is_not_used_for_a_stricter_one() {
    // TLS-15: both domains have the same MX host; its certificate proves nothing.
    let known = TestCa::new("Known");
    let own = known.self_signed(&[MX], Validity::Now);
    let peer = ScriptedPeer::start(Behaviour::new().starttls(&own));
    let (dns, web) = domain_with_policy(&known, &policy("enforce", MX));
    dns.mx("lenient.test", 10, MX);
    let server = server(&dns, &peer, &known, web.address().port());
    // One message for both, and then one for each while the connection is still there.
    send(&server, &["a@lenient.test", "x@partner.test"], "together");
    peer.block_on_messages(1);
    send(&server, &["b@lenient.test"], "lenient");
    send(&server, &["y@partner.test"], "strict");
    wait_for_status(&server, "b@lenient.test", "relayed");
    assert_eq!(wait_for_deferral(&server, "x@partner.test")["code"], "450 4.7.5");
    assert_eq!(wait_for_deferral(&server, "y@partner.test")["code"], "450 4.7.5");
    let recipients: Vec<String> = peer
        .messages()
        .iter()
        .flat_map(|message| message.recipients.iter().map(|r| r.address.clone()))
        .collect();
    assert_eq!(recipients, ["a@lenient.test", "b@lenient.test"]);
}
