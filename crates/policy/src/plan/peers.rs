//! The peers that inbound connectors know, and as whom they may come.
//!
//! Only one connector decides about a message: the certificate comes before the address, the narrowest
//! network before the wider ones, then the order of the file, and a connector that does not take the sender is
//! passed over. What a change does is therefore found by asking both configurations about every peer and
//! sender that either of them names ([`Peers`]), not by comparing their entries. Peers that the same connectors
//! know get the same answers: they are asked about once ([`Kind`]).

use std::collections::{HashMap, HashSet};
use std::net::{IpAddr, Ipv6Addr};

use causeway_catalog::sentence::Parts;
use causeway_model::config::{Connector, DomainPattern, InboundConnector, MailFlow};
use causeway_model::{Address, Domain, ReversePath, Timestamp};

use super::below;
use super::stretches::{Stretch, stretches};
use super::written::Standing;
use crate::index::pattern_text;
use crate::{MailPolicy, PeerFacts};

/// The null sender, as it is written in SMTP.
const NULL_SENDER: &str = "<>";

/// Everybody whom an enabled inbound connector of either configuration knows.
pub(super) struct Peers {
    all: Vec<Peer>,
    kinds: Vec<Kind>,
}

/// One of them.
struct Peer {
    mark: Mark,
    /// Position in the kinds.
    kind: usize,
}

/// Peers whom the same connectors know, in the same order, under both configurations: neither tells them apart.
pub(super) struct Kind {
    /// What a session of one of them knows: its address, and the names in its certificate.
    client: IpAddr,
    certificate_names: Vec<String>,
    /// As whom they may come, after either configuration.
    senders: Vec<Sender>,
    /// Written networks let them relay under both configurations, whatever the connectors say.
    relays_anyway: bool,
}

/// How a peer is recognised.
enum Mark {
    /// By a certificate: the name in the file, and one that it is for.
    Certificate(String, String),
    /// By its address: the network in the file, and one of its addresses.
    Network(Stretch),
}

impl Mark {
    /// The addresses; `None`: a certificate can come from anywhere.
    const fn network(&self) -> Option<Stretch> {
        match self {
            Self::Certificate(..) => None,
            Self::Network(stretch) => Some(*stretch),
        }
    }
}

/// Senders of which a pattern speaks.
#[derive(Debug)]
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
            // Of no inbound connector.
            DomainPattern::Accepted => return None,
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

impl Peers {
    /// Nobody when the connectors differ in their notes only. `now` is for rights that end.
    pub(super) fn of(old: &MailPolicy, new: &MailPolicy, now: Timestamp) -> Self {
        let mut peers = Self { all: Vec::new(), kinds: Vec::new() };
        if same_but_notes(old.flow(), new.flow()) {
            return peers;
        }
        let standing = [old, new].map(|policy| Standing::of(policy, now));
        let mut known: HashMap<_, usize> = HashMap::new();
        for mark in marks(old.flow(), new.flow()) {
            let mut kind = Kind::of(&mark);
            kind.relays_anyway =
                mark.network().is_some_and(|s| standing.iter().all(|w| w.holds(s)));
            let knowing = [old, new].map(|policy| policy.knowing(&kind.facts(None)));
            let names = |known: Vec<_>| {
                known
                    .into_iter()
                    .map(|connector: &InboundConnector| connector.name.as_str())
                    .collect()
            };
            let key: ([bool; 2], [Vec<&str>; 2]) =
                ([kind.always_has_tls(), kind.relays_anyway], knowing.map(names));
            let next = peers.kinds.len();
            let kind = *known.entry(key).or_insert_with(|| {
                peers.kinds.push(kind.with_senders([old, new]));
                next
            });
            peers.all.push(Peer { mark, kind });
        }
        peers
    }

    /// Every peer about whose kind something was found: as which senders, under which terms.
    pub(super) fn told<'s>(
        &'s self,
        found: impl Fn(&'s Kind) -> Vec<(Terms, Vec<&'s Sender>)>,
    ) -> Vec<Parts> {
        let found: Vec<_> = self.kinds.iter().map(found).collect();
        let of_peer = |peer: &'s Peer| {
            let of_kind = found.get(peer.kind).into_iter().flatten();
            of_kind
                .filter(|(_, senders)| !senders.is_empty())
                .map(|(terms, senders)| peer.said(senders, *terms))
                .collect::<Vec<Parts>>()
        };
        self.all.iter().flat_map(of_peer).collect()
    }
}

