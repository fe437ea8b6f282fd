//! Reading the two files: TOML text in, configuration or a complete list of problems out.
//!
//! **What it promises.** Total: any text gives a value or problems, never a panic. *Every* problem is
//! reported in one go, in the order of the file, each with line and column, what is wrong and what
//! to write instead. Only TOML that cannot be read at all stops at its first error. Nothing is
//! ignored in silence: a key that is not known is an error, with the nearest known one.
//!
//! **What it refuses.** No judgement on whether a valid configuration makes sense beyond one entry
//! and the names it refers to; that is `causeway-policy`'s `check`.
//!
//! **In which order to read.** This file ([`Source`] keeps the problems, [`Section`] reads one table),
//! [`values`] (one text to one value), [`machine`], [`mailflow`], [`connector`] (the files),
//! [`mod@nearest`] (spelling), [`places`] (where entries stand, for checks made later).

mod connector;
mod machine;
mod mailflow;
mod nearest;
mod places;
mod values;

use std::cell::RefCell;
use std::ops::Range;

use toml_edit::{Item, TableLike, Value};

use super::{Problem, Severity};

pub use nearest::{distance, nearest};
pub use places::Places;

/// Every key that may be written: name of the file, table (empty: outside of one), keys.
#[must_use]
pub fn known_keys() -> Vec<(&'static str, &'static str, &'static [&'static str])> {
    let of = |file: &'static str, keys: &'static [(&'static str, &'static [&'static str])]| {
        keys.iter().map(move |&(table, keys)| (file, table, keys))
    };
    of("causeway.toml", machine::KEYS).chain(of("mailflow.toml", mailflow::KEYS)).collect()
}

/// What is wrong with a value, and what would be right.
#[derive(Debug)]
pub(super) struct Wrong {
    what: String,
    instead: String,
}

impl Wrong {
    fn new(what: impl Into<String>, instead: impl Into<String>) -> Self {
        Self { what: what.into(), instead: instead.into() }
    }
}

type Span = Option<Range<usize>>;

/// The text of a file, and the problems found in it so far.
struct Source<'t> {
    lines: Lines<'t>,
    file: &'t str,
    problems: RefCell<Vec<(usize, Problem)>>,
}

impl<'t> Source<'t> {
    fn new(text: &'t str, file: &'t str) -> Self {
        Self { lines: Lines::new(text), file, problems: RefCell::new(Vec::new()) }
    }

    fn report(&self, severity: Severity, span: Span, wrong: Wrong) {
        let offset = span.map_or(0, |span| span.start);
        let (line, column) = self.lines.place(offset);
        let Wrong { what, instead } = wrong;
        let problem = Problem { file: self.file.to_owned(), line, column, severity, what, instead };
        self.problems.borrow_mut().push((offset, problem));
    }

    fn error(&self, span: Span, what: impl Into<String>, instead: impl Into<String>) {
        self.report(Severity::Error, span, Wrong::new(what, instead));
    }

    fn warning(&self, span: Span, what: impl Into<String>, instead: impl Into<String>) {
        self.report(Severity::Warning, span, Wrong::new(what, instead));
    }

    /// The value, and all problems in the order of the file.
    fn finish<T>(self, value: T) -> (T, Vec<Problem>) {
        let mut problems = self.problems.into_inner();
        problems.sort_by_key(|(offset, _)| *offset);
        let problems: Vec<Problem> = problems.into_iter().map(|(_, problem)| problem).collect();
        (value, problems)
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

/// What was read, unless a problem is an error.
fn if_right<T>((value, problems): (T, Vec<Problem>)) -> Result<(T, Vec<Problem>), Vec<Problem>> {
    if problems.iter().any(|problem| problem.severity == Severity::Error) {
        Err(problems)
    } else {
        Ok((value, problems))
    }
}

/// Parses the text as TOML and hands the whole document to `read`.
fn read_file<T: Default>(
    text: &str,
    file: &str,
    known: &'static [&'static str],
    read: impl FnOnce(&Section<'_>) -> T,
) -> (T, Vec<Problem>) {
    // Editors of other systems put a byte order mark there; TOML knows none.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let source = Source::new(text, file);
    match toml_edit::Document::parse(text) {
        Ok(document) => {
            let root = Section::new(&source, document.as_table(), None, String::new(), known);
            let value = read(&root);
            source.finish(value)
        }
        Err(error) => {
            let what = format!("this is not TOML: {}", error.message());
            source.error(error.span(), what, "correct the line; https://toml.io shows the format");
            source.finish(T::default())
        }
    }
}

/// One table of the file, with the keys that may stand in it.
struct Section<'s> {
    source: &'s Source<'s>,
    table: &'s dyn TableLike,
    span: Span,
    /// For people: `queue`, `connector "to on-premises"`; empty for the whole file.
    path: String,
}

impl<'s> Section<'s> {
    /// Takes a table and reports every key in it that is not known.
    fn new(
        source: &'s Source<'s>,
        table: &'s dyn TableLike,
        span: Span,
        path: String,
        known: &'static [&'static str],
    ) -> Self {
        let section = Self { source, table, span, path };
        for (key, item) in table.iter().filter(|(key, _)| !known.contains(key)) {
            let span = section.key_span(key).or_else(|| item.span());
            let (kind, place) = match (section.path.as_str(), item) {
                ("", Item::Table(_) | Item::ArrayOfTables(_)) => ("table", String::new()),
                ("", _) => ("key", " outside of a table".to_owned()),
                (path, _) => ("key", format!(" in {path}")),
            };
            let what = format!("unknown {kind} \"{}\"{place}", key.escape_debug());
            source.error(span, what, nearest::suggestion(key, known));
        }
        section
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
                let what = format!("{key}: {}", wrong.what);
                self.source.error(item.span().or_else(|| self.key_span(key)), what, wrong.instead);
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
            let what = format!("{} has no {key}", self.path);
            self.source.error(self.span.clone(), what, format!("add {key} = {example}"));
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
        for entry in entries {
            match read(&entry) {
                Ok(value) => values.push(value),
                Err(wrong) => {
                    let what = format!("{key}: {}", wrong.what);
                    self.source.error(entry.span(), what, wrong.instead);
                }
            }
        }
        Some(values)
    }

    /// The table below a key, as `[key]` or `key = { … }`; nothing when it is absent.
    fn section(&self, key: &'static str, known: &'static [&'static str]) -> Option<Section<'s>> {
        let item = self.table.get(key)?;
        let path = if self.path.is_empty() {
            format!("[{key}]")
        } else {
            format!("{key} of {}", self.path)
        };
        match item.as_table_like() {
            Some(table) => {
                let span = item.span().or_else(|| self.key_span(key));
                Some(Section::new(self.source, table, span, path, known))
            }
            None => {
                let what = format!("{key} must be a table, not {}", article(item.type_name()));
                let instead = match (self.path.is_empty(), known) {
                    (true, _) => format!("write [{key}] once, not [[{key}]]"),
                    (false, []) => format!("write {key} = {{ }}"),
                    (false, [first, ..]) => format!("write {key} = {{ {first} = … }}"),
                };
                self.source.error(item.span(), what, instead);
                None
            }
        }
    }

    /// Every table of an array of tables `[[key]]`.
    fn tables(&self, key: &'static str, known: &'static [&'static str]) -> Vec<Section<'s>> {
        let Some(item) = self.table.get(key) else { return Vec::new() };
        let named = |table: &dyn TableLike| match table.get("name").and_then(Item::as_str) {
            Some(name) => format!("{key} \"{}\"", name.escape_debug()),
            None => format!("[[{key}]]"),
        };
        if let Some(array) = item.as_array_of_tables() {
            let section = |table: &'s toml_edit::Table| {
                Section::new(self.source, table, table.span(), named(table), known)
            };
            return array.iter().map(section).collect();
        }
        if let Some(array) = item.as_array()
            && array.iter().all(Value::is_inline_table)
        {
            let tables = array.iter().filter_map(Value::as_inline_table);
            let section = |table: &'s toml_edit::InlineTable| {
                Section::new(self.source, table, table.span(), named(table), known)
            };
            return tables.map(section).collect();
        }
        let what = format!("{key} must be a list of tables, not {}", article(item.type_name()));
        let span = item.span().or_else(|| self.key_span(key));
        self.source.error(span, what, format!("write [[{key}]] in double brackets, once for each"));
        Vec::new()
    }
}

/// The entries of an array, or of an array of tables.
fn entries(item: &Item, example: &str) -> Result<Vec<Item>, Wrong> {
    match item {
        Item::Value(Value::Array(array)) => Ok(array.iter().cloned().map(Item::Value).collect()),
        Item::ArrayOfTables(tables) => Ok(tables.iter().cloned().map(Item::Table).collect()),
        Item::Value(Value::String(text)) => {
            Err(Wrong::new("must be a list, not one string", format!("write [{:?}]", text.value())))
        }
        other => Err(values::wrong_type("a list", other, example)),
    }
}

/// `an integer`, `a string`.
fn article(noun: &str) -> String {
    let article = if noun.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {noun}")
}
