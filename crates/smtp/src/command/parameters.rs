//! The parameters of MAIL and RCPT (RFC 5321 section 4.1.2, `Mail-parameters`).
//!
//! A keyword that is unknown, given twice, or given without the value it needs (or with one it does
//! not take) is refused: guessing would change what the sender asked for.

use causeway_model::{Address, BodyType, Notify, Return, ReversePath};

use super::CommandError;
use crate::xtext;

/// The parameters of MAIL.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MailParameters {
    /// `SIZE=` (RFC 1870), octets. A number too big for 64 bits is [`u64::MAX`].
    pub size: Option<u64>,
    /// `BODY=` (RFC 6152, RFC 3030); `None` when not given.
    pub body: Option<BodyType>,
    /// `SMTPUTF8` (RFC 6531).
    pub smtputf8: bool,
    /// `RET=` (RFC 3461).
    pub ret: Option<Return>,
    /// `ENVID=` (RFC 3461), decoded from xtext; no control characters.
    pub envid: Option<String>,
    /// `AUTH=` (RFC 4954 section 5): who handed the message in first; null for `<>`, which says
    /// that it is not known.
    pub auth: Option<ReversePath>,
}

/// The parameters of RCPT.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RcptParameters {
    /// `NOTIFY=` (RFC 3461).
    pub notify: Option<Notify>,
    /// `ORCPT=` (RFC 3461, RFC 6533): the address type as written, and the address decoded; no
    /// control characters.
    pub orcpt: Option<(String, String)>,
    /// No parameter, but a fact about the path: it was written with characters outside ASCII, in the
    /// local part or the domain. Without `SMTPUTF8` on MAIL the session must answer with
    /// [`CommandError::Smtputf8Required`].
    pub utf8_path: bool,
}

/// Most octets of an encoded ENVID (RFC 3461 section 4.4).
const ENVID_LIMIT: usize = 100;

/// Most octets of an encoded ORCPT (RFC 3461 section 4.2).
const ORCPT_LIMIT: usize = 500;

impl MailParameters {
    /// Parses what follows the path and one space.
    pub(super) fn parse(text: &[u8]) -> Result<Self, CommandError> {
        let mut parameters = Self::default();
        for (keyword, value) in Words::new(text)? {
            match keyword {
                k if k.eq_ignore_ascii_case("SIZE") => {
                    let size = needed(value, "SIZE", |v| number(v.as_bytes()))?;
                    once("SIZE", &mut parameters.size, size)?;
                }
                k if k.eq_ignore_ascii_case("BODY") => {
                    let body = needed(value, "BODY", body_type)?;
                    once("BODY", &mut parameters.body, body)?;
                }
                k if k.eq_ignore_ascii_case("SMTPUTF8") => {
                    if value.is_some() {
                        return Err(CommandError::BadParameter { keyword: "SMTPUTF8" });
                    }
                    if parameters.smtputf8 {
                        return Err(CommandError::DuplicateParameter { keyword: "SMTPUTF8" });
                    }
                    parameters.smtputf8 = true;
                }
                k if k.eq_ignore_ascii_case("RET") => {
                    let ret = needed(value, "RET", return_type)?;
                    once("RET", &mut parameters.ret, ret)?;
                }
                k if k.eq_ignore_ascii_case("ENVID") => {
                    let envid = needed(value, "ENVID", |v| {
                        (v.len() <= ENVID_LIMIT).then(|| xtext::decode_xtext(v))?
                    })?;
                    once("ENVID", &mut parameters.envid, envid)?;
                }
                k if k.eq_ignore_ascii_case("AUTH") => {
                    let auth = needed(value, "AUTH", submitter)?;
                    once("AUTH", &mut parameters.auth, auth)?;
                }
                _ => return Err(unknown(keyword)),
            }
        }
        Ok(parameters)
    }
}

impl RcptParameters {
    /// Parses what follows the path and one space.
    pub(super) fn parse(text: &[u8]) -> Result<Self, CommandError> {
        let mut parameters = Self::default();
        for (keyword, value) in Words::new(text)? {
            if keyword.eq_ignore_ascii_case("NOTIFY") {
                let notify = needed(value, "NOTIFY", notify)?;
                once("NOTIFY", &mut parameters.notify, notify)?;
            } else if keyword.eq_ignore_ascii_case("ORCPT") {
                let orcpt = needed(value, "ORCPT", original_recipient)?;
                once("ORCPT", &mut parameters.orcpt, orcpt)?;
            } else {
                return Err(unknown(keyword));
            }
        }
        Ok(parameters)
    }
}

