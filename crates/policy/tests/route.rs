//! Where recipients go: the order of the rules, the hybrid loop, and what is not taken.

#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use causeway_model::Failure;
use causeway_model::config::{
    Connector, DomainPattern, InternetRoute, OutboundConnector, OutboundRoute, Peer,
};
use causeway_policy::{PeerFacts, RecipientDecision, RouteDomain, RouteTarget};
use common::{address, domain, inbound, mailboxes, ours, outbound, policy, sender};

/// The target as one word: `local`, a connector's name, `mx DOMAIN`, or the failure.
fn target(flow: &causeway_model::config::MailFlow, to: &str, from: Option<&str>) -> String {
    let route = policy(flow.clone()).route(&address(to), from, &mailboxes());
    match route.target {
        RouteTarget::Local { mailbox } => format!("local {mailbox}"),
        RouteTarget::Connector(connector) => connector.name.clone(),
        RouteTarget::Mx(domain) => format!("mx {domain}"),
        RouteTarget::Nowhere(Failure::MailboxUnknown { .. }) => "unknown".into(),
        RouteTarget::Nowhere(Failure::NoConnector { .. }) => "no connector".into(),
        RouteTarget::Nowhere(Failure::RoutingLoop { connector, .. }) => format!("loop {connector}"),
        RouteTarget::Nowhere(failure) => panic!("{failure:?}"),
    }
}

fn with(connectors: Vec<OutboundConnector>) -> causeway_model::config::MailFlow {
    let mut flow = ours();
    flow.connectors.extend(connectors.into_iter().map(Connector::Outbound));
    flow
}

#[test]
fn mailboxes_come_first_then_connectors_then_mx() {
    let flow = ours();
    assert_eq!(target(&flow, "alice@ours.test", None), "local alice@ours.test");
    assert_eq!(target(&flow, "Bob@OURS.test", None), "local bob@ours.test");
    assert_eq!(target(&flow, "nobody@ours.test", None), "unknown");
    assert_eq!(target(&flow, "carol@relay.ours.test", None), "local carol@relay.ours.test");
    assert_eq!(target(&flow, "dave@relay.ours.test", None), "to own");
    assert_eq!(target(&flow, "b@ext.test", None), "mx ext.test");
    assert_eq!(target(&flow, "b@[192.0.2.99]", None), "mx [192.0.2.99]");
    assert_eq!(target(&flow, "b@[127.0.0.1]", None), "unknown");
}

/// The same without the connectors that the organization has otherwise.
fn with_only(connectors: Vec<OutboundConnector>) -> causeway_model::config::MailFlow {
    let mut flow = with(connectors);
    flow.connectors.retain(|connector| connector.name() != "to own");
    flow
}

#[test]
fn all_accepted_domains_come_after_every_wildcard_and_before_everything() {
    let ours = |connector: &str| outbound(connector, Peer::OnPremises, &["accepted domains"]);
    let flow = with_only(vec![
        outbound("all", Peer::Partner, &["*"]),
        ours("accepted"),
        outbound("below", Peer::OnPremises, &["*.ours.test"]),
    ]);
    assert_eq!(target(&flow, "nobody@relay.ours.test", None), "below");
    assert_eq!(target(&flow, "x@ext.test", None), "all");
    let flow = with_only(vec![outbound("all", Peer::Partner, &["*"]), ours("accepted")]);
    assert_eq!(target(&flow, "nobody@relay.ours.test", None), "accepted");
    assert_eq!(target(&flow, "x@ext.test", None), "all");
    let flow = with_only(vec![ours("accepted")]);
    assert_eq!(target(&flow, "x@ext.test", None), "mx ext.test");
    assert_eq!(target(&flow, "nobody@ours.test", None), "unknown", "authoritative stays so");
    let explained =
        policy(flow).explain_route(&address("nobody@relay.ours.test"), None, &mailboxes());
    assert!(explained.because.contains("accepted domains"), "{}", explained.because);
}

