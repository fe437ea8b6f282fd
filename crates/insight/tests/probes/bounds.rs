//! Bounds in time and traffic.

use std::time::Duration;

use causeway_insight::finding::Unasked;
use causeway_insight::{Fact, Known, Probe};
use causeway_model::config::ProbeSettings;
use causeway_testkit::{Behaviour, Fault, Point, ScriptedPeer, SilentPort, TestDns};

use crate::{prober, settings};
use tokio::time::Instant;

#[tokio::test]
async fn the_same_question_is_asked_once_whoever_asks() {
    let dns = TestDns::start();
    let peer = ScriptedPeer::start(Behaviour::new());
    let prober = prober(dns.address(), settings(), None);
    let probe = [Probe::Connect { address: peer.address() }];
    let known = Known::default();
    let (one, two) =
        tokio::join!(prober.run("one", &probe, &known), prober.run("two", &probe, &known));
    assert_eq!(one, two);
    let again = prober.run("one", &probe, &known).await;
    assert_eq!(again, one);
    peer.wait_for_connections(1).await;
    assert_eq!(peer.connections(), 1);
    prober.forget();
    prober.run("one", &probe, &known).await;
    peer.wait_for_connections(2).await;
}

#[tokio::test]
async fn a_site_is_looked_into_by_one_run_at_a_time() {
    let dns = TestDns::start();
    let peer = ScriptedPeer::start(Behaviour::new());
    let prober = prober(dns.address(), settings(), None);
    let probe = [Probe::Connect { address: peer.address() }];
    let known = Known::default();
    let (one, two) =
        tokio::join!(prober.run("site", &probe, &known), prober.run("site", &probe, &known));
    assert!(matches!(one[0].fact, Fact::Connected { .. }));
    assert_eq!(two[0].fact, Fact::NotProbed { why: Unasked::SiteBusy });
}

#[tokio::test]
async fn what_is_beyond_the_budget_is_not_asked_and_says_so() {
    let dns = TestDns::start();
    let prober =
        prober(dns.address(), ProbeSettings { per_minute: 5, at_once: 2, ..settings() }, None);
    let peers: Vec<ScriptedPeer> = (0..8).map(|_| ScriptedPeer::start(Behaviour::new())).collect();
    let probes: Vec<Probe> =
        peers.iter().map(|peer| Probe::Connect { address: peer.address() }).collect();
    let found = prober.run("site", &probes, &Known::default()).await;
    let unasked =
        found.iter().filter(|f| f.fact == Fact::NotProbed { why: Unasked::BudgetSpent }).count();
    assert_eq!((found.len(), unasked), (8, 3));
    // Names are compared without touching the network: that costs nothing.
    let spelling = [Probe::Spelling { name: "partner.example".into() }];
    let found = prober.run("site", &spelling, &Known::default()).await;
    assert!(matches!(found[0].fact, Fact::ResemblesNothing { .. }));
}

#[tokio::test]
async fn silence_everywhere_ends_in_time_and_keeps_what_was_found_before() {
    let dns = TestDns::start();
    let prober = prober(dns.address(), settings(), None);
    let silent = SilentPort::start();
    let hanging = ScriptedPeer::start(Behaviour::new().fault(Point::Ehlo, Fault::Hang));
    let demand = crate::demand(causeway_model::config::TlsLevel::Opportunistic, "peer.test");
    let host = "peer.test".to_owned();
    let probes = [
        Probe::Connect { address: silent.address() },
        Probe::Session { address: hanging.address(), host, demand },
    ];
    let began = Instant::now();
    let found = prober.run("site", &probes, &Known::default()).await;
    assert!(began.elapsed() < Duration::from_secs(6), "{:?}", began.elapsed());
    assert!(found.iter().any(|f| matches!(f.fact, Fact::Greeting { .. })), "{found:#?}");
    assert!(found.iter().any(|f| matches!(f.fact, Fact::SessionFailed { .. })), "{found:#?}");
}
