//! Changing `mailflow.toml` as a person would: the entries that change, and nothing else.
//!
//! [`FlowEditor`] takes the text of the file, changes domains and connectors in it, and gives the text
//! back. **What it promises:** comments, order, spacing and the writing of everything that is not
//! changed stay as they are, to the octet (line ends of another system and a byte order mark
//! included; only a last line without an end gets one). Comments within a list go with its entries; a list with
//! [`Field::Groups`] in it is written anew, without them. **What it refuses:** it judges no values; what it wrote is read with
//! [`MailFlow::parse`](super::MailFlow::parse) like any other text.

use toml_edit::{
    Array, ArrayOfTables, Decor, DocumentMut, InlineTable, Item, Table, TableLike, Value,
};

use super::{DomainType, Places, nearest};
use crate::domain::Domain;

/// The text of a `mailflow.toml` that is being changed.
#[derive(Clone, Debug)]
pub struct FlowEditor {
    document: DocumentMut,
    has_mark: bool,
    ends: LineEnds,
}

/// Why an entry was not changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// The text cannot be read at all.
    #[error("the file is not TOML: {0}")]
    NotToml(String),
    /// There is one of this name already.
    #[error("there is a {kind} {name:?} already")]
    Exists {
        /// `domain` or `connector`.
        kind: &'static str,
        /// Its name.
        name: String,
    },
    /// There is none of this name.
    #[error("there is no {kind} {name:?} in mailflow.toml")]
    NotFound {
        /// `domain` or `connector`.
        kind: &'static str,
        /// Its name.
        name: String,
        /// The nearest name that is there, when one is near enough to be meant.
        near: Option<String>,
    },
    /// It cannot go: mail for the internet leaves through it.
    #[error("[routing].internet (mailflow.toml:{line}) names the connector {name:?}")]
    TakesInternet {
        /// The connector's name.
        name: String,
        /// The line of `internet`, from 1.
        line: usize,
    },
    /// The key is there and is no list of tables.
    #[error("{kind} in mailflow.toml is not written as [[{kind}]]")]
    NotTables {
        /// `domain` or `connector`.
        kind: &'static str,
    },
}

