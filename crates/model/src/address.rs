//! Mailbox addresses as SMTP knows them (RFC 5321 section 4.1.2, RFC 6531).
//!
//! [`Address`] is the only address type in the program, and [`Address::parse`] (the text between
//! the angle brackets) the only way to get one from text. The local part is kept as it was
//! written, quotes included, so that it can be sent on unchanged; comparing for local delivery
//! uses [`Address::mailbox_key`].
//!
//! What it refuses: an address without a domain, two at-signs outside quotes, source routes (the
//! SMTP grammar handles those), control characters, a local part over 64 octets, more than 254
//! octets in all.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::domain::{Domain, DomainError};

/// A mailbox address: local part and domain.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address {
    local: Box<str>,
    domain: Domain,
}

/// Why a text is not an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// There is no at-sign outside quotes.
    #[error("the address has no domain")]
    NoDomain,
    /// Nothing before the at-sign.
    #[error("the address has nothing before the at-sign")]
    EmptyLocalPart,
    /// More than 64 octets before the at-sign, or more than 254 in all.
    #[error("the address is too long (64 octets before the at-sign, 254 in all)")]
    TooLong,
    /// The local part is neither a dot-atom nor a quoted string.
    #[error("the part before the at-sign is malformed")]
    BadLocalPart,
    /// What follows the at-sign is no domain.
    #[error(transparent)]
    Domain(#[from] DomainError),
}

impl Address {
    /// Parses `local@domain` (without angle brackets).
    ///
    /// # Errors
    /// One [`AddressError`] for the first thing that is wrong.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        if text.len() > 1000 {
            return Err(AddressError::TooLong);
        }
        let at = local_part_end(text)?;
        let (local, domain) = (&text[..at], &text[at + 1..]);
        if local.is_empty() {
            return Err(AddressError::EmptyLocalPart);
        }
        if local.len() > 64 {
            return Err(AddressError::TooLong);
        }
        let domain = Domain::parse(domain)?;
        if local.len() + 1 + domain.as_str().len() > 254 {
            return Err(AddressError::TooLong);
        }
        Ok(Self { local: local.into(), domain })
    }

    /// Joins a local part and a domain that are already known to be good text.
    ///
    /// # Errors
    /// As [`Self::parse`], for the local part.
    pub fn new(local: &str, domain: &Domain) -> Result<Self, AddressError> {
        Self::parse(&format!("{local}@{domain}"))
    }

    /// The local part as written, quotes included.
    #[must_use]
    pub fn local(&self) -> &str {
        &self.local
    }

    /// The domain in canonical form.
    #[must_use]
    pub const fn domain(&self) -> &Domain {
        &self.domain
    }

    /// True when it can only travel with SMTPUTF8 (RFC 6531): the local part is not ASCII.
    #[must_use]
    pub fn needs_smtputf8(&self) -> bool {
        !self.local.is_ascii()
    }

    /// The form under which local mailboxes are found: unquoted where quoting was not needed,
    /// lower case, `local@domain`.
    #[must_use]
    pub fn mailbox_key(&self) -> String {
        let mut key = match self.local.strip_prefix('"').and_then(|l| l.strip_suffix('"')) {
            Some(quoted) => {
                let plain = unescape(quoted);
                if is_dot_atom(&plain) { plain } else { self.local.to_string() }
            }
            None => self.local.to_string(),
        };
        key = key.to_lowercase();
        key.push('@');
        key.push_str(self.domain.as_str());
        key
    }
}

/// Where the local part ends: the index of the at-sign outside quotes.
fn local_part_end(text: &str) -> Result<usize, AddressError> {
    if let Some(rest) = text.strip_prefix('"') {
        let close = closing_quote(rest)?;
        return match rest.as_bytes().get(close + 1) {
            Some(b'@') => Ok(close + 2),
            Some(_) => Err(AddressError::BadLocalPart),
            None => Err(AddressError::NoDomain),
        };
    }
    let at = text.find('@').ok_or(AddressError::NoDomain)?;
    if at > 0 && !is_dot_atom(&text[..at]) {
        return Err(AddressError::BadLocalPart);
    }
    Ok(at)
}

/// Index of the quote that closes a quoted string whose opening quote is already taken.
fn closing_quote(text: &str) -> Result<usize, AddressError> {
    let mut escaped = false;
    for (i, c) in text.char_indices() {
        match c {
            _ if c.is_control() => return Err(AddressError::BadLocalPart),
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return Ok(i),
            _ => {}
        }
    }
    Err(AddressError::BadLocalPart)
}

