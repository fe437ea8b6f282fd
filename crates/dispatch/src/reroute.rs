//! What waits, after the configuration has changed: what goes another way now is placed anew and tried, as the
//! change may be what it waited for; everything else keeps its place and its time.

use causeway_policy::{MailPolicy, Rerouting};

use crate::engine::Dispatch;
use crate::site::SiteKey;

impl Dispatch {
    /// The configuration has changed; `old` was in force before. Paths whose connector sends otherwise now
    /// are tried at once, and so are recipients whose domain goes another way.
    pub fn reroute(&self, old: &MailPolicy) {
        let shared = &self.shared;
        shared.bound_connectors();
        let new = shared.policy.load_full();
        let mut rerouting = Rerouting::new(old, &new);
        if rerouting.is_nothing() {
            return;
        }
        shared.mx_cache.clear();
        shared.paths.forget_troubles(|connector| {
            connector.is_none_or(|name| rerouting.changes_connector(name))
        });
        let mut waiting = Vec::new();
        let mut schedule = shared.schedule.lock();
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
        drop(schedule);
        shared.place(&waiting);
        shared.timers_changed();
    }
}
