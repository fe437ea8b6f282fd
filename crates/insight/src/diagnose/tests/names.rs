//! Names: slow answers, and domains that nobody has ever seen.

use causeway_catalog::Texts;
use causeway_model::config::Language;

use super::*;

/// The name cannot be looked up in time.
fn timed_out() -> Facts {
    let mut facts = unresolved();
    let name = "mx.partner.test".to_owned();
    facts.attempt.outcome = Outcome::Failure(Failure::DnsTimeout { name, after_ms: 5_000 });
    facts
}

#[test]
fn a_resolver_that_is_too_slow_is_ours_to_repair_and_the_story_agrees() {
    let texts = Texts::get(Language::En);
    let slow = [
        after(2_500, resolver_says(records())),
        said(records()),
        after(2_500, found_lately("mx.one.test")),
    ];
    let diagnosis = diagnose(&timed_out(), &slow);
    assert_eq!(diagnosis.top().unwrap().cause, "resolver-broken", "{diagnosis:?}");
    assert_eq!(diagnosis.confidence(), Confidence::Likely);
    assert_eq!(diagnosis.who_acts, WhoActs::Service);
    assert!(!diagnosis.gone);
    let story = diagnosis.story.sentence(texts);
    assert!(!story.contains("other end"), "{story}");
    let evidence = diagnosis.evidence(texts);
    assert!(evidence.iter().any(|line| line.finding.ends_with(", after 2.5 s")), "{evidence:?}");
    // Names of two other organizations are as slow: it is proven.
    let two = [&slow[..], &[after(2_500, found_lately("mx.two.test"))]].concat();
    assert!(diagnose(&timed_out(), &two).confirms("resolver-broken"));
    // The domain's own servers are slow, and the resolver is not: it is theirs.
    let theirs = [
        after(2_700, resolver_says(records())),
        after(2_500, said(records())),
        found_lately("mx.one.test"),
    ];
    let diagnosis = diagnose(&timed_out(), &theirs);
    assert_eq!(diagnosis.top().unwrap().cause, "name-servers-fail");
    assert_eq!(diagnosis.confidence(), Confidence::Likely);
    let story = diagnosis.story.sentence(texts);
    assert!(story.contains("other end"), "{story}");
}

#[test]
fn what_answers_in_time_by_now_leaves_nothing_to_do() {
    let quick = [resolver_says(records()), said(records()), found_lately("mx.one.test")];
    let diagnosis = diagnose(&timed_out(), &quick);
    assert!(diagnosis.gone);
    assert_eq!(standing(&diagnosis, "resolver-broken"), Standing::RuledOut);
    assert_eq!(standing(&diagnosis, "name-servers-fail"), Standing::RuledOut);
}

#[test]
fn a_domain_that_never_took_mail_is_rather_misspelt_than_expired() {
    let mut facts = unresolved();
    facts.attempt.site = "partner.test".into();
    facts.attempt.host = None;
    facts.attempt.outcome =
        Outcome::Failure(Failure::DomainNotFound { name: "partner.test".into() });
    let by = server(Some("ns.test"));
    let fact = Fact::NotDelegated { name: "partner.test".into(), parent: "test".into(), by };
    let probe = Probe::Propagation { name: "partner.test".into(), kind: RecordKind::Mx };
    let gone = [found(probe, fact)];
    assert!(diagnose(&facts, &gone).confirms("domain-expired"), "it took mail before");
    facts.last_success = None;
    let diagnosis = diagnose(&facts, &gone);
    assert_eq!(diagnosis.top().unwrap().cause, "domain-misspelt", "{diagnosis:?}");
    assert_eq!(standing(&diagnosis, "domain-expired"), Standing::Possible);
}
