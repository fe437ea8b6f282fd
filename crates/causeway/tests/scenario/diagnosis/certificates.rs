//! Certificates, TLSA records and MTA-STS policies that do not fit.

use causeway_testkit::https::{HttpsAnswer, HttpsServer};
use causeway_testkit::server::{Server, Setup};
use causeway_testkit::{Behaviour, Issued, Said, ScriptedPeer, Signer, TestCa, TestDns, Validity};

use super::super::world::{DAY, inside, with_partner};
use super::Case;
use super::bench::{Found, NAMED, VALID, fails, set, start, works};

/// The one thing that is wrong.
#[derive(Clone, Copy)]
enum Flaw {
    Expired,
    NotYet,
    SelfSigned,
    UnknownIssuer,
    NoIntermediate,
    ForClients,
    Damaged,
}

fn certificate(flaw: Flaw, more: &str) -> Found {
    let (known, unknown) = (TestCa::with_intermediate("Known"), TestCa::new("Unknown"));
    let names = ["mail.partner.test"];
    let shown = match flaw {
        Flaw::Expired => known.issue(&names, Validity::Expired),
        Flaw::NotYet => known.issue(&names, Validity::NotYet),
        Flaw::SelfSigned => known.self_signed(&names, Validity::Now),
        Flaw::UnknownIssuer => unknown.issue(&names, Validity::Now),
        Flaw::ForClients => known.issue_for_clients(&names),
        Flaw::Damaged => known.issue(&names, Validity::Now).damaged(),
        Flaw::NoIntermediate => known.issue(&names, Validity::Now).without_intermediate(),
    };
    let partner = ScriptedPeer::start(Behaviour::new().starttls(&shown));
    fails(&start(with_partner(partner.address(), more).trust_root(known.root_file())))
}

/// A connector that worked with a certificate until its issuer revoked it, as the server itself tells.
fn revoked(more: &str, statement: impl Fn(&TestCa, &Issued) -> Vec<u8>) -> Found {
    let known = TestCa::with_intermediate("Known");
    let shown = known.issue(&["mail.partner.test"], Validity::Now);
    let good = known.statement(&shown, Said::good());
    let stapling = |said| Behaviour::new().starttls_config(shown.server_config_stapling(said));
    let partner = ScriptedPeer::start(stapling(good));
    let server = start(with_partner(partner.address(), more).trust_root(known.root_file()));
    works(&server, &partner);
    partner.change(stapling(statement(&known, &shown)));
    fails(&server)
}

/// A connector that worked with a good certificate; then something changes.
fn after_good_one(change: impl Fn(&TestCa, &ScriptedPeer, &Server)) -> Found {
    let known = TestCa::new("Known");
    let good = known.issue(&["mail.partner.test"], Validity::Now);
    let partner = ScriptedPeer::start(Behaviour::new().starttls(&good));
    let setup = with_partner(partner.address(), NAMED).trust_root(known.root_file());
    let server = start(setup);
    works(&server, &partner);
    change(&known, &partner, &server);
    fails(&server)
}

fn other_names(authority: &TestCa, partner: &ScriptedPeer, names: &[&str]) {
    partner.change(Behaviour::new().starttls(&authority.issue(names, Validity::Now)));
}

const MX: &str = "mx.partner.test";

/// A signed domain with this MX host, whose TLSA record names the issuer of this certificate.
fn signed(partner: &ScriptedPeer, shown: &Issued) -> (TestDns, Setup) {
    let dns = TestDns::start();
    dns.sign("partner.test").mx("partner.test", 10, MX).a(MX, "127.0.0.1");
    dns.tlsa(MX, partner.port(), &[&[2, 0, 0][..], &shown.chain[1]].concat());
    let setup = inside().dns(dns.address()).mx_port(partner.port());
    (dns, setup)
}

/// Mail went through; then the machine's clock was set back by three days, and the certificate that was renewed in between
/// is one of tomorrow.
fn set_back(mut server: Server, partner: &ScriptedPeer, known: &TestCa, name: &str) -> Found {
    // A server that starts has the machine's clock, by which this success is still to come.
    server.advance(DAY * 3);
    works(&server, partner);
    server.terminate();
    let renewed = known.issue(&[name], Validity::NotYet);
    partner.change(Behaviour::new().starttls(&renewed));
    server.start();
    fails(&server)
}

