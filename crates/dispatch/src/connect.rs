//! From a route to a session: names, addresses, TCP, greeting, EHLO, TLS, logging in.
//!
//! Hosts are tried in order, each at its addresses, until one gives a session. Every try that failed is
//! kept as an [`Attempt`]; the one that got furthest speaks for all of them.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use causeway_catalog::Phase;
use causeway_catalog::sentence::{Parts, Sentence};
use causeway_model::config::{Credentials, Host, OutboundConnector, SmartHost, TlsLevel};
use causeway_model::{Attempt, Domain, Failure, HopSecurity, Outcome, Stage};
use causeway_net::dial;
use causeway_net::dns::Families;
use causeway_net::tls::{Expectation, Findings, TlsSession};
use causeway_smtp::client::{Capabilities, Connection, SessionFailure, Timeouts};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::Instant;

use crate::demand::{self, Standing};
use crate::engine::Shared;
use crate::resolve::MxSet;

/// How long one address may take to accept a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(30);

/// After this long without an answer the next address is tried beside the first.
const STAGGER: Duration = Duration::from_secs(1);

/// Hosts that one attempt tries at most (RFC 5321 section 5.1 asks for two at least).
const MOST_HOSTS: usize = 5;

/// Addresses of one host that one attempt tries at most.
const MOST_ADDRESSES: usize = 4;

/// After this long no further host or address is tried in this attempt.
const BUDGET: Duration = Duration::from_secs(600);

/// How long a TLS handshake may take.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(60);

/// A byte stream, plain or TLS.
pub(crate) trait ByteStream: AsyncRead + AsyncWrite + Send + Sync + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Sync + Unpin> ByteStream for T {}

/// A byte stream of either kind.
pub(crate) type Wire = Box<dyn ByteStream>;

/// Where to go and what to demand.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    /// As in [`Attempt::site`].
    pub(crate) site: String,
    /// The connector's name.
    pub(crate) connector: Option<String>,
    /// In the order in which they are tried.
    pub(crate) hosts: Vec<(Host, u16)>,
    /// How many of `hosts` are in each group of equals, in order; empty: each is by itself.
    pub(crate) groups: Vec<usize>,
    /// Addresses to come from; empty: the machine's.
    pub(crate) sources: Vec<IpAddr>,
    /// What is demanded of the connection.
    pub(crate) standing: Standing,
    pub(crate) credentials: Option<Credentials>,
}

impl Target {
    /// By MX, without a connector and without hosts.
    pub(crate) fn direct(site: String) -> Self {
        let standing = Standing {
            level: TlsLevel::Opportunistic,
            tls_domain: None,
            user: None,
            dane: false,
            domain: None,
            sts: None,
        };
        Self {
            site,
            connector: None,
            hosts: Vec::new(),
            groups: Vec::new(),
            sources: Vec::new(),
            standing,
            credentials: None,
        }
    }

    /// The demands of a connector, without hosts. `dane`: TLSA records of smart hosts are looked for.
    pub(crate) fn of_connector(connector: &OutboundConnector, site: String, dane: bool) -> Self {
        let direct = Self::direct(site);
        Self {
            connector: Some(connector.name.clone()),
            sources: connector.source_addresses.clone(),
            standing: Standing {
                level: connector.tls,
                tls_domain: connector.tls_domain.clone(),
                user: connector.credentials.as_ref().map(|credentials| credentials.user.clone()),
                dane,
                ..direct.standing
            },
            credentials: connector.credentials.clone(),
            ..direct
        }
    }

    /// Our own addresses for a connection to `peer`, the best first.
    fn sources_for<'a>(&'a self, shared: &'a Shared, peer: IpAddr) -> &'a [IpAddr] {
        sources_for(&self.sources, shared, peer)
    }

    /// Goes to these smart hosts.
    pub(crate) fn set_smart_hosts(&mut self, groups: &[Vec<SmartHost>]) {
        self.hosts = groups.iter().flatten().map(|host| (host.host.clone(), host.port)).collect();
        self.groups = groups.iter().map(Vec::len).collect();
    }

    /// The hosts of a domain, and what the domain demands.
    pub(crate) fn take_set(&mut self, domain: &Domain, set: MxSet) {
        let MxSet { hosts, groups, dane, sts, .. } = set;
        self.standing.domain = (dane || sts.is_some()).then(|| domain.clone());
        self.standing.dane = dane;
        self.standing.sts = sts;
        self.hosts = hosts;
        self.groups = groups;
    }
}

