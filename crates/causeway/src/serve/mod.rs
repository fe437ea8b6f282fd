//! The running server: the rooms wired together, from the files to the last goodbye.
//!
//! Order of a start: both files are read and checked, the policy is asked the open relay questions,
//! the store is opened, the listeners are bound, the queue is read, and then one line says
//! `causeway is ready`. Anything that is wrong before that line ends the process with one clear
//! line (exit status 2 for the files, 1 for the rest) and has changed nothing.
//!
//! `SIGHUP` reads `mailflow.toml`, the organization's own texts and the certificate again; a file with errors changes nothing. `SIGTERM` and
//! `SIGINT` drain: listeners close, running transactions and deliveries end, the store closes. A second
//! signal ends at once: what is not finished is tried again after the next start.

mod assemble;
mod clients;
mod connectivity;
mod control;
mod descriptors;
mod file;
mod flow;
mod hook;
mod insight;
mod log;
mod mailboxes;
mod policies;
mod pop3;
mod probe;
mod relay;
mod reload;
mod returned;
mod signing;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use arc_swap::ArcSwap;
use causeway_accounts::{Logins, PopRegister};
use causeway_catalog::texts::own::OwnTexts;
use causeway_dispatch::Dispatch;
use causeway_dkim::Signer;
use causeway_insight::prober::Prober;
use causeway_model::Timestamp;
use causeway_model::config::Machine;
use causeway_net::tls::client::ClientTls;
use causeway_net::tls::server::ServerTls;
use causeway_policy::MailPolicy;
use causeway_store::SharedStore;
use parking_lot::Mutex;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{error, info, warn};

pub(crate) use self::assemble::{hostname, mta_sts};
use self::flow::FlowKeeper;
use self::mailboxes::MailboxMap;
use crate::cli::arguments::ServeOptions;

/// How long running transactions and deliveries may take to end.
const PATIENCE: Duration = Duration::from_secs(35);

/// Between two looks at the certificate's files.
const CERTIFICATE_LOOK: Duration = Duration::from_secs(5);

/// So many of those looks from one round of housekeeping to the next.
const LOOKS_PER_ROUND: u32 = 12;

/// How long ended messages stay in the trace.
const TRACE_KEPT: Duration = Duration::from_secs(30 * 86_400);

/// Messages that are forgotten at one upkeep, at most.
const FORGOTTEN_AT_ONCE: usize = 10_000;

/// The parts of the running server.
pub(crate) struct Server {
    pub(crate) config_directory: PathBuf,
    pub(crate) machine: Machine,
    pub(crate) hostname: Arc<str>,
    pub(crate) policy: Arc<ArcSwap<MailPolicy>>,
    pub(crate) store: SharedStore,
    pub(crate) mailboxes: Arc<MailboxMap>,
    /// Signs mail of ours.
    pub(crate) signer: Arc<ArcSwap<Signer>>,
    /// The organization's own texts for reports.
    pub(crate) own_texts: Arc<ArcSwap<OwnTexts>>,
    /// Who may log in.
    pub(crate) logins: Logins,
    /// Who has read mail by POP3 a moment ago.
    pub(crate) pop_register: Arc<PopRegister>,
    pub(crate) dispatch: Dispatch,
    pub(crate) tls: Arc<ServerTls>,
    /// What is bound, for people.
    pub(crate) listeners: Vec<Bound>,
    /// Which revision of the mail flow is in force.
    pub(crate) flow: FlowKeeper,
    /// The last reload failed: when and why.
    pub(crate) reload_problem: Mutex<Option<(Timestamp, String)>>,
    /// Time stands still until a test moves it.
    pub(crate) manual_clock: AtomicBool,
    /// TLS towards others.
    pub(crate) client_tls: Arc<ClientTls>,
    /// Who asks the network what is wrong.
    pub(crate) prober: Prober,
    /// What wants attention beside failing paths.
    pub(crate) notices: Arc<insight::Notices>,
    /// Lines of the log that are lost.
    pub(crate) log: log::Losses,
    /// Which domains took mail, and when.
    pub(crate) served: insight::Served,
}

/// A listener that is bound.
pub(crate) struct Bound {
    pub(crate) name: String,
    pub(crate) protocol: &'static str,
    pub(crate) address: SocketAddr,
}

/// Why the server does not start: the line to say, and the exit status.
pub(crate) struct Refusal {
    lines: Vec<String>,
    status: u8,
}

impl Refusal {
    fn files(lines: Vec<String>) -> Self {
        Self { lines, status: 2 }
    }

    fn other(line: impl Into<String>) -> Self {
        Self { lines: vec![line.into()], status: 1 }
    }
}

/// Runs the server until it is told to end.
pub(crate) async fn run(options: ServeOptions) -> ExitCode {
    let (written_out, losses) = log::start();
    causeway_net::tls::install_crypto_provider();
    match assemble::assemble(options, losses).await {
        Ok(assembled) => assembled.run().await,
        Err(refusal) => {
            // What led there is read first.
            drop(written_out);
            for line in &refusal.lines {
                crate::cli::failure::say(line);
            }
            ExitCode::from(refusal.status)
        }
    }
}

