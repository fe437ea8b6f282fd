//! What differs between two configurations, in the words of mail flow.
//!
//! One sentence for each thing that changes, in the order of the file: the organization, the queue,
//! domains, connectors, routing, relay, identity. Comments, order of entries and layout change nothing.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use causeway_catalog::sentence::{Parts, Sentence, Variable};
use causeway_model::config::{
    AcceptedDomain, AuthorisedAddress, Connector, DomainType, IdentityField, InboundConnector,
    InternetRoute, MailFlow, NoticeSettings, OutboundConnector, OutboundRoute, Peer, RejectStyle,
    SignedMail, Suspected,
};
use causeway_model::time::format_duration;
use ipnet::IpNet;

use crate::identity::field_name;
use crate::index::pattern_text;
use crate::relay::shown_network;
use crate::route::group_text;

/// Every change, each as one sentence without a full stop.
#[must_use]
pub fn changes(old: &MailFlow, new: &MailFlow) -> Vec<Sentence> {
    let mut out = Vec::new();
    organization(old, new, &mut out);
    queue(old, new, &mut out);
    domains(old, new, &mut out);
    connectors(old, new, &mut out);
    if old.internet != new.internet {
        let change = Parts::of("change-internet")
            .with("old", internet(&old.internet))
            .with("new", internet(&new.internet));
        out.push(change.into());
    }
    relay(old, new, &mut out);
    alerts(old, new, &mut out);
    let mut identity = Fields { subject: Parts::of("subject-identity"), out: &mut out };
    let (was, is) = (&old.identity, &new.identity);
    identity.list("field-enforce", &fields(&was.enforce), &fields(&is.enforce));
    let (was, is) = (&was.protect_own_domains, &is.protect_own_domains);
    identity.list("field-protect", &fields(was), &fields(is));
    let fate = |suspected| {
        Parts::of(match suspected {
            Suspected::Refuse => "value-refused",
            Suspected::Hold => "value-held",
        })
    };
    let (was, is) = (&old.identity, &new.identity);
    identity.value(
        "field-own-domains",
        Some(fate(was.own_domains_from_outside)),
        Some(fate(is.own_domains_from_outside)),
    );
    let mut dkim = Fields { subject: Parts::of("subject-dkim"), out: &mut out };
    let signed = |mail: &[SignedMail]| -> Vec<Parts> {
        let name = |mail: &SignedMail| match mail {
            SignedMail::Reports => "value-reports",
            SignedMail::Submission => "value-submission",
        };
        mail.iter().map(|mail| Parts::of(name(mail))).collect()
    };
    dkim.list("field-signed", &signed(&old.dkim.sign), &signed(&new.dkim.sign));
    out
}

/// Sentences about one thing.
struct Fields<'o> {
    subject: Parts,
    out: &'o mut Vec<Sentence>,
}

impl Fields<'_> {
    fn say(&mut self, parts: Parts) {
        self.out.push(parts.with("subject", self.subject.clone()).into());
    }

    /// A value that was replaced, set or taken away. `name` is the key of its name.
    fn value<T: PartialEq + Into<Variable>>(
        &mut self,
        name: &'static str,
        old: Option<T>,
        new: Option<T>,
    ) {
        self.named(&Parts::of(name), old, new);
    }

    /// The same for a key that is known by its own word.
    fn key<T: PartialEq + Into<Variable>>(&mut self, key: &'static str, old: T, new: T) {
        self.named(&Parts::of("field-key").with("key", key), Some(old), Some(new));
    }

    fn named<T: PartialEq + Into<Variable>>(
        &mut self,
        name: &Parts,
        old: Option<T>,
        new: Option<T>,
    ) {
        let about = |key| Parts::of(key).with("name", name.clone());
        match (old, new) {
            (Some(old), Some(new)) if old != new => {
                self.say(about("change-value").with("old", old).with("new", new));
            }
            (None, Some(new)) => self.say(about("change-gets").with("new", new)),
            (Some(old), None) => self.say(about("change-loses").with("old", old)),
            _ => {}
        }
    }

    /// A list whose order means something, or that is short: shown as a whole.
    fn list<T: Clone + PartialEq + Into<Variable>>(
        &mut self,
        name: &'static str,
        old: &[T],
        new: &[T],
    ) {
        if old == new {
            return;
        }
        let (old, new) = (shown_list(old), shown_list(new));
        // Two long lists can look the same where they are cut.
        if old == new {
            self.say(Parts::of("change-further").with("name", Parts::of(name)));
        }
        self.value(name, Some(old), Some(new));
    }

    fn flag(&mut self, old: bool, new: bool, is: &'static str, is_not: &'static str) {
        if old != new {
            self.say(Parts::of(if new { is } else { is_not }));
        }
    }
}

