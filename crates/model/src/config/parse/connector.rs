//! `[[connector]]`.

use std::collections::HashSet;
use std::hash::Hash;

use super::Section;
use super::{hosts, mailflow, values};
use crate::config::{
    Connector, Credentials, Direction, DomainPattern, Host, InboundConnector, OutboundConnector,
    OutboundRoute, Peer, SmartHost, TlsLevel,
};
use crate::said;

pub(super) const KEYS: &[&str] = &[
    "name",
    "direction",
    "peer",
    "enabled",
    "note",
    "recipient_domains",
    "smart_hosts",
    "use_mx",
    "tls",
    "tls_domain",
    "credentials",
    "max_connections",
    "max_messages_per_minute",
    "sender_domains",
    "source_addresses",
    "tls_certificate_name",
    "require_tls",
    "restrict_sender_domains",
    "identity",
];
// source_addresses is a key of both: addresses to come from, and addresses that peers come from.
const OUTBOUND_KEYS: &[&str] = &[
    "recipient_domains",
    "smart_hosts",
    "use_mx",
    "tls",
    "tls_domain",
    "credentials",
    "max_connections",
    "max_messages_per_minute",
];
const INBOUND_KEYS: &[&str] = &[
    "sender_domains",
    "tls_certificate_name",
    "require_tls",
    "restrict_sender_domains",
    "identity",
];

const DIRECTIONS: &[(&str, Direction)] =
    &[("outbound", Direction::Outbound), ("inbound", Direction::Inbound)];
const PEERS: &[(&str, Peer)] = &[("on_premises", Peer::OnPremises), ("partner", Peer::Partner)];
const TLS_LEVELS: &[(&str, TlsLevel)] = &[
    ("opportunistic", TlsLevel::Opportunistic),
    ("encryption_only", TlsLevel::EncryptionOnly),
    ("certificate_validation", TlsLevel::CertificateValidation),
    ("domain_validation", TlsLevel::DomainValidation),
];

/// The most that `max_connections` can be: what all connectors together may have.
const MOST_CONNECTIONS: u64 = 1_000;
/// The most that `max_messages_per_minute` can be.
const MOST_MESSAGES: u64 = 60_000;

/// What both directions have.
struct Common {
    name: String,
    peer: Peer,
    enabled: bool,
    note: Option<String>,
}

/// The names of all connectors, those included that could not be read otherwise.
pub(super) struct Names {
    known: HashSet<String>,
    /// Every connector has one that could be read.
    is_complete: bool,
}

impl Names {
    /// True when one of the connectors has this name, or may have it.
    pub(super) fn may_have(&self, name: &str) -> bool {
        !self.is_complete || self.known.contains(name)
    }
}

/// Every `[[connector]]` of which enough could be read, and the names of all.
pub(super) fn connectors(root: &Section<'_>) -> (Vec<Connector>, Names) {
    let mut connectors = Vec::new();
    let mut names = Names { known: HashSet::new(), is_complete: root.knows("connector[*]") };
    for section in root.tables("connector", KEYS) {
        match connector(&section) {
            Some(connector) => connectors.push(connector),
            None => section.leave_out_all(),
        }
        let Some(name) = section.table.get("name").and_then(toml_edit::Item::as_str) else {
            names.is_complete = false;
            continue;
        };
        if !names.known.insert(name.to_owned()) {
            section.source.error(
                section.span_of("name"),
                said!(
                    "parse-connector-twice",
                    "there are two connectors with the name {name}",
                    name = values::shown(name)
                ),
                said!("parse-connector-twice.do", "give each connector a name of its own"),
            );
        }
    }
    (connectors, names)
}

/// `None` without a name or a direction.
fn connector(section: &Section<'_>) -> Option<Connector> {
    let name = section.required("name", "\"to on-premises\"", values::text);
    let direction = section.required("direction", "\"outbound\"", values::word(DIRECTIONS));
    let peer = section.required("peer", "\"partner\" or \"on_premises\"", values::word(PEERS));
    let enabled = section.read("enabled", values::boolean).unwrap_or(true);
    let note = section.read("note", values::text);
    // What a broken entry has besides is read all the same, so that its problems are known too.
    let common = Common {
        name: name.clone().unwrap_or_default(),
        peer: peer.unwrap_or(Peer::Partner),
        enabled,
        note,
    };
    let connector = match direction.or_else(|| apparent_direction(section))? {
        Direction::Outbound => {
            foreign_keys(section, INBOUND_KEYS, "inbound");
            Connector::Outbound(outbound(section, common))
        }
        Direction::Inbound => {
            foreign_keys(section, OUTBOUND_KEYS, "outbound");
            Connector::Inbound(inbound(section, common))
        }
    };
    name.and(direction).map(|_| connector)
}

