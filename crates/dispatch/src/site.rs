//! One destination: who waits for it, how it is, and how many connections it gets.
//!
//! A site is a connector, or a set of MX hosts. When a connection to it fails, the site waits for its
//! next attempt, and everything for it waits with it. Concurrency follows what the site can
//! take: it starts small, grows by 1/n with every success and shrinks by 1/n with every failure, so
//! that n successes, one for each connection, make room for one connection more.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;

use causeway_model::{Attempt, Domain, RecipientKey, Timestamp};
use tokio::sync::Notify;

/// Connections that a site gets before anything is known about it.
const FIRST_LIMIT: f64 = 5.0;

/// After a peer has refused one connection of several, so many messages go through the others before
/// one more is tried.
const CAUTION: u32 = 200;

/// The most connections that a site gets.
const MOST: f64 = 50.0;

/// What a site is known by.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum SiteKey {
    /// Recipients whose route needs the whole address, which the scheduler does not keep.
    Unrouted,
    /// Recipients that have no way out.
    Nowhere,
    /// Mailboxes here.
    Local,
    /// The smart hosts of a connector.
    Connector(Arc<str>),
    /// The MX hosts of a domain, by a connector's rules.
    ConnectorMx(Arc<str>, Domain),
    /// A domain whose MX hosts are to be found first.
    Domain(Domain),
    /// A set of MX hosts: `preference host` of each. All domains that have it share the site.
    Hosts(Arc<str>),
}

impl fmt::Display for SiteKey {
    /// As in [`Attempt::site`].
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unrouted | Self::Nowhere => f.write_str("routing"),
            Self::Local => f.write_str("local"),
            Self::Connector(name) => write!(f, "connector {name:?}"),
            Self::ConnectorMx(name, domain) => write!(f, "connector {name:?} to {domain}"),
            Self::Domain(domain) => write!(f, "{domain}"),
            Self::Hosts(hosts) => write!(f, "MX {hosts}"),
        }
    }
}

/// How a site is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Health {
    /// Nothing speaks against trying.
    Well,
    /// Connections fail; nothing is tried before `until`.
    Failing {
        /// When the next attempt is due.
        until: Timestamp,
        /// The last failure.
        last: Arc<Attempt>,
        /// True from the moment the next attempt has begun.
        probing: bool,
    },
}

/// A destination.
#[derive(Debug)]
pub(crate) struct Site {
    pub(crate) key: SiteKey,
    /// Recipients that wait, in the order of their turn, and some that have left: who waits here
    /// knows so ([`Place::Site`](crate::schedule::Place)).
    pub(crate) waiting: VecDeque<RecipientKey>,
    /// How many of them wait.
    pub(crate) present: usize,
    /// Workers that exist, idle ones included.
    pub(crate) workers: usize,
    /// Workers that have nothing to do and wait for a call.
    pub(crate) idle: Vec<Arc<Notify>>,
    /// Jobs that workers have, or whose results are not durable yet.
    pub(crate) flying: usize,
    pub(crate) health: Health,
    /// What else was tried in the attempt that failed last: other hosts and addresses, each with its own failure.
    pub(crate) other_tries: Arc<[Attempt]>,
    /// Recipients of the message that it failed for: they wait, too, before that is durable.
    pub(crate) failed_with: usize,
    /// Failures in a row.
    pub(crate) failures: u32,
    /// When the first of them was.
    pub(crate) failing_since: Option<Timestamp>,
    /// The number of the last one among the failures of all sites.
    pub(crate) serial: u64,
    /// Failed attempts ever; recipients remember the count at which they joined.
    pub(crate) attempts: u32,
    /// Successes since the last failure.
    successes: u64,
    /// Connections that failed since the last success while others worked.
    stumbles: usize,
    /// So many successes more before another connection is risked again.
    caution: u32,
    limit: f64,
    most: f64,
    /// Its connector has had its messages for this minute: nothing more is begun before.
    pub(crate) paused_until: Option<Timestamp>,
}

impl Site {
    pub(crate) fn new(key: SiteKey) -> Self {
        let (first, most) = match key {
            // No peer's patience is tried by these.
            SiteKey::Local => (8.0, 8.0),
            SiteKey::Unrouted | SiteKey::Nowhere => (4.0, 4.0),
            SiteKey::Domain(_) => (1.0, 1.0),
            _ => (FIRST_LIMIT, MOST),
        };
        Self {
            key,
            waiting: VecDeque::new(),
            present: 0,
            workers: 0,
            idle: Vec::new(),
            flying: 0,
            health: Health::Well,
            other_tries: Arc::default(),
            failed_with: 0,
            failures: 0,
            failing_since: None,
            serial: 0,
            attempts: 0,
            successes: 0,
            stumbles: 0,
            caution: 0,
            limit: first,
            most,
            paused_until: None,
        }
    }

    /// The connector that its mail goes by.
    pub(crate) fn connector(&self) -> Option<&Arc<str>> {
        match &self.key {
            SiteKey::Connector(name) | SiteKey::ConnectorMx(name, _) => Some(name),
            _ => None,
        }
    }

    /// Never more connections than this; `None`: as many as any site.
    pub(crate) fn bound(&mut self, most: Option<u32>) {
        self.most = most.map_or(MOST, f64::from);
        self.limit = self.limit.min(self.most);
    }

