//! Whom to ask, in which order, and for how long.
//!
//! Each server has a client of its own, so that a failure can be laid at its door. A question
//! goes to one server at a time: up to [`MOST_ATTEMPTS`] different ones, or twice to a single
//! one; each attempt has an equal share of the time that is left. An error answered by a server
//! is not asked for again there. The server that answered last is asked first the next time.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use causeway_model::Failure;
use hickory_resolver::TokioResolver;
use hickory_resolver::config::{
    ConnectionConfig, NameServerConfig, ProtocolConfig, ResolveHosts, ResolverConfig,
};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::net::{DnsError, NetError};
use hickory_resolver::proto::op::ResponseCode;
use hickory_resolver::proto::rr::{Name, RecordType};
use tokio::time::Instant;

use super::ResolverError;
use super::records::{Answer, LONGEST_NEGATIVE, LONGEST_POSITIVE};

/// Questions to one server at once.
const MOST_AT_ONCE: usize = 2048;
/// Attempts for one question at most.
const MOST_ATTEMPTS: usize = 3;

#[derive(Debug)]
pub(super) struct Servers {
    /// Never empty.
    clients: Vec<(SocketAddr, TokioResolver)>,
    /// For one question, all attempts together.
    timeout: Duration,
    /// Index of the server to start with.
    first: AtomicUsize,
}

/// Why one server's attempt brought no answer.
#[derive(Debug)]
pub(super) enum Miss {
    /// It answered with this error.
    Code(String),
    /// It did not answer.
    Silence,
}

impl Servers {
    pub(super) fn configured(
        servers: &[SocketAddr],
        timeout: Duration,
    ) -> Result<Self, ResolverError> {
        Self::build(servers, timeout, ResolveHosts::Never, true)
    }

    /// The servers of /etc/resolv.conf (as in the C library: the one on this machine when there
    /// is none), with the hosts file.
    pub(super) fn system(timeout: Duration) -> Result<Self, ResolverError> {
        let mut servers = Vec::new();
        match hickory_resolver::system_conf::read_system_conf() {
            Ok((config, _)) => {
                for server in config.name_servers() {
                    let port = server
                        .connections
                        .iter()
                        .find(|c| c.protocol == ProtocolConfig::Udp)
                        .map_or(53, |c| c.port);
                    servers.push(SocketAddr::new(server.ip, port));
                }
            }
            Err(NetError::Io(error)) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => {
                return Err(ResolverError::SystemConfiguration { detail: error.to_string() });
            }
        }
        if servers.is_empty() {
            servers.push(SocketAddr::from(([127, 0, 0, 1], 53)));
        }
        Self::build(&servers, timeout, ResolveHosts::Always, true)
    }

    pub(super) fn direct(server: SocketAddr, timeout: Duration) -> Result<Self, ResolverError> {
        Self::build(&[server], timeout, ResolveHosts::Never, false)
    }

    fn build(
        servers: &[SocketAddr],
        timeout: Duration,
        hosts: ResolveHosts,
        recursion: bool,
    ) -> Result<Self, ResolverError> {
        let clients = servers
            .iter()
            .map(|&server| {
                client(server, timeout, hosts, recursion)
                    .map(|client| (server, client))
                    .map_err(|error| ResolverError::Server { server, detail: error.to_string() })
            })
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Self { clients, timeout, first: AtomicUsize::new(0) })
    }

    pub(super) fn addresses(&self) -> Vec<SocketAddr> {
        self.clients.iter().map(|(address, _)| *address).collect()
    }

    /// A client for each server, in their configured order.
    pub(super) fn clients(&self) -> impl Iterator<Item = &TokioResolver> {
        self.clients.iter().map(|(_, client)| client)
    }

    /// The first answer that a server gives. "No such name" and "no such record" are answers.
    ///
    /// # Errors
    /// [`Failure::DnsServerFailure`] when any server answered with an error,
    /// [`Failure::DnsTimeout`] when none answered.
    pub(super) async fn ask(
        &self,
        text: &str,
        name: Name,
        record_type: RecordType,
    ) -> Result<Answer, Failure> {
        let count = self.clients.len();
        let attempts = if count == 1 { 2 } else { count.min(MOST_ATTEMPTS) };
        let deadline = Instant::now() + self.timeout;
        let first = self.first.load(Ordering::Relaxed);
        let mut failed: Option<(String, SocketAddr)> = None;
        for attempt in 0..attempts {
            let index = (first + attempt) % count;
            let (server, client) = &self.clients[index];
            if failed.as_ref().is_some_and(|(_, who)| who == server) {
                break;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            let share = left / u32::try_from(attempts - attempt).unwrap_or(1);
            match ask_one(client, name.clone(), record_type, share).await {
                Ok(answer) => {
                    self.first.store(index, Ordering::Relaxed);
                    return Ok(answer);
                }
                Err(miss) => {
                    self.first.store((index + 1) % count, Ordering::Relaxed);
                    if let Miss::Code(code) = miss {
                        failed = Some((code, *server));
                    }
                }
            }
        }
        Err(failure_of(text, failed, self.timeout))
    }
}

