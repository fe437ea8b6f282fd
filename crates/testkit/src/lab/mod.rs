//! A lab in which things are broken in known ways: delegated zones with servers of their own, firewalls that
//! say nothing, and middle boxes that rewrite SMTP.
//!
//! Everything is on loopback, or in a network of the test's own ([`namespace`]). Name servers have addresses of 127.53.0.0/16 and share one port, as the real ones
//! share port 53: the lab's [`DnsLab::roots`] is what `[dns] root_servers` is set to.

mod dns;
pub mod namespace;
mod network;

pub use dns::{DnsLab, NameServer, ServerFault};
pub use network::{Rewrite, Rewriter, SilentPort};