/// The direction that the other keys belong to, when they all belong to one.
fn apparent_direction(section: &Section<'_>) -> Option<Direction> {
    let has = |keys: &[&str]| keys.iter().any(|key| section.has(key));
    match (has(OUTBOUND_KEYS), has(INBOUND_KEYS)) {
        (true, false) => Some(Direction::Outbound),
        (false, true) => Some(Direction::Inbound),
        _ => None,
    }
}

fn foreign_keys(section: &Section<'_>, keys: &[&str], belongs_to: &str) {
    for key in keys.iter().filter(|key| section.has(key)) {
        section.source.error(
            section.key_span(key),
            said!(
                "parse-other-direction",
                "{key} belongs to {direction} connectors; this one is of the other direction",
                key = key,
                direction = belongs_to
            ),
            said!(
                "parse-other-direction.do",
                "remove it, or make it an {direction} connector of its own",
                direction = belongs_to
            ),
        );
    }
}

fn patterns(
    section: &Section<'_>,
    key: &str,
    read: fn(&toml_edit::Item) -> values::Read<DomainPattern>,
) -> Vec<DomainPattern> {
    let patterns = section.list(key, "[\"corp.example\"]", read).unwrap_or_default();
    if has_twice(&patterns) {
        section.source.warning(
            section.span_of(key),
            said!("parse-domain-listed-twice", "{key} has the same domain twice", key = key),
            said!("parse-domain-listed-twice.do", "keep one of the two"),
        );
    }
    patterns
}

fn outbound(section: &Section<'_>, common: Common) -> OutboundConnector {
    let recipient_domains = patterns(section, "recipient_domains", values::recipient_pattern);
    let route = route(section);
    let tls = section.read("tls", values::word(TLS_LEVELS)).unwrap_or_default();
    let tls_domain = section.read("tls_domain", values::certificate_name);
    if section.knows("tls") && tls_domain.is_some() && tls != TlsLevel::DomainValidation {
        section.source.warning(
            section.span_of("tls_domain"),
            said!("parse-tls-domain-unused", "tls_domain is not looked at under this tls setting"),
            said!(
                "parse-tls-domain-unused.do",
                "write tls = \"domain_validation\", or remove tls_domain"
            ),
        );
    }
    let credentials = section.section("credentials", &["user", "password_file"]);
    let credentials = credentials.and_then(|section| {
        let user = section.required("user", "\"relay\"", values::text);
        let file = section.required("password_file", "\"/path/to/file\"", values::path);
        Some(Credentials { user: user?, password_file: file? })
    });
    let sources = section.list("source_addresses", "[\"192.0.2.1\"]", hosts::ip_address);
    let number = |key, most| section.read(key, values::count(most));
    let max_connections = number("max_connections", MOST_CONNECTIONS);
    let max_messages_per_minute = number("max_messages_per_minute", MOST_MESSAGES);
    if tls == TlsLevel::DomainValidation
        && !section.has("tls_domain")
        && let OutboundRoute::SmartHosts(hosts) = &route
        && hosts.iter().flatten().any(|host| matches!(host.host, Host::Address(_)))
    {
        section.source.warning(
            section.span_of("tls"),
            said!(
                "parse-no-tls-domain",
                "a smart host is given by its address, so no name is known that its certificate must carry"
            ),
            said!("parse-no-tls-domain.do", "add tls_domain, the name in its certificate"),
        );
    }
    let Common { name, peer, enabled, note } = common;
    OutboundConnector {
        name,
        peer,
        enabled,
        recipient_domains,
        route,
        tls,
        tls_domain,
        credentials,
        source_addresses: sources.unwrap_or_default(),
        max_connections: max_connections.and_then(|number| u32::try_from(number).ok()),
        max_messages_per_minute: max_messages_per_minute.and_then(|n| u32::try_from(n).ok()),
        note,
    }
}

