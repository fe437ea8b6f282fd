//! Causes within the conversation: refusals of service, what rewrites SMTP, what breaks, and what the other
//! end says itself.

use causeway_catalog::exchange::is_unattributed;
use causeway_catalog::reply::{Meaning, meaning};
use causeway_model::{Failure, Reply, Stage};

use super::facts::{Facts, TakenBeside};
use super::seen::Seen;
use super::{Known, Proof, Verdict};
use crate::finding::{Fact, MaskingSign};

/// More octets at once than fit into a packet of any usual size.
const LARGE: usize = 1_400;

pub(super) fn judge(cause: &str, facts: &Facts, seen: &Seen<'_>, verdict: &mut Verdict) {
    match cause {
        "service-not-available" => not_available(facts, seen, verdict),
        "address-listed" => said(facts, seen, verdict, &[Meaning::Blocked]),
        "no-reverse-name" => said(facts, seen, verdict, &[Meaning::NoReverseName]),
        "sending-too-fast" => said(facts, seen, verdict, &[Meaning::RateLimited]),
        "greylisted" => said(facts, seen, verdict, &[Meaning::Greylisted]),
        "login-required" => said(facts, seen, verdict, &[Meaning::LoginRequired]),
        "tls-required-there" => said(facts, seen, verdict, &[Meaning::TlsRequired]),
        "takes-no-mail" => {
            own(facts, verdict, |f| matches!(f, Failure::NullMx { .. }));
            said(facts, seen, verdict, &[Meaning::TakesNoMail]);
        }
        "server-in-trouble" => in_trouble(facts, seen, verdict),
        "not-allowed-to-relay" | "domain-not-active-there" => relay_denied(cause, facts, verdict),
        "domain-type-wrong-there" => wrong_type_there(facts, verdict),
        "hybrid-connector-wrong" => unattributed(facts, verdict),
        "firewall-rewrites" => rewrites(facts, seen, verdict),
        "server-crashes" => crashes(facts, seen, verdict),
        "network-between" => between(seen, verdict),
        "not-a-mail-server" => not_mail(seen, verdict),
        "connector-missing" => no_connector(facts, verdict),
        "domain-type-wrong-here" => wrong_type_here(facts, verdict),
        "domain-not-accepted-here" if !leads_back(facts) => {
            own(facts, verdict, |f| matches!(f, Failure::MxPointsHere { .. }));
        }
        "domain-not-accepted-here" => verdict.rule_out([facts.failed()]),
        "connector-points-back" if leads_back(facts) => verdict.confirm([facts.failed()]),
        "connector-points-back" => came_back(facts, verdict),
        _ => {}
    }
}

/// What this server found by its own configuration needs no probe.
fn own(facts: &Facts, verdict: &mut Verdict, is: impl Fn(&Failure) -> bool) {
    if facts.failure().is_some_and(is) {
        verdict.confirm([facts.failed()]);
    }
}

/// Nothing speaks of mailboxes elsewhere, and there are some here: an internal relay domain that need not be one.
fn all_here(facts: &Facts) -> Option<Vec<Proof>> {
    let here = facts.mailboxes_here();
    // A revision that took the domain's way away shows that there was one.
    let is_alone = !here.is_empty() && !facts.path.other_servers && facts.changes.is_empty();
    is_alone.then(|| here.into_iter().chain([Proof::Known(Known::NoOtherServers)]).collect())
}

fn no_connector(facts: &Facts, verdict: &mut Verdict) {
    match all_here(facts) {
        // Which of the two was meant only those know who run it.
        Some(_) => verdict.support(2, [facts.failed()]),
        None => own(facts, verdict, |f| matches!(f, Failure::NoConnector { .. })),
    }
}

