//! The conversation with one client.
//!
//! A session is a loop: take a line, act on it, answer. Replies wait while further complete
//! commands are there (PIPELINING, RFC 2920) and are sent together. The state is one enum that
//! owns the transaction; every change of state is an assignment in this file.

mod auth;
mod commands;
mod content;
mod seen;

pub(crate) use content::Chunks;

use std::net::{IpAddr, SocketAddr};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use causeway_model::Reply;
use causeway_model::config::{Listener, Protocol};
use causeway_net::tls::ChannelBindings;
use causeway_smtp::command::looks_like_other_protocol;
use causeway_smtp::line::{LineError, take_line};
use futures_util::FutureExt;
use tokio::net::TcpStream;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::{debug, info, warn};

use crate::context::Context;
use crate::io::{Lost, Say, Stream, Wire};
use crate::replies;
use crate::transaction::Transaction;

/// RFC 5321 section 4.5.3.2.7: how long a client may take for its next command.
const COMMAND_DEADLINE: Duration = Duration::from_secs(300);

/// A command line with its CRLF; RFC 5321 asks for 512, parameters of extensions need more.
const LINE_LIMIT: usize = 4096;

/// Errors that a client may make before its session is ended.
const ERROR_LIMIT: u32 = 20;

/// Commands without effect (NOOP, RSET, VRFY, HELP, EHLO again) before the session is ended.
const IDLE_COMMAND_LIMIT: u32 = 500;

/// Recipients that may be refused before the session is ended.
const REFUSAL_LIMIT: u32 = 100;

/// Once shutdown has begun, so long may a running transaction go on.
const DRAIN_LIMIT: Duration = Duration::from_secs(30);

/// What the client said in EHLO or HELO.
#[derive(Clone, Debug)]
struct Hello {
    name: String,
    extended: bool,
}

/// Where the conversation stands.
enum State {
    /// Nothing has been said, or TLS has just begun.
    Fresh,
    /// After EHLO or HELO.
    Greeted(Hello),
    /// After MAIL.
    Mail(Hello, Box<Transaction>),
}

/// What to do after a command.
enum Next {
    /// Take the next one.
    Continue,
    /// Close the connection; what waits is sent first.
    Close,
}

/// Why a session ended, for the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Quit,
    Lost(Lost),
    Closed,
}

impl From<Lost> for End {
    fn from(lost: Lost) -> Self {
        Self::Lost(lost)
    }
}

/// One client's session.
pub(crate) struct Session {
    context: Arc<Context>,
    /// The listener it came by.
    listener: Arc<Listener>,
    client: IpAddr,
    wire: Wire,
    state: State,
    /// TLS version and cipher, once TLS is on.
    tls: Option<String>,
    /// DNS names in the client's certificate, when it was verified.
    certificate_names: Vec<String>,
    /// What a login over this connection can be bound to.
    bindings: ChannelBindings,
    /// Who has logged in.
    user: Option<auth::User>,
    errors: u32,
    idle_commands: u32,
    refusals: u32,
    /// DNS questions asked for this client's refusals.
    look_ups: u32,
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
        state: State::Fresh,
        tls: None,
        certificate_names: Vec::new(),
        bindings: ChannelBindings::default(),
        user: None,
        errors: 0,
        idle_commands: 0,
        refusals: 0,
        look_ups: 0,
        shutdown,
    };
    let end = match AssertUnwindSafe(session.greet_and_converse()).catch_unwind().await {
        Ok(end) => end,
        Err(_) => {
            // The panic hook has logged message and place.
            warn!(client = %session.client, "session ended by an internal error");
            session.wire.say(&replies::internal_error(&session.context.hostname));
            End::Closed
        }
    };
    debug!(client = %session.client, ?end, "session ended");
    match end {
        End::Quit | End::Closed => session.wire.close().await,
        End::Lost(Lost::Silent) => {
            session.wire.say(&replies::timed_out(&session.context.hostname));
            session.wire.close().await;
        }
        End::Lost(Lost::Closed | Lost::Stuck) => {}
    }
}

impl Session {
    async fn greet_and_converse(&mut self) -> End {
        if self.listener.protocol == Protocol::Submissions
            && let Err(lost) = self.begin_tls().await
        {
            return lost.into();
        }
        self.wire.say(&replies::greeting(&self.context.hostname));
        self.converse().await
    }

    async fn converse(&mut self) -> End {
        loop {
            match self.next_line().await {
                Ok(line) => match self.obey(&line).await {
                    Ok(Next::Continue) => {}
                    Ok(Next::Close) => return End::Quit,
                    Err(end) => return end,
                },
                Err(end) => return end,
            }
            if self.is_beyond_patience() {
                info!(client = %self.client, errors = self.errors, refusals = self.refusals, "too many errors");
                self.wire.say(&replies::too_many_errors(&self.context.hostname));
                return End::Closed;
            }
        }
    }

    fn is_beyond_patience(&self) -> bool {
        self.errors > ERROR_LIMIT
            || self.idle_commands > IDLE_COMMAND_LIMIT
            || self.refusals > REFUSAL_LIMIT
    }

    /// The next command line. Malformed lines are answered here.
    async fn next_line(&mut self) -> Result<Bytes, End> {
        let deadline = Instant::now() + COMMAND_DEADLINE;
        loop {
            if self.is_other_protocol() {
                return Err(End::Closed);
            }
            match take_line(&mut self.wire.input, LINE_LIMIT) {
                Ok(Some(line)) => {
                    if self.wire.is_output_large() {
                        self.wire.flush().await?;
                    }
                    return Ok(line);
                }
                Ok(None) => self.wait_for_more(deadline).await?,
                Err(LineError::TooLong) => {
                    self.wire.say(&replies::line_too_long());
                    return Err(End::Closed);
                }
                Err(_) => {
                    self.refuse(&replies::bare_line_end_in_command());
                    if self.is_beyond_patience() {
                        self.wire.say(&replies::too_many_errors(&self.context.hostname));
                        return Err(End::Closed);
                    }
                }
            }
        }
    }

    /// True when the first thing that came is plainly not SMTP; says so.
    fn is_other_protocol(&mut self) -> bool {
        if !matches!(self.state, State::Fresh) || self.errors > 0 {
            return false;
        }
        let Some(protocol) = looks_like_other_protocol(&self.wire.input) else { return false };
        info!(client = %self.client, protocol, "not SMTP");
        self.wire.say(&replies::not_smtp(&self.context.hostname));
        true
    }

    /// Sends what waits and reads more; during shutdown only as long as a transaction runs.
    async fn wait_for_more(&mut self, deadline: Instant) -> Result<(), End> {
        self.wire.flush().await?;
        if matches!(self.state, State::Mail(..)) {
            let drain = {
                let shutdown = self.shutdown.clone();
                async move {
                    shutdown.cancelled().await;
                    tokio::time::sleep(DRAIN_LIMIT).await;
                }
            };
            tokio::select! {
                biased;
                read = self.wire.read(deadline) => return Ok(read?),
                () = drain => {}
            }
        } else {
            tokio::select! {
                biased;
                () = self.shutdown.cancelled() => {}
                read = self.wire.read(deadline) => return Ok(read?),
            }
        }
        self.wire.say(&replies::shutting_down(&self.context.hostname));
        Err(End::Closed)
    }

    /// Answers with an error that counts against the client.
    fn refuse(&mut self, reply: &Reply) {
        self.errors += 1;
        self.wire.say(reply);
    }
}
