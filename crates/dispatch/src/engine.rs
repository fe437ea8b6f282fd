//! The shared parts of the way out, and starting workers.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use causeway_catalog::texts::own::OwnTexts;
use causeway_dkim::Signer;
use causeway_mailbox::MaildirRoot;
use causeway_model::config::Language;
use causeway_model::{Address, Attempt, Envelope, QueueId, RecipientKey, Timestamp};
use causeway_net::clock::Clock;
use causeway_net::dns::Resolver;
use causeway_net::sts::Fetch;
use causeway_net::tls::client::ClientTls;
use causeway_policy::{MailPolicy, MailboxLookup};
use causeway_report::write::KnownCause;
use causeway_store::{Forward, NewMessage, QueueEntry, SharedStore, StoreError};
use parking_lot::Mutex;
use tokio::sync::{Notify, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{error, info, warn};

use crate::balance::Balance;
use crate::bounds::Gates;
use crate::demand::WeakSpots;
use crate::doubt::{self, Doubts};
use crate::holds::{self, Holds};
use crate::hourly::Hourly;
use crate::parcel::{Parcel, Shelf};
use crate::paths::Paths;
use crate::recent::Recent;
use crate::resolve::MxCache;
use crate::return_path::ReturnPaths;
use crate::route::{site_for, site_for_domain};
use crate::schedule::{Call, Schedule, SiteIndex};
use crate::site::SiteKey;
use crate::sts::Policies;
use crate::{sweeper, worker};

/// Queue entries that are read from the store at once at start.
const SCAN_BATCH: usize = 10_000;

/// Recipients that are placed under one lock.
const PLACE_BATCH: usize = 500;

/// Due recipients that are routed under one lock.
const DUE_BATCH: usize = 1_000;

/// Questions about domains' hosts at once.
const MOST_QUESTIONS: usize = 64;

/// Outbound connections at once, where the system allows as many.
pub const MOST_CONNECTIONS: usize = 1_000;

/// Of ten outbound connections: to sites of which nothing good is known, at most.
const EXPLORING: usize = 7;

/// The mailboxes that exist, with what delivery and reports need of them.
pub trait Mailboxes: MailboxLookup + Send + Sync {
    /// Facts of the mailbox whose main address this is; nothing special when there is none.
    fn facts(&self, mailbox: &Address) -> MailboxFacts;
}

/// What is set for one mailbox.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MailboxFacts {
    /// Octets it may hold; `None`: no bound.
    pub quota: Option<u64>,
    /// The language tag for reports to it.
    pub language: Option<String>,
    /// Whom its mail is forwarded to.
    pub forward: Option<Forward>,
}

/// What the way out needs from the rest of the server.
pub struct Settings {
    /// Where the queue is.
    pub store: SharedStore,
    /// The decisions, under the configuration of the moment.
    pub policy: Arc<ArcSwap<MailPolicy>>,
    /// Which mailboxes there are.
    pub mailboxes: Arc<dyn Mailboxes>,
    /// Names to addresses.
    pub resolver: Arc<Resolver>,
    /// TLS towards peers.
    pub client_tls: Arc<ClientTls>,
    /// The time of the queue.
    pub clock: Clock,
    /// Signs our reports.
    pub signer: Arc<ArcSwap<Signer>>,
    /// The organization's own texts for reports.
    pub own_texts: Arc<ArcSwap<OwnTexts>>,
    /// Our name.
    pub hostname: Arc<str>,
    /// The port of MX hosts.
    pub mx_port: u16,
    /// Whether TLSA records are looked for.
    pub dane: bool,
    /// Gets MTA-STS policies; `None`: nobody asks for them.
    pub mta_sts: Option<Fetch>,
    /// Addresses to send from; empty: the system chooses.
    pub source_addresses: Vec<IpAddr>,
    /// Where our SMTP listeners are bound, by which a route back to us is seen.
    pub own_listeners: Vec<SocketAddr>,
    /// Connections at once, all together.
    pub most_connections: usize,
    /// This machine's addresses.
    pub own_addresses: Vec<IpAddr>,
    /// Where the Maildirs are.
    pub mail_dir: PathBuf,
    /// Told whenever a path begins or ceases to fail.
    pub paths_changed: Arc<Notify>,
    /// What is known of the causes of failures.
    pub causes: Arc<dyn Causes>,
    /// Return paths of forwarded mail.
    pub return_paths: Arc<ReturnPaths>,
    /// Messages that one mailbox may forward in an hour; 0: no bound.
    pub forward_limit: u32,
}

