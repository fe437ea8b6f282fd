//! The watcher at work: looking, diagnosing, telling.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use causeway_catalog::causes::causes_of_attempt;
use causeway_catalog::{Phase, last_result};
use causeway_model::config::{AlertSettings, MailFlow};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{info, warn};

use super::{CALM, Held, LOOK, MOST_AT_ONCE, Post, TOLD_KEY, Watch, as_fact};
use crate::alert::{Absence, Change, FailingPath};
use crate::diagnose::facts::aspects_changed;
use crate::diagnose::{Confidence, Diagnosis, diagnose, next_probes};
use crate::finding::{Fact, Unasked};
use crate::remedy::offers;

/// Rounds of probes for one diagnosis: what one round finds may call for another.
const MOST_ROUNDS: usize = 4;

/// All rounds of one diagnosis together.
const LONGEST: Duration = Duration::from_secs(90);

/// Looks take one part of so many of the time at most.
const REST: u32 = 50;

/// Between two looks, however long one takes.
const LONGEST_CALM: Duration = Duration::from_secs(5);

/// A cause that is confirmed is looked at again after this long.
const CONFIRMED_HOLDS: Duration = Duration::from_secs(15 * 60);

/// One that is not, with the next failure, but not before this.
const GUESS_HOLDS: Duration = Duration::from_secs(55);

impl Watch {
    /// Works until told to end.
    pub async fn run(self: Arc<Self>, end: CancellationToken) {
        let tasks = TaskTracker::new();
        self.post_unposted();
        tasks.spawn(Arc::clone(&self).go_posting(tasks.clone(), end.clone()));
        tasks.spawn(Arc::clone(&self).go_round(end.clone()));
        loop {
            tokio::select! {
                () = end.cancelled() => break,
                () = self.wake.notified() => {}
                () = tokio::time::sleep(LOOK) => {}
            }
            let began = tokio::time::Instant::now();
            self.look(&tasks, &end).await;
            // The more fails, the longer a look takes, and the seldomer there is one.
            let calm = (began.elapsed() * REST).clamp(CALM, LONGEST_CALM);
            tokio::time::sleep(calm).await;
        }
        tasks.close();
        // Probes have bounds of their own; nobody waits for them at the end.
        let _ = tokio::time::timeout(Duration::from_secs(1), tasks.wait()).await;
        self.keep_counts(true).await;
    }

    /// Makes the posts for the web hook. Nothing else waits for them.
    async fn go_posting(self: Arc<Self>, tasks: TaskTracker, end: CancellationToken) {
        loop {
            tokio::select! {
                () = end.cancelled() => return,
                () = self.posting.notified() => {}
            }
            loop {
                let next = self.posts.lock().next();
                let Some(Post { address, event, alert }) = next else { break };
                let (watch, ended) = (Arc::clone(&self), end.clone());
                tasks.spawn(async move {
                    let id = alert.id;
                    tokio::select! {
                        // It is posted after the restart.
                        () = ended.cancelled() => {}
                        () = watch.world.post(address, event, alert) => watch.posted(id),
                    }
                });
            }
        }
    }

    /// What has to be asked from time to time, one step after the other.
    async fn go_round(self: Arc<Self>, end: CancellationToken) {
        loop {
            tokio::select! {
                () = end.cancelled() => return,
                () = tokio::time::sleep(LOOK) => {}
            }
            tokio::select! {
                () = end.cancelled() => return,
                () = self.world.round() => {}
            }
        }
    }

    /// What was noticed beside failing paths.
    fn notice(&self, settings: &AlertSettings) -> Vec<Change> {
        let open = {
            let book = self.book.lock();
            let open = book.all().filter(|alert| alert.is_open() && alert.notice.is_some());
            open.map(|alert| alert.path.clone()).collect()
        };
        let noticed = self.world.noticed(open).bounded(&settings.notices);
        self.book.lock().notice(self.world.now(), noticed)
    }

