//! What is seen of the queue and its paths, by people and by the diagnosis. Nothing is changed here.
//!
//! The schedule and the register of paths are locked for as short as it goes, as every delivery needs them: what
//! takes time is done with copies.

use std::collections::{BTreeSet, HashSet};
use std::net::SocketAddr;
use std::sync::Arc;

use causeway_model::{
    Address, Attempt, Domain, Failure, Outcome, QueueId, RecipientKey, Timestamp,
};
use causeway_smtp::trail::Hop;

use crate::engine::Dispatch;
use crate::paths::{SeenCertificate, Success, TakenBeside, Trouble};
use crate::resolve::leads_here;
use crate::route::site_for;
use crate::schedule::Schedule;
use crate::site::{Health, Site, SiteKey};
use crate::sts::PolicyStanding;

/// What the scheduler knows of a recipient that the store does not.
#[derive(Clone, Debug)]
pub struct Live {
    /// A worker has it now.
    pub delivering: bool,
    /// When it is due, when that is known.
    pub next_attempt_at: Option<Timestamp>,
    /// Attempts, those of its site while it waited for it included.
    pub attempts: u32,
    /// The failure that its site waits for.
    pub last: Option<Attempt>,
    /// The connector that it waits for, tried or not.
    pub connector: Option<Arc<str>>,
    /// Its connector has had its messages for the minute: it waits for the next.
    pub paused: bool,
}

/// A destination that cannot be reached now.
#[derive(Clone, Debug)]
pub struct FailingSite {
    /// As in [`Attempt::site`].
    pub site: String,
    /// Recipients that wait for it.
    pub waiting: usize,
    /// Recipients that it happened to: those that wait, and those whose mail was returned for it.
    pub affected: usize,
    /// When it failed first.
    pub since: Timestamp,
    /// When it is tried next.
    pub until: Timestamp,
    /// Failures in a row.
    pub failures: u32,
    /// A number that is another one after every failure.
    pub serial: u64,
    /// The domain whose MX hosts it is (one of them, where several share it).
    pub domain: Option<Domain>,
    /// The last failure.
    pub last: Attempt,
    /// Others of the domain are taken, where some are refused.
    pub taken: Option<TakenBeside>,
    /// The way of a message that has been here before and that the other end refuses, as it goes in circles; the oldest
    /// first, by its Received fields.
    pub trail: Arc<[Hop]>,
    /// What else was tried in that attempt: other hosts and addresses, each with its own failure.
    pub other_tries: Arc<[Attempt]>,
}

/// How a path that does not fail stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Something waits for it, or is being sent.
    Busy,
    /// Nothing waits for it.
    Empty,
}

/// What waits for a path that does not fail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backlog {
    /// As in [`Attempt::site`].
    pub path: String,
    /// Recipients.
    pub waiting: u64,
    /// Messages that went through since the start.
    pub delivered: u64,
}

impl Dispatch {
    /// Unfinished recipients that the scheduler knows.
    #[must_use]
    pub fn queued(&self) -> usize {
        self.shared.schedule.lock().len()
    }

    /// What waits for paths that do not fail, where it is at least so much; and everything that waits for such
    /// paths together.
    #[must_use]
    pub fn backlogs(&self, at_least: u64) -> (Vec<Backlog>, Backlog) {
        let (mut long, mut all) = (Vec::new(), 0);
        {
            let schedule = self.shared.schedule.lock();
            for site in schedule.sites().filter(|site| site.health == Health::Well) {
                let waiting = site.present as u64;
                all += waiting;
                if waiting >= at_least.max(1) {
                    long.push((site.key.to_string(), waiting));
                }
            }
        }
        let paths = &self.shared.paths;
        let backlog = |(path, waiting): (String, u64)| Backlog {
            delivered: paths.delivered(&path),
            path,
            waiting,
        };
        let delivered = paths.delivered_by_all();
        let all = Backlog { path: String::new(), waiting: all, delivered };
        (long.into_iter().map(backlog).collect(), all)
    }

    /// Certificates that connectors' servers have shown since the start, by path.
    #[must_use]
    pub fn certificates(&self) -> Vec<(String, SeenCertificate)> {
        self.shared.paths.certificates()
    }

