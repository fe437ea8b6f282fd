//! Causes within the conversation: refusals of service, what rewrites SMTP, what breaks, and what the other
//! end says itself.

use causeway_catalog::exchange::is_unattributed;
use causeway_catalog::reply::{Meaning, meaning};
use causeway_model::{Failure, Stage};

use super::facts::Facts;
use super::seen::Seen;
use super::{Proof, Verdict};
use crate::finding::Fact;

/// More octets at once than fit into a packet of any usual size.
const LARGE: usize = 1_400;

pub(super) fn judge(cause: &str, facts: &Facts, seen: &Seen<'_>, verdict: &mut Verdict) {
    match cause {
        "service-not-available" => not_available(facts, seen, verdict),
        "address-listed" => said(facts, seen, verdict, &[Meaning::Blocked]),
        "no-reverse-name" => said(facts, seen, verdict, &[Meaning::NoReverseName]),
        "sending-too-fast" => said(facts, seen, verdict, &[Meaning::RateLimited]),
        "greylisted" => said(facts, seen, verdict, &[Meaning::Greylisted]),
        "not-allowed-to-relay" | "domain-not-active-there" => relay_denied(cause, facts, verdict),
        "hybrid-connector-wrong" => unattributed(facts, verdict),
        "firewall-rewrites" => rewrites(facts, seen, verdict),
        "server-crashes" => crashes(facts, seen, verdict),
        "network-between" => between(seen, verdict),
        "not-a-mail-server" => not_mail(seen, verdict),
        "connector-missing" => own(facts, verdict, |f| matches!(f, Failure::NoConnector { .. })),
        "domain-not-accepted-here" if !leads_back(facts) => {
            own(facts, verdict, |f| matches!(f, Failure::MxPointsHere { .. }));
        }
        "domain-not-accepted-here" => verdict.rule_out([facts.failed()]),
        "connector-points-back" if leads_back(facts) => verdict.confirm([facts.failed()]),
        _ => {}
    }
}

/// What this server found by its own configuration needs no probe.
fn own(facts: &Facts, verdict: &mut Verdict, is: impl Fn(&Failure) -> bool) {
    if facts.failure().is_some_and(is) {
        verdict.confirm([facts.failed()]);
    }
}

/// The way that was configured here for a domain leads back here: by the MX records of a domain of ours, to
/// a smart host that is this server, or to the servers that the message came from.
fn leads_back(facts: &Facts) -> bool {
    match facts.failure() {
        Some(Failure::MxPointsHere { .. }) => facts.attempt.connector.is_some(),
        Some(Failure::RoutingLoop { .. }) => true,
        _ => facts.path.leads_here,
    }
}

/// What the refusals of service mean that the failure and the probes have shown.
fn refusals(facts: &Facts, seen: &Seen<'_>) -> Vec<(Meaning, Proof)> {
    let mut refusals = Vec::new();
    if let Some(Failure::ServiceRefused { reply } | Failure::Replied { reply }) = facts.failure() {
        refusals.push((meaning(reply, facts.attempt.stage), facts.failed()));
    }
    for finding in seen.found(|fact| matches!(fact, Fact::SessionFailed { .. })) {
        if let Fact::SessionFailed { stage, failure: Failure::ServiceRefused { reply }, .. } =
            &finding.fact
        {
            refusals.push((meaning(reply, *stage), Proof::Found(Box::new(finding.clone()))));
        }
    }
    refusals
}

/// The other end says so itself.
fn said(facts: &Facts, seen: &Seen<'_>, verdict: &mut Verdict, what: &[Meaning]) {
    let proofs: Vec<Proof> = refusals(facts, seen)
        .into_iter()
        .filter(|(meaning, _)| what.contains(meaning))
        .map(|(_, proof)| proof)
        .collect();
    if !proofs.is_empty() {
        verdict.confirm(proofs);
    }
}

fn not_available(facts: &Facts, seen: &Seen<'_>, verdict: &mut Verdict) {
    let particular =
        [Meaning::Blocked, Meaning::NoReverseName, Meaning::RateLimited, Meaning::TakesNoMail];
    let refusals = refusals(facts, seen);
    if refusals.iter().any(|(meaning, _)| particular.contains(meaning)) {
        // It gives a reason of its own.
        return verdict.doubt();
    }
    let again = seen.proofs(|fact| {
        matches!(fact, Fact::SessionFailed { failure: Failure::ServiceRefused { .. }, .. })
    });
    if again.is_empty() {
        verdict
            .rule_out(seen.proof(|fact| matches!(fact, Fact::Alive { .. } | Fact::Hello { .. })));
    } else {
        verdict.confirm(again);
    }
}

