//! Paths on which every message is refused or turns in a circle: relaying, logging in, routing.

use std::path::Path;
use std::time::Instant;

use causeway_testkit::server::Server;
use causeway_testkit::{Behaviour, ScriptedPeer, TestCa, TestDns, Validity};
use serde_json::json;

use super::super::world::{HOUR, inside, send, wait_for_deferral, wait_for_status, with_partner};
use super::Case;
use super::bench::{Found, diagnosed, fails, peer_of_its_own, start, works};

/// A connector that goes by the domain's MX records.
pub(super) const BY_MX: &str = "[[connector]]\nname = \"partner\"\ndirection = \"outbound\"\npeer = \"partner\"\n\
                     recipient_domains = [\"partner.test\"]\nuse_mx = true\n";

const DENIED: &str = "550 5.7.1 Unable to relay";

/// A partner that never took mail of ours.
fn never_relayed(words: &str) -> Found {
    refuses("RCPT", words)
}

/// A partner that took mail until now.
fn relays_no_more(words: &str) -> Found {
    let partner = peer_of_its_own(Behaviour::new());
    let server = start(with_partner(partner.address(), ""));
    works(&server, &partner);
    partner.change(Behaviour::new().reply("RCPT", [words]));
    fails(&server)
}

/// Takes mail for everybody but these, to whom it says this.
fn all_but(refused: &[&str], words: &str) -> Behaviour {
    let refuse = |behaviour: Behaviour, address: &&str| behaviour.recipient(address, [words]);
    refused.iter().fold(Behaviour::new(), refuse)
}

/// Mail for this recipient is returned.
fn is_returned(server: &Server, to: &str) {
    send(server, &[to], "returned");
    wait_for_status(server, to, "failed");
}

/// Mail for this recipient goes through.
fn is_taken(server: &Server, to: &str) {
    send(server, &[to], "taken");
    wait_for_status(server, to, "relayed");
}

fn no_alert_is_open(server: &Server) {
    server.wait_for("the end of the alert", || {
        (server.json(&["alert", "list", "--open"]) == json!([])).then_some(())
    });
}

const SOME: [&str; 3] = ["x@partner.test", "y@partner.test", "z@partner.test"];

/// A connector's server that takes one mailbox of the domain and refuses others, in the same transactions.
fn takes_some() -> Found {
    let some = all_but(&SOME, "550 5.4.1 Relay Access Denied");
    let partner = peer_of_its_own(some.recipient("q@partner.test", ["452 4.3.1 No room"]));
    let server = start(with_partner(partner.address(), ""));
    let began = Instant::now();
    for refused in SOME {
        assert_eq!(server.json(&["alert", "list"]), json!([]), "an address may be mistyped");
        send(&server, &["w@partner.test", refused], "some");
        wait_for_status(&server, refused, "failed");
    }
    let found = diagnosed(&server, began);
    send(&server, &["q@partner.test"], "put off");
    wait_for_deferral(&server, "q@partner.test");
    is_taken(&server, "v@partner.test");
    let alerts = server.json(&["alert", "list", "--open"]);
    assert_eq!(alerts[0]["id"], found.alert["id"], "mail for another mailbox mends nothing");
    partner.change(Behaviour::new());
    is_taken(&server, SOME[2]);
    no_alert_is_open(&server);
    found
}

/// The MX host of a domain takes one mailbox, before and after it has refused another one.
fn takes_some_by_mx() -> Found {
    let partner = peer_of_its_own(all_but(&SOME, "554 relaying denied"));
    let dns = TestDns::start();
    dns.mx("partner.test", 10, "mail.partner.test")
        .a("mail.partner.test", &partner.ip().to_string());
    let server = start(inside().dns(dns.address()).mx_port(partner.port()));
    works(&server, &partner);
    is_returned(&server, SOME[0]);
    is_taken(&server, "v@partner.test");
    no_alert_is_open(&server);
    server.advance(HOUR);
    let began = Instant::now();
    SOME.iter().for_each(|refused| is_returned(&server, refused));
    diagnosed(&server, began)
}

/// A connector's server that refused one mailbox of the domain, took another one, and then refuses that one, too.
fn closes_after_a_refusal() -> Found {
    let partner = peer_of_its_own(all_but(&["typo@partner.test"], "550 5.4.1 Relay Access Denied"));
    let server = start(with_partner(partner.address(), ""));
    works(&server, &partner);
    is_returned(&server, "typo@partner.test");
    is_taken(&server, "john@partner.test");
    no_alert_is_open(&server);
    partner.change(Behaviour::new().reply("RCPT", ["550 5.4.1 Relay Access Denied"]));
    let began = Instant::now();
    send(&server, &["John@Partner.test"], "refused");
    diagnosed(&server, began)
}

