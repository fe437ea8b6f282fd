//! One organization with two mail servers: this one, and one on its own premises. Both are real servers
//! and share the domain `hybrid.test`: carol's mailbox is here, dave's is there. Mail for the internet
//! leaves each directly, or from here through the other; the domain's MX points here or there. In none
//! of the four combinations does anything go in circles.

use std::net::IpAddr;

use causeway_testkit::server::{Server, Setup};
use causeway_testkit::{Behaviour, ScriptedPeer, TestDns};

use super::world::{assert_all_accounted, message, ours, wait_for_mail};

/// The port of the servers under test, and so of every MX host in this lab.
const PORT: u16 = 2525;

/// A client of the organization, on both networks.
const INSIDER: &str = "127.0.0.9";

/// A server of the internet.
const STRANGER: &str = "127.0.0.10";

struct Organization {
    here: Server,
    there: Server,
    /// The rest of the internet: takes all mail for ext.test.
    internet: ScriptedPeer,
    _dns: TestDns,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Internet {
    Direct,
    ThroughTheOther,
}

/// Connectors to and from the other server.
fn connectors(other: IpAddr) -> String {
    format!(
        "[[connector]]\nname = \"to the other\"\ndirection = \"outbound\"\npeer = \"on_premises\"\n\
         recipient_domains = [\"hybrid.test\"]\nsmart_hosts = [\"{other}:{PORT}\"]\n\n\
         [[connector]]\nname = \"from the other\"\ndirection = \"inbound\"\npeer = \"on_premises\"\n\
         sender_domains = [\"*\"]\nsource_addresses = [\"{other}\"]\nrequire_tls = false\n"
    )
}

/// Starts a server that comes from its own address, so that the other one knows it.
fn start(setup: Setup, other: Option<IpAddr>) -> Server {
    let mut server = setup.prepare();
    let own = server.smtp().ip();
    let machine = server.config_dir().join("causeway.toml");
    let text = std::fs::read_to_string(&machine).unwrap();
    let named =
        text.replace("[delivery]\n", &format!("[delivery]\nsource_addresses = [\"{own}\"]\n"));
    assert_ne!(named, text);
    std::fs::write(&machine, named).unwrap();
    if let Some(other) = other {
        let file = server.config_dir().join("mailflow.toml");
        let text = std::fs::read_to_string(&file).unwrap();
        std::fs::write(&file, format!("{text}\n{}", connectors(other))).unwrap();
    }
    server.start();
    server
}

impl Organization {
    fn start(internet: Internet, mx_here: bool, internet_at: &str) -> Self {
        let dns = TestDns::start();
        let outside = ScriptedPeer::start_at(
            format!("{internet_at}:{PORT}").parse().unwrap(),
            Behaviour::new(),
        );
        let site = || {
            ours()
                .internal_relay("hybrid.test")
                .relay_network(&format!("{INSIDER}/32"))
                .dns(dns.address())
                .mx_port(PORT)
        };
        // The addresses are known once both are there: the connectors come by apply.
        let there = start(site().hostname("mail.hybrid.test"), None);
        let central = match internet {
            Internet::Direct => "",
            Internet::ThroughTheOther => "[routing]\ninternet = 'via connector \"to the other\"'\n",
        };
        let here = start(site().mailflow(central), Some(there.smtp().ip()));
        let file = there.config_dir().join("mailflow.toml");
        let text = std::fs::read_to_string(&file).unwrap();
        std::fs::write(&file, format!("{text}\n{}", connectors(here.smtp().ip()))).unwrap();
        let applied = there.cli(&["apply", "--reason", "the other server is up"]);
        assert_eq!(applied.status, Some(0), "{applied:?}");
        here.add_mailbox("carol@hybrid.test", "a long enough password");
        there.add_mailbox("dave@hybrid.test", "a long enough password");
        let front = if mx_here { &here } else { &there };
        dns.mx("hybrid.test", 10, "front.hybrid.test")
            .a("front.hybrid.test", &front.smtp().ip().to_string())
            .mx("ext.test", 10, "mx.ext.test")
            .a("mx.ext.test", internet_at);
        Self { here, there, internet: outside, _dns: dns }
    }

