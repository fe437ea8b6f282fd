//! Where does this recipient go, and why?
//!
//! The order, first match wins:
//! 1. a mailbox here: local delivery;
//! 2. authoritative domain, no mailbox: nowhere, the mailbox is unknown;
//! 3. an enabled outbound connector: one with exactly this recipient domain, then the one with the
//!    longest `*.suffix`, then one with `*`; among equals the first in the file
//!    ([`check`](fn@crate::check) calls that an error);
//! 4. internal relay domain, no connector: nowhere. Its MX would bring the mail back to us;
//! 5. `[routing].internet = via connector "NAME"`;
//! 6. the MX hosts of the domain (or the address itself, for an address literal).
//!
//! **Mail is never sent back to where it came from.** A message that came in through a connector
//! of the organization's own servers is not handed to an outbound connector that leads to the same
//! servers:
//!
//! | came from | connector leads to | external domain | internal relay domain |
//! |---|---|---|---|
//! | own servers | own servers | that connector is passed over: the next in the order, in the end MX | nowhere: a routing loop |
//! | own servers | partner | the connector | the connector |
//! | partner, a user, the internet | own servers | the connector | the connector |
//! | partner, a user, the internet | partner | the connector | the connector |
//!
//! Two on-premises connectors lead to the same servers unless both name a certificate
//! (`tls_certificate_name` in, `tls_domain` out) and the names are different: so an organization with
//! several sites can have mail passed from one to another.

use std::sync::Arc;

use causeway_catalog::sentence::{Parts, Sentence};
use causeway_model::config::{
    DomainPattern, DomainType, Host, InboundConnector, InternetRoute, OutboundConnector,
    OutboundRoute, Peer, SmartHost,
};
use causeway_model::{Address, Domain, Failure};
use serde::Serialize;

use crate::MailPolicy;
use crate::index::{pattern_takes, pattern_text};
use crate::recipient::{MailboxLookup, RecipientDecision};

/// What kind of domain the recipient's is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RouteDomain {
    /// Accepted, and all its mailboxes are here.
    Authoritative,
    /// Accepted, and some mailboxes are elsewhere.
    InternalRelay,
    /// Not ours.
    External,
}

/// Where a recipient goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RouteTarget {
    /// Into a mailbox here.
    Local {
        /// The mailbox's main address.
        mailbox: Address,
    },
    /// Through this connector: to its smart hosts, or (its `route` is MX) to the recipient
    /// domain's MX hosts under its TLS demands.
    Connector(Arc<OutboundConnector>),
    /// To the MX hosts of this domain, or to the address when it is an address literal.
    Mx(Domain),
    /// There is no way; why.
    Nowhere(Failure),
}

/// A route. Why it is this one, [`MailPolicy::explain_route`] says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// Type of the recipient's domain.
    pub domain_type: RouteDomain,
    /// The address to hand on: the recipient itself, except for a postmaster who reads mail
    /// elsewhere ([`recipient`](crate::recipient)).
    pub recipient: Address,
    /// Where.
    pub target: RouteTarget,
}

/// A connector that was looked at and not taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Considered {
    /// Its name.
    pub connector: String,
    /// Why it was not taken.
    pub why_not: Sentence,
}

/// A route for people. Serializes as `route explain` of INTERFACE.md, with `considered` in addition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RouteExplanation {
    /// The recipient that was asked about.
    pub recipient: Address,
    /// Its domain.
    pub domain: Domain,
    /// Type of its domain.
    pub domain_type: RouteDomain,
    /// The connector that takes it.
    pub connector: Option<String>,
    /// Where it would be tried, in order: `mail.corp.example:25`, `MX of ext.test`, `mailbox
    /// a@ours.test`; empty when there is no way.
    pub next_hops: Vec<String>,
    /// The same in groups that share the mail evenly, where there is such a group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_hop_groups: Option<Vec<Vec<String>>>,
    /// In words.
    pub because: Sentence,
    /// Every connector that was not taken, and why.
    pub considered: Vec<Considered>,
}

impl Route {
    /// The connector's name, when one takes the recipient.
    #[must_use]
    pub fn connector(&self) -> Option<&str> {
        match &self.target {
            RouteTarget::Connector(connector) => Some(&connector.name),
            _ => None,
        }
    }

