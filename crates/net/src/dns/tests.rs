use std::net::Ipv4Addr;

use causeway_testkit::{DnsFault, TestDns};

use super::*;

fn resolver(dns: &TestDns) -> Resolver {
    Resolver::new(&dns.settings()).unwrap()
}

fn domain(text: &str) -> Domain {
    Domain::parse(text).unwrap()
}

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

/// An address of loopback where nobody answers DNS questions, kept silent by a bound socket.
fn silent_server() -> (std::net::UdpSocket, SocketAddr) {
    let socket = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    (socket, address)
}

#[tokio::test]
async fn mx_hosts_come_best_first_and_are_remembered() {
    let dns = TestDns::start();
    dns.mx("partner.test", 20, "backup.partner.test").mx("partner.test", 10, "MX1.partner.test");
    let resolver = resolver(&dns);
    for _ in 0..3 {
        let answer = resolver.mx(&domain("Partner.test")).await.unwrap();
        let hosts: Vec<&str> = answer.hosts.iter().map(|host| host.name.as_str()).collect();
        assert_eq!(hosts, ["mx1.partner.test", "backup.partner.test"]);
        assert!(!answer.implicit);
        let left = answer.valid_until.since(crate::clock::system_now());
        assert!(left > Duration::from_secs(290) && left <= Duration::from_secs(300), "{left:?}");
    }
    assert_eq!(dns.queries("partner.test"), 1);
    resolver.flush("partner.test.");
    resolver.mx(&domain("partner.test")).await.unwrap();
    assert_eq!(dns.queries("partner.test"), 2);
}

#[tokio::test]
async fn a_domain_without_mx_is_its_own_host() {
    let dns = TestDns::start();
    dns.a("plain.test", "127.0.0.7");
    let answer = resolver(&dns).mx(&domain("plain.test")).await.unwrap();
    assert!(answer.implicit);
    assert_eq!(answer.hosts, [MxHost { preference: 0, name: "plain.test".into() }]);
}

#[tokio::test]
async fn an_address_literal_is_asked_for_nowhere() {
    let dns = TestDns::start();
    let resolver = resolver(&dns);
    for (text, address) in [("[192.0.2.1]", "192.0.2.1"), ("[IPv6:2001:db8::1]", "2001:db8::1")] {
        let answer = resolver.mx(&domain(text)).await.unwrap();
        assert_eq!(answer.hosts[0].name, address);
        let addresses = resolver.addresses(&answer.hosts[0].name, Families::Both).await;
        assert_eq!(addresses, Ok(vec![ip(address)]));
    }
    assert_eq!(dns.queries_of("192.0.2.1", "A"), 0);
}

#[tokio::test]
async fn the_null_mx_is_told() {
    let dns = TestDns::start();
    dns.null_mx("nomail.test");
    assert_eq!(
        resolver(&dns).mx(&domain("nomail.test")).await,
        Err(Failure::NullMx { domain: "nomail.test".into() })
    );
}

#[tokio::test]
async fn a_domain_that_is_an_alias_is_followed() {
    let dns = TestDns::start();
    dns.cname("alias.test", "middle.test")
        .cname("middle.test", "real.test")
        .mx("real.test", 5, "mx.real.test")
        .cname("mx.real.test", "host.real.test")
        .a("host.real.test", "127.0.0.8");
    let resolver = resolver(&dns);
    let answer = resolver.mx(&domain("alias.test")).await.unwrap();
    assert_eq!(answer.cname_chain, ["middle.test", "real.test"]);
    assert_eq!(answer.hosts[0].name, "mx.real.test");
    let addresses = resolver.addresses("mx.real.test", Families::Both).await.unwrap();
    assert_eq!(addresses, [ip("127.0.0.8")]);
}

#[tokio::test]
async fn every_failure_has_its_own_name() {
    let dns = TestDns::start();
    dns.a("broken.test", "127.0.0.1").txt("empty.test", "no address here");
    dns.fault("broken.test", DnsFault::ServFail).fault("refused.test", DnsFault::Refused);
    let resolver = resolver(&dns);
    let name = |text: &str| text.to_owned();
    assert_eq!(
        resolver.mx(&domain("gone.test")).await,
        Err(Failure::DomainNotFound { name: name("gone.test") })
    );
    assert_eq!(
        resolver.addresses("empty.test", Families::Both).await,
        Err(Failure::NoAddress { name: name("empty.test") })
    );
    for (text, code) in [("broken.test", "SERVFAIL"), ("refused.test", "REFUSED")] {
        let server = Some(dns.address());
        let failure = Failure::DnsServerFailure { name: name(text), code: code.into(), server };
        assert_eq!(resolver.mx(&domain(text)).await, Err(failure.clone()));
        assert_eq!(resolver.addresses(text, Families::Both).await, Err(failure));
    }
    // An error answered once is not asked for again.
    assert_eq!(dns.queries_of("broken.test", "MX"), 1);
    dns.heal("broken.test");
    assert!(resolver.addresses("broken.test", Families::Both).await.is_ok());
    let impossible = format!("{}.test", "a".repeat(64));
    assert_eq!(
        resolver.addresses(&impossible, Families::Both).await,
        Err(Failure::DomainNotFound { name: impossible })
    );
}

