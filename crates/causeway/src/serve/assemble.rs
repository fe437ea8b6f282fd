//! From the two files to parts that are bound and ready.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use arc_swap::ArcSwap;
use causeway_accounts::{Logins, PopRegister};
use causeway_admin::{SocketListener, TcpApiListener};
use causeway_catalog::texts::own::OwnTexts;
use causeway_dispatch::return_path::ReturnPaths;
use causeway_dispatch::{Dispatch, MOST_CONNECTIONS, Settings};
use causeway_dkim::Signer;
use causeway_insight::prober::{Prober, Surroundings};
use causeway_insight::watch::Watch;
use causeway_intake::{Context, Handoff, Listening, Spool, Throttle};
use causeway_model::Timestamp;
use causeway_model::config::{Machine, MailFlow, Places, Protocol, Severity, StoreUrl};
use causeway_net::clock::Clock;
use causeway_net::dns::Resolver;
use causeway_net::sts::Fetch;
use causeway_net::tls::client::ClientTls;
use causeway_net::tls::server::ServerTls;
use causeway_net::tls::{TlsFileError, TrustRoots};
use causeway_policy::MailPolicy;
use causeway_store::sqlite::{SqliteStore, StoreOptions};
use causeway_store::{Accepted, NewMessage, Revision, SharedStore};
use parking_lot::Mutex;
use tokio::sync::Notify;
use tracing::{error, warn};

use super::descriptors::{Shares, share_out};
use super::flow::{self, FlowKeeper};
use super::insight::{self, FoundCauses};
use super::mailboxes::MailboxMap;
use super::{Bound, Refusal, Server, signing};
use crate::cli::arguments::ServeOptions;
use crate::cli::configuration::{self, Loaded, MACHINE_FILE, MAIL_FLOW_FILE};

/// The name of the API's socket in the data directory.
pub(crate) const SOCKET: &str = "causeway.sock";

/// Set to `manual` by tests: time stands still until it is moved through the API.
const CLOCK_VARIABLE: &str = "CAUSEWAY_TEST_CLOCK";

/// Which of the two files were there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FilesFound {
    Neither,
    Some,
}

/// A server that is ready to work.
pub(crate) struct Assembled {
    pub(crate) server: Arc<Server>,
    pub(crate) watch: Arc<Watch>,
    pub(crate) smtp: Vec<Listening>,
    pub(crate) pop3: Vec<Listening>,
    pub(crate) socket: SocketListener,
    pub(crate) admin: Vec<TcpApiListener>,
    pub(crate) context: Arc<Context>,
    /// Connections at once, by what the configuration and the system allow.
    pub(super) shares: Shares,
    pub(crate) clean: FilesFound,
}

/// What was accepted goes to the scheduler.
struct ToDispatch(Dispatch);

impl Handoff for ToDispatch {
    fn accepted(&self, _ticket: &Accepted, message: NewMessage) {
        self.0.accepted(message);
    }
}

