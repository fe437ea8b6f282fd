//! Which of equal hosts is next?
//!
//! The smart hosts of one group share the mail of a connector evenly: a new connection goes to the one that has
//! had the fewest messages, and a connection whose host is ahead of the others is given up for one of
//! those. MX hosts of one preference share new connections. A host that gave no session rests for a while; when it comes back, it starts level with the
//! others and does not get everything that it has missed. Pure: told the time and what happened.

use std::time::Duration;

use causeway_model::config::Host;
use hashbrown::HashMap;
use tokio::time::Instant;

/// How long a host that gave no session is asked after its equals.
const REST: Duration = Duration::from_secs(120);

/// Sites that are remembered; when there are more, those without a host that rests are forgotten.
const MOST_SITES: usize = 1_000;

/// A host with its port.
type Place = (Host, u16);

/// What one host has had.
#[derive(Clone, Copy, Debug, Default)]
struct Load {
    messages: u64,
    rests_until: Option<Instant>,
}

/// Messages by site and host; only sites with equal hosts are kept.
#[derive(Debug, Default)]
pub(crate) struct Balance {
    sites: HashMap<String, HashMap<Place, Load>>,
}

/// True when some hosts are equals: without, nothing here needs to be asked or told.
pub(crate) fn has_equals(groups: &[usize]) -> bool {
    groups.iter().any(|&size| size > 1)
}

impl Balance {
    /// The hosts in the order in which a new connection tries them. The first one of a group counts as
    /// having got a message.
    pub(crate) fn order(
        &mut self,
        site: &str,
        hosts: &[Place],
        groups: &[usize],
        now: Instant,
    ) -> Vec<Place> {
        if !has_equals(groups) {
            return hosts.to_vec();
        }
        if self.sites.len() >= MOST_SITES && !self.sites.contains_key(site) {
            let rests = |load: &Load| load.rests_until.is_some_and(|until| until > now);
            self.sites.retain(|_, loads| loads.values().any(rests));
            if self.sites.len() >= MOST_SITES {
                self.sites.clear();
            }
        }
        let loads = self.sites.entry(site.to_owned()).or_default();
        loads.retain(|place, _| hosts.contains(place));
        let mut out = Vec::with_capacity(hosts.len());
        let mut rest = hosts;
        for &size in groups {
            let (group, behind) = rest.split_at(size.min(rest.len()));
            rest = behind;
            let mut group = group.to_vec();
            wake_up(loads, &group, now);
            group.sort_by_key(|place| {
                let load = loads.get(place).copied().unwrap_or_default();
                (load.rests_until.is_some(), load.messages)
            });
            out.append(&mut group);
        }
        if let Some(first) = out.first() {
            loads.entry(first.clone()).or_default().messages += 1;
        }
        out
    }

    /// The connector of a site sends otherwise from now on: its hosts begin anew.
    pub(crate) fn forget(&mut self, site: &str) {
        self.sites.remove(site);
    }

    /// A host gave no session.
    pub(crate) fn failed(&mut self, site: &str, (host, port): (&Host, u16), now: Instant) {
        if let Some(loads) = self.sites.get_mut(site) {
            loads.entry((host.clone(), port)).or_default().rests_until = Some(now + REST);
        }
    }

    /// One more message goes over a connection that has had `uses` before; the first was counted when
    /// it was opened.
    pub(crate) fn used(&mut self, site: &str, place: &Place, groups: &[usize], uses: u32) {
        if uses == 0 || !has_equals(groups) {
            return;
        }
        if let Some(loads) = self.sites.get_mut(site) {
            loads.entry(place.clone()).or_default().messages += 1;
        }
    }

    /// True when the host has had `slack` messages more than one of its equals that does not rest, or has
    /// rested long enough to be asked again.
    pub(crate) fn is_ahead(
        &self,
        site: &str,
        place: &Place,
        (hosts, groups): (&[Place], &[usize]),
        slack: u64,
        now: Instant,
    ) -> bool {
        if !has_equals(groups) {
            return false;
        }
        let Some(loads) = self.sites.get(site) else { return false };
        let load = |place: &Place| loads.get(place).copied().unwrap_or_default();
        let mut rest = hosts;
        for &size in groups {
            let (group, behind) = rest.split_at(size.min(rest.len()));
            rest = behind;
            if group.contains(place) {
                let is_awake = |load: &Load| load.rests_until.is_none_or(|until| until <= now);
                let awake = group.iter().map(load).filter(is_awake);
                let least = awake.map(|load| load.messages).min();
                return least.is_some_and(|least| load(place).messages > least + slack);
            }
        }
        false
    }
}

/// Ends rests that are over. Who comes back, or is new, is level with the least of the others.
fn wake_up(loads: &mut HashMap<Place, Load>, group: &[Place], now: Instant) {
    let awake = group.iter().filter_map(|place| loads.get(place));
    let awake = awake.filter(|load| load.rests_until.is_none());
    let least = awake.map(|load| load.messages).min().unwrap_or_default();
    for place in group {
        let load =
            loads.entry(place.clone()).or_insert(Load { messages: least, rests_until: None });
        if load.rests_until.is_some_and(|until| until <= now) {
            *load = Load { messages: load.messages.max(least), rests_until: None };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(last: u8) -> Place {
        (Host::Address([192, 0, 2, last].into()), 25)
    }

    #[tokio::test]
    async fn equals_take_turns_and_the_next_group_stays_behind_them() {
        let mut balance = Balance::default();
        let hosts = [place(1), place(2), place(3)];
        let now = Instant::now();
        let mut first = [0_u32; 3];
        for _ in 0..10 {
            let order = balance.order("s", &hosts, &[2, 1], now);
            assert_eq!(order[2], place(3));
            first[hosts.iter().position(|host| *host == order[0]).unwrap()] += 1;
        }
        assert_eq!(first, [5, 5, 0]);
        assert_eq!(balance.order("t", &hosts, &[1, 1, 1], now), hosts);
    }

    #[tokio::test]
    async fn a_host_that_is_new_shares_with_the_others_and_does_not_catch_up() {
        let mut balance = Balance::default();
        let now = Instant::now();
        for _ in 0..40 {
            balance.order("s", &[place(1), place(2)], &[2], now);
        }
        let hosts = [place(1), place(3)];
        let mut turns = 0;
        for _ in 0..10 {
            turns += u32::from(balance.order("s", &hosts, &[2], now)[0] == place(3));
        }
        assert_eq!(turns, 5);
    }

    #[tokio::test]
    async fn who_is_ahead_is_left_and_who_rests_is_not_waited_for() {
        let mut balance = Balance::default();
        let hosts = [place(1), place(2)];
        let now = Instant::now();
        balance.order("s", &hosts, &[2], now);
        for uses in 0..6 {
            balance.used("s", &place(1), &[2], uses);
        }
        assert!(balance.is_ahead("s", &place(1), (&hosts, &[2]), 4, now));
        assert!(!balance.is_ahead("s", &place(2), (&hosts, &[2]), 4, now));
        balance.failed("s", (&place(2).0, 25), now);
        assert!(!balance.is_ahead("s", &place(1), (&hosts, &[2]), 4, now));
        assert_eq!(balance.order("s", &hosts, &[2], now)[0], place(1));
        // Back again, it is thought of at once, and does not get everything that it has missed.
        let later = now + REST;
        assert!(balance.is_ahead("s", &place(1), (&hosts, &[2]), 4, later));
        let mut turns = 0;
        for _ in 0..10 {
            turns += u32::from(balance.order("s", &hosts, &[2], later)[0] == place(2));
        }
        assert!((4..=6).contains(&turns), "{turns}");
    }
}
