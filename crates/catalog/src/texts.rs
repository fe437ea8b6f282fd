//! The four languages: sentences by key (Project Fluent), numbers, spans and moments.
//!
//! The files under `locales/` are compiled in. [`Texts::format`] is total: a key that a language does
//! not have is taken from English, one that English does not have is returned itself, and a variable
//! that is missing shows as its name. No isolation marks are put around variables, because the
//! texts go into mail.
//!
//! Keys are message ids; an attribute is written behind a dot (`cause-server-down.do`). Values are
//! put in as they are: whoever makes HTML or headers of the result escapes it.

pub mod own;

use std::borrow::Cow;
use std::sync::LazyLock;
use std::time::Duration;

use causeway_model::Timestamp;
use causeway_model::config::Language;
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};

/// The compiled-in files of one language: name and content.
macro_rules! files {
    ($language:literal) => {
        &[
            ("common.ftl", include_str!(concat!("../../../locales/", $language, "/common.ftl"))),
            ("causes.ftl", include_str!(concat!("../../../locales/", $language, "/causes.ftl"))),
            ("codes.ftl", include_str!(concat!("../../../locales/", $language, "/codes.ftl"))),
            ("alerts.ftl", include_str!(concat!("../../../locales/", $language, "/alerts.ftl"))),
            (
                "findings.ftl",
                include_str!(concat!("../../../locales/", $language, "/findings.ftl")),
            ),
            ("tests.ftl", include_str!(concat!("../../../locales/", $language, "/tests.ftl"))),
            ("report.ftl", include_str!(concat!("../../../locales/", $language, "/report.ftl"))),
            ("explain.ftl", include_str!(concat!("../../../locales/", $language, "/explain.ftl"))),
            ("clients.ftl", include_str!(concat!("../../../locales/", $language, "/clients.ftl"))),
            ("pages.ftl", include_str!(concat!("../../../locales/", $language, "/pages.ftl"))),
            ("cli.ftl", include_str!(concat!("../../../locales/", $language, "/cli.ftl"))),
            ("plan.ftl", include_str!(concat!("../../../locales/", $language, "/plan.ftl"))),
            ("route.ftl", include_str!(concat!("../../../locales/", $language, "/route.ftl"))),
            ("check.ftl", include_str!(concat!("../../../locales/", $language, "/check.ftl"))),
            ("relay.ftl", include_str!(concat!("../../../locales/", $language, "/relay.ftl"))),
            ("demo.ftl", include_str!(concat!("../../../locales/", $language, "/demo.ftl"))),
        ]
    };
}

/// The files of a language, as they are compiled in: name and content.
#[must_use]
pub const fn files(language: Language) -> &'static [(&'static str, &'static str)] {
    match language {
        Language::En => files!("en"),
        Language::De => files!("de"),
        Language::Nl => files!("nl"),
        Language::Sv => files!("sv"),
    }
}

/// A value for a variable of a text.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'a> {
    /// Text, put in as it is.
    Text(Cow<'a, str>),
    /// A number: chooses plural forms, and is shown with plain digits.
    Number(u64),
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl From<u64> for Value<'_> {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

impl From<u32> for Value<'_> {
    fn from(number: u32) -> Self {
        Self::Number(number.into())
    }
}

impl From<usize> for Value<'_> {
    fn from(number: usize) -> Self {
        Self::Number(number as u64)
    }
}

/// All sentences of one language.
pub struct Texts {
    language: Language,
    bundle: FluentBundle<FluentResource>,
}

impl std::fmt::Debug for Texts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Texts").field(&self.language).finish()
    }
}

