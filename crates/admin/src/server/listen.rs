//! Who may connect, and how connections are served.
//!
//! The socket: mode 0600, and the kernel's word about the peer's user is checked on every
//! connection; anybody but root and our own user gets a 403 to whatever is asked. TCP: with TLS, or on a
//! loopback address; everything to requests with a token ([`super::token`]), health to a `Host` that is
//! this machine (a web page whose name was rebound to 127.0.0.1 is refused), and the settings for mail
//! programs, which are no secret, to anybody.
//!
//! Connections are bounded in number, a header must be complete after 10 seconds, and a stopping
//! server lets answers finish for 5 seconds.

use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{ConnectInfo, Request};
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Router};
use causeway_net::tls::server::ServerTls;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream, UnixListener};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;

use super::Api;
use super::author::Author;
use super::error::ApiError;

/// Connections at once to the socket.
const SOCKET_CONNECTIONS: usize = 128;
/// Connections at once to a TCP listener.
const TCP_CONNECTIONS: usize = 64;
/// How long a request's header may take.
const HEADER_TIMEOUT: Duration = Duration::from_secs(10);
/// How long answers may take once the server stops.
const DRAIN_TIME: Duration = Duration::from_secs(5);

/// Why the API cannot be offered.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// A TCP address that others can reach, without TLS.
    #[error(
        "the admin listener {address} can be reached from other machines and has tls = false: tokens \
         would cross the network in clear text; remove that line, or use a loopback address \
         (127.0.0.1:{port}) in causeway.toml", port = address.port()
    )]
    WithoutTls {
        /// The address.
        address: SocketAddr,
    },
    /// Another server answers on the socket.
    #[error("another causeway answers on {}; stop it first, or use another data_dir", path.display())]
    InUse {
        /// The socket.
        path: PathBuf,
    },
    /// Something that is no socket has the socket's name.
    #[error("{} is in the way: it is not a socket; move it away", path.display())]
    NotASocket {
        /// The path.
        path: PathBuf,
    },
    /// The system said no.
    #[error("the API cannot be offered on {place}: {source}")]
    Io {
        /// Path or address.
        place: String,
        /// The system's words.
        source: io::Error,
    },
}

/// The API's unix socket. Removed from the file system when dropped.
#[derive(Debug)]
pub struct SocketListener {
    listener: UnixListener,
    path: PathBuf,
}

impl SocketListener {
    /// Makes the socket with mode 0600. A socket left behind by a server that is gone is replaced.
    /// Must be called inside a tokio runtime.
    ///
    /// # Errors
    /// [`ListenError`]; a path over 107 octets is the system's limit and comes as `Io`.
    pub fn bind(path: &Path) -> Result<Self, ListenError> {
        let failed = |source| ListenError::Io { place: path.display().to_string(), source };
        clear_the_way(path)?;
        // Made under another name and moved into place once its mode is right: at no moment can
        // another user open it.
        let mut temporary = path.as_os_str().to_owned();
        temporary.push("~");
        let temporary = PathBuf::from(temporary);
        match std::fs::remove_file(&temporary) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
            _ => {}
        }
        let listener = UnixListener::bind(&temporary).map_err(failed)?;
        let into_place = || {
            std::fs::set_permissions(&temporary, std::fs::Permissions::from_mode(0o600))?;
            std::fs::rename(&temporary, path)
        };
        into_place().map_err(failed)?;
        Ok(Self { listener, path: path.to_owned() })
    }

    /// Serves every route until `shutdown` completes.
    pub async fn serve(self, api: Api, shutdown: impl Future<Output = ()> + Send) {
        let routes = api.router();
        let own = rustix::process::geteuid().as_raw();
        let mut server = Connections::new(SOCKET_CONNECTIONS);
        tokio::pin!(shutdown);
        loop {
            let permit = tokio::select! {
                () = &mut shutdown => break,
                permit = server.permit() => permit,
            };
            let accepted = tokio::select! {
                () = &mut shutdown => break,
                accepted = self.listener.accept() => accepted,
            };
            match accepted {
                Ok((stream, _)) => {
                    let peer = stream.peer_cred().ok();
                    let routes = match &peer {
                        Some(peer) if may_administer(peer.uid(), own) => {
                            routes.clone().layer(Extension(Author::of(peer)))
                        }
                        _ => {
                            let peer = peer.map(|credentials| credentials.uid());
                            tracing::warn!(?peer, "a user without the right to asked the API");
                            Router::new().fallback(forbidden)
                        }
                    };
                    server.serve(std::future::ready(Ok(stream)), routes, permit);
                }
                Err(error) => pause_after(&error).await,
            }
        }
        server.drain().await;
    }
}

