//! What administrators do to the queue.

use causeway_catalog::Phase;
use causeway_model::envelope::Recipient;
use causeway_model::{
    Address, Attempt, Domain, Failure, Outcome, QueueId, RecipientKey, Stage, Timestamp,
};
use causeway_policy::retry::{expires_at, next_delay_notice};
use causeway_report::write::Kind;
use causeway_store::{
    Change, LastResult, NewMessage, QueueFilter, Settlement, Status, StoreError, Update,
};

use crate::addressee::{Addressee, News};
use crate::claim::Claim;
use crate::engine::Dispatch;
use crate::outcome;
use crate::parcel::{self, Parcel};
use crate::reports::{self, add_history, reported};
use crate::resolve;
use crate::site::{Health, SiteKey};
use crate::sweeper::finish;

/// Messages that are worked on at once.
const BATCH: usize = 500;

/// Which queued recipients.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// As in listings; its `limit` and `after` are not used.
    pub filter: QueueFilter,
}

impl Dispatch {
    /// Forgets what is held of DNS.
    pub fn forget_names(&self) {
        self.shared.mx_cache.clear();
        self.shared.resolver.flush_all();
    }

    /// Everything that waits for one path is tried now. Returns how many recipients.
    pub fn retry_path(&self, path: &str) -> usize {
        let mut schedule = self.shared.schedule.lock();
        let Some(index) = schedule.site_named(path) else { return 0 };
        let site = schedule.site(index);
        let waiting = site.present;
        if waiting == 0 && site.health == Health::Well {
            return 0;
        }
        let call = schedule.probe(index);
        drop(schedule);
        self.shared.answer(call);
        self.shared.timers_changed();
        waiting
    }

    /// Whether mail for a domain finds a host by MX, as DNS has it now.
    ///
    /// # Errors
    /// Why it does not.
    pub async fn has_way_by_mx(&self, domain: &Domain) -> Result<(), Failure> {
        resolve::mx_set(&self.shared, domain).await.map(|_| ())
    }

    /// The TXT records of a name, as DNS has them now; empty when there are none.
    ///
    /// # Errors
    /// DNS gives no answer.
    pub async fn text_records(&self, name: &str) -> Result<Vec<String>, Failure> {
        self.shared.resolver.flush(name);
        match self.shared.resolver.texts(name).await {
            Err(Failure::DomainNotFound { .. } | Failure::NoAddress { .. }) => Ok(Vec::new()),
            other => other,
        }
    }

    /// The recipients of a selection, message by message.
    async fn selected(
        &self,
        selection: &Selection,
        after: Option<QueueId>,
    ) -> Result<Vec<(QueueId, Vec<RecipientKey>, Vec<Status>)>, StoreError> {
        // What waits for a site was perhaps not tried itself: the store does not know its connector.
        let connector = selection.filter.connector.as_deref();
        let filter =
            QueueFilter { limit: BATCH, after, connector: None, ..selection.filter.clone() };
        // Nor that it is deferred: for the store it is ready.
        let status = filter.status.filter(|status| *status != Status::Held);
        let filter = QueueFilter { status: filter.status.filter(|s| *s == Status::Held), ..filter };
        let messages = self.shared.store.list_queue(filter).await?;
        Ok(messages
            .into_iter()
            .map(|message| {
                let id = message.id;
                let (mut keys, mut statuses) = (Vec::new(), Vec::new());
                for (index, _, state) in &message.recipients {
                    let key = RecipientKey { message: id, index: *index };
                    let stored = state.last.as_ref().and_then(|last| last.connector.as_deref());
                    let is_in_state =
                        status.is_none_or(|wanted| self.is_now(key, state.status, wanted));
                    if is_in_state && connector.is_none_or(|name| self.goes_by(key, stored, name)) {
                        keys.push(key);
                        statuses.push(state.status);
                    }
                }
                (id, keys, statuses)
            })
            .collect())
    }

    /// Whether a recipient is in this state for people: what waits for a failing site is deferred.
    fn is_now(&self, key: RecipientKey, stored: Status, wanted: Status) -> bool {
        let glimpse = || self.shared.schedule.lock().glimpse(key);
        match stored {
            Status::Ready if glimpse().is_some_and(|glimpse| glimpse.last.is_some()) => {
                wanted == Status::Deferred
            }
            stored => stored == wanted,
        }
    }

    /// Whether a recipient waits for this connector, or its last attempt went by it.
    fn goes_by(&self, key: RecipientKey, stored: Option<&str>, connector: &str) -> bool {
        let glimpse = self.shared.schedule.lock().glimpse(key);
        let (waits_for, last) = glimpse.map_or((None, None), |g| (g.connector, g.last));
        match (waits_for, last) {
            (Some(name), _) => *name == *connector,
            (None, Some(attempt)) => attempt.connector.as_deref() == Some(connector),
            (None, None) => stored == Some(connector),
        }
    }

