//! What inbound connectors refuse from now on: sender domains that a connector has for itself, and mail in
//! clear from a peer that must use TLS.

use std::collections::{BTreeSet, HashSet};

use causeway_catalog::sentence::Parts;
use causeway_model::Domain;
use causeway_model::config::{DomainPattern, InboundConnector};

use super::peers::{Kind, Peers, Sender, Terms, inbound};
use super::{Effect, EffectKind, listed, listed_rights};
use crate::MailPolicy;
use crate::index::pattern_text;

/// The effects, at most one of each kind and cause.
pub(super) fn effects(old: &MailPolicy, new: &MailPolicy, peers: &Peers) -> Vec<Effect> {
    let mut out = Vec::new();
    let mut add = |kind, key, count: usize, who| {
        if count > 0 {
            let detail = Parts::of(key).with("who", who).into();
            out.push(Effect { kind, count: count as u64, detail });
        }
    };
    let own = newly_restricted(old, new);
    add(EffectKind::SendersRestricted, "effect-restricted", own.len(), listed(own));
    let kept_out = kept_out(old, new, peers);
    let (count, who) = (kept_out.len(), listed_rights(kept_out));
    add(EffectKind::SendersRestricted, "effect-restricted-peers", count, who);
    let open = newly_restricted(new, old);
    add(EffectKind::SendersUnrestricted, "effect-unrestricted", open.len(), listed(open));
    let in_clear = refused_in_clear(old, new, peers);
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
fn kept_out(old: &MailPolicy, new: &MailPolicy, peers: &Peers) -> Vec<Parts> {
    let senders = RestrictedSenders::of(old, new);
    peers.told(|kind| {
        // They were taken because a connector that has them for itself knew the peer.
        let knowing = old.knowing(&kind.facts(None));
        let own = knowing.into_iter().filter(|connector| connector.restrict_sender_domains);
        let own = senders.among(own.flat_map(|connector| &connector.sender_domains));
        let lost = own.into_iter().filter(|sender| {
            let facts = kind.facts(Some(sender));
            !old.is_kept_out(&facts) && new.is_kept_out(&facts)
        });
        vec![(Terms::All, lost.collect())]
    })
}

/// The senders that a connector had for itself, as either configuration names them.
struct RestrictedSenders {
    all: Vec<Sender>,
    /// Position in `all` by domain, the labels last to first: what is below a domain stands together.
    sorted: Vec<(String, usize)>,
}

impl RestrictedSenders {
    fn of(old: &MailPolicy, new: &MailPolicy) -> Self {
        let mut seen = HashSet::new();
        let patterns = restricted(old).chain(restricted(new)).map(|(pattern, _)| pattern);
        let all: Vec<Sender> = patterns
            .filter(|pattern| seen.insert(*pattern))
            .filter_map(Sender::of)
            .filter(|sender| old.is_restricted(sender.path()))
            .collect();
        let mut sorted: Vec<(String, usize)> = all
            .iter()
            .enumerate()
            .filter_map(|(i, sender)| Some((backwards(sender.path().address()?.domain()), i)))
            .collect();
        sorted.sort_unstable();
        Self { all, sorted }
    }

    /// Those that one of the patterns takes.
    fn among<'p>(&self, patterns: impl Iterator<Item = &'p DomainPattern>) -> Vec<&Sender> {
        let found: BTreeSet<usize> = patterns.flat_map(|pattern| self.taken_by(pattern)).collect();
        found.into_iter().filter_map(|position| self.all.get(position)).collect()
    }

    fn taken_by(&self, pattern: &DomainPattern) -> impl Iterator<Item = usize> {
        let above = match pattern {
            DomainPattern::Everything | DomainPattern::Accepted => String::new(),
            DomainPattern::Exact(domain) | DomainPattern::Below(domain) => backwards(domain),
        };
        let is_exact = matches!(pattern, DomainPattern::Exact(_));
        let first = self.sorted.partition_point(|(name, _)| *name < above);
        self.sorted
            .iter()
            .skip(first)
            .take_while(move |(name, _)| name.starts_with(&above) && !(is_exact && *name != above))
            .map(|(_, position)| *position)
    }
}

/// `test.corp.` for `corp.test`.
fn backwards(domain: &Domain) -> String {
    domain.as_str().rsplit('.').flat_map(|label| [label, "."]).collect()
}

/// Peers whose mail was taken without TLS, and is not any more.
fn refused_in_clear(old: &MailPolicy, new: &MailPolicy, peers: &Peers) -> Vec<Parts> {
    let needs_tls = |policy: &MailPolicy, kind: &Kind, sender: &Sender| {
        let connector = policy.recognise(&kind.facts(Some(sender)));
        connector.is_some_and(|connector| policy.inbound_demand(connector, false).is_some())
    };
    peers.told(|kind| {
        let lost = kind.senders_where(|sender| {
            !kind.always_has_tls()
                && !needs_tls(old, kind, sender)
                && needs_tls(new, kind, sender)
                && !old.is_kept_out(&kind.facts(Some(sender)))
        });
        vec![(Terms::All, lost)]
    })
}
