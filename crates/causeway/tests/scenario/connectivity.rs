//! Connectivity tests by command: `test …` and `domain troubleshoot`.

use std::net::SocketAddr;

use causeway_testkit::https::{HttpsAnswer, HttpsServer};
use causeway_testkit::lab::ServerFault;
use causeway_testkit::server::{Server, Setup};
use causeway_testkit::{
    Behaviour, DnsFault, DnsLab, Rewrite, Rewriter, Said, ScriptedPeer, TestCa, TestDns, Validity,
};
use serde_json::Value;

use super::world::{ours, with_partner};

/// The report, whatever the exit status, which must fit it.
fn report(server: &Server, arguments: &[&str]) -> Value {
    let output = server.cli(&[arguments, &["--json", "--lang", "en"]].concat());
    let report: Value =
        serde_json::from_str(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"));
    let expected = if report["passed"] == true { 0 } else { 1 };
    assert_eq!(output.status, Some(expected), "{output:?}");
    report
}

/// `name status` of each step.
fn steps(report: &Value) -> Vec<String> {
    let text = |step: &Value, key: &str| step[key].as_str().unwrap().to_owned();
    let steps = report["steps"].as_array().unwrap();
    steps.iter().map(|s| format!("{} {}", text(s, "name"), text(s, "status"))).collect()
}

/// The first step with this name and status.
fn step<'r>(report: &'r Value, name: &str, status: &str) -> &'r Value {
    let steps = report["steps"].as_array().unwrap();
    steps
        .iter()
        .find(|step| step["name"] == name && step["status"] == status)
        .unwrap_or_else(|| panic!("no {name} {status}: {report:#}"))
}

fn words(step: &Value) -> String {
    format!("{} {}", step["finding"], step["what_to_do"])
}

/// Our server for contoso.test, with its own address as MX, or elsewhere.
fn inbound(dns: &TestDns) -> Server {
    ours().dns(dns.address()).mx_port(2525).start()
}

fn domain_of(server: &Server) -> String {
    let domains = server.json(&["domain", "list"]);
    domains[0]["name"].as_str().unwrap_or_else(|| panic!("{domains}")).to_owned()
}

#[test]
fn mail_that_comes_here_passes_the_inbound_test() {
    let dns = TestDns::start();
    let server = inbound(&dns);
    let domain = domain_of(&server);
    dns.mx(&domain, 10, "mx.ours.test").a("mx.ours.test", &server.smtp().ip().to_string());
    server.add_mailbox(&format!("postmaster@{domain}"), "a long enough password");
    let report = report(&server, &["test", "inbound", &domain]);
    assert_eq!(report["passed"], true, "{report:#}");
    for name in ["domain", "mx", "connect", "smtp", "recipient"] {
        step(&report, name, "passed");
    }
}

#[test]
fn an_mx_that_leads_elsewhere_fails_the_inbound_test_and_says_what_to_change() {
    let dns = TestDns::start();
    let server = inbound(&dns);
    let domain = domain_of(&server);
    let elsewhere =
        ScriptedPeer::start_at(SocketAddr::from(([127, 9, 8, 7], 2525)), Behaviour::new());
    dns.mx(&domain, 10, "mx.elsewhere.test").a("mx.elsewhere.test", "127.9.8.7");
    let report = report(&server, &["test", "inbound", &domain]);
    let mx = step(&report, "mx", "failed");
    assert!(words(mx).contains("mx.elsewhere.test") && words(mx).contains("DNS provider"), "{mx}");
    assert!(elsewhere.commands().iter().all(|c| c.verb() != "RCPT"), "strangers are not asked");
}

#[test]
fn a_domain_that_is_not_accepted_ends_the_inbound_test() {
    let dns = TestDns::start();
    let server = inbound(&dns);
    let report = report(&server, &["test", "inbound", "stranger.test"]);
    assert_eq!(
        steps(&report),
        [
            "domain failed",
            "mx skipped",
            "connect skipped",
            "smtp skipped",
            "tls skipped",
            "recipient skipped"
        ]
    );
    assert!(words(&report["steps"][0]).contains("causeway domain add stranger.test"));
    let german = server.cli(&["test", "inbound", "stranger.test", "--lang", "de"]);
    assert!(german.stdout.contains("keine akzeptierte Domäne"), "{german:?}");
}

