//! Networks that may relay: is one of them wider than anybody can mean?

use std::net::{IpAddr, Ipv4Addr};

use causeway_model::Timestamp;
use causeway_model::config::MailFlow;
use ipnet::{IpNet, Ipv4Net};

use super::Findings;
use crate::index::canonical_network;
use crate::relay::shown_network;

/// Ranges that are somebody's inside network everywhere, and what they are.
const PRIVATE: [(&str, &str); 7] = [
    ("10.0.0.0/8", "a private range"),
    ("172.16.0.0/12", "a private range"),
    ("192.168.0.0/16", "a private range"),
    ("100.64.0.0/10", "shared by the customers of a provider"),
    ("169.254.0.0/16", "the link-local range"),
    ("fc00::/7", "the private range"),
    ("fe80::/10", "the link-local range"),
];

/// Where container hosts put the network of their containers unless told otherwise.
const CONTAINERS: &str = "172.17.0.0/16";

/// What is doubtful about trusting a network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// It holds addresses of strangers; why.
    Strangers(String),
    /// It may hold them in some set-ups; why.
    Maybe(String),
}

/// Whether it is safe to let everybody in this network relay.
#[must_use]
pub fn doubt(network: IpNet) -> Option<Doubt> {
    let network = canonical_network(network);
    let widest = if network.addr().is_ipv4() { 8 } else { 16 };
    let private = PRIVATE.iter().filter_map(|(text, what)| Some((text.parse().ok()?, *what)));
    let private: Vec<(IpNet, &str)> = private.collect();
    if let Some((_, what)) = private.iter().find(|(range, _)| *range == network) {
        return Some(Doubt::Maybe(format!(
            "{network} is {what}: every machine in it may send anywhere, and behind a container \
             host or a NAT gateway so may everybody outside"
        )));
    }
    if network.prefix_len() < widest {
        return Some(Doubt::Strangers(format!(
            "{network} holds so many addresses that strangers are among them: anybody could send \
             through this server (an open relay)"
        )));
    }
    if let Some((range, what)) = private.iter().find(|(range, _)| network.contains(range)) {
        return Some(Doubt::Strangers(format!(
            "{network} holds {range} ({what}) among public addresses: it is written too wide"
        )));
    }
    let containers: IpNet = CONTAINERS.parse().ok()?;
    let touches = containers.contains(&network) || network.contains(&containers);
    let gateway: IpAddr = IpAddr::V4(Ipv4Addr::new(172, 17, 0, 1));
    (touches && network.contains(&gateway)).then(|| {
        Doubt::Maybe(format!(
            "{network} holds 172.17.0.1, the gateway of container networks: in a container every \
             client from outside can seem to come from there"
        ))
    })
}

pub(super) fn check(flow: &MailFlow, now: Timestamp, findings: &mut Findings<'_>) {
    ended(flow, now, findings);
    let relay = &flow.relay;
    let networks = relay.networks.iter().enumerate();
    let networks = networks.map(|(i, network)| (format!("relay.networks[{i}]"), *network));
    let addresses = relay.addresses.iter().enumerate();
    let addresses = addresses.map(|(i, entry)| (format!("relay.addresses[{i}]"), entry.address));
    for (path, network) in networks.chain(addresses) {
        match doubt(network) {
            Some(Doubt::Strangers(why)) => {
                findings.error(&path, why, "write the networks of your own machines only");
            }
            Some(Doubt::Maybe(why)) => findings.warning(
                &path,
                why,
                "write the narrower network that is really meant, if there is one",
            ),
            None => {}
        }
    }
    let all = relay.networks.iter().copied().chain(relay.addresses.iter().map(|e| e.address));
    let mut v4: Vec<Ipv4Net> = Vec::new();
    for network in all {
        if let IpNet::V4(net) = canonical_network(network)
            && doubt(network).is_none()
        {
            v4.push(net);
        }
    }
    let held: u64 = Ipv4Net::aggregate(&v4).iter().map(|n| 1u64 << (32 - n.prefix_len())).sum();
    if held >= 1 << 30 {
        findings.error(
            "relay.networks",
            "together the networks hold a quarter of all IPv4 addresses: anybody could send \
             through this server (an open relay)",
            "write the networks of your own machines only",
        );
    }
}

/// Rights whose time is over, and domains of senders that change nothing.
fn ended(flow: &MailFlow, now: Timestamp, findings: &mut Findings<'_>) {
    for (i, entry) in flow.relay.addresses.iter().enumerate() {
        let Some(until) = entry.until.as_ref().filter(|_| entry.is_over(now)) else { continue };
        findings.warning(
            &format!("relay.addresses[{i}]"),
            format!(
                "{} was allowed to relay until {}, and is no longer",
                shown_network(entry.address),
                until.written
            ),
            "remove the entry, or write a later until",
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
            ("9.0.0.0/8", "fine"),
            ("2001:db8::/32", "fine"),
        ] {
            assert_eq!(kind(network), expected, "{network}");
        }
    }
}