/// Reads, checks, opens and binds.
#[allow(clippy::too_many_lines, reason = "the one list of what is wired to what, a line for each")]
pub(crate) async fn assemble(
    options: ServeOptions,
    log: super::log::Losses,
) -> Result<Assembled, Refusal> {
    let directory = options.config_directory;
    let (machine, flow, clean) = read_files(&directory)?;
    let (places, flow_text, flow, machine) =
        ((flow.places, machine.places), flow.text, flow.value, machine.value);
    let hostname: Arc<str> = hostname(&machine).into();
    let own_addresses = causeway_net::local::local_addresses();
    let policy = checked_policy(flow, (&places.0, &places.1), &machine, &hostname, &own_addresses);
    let policy = Arc::new(ArcSwap::from_pointee(policy.map_err(Refusal::files)?));

    let (clock, is_manual) = clock();
    let (store, spool, mailboxes, return_paths) = what_is_kept(&machine, &clock).await?;
    let kept = flow::instead_of_nothing(&store, &flow_text).await?;
    let flow_text = match kept {
        Some(revision) => {
            let own = (&machine, &*hostname, &own_addresses[..]);
            policy.store(Arc::new(still_in_force(&revision, &directory, own)?));
            revision.text
        }
        None => flow_text,
    };
    let (logins, pop_register) =
        who_gets_in(&store, &mailboxes, &clock, &machine, policy.load().flow()).await?;
    let resolver = resolver(&machine)?;
    let (client_tls, tls) = certificates(&machine, &hostname)?;
    let prober = prober((&resolver, &client_tls), &machine, &clock, &hostname);
    let (smtp, pop3, admin, listeners) = bind(&machine, &tls).await?;

    let shares =
        share_out(Shares { inbound: machine.limits.max_connections, outbound: MOST_CONNECTIONS });
    let (paths_changed, causes) = (Arc::new(Notify::new()), Arc::new(FoundCauses::default()));
    let (own_texts, signer) = of_reports(&directory, &store).await?;
    let dispatch = Dispatch::new(Settings {
        return_paths,
        forward_limit: machine.limits.forwarded_messages_per_hour,
        store: Arc::clone(&store),
        policy: Arc::clone(&policy),
        mailboxes: Arc::clone(&mailboxes) as _,
        signer: Arc::clone(&signer),
        own_texts: Arc::clone(&own_texts),
        resolver: Arc::clone(&resolver),
        mta_sts: mta_sts(&machine, &resolver, &client_tls),
        client_tls: Arc::clone(&client_tls),
        clock: clock.clone(),
        hostname: Arc::clone(&hostname),
        mx_port: machine.delivery.mx_port,
        dane: machine.delivery.dane,
        source_addresses: machine.delivery.source_addresses.clone(),
        own_listeners: smtp.iter().filter_map(|l| l.address().ok()).collect(),
        own_addresses: own_addresses.clone(),
        most_connections: shares.outbound,
        mail_dir: machine.data_dir.join("mail"),
        paths_changed: Arc::clone(&paths_changed),
        causes: Arc::clone(&causes) as _,
    });
    let notices: Arc<insight::Notices> = Arc::default();
    let context = Arc::new(Context {
        signs: Arc::clone(&notices) as _,
        signer: Arc::clone(&signer),
        policy: Arc::clone(&policy),
        store: Arc::clone(&store),
        tls: Some(Arc::clone(&tls)),
        clock,
        resolver,
        own_addresses,
        hostname: Arc::clone(&hostname),
        limits: machine.limits,
        logins: logins.clone(),
        pop_register: Arc::clone(&pop_register),
        throttle: Arc::new(Throttle::new(machine.limits)),
        mailboxes: Arc::clone(&mailboxes) as _,
        handoff: Arc::new(ToDispatch(dispatch.clone())),
        spool,
    });
    let socket = socket(&machine)?;
    // What has been read comes into force here, and not before everything else has worked.
    let flow = in_force((&store, &policy), &directory, flow_text, dispatch.now()).await?;
    dispatch.start().await?;
    flow.reroute_replaced(&store, &dispatch, &hostname).await;
    let server = Arc::new(Server {
        config_directory: directory,
        machine,
        hostname,
        policy,
        store,
        mailboxes,
        signer,
        own_texts,
        logins,
        pop_register,
        dispatch,
        tls,
        listeners,
        flow,
        reload_problem: Mutex::new(None),
        manual_clock: AtomicBool::new(is_manual),
        client_tls,
        prober,
        notices,
        log,
        served: insight::Served::default(),
    });
    let watch = Arc::new(insight::watch(&server, paths_changed).await?);
    causes.ask(&watch);
    Ok(Assembled { server, watch, smtp, pop3, socket, admin, context, shares, clean })
}

