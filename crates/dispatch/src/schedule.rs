//! Who waits where, and who is next. Pure: told what happened and what time it is, it says what is
//! to be done. [`engine`](crate::engine) holds it under one lock and does it.
//!
//! A recipient is at a timer (its own next attempt), at a site (waiting for its turn, or for the site
//! to recover), in flight (a worker has it), on hold, or claimed: in the hands of somebody who changes
//! it. Whoever changes a recipient claims it first, so nobody sends it meanwhile. Per recipient this
//! costs about 100 octets; envelopes and contents are not here. What others may know of it is in `look`.

mod look;

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use causeway_model::{Attempt, Domain, QueueId, RecipientKey, Timestamp};
use hashbrown::HashMap;
use tokio::sync::Notify;

use crate::bounds::Bounds;
use crate::site::{Health, Site, SiteKey};

/// Names that may stand in a site's line in vain before it is tidied.
const SLACK: usize = 1024;

/// Recipients of one message that go in one transaction.
const BATCH: usize = 100;

/// Position of a site in [`Schedule::sites`]. Given to another site only after the last recipient,
/// worker and job of this one are gone.
pub(crate) type SiteIndex = u32;

/// Where a recipient is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Waits for its own time.
    Timer(Timestamp),
    /// Waits at a site.
    Site(SiteIndex),
    /// A worker has it.
    Flying(SiteIndex),
    /// Somebody else has it for a moment: an administrator's change, the sweeper, routing.
    Claimed,
    /// Waits for an administrator.
    Held,
}

/// One unfinished recipient.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    domain: Domain,
    /// Attempts of its own.
    pub(crate) attempts: u32,
    /// The site's count of attempts when it joined.
    joined: u32,
    pub(crate) place: Place,
}

/// Something to be done at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Wake {
    Recipient(RecipientKey),
    Site(SiteIndex),
    /// The pause of a site whose connector had had its messages for the minute is over.
    Pause(SiteIndex),
}

/// What a worker is to do next: recipients of one message, for one site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Job {
    pub(crate) message: QueueId,
    /// Positions in the envelope, ascending, each with its attempts so far.
    pub(crate) recipients: Vec<(u32, u32)>,
}

/// What the engine is to do after something was put into the schedule.
#[derive(Debug)]
pub(crate) enum Call {
    /// Nothing.
    None,
    /// Start a worker for the site; it is counted already.
    Start(SiteIndex),
    /// Wake this idle worker; it is no longer counted as idle.
    Wake(Arc<Notify>),
}

/// What a waiting recipient looks like from outside.
#[derive(Clone, Debug)]
pub(crate) struct Glimpse {
    pub(crate) flying: bool,
    pub(crate) held: bool,
    pub(crate) next_attempt_at: Option<Timestamp>,
    pub(crate) attempts: u32,
    /// The failure that its site waits for.
    pub(crate) last: Option<Attempt>,
    /// The connector that it waits for.
    pub(crate) connector: Option<Arc<str>>,
    /// Its connector has had its messages for the minute.
    pub(crate) paused: bool,
}

/// All unfinished recipients.
#[derive(Debug, Default)]
pub(crate) struct Schedule {
    entries: HashMap<RecipientKey, Entry>,
    timers: BTreeSet<(Timestamp, Wake)>,
    sites: Vec<Site>,
    site_by_key: HashMap<SiteKey, SiteIndex>,
    /// Places in `sites` that nothing refers to.
    free: Vec<SiteIndex>,
    /// Jobs that workers have.
    busy: usize,
    /// Connectors that may not have as much as they like.
    bounds: HashMap<Arc<str>, Bounds>,
    /// Failures of sites so far.
    failures: u64,
}

impl Schedule {
    /// Unfinished recipients.
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// The recipient's place.
    pub(crate) fn place(&self, key: RecipientKey) -> Option<Place> {
        self.entries.get(&key).map(|entry| entry.place)
    }

    /// The recipient's domain.
    pub(crate) fn domain(&self, key: RecipientKey) -> Option<&Domain> {
        self.entries.get(&key).map(|entry| &entry.domain)
    }

    /// The site at an index.
    pub(crate) fn site(&self, index: SiteIndex) -> &Site {
        &self.sites[index as usize]
    }

    /// The site at an index.
    pub(crate) fn site_mut(&mut self, index: SiteIndex) -> &mut Site {
        &mut self.sites[index as usize]
    }

