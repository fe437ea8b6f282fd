//! A sentence that can be said in every language: a key with its variables, and what it is in English.
//!
//! Decisions make sentences, whoever shows them chooses the language ([`Sentence::speak`]). Over the API a
//! sentence is a plain text, and whoever receives it there has only the text.

use std::borrow::Borrow;
use std::fmt;
use std::ops::Deref;

use causeway_model::config::{Language, Problem, Severity};
use causeway_model::{Said, said};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::texts::{Texts, Value};

/// A key, its variables, and the text in the language in which it was said last (English at first).
/// Everywhere a text is wanted, it is that text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sentence {
    text: String,
    /// `None`: only the text is known.
    parts: Option<Parts>,
}

/// What a sentence is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parts {
    key: &'static str,
    variables: Vec<(&'static str, Variable)>,
}

/// What stands for a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Variable {
    /// A name, an address, somebody's words: the same in every language.
    Text(String),
    /// A number, by which plural forms are chosen.
    Number(u64),
    /// Something that is said in the language, too.
    Said(Parts),
    /// Several, with commas between them.
    List(Vec<Variable>),
    /// Several that have commas of their own: with semicolons between them.
    Series(Vec<Variable>),
}

impl From<&str> for Variable {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Variable {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<u64> for Variable {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

impl From<Parts> for Variable {
    fn from(parts: Parts) -> Self {
        Self::Said(parts)
    }
}

impl From<Sentence> for Variable {
    fn from(sentence: Sentence) -> Self {
        match sentence.parts {
            Some(parts) => Self::Said(parts),
            None => Self::Text(sentence.text),
        }
    }
}

impl From<Said> for Variable {
    fn from(said: Said) -> Self {
        match said.key {
            "" => Self::Text(said.english),
            _ => Self::Said(said.into()),
        }
    }
}

impl From<said::Value> for Variable {
    fn from(value: said::Value) -> Self {
        match value {
            said::Value::Text(text) => Self::Text(text),
            said::Value::Said(said) => said.into(),
        }
    }
}

impl From<Said> for Parts {
    fn from(said: Said) -> Self {
        let values = said.values.into_iter().map(|(name, value)| (name, value.into()));
        Self { key: said.key, variables: values.collect() }
    }
}

impl<V: Into<Variable>> From<Vec<V>> for Variable {
    fn from(entries: Vec<V>) -> Self {
        Self::List(entries.into_iter().map(Into::into).collect())
    }
}

impl Parts {
    /// The sentence with this key.
    #[must_use]
    pub const fn of(key: &'static str) -> Self {
        Self { key, variables: Vec::new() }
    }

    /// With this variable.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Variable>) -> Self {
        self.variables.push((name, value.into()));
        self
    }

    /// In this language.
    #[must_use]
    pub fn say(&self, language: Language) -> String {
        let values: Vec<(&str, Value<'_>)> = self
            .variables
            .iter()
            .map(|(name, variable)| (*name, variable.value(language)))
            .collect();
        Texts::get(language).format(self.key, &values)
    }
}

impl Variable {
    fn value(&self, language: Language) -> Value<'_> {
        match self {
            Self::Text(text) => text.into(),
            Self::Number(number) => (*number).into(),
            Self::Said(parts) => parts.say(language).into(),
            Self::List(entries) => joined(entries, ", ", language),
            Self::Series(entries) => joined(entries, "; ", language),
        }
    }

    fn say(&self, language: Language) -> String {
        match self.value(language) {
            Value::Text(text) => text.into_owned(),
            Value::Number(number) => number.to_string(),
        }
    }
}

fn joined(entries: &[Variable], separator: &str, language: Language) -> Value<'static> {
    let texts: Vec<String> = entries.iter().map(|entry| entry.say(language)).collect();
    texts.join(separator).into()
}

impl Sentence {
    /// The same in another language; a sentence of which only the text is known stays as it is.
    #[must_use]
    pub fn speak(&self, language: Language) -> Self {
        match &self.parts {
            Some(parts) => Self { text: parts.say(language), parts: Some(parts.clone()) },
            None => self.clone(),
        }
    }
}

impl From<Parts> for Sentence {
    fn from(parts: Parts) -> Self {
        Self { text: parts.say(Language::En), parts: Some(parts) }
    }
}

impl From<Said> for Sentence {
    fn from(said: Said) -> Self {
        let text = said.english.clone();
        Self { text, parts: (!said.key.is_empty()).then(|| said.into()) }
    }
}

impl From<&Problem> for Sentence {
    /// `mailflow.toml:12:8: error: unknown key "tsl"; did you mean "tls"?`
    fn from(problem: &Problem) -> Self {
        let key = match problem.severity {
            Severity::Warning => "check-warning",
            Severity::Error => "check-error",
        };
        Parts::of(key)
            .with("place", problem.place())
            .with("what", problem.what.clone())
            .with("instead", problem.instead.clone())
            .into()
    }
}

impl From<String> for Sentence {
    fn from(text: String) -> Self {
        Self { text, parts: None }
    }
}

impl From<&str> for Sentence {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl From<Sentence> for String {
    fn from(sentence: Sentence) -> Self {
        sentence.text
    }
}

impl Deref for Sentence {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

impl Borrow<str> for Sentence {
    fn borrow(&self) -> &str {
        &self.text
    }
}

impl PartialEq<str> for Sentence {
    fn eq(&self, other: &str) -> bool {
        self.text == other
    }
}

impl PartialEq<&str> for Sentence {
    fn eq(&self, other: &&str) -> bool {
        self.text == *other
    }
}

impl fmt::Display for Sentence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Serialize for Sentence {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for Sentence {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_is_said_in_every_language_until_it_is_sent_as_text() {
        let parts = Parts::of("change-domain-gone").with("name", "a.test");
        let sentence = Sentence::from(parts);
        assert_eq!(&*sentence, "the domain a.test is no longer accepted");
        let german = sentence.speak(Language::De);
        assert!(german.contains("a.test") && *german != *sentence, "{german}");
        assert_eq!(german.speak(Language::En), sentence);
        // Over the API it is a text, and stays one.
        let text: Sentence =
            serde_json::from_str(&serde_json::to_string(&german).unwrap()).unwrap();
        assert_eq!(text.speak(Language::En).to_string(), german.to_string());
    }
}
