//! Logging in: who may, with which password, how often; and who has logged in by POP3 a while ago.
//!
//! **What it is for.** SMTP submission and POP3 both ask [`Logins`]: is this the password of that
//! mailbox? And relaying asks [`PopRegister`]: did somebody read mail from this address a moment ago
//! (POP-before-SMTP)? Both protocols speak the same SASL, which is here as [`Exchange`].
//!
//! **What it promises.** A login costs one Argon2id, whether the mailbox exists or not and however
//! many passwords it has; nothing in answers or timing tells which names exist. At most two hashes
//! are computed at a time, on threads where that disturbs nobody. Wrong passwords are answered ever
//! more slowly, then the mailbox and the address are locked for a while, also for names that do not
//! exist. What is remembered about strangers is bounded. Passwords, keys and what clients send in an
//! exchange are never logged, and are wiped from memory after use.
//!
//! **What it refuses.** It does not decide whether a connection is safe enough to ask for a password
//! on: the protocols do, before they begin an exchange.
//!
//! **How it fails.** [`LoginRefusal`] has one variant per fact: wrong, locked (until when), busy. The
//! store's failures are its own [`StoreError`](causeway_store::StoreError)s.
//!
//! **In which order to read.** [`logins`] (the question and the answer), [`guard`] (locks),
//! [`password`] (hashes), [`sasl`] (the conversations), [`scram`] (its one hard mechanism),
//! [`pop_register`], [`tokens`] (for the API); [`bounded`] is what they remember strangers in.

pub mod bounded;
pub mod guard;
pub mod logins;
pub mod password;
pub mod pop_register;
pub mod sasl;
pub mod scram;
pub mod tokens;

pub use guard::{Lock, Locked};
pub use logins::{Accounts, Login, LoginRefusal, Logins, Service, Use, Via};
pub use password::{Password, PasswordError};
pub use pop_register::{PopLogin, PopRegister};
pub use sasl::{Exchange, Malformed, Mechanism, Step};
