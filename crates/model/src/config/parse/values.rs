//! One value of a file to one value of the program; what is wrong with it otherwise.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;
use toml_edit::{Item, Value};

use super::{Wrong, article, nearest};
use crate::address::Address;
use crate::config::{DomainPattern, Host, Language, SmartHost, Until};
use crate::domain::Domain;
use crate::time::{Timestamp, parse_duration};

pub(super) type Read<T> = Result<T, Wrong>;

/// The value has another type.
pub(super) fn wrong_type(expected: &str, item: &Item, example: &str) -> Wrong {
    Wrong::new(
        format!("must be {expected}, not {}", article(item.type_name())),
        format!("write {example}"),
    )
}

/// What stands in a message of a text somebody wrote: escaped, and not without end.
pub(super) fn shown(text: &str) -> String {
    let mut short: String = text.chars().take(80).flat_map(char::escape_debug).collect();
    if text.chars().nth(80).is_some() {
        short.push('…');
    }
    format!("\"{short}\"")
}

fn string<'i>(item: &'i Item, example: &str) -> Read<&'i str> {
    item.as_str().ok_or_else(|| wrong_type("a string", item, example))
}

/// A text with something in it, without control characters.
pub(super) fn text(item: &Item) -> Read<String> {
    let text = string(item, "it in quotes")?;
    if text.trim().is_empty() {
        return Err(Wrong::new("is empty", "write something, or remove the key"));
    }
    if text.chars().any(char::is_control) {
        return Err(Wrong::new("has control characters", "write it on one line, without them"));
    }
    Ok(text.to_owned())
}

/// The address of a web service.
pub(super) fn web_address(item: &Item) -> Read<String> {
    const EXAMPLE: &str = "an address such as \"https://chat.contoso.example/hooks/mail\"";
    let text = string(item, EXAMPLE)?;
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let host = rest.map(|rest| rest.split(['/', '?', '#']).next().unwrap_or_default());
    let is_plain = text.bytes().all(|octet| octet.is_ascii_graphic());
    match host {
        Some(host) if !host.is_empty() && !host.contains('@') && is_plain => Ok(text.to_owned()),
        _ => Err(Wrong::new(
            format!("{} is no web address", shown(text)),
            format!("write {EXAMPLE}, without a user name in it"),
        )),
    }
}

pub(super) fn boolean(item: &Item) -> Read<bool> {
    item.as_bool().ok_or_else(|| wrong_type("true or false", item, "true or false, without quotes"))
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
        let number = item
            .as_integer()
            .ok_or_else(|| wrong_type("a whole number", item, "a number without quotes"))?;
        match u64::try_from(number) {
            Ok(number) if (min..=max).contains(&number) => Ok(number),
            _ => Err(Wrong::new(
                format!("{number} is out of range"),
                format!("write a number from {min} to {max}"),
            )),
        }
    }
}

pub(super) fn path(item: &Item) -> Read<PathBuf> {
    let text = string(item, "a path in quotes")?;
    if text.is_empty() || text.contains('\0') {
        return Err(Wrong::new("is no path", "write the path of a file or directory"));
    }
    Ok(PathBuf::from(text))
}

/// `48h`, `1h30m`, `5s`.
pub(super) fn duration(item: &Item) -> Read<Duration> {
    const EXAMPLE: &str = "a number with its unit in quotes: \"48h\", \"15m\", \"5s\", \"1h30m\"";
    if let Some(number) = item.as_integer() {
        return Err(Wrong::new(format!("{number} has no unit"), format!("write {EXAMPLE}")));
    }
    let text = string(item, EXAMPLE)?;
    parse_duration(text).ok_or_else(|| {
        Wrong::new(format!("{} is no time span", shown(text)), format!("write {EXAMPLE}"))
    })
}

/// The same, and longer than nothing.
pub(super) fn positive_duration(item: &Item) -> Read<Duration> {
    match duration(item)? {
        Duration::ZERO => Err(Wrong::new("must be more than nothing", "write \"1s\" or more")),
        span => Ok(span),
    }
}

