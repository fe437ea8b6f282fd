//! The watcher: sees what fails, has it diagnosed, keeps the alerts, and tells people.
//!
//! **What it is for.** [`Watch`] runs beside delivery. It is woken when a path fails or works again, looks at
//! what fails now, and for every failing path has a [`Diagnosis`] made: at once from what is known, then, a few
//! at a time, from probes. Everybody who asks ([`Watch::diagnosis`]) gets the one that is there.
//!
//! **What it promises.** Delivery never waits for it: being woken is one flag, and what it reads is a copy.
//! One diagnosis for a path at a time, [`MOST_AT_ONCE`] in all; connectors come first, then what most mail
//! waits for. A thousand failing paths are looked at one after the other, calmly. Alerts outlive restarts.
//! Nobody gets more than one message in [`AlertSettings::mail_every`], and none about what was over before
//! anybody was told.
//!
//! **What it refuses.** It knows neither store nor network: [`World`] does.
//!
//! **How it fails.** What cannot be kept or told now is logged, and tried again with the next change.

mod digest;
mod posts;
mod work;

use std::collections::{HashMap, HashSet};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use causeway_model::Timestamp;
use causeway_model::config::{AlertSettings, MailFlow};
use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio::time::Instant;
use tracing::warn;

use crate::alert::{
    Absence, Alert, Book, Change, Changed, Checked, Closing, Event, FailingPath, Fix,
};
use crate::diagnose::{Confidence, Diagnosis, Facts, diagnose, next_probes};
use crate::finding::Finding;
use crate::notice::Noticed;
use crate::probe::Probe;
use crate::remedy::Offer;
use digest::Digest;
use posts::{Post, Posts};

/// Diagnoses that are made at once.
pub const MOST_AT_ONCE: usize = 8;

/// Between two looks at least: a thousand failures in a moment are one look.
const CALM: Duration = Duration::from_millis(100);

/// Between two looks at most.
const LOOK: Duration = Duration::from_secs(1);

/// So long a path that nothing waits for keeps its alert: mail may be between two places.
const PATIENCE: Duration = Duration::from_secs(5);

/// A diagnosis of this age tells whether its cause still holds.
const FRESH: Duration = Duration::from_secs(60);

/// So long somebody who asks waits for probes.
const FOR_AN_ANSWER: Duration = Duration::from_secs(8);

/// What the first round found may call for more: a server that takes connections again is spoken to.
const ROUNDS_FOR_AN_ANSWER: usize = 3;

/// Counts of alerts are kept this often, not at every failure.
const COUNTS_KEPT_EVERY: Duration = Duration::from_secs(30);

/// The beginning of the keys that alerts are kept under.
pub const KEY: &str = "alert/";

/// The key of the number given last.
pub const LAST_KEY: &str = "alerts/last";

/// The key of the moment when people were told last, in milliseconds.
pub const TOLD_KEY: &str = "alerts/told";

/// What is to be done, later.
pub type Later<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The rest of the server, as the watcher needs it.
pub trait World: Send + Sync + 'static {
    /// The moment by the queue's clock.
    fn now(&self) -> Timestamp;

    /// When somebody is to be told.
    fn settings(&self) -> AlertSettings;

    /// The configuration in force.
    fn flow(&self) -> Arc<MailFlow>;

    /// Paths that fail now.
    fn failing(&self) -> Vec<FailingPath>;

    /// What there is beside failing paths, from what is known now: nothing is waited for. `open`: keys of the
    /// alerts that are open.
    fn noticed(&self, open: HashSet<String>) -> Noticed;

    /// One step of what has to be asked or kept from time to time, for [`Self::noticed`].
    fn round(&self) -> Later<'_, ()>;

    /// What became of the path of an open alert that does not fail any more.
    fn absence(&self, alert: &Alert) -> Absence;

    /// Has a failing path tried at once: a remedy was applied while it was being tried.
    fn try_again(&self, path: &str);

    /// What is known about a failing path.
    fn facts<'a>(&'a self, path: &'a FailingPath) -> Later<'a, Facts>;

    /// When the first of the messages that wait for a path is returned: the one that failed is among them only
    /// after its failure is durable.
    fn returned_at<'a>(&'a self, path: &'a FailingPath) -> Later<'a, Option<Timestamp>>;

    /// Whether the budget of all probes has room for a diagnosis now.
    fn has_room(&self) -> bool;

    /// Asks the network, within the budget of all probes.
    fn probe<'a>(&'a self, path: &'a str, probes: &'a [Probe]) -> Later<'a, Vec<Finding>>;

    /// Keeps small facts, and forgets others.
    fn keep(&self, put: Vec<(String, String)>, forget: Vec<String>) -> Later<'_, ()>;

    /// Tells the alert recipients by mail, by ways that do not fail. False: nobody can be told now.
    fn tell(&self, alerts: Vec<Alert>) -> Later<'_, bool>;

    /// Posts an alert to the web hook, with a few tries.
    fn post(&self, address: String, event: Event, alert: Alert) -> Later<'_, ()>;
}

