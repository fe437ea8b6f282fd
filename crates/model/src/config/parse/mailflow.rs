//! `mailflow.toml`, all but the connectors.

use std::collections::HashMap;

use toml_edit::Item;

use super::connector::Names;
use super::values::{self, Read};
use super::{Readable, Section, Wrong, connector, hosts, nearest, read_file};
use crate::config::{
    AcceptedDomain, AlertSettings, AuthorisedAddress, Connector, DomainType, IdentityField,
    InternetRoute, MailFlow, NoticeKind, NoticeSettings, Problem, QueueSettings, RejectStyle,
    SignedMail, Suspected, ToldOfHeld,
};
use crate::domain::Domain;
use crate::said;

const TABLES: &[&str] = &[
    "organization",
    "queue",
    "domain",
    "connector",
    "routing",
    "relay",
    "identity",
    "alerts",
    "dkim",
];

const ORGANIZATION_KEYS: &[&str] =
    &["name", "postmaster", "languages", "alert_recipients", "public_url", "expected_mx"];
const QUEUE_KEYS: &[&str] = &[
    "expire_after",
    "delay_notice_after",
    "retry_after",
    "send_again_for",
    "send_again_space",
    "tell_of_held",
];
const DOMAIN_KEYS: &[&str] = &["name", "type", "match_subdomains"];
const ROUTING_KEYS: &[&str] = &["internet"];
const RELAY_KEYS: &[&str] = &["networks", "addresses", "pop_before_smtp", "reject_style"];
const IDENTITY_KEYS: &[&str] = &["enforce", "protect_own_domains", "own_domains_from_outside"];
const ALERT_KEYS: &[&str] = &[
    "connector_failures",
    "messages",
    "after",
    "mail_every",
    "webhook",
    "keep",
    "ignore",
    "mail_loops",
    "unused_connector_after",
    "check_mx_every",
    "foreign_senders",
    "certificate_ends",
    "old_clients",
    "queue_growth",
    "queue_growth_within",
    "unknown_recipients",
    "unknown_recipients_within",
];
const DKIM_KEYS: &[&str] = &["sign"];

/// Every key, by table.
pub(super) const KEYS: &[(&str, &[&str])] = &[
    ("organization", ORGANIZATION_KEYS),
    ("queue", QUEUE_KEYS),
    ("domain", DOMAIN_KEYS),
    ("connector", connector::KEYS),
    ("routing", ROUTING_KEYS),
    ("relay", RELAY_KEYS),
    ("identity", IDENTITY_KEYS),
    ("alerts", ALERT_KEYS),
    ("dkim", DKIM_KEYS),
];

const DOMAIN_TYPES: &[(&str, DomainType)] =
    &[("authoritative", DomainType::Authoritative), ("internal_relay", DomainType::InternalRelay)];

const REJECT_STYLES: &[(&str, RejectStyle)] =
    &[("standard", RejectStyle::Standard), ("qmail", RejectStyle::Qmail)];

pub(super) const IDENTITY_FIELDS: &[(&str, IdentityField)] = &[
    ("envelope", IdentityField::Envelope),
    ("from", IdentityField::From),
    ("sender", IdentityField::Sender),
    ("reply_to", IdentityField::ReplyTo),
];

pub(super) const PROTECTED_FIELDS: &[(&str, IdentityField)] =
    &[("envelope", IdentityField::Envelope), ("from", IdentityField::From)];

pub(super) const IDENTITY_EXAMPLE: &str = "[\"envelope\", \"from\"]";

pub(super) const SUSPECTED: &[(&str, Suspected)] =
    &[("refuse", Suspected::Refuse), ("hold", Suspected::Hold)];

const TOLD_OF_HELD: &[(&str, ToldOfHeld)] =
    &[("sender", ToldOfHeld::Sender), ("administrators", ToldOfHeld::Administrators)];

const SIGNED_MAIL: &[(&str, SignedMail)] =
    &[("reports", SignedMail::Reports), ("submission", SignedMail::Submission)];

impl MailFlow {
    /// Reads `mailflow.toml`. `file` is the name to show in problems. With the value come the
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
        read_file(text, file, TABLES, mailflow)
    }
}