/// Who knows the causes of failures. Reports ask, and the pages that they link to.
pub trait Causes: Send + Sync {
    /// What has been found out about the failure of an attempt; empty: nothing.
    /// Its evidence is told in each of the languages.
    fn known(&self, attempt: &Attempt, languages: &[Language]) -> Vec<KnownCause>;

    /// Whether the cause of a failure still holds, by what was found out lately or by asking the network
    /// now, within bounds; `None`: that cannot be told.
    fn holds<'a>(
        &'a self,
        attempt: &'a Attempt,
    ) -> Pin<Box<dyn Future<Output = Option<bool>> + Send + 'a>>;
}

/// Nobody knows anything.
#[derive(Clone, Copy, Debug)]
pub struct NoCauses;

impl Causes for NoCauses {
    fn known(&self, _attempt: &Attempt, _languages: &[Language]) -> Vec<KnownCause> {
        Vec::new()
    }

    fn holds<'a>(
        &'a self,
        _attempt: &'a Attempt,
    ) -> Pin<Box<dyn Future<Output = Option<bool>> + Send + 'a>> {
        Box::pin(std::future::ready(None))
    }
}

/// Shared by all workers.
pub(crate) struct Shared {
    pub(crate) store: SharedStore,
    pub(crate) policy: Arc<ArcSwap<MailPolicy>>,
    pub(crate) mailboxes: Arc<dyn Mailboxes>,
    pub(crate) resolver: Arc<Resolver>,
    pub(crate) client_tls: Arc<ClientTls>,
    pub(crate) clock: Clock,
    pub(crate) signer: Arc<ArcSwap<Signer>>,
    pub(crate) own_texts: Arc<ArcSwap<OwnTexts>>,
    pub(crate) hostname: Arc<str>,
    pub(crate) mx_port: u16,
    /// TLSA records are looked for.
    pub(crate) dane: bool,
    pub(crate) policies: Policies,
    pub(crate) weak_spots: WeakSpots,
    pub(crate) sources: Vec<IpAddr>,
    pub(crate) own_listeners: Vec<SocketAddr>,
    own_addresses: Vec<IpAddr>,
    pub(crate) maildirs: Arc<MaildirRoot>,
    pub(crate) return_paths: Arc<ReturnPaths>,
    pub(crate) forward_limit: u32,
    pub(crate) forwards: Hourly,
    /// Reports that found nobody and went to the postmaster.
    pub(crate) lost_reports: Hourly,
    /// Who waits where. Held for moments only, never over an await.
    pub(crate) schedule: Mutex<Schedule>,
    /// Messages between acceptance and first attempt.
    pub(crate) shelf: Mutex<Shelf>,
    pub(crate) mx_cache: MxCache,
    /// How paths have fared lately.
    pub(crate) paths: Paths,
    pub(crate) causes: Arc<dyn Causes>,
    /// Addresses that failed lately.
    pub(crate) lame: Recent,
    /// Addresses where TLS was offered and did not work lately.
    pub(crate) plain_only: Recent,
    /// Questions to DNS that run at once: a queue full of domains must not flood the resolver.
    pub(crate) resolving: Semaphore,
    /// Outbound connections at once, all sites together.
    pub(crate) connecting: Arc<Semaphore>,
    /// Outbound connections at once, of connectors with a bound of their own.
    pub(crate) gates: Gates,
    /// How much mail each of equal smart hosts has had.
    pub(crate) balance: Mutex<Balance>,
    /// Of these, to sites that have not taken anything lately: they must not keep mail for the others.
    pub(crate) exploring: Semaphore,
    /// The first timer may have changed.
    timers_changed: Notify,
    /// A job is over.
    pub(crate) progress: Notify,
    /// Messages on hold of which nobody has been told yet.
    pub(crate) holds: Mutex<Holds>,
    /// What the process before may have sent.
    pub(crate) doubts: Doubts,
    /// Held by the sweep that runs.
    pub(crate) sweeping: tokio::sync::Mutex<()>,
    pub(crate) tasks: TaskTracker,
    pub(crate) shutdown: CancellationToken,
}