#[test]
fn an_outbound_connector_is_tested_without_a_message() {
    let ca = TestCa::new("Known");
    let good = ca.issue(&["mail.partner.test"], Validity::Now);
    let peer = ScriptedPeer::start(Behaviour::new().starttls(&good));
    let level = "tls = \"domain_validation\"\ntls_domain = \"mail.partner.test\"";
    let server = with_partner(peer.address(), level).trust_root(ca.root_file()).start();
    let good = report(&server, &["test", "outbound", "partner"]);
    assert_eq!(good["passed"], true, "{good:#}");
    step(&good, "connector", "passed");
    assert!(peer.messages().is_empty());
    let sent = report(&server, &["test", "outbound", "partner", "--to", "x@partner.test"]);
    step(&sent, "message", "passed");
    assert_eq!(peer.block_on_messages(1).len(), 1);

    peer.change(Behaviour::new().starttls(&ca.issue(&["mail.partner.test"], Validity::Expired)));
    let bad = report(&server, &["test", "outbound", "partner"]);
    assert!(words(step(&bad, "tls", "failed")).contains("expired"), "{bad:#}");
    peer.refuse();
    let bad = report(&server, &["test", "outbound", "partner"]);
    assert!(words(step(&bad, "connect", "failed")).contains("refused"), "{bad:#}");
    let none = server.cli(&["test", "outbound", "nobody"]);
    assert_eq!(none.status, Some(1), "{none:?}");
    assert!(none.stderr.contains("nobody"), "{none:?}");
}

#[test]
fn a_middle_box_on_the_way_out_is_named() {
    let ca = TestCa::new("Known");
    let good = ca.issue(&["mail.partner.test"], Validity::Now);
    let peer = ScriptedPeer::start(Behaviour::new().starttls(&good));
    let between = Rewriter::before(peer.address(), &[Rewrite::CrossOut("STARTTLS".into())]);
    let server = with_partner(between.address(), "tls = \"encryption_only\"").start();
    let report = report(&server, &["test", "outbound", "partner"]);
    assert!(words(step(&report, "smtp", "warning")).contains("XXXX"), "{report:#}");
    step(&report, "tls", "failed");
}

#[test]
fn tls_and_relaying_are_tested_without_a_server_of_ours() {
    let ca = TestCa::new("Known");
    let good = ca.issue(&["mail.partner.test"], Validity::Now);
    let closed = ScriptedPeer::start(
        Behaviour::new().starttls(&good).reply("RCPT", ["550 5.7.1 relaying denied"]),
    );
    let open = ScriptedPeer::start(Behaviour::new());
    let dns = TestDns::start();
    dns.a("mail.partner.test", "127.0.0.1");
    let offline = Setup::new(env!("CARGO_BIN_EXE_causeway"))
        .dns(dns.address())
        .trust_root(ca.root_file())
        .prepare();
    let host = format!("mail.partner.test:{}", closed.port());
    let tls = report(&offline, &["test", "tls", &host]);
    assert_eq!(tls["passed"], true, "{tls:#}");
    step(&tls, "resolve", "passed");
    let wrong = report(&offline, &["test", "tls", &host, "--name", "mx.else.test"]);
    assert!(words(step(&wrong, "tls", "failed")).contains("mx.else.test"), "{wrong:#}");

    let refused = report(&offline, &["test", "relay", &host]);
    assert_eq!(refused["passed"], true, "{refused:#}");
    assert_eq!(steps(&refused).iter().filter(|s| *s == "relay passed").count(), 10);
    let relays = report(&offline, &["test", "relay", &open.address().to_string()]);
    assert!(words(step(&relays, "relay", "failed")).contains("on this machine"), "{relays:#}");
    let taken = relays["steps"].as_array().unwrap().iter().filter(|s| s["name"] == "relay");
    assert_eq!(taken.filter(|s| s["what_to_do"].is_string()).count(), 1, "told once: {relays:#}");
    let nowhere = report(&offline, &["test", "tls", "mail.nowhere.test"]);
    let told = words(step(&nowhere, "resolve", "failed"));
    assert!(told.contains("how the name is written") && !told.contains("recipient"), "{told}");
    let plain = words(step(
        &report(&offline, &["test", "tls", &open.address().to_string()]),
        "tls",
        "failed",
    ));
    assert!(plain.contains("Have TLS set up") && !plain.contains("connector"), "{plain}");
    assert!(open.messages().is_empty(), "no content was sent");
    let bad = offline.cli(&["test", "tls", "http://x/"]);
    assert_eq!(bad.status, Some(2), "{bad:?}");
}

