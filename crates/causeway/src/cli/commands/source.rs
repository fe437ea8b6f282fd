//! Where a proposed text of `mailflow.toml` comes from, and so where its errors are for whoever proposed it.
//!
//! **What it promises.** All errors are told, one a line. Those of a file stand at its line and column; those of
//! a command (`connector add`, `domain set`) at the option that was given: the text it made is on no disk.

use causeway_admin::ClientError;
use causeway_admin::types::ProblemView;
use causeway_catalog::sentence::{Parts, Sentence};
use causeway_model::Domain;
use causeway_model::config::edit::{Field, Fields, FlowEditor};
use causeway_model::config::{Language, Places, Severity};

use super::super::configuration::MAIL_FLOW_FILE;
use super::super::failure::Failure;

/// Where a proposal comes from.
pub(super) enum Source {
    /// A text of this name.
    File(String),
    /// The options of a command.
    Command(Box<Edited>),
}

/// What a command was given.
pub(super) struct Given {
    /// `domain` or `connector`.
    kind: &'static str,
    name: String,
    fields: Fields,
}

/// What a command was given, and the text that it made of it.
pub(super) struct Edited {
    given: Given,
    /// The path of the entry in the text.
    entry: String,
    places: Places,
}

impl Given {
    /// An accepted domain. Its options have been read by now: only the name can be wrong.
    pub(super) fn domain(name: &Domain) -> Self {
        Self { kind: "domain", name: name.to_string(), fields: Fields::new() }
    }

    /// A connector and its keys.
    pub(super) fn connector(name: &str, fields: &Fields) -> Self {
        Self { kind: "connector", name: name.to_owned(), fields: fields.clone() }
    }

    /// Once the text is changed.
    pub(super) fn within(self, editor: &FlowEditor) -> Box<Edited> {
        let position = editor.position(self.kind, &self.name);
        let entry = position.map(|number| format!("{}[{number}]", self.kind)).unwrap_or_default();
        let places = Places::of(&editor.text(), MAIL_FLOW_FILE);
        Box::new(Edited { given: self, entry, places })
    }
}

impl Edited {
    /// What was given, for the place of an error: `--smart-host "a b"`, or the entry as a whole; `None` when
    /// the error is elsewhere.
    fn named(&self, problem: &ProblemView) -> Option<String> {
        let path = self.places.at(problem.line?, problem.column?)?;
        let rest = path.strip_prefix(&self.entry).filter(|_| !self.entry.is_empty())?;
        let Given { kind, name, fields } = &self.given;
        let option = rest.strip_prefix('.').and_then(|path| {
            let (key, inner) = path.split_at(path.find(['.', '[']).unwrap_or(path.len()));
            let (key, field) = fields.iter().find(|(given, _)| *given == key)?;
            Some(option(key, field, inner))
        });
        Some(option.unwrap_or_else(|| format!("{kind} {name:?}")))
    }
}

/// The option that stands for a key, with what was given. `inner` is the rest of the path: `[1]`, `.user`.
fn option(key: &str, field: &Field, inner: &str) -> String {
    let name = match key {
        "credentials" => inner.strip_prefix('.').unwrap_or("user"),
        other => other,
    };
    let option = format!("--{}", option_name(name));
    match given(field, inner) {
        Some(value) => format!("{option} {value}"),
        None => option,
    }
}

/// What the option for a key is called, without its dashes.
fn option_name(key: &str) -> String {
    let name = match key {
        "recipient_domains" | "smart_hosts" | "sender_domains" => key.trim_end_matches('s'),
        "source_addresses" => "source_address",
        other => other,
    };
    name.replace('_', "-")
}

/// All options of `connector set` that stand for these fields, as they were given.
pub(super) fn options(fields: &Fields) -> String {
    fields.iter().flat_map(|(key, field)| options_of(key, field)).collect::<Vec<_>>().join(" ")
}

fn options_of(key: &str, field: &Field) -> Vec<String> {
    let name = option_name(key);
    let with = |value: &str| format!("--{name} {}", word(value));
    match (key, field) {
        ("use_mx", Field::Flag(true)) => vec!["--use-mx".into()],
        // The one way goes when the other comes.
        ("use_mx" | "smart_hosts", Field::Absent) => Vec::new(),
        ("max_connections" | "max_messages_per_minute", Field::Absent) => vec![with("0")],
        ("credentials", Field::Absent) => vec!["--no-login".into()],
        (_, Field::Absent) => vec![format!("--no-{name}")],
        (_, Field::Text(text)) => vec![with(text)],
        (_, Field::Number(number)) => vec![with(&number.to_string())],
        (_, Field::Flag(flag)) => vec![with(&flag.to_string())],
        (_, Field::List(all)) => all.iter().map(|entry| with(entry)).collect(),
        (_, Field::Groups(all)) => all.iter().map(|group| with(&group.join(","))).collect(),
        (_, Field::Table(entries)) => {
            let option =
                |(key, text): &(&str, String)| format!("--{} {}", option_name(key), word(text));
            entries.iter().map(option).collect()
        }
    }
}

/// A word of a command line; in quotes where a shell would see more in it.
fn word(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.,:/@".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        text.to_owned()
    } else {
        format!("{text:?}")
    }
}

/// What was given, as it can be given again; `None` for what has no value, and for a list as a whole.
fn given(field: &Field, inner: &str) -> Option<String> {
    let number = || inner.strip_prefix('[')?.split(']').next()?.parse::<usize>().ok();
    match field {
        Field::Text(text) => Some(format!("{text:?}")),
        Field::List(all) => match (all.as_slice(), number()) {
            ([one], _) => Some(format!("{one:?}")),
            (all, number) => all.get(number?).map(|entry| format!("{entry:?}")),
        },
        Field::Groups(all) => all.get(number()?).map(|group| format!("{:?}", group.join(","))),
        Field::Number(number) => Some(number.to_string()),
        Field::Table(entries) => {
            let key = inner.strip_prefix('.')?;
            entries.iter().find(|(known, _)| *known == key).map(|(_, text)| format!("{text:?}"))
        }
        Field::Flag(_) | Field::Absent => None,
    }
}

