//! Which inbound connector is this peer?
//!
//! A peer is recognised by its client certificate first, then by its address: among certificates
//! an exact name comes before a wildcard, among addresses the narrowest network comes first, and the
//! order of the file decides the rest. A connector whose `sender_domains` do not hold the sender is
//! passed over: to it, the message is a stranger's. The null sender belongs to every connector.
//!
//! **A domain can be restricted to its connector** (`restrict_sender_domains`): its mail is then taken from
//! that peer only, and refused from everybody else with `550 5.7.51`, whatever else they may do. With
//! the pattern `*` that holds for all mail, reports included: so nobody goes around a filter in front
//! of this server. Users who log in are not asked; whose addresses they may use is
//! [`identity`](crate::identity)'s question.
//!
//! Being recognised gives a relay right only through a connector to the organization's own servers;
//! see [`relay`](crate::relay).

use std::collections::HashMap;
use std::net::IpAddr;

use causeway_model::config::{Connector, IdentityField, InboundConnector, MailFlow};
use causeway_model::{Domain, EnhancedCode, Reply, ReversePath};

use crate::MailPolicy;
use crate::index::{NetworkTable, PatternIndex};

/// The rule that refuses mail of a restricted domain.
pub const RESTRICTED_SENDER: &str = "inbound.restricted-sender";

/// What is known of a peer at MAIL.
#[derive(Clone, Copy, Debug)]
pub struct PeerFacts<'a> {
    /// Its address.
    pub client: IpAddr,
    /// The DNS names in its client certificate, when it showed one that was verified (chain and
    /// dates). Names of a certificate that was not verified must not be handed in.
    pub certificate_names: &'a [String],
    /// The reverse-path; `None` when it is not known yet.
    pub sender: Option<&'a ReversePath>,
}

/// Enabled inbound connectors by what recognises them. Numbers are positions in
/// `MailFlow::connectors`.
#[derive(Debug, Default)]
pub(crate) struct InboundIndex {
    names: HashMap<String, usize>,
    networks: NetworkTable,
    /// `tls_certificate_name` as it stands, lower case.
    certificates: HashMap<String, Vec<usize>>,
    /// `tls_certificate_name` without its first label: for certificates with a wildcard.
    below: HashMap<String, Vec<usize>>,
    senders: HashMap<usize, PatternIndex>,
    /// Patterns of the connectors that have their sender domains for themselves.
    restricted: PatternIndex,
}

impl InboundIndex {
    pub(crate) fn new(flow: &MailFlow) -> Self {
        let mut index = Self::default();
        let mut networks = Vec::new();
        let mut restricted = Vec::new();
        for (position, connector) in flow.connectors.iter().enumerate() {
            let Connector::Inbound(inbound) = connector else { continue };
            index.names.entry(inbound.name.clone()).or_insert(position);
            if !inbound.enabled {
                continue;
            }
            networks.extend(inbound.source_addresses.iter().map(|net| (*net, position as u32)));
            if let Some(name) = &inbound.tls_certificate_name {
                let name = name.to_ascii_lowercase();
                if let Some((_, up)) = name.split_once('.') {
                    index.below.entry(up.to_owned()).or_default().push(position);
                }
                index.certificates.entry(name).or_default().push(position);
            }
            let senders = PatternIndex::new(inbound.sender_domains.iter().map(|p| (p, 0)));
            index.senders.insert(position, senders);
            if inbound.restrict_sender_domains {
                restricted.extend(inbound.sender_domains.iter().map(|p| (p, position as u32)));
            }
        }
        index.networks = NetworkTable::new(networks);
        index.restricted = PatternIndex::new(restricted);
        index
    }

