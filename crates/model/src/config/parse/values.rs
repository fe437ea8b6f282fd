//! One value of a file to one value of the program; what is wrong with it otherwise.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use toml_edit::{Item, Value};

use super::{Wrong, nearest};
use crate::address::{Address, AddressError};
use crate::config::{DomainPattern, Language, Until};
use crate::domain::{Domain, DomainError};
use crate::said;
use crate::said::Said;
use crate::time::{Timestamp, parse_duration};

pub(super) type Read<T> = Result<T, Wrong>;

/// The value has another type.
pub(super) fn wrong_type(expected: Said, item: &Item, instead: Said) -> Wrong {
    let what = said!(
        "parse-type",
        "must be {expected}, not {found}";
        expected = expected,
        found = found(item)
    );
    Wrong::new(what, instead)
}

/// What the item is.
pub(super) fn found(item: &Item) -> Said {
    match item.type_name() {
        "string" => said!("parse-a-string", "a string"),
        "integer" => said!("parse-an-integer", "an integer"),
        "float" => said!("parse-a-float", "a float"),
        "boolean" => said!("parse-a-boolean", "a boolean"),
        "datetime" => said!("parse-a-datetime", "a datetime"),
        "array" => said!("parse-an-array", "an array"),
        "inline table" => said!("parse-an-inline-table", "an inline table"),
        "array of tables" => said!("parse-an-array-of-tables", "an array of tables"),
        _ => said!("parse-a-table", "a table"),
    }
}

/// Something that can be written as it is.
pub(super) fn write(example: &str) -> Said {
    said!("parse-write", "write {example}", example = example)
}

fn write_duration() -> Said {
    said!(
        "parse-write-duration",
        "write a number with its unit in quotes: \"48h\", \"15m\", \"5s\", \"1h30m\""
    )
}

fn write_size() -> Said {
    said!("parse-write-size", "write a size such as \"50 MiB\" or \"500 KiB\"")
}

fn write_until() -> Said {
    said!(
        "parse-write-until",
        "write a day such as \"2026-12-31\", or a moment such as \"2026-12-31T18:00:00Z\""
    )
}

fn write_internet() -> Said {
    said!("parse-write-internet", "write \"direct\" or 'via connector \"NAME\"'")
}

/// What stands in a message of a text somebody wrote: escaped, and not without end.
pub(super) fn shown(text: &str) -> String {
    let mut short: String = text.chars().take(80).flat_map(char::escape_debug).collect();
    if text.chars().nth(80).is_some() {
        short.push('…');
    }
    format!("\"{short}\"")
}

pub(super) fn string(item: &Item, instead: impl FnOnce() -> Said) -> Read<&str> {
    item.as_str().ok_or_else(|| wrong_type(said!("parse-a-string", "a string"), item, instead()))
}

/// A text with something in it, without control characters.
pub(super) fn text(item: &Item) -> Read<String> {
    let text = string(item, || said!("parse-write-quoted", "write it in quotes"))?;
    if text.trim().is_empty() {
        return Err(Wrong::new(
            said!("parse-empty", "is empty"),
            said!("parse-empty.do", "write something, or remove the key"),
        ));
    }
    if text.chars().any(char::is_control) {
        return Err(Wrong::new(
            said!("parse-control", "has control characters"),
            said!("parse-control.do", "write it on one line, without them"),
        ));
    }
    Ok(text.to_owned())
}

/// The address of a web service.
pub(super) fn web_address(item: &Item) -> Read<String> {
    let text = string(item, || {
        said!(
            "parse-write-web-address",
            "write an address such as \"https://chat.contoso.example/hooks/mail\""
        )
    })?;
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let host = rest.map(|rest| rest.split(['/', '?', '#']).next().unwrap_or_default());
    let is_plain = text.bytes().all(|octet| octet.is_ascii_graphic());
    match host {
        Some(host) if !host.is_empty() && !host.contains('@') && is_plain => Ok(text.to_owned()),
        _ => Err(Wrong::new(
            said!("parse-web-address", "{text} is no web address", text = shown(text)),
            said!(
                "parse-web-address.do",
                "write an address such as \"https://chat.contoso.example/hooks/mail\", without a user name in it"
            ),
        )),
    }
}

pub(super) fn boolean(item: &Item) -> Read<bool> {
    item.as_bool().ok_or_else(|| {
        wrong_type(
            said!("parse-true-or-false", "true or false"),
            item,
            said!("parse-write-true-or-false", "write true or false, without quotes"),
        )
    })
}

