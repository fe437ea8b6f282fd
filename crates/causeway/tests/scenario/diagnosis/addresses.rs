//! What depends on addresses: passwords that are kept back, addresses to send from. Each set-up has a network of its own
//! ([`namespace`](causeway_testkit::lab::namespace)), where peers have addresses that are not loopback.

use causeway_testkit::{Behaviour, Issued, ScriptedPeer, TestCa, TestDns, Validity};

use super::super::world::{inside, with_partner};
use super::Case;
use super::bench::{ENCRYPTED, Found, fails, set, start, works};

/// What the machine has in the network of a set-up, beside loopback.
pub(super) const ADDRESSES: &[&str] = &["192.0.2.25"];

/// A partner that asks for a login, on an address that anybody could have.
fn asks_for_login(shown: Option<&Issued>, more: &str, trusted: &TestCa) -> Found {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("password");
    std::fs::write(&file, "secret").unwrap();
    let behaviour = Behaviour::new().credentials("relay", "secret");
    let behaviour = shown.map_or(behaviour.clone(), |shown| behaviour.starttls(shown));
    let partner = ScriptedPeer::start_at("192.0.2.25:25".parse().unwrap(), behaviour);
    let login = format!(
        "credentials = {{ user = \"relay\", password_file = \"{}\" }}\n{more}",
        file.display()
    );
    fails(&start(with_partner(partner.address(), &login).trust_root(trusted.root_file())))
}

/// Everything is to be sent from an address that the machine has not.
fn machine_sends_from(source: &str) -> Found {
    let dns = TestDns::start();
    dns.mx("partner.test", 10, "mx.partner.test").a("mx.partner.test", "192.0.2.25");
    let sources = format!("source_addresses = [\"{source}\"]");
    fails(&start(inside().dns(dns.address()).delivery(&sources)))
}

/// A connector is set to send from such an address, after it had worked.
fn connector_is_to_send_from(source: &str) -> Found {
    let partner = ScriptedPeer::start_at("192.0.2.25:25".parse().unwrap(), Behaviour::new());
    let server = start(with_partner(partner.address(), ""));
    works(&server, &partner);
    set(&server, &["--source-address", source]);
    fails(&server)
}

pub(super) const CASES: &[Case] = &[
    Case("source-address-unusable", "[delivery] has an address of another machine", || {
        machine_sends_from("192.0.2.99")
    }),
    Case(
        "source-address-unusable",
        "the connector was given an address of another machine",
        || connector_is_to_send_from("192.0.2.98"),
    ),
    Case("credentials-unprotected", "the server offers no STARTTLS", || {
        asks_for_login(None, "", &TestCa::new("Known"))
    }),
    Case("credentials-unprotected", "nobody vouches for the server's certificate", || {
        let shown = TestCa::new("Unknown").issue(&["mail.partner.test"], Validity::Now);
        asks_for_login(Some(&shown), ENCRYPTED, &TestCa::new("Known"))
    }),
    Case("credentials-unprotected", "the certificate is good, and no name is expected", || {
        let known = TestCa::new("Known");
        let shown = known.issue(&["mail.partner.test"], Validity::Now);
        asks_for_login(Some(&shown), "", &known)
    }),
];
