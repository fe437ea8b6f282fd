//! Reading the two files: TOML text in, configuration or a complete list of problems out.
//!
//! **What it promises.** Total: any text gives a value or problems, never a panic. *Every* problem is
//! reported in one go, in the order of the file, each with line and column, what is wrong and what
//! to write instead. Only TOML that cannot be read at all stops at its first error. Nothing is
//! ignored in silence: a key that is not known is an error, with the nearest known one.
//!
//! **Every message has a key** ([`Said`]): what is wrong is said in the reader's language. Keys, values and
//! what is to be written stay as they are.
//!
//! **What can be read in spite of problems** is handed on, together with what could not ([`Unread`]): so
//! `causeway check` finds in one go what is wrong with the rest.
//!
//! **What it refuses.** No judgement on whether a valid configuration makes sense beyond one entry
//! and the names it refers to; that is `causeway-policy`'s `check`.
//!
//! **In which order to read.** This file ([`Source`] keeps the problems, [`Section`] reads one table),
//! [`values`] and [`hosts`] (one text to one value), [`machine`], [`mailflow`], [`connector`] (the files),
//! [`mod@nearest`] (spelling), [`unread`] (what was left out), [`places`] (where entries stand, for checks
//! made later).

mod connector;
mod hosts;
mod machine;
mod mailflow;
mod nearest;
mod places;
mod unread;
mod values;

use std::cell::RefCell;
use std::ops::Range;

use toml_edit::{Item, TableLike, Value};

use super::{Problem, Severity};
use crate::said;
use crate::said::Said;

pub use nearest::{distance, nearest};
pub use places::Places;
pub use unread::Unread;

/// Every key that may be written: name of the file, table (empty: outside of one), keys.
#[must_use]
pub fn known_keys() -> Vec<(&'static str, &'static str, &'static [&'static str])> {
    let of = |file: &'static str, keys: &'static [(&'static str, &'static [&'static str])]| {
        keys.iter().map(move |&(table, keys)| (file, table, keys))
    };
    of("causeway.toml", machine::KEYS).chain(of("mailflow.toml", mailflow::KEYS)).collect()
}

/// The connector that a value of `[routing].internet` names.
pub(super) fn internet_connector(item: &Item) -> Option<String> {
    values::internet(item).ok().flatten()
}

/// What is wrong with a value, and what would be right.
#[derive(Debug)]
pub(super) struct Wrong {
    what: Box<Said>,
    instead: Box<Said>,
}

impl Wrong {
    fn new(what: Said, instead: Said) -> Self {
        Self { what: Box::new(what), instead: Box::new(instead) }
    }
}

impl Wrong {
    /// The same of a key's value.
    fn at(self, key: &str) -> (Said, Said) {
        let what = said!("parse-at-key", "{key}: {what}", key = key; what = *self.what);
        (what, *self.instead)
    }
}

/// A name that is the same in every language.
fn called(name: &str) -> Said {
    said!("parse-name", "{name}", name = name)
}

type Span = Option<Range<usize>>;

/// The text of a file, and the problems found in it so far.
struct Source<'t> {
    lines: Lines<'t>,
    file: &'t str,
    problems: RefCell<Vec<(usize, Problem)>>,
    unread: RefCell<Unread>,
}

/// What could be read of a file.
#[derive(Clone, Debug)]
pub struct Readable<T> {
    /// Without what is wrong: to look for more problems, and for nothing else when one of `problems` is an
    /// error.
    pub value: T,
    /// Every problem, in the order of the file.
    pub problems: Vec<Problem>,
    /// What `value` is without.
    pub unread: Unread,
}

impl<'t> Source<'t> {
    fn new(text: &'t str, file: &'t str) -> Self {
        Self {
            lines: Lines::new(text),
            file,
            problems: RefCell::default(),
            unread: RefCell::default(),
        }
    }

    fn report(&self, severity: Severity, span: Span, wrong: Wrong) {
        let offset = span.map_or(0, |span| span.start);
        let (line, column) = self.lines.place(offset);
        let Wrong { what, instead } = wrong;
        let (what, instead) = (*what, *instead);
        let problem = Problem { file: self.file.to_owned(), line, column, severity, what, instead };
        self.problems.borrow_mut().push((offset, problem));
    }

    fn error(&self, span: Span, what: Said, instead: Said) {
        self.report(Severity::Error, span, Wrong::new(what, instead));
    }

    fn warning(&self, span: Span, what: Said, instead: Said) {
        self.report(Severity::Warning, span, Wrong::new(what, instead));
    }

    /// Notes that what stands here was left out.
    fn leave_out(&self, place: String) {
        self.unread.borrow_mut().add(place);
    }

    /// The value, and all problems in the order of the file.
    fn finish<T>(self, value: T) -> Readable<T> {
        let mut problems = self.problems.into_inner();
        problems.sort_by_key(|(offset, _)| *offset);
        let problems: Vec<Problem> = problems.into_iter().map(|(_, problem)| problem).collect();
        Readable { value, problems, unread: self.unread.into_inner() }
    }
}

/// Finds lines and columns in a text.
struct Lines<'t> {
    text: &'t str,
    /// Offsets in octets.
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    fn new(text: &'t str) -> Self {
        let after_newlines = text.match_indices('\n').map(|(newline, _)| newline + 1);
        Self { text, starts: std::iter::once(0).chain(after_newlines).collect() }
    }

    /// Line and column (in characters), both from 1, of an offset in octets.
    fn place(&self, offset: usize) -> (usize, usize) {
        let line = self.starts.partition_point(|&start| start <= offset);
        let start = self.starts.get(line.wrapping_sub(1)).copied().unwrap_or(0);
        let before = self.text.get(start..offset).unwrap_or("");
        (line.max(1), before.chars().count() + 1)
    }
}

