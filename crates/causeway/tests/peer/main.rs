//! Peers nobody here wrote: the real server with Postfix, Exim, swaks, Python's smtplib and poplib,
//! curl, mpop, fetchmail, getmail, mutt, NSD and Dovecot.
//!
//! The programs come from Debian's packages, unpacked by `scripts/peers` (scripts/test does it). Where
//! they are not there the tests say so and pass, except with `CI=true`: then they fail. Each program has
//! its own configuration, spool and loopback address in a temporary directory, and ends with its test.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a test stops at the first surprise, waits for processes and starts them"
)]

#[path = "../../../report/tests/support/mod.rs"]
mod cases;
mod clients;
mod dns;
mod exim;
mod maildir;
mod peers;
mod pop3;
mod postfix;
mod reports;
mod submission;
