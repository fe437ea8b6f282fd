//! Names: who speaks for them, what they say, who says something else.

use causeway_insight::finding::{DnsAnswer, Unasked};
use causeway_insight::probe::RecordKind;
use causeway_insight::{Fact, Known, Probe, Prober};
use causeway_model::config::ProbeSettings;
use causeway_testkit::{DnsFault, DnsLab, NameServer, ServerFault, TestDns};

use crate::{facts, facts_with, prober, settings};

const DOMAIN: &str = "partner.example";

/// A domain with two name servers.
struct World {
    lab: DnsLab,
    one: NameServer,
    two: NameServer,
    resolver: TestDns,
    prober: Prober,
}

fn world() -> World {
    let lab = DnsLab::start();
    let (one, two) = (lab.server(), lab.server());
    lab.delegate(DOMAIN, &[("ns1.partner.example", &one), ("ns2.partner.example", &two)]);
    for server in [&one, &two] {
        server
            .zone(DOMAIN, 7)
            .ns(DOMAIN, "ns1.partner.example")
            .ns(DOMAIN, "ns2.partner.example")
            .mx(DOMAIN, 10, "mx.partner.example")
            .a("mx.partner.example", "192.0.2.25");
    }
    let resolver = TestDns::start();
    resolver.mx(DOMAIN, 10, "mx.partner.example").a("mx.partner.example", "192.0.2.25");
    let settings = ProbeSettings { root_servers: lab.roots(), ..settings() };
    let prober = prober(resolver.address(), settings, None);
    World { lab, one, two, resolver, prober }
}

fn authoritative() -> Probe {
    Probe::AuthoritativeServers { name: DOMAIN.into(), kind: RecordKind::Mx }
}

fn propagation() -> Probe {
    Probe::Propagation { name: DOMAIN.into(), kind: RecordKind::Mx }
}

/// What the name server with this name said.
fn said_by<'f>(facts: &'f [Fact], server: &str) -> &'f DnsAnswer {
    facts
        .iter()
        .find_map(|fact| match fact {
            Fact::Dns { by, answer, .. } if by.name.as_deref() == Some(server) => Some(answer),
            _ => None,
        })
        .unwrap_or_else(|| panic!("{server} was not asked: {facts:?}"))
}

fn has(facts: &[Fact], wanted: impl Fn(&Fact) -> bool) {
    assert!(facts.iter().any(wanted), "{facts:#?}");
}

#[tokio::test]
async fn every_authoritative_server_is_found_by_delegation_and_asked() {
    let world = world();
    let found = facts(&world.prober, authoritative()).await;
    has(&found, |fact| {
        matches!(fact, Fact::Delegation { zone, servers, by } if zone == DOMAIN
            && servers == &["ns1.partner.example", "ns2.partner.example"]
            && by.name.as_deref() == Some("a.nic.example"))
    });
    for server in ["ns1.partner.example", "ns2.partner.example"] {
        assert!(matches!(said_by(&found, server),
            DnsAnswer::Records { records, ttl: 300, authoritative: true, .. }
                if records == &["10 mx.partner.example"]));
    }
    has(&found, |fact| matches!(fact, Fact::Serial { serial: 7, .. }));
    has(&found, |fact| matches!(fact, Fact::AnswersAgree { servers: 2, .. }));
}

#[tokio::test]
async fn a_server_that_fails_is_named_beside_one_that_works() {
    let world = world();
    world.two.fault(ServerFault::ServFail);
    let found = facts(&world.prober, authoritative()).await;
    assert_eq!(
        said_by(&found, "ns2.partner.example"),
        &DnsAnswer::Error { code: "SERVFAIL".into() }
    );
    assert!(said_by(&found, "ns1.partner.example").is_answer());
    has(&found, |fact| matches!(fact, Fact::AnswersAgree { servers: 1, .. }));
}

#[tokio::test]
async fn silent_and_lame_servers_are_told_apart() {
    let world = world();
    world.one.fault(ServerFault::Drop);
    for (fault, words) in [
        (ServerFault::Refused, "REFUSED"),
        (ServerFault::UpwardReferral, "a referral to ."),
        (ServerFault::NoAuthority, "an answer without authority"),
    ] {
        world.two.fault(fault);
        world.prober.forget();
        let found = facts(&world.prober, authoritative()).await;
        assert!(matches!(said_by(&found, "ns1.partner.example"), DnsAnswer::Silent { .. }));
        let said = said_by(&found, "ns2.partner.example");
        assert_eq!(said, &DnsAnswer::Lame { said: words.into() });
    }
}

