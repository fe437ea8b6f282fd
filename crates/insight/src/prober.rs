//! Makes probes, within bounds, and uses again what was found lately.
//!
//! **What it promises.** Every probe ends within its time. No more run at once, and no more are begun in a
//! minute, than the settings say, whoever asks; what is beyond that is answered with
//! [`Fact::NotProbed`]. One site is looked into by one run at a time. The same probe is made once: whoever asks
//! meanwhile, or a little later, gets the same findings.
//!
//! **What it refuses.** No two connections to the same host at once: probes of one run that lead to one host are
//! made one after the other.

use std::collections::{HashMap, HashSet, VecDeque};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use causeway_model::config::{Host, ProbeSettings, SmartHost};
use causeway_net::dial::order_addresses;
use causeway_net::sts::Fetch;
use causeway_net::tls::ClientTls;
use causeway_net::{Clock, Families, Resolver};
use futures_util::future::join_all;
use parking_lot::Mutex;
use tokio::sync::{OnceCell, Semaphore};
use tokio::time::Instant;

use crate::connection::Dialer;
use crate::dns::{Asker, Timed};
use crate::finding::{Control, Fact, Finding, Unasked};
use crate::hosts::{self, network_of};
use crate::probe::Probe;
use crate::published::Publications;
use crate::session::{Notes, Sessions};

/// Results kept at most; beyond that they are not used again.
const MOST_KEPT: usize = 4096;
/// Control destinations that are tried, each on another host. The one that fails, which says nothing, may be
/// among them.
const MOST_CONTROLS: usize = 4;
/// Probes of a diagnosis, or more.
const SEVERAL: usize = 16;
/// What the budget is for.
const MINUTE: Duration = Duration::from_secs(60);
/// One question to one name server; a probe has several.
const QUESTION: Duration = Duration::from_secs(3);

/// What the probes compare with. The caller gathers it; probes only read it.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// Destinations that worked lately, best first.
    pub controls: Vec<Control>,
    /// Names that were found in DNS lately, best first.
    pub recent_names: Vec<String>,
    /// Names that are known to be spelt rightly: smart hosts of connectors, our domains, where mail went lately.
    pub spellings: Vec<String>,
}

/// How a [`Prober`] reaches the world.
#[derive(Debug)]
pub struct Surroundings {
    /// The resolver that mail uses.
    pub resolver: Resolver,
    /// TLS as mail uses it.
    pub tls: ClientTls,
    /// For the times of findings.
    pub clock: Clock,
    /// Our name in EHLO.
    pub hostname: String,
    /// `[delivery].source_addresses`.
    pub sources: Vec<IpAddr>,
    /// TLSA records count: `[delivery].dane`.
    pub dane: bool,
    /// What gets MTA-STS policies; `None`: `[delivery].mta_sts = false`.
    pub sts: Option<Fetch>,
}

/// Makes probes. Cheap to clone; clones share the budget and the results.
#[derive(Clone, Debug)]
pub struct Prober {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    asker: Asker,
    sessions: Sessions,
    settings: ProbeSettings,
    /// Probes at once.
    places: Semaphore,
    budget: Mutex<Budget>,
    /// Sites that a run is at work for.
    busy: Mutex<HashSet<String>>,
    kept: Mutex<HashMap<Probe, Arc<Slot>>>,
}

/// Probes that may be begun: evenly, a few at once, and in no minute more than are allowed.
#[derive(Debug)]
struct Budget {
    /// In a minute.
    allowed: usize,
    /// What may be begun now, as if evenly filled up.
    left: f64,
    filled: Instant,
    /// Begun within the last minute, the oldest first.
    lately: VecDeque<Instant>,
    /// Begun since the start.
    begun: u64,
}

impl Budget {
    fn new(per_minute: u32) -> Self {
        let allowed = per_minute as usize;
        let mut budget =
            Self { allowed, left: 0.0, filled: Instant::now(), lately: VecDeque::new(), begun: 0 };
        budget.left = budget.most();
        budget
    }

    /// So many at once: those of a diagnosis or two, or of six seconds.
    fn most(&self) -> f64 {
        self.allowed.min(SEVERAL.max(self.allowed / 10)) as f64
    }

    /// How many may be begun now.
    fn room(&mut self, now: Instant) -> usize {
        let passed = now.saturating_duration_since(self.filled).as_secs_f64();
        let gained = passed / MINUTE.as_secs_f64() * self.allowed as f64;
        (self.left, self.filled) = ((self.left + gained).min(self.most()), now);
        while self.lately.front().is_some_and(|at| now.saturating_duration_since(*at) >= MINUTE) {
            self.lately.pop_front();
        }
        (self.left as usize).min(self.allowed.saturating_sub(self.lately.len()))
    }