/// A whole number from 1 to `max`.
pub(super) fn count(max: u64) -> impl Fn(&Item) -> Read<u64> {
    count_from(1, max)
}

/// A whole number from 0, which stands for no bound, to `max`.
pub(super) fn count_or_none(max: u64) -> impl Fn(&Item) -> Read<u64> {
    count_from(0, max)
}

fn count_from(min: u64, max: u64) -> impl Fn(&Item) -> Read<u64> {
    move |item| {
        let number = item.as_integer().ok_or_else(|| {
            wrong_type(
                said!("parse-a-whole-number", "a whole number"),
                item,
                said!("parse-write-number", "write a number without quotes"),
            )
        })?;
        match u64::try_from(number) {
            Ok(number) if (min..=max).contains(&number) => Ok(number),
            _ => Err(Wrong::new(
                said!("parse-out-of-range", "{number} is out of range", number = number),
                said!(
                    "parse-out-of-range.do",
                    "write a number from {min} to {max}",
                    min = min,
                    max = max
                ),
            )),
        }
    }
}

pub(super) fn path(item: &Item) -> Read<PathBuf> {
    let text = string(item, || said!("parse-write-path", "write a path in quotes"))?;
    if text.is_empty() || text.contains('\0') {
        return Err(Wrong::new(
            said!("parse-path", "is no path"),
            said!("parse-path.do", "write the path of a file or directory"),
        ));
    }
    Ok(PathBuf::from(text))
}

/// `48h`, `1h30m`, `5s`.
pub(super) fn duration(item: &Item) -> Read<Duration> {
    if let Some(number) = item.as_integer() {
        let what = said!("parse-no-unit", "{number} has no unit", number = number);
        return Err(Wrong::new(what, write_duration()));
    }
    let text = string(item, write_duration)?;
    parse_duration(text).ok_or_else(|| {
        let what = said!("parse-no-duration", "{text} is no time span", text = shown(text));
        Wrong::new(what, write_duration())
    })
}

/// The same, and longer than nothing.
pub(super) fn positive_duration(item: &Item) -> Read<Duration> {
    match duration(item)? {
        Duration::ZERO => Err(Wrong::new(
            said!("parse-zero", "must be more than nothing"),
            said!("parse-zero.do", "write \"1s\" or more"),
        )),
        span => Ok(span),
    }
}

/// `50 MiB`, or a number of octets.
pub(super) fn size(item: &Item) -> Read<u64> {
    if item.is_integer() {
        return count(i64::MAX as u64)(item);
    }
    let text = string(item, write_size)?;
    let wrong = || {
        let what = said!("parse-no-size", "{text} is no size", text = shown(text));
        Wrong::new(what, write_size())
    };
    let digits = text.trim().bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.trim().split_at(digits);
    let number: u64 = number.parse().map_err(|_| wrong())?;
    let unit: u64 = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "kb" => 1_000,
        "kib" | "k" => 1 << 10,
        "mb" => 1_000_000,
        "mib" | "m" => 1 << 20,
        "gb" => 1_000_000_000,
        "gib" | "g" => 1 << 30,
        _ => return Err(wrong()),
    };
    // Kept below the largest number that SQL and TOML can hold.
    match number.checked_mul(unit) {
        Some(size) if (1..=i64::MAX as u64).contains(&size) => Ok(size),
        _ => Err(wrong()),
    }
}

/// One word of a list.
pub(super) fn word<T: Copy>(words: &'static [(&'static str, T)]) -> impl Fn(&Item) -> Read<T> {
    move |item| {
        let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        let all = known.join(", ");
        let text = string(item, || {
            said!("parse-write-word-quoted", "write one of {known} in quotes", known = all)
        })?;
        words.iter().find(|(word, _)| *word == text).map(|(_, value)| *value).ok_or_else(|| {
            let instead = match nearest::nearest(text, &known) {
                Some(near) => said!(
                    "parse-did-you-mean-word",
                    "did you mean \"{near}\"? (known are {known})",
                    near = near,
                    known = all
                ),
                None => write_one_of(&all),
            };
            Wrong::new(said!("parse-not-known", "{text} is not known", text = shown(text)), instead)
        })
    }
}

fn write_one_of(known: &str) -> Said {
    said!("parse-write-word", "write one of {known}", known = known)
}

