//! Who says what about a domain's records, and what is old.

use super::Teller;
use crate::finding::{DnsAnswer, Fact, Unasked};
use crate::probe::{Probe, RecordKind};
use causeway_model::StepStatus::{Failed, Passed, Skipped, Warning};

/// `test propagation`: a step for each name server and resolver.
pub(super) async fn propagation(domain: &str, kind: RecordKind, teller: &mut Teller<'_>) {
    let facts = teller.ask(Probe::Propagation { name: domain.to_owned(), kind }).await;
    let fails = authority_fails(&facts);
    for fact in &facts {
        tell(fact, fails, teller);
    }
}

/// None of those who speak for the domain answers as it should: then no resolver can.
fn authority_fails(facts: &[Fact]) -> bool {
    let authorities = || {
        facts.iter().filter_map(|fact| match fact {
            Fact::Dns { by, answer, .. } if by.name.is_some() => Some(answer),
            _ => None,
        })
    };
    let is_lost = |fact: &Fact| {
        matches!(
            fact,
            Fact::NotDelegated { .. }
                | Fact::DelegationUnknown { .. }
                | Fact::ServerWithoutAddress { .. }
        )
    };
    let answers = authorities().any(DnsAnswer::is_answer);
    !answers && (authorities().next().is_some() || facts.iter().any(is_lost))
}

fn tell(fact: &Fact, authority_fails: bool, teller: &mut Teller<'_>) {
    match fact {
        Fact::Delegation { .. } | Fact::Alias { .. } => {
            teller.fact("delegation", Passed, fact, None);
        }
        Fact::NotDelegated { .. } => {
            let cure = teller.advice("advice-not-delegated", &[]);
            teller.fact("delegation", Failed, fact, cure);
        }
        Fact::DelegationUnknown { .. } => {
            let cure = teller.advice("advice-delegation-unknown", &[]);
            teller.fact("delegation", Failed, fact, cure);
        }
        Fact::ServerWithoutAddress { server, .. } => {
            let cure = teller.advice("advice-name-server", &[("server", server.into())]);
            teller.fact("name_server", Failed, fact, cure);
        }
        Fact::Dns { by, answer, .. } => {
            let name = if by.name.is_some() { "name_server" } else { "resolver" };
            let (cure_key, status) = match (by.name.is_some(), authority_fails) {
                (true, _) => ("advice-name-server", Failed),
                (false, true) => ("advice-resolver-follows", Warning),
                (false, false) => ("advice-resolver", Failed),
            };
            match answer {
                DnsAnswer::Records { .. }
                | DnsAnswer::NoRecords { .. }
                | DnsAnswer::NoSuchName { .. } => teller.fact(name, Passed, fact, None),
                _ => {
                    let cure = teller.advice(cure_key, &[("server", by.label().into())]);
                    teller.fact(name, status, fact, cure);
                }
            }
        }
        Fact::Serial { .. } => teller.fact("serial", Passed, fact, None),
        Fact::AnswersAgree { .. } => teller.fact("agreement", Passed, fact, None),
        Fact::AnswersDiffer { .. } => {
            let cure = teller.advice("advice-secondary-old", &[]);
            teller.fact("agreement", Failed, fact, cure);
        }
        Fact::CachedAnswerCurrent { .. } => teller.fact("cache", Passed, fact, None),
        Fact::CachedAnswerOld { .. } => {
            let cure = teller.advice("advice-cached-wait", &[]);
            teller.fact("cache", Warning, fact, cure);
        }
        Fact::OwnCacheOld { .. } => {
            let cure = teller.advice("advice-cached-wait", &[]);
            teller.fact("own_cache", Warning, fact, cure);
        }
        Fact::NotProbed { why: Unasked::QuestionsSpent } => {
            teller.fact("delegation", Skipped, fact, None);
        }
        _ => teller.fact("delegation", Failed, fact, None),
    }
}

/// The same, only what is wrong, with one step for what is right: for a test that has more to tell.
pub(super) async fn summary(domain: &str, teller: &mut Teller<'_>) {
    let probe = Probe::Propagation { name: domain.to_owned(), kind: RecordKind::Mx };
    let facts = teller.ask(probe).await;
    let fails = authority_fails(&facts);
    let is_good = |fact: &Fact| match fact {
        Fact::Dns { answer, .. } => answer.is_answer(),
        Fact::AnswersAgree { .. }
        | Fact::Delegation { .. }
        | Fact::Serial { .. }
        | Fact::Alias { .. }
        | Fact::CachedAnswerCurrent { .. } => true,
        _ => false,
    };
    for fact in &facts {
        let is_summary = matches!(fact, Fact::AnswersAgree { .. } | Fact::Delegation { .. });
        if is_summary || !is_good(fact) {
            tell(fact, fails, teller);
        }
    }
}
