//! After the login: the TRANSACTION state (RFC 1939 section 5), and UPDATE.
//!
//! The maildrop blocks, so each use of it happens on a blocking thread: it goes there and comes back. A small
//! message is one such trip, header, content and all.

use std::net::IpAddr;

use bytes::BytesMut;
use causeway_mailbox::{Maildrop, MaildropError, MessageReader};
use causeway_model::Address;
use tracing::{info, warn};

use super::{End, Next, Session, State};
use crate::command::Command;
use crate::replies::{self, Reply};

/// An open mailbox, and what has been done with it.
pub(super) struct Open {
    pub(super) mailbox: Address,
    pub(super) maildrop: Maildrop,
    /// Messages and octets that were sent whole.
    pub(super) retrieved: (u64, u64),
}

impl Open {
    /// A session that ended without QUIT.
    pub(super) fn log_end(&self, client: IpAddr) {
        let (retrieved, octets) = self.retrieved;
        info!(%client, mailbox = %self.mailbox, retrieved, octets, "POP3 session ended without QUIT: nothing was removed");
    }
}

/// What the first trip for a message brought.
enum Opened {
    /// All of it is in the output; its octets.
    Whole(u64),
    /// There is more to come.
    Part(MessageReader),
    /// The answer to give instead.
    Refused(Reply),
}

impl Session {
    /// Carries out a command of the TRANSACTION state.
    pub(super) async fn transact(&mut self, command: Command<'_>) -> Result<Next, End> {
        let State::Transaction(open) = &mut self.state else {
            self.refuse(&replies::not_now());
            return Ok(Next::Continue);
        };
        match command {
            Command::Rset => {
                open.maildrop.unmark_all();
                let count = open.maildrop.len();
                self.say(&Reply::ok(format!("{count} messages")));
            }
            Command::Dele(number) => match find(&open.maildrop, number) {
                Ok(index) => {
                    open.maildrop.mark(index);
                    self.say(&Reply::ok("deleted"));
                }
                Err(reply) => self.refuse(&reply),
            },
            Command::Stat => {
                self.measure().await?;
                self.stat();
            }
            Command::List(number) => {
                self.measure().await?;
                self.list(number, |maildrop, index| maildrop.size(index).unwrap_or(0).to_string())
                    .await?;
            }
            Command::Uidl(number) => {
                self.list(number, |maildrop, index| maildrop.unique_id(index).unwrap_or_default())
                    .await?;
            }
            Command::Retr(number) => self.retrieve(number, None).await?,
            Command::Top(number, lines) => self.retrieve(number, Some(lines)).await?,
            _ => self.refuse(&replies::logged_in_already()),
        }
        Ok(Next::Continue)
    }