    /// The index of a site, made on first use.
    pub(crate) fn site_index(&mut self, key: &SiteKey) -> SiteIndex {
        if let Some(&index) = self.site_by_key.get(key) {
            return index;
        }
        let mut site = Site::new(key.clone());
        if let Some(bounds) = site.connector().and_then(|name| self.bounds.get(name)) {
            site.bound(bounds.connections);
        }
        let index = match self.free.pop() {
            Some(index) => {
                self.sites[index as usize] = site;
                index
            }
            None => {
                self.sites.push(site);
                (self.sites.len() - 1) as SiteIndex
            }
        };
        self.site_by_key.insert(key.clone(), index);
        index
    }

    /// From here on connectors have these bounds, and no others.
    pub(crate) fn set_bounds(&mut self, mut bounds: HashMap<Arc<str>, Bounds>) {
        for (name, new) in &mut bounds {
            if let Some(before) = self.bounds.remove(name) {
                new.pace.go_on_from(before.pace);
            }
        }
        self.bounds = bounds;
        for site in &mut self.sites {
            if let Some(name) = site.connector() {
                let most = self.bounds.get(name).and_then(|bounds| bounds.connections);
                site.bound(most);
                site.paused_until = None;
            }
        }
    }

    /// Forgets a site that nothing refers to.
    fn reclaim(&mut self, index: SiteIndex) {
        let site = &self.sites[index as usize];
        if site.is_forgettable() && self.site_by_key.remove(&site.key).is_some() {
            let site = &mut self.sites[index as usize];
            site.health = Health::Well;
            site.waiting = VecDeque::new();
            self.free.push(index);
        }
    }

    /// Makes a recipient known; it is to be placed next.
    pub(crate) fn admit(&mut self, key: RecipientKey, domain: &Domain, attempts: u32) {
        let domain = domain.clone();
        self.entries.insert(key, Entry { domain, attempts, joined: 0, place: Place::Claimed });
    }

    /// Takes a recipient out of everybody else's hands; `None` when it is in somebody's already.
    /// True: it was on hold.
    pub(crate) fn claim(&mut self, key: RecipientKey) -> Option<bool> {
        let was_held = match self.place(key)? {
            Place::Flying(_) | Place::Claimed => return None,
            Place::Held => true,
            Place::Timer(_) | Place::Site(_) => false,
        };
        self.leave(key);
        self.put(key, Place::Claimed);
        Some(was_held)
    }

    /// Puts a recipient on hold.
    pub(crate) fn hold(&mut self, key: RecipientKey) {
        self.leave(key);
        self.put(key, Place::Held);
    }

    /// Lets a recipient wait for its own time.
    pub(crate) fn wait(&mut self, key: RecipientKey, until: Timestamp) {
        self.leave(key);
        if self.entries.contains_key(&key) {
            self.timers.insert((until, Wake::Recipient(key)));
            self.put(key, Place::Timer(until));
        }
    }

    /// Lets a recipient wait for a site; `first` puts it before the others.
    pub(crate) fn join(&mut self, key: RecipientKey, site: SiteIndex, first: bool) -> Call {
        self.leave(key);
        let joined = self.sites[site as usize].attempts;
        let Some(entry) = self.entries.get_mut(&key) else { return Call::None };
        entry.place = Place::Site(site);
        entry.joined = joined;
        let here = &mut self.sites[site as usize];
        here.present += 1;
        if first {
            here.waiting.push_front(key);
        } else {
            here.waiting.push_back(key);
        }
        self.call(site)
    }

    /// Forgets a recipient that has ended.
    pub(crate) fn forget(&mut self, key: RecipientKey) {
        self.leave(key);
        self.entries.remove(&key);
    }

    /// Sets the count of attempts that the recipient itself has had.
    pub(crate) fn count_attempt(&mut self, key: RecipientKey) {
        if let Some(entry) = self.entries.get_mut(&key) {
            entry.attempts += 1;
        }
    }

    fn put(&mut self, key: RecipientKey, place: Place) {
        if let Some(entry) = self.entries.get_mut(&key) {
            entry.place = place;
        }
    }

