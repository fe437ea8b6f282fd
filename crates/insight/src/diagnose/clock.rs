//! Whether the clock here is wrong, where certificates seem to be expired or not valid yet.
//!
//! Two things speak of it. Our own records of mail that went through lie in the future: then it was set back, which
//! is proven. Or the server tells the time in its greeting, as many do, it is another one than ours, and by it the
//! certificate is good: one of the two clocks is wrong, and which, a glance at ours tells.

use std::time::Duration;

use causeway_model::{Failure, Timestamp};

use super::facts::Facts;
use super::seen::Seen;
use super::{Known, Proof, Verdict};
use crate::finding::Fact;

/// Less may be a correction of the clock.
const A_DAY: Duration = Duration::from_secs(86_400);

/// The parts of a date and time in a greeting (RFC 5322 section 3.3), the day of the week first.
const PARTS: usize = 6;

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

/// Mail went through at a moment that is still to come by our clock.
fn is_set_back(facts: &Facts) -> bool {
    facts.last_success.as_ref().is_some_and(|success| success.at > facts.now.plus(A_DAY))
}

/// The time that the server tells, where it is another one than ours, and its certificate is good by it.
fn other_time(facts: &Facts, seen: &Seen<'_>) -> Option<Proof> {
    let greetings = seen.found(|fact| matches!(fact, Fact::Greeting { .. }));
    greetings.into_iter().find_map(|finding| {
        let Fact::Greeting { reply, .. } = &finding.fact else { return None };
        let (theirs, ours) = (told(&reply.lines.join(" "))?, finding.at);
        let is_other = theirs.since(ours).max(ours.since(theirs)) > A_DAY;
        let is_evidence = is_other && is_valid_at(theirs, ours, facts.failure()?);
        is_evidence.then_some(Proof::Known(Known::OtherTime { theirs, ours }))
    })
}

/// Whether a certificate that is refused for its dates is good by the other clock.
fn is_valid_at(theirs: Timestamp, ours: Timestamp, failure: &Failure) -> bool {
    match failure {
        Failure::CertificateExpired { not_after } => {
            theirs < ours && not_after.is_none_or(|end| theirs < end)
        }
        Failure::CertificateNotYetValid { not_before } => {
            theirs > ours && not_before.is_none_or(|begin| theirs >= begin)
        }
        Failure::DaneViolated { reason, .. } | Failure::StsViolated { reason, .. } => {
            is_valid_at(theirs, ours, reason)
        }
        _ => false,
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
    fn another_time_counts_only_where_the_certificate_is_good_by_it() {
        let at = |seconds: i64| Timestamp::from_millis(seconds * 1000);
        let expired = Failure::CertificateExpired { not_after: Some(at(100)) };
        assert!(is_valid_at(at(99), at(200), &expired));
        assert!(!is_valid_at(at(101), at(200), &expired) && !is_valid_at(at(99), at(50), &expired));
        let early = Failure::CertificateNotYetValid { not_before: Some(at(300)) };
        assert!(is_valid_at(at(301), at(200), &early) && !is_valid_at(at(299), at(200), &early));
        assert!(!is_valid_at(at(99), at(200), &Failure::CertificateSelfSigned));
    }

    proptest! {
        #[test]
        fn no_greeting_is_a_surprise(greeting in "(Sun, )?.{0,80}") {
            let _ = told(&greeting);
        }
    }
}
