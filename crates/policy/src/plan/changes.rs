//! What differs between two configurations, in the words of mail flow.
//!
//! One sentence for each thing that changes, in the order of the file: the organization, the queue,
//! domains, connectors, routing, relay, identity. Comments, order of entries and layout change nothing.

use std::collections::HashMap;
use std::fmt::Display;
use std::time::Duration;

use causeway_model::config::{
    AcceptedDomain, AuthorisedAddress, Connector, DomainType, IdentityField, InboundConnector,
    InternetRoute, MailFlow, OutboundConnector, OutboundRoute, Peer, RejectStyle, SignedMail,
    Suspected,
};
use causeway_model::time::format_duration;

use crate::identity::field_name;
use crate::index::pattern_text;
use crate::relay::shown_network;
use crate::route::group_text;

/// Every change, each as one sentence without a full stop.
#[must_use]
pub fn changes(old: &MailFlow, new: &MailFlow) -> Vec<String> {
    let mut out = Vec::new();
    organization(old, new, &mut out);
    queue(old, new, &mut out);
    domains(old, new, &mut out);
    connectors(old, new, &mut out);
    if old.internet != new.internet {
        let (from, to) = (internet(&old.internet), internet(&new.internet));
        out.push(format!("mail for the internet leaves {to} instead of {from}"));
    }
    relay(old, new, &mut out);
    alerts(old, new, &mut out);
    let subject = "identity".to_owned();
    let mut identity = Fields { subject, out: &mut out };
    let (was, is) = (&old.identity, &new.identity);
    identity.list("the fields that are checked", &fields(&was.enforce), &fields(&is.enforce));
    identity.list(
        "the fields in which strangers may not use our domains",
        &fields(&was.protect_own_domains),
        &fields(&is.protect_own_domains),
    );
    let fate = |suspected| match suspected {
        Suspected::Refuse => "refused",
        Suspected::Hold => "held",
    };
    identity.value(
        "what becomes of our domains from outside",
        Some(fate(was.own_domains_from_outside)),
        Some(fate(is.own_domains_from_outside)),
    );
    let mut dkim = Fields { subject: "dkim".into(), out: &mut out };
    let signed = |mail: &[SignedMail]| -> Vec<String> {
        mail.iter()
            .map(|mail| match mail {
                SignedMail::Reports => "reports".to_owned(),
                SignedMail::Submission => "submission".to_owned(),
            })
            .collect()
    };
    dkim.list("the mail that is signed", &signed(&old.dkim.sign), &signed(&new.dkim.sign));
    out
}

/// Sentences about one thing.
struct Fields<'o> {
    subject: String,
    out: &'o mut Vec<String>,
}

impl Fields<'_> {
    /// A value that was replaced, set or taken away.
    fn value<T: PartialEq + Display>(&mut self, name: &str, old: Option<T>, new: Option<T>) {
        let subject = &self.subject;
        match (old, new) {
            (Some(old), Some(new)) if old != new => {
                self.out.push(format!("{subject} changes {name} from {old} to {new}"));
            }
            (None, Some(new)) => self.out.push(format!("{subject} gets {name} {new}")),
            (Some(old), None) => self.out.push(format!("{subject} loses {name} {old}")),
            _ => {}
        }
    }

    /// A list whose order means something, or that is short: shown as a whole.
    fn list(&mut self, name: &str, old: &[String], new: &[String]) {
        if old == new {
            return;
        }
        let shown = |list: &[String]| match list.len() {
            0 => "none".to_owned(),
            1..=8 => list.join(", "),
            more => format!("{}, … ({more} in all)", list[..6].join(", ")),
        };
        self.value(name, Some(shown(old)), Some(shown(new)));
        // Two long lists can look the same where they are cut.
        if shown(old) == shown(new) {
            self.out.push(format!("{} changes {name} further down in the list", self.subject));
        }
    }

    fn flag(&mut self, old: bool, new: bool, is: &str, is_not: &str) {
        if old != new {
            self.out.push(format!("{} {}", self.subject, if new { is } else { is_not }));
        }
    }
}

fn quoted(text: &str) -> String {
    format!("\"{text}\"")
}

fn durations(spans: &[Duration]) -> Vec<String> {
    spans.iter().map(|span| format_duration(*span)).collect()
}

fn texts<T: ToString>(values: &[T]) -> Vec<String> {
    values.iter().map(ToString::to_string).collect()
}

fn fields(fields: &[IdentityField]) -> Vec<String> {
    fields.iter().map(|field| field_name(*field).to_owned()).collect()
}

