//! What an SMTP server said: reply codes, enhanced status codes, and the words.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An enhanced mail system status code, RFC 3463: `class.subject.detail`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EnhancedCode {
    /// 2 success, 4 persistent transient failure, 5 permanent failure.
    pub class: u8,
    /// 0 to 999.
    pub subject: u16,
    /// 0 to 999.
    pub detail: u16,
}

impl EnhancedCode {
    /// The code `class.subject.detail`.
    #[must_use]
    pub const fn new(class: u8, subject: u16, detail: u16) -> Self {
        Self { class, subject, detail }
    }

    /// Reads a code at the start of `text`, which must be followed by the end or by white space;
    /// returns it and the rest after one space. `None` when the text does not start with a code.
    #[must_use]
    pub fn split_from(text: &str) -> Option<(Self, &str)> {
        let end = text.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(text.len());
        let code = text[..end].parse().ok()?;
        match text[end..].chars().next() {
            None => Some((code, "")),
            Some(' ' | '\t') => Some((code, &text[end + 1..])),
            Some(_) => None,
        }
    }
}

/// The text is not an enhanced status code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an enhanced status code (class.subject.detail with class 2, 4 or 5)")]
pub struct EnhancedCodeError;

impl FromStr for EnhancedCode {
    type Err = EnhancedCodeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut parts = text.split('.');
        let mut part = |max_digits: usize| -> Result<u16, EnhancedCodeError> {
            let p = parts.next().ok_or(EnhancedCodeError)?;
            if p.is_empty() || p.len() > max_digits || !p.bytes().all(|b| b.is_ascii_digit()) {
                return Err(EnhancedCodeError);
            }
            p.parse().map_err(|_| EnhancedCodeError)
        };
        let (class, subject, detail) = (part(1)?, part(3)?, part(3)?);
        if parts.next().is_some() || !matches!(class, 2 | 4 | 5) {
            return Err(EnhancedCodeError);
        }
        Ok(Self { class: class as u8, subject, detail })
    }
}

impl fmt::Display for EnhancedCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.class, self.subject, self.detail)
    }
}

impl fmt::Debug for EnhancedCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for EnhancedCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for EnhancedCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// A complete SMTP reply (RFC 5321 section 4.2), ours or a peer's.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Reply {
    /// 200 to 599.
    pub code: u16,
    /// The enhanced status code when the text carried one (RFC 2034).
    pub enhanced: Option<EnhancedCode>,
    /// The text of each line after the code (and after the enhanced code, where there is one),
    /// verbatim; bytes that are not UTF-8 became U+FFFD. At least one line, perhaps empty.
    pub lines: Vec<String>,
}

impl Reply {
    /// A one-line reply.
    #[must_use]
    pub fn new(code: u16, enhanced: Option<EnhancedCode>, text: impl Into<String>) -> Self {
        Self { code, enhanced, lines: vec![text.into()] }
    }

    /// 2yz.
    #[must_use]
    pub fn is_positive(&self) -> bool {
        (200..300).contains(&self.code)
    }

    /// 3yz.
    #[must_use]
    pub fn is_intermediate(&self) -> bool {
        (300..400).contains(&self.code)
    }

    /// 4yz: worth trying again.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        (400..500).contains(&self.code)
    }

    /// 5yz.
    #[must_use]
    pub fn is_permanent(&self) -> bool {
        (500..600).contains(&self.code)
    }

    /// The enhanced code, or the general one of the same class (`x.0.0`).
    #[must_use]
    pub fn enhanced_or_general(&self) -> EnhancedCode {
        self.enhanced.unwrap_or(EnhancedCode::new((self.code / 100) as u8, 0, 0))
    }

    /// Reply code and enhanced code together, `450 4.4.316`: the `code` field of INTERFACE.md.
    #[must_use]
    pub fn code_text(&self) -> String {
        match self.enhanced {
            Some(enhanced) => format!("{} {enhanced}", self.code),
            None => self.code.to_string(),
        }
    }
}

impl fmt::Display for Reply {
    /// On one line: `450 4.2.1 first line second line`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.code)?;
        if let Some(enhanced) = self.enhanced {
            write!(f, " {enhanced}")?;
        }
        for line in self.lines.iter().filter(|line| !line.is_empty()) {
            write!(f, " {line}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn enhanced_codes_are_read_strictly() {
        assert_eq!("4.4.316".parse(), Ok(EnhancedCode::new(4, 4, 316)));
        for bad in ["", "4", "4.4", "3.1.1", "5.1.1.1", "5.1234.1", "5..1", "+5.1.1", "5.1.1 "] {
            assert!(bad.parse::<EnhancedCode>().is_err(), "{bad}");
        }
        assert_eq!(
            EnhancedCode::split_from("5.1.1 no such user"),
            Some((EnhancedCode::new(5, 1, 1), "no such user"))
        );
        assert_eq!(EnhancedCode::split_from("5.1.1no"), None);
    }

    #[test]
    fn a_reply_prints_on_one_line() {
        let reply = Reply {
            code: 550,
            enhanced: Some(EnhancedCode::new(5, 1, 1)),
            lines: vec!["No such".into(), String::new(), "user".into()],
        };
        assert_eq!(reply.to_string(), "550 5.1.1 No such user");
        assert_eq!(reply.code_text(), "550 5.1.1");
    }
}
