//! Wrong passwords: counted, answered more and more slowly, and then not taken at all for a while.
//!
//! Counted are addresses (a /64 counts as one for IPv6) and names as they are given, existing or not.
//! From an address at which somebody has logged in before, that name's wrong passwords are counted
//! by themselves: strangers who lock a name do not lock out its owner, and a device with an old
//! password locks only where it is.
//!
//! **What it promises.** At most [`LIMIT`] counts are kept. When there are more, those without a lock
//! that were not touched for longest go first. Nothing survives a restart.

use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

use causeway_model::Timestamp;
use causeway_model::config::Network;
use parking_lot::{Mutex, RwLock};

use crate::bounded::Bounded;

/// Counts that are kept, and names with the addresses they are known at.
const LIMIT: usize = 50_000;

/// Wrong passwords that are answered at once.
const FREE: u32 = 2;

/// The first delay, which doubles from one wrong password to the next.
const FIRST_DELAY: Duration = Duration::from_millis(250);

/// The longest delay.
const LONGEST_DELAY: Duration = Duration::from_secs(4);

/// When to lock, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Wrong passwords for one name.
    pub per_account: u32,
    /// Wrong passwords from one address.
    pub per_address: u32,
    /// How long a lock holds, and how long a wrong password is remembered.
    pub lock: Duration,
}

/// What is counted, and can be locked.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Subject {
    Address(IpAddr),
    Name(String),
    /// A name at an address where it has logged in.
    Known(String, IpAddr),
}

#[derive(Clone, Copy, Debug)]
struct Count {
    failures: u32,
    last: Timestamp,
    locked_until: Option<Timestamp>,
}

/// Not now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Locked {
    /// Until when.
    pub until: Timestamp,
}

/// A lock, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lock {
    /// The name that is locked, as it was given; `None`: every name.
    pub name: Option<String>,
    /// The address that is locked; `None`: every address at which the name never logged in.
    pub address: Option<IpAddr>,
    /// Wrong passwords that were counted.
    pub failures: u32,
    /// Until when.
    pub until: Timestamp,
}

/// What is remembered about failures. Shared by all sessions.
#[derive(Debug)]
pub(crate) struct Guard {
    rules: Rules,
    /// Addresses that are not counted.
    exempt: RwLock<Vec<Network>>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    counts: Bounded<Subject, Count>,
    /// Where names have logged in.
    known: Bounded<(String, IpAddr), ()>,
}

impl Guard {
    pub(crate) fn new(rules: Rules) -> Self {
        let state = State { counts: Bounded::new(LIMIT), known: Bounded::new(LIMIT) };
        Self { rules, exempt: RwLock::default(), state: Mutex::new(state) }
    }

    /// Addresses in these networks are not counted from now on; names are, wherever they come from.
    pub(crate) fn exempt(&self, networks: Vec<Network>) {
        *self.exempt.write() = networks;
    }

    fn counts_address(&self, client: IpAddr) -> bool {
        let client = client.to_canonical();
        !self.exempt.read().iter().any(|network| network.contains(&client))
    }

    /// Whether this name may be tried from this address now.
    pub(crate) fn check(&self, name: &str, client: IpAddr, now: Timestamp) -> Result<(), Locked> {
        let counts_address = self.counts_address(client);
        let state = self.state.lock();
        let until = state
            .subjects(name, client)
            .iter()
            .filter(|subject| counts_address || !matches!(subject, Subject::Address(_)))
            .filter_map(|subject| state.counts.get(subject)?.locked_until)
            .filter(|until| *until > now)
            .max();
        until.map_or(Ok(()), |until| Err(Locked { until }))
    }

    /// Counts a wrong password. Returns how long its answer is to wait, and the locks that it caused.
    pub(crate) fn failed(
        &self,
        name: &str,
        client: IpAddr,
        now: Timestamp,
    ) -> (Duration, Vec<Lock>) {
        let counts_address = self.counts_address(client);
        let mut state = self.state.lock();
        let mut most = 0;
        let mut locks = Vec::new();
        for subject in state.subjects(name, client) {
            let limit = match subject {
                Subject::Address(_) if !counts_address => continue,
                Subject::Address(_) => self.rules.per_address,
                Subject::Name(_) | Subject::Known(..) => self.rules.per_account,
            };
            let count = state.count(subject.clone(), now, self.rules.lock);
            count.failures = count.failures.saturating_add(1);
            count.last = now;
            most = most.max(count.failures);
            if count.failures >= limit && count.locked_until.is_none() {
                let until = now.plus(self.rules.lock);
                count.locked_until = Some(until);
                locks.push(subject.lock(count.failures, until));
            }
        }
        (delay_after(most), locks)
    }