#[tokio::test]
async fn a_zone_whose_servers_do_not_know_it_any_more_is_lame() {
    let world = world();
    world.one.drop_zone(DOMAIN);
    let found = facts(&world.prober, authoritative()).await;
    let said = said_by(&found, "ns1.partner.example");
    assert_eq!(said, &DnsAnswer::Lame { said: "REFUSED".into() });
}

#[tokio::test]
async fn an_expired_domain_is_denied_by_its_registry() {
    let world = world();
    world.lab.withdraw(DOMAIN);
    for name in [DOMAIN, "mail.partner.example"] {
        let probe = Probe::AuthoritativeServers { name: name.into(), kind: RecordKind::A };
        let found = facts(&world.prober, probe).await;
        assert!(
            matches!(found.as_slice(), [Fact::NotDelegated { name, parent, .. }]
                if name == DOMAIN && parent == "example"),
            "{found:#?}"
        );
    }
}

#[tokio::test]
async fn a_name_that_the_organizations_own_servers_deny_is_not_an_expired_domain() {
    let world = world();
    let probe =
        Probe::AuthoritativeServers { name: "gone.partner.example".into(), kind: RecordKind::A };
    let found = facts(&world.prober, probe).await;
    assert!(matches!(
        said_by(&found, "ns1.partner.example"),
        DnsAnswer::NoSuchName { authoritative: true, .. }
    ));
    has(&found, |fact| matches!(fact, Fact::AnswersAgree { records, .. } if records.is_empty()));
}

#[tokio::test]
async fn a_registry_that_fails_leaves_the_delegation_unknown() {
    let world = world();
    world.lab.registry().fault(ServerFault::ServFail);
    let found = facts(&world.prober, authoritative()).await;
    assert!(
        matches!(found.as_slice(), [Fact::DelegationUnknown { zone, said, .. }]
            if zone == "example" && said[0].ends_with("SERVFAIL")),
        "{found:#?}"
    );
}

#[tokio::test]
async fn where_the_root_cannot_be_asked_the_resolver_names_the_servers() {
    let world = world();
    world.lab.root().fault(ServerFault::Drop);
    world
        .resolver
        .ns(DOMAIN, "ns1.partner.example")
        .a("ns1.partner.example", &world.one.address().ip().to_string());
    let found = facts(&world.prober, authoritative()).await;
    assert!(said_by(&found, "ns1.partner.example").is_answer());
    has(&found, |fact| matches!(fact, Fact::Delegation { by, .. } if by.name.is_none()));
}

#[tokio::test]
async fn name_servers_with_names_elsewhere_are_found_too() {
    let world = world();
    let elsewhere = world.lab.server();
    world.lab.delegate("dnshost.test", &[("ns.dnshost.test", &elsewhere)]);
    elsewhere.zone("dnshost.test", 1).a("a.dnshost.test", &world.one.address().ip().to_string());
    world.lab.withdraw(DOMAIN);
    world.lab.registry().ns(DOMAIN, "a.dnshost.test").ns(DOMAIN, "b.dnshost.test");
    let found = facts(&world.prober, authoritative()).await;
    assert!(said_by(&found, "a.dnshost.test").is_answer());
    has(
        &found,
        |fact| matches!(fact, Fact::ServerWithoutAddress { server, .. } if server == "b.dnshost.test"),
    );
}

#[tokio::test]
async fn a_stale_secondary_shows_by_its_serial_number() {
    let world = world();
    world.one.zone(DOMAIN, 8).mx(DOMAIN, 10, "new.partner.example");
    let found = facts(&world.prober, authoritative()).await;
    let groups = found
        .iter()
        .find_map(|fact| match fact {
            Fact::AnswersDiffer { groups, .. } => Some(groups),
            _ => None,
        })
        .expect("different answers");
    assert_eq!(groups[0].records, ["10 new.partner.example"]);
    assert_eq!((groups[0].serial, groups[1].serial), (Some(8), Some(7)));
    assert_eq!(groups[1].servers[0].name.as_deref(), Some("ns2.partner.example"));
}