/// The policy of a revision that stays in force, as the file is gone or empty.
fn still_in_force(
    revision: &Revision,
    directory: &Path,
    (machine, hostname, own_addresses): (&Machine, &str, &[IpAddr]),
) -> Result<MailPolicy, Refusal> {
    let (flow, line) = flow::still_in_force(revision, directory).map_err(Refusal::files)?;
    error!("{line}");
    let places = (&Places::none(MAIL_FLOW_FILE), &Places::none(MACHINE_FILE));
    checked_policy(flow, places, machine, hostname, own_addresses)
        .map_err(|problems| Refusal::files(std::iter::once(line).chain(problems).collect()))
}

/// What has been read comes into force.
async fn in_force(
    (store, policy): (&SharedStore, &ArcSwap<MailPolicy>),
    directory: &Path,
    text: String,
    now: Timestamp,
) -> Result<FlowKeeper, causeway_store::StoreError> {
    let flow = Arc::clone(policy.load().flow());
    FlowKeeper::open(store, directory, &flow, text, now).await
}

/// Who asks the network what is wrong, in the ways that mail takes.
fn prober(
    (resolver, tls): (&Arc<Resolver>, &Arc<ClientTls>),
    machine: &Machine,
    clock: &Clock,
    hostname: &str,
) -> Prober {
    let surroundings = Surroundings {
        resolver: Resolver::clone(resolver),
        tls: ClientTls::clone(tls),
        clock: clock.clone(),
        hostname: hostname.to_owned(),
        sources: machine.delivery.source_addresses.clone(),
        dane: machine.delivery.dane,
        sts: mta_sts(machine, resolver, tls),
    };
    Prober::new(surroundings, machine.probes.clone())
}

impl From<causeway_store::StoreError> for Refusal {
    fn from(error: causeway_store::StoreError) -> Self {
        Self::other(error.to_string())
    }
}

/// The store, where bodies are received, and the mailboxes.
async fn what_is_kept(
    machine: &Machine,
    clock: &Clock,
) -> Result<(SharedStore, Spool, Arc<MailboxMap>, Arc<ReturnPaths>), Refusal> {
    let store = open_store(machine).await?;
    let spool = Spool { bodies: store.bodies() };
    let store: SharedStore = Arc::new(store);
    let mailboxes = Arc::new(MailboxMap::default());
    mailboxes.refresh(&store).await?;
    let return_paths = Arc::new(ReturnPaths::open(&store, clock.clone()).await?);
    mailboxes.know_return_paths(Arc::clone(&return_paths));
    Ok((store, spool, mailboxes, return_paths))
}

/// Logins, and what POP3 logins entitle to.
async fn who_gets_in(
    store: &SharedStore,
    mailboxes: &Arc<MailboxMap>,
    clock: &Clock,
    machine: &Machine,
    flow: &MailFlow,
) -> Result<(Logins, Arc<PopRegister>), Refusal> {
    let accounts = Arc::clone(mailboxes) as Arc<dyn causeway_accounts::Accounts>;
    let logins = Logins::open(Arc::clone(store), accounts, clock.clone(), &machine.limits)
        .await
        .map_err(|error| Refusal::other(error.to_string()))?;
    logins.never_lock(machine.login_lock_exempt.clone());
    let register = PopRegister::open(Arc::clone(store), flow.relay.pop_before_smtp)
        .await
        .map_err(|error| Refusal::other(error.to_string()))?;
    Ok((logins, Arc::new(register)))
}

fn resolver(machine: &Machine) -> Result<Arc<Resolver>, Refusal> {
    Resolver::new(&machine.dns).map(Arc::new).map_err(|error| Refusal::other(error.to_string()))
}

/// What gets MTA-STS policies, unless it is switched off.
pub(crate) fn mta_sts(machine: &Machine, resolver: &Resolver, tls: &ClientTls) -> Option<Fetch> {
    machine.delivery.mta_sts.then(|| Fetch {
        resolver: resolver.clone(),
        tls: tls.clone(),
        port: machine.delivery.mta_sts_port,
        limit: causeway_net::sts::LIMIT,
    })
}