/// A session that is ready for transactions.
pub(crate) struct Link {
    pub(crate) connection: Connection<Wire>,
    pub(crate) capabilities: Capabilities,
    pub(crate) host: String,
    pub(crate) address: SocketAddr,
    /// TLS version and cipher.
    pub(crate) tls: Option<String>,
    /// What stands for the peer's identity.
    pub(crate) security: Option<Box<HopSecurity>>,
    /// What was demanded: the connection serves nobody who demands something else.
    pub(crate) standing: Standing,
    /// Transactions so far.
    pub(crate) uses: u32,
    /// The host as the configuration has it.
    pub(crate) chosen: (Host, u16),
    /// Its share of all outbound connections, and of its connector's.
    _permits: [Option<OwnedSemaphorePermit>; 2],
}

/// Hears how a session comes about. Deliveries tell nobody; a test shows every step as it happens.
pub(crate) trait Ears: Send + Sync {
    /// A stage is behind us; what was found there.
    fn reached(&self, stage: Stage, finding: Finding);
    /// A host or address gave no session; the next one is tried.
    fn failed(&self, attempt: &Attempt);
}

/// What was found at a stage that is behind us.
pub(crate) struct Finding {
    /// To be said in any language.
    pub(crate) text: Sentence,
    /// It works, and is not as it should be.
    pub(crate) is_doubtful: bool,
}

impl Finding {
    /// Nothing is wrong.
    fn good(text: Parts) -> Self {
        Self { text: text.into(), is_doubtful: false }
    }
}

/// What is needed to write an [`Attempt`] about one host.
struct Try<'a> {
    shared: &'a Shared,
    target: &'a Target,
    ears: Option<&'a dyn Ears>,
    began: Instant,
    host: Option<String>,
    address: Option<SocketAddr>,
    tls: Option<String>,
}

impl<'a> Try<'a> {
    fn new(shared: &'a Shared, target: &'a Target, ears: Option<&'a dyn Ears>) -> Self {
        Self { shared, target, ears, began: Instant::now(), host: None, address: None, tls: None }
    }

    fn reached(&self, stage: Stage, finding: impl FnOnce() -> Finding) {
        if let Some(ears) = self.ears {
            ears.reached(stage, finding());
        }
    }

    fn failed(&self, stage: Stage, failure: Failure) -> Attempt {
        let attempt = self.attempt(stage, failure);
        if let Some(ears) = self.ears {
            ears.failed(&attempt);
        }
        attempt
    }

    fn attempt(&self, stage: Stage, failure: Failure) -> Attempt {
        Attempt {
            at: self.shared.clock.now(),
            elapsed_ms: millis(self.began.elapsed()),
            site: self.target.site.clone(),
            connector: self.target.connector.clone(),
            host: self.host.clone(),
            address: self.address,
            tls: self.tls.clone(),
            security: None,
            stage,
            outcome: Outcome::Failure(failure),
        }
    }
}

pub(crate) fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

/// Opens a session with the first host that gives one. `is_proven`: the site has taken mail lately. The error has every try, in order; never
/// empty.
pub(crate) async fn open(
    shared: &Shared,
    target: &Target,
    is_proven: bool,
) -> Result<Link, Vec<Attempt>> {
    open_heard(shared, target, is_proven, None).await
}

/// The same, telling somebody of every step.
pub(crate) async fn open_heard(
    shared: &Shared,
    target: &Target,
    is_proven: bool,
    ears: Option<&dyn Ears>,
) -> Result<Link, Vec<Attempt>> {
    // The semaphores are never closed. The connector's own gate comes first: who waits there must not keep
    // what all share from the others.
    let of_connector = match shared.gates.of(shared, target) {
        Some(gate) => gate.pass().await,
        None => None,
    };
    let _exploring = match is_proven {
        true => None,
        false => shared.exploring.acquire().await.ok(),
    };
    let permit = Arc::clone(&shared.connecting).acquire_owned().await.ok();
    let permits = [permit, of_connector];
    let mut tries = Vec::new();
    let began = Instant::now();
    let hosts = shared.balance.lock().order(&target.site, &target.hosts, &target.groups, began);
    for (host, port) in hosts.iter().take(MOST_HOSTS) {
        if began.elapsed() > BUDGET {
            break;
        }
        match open_host(Try::new(shared, target, ears), host, *port).await {
            Ok(link) => {
                let chosen = (host.clone(), *port);
                return Ok(Link { _permits: permits, chosen, ..link });
            }
            Err(mut failed) => {
                shared.balance.lock().failed(&target.site, (host, *port), Instant::now());
                tries.append(&mut failed);
            }
        }
    }
    if tries.is_empty() {
        let name = target.site.clone();
        let nothing = Try::new(shared, target, ears);
        tries.push(nothing.failed(Stage::Resolve, Failure::NoAddress { name }));
    }
    Err(tries)
}

