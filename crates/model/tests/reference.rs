//! The manual has every key of both files, with its default and its meaning.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::path::Path;

use causeway_model::config::{MailFlow, known_keys};

/// Keys without a default: they must be written, or nothing stands in for them.
const WITHOUT_DEFAULT: &[(&str, &[&str])] = &[
    ("tls", &["key"]),
    ("domain", &["name"]),
    (
        "connector",
        &[
            "name",
            "direction",
            "peer",
            "recipient_domains",
            "smart_hosts",
            "credentials",
            "note",
            "sender_domains",
            "tls_certificate_name",
        ],
    ),
];

fn page(name: &str) -> String {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(name);
    std::fs::read_to_string(&docs).unwrap_or_else(|error| panic!("{}: {error}", docs.display()))
}

/// The part of a page that is about a table; its beginning for keys outside of tables.
fn part<'p>(page: &'p str, table: &str) -> &'p str {
    let start = match table {
        "" => 0,
        _ => {
            let single = page.find(&format!("## `[{table}]`"));
            let heading = single.or_else(|| page.find(&format!("## `[[{table}]]`")));
            heading.unwrap_or_else(|| panic!("no heading for [{table}]")) + 1
        }
    };
    let rest = &page[start..];
    &rest[..rest.find("\n## ").unwrap_or(rest.len())]
}

#[test]
fn every_key_is_in_the_manual_with_its_default_and_its_meaning() {
    for (file, table, keys) in known_keys() {
        let page = page(if file == "causeway.toml" { "machine.md" } else { "mailflow.md" });
        let rows: Vec<Vec<&str>> = part(&page, table)
            .lines()
            .filter(|line| line.starts_with("| "))
            .map(|line| line.trim_matches('|').split(" | ").map(str::trim).collect())
            .collect();
        for key in keys {
            let row = rows
                .iter()
                .find(|row| row[0].contains(&format!("`{key}`")))
                .unwrap_or_else(|| panic!("{file}: [{table}] {key} is not in the manual"));
            let meaning = row.last().unwrap();
            assert!(meaning.len() > 3, "{file}: [{table}] {key} has no meaning: {row:?}");
            let excused = WITHOUT_DEFAULT
                .iter()
                .any(|(without, keys)| *without == table && keys.contains(key));
            if row.len() > 2 && !excused {
                assert!(!row[1].is_empty(), "{file}: [{table}] {key} has no default: {row:?}");
            }
        }
    }
}

#[test]
fn what_the_manual_shows_as_toml_can_be_read() {
    for name in ["changes.md", "mailflow.md", "relay.md", "installation.md"] {
        let page = page(name);
        for block in page.split("```toml\n").skip(1) {
            let text = block.split("```").next().unwrap_or_default();
            // Blocks about the other file begin with its keys.
            if text.contains("hostname") || text.contains("[[listener]]") {
                continue;
            }
            let text = text.lines().map(str::trim).collect::<Vec<_>>().join("\n");
            if let Err(problems) = MailFlow::parse(&text, name) {
                panic!("{problems:?}\n{text}");
            }
        }
    }
}
