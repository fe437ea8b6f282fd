//! What an attempt means for a recipient. Pure.

use causeway_catalog::{Permanence, Phase, last_result, permanence};
use causeway_model::config::QueueSettings;
use causeway_model::{Attempt, Outcome, Timestamp};
use causeway_policy::retry::next_attempt;
use causeway_store::{Change, LastResult};

/// How a recipient fared in one attempt.
#[derive(Clone, Debug)]
pub(crate) struct Verdict {
    /// Position in the envelope.
    pub(crate) index: u32,
    /// Attempts with this one.
    pub(crate) attempts: u32,
    /// Its new state. `Failed` says `reported: true` here; whether a report is due is decided
    /// where reports are made.
    pub(crate) change: Change,
    /// For listings, the trace and reports.
    pub(crate) result: LastResult,
}

/// The verdict on one recipient. `attempts` counts this one; `delivered` is the change that success
/// means (delivered here, or relayed).
pub(crate) fn verdict(
    index: u32,
    attempt: Attempt,
    attempts: u32,
    delivered: Change,
    queue: &QueueSettings,
    now: Timestamp,
) -> Verdict {
    let change = match &attempt.outcome {
        Outcome::Success(_) => delivered,
        Outcome::Failure(failure) => match permanence(failure) {
            Permanence::Permanent => Change::Failed { reported: true },
            Permanence::Transient => {
                Change::Deferred { until: now.plus(next_attempt(queue, attempts)) }
            }
        },
    };
    let phase = if matches!(change, Change::Failed { .. }) { Phase::Final } else { Phase::Queued };
    Verdict { index, attempts, change, result: result(attempt, phase) }
}

/// An attempt in the words of listings.
pub fn result(attempt: Attempt, phase: Phase) -> LastResult {
    let (code, reply) = last_result(&attempt, phase);
    LastResult {
        code,
        reply,
        connector: attempt.connector.clone(),
        destination: destination(&attempt),
        attempt: Some(attempt),
    }
}

/// Host and address, as far as they are known.
fn destination(attempt: &Attempt) -> Option<String> {
    match (&attempt.host, attempt.address) {
        (Some(host), Some(address)) => {
            Some(format!("{host} [{}]:{}", address.ip(), address.port()))
        }
        (Some(host), None) => Some(host.clone()),
        (None, Some(address)) => Some(format!("[{}]:{}", address.ip(), address.port())),
        (None, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use causeway_model::{EnhancedCode, Failure, Reply, Stage};
    use std::time::Duration;

    fn attempt(outcome: Outcome) -> Attempt {
        Attempt {
            elapsed_ms: 3,
            host: Some("mx.ext.test".into()),
            address: Some(([192, 0, 2, 7], 25).into()),
            ..Attempt::new(Timestamp::from_millis(0), "ext.test", Stage::Rcpt, outcome)
        }
    }

    fn change(outcome: Outcome, attempts: u32) -> Change {
        let now = Timestamp::from_millis(0);
        verdict(0, attempt(outcome), attempts, Change::Relayed, &QueueSettings::default(), now)
            .change
    }

    #[test]
    fn the_class_of_the_answer_decides() {
        let answer =
            |code| Reply::new(code, Some(EnhancedCode::new((code / 100) as u8, 1, 1)), "x");
        assert_eq!(change(Outcome::Success(answer(250)), 1), Change::Relayed);
        let refused = Outcome::Failure(Failure::Replied { reply: answer(550) });
        assert_eq!(change(refused, 1), Change::Failed { reported: true });
        let later = Outcome::Failure(Failure::Replied { reply: answer(450) });
        let minutes = |m: u64| Timestamp::from_millis(0).plus(Duration::from_secs(m * 60));
        assert_eq!(change(later.clone(), 1), Change::Deferred { until: minutes(1) });
        assert_eq!(change(later.clone(), 5), Change::Deferred { until: minutes(5) });
        assert_eq!(change(later, 50), Change::Deferred { until: minutes(10) });
    }
}
