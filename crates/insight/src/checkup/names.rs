//! Who says what about a domain's records, and what is old.

use super::Teller;
use crate::finding::{DnsAnswer, Fact, NameServer, Unasked};
use crate::probe::{Probe, RecordKind};
use causeway_model::StepStatus::{self, Failed, Passed, Skipped, Warning};

/// Where it is to be mended that no right answer comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// At our resolver: those who speak for the domain answer, or nothing says otherwise.
    Resolver,
    /// At the domain: somebody outside was heard, and no resolver can answer for it.
    Domain,
    /// Not known: nobody who speaks for the domain could be asked. Our own way to DNS may be closed.
    OwnWay,
}

/// `test propagation`: a step for each name server and resolver.
pub(super) async fn propagation(domain: &str, kind: RecordKind, teller: &mut Teller<'_>) {
    let facts = teller.ask(Probe::Propagation { name: domain.to_owned(), kind }).await;
    let fault = fault(&facts);
    for fact in &facts {
        tell(fact, fault, teller);
    }
}

/// Where the fault is, by what those say who speak for the domain.
fn fault(facts: &[Fact]) -> Fault {
    let any = |is: fn(&DnsAnswer) -> bool| {
        facts.iter().any(
            |fact| matches!(fact, Fact::Dns { by, answer, .. } if by.name.is_some() && is(answer)),
        )
    };
    let is_wrong = |a: &DnsAnswer| matches!(a, DnsAnswer::Error { .. } | DnsAnswer::Lame { .. });
    let is_silent = |a: &DnsAnswer| matches!(a, DnsAnswer::Silent { .. });
    let is_not_delegated = |fact: &Fact| matches!(fact, Fact::NotDelegated { .. });
    let lacks_address = |fact: &Fact| matches!(fact, Fact::ServerWithoutAddress { .. });
    let is_unknown = |fact: &Fact| matches!(fact, Fact::DelegationUnknown { .. });
    if any(DnsAnswer::is_answer) {
        return Fault::Resolver;
    }
    // Where the parent answered us, questions get out: who says nothing then is down.
    let is_lost = any(is_silent) || facts.iter().any(lacks_address);
    if any(is_wrong) || facts.iter().any(is_not_delegated) || is_lost && parent_answered(facts) {
        return Fault::Domain;
    }
    let is_unreachable = any(|a| matches!(a, DnsAnswer::Unreachable { .. }));
    match is_lost || is_unreachable || facts.iter().any(is_unknown) {
        true => Fault::OwnWay,
        false => Fault::Resolver,
    }
}

/// A server above the domain told us its name servers. Where none could be asked, our resolver did.
fn parent_answered(facts: &[Fact]) -> bool {
    let is_resolver = |server: &NameServer| {
        facts.iter().any(|fact| {
            matches!(fact, Fact::Dns { by, .. } if by.name.is_none() && by.address == server.address)
        })
    };
    facts.iter().any(|fact| matches!(fact, Fact::Delegation { by, .. } if !is_resolver(by)))
}

/// What to do about a server that does not answer as it should, and how bad that is.
fn cure(is_authority: bool, fault: Fault, answer: &DnsAnswer) -> (&'static str, StepStatus) {
    match (is_authority, fault) {
        (_, Fault::OwnWay) => ("advice-own-way-to-dns", Failed),
        (true, _) => ("advice-name-server", Failed),
        // A resolver that cannot be reached at all is no work of the domain's.
        (false, Fault::Domain) if !matches!(answer, DnsAnswer::Unreachable { .. }) => {
            ("advice-resolver-follows", Warning)
        }
        (false, _) => ("advice-resolver", Failed),
    }
}

fn tell(fact: &Fact, fault: Fault, teller: &mut Teller<'_>) {
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
            let (cure_key, status) = cure(by.name.is_some(), fault, answer);
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
    let fault = fault(&facts);
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
            tell(fact, fault, teller);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(name: Option<&str>, address: &str) -> NameServer {
        NameServer { name: name.map(str::to_owned), address: address.parse().unwrap() }
    }

    fn said(name: Option<&str>, answer: DnsAnswer) -> Fact {
        let by = server(name, if name.is_some() { "192.0.2.53:53" } else { "192.0.2.1:53" });
        Fact::Dns { by, name: "a.test".into(), kind: RecordKind::Mx, answer }
    }

    fn delegation(by: &str) -> Fact {
        let servers = vec!["ns.a.test".to_owned()];
        Fact::Delegation { zone: "a.test".into(), servers, by: server(None, by) }
    }

    const SILENT: DnsAnswer = DnsAnswer::Silent { after_ms: 1 };
    const RESOLVER: &str = "192.0.2.1:53";
    const PARENT: &str = "192.0.2.2:53";

    #[test]
    fn where_nobody_outside_could_be_asked_our_own_way_to_dns_is_in_doubt() {
        let unknown = Fact::DelegationUnknown {
            name: "a.test".into(),
            zone: String::new(),
            said: Vec::new(),
        };
        let unreachable = DnsAnswer::Unreachable { detail: "no route".into() };
        assert_eq!(fault(&[unknown, said(None, SILENT)]), Fault::OwnWay);
        let silent = said(Some("ns.a.test"), SILENT);
        let none = said(None, SILENT);
        assert_eq!(fault(&[delegation(RESOLVER), silent.clone(), none.clone()]), Fault::OwnWay);
        let closed = said(Some("ns.a.test"), unreachable.clone());
        assert_eq!(fault(&[delegation(PARENT), closed, none.clone()]), Fault::OwnWay);
        assert_eq!(fault(&[delegation(PARENT), silent, none]), Fault::Domain);
        assert_eq!(cure(false, Fault::OwnWay, &SILENT), ("advice-own-way-to-dns", Failed));
        assert_eq!(cure(false, Fault::Domain, &SILENT), ("advice-resolver-follows", Warning));
        assert_eq!(cure(false, Fault::Domain, &unreachable), ("advice-resolver", Failed));
    }

    #[test]
    fn a_resolver_is_absolved_by_what_somebody_outside_answered() {
        let refused = DnsAnswer::Error { code: "REFUSED".into() };
        assert_eq!(fault(&[said(Some("ns.a.test"), refused.clone())]), Fault::Domain);
        let gone = Fact::NotDelegated {
            name: "a.test".into(),
            parent: "test".into(),
            by: server(None, PARENT),
        };
        assert_eq!(fault(&[gone, said(None, refused.clone())]), Fault::Domain);
        let none = DnsAnswer::NoSuchName { ttl: None, authoritative: true };
        assert_eq!(fault(&[said(Some("ns.a.test"), none), said(None, refused)]), Fault::Resolver);
        assert_eq!(fault(&[said(None, SILENT)]), Fault::Resolver, "nothing else is known");
    }
}