    fn take(&mut self, now: Instant) -> bool {
        let has_room = self.room(now) > 0;
        if has_room {
            self.left -= 1.0;
            self.lately.push_back(now);
            self.begun += 1;
        }
        has_room
    }
}

#[derive(Debug)]
struct Slot {
    made: Instant,
    findings: OnceCell<Vec<Finding>>,
}

impl Prober {
    /// A prober with a full budget.
    #[must_use]
    pub fn new(surroundings: Surroundings, settings: ProbeSettings) -> Self {
        let Surroundings { resolver, tls, clock, hostname, sources, dane, sts } = surroundings;
        let publications = Publications { resolver: resolver.clone(), dane, sts };
        let question = QUESTION.min(settings.timeout);
        let asker = Asker::new(resolver, clock, &settings.root_servers, question);
        // A session has several steps: none of them may use up the whole time, or what was found
        // before it would be lost.
        let step = settings.timeout / 2;
        let dialer = Dialer { sources, timeout: step };
        let sessions = Sessions { dialer, tls, publications, hostname, patience: step };
        let budget = Budget::new(settings.per_minute);
        Self {
            inner: Arc::new(Inner {
                asker,
                sessions,
                places: Semaphore::new(settings.at_once),
                settings,
                budget: Mutex::new(budget),
                busy: Mutex::new(HashSet::new()),
                kept: Mutex::new(HashMap::new()),
            }),
        }
    }

    /// Makes the probes for `site` and gives what they find, in the order of the probes. Probes to different
    /// hosts are made at the same time.
    pub async fn run(&self, site: &str, probes: &[Probe], known: &Known) -> Vec<Finding> {
        let Some(_turn) = Turn::take(&self.inner, site) else {
            return probes.iter().map(|p| self.not_probed(p, Unasked::SiteBusy)).collect();
        };
        let mut lanes: Vec<(Option<IpAddr>, Vec<usize>)> = Vec::new();
        for (index, probe) in probes.iter().enumerate() {
            let host = host_of(probe);
            match lanes.iter_mut().find(|(other, _)| host.is_some() && *other == host) {
                Some((_, lane)) => lane.push(index),
                None => lanes.push((host, vec![index])),
            }
        }
        let run_lane = |lane: Vec<usize>| async move {
            let mut found = Vec::new();
            for index in lane {
                found.push((index, self.one(&probes[index], known).await));
            }
            found
        };
        let lanes = join_all(lanes.into_iter().map(|(_, lane)| run_lane(lane))).await;
        let mut found: Vec<(usize, Vec<Finding>)> = lanes.into_iter().flatten().collect();
        found.sort_by_key(|(index, _)| *index);
        found.into_iter().flat_map(|(_, findings)| findings).collect()
    }

    /// The same, asking the network whatever was found a moment ago: for somebody who has just repaired
    /// something and wants to see it.
    pub async fn run_anew(&self, site: &str, probes: &[Probe], known: &Known) -> Vec<Finding> {
        {
            let mut kept = self.inner.kept.lock();
            for probe in probes {
                kept.remove(probe);
            }
        }
        self.run(site, probes, known).await
    }

    /// Control destinations as they are configured, with the addresses of those that are named; a name that leads
    /// nowhere now is left out.
    pub async fn controls(&self, hosts: &[SmartHost]) -> Vec<Control> {
        let mut controls = Vec::new();
        for SmartHost { host, port } in hosts.iter().take(MOST_CONTROLS) {
            let (name, ip) = match host {
                Host::Address(ip) => (ip.to_string(), Some(*ip)),
                Host::Name(name) => {
                    let found = self.resolver().addresses(name.as_str(), Families::Both).await;
                    let ordered = found.map(|all| order_addresses(&all)).unwrap_or_default();
                    (name.to_string(), ordered.first().copied())
                }
            };
            controls.extend(ip.map(|ip| Control {
                site: format!("{name}:{port}"),
                address: SocketAddr::new(ip, *port),
            }));
        }
        controls
    }

    /// What time it is for findings.
    pub(crate) fn now(&self) -> causeway_model::Timestamp {
        self.inner.asker.clock.now()
    }

    /// The resolver that the probes use.
    pub(crate) fn resolver(&self) -> &Resolver {
        &self.inner.asker.resolver
    }

    /// Whether the budget has room for a diagnosis: several probes, or all that are allowed in a minute.
    #[must_use]
    pub fn has_room(&self) -> bool {
        let wanted = SEVERAL.min(self.inner.settings.per_minute as usize);
        self.inner.budget.lock().room(Instant::now()) >= wanted
    }

    /// Probes that touched the network since the start.
    #[must_use]
    pub fn begun(&self) -> u64 {
        self.inner.budget.lock().begun
    }

    /// Forgets what was found, so that the next run asks the network: before a fix is verified.
    pub fn forget(&self) {
        self.inner.kept.lock().clear();
    }

