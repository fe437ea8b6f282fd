//! Causes in DNS: name servers, registrations, caches, resolvers, spelling.

use causeway_model::Failure;

use super::facts::{Aspect, Facts};
use super::seen::{Seen, as_proofs, is_answer};
use super::{Known, Proof, Verdict};
use crate::finding::{DnsAnswer, Fact};

pub(super) fn judge(cause: &str, facts: &Facts, seen: &Seen<'_>, verdict: &mut Verdict) {
    match cause {
        "name-servers-fail" => name_servers(seen, verdict),
        "domain-expired" => expired(facts, seen, verdict),
        "record-cached" => cached(facts, seen, verdict),
        "dns-change-spreading" => spreading(seen, verdict),
        "no-mail-records" => no_records(facts, seen, verdict),
        "dnssec-broken" => dnssec(seen, verdict),
        "resolver-broken" => resolver(seen, verdict),
        "smart-host-misspelt" | "domain-misspelt" => misspelt(cause, facts, seen, verdict),
        "takes-no-mail" => {
            if let Some(proof) = seen.proof(|fact| matches!(fact, Fact::NullMx { .. })) {
                verdict.confirm([proof]);
            } else if matches!(facts.failure(), Some(Failure::NullMx { .. })) {
                verdict.confirm([facts.failed()]);
            }
        }
        "mx-not-this-server" => mx(seen, verdict),
        _ => {}
    }
}

fn is_root(zone: &str) -> bool {
    zone.trim_end_matches('.').is_empty()
}

/// Authoritative servers that do their work in time, in evidence.
fn serving(seen: &Seen<'_>) -> Vec<Proof> {
    let said = seen.authoritative().filter(|(finding, answer)| seen.serves(finding, answer));
    as_proofs(said.take(6).map(|(finding, _)| finding))
}

/// Those that give none, or give it too late.
fn not_serving(seen: &Seen<'_>) -> Vec<Proof> {
    let said = seen.authoritative().filter(|(finding, answer)| !seen.serves(finding, answer));
    as_proofs(said.take(6).map(|(finding, _)| finding))
}

/// What authoritative servers said, in evidence.
fn authoritative_proofs(seen: &Seen<'_>, is: impl Fn(&DnsAnswer) -> bool) -> Vec<Proof> {
    let said = seen.authoritative().filter(|(_, answer)| is(answer));
    said.take(6).map(|(finding, _)| Proof::Found(Box::new(finding.clone()))).collect()
}

fn name_servers(seen: &Seen<'_>, verdict: &mut Verdict) {
    let delegated = seen.any(|fact| matches!(fact, Fact::Delegation { .. }));
    let good = serving(seen);
    let mut bad = not_serving(seen);
    bad.extend(seen.proofs(|fact| matches!(fact, Fact::ServerWithoutAddress { .. })));
    let unprobed = |answer: &DnsAnswer| matches!(answer, DnsAnswer::Unreachable { .. });
    let is_our_network = seen.authoritative().any(|(_, a)| unprobed(a))
        && !seen.authoritative().any(|(_, a)| !unprobed(a));
    match (good.is_empty(), bad.is_empty()) {
        // The parent's servers answered us, so our way out for DNS works.
        // A server that is slow answers all the same: never more than likely.
        (true, false)
            if delegated
                && !is_our_network
                && !seen.asked_in_part()
                && !seen.authoritative().any(|(_, answer)| is_answer(answer)) =>
        {
            verdict.confirm(bad);
        }
        (true, false) => verdict.support(2, bad),
        (false, false) => verdict.support(3, bad.into_iter().chain(good)),
        (false, true) => verdict.rule_out(good),
        (true, true) => {
            let unknown = seen.proofs(|fact| matches!(fact, Fact::DelegationUnknown { .. }));
            if !unknown.is_empty() && seen.any(|fact| matches!(fact, Fact::ResolverWorks { .. })) {
                verdict.support(2, unknown);
            } else {
                verdict.rule_out(seen.not_delegated());
            }
        }
    }
}