    /// Tries again now. Recipients on hold stay there. Returns how many are tried.
    ///
    /// # Errors
    /// The store's.
    pub async fn retry(&self, selection: Selection) -> Result<usize, StoreError> {
        let shared = &self.shared;
        let (mut after, mut count) = (None, 0);
        // What is known of names and hosts may be what is wrong.
        self.forget_names();
        loop {
            let messages = self.selected(&selection, after).await?;
            let Some((last, ..)) = messages.last() else { return Ok(count) };
            after = Some(*last);
            let (mut timers, mut calls) = (Vec::new(), Vec::new());
            let mut schedule = shared.schedule.lock();
            for (_, keys, statuses) in &messages {
                for (&key, status) in keys.iter().zip(statuses) {
                    if *status == Status::Held {
                        continue;
                    }
                    count += 1;
                    match schedule.waits_at(key) {
                        Some(site) => calls.push(schedule.probe(site)),
                        None => timers.push(key),
                    }
                }
            }
            drop(schedule);
            for call in calls {
                shared.answer(call);
            }
            Claim::take(shared, timers).released();
        }
    }

    /// Keeps from being sent until released; clocks run on. Returns how many are held.
    ///
    /// # Errors
    /// The store's.
    pub async fn hold(&self, selection: Selection, reason: &str) -> Result<usize, StoreError> {
        self.change(selection, |_| true, Change::Held, reason).await
    }

    /// Ends a hold. Returns how many were on hold.
    ///
    /// # Errors
    /// The store's.
    pub async fn release(&self, selection: Selection, reason: &str) -> Result<usize, StoreError> {
        let at = self.now();
        self.change(selection, |status| status == Status::Held, Change::Ready { at }, reason).await
    }

    /// Removes without a report to the sender; kept in the trace with the reason.
    ///
    /// # Errors
    /// The store's.
    pub async fn remove(&self, selection: Selection, reason: &str) -> Result<usize, StoreError> {
        let reason = format!("removed by an administrator: {reason}");
        self.change(selection, |_| true, Change::Failed { reported: false }, &reason).await
    }

    async fn change(
        &self,
        selection: Selection,
        wanted: impl Fn(Status) -> bool,
        change: Change,
        reason: &str,
    ) -> Result<usize, StoreError> {
        let (mut after, mut count) = (None, 0);
        loop {
            let messages = self.selected(&selection, after).await?;
            let Some((last, ..)) = messages.last() else { return Ok(count) };
            after = Some(*last);
            let mut keys = Vec::new();
            for (_, found, statuses) in &messages {
                let found = found.iter().zip(statuses).filter(|(_, status)| wanted(**status));
                keys.extend(found.map(|(key, _)| *key));
            }
            let claim = Claim::take(&self.shared, keys);
            count += claim.taken().len();
            let updates = claim
                .taken()
                .iter()
                .map(|taken| Update {
                    key: taken.key,
                    change,
                    result: match change {
                        Change::Failed { .. } => Some(in_words("550 5.7.0", reason)),
                        // Once it leaves its site, only the store can tell what it waited for.
                        _ => taken.last.clone().map(|a| outcome::result(a, Phase::Queued)),
                    },
                    tried: false,
                    detail: (!reason.is_empty()).then(|| reason.to_owned()),
                })
                .collect();
            let settlement = Settlement {
                at: self.now(),
                updates,
                reports: Vec::new(),
                ..Settlement::default()
            };
            finish(&self.shared, settlement).await?;
            match change {
                Change::Held => claim.held(),
                Change::Failed { .. } => claim.ended(),
                _ => claim.released(),
            }
        }
    }

    /// Ends with a report to the sender.
    ///
    /// # Errors
    /// The store's.
    pub async fn return_to_sender(
        &self,
        selection: Selection,
        reason: &str,
    ) -> Result<usize, StoreError> {
        let (mut walk, mut count) = (Walk::new(selection), 0);
        // The reports that are written now are newer than the walk's beginning, and not returned with it.
        let newest = self.shared.store.reserve_id();
        while let Some((parcel, claim)) = walk.next(self).await? {
            if parcel.id > newest {
                break;
            }
            count += claim.taken().len();
            let now = self.now();
            let states = self.shared.store.load(parcel.id).await?.map(|stored| stored.recipients);
            let to = Addressee::of(&self.shared, &parcel).await;
            let (mut updates, mut told) = (Vec::new(), Vec::new());
            for taken in claim.taken() {
                let key = taken.key;
                let Some(recipient) = parcel.envelope.recipients.get(key.index as usize) else {
                    continue;
                };
                let own = states.as_ref().and_then(|s| s.get(key.index as usize));
                let own = own.and_then(|s| s.last.as_ref()?.attempt.clone());
                let (attempt, is_tried) = ended_by(taken.last.clone().or(own), reason, now);
                let News { is_told, silence } = to.news(recipient);
                if is_told {
                    let last = Some(attempt.clone());
                    let mut told_of =
                        reported(recipient.clone(), Phase::Final, last, taken.attempts);
                    add_history(&self.shared, &parcel, key.index, &mut told_of).await;
                    told_of.returned = is_tried.then(|| reason.to_owned());
                    told.push((key.index, told_of));
                }
                let detail = silence
                    .clone()
                    .unwrap_or_else(|| format!("returned by an administrator: {reason}"));
                updates.push(Update {
                    key,
                    change: Change::Failed { reported: silence.is_none() },
                    result: Some(outcome::result(attempt, Phase::Final)),
                    tried: false,
                    detail: Some(detail),
                });
            }
            let report = reports::report(&self.shared, &parcel, &to, Kind::Failed, told, now).await;
            finish(&self.shared, reports::settlement(now, updates, report)).await?;
            claim.ended();
        }
        Ok(count)
    }

