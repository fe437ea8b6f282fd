//! The way in: SMTP sessions, policy and message checks, ending in a ticket of the store.
//!
//! **What it promises.** `250` after the content is only ever written for an
//! [`Accepted`](causeway_store::Accepted) ticket, which the store gives once the message is
//! durable. One message is accepted whole or not at all, for the recipients that were accepted at
//! RCPT, and for no others. Only CRLF.CRLF ends DATA; a bare CR, a bare LF or a NUL refuses the
//! message, for every client alike. Every answer says what to do instead.
//!
//! **Submission.** On `submission` and `submissions` listeners clients log in, over TLS only (or on
//! loopback where the listener says so). Nobody hands in mail there without a login, except clients
//! that are entitled to relay anyway (networks, addresses, connectors, POP-before-SMTP).
//! Who has logged in may use only the sender addresses that are theirs, in the envelope and in the
//! header.
//!
//! **What it refuses.** Relaying for strangers, unknown recipients of our own domains, messages
//! that are too big or have gone in circles, plain text left over when TLS starts, clients that
//! only make errors. It decides none of this itself: `causeway-policy` does, on facts that are
//! gathered here.
//!
//! **How it fails.** A store that cannot write gives `452 4.3.1` (no room) or `451 4.3.0`; the
//! client keeps its message. A panic in a session ends that session with `421` and a log line
//! with the backtrace; nothing else notices. Shutdown lets running transactions finish, for a
//! bounded time, and tells idle clients `421 4.3.2`.
//!
//! **In which order to read.** [`context`] (what a session needs from outside), [`listener`] (accepting
//! connections, limits), [`session`] (the conversation), then what it uses: [`transaction`],
//! [`receive`] (the content), [`header`] (what we read of it), [`submission`] and [`address_list`] (who
//! sends as whom), [`throttle`] (how much), [`signs`] (what others may want to know), [`replies`]
//! (our words).

pub mod address_list;
pub mod context;
pub mod header;
mod io;
pub mod listener;
mod receive;
mod replies;
pub mod session;
mod signing;
pub mod signs;
mod submission;
pub mod throttle;
mod transaction;

pub use context::{Context, Handoff};
pub use listener::{Listening, bind};
pub use receive::Spool;
pub use signs::{NobodyListens, Sign, Signs};
pub use throttle::Throttle;
