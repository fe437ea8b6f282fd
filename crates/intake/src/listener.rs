//! Accepting connections: the listeners, and how many sessions there may be.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use causeway_model::config::Listener;
use parking_lot::Mutex;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{info, warn};

use crate::context::Context;
use crate::{replies, session};

/// Connections that may wait for us to accept them.
const BACKLOG: u32 = 1024;

/// How long the listener rests when the system has no more file descriptors.
const REST: Duration = Duration::from_millis(100);

/// A bound socket, not yet accepting.
pub struct Listening {
    name: Arc<str>,
    socket: TcpListener,
}

impl Listening {
    /// Where it is bound (the port is real where the configuration said 0).
    ///
    /// # Errors
    /// The system's.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }
}

/// Binds a listener's address.
///
/// # Errors
/// The system's: in use, not permitted (ports below 1024), not an address of this machine.
pub fn bind(listener: &Listener) -> io::Result<Listening> {
    let socket = match listener.address {
        SocketAddr::V4(_) => TcpSocket::new_v4()?,
        SocketAddr::V6(_) => TcpSocket::new_v6()?,
    };
    socket.set_reuseaddr(true)?;
    socket.bind(listener.address)?;
    Ok(Listening { name: listener.name.as_str().into(), socket: socket.listen(BACKLOG)? })
}

/// Counts sessions, in all and by client. Shared by all listeners.
pub struct Doorkeeper {
    open: AtomicUsize,
    by_client: Mutex<HashMap<IpAddr, usize>>,
    limit: usize,
    limit_per_client: usize,
}

/// Why a connection is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shut {
    Full,
    FullForYou,
}

impl Doorkeeper {
    /// With the limits of the configuration.
    #[must_use]
    pub fn new(limit: usize, limit_per_client: usize) -> Self {
        Self { open: AtomicUsize::new(0), by_client: Mutex::default(), limit, limit_per_client }
    }

    /// Sessions now.
    #[must_use]
    pub fn open(&self) -> usize {
        self.open.load(Ordering::Relaxed)
    }

    fn admit(self: &Arc<Self>, client: IpAddr) -> Result<Admission, Shut> {
        let client = counted_as(client);
        if self.open.fetch_add(1, Ordering::Relaxed) >= self.limit {
            self.open.fetch_sub(1, Ordering::Relaxed);
            return Err(Shut::Full);
        }
        let mut by_client = self.by_client.lock();
        let count = by_client.entry(client).or_insert(0);
        if *count >= self.limit_per_client {
            self.open.fetch_sub(1, Ordering::Relaxed);
            return Err(Shut::FullForYou);
        }
        *count += 1;
        drop(by_client);
        Ok(Admission { keeper: Arc::clone(self), client })
    }
}

/// The address that connections are counted under: one customer of IPv6 has a whole /64.
fn counted_as(client: IpAddr) -> IpAddr {
    match client.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from(u128::from(v6) & (u128::MAX << 64))),
        v4 => v4,
    }
}

/// The right to one session; given back when dropped.
struct Admission {
    keeper: Arc<Doorkeeper>,
    client: IpAddr,
}

impl Drop for Admission {
    fn drop(&mut self) {
        self.keeper.open.fetch_sub(1, Ordering::Relaxed);
        let mut by_client = self.keeper.by_client.lock();
        if let Some(count) = by_client.get_mut(&self.client) {
            *count -= 1;
            if *count == 0 {
                by_client.remove(&self.client);
            }
        }
    }
}

/// Accepts connections until `shutdown`; each becomes a task of `sessions`.
pub async fn serve(
    listening: Listening,
    context: Arc<Context>,
    keeper: Arc<Doorkeeper>,
    sessions: TaskTracker,
    shutdown: CancellationToken,
) {
    let Listening { name, socket } = listening;
    let mut resting = false;
    loop {
        let accepted = tokio::select! {
            biased;
            () = shutdown.cancelled() => break,
            accepted = socket.accept() => accepted,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                if is_about_one_connection(&error) {
                    continue;
                }
                // Out of descriptors or memory: sessions that end make room.
                if !resting {
                    warn!(listener = %name, %error, "cannot accept connections now");
                }
                resting = true;
                tokio::time::sleep(REST).await;
                continue;
            }
        };
        resting = false;
        let _ = stream.set_nodelay(true);
        match keeper.admit(peer.ip()) {
            Ok(admission) => {
                let run = session::run(
                    Arc::clone(&context),
                    Arc::clone(&name),
                    stream,
                    peer,
                    shutdown.clone(),
                );
                sessions.spawn(async move {
                    run.await;
                    drop(admission);
                });
            }
            Err(shut) => {
                info!(client = %peer.ip(), ?shut, "connection not taken");
                sessions.spawn(turn_away(stream, Arc::clone(&context), shut));
            }
        }
    }
}

/// Tells a client why not, without waiting for it.
async fn turn_away(mut stream: TcpStream, context: Arc<Context>, shut: Shut) {
    let reply = match shut {
        Shut::Full => replies::busy(&context.hostname),
        Shut::FullForYou => {
            replies::busy_with_you(&context.hostname, context.limits.max_connections_per_address)
        }
    };
    let mut out = bytes::BytesMut::new();
    causeway_smtp::reply::write_reply(&mut out, &reply);
    let _ = tokio::time::timeout(Duration::from_secs(5), stream.write_all(&out)).await;
}

fn is_about_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionRefused
            | io::ErrorKind::Interrupted
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_client_cannot_take_all_places() {
        let keeper = Arc::new(Doorkeeper::new(3, 2));
        let a: IpAddr = "2001:db8::1".parse().unwrap();
        let same_site: IpAddr = "2001:db8::ffff:1".parse().unwrap();
        let other: IpAddr = "192.0.2.1".parse().unwrap();
        let first = keeper.admit(a).ok().unwrap();
        let _second = keeper.admit(same_site).ok().unwrap();
        assert_eq!(keeper.admit(a).err(), Some(Shut::FullForYou));
        let _third = keeper.admit(other).ok().unwrap();
        assert_eq!(keeper.admit("192.0.2.2".parse().unwrap()).err(), Some(Shut::Full));
        drop(first);
        assert!(keeper.admit(a).is_ok());
        assert_eq!(keeper.open(), 2);
    }
}