/// A connector that logged in with the password of a file; then something changes.
fn logs_in(change: impl Fn(&ScriptedPeer, &Path)) -> Found {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("password");
    std::fs::write(&file, "secret").unwrap();
    let partner = peer_of_its_own(Behaviour::new().credentials("relay", "secret"));
    let login =
        format!("credentials = {{ user = \"relay\", password_file = \"{}\" }}", file.display());
    let server = start(with_partner(partner.address(), &login));
    works(&server, &partner);
    change(&partner, &file);
    fails(&server)
}

/// A domain of ours, whose other mailboxes are at a partner that refuses, with these MX hosts.
fn own_domain(hosts: &[&str]) -> Found {
    let dns = TestDns::start();
    for (index, host) in hosts.iter().enumerate() {
        let preference = 10 * (index as u16 + 1);
        dns.mx("partner.test", preference, host).a(host, &format!("127.0.0.{}", 20 + index));
    }
    let partner = ScriptedPeer::start(Behaviour::new().reply("RCPT", [DENIED]));
    let setup = with_partner(partner.address(), "").internal_relay("partner.test");
    fails(&start(setup.dns(dns.address())))
}

/// A partner that never took mail of ours and behaves like this.
fn behaves(behaviour: Behaviour) -> Found {
    let partner = ScriptedPeer::start(behaviour);
    fails(&start(with_partner(partner.address(), "")))
}

/// A partner that refuses at this command.
fn refuses(command: &str, words: &str) -> Found {
    behaves(Behaviour::new().reply(command, [words]))
}

fn with_mailbox_here(server: Server) -> Server {
    server.add_mailbox("anna@partner.test", "a long enough password");
    server
}

/// A domain with all its mailboxes here is set to internal relay.
fn type_changed_here() -> Found {
    let server = start(inside().domain("partner.test", &["anna"]));
    let set = server.cli(&["domain", "set", "partner.test", "--type", "internal_relay", "--yes"]);
    assert_eq!(set.status, Some(0), "{set:?}");
    fails(&server)
}

/// A connector that goes by the MX records of a domain that says it takes no mail.
fn null_mx() -> Found {
    let dns = TestDns::start();
    dns.mx("partner.test", 0, ".");
    let server = start(inside().mailflow(BY_MX).dns(dns.address()));
    send(&server, &["x@partner.test"], "fails");
    diagnosed(&server, Instant::now())
}

/// An internal relay domain, and nothing that leads to its other mailboxes.
fn without_connector(disabled: bool) -> Found {
    let setup = match disabled {
        true => with_partner(peer_of_its_own(Behaviour::new()).address(), "enabled = false"),
        false => inside(),
    };
    fails(&start(setup.internal_relay("partner.test")))
}

/// The MX record of a domain leads here.
fn mx_leads_here(setup: impl Fn(&TestDns) -> Server, host: &str) -> Found {
    let dns = TestDns::start();
    let server = setup(&dns);
    dns.mx("partner.test", 10, host).a(host, &server.smtp().ip().to_string());
    fails(&server)
}

fn by_mx(dns: &TestDns) -> Server {
    start(inside().dns(dns.address()).mx_port(2525))
}

/// A connector that uses the MX records of a domain of ours.
fn connector_by_mx(dns: &TestDns) -> Server {
    let setup = inside().internal_relay("partner.test").mailflow(BY_MX);
    start(setup.dns(dns.address()).mx_port(2525))
}

/// The name of the smart host has come to lead here.
fn smart_host_leads_here() -> Found {
    let dns = TestDns::start();
    let connector = "[[connector]]\nname = \"partner\"\ndirection = \"outbound\"\npeer = \"partner\"\n\
                     recipient_domains = [\"partner.test\"]\nsmart_hosts = [\"mail.partner.test:2525\"]\n";
    let server = start(inside().mailflow(connector).dns(dns.address()));
    dns.a("mail.partner.test", &server.smtp().ip().to_string());
    fails(&server)
}

