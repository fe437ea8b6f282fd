//! Every way in which a next hop fails, with its code while queued and its code at expiry.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use causeway_testkit::server::Server;
use causeway_testkit::{
    Behaviour, DnsFault, Fault, Point, ScriptedPeer, TestCa, TestDns, Validity,
};

use super::world::{
    FEW_ATTEMPTS, HOUR, assert_all_accounted, assert_queue_empties, inside, send,
    wait_for_deferral, wait_for_mail, wait_for_status, with_partner,
};

/// A message to x@partner.test waits with the first code, and comes back with the second.
fn waits_and_returns(server: &Server, queued: &str, expired: &str) -> (serde_json::Value, String) {
    send(server, &["x@partner.test"], "fails");
    let entry = wait_for_deferral(server, "x@partner.test");
    assert_eq!(entry["code"], queued, "{entry}");
    server.advance(48 * HOUR);
    let report = wait_for_mail(server, "alice@ours.test", 1).remove(0);
    let status = expired.split(' ').nth(1).unwrap();
    assert!(report.contains(&format!("Status: {status}")), "{status} in {report}");
    assert!(report.contains("Action: failed"), "{report}");
    assert!(report.contains("x@partner.test"), "{report}");
    let row = wait_for_status(server, "x@partner.test", "failed");
    assert_eq!(row["code"], expired, "{row}");
    assert_queue_empties(server);
    assert_all_accounted(server);
    (entry, report)
}

fn partner_that(behaviour: Behaviour, connector: &str) -> (ScriptedPeer, Server) {
    let peer = ScriptedPeer::start(behaviour);
    let server = with_partner(peer.address(), connector).mailflow(FEW_ATTEMPTS).start();
    (peer, server)
}

fn fails_with(behaviour: Behaviour, connector: &str, queued: &str, expired: &str) {
    let (_peer, server) = partner_that(behaviour, connector);
    waits_and_returns(&server, queued, expired);
}

fn by_mx(dns: &TestDns, port: u16) -> Server {
    inside().mailflow(FEW_ATTEMPTS).dns(dns.address()).mx_port(port).start()
}

#[test]
fn a_domain_that_does_not_exist() {
    let dns = TestDns::start();
    let server = by_mx(&dns, 25);
    let (entry, _) = waits_and_returns(&server, "450 4.4.312", "550 5.4.312");
    assert!(entry["reply"].as_str().unwrap().contains("partner.test"), "{entry}");
}

#[test]
fn out_03_name_servers_that_fail() {
    let dns = TestDns::start();
    dns.fault("partner.test", DnsFault::ServFail);
    let server = by_mx(&dns, 25);
    let (entry, _) = waits_and_returns(&server, "450 4.4.312", "550 5.4.312");
    assert!(entry["reply"].as_str().unwrap().contains("SERVFAIL"), "{entry}");
}

#[test]
fn name_servers_that_do_not_answer() {
    let dns = TestDns::start();
    dns.fault("partner.test", DnsFault::Drop);
    let server = by_mx(&dns, 25);
    waits_and_returns(&server, "450 4.4.312", "550 5.4.312");
}

#[test]
fn an_mx_host_without_address() {
    let dns = TestDns::start();
    dns.mx("partner.test", 10, "nowhere.partner.test");
    let server = by_mx(&dns, 25);
    waits_and_returns(&server, "450 4.4.312", "550 5.4.312");
}

#[test]
fn a_smart_host_with_a_misspelt_name() {
    let dns = TestDns::start();
    let server = inside()
        .dns(dns.address())
        .mailflow(
            "[[connector]]\nname = \"partner\"\ndirection = \"outbound\"\npeer = \"partner\"\n\
             recipient_domains = [\"partner.test\"]\nsmart_hosts = [\"mial.partner.test\"]\n",
        )
        .mailflow(FEW_ATTEMPTS)
        .start();
    let (entry, report) = waits_and_returns(&server, "450 4.4.312", "550 5.4.312");
    assert_eq!(entry["connector"], "partner", "{entry}");
    assert!(report.contains("mial.partner.test"), "{report}");
}

