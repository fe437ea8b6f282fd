//! How much anybody may send in an hour, how many sessions a mailbox may have at once, and how often
//! a source may miss.
//!
//! Every limit is a bucket that fills evenly over the hour: somebody who has sent nothing for a while
//! may send the whole limit at once, and then as much as flows in. What is asked for counts, also
//! when the message is not sent in the end. A bucket is one moment (when it will be full again), so
//! the time at which more is possible is known exactly, and said.
//!
//! **What it promises.** At most [`LIMIT`] buckets are kept; when there are more, those that were
//! not asked for longest go first. Nothing survives a restart.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use causeway_accounts::bounded::Bounded;
use causeway_accounts::guard::counted_as;
use causeway_model::Timestamp;
use causeway_model::config::{HourlyLimit, Limits, Suspected};
use parking_lot::Mutex;

/// Buckets that are kept.
const LIMIT: usize = 100_000;

const HOUR_MILLIS: i64 = 3_600_000;

/// The longest that the answer about one unknown recipient waits.
const LONGEST_DELAY: Duration = Duration::from_secs(2);

/// Who is limited.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Who {
    /// A mailbox that has logged in, by its key.
    Account(String),
    /// A client's address.
    Address(IpAddr),
    /// A sender's address, by its key.
    Sender(String),
}

impl Who {
    pub(crate) fn address(client: IpAddr) -> Self {
        Self::Address(counted_as(client))
    }
}

/// What is limited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum What {
    Messages,
    Recipients,
    /// Messages over the limit that were taken on hold.
    HeldMessages,
    /// The same for recipients.
    HeldRecipients,
    Unknown,
}

/// Too much; at this moment there will be room again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TooMuch {
    /// In words: `messages in an hour from this mailbox (1000)`.
    pub(crate) what: String,
    /// When to try again.
    pub(crate) again_at: Timestamp,
}

/// How a source that tried an unknown recipient is treated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Miss {
    /// The answer comes after this time.
    Slowed(Duration),
    /// It gets no more answers of that kind for a while.
    Shut(TooMuch),
}

/// The buckets. Shared by all sessions.
#[derive(Debug)]
pub struct Throttle {
    limits: Limits,
    /// When each bucket is full again. One that is not here is full.
    buckets: Mutex<Bounded<(Who, What), Timestamp>>,
    /// Sessions that are logged in, by mailbox.
    seats: Mutex<HashMap<String, usize>>,
}

impl Throttle {
    /// With the limits of the configuration.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        let buckets = Mutex::new(Bounded::new(LIMIT));
        Self { limits, buckets, seats: Mutex::default() }
    }

    /// Takes one message from every one of these; from none of them when one has too little. With a
    /// reason: it is too much, and is to be taken on hold.
    pub(crate) fn message(&self, who: &[Who], now: Timestamp) -> Result<Option<String>, TooMuch> {
        self.take(who, What::Messages, Some(What::HeldMessages), now)
    }

    /// The same for one recipient.
    pub(crate) fn recipient(&self, who: &[Who], now: Timestamp) -> Result<Option<String>, TooMuch> {
        self.take(who, What::Recipients, Some(What::HeldRecipients), now)
    }

    /// Counts an unknown recipient that a source has tried.
    pub(crate) fn unknown(&self, client: IpAddr, now: Timestamp) -> Miss {
        let limit = self.limits.unknown_recipients_per_hour;
        if limit == 0 {
            return Miss::Slowed(Duration::ZERO);
        }
        let who = Who::address(client);
        if let Err(shut) = self.take(std::slice::from_ref(&who), What::Unknown, None, now) {
            return Miss::Shut(shut);
        }
        let full_at = self.buckets.lock().get(&(who, What::Unknown)).copied().unwrap_or(now);
        // From half of the limit on, up to the longest delay at its end.
        let used = full_at.since(now).as_secs_f64() / 3600.0;
        Miss::Slowed(LONGEST_DELAY.mul_f64((used * 2.0 - 1.0).clamp(0.0, 1.0)))
    }

    /// Whether a source has tried so many unknown recipients that it gets no more answers.
    pub(crate) fn is_shut(&self, client: IpAddr, now: Timestamp) -> Result<(), TooMuch> {
        let who = Who::address(client);
        let limit = self.limits.unknown_recipients_per_hour;
        let full_at = self.buckets.lock().get(&(who.clone(), What::Unknown)).copied();
        match room(full_at, limit, now) {
            Ok(_) => Ok(()),
            Err(again_at) => Err(TooMuch { what: words(&who, What::Unknown, limit), again_at }),
        }
    }

    /// A place for one more session of this mailbox; `None`: it has as many as it may.
    pub(crate) fn seat(self: &Arc<Self>, account: &str) -> Option<Seat> {
        let mut seats = self.seats.lock();
        let taken = seats.get(account).copied().unwrap_or(0);
        if taken >= self.limits.sessions_per_account {
            return None;
        }
        seats.insert(account.to_owned(), taken + 1);
        Some(Seat { throttle: Arc::clone(self), account: account.to_owned() })
    }

    const fn hourly(&self, who: &Who) -> HourlyLimit {
        match who {
            Who::Account(_) => self.limits.per_account,
            Who::Address(_) => self.limits.per_address,
            Who::Sender(_) => self.limits.per_sender,
        }
    }

    const fn limit(&self, who: &Who, what: What) -> u32 {
        let hourly = self.hourly(who);
        match what {
            // What is kept on hold is as much again, not without end.
            What::Messages | What::HeldMessages => hourly.messages,
            What::Recipients | What::HeldRecipients => hourly.recipients,
            What::Unknown => self.limits.unknown_recipients_per_hour,
        }
    }

    /// `held` is what counts when there is too much of `what` and the limit says that it is kept on hold.
    fn take(
        &self,
        who: &[Who],
        what: What,
        held: Option<What>,
        now: Timestamp,
    ) -> Result<Option<String>, TooMuch> {
        if who.iter().all(|who| self.limit(who, what) == 0) {
            return Ok(None);
        }
        let mut buckets = self.buckets.lock();
        let mut taken = Vec::with_capacity(who.len());
        let mut reason = None;
        for who in who {
            let limit = self.limit(who, what);
            if limit == 0 {
                continue;
            }
            let key = (who.clone(), what);
            let again_at = match room(buckets.get(&key).copied(), limit, now) {
                Ok(full_at) => {
                    taken.push((key, full_at));
                    continue;
                }
                Err(again_at) => again_at,
            };
            let too_much = TooMuch { what: words(who, what, limit), again_at };
            let held = held.filter(|_| self.hourly(who).over == Suspected::Hold);
            let Some(key) = held.map(|held| (who.clone(), held)) else { return Err(too_much) };
            match room(buckets.get(&key).copied(), limit, now) {
                Ok(full_at) => taken.push((key, full_at)),
                Err(_) => return Err(too_much),
            }
            reason.get_or_insert(too_much.what);
        }
        for (key, full_at) in taken {
            *buckets.touch(key, || full_at, |_, _| false) = full_at;
        }
        Ok(reason)
    }
}

