//! Causes between us and the host: down, moved, blocked, refused, wrong address, wrong port; and our own address.
//!
//! A connection that nobody answers looks the same whether the host is down, has moved, or is not the one
//! that was meant. What tells them apart is history: where mail went when it last went through, what was
//! changed here since, and whether others can be reached.

use std::time::Duration;

use causeway_model::Failure;

use super::facts::{Aspect, Facts};
use super::seen::{Seen, as_proofs};
use super::{Known, Proof, Verdict};
use crate::finding::{DnsAnswer, Fact};

/// After this long without mail, a server that refuses connections was probably switched off on purpose.
const LONG: Duration = Duration::from_secs(14 * 86_400);

pub(super) fn judge(cause: &str, facts: &Facts, seen: &Seen<'_>, verdict: &mut Verdict) {
    if cause == "source-address-unusable" {
        return own_source(facts, verdict);
    }
    if !matches!(
        cause,
        "server-down"
            | "smart-host-wrong"
            | "address-changed"
            | "port-blocked-here"
            | "firewall-refuses"
            | "server-retired"
            | "port-wrong"
    ) {
        return;
    }
    // Where the connection comes about, none of these holds (any more).
    let connects = |fact: &Fact| match fact {
        Fact::Connected { address, .. } => Some(*address) == facts.attempt.address,
        _ => false,
    };
    let failed_to_connect = matches!(
        facts.failure(),
        Some(
            Failure::ConnectTimeout { .. }
                | Failure::Unreachable { .. }
                | Failure::ConnectionRefused
        )
    );
    if failed_to_connect && seen.any(connects) {
        return verdict.rule_out(seen.proof(connects));
    }
    match cause {
        "server-down" => down(facts, seen, verdict),
        "smart-host-wrong" => wrong_host(facts, seen, verdict),
        "address-changed" => moved(facts, seen, verdict),
        "port-blocked-here" => blocked(facts, seen, verdict),
        "firewall-refuses" => refused(facts, seen, verdict),
        "server-retired" => retired(facts, verdict),
        _ => wrong_port(facts, seen, verdict),
    }
}

/// The system said so when the connection was to be opened: no probe would know better.
fn own_source(facts: &Facts, verdict: &mut Verdict) {
    let Some(Failure::SourceAddressUnusable { source, .. }) = facts.failure() else { return };
    let path = &facts.path;
    let connector = facts.attempt.connector.clone();
    let written = Known::SourceAddress {
        source: *source,
        connector: connector.filter(|_| path.source_addresses.contains(source)),
        own: path.own_addresses.clone(),
    };
    let changed = facts.change_of(&[Aspect::Source]).cloned().map(Known::Changed);
    let proofs = [Some(written), changed].into_iter().flatten().map(Proof::Known);
    verdict.confirm([facts.failed()].into_iter().chain(proofs));
}

/// Others can be reached from here.
fn reached(fact: &Fact) -> bool {
    matches!(fact, Fact::ControlReached { .. })
}

fn down(facts: &Facts, seen: &Seen<'_>, verdict: &mut Verdict) {
    let lives = |fact: &Fact| matches!(fact, Fact::SubmissionOpen { .. });
    let was_refused = matches!(facts.failure(), Some(Failure::ConnectionRefused));
    if let Some(proof) = seen.proof(lives) {
        return match was_refused {
            // The machine lives; its mail service may still be stopped.
            true => verdict.support(1, [proof]),
            false => verdict.rule_out([proof]),
        };
    }
    if !seen.way_out_closed().is_empty()
        || facts.change_of(&[Aspect::Route, Aspect::Port]).is_some()
    {
        return verdict.doubt();
    }
    let mut proofs = Vec::new();
    let mut weight = 1;
    if facts.same_address() {
        // Somebody answered a connection that was refused: the host, or a firewall in front of it.
        weight += if was_refused { 0 } else { 3 };
        proofs.push(facts.worked());
        proofs.extend(facts.unchanged());
    }
    if seen.any(reached) {
        weight += u32::from(!was_refused);
        proofs.extend(seen.proof(reached));
    }
    if seen.target_unreachable() {
        proofs.extend(seen.proofs(|fact| matches!(fact, Fact::ConnectFailed { .. })));
        verdict.support(weight, proofs);
    } else if !proofs.is_empty() {
        verdict.support(weight, proofs);
    }
}

fn wrong_host(facts: &Facts, seen: &Seen<'_>, verdict: &mut Verdict) {
    if let Some(change) = facts.change_of(&[Aspect::Route, Aspect::Added]) {
        let proofs = [Proof::Known(Known::Changed(change.clone())), facts.worked()];
        return match seen.old_address_connects() {
            // What it led to before still takes connections, and what it leads to now does not.
            Some(proof) if !seen.target_connects() => {
                verdict.confirm(proofs.into_iter().chain([proof]));
            }
            _ => verdict.support(6, proofs),
        };
    }
    if facts.same_address()
        && let Some(unchanged) = facts.unchanged()
    {
        return verdict.rule_out([facts.worked(), unchanged]);
    }
    if facts.last_success.is_none() && seen.any(reached) {
        verdict.support(2, [facts.worked()].into_iter().chain(seen.proof(reached)));
    }
}

