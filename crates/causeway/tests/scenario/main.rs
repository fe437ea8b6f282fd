//! Scenarios: the real server process, seen from outside.
//!
//! One file per group of behaviours, tests named by behaviour; ids such as RLY-01 or SMG-05 name
//! inputs that mail servers have got wrong. Peers are scripted (`causeway_testkit::peer`), names come
//! from an in-process DNS server, and the queue's clock stands still until a test turns it, so that
//! two days of retries take seconds. What is relied on is the outside: SMTP, the command line, the
//! files in the mailboxes.

mod relay;
mod session;
mod smuggling;
mod world;
