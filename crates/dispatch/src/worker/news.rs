//! What a worker tells of its site: that it works, that it fails, that messages have trouble on it.

use std::sync::Arc;

use causeway_catalog::{Permanence, permanence};
use causeway_model::{Address, Attempt, Outcome, RecipientKey};
use causeway_policy::Rerouting;
use causeway_policy::retry::next_attempt;
use causeway_smtp::trail::{Hop, circle, passes, trail};
use causeway_store::{Change, Event};
use tracing::{info, warn};

use super::{Extras, Worker};
use crate::parcel::Parcel;
use crate::paths::{Signs, TakenBeside, is_loop, is_relay_refused};
use crate::schedule::Job;
use crate::settle::Flight;
use crate::site::{Health, Site, SiteKey};
use crate::transact::Sent;

/// The recipients at these places of the envelope.
fn whom(parcel: &Parcel, indexes: impl IntoIterator<Item = u32>) -> Vec<(RecipientKey, &Address)> {
    let whom = |index: u32| Some((parcel.key(index), parcel.address(index)?));
    indexes.into_iter().filter_map(whom).collect()
}

/// Octets of a header that are looked at.
const HEADER_LIMIT: u64 = 128 * 1024;

/// Hosts of a circle that are shown in the trace.
const MOST_HOSTS: usize = 12;

impl Worker {
    /// The servers that a message went through which the peer says goes in circles, where it has been here before: then
    /// its trace says so, too. Anybody can write such fields; they are compared with our records by whoever
    /// judges.
    pub(super) async fn trail(&self, parcel: &Parcel, sent: &Sent) -> Vec<Hop> {
        if !sent.results.first().is_some_and(|(.., attempt)| is_loop(attempt)) {
            return Vec::new();
        }
        // Without its header nothing more is known than what the peer said.
        let hops = trail(&parcel.beginning(HEADER_LIMIT).await.unwrap_or_default());
        let host = &self.shared.hostname;
        let circle = circle(&hops, host, MOST_HOSTS);
        if circle.is_empty() {
            return Vec::new();
        }
        let passes = passes(&hops, host);
        let detail = format!(
            "by its Received fields this message has passed this server {passes} times: {}",
            circle.join(" → ")
        );
        let events = sent.results.iter().map(|(index, _, attempt)| {
            let event = Event { at: attempt.at, kind: "loop".into(), detail: detail.clone() };
            (parcel.key(*index), event)
        });
        if let Err(error) = self.shared.store.note(events.collect()).await {
            warn!(%error, "the trace has a gap: the circle of a message could not be noted");
        }
        hops
    }

    /// What a transaction says about its path.
    /// `trail`: the way of the message, where it goes in circles.
    pub(super) fn note(&self, path: &str, parcel: &Parcel, sent: &Sent, trail: Vec<Hop>) {
        let Some((link, _)) = &self.link else { return };
        let taken = || {
            let is_taken = |attempt: &Attempt| matches!(attempt.outcome, Outcome::Success(_));
            let taken = sent.results.iter().filter(move |(.., attempt)| is_taken(attempt));
            taken.filter_map(|(index, ..)| parcel.address(*index))
        };
        let paths = &self.shared.paths;
        if taken().next().is_some() {
            let now = self.shared.clock.now();
            let facts = (link.host.as_str(), link.address, link.tls.as_deref());
            paths.succeeded(path, now, facts, taken());
            let refused = sent.results.iter().filter(|(.., attempt)| is_relay_refused(attempt));
            let of_taken = refused.clone().find_map(|(index, _, attempt)| {
                let domain = parcel.address(*index)?.domain();
                taken().any(|address| address.domain() == domain).then_some((domain, attempt))
            });
            if let Some((domain, attempt)) = of_taken {
                let mut hit = whom(parcel, refused.map(|(index, ..)| *index));
                hit.retain(|(_, address)| address.domain() == domain);
                let (domain, host) = (domain.clone(), link.host.clone());
                let taken = taken().filter(|address| *address.domain() == domain).collect();
                let beside = TakenBeside { domain, at: now, host, is_latest: true };
                let signs = Signs { beside: Some(beside), taken, ..Signs::default() };
                paths.troubled(path, attempt, &hit, signs);
            }
            return;
        }
        let is_troubled = sent.results.first().is_some_and(|(.., attempt)| {
            let hit = whom(parcel, sent.results.iter().map(|result| result.0));
            paths.troubled(path, attempt, &hit, Signs { trail, ..Signs::default() })
        });
        if sent.is_alive && !is_troubled {
            paths.answered(path);
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
            self.fail_site(&attempt, &other_tries, job.recipients.len());
            with_site = job.recipients.iter().map(|(index, _)| *index).collect();
        } else {
            let hit = whom(&parcel, job.recipients.iter().map(|(index, _)| *index));
            self.shared.paths.troubled(&attempt.site, &attempt, &hit, Signs::default());
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
    fn fail_site(&self, attempt: &Attempt, other_tries: &[Attempt], recipients: usize) {
        let mut schedule = self.shared.schedule.lock();
        let site = schedule.site(self.index);
        if site.has_failed() || self.is_overtaken(site) {
            return;
        }
        let queue = &self.shared.policy.load().flow().queue.clone();
        let failures = site.failures + 1;
        let until = self.shared.clock.now().plus(next_attempt(queue, failures));
        schedule.site_failed(self.index, attempt.clone(), until);
        let site = schedule.site_mut(self.index);
        (site.other_tries, site.failed_with) = (other_tries.into(), recipients);
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
