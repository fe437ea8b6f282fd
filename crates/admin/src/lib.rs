//! The API over which every command talks to the running server, both sides of it.
//!
//! **What it is for.** HTTP with JSON, on a unix socket in the data directory. One set of types
//! ([`types`]) is used by the server side and by the client, so the two cannot drift apart; the
//! field names are those of the documented command output.
//!
//! **What it promises.**
//! - Only the server's own user and root get an answer on the socket: it has mode 0600, and the
//!   kernel's word about the peer is checked on every connection.
//! - Nothing is changed half: an action that names an unknown message does nothing at all.
//! - Every listing is bounded; a reader pages with `after`.
//! - Every refusal says what is wrong and what to do instead: `{"error":{"what","instead"}}` with
//!   400 (the request), 404 (no such thing), 409 (taken), 413 (too long) or 503 (not now).
//! - Unknown fields are refused by name: a misspelt filter never means "everything".
//! - Passwords are kept as Argon2id hashes only, and never logged.
//!
//! - The API is described by an OpenAPI document that is made from the routes ([`openapi_document`]).
//!
//! **What it refuses.** Over TCP: a listener that others can reach without TLS, before anything is bound;
//! and everything but a short health and the settings for mail programs ([`clients`], which a web server
//! in front of it may pass on) to requests without a token. A `Host` that is no name of ours.
//!
//! **How it fails.** Listening: [`ListenError`]. Talking to a server: [`ClientError`]. What the
//! server itself cannot do comes through [`ServerControl`] as [`ControlError`].
//!
//! **In which order to read.** [`types`] (what is said), [`control`] (what the server must be able
//! to do), [`server`] (routes and listeners), [`clients`] (settings for mail programs), [`pages`] (what
//! people see in a browser), [`client`] last.

pub mod client;
pub mod clients;
pub mod control;
pub mod pages;
pub mod server;
pub mod types;

pub use causeway_accounts::password;
pub use client::{Client, ClientError, Coming, Target, TargetError};
pub use control::{ControlError, ControlFuture, FlowChange, LiveState, Metric, ServerControl};
pub use server::{Access, Api, ListenError, SocketListener, TcpApiListener, openapi_document};

/// The name of the API's socket in the data directory.
pub const SOCKET_NAME: &str = "causeway.sock";
