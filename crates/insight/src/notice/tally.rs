//! What sessions see, counted. Shared by all of them; every count has its own lock, held for a moment.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::Duration;

use causeway_model::Timestamp;
use parking_lot::Mutex;

use super::NoticeSettings;
use super::counter::{Counter, Often};
use super::looping::Passage;

/// Loops are counted within this span.
pub const LOOPS_WITHIN: Duration = Duration::from_secs(3600);

/// Senders and clients are counted within this span.
pub const A_DAY: Duration = Duration::from_secs(86_400);

/// Addresses whose last login is remembered.
const MOST_LOGINS: usize = 5_000;

/// Messages that went in circles and whose way is remembered.
const MOST_PASSAGES: usize = 50;

/// Connectors whose last use is remembered; only names from the configuration come here.
const MOST_CONNECTORS: usize = 2_000;

/// Everything that is counted.
#[derive(Debug)]
pub struct Tally {
    loops: Mutex<Counter>,
    passages: Mutex<HashMap<String, Passage>>,
    foreign: Mutex<Counter>,
    old_clients: Mutex<Counter>,
    unknown_domains: Mutex<Counter>,
    unknown_networks: Mutex<Counter>,
    logins: Mutex<HashMap<IpAddr, (Timestamp, String)>>,
    used: Mutex<HashMap<String, Timestamp>>,
}

impl Default for Tally {
    fn default() -> Self {
        let within = |span| Mutex::new(Counter::within(span));
        let unknown = NoticeSettings::default().unknown_recipients_within;
        Self {
            loops: within(LOOPS_WITHIN),
            passages: Mutex::default(),
            foreign: within(A_DAY),
            old_clients: within(A_DAY),
            unknown_domains: within(unknown),
            unknown_networks: within(unknown),
            logins: Mutex::default(),
            used: Mutex::default(),
        }
    }
}

impl Tally {
    /// Counts as the configuration says.
    pub fn follow(&self, settings: &NoticeSettings) {
        self.unknown_domains.lock().set_span(settings.unknown_recipients_within);
        self.unknown_networks.lock().set_span(settings.unknown_recipients_within);
    }

    /// A recipient was tried that does not exist.
    pub fn unknown_recipient(&self, client: IpAddr, domain: &str, now: Timestamp) {
        let network = network_of(client);
        self.unknown_domains.lock().note(domain, &network, now);
        self.unknown_networks.lock().note(&network, domain, now);
    }

    /// A client of ours handed in a message with a sender in a domain that is not accepted here.
    pub fn foreign_sender(&self, client: IpAddr, domain: &str, now: Timestamp) {
        self.foreign.lock().note(domain, &client.to_string(), now);
    }

    /// An inbound connector recognised the client of a message that was accepted.
    pub fn connector_used(&self, name: &str, now: Timestamp) {
        let mut used = self.used.lock();
        if let Some(last) = used.get_mut(name) {
            *last = now;
        } else if used.len() < MOST_CONNECTORS {
            used.insert(name.to_owned(), now);
        }
    }

    /// A mailbox logged in.
    pub fn logged_in(&self, client: IpAddr, mailbox: &str, now: Timestamp) {
        let mut logins = self.logins.lock();
        if logins.len() >= MOST_LOGINS && !logins.contains_key(&client) {
            let mut times: Vec<Timestamp> = logins.values().map(|(at, _)| *at).collect();
            times.sort_unstable();
            let middle = times.get(MOST_LOGINS / 2).copied().unwrap_or(now);
            logins.retain(|_, (at, _)| *at > middle);
        }
        logins.insert(client, (now, mailbox.to_owned()));
    }

    /// A mail program could not log in: it offered this version of TLS, or none.
    pub fn old_client(&self, client: IpAddr, offered: Option<&str>, now: Timestamp) {
        self.old_clients.lock().note(&client.to_string(), offered.unwrap_or_default(), now);
    }

    /// A message came back too often.
    pub fn looped(&self, domain: &str, passage: Passage, now: Timestamp) {
        self.loops.lock().note(domain, "", now);
        let mut passages = self.passages.lock();
        if passages.len() >= MOST_PASSAGES && !passages.contains_key(domain) {
            let oldest = passages.iter().min_by_key(|(_, passage)| passage.at);
            if let Some(oldest) = oldest.map(|(domain, _)| domain.clone()) {
                passages.remove(&oldest);
            }
        }
        passages.insert(domain.to_owned(), passage);
    }

