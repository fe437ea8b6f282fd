//! `SIGHUP`: the organization's file and the certificate are read again.

use std::sync::Arc;

use tracing::{error, info, warn};

use super::{Server, flow};
use crate::cli::configuration;

/// Reads `mailflow.toml` again and puts it in force; a file with errors changes nothing.
pub(crate) async fn reload(server: &Arc<Server>) {
    renew_certificate(server);
    match flow::reload(server).await {
        Ok(Some(revision)) => {
            info!(revision, "the mail flow was read again and is in force");
        }
        Ok(None) => info!("the mail flow was read again and is as it was"),
        Err(problem) => {
            error!(%problem, "the mail flow was not changed: the one before stays in force");
            *server.reload_problem.lock() = Some((server.dispatch.now(), problem));
        }
    }
    try_logins_again(server);
    let (texts, problems) = configuration::own_texts(&server.config_directory);
    if problems.is_empty() {
        server.own_texts.store(Arc::new(texts));
    }
    for problem in problems {
        error!(%problem, "the texts for reports were not changed: those before stay in use");
    }
    if let Err(problem) = server.mailboxes.refresh(&server.store).await {
        warn!(%problem, "the mailboxes could not be read again; the old list holds");
    }
}

/// A password file may have another password now: what waits for a failing connector that logs in is tried.
fn try_logins_again(server: &Server) {
    let policy = server.policy.load();
    for failing in server.dispatch.failing_sites() {
        let connector = failing.last.connector.as_deref();
        let connector = connector.and_then(|name| policy.outbound_connector(name));
        if connector.is_some_and(|connector| connector.credentials.is_some()) {
            server.dispatch.retry_path(&failing.site);
        }
    }
}

/// Puts a certificate in use whose files have changed; files that cannot be used change nothing.
pub(crate) fn renew_certificate(server: &Server) {
    match server.tls.reload_if_changed() {
        Ok(true) => info!("the new certificate is in use"),
        Ok(false) => {}
        Err(problem) => error!(%problem, "the new certificate cannot be used; the old one stays"),
    }
}
