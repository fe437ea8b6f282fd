//! A blocking SMTP client that says exactly what a test tells it to.
//!
//! It is no mail client: nothing is checked, corrected or retried, so that a test can send what no
//! decent client sends. [`Client::send`] puts octets on the wire, [`Client::answer`] reads one
//! reply, [`Client::command`] does both. Every read has a time limit; a test that waits for an
//! answer that never comes fails with the transcript of the session.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

use std::fmt;
use std::io::{self, Read, Write};
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::{CertificateDer, ServerName, UnixTime};

/// How long an answer may take before the test fails.
const PATIENCE: Duration = Duration::from_secs(20);

/// One complete reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The reply code of the last line.
    pub code: u16,
    /// The text of each line after the code and the separator.
    pub lines: Vec<String>,
}

impl Answer {
    /// Code and all lines on one line, as people quote it.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{} {}", self.code, self.lines.join(" "))
    }

    /// True when `words` stand in the text, in any case.
    #[must_use]
    pub fn says(&self, words: &str) -> bool {
        self.text().to_lowercase().contains(&words.to_lowercase())
    }

    /// True when every line starts with this enhanced status code.
    #[must_use]
    pub fn has_enhanced_code(&self, code: &str) -> bool {
        self.lines.iter().all(|line| line.split(' ').next() == Some(code))
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

trait Stream: Read + Write + Send {}
impl<T: Read + Write + Send> Stream for T {}

/// One session.
pub struct Client {
    stream: Box<dyn Stream>,
    tcp: TcpStream,
    buffer: Vec<u8>,
    transcript: String,
    certificate: Vec<u8>,
    /// What the server said first.
    pub greeting: Answer,
}

impl Client {
    /// Connects and reads the greeting.
    ///
    /// # Panics
    /// When no connection can be made or no greeting comes.
    #[must_use]
    pub fn connect(server: SocketAddr) -> Self {
        Self::connect_from(server, None)
    }

    /// The same, from a source address of the test's choice (any of 127.0.0.0/8 works).
    ///
    /// # Panics
    /// As [`Client::connect`].
    #[must_use]
    pub fn connect_from(server: SocketAddr, source: Option<IpAddr>) -> Self {
        Self::try_connect(server, source)
            .unwrap_or_else(|error| panic!("no session with {server}: {error}"))
    }

    /// The same, for servers that may be down.
    ///
    /// # Errors
    /// Whatever the system says, also when the connection ends before the greeting does.
    pub fn try_connect(server: SocketAddr, source: Option<IpAddr>) -> io::Result<Self> {
        let tcp = open(server, source)?;
        let mut client = Self {
            stream: Box::new(tcp.try_clone()?),
            tcp,
            buffer: Vec::new(),
            transcript: String::new(),
            certificate: Vec::new(),
            greeting: Answer { code: 0, lines: Vec::new() },
        };
        client.greeting = client.try_answer()?;
        Ok(client)
    }

    /// A bare connection whose first octets are the test's: nothing is read.
    ///
    /// # Panics
    /// When no connection can be made.
    #[must_use]
    pub fn connect_silently(server: SocketAddr, source: Option<IpAddr>) -> Self {
        let tcp = open(server, source).expect("a connection");
        Self {
            stream: Box::new(tcp.try_clone().unwrap()),
            tcp,
            buffer: Vec::new(),
            transcript: String::new(),
            certificate: Vec::new(),
            greeting: Answer { code: 0, lines: Vec::new() },
        }
    }

    /// Puts octets on the wire as they are.
    ///
    /// # Panics
    /// When the connection is gone.
    pub fn send(&mut self, octets: impl AsRef<[u8]>) {
        self.try_send(octets).unwrap_or_else(|error| self.fail(&format!("sending: {error}")));
    }

    /// The same, for connections that the server may have closed.
    ///
    /// # Errors
    /// Whatever the system says.
    pub fn try_send(&mut self, octets: impl AsRef<[u8]>) -> io::Result<()> {
        let octets = octets.as_ref();
        let shown = String::from_utf8_lossy(&octets[..octets.len().min(300)]).into_owned();
        self.transcript.push_str(&format!("C: {shown:?}\n"));
        self.stream.write_all(octets)?;
        self.stream.flush()
    }

    /// Reads one reply.
    ///
    /// # Panics
    /// When none comes.
    pub fn answer(&mut self) -> Answer {
        self.try_answer().unwrap_or_else(|error| self.fail(&format!("waiting: {error}")))
    }

    /// The same, for connections that the server may close.
    ///
    /// # Errors
    /// `UnexpectedEof` when the server closed; whatever the system says otherwise.
    pub fn try_answer(&mut self) -> io::Result<Answer> {
        let mut lines = Vec::new();
        loop {
            let line = self.read_line()?;
            self.transcript.push_str(&format!("S: {line}\n"));
            let code = line.get(..3).and_then(|code| code.parse().ok()).ok_or_else(|| {
                io::Error::new(io::ErrorKind::InvalidData, format!("not a reply: {line:?}"))
            })?;
            lines.push(line.get(4..).unwrap_or_default().to_owned());
            if line.as_bytes().get(3) != Some(&b'-') {
                return Ok(Answer { code, lines });
            }
        }
    }

    /// One line of whatever protocol, without its end; `None` when the server closed.
    pub fn line(&mut self) -> Option<String> {
        let line = self.read_line().ok()?;
        self.transcript.push_str(&format!("S: {line}\n"));
        Some(line)
    }

    /// One command and its reply.
    ///
    /// # Panics
    /// When no reply comes.
    pub fn command(&mut self, line: &str) -> Answer {
        self.send(format!("{line}\r\n"));
        self.answer()
    }

    /// EHLO; returns the reply with the extensions.
    ///
    /// # Panics
    /// When no reply comes.
    pub fn ehlo(&mut self) -> Answer {
        self.command("EHLO client.example")
    }

    /// A whole transaction. The content is dot-stuffed and ended for the caller. Returns the first
    /// reply that is a refusal, or the one after the content.
    ///
    /// # Panics
    /// When a reply is missing.
    pub fn mail(&mut self, from: &str, to: &[&str], content: &str) -> Answer {
        let answer = self.command(&format!("MAIL FROM:<{from}>"));
        if answer.code != 250 {
            return answer;
        }
        for to in to {
            let answer = self.command(&format!("RCPT TO:<{to}>"));
            if answer.code != 250 {
                return answer;
            }
        }
        self.content(content)
    }

    /// DATA with this content, dot-stuffed and ended for the caller.
    ///
    /// # Panics
    /// When a reply is missing.
    pub fn content(&mut self, content: &str) -> Answer {
        let answer = self.command("DATA");
        if answer.code != 354 {
            return answer;
        }
        let mut wire = String::with_capacity(content.len() + 8);
        for line in content.strip_suffix("\r\n").unwrap_or(content).split("\r\n") {
            if line.starts_with('.') {
                wire.push('.');
            }
            wire.push_str(line);
            wire.push_str("\r\n");
        }
        self.send(wire + ".\r\n");
        self.answer()
    }

    /// STARTTLS and the handshake; any certificate will do.
    ///
    /// # Panics
    /// When the server refuses or the handshake fails.
    #[must_use]
    pub fn starttls(mut self) -> Self {
        let answer = self.command("STARTTLS");
        assert_eq!(answer.code, 220, "{}", self.transcript);
        self.handshake()
    }

    /// The TLS handshake at once, for implicit TLS (or after one's own STARTTLS).
    ///
    /// # Panics
    /// When the handshake fails.
    #[must_use]
    pub fn handshake(mut self) -> Self {
        let config = client_config();
        let name = ServerName::try_from("mx.ours.test").unwrap();
        let session = rustls::ClientConnection::new(config, name).unwrap();
        let mut stream = rustls::StreamOwned::new(session, self.tcp.try_clone().unwrap());
        while stream.conn.is_handshaking() {
            if let Err(error) = stream.conn.complete_io(&mut stream.sock) {
                self.fail(&format!("TLS handshake: {error}"));
            }
        }
        let chain = stream.conn.peer_certificates().unwrap_or_default();
        self.certificate = chain.first().map(|own| own.to_vec()).unwrap_or_default();
        self.buffer.clear();
        self.stream = Box::new(stream);
        self
    }

    /// Reads until the server closes; returns what still came. A reset counts as closing.
    ///
    /// # Panics
    /// When the server keeps the connection open.
    pub fn until_closed(&mut self) -> String {
        String::from_utf8_lossy(&self.until_closed_octets()).into_owned()
    }

    /// The same as it came, for what is no text.
    ///
    /// # Panics
    /// When the server keeps the connection open.
    pub fn until_closed_octets(&mut self) -> Vec<u8> {
        let mut rest = std::mem::take(&mut self.buffer);
        let mut chunk = [0; 4096];
        loop {
            match self.stream.read(&mut chunk) {
                Ok(0) => break,
                Ok(count) => rest.extend_from_slice(&chunk[..count]),
                Err(error)
                    if matches!(
                        error.kind(),
                        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut
                    ) =>
                {
                    self.fail("the server keeps the connection open")
                }
                Err(_) => break,
            }
        }
        rest
    }

    /// The server's own certificate in DER, after a handshake.
    #[must_use]
    pub fn certificate(&self) -> &[u8] {
        &self.certificate
    }

    /// What was said so far.
    #[must_use]
    pub fn transcript(&self) -> &str {
        &self.transcript
    }

    fn read_line(&mut self) -> io::Result<String> {
        let mut chunk = [0; 4096];
        loop {
            if let Some(end) = self.buffer.iter().position(|&octet| octet == b'\n') {
                let mut line: Vec<u8> = self.buffer.drain(..=end).collect();
                line.truncate(line.len() - 1);
                if line.last() == Some(&b'\r') {
                    line.truncate(line.len() - 1);
                }
                return Ok(String::from_utf8_lossy(&line).into_owned());
            }
            match self.stream.read(&mut chunk)? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                count => self.buffer.extend_from_slice(&chunk[..count]),
            }
        }
    }

    fn fail(&self, what: &str) -> ! {
        panic!("{what}\nthe session was:\n{}", self.transcript)
    }
}