fn organization(old: &MailFlow, new: &MailFlow, out: &mut Vec<String>) {
    let (was, is) = (&old.organization, &new.organization);
    let mut fields = Fields { subject: "the organization".into(), out };
    fields.value("its name", Some(quoted(&was.name)), Some(quoted(&is.name)));
    fields.value("the postmaster", was.postmaster.as_ref(), is.postmaster.as_ref());
    let tags = |languages: &[causeway_model::config::Language]| {
        languages.iter().map(|language| language.tag().to_owned()).collect::<Vec<_>>()
    };
    fields.list("its languages", &tags(&was.languages), &tags(&is.languages));
    let (was, is) = (texts(&was.alert_recipients), texts(&is.alert_recipients));
    fields.list("the recipients of alerts", &was, &is);
    let (was, is) = (&old.organization.public_url, &new.organization.public_url);
    fields.value("the address of its pages", was.as_ref(), is.as_ref());
}

fn queue(old: &MailFlow, new: &MailFlow, out: &mut Vec<String>) {
    let (was, is) = (&old.queue, &new.queue);
    let mut fields = Fields { subject: "the queue".into(), out };
    let span = |span: Duration| Some(format_duration(span));
    fields.value("how long mail is tried", span(was.expire_after), span(is.expire_after));
    fields.list(
        "when senders are told of a delay",
        &durations(&was.delay_notice_after),
        &durations(&is.delay_notice_after),
    );
    let (waits, waits_now) = (durations(&was.retry_after), durations(&is.retry_after));
    fields.list("the times between attempts", &waits, &waits_now);
    fields.value(
        "how long returned mail can be sent again",
        span(was.send_again_for),
        span(is.send_again_for),
    );
    fields.value(
        "how much returned mail is kept for that",
        Some(format!("{} octets", was.send_again_space)),
        Some(format!("{} octets", is.send_again_space)),
    );
}

/// `authoritative` or `internal relay`.
pub(super) const fn domain_type(domain_type: DomainType) -> &'static str {
    match domain_type {
        DomainType::Authoritative => "authoritative",
        DomainType::InternalRelay => "internal relay",
    }
}

fn alerts(old: &MailFlow, new: &MailFlow, out: &mut Vec<String>) {
    let (was, is) = (&old.alerts, &new.alerts);
    let mut fields = Fields { subject: "alerts".into(), out };
    let span = |span: Duration| Some(format_duration(span));
    fields.value(
        "how often a connector fails before there is one",
        Some(was.connector_failures),
        Some(is.connector_failures),
    );
    fields.value(
        "how much waits for another path before there is one",
        Some(was.messages),
        Some(is.messages),
    );
    fields.value(
        "how long another path fails before there is one",
        span(was.after),
        span(is.after),
    );
    fields.value("the time between two messages", span(was.mail_every), span(is.mail_every));
    fields.value("their web hook", was.webhook.as_ref(), is.webhook.as_ref());
    fields.value("how long they are kept", span(was.keep), span(is.keep));
}

fn domains(old: &MailFlow, new: &MailFlow, out: &mut Vec<String>) {
    let by_name = |flow: &'_ MailFlow| -> HashMap<_, AcceptedDomain> {
        flow.domains.iter().map(|domain| (domain.name.clone(), domain.clone())).collect()
    };
    let (was, is) = (by_name(old), by_name(new));
    for gone in old.domains.iter().filter(|domain| !is.contains_key(&domain.name)) {
        out.push(format!("the domain {} is no longer accepted", gone.name));
    }
    for domain in &new.domains {
        let Some(before) = was.get(&domain.name) else {
            let below = if domain.match_subdomains { ", with its subdomains" } else { "" };
            let kind = domain_type(domain.domain_type);
            out.push(format!("the domain {} becomes accepted ({kind}{below})", domain.name));
            continue;
        };
        let mut fields = Fields { subject: format!("the domain {}", domain.name), out };
        let (from, to) = (domain_type(before.domain_type), domain_type(domain.domain_type));
        fields.value("its type", Some(from), Some(to));
        let (with, without) = ("takes its subdomains, too", "no longer takes its subdomains");
        fields.flag(before.match_subdomains, domain.match_subdomains, with, without);
    }
}

