//! Each probe against a lab in which something is broken in a known way.

// A test that cannot go on fails.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod bounds;
mod dns;
mod sessions;

use std::net::SocketAddr;
use std::time::Duration;

use causeway_insight::prober::Surroundings;
use causeway_insight::{Fact, Known, Probe, Prober};
use causeway_model::config::{DnsSettings, ProbeSettings, TlsLevel};
use causeway_net::tls::ClientTls;
use causeway_net::{Clock, Resolver};
use causeway_testkit::TestCa;

/// A prober that asks `resolver` and begins at `roots`; nothing takes longer than two seconds.
fn prober(resolver: SocketAddr, settings: ProbeSettings, ca: Option<&TestCa>) -> Prober {
    let dns =
        DnsSettings { servers: vec![resolver], timeout: Duration::from_secs(1), trust_ad: None };
    let roots: Vec<_> = ca.map(TestCa::root_file).into_iter().collect();
    let surroundings = Surroundings {
        resolver: Resolver::new(&dns).unwrap(),
        tls: ClientTls::new(&roots).unwrap(),
        clock: Clock::system(),
        hostname: "mx.contoso.example".into(),
        sources: Vec::new(),
        dane: true,
        sts: None,
    };
    Prober::new(surroundings, settings)
}

fn settings() -> ProbeSettings {
    ProbeSettings { timeout: Duration::from_secs(2), ..ProbeSettings::default() }
}

async fn facts(prober: &Prober, probe: Probe) -> Vec<Fact> {
    facts_with(prober, probe, &Known::default()).await
}

async fn facts_with(prober: &Prober, probe: Probe, known: &Known) -> Vec<Fact> {
    let found = prober.run("site", &[probe], known).await;
    found.into_iter().map(|finding| finding.fact).collect()
}

fn demand(level: TlsLevel, name: &str) -> causeway_insight::probe::TlsDemand {
    causeway_insight::probe::TlsDemand { level, expected_name: name.into(), publisher: None }
}