impl Shared {
    /// True for an address of this machine.
    pub(crate) fn is_own_address(&self, address: IpAddr) -> bool {
        causeway_net::local::is_local(address, &self.own_addresses)
    }

    /// Does what the schedule asked for.
    pub(crate) fn answer(self: &Arc<Self>, call: Call) {
        match call {
            Call::None => {}
            Call::Wake(notify) => notify.notify_one(),
            Call::Start(index) if self.shutdown.is_cancelled() => {
                self.schedule.lock().not_started(index);
            }
            Call::Start(index) => self.start_worker(index),
        }
    }

    fn start_worker(self: &Arc<Self>, index: SiteIndex) {
        let shared = Arc::clone(self);
        self.tasks.spawn(worker::run(shared, index));
    }

    /// Puts recipients, of which only the domain is at hand, where they belong now.
    pub(crate) fn place(self: &Arc<Self>, keys: &[RecipientKey]) {
        // The schedule is locked for a moment only: sessions need it too.
        for keys in keys.chunks(PLACE_BATCH) {
            self.place_some(keys);
        }
    }

    /// Puts recipients at a site that is theirs by this configuration, or where they belong by a newer one.
    pub(crate) fn place_at(
        self: &Arc<Self>,
        keys: &[RecipientKey],
        site: &SiteKey,
        known_under: &Arc<MailPolicy>,
    ) {
        for keys in keys.chunks(PLACE_BATCH) {
            let mut schedule = self.schedule.lock();
            if !Arc::ptr_eq(known_under, &self.policy.load()) {
                drop(schedule);
                self.place_some(keys);
                continue;
            }
            let index = schedule.site_index(site);
            let calls: Vec<Call> =
                keys.iter().map(|&key| schedule.join(key, index, false)).collect();
            drop(schedule);
            for call in calls {
                self.answer(call);
            }
        }
    }

    fn place_some(self: &Arc<Self>, keys: &[RecipientKey]) {
        let mut calls = Vec::new();
        let mut schedule = self.schedule.lock();
        // Of the moment: a change looks through what waits after it has come into force.
        let policy = self.policy.load();
        for &key in keys {
            let Some(domain) = schedule.domain(key) else { continue };
            let site = site_for_domain(&policy, &self.mailboxes, domain);
            let site = self.beyond_dns(site);
            let index = schedule.site_index(&site);
            calls.push(schedule.join(key, index, false));
        }
        drop(schedule);
        for call in calls {
            self.answer(call);
        }
    }

    /// Puts recipients back before everybody else who waits at a site, when this configuration is still in
    /// force; else where they belong.
    pub(crate) fn place_at_front(
        self: &Arc<Self>,
        keys: &[RecipientKey],
        index: SiteIndex,
        known_under: &Arc<MailPolicy>,
    ) {
        let mut schedule = self.schedule.lock();
        if !Arc::ptr_eq(known_under, &self.policy.load()) {
            drop(schedule);
            return self.place_some(keys);
        }
        let calls: Vec<Call> = keys.iter().map(|&key| schedule.join(key, index, true)).collect();
        drop(schedule);
        for call in calls {
            self.answer(call);
        }
    }

    /// Puts recipients of a message at hand where they belong now.
    pub(crate) fn place_parcel(self: &Arc<Self>, parcel: &Parcel, indexes: &[u32]) {
        self.place_envelope(parcel.id, &parcel.envelope, indexes);
    }

    /// Puts recipients whose addresses are at hand where they belong now.
    pub(crate) fn place_envelope(
        self: &Arc<Self>,
        message: QueueId,
        envelope: &Envelope,
        indexes: &[u32],
    ) {
        let mut policy = self.policy.load();
        let origin = envelope.origin.connector.as_deref();
        let mut calls = Vec::new();
        for &index in indexes {
            let Some(recipient) = envelope.recipients.get(index as usize) else { continue };
            let address = &recipient.address;
            let (mut schedule, site) = loop {
                let site = self.beyond_dns(site_for(&policy, &self.mailboxes, address, origin));
                let schedule = self.schedule.lock();
                let now = self.policy.load();
                // Of the moment, as a change looks through what waits only once.
                if Arc::ptr_eq(&policy, &now) {
                    break (schedule, site);
                }
                policy = now;
            };
            let site = schedule.site_index(&site);
            calls.push(schedule.join(RecipientKey { message, index }, site, false));
        }
        for call in calls {
            self.answer(call);
        }
    }

