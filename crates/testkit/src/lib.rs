//! Peers and places for tests: DNS zones, certificate authorities, scripted SMTP servers, a virtual clock.

pub mod client;
pub mod server;