impl<T> Readable<T> {
    /// The value with the warnings, or all problems when one is an error.
    fn if_right(self) -> Result<(T, Vec<Problem>), Vec<Problem>> {
        if self.problems.iter().any(|problem| problem.severity == Severity::Error) {
            Err(self.problems)
        } else {
            Ok((self.value, self.problems))
        }
    }
}

/// Parses the text as TOML and hands the whole document to `read`.
fn read_file<T: Default>(
    text: &str,
    file: &str,
    known: &'static [&'static str],
    read: impl FnOnce(&Section<'_>) -> T,
) -> Readable<T> {
    // Editors of other systems put a byte order mark there; TOML knows none.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let source = Source::new(text, file);
    match toml_edit::Document::parse(text) {
        Ok(document) => {
            let root = Section::new(&source, document.as_table(), None, Place::default(), known);
            let value = read(&root);
            source.finish(value)
        }
        Err(error) => {
            let what =
                said!("parse-not-toml", "this is not TOML: {error}", error = error.message());
            let instead =
                said!("parse-not-toml.do", "correct the line; https://toml.io shows the format");
            source.error(error.span(), what, instead);
            source.leave_out(String::new());
            source.finish(T::default())
        }
    }
}

/// One table of the file, with the keys that may stand in it.
struct Section<'s> {
    source: &'s Source<'s>,
    table: &'s dyn TableLike,
    span: Span,
    /// For people: `[queue]`, `connector "to on-premises"`; nothing for the whole file.
    path: Option<Said>,
    /// For [`Places`]: `queue`, `connector[0]`; empty for the whole file.
    place: String,
}

/// A table's names: [`Section::path`] and [`Section::place`].
#[derive(Default)]
struct Place {
    path: Option<Said>,
    place: String,
}

