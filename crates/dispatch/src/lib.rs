//! The way out: schedule, route, connect, transact, record the attempt.
//!
//! **What it promises.** Every recipient in the queue is either waiting for a known moment, waiting
//! for its site, or in the hands of one worker; `sweeper` watches all their clocks from the store,
//! whatever the scheduler believes. What a worker did is durable (`settle`) before the scheduler
//! forgets it: a crash can send a message twice (at most the one or two a connection had in hand),
//! never lose it. Routing is decided anew for every attempt, under the configuration of the
//! moment. A failure that belongs to a site makes the site wait, not each of its messages.
//!
//! **What it refuses.** It decides nothing that policy can decide: routes and retry times come from
//! `causeway-policy`, codes and permanence from `causeway-catalog`, the wording of reports from
//! `causeway-report`.
//!
//! **How it fails.** While the store cannot be written (a full disk), results are kept in memory and
//! written again until they are durable; nothing new is tried for those recipients meanwhile.
//!
//! **In which order to read.** `schedule` (who waits where: pure), `site` (back-off and
//! concurrency: pure), `balance` and
//! `bounds` (equal smart hosts, connectors with limits), `paths` (how they fared lately), `outcome` (what an attempt means: pure), then the edge: [`engine`] (the
//! shared parts, and starting workers), `worker` (one connection's life), `claim` (everybody else's hands), `demand` (what a
//! connection is held against) and `sts` (policies of domains), `connect` (from a
//! route to a session), `local` (mailboxes), `settle` (making it durable), `doubt` (what a crash may have
//! repeated), `reports` (with `addressee` and [`letter`]),
//! `sweeper`, [`control`] (what administrators do to the queue), [`seen`] (what is seen of it),
//! `reroute` (what waits, after a change), [`again`] (returned mail is sent again), and `validate` (does a connector work).

mod addressee;
pub mod again;
mod balance;
mod bounds;
mod claim;
mod connect;
pub mod control;
mod demand;
mod doubt;
pub mod engine;
pub(crate) mod forward;
mod holds;
mod hourly;
pub mod letter;
mod local;
mod outcome;
mod parcel;
mod paths;
mod recent;
mod reports;
mod reroute;
mod resolve;
pub mod return_path;
mod route;
mod schedule;
pub mod seen;
mod settle;
mod site;
pub mod sources;
mod sts;
mod sweeper;
mod transact;
pub mod validate;
mod virtual_time;
mod worker;

pub use control::Selection;
pub use engine::{Causes, Dispatch, MOST_CONNECTIONS, MailboxFacts, Mailboxes, NoCauses, Settings};
pub use outcome::result as last_result;
pub use paths::{SeenCertificate, Success, TROUBLE_OVER, TakenBeside, is_refused_for_good};
pub use seen::{Backlog, FailingSite, Live, Standing};
pub use sources::Passage;
pub use sts::{PolicyStanding, PolicyTrouble};
