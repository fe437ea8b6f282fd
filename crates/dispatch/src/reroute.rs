//! What waits, after the configuration has changed: what goes another way now is placed anew and tried, as the
//! change may be what it waited for; everything else keeps its place and its time.
//!
//! Whether a domain goes another way is found out before the schedule is locked: sessions and workers need it
//! too, and with thousands of domains that takes its time.

use std::sync::Arc;

use causeway_model::RecipientKey;
use causeway_policy::{MailPolicy, Rerouting};
use tracing::error;

use crate::engine::{Dispatch, Shared};
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