impl Source {
    /// A refusal of the proposal: all errors that were found in it, at their places.
    pub(super) fn failure(&self, error: ClientError, language: Language) -> Failure {
        let ClientError::Refused { problems, .. } = &error else { return error.into() };
        let lines = self.lines(problems, language);
        if lines.is_empty() { error.into() } else { Failure::BadInputs(lines) }
    }

    /// What is an error, each at its place.
    pub(super) fn lines(&self, problems: &[ProblemView], language: Language) -> Vec<String> {
        let errors = problems.iter().filter(|found| found.severity == Severity::Error.word());
        errors.map(|found| self.line(found, language)).collect()
    }

    fn line(&self, problem: &ProblemView, language: Language) -> String {
        let ProblemView { what, instead, .. } = problem;
        match self {
            Self::File(name) => {
                let place = match (problem.line, problem.column) {
                    (Some(line), Some(column)) => format!("{name}:{line}:{column}"),
                    _ => name.clone(),
                };
                let parts = Parts::of("check-error").with("place", place);
                let parts = parts.with("what", what.clone()).with("instead", instead.clone());
                Sentence::from(parts).speak(language).into()
            }
            Self::Command(edited) => match edited.named(problem) {
                // What is said of the entry as a whole may begin with its name.
                Some(named) if !what.starts_with(&named) => format!("{named}: {what}; {instead}"),
                _ => format!("{what}; {instead}"),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use causeway_model::config::MailFlow;

    use super::*;

    /// The lines for all errors of what a command made.
    fn lines(base: &str, fields: &Fields) -> Vec<String> {
        let mut editor = FlowEditor::new(base).unwrap();
        editor.add_connector("a", fields).unwrap();
        let problems = MailFlow::parse(&editor.text(), MAIL_FLOW_FILE).unwrap_err();
        let source = Source::Command(Given::connector("a", fields).within(&editor));
        let view = |problem: &_| ProblemView::from(problem);
        problems.iter().map(view).map(|view| source.line(&view, Language::En)).collect()
    }

    fn outbound(more: Fields) -> Fields {
        let text = |word: &str| Field::Text(word.into());
        let mut fields = vec![("direction", text("outbound")), ("peer", text("partner"))];
        fields.extend(more);
        fields
    }

    fn list(entries: &[&str]) -> Field {
        Field::List(entries.iter().map(|&entry| entry.to_owned()).collect())
    }

    #[test]
    fn errors_of_a_command_stand_at_the_options_that_were_given() {
        let fields = outbound(vec![
            ("recipient_domains", list(&["a.test", "b..test"])),
            ("smart_hosts", list(&["x y"])),
            ("max_connections", Field::Number(4_000_000_000)),
        ]);
        let found = lines("# a comment\n\n[[domain]]\nname = \"ours.test\"\n", &fields);
        assert!(
            found.iter().any(|l| l.starts_with("--recipient-domain \"b..test\": ")),
            "{found:?}"
        );
        assert!(found.iter().any(|l| l.starts_with("--smart-host \"x y\": ")), "{found:?}");
        assert!(found.iter().all(|line| !line.contains("mailflow.toml:")), "{found:?}");
    }

    #[test]
    fn what_was_given_is_told_as_it_was_given() {
        let groups = Field::Groups(vec![vec!["a.test".into(), "b.test".into()], vec!["c".into()]]);
        let login = vec![("user", "us er".into()), ("password_file", "/etc/x".into())];
        let cases: [(Fields, &str); 6] = [
            (
                vec![("use_mx", Field::Absent), ("smart_hosts", groups)],
                "--smart-host a.test,b.test --smart-host c",
            ),
            (vec![("smart_hosts", Field::Absent), ("use_mx", Field::Flag(true))], "--use-mx"),
            (
                vec![("recipient_domains", list(&["*", "x.test"])), ("tls_domain", Field::Absent)],
                "--recipient-domain \"*\" --recipient-domain x.test --no-tls-domain",
            ),
            (
                vec![("max_connections", Field::Absent), ("require_tls", Field::Flag(false))],
                "--max-connections 0 --require-tls false",
            ),
            (vec![("credentials", Field::Table(login))], "--user \"us er\" --password-file /etc/x"),
            (
                vec![("credentials", Field::Absent), ("source_addresses", Field::Absent)],
                "--no-login --no-source-address",
            ),
        ];
        for (fields, expected) in cases {
            assert_eq!(options(&fields), expected);
        }
    }

    #[test]
    fn what_is_missing_is_said_of_the_entry() {
        let fields = outbound(vec![("recipient_domains", list(&["a.test"]))]);
        let found = lines("", &fields);
        assert!(found[0].starts_with("connector \"a\" has nowhere"), "{found:?}");
        let peer_missing = lines("", &fields[..1].to_vec());
        let named_twice = |line: &String| line.matches("connector \"a\"").count() > 1;
        assert!(!peer_missing.iter().any(named_twice), "{peer_missing:?}");
        let groups =
            Field::Groups(vec![vec!["b.test".into()], vec!["c.test".into(), "d e".into()]]);
        let fields =
            outbound(vec![("recipient_domains", list(&["a.test"])), ("smart_hosts", groups)]);
        let found = lines("", &fields);
        assert!(found[0].starts_with("--smart-host \"c.test,d e\": "), "{found:?}");
    }
}
