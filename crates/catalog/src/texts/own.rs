//! An organization's own texts for reports.
//!
//! A file `texts/LANGUAGE/CODE.ftl` in the configuration directory replaces what reports with this code say in
//! this language: `texts/de/5.4.316.ftl`. `all` stands for every code; `.internal` and `.external`
//! before the ending for senders of our own domains and for all others:
//! `texts/en/all.external.ftl`. For each text the most particular file counts.
//!
//! Reading is strict and reports every problem with its place; saying is total.

use std::collections::{HashMap, HashSet};

use causeway_model::EnhancedCode;
use causeway_model::config::{Language, Problem, Severity};
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentError, FluentResource};
use fluent_syntax::ast::Entry;

use super::{Value, arguments};

/// The texts that can be replaced: what happened, what the sender can do (each line a step), whom to
/// ask, and a remark that is added.
pub const KEYS: [&str; 4] = ["what-happened", "what-to-do", "whom-to-ask", "note"];

/// The variables that each of them can use.
pub const VARIABLES: [&str; 6] =
    ["code", "domain", "host", "organization", "postmaster", "recipient"];

/// Who reads a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reader {
    /// Somebody of the organization: a sender of an accepted domain.
    Internal,
    /// Anybody else.
    External,
}

/// What a file is for. Without a code: for all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Place {
    language: Language,
    code: Option<(u16, u16)>,
    reader: Option<Reader>,
}

/// What is wrong with the path of a file: the folder or the name in it.
fn misnamed(path: &str) -> String {
    let folder = path.split_once('/').map(|(folder, _)| folder);
    match folder.filter(|folder| !Language::ALL.iter().any(|known| known.tag() == *folder)) {
        Some(folder) => {
            let known = Language::ALL.map(Language::tag).join(", ");
            format!("\"{folder}\" is not a language of reports; they are {known}")
        }
        None => "the file's name says neither \"all\" nor a code, or not for which reader".into(),
    }
}

/// The texts of all files.
#[derive(Default)]
pub struct OwnTexts {
    files: HashMap<Place, FluentBundle<FluentResource>>,
}

impl std::fmt::Debug for OwnTexts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.files.keys()).finish()
    }
}

impl OwnTexts {
    /// Reads files: their paths below `texts/` and their contents. With the texts come all problems; a file with
    /// one is left out.
    #[must_use]
    pub fn read(files: &[(String, String)]) -> (Self, Vec<Problem>) {
        let (mut texts, mut problems) = (Self::default(), Vec::new());
        for (path, content) in files {
            let shown = format!("texts/{path}");
            let Some(place) = place_of(path) else {
                problems.push(problem(
                    &shown,
                    (0, 0),
                    misnamed(path),
                    "name it like texts/de/5.4.316.ftl, texts/en/all.ftl or texts/nl/5.1.1.external.ftl",
                ));
                continue;
            };
            let before = problems.len();
            let bundle = read_file(&shown, content, place.language, &mut problems);
            if problems.len() == before {
                texts.files.insert(place, bundle);
            }
        }
        (texts, problems)
    }