    fn servers(&self) -> [&Server; 2] {
        [&self.here, &self.there]
    }
}

fn hand_in(server: &Server, source: &str, from: &str, to: &str, subject: &str) {
    let mut client = server.client_from(source);
    client.ehlo();
    let answer = client.mail(from, &[to], &message(subject));
    assert_eq!(answer.code, 250, "{from} to {to}: {answer}");
}

/// Lines of the trail that a message has left.
fn hops(text: &str) -> usize {
    text.lines().filter(|line| line.starts_with("Received:")).count()
}

/// Everything that the four combinations have in common; `through` is how many servers of ours carol's
/// mail to the internet passes.
fn check(internet: Internet, mx_here: bool, internet_at: &str, through: usize) {
    let world = Organization::start(internet, mx_here, internet_at);
    let front = if mx_here { &world.here } else { &world.there };

    // From the internet to both, by the MX.
    hand_in(front, STRANGER, "a@ext.test", "carol@hybrid.test", "to-carol");
    hand_in(front, STRANGER, "a@ext.test", "dave@hybrid.test", "to-dave");
    let carol = wait_for_mail(&world.here, "carol@hybrid.test", 1).remove(0);
    let dave = wait_for_mail(&world.there, "dave@hybrid.test", 1).remove(0);
    assert_eq!((hops(&carol), hops(&dave)), if mx_here { (1, 2) } else { (2, 1) });

    // Between the two.
    hand_in(&world.here, INSIDER, "carol@hybrid.test", "dave@hybrid.test", "across");
    hand_in(&world.there, INSIDER, "dave@hybrid.test", "carol@hybrid.test", "back");
    wait_for_mail(&world.there, "dave@hybrid.test", 2);
    wait_for_mail(&world.here, "carol@hybrid.test", 2);

    // To the internet.
    hand_in(&world.here, INSIDER, "carol@hybrid.test", "x@ext.test", "from-here");
    let sent = world.internet.block_on_messages(1).remove(0);
    assert_eq!(hops(&sent.text()), through, "{}", sent.text());
    hand_in(&world.there, INSIDER, "dave@hybrid.test", "y@ext.test", "from-there");
    let sent = world.internet.block_on_messages(2).remove(1);
    assert_eq!(hops(&sent.text()), 1, "{}", sent.text());

    // Somebody who is on neither: one report to the sender, and no circle.
    hand_in(front, STRANGER, "a@ext.test", "nobody@hybrid.test", "to-nobody");
    let report = world.internet.block_on_messages(3).remove(2);
    assert_eq!(report.addresses(), ["a@ext.test"], "{}", report.text());
    assert!(report.text().contains("nobody@hybrid.test"), "{}", report.text());
    for server in world.servers() {
        server.wait_for("an empty queue", || server.queue().is_empty().then_some(()));
        assert_all_accounted(server);
    }
    assert_eq!(world.internet.messages().len(), 3, "nothing was sent twice");
}

#[test]
fn direct_to_the_internet_with_the_mx_here() {
    check(Internet::Direct, true, "127.0.11.1", 1);
}

#[test]
fn direct_to_the_internet_with_the_mx_on_the_premises() {
    check(Internet::Direct, false, "127.0.11.2", 1);
}

#[test]
fn through_the_premises_to_the_internet_with_the_mx_here() {
    check(Internet::ThroughTheOther, true, "127.0.11.3", 2);
}

#[test]
fn through_the_premises_to_the_internet_with_the_mx_there_too() {
    check(Internet::ThroughTheOther, false, "127.0.11.4", 2);
}

#[test]
fn a_restricted_sender_domain_is_refused_from_anywhere_but_its_connector() {
    let server = ours()
        .mailflow(
            "[[connector]]\nname = \"bank\"\ndirection = \"inbound\"\npeer = \"partner\"\n\
             sender_domains = [\"bank.test\"]\nsource_addresses = [\"127.0.0.31\"]\n\
             require_tls = false\nrestrict_sender_domains = true\n",
        )
        .start();
    let answer = |source: &str, from: &str| {
        let mut client = server.client_from(source);
        client.ehlo();
        client.command(&format!("MAIL FROM:<{from}>"))
    };
    assert_eq!(answer("127.0.0.31", "a@bank.test").code, 250);
    let refused = answer("127.0.0.32", "a@bank.test");
    assert!(refused.to_string().contains("550 5.7.51"), "{refused}");
    assert_eq!(answer("127.0.0.32", "a@ext.test").code, 250);
    assert_eq!(answer("127.0.0.32", "").code, 250);
    let explained = server.cli(&[
        "relay",
        "explain",
        "--from-ip",
        "127.0.0.32",
        "--sender",
        "a@bank.test",
        "--recipient",
        "alice@ours.test",
        "--json",
    ]);
    assert_eq!(explained.status, Some(1), "{explained:?}");
    assert!(explained.stdout.contains("inbound.restricted-sender"), "{explained:?}");
    // Which connector mail came through is in the trace.
    let mut client = server.client_from("127.0.0.31");
    client.ehlo();
    assert_eq!(client.mail("a@bank.test", &["alice@ours.test"], &message("trace")).code, 250);
    wait_for_mail(&server, "alice@ours.test", 1);
    let row = server.trace("alice@ours.test").remove(0);
    let shown = server.cli(&["trace", "show", row["id"].as_str().unwrap()]);
    assert!(shown.stdout.contains("recognised as connector bank"), "{shown:?}");
}