    /// The next hops as text; see [`RouteExplanation::next_hops`].
    #[must_use]
    pub fn next_hops(&self) -> Vec<String> {
        match &self.target {
            RouteTarget::Local { mailbox } => vec![format!("mailbox {mailbox}")],
            RouteTarget::Connector(connector) => match &connector.route {
                OutboundRoute::SmartHosts(groups) => {
                    groups.iter().flatten().map(smart_host_text).collect()
                }
                OutboundRoute::Mx => vec![format!("MX of {}", self.recipient.domain())],
            },
            RouteTarget::Mx(domain) if domain.literal().is_some() => vec![domain.to_string()],
            RouteTarget::Mx(domain) => vec![format!("MX of {domain}")],
            RouteTarget::Nowhere(_) => Vec::new(),
        }
    }

    /// The next hops in groups; `None` where none shares the mail with another.
    #[must_use]
    pub fn next_hop_groups(&self) -> Option<Vec<Vec<String>>> {
        let RouteTarget::Connector(connector) = &self.target else { return None };
        let OutboundRoute::SmartHosts(groups) = &connector.route else { return None };
        let texts = |group: &Vec<SmartHost>| group.iter().map(smart_host_text).collect();
        groups.iter().any(|group| group.len() > 1).then(|| groups.iter().map(texts).collect())
    }
}

/// A smart host as text that can be written into the file: `name:25`, `192.0.2.7:2525`,
/// `[2001:db8::1]:25`.
#[must_use]
pub fn smart_host_text(host: &SmartHost) -> String {
    match &host.host {
        Host::Name(name) => format!("{name}:{}", host.port),
        Host::Address(address) => std::net::SocketAddr::new(*address, host.port).to_string(),
    }
}

/// A group of smart hosts as text; those that share the mail evenly stand with `|` between them.
pub(crate) fn group_text(group: &[SmartHost]) -> String {
    group.iter().map(smart_host_text).collect::<Vec<_>>().join(" | ")
}