fn connectors(old: &MailFlow, new: &MailFlow, out: &mut Vec<String>) {
    let by_name = |flow: &'_ MailFlow| -> HashMap<String, usize> {
        let names = flow.connectors.iter().enumerate();
        names.map(|(i, connector)| (connector.name().to_owned(), i)).collect()
    };
    let (was, is) = (by_name(old), by_name(new));
    for gone in old.connectors.iter().filter(|connector| !is.contains_key(connector.name())) {
        out.push(format!("connector {} is removed", quoted(gone.name())));
    }
    for connector in &new.connectors {
        let before = was.get(connector.name()).and_then(|i| old.connectors.get(*i));
        match (before, connector) {
            (None, new) => out.push(added(new)),
            (Some(Connector::Outbound(before)), Connector::Outbound(after)) => {
                outbound(before, after, out);
            }
            (Some(Connector::Inbound(before)), Connector::Inbound(after)) => {
                inbound(before, after, out);
            }
            (Some(_), after) => {
                out.push(format!(
                    "connector {} changes its direction: {}",
                    quoted(after.name()),
                    added(after)
                ));
            }
        }
    }
}

fn added(connector: &Connector) -> String {
    let name = quoted(connector.name());
    let disabled = if connector.enabled() { "" } else { " (disabled)" };
    match connector {
        Connector::Outbound(outbound) => format!(
            "connector {name} is added{disabled}: mail for {} leaves through {}, TLS {}",
            patterns(&outbound.recipient_domains),
            hosts(&outbound.route).join(", "),
            outbound.tls.word()
        ),
        Connector::Inbound(inbound) => format!(
            "connector {name} is added{disabled}: mail from {} is recognised by {}",
            peer_name(inbound.peer),
            recognised_by(inbound).join(", ")
        ),
    }
}

fn patterns(patterns: &[causeway_model::config::DomainPattern]) -> String {
    match patterns.len() {
        0 => "no domain of its own".into(),
        _ => patterns.iter().map(pattern_text).collect::<Vec<_>>().join(", "),
    }
}

fn pattern_texts(patterns: &[causeway_model::config::DomainPattern]) -> Vec<String> {
    patterns.iter().map(pattern_text).collect()
}

/// Where a connector's mail goes, for people.
pub(super) fn hosts(route: &OutboundRoute) -> Vec<String> {
    match route {
        OutboundRoute::SmartHosts(groups) => groups.iter().map(|g| group_text(g)).collect(),
        OutboundRoute::Mx => vec!["the MX hosts of the domains".into()],
    }
}

const fn peer_name(peer: Peer) -> &'static str {
    match peer {
        Peer::OnPremises => "the organization's own servers",
        Peer::Partner => "a partner's servers",
    }
}

fn recognised_by(inbound: &InboundConnector) -> Vec<String> {
    let certificate = inbound.tls_certificate_name.iter().map(|name| format!("certificate {name}"));
    certificate.chain(inbound.source_addresses.iter().map(ToString::to_string)).collect()
}

fn outbound(old: &OutboundConnector, new: &OutboundConnector, out: &mut Vec<String>) {
    let mut fields = Fields { subject: format!("connector {}", quoted(&new.name)), out };
    fields.flag(old.enabled, new.enabled, "is enabled", "is disabled");
    fields.value("its peer", Some(peer_name(old.peer)), Some(peer_name(new.peer)));
    let (was, is) = (pattern_texts(&old.recipient_domains), pattern_texts(&new.recipient_domains));
    fields.list("recipient domains", &was, &is);
    let smart = |route: &OutboundRoute| matches!(route, OutboundRoute::SmartHosts(_));
    let name = if smart(&old.route) && smart(&new.route) { "smart hosts" } else { "its way" };
    fields.list(name, &hosts(&old.route), &hosts(&new.route));
    fields.value("TLS", Some(old.tls.word()), Some(new.tls.word()));
    fields.value(
        "the name in the certificate",
        old.tls_domain.as_deref(),
        new.tls_domain.as_deref(),
    );
    let user = |connector: &OutboundConnector| {
        connector
            .credentials
            .as_ref()
            .map(|c| format!("{} with {}", quoted(&c.user), c.password_file.display()))
    };
    fields.value("its login", user(old), user(new));
    let (was, is) = (texts(&old.source_addresses), texts(&new.source_addresses));
    fields.list("the addresses it sends from", &was, &is);
    fields.value("its bound of connections", old.max_connections, new.max_connections);
    fields.value(
        "its bound of messages per minute",
        old.max_messages_per_minute,
        new.max_messages_per_minute,
    );
    fields.value("its note", old.note.as_deref().map(quoted), new.note.as_deref().map(quoted));
}

