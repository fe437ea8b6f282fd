//! One worker's life: take a job, do it, hand the result to [`settle`], take the next.
//!
//! A worker of an SMTP site keeps its connection between jobs. While the results of one job become
//! durable, the next is being sent; not more than that one overlap, so a crash can duplicate two
//! messages a connection at the most. QUIT is said only when everything is durable.

mod news;

use std::sync::Arc;
use std::time::Duration;

use causeway_model::config::OutboundRoute;
use causeway_model::{Attempt, Domain, Failure, Outcome, RecipientKey, Stage};
use causeway_policy::{MailPolicy, RouteTarget};
use causeway_store::{Change, NewMessage, StoreError};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tracing::{debug, error, warn};

use crate::balance::has_equals;
use crate::connect::{self, Link, Target, millis};
use crate::engine::Shared;
use crate::outcome::verdict;
use crate::parcel::{self, Parcel};
use crate::paths::Signs;
use crate::resolve;
use crate::schedule::{Job, SiteIndex};
use crate::settle::{self, Conclusion, Flight};
use crate::site::SiteKey;
use crate::{local, transact};

/// How long a connection is kept for further messages.
const IDLE: Duration = Duration::from_secs(5);

/// Messages on one connection; a peer that asks for fewer (RFC 9422) gets fewer.
const MOST_USES: u32 = 1000;

/// When a message cannot be read from the store now.
const UNREADABLE: Duration = Duration::from_secs(60);

/// A worker of the site, to its end.
pub(crate) async fn run(shared: Arc<Shared>, index: SiteIndex) {
    let leaving = Leaving { shared: Arc::clone(&shared), index, counted: true };
    let key = shared.schedule.lock().site(index).key.clone();
    let policy = shared.policy.load_full();
    debug!(site = %key, "worker begins");
    let mut worker = Worker {
        shared,
        index,
        key,
        me: Arc::new(Notify::new()),
        link: None,
        pending: None,
        is_superfluous: false,
        policy,
        leaving,
    };
    while let Some(job) = worker.next_job().await {
        let flight = Flight::new(&worker.shared, index, &job);
        worker.work(job, flight).await;
    }
    worker.settle_pending().await;
    if let Some((link, _)) = worker.link.take() {
        link.connection.quit().await;
    }
}

/// Takes the worker off the site's count, however it ends.
struct Leaving {
    shared: Arc<Shared>,
    index: SiteIndex,
    counted: bool,
}

impl Drop for Leaving {
    fn drop(&mut self) {
        if self.counted {
            let call = self.shared.schedule.lock().worker_gone(self.index);
            self.shared.answer(call);
        }
    }
}

/// What else there is to say about a job's results.
#[derive(Debug, Default)]
struct Extras {
    /// Recipients that wait for their site.
    with_site: Vec<u32>,
    /// Tries before the one that counts.
    other_tries: Vec<Attempt>,
    /// Messages that come of it: forwarded copies.
    copies: Vec<NewMessage>,
    /// Recipients that these copies take the place of.
    expanded: Vec<u32>,
    /// The peer sends the reports that were asked for.
    peer_reports: bool,
}

struct Worker {
    shared: Arc<Shared>,
    index: SiteIndex,
    key: SiteKey,
    me: Arc<Notify>,
    /// The connection, and the configuration it was opened under.
    link: Option<(Link, Arc<MailPolicy>)>,
    /// The last job's results, on their way to the disk.
    pending: Option<JoinHandle<()>>,
    /// The peer does not want as many connections: this one is not opened again.
    is_superfluous: bool,
    /// The configuration that the job in hand was begun under.
    policy: Arc<MailPolicy>,
    leaving: Leaving,
}

impl Worker {
    async fn next_job(&mut self) -> Option<Job> {
        loop {
            if self.shared.shutdown.is_cancelled() || self.is_superfluous {
                return None;
            }
            if let Some(job) = self.take_job() {
                return Some(job);
            }
            let patience = if self.link.is_some() { IDLE } else { Duration::ZERO };
            tokio::select! {
                biased;
                () = self.me.notified() => continue,
                () = self.shared.shutdown.cancelled() => {}
                () = tokio::time::sleep(patience) => {}
            }
            if self.shared.schedule.lock().retire(self.index, &self.me) {
                self.leaving.counted = false;
                return None;
            }
        }
    }

