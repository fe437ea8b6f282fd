//! What sessions see that somebody may want to know of.
//!
//! A session decides about its own client only. Whether something happens often, and is worth somebody's
//! attention, is found out elsewhere: by whoever listens to these [`Sign`]s.

use std::net::IpAddr;

use causeway_model::{Address, Domain, Timestamp};

use causeway_smtp::trail::Hop;

/// Something that was seen.
#[derive(Clone, Copy, Debug)]
pub enum Sign<'a> {
    /// A recipient was tried that does not exist.
    UnknownRecipient(&'a Address),
    /// A message was accepted from a client in a network or at an address that may relay, with a sender in
    /// this domain, which is not accepted here.
    ForeignSender(&'a Domain),
    /// A message was accepted from a client that this inbound connector recognised.
    Inbound(&'a str),
    /// A message for this domain was refused, as it has gone through too many servers: these, the oldest first.
    Loop(&'a Domain, &'a [Hop]),
    /// A mailbox logged in.
    LoggedIn(&'a Address),
    /// A client on a listener for users offered only this version of TLS, which is not safe.
    OldTls(&'a str),
    /// A client on a listener for users tried to log in without TLS.
    NoTls,
}

/// Whoever listens.
pub trait Signs: Send + Sync + 'static {
    /// Something was seen. Must not block.
    fn seen(&self, client: IpAddr, sign: Sign<'_>, now: Timestamp);
}

/// Nobody listens.
#[derive(Clone, Copy, Debug, Default)]
pub struct NobodyListens;

impl Signs for NobodyListens {
    fn seen(&self, _: IpAddr, _: Sign<'_>, _: Timestamp) {}
}
