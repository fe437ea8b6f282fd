//! How paths have fared lately: the last success of each, and troubles that do not stop it.
//!
//! A connection that cannot be made stops its whole site, and the schedule knows about it. Two kinds of
//! trouble belong to messages and still speak about the path: a conversation that breaks in the middle of
//! every message, and refusals that are about us or the domain, not about a recipient. They are kept here
//! until something goes through, and forgotten when nothing more of the kind happens; refusals that hit some
//! recipients only last longer (`beside`). Bounded; touched once for each message, for a moment.

mod beside;

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use causeway_catalog::reply::{Meaning, meaning};
use causeway_model::{Address, Attempt, Domain, Failure, Outcome, RecipientKey, Timestamp};
use causeway_net::tls::CertificateFacts;
use causeway_smtp::trail::Hop;
use hashbrown::HashMap;
use parking_lot::Mutex;
use tokio::sync::Notify;

pub use beside::TakenBeside;
pub(crate) use beside::is_relay_refused;

/// Paths that are remembered.
const MOST: usize = 10_000;

/// A trouble that has not happened again for so long is over.
const OVER: Duration = Duration::from_secs(2 * 3600);

/// So many messages in a row before a broken conversation is the path's trouble, not a message's.
const IN_A_ROW: u32 = 3;

/// Hosts of a connector whose certificates are remembered.
const MOST_HOSTS: usize = 8;

/// A host that has not shown its certificate for so long, while others have, is not in use any more.
const SHOWN_LATELY: Duration = Duration::from_secs(7 * 86_400);

/// Recipients that are remembered of one trouble.
const MOST_AFFECTED: usize = 10_000;

/// Numbers of troubles; those of failures are small.
const TROUBLE: u64 = 1 << 63;

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

/// A trouble that does not stop its path.
#[derive(Clone, Debug)]
pub(crate) struct Trouble {
    pub(crate) since: Timestamp,
    /// How often in a row.
    pub(crate) count: u32,
    /// Recipients that it happened to, so many at most, however often each was tried.
    pub(crate) affected: Arc<BTreeSet<RecipientKey>>,
    pub(crate) last: Attempt,
    /// The domain of the recipients that it happened to last.
    pub(crate) domain: Option<Domain>,
    pub(crate) serial: u64,
    /// The recipients that are refused, where it is refusals to relay; not all, if there are many.
    refused: BTreeSet<Address>,
    /// Others of the domain are taken.
    pub(crate) beside: Option<TakenBeside>,
    /// The way of a message that has been here before and goes in circles.
    pub(crate) trail: Arc<[Hop]>,
}

/// What was seen together with a trouble.
#[derive(Debug, Default)]
pub(crate) struct Signs {
    /// Who was taken in the same transaction where others were refused.
    pub(crate) beside: Option<TakenBeside>,
    /// The way of a message that has been here before and goes in circles.
    pub(crate) trail: Vec<Hop>,
}

impl Trouble {
    fn beginning(attempt: &Attempt) -> Self {
        Self {
            since: attempt.at,
            count: 0,
            affected: Arc::default(),
            last: attempt.clone(),
            domain: None,
            serial: TROUBLE,
            refused: BTreeSet::new(),
            beside: None,
            trail: Arc::default(),
        }
    }
}

