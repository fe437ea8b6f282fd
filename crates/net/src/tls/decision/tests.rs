//! TLS-09: the whole table.

use super::*;

fn name_wrong() -> Failure {
    Failure::CertificateNameMismatch { expected: "mx.test".into(), presented: Vec::new() }
}

fn expired() -> Failure {
    Failure::CertificateExpired { not_after: None }
}

fn no_match() -> Failure {
    Failure::TlsaMismatch { records: 1, presented: String::new() }
}

fn found(chain: Result<(), Failure>, name: Result<(), Failure>) -> Findings {
    Findings {
        encryption: Ok(()),
        chain,
        host_name: name.clone(),
        name,
        dane: Err(no_match()),
        listed: Ok(()),
    }
}

fn good() -> Findings {
    found(Ok(()), Ok(()))
}

#[derive(Debug, PartialEq, Eq)]
enum Short {
    Deliver,
    Report,
    Defer,
}

fn short(demands: &Demands, found: &Findings) -> Short {
    match decide(demands, found) {
        Decision::Deliver(_) => Short::Deliver,
        Decision::DeliverAndReport(..) => Short::Report,
        Decision::Defer(_) => Short::Defer,
    }
}

fn level(level: TlsLevel) -> Demands {
    Demands::of_level(level)
}

fn sts(mode: StsMode) -> Demands {
    Demands { sts: Some(("partner.test".into(), mode)), ..level(TlsLevel::Opportunistic) }
}

fn dane(dane: DaneLevel) -> Demands {
    Demands { dane: Some(dane), ..level(TlsLevel::Opportunistic) }
}

#[test]
fn every_certificate_under_every_demand() {
    use Short::{Defer, Deliver, Report};
    let self_signed = || Err(Failure::CertificateSelfSigned);
    let kinds = [
        good(),
        found(Err(expired()), Ok(())),
        found(Ok(()), Err(name_wrong())),
        found(self_signed(), Ok(())),
        Findings::plain(&Failure::TlsNotOffered),
    ];
    let table = [
        (level(TlsLevel::Opportunistic), [Deliver, Deliver, Deliver, Deliver, Deliver]),
        (level(TlsLevel::EncryptionOnly), [Deliver, Deliver, Deliver, Deliver, Defer]),
        (level(TlsLevel::CertificateValidation), [Deliver, Defer, Deliver, Defer, Defer]),
        (level(TlsLevel::DomainValidation), [Deliver, Defer, Defer, Defer, Defer]),
        (sts(StsMode::Enforce), [Deliver, Defer, Defer, Defer, Defer]),
        (sts(StsMode::Testing), [Deliver, Report, Report, Report, Report]),
        (dane(DaneLevel::Encryption), [Deliver, Deliver, Deliver, Deliver, Defer]),
        // No record matches: the certificate may be as good as it likes.
        (dane(DaneLevel::Certificate), [Defer, Defer, Defer, Defer, Defer]),
    ];
    for (demands, expected) in table {
        for (found, expected) in kinds.iter().zip(expected) {
            assert_eq!(short(&demands, found), expected, "{demands:?} {found:?}");
        }
    }
    // A record matches (DANE-EE): name, dates and issuer do not matter.
    for kind in &kinds[..4] {
        let matching = Findings { dane: Ok(()), ..kind.clone() };
        assert_eq!(
            decide(&dane(DaneLevel::Certificate), &matching),
            Decision::Deliver(VerifiedBy::Dane)
        );
    }
    // DANE-TA: what is wrong with the chain or the name is the records' verdict.
    for reason in [expired(), name_wrong()] {
        let failing = Findings { dane: Err(reason.clone()), ..good() };
        let Decision::Defer(Failure::DaneViolated { reason: told, .. }) =
            decide(&dane(DaneLevel::Certificate), &failing)
        else {
            panic!("must wait")
        };
        assert_eq!(*told, reason);
    }
}

#[test]
fn dane_takes_the_place_of_mta_sts_and_not_of_the_connectors_level() {
    let matching = Findings { dane: Ok(()), ..found(Err(Failure::CertificateSelfSigned), Ok(())) };
    let both = Demands { dane: Some(DaneLevel::Certificate), ..sts(StsMode::Enforce) };
    assert_eq!(decide(&both, &matching), Decision::Deliver(VerifiedBy::Dane));
    // A match is no way around a failure of DANE either.
    assert_eq!(short(&both, &good()), Short::Defer);
    let strict =
        Demands { dane: Some(DaneLevel::Certificate), ..level(TlsLevel::CertificateValidation) };
    assert_eq!(decide(&strict, &matching), Decision::Defer(Failure::CertificateSelfSigned));
    // Records that cannot be used leave MTA-STS in place.
    let unusable = Demands { dane: Some(DaneLevel::Encryption), ..sts(StsMode::Enforce) };
    assert_eq!(short(&unusable, &matching), Short::Defer);
    assert_eq!(decide(&unusable, &good()), Decision::Deliver(VerifiedBy::MtaSts));
}

#[test]
fn a_host_that_the_policy_does_not_name_is_no_better_for_its_certificate() {
    let unlisted = Failure::StsHostNotListed {
        domain: "partner.test".into(),
        host: "mx.other.test".into(),
        allowed: vec!["mx.partner.test".into()],
    };
    let found = Findings { listed: Err(unlisted.clone()), ..good() };
    assert_eq!(decide(&sts(StsMode::Enforce), &found), Decision::Defer(unlisted.clone()));
    assert_eq!(
        decide(&sts(StsMode::Testing), &found),
        Decision::DeliverAndReport(VerifiedBy::Certificate, unlisted)
    );
}

#[test]
fn aut_07_a_password_needs_a_peer_that_has_proved_who_it_is() {
    // AUT-07
    let demands = level(TlsLevel::EncryptionOnly);
    assert_eq!(good().may_log_in(&demands), Ok(()));
    let plain = Findings::plain(&Failure::TlsNotOffered);
    assert_eq!(plain.may_log_in(&demands), Err(None));
    for bad in [
        found(Err(expired()), Ok(())),
        found(Err(Failure::CertificateSelfSigned), Ok(())),
        found(Ok(()), Err(name_wrong())),
    ] {
        assert!(matches!(bad.may_log_in(&demands), Err(Some(_))), "{bad:?}");
        let vouched = Findings { dane: Ok(()), ..bad.clone() };
        assert_eq!(vouched.may_log_in(&dane(DaneLevel::Certificate)), Ok(()));
        // The name counts even where the connector's level does not ask for it.
        let lenient = level(TlsLevel::CertificateValidation);
        assert!(bad.may_log_in(&lenient).is_err());
    }
}
