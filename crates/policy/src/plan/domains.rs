//! What a change does to domains, whether mail for them waits or not: domains that are given up, whose
//! unknown recipients are refused, whose recipients elsewhere cannot be reached any more, and sender domains
//! that become a connector's own.

use causeway_catalog::sentence::Parts;
use causeway_model::Domain;
use causeway_model::config::{
    AcceptedDomain, Connector, DomainType, InboundConnector, MailFlow, OutboundRoute, Peer,
};

use super::{Effect, EffectKind, listed};
use crate::index::pattern_text;
use crate::{MailPolicy, RouteTarget};

/// The effects, at most one of each kind and cause.
pub(super) fn effects(old: &MailPolicy, new: &MailPolicy) -> Vec<Effect> {
    let mut out = Vec::new();
    given_up(old, new, &mut out);
    stranded(old, new, &mut out);
    restrictions(old.flow(), new.flow(), &mut out);
    out
}

/// Domains that are given up, and domains whose unknown recipients are refused from now on.
fn given_up(old: &MailPolicy, new: &MailPolicy, effects: &mut Vec<Effect>) {
    let mut lost = Vec::new();
    let mut stricter = Vec::new();
    for domain in &old.flow().domains {
        match new.accepted_domain(&domain.name) {
            None => lost.push(domain.name.to_string()),
            Some(now)
                if now.domain_type == DomainType::Authoritative
                    && domain.domain_type == DomainType::InternalRelay =>
            {
                stricter.push(domain.name.to_string());
            }
            Some(_) => {}
        }
    }
    if !lost.is_empty() {
        effects.push(Effect {
            kind: EffectKind::DomainsLost,
            count: lost.len() as u64,
            detail: Parts::of("effect-domains-lost").with("who", listed(lost)).into(),
        });
    }
    if !stricter.is_empty() {
        effects.push(Effect {
            kind: EffectKind::UnknownRecipients,
            count: 0,
            detail: Parts::of("effect-stricter").with("who", listed(stricter)).into(),
        });
    }
}

/// How the mail of an internal relay domain for recipients elsewhere can go nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum DeadEnd {
    /// No enabled connector takes it.
    NoConnector,
    /// The one that takes it leads back to where the mail came from.
    Loop,
    /// It goes to the domain's MX hosts, which may be this server.
    Mx,
}

impl DeadEnd {
    const ALL: [Self; 3] = [Self::NoConnector, Self::Loop, Self::Mx];

    const fn key(self) -> &'static str {
        match self {
            Self::NoConnector => "effect-no-way",
            Self::Loop => "effect-loop",
            Self::Mx => "effect-mx-loop",
        }
    }

    fn of(policy: &MailPolicy, domain: &Domain, from: Option<&InboundConnector>) -> Option<Self> {
        match policy.onward(domain, from).0 {
            RouteTarget::Nowhere(causeway_model::Failure::RoutingLoop { .. }) => Some(Self::Loop),
            RouteTarget::Nowhere(_) => Some(Self::NoConnector),
            RouteTarget::Connector(taking) if taking.route == OutboundRoute::Mx => Some(Self::Mx),
            _ => None,
        }
    }
}

/// Internal relay domains that had a way to their other servers and have none now.
fn stranded(old: &MailPolicy, new: &MailPolicy, effects: &mut Vec<Effect>) {
    let (was, is) = (old.flow(), new.flow());
    if was.connectors == is.connectors && was.domains == is.domains {
        return;
    }
    let origins = known_origins(old, new);
    let mut ends: Vec<(DeadEnd, String)> = Vec::new();
    let relayed = |domain: &&AcceptedDomain| domain.domain_type == DomainType::InternalRelay;
    for domain in is.domains.iter().filter(relayed) {
        let below = domain.match_subdomains.then(|| format!("x.{}", domain.name));
        let below = below.and_then(|name| Domain::parse(&name).ok());
        for (shown, name) in [
            Some((domain.name.to_string(), domain.name.clone())),
            below.map(|name| (format!("*.{}", domain.name), name)),
        ]
        .into_iter()
        .flatten()
        {
            if let Some(end) = new_dead_end(old, new, &name, &origins) {
                ends.push((end, shown));
            }
        }
    }
    for end in DeadEnd::ALL {
        let names = ends.iter().filter(|(found, _)| *found == end).map(|(_, name)| name.clone());
        let names: Vec<String> = names.collect();
        if !names.is_empty() {
            let count = names.len() as u64;
            let detail = Parts::of(end.key()).with("who", listed(names)).into();
            effects.push(Effect { kind: EffectKind::Undeliverable, count, detail });
        }
    }
}

/// Where mail can come from under both configurations: anybody, and each of the own servers.
fn known_origins<'p>(
    old: &'p MailPolicy,
    new: &'p MailPolicy,
) -> Vec<[Option<&'p InboundConnector>; 2]> {
    let own = new.flow().connectors.iter().filter_map(|connector| match connector {
        Connector::Inbound(inbound) if inbound.enabled && inbound.peer == Peer::OnPremises => {
            let before = old.inbound_connector(&inbound.name)?;
            (before.enabled && before.peer == Peer::OnPremises)
                .then_some([Some(before), Some(inbound)])
        }
        _ => None,
    });
    std::iter::once([None, None]).chain(own).collect()
}

fn new_dead_end(
    old: &MailPolicy,
    new: &MailPolicy,
    domain: &Domain,
    origins: &[[Option<&InboundConnector>; 2]],
) -> Option<DeadEnd> {
    let was_relayed = old
        .accepted_domain(domain)
        .is_some_and(|accepted| accepted.domain_type == DomainType::InternalRelay);
    let ends = origins.iter().filter_map(|[before, after]| {
        DeadEnd::of(new, domain, *after)
            .filter(|_| was_relayed && DeadEnd::of(old, domain, *before).is_none())
    });
    ends.min()
}

/// Sender domains that a connector has for itself from now on.
fn restrictions(old: &MailFlow, new: &MailFlow, effects: &mut Vec<Effect>) {
    let restricted = |flow: &MailFlow| -> Vec<(String, String)> {
        let inbound = flow.connectors.iter().filter_map(|connector| match connector {
            Connector::Inbound(c) if c.enabled && c.restrict_sender_domains => Some(c),
            _ => None,
        });
        inbound
            .flat_map(|c| c.sender_domains.iter().map(|p| (pattern_text(p), c.name.clone())))
            .collect()
    };
    let before = restricted(old);
    let added: Vec<String> = restricted(new)
        .into_iter()
        .filter(|(pattern, _)| !before.iter().any(|(known, _)| known == pattern))
        .map(|(pattern, name)| format!("{pattern} (connector \"{name}\")"))
        .collect();
    if !added.is_empty() {
        effects.push(Effect {
            kind: EffectKind::SendersRestricted,
            count: added.len() as u64,
            detail: Parts::of("effect-restricted").with("who", listed(added)).into(),
        });
    }
}
