//! Where entries stand in a file, for problems that are found after parsing.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::OnceLock;

use toml_edit::{Item, TableLike, Value};

use super::super::{Problem, Severity};
use super::{Lines, Unread};
use crate::said::Said;

/// The line and column of every entry of a file, by its path: `connector[1]`,
/// `connector[1].smart_hosts[0]`, `relay.networks[2]`, `routing.internet`. Positions count from 0, in
/// the order of the file, which is the order in the parsed configuration. They are looked for when the
/// first one is asked for: a file without problems never needs them.
///
/// Of a file with errors, some entries are not in what was read ([`Places::without`]): then positions are
/// those in what was read, and [`Places::knows`] tells what must not be concluded from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places {
    file: String,
    text: String,
    unread: Unread,
    found: OnceLock<Found>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Found {
    /// Where the value of each entry begins.
    places: HashMap<String, (usize, usize)>,
    /// Where keys and values begin.
    begins: Vec<((usize, usize), String)>,
}

impl Places {
    /// Finds all entries of the text; none when it is not TOML.
    #[must_use]
    pub fn of(text: &str, file: &str) -> Self {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        Self { text: text.to_owned(), ..Self::none(file) }
    }

    /// No places: problems will name the file only.
    #[must_use]
    pub fn none(file: &str) -> Self {
        Self { file: file.to_owned(), ..Self::default() }
    }

    /// The same for what was read without these entries.
    #[must_use]
    pub fn without(mut self, unread: Unread) -> Self {
        self.unread = unread;
        self
    }

    /// The name of the file, as problems show it.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.file
    }

    /// True when everything at `path` was read: itself, what it belongs to and what belongs to it.
    #[must_use]
    pub fn knows(&self, path: &str) -> bool {
        self.unread.knows(&self.unread.in_file(path))
    }

    /// True when every entry of a list (`connector`, `domain`, `listener`) was read, and each of these keys
    /// in every one: only then does the absence of something say anything.
    #[must_use]
    pub fn knows_all(&self, list: &str, keys: &[&str]) -> bool {
        self.unread.knows_all(list, keys)
    }

    /// Line and column of an entry, or of the nearest thing around it that is known.
    #[must_use]
    pub fn find(&self, path: &str) -> Option<(usize, usize)> {
        let path = self.unread.in_file(path);
        let mut path = path.as_str();
        loop {
            if let Some(&place) = self.found().places.get(path) {
                return Some(place);
            }
            path = &path[..path.rfind(['.', '['])?];
        }
    }

    /// The path of the entry to which a line and a column belong: the last one that begins there or before.
    #[must_use]
    pub fn at(&self, line: usize, column: usize) -> Option<&str> {
        let begun = self.found().begins.iter().filter(|(place, _)| *place <= (line, column));
        begun.max_by_key(|(place, path)| (*place, path.len())).map(|(_, path)| path.as_str())
    }

    fn found(&self) -> &Found {
        self.found.get_or_init(|| walk(&self.text))
    }

    /// A problem at an entry.
    #[must_use]
    pub fn problem(
        &self,
        severity: Severity,
        path: &str,
        what: impl Into<Said>,
        instead: impl Into<Said>,
    ) -> Problem {
        let (line, column) = self.find(path).unwrap_or_default();
        let (what, instead) = (what.into(), instead.into());
        Problem { file: self.file.clone(), line, column, severity, what, instead }
    }
}

/// Every entry of the text; none when it is not TOML.
fn walk(text: &str) -> Found {
    let mut walk = Walk { found: Found::default() };
    if let Ok(document) = toml_edit::Document::parse(text) {
        walk.walk_table(&Lines::new(text), "", document.as_table());
    }
    walk.found
}

/// A way through a document.
struct Walk {
    found: Found,
}

impl Walk {
    fn add(&mut self, lines: &Lines<'_>, path: &str, span: Option<Range<usize>>) {
        if let Some(span) = span {
            let place = lines.place(span.start);
            self.found.places.insert(path.to_owned(), place);
            self.found.begins.push((place, path.to_owned()));
        }
    }

    fn walk_table(&mut self, lines: &Lines<'_>, path: &str, table: &dyn TableLike) {
        for (key, item) in table.iter() {
            let path = if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
            let key_span = table.get_key_value(key).and_then(|(key, _)| key.span());
            self.walk(lines, &path, item, key_span);
        }
    }

    fn walk(&mut self, lines: &Lines<'_>, path: &str, item: &Item, key_span: Option<Range<usize>>) {
        if let Some(key) = &key_span {
            self.found.begins.push((lines.place(key.start), path.to_owned()));
        }
        self.add(lines, path, item.span().or(key_span));
        if let Some(table) = item.as_table_like() {
            self.walk_table(lines, path, table);
        } else if let Some(tables) = item.as_array_of_tables() {
            for (i, table) in tables.iter().enumerate() {
                let path = format!("{path}[{i}]");
                self.add(lines, &path, table.span());
                self.walk_table(lines, &path, table);
            }
        } else if let Some(array) = item.as_array() {
            for (i, value) in array.iter().enumerate() {
                let path = format!("{path}[{i}]");
                self.add(lines, &path, value.span());
                if let Value::InlineTable(table) = value {
                    self.walk_table(lines, &path, table);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_found_where_they_stand() {
        let text = "# a comment\n[relay]\nnetworks = [\"10.0.0.0/8\",\n  \"192.0.2.0/24\"]\n\
                    addresses = [{ address = \"192.0.2.7\" }]\n\n[[connector]]\nname = \"a\"\n\
                    [[connector]]\nname = \"b\"\n";
        let places = Places::of(text, "mailflow.toml");
        assert_eq!(places.find("relay.networks[1]"), Some((4, 3)));
        assert_eq!(places.find("relay.addresses[0].address"), Some((5, 26)));
        assert_eq!(places.find("connector[1]"), Some((9, 1)));
        assert_eq!(places.find("connector[1].name"), Some((10, 8)));
        // Something that is not written is shown where it would belong.
        assert_eq!(places.find("connector[1].tls"), Some((9, 1)));
        assert_eq!(places.find("routing.internet"), None);
        let problem = places.problem(Severity::Error, "connector[0].x", "w", "i");
        assert_eq!(problem.to_string(), "mailflow.toml:7:1: error: w; i");
        assert_eq!(Places::of("= broken", "x").find("a"), None);
        // And back, from a key or a value.
        for (line, column, path) in [
            (3, 1, "relay.networks"),
            (4, 3, "relay.networks[1]"),
            (5, 26, "relay.addresses[0].address"),
            (9, 1, "connector[1]"),
            (10, 1, "connector[1].name"),
            (10, 9, "connector[1].name"),
        ] {
            assert_eq!(places.at(line, column), Some(path));
        }
        assert_eq!(places.at(1, 1), None);
    }
}
