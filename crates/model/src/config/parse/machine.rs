//! `causeway.toml`.

use std::time::Duration;

use super::mailflow::{IDENTITY_EXAMPLE, IDENTITY_FIELDS, PROTECTED_FIELDS, SUSPECTED};
use super::values::{self, Read};
use super::{Readable, Section, Wrong, hosts, read_file};
use crate::config::{
    IdentityField, Limits, Listener, Machine, ProbeSettings, Problem, Protocol, StoreUrl,
    Suspected, TlsFiles,
};
use crate::said;

const PROTOCOLS: &[(&str, Protocol)] = &[
    ("smtp", Protocol::Smtp),
    ("submission", Protocol::Submission),
    ("submissions", Protocol::Submissions),
    ("pop3", Protocol::Pop3),
    ("pop3s", Protocol::Pop3s),
    ("admin", Protocol::Admin),
];

const LISTENER_KEYS: &[&str] = &[
    "name",
    "protocol",
    "address",
    "tls",
    "allow_plain_login_on_loopback",
    "announce_channel_binding",
    "identity",
    "protect_own_domains",
];

const LIMIT_KEYS: &[&str] = &[
    "max_message_size",
    "max_recipients",
    "max_connections",
    "max_connections_per_address",
    "max_hops",
    "login_failures_per_account",
    "login_failures_per_address",
    "login_lock",
    "login_lock_exempt",
    "sessions_per_account",
    "account_messages_per_hour",
    "account_recipients_per_hour",
    "account_over_limit",
    "address_messages_per_hour",
    "address_recipients_per_hour",
    "address_over_limit",
    "sender_messages_per_hour",
    "sender_recipients_per_hour",
    "sender_over_limit",
    "forwarded_messages_per_hour",
    "unknown_recipients_per_hour",
];

const TLS_KEYS: &[&str] = &["certificate", "key"];
const DNS_KEYS: &[&str] = &["servers", "timeout", "root_servers", "trust_ad"];
const PROBE_KEYS: &[&str] =
    &["at_once", "per_minute", "timeout", "keep_for", "control_destinations"];
const STORE_KEYS: &[&str] = &["url"];
const DELIVERY_KEYS: &[&str] =
    &["mx_port", "source_addresses", "trust_roots", "dane", "mta_sts", "mta_sts_port"];

/// Every key, by table; those outside of a table first.
pub(super) const KEYS: &[(&str, &[&str])] = &[
    ("", &["hostname", "data_dir"]),
    ("listener", LISTENER_KEYS),
    ("tls", TLS_KEYS),
    ("dns", DNS_KEYS),
    ("store", STORE_KEYS),
    ("delivery", DELIVERY_KEYS),
    ("probes", PROBE_KEYS),
    ("limits", LIMIT_KEYS),
];

const TABLES: &[&str] =
    &["hostname", "data_dir", "listener", "tls", "dns", "store", "delivery", "probes", "limits"];

impl Machine {
    /// Reads `causeway.toml`. `file` is the name to show in problems. With the value come the
    /// warnings.
    ///
    /// # Errors
    /// Every problem of the file (warnings too), in its order, when at least one is an error.
    pub fn parse(text: &str, file: &str) -> Result<(Self, Vec<Problem>), Vec<Problem>> {
        Self::read(text, file).if_right()
    }

    /// The same, leaving out what is wrong.
    #[must_use]
    pub fn read(text: &str, file: &str) -> Readable<Self> {
        read_file(text, file, TABLES, machine)
    }
}

fn machine(root: &Section<'_>) -> Machine {
    let hostname = root.read("hostname", values::domain).map(|name| name.to_string());
    let mut machine = Machine { hostname, ..Machine::default() };
    root.set("data_dir", &mut machine.data_dir, values::path);
    if root.has("listener") {
        machine.listeners = listeners(root);
    }
    if let Some(tls) = root.section("tls", TLS_KEYS) {
        let certificate = tls.required("certificate", "\"fullchain.pem\"", values::path);
        let key = tls.required("key", "\"key.pem\"", values::path);
        machine.tls = certificate.zip(key).map(|(certificate, key)| TlsFiles { certificate, key });
    }
    if let Some(dns) = root.section("dns", DNS_KEYS) {
        if let Some(servers) = dns.list("servers", "[\"127.0.0.1:53\"]", hosts::name_server) {
            machine.dns.servers = servers;
        }
        dns.set("timeout", &mut machine.dns.timeout, dns_timeout);
        if let Some(roots) = dns.list("root_servers", "[\"192.0.2.1:53\"]", hosts::name_server) {
            machine.probes.root_servers = roots;
        }
        machine.dns.trust_ad = dns.read("trust_ad", values::boolean);
    }
    if let Some(store) = root.section("store", STORE_KEYS) {
        store.set("url", &mut machine.store, store_url);
    }
    delivery(root, &mut machine);
    probes(root, &mut machine.probes);
    limits(root, &mut machine);
    machine
}

