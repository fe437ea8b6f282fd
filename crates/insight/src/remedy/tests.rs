//! Which way out comes first.

use causeway_model::{Attempt, Outcome, Timestamp};

use super::*;
use crate::diagnose::{LastSuccess, Others, Path, diagnose};
use crate::probe::{Probe, TlsDemand};

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(seconds * 1000)
}

/// Mail went to port 25 of a partner; a revision changed these parts, and since then it fails.
fn facts(aspects: &[Aspect], (stage, failure): (Stage, Failure)) -> Facts {
    let address = |port: u16| Some(([192, 0, 2, 1], port).into());
    let attempt = Attempt {
        connector: Some("partner".into()),
        host: Some("mail.partner.test".into()),
        address: address(2525),
        ..Attempt::new(at(990), "connector \"partner\"", stage, Outcome::Failure(failure))
    };
    let change = ConfigurationChange {
        revision: 7,
        at: at(500),
        author: "a".into(),
        what: Vec::new(),
        aspects: aspects.to_vec(),
        revertible: true,
        superseded: false,
        loosening: false,
        expected_before: None,
    };
    let last_success =
        LastSuccess { at: at(100), host: attempt.host.clone(), address: address(25), tls: None };
    Facts {
        now: at(1_000),
        attempt,
        failing_since: at(900),
        failures: 1,
        next_attempt_at: None,
        returned_at: None,
        path: Path { smart_hosts: vec![("mail.partner.test".into(), 2525)], ..Path::default() },
        last_success: Some(last_success),
        changes: vec![change],
        others: Others::default(),
        taken: None,
        came_back: None,
    }
}

/// The certificate that the server shows ended.
fn expired() -> (Failure, Vec<Finding>) {
    let failure = Failure::CertificateExpired { not_after: Some(at(50)) };
    let address = ([192, 0, 2, 1], 2525).into();
    let expected_name = "mail.partner.test".to_owned();
    let level = TlsLevel::CertificateValidation;
    let demand = TlsDemand { level, expected_name, publisher: None };
    let probe =
        Probe::Session { address, host: "mail.partner.test".into(), demand: demand.clone() };
    let fact = Fact::CertificateBad { address, demand, failure: failure.clone(), forbidden: true };
    (failure, vec![Finding { probe, at: at(995), elapsed_ms: 1, fact }])
}

fn offered(aspects: &[Aspect], loosening: bool) -> Vec<String> {
    let (failure, findings) = expired();
    let mut facts = facts(aspects, (Stage::Tls, failure));
    facts.changes[0].loosening = loosening;
    let diagnosis = diagnose(&facts, &findings);
    assert!(diagnosis.confirms("certificate-expired"), "{diagnosis:?}");
    let all = offers(&diagnosis, &facts, &findings, &MailFlow::default());
    all.into_iter().map(|offer| offer.id).collect()
}

#[test]
fn going_back_comes_first_where_mail_was_sent_elsewhere_whatever_is_wrong_there() {
    assert_eq!(offered(&[Aspect::Port, Aspect::Tls], false)[0], "revert");
    assert_eq!(offered(&[Aspect::Route], false)[0], "revert");
    // The same server with another address to send from: its certificate would have ended all the same.
    assert!(!offered(&[Aspect::Source], false).contains(&"revert".to_owned()));
    // What takes a demand for TLS back comes last, and has to be named.
    let weaker = offered(&[Aspect::Port, Aspect::Tls], true);
    assert_eq!(weaker.last().map(String::as_str), Some("revert"), "{weaker:?}");
}