/// Takes one from a bucket: when it will be full again, or else when there will be one to take.
fn room(full_at: Option<Timestamp>, limit: u32, now: Timestamp) -> Result<Timestamp, Timestamp> {
    if limit == 0 {
        return Ok(now);
    }
    let each = (HOUR_MILLIS / i64::from(limit)).max(1);
    let full_at = full_at.unwrap_or(now).max(now).as_millis().saturating_add(each);
    let over = full_at.saturating_sub(now.as_millis()).saturating_sub(each * i64::from(limit));
    if over > 0 {
        // To the whole second in which it is true.
        let again = now.as_millis().saturating_add(over);
        return Err(Timestamp::from_millis((again + 999) / 1000 * 1000));
    }
    Ok(Timestamp::from_millis(full_at))
}

fn words(who: &Who, what: What, limit: u32) -> String {
    let whose = match who {
        Who::Account(_) => "from this mailbox",
        Who::Address(_) => "from your address",
        Who::Sender(_) => "from this sender",
    };
    match what {
        What::Messages | What::HeldMessages => {
            format!("more than {limit} messages in an hour {whose}")
        }
        What::Recipients | What::HeldRecipients => {
            format!("more than {limit} recipients in an hour {whose}")
        }
        What::Unknown => format!("more than {limit} unknown recipients in an hour {whose}"),
    }
}

/// A session of a mailbox; given back when dropped.
#[derive(Debug)]
pub(crate) struct Seat {
    throttle: Arc<Throttle>,
    account: String,
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut seats = self.throttle.seats.lock();
        if let Some(taken) = seats.get_mut(&self.account) {
            *taken -= 1;
            if *taken == 0 {
                seats.remove(&self.account);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000)
    }

    fn throttle(change: impl FnOnce(&mut Limits)) -> Throttle {
        let mut limits = Limits::default();
        change(&mut limits);
        Throttle::new(limits)
    }

    fn alice() -> Who {
        Who::Account("alice@ours.test".into())
    }