/// What became of the search for a connector.
enum Choice<'p> {
    Taken(&'p Arc<OutboundConnector>),
    /// Only one that leads back.
    LeadsBack(&'p Arc<OutboundConnector>),
    None,
}

impl MailPolicy {
    /// Where a recipient goes now. `origin_connector` is the inbound connector that the message came
    /// in through ([`causeway_model::Origin::connector`]).
    #[must_use]
    pub fn route(
        &self,
        recipient: &Address,
        origin_connector: Option<&str>,
        mailboxes: &dyn MailboxLookup,
    ) -> Route {
        let domain_type = self.domain_type(recipient.domain());
        let (recipient, target) = match self.recipient(recipient, mailboxes) {
            RecipientDecision::Local { mailbox } => {
                (recipient.clone(), RouteTarget::Local { mailbox })
            }
            RecipientDecision::Unknown(_) => {
                let failure = Failure::MailboxUnknown { address: recipient.to_string() };
                (recipient.clone(), RouteTarget::Nowhere(failure))
            }
            RecipientDecision::Forward { to } => {
                let target = self.onward(to.domain(), self.own_origin(origin_connector));
                (to, target)
            }
        };
        Route { domain_type, recipient, target }
    }

    /// The same for people, with the reason, and every connector that was not taken and why.
    #[must_use]
    pub fn explain_route(
        &self,
        recipient: &Address,
        origin_connector: Option<&str>,
        mailboxes: &dyn MailboxLookup,
    ) -> RouteExplanation {
        let route = self.route(recipient, origin_connector, mailboxes);
        let from = self.own_origin(origin_connector);
        RouteExplanation {
            recipient: recipient.clone(),
            domain: recipient.domain().clone(),
            domain_type: route.domain_type,
            connector: route.connector().map(str::to_owned),
            next_hops: route.next_hops(),
            next_hop_groups: route.next_hop_groups(),
            considered: self.considered(&route, from),
            because: self.because(recipient, &route, from).into(),
        }
    }

    /// The connector that a message came in through, when it is one of our own servers'.
    pub(crate) fn own_origin(&self, origin_connector: Option<&str>) -> Option<&InboundConnector> {
        origin_connector
            .and_then(|name| self.inbound_connector(name))
            .filter(|connector| connector.peer == Peer::OnPremises)
    }

    /// What kind of domain this is.
    #[must_use]
    pub fn domain_type(&self, domain: &Domain) -> RouteDomain {
        match self.accepted_domain(domain).map(|accepted| accepted.domain_type) {
            Some(DomainType::Authoritative) => RouteDomain::Authoritative,
            Some(DomainType::InternalRelay) => RouteDomain::InternalRelay,
            // Nobody else has mailboxes at an address of ours.
            None if domain.literal().is_some() && self.is_own_name(domain) => {
                RouteDomain::Authoritative
            }
            None => RouteDomain::External,
        }
    }

    /// The way on for a domain whose recipient is not here. `from` is the connector of our own
    /// servers that the message came in through.
    pub(crate) fn onward(&self, domain: &Domain, from: Option<&InboundConnector>) -> RouteTarget {
        let external = self.domain_type(domain) == RouteDomain::External;
        match self.choose(domain, external, from) {
            Choice::Taken(connector) => RouteTarget::Connector(Arc::clone(connector)),
            Choice::LeadsBack(connector) if !external => {
                RouteTarget::Nowhere(Failure::RoutingLoop {
                    domain: domain.to_string(),
                    connector: connector.name.clone(),
                })
            }
            Choice::LeadsBack(_) => RouteTarget::Mx(domain.clone()),
            Choice::None if external => RouteTarget::Mx(domain.clone()),
            Choice::None => {
                RouteTarget::Nowhere(Failure::NoConnector { domain: domain.to_string() })
            }
        }
    }

    /// Why a recipient has this route.
    fn because(
        &self,
        recipient: &Address,
        route: &Route,
        from: Option<&InboundConnector>,
    ) -> Parts {
        match &route.target {
            RouteTarget::Local { mailbox } if mailbox.mailbox_key() == recipient.mailbox_key() => {
                Parts::of("route-mailbox-here")
            }
            RouteTarget::Local { mailbox } => {
                Parts::of("route-delivered-to").with("mailbox", mailbox.to_string())
            }
            RouteTarget::Nowhere(Failure::MailboxUnknown { .. }) => {
                let key = match recipient.domain().literal() {
                    Some(_) => "route-own-address",
                    None => "route-unknown",
                };
                Parts::of(key).with("domain", recipient.domain().to_string())
            }
            _ if route.recipient == *recipient => self.onward_because(recipient.domain(), from),
            _ => Parts::of("route-read-elsewhere")
                .with("recipient", recipient.to_string())
                .with("to", route.recipient.to_string())
                .with("reason", self.onward_because(route.recipient.domain(), from)),
        }
    }

    /// Why [`Self::onward`] is that way.
    fn onward_because(&self, domain: &Domain, from: Option<&InboundConnector>) -> Parts {
        let external = self.domain_type(domain) == RouteDomain::External;
        match self.choose(domain, external, from) {
            Choice::Taken(connector) => taken_because(connector, domain, external),
            Choice::LeadsBack(connector) if !external => Parts::of("route-loop")
                .with("domain", domain.to_string())
                .with("connector", connector.name.as_str()),
            Choice::LeadsBack(connector) => {
                Parts::of("route-past").with("connector", connector.name.as_str())
            }
            Choice::None => {
                let key = match (external, domain.literal()) {
                    (false, _) => "route-no-connector",
                    (true, Some(_)) => "route-to-address",
                    (true, None) => "route-not-ours",
                };
                Parts::of(key).with("domain", domain.to_string())
            }
        }
    }

    /// Whether the connector, when it is enabled, takes mail for this domain as far as no other comes first.
    #[must_use]
    pub fn takes(&self, connector: &OutboundConnector, domain: &Domain) -> bool {
        let external = self.domain_type(domain) == RouteDomain::External;
        best_pattern(connector, domain, external).is_some()
            || (external && self.is_for_internet(connector))
    }

    /// The enabled connector that comes first for this domain: its position in `outbound`.
    pub(crate) fn taker(&self, domain: &Domain) -> Option<usize> {
        let external = self.domain_type(domain) == RouteDomain::External;
        self.matching(domain, external).next()
    }

    /// The enabled connectors that take a domain, the most specific pattern first.
    fn matching<'a>(
        &'a self,
        domain: &'a Domain,
        external: bool,
    ) -> impl Iterator<Item = usize> + 'a {
        let patterns = &self.outbound_patterns;
        let (ours, others) = match external {
            true => (None, Some(patterns.taking(domain))),
            false => (Some(patterns.taking_accepted(domain)), None),
        };
        let numbers = ours.into_iter().flatten().chain(others.into_iter().flatten());
        numbers.map(|number| number as usize)
    }

    fn choose(
        &self,
        domain: &Domain,
        external: bool,
        from: Option<&InboundConnector>,
    ) -> Choice<'_> {
        let matching = self.matching(domain, external);
        let internet = self.internet.filter(|_| external);
        let mut back = None;
        for number in matching.chain(internet) {
            let Some(connector) = self.outbound.get(number) else { continue };
            if !from.is_some_and(|from| leads_back(from, connector)) {
                return Choice::Taken(connector);
            }
            if !external {
                return Choice::LeadsBack(connector);
            }
            back.get_or_insert(connector);
        }
        back.map_or(Choice::None, Choice::LeadsBack)
    }

    /// True when `[routing].internet` names it, whether it is enabled or not.
    fn is_for_internet(&self, connector: &OutboundConnector) -> bool {
        matches!(&self.flow().internet, InternetRoute::Via(name) if *name == connector.name)
    }

    fn considered(&self, route: &Route, from: Option<&InboundConnector>) -> Vec<Considered> {
        let domain = route.recipient.domain();
        let external = route.domain_type == RouteDomain::External;
        let why_not = |connector: &OutboundConnector| {
            let Some(pattern) = best_pattern(connector, domain, external) else {
                return match external && self.is_for_internet(connector) && !connector.enabled {
                    true => Parts::of("route-internet-disabled"),
                    false => Parts::of("route-not-its-domain").with("domain", domain.to_string()),
                };
            };
            if !connector.enabled {
                Parts::of("route-disabled")
            } else if matches!(route.target, RouteTarget::Local { .. }) {
                Parts::of("route-mailbox-here")
            } else if matches!(route.target, RouteTarget::Nowhere(Failure::MailboxUnknown { .. })) {
                let key = match domain.literal() {
                    Some(_) => "route-own-address",
                    None => "route-authoritative",
                };
                Parts::of(key).with("domain", domain.to_string())
            } else if from.is_some_and(|from| leads_back(from, connector)) {
                Parts::of("route-back")
            } else {
                Parts::of("route-less-specific").with("pattern", pattern)
            }
        };
        self.outbound
            .iter()
            .filter(|connector| route.connector() != Some(connector.name.as_str()))
            .map(|connector| Considered {
                connector: connector.name.clone(),
                why_not: why_not(connector).into(),
            })
            .collect()
    }
}