fn shown_list<T: Clone + Into<Variable>>(list: &[T]) -> Variable {
    match list.len() {
        0 => Parts::of("value-none").into(),
        1..=8 => list.to_vec().into(),
        more => Parts::of("value-cut")
            .with("some", list[..6].to_vec())
            .with("count", more as u64)
            .into(),
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

fn organization(old: &MailFlow, new: &MailFlow, out: &mut Vec<Sentence>) {
    let (was, is) = (&old.organization, &new.organization);
    let mut fields = Fields { subject: Parts::of("subject-organization"), out };
    fields.value("field-name", Some(quoted(&was.name)), Some(quoted(&is.name)));
    let text =
        |address: &Option<causeway_model::Address>| address.as_ref().map(ToString::to_string);
    fields.value("field-postmaster", text(&was.postmaster), text(&is.postmaster));
    let tags = |languages: &[causeway_model::config::Language]| {
        languages.iter().map(|language| language.tag().to_owned()).collect::<Vec<_>>()
    };
    fields.list("field-languages", &tags(&was.languages), &tags(&is.languages));
    let (was, is) = (texts(&was.alert_recipients), texts(&is.alert_recipients));
    fields.list("field-alerts", &was, &is);
    let (was, is) = (&old.organization.public_url, &new.organization.public_url);
    fields.value("field-public-url", was.as_deref(), is.as_deref());
    let hosts = |flow: &MailFlow| shown_list(&texts(&flow.organization.expected_mx));
    fields.key("expected_mx", hosts(old), hosts(new));
}

fn queue(old: &MailFlow, new: &MailFlow, out: &mut Vec<Sentence>) {
    let (was, is) = (&old.queue, &new.queue);
    let mut fields = Fields { subject: Parts::of("subject-queue"), out };
    let span = |span: Duration| Some(format_duration(span));
    fields.value("field-expire", span(was.expire_after), span(is.expire_after));
    let (notices, notices_now) =
        (durations(&was.delay_notice_after), durations(&is.delay_notice_after));
    fields.list("field-delay-notice", &notices, &notices_now);
    let (waits, waits_now) = (durations(&was.retry_after), durations(&is.retry_after));
    fields.list("field-retry", &waits, &waits_now);
    fields.value("field-send-again", span(was.send_again_for), span(is.send_again_for));
    let space = |octets: u64| Some(Parts::of("value-octets").with("count", octets));
    let (space_was, space_is) = (space(was.send_again_space), space(is.send_again_space));
    fields.value("field-send-again-space", space_was, space_is);
}

/// `authoritative` or `internal relay`.
pub(super) const fn domain_type(domain_type: DomainType) -> Parts {
    Parts::of(match domain_type {
        DomainType::Authoritative => "value-authoritative",
        DomainType::InternalRelay => "value-internal-relay",
    })
}

fn alerts(old: &MailFlow, new: &MailFlow, out: &mut Vec<Sentence>) {
    let (was, is) = (&old.alerts, &new.alerts);
    let mut fields = Fields { subject: Parts::of("subject-alerts"), out };
    let span = |span: Duration| Some(format_duration(span));
    let (failures, failures_now) = (was.connector_failures, is.connector_failures);
    fields.value("field-alert-failures", Some(failures), Some(failures_now));
    fields.value("field-alert-messages", Some(was.messages), Some(is.messages));
    fields.value("field-alert-after", span(was.after), span(is.after));
    fields.value("field-mail-every", span(was.mail_every), span(is.mail_every));
    fields.value("field-webhook", was.webhook.as_deref(), is.webhook.as_deref());
    fields.value("field-alerts-kept", span(was.keep), span(is.keep));
    notices(&was.notices, &is.notices, &mut fields);
}

/// What is noticed beside failing paths.
fn notices(was: &NoticeSettings, is: &NoticeSettings, fields: &mut Fields<'_>) {
    let ignored = |settings: &NoticeSettings| -> Variable {
        let kinds: Vec<String> =
            settings.ignore.iter().map(|kind| kind.name().to_owned()).collect();
        shown_list(&kinds)
    };
    fields.key("ignore", ignored(was), ignored(is));
    fields.key("mail_loops", was.mail_loops, is.mail_loops);
    fields.key("foreign_senders", was.foreign_senders, is.foreign_senders);
    fields.key("old_clients", was.old_clients, is.old_clients);
    fields.key("queue_growth", was.queue_growth, is.queue_growth);
    fields.key("unknown_recipients", was.unknown_recipients, is.unknown_recipients);
    let ends = |settings: &NoticeSettings| shown_list(&durations(&settings.certificate_ends));
    fields.key("certificate_ends", ends(was), ends(is));
    let mut span = |key, was: Duration, is: Duration| {
        fields.key(key, format_duration(was), format_duration(is));
    };
    span("unused_connector_after", was.unused_connector_after, is.unused_connector_after);
    span("check_mx_every", was.check_mx_every, is.check_mx_every);
    span("queue_growth_within", was.queue_growth_within, is.queue_growth_within);
    let (within, within_now) = (was.unknown_recipients_within, is.unknown_recipients_within);
    span("unknown_recipients_within", within, within_now);
}

fn domains(old: &MailFlow, new: &MailFlow, out: &mut Vec<Sentence>) {
    let by_name = |flow: &'_ MailFlow| -> HashMap<_, AcceptedDomain> {
        flow.domains.iter().map(|domain| (domain.name.clone(), domain.clone())).collect()
    };
    let (was, is) = (by_name(old), by_name(new));
    for gone in old.domains.iter().filter(|domain| !is.contains_key(&domain.name)) {
        out.push(Parts::of("change-domain-gone").with("name", gone.name.to_string()).into());
    }
    for domain in &new.domains {
        let Some(before) = was.get(&domain.name) else {
            let key = match domain.match_subdomains {
                true => "change-domain-new-below",
                false => "change-domain-new",
            };
            let added = Parts::of(key)
                .with("name", domain.name.to_string())
                .with("kind", domain_type(domain.domain_type));
            out.push(added.into());
            continue;
        };
        let subject = Parts::of("subject-domain").with("name", domain.name.to_string());
        let mut fields = Fields { subject, out };
        let (from, to) = (domain_type(before.domain_type), domain_type(domain.domain_type));
        fields.value("field-type", Some(from), Some(to));
        let (with, without) = ("change-below", "change-not-below");
        fields.flag(before.match_subdomains, domain.match_subdomains, with, without);
    }
}

fn connectors(old: &MailFlow, new: &MailFlow, out: &mut Vec<Sentence>) {
    let by_name = |flow: &'_ MailFlow| -> HashMap<String, usize> {
        let names = flow.connectors.iter().enumerate();
        names.map(|(i, connector)| (connector.name().to_owned(), i)).collect()
    };
    let (was, is) = (by_name(old), by_name(new));
    for gone in old.connectors.iter().filter(|connector| !is.contains_key(connector.name())) {
        out.push(Parts::of("change-connector-gone").with("name", gone.name()).into());
    }
    for connector in &new.connectors {
        let before = was.get(connector.name()).and_then(|i| old.connectors.get(*i));
        match (before, connector) {
            (None, new) => out.push(added(new).into()),
            (Some(Connector::Outbound(before)), Connector::Outbound(after)) => {
                outbound(before, after, out);
            }
            (Some(Connector::Inbound(before)), Connector::Inbound(after)) => {
                inbound(before, after, out);
            }
            (Some(_), after) => {
                let change = Parts::of("change-direction")
                    .with("name", after.name())
                    .with("added", added(after));
                out.push(change.into());
            }
        }
    }
}

