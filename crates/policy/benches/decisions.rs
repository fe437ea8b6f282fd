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
use causeway_policy::{MailPolicy, PeerFacts, Planner, QueuedRecipient, RelayFacts};

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