    /// One look at what fails now.
    async fn look(self: &Arc<Self>, tasks: &TaskTracker, end: &CancellationToken) {
        let failing = self.world.failing();
        let (now, settings) = (self.world.now(), self.world.settings());
        let absences = self.absences(&failing);
        let changes = {
            let absent = |alert: &crate::alert::Alert| {
                absences.get(&alert.id).copied().unwrap_or(Absence::Pending)
            };
            self.book.lock().observe(&settings, now, &failing, absent)
        };
        let overtaken = self.book.lock().take_overtaken();
        overtaken.iter().for_each(|path| self.world.try_again(path));
        let by_path: HashMap<&str, &FailingPath> =
            failing.iter().map(|path| (path.path.as_str(), path)).collect();
        self.held.lock().retain(|path, _| by_path.contains_key(path.as_str()));
        // What was found out before the alert was opened belongs to it.
        let mut all = changes;
        all.extend(self.notice(&settings));
        for path in &failing {
            let mut book = self.book.lock();
            if book.of_path(&path.path).is_none_or(|alert| alert.diagnosis.is_some()) {
                continue;
            }
            let held = self.held.lock().get(&path.path).filter(|h| h.of == kind(path)).cloned();
            if let Some(held) = held {
                all.extend(book.diagnosed(&path.path, &held.diagnosis, held.offers));
            }
        }
        self.after(all).await;
        self.keep_counts(false).await;
        self.start_diagnoses(failing, tasks, end);
        self.tell().await;
    }

    /// Starts as many diagnoses as there is room for, the most urgent first.
    fn start_diagnoses(
        self: &Arc<Self>,
        mut failing: Vec<FailingPath>,
        tasks: &TaskTracker,
        end: &CancellationToken,
    ) {
        // A thousand paths wait for their turn here, without a word to the network or the store.
        if !self.world.has_room() {
            return;
        }
        failing.retain(|path| self.is_due(path));
        failing
            .sort_by_key(|path| (path.last.connector.is_none(), std::cmp::Reverse(path.waiting)));
        for path in failing {
            {
                let mut running = self.running.lock();
                if running.len() >= MOST_AT_ONCE {
                    return;
                }
                if !running.insert(path.path.clone()) {
                    continue;
                }
            }
            let (watch, end) = (Arc::clone(self), end.clone());
            tasks.spawn(async move {
                let _running = Running { watch: Arc::clone(&watch), path: path.path.clone() };
                tokio::select! {
                    () = end.cancelled() => {}
                    () = watch.find_out(&path) => {}
                }
            });
        }
    }

    /// Whether a path is to be diagnosed (again).
    fn is_due(&self, path: &FailingPath) -> bool {
        if self.running.lock().contains(&path.path) {
            return false;
        }
        let flow = self.world.flow();
        let mut held = self.held.lock();
        let Some(held) = held.get_mut(&path.path) else { return true };
        if !Arc::ptr_eq(&held.flow, &flow) {
            if is_reconfigured(path, &held.flow, &flow) {
                return true;
            }
            held.flow = flow;
        }
        if held.of != kind(path) || !held.probed {
            return true;
        }
        let age = self.world.now().since(held.diagnosis.at);
        match held.diagnosis.confidence() {
            Confidence::Confirmed if !is_everywhere(&held.diagnosis) => age >= CONFIRMED_HOLDS,
            _ => {
                let is_news = held.serial != path.serial || held.is_taken != is_taken(path);
                is_news && age >= GUESS_HOLDS
            }
        }
    }