/// A port whose queue of connections is full: the system drops every further request.
pub(crate) fn black_hole(here: IpAddr) -> (TcpListener, Vec<TcpStream>, SocketAddr) {
    use rustix::net::{AddressFamily, SocketType, bind, listen, socket};
    let family = if here.is_ipv4() { AddressFamily::INET } else { AddressFamily::INET6 };
    let socket = socket(family, SocketType::STREAM, None).unwrap();
    bind(&socket, &SocketAddr::from((here, 0))).unwrap();
    listen(&socket, 0).unwrap();
    let listener = TcpListener::from(socket);
    let address = listener.local_addr().unwrap();
    let mut fillers = Vec::new();
    while let Ok(stream) = TcpStream::connect_timeout(&address, Duration::from_millis(300)) {
        fillers.push(stream);
    }
    (listener, fillers, address)
}

#[test]
fn a_host_that_does_not_answer_connections() {
    let (_listener, _fillers, address) = black_hole(Ipv4Addr::LOCALHOST.into());
    let server = with_partner(address, "")
        .mailflow("[queue]\ndelay_notice_after = []\nretry_after = [\"50h\"]\n")
        .start();
    waits_and_returns(&server, "450 4.4.315", "550 5.4.315");
}

#[test]
fn a_host_that_refuses_connections() {
    let peer = ScriptedPeer::refusing();
    let server = with_partner(peer.address(), "").mailflow(FEW_ATTEMPTS).start();
    let (entry, report) = waits_and_returns(&server, "450 4.4.316", "550 5.4.316");
    assert!(entry["destination"].as_str().unwrap().contains(&peer.port().to_string()), "{entry}");
    assert!(report.contains(&peer.ip().to_string()), "{report}");
}

#[test]
fn a_host_that_says_service_not_available() {
    for greeting in ["421 4.3.2 closing for maintenance", "554 5.3.2 no mail here"] {
        let (_peer, server) = partner_that(Behaviour::new().greeting(greeting), "");
        let (_, report) = waits_and_returns(&server, "450 4.4.317", "550 5.4.317");
        assert!(report.contains(&greeting[10..]), "its own words: {report}");
    }
}

#[test]
fn a_host_that_refuses_ehlo_and_helo() {
    let behaviour =
        Behaviour::new().reply("EHLO", ["554 5.7.1 go away"]).reply("HELO", ["554 5.7.1 go away"]);
    fails_with(behaviour, "", "450 4.4.317", "550 5.4.317");
}

#[test]
fn demanded_tls_that_is_not_offered() {
    fails_with(Behaviour::new(), "tls = \"encryption_only\"", "450 4.4.317", "550 5.4.317");
}

#[test]
fn demanded_tls_whose_handshake_fails() {
    // The certificate is fine; the server wants one of ours, and we have none.
    let authority = TestCa::new("Test Authority");
    let certificate = authority.issue(&["mail.partner.test"], Validity::Now);
    let config = authority.server_config_demanding_certificate(&certificate);
    let (_peer, server) =
        partner_that(Behaviour::new().starttls_config(config), "tls = \"encryption_only\"");
    send(&server, &["x@partner.test"], "handshake");
    let entry = wait_for_deferral(&server, "x@partner.test");
    assert!(["450 4.4.317", "450 4.4.318"].iter().any(|code| entry["code"] == *code), "{entry}");
}

