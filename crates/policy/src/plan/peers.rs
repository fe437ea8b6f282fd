//! The peers that inbound connectors know, and as whom they may come.
//!
//! Only one connector decides about a message: the certificate comes before the address, the narrowest
//! network before the wider ones, then the order of the file, and a connector that does not take the sender is
//! passed over. What a change does is therefore found by asking both configurations about every peer and
//! sender that either of them names ([`peers`]), not by comparing their entries.

use std::net::{IpAddr, Ipv6Addr};

use causeway_catalog::sentence::Parts;
use causeway_model::config::{Connector, DomainPattern, InboundConnector, MailFlow};
use causeway_model::{Address, Domain, ReversePath};

use super::below;
use super::stretches::stretches;
use crate::index::pattern_text;
use crate::{MailPolicy, PeerFacts};

/// The null sender, as it is written in SMTP.
const NULL_SENDER: &str = "<>";

/// A peer that a connector of either configuration knows.
pub(super) struct Peer {
    mark: Mark,
    /// As whom it may come, after either configuration.
    senders: Vec<Sender>,
}

/// How a peer is recognised.
enum Mark {
    /// By a certificate: the name in the file, and one that it is for.
    Certificate(String, [String; 1]),
    /// By its address: the network in the file, and one of its addresses.
    Network(String, IpAddr),
}

/// Senders of which a pattern speaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sender {
    /// The pattern.
    shown: String,
    /// One of them.
    path: ReversePath,
}

impl Sender {
    /// One for whom the pattern stands, and no narrower one. `None`: no name is short enough.
    pub(super) fn of(pattern: &DomainPattern) -> Option<Self> {
        let domain = match pattern {
            DomainPattern::Everything => below(&Domain::parse("invalid").ok()?)?,
            DomainPattern::Exact(domain) => domain.clone(),
            DomainPattern::Below(domain) => below(domain)?,
        };
        let path = ReversePath::Address(Address::new("postmaster", &domain).ok()?);
        Some(Self { shown: pattern_text(pattern), path })
    }

    /// That one.
    pub(super) const fn path(&self) -> &ReversePath {
        &self.path
    }

    fn null() -> Self {
        Self { shown: NULL_SENDER.to_owned(), path: ReversePath::Null }
    }
}

/// Everybody whom an enabled inbound connector of either configuration knows; nobody when these are the same.
pub(super) fn peers(old: &MailPolicy, new: &MailPolicy) -> Vec<Peer> {
    if inbound(old.flow()).eq(inbound(new.flow())) {
        return Vec::new();
    }
    let all = || inbound(old.flow()).chain(inbound(new.flow()));
    let mut names: Vec<String> = all()
        .filter_map(|connector| connector.tls_certificate_name.as_deref())
        .map(str::to_ascii_lowercase)
        .collect();
    names.sort_unstable();
    names.dedup();
    let certificates = names.into_iter().map(|name| {
        let presented = name.strip_prefix("*.").and_then(|above| Domain::parse(above).ok());
        let presented = presented.and_then(|above| below(&above));
        let presented = presented.map_or_else(|| name.clone(), |domain| domain.to_string());
        Mark::Certificate(name, [presented])
    });
    let networks =
        stretches(all().flat_map(|connector| connector.source_addresses.iter().copied()));
    let networks =
        networks.into_iter().map(|part| Mark::Network(part.network.to_string(), part.address));
    certificates.chain(networks).map(|mark| Peer::new(mark, [old, new])).collect()
}

/// Those in use.
pub(super) fn inbound(flow: &MailFlow) -> impl Iterator<Item = &InboundConnector> {
    flow.connectors.iter().filter_map(|connector| match connector {
        Connector::Inbound(inbound) if inbound.enabled => Some(inbound),
        _ => None,
    })
}

impl Peer {
    fn new(mark: Mark, policies: [&MailPolicy; 2]) -> Self {
        let mut peer = Self { mark, senders: Vec::new() };
        let mut senders: Vec<Sender> = Vec::new();
        for policy in policies {
            for pattern in policy.knowing(&peer.facts(None)).flat_map(|c| &c.sender_domains) {
                let sender = Sender::of(pattern);
                senders.extend(sender.filter(|sender| !senders.contains(sender)));
            }
        }
        senders.push(Sender::null());
        peer.senders = senders;
        peer
    }

    /// What a session of this peer would know.
    pub(super) fn facts<'a>(&'a self, sender: Option<&'a Sender>) -> PeerFacts<'a> {
        let sender = sender.map(|sender| &sender.path);
        match &self.mark {
            Mark::Certificate(_, names) => {
                // From an address that stands nowhere.
                let client = IpAddr::V6(Ipv6Addr::UNSPECIFIED);
                PeerFacts { client, certificate_names: names, sender }
            }
            Mark::Network(_, client) => {
                PeerFacts { client: *client, certificate_names: &[], sender }
            }
        }
    }

    /// True when it is recognised by its certificate: it has TLS then.
    pub(super) const fn always_has_tls(&self) -> bool {
        matches!(self.mark, Mark::Certificate(..))
    }

    /// The senders of whom something is true.
    pub(super) fn senders_where(&self, is_meant: impl Fn(&Sender) -> bool) -> Vec<&Sender> {
        self.senders.iter().filter(|sender| is_meant(sender)).collect()
    }

    /// The peer as these senders, under these terms.
    pub(super) fn said(&self, senders: &[&Sender], terms: Terms) -> Parts {
        let is_any = senders.iter().any(|sender| sender.shown == "*");
        let key = match (is_any, terms) {
            (true, Terms::All) => "right-servers",
            (true, Terms::WithTls) => "right-servers-tls",
            (true, Terms::WithoutTls) => "right-servers-clear",
            (false, Terms::All) => "right-servers-as",
            (false, Terms::WithTls) => "right-servers-as-tls",
            (false, Terms::WithoutTls) => "right-servers-as-clear",
        };
        let mark = match &self.mark {
            Mark::Certificate(name, _) => {
                Parts::of("right-by-certificate").with("name", name.as_str())
            }
            Mark::Network(name, _) => Parts::of("right-by-address").with("name", name.as_str()),
        };
        // Reports go with the rest; they are told where nothing else is.
        let named =
            senders.iter().filter(|sender| sender.shown != NULL_SENDER || senders.len() == 1);
        let named: Vec<String> = named.map(|sender| sender.shown.clone()).collect();
        Parts::of(key).with("mark", mark).with("senders", named)
    }
}

/// Under which terms something holds of a peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Terms {
    /// With and without TLS.
    All,
    /// Under TLS only.
    WithTls,
    /// Without TLS only.
    WithoutTls,
}
