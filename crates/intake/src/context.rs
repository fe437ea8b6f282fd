//! What every session needs from the rest of the server.

use std::net::IpAddr;
use std::sync::Arc;

use arc_swap::ArcSwap;
use causeway_accounts::{Logins, PopRegister};
use causeway_dkim::Signer;
use causeway_model::config::Limits;
use causeway_net::clock::Clock;
use causeway_net::dns::Resolver;
use causeway_net::tls::server::ServerTls;
use causeway_policy::{MailPolicy, MailboxLookup};
use causeway_store::{Accepted, NewMessage, SharedStore};

use crate::receive::Spool;
use crate::signs::Signs;
use crate::throttle::Throttle;

/// Where an accepted message goes next: the scheduler.
pub trait Handoff: Send + Sync + 'static {
    /// The message behind `ticket` is durable and may be sent on. Must not block.
    fn accepted(&self, ticket: &Accepted, message: NewMessage);
}

/// Shared by all sessions of all listeners; lives as long as the server.
pub struct Context {
    /// The decisions, under the configuration of the moment.
    pub policy: Arc<ArcSwap<MailPolicy>>,
    /// Where messages become durable.
    pub store: SharedStore,
    /// Our certificate; `None`: STARTTLS is not offered.
    pub tls: Option<Arc<ServerTls>>,
    /// The time of the queue.
    pub clock: Clock,
    /// For the one look-up that a refusal may need.
    pub resolver: Arc<Resolver>,
    /// Our addresses, by which a foreign MX is seen to point at us.
    pub own_addresses: Vec<IpAddr>,
    /// Our name.
    pub hostname: Arc<str>,
    /// Limits of sessions and messages.
    pub limits: Limits,
    /// Signs what users hand in.
    pub signer: Arc<ArcSwap<Signer>>,
    /// Who may log in.
    pub logins: Logins,
    /// Who read mail by POP3 a moment ago.
    pub pop_register: Arc<PopRegister>,
    /// How much anybody may send.
    pub throttle: Arc<Throttle>,
    /// Which mailboxes there are.
    pub mailboxes: Arc<dyn MailboxLookup + Send + Sync>,
    /// Where accepted messages go.
    pub handoff: Arc<dyn Handoff>,
    /// Who listens to what sessions see.
    pub signs: Arc<dyn Signs>,
    /// Where big contents are written while they come in.
    pub spool: Spool,
}