fn dns_timeout(item: &toml_edit::Item) -> Read<Duration> {
    let timeout = values::positive_duration(item)?;
    if timeout > Duration::from_secs(60) {
        return Err(Wrong::new(
            said!("parse-over-a-minute", "is longer than a minute"),
            said!("parse-over-a-minute.do", "write \"5s\", or \"60s\" at most"),
        ));
    }
    Ok(timeout)
}

fn listeners(root: &Section<'_>) -> Vec<Listener> {
    let mut listeners: Vec<Listener> = Vec::new();
    for section in root.tables("listener", LISTENER_KEYS) {
        let protocol = section.required("protocol", "\"smtp\"", values::word(PROTOCOLS));
        let address = section.required("address", "\"0.0.0.0:25\"", hosts::socket_address);
        let (Some(protocol), Some(address)) = (protocol, address) else {
            section.leave_out_all();
            continue;
        };
        let word = PROTOCOLS.iter().find(|(_, p)| *p == protocol).map_or("", |(word, _)| word);
        let name = section.read("name", values::text).unwrap_or_else(|| word.to_owned());
        if listeners.iter().any(|other| other.name == name) {
            section.source.error(
                section.span_of("name"),
                said!(
                    "parse-listener-twice",
                    "there are two listeners with the name {name}",
                    name = values::shown(&name)
                ),
                said!("parse-listener-twice.do", "give each listener a name of its own"),
            );
        }
        // Port 0 lets the system choose: never the same one twice.
        if address.port() != 0
            && let Some(other) = listeners.iter().find(|other| other.address == address)
        {
            section.source.error(
                section.span_of("address"),
                said!(
                    "parse-listener-address",
                    "{address} is already the address of the listener \"{name}\"",
                    address = address,
                    name = other.name
                ),
                said!(
                    "parse-listener-address.do",
                    "give each listener an address or a port of its own"
                ),
            );
        }
        let tls = section.read("tls", values::boolean);
        if tls.is_some() && protocol != Protocol::Admin {
            section.source.warning(
                section.span_of("tls"),
                said!(
                    "parse-listener-tls",
                    "the protocol of this listener says how TLS is spoken, so the key changes nothing"
                ),
                said!(
                    "parse-listener-tls.do",
                    "write it for listeners with protocol = \"admin\", or remove it"
                ),
            );
        }
        let allow_plain_login_on_loopback = plain_login(&section, protocol);
        let announce_channel_binding =
            section.read("announce_channel_binding", values::boolean).unwrap_or(false);
        listeners.push(Listener {
            name,
            protocol,
            address,
            tls,
            allow_plain_login_on_loopback,
            announce_channel_binding,
            identity: identity(&section, protocol),
            protect_own_domains: protect_own_domains(&section, protocol),
        });
    }
    listeners
}

/// Whether clients on this machine may log in without TLS.
fn plain_login(section: &Section<'_>, protocol: Protocol) -> bool {
    const KEY: &str = "allow_plain_login_on_loopback";
    let allowed = section.read(KEY, values::boolean).unwrap_or(false);
    if allowed && !matches!(protocol, Protocol::Submission | Protocol::Pop3) {
        section.source.warning(
            section.span_of(KEY),
            said!(
                "parse-plain-login",
                "this listener has no login without TLS anyway, so the key changes nothing"
            ),
            said!(
                "parse-plain-login.do",
                "write it for listeners with protocol = \"submission\" or \"pop3\""
            ),
        );
    }
    allowed
}