/// Without hosts when it says neither which nor MX.
fn route(section: &Section<'_>) -> OutboundRoute {
    let unknown = || {
        section.leave_out("smart_hosts");
        OutboundRoute::SmartHosts(Vec::new())
    };
    let example = "[\"mail.corp.example\"]";
    let hosts = section.list("smart_hosts", example, hosts::smart_hosts);
    let use_mx = section.read("use_mx", values::boolean);
    let either = || {
        said!(
            "parse-no-way-out.do",
            "write smart_hosts = [\"mail.corp.example\"], or use_mx = true, one of the two"
        )
    };
    match (hosts, use_mx) {
        (Some(hosts), Some(true)) if !hosts.is_empty() => {
            let what = said!(
                "parse-two-ways",
                "{place} has both smart_hosts and use_mx = true";
                place = section.called()
            );
            section.source.error(section.span_of("use_mx"), what, either());
            unknown()
        }
        (_, Some(true)) => OutboundRoute::Mx,
        (Some(hosts), _) if !hosts.is_empty() => {
            repeated_hosts(section, &hosts);
            OutboundRoute::SmartHosts(hosts)
        }
        _ => {
            // A value that is there and could not be read has been reported by itself.
            let broken = !section.knows("smart_hosts") || !section.knows("use_mx");
            if !broken {
                let what = said!(
                    "parse-no-way-out",
                    "{place} has nowhere to send mail to";
                    place = section.called()
                );
                section.source.error(section.span.clone(), what, either());
            }
            unknown()
        }
    }
}

fn has_twice<T: Eq + Hash>(entries: impl IntoIterator<Item = T>) -> bool {
    let mut seen = HashSet::new();
    !entries.into_iter().all(|entry| seen.insert(entry))
}

fn is_empty_list(item: &toml_edit::Item) -> bool {
    item.as_array().is_some_and(toml_edit::Array::is_empty)
}

fn repeated_hosts(section: &Section<'_>, groups: &[Vec<SmartHost>]) {
    if has_twice(groups.iter().flatten()) {
        section.source.warning(
            section.span_of("smart_hosts"),
            said!("parse-host-twice", "smart_hosts has the same host twice"),
            said!("parse-host-twice.do", "keep one of the two"),
        );
    }
}

fn inbound(section: &Section<'_>, common: Common) -> InboundConnector {
    let sender_domains = patterns(section, "sender_domains", values::pattern);
    let source = section.list("source_addresses", "[\"192.0.2.0/28\"]", hosts::peer_network);
    let tls_certificate_name = section.read("tls_certificate_name", values::certificate_name);
    let require_tls = section.read("require_tls", values::boolean).unwrap_or(true);
    let restrict_sender_domains =
        section.read("restrict_sender_domains", values::boolean).unwrap_or(false);
    let identity = section
        .list("identity", mailflow::IDENTITY_EXAMPLE, values::word(mailflow::IDENTITY_FIELDS))
        .unwrap_or_default();
    if !identity.is_empty() && sender_domains.contains(&DomainPattern::Everything) {
        section.source.warning(
            section.span_of("identity"),
            said!(
                "parse-nothing-to-check",
                "sender_domains has \"*\", so that nothing is left to check"
            ),
            said!(
                "parse-nothing-to-check.do",
                "name the domains that the peer may send from, or remove identity"
            ),
        );
    }
    let missing = |key: &str| section.table.get(key).is_none_or(is_empty_list);
    if missing("sender_domains") && section.knows("sender_domains") {
        section.leave_out("sender_domains");
        section.source.error(
            section.span_of("sender_domains"),
            said!(
                "parse-no-sender-domains",
                "{place} has no sender_domains";
                place = section.called()
            ),
            said!(
                "parse-no-sender-domains.do",
                "write sender_domains = [\"*\"] for all, or the domains its peer may send from"
            ),
        );
    }
    if missing("source_addresses")
        && !section.has("tls_certificate_name")
        && section.knows("source_addresses")
        && section.knows("tls_certificate_name")
    {
        section.leave_out("source_addresses");
        section.source.error(
            section.span.clone(),
            said!(
                "parse-no-mark",
                "{place} does not say how its peer is recognised";
                place = section.called()
            ),
            said!("parse-no-mark.do", "write source_addresses, tls_certificate_name, or both"),
        );
    }
    let only_by_certificate =
        source.as_ref().is_none_or(Vec::is_empty) && section.knows("source_addresses");
    if tls_certificate_name.is_some() && !require_tls && only_by_certificate {
        section.source.warning(
            section.span_of("require_tls"),
            said!(
                "parse-certificate-in-clear",
                "the peer is recognised by its certificate only, which it cannot show without TLS"
            ),
            said!("parse-certificate-in-clear.do", "write require_tls = true"),
        );
    }
    let Common { name, peer, enabled, note } = common;
    InboundConnector {
        name,
        peer,
        enabled,
        sender_domains,
        source_addresses: source.unwrap_or_default(),
        tls_certificate_name,
        require_tls,
        restrict_sender_domains,
        identity,
        note,
    }
}