    /// A login: the name's failures here are forgiven (the address's are not: one good password
    /// must not pay for guessing others).
    pub(crate) fn succeeded(&self, name: &str, client: IpAddr) {
        let mut state = self.state.lock();
        let client = counted_as(client);
        state.counts.remove(&Subject::Known(name.to_owned(), client));
        let known = (name.to_owned(), client);
        if state.known.get(&known).is_none() {
            state.counts.remove(&Subject::Name(name.to_owned()));
        }
        state.known.touch(known, || (), |_, _| false);
    }

    /// The locks that hold, the one that ends last first.
    pub(crate) fn locks(&self, now: Timestamp) -> Vec<Lock> {
        let state = self.state.lock();
        let mut locks: Vec<Lock> = state
            .counts
            .iter()
            .filter_map(|(subject, count)| {
                let until = count.locked_until.filter(|until| *until > now)?;
                Some(subject.lock(count.failures, until))
            })
            .collect();
        locks.sort_by(|a, b| (b.until, &a.name, a.address).cmp(&(a.until, &b.name, b.address)));
        locks
    }

    /// Forgets the failures of a name, or of an address, or (neither) all. Returns how many locks
    /// ended by it.
    pub(crate) fn unlock(
        &self,
        name: Option<&str>,
        client: Option<IpAddr>,
        now: Timestamp,
    ) -> usize {
        let client = client.map(counted_as);
        let mut ended = 0;
        self.state.lock().counts.retain(|subject, count| {
            let goes = match subject {
                Subject::Address(address) => name.is_none() && client.is_none_or(|c| c == *address),
                Subject::Name(own) => client.is_none() && name.is_none_or(|name| name == own),
                Subject::Known(own, address) => {
                    name.is_none_or(|name| name == own) && client.is_none_or(|c| c == *address)
                }
            };
            if goes && count.locked_until.is_some_and(|until| until > now) {
                ended += 1;
            }
            !goes
        });
        ended
    }
}

impl State {
    /// Under what an attempt counts.
    fn subjects(&self, name: &str, client: IpAddr) -> [Subject; 2] {
        let client = counted_as(client);
        let known = (name.to_owned(), client);
        let by_name = if self.known.get(&known).is_some() {
            Subject::Known(known.0, known.1)
        } else {
            Subject::Name(known.0)
        };
        [Subject::Address(client), by_name]
    }

    /// The count of a subject, begun anew when what it remembers is over.
    fn count(&mut self, subject: Subject, now: Timestamp, memory: Duration) -> &mut Count {
        let fresh = Count { failures: 0, last: now, locked_until: None };
        let is_locked = |_: &Subject, count: &Count| count.locked_until.is_some_and(|u| u > now);
        let count = self.counts.touch(subject, || fresh, is_locked);
        let is_over = match count.locked_until {
            Some(until) => until <= now,
            None => now.since(count.last) >= memory,
        };
        if is_over {
            *count = fresh;
        }
        count
    }
}

impl Subject {
    fn lock(&self, failures: u32, until: Timestamp) -> Lock {
        let (name, address) = match self {
            Self::Address(address) => (None, Some(*address)),
            Self::Name(name) => (Some(name.clone()), None),
            Self::Known(name, address) => (Some(name.clone()), Some(*address)),
        };
        Lock { name, address, failures, until }
    }
}

/// How long the answer to the `failures`-th wrong password waits.
fn delay_after(failures: u32) -> Duration {
    match failures.checked_sub(FREE + 1) {
        None => Duration::ZERO,
        Some(doublings) => FIRST_DELAY.saturating_mul(1 << doublings.min(16)).min(LONGEST_DELAY),
    }
}