#[test]
fn what_is_published_about_tls_is_told_and_held_against_the_server() {
    const MX: &str = "mx.partner.test";
    let ca = TestCa::new("Known");
    let (good, other) = (ca.issue(&[MX], Validity::Now), ca.issue(&[MX], Validity::Now));
    let stapling = good.server_config_stapling(ca.statement(&good, Said::good()));
    let peer = ScriptedPeer::start(Behaviour::new().starttls_config(stapling));
    let text = "version: STSv1\nmode: enforce\nmx: mx.elsewhere.test\nmax_age: 864000\n";
    let web = HttpsServer::start(
        ca.issue(&["mta-sts.partner.test"], Validity::Now).server_config(),
        HttpsAnswer::text(text),
    );
    let dns = TestDns::start();
    dns.ttl(0, 0).sign("partner.test").mx("partner.test", 10, MX).a(MX, "127.0.0.1");
    dns.a("mta-sts.partner.test", "127.0.0.1").txt("_mta-sts.partner.test", "v=STSv1; id=7;");
    let offline = Setup::new(env!("CARGO_BIN_EXE_causeway"))
        .dns(dns.address())
        .trust_root(ca.root_file())
        .delivery(&format!("mta_sts_port = {}", web.address().port()))
        .prepare();
    let host = format!("{MX}:{}", peer.port());
    let of_domain = ["test", "tls", &host, "--domain", "partner.test"];

    let policy_alone = report(&offline, &of_domain);
    let told = words(step(&policy_alone, "mta_sts", "passed"));
    for part in ["id 7", "enforce", "mx.elsewhere.test", "10 days"] {
        assert!(told.contains(part), "{part}: {told}");
    }
    assert!(words(step(&policy_alone, "dane", "passed")).contains("no TLSA records"));
    assert!(words(step(&policy_alone, "mta_sts", "failed")).contains("mail waits"));
    let tls = policy_alone["steps"].as_array().unwrap().iter().filter(|s| s["name"] == "tls");
    assert!(tls.map(words).any(|said| said.contains("not revoked")), "{policy_alone:#}");
    assert_eq!(report(&offline, &["test", "tls", &host])["passed"], true);

    let record = |certificate: &[u8]| [&[3, 0, 0], certificate].concat();
    dns.tlsa(MX, peer.port(), &record(&good.chain[0]));
    let vouched = report(&offline, &of_domain);
    assert_eq!(vouched["passed"], true, "TLSA records take the place of the policy: {vouched:#}");
    step(&vouched, "mta_sts", "warning");

    dns.remove(&format!("_{}._tcp.{MX}", peer.port()));
    dns.tlsa(MX, peer.port(), &record(&other.chain[0]));
    let outdated = report(&offline, &["test", "tls", &host]);
    let refused = words(step(&outdated, "dane", "failed"));
    assert!(refused.contains("DANE") && refused.contains("mail waits"), "{refused}");
    step(&outdated, "tls", "passed");
}