/// A diagnosis that is there.
#[derive(Clone, Debug)]
struct Held {
    diagnosis: Arc<Diagnosis>,
    offers: Vec<Offer>,
    /// The failure that it explains, by its codes, its stage and what it may come from.
    of: String,
    /// The configuration by which it was made.
    flow: Arc<MailFlow>,
    /// The failure's number.
    serial: u64,
    /// Others of the domain were taken after the latest refusal.
    is_taken: bool,
    /// Probes have been made.
    probed: bool,
}

/// Counts for metrics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Open alerts.
    pub open: usize,
    /// Alerts that are kept.
    pub kept: usize,
    /// Alerts opened since the start.
    pub opened: u64,
    /// Diagnoses made with probes since the start.
    pub diagnoses: u64,
    /// Of these, those with a confirmed cause.
    pub confirmed: u64,
    /// Diagnoses that are being made.
    pub running: usize,
}

/// Whether what was diagnosed still holds; `None`: it does not say so.
fn still_holds(diagnosis: &Diagnosis) -> Option<bool> {
    match (diagnosis.gone, diagnosis.confidence()) {
        (true, _) => Some(false),
        (false, Confidence::Confirmed) => Some(true),
        // Which cause it is may be open: that it fails is not.
        (false, _) => diagnosis.fails_again.then_some(true),
    }
}

/// Alerts whose counts are other ones than those that are kept.
#[derive(Debug, Default)]
struct Unkept {
    ids: HashSet<u64>,
    /// When they were kept last.
    kept_at: Option<Instant>,
}

/// What of a change the web hook is told.
const fn event_of(changed: Changed) -> Option<Event> {
    match changed {
        Changed::Opened => Some(Event::Opened),
        Changed::Cause | Changed::Fixed => Some(Event::Changed),
        Changed::Closed => Some(Event::Closed),
        Changed::Counts | Changed::Noted | Changed::Forgotten => None,
    }
}

/// The key that an alert is kept under.
fn key_of(id: u64) -> String {
    format!("{KEY}{id:012}")
}

/// An alert as it is kept.
fn as_fact(alert: &Alert) -> Option<(String, String)> {
    match serde_json::to_string(alert) {
        Ok(text) => Some((key_of(alert.id), text)),
        Err(problem) => {
            warn!(%problem, alert = alert.id, "an alert cannot be kept");
            None
        }
    }
}

/// The watcher. Shared by everybody who asks.
pub struct Watch {
    world: Arc<dyn World>,
    wake: Arc<Notify>,
    book: Mutex<Book>,
    held: Mutex<HashMap<String, Held>>,
    running: Mutex<HashSet<String>>,
    absent: Mutex<HashMap<u64, Instant>>,
    digest: Mutex<Digest>,
    unkept: Mutex<Unkept>,
    posts: Mutex<Posts>,
    /// There is a post to make, or one is made.
    posting: Notify,
    counts: Mutex<Counts>,
    changed: Notify,
}

impl std::fmt::Debug for Watch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Watch").field("counts", &*self.counts.lock()).finish_non_exhaustive()
    }
}

impl Watch {
    /// A watcher with the alerts as they were kept (values under [`KEY`]), the number given last (under
    /// [`LAST_KEY`]), and when people were told last (under [`TOLD_KEY`]). It does nothing before [`Self::run`].
    #[must_use]
    pub fn new(
        world: Arc<dyn World>,
        wake: Arc<Notify>,
        kept: impl IntoIterator<Item = Alert>,
        last_id: u64,
        told_at: Option<Timestamp>,
    ) -> Self {
        let book = Book::restored(kept, last_id);
        let mut digest = Digest::default();
        digest.recall_told(told_at);
        for alert in book.all().filter(|alert| alert.untold) {
            digest.recall(alert.id, alert.told);
        }
        Self {
            world,
            wake,
            book: Mutex::new(book),
            held: Mutex::default(),
            running: Mutex::default(),
            absent: Mutex::default(),
            digest: Mutex::new(digest),
            unkept: Mutex::default(),
            posts: Mutex::default(),
            posting: Notify::new(),
            counts: Mutex::default(),
            changed: Notify::new(),
        }
    }