/// The API's socket.
fn socket(machine: &Machine) -> Result<SocketListener, Refusal> {
    SocketListener::bind(&machine.data_dir.join(SOCKET))
        .map_err(|error| Refusal::other(error.to_string()))
}

/// TLS towards peers, and our own certificate.
fn certificates(
    machine: &Machine,
    hostname: &str,
) -> Result<(Arc<ClientTls>, Arc<ServerTls>), Refusal> {
    let client = ClientTls::new(&machine.delivery.trust_roots)
        .map_err(|error| Refusal::files(vec![error.to_string()]))?;
    // Issuers that we believe of servers, we believe of clients, too: inbound connectors go by them.
    let unusable = |error: TlsFileError| Refusal::files(vec![error.to_string()]);
    let roots = TrustRoots::load(&machine.delivery.trust_roots).map_err(unusable)?;
    let files = machine.tls.as_ref();
    let server = ServerTls::load_with_roots(files, &machine.data_dir, hostname, roots);
    let server = server.map_err(unusable)?;
    Ok((Arc::new(client), Arc::new(server)))
}

/// The organization's own texts for reports, and the keys that sign.
async fn of_reports(
    directory: &Path,
    store: &SharedStore,
) -> Result<(Arc<ArcSwap<OwnTexts>>, Arc<ArcSwap<Signer>>), Refusal> {
    let (texts, problems) = configuration::own_texts(directory);
    if !problems.is_empty() {
        return Err(Refusal::files(problems.iter().map(ToString::to_string).collect()));
    }
    let signer = signing::load(store).await.map_err(|error| Refusal::other(error.to_string()))?;
    Ok((Arc::new(ArcSwap::from_pointee(texts)), Arc::new(ArcSwap::from_pointee(signer))))
}

/// A file that can be used.
struct Read<T> {
    value: T,
    places: Places,
    text: String,
}

fn read_files(directory: &Path) -> Result<(Read<Machine>, Read<MailFlow>, FilesFound), Refusal> {
    let machine = configuration::machine(directory);
    let flow = configuration::mail_flow(directory);
    let found = if machine.found || flow.found { FilesFound::Some } else { FilesFound::Neither };
    let mut errors = Vec::new();
    let machine = keep(machine, &mut errors);
    let flow = keep(flow, &mut errors);
    match (machine, flow) {
        (Some(machine), Some(flow)) if errors.is_empty() => Ok((machine, flow, found)),
        _ => Err(Refusal::files(errors)),
    }
}

/// The value; warnings go to the log, errors to `errors`.
fn keep<T>(loaded: Loaded<T>, errors: &mut Vec<String>) -> Option<Read<T>> {
    for problem in &loaded.problems {
        match problem.severity {
            Severity::Error => errors.push(problem.to_string()),
            Severity::Warning => warn!("{problem}"),
        }
    }
    let (places, text) = (loaded.places, loaded.text);
    loaded.value.map(|value| Read { value, places, text })
}

