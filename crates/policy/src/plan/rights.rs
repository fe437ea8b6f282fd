//! Who gains and who loses the right to relay.
//!
//! Rights come from written networks and addresses, from the organization's own servers behind inbound
//! connectors, and from POP-before-SMTP. A network that stands no longer in the file loses nothing when
//! another entry still holds it, so ranges are compared as sets of addresses, not as lines.

use causeway_catalog::sentence::{Parts, Variable};
use causeway_model::config::{Connector, InboundConnector, MailFlow, Peer};
use causeway_model::time::format_duration;
use ipnet::IpNet;

use super::{Effect, EffectKind, SHOWN};
use crate::index::{canonical_network, pattern_text};

/// The effects on rights, at most one of each kind.
pub(super) fn effects(old: &MailFlow, new: &MailFlow) -> Vec<Effect> {
    let mut out = Vec::new();
    let lost = differences(old, new);
    let gained = differences(new, old);
    let mut add = |kind, entries: Vec<Parts>, key| {
        if !entries.is_empty() {
            let count = entries.len() as u64;
            let detail = Parts::of(key).with("who", some(entries));
            out.push(Effect { kind, count, detail: detail.into() });
        }
    };
    add(EffectKind::RelayGained, gained, "effect-relay-gained");
    add(EffectKind::RelayLost, lost, "effect-relay-lost");
    out
}

/// The first few of a list of rights, which have commas of their own.
fn some(entries: Vec<Parts>) -> Variable {
    let more = entries.len().saturating_sub(SHOWN);
    let some: Vec<Variable> = entries.into_iter().take(SHOWN).map(Into::into).collect();
    let some = Variable::Series(some);
    match more {
        0 => some,
        _ => {
            Parts::of("value-and-more-rights").with("some", some).with("count", more as u64).into()
        }
    }
}

/// The rights that `one` gives and `other` does not.
fn differences(one: &MailFlow, other: &MailFlow) -> Vec<Parts> {
    let covered = Ranges::of(other);
    let relay = &one.relay;
    let mut out: Vec<Parts> = Vec::new();
    for network in relay.networks.iter().filter(|network| !covered.hold(network)) {
        out.push(Parts::of("right-network").with("name", network.to_string()));
    }
    for entry in relay.addresses.iter().filter(|entry| !covered.hold(&entry.address)) {
        let note = entry.note.as_deref().map(|note| format!(" ({note})")).unwrap_or_default();
        let name = format!("{}{note}", super::changes::shown(entry));
        out.push(Parts::of("right-address").with("name", name));
    }
    let rights = own_servers(other);
    for right in own_servers(one).into_iter().filter(|right| !rights.contains(right)) {
        out.push(right);
    }
    if relay.pop_before_smtp.enabled && !other.relay.pop_before_smtp.enabled {
        let window = format_duration(relay.pop_before_smtp.window);
        out.push(Parts::of("right-pop").with("window", window));
    }
    out
}

/// What may be sent by the organization's own servers, one text for each way to be recognised.
fn own_servers(flow: &MailFlow) -> Vec<Parts> {
    let inbound = flow.connectors.iter().filter_map(|connector| match connector {
        Connector::Inbound(inbound) if inbound.enabled && inbound.peer == Peer::OnPremises => {
            Some(inbound)
        }
        _ => None,
    });
    inbound.flat_map(rights_of).collect()
}

fn rights_of(inbound: &InboundConnector) -> Vec<Parts> {
    let patterns: Vec<String> = inbound.sender_domains.iter().map(pattern_text).collect();
    let is_any = patterns.iter().any(|pattern| pattern == "*");
    let key = match (is_any, inbound.require_tls) {
        (true, true) => "right-servers-tls",
        (true, false) => "right-servers",
        (false, true) => "right-servers-as-tls",
        (false, false) => "right-servers-as",
    };
    let right = |mark: Parts| Parts::of(key).with("mark", mark).with("senders", patterns.clone());
    let certificate = inbound.tls_certificate_name.iter();
    let certificate =
        certificate.map(|n| Parts::of("right-by-certificate").with("name", n.as_str()));
    let networks = inbound.source_addresses.iter();
    let networks = networks.map(|net| Parts::of("right-by-address").with("name", net.to_string()));
    certificate.chain(networks).map(right).collect()
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