/// A client that asks one server, over UDP and over TCP when the answer was cut off.
fn client(
    server: SocketAddr,
    timeout: Duration,
    hosts: ResolveHosts,
    recursion: bool,
) -> Result<TokioResolver, NetError> {
    let connections = [ProtocolConfig::Udp, ProtocolConfig::Tcp].map(|protocol| {
        let mut connection = ConnectionConfig::new(protocol);
        connection.port = server.port();
        connection
    });
    let config = ResolverConfig::from_name_servers(vec![NameServerConfig::new(
        server.ip(),
        true,
        connections.into(),
    )]);
    let mut builder = TokioResolver::builder_with_config(config, TokioRuntimeProvider::default());
    let options = builder.options_mut();
    options.timeout = timeout;
    options.attempts = 0;
    // As many questions at once as there are domains in a full queue; the default of 32 would
    // make the others look unanswered.
    options.max_active_requests = MOST_AT_ONCE;
    options.cache_size = 0;
    options.num_concurrent_reqs = 1;
    options.use_hosts_file = hosts;
    options.recursion_desired = recursion;
    builder.build()
}

async fn ask_one(
    client: &TokioResolver,
    name: Name,
    record_type: RecordType,
    share: Duration,
) -> Result<Answer, Miss> {
    let result = match tokio::time::timeout(share, client.lookup(name, record_type)).await {
        Err(_) => return Err(Miss::Silence),
        Ok(result) => result,
    };
    let now = Instant::now();
    match result {
        Ok(lookup) => {
            let records = lookup.answers().to_vec();
            let ttl = records.iter().map(|record| record.ttl).min().unwrap_or(0);
            let lifetime = Duration::from_secs(ttl.into()).min(LONGEST_POSITIVE);
            Ok(Answer { records, name_exists: true, expires: now + lifetime, authentic: false })
        }
        Err(NetError::Dns(DnsError::NoRecordsFound(none))) => {
            let name_exists = match none.response_code {
                ResponseCode::NXDomain => false,
                ResponseCode::NoError => true,
                other => return Err(Miss::Code(code_text(other))),
            };
            let ttl = Duration::from_secs(none.negative_ttl.unwrap_or(0).into());
            let expires = now + ttl.min(LONGEST_NEGATIVE);
            Ok(Answer { records: Vec::new(), name_exists, expires, authentic: false })
        }
        Err(NetError::Dns(DnsError::ResponseCode(code))) => Err(Miss::Code(code_text(code))),
        Err(NetError::Timeout | NetError::Busy) => Err(Miss::Silence),
        Err(NetError::Io(error)) => Err(Miss::Code(format!("unreachable: {error}"))),
        Err(NetError::NoConnections) => Err(Miss::Code("unreachable".into())),
        Err(error) => Err(Miss::Code(format!("unusable answer: {error}"))),
    }
}

/// The failure when no server gave an answer; `failed` is one that answered with an error.
pub(super) fn failure_of(
    name: &str,
    failed: Option<(String, SocketAddr)>,
    timeout: Duration,
) -> Failure {
    let name = name.to_owned();
    match failed {
        Some((code, server)) => Failure::DnsServerFailure { name, code, server: Some(server) },
        None => Failure::DnsTimeout {
            name,
            after_ms: u64::try_from(timeout.as_millis()).unwrap_or(u64::MAX),
        },
    }
}

/// The name of a response code as administrators and `dig` write it.
pub(super) fn code_text(code: ResponseCode) -> String {
    match code {
        ResponseCode::ServFail => "SERVFAIL".into(),
        ResponseCode::Refused => "REFUSED".into(),
        ResponseCode::FormErr => "FORMERR".into(),
        ResponseCode::NotImp => "NOTIMP".into(),
        ResponseCode::NotAuth => "NOTAUTH".into(),
        ResponseCode::NotZone => "NOTZONE".into(),
        ResponseCode::NXDomain => "NXDOMAIN".into(),
        other => format!("RCODE {}", u16::from(other)),
    }
}
