use std::collections::BTreeSet;

use causeway_catalog::texts::Texts;
use causeway_model::Stage;
use causeway_model::config::{Language, TlsLevel};
use causeway_net::sts::{FetchError, PolicyError};
use causeway_net::tls::staple::{Doubt, StapleStatus, Statement, Useless};

use super::*;
use crate::probe::{RecordKind, TlsDemand};

fn server(name: Option<&str>) -> NameServer {
    NameServer { name: name.map(str::to_owned), address: "192.0.2.53:53".parse().unwrap() }
}

fn reply() -> Reply {
    Reply { code: 220, enhanced: None, lines: vec!["mx.partner.example ESMTP".into()] }
}

fn list(items: &[&str]) -> Vec<String> {
    items.iter().map(|item| (*item).to_owned()).collect()
}

/// One of each.
fn facts() -> Vec<Fact> {
    let mut all = dns_facts();
    all.extend(mail_facts());
    all.extend(session_facts());
    all.extend(published_facts());
    all
}

fn dns_facts() -> Vec<Fact> {
    let by = server(Some("ns1.partner.example"));
    let name = || "partner.example".to_owned();
    let kind = RecordKind::Mx;
    let records = || list(&["10 mx.partner.example"]);
    let group = AnswerGroup {
        records: records(),
        servers: vec![by.clone()],
        serial: Some(7),
        ttl: Some(300),
    };
    let error = DnsAnswer::Error { code: "SERVFAIL".into() };
    vec![
        Fact::Dns { by: by.clone(), name: name(), kind, answer: error.clone() },
        Fact::Delegation { zone: name(), servers: list(&["ns1.partner.example"]), by: by.clone() },
        Fact::NotDelegated { name: name(), parent: "example".into(), by: by.clone() },
        Fact::DelegationUnknown { name: name(), zone: String::new(), said: list(&["silence"]) },
        Fact::ServerWithoutAddress { zone: name(), server: "ns3.partner.example".into() },
        Fact::Serial { zone: name(), by: by.clone(), serial: 2_026_112_101 },
        Fact::AnswersDiffer { name: name(), kind, groups: vec![group] },
        Fact::AnswersAgree { name: name(), kind, records: records(), servers: 2 },
        Fact::CachedAnswerOld {
            name: name(),
            kind,
            by: by.clone(),
            cached: Vec::new(),
            current: records(),
            expires_in: Some(300),
        },
        Fact::OwnCacheOld {
            name: name(),
            kind,
            cached: Vec::new(),
            current: records(),
            expires_in: 60,
        },
        Fact::CachedAnswerCurrent { name: name(), kind, by: by.clone() },
        Fact::DnssecBogus { name: name(), kind, by: by.clone(), records: records() },
        Fact::DnssecNotTheCause { name: name(), kind, by: by.clone() },
        Fact::ResolverWorks { by: by.clone(), name: name() },
        Fact::ResolverFails { by, name: name(), answer: error },
    ]
}

fn mail_facts() -> Vec<Fact> {
    let domain = || "partner.example".to_owned();
    let address = "192.0.2.25:25".parse().unwrap();
    let control = Control { site: "other.example".into(), address };
    let failure = Failure::ConnectionRefused;
    let host = MailHost {
        preference: 10,
        name: "mx.partner.example".into(),
        addresses: vec!["192.0.2.25".parse().unwrap()],
        failure: None,
    };
    vec![
        Fact::MailHosts { domain: domain(), hosts: vec![host], implicit: false },
        Fact::MailHostsUnknown {
            domain: domain(),
            failure: Failure::DnsTimeout { name: domain(), after_ms: 5000 },
        },
        Fact::MxUnusable { domain: domain(), records: list(&["10 192.0.2.1"]) },
        Fact::NullMx { domain: domain() },
        Fact::Alias { name: domain(), chain: list(&["other.example"]) },
        Fact::MxAsExpected { domain: domain(), count: 2 },
        Fact::MxMixed { domain: domain(), expected: list(&["a"]), others: list(&["b"]) },
        Fact::MxElsewhere { domain: domain(), found: list(&["b"]) },
        Fact::Resembles { name: "partnre.example".into(), known: domain(), distance: 1 },
        Fact::ResemblesNothing { name: domain() },
        Fact::Connected { address, from: Some("192.0.2.1".parse().unwrap()) },
        Fact::ConnectFailed { address, failure: failure.clone() },
        Fact::ControlReached { control: control.clone() },
        Fact::ControlFailed { control, failure: failure.clone() },
        Fact::NoControls,
        Fact::SubmissionOpen { address },
        Fact::SubmissionClosed { address, failure },
    ]
}