    pub(crate) fn by_name<'f>(
        &self,
        flow: &'f MailFlow,
        name: &str,
    ) -> Option<&'f InboundConnector> {
        inbound_at(flow, *self.names.get(name)?)
    }

    /// True when `sender_domains` of the connector hold the sender.
    pub(crate) fn takes_sender(&self, name: &str, sender: &ReversePath) -> bool {
        self.names.get(name).is_some_and(|&position| self.sender_fits(position, sender))
    }

    /// The same for one domain.
    pub(crate) fn takes_domain(&self, name: &str, domain: &Domain) -> bool {
        let position = self.names.get(name);
        position.and_then(|p| self.senders.get(p)).is_some_and(|index| index.takes(domain))
    }

    /// The first connector that knows the peer and checks its envelope sender; `None` when some connector
    /// that knows it takes the sender.
    pub(crate) fn checking<'f>(
        &self,
        flow: &'f MailFlow,
        facts: &PeerFacts<'_>,
    ) -> Option<&'f InboundConnector> {
        let sender = facts.sender?;
        let mut checking = None;
        for position in self.knowing(facts) {
            if self.sender_fits(position, sender) {
                return None;
            }
            checking = checking.or_else(|| {
                inbound_at(flow, position)
                    .filter(|connector| connector.identity.contains(&IdentityField::Envelope))
            });
        }
        checking
    }

    /// The connectors that have this sender's domain for themselves.
    fn restricting<'a>(&'a self, sender: &'a ReversePath) -> impl Iterator<Item = usize> + 'a {
        let (null, domain) = match sender {
            ReversePath::Null => (Some(self.restricted.everything()), None),
            ReversePath::Address(address) => (None, Some(self.restricted.taking(address.domain()))),
        };
        let null = null.into_iter().flatten();
        null.chain(domain.into_iter().flatten()).map(|position| position as usize)
    }

    fn sender_fits(&self, position: usize, sender: &ReversePath) -> bool {
        match sender {
            ReversePath::Null => true,
            ReversePath::Address(address) => {
                self.senders.get(&position).is_some_and(|index| index.takes(address.domain()))
            }
        }
    }

    /// Every connector that knows this peer, whoever the sender is; the best first.
    fn knowing<'a>(&'a self, facts: &'a PeerFacts<'_>) -> impl Iterator<Item = usize> + 'a {
        let by_certificate = facts.certificate_names.iter().flat_map(|n| self.by_certificate(n));
        let by_address = self.networks.holding(facts.client).map(|position| position as usize);
        by_certificate.chain(by_address)
    }

    fn by_certificate(&self, presented: &str) -> impl Iterator<Item = usize> {
        let presented = presented.to_ascii_lowercase();
        let up = presented.split_once('.').map(|(_, up)| up);
        let wildcard = presented.starts_with("*.");
        // The configured name is for one name and the certificate is for all beside it, or the
        // other way round.
        let below = if wildcard { up.and_then(|up| self.below.get(up)) } else { None };
        let above = up.and_then(|up| self.certificates.get(&format!("*.{up}")));
        let exact = self.certificates.get(&presented);
        exact.into_iter().chain(above).chain(below).flatten().copied()
    }
}

fn inbound_at(flow: &MailFlow, position: usize) -> Option<&InboundConnector> {
    match flow.connectors.get(position)? {
        Connector::Inbound(inbound) => Some(inbound),
        Connector::Outbound(_) => None,
    }
}

impl MailPolicy {
    /// The enabled inbound connector that recognises this peer (and takes this sender).
    #[must_use]
    pub fn recognise(&self, facts: &PeerFacts<'_>) -> Option<&InboundConnector> {
        let index = &self.inbound;
        index
            .knowing(facts)
            .find(|&position| facts.sender.is_none_or(|s| index.sender_fits(position, s)))
            .and_then(|position| inbound_at(self.flow(), position))
    }

    /// Every enabled inbound connector that knows this peer, whoever the sender is; the best first.
    pub(crate) fn knowing(&self, facts: &PeerFacts<'_>) -> Vec<&InboundConnector> {
        let known = self.inbound.knowing(facts);
        known.filter_map(|position| inbound_at(self.flow(), position)).collect()
    }

    /// True when some connector has this sender's domain for itself.
    pub(crate) fn is_restricted(&self, sender: &ReversePath) -> bool {
        self.inbound.restricting(sender).next().is_some()
    }

    /// True when this peer may not send as this sender, whose domain a connector that does not know the
    /// peer has for itself. Without a sender nothing is restricted.
    pub(crate) fn is_kept_out(&self, facts: &PeerFacts<'_>) -> bool {
        let index = &self.inbound;
        let Some(sender) = facts.sender else { return false };
        let restricted: Vec<usize> = index.restricting(sender).collect();
        !restricted.is_empty() && !index.knowing(facts).any(|known| restricted.contains(&known))
    }

    /// The refusal for mail whose sender's domain is restricted to a connector that does not know this
    /// peer: `550 5.7.51`. `None`: it may be sent from here. Without a sender nothing is restricted.
    #[must_use]
    pub fn restricted_sender(&self, facts: &PeerFacts<'_>) -> Option<Reply> {
        let sender = facts.sender.filter(|_| self.is_kept_out(facts))?;
        let rule = RESTRICTED_SENDER;
        let text = match sender {
            ReversePath::Null => {
                format!("Mail is taken here only from servers that are known (rule {rule})")
            }
            ReversePath::Address(address) => format!(
                "Mail from {} is taken here only from the servers that are known for it (rule {rule})",
                address.domain()
            ),
        };
        Some(Reply::new(550, Some(EnhancedCode::new(5, 7, 51)), text))
    }

    /// What a recognised peer lacks: `530 5.7.0` when its connector demands TLS and there is
    /// none (RFC 3207 section 4). `None`: nothing.
    #[must_use]
    pub fn inbound_demand(&self, connector: &InboundConnector, tls: bool) -> Option<Reply> {
        (connector.require_tls && !tls).then(|| {
            Reply::new(
                530,
                Some(EnhancedCode::new(5, 7, 0)),
                "This sender's server must use TLS: issue STARTTLS first \
                 (rule inbound.require-tls)",
            )
        })
    }
}
