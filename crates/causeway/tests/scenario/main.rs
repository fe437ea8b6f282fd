//! Scenarios: the real server process, seen from outside.
//!
//! One file per group of behaviours, tests named by behaviour; ids such as RLY-01 or SMG-05 name
//! inputs that mail servers have got wrong. Peers are scripted (`causeway_testkit::peer`), names come
//! from an in-process DNS server, and the queue's clock stands still until a test turns it, so that
//! two days of retries take seconds. What is relied on is the outside: SMTP, the command line, the
//! files in the mailboxes.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a test stops at the first surprise, waits for processes and starts them"
)]

mod alerts;
mod api;
mod backscatter;
mod configuration;
mod connectivity;
mod demo;
mod diagnosis;
mod durability;
mod expiry;
mod failures;
mod fixes;
mod fixes_login;
mod flow;
mod flow_commands;
mod flow_safety;
mod forward;
mod holds;
mod hostile;
mod hybrid;
mod hybrid_setup;
mod identity;
mod in_flight;
mod machine;
mod no_route;
mod notices;
mod outbound;
mod pop3;
mod queue;
mod relay;
mod reports;
mod returned;
mod routes;
mod secure_hops;
mod session;
mod signing;
mod smuggling;
mod submission;
mod throttle;
mod tls;
mod told;
mod validation;
mod web_hook;
mod world;