#[test]
fn demanded_tls_answered_with_nonsense() {
    // As plain text right behind the answer, or as the answer to our first octets: either way
    // something between rewrites the session, or it is no TLS.
    let behaviour = Behaviour::new().starttls_garbage(b"this is no handshake\r\n");
    let (peer, server) = partner_that(behaviour, "tls = \"encryption_only\"");
    send(&server, &["x@partner.test"], "nonsense");
    let entry = wait_for_deferral(&server, "x@partner.test");
    assert!(["450 4.4.317", "450 4.4.318"].iter().any(|code| entry["code"] == *code), "{entry}");
    assert!(peer.messages().is_empty());
}

#[test]
fn a_starttls_that_is_refused_where_tls_is_demanded() {
    let behaviour = Behaviour::new().starttls_refused("454 4.7.0 not now");
    fails_with(behaviour, "tls = \"encryption_only\"", "450 4.4.317", "550 5.4.317");
}

#[test]
fn dos_17_replies_without_end_and_replies_that_are_none_are_given_up() {
    // OUT-05, DOS-17
    let endless = format!("{}250 PIPELINING", "250-X\n".repeat(1_000));
    let long = format!("250 {}", "x".repeat(1 << 20));
    let nonsense = [
        Behaviour::new().reply("EHLO", [endless.as_str()]),
        Behaviour::new().reply("EHLO", [long.as_str()]),
        Behaviour::new().greeting_octets(b"HTTP/1.1 400 Bad Request\r\n\r\n"),
        Behaviour::new().greeting("999 never heard of it"),
        Behaviour::new().reply("MAIL", ["what"]),
    ];
    for behaviour in nonsense {
        let (peer, server) = partner_that(behaviour, "");
        send(&server, &["x@partner.test"], "nonsense");
        let entry = wait_for_deferral(&server, "x@partner.test");
        assert!(entry["code"].as_str().unwrap().starts_with("450 4.4.31"), "{entry}");
        assert!(entry["reply"].as_str().unwrap().len() < 2_000, "{entry}");
        assert!(peer.messages().is_empty());
    }
}

#[test]
fn connections_that_break_at_every_step() {
    let points = [
        Point::Connected,
        Point::Greeted,
        Point::Ehlo,
        Point::Introduced,
        Point::Mail,
        Point::Rcpt,
        Point::Data,
        Point::Content,
        Point::EndOfData,
    ];
    for point in points {
        for fault in [Fault::Close, Fault::Reset] {
            let peer = ScriptedPeer::start(Behaviour::new().fault(point, fault));
            let server = with_partner(peer.address(), "").mailflow(FEW_ATTEMPTS).start();
            send(&server, &["x@partner.test"], "breaks");
            let entry = wait_for_deferral(&server, "x@partner.test");
            // A reset at once can meet the connection request itself: then it looks like a refusal, as
            // some firewalls refuse that way.
            let at_once = matches!(point, Point::Connected | Point::Greeted);
            let looks_refused = at_once && fault == Fault::Reset && entry["code"] == "450 4.4.316";
            assert!(
                entry["code"] == "450 4.4.318" || looks_refused,
                "{point:?} {fault:?}: {entry}"
            );
            assert!(peer.messages().is_empty());
        }
    }
}

#[test]
fn a_connection_that_breaks_abruptly_until_the_end() {
    fails_with(Behaviour::new().fault(Point::Ehlo, Fault::Close), "", "450 4.4.318", "550 5.4.318");
}