    /// When mail last went through an outbound connector, as far as it is remembered since the start.
    #[must_use]
    pub fn connector_used(&self, name: &str) -> Option<Timestamp> {
        self.shared.paths.connector_used(name)
    }

    /// What is known of recipients beyond the store; `None` for those that have ended.
    #[must_use]
    pub fn live(&self, keys: &[RecipientKey]) -> Vec<Option<Live>> {
        let schedule = self.shared.schedule.lock();
        keys.iter()
            .map(|key| {
                schedule.glimpse(*key).map(|glimpse| Live {
                    delivering: glimpse.flying,
                    next_attempt_at: glimpse.next_attempt_at,
                    attempts: glimpse.attempts,
                    last: glimpse.last,
                    connector: glimpse.connector,
                    paused: glimpse.paused,
                })
            })
            .collect()
    }

    /// How many destinations cannot be reached now.
    #[must_use]
    pub fn failing_count(&self) -> usize {
        let schedule = self.shared.schedule.lock();
        schedule.sites().filter(|site| matches!(site.health, Health::Failing { .. })).count()
    }

    /// Whether a path cannot be reached now.
    #[must_use]
    pub fn is_failing(&self, path: &str) -> bool {
        let schedule = self.shared.schedule.lock();
        let site = schedule.site_named(path).map(|index| schedule.site(index));
        site.is_some_and(|site| matches!(site.health, Health::Failing { .. }))
    }

    /// Destinations that cannot be reached now.
    #[must_use]
    pub fn failing_sites(&self) -> Vec<FailingSite> {
        let failing: Vec<Failing> = {
            let schedule = self.shared.schedule.lock();
            schedule.sites().filter_map(|site| Failing::of(&schedule, site)).collect()
        };
        failing.into_iter().map(Failing::told).collect()
    }

    /// Paths that are not stopped, and where message after message fails in a way that is about the path.
    #[must_use]
    pub fn troubled_paths(&self) -> Vec<FailingSite> {
        let now = self.now();
        let told = |(path, trouble): (String, Trouble)| {
            let (waiting, next) = self.waiting_of(&trouble.affected);
            FailingSite {
                site: path,
                waiting,
                affected: trouble.affected.len().max(waiting),
                since: trouble.since,
                until: next.unwrap_or(now),
                failures: trouble.count,
                serial: trouble.serial,
                domain: domain_of(&trouble.last).or(trouble.domain),
                last: trouble.last,
                taken: trouble.beside,
                trail: trouble.trail,
                other_tries: Arc::default(),
            }
        };
        self.shared.paths.troubles(now).into_iter().map(told).collect()
    }

    /// How many of these recipients wait, and when the first of them is due.
    fn waiting_of(&self, recipients: &BTreeSet<RecipientKey>) -> (usize, Option<Timestamp>) {
        let schedule = self.shared.schedule.lock();
        let due: Vec<_> = recipients.iter().filter_map(|key| schedule.waits_until(*key)).collect();
        (due.len(), due.into_iter().flatten().min())
    }

    /// How a path that does not fail stands; `None`: it is not known any more.
    #[must_use]
    pub fn standing(&self, path: &str) -> Option<Standing> {
        let schedule = self.shared.schedule.lock();
        let site = schedule.site(schedule.site_named(path)?);
        let is_busy = site.present > 0 || site.flying > 0;
        Some(if is_busy { Standing::Busy } else { Standing::Empty })
    }

    /// True when a connection to the address comes back to one of our own listeners for mail.
    #[must_use]
    pub fn leads_here(&self, address: SocketAddr) -> bool {
        leads_here(&self.shared, address)
    }

    /// Messages that wait for a path that fails, the oldest first; where it stops at its domain, those for the
    /// domain; those that its trouble happened to. At most `limit`.
    #[must_use]
    pub fn waiting_for(&self, path: &str, domain: Option<&str>, limit: usize) -> Vec<QueueId> {
        let mut ids: Vec<QueueId> = {
            let schedule = self.shared.schedule.lock();
            match (schedule.site_named(path), domain) {
                (Some(index), _) => {
                    let site = schedule.site(index);
                    let waits = |key: &&RecipientKey| schedule.waits_at(**key) == Some(index);
                    site.waiting.iter().filter(waits).map(|key| key.message).collect()
                }
                (None, Some(domain)) => schedule.messages_for(domain),
                (None, None) => Vec::new(),
            }
        };
        if ids.is_empty() {
            ids.extend(self.shared.paths.affected(path).iter().map(|key| key.message));
        }
        ids.sort_unstable();
        ids.dedup();
        ids.truncate(limit);
        ids
    }

