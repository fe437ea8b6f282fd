//! What an outbound connector may have and where it comes from: equal smart hosts, addresses of its own,
//! bounds of connections and messages.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use causeway_testkit::server::{Server, Setup};
use causeway_testkit::{Behaviour, ScriptedPeer, TestDns};
use serde_json::json;

use super::failures::black_hole;
use super::world::{
    FEW_ATTEMPTS, MINUTE, SECOND, assert_all_accounted, assert_queue_empties, inside, send,
    with_partner,
};

/// An outbound connector for partner.test with this list of smart hosts.
fn to(smart_hosts: &str, more: &str) -> Setup {
    inside().mailflow(&format!(
        "[[connector]]\nname = \"partner\"\ndirection = \"outbound\"\npeer = \"partner\"\n\
         recipient_domains = [\"partner.test\"]\nsmart_hosts = {smart_hosts}\n{more}\n"
    ))
}

fn send_many(server: &Server, count: usize) {
    let mut client = server.client();
    client.ehlo();
    for i in 0..count {
        let content = super::world::message(&format!("m{i}"));
        let answer = client.mail("alice@ours.test", &["x@partner.test"], &content);
        assert_eq!(answer.code, 250, "{answer}");
    }
}

#[test]
fn equal_smart_hosts_share_the_mail_evenly_and_the_next_one_waits_for_both_to_fail() {
    let [a, b, c] = [(); 3].map(|()| ScriptedPeer::start(Behaviour::new()));
    let hosts = format!("[[\"{}\", \"{}\"], \"{}\"]", a.address(), b.address(), c.address());
    let mut server = to(&hosts, FEW_ATTEMPTS).start();
    send_many(&server, 60);
    assert_queue_empties(&server);
    let counts = [&a, &b, &c].map(|peer| peer.messages().len());
    assert_eq!((counts[0] + counts[1], counts[2]), (60, 0), "{counts:?}");
    assert!(counts[0].abs_diff(counts[1]) <= 24, "{counts:?}");
    let shown = server.json(&["connector", "explain", "partner"]);
    let groups =
        json!([[a.address().to_string(), b.address().to_string()], [c.address().to_string()]]);
    assert_eq!(shown["smart_host_groups"], groups, "{shown}");
    let route = server.json(&["route", "explain", "x@partner.test"]);
    assert_eq!(route["next_hop_groups"], groups, "{route}");
    let told = server.cli(&["route", "explain", "x@partner.test"]).stdout;
    assert!(told.contains(&format!("{} | {}, ", a.address(), b.address())), "{told}");

    // Without a, everything goes to b; without both, to c.
    a.refuse();
    // No connection is left from before.
    server.kill_and_restart();
    send(&server, &["x@partner.test"], "one");
    send(&server, &["x@partner.test"], "two");
    assert_queue_empties(&server);
    assert_eq!((a.messages().len(), c.messages().len()), (counts[0], 0));
    b.refuse();
    server.kill_and_restart();
    send(&server, &["x@partner.test"], "three");
    c.block_on_messages(1);
    assert_all_accounted(&server);
}

#[test]
fn out_11_a_bad_mx_host_among_equals_rests_and_the_good_ones_share_the_mail() {
    let dns = TestDns::start();
    let bad = ScriptedPeer::start(Behaviour::new().greeting("421 4.3.2 too busy"));
    let at = |last: u8| {
        // Every message takes a connection of its own.
        let behaviour = Behaviour::new().keyword("LIMITS MAILMAX=1");
        ScriptedPeer::start_at(SocketAddr::from(([127, 0, 0, last], bad.port())), behaviour)
    };
    let good = [11, 12, 13].map(at);
    for peer in good.iter().chain([&bad]) {
        let host = format!("mx{}.ext.test", peer.ip().to_string().replace('.', "-"));
        dns.mx("ext.test", 10, &host).a(&host, &peer.ip().to_string());
    }
    let server = inside().mailflow(FEW_ATTEMPTS).dns(dns.address()).mx_port(bad.port()).start();
    for n in 0..24 {
        send(&server, &["x@ext.test"], &format!("m{n}"));
        assert_queue_empties(&server);
    }
    let counts = good.each_ref().map(|peer| peer.messages().len());
    assert_eq!(counts.iter().sum::<usize>(), 24);
    assert!(counts.iter().all(|count| (4..=12).contains(count)), "{counts:?}");
    assert!(bad.connections() <= 2, "{}", bad.connections());
    assert_all_accounted(&server);
}

#[test]
fn out_13_a_way_that_swallows_everything_does_not_keep_mail_from_the_other() {
    let (_listener, _fillers, silent) = black_hole(Ipv6Addr::LOCALHOST.into());
    let here = SocketAddr::from((Ipv4Addr::LOCALHOST, silent.port()));
    let peer = ScriptedPeer::start_at(here, Behaviour::new());
    let dns = TestDns::start();
    dns.mx("ext.test", 10, "mx.ext.test").a("mx.ext.test", "127.0.0.1").aaaa("mx.ext.test", "::1");
    let server = inside().mailflow(FEW_ATTEMPTS).dns(dns.address()).mx_port(peer.port()).start();
    send(&server, &["x@ext.test"], "by the way that answers");
    peer.block_on_messages(1);
    assert_queue_empties(&server);
    let row = server.trace("x@ext.test").remove(0);
    assert!(row["destination"].as_str().unwrap().contains("127.0.0.1"), "{row}");
}