fn wrong_type_here(facts: &Facts, verdict: &mut Verdict) {
    if !matches!(facts.failure(), Some(Failure::NoConnector { .. })) {
        return;
    }
    match all_here(facts) {
        Some(proofs) => verdict.support(4, proofs),
        None => verdict.doubt(),
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

/// The other end counts the message as going in circles, and it has been here before. Received fields can be written
/// by anybody, and so can the Message-ID by which our records know it again: that speaks for it, and proves nothing.
fn came_back(facts: &Facts, verdict: &mut Verdict) {
    let Some(back) = &facts.came_back else { return };
    let (at, hosts) = (facts.attempt.at, back.hosts.clone());
    let circle = Known::Circle { at, hosts, passes: back.passes };
    let seen = [facts.failed(), Proof::Known(circle)];
    let sent = back.sent.clone().map(|sent| Proof::Known(Known::SentBefore(sent)));
    verdict.support(3, seen.into_iter().chain(sent));
}

/// A refusal of service that the failure or a probe has shown.
struct Refusal {
    meaning: Meaning,
    /// It names a fault of the server's own: no room (X.3.1, 452) or a local error (451; RFC 5321 section 4.2.3).
    is_own_fault: bool,
    proof: Proof,
}

impl Refusal {
    fn new(reply: &Reply, stage: Stage, proof: Proof) -> Self {
        let is_full = reply.enhanced.is_some_and(|code| (code.subject, code.detail) == (3, 1));
        let is_own_fault = is_full || matches!(reply.code, 451 | 452);
        Self { meaning: meaning(reply, stage), is_own_fault, proof }
    }
}

fn refusals(facts: &Facts, seen: &Seen<'_>) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    if let Some(Failure::ServiceRefused { reply } | Failure::Replied { reply }) = facts.failure() {
        refusals.push(Refusal::new(reply, facts.attempt.stage, facts.failed()));
    }
    for finding in seen.found(|fact| matches!(fact, Fact::SessionFailed { .. })) {
        if let Fact::SessionFailed { stage, failure: Failure::ServiceRefused { reply }, .. } =
            &finding.fact
        {
            let proof = Proof::Found(Box::new(finding.clone()));
            refusals.push(Refusal::new(reply, *stage, proof));
        }
    }
    refusals
}

/// The other end says so itself.
fn said(facts: &Facts, seen: &Seen<'_>, verdict: &mut Verdict, what: &[Meaning]) {
    let refusals = refusals(facts, seen).into_iter();
    let meant = refusals.filter(|refusal| what.contains(&refusal.meaning));
    verdict.confirm(meant.map(|refusal| refusal.proof));
}

/// It names its fault itself.
fn in_trouble(facts: &Facts, seen: &Seen<'_>, verdict: &mut Verdict) {
    let refusals = refusals(facts, seen).into_iter();
    let meant = refusals
        .filter(|refusal| refusal.meaning == Meaning::SystemTrouble && refusal.is_own_fault);
    verdict.confirm(meant.map(|refusal| refusal.proof));
}

fn not_available(facts: &Facts, seen: &Seen<'_>, verdict: &mut Verdict) {
    let particular =
        [Meaning::Blocked, Meaning::NoReverseName, Meaning::RateLimited, Meaning::TakesNoMail];
    let refusals = refusals(facts, seen);
    if refusals.iter().any(|one| particular.contains(&one.meaning) || one.is_own_fault) {
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

/// Causes of a refusal to relay that would hit every recipient of the domain.
const OF_THE_WHOLE_DOMAIN: [&str; 4] = [
    "mx-not-this-server",
    "domain-not-active-there",
    "dns-change-spreading",
    "not-allowed-to-relay",
];

/// What excludes a cause that would hit every recipient: others are taken. Those that were taken before the latest
/// refusal do not: the domain may have been closed in between.
pub(super) fn excluded_by_others(cause: &str, facts: &Facts) -> Option<Proof> {
    let is_excluded = is_relay_denied(facts) && OF_THE_WHOLE_DOMAIN.contains(&cause);
    facts.taken_beside().filter(|taken| is_excluded && taken.is_latest).map(TakenBeside::proof)
}

fn is_relay_denied(facts: &Facts) -> bool {
    matches!(facts.failure(), Some(Failure::Replied { reply })
        if meaning(reply, facts.attempt.stage) == Meaning::RelayDenied)
}

/// The server serves the domain, and lets us send mail for it: what is left is the recipient, who is not there, and
/// the domain's type, by which nobody else is asked. Less likely than what the server says itself.
fn wrong_type_there(facts: &Facts, verdict: &mut Verdict) {
    if is_relay_denied(facts)
        && let Some(taken) = facts.taken_beside()
    {
        verdict.support(3, [facts.failed(), taken.proof()]);
    }
}

fn relay_denied(cause: &str, facts: &Facts, verdict: &mut Verdict) {
    // Where others were taken after the first refusal, the whole domain is merely possible.
    if is_relay_denied(facts)
        && facts.taken_beside().is_none()
        && (cause == "not-allowed-to-relay") == facts.last_success.is_none()
    {
        verdict.support(1, [facts.failed()].into_iter().chain(facts.other_address()));
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

/// Something rewrites SMTP. A greeting that is covered may be the owner's wish and proves nothing.
pub(super) fn masked(fact: &Fact) -> bool {
    let proves = |sign: &MaskingSign| !matches!(sign, MaskingSign::GreetingCovered { .. });
    matches!(fact, Fact::Masked { signs, .. } if signs.iter().any(proves))
}

fn covered(fact: &Fact) -> bool {
    matches!(fact, Fact::Masked { .. }) && !masked(fact)
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
    if seen.any(covered) {
        return verdict.support(2, seen.proofs(covered));
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
    // A server that stalls when much comes at once looks the same: never more than likely.
    if seen.any(large) {
        return verdict.support(5, seen.proofs(large));
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
