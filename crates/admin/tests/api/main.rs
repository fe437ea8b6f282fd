//! The API over a real socket: the store is the embedded engine, the running server a fake one
//! that keeps what it was told.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests stop at the first surprise")]

mod access;
mod alerts;
mod clients;
mod explain;
mod explain_page;
mod flow;
mod logins;
mod mailboxes;
mod queue;
mod trace;
mod world;
