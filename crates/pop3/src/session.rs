//! The conversation with one client.
//!
//! A session is a loop: take a line, act on it, answer. Replies wait while further complete commands are
//! there (PIPELINING, RFC 2449 section 6.6) and are sent together. The state is one enum; the open maildrop
//! with its lock belongs to it, so leaving the state lets the mailbox go.

mod authorization;
mod transaction;

use std::net::{IpAddr, SocketAddr};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use causeway_model::config::{Listener, Protocol};
use causeway_net::tls::ChannelBindings;
use causeway_net::wire::{Lost, Stream, Wire};
use futures_util::FutureExt;
use tokio::net::TcpStream;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::{debug, info, warn};

use crate::command::{self, Command, CommandError};
use crate::context::Context;
use crate::line::{LineError, take_line};
use crate::replies::{self, Reply};
use transaction::Open;

/// RFC 1939 section 3: the autologout timer is 10 minutes at least.
const COMMAND_DEADLINE: Duration = Duration::from_secs(600);

/// Who has not logged in after this long does not want to.
const LOGIN_DEADLINE: Duration = Duration::from_secs(600);

/// A handshake takes two round trips.
const HANDSHAKE_DEADLINE: Duration = Duration::from_secs(60);

/// Errors a client may make before its session is ended.
const ERROR_LIMIT: u32 = 50;

/// Commands before the login (CAPA, NOOP, USER again …) before the session is ended.
const LOGIN_COMMAND_LIMIT: u32 = 100;

/// Failed logins before the session is ended. The delays between them are `causeway-accounts`'.
const LOGIN_LIMIT: u32 = 5;

/// Once shutdown has begun, so long may a session with an open mailbox go on.
const DRAIN_LIMIT: Duration = Duration::from_secs(5);

/// Where the conversation stands (RFC 1939 section 3).
enum State {
    /// Nobody has logged in; the name that USER gave.
    Authorization { user: Option<String> },
    /// A mailbox is open.
    Transaction(Box<Open>),
    /// The mailbox is with a blocking thread, or was lost with it.
    Gone,
}

/// What to do after a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    /// Take the next one.
    Continue,
    /// Close the connection; what waits is sent first.
    Close,
}

/// Why a session ended, for the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// QUIT.
    Quit,
    /// The client is gone, or was silent.
    Lost(Lost),
    /// We ended it, and said why.
    Closed,
    /// We ended it in the middle of a reply: nothing may be added to it.
    BrokenOff,
}

impl From<Lost> for End {
    fn from(lost: Lost) -> Self {
        Self::Lost(lost)
    }
}

/// One client's session.
struct Session {
    context: Arc<Context>,
    listener: Arc<Listener>,
    client: IpAddr,
    wire: Wire,
    state: State,
    /// What a login over this connection can be bound to; `None` before TLS.
    bindings: Option<ChannelBindings>,
    /// The client said UTF8: headers in UTF-8 are sent as they are.
    utf8: bool,
    /// When the client must have logged in.
    login_deadline: Instant,
    errors: u32,
    login_commands: u32,
    failed_logins: u32,
    shutdown: CancellationToken,
}

/// Holds the conversation with a client, to its end. Never panics outward.
pub(crate) async fn run(
    context: Arc<Context>,
    listener: Arc<Listener>,
    stream: TcpStream,
    peer: SocketAddr,
    shutdown: CancellationToken,
) {
    let mut session = Session {
        context,
        listener,
        client: peer.ip().to_canonical(),
        wire: Wire::new(Stream::Plain(stream)),
        state: State::Authorization { user: None },
        bindings: None,
        utf8: false,
        login_deadline: Instant::now() + LOGIN_DEADLINE,
        errors: 0,
        login_commands: 0,
        failed_logins: 0,
        shutdown,
    };
    let end = match AssertUnwindSafe(session.converse()).catch_unwind().await {
        Ok(end) => end,
        Err(_) => {
            // The panic hook has logged message and place.
            warn!(client = %session.client, "session ended by an internal error");
            End::BrokenOff
        }
    };
    session.finish(end).await;
}

