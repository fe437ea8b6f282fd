//! Written rights to relay, address by address.
//!
//! At every address the narrowest entry counts whose time is not over (of equal ones the first). The
//! addresses are taken stretch by stretch ([`stretches`](super::stretches)).

use std::net::IpAddr;

use causeway_catalog::sentence::Parts;
use causeway_model::Timestamp;
use causeway_model::config::{AuthorisedAddress, DomainPattern, Peer, RelaySettings, Until};
use ipnet::IpNet;

use super::peers::inbound;
use super::stretches::{Stretch, stretches};
use crate::index::{NetworkTable, canonical_network, pattern_text, patterns_hold};
use crate::relay::{Written, shown_network};
use crate::{MailPolicy, PeerFacts};

/// The rights that `one` gives and `other` does not, each told once. Where the connector of own servers
/// lets them relay under both, an entry makes no difference.
pub(super) fn written(one: &MailPolicy, other: &MailPolicy, now: Timestamp) -> Vec<Parts> {
    let own_servers = [one, other].map(OwnServers::of);
    let (one, other) = (&one.flow().relay, &other.flow().relay);
    if one.networks == other.networks && one.addresses == other.addresses {
        return Vec::new();
    }
    let (rights, others) = (Entries::of(one, now), Entries::of(other, now));
    let told = |stretch: Stretch| {
        let right = Right::at(stretch, &rights)?;
        let lacking = right.beyond(Right::at(stretch, &others).as_ref())?;
        let anyway = own_servers.iter().all(|own| own.hold(stretch));
        (!anyway).then(|| lacking.said(&right, stretch.network))
    };
    let all = rights.all.iter().chain(&others.all).map(|entry| entry.network);
    stretches(all).into_iter().filter_map(told).collect()
}

/// The written rights of one configuration that hold for every sender, and without an end.
pub(super) struct Standing<'p> {
    policy: &'p MailPolicy,
    now: Timestamp,
    /// Entries that are bounded, in the order of their addresses.
    bounded: Vec<IpNet>,
}

impl<'p> Standing<'p> {
    pub(super) fn of(policy: &'p MailPolicy, now: Timestamp) -> Self {
        let entries = policy.flow().relay.addresses.iter();
        let counts = entries.filter(|entry| is_bounded(entry) && !entry.is_over(now));
        let mut bounded: Vec<IpNet> =
            counts.map(|entry| canonical_network(entry.address)).collect();
        bounded.sort_unstable();
        Self { policy, now, bounded }
    }

    /// True when everybody in the whole network may relay.
    pub(super) fn holds(&self, stretch: Stretch) -> bool {
        let network = stretch.network;
        let right = match self.policy.written_right(stretch.address, self.now) {
            Some(Written::Network(right)) => *right,
            Some(Written::Address(_, entry)) if !is_bounded(entry) => entry.address,
            _ => return false,
        };
        canonical_network(right).contains(&network)
            && within(&self.bounded, network).next().is_none()
    }
}

/// Those of the sorted networks that lie in this one.
fn within(sorted: &[IpNet], network: IpNet) -> impl Iterator<Item = &IpNet> {
    let first = sorted.partition_point(|entry| entry.network() < network.network());
    let near = sorted.iter().skip(first);
    near.take_while(move |entry| network.contains(&entry.network()))
        .filter(move |entry| network.contains(*entry))
}

/// The addresses of the organization's own servers that may relay for every sender, without TLS too.
struct OwnServers<'p> {
    policy: &'p MailPolicy,
    /// The networks of all inbound connectors in use, in the order of their addresses.
    networks: Vec<IpNet>,
}

impl<'p> OwnServers<'p> {
    fn of(policy: &'p MailPolicy) -> Self {
        let all = inbound(policy.flow()).flat_map(|connector| &connector.source_addresses);
        let mut networks: Vec<IpNet> = all.map(|network| canonical_network(*network)).collect();
        networks.sort_unstable();
        Self { policy, networks }
    }

    /// True when the connector of such servers decides in the whole network.
    fn hold(&self, stretch: Stretch) -> bool {
        let network = stretch.network;
        let peer = PeerFacts { client: stretch.address, certificate_names: &[], sender: None };
        let decides = self.policy.recognise(&peer).is_some_and(|connector| {
            let holds = |own: &IpNet| canonical_network(*own).contains(&network);
            connector.peer == Peer::OnPremises
                && !connector.require_tls
                && connector.sender_domains.contains(&DomainPattern::Everything)
                && connector.source_addresses.iter().any(holds)
        });
        decides && within(&self.networks, network).all(|narrower| *narrower == network)
    }
}

