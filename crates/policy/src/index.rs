//! Look-ups that stay fast with thousands of entries: networks, domain patterns.
//!
//! [`NetworkTable`] answers "which networks hold this address, narrowest first" by one binary search
//! over the edges of all networks; [`PatternIndex`] answers "which patterns take this domain, most
//! specific first" by one hash look-up per label. Both keep the place of each entry in the
//! configuration, nothing else.
//!
//! An IPv4 address inside IPv6 (`::ffff:192.0.2.1`) is the IPv4 address: a client that connects
//! to a dual-stack socket must not be another client.

use std::collections::HashMap;
use std::net::IpAddr;

use causeway_model::Domain;
use causeway_model::config::DomainPattern;
use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// A network as it is compared: host bits cleared, IPv4 inside IPv6 as IPv4.
#[must_use]
pub fn canonical_network(network: IpNet) -> IpNet {
    match network.trunc() {
        IpNet::V6(v6) => unmapped(v6).map_or(IpNet::V6(v6), IpNet::V4),
        v4 @ IpNet::V4(_) => v4,
    }
}

fn unmapped(network: Ipv6Net) -> Option<Ipv4Net> {
    let length = network.prefix_len().checked_sub(96)?;
    Ipv4Net::new(network.network().to_ipv4_mapped()?, length).ok()
}

/// One network: the next wider one that holds it, and what it stands for.
#[derive(Debug)]
struct Node {
    parent: Option<u32>,
    value: u32,
}

/// Networks of one address family, cut into stretches of addresses that lie in the same networks.
#[derive(Debug, Default)]
struct Family {
    nodes: Vec<Node>,
    /// First address of each stretch and its narrowest network, sorted.
    stretches: Vec<(u128, Option<u32>)>,
}

impl Family {
    /// `ranges` is (first address, last address, value). Ranges are nested or apart, as networks
    /// always are; of equal ones the first given counts as the narrower.
    fn build(mut ranges: Vec<(u128, u128, u32)>) -> Self {
        ranges.reverse();
        ranges.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.cmp(&a.1)));
        let mut family = Self::default();
        let mut open: Vec<(u128, u32)> = Vec::new();
        for (first, last, value) in ranges {
            family.close(&mut open, Some(first));
            let node = family.nodes.len() as u32;
            family.nodes.push(Node { parent: open.last().map(|&(_, n)| n), value });
            family.mark(first, Some(node));
            open.push((last, node));
        }
        family.close(&mut open, None);
        family
    }

    /// Closes the networks that end before `next` (all of them without one).
    fn close(&mut self, open: &mut Vec<(u128, u32)>, next: Option<u128>) {
        while let Some(&(last, _)) = open.last() {
            if next.is_some_and(|next| last >= next) {
                return;
            }
            open.pop();
            if let Some(after) = last.checked_add(1) {
                self.mark(after, open.last().map(|&(_, node)| node));
            }
        }
    }

    fn mark(&mut self, first: u128, node: Option<u32>) {
        match self.stretches.last_mut() {
            Some(last) if last.0 == first => last.1 = node,
            _ => self.stretches.push((first, node)),
        }
    }

    fn narrowest(&self, address: u128) -> Option<u32> {
        let after = self.stretches.partition_point(|&(first, _)| first <= address);
        self.stretches.get(after.checked_sub(1)?)?.1
    }
}

/// Networks with a number each.
#[derive(Debug, Default)]
pub struct NetworkTable {
    v4: Family,
    v6: Family,
}

impl NetworkTable {
    /// Takes networks and their numbers. Of equal networks the first given is found first.
    #[must_use]
    pub fn new(networks: impl IntoIterator<Item = (IpNet, u32)>) -> Self {
        let (mut v4, mut v6) = (Vec::new(), Vec::new());
        for (network, value) in networks {
            match canonical_network(network) {
                IpNet::V4(net) => v4.push((
                    u128::from(u32::from(net.network())),
                    u128::from(u32::from(net.broadcast())),
                    value,
                )),
                IpNet::V6(net) => {
                    v6.push((u128::from(net.network()), u128::from(net.broadcast()), value));
                }
            }
        }
        Self { v4: Family::build(v4), v6: Family::build(v6) }
    }

    /// The numbers of all networks that hold `address`, narrowest first.
    pub fn holding(&self, address: IpAddr) -> impl Iterator<Item = u32> + '_ {
        let (family, number) = match address.to_canonical() {
            IpAddr::V4(v4) => (&self.v4, u128::from(u32::from(v4))),
            IpAddr::V6(v6) => (&self.v6, u128::from(v6)),
        };
        let mut next = family.narrowest(number);
        std::iter::from_fn(move || {
            let node = family.nodes.get(next? as usize)?;
            next = node.parent;
            Some(node.value)
        })
    }
}

