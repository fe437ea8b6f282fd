//! How paths have fared lately: the last success of each, and troubles that do not stop it.
//!
//! A connection that cannot be made stops its whole site, and the schedule knows about it. Two kinds of
//! trouble belong to messages and still speak about the path: a conversation that breaks in the middle of
//! every message, and refusals that are about us or the domain, not about a recipient. They are kept here
//! until something goes through, and forgotten when nothing more of the kind happens (`trouble`); refusals that hit some
//! recipients only last longer (`beside`). Bounded; touched once for each message, for a moment.

mod beside;
mod trouble;

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use causeway_model::{Address, Attempt, RecipientKey, Timestamp};
use causeway_net::tls::CertificateFacts;
use hashbrown::HashMap;
use parking_lot::Mutex;
use tokio::sync::Notify;

pub use beside::TakenBeside;
pub(crate) use beside::is_relay_refused;
use trouble::{NUMBERS, Taker, Troubles, speaks_of_path};
pub(crate) use trouble::{Signs, Trouble, is_loop};
pub use trouble::{TROUBLE_OVER, is_refused_for_good};

/// Paths that are remembered.
const MOST: usize = 10_000;

/// Hosts of a connector whose certificates are remembered.
const MOST_HOSTS: usize = 8;

/// A host that has not shown its certificate for so long, while others have, is not in use any more.
const SHOWN_LATELY: Duration = Duration::from_secs(7 * 86_400);

/// Something went through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Success {
    /// When.
    pub at: Timestamp,
    /// The host.
    pub host: String,
    /// Its address and port.
    pub address: SocketAddr,
    /// TLS version and cipher; `None`: in plain text.
    pub tls: Option<String>,
}

#[derive(Debug, Default)]
struct Path {
    success: Option<Success>,
    troubles: Troubles,
    /// Messages that went through since the start.
    delivered: u64,
    /// The certificate that each host has shown last, on paths of connectors.
    certificates: Vec<SeenCertificate>,
}

/// A certificate that a connector's server showed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenCertificate {
    /// When.
    pub at: Timestamp,
    /// By which host.
    pub host: String,
    /// What it says.
    pub facts: CertificateFacts,
}

/// How paths have fared lately.
#[derive(Debug)]
pub(crate) struct Paths {
    by_site: Mutex<HashMap<Box<str>, Path>>,
    serial: std::sync::atomic::AtomicU64,
    changed: Arc<Notify>,
}

impl Paths {
    /// `changed` is told when a path begins or ceases to fail.
    pub(crate) fn new(changed: Arc<Notify>) -> Self {
        let serial = std::sync::atomic::AtomicU64::new(NUMBERS);
        Self { by_site: Mutex::default(), serial, changed }
    }

    /// A path fails, or works again.
    pub(crate) fn changed(&self) {
        self.changed.notify_one();
    }

    /// The peer took part in a whole transaction and took nothing of it, for reasons of the message: the path is
    /// not in trouble. That mail goes through it is not said.
    pub(crate) fn answered(&self, site: &str) {
        let mut by_site = self.by_site.lock();
        if by_site.get_mut(site).is_some_and(|path| path.troubles.answered()) {
            self.changed.notify_one();
        }
    }