    /// A domain whose hosts are known goes to them at once.
    pub(crate) fn beyond_dns(&self, site: SiteKey) -> SiteKey {
        match site {
            SiteKey::Domain(domain) => match self.mx_cache.get(&domain) {
                Some(set) => SiteKey::Hosts(set.key),
                None => SiteKey::Domain(domain),
            },
            other => other,
        }
    }

    /// Tells the timer that something may be due earlier than it thinks.
    pub(crate) fn timers_changed(&self) {
        self.timers_changed.notify_one();
    }

    /// Everything that is due now.
    pub(crate) fn run_due(self: &Arc<Self>) {
        loop {
            let (recipients, calls) = self.schedule.lock().due(self.clock.now(), DUE_BATCH);
            if recipients.is_empty() && calls.is_empty() {
                return;
            }
            for call in calls {
                self.answer(call);
            }
            self.place(&recipients);
        }
    }
}

/// The way out. Cheap to clone.
#[derive(Clone)]
pub struct Dispatch {
    pub(crate) shared: Arc<Shared>,
}

impl Dispatch {
    /// Makes the engine; nothing is sent before [`Self::start`].
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        let shared = Arc::new(Shared {
            store: settings.store,
            policy: settings.policy,
            mailboxes: settings.mailboxes,
            resolver: settings.resolver,
            client_tls: settings.client_tls,
            clock: settings.clock,
            signer: settings.signer,
            own_texts: settings.own_texts,
            mx_port: settings.mx_port,
            dane: settings.dane,
            policies: Policies::new(settings.mta_sts),
            weak_spots: WeakSpots::default(),
            sources: settings.source_addresses,
            own_listeners: settings.own_listeners,
            own_addresses: settings.own_addresses,
            maildirs: Arc::new(MaildirRoot::new(settings.mail_dir).with_host(&settings.hostname)),
            hostname: settings.hostname,
            return_paths: settings.return_paths,
            forward_limit: settings.forward_limit,
            forwards: Hourly::default(),
            lost_reports: Hourly::default(),
            schedule: Mutex::default(),
            shelf: Mutex::default(),
            mx_cache: MxCache::default(),
            paths: Paths::new(settings.paths_changed),
            causes: settings.causes,
            lame: Recent::default(),
            plain_only: Recent::default(),
            resolving: Semaphore::new(MOST_QUESTIONS),
            connecting: Arc::new(Semaphore::new(settings.most_connections)),
            gates: Gates::default(),
            balance: Mutex::default(),
            exploring: Semaphore::new((settings.most_connections * EXPLORING / 10).max(1)),
            timers_changed: Notify::new(),
            progress: Notify::new(),
            holds: Mutex::default(),
            doubts: Doubts::default(),
            sweeping: tokio::sync::Mutex::default(),
            tasks: TaskTracker::new(),
            shutdown: CancellationToken::new(),
        });
        Self { shared }
    }

    /// Learns the queue from the store and begins to work. Returns how many recipients were found.
    ///
    /// # Errors
    /// The store's, when the queue cannot be read.
    pub async fn start(&self) -> Result<usize, StoreError> {
        self.shared.bound_connectors();
        self.shared.policies.learn(&self.shared.store, self.shared.clock.now()).await?;
        let is_doubtful = doubt::begin(&self.shared.store).await?;
        let found = self.learn_queue(is_doubtful).await?;
        if found > 0 {
            info!(recipients = found, "the queue was read");
        }
        let shared = Arc::clone(&self.shared);
        self.shared.tasks.spawn(timer(Arc::clone(&shared)));
        self.shared.tasks.spawn(sweeper::run(shared));
        Ok(found)
    }

    async fn learn_queue(&self, is_doubtful: bool) -> Result<usize, StoreError> {
        let now = self.shared.clock.now();
        let (mut after, mut found) = (None, 0);
        holds::recall(&self.shared).await?;
        loop {
            let entries = self.shared.store.scan_queue(after, SCAN_BATCH).await?;
            let Some(last) = entries.last() else { return Ok(found) };
            after = Some(last.key);
            found += entries.len();
            let mut due = Vec::new();
            let mut schedule = self.shared.schedule.lock();
            for entry in &entries {
                if schedule.place(entry.key).is_some() {
                    // A report that was made since the reading began.
                    continue;
                }
                schedule.admit(entry.key, &entry.domain, entry.attempts);
                if entry.status == causeway_store::Status::Held {
                    schedule.hold(entry.key);
                    self.shared.holds.lock().note(entry.key.message);
                } else if entry.next_attempt_at > now {
                    schedule.wait(entry.key, entry.next_attempt_at);
                } else {
                    due.push(entry.key);
                }
            }
            drop(schedule);
            if is_doubtful {
                let in_hand =
                    |entry: &&QueueEntry| entry.attempts > 0 || entry.next_attempt_at <= now;
                let keys: Vec<_> = entries.iter().filter(in_hand).map(|entry| entry.key).collect();
                self.shared.doubts.add(&keys);
            }
            self.shared.place(&due);
        }
    }

    /// Takes over a message that is durable. Does not block.
    pub fn accepted(&self, message: NewMessage) {
        let is_held = message.hold.is_some();
        let parcel = Parcel::from(message);
        if is_held {
            return self.keep(&parcel);
        }
        self.take_over(&parcel);
    }

    /// Makes a message that is on hold from the beginning known to the schedule.
    fn keep(&self, parcel: &Parcel) {
        let mut schedule = self.shared.schedule.lock();
        for (index, recipient) in (0..).zip(&parcel.envelope.recipients) {
            let key = parcel.key(index);
            schedule.admit(key, recipient.address.domain(), 0);
            schedule.hold(key);
        }
        drop(schedule);
        self.shared.holds.lock().note(parcel.id);
    }

    pub(crate) fn take_over(&self, parcel: &Parcel) {
        take_over(&self.shared, parcel);
    }

    /// The moment by the queue's clock.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.shared.clock.now()
    }

    /// When an attempt ended, by the same clock.
    #[must_use]
    pub fn ended(&self, attempt: &Attempt) -> Timestamp {
        self.shared.clock.ended(attempt.at, Duration::from_millis(attempt.elapsed_ms))
    }

    /// Ends: what is being sent is finished, within `patience`; nothing new is begun.
    pub async fn stop(&self, patience: Duration) {
        self.shared.shutdown.cancel();
        self.shared.tasks.close();
        if tokio::time::timeout(patience, self.shared.tasks.wait()).await.is_err() {
            error!(
                "some deliveries did not end in time; they will be tried again after the next start"
            );
        } else if let Err(error) = doubt::end(&self.shared.store).await {
            warn!(%error, "that everything ended in order could not be noted");
        }
    }
}