    /// One probe, made or remembered.
    async fn one(&self, probe: &Probe, known: &Known) -> Vec<Finding> {
        let Some(slot) = self.slot(probe) else {
            return self.made(probe, known).await;
        };
        let findings = slot.findings.get_or_init(|| self.made(probe, known)).await.clone();
        // Who asks again for what takes too many questions learns no more.
        let is_unasked = findings.iter().any(|finding| {
            matches!(finding.fact, Fact::NotProbed { why } if why != Unasked::QuestionsSpent)
        });
        if is_unasked {
            // Not an answer: the next one may ask.
            let mut kept = self.inner.kept.lock();
            if kept.get(probe).is_some_and(|other| Arc::ptr_eq(other, &slot)) {
                kept.remove(probe);
            }
        }
        findings
    }

    /// The place of this probe's findings. `None` when nothing more can be kept.
    fn slot(&self, probe: &Probe) -> Option<Arc<Slot>> {
        let now = Instant::now();
        let keep_for = self.inner.settings.keep_for;
        let mut kept = self.inner.kept.lock();
        if let Some(slot) = kept.get(probe)
            && now.saturating_duration_since(slot.made) < keep_for
        {
            return Some(Arc::clone(slot));
        }
        if kept.len() >= MOST_KEPT {
            kept.retain(|_, slot| now.saturating_duration_since(slot.made) < keep_for);
            if kept.len() >= MOST_KEPT {
                return None;
            }
        }
        let slot = Arc::new(Slot { made: now, findings: OnceCell::new() });
        kept.insert(probe.clone(), Arc::clone(&slot));
        Some(slot)
    }

    /// One probe, made now.
    async fn made(&self, probe: &Probe, known: &Known) -> Vec<Finding> {
        if touches_network(probe) && !self.inner.afford() {
            return vec![self.not_probed(probe, Unasked::BudgetSpent)];
        }
        // Never closed.
        let _place = self.inner.places.acquire().await.ok();
        let asker = self.inner.asker.for_probe();
        let mut notes = Notes::new(&asker);
        let limit = self.inner.settings.timeout * time_for(probe);
        let look = async {
            tokio::select! {
                () = self.look(probe, known, &mut notes) => None,
                () = asker.spent() => Some(Unasked::QuestionsSpent),
            }
        };
        let cut = tokio::time::timeout(limit, look).await.unwrap_or(Some(Unasked::OutOfTime));
        let mut facts = std::mem::take(&mut notes.facts);
        if let Some(why) = cut {
            let fact = Fact::NotProbed { why };
            facts.push(self.inner.asker.timed(notes.began, fact));
        }
        facts.into_iter().map(|timed| finding(probe, timed)).collect()
    }

    fn not_probed(&self, probe: &Probe, why: Unasked) -> Finding {
        let timed = self.inner.asker.timed(Instant::now(), Fact::NotProbed { why });
        finding(probe, timed)
    }

    /// The question itself.
    async fn look(&self, probe: &Probe, known: &Known, notes: &mut Notes<'_>) {
        let sessions = &self.inner.sessions;
        let asker = notes.asker;
        let dialer = &sessions.dialer;
        match probe {
            Probe::ResolverAnswer { name, kind } => {
                notes.facts = asker.resolver_answers(name, *kind).await;
            }
            Probe::AuthoritativeServers { name, kind } => {
                notes.facts = asker.authoritative(name, *kind).await.0;
            }
            Probe::Propagation { name, kind } => {
                notes.facts = asker.propagation(name, *kind).await;
            }
            Probe::Dnssec { name, kind } => notes.facts = asker.dnssec(name, *kind).await,
            Probe::ResolverHealth => {
                notes.facts = asker.resolver_health(&known.recent_names).await;
            }
            Probe::MailHosts { domain, expected } => {
                for fact in hosts::mail_hosts(asker, domain, expected).await {
                    notes.note(fact);
                }
            }
            Probe::Spelling { name } => notes.note(hosts::spelling(name, &known.spellings)),
            Probe::Connect { address } => notes.note(dialer.connect(*address).await),
            Probe::ControlDestinations { port } => self.reach_controls(*port, known, notes).await,
            Probe::SubmissionPort { ip } => notes.note(dialer.submission(*ip).await),
            Probe::Session { address, host, demand } => {
                sessions.session(*address, host, demand, notes).await;
            }
            Probe::Published { host, port, publisher } => {
                sessions.publications.look(host, *port, publisher, notes).await;
            }
            Probe::Recipients { address, pairs } => {
                sessions.recipients(*address, pairs, notes).await;
            }
            Probe::Endurance { address } => sessions.endurance(*address, notes).await,
        }
    }

