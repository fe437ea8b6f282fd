//! Reports about mail: ours written, anyone's read.
//!
//! **What it is for.** [`mod@write`] turns what is known about a message that failed, is late or has
//! arrived into a report for its sender (RFC 3464), with one part for people and one for machines.
//! [`read`] takes any report, reply or error line, of any mail system, and says what it means.
//!
//! **What it promises.** Both are pure: the same input gives the same output, octet for octet.
//! Neither panics, whatever a remote server or a user put into the input. What comes from outside
//! is never copied unescaped into headers or HTML.
//!
//! **What it refuses.** No network, no clock, no randomness, no store: times, ids and the seed
//! of MIME boundaries are inputs.
//!
//! **In which order to read.** [`mod@write`], then [`read`]; they do not depend on each other.

pub mod read;
pub mod write;