/// Scheme, name and port of a web server. Without TLS only for this machine, for tests.
pub(super) fn public_url(item: &Item) -> Read<String> {
    let text = text(item)?;
    let url = shown(&text);
    let wrong = |what| {
        let instead = said!(
            "parse-public-url.do",
            "write the address of the web server that passes requests on to the admin listener, like \"https://mail.contoso.example\""
        );
        Wrong::new(what, instead)
    };
    let trimmed = text.trim_end_matches('/');
    let (is_secure, place) =
        match (trimmed.strip_prefix("https://"), trimmed.strip_prefix("http://")) {
            (Some(place), _) => (true, place),
            (_, Some(place)) => (false, place),
            _ => {
                return Err(wrong(said!(
                    "parse-public-url",
                    "{url} does not begin with https://",
                    url = url
                )));
            }
        };
    let (name, port) = place.rsplit_once(':').unwrap_or((place, "443"));
    if port.parse::<u16>().is_err() || name.parse::<IpAddr>().is_err() && domain_of(name).is_err() {
        return Err(wrong(said!(
            "parse-public-url-form",
            "{url} is more, or less, than https://, a host's name and perhaps a port",
            url = url
        )));
    }
    if !is_secure && !name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback()) {
        return Err(wrong(said!(
            "parse-public-url-clear",
            "{url} is not encrypted: who listens could send returned mail again",
            url = url
        )));
    }
    Ok(trimmed.to_owned())
}

pub(super) fn language(item: &Item) -> Read<Language> {
    let text = string(item, || {
        said!("parse-write-language", "write a language tag in quotes, such as \"en\"")
    })?;
    Language::from_tag(text).ok_or_else(|| {
        let known: Vec<&str> = Language::ALL.iter().map(|language| language.tag()).collect();
        Wrong::new(
            said!(
                "parse-no-language",
                "{text} is no language that Causeway speaks",
                text = shown(text)
            ),
            write_one_of(&known.join(", ")),
        )
    })
}

pub(super) fn domain_of(text: &str) -> Read<Domain> {
    plain_domain(
        text,
        |why| said!("parse-no-domain", "{text} is no domain: {why}", text = shown(text); why = why),
    )
}

/// A domain that is no IP address. `no` says that it is none, and why.
pub(super) fn plain_domain(text: &str, no: impl Fn(Said) -> Said) -> Read<Domain> {
    if text.contains('@') {
        return Err(Wrong::new(
            said!(
                "parse-address-for-domain",
                "{text} is an address, not a domain",
                text = shown(text)
            ),
            said!("parse-address-for-domain.do", "write only what follows the at-sign"),
        ));
    }
    let wrong = |why| {
        let instead = said!("parse-no-domain.do", "write it like contoso.example");
        Wrong::new(no(why), instead)
    };
    let domain = Domain::parse(text).map_err(|error| wrong(domain_error(&error)))?;
    if domain.literal().is_some() || domain.as_str().parse::<IpAddr>().is_ok() {
        return Err(wrong(said!("parse-domain-ip", "it is an IP address")));
    }
    Ok(domain)
}

/// The words of [`DomainError`].
fn domain_error(error: &DomainError) -> Said {
    match error {
        DomainError::Empty => {
            said!("parse-domain-empty", "the domain is empty or has an empty label")
        }
        DomainError::TooLong => said!(
            "parse-domain-long",
            "the domain is longer than 253 octets, or one of its labels longer than 63"
        ),
        DomainError::BadCharacter => {
            said!("parse-domain-character", "the domain has a character that is not allowed in one")
        }
        DomainError::BadIdn => {
            said!("parse-domain-idn", "the domain is not a valid internationalized name")
        }
        DomainError::BadLiteral => {
            said!("parse-domain-literal", "the address literal is not [IPv4] or [IPv6:…]")
        }
    }
}

/// The words of [`AddressError`].
fn address_error(error: &AddressError) -> Said {
    match error {
        AddressError::NoDomain => said!("parse-address-no-domain", "the address has no domain"),
        AddressError::EmptyLocalPart => {
            said!("parse-address-no-local", "the address has nothing before the at-sign")
        }
        AddressError::TooLong => said!(
            "parse-address-long",
            "the address is too long (64 octets before the at-sign, 254 in all)"
        ),
        AddressError::BadLocalPart => {
            said!("parse-address-local", "the part before the at-sign is malformed")
        }
        AddressError::Domain(error) => domain_error(error),
    }
}

pub(super) fn domain(item: &Item) -> Read<Domain> {
    domain_of(string(item, || said!("parse-write-domain", "write a domain in quotes"))?)
}

/// What stands for all accepted domains; no domain can have this name.
const ACCEPTED: &str = "accepted domains";

