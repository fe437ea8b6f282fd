//! What a change of the configuration would do, before it is done.

#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "../common/mod.rs"]
mod common;
mod peers;

use std::collections::HashMap;
use std::sync::Arc;

use causeway_model::config::{Machine, MailFlow, Places};
use causeway_model::{Address, Origin, ReversePath, Timestamp};
use causeway_policy::{Effect, EffectKind, MailPolicy, Plan, Planner, QueuedRecipient};

use common::{address, sender};

const OURS: &str = r#"
[[domain]]
name = "ours.test"
type = "authoritative"

[[domain]]
name = "relay.ours.test"
type = "internal_relay"

[[connector]]
name = "to own"
direction = "outbound"
peer = "on_premises"
recipient_domains = ["relay.ours.test", "partner.test"]
smart_hosts = ["hub.ours.test"]

[[connector]]
name = "from own"
direction = "inbound"
peer = "on_premises"
sender_domains = ["*"]
source_addresses = ["192.0.2.7"]

[relay]
networks = ["127.0.0.0/8", "198.51.100.0/24"]
"#;

fn compile(text: &str) -> MailPolicy {
    let flow = MailFlow::parse(text, "mailflow.toml").unwrap_or_else(|p| panic!("{p:?}")).0;
    MailPolicy::compile(Arc::new(flow), "mx.ours.test")
}

/// A recipient in the queue, handed in from an address.
struct Queued {
    address: Address,
    sender: ReversePath,
    origin: Origin,
}

fn queued(to: &str, client: &str, connector: Option<&str>) -> Queued {
    Queued {
        address: address(to),
        sender: sender("a@ours.test"),
        origin: Origin {
            address: Some(client.parse().unwrap()),
            connector: connector.map(str::to_owned),
            tls: Some("TLSv1.3".into()),
            ..Origin::default()
        },
    }
}

fn plan(old: &str, new: &str, queue: &[Queued]) -> Plan {
    let (old, new) = (compile(old), compile(new));
    let mailboxes: HashMap<String, Address> = ["alice@ours.test", "carol@relay.ours.test"]
        .map(|text| (address(text).mailbox_key(), address(text)))
        .into();
    let problems = causeway_policy::check(
        new.flow(),
        &Machine::default(),
        &Places::none("mailflow.toml"),
        &Places::none("causeway.toml"),
        Timestamp::default(),
    );
    let mut planner = Planner::new(&old, &new, &mailboxes, Timestamp::default());
    for Queued { address, sender, origin } in queue {
        planner.recipient(&QueuedRecipient { address, sender, origin });
    }
    let all: Vec<Address> = mailboxes.values().cloned().collect();
    planner.finish(&all, &problems)
}

fn effect(plan: &Plan, kind: EffectKind) -> &Effect {
    plan.effects.iter().find(|effect| effect.kind == kind).unwrap_or_else(|| panic!("{plan:?}"))
}

/// The file with one part written otherwise.
fn with(from: &str, to: &str) -> String {
    assert!(OURS.contains(from), "{from}");
    OURS.replace(from, to)
}

#[test]
fn comments_and_layout_change_nothing() {
    let plan = plan(OURS, &format!("# a comment\n{OURS}"), &[]);
    let nothing = Plan { changes: vec![], effects: vec![], refused: None, can_be_forced: false };
    assert_eq!(plan, nothing);
    assert!(!plan.is_destructive());
}

#[test]
fn mail_for_the_internet_that_leaves_directly_as_its_connector_is_disabled_is_asked_about() {
    let via = format!("{OURS}[routing]\ninternet = 'via connector \"to own\"'\n");
    let disabled = via.replace("name = \"to own\"", "name = \"to own\"\nenabled = false");
    let of_internet = |old: &str, new: &str| {
        let plan = plan(old, new, &[]);
        assert_eq!(plan.is_destructive(), !plan.effects.is_empty(), "{plan:?}");
        plan.effects.iter().any(|effect| effect.kind == EffectKind::InternetDirect)
    };
    assert!(of_internet(&via, &disabled));
    assert!(!of_internet(&disabled, &via), "it goes through the connector again");
    assert!(!of_internet(&via, OURS), "the key itself was changed, and meant");
    assert!(!of_internet(&disabled, &format!("# again\n{disabled}")));
}