/// `domain` itself, then each domain above it.
pub fn upwards(domain: &Domain) -> impl Iterator<Item = &str> {
    let literal = domain.as_str().starts_with('[');
    std::iter::successors(Some(domain.as_str()), move |name| {
        if literal { None } else { name.split_once('.').map(|(_, up)| up) }
    })
}

/// Domain patterns with a number each.
#[derive(Debug, Default)]
pub struct PatternIndex {
    exact: HashMap<Domain, Vec<u32>>,
    below: HashMap<Domain, Vec<u32>>,
    accepted: Vec<u32>,
    everything: Vec<u32>,
}

impl PatternIndex {
    /// Takes patterns and their numbers. Of equal patterns the first given is found first.
    #[must_use]
    pub fn new<'a>(patterns: impl IntoIterator<Item = (&'a DomainPattern, u32)>) -> Self {
        let mut index = Self::default();
        for (pattern, value) in patterns {
            match pattern {
                DomainPattern::Everything => index.everything.push(value),
                DomainPattern::Accepted => index.accepted.push(value),
                DomainPattern::Exact(domain) => {
                    index.exact.entry(domain.clone()).or_default().push(value);
                }
                DomainPattern::Below(domain) => {
                    index.below.entry(domain.clone()).or_default().push(value);
                }
            }
        }
        index
    }

    /// The numbers of all patterns that take `domain`, which is none of the accepted ones: the exact ones,
    /// then `*.suffix` with the longest suffix first, then `*`.
    pub fn taking<'a>(&'a self, domain: &'a Domain) -> impl Iterator<Item = u32> + 'a {
        self.in_order(domain, &[])
    }

    /// The same for an accepted domain: `accepted domains` stands before `*`.
    pub fn taking_accepted<'a>(&'a self, domain: &'a Domain) -> impl Iterator<Item = u32> + 'a {
        self.in_order(domain, &self.accepted)
    }

    fn in_order<'a>(
        &'a self,
        domain: &'a Domain,
        accepted: &'a [u32],
    ) -> impl Iterator<Item = u32> + 'a {
        let exact = self.exact.get(domain).into_iter().flatten();
        let below = upwards(domain).skip(1).filter_map(|up| self.below.get(up)).flatten();
        exact.chain(below).chain(accepted).chain(&self.everything).copied()
    }

    /// True when a pattern takes all accepted domains.
    #[must_use]
    pub fn takes_accepted(&self) -> bool {
        !self.accepted.is_empty()
    }

    /// The numbers of the patterns `*`.
    pub fn everything(&self) -> impl Iterator<Item = u32> + '_ {
        self.everything.iter().copied()
    }

    /// True when some pattern takes everything below `domain`.
    #[must_use]
    pub fn takes_below(&self, domain: &Domain) -> bool {
        !self.everything.is_empty() || upwards(domain).any(|up| self.below.contains_key(up))
    }

    /// True when one of the patterns takes every domain that `pattern` takes.
    #[must_use]
    pub fn holds(&self, pattern: &DomainPattern) -> bool {
        match pattern {
            DomainPattern::Everything => !self.everything.is_empty(),
            DomainPattern::Accepted => !self.everything.is_empty() || self.takes_accepted(),
            DomainPattern::Exact(domain) => self.takes(domain),
            DomainPattern::Below(above) => self.takes_below(above),
        }
    }

    /// True when some pattern takes `domain`.
    #[must_use]
    pub fn takes(&self, domain: &Domain) -> bool {
        self.taking(domain).next().is_some()
    }
}

/// How a pattern is written in the file.
#[must_use]
pub fn pattern_text(pattern: &DomainPattern) -> String {
    match pattern {
        DomainPattern::Everything => "*".to_owned(),
        DomainPattern::Accepted => "accepted domains".to_owned(),
        DomainPattern::Exact(domain) => domain.to_string(),
        DomainPattern::Below(domain) => format!("*.{domain}"),
    }
}

/// True when `pattern` takes `domain`. Whether that is an accepted one is not known here: `accepted domains`
/// takes none.
#[must_use]
pub fn pattern_takes(pattern: &DomainPattern, domain: &Domain) -> bool {
    match pattern {
        DomainPattern::Everything => true,
        DomainPattern::Accepted => false,
        DomainPattern::Exact(exact) => exact == domain,
        DomainPattern::Below(above) => domain != above && domain.is_within(above),
    }
}

