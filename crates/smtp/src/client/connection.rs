//! The commands of a session around its messages.

use std::time::Duration;

use bytes::{BufMut, BytesMut};
use causeway_model::{Failure, Reply, Stage};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::time::timeout;

use super::wire::Wire;
use super::{Capabilities, SessionFailure, Timeouts};

/// One connection to a server, from the greeting to QUIT. See the [module](super) for the order of
/// calls.
#[derive(Debug)]
pub struct Connection<S> {
    /// The stream and its buffers.
    pub(super) wire: Wire<S>,
    /// How long to wait.
    pub(super) timeouts: Timeouts,
    /// What the server offered last.
    pub(super) capabilities: Capabilities,
    /// Transactions begun on this connection.
    pub(super) transactions: u64,
    /// A transaction was left before its end; RSET comes before the next one.
    pub(super) needs_reset: bool,
}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Connection<S> {
    /// A connection over a stream that is open (and whose TLS, if any, is up).
    #[must_use]
    pub fn new(stream: S, timeouts: Timeouts) -> Self {
        Self {
            wire: Wire::new(stream),
            timeouts,
            capabilities: Capabilities::default(),
            transactions: 0,
            needs_reset: false,
        }
    }

    /// The same session over the same stream in another form (in a box). Only where everything that came
    /// has been read; what the peer has said unasked is dropped.
    #[must_use]
    pub fn map_stream<T>(self, form: impl FnOnce(S) -> T, timeouts: Timeouts) -> Connection<T>
    where
        T: AsyncRead + AsyncWrite + Unpin + Send,
    {
        Connection {
            wire: Wire::new(form(self.wire.into_stream())),
            timeouts,
            capabilities: self.capabilities,
            transactions: self.transactions,
            needs_reset: self.needs_reset,
        }
    }

    /// What the server offered in its answer to [`Self::hello`]; nothing before that.
    #[must_use]
    pub fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    /// The stream, e.g. to look at its TLS state.
    #[must_use]
    pub fn stream(&self) -> &S {
        self.wire.stream()
    }

    /// True when another message can be given: nothing failed, no 421 came, the server's MAILMAX
    /// is not reached, and it has not said anything unasked.
    #[must_use]
    pub fn is_reusable(&self) -> bool {
        let full = self.capabilities.limits.mail_max.is_some_and(|max| self.transactions >= max);
        !self.wire.broken && !full && !self.wire.has_unread()
    }

    /// Waits for the greeting.
    ///
    /// # Errors
    /// [`Failure::ServiceRefused`] for a 4yz or 5yz greeting, and the failures of the connection;
    /// stage [`Stage::Banner`].
    pub async fn greeting(&mut self) -> Result<Reply, SessionFailure> {
        let reply = self.wire.reply(Stage::Banner, self.timeouts.greeting).await?;
        self.service(Stage::Banner, reply)
    }

    /// Says EHLO, and HELO when the server does not know EHLO (any 5yz). `name` is our host name.
    ///
    /// # Errors
    /// [`Failure::ServiceRefused`] when neither is taken, and the failures of the connection;
    /// stage [`Stage::Ehlo`].
    pub async fn hello(&mut self, name: &str) -> Result<Capabilities, SessionFailure> {
        self.capabilities = Capabilities::default();
        let reply = self.say_hello("EHLO", name).await?;
        if !reply.is_permanent() {
            let reply = self.service(Stage::Ehlo, reply)?;
            self.capabilities = Capabilities::from_ehlo(&reply);
            return Ok(self.capabilities.clone());
        }
        match self.say_hello("HELO", name).await {
            Ok(answer) => {
                let answer = self.service(Stage::Ehlo, answer)?;
                self.capabilities =
                    Capabilities { refused_ehlo: Some(reply), ..Capabilities::from_helo(&answer) };
                Ok(self.capabilities.clone())
            }
            // It refused and hung up: the refusal is the cause.
            Err(SessionFailure { failure: Failure::ClosedAbruptly { .. }, .. }) => {
                Err(self.wire.fail(Stage::Ehlo, Failure::ServiceRefused { reply }))
            }
            Err(failure) => Err(failure),
        }
    }

    async fn say_hello(&mut self, verb: &str, name: &str) -> Result<Reply, SessionFailure> {
        // The name comes from configuration; nothing in it may end the line.
        let name = name.chars().map(|c| if c.is_ascii_graphic() { c } else { '-' });
        let line = format!("{verb} {}", name.collect::<String>());
        self.command(Stage::Ehlo, &line, self.timeouts.hello).await
    }

    /// A reply that opens the service, or the refusal of it.
    fn service(&mut self, stage: Stage, reply: Reply) -> Result<Reply, SessionFailure> {
        if reply.is_positive() {
            Ok(reply)
        } else if reply.is_intermediate() {
            Err(self.wire.protocol_error(stage, unexpected(&reply)))
        } else {
            Err(self.wire.fail(stage, Failure::ServiceRefused { reply }))
        }
    }

    /// Asks for TLS and gives the stream back for the handshake, with the server's answer. Afterwards make
    /// a new connection over the TLS stream and say [`Self::hello`] again.
    ///
    /// # Errors
    /// [`Failure::TlsNotOffered`] when the server did not offer it, [`Failure::StarttlsRefused`],
    /// [`Failure::ProtocolError`] when anything follows the 220 in plaintext (an injection), and the
    /// failures of the connection; stage [`Stage::Starttls`].
    pub async fn starttls(mut self) -> Result<(S, Reply), SessionFailure> {
        if !self.capabilities.starttls {
            return Err(SessionFailure::new(Stage::Starttls, Failure::TlsNotOffered));
        }
        let reply = self.command(Stage::Starttls, "STARTTLS", self.timeouts.starttls).await?;
        if reply.is_transient() || reply.is_permanent() {
            return Err(self.wire.fail(Stage::Starttls, Failure::StarttlsRefused { reply }));
        }
        if reply.code != 220 {
            return Err(self.wire.protocol_error(Stage::Starttls, unexpected(&reply)));
        }
        if self.wire.has_unread() {
            let detail = "octets in plaintext after the answer to STARTTLS".to_owned();
            return Err(self.wire.protocol_error(Stage::Starttls, detail));
        }
        Ok((self.wire.into_stream(), reply))
    }

    /// Asks whether the server is still there. Any answer but 421 will do.
    ///
    /// # Errors
    /// The failures of the connection; stage [`Stage::Mail`], as a message would be next.
    pub async fn noop(&mut self) -> Result<Reply, SessionFailure> {
        let reply = self.command(Stage::Mail, "NOOP", self.timeouts.reset).await?;
        self.still_serving(reply)
    }

    /// Ends a transaction that was begun.
    ///
    /// # Errors
    /// [`Failure::ProtocolError`] when the server does not answer 2yz (it must, RFC 5321 section
    /// 4.1.1.5), [`Failure::ServiceRefused`] for 421, and the failures of the connection; stage
    /// [`Stage::Mail`].
    pub async fn rset(&mut self) -> Result<Reply, SessionFailure> {
        let reply = self.command(Stage::Mail, "RSET", self.timeouts.reset).await?;
        let reply = self.still_serving(reply)?;
        if !reply.is_positive() {
            return Err(self.wire.protocol_error(Stage::Mail, unexpected(&reply)));
        }
        self.needs_reset = false;
        Ok(reply)
    }

    /// Says any lines at once and reads one reply for each: for probes, which look at how a server (or
    /// something before it) takes them. No reply is judged. The caller's words end no line.
    ///
    /// # Errors
    /// The failures of the connection; `stage` as given.
    pub async fn say(
        &mut self,
        stage: Stage,
        lines: &[String],
    ) -> Result<Vec<Reply>, SessionFailure> {
        self.in_step(stage)?;
        for line in lines {
            put_line(&mut self.wire.output, line);
        }
        let limit = self.timeouts.reset;
        self.wire.flush(stage, limit).await?;
        let mut replies = Vec::with_capacity(lines.len());
        for _ in lines {
            replies.push(self.wire.reply(stage, limit).await?);
        }
        Ok(replies)
    }

    fn still_serving(&mut self, reply: Reply) -> Result<Reply, SessionFailure> {
        if reply.code == 421 {
            return Err(self.wire.fail(Stage::Mail, Failure::ServiceRefused { reply }));
        }
        Ok(reply)
    }

    /// Says QUIT, waits a little for the answer, and closes. Nothing depends on how that goes.
    pub async fn quit(mut self) {
        if !self.wire.broken {
            // The message is settled; whatever happens now is of no consequence.
            let _ = self.command(Stage::EndOfData, "QUIT", self.timeouts.quit).await;
        }
        let _ = timeout(self.timeouts.quit, self.wire.stream_mut().shutdown()).await;
    }

    /// Sends one command line and reads its reply.
    pub(super) async fn command(
        &mut self,
        stage: Stage,
        line: &str,
        limit: Duration,
    ) -> Result<Reply, SessionFailure> {
        self.in_step(stage)?;
        put_line(&mut self.wire.output, line);
        self.wire.flush(stage, limit).await?;
        self.wire.reply(stage, limit).await
    }

    /// Before anything is sent: the peer must have nothing more to say about what was before. A
    /// 421 is read by the next command as its answer.
    pub(super) fn in_step(&mut self, stage: Stage) -> Result<(), SessionFailure> {
        if !self.wire.has_unread() || self.wire.input.starts_with(b"421") {
            return Ok(());
        }
        let start = String::from_utf8_lossy(&self.wire.input[..self.wire.input.len().min(80)]);
        let detail = format!("the server said more than it was asked: {:?}", start.trim_end());
        Err(self.wire.protocol_error(stage, detail))
    }
}

/// What to say about a reply that makes no sense where it came.
pub(super) fn unexpected(reply: &Reply) -> String {
    let mut text = reply.to_string();
    text.truncate(text.floor_char_boundary(200));
    format!("an answer that does not fit the command: {text:?}")
}

fn put_line(out: &mut BytesMut, line: &str) {
    out.put_slice(line.as_bytes());
    out.put_slice(b"\r\n");
}