impl<'s> Section<'s> {
    /// Takes a table and reports every key in it that is not known.
    fn new(
        source: &'s Source<'s>,
        table: &'s dyn TableLike,
        span: Span,
        place: Place,
        known: &'static [&'static str],
    ) -> Self {
        let Place { path, place } = place;
        let section = Self { source, table, span, path, place };
        for (key, item) in table.iter().filter(|(key, _)| !known.contains(key)) {
            section.leave_out_misspelt(key, item, known);
            let suggestion = nearest::suggestion(key, known);
            let span = section.key_span(key).or_else(|| item.span());
            let key = key.escape_debug();
            let what = match (&section.path, item) {
                (None, Item::Table(_) | Item::ArrayOfTables(_)) => {
                    said!("parse-unknown-table", "unknown table \"{key}\"", key = key)
                }
                (None, _) => said!(
                    "parse-unknown-outside",
                    "unknown key \"{key}\" outside of a table",
                    key = key
                ),
                (Some(place), _) => said!(
                    "parse-unknown-key",
                    "unknown key \"{key}\" in {place}",
                    key = key;
                    place = place.clone()
                ),
            };
            source.error(span, what, suggestion);
        }
        section
    }

    /// The table as people call it.
    fn called(&self) -> Said {
        self.path.clone().unwrap_or_else(|| called(self.source.file))
    }

    /// A key that is not known may be meant for the nearest one.
    fn leave_out_misspelt(&self, key: &str, item: &Item, known: &[&str]) {
        let Some(meant) = nearest(key, known) else { return };
        if item.is_array_of_tables() {
            self.source.leave_out(format!("{}[*]", self.place_of(meant)));
        } else if !self.has(meant) {
            self.leave_out(meant);
        }
    }

    /// Where a key stands, as [`Places`] names it.
    fn place_of(&self, key: &str) -> String {
        match self.place.as_str() {
            "" => key.to_owned(),
            place => format!("{place}.{key}"),
        }
    }

    /// What the key says is not known.
    fn leave_out(&self, key: &str) {
        self.source.leave_out(self.place_of(key));
    }

    /// The whole table is left out of what was read.
    fn leave_out_all(&self) {
        self.source.leave_out(self.place.clone());
    }

    /// False when what the key says could not be read; true when it is absent.
    fn knows(&self, key: &str) -> bool {
        self.source.unread.borrow().knows(&self.place_of(key))
    }

    fn key_span(&self, key: &str) -> Span {
        self.table.get_key_value(key)?.0.span()
    }

    /// The span of a key's value; of the table when the key is not there.
    fn span_of(&self, key: &str) -> Span {
        self.table.get(key).and_then(Item::span).or_else(|| self.span.clone())
    }

    fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// Reads a key's value; `None` when it is absent, or wrong and reported.
    fn read<T>(&self, key: &str, read: impl FnOnce(&Item) -> Result<T, Wrong>) -> Option<T> {
        let item = self.table.get(key)?;
        match read(item) {
            Ok(value) => Some(value),
            Err(wrong) => {
                let (what, instead) = wrong.at(key);
                self.source.error(item.span().or_else(|| self.key_span(key)), what, instead);
                self.leave_out(key);
                None
            }
        }
    }

    /// The same, and reports when the key is absent.
    fn required<T>(
        &self,
        key: &str,
        example: &str,
        read: impl FnOnce(&Item) -> Result<T, Wrong>,
    ) -> Option<T> {
        if !self.has(key) {
            let what =
                said!("parse-missing", "{place} has no {key}", key = key; place = self.called());
            let instead =
                said!("parse-missing.do", "add {key} = {example}", key = key, example = example);
            self.source.error(self.span.clone(), what, instead);
            self.leave_out(key);
        }
        self.read(key, read)
    }

    /// Replaces `target` by the key's value when it is there and right.
    fn set<T>(&self, key: &str, target: &mut T, read: impl FnOnce(&Item) -> Result<T, Wrong>) {
        if let Some(value) = self.read(key, read) {
            *target = value;
        }
    }

    /// Reads every entry of a list; reports each wrong one by itself. `None` when the key is
    /// absent or is no list.
    fn list<T>(
        &self,
        key: &str,
        example: &str,
        read: impl Fn(&Item) -> Result<T, Wrong>,
    ) -> Option<Vec<T>> {
        let entries = self.read(key, |item| entries(item, example))?;
        let mut values = Vec::with_capacity(entries.len());
        for (i, entry) in entries.into_iter().enumerate() {
            match read(&entry) {
                Ok(value) => values.push(value),
                Err(wrong) => {
                    let (what, instead) = wrong.at(key);
                    self.source.error(entry.span(), what, instead);
                    self.leave_out(&format!("{key}[{i}]"));
                }
            }
        }
        Some(values)
    }

    /// The table below a key, as `[key]` or `key = { … }`; nothing when it is absent.
    fn section(&self, key: &'static str, known: &'static [&'static str]) -> Option<Section<'s>> {
        let item = self.table.get(key)?;
        let path = match &self.path {
            None => called(&format!("[{key}]")),
            Some(whole) => {
                said!("parse-part", "{key} of {whole}", key = key; whole = whole.clone())
            }
        };
        match item.as_table_like() {
            Some(table) => {
                let span = item.span().or_else(|| self.key_span(key));
                let place = Place { path: Some(path), place: self.place_of(key) };
                Some(Section::new(self.source, table, span, place, known))
            }
            None => {
                let what = said!(
                    "parse-no-table",
                    "{key} must be a table, not {found}",
                    key = key;
                    found = values::found(item)
                );
                let instead = match (self.path.is_none(), known) {
                    (true, _) => {
                        said!("parse-no-table.do", "write [{key}] once, not [[{key}]]", key = key)
                    }
                    (false, []) => values::write(&format!("{key} = {{ }}")),
                    (false, [first, ..]) => values::write(&format!("{key} = {{ {first} = … }}")),
                };
                self.source.error(item.span(), what, instead);
                self.leave_out(key);
                None
            }
        }
    }

    /// Every table of an array of tables `[[key]]`.
    fn tables(&self, key: &'static str, known: &'static [&'static str]) -> Vec<Section<'s>> {
        let Some(item) = self.table.get(key) else { return Vec::new() };
        let named = |i: usize, table: &dyn TableLike| {
            let path = match table.get("name").and_then(Item::as_str) {
                Some(name) => format!("{key} \"{}\"", name.escape_debug()),
                None => format!("[[{key}]]"),
            };
            Place { path: Some(called(&path)), place: format!("{}[{i}]", self.place_of(key)) }
        };
        if let Some(array) = item.as_array_of_tables() {
            let section = |(i, table): (usize, &'s toml_edit::Table)| {
                Section::new(self.source, table, table.span(), named(i, table), known)
            };
            return array.iter().enumerate().map(section).collect();
        }
        if let Some(array) = item.as_array()
            && array.iter().all(Value::is_inline_table)
        {
            let tables = array.iter().filter_map(Value::as_inline_table);
            let section = |(i, table): (usize, &'s toml_edit::InlineTable)| {
                Section::new(self.source, table, table.span(), named(i, table), known)
            };
            return tables.enumerate().map(section).collect();
        }
        let what = said!(
            "parse-no-tables",
            "{key} must be a list of tables, not {found}",
            key = key;
            found = values::found(item)
        );
        let instead = said!(
            "parse-no-tables.do",
            "write [[{key}]] in double brackets, once for each",
            key = key
        );
        self.source.error(item.span().or_else(|| self.key_span(key)), what, instead);
        self.leave_out(key);
        Vec::new()
    }
}

/// The entries of an array, or of an array of tables.
fn entries(item: &Item, example: &str) -> Result<Vec<Item>, Wrong> {
    match item {
        Item::Value(Value::Array(array)) => Ok(array.iter().cloned().map(Item::Value).collect()),
        Item::ArrayOfTables(tables) => Ok(tables.iter().cloned().map(Item::Table).collect()),
        Item::Value(Value::String(text)) => {
            let what = said!("parse-one-string", "must be a list, not one string");
            Err(Wrong::new(what, values::write(&format!("[{:?}]", text.value()))))
        }
        other => {
            let expected = said!("parse-a-list", "a list");
            Err(values::wrong_type(expected, other, values::write(example)))
        }
    }
}