    /// True when there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// A text of ours for a report; `None` where the organization has none of its own.
    #[must_use]
    pub fn say(
        &self,
        language: Language,
        code: EnhancedCode,
        reader: Reader,
        key: &str,
        values: &[(&str, Value<'_>)],
    ) -> Option<String> {
        let code = Some((code.subject, code.detail));
        let reader = Some(reader);
        [(code, reader), (code, None), (None, reader), (None, None)].into_iter().find_map(
            |(code, reader)| {
                let bundle = self.files.get(&Place { language, code, reader })?;
                let pattern = bundle.get_message(key)?.value()?;
                let mut errors = Vec::new();
                let said = bundle.format_pattern(pattern, Some(&arguments(values)), &mut errors);
                Some(said.into_owned())
            },
        )
    }
}

fn place_of(path: &str) -> Option<Place> {
    let (folder, file) = path.split_once('/')?;
    let language = Language::ALL.into_iter().find(|language| language.tag() == folder)?;
    let stem = file.strip_suffix(".ftl")?;
    let (stem, reader) = if let Some(stem) = stem.strip_suffix(".internal") {
        (stem, Some(Reader::Internal))
    } else if let Some(stem) = stem.strip_suffix(".external") {
        (stem, Some(Reader::External))
    } else {
        (stem, None)
    };
    let code = match stem {
        "all" => None,
        code => {
            let code: EnhancedCode = code.parse().ok()?;
            Some((code.subject, code.detail))
        }
    };
    Some(Place { language, code, reader })
}

fn problem(file: &str, at: (usize, usize), what: String, instead: &str) -> Problem {
    Problem {
        file: file.into(),
        line: at.0,
        column: at.1,
        severity: Severity::Error,
        what: what.into(),
        instead: instead.into(),
    }
}

/// Line and column, from 1, of an octet.
fn line_and_column(content: &str, octet: usize) -> (usize, usize) {
    let end = (0..=octet.min(content.len())).rev().find(|at| content.is_char_boundary(*at));
    let before = &content[..end.unwrap_or(0)];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
    (line, column)
}

fn read_file(
    shown: &str,
    content: &str,
    language: Language,
    problems: &mut Vec<Problem>,
) -> FluentBundle<FluentResource> {
    let mut bundle = FluentBundle::new_concurrent(vec![language.tag().parse().unwrap_or_default()]);
    bundle.set_use_isolating(false);
    let resource = match FluentResource::try_new(content.to_owned()) {
        Ok(resource) => resource,
        Err((resource, errors)) => {
            for error in errors {
                let at = line_and_column(content, error.pos.start);
                let what = format!("this is not Fluent: {error}");
                let example =
                    "write \"what-happened = Text with { $domain }\"; see docs/reports.md";
                problems.push(problem(shown, at, what, example));
            }
            resource
        }
    };
    let mut seen = HashSet::new();
    for entry in resource.entries() {
        let Entry::Message(message) = entry else { continue };
        let key = message.id.name;
        let at = line_and_column(content, place_of_key(content, key));
        if !KEYS.contains(&key) {
            let known = KEYS.join(", ");
            let what = format!("there is no text {key:?}");
            problems.push(problem(shown, at, what, &format!("use one of {known}")));
        } else if message.value.is_none() || !message.attributes.is_empty() {
            let what = format!("{key} is one text, without attributes");
            problems.push(problem(shown, at, what, "write everything behind the ="));
        } else if !seen.insert(key.to_owned()) {
            problems.push(problem(shown, at, format!("{key} is there twice"), "keep one of them"));
        }
    }
    unknown_variables(shown, content, problems);
    bundle.add_resource_overriding(resource);
    let samples: Vec<(&str, Value<'_>)> = VARIABLES.map(|name| (name, "x".into())).to_vec();
    for key in &seen {
        let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) else {
            continue;
        };
        let mut errors: Vec<FluentError> = Vec::new();
        let _ = bundle.format_pattern(pattern, Some(&arguments(&samples)), &mut errors);
        // Unknown variables have been found, each at its place.
        let known = |error: &&FluentError| !error.to_string().contains("variable");
        if let Some(error) = errors.iter().find(known) {
            let at = line_and_column(content, place_of_key(content, key));
            let what = format!("{key} cannot be put together: {error}");
            problems.push(problem(
                shown,
                at,
                what,
                "use the variables only; there are no functions",
            ));
        }
    }
    bundle
}

/// Where a message begins.
fn place_of_key(content: &str, key: &str) -> usize {
    let mut at = 0;
    for line in content.split_inclusive('\n') {
        let is_it = line.strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with('='));
        if is_it {
            return at;
        }
        at += line.len();
    }
    0
}

/// Variables are only between braces.
fn unknown_variables(shown: &str, content: &str, problems: &mut Vec<Problem>) {
    let (mut depth, mut at, mut in_comment) = (0_usize, 0, false);
    let mut at_start = true;
    while let Some(c) = content[at..].chars().next() {
        match c {
            '\n' => (in_comment, at_start) = (false, true),
            '#' if at_start => in_comment = true,
            _ if in_comment => {}
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            '$' if depth > 0 => {
                let name: String = content[at + 1..]
                    .chars()
                    .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
                    .collect();
                if !VARIABLES.contains(&name.as_str()) {
                    let known = VARIABLES.map(|name| format!("${name}")).join(", ");
                    problems.push(problem(
                        shown,
                        line_and_column(content, at),
                        format!("there is no variable ${name}"),
                        &format!("use one of {known}"),
                    ));
                }
            }
            _ => {}
        }
        if c != '\n' {
            at_start = false;
        }
        at += c.len_utf8();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(path: &str, content: &str) -> (OwnTexts, Vec<String>) {
        let (texts, problems) = OwnTexts::read(&[(path.to_owned(), content.to_owned())]);
        (texts, problems.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn the_most_particular_file_counts_for_each_text() {
        let file = |path: &str, content: &str| (path.to_owned(), content.to_owned());
        let (texts, problems) = OwnTexts::read(&[
            file("de/all.ftl", "note = Alle\nwhom-to-ask = Telefon 4711\n"),
            file("de/5.4.316.ftl", "note = Code { $code }\n"),
            file("de/5.4.316.internal.ftl", "note = Intern: { $domain }\n"),
            file("de/all.external.ftl", "what-to-do =\n    Eins\n    Zwei { $postmaster }\n"),
        ]);
        assert_eq!(problems, []);
        let say = |code: &str, reader, key| {
            let values = [
                ("code", code.into()),
                ("domain", "d.test".into()),
                ("postmaster", "p@d.test".into()),
            ];
            texts.say(Language::De, code.parse().unwrap(), reader, key, &values)
        };
        let (inside, outside) = (Reader::Internal, Reader::External);
        assert_eq!(say("5.4.316", inside, "note").as_deref(), Some("Intern: d.test"));
        assert_eq!(say("4.4.316", inside, "note").as_deref(), Some("Intern: d.test"));
        assert_eq!(say("5.4.316", outside, "note").as_deref(), Some("Code 5.4.316"));
        assert_eq!(say("5.1.1", outside, "note").as_deref(), Some("Alle"));
        assert_eq!(say("5.4.316", inside, "whom-to-ask").as_deref(), Some("Telefon 4711"));
        assert_eq!(say("5.1.1", outside, "what-to-do").as_deref(), Some("Eins\nZwei p@d.test"));
        assert_eq!(say("5.1.1", inside, "what-to-do"), None);
        let code = "5.1.1".parse().unwrap();
        assert_eq!(texts.say(Language::En, code, inside, "note", &[]), None);
    }

    #[test]
    fn problems_say_where_they_are() {
        for (path, content, expected) in [
            (
                "de/5.1.1.ftl",
                "note = { $domian }\n",
                "texts/de/5.1.1.ftl:1:10: error: there is no variable $domian",
            ),
            (
                "de/5.1.1.ftl",
                "# { $x }\n\nnotes = a\n",
                "texts/de/5.1.1.ftl:3:1: error: there is no text \"notes\"",
            ),
            ("de/5.1.1.ftl", "note = a\nnote = b\n", "note is there twice"),
            ("de/5.1.1.ftl", "note = a\n\nwhat-happened = { $domain\n", "texts/de/5.1.1.ftl:"),
            ("de/5.1.1.ftl", "note = { other }\n", "note cannot be put together"),
            ("de/5.1.1.ftl", "note = a\n    .b = c\n", "without attributes"),
            (
                "fr/5.1.1.ftl",
                "note = a\n",
                "\"fr\" is not a language of reports; they are en, de, nl, sv",
            ),
            ("de/5.1.ftl", "note = a\n", "neither \"all\" nor a code"),
            ("de/5.1.1.secret.ftl", "note = a\n", "neither \"all\" nor a code"),
        ] {
            let (texts, problems) = read(path, content);
            assert!(texts.is_empty(), "{path} {content}");
            assert!(problems.iter().any(|problem| problem.contains(expected)), "{problems:?}");
        }
        assert!(read("de/all.ftl", "note = costs $5 and { \"{\" } is a brace\n").1.is_empty());
    }
}