#[test]
fn propagation_shows_each_name_server_and_what_is_old() {
    let lab = DnsLab::start();
    let (one, two) = (lab.server(), lab.server());
    lab.delegate("partner.test", &[("ns1.partner.test", &one), ("ns2.partner.test", &two)]);
    one.zone("partner.test", 2).mx("partner.test", 10, "new.partner.test");
    two.zone("partner.test", 1).mx("partner.test", 10, "old.partner.test");
    let dns = TestDns::start();
    dns.mx("partner.test", 10, "old.partner.test");
    let offline =
        Setup::new(env!("CARGO_BIN_EXE_causeway")).dns(dns.address()).roots(lab.roots()).prepare();
    let differing = report(&offline, &["test", "propagation", "partner.test"]);
    assert!(words(step(&differing, "agreement", "failed")).contains("ns2.partner.test"));
    let cached = words(step(&differing, "cache", "warning"));
    assert!(cached.contains("old.partner.test") && cached.contains("5 minutes"), "{cached}");
    two.zone("partner.test", 2).mx("partner.test", 10, "new.partner.test");
    dns.remove("partner.test").mx("partner.test", 10, "new.partner.test");
    let same = report(&offline, &["test", "propagation", "partner.test"]);
    assert_eq!(same["passed"], true, "{same:#}");
    step(&same, "cache", "passed");
    // Where the domain's own servers fail, no resolver can do better.
    for server in [&one, &two] {
        server.fault(ServerFault::ServFail);
    }
    dns.fault("partner.test", DnsFault::ServFail);
    let theirs = report(&offline, &["test", "propagation", "partner.test"]);
    assert!(words(step(&theirs, "name_server", "failed")).contains("ns1.partner.test"));
    let follows = words(step(&theirs, "resolver", "warning"));
    assert!(follows.contains("nothing to repair in the resolver"), "{follows}");
    for server in [&one, &two] {
        server.heal();
    }
    let ours = report(&offline, &["test", "propagation", "partner.test"]);
    assert!(words(step(&ours, "resolver", "failed")).contains("[dns] servers"), "{ours:#}");
    lab.withdraw("partner.test");
    let gone = report(&offline, &["test", "propagation", "partner.test"]);
    assert!(words(step(&gone, "delegation", "failed")).contains("registrar"), "{gone:#}");
}

#[test]
fn troubleshooting_a_domain_says_what_to_change_where() {
    let dns = TestDns::start();
    let sources = "source_addresses = [\"127.0.0.1\"]";
    let server = ours().dns(dns.address()).mx_port(2525).delivery(sources).start();
    let domain = domain_of(&server);
    let nothing = report(&server, &["domain", "troubleshoot", &domain]);
    for name in ["spf", "dkim", "dmarc"] {
        step(&nothing, name, "skipped");
    }
    let told = words(step(&nothing, "mx", "failed"));
    assert!(told.contains("how the name is written") && !told.contains("recipient"), "{told}");

    dns.txt(&domain, "a domain without mail");
    let bare = report(&server, &["domain", "troubleshoot", &domain]);
    for name in ["spf", "dkim", "dmarc"] {
        let step = step(&bare, name, "warning");
        assert!(step["what_to_do"].is_string(), "{step}");
    }
    step(&bare, "mx", "failed");

    dns.mx(&domain, 10, "mx.ours.test")
        .a("mx.ours.test", &server.smtp().ip().to_string())
        .txt(&domain, "v=spf1 mx -all")
        .txt(&format!("news._domainkey.{domain}"), "v=DKIM1; p=MFkwEwYH")
        .txt(&format!("_dmarc.{domain}"), "v=DMARC1; p=none");
    let whole = report(&server, &["domain", "troubleshoot", &domain, "--dkim-selector", "news"]);
    assert_eq!(whole["passed"], true, "{whole:#}");
    for name in ["domain", "connectors", "agreement", "mx", "spf", "dkim", "dmarc", "connect"] {
        step(&whole, name, "passed");
    }
    let private = words(step(&whole, "spf_addresses", "warning"));
    assert!(private.contains("127.0.0.1") && private.contains("router"), "{private}");
    dns.txt(&domain, "v=spf1 a -all");
    let twice = report(&server, &["domain", "troubleshoot", &domain]);
    assert!(words(step(&twice, "spf", "failed")).contains("2 SPF records"), "{twice:#}");
}

