//! POP3 on its listeners.

use std::sync::Arc;

use causeway_mailbox::MaildirRoot;
use causeway_net::clock::Clock;
use causeway_net::doorkeeper::Doorkeeper;
use causeway_net::listen::Listening;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::Server;

/// Starts accepting connections; sessions become tasks of `sessions`.
pub(super) fn start(
    server: &Server,
    listeners: Vec<Listening>,
    clock: Clock,
    keeper: &Arc<Doorkeeper>,
    sessions: &TaskTracker,
    shutdown: &CancellationToken,
) {
    let context = Arc::new(causeway_pop3::Context {
        hostname: Arc::clone(&server.hostname),
        tls: Some(Arc::clone(&server.tls)),
        logins: server.logins.clone(),
        register: Arc::clone(&server.pop_register),
        mailboxes: MaildirRoot::new(server.machine.data_dir.join("mail")),
        clock,
    });
    for listening in listeners {
        sessions.spawn(causeway_pop3::listener::serve(
            listening,
            Arc::clone(&context),
            Arc::clone(keeper),
            sessions.clone(),
            shutdown.clone(),
        ));
    }
}