#[test]
fn changes_are_told_in_the_words_of_mail_flow() {
    let cases = [
        (
            with("\"hub.ours.test\"", "\"hub2.ours.test\", \"192.0.2.9:2525\""),
            "connector \"to own\" changes smart hosts from hub.ours.test:25 to \
             hub2.ours.test:25, 192.0.2.9:2525",
        ),
        (
            with("smart_hosts = [\"hub.ours.test\"]", "use_mx = true"),
            "connector \"to own\" changes its way from hub.ours.test:25 to the MX hosts of the \
             domains",
        ),
        (
            with("type = \"authoritative\"", "type = \"internal_relay\""),
            "the domain ours.test changes its type from authoritative to internal relay",
        ),
        (
            with("\"192.0.2.7\"", "\"192.0.2.8\""),
            "connector \"from own\" changes source addresses from 192.0.2.7/32 to 192.0.2.8/32",
        ),
        (with("\"127.0.0.0/8\", ", ""), "the network 127.0.0.0/8 is no longer authorised to relay"),
        (
            format!("{OURS}addresses = [{{ address = \"203.0.113.9\", note = \"Ulm\" }}]\n"),
            "the address 203.0.113.9 (Ulm) is authorised to relay",
        ),
        (
            format!("{OURS}[routing]\ninternet = 'via connector \"to own\"'\n"),
            "mail for the internet leaves through connector \"to own\" instead of directly",
        ),
        (
            format!("{OURS}[queue]\nexpire_after = \"24h\"\n"),
            "the queue changes how long mail is tried from 48h to 24h",
        ),
        (
            format!("{OURS}[identity]\nenforce = [\"envelope\"]\n"),
            "identity changes the fields that are checked from envelope sender (MAIL FROM), \
             From, Sender, Reply-To to envelope sender (MAIL FROM)",
        ),
        (
            format!("{OURS}[organization]\npostmaster = \"p@ours.test\"\n"),
            "the organization gets the postmaster p@ours.test",
        ),
        (
            with("name = \"to own\"", "name = \"to own\"\nenabled = false"),
            "connector \"to own\" is disabled",
        ),
        (
            with("name = \"to own\"", "name = \"to own\"\ntls = \"encryption_only\""),
            "connector \"to own\" changes TLS from opportunistic to encryption_only",
        ),
    ];
    for (text, expected) in cases {
        let changes = plan(OURS, &text, &[]).changes;
        assert_eq!(changes, [expected], "{text}");
    }
    let removed = plan(OURS, "", &[]).changes;
    for expected in [
        "the domain ours.test is no longer accepted",
        "connector \"to own\" is removed",
        "the network ::1/128 is authorised to relay",
    ] {
        assert!(removed.iter().any(|change| change == expected), "{removed:?}");
    }
    let added = plan("", OURS, &[]).changes.join("\n");
    assert!(
        added.contains("connector \"from own\" is added: mail from the organization's own servers")
            && added.contains("the domain relay.ours.test becomes accepted (internal relay)"),
        "{added}"
    );
}

#[test]
fn queued_mail_that_takes_another_way_is_counted_by_old_and_new_way() {
    let queue = [
        queued("x@partner.test", "127.0.0.1", None),
        queued("y@partner.test", "127.0.0.1", None),
        queued("x@ext.test", "127.0.0.1", None),
        queued("alice@ours.test", "203.0.113.1", None),
    ];
    let plan = plan(OURS, &with("\"hub.ours.test\"", "\"hub2.ours.test\""), &queue);
    let rerouted = effect(&plan, EffectKind::Rerouted);
    assert_eq!(rerouted.count, 2);
    for part in ["to hub2.ours.test:25 instead of", "to hub.ours.test:25", "x@partner.test"] {
        assert!(rerouted.detail.contains(part), "{rerouted:?}");
    }
    assert_eq!(plan.effects.len(), 1, "{plan:?}");
    assert!(plan.refused.is_none() && !plan.is_destructive());
}