impl Drop for SocketListener {
    fn drop(&mut self) {
        // Nothing to be done about a failure; the next start clears it away.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Makes sure that nothing, or only a dead socket, has the name.
fn clear_the_way(path: &Path) -> Result<(), ListenError> {
    let Ok(found) = std::fs::symlink_metadata(path) else {
        return Ok(());
    };
    if !found.file_type().is_socket() {
        return Err(ListenError::NotASocket { path: path.to_owned() });
    }
    match std::os::unix::net::UnixStream::connect(path) {
        Ok(_) => Err(ListenError::InUse { path: path.to_owned() }),
        // Dead, or not ours to ask: moving the new one over it shows which.
        Err(_) => Ok(()),
    }
}

/// Root and the server's own user.
const fn may_administer(peer: u32, own: u32) -> bool {
    peer == 0 || peer == own
}

async fn forbidden() -> ApiError {
    ApiError::new(
        StatusCode::FORBIDDEN,
        "only root and the server's own user may use the API",
        "run the command as one of them (with sudo, say)",
    )
}

/// An admin listener: a TCP address, with TLS wherever others can reach it.
pub struct TcpApiListener {
    listener: TcpListener,
    tls: Option<ServerTls>,
}

impl TcpApiListener {
    /// Refuses an address that others can reach without TLS: for `causeway check` and before binding.
    ///
    /// # Errors
    /// [`ListenError::WithoutTls`].
    pub fn check(address: SocketAddr, has_tls: bool) -> Result<(), ListenError> {
        if has_tls || address.ip().to_canonical().is_loopback() {
            Ok(())
        } else {
            Err(ListenError::WithoutTls { address })
        }
    }

    /// Binds an address.
    ///
    /// # Errors
    /// [`ListenError::WithoutTls`] before anything is bound; [`ListenError::Io`].
    pub async fn bind(address: SocketAddr, tls: Option<ServerTls>) -> Result<Self, ListenError> {
        Self::check(address, tls.is_some())?;
        let listener = TcpListener::bind(address)
            .await
            .map_err(|source| ListenError::Io { place: address.to_string(), source })?;
        Ok(Self { listener, tls })
    }

    /// The address that was bound, for port 0.
    ///
    /// # Errors
    /// The system's.
    pub fn local_address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves until `shutdown` completes: everything to requests with a token, health and the settings for
    /// mail programs to others.
    pub async fn serve(self, api: Api, shutdown: impl Future<Output = ()> + Send) {
        let routes = api.public_router();
        let mut server = Connections::new(TCP_CONNECTIONS);
        tokio::pin!(shutdown);
        loop {
            let permit = tokio::select! {
                () = &mut shutdown => break,
                permit = server.permit() => permit,
            };
            let accepted = tokio::select! {
                () = &mut shutdown => break,
                accepted = self.listener.accept() => accepted,
            };
            match (accepted, &self.tls) {
                (Ok((stream, client)), None) => {
                    let routes = routes.clone().layer(Extension(ConnectInfo(client)));
                    server.serve(std::future::ready(Ok(stream)), routes, permit);
                }
                (Ok((stream, client)), Some(tls)) => {
                    let routes = routes.clone().layer(Extension(ConnectInfo(client)));
                    server.serve(encrypted(tls.clone(), stream), routes, permit);
                }
                (Err(error), _) => pause_after(&error).await,
            }
        }
        server.drain().await;
    }
}

impl std::fmt::Debug for TcpApiListener {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let tls = self.tls.is_some();
        f.debug_struct("TcpApiListener")
            .field("listener", &self.listener)
            .field("tls", &tls)
            .finish()
    }
}

/// Our half of the handshake, within the time that a header may take.
async fn encrypted(
    tls: ServerTls,
    stream: TcpStream,
) -> io::Result<impl AsyncRead + AsyncWrite + Unpin + Send + 'static> {
    let session = tokio::time::timeout(HEADER_TIMEOUT, tls.handshake(stream)).await??;
    Ok(session.stream)
}

/// A failed accept is usually the want of file descriptors: waiting lets others give some back.
async fn pause_after(error: &io::Error) {
    tracing::warn!(%error, "the API could not take a connection");
    tokio::time::sleep(Duration::from_secs(1)).await;
}

