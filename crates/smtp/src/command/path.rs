//! Paths: what stands between the angle brackets of MAIL and RCPT (RFC 5321 section 4.1.2).
//!
//! [`split`] finds the path, without being fooled by brackets, spaces and colons inside quotes;
//! [`reverse`] and [`forward`] give it its meaning.

use causeway_model::{Address, AddressError, Domain, ReversePath};

use super::{CommandError, RcptTo};

/// Splits the argument of MAIL or RCPT into the text between the brackets and what follows them.
/// `prefix` is `FROM:` or `TO:`.
pub(super) fn split<'a>(
    command: &'static str,
    prefix: &[u8],
    argument: &'a [u8],
) -> Result<(&'a [u8], &'a [u8]), CommandError> {
    let malformed = CommandError::MalformedPath { command };
    match argument.get(..prefix.len()) {
        Some(start) if start.eq_ignore_ascii_case(prefix) => {}
        _ => return Err(malformed),
    }
    let rest = &argument[prefix.len()..];
    // One space after the colon is wrong and very common.
    let rest = rest.strip_prefix(b" ").unwrap_or(rest);
    let inside = rest.strip_prefix(b"<").ok_or(malformed.clone())?;
    let close = closing_bracket(inside).ok_or(malformed.clone())?;
    let (path, after) = (&inside[..close], &inside[close + 1..]);
    match after.first() {
        None => Ok((path, after)),
        Some(b' ') => Ok((path, &after[1..])),
        Some(_) => Err(malformed),
    }
}

/// The index of the bracket that closes the path: the first one outside quotes.
fn closing_bracket(inside: &[u8]) -> Option<usize> {
    let mut at = 0;
    let mut quoted = false;
    loop {
        at += memchr::memchr3(b'>', b'"', b'\\', inside.get(at..)?)?;
        match inside[at] {
            b'>' if !quoted => return Some(at),
            b'"' => quoted = !quoted,
            b'\\' if quoted => at += 1,
            _ => {}
        }
        at += 1;
    }
}

/// The reverse-path of MAIL.
pub(super) fn reverse(path: &[u8]) -> Result<ReversePath, CommandError> {
    let path = std::str::from_utf8(path).map_err(|_| CommandError::NotUtf8)?;
    if path.is_empty() {
        return Ok(ReversePath::Null);
    }
    let mailbox = without_source_route(path)?;
    Address::parse(mailbox).map(ReversePath::Address).map_err(CommandError::BadSender)
}

/// The forward-path of RCPT.
pub(super) fn forward(path: &[u8]) -> Result<RcptTo, CommandError> {
    let path = std::str::from_utf8(path).map_err(|_| CommandError::NotUtf8)?;
    if path.is_empty() {
        return Err(CommandError::NullRecipient);
    }
    let mailbox = without_source_route(path)?;
    match Address::parse(mailbox) {
        Ok(address) => Ok(RcptTo::Address(address)),
        Err(AddressError::NoDomain) if path.eq_ignore_ascii_case("postmaster") => {
            Ok(RcptTo::Postmaster)
        }
        Err(error) => Err(CommandError::BadRecipient(error)),
    }
}

/// Drops `@a,@b:` from the front of a path. The hosts must be domains; they are not used.
fn without_source_route(path: &str) -> Result<&str, CommandError> {
    let mut rest = path;
    if !rest.starts_with('@') {
        return Ok(rest);
    }
    loop {
        rest = rest.strip_prefix('@').ok_or(CommandError::BadSourceRoute)?;
        // The colons of an IPv6 literal are not the end of the route.
        let literal = if rest.starts_with('[') {
            rest.find(']').ok_or(CommandError::BadSourceRoute)?
        } else {
            0
        };
        let end = rest[literal..].find([',', ':']).ok_or(CommandError::BadSourceRoute)? + literal;
        Domain::parse(&rest[..end]).map_err(|_| CommandError::BadSourceRoute)?;
        let separator = rest.as_bytes()[end];
        rest = &rest[end + 1..];
        if separator == b':' {
            return Ok(rest);
        }
    }
}