#[test]
fn the_same_way_under_other_demands_is_told_apart() {
    let queue = [queued("x@partner.test", "127.0.0.1", None)];
    let stricter = with("name = \"to own\"", "name = \"to own\"\ntls = \"domain_validation\"");
    let plan = plan(OURS, &stricter, &queue);
    let told = effect(&plan, EffectKind::SentDifferently);
    assert_eq!(told.count, 1);
    assert!(told.detail.contains("TLS domain_validation instead of TLS opportunistic"), "{told:?}");
}

#[test]
fn mail_that_came_from_our_own_servers_is_not_sent_back_by_the_new_way() {
    // The same domain goes two ways, by where the message came from.
    let queue = [
        queued("x@ext.test", "192.0.2.7", Some("from own")),
        queued("x@ext.test", "198.51.100.1", None),
    ];
    let central = format!("{OURS}[routing]\ninternet = 'via connector \"to own\"'\n");
    let plan = plan(OURS, &central, &queue);
    assert_eq!(effect(&plan, EffectKind::Rerouted).count, 1, "{plan:?}");
}

#[test]
fn recipients_that_become_unknown_are_counted_and_so_is_mail_without_a_way() {
    let queue = [
        queued("dave@relay.ours.test", "203.0.113.1", None),
        queued("carol@relay.ours.test", "203.0.113.1", None),
    ];
    let here = with("type = \"internal_relay\"", "type = \"authoritative\"");
    let strict = plan(OURS, &here, &queue);
    let unknown = strict.effects.iter().filter(|e| e.kind == EffectKind::UnknownRecipients);
    let told: Vec<(u64, bool)> =
        unknown.map(|e| (e.count, e.detail.contains("relay.ours.test"))).collect();
    assert_eq!(told, [(1, true), (1, true)], "one domain, and one queued recipient: {strict:?}");
    assert!(strict.is_destructive());
    let no_way = plan(OURS, &with("\"relay.ours.test\", ", ""), &queue);
    let returned = effect(&no_way, EffectKind::Returned);
    assert_eq!(returned.count, 1, "{no_way:?}");
    assert!(returned.detail.contains("dave@relay.ours.test"), "{returned:?}");
    assert!(no_way.is_destructive());
}

#[test]
fn a_domain_with_queued_mail_is_given_up_only_by_force() {
    let without = with("[[domain]]\nname = \"relay.ours.test\"\ntype = \"internal_relay\"\n", "");
    let free = plan(OURS, &without, &[]);
    assert_eq!(free.refused, None);
    assert!(free.is_destructive(), "{free:?}");
    assert_eq!(effect(&free, EffectKind::DomainsLost).count, 1);
    let unreachable = effect(&free, EffectKind::MailboxesUnreachable);
    assert!(unreachable.detail.contains("carol@relay.ours.test"), "{unreachable:?}");
    let queue = [queued("dave@relay.ours.test", "203.0.113.1", None)];
    let stranded = plan(OURS, &without, &queue);
    let refused = stranded.refused.as_deref().unwrap();
    assert!(refused.contains("1 queued") && refused.contains("relay.ours.test"), "{refused}");
    assert!(stranded.stands_refused(false) && !stranded.stands_refused(true));
}

#[test]
fn mail_that_would_be_refused_now_is_counted() {
    let queue = [
        queued("x@ext.test", "198.51.100.9", None),
        queued("y@ext.test", "127.0.0.1", None),
        // Taken by the connector, then by nothing.
        queued("z@ext.test", "192.0.2.7", Some("from own")),
        // Written here.
        Queued { origin: Origin::default(), ..queued("w@ext.test", "127.0.0.1", None) },
    ];
    let narrow = with(", \"198.51.100.0/24\"", "").replace("192.0.2.7", "192.0.2.8");
    let plan = plan(OURS, &narrow, &queue);
    assert_eq!(effect(&plan, EffectKind::WouldBeRefused).count, 2, "{plan:?}");
    let lost = effect(&plan, EffectKind::RelayLost);
    assert!(lost.detail.contains("198.51.100.0/24"), "{lost:?}");
    assert!(lost.detail.contains("servers in 192.0.2.7/32"), "{lost:?}");
    assert!(effect(&plan, EffectKind::RelayGained).detail.contains("192.0.2.8"), "{plan:?}");
}

