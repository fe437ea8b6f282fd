//! What every session needs from the rest of the server.

use std::sync::Arc;

use causeway_accounts::{Logins, PopRegister};
use causeway_mailbox::MaildirRoot;
use causeway_net::clock::Clock;
use causeway_net::tls::server::ServerTls;

/// Shared by all sessions of all listeners; lives as long as the server.
pub struct Context {
    /// Our name, for the greeting.
    pub hostname: Arc<str>,
    /// Our certificate; `None`: STLS is not offered, and `pop3s` cannot be.
    pub tls: Option<Arc<ServerTls>>,
    /// Who may log in.
    pub logins: Logins,
    /// Where logins are noted for POP-before-SMTP.
    pub register: Arc<PopRegister>,
    /// Where the mailboxes are.
    pub mailboxes: MaildirRoot,
    /// The time of the register.
    pub clock: Clock,
}