fn mailflow(root: &Section<'_>) -> MailFlow {
    let mut flow = MailFlow::default();
    organization(root, &mut flow);
    queue(root, &mut flow.queue);
    flow.domains = domains(root);
    let (connectors, names) = connector::connectors(root);
    flow.connectors = connectors;
    if let Some(routing) = root.section("routing", ROUTING_KEYS) {
        flow.internet = internet(&routing, &flow.connectors, &names);
    }
    relay(root, &mut flow);
    if let Some(section) = root.section("identity", IDENTITY_KEYS) {
        let example = IDENTITY_EXAMPLE;
        if let Some(fields) = section.list("enforce", example, values::word(IDENTITY_FIELDS)) {
            flow.identity.enforce = fields;
        }
        let protect = values::word(PROTECTED_FIELDS);
        if let Some(fields) = section.list("protect_own_domains", example, protect) {
            flow.identity.protect_own_domains = fields;
        }
        let suspected = &mut flow.identity.own_domains_from_outside;
        section.set("own_domains_from_outside", suspected, values::word(SUSPECTED));
    }
    alerts(root, &mut flow.alerts);
    if let Some(section) = root.section("dkim", DKIM_KEYS) {
        let signed = values::word(SIGNED_MAIL);
        if let Some(signed) = section.list("sign", "[\"reports\"]", signed) {
            flow.dkim.sign = signed;
        }
    }
    flow
}

fn alerts(root: &Section<'_>, settings: &mut AlertSettings) {
    let Some(section) = root.section("alerts", ALERT_KEYS) else { return };
    section.set("connector_failures", &mut settings.connector_failures, values::count(1_000));
    section.set("messages", &mut settings.messages, values::count(1_000_000_000));
    section.set("after", &mut settings.after, values::positive_duration);
    section.set("mail_every", &mut settings.mail_every, values::positive_duration);
    section.set("keep", &mut settings.keep, values::positive_duration);
    settings.webhook = section.read("webhook", values::web_address);
    notices(&section, &mut settings.notices);
}

/// What is noticed beside failing paths.
fn notices(section: &Section<'_>, settings: &mut NoticeSettings) {
    const MOST: u64 = 1_000_000_000;
    let kind = values::word(NoticeKind::ALL);
    if let Some(ignore) = section.list("ignore", "[\"unused-connector\"]", kind) {
        settings.ignore = ignore;
    }
    let span = values::positive_duration;
    section.set("mail_loops", &mut settings.mail_loops, values::count(MOST));
    section.set("unused_connector_after", &mut settings.unused_connector_after, span);
    section.set("check_mx_every", &mut settings.check_mx_every, span);
    section.set("foreign_senders", &mut settings.foreign_senders, values::count(MOST));
    section.set("old_clients", &mut settings.old_clients, values::count(MOST));
    section.set("queue_growth", &mut settings.queue_growth, values::count(MOST));
    section.set("queue_growth_within", &mut settings.queue_growth_within, span);
    section.set("unknown_recipients", &mut settings.unknown_recipients, values::count(MOST));
    let within = &mut settings.unknown_recipients_within;
    section.set("unknown_recipients_within", within, span);
    if let Some(mut spans) = section.list("certificate_ends", "[\"30d\", \"3d\"]", span) {
        if section.table.get("certificate_ends").is_some_and(is_empty_list) {
            section.source.error(
                section.span_of("certificate_ends"),
                said!("parse-no-certificate-ends", "certificate_ends is empty"),
                said!(
                    "parse-no-certificate-ends.do",
                    "write at least one time span, like [\"30d\"]; to hear nothing of certificates write ignore = [\"certificate-ends\"]"
                ),
            );
        }
        spans.sort_unstable_by(|a, b| b.cmp(a));
        settings.certificate_ends = spans;
    }
}

fn organization(root: &Section<'_>, flow: &mut MailFlow) {
    let Some(section) = root.section("organization", ORGANIZATION_KEYS) else { return };
    let organization = &mut flow.organization;
    section.set("name", &mut organization.name, values::text);
    organization.postmaster = section.read("postmaster", values::address);
    if let Some(languages) = section.list("languages", "[\"en\"]", values::language) {
        if languages.is_empty() && section.table.get("languages").is_some_and(is_empty_list) {
            section.source.error(
                section.span_of("languages"),
                said!("parse-no-languages", "languages is empty"),
                said!(
                    "parse-no-languages.do",
                    "write at least one of en, de, nl, sv; the first is the default"
                ),
            );
        }
        organization.languages = languages;
    }
    let example = "[\"it@contoso.example\"]";
    if let Some(recipients) = section.list("alert_recipients", example, values::address) {
        organization.alert_recipients = recipients;
    }
    organization.public_url = section.read("public_url", values::public_url);
    let example = "[\"gateway.contoso.example\"]";
    if let Some(hosts) = section.list("expected_mx", example, hosts::host) {
        organization.expected_mx = hosts;
    }
}