impl assemble::Assembled {
    /// Everything is bound and read: work until told to end.
    async fn run(self) -> ExitCode {
        let Self { server, watch, smtp, pop3, socket, admin, context, shares, clean } = self;
        let shutdown = CancellationToken::new();
        let sessions = TaskTracker::new();
        let limits = server.machine.limits;
        let keeper = Arc::new(causeway_intake::listener::Doorkeeper::new(
            shares.inbound,
            limits.max_connections_per_address,
        ));
        for listening in smtp {
            sessions.spawn(causeway_intake::listener::serve(
                listening,
                Arc::clone(&context),
                Arc::clone(&keeper),
                sessions.clone(),
                shutdown.clone(),
            ));
        }
        let clock = context.clock.clone();
        pop3::start(&server, pop3, clock, &keeper, &sessions, &shutdown);
        let api = causeway_admin::Api::new(
            Arc::clone(&server.store),
            Arc::new(control::Control { server: Arc::clone(&server), watch: Arc::clone(&watch) }),
            causeway_admin::Access {
                logins: server.logins.clone(),
                pop_register: Arc::clone(&server.pop_register),
            },
        );
        // The API outlives the sessions: administrators may look while the server drains.
        let api_end = CancellationToken::new();
        let apis = TaskTracker::new();
        apis.spawn(socket.serve(api.clone(), api_end.clone().cancelled_owned()));
        for listener in admin {
            apis.spawn(listener.serve(api.clone(), api_end.clone().cancelled_owned()));
        }
        apis.spawn(watch.run(api_end.clone()));
        apis.spawn(upkeep(Arc::clone(&server), api_end.clone()));
        announce(&server, clean);
        wait_for_end(&server).await;

        info!("ending: running sessions and deliveries are finished first");
        let _ = sd_notify::notify(&[sd_notify::NotifyState::Stopping]);
        shutdown.cancel();
        sessions.close();
        let finish = async {
            if tokio::time::timeout(PATIENCE, sessions.wait()).await.is_err() {
                warn!(
                    "some sessions did not end in time; their clients keep what was not accepted"
                );
            }
            server.dispatch.stop(PATIENCE).await;
            api_end.cancel();
            apis.close();
            let _ = tokio::time::timeout(Duration::from_secs(5), apis.wait()).await;
            server.store.close().await
        };
        tokio::select! {
            closed = finish => match closed {
                Ok(()) => {
                    info!("ended");
                    ExitCode::SUCCESS
                }
                Err(problem) => {
                    error!(%problem, "the store did not close in good order");
                    ExitCode::from(1)
                }
            },
            () = next_signal() => {
                warn!("ended at once; what was not finished is tried again after the next start");
                ExitCode::from(1)
            }
        }
    }
}

fn announce(server: &Server, clean: assemble::FilesFound) {
    if clean == assemble::FilesFound::Neither {
        info!(
            directory = %server.config_directory.display(),
            "there is no causeway.toml and no mailflow.toml: the defaults hold (this machine only, high ports)"
        );
    }
    for bound in &server.listeners {
        info!(listener = %bound.name, protocol = bound.protocol, address = %bound.address, "listening");
    }
    info!(data = %server.machine.data_dir.display(), hostname = %server.hostname, "causeway is ready");
    if clean == assemble::FilesFound::Neither {
        info!("try next: causeway demo, causeway check --help, causeway mailbox add --help");
    }
    let _ = sd_notify::notify(&[sd_notify::NotifyState::Ready]);
}

/// Until `SIGTERM` or `SIGINT`; `SIGHUP` reloads.
async fn wait_for_end(server: &Arc<Server>) {
    let Ok(mut hang_up) = signal(SignalKind::hangup()) else { return next_signal().await };
    let end = next_signal();
    tokio::pin!(end);
    loop {
        tokio::select! {
            () = &mut end => return,
            Some(()) = hang_up.recv() => reload::reload(server).await,
        }
    }
}

async fn next_signal() {
    let (Ok(mut terminate), Ok(mut interrupt)) =
        (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}

/// What wants doing from time to time.
async fn upkeep(server: Arc<Server>, end: CancellationToken) {
    for look in 1_u32.. {
        tokio::select! {
            () = end.cancelled() => return,
            () = tokio::time::sleep(CERTIFICATE_LOOK) => {}
        }
        reload::renew_certificate(&server);
        if !look.is_multiple_of(LOOKS_PER_ROUND) {
            continue;
        }
        if let Err(problem) = server.pop_register.sweep(server.dispatch.now()).await {
            warn!(%problem, "old POP3 logins could not be removed");
        }
        if let Err(problem) = server.store.forget_returned(server.dispatch.now()).await {
            warn!(%problem, "returned mail whose time is over could not be removed");
        }
        let kept = i64::try_from(TRACE_KEPT.as_millis()).unwrap_or(i64::MAX);
        let before = Timestamp::from_millis(server.dispatch.now().as_millis() - kept);
        loop {
            match server.store.forget(before, FORGOTTEN_AT_ONCE).await {
                Ok(count) if count >= FORGOTTEN_AT_ONCE && !end.is_cancelled() => {}
                Ok(_) => break,
                Err(problem) => {
                    warn!(%problem, "old rows of the trace could not be removed");
                    break;
                }
            }
        }
    }
}
