//! Who may send where: the rules one by one, the six situations of a travelling user, and the
//! property that matters most: no stranger ever reaches a foreign domain.

#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use std::net::IpAddr;
use std::time::Duration;

use causeway_model::config::{MailFlow, RejectStyle};
use causeway_model::{Address, ReversePath, Timestamp};
use causeway_policy::{PopLogin, RecipientDecision, RelayDecision, RelayFacts, RelayRule};
use common::{address, domain, mailboxes, ours, policy, sender};

struct Ask<'a> {
    client: &'a str,
    user: Option<&'a str>,
    pop: Option<u64>,
    connector: Option<&'a str>,
    sender: &'a str,
    recipient: &'a str,
    tls: bool,
    points_here: bool,
}

/// 2026-11-21.
const NOW: Timestamp = Timestamp::from_millis(1_795_219_200_000);

const STRANGER: Ask<'static> = Ask {
    client: "198.51.100.9",
    user: None,
    pop: None,
    connector: None,
    sender: "a@ext.test",
    recipient: "b@ext.test",
    tls: false,
    points_here: false,
};

fn ask(flow: MailFlow, ask: &Ask<'_>) -> RelayDecision {
    policy(flow).relay(&RelayFacts {
        client: ask.client.parse().unwrap(),
        authenticated_user: ask.user,
        pop_login: ask
            .pop
            .map(|s| PopLogin { user: "alice@ours.test", time_left: Duration::from_secs(s) }),
        connector: ask.connector,
        sender: &sender(ask.sender),
        recipient: &address(ask.recipient),
        tls: ask.tls,
        now: NOW,
        points_here: ask.points_here,
    })
}

#[test]
fn a_stranger_is_told_the_missing_condition_and_the_rule() {
    let decision = ask(ours(), &STRANGER);
    assert!(decision.is_relay && !decision.allowed);
    assert_eq!(decision.rule, RelayRule::Stranger);
    assert_eq!(
        decision.reply.unwrap().to_string(),
        "550 5.7.1 Relaying denied: not authenticated; ext.test is not an accepted domain \
         (rule relay.stranger)"
    );
    assert!(decision.allowed_if[0].contains("logs in"));
    assert!(decision.allowed_if.iter().any(|c| c.contains("198.51.100.9")));
}

#[test]
fn the_qmail_style_is_a_553_with_the_code_in_the_text() {
    let mut flow = ours();
    flow.relay.reject_style = RejectStyle::Qmail;
    let reply = ask(flow, &STRANGER).reply.unwrap();
    assert_eq!((reply.code, reply.enhanced), (553, None));
    assert!(reply.lines[0].contains("rcpthosts") && reply.lines[0].ends_with("(#5.7.1)"));
}

#[test]
fn a_domain_whose_mx_points_here_is_told_so() {
    let decision = ask(ours(), &Ask { points_here: true, ..STRANGER });
    assert_eq!((decision.allowed, decision.rule), (false, RelayRule::PointsHere));
    assert_eq!(decision.reply.unwrap().code_text(), "550 5.4.1");
    assert!(decision.allowed_if[0].contains("causeway domain add ext.test"));
}