#[test]
fn mail_that_would_be_refused_is_told_by_the_reply_that_a_session_would_give() {
    let bank = "sender_domains = [\"bank.test\"]\nrestrict_sender_domains = true";
    let flow = |more: &str, tls: bool| {
        let peer = inbound("p", "partner", "192.0.2.9", &format!("require_tls = {tls}"));
        format!("{}{peer}{more}", domain("ours.test", ""))
    };
    let relay = "[relay]\nnetworks = [\"198.51.100.0/24\"]\n";
    let (old, new) =
        (flow(relay, false), flow(&inbound("bank", "partner", "192.0.2.7", bank), true));
    let mut in_clear = queued("x@ours.test", "192.0.2.9", Some("p"));
    in_clear.origin.tls = None;
    let from_bank = |client, connector| {
        let sender = sender("a@bank.test");
        Queued { sender, ..queued("y@ours.test", client, connector) }
    };
    let queue = [
        in_clear,
        from_bank("203.0.113.5", None),
        from_bank("203.0.113.6", None),
        queued("x@ext.test", "198.51.100.9", None),
    ];
    let plan = plan(&old, &new, &queue);
    let refused = plan.effects.iter().filter(|e| e.kind == EffectKind::WouldBeRefused);
    let told: Vec<(u64, &str)> =
        refused.map(|e| (e.count, e.detail.split(['(', ')']).nth(1).unwrap_or_default())).collect();
    assert_eq!(told, [(1, "530 5.7.0"), (1, "550 5.7.1"), (2, "550 5.7.51")], "{plan:?}");
}

#[test]
fn a_sender_that_its_server_may_not_use_any_more_would_be_refused() {
    let flow = |identity: &str| {
        let more = format!("sender_domains = [\"own.test\"]\nidentity = [{identity}]");
        format!("{}{}", domain("ours.test", ""), inbound("p", "partner", "192.0.2.9", &more))
    };
    let sent = |domain: &str| {
        let sender = sender(&format!("a@{domain}"));
        Queued { sender, ..queued("x@ours.test", "192.0.2.9", None) }
    };
    let queue = [sent("own.test"), sent("other.test")];
    let plan = plan(&flow(""), &flow("\"envelope\""), &queue);
    let refused = effect(&plan, EffectKind::WouldBeRefused);
    assert_eq!(refused.count, 1, "{plan:?}");
    assert!(refused.detail.contains("553 5.7.1"), "{plan:?}");
}

#[test]
fn a_password_from_another_file_is_another_login() {
    let flow = |file: &str| {
        let login = format!(
            "tls = \"encryption_only\"\ncredentials = {{ user = \"u\", password_file = \"{file}\" }}"
        );
        format!(
            "[[connector]]\nname = \"out\"\ndirection = \"outbound\"\npeer = \"partner\"\n\
             recipient_domains = [\"ext.test\"]\nsmart_hosts = [\"mail.ext.test\"]\n{login}\n"
        )
    };
    let plan =
        plan(&flow("/etc/old"), &flow("/etc/new"), &[queued("x@ext.test", "127.0.0.1", None)]);
    let effect = effect(&plan, EffectKind::SentDifferently);
    assert!(effect.detail.contains("password of /etc/new"), "{effect:?}");
    assert!(effect.detail.contains("password of /etc/old"), "{effect:?}");
}

#[test]
fn a_sender_domain_that_becomes_a_connectors_own_is_a_loss_for_everybody_else() {
    let restricted = with(
        "sender_domains = [\"*\"]",
        "sender_domains = [\"bank.test\"]\nrestrict_sender_domains = true",
    );
    let mut from_bank = queued("x@ours.test", "198.51.100.9", None);
    from_bank.sender = sender("a@bank.test");
    let plan = plan(OURS, &restricted, &[from_bank]);
    let effect = effect(&plan, EffectKind::SendersRestricted);
    assert!(effect.detail.contains("bank.test (connector \"from own\")"), "{effect:?}");
    assert!(plan.changes.iter().any(|c| c.contains("has its sender domains for itself")));
    assert!(plan.effects.iter().any(|e| e.kind == EffectKind::WouldBeRefused), "{plan:?}");
    assert!(plan.is_destructive());
}

