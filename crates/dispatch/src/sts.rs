//! The MTA-STS policies that are known: kept in memory and in the store, renewed, and not forgotten because
//! a new one cannot be had (RFC 8461 sections 3.3 and 5.1).
//!
//! For every domain that mail goes to, DNS is asked for the id of its policy, together with its MX. A policy
//! that is known by this id and not half through its time is used as it is; otherwise it is fetched. A
//! policy whose time is not over holds whatever DNS and the web server say now: an attacker who can make
//! them silent must not be able to switch it off.

use std::sync::Arc;
use std::time::Duration;

use causeway_model::{Domain, Timestamp};
use causeway_net::sts::{Fetch, Policy, policy_id};
use causeway_net::tls::StsMode;
use causeway_store::{SharedStore, StoreError};
use hashbrown::HashMap;
use parking_lot::Mutex;
use tokio::sync::Semaphore;
use tokio::time::Instant;
use tracing::{info, warn};

use crate::engine::Shared;

/// What the store's keys begin with.
const PREFIX: &str = "mta-sts/";

/// After a fetch has failed, the same policy is not fetched again for so long.
const PAUSE: Duration = Duration::from_secs(300);

/// Domains that are remembered at most; further ones are asked about each time.
const MOST: usize = 50_000;

/// Policies that are fetched at once; slow web servers keep those only waiting that want a policy, too.
const MOST_FETCHES: usize = 64;

/// A policy, and where it stands.
#[derive(Clone, Debug)]
struct Known {
    id: String,
    fetched_at: Timestamp,
    policy: Arc<Policy>,
}

impl Known {
    fn is_valid(&self, now: Timestamp) -> bool {
        now < self.fetched_at.plus(self.policy.max_age)
    }

    /// Half of its time is over: a good moment to see whether it still stands.
    fn is_due(&self, now: Timestamp) -> bool {
        now >= self.fetched_at.plus(self.policy.max_age / 2)
    }

    /// What the store keeps: when it was fetched and its id, then its text.
    fn write(&self, text: &str) -> String {
        format!("{} {}\n{text}", self.fetched_at.as_millis(), self.id)
    }

    fn read(value: &str) -> Option<Self> {
        let (head, text) = value.split_once('\n')?;
        let (millis, id) = head.split_once(' ')?;
        Some(Self {
            id: id.to_owned(),
            fetched_at: Timestamp::from_millis(millis.parse().ok()?),
            policy: Arc::new(Policy::read(text.as_bytes()).ok()?),
        })
    }
}

/// A fetch that failed.
#[derive(Clone, Debug)]
struct Failed {
    /// Of which id.
    id: String,
    /// When, for the pause.
    tried: Instant,
    /// Since when none has worked.
    since: Timestamp,
    why: String,
}

/// How the policies stand that mail goes by: for people.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PolicyStanding {
    /// Domains whose policy is enforced.
    pub enforced: usize,
    /// Domains whose policy is under test: mail passes that does not meet it.
    pub testing: usize,
    /// Domains whose policy says that there is none any more.
    pub withdrawn: usize,
    /// Policies that are announced and cannot be fetched; the ones whose older policy ends first come first.
    pub failing: Vec<PolicyTrouble>,
}

/// A policy that is announced and cannot be fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyTrouble {
    /// Whose.
    pub domain: Domain,
    /// Since when.
    pub since: Timestamp,
    /// Why, in the words of the last try.
    pub why: String,
    /// Until when an older one holds; `None`: mail goes without.
    pub held_until: Option<Timestamp>,
}

/// All policies.
#[derive(Debug)]
pub(crate) struct Policies {
    /// `None`: `[delivery] mta_sts = false`.
    fetch: Option<Fetch>,
    known: Mutex<HashMap<Domain, Known>>,
    failed: Mutex<HashMap<Domain, Failed>>,
    /// Fetches at once.
    fetching: Semaphore,
}

impl Policies {
    pub(crate) fn new(fetch: Option<Fetch>) -> Self {
        Self {
            fetch,
            known: Mutex::default(),
            failed: Mutex::default(),
            fetching: Semaphore::new(MOST_FETCHES),
        }
    }

