//! Which hosts take mail for a domain, without those that are ourselves.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use causeway_model::config::Host;
use causeway_model::{Domain, Failure};
use causeway_net::dns::{Families, MxHost};
use causeway_net::sts::Policy;
use causeway_policy::here::answers;
use tokio::time::Instant;

use crate::engine::Shared;

/// Hosts of a domain, in the order in which they are tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MxSet {
    /// `preference host` of each, sorted: the same for all domains that share the hosts. A domain whose
    /// own word about security counts is named too, so that it shares its connections with nobody.
    pub(crate) key: Arc<str>,
    /// In order.
    pub(crate) hosts: Vec<(Host, u16)>,
    /// How many of them have the same preference, in order.
    pub(crate) groups: Vec<usize>,
    /// DNSSEC vouches for the names of the hosts, and their TLSA records are to be looked for.
    pub(crate) dane: bool,
    /// The domain's MTA-STS policy.
    pub(crate) sts: Option<Arc<Policy>>,
}

/// Asks DNS for the hosts of a domain, and its web server for its policy where that is due.
pub(crate) async fn mx_set(shared: &Shared, domain: &Domain) -> Result<MxSet, Failure> {
    // The semaphore is never closed.
    let turn = shared.resolving.acquire().await;
    let (answer, announced) =
        tokio::join!(shared.resolver.mx(domain), shared.policies.announced(shared, domain));
    let answer = answer?;
    let dane = shared.dane && shared.resolver.knows_signatures() && answer.is_authentic;
    let port = shared.mx_port;
    let usable = without_us(shared, domain, &answer.hosts).await?;
    // A web server that is slow keeps nobody else from asking DNS.
    drop(turn);
    let sts = shared.policies.of(shared, domain, announced).await;
    let mut names: Vec<String> =
        usable.iter().map(|host| format!("{} {}", host.preference, host.name)).collect();
    names.sort_unstable();
    let (hosts, groups) = in_groups(usable, port);
    if hosts.is_empty() {
        return Err(Failure::NoAddress { name: domain.to_string() });
    }
    let mut key = names.join(", ");
    if sts.is_some() || (dane && !answer.implicit) {
        key.push_str(&format!(" for {domain}"));
    }
    Ok(MxSet { key: key.into(), hosts, groups, dane, sts })
}

/// The hosts that can be connected to, and how many of them have the same preference.
fn in_groups(usable: Vec<MxHost>, port: u16) -> (Vec<(Host, u16)>, Vec<usize>) {
    let (mut hosts, mut groups) = (Vec::new(), Vec::<usize>::new());
    let mut last = None;
    for MxHost { preference, name } in usable {
        let host = match name.parse::<IpAddr>() {
            Ok(address) => Host::Address(address),
            Err(_) => match Domain::parse(&name) {
                Ok(name) => Host::Name(name),
                Err(_) => continue,
            },
        };
        hosts.push((host, port));
        match groups.last_mut().filter(|_| last == Some(preference)) {
            Some(size) => *size += 1,
            None => groups.push(1),
        }
        last = Some(preference);
    }
    (hosts, groups)
}

/// Hosts of a domain that are looked at for being us: who publishes more of them does not get more of
/// our time.
const LOOKED_AT: usize = 10;

/// How long looking may take.
const LOOK_DEADLINE: Duration = Duration::from_secs(10);

/// RFC 5321 section 5.1: when we are among the hosts, those of our preference and above it are
/// not tried; when none is left, the mail would go in a circle.
async fn without_us(
    shared: &Shared,
    domain: &Domain,
    hosts: &[MxHost],
) -> Result<Vec<MxHost>, Failure> {
    let looked_at = hosts.iter().take(LOOKED_AT);
    let questions =
        looked_at.map(|host| async { (host.preference, is_us(shared, &host.name).await) });
    let answers = futures_util::future::join_all(questions);
    // Without an answer in time nothing speaks for its being us; trying the host will tell.
    let answers = tokio::time::timeout(LOOK_DEADLINE, answers).await.unwrap_or_default();
    let ours = answers.iter().filter(|(_, is_us)| *is_us).map(|(preference, _)| *preference).min();
    let Some(ours) = ours else { return Ok(hosts.to_vec()) };
    let better: Vec<MxHost> = hosts.iter().filter(|host| host.preference < ours).cloned().collect();
    if better.is_empty() {
        return Err(Failure::MxPointsHere {
            domain: domain.to_string(),
            hosts: hosts.iter().map(|h| format!("{} {}", h.preference, h.name)).collect(),
        });
    }
    Ok(better)
}

/// True when a connection to the host would come back to one of our own listeners.
async fn is_us(shared: &Shared, name: &str) -> bool {
    if name.eq_ignore_ascii_case(&shared.hostname) {
        return true;
    }
    if shared.own_listeners.iter().all(|own| own.port() != shared.mx_port) {
        return false;
    }
    let addresses = shared.resolver.addresses(name, Families::Both).await.unwrap_or_default();
    addresses.iter().any(|address| leads_here(shared, SocketAddr::new(*address, shared.mx_port)))
}

/// True when a connection to the address comes back to one of our own listeners for mail.
pub(crate) fn leads_here(shared: &Shared, address: SocketAddr) -> bool {
    shared.own_listeners.iter().any(|own| answers(*own, address, |ip| shared.is_own_address(ip)))
}

/// Answers that are still good: a domain's hosts are asked for once for all its messages.
#[derive(Debug, Default)]
pub(crate) struct MxCache {
    sets: parking_lot::Mutex<hashbrown::HashMap<Domain, (MxSet, Instant)>>,
}

/// How long a domain keeps its hosts without asking. The resolver beneath honours shorter times.
const KEEP: Duration = Duration::from_secs(300);

/// How many domains are remembered.
const CACHE_SIZE: usize = 10_000;

impl MxCache {
    pub(crate) fn get(&self, domain: &Domain) -> Option<MxSet> {
        let sets = self.sets.lock();
        sets.get(domain).filter(|(_, at)| at.elapsed() < KEEP).map(|(set, _)| set.clone())
    }

    pub(crate) fn put(&self, domain: &Domain, set: MxSet) {
        let mut sets = self.sets.lock();
        if sets.len() >= CACHE_SIZE {
            sets.retain(|_, (_, at)| at.elapsed() < KEEP);
        }
        if sets.len() >= CACHE_SIZE {
            // Asking again costs less than searching for the oldest every time.
            sets.clear();
        }
        sets.insert(domain.clone(), (set, Instant::now()));
    }

    /// Forgets a domain: its hosts did not answer, they may have changed.
    pub(crate) fn forget(&self, domain: &Domain) {
        self.sets.lock().remove(domain);
    }

    /// Forgets everything.
    pub(crate) fn clear(&self) {
        self.sets.lock().clear();
    }
}