/// `50 MiB`, or a number of octets.
pub(super) fn size(item: &Item) -> Read<u64> {
    const EXAMPLE: &str = "a size such as \"50 MiB\" or \"500 KiB\"";
    if item.is_integer() {
        return count(i64::MAX as u64)(item);
    }
    let text = string(item, EXAMPLE)?;
    let wrong = || Wrong::new(format!("{} is no size", shown(text)), format!("write {EXAMPLE}"));
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
        let text = string(item, &format!("one of {} in quotes", known.join(", ")))?;
        words.iter().find(|(word, _)| *word == text).map(|(_, value)| *value).ok_or_else(|| {
            let all = known.join(", ");
            let instead = match nearest::nearest(text, &known) {
                Some(near) => format!("did you mean \"{near}\"? (known are {all})"),
                None => format!("write one of {all}"),
            };
            Wrong::new(format!("{} is not known", shown(text)), instead)
        })
    }
}

/// Scheme, name and port of a web server. Without TLS only for this machine, for tests.
pub(super) fn public_url(item: &Item) -> Read<String> {
    let text = text(item)?;
    let wrong = |what: &str| {
        Wrong::new(
            format!("{} {what}", shown(&text)),
            "write the address of the web server that passes requests on to the admin listener, \
             like \"https://mail.contoso.example\"",
        )
    };
    let trimmed = text.trim_end_matches('/');
    let (is_secure, place) =
        match (trimmed.strip_prefix("https://"), trimmed.strip_prefix("http://")) {
            (Some(place), _) => (true, place),
            (_, Some(place)) => (false, place),
            _ => return Err(wrong("does not begin with https://")),
        };
    let (name, port) = place.rsplit_once(':').unwrap_or((place, "443"));
    if port.parse::<u16>().is_err() || name.parse::<IpAddr>().is_err() && domain_of(name).is_err() {
        return Err(wrong("is more, or less, than https://, a host's name and perhaps a port"));
    }
    if !is_secure && !name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback()) {
        return Err(wrong("is not encrypted: who listens could send returned mail again"));
    }
    Ok(trimmed.to_owned())
}

pub(super) fn language(item: &Item) -> Read<Language> {
    let text = string(item, "a language tag in quotes, such as \"en\"")?;
    Language::from_tag(text).ok_or_else(|| {
        let known: Vec<&str> = Language::ALL.iter().map(|language| language.tag()).collect();
        Wrong::new(
            format!("{} is no language that Causeway speaks", shown(text)),
            format!("write one of {}", known.join(", ")),
        )
    })
}

pub(super) fn domain_of(text: &str) -> Read<Domain> {
    let wrong = |why: String| {
        let what = format!("{} is no domain: {why}", shown(text));
        Wrong::new(what, "write it like contoso.example")
    };
    if text.contains('@') {
        return Err(Wrong::new(
            format!("{} is an address, not a domain", shown(text)),
            "write only what follows the at-sign",
        ));
    }
    let domain = Domain::parse(text).map_err(|error| wrong(error.to_string()))?;
    if domain.literal().is_some() || domain.as_str().parse::<IpAddr>().is_ok() {
        return Err(wrong("it is an IP address".to_owned()));
    }
    Ok(domain)
}

pub(super) fn domain(item: &Item) -> Read<Domain> {
    domain_of(string(item, "a domain in quotes")?)
}

/// `corp.example`, `*.corp.example` or `*`.
pub(super) fn pattern(item: &Item) -> Read<DomainPattern> {
    let text = string(item, "a domain in quotes, \"*.corp.example\" or \"*\"")?;
    if text == "*" {
        return Ok(DomainPattern::Everything);
    }
    let (below, name) = match text.strip_prefix("*.") {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    if name.contains('*') {
        return Err(Wrong::new(
            format!("{} has a star in the wrong place", shown(text)),
            "write \"*\" for everything, or \"*.corp.example\" for everything below a domain",
        ));
    }
    if name.is_empty() {
        return Err(Wrong::new(
            format!("{} names no domain", shown(text)),
            "write it like corp.example, \"*.corp.example\" for everything below it, or \"*\" for all",
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
                format!("\"*.{above}\" would be every certificate below a top-level domain"),
                "write the name in the certificate, like mail.corp.example or *.corp.example",
            ));
        }
        DomainPattern::Exact(name) => name.to_string(),
        DomainPattern::Below(above) => format!("*.{above}"),
        DomainPattern::Everything => {
            return Err(Wrong::new(
                "\"*\" would be every certificate",
                "write the name in the certificate, like mail.corp.example or *.corp.example",
            ));
        }
    })
}

