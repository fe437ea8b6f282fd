//! Networks that may relay: is one of them wider than anybody can mean, or are they all together?

use std::collections::HashSet;
use std::net::{IpAddr, Ipv4Addr};

use causeway_model::config::{AuthorisedAddress, Connector, MailFlow, Peer, Until};
use causeway_model::{Said, Timestamp, said};
use ipnet::{IpNet, Ipv4Net};

use super::Findings;
use crate::index::{NetworkTable, canonical_network};
use crate::relay::shown_network;

/// Whose a range is that is somebody's inside network everywhere.
#[derive(Clone, Copy)]
enum Inside {
    Organization,
    /// The customers of a provider share it.
    Provider,
    LinkLocal,
}

const PRIVATE: [(&str, Inside); 8] = [
    ("10.0.0.0/8", Inside::Organization),
    ("172.16.0.0/12", Inside::Organization),
    ("192.168.0.0/16", Inside::Organization),
    ("100.64.0.0/10", Inside::Provider),
    ("169.254.0.0/16", Inside::LinkLocal),
    ("fc00::/7", Inside::Organization),
    ("fd00::/8", Inside::Organization),
    ("fe80::/10", Inside::LinkLocal),
];

/// IPv6 prefixes behind which any IPv4 address can stand, and the bit at which that address begins.
const TRANSLATED: [(&str, u8); 4] = [
    // 6to4 (RFC 3056).
    ("2002::/16", 16),
    // Teredo (RFC 4380): the client's address.
    ("2001::/32", 96),
    // NAT64, everybody's prefix (RFC 6052) and those of single networks (RFC 8215).
    ("64:ff9b::/96", 96),
    ("64:ff9b:1::/48", 96),
];

/// Ranges of public addresses that are shorter belong to more than one organization.
const WIDE_IPV4: u8 = 16;
const WIDE_IPV6: u8 = 32;

/// Where container hosts put the network of their containers unless told otherwise.
const CONTAINERS: &str = "172.17.0.0/16";

/// What is doubtful about trusting a network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// It holds addresses of strangers; why.
    Strangers(Said),
    /// It may hold them in some set-ups; why.
    Maybe(Said),
}

/// Whether it is safe to let everybody in this network relay.
#[must_use]
pub fn doubt(network: IpNet) -> Option<Doubt> {
    let network = canonical_network(network);
    let (widest, wide) = match network {
        IpNet::V4(_) => (8, WIDE_IPV4),
        IpNet::V6(_) => (16, WIDE_IPV6),
    };
    let private = PRIVATE.iter().filter_map(|(text, inside)| Some((text.parse().ok()?, *inside)));
    let private: Vec<(IpNet, Inside)> = private.collect();
    if let Some((_, inside)) = private.iter().find(|(range, _)| *range == network) {
        return Some(Doubt::Maybe(whole_range(network, *inside)));
    }
    let is_inside =
        network.addr().is_loopback() || private.iter().any(|(range, _)| range.contains(&network));
    if network.prefix_len() < widest && !is_inside {
        return Some(Doubt::Strangers(said!(
            "check-too-wide",
            "{network} holds so many addresses that strangers are among them: anybody could send through this server (an open relay)",
            network = network
        )));
    }
    if let Some(range) =
        private.iter().map(|(range, _)| range).find(|range| network.contains(*range))
    {
        return Some(Doubt::Strangers(said!(
            "check-wider-than-private",
            "{network} holds the private range {range} among public addresses: it is written too wide",
            network = network,
            range = range
        )));
    }
    if let Some(doubt) = translated(network) {
        return Some(doubt);
    }
    if network.prefix_len() < wide && !is_inside {
        return Some(Doubt::Maybe(wide_range(network)));
    }
    container_gateway(network)
}

/// A range of public addresses that is wider than one organization's.
fn wide_range(network: IpNet) -> Said {
    said!(
        "check-wide-range",
        "{network} is a wide range of public addresses: strangers may be among them",
        network = network
    )
}

