//! What stands between two servers: firewalls that say nothing, and middle boxes that rewrite SMTP.

use std::net::{Ipv4Addr, SocketAddr, TcpListener as StdTcpListener, TcpStream as StdTcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};

use super::namespace::stays_here;
use crate::background::Background;

/// A port that answers no connection request, as behind a firewall that drops packets: its queue of
/// connections is full, and nobody takes one from it.
#[derive(Debug)]
pub struct SilentPort {
    address: SocketAddr,
    _listener: Background,
    _queue: Vec<StdTcpStream>,
}

impl SilentPort {
    /// A silent port of 127.0.0.1.
    ///
    /// # Panics
    /// When the queue cannot be filled.
    #[must_use]
    pub fn start() -> Self {
        Self::start_at(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))
    }

    /// A silent port at this address; port 0 lets the system choose.
    ///
    /// # Panics
    /// When the address is in use, or the queue cannot be filled.
    #[must_use]
    pub fn start_at(address: SocketAddr) -> Self {
        assert!(stays_here(address.ip()), "test peers listen on this machine only");
        let (tell, told) = std::sync::mpsc::sync_channel(1);
        let listener = Background::spawn("silent-port", move || async move {
            let listener = listen_in_full(address).await.expect("a port on loopback");
            tell.send(listener.local_addr().unwrap()).unwrap();
            std::future::pending::<()>().await;
            drop(listener);
        });
        let address = told.recv().expect("the port");
        let mut queue = Vec::new();
        // How many fit differs between systems; the first that gets no answer shows that it is full.
        for _ in 0..16 {
            match StdTcpStream::connect_timeout(&address, Duration::from_millis(150)) {
                Ok(stream) => queue.push(stream),
                Err(_) => return Self { address, _listener: listener, _queue: queue },
            }
        }
        panic!("the queue of {address} never filled");
    }

    /// Where it does not answer.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

/// Listens with the shortest queue. Whoever had the address before may still be about to leave it.
async fn listen_in_full(address: SocketAddr) -> std::io::Result<TcpListener> {
    let deadline = tokio::time::Instant::now() + Duration::from_secs(10);
    loop {
        let socket = TcpSocket::new_v4()?;
        socket.set_reuseaddr(true)?;
        match socket.bind(address).and_then(|()| socket.listen(0)) {
            Err(error)
                if error.kind() == std::io::ErrorKind::AddrInUse
                    && tokio::time::Instant::now() < deadline =>
            {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            answer => return answer,
        }
    }
}

/// What a middle box does to SMTP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rewrite {
    /// Covers the words of the greeting with asterisks.
    CoverGreeting,
    /// Crosses this EHLO keyword out: `250-XXXXXXXA`.
    CrossOut(String),
    /// Takes this EHLO keyword away.
    RemoveKeyword(String),
    /// Crosses this command out on its way to the server.
    AlterCommand(String),
    /// Ends the connection when this command comes.
    BreakAt(String),
    /// Lets nothing more through once this command has come.
    HangAt(String),
    /// Loses whatever comes from the client in one piece of more than so many octets.
    LoseLarge(usize),
    /// Ends the connection when more than so many octets come from the client in one piece.
    CutLarge(usize),
}

/// A middle box: passes connections on to a server, and rewrites what goes through until TLS begins.
#[derive(Debug)]
pub struct Rewriter {
    address: SocketAddr,
    rules: Arc<Mutex<Vec<Rewrite>>>,
    _background: Background,
}

impl Rewriter {
    /// Stands before `server`, on a port of 127.0.0.1.
    ///
    /// # Panics
    /// When loopback has no free port.
    #[must_use]
    pub fn before(server: SocketAddr, rules: &[Rewrite]) -> Self {
        Self::start_at(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), server, rules)
    }

    /// Stands before `server`, at this address.
    ///
    /// # Panics
    /// When the address is in use or not on loopback.
    #[must_use]
    pub fn start_at(address: SocketAddr, server: SocketAddr, rules: &[Rewrite]) -> Self {
        assert!(stays_here(address.ip()), "test peers listen on this machine only");
        let listener = StdTcpListener::bind(address).expect("a port on loopback");
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let rules = Arc::new(Mutex::new(rules.to_vec()));
        let shared = Arc::clone(&rules);
        let background = Background::spawn("rewriter", move || async move {
            let listener = TcpListener::from_std(listener).unwrap();
            loop {
                let Ok((client, _)) = listener.accept().await else { continue };
                let shared = Arc::clone(&shared);
                tokio::spawn(async move {
                    // Either side going away ends the connection.
                    let _ = pass(client, server, &shared).await;
                });
            }
        });
        Self { address, rules, _background: background }
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Does this from now on.
    pub fn change(&self, rules: &[Rewrite]) {
        *self.rules.lock().unwrap_or_else(PoisonError::into_inner) = rules.to_vec();
    }
}

