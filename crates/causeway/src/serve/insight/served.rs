//! Domains that took mail, and when: from the trace, read by all diagnoses together.
//!
//! The trace has no index by domain, and a domain that never took mail is in no row of it: a thousand failing
//! domains would walk through all of it a thousand times. So it is read once, newest first, by pages, as far back as
//! somebody's question needs; after that only what is new, at most every [`FRESH`].
//!
//! **What it may get wrong.** One question reads [`PAGES`] pages at most, the next one goes on from there: until
//! then, or when more than [`MOST_DOMAINS`] domains took mail, a domain that did long ago counts as one that never
//! did. Diagnoses say "as far as the records reach"; nothing is confirmed by it.

use std::collections::HashMap;
use std::time::Duration;

use causeway_insight::diagnose::LastSuccess;
use causeway_model::{RecipientKey, Timestamp};
use causeway_store::{Store, StoreError, TraceFilter, TraceRow};
use tokio::sync::Mutex;

/// What was read is good for so long.
const FRESH: Duration = Duration::from_secs(30);

/// Mail is relayed some time after it was received, by which the trace is in order: so much is read again.
const OVERLAP: Duration = Duration::from_secs(60);

/// How far back the trace is read at first.
const BACK: Duration = Duration::from_secs(90 * 86_400);

/// Recipients that are read in one go: of a page.
const PAGE: usize = 10_000;

/// Pages that are read for one question.
const PAGES: usize = 5;

/// Domains that are remembered.
const MOST_DOMAINS: usize = 50_000;

/// The last success of each domain.
#[derive(Debug, Default)]
pub(crate) struct Served(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    read_at: Option<Timestamp>,
    by_domain: HashMap<String, LastSuccess>,
    /// Where reading backwards goes on; `None`: all of it is read (or nothing yet).
    older: Option<RecipientKey>,
}

impl Served {
    /// When mail for a domain last went through.
    ///
    /// # Errors
    /// The store's.
    pub(super) async fn last_of(
        &self,
        store: &dyn Store,
        now: Timestamp,
        domain: &str,
    ) -> Result<Option<LastSuccess>, StoreError> {
        let mut known = self.0.lock().await;
        known.refresh(store, now).await?;
        for _ in 0..PAGES {
            if known.by_domain.contains_key(domain) || known.older.is_none() {
                break;
            }
            let older = known.older;
            known.older = known.read(store, now.minus(BACK), older).await?;
        }
        Ok(known.by_domain.get(domain).cloned())
    }

    /// Domains that mail went to since a moment, in order.
    ///
    /// # Errors
    /// The store's.
    pub(super) async fn since(
        &self,
        store: &dyn Store,
        now: Timestamp,
        since: Timestamp,
    ) -> Result<Vec<String>, StoreError> {
        let mut known = self.0.lock().await;
        known.refresh(store, now).await?;
        let late = known.by_domain.iter().filter(|(_, success)| success.at >= since);
        let mut domains: Vec<String> = late.map(|(domain, _)| domain.clone()).collect();
        domains.sort_unstable();
        Ok(domains)
    }
}

impl Known {
    async fn refresh(&mut self, store: &dyn Store, now: Timestamp) -> Result<(), StoreError> {
        if self.read_at.is_some_and(|at| now.since(at) < FRESH) {
            return Ok(());
        }
        match self.read_at {
            None => self.older = self.read(store, now.minus(BACK), None).await?,
            Some(at) => {
                let mut rest = None;
                for _ in 0..PAGES {
                    rest = self.read(store, at.minus(OVERLAP), rest).await?;
                    if rest.is_none() {
                        break;
                    }
                }
                // Too much is new: what lies between is read when somebody asks, as everything before it.
                self.older = rest.or(self.older);
            }
        }
        self.read_at = Some(now);
        Ok(())
    }

    /// One page, newest first; where the next one begins, if there may be one.
    async fn read(
        &mut self,
        store: &dyn Store,
        since: Timestamp,
        after: Option<RecipientKey>,
    ) -> Result<Option<RecipientKey>, StoreError> {
        let filter = TraceFilter {
            status: Some("relayed".into()),
            since: Some(since),
            limit: PAGE,
            after,
            ..TraceFilter::default()
        };
        let rows = store.trace(filter).await?;
        rows.iter().for_each(|row| self.note(row));
        if self.by_domain.len() > MOST_DOMAINS {
            self.forget_half();
        }
        Ok(rows.last().filter(|_| rows.len() >= PAGE).map(|row| row.key))
    }

    fn note(&mut self, row: &TraceRow) {
        let attempt = row.last.as_ref().and_then(|last| last.attempt.as_ref());
        let Some(success) = attempt.and_then(LastSuccess::of) else { return };
        let domain = row.recipient.domain().as_str();
        match self.by_domain.get_mut(domain) {
            Some(known) if known.at >= success.at => {}
            Some(known) => *known = success,
            None => _ = self.by_domain.insert(domain.to_owned(), success),
        }
    }

    /// The half with the latest successes stays.
    fn forget_half(&mut self) {
        let mut all: Vec<Timestamp> = self.by_domain.values().map(|success| success.at).collect();
        all.sort_unstable();
        let middle = all.get(all.len() / 2).copied();
        self.by_domain.retain(|_, success| Some(success.at) > middle);
    }
}
