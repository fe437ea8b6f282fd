//! Whose way has changed with the configuration?
//!
//! Mail that waits is to be tried at once where the change may be what it waited for, and to be left alone
//! everywhere else. [`Rerouting`] compares two configurations domain by domain, as the router sees them: a
//! note, a pattern that does not matter to the domain, or a right to relay changes no way.
//!
//! Where the way depends on where a message came from, a domain has changed when it has for any origin.

use std::collections::{HashMap, HashSet};

use causeway_model::config::{Connector, InboundConnector, OutboundConnector};
use causeway_model::{Address, Domain};

use crate::{MailPolicy, RouteTarget};

/// Two configurations, and what has been found out about them.
#[derive(Debug)]
pub struct Rerouting<'p> {
    old: &'p MailPolicy,
    new: &'p MailPolicy,
    /// Nothing differs on which a way depends.
    is_nothing: bool,
    /// Outbound connectors that have come, gone, or send otherwise than before.
    changed: HashSet<&'p str>,
    /// Where mail can come from that makes a difference: the same connector before and after.
    origins: Vec<[Option<&'p InboundConnector>; 2]>,
    known: HashMap<Domain, bool>,
}

impl<'p> Rerouting<'p> {
    /// `old` was in force, `new` is.
    #[must_use]
    pub fn new(old: &'p MailPolicy, new: &'p MailPolicy) -> Self {
        let (was, is) = (old.flow(), new.flow());
        Self {
            old,
            new,
            is_nothing: was.connectors == is.connectors
                && was.domains == is.domains
                && was.internet == is.internet
                && was.organization == is.organization,
            changed: changed(old, new),
            origins: origins(old, new),
            known: HashMap::new(),
        }
    }

    /// True when no way at all has changed.
    #[must_use]
    pub const fn is_nothing(&self) -> bool {
        self.is_nothing
    }

    /// Whether some mail for this domain goes another way, or the same one under other demands.
    pub fn concerns(&mut self, domain: &Domain) -> bool {
        if self.is_nothing {
            return false;
        }
        if let Some(&known) = self.known.get(domain) {
            return known;
        }
        let differs = self.differs(domain);
        self.known.insert(domain.clone(), differs);
        differs
    }

    fn differs(&self, domain: &Domain) -> bool {
        let has_postmaster = |policy: &MailPolicy| {
            policy.is_own_name(domain) || policy.accepted_domain(domain).is_some()
        };
        let postmaster_moves = (has_postmaster(self.old) || has_postmaster(self.new))
            && (self.readers_differ() || self.readers().any(|reader| self.way_differs(reader)));
        postmaster_moves || self.way_differs(domain)
    }

    /// Whether somebody else than before reads mail to the postmaster.
    fn readers_differ(&self) -> bool {
        let (was, is) = (&self.old.flow().organization, &self.new.flow().organization);
        was.postmaster != is.postmaster || was.alert_recipients != is.alert_recipients
    }

    /// Where those are who may read it.
    fn readers(&self) -> impl Iterator<Item = &Domain> {
        let organization = &self.new.flow().organization;
        organization.postmaster.iter().chain(&organization.alert_recipients).map(Address::domain)
    }

    /// The way of mail to an address at this domain, unless it is to a postmaster.
    fn way_differs(&self, domain: &Domain) -> bool {
        self.old.domain_type(domain) != self.new.domain_type(domain)
            || self.origins.iter().any(|[before, after]| {
                let was = self.old.onward(domain, *before);
                let is = self.new.onward(domain, *after);
                !self.same_target(&was, &is)
            })
    }

    /// Whether an outbound connector has come, gone, or sends otherwise than before.
    #[must_use]
    pub fn changes_connector(&self, name: &str) -> bool {
        self.changed.contains(name)
    }

    fn same_target(&self, was: &RouteTarget, is: &RouteTarget) -> bool {
        match (was, is) {
            (RouteTarget::Connector(was), RouteTarget::Connector(is)) => {
                was.name == is.name && !self.changes_connector(&is.name)
            }
            _ => was == is,
        }
    }
}

/// The names of the outbound connectors that have come, gone, or send otherwise than before.
fn changed<'p>(old: &'p MailPolicy, new: &'p MailPolicy) -> HashSet<&'p str> {
    let is_same = |name: &str| match (old.outbound_connector(name), new.outbound_connector(name)) {
        (Some(was), Some(is)) => same_connector(was, is),
        _ => false,
    };
    let all = old.outbound.iter().chain(&new.outbound).map(|connector| connector.name.as_str());
    all.filter(|name| !is_same(name)).collect()
}

/// Nobody in particular, and the own servers.
fn origins<'p>(old: &'p MailPolicy, new: &'p MailPolicy) -> Vec<[Option<&'p InboundConnector>; 2]> {
    let all = old.flow().connectors.iter().chain(&new.flow().connectors);
    let inbound = all.filter(|connector| matches!(connector, Connector::Inbound(_)));
    let pairs =
        inbound.map(|connector| [old, new].map(|policy| policy.own_origin(Some(connector.name()))));
    one_of_each(std::iter::once([None, None]).chain(pairs))
}