pub(super) fn address(item: &Item) -> Read<Address> {
    let text = string(item, "an address in quotes")?;
    Address::parse(text).map_err(|error| {
        Wrong::new(
            format!("{} is no mail address: {error}", shown(text)),
            "write it like name@contoso.example",
        )
    })
}

/// `192.0.2.0/24`, `2001:db8::/32`, or one address.
pub(super) fn network(item: &Item) -> Read<IpNet> {
    let text = string(item, "a network in quotes, such as \"192.0.2.0/24\"")?;
    if let Ok(address) = text.parse::<IpAddr>() {
        return Ok(IpNet::from(address));
    }
    let network: IpNet = text.parse().map_err(|_| {
        Wrong::new(
            format!("{} is no network", shown(text)),
            "write an address with the length of its network part, such as 192.0.2.0/24 or \
             2001:db8::/32, or a single address",
        )
    })?;
    if network.addr() != network.network() {
        return Err(Wrong::new(
            format!("{} is an address inside of a network", shown(text)),
            format!(
                "write {} for the whole network, or {} for the one address",
                network.trunc(),
                network.addr()
            ),
        ));
    }
    Ok(network)
}

/// The same for those that a connector recognises its peer by.
pub(super) fn peer_network(item: &Item) -> Read<IpNet> {
    let network = network(item)?;
    if network.prefix_len() == 0 {
        let family = if network.addr().is_ipv4() { "IPv4" } else { "IPv6" };
        return Err(Wrong::new(
            format!("{network} is every {family} address: anybody would be this connector's peer"),
            "write the peer's own addresses",
        ));
    }
    Ok(network)
}

/// The end of a right: a day, which still counts (to its end in UTC), or a moment with its offset. In
/// quotes or as TOML writes dates.
pub(super) fn until(item: &Item) -> Read<Until> {
    const EXAMPLE: &str =
        "a day such as \"2026-12-31\", or a moment such as \"2026-12-31T18:00:00Z\"";
    let written = match item {
        Item::Value(Value::Datetime(datetime)) => datetime.value().to_string(),
        _ => string(item, EXAMPLE)?.to_owned(),
    };
    let ends = match Timestamp::parse_rfc3339(&written) {
        Some(moment) => Some(moment),
        None => Timestamp::parse_rfc3339(&format!("{written}T00:00:00Z"))
            .map(|day| day.plus(Duration::from_secs(86_400))),
    };
    match ends {
        Some(ends) => Ok(Until { ends, written }),
        None => {
            let what = format!("{} is neither a day nor a moment", shown(&written));
            Err(Wrong::new(what, format!("write {EXAMPLE}")))
        }
    }
}

pub(super) fn ip_address(item: &Item) -> Read<IpAddr> {
    let text = string(item, "an IP address in quotes")?;
    text.parse().map_err(|_| {
        let what = format!("{} is no IP address", shown(text));
        Wrong::new(what, "write it like 192.0.2.1 or 2001:db8::1")
    })
}

/// `0.0.0.0:25`, `[::]:25`.
pub(super) fn socket_address(item: &Item) -> Read<SocketAddr> {
    let text = string(item, "address and port in quotes")?;
    let instead = match (text.parse::<IpAddr>(), text.strip_prefix(':'), text.rsplit_once(':')) {
        (Ok(address), ..) => {
            format!("add the port, like {}", SocketAddr::new(address, 25))
        }
        (_, Some(port), _) => format!("write 0.0.0.0:{port} or [::]:{port}"),
        (_, _, Some(("localhost", port))) => format!("write 127.0.0.1:{port}"),
        _ => "write address and port, like 0.0.0.0:25 or [::]:25".to_owned(),
    };
    text.parse()
        .map_err(|_| Wrong::new(format!("{} is no IP address with a port", shown(text)), instead))
}

/// The same for a name server, whose port is 53 unless written.
pub(super) fn name_server(item: &Item) -> Read<SocketAddr> {
    let text = string(item, "a name server's address in quotes")?;
    if let Ok(address) = text.parse::<IpAddr>() {
        return Ok(SocketAddr::new(address, 53));
    }
    text.parse().map_err(|_| {
        let what = format!("{} is no name server's address", shown(text));
        Wrong::new(what, "write it like 192.0.2.53 or 127.0.0.1:53")
    })
}