fn is_empty_list(item: &Item) -> bool {
    item.as_array().is_some_and(toml_edit::Array::is_empty)
}

fn queue(root: &Section<'_>, settings: &mut QueueSettings) {
    let Some(section) = root.section("queue", QUEUE_KEYS) else { return };
    section.set("expire_after", &mut settings.expire_after, values::positive_duration);
    section.set("send_again_for", &mut settings.send_again_for, values::duration);
    let told = section.list("tell_of_held", "[\"administrators\"]", values::word(TOLD_OF_HELD));
    if let Some(told) = told {
        settings.tell_of_held = told;
    }
    section.set("send_again_space", &mut settings.send_again_space, |item| {
        match item.as_integer() {
            Some(0) => Ok(0),
            _ => values::size(item),
        }
    });
    if let Some(times) = section.list("delay_notice_after", "[\"4h\"]", values::positive_duration) {
        settings.delay_notice_after = times;
    }
    if let Some(times) = section.list("retry_after", "[\"1m\", \"5m\"]", values::positive_duration)
    {
        if section.table.get("retry_after").is_some_and(is_empty_list) {
            section.source.error(
                section.span_of("retry_after"),
                said!("parse-no-retry", "retry_after is empty"),
                said!(
                    "parse-no-retry.do",
                    "write at least one waiting time, like [\"1m\", \"5m\", \"10m\"]; the last repeats"
                ),
            );
        }
        settings.retry_after = times;
    }
    if section.has("delay_notice_after")
        && section.knows("expire_after")
        && settings.delay_notice_after.iter().any(|&span| span >= settings.expire_after)
    {
        section.source.warning(
            section.span_of("delay_notice_after"),
            said!(
                "parse-late-notice",
                "a delay notice would come after the message has been returned, so it is never sent"
            ),
            said!("parse-late-notice.do", "write times shorter than expire_after"),
        );
    }
    if section.knows("expire_after")
        && section.knows("retry_after")
        && settings.retry_after.first().is_some_and(|&first| first >= settings.expire_after)
    {
        section.source.warning(
            section.span_of("retry_after"),
            said!("parse-late-retry", "messages are returned before they are tried a second time"),
            said!("parse-late-retry.do", "write a first waiting time shorter than expire_after"),
        );
    }
}

fn domains(root: &Section<'_>) -> Vec<AcceptedDomain> {
    let mut domains: Vec<AcceptedDomain> = Vec::new();
    let mut seen: HashMap<Domain, ()> = HashMap::new();
    for section in root.tables("domain", DOMAIN_KEYS) {
        let name = section.required("name", "\"contoso.example\"", accepted_name);
        let domain_type =
            section.read("type", values::word(DOMAIN_TYPES)).unwrap_or(DomainType::Authoritative);
        let match_subdomains = section.read("match_subdomains", values::boolean).unwrap_or(false);
        let Some(name) = name else {
            section.leave_out_all();
            continue;
        };
        if seen.insert(name.clone(), ()).is_some() {
            section.source.error(
                section.span_of("name"),
                said!("parse-domain-twice", "the domain {name} is there twice", name = name),
                said!("parse-domain-twice.do", "keep one of the two entries"),
            );
        }
        domains.push(AcceptedDomain { name, domain_type, match_subdomains });
    }
    domains
}

fn accepted_name(item: &Item) -> Read<Domain> {
    if let Some(above) = item.as_str().and_then(|text| text.strip_prefix("*.")) {
        return Err(Wrong::new(
            said!("parse-accepted-star", "an accepted domain has no star"),
            said!(
                "parse-accepted-star.do",
                "write \"{domain}\" and match_subdomains = true",
                domain = above.escape_debug()
            ),
        ));
    }
    values::domain(item)
}

