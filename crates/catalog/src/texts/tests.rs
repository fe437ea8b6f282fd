use std::collections::{BTreeMap, BTreeSet};

use causeway_model::Stage;

use super::*;
use crate::causes::{ALL, causes_of};
use crate::samples::failures;
use crate::{Problem, WhoActs, variants};

/// Key (attributes as `id.name`) to variables, read from the file by its layout.
fn keys(language: Language) -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (file, content) in files(language) {
        let (mut id, mut key) = (String::new(), String::new());
        for line in content.lines().filter(|line| !line.starts_with('#')) {
            let text = line.trim_start();
            if let Some((name, _)) = line.split_once(" =").filter(|_| !line.starts_with(' ')) {
                id = name.to_owned();
                key.clone_from(&id);
                assert!(
                    found.insert(key.clone(), BTreeSet::new()).is_none(),
                    "{file}: {key} is there twice"
                );
            } else if let Some((name, _)) = text.strip_prefix('.').and_then(|t| t.split_once(" ="))
            {
                key = format!("{id}.{name}");
                found.insert(key.clone(), BTreeSet::new());
            }
            for part in line.split('$').skip(1) {
                let name = part
                    .chars()
                    .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
                    .collect();
                found.get_mut(&key).unwrap().insert(name);
            }
        }
    }
    found
}

#[test]
fn every_language_has_every_key_with_the_same_variables() {
    let english = keys(Language::En);
    assert!(english.len() > 300);
    for language in Language::ALL {
        for (file, content) in files(language) {
            assert!(FluentResource::try_new((*content).to_owned()).is_ok(), "{language:?} {file}");
        }
        let here = keys(language);
        for (key, variables) in &english {
            assert_eq!(here.get(key), Some(variables), "{language:?} {key}");
            assert!(Texts::get(language).has(key), "{language:?} {key}");
        }
        for key in here.keys() {
            assert!(english.contains_key(key), "{language:?}: {key} is not in English");
        }
    }
}

#[test]
fn every_failure_has_causes_and_texts_in_every_language() {
    for language in Language::ALL {
        let texts = Texts::get(language);
        for (name, failure, stage) in failures() {
            for connector in [false, true] {
                let causes = causes_of(&failure, stage, connector);
                assert!(!causes.is_empty(), "{name} has no cause");
                for cause in causes {
                    for key in [
                        cause.title_key(),
                        cause.explanation_key(),
                        cause.action_key(),
                        cause.action_key_on(false),
                    ] {
                        assert!(texts.has(&key), "{language:?} {key}");
                    }
                }
            }
            assert!(texts.has(Problem::of(&failure, stage).text_key()), "{name}");
        }
        for stage in variants::names::<Stage>() {
            assert!(texts.has(&format!("stage-{stage}")), "{language:?} {stage}");
        }
        for key in Problem::all_steps() {
            assert!(texts.has(key), "{language:?} {key}");
        }
        for problem in Problem::ALL {
            assert!(texts.has(problem.text_key()), "{language:?} {problem:?}");
        }
        for who in WhoActs::ALL {
            assert!(texts.has(who.text_key()), "{language:?} {who:?}");
        }
    }
    assert_eq!(WhoActs::ALL.map(WhoActs::name).as_slice(), variants::names::<WhoActs>());
    assert_eq!(Language::ALL.map(Language::tag).as_slice(), variants::names::<Language>());
}

#[test]
fn every_cause_is_possible_somewhere_and_has_one_name_and_texts() {
    let possible: BTreeSet<&str> = failures()
        .iter()
        .flat_map(|(_, failure, stage)| {
            [true, false].map(|connector| causes_of(failure, *stage, connector))
        })
        .flatten()
        .map(|cause| cause.id)
        .collect();
    let ids: BTreeSet<&str> = ALL.iter().map(|cause| cause.id).collect();
    assert_eq!(ids.len(), ALL.len());
    assert_eq!(possible, ids);
    let text_ids: BTreeSet<String> = keys(Language::En)
        .into_keys()
        .filter_map(|key| key.strip_prefix("cause-").map(str::to_owned))
        .filter(|key| !key.contains('.'))
        // Words around causes in reports.
        .filter(|key| !["confirmed", "ruled-out", "act"].contains(&key.as_str()))
        .collect();
    assert_eq!(text_ids, ids.iter().map(|id| (*id).to_owned()).collect());
}

#[test]
fn formatting_is_total() {
    let texts = Texts::get(Language::De);
    assert_eq!(texts.text("no-such-key"), "no-such-key");
    assert_eq!(texts.text("cause-server-down.nothing"), "cause-server-down.nothing");
    assert_eq!(texts.text(""), "");
    assert_eq!(texts.text("more-recipients"), "und {$count} weitere");
    assert_eq!(texts.format("more-recipients", &[("count", 3_u64.into())]), "und 3 weitere");
}

#[test]
fn spans_moments_numbers_and_lists_follow_the_language() {
    let all = |f: &dyn Fn(&Texts) -> String| Language::ALL.map(|l| f(Texts::get(l)));
    let hours = |n: u64| Duration::from_secs(n * 3600);
    assert_eq!(all(&|t| t.duration(hours(1))), ["1 hour", "1 Stunde", "1 uur", "1 timme"]);
    assert_eq!(all(&|t| t.duration(hours(48))), ["48 hours", "48 Stunden", "48 uur", "48 timmar"]);
    assert_eq!(
        all(&|t| t.duration(hours(73))),
        ["3 days 1 hour", "3 Tage 1 Stunde", "3 dagen 1 uur", "3 dagar 1 timme"]
    );
    assert_eq!(
        all(&|t| t.duration(Duration::from_millis(62_500))),
        ["1 minute 2 seconds", "1 Minute 2 Sekunden", "1 minuut 2 seconden", "1 minut 2 sekunder"]
    );
    assert_eq!(Texts::get(Language::En).duration(Duration::ZERO), "less than a second");
    let at = Timestamp::parse_rfc3339("2026-03-05T09:05:00Z").unwrap();
    assert_eq!(
        all(&|t| t.moment(at)),
        [
            "5 March 2026, 09:05 UTC",
            "5. März 2026, 09:05 Uhr UTC",
            "5 maart 2026, 09:05 uur UTC",
            "5 mars 2026 kl. 09:05 UTC"
        ]
    );
    assert_eq!(
        all(&|t| t.number(1_234_567)),
        ["1,234,567", "1.234.567", "1.234.567", "1\u{a0}234\u{a0}567"]
    );
    assert_eq!(all(&|t| t.size(31_457_280)), ["31.4 MB", "31,4 MB", "31,4 MB", "31,4 MB"]);
    assert_eq!(Texts::get(Language::En).size(512), "512 B");
    let items = ["a", "b", "c"].map(str::to_owned);
    assert_eq!(all(&|t| t.list(&items)), ["a, b and c", "a, b und c", "a, b en c", "a, b och c"]);
}