    /// The peer took a message, for these recipients.
    pub(crate) fn succeeded<'a>(
        &self,
        site: &str,
        now: Timestamp,
        (host, address, tls): (&str, SocketAddr, Option<&str>),
        taken: impl IntoIterator<Item = &'a Address> + Clone,
    ) {
        let mut by_site = self.by_site.lock();
        if let Some(path) = by_site.get_mut(site) {
            if path.troubles.succeeded(taken, &Taker { at: now, host, address }) {
                self.changed.notify_one();
            }
            match &mut path.success {
                Some(success)
                    if success.address == address
                        && success.host == host
                        && success.tls.as_deref() == tls =>
                {
                    success.at = now;
                }
                success => *success = Some(new_success(now, host, address, tls)),
            }
            path.delivered += 1;
            return;
        }
        make_room(&mut by_site);
        let success = Some(new_success(now, host, address, tls));
        by_site.insert(site.into(), Path { success, delivered: 1, ..Path::default() });
    }

    /// A connector's server showed this certificate.
    pub(crate) fn showed(&self, site: &str, host: &str, facts: &CertificateFacts, now: Timestamp) {
        let mut by_site = self.by_site.lock();
        if !by_site.contains_key(site) {
            make_room(&mut by_site);
        }
        let shown = &mut by_site.entry_ref(site).or_default().certificates;
        match shown.iter_mut().find(|seen| seen.host == host) {
            Some(seen) if seen.facts == *facts => seen.at = now,
            Some(seen) => (seen.at, seen.facts) = (now, facts.clone()),
            None => {
                let host = host.to_owned();
                shown.push(SeenCertificate { at: now, host, facts: facts.clone() });
                shown.retain(|seen| now.since(seen.at) < SHOWN_LATELY);
                if shown.len() > MOST_HOSTS {
                    shown.remove(0);
                }
            }
        }
    }

    /// The certificates of connectors' servers: of each connector the one that ends first, whichever of its hosts
    /// was spoken to last.
    pub(crate) fn certificates(&self) -> Vec<(String, SeenCertificate)> {
        let by_site = self.by_site.lock();
        let first =
            |path: &Path| path.certificates.iter().min_by_key(|seen| seen.facts.not_after).cloned();
        by_site.iter().filter_map(|(site, path)| Some((site.to_string(), first(path)?))).collect()
    }

    /// Messages that went through a path since the start.
    pub(crate) fn delivered(&self, site: &str) -> u64 {
        self.by_site.lock().get(site).map_or(0, |path| path.delivered)
    }

    /// Messages that went through all paths since the start.
    pub(crate) fn delivered_by_all(&self) -> u64 {
        self.by_site.lock().values().map(|path| path.delivered).sum()
    }

    /// When something last went through any path of a connector.
    pub(crate) fn connector_used(&self, name: &str) -> Option<Timestamp> {
        let own = format!("connector {name:?}");
        let by_site = self.by_site.lock();
        let of_connector = |site: &str| {
            site.strip_prefix(own.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(" to "))
        };
        let used = by_site.iter().filter(|(site, _)| of_connector(site));
        used.filter_map(|(_, path)| path.success.as_ref().map(|success| success.at)).max()
    }

    /// An attempt failed in a way that does not stop its path. False, and nothing done, when it says
    /// nothing about the path. `path` is what the trouble is listed under; `hit`, whom it happened to.
    pub(crate) fn troubled(
        &self,
        path: &str,
        attempt: &Attempt,
        hit: &[(RecipientKey, &Address)],
        signs: Signs<'_>,
    ) -> bool {
        if !speaks_of_path(attempt) {
            return false;
        }
        let serial = self.serial.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let mut by_site = self.by_site.lock();
        if !by_site.contains_key(path) {
            make_room(&mut by_site);
        }
        by_site.entry_ref(path).or_default().troubles.note(attempt, hit, signs, serial);
        drop(by_site);
        self.changed.notify_one();
        true
    }

    /// The recipients that the trouble of a path happened to.
    pub(crate) fn affected(&self, path: &str) -> Arc<BTreeSet<RecipientKey>> {
        let by_site = self.by_site.lock();
        let trouble = by_site.get(path).and_then(|path| path.troubles.first());
        trouble.map(|trouble| Arc::clone(&trouble.affected)).unwrap_or_default()
    }

    /// What is troubled now.
    pub(crate) fn troubles(&self, now: Timestamp) -> Vec<(String, Trouble)> {
        let by_site = self.by_site.lock();
        let told = by_site.iter().filter_map(|(site, path)| Some((site, path.troubles.told(now)?)));
        told.map(|(site, trouble)| (site.to_string(), trouble.clone())).collect()
    }

    /// The configuration has changed: what it made fail is to be seen anew, where the connector (none:
    /// directly to the domain) is meant.
    pub(crate) fn forget_troubles(&self, is_meant: impl Fn(Option<&str>) -> bool) {
        for path in self.by_site.lock().values_mut() {
            path.troubles.forget(&is_meant);
        }
    }

    /// When something last went through.
    pub(crate) fn success_of(&self, site: &str) -> Option<Success> {
        self.by_site.lock().get(site)?.success.clone()
    }

    /// Paths where something went through since a moment, the latest first.
    pub(crate) fn successes(&self, since: Timestamp, limit: usize) -> Vec<(String, Success)> {
        let by_site = self.by_site.lock();
        let mut found: Vec<(&str, &Success)> = by_site
            .iter()
            .filter_map(|(site, path)| Some((&**site, path.success.as_ref()?)))
            .filter(|(_, success)| success.at >= since)
            .collect();
        found.sort_by_key(|(_, success)| std::cmp::Reverse(success.at));
        found.truncate(limit);
        found.into_iter().map(|(site, success)| (site.to_owned(), success.clone())).collect()
    }

    /// At how many paths whose address is meant something went through since a moment; at most `limit`.
    pub(crate) fn count_successes(
        &self,
        since: Timestamp,
        limit: usize,
        is_meant: impl Fn(SocketAddr) -> bool,
    ) -> usize {
        let by_site = self.by_site.lock();
        let successes = by_site.values().filter_map(|path| path.success.as_ref());
        successes.filter(|s| s.at >= since && is_meant(s.address)).take(limit).count()
    }
}

fn new_success(at: Timestamp, host: &str, address: SocketAddr, tls: Option<&str>) -> Success {
    Success { at, host: host.to_owned(), address, tls: tls.map(str::to_owned) }
}

/// A full register keeps the half with the latest news.
fn make_room(by_site: &mut HashMap<Box<str>, Path>) {
    if by_site.len() < MOST {
        return;
    }
    let news = |path: &Path| {
        let success = path.success.as_ref().map(|success| success.at);
        success.max(path.troubles.last_at())
    };
    let mut all: Vec<_> = by_site.values().map(news).collect();
    all.sort_unstable();
    let middle = all.get(all.len() / 2).copied().flatten();
    by_site.retain(|_, path| news(path) > middle);
    if by_site.len() >= MOST {
        by_site.clear();
    }
}

#[cfg(test)]
mod tests;