/// The try that speaks for all: the one that got furthest, the first among equals.
pub(crate) fn most_telling(tries: Vec<Attempt>) -> (Option<Attempt>, Vec<Attempt>) {
    let mut best: Option<usize> = None;
    for (i, attempt) in tries.iter().enumerate() {
        if best.is_none_or(|b| rank(attempt) > rank(&tries[b])) {
            best = Some(i);
        }
    }
    let mut others = tries;
    let chosen = best.map(|b| others.remove(b));
    (chosen, others)
}

/// How far an attempt got. A machine without IPv6 has no route to IPv6 addresses: that says less
/// than anything a host did. What is wrong here for certain says more: as long as it is, a part of the host's
/// addresses is not even tried.
fn rank(attempt: &Attempt) -> (Stage, u8) {
    let tells = match &attempt.outcome {
        Outcome::Failure(Failure::Unreachable { .. }) => 0,
        Outcome::Failure(failure) if is_about_source(failure) => 2,
        _ => 1,
    };
    (attempt.stage, tells)
}

async fn open_host(mut attempt: Try<'_>, host: &Host, port: u16) -> Result<Link, Vec<Attempt>> {
    let (shared, target) = (attempt.shared, attempt.target);
    let (name, addresses) = match host {
        Host::Address(address) => (address.to_string(), vec![*address]),
        Host::Name(name) => {
            attempt.host = Some(name.to_string());
            match shared.resolver.addresses(name.as_str(), Families::Both).await {
                Ok(addresses) => (name.to_string(), dial::order_addresses(&addresses)),
                Err(failure) => return Err(vec![attempt.failed(Stage::Resolve, failure)]),
            }
        }
    };
    attempt.reached(Stage::Resolve, || {
        let all: Vec<String> = addresses.iter().map(ToString::to_string).collect();
        Finding::good(match host {
            Host::Address(_) => Parts::of("test-is-address").with("address", name.as_str()),
            Host::Name(_) => {
                Parts::of("test-addresses").with("host", name.as_str()).with("addresses", all)
            }
        })
    });
    attempt.host = Some(name.clone());
    let expectation = match demand::of_host(shared, target, host, port).await {
        Ok(expectation) => expectation,
        Err(failure) => return Err(vec![attempt.failed(Stage::Resolve, failure)]),
    };
    let sockets: Vec<SocketAddr> =
        addresses.into_iter().take(MOST_ADDRESSES).map(|a| SocketAddr::new(a, port)).collect();
    let mut left = shared.lame.in_order(&sockets);
    let mut tries = Vec::new();
    // One address after the other: what fails after the connection is up leads to the next one too.
    let began = attempt.began;
    while !left.is_empty() && began.elapsed() < BUDGET {
        let (address, stream) = match race(shared, &mut attempt, &mut left, &mut tries).await {
            Some(connected) => connected,
            None => break,
        };
        attempt.address = Some(address);
        attempt.tls = None;
        attempt.reached(Stage::Connect, || {
            let (address, own) = (address.to_string(), stream.local_addr());
            Finding::good(match own {
                Ok(own) => Parts::of("test-answers-from")
                    .with("address", address)
                    .with("own", own.ip().to_string()),
                Err(_) => Parts::of("test-answers").with("address", address),
            })
        });
        let had_tls = !shared.plain_only.contains(address);
        let conversation = converse(&expectation, &name, address, stream, &mut attempt);
        match Box::pin(conversation).await {
            Ok(link) => return Ok(link),
            Err(failure) => {
                tries.push(attempt.failed(failure.stage, failure.failure));
                if had_tls && shared.plain_only.contains(address) {
                    // Opportunistic TLS that does not work: the same address again, without.
                    left.insert(0, address);
                } else {
                    shared.lame.note(address);
                }
            }
        }
        attempt.began = Instant::now();
    }
    Err(tries)
}