    /// Alerts of a kind, newest first: so many at most. Only these are copied.
    #[must_use]
    pub fn alerts(&self, limit: usize, is_wanted: impl Fn(&Alert) -> bool) -> Vec<Alert> {
        self.book.lock().all().filter(|alert| is_wanted(alert)).take(limit).cloned().collect()
    }

    /// One alert.
    #[must_use]
    pub fn alert(&self, id: u64) -> Option<Alert> {
        self.book.lock().get(id).cloned()
    }

    /// The open alert of a path.
    #[must_use]
    pub fn alert_of(&self, path: &str) -> Option<Alert> {
        self.book.lock().of_path(path).cloned()
    }

    /// What is known about a failing path.
    #[must_use]
    pub fn diagnosis(&self, path: &str) -> Option<Arc<Diagnosis>> {
        self.held.lock().get(path).map(|held| Arc::clone(&held.diagnosis))
    }

    /// Whether what made a path fail still holds: by the diagnosis that is there, else by a few rounds of
    /// probes, within [`FOR_AN_ANSWER`] and the budget of all probes. `None`: that cannot be told.
    pub async fn holds(&self, path: &FailingPath) -> Option<bool> {
        let of = work::kind(path);
        let held = self.held.lock().get(&path.path).filter(|held| held.of == of).cloned();
        if let Some(held) = held
            && self.world.now().since(held.diagnosis.at) < FRESH
            && let Some(holds) = still_holds(&held.diagnosis)
        {
            return Some(holds);
        }
        let facts = self.world.facts(path).await;
        let (mut asked, mut findings) = (Vec::new(), Vec::new());
        let rounds = async {
            for _ in 0..ROUNDS_FOR_AN_ANSWER {
                let probes = next_probes(&facts, &asked, &findings);
                if probes.is_empty() {
                    break;
                }
                findings.extend(self.world.probe(&path.path, &probes).await);
                asked.extend(probes);
                let holds = still_holds(&diagnose(&facts, &findings));
                if holds.is_some() {
                    return holds;
                }
            }
            None
        };
        tokio::time::timeout(FOR_AN_ANSWER, rounds).await.ok()?
    }

