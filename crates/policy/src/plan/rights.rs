//! Who gains and who loses the right to relay.
//!
//! Rights come from written networks and addresses, from the organization's own servers behind inbound
//! connectors, and from POP-before-SMTP. A network that stands no longer in the file loses nothing when
//! another entry still holds it, so ranges are compared as sets of addresses, not as lines.

use causeway_model::config::{Connector, InboundConnector, MailFlow, Peer};
use causeway_model::time::format_duration;
use ipnet::IpNet;

use super::{Effect, EffectKind};
use crate::index::{canonical_network, pattern_text};

/// The effects on rights, at most one of each kind.
pub(super) fn effects(old: &MailFlow, new: &MailFlow) -> Vec<Effect> {
    let mut out = Vec::new();
    let lost = differences(old, new);
    let gained = differences(new, old);
    let mut add = |kind, entries: Vec<String>, verb: &str| {
        if !entries.is_empty() {
            let count = entries.len() as u64;
            out.push(Effect { kind, count, detail: format!("{verb}: {}", some(&entries)) });
        }
    };
    add(EffectKind::RelayGained, gained, "may send to every domain from now on");
    add(EffectKind::RelayLost, lost, "may no longer send to domains that are not ours");
    out
}

/// The first few of a list.
fn some(entries: &[String]) -> String {
    const SHOWN: usize = 10;
    let mut text = entries[..entries.len().min(SHOWN)].join("; ");
    if entries.len() > SHOWN {
        text.push_str(&format!("; and {} more", entries.len() - SHOWN));
    }
    text
}

/// The rights that `one` gives and `other` does not.
fn differences(one: &MailFlow, other: &MailFlow) -> Vec<String> {
    let covered = Ranges::of(other);
    let relay = &one.relay;
    let mut out: Vec<String> = Vec::new();
    for network in relay.networks.iter().filter(|network| !covered.hold(network)) {
        out.push(format!("clients in {network}"));
    }
    for entry in relay.addresses.iter().filter(|entry| !covered.hold(&entry.address)) {
        let note = entry.note.as_deref().map(|note| format!(" ({note})")).unwrap_or_default();
        out.push(format!("{}{note}", super::changes::shown(entry)));
    }
    let rights = own_servers(other);
    for right in own_servers(one).into_iter().filter(|right| !rights.contains(right)) {
        out.push(right);
    }
    if relay.pop_before_smtp.enabled && !other.relay.pop_before_smtp.enabled {
        let window = format_duration(relay.pop_before_smtp.window);
        out.push(format!("whoever has read mail by POP3 in the last {window}"));
    }
    out
}

/// What may be sent by the organization's own servers, one text for each way to be recognised.
fn own_servers(flow: &MailFlow) -> Vec<String> {
    let inbound = flow.connectors.iter().filter_map(|connector| match connector {
        Connector::Inbound(inbound) if inbound.enabled && inbound.peer == Peer::OnPremises => {
            Some(inbound)
        }
        _ => None,
    });
    inbound.flat_map(rights_of).collect()
}

fn rights_of(inbound: &InboundConnector) -> Vec<String> {
    let patterns: Vec<String> = inbound.sender_domains.iter().map(pattern_text).collect();
    let senders = match patterns.iter().any(|pattern| pattern == "*") {
        true => String::new(),
        false => format!(", as {}", patterns.join(", ")),
    };
    let tls = if inbound.require_tls { ", with TLS" } else { "" };
    let certificate = inbound
        .tls_certificate_name
        .iter()
        .map(|name| format!("servers with the certificate {name}{senders}{tls}"));
    let addresses =
        inbound.source_addresses.iter().map(|net| format!("servers in {net}{senders}{tls}"));
    certificate.chain(addresses).collect()
}

/// The addresses that a configuration lets relay, as networks that do not touch.
struct Ranges(Vec<IpNet>);

impl Ranges {
    fn of(flow: &MailFlow) -> Self {
        let relay = &flow.relay;
        let addresses = relay.addresses.iter().map(|entry| entry.address);
        let all = relay.networks.iter().copied().chain(addresses).map(canonical_network);
        Self(IpNet::aggregate(&all.collect()))
    }

    /// True when every address of the network is among them.
    fn hold(&self, network: &IpNet) -> bool {
        let network = canonical_network(*network);
        // Neighbours have been joined: whatever is covered at all is covered by one of them.
        self.0.iter().any(|range| range.contains(&network))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flow(text: &str) -> MailFlow {
        MailFlow::parse(text, "mailflow.toml").unwrap().0
    }

    #[test]
    fn a_network_that_others_still_hold_loses_nothing() {
        let old = flow("[relay]\nnetworks = [\"192.0.2.0/24\"]\n");
        let halves = flow("[relay]\nnetworks = [\"192.0.2.0/25\", \"192.0.2.128/25\"]\n");
        assert_eq!(effects(&old, &halves), []);
        assert_eq!(effects(&halves, &old), []);
        let half = flow("[relay]\nnetworks = [\"192.0.2.0/25\"]\naddresses = [\"192.0.2.200\"]\n");
        let lost = effects(&old, &half);
        assert_eq!(lost.len(), 1, "{lost:?}");
        assert_eq!((lost[0].kind, lost[0].count), (EffectKind::RelayLost, 1));
        assert!(lost[0].detail.contains("clients in 192.0.2.0/24"), "{lost:?}");
    }

    #[test]
    fn own_servers_and_pop_logins_are_rights_too() {
        let old = flow("");
        let new = flow(
            "[[connector]]\nname = \"own\"\ndirection = \"inbound\"\npeer = \"on_premises\"\n\
             sender_domains = [\"ours.test\"]\nsource_addresses = [\"192.0.2.7\"]\n\
             [relay.pop_before_smtp]\nenabled = true\n",
        );
        let gained = effects(&old, &new);
        assert_eq!((gained[0].kind, gained[0].count), (EffectKind::RelayGained, 2));
        let detail = &gained[0].detail;
        for part in ["servers in 192.0.2.7/32, as ours.test, with TLS", "POP3 in the last 15m"] {
            assert!(detail.contains(part), "{detail}");
        }
        assert_eq!(effects(&new, &old)[0].kind, EffectKind::RelayLost);
    }
}
