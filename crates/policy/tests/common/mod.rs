//! The organization of the tests: `ours.test` (authoritative, alice and bob), `relay.ours.test`
//! (internal relay, carol is here), connectors to and from its own servers and a partner.
#![allow(dead_code, unreachable_pub)]

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use causeway_model::config::{
    AcceptedDomain, AuthorisedAddress, Connector, DomainPattern, DomainType, Host,
    InboundConnector, MailFlow, OutboundConnector, OutboundRoute, Peer, SmartHost, TlsLevel,
};
use causeway_model::{Address, Domain, ReversePath};
use causeway_policy::MailPolicy;

pub fn address(text: &str) -> Address {
    Address::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

pub fn domain(text: &str) -> Domain {
    Domain::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

pub fn sender(text: &str) -> ReversePath {
    if text.is_empty() { ReversePath::Null } else { ReversePath::Address(address(text)) }
}

pub fn pattern(text: &str) -> DomainPattern {
    match text.strip_prefix("*.") {
        _ if text == "*" => DomainPattern::Everything,
        _ if text == "accepted domains" => DomainPattern::Accepted,
        Some(above) => DomainPattern::Below(domain(above)),
        None => DomainPattern::Exact(domain(text)),
    }
}

pub fn outbound(name: &str, peer: Peer, patterns: &[&str]) -> OutboundConnector {
    OutboundConnector {
        name: name.into(),
        peer,
        enabled: true,
        recipient_domains: patterns.iter().map(|p| pattern(p)).collect(),
        route: OutboundRoute::SmartHosts(vec![vec![SmartHost {
            host: Host::Name(domain("hub.ours.test")),
            port: 25,
        }]]),
        tls: TlsLevel::Opportunistic,
        tls_domain: None,
        credentials: None,
        source_addresses: Vec::new(),
        max_connections: None,
        max_messages_per_minute: None,
        note: None,
    }
}

pub fn inbound(name: &str, peer: Peer, senders: &[&str], networks: &[&str]) -> InboundConnector {
    InboundConnector {
        name: name.into(),
        peer,
        enabled: true,
        sender_domains: senders.iter().map(|p| pattern(p)).collect(),
        source_addresses: networks.iter().map(|n| n.parse().unwrap()).collect(),
        tls_certificate_name: None,
        require_tls: true,
        restrict_sender_domains: false,
        identity: Vec::new(),
        note: None,
    }
}

pub fn ours() -> MailFlow {
    let accepted = |name: &str, domain_type| AcceptedDomain {
        name: domain(name),
        domain_type,
        match_subdomains: false,
    };
    let mut flow = MailFlow {
        domains: vec![
            accepted("ours.test", DomainType::Authoritative),
            accepted("relay.ours.test", DomainType::InternalRelay),
        ],
        ..MailFlow::default()
    };
    flow.relay.networks.push("192.0.2.0/24".parse().unwrap());
    flow.relay.addresses.push(AuthorisedAddress {
        address: "203.0.113.200/32".parse().unwrap(),
        note: Some("branch office".into()),
        until: None,
        sender_domains: Vec::new(),
    });
    let old = InboundConnector {
        enabled: false,
        ..inbound("from old site", Peer::OnPremises, &["*"], &["203.0.113.0/28"])
    };
    flow.connectors = vec![
        Connector::Outbound(outbound("to own", Peer::OnPremises, &["relay.ours.test"])),
        Connector::Inbound(inbound(
            "from own",
            Peer::OnPremises,
            &["ours.test", "*.ours.test", "ext.test"],
            &["203.0.113.16/28"],
        )),
        Connector::Inbound(inbound("from partner", Peer::Partner, &["*"], &["203.0.113.32/28"])),
        Connector::Inbound(old),
    ];
    flow
}

pub fn policy(flow: MailFlow) -> MailPolicy {
    MailPolicy::compile(Arc::new(flow), "mx.ours.test")
        .with_own_addresses(["192.0.2.25".parse::<IpAddr>().unwrap()])
}

pub fn mailboxes() -> HashMap<String, Address> {
    ["alice@ours.test", "bob@ours.test", "carol@relay.ours.test"]
        .map(|text| (address(text).mailbox_key(), address(text)))
        .into()
}
