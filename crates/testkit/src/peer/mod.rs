//! An SMTP server that follows a script, right or wrong, and records what it is given.
//!
//! By default it accepts everything. [`Behaviour`] says what else it does; it can be changed while
//! the peer runs, also for connections that are open.
//!
//! ```
//! use causeway_testkit::{Behaviour, Fault, Point, ScriptedPeer};
//! let peer = ScriptedPeer::start(
//!     Behaviour::new().recipient("carol@partner.test", ["451 4.2.1 later", "250 2.1.5 fine"]),
//! );
//! peer.change(Behaviour::new().fault(Point::Content, Fault::Close));
//! assert!(peer.messages().is_empty());
//! ```
//!
//! **Read in this order:** `behaviour` (the script), `record` (what is kept), `session` (the
//! dialogue) over `wire`, this file (starting, waiting, stopping).

mod behaviour;
mod record;
mod session;
mod wire;

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener as StdTcpListener};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, mpsc as std_mpsc};
use std::time::{Duration, Instant};

use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::{Notify, mpsc};

use crate::background::Background;
use crate::lab::namespace::stays_here;

pub use behaviour::{Behaviour, Fault, Point};
pub use record::{Command, Record, SentRecipient, Transaction};

/// How long the `wait_…` functions wait before they give the test up.
const PATIENCE: Duration = Duration::from_secs(20);

/// The server. Stops when dropped.
#[derive(Debug)]
pub struct ScriptedPeer {
    address: SocketAddr,
    shared: Arc<Shared>,
    control: mpsc::Sender<Control>,
    _background: Background,
}

#[derive(Debug)]
struct Shared {
    behaviour: Mutex<Arc<Behaviour>>,
    /// How often each list of replies was used; starts anew when the behaviour changes.
    uses: Mutex<HashMap<String, usize>>,
    record: Mutex<Record>,
    recorded: Condvar,
    connections: AtomicU64,
    /// The sessions that are open are to end.
    hang_up: Notify,
}

enum Control {
    /// Listen or refuse; answered when done.
    Listen(bool, std_mpsc::SyncSender<()>),
}

impl ScriptedPeer {
    /// Starts a peer on a port of 127.0.0.1.
    #[must_use]
    pub fn start(behaviour: Behaviour) -> Self {
        Self::start_at(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), behaviour)
    }

    /// Starts a peer at this address; port 0 lets the system choose. Several MX hosts with one
    /// port are several addresses of 127.0.0.0/8.
    ///
    /// # Panics
    /// When the address is in use or not on loopback.
    #[must_use]
    pub fn start_at(address: SocketAddr, behaviour: Behaviour) -> Self {
        assert!(stays_here(address.ip()), "test peers listen on this machine only");
        let listener = StdTcpListener::bind(address).expect("a port on loopback");
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            behaviour: Mutex::new(Arc::new(behaviour)),
            uses: Mutex::new(HashMap::new()),
            record: Mutex::new(Record::default()),
            recorded: Condvar::new(),
            connections: AtomicU64::new(0),
            hang_up: Notify::new(),
        });
        let (control, commands) = mpsc::channel(1);
        let serving = Arc::clone(&shared);
        let background = Background::spawn("scripted-peer", move || async move {
            let listener = TcpListener::from_std(listener).unwrap();
            serve(listener, address, serving, commands).await;
        });
        Self { address, shared, control, _background: background }
    }

    /// A peer whose port is reserved and refuses connections, until [`Self::listen`] is called. It
    /// has a loopback address of its own: on 127.0.0.1 the port could go to somebody's outgoing
    /// connection in the moment between listening and reserving.
    ///
    /// # Panics
    /// When no port is free.
    #[must_use]
    pub fn refusing() -> Self {
        use std::hash::{BuildHasher, RandomState};
        let [a, b, ..] = RandomState::new().hash_one(std::process::id()).to_le_bytes();
        let own = Ipv4Addr::new(127, 1, a, b.clamp(1, 254));
        let peer = Self::start_at(SocketAddr::from((own, 0)), Behaviour::new());
        peer.refuse();
        peer
    }

    /// Where it listens (or would listen).
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its IP address.
    #[must_use]
    pub fn ip(&self) -> IpAddr {
        self.address.ip()
    }

    /// Its port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Follows another script from the next command on; lists of replies start from their first.
    pub fn change(&self, behaviour: Behaviour) {
        *lock(&self.shared.behaviour) = Arc::new(behaviour);
        lock(&self.shared.uses).clear();
    }

    /// Refuses new connections from now on. The port stays reserved.
    pub fn refuse(&self) {
        self.set_listening(false);
    }

    /// Listens again.
    pub fn listen(&self) {
        self.set_listening(true);
    }

    /// Closes every connection that is open, and waits until they are.
    pub fn hang_up(&self) {
        self.shared.hang_up.notify_waiters();
        self.shared.wait_until(|record| record.open == 0);
    }

    fn set_listening(&self, listen: bool) {
        let (done, is_done) = std_mpsc::sync_channel(1);
        assert!(self.control.try_send(Control::Listen(listen, done)).is_ok(), "the peer runs");
        is_done.recv_timeout(PATIENCE).expect("the peer obeys");
    }

    /// The messages it has accepted, in order.
    #[must_use]
    pub fn messages(&self) -> Vec<Transaction> {
        lock(&self.shared.record).messages.clone()
    }

    /// Every command line it was given, in order, without line end; content is not in it.
    #[must_use]
    pub fn commands(&self) -> Vec<Command> {
        lock(&self.shared.record).commands.clone()
    }

    /// The verbs it was given on one connection (counted from 1), in order: `EHLO`, `MAIL`, ….
    #[must_use]
    pub fn verbs(&self, connection: u64) -> Vec<String> {
        self.commands().iter().filter(|c| c.connection == connection).map(Command::verb).collect()
    }

    /// How many connections were made to it.
    #[must_use]
    pub fn connections(&self) -> u64 {
        lock(&self.shared.record).connections
    }

    /// How many connections are open.
    #[must_use]
    pub fn open_connections(&self) -> u64 {
        lock(&self.shared.record).open
    }

    /// The most connections that were open at once.
    #[must_use]
    pub fn most_open_connections(&self) -> u64 {
        lock(&self.shared.record).most_open
    }

    /// Why TLS handshakes failed, in the library's words: `received fatal alert: …`.
    #[must_use]
    pub fn tls_errors(&self) -> Vec<String> {
        lock(&self.shared.record).tls_errors.clone()
    }

    /// Forgets everything recorded, except connections that are open.
    pub fn forget(&self) {
        let mut record = lock(&self.shared.record);
        let open = record.open;
        *record = Record { open, most_open: open, ..Record::default() };
    }

    /// Waits until at least `count` messages are accepted and returns all of them.
    ///
    /// # Panics
    /// When that takes longer than 20 seconds, with what has come until then.
    pub async fn wait_for_messages(&self, count: usize) -> Vec<Transaction> {
        self.wait_until(move |record| record.messages.len() >= count).await;
        self.messages()
    }

    /// The same for tests without async.
    ///
    /// # Panics
    /// As [`Self::wait_for_messages`].
    pub fn block_on_messages(&self, count: usize) -> Vec<Transaction> {
        self.shared.wait_until(|record| record.messages.len() >= count);
        self.messages()
    }

    /// Waits until at least `count` connections were made.
    ///
    /// # Panics
    /// When that takes longer than 20 seconds.
    pub async fn wait_for_connections(&self, count: u64) {
        self.wait_until(move |record| record.connections >= count).await;
    }

    /// Waits until what is recorded fulfils a condition.
    ///
    /// # Panics
    /// When that takes longer than 20 seconds.
    pub async fn wait_until(&self, condition: impl Fn(&Record) -> bool + Send + 'static) {
        let shared = Arc::clone(&self.shared);
        // A blocking task keeps real time, also in a test whose tokio time is paused.
        let waiting = tokio::task::spawn_blocking(move || shared.wait_until(condition));
        if let Err(error) = waiting.await {
            std::panic::resume_unwind(error.into_panic());
        }
    }
}