    /// Runs something with the open mailbox on a blocking thread.
    async fn blocking<T: Send + 'static>(
        &mut self,
        work: impl FnOnce(&mut Maildrop) -> T + Send + 'static,
    ) -> Result<T, End> {
        let State::Transaction(mut open) = std::mem::replace(&mut self.state, State::Gone) else {
            return Err(End::BrokenOff);
        };
        let done = tokio::task::spawn_blocking(move || {
            let result = work(&mut open.maildrop);
            (open, result)
        });
        // An error is a panic over there, which has been logged; the mailbox went with it.
        let (open, result) = done.await.map_err(|_| End::BrokenOff)?;
        self.state = State::Transaction(open);
        Ok(result)
    }

    /// Makes sure that every size is known.
    async fn measure(&mut self) -> Result<(), End> {
        match &self.state {
            State::Transaction(open) if !open.maildrop.is_measured() => {
                self.blocking(Maildrop::measure).await
            }
            _ => Ok(()),
        }
    }

    fn stat(&mut self) {
        let State::Transaction(open) = &self.state else { return };
        let maildrop = &open.maildrop;
        let (mut count, mut octets) = (0u64, 0u64);
        for index in (0..maildrop.len()).filter(|index| !maildrop.is_marked(*index)) {
            count += 1;
            octets = octets.saturating_add(maildrop.size(index).unwrap_or(0));
        }
        self.say(&Reply::ok(format!("{count} {octets}")));
    }

    /// LIST and UIDL: one line for one message, or a line for each that is not marked.
    async fn list(
        &mut self,
        number: Option<u32>,
        describe: impl Fn(&Maildrop, usize) -> String,
    ) -> Result<(), End> {
        let State::Transaction(open) = &self.state else { return Ok(()) };
        let maildrop = &open.maildrop;
        if let Some(number) = number {
            match find(maildrop, number) {
                Ok(index) => {
                    let line = format!("{number} {}", describe(maildrop, index));
                    self.say(&Reply::ok(line));
                }
                Err(reply) => self.refuse(&reply),
            }
            return Ok(());
        }
        Reply::ok("the messages").write(self.wire.output());
        for index in 0..maildrop.len() {
            if maildrop.is_marked(index) {
                continue;
            }
            let line = format!("{} {}\r\n", index + 1, describe(maildrop, index));
            self.wire.output().extend_from_slice(line.as_bytes());
            if self.wire.is_output_large() {
                self.wire.flush().await?;
            }
        }
        self.say_line(".");
        Ok(())
    }

    /// RETR and TOP.
    async fn retrieve(&mut self, number: u32, lines: Option<u64>) -> Result<(), End> {
        let State::Transaction(open) = &self.state else { return Ok(()) };
        let index = match find(&open.maildrop, number) {
            Ok(index) => index,
            Err(reply) => {
                self.refuse(&reply);
                return Ok(());
            }
        };
        let out = std::mem::take(self.wire.output());
        let wanted = Wanted { index, lines, utf8: self.utf8 };
        let (out, opened) = self.blocking(move |drop| first_part(drop, wanted, out)).await?;
        *self.wire.output() = out;
        match opened {
            Opened::Whole(octets) => self.count(lines, octets),
            Opened::Part(reader) => self.send_rest(index, lines, reader).await?,
            Opened::Refused(reply) => self.refuse(&reply),
        }
        Ok(())
    }

    /// Sends a message that is larger than one piece.
    async fn send_rest(
        &mut self,
        index: usize,
        lines: Option<u64>,
        mut reader: MessageReader,
    ) -> Result<(), End> {
        loop {
            self.wire.flush().await?;
            let mut out = std::mem::take(self.wire.output());
            let part = self.blocking(move |maildrop| {
                let more = reader.next(&mut out);
                if matches!(more, Ok(false)) {
                    finish_message(maildrop, index, lines, &reader, &mut out);
                }
                (out, reader, more)
            });
            let (out, back, more) = part.await?;
            reader = back;
            match more {
                Ok(true) => *self.wire.output() = out,
                Ok(false) => {
                    *self.wire.output() = out;
                    self.count(lines, reader.octets());
                    return Ok(());
                }
                Err(error) => {
                    // No final dot: the client must not take it for whole.
                    warn!(client = %self.client, %error, "a message broke off; connection closed");
                    return Err(End::BrokenOff);
                }
            }
        }
    }

    fn count(&mut self, lines: Option<u64>, octets: u64) {
        if let (State::Transaction(open), None) = (&mut self.state, lines) {
            open.retrieved.0 += 1;
            open.retrieved.1 += octets;
        }
    }

    /// The UPDATE state: what was deleted is removed.
    pub(super) async fn update(&mut self, open: Open) -> Result<Reply, End> {
        let Open { mailbox, maildrop, retrieved: (retrieved, octets) } = open;
        let updated = tokio::task::spawn_blocking(move || maildrop.update());
        let updated = updated.await.map_err(|_| End::BrokenOff)?;
        info!(client = %self.client, %mailbox, retrieved, octets, removed = updated.removed, "POP3 session ended");
        if let Some(error) = updated.error {
            warn!(%mailbox, %error, kept = updated.kept, "deleted messages could not be removed for good");
        }
        Ok(if updated.kept > 0 { replies::not_all_removed(updated.kept) } else { replies::bye() })
    }
}

/// The index of the message with this number.
fn find(maildrop: &Maildrop, number: u32) -> Result<usize, Reply> {
    let index = usize::try_from(number).unwrap_or(usize::MAX).wrapping_sub(1);
    if index >= maildrop.len() {
        return Err(replies::no_such_message());
    }
    if maildrop.is_marked(index) { Err(replies::marked_message()) } else { Ok(index) }
}

/// What is asked for by RETR (no number of lines) and TOP.
#[derive(Clone, Copy)]
struct Wanted {
    index: usize,
    lines: Option<u64>,
    utf8: bool,
}

/// Opens a message and adds its first piece to the output.
fn first_part(maildrop: &mut Maildrop, wanted: Wanted, mut out: BytesMut) -> (BytesMut, Opened) {
    let Wanted { index, lines, utf8 } = wanted;
    let before = out.len();
    let size = maildrop.size(index);
    let opened = maildrop.read(index, lines, utf8).and_then(|mut reader| {
        let reply = match (lines, size) {
            (None, Some(size)) => Reply::ok(format!("{size} octets")),
            _ => Reply::ok("here it is"),
        };
        reply.write(&mut out);
        if reader.next(&mut out)? {
            return Ok(Opened::Part(reader));
        }
        finish_message(maildrop, index, lines, &reader, &mut out);
        Ok(Opened::Whole(reader.octets()))
    });
    let opened = opened.unwrap_or_else(|error| {
        out.truncate(before);
        Opened::Refused(match error {
            MaildropError::Gone => replies::message_gone(),
            other => {
                warn!(error = %other, "a message could not be read");
                replies::cannot_read()
            }
        })
    });
    (out, opened)
}

/// A message has been read to its end.
fn finish_message(
    maildrop: &mut Maildrop,
    index: usize,
    lines: Option<u64>,
    reader: &MessageReader,
    out: &mut BytesMut,
) {
    out.extend_from_slice(b".\r\n");
    if lines.is_none() {
        maildrop.set_size(index, reader.octets());
        maildrop.mark_seen(index);
    }
}