fn added(connector: &Connector) -> Parts {
    match connector {
        Connector::Outbound(outbound) => {
            let key = match outbound.enabled {
                true => "change-outbound-new",
                false => "change-outbound-new-disabled",
            };
            Parts::of(key)
                .with("name", outbound.name.as_str())
                .with("domains", patterns(&outbound.recipient_domains))
                .with("hosts", hosts(&outbound.route))
                .with("tls", outbound.tls.word())
        }
        Connector::Inbound(inbound) => {
            let key = match inbound.enabled {
                true => "change-inbound-new",
                false => "change-inbound-new-disabled",
            };
            Parts::of(key)
                .with("name", inbound.name.as_str())
                .with("peer", peer_name(inbound.peer))
                .with("marks", recognised_by(inbound))
        }
    }
}

fn patterns(patterns: &[causeway_model::config::DomainPattern]) -> Variable {
    match patterns.len() {
        0 => Parts::of("value-no-domain").into(),
        _ => pattern_texts(patterns).into(),
    }
}

fn pattern_texts(patterns: &[causeway_model::config::DomainPattern]) -> Vec<String> {
    patterns.iter().map(pattern_text).collect()
}

/// Where a connector's mail goes, for people.
pub(super) fn hosts(route: &OutboundRoute) -> Vec<Variable> {
    match route {
        OutboundRoute::SmartHosts(groups) => groups.iter().map(|g| group_text(g).into()).collect(),
        OutboundRoute::Mx => vec![Parts::of("value-mx").into()],
    }
}