    fn take_job(&self) -> Option<Job> {
        let now = self.shared.clock.now();
        let mut schedule = self.shared.schedule.lock();
        let job = schedule.take_job(self.index, &self.me, now);
        let is_paused = schedule.site(self.index).paused_until.is_some();
        drop(schedule);
        if is_paused {
            self.shared.timers_changed();
            // Who waits for quiet looks again.
            self.shared.progress.notify_waiters();
        }
        job
    }

    async fn settle_pending(&mut self) {
        if let Some(pending) = self.pending.take() {
            // A panic in it has been logged, and its recipients are cared for.
            let _ = pending.await;
        }
    }

    async fn work(&mut self, job: Job, flight: Flight) {
        if self.key == SiteKey::Unrouted {
            return self.route(&job, flight).await;
        }
        self.policy = self.shared.policy.load_full();
        let shelved = self.shared.shelf.lock().take(job.message, job.recipients.len());
        let parcel = match shelved {
            Some(parcel) => parcel,
            None => match parcel::load(&self.shared.store, job.message).await {
                Ok(Some(parcel)) => parcel,
                Ok(None) => {
                    settle::forget(&self.shared, flight.keys());
                    return flight.land();
                }
                Err(error) => {
                    return self.unreadable(&error, flight);
                }
            },
        };
        match self.key.clone() {
            SiteKey::Unrouted => {}
            SiteKey::Nowhere => self.nowhere(parcel, job, flight).await,
            SiteKey::Local => self.deliver_here(parcel, job, flight).await,
            SiteKey::Domain(domain) => self.find_hosts(parcel, job, flight, &domain).await,
            SiteKey::Connector(_) | SiteKey::ConnectorMx(..) | SiteKey::Hosts(..) => {
                self.send(parcel, job, flight).await;
            }
        }
    }

    /// The store cannot be read now: the job rests.
    fn unreadable(&self, error: &StoreError, flight: Flight) {
        warn!(recipients = ?flight.keys(), %error, "a queued message cannot be read now");
        let until = self.shared.clock.now().plus(UNREADABLE);
        let mut schedule = self.shared.schedule.lock();
        flight.keys().iter().for_each(|key| schedule.wait(*key, until));
        drop(schedule);
        flight.land();
    }

    /// Looks the addresses up and sends the recipients on to where they belong. The content is not
    /// needed for that.
    async fn route(&self, job: &Job, flight: Flight) {
        match self.shared.store.load(job.message).await {
            Ok(Some(stored)) => {
                let indexes: Vec<u32> = job.recipients.iter().map(|(index, _)| *index).collect();
                self.shared.place_envelope(job.message, &stored.envelope, &indexes);
                flight.land();
            }
            Ok(None) => {
                settle::forget(&self.shared, flight.keys());
                flight.land();
            }
            Err(error) => self.unreadable(&error, flight),
        }
    }

    /// Sends the recipients on to where they belong now.
    fn place_again(&self, parcel: &Parcel, job: &Job, flight: Flight) {
        let indexes: Vec<u32> = job.recipients.iter().map(|(index, _)| *index).collect();
        self.shared.shelf.lock().put(parcel, indexes.len());
        self.shared.place_parcel(parcel, &indexes);
        flight.land();
    }

    /// An attempt that concerns all of the job's recipients alike.
    fn attempt(&self, stage: Stage, failure: Failure, began: Instant) -> Attempt {
        let connector = match &self.key {
            SiteKey::Connector(name) | SiteKey::ConnectorMx(name, _) => Some(name.to_string()),
            _ => None,
        };
        let elapsed = began.elapsed();
        Attempt {
            elapsed_ms: millis(elapsed),
            connector,
            ..Attempt::new(
                self.shared.clock.began(elapsed),
                self.key.to_string(),
                stage,
                Outcome::Failure(failure),
            )
        }
    }

