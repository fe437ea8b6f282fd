//! The sending side: one connection to another server.
//!
//! **What it is for.** Dispatch opens a byte stream (TCP, or TLS over it) and hands it to
//! [`Connection::new`]; then [`Connection::greeting`], [`Connection::hello`], perhaps
//! [`Connection::starttls`] and [`Connection::auth`], any number of [`Connection::transact`], and
//! [`Connection::quit`]. After STARTTLS, and on a stream that is TLS from the first octet, the caller
//! wraps the stream and makes a new connection of it; what was learned in plaintext is gone
//! (after STARTTLS go on with `hello`, as there is no second greeting).
//!
//! **What it promises.** Each failure names the stage it happened at. A reply is matched to its command
//! by position; a peer that answers too much or too little is left at once ([`Failure::ProtocolError`]),
//! and a message counts as taken only after a 2yz reply to its end. A refusal of one
//! recipient never hides what happened to the others. Replies are kept word for word.
//! Credentials are never logged.
//!
//! **What it refuses.** It never repairs or re-encodes content, never retries, and never decides whether
//! TLS is good enough: [`Connection::auth`] sends credentials on whatever stream it has, so the caller
//! must have verified it.
//!
//! **How it fails.** With [`SessionFailure`]: time limits per stage ([`Timeouts`], for the whole reply, so
//! that a peer that drips octets gains nothing), closed connections, words that are not SMTP.
//! After a failure, and after any 421, [`Connection::is_reusable`] is false.
//!
//! **In which order to read.** `capabilities` (what the peer offers), `transaction` (what goes in and comes
//! out), `wire` (octets and time limits), `connection` (the commands of a session), `transact` and
//! `content` (one message).

mod auth;
mod capabilities;
mod commands;
mod connection;
mod content;
#[cfg(test)]
mod tests;
mod transact;
mod transaction;
mod wire;

use std::time::Duration;

use causeway_model::{Failure, Stage};

pub use capabilities::{Capabilities, SessionLimits};
pub use connection::Connection;
pub use transaction::{OutRecipient, Payload, Transaction, TransactionResult};

/// The connection failed: what happened, and how far it had got.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("at stage {}: {failure:?}", stage.name())]
pub struct SessionFailure {
    /// How far it got.
    pub stage: Stage,
    /// What happened.
    pub failure: Failure,
}

impl SessionFailure {
    pub(crate) const fn new(stage: Stage, failure: Failure) -> Self {
        Self { stage, failure }
    }
}

/// How long to wait for the whole reply to each command. The defaults are those of RFC 5321 section
/// 4.5.3.2 where it has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// The greeting: 5 minutes.
    pub greeting: Duration,
    /// EHLO and HELO: 5 minutes.
    pub hello: Duration,
    /// STARTTLS: 5 minutes.
    pub starttls: Duration,
    /// Each step of AUTH: 5 minutes.
    pub auth: Duration,
    /// MAIL: 5 minutes.
    pub mail: Duration,
    /// Each RCPT: 5 minutes.
    pub rcpt: Duration,
    /// DATA: 2 minutes.
    pub data: Duration,
    /// Writing one block of at most 64 KiB: 3 minutes.
    pub block: Duration,
    /// The answer after the end of the content: 10 minutes.
    pub end_of_data: Duration,
    /// RSET and NOOP: 1 minute.
    pub reset: Duration,
    /// QUIT: 5 seconds. Nothing depends on its answer.
    pub quit: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        let minutes = |n: u64| Duration::from_secs(60 * n);
        Self {
            greeting: minutes(5),
            hello: minutes(5),
            starttls: minutes(5),
            auth: minutes(5),
            mail: minutes(5),
            rcpt: minutes(5),
            data: minutes(2),
            block: minutes(3),
            end_of_data: minutes(10),
            reset: minutes(1),
            quit: Duration::from_secs(5),
        }
    }
}

impl Timeouts {
    /// The same time for everything: for tests and for probes that must not wait.
    #[must_use]
    pub const fn all(time: Duration) -> Self {
        Self {
            greeting: time,
            hello: time,
            starttls: time,
            auth: time,
            mail: time,
            rcpt: time,
            data: time,
            block: time,
            end_of_data: time,
            reset: time,
            quit: time,
        }
    }
}
