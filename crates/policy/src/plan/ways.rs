//! What becomes of queued recipients: the way before, the way after.
//!
//! Where only the domain matters (it is not ours before and after), the way is found once for
//! each domain and origin. Ways are numbered, so that a recipient costs a few look-ups.

use std::collections::HashMap;

use causeway_catalog::sentence::{Parts, Variable};
use causeway_model::config::{OutboundConnector, OutboundRoute};
use causeway_model::{Address, Domain, Failure};

use super::changes::hosts;
use super::{Effect, EffectKind, QueuedRecipient};
use crate::{MailPolicy, MailboxLookup, RecipientDecision, RouteTarget};

/// Addresses that stand for all those with the same change.
const EXAMPLES: usize = 3;

/// Changes of one kind that are told one by one; the rest is summed up.
const TOLD: usize = 20;

/// Where a recipient goes, as far as people tell ways apart.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Way {
    /// Into a mailbox here.
    Local,
    /// Through a connector.
    Connector { name: String, route: OutboundRoute, demands: Demands },
    /// To the MX hosts of its domain.
    Mx,
    /// The mailbox does not exist.
    Unknown,
    /// No way out: what stands in the way.
    Nowhere(Dead),
}

/// Why there is no way.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Dead {
    /// This connector leads back.
    Loop(String),
    /// None takes it.
    NoConnector,
}

impl Way {
    fn of(target: RouteTarget) -> Self {
        match target {
            RouteTarget::Local { .. } => Self::Local,
            RouteTarget::Mx(_) => Self::Mx,
            RouteTarget::Connector(connector) => Self::Connector {
                name: connector.name.clone(),
                route: connector.route.clone(),
                demands: Demands::of(&connector),
            },
            RouteTarget::Nowhere(Failure::MailboxUnknown { .. }) => Self::Unknown,
            RouteTarget::Nowhere(Failure::RoutingLoop { connector, .. }) => {
                Self::Nowhere(Dead::Loop(connector))
            }
            RouteTarget::Nowhere(_) => Self::Nowhere(Dead::NoConnector),
        }
    }

    fn said(&self) -> Parts {
        match self {
            Self::Local => Parts::of("way-local"),
            Self::Connector { name, route, .. } => {
                Parts::of("way-connector").with("name", name.as_str()).with("hosts", hosts(route))
            }
            Self::Mx => Parts::of("way-mx"),
            Self::Unknown => Parts::of("way-unknown"),
            Self::Nowhere(why) => Parts::of("way-nowhere").with("why", why.said()),
        }
    }
}

impl Dead {
    /// What becomes of mail without a way. A loop stays one, so it is returned at once (554 5.4.14); a
    /// connector may come, so mail waits for one as long as for a host that is down (450 4.4.1).
    const fn fate(&self) -> &'static str {
        match self {
            Self::Loop(_) => "effect-returned",
            Self::NoConnector => "effect-waits-for-a-way",
        }
    }

    fn said(&self) -> Parts {
        match self {
            Self::Loop(name) => Parts::of("way-loop").with("name", name.as_str()),
            Self::NoConnector => Parts::of("way-no-connector"),
        }
    }
}

/// What a connector asks of its peers, and as whom it comes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Demands {
    tls: &'static str,
    tls_domain: Option<String>,
    /// The user, and the file with the password.
    login: Option<(String, String)>,
    sources: Vec<String>,
    /// Where the peer's names come from the recipient's domain, that is part of the demand.
    is_mx: bool,
}

impl Demands {
    fn of(connector: &OutboundConnector) -> Self {
        Self {
            tls: connector.tls.word(),
            tls_domain: connector.tls_domain.clone(),
            login: connector.credentials.as_ref().map(|credentials| {
                (credentials.user.clone(), credentials.password_file.display().to_string())
            }),
            sources: connector.source_addresses.iter().map(ToString::to_string).collect(),
            is_mx: connector.route == OutboundRoute::Mx,
        }
    }

    fn said(&self) -> Variable {
        let mut out: Vec<Variable> = vec![match &self.tls_domain {
            None => Parts::of("demand-tls").with("tls", self.tls).into(),
            Some(name) => {
                let tls = Parts::of("demand-tls-domain").with("tls", self.tls);
                tls.with("name", name.as_str()).into()
            }
        }];
        if let Some((user, file)) = &self.login {
            let login = Parts::of("demand-login").with("user", user.as_str());
            out.push(login.with("file", file.as_str()).into());
        }
        if !self.sources.is_empty() {
            out.push(Parts::of("demand-sources").with("addresses", self.sources.clone()).into());
        }
        if self.is_mx {
            out.push("MX".into());
        }
        out.into()
    }
}

/// The number of a way.
type WayId = usize;

/// Ways that have been met, by number.
#[derive(Debug, Default)]
struct Ways {
    all: Vec<Way>,
    numbers: HashMap<Way, WayId>,
}

impl Ways {
    fn number(&mut self, way: Way) -> WayId {
        if let Some(&known) = self.numbers.get(&way) {
            return known;
        }
        let number = self.all.len();
        self.all.push(way.clone());
        self.numbers.insert(way, number);
        number
    }
}

/// One configuration and the answers that it has given.
struct Side<'p> {
    policy: &'p MailPolicy,
    /// By the inbound connector of our own servers ("" without), then by domain.
    onward: HashMap<String, HashMap<Domain, WayId>>,
}

/// What one configuration does with a recipient.
enum Answer {
    Local(Address),
    Way(WayId),
}

impl<'p> Side<'p> {
    fn new(policy: &'p MailPolicy) -> Self {
        Self { policy, onward: HashMap::new() }
    }