/// The words of a parameter list as `(keyword, value)`.
struct Words<'a>(std::str::Split<'a, char>);

impl<'a> Words<'a> {
    fn new(text: &'a [u8]) -> Result<Self, CommandError> {
        let text = std::str::from_utf8(text).map_err(|_| CommandError::NotUtf8)?;
        Ok(Self(text.split(' ')))
    }
}

impl<'a> Iterator for Words<'a> {
    type Item = (&'a str, Option<&'a str>);

    fn next(&mut self) -> Option<Self::Item> {
        let word = self.0.by_ref().find(|word| !word.is_empty())?;
        Some(match word.split_once('=') {
            Some((keyword, value)) => (keyword, Some(value)),
            None => (word, None),
        })
    }
}

/// Decodes a value that must be there.
fn needed<T>(
    value: Option<&str>,
    keyword: &'static str,
    decode: impl FnOnce(&str) -> Option<T>,
) -> Result<T, CommandError> {
    value
        .filter(|value| !value.is_empty())
        .and_then(decode)
        .ok_or(CommandError::BadParameter { keyword })
}

/// Sets a parameter that may be given once.
fn once<T>(keyword: &'static str, slot: &mut Option<T>, value: T) -> Result<(), CommandError> {
    if slot.is_some() {
        return Err(CommandError::DuplicateParameter { keyword });
    }
    *slot = Some(value);
    Ok(())
}

/// The keyword comes back in our reply, so only a well-formed one is repeated.
fn unknown(keyword: &str) -> CommandError {
    let well_formed = !keyword.is_empty()
        && keyword.len() <= 64
        && !keyword.starts_with('-')
        && keyword.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if well_formed {
        CommandError::UnknownParameter { keyword: keyword.into() }
    } else {
        CommandError::MalformedParameter
    }
}

/// One to twenty digits; what 64 bits cannot hold is the greatest number they can.
pub(super) fn number(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() || digits.len() > 20 || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let add =
        |sum: u64, &digit: &u8| sum.saturating_mul(10).saturating_add(u64::from(digit - b'0'));
    Some(digits.iter().fold(0, add))
}

fn body_type(value: &str) -> Option<BodyType> {
    [
        ("7BIT", BodyType::SevenBit),
        ("8BITMIME", BodyType::EightBitMime),
        ("BINARYMIME", BodyType::BinaryMime),
    ]
    .into_iter()
    .find_map(|(name, body)| value.eq_ignore_ascii_case(name).then_some(body))
}

fn return_type(value: &str) -> Option<Return> {
    [("FULL", Return::Full), ("HDRS", Return::Headers)]
        .into_iter()
        .find_map(|(name, ret)| value.eq_ignore_ascii_case(name).then_some(ret))
}

/// `AUTH=`: `<>`, or a mailbox in xtext.
fn submitter(value: &str) -> Option<ReversePath> {
    if value == "<>" {
        return Some(ReversePath::Null);
    }
    let decoded = xtext::decode_xtext(value)?;
    Address::parse(&decoded).ok().map(ReversePath::Address)
}

/// `NOTIFY=`: `NEVER` alone, or a list.
fn notify(value: &str) -> Option<Notify> {
    let mut notify = Notify::default();
    if value.eq_ignore_ascii_case("NEVER") {
        return Some(notify);
    }
    for word in value.split(',') {
        let flag = match word {
            w if w.eq_ignore_ascii_case("SUCCESS") => &mut notify.success,
            w if w.eq_ignore_ascii_case("FAILURE") => &mut notify.failure,
            w if w.eq_ignore_ascii_case("DELAY") => &mut notify.delay,
            _ => return None,
        };
        *flag = true;
    }
    Some(notify)
}

/// `ORCPT=`: address type, semicolon, encoded address.
fn original_recipient(value: &str) -> Option<(String, String)> {
    if value.len() > ORCPT_LIMIT {
        return None;
    }
    let (kind, encoded) = value.split_once(';')?;
    if !xtext::is_address_type(kind) || encoded.is_empty() {
        return None;
    }
    let address = if kind.eq_ignore_ascii_case("utf-8") {
        xtext::decode_utf8_address(encoded)?
    } else {
        xtext::decode_xtext(encoded)?
    };
    Some((kind.to_owned(), address))
}