/// One entry of `smart_hosts`: a host, or a list of hosts that share the mail evenly.
pub(super) fn smart_hosts(item: &Item) -> Read<Vec<SmartHost>> {
    let Some(group) = item.as_array() else { return smart_host(item).map(|host| vec![host]) };
    if group.is_empty() {
        return Err(Wrong::new("an empty list in the list", "write hosts into it, or remove it"));
    }
    group.iter().map(|host| smart_host(&Item::Value(host.clone()))).collect()
}

/// `name`, `name:port`, IPv4, IPv4:port, `[IPv6]`, `[IPv6]:port` or plain IPv6.
pub(super) fn smart_host(item: &Item) -> Read<SmartHost> {
    smart_host_of(string(item, "a host in quotes")?)
}

/// The same without a port.
pub(super) fn host(item: &Item) -> Read<Host> {
    match smart_host(item)? {
        SmartHost { host, port: 25 } => Ok(host),
        SmartHost { port, .. } => Err(Wrong::new(
            format!("a port ({port}) has no meaning here"),
            "write only the host, like gateway.contoso.example",
        )),
    }
}

impl std::str::FromStr for SmartHost {
    type Err = String;

    /// As in `smart_hosts`; the error says what is wrong, and what to write instead.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        smart_host_of(text).map_err(|wrong| format!("{}; {}", wrong.what, wrong.instead))
    }
}

fn smart_host_of(text: &str) -> Read<SmartHost> {
    if let Ok(address) = text.parse::<IpAddr>() {
        return Ok(SmartHost { host: Host::Address(address), port: 25 });
    }
    if let Some(rest) = text.strip_prefix('[') {
        return bracketed(text, rest);
    }
    let (name, port) = match text.rsplit_once(':') {
        Some((name, port)) => (name, port_of(text, port)?),
        None => (text, 25),
    };
    if let Ok(address) = name.parse::<std::net::Ipv4Addr>() {
        return Ok(SmartHost { host: Host::Address(address.into()), port });
    }
    if name.contains('/') {
        return Err(Wrong::new(
            format!("{} is no host", shown(text)),
            "write a name or one address, not a network or a URL",
        ));
    }
    let name = domain_of(name).map_err(|wrong| {
        Wrong::new(
            wrong.what.english.replace("is no domain", "is no host"),
            "write it like mail.corp.example, mail.corp.example:2525, 192.0.2.7 or [2001:db8::7]:25",
        )
    })?;
    Ok(SmartHost { host: Host::Name(name), port })
}

fn bracketed(text: &str, rest: &str) -> Read<SmartHost> {
    let wrong =
        || Wrong::new(format!("{} is no host", shown(text)), "write it like [2001:db8::7]:25");
    let (inside, after) = rest.split_once(']').ok_or_else(wrong)?;
    let inside = inside.strip_prefix("IPv6:").unwrap_or(inside);
    let address = match inside.parse::<Ipv6Addr>() {
        Ok(v6) => IpAddr::V6(v6),
        Err(_) => inside.parse().map_err(|_| wrong())?,
    };
    let port = match after {
        "" => 25,
        _ => port_of(text, after.strip_prefix(':').ok_or_else(wrong)?)?,
    };
    Ok(SmartHost { host: Host::Address(address), port })
}

fn port_of(text: &str, port: &str) -> Read<u16> {
    match port.parse::<u16>() {
        Ok(port) if port > 0 => Ok(port),
        _ => Err(Wrong::new(
            format!("{} has no good port", shown(text)),
            "write a port from 1 to 65535 after the colon",
        )),
    }
}

/// `direct`, or `via connector "NAME"`: the name.
pub(super) fn internet(item: &Item) -> Read<Option<String>> {
    const EXAMPLE: &str = "\"direct\" or 'via connector \"NAME\"'";
    let text = string(item, EXAMPLE)?.trim();
    if text == "direct" {
        return Ok(None);
    }
    let name = text.strip_prefix("via").and_then(|t| t.trim_start().strip_prefix("connector"));
    let name = name.filter(|name| name.starts_with([' ', '\t', '"', '\'']));
    let name = name.map(|name| name.trim().trim_matches(['"', '\'']));
    match name {
        Some(name) if !name.is_empty() => Ok(Some(name.to_owned())),
        _ => Err(Wrong::new(
            format!("{} is not a way to the internet", shown(text)),
            format!("write {EXAMPLE}"),
        )),
    }
}

/// True when the item is a string (and not a table).
pub(super) const fn is_string(item: &Item) -> bool {
    matches!(item, Item::Value(Value::String(_)))
}