    /// Learns what the store has, and lets it forget what is out of date.
    ///
    /// # Errors
    /// The store's.
    pub(crate) async fn learn(
        &self,
        store: &SharedStore,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        if self.fetch.is_none() {
            return Ok(());
        }
        let mut stale = Vec::new();
        for (key, value) in store.recall_all(PREFIX.to_owned()).await? {
            let domain = key.strip_prefix(PREFIX).and_then(|name| Domain::parse(name).ok());
            match (domain, Known::read(&value).filter(|known| known.is_valid(now))) {
                (Some(domain), Some(known)) => _ = self.known.lock().insert(domain, known),
                _ => stale.push(key),
            }
        }
        if stale.is_empty() { Ok(()) } else { store.forget_facts(stale).await }
    }

    /// The id of the policy that a domain announces in DNS now.
    pub(crate) async fn announced(&self, shared: &Shared, domain: &Domain) -> Option<String> {
        if self.fetch.is_none() || domain.literal().is_some() {
            return None;
        }
        let texts = shared.resolver.texts(&format!("_mta-sts.{domain}")).await;
        texts.ok().and_then(|texts| policy_id(&texts))
    }

    /// The policy that holds for a domain now; `None` when it has none, or wants nothing. `announced` is what
    /// [`Self::announced`] found.
    pub(crate) async fn of(
        &self,
        shared: &Shared,
        domain: &Domain,
        announced: Option<String>,
    ) -> Option<Arc<Policy>> {
        let fetch = self.fetch.as_ref()?;
        let now = shared.clock.now();
        let known = self.known.lock().get(domain).filter(|known| known.is_valid(now)).cloned();
        let policy = match (announced, known) {
            (None, known) => known.map(|known| known.policy),
            (Some(id), Some(known)) if known.id == id && !known.is_due(now) => Some(known.policy),
            (Some(id), known) => match self.renew(shared, fetch, domain, id).await {
                Some(policy) => Some(policy),
                None => known.map(|known| known.policy),
            },
        };
        policy.filter(|policy| policy.mode.is_some())
    }

    /// How they stand at `now`.
    pub(crate) fn standing(&self, now: Timestamp) -> PolicyStanding {
        let mut standing = PolicyStanding::default();
        let known = self.known.lock();
        for policy in known.values().filter(|known| known.is_valid(now)) {
            match policy.policy.mode {
                Some(StsMode::Enforce) => standing.enforced += 1,
                Some(StsMode::Testing) => standing.testing += 1,
                None => standing.withdrawn += 1,
            }
        }
        let end = |domain: &Domain| {
            let known = known.get(domain).filter(|known| known.is_valid(now))?;
            Some(known.fetched_at.plus(known.policy.max_age))
        };
        let failed = self.failed.lock();
        standing.failing.extend(failed.iter().map(|(domain, failed)| PolicyTrouble {
            domain: domain.clone(),
            since: failed.since,
            why: failed.why.clone(),
            held_until: end(domain),
        }));
        drop((known, failed));
        standing.failing.sort_by(|a, b| {
            let order = |trouble: &PolicyTrouble| {
                (trouble.held_until.is_none(), trouble.held_until, trouble.since)
            };
            order(a).cmp(&order(b)).then_with(|| a.domain.as_str().cmp(b.domain.as_str()))
        });
        standing
    }

    async fn renew(
        &self,
        shared: &Shared,
        fetch: &Fetch,
        domain: &Domain,
        id: String,
    ) -> Option<Arc<Policy>> {
        let failed = self.failed.lock().get(domain).cloned();
        if failed.is_some_and(|failed| failed.id == id && failed.tried.elapsed() < PAUSE) {
            return None;
        }
        // The semaphore is never closed.
        let turn = self.fetching.acquire().await;
        let fetched = fetch.policy(domain).await;
        drop(turn);
        match fetched {
            Ok((policy, text)) => {
                let policy = Arc::new(policy);
                let fetched_at = shared.clock.now();
                let known = Known { id, fetched_at, policy: Arc::clone(&policy) };
                self.keep(shared, domain, known, &text).await;
                Some(policy)
            }
            Err(error) => {
                warn!(%domain, %error, "the MTA-STS policy cannot be fetched; an older one stays in force");
                let mut failed = self.failed.lock();
                if failed.len() >= MOST {
                    failed.clear();
                }
                let now = shared.clock.now();
                let since = failed.get(domain).map_or(now, |before| before.since);
                let why = error.to_string();
                failed.insert(domain.clone(), Failed { id, tried: Instant::now(), since, why });
                None
            }
        }
    }