fn expired(facts: &Facts, seen: &Seen<'_>, verdict: &mut Verdict) {
    if let Some(proof) = seen.not_delegated() {
        // A name below a top-level domain that the world does not know is one of somebody's own network: another
        // server answers for it there, and no registration has run out.
        let is_internal =
            |fact: &Fact| matches!(fact, Fact::NotDelegated { parent, .. } if is_root(parent));
        // Only a name that was there can be gone; one that was never seen may never have been.
        let was_there = facts.last_success.as_ref().is_some_and(|success| {
            success.host == facts.attempt.host || facts.path.smart_hosts.is_empty()
        });
        let unchanged = facts.change_of(&[Aspect::Route]).is_none();
        if was_there && unchanged && !seen.any(is_internal) {
            return verdict.confirm([proof, facts.worked()]);
        }
        // Nobody has ever seen it: it is rather misspelt, unless an MX record of somebody else names it.
        return match was_there || facts.is_mail_host() {
            true => verdict.support(2, [proof]),
            false => verdict.doubt(),
        };
    }
    verdict.rule_out(seen.proof(|fact| matches!(fact, Fact::Delegation { .. })));
}

fn cached(facts: &Facts, seen: &Seen<'_>, verdict: &mut Verdict) {
    let tried = facts.attempt.address.map(|address| address.ip().to_string());
    // The old answer explains the failure when it is what we went by: that there is nothing, or the
    // address that fails.
    let explains = |cached: &[String], current: &[String]| match &tried {
        None => cached.is_empty() && !current.is_empty(),
        Some(tried) => {
            cached.iter().any(|record| record == tried) && !current.iter().any(|r| r == tried)
        }
    };
    let old = |fact: &Fact| {
        matches!(
            fact,
            Fact::CachedAnswerOld { cached, current, .. } | Fact::OwnCacheOld { cached, current, .. }
                if explains(cached, current)
        )
    };
    if let Some(proof) = seen.proof(old) {
        return verdict.confirm([proof]);
    }
    let differs =
        |fact: &Fact| matches!(fact, Fact::CachedAnswerOld { .. } | Fact::OwnCacheOld { .. });
    if seen.any(differs) {
        return verdict.support(3, seen.proofs(differs));
    }
    let spreading = |fact: &Fact| matches!(fact, Fact::AnswersDiffer { .. });
    if seen.any(spreading) {
        return verdict.support(2, seen.proofs(spreading));
    }
    verdict.rule_out(seen.proof(|fact| matches!(fact, Fact::CachedAnswerCurrent { .. })));
}

fn spreading(seen: &Seen<'_>, verdict: &mut Verdict) {
    let differs =
        |fact: &Fact| matches!(fact, Fact::AnswersDiffer { .. } | Fact::CachedAnswerOld { .. });
    if seen.any(differs) {
        return verdict.confirm(seen.proofs(differs));
    }
    let agree = |fact: &Fact| matches!(fact, Fact::AnswersAgree { .. });
    if !seen.asked_in_part()
        && seen.any(agree)
        && seen.any(|fact| matches!(fact, Fact::CachedAnswerCurrent { .. }))
    {
        verdict.rule_out(seen.proofs(agree));
    }
}

fn no_records(facts: &Facts, seen: &Seen<'_>, verdict: &mut Verdict) {
    let nothing = |answer: &DnsAnswer| {
        matches!(answer, DnsAnswer::NoRecords { .. } | DnsAnswer::NoSuchName { .. })
    };
    // An alias that leads to nothing is not a record that mail can go by.
    let has = |answer: &DnsAnswer| matches!(answer, DnsAnswer::Records { records, .. } if !records.is_empty());
    if seen.authoritative().any(|(_, answer)| has(answer)) {
        return verdict.rule_out(authoritative_proofs(seen, has));
    }
    let unusable = seen.proofs(|fact| matches!(fact, Fact::MxUnusable { .. }));
    if !unusable.is_empty() {
        return verdict.confirm(unusable);
    }
    let said =
        leads_to_nothing(seen).chain(authoritative_proofs(seen, nothing)).collect::<Vec<_>>();
    match facts.failure() {
        _ if seen.asked_in_part() => verdict.support(3, said),
        Some(Failure::NoAddress { .. }) => verdict.confirm(said),
        // Its MX record, or mail that went there, shows that the host is meant; only its record is gone.
        Some(Failure::DomainNotFound { .. }) if facts.is_mail_host() => verdict.confirm(said),
        _ => {}
    }
}