/// What is doubtful about addresses behind which IPv4 addresses stand: those are judged.
fn translated(network: IpNet) -> Option<Doubt> {
    let ranges = TRANSLATED.iter().filter_map(|(text, bit)| Some((text.parse().ok()?, *bit)));
    let (_, bit) = ranges
        .into_iter()
        .find(|(range, _): &(IpNet, u8)| range.contains(&network) || network.contains(range))?;
    match network.prefix_len().saturating_sub(bit) {
        0..8 => Some(Doubt::Strangers(said!(
            "check-translated",
            "{network} is a range in which any IPv4 host can have its address (6to4, Teredo, NAT64): anybody could send through this server (an open relay)",
            network = network
        ))),
        8..WIDE_IPV4 => Some(Doubt::Maybe(wide_range(network))),
        _ => None,
    }
}

/// It holds the address that clients of a container can all seem to have.
fn container_gateway(network: IpNet) -> Option<Doubt> {
    let containers: IpNet = CONTAINERS.parse().ok()?;
    let touches = containers.contains(&network) || network.contains(&containers);
    let gateway: IpAddr = IpAddr::V4(Ipv4Addr::new(172, 17, 0, 1));
    (touches && network.contains(&gateway)).then(|| {
        Doubt::Maybe(said!(
            "check-container-gateway",
            "{network} holds 172.17.0.1, the gateway of container networks: in a container every client from outside can seem to come from there",
            network = network
        ))
    })
}

/// A whole range of inside addresses may relay.
fn whole_range(network: IpNet, inside: Inside) -> Said {
    match inside {
        Inside::Organization => said!(
            "check-private-range",
            "{network} is a private range: every machine in it may send anywhere, and behind a container host or a NAT gateway so may everybody outside",
            network = network
        ),
        Inside::Provider => said!(
            "check-provider-range",
            "{network} is shared by the customers of a provider: every machine in it may send anywhere, and behind a NAT gateway so may everybody outside",
            network = network
        ),
        Inside::LinkLocal => said!(
            "check-link-local-range",
            "{network} is the link-local range: every machine in it may send anywhere",
            network = network
        ),
    }
}

pub(super) fn check(flow: &MailFlow, now: Timestamp, findings: &mut Findings<'_>) {
    let rights = rights(flow);
    ended(flow, now, findings);
    let networks = wide(&rights, findings);
    together(flow, networks, findings);
    without_effect(&rights, now, findings);
}

/// One written right to relay.
struct Right<'f> {
    path: String,
    network: IpNet,
    /// `None`: one of `networks`.
    entry: Option<&'f AuthorisedAddress>,
}

impl<'f> Right<'f> {
    fn until(&self) -> Option<&'f Until> {
        self.entry.and_then(|entry| entry.until.as_ref())
    }
}

/// All of them, in the order in which equal ones count.
fn rights(flow: &MailFlow) -> Vec<Right<'_>> {
    let networks = flow.relay.networks.iter().enumerate();
    let networks = networks.map(|(i, network)| Right {
        path: format!("relay.networks[{i}]"),
        network: canonical_network(*network),
        entry: None,
    });
    let addresses = flow.relay.addresses.iter().enumerate();
    let addresses = addresses.map(|(i, entry)| Right {
        path: format!("relay.addresses[{i}]"),
        network: canonical_network(entry.address),
        entry: Some(entry),
    });
    networks.chain(addresses).collect()
}

