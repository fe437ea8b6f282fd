//! How long decisions take with a large configuration: 1,000 networks, 1,000 connectors, 10,000
//! accepted domains and 10,000 mailboxes. Prints nanoseconds per decision; run with
//! `cargo bench -p causeway-policy`.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a bench measures real time and prints it"
)]

use std::collections::HashMap;
use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use causeway_model::config::{Machine, MailFlow, Places};
use causeway_model::{Address, Origin, ReversePath};
use causeway_policy::{MailPolicy, PeerFacts, Planner, QueuedRecipient, RelayFacts, Rerouting};

fn large_text() -> String {
    let mut text = String::from("[relay]\nnetworks = [\n");
    for i in 0..1000 {
        text.push_str(&format!("\"20.{}.{}.0/{}\",\n", i / 4, (i % 4) * 64, 18 + i % 7));
    }
    text.push_str("]\n");
    for i in 0..10_000 {
        let kind = if i % 10 == 0 { "internal_relay" } else { "authoritative" };
        text.push_str(&format!("[[domain]]\nname = \"d{i}.test\"\ntype = \"{kind}\"\n"));
    }
    for i in 0..1000 {
        text.push_str(&format!(
            "[[connector]]\nname = \"out {i}\"\ndirection = \"outbound\"\npeer = \"partner\"\n\
             recipient_domains = [\"d{}.test\", \"*.p{i}.test\"]\nsmart_hosts = [\"h{i}.test\"]\n\
             [[connector]]\nname = \"in {i}\"\ndirection = \"inbound\"\npeer = \"partner\"\n\
             sender_domains = [\"p{i}.test\"]\nsource_addresses = [\"30.{}.{}.0/24\"]\n",
            i * 10,
            i / 256,
            i % 256
        ));
    }
    text
}

fn measure(name: &str, mut decide: impl FnMut()) {
    const ROUNDS: u32 = 200_000;
    for _ in 0..ROUNDS / 10 {
        decide();
    }
    let start = Instant::now();
    for _ in 0..ROUNDS {
        decide();
    }
    println!("{name:<44} {:>6} ns", start.elapsed().as_nanos() / u128::from(ROUNDS));
}

fn main() {
    let text = large_text();
    let start = Instant::now();
    let flow = Arc::new(MailFlow::parse(&text, "mailflow.toml").unwrap().0);
    println!("{:<44} {:>6} us", "parse", start.elapsed().as_micros());
    let start = Instant::now();
    let policy = MailPolicy::compile(Arc::clone(&flow), "mx.d1.test");
    println!("{:<44} {:>6} us", "compile", start.elapsed().as_micros());
    reload(&text);
    let mailboxes: HashMap<String, Address> = (0..10_000)
        .map(|i| Address::parse(&format!("user{i}@d{i}.test")).unwrap())
        .map(|address| (address.mailbox_key(), address))
        .collect();
    let sender = ReversePath::Address(Address::parse("a@ext.test").unwrap());
    let relay = |client: &str, recipient: &str| {
        let client = client.parse().unwrap();
        let recipient = Address::parse(recipient).unwrap();
        let sender = sender.clone();
        let policy = &policy;
        move || {
            black_box(policy.relay(&RelayFacts {
                client,
                authenticated_user: None,
                pop_login: None,
                connector: None,
                sender: &sender,
                recipient: &recipient,
                tls: false,
                now: causeway_model::Timestamp::default(),
                points_here: false,
            }));
        }
    };
    measure("relay: accepted domain", relay("198.51.100.9", "a@d7777.test"));
    measure("relay: authorised network", relay("20.200.65.1", "a@a.b.c.ext.test"));
    measure("relay: refused, with what would allow it", relay("198.51.100.9", "a@a.b.c.ext.test"));
    for (name, recipient) in [
        ("route: mailbox", "user7777@d7777.test"),
        ("route: exact connector", "x@d770.test"),
        ("route: connector by suffix", "x@a.b.c.p77.test"),
        ("route: MX", "x@a.b.c.ext.test"),
    ] {
        let recipient = Address::parse(recipient).unwrap();
        measure(name, || {
            black_box(policy.route(&recipient, Some("in 500"), &mailboxes));
        });
    }
    rehearse(&policy, &text, &mailboxes);
    hybrid(&mailboxes);
    plans();
    let from = ReversePath::Address(Address::parse("a@p999.test").unwrap());
    measure("recognise a peer by address", || {
        black_box(policy.recognise(&PeerFacts {
            client: "30.3.231.9".parse().unwrap(),
            certificate_names: &[],
            sender: Some(&from),
        }));
    });
}