fn moved(facts: &Facts, seen: &Seen<'_>, verdict: &mut Verdict) {
    let cached =
        |fact: &Fact| matches!(fact, Fact::CachedAnswerOld { .. } | Fact::OwnCacheOld { .. });
    if let (Some(before), Some(now)) =
        (facts.last_success.as_ref().and_then(|success| success.address), facts.attempt.address)
        && before.ip() != now.ip()
        && facts.change_of(&[Aspect::Route, Aspect::Added]).is_none()
    {
        let changed = Proof::Known(Known::AddressChanged {
            before: before.to_string(),
            now: now.to_string(),
        });
        let proofs = [changed, facts.worked()];
        // A name with several addresses takes them in turn: it has not moved.
        let before = before.ip().to_string();
        let is_still_named = |answer: &DnsAnswer| matches!(answer, DnsAnswer::Records { records, .. } if records.contains(&before));
        let mut answers = seen.authoritative().chain(seen.resolver());
        if answers.any(|(_, answer)| is_still_named(answer)) {
            return verdict.doubt();
        }
        return match seen.old_address_connects() {
            // The old address still takes mail, the new one does not.
            Some(proof) => verdict.confirm(proofs.into_iter().chain([proof])),
            None => verdict.support(6, proofs),
        };
    }
    // The name leads elsewhere by now, and we still go to the old place.
    let newer = seen.any(|fact| match fact {
        Fact::Connected { address, .. } => Some(*address) != facts.attempt.address,
        _ => false,
    });
    // A resolver that is meant to answer otherwise inside than the world's servers do looks the same as one with
    // an old answer: never more than likely.
    if seen.any(cached) {
        return verdict.support(if newer { 6 } else { 5 }, seen.proofs(cached));
    }
    if facts.same_address()
        && let Some(proof) = seen.proof(|fact| matches!(fact, Fact::CachedAnswerCurrent { .. }))
    {
        verdict.rule_out([facts.worked(), proof]);
    }
}

/// Whatever comes back from this port of any host, a refusal too, shows that it is open for us; so does mail that
/// went out by it since. One other host that is silent may be down itself.
fn blocked(facts: &Facts, seen: &Seen<'_>, verdict: &mut Verdict) {
    let answered = seen.answered();
    if !answered.is_empty() {
        return verdict.rule_out(answered);
    }
    if facts.others.well > 0 {
        return verdict.rule_out([Proof::Known(Known::Others(facts.others))]);
    }
    let closed = seen.way_out_closed();
    if closed.is_empty() {
        verdict.support(2, as_proofs(seen.silent_others()));
    } else {
        verdict.confirm(as_proofs(closed));
    }
}

fn refused(facts: &Facts, seen: &Seen<'_>, verdict: &mut Verdict) {
    if facts.change_of(&[Aspect::Route, Aspect::Port]).is_some() {
        return verdict.doubt();
    }
    let lately = facts.last_success.as_ref().is_some_and(|s| facts.now.since(s.at) < LONG);
    let lives = |fact: &Fact| matches!(fact, Fact::SubmissionOpen { .. });
    let mut proofs = seen.proofs(|fact| matches!(fact, Fact::ConnectFailed { .. }));
    if let Some(proof) = seen.proof(lives) {
        proofs.push(proof);
        verdict.support(3, proofs.clone());
    }
    if lately {
        proofs.push(facts.worked());
        proofs.extend(facts.unchanged());
        verdict.support(2, proofs);
    }
}

fn retired(facts: &Facts, verdict: &mut Verdict) {
    let long_ago = facts.last_success.as_ref().is_none_or(|s| facts.now.since(s.at) >= LONG);
    let here = facts.mailboxes_here();
    if facts.change_of(&[Aspect::Route, Aspect::Port, Aspect::Added]).is_some() {
        return verdict.doubt();
    }
    // A connector that came in lately and never worked yet is being set up, not given up.
    let is_new = facts.last_success.is_none()
        && facts.changes.iter().any(|change| facts.now.since(change.at) < LONG);
    if is_new {
        return verdict.doubt();
    }
    match (&facts.last_success, long_ago, here.is_empty()) {
        (_, true, false) => verdict.support(6, here.into_iter().chain([facts.worked()])),
        (Some(_), true, true) => verdict.support(4, [facts.worked()]),
        (_, false, false) => verdict.support(1, here),
        (Some(_), false, true) | (None, _, true) => verdict.doubt(),
    }
}

fn wrong_port(facts: &Facts, seen: &Seen<'_>, verdict: &mut Verdict) {
    if let Some(change) = facts.change_of(&[Aspect::Port]) {
        let proofs = [Proof::Known(Known::Changed(change.clone())), facts.worked()];
        return match seen.old_address_connects() {
            Some(proof) => verdict.confirm(proofs.into_iter().chain([proof])),
            None => verdict.support(6, proofs),
        };
    }
    if facts.same_address() {
        return verdict.rule_out([facts.worked()]);
    }
    // The same host greets on another port.
    let greets = |fact: &Fact| match (fact, facts.attempt.address) {
        (Fact::Greeting { address, .. }, Some(tried)) => {
            address.ip() == tried.ip() && address.port() != tried.port()
        }
        _ => false,
    };
    if seen.any(greets) {
        return verdict.support(5, seen.proofs(greets));
    }
    if facts.attempt.address.is_some_and(|address| ![25, 465, 587].contains(&address.port()))
        && facts.last_success.is_none()
        && seen.any(|fact| matches!(fact, Fact::SubmissionOpen { .. }))
    {
        verdict.support(2, seen.proofs(|fact| matches!(fact, Fact::SubmissionOpen { .. })));
    }
}
