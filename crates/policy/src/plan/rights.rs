//! Who gains and who loses the right to relay, and who may use which sender.
//!
//! Rights come from written networks and addresses, from the organization's own servers behind inbound
//! connectors, and from POP-before-SMTP. A network that stands no longer in the file loses nothing when
//! another entry still holds it: written rights are compared address by address, by the entry that counts
//! there ([`written`](super::written)), and those of own servers peer by peer, by the connector that decides
//! ([`peers`](super::peers)). An entry whose time is over is none.

use std::collections::HashMap;
use std::time::Duration;

use causeway_catalog::sentence::Parts;
use causeway_model::Timestamp;
use causeway_model::config::Peer::OnPremises;
use causeway_model::config::{DomainPattern, IdentityField, InboundConnector, MailFlow};
use causeway_model::time::format_duration;

use super::peers::{Kind, Peers, Sender, Terms, inbound};
use super::written::written;
use super::{Effect, EffectKind, listed, listed_rights};
use crate::MailPolicy;
use crate::identity::field_name;
use crate::index::{pattern_text, patterns_hold};

/// The effects on rights, at most one of each kind and field.
pub(super) fn effects(
    old: &MailPolicy,
    new: &MailPolicy,
    peers: &Peers,
    now: Timestamp,
) -> Vec<Effect> {
    let mut out = Vec::new();
    let mut add = |kind, entries: Vec<Parts>, key| {
        if !entries.is_empty() {
            let count = entries.len() as u64;
            let detail = Parts::of(key).with("who", listed_rights(entries));
            out.push(Effect { kind, count, detail: detail.into() });
        }
    };
    add(EffectKind::RelayGained, differences(new, old, peers, now), "effect-relay-gained");
    add(EffectKind::RelayLost, differences(old, new, peers, now), "effect-relay-lost");
    senders(old.flow(), new.flow(), &mut out);
    out
}

/// The rights that `one` gives and `other` does not.
fn differences(one: &MailPolicy, other: &MailPolicy, peers: &Peers, now: Timestamp) -> Vec<Parts> {
    let mut out = written(one, other, now);
    out.append(&mut own_servers(one, other, peers));
    let window = |policy: &MailPolicy| match policy.flow().relay.pop_before_smtp {
        pop if pop.enabled => pop.window,
        _ => Duration::ZERO,
    };
    if window(one) > window(other) {
        out.push(Parts::of("right-pop").with("window", format_duration(window(one))));
    }
    out
}

/// How far an own server may relay. What is more comes later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Extent {
    No,
    WithTls,
    Always,
}

impl Extent {
    /// How far such a peer may with this sender: the connector that decides gives it or demands TLS, and written
    /// networks give it as well.
    fn of(policy: &MailPolicy, kind: &Kind, sender: &Sender) -> Self {
        let connector = policy.recognise(&kind.facts(Some(sender)));
        let is_own = connector.is_some_and(|connector| connector.peer == OnPremises);
        let needs_tls = connector.is_some_and(|connector| connector.require_tls);
        match is_own || kind.relays_anyway() {
            false => Self::No,
            true if needs_tls && !kind.always_has_tls() => Self::WithTls,
            true => Self::Always,
        }
    }

    /// What this gives beyond the other: under which terms; `None`: nothing.
    fn beyond(self, other: Self) -> Option<Terms> {
        match (self, other) {
            (Self::Always, Self::No) => Some(Terms::All),
            (Self::Always, Self::WithTls) => Some(Terms::WithoutTls),
            (Self::WithTls, Self::No) => Some(Terms::WithTls),
            _ => None,
        }
    }
}

/// The rights of the organization's own servers that `one` gives and `other` does not.
fn own_servers(one: &MailPolicy, other: &MailPolicy, peers: &Peers) -> Vec<Parts> {
    peers.told(|kind| {
        let gained = |terms| {
            let senders = kind.senders_where(|sender| {
                let extent = |policy| Extent::of(policy, kind, sender);
                extent(one).beyond(extent(other)) == Some(terms)
            });
            (terms, senders)
        };
        [Terms::All, Terms::WithTls, Terms::WithoutTls].map(gained).into()
    })
}

