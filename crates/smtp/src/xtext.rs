//! The encodings of delivery status parameters: xtext (RFC 3461 section 4) and the forms of
//! addresses of type `utf-8` (RFC 6533 section 3).
//!
//! Decoding promises text without control characters, so that a value can stand in a header line;
//! what decodes to something else is refused.

use std::fmt::Write as _;

/// True for the characters that stand for themselves in xtext.
fn is_xchar(c: char) -> bool {
    matches!(c, '!'..='~') && c != '+' && c != '='
}

/// True for the characters that stand for themselves in `utf-8-addr-xtext`.
fn is_qchar(c: char) -> bool {
    is_xchar(c) && c != '\\'
}

/// Appends `text` in xtext.
pub fn encode_xtext(text: &str, out: &mut String) {
    for byte in text.bytes() {
        if is_xchar(char::from(byte)) {
            out.push(char::from(byte));
        } else {
            // Writing into a String cannot fail.
            let _ = write!(out, "+{byte:02X}");
        }
    }
}

/// Decodes xtext. `None` when it is malformed, is not UTF-8, or has control characters.
#[must_use]
pub fn decode_xtext(text: &str) -> Option<String> {
    let mut octets = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        rest = tail;
        if first == b'+' {
            let (pair, tail) = rest.split_at_checked(2)?;
            octets.push(hex_digit(pair[0])? << 4 | hex_digit(pair[1])?);
            rest = tail;
        } else if is_xchar(char::from(first)) {
            octets.push(first);
        } else {
            return None;
        }
    }
    String::from_utf8(octets).ok().filter(|decoded| !decoded.chars().any(char::is_control))
}

/// The value of a hexadecimal digit. RFC 3461 has upper case only; some senders write lower case.
fn hex_digit(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

/// Appends `address` as `utf-8-addr-xtext` (ASCII only), or as `utf-8-addr-unitext` when `unicode`
/// characters may stand in the command (SMTPUTF8).
pub fn encode_utf8_address(address: &str, unicode: bool, out: &mut String) {
    for c in address.chars() {
        if is_qchar(c) || (unicode && !c.is_ascii()) {
            out.push(c);
        } else {
            // Writing into a String cannot fail.
            let _ = write!(out, "\\x{{{:02X}}}", u32::from(c));
        }
    }
}

/// Decodes `utf-8-addr-xtext` and `utf-8-addr-unitext`. `None` when it is malformed or has control
/// characters.
#[must_use]
pub fn decode_utf8_address(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if c == '\\' {
            let (digits, tail) = rest.strip_prefix("\\x{")?.split_once('}')?;
            if !(2..=6).contains(&digits.len())
                || !digits.bytes().all(|digit| digit.is_ascii_hexdigit())
            {
                return None;
            }
            out.push(char::from_u32(u32::from_str_radix(digits, 16).ok()?)?);
            rest = tail;
        } else if is_qchar(c) || !c.is_ascii() {
            out.push(c);
            rest = &rest[c.len_utf8()..];
        } else {
            return None;
        }
    }
    Some(out).filter(|decoded| !decoded.chars().any(char::is_control))
}

/// True for an address type as it may stand before the semicolon of ORCPT: an atom (RFC 3461
/// section 4.2).
#[must_use]
pub fn is_address_type(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 64
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*-/?^_`{|}~".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn malformed_xtext_is_refused() {
        assert_eq!(decode_xtext("a+2Bb@c.test").as_deref(), Some("a+b@c.test"));
        assert_eq!(decode_xtext("a+3db").as_deref(), Some("a=b"));
        for bad in ["+", "+2", "+ZZ", "a=b", "a b", "ü", "+0D+0A", "+00", "+FF", "+7F"] {
            assert_eq!(decode_xtext(bad), None, "{bad}");
        }
    }

    #[test]
    fn malformed_utf8_addresses_are_refused() {
        assert_eq!(decode_utf8_address("\\x{FC}@c.test").as_deref(), Some("ü@c.test"));
        assert_eq!(decode_utf8_address("ü\\x{2B}@c.test").as_deref(), Some("ü+@c.test"));
        for bad in
            ["\\", "\\x", "\\x{", "\\x{}", "\\x{D800}", "\\x{110000}", "\\x{0D}", "a+b", "a=b"]
        {
            assert_eq!(decode_utf8_address(bad), None, "{bad}");
        }
        assert!(is_address_type("rfc822") && is_address_type("utf-8"));
        assert!(!is_address_type("") && !is_address_type("a;b") && !is_address_type("a b"));
    }

    proptest! {
        #[test]
        fn what_is_encoded_reads_back(text in "\\PC{0,30}") {
            let mut out = String::new();
            encode_xtext(&text, &mut out);
            prop_assert!(out.is_ascii());
            prop_assert_eq!(decode_xtext(&out), Some(text.clone()));
            for unicode in [false, true] {
                out.clear();
                encode_utf8_address(&text, unicode, &mut out);
                prop_assert!(unicode || out.is_ascii());
                prop_assert_eq!(decode_utf8_address(&out), Some(text.clone()));
            }
        }
    }
}