/// What a key is to have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Field {
    /// A string.
    Text(String),
    /// A list of strings.
    List(Vec<String>),
    /// A list of strings, some of which are lists: those with several entries.
    Groups(Vec<Vec<String>>),
    /// A whole number.
    Number(u32),
    /// `true` or `false`.
    Flag(bool),
    /// An inline table of strings.
    Table(Vec<(&'static str, String)>),
    /// The key goes away, and its default holds.
    Absent,
}

/// Keys and what they are to have, in the order in which new ones are written.
pub type Fields = Vec<(&'static str, Field)>;

impl FlowEditor {
    /// Takes the text.
    ///
    /// # Errors
    /// [`EditError::NotToml`].
    pub fn new(text: &str) -> Result<Self, EditError> {
        let (has_mark, text) = match text.strip_prefix('\u{feff}') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let mut document: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| {
            EditError::NotToml(error.message().to_owned())
        })?;
        // The text of a file with nothing but comments is what stands behind the last entry: new
        // entries belong below it.
        if document.is_empty() && !document.trailing().as_str().unwrap_or_default().is_empty() {
            let head = document.trailing().as_str().unwrap_or_default().to_owned();
            document.set_trailing("");
            document.as_table_mut().decor_mut().set_prefix(head);
        }
        Ok(Self { document, has_mark, ends: LineEnds::of(text) })
    }

    /// The text as it is now.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = self.ends.restored(&self.document.to_string());
        if self.has_mark {
            text.insert(0, '\u{feff}');
        }
        text
    }

    /// Adds an accepted domain behind the others.
    ///
    /// # Errors
    /// [`EditError::Exists`], [`EditError::NotTables`].
    pub fn add_domain(
        &mut self,
        name: &Domain,
        domain_type: DomainType,
        match_subdomains: bool,
    ) -> Result<(), EditError> {
        let mut fields = vec![
            ("name", Field::Text(name.to_string())),
            ("type", Field::Text(type_word(domain_type).into())),
        ];
        if match_subdomains {
            fields.push(("match_subdomains", Field::Flag(true)));
        }
        self.add("domain", name.as_str(), &same_domain, &fields)
    }

    /// Changes an accepted domain; what is `None` stays.
    ///
    /// # Errors
    /// [`EditError::NotFound`].
    pub fn set_domain(
        &mut self,
        name: &Domain,
        domain_type: Option<DomainType>,
        match_subdomains: Option<bool>,
    ) -> Result<(), EditError> {
        let kind = domain_type.map(|kind| ("type", Field::Text(type_word(kind).into())));
        let below = match_subdomains.map(|flag| ("match_subdomains", Field::Flag(flag)));
        let fields: Fields = kind.into_iter().chain(below).collect();
        self.set("domain", name.as_str(), &same_domain, &fields)
    }

    /// Takes an accepted domain out.
    ///
    /// # Errors
    /// [`EditError::NotFound`].
    pub fn remove_domain(&mut self, name: &Domain) -> Result<(), EditError> {
        self.remove("domain", name.as_str(), &same_domain)
    }

    /// Adds a connector behind the others. `fields` are its keys but the name.
    ///
    /// # Errors
    /// [`EditError::Exists`], [`EditError::NotTables`].
    pub fn add_connector(&mut self, name: &str, fields: &Fields) -> Result<(), EditError> {
        let mut all = vec![("name", Field::Text(name.to_owned()))];
        all.extend(fields.iter().cloned());
        self.add("connector", name, &same_text, &all)
    }

    /// Changes keys of a connector; others stay.
    ///
    /// # Errors
    /// [`EditError::NotFound`].
    pub fn set_connector(&mut self, name: &str, fields: &Fields) -> Result<(), EditError> {
        self.set("connector", name, &same_text, fields)
    }

    /// Takes a connector out.
    ///
    /// # Errors
    /// [`EditError::NotFound`], [`EditError::TakesInternet`].
    pub fn remove_connector(&mut self, name: &str) -> Result<(), EditError> {
        if self.internet().as_deref() == Some(name) && self.position("connector", name).is_some() {
            let places = Places::of(&self.text(), "");
            let line = places.find("routing.internet").map_or(0, |(line, _)| line);
            return Err(EditError::TakesInternet { name: name.to_owned(), line });
        }
        self.remove("connector", name, &same_text)
    }

    /// The connector that `[routing].internet` names.
    fn internet(&self) -> Option<String> {
        super::parse::internet_connector(self.document.get("routing")?.get("internet")?)
    }

    /// Sends mail for the internet through this outbound connector, or directly.
    ///
    /// # Errors
    /// [`EditError::NotTables`].
    pub fn set_internet(&mut self, via: Option<&str>) -> Result<(), EditError> {
        let route = via.map_or("direct".to_owned(), |name| format!("via connector \"{name}\""));
        let fields = vec![("internet", Field::Text(route))];
        match self.document.entry("routing").or_insert_with(|| Item::Table(Table::new())) {
            Item::Table(table) => write(table, &fields),
            Item::Value(Value::InlineTable(table)) => write(table, &fields),
            _ => return Err(EditError::NotTables { kind: "routing" }),
        }
        self.settle_ends();
        Ok(())
    }

    /// After every single edit: which lines are new is plain then.
    fn settle_ends(&mut self) {
        self.ends = LineEnds::of(&self.ends.restored(&self.document.to_string()));
    }

    fn add(
        &mut self,
        kind: &'static str,
        name: &str,
        same: &Same,
        fields: &Fields,
    ) -> Result<(), EditError> {
        if self.find(kind, name, same).is_some() {
            return Err(EditError::Exists { kind, name: name.to_owned() });
        }
        let tables = || Item::ArrayOfTables(ArrayOfTables::new());
        let is_first_of_all = self.document.is_empty();
        match self.document.entry(kind).or_insert_with(tables) {
            Item::ArrayOfTables(tables) => {
                let mut table = Table::new();
                if is_first_of_all {
                    table.decor_mut().set_prefix("");
                }
                write(&mut table, fields);
                tables.push(table);
            }
            Item::Value(Value::Array(array)) => {
                let mut table = InlineTable::new();
                write(&mut table, fields);
                push(array, table.into());
            }
            _ => return Err(EditError::NotTables { kind }),
        }
        self.settle_ends();
        Ok(())
    }

    fn set(
        &mut self,
        kind: &'static str,
        name: &str,
        same: &Same,
        fields: &Fields,
    ) -> Result<(), EditError> {
        let near = self.nearest(kind, name);
        let not_found = || EditError::NotFound { kind, name: name.to_owned(), near: near.clone() };
        let position = self.find(kind, name, same).ok_or_else(not_found)?;
        match self.document.get_mut(kind) {
            Some(Item::ArrayOfTables(tables)) => {
                write(tables.get_mut(position).ok_or_else(not_found)?, fields);
            }
            Some(Item::Value(Value::Array(array))) => {
                let table = array.get_mut(position).and_then(Value::as_inline_table_mut);
                write(table.ok_or_else(not_found)?, fields);
            }
            _ => return Err(not_found()),
        }
        self.settle_ends();
        Ok(())
    }

    fn remove(&mut self, kind: &'static str, name: &str, same: &Same) -> Result<(), EditError> {
        let near = self.nearest(kind, name);
        let not_found = || EditError::NotFound { kind, name: name.to_owned(), near: near.clone() };
        let position = self.find(kind, name, same).ok_or_else(not_found)?;
        match self.document.get_mut(kind) {
            Some(Item::ArrayOfTables(tables)) => {
                let gone = tables.get(position).ok_or_else(not_found)?;
                // What stands above it with an empty line between speaks of more than this entry.
                let general = general_part(gone.decor());
                let place = gone.position();
                tables.remove(position);
                let is_empty = tables.is_empty();
                if is_empty {
                    self.document.remove(kind);
                }
                self.keep_comment(&general, place);
            }
            Some(Item::Value(Value::Array(array))) => {
                remove_from_list(array, position);
            }
            _ => return Err(not_found()),
        }
        self.settle_ends();
        Ok(())
    }

    /// Puts a comment in front of whatever came after `place`, or at the end of the file.
    fn keep_comment(&mut self, comment: &str, place: Option<isize>) {
        if comment.trim().is_empty() {
            return;
        }
        let mut after: Vec<&mut Table> = Vec::new();
        for (_, item) in self.document.iter_mut() {
            match item {
                Item::Table(table) => after.push(table),
                Item::ArrayOfTables(tables) => after.extend(tables.iter_mut()),
                _ => {}
            }
        }
        let next = after
            .into_iter()
            .filter(|table| table.position() > place && !table.is_implicit())
            .min_by_key(|table| table.position());
        match next {
            Some(next) => {
                let own = next.decor().prefix().and_then(|p| p.as_str()).unwrap_or("\n").to_owned();
                next.decor_mut().set_prefix(format!("{}\n{own}", comment.trim_end()));
            }
            None => {
                let own = self.document.trailing().as_str().unwrap_or_default().to_owned();
                self.document.set_trailing(format!("{}\n{own}", comment.trim_end()));
            }
        }
    }

    /// The position of a `domain` or `connector`, from 0, in the order of the file.
    #[must_use]
    pub fn position(&self, kind: &str, name: &str) -> Option<usize> {
        self.find(kind, name, if kind == "domain" { &same_domain } else { &same_text })
    }

    /// The position of the entry with this name.
    fn find(&self, kind: &str, name: &str, same: &Same) -> Option<usize> {
        self.names(kind).position(|found| found.is_some_and(|found| same(found, name)))
    }

    fn nearest(&self, kind: &str, name: &str) -> Option<String> {
        let known: Vec<&str> = self.names(kind).flatten().collect();
        nearest(name, &known).map(str::to_owned)
    }

    /// The names of all entries, in their order; `None` for one without.
    fn names(&self, kind: &str) -> impl Iterator<Item = Option<&str>> {
        let item = self.document.get(kind);
        let tables = item.and_then(Item::as_array_of_tables).into_iter().flatten();
        let inline = item.and_then(Item::as_array).into_iter().flatten();
        let tables = tables.map(|table| table.get("name").and_then(Item::as_str));
        tables.chain(inline.map(|value| value.as_inline_table()?.get("name")?.as_str()))
    }
}