/// The name is an alias, and what it leads to is nothing.
fn leads_to_nothing(seen: &Seen<'_>) -> impl Iterator<Item = Proof> {
    let is_alias = |fact: &Fact| matches!(fact, Fact::Alias { .. });
    let gone = |fact: &Fact| {
        matches!(fact, Fact::NotDelegated { .. })
            || matches!(fact, Fact::Dns { by, answer: DnsAnswer::NoSuchName { .. }, .. } if by.name.is_some())
    };
    let found = seen.proof(is_alias).zip(seen.proof(gone));
    found.into_iter().flat_map(|(alias, gone)| [alias, gone])
}

fn dnssec(seen: &Seen<'_>, verdict: &mut Verdict) {
    let bogus = seen.proofs(|fact| matches!(fact, Fact::DnssecBogus { .. }));
    if bogus.is_empty() {
        verdict.rule_out(seen.proof(|fact| matches!(fact, Fact::DnssecNotTheCause { .. })));
    } else {
        verdict.confirm(bogus);
    }
}

/// That one name is not found may be due to its own zone, and so may be that others of the same organization are
/// not; only names of several organizations speak about the resolver. One that answers later than mail can wait
/// fails, too.
fn resolver(seen: &Seen<'_>, verdict: &mut Verdict) {
    let bogus = |fact: &Fact| matches!(fact, Fact::DnssecBogus { .. });
    if seen.any(bogus) {
        return verdict.rule_out(seen.proofs(bogus));
    }
    let ours: Vec<_> = seen.resolver().collect();
    let none_answers =
        !ours.is_empty() && ours.iter().all(|(found, said)| !seen.serves(found, said));
    let failing = as_proofs(ours.iter().take(4).map(|(finding, _)| *finding));
    let good = serving(seen);
    let proven = seen.resolvers_fail();
    if !proven.is_empty() {
        return verdict.confirm(as_proofs(proven).into_iter().chain(failing).chain(good));
    }
    if none_answers && !good.is_empty() {
        return verdict.support(4, failing.into_iter().chain(good));
    }
    verdict.support(1, as_proofs(seen.names_lost()));
    verdict.rule_out(as_proofs(seen.resolver_works()));
}

fn misspelt(cause: &str, facts: &Facts, seen: &Seen<'_>, verdict: &mut Verdict) {
    let resembles = |fact: &Fact| matches!(fact, Fact::Resembles { .. });
    let gone = |answer: &DnsAnswer| {
        matches!(answer, DnsAnswer::NoSuchName { .. } | DnsAnswer::NoRecords { .. })
    };
    let exists = |answer: &DnsAnswer| matches!(answer, DnsAnswer::Records { .. });
    let proven_absent =
        seen.not_delegated().is_some() || seen.authoritative().any(|(_, answer)| gone(answer));
    let worked_by_this_name = facts
        .last_success
        .as_ref()
        .is_some_and(|success| success.host.is_some() && success.host == facts.attempt.host);
    if worked_by_this_name {
        return verdict.rule_out([facts.worked()]);
    }
    if cause == "domain-misspelt" && facts.is_mail_host() {
        // The domain is there: its MX record names this host.
        return verdict.rule_out([facts.failed()]);
    }
    if seen.authoritative().any(|(_, answer)| exists(answer)) {
        return verdict.rule_out(authoritative_proofs(seen, exists));
    }
    let change = (cause == "smart-host-misspelt")
        .then(|| facts.change_of(&[Aspect::Route, Aspect::Added]))
        .flatten();
    let mut proofs = seen.proofs(resembles);
    proofs.extend(seen.not_delegated());
    proofs.extend(authoritative_proofs(seen, gone).into_iter().take(2));
    if let Some(change) = change.filter(|_| proven_absent) {
        // It worked by another name until this one was written, and this one does not exist.
        proofs.push(Proof::Known(Known::Changed(change.clone())));
        proofs.push(facts.worked());
        return verdict.confirm(proofs);
    }
    if seen.any(resembles) {
        verdict.support(if proven_absent { 5 } else { 2 }, proofs);
    } else if proven_absent {
        verdict.support(1, proofs);
    }
}

/// That the records lead elsewhere is a fact; that the other end refuses for it is only known there.
fn mx(seen: &Seen<'_>, verdict: &mut Verdict) {
    let wrong = |fact: &Fact| matches!(fact, Fact::MxMixed { .. } | Fact::MxElsewhere { .. });
    if seen.any(wrong) {
        return verdict.support(3, seen.proofs(wrong));
    }
    verdict.rule_out(seen.proof(|fact| matches!(fact, Fact::MxAsExpected { .. })));
}