const fn peer_name(peer: Peer) -> Parts {
    Parts::of(match peer {
        Peer::OnPremises => "value-own-servers",
        Peer::Partner => "value-partner-servers",
    })
}

fn recognised_by(inbound: &InboundConnector) -> Vec<Variable> {
    let certificate = inbound.tls_certificate_name.iter();
    let certificate =
        certificate.map(|name| Parts::of("value-certificate").with("name", name.as_str()).into());
    let networks = inbound.source_addresses.iter().map(|network| network.to_string().into());
    certificate.chain(networks).collect()
}

fn of_connector(name: &str) -> Parts {
    Parts::of("subject-connector").with("name", name)
}

fn outbound(old: &OutboundConnector, new: &OutboundConnector, out: &mut Vec<Sentence>) {
    let mut fields = Fields { subject: of_connector(&new.name), out };
    fields.flag(old.enabled, new.enabled, "change-enabled", "change-disabled");
    fields.value("field-peer", Some(peer_name(old.peer)), Some(peer_name(new.peer)));
    let (was, is) = (pattern_texts(&old.recipient_domains), pattern_texts(&new.recipient_domains));
    fields.list("field-recipient-domains", &was, &is);
    let smart = |route: &OutboundRoute| matches!(route, OutboundRoute::SmartHosts(_));
    let name = match smart(&old.route) && smart(&new.route) {
        true => "field-smart-hosts",
        false => "field-way",
    };
    fields.list(name, &hosts(&old.route), &hosts(&new.route));
    fields.value("field-tls", Some(old.tls.word()), Some(new.tls.word()));
    fields.value("field-tls-domain", old.tls_domain.as_deref(), new.tls_domain.as_deref());
    let user = |connector: &OutboundConnector| {
        let credentials = connector.credentials.as_ref()?;
        let file = credentials.password_file.display().to_string();
        Some(Parts::of("value-login").with("user", credentials.user.as_str()).with("file", file))
    };
    fields.value("field-login", user(old), user(new));
    let (was, is) = (texts(&old.source_addresses), texts(&new.source_addresses));
    fields.list("field-sources", &was, &is);
    let number = |number: Option<u32>| number.map(u64::from);
    fields.value("field-connections", number(old.max_connections), number(new.max_connections));
    let (was, is) = (old.max_messages_per_minute, new.max_messages_per_minute);
    fields.value("field-pace", number(was), number(is));
    note(&mut fields, old.note.as_deref(), new.note.as_deref());
}

fn note(fields: &mut Fields<'_>, old: Option<&str>, new: Option<&str>) {
    fields.value("field-note", old.map(quoted), new.map(quoted));
}

fn inbound(old: &InboundConnector, new: &InboundConnector, out: &mut Vec<Sentence>) {
    let mut fields = Fields { subject: of_connector(&new.name), out };
    fields.flag(old.enabled, new.enabled, "change-enabled", "change-disabled");
    fields.value("field-peer", Some(peer_name(old.peer)), Some(peer_name(new.peer)));
    let (was, is) = (pattern_texts(&old.sender_domains), pattern_texts(&new.sender_domains));
    fields.list("field-sender-domains", &was, &is);
    let (was, is) = (texts(&old.source_addresses), texts(&new.source_addresses));
    fields.list("field-peer-addresses", &was, &is);
    let (was, is) = (old.tls_certificate_name.as_deref(), new.tls_certificate_name.as_deref());
    fields.value("field-peer-certificate", was, is);
    fields.flag(old.require_tls, new.require_tls, "change-tls", "change-no-tls");
    let (was, is) = (old.restrict_sender_domains, new.restrict_sender_domains);
    fields.flag(was, is, "change-restricts", "change-no-longer-restricts");
    let (was, is) = (self::fields(&old.identity), self::fields(&new.identity));
    fields.list("field-enforce", &was, &is);
    note(&mut fields, old.note.as_deref(), new.note.as_deref());
}