    async fn nowhere(&mut self, parcel: Parcel, job: Job, flight: Flight) {
        let policy = Arc::clone(&self.policy);
        let origin = parcel.envelope.origin.connector.as_deref();
        let (mut results, mut elsewhere) = (Vec::new(), Vec::new());
        for &(index, attempts) in &job.recipients {
            let Some(address) = parcel.address(index) else { continue };
            match policy.route(address, origin, &self.shared.mailboxes).target {
                RouteTarget::Nowhere(failure) => {
                    let attempt = self.attempt(Stage::Route, failure, Instant::now());
                    let path = format!("domain {}", address.domain());
                    let hit = [(parcel.key(index), address)];
                    self.shared.paths.troubled(&path, &attempt, &hit, Signs::default());
                    results.push((index, attempts, attempt));
                }
                _ => elsewhere.push(index),
            }
        }
        let extras = Extras::default();
        self.conclude_here(parcel, results, elsewhere, Change::Relayed, flight, extras).await;
    }

    async fn deliver_here(&mut self, parcel: Parcel, job: Job, flight: Flight) {
        let policy = Arc::clone(&self.policy);
        let (mut results, mut elsewhere) = (Vec::new(), Vec::new());
        let (mut extras, mut octets) = (Extras::default(), None);
        for &(index, attempts) in &job.recipients {
            let Some(address) = parcel.address(index) else { continue };
            let origin = parcel.envelope.origin.connector.as_deref();
            let RouteTarget::Local { mailbox } =
                policy.route(address, origin, &self.shared.mailboxes).target
            else {
                elsewhere.push(index);
                continue;
            };
            let began = Instant::now();
            let taken =
                local::take(&self.shared, &parcel, index, attempts, &mailbox, &mut octets).await;
            extras.copies.extend(taken.copy);
            if taken.is_expanded {
                extras.expanded.push(index);
            }
            let failure = Failure::NoAddress { name: String::new() };
            let mut attempt = self.attempt(Stage::Local, failure, began);
            attempt.host = Some(mailbox.to_string());
            attempt.outcome = taken.outcome;
            results.push((index, attempts, attempt));
        }
        self.conclude_here(parcel, results, elsewhere, Change::Delivered, flight, extras).await;
    }

    /// Ends a job without a connection. The configuration may have changed meanwhile: then some
    /// recipients belong elsewhere.
    async fn conclude_here(
        &mut self,
        parcel: Parcel,
        results: Vec<(u32, u32, Attempt)>,
        elsewhere: Vec<u32>,
        success: Change,
        flight: Flight,
        extras: Extras,
    ) {
        if !elsewhere.is_empty() {
            self.shared.shelf.lock().put(&parcel, elsewhere.len());
            self.shared.place_parcel(&parcel, &elsewhere);
        }
        self.conclude(parcel, results, success, flight, extras);
        self.settle_pending().await;
    }

    /// Asks for the MX hosts of a domain; then everybody who waits for it goes to them.
    async fn find_hosts(
        &mut self,
        parcel: Parcel,
        job: Job,
        flight: Flight,
        domain: &causeway_model::Domain,
    ) {
        let shared = Arc::clone(&self.shared);
        let began = Instant::now();
        match resolve::mx_set(&shared, domain).await {
            Ok(set) => {
                let hosts = SiteKey::Hosts(Arc::clone(&set.key));
                self.shared.mx_cache.put(domain, set);
                let others = self.shared.schedule.lock().clear_site(self.index);
                self.shared.shelf.lock().put(&parcel, job.recipients.len());
                self.shared.place_at(flight.keys(), &hosts, &self.policy);
                self.shared.place_at(&others, &hosts, &self.policy);
                flight.land();
            }
            Err(failure) => {
                let mut attempt = self.attempt(Stage::Resolve, failure, began);
                attempt.host = Some(domain.to_string());
                self.site_failure(parcel, job, flight, attempt, Vec::new()).await;
            }
        }
    }