/// RFC 5322 dot-atom, with the UTF-8 of RFC 6531.
fn is_dot_atom(text: &str) -> bool {
    !text.is_empty()
        && text.split('.').all(|atom| {
            !atom.is_empty()
                && atom.chars().all(|c| {
                    c.is_ascii_alphanumeric()
                        || "!#$%&'*+-/=?^_`{|}~".contains(c)
                        || (!c.is_ascii() && !c.is_control() && !c.is_whitespace())
                })
        })
}

fn unescape(quoted: &str) -> String {
    let mut out = String::with_capacity(quoted.len());
    let mut chars = quoted.chars();
    while let Some(c) = chars.next() {
        out.push(if c == '\\' { chars.next().unwrap_or('\\') } else { c });
    }
    out
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.local, self.domain)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{self}>")
    }
}

impl FromStr for Address {
    type Err = AddressError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl Serialize for Address {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Address {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

/// The reverse-path of a message (RFC 5321 section 3.3): an address, or null for reports.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ReversePath {
    /// `<>`: a report about mail. Nothing is ever sent back to it.
    Null,
    /// Where reports go.
    Address(Address),
}

impl ReversePath {
    /// The address, unless null.
    #[must_use]
    pub const fn address(&self) -> Option<&Address> {
        match self {
            Self::Null => None,
            Self::Address(address) => Some(address),
        }
    }

    /// True for `<>`.
    #[must_use]
    pub const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }
}

impl fmt::Display for ReversePath {
    /// Without angle brackets; empty for null.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => Ok(()),
            Self::Address(address) => address.fmt(f),
        }
    }
}

/// A string in the API's description.
impl utoipa::PartialSchema for Address {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        use utoipa::openapi::schema::{ObjectBuilder, Type};
        let text = ObjectBuilder::new().schema_type(Type::String);
        text.description(Some("A mail address: `user@contoso.example`.")).into()
    }
}

impl utoipa::ToSchema for Address {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_keep_what_must_be_sent_on() {
        let quoted = Address::parse(r#""a b"@C.Test"#).unwrap();
        assert_eq!(quoted.to_string(), r#""a b"@c.test"#);
        assert_eq!(quoted.local(), r#""a b""#);
        assert_eq!(Address::parse("a@[192.0.2.1]").unwrap().to_string(), "a@[192.0.2.1]");
        assert!(Address::parse("ü@c.test").unwrap().needs_smtputf8());
        assert!(!Address::parse("u@ü.test").unwrap().needs_smtputf8());
        assert_eq!(Address::parse(r#""Alice"@c.test"#).unwrap().mailbox_key(), "alice@c.test");
        assert_eq!(
            Address::parse(r#""b@ext.test"@ours.test"#).unwrap().domain().as_str(),
            "ours.test"
        );
    }

    #[test]
    fn what_is_not_an_address_is_refused_for_its_reason() {
        for (text, error) in [
            ("", AddressError::NoDomain),
            ("a", AddressError::NoDomain),
            ("@b.test", AddressError::EmptyLocalPart),
            ("a..b@c.test", AddressError::BadLocalPart),
            (".a@c.test", AddressError::BadLocalPart),
            ("a b@c.test", AddressError::BadLocalPart),
            ("\"b@ext.test\"", AddressError::NoDomain),
            ("\"a\nb\"@c.test", AddressError::BadLocalPart),
            ("b@ext.test@ours.test", AddressError::Domain(DomainError::BadCharacter)),
            ("a@", AddressError::Domain(DomainError::Empty)),
            ("\"a\"b@c.test", AddressError::BadLocalPart),
            ("\"a", AddressError::BadLocalPart),
        ] {
            assert_eq!(Address::parse(text), Err(error), "{text:?}");
        }
        assert!(Address::parse(&format!("{}@c.test", "a".repeat(64))).is_ok());
        assert_eq!(
            Address::parse(&format!("{}@c.test", "a".repeat(65))),
            Err(AddressError::TooLong)
        );
    }

    proptest::proptest! {
        #[test]
        fn parsing_is_total_and_reads_back(text in "\\PC{0,40}|[a-z\"@\\\\. ]{0,20}") {
            if let Ok(address) = Address::parse(&text) {
                proptest::prop_assert_eq!(Address::parse(&address.to_string()), Ok(address));
            }
        }
    }
}