#[test]
fn a_note_of_an_inbound_connector_has_no_effect() {
    let noted = with("name = \"from own\"", "name = \"from own\"\nnote = \"hub\"");
    let plan = plan(OURS, &noted, &[queued("x@ext.test", "192.0.2.7", Some("from own"))]);
    assert_eq!(plan.effects, [], "{plan:?}");
    assert_eq!(plan.changes.len(), 1, "{plan:?}");
}

#[test]
fn an_inbound_connector_that_makes_a_way_the_way_back_is_told() {
    let to = |name: &str, domain: &str, certificate: &str| {
        format!(
            "[[connector]]\nname = \"{name}\"\ndirection = \"outbound\"\npeer = \"on_premises\"\n\
             recipient_domains = [\"{domain}\"]\nsmart_hosts = [\"hub.test\"]\n\
             tls = \"domain_validation\"\ntls_domain = \"{certificate}\"\n"
        )
    };
    let old = format!("{}{}", to("to a", "a.test", "mx.a.test"), to("to b", "b.test", "mx.b.test"));
    let told = |from: &str, new: &str| -> Vec<String> {
        let plan = plan(from, new, &[]);
        assert!(!plan.is_destructive(), "{plan:?}");
        let way = plan.effects.iter().filter(|e| e.kind == EffectKind::PeersRerouted);
        way.inspect(|e| assert_eq!(e.count, 1)).map(|e| e.detail.to_string()).collect()
    };
    // Without a certificate an own server is every own server.
    let by_address = format!("{old}{}", inbound("from a", "on_premises", "192.0.2.7", ""));
    let both = told(&old, &by_address);
    assert_eq!(both.len(), 2, "{both:?}");
    for (detail, way) in both.iter().zip(["a.test no longer goes through \"to a\"", "b.test no"]) {
        assert!(detail.contains(way) && detail.ends_with(": servers in 192.0.2.7/32"), "{detail}");
    }
    // With one it is that server only.
    let marked =
        inbound("from a", "on_premises", "192.0.2.7", "tls_certificate_name = \"mx.a.test\"");
    let marked = marked
        .replace("source_addresses = [\"192.0.2.7\"]\n", "")
        .replace("require_tls = false\n", "");
    let one = told(&old, &format!("{old}{marked}"));
    assert!(one.len() == 1 && one[0].contains("through \"to a\""), "{one:?}");
    let partner = inbound("from a", "partner", "192.0.2.7", "");
    assert_eq!(told(&old, &format!("{old}{partner}")), [""; 0]);
    // A way that comes together with the connector is no other way than before.
    assert_eq!(told("", &by_address), [""; 0]);
    let again = plan(&by_address, &format!("{old}{partner}"), &[]);
    let again = effect(&again, EffectKind::PeersRerouted);
    assert!(again.detail.contains("goes through \"to a\" from now on"), "{again:?}");
}

#[test]
fn a_part_of_a_restricted_domain_that_goes_to_another_peer_is_a_loss() {
    let whole = with(
        "sender_domains = [\"*\"]",
        "sender_domains = [\"*.bank.test\", \"other.test\"]\nrestrict_sender_domains = true",
    );
    let another = "[[connector]]\nname = \"branch\"\ndirection = \"inbound\"\npeer = \"partner\"\n\
                   sender_domains = [\"x.bank.test\"]\nrestrict_sender_domains = true\n\
                   source_addresses = [\"203.0.113.7\"]\n";
    let both = format!("{whole}{another}");
    assert!(
        plan(&whole, &both, &[]).effects.iter().all(|e| e.kind != EffectKind::SendersRestricted)
    );
    // What the own servers may still send as is another part of it.
    let parted = plan(&whole, &both.replace("*.bank.test", "y.bank.test"), &[]);
    let lost = effect(&parted, EffectKind::SendersRestricted);
    assert!(lost.detail.contains("192.0.2.7"), "{lost:?}");
    assert!(lost.detail.contains("x.bank.test"), "{lost:?}");
    assert!(!lost.detail.contains("other.test"), "{lost:?}");
}