#[test]
fn a_connector_sends_from_its_own_address_and_the_firewall_lines_say_so() {
    let partner = ScriptedPeer::start(Behaviour::new());
    let server = with_partner(partner.address(), "source_addresses = [\"127.0.0.2\"]").start();
    send(&server, &["x@partner.test"], "from two");
    let message = partner.block_on_messages(1).remove(0);
    assert_eq!(message.client_address, Some([127, 0, 0, 2].into()));
    let rules = server.json(&["connector", "firewall", "partner"]);
    assert_eq!(
        (&rules[0]["source"], &rules[0]["source_configured"]),
        (&json!("127.0.0.2"), &json!(true))
    );
    // The command line changes it, and the plan says so.
    let set = server.json(&["connector", "set", "partner", "--source-address", "127.0.0.3"]);
    let change = set["changes"][0].as_str().unwrap();
    assert!(change.contains("127.0.0.2") && change.contains("127.0.0.3"), "{set}");
    send(&server, &["x@partner.test"], "from three");
    let message = partner.block_on_messages(2).remove(1);
    assert_eq!(message.client_address, Some([127, 0, 0, 3].into()));
}

#[test]
fn an_address_to_send_from_that_the_machine_lacks_does_not_keep_mail_from_going_by_another() {
    let partner = ScriptedPeer::start(Behaviour::new());
    let sources = "source_addresses = [\"198.51.100.99\", \"127.0.0.2\"]";
    let server = with_partner(partner.address(), sources).start();
    send(&server, &["x@partner.test"], "from the second");
    let message = partner.block_on_messages(1).remove(0);
    assert_eq!(message.client_address, Some([127, 0, 0, 2].into()));
    let rules = server.json(&["connector", "firewall", "partner"]);
    assert_eq!(rules[0]["source"], "127.0.0.2", "{rules}");
}

#[test]
fn an_ipv6_address_to_send_from_that_the_machine_lacks_does_not_keep_mail_from_going_by_ipv4() {
    let peer = ScriptedPeer::start(Behaviour::new());
    let dns = TestDns::start();
    dns.mx("ext.test", 10, "mx.ext.test").a("mx.ext.test", "127.0.0.1").aaaa("mx.ext.test", "::1");
    let setup = inside().mailflow(FEW_ATTEMPTS).dns(dns.address()).mx_port(peer.port());
    let server = setup.delivery("source_addresses = [\"2001:db8::99\"]").start();
    send(&server, &["x@ext.test"], "by IPv4");
    peer.block_on_messages(1);
    assert_queue_empties(&server);
}

#[test]
fn a_connector_never_has_more_connections_than_it_may() {
    let slow = Behaviour::new().drip(std::time::Duration::from_millis(2));
    let partner = ScriptedPeer::start(slow);
    let server = with_partner(partner.address(), "max_connections = 2").start();
    send_many(&server, 30);
    partner.block_on_messages(30);
    assert!(partner.most_open_connections() <= 2, "{}", partner.most_open_connections());
    assert_all_accounted(&server);
}

#[test]
fn a_connector_sends_no_more_messages_a_minute_than_it_may() {
    let partner = ScriptedPeer::start(Behaviour::new());
    let server = with_partner(partner.address(), "max_messages_per_minute = 3").start();
    send_many(&server, 8);
    partner.block_on_messages(3);
    // Nothing more is due before the minute is over.
    server.advance(MINUTE - SECOND);
    assert_eq!(partner.messages().len(), 3);
    let waiting = server.queue();
    assert_eq!(waiting.len(), 5, "{waiting:?}");
    assert!(waiting[0]["recipients"][0]["next_attempt_at"].is_string(), "{waiting:?}");
    server.advance(SECOND);
    assert_eq!(partner.messages().len(), 6);
    server.advance(MINUTE);
    assert_eq!(partner.messages().len(), 8);
    // Without the bound everything goes at once.
    let set = server.cli(&["connector", "set", "partner", "--max-messages-per-minute", "0"]);
    assert_eq!(set.status, Some(0), "{set:?}");
    send_many(&server, 8);
    partner.block_on_messages(16);
    assert_all_accounted(&server);
}

#[test]
fn bounds_and_groups_are_written_by_the_command_line_and_shown() {
    let server = inside().start();
    let added = server.cli(&[
        "connector",
        "add",
        "p",
        "--direction",
        "outbound",
        "--peer",
        "partner",
        "--recipient-domain",
        "p.test",
        "--smart-host",
        "a.p.test,b.p.test",
        "--smart-host",
        "c.p.test",
        "--max-connections",
        "4",
        "--max-messages-per-minute",
        "60",
        "--source-address",
        "127.0.0.2",
        "--note",
        "by contract",
    ]);
    assert_eq!(added.status, Some(0), "{added:?}");
    let text = std::fs::read_to_string(server.config_dir().join("mailflow.toml")).unwrap();
    assert!(text.contains("smart_hosts = [[\"a.p.test\", \"b.p.test\"], \"c.p.test\"]"), "{text}");
    assert!(text.contains("max_connections = 4\nmax_messages_per_minute = 60\n"), "{text}");
    let shown = server.cli(&["connector", "explain", "p", "--lang", "en"]);
    for words in [
        "a.p.test:25 | b.p.test:25, c.p.test:25",
        "At most 4 connections at once.",
        "At most 60 messages in any minute.",
        "It sends from 127.0.0.2.",
    ] {
        assert!(shown.stdout.contains(words), "{words}: {shown:?}");
    }
    let listed = server.json(&["connector", "list"]);
    assert_eq!(
        (&listed[0]["max_connections"], &listed[0]["note"]),
        (&json!(4), &json!("by contract"))
    );
}
