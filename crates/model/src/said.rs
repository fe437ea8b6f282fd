//! Sentences that can be said in any language.
//!
//! A decision or a finding says why in English, as replies and logs do, and carries the key and the values
//! of the same sentence in the catalog (`locales/*/relay.ftl`, `check.ftl`), so that whoever shows it to a
//! person can say it in that person's language. Tests hold both English texts together.

use std::fmt;

use serde::{Serialize, Serializer};

/// A sentence. Serializes as its English text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// Its key in the catalog; empty: there is only the English text.
    pub key: &'static str,
    /// The values of its variables, by name.
    pub values: Vec<(&'static str, Value)>,
    /// In English.
    pub english: String,
}

/// What stands for a variable of a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A name, a number, somebody's words: the same in every language.
    Text(String),
    /// Something that is said in the language, too.
    Said(Said),
}

impl Said {
    /// Whether the English text has these words.
    #[must_use]
    pub fn contains(&self, words: &str) -> bool {
        self.english.contains(words)
    }
}

impl From<String> for Said {
    fn from(english: String) -> Self {
        Self { key: "", values: Vec::new(), english }
    }
}

impl From<&str> for Said {
    fn from(english: &str) -> Self {
        english.to_owned().into()
    }
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.english)
    }
}

impl Serialize for Said {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.english)
    }
}

/// Makes a [`Said`]: key, English text, values; after a semicolon those that are sentences themselves.
#[macro_export]
macro_rules! said {
    ($key:literal, $text:literal $(, $name:ident = $value:expr)* $(,)? $(; $($inner:ident = $said:expr),+)?) => {{
        $(let $name = $value.to_string();)*
        $($(let $inner: $crate::said::Said = $said;)+)?
        $crate::said::Said {
            key: $key,
            english: format!($text),
            values: vec![
                $((stringify!($name), $crate::said::Value::Text($name)),)*
                $($((stringify!($inner), $crate::said::Value::Said($inner)),)+)?
            ],
        }
    }};
}