#[test]
fn certificates_that_do_not_hold() {
    let authority = TestCa::with_intermediate("Known Authority");
    let stranger = TestCa::new("Unknown Authority");
    let certificates = [
        ("expired", authority.issue(&["mail.partner.test"], Validity::Expired), "expired"),
        ("other name", authority.issue(&["other.test"], Validity::Now), "other.test"),
        (
            "self-signed",
            authority.self_signed(&["mail.partner.test"], Validity::Now),
            "self-signed",
        ),
        (
            "unknown issuer",
            stranger.issue(&["mail.partner.test"], Validity::Now),
            "Unknown Authority",
        ),
        (
            "no intermediate",
            authority.issue(&["mail.partner.test"], Validity::Now).without_intermediate(),
            "",
        ),
    ];
    for (what, certificate, words) in certificates {
        let peer = ScriptedPeer::start(Behaviour::new().starttls(&certificate));
        let connector = "tls = \"domain_validation\"\ntls_domain = \"mail.partner.test\"";
        let server = with_partner(peer.address(), connector)
            .trust_root(authority.root_file())
            .mailflow(FEW_ATTEMPTS)
            .start();
        let (entry, report) = waits_and_returns(&server, "450 4.7.320", "550 5.7.320");
        assert!(
            entry["reply"].as_str().unwrap().to_lowercase().contains(&words.to_lowercase()),
            "{what}: {entry}"
        );
        assert!(peer.messages().is_empty(), "{what}: {report}");
    }
}

#[test]
fn a_refusal_of_the_recipient_returns_at_once_in_the_peers_words() {
    let behaviour = Behaviour::new()
        .recipient("x@partner.test", ["550 5.7.1 Unable to relay for x@partner.test"]);
    let (_peer, server) = partner_that(behaviour, "");
    send(&server, &["x@partner.test"], "refused");
    let report = wait_for_mail(&server, "alice@ours.test", 1).remove(0);
    assert!(report.contains("Status: 5.7.1"), "{report}");
    assert!(report.contains("Diagnostic-Code: smtp; 550 5.7.1 Unable to relay for"), "{report}");
    let row = wait_for_status(&server, "x@partner.test", "failed");
    assert_eq!(row["code"], "550 5.7.1");
    assert!(row["reply"].as_str().unwrap().contains("Unable to relay for x@partner.test"), "{row}");
    assert_all_accounted(&server);
}

#[test]
fn permanent_refusals_at_every_command_return_at_once() {
    for (command, reply) in [
        ("MAIL", "553 5.1.8 sender domain unknown"),
        ("DATA", "554 5.6.0 not now, not ever"),
        (".", "554 5.7.1 looks like spam"),
    ] {
        let (_peer, server) = partner_that(Behaviour::new().reply(command, [reply]), "");
        send(&server, &["x@partner.test"], "refused");
        let report = wait_for_mail(&server, "alice@ours.test", 1).remove(0);
        assert!(report.contains(&reply[4..9]), "{command}: {report}");
        assert_eq!(wait_for_status(&server, "x@partner.test", "failed")["code"], reply[..9]);
    }
}

#[test]
fn dsn_09_temporary_refusals_wait_in_the_peers_words_and_expire_as_expired() {
    // The status of an expired message is not the last 4xx.
    let behaviour =
        Behaviour::new().recipient("x@partner.test", ["451 4.7.1 greylisted, come back"]);
    let (_peer, server) = partner_that(behaviour, "");
    send(&server, &["x@partner.test"], "grey");
    let entry = wait_for_deferral(&server, "x@partner.test");
    assert_eq!(entry["code"], "451 4.7.1", "{entry}");
    assert!(entry["reply"].as_str().unwrap().contains("greylisted, come back"), "{entry}");
    server.advance(48 * HOUR);
    let report = wait_for_mail(&server, "alice@ours.test", 1).remove(0);
    assert!(report.contains("Status: 5.4.7"), "{report}");
    assert!(report.contains("greylisted, come back"), "{report}");
}

#[test]
fn a_temporary_refusal_that_passes_is_delivered_at_the_next_attempt() {
    let behaviour =
        Behaviour::new().recipient("x@partner.test", ["451 4.7.1 later", "250 2.1.5 fine"]);
    let (peer, server) = partner_that(behaviour, "");
    send(&server, &["x@partner.test"], "twice");
    wait_for_deferral(&server, "x@partner.test");
    server.advance(30 * HOUR);
    assert_eq!(peer.block_on_messages(1).len(), 1);
    let row = wait_for_status(&server, "x@partner.test", "relayed");
    assert!(row["destination"].as_str().unwrap().contains("127.0.0.1"), "{row}");
    assert_all_accounted(&server);
}