/// Makes a durable message known to the schedule and sends its recipients on their way.
pub(crate) fn take_over(shared: &Arc<Shared>, parcel: &Parcel) {
    let indexes: Vec<u32> = (0..parcel.envelope.recipients.len() as u32).collect();
    shared.shelf.lock().put(parcel, indexes.len());
    {
        let mut schedule = shared.schedule.lock();
        for (recipient, &index) in parcel.envelope.recipients.iter().zip(&indexes) {
            schedule.admit(parcel.key(index), recipient.address.domain(), 0);
        }
    }
    shared.place_parcel(parcel, &indexes);
    // What waits for a site that cannot be reached may wait for days: not in memory.
    let all_wait = {
        let schedule = shared.schedule.lock();
        indexes.iter().all(|&index| schedule.waits_in_vain(parcel.key(index)))
    };
    if all_wait {
        shared.shelf.lock().forget(parcel.id);
    }
}

/// Wakes what is due, for ever.
async fn timer(shared: Arc<Shared>) {
    loop {
        let round = std::panic::AssertUnwindSafe(|| shared.run_due());
        if std::panic::catch_unwind(round).is_err() {
            error!("waking what is due ended by an internal error; it goes on");
        }
        let next = shared.schedule.lock().next_wake();
        let sleep = async {
            match next {
                Some(at) => shared.clock.sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            () = shared.shutdown.cancelled() => return,
            () = shared.timers_changed.notified() => {}
            () = sleep => {}
        }
    }
}