fn internet(route: &InternetRoute) -> Parts {
    match route {
        InternetRoute::Direct => Parts::of("value-directly"),
        InternetRoute::Via(name) => Parts::of("value-through").with("name", name.as_str()),
    }
}

fn relay(old: &MailFlow, new: &MailFlow, out: &mut Vec<Sentence>) {
    let (was, is) = (&old.relay, &new.relay);
    let [before, after] = [was, is].map(|r| r.networks.iter().collect::<HashSet<&IpNet>>());
    for network in was.networks.iter().filter(|network| !after.contains(network)) {
        out.push(Parts::of("change-network-gone").with("name", network.to_string()).into());
    }
    for network in is.networks.iter().filter(|network| !before.contains(network)) {
        out.push(Parts::of("change-network-new").with("name", network.to_string()).into());
    }
    addresses(&was.addresses, &is.addresses, out);
    let mut fields = Fields { subject: Parts::of("subject-pop"), out };
    let (pop, pop_now) = (was.pop_before_smtp, is.pop_before_smtp);
    fields.flag(pop.enabled, pop_now.enabled, "change-enabled", "change-disabled");
    let span = |span: Duration| Some(format_duration(span));
    fields.value("field-window", span(pop.window), span(pop_now.window));
    let mut fields = Fields { subject: Parts::of("subject-relay"), out };
    let style = |style: RejectStyle| match style {
        RejectStyle::Standard => "standard (550 5.7.1)",
        RejectStyle::Qmail => "qmail (553 … (#5.7.1))",
    };
    let (from, to) = (style(was.reject_style), style(is.reject_style));
    fields.value("field-style", Some(from), Some(to));
}

/// Entries of `[relay].addresses`. Of several for one address the first counts; the others change nothing.
fn addresses(was: &[AuthorisedAddress], is: &[AuthorisedAddress], out: &mut Vec<Sentence>) {
    let (before, after) = (first_of_each(was), first_of_each(is));
    let gone = was.iter().filter(|entry| is_first(entry, &before));
    for gone in gone.filter(|entry| !after.contains_key(&entry.address)) {
        out.push(Parts::of("change-address-gone").with("name", address(gone)).into());
    }
    for entry in is.iter().filter(|entry| is_first(entry, &after)) {
        match before.get(&entry.address) {
            None => out.push(Parts::of("change-address-new").with("name", address(entry)).into()),
            Some(before) => one_address(before, entry, out),
        }
    }
}

fn first_of_each(entries: &[AuthorisedAddress]) -> HashMap<IpNet, &AuthorisedAddress> {
    let mut first = HashMap::new();
    for entry in entries {
        first.entry(entry.address).or_insert(entry);
    }
    first
}

fn is_first(entry: &AuthorisedAddress, first: &HashMap<IpNet, &AuthorisedAddress>) -> bool {
    first.get(&entry.address).is_some_and(|first| std::ptr::eq(*first, entry))
}

fn one_address(before: &AuthorisedAddress, entry: &AuthorisedAddress, out: &mut Vec<Sentence>) {
    let subject = Parts::of("subject-address").with("name", shown(entry));
    let mut fields = Fields { subject, out };
    note(&mut fields, before.note.as_deref(), entry.note.as_deref());
    let until = |entry: &AuthorisedAddress| entry.until.as_ref().map(|until| until.written.clone());
    fields.value("field-until", until(before), until(entry));
    let domains = |entry: &AuthorisedAddress| match entry.sender_domains.is_empty() {
        true => vec![Variable::from(Parts::of("value-all"))],
        false => pattern_texts(&entry.sender_domains).into_iter().map(Into::into).collect(),
    };
    fields.list("field-its-sender-domains", &domains(before), &domains(entry));
}

/// A network of one address as that address.
fn shown(entry: &AuthorisedAddress) -> String {
    shown_network(entry.address)
}

fn address(entry: &AuthorisedAddress) -> Variable {
    let note = entry.note.as_deref().map(|note| format!(" ({note})")).unwrap_or_default();
    let name = format!("{}{note}", shown(entry));
    match &entry.until {
        None => name.into(),
        Some(until) => {
            Parts::of("value-until").with("name", name).with("until", until.written.clone()).into()
        }
    }
}