    /// All at once: one that works is enough to know.
    async fn reach_controls(&self, port: u16, known: &Known, notes: &mut Notes<'_>) {
        let controls = comparable(&known.controls, port);
        if controls.is_empty() {
            notes.note(Fact::NoControls);
            return;
        }
        let dialer = &self.inner.sessions.dialer;
        for fact in join_all(controls.iter().map(|control| dialer.control(control))).await {
            notes.note(fact);
        }
    }
}

impl Inner {
    /// Takes one probe from the budget. False when there is none left for now.
    fn afford(&self) -> bool {
        self.budget.lock().take(Instant::now())
    }
}

/// A site's only run.
struct Turn<'a> {
    inner: &'a Inner,
    site: String,
}

impl<'a> Turn<'a> {
    fn take(inner: &'a Inner, site: &str) -> Option<Self> {
        let site = site.to_owned();
        let is_first = inner.busy.lock().insert(site.clone());
        is_first.then(|| Self { inner, site })
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.inner.busy.lock().remove(&self.site);
    }
}

fn finding(probe: &Probe, timed: Timed) -> Finding {
    Finding {
        probe: probe.clone(),
        at: timed.at,
        elapsed_ms: u64::try_from(timed.elapsed.as_millis()).unwrap_or(u64::MAX),
        fact: timed.fact,
    }
}

/// Controls on different hosts, those at this port first; of these one of each network first.
fn comparable(controls: &[Control], port: u16) -> Vec<&Control> {
    let mut hosts = HashSet::new();
    let (mut same, others): (Vec<&Control>, Vec<&Control>) =
        controls.iter().partition(|control| control.address.port() == port);
    same.extend(others);
    same.retain(|control| hosts.insert(control.address.ip()));
    let mut networks = HashSet::new();
    let is_new = |control: &&Control| networks.insert(network_of(control.address.ip()));
    let (mut apart, beside): (Vec<&Control>, Vec<&Control>) = same.into_iter().partition(is_new);
    apart.extend(beside);
    apart.truncate(MOST_CONTROLS);
    apart
}

const fn touches_network(probe: &Probe) -> bool {
    !matches!(probe, Probe::Spelling { .. })
}

/// Probes of several rounds have more time, so that a silent server in one does not hide the others.
const fn time_for(probe: &Probe) -> u32 {
    match probe {
        Probe::AuthoritativeServers { .. } | Probe::Propagation { .. } => 3,
        Probe::Session { .. }
        | Probe::Published { .. }
        | Probe::Recipients { .. }
        | Probe::Endurance { .. } => 2,
        _ => 1,
    }
}

/// The host that a probe connects to.
const fn host_of(probe: &Probe) -> Option<IpAddr> {
    match probe {
        Probe::Connect { address }
        | Probe::Session { address, .. }
        | Probe::Recipients { address, .. }
        | Probe::Endurance { address } => Some(match address {
            SocketAddr::V4(v4) => IpAddr::V4(*v4.ip()),
            SocketAddr::V6(v6) => IpAddr::V6(*v6.ip()),
        }),
        Probe::SubmissionPort { ip } => Some(*ip),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_compared_with_is_on_different_hosts_and_at_the_same_port_first() {
        let control =
            |address: &str| Control { site: "s".into(), address: address.parse().unwrap() };
        let all = ["192.0.2.1:587", "192.0.2.2:25", "192.0.2.2:25", "192.0.2.1:25"].map(control);
        let addresses =
            |port| comparable(&all, port).iter().map(|c| c.address.to_string()).collect::<Vec<_>>();
        assert_eq!(addresses(25), ["192.0.2.2:25", "192.0.2.1:25"]);
        assert_eq!(addresses(587), ["192.0.2.1:587", "192.0.2.2:25"]);
    }

    #[test]
    fn probes_are_begun_evenly_and_never_more_in_a_minute_than_are_allowed() {
        let start = Instant::now();
        let mut budget = Budget::new(600);
        let mut begun = Vec::new();
        for millis in 0..180_000 {
            let now = start + Duration::from_millis(millis);
            while budget.take(now) {
                begun.push(millis);
            }
        }
        let most = |span: u64| {
            let within = |at: &u64| begun.iter().filter(|b| (*at..at + span).contains(b)).count();
            begun.iter().map(within).max()
        };
        assert_eq!(most(60_000), Some(600));
        assert!(most(1_000) <= Some(70), "at once: {:?}", most(1_000));
        assert!(begun.len() >= 1_700, "and what is allowed is used: {}", begun.len());
    }

    #[test]
    fn a_small_budget_can_be_used_at_once_and_comes_back() {
        let start = Instant::now();
        let mut budget = Budget::new(5);
        assert_eq!((0..8).filter(|_| budget.take(start)).count(), 5);
        assert_eq!(budget.room(start + Duration::from_secs(59)), 0);
        assert_eq!(budget.room(start + Duration::from_secs(61)), 5);
    }
}
