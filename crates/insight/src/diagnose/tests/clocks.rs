//! Whose clock is wrong: what our own records prove, and what a stranger's greeting may say.

use super::*;
use causeway_model::config::TlsLevel;

use crate::finding::Certificate;
use crate::probe::TlsDemand;

/// Days after the epoch.
fn day(days: i64) -> Timestamp {
    at(days * 86_400)
}

/// What is said of an expired certificate and of our clock, where the certificate is of the days 10000 to 11000, our
/// clock shows day 11002, and the server greets so.
fn expired(greeting: &str) -> (Standing, Standing, Diagnosis) {
    let failure = Failure::CertificateExpired { not_after: Some(day(11_000)) };
    let mut facts = facts(failure.clone());
    (facts.attempt.stage, facts.attempt.at, facts.now) = (Stage::Tls, day(11_002), day(11_002));
    let address = address("192.0.2.1:25");
    let certificate = Certificate {
        subject: "CN=mx.partner.test".into(),
        issuer: "CN=Known".into(),
        names: vec!["mx.partner.test".into()],
        not_before: day(10_000),
        not_after: day(11_000),
        serial: "01".into(),
        self_issued: false,
    };
    let expected_name = "mx.partner.test".to_owned();
    let demand =
        TlsDemand { level: TlsLevel::CertificateValidation, expected_name, publisher: None };
    let said = [
        Fact::Greeting { address, reply: Reply::new(220, None, greeting) },
        Fact::CertificateShown { address, certificate, intermediates: 1 },
        Fact::CertificateBad { address, demand, failure, forbidden: true },
    ];
    let found = |fact| Finding { at: day(11_002), ..found(Probe::Connect { address }, fact) };
    let diagnosis = diagnose(&facts, &said.map(found));
    let standing = |cause| standing(&diagnosis, cause);
    (standing("certificate-expired"), standing("clock-wrong"), diagnosis)
}

#[test]
fn a_server_with_a_dead_clock_does_not_take_away_that_its_certificate_has_expired() {
    for greeting in [
        "mx ESMTP ready at Sat, 01 Jan 1994 00:00:00 +0000",
        "mx ESMTP ready at Thu, 01 Jan 1970 00:00:00 +0000",
        "mx ESMTP",
    ] {
        let (expired, clock, _) = expired(greeting);
        assert_eq!((expired, clock), (Standing::Confirmed, Standing::Possible), "{greeting}");
    }
}

#[test]
fn where_one_greeting_speaks_and_the_certificate_is_good_by_both_ends_neither_is_confirmed() {
    // Day 10998.
    let (expired, clock, diagnosis) = expired("mx ESMTP ready at Fri, 11 Feb 2000 00:00:00 +0000");
    assert_eq!((expired, clock), (Standing::Likely, Standing::Likely));
    assert_eq!(diagnosis.top().unwrap().cause, "clock-wrong");
}

#[test]
fn what_has_expired_by_a_clock_that_was_set_back_has_expired() {
    let mut facts = facts(Failure::CertificateExpired { not_after: Some(at(900)) });
    facts.attempt.stage = Stage::Tls;
    facts.last_success.as_mut().unwrap().at = at(1_000_000);
    assert_eq!(standing(&diagnose(&facts, &[]), "clock-wrong"), Standing::Possible);
}

#[test]
fn records_from_the_future_show_that_our_clock_is_wrong() {
    let not_before = Some(at(2_000_000));
    let mut facts = facts(Failure::CertificateNotYetValid { not_before });
    facts.attempt.stage = Stage::Tls;
    assert_eq!(standing(&diagnose(&facts, &[]), "clock-wrong"), Standing::Possible);
    facts.last_success.as_mut().unwrap().at = at(1_000_000);
    let diagnosis = diagnose(&facts, &[]);
    assert_eq!(standing(&diagnosis, "clock-wrong"), Standing::Confirmed);
    assert_eq!(diagnosis.top().unwrap().cause, "clock-wrong");
}
