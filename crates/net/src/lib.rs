//! The network, with reasons: DNS, TLS, dialing, and the clock.
//!
//! Everything Causeway asks of the world outside goes through this room, and every answer that is
//! not the wished one comes back as a typed [`Failure`](causeway_model::Failure): which name,
//! which server, how long we waited, which certificate said what. Nothing here decides whether
//! mail is sent, where, or again.
//!
//! **What it promises.** Every question ends within the time given to it. A DNS failure names the
//! kind of failure (no such name, no address, a server's error, silence), a refused connection is
//! told from an unreachable host and from silence, and a certificate that is not good is reported
//! with its reason even where the caller's TLS level accepts it.
//!
//! **What it refuses.** No retrying beyond one question (the queue does that), no search lists
//! for DNS names, no TLS below 1.2, no session resumption towards peers (a resumed session brings
//! no certificate, so it would have no verdict).
//!
//! **In which order to read.** [`clock`] (queue time), [`dns`], [`dial`], [`local`] (our own
//! addresses), then [`tls`] and [`sts`] (what domains say of their TLS), [`published`] (both, made into demands); for those who connect to us [`listen`], [`doorkeeper`] and [`wire`];
//! [`steps`] for tests of any of it.

pub mod clock;
pub mod dial;
pub mod dns;
pub mod doorkeeper;
pub mod listen;
pub mod local;
pub mod published;
pub mod steps;
pub mod sts;
pub mod tls;
pub mod wire;

pub use clock::Clock;
pub use dns::{Families, MxAnswer, MxHost, Resolver};
pub use local::local_addresses;
pub use published::Published;
pub use tls::install_crypto_provider;