pub(super) const CASES: &[Case] = &[
    Case("takes-no-mail", "a connector goes by the MX records, and they say so", null_mx),
    Case("takes-no-mail", "521 at once", || {
        behaves(Behaviour::new().greeting("521 5.3.2 this host does not accept mail"))
    }),
    Case("login-required", "MAIL is refused without a login, by its code", || {
        refuses("MAIL", "530 5.7.57 Client not authenticated to send mail")
    }),
    Case("login-required", "RCPT is refused without a login, by its words", || {
        refuses("RCPT", "550 authentication required")
    }),
    Case("tls-required-there", "MAIL is refused without TLS, by its words", || {
        refuses("MAIL", "530 5.7.0 Must issue a STARTTLS command first")
    }),
    Case("tls-required-there", "RCPT is refused without TLS, by its code", || {
        refuses("RCPT", "550 5.7.10 not like this")
    }),
    Case(
        "domain-type-wrong-here",
        "it was set to internal relay, and its mailboxes are here",
        type_changed_here,
    ),
    Case(
        "domain-type-wrong-here",
        "internal relay from the start, with mailboxes here only",
        || fails(&with_mailbox_here(start(inside().internal_relay("partner.test")))),
    ),
    Case(
        "mx-not-this-server",
        "our domain's MX leads elsewhere; the partner refuses to relay",
        || own_domain(&["mx.elsewhere.test"]),
    ),
    Case("mx-not-this-server", "one of its two MX leads elsewhere; the partner refuses", || {
        own_domain(&["mx.ours.test", "mx.elsewhere.test"])
    }),
    Case("mx-not-this-server", "both of its MX lead elsewhere; the partner refuses", || {
        own_domain(&["mx.elsewhere.test", "mx2.elsewhere.test"])
    }),
    Case("not-allowed-to-relay", "550 5.7.1, never worked", || never_relayed(DENIED)),
    Case("not-allowed-to-relay", "554 5.7.1, never worked", || {
        never_relayed("554 5.7.1 <x@partner.test>: Relay access denied")
    }),
    Case("domain-not-active-there", "550 5.7.1, after it worked", || relays_no_more(DENIED)),
    Case("domain-not-active-there", "550 5.4.1, after it worked", || {
        relays_no_more("550 5.4.1 Relay Access Denied")
    }),
    Case("domain-not-active-there", "550 5.4.1 for one who was taken", closes_after_a_refusal),
    Case("domain-type-wrong-there", "550 5.4.1 for some, others are taken with them", takes_some),
    Case(
        "domain-type-wrong-there",
        "554 for some, others are taken before and after",
        takes_some_by_mx,
    ),
    Case("hybrid-connector-wrong", "550 5.7.64, after it worked", || {
        relays_no_more("550 5.7.64 TenantAttribution; Relay Access Denied")
    }),
    Case("hybrid-connector-wrong", "550 5.7.51, never worked", || {
        never_relayed(
            "550 5.7.51 TenantInboundAttribution; There is a partner connector configured",
        )
    }),
    Case("credentials-wrong", "the password was changed there", || {
        logs_in(|partner, _| partner.change(Behaviour::new().credentials("relay", "new")))
    }),
    Case("credentials-wrong", "the password was changed here", || {
        logs_in(|_, file| std::fs::write(file, "wrong").unwrap())
    }),
    Case("credentials-unreadable", "the password's file was removed", || {
        logs_in(|_, file| std::fs::remove_file(file).unwrap())
    }),
    Case("credentials-unreadable", "there is a directory in place of the file", || {
        logs_in(|_, file| {
            std::fs::remove_file(file).unwrap();
            std::fs::create_dir(file).unwrap();
        })
    }),
    Case("login-not-offered", "the server offers no login any more", || {
        logs_in(|partner, _| partner.change(Behaviour::new()))
    }),
    Case("login-not-offered", "the same, under TLS", || {
        let shown = TestCa::new("Unknown").issue(&["mail.partner.test"], Validity::Now);
        logs_in(|partner, _| partner.change(Behaviour::new().starttls(&shown)))
    }),
    Case("connector-missing", "an internal relay domain without a connector", || {
        without_connector(false)
    }),
    Case("connector-missing", "its connector is switched off", || without_connector(true)),
    Case("domain-not-accepted-here", "the MX record is this server's name", || {
        mx_leads_here(by_mx, "mx.ours.test")
    }),
    Case("domain-not-accepted-here", "the MX host has this server's address", || {
        mx_leads_here(by_mx, "mail.partner.test")
    }),
    Case("connector-points-back", "a connector uses the MX records of our domain", || {
        mx_leads_here(connector_by_mx, "mx.ours.test")
    }),
    Case(
        "connector-points-back",
        "the smart host's name leads to this server",
        smart_host_leads_here,
    ),
];
