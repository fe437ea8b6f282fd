//! Pure decisions about mail: relay, recipients, routing, retry, sender identity, and checks of
//! the configuration.
//!
//! **What it is for.** [`MailPolicy::compile`] turns the organization's configuration into indexes;
//! every question the server, the command line's `explain` and the rehearsal of a change ask is
//! then a pure function from facts to an *explained value*: the outcome, the rule that gave it,
//! why, and what would have to be true for another outcome.
//!
//! **What it promises.** No I/O, no async, no clock, no randomness: what time it is, who
//! logged in, which mailboxes exist and what DNS says are facts handed in. The same facts give the
//! same decision everywhere. Decisions cost a few microseconds at most with thousands of networks,
//! connectors and domains. No stranger is ever allowed to send to a domain outside the accepted
//! ones; [`selftest`](fn@selftest) asks our own policy the classic questions at start.
//!
//! **What it refuses.** It never guesses: an address is compared in its canonical form only, local
//! parts with percent signs, exclamation marks or quoted at-signs are just local parts, and a
//! sender's name is never a passport.
//!
//! **How it fails.** It does not: decisions are total. What is wrong with a configuration is
//! reported by [`check`](fn@check), with what to do instead.
//!
//! **In which order to read.** [`policy`] (what is compiled), [`relay`] (may this client send
//! there), [`recipient`] (does this recipient exist), [`route`] (where does it go), [`reroute`] (what of that a change concerns), [`inbound`]
//! (which connector is this peer), [`identity`] (may this user use this sender), [`retry`],
//! [`here`] (does a connection come back to us), [`mod@check`] and [`mod@selftest`], [`plan`] (what would a change do), [`hybrid`] (two servers for one
//! organization); [`index`] is the machinery under them; [`Said`] is a sentence in which they say why.

pub mod check;
pub mod here;
pub mod hybrid;
pub mod identity;
pub mod inbound;
pub mod index;
pub mod plan;
pub mod policy;
pub mod recipient;
pub mod relay;
pub mod reroute;
pub mod retry;
pub mod route;
pub mod selftest;

pub use causeway_model::Said;
pub use check::{check, check_readers};
pub use identity::{IdentityDecision, IdentityFacts, SenderFields};
pub use inbound::{PeerFacts, RESTRICTED_SENDER};
pub use plan::{Effect, EffectKind, Plan, Planner, QueuedRecipient};
pub use policy::MailPolicy;
pub use recipient::{MailboxLookup, RecipientDecision};
pub use relay::{ClientFacts, PopLogin, RelayDecision, RelayFacts, RelayRule};
pub use reroute::Rerouting;
pub use route::{Considered, Route, RouteDomain, RouteExplanation, RouteTarget};
pub use selftest::{SelfTestFailure, selftest};