fn session_facts() -> Vec<Fact> {
    let address = "192.0.2.25:25".parse().unwrap();
    let demand = TlsDemand {
        level: TlsLevel::DomainValidation,
        expected_name: "mx.partner.example".into(),
        publisher: None,
    };
    let failure = Failure::CertificateSelfSigned;
    let signs = vec![
        MaskingSign::GreetingCovered { greeting: "***".into() },
        MaskingSign::KeywordsCrossedOut { keywords: list(&["XXXX"]) },
        MaskingSign::KeywordsRemoved { keywords: list(&["STARTTLS"]) },
        MaskingSign::EhloRefused { reply: reply() },
        MaskingSign::CommandAltered { command: "STARTTLS".into(), reply: reply() },
    ];
    let moment = Timestamp::from_millis(0);
    let certificate = Certificate {
        subject: "CN=mx".into(),
        issuer: "CN=ca".into(),
        names: list(&["mx.partner.example"]),
        not_before: moment,
        not_after: moment,
        serial: "01".into(),
        self_issued: false,
    };
    vec![
        Fact::Greeting { address, reply: reply() },
        Fact::Hello { address, extended: true, keywords: list(&["PIPELINING"]), encrypted: false },
        Fact::SessionFailed {
            address,
            stage: Stage::Banner,
            failure: Failure::TimedOut { after_ms: 10_000 },
        },
        Fact::Masked { address, signs },
        Fact::StarttlsOffered { address },
        Fact::StarttlsMissing { address },
        Fact::StarttlsRefused { address, reply: reply() },
        Fact::Alive { address, after: "EHLO".into(), octets: 20 },
        Fact::RecipientTaken {
            address,
            sender: String::new(),
            recipient: "a@partner.example".into(),
            reply: reply(),
        },
        Fact::RecipientRefused {
            address,
            sender: "b@other.example".into(),
            recipient: "a@partner.example".into(),
            reply: reply(),
        },
        Fact::BreaksAfter { address, command: "MAIL".into(), how: Break::Closed },
        Fact::LargePacketsLost { address, works: 500, lost: 4000, how: Break::Silent },
        Fact::TlsWorks { address, description: "TLSv1.3".into() },
        Fact::TlsFailed { address, failure: Failure::TlsHandshake { detail: "x".into() } },
        Fact::CertificateShown { address, certificate, intermediates: 1 },
        Fact::CertificateGood { address, demand: demand.clone() },
        Fact::CertificateBad { address, demand, failure, forbidden: true },
        Fact::OcspStapled { address, statement: stapled(StapleStatus::Good, None) },
        Fact::OcspUseless { address, why: Useless::Unanswered },
        Fact::OcspMissing { address },
        Fact::NotProbed { why: Unasked::BudgetSpent },
        Fact::NotProbed { why: Unasked::QuestionsSpent },
    ]
}

fn published_facts() -> Vec<Fact> {
    let address = "192.0.2.25:25".parse().unwrap();
    let (host, domain) = ("mx.partner.example".to_owned(), "partner.example".to_owned());
    let failure =
        Failure::DnsServerFailure { name: host.clone(), code: "SERVFAIL".into(), server: None };
    let unmet = Failure::StsHostNotListed {
        domain: domain.clone(),
        host: host.clone(),
        allowed: list(&["mx1.partner.example"]),
    };
    vec![
        Fact::TlsaRecords {
            host: host.clone(),
            base: host.clone(),
            port: 25,
            records: list(&["3 1 1 5f2a"]),
        },
        Fact::TlsaNone { host: host.clone() },
        Fact::TlsaUnknown { host: host.clone(), failure },
        Fact::TlsaUnasked { host },
        Fact::MxUnsigned { domain: domain.clone() },
        Fact::StsPolicy {
            domain: domain.clone(),
            id: "1".into(),
            mode: "enforce".into(),
            hosts: list(&["*.partner.example"]),
            max_age_s: 864_000,
        },
        Fact::StsNone { domain: domain.clone() },
        Fact::StsUnusable { domain, id: "1".into(), why: FetchError::Status(404) },
        Fact::PublishedMet { address, by: Standard::Dane },
        Fact::PublishedUnmet { address, by: Standard::MtaSts, failure: unmet, forbidden: true },
    ]
}

