//! The register of alerts. Pure: told what is, it says what changed.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use causeway_catalog::{Phase, last_result};
use causeway_model::config::AlertSettings;
use causeway_model::{Attempt, Timestamp};

use super::{Alert, Checked, Closing, Event, FailingPath, Fix, Outcome, State};
use crate::diagnose::{Confidence, Diagnosis};
use crate::remedy::Offer;

/// Closed alerts that are kept at most.
const MOST_CLOSED: usize = 5_000;

/// Open alerts at most: beyond them a path has no alert of its own until another closes.
const MOST_OPEN: usize = 5_000;

/// Of these, those that only connectors, our own configuration and notices may have: who sends mail to many dead
/// domains does not silence them.
const KEPT_FREE: usize = 500;

/// A path that fails again in the same way within this time has the same alert.
const SAME: Duration = Duration::from_secs(15 * 60);

/// So many alerts, the newest, are looked back at for it.
const LOOKED_BACK: usize = 1_000;

/// What happened to an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Changed {
    /// It is new.
    Opened,
    /// Its failure, its cause or its remedies are others.
    Cause,
    /// Only its counts changed, or the words of its diagnosis.
    Counts,
    /// Something was done about it, or found out about that.
    Noted,
    /// It is closed.
    Closed,
    /// What came of a remedy is known, and the path still fails.
    Fixed,
    /// It is forgotten.
    Forgotten,
}

/// Something that happened to an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// Which alert.
    pub id: u64,
    /// What.
    pub changed: Changed,
}

/// What became of a path that does not fail any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Absence {
    /// Mail went through it after its last failure.
    Flows,
    /// It is being tried, or will be: too early to tell.
    Pending,
    /// Nothing waits for it.
    Unused,
    /// Nothing waits for it, and its mail flows by another way.
    FlowsElsewhere,
}

/// All alerts.
#[derive(Debug, Default)]
pub struct Book {
    pub(super) alerts: BTreeMap<u64, Alert>,
    /// Open alerts by path or notice.
    pub(super) open: HashMap<String, u64>,
    /// The serial of the last failure that each open alert has seen.
    serials: HashMap<u64, u64>,
    /// Paths whose alert somebody closed while they failed, with the codes they failed with and the alert.
    dismissed: HashMap<String, (String, u64)>,
    /// Notices whose alert somebody closed, with the level that they had reached.
    pub(super) dismissed_notices: HashMap<String, u8>,
    /// When each open alert about a notice was handed out to be kept.
    pub(super) notices_kept: HashMap<u64, Timestamp>,
    pub(super) last_id: u64,
    /// Paths with a remedy that the attempt under way knew nothing of.
    overtaken: Vec<String>,
}

impl Book {
    /// The register as it was kept.
    #[must_use]
    pub fn restored(alerts: impl IntoIterator<Item = Alert>, last_id: u64) -> Self {
        let mut book = Self { last_id, ..Self::default() };
        for alert in alerts {
            book.last_id = book.last_id.max(alert.id);
            if alert.is_open() {
                book.open.insert(alert.path.clone(), alert.id);
            }
            book.recall_dismissal(&alert);
            book.alerts.insert(alert.id, alert);
        }
        book
    }

    /// The number given last.
    #[must_use]
    pub const fn last_id(&self) -> u64 {
        self.last_id
    }

    /// One alert.
    #[must_use]
    pub fn get(&self, id: u64) -> Option<&Alert> {
        self.alerts.get(&id)
    }

    /// All alerts, newest first.
    pub fn all(&self) -> impl Iterator<Item = &Alert> {
        self.alerts.values().rev()
    }

    /// The open alert of a path.
    #[must_use]
    pub fn of_path(&self, path: &str) -> Option<&Alert> {
        self.open.get(path).and_then(|id| self.alerts.get(id))
    }

    /// Open alerts about failing paths.
    pub fn open_paths(&self) -> impl Iterator<Item = &Alert> {
        let open = self.open.values().filter_map(|id| self.alerts.get(id));
        open.filter(|alert| alert.notice.is_none())
    }

    /// Alerts about failing paths that somebody closed, and that stay closed.
    pub fn dismissed_paths(&self) -> impl Iterator<Item = &Alert> {
        self.dismissed.values().filter_map(|(_, id)| self.alerts.get(id))
    }

    /// How many alerts are open.
    #[must_use]
    pub fn count_open(&self) -> usize {
        self.open.len()
    }