#[derive(Debug, Default)]
struct Path {
    success: Option<Success>,
    trouble: Option<Trouble>,
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
        let serial = std::sync::atomic::AtomicU64::new(TROUBLE);
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
        let is_over = |trouble: &mut Trouble| !trouble.lasts();
        if by_site.get_mut(site).is_some_and(|path| path.trouble.take_if(is_over).is_some()) {
            self.changed.notify_one();
        }
    }

    /// The peer took a message, for these recipients.
    pub(crate) fn succeeded<'a>(
        &self,
        site: &str,
        now: Timestamp,
        (host, address, tls): (&str, SocketAddr, Option<&str>),
        taken: impl IntoIterator<Item = &'a Address>,
    ) {
        let mut by_site = self.by_site.lock();
        if let Some(path) = by_site.get_mut(site) {
            if let Some(trouble) = path.trouble.take() {
                let has_lasted = trouble.lasts();
                path.trouble = trouble.after_success(taken, (now, host));
                if !(has_lasted && path.trouble.is_some()) {
                    self.changed.notify_one();
                }
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
        signs: Signs,
    ) -> bool {
        if !speaks_of_path(attempt) {
            return false;
        }
        let serial = self.serial.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let domain = hit.first().map(|(_, address)| address.domain());
        let mut by_site = self.by_site.lock();
        if !by_site.contains_key(path) {
            make_room(&mut by_site);
        }
        let trouble = &mut by_site.entry_ref(path).or_default().trouble;
        let before = trouble.take().filter(|before| before.goes_on_with(attempt, domain));
        let mut now = before.unwrap_or_else(|| Trouble::beginning(attempt));
        now.count += 1;
        let room = MOST_AFFECTED.saturating_sub(now.affected.len());
        Arc::make_mut(&mut now.affected).extend(hit.iter().map(|(key, _)| *key).take(room));
        if is_relay_refused(attempt) {
            now.remember_refused(hit.iter().map(|(_, address)| *address));
        }
        now.last = attempt.clone();
        now.domain = domain.cloned();
        now.serial = serial;
        now.beside = signs.beside.or(now.beside);
        now.trail = signs.trail.into();
        *trouble = Some(now);
        drop(by_site);
        self.changed.notify_one();
        true
    }

    /// The recipients that the trouble of a path happened to.
    pub(crate) fn affected(&self, path: &str) -> Arc<BTreeSet<RecipientKey>> {
        let by_site = self.by_site.lock();
        let trouble = by_site.get(path).and_then(|path| path.trouble.as_ref());
        trouble.map(|trouble| Arc::clone(&trouble.affected)).unwrap_or_default()
    }

    /// What is troubled now.
    pub(crate) fn troubles(&self, now: Timestamp) -> Vec<(String, Trouble)> {
        let by_site = self.by_site.lock();
        let troubled =
            by_site.iter().filter_map(|(site, path)| Some((site, path.trouble.as_ref()?)));
        troubled
            .filter(|(_, trouble)| trouble.last.at.plus(OVER) > now && is_established(trouble))
            .map(|(site, trouble)| (site.to_string(), trouble.clone()))
            .collect()
    }

    /// The configuration has changed: what it made fail is to be seen anew, where the connector (none:
    /// directly to the domain) is meant.
    pub(crate) fn forget_troubles(&self, is_meant: impl Fn(Option<&str>) -> bool) {
        for path in self.by_site.lock().values_mut() {
            let connector = path.trouble.as_ref().map(|trouble| trouble.last.connector.as_deref());
            if connector.is_some_and(&is_meant) {
                path.trouble = None;
            }
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
        success.max(path.trouble.as_ref().map(|trouble| trouble.last.at))
    };
    let mut all: Vec<_> = by_site.values().map(news).collect();
    all.sort_unstable();
    let middle = all.get(all.len() / 2).copied().flatten();
    by_site.retain(|_, path| news(path) > middle);
    if by_site.len() >= MOST {
        by_site.clear();
    }
}

/// Whether a failure that belongs to a message says something about its path.
fn speaks_of_path(attempt: &Attempt) -> bool {
    match &attempt.outcome {
        Outcome::Success(_) => false,
        Outcome::Failure(failure) => match failure {
            Failure::TimedOut { .. }
            | Failure::ClosedAbruptly { .. }
            | Failure::ProtocolError { .. }
            | Failure::NoConnector { .. }
            | Failure::RoutingLoop { .. }
            | Failure::MxPointsHere { .. } => true,
            // By MX it is the sender's mistake. Whoever set a connector up for the domain meant it.
            Failure::NullMx { .. } => attempt.connector.is_some(),
            Failure::Replied { reply } => matches!(
                meaning(reply, attempt.stage),
                Meaning::RelayDenied
                    | Meaning::LoginRequired
                    | Meaning::TlsRequired
                    | Meaning::Blocked
                    | Meaning::NoReverseName
                    | Meaning::Loop
                    | Meaning::SystemTrouble
            ),
            _ => false,
        },
    }
}

/// One message that breaks a conversation may be to blame itself, and a server may be short of something for a
/// moment; what a configuration or a refusal says is said at once.
fn is_established(trouble: &Trouble) -> bool {
    if let Some(is_established) = trouble.established_beside() {
        return is_established;
    }
    match &trouble.last.outcome {
        Outcome::Failure(Failure::Replied { reply }) => {
            meaning(reply, trouble.last.stage) != Meaning::SystemTrouble
                || trouble.count >= IN_A_ROW
        }
        Outcome::Failure(
            Failure::TimedOut { .. }
            | Failure::ClosedAbruptly { .. }
            | Failure::ProtocolError { .. },
        ) => trouble.count >= IN_A_ROW,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use causeway_model::{QueueId, Reply, Stage};

    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000)
    }

    fn failed(seconds: i64, failure: Failure) -> Attempt {
        Attempt::new(at(seconds), "p", Stage::Data, Outcome::Failure(failure))
    }

    /// So many recipients, always the same.
    fn troubled(paths: &Paths, attempt: &Attempt, count: u32) -> bool {
        let address = address("x@p.test");
        let key = |index| RecipientKey { message: QueueId::from_u64(1), index };
        let hit: Vec<_> = (0..count).map(|index| (key(index), &address)).collect();
        paths.troubled("p", attempt, &hit, Signs::default())
    }

    fn address(text: &str) -> Address {
        Address::parse(text).unwrap()
    }

    fn paths() -> Paths {
        Paths::new(Arc::new(Notify::new()))
    }

    fn flows(paths: &Paths, site: &str, seconds: i64) {
        paths.succeeded(site, at(seconds), ("h", ([192, 0, 2, 1], 25).into(), None), []);
    }

    #[test]
    fn a_conversation_that_breaks_once_is_the_messages_trouble_and_three_times_the_paths() {
        let paths = paths();
        let broken = |n| failed(n, Failure::ClosedAbruptly { bytes_received: 9 });
        troubled(&paths, &broken(1), 1);
        troubled(&paths, &broken(2), 1);
        assert!(paths.troubles(at(3)).is_empty());
        troubled(&paths, &broken(3), 2);
        let troubles = paths.troubles(at(3));
        let trouble = &troubles[0].1;
        assert_eq!((trouble.affected.len(), trouble.count, trouble.since), (2, 3, at(1)));
        assert!(paths.troubles(at(8_000)).is_empty(), "over after a while");
        flows(&paths, "p", 4);
        assert!(paths.troubles(at(4)).is_empty());
        assert_eq!(paths.success_of("p").unwrap().at, at(4));
    }

    #[test]
    fn a_refusal_of_a_recipient_says_nothing_about_the_path() {
        let paths = paths();
        let said = |text: &str| Failure::Replied { reply: Reply::new(550, None, text) };
        troubled(&paths, &failed(1, said("5.1.1 user unknown")), 1);
        assert!(paths.troubles(at(1)).is_empty());
        troubled(&paths, &failed(1, said("relaying denied")), 1);
        assert_eq!(paths.troubles(at(1)).len(), 1);
        paths.forget_troubles(|connector| connector == Some("another"));
        assert_eq!(paths.troubles(at(1)).len(), 1);
        paths.forget_troubles(|_| true);
        assert!(paths.troubles(at(1)).is_empty());
    }

    /// The recipients of the test of refusals beside others.
    fn refuse(paths: &Paths, seconds: i64, to: &str, beside: Option<TakenBeside>) {
        let reply = Reply::new(550, None, "relaying denied");
        let attempt = Attempt { stage: Stage::Rcpt, ..failed(seconds, Failure::Replied { reply }) };
        let key = RecipientKey { message: QueueId::from_u64(seconds as u64), index: 0 };
        let signs = Signs { beside, ..Signs::default() };
        assert!(paths.troubled("p", &attempt, &[(key, &address(to))], signs));
    }

    fn take(paths: &Paths, seconds: i64, to: &str) {
        let taken = [address(to)];
        paths.succeeded("p", at(seconds), ("h", ([192, 0, 2, 1], 25).into(), None), &taken);
    }

    /// How many messages are refused, and when another recipient was taken last.
    fn beside(paths: &Paths, seconds: i64) -> Option<(u32, Option<Timestamp>)> {
        let troubles = paths.troubles(at(seconds));
        troubles.first().map(|(_, one)| (one.count, one.beside.as_ref().map(|taken| taken.at)))
    }

    #[test]
    fn refusals_beside_others_are_the_paths_trouble_after_a_few_and_end_with_one_who_was_refused() {
        let paths = paths();
        take(&paths, 1, "w@p.test");
        refuse(&paths, 2, "x@p.test", None);
        assert_eq!(beside(&paths, 2), Some((1, None)), "who was taken before proves nothing");
        take(&paths, 3, "w@p.test");
        assert_eq!(beside(&paths, 3), None);
        refuse(&paths, 4, "x@p.test", None);
        refuse(&paths, 5, "y@p.test", None);
        assert_eq!(beside(&paths, 5), None, "addresses may be mistyped");
        refuse(&paths, 6, "y@p.test", None);
        assert_eq!(beside(&paths, 6), Some((3, Some(at(3)))));
        take(&paths, 7, "w@p.test");
        take(&paths, 8, "somebody@another.test");
        paths.answered("p");
        assert_eq!(beside(&paths, 8), Some((3, Some(at(7)))), "nothing of this mends it");
        assert_eq!(beside(&paths, 8_000), None, "it has not happened for long");
        take(&paths, 9, "y@p.test");
        assert_eq!(beside(&paths, 9), None);
        refuse(&paths, 10, "y@p.test", None);
        assert_eq!(beside(&paths, 10), Some((1, None)), "it begins anew");
    }

    #[test]
    fn who_was_taken_in_the_same_transaction_counts_at_once_and_long_ago_not_any_more() {
        let paths = paths();
        let taken = |seconds| {
            let domain = Domain::parse("p.test").unwrap();
            Some(TakenBeside { domain, at: at(seconds), host: "h".into() })
        };
        for seconds in 1..=3 {
            take(&paths, seconds, "w@p.test");
            refuse(&paths, seconds, "x@p.test", taken(seconds));
        }
        assert_eq!(beside(&paths, 3), Some((3, Some(at(3)))));
        refuse(&paths, 9_000, "x@p.test", taken(9_000));
        assert_eq!(beside(&paths, 9_000), None, "the first one after a long time");
        refuse(&paths, 9_001, "x@another.test", None);
        assert_eq!(beside(&paths, 9_001), Some((1, None)), "a whole domain is refused");
    }

    #[test]
    fn a_circle_is_not_over_with_the_next_message_that_goes_round_in_it() {
        let paths = paths();
        let hops = ["us", "gate", "us"].map(|by| Hop { by: by.into(), id: None });
        let reply = Reply::new(554, None, "5.4.6 too many hops");
        let attempt = failed(1, Failure::Replied { reply });
        let key = RecipientKey { message: QueueId::from_u64(1), index: 0 };
        for (trail, is_over) in [(Vec::new(), true), (hops.to_vec(), false)] {
            let signs = Signs { trail, ..Signs::default() };
            paths.troubled("p", &attempt, &[(key, &address("x@p.test"))], signs);
            flows(&paths, "p", 2);
            assert_eq!(paths.troubles(at(2)).is_empty(), is_over);
        }
        assert_eq!(paths.troubles(at(2))[0].1.trail.len(), 3);
        assert!(paths.troubles(at(8_000)).is_empty(), "over after a while");
    }

    #[test]
    fn a_connector_is_used_by_any_of_its_paths_and_by_no_other_of_a_similar_name() {
        let paths = paths();
        flows(&paths, "connector \"a\" to b.test", 4);
        flows(&paths, "connector \"a b\"", 9);
        flows(&paths, "connector \"a b\"", 10);
        assert_eq!(paths.connector_used("a"), Some(at(4)));
        assert_eq!(paths.connector_used("a b"), Some(at(10)));
        assert_eq!(paths.connector_used("b"), None);
        assert_eq!((paths.delivered("connector \"a b\""), paths.delivered_by_all()), (2, 3));
    }

    #[test]
    fn a_server_that_takes_nothing_is_in_trouble_after_a_few_messages_and_no_refusal_is_a_success()
    {
        let paths = paths();
        flows(&paths, "p", 1);
        let short = |n| {
            let reply = Reply::new(452, None, "4.3.1 Insufficient system storage");
            Attempt { stage: Stage::EndOfData, ..failed(n, Failure::Replied { reply }) }
        };
        for n in 2..4 {
            assert!(troubled(&paths, &short(n), 1));
            assert!(paths.troubles(at(n)).is_empty(), "{n}: may pass");
        }
        troubled(&paths, &short(4), 1);
        assert_eq!(paths.troubles(at(4)).len(), 1);
        paths.answered("p");
        assert!(paths.troubles(at(5)).is_empty());
        assert_eq!((paths.success_of("p").unwrap().at, paths.delivered("p")), (at(1), 1));
    }

    #[test]
    fn what_is_remembered_is_bounded_and_the_latest_stays() {
        let paths = paths();
        for n in 0..=MOST {
            flows(&paths, &format!("site {n}"), n as i64);
        }
        assert!(paths.by_site.lock().len() <= MOST);
        assert!(paths.success_of(&format!("site {MOST}")).is_some());
        assert!(paths.success_of("site 0").is_none());
        assert_eq!(paths.count_successes(at(MOST as i64 - 1), 9, |_| true), 2);
        assert_eq!(paths.count_successes(at(0), 9, |address| address.port() == 25), 9);
        assert_eq!(paths.count_successes(at(0), 9, |address| address.port() == 587), 0);
        let latest = paths.successes(at(0), 2);
        assert_eq!(latest[0].0, format!("site {MOST}"));
        assert_eq!(latest.len(), 2);
    }

    #[test]
    fn of_a_connectors_hosts_the_certificate_that_ends_first_counts_whichever_was_spoken_to_last() {
        let facts = |ends: i64| CertificateFacts {
            subject: String::new(),
            issuer: String::new(),
            names: Vec::new(),
            not_before: at(0),
            not_after: at(ends),
            serial: String::new(),
            self_issued: false,
        };
        let paths = paths();
        let ends = || paths.certificates().iter().map(|(_, seen)| seen.facts.not_after).next();
        paths.showed("c", "a.test", &facts(100), at(1));
        paths.showed("c", "b.test", &facts(900), at(2));
        assert_eq!(ends(), Some(at(100)), "no coming and going from session to session");
        paths.showed("c", "a.test", &facts(500), at(3));
        assert_eq!(ends(), Some(at(500)), "renewed");
        for n in 0..20 {
            paths.showed("c", &format!("{n}.test"), &facts(9_999), at(4));
        }
        assert_eq!(paths.by_site.lock()["c"].certificates.len(), MOST_HOSTS);
    }
}