    /// Takes a recipient out of where it waits. Attempts of its site while it waited there count as
    /// its own.
    fn leave(&mut self, key: RecipientKey) {
        let Some(entry) = self.entries.get_mut(&key) else { return };
        let mut crowded = None;
        match entry.place {
            Place::Timer(until) => {
                self.timers.remove(&(until, Wake::Recipient(key)));
            }
            Place::Site(index) => {
                let site = &mut self.sites[index as usize];
                entry.attempts += site.attempts.wrapping_sub(entry.joined);
                // Its name stays in the line and means nothing from now on; looking for it could cost
                // a walk along a hundred thousand others.
                site.present -= 1;
                if site.present == 0 {
                    site.waiting.clear();
                }
                crowded = (site.waiting.len() > 2 * site.present + SLACK).then_some(index);
            }
            Place::Flying(_) | Place::Held | Place::Claimed => {}
        }
        if let Some(index) = crowded {
            entry.place = Place::Claimed;
            let entries = &self.entries;
            self.sites[index as usize]
                .waiting
                .retain(|key| entries.get(key).is_some_and(|e| e.place == Place::Site(index)));
        }
    }

    /// Who is to be called for a site that has something waiting.
    pub(crate) fn call(&mut self, index: SiteIndex) -> Call {
        let site = &mut self.sites[index as usize];
        if site.present == 0 || !site.may_begin() {
            return Call::None;
        }
        if let Some(notify) = site.idle.pop() {
            return Call::Wake(notify);
        }
        if site.has_room() {
            site.workers += 1;
            return Call::Start(index);
        }
        Call::None
    }

    /// The next job for a worker of the site; without one the worker is noted as idle.
    pub(crate) fn take_job(
        &mut self,
        index: SiteIndex,
        me: &Arc<Notify>,
        now: Timestamp,
    ) -> Option<Job> {
        // A call may have been left over from the last rest.
        self.sites[index as usize].idle.retain(|other| !Arc::ptr_eq(other, me));
        let job = self.pop_job(index, now);
        if job.is_none() {
            self.sites[index as usize].idle.push(Arc::clone(me));
        }
        job
    }

    fn pop_job(&mut self, index: SiteIndex, now: Timestamp) -> Option<Job> {
        let site = &mut self.sites[index as usize];
        if site.present == 0 || !site.may_begin() {
            return None;
        }
        let pace = site.connector().and_then(|name| self.bounds.get_mut(name));
        if let Some(until) = pace.and_then(|bounds| bounds.pace.begin(now).err()) {
            site.paused_until = Some(until);
            self.timers.insert((until, Wake::Pause(index)));
            return None;
        }
        let mut message = None;
        let mut recipients = Vec::new();
        while let Some(&key) = site.waiting.front()
            && recipients.len() < BATCH
        {
            let waits = self.entries.get_mut(&key).filter(|e| e.place == Place::Site(index));
            let Some(entry) = waits else {
                // Left since.
                site.waiting.pop_front();
                continue;
            };
            if *message.get_or_insert(key.message) != key.message {
                break;
            }
            site.waiting.pop_front();
            site.present -= 1;
            entry.attempts += site.attempts.wrapping_sub(entry.joined);
            entry.place = Place::Flying(index);
            recipients.push((key.index, entry.attempts));
        }
        let message = message?;
        recipients.sort_unstable();
        site.flying += 1;
        self.busy += 1;
        Some(Job { message, recipients })
    }

    /// A worker gives up waiting: true when it may go, false when it has been called meanwhile.
    pub(crate) fn retire(&mut self, index: SiteIndex, me: &Arc<Notify>) -> bool {
        let site = &mut self.sites[index as usize];
        let before = site.idle.len();
        site.idle.retain(|other| !Arc::ptr_eq(other, me));
        let was_idle = site.idle.len() < before;
        if was_idle {
            site.workers -= 1;
            self.reclaim(index);
        }
        was_idle
    }

    /// A worker ended while it had no call (its connection's failure ended it).
    pub(crate) fn worker_gone(&mut self, index: SiteIndex) -> Call {
        let site = &mut self.sites[index as usize];
        site.workers = site.workers.saturating_sub(1);
        let call = self.call(index);
        self.reclaim(index);
        call
    }

    /// A worker that was to be started is not.
    pub(crate) fn not_started(&mut self, index: SiteIndex) {
        let site = &mut self.sites[index as usize];
        site.workers = site.workers.saturating_sub(1);
    }

    /// A job is over and its results are durable.
    pub(crate) fn job_done(&mut self, index: SiteIndex) {
        self.busy = self.busy.saturating_sub(1);
        let site = &mut self.sites[index as usize];
        site.flying = site.flying.saturating_sub(1);
        self.reclaim(index);
    }

