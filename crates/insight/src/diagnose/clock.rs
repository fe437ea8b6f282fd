//! Whether the clock here is wrong, where certificates seem to be expired or not valid yet.
//!
//! Two things speak of it. Our own records of mail that went through lie in the future: then it was set back, which
//! is proven, and explains a certificate that is not valid yet. Or the server tells the time in its greeting, as many
//! do, it is another one than ours, and it lies between both ends of the very certificate that the server shows: one
//! of the two clocks is wrong, and which, a glance at ours tells. A greeting is a stranger's word: one that tells any
//! other time, as of a server whose own clock is dead, says nothing, and takes nothing away from what the dates of
//! the certificate prove.

use std::time::Duration;

use causeway_model::{Failure, Timestamp};

use super::facts::Facts;
use super::seen::Seen;
use super::{Known, Proof, Verdict};
use crate::finding::{Certificate, Fact};

/// Less may be a correction of the clock.
const A_DAY: Duration = Duration::from_secs(86_400);

/// The parts of a date and time in a greeting (RFC 5322 section 3.3), the day of the week first.
const PARTS: usize = 6;

/// For which of its dates a certificate is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refused {
    Expired,
    NotYetValid,
}

pub(super) fn judge(facts: &Facts, seen: &Seen<'_>, verdict: &mut Verdict) {
    if is_set_back(facts) {
        verdict.confirm([facts.worked()]);
    } else if let Some(other) = other_time(facts, seen) {
        verdict.support(4, [facts.failed(), other]);
    }
}

/// Dates of certificates prove nothing while the clock is in doubt.
pub(super) fn is_doubtful(facts: &Facts, seen: &Seen<'_>) -> bool {
    is_set_back(facts) || other_time(facts, seen).is_some()
}

/// Mail went through at a moment that is still to come by our clock. What has expired by a clock that is behind has
/// expired all the more.
fn is_set_back(facts: &Facts) -> bool {
    facts.failure().and_then(refused) == Some(Refused::NotYetValid)
        && facts.last_success.as_ref().is_some_and(|success| success.at > facts.now.plus(A_DAY))
}

/// The time that the server tells, where it is another one than ours, and its certificate is good by it.
fn other_time(facts: &Facts, seen: &Seen<'_>) -> Option<Proof> {
    let refused = refused(facts.failure()?)?;
    let greetings = seen.found(|fact| matches!(fact, Fact::Greeting { .. }));
    greetings.into_iter().find_map(|finding| {
        let Fact::Greeting { reply, address } = &finding.fact else { return None };
        let (theirs, ours) = (told(&reply.lines.join(" "))?, finding.at);
        let is_good = seen.any(|fact| {
            matches!(fact, Fact::CertificateShown { address: at, certificate, .. }
                if at == address && is_good_by(theirs, ours, refused, certificate))
        });
        is_good.then_some(Proof::Known(Known::OtherTime { theirs, ours }))
    })
}

/// Whether a certificate that is refused for one of its dates is good by the other clock: by both of them.
fn is_good_by(
    theirs: Timestamp,
    ours: Timestamp,
    refused: Refused,
    certificate: &Certificate,
) -> bool {
    let apart = match refused {
        Refused::Expired => ours.since(theirs),
        Refused::NotYetValid => theirs.since(ours),
    };
    apart > A_DAY && certificate.not_before <= theirs && theirs < certificate.not_after
}

/// Whether a failure is about the dates of a certificate.
fn refused(failure: &Failure) -> Option<Refused> {
    match failure {
        Failure::CertificateExpired { .. } => Some(Refused::Expired),
        Failure::CertificateNotYetValid { .. } => Some(Refused::NotYetValid),
        Failure::DaneViolated { reason, .. } | Failure::StsViolated { reason, .. } => {
            refused(reason)
        }
        _ => None,
    }
}

/// The moment that a greeting tells.
fn told(greeting: &str) -> Option<Timestamp> {
    let words: Vec<&str> = greeting.split_ascii_whitespace().collect();
    let is_day =
        |word: &str| ["Mon,", "Tue,", "Wed,", "Thu,", "Fri,", "Sat,", "Sun,"].contains(&word);
    let dates = words.windows(PARTS).filter(|parts| parts.first().is_some_and(|day| is_day(day)));
    dates.filter_map(|parts| Timestamp::parse_rfc5322(&parts.join(" "))).next()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn greetings_tell_the_time_in_several_ways() {
        let moment = Timestamp::parse_rfc3339("2026-11-22T10:39:12Z");
        for greeting in [
            "EXCH.partner.test Microsoft ESMTP MAIL Service ready at Sun, 22 Nov 2026 10:39:12 +0000",
            "mail.partner.test ESMTP Sendmail 8.15.2/8.15.2; Sun, 22 Nov 2026 11:39:12 +0100 (CET)",
            "mail.partner.test ESMTP Exim 4.96 Sun, 22 Nov 2026 10:39:12 GMT",
        ] {
            assert_eq!(told(greeting), moment, "{greeting}");
        }
        for greeting in ["mail.partner.test ESMTP", "Sun, Sun, 32 Nov 2026 99:39:12 +0000", ""] {
            assert_eq!(told(greeting), None, "{greeting}");
        }
    }

    #[test]
    fn another_time_counts_only_between_both_ends_of_the_certificate() {
        const DAY: i64 = 86_400;
        let at = |days: i64| Timestamp::from_millis(days * DAY * 1000);
        let certificate = Certificate {
            subject: String::new(),
            issuer: String::new(),
            names: Vec::new(),
            not_before: at(100),
            not_after: at(200),
            serial: String::new(),
            self_issued: false,
        };
        let good = |theirs, ours, refused| is_good_by(at(theirs), at(ours), refused, &certificate);
        assert!(good(150, 210, Refused::Expired) && good(100, 210, Refused::Expired));
        assert!(!good(30, 210, Refused::Expired), "their clock is dead");
        assert!(!good(200, 210, Refused::Expired), "it has ended there, too");
        assert!(good(150, 90, Refused::NotYetValid) && !good(300, 90, Refused::NotYetValid));
        assert!(!good(150, 90, Refused::Expired) && !good(199, 200, Refused::Expired));
    }

    proptest! {
        #[test]
        fn no_greeting_is_a_surprise(greeting in "(Sun, )?.{0,80}") {
            let _ = told(&greeting);
        }
    }
}