#[tokio::test]
async fn an_old_answer_of_our_resolver_is_found_with_the_time_it_still_has() {
    let world = world();
    for server in [&world.one, &world.two] {
        server.zone(DOMAIN, 8).mx(DOMAIN, 10, "new.partner.example");
    }
    let found = facts(&world.prober, propagation()).await;
    has(&found, |fact| {
        matches!(fact, Fact::CachedAnswerOld { cached, current, expires_in: Some(300), .. }
            if cached == &["10 mx.partner.example"] && current == &["10 new.partner.example"])
    });
    world.resolver.remove(DOMAIN).mx(DOMAIN, 10, "new.partner.example");
    world.prober.forget();
    let found = facts(&world.prober, propagation()).await;
    has(&found, |fact| matches!(fact, Fact::CachedAnswerCurrent { .. }));
    assert!(!found.iter().any(|fact| matches!(fact, Fact::CachedAnswerOld { .. })));
}

#[tokio::test]
async fn an_old_answer_that_we_hold_ourselves_is_found() {
    let world = world();
    let probe = || Probe::MailHosts { domain: DOMAIN.into(), expected: Vec::new() };
    facts(&world.prober, probe()).await;
    for server in [&world.one, &world.two] {
        server.zone(DOMAIN, 8).mx(DOMAIN, 10, "new.partner.example");
    }
    world.resolver.remove(DOMAIN).mx(DOMAIN, 10, "new.partner.example");
    let found = facts(&world.prober, propagation()).await;
    has(&found, |fact| {
        matches!(fact, Fact::OwnCacheOld { cached, current, .. }
            if cached == &["10 mx.partner.example"] && current == &["10 new.partner.example"])
    });
}

#[tokio::test]
async fn aliases_are_followed_to_those_who_speak_for_their_target() {
    let world = world();
    let hoster = world.lab.server();
    world.lab.delegate("hoster.test", &[("ns.hoster.test", &hoster)]);
    hoster.zone("hoster.test", 1).a("mail.hoster.test", "192.0.2.77");
    for server in [&world.one, &world.two] {
        server.cname("mail.partner.example", "mail.hoster.test");
    }
    let probe =
        Probe::AuthoritativeServers { name: "mail.partner.example".into(), kind: RecordKind::A };
    let found = facts(&world.prober, probe).await;
    has(&found, |fact| matches!(fact, Fact::Alias { chain, .. } if chain == &["mail.hoster.test"]));
    has(
        &found,
        |fact| matches!(fact, Fact::AnswersAgree { records, .. } if records == &["192.0.2.77"]),
    );
}

#[tokio::test]
async fn dnssec_is_the_cause_only_when_leaving_it_out_helps() {
    let world = world();
    let probe = || Probe::Dnssec { name: DOMAIN.into(), kind: RecordKind::Mx };
    world.resolver.fault(DOMAIN, DnsFault::Bogus);
    let found = facts(&world.prober, probe()).await;
    assert!(
        matches!(found.as_slice(), [Fact::DnssecBogus { records, .. }]
        if records == &["10 mx.partner.example"]),
        "{found:#?}"
    );
    // A failure that passes while it is looked into says nothing about signatures.
    for fault in [DnsFault::ServFailOnce, DnsFault::ServFail, DnsFault::NxDomain] {
        world.resolver.fault(DOMAIN, fault);
        world.prober.forget();
        let found = facts(&world.prober, probe()).await;
        assert!(matches!(found.as_slice(), [Fact::DnssecNotTheCause { .. }]), "{found:#?}");
    }
}

#[tokio::test]
async fn a_broken_resolver_is_told_from_a_broken_domain() {
    let world = world();
    let known = Known { recent_names: vec!["mx.partner.example".into()], ..Known::default() };
    let health = async || {
        world.prober.forget();
        facts_with(&world.prober, Probe::ResolverHealth, &known).await
    };
    assert!(matches!(health().await.as_slice(), [Fact::ResolverWorks { .. }]));
    world.resolver.fault("mx.partner.example", DnsFault::ServFail);
    assert!(matches!(health().await.as_slice(), [Fact::ResolverFails { .. }]));
    let nothing = facts(&world.prober, Probe::ResolverHealth).await;
    assert!(!matches!(nothing.as_slice(), [Fact::ResolverWorks { .. }]));
}