    /// How the MTA-STS policies stand that mail goes by.
    #[must_use]
    pub fn policy_standing(&self) -> PolicyStanding {
        self.shared.policies.standing(self.shared.clock.now())
    }

    /// When something last went through a path, as far as it is remembered since the start.
    #[must_use]
    pub fn last_success(&self, path: &str) -> Option<Success> {
        self.shared.paths.success_of(path)
    }

    /// Paths where something went through since a moment, the latest first.
    #[must_use]
    pub fn successes(&self, since: Timestamp, limit: usize) -> Vec<(String, Success)> {
        self.shared.paths.successes(since, limit)
    }

    /// The path that mail for an address takes, as in [`FailingSite::site`].
    #[must_use]
    pub fn path_of(&self, address: &Address) -> String {
        let policy = self.shared.policy.load();
        let site = site_for(&policy, &self.shared.mailboxes, address, None);
        self.shared.beyond_dns(site).to_string()
    }

    /// The paths of mail that waits for a time of its own, as they are known now ([`Attempt::site`]; of a domain
    /// whose MX hosts are not known the domain). Goes through all that waits: not for every moment.
    #[must_use]
    pub fn paths_alone(&self) -> HashSet<String> {
        let domains = self.shared.schedule.lock().domains_alone();
        let somebody =
            domains.iter().filter_map(|d| Address::parse(&format!("postmaster@{d}")).ok());
        somebody.map(|address| self.path_of(&address)).collect()
    }

    /// At how many paths whose address is meant something went through since a moment. At most `limit`.
    #[must_use]
    pub fn count_successes(
        &self,
        since: Timestamp,
        limit: usize,
        is_meant: impl Fn(SocketAddr) -> bool,
    ) -> usize {
        self.shared.paths.count_successes(since, limit, is_meant)
    }
}

/// A site that fails, as little of it as the schedule has to be locked for: workers need it, too.
struct Failing {
    key: SiteKey,
    waiting: usize,
    since: Option<Timestamp>,
    until: Timestamp,
    failures: u32,
    serial: u64,
    /// Of the first recipient that waits for MX hosts.
    first_domain: Option<Domain>,
    last: Arc<Attempt>,
    other_tries: Arc<[Attempt]>,
}

impl Failing {
    fn of(schedule: &Schedule, site: &Site) -> Option<Self> {
        let Health::Failing { until, last, .. } = &site.health else { return None };
        let is_shared = matches!(site.key, SiteKey::Hosts(_));
        Some(Self {
            key: site.key.clone(),
            waiting: match site.flying {
                0 => site.present,
                _ => site.present.max(site.failed_with),
            },
            since: site.failing_since,
            until: *until,
            failures: site.failures,
            serial: site.serial,
            first_domain: is_shared.then(|| schedule.first_domain(site).cloned()).flatten(),
            last: Arc::clone(last),
            other_tries: Arc::clone(&site.other_tries),
        })
    }

    fn told(self) -> FailingSite {
        FailingSite {
            site: self.key.to_string(),
            waiting: self.waiting,
            affected: self.waiting,
            since: self.since.unwrap_or(self.last.at),
            until: self.until,
            failures: self.failures,
            serial: self.serial,
            domain: match self.key {
                SiteKey::Domain(domain) | SiteKey::ConnectorMx(_, domain) => Some(domain),
                _ => self.first_domain,
            },
            last: Arc::unwrap_or_clone(self.last),
            taken: None,
            trail: Arc::default(),
            other_tries: self.other_tries,
        }
    }
}

/// The domain that a failure of routing is about.
fn domain_of(attempt: &Attempt) -> Option<Domain> {
    match &attempt.outcome {
        Outcome::Failure(
            Failure::NoConnector { domain }
            | Failure::RoutingLoop { domain, .. }
            | Failure::MxPointsHere { domain, .. },
        ) => Domain::parse(domain).ok(),
        _ => None,
    }
}