/// What a reload does before the new policy is in force: the text read, checked, compiled, and asked the
/// open relay questions; once without a word to say, once with a warning that needs its line.
fn reload(text: &str) {
    for (name, text) in [
        ("reload: read, check, compile, self-test", text.to_owned()),
        (
            "reload: the same with a warning",
            format!("{text}[[domain]]\nname = \"w.test\"\ntype = \"internal_relay\"\n"),
        ),
    ] {
        let start = Instant::now();
        let places = Places::of(&text, "mailflow.toml");
        let (flow, _) = MailFlow::parse(&text, "mailflow.toml").unwrap();
        let machine = Places::none("causeway.toml");
        let problems = causeway_policy::check(
            &flow,
            &Machine::default(),
            &places,
            &machine,
            causeway_model::Timestamp::default(),
        );
        let policy = MailPolicy::compile(Arc::new(flow), "mx.d1.test");
        causeway_policy::selftest(&policy).unwrap();
        let took = start.elapsed().as_millis();
        println!("{name:<44} {took:>6} ms, {} problems", problems.len());
    }
}

/// A change of one connector in that configuration, with 100,000 recipients in the queue: a third to
/// mailboxes here, the others to 5,000 domains.
fn rehearse(old: &MailPolicy, text: &str, mailboxes: &HashMap<String, Address>) {
    let changed = text.replace("h77.test", "other.test").replace("20.0.0.0/18", "21.0.0.0/18");
    let flow = MailFlow::parse(&changed, "mailflow.toml").unwrap().0;
    let new = MailPolicy::compile(Arc::new(flow), "mx.d1.test");
    let sender = ReversePath::Address(Address::parse("a@d1.test").unwrap());
    let origin = Origin { address: Some("20.0.0.9".parse().unwrap()), ..Origin::default() };
    let queue: Vec<Address> = (0..100_000)
        .map(|i| match i % 3 {
            0 => format!("user{}@d{}.test", i % 10_000, i % 10_000),
            1 => format!("somebody{i}@x{}.ext.test", i % 5000),
            _ => format!("somebody{i}@x.p{}.test", i % 1000),
        })
        .map(|text| Address::parse(&text).unwrap())
        .collect();
    let start = Instant::now();
    let mut planner = Planner::new(old, &new, mailboxes, causeway_model::Timestamp::default());
    for address in &queue {
        planner.recipient(&QueuedRecipient { address, sender: &sender, origin: &origin });
    }
    let plan = planner.finish(mailboxes.values(), &[]);
    println!("{:<44} {:>6} ms", "plan: 100,000 queued", start.elapsed().as_millis());
    assert!(!plan.effects.is_empty());
}

fn compiled(text: &str) -> MailPolicy {
    let flow = MailFlow::parse(text, "mailflow.toml").unwrap().0;
    MailPolicy::compile(Arc::new(flow), "mx.d1.test")
}

