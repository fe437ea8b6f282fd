//! A blocking POP3 client that says exactly what a test tells it to, on top of [`Client`].

use std::net::{IpAddr, SocketAddr};

use crate::client::Client;

/// One session.
pub struct PopClient {
    client: Client,
    /// What the server said first.
    pub greeting: String,
}

impl PopClient {
    /// Connects and reads the greeting.
    ///
    /// # Panics
    /// When there is no session.
    #[must_use]
    pub fn connect(server: SocketAddr) -> Self {
        Self::connect_from(server, None)
    }

    /// The same, from a source address of the test's choice.
    ///
    /// # Panics
    /// When there is no session.
    #[must_use]
    pub fn connect_from(server: SocketAddr, source: Option<IpAddr>) -> Self {
        Self::greeted(Client::connect_silently(server, source))
    }

    /// TLS from the first octet.
    ///
    /// # Panics
    /// When there is no session.
    #[must_use]
    pub fn connect_tls(server: SocketAddr) -> Self {
        Self::greeted(Client::connect_silently(server, None).handshake())
    }

    fn greeted(mut client: Client) -> Self {
        let greeting = client.line().expect("a greeting");
        Self { client, greeting }
    }

    /// STLS and the handshake.
    ///
    /// # Panics
    /// When the server refuses or the handshake fails.
    #[must_use]
    pub fn stls(mut self) -> Self {
        self.ok("STLS");
        Self { client: self.client.handshake(), greeting: self.greeting }
    }

    /// USER and PASS.
    ///
    /// # Panics
    /// When the server refuses.
    pub fn log_in(&mut self, user: &str, password: &str) {
        self.ok(&format!("USER {user}"));
        self.ok(&format!("PASS {password}"));
    }

    /// Puts octets on the wire as they are.
    ///
    /// # Panics
    /// When the connection is gone.
    pub fn send(&mut self, octets: impl AsRef<[u8]>) {
        self.client.send(octets);
    }

    /// The next line; `None` when the server closed.
    pub fn line(&mut self) -> Option<String> {
        self.client.line()
    }

    /// One command and the first line of its reply.
    ///
    /// # Panics
    /// When no reply comes.
    pub fn command(&mut self, line: &str) -> String {
        self.send(format!("{line}\r\n"));
        self.line().unwrap_or_else(|| panic!("no reply to {line}:\n{}", self.client.transcript()))
    }

    /// A command that must succeed; the text after `+OK `.
    ///
    /// # Panics
    /// When it does not.
    pub fn ok(&mut self, line: &str) -> String {
        let reply = self.command(line);
        match reply.strip_prefix("+OK ") {
            Some(text) => text.to_owned(),
            None => panic!("{line} was refused: {reply}\n{}", self.client.transcript()),
        }
    }

    /// A command that must be refused; the text after `-ERR `.
    ///
    /// # Panics
    /// When it is not.
    pub fn refused(&mut self, line: &str) -> String {
        let reply = self.command(line);
        match reply.strip_prefix("-ERR ") {
            Some(text) => text.to_owned(),
            None => panic!("{line} was not refused: {reply}\n{}", self.client.transcript()),
        }
    }

    /// A command with a reply of several lines: those after the first, without stuffing and end.
    ///
    /// # Panics
    /// When it is refused, or breaks off.
    pub fn lines(&mut self, line: &str) -> Vec<String> {
        self.ok(line);
        self.rest()
    }

    /// The lines up to the end of a reply of several, without stuffing and end.
    ///
    /// # Panics
    /// When it breaks off.
    pub fn rest(&mut self) -> Vec<String> {
        let mut lines = Vec::new();
        loop {
            let line = self.line().expect("the end of the reply");
            if line == "." {
                return lines;
            }
            lines.push(line.strip_prefix('.').map_or(line.clone(), str::to_owned));
        }
    }

    /// Reads until the server closes; what still came.
    ///
    /// # Panics
    /// When the server keeps the connection open.
    pub fn until_closed(&mut self) -> String {
        self.client.until_closed()
    }
}