/// How far a session has got, as a middle box sees it.
#[derive(Default)]
struct Seen {
    greeted: bool,
    /// STARTTLS was said and not refused: nothing is understood any more.
    asked_tls: bool,
    encrypted: bool,
    hangs: bool,
}

async fn pass(
    mut client: TcpStream,
    server: SocketAddr,
    rules: &Mutex<Vec<Rewrite>>,
) -> std::io::Result<()> {
    let mut server = TcpStream::connect(server).await?;
    let (mut up, mut down) = (vec![0; 65_536], vec![0; 65_536]);
    let mut seen = Seen::default();
    loop {
        let rules = rules.lock().unwrap_or_else(PoisonError::into_inner).clone();
        tokio::select! {
            read = client.read(&mut up) => {
                let length = read?;
                let Some(octets) = upwards(&up[..length], &rules, &mut seen) else { return Ok(()) };
                if length == 0 {
                    return Ok(());
                }
                server.write_all(&octets).await?;
            }
            read = server.read(&mut down) => {
                let length = read?;
                if length == 0 {
                    return Ok(());
                }
                let octets = downwards(&down[..length], &rules, &mut seen);
                client.write_all(&octets).await?;
            }
        }
    }
}

/// What goes on to the server. `None`: the connection ends.
fn upwards(octets: &[u8], rules: &[Rewrite], seen: &mut Seen) -> Option<Vec<u8>> {
    let is_lost = |rule: &Rewrite| matches!(rule, Rewrite::LoseLarge(n) if octets.len() > *n);
    seen.hangs |= rules.iter().any(is_lost);
    if seen.hangs {
        return Some(Vec::new());
    }
    let is_cut = |rule: &Rewrite| matches!(rule, Rewrite::CutLarge(n) if octets.len() > *n);
    if rules.iter().any(is_cut) {
        return None;
    }
    if seen.encrypted {
        return Some(octets.to_vec());
    }
    let text = String::from_utf8_lossy(octets).into_owned();
    let upper = text.to_ascii_uppercase();
    let mut passed = text;
    for rule in rules {
        match rule {
            Rewrite::BreakAt(command) if upper.starts_with(command.as_str()) => return None,
            Rewrite::HangAt(command) if upper.starts_with(command.as_str()) => {
                seen.hangs = true;
                return Some(Vec::new());
            }
            Rewrite::AlterCommand(command) if upper.starts_with(command.as_str()) => {
                passed.replace_range(..command.len(), &"X".repeat(command.len()));
            }
            _ => {}
        }
    }
    seen.asked_tls = passed.to_ascii_uppercase().starts_with("STARTTLS");
    Some(passed.into_bytes())
}

fn downwards(octets: &[u8], rules: &[Rewrite], seen: &mut Seen) -> Vec<u8> {
    if seen.hangs {
        return Vec::new();
    }
    if seen.encrypted {
        return octets.to_vec();
    }
    if seen.asked_tls {
        seen.encrypted = octets.starts_with(b"220");
        return octets.to_vec();
    }
    let text = String::from_utf8_lossy(octets).into_owned();
    let mut lines: Vec<String> = text.split_inclusive("\r\n").map(str::to_owned).collect();
    if !seen.greeted {
        seen.greeted = true;
        if rules.contains(&Rewrite::CoverGreeting) {
            for line in &mut lines {
                *line = format!("{}{}\r\n", &line[..4], "*".repeat(line.trim_end().len() - 4));
            }
        }
        return lines.concat().into_bytes();
    }
    for rule in rules {
        let is_keyword = |line: &String, keyword: &str| {
            line.get(4..).is_some_and(|rest| rest.to_ascii_uppercase().starts_with(keyword))
        };
        match rule {
            Rewrite::CrossOut(keyword) => {
                for line in lines.iter_mut().filter(|line| is_keyword(line, keyword)) {
                    let crossed = "X".repeat(line.trim_end().len() - 5);
                    *line = format!("{}{crossed}A\r\n", &line[..4]);
                }
            }
            Rewrite::RemoveKeyword(keyword) => {
                lines.retain(|line| !is_keyword(line, keyword));
                // The last line of a reply has a space after its code.
                if let Some(last) = lines.last_mut().filter(|line| line.starts_with("250-")) {
                    last.replace_range(3..4, " ");
                }
            }
            _ => {}
        }
    }
    lines.concat().into_bytes()
}
