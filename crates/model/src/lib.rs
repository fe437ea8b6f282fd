//! The vocabulary of Causeway: what a mail server talks about, as types.
//!
//! Every other room speaks in these words: addresses and domains, envelopes, delivery
//! attempts and what went wrong in them, the two configuration files, ids and times.
//!
//! **What it promises.** A value of one of these types is valid: a [`Domain`] is always a
//! lower-case A-label name or an address literal, an [`Address`] always has a domain, a
//! [`Reply`] always has a three-digit code. Parsing is total: any bytes give a
//! value or one typed error, never a panic.
//!
//! **What it refuses.** No I/O, no clock, no randomness, no policy. Reading a file, asking what
//! time it is, or deciding what may be sent are other rooms' work.
//!
//! **In which order to read.** [`address`] and [`domain`] first, then [`envelope`] (who asked for
//! what), [`attempt`] and [`reply`] (what happened on the wire), [`mod@said`] (sentences), [`step`] (tests),
//! [`id`] and [`time`], and
//! [`config`] (the two files) last.

pub mod address;
pub mod attempt;
pub mod config;
pub mod domain;
pub mod envelope;
pub mod id;
pub mod reply;
pub mod said;
pub mod step;
pub mod time;

pub use address::{Address, AddressError, ReversePath};
pub use attempt::{Attempt, Failure, HopSecurity, Outcome, Stage, VerifiedBy};
pub use domain::{Domain, DomainError};
pub use envelope::{BodyType, Envelope, Notify, Origin, Recipient, Return};
pub use id::{QueueId, RecipientKey};
pub use reply::{EnhancedCode, Reply};
pub use said::Said;
pub use step::StepStatus;
pub use time::Timestamp;
