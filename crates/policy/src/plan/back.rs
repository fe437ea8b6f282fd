//! Peers whose mail begins or ends to go through a connector, because that counts as the way back to them.
//!
//! Mail from the organization's own servers is never handed to a connector that leads to them
//! ([`route`](mod@crate::route)). An inbound connector that makes a peer an own server therefore changes the way
//! of its mail; so does one that gives it another certificate's name.

use std::collections::BTreeMap;

use causeway_catalog::sentence::Parts;
use causeway_model::config::{InternetRoute, MailFlow, OutboundConnector, Peer};

use super::peers::{Kind, Peers, Sender, Terms};
use super::{Effect, EffectKind, listed, listed_rights};
use crate::MailPolicy;
use crate::index::pattern_text;
use crate::route::leads_back;

/// At most one effect of each direction for the connectors that lead to the same servers.
pub(super) fn effects(old: &MailPolicy, new: &MailPolicy, peers: &Peers) -> Vec<Effect> {
    let mut out = Vec::new();
    for way in ways(old, new).values() {
        for (key, is_back) in [("effect-way-back", true), ("effect-no-way-back", false)] {
            let changed = |kind: &Kind, sender: &Sender| {
                let was = is_back_to(old, kind, sender, way.before);
                was != is_back && is_back_to(new, kind, sender, way.after) == is_back
            };
            let who = peers.told(|kind| {
                vec![(Terms::All, kind.senders_where(|sender| changed(kind, sender)))]
            });
            if !who.is_empty() {
                let count = who.len() as u64;
                let detail = Parts::of(key)
                    .with("connectors", listed(way.names.clone()))
                    .with("domains", listed(way.domains.clone()))
                    .with("who", listed_rights(who))
                    .into();
                out.push(Effect { kind: EffectKind::PeersRerouted, count, detail });
            }
        }
    }
    out
}

/// Outbound connectors that lead to the same own servers, before and after.
struct WayBack<'p> {
    /// One of them.
    before: &'p OutboundConnector,
    after: &'p OutboundConnector,
    names: Vec<String>,
    /// For which domains they are.
    domains: Vec<String>,
}

/// Those in use under both configurations, by the certificate's name that they expect.
fn ways<'p>(
    old: &'p MailPolicy,
    new: &'p MailPolicy,
) -> BTreeMap<[Option<&'p str>; 2], WayBack<'p>> {
    let mut ways = BTreeMap::new();
    let is_own =
        |connector: &OutboundConnector| connector.enabled && connector.peer == Peer::OnPremises;
    for after in new.outbound.iter().filter(|connector| is_own(connector)) {
        let before = old.outbound_connector(&after.name);
        let Some(before) = before.filter(|connector| is_own(connector)) else { continue };
        let key = [before.tls_domain.as_deref(), after.tls_domain.as_deref()];
        let (names, domains) = (Vec::new(), Vec::new());
        let way = ways.entry(key).or_insert(WayBack { before, after, names, domains });
        way.names.push(format!("\"{}\"", after.name));
        way.domains.extend(after.recipient_domains.iter().map(pattern_text));
        way.domains.extend(takes_the_rest(new.flow(), after).then(|| "*".to_owned()));
    }
    ways
}

/// Mail for the internet goes through it.
fn takes_the_rest(flow: &MailFlow, connector: &OutboundConnector) -> bool {
    matches!(&flow.internet, InternetRoute::Via(name) if *name == connector.name)
}

/// Whether the connector counts as the way back to such a peer.
fn is_back_to(policy: &MailPolicy, kind: &Kind, sender: &Sender, to: &OutboundConnector) -> bool {
    policy.recognise(&kind.facts(Some(sender))).is_some_and(|from| leads_back(from, to))
}