fn relay_denied(cause: &str, facts: &Facts, verdict: &mut Verdict) {
    if let Some(Failure::Replied { reply }) = facts.failure()
        && meaning(reply, facts.attempt.stage) == Meaning::RelayDenied
        && (cause == "not-allowed-to-relay") == (facts.last_success.is_none())
    {
        verdict.support(1, [facts.failed()]);
    }
}

/// The service says that it does not know us by our certificate or address. What there (or here) has changed
/// cannot be seen from here: never more than likely.
fn unattributed(facts: &Facts, verdict: &mut Verdict) {
    if let Some(Failure::Replied { reply }) = facts.failure()
        && is_unattributed(reply.enhanced, &reply.lines.join(" "))
    {
        verdict.support(4, [facts.failed(), facts.worked()]);
    }
}

pub(super) fn masked(fact: &Fact) -> bool {
    matches!(fact, Fact::Masked { .. })
}

fn breaks(fact: &Fact) -> bool {
    matches!(fact, Fact::BreaksAfter { .. })
}

/// Cut at a command that middle boxes do not know; servers that crash do so at content.
fn cut_at_extension(fact: &Fact) -> bool {
    match fact {
        Fact::BreaksAfter { command, .. } => {
            let command = command.to_ascii_uppercase();
            ["EHLO", "STARTTLS", "BDAT", "AUTH"].iter().any(|known| command.starts_with(known))
        }
        Fact::SessionFailed { stage: Stage::Starttls, failure, .. } => {
            matches!(failure, Failure::ClosedAbruptly { .. } | Failure::TimedOut { .. })
        }
        _ => false,
    }
}

fn large(fact: &Fact) -> bool {
    matches!(fact, Fact::LargePacketsLost { .. })
}

fn rewrites(facts: &Facts, seen: &Seen<'_>, verdict: &mut Verdict) {
    if seen.any(masked) {
        return verdict.confirm(seen.proofs(masked));
    }
    // Once there was TLS, nothing was changed here, and now nobody offers it.
    let had_tls = facts.last_success.as_ref().is_some_and(|success| success.tls.is_some());
    if had_tls
        && let Some(missing) = seen.proof(|fact| matches!(fact, Fact::StarttlsMissing { .. }))
    {
        return verdict.support(3, [missing, facts.worked()]);
    }
    let at_command = seen.found(cut_at_extension).into_iter().next();
    if let Some(finding) = at_command {
        return verdict.support(4, [Proof::Found(Box::new(finding.clone()))]);
    }
    if seen.any(large) {
        return verdict.doubt();
    }
    if seen.works_now() {
        verdict.rule_out(seen.proof(|fact| matches!(fact, Fact::Hello { .. })));
    }
}

fn crashes(facts: &Facts, seen: &Seen<'_>, verdict: &mut Verdict) {
    if seen.any(masked) {
        return verdict.rule_out(seen.proofs(masked));
    }
    if seen.any(large) {
        return verdict.doubt();
    }
    if seen.any(breaks) {
        return verdict.support(3, seen.proofs(breaks));
    }
    let cut = seen.proofs(|fact| {
        matches!(
            fact,
            Fact::SessionFailed {
                failure: Failure::ClosedAbruptly { .. } | Failure::TimedOut { .. },
                ..
            }
        )
    });
    if !cut.is_empty() {
        let weight = if facts.attempt.stage == Stage::Banner { 4 } else { 3 };
        return verdict.support(weight, cut);
    }
    // Everything before the content works, and so does as much as a content at once.
    let enduring = |fact: &Fact| matches!(fact, Fact::Alive { octets, .. } if *octets > LARGE);
    if facts.attempt.stage >= Stage::Data && (facts.same_address() || seen.any(enduring)) {
        verdict.support(2, [facts.failed()].into_iter().chain(seen.proof(enduring)));
    }
}

fn between(seen: &Seen<'_>, verdict: &mut Verdict) {
    if seen.any(large) {
        return verdict.confirm(seen.proofs(large));
    }
    // Large commands went through.
    verdict
        .rule_out(seen.proof(|fact| matches!(fact, Fact::Alive { octets, .. } if *octets > LARGE)));
    if seen.any(masked) {
        verdict.rule_out(seen.proofs(masked));
    }
}

fn not_mail(seen: &Seen<'_>, verdict: &mut Verdict) {
    let other = |fact: &Fact| {
        matches!(
            fact,
            Fact::SessionFailed {
                stage: Stage::Banner,
                failure: Failure::ProtocolError { .. },
                ..
            }
        )
    };
    if seen.any(other) {
        return verdict.confirm(seen.proofs(other));
    }
    verdict.rule_out(seen.proof(|fact| matches!(fact, Fact::Hello { .. })));
}
