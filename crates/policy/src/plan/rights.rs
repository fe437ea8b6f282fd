//! Who gains and who loses the right to relay, and who may use which sender.
//!
//! Rights come from written networks and addresses, from the organization's own servers behind inbound
//! connectors, and from POP-before-SMTP. A network that stands no longer in the file loses nothing when
//! another entry still holds it: written rights are compared address by address, by the entry that counts
//! there ([`written`](super::written)). An entry whose time is over is none.

use std::time::Duration;

use causeway_catalog::sentence::{Parts, Variable};
use causeway_model::Timestamp;
use causeway_model::config::{
    Connector, DomainPattern, IdentityField, InboundConnector, MailFlow, Peer,
};
use causeway_model::time::format_duration;
use ipnet::IpNet;

use super::written::written;
use super::{Effect, EffectKind, SHOWN, listed};
use crate::identity::field_name;
use crate::index::{canonical_network, pattern_holds, pattern_text};

/// The effects on rights, at most one of each kind and field.
pub(super) fn effects(old: &MailFlow, new: &MailFlow, now: Timestamp) -> Vec<Effect> {
    let mut out = Vec::new();
    let mut add = |kind, entries: Vec<Parts>, key| {
        if !entries.is_empty() {
            let count = entries.len() as u64;
            let detail = Parts::of(key).with("who", some(entries));
            out.push(Effect { kind, count, detail: detail.into() });
        }
    };
    add(EffectKind::RelayGained, differences(new, old, now), "effect-relay-gained");
    add(EffectKind::RelayLost, differences(old, new, now), "effect-relay-lost");
    senders(old, new, &mut out);
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
fn differences(one: &MailFlow, other: &MailFlow, now: Timestamp) -> Vec<Parts> {
    let mut out = written(&one.relay, &other.relay, now);
    let rights = own_servers(other);
    out.extend(
        own_servers(one)
            .iter()
            .filter(|right| !rights.iter().any(|other| other.covers(right)))
            .map(ServerRight::said),
    );
    let window = |flow: &MailFlow| match flow.relay.pop_before_smtp {
        pop if pop.enabled => pop.window,
        _ => Duration::ZERO,
    };
    if window(one) > window(other) {
        out.push(Parts::of("right-pop").with("window", format_duration(window(one))));
    }
    out
}

/// A way for the organization's own servers to be recognised, and what it entitles to.
struct ServerRight<'f> {
    mark: Mark<'f>,
    senders: &'f [DomainPattern],
    only_with_tls: bool,
}

enum Mark<'f> {
    Certificate(&'f str),
    Network(IpNet),
}

fn own_servers(flow: &MailFlow) -> Vec<ServerRight<'_>> {
    let inbound = flow.connectors.iter().filter_map(|connector| match connector {
        Connector::Inbound(inbound) if inbound.enabled && inbound.peer == Peer::OnPremises => {
            Some(inbound)
        }
        _ => None,
    });
    inbound.flat_map(rights_of).collect()
}

fn rights_of(inbound: &InboundConnector) -> impl Iterator<Item = ServerRight<'_>> {
    let certificate = inbound.tls_certificate_name.iter().map(|name| Mark::Certificate(name));
    let networks = inbound.source_addresses.iter().map(|network| Mark::Network(*network));
    certificate.chain(networks).map(|mark| ServerRight {
        mark,
        senders: &inbound.sender_domains,
        only_with_tls: inbound.require_tls,
    })
}

impl ServerRight<'_> {
    /// True when whoever has `other` loses nothing by having this one instead.
    fn covers(&self, other: &ServerRight<'_>) -> bool {
        let same_peer = match (&self.mark, &other.mark) {
            (Mark::Certificate(one), Mark::Certificate(other)) => one.eq_ignore_ascii_case(other),
            (Mark::Network(one), Mark::Network(other)) => {
                canonical_network(*one).contains(&canonical_network(*other))
            }
            _ => false,
        };
        same_peer
            && all_held(self.senders, other.senders)
            && (other.only_with_tls || !self.only_with_tls)
    }

    fn said(&self) -> Parts {
        let is_any = self.senders.contains(&DomainPattern::Everything);
        let key = match (is_any, self.only_with_tls) {
            (true, true) => "right-servers-tls",
            (true, false) => "right-servers",
            (false, true) => "right-servers-as-tls",
            (false, false) => "right-servers-as",
        };
        let mark = match self.mark {
            Mark::Certificate(name) => Parts::of("right-by-certificate").with("name", name),
            Mark::Network(network) => {
                Parts::of("right-by-address").with("name", network.to_string())
            }
        };
        let senders: Vec<String> = self.senders.iter().map(pattern_text).collect();
        Parts::of(key).with("mark", mark).with("senders", senders)
    }
}

/// True when the wider list takes every domain of the other one.
pub(super) fn all_held(wider: &[DomainPattern], patterns: &[DomainPattern]) -> bool {
    patterns.iter().all(|pattern| wider.iter().any(|other| pattern_holds(other, pattern)))
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
    peers(old, new, out);
}

/// Who may stand in which field of what the servers behind an inbound connector send. One that goes away
/// allows nothing: its servers are strangers then.
fn peers(old: &MailFlow, new: &MailFlow, out: &mut Vec<Effect>) {
    let (before, after) = (checking(old), checking(new));
    let (mut refused, mut allowed) = (Vec::new(), Vec::new());
    for connector in after {
        let earlier = before.iter().find(|before| before.name == connector.name);
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
            out.push(Effect { kind, count, detail: Parts::of(key).with("who", some(who)).into() });
        }
    }
}

/// The inbound connectors in use.
fn checking(flow: &MailFlow) -> Vec<&InboundConnector> {
    let inbound = flow.connectors.iter().filter_map(|connector| match connector {
        Connector::Inbound(inbound) => Some(inbound),
        Connector::Outbound(_) => None,
    });
    inbound.filter(|inbound| inbound.enabled).collect()
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
    let domains_differ = !all_held(&other.sender_domains, &one.sender_domains);
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

    fn details(old: &str, new: &str) -> Vec<(EffectKind, String)> {
        let effects = effects(&flow(old), &flow(new), NOW).into_iter();
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

    fn flow(text: &str) -> MailFlow {
        MailFlow::parse(text, "mailflow.toml").unwrap().0
    }

    #[test]
    fn a_network_that_others_still_hold_loses_nothing() {
        let old = flow("[relay]\nnetworks = [\"192.0.2.0/24\"]\n");
        let halves = flow("[relay]\nnetworks = [\"192.0.2.0/25\", \"192.0.2.128/25\"]\n");
        assert_eq!(effects(&old, &halves, NOW), []);
        assert_eq!(effects(&halves, &old, NOW), []);
        let half = flow("[relay]\nnetworks = [\"192.0.2.0/25\"]\naddresses = [\"192.0.2.200\"]\n");
        let lost = effects(&old, &half, NOW);
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
        let gained = effects(&old, &new, NOW);
        assert_eq!((gained[0].kind, gained[0].count), (EffectKind::RelayGained, 2));
        let detail = &gained[0].detail;
        for part in ["servers in 192.0.2.7/32, as ours.test, with TLS", "POP3 in the last 15m"] {
            assert!(detail.contains(part), "{detail}");
        }
        assert_eq!(effects(&new, &old, NOW)[0].kind, EffectKind::RelayLost);
    }
}