#[test]
fn hdr_05_troubleshooting_a_domain_holds_its_spf_record_and_keys_against_what_this_server_sends() {
    let dns = TestDns::start();
    dns.ttl(0, 0);
    let sources = "source_addresses = [\"192.0.2.77\", \"2001:db8::77\"]";
    let server = ours().dns(dns.address()).mx_port(2525).delivery(sources).start();
    let domain = domain_of(&server);
    dns.txt(&domain, "a domain that exists");
    let asked = || report(&server, &["domain", "troubleshoot", &domain]);
    let none = words(step(&asked(), "spf", "warning"));
    assert!(none.contains("v=spf1 mx ip4:192.0.2.77 ip6:2001:db8::77 -all"), "{none}");

    // One address by an include, the other one not at all.
    dns.txt(&domain, "v=spf1 include:_spf.provider.test -all");
    dns.txt("_spf.provider.test", "v=spf1 ip4:192.0.2.0/24 ~all");
    let half = asked();
    let covered = words(step(&half, "spf_addresses", "passed"));
    assert!(covered.contains("192.0.2.77") && !covered.contains("2001:db8"), "{covered}");
    let missed = words(step(&half, "spf_addresses", "failed"));
    let whole = "v=spf1 include:_spf.provider.test ip6:2001:db8::77 -all";
    assert!(missed.contains("“fail”") && missed.contains(whole), "{missed}");

    // An include that leads to itself needs more lookups than are allowed.
    dns.remove("_spf.provider.test")
        .txt("_spf.provider.test", "v=spf1 include:_spf.provider.test ~all");
    let broken = words(step(&asked(), "spf_addresses", "failed"));
    assert!(broken.contains("more than 10 lookups"), "{broken}");

    let added = server.json(&["dkim", "add", &domain, "--algorithm", "ed25519"]);
    let (name, value) = (&added["record_name"], &added["record_value"]);
    let (name, value) = (name.as_str().unwrap(), value.as_str().unwrap());
    let missing = words(step(&asked(), "dkim", "failed"));
    assert!(missing.contains(name) && missing.contains(value), "{missing}");
    dns.txt(name, "v=DKIM1; k=ed25519; p=AAAA");
    assert!(words(step(&asked(), "dkim", "failed")).contains("another one"));
    dns.remove(name).txt(name, value);
    assert!(words(step(&asked(), "dkim", "passed")).contains(name));
}

#[test]
fn troubleshooting_a_domain_tells_of_the_open_alert_on_its_way_and_of_no_other() {
    let (dns, gone) = (TestDns::start(), ScriptedPeer::refusing());
    let server = super::world::inside()
        .internal_relay("corp.test")
        .internal_relay("other.test")
        .connector("to corp", "corp.test", gone.address(), "")
        .connector("to other", "other.test", gone.address(), "")
        .dns(dns.address())
        .start();
    let asked = |domain: &str| report(&server, &["domain", "troubleshoot", domain]);
    assert!(words(step(&asked("corp.test"), "alerts", "passed")).contains("no open alert"));
    super::world::send(&server, &["x@corp.test"], "waits");
    server.wait_for("an alert", || {
        (server.json(&["alert", "list"])[0]["connector"] == "to corp").then_some(())
    });
    let report = asked("corp.test");
    let told = step(&report, "alerts", "failed");
    let finding = told["finding"].as_str().unwrap();
    assert!(finding.starts_with("alert 1: connector \"to corp\" fails. Cause"), "{told}");
    let to_do = told["what_to_do"].as_str().unwrap();
    assert!(to_do.contains("causeway fix plan 1"), "{to_do}");
    step(&asked("other.test"), "alerts", "passed");
    let text = server.cli(&["domain", "troubleshoot", "corp.test", "--lang", "de"]).stdout;
    assert!(text.contains("Meldung 1: connector \"to corp\" ist gestört"), "{text}");
}

#[test]
fn troubleshooting_an_internal_relay_domain_tests_the_way_of_its_connector() {
    let (dns, gone) = (TestDns::start(), ScriptedPeer::refusing());
    let server = ours()
        .internal_relay("corp.test")
        .connector("to corp", "corp.test", gone.address(), "")
        .dns(dns.address())
        .start();
    dns.mx("corp.test", 10, "mx.ours.test");
    let report = report(&server, &["domain", "troubleshoot", "corp.test"]);
    assert!(words(step(&report, "connectors", "passed")).contains("to corp"), "{report:#}");
    assert!(words(step(&report, "connector", "passed")).contains("to corp"), "{report:#}");
    let refused = words(step(&report, "connect", "failed"));
    assert!(refused.contains(&gone.address().to_string()), "{refused}");
}
