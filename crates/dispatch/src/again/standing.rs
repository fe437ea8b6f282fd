//! Whether the cause of a failure still holds. Pure.

use causeway_catalog::{Permanence, permanence};
use causeway_model::{Attempt, Failure, Outcome, Stage, Timestamp};

/// How it stands with the cause of a recipient's failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CauseStanding {
    /// It does not hold any more.
    Gone {
        /// Since this success at the same place; `None` when it was not an attempt that showed it.
        since: Option<Timestamp>,
    },
    /// It still holds.
    Holds {
        /// The last attempt that showed it, where it was one.
        last: Option<Timestamp>,
        /// When that place is tried next, while other mail waits for it.
        next: Option<Timestamp>,
    },
    /// It lies in the message itself: sent again unchanged it would fail again.
    InMessage,
    /// The other server refused this message for good: only the people there can change that.
    Refused,
    /// Nothing was tried there since.
    Unknown,
}

impl CauseStanding {
    /// True when there is a point in sending again.
    #[must_use]
    pub const fn is_worth_trying(self) -> bool {
        matches!(self, Self::Gone { .. } | Self::Refused | Self::Unknown)
    }
}

/// What a [`CauseStanding`] is judged by.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts<'a> {
    /// What ended the delivery, and where; `None`: it was never tried.
    pub(super) failure: Option<(&'a Failure, Stage)>,
    /// The place to which the recipient's mail goes now is known to fail: the last attempt there, and
    /// the next one.
    pub(super) failing: Option<(Timestamp, Timestamp)>,
    /// The last attempt there since the message was returned.
    pub(super) later: Option<&'a Attempt>,
    /// There is no way to go now.
    pub(super) nowhere: bool,
    /// There is a mailbox with this address here now.
    pub(super) mailbox_exists: bool,
}

/// Judges.
pub(super) fn standing(facts: &Facts<'_>) -> CauseStanding {
    match facts.failure {
        Some((Failure::TooBig { .. } | Failure::ExtensionMissing { .. }, _)) => {
            CauseStanding::InMessage
        }
        Some((Failure::MailboxUnknown { .. }, _)) if facts.mailbox_exists => {
            CauseStanding::Gone { since: None }
        }
        Some((Failure::MailboxUnknown { .. }, _)) => {
            CauseStanding::Holds { last: None, next: None }
        }
        Some((failure @ Failure::Replied { .. }, stage))
            if stage >= Stage::Mail && permanence(failure) == Permanence::Permanent =>
        {
            CauseStanding::Refused
        }
        _ => of_place(facts),
    }
}

fn of_place(facts: &Facts<'_>) -> CauseStanding {
    if facts.nowhere {
        return CauseStanding::Holds { last: None, next: None };
    }
    if let Some((last, next)) = facts.failing {
        return CauseStanding::Holds { last: Some(last), next: Some(next) };
    }
    match facts.later {
        None => CauseStanding::Unknown,
        // Whatever the server there says of other mail: it can be reached, and speaks.
        Some(attempt) if reached(attempt) => CauseStanding::Gone { since: Some(attempt.at) },
        Some(attempt) => CauseStanding::Holds { last: Some(attempt.at), next: None },
    }
}

fn reached(attempt: &Attempt) -> bool {
    matches!(attempt.outcome, Outcome::Success(_)) || attempt.stage >= Stage::Mail
}

#[cfg(test)]
mod tests {
    use super::*;
    use causeway_model::Reply;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000)
    }

    fn attempt(stage: Stage, outcome: Outcome) -> Attempt {
        Attempt::new(at(5), "s", stage, outcome)
    }

    #[test]
    fn a_place_is_judged_by_what_was_seen_there_last() {
        let refused = Failure::ConnectionRefused;
        let facts = Facts { failure: Some((&refused, Stage::Connect)), ..Facts::default() };
        assert_eq!(standing(&facts), CauseStanding::Unknown);
        let failing = Facts { failing: Some((at(1), at(9))), ..facts.clone() };
        let holds = CauseStanding::Holds { last: Some(at(1)), next: Some(at(9)) };
        assert_eq!(standing(&failing), holds);
        for (stage, outcome, expected) in [
            (
                Stage::EndOfData,
                Outcome::Success(Reply::new(250, None, "ok")),
                CauseStanding::Gone { since: Some(at(5)) },
            ),
            (
                Stage::Rcpt,
                Outcome::Failure(Failure::Replied { reply: Reply::new(550, None, "no") }),
                CauseStanding::Gone { since: Some(at(5)) },
            ),
            (
                Stage::Connect,
                Outcome::Failure(Failure::ConnectionRefused),
                CauseStanding::Holds { last: Some(at(5)), next: None },
            ),
        ] {
            let later = attempt(stage, outcome);
            let facts = Facts { later: Some(&later), ..facts.clone() };
            assert_eq!(standing(&facts), expected);
        }
        let nowhere = Facts { nowhere: true, ..facts };
        assert!(!standing(&nowhere).is_worth_trying());
    }

    #[test]
    fn what_lies_in_the_message_is_not_sent_again_unchanged() {
        let later = attempt(Stage::EndOfData, Outcome::Success(Reply::new(250, None, "ok")));
        let judge = |failure: &Failure, stage| {
            let failure = Some((failure, stage));
            standing(&Facts { failure, later: Some(&later), ..Facts::default() })
        };
        let big = Failure::TooBig { size: 2, limit: 1 };
        assert_eq!(judge(&big, Stage::Ehlo), CauseStanding::InMessage);
        let no = Failure::Replied { reply: Reply::new(550, None, "no such user") };
        assert_eq!(judge(&no, Stage::Rcpt), CauseStanding::Refused);
        let later = Failure::Replied { reply: Reply::new(450, None, "later") };
        assert!(matches!(judge(&later, Stage::Rcpt), CauseStanding::Gone { .. }));
    }

    #[test]
    fn a_mailbox_that_was_added_since_ends_its_cause() {
        let unknown = Failure::MailboxUnknown { address: "a@b.test".into() };
        let facts = Facts { failure: Some((&unknown, Stage::Route)), ..Facts::default() };
        assert!(!standing(&facts).is_worth_trying());
        let facts = Facts { mailbox_exists: true, ..facts };
        assert_eq!(standing(&facts), CauseStanding::Gone { since: None });
    }
}