/// The certificates and networks of both configurations, each once.
fn marks(old: &MailFlow, new: &MailFlow) -> impl Iterator<Item = Mark> {
    let all = || inbound(old).chain(inbound(new));
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
        Mark::Certificate(name, presented)
    });
    let networks =
        stretches(all().flat_map(|connector| connector.source_addresses.iter().copied()));
    certificates.chain(networks.into_iter().map(Mark::Network))
}

/// Those in use.
pub(super) fn inbound(flow: &MailFlow) -> impl Iterator<Item = &InboundConnector> {
    flow.connectors.iter().filter_map(|connector| match connector {
        Connector::Inbound(inbound) if inbound.enabled => Some(inbound),
        _ => None,
    })
}

/// True when the inbound connectors in use differ in nothing but their notes.
pub(super) fn same_but_notes(old: &MailFlow, new: &MailFlow) -> bool {
    inbound(old).count() == inbound(new).count()
        && inbound(old).zip(inbound(new)).all(|(was, is)| same_but_note(was, is))
}

fn same_but_note(was: &InboundConnector, is: &InboundConnector) -> bool {
    let InboundConnector {
        name,
        peer,
        enabled,
        sender_domains,
        source_addresses,
        tls_certificate_name,
        require_tls,
        restrict_sender_domains,
        identity,
        note: _,
    } = was;
    *name == is.name
        && *peer == is.peer
        && *enabled == is.enabled
        && *sender_domains == is.sender_domains
        && *source_addresses == is.source_addresses
        && *tls_certificate_name == is.tls_certificate_name
        && *require_tls == is.require_tls
        && *restrict_sender_domains == is.restrict_sender_domains
        && *identity == is.identity
}

impl Kind {
    /// Peers like this one, as nobody yet.
    fn of(mark: &Mark) -> Self {
        let (client, certificate_names) = match mark {
            // From an address that stands nowhere.
            Mark::Certificate(_, name) => {
                (IpAddr::V6(Ipv6Addr::UNSPECIFIED), vec![name.to_owned()])
            }
            Mark::Network(stretch) => (stretch.address, Vec::new()),
        };
        Self { client, certificate_names, senders: Vec::new(), relays_anyway: false }
    }

    fn with_senders(mut self, policies: [&MailPolicy; 2]) -> Self {
        let mut seen: HashSet<&DomainPattern> = HashSet::new();
        let mut senders: Vec<Sender> = Vec::new();
        for policy in policies {
            let knowing = policy.knowing(&self.facts(None));
            let patterns = knowing.into_iter().flat_map(|c| &c.sender_domains);
            senders.extend(patterns.filter(|p| seen.insert(p)).filter_map(Sender::of));
        }
        senders.push(Sender::null());
        self.senders = senders;
        self
    }

    /// What a session of such a peer would know.
    pub(super) fn facts<'a>(&'a self, sender: Option<&'a Sender>) -> PeerFacts<'a> {
        let sender = sender.map(|sender| &sender.path);
        PeerFacts { client: self.client, certificate_names: &self.certificate_names, sender }
    }

    /// True when they are recognised by their certificates: they have TLS then.
    pub(super) const fn always_has_tls(&self) -> bool {
        !self.certificate_names.is_empty()
    }

    /// True when written networks let them relay before and after, whatever the connectors say.
    pub(super) const fn relays_anyway(&self) -> bool {
        self.relays_anyway
    }

    /// The senders of whom something is true.
    pub(super) fn senders_where(&self, is_meant: impl Fn(&Sender) -> bool) -> Vec<&Sender> {
        self.senders.iter().filter(|sender| is_meant(sender)).collect()
    }
}

impl Peer {
    /// The peer as these senders, under these terms.
    fn said(&self, senders: &[&Sender], terms: Terms) -> Parts {
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
            Mark::Network(stretch) => {
                Parts::of("right-by-address").with("name", stretch.network.to_string())
            }
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