/// Connects to the first of `left` that answers; an address that is silent does not keep the next
/// from being tried. What failed goes to `tries`; what was not tried stays in `left`.
async fn race(
    shared: &Shared,
    attempt: &mut Try<'_>,
    left: &mut Vec<SocketAddr>,
    tries: &mut Vec<Attempt>,
) -> Option<(SocketAddr, tokio::net::TcpStream)> {
    use futures_util::stream::{FuturesUnordered, StreamExt};
    let mut running = FuturesUnordered::new();
    // Those that have been begun and have not answered.
    let mut open = Vec::new();
    loop {
        if !left.is_empty() {
            let address = left.remove(0);
            open.push(address);
            let sources = attempt.target.sources_for(shared, address.ip());
            running.push(async move {
                (address, dial::connect(address, sources, CONNECT_TIMEOUT).await)
            });
        }
        let more = !left.is_empty();
        let finished = tokio::select! {
            biased;
            finished = running.next() => finished,
            () = tokio::time::sleep(STAGGER), if more => continue,
        };
        match finished {
            Some((address, Ok(stream))) => {
                // The others may still be good, should this one refuse service; but they are slower, and
                // the next connection does not wait for them.
                open.retain(|other| *other != address);
                open.iter().for_each(|silent| shared.lame.note(*silent));
                left.splice(0..0, open);
                return Some((address, stream));
            }
            Some((address, Err(failure))) => {
                open.retain(|other| *other != address);
                if !is_about_source(&failure) {
                    shared.lame.note(address);
                }
                attempt.address = Some(address);
                tries.push(attempt.failed(Stage::Connect, failure));
                if running.is_empty() && left.is_empty() {
                    return None;
                }
            }
            None => return None,
        }
    }
}

fn at(stage: Stage) -> impl Fn(Failure) -> SessionFailure {
    move |failure| SessionFailure { stage, failure }
}

/// Greeting, EHLO, TLS as demanded, logging in.
async fn converse(
    expectation: &Expectation,
    name: &str,
    address: SocketAddr,
    stream: tokio::net::TcpStream,
    attempt: &mut Try<'_>,
) -> Result<Link, SessionFailure> {
    let (shared, target) = (attempt.shared, attempt.target);
    let demands = &expectation.demands;
    let mut connection = Connection::new(Box::new(stream) as Wire, Timeouts::default());
    connection.greeting().await?;
    let mut capabilities = connection.hello(&shared.hostname).await?;
    attempt.reached(Stage::Ehlo, || offered(&capabilities, name));
    let wants_tls = demands.need_encryption()
        || (capabilities.starttls && !shared.plain_only.contains(address));
    let mut tls = None;
    let mut found = Findings::plain(&Failure::TlsNotOffered);
    if wants_tls {
        if !capabilities.starttls {
            let failure = demand::without_tls(demands, Failure::TlsNotOffered);
            return Err(at(Stage::Starttls)(failure));
        }
        let encrypted = encrypt(connection, expectation, name, attempt).await;
        let session = encrypted.map_err(|mut failure| {
            if demands.need_encryption() {
                if demand::is_lack_of_tls(&failure.failure) {
                    failure.failure = demand::without_tls(demands, failure.failure);
                }
            } else {
                // It offers what it cannot do: the next attempt goes without.
                shared.plain_only.note(address);
            }
            failure
        })?;
        if let (Some(_), Some(facts)) = (&target.connector, &session.peer_certificate) {
            shared.paths.showed(&target.site, name, facts, shared.clock.now());
        }
        attempt.tls = Some(session.description.clone());
        tls = Some(session.description);
        found = session.findings;
        connection = Connection::new(Box::new(session.stream) as Wire, Timeouts::default());
        capabilities = connection.hello(&shared.hostname).await?;
    }
    let security = demand::settled(demands, &found).map_err(at(Stage::Tls))?;
    shared.weak_spots.note(&target.site, name, demands, &found);
    if let Some(credentials) = &target.credentials {
        // Never a password to somebody who may be anybody.
        if let (Err(reason), false) = (found.may_log_in(demands), address.ip().is_loopback()) {
            let reason = reason.map(Box::new);
            return Err(at(Stage::Auth)(Failure::CredentialsUnprotected { reason }));
        }
        log_in(&mut connection, &capabilities, credentials).await?;
        attempt.reached(Stage::Auth, || {
            Finding::good(Parts::of("test-logged-in").with("user", credentials.user.as_str()))
        });
    }
    Ok(Link {
        connection,
        capabilities,
        host: name.to_owned(),
        address,
        tls,
        security,
        standing: target.standing.clone(),
        uses: 0,
        chosen: (Host::Address(address.ip()), address.port()),
        _permits: [None, None],
    })
}

/// STARTTLS and the handshake.
async fn encrypt(
    connection: Connection<Wire>,
    expectation: &Expectation,
    name: &str,
    attempt: &Try<'_>,
) -> Result<TlsSession<Wire>, SessionFailure> {
    let (stream, _) = connection.starttls().await?;
    let handshake = attempt.shared.client_tls.handshake(stream, name, expectation);
    let session = tokio::time::timeout(HANDSHAKE_TIMEOUT, handshake)
        .await
        .unwrap_or_else(|_| {
            let detail = format!("no answer within {} s", HANDSHAKE_TIMEOUT.as_secs());
            Err(Failure::TlsHandshake { detail })
        })
        .map_err(at(Stage::Tls))?;
    attempt.reached(Stage::Tls, || encrypted(&session));
    Ok(session)
}