/// For some senders only, or until some time.
fn is_bounded(entry: &AuthorisedAddress) -> bool {
    entry.until.is_some() || !entry.sender_domains.is_empty()
}

/// An entry of either kind.
struct Entry<'f> {
    network: IpNet,
    /// `None`: one of `networks`.
    address: Option<&'f AuthorisedAddress>,
}

impl Entry<'_> {
    /// The domains it may send as; empty: all.
    fn senders(&self) -> &[DomainPattern] {
        self.address.map_or(&[], |entry| &entry.sender_domains)
    }
}

/// The entries of a configuration by their networks.
struct Entries<'f> {
    /// Those whose time is not over, in the order in which equal ones count.
    all: Vec<Entry<'f>>,
    /// Position in `all`.
    table: NetworkTable,
}

impl<'f> Entries<'f> {
    fn of(relay: &'f RelaySettings, now: Timestamp) -> Self {
        let networks = relay.networks.iter();
        let networks =
            networks.map(|net| Entry { network: canonical_network(*net), address: None });
        let addresses = relay.addresses.iter().filter(|entry| !entry.is_over(now));
        let addresses = addresses
            .map(|entry| Entry { network: canonical_network(entry.address), address: Some(entry) });
        let all: Vec<Entry<'_>> = networks.chain(addresses).collect();
        let table = NetworkTable::new(all.iter().zip(0..).map(|(entry, i)| (entry.network, i)));
        Self { all, table }
    }

    /// Those that hold an address, the one that counts first.
    fn holding(&self, address: IpAddr) -> impl Iterator<Item = &Entry<'f>> {
        self.table.holding(address).filter_map(|position| self.all.get(position as usize))
    }
}

/// What holds at one stretch of addresses.
struct Right<'f> {
    entry: &'f Entry<'f>,
    /// When it ends, the wider entries behind it included.
    until: Option<&'f Until>,
}

impl<'f> Right<'f> {
    fn at(stretch: Stretch, entries: &'f Entries<'f>) -> Option<Self> {
        let entry = entries.holding(stretch.address).next()?;
        let goes_on = entries
            .holding(stretch.address)
            .filter(|wider| sends_as_much(wider.senders(), entry.senders()));
        let ends = goes_on.map(|entry| entry.address.and_then(|address| address.until.as_ref()));
        let until = ends.max_by_key(|until| (until.is_none(), until.map(|until| until.ends)))?;
        Some(Self { entry, until })
    }

    /// What it gives that the other one does not.
    fn beyond(&self, other: Option<&Self>) -> Option<Beyond> {
        let Some(other) = other else { return Some(Beyond::All) };
        if !sends_as_much(other.entry.senders(), self.entry.senders()) {
            return Some(Beyond::Senders);
        }
        match (self.until, other.until) {
            (None, Some(until)) => Some(Beyond::After(until.written.clone())),
            (Some(own), Some(until)) if own.ends > until.ends => {
                Some(Beyond::After(until.written.clone()))
            }
            _ => None,
        }
    }
}

/// True when whoever may send as `one` may send as every sender of `other`; empty lists are all senders.
fn sends_as_much(one: &[DomainPattern], other: &[DomainPattern]) -> bool {
    one.is_empty() || !other.is_empty() && patterns_hold(one, other)
}

/// The part of a right that the other side does not give.
enum Beyond {
    All,
    Senders,
    After(String),
}

impl Beyond {
    fn said(&self, right: &Right<'_>, stretch: IpNet) -> Parts {
        let who = who(right.entry, stretch);
        let senders: Vec<String> = right.entry.senders().iter().map(pattern_text).collect();
        match self {
            Self::After(until) => {
                Parts::of("right-after").with("right", who).with("until", until.as_str())
            }
            Self::Senders if senders.is_empty() => Parts::of("right-any-sender").with("right", who),
            _ => {
                let who = match senders.is_empty() {
                    true => who,
                    false => Parts::of("right-as").with("right", who).with("senders", senders),
                };
                match right.until {
                    None => who,
                    Some(until) => Parts::of("right-until")
                        .with("right", who)
                        .with("until", until.written.as_str()),
                }
            }
        }
    }
}

fn who(entry: &Entry<'_>, stretch: IpNet) -> Parts {
    match entry.address {
        Some(address) if entry.network == stretch => {
            let note = address.note.as_deref().map(|note| format!(" ({note})")).unwrap_or_default();
            Parts::of("right-address").with("name", format!("{}{note}", shown_network(stretch)))
        }
        _ => Parts::of("right-network").with("name", stretch.to_string()),
    }
}
