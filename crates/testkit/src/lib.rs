//! Peers and places for tests: DNS zones, certificate authorities, scripted SMTP servers, mail.
//!
//! A dev-dependency of the other rooms; nothing of it is in the program.
//!
//! **What it promises.** Everything listens on loopback only (or in a network of the test's own, [`lab::namespace`]), on a port of the system's choosing
//! unless told otherwise, runs in a thread of its own, and is gone when it is dropped. So it can
//! be used from plain `#[test]` functions as well as from async ones, also with tokio's time
//! paused: what runs here keeps real time. Nothing waits by sleeping: [`peer::ScriptedPeer`]
//! wakes those who wait for a message.
//!
//! **What it refuses.** It is no mail server and no name server: it does what its script says,
//! right or wrong. It does not check that a client keeps to the protocol; tests do, with what was
//! recorded.
//!
//! **How it fails.** By panicking with what was expected and what happened: that is what a test
//! wants.
//!
//! **In which order to read.** [`dns`], [`ca`], [`staple`], [`peer`], [`mail`]; [`lab`] (whole small internets, broken in known ways); then [`server`] (the real program as a
//! process), [`client`] and [`pop3`] (send it exactly what a test says).

// Failing loudly is this crate's way of telling a test that its surroundings broke.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
// What runs beside a test keeps real time, whatever the test does to its own.
#![allow(clippy::disallowed_methods)]

mod background;
pub mod ca;
pub mod client;
pub mod dns;
pub mod https;
pub mod lab;
pub mod mail;
pub mod peer;
pub mod pop3;
pub mod server;
pub mod staple;

pub use ca::{Issued, TestCa, Validity};
pub use dns::{DnsFault, TestDns};
pub use lab::{DnsLab, NameServer, Rewrite, Rewriter, ServerFault, SilentPort};
pub use peer::{Behaviour, Fault, Point, ScriptedPeer, Transaction};
pub use staple::{Said, Signer};