#[test]
fn the_most_specific_connector_takes_the_recipient() {
    let mut flow = with(vec![
        outbound("all", Peer::Partner, &["*"]),
        outbound("wide", Peer::Partner, &["*.test"]),
        outbound("narrow", Peer::Partner, &["*.ext.test"]),
        outbound("exact", Peer::Partner, &["a.ext.test"]),
    ]);
    for (to, expected) in [
        ("b@a.ext.test", "exact"),
        ("b@b.ext.test", "narrow"),
        ("b@ext.test", "wide"),
        ("b@ext.example", "all"),
        ("b@[192.0.2.99]", "all"),
        // `*` takes no recipients that are here or that do not exist.
        ("alice@ours.test", "local alice@ours.test"),
        ("nobody@ours.test", "unknown"),
    ] {
        assert_eq!(target(&flow, to, None), expected, "{to}");
    }
    let Some(Connector::Outbound(exact)) = flow.connectors.last_mut() else { panic!() };
    exact.enabled = false;
    assert_eq!(target(&flow, "b@a.ext.test", None), "narrow");
}

#[test]
fn an_internal_relay_domain_needs_a_connector() {
    let mut flow = ours();
    flow.connectors.clear();
    assert_eq!(target(&flow, "dave@relay.ours.test", None), "no connector");
    assert_eq!(target(&flow, "carol@relay.ours.test", None), "local carol@relay.ours.test");
    // Centralized transport is for the internet, not for our own domains.
    flow.internet = InternetRoute::Via("hub".into());
    flow.connectors = vec![Connector::Outbound(outbound("hub", Peer::OnPremises, &[]))];
    assert_eq!(target(&flow, "dave@relay.ours.test", None), "no connector");
    flow.connectors = vec![Connector::Outbound(outbound("all", Peer::Partner, &["*"]))];
    assert_eq!(target(&flow, "dave@relay.ours.test", None), "all");
}

#[test]
fn centralized_transport_takes_what_no_connector_took() {
    let mut flow = with(vec![
        outbound("hub", Peer::OnPremises, &[]),
        outbound("partner", Peer::Partner, &["partner.test"]),
    ]);
    flow.internet = InternetRoute::Via("hub".into());
    assert_eq!(target(&flow, "b@ext.test", None), "hub");
    assert_eq!(target(&flow, "b@partner.test", None), "partner");
    assert_eq!(target(&flow, "alice@ours.test", None), "local alice@ours.test");
    // Turned off, it is as if it were not there.
    for connector in &mut flow.connectors {
        if let Connector::Outbound(outbound) = connector {
            outbound.enabled = outbound.name != "hub";
        }
    }
    assert_eq!(target(&flow, "b@ext.test", None), "mx ext.test");
}

/// The table of the module's manual: where from × where to × type of domain.
#[test]
fn mail_is_never_sent_back_to_the_servers_it_came_from() {
    let own = Some("from own");
    let partner = Some("from partner");
    let to_own = with(vec![outbound("hub", Peer::OnPremises, &["*"])]);
    let mut to_partner = ours();
    to_partner.connectors.retain(|c| c.name() != "to own");
    to_partner.connectors.push(Connector::Outbound(outbound(
        "isp",
        Peer::Partner,
        &["*", "relay.ours.test"],
    )));

    // own servers -> own servers
    assert_eq!(target(&to_own, "b@ext.test", own), "mx ext.test");
    assert_eq!(target(&to_own, "dave@relay.ours.test", own), "loop to own");
    // own servers -> partner
    assert_eq!(target(&to_partner, "b@ext.test", own), "isp");
    assert_eq!(target(&to_partner, "dave@relay.ours.test", own), "isp");
    // partner or anybody else -> own servers
    for from in [partner, None] {
        assert_eq!(target(&to_own, "b@ext.test", from), "hub");
        assert_eq!(target(&to_own, "dave@relay.ours.test", from), "to own");
        assert_eq!(target(&to_partner, "b@ext.test", from), "isp");
        assert_eq!(target(&to_partner, "dave@relay.ours.test", from), "isp");
    }
    // A mailbox here is a mailbox here.
    assert_eq!(target(&to_own, "carol@relay.ours.test", own), "local carol@relay.ours.test");
}

#[test]
fn a_connector_that_leads_back_is_passed_over_for_the_next_one() {
    let mut flow = with(vec![
        outbound("hub", Peer::OnPremises, &["ext.test"]),
        outbound("isp", Peer::Partner, &["*"]),
    ]);
    assert_eq!(target(&flow, "b@ext.test", Some("from own")), "isp");
    flow.connectors.pop();
    flow.internet = InternetRoute::Via("hub".into());
    assert_eq!(target(&flow, "b@other.test", Some("from own")), "mx other.test");
}