    /// Domains whose mail went in circles, with the way of the last message.
    #[must_use]
    pub fn loops(&self, threshold: u64, now: Timestamp) -> Vec<(Often, Passage)> {
        let often = self.loops.lock().often(threshold, now);
        let passages = self.passages.lock();
        often
            .into_iter()
            .filter_map(|often| passages.get(&often.what).cloned().map(|passage| (often, passage)))
            .collect()
    }

    /// Sender domains of clients of ours; those that are accepted by now are forgotten.
    #[must_use]
    pub fn foreign_senders(
        &self,
        threshold: u64,
        now: Timestamp,
        is_accepted: impl Fn(&str) -> bool,
    ) -> Vec<Often> {
        let mut foreign = self.foreign.lock();
        foreign.forget(is_accepted);
        foreign.often(threshold, now)
    }

    /// Clients without a safe TLS, with who logged in from the same address lately.
    #[must_use]
    pub fn old_clients(&self, threshold: u64, now: Timestamp) -> Vec<(Often, Option<String>)> {
        let often = self.old_clients.lock().often(threshold, now);
        let logins = self.logins.lock();
        let account = |often: &Often| {
            let client: IpAddr = often.what.parse().ok()?;
            logins.get(&client).map(|(_, mailbox)| mailbox.clone())
        };
        often.into_iter().map(|often| (account(&often), often)).map(|(a, o)| (o, a)).collect()
    }

    /// Domains and networks with many unknown recipients, and the span that they were counted in.
    #[must_use]
    pub fn unknown(&self, threshold: u64, now: Timestamp) -> (Vec<Often>, Vec<Often>, Duration) {
        let domains = self.unknown_domains.lock();
        let networks = self.unknown_networks.lock().often(threshold, now);
        (domains.often(threshold, now), networks, domains.span())
    }

    /// When an inbound connector was used last since the start.
    #[must_use]
    pub fn last_used(&self, name: &str) -> Option<Timestamp> {
        self.used.lock().get(name).copied()
    }
}

/// Who a stranger is: single addresses are changed too easily. `192.0.2.0/24`, `2001:db8::/64`.
#[must_use]
pub fn network_of(client: IpAddr) -> String {
    match client.to_canonical() {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            format!("{a}.{b}.{c}.0/24")
        }
        IpAddr::V6(v6) => {
            let network = std::net::Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64);
            format!("{network}/64")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000)
    }

    #[test]
    fn strangers_are_counted_by_network() {
        assert_eq!(network_of("192.0.2.77".parse().unwrap()), "192.0.2.0/24");
        assert_eq!(network_of("::ffff:192.0.2.77".parse().unwrap()), "192.0.2.0/24");
        assert_eq!(network_of("2001:db8:1:2:3::4".parse().unwrap()), "2001:db8:1:2::/64");
        let tally = Tally::default();
        for n in 1..=4 {
            tally.unknown_recipient([192, 0, 2, n].into(), "ours.test", at(1));
        }
        let (domains, networks, _) = tally.unknown(4, at(1));
        assert_eq!((domains[0].what.as_str(), domains[0].count), ("ours.test", 4));
        assert_eq!(networks[0].what, "192.0.2.0/24");
    }

    #[test]
    fn a_login_names_whose_mail_program_it_may_be_and_what_is_remembered_is_bounded() {
        let tally = Tally::default();
        let client: IpAddr = [192, 0, 2, 1].into();
        for n in 0..=u32::try_from(MOST_LOGINS).unwrap() {
            tally.logged_in(std::net::Ipv4Addr::from_bits(n).into(), "x@ours.test", at(n.into()));
        }
        assert!(tally.logins.lock().len() <= MOST_LOGINS);
        tally.logged_in(client, "alice@ours.test", at(9_000));
        tally.old_client(client, Some("TLS 1.0"), at(9_001));
        let found = tally.old_clients(1, at(9_001));
        assert_eq!(found[0].1.as_deref(), Some("alice@ours.test"));
        assert_eq!(found[0].0.by, [("TLS 1.0".to_owned(), 1)]);
    }

    #[test]
    fn a_domain_that_is_accepted_by_now_is_forgotten() {
        let tally = Tally::default();
        tally.foreign_sender([10, 0, 0, 1].into(), "shop.test", at(1));
        assert_eq!(tally.foreign_senders(1, at(1), |_| false).len(), 1);
        assert!(tally.foreign_senders(1, at(1), |domain| domain == "shop.test").is_empty());
        assert!(tally.foreign_senders(1, at(1), |_| false).is_empty());
    }
}