    /// What to connect to, under the configuration of the moment; `None` when the site is no
    /// longer what it was.
    async fn target(
        &self,
        policy: &MailPolicy,
        next_domain: &Domain,
    ) -> Result<Option<Target>, Failure> {
        let site = self.key.to_string();
        let (connector, domain) = match &self.key {
            SiteKey::Connector(name) => (Some(name), None),
            SiteKey::ConnectorMx(name, domain) => (Some(name), Some(domain)),
            SiteKey::Hosts(_) => (None, Some(next_domain)),
            _ => return Ok(None),
        };
        let mut target = match connector {
            None => Target::direct(site),
            Some(name) => match policy.outbound_connector(name).filter(|c| c.enabled) {
                None => return Ok(None),
                Some(connector) => {
                    let mut target = Target::of_connector(connector, site, self.shared.dane);
                    match (&connector.route, domain) {
                        (OutboundRoute::SmartHosts(groups), None) => target.set_smart_hosts(groups),
                        (OutboundRoute::Mx, Some(_)) => {}
                        _ => return Ok(None),
                    }
                    target
                }
            },
        };
        if let Some(domain) = domain {
            let set = match self.shared.mx_cache.get(domain) {
                Some(set) => set,
                None => {
                    let set = resolve::mx_set(&self.shared, domain).await?;
                    self.shared.mx_cache.put(domain, set.clone());
                    set
                }
            };
            if matches!(&self.key, SiteKey::Hosts(key) if *key != set.key) {
                return Ok(None);
            }
            target.take_set(domain, set);
        }
        Ok(Some(target))
    }

    /// Keeps the recipients that the configuration leads here; the others go where they belong: it may have
    /// changed since they joined. Returns the domain whose hosts the job goes to, by its first recipient;
    /// `None` when nobody is left.
    fn keep_own(&self, parcel: &Parcel, job: &mut Job, flight: &mut Flight) -> Option<Domain> {
        let origin = parcel.envelope.origin.connector.as_deref();
        let (mut next_domain, mut elsewhere, mut unknown) = (None, Vec::new(), Vec::new());
        job.recipients.retain(|&(index, _)| {
            let Some(address) = parcel.address(index) else {
                unknown.push(RecipientKey { message: parcel.id, index });
                return false;
            };
            let route = self.policy.route(address, origin, &self.shared.mailboxes);
            let is_own = self.shared.leads_to(&route, &self.key);
            if is_own {
                next_domain.get_or_insert_with(|| route.recipient.domain().clone());
            } else {
                elsewhere.push(index);
            }
            is_own
        });
        if !elsewhere.is_empty() {
            flight.release(&elsewhere);
            self.shared.shelf.lock().put(parcel, elsewhere.len());
            self.shared.place_parcel(parcel, &elsewhere);
        }
        if !unknown.is_empty() {
            // The envelope has no such recipients: there is nothing to send, and nobody to wait for.
            error!(id = %parcel.id, "the schedule has recipients that the envelope has not");
            flight.release(&unknown.iter().map(|key| key.index).collect::<Vec<_>>());
            settle::forget(&self.shared, &unknown);
        }
        next_domain
    }