impl Session {
    async fn converse(&mut self) -> End {
        if self.listener.protocol == Protocol::Pop3s
            && let Err(lost) = self.start_tls().await
        {
            return lost.into();
        }
        self.say(&replies::greeting(&self.context.hostname));
        loop {
            let line = match self.next_line().await {
                Ok(line) => line,
                Err(end) => return end,
            };
            match self.obey(&line).await {
                Ok(Next::Continue) => {}
                Ok(Next::Close) => return End::Quit,
                Err(end) => return end,
            }
            if let Some(reply) = self.end_of_patience() {
                info!(client = %self.client, errors = self.errors, failed_logins = self.failed_logins, "session ended: too many errors");
                self.say(&reply);
                return End::Closed;
            }
        }
    }

    fn end_of_patience(&self) -> Option<Reply> {
        if self.failed_logins >= LOGIN_LIMIT {
            return Some(replies::too_many_logins());
        }
        let is_beyond = self.errors > ERROR_LIMIT || self.login_commands > LOGIN_COMMAND_LIMIT;
        is_beyond.then(replies::too_many_errors)
    }

    /// The next line. Malformed lines are answered here.
    async fn next_line(&mut self) -> Result<Bytes, End> {
        let mut deadline = Instant::now() + COMMAND_DEADLINE;
        if matches!(self.state, State::Authorization { .. }) {
            deadline = deadline.min(self.login_deadline);
        }
        loop {
            match take_line(&mut self.wire.input) {
                Ok(Some(line)) => {
                    if self.wire.is_output_large() {
                        self.wire.flush().await?;
                    }
                    return Ok(line);
                }
                Ok(None) => self.wait_for_more(deadline).await?,
                Err(LineError::TooLong) => {
                    self.say(&replies::line_too_long());
                    return Err(End::Closed);
                }
                Err(LineError::ControlCharacter) => {
                    self.refuse(&replies::control_character());
                    if let Some(reply) = self.end_of_patience() {
                        self.say(&reply);
                        return Err(End::Closed);
                    }
                }
            }
        }
    }

    /// Sends what waits and reads more; during shutdown only while a mailbox is open, and not long.
    async fn wait_for_more(&mut self, deadline: Instant) -> Result<(), End> {
        self.wire.flush().await?;
        let has_mailbox = matches!(self.state, State::Transaction(_));
        let shutdown = self.shutdown.clone();
        let drained = async move {
            shutdown.cancelled().await;
            if has_mailbox {
                tokio::time::sleep(DRAIN_LIMIT).await;
            }
        };
        tokio::select! {
            biased;
            read = self.wire.read(deadline) => return Ok(read?),
            () = drained => {}
        }
        self.say(&replies::shutting_down());
        Err(End::Closed)
    }

    async fn obey(&mut self, line: &[u8]) -> Result<Next, End> {
        if matches!(self.state, State::Authorization { .. }) {
            self.login_commands += 1;
        }
        let command = match command::parse(line) {
            Ok(command) => command,
            Err(error) => {
                if looks_like_other_protocol(line) && self.login_commands == 1 {
                    self.say(&replies::other_protocol());
                    return Err(End::Closed);
                }
                self.refuse(&match error {
                    CommandError::Unknown => replies::unknown_command(),
                    CommandError::Arguments(what) => Reply::error(what),
                    CommandError::NoSuchMessage => replies::no_such_message(),
                });
                return Ok(Next::Continue);
            }
        };
        match command {
            Command::Capa => self.capabilities(),
            Command::Noop if matches!(self.state, State::Transaction(_)) => {
                self.say(&Reply::ok("fine"));
            }
            Command::Quit => return self.quit().await,
            Command::Apop => self.refuse(&replies::no_apop()),
            Command::Stls => return self.stls().await,
            Command::User(_) | Command::Pass(_) | Command::Auth { .. } | Command::Utf8 => {
                return self.authorize(command).await;
            }
            _ => return self.transact(command).await,
        }
        Ok(Next::Continue)
    }

