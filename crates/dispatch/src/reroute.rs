//! What waits, after the configuration has changed: what goes another way now is placed anew and tried, as the
//! change may be what it waited for; everything else keeps its place and its time.
//!
//! What is in a worker's hands when the change comes is not interrupted. When its attempt has failed, it goes
//! where it belongs by then ([`Shared::moved`]), at once; and whoever joins a site looks, with the schedule
//! locked, whether the configuration is still the one that leads there.
//!
//! Whether a domain goes another way is found out before the schedule is locked: sessions and workers need it
//! too, and with thousands of domains that takes its time.

use std::sync::Arc;

use causeway_model::RecipientKey;
use causeway_model::config::OutboundRoute;
use causeway_policy::{MailPolicy, Rerouting, Route, RouteTarget};
use hashbrown::HashSet;
use tracing::error;

use crate::engine::{Dispatch, Shared};
use crate::settle::Conclusion;
use crate::site::SiteKey;

impl Dispatch {
    /// The configuration has changed; `old` was in force before. Paths whose connector sends otherwise now
    /// are tried at once, and so are recipients whose domain goes another way.
    ///
    /// It is done even when nobody waits for the end of it.
    pub async fn reroute(&self, old: Arc<MailPolicy>) {
        let shared = Arc::clone(&self.shared);
        if let Err(problem) = tokio::task::spawn_blocking(move || shared.reroute(&old)).await {
            error!(%problem, "what waits could not be looked through after a change");
        }
    }
}

impl Shared {
    fn reroute(self: &Arc<Self>, old: &MailPolicy) {
        self.bound_connectors();
        let new = self.policy.load_full();
        let mut rerouting = Rerouting::new(old, &new);
        if rerouting.is_nothing() {
            return;
        }
        self.mx_cache.clear();
        self.paths.forget_troubles(|connector| {
            connector.is_none_or(|name| rerouting.changes_connector(name))
        });
        let domains = self.schedule.lock().waiting_domains();
        for domain in &domains {
            rerouting.concerns(domain);
        }
        let waiting = self.take_concerned(&mut rerouting);
        self.place(&waiting);
        self.timers_changed();
    }

    /// The recipients of a job that go another way by now than under the configuration it was begun under.
    pub(crate) fn moved(&self, conclusion: &Conclusion, now: &Arc<MailPolicy>) -> HashSet<u32> {
        let began_under = &conclusion.began_under;
        if Arc::ptr_eq(began_under, now) {
            return HashSet::new();
        }
        let mut rerouting = Rerouting::new(began_under, now);
        let connector = self.schedule.lock().site(conclusion.site).connector().cloned();
        let is_changed = connector.is_some_and(|name| rerouting.changes_connector(&name));
        let indexes = conclusion.verdicts.iter().map(|verdict| verdict.index);
        let is_moved = |index: &u32| {
            let address = conclusion.parcel.address(*index);
            is_changed || address.is_some_and(|address| rerouting.concerns(address.domain()))
        };
        indexes.filter(is_moved).collect()
    }

    /// True when a route leads to this site. A domain whose hosts are not known just now is taken to be still
    /// at those it was found at.
    pub(crate) fn leads_to(&self, route: &Route, site: &SiteKey) -> bool {
        match (site, &route.target) {
            (SiteKey::Connector(name), RouteTarget::Connector(connector)) => {
                connector.name == **name && matches!(connector.route, OutboundRoute::SmartHosts(_))
            }
            (SiteKey::ConnectorMx(name, domain), RouteTarget::Connector(connector)) => {
                connector.name == **name
                    && connector.route == OutboundRoute::Mx
                    && route.recipient.domain() == domain
            }
            (SiteKey::Hosts(hosts), RouteTarget::Mx(domain)) => {
                self.mx_cache.get(domain).is_none_or(|set| set.key == *hosts)
            }
            (SiteKey::Domain(domain), RouteTarget::Mx(other)) => domain == other,
            (SiteKey::Local, RouteTarget::Local { .. })
            | (SiteKey::Nowhere, RouteTarget::Nowhere(_)) => true,
            _ => false,
        }
    }

    /// Takes everybody who goes another way now. The answers are known, but for a domain that has come since.
    fn take_concerned(&self, rerouting: &mut Rerouting<'_>) -> Vec<RecipientKey> {
        let mut waiting = Vec::new();
        let mut schedule = self.schedule.lock();
        for index in schedule.sites_in_use() {
            let is_changed = match &schedule.site(index).key {
                SiteKey::Connector(name) | SiteKey::ConnectorMx(name, _) => {
                    rerouting.changes_connector(name)
                }
                SiteKey::Unrouted | SiteKey::Nowhere => true,
                SiteKey::Local | SiteKey::Domain(_) | SiteKey::Hosts(_) => false,
            };
            if is_changed {
                self.balance.lock().forget(&schedule.site(index).key.to_string());
            }
            waiting.extend(match is_changed {
                true => schedule.clear_site(index),
                false => schedule.take_where(index, |domain| rerouting.concerns(domain)),
            });
        }
        // What found no way, or was put off by a peer that it no longer goes to, waits alone.
        waiting.extend(schedule.take_timers_where(|domain| rerouting.concerns(domain)));
        waiting
    }
}
