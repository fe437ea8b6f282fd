//! `SIGHUP`: the organization's file and the certificate are read again.

use std::sync::Arc;

use causeway_model::config::{MailFlow, Places};
use causeway_policy::MailPolicy;
use tracing::{error, info, warn};

use super::{Server, assemble};
use crate::cli::configuration;

/// Reads `mailflow.toml` again and puts it in force; a file with errors changes nothing.
pub(crate) async fn reload(server: &Arc<Server>) {
    renew_certificate(server);
    let loaded = configuration::mail_flow(&server.config_directory);
    for problem in &loaded.problems {
        warn!("{problem}");
    }
    let outcome = match loaded.value {
        Some(flow) => put_in_force(server, flow, &loaded.places),
        None => Err(format!("{} has errors", configuration::MAIL_FLOW_FILE)),
    };
    match outcome {
        Ok(()) => {
            info!("the mail flow was read again and is in force");
            *server.reload_problem.lock() = None;
        }
        Err(problem) => {
            error!(%problem, "the mail flow was not changed: the one before stays in force");
            *server.reload_problem.lock() = Some((server.dispatch.now(), problem));
        }
    }
    if let Err(problem) = server.mailboxes.refresh(&server.store).await {
        warn!(%problem, "the mailboxes could not be read again; the old list holds");
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

fn put_in_force(server: &Arc<Server>, flow: MailFlow, places: &Places) -> Result<(), String> {
    let policy: MailPolicy = assemble::checked_policy(
        flow,
        (places, &Places::none(configuration::MACHINE_FILE)),
        &server.machine,
        &server.hostname,
        &causeway_net::local::local_addresses(),
    )
    .map_err(|lines| lines.join("; "))?;
    server.pop_register.configure(policy.flow().relay.pop_before_smtp);
    server.policy.store(Arc::new(policy));
    server.dispatch.reroute();
    Ok(())
}