#[test]
fn sites_told_apart_by_their_certificates_may_exchange_mail() {
    let name = |flow: &mut causeway_model::config::MailFlow, shown: &str, expected: &str| {
        for connector in &mut flow.connectors {
            match connector {
                Connector::Outbound(c) if c.name == "to own" => {
                    c.tls_domain = Some(expected.into());
                }
                Connector::Inbound(c) if c.name == "from own" => {
                    c.tls_certificate_name = Some(shown.into());
                }
                _ => {}
            }
        }
    };
    let mut flow = ours();
    for (shown, expected, outcome) in [
        ("ulm.ours.test", "kiel.ours.test", "to own"),
        ("hub.ours.test", "HUB.ours.test", "loop to own"),
        ("*.ours.test", "hub.ours.test", "loop to own"),
        ("hub.ours.test", "*.ours.test", "loop to own"),
    ] {
        name(&mut flow, shown, expected);
        assert_eq!(target(&flow, "dave@relay.ours.test", Some("from own")), outcome, "{shown}");
    }
}

#[test]
fn postmaster_always_leads_to_somebody() {
    let mut flow = ours();
    let decide = |flow: &causeway_model::config::MailFlow, to: &str| {
        policy(flow.clone()).recipient(&address(to), &mailboxes())
    };
    let local = |text: &str| RecipientDecision::Local { mailbox: address(text) };
    // Nobody is named: kept in a Maildir of its own.
    assert_eq!(decide(&flow, "postmaster@ours.test"), local("postmaster@ours.test"));
    assert_eq!(decide(&flow, "postmaster@[127.0.0.1]"), local("postmaster@ours.test"));
    assert_eq!(
        decide(&flow, "postmaster@relay.ours.test"),
        RecipientDecision::Forward { to: address("postmaster@relay.ours.test") }
    );
    flow.organization.alert_recipients =
        vec![address("gone@ours.test"), address("alice@ours.test")];
    assert_eq!(decide(&flow, "postmaster@ours.test"), local("alice@ours.test"));
    flow.organization.postmaster = Some(address("bob@ours.test"));
    assert_eq!(decide(&flow, "\"Postmaster\"@ours.test"), local("bob@ours.test"));
    assert_eq!(decide(&flow, "postmaster@mx.ours.test"), local("bob@ours.test"));
    flow.organization.postmaster = Some(address("it@ext.test"));
    assert_eq!(
        decide(&flow, "postmaster@ours.test"),
        RecipientDecision::Forward { to: address("it@ext.test") }
    );
    // Named as itself, without a mailbox: not a circle.
    flow.organization.postmaster = Some(address("postmaster@ours.test"));
    assert_eq!(decide(&flow, "postmaster@ours.test"), local("alice@ours.test"));
    let policy = policy(flow);
    assert_eq!(policy.bare_postmaster(), Some(address("postmaster@ours.test")));
}

#[test]
fn a_postmaster_elsewhere_is_routed_by_that_address() {
    let mut flow = with(vec![outbound("partner", Peer::Partner, &["ext.test"])]);
    flow.organization.postmaster = Some(address("it@ext.test"));
    let route = policy(flow).route(&address("postmaster@ours.test"), None, &mailboxes());
    assert_eq!(route.recipient, address("it@ext.test"));
    assert_eq!(route.connector(), Some("partner"));
    assert_eq!(route.domain_type, RouteDomain::Authoritative);
}

#[test]
fn explanations_name_what_was_not_taken() {
    let mut disabled = outbound("old", Peer::Partner, &["ext.test"]);
    disabled.enabled = false;
    let mut mx = outbound("secure", Peer::Partner, &["ext.test"]);
    mx.route = OutboundRoute::Mx;
    let flow = with(vec![disabled, mx, outbound("all", Peer::Partner, &["*"])]);
    let explained = policy(flow).explain_route(&address("b@ext.test"), None, &mailboxes());
    let json = serde_json::to_value(&explained).unwrap();
    assert_eq!(json["recipient"], "b@ext.test");
    assert_eq!(json["domain"], "ext.test");
    assert_eq!(json["domain_type"], "external");
    assert_eq!(json["connector"], "secure");
    assert_eq!(json["next_hops"][0], "MX of ext.test");
    let why = |name: &str| {
        explained.considered.iter().find(|c| c.connector == name).map(|c| c.why_not.to_string())
    };
    assert_eq!(why("old").as_deref(), Some("it is disabled"));
    assert!(why("all").unwrap().contains("less specific"));
    assert!(why("to own").unwrap().contains("do not have ext.test"));
    assert_eq!(why("secure"), None);
}