#[tokio::test]
async fn mail_hosts_are_compared_with_what_is_expected_here() {
    let world = world();
    world
        .resolver
        .mx(DOMAIN, 20, "other.example")
        .a("other.example", "192.0.2.99")
        .null_mx("quiet.example")
        .cname("alias.example", DOMAIN)
        .mx("literal.example", 10, "192.0.2.1");
    let hosts = async |domain: &str, expected: &[&str]| {
        let expected = expected.iter().map(|e| (*e).to_owned()).collect();
        facts(&world.prober, Probe::MailHosts { domain: domain.into(), expected }).await
    };
    let found = hosts(DOMAIN, &["192.0.2.25"]).await;
    has(&found, |fact| matches!(fact, Fact::MailHosts { hosts, .. } if hosts.len() == 2));
    has(
        &found,
        |fact| matches!(fact, Fact::MxMixed { others, .. } if others == &["other.example"]),
    );
    let found = hosts(DOMAIN, &["mx.contoso.example"]).await;
    has(&found, |fact| matches!(fact, Fact::MxElsewhere { .. }));
    let found = hosts("quiet.example", &[]).await;
    assert_eq!(found, [Fact::NullMx { domain: "quiet.example".into() }]);
    let found = hosts("alias.example", &[]).await;
    has(&found, |fact| matches!(fact, Fact::Alias { chain, .. } if chain == &[DOMAIN]));
    let found = hosts("nowhere.example", &[]).await;
    assert!(matches!(found.as_slice(), [Fact::MailHostsUnknown { .. }]));
}

const IN_PART: Fact = Fact::NotProbed { why: Unasked::QuestionsSpent };

#[tokio::test]
async fn a_delegation_to_many_names_elsewhere_makes_us_ask_few_questions() {
    let world = world();
    let victim = world.lab.server();
    world.lab.delegate("victim.test", &[("ns.victim.test", &victim)]);
    victim.zone("victim.test", 1);
    world.lab.withdraw(DOMAIN);
    for n in 0..13 {
        world.lab.registry().ns(DOMAIN, &format!("n{n}.x{n}.victim.test"));
    }
    let found = facts(&world.prober, authoritative()).await;
    // Two names, each at most twice on the way there and four times for its address.
    assert!(victim.queries() <= 12, "{}", victim.queries());
    let without =
        found.iter().filter(|fact| matches!(fact, Fact::ServerWithoutAddress { .. })).count();
    assert_eq!(without, 2, "{found:#?}");
    assert!(found.contains(&IN_PART), "{found:#?}");
}

#[tokio::test]
async fn a_probe_ends_where_its_questions_are_spent_and_says_so() {
    let world = world();
    let lame: Vec<NameServer> = (0..12).map(|_| world.lab.server()).collect();
    for server in &lame {
        server.fault(ServerFault::Refused);
    }
    // A way to each name that begins with twelve servers that refuse.
    let mut roots: Vec<_> = lame.iter().map(NameServer::address).collect();
    roots.extend(world.lab.roots());
    let settings = ProbeSettings { root_servers: roots, ..settings() };
    let prober = prober(world.resolver.address(), settings, None);
    let names = ["ns.one.test", "ns.two.test"];
    for name in names {
        let zone = name.strip_prefix("ns.").unwrap();
        let named: Vec<String> = (0..12).map(|n| format!("a{n}.{zone}")).collect();
        let servers: Vec<_> = named.iter().map(String::as_str).zip(&lame).collect();
        world.lab.delegate(zone, &servers);
    }
    world.lab.withdraw(DOMAIN);
    world.lab.registry().ns(DOMAIN, names[0]).ns(DOMAIN, names[1]);
    let found = facts(&prober, authoritative()).await;
    let own = [world.lab.root(), world.lab.registry(), &world.one, &world.two];
    let asked: usize = lame.iter().chain(own).map(NameServer::queries).sum();
    assert!(asked <= 64, "{asked}");
    assert_eq!(found, [IN_PART], "and nothing is concluded");
}
