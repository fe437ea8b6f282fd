//! What inbound connectors refuse from now on: sender domains that a connector has for itself, and mail in
//! clear from a peer that must use TLS.

use causeway_catalog::sentence::Parts;
use causeway_model::config::{DomainPattern, InboundConnector};

use super::peers::{Peer, Sender, Terms, inbound, peers};
use super::{Effect, EffectKind, listed, listed_rights};
use crate::MailPolicy;
use crate::index::pattern_text;

/// The effects, at most one of each kind and cause.
pub(super) fn effects(old: &MailPolicy, new: &MailPolicy) -> Vec<Effect> {
    let peers = peers(old, new);
    let mut out = Vec::new();
    let mut add = |kind, key, count: usize, who| {
        if count > 0 {
            let detail = Parts::of(key).with("who", who).into();
            out.push(Effect { kind, count: count as u64, detail });
        }
    };
    let own = newly_restricted(old, new);
    add(EffectKind::SendersRestricted, "effect-restricted", own.len(), listed(own));
    let kept_out = kept_out(old, new, &peers);
    let (count, who) = (kept_out.len(), listed_rights(kept_out));
    add(EffectKind::SendersRestricted, "effect-restricted-peers", count, who);
    let open = newly_restricted(new, old);
    add(EffectKind::SendersUnrestricted, "effect-unrestricted", open.len(), listed(open));
    let in_clear = refused_in_clear(old, new, &peers);
    let (count, who) = (in_clear.len(), listed_rights(in_clear));
    add(EffectKind::TlsDemanded, "effect-tls-demanded", count, who);
    out
}

/// The sender domains that connectors have for themselves, with the connector.
fn restricted(policy: &MailPolicy) -> impl Iterator<Item = (&DomainPattern, &InboundConnector)> {
    inbound(policy.flow())
        .filter(|connector| connector.restrict_sender_domains)
        .flat_map(|connector| connector.sender_domains.iter().map(move |p| (p, connector)))
}

/// What one configuration restricts and the other does not.
fn newly_restricted(without: &MailPolicy, with: &MailPolicy) -> Vec<String> {
    let free = |pattern: &DomainPattern| {
        Sender::of(pattern).is_some_and(|sender| !without.is_restricted(sender.path()))
    };
    restricted(with)
        .filter(|(pattern, _)| free(pattern))
        .map(|(pattern, c)| format!("{} (connector \"{}\")", pattern_text(pattern), c.name))
        .collect()
}

/// Peers from whom restricted senders were taken, and are not any more.
fn kept_out(old: &MailPolicy, new: &MailPolicy, peers: &[Peer]) -> Vec<Parts> {
    let mut senders: Vec<Sender> = Vec::new();
    for (pattern, _) in restricted(old).chain(restricted(new)) {
        let sender = Sender::of(pattern).filter(|sender| old.is_restricted(sender.path()));
        senders.extend(sender.filter(|sender| !senders.contains(sender)));
    }
    let told = peers.iter().filter_map(|peer| {
        let lost = senders.iter().filter(|sender| {
            let facts = peer.facts(Some(sender));
            old.restricted_sender(&facts).is_none() && new.restricted_sender(&facts).is_some()
        });
        let lost: Vec<&Sender> = lost.collect();
        (!lost.is_empty()).then(|| peer.said(&lost, Terms::All))
    });
    told.collect()
}

/// Peers whose mail was taken without TLS, and is not any more.
fn refused_in_clear(old: &MailPolicy, new: &MailPolicy, peers: &[Peer]) -> Vec<Parts> {
    let needs_tls = |policy: &MailPolicy, peer: &Peer, sender: &Sender| {
        let connector = policy.recognise(&peer.facts(Some(sender)));
        connector.is_some_and(|connector| policy.inbound_demand(connector, false).is_some())
    };
    let told = peers.iter().filter(|peer| !peer.always_has_tls()).filter_map(|peer| {
        let lost = peer.senders_where(|sender| {
            !needs_tls(old, peer, sender)
                && needs_tls(new, peer, sender)
                && old.restricted_sender(&peer.facts(Some(sender))).is_none()
        });
        (!lost.is_empty()).then(|| peer.said(&lost, Terms::All))
    });
    told.collect()
}