    /// Takes note of what fails now. `absent` tells what became of a path with an open alert that does
    /// not.
    pub fn observe(
        &mut self,
        settings: &AlertSettings,
        now: Timestamp,
        failing: &[FailingPath],
        absent: impl Fn(&Alert) -> Absence,
    ) -> Vec<Change> {
        let mut changes = Vec::new();
        for path in failing {
            changes.extend(self.fails(settings, now, path));
        }
        let here: std::collections::HashSet<&str> =
            failing.iter().map(|path| path.path.as_str()).collect();
        // As long as the path fails, or may still: right after a restart nothing has been tried yet.
        let alerts = &self.alerts;
        self.dismissed.retain(|path, (_, id)| {
            here.contains(path.as_str())
                || alerts.get(id).is_some_and(|alert| absent(alert) == Absence::Pending)
        });
        let gone: Vec<u64> = self
            .open_paths()
            .filter(|alert| !here.contains(alert.path.as_str()))
            .map(|alert| alert.id)
            .collect();
        for id in gone {
            let absence = self.alerts.get(&id).map(&absent);
            let closing = match absence {
                Some(Absence::Flows) => Closing::MailFlows,
                Some(Absence::Unused | Absence::FlowsElsewhere) => Closing::NothingWaits,
                _ => continue,
            };
            match absence {
                Some(Absence::Unused) => self.settle_unused(id, now, failing),
                _ => self.settle_fixes(id, now),
            }
            changes.extend(self.close(id, now, closing));
        }
        changes.extend(self.forget(settings, now));
        changes
    }

    fn fails(
        &mut self,
        settings: &AlertSettings,
        now: Timestamp,
        path: &FailingPath,
    ) -> Option<Change> {
        let Some(&id) = self.open.get(&path.path) else { return self.open(settings, now, path) };
        let alert = self.alerts.get_mut(&id)?;
        let is_new_failure = self.serials.insert(id, path.serial) != Some(path.serial);
        let mut changed =
            (alert.waiting != path.waiting || is_new_failure).then_some(Changed::Counts);
        let before = alert.attempt.as_ref().map(code);
        let is_other = before.as_deref() != Some(&*code(&path.last));
        alert.sees(path);
        alert.failures = alert.failures.max(path.failures);
        if is_new_failure {
            let (code, reply) = last_result(&path.last, Phase::Queued);
            for fix in alert.fixes.iter_mut().filter(|fix| fix.outcome == Outcome::Pending) {
                if path.last.at < fix.at {
                    // That attempt was under way already.
                    self.overtaken.push(path.path.clone());
                    continue;
                }
                let (code, reply) = (code.clone(), reply.clone());
                fix.outcome = Outcome::DidNotHelp { at: now, code, reply };
                changed = Some(Changed::Fixed);
            }
        }
        if is_other {
            alert.diagnosis = None;
            alert.offers.clear();
            // It was so until now.
            before.into_iter().for_each(|before| alert.was(before, now));
            let is_news = alert.is_news(code(&path.last), now);
            changed =
                if is_news { Some(Changed::Cause) } else { changed.or(Some(Changed::Counts)) };
        }
        if !matches!(changed, Some(Changed::Cause | Changed::Fixed)) && alert.settles(now) {
            changed = Some(Changed::Cause);
        }
        changed.map(|changed| Change { id, changed })
    }

    /// Paths where the attempt that failed last had begun before a remedy was applied: that is to be tried yet.
    pub(crate) fn take_overtaken(&mut self) -> Vec<String> {
        std::mem::take(&mut self.overtaken)
    }

    fn open(
        &mut self,
        settings: &AlertSettings,
        now: Timestamp,
        path: &FailingPath,
    ) -> Option<Change> {
        let codes = code(&path.last);
        let is_ours = path.last.connector.is_some() || path.last.is_own_configuration();
        let most = if is_ours { MOST_OPEN } else { MOST_OPEN - KEPT_FREE };
        if self.dismissed.get(&path.path).is_some_and(|(dismissed, _)| *dismissed == codes)
            || self.open.len() >= most
            || !is_worth_telling(settings, now, path)
        {
            return None;
        }
        self.dismissed.remove(&path.path);
        if let Some(id) = self.closed_lately(path, &codes, now) {
            return self.open_again(id, path);
        }
        self.last_id += 1;
        let id = self.last_id;
        self.open.insert(path.path.clone(), id);
        self.serials.insert(id, path.serial);
        let mut alert = Alert {
            first_seen: path.since,
            failures: path.failures,
            ..Alert::opening(id, path.path.clone(), now)
        };
        alert.sees(path);
        self.alerts.insert(id, alert);
        Some(Change { id, changed: Changed::Opened })
    }

