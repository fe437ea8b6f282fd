//! The SMTP protocol (RFC 5321 and its extensions), both sides, over any byte stream.
//!
//! **What it is for.** The receiving side of a session is built from [mod@line] (framing),
//! [`command`] (grammar), [`data`] (message content) and [`reply::write_reply`]; these are pure
//! functions and small state machines over buffers. The sending side is [`client::Connection`],
//! built on [`reply::ReplyReader`]; it is the only part that does I/O.
//!
//! **What it promises.** Parsing is total: any octets give a value or one typed error, never a
//! panic. Only CR LF ends a command line, and only CR LF . CR LF ends a message; how the octets
//! were cut into packets never changes a result. What a peer said is kept word for word, and every
//! failure of the client names the stage it happened at. A positive answer for a message is
//! never made up.
//!
//! **What it refuses.** It knows no policy, no store, no DNS and no TLS: who may relay, whether a
//! command is in order, what a failure means and when to try again are other rooms' work.
//!
//! **How it fails.** [`line::LineError`], [`command::CommandError`] (which knows its own reply),
//! [`data::DataFaults`] (known only after the true end of the message), [`reply::ReplyError`] and
//! [`client::SessionFailure`].
//!
//! **In which order to read.** [mod@line], [`command`], [`data`], [`reply`], then [`client`];
//! [`xtext`] is a detail of the delivery status parameters; [`trail`] reads the way of a message from its header.

pub mod client;
pub mod command;
pub mod data;
pub mod line;
pub mod reply;
pub mod trail;
pub mod xtext;

pub use client::{
    Capabilities, Connection, OutRecipient, Payload, SessionFailure, Timeouts, Transaction,
    TransactionResult,
};
pub use command::{
    Command, CommandError, MailParameters, RcptParameters, RcptTo, looks_like_other_protocol,
};
pub use data::{
    ChunkChecker, DataDecoder, DataFaults, DataLimits, DataProgress, DataSummary, DotStuffer,
    dot_stuff,
};
pub use line::{LineError, take_line};
pub use reply::{ReplyError, ReplyReader, write_reply};
