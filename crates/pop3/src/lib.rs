//! POP3: mailboxes fetched by mail programs.
//!
//! **What it is for.** Listeners of the protocols `pop3` (port 110, STLS) and `pop3s` (port 995, TLS from the
//! first octet), on the Maildirs of `causeway-mailbox`, with the logins of `causeway-accounts`. RFC 1939
//! without APOP; CAPA and response codes (RFC 2449, RFC 3206), STLS (RFC 2595), AUTH (RFC 5034),
//! PIPELINING, UTF8 (RFC 6856).
//!
//! **What it promises.**
//! - Nobody logs in without TLS, except on a loopback address where the listener allows it.
//! - One session at a time has a mailbox; a second one hears `-ERR [IN-USE]`. Delivery goes on meanwhile.
//! - The numbers and unique ids of a session do not change; unique ids never change.
//! - Messages are removed at QUIT, and at no other time. A session that is lost removes nothing.
//! - The octets that LIST and STAT tell are those that RETR sends, stuffing not counted.
//! - A header in UTF-8 (RFC 6532) is sent as it is to clients that said UTF8, and as encoded words to the
//!   others (RFC 6858); LIST tells the size of the first form until the message was fetched.
//! - No message is held in memory: files are sent in pieces of 32 KiB. A mailbox with 100,000 messages costs
//!   its session about 10 MiB, and only while it lasts.
//!
//! **What it refuses.** APOP (its digest is broken, and it needs passwords in clear text on disk), login before
//! TLS, what a client sent after STLS and before the handshake: that ends the connection.
//!
//! **How it fails.** A mailbox or message that cannot be read now is `-ERR [SYS/TEMP]`. A message that
//! breaks off half-way ends the connection without the line that ends a message, so no client takes it
//! for whole. A silent client is left after 10 minutes (RFC 1939 section 3), and one that lost its network
//! after about two. A panic ends its own session only.
//!
//! **In which order to read.** [`context`] (what a session needs), [`listener`], `session` (the
//! conversation; `session::authorization` before and `session::transaction` after the login), then `command`, `line`,
//! `replies`.

mod command;
pub mod context;
mod line;
pub mod listener;
mod replies;
mod session;

pub use context::Context;