#[test]
fn a_disabled_connector_that_is_named_for_the_internet_is_told_of() {
    let mut disabled = outbound("relay", Peer::Partner, &[]);
    disabled.enabled = false;
    let mut flow = with(vec![disabled]);
    flow.internet = InternetRoute::Via("relay".into());
    let policy = policy(flow);
    let why = |to: &str| {
        let explained = policy.explain_route(&address(to), None, &mailboxes());
        let found = explained.considered.into_iter().find(|c| c.connector == "relay");
        found.unwrap().why_not.to_string()
    };
    assert!(why("b@ext.test").contains("[routing].internet"), "{}", why("b@ext.test"));
    assert!(why("dave@relay.ours.test").contains("do not have relay.ours.test"));
}

#[test]
fn smart_hosts_are_shown_with_their_ports() {
    let explained =
        policy(ours()).explain_route(&address("dave@relay.ours.test"), None, &mailboxes());
    assert_eq!(explained.next_hops, ["hub.ours.test:25"]);
    assert_eq!(explained.domain_type, RouteDomain::InternalRelay);
    let explained = policy(ours()).explain_route(&address("no@ours.test"), None, &mailboxes());
    assert!(explained.next_hops.is_empty() && explained.connector.is_none());
}

#[test]
fn peers_are_recognised_by_certificate_first_then_by_the_narrowest_network() {
    let mut flow = ours();
    let mut certified = inbound("certified", Peer::Partner, &["*"], &[]);
    certified.tls_certificate_name = Some("Mail.Corp.Test".into());
    let mut wildcard = inbound("wildcard", Peer::Partner, &["*"], &[]);
    wildcard.tls_certificate_name = Some("*.corp.test".into());
    let narrow = inbound("narrow", Peer::Partner, &["only.test"], &["203.0.113.17/32"]);
    flow.connectors.extend([certified, wildcard, narrow].map(Connector::Inbound));
    let policy = policy(flow);
    let found = |client: &str, names: &[&str], from: &str| {
        let names: Vec<String> = names.iter().map(|n| (*n).to_owned()).collect();
        let from = sender(from);
        let facts = PeerFacts {
            client: client.parse().unwrap(),
            certificate_names: &names,
            sender: Some(&from),
        };
        policy.recognise(&facts).map(|c| c.name.clone())
    };
    let found = |client, names: &[&str], from| found(client, names, from).unwrap_or_default();
    assert_eq!(found("203.0.113.20", &["mail.corp.test"], "a@b.test"), "certified");
    assert_eq!(found("203.0.113.20", &["*.corp.test"], "a@b.test"), "wildcard");
    assert_eq!(found("203.0.113.20", &["www.corp.test"], "a@b.test"), "wildcard");
    assert_eq!(found("203.0.113.20", &["a.b.corp.test"], "a@ours.test"), "from own");
    assert_eq!(found("::ffff:203.0.113.20", &[], "a@sub.ours.test"), "from own");
    assert_eq!(found("203.0.113.20", &[], "a@spam.test"), "");
    assert_eq!(found("203.0.113.17", &[], "a@only.test"), "narrow");
    assert_eq!(found("203.0.113.17", &[], "a@ours.test"), "from own");
    assert_eq!(found("203.0.113.1", &[], "a@ours.test"), "", "its connector is disabled");
    assert_eq!(found("198.51.100.9", &[], "a@ours.test"), "");
    let own = policy.inbound_connector("from own").unwrap();
    assert!(policy.inbound_demand(own, true).is_none());
    assert_eq!(policy.inbound_demand(own, false).unwrap().code_text(), "530 5.7.0");
}

#[test]
fn a_pattern_below_a_domain_does_not_take_the_domain_itself() {
    let flow = with(vec![outbound("below", Peer::Partner, &["*.ext.test"])]);
    assert_eq!(target(&flow, "b@ext.test", None), "mx ext.test");
    assert_eq!(target(&flow, "b@a.b.ext.test", None), "below");
    assert_eq!(common::pattern("*.ext.test"), DomainPattern::Below(domain("ext.test")));
}