/// What a server says of itself.
fn offered(capabilities: &Capabilities, host: &str) -> Finding {
    let mut lines = capabilities.raw_lines.iter();
    let name = lines.next().map_or(host, String::as_str);
    let words: Vec<&str> = lines.map(String::as_str).collect();
    let text = match (capabilities.extended, words.is_empty()) {
        (false, _) => Parts::of("test-helo-only").with("name", name),
        (true, true) => Parts::of("test-offers-nothing").with("name", name),
        (true, false) => Parts::of("test-offers").with("name", name).with("extensions", words),
    };
    Finding { text: text.into(), is_doubtful: !capabilities.extended }
}

/// What was agreed on, and whose certificate was shown.
fn encrypted<S>(session: &TlsSession<S>) -> Finding {
    let mut text = Sentence::from(session.description.as_str());
    if let Some(certificate) = &session.peer_certificate {
        text = Parts::of("test-tls-certificate")
            .with("tls", text)
            .with("names", certificate.names.clone())
            .with("issuer", certificate.issuer.as_str())
            .with("until", certificate.not_after.to_string())
            .into();
    }
    if let Err(failure) = &session.verdict {
        let doubt = causeway_catalog::status::status(failure, Stage::Tls, Phase::Queued).text;
        text = Parts::of("test-tls-doubt").with("found", text).with("doubt", doubt).into();
    }
    Finding { text, is_doubtful: session.verdict.is_err() }
}

async fn log_in(
    connection: &mut Connection<Wire>,
    capabilities: &Capabilities,
    credentials: &Credentials,
) -> Result<(), SessionFailure> {
    if capabilities.auth.is_empty() {
        return Err(at(Stage::Auth)(Failure::AuthNotOffered));
    }
    let path = credentials.password_file.clone();
    let read = tokio::fs::read_to_string(&path).await.map_err(|error| {
        at(Stage::Auth)(Failure::CredentialsUnreadable {
            detail: format!("{}: {error}", path.display()),
        })
    })?;
    let password = read.lines().next().unwrap_or_default();
    connection.auth(&credentials.user, password).await?;
    Ok(())
}

/// Our own addresses for a connection to `peer`: those of the connector, where one is of its family, else those
/// of the machine. Those of the other family are not used.
pub(crate) fn sources_for<'a>(
    connector: &'a [IpAddr],
    shared: &'a Shared,
    peer: IpAddr,
) -> &'a [IpAddr] {
    let fits = connector.iter().any(|source| source.is_ipv4() == peer.is_ipv4());
    if fits { connector } else { &shared.sources }
}

/// Nothing was asked of the peer.
const fn is_about_source(failure: &Failure) -> bool {
    matches!(failure, Failure::SourceAddressUnusable { .. })
}

#[cfg(test)]
mod tests {
    use super::*;
    use causeway_model::Timestamp;

    fn failed(stage: Stage, failure: Failure) -> Attempt {
        Attempt::new(Timestamp::from_millis(0), "x", stage, Outcome::Failure(failure))
    }

    #[test]
    fn the_try_that_got_furthest_speaks_for_all() {
        let unreachable =
            failed(Stage::Connect, Failure::Unreachable { detail: "no route".into() });
        let refused = failed(Stage::Connect, Failure::ConnectionRefused);
        let no_tls = failed(Stage::Starttls, Failure::TlsNotOffered);
        let (source, detail) = ([192, 0, 2, 1].into(), String::new());
        let source = failed(Stage::Connect, Failure::SourceAddressUnusable { source, detail });
        let (best, _) = most_telling(vec![unreachable.clone(), refused.clone(), source.clone()]);
        assert_eq!(best, Some(source.clone()), "certain, and ours");
        assert_eq!(most_telling(vec![source, no_tls.clone()]).0, Some(no_tls.clone()));
        let (best, others) = most_telling(vec![unreachable.clone(), refused.clone()]);
        assert_eq!((best, others), (Some(refused.clone()), vec![unreachable.clone()]));
        let (best, _) = most_telling(vec![refused, no_tls.clone(), unreachable]);
        assert_eq!(best, Some(no_tls));
        assert_eq!(most_telling(Vec::new()).0, None);
    }
}