    /// Sends to another address instead.
    ///
    /// # Errors
    /// The store's.
    pub async fn redirect(&self, selection: Selection, to: &Address) -> Result<usize, StoreError> {
        let (mut walk, mut count) = (Walk::new(selection), 0);
        // What is redirected now is not met again: copies are newer than the walk's beginning.
        let newest = self.shared.store.reserve_id();
        while let Some((parcel, claim)) = walk.next(self).await? {
            if parcel.id > newest {
                break;
            }
            count += claim.taken().len();
            let now = self.now();
            let queue = self.shared.policy.load().flow().queue.clone();
            let updates = claim
                .taken()
                .iter()
                .map(|taken| Update {
                    key: taken.key,
                    change: Change::Expanded,
                    result: Some(in_words("250 2.0.0", &format!("redirected to {to}"))),
                    tried: false,
                    detail: Some(format!("redirected to {to} by an administrator")),
                })
                .collect();
            let mut envelope = parcel.envelope.as_ref().clone();
            envelope.recipients = vec![Recipient::plain(to.clone())];
            let copy = NewMessage {
                id: self.shared.store.reserve_id(),
                envelope,
                received_at: now,
                expires_at: expires_at(&queue, now),
                delay_notice_at: next_delay_notice(&queue, now, now),
                header: parcel.header.as_ref().clone(),
                content: causeway_store::Content::Memory(parcel.own_content().await?),
                report_about: None,
                copy_of: None,
                hold: None,
            };
            finish(
                &self.shared,
                Settlement { at: now, updates, reports: vec![copy], ..Settlement::default() },
            )
            .await?;
            claim.ended();
        }
        Ok(count)
    }
}

/// A way through the messages of a selection, oldest first, that holds one of them at a time.
struct Walk {
    selection: Selection,
    after: Option<QueueId>,
    ahead: std::collections::VecDeque<(QueueId, Vec<RecipientKey>)>,
}

impl Walk {
    fn new(selection: Selection) -> Self {
        Self { selection, after: None, ahead: std::collections::VecDeque::new() }
    }

    /// The next message with those of its selected recipients that nobody has in hand.
    async fn next(&mut self, dispatch: &Dispatch) -> Result<Option<(Parcel, Claim)>, StoreError> {
        loop {
            let Some((id, keys)) = self.ahead.pop_front() else {
                let found = dispatch.selected(&self.selection, self.after).await?;
                let Some((last, ..)) = found.last() else { return Ok(None) };
                self.after = Some(*last);
                self.ahead = found.into_iter().map(|(id, keys, _)| (id, keys)).collect();
                continue;
            };
            let claim = Claim::take(&dispatch.shared, keys);
            if claim.taken().is_empty() {
                continue;
            }
            match parcel::load(&dispatch.shared.store, id).await? {
                Some(parcel) => return Ok(Some((parcel, claim))),
                None => claim.ended(),
            }
        }
    }
}

/// What an administrator did, as a last result: no attempt is behind it.
fn in_words(code: &str, reply: &str) -> LastResult {
    LastResult { code: code.to_owned(), reply: reply.to_owned(), ..LastResult::default() }
}

/// What ended a recipient that an administrator returns, and whether it was an attempt: the last failure on the
/// way says more about the cause than the act of returning it, where there was one.
fn ended_by(last: Option<Attempt>, reason: &str, at: Timestamp) -> (Attempt, bool) {
    let failed = last.filter(|last| match &last.outcome {
        Outcome::Failure(Failure::Held { .. } | Failure::Returned { .. }) | Outcome::Success(_) => {
            false
        }
        Outcome::Failure(_) => true,
    });
    match failed {
        Some(attempt) => (attempt, true),
        None => (returned(reason, at), false),
    }
}

fn returned(reason: &str, at: Timestamp) -> Attempt {
    Attempt::new(
        at,
        SiteKey::Nowhere.to_string(),
        Stage::Route,
        Outcome::Failure(Failure::Returned { reason: reason.to_owned() }),
    )
}