/// The address that strangers are counted under: one customer of IPv6 has a whole /64.
#[must_use]
pub fn counted_as(client: IpAddr) -> IpAddr {
    match client.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from(u128::from(v6) & (u128::MAX << 64))),
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: Rules = Rules { per_account: 3, per_address: 5, lock: Duration::from_secs(900) };

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000)
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_name_is_locked_after_its_failures_wherever_they_come_from() {
        let guard = Guard::new(RULES);
        for i in 1..=3 {
            assert_eq!(guard.check("alice", ip("192.0.2.9"), at(0)), Ok(()));
            guard.failed("alice", ip(&format!("192.0.2.{i}")), at(0));
        }
        let locked = Locked { until: at(900) };
        assert_eq!(guard.check("alice", ip("192.0.2.9"), at(899)), Err(locked));
        assert_eq!(guard.check("bob", ip("192.0.2.1"), at(1)), Ok(()));
        assert_eq!(guard.check("alice", ip("192.0.2.9"), at(900)), Ok(()));
        assert!(guard.locks(at(900)).is_empty());
        // After the lock, counting begins anew.
        guard.failed("alice", ip("192.0.2.9"), at(901));
        assert_eq!(guard.check("alice", ip("192.0.2.9"), at(902)), Ok(()));
    }

    #[test]
    fn an_address_is_locked_after_its_failures_for_whatever_name() {
        let guard = Guard::new(RULES);
        let locks: Vec<_> = (0..5)
            .flat_map(|i| guard.failed(&format!("name{i}"), ip("2001:db8::1"), at(i)).1)
            .collect();
        assert_eq!(locks.len(), 1);
        assert_eq!((locks[0].address, &locks[0].name), (Some(ip("2001:db8::")), &None));
        // The same customer, another address.
        assert!(guard.check("alice", ip("2001:db8::2:3"), at(10)).is_err());
        assert!(guard.check("alice", ip("2001:db8:0:1::1"), at(10)).is_ok());
    }

    #[test]
    fn an_address_of_many_users_can_be_exempt_and_its_names_are_not() {
        let guard = Guard::new(RULES);
        guard.exempt(vec!["192.0.2.0/24".parse().unwrap()]);
        for i in 0..20 {
            guard.failed(&format!("name{i}"), ip("::ffff:192.0.2.7"), at(i));
            guard.failed("alice", ip("192.0.2.7"), at(i));
        }
        assert!(guard.check("bob", ip("192.0.2.7"), at(30)).is_ok());
        assert!(guard.check("alice", ip("192.0.2.7"), at(30)).is_err());
    }

    #[test]
    fn strangers_do_not_lock_an_owner_out() {
        let guard = Guard::new(RULES);
        let (home, attacker) = (ip("198.51.100.1"), ip("203.0.113.1"));
        guard.succeeded("alice", home);
        for _ in 0..4 {
            guard.failed("alice", attacker, at(1));
        }
        assert!(guard.check("alice", attacker, at(2)).is_err());
        assert!(guard.check("alice", ip("203.0.113.2"), at(2)).is_err());
        assert!(guard.check("alice", home, at(2)).is_ok());
        // And an old password at home locks the home only.
        for _ in 0..3 {
            guard.failed("alice", home, at(1000));
        }
        assert!(guard.check("alice", home, at(1001)).is_err());
        assert!(guard.check("alice", ip("203.0.113.2"), at(1001)).is_ok());
    }

    #[test]
    fn a_good_password_does_not_pay_for_guessing_others() {
        let guard = Guard::new(RULES);
        let client = ip("203.0.113.1");
        for i in 0..5 {
            guard.succeeded("mallory", client);
            guard.failed(&format!("victim{i}"), client, at(i));
        }
        assert!(guard.check("mallory", client, at(6)).is_err());
    }

    #[test]
    fn answers_wait_longer_and_longer() {
        let guard = Guard::new(Rules { per_account: 100, per_address: 100, ..RULES });
        let delays: Vec<u128> =
            (0..9).map(|i| guard.failed("alice", ip("192.0.2.1"), at(i)).0.as_millis()).collect();
        assert_eq!(delays, [0, 0, 250, 500, 1000, 2000, 4000, 4000, 4000]);
        // A pause as long as a lock, and it begins anew.
        assert_eq!(guard.failed("alice", ip("192.0.2.1"), at(2000)).0, Duration::ZERO);
    }

    #[test]
    fn an_administrator_unlocks_a_name_an_address_or_all() {
        let guard = Guard::new(RULES);
        let lock = || {
            for i in 0..5 {
                guard.failed("alice", ip("192.0.2.1"), at(i));
            }
            assert_eq!(guard.locks(at(10)).len(), 2);
        };
        lock();
        assert_eq!(guard.unlock(Some("bob"), None, at(10)), 0);
        assert_eq!(guard.unlock(Some("alice"), None, at(10)), 1);
        assert!(guard.check("alice", ip("192.0.2.1"), at(10)).is_err());
        assert_eq!(guard.unlock(None, Some(ip("192.0.2.1")), at(10)), 1);
        assert!(guard.check("alice", ip("192.0.2.1"), at(10)).is_ok());
        lock();
        assert_eq!(guard.unlock(None, None, at(10)), 2);
        assert!(guard.locks(at(10)).is_empty());
    }

    #[test]
    fn a_flood_of_names_fills_no_memory_and_frees_no_lock() {
        let guard = Guard::new(RULES);
        for _ in 0..3 {
            guard.failed("alice", ip("192.0.2.1"), at(0));
        }
        for i in 0..(2 * LIMIT as u32) {
            let client = IpAddr::V4((0x0a00_0000 + i).into());
            guard.failed(&format!("name{i}"), client, at(1));
        }
        assert!(guard.state.lock().counts.len() <= LIMIT);
        assert!(guard.check("alice", ip("192.0.2.2"), at(2)).is_err());
    }
}