fn inbound(old: &InboundConnector, new: &InboundConnector, out: &mut Vec<String>) {
    let mut fields = Fields { subject: format!("connector {}", quoted(&new.name)), out };
    fields.flag(old.enabled, new.enabled, "is enabled", "is disabled");
    fields.value("its peer", Some(peer_name(old.peer)), Some(peer_name(new.peer)));
    let (was, is) = (pattern_texts(&old.sender_domains), pattern_texts(&new.sender_domains));
    fields.list("sender domains", &was, &is);
    let (was, is) = (texts(&old.source_addresses), texts(&new.source_addresses));
    fields.list("source addresses", &was, &is);
    fields.value(
        "the name in the peer's certificate",
        old.tls_certificate_name.as_deref(),
        new.tls_certificate_name.as_deref(),
    );
    fields.flag(old.require_tls, new.require_tls, "demands TLS", "no longer demands TLS");
    fields.flag(
        old.restrict_sender_domains,
        new.restrict_sender_domains,
        "has its sender domains for itself: mail from them is refused from anybody else",
        "no longer has its sender domains for itself",
    );
    fields.list(
        "the fields that are checked",
        &self::fields(&old.identity),
        &self::fields(&new.identity),
    );
    fields.value("its note", old.note.as_deref().map(quoted), new.note.as_deref().map(quoted));
}

fn internet(route: &InternetRoute) -> String {
    match route {
        InternetRoute::Direct => "directly".into(),
        InternetRoute::Via(name) => format!("through connector {}", quoted(name)),
    }
}

fn relay(old: &MailFlow, new: &MailFlow, out: &mut Vec<String>) {
    let (was, is) = (&old.relay, &new.relay);
    for network in was.networks.iter().filter(|network| !is.networks.contains(network)) {
        out.push(format!("the network {network} is no longer authorised to relay"));
    }
    for network in is.networks.iter().filter(|network| !was.networks.contains(network)) {
        out.push(format!("the network {network} is authorised to relay"));
    }
    let find = |entries: &[AuthorisedAddress], one: &AuthorisedAddress| {
        entries.iter().find(|entry| entry.address == one.address).cloned()
    };
    for gone in was.addresses.iter().filter(|entry| find(&is.addresses, entry).is_none()) {
        out.push(format!("the address {} is no longer authorised to relay", address(gone)));
    }
    for entry in &is.addresses {
        match find(&was.addresses, entry) {
            None => out.push(format!("the address {} is authorised to relay", address(entry))),
            Some(before) => {
                let subject = format!("the authorised address {}", shown(entry));
                let mut fields = Fields { subject, out };
                let note = |entry: &AuthorisedAddress| entry.note.as_deref().map(quoted);
                fields.value("its note", note(&before), note(entry));
                let until = |entry: &AuthorisedAddress| {
                    entry.until.as_ref().map(|until| until.written.clone())
                };
                fields.value("its end", until(&before), until(entry));
                let domains = |entry: &AuthorisedAddress| match entry.sender_domains.is_empty() {
                    true => vec!["all".to_owned()],
                    false => pattern_texts(&entry.sender_domains),
                };
                fields.list("its sender domains", &domains(&before), &domains(entry));
            }
        }
    }
    let mut fields = Fields { subject: "POP-before-SMTP".into(), out };
    let (pop, pop_now) = (was.pop_before_smtp, is.pop_before_smtp);
    fields.flag(pop.enabled, pop_now.enabled, "is enabled", "is disabled");
    let span = |span: Duration| Some(format_duration(span));
    fields.value("how long a login counts", span(pop.window), span(pop_now.window));
    let mut fields = Fields { subject: "relay".into(), out };
    let style = |style: RejectStyle| match style {
        RejectStyle::Standard => "standard (550 5.7.1)",
        RejectStyle::Qmail => "qmail (553 … (#5.7.1))",
    };
    let (from, to) = (style(was.reject_style), style(is.reject_style));
    fields.value("what refusals look like", Some(from), Some(to));
}

/// A network of one address as that address.
pub(super) fn shown(entry: &AuthorisedAddress) -> String {
    shown_network(entry.address)
}

fn address(entry: &AuthorisedAddress) -> String {
    let note = entry.note.as_deref().map(|note| format!(" ({note})")).unwrap_or_default();
    let until = entry.until.as_ref();
    let until = until.map(|until| format!(", until {}", until.written)).unwrap_or_default();
    format!("{}{note}{until}", shown(entry))
}
