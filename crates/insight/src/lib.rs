//! What failures mean: tested, not guessed.
//!
//! **What it is for.** A failed attempt says what happened to us; it seldom says why. This room asks the
//! network the next questions (does one name server answer and the other not? is the port closed for us
//! only?), and keeps the answers as typed [`finding`]s that a diagnosis can be built on by pure functions.
//!
//! **What it promises.** A finding is a fact of one kind, with the server that said it, its words as they
//! came, when, and how long it took; a person can check each with their own tools. Every probe has a
//! bound in time and traffic, and all together have a budget, so that a thousand failing sites cause no storm.
//!
//! **What it refuses.** No mail is sent by a probe, no recipient is ever named to a stranger, nobody's
//! ports are scanned. Nothing here decides about a delivery: a probe never delays one.
//!
//! **How it fails.** A probe that cannot be made (no budget left, another one at work for the same site)
//! says so as a finding ([`Fact::NotProbed`]): not knowing is never taken for knowing.
//!
//! **In which order to read.** [`probe`] (what can be asked), [`finding`] (what can be found), [`prober`] (budget,
//! results that are used again, who asks what); then how it is asked: `dns`, `hosts`, `connection`,
//! `session`, `published` and `masking`. Then [`mod@diagnose`] (from facts to causes), [`remedy`] (ways out), [`alert`] (one for
//! each failing path), [`notice`] (what else wants attention), [`watch`] (all of it at work).
//! [`checkup`] makes connectivity tests of the probes; [`verify`] asks right after a repair whether it works.

pub mod alert;
pub mod checkup;
mod connection;
pub mod diagnose;
mod dns;
pub mod finding;
mod hosts;
mod masking;
pub mod notice;
pub mod probe;
pub mod prober;
mod published;
pub mod remedy;
mod session;
pub mod verify;
pub mod watch;

pub use finding::{Evidence, Fact, Finding};
pub use probe::Probe;
pub use prober::{Known, Prober};