    /// One diagnosis: from what is known, then from what is found.
    async fn find_out(&self, path: &FailingPath) {
        let facts = self.world.facts(path).await;
        let flow = self.world.flow();
        let (mut asked, mut findings) = (Vec::new(), Vec::new());
        let publish = |findings: &[crate::Finding], probed: bool| {
            let diagnosis = Diagnosis { complete: probed, ..diagnose(&facts, findings) };
            let offers = offers(&diagnosis, &facts, findings, &flow);
            Held {
                diagnosis: Arc::new(diagnosis),
                offers,
                of: kind(path),
                flow: Arc::clone(&flow),
                serial: path.serial,
                is_taken: is_taken(path),
                probed,
            }
        };
        // Without a probe first: whoever asks now has at least the order of the causes.
        let is_new = !self.held.lock().contains_key(&path.path);
        if is_new {
            self.hold(&path.path, publish(&[], false)).await;
        }
        let rounds = async {
            for _ in 0..MOST_ROUNDS {
                let probes = next_probes(&facts, &asked, &findings);
                if probes.is_empty() {
                    break;
                }
                findings.extend(self.world.probe(&path.path, &probes).await);
                asked.extend(probes);
            }
        };
        if tokio::time::timeout(LONGEST, rounds).await.is_err() {
            warn!(path = %path.path, "a diagnosis took too long; it rests on what was found so far");
        }
        // What the budget left out is asked at the next turn.
        let spent = Fact::NotProbed { why: Unasked::BudgetSpent };
        let mut held = publish(&findings, !findings.iter().any(|finding| finding.fact == spent));
        let returned_at = self.world.returned_at(path).await;
        Arc::make_mut(&mut held.diagnosis).returned_at = returned_at;
        {
            let mut counts = self.counts.lock();
            counts.diagnoses += 1;
            if held.diagnosis.confidence() == Confidence::Confirmed {
                counts.confirmed += 1;
            }
        }
        if let Some(top) = held.diagnosis.top() {
            let confidence = held.diagnosis.confidence().name();
            info!(path = %path.path, cause = %top.cause, confidence, "diagnosed");
        }
        self.hold(&path.path, held).await;
    }

    /// The diagnosis is there for everybody.
    async fn hold(&self, path: &str, held: Held) {
        let change = self.book.lock().diagnosed(path, &held.diagnosis, held.offers.clone());
        self.held.lock().insert(path.to_owned(), held);
        self.after(change.into_iter().collect()).await;
    }

    /// Tells people what is to be told.
    async fn tell(&self) {
        let (now, settings) = (self.world.now(), self.world.settings());
        let is_known = |id: u64| {
            let waits = |alert: &crate::alert::Alert| alert.is_open() && alert.notice.is_none();
            let Some(path) = self.alert(id).filter(waits).map(|alert| alert.path) else {
                return true;
            };
            self.held.lock().get(&path).is_some_and(|held| held.probed)
        };
        let ids = self.digest.lock().due(now, settings.mail_every, is_known);
        if ids.is_empty() {
            return;
        }
        let alerts: Vec<_> = ids.iter().filter_map(|id| self.alert(*id)).collect();
        let told = self.world.tell(alerts).await;
        self.digest.lock().told(&ids, now, told);
        if told {
            let mut put: Vec<_> = {
                let mut book = self.book.lock();
                ids.iter().for_each(|id| book.was_told(*id));
                ids.iter().filter_map(|id| book.get(*id).and_then(as_fact)).collect()
            };
            put.push((TOLD_KEY.to_owned(), now.as_millis().to_string()));
            self.world.keep(put, Vec::new()).await;
        }
    }
}

/// A diagnosis that is being made; however it ends, its path is free again.
struct Running {
    watch: Arc<Watch>,
    path: String,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.watch.running.lock().remove(&self.path);
        self.watch.wake.notify_one();
    }
}

/// What kind of failure it is: another one, also one that has the same code and means something else, calls for
/// another diagnosis.
pub(super) fn kind(path: &FailingPath) -> String {
    let (code, _) = last_result(&path.last, Phase::Queued);
    let mut kind = format!("{code} {}", path.last.stage.name());
    for cause in causes_of_attempt(&path.last) {
        kind.push(' ');
        kind.push_str(cause.id);
    }
    if path.taken.is_some() {
        kind.push_str(" beside");
    }
    kind
}

/// Whether others of the domain were taken after the latest refusal, which rules causes out.
fn is_taken(path: &FailingPath) -> bool {
    path.taken.as_ref().is_some_and(|taken| taken.is_latest)
}

/// Whether the path is another one by the configuration in force than it was when it was diagnosed.
fn is_reconfigured(path: &FailingPath, then: &MailFlow, now: &MailFlow) -> bool {
    path.last.connector.as_deref().is_some_and(|name| !aspects_changed(name, then, now).is_empty())
}

/// Causes that are our own and end for every path at once: looked at again with the next failure, confirmed or not.
fn is_everywhere(diagnosis: &Diagnosis) -> bool {
    diagnosis
        .top()
        .is_some_and(|top| matches!(top.cause.as_str(), "port-blocked-here" | "resolver-broken"))
}
