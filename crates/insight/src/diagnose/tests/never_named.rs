//! What is ruled out is never named, whatever fails and whatever is found.

use causeway_catalog::Texts;
use causeway_catalog::samples::failures;
use causeway_model::config::Language;
use proptest::{prop_assert, prop_assert_eq};

use super::*;
use crate::alert::Alert;
use crate::alert::view::AlertView;

fn alert(facts: &Facts) -> Alert {
    Alert { waiting: 1, ..Alert::opening(1, facts.attempt.site.clone(), facts.now) }
}

/// What probes may find, fitting or not.
fn pool() -> Vec<Finding> {
    let address = address("192.0.2.1:25");
    let connect = Probe::Connect { address };
    vec![
        target(SILENT),
        found(connect.clone(), Fact::Connected { address, from: None }),
        found(connect, Fact::SubmissionOpen { address }),
        control("198.51.100.2:25", None),
        control("198.51.100.2:25", Some(SILENT)),
        control("203.0.113.3:25", Some(SILENT)),
        resolver_says(records()),
        after(2_500, resolver_says(records())),
        resolver_says(DnsAnswer::Error { code: "SERVFAIL".into() }),
        said(records()),
        after(2_500, said(records())),
        said(DnsAnswer::NoSuchName { ttl: None, authoritative: true }),
        found_lately("mx.one.test"),
        lost("mx.two.test"),
    ]
}

proptest::proptest! {
    /// Whatever is found, and whatever an earlier version kept: what is ruled out is never named.
    #[test]
    fn what_is_ruled_out_is_never_named(
        (_, failure, stage) in proptest::sample::select(failures()),
        connector in proptest::bool::ANY,
        taken in proptest::bits::u16::ANY,
        worked in proptest::bool::ANY,
    ) {
        let mut facts = facts(failure);
        facts.attempt.stage = stage;
        facts.attempt.connector = connector.then(|| "to partner".to_owned());
        facts.last_success = facts.last_success.filter(|_| worked);
        let chosen = pool().into_iter().enumerate().filter(|(place, _)| taken >> place & 1 == 1);
        let chosen: Vec<Finding> = chosen.map(|(_, finding)| finding).collect();
        let diagnosis = diagnose(&facts, &chosen);
        let kept: Diagnosis =
            serde_json::from_str(&serde_json::to_string(&diagnosis).unwrap()).unwrap();
        prop_assert_eq!(&kept, &diagnosis);
        let ruled_out: Vec<&str> =
            diagnosis.causes.ruled_out().map(|judged| judged.cause.as_str()).collect();
        match diagnosis.top() {
            Some(named) => prop_assert!(!ruled_out.contains(&named.cause.as_str())),
            None => {
                prop_assert_eq!(diagnosis.confidence(), Confidence::Unknown);
                let told = diagnosis.cause(Texts::get(Language::En));
                prop_assert!(told.contains("one of the known causes"), "{}", told);
            }
        }
        let alert = Alert {
            diagnosis: Some(diagnosis.clone()),
            attempt: Some(facts.attempt.clone()),
            ..alert(&facts)
        };
        let view = AlertView::of(&alert, Texts::get(Language::En));
        let named = view.cause_id.as_deref();
        prop_assert!(view.ruled_out.iter().all(|other| Some(other.cause_id.as_str()) != named));
        prop_assert!(view.cause.is_some() && view.what_to_do.is_some());
        let blames_them = matches!(diagnosis.story, Story::WorkedUntil { elsewhere: true, .. });
        prop_assert!(!(blames_them && diagnosis.who_acts == WhoActs::Service));
    }
}