    #[test]
    fn the_whole_limit_goes_at_once_and_then_what_flows_in() {
        let throttle = throttle(|limits| limits.per_account.messages = 60);
        for i in 0..60 {
            assert_eq!(throttle.message(&[alice()], at(100)), Ok(None), "{i}");
        }
        let refused = throttle.message(&[alice()], at(100)).unwrap_err();
        assert_eq!(refused.again_at, at(160));
        assert_eq!(refused.what, "more than 60 messages in an hour from this mailbox");
        assert!(throttle.message(&[alice()], at(159)).is_err());
        assert!(throttle.message(&[alice()], at(160)).is_ok());
        assert!(throttle.message(&[alice()], at(161)).is_err());
        assert!(throttle.message(&[Who::Account("bob@ours.test".into())], at(161)).is_ok());
        // Recipients have a bucket of their own.
        assert!(throttle.recipient(&[alice()], at(161)).is_ok());
    }

    #[test]
    fn nothing_is_taken_from_one_when_another_has_too_little() {
        let throttle = throttle(|limits| {
            limits.per_account.messages = 2;
            limits.per_sender.messages = 1;
        });
        let sender = |name: &str| Who::Sender(name.into());
        assert!(throttle.message(&[alice(), sender("a@ours.test")], at(0)).is_ok());
        assert!(throttle.message(&[alice(), sender("a@ours.test")], at(0)).is_err());
        assert!(throttle.message(&[alice(), sender("b@ours.test")], at(0)).is_ok());
        assert!(throttle.message(&[alice(), sender("c@ours.test")], at(0)).is_err());
    }

    #[test]
    fn no_limit_keeps_no_bucket() {
        let throttle = throttle(|_| {});
        let who = [Who::address("192.0.2.1".parse().unwrap()), Who::Sender("a@b.test".into())];
        for _ in 0..10_000 {
            assert!(throttle.message(&who, at(0)).is_ok());
        }
        assert!(throttle.buckets.lock().is_empty());
    }

    #[test]
    fn a_source_that_misses_is_slowed_and_then_shut_out_for_a_while() {
        let throttle = throttle(|limits| limits.unknown_recipients_per_hour = 10);
        let source = "203.0.113.9".parse().unwrap();
        let mut delays = Vec::new();
        for _ in 0..10 {
            match throttle.unknown(source, at(0)) {
                Miss::Slowed(delay) => delays.push(delay.as_millis()),
                Miss::Shut(_) => panic!("too early: {delays:?}"),
            }
        }
        assert_eq!(delays, [0, 0, 0, 0, 0, 400, 800, 1200, 1600, 2000]);
        let Miss::Shut(shut) = throttle.unknown(source, at(0)) else { panic!("not shut") };
        assert_eq!(shut.again_at, at(360));
        assert!(throttle.is_shut(source, at(359)).is_err());
        assert!(throttle.is_shut(source, at(360)).is_ok());
        assert!(throttle.is_shut("203.0.113.10".parse().unwrap(), at(0)).is_ok());
    }

    #[test]
    fn what_is_over_the_limit_is_kept_on_hold_as_much_again_and_no_more() {
        let throttle = throttle(|limits| {
            limits.per_account.messages = 2;
            limits.per_account.over = Suspected::Hold;
            limits.per_sender.messages = 5;
        });
        let who = [alice(), Who::Sender("alice@ours.test".into())];
        assert_eq!(throttle.message(&who, at(0)), Ok(None));
        assert_eq!(throttle.message(&who, at(0)), Ok(None));
        let reason = Some("more than 2 messages in an hour from this mailbox".to_owned());
        assert_eq!(throttle.message(&who, at(0)), Ok(reason.clone()));
        assert_eq!(throttle.message(&who, at(0)), Ok(reason));
        assert!(throttle.message(&who, at(0)).is_err(), "as much again, and no more");
        // The next one has room at the limit again, and takes nothing from what may be on hold.
        assert_eq!(throttle.message(&who, at(1800)), Ok(None));
        // The sender's own limit refuses, whatever the mailbox's says.
        assert_eq!(throttle.message(&who[1..], at(1800)), Ok(None));
        for _ in 0..9 {
            let _ = throttle.message(&who[1..], at(1800));
        }
        assert!(throttle.message(&who, at(5400)).is_ok());
    }

    #[test]
    fn a_mailbox_has_so_many_seats_and_gets_them_back() {
        let throttle = Arc::new(throttle(|limits| limits.sessions_per_account = 2));
        let first = throttle.seat("alice").unwrap();
        let _second = throttle.seat("alice").unwrap();
        assert!(throttle.seat("alice").is_none());
        assert!(throttle.seat("bob").is_some());
        drop(first);
        assert!(throttle.seat("alice").is_some());
        assert_eq!(throttle.seats.lock().len(), 1);
    }

    #[test]
    fn a_flood_of_sources_fills_no_memory() {
        let throttle = throttle(|limits| limits.per_sender.messages = 10);
        for i in 0..(LIMIT + 1000) {
            let sender = Who::Sender(format!("{i}@ext.test"));
            assert!(throttle.message(&[sender], at((i / 1000) as i64)).is_ok());
        }
        assert!(throttle.buckets.lock().len() <= LIMIT);
    }
}