    async fn send(&mut self, parcel: Parcel, mut job: Job, mut flight: Flight) {
        let policy = Arc::clone(&self.policy);
        let began = Instant::now();
        let Some(next_domain) = self.keep_own(&parcel, &mut job, &mut flight) else {
            return flight.land();
        };
        let stale = self.link.as_ref().is_some_and(|(link, opened_under)| {
            link.uses >= MOST_USES
                || !link.connection.is_reusable()
                || !Arc::ptr_eq(opened_under, &policy)
        });
        if stale {
            self.hang_up().await;
        }
        let target = match self.target(&policy, &next_domain).await {
            Ok(Some(target)) => target,
            Ok(None) => return self.place_again(&parcel, &job, flight),
            Err(failure) => {
                let attempt = self.attempt(Stage::Resolve, failure, began);
                return self.site_failure(parcel, job, flight, attempt, Vec::new()).await;
            }
        };
        self.change_sides(&target).await;
        if self.link.as_ref().is_some_and(|(link, _)| link.standing != target.standing) {
            // What was good enough for the mail before need not be for this.
            self.hang_up().await;
        }
        let shares_evenly = self.shares_evenly(&target);
        loop {
            let was_used = self.link.is_some();
            if !was_used {
                let is_proven = self.shared.schedule.lock().site(self.index).is_proven();
                match connect::open(&self.shared, &target, is_proven).await {
                    Ok(link) => self.link = Some((link, Arc::clone(&policy))),
                    Err(tries) => {
                        let (telling, others) = connect::most_telling(tries);
                        let attempt = telling.unwrap_or_else(|| {
                            let name = target.site.clone();
                            self.attempt(Stage::Resolve, Failure::NoAddress { name }, began)
                        });
                        return self.site_failure(parcel, job, flight, attempt, others).await;
                    }
                }
            }
            let Some((link, _)) = &mut self.link else { return };
            if shares_evenly {
                let (chosen, groups) = (&link.chosen, &target.groups);
                self.shared.balance.lock().used(&target.site, chosen, groups, link.uses);
            }
            let sent = transact::send(&self.shared, &policy, link, &target, &parcel, &job).await;
            // The previous results became durable meanwhile, or nearly.
            self.settle_pending().await;
            if was_used && sent.is_stale {
                self.link = None;
                continue;
            }
            let trail = self.trail(&parcel, &sent).await;
            self.note(&target.site, &parcel, &sent, trail);
            let peer_reports = self.link.as_ref().is_some_and(|(l, _)| l.capabilities.dsn);
            if !sent.is_reusable {
                self.hang_up().await;
            }
            if sent.is_alive {
                self.site_success();
            } else {
                self.shared.schedule.lock().site_mut(self.index).faltered();
            }
            let extras = Extras { peer_reports, ..Extras::default() };
            self.conclude(parcel, sent.results, Change::Relayed, flight, extras);
            return;
        }
    }

    /// Leaves a host that has had more than its share of the mail.
    async fn change_sides(&mut self, target: &Target) {
        if self.has_had_its_share(target) {
            self.hang_up().await;
        }
    }

    /// Equal smart hosts share every message; the hosts of strangers' domains only new connections, as
    /// making one costs them more than a message.
    fn shares_evenly(&self, target: &Target) -> bool {
        matches!(self.key, SiteKey::Connector(_)) && has_equals(&target.groups)
    }

    fn has_had_its_share(&self, target: &Target) -> bool {
        let Some((link, _)) = &self.link else { return false };
        if !self.shares_evenly(target) {
            return false;
        }
        // So few messages more mean nothing while several connections are at work.
        let slack = 4 * self.shared.schedule.lock().site(self.index).workers as u64;
        let hosts = (target.hosts.as_slice(), target.groups.as_slice());
        self.shared.balance.lock().is_ahead(
            &target.site,
            &link.chosen,
            hosts,
            slack,
            Instant::now(),
        )
    }

    async fn hang_up(&mut self) {
        self.settle_pending().await;
        if let Some((link, _)) = self.link.take()
            && link.connection.is_reusable()
        {
            link.connection.quit().await;
        }
    }

    /// Turns attempts into verdicts and sends them to the disk.
    fn conclude(
        &mut self,
        parcel: Parcel,
        results: Vec<(u32, u32, Attempt)>,
        success: Change,
        flight: Flight,
        extras: Extras,
    ) {
        let Extras { with_site, other_tries, copies, expanded, peer_reports } = extras;
        let now = self.shared.clock.now();
        let policy = self.shared.policy.load();
        let queue = &policy.flow().queue;
        let until = self.shared.schedule.lock().site(self.index).waits_until();
        let verdicts = results
            .into_iter()
            .map(|(index, attempts, attempt)| {
                let success = if expanded.contains(&index) { Change::Expanded } else { success };
                let mut verdict = verdict(index, attempt, attempts + 1, success, queue, now);
                if let (Change::Deferred { .. }, Some(until), true) =
                    (verdict.change, until, with_site.contains(&index))
                {
                    verdict.change = Change::Deferred { until };
                }
                verdict
            })
            .collect();
        let conclusion = Conclusion {
            flight,
            site: self.index,
            began_under: Arc::clone(&self.policy),
            parcel,
            verdicts,
            with_site,
            other_tries,
            copies,
            peer_reports,
        };
        self.pending = Some(tokio::spawn(settle::conclude(Arc::clone(&self.shared), conclusion)));
    }
}