/// The same as [`pattern`], or `accepted domains`.
pub(super) fn recipient_pattern(item: &Item) -> Read<DomainPattern> {
    if item.as_str() == Some(ACCEPTED) {
        return Ok(DomainPattern::Accepted);
    }
    pattern(item)
}

/// `corp.example`, `*.corp.example` or `*`.
pub(super) fn pattern(item: &Item) -> Read<DomainPattern> {
    let text = string(item, || {
        said!("parse-write-pattern", "write a domain in quotes, \"*.corp.example\" or \"*\"")
    })?;
    if text == "*" {
        return Ok(DomainPattern::Everything);
    }
    let (below, name) = match text.strip_prefix("*.") {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    if name.contains('*') {
        return Err(Wrong::new(
            said!("parse-star", "{text} has a star in the wrong place", text = shown(text)),
            said!(
                "parse-star.do",
                "write \"*\" for everything, or \"*.corp.example\" for everything below a domain"
            ),
        ));
    }
    if name.is_empty() {
        return Err(Wrong::new(
            said!("parse-pattern-empty", "{text} names no domain", text = shown(text)),
            said!(
                "parse-pattern-empty.do",
                "write it like corp.example, \"*.corp.example\" for everything below it, or \"*\" for all"
            ),
        ));
    }
    let domain = domain_of(name)?;
    Ok(if below { DomainPattern::Below(domain) } else { DomainPattern::Exact(domain) })
}

/// The name in a certificate: a domain, or `*.` and a domain that is no top-level domain.
pub(super) fn certificate_name(item: &Item) -> Read<String> {
    Ok(match pattern(item)? {
        DomainPattern::Below(above) if !above.as_str().contains('.') => {
            return Err(Wrong::new(
                said!(
                    "parse-certificate-top",
                    "\"*.{above}\" would be every certificate below a top-level domain",
                    above = above
                ),
                write_certificate_name(),
            ));
        }
        DomainPattern::Exact(name) => name.to_string(),
        DomainPattern::Below(above) => format!("*.{above}"),
        DomainPattern::Everything | DomainPattern::Accepted => {
            return Err(Wrong::new(
                said!("parse-certificate-any", "\"*\" would be every certificate"),
                write_certificate_name(),
            ));
        }
    })
}

fn write_certificate_name() -> Said {
    said!(
        "parse-write-certificate",
        "write the name in the certificate, like mail.corp.example or *.corp.example"
    )
}

pub(super) fn address(item: &Item) -> Read<Address> {
    let text = string(item, || said!("parse-write-address", "write an address in quotes"))?;
    Address::parse(text).map_err(|error| {
        Wrong::new(
            said!(
                "parse-no-address",
                "{text} is no mail address: {why}",
                text = shown(text);
                why = address_error(&error)
            ),
            said!("parse-no-address.do", "write it like name@contoso.example"),
        )
    })
}

/// The end of a right: a day, which still counts (to its end in UTC), or a moment with its offset. In
/// quotes or as TOML writes dates.
pub(super) fn until(item: &Item) -> Read<Until> {
    let written = match item {
        Item::Value(Value::Datetime(datetime)) => datetime.value().to_string(),
        _ => string(item, write_until)?.to_owned(),
    };
    let ends = match Timestamp::parse_rfc3339(&written) {
        Some(moment) => Some(moment),
        None => Timestamp::parse_rfc3339(&format!("{written}T00:00:00Z"))
            .map(|day| day.plus(Duration::from_secs(86_400))),
    };
    match ends {
        Some(ends) => Ok(Until { ends, written }),
        None => {
            let text = shown(&written);
            let what =
                said!("parse-no-moment", "{text} is neither a day nor a moment", text = text);
            Err(Wrong::new(what, write_until()))
        }
    }
}

/// `direct`, or `via connector "NAME"`: the name.
pub(super) fn internet(item: &Item) -> Read<Option<String>> {
    let text = string(item, write_internet)?.trim();
    if text == "direct" {
        return Ok(None);
    }
    let name = text.strip_prefix("via").and_then(|t| t.trim_start().strip_prefix("connector"));
    let name = name.filter(|name| name.starts_with([' ', '\t', '"', '\'']));
    let name = name.map(|name| name.trim().trim_matches(['"', '\'']));
    match name {
        Some(name) if !name.is_empty() => Ok(Some(name.to_owned())),
        _ => Err(Wrong::new(
            said!("parse-no-way", "{text} is not a way to the internet", text = shown(text)),
            write_internet(),
        )),
    }
}

/// True when the item is a string (and not a table).
pub(super) const fn is_string(item: &Item) -> bool {
    matches!(item, Item::Value(Value::String(_)))
}
