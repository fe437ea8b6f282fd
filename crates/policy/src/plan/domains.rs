//! What a change does to domains, whether mail for them waits or not: domains that are given up, whose
//! unknown recipients are refused or taken, and whose recipients elsewhere cannot be reached any more.

use std::collections::{HashMap, HashSet};

use causeway_catalog::sentence::Parts;
use causeway_model::Domain;
use causeway_model::config::{InboundConnector, InternetRoute, OutboundRoute, Peer};

use super::peers::inbound;
use super::{Effect, EffectKind, below, listed};
use crate::reroute::one_of_each;
use crate::{MailPolicy, RouteDomain, RouteTarget};

/// The effects, at most one of each kind and cause.
pub(super) fn effects(old: &MailPolicy, new: &MailPolicy) -> Vec<Effect> {
    let mut out = Vec::new();
    types(old, new, &mut out);
    stranded(old, new, &mut out);
    out.extend(internet(old, new));
    out
}

/// The connector of `[routing].internet` is disabled, and mail for the internet leaves without it. That the key
/// itself says something else is a change of its own, and meant.
fn internet(old: &MailPolicy, new: &MailPolicy) -> Option<Effect> {
    let InternetRoute::Via(name) = &new.flow().internet else { return None };
    (old.internet.is_some() && new.internet.is_none()).then(|| Effect {
        kind: EffectKind::InternetDirect,
        count: 1,
        detail: Parts::of("effect-internet-direct").with("name", name.as_str()).into(),
    })
}

/// The accepted domains of both configurations, and one below each whose subdomains are accepted: as it is
/// shown, and the name to ask about.
fn names(old: &MailPolicy, new: &MailPolicy) -> Vec<(String, Domain)> {
    let mut seen = HashSet::new();
    let mut names = Vec::new();
    for domain in old.flow().domains.iter().chain(&new.flow().domains) {
        let under = domain.match_subdomains.then(|| below(&domain.name)).flatten();
        let under = under.map(|name| (format!("*.{}", domain.name), name));
        let own = (domain.name.to_string(), domain.name.clone());
        names.extend(
            std::iter::once(own).chain(under).filter(|(_, name)| seen.insert(name.clone())),
        );
    }
    names
}

/// Domains that are given up, and domains whose unknown recipients are refused or taken from now on.
fn types(old: &MailPolicy, new: &MailPolicy, effects: &mut Vec<Effect>) {
    let (mut lost, mut stricter, mut looser) = (Vec::new(), Vec::new(), Vec::new());
    for (shown, name) in names(old, new) {
        match (old.domain_type(&name), new.domain_type(&name)) {
            (RouteDomain::External, _) => {}
            (_, RouteDomain::External) => lost.push(shown),
            (RouteDomain::InternalRelay, RouteDomain::Authoritative) => stricter.push(shown),
            (RouteDomain::Authoritative, RouteDomain::InternalRelay) => looser.push(shown),
            _ => {}
        }
    }
    for (kind, key, who) in [
        (EffectKind::DomainsLost, "effect-domains-lost", lost),
        (EffectKind::UnknownRecipients, "effect-stricter", stricter),
        (EffectKind::UnknownTaken, "effect-looser", looser),
    ] {
        if !who.is_empty() {
            let count = who.len() as u64;
            effects.push(Effect {
                kind,
                count,
                detail: Parts::of(key).with("who", listed(who)).into(),
            });
        }
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
        match policy.onward(domain, from) {
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
    // The way of an internal relay domain depends on the connector that takes it, and on nothing else of it.
    let takers = |name: &Domain| [old, new].map(|policy| policy.taker(name));
    let mut known: HashMap<[Option<usize>; 2], Option<DeadEnd>> = HashMap::new();
    let mut ends: Vec<(DeadEnd, String)> = Vec::new();
    for (shown, name) in names(old, new) {
        let is_relayed =
            |policy: &MailPolicy| policy.domain_type(&name) == RouteDomain::InternalRelay;
        if !is_relayed(old) || !is_relayed(new) {
            continue;
        }
        let end = known.entry(takers(&name));
        let end = end.or_insert_with(|| new_dead_end(old, new, &name, &origins));
        ends.extend(end.map(|end| (end, shown)));
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

/// Where mail can come from under both configurations: anybody, and each of the own servers, once for each
/// certificate: routing asks nothing else of them.
fn known_origins<'p>(
    old: &'p MailPolicy,
    new: &'p MailPolicy,
) -> Vec<[Option<&'p InboundConnector>; 2]> {
    let own = inbound(new.flow()).filter(|connector| connector.peer == Peer::OnPremises);
    let known = own.filter_map(|connector| {
        let before = old.own_origin(Some(&connector.name))?;
        before.enabled.then_some([Some(before), Some(connector)])
    });
    one_of_each(std::iter::once([None, None]).chain(known))
}

fn new_dead_end(
    old: &MailPolicy,
    new: &MailPolicy,
    domain: &Domain,
    origins: &[[Option<&InboundConnector>; 2]],
) -> Option<DeadEnd> {
    let ends = origins.iter().filter_map(|[before, after]| {
        DeadEnd::of(new, domain, *after).filter(|_| DeadEnd::of(old, domain, *before).is_none())
    });
    ends.min()
}
