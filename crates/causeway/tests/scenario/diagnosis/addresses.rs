//! What depends on addresses: passwords that are kept back. Each set-up has a network of its own
//! ([`namespace`](causeway_testkit::lab::namespace)), where peers have addresses that are not loopback.

use causeway_testkit::{Behaviour, Issued, ScriptedPeer, TestCa, Validity};

use super::super::world::with_partner;
use super::Case;
use super::bench::{ENCRYPTED, Found, fails, start};

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

pub(super) const CASES: &[Case] = &[
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
