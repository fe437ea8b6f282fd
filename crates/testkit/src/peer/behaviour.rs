//! The script of a peer.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use rustls::ServerConfig;

use crate::ca::Issued;

/// Where in the dialogue something goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Point {
    /// After the connection is made, before the greeting.
    Connected,
    /// After the greeting.
    Greeted,
    /// Instead of the reply to EHLO or HELO.
    Ehlo,
    /// After the reply to EHLO or HELO.
    Introduced,
    /// Instead of the reply to STARTTLS.
    Starttls,
    /// After the reply to STARTTLS, instead of the handshake.
    Handshake,
    /// Instead of the reply to AUTH.
    Auth,
    /// Instead of the reply to MAIL.
    Mail,
    /// Instead of the reply to RCPT.
    Rcpt,
    /// Instead of the reply to DATA (or to the first BDAT).
    Data,
    /// After the first line of the content (DATA) or the first chunk (BDAT).
    Content,
    /// After the whole content, instead of the reply. The message counts as not accepted.
    EndOfData,
    /// After the whole content, instead of the reply; the message counts as accepted. This is the
    /// moment at which duplicates arise.
    Accepted,
    /// Instead of the reply to QUIT.
    Quit,
}

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fault {
    /// Closes the connection in good order.
    Close,
    /// Resets the connection.
    Reset,
    /// Says nothing any more and keeps the connection open.
    Hang,
}

#[derive(Clone, Debug, Default)]
pub(super) enum Starttls {
    #[default]
    NotOffered,
    Works(Arc<ServerConfig>),
    Refused(String),
    Garbage(Vec<u8>),
}

/// What a peer does. [`Behaviour::new`] accepts everything, without TLS.
#[derive(Clone, Debug)]
pub struct Behaviour {
    pub(super) greeting: Vec<u8>,
    pub(super) hostname: String,
    pub(super) keywords: Vec<String>,
    pub(super) replies: HashMap<String, Vec<String>>,
    pub(super) recipients: HashMap<String, Vec<String>>,
    pub(super) faults: HashMap<Point, Fault>,
    pub(super) starttls: Starttls,
    pub(super) implicit_tls: Option<Arc<ServerConfig>>,
    pub(super) credentials: Option<(String, String)>,
    pub(super) drip: Option<Duration>,
    pub(super) masked: bool,
}

impl Default for Behaviour {
    fn default() -> Self {
        Self::new()
    }
}

impl Behaviour {
    /// Accepts everything; offers PIPELINING, 8BITMIME, SMTPUTF8, ENHANCEDSTATUSCODES, DSN and
    /// SIZE.
    #[must_use]
    pub fn new() -> Self {
        let keywords =
            ["PIPELINING", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES", "DSN", "SIZE 52428800"];
        Self {
            greeting: b"220 peer.test ESMTP ready\r\n".to_vec(),
            hostname: "peer.test".into(),
            keywords: keywords.map(str::to_owned).to_vec(),
            replies: HashMap::new(),
            recipients: HashMap::new(),
            faults: HashMap::new(),
            starttls: Starttls::NotOffered,
            implicit_tls: None,
            credentials: None,
            drip: None,
            masked: false,
        }
    }

    /// Greets with this reply (`554 5.3.2 no service`; several lines joined by `\n`).
    #[must_use]
    pub fn greeting(mut self, reply: &str) -> Self {
        self.greeting = wire(reply);
        self
    }

    /// Greets with exactly these octets.
    #[must_use]
    pub fn greeting_octets(mut self, octets: &[u8]) -> Self {
        self.greeting = octets.to_vec();
        self
    }

    /// Offers exactly these EHLO keywords (STARTTLS and AUTH come by themselves where set).
    #[must_use]
    pub fn keywords<'a>(mut self, keywords: impl IntoIterator<Item = &'a str>) -> Self {
        self.keywords = keywords.into_iter().map(str::to_owned).collect();
        self
    }

    /// Offers this EHLO keyword too: `CHUNKING`.
    #[must_use]
    pub fn keyword(mut self, keyword: &str) -> Self {
        self.keywords.push(keyword.to_owned());
        self
    }