/// The origins before and after, once for each certificate: routing asks nothing else of own servers.
pub(crate) fn one_of_each<'p>(
    origins: impl Iterator<Item = [Option<&'p InboundConnector>; 2]>,
) -> Vec<[Option<&'p InboundConnector>; 2]> {
    let mut seen = HashSet::new();
    let certificates = |pair: &[Option<&'p InboundConnector>; 2]| {
        pair.map(|own| own.map(|connector| &connector.tls_certificate_name))
    };
    origins.filter(|pair| seen.insert(certificates(pair))).collect()
}

/// True when both send in the same way to the same servers, whatever they take and whatever is noted.
fn same_connector(was: &OutboundConnector, is: &OutboundConnector) -> bool {
    let OutboundConnector {
        name,
        peer,
        enabled,
        recipient_domains: _,
        route,
        tls,
        tls_domain,
        credentials,
        source_addresses,
        max_connections,
        max_messages_per_minute,
        note: _,
    } = was;
    *name == is.name
        && *peer == is.peer
        && *enabled == is.enabled
        && *route == is.route
        && *tls == is.tls
        && *tls_domain == is.tls_domain
        && *credentials == is.credentials
        && *source_addresses == is.source_addresses
        && *max_connections == is.max_connections
        && *max_messages_per_minute == is.max_messages_per_minute
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use causeway_model::config::MailFlow;

    use super::*;

    const FLOW: &str = "\
        [[domain]]\nname = \"ours.test\"\n\
        [[connector]]\nname = \"one\"\ndirection = \"outbound\"\npeer = \"partner\"\n\
        recipient_domains = [\"one.test\"]\nsmart_hosts = [\"mail.one.test\"]\n\
        [[connector]]\nname = \"own\"\ndirection = \"outbound\"\npeer = \"on_premises\"\n\
        recipient_domains = [\"own.test\"]\nsmart_hosts = [\"mail.own.test\"]\n\
        [[connector]]\nname = \"from own\"\ndirection = \"inbound\"\npeer = \"on_premises\"\n\
        sender_domains = [\"*\"]\nsource_addresses = [\"192.0.2.7\"]\n";

    /// Which of some domains a change concerns.
    fn concerned(from: &str, to: &str) -> Vec<&'static str> {
        concerned_in(FLOW, from, to)
    }

    fn concerned_in(flow: &str, from: &str, to: &str) -> Vec<&'static str> {
        assert!(flow.contains(from), "{from}");
        let compile = |text: &str| {
            let flow = MailFlow::parse(text, "mailflow.toml").unwrap().0;
            MailPolicy::compile(Arc::new(flow), "mx.ours.test")
        };
        let (old, new) = (compile(flow), compile(&flow.replacen(from, to, 1)));
        let mut rerouting = Rerouting::new(&old, &new);
        let all = ["one.test", "own.test", "ext.test", "ours.test"];
        all.into_iter().filter(|name| rerouting.concerns(&Domain::parse(name).unwrap())).collect()
    }

    #[test]
    fn only_domains_whose_way_differs_are_concerned() {
        assert_eq!(concerned("mail.one.test", "mx.one.test"), ["one.test"]);
        assert_eq!(
            concerned("name = \"one\"", "name = \"one\"\ntls = \"encryption_only\""),
            ["one.test"]
        );
        assert_eq!(concerned("name = \"one\"", "name = \"one\"\nnote = \"x\""), [""; 0]);
        assert_eq!(concerned("[\"one.test\"]", "[\"one.test\", \"ext.test\"]"), ["ext.test"]);
        assert_eq!(concerned("[[domain]]", "[relay]\nnetworks = []\n[[domain]]"), [""; 0]);
        assert_eq!(
            concerned("name = \"ours.test\"", "name = \"ours.test\"\ntype = \"internal_relay\""),
            ["ours.test"]
        );
        let central = "[routing]\ninternet = 'via connector \"one\"'\n[[domain]]";
        // Past their own connector, what the own servers send goes the way of the internet.
        assert_eq!(concerned("[[domain]]", central), ["own.test", "ext.test"]);
    }

    #[test]
    fn mail_to_the_postmaster_goes_where_its_reader_is() {
        let read_elsewhere = "[organization]\npostmaster = \"admin@one.test\"\n[[domain]]";
        assert_eq!(concerned("[[domain]]", read_elsewhere), ["ours.test"]);
        let flow = FLOW.replacen("[[domain]]", read_elsewhere, 1);
        assert_eq!(concerned_in(&flow, "mail.one.test", "mx.one.test"), ["one.test", "ours.test"]);
    }

    #[test]
    fn a_way_that_depends_on_the_origin_has_changed_when_it_has_for_one_origin() {
        // What the own servers hand in is now sent back to them, by another name.
        let named = "name = \"from own\"\ntls_certificate_name = \"mail.own.test\"";
        assert_eq!(concerned("name = \"from own\"", named), [""; 0]);
        assert_eq!(
            concerned("peer = \"on_premises\"\nsender", "peer = \"partner\"\nsender"),
            ["own.test"]
        );
    }
}
