//! What a worker tells of its site: that it works, that it fails, that messages have trouble on it.

use std::sync::Arc;

use causeway_catalog::{Permanence, permanence};
use causeway_model::{Attempt, Outcome};
use causeway_policy::Rerouting;
use causeway_policy::retry::next_attempt;
use causeway_store::Change;
use tracing::{info, warn};

use super::{Extras, Worker};
use crate::parcel::Parcel;
use crate::schedule::Job;
use crate::settle::Flight;
use crate::site::{Health, Site, SiteKey};
use crate::transact;

impl Worker {
    /// What a transaction says about its path.
    pub(super) fn note(&self, path: &str, parcel: &Parcel, sent: &transact::Sent) {
        let Some((link, _)) = &self.link else { return };
        let failures = || {
            let results = sent.results.iter().map(|(index, _, attempt)| (*index, attempt));
            results.filter(|(_, attempt)| matches!(attempt.outcome, Outcome::Failure(_)))
        };
        let affected = failures().count();
        let went_through = affected < sent.results.len();
        let is_troubled = !went_through
            && failures().next().is_some_and(|(index, attempt)| {
                let domain = parcel.address(index).map(causeway_model::Address::domain);
                let hit = failures().map(|(index, _)| parcel.key(index));
                self.shared.paths.troubled(path, attempt, hit, domain)
            });
        if went_through {
            let facts = (link.host.as_str(), link.address, link.tls.as_deref());
            self.shared.paths.succeeded(path, self.shared.clock.now(), facts);
        } else if sent.is_alive && !is_troubled {
            self.shared.paths.answered(path);
        }
    }

    pub(super) fn site_success(&self) {
        let mut schedule = self.shared.schedule.lock();
        let had_failed = schedule.site(self.index).health != Health::Well;
        let call = schedule.site_succeeded(self.index);
        drop(schedule);
        if had_failed {
            info!(site = %self.key, "mail flows again");
            self.shared.paths.changed();
        }
        self.shared.answer(call);
    }

    /// A failure before any transaction: it belongs to the site.
    pub(super) async fn site_failure(
        &mut self,
        parcel: Parcel,
        job: Job,
        flight: Flight,
        attempt: Attempt,
        other_tries: Vec<Attempt>,
    ) {
        self.link = None;
        match &self.key {
            SiteKey::ConnectorMx(_, domain) => self.shared.mx_cache.forget(domain),
            SiteKey::Hosts(_) => {
                let domain = parcel.address(job.recipients.first().map_or(0, |r| r.0));
                domain.iter().for_each(|address| self.shared.mx_cache.forget(address.domain()));
            }
            _ => {}
        }
        let is_permanent = matches!(&attempt.outcome, Outcome::Failure(failure)
            if permanence(failure) == Permanence::Permanent);
        let mut with_site = Vec::new();
        if !is_permanent {
            if self.is_one_too_many() {
                // Others work: the job is theirs, and this worker goes.
                self.shared.place_at_front(flight.keys(), self.index, &self.policy);
                self.is_superfluous = true;
                return flight.land();
            }
            self.fail_site(&attempt);
            with_site = job.recipients.iter().map(|(index, _)| *index).collect();
        } else if let Some((first, _)) = job.recipients.first() {
            let domain = parcel.address(*first).map(causeway_model::Address::domain);
            let hit = job.recipients.iter().map(|(index, _)| parcel.key(*index));
            self.shared.paths.troubled(&attempt.site, &attempt, hit, domain);
        }
        let results = job
            .recipients
            .iter()
            .map(|&(index, attempts)| (index, attempts, attempt.clone()))
            .collect();
        let extras = Extras { with_site, other_tries, ..Extras::default() };
        self.conclude(parcel, results, Change::Relayed, flight, extras);
        self.settle_pending().await;
    }

    /// True when the peer takes mail by other connections and did not want this one.
    fn is_one_too_many(&self) -> bool {
        let mut schedule = self.shared.schedule.lock();
        let site = schedule.site_mut(self.index);
        let works = site.works_otherwise();
        if works {
            site.stumbled();
        }
        works
    }

    /// The site waits for its next attempt. A connection that was under way when the site failed
    /// and failed too is the same event.
    fn fail_site(&self, attempt: &Attempt) {
        let mut schedule = self.shared.schedule.lock();
        let site = schedule.site(self.index);
        if site.has_failed() || self.is_overtaken(site) {
            return;
        }
        let queue = &self.shared.policy.load().flow().queue.clone();
        let failures = site.failures + 1;
        let until = self.shared.clock.now().plus(next_attempt(queue, failures));
        schedule.site_failed(self.index, attempt.clone(), until);
        let waiting = schedule.site(self.index).present;
        drop(schedule);
        self.shared.timers_changed();
        self.shared.paths.changed();
        let (code, reply) = causeway_catalog::last_result(attempt, causeway_catalog::Phase::Queued);
        warn!(site = %self.key, code, reply, failures, waiting, %until, "cannot be reached; its mail waits");
    }

    /// True when the connector sends otherwise by now: the failure is none of what it is from here on.
    fn is_overtaken(&self, site: &Site) -> bool {
        let now = self.shared.policy.load();
        !Arc::ptr_eq(&now, &self.policy)
            && site
                .connector()
                .is_some_and(|name| Rerouting::new(&self.policy, &now).changes_connector(name))
    }
}