/// One connector that names 10,000 internal relay domains.
fn hybrid(mailboxes: &HashMap<String, Address>) {
    let mut text = String::new();
    let mut names = Vec::new();
    for i in 0..10_000 {
        names.push(format!("\"h{i}.test\""));
        text.push_str(&format!("[[domain]]\nname = \"h{i}.test\"\ntype = \"internal_relay\"\n"));
    }
    text.push_str(&format!(
        "[[connector]]\nname = \"hub\"\ndirection = \"outbound\"\npeer = \"on_premises\"\n\
         recipient_domains = [{}]\nsmart_hosts = [\"hub.test\"]\n",
        names.join(", ")
    ));
    let policy = compiled(&text);
    let recipient = Address::parse("x@h9999.test").unwrap();
    measure("route: connector of 10,000 domains", || {
        black_box(policy.route(&recipient, None, mailboxes));
    });
    reload(&text);
    let new = compiled(&text.replace("hub.test", "hub2.test"));
    let domain = recipient.domain().clone();
    measure("reroute: the same connector, changed", || {
        let mut rerouting = Rerouting::new(black_box(&policy), &new);
        black_box(rerouting.changes_connector("hub") && rerouting.concerns(&domain));
    });
}

/// Plans without a queue, which ask about everything that either configuration names.
fn plans() {
    let mut inbound = String::new();
    for i in 0..1000 {
        let domains: Vec<String> = (0..10).map(|n| format!("\"s{n}.p{i}.test\"")).collect();
        inbound.push_str(&format!(
            "[[connector]]\nname = \"in {i}\"\ndirection = \"inbound\"\npeer = \"partner\"\n\
             sender_domains = [{}]\nsource_addresses = [\"30.{}.{}.0/24\"]\n\
             restrict_sender_domains = true\nnote = \"note {i}\"\n",
            domains.join(", "),
            i / 256,
            i % 256
        ));
    }
    plan("1,000 inbound connectors, a note", &inbound, "note 77", "other note");
    plan("1,000 inbound connectors, an address", &inbound, "30.0.77.0/24", "31.0.77.0/24");
    let mut sites = String::new();
    for i in 0..10_000 {
        sites.push_str(&format!("[[domain]]\nname = \"h{i}.test\"\ntype = \"internal_relay\"\n"));
    }
    for i in 0..200 {
        let domains: Vec<String> = (0..50).map(|n| format!("\"h{}.test\"", i * 50 + n)).collect();
        sites.push_str(&format!(
            "[[connector]]\nname = \"from {i}\"\ndirection = \"inbound\"\npeer = \"on_premises\"\n\
             sender_domains = [\"*\"]\ntls_certificate_name = \"s{i}.test\"\n\
             [[connector]]\nname = \"to {i}\"\ndirection = \"outbound\"\npeer = \"on_premises\"\n\
             recipient_domains = [{}]\nsmart_hosts = [\"s{i}.test\"]\n\
             tls = \"domain_validation\"\ntls_domain = \"s{i}.test\"\n",
            domains.join(", ")
        ));
    }
    plan("10,000 internal relay domains, 200 sites", &sites, "\"s7.test\"]", "\"t7.test\"]");
    let mut relay = String::from("[relay]\naddresses = [\n");
    for i in 0..10_000 {
        relay.push_str(&format!(
            "{{ address = \"20.{}.{}.7\", note = \"n\" }},\n",
            i / 256,
            i % 256
        ));
    }
    relay.push_str("]\n");
    plan("10,000 [relay] entries", &relay, "20.9.9.7", "21.9.9.7");
}

/// What one change of a configuration costs to rehearse.
fn plan(name: &str, text: &str, from: &str, to: &str) {
    let (old, new) = (compiled(text), compiled(&text.replacen(from, to, 1)));
    let mailboxes: HashMap<String, Address> = HashMap::new();
    let start = Instant::now();
    let planner = Planner::new(&old, &new, &mailboxes, causeway_model::Timestamp::default());
    let plan = planner.finish(mailboxes.values(), &[]);
    let name = format!("plan: {name}");
    println!("{name:<54} {:>6} ms", start.elapsed().as_millis());
    assert!(!plan.changes.is_empty());
}
