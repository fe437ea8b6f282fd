//! Every sentence of a plan or a route has its text in every language, and every text its sentence.

use std::collections::BTreeSet;

use causeway_catalog::Texts;
use causeway_model::config::Language;

const SOURCES: [&str; 10] = [
    include_str!("../src/plan/mod.rs"),
    include_str!("../src/plan/back.rs"),
    include_str!("../src/plan/changes.rs"),
    include_str!("../src/plan/domains.rs"),
    include_str!("../src/plan/peers.rs"),
    include_str!("../src/plan/refusals.rs"),
    include_str!("../src/plan/rights.rs"),
    include_str!("../src/plan/written.rs"),
    include_str!("../src/plan/ways.rs"),
    include_str!("../src/route.rs"),
];

/// How the keys of the catalog's files begin.
const GROUPS: [&str; 10] = [
    "subject-", "field-", "value-", "change-", "way-", "demand-", "effect-", "right-", "refused-",
    "route-",
];

/// A key of which the API makes use, for a revision without changes.
const ELSEWHERE: &str = "change-nothing";

fn is_key(text: &str) -> bool {
    GROUPS.iter().any(|group| text.starts_with(group))
        && text.bytes().all(|octet| octet.is_ascii_lowercase() || octet == b'-')
}

#[test]
fn every_sentence_of_a_plan_or_a_route_has_its_text_in_every_language() {
    let mut used: BTreeSet<&str> =
        SOURCES.iter().flat_map(|source| source.split('"')).filter(|text| is_key(text)).collect();
    assert!(used.len() > 80, "{used:?}");
    used.insert(ELSEWHERE);
    for language in Language::ALL {
        let without: Vec<_> = used.iter().filter(|key| !Texts::get(language).has(key)).collect();
        assert!(without.is_empty(), "{language:?} has no text for {without:?}");
    }
    let files = [
        include_str!("../../../locales/en/plan.ftl"),
        include_str!("../../../locales/en/route.ftl"),
    ];
    let written = files
        .iter()
        .flat_map(|file| file.lines())
        .filter_map(|line| line.split_once(" = "))
        .map(|(key, _)| key);
    let unused: Vec<&str> = written.filter(|key| is_key(key) && !used.contains(key)).collect();
    assert!(unused.is_empty(), "nobody says {unused:?}");
}
