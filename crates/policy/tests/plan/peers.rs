//! What changes for the peers of inbound connectors: rights, senders and TLS.

use causeway_policy::EffectKind;

use super::common::sender;
use super::{domain, effect, inbound, only, plan, queued};

#[test]
fn the_connector_that_decides_first_takes_the_right_of_a_wider_one_away() {
    let own = inbound("own", "on_premises", "192.0.2.0/24", "");
    let all = format!("{own}{}", inbound("partner", "partner", "192.0.2.7", ""));
    let lost = plan(&own, &all, &[]);
    assert!(only(&lost, EffectKind::RelayLost).ends_with(": servers in 192.0.2.7/32"), "{lost:?}");
    assert!(lost.is_destructive());
    // It is disabled, and then it takes other senders only.
    let off = all.replace("name = \"partner\"", "name = \"partner\"\nenabled = false");
    let gained = plan(&all, &off, &[]);
    assert!(only(&gained, EffectKind::RelayGained).ends_with(": servers in 192.0.2.7/32"));
    let partner = inbound("partner", "partner", "192.0.2.7", "sender_domains = [\"p.test\"]");
    let gained = plan(&all, &format!("{own}{partner}"), &[]);
    assert!(only(&gained, EffectKind::RelayGained).ends_with(": servers in 192.0.2.7/32"));
    let lost = plan(&own, &format!("{own}{partner}"), &[]);
    let detail = only(&lost, EffectKind::RelayLost);
    assert!(detail.ends_with(": servers in 192.0.2.7/32, as p.test"), "{detail}");
}

#[test]
fn the_order_of_certificates_decides_too() {
    let certificate = |name: &str, peer: &str, shown: &str| {
        let marked = format!("tls_certificate_name = \"{shown}\"");
        inbound(name, peer, "192.0.2.1", &marked)
            .replace("source_addresses = [\"192.0.2.1\"]\n", "")
    };
    let wide = certificate("own", "on_premises", "*.own.test").replace("require_tls = false\n", "");
    let narrow = certificate("p", "partner", "mx.own.test").replace("require_tls = false\n", "");
    let lost = plan(&wide, &format!("{wide}{narrow}"), &[]);
    let detail = only(&lost, EffectKind::RelayLost);
    assert!(detail.ends_with(": servers with the certificate mx.own.test"), "{detail}");
}

#[test]
fn a_narrower_connector_that_demands_tls_takes_the_right_without_it_away() {
    let own = inbound("own", "on_premises", "192.0.2.0/24", "");
    let strict = inbound("strict", "on_premises", "192.0.2.7", "require_tls = true");
    let lost = plan(&own, &format!("{own}{strict}"), &[]);
    let detail = &effect(&lost, EffectKind::RelayLost).detail;
    assert!(detail.ends_with(": servers in 192.0.2.7/32, without TLS"), "{detail}");
    let demanded = &effect(&lost, EffectKind::TlsDemanded).detail;
    assert!(demanded.ends_with(": servers in 192.0.2.7/32"), "{demanded}");
}

#[test]
fn a_restricted_domain_that_moves_to_other_servers_is_lost_for_those_before() {
    let restricted = "sender_domains = [\"bank.test\"]\nrestrict_sender_domains = true";
    let old = inbound("bank", "partner", "192.0.2.7", restricted);
    let kept_out = |new: &str| {
        let plan = plan(&old, new, &[]);
        let detail = only(&plan, EffectKind::SendersRestricted);
        assert!(detail.ends_with(": servers in 192.0.2.7/32, as bank.test"), "{detail}");
        assert!(plan.is_destructive());
    };
    kept_out(&inbound("other", "partner", "192.0.2.8", restricted));
    kept_out(&old.replace("192.0.2.7", "192.0.2.8"));
    let freed = plan(&old, &old.replace("restrict_sender_domains = true", ""), &[]);
    let detail = only(&freed, EffectKind::SendersUnrestricted);
    assert!(
        detail.contains("bank.test (connector \"bank\")") && !freed.is_destructive(),
        "{detail}"
    );
    // More servers that are known for it take it from nobody.
    let more = format!("{old}{}", inbound("more", "partner", "192.0.2.8", restricted));
    assert_eq!(plan(&old, &more, &[]).effects, []);
}

#[test]
fn a_peer_that_must_use_tls_from_now_on_is_told_and_its_queued_mail_counted() {
    let old = inbound("p", "partner", "192.0.2.7", "sender_domains = [\"p.test\"]");
    let ours = domain("ours.test", "");
    let new = old.replace("require_tls = false", "require_tls = true");
    let told = plan(&old, &new, &[]);
    let detail = only(&told, EffectKind::TlsDemanded);
    assert!(detail.ends_with(": servers in 192.0.2.7/32, as p.test"), "{detail}");
    assert!(told.is_destructive());
    assert_eq!(plan(&new, &old, &[]).effects, []);
    let mut in_clear = queued("x@ours.test", "192.0.2.7", Some("p"));
    in_clear.sender = sender("a@p.test");
    in_clear.origin.tls = None;
    let mut under_tls = queued("y@ours.test", "192.0.2.7", Some("p"));
    under_tls.sender = sender("a@p.test");
    let plan = plan(&format!("{ours}{old}"), &format!("{ours}{new}"), &[in_clear, under_tls]);
    assert_eq!(effect(&plan, EffectKind::WouldBeRefused).count, 1, "{plan:?}");
}