/// `names` are those of all connectors, `connectors` the ones that could be read.
fn internet(section: &Section<'_>, connectors: &[Connector], names: &Names) -> InternetRoute {
    let Some(Some(name)) = section.read("internet", values::internet) else {
        return InternetRoute::Direct;
    };
    let found = connectors.iter().find(|connector| connector.name() == name);
    if found.is_none() && names.may_have(&name) {
        // It is there (or may be), but has problems of its own, which have been reported.
        return InternetRoute::Via(name);
    }
    let span = section.span_of("internet");
    match found {
        Some(Connector::Outbound(_)) => {}
        Some(Connector::Inbound(_)) => section.source.error(
            span,
            said!(
                "parse-internet-inbound",
                "the connector {name} is inbound: it sends nothing",
                name = values::shown(&name)
            ),
            said!("parse-internet-inbound.do", "name an outbound connector, or write \"direct\""),
        ),
        None => {
            let outbound = connectors.iter().filter(|c| matches!(c, Connector::Outbound(_)));
            let known: Vec<&str> = outbound.map(Connector::name).collect();
            let instead = match known.is_empty() {
                true => said!(
                    "parse-internet-unknown.do",
                    "there is no outbound connector: add one, or write \"direct\""
                ),
                false => nearest::suggestion(&name, &known),
            };
            let what = said!(
                "parse-internet-unknown",
                "there is no connector {name}",
                name = values::shown(&name)
            );
            section.source.error(span, what, instead);
        }
    }
    InternetRoute::Via(name)
}

fn relay(root: &Section<'_>, flow: &mut MailFlow) {
    let Some(section) = root.section("relay", RELAY_KEYS) else { return };
    let relay = &mut flow.relay;
    if let Some(networks) = section.list("networks", "[\"127.0.0.0/8\"]", hosts::network) {
        relay.networks = networks;
    }
    if let Some(addresses) = addresses(&section) {
        relay.addresses = addresses;
    }
    if let Some(pop) = section.section("pop_before_smtp", &["enabled", "window"]) {
        pop.set("enabled", &mut relay.pop_before_smtp.enabled, values::boolean);
        pop.set("window", &mut relay.pop_before_smtp.window, values::positive_duration);
        if relay.pop_before_smtp.window > std::time::Duration::from_secs(24 * 3600) {
            pop.source.warning(
                pop.span_of("window"),
                said!(
                    "parse-long-window",
                    "an address stays trusted for more than a day after a POP3 login"
                ),
                said!("parse-long-window.do", "addresses change hands quickly: 15m is usual"),
            );
        }
    }
    section.set("reject_style", &mut relay.reject_style, values::word(REJECT_STYLES));
}

/// `addresses`: plain strings, or tables with `address`, `note`, `until` and `sender_domains`.
fn addresses(section: &Section<'_>) -> Option<Vec<AuthorisedAddress>> {
    let item = section.table.get("addresses")?;
    let example = "[{ address = \"192.0.2.7\", note = \"branch office\" }]";
    let all_tables = match item {
        Item::ArrayOfTables(_) => true,
        other => other
            .as_array()
            .is_some_and(|array| array.iter().all(toml_edit::Value::is_inline_table)),
    };
    if !all_tables {
        return section.list("addresses", example, |entry| {
            if values::is_string(entry) {
                return Ok(AuthorisedAddress {
                    address: hosts::network(entry)?,
                    note: None,
                    until: None,
                    sender_domains: Vec::new(),
                });
            }
            let expected = said!("parse-an-address-or-table", "an address or a table");
            Err(values::wrong_type(expected, entry, values::write(example)))
        });
    }
    let entries = section.tables("addresses", &["address", "note", "until", "sender_domains"]);
    let read = |entry: &Section<'_>| {
        let address = entry.required("address", "\"192.0.2.7\"", hosts::network);
        let note = entry.read("note", values::text);
        let until = entry.read("until", values::until);
        let domains = entry.list("sender_domains", "[\"corp.example\"]", values::pattern);
        if domains.as_ref().is_some_and(Vec::is_empty) {
            entry.source.error(
                entry.span_of("sender_domains"),
                said!(
                    "parse-empty-senders",
                    "sender_domains is empty: nobody could send from there"
                ),
                said!("parse-empty-senders.do", "write the domains, or leave the key out for all"),
            );
        }
        let (Some(address), true) =
            (address, entry.knows("until") && entry.knows("sender_domains"))
        else {
            // Without what bounds it, it would be a wider right than the one that is written.
            entry.leave_out_all();
            return None;
        };
        let sender_domains = domains.unwrap_or_default();
        Some(AuthorisedAddress { address, note, until, sender_domains })
    };
    Some(entries.iter().filter_map(read).collect())
}