#[tokio::test]
async fn silence_ends_after_the_configured_time() {
    let dns = TestDns::start();
    dns.fault("slow.test", DnsFault::Drop);
    let settings = DnsSettings {
        servers: vec![dns.address()],
        timeout: Duration::from_millis(300),
        trust_ad: None,
    };
    let start = Instant::now();
    assert_eq!(
        Resolver::new(&settings).unwrap().mx(&domain("slow.test")).await,
        Err(Failure::DnsTimeout { name: "slow.test".into(), after_ms: 300 })
    );
    let taken = start.elapsed();
    assert!(taken >= Duration::from_millis(290) && taken < Duration::from_secs(20), "{taken:?}");
}

#[tokio::test]
async fn what_works_of_two_families_is_used() {
    let dns = TestDns::start();
    dns.a("half.test", "127.0.0.3").aaaa("half.test", "::1");
    dns.fault_for("half.test", "AAAA", DnsFault::ServFail);
    let resolver = resolver(&dns);
    assert_eq!(
        resolver.addresses("half.test", Families::Both).await,
        Ok(vec![IpAddr::V4(Ipv4Addr::new(127, 0, 0, 3))])
    );
    dns.heal("half.test");
    assert_eq!(
        resolver.addresses("half.test", Families::Both).await,
        Ok(vec![ip("127.0.0.3"), ip("::1")])
    );
    assert_eq!(resolver.addresses("half.test", Families::Ipv6).await, Ok(vec![ip("::1")]));
}

#[tokio::test]
async fn another_server_answers_when_the_first_does_not() {
    let dns = TestDns::start();
    dns.a("host.test", "127.0.0.4").a("other.test", "127.0.0.5");
    for fault in [DnsFault::Drop, DnsFault::ServFail] {
        let broken = TestDns::start();
        broken.fault("host.test", fault);
        let servers = vec![broken.address(), dns.address()];
        let settings = DnsSettings { servers, timeout: Duration::from_secs(2), trust_ad: None };
        let resolver = Resolver::new(&settings).unwrap();
        let found = resolver.addresses("host.test", Families::Ipv4).await;
        assert_eq!(found, Ok(vec![ip("127.0.0.4")]));
        // The next question goes straight to the one that answered.
        let found = resolver.addresses("other.test", Families::Ipv4).await;
        assert_eq!(found, Ok(vec![ip("127.0.0.5")]));
        assert!(broken.queries("host.test") > 0);
        assert_eq!(broken.queries("other.test"), 0);
    }
}

#[tokio::test]
async fn an_answer_that_was_cut_off_is_fetched_by_tcp() {
    let dns = TestDns::start();
    for n in 0..60 {
        dns.mx("many.test", n, &format!("host-with-a-long-name-{n}.many.test"));
    }
    dns.fault("many.test", DnsFault::Truncate);
    let answer = resolver(&dns).mx(&domain("many.test")).await.unwrap();
    assert_eq!(answer.hosts.len(), 60);
    assert_eq!(dns.queries_by_tcp(), 1);
}

#[tokio::test]
async fn absence_is_remembered_as_long_as_the_zone_says() {
    let dns = TestDns::start();
    let resolver = resolver(&dns);
    for _ in 0..2 {
        assert!(resolver.mx(&domain("new.test")).await.is_err());
    }
    assert_eq!(dns.queries("new.test"), 1);
    dns.ttl(0, 0);
    for _ in 0..2 {
        assert!(resolver.mx(&domain("newer.test")).await.is_err());
    }
    assert_eq!(dns.queries("newer.test"), 2);
}

#[tokio::test]
async fn the_other_records_are_read() {
    let dns = TestDns::start();
    let long = format!("v=spf1 {} -all", "ip4:192.0.2.1 ".repeat(40));
    dns.txt("t.test", &long).ns("t.test", "NS1.t.test").ptr("192.0.2.9", "mail.t.test");
    let resolver = Resolver::direct(dns.address(), Duration::from_secs(2)).unwrap();
    assert_eq!(resolver.texts("t.test").await, Ok(vec![long]));
    assert_eq!(resolver.name_servers("t.test").await, Ok(vec!["ns1.t.test".to_owned()]));
    assert_eq!(resolver.pointers(ip("192.0.2.9")).await, Ok(vec!["mail.t.test".to_owned()]));
    assert_eq!(resolver.pointers(ip("192.0.2.77")).await, Ok(vec![]));
    assert_eq!(
        resolver.name_servers("mail.t.test").await.unwrap_err(),
        Failure::DomainNotFound { name: "mail.t.test".into() }
    );
    resolver.texts("t.test").await.unwrap();
    assert_eq!(dns.queries_of("t.test", "TXT"), 2, "a direct look-up never uses a cache");
}

