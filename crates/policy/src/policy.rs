//! The configuration, compiled: [`MailPolicy`].

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;
use std::sync::Arc;

use causeway_model::config::{
    AcceptedDomain, Connector, InboundConnector, MailFlow, OutboundConnector,
};
use causeway_model::{Address, Domain};

use crate::inbound::InboundIndex;
use crate::index::{NetworkTable, PatternIndex, upwards};

/// The organization's mail flow with the indexes that make decisions fast. Immutable; a changed
/// configuration is compiled anew and swapped in whole.
#[derive(Debug)]
pub struct MailPolicy {
    flow: Arc<MailFlow>,
    hostname: Option<Domain>,
    own_addresses: HashSet<IpAddr>,
    /// Position in `flow.domains`.
    domains: HashMap<Domain, usize>,
    any_match_subdomains: bool,
    /// `[relay].networks` numbered from 0, `[relay].addresses` after them.
    pub(crate) relay_networks: NetworkTable,
    /// The sender domains of those that have some, by the same number.
    pub(crate) address_senders: HashMap<usize, PatternIndex>,
    /// Every outbound connector, enabled or not, in the order of the file.
    pub(crate) outbound: Vec<Arc<OutboundConnector>>,
    /// Position in `outbound`; of several with one name the first.
    outbound_names: HashMap<String, usize>,
    /// Position in `outbound`, enabled ones only.
    pub(crate) outbound_patterns: PatternIndex,
    /// The connector of `[routing].internet`, when set, known and enabled: position in `outbound`.
    pub(crate) internet: Option<usize>,
    pub(crate) inbound: InboundIndex,
}

impl MailPolicy {
    /// Compiles a configuration. `hostname` is our own name as in greetings; a name that is no
    /// domain is no name.
    #[must_use]
    pub fn compile(flow: Arc<MailFlow>, hostname: &str) -> Self {
        let mut domains = HashMap::with_capacity(flow.domains.len());
        for (position, domain) in flow.domains.iter().enumerate() {
            domains.entry(domain.name.clone()).or_insert(position);
        }
        let outbound: Vec<Arc<OutboundConnector>> = flow
            .connectors
            .iter()
            .filter_map(|connector| match connector {
                Connector::Outbound(outbound) => Some(Arc::new(outbound.clone())),
                Connector::Inbound(_) => None,
            })
            .collect();
        let mut outbound_names = HashMap::with_capacity(outbound.len());
        for (position, connector) in outbound.iter().enumerate() {
            outbound_names.entry(connector.name.clone()).or_insert(position);
        }
        let outbound_patterns =
            PatternIndex::new(
                outbound.iter().zip(0u32..).filter(|(connector, _)| connector.enabled).flat_map(
                    |(connector, i)| connector.recipient_domains.iter().map(move |p| (p, i)),
                ),
            );
        let internet = match &flow.internet {
            causeway_model::config::InternetRoute::Direct => None,
            causeway_model::config::InternetRoute::Via(name) => {
                outbound.iter().position(|connector| connector.enabled && connector.name == *name)
            }
        };
        let relay_networks = NetworkTable::new(
            flow.relay
                .networks
                .iter()
                .copied()
                .chain(flow.relay.addresses.iter().map(|entry| entry.address))
                .zip(0..),
        );
        let first = flow.relay.networks.len();
        let restricted = flow.relay.addresses.iter().enumerate();
        let address_senders = restricted
            .filter(|(_, entry)| !entry.sender_domains.is_empty())
            .map(|(i, entry)| {
                let patterns = entry.sender_domains.iter().map(|pattern| (pattern, 0));
                (first + i, PatternIndex::new(patterns))
            })
            .collect();
        Self {
            hostname: Domain::parse(hostname).ok(),
            own_addresses: HashSet::new(),
            any_match_subdomains: flow.domains.iter().any(|domain| domain.match_subdomains),
            domains,
            relay_networks,
            address_senders,
            outbound,
            outbound_names,
            outbound_patterns,
            internet,
            inbound: InboundIndex::new(&flow),
            flow,
        }
    }

    /// Tells the policy which addresses are this machine's, so that `postmaster@[192.0.2.1]` is
    /// known to be ours. Loopback addresses always are.
    #[must_use]
    pub fn with_own_addresses(mut self, addresses: impl IntoIterator<Item = IpAddr>) -> Self {
        self.own_addresses.extend(addresses.into_iter().map(|address| address.to_canonical()));
        self
    }

    /// The configuration it was compiled from.
    #[must_use]
    pub const fn flow(&self) -> &Arc<MailFlow> {
        &self.flow
    }

    /// Our own name, when it is a domain.
    #[must_use]
    pub const fn hostname(&self) -> Option<&Domain> {
        self.hostname.as_ref()
    }

    /// The accepted domain that `domain` is or belongs to: the one with this very name, else the
    /// closest one above it with `match_subdomains`.
    #[must_use]
    pub fn accepted_domain(&self, domain: &Domain) -> Option<&AcceptedDomain> {
        if let Some(&exact) = self.domains.get(domain) {
            return self.flow.domains.get(exact);
        }
        if !self.any_match_subdomains {
            return None;
        }
        upwards(domain)
            .skip(1)
            .filter_map(|up| self.flow.domains.get(*self.domains.get(up)?))
            .find(|accepted| accepted.match_subdomains)
    }

    /// An outbound connector by its name, enabled or not.
    #[must_use]
    pub fn outbound_connector(&self, name: &str) -> Option<&Arc<OutboundConnector>> {
        self.outbound.get(*self.outbound_names.get(name)?)
    }

    /// An inbound connector by its name, enabled or not.
    #[must_use]
    pub fn inbound_connector(&self, name: &str) -> Option<&InboundConnector> {
        self.inbound.by_name(&self.flow, name)
    }

    /// True for an address of this machine.
    #[must_use]
    pub fn is_own_address(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        address.is_loopback() || self.own_addresses.contains(&address)
    }

    /// True for our host's name and for literals of our own addresses: domains at which only the
    /// postmaster is ours.
    #[must_use]
    pub(crate) fn is_own_name(&self, domain: &Domain) -> bool {
        match domain.literal() {
            Some(address) => self.is_own_address(address),
            None => self.hostname.as_ref() == Some(domain),
        }
    }
}

/// True for a postmaster, in any case, quoted or not (RFC 5321 section 4.5.1).
#[must_use]
pub fn is_postmaster(address: &Address) -> bool {
    address.local().trim_matches('"').eq_ignore_ascii_case("postmaster")
}