    /// What was found out about a path with an open alert.
    pub fn diagnosed(
        &mut self,
        path: &str,
        diagnosis: &Diagnosis,
        offers: Vec<Offer>,
    ) -> Option<Change> {
        let id = *self.open.get(path)?;
        let alert = self.alerts.get_mut(&id)?;
        // After a restart: what probes had found of this failure holds until they are made again.
        let is_less = |known: &Diagnosis| known.confidence() < diagnosis.confidence();
        if !diagnosis.complete && alert.diagnosis.as_ref().is_some_and(is_less) {
            return None;
        }
        let told = |diagnosis: Option<&Diagnosis>| {
            diagnosis.map(|d| (d.top().map(|top| top.cause.clone()), d.confidence()))
        };
        let is_other = told(alert.diagnosis.as_ref()) != told(Some(diagnosis))
            && (alert.diagnosis.is_some() || diagnosis.confidence() != Confidence::Unknown);
        let codes = alert.attempt.as_ref().map(code).unwrap_or_default();
        let cause = diagnosis.top().map_or("", |top| top.cause.as_str());
        let what = format!("{codes} {cause} {}", diagnosis.confidence().name());
        let is_news = is_other && alert.is_news(what, diagnosis.at);
        alert.diagnosis = Some(diagnosis.clone());
        alert.offers = offers;
        Some(Change { id, changed: if is_news { Changed::Cause } else { Changed::Counts } })
    }

    /// Takes note of a remedy that was applied. Returns its place among the alert's fixes, too.
    pub fn fixed(&mut self, id: u64, fix: Fix) -> Option<(Change, usize)> {
        let fixes = &mut self.alerts.get_mut(&id)?.fixes;
        fixes.push(fix);
        Some((Change { id, changed: Changed::Noted }, fixes.len() - 1))
    }

    /// A probe has looked whether a remedy works: the one at this place.
    pub fn checked(&mut self, id: u64, place: usize, checked: Checked) -> Option<Change> {
        self.alerts.get_mut(&id)?.fixes.get_mut(place)?.checked = Some(checked);
        Some(Change { id, changed: Changed::Noted })
    }

    /// Opens an alert again that was closed by hand, as something is done about its path, which still fails.
    /// `None` when it was not, or when the path has another open alert.
    pub fn reopen(&mut self, id: u64, path: &FailingPath) -> Option<Change> {
        let by_hand = |alert: &Alert| matches!(alert.closed, Some((_, Closing::ByHand { .. })));
        if self.open.contains_key(&path.path) {
            return None;
        }
        self.alerts.get(&id).filter(|a| by_hand(a) && a.path == path.path)?;
        self.dismissed.remove(&path.path);
        self.open_again(id, path)
    }

    fn open_again(&mut self, id: u64, path: &FailingPath) -> Option<Change> {
        let alert = self.alerts.get_mut(&id)?;
        alert.state = State::Open;
        alert.closed = None;
        // That it is open again is told with what is so.
        alert.latest = None;
        alert.sees(path);
        self.open.insert(path.path.clone(), id);
        self.serials.insert(id, path.serial);
        Some(Change { id, changed: Changed::Opened })
    }

    /// The alert of a path that failed in the same way until a moment ago, and was closed by itself.
    fn closed_lately(&self, path: &FailingPath, codes: &str, now: Timestamp) -> Option<u64> {
        let of_path = self.alerts.values().rev().take(LOOKED_BACK).find(|a| a.path == path.path)?;
        let (at, why) = of_path.closed.as_ref()?;
        let is_same = now.since(*at) < SAME
            && matches!(why, Closing::MailFlows | Closing::NothingWaits)
            && of_path.attempt.as_ref().map(code).as_deref() == Some(codes);
        is_same.then_some(of_path.id)
    }

    /// A path's alert stays closed as long as it fails in this way.
    pub(super) fn dismiss(&mut self, alert: &Alert, attempt: &Attempt) {
        self.dismissed.insert(alert.path.clone(), (code(attempt), alert.id));
    }

    /// A path has an alert again when it fails.
    pub(super) fn welcome(&mut self, path: &str) {
        self.dismissed.remove(path);
    }

    /// Whether people are to be told something about an alert yet.
    pub(crate) fn is_untold(&mut self, id: u64, untold: bool) {
        if let Some(alert) = self.alerts.get_mut(&id) {
            alert.untold = untold;
        }
    }

