//! What a change makes of a recipient's state, and the words for it: pure functions.

use causeway_model::{QueueId, Timestamp};

use crate::{Change, LastResult, NewMessage, Status, Update};

/// The state of a recipient, as far as changes depend on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct State {
    pub(super) status: Status,
    pub(super) attempts: u32,
    pub(super) next_attempt_at: Timestamp,
    pub(super) expires_at: Timestamp,
    pub(super) delay_notice_at: Option<Timestamp>,
}

impl State {
    /// The state that a change makes of this one, which has not ended.
    pub(super) fn after(mut self, change: Change, tried: bool) -> Self {
        self.attempts = self.attempts.saturating_add(u32::from(tried));
        match change {
            Change::Delivered => self.status = Status::Delivered,
            Change::Relayed => self.status = Status::Relayed,
            Change::Expanded => self.status = Status::Expanded,
            Change::Failed { .. } => self.status = Status::Failed,
            Change::Deferred { until } => {
                self.next_attempt_at = until;
                // An attempt that was under way when the recipient was put on hold does not
                // release it: only a person does.
                if self.status != Status::Held {
                    self.status = Status::Deferred;
                }
            }
            Change::Held => self.status = Status::Held,
            Change::Ready { at } => {
                self.status = Status::Ready;
                self.next_attempt_at = at;
            }
            Change::DelayNoticeSent { next } => self.delay_notice_at = next,
        }
        self
    }

    /// When the sweeper must look at the recipient: `clock_at`. Never, once it has ended.
    pub(super) fn clock(&self) -> Option<Timestamp> {
        match self.status {
            Status::Held => Some(self.expires_at),
            status if status.is_queued() => {
                Some(self.delay_notice_at.map_or(self.expires_at, |at| at.min(self.expires_at)))
            }
            _ => None,
        }
    }
}

/// Kind and ordinary words of a change that is no end.
pub(super) fn change_event(before: Status, update: &Update) -> (&'static str, String) {
    match update.change {
        Change::Deferred { until } => {
            let why = update.result.as_ref().map(describe).unwrap_or_default();
            let joint = if why.is_empty() { "" } else { "; " };
            ("deferred", format!("{why}{joint}next attempt at {until}"))
        }
        Change::Held => ("held", "on hold until it is released, returned or removed".into()),
        Change::Ready { at } if before == Status::Held => {
            ("released", format!("no longer on hold; next attempt at {at}"))
        }
        Change::Ready { at } => ("retry", format!("next attempt at {at}")),
        Change::DelayNoticeSent { .. } => {
            ("delay-notice", "the sender was told that the message is late".into())
        }
        Change::Delivered | Change::Relayed | Change::Expanded | Change::Failed { .. } => {
            ("ended", String::new())
        }
    }
}

/// Kind and words of the event that tells of a report (or a redirected copy).
pub(super) fn report_event(report: &NewMessage, name: QueueId) -> (&'static str, String) {
    let to: Vec<_> =
        report.envelope.recipients.iter().take(3).map(|r| r.address.to_string()).collect();
    let more = if report.envelope.recipients.len() > 3 { ", …" } else { "" };
    let kind = if report.report_about.is_some() { "report" } else { "redirected" };
    (kind, format!("{name} to {}{more}", to.join(", ")))
}

/// A result in one line.
pub(super) fn describe(result: &LastResult) -> String {
    match &result.destination {
        Some(destination) => format!("{destination}: {} {}", result.code, result.reply),
        None => format!("{} {}", result.code, result.reply),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    fn state(status: Status) -> State {
        State {
            status,
            attempts: 1,
            next_attempt_at: at(10),
            expires_at: at(1000),
            delay_notice_at: Some(at(100)),
        }
    }

    #[test]
    fn only_release_ends_a_hold() {
        let held = state(Status::Ready).after(Change::Held, false);
        assert_eq!(held.status, Status::Held);
        let deferred = held.after(Change::Deferred { until: at(50) }, true);
        assert_eq!((deferred.status, deferred.attempts), (Status::Held, 2));
        let released = deferred.after(Change::Ready { at: at(60) }, false);
        assert_eq!((released.status, released.next_attempt_at), (Status::Ready, at(60)));
    }

    #[test]
    fn every_unfinished_state_has_a_clock_and_no_ended_one_has() {
        assert_eq!(state(Status::Ready).clock(), Some(at(100)));
        assert_eq!(state(Status::Deferred).clock(), Some(at(100)));
        assert_eq!(state(Status::Held).clock(), Some(at(1000)), "no notices while on hold");
        let told = state(Status::Deferred).after(Change::DelayNoticeSent { next: None }, false);
        assert_eq!(told.clock(), Some(at(1000)));
        for end in [
            Change::Delivered,
            Change::Relayed,
            Change::Expanded,
            Change::Failed { reported: true },
        ] {
            assert_eq!(state(Status::Ready).after(end, true).clock(), None, "{end:?}");
        }
    }
}