impl Texts {
    /// The texts of a language.
    #[must_use]
    pub fn get(language: Language) -> &'static Self {
        static ALL: LazyLock<[Texts; 4]> = LazyLock::new(|| Language::ALL.map(Texts::load));
        let [en, de, nl, sv] = &*ALL;
        match language {
            Language::En => en,
            Language::De => de,
            Language::Nl => nl,
            Language::Sv => sv,
        }
    }

    fn load(language: Language) -> Self {
        let id = language.tag().parse().unwrap_or_default();
        let mut bundle = FluentBundle::new_concurrent(vec![id]);
        bundle.set_use_isolating(false);
        for (_, content) in files(language) {
            // A file with a mistake gives every message before and after it; the tests find both
            // mistakes and keys that are there twice.
            let resource = match FluentResource::try_new((*content).to_owned()) {
                Ok(resource) | Err((resource, _)) => resource,
            };
            bundle.add_resource_overriding(resource);
        }
        Self { language, bundle }
    }

    /// Which language this is.
    #[must_use]
    pub const fn language(&self) -> Language {
        self.language
    }

    /// True when this language itself has the key.
    #[must_use]
    pub fn has(&self, key: &str) -> bool {
        let (id, attribute) = split(key);
        self.bundle.get_message(id).is_some_and(|message| match attribute {
            None => message.value().is_some(),
            Some(name) => message.get_attribute(name).is_some(),
        })
    }

    /// The sentence with its variables filled in.
    #[must_use]
    pub fn format(&self, key: &str, args: &[(&str, Value<'_>)]) -> String {
        self.try_format(key, args)
            .or_else(|| Self::get(Language::En).try_format(key, args))
            .unwrap_or_else(|| key.to_owned())
    }

    /// A sentence without variables.
    #[must_use]
    pub fn text(&self, key: &str) -> String {
        self.format(key, &[])
    }

    fn try_format(&self, key: &str, args: &[(&str, Value<'_>)]) -> Option<String> {
        let values = arguments(args);
        let mut errors = Vec::new();
        let (id, attribute) = split(key);
        let message = self.bundle.get_message(id)?;
        let pattern = match attribute {
            None => message.value()?,
            Some(name) => message.get_attribute(name)?.value(),
        };
        Some(self.bundle.format_pattern(pattern, Some(&values), &mut errors).into_owned())
    }

    /// A span in words, its two largest units: `2 hours 5 minutes`, `1 Tag`. Under a second: `less
    /// than a second`.
    #[must_use]
    pub fn duration(&self, span: Duration) -> String {
        let seconds = span.as_secs();
        if seconds == 0 {
            return self.text("span-none");
        }
        // Two days are "48 hours" to everybody who runs mail servers; three are three days.
        let day = if seconds > 48 * 3600 { 86_400 } else { u64::MAX };
        let units =
            [("span-days", day), ("span-hours", 3600), ("span-minutes", 60), ("span-seconds", 1)];
        let first = units.iter().position(|(_, size)| seconds >= *size).unwrap_or(3);
        let (key, size) = units[first];
        let mut words = self.format(key, &[("count", (seconds / size).into())]);
        if let Some((key, smaller)) = units.get(first + 1) {
            let rest = seconds % size / smaller;
            if rest > 0 {
                words.push(' ');
                words.push_str(&self.format(key, &[("count", rest.into())]));
            }
        }
        words
    }

    /// A moment in UTC: `21 November 2026, 09:05 UTC`.
    #[must_use]
    pub fn moment(&self, at: Timestamp) -> String {
        // `YYYY-MM-DDTHH:MM:SS.mmmZ`; years beyond four digits do not occur in mail.
        let text = at.rfc3339();
        let part = |from: usize, to: usize| text.get(from..to).unwrap_or("");
        let month = part(5, 7);
        if month.is_empty() {
            return text;
        }
        self.format(
            "moment",
            &[
                ("day", part(8, 10).trim_start_matches('0').into()),
                ("month", self.text(&format!("month-{month}")).into()),
                ("year", part(0, 4).into()),
                ("time", part(11, 16).into()),
            ],
        )
    }

    /// A number with the language's grouping: `1,234,567`, `1.234.567`, `1 234 567`.
    #[must_use]
    pub fn number(&self, number: u64) -> String {
        let separator = match self.language {
            Language::En => ',',
            Language::De | Language::Nl => '.',
            Language::Sv => '\u{a0}',
        };
        let digits = number.to_string();
        let mut out = String::new();
        for (i, digit) in digits.chars().enumerate() {
            if i > 0 && (digits.len() - i).is_multiple_of(3) {
                out.push(separator);
            }
            out.push(digit);
        }
        out
    }

    /// A size in octets for people: `24.3 MB`, `24,3 MB`, `512 B`. MB are millions.
    #[must_use]
    pub fn size(&self, octets: u64) -> String {
        let (divisor, unit) = match octets {
            0..1_000 => return format!("{octets} B"),
            1_000..1_000_000 => (1_000, "kB"),
            1_000_000..1_000_000_000 => (1_000_000, "MB"),
            _ => (1_000_000_000, "GB"),
        };
        let tenths = octets / (divisor / 10);
        let point = if self.language == Language::En { '.' } else { ',' };
        format!("{}{point}{} {unit}", self.number(tenths / 10), tenths % 10)
    }

    /// A list as in running text: `a`, `a and b`, `a, b and c`.
    #[must_use]
    pub fn list(&self, items: &[String]) -> String {
        match items {
            [] => String::new(),
            [only] => only.clone(),
            [most @ .., last] => {
                self.format("list-and", &[("most", most.join(", ").into()), ("last", last.into())])
            }
        }
    }
}

/// Values as Fluent has them.
fn arguments<'a>(args: &[(&'a str, Value<'a>)]) -> FluentArgs<'a> {
    let mut values = FluentArgs::with_capacity(args.len());
    for (name, value) in args {
        values.set(
            (*name).to_owned(),
            match value {
                Value::Text(text) => FluentValue::String(text.clone()),
                // Exact up to 2^53, which no count here comes near.
                Value::Number(number) => FluentValue::from(*number as f64),
            },
        );
    }
    values
}

/// The language that a list of language tags with weights prefers (`Accept-Language`: `de-AT, en;q=0.8`),
/// among those that we speak: the highest weight, among equals the first; `q=0` excludes a language.
/// `None` when it names none of ours.
#[must_use]
pub fn preferred(list: &str) -> Option<Language> {
    let mut best: Option<(u32, Language)> = None;
    for item in list.split(',').take(32) {
        let mut parts = item.split(';');
        let Some(language) = parts.next().and_then(|tag| Language::from_tag(tag.trim())) else {
            continue;
        };
        let weight = parts
            .find_map(|part| part.trim().strip_prefix("q="))
            .map_or(Some(1.0), |text| text.trim().parse::<f32>().ok())
            .unwrap_or(0.0);
        // Thousandths: weights have at most three decimals (RFC 9110 section 12.4.2).
        let weight = (weight.clamp(0.0, 1.0) * 1000.0) as u32;
        if weight > 0 && best.is_none_or(|(known, _)| weight > known) {
            best = Some((weight, language));
        }
    }
    best.map(|(_, language)| language)
}

/// Message id and attribute of a key.
fn split(key: &str) -> (&str, Option<&str>) {
    match key.split_once('.') {
        None => (key, None),
        Some((id, attribute)) => (id, Some(attribute)),
    }
}

#[cfg(test)]
mod tests;