#[test]
fn out_09_each_recipient_has_its_own_end() {
    // OUT-09
    let behaviour = Behaviour::new()
        .recipient("no@partner.test", ["550 5.1.1 no such user"])
        .recipient("later@partner.test", ["452 4.2.2 full for now"]);
    let (peer, server) = partner_that(behaviour, "");
    send(&server, &["yes@partner.test", "no@partner.test", "later@partner.test"], "three");
    assert_eq!(peer.block_on_messages(1)[0].addresses(), ["yes@partner.test"]);
    wait_for_status(&server, "yes@partner.test", "relayed");
    wait_for_status(&server, "no@partner.test", "failed");
    assert_eq!(wait_for_deferral(&server, "later@partner.test")["code"], "452 4.2.2");
    let report = wait_for_mail(&server, "alice@ours.test", 1).remove(0);
    assert!(
        report.contains("no@partner.test") && !report.contains("later@partner.test"),
        "{report}"
    );
    assert_all_accounted(&server);
}

#[test]
fn a_domain_that_takes_no_mail_returns_at_once() {
    let dns = TestDns::start();
    dns.null_mx("partner.test");
    let server = by_mx(&dns, 25);
    send(&server, &["x@partner.test"], "null");
    let report = wait_for_mail(&server, "alice@ours.test", 1).remove(0);
    assert!(report.contains("Status: 5.1.10"), "{report}");
}

#[test]
fn out_01_an_mx_that_points_back_here_is_a_loop() {
    // OUT-01
    let dns = TestDns::start();
    let server = by_mx(&dns, 2525);
    dns.mx("partner.test", 10, "mx.ours.test").a("mx.ours.test", &server.smtp().ip().to_string());
    send(&server, &["x@partner.test"], "loop");
    let report = wait_for_mail(&server, "alice@ours.test", 1).remove(0);
    assert!(report.contains("Status: 5.4.6"), "{report}");
    assert!(report.contains("mx.ours.test"), "the MX hosts are named: {report}");
}

#[test]
fn mx_hosts_are_tried_in_order_until_one_takes_it() {
    let dns = TestDns::start();
    let second = ScriptedPeer::start_at("127.0.0.3:0".parse().unwrap(), Behaviour::new());
    dns.mx("partner.test", 10, "mx1.partner.test")
        .a("mx1.partner.test", "127.0.0.2")
        .mx("partner.test", 20, "mx2.partner.test")
        .a("mx2.partner.test", "127.0.0.3");
    let server = by_mx(&dns, second.port());
    send(&server, &["x@partner.test"], "second");
    second.block_on_messages(1);
    let row = wait_for_status(&server, "x@partner.test", "relayed");
    assert!(row["destination"].as_str().unwrap().contains("mx2.partner.test"), "{row}");
}

#[test]
fn out_05_tolerable_oddities_do_not_stop_the_mail() {
    // OUT-05
    let oddities = [
        Behaviour::new().without_ehlo(),
        Behaviour::new().keywords([]),
        Behaviour::new().masked(),
        Behaviour::new().greeting_octets(b"220 peer\n"),
        Behaviour::new().greeting("220-welcome\n220-and welcome\n220 ready"),
        Behaviour::new().keyword("CHUNKING"),
        Behaviour::new().reply("QUIT", ["500 5.5.1 what?"]),
        Behaviour::new().fault(Point::Quit, Fault::Close),
    ];
    for behaviour in oddities {
        let shown = format!("{behaviour:?}");
        let (peer, server) = partner_that(behaviour, "");
        send(&server, &["x@partner.test"], "odd");
        assert_eq!(peer.block_on_messages(1).len(), 1, "{shown}");
        wait_for_status(&server, "x@partner.test", "relayed");
    }
}