    /// CAPA (RFC 2449 section 5).
    fn capabilities(&mut self) {
        let mut lines = vec!["TOP".to_owned(), "UIDL".to_owned()];
        if self.may_log_in() {
            lines.push("USER".to_owned());
            lines.push(format!("SASL {}", self.mechanisms().join(" ")));
        }
        if self.bindings.is_none() && self.context.tls.is_some() {
            lines.push("STLS".to_owned());
        }
        for line in [
            "RESP-CODES",
            "AUTH-RESP-CODE",
            "PIPELINING",
            "UTF8 USER",
            "EXPIRE NEVER",
            "IMPLEMENTATION Causeway",
        ] {
            lines.push(line.to_owned());
        }
        self.say(&Reply::ok("what this server can do"));
        for line in lines {
            self.say_line(&line);
        }
        self.say_line(".");
    }

    /// STLS (RFC 2595 section 4).
    async fn stls(&mut self) -> Result<Next, End> {
        let State::Authorization { .. } = &self.state else {
            self.refuse(&replies::logged_in_already());
            return Ok(Next::Continue);
        };
        if self.bindings.is_some() {
            self.refuse(&replies::tls_already());
            return Ok(Next::Continue);
        }
        if self.context.tls.is_none() {
            self.refuse(&replies::no_tls());
            return Ok(Next::Continue);
        }
        if !self.wire.input.is_empty() {
            // Commands injected before the handshake (CVE-2011-0411): nothing of them is obeyed.
            warn!(client = %self.client, "command injection: octets after STLS; connection dropped");
            return Err(End::Lost(Lost::Closed));
        }
        self.say(&replies::start_tls());
        self.wire.flush().await?;
        self.start_tls().await?;
        // What was said in plain text counts for nothing.
        self.utf8 = false;
        self.state = State::Authorization { user: None };
        Ok(Next::Continue)
    }

    /// The handshake. The plain-text reader ends here, with whatever arrived in it meanwhile.
    async fn start_tls(&mut self) -> Result<(), Lost> {
        let Some(tls) = self.context.tls.clone() else { return Err(Lost::Closed) };
        let placeholder = Wire::new(Stream::Gone);
        let Stream::Plain(stream) = std::mem::replace(&mut self.wire, placeholder).into_stream()
        else {
            return Err(Lost::Closed);
        };
        match tokio::time::timeout(HANDSHAKE_DEADLINE, tls.handshake(stream)).await {
            Ok(Ok(secured)) => {
                self.bindings = Some(secured.bindings);
                self.wire = Wire::new(Stream::Tls(Box::new(secured.stream)));
                Ok(())
            }
            Ok(Err(error)) => {
                info!(client = %self.client, %error, "TLS handshake failed");
                Err(Lost::Closed)
            }
            Err(_) => Err(Lost::Closed),
        }
    }

    /// QUIT: after the login, the UPDATE state.
    async fn quit(&mut self) -> Result<Next, End> {
        let reply = match std::mem::replace(&mut self.state, State::Gone) {
            State::Transaction(open) => self.update(*open).await?,
            State::Authorization { .. } | State::Gone => replies::bye(),
        };
        self.say(&reply);
        Ok(Next::Close)
    }

    fn say(&mut self, reply: &Reply) {
        reply.write(self.wire.output());
    }

    /// One line of a reply of several.
    fn say_line(&mut self, line: &str) {
        let out = self.wire.output();
        out.extend_from_slice(line.as_bytes());
        out.extend_from_slice(b"\r\n");
    }

    /// Answers with an error that counts against the client.
    fn refuse(&mut self, reply: &Reply) {
        self.errors += 1;
        self.say(reply);
    }

    /// What is left to do after the conversation.
    async fn finish(self, end: End) {
        let Self { client, wire, state, .. } = self;
        debug!(%client, ?end, "session ended");
        if let State::Transaction(open) = state {
            open.log_end(client);
        }
        match end {
            End::Quit | End::Closed => wire.close().await,
            // RFC 1939 section 3: when the time is over, nothing is said.
            End::Lost(_) | End::BrokenOff => {}
        }
    }
}

/// Web browsers and mail servers that knock at the wrong door.
fn looks_like_other_protocol(line: &[u8]) -> bool {
    [&b"GET "[..], b"POST ", b"HEAD ", b"PUT ", b"CONNECT ", b"EHLO", b"HELO", b"\x16\x03"]
        .iter()
        .any(|start| line.starts_with(start))
}