/// Whether a name in the file is the one that is looked for.
type Same = dyn Fn(&str, &str) -> bool;

fn same_text(found: &str, name: &str) -> bool {
    found == name
}

/// Two spellings of one domain are one domain.
fn same_domain(found: &str, name: &str) -> bool {
    Domain::parse(found).is_ok_and(|found| found.as_str() == name)
}

/// The word in the file.
const fn type_word(domain_type: DomainType) -> &'static str {
    match domain_type {
        DomainType::Authoritative => "authoritative",
        DomainType::InternalRelay => "internal_relay",
    }
}

/// What stands above an entry up to the last empty line.
fn general_part(decor: &Decor) -> String {
    let prefix = decor.prefix().and_then(|prefix| prefix.as_str()).unwrap_or_default();
    let (mut place, mut end) = (0, 0);
    for line in prefix.split_inclusive('\n') {
        if line.ends_with('\n') && line.trim().is_empty() {
            end = place;
        }
        place += line.len();
    }
    prefix[..end].to_owned()
}

/// Writes the fields into a table; what is written already as it should be is left alone.
fn write(table: &mut dyn TableLike, fields: &Fields) {
    for (key, field) in fields {
        match field {
            Field::Absent => {
                table.remove(key);
            }
            Field::List(wanted) => match table.get_mut(key).and_then(Item::as_array_mut) {
                Some(array) => write_list(array, wanted),
                None => put(table, key, Value::Array(wanted.iter().collect())),
            },
            Field::Text(text) => put(table, key, Value::from(text)),
            Field::Number(number) => put(table, key, Value::from(i64::from(*number))),
            Field::Groups(groups) => {
                let group = |group: &Vec<String>| match group.as_slice() {
                    [one] => Value::from(one),
                    several => Value::Array(several.iter().collect()),
                };
                put(table, key, Value::Array(groups.iter().map(group).collect()));
            }
            Field::Flag(flag) => put(table, key, Value::from(*flag)),
            Field::Table(entries) => {
                let entries = entries.iter().map(|(key, text)| (*key, Value::from(text)));
                put(table, key, Value::InlineTable(entries.collect()));
            }
        }
    }
}