#[test]
fn every_reason_for_having_no_policy_is_told_in_every_language() {
    let reasons = [
        FetchError::Host(Failure::ConnectionRefused),
        FetchError::Slow,
        FetchError::Status(404),
        FetchError::ContentType("text/html".into()),
        FetchError::Content,
        FetchError::Http("x".into()),
        FetchError::Policy(PolicyError::Mode),
    ];
    for language in Language::ALL {
        for why in reasons.clone() {
            let fact = Fact::StsUnusable { domain: "a.test".into(), id: "1".into(), why };
            let sentence = fact.sentence(Texts::get(language));
            assert!(!sentence.contains("sts-") && !sentence.contains('{'), "{sentence}");
        }
    }
}

fn stapled(status: StapleStatus, doubt: Option<Doubt>) -> Statement {
    let this_update = Timestamp::from_millis(1_000);
    Statement { status, this_update, next_update: None, doubt }
}

#[test]
fn what_an_issuer_says_is_told_in_full_and_whether_it_is_relied_on() {
    let address = "192.0.2.25:25".parse().unwrap();
    let revoked = StapleStatus::Revoked { at: Timestamp::from_millis(0) };
    let doubts = [
        None,
        Some(Doubt::IssuerNotTrusted),
        Some(Doubt::ForeignSignature),
        Some(Doubt::OutOfDate),
        Some(Doubt::NotYet),
    ];
    for language in Language::ALL {
        let mut sentences = BTreeSet::new();
        for status in [StapleStatus::Good, StapleStatus::Unknown, revoked] {
            for doubt in doubts {
                let fact = Fact::OcspStapled { address, statement: stapled(status, doubt) };
                sentences.insert(fact.sentence(Texts::get(language)));
            }
        }
        for why in [Useless::Unreadable, Useless::Unanswered, Useless::OtherCertificate] {
            sentences.insert(Fact::OcspUseless { address, why }.sentence(Texts::get(language)));
        }
        assert_eq!(sentences.len(), 18, "{language:?}: {sentences:#?}");
        let is_told = |sentence: &String| !sentence.contains("ocsp-") && !sentence.contains('{');
        assert!(sentences.iter().all(is_told), "{language:?}: {sentences:#?}");
    }
}

#[test]
fn every_fact_has_a_sentence_in_every_language() {
    let source = include_str!("fact.rs");
    let body = source.split("pub enum Fact {").nth(1).unwrap().split("\n}\n").next().unwrap();
    let is_variant = |line: &&str| {
        let name = line.strip_prefix("    ").unwrap_or_default();
        name.starts_with(|c: char| c.is_ascii_uppercase())
    };
    let facts = facts();
    let kinds: BTreeSet<String> = facts
        .iter()
        .map(|fact| serde_json::to_value(fact).unwrap()["fact"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(kinds.len(), body.lines().filter(is_variant).count());
    for language in Language::ALL {
        for fact in &facts {
            let sentence = fact.sentence(Texts::get(language));
            let is_whole = !sentence.contains(['{', '}', '$']) && sentence.contains(' ');
            assert!(is_whole && !sentence.starts_with("finding-"), "{language:?}: {sentence}");
        }
    }
}

#[test]
fn findings_are_kept_as_json() {
    for fact in facts() {
        let finding = Finding {
            probe: Probe::Connect { address: "192.0.2.25:25".parse().unwrap() },
            at: Timestamp::from_millis(1_000),
            elapsed_ms: 3,
            fact,
        };
        let text = serde_json::to_string(&finding).unwrap();
        assert_eq!(serde_json::from_str::<Finding>(&text).unwrap(), finding);
    }
}

#[test]
fn evidence_names_who_said_what() {
    let finding = Finding {
        probe: Probe::AuthoritativeServers { name: "partner.example".into(), kind: RecordKind::Mx },
        at: Timestamp::from_millis(1_000),
        elapsed_ms: 12,
        fact: Fact::Dns {
            by: server(Some("ns2.partner.example")),
            name: "partner.example".into(),
            kind: RecordKind::Mx,
            answer: DnsAnswer::Error { code: "SERVFAIL".into() },
        },
    };
    let evidence = finding.evidence(Texts::get(Language::En));
    assert_eq!(evidence.probe, "authoritative-servers");
    assert_eq!(
        evidence.finding,
        "ns2.partner.example (192.0.2.53) answers SERVFAIL for partner.example MX"
    );
    assert_eq!(evidence.at, finding.at);
}

#[test]
fn what_a_peer_says_cannot_break_out_of_its_line() {
    let mut evil = reply();
    evil.lines = vec!["hello\u{1b}[31m".into(), "second".into()];
    let fact = Fact::Greeting { address: "192.0.2.25:25".parse().unwrap(), reply: evil };
    let line = fact.sentence(Texts::get(Language::En));
    assert!(!line.contains(char::is_control), "{line:?}");
}