    /// True when one more worker may be started now.
    pub(crate) fn has_room(&self) -> bool {
        let limit = match &self.health {
            Health::Well => self.limit.max(1.0) as usize,
            Health::Failing { probing: true, .. } => 1,
            Health::Failing { .. } => 0,
        };
        self.workers < limit
    }

    /// When its next attempt is due, while it is failing.
    pub(crate) fn waits_until(&self) -> Option<Timestamp> {
        match &self.health {
            Health::Failing { until, .. } => Some(*until),
            Health::Well => None,
        }
    }

    /// True when its recipients may be tried now.
    pub(crate) fn is_open(&self) -> bool {
        !matches!(self.health, Health::Failing { probing: false, .. })
    }

    /// True when one of its messages may be begun now.
    pub(crate) fn may_begin(&self) -> bool {
        self.is_open() && self.paused_until.is_none()
    }

    /// A transaction went through.
    pub(crate) fn succeeded(&mut self) {
        self.health = Health::Well;
        self.other_tries = Arc::default();
        self.failures = 0;
        self.failing_since = None;
        self.successes += 1;
        self.stumbles = 0;
        if self.caution > 0 {
            self.caution -= 1;
        } else {
            self.limit = (self.limit + 1.0 / self.limit).min(self.most);
        }
    }

    /// A connection failed while others to the same site work: the peer does not want more.
    pub(crate) fn stumbled(&mut self) {
        self.stumbles += 1;
        self.caution = CAUTION;
        self.limit = self.limit.min(self.workers.saturating_sub(1) as f64).max(1.0);
    }

    /// A transaction broke off.
    pub(crate) fn faltered(&mut self) {
        self.limit = (self.limit - 1.0 / self.limit).max(1.0);
    }

    /// A connection failed, and none works: everything waits until `until`.
    pub(crate) fn failed(&mut self, attempt: Attempt, until: Timestamp) {
        self.failures += 1;
        self.failing_since.get_or_insert(attempt.at);
        self.attempts += 1;
        self.successes = 0;
        self.stumbles = 0;
        self.caution = 0;
        self.limit = FIRST_LIMIT.min(self.most);
        self.health = Health::Failing { until, last: Arc::new(attempt), probing: false };
    }

    /// The wait is over (or cut short): one attempt is made.
    pub(crate) fn probe(&mut self) {
        if let Health::Failing { probing, .. } = &mut self.health {
            *probing = true;
        }
    }

    /// True when nothing refers to it and nothing about it is worth keeping.
    pub(crate) fn is_forgettable(&self) -> bool {
        self.workers == 0
            && self.flying == 0
            && self.present == 0
            && !matches!(self.health, Health::Failing { probing: false, .. })
    }

    /// True when another connection than the one that has just failed is known to work. Once as many
    /// have failed in a row as there are, none is.
    pub(crate) fn works_otherwise(&self) -> bool {
        self.workers > 1
            && self.successes > 0
            && self.stumbles + 1 < self.workers
            && self.health == Health::Well
    }

    /// True when a transaction went through since the last failure.
    pub(crate) fn is_proven(&self) -> bool {
        self.successes > 0
    }

    /// True when it has failed and its next attempt has not begun: one failure more of a connection
    /// that was under way is the same event.
    pub(crate) fn has_failed(&self) -> bool {
        !self.is_open()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use causeway_model::{Failure, Outcome, Stage};

    fn attempt() -> Attempt {
        Attempt::new(
            Timestamp::from_millis(0),
            "a.test",
            Stage::Connect,
            Outcome::Failure(Failure::ConnectionRefused),
        )
    }

    fn site() -> Site {
        Site::new(SiteKey::Connector("c".into()))
    }

    #[test]
    fn concurrency_grows_by_one_when_every_connection_has_succeeded() {
        let mut site = site();
        site.workers = 5;
        assert!(!site.has_room());
        for _ in 0..6 {
            site.succeeded();
        }
        assert!(site.has_room());
        for _ in 0..10_000 {
            site.succeeded();
        }
        site.workers = 50;
        assert!(!site.has_room(), "never more than the most");
        for _ in 0..10_000 {
            site.faltered();
        }
        site.workers = 0;
        assert!(site.has_room(), "never less than one");
    }

    #[test]
    fn a_connection_too_many_is_not_tried_again_at_once() {
        let mut site = site();
        site.workers = 3;
        site.succeeded();
        assert!(site.works_otherwise());
        site.stumbled();
        site.workers = 2;
        for _ in 0..CAUTION {
            assert!(!site.has_room());
            site.succeeded();
        }
        for _ in 0..3 {
            site.succeeded();
        }
        assert!(site.has_room());
    }

    #[test]
    fn when_every_connection_fails_the_site_fails() {
        let mut site = site();
        site.workers = 3;
        site.succeeded();
        let mut stumbles = 0;
        while site.works_otherwise() {
            site.stumbled();
            stumbles += 1;
        }
        assert_eq!(stumbles, 2);
    }

    #[test]
    fn a_failing_site_is_tried_by_one_connection_at_its_time() {
        let mut site = site();
        site.failed(attempt(), Timestamp::from_millis(60_000));
        assert!(!site.is_open() && !site.has_room());
        site.probe();
        assert!(site.is_open() && site.has_room());
        site.workers = 1;
        assert!(!site.has_room());
        site.succeeded();
        assert!(site.has_room());
        assert_eq!(site.failures, 0);
    }
}
