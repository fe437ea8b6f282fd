//! A web server that answers every request over TLS with what it is told: MTA-STS policies, good and
//! hostile.

use std::net::{SocketAddr, TcpListener as StdTcpListener};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rustls::ServerConfig;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use crate::background::Background;

/// What the server does with a request.
#[derive(Clone, Debug)]
pub enum HttpsAnswer {
    /// These octets, status line and all, then the end.
    Raw(Vec<u8>),
    /// These octets, then a further octet every now and then, for ever.
    Drip(Vec<u8>, Duration),
    /// These octets, then further ones as fast as they are taken, for ever.
    Endless(Vec<u8>),
}

impl HttpsAnswer {
    /// `200` with a text.
    #[must_use]
    pub fn text(content: &str) -> Self {
        Self::Raw(
            format!(
                "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {}\r\n\r\n{content}",
                content.len()
            )
            .into_bytes(),
        )
    }
}

/// The server. Stops when dropped.
#[derive(Debug)]
pub struct HttpsServer {
    address: SocketAddr,
    shared: Arc<Mutex<Shared>>,
    _background: Background,
}

#[derive(Debug)]
struct Shared {
    answer: HttpsAnswer,
    certificate: Arc<ServerConfig>,
    requests: Vec<String>,
}

impl HttpsServer {
    /// Starts a server on loopback.
    ///
    /// # Panics
    /// When loopback has no free port.
    #[must_use]
    pub fn start(certificate: Arc<ServerConfig>, answer: HttpsAnswer) -> Self {
        let listener = StdTcpListener::bind("127.0.0.1:0").expect("a port on loopback");
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Mutex::new(Shared { answer, certificate, requests: Vec::new() }));
        let state = Arc::clone(&shared);
        let background = Background::spawn("test-https", move || async move {
            let listener = TcpListener::from_std(listener).unwrap();
            loop {
                let Ok((stream, _)) = listener.accept().await else { continue };
                let state = Arc::clone(&state);
                tokio::spawn(async move {
                    // The client going away ends the conversation.
                    let _ = serve(stream, &state).await;
                });
            }
        });
        Self { address, shared, _background: background }
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// From now on requests are answered with this.
    pub fn answer(&self, answer: HttpsAnswer) {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner).answer = answer;
    }

    /// The heads of all requests so far.
    #[must_use]
    pub fn requests(&self) -> Vec<String> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner).requests.clone()
    }
}

async fn serve(stream: TcpStream, state: &Mutex<Shared>) -> std::io::Result<()> {
    let certificate = Arc::clone(&state.lock().unwrap_or_else(PoisonError::into_inner).certificate);
    let mut stream = TlsAcceptor::from(certificate).accept(stream).await?;
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    let answer = {
        let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
        state.requests.push(String::from_utf8_lossy(&head).into_owned());
        state.answer.clone()
    };
    match answer {
        HttpsAnswer::Raw(octets) => {
            stream.write_all(&octets).await?;
            stream.shutdown().await
        }
        HttpsAnswer::Drip(octets, pause) => {
            stream.write_all(&octets).await?;
            loop {
                stream.write_all(b"x").await?;
                stream.flush().await?;
                tokio::time::sleep(pause).await;
            }
        }
        HttpsAnswer::Endless(octets) => {
            stream.write_all(&octets).await?;
            loop {
                stream.write_all(&[b'x'; 4096]).await?;
            }
        }
    }
}