/// Compiles a configuration, unless it makes no sense or would make an open relay.
pub(crate) fn checked_policy(
    flow: MailFlow,
    places: (&Places, &Places),
    machine: &Machine,
    hostname: &str,
    own_addresses: &[IpAddr],
) -> Result<MailPolicy, Vec<String>> {
    let mut errors = Vec::new();
    for problem in causeway_policy::check(&flow, machine, places.0, places.1, Clock::system().now())
    {
        match problem.severity {
            Severity::Error => errors.push(problem.to_string()),
            Severity::Warning => warn!("{problem}"),
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    let policy = MailPolicy::compile(Arc::new(flow), hostname)
        .with_own_addresses(own_addresses.iter().copied());
    causeway_policy::selftest(&policy).map_err(|answers| {
        answers
            .into_iter()
            .map(|answer| format!("open relay self-test: {answer}"))
            .collect::<Vec<_>>()
    })?;
    Ok(policy)
}

/// The configured name, or the system's.
pub(crate) fn hostname(machine: &Machine) -> String {
    machine.hostname.clone().unwrap_or_else(|| {
        let system = rustix::system::uname();
        let name = system.nodename().to_string_lossy();
        match causeway_model::Domain::parse(&name) {
            Ok(domain) => domain.to_string(),
            Err(_) => "localhost".into(),
        }
    })
}

async fn open_store(machine: &Machine) -> Result<SqliteStore, Refusal> {
    if let StoreUrl::Postgres(_) = machine.store {
        return Err(Refusal::files(vec![
            "causeway.toml: error: [store] url: this version has no cluster store; write url = \"sqlite\"".into(),
        ]));
    }
    let directory: PathBuf = machine.data_dir.clone();
    tokio::task::spawn_blocking(move || SqliteStore::open(&directory, StoreOptions::default()))
        .await
        .map_err(|error| Refusal::other(error.to_string()))?
        .map_err(|error| Refusal::other(error.to_string()))
}

fn clock() -> (Clock, bool) {
    match std::env::var(CLOCK_VARIABLE) {
        Ok(value) if value == "manual" => {
            warn!("the clock of the queue stands still ({CLOCK_VARIABLE}=manual): for tests only");
            (Clock::manual(Clock::system().now()), true)
        }
        _ => (Clock::system(), false),
    }
}

/// What to do where nobody can listen.
fn instead_of(address: SocketAddr) -> String {
    let port = address.port();
    format!(
        "perhaps another server has the port (`ss -ltnp 'sport = :{port}'` as root says which: stop \
         it, or choose another port in [[listener]]), the address is not this machine's, or a port \
         below 1024 needs root or CAP_NET_BIND_SERVICE"
    )
}

type Listeners = (Vec<Listening>, Vec<Listening>, Vec<TcpApiListener>, Vec<Bound>);

async fn bind(machine: &Machine, tls: &ServerTls) -> Result<Listeners, Refusal> {
    let (mut smtp, mut pop3) = (Vec::new(), Vec::new());
    let (mut admin, mut bound) = (Vec::new(), Vec::new());
    for listener in &machine.listeners {
        let failed = |error: &dyn std::fmt::Display| {
            Refusal::other(format!(
                "listener {:?}: cannot listen on {}: {error}; {}",
                listener.name,
                listener.address,
                instead_of(listener.address)
            ))
        };
        let (protocol, address) = match listener.protocol {
            Protocol::Smtp | Protocol::Submission | Protocol::Submissions => {
                let listening = causeway_intake::bind(listener).map_err(|e| failed(&e))?;
                let address = listening.address().map_err(|e| failed(&e))?;
                smtp.push(listening);
                let protocol = match listener.protocol {
                    Protocol::Submission => "submission",
                    Protocol::Submissions => "submissions",
                    _ => "smtp",
                };
                (protocol, address)
            }
            Protocol::Admin => {
                let tls = listener.admin_tls().then(|| tls.clone());
                let listening =
                    TcpApiListener::bind(listener.address, tls).await.map_err(|e| failed(&e))?;
                let address = listening.local_address().map_err(|e| failed(&e))?;
                admin.push(listening);
                ("admin", address)
            }
            Protocol::Pop3 | Protocol::Pop3s => {
                let listening = causeway_net::listen::bind(listener).map_err(|e| failed(&e))?;
                let address = listening.address().map_err(|e| failed(&e))?;
                pop3.push(listening);
                let is_pop3s = listener.protocol == Protocol::Pop3s;
                (if is_pop3s { "pop3s" } else { "pop3" }, address)
            }
        };
        bound.push(Bound { name: listener.name.clone(), protocol, address });
    }
    Ok((smtp, pop3, admin, bound))
}
