//! Domains as mail compares them: lower-case A-labels, or address literals.
//!
//! One constructor, [`Domain::parse`], is used for every domain that enters the program, from the
//! wire, from files and from people; so two spellings of one domain are always equal, and a
//! look-alike in another script never is. U-labels become A-labels (UTS 46, RFC 5891); one
//! trailing dot is dropped (RFC 5321 does not allow it, people type it); an address literal keeps
//! its brackets (RFC 5321 section 4.1.3).

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A domain or address literal in its one canonical form. Cheap to clone.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Domain(Arc<str>);

/// Why a text is not a domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DomainError {
    /// Nothing there, or an empty label (`a..b`).
    #[error("the domain is empty or has an empty label")]
    Empty,
    /// More than 253 octets, or a label of more than 63.
    #[error("the domain is longer than 253 octets, or one of its labels longer than 63")]
    TooLong,
    /// A character that a mail domain cannot have, or a label that starts or ends with a hyphen.
    #[error("the domain has a character that is not allowed in one")]
    BadCharacter,
    /// Not valid under IDNA (UTS 46).
    #[error("the domain is not a valid internationalized name")]
    BadIdn,
    /// Brackets without an IP address in them.
    #[error("the address literal is not [IPv4] or [IPv6:…]")]
    BadLiteral,
}

impl Domain {
    /// The canonical form of `text`.
    ///
    /// # Errors
    /// One [`DomainError`] for the first thing that is wrong.
    pub fn parse(text: &str) -> Result<Self, DomainError> {
        if text.starts_with('[') {
            return parse_literal(text);
        }
        let text = text.strip_suffix('.').unwrap_or(text);
        if is_plain(text)? {
            return Ok(Self(Arc::from(text.to_ascii_lowercase())));
        }
        let ascii = idna::domain_to_ascii_strict(text).map_err(|_| DomainError::BadIdn)?;
        let ascii = ascii.strip_suffix('.').unwrap_or(&ascii);
        is_plain(ascii)?;
        Ok(Self(Arc::from(ascii)))
    }

    /// The canonical text: `contoso.example`, `xn--…`, `[192.0.2.1]` or `[IPv6:2001:db8::1]`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The address, when this is an address literal.
    #[must_use]
    pub fn literal(&self) -> Option<IpAddr> {
        literal_address(&self.0).ok()
    }

    /// The U-label form, for people. The same as [`Self::as_str`] for plain names.
    #[must_use]
    pub fn to_unicode(&self) -> String {
        if self.0.contains("xn--") {
            idna::domain_to_unicode(&self.0).0
        } else {
            self.0.to_string()
        }
    }

    /// True when this is `parent` or lies below it.
    #[must_use]
    pub fn is_within(&self, parent: &Domain) -> bool {
        self.0
            .strip_suffix(parent.as_str())
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    }

    /// The domain one label up; `None` above a single label and for literals.
    #[must_use]
    pub fn parent(&self) -> Option<&str> {
        if self.0.starts_with('[') { None } else { self.0.split_once('.').map(|(_, up)| up) }
    }
}

/// True for a well-formed name of ASCII letters, digits and hyphens (and underscores, which some
/// hosts have); false when it needs IDNA; an error when it is neither.
fn is_plain(text: &str) -> Result<bool, DomainError> {
    if !text.is_ascii() {
        return Ok(false);
    }
    if text.len() > 253 {
        return Err(DomainError::TooLong);
    }
    let mut has_a_label = false;
    for label in text.as_bytes().split(|&b| b == b'.') {
        match label {
            [] => return Err(DomainError::Empty),
            [b'-', ..] | [.., b'-'] => return Err(DomainError::BadCharacter),
            _ if label.len() > 63 => return Err(DomainError::TooLong),
            _ => {}
        }
        if !label.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_')) {
            return Err(DomainError::BadCharacter);
        }
        has_a_label |= label.len() > 4 && label[..4].eq_ignore_ascii_case(b"xn--");
    }
    if has_a_label && idna::domain_to_unicode(text).1.is_err() {
        return Err(DomainError::BadIdn);
    }
    Ok(true)
}

fn literal_address(text: &str) -> Result<IpAddr, DomainError> {
    let inside =
        text.strip_prefix('[').and_then(|t| t.strip_suffix(']')).ok_or(DomainError::BadLiteral)?;
    if let Some(tag) = inside.get(..5)
        && tag.eq_ignore_ascii_case("IPv6:")
    {
        return inside[5..]
            .parse::<Ipv6Addr>()
            .map(IpAddr::V6)
            .map_err(|_| DomainError::BadLiteral);
    }
    inside.parse::<Ipv4Addr>().map(IpAddr::V4).map_err(|_| DomainError::BadLiteral)
}

fn parse_literal(text: &str) -> Result<Domain, DomainError> {
    Ok(match literal_address(text)? {
        IpAddr::V4(v4) => Domain(Arc::from(format!("[{v4}]"))),
        IpAddr::V6(v6) => Domain(Arc::from(format!("[IPv6:{v6}]"))),
    })
}

impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", &*self.0)
    }
}

impl std::borrow::Borrow<str> for Domain {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl FromStr for Domain {
    type Err = DomainError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl Serialize for Domain {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Domain {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

/// A string in the API's description.
impl utoipa::PartialSchema for Domain {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        use utoipa::openapi::schema::{ObjectBuilder, Type};
        let text = ObjectBuilder::new().schema_type(Type::String);
        text.description(Some("A domain name: `contoso.example`.")).into()
    }
}

impl utoipa::ToSchema for Domain {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_domain_are_equal() {
        let a = Domain::parse("Contoso.EXAMPLE.").unwrap();
        assert_eq!(a.as_str(), "contoso.example");
        assert_eq!(Domain::parse("BÜCHER.example"), Domain::parse("xn--bcher-kva.example"));
        assert_eq!(Domain::parse("[ipv6:2001:DB8:0::1]").unwrap().as_str(), "[IPv6:2001:db8::1]");
        // Cyrillic "о" is another domain, not ours.
        assert_ne!(Domain::parse("оurs.test"), Domain::parse("ours.test"));
        assert_eq!(Domain::parse("BÜCHER.example").unwrap().to_unicode(), "bücher.example");
    }

    #[test]
    fn what_is_not_a_domain_is_refused_for_its_reason() {
        let long = "a".repeat(64);
        for (text, error) in [
            ("", DomainError::Empty),
            ("a..b", DomainError::Empty),
            (".", DomainError::Empty),
            ("a..", DomainError::Empty),
            (".a", DomainError::Empty),
            ("-a.test", DomainError::BadCharacter),
            ("a b.test", DomainError::BadCharacter),
            ("a\r\nb", DomainError::BadCharacter),
            (long.as_str(), DomainError::TooLong),
            ("[1.2.3]", DomainError::BadLiteral),
            ("[1.2.3.4", DomainError::BadLiteral),
            ("xn--\u{7f}.test", DomainError::BadCharacter),
        ] {
            assert_eq!(Domain::parse(text), Err(error), "{text:?}");
        }
        assert!(Domain::parse(&format!("{}.test", "a".repeat(63))).is_ok());
    }

    #[test]
    fn below_means_on_a_label_boundary() {
        let parent = Domain::parse("ours.test").unwrap();
        assert!(Domain::parse("a.ours.test").unwrap().is_within(&parent));
        assert!(parent.is_within(&parent));
        assert!(!Domain::parse("yours.test").unwrap().is_within(&parent));
    }
}