/// Where addresses of users who log in at this listener are checked.
fn identity(section: &Section<'_>, protocol: Protocol) -> Option<Vec<IdentityField>> {
    const KEY: &str = "identity";
    let fields = section.list(KEY, IDENTITY_EXAMPLE, values::word(IDENTITY_FIELDS));
    if fields.is_some() && !matches!(protocol, Protocol::Submission | Protocol::Submissions) {
        section.source.error(
            section.key_span(KEY),
            said!(
                "parse-listener-identity",
                "identity is about users who log in to send, which they do not do on this listener"
            ),
            said!(
                "parse-listener-identity.do",
                "write it for a listener with protocol = \"submission\" or \"submissions\"; for listeners with protocol = \"smtp\" there is protect_own_domains"
            ),
        );
    }
    fields
}

/// Where strangers may not use our domains on this listener.
fn protect_own_domains(section: &Section<'_>, protocol: Protocol) -> Option<Vec<IdentityField>> {
    const KEY: &str = "protect_own_domains";
    let fields = section.list(KEY, IDENTITY_EXAMPLE, values::word(PROTECTED_FIELDS));
    if fields.is_some() && protocol != Protocol::Smtp {
        section.source.error(
            section.key_span(KEY),
            said!(
                "parse-listener-protect",
                "protect_own_domains is about mail that strangers hand in, which they cannot on this listener"
            ),
            said!(
                "parse-listener-protect.do",
                "write it for a listener with protocol = \"smtp\""
            ),
        );
    }
    fields
}

fn store_url(item: &toml_edit::Item) -> Read<StoreUrl> {
    let url = values::text(item)?;
    if url == "sqlite" {
        return Ok(StoreUrl::Sqlite);
    }
    let rest = url.strip_prefix("postgres://").or_else(|| url.strip_prefix("postgresql://"));
    match rest {
        Some(rest) if !rest.is_empty() => Ok(StoreUrl::Postgres(url)),
        _ => {
            // The text may hold a password: it is not repeated.
            Err(Wrong::new(
                said!("parse-store", "is no store that Causeway knows"),
                said!(
                    "parse-store.do",
                    "write \"sqlite\" (in the data directory) or \"postgres://user@host/database\""
                ),
            ))
        }
    }
}

fn delivery(root: &Section<'_>, machine: &mut Machine) {
    let Some(section) = root.section("delivery", DELIVERY_KEYS) else { return };
    if let Some(port) = section.read("mx_port", values::count(65_535)) {
        machine.delivery.mx_port = u16::try_from(port).unwrap_or(25);
    }
    if let Some(list) = section.list("source_addresses", "[\"192.0.2.1\"]", hosts::ip_address) {
        machine.delivery.source_addresses = list;
    }
    if let Some(list) = section.list("trust_roots", "[\"ca.pem\"]", values::path) {
        machine.delivery.trust_roots = list;
    }
    section.set("dane", &mut machine.delivery.dane, values::boolean);
    section.set("mta_sts", &mut machine.delivery.mta_sts, values::boolean);
    if let Some(port) = section.read("mta_sts_port", values::count(65_535)) {
        machine.delivery.mta_sts_port = u16::try_from(port).unwrap_or(443);
    }
}

fn probes(root: &Section<'_>, probes: &mut ProbeSettings) {
    let Some(section) = root.section("probes", PROBE_KEYS) else { return };
    if let Some(number) = section.read("at_once", values::count(1000)) {
        probes.at_once = usize::try_from(number).unwrap_or(probes.at_once);
    }
    if let Some(number) = section.read("per_minute", values::count(100_000)) {
        probes.per_minute = u32::try_from(number).unwrap_or(probes.per_minute);
    }
    section.set("timeout", &mut probes.timeout, probe_timeout);
    section.set("keep_for", &mut probes.keep_for, values::positive_duration);
    if let Some(list) =
        section.list("control_destinations", "[\"mail.partner.example\"]", hosts::smart_host)
    {
        probes.control_destinations = list;
    }
}

fn probe_timeout(item: &toml_edit::Item) -> Read<Duration> {
    let timeout = values::positive_duration(item)?;
    if timeout > Duration::from_secs(60) {
        return Err(Wrong::new(
            said!("parse-over-a-minute", "is longer than a minute"),
            said!("parse-write-probe-timeout", "write \"10s\", or \"60s\" at most"),
        ));
    }
    Ok(timeout)
}