fn taken_because(connector: &OutboundConnector, domain: &Domain, external: bool) -> Parts {
    match best_pattern(connector, domain, external) {
        Some(pattern) => Parts::of("route-taken")
            .with("connector", connector.name.as_str())
            .with("domain", domain.to_string())
            .with("pattern", pattern),
        None => Parts::of("route-internet").with("connector", connector.name.as_str()),
    }
}

/// The most specific pattern of a connector that takes the domain, as text. Walks all of them: for
/// explanations only.
fn best_pattern(connector: &OutboundConnector, domain: &Domain, external: bool) -> Option<String> {
    let takes = |pattern: &&DomainPattern| match pattern {
        DomainPattern::Accepted => !external,
        pattern => pattern_takes(pattern, domain),
    };
    // An exact name is longer than any suffix of it.
    let rank = |pattern: &&DomainPattern| match pattern {
        DomainPattern::Everything => 0,
        DomainPattern::Accepted => 1,
        DomainPattern::Below(name) | DomainPattern::Exact(name) => 1 + name.as_str().len(),
    };
    connector.recipient_domains.iter().filter(takes).max_by_key(rank).map(pattern_text)
}

/// True when `to` leads to the servers that `from` stands for. Both are the organization's own.
pub(crate) fn leads_back(from: &InboundConnector, to: &OutboundConnector) -> bool {
    if from.peer != Peer::OnPremises || to.peer != Peer::OnPremises {
        return false;
    }
    match (&from.tls_certificate_name, &to.tls_domain) {
        (Some(shown), Some(expected)) => same_servers(shown, expected),
        _ => true,
    }
}

/// True when the names are equal, or one is a wildcard for the other.
fn same_servers(a: &str, b: &str) -> bool {
    let (a, b) = (a.to_ascii_lowercase(), b.to_ascii_lowercase());
    let covers = |wildcard: &str, name: &str| {
        wildcard.strip_prefix("*.").is_some_and(|base| {
            name == base || name.split_once('.').is_some_and(|(_, up)| up == base)
        })
    };
    a == b || covers(&a, &b) || covers(&b, &a)
}