    /// Counts for metrics.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let (open, kept) = {
            let book = self.book.lock();
            (book.count_open(), book.all().count())
        };
        Counts { open, kept, running: self.running.lock().len(), ..*self.counts.lock() }
    }

    /// Closes an alert; `None` when it is not open.
    pub async fn close(&self, id: u64, author: String, reason: String) -> Option<Alert> {
        let closing = Closing::ByHand { author, reason };
        let change = self.book.lock().close(id, self.world.now(), closing)?;
        self.after(vec![change]).await;
        self.alert(id)
    }

    /// Opens an alert again that was closed by hand while its path still fails; `None` where that is not so.
    pub async fn reopen(&self, id: u64) -> Option<Alert> {
        let path = self.still_failing(id)?;
        let change = self.book.lock().reopen(id, &path)?;
        self.after(vec![change]).await;
        self.alert(id)
    }

    /// The path of an alert, as it fails now.
    #[must_use]
    pub fn still_failing(&self, id: u64) -> Option<FailingPath> {
        let path = self.alert(id)?.path;
        self.world.failing().into_iter().find(|failing| failing.path == path)
    }

    /// Takes note of a remedy that was applied. Returns its place among the alert's fixes.
    pub async fn fixed(&self, id: u64, fix: Fix) -> Option<usize> {
        let (change, place) = self.book.lock().fixed(id, fix).unzip();
        self.after(change.into_iter().collect()).await;
        // What was known was about the path as it was.
        if let Some(alert) = self.alert(id) {
            self.held.lock().remove(&alert.path);
        }
        self.wake.notify_one();
        place
    }

    /// Takes note of what a probe found after the remedy at this place.
    pub async fn checked(&self, id: u64, place: usize, checked: Checked) {
        let change = self.book.lock().checked(id, place, checked);
        self.after(change.into_iter().collect()).await;
    }

    /// Returns at the next change of any alert.
    pub async fn next_change(&self) {
        self.changed.notified().await;
    }

    /// Keeps what changed and tells people.
    async fn after(&self, changes: Vec<Change>) {
        if changes.is_empty() {
            return;
        }
        let (mut put, mut forget) = (Vec::new(), Vec::new());
        for change in changes {
            if change.changed == Changed::Counts {
                self.unkept.lock().ids.insert(change.id);
                continue;
            }
            self.unkept.lock().ids.remove(&change.id);
            let untold = self.digest.lock().note(change.id, change.changed);
            let event = event_of(change.changed).zip(self.world.settings().webhook);
            let alert = {
                let mut book = self.book.lock();
                book.is_untold(change.id, untold);
                if let Some((event, _)) = event {
                    book.is_unposted(change.id, event);
                }
                book.get(change.id).cloned()
            };
            let Some(alert) = alert else {
                forget.push(key_of(change.id));
                continue;
            };
            put.extend(as_fact(&alert));
            if change.changed == Changed::Opened {
                put.push((LAST_KEY.to_owned(), self.book.lock().last_id().to_string()));
                self.counts.lock().opened += 1;
            }
            if let Some((event, address)) = event {
                self.post(address, event, alert);
            }
        }
        if !(put.is_empty() && forget.is_empty()) {
            self.world.keep(put, forget).await;
        }
        self.changed.notify_waiters();
    }

    /// The web hook is told, in its turn.
    fn post(&self, address: String, event: Event, alert: Alert) {
        let (id, what) = (alert.id, event.as_str());
        if !self.posts.lock().push(Post { address, event, alert }) {
            warn!(alert = id, event = what, "the web hook is too slow: this change is not posted");
            let left = self.posts.lock().left(id);
            self.book.lock().was_posted(id, left);
        }
        self.posting.notify_one();
    }

    /// After a restart: what the web hook was not told of.
    fn post_unposted(&self) {
        let Some(address) = self.world.settings().webhook else { return };
        let unposted: Vec<Alert> =
            self.book.lock().all().filter(|alert| alert.unposted.is_some()).cloned().collect();
        // The oldest first.
        for alert in unposted.into_iter().rev() {
            if let Some(event) = alert.unposted {
                self.post(address.clone(), event, alert);
            }
        }
    }

    /// A post is made, or given up.
    fn posted(&self, id: u64) {
        let left = self.posts.lock().done(id);
        self.book.lock().was_posted(id, left);
        self.unkept.lock().ids.insert(id);
        self.posting.notify_one();
    }

    /// Keeps the counts that have changed, when it is time (or `now`).
    async fn keep_counts(&self, now: bool) {
        let ids = {
            let mut unkept = self.unkept.lock();
            let is_time = unkept.kept_at.is_none_or(|at| at.elapsed() >= COUNTS_KEPT_EVERY);
            if !(is_time || now) || unkept.ids.is_empty() {
                return;
            }
            unkept.kept_at = Some(Instant::now());
            std::mem::take(&mut unkept.ids)
        };
        let facts: Vec<_> = {
            let book = self.book.lock();
            ids.iter().filter_map(|id| book.get(*id).and_then(as_fact)).collect()
        };
        self.world.keep(facts, Vec::new()).await;
    }

    /// Paths with an alert, open or closed by hand, that do not fail: what became of each.
    fn absences(&self, failing: &[FailingPath]) -> HashMap<u64, Absence> {
        let here: HashSet<&str> = failing.iter().map(|path| path.path.as_str()).collect();
        let gone: Vec<Alert> = {
            let book = self.book.lock();
            let watched = book.open_paths().chain(book.dismissed_paths());
            let gone = watched.filter(|alert| !here.contains(alert.path.as_str()));
            gone.cloned().collect()
        };
        let mut absent = self.absent.lock();
        absent.retain(|id, _| gone.iter().any(|alert| alert.id == *id));
        gone.iter()
            .map(|alert| {
                let absence = match self.world.absence(alert) {
                    Absence::Unused | Absence::FlowsElsewhere => {
                        let since = *absent.entry(alert.id).or_insert_with(Instant::now);
                        match since.elapsed() >= PATIENCE {
                            true => self.world.absence(alert),
                            false => Absence::Pending,
                        }
                    }
                    other => {
                        absent.remove(&alert.id);
                        other
                    }
                };
                (alert.id, absence)
            })
            .collect()
    }
}
