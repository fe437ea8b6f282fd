//! Mail that really goes in circles, between this server and another one of this program.

use std::time::Instant;

use causeway_testkit::TestDns;
use causeway_testkit::server::{Server, Setup};

use super::super::world::{
    assert_all_accounted, assert_says, inside, send, wait_for_mail, wait_for_status,
};
use super::Case;
use super::bench::{Found, connector, diagnosed, set, start};
use super::refusals::BY_MX;

/// The gateway gives up after so many servers.
const HOPS: &str = "[limits]\nmax_hops = 5";

/// A gateway that sends all mail of the domain to the smart host of its connector, wherever that is by then.
fn gateway() -> Server {
    inside()
        .hostname("gate.partner.test")
        .internal_relay("partner.test")
        .mailflow(&connector("partner", "192.0.2.1", 25))
        .machine(HOPS)
        .start()
}

/// Mail for the domain goes to the gateway, which sends it back here.
fn goes_round(setup: Setup, gateway: &Server) -> Found {
    let server = start(setup.internal_relay("partner.test"));
    set(gateway, &["--smart-host", &server.smtp().to_string()]);
    let began = Instant::now();
    send(&server, &["x@partner.test"], "round");
    let found = diagnosed(&server, began);
    is_told(&server, &found);
    found
}

/// The sender is told once, the trace says how it went, and nothing is lost.
fn is_told(server: &Server, found: &Found) {
    let failed = wait_for_status(server, "x@partner.test", "failed");
    let id = failed["id"].as_str().unwrap_or_default();
    let trace = server.cli(&["trace", "show", id]).stdout;
    let circle = "mx.ours.test → gate.partner.test → mx.ours.test";
    assert_says(&trace, &["has passed this server 4 times", circle]);
    assert_says(&found.alert["evidence"].to_string(), &[circle, "which this server had sent"]);
    assert_eq!(wait_for_mail(server, "alice@ours.test", 1).len(), 1, "one report");
    assert_all_accounted(server);
}

/// By the connector of a domain whose other mailboxes are elsewhere.
fn by_smart_host() -> Found {
    let gateway = gateway();
    let host = gateway.smtp();
    let connector = connector("partner", &host.ip().to_string(), host.port());
    goes_round(inside().mailflow(&connector), &gateway)
}

/// By the MX records of the domain, which name the gateway.
fn by_mx() -> Found {
    let gateway = gateway();
    let dns = TestDns::start();
    dns.mx("partner.test", 10, "gate.partner.test")
        .a("gate.partner.test", &gateway.smtp().ip().to_string());
    let setup = inside().mailflow(BY_MX).dns(dns.address());
    goes_round(setup.mx_port(gateway.smtp().port()), &gateway)
}

pub(super) const CASES: &[Case] = &[
    Case(
        "connector-points-back",
        "its smart host sends everything back, until 5.4.6",
        by_smart_host,
    ),
    Case("connector-points-back", "the MX host of the domain sends everything back", by_mx),
];