    /// The site could not be reached; it waits until `until`.
    pub(crate) fn site_failed(&mut self, index: SiteIndex, attempt: Attempt, until: Timestamp) {
        self.unschedule(index);
        self.failures += 1;
        let site = &mut self.sites[index as usize];
        site.failed(attempt, until);
        site.serial = self.failures;
        self.timers.insert((until, Wake::Site(index)));
    }

    /// A transaction with the site went through. Tells whom to call for what waits.
    pub(crate) fn site_succeeded(&mut self, index: SiteIndex) -> Call {
        self.unschedule(index);
        self.sites[index as usize].succeeded();
        self.call(index)
    }

    fn unschedule(&mut self, index: SiteIndex) {
        if let Health::Failing { until, .. } = self.sites[index as usize].health {
            self.timers.remove(&(until, Wake::Site(index)));
        }
    }

    /// A failing site is to be tried now.
    pub(crate) fn probe(&mut self, index: SiteIndex) -> Call {
        self.unschedule(index);
        let site = &mut self.sites[index as usize];
        if site.present == 0 {
            // Nobody asks any more: whoever does next finds out.
            site.health = Health::Well;
            site.failures = 0;
            site.failing_since = None;
            self.reclaim(index);
            return Call::None;
        }
        site.probe();
        self.call(index)
    }

    /// The next moment at which something is due.
    pub(crate) fn next_wake(&self) -> Option<Timestamp> {
        self.timers.first().map(|(at, _)| *at)
    }

    /// Takes what is due at `now`: sites are opened (calls), recipients are returned to be routed.
    pub(crate) fn due(&mut self, now: Timestamp, limit: usize) -> (Vec<RecipientKey>, Vec<Call>) {
        let (mut recipients, mut calls) = (Vec::new(), Vec::new());
        while recipients.len() < limit
            && let Some(&(at, wake)) = self.timers.first()
            && at <= now
        {
            self.timers.pop_first();
            match wake {
                Wake::Recipient(key) => {
                    self.put(key, Place::Claimed);
                    recipients.push(key);
                }
                Wake::Site(index) => calls.push(self.probe(index)),
                Wake::Pause(index) => {
                    self.sites[index as usize].paused_until = None;
                    calls.push(self.call(index));
                }
            }
        }
        (recipients, calls)
    }

    /// Takes everybody who waits at a site, for re-routing; the site itself is as new.
    pub(crate) fn clear_site(&mut self, index: SiteIndex) -> Vec<RecipientKey> {
        self.unschedule(index);
        let site = &mut self.sites[index as usize];
        let attempts = site.attempts;
        let mut waiting = Vec::from(std::mem::take(&mut site.waiting));
        site.present = 0;
        site.health = Health::Well;
        site.failures = 0;
        site.failing_since = None;
        waiting.retain(|key| {
            let waits = self.entries.get_mut(key).filter(|e| e.place == Place::Site(index));
            waits.is_some_and(|entry| {
                entry.attempts += attempts.wrapping_sub(entry.joined);
                entry.place = Place::Claimed;
                true
            })
        });
        self.reclaim(index);
        waiting
    }

    /// Takes those who wait at a site and whose domain is meant; when nobody else waits there, the site is
    /// as new.
    pub(crate) fn take_where(
        &mut self,
        index: SiteIndex,
        mut is_meant: impl FnMut(&Domain) -> bool,
    ) -> Vec<RecipientKey> {
        let mut others = false;
        let mut taken = Vec::new();
        for key in &self.site(index).waiting {
            let entry = self.entries.get(key).filter(|entry| entry.place == Place::Site(index));
            match entry {
                Some(entry) if is_meant(&entry.domain) => taken.push(*key),
                Some(_) => others = true,
                None => {}
            }
        }
        if taken.is_empty() {
            return taken;
        }
        if !others {
            return self.clear_site(index);
        }
        taken.retain(|key| self.claim(*key).is_some());
        taken
    }

    /// Takes those who wait for a time of their own and whose domain is meant.
    pub(crate) fn take_timers_where(
        &mut self,
        mut is_meant: impl FnMut(&Domain) -> bool,
    ) -> Vec<RecipientKey> {
        let mut taken: Vec<RecipientKey> = self
            .waiting_alone()
            .filter(|key| self.domain(*key).is_some_and(&mut is_meant))
            .collect();
        taken.retain(|key| self.claim(*key).is_some());
        taken
    }
}

#[cfg(test)]
mod tests;