#[test]
fn every_right_to_relay_has_its_rule() {
    let pop = |flow: &mut MailFlow| flow.relay.pop_before_smtp.enabled = true;
    let cases: [(Ask<'_>, RelayRule); 7] = [
        (Ask { user: Some("alice@ours.test"), ..STRANGER }, RelayRule::Authenticated),
        (Ask { client: "192.0.2.77", ..STRANGER }, RelayRule::Network),
        (Ask { client: "::ffff:192.0.2.77", ..STRANGER }, RelayRule::Network),
        (Ask { client: "203.0.113.200", ..STRANGER }, RelayRule::Address),
        (Ask { pop: Some(60), ..STRANGER }, RelayRule::Pop),
        (Ask { connector: Some("from own"), tls: true, ..STRANGER }, RelayRule::Connector),
        (Ask { recipient: "b@relay.ours.test", ..STRANGER }, RelayRule::Local),
    ];
    for (facts, rule) in cases {
        let mut flow = ours();
        pop(&mut flow);
        let decision = ask(flow, &facts);
        assert!(decision.allowed && decision.reply.is_none(), "{rule:?}: {decision:?}");
        assert_eq!(decision.rule, rule);
        assert!(decision.allowed_if.is_empty());
    }
}

#[test]
fn what_is_almost_a_right_is_none() {
    let cases = [
        // POP-before-SMTP is off, or its window is over.
        (false, Ask { pop: Some(60), ..STRANGER }),
        (true, Ask { pop: Some(0), ..STRANGER }),
        // The connector demands TLS; is a partner's; is disabled; is outbound; does not exist.
        (true, Ask { connector: Some("from own"), tls: false, ..STRANGER }),
        (true, Ask { connector: Some("from partner"), tls: true, ..STRANGER }),
        (true, Ask { connector: Some("from old site"), tls: true, ..STRANGER }),
        (true, Ask { connector: Some("to own"), tls: true, ..STRANGER }),
        (true, Ask { connector: Some("none such"), tls: true, ..STRANGER }),
        // It does not take this sender.
        (true, Ask { connector: Some("from own"), tls: true, sender: "a@spam.test", ..STRANGER }),
        // A local-looking sender is no passport.
        (true, Ask { sender: "alice@ours.test", ..STRANGER }),
        (true, Ask { sender: "a@mx.ours.test", ..STRANGER }),
        (true, Ask { sender: "", ..STRANGER }),
    ];
    for (pop_enabled, facts) in cases {
        let mut flow = ours();
        flow.relay.pop_before_smtp.enabled = pop_enabled;
        let decision = ask(flow, &facts);
        assert_eq!((decision.allowed, decision.rule), (false, RelayRule::Stranger), "{decision:?}");
    }
}

#[test]
fn container_gateways_and_private_networks_are_not_trusted_by_default() {
    for client in ["172.17.0.1", "10.0.0.1", "192.168.1.1", "fd00::1", "::ffff:172.17.0.1"] {
        let decision = ask(MailFlow::default(), &Ask { client, ..STRANGER });
        assert!(!decision.allowed, "{client}");
    }
    assert!(ask(MailFlow::default(), &Ask { client: "127.0.0.1", ..STRANGER }).allowed);
    assert!(ask(MailFlow::default(), &Ask { client: "::1", ..STRANGER }).allowed);
}

/// A user with a mailbox at their provider sends from home (the provider's network), from the office
/// and from a hotel (somebody else's networks), to their own provider's domain and to another one.
#[test]
fn the_six_situations_come_out_as_they_should() {
    let (home, office, hotel) = ("192.0.2.77", "198.51.100.9", "203.0.113.9");
    let (own, other) = ("bob@ours.test", "b@ext.test");
    for (client, recipient, is_relay, allowed) in [
        (home, own, false, true),
        (home, other, true, true),
        (office, own, false, true),
        (office, other, true, false),
        (hotel, own, false, true),
        (hotel, other, true, false),
    ] {
        let facts = Ask { client, recipient, sender: "alice@ours.test", ..STRANGER };
        let decision = ask(ours(), &facts);
        assert_eq!(
            (decision.is_relay, decision.allowed),
            (is_relay, allowed),
            "{client} {recipient}"
        );
        // Logging in makes every one of them work.
        let decision = ask(ours(), &Ask { user: Some("alice@ours.test"), ..facts });
        assert!(decision.allowed);
    }
}

#[test]
fn only_the_postmaster_is_ours_at_our_own_name_and_addresses() {
    for (recipient, allowed, rule) in [
        ("postmaster@[127.0.0.1]", true, RelayRule::Postmaster),
        ("PostMaster@[IPv6:::1]", true, RelayRule::Postmaster),
        ("postmaster@[192.0.2.25]", true, RelayRule::Postmaster),
        ("postmaster@mx.ours.test", true, RelayRule::Postmaster),
        ("postmaster@[198.51.100.25]", false, RelayRule::Stranger),
        ("b@[127.0.0.1]", false, RelayRule::Stranger),
        ("b%ext.test@[127.0.0.1]", false, RelayRule::Stranger),
        ("ext.test!b@[127.0.0.1]", false, RelayRule::Stranger),
        ("b@mx.ours.test", false, RelayRule::Stranger),
        ("postmaster@ext.test", false, RelayRule::Stranger),
    ] {
        let decision = ask(ours(), &Ask { recipient, ..STRANGER });
        assert_eq!((decision.allowed, decision.rule), (allowed, rule), "{recipient}");
    }
}

/// What strangers try (hostile cases RLY): what is a syntax error never gets here; what remains is
/// refused as a relay, or is a local part that does not exist.
#[test]
fn the_classic_tricks_lead_nowhere() {
    for recipient in
        ["b@ext.test.", "b@sub.ours.test", "b@оurs.test", "b@xn--urs-emc.test", "b@yours.test"]
    {
        let Ok(parsed) = Address::parse(recipient) else { continue };
        let decision = ask(ours(), &Ask { recipient: &parsed.to_string(), ..STRANGER });
        assert!(!decision.allowed, "{recipient}");
    }
    for recipient in
        ["\"b@ext.test\"@ours.test", "ext.test!b@ours.test", "b%ext.test@ours.test", "b@OURS.test."]
    {
        let parsed = address(recipient);
        let decision = ask(ours(), &Ask { recipient: &parsed.to_string(), ..STRANGER });
        assert_eq!(decision.rule, RelayRule::Local, "{recipient}");
        let RecipientDecision::Unknown(reply) = policy(ours()).recipient(&parsed, &mailboxes())
        else {
            panic!("{recipient} must not be known");
        };
        assert_eq!(reply.code_text(), "550 5.1.1");
    }
}

#[test]
fn strangers_cannot_route_through_the_servers_behind_us() {
    for local in ["b%ext.test", "ext.test!b", "\"b@ext.test\""] {
        let recipient = format!("{local}@relay.ours.test");
        let decision = ask(ours(), &Ask { recipient: &recipient, ..STRANGER });
        assert_eq!(decision.rule, RelayRule::RoutedLocalPart, "{recipient}");
        assert_eq!(decision.reply.unwrap().code_text(), "550 5.7.1");
        let trusted = Ask { recipient: &recipient, client: "192.0.2.77", ..STRANGER };
        assert!(ask(ours(), &trusted).allowed, "{recipient}");
    }
}

#[test]
fn subdomains_are_accepted_only_where_it_is_written() {
    let mut flow = ours();
    assert!(policy(flow.clone()).accepted_domain(&domain("sub.ours.test")).is_none());
    flow.domains[0].match_subdomains = true;
    let policy = policy(flow);
    let name = |text: &str| policy.accepted_domain(&domain(text)).map(|d| d.name.to_string());
    assert_eq!(name("a.sub.ours.test").as_deref(), Some("ours.test"));
    // An exact entry comes before the one above it.
    assert_eq!(name("relay.ours.test").as_deref(), Some("relay.ours.test"));
    assert_eq!(name("a.relay.ours.test").as_deref(), Some("ours.test"));
    assert_eq!(name("yours.test"), None);
    let decision = policy.recipient(&address("alice@sub.ours.test"), &mailboxes());
    assert_eq!(decision, RecipientDecision::Local { mailbox: address("alice@ours.test") });
}

#[test]
fn decisions_serialize_as_the_interface_says() {
    let json = serde_json::to_value(ask(ours(), &STRANGER)).unwrap();
    assert_eq!(json["is_relay"], true);
    assert_eq!(json["allowed"], false);
    assert_eq!(json["rule"], "relay.stranger");
    assert!(json["reply"].as_str().unwrap().starts_with("550 5.7.1 "));
    assert!(json["allowed_if"].is_array() && json["because"].is_string());
    let json = serde_json::to_value(ask(ours(), &Ask { recipient: "a@ours.test", ..STRANGER }));
    assert!(json.unwrap()["reply"].is_null());
}

proptest::proptest! {
    /// Whatever a stranger writes: if the policy lets it pass, the domain is one of ours.
    #[test]
    fn no_stranger_ever_reaches_a_foreign_domain(
        client in proptest::prelude::any::<u32>(),
        local in "[a-z!%\"@.+=-]{1,16}|\"[a-z@ .]{0,10}\"",
        host in "((sub|relay|mx|x)\\.)?(ours|ext|yours|ours\\.test\\.ext)\\.(test|TEST)\\.?|\\[127\\.0\\.0\\.1\\]",
        from in "|[a-z]{1,5}@(ours|ext)\\.test",
        points_here in proptest::prelude::any::<bool>(),
    ) {
        let client = IpAddr::from(client.to_be_bytes());
        let flow = ours();
        let trusted = client.is_loopback()
            || flow.relay.networks.iter().any(|n| n.contains(&client))
            || flow.relay.addresses.iter().any(|a| a.address.contains(&client));
        let Ok(recipient) = Address::parse(&format!("{local}@{host}")) else { return Ok(()) };
        proptest::prop_assume!(!trusted);
        let decision = policy(flow.clone()).relay(&RelayFacts {
            client,
            authenticated_user: None,
            pop_login: None,
            connector: None,
            sender: &if from.is_empty() { ReversePath::Null } else { sender(&from) },
            recipient: &recipient,
            tls: false,
            now: NOW,
            points_here,
        });
        let routed = recipient.domain().as_str() == "relay.ours.test"
            && recipient.local().contains(['%', '!', '@']);
        let ours = !routed && flow.domains.iter().any(|d| d.name == *recipient.domain());
        let postmaster = recipient.local().trim_matches('"').eq_ignore_ascii_case("postmaster");
        proptest::prop_assert_eq!(decision.allowed, ours || postmaster && recipient.domain().as_str() == "[127.0.0.1]");
        proptest::prop_assert_eq!(decision.is_relay, !decision.allowed);
        proptest::prop_assert_eq!(decision.reply.is_some(), !decision.allowed);
    }
}

#[test]
fn a_restricted_domain_is_taken_from_its_connector_only() {
    use causeway_model::config::{Connector, Peer};
    use causeway_policy::PeerFacts;
    let restricted = |senders: &[&str], networks: &[&str]| {
        let mut connector = common::inbound("bank", Peer::Partner, senders, networks);
        connector.restrict_sender_domains = true;
        connector.tls_certificate_name = Some("mail.bank.test".into());
        connector
    };
    let with = |connector| {
        let mut flow = ours();
        // Another one knows the same peer, and has no domain for itself.
        let wide = common::inbound("wide", Peer::OnPremises, &["*"], &["203.0.113.64/30"]);
        flow.connectors.push(Connector::Inbound(wide));
        flow.connectors.push(Connector::Inbound(connector));
        policy(flow)
    };
    let refused =
        |policy: &causeway_policy::MailPolicy, client: &str, names: &[&str], from: &str| {
            let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            let sender = sender(from);
            let facts = PeerFacts {
                client: client.parse().unwrap(),
                certificate_names: &names,
                sender: Some(&sender),
            };
            policy.restricted_sender(&facts).map(|reply| reply.code_text())
        };
    let code = Some("550 5.7.51".to_owned());
    let bank = with(restricted(&["bank.test", "*.bank.test"], &["203.0.113.64/28"]));
    for (client, names, from, expected) in [
        ("203.0.113.70", &[][..], "a@bank.test", None),
        // Recognised by another connector with a narrower network, and by this one too.
        ("203.0.113.65", &[], "a@bank.test", None),
        ("198.51.100.9", &["mail.bank.test"], "a@x.bank.test", None),
        ("198.51.100.9", &["mail.other.test"], "a@x.bank.test", code.clone()),
        ("198.51.100.9", &[], "a@bank.test", code.clone()),
        // The organization's own network and servers are not the bank either.
        ("192.0.2.9", &[], "a@bank.test", code.clone()),
        ("203.0.113.17", &[], "a@bank.test", code.clone()),
        ("198.51.100.9", &[], "a@ext.test", None),
        ("198.51.100.9", &[], "", None),
    ] {
        assert_eq!(refused(&bank, client, names, from), expected, "{client} {names:?} {from}");
    }
    let filter = with(restricted(&["*"], &["203.0.113.64/28"]));
    assert_eq!(refused(&filter, "203.0.113.70", &[], ""), None);
    assert_eq!(refused(&filter, "198.51.100.9", &[], ""), code);
    assert_eq!(refused(&filter, "198.51.100.9", &[], "a@ext.test"), code);
    let mut disabled = restricted(&["*"], &["203.0.113.64/28"]);
    disabled.enabled = false;
    assert_eq!(refused(&with(disabled), "198.51.100.9", &[], "a@ext.test"), None);
}

/// The office in Ulm may relay until the end of the year, as the organization's own domain only.
fn ulm(until: &str) -> MailFlow {
    let text = format!(
        "[[domain]]\nname = \"ours.test\"\n[relay]\nnetworks = []\n\
         addresses = [{{ address = \"198.51.100.7\", note = \"office Ulm\", until = {until}, \
         sender_domains = [\"ours.test\"] }}]\n"
    );
    MailFlow::parse(&text, "mailflow.toml").unwrap().0
}

#[test]
fn an_entry_whose_time_is_over_entitles_nobody_and_says_since_when() {
    let office = Ask { client: "198.51.100.7", sender: "a@ours.test", ..STRANGER };
    // NOW is the 21st: a day counts to its end, whatever the way it is written.
    for holds in
        ["\"2026-11-21\"", "2026-11-21", "\"2026-11-22T00:00:00Z\"", "2027-01-01T00:00:00+01:00"]
    {
        let decision = ask(ulm(holds), &office);
        assert_eq!((decision.allowed, decision.rule), (true, RelayRule::Address), "{holds}");
        assert!(decision.because.contains("(office Ulm), until 202"), "{}", decision.because);
    }
    for over in ["\"2026-11-20\"", "2026-11-20", "\"2026-11-20T23:59:59Z\""] {
        let decision = ask(ulm(over), &office);
        assert_eq!((decision.allowed, decision.rule), (false, RelayRule::Stranger), "{over}");
        assert!(decision.because.contains("was allowed until 2026-11-20"), "{}", decision.because);
        assert!(
            decision
                .allowed_if
                .iter()
                .any(|c| c.contains("198.51.100.7 in [relay].addresses a later until"))
        );
        let reply = decision.reply.unwrap().to_string();
        assert!(
            reply.contains("198.51.100.7 was allowed until") && !reply.contains("Ulm"),
            "{reply}"
        );
        // Others are told nothing of it.
        let other = ask(ulm(over), &Ask { client: "198.51.100.8", ..office });
        assert!(!other.because.contains("until"), "{}", other.because);
    }
    // A wider entry that still holds is found behind the one that is over.
    let mut both = ulm("2026-11-20");
    both.relay.networks.push("198.51.100.0/24".parse().unwrap());
    assert_eq!(ask(both, &office).rule, RelayRule::Network);
}