fn limits(root: &Section<'_>, machine: &mut Machine) {
    let Some(section) = root.section("limits", LIMIT_KEYS) else { return };
    let exempt = section.list("login_lock_exempt", "[\"192.0.2.7\"]", hosts::network);
    machine.login_lock_exempt = exempt.unwrap_or_default();
    let limits = &mut machine.limits;
    let number = |key: &str, target: &mut usize| {
        if let Some(number) = section.read(key, values::count(1_000_000)) {
            *target = usize::try_from(number).unwrap_or(*target);
        }
    };
    section.set("max_message_size", &mut limits.max_message_size, values::size);
    // The store gives a recipient's position 14 bits.
    if let Some(number) = section.read("max_recipients", values::count(16_384)) {
        limits.max_recipients = usize::try_from(number).unwrap_or(limits.max_recipients);
    }
    number("max_connections", &mut limits.max_connections);
    number("max_connections_per_address", &mut limits.max_connections_per_address);
    if let Some(hops) = section.read("max_hops", values::count(1000)) {
        limits.max_hops = u32::try_from(hops).unwrap_or(limits.max_hops);
    }
    number("sessions_per_account", &mut limits.sessions_per_account);
    hourly_limits(&section, limits);
    if limits.max_message_size < 64 * 1024 {
        section.source.warning(
            section.span_of("max_message_size"),
            said!("parse-small-messages", "messages of less than 64 KiB would be refused"),
            said!("parse-small-messages.do", "RFC 5321 asks for 64 KiB at least; 50 MiB is usual"),
        );
    }
    if limits.max_recipients < 100 {
        section.source.warning(
            section.span_of("max_recipients"),
            said!(
                "parse-few-recipients",
                "only {count} recipients a message would be taken",
                count = limits.max_recipients
            ),
            said!("parse-few-recipients.do", "RFC 5321 asks for 100 at least"),
        );
    }
    if section.knows("max_connections")
        && limits.max_connections_per_address > limits.max_connections
    {
        section.source.warning(
            section.span_of("max_connections_per_address"),
            said!("parse-connections", "one address may have more connections than all together"),
            said!("parse-connections.do", "write a smaller number than max_connections"),
        );
    }
}

/// What protects logins, and what may be sent in an hour.
fn hourly_limits(section: &Section<'_>, limits: &mut Limits) {
    let number = |key: &str, read: &dyn Fn(&toml_edit::Item) -> Read<u64>, target: &mut u32| {
        if let Some(number) = section.read(key, read) {
            *target = u32::try_from(number).unwrap_or(*target);
        }
    };
    let failures = values::count(10_000);
    number("login_failures_per_account", &failures, &mut limits.login_failures_per_account);
    number("login_failures_per_address", &failures, &mut limits.login_failures_per_address);
    section.set("login_lock", &mut limits.login_lock, login_lock);
    let hourly = values::count_or_none(1_000_000);
    number("account_messages_per_hour", &hourly, &mut limits.per_account.messages);
    number("account_recipients_per_hour", &hourly, &mut limits.per_account.recipients);
    let over =
        |key: &str, target: &mut Suspected| section.set(key, target, values::word(SUSPECTED));
    over("account_over_limit", &mut limits.per_account.over);
    over("address_over_limit", &mut limits.per_address.over);
    over("sender_over_limit", &mut limits.per_sender.over);
    number("forwarded_messages_per_hour", &hourly, &mut limits.forwarded_messages_per_hour);
    number("address_messages_per_hour", &hourly, &mut limits.per_address.messages);
    number("address_recipients_per_hour", &hourly, &mut limits.per_address.recipients);
    number("sender_messages_per_hour", &hourly, &mut limits.per_sender.messages);
    number("sender_recipients_per_hour", &hourly, &mut limits.per_sender.recipients);
    number("unknown_recipients_per_hour", &hourly, &mut limits.unknown_recipients_per_hour);
}

fn login_lock(item: &toml_edit::Item) -> Read<Duration> {
    let lock = values::positive_duration(item)?;
    if lock > Duration::from_secs(24 * 3600) {
        return Err(Wrong::new(
            said!("parse-over-a-day", "is longer than a day"),
            said!("parse-over-a-day.do", "write \"15m\", or \"24h\" at most"),
        ));
    }
    Ok(lock)
}