/// True when the `wider` patterns take every domain that `patterns` take, each of these by one of those.
#[must_use]
pub fn patterns_hold(wider: &[DomainPattern], patterns: &[DomainPattern]) -> bool {
    wider == patterns || {
        let wider = PatternIndex::new(wider.iter().map(|pattern| (pattern, 0)));
        patterns.iter().all(|pattern| wider.holds(pattern))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn networks(texts: &[&str]) -> Vec<(IpNet, u32)> {
        texts.iter().enumerate().map(|(i, t)| (t.parse().unwrap(), i as u32)).collect()
    }

    fn found(table: &NetworkTable, address: &str) -> Vec<u32> {
        table.holding(address.parse().unwrap()).collect()
    }

    #[test]
    fn networks_are_found_narrowest_first() {
        let table = NetworkTable::new(networks(&[
            "10.0.0.0/8",
            "10.1.0.0/16",
            "10.1.2.3/32",
            "10.1.0.0/16",
            "::/0",
            "2001:db8::/32",
            "255.255.255.255/32",
        ]));
        assert_eq!(found(&table, "10.1.2.3"), [2, 1, 3, 0]);
        assert_eq!(found(&table, "10.1.2.4"), [1, 3, 0]);
        assert_eq!(found(&table, "10.2.0.0"), [0]);
        assert_eq!(found(&table, "9.255.255.255"), [0; 0]);
        assert_eq!(found(&table, "11.0.0.0"), [0; 0]);
        assert_eq!(found(&table, "255.255.255.255"), [6]);
        assert_eq!(found(&table, "2001:db8::1"), [5, 4]);
        assert_eq!(found(&table, "::1"), [4]);
    }

    #[test]
    fn ipv4_inside_ipv6_is_ipv4_on_both_sides() {
        let table =
            NetworkTable::new(networks(&["::ffff:192.0.2.0/120", "198.51.100.0/24", "::/0"]));
        assert_eq!(found(&table, "192.0.2.9"), [0]);
        assert_eq!(found(&table, "::ffff:198.51.100.9"), [1]);
        assert_eq!(found(&table, "::ffff:203.0.113.1"), [0; 0]);
    }

    #[test]
    fn patterns_are_found_most_specific_first() {
        let domain = |t: &str| Domain::parse(t).unwrap();
        let patterns = [
            DomainPattern::Everything,
            DomainPattern::Below(domain("example")),
            DomainPattern::Below(domain("corp.example")),
            DomainPattern::Exact(domain("a.corp.example")),
        ];
        let index = PatternIndex::new(patterns.iter().zip(0..));
        let taking = |t: &str| index.taking(&domain(t)).collect::<Vec<_>>();
        assert_eq!(taking("a.corp.example"), [3, 2, 1, 0]);
        assert_eq!(taking("corp.example"), [1, 0]);
        assert_eq!(taking("xcorp.example"), [1, 0]);
        assert_eq!(taking("[192.0.2.1]"), [0]);
        for (pattern, i) in patterns.iter().zip(0..) {
            assert_eq!(
                pattern_takes(pattern, &domain("a.corp.example")),
                taking("a.corp.example").contains(&i)
            );
        }
    }

    #[test]
    fn patterns_hold_others_that_take_nothing_else() {
        let patterns = |texts: &[&str]| -> Vec<DomainPattern> {
            let domain = |text: &str| Domain::parse(text).unwrap();
            let pattern = |text: &&str| match (*text, text.strip_prefix("*.")) {
                ("*", _) => DomainPattern::Everything,
                (_, Some(above)) => DomainPattern::Below(domain(above)),
                (exact, None) => DomainPattern::Exact(domain(exact)),
            };
            texts.iter().map(pattern).collect()
        };
        for (wider, narrower, expected) in [
            (&["*.corp.example"][..], &["a.corp.example", "*.b.corp.example"][..], true),
            (&["*.corp.example"], &["*.corp.example"], true),
            (&["*.corp.example"], &["corp.example"], false),
            (&["*.a.corp.example"], &["*.corp.example"], false),
            (&["corp.example"], &["*.corp.example"], false),
            (&["*"], &["*", "*.corp.example", "corp.example"], true),
            (&["*.example", "corp.test"], &["*"], false),
            (&["a.test", "b.test"], &["b.test", "a.test"], true),
            (&[], &["a.test"], false),
            (&[], &[], true),
        ] {
            let held = patterns_hold(&patterns(wider), &patterns(narrower));
            assert_eq!(held, expected, "{wider:?} {narrower:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn the_table_agrees_with_asking_every_network(
            nets in proptest::collection::vec((0u32..64, 24u8..=32), 0..40),
            address in 0u32..64,
        ) {
            let networks: Vec<(IpNet, u32)> = nets
                .iter()
                .zip(0..)
                .map(|(&(base, length), i)| (Ipv4Net::new_assert(base.into(), length).trunc().into(), i))
                .collect();
            let table = NetworkTable::new(networks.clone());
            let address = IpAddr::V4(address.into());
            let mut expected: Vec<(u8, u32)> = networks
                .iter()
                .filter(|(net, _)| net.contains(&address))
                .map(|(net, i)| (32 - net.prefix_len(), *i))
                .collect();
            expected.sort_unstable();
            let expected: Vec<u32> = expected.into_iter().map(|(_, i)| i).collect();
            proptest::prop_assert_eq!(table.holding(address).collect::<Vec<_>>(), expected);
        }
    }
}