    async fn keep(&self, shared: &Shared, domain: &Domain, known: Known, text: &str) {
        info!(%domain, id = known.id, mode = ?known.policy.mode, "MTA-STS policy");
        self.failed.lock().remove(domain);
        let value = known.write(text);
        {
            let mut all = self.known.lock();
            if all.len() >= MOST && !all.contains_key(domain) {
                let now = shared.clock.now();
                all.retain(|_, known| known.is_valid(now));
            }
            if all.len() < MOST || all.contains_key(domain) {
                all.insert(domain.clone(), known);
            }
        }
        if let Err(error) = shared.store.remember(format!("{PREFIX}{domain}"), value).await {
            // It is in memory; a restart fetches it again.
            warn!(%domain, %error, "an MTA-STS policy could not be kept");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "version: STSv1\nmode: enforce\nmx: mx.a.test\nmax_age: 1000\n";

    fn known() -> Known {
        Known {
            id: "1".into(),
            fetched_at: Timestamp::from_millis(5_000),
            policy: Arc::new(Policy::read(TEXT.as_bytes()).unwrap()),
        }
    }

    #[test]
    fn what_the_store_keeps_is_read_again() {
        let read = Known::read(&known().write(TEXT)).unwrap();
        assert_eq!((read.id, read.fetched_at), ("1".into(), Timestamp::from_millis(5_000)));
        assert_eq!(read.policy, known().policy);
        for damaged in ["", "1 a", "x a\nversion: STSv1", "1 a\nnonsense"] {
            assert!(Known::read(damaged).is_none(), "{damaged:?}");
        }
    }

    #[test]
    fn a_policy_has_its_time() {
        let at = |seconds: i64| Timestamp::from_millis(5_000 + seconds * 1000);
        assert!(known().is_valid(at(999)) && !known().is_valid(at(1000)));
        assert!(!known().is_due(at(499)) && known().is_due(at(500)));
    }

    #[test]
    fn what_cannot_be_renewed_is_told_with_the_end_of_what_is_kept() {
        let policies = Policies::new(None);
        let domain = |name: &str| Domain::parse(name).unwrap();
        let testing = Policy { mode: Some(StsMode::Testing), ..(*known().policy).clone() };
        let testing = Known { policy: Arc::new(testing), ..known() };
        policies.known.lock().insert(domain("a.test"), known());
        policies.known.lock().insert(domain("b.test"), testing);
        let at = |seconds: i64| Timestamp::from_millis(5_000 + seconds * 1000);
        for (name, seconds) in [("z.test", 100), ("a.test", 600)] {
            let (id, why) = ("2".to_owned(), "it answers 404".to_owned());
            let failed = Failed { id, tried: Instant::now(), since: at(seconds), why };
            policies.failed.lock().insert(domain(name), failed);
        }
        let standing = policies.standing(at(700));
        assert_eq!((standing.enforced, standing.testing, standing.withdrawn), (1, 1, 0));
        let told: Vec<_> = standing
            .failing
            .iter()
            .map(|trouble| (trouble.domain.as_str(), trouble.since, trouble.held_until))
            .collect();
        assert_eq!(
            told,
            [("a.test", at(600), Some(at(1000))), ("z.test", at(100), None)],
            "what is about to end comes first"
        );
        assert_eq!(policies.standing(at(1000)).enforced, 0, "its time is over");
        assert_eq!(policies.standing(at(1000)).failing[0].held_until, None);
    }
}