/// Only requests that were sent to this machine by name or address.
pub(super) async fn only_this_machine(request: Request, next: Next) -> Response {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    if host.is_some_and(names_this_machine) {
        return next.run(request).await;
    }
    ApiError::new(
        StatusCode::MISDIRECTED_REQUEST,
        "the request was not sent to this machine's own name",
        "use localhost or a loopback address in the URL",
    )
    .into_response()
}

/// A `Host` without its port.
pub(super) fn host_name(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    }
}

/// `localhost`, `127.0.0.1:8025`, `[::1]:8025` and the like.
pub(super) fn names_this_machine(host: &str) -> bool {
    let name = host_name(host);
    let literal = name.strip_prefix('[').and_then(|n| n.strip_suffix(']')).unwrap_or(name);
    name.eq_ignore_ascii_case("localhost")
        || literal.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// The connections of one listener.
struct Connections {
    tasks: JoinSet<()>,
    permits: Arc<Semaphore>,
    /// Turns true when the server stops.
    stop: watch::Sender<bool>,
}

impl Connections {
    fn new(limit: usize) -> Self {
        let (stop, _) = watch::channel(false);
        Self { tasks: JoinSet::new(), permits: Arc::new(Semaphore::new(limit)), stop }
    }

    /// The right to one more connection. `None` never happens: the semaphore is not closed.
    async fn permit(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.permits).acquire_owned().await.ok()
    }

    fn serve<S>(
        &mut self,
        opening: impl Future<Output = io::Result<S>> + Send + 'static,
        routes: Router,
        permit: Option<OwnedSemaphorePermit>,
    ) where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        while self.tasks.try_join_next().is_some() {}
        let mut stop = self.stop.subscribe();
        self.tasks.spawn(async move {
            let stream = match opening.await {
                Ok(stream) => stream,
                Err(error) => {
                    return tracing::debug!(%error, "no TLS came about on an admin listener");
                }
            };
            let connection = hyper::server::conn::http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(HEADER_TIMEOUT)
                .max_buf_size(64 * 1024)
                .serve_connection(TokioIo::new(stream), TowerToHyperService::new(routes));
            tokio::pin!(connection);
            // Also true when the listener is gone without a word.
            let stopped = async move { drop(stop.wait_for(|stop| *stop).await) };
            let ended = tokio::select! {
                ended = connection.as_mut() => ended,
                () = stopped => {
                    connection.as_mut().graceful_shutdown();
                    connection.await
                }
            };
            if let Err(error) = ended {
                tracing::debug!(%error, "an API connection ended badly");
            }
            drop(permit);
        });
    }

    async fn drain(mut self) {
        let _ = self.stop.send(true);
        let all = async { while self.tasks.join_next().await.is_some() {} };
        let _ = tokio::time::timeout(DRAIN_TIME, all).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_root_and_the_server_itself_administer() {
        assert!(may_administer(0, 1000));
        assert!(may_administer(1000, 1000));
        assert!(!may_administer(1001, 1000));
        assert!(!may_administer(1001, 0));
    }

    #[test]
    fn an_address_that_others_reach_is_refused_without_tls() {
        let check = |address: &str, tls| TcpApiListener::check(address.parse().unwrap(), tls);
        for good in ["127.0.0.1:8025", "127.8.8.8:1", "[::1]:8025", "[::ffff:127.0.0.1]:8025"] {
            assert!(check(good, false).is_ok(), "{good}");
        }
        for bad in ["0.0.0.0:8025", "[::]:8025", "192.0.2.1:8025", "[::ffff:192.0.2.1]:1"] {
            assert!(matches!(check(bad, false), Err(ListenError::WithoutTls { .. })), "{bad}");
            assert!(check(bad, true).is_ok(), "{bad}");
        }
    }

    #[test]
    fn rebound_names_are_not_this_machine() {
        for good in ["localhost", "LOCALHOST:8025", "127.0.0.1", "127.0.0.1:8025", "[::1]:8025"] {
            assert!(names_this_machine(good), "{good}");
        }
        for bad in [
            "",
            "evil.example",
            "evil.example:8025",
            "127.0.0.1.evil.example",
            "192.0.2.1",
            "a:b:c",
        ] {
            assert!(!names_this_machine(bad), "{bad}");
        }
    }
}