#[test]
fn what_would_open_a_relay_is_refused_and_cannot_be_forced() {
    for network in ["0.0.0.0/0", "128.0.0.0/1", "192.0.0.0/2"] {
        let open = with("\"198.51.100.0/24\"", &format!("\"{network}\""));
        let plan = plan(OURS, &open, &[]);
        assert!(plan.refused.is_some() && !plan.can_be_forced, "{network}: {plan:?}");
        assert!(plan.stands_refused(true), "{network}");
        assert!(!plan.changes.is_empty(), "what was asked for is told all the same");
    }
}

#[test]
fn the_only_way_of_an_internal_relay_domain_is_not_taken_away_unasked() {
    let gone = "no enabled connector takes it: relay.ours.test";
    for (text, why) in [
        (with("name = \"to own\"", "name = \"to own\"\nenabled = false"), gone),
        (with("\"relay.ours.test\", ", ""), gone),
        (with("smart_hosts = [\"hub.ours.test\"]", "use_mx = true"), "in circles if those are"),
    ] {
        let plan = plan(OURS, &text, &[]);
        let effect = effect(&plan, EffectKind::Undeliverable);
        assert!(effect.count == 1 && effect.detail.contains(why), "{why}: {effect:?}");
        assert!(plan.is_destructive());
    }
    // From the own servers it would go back to them.
    let partner = with("peer = \"on_premises\"\nrecipient", "peer = \"partner\"\nrecipient");
    let looped = plan(&partner, OURS, &[]);
    assert!(effect(&looped, EffectKind::Undeliverable).detail.contains("leads back"), "{looped:?}");
    let subdomains =
        with("type = \"internal_relay\"", "type = \"internal_relay\"\nmatch_subdomains = true")
            .replace("\"relay.ours.test\",", "\"relay.ours.test\", \"*.relay.ours.test\",");
    let less = plan(&subdomains, &subdomains.replace(" \"*.relay.ours.test\",", ""), &[]);
    assert!(
        effect(&less, EffectKind::Undeliverable).detail.contains("*.relay.ours.test"),
        "{less:?}"
    );
    assert!(plan(OURS, &with("hub.ours.test", "hub2.ours.test"), &[]).effects.is_empty());
}

#[test]
fn an_address_that_is_there_twice_is_no_change() {
    let entries = |list: &str| format!("{OURS}addresses = [{list}]\n");
    let one = "{ address = \"203.0.113.9\", note = \"Ulm\" }";
    let other = "{ address = \"203.0.113.9\", note = \"Bonn\" }";
    let twice = entries(&format!("{one}, {other}"));
    assert_eq!(plan(&twice, &format!("# a comment\n{twice}"), &[]).changes, [""; 0]);
    assert_eq!(plan(&twice, &entries(one), &[]).changes, [""; 0]);
    let changes = plan(&twice, &entries(other), &[]).changes;
    assert_eq!(
        changes,
        ["the authorised address 203.0.113.9 changes its note from \"Ulm\" to \"Bonn\""]
    );
}

#[test]
fn a_thousand_ways_are_summed_up() {
    let text = |port: u16| {
        let connectors = (0..100).map(|i| {
            format!(
                "[[connector]]\nname = \"c{i}\"\ndirection = \"outbound\"\npeer = \"partner\"\n\
                 recipient_domains = [\"d{i}.test\"]\nsmart_hosts = [\"h{i}.test:{port}\"]\n"
            )
        });
        connectors.collect::<String>()
    };
    let queue: Vec<Queued> =
        (0..100).map(|i| queued(&format!("x@d{i}.test"), "127.0.0.1", None)).collect();
    let plan = plan(&text(25), &text(26), &queue);
    assert!(plan.effects.len() < 30, "{}", plan.effects.len());
    assert_eq!(plan.effects.iter().map(|effect| effect.count).sum::<u64>(), 100);
}

#[test]
fn a_plan_is_written_as_documented() {
    let plan = plan(OURS, &with("\"hub.ours.test\"", "\"hub2.ours.test\""), &[]);
    let json = serde_json::to_value(&plan).unwrap();
    assert!(json["changes"][0].is_string() && json["refused"].is_null(), "{json}");
    let lost = plan_json(EffectKind::RelayLost);
    assert_eq!(lost["kind"], EffectKind::RelayLost.name());
}