/// By a connector that demands a certificate for a name.
fn set_back_by_connector() -> Found {
    let known = TestCa::with_intermediate("Known");
    let good = known.issue(&["mail.partner.test"], Validity::Now);
    let partner = ScriptedPeer::start(Behaviour::new().starttls(&good));
    let setup = with_partner(partner.address(), NAMED).trust_root(known.root_file());
    set_back(start(setup), &partner, &known, "mail.partner.test")
}

/// A server whose certificate ended yesterday, and that greets with the time of three days ago: this one.
fn runs_ahead(greeting: fn(&str) -> String, names: &[&str]) -> (TestCa, Issued, ScriptedPeer) {
    let known = TestCa::with_intermediate("Known");
    let shown = known.issue(names, Validity::Expired);
    let moment = causeway_net::Clock::system().now().minus(DAY * 3).rfc5322();
    let behaviour = Behaviour::new().greeting(&greeting(&moment)).starttls(&shown);
    (known, shown, ScriptedPeer::start(behaviour))
}

/// By a connector that demands a valid certificate.
fn runs_ahead_by_connector() -> Found {
    let ready = |moment: &str| format!("220 mail ESMTP MAIL Service ready at {moment}");
    let (known, _, partner) = runs_ahead(ready, &["mail.partner.test"]);
    fails(&start(with_partner(partner.address(), VALID).trust_root(known.root_file())))
}

/// By the MX records of a signed domain.
fn runs_ahead_by_mx() -> Found {
    let sendmail = |moment: &str| format!("220 mail ESMTP 8.15.2/8.15.2; {moment} (GMT)");
    let (_, shown, partner) = runs_ahead(sendmail, &[MX]);
    let (_dns, setup) = signed(&partner, &shown);
    fails(&start(setup))
}

/// By the MX records of a signed domain.
fn set_back_by_mx() -> Found {
    let known = TestCa::with_intermediate("Known");
    let good = known.issue(&[MX], Validity::Now);
    let partner = ScriptedPeer::start(Behaviour::new().starttls(&good));
    let (_dns, setup) = signed(&partner, &good);
    set_back(start(setup), &partner, &known, MX)
}

/// A signed domain whose TLSA record is for this certificate, with a server that shows another one.
fn outdated_tlsa(usage: u8) -> Found {
    let known = TestCa::with_intermediate("Known");
    let former = TestCa::with_intermediate("Known").issue(&[MX], Validity::Now);
    let partner =
        ScriptedPeer::start(Behaviour::new().starttls(&known.issue(&[MX], Validity::Now)));
    let dns = TestDns::start();
    dns.sign("partner.test").mx("partner.test", 10, MX).a(MX, "127.0.0.1");
    let mut record = vec![usage, 0, 0];
    record.extend_from_slice(&former.chain[usize::from(usage == 2)]);
    dns.tlsa(MX, partner.port(), &record);
    let setup = inside().dns(dns.address()).mx_port(partner.port()).trust_root(known.root_file());
    fails(&start(setup))
}

/// A domain whose MTA-STS policy demands TLS, with this MX host in the policy.
fn policy(listed: &str, behaviour: impl Fn(&TestCa) -> Behaviour) -> Found {
    let known = TestCa::new("Known");
    let text = format!("version: STSv1\nmode: enforce\nmx: {listed}\nmax_age: 864000\n");
    let web = HttpsServer::start(
        known.issue(&["mta-sts.partner.test"], Validity::Now).server_config(),
        HttpsAnswer::text(&text),
    );
    let dns = TestDns::start();
    dns.mx("partner.test", 10, MX).a(MX, "127.0.0.1").a("mta-sts.partner.test", "127.0.0.1");
    dns.txt("_mta-sts.partner.test", "v=STSv1; id=1;");
    let partner = ScriptedPeer::start(behaviour(&known));
    let setup = inside()
        .dns(dns.address())
        .mx_port(partner.port())
        .trust_root(known.root_file())
        .delivery(&format!("mta_sts_port = {}", web.address().port()));
    fails(&start(setup))
}

/// A TLSA record that no server without TLS can fulfil.
fn tlsa_without_tls() -> Found {
    let certificate = TestCa::new("Known").issue(&[MX], Validity::Now);
    let partner = ScriptedPeer::start(Behaviour::new());
    let dns = TestDns::start();
    dns.sign("partner.test").mx("partner.test", 10, MX).a(MX, "127.0.0.1");
    let mut record = vec![3, 0, 0];
    record.extend_from_slice(&certificate.chain[0]);
    dns.tlsa(MX, partner.port(), &record);
    fails(&start(inside().dns(dns.address()).mx_port(partner.port())))
}