/// Who may stand in which field of a message: users who log in, and strangers.
fn senders(old: &MailFlow, new: &MailFlow, out: &mut Vec<Effect>) {
    let (was, is) = (&old.identity, &new.identity);
    let mut add = |kind, key, fields: Vec<String>| {
        if !fields.is_empty() {
            let count = fields.len() as u64;
            let detail = Parts::of(key).with("fields", listed(fields));
            out.push(Effect { kind, count, detail: detail.into() });
        }
    };
    let (lost, gained) = (EffectKind::SendersRefused, EffectKind::SendersAllowed);
    add(lost, "effect-own-senders-only", added(&was.enforce, &is.enforce));
    add(gained, "effect-any-sender", added(&is.enforce, &was.enforce));
    let (protected, is_protected) = (&was.protect_own_domains, &is.protect_own_domains);
    add(lost, "effect-own-domains-refused", added(protected, is_protected));
    add(gained, "effect-own-domains-taken", added(is_protected, protected));
    fields_of_peers(old, new, out);
}

/// Who may stand in which field of what the servers behind an inbound connector send. One that goes away
/// allows nothing: its servers are strangers then.
fn fields_of_peers(old: &MailFlow, new: &MailFlow, out: &mut Vec<Effect>) {
    let (mut refused, mut allowed) = (Vec::new(), Vec::new());
    let before: HashMap<&str, &InboundConnector> =
        inbound(old).map(|connector| (connector.name.as_str(), connector)).collect();
    for connector in inbound(new) {
        let earlier = before.get(connector.name.as_str()).copied();
        let taken = earlier.map_or_else(|| checked(connector), |e| narrowed(e, connector));
        refused.extend(told(connector, &taken));
        allowed.extend(earlier.and_then(|e| told(connector, &narrowed(connector, e))));
    }
    for (kind, key, who) in [
        (EffectKind::SendersRefused, "effect-peer-senders-only", refused),
        (EffectKind::SendersAllowed, "effect-peer-senders-taken", allowed),
    ] {
        if !who.is_empty() {
            let count = who.len() as u64;
            out.push(Effect {
                kind,
                count,
                detail: Parts::of(key).with("who", listed_rights(who)).into(),
            });
        }
    }
}

/// The fields in which not every domain may stand.
fn checked(connector: &InboundConnector) -> Vec<IdentityField> {
    match connector.sender_domains.contains(&DomainPattern::Everything) {
        true => Vec::new(),
        false => connector.identity.clone(),
    }
}

/// The fields in which a domain may stand under `one` and not under `other`.
fn narrowed(one: &InboundConnector, other: &InboundConnector) -> Vec<IdentityField> {
    let before = checked(one);
    let domains_differ = !patterns_hold(&other.sender_domains, &one.sender_domains);
    let mut fields = checked(other);
    fields.retain(|field| domains_differ || !before.contains(field));
    fields
}

/// A connector with these fields and its domains; nothing without fields.
fn told(connector: &InboundConnector, fields: &[IdentityField]) -> Option<Parts> {
    let names: Vec<String> = fields.iter().map(|field| field_name(*field).to_owned()).collect();
    let domains: Vec<String> = connector.sender_domains.iter().map(pattern_text).collect();
    (!names.is_empty()).then(|| {
        Parts::of("right-connector-fields")
            .with("connector", connector.name.as_str())
            .with("fields", names)
            .with("domains", domains)
    })
}