impl Shared {
    fn behaviour(&self) -> Arc<Behaviour> {
        Arc::clone(&lock(&self.behaviour))
    }

    /// The reply of a list whose turn it is; the last one repeats.
    fn next_reply(&self, key: &str, replies: &[String]) -> Option<String> {
        let mut uses = lock(&self.uses);
        let used = uses.entry(key.to_owned()).or_default();
        let reply = replies.get((*used).min(replies.len().checked_sub(1)?)).cloned();
        *used += 1;
        reply
    }

    fn record(&self, change: impl FnOnce(&mut Record)) {
        change(&mut lock(&self.record));
        self.recorded.notify_all();
    }

    fn wait_until(&self, condition: impl Fn(&Record) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        let mut record = lock(&self.record);
        while !condition(&record) {
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "the peer waited in vain; it has seen {record:#?}");
            record = match self.recorded.wait_timeout(record, left) {
                Ok((record, _)) => record,
                Err(poisoned) => poisoned.into_inner().0,
            };
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Accepts connections while it is told to listen; otherwise holds the port without listening.
async fn serve(
    listener: TcpListener,
    address: SocketAddr,
    shared: Arc<Shared>,
    mut commands: mpsc::Receiver<Control>,
) {
    let mut listener = Some(listener);
    let mut reserved: Option<TcpSocket> = None;
    loop {
        let command = match &listener {
            Some(open) => tokio::select! {
                accepted = open.accept() => {
                    if let Ok((stream, _)) = accepted {
                        let number = shared.connections.fetch_add(1, Ordering::Relaxed) + 1;
                        tokio::spawn(session::run(stream, number, Arc::clone(&shared)));
                    }
                    continue;
                }
                command = commands.recv() => command,
            },
            None => commands.recv().await,
        };
        let Some(Control::Listen(listen, done)) = command else { return };
        if listen && let Some(socket) = reserved.take() {
            listener = Some(socket.listen(1024).expect("listening again"));
        } else if !listen && listener.take().is_some() {
            reserved = Some(reserve(address).await);
        }
        let _ = done.send(());
    }
}

/// Holds a port without listening, so that connections to it are refused. A process that some other
/// thread is just starting has the listening socket too, until it becomes another program: the
/// port is free only then.
async fn reserve(address: SocketAddr) -> TcpSocket {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() };
        let socket = socket.expect("a socket");
        socket.set_reuseaddr(true).unwrap();
        match socket.bind(address) {
            Ok(()) => return socket,
            Err(error)
                if error.kind() == std::io::ErrorKind::AddrInUse && Instant::now() < deadline =>
            {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            Err(error) => panic!("the same port again: {error}"),
        }
    }
}

#[cfg(test)]
mod tests;
