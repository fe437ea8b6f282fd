//! What must not be confirmed, and what must be.

use std::net::SocketAddr;

use causeway_model::{Attempt, Failure, Outcome, Reply};

use super::*;
use crate::finding::{Control, DnsAnswer, Fact, MaskingSign, NameServer};
use crate::probe::{Probe, RecordKind};

mod clocks;
mod names;
mod never_named;

const SILENT: Failure = Failure::ConnectTimeout { after_ms: 5000 };

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(seconds * 1000)
}

fn address(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

/// A path to 192.0.2.1:25 that worked.
fn facts(failure: Failure) -> Facts {
    let tried = Some(address("192.0.2.1:25"));
    let host = Some("mx.partner.test".to_owned());
    Facts {
        now: at(1_000),
        attempt: Attempt {
            at: at(990),
            elapsed_ms: 1,
            site: "MX 10 mx.partner.test".into(),
            connector: None,
            host: host.clone(),
            address: tried,
            tls: None,
            security: None,
            stage: Stage::Connect,
            outcome: Outcome::Failure(failure),
        },
        failing_since: at(900),
        failures: 2,
        next_attempt_at: None,
        returned_at: None,
        path: Path { domain: Some("partner.test".into()), mx_port: 25, ..Path::default() },
        last_success: Some(LastSuccess { at: at(100), host, address: tried, tls: None }),
        changes: Vec::new(),
        others: Others { failing: 3, well: 0 },
        taken: None,
        came_back: None,
    }
}

fn found(probe: Probe, fact: Fact) -> Finding {
    Finding { probe, at: at(995), elapsed_ms: 1, fact }
}

fn target(failure: Failure) -> Finding {
    let address = address("192.0.2.1:25");
    found(Probe::Connect { address }, Fact::ConnectFailed { address, failure })
}

fn control(at: &str, failure: Option<Failure>) -> Finding {
    let control = Control { site: "other".into(), address: address(at) };
    let fact = match failure {
        Some(failure) => Fact::ControlFailed { control, failure },
        None => Fact::ControlReached { control },
    };
    found(Probe::ControlDestinations { port: 25 }, fact)
}

fn standing(diagnosis: &Diagnosis, cause: &str) -> Standing {
    diagnosis.causes.standing(cause).unwrap()
}

/// What is said of a port that is blocked here, from what these others gave; and whether the story says so, too.
fn blocked(others: &[(&str, Option<Failure>)]) -> (Standing, bool) {
    let mut findings = vec![target(SILENT)];
    findings.extend(others.iter().map(|(at, failure)| control(at, failure.clone())));
    told(&facts(SILENT), &findings)
}

fn told(facts: &Facts, findings: &[Finding]) -> (Standing, bool) {
    let diagnosis = diagnose(facts, findings);
    let is_us = matches!(diagnosis.story, Story::EverythingFails { .. });
    (standing(&diagnosis, "port-blocked-here"), is_us)
}

#[test]
fn the_port_is_blocked_here_when_two_other_hosts_that_worked_are_silent_too() {
    let two = [("198.51.100.2:25", Some(SILENT)), ("203.0.113.3:25", Some(SILENT))];
    assert_eq!(blocked(&two), (Standing::Confirmed, true));
    let facts = facts(SILENT);
    let findings = [target(SILENT), control(two[0].0, two[0].1.clone())];
    assert_eq!(told(&facts, &findings), (Standing::Likely, false));
    assert_eq!(told(&facts, &[target(SILENT)]), (Standing::Possible, false));
}

#[test]
fn a_circle_is_never_more_than_likely_as_anybody_writes_what_shows_it() {
    let refused = Failure::Replied { reply: Reply::new(554, None, "5.4.6 Too many hops") };
    let judged = |came_back: Option<CameBack>| {
        let diagnosis = diagnose(&Facts { came_back, ..facts(refused.clone()) }, &[]);
        standing(&diagnosis, "connector-points-back")
    };
    let hosts = ["us", "gate", "us"].map(str::to_owned).to_vec();
    let back = |sent| Some(CameBack { hosts: hosts.clone(), passes: 2, sent });
    assert_eq!(judged(None), Standing::Possible);
    assert_eq!(judged(back(None)), Standing::Likely);
    let sent = SentBefore { id: "a1".into(), at: at(1), connector: None, host: "gate".into() };
    assert_eq!(judged(back(Some(sent))), Standing::Likely);
}

#[test]
fn a_refusal_to_relay_for_some_recipients_is_not_about_the_whole_domain() {
    let refused = |text: &str| Failure::Replied { reply: Reply::new(550, None, text) };
    let judged = |text: &str, taken: Option<TakenBeside>| {
        let mut facts = Facts { taken, ..facts(refused(text)) };
        facts.attempt.stage = Stage::Rcpt;
        facts.attempt.connector = Some("partner".into());
        diagnose(&facts, &[])
    };
    let taken = |host: &str, is_latest| {
        let (domain, host) = ("partner.test".into(), host.into());
        Some(TakenBeside { domain, at: at(980), host, is_latest, refused: 3 })
    };
    let (host, whole) = ("mx.partner.test", ["domain-not-active-there", "not-allowed-to-relay"]);
    let relaying = "5.4.1 Relay Access Denied";
    let all = judged(relaying, None);
    assert_eq!(all.top().unwrap().cause, "domain-not-active-there");
    assert_eq!(standing(&all, "domain-type-wrong-there"), Standing::Possible);
    let other = judged(relaying, taken("mx2.partner.test", true));
    assert_eq!(other.causes, all.causes, "another host says nothing about this one");
    let before = judged(relaying, taken(host, false));
    assert_eq!(before.top().unwrap().cause, "domain-type-wrong-there");
    assert_eq!(before.confidence(), Confidence::Likely);
    whole.iter().for_each(|cause| assert_eq!(standing(&before, cause), Standing::Possible));
    let some = judged(relaying, taken(host, true));
    assert_eq!(some.top().unwrap().cause, "domain-type-wrong-there");
    assert_eq!(some.confidence(), Confidence::Likely);
    for excluded in whole.into_iter().chain(["mx-not-this-server"]) {
        assert_eq!(standing(&some, excluded), Standing::RuledOut, "{excluded}");
    }
    let attribution = judged("5.7.64 TenantAttribution; Relay Access Denied", taken(host, true));
    assert_eq!(attribution.top().unwrap().cause, "hybrid-connector-wrong", "it says so itself");
}

#[test]
fn a_refusal_shows_that_the_port_is_open_for_us() {
    let refused = Some(Failure::ConnectionRefused);
    let others = [
        ("198.51.100.2:25", Some(SILENT)),
        ("203.0.113.3:25", Some(SILENT)),
        ("100.64.0.4:25", refused.clone()),
    ];
    assert_eq!(blocked(&others), (Standing::RuledOut, false));
    assert_eq!(
        blocked(&[("198.51.100.2:25", refused.clone()), ("203.0.113.3:25", refused)]),
        (Standing::RuledOut, false)
    );
    let findings = [target(Failure::ConnectionRefused), control("198.51.100.2:25", Some(SILENT))];
    assert_eq!(told(&facts(SILENT), &findings), (Standing::RuledOut, false));
}

#[test]
fn hosts_of_the_network_that_fails_go_down_with_it_and_those_of_one_other_count_once() {
    let silent = |addresses: [&'static str; 2]| addresses.map(|at| (at, Some(SILENT)));
    let beside = silent(["192.0.2.7:25", "192.0.77.1:25"]);
    assert_eq!(blocked(&beside), (Standing::Possible, false));
    let one_other = silent(["198.51.100.2:25", "198.51.7.2:25"]);
    assert_eq!(blocked(&one_other), (Standing::Likely, false));
    let six = silent(["[2001:db8:1::1]:25", "[2001:db8:2::1]:25"]);
    assert_eq!(blocked(&six), (Standing::Likely, false));
    let apart = silent(["198.51.100.2:25", "[2001:db8:2::1]:25"]);
    assert_eq!(blocked(&apart), (Standing::Confirmed, true));
    // Inside an organization all may be in one network.
    let mut here = facts(SILENT);
    here.attempt.address = Some(address("10.1.2.3:25"));
    here.last_success = None;
    let inside = |others: [&str; 2]| {
        let address = address("10.1.2.3:25");
        let silent = Fact::ConnectFailed { address, failure: SILENT };
        let mut findings = vec![found(Probe::Connect { address }, silent)];
        findings.extend(others.map(|at| control(at, Some(SILENT))));
        told(&here, &findings).0
    };
    assert_eq!(inside(["10.1.2.4:25", "10.1.2.5:25"]), Standing::Likely);
    assert_eq!(inside(["10.1.3.4:25", "10.1.4.5:25"]), Standing::Likely, "one tunnel, perhaps");
    // One that answers shows that the port is open, wherever it lies.
    let refused =
        [apart[0].clone(), apart[1].clone(), ("192.0.2.7:25", Some(Failure::ConnectionRefused))];
    assert_eq!(blocked(&refused), (Standing::RuledOut, false));
}

#[test]
fn the_failing_host_and_the_same_host_twice_are_no_comparison() {
    let same = [("192.0.2.1:25", Some(SILENT)), ("192.0.2.1:2525", Some(SILENT))];
    assert_eq!(blocked(&same), (Standing::Possible, false));
    let twice = [("198.51.100.2:25", Some(SILENT)), ("198.51.100.2:26", Some(SILENT))];
    assert_eq!(blocked(&twice), (Standing::Likely, false));
}

#[test]
fn another_port_says_nothing_about_this_one() {
    let silent = [("198.51.100.2:25", Some(SILENT)), ("203.0.113.3:25", Some(SILENT))];
    let with_reached: Vec<_> = silent.iter().cloned().chain([("100.64.0.4:587", None)]).collect();
    assert_eq!(blocked(&with_reached), (Standing::Confirmed, true));
    let elsewhere = [
        ("198.51.100.2:587", Some(SILENT)),
        ("203.0.113.3:587", Some(SILENT)),
        ("100.64.0.4:465", None),
    ];
    assert_eq!(blocked(&elsewhere), (Standing::Possible, false));
}

#[test]
fn mail_that_went_out_since_shows_that_the_port_is_open_for_us() {
    let facts = Facts { others: Others { failing: 9, well: 1 }, ..facts(SILENT) };
    let findings = [
        target(SILENT),
        control("198.51.100.2:25", Some(SILENT)),
        control("203.0.113.3:25", Some(SILENT)),
    ];
    assert_eq!(told(&facts, &findings), (Standing::RuledOut, false));
}

#[test]
fn that_others_fail_in_some_way_is_no_reason_to_look_here() {
    let diagnosis = diagnose(&facts(Failure::ConnectionRefused), &[]);
    assert!(!matches!(diagnosis.story, Story::EverythingFails { .. }), "{:?}", diagnosis.story);
}

fn asked(kind: RecordKind) -> Probe {
    Probe::Propagation { name: "mx.partner.test".into(), kind }
}

fn server(name: Option<&str>) -> NameServer {
    NameServer { name: name.map(str::to_owned), address: address("192.0.2.53:53") }
}

fn said(answer: DnsAnswer) -> Finding {
    let (name, kind) = ("mx.partner.test".to_owned(), RecordKind::A);
    found(asked(kind), Fact::Dns { by: server(Some("ns1.partner.test")), name, kind, answer })
}

/// A host name that the resolver does not find.
fn unresolved() -> Facts {
    let failure = Failure::DnsServerFailure {
        name: "mx.partner.test".into(),
        code: "SERVFAIL".into(),
        server: None,
    };
    let mut facts = facts(failure);
    facts.attempt.stage = Stage::Resolve;
    facts.attempt.address = None;
    facts
}

fn resolver_says(answer: DnsAnswer) -> Finding {
    let (name, kind) = ("mx.partner.test".to_owned(), RecordKind::A);
    let probe = Probe::ResolverAnswer { name: name.clone(), kind };
    found(probe, Fact::Dns { by: server(None), name, kind, answer })
}

fn records() -> DnsAnswer {
    DnsAnswer::Records {
        records: vec!["192.0.2.1".into()],
        ttl: 60,
        authoritative: true,
        aliases: Vec::new(),
    }
}

fn after(millis: u64, finding: Finding) -> Finding {
    Finding { elapsed_ms: millis, ..finding }
}

fn found_lately(name: &str) -> Finding {
    found(Probe::ResolverHealth, Fact::ResolverWorks { by: server(None), name: name.into() })
}

fn lost(name: &str) -> Finding {
    let answer = DnsAnswer::Error { code: "SERVFAIL".into() };
    let fact = Fact::ResolverFails { by: server(None), name: name.into(), answer };
    found(Probe::ResolverHealth, fact)
}

#[test]
fn the_resolver_is_broken_when_names_of_other_organizations_are_lost_and_this_one_is_in_order() {
    let error = || DnsAnswer::Error { code: "SERVFAIL".into() };
    let judged =
        |findings: &[Finding]| standing(&diagnose(&unresolved(), findings), "resolver-broken");
    let in_order = [resolver_says(error()), said(records())];
    let with = |others: &[Finding]| [&in_order[..], others].concat();
    let two = [lost("mx.one.test"), lost("mx.two.test")];
    assert_eq!(judged(&with(&two)), Standing::Confirmed);
    assert_eq!(judged(&with(&[])), Standing::Likely);
    assert_eq!(judged(&with(&[lost("a.one.test"), lost("b.one.test")])), Standing::Likely);
    let own = [lost("mx2.partner.test"), lost("www.partner.test")];
    assert_eq!(judged(&with(&own)), Standing::Likely);
    // Its own servers fail, or cannot be asked: then it need not be the resolver.
    let own_fail = [&[resolver_says(error()), said(error())], &two[..]].concat();
    assert_eq!(judged(&own_fail), Standing::Likely);
    let own_only = [&[resolver_says(error()), said(error())], &own[..]].concat();
    assert_eq!(judged(&own_only), Standing::Possible);
}

#[test]
fn an_mx_host_that_does_not_exist_is_no_misspelt_domain() {
    for worked in [true, false] {
        let mut facts = unresolved();
        facts.attempt.outcome =
            Outcome::Failure(Failure::DomainNotFound { name: "mx.partner.test".into() });
        facts.last_success = facts.last_success.filter(|_| worked);
        let gone = DnsAnswer::NoSuchName { ttl: None, authoritative: true };
        let diagnosis = diagnose(&facts, &[said(gone)]);
        assert!(diagnosis.confirms("no-mail-records"), "{diagnosis:?}");
        assert_eq!(diagnosis.who_acts, WhoActs::RecipientAdmin);
        assert_eq!(diagnosis.causes.standing("domain-misspelt"), None);
    }
}

#[test]
fn an_alias_that_leads_to_nothing_is_confirmed() {
    let mut facts = unresolved();
    facts.attempt.outcome =
        Outcome::Failure(Failure::DomainNotFound { name: "mx.partner.test".into() });
    let chain = vec!["gone.hoster.test".to_owned()];
    let alias = DnsAnswer::Records {
        records: Vec::new(),
        ttl: 60,
        authoritative: true,
        aliases: chain.clone(),
    };
    let findings = [
        said(alias),
        found(asked(RecordKind::A), Fact::Alias { name: "mx.partner.test".into(), chain }),
        found(
            asked(RecordKind::A),
            Fact::NotDelegated {
                name: "gone.hoster.test".into(),
                parent: "test".into(),
                by: server(None),
            },
        ),
    ];
    let diagnosis = diagnose(&facts, &findings);
    assert!(diagnosis.confirms("no-mail-records"));
    assert!(!diagnosis.confirms("domain-expired"), "another domain's registration is meant");
}

#[test]
fn name_servers_that_were_asked_in_part_are_not_proven_to_fail() {
    use crate::finding::Unasked;
    let fails = said(DnsAnswer::Error { code: "SERVFAIL".into() });
    let delegated = found(
        fails.probe.clone(),
        Fact::Delegation {
            zone: "partner.test".into(),
            servers: vec!["ns1.partner.test".into(), "ns2.partner.test".into()],
            by: server(None),
        },
    );
    let left_out = found(fails.probe.clone(), Fact::NotProbed { why: Unasked::QuestionsSpent });
    let all = [fails, delegated, left_out];
    let judged = |all: &[Finding]| standing(&diagnose(&unresolved(), all), "name-servers-fail");
    assert_eq!(judged(&all[..2]), Standing::Confirmed);
    assert_eq!(judged(&all), Standing::Likely);
}

#[test]
fn a_name_of_an_internal_network_has_no_registration_that_runs_out() {
    let mut facts = unresolved();
    facts.last_success = Some(LastSuccess {
        at: at(100),
        host: facts.attempt.host.clone(),
        address: Some(address("192.0.2.1:25")),
        tls: None,
    });
    let gone = |parent: &str| {
        let name = facts.path.domain.clone().unwrap();
        let fact = Fact::NotDelegated { name, parent: parent.into(), by: server(Some("a.root")) };
        diagnose(&facts, &[found(asked(RecordKind::Mx), fact)])
    };
    assert_ne!(standing(&gone(""), "domain-expired"), Standing::Confirmed);
}

#[test]
fn a_login_that_cannot_be_looked_up_now_is_not_wrong() {
    let refused = |code| {
        let reply = Reply::new(code, None, "no");
        let mut facts = facts(Failure::AuthRefused { reply });
        facts.attempt.stage = Stage::Auth;
        facts.attempt.connector = Some("c".into());
        standing(&diagnose(&facts, &[]), "credentials-wrong")
    };
    assert_eq!(refused(535), Standing::Likely);
    assert_eq!(refused(454), Standing::Possible);
}

#[test]
fn a_covered_greeting_alone_proves_no_firewall() {
    let mut facts = facts(Failure::ClosedAbruptly { bytes_received: 9 });
    facts.attempt.stage = Stage::Mail;
    let masked = |signs: Vec<MaskingSign>| {
        let address = address("192.0.2.1:25");
        let probe = Probe::Connect { address };
        let diagnosis = diagnose(&facts, &[found(probe, Fact::Masked { address, signs })]);
        standing(&diagnosis, "firewall-rewrites")
    };
    let covered = MaskingSign::GreetingCovered { greeting: "220 ****".into() };
    let crossed = MaskingSign::KeywordsCrossedOut { keywords: vec!["XXXXXXXA".into()] };
    assert_eq!(masked(vec![covered.clone()]), Standing::Likely);
    assert_eq!(masked(vec![covered, crossed]), Standing::Confirmed);
}
