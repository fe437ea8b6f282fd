//! Listening sockets of the protocols for mail, and the loop that accepts connections.
//!
//! The loop never ends by an error: what concerns one connection is passed over, and when the system
//! has no more file descriptors it rests until sessions that end make room.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use causeway_model::config::Listener;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tracing::{info, warn};

use crate::doorkeeper::{Admission, Doorkeeper, Shut};

/// Connections that may wait for us to accept them.
const BACKLOG: u32 = 1024;

/// How long the loop rests when the system has no more file descriptors.
const REST: Duration = Duration::from_millis(100);

/// A bound socket, not yet accepting.
pub struct Listening {
    listener: Arc<Listener>,
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

    /// What the configuration says about it.
    #[must_use]
    pub const fn listener(&self) -> &Arc<Listener> {
        &self.listener
    }

    /// Accepts connections until `shutdown`. Each goes to `admitted` with its place at the
    /// [`Doorkeeper`]'s, or to `refused`; both must return at once.
    pub async fn accept(
        self,
        keeper: Arc<Doorkeeper>,
        shutdown: impl Future<Output = ()>,
        mut admitted: impl FnMut(TcpStream, SocketAddr, Admission),
        mut refused: impl FnMut(TcpStream, Shut),
    ) {
        let Self { listener, socket } = self;
        let mut resting = false;
        tokio::pin!(shutdown);
        loop {
            let accepted = tokio::select! {
                biased;
                () = &mut shutdown => break,
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
                        warn!(listener = %listener.name, %error, "cannot accept connections now");
                    }
                    resting = true;
                    tokio::time::sleep(REST).await;
                    continue;
                }
            };
            resting = false;
            let _ = stream.set_nodelay(true);
            match keeper.admit(peer.ip()) {
                Ok(admission) => admitted(stream, peer, admission),
                Err(shut) => {
                    info!(client = %peer.ip(), ?shut, "connection not taken");
                    refused(stream, shut);
                }
            }
        }
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
    Ok(Listening { listener: Arc::new(listener.clone()), socket: socket.listen(BACKLOG)? })
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