fn plan_json(kind: EffectKind) -> serde_json::Value {
    serde_json::to_value(Effect { kind, count: 1, detail: "x".into() }).unwrap()
}

/// The details of the effects of one kind, and nothing of another kind.
fn only(plan: &Plan, kind: EffectKind) -> String {
    assert!(plan.effects.iter().all(|effect| effect.kind == kind), "{plan:?}");
    effect(plan, kind).detail.to_string()
}

fn domain(name: &str, rest: &str) -> String {
    format!("[[domain]]\nname = \"{name}\"\n{rest}\n")
}

#[test]
fn subdomains_that_are_given_up_are_lost() {
    let all = domain("branch.test", "match_subdomains = true");
    let less = plan(&all, &domain("branch.test", "match_subdomains = false"), &[]);
    assert!(only(&less, EffectKind::DomainsLost).ends_with(" *.branch.test"), "{less:?}");
    assert!(less.is_destructive());
    // A domain of its own that stays accepted through the one above it loses nothing.
    let both = format!("{all}{}", domain("x.branch.test", ""));
    assert_eq!(plan(&both, &all, &[]).effects, []);
    assert_eq!(plan(&all, &both, &[]).effects, []);
}

#[test]
fn a_new_domain_can_be_stricter_than_the_one_above_it() {
    let relay = domain("ours.test", "type = \"internal_relay\"\nmatch_subdomains = true");
    let taken = "[[connector]]\nname = \"to own\"\ndirection = \"outbound\"\npeer = \"on_premises\"\n\
                 recipient_domains = [\"ours.test\", \"*.ours.test\"]\nsmart_hosts = [\"hub.test\"]\n";
    let old = format!("{relay}{taken}");
    let stricter =
        plan(&old, &format!("{old}{}", domain("x.ours.test", "type = \"authoritative\"")), &[]);
    let detail = only(&stricter, EffectKind::UnknownRecipients);
    assert!(detail.ends_with(" x.ours.test") && stricter.is_destructive(), "{detail}");
    let below = "type = \"authoritative\"\nmatch_subdomains = true";
    let stricter = plan(&old, &format!("{old}{}", domain("x.ours.test", below)), &[]);
    let detail = only(&stricter, EffectKind::UnknownRecipients);
    assert!(detail.ends_with("x.ours.test, *.x.ours.test"), "{detail}");
}

#[test]
fn a_domain_whose_unknown_recipients_are_sent_on_from_now_on_is_told() {
    let taken = "[[connector]]\nname = \"to own\"\ndirection = \"outbound\"\npeer = \"on_premises\"\n\
                 recipient_domains = [\"ours.test\", \"*.ours.test\"]\nsmart_hosts = [\"hub.test\"]\n";
    let here = format!("{}{taken}", domain("ours.test", "type = \"authoritative\""));
    let relay = here.replace("authoritative", "internal_relay");
    let looser = plan(&here, &relay, &[]);
    let detail = only(&looser, EffectKind::UnknownTaken);
    assert!(detail.contains("550 5.1.1") && detail.ends_with(" ours.test"), "{detail}");
    assert!(looser.effects[0].count == 1 && !looser.is_destructive(), "{looser:?}");
    // An authoritative domain goes, and the one above it takes its mail.
    let above = relay.replace("type", "match_subdomains = true\ntype");
    let both = format!("{above}{}", domain("x.ours.test", "type = \"authoritative\""));
    let removed = plan(&both, &above, &[]);
    assert!(only(&removed, EffectKind::UnknownTaken).ends_with(" x.ours.test"), "{removed:?}");
}

/// An inbound connector that asks for no TLS, unless the rest says so.
fn inbound(name: &str, peer: &str, network: &str, rest: &str) -> String {
    let tls = if rest.contains("require_tls") { "" } else { "require_tls = false\n" };
    let senders = if rest.contains("sender_domains =") { "" } else { "sender_domains = [\"*\"]\n" };
    format!(
        "[[connector]]\nname = \"{name}\"\ndirection = \"inbound\"\npeer = \"{peer}\"\n\
         source_addresses = [\"{network}\"]\n{tls}{senders}{rest}\n"
    )
}
