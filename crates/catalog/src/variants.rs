//! The variants of an enumeration by their names, as its own derived reading knows them: a list that nobody
//! writes, so that a new variant cannot be forgotten in it. For the tests that prove completeness.

use std::fmt;

use serde::Deserialize;
use serde::de::value::{MapDeserializer, StrDeserializer};

/// What reading an unknown name ends with: the names that are known.
#[derive(Debug, Default)]
struct Known(&'static [&'static str]);

impl fmt::Display for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "known are {:?}", self.0)
    }
}

impl std::error::Error for Known {}

impl serde::de::Error for Known {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self::default()
    }

    fn unknown_variant(_: &str, expected: &'static [&'static str]) -> Self {
        Self(expected)
    }
}

/// The variants of an enumeration without content.
pub(crate) fn names<'a, T: Deserialize<'a> + fmt::Debug>() -> &'static [&'static str] {
    T::deserialize(StrDeserializer::<Known>::new("?")).unwrap_err().0
}

/// The variants of an enumeration that carries its name in a field.
pub(crate) fn tagged<'a, T: Deserialize<'a> + fmt::Debug>(
    tag: &'static str,
) -> &'static [&'static str] {
    T::deserialize(MapDeserializer::<_, Known>::new([(tag, "?")].into_iter())).unwrap_err().0
}

#[test]
fn the_names_are_those_of_the_enumeration() {
    assert_eq!(names::<causeway_model::config::Language>(), ["en", "de", "nl", "sv"]);
    assert!(tagged::<causeway_model::Failure>("kind").contains(&"connection-refused"));
}
