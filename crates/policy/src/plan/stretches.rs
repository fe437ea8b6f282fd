//! Addresses, cut where networks begin and end.
//!
//! At every address the narrowest network counts. So two sets of networks are compared stretch by stretch:
//! each network of either side without the narrower networks in it. A network of which these leave nothing
//! has no stretch.

use std::net::IpAddr;

use ipnet::IpNet;

use crate::index::canonical_network;

/// One network without the narrower ones in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stretch {
    /// The network.
    pub(super) network: IpNet,
    /// The first of its addresses that no narrower network holds: it stands for all of them.
    pub(super) address: IpAddr,
}

/// The stretches of these networks, in their order.
pub(super) fn stretches(networks: impl IntoIterator<Item = IpNet>) -> Vec<Stretch> {
    let mut networks: Vec<IpNet> = networks.into_iter().map(canonical_network).collect();
    // A network comes right before those in it.
    networks.sort_unstable();
    networks.dedup();
    let stretch = |(position, network): (usize, &IpNet)| {
        let within =
            networks.iter().skip(position + 1).take_while(|other| network.contains(*other));
        first_outside(*network, within).map(|address| Stretch { network: *network, address })
    };
    networks.iter().enumerate().filter_map(stretch).collect()
}

/// The first address of the network that none of the narrower ones holds; these are sorted.
fn first_outside<'n>(network: IpNet, within: impl Iterator<Item = &'n IpNet>) -> Option<IpAddr> {
    let mut next = network.network();
    for narrower in within {
        if next < narrower.network() {
            break;
        }
        next = next.max(following(narrower.broadcast())?);
    }
    network.contains(&next).then_some(next)
}

fn following(address: IpAddr) -> Option<IpAddr> {
    match address {
        IpAddr::V4(v4) => u32::from(v4).checked_add(1).map(|next| IpAddr::V4(next.into())),
        IpAddr::V6(v6) => u128::from(v6).checked_add(1).map(|next| IpAddr::V6(next.into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(networks: &[&str]) -> Vec<String> {
        let all = stretches(networks.iter().map(|text| text.parse().unwrap()));
        all.iter().map(|stretch| format!("{} {}", stretch.network, stretch.address)).collect()
    }

    #[test]
    fn a_stretch_is_a_network_without_the_narrower_ones_in_it() {
        assert_eq!(
            found(&["192.0.2.7/32", "192.0.2.0/30", "192.0.2.0/24", "192.0.2.0/32"]),
            [
                "192.0.2.0/24 192.0.2.4",
                "192.0.2.0/30 192.0.2.1",
                "192.0.2.0/32 192.0.2.0",
                "192.0.2.7/32 192.0.2.7"
            ]
        );
        assert_eq!(found(&["2001:db8::/32", "2001:db8::/33"])[0], "2001:db8::/32 2001:db8:8000::");
        assert_eq!(found(&["::ffff:192.0.2.0/120", "192.0.2.0/24"]), ["192.0.2.0/24 192.0.2.0"]);
    }

    #[test]
    fn a_network_of_which_nothing_is_left_has_none() {
        let halves = found(&["192.0.2.0/24", "192.0.2.0/25", "192.0.2.128/25"]);
        assert_eq!(halves, ["192.0.2.0/25 192.0.2.0", "192.0.2.128/25 192.0.2.128"]);
        assert_eq!(found(&["0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1"]).len(), 2);
    }
}