/// Networks that hold strangers, each by itself. The IPv4 networks that are no error.
fn wide(rights: &[Right<'_>], findings: &mut Findings<'_>) -> Vec<Ipv4Net> {
    let mut v4: Vec<Ipv4Net> = Vec::new();
    for Right { path, network, .. } in rights {
        let doubt = doubt(*network);
        if !matches!(doubt, Some(Doubt::Strangers(_))) {
            v4.extend(ipv4(*network));
        }
        match doubt {
            Some(Doubt::Strangers(why)) => findings.error(
                path,
                why,
                said!("check-too-wide.do", "write the networks of your own machines only"),
            ),
            Some(Doubt::Maybe(why)) => findings.warning(
                path,
                why,
                said!(
                    "check-private-range.do",
                    "write the narrower network that is really meant, if there is one"
                ),
            ),
            None => {}
        }
    }
    v4
}

const fn ipv4(network: IpNet) -> Option<Ipv4Net> {
    match network {
        IpNet::V4(network) => Some(network),
        IpNet::V6(_) => None,
    }
}

/// Networks that hold strangers all together: those that may relay, and after them those of the own servers,
/// connector by connector.
fn together(flow: &MailFlow, mut networks: Vec<Ipv4Net>, findings: &mut Findings<'_>) {
    let own_servers = flow.connectors.iter().enumerate().filter_map(|(i, connector)| {
        let Connector::Inbound(inbound) = connector else { return None };
        let may_relay = inbound.enabled && inbound.peer == Peer::OnPremises;
        may_relay.then(|| (format!("connector[{i}].source_addresses"), &*inbound.source_addresses))
    });
    let relay: (String, &[IpNet]) = ("relay.networks".to_owned(), &[]);
    for (path, more) in std::iter::once(relay).chain(own_servers) {
        let more = more.iter().map(|network| canonical_network(*network));
        let bearable = more.filter(|net| !matches!(doubt(*net), Some(Doubt::Strangers(_))));
        networks.extend(bearable.filter_map(ipv4));
        networks = Ipv4Net::aggregate(&networks);
        let held: u64 = networks.iter().map(|net| 1u64 << (32 - net.prefix_len())).sum();
        if held >= 1 << 30 {
            findings.error(
                &path,
                said!(
                    "check-too-many",
                    "together the networks hold a quarter of all IPv4 addresses: anybody could send through this server (an open relay)"
                ),
                said!("check-too-wide.do", "write the networks of your own machines only"),
            );
            return;
        }
    }
}

/// Entries that another one makes superfluous: the narrowest one counts, of equal ones the first.
fn without_effect(rights: &[Right<'_>], now: Timestamp, findings: &mut Findings<'_>) {
    // What is too wide has to go anyway.
    let still = |right: &Right<'_>| {
        right.entry.is_none_or(|entry| !entry.is_over(now))
            && !matches!(doubt(right.network), Some(Doubt::Strangers(_)))
    };
    let table = NetworkTable::new(
        rights
            .iter()
            .zip(0..)
            .filter(|(right, _)| still(right))
            .map(|(right, number)| (right.network, number)),
    );
    let mut seen: HashSet<IpNet> = HashSet::new();
    for right in rights.iter().filter(|right| still(right)) {
        if !seen.insert(right.network) {
            twice(right, findings);
            continue;
        }
        let wider = table
            .holding(right.network.addr())
            .filter_map(|number| rights.get(number as usize))
            .find(|other| other.network.prefix_len() < right.network.prefix_len());
        let Some(wider) = wider else { continue };
        // An entry for some senders takes the right to use others away: that is an effect.
        let is_bounded =
            |right: &Right<'_>| right.entry.is_some_and(|entry| !entry.sender_domains.is_empty());
        if !is_bounded(right) && !is_bounded(wider) {
            covered(right, wider, findings);
        }
    }
}

fn twice(right: &Right<'_>, findings: &mut Findings<'_>) {
    findings.warning(
        &right.path,
        said!(
            "check-right-twice",
            "{network} has an entry already further up: the first one counts",
            network = shown_network(right.network)
        ),
        said!("check-right-twice.do", "keep one of the two"),
    );
}

fn covered(right: &Right<'_>, wider: &Right<'_>, findings: &mut Findings<'_>) {
    let (network, wider_network) = (shown_network(right.network), shown_network(wider.network));
    match (right.until(), wider.until()) {
        (Some(until), None) => findings.warning(
            &right.path,
            said!(
                "check-end-without-effect",
                "{network} keeps the right to relay after {until}, because {wider} has it without an end",
                network = network,
                until = until.written,
                wider = wider_network
            ),
            said!("check-end-without-effect.do", "remove one of the two"),
        ),
        (None, None) => findings.warning(
            &right.path,
            said!(
                "check-right-covered",
                "{network} is part of {wider}, which has the right to relay already: the entry changes nothing",
                network = network,
                wider = wider_network
            ),
            said!("check-right-covered.do", "remove one of the two"),
        ),
        // One of them outlives the other.
        _ => {}
    }
}

/// Rights whose time is over.
fn ended(flow: &MailFlow, now: Timestamp, findings: &mut Findings<'_>) {
    for (i, entry) in flow.relay.addresses.iter().enumerate() {
        let Some(until) = entry.until.as_ref().filter(|_| entry.is_over(now)) else { continue };
        findings.warning(
            &format!("relay.addresses[{i}]"),
            said!(
                "check-right-ended",
                "{network} was allowed to relay until {until}, and is no longer",
                network = shown_network(entry.address),
                until = until.written
            ),
            said!("check-right-ended.do", "remove the entry, or write a later until"),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(text: &str) -> &'static str {
        match doubt(text.parse().unwrap()) {
            Some(Doubt::Strangers(_)) => "error",
            Some(Doubt::Maybe(_)) => "warning",
            None => "fine",
        }
    }

    #[test]
    fn only_what_can_hold_strangers_is_doubtful() {
        for (network, expected) in [
            ("0.0.0.0/0", "error"),
            ("128.0.0.0/1", "error"),
            ("10.0.0.0/7", "error"),
            ("::/0", "error"),
            ("2000::/3", "error"),
            ("::ffff:0.0.0.0/96", "error"),
            ("192.0.0.0/8", "error"),
            ("172.0.0.0/8", "error"),
            ("10.0.0.0/8", "warning"),
            ("172.16.0.0/12", "warning"),
            ("192.168.0.0/16", "warning"),
            ("fc00::/7", "warning"),
            ("100.64.0.0/10", "warning"),
            ("172.17.0.0/16", "warning"),
            ("172.17.0.1/32", "warning"),
            ("172.16.0.0/15", "warning"),
            ("172.17.5.0/24", "fine"),
            ("192.168.1.0/24", "fine"),
            ("10.20.0.0/16", "fine"),
            ("127.0.0.0/8", "fine"),
            ("::1/128", "fine"),
            ("10.0.0.0/9", "fine"),
            ("fd00::/8", "warning"),
            ("fd00::/9", "fine"),
            ("9.0.0.0/8", "warning"),
            ("9.0.0.0/15", "warning"),
            ("9.1.0.0/16", "fine"),
            ("2a00::/16", "warning"),
            ("2001:db8::/31", "warning"),
            ("2001:db8::/32", "fine"),
        ] {
            assert_eq!(kind(network), expected, "{network}");
        }
    }

    #[test]
    fn addresses_behind_which_ipv4_addresses_stand_are_judged_by_those() {
        for (network, expected) in [
            ("2002::/16", "error"),
            ("2002:900::/23", "error"),
            ("2002:900::/24", "warning"),
            ("2002:901:200::/40", "fine"),
            ("2002:901:203::/48", "fine"),
            ("2001::/16", "error"),
            ("2001::/32", "error"),
            ("2001:0:901:203::/64", "error"),
            ("2001::1/128", "fine"),
            ("64:ff9b::/64", "error"),
            ("64:ff9b::/96", "error"),
            ("64:ff9b::9.0.0.0/104", "warning"),
            ("64:ff9b::9.1.2.0/120", "fine"),
            ("64:ff9b:1::/48", "error"),
            ("64:ff9b:1:ffff::/96", "error"),
            ("64:ff9b:1:ffff::9.1.2.3/128", "fine"),
        ] {
            assert_eq!(kind(network), expected, "{network}");
        }
    }
}