/// Sets a value; what stands around the one before (a comment at the end of its line) stays.
fn put(table: &mut dyn TableLike, key: &str, mut value: Value) {
    match table.get_mut(key) {
        Some(Item::Value(before)) => {
            if before.to_string().trim() == value.to_string().trim() {
                return;
            }
            *value.decor_mut() = before.decor().clone();
            *before = value;
        }
        Some(other) => *other = Item::Value(value),
        None => {
            table.insert(key, Item::Value(value));
        }
    }
}

/// Makes a list have these entries, keeping those that it has.
fn write_list(array: &mut Array, wanted: &[String]) {
    for position in (0..array.len()).rev() {
        let text = array.get(position).and_then(Value::as_str);
        if text.is_none_or(|text| !wanted.iter().any(|w| w == text)) {
            remove_from_list(array, position);
        }
    }
    let kept: Vec<String> = array.iter().filter_map(Value::as_str).map(str::to_owned).collect();
    if wanted.starts_with(&kept) {
        for text in &wanted[kept.len()..] {
            push(array, text.into());
        }
        return;
    }
    // Another order: written anew.
    array.clear();
    array.extend(wanted.iter());
    array.set_trailing("");
    array.set_trailing_comma(false);
}

/// Adds an entry behind the others. In a list over several lines it gets a line of its own, and the comment at
/// the end of the last line stays with the entry before.
fn push(array: &mut Array, mut value: Value) {
    let last = array.len().checked_sub(1).and_then(|last| array.get_mut(last));
    // Without a comma behind the last entry, what follows it belongs to it.
    let behind = last.map(|last| {
        let decor = last.decor_mut();
        let text = |raw: Option<&toml_edit::RawString>| {
            raw.and_then(|raw| raw.as_str()).unwrap_or_default().to_owned()
        };
        let (prefix, suffix) = (text(decor.prefix()), text(decor.suffix()));
        if suffix.contains('\n') {
            decor.set_suffix("");
        }
        (prefix, suffix)
    });
    let (indent, suffix) = behind.unwrap_or_else(|| ("\n    ".to_owned(), String::new()));
    let behind = format!("{suffix}{}", array.trailing().as_str().unwrap_or_default());
    if let Some(end) = behind.find('\n') {
        let indent = indent.rfind('\n').map_or("", |start| &indent[start + 1..]);
        let prefix = format!("{}\n{indent}", behind[..end].trim_end_matches('\r'));
        array.set_trailing(&behind[end..]);
        *value.decor_mut() = Decor::new(prefix, "");
        array.push_formatted(value);
    } else {
        array.push(value);
    }
}