    fn ask(
        &mut self,
        address: &Address,
        origin: Option<&str>,
        mailboxes: &dyn MailboxLookup,
        ways: &mut Ways,
    ) -> Answer {
        let domain = address.domain();
        let policy = self.policy;
        if policy.accepted_domain(domain).is_none() && !policy.is_own_name(domain) {
            return Answer::Way(self.beyond(domain, origin, ways));
        }
        match policy.recipient(address, mailboxes) {
            RecipientDecision::Local { mailbox } => Answer::Local(mailbox),
            RecipientDecision::Unknown(_) => Answer::Way(ways.number(Way::Unknown)),
            RecipientDecision::Forward { to } => {
                Answer::Way(self.beyond(to.domain(), origin, ways))
            }
        }
    }

    /// The way on for a domain, whoever the recipient is.
    fn beyond(&mut self, domain: &Domain, origin: Option<&str>, ways: &mut Ways) -> WayId {
        let from = self.policy.own_origin(origin);
        let name = from.map_or("", |connector| connector.name.as_str());
        if let Some(&known) = self.onward.get(name).and_then(|domains| domains.get(domain)) {
            return known;
        }
        let way = ways.number(Way::of(self.policy.onward(domain, from)));
        self.onward.entry(name.to_owned()).or_default().insert(domain.clone(), way);
        way
    }
}

/// Recipients with the same change.
#[derive(Debug, Default)]
struct Tally {
    count: u64,
    examples: Vec<String>,
}

/// Follows every queued recipient through both configurations.
pub(super) struct Followed<'p> {
    old: Side<'p>,
    new: Side<'p>,
    ways: Ways,
    changes: HashMap<(WayId, WayId), Tally>,
}

impl<'p> Followed<'p> {
    pub(super) fn new(old: &'p MailPolicy, new: &'p MailPolicy) -> Self {
        let (old, new) = (Side::new(old), Side::new(new));
        Self { old, new, ways: Ways::default(), changes: HashMap::new() }
    }

    pub(super) fn recipient(
        &mut self,
        queued: &QueuedRecipient<'_>,
        mailboxes: &dyn MailboxLookup,
    ) {
        let origin = queued.origin.connector.as_deref();
        let before = self.old.ask(queued.address, origin, mailboxes, &mut self.ways);
        let after = self.new.ask(queued.address, origin, mailboxes, &mut self.ways);
        let is_same = match (&before, &after) {
            (Answer::Local(one), Answer::Local(other)) => one == other,
            (Answer::Way(one), Answer::Way(other)) => one == other,
            _ => false,
        };
        if is_same {
            return;
        }
        let mut number = |answer| match answer {
            Answer::Way(number) => number,
            Answer::Local(_) => self.ways.number(Way::Local),
        };
        let tally = self.changes.entry((number(before), number(after))).or_default();
        tally.count += 1;
        if tally.examples.len() < EXAMPLES {
            tally.examples.push(queued.address.to_string());
        }
    }

    /// The effects, the most serious kind first, the largest number first among equals.
    pub(super) fn effects(self) -> Vec<Effect> {
        let ways = &self.ways.all;
        let mut found: Vec<(EffectKind, Tally, Parts)> = self
            .changes
            .into_iter()
            .filter_map(|((before, after), tally)| {
                let (kind, detail) = told(ways.get(before)?, ways.get(after)?);
                Some((kind, tally, detail))
            })
            .collect();
        let order = |text: &Parts| text.say(causeway_model::config::Language::En);
        found.sort_by_cached_key(|(kind, tally, text)| {
            (*kind, std::cmp::Reverse(tally.count), order(text))
        });
        let mut effects: Vec<Effect> = Vec::new();
        let mut rest: Vec<Effect> = Vec::new();
        for (kind, tally, detail) in found {
            let told = effects.iter().filter(|effect| effect.kind == kind).count();
            if told < TOLD {
                let detail = with_examples(detail, &tally);
                effects.push(Effect { kind, count: tally.count, detail: detail.into() });
                continue;
            }
            match rest.iter_mut().find(|effect| effect.kind == kind) {
                Some(effect) => effect.count += tally.count,
                None => rest.push(Effect {
                    kind,
                    count: tally.count,
                    detail: Parts::of("effect-others").into(),
                }),
            }
        }
        effects.append(&mut rest);
        effects.sort_by_key(|effect| effect.kind);
        effects
    }
}

/// Kind and words of a change of way.
fn told(before: &Way, after: &Way) -> (EffectKind, Parts) {
    match (before, after) {
        (_, Way::Unknown) => (EffectKind::UnknownRecipients, Parts::of("effect-unknown")),
        (_, Way::Nowhere(why)) => {
            (EffectKind::Returned, Parts::of(why.fate()).with("why", why.said()))
        }
        (
            Way::Connector { name, route, demands },
            Way::Connector { name: new_name, route: new_route, demands: new_demands },
        ) if name == new_name && route == new_route => (
            EffectKind::SentDifferently,
            Parts::of("effect-differently")
                .with("name", name.as_str())
                .with("new", new_demands.said())
                .with("old", demands.said()),
        ),
        _ => (
            EffectKind::Rerouted,
            Parts::of("effect-rerouted").with("new", after.said()).with("old", before.said()),
        ),
    }
}

fn with_examples(detail: Parts, tally: &Tally) -> Parts {
    let key = match tally.count > tally.examples.len() as u64 {
        true => "effect-for-example",
        false => "effect-all",
    };
    Parts::of(key).with("detail", detail).with("examples", tally.examples.clone())
}
