//! Every finding has its text in every language, reads in the catalog's English as it does in logs, and
//! no text is left over.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeMap;

use causeway_catalog::Texts;
use causeway_model::config::Language;

const SOURCES: [&str; 7] = [
    include_str!("../src/check/mod.rs"),
    include_str!("../src/check/connectors.rs"),
    include_str!("../src/check/domains.rs"),
    include_str!("../src/check/inbound.rs"),
    include_str!("../src/check/machine.rs"),
    include_str!("../src/check/networks.rs"),
    include_str!("../../causeway/src/cli/commands/check.rs"),
];

/// The next string literal of a source, and what follows it.
fn literal(source: &str) -> (String, &str) {
    let mut text = String::new();
    let mut rest = source.split_once('"').unwrap().1.chars();
    loop {
        match rest.next().unwrap() {
            '"' => return (text, rest.as_str()),
            '\\' => text.push(rest.next().unwrap()),
            other => text.push(other),
        }
    }
}

/// Key to English text, with variables written as in the catalog.
fn said() -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for source in SOURCES {
        for call in source.split("said!(").skip(1) {
            let (key, rest) = literal(call);
            let (english, _) = literal(rest);
            found.insert(key, english.replace('{', "{ $").replace('}', " }"));
        }
    }
    found
}

/// The same from the catalog.
fn written() -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut key = String::new();
    for line in include_str!("../../../locales/en/check.ftl").lines() {
        let Some((name, text)) = line.split_once(" = ") else { continue };
        let name = name.trim_start();
        match name.strip_prefix('.') {
            Some(attribute) => found.insert(format!("{key}.{attribute}"), text.to_owned()),
            None => {
                name.clone_into(&mut key);
                found.insert(key.clone(), text.to_owned())
            }
        };
    }
    found
}

#[test]
fn every_finding_has_its_text_in_every_language_and_every_text_its_finding() {
    let (said, mut written) = (said(), written());
    assert!(said.len() > 60, "{said:?}");
    // The line that a finding stands in.
    for key in ["check-error", "check-warning"] {
        assert!(written.remove(key).is_some(), "{key}");
    }
    assert_eq!(said, written);
    for language in Language::ALL {
        let without: Vec<_> = said.keys().filter(|key| !Texts::get(language).has(key)).collect();
        assert!(without.is_empty(), "{language:?} has no text for {without:?}");
    }
}