/// Removes an entry with the comment at the end of its line. That comment stands, for TOML, in front of
/// what comes next, and in front of the entry stands the comment of the one before.
fn remove_from_list(array: &mut Array, position: usize) {
    let prefix = |array: &Array, at: usize| {
        let prefix = array.get(at).and_then(|value| value.decor().prefix());
        prefix.and_then(|prefix| prefix.as_str()).unwrap_or_default().to_owned()
    };
    let own = prefix(array, position);
    let kept = own.find('\n').map_or("", |end| &own[..end]);
    let behind = |text: &str| match text.find('\n') {
        Some(end) => format!("{kept}{}", &text[end..]),
        None if kept.is_empty() => text.to_owned(),
        None => format!("{kept}\n{text}"),
    };
    if position + 1 < array.len() {
        let next = behind(&prefix(array, position + 1));
        if let Some(value) = array.get_mut(position + 1) {
            // The first entry of a list on one line has no space in front.
            value.decor_mut().set_prefix(if position == 0 && !own.contains('\n') {
                own.clone()
            } else {
                next
            });
        }
    } else {
        let trailing = behind(array.trailing().as_str().unwrap_or_default());
        array.set_trailing(trailing);
    }
    array.remove(position);
}

/// How the lines of a text end: the parser does not keep it.
#[derive(Clone, Debug)]
struct LineEnds {
    /// Each line without its end, and whether that has a carriage return.
    lines: Vec<(String, bool)>,
}

impl LineEnds {
    fn of(text: &str) -> Self {
        let line = |line: &str| match line.strip_suffix('\r') {
            Some(line) => (line.to_owned(), true),
            None => (line.to_owned(), false),
        };
        let lines = match text.contains('\r') {
            true => text.split('\n').map(line).collect(),
            false => Vec::new(),
        };
        Self { lines }
    }

    /// The text with the end that every line had. A new line ends as the one before it.
    fn restored(&self, text: &str) -> String {
        if self.lines.is_empty() {
            return text.to_owned();
        }
        let new: Vec<&str> = text.split('\n').map(|line| line.trim_end_matches('\r')).collect();
        let same = |(new, (old, _)): &(&&str, &(String, bool))| *new == old;
        let head = new.iter().zip(&self.lines).take_while(same).count();
        let tail = new[head..].iter().rev().zip(self.lines[head..].iter().rev());
        let tail = tail.take_while(same).count();
        let mut between = &self.lines[head..self.lines.len() - tail];
        let mut with_return = self.lines[head.saturating_sub(1)].1;
        let mut restored = String::with_capacity(text.len() + new.len());
        for (number, line) in new.iter().enumerate() {
            if number < head {
                with_return = self.lines[number].1;
            } else if number >= new.len() - tail {
                with_return = self.lines[self.lines.len() + number - new.len()].1;
            } else if let Some(found) = between.iter().position(|(old, _)| old == line) {
                with_return = between[found].1;
                between = &between[found + 1..];
            }
            let is_last = number + 1 == new.len();
            restored.push_str(line);
            restored.push_str(if is_last {
                ""
            } else if with_return {
                "\r\n"
            } else {
                "\n"
            });
        }
        restored
    }
}

#[cfg(test)]
mod tests;