fn good(authority: &TestCa) -> Behaviour {
    Behaviour::new().starttls(&authority.issue(&[MX], Validity::Now))
}

pub(super) const CASES: &[Case] = &[
    Case("certificate-expired", "a valid one is demanded", || certificate(Flaw::Expired, VALID)),
    Case("certificate-expired", "one for a name is demanded", || certificate(Flaw::Expired, NAMED)),
    Case("certificate-not-yet-valid", "a valid one is demanded", || {
        certificate(Flaw::NotYet, VALID)
    }),
    Case("certificate-not-yet-valid", "one for a name is demanded", || {
        certificate(Flaw::NotYet, NAMED)
    }),
    Case("clock-wrong", "ours was set back; a connector demands a name", set_back_by_connector),
    Case("clock-wrong", "ours was set back; the domain has TLSA records", set_back_by_mx),
    Case(
        "clock-wrong",
        "ours runs ahead; a valid certificate is demanded",
        runs_ahead_by_connector,
    ),
    Case("clock-wrong", "ours runs ahead; the domain has TLSA records", runs_ahead_by_mx),
    Case("certificate-self-signed", "a valid one is demanded", || {
        certificate(Flaw::SelfSigned, VALID)
    }),
    Case("certificate-self-signed", "one for a name is demanded", || {
        certificate(Flaw::SelfSigned, NAMED)
    }),
    Case("issuer-not-trusted", "a valid one is demanded", || {
        certificate(Flaw::UnknownIssuer, VALID)
    }),
    Case("issuer-not-trusted", "one for a name is demanded", || {
        certificate(Flaw::UnknownIssuer, NAMED)
    }),
    Case("chain-incomplete", "a valid one is demanded", || {
        certificate(Flaw::NoIntermediate, VALID)
    }),
    Case("chain-incomplete", "one for a name is demanded", || {
        certificate(Flaw::NoIntermediate, NAMED)
    }),
    Case("certificate-damaged", "it is for clients only", || certificate(Flaw::ForClients, VALID)),
    Case("certificate-damaged", "its issuer's signature does not fit", || {
        certificate(Flaw::Damaged, NAMED)
    }),
    Case("certificate-revoked", "the server sends its issuer's statement along", || {
        revoked(VALID, |ca, shown| ca.statement(shown, Said::revoked()))
    }),
    Case(
        "certificate-revoked",
        "the same, by a responder of the issuer; a name is demanded",
        || revoked(NAMED, |ca, shown| ca.statement_by(Signer::Responder, shown, Said::revoked())),
    ),
    Case("certificate-for-other-name", "the server shows another one than before", || {
        after_good_one(|ca, partner, _| other_names(ca, partner, &["www.partner.test"]))
    }),
    Case("certificate-for-other-name", "the server shows one for another organization", || {
        after_good_one(|ca, partner, _| other_names(ca, partner, &["mail.other.test", "x.test"]))
    }),
    Case("expected-name-wrong", "the expected name was changed", || {
        after_good_one(|_, _, server| set(server, &["--tls-domain", "mx.partner.test"]))
    }),
    Case("expected-name-wrong", "the expected name was changed to another domain", || {
        after_good_one(|_, _, server| set(server, &["--tls-domain", "mail.other.test"]))
    }),
    Case("dane-records-outdated", "the TLSA record is for another certificate", || {
        outdated_tlsa(3)
    }),
    Case("dane-records-outdated", "the TLSA record is for another authority", || outdated_tlsa(2)),
    Case("sts-policy-outdated", "the policy names another host", || {
        policy("mx.elsewhere.test", good)
    }),
    Case("sts-policy-outdated", "the policy names hosts of another domain", || {
        policy("*.elsewhere.test", good)
    }),
    Case("policy-without-tls", "an MTA-STS policy, and no STARTTLS", || {
        policy(MX, |_| Behaviour::new())
    }),
    Case("policy-without-tls", "TLSA records, and no STARTTLS", tlsa_without_tls),
    Case("certificate-not-for-host", "an MTA-STS policy, a certificate for another name", || {
        policy(MX, |ca| Behaviour::new().starttls(&ca.issue(&["other.test"], Validity::Now)))
    }),
    Case("certificate-not-for-host", "the same, a certificate for the domain only", || {
        policy(MX, |ca| Behaviour::new().starttls(&ca.issue(&["partner.test"], Validity::Now)))
    }),
];