    /// Refuses EHLO as servers of before 1995 do; HELO works.
    #[must_use]
    pub fn without_ehlo(self) -> Self {
        self.reply("EHLO", ["502 5.5.1 command not implemented"])
    }

    /// Answers a command (`MAIL`, `DATA`, `QUIT`, …) with these replies in turn; the last one
    /// repeats. `.` stands for the end of the content. A positive reply has the command's normal
    /// effect, another one has none. Several lines of one reply are joined by `\n`.
    #[must_use]
    pub fn reply<'a>(mut self, command: &str, replies: impl IntoIterator<Item = &'a str>) -> Self {
        let replies = replies.into_iter().map(str::to_owned).collect();
        self.replies.insert(command.to_ascii_uppercase(), replies);
        self
    }

    /// Answers RCPT for this address with these replies in turn; the last one repeats.
    #[must_use]
    pub fn recipient<'a>(
        mut self,
        address: &str,
        replies: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let replies = replies.into_iter().map(str::to_owned).collect();
        self.recipients.insert(address.to_lowercase(), replies);
        self
    }

    /// Something goes wrong at this point, each time it is reached.
    #[must_use]
    pub fn fault(mut self, point: Point, fault: Fault) -> Self {
        self.faults.insert(point, fault);
        self
    }

    /// Offers STARTTLS with this certificate.
    #[must_use]
    pub fn starttls(self, certificate: &Issued) -> Self {
        self.starttls_config(certificate.server_config())
    }

    /// Offers STARTTLS with this configuration.
    #[must_use]
    pub fn starttls_config(mut self, config: Arc<ServerConfig>) -> Self {
        self.starttls = Starttls::Works(config);
        self
    }

    /// Offers STARTTLS and answers it with this reply (`454 4.7.0 not now`).
    #[must_use]
    pub fn starttls_refused(mut self, reply: &str) -> Self {
        self.starttls = Starttls::Refused(reply.to_owned());
        self
    }

    /// Offers STARTTLS, says yes, and then sends these octets instead of a handshake.
    #[must_use]
    pub fn starttls_garbage(mut self, octets: &[u8]) -> Self {
        self.starttls = Starttls::Garbage(octets.to_vec());
        self
    }

    /// Speaks TLS from the first octet (port 465).
    #[must_use]
    pub fn implicit_tls(mut self, certificate: &Issued) -> Self {
        self.implicit_tls = Some(certificate.server_config());
        self
    }

    /// Offers AUTH PLAIN and LOGIN and takes mail only from this user.
    #[must_use]
    pub fn credentials(mut self, user: &str, password: &str) -> Self {
        self.credentials = Some((user.to_owned(), password.to_owned()));
        self
    }

    /// Sends its replies octet by octet, with this pause before each.
    #[must_use]
    pub fn drip(mut self, pause: Duration) -> Self {
        self.drip = Some(pause);
        self
    }

    /// Looks as if behind a firewall that rewrites SMTP: the greeting is asterisks, EHLO keywords
    /// are crossed out, STARTTLS is not known.
    #[must_use]
    pub fn masked(mut self) -> Self {
        self.masked = true;
        self.greeting = b"220 **************************************\r\n".to_vec();
        self
    }

    /// The lines after the first one of the reply to EHLO.
    pub(super) fn ehlo_lines(&self, tls: bool) -> Vec<String> {
        let mut lines = self.keywords.clone();
        if !tls && !matches!(self.starttls, Starttls::NotOffered) {
            lines.push("STARTTLS".into());
        }
        if self.credentials.is_some() {
            lines.push("AUTH PLAIN LOGIN".into());
        }
        if self.masked {
            for line in &mut lines {
                *line = "X".repeat(line.len());
            }
        }
        lines
    }
}

/// A reply as octets, with CRLF line ends.
pub(super) fn wire(reply: &str) -> Vec<u8> {
    let mut octets = reply.replace("\r\n", "\n").replace('\n', "\r\n").into_bytes();
    octets.extend(b"\r\n");
    octets
}