    /// What the web hook is to be told of an alert yet.
    pub(crate) fn is_unposted(&mut self, id: u64, event: Event) {
        if let Some(alert) = self.alerts.get_mut(&id) {
            alert.unposted = Some(event.after(alert.unposted));
        }
    }

    /// What of it is left; `None`: nothing.
    pub(crate) fn was_posted(&mut self, id: u64, left: Option<Event>) {
        if let Some(alert) = self.alerts.get_mut(&id) {
            alert.unposted = left;
        }
    }

    /// People were told all about an alert.
    pub(crate) fn was_told(&mut self, id: u64) {
        if let Some(alert) = self.alerts.get_mut(&id) {
            (alert.untold, alert.told) = (false, true);
        }
    }

    /// Nothing waits for the path any more: what was done did not help when mail has no way at all since then.
    fn settle_unused(&mut self, id: u64, now: Timestamp, failing: &[FailingPath]) {
        let Some(alert) = self.alerts.get_mut(&id) else { return };
        for fix in alert.fixes.iter_mut().filter(|fix| fix.outcome == Outcome::Pending) {
            let stranded = failing
                .iter()
                .find(|path| path.last.is_own_configuration() && path.last.at >= fix.at);
            fix.outcome = match stranded {
                Some(path) => {
                    let (code, reply) = last_result(&path.last, Phase::Queued);
                    Outcome::DidNotHelp { at: now, code, reply }
                }
                None => Outcome::Unused { at: now },
            };
        }
    }

    /// The path does not fail any more: what was done about it helped.
    pub(super) fn settle_fixes(&mut self, id: u64, now: Timestamp) {
        let Some(alert) = self.alerts.get_mut(&id) else { return };
        for fix in alert.fixes.iter_mut().filter(|fix| fix.outcome == Outcome::Pending) {
            fix.outcome = Outcome::Helped { at: now };
        }
    }

    /// Closes an alert; by hand it stays closed as long as the path fails in the same way. `None` when
    /// it is not open.
    pub fn close(&mut self, id: u64, now: Timestamp, closing: Closing) -> Option<Change> {
        let alert = self.alerts.get_mut(&id).filter(|alert| alert.is_open())?;
        alert.state = State::Closed;
        match (&closing, &alert.attempt, &alert.notice) {
            (Closing::ByHand { .. }, Some(attempt), _) => {
                self.dismissed.insert(alert.path.clone(), (code(attempt), id));
            }
            (Closing::ByHand { .. }, None, Some(notice)) => {
                self.dismissed_notices.insert(alert.path.clone(), notice.level);
            }
            _ => {}
        }
        alert.waiting = 0;
        alert.closed = Some((now, closing));
        self.open.remove(&alert.path);
        self.serials.remove(&id);
        self.notices_kept.remove(&id);
        Some(Change { id, changed: Changed::Closed })
    }

    /// Closed alerts that are old, or too many.
    fn forget(&mut self, settings: &AlertSettings, now: Timestamp) -> Vec<Change> {
        let closed: Vec<u64> =
            self.alerts.values().filter(|alert| !alert.is_open()).map(|alert| alert.id).collect();
        let too_many = closed.len().saturating_sub(MOST_CLOSED);
        let repeated = self.repeated();
        let is_old = |id: &u64| {
            let at = self.alerts.get(id).and_then(|alert| alert.closed.as_ref()).map(|(at, _)| *at);
            at.is_some_and(|at| at.plus(settings.keep) < now)
        };
        let old: Vec<u64> = closed
            .iter()
            .enumerate()
            .filter(|(place, id)| *place < too_many || repeated.contains(id) || is_old(id))
            .map(|(_, id)| *id)
            .collect();
        for id in &old {
            self.alerts.remove(id);
        }
        old.into_iter().map(|id| Change { id, changed: Changed::Forgotten }).collect()
    }
}

/// The codes of a failure while it is queued.
fn code(attempt: &Attempt) -> String {
    last_result(attempt, Phase::Queued).0
}

/// Whether a failing path is to have an alert.
fn is_worth_telling(settings: &AlertSettings, now: Timestamp, path: &FailingPath) -> bool {
    if path.last.connector.is_some() || path.last.is_own_configuration() {
        return u64::from(path.failures) >= settings.connector_failures;
    }
    path.affected >= settings.messages || path.since.plus(settings.after) <= now
}

#[cfg(test)]
mod tests;