fn open(server: SocketAddr, source: Option<IpAddr>) -> io::Result<TcpStream> {
    let tcp = match source {
        None => TcpStream::connect_timeout(&server, PATIENCE)?,
        Some(source) => {
            let socket = socket2::Socket::new(
                socket2::Domain::for_address(server),
                socket2::Type::STREAM,
                None,
            )?;
            socket.bind(&SocketAddr::new(source, 0).into())?;
            socket.connect_timeout(&server.into(), PATIENCE)?;
            socket.into()
        }
    };
    tcp.set_read_timeout(Some(PATIENCE))?;
    tcp.set_write_timeout(Some(PATIENCE))?;
    tcp.set_nodelay(true)?;
    Ok(tcp)
}

fn client_config() -> Arc<rustls::ClientConfig> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(AnyCertificate(provider)))
        .with_no_client_auth();
    Arc::new(config)
}

/// Takes every certificate: the test looks at the mail, not at the name.
#[derive(Debug)]
struct AnyCertificate(Arc<rustls::crypto::CryptoProvider>);

impl rustls::client::danger::ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<rustls::client::danger::ServerCertVerified, rustls::Error> {
        Ok(rustls::client::danger::ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &rustls::DigitallySignedStruct,
    ) -> Result<rustls::client::danger::HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls12_signature(
            message,
            cert,
            dss,
            &self.0.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &rustls::DigitallySignedStruct,
    ) -> Result<rustls::client::danger::HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls13_signature(
            message,
            cert,
            dss,
            &self.0.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<rustls::SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