#[test]
fn the_systems_servers_are_used_when_none_are_configured() {
    let settings =
        DnsSettings { servers: Vec::new(), timeout: Duration::from_secs(1), trust_ad: None };
    assert!(!Resolver::new(&settings).unwrap().servers().is_empty());
}

#[tokio::test]
async fn a_server_that_is_not_there_is_silence() {
    let (socket, address) = silent_server();
    drop(socket);
    let settings =
        DnsSettings { servers: vec![address], timeout: Duration::from_millis(200), trust_ad: None };
    assert_eq!(
        Resolver::new(&settings).unwrap().mx(&domain("a.test")).await,
        Err(Failure::DnsTimeout { name: "a.test".into(), after_ms: 200 })
    );
}

#[tokio::test]
async fn many_questions_at_once_are_all_answered() {
    let dns = TestDns::start();
    for n in 0..500 {
        dns.mx(&format!("d{n}.test"), 10, "mx.test");
        dns.fault(&format!("d{n}.test"), DnsFault::Delay(Duration::from_millis(100)));
    }
    let settings = DnsSettings {
        servers: vec![dns.address()],
        timeout: Duration::from_secs(60),
        trust_ad: None,
    };
    let resolver = Resolver::new(&settings).unwrap();
    let questions = (0..500).map(|n| {
        let resolver = resolver.clone();
        tokio::spawn(async move { resolver.mx(&domain(&format!("d{n}.test"))).await })
    });
    for question in questions.collect::<Vec<_>>() {
        question.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn names_that_cannot_exist_are_not_asked_for() {
    let dns = TestDns::start();
    let resolver = resolver(&dns);
    assert_eq!(
        resolver.mx(&domain("a.invalid")).await,
        Err(Failure::DomainNotFound { name: "a.invalid".into() })
    );
    let long = "a.".repeat(130);
    for name in ["", ".", "a..b", "\u{fc}.test", "\0", "a b", long.as_str(), "\\999.test"] {
        assert!(resolver.addresses(name, Families::Both).await.is_err(), "{name:?}");
    }
    assert_eq!(dns.queries("a.invalid"), 0);
}

/// The records of `host` for port 25, with a digest of this octet.
fn record(octet: u8) -> Vec<u8> {
    let mut data = vec![3, 1, 1];
    data.extend([octet; 32]);
    data
}

#[tokio::test]
async fn tlsa_records_count_only_where_everything_is_signed() {
    let dns = TestDns::start();
    dns.sign("signed.test")
        .mx("signed.test", 10, "mx.signed.test")
        .a("mx.signed.test", "127.0.0.2");
    dns.tlsa("mx.signed.test", 25, &record(1));
    dns.mx("unsigned.test", 10, "mx.unsigned.test").a("mx.unsigned.test", "127.0.0.2");
    dns.tlsa("mx.unsigned.test", 25, &record(2));
    let resolver = Resolver::new(&dns.settings()).unwrap();
    let domain = |text: &str| Domain::parse(text).unwrap();
    assert!(resolver.mx(&domain("signed.test")).await.unwrap().is_authentic);
    assert!(!resolver.mx(&domain("unsigned.test")).await.unwrap().is_authentic);
    let set = resolver.tlsa("mx.signed.test", 25).await.unwrap().unwrap();
    assert_eq!((set.base.as_str(), set.len()), ("mx.signed.test", 1));
    assert_eq!(resolver.tlsa("mx.unsigned.test", 25).await, Ok(None));
    assert_eq!(dns.queries_of("_25._tcp.mx.unsigned.test", "TLSA"), 0, "not even asked for");
    // Who is not believed is not asked.
    let settings = DnsSettings { trust_ad: Some(false), ..dns.settings() };
    let distrustful = Resolver::new(&settings).unwrap();
    assert!(!distrustful.mx(&domain("signed.test")).await.unwrap().is_authentic);
    assert_eq!(distrustful.tlsa("mx.signed.test", 25).await, Ok(None));
}

#[tokio::test]
async fn a_bogus_tlsa_answer_is_no_absence() {
    let dns = TestDns::start();
    dns.sign("signed.test").a("mx.signed.test", "127.0.0.2");
    dns.fault("_25._tcp.mx.signed.test", DnsFault::ServFail);
    let resolver = Resolver::new(&dns.settings()).unwrap();
    let failure = resolver.tlsa("mx.signed.test", 25).await.unwrap_err();
    assert!(matches!(failure, Failure::TlsaUnavailable { .. }), "{failure:?}");
    dns.heal("_25._tcp.mx.signed.test");
    assert_eq!(resolver.tlsa("mx.signed.test", 25).await, Ok(None));
}

#[tokio::test]
async fn addresses_that_cannot_be_verified_do_not_switch_dane_off() {
    let dns = TestDns::start();
    dns.sign("signed.test").a("mx.signed.test", "127.0.0.2").tlsa("mx.signed.test", 25, &record(1));
    dns.fault("mx.signed.test", DnsFault::ServFail);
    let resolver = Resolver::new(&dns.settings()).unwrap();
    let failure = resolver.tlsa("mx.signed.test", 25).await.unwrap_err();
    assert!(matches!(failure, Failure::TlsaUnavailable { .. }), "{failure:?}");
    dns.heal("mx.signed.test");
    assert_eq!(resolver.tlsa("mx.signed.test", 25).await.unwrap().unwrap().len(), 1);
    // A name that nobody has says nothing.
    assert_eq!(resolver.tlsa("none.signed.test", 25).await, Ok(None));
}

#[tokio::test]
async fn an_alias_is_asked_about_where_it_leads_and_where_it_is() {
    // TLS-11: an MX host that is an alias into an unsigned zone keeps its own records.
    let dns = TestDns::start();
    dns.sign("signed.test").sign("host.test");
    dns.cname("a.signed.test", "mx.host.test").a("mx.host.test", "127.0.0.2");
    dns.tlsa("mx.host.test", 25, &record(1)).tlsa("a.signed.test", 25, &record(2));
    dns.cname("b.signed.test", "bare.host.test").a("bare.host.test", "127.0.0.2");
    dns.tlsa("b.signed.test", 25, &record(3));
    dns.cname("c.signed.test", "mx.unsigned.test").a("mx.unsigned.test", "127.0.0.2");
    dns.tlsa("c.signed.test", 25, &record(4)).tlsa("mx.unsigned.test", 25, &record(5));
    dns.cname("d.unsigned.test", "mx.host.test").tlsa("d.unsigned.test", 25, &record(6));
    let resolver = Resolver::new(&dns.settings()).unwrap();
    for (host, base) in [
        ("a.signed.test", Some("mx.host.test")),
        ("b.signed.test", Some("b.signed.test")),
        ("c.signed.test", Some("c.signed.test")),
        ("d.unsigned.test", None),
    ] {
        let set = resolver.tlsa(host, 25).await.unwrap();
        assert_eq!(set.map(|set| set.base).as_deref(), base, "{host}");
    }
}

#[tokio::test]
async fn malformed_tlsa_records_and_very_many_are_an_answer() {
    let dns = TestDns::start();
    dns.sign("signed.test").a("mx.signed.test", "127.0.0.2").a("many.signed.test", "127.0.0.2");
    for data in [&[][..], &[3], &[3, 1], &[3, 1, 1], &[9; 35], &[3; 19]] {
        dns.tlsa("mx.signed.test", 25, data);
    }
    for n in 0..500u16 {
        let mut data = record(0);
        data[3..5].copy_from_slice(&n.to_be_bytes());
        dns.tlsa("many.signed.test", 25, &data);
    }
    let resolver = Resolver::new(&dns.settings()).unwrap();
    assert!(resolver.tlsa("mx.signed.test", 25).await.unwrap().unwrap().is_empty());
    assert_eq!(resolver.tlsa("many.signed.test", 25).await.unwrap().unwrap().len(), 500);
}

#[tokio::test]
async fn what_a_trusted_resolver_said_is_held_in_the_words_of_a_direct_answer() {
    let dns = TestDns::start();
    dns.sign("signed.test").mx("signed.test", 10, "mx.signed.test");
    dns.a("mx.signed.test", "127.0.0.7").aaaa("mx.signed.test", "2001:db8::7");
    let resolver = Resolver::new(&dns.settings()).unwrap();
    resolver.mx(&domain("signed.test")).await.unwrap();
    resolver.tlsa("mx.signed.test", 25).await.unwrap();
    let manner =
        question::Manner { recursion: true, unchecked: false, timeout: Duration::from_secs(2) };
    for (name, kind, text) in [
        ("signed.test", RecordType::MX, "10 mx.signed.test"),
        ("mx.signed.test", RecordType::A, "127.0.0.7"),
        ("mx.signed.test", RecordType::AAAA, "2001:db8::7"),
    ] {
        let said = question::ask(dns.address(), name, kind, manner).await.unwrap();
        let (held, _) = resolver.held(name, kind).unwrap();
        assert_eq!(held, said.follow(name, kind).1, "{name} {kind}");
        assert_eq!(held, [text]);
    }
}