/// The names of the fields that are in `new` and not in `old`.
fn added(old: &[IdentityField], new: &[IdentityField]) -> Vec<String> {
    let added = new.iter().filter(|field| !old.contains(field));
    added.map(|field| field_name(*field).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-22.
    const NOW: Timestamp = Timestamp::from_millis(1_795_305_600_000);

    fn effects(old: &MailPolicy, new: &MailPolicy, now: Timestamp) -> Vec<Effect> {
        super::effects(old, new, &Peers::of(old, new, now), now)
    }

    fn details(old: &str, new: &str) -> Vec<(EffectKind, String)> {
        let effects = effects(&policy(old), &policy(new), NOW).into_iter();
        effects.map(|effect| (effect.kind, effect.detail.into())).collect()
    }

    /// What of `new` is gained, and what of it is lost on the way back; nothing else.
    fn gained_and_lost_again(old: &str, new: &str, part: &str) {
        for (from, to, kind) in
            [(old, new, EffectKind::RelayGained), (new, old, EffectKind::RelayLost)]
        {
            let found = details(from, to);
            assert_eq!(found.len(), 1, "{from} to {to}: {found:?}");
            assert!(found[0].0 == kind && found[0].1.contains(part), "{part}: {found:?}");
        }
    }

    fn address(rest: &str) -> String {
        format!("[relay]\naddresses = [{{ address = \"198.51.100.7\"{rest} }}]\n")
    }

    #[test]
    fn a_right_can_be_widened_and_narrowed_in_its_senders_and_its_end() {
        let until = |day: &str| address(&format!(", until = \"{day}\""));
        gained_and_lost_again(&until("2026-12-31"), &address(""), "198.51.100.7, after 2026-12-31");
        gained_and_lost_again(&until("2026-12-31"), &until("2027-03-31"), "after 2026-12-31");
        let senders = |list: &str| address(&format!(", sender_domains = [{list}]"));
        gained_and_lost_again(&senders("\"a.test\""), &address(""), "198.51.100.7, as any sender");
        let both = senders("\"a.test\", \"b.test\"");
        gained_and_lost_again(&senders("\"b.test\""), &both, "198.51.100.7, as a.test, b.test");
        assert_eq!(details(&senders("\"*.a.test\""), &senders("\"x.a.test\"")).len(), 1);
    }

    #[test]
    fn an_entry_whose_time_is_over_is_no_entry() {
        let over = address(", until = \"2026-11-20\"");
        assert_eq!(details(&over, ""), []);
        assert_eq!(details("", &over), []);
        gained_and_lost_again(&over, &address(""), "198.51.100.7");
        let wider = "[relay]\nnetworks = [\"127.0.0.0/8\", \"::1/128\", \"198.51.100.0/24\"]\n";
        let both = format!("{wider}{}", over.replace("[relay]\n", ""));
        assert_eq!(details(&both, wider), []);
    }

    #[test]
    fn a_narrower_entry_takes_rights_of_the_wider_one_away() {
        let wider = "[relay]\nnetworks = [\"127.0.0.0/8\", \"::1/128\", \"198.51.100.0/24\"]\n";
        let narrow = address(", sender_domains = [\"a.test\"]").replace("[relay]\n", "");
        gained_and_lost_again(&format!("{wider}{narrow}"), wider, "198.51.100.7/32, as any sender");
        // An end that a wider entry outlives is none.
        let ends = address(", until = \"2026-12-31\"").replace("[relay]\n", "");
        assert_eq!(details(&format!("{wider}{ends}"), wider), []);
    }

    #[test]
    fn without_tls_is_more_than_with_it() {
        let own = |rest: &str| {
            format!(
                "[[connector]]\nname = \"own\"\ndirection = \"inbound\"\npeer = \"on_premises\"\n\
                 sender_domains = [\"*\"]\nsource_addresses = [\"192.0.2.0/28\"]\n{rest}"
            )
        };
        gained_and_lost_again(&own(""), &own("require_tls = false\n"), "servers in 192.0.2.0/28");
        let part = own("").replace("192.0.2.0/28", "192.0.2.8/29");
        gained_and_lost_again(&part, &own(""), "servers in 192.0.2.0/28");
        let longer = |window: &str| {
            format!("[relay]\npop_before_smtp = {{ enabled = true, window = \"{window}\" }}\n")
        };
        gained_and_lost_again(&longer("15m"), &longer("30m"), "POP3 in the last 30m");
    }

    #[test]
    fn who_may_use_which_sender_is_told() {
        let fields = |key: &str, fields: &str| format!("[identity]\n{key} = [{fields}]\n");
        let all = fields("enforce", "\"envelope\", \"from\", \"sender\", \"reply_to\"");
        let one = fields("enforce", "\"envelope\"");
        let found = details(&one, &all);
        assert_eq!(found[0].0, EffectKind::SendersRefused, "{found:?}");
        assert!(found[0].1.contains("From, Sender, Reply-To"), "{found:?}");
        assert_eq!(details(&all, &one)[0].0, EffectKind::SendersAllowed);
        let protected = fields("protect_own_domains", "\"from\"");
        let open = fields("protect_own_domains", "");
        assert_eq!(details(&open, &protected)[0].0, EffectKind::SendersRefused);
        assert_eq!(details(&protected, &open)[0].0, EffectKind::SendersAllowed);
    }

    #[test]
    fn which_senders_the_peer_of_a_connector_may_use_is_told() {
        let partner = |domains: &str, identity: &str| {
            format!(
                "[[connector]]\nname = \"p\"\ndirection = \"inbound\"\npeer = \"partner\"\n\
                 sender_domains = [{domains}]\nsource_addresses = [\"198.51.100.9\"]\n\
                 identity = [{identity}]\n"
            )
        };
        let (free, checked) = (partner("\"a.test\"", ""), partner("\"a.test\"", "\"from\""));
        let wider = partner("\"a.test\", \"b.test\"", "\"from\"");
        for (tight, loose) in [(&checked, &free), (&checked, &wider)] {
            let lost = details(loose, tight);
            assert_eq!(lost.len(), 1, "{lost:?}");
            assert_eq!(lost[0].0, EffectKind::SendersRefused);
            assert!(lost[0].1.contains("\"p\" in From (a.test)"), "{lost:?}");
            let gained = details(tight, loose);
            assert_eq!(gained.len(), 1, "{gained:?}");
            assert_eq!(gained[0].0, EffectKind::SendersAllowed);
        }
        assert_eq!(details("", &checked)[0].0, EffectKind::SendersRefused);
        assert_eq!(details(&checked, ""), [], "its servers are strangers then");
        let everybody = partner("\"*\"", "\"from\"");
        assert_eq!(details("", &everybody), []);
        assert_eq!(details(&checked, &checked), []);
    }

    #[test]
    fn a_connector_gives_no_right_where_written_networks_give_it_before_and_after() {
        let own = |network: &str, rest: &str| {
            format!(
                "[[connector]]\nname = \"own\"\ndirection = \"inbound\"\npeer = \"on_premises\"\n\
                 sender_domains = [\"*\"]\nsource_addresses = [\"{network}\"]\n{rest}"
            )
        };
        let clear = "require_tls = false\n";
        // This machine may relay unless [relay].networks says otherwise.
        assert_eq!(details("", &own("127.0.0.1", clear)), []);
        assert_eq!(details(&own("127.0.0.1", clear), ""), []);
        let narrowed = details("", &own("127.0.0.1", ""));
        assert_eq!(narrowed.len(), 1, "{narrowed:?}");
        assert_eq!(narrowed[0].0, EffectKind::RelayLost);
        assert!(narrowed[0].1.ends_with("servers in 127.0.0.1/32, without TLS"), "{narrowed:?}");
        // Only the whole network, for every sender and without an end.
        let bounded = address(", sender_domains = [\"a.test\"]");
        for (written, network) in [
            ("[relay]\nnetworks = [\"198.51.100.0/25\"]\n", "198.51.100.0/24"),
            (bounded.as_str(), "198.51.100.7"),
            (
                &bounded.replace("]\naddr", "]\nnetworks = [\"198.51.100.0/24\"]\naddr"),
                "198.51.100.0/24",
            ),
            (&address(", until = \"2026-12-31\""), "198.51.100.7"),
        ] {
            let with = format!("{}{written}", own(network, clear));
            gained_and_lost_again(written, &with, "servers in 198.51.100.");
        }
        // What the network gave goes with it, and the connector gives it from now on.
        let written = address("");
        let swapped = details(&written, &own("198.51.100.7", clear));
        assert_eq!(swapped.len(), 2, "{swapped:?}");
    }

    fn policy(text: &str) -> MailPolicy {
        let flow = MailFlow::parse(text, "mailflow.toml").unwrap().0;
        MailPolicy::compile(std::sync::Arc::new(flow), "mx.ours.test")
    }

    #[test]
    fn a_network_that_others_still_hold_loses_nothing() {
        let old = policy("[relay]\nnetworks = [\"192.0.2.0/24\"]\n");
        let halves = policy("[relay]\nnetworks = [\"192.0.2.0/25\", \"192.0.2.128/25\"]\n");
        assert_eq!(effects(&old, &halves, NOW), []);
        assert_eq!(effects(&halves, &old, NOW), []);
        let half =
            policy("[relay]\nnetworks = [\"192.0.2.0/25\"]\naddresses = [\"192.0.2.200\"]\n");
        let lost = effects(&old, &half, NOW);
        assert_eq!(lost.len(), 1, "{lost:?}");
        assert_eq!((lost[0].kind, lost[0].count), (EffectKind::RelayLost, 1));
        assert!(lost[0].detail.contains("clients in 192.0.2.0/24"), "{lost:?}");
    }

    #[test]
    fn what_own_servers_may_by_their_connector_is_not_lost_with_a_written_network() {
        const ANY: &str = "sender_domains = [\"*\"]\nrequire_tls = false\n";
        let connector = |network: &str, more: &str| {
            format!(
                "[[connector]]\nname = \"own\"\ndirection = \"inbound\"\npeer = \"on_premises\"\n\
                 source_addresses = [\"{network}\"]\n{more}"
            )
        };
        let relay = "[relay]\nnetworks = [\"192.0.2.0/28\"]\n";
        let lost = |network: &str, more: &str| {
            let connector = connector(network, more);
            details(&format!("{relay}{connector}"), &connector)
                .iter()
                .any(|(kind, _)| *kind == EffectKind::RelayLost)
        };
        assert!(!lost("192.0.2.0/24", ANY));
        assert!(!lost("192.0.2.0/28", ANY));
        assert!(lost("192.0.2.0/29", ANY), "the other half may not");
        assert!(lost("192.0.2.0/24", &ANY.replace("false", "true")), "without TLS it may not");
        assert!(lost("192.0.2.0/24", &ANY.replace('*', "ours.test")), "as others it may not");
        let partner = "[[connector]]\nname = \"p\"\ndirection = \"inbound\"\npeer = \"partner\"\n\
                       source_addresses = [\"192.0.2.3\"]\n";
        assert!(lost("192.0.2.0/24", &format!("{ANY}{partner}{ANY}")), "the partner's may not");
    }

    #[test]
    fn own_servers_and_pop_logins_are_rights_too() {
        let old = policy("");
        let new = policy(
            "[[connector]]\nname = \"own\"\ndirection = \"inbound\"\npeer = \"on_premises\"\n\
             sender_domains = [\"ours.test\"]\nsource_addresses = [\"192.0.2.7\"]\n\
             [relay.pop_before_smtp]\nenabled = true\n",
        );
        let gained = effects(&old, &new, NOW);
        assert_eq!((gained[0].kind, gained[0].count), (EffectKind::RelayGained, 2));
        let detail = &gained[0].detail;
        for part in ["servers in 192.0.2.7/32, as ours.test, with TLS", "POP3 in the last 15m"] {
            assert!(detail.contains(part), "{detail}");
        }
        assert_eq!(effects(&new, &old, NOW)[0].kind, EffectKind::RelayLost);
    }
}
