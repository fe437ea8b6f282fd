//! One message: the content, and the answer to it.

use std::fmt::Write as _;

use bytes::{BufMut, BytesMut};
use causeway_model::{Failure, Reply, Stage};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite};

use super::connection::unexpected;
use super::transact::{Method, size_of};
use super::transaction::{Ending, Slots};
use super::{Connection, Payload, SessionFailure, Transaction};
use crate::data::{DotStuffer, dot_stuff};

/// Octets read from a stream at once.
const READ_BLOCK: usize = 64 * 1024;

/// How writing the content went.
enum Sent {
    /// All of it, with its end.
    Whole,
    /// The peer answered, or closed, before we were done.
    Interrupted,
    /// Our own copy could not be read. Nothing that looks like an end was sent.
    Unreadable(Failure),
}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Connection<S> {
    /// Appends what belongs in the same write as the last RCPT.
    pub(super) fn put_content_command(&mut self, transaction: &Transaction<'_>, method: Method) {
        let out = &mut self.wire.output;
        match (method, &transaction.payload) {
            (Method::Data, _) => out.put_slice(b"DATA\r\n"),
            (Method::ChunkUnasked, Payload::Parts(parts)) => {
                put_chunk_command(out, size_of(parts));
                parts.iter().for_each(|part| out.put_slice(part));
            }
            _ => {}
        }
    }

    /// Goes on after the envelope. With [`Method::Data`] and [`Method::ChunkUnasked`] the command is on
    /// its way and has to be answered, also when nobody was taken.
    pub(super) async fn content(
        &mut self,
        transaction: &mut Transaction<'_>,
        method: Method,
        slots: &Slots,
    ) -> Result<Ending, SessionFailure> {
        match method {
            Method::ChunkUnasked => self.chunk_answer(slots).await,
            Method::Chunk => {
                if let Some(ending) = slots.nobody_left() {
                    return Ok(ending);
                }
                self.in_step(Stage::Data)?;
                let sent = self.send_chunk(transaction).await?;
                self.end_of_content(sent).await
            }
            Method::Data => {
                let reply = self.wire.reply(Stage::Data, self.timeouts.data).await?;
                if reply.code == 354 {
                    return self.data_content(transaction, slots).await;
                }
                if reply.is_positive() || reply.is_intermediate() {
                    return Err(self.wire.protocol_error(Stage::Data, unexpected(&reply)));
                }
                let refused = Err((Stage::Data, Failure::Replied { reply }));
                Ok(slots.nobody_left().unwrap_or(refused))
            }
        }
    }

    /// The server waits for content.
    async fn data_content(
        &mut self,
        transaction: &mut Transaction<'_>,
        slots: &Slots,
    ) -> Result<Ending, SessionFailure> {
        self.in_step(Stage::Data)?;
        if let Some(ending) = slots.nobody_left() {
            // It took DATA although it had refused everybody: end the message that nobody gets.
            self.wire.output.put_slice(b".\r\n");
            self.wire.flush(Stage::EndOfData, self.timeouts.block).await?;
            self.wire.reply(Stage::EndOfData, self.timeouts.end_of_data).await?;
            self.needs_reset = false;
            return Ok(ending);
        }
        let sent = match &mut transaction.payload {
            Payload::Parts(parts) => {
                dot_stuff(parts, &mut self.wire.output);
                self.flush_content().await?
            }
            Payload::Reader(reader) => {
                self.stream_content(reader, transaction.size, Some(DotStuffer::new())).await?
            }
        };
        self.end_of_content(sent).await
    }

    /// Sends `BDAT size LAST` and the content.
    async fn send_chunk(
        &mut self,
        transaction: &mut Transaction<'_>,
    ) -> Result<Sent, SessionFailure> {
        match &mut transaction.payload {
            Payload::Parts(parts) => {
                put_chunk_command(&mut self.wire.output, size_of(parts));
                for part in *parts {
                    self.wire.output.put_slice(part);
                }
                self.flush_content().await
            }
            Payload::Reader(reader) => {
                put_chunk_command(&mut self.wire.output, transaction.size);
                self.stream_content(reader, transaction.size, None).await
            }
        }
    }

    /// Writes what is in the output. A peer that has answered and stopped reading is heard, and not waited
    /// for.
    async fn flush_content(&mut self) -> Result<Sent, SessionFailure> {
        match self.wire.flush(Stage::Data, self.timeouts.block).await {
            Err(_) if self.wire.has_unread() => return Ok(Sent::Interrupted),
            other => other?,
        }
        Ok(if self.wire.is_writable() { Sent::Whole } else { Sent::Interrupted })
    }

    /// Writes `size` octets from a stream: dot-stuffed and with the end when there is a stuffer, else
    /// as they are.
    async fn stream_content(
        &mut self,
        reader: &mut (dyn AsyncRead + Send + Unpin),
        size: u64,
        mut stuffer: Option<DotStuffer>,
    ) -> Result<Sent, SessionFailure> {
        let mut block = BytesMut::with_capacity(READ_BLOCK);
        let mut left = size;
        loop {
            block.clear();
            block.reserve(READ_BLOCK);
            // One octet more than is left shows a file that is longer than it should be.
            let read = (&mut *reader).take(left.saturating_add(1)).read_buf(&mut block).await;
            match read {
                Ok(0) if left == 0 => break,
                Ok(0) => return Ok(Sent::Unreadable(wrong_size(size, size - left))),
                Ok(count) if count as u64 > left => {
                    return Ok(Sent::Unreadable(wrong_size(size, size + 1)));
                }
                Ok(count) => left -= count as u64,
                Err(error) => {
                    let detail = format!("reading the content failed: {error}");
                    return Ok(Sent::Unreadable(Failure::StoreUnreadable { detail }));
                }
            }
            match &mut stuffer {
                Some(stuffer) => stuffer.push(&block, &mut self.wire.output),
                None => self.wire.output.put_slice(&block),
            }
            if left == 0 && stuffer.is_none() {
                // The last octet of a chunk is its end: it waits until the file has shown its own.
                continue;
            }
            let sent = self.flush_content().await?;
            if matches!(sent, Sent::Interrupted) || self.wire.has_unread() {
                return Ok(Sent::Interrupted);
            }
        }
        if let Some(stuffer) = stuffer {
            stuffer.finish(&mut self.wire.output);
        }
        self.flush_content().await
    }

    /// Reads the answer after the content.
    async fn end_of_content(&mut self, sent: Sent) -> Result<Ending, SessionFailure> {
        match sent {
            Sent::Unreadable(failure) => {
                self.wire.broken = true;
                Ok(Err((Stage::Data, failure)))
            }
            Sent::Interrupted => {
                self.wire.broken = true;
                let reply = self.wire.reply(Stage::Data, self.timeouts.data).await?;
                self.early_answer(reply)
            }
            Sent::Whole => {
                let reply = self.wire.reply(Stage::EndOfData, self.timeouts.end_of_data).await?;
                self.needs_reset = !reply.is_positive();
                self.verdict(reply)
            }
        }
    }

    /// The answer to `BDAT LAST` that went out with the envelope.
    async fn chunk_answer(&mut self, slots: &Slots) -> Result<Ending, SessionFailure> {
        let reply = self.wire.reply(Stage::EndOfData, self.timeouts.end_of_data).await?;
        if !self.wire.is_writable() {
            return self.early_answer(reply);
        }
        if self.wire.has_unread() {
            // One reply too many: which of them is the answer to the content cannot be known, and a
            // message must not be taken for delivered that was not.
            self.in_step(Stage::EndOfData)?;
        }
        self.needs_reset = !reply.is_positive();
        match slots.nobody_left() {
            Some(ending) => Ok(ending),
            None => self.verdict(reply),
        }
    }

    /// The answer for the whole message.
    fn verdict(&mut self, reply: Reply) -> Result<Ending, SessionFailure> {
        if reply.is_positive() {
            Ok(Ok(reply))
        } else if reply.is_intermediate() {
            Err(self.wire.protocol_error(Stage::EndOfData, unexpected(&reply)))
        } else {
            Ok(Err((Stage::EndOfData, Failure::Replied { reply })))
        }
    }

    /// An answer that came before the end of the content: a refusal is one, a 2yz cannot be.
    fn early_answer(&mut self, reply: Reply) -> Result<Ending, SessionFailure> {
        if reply.is_positive() || reply.is_intermediate() {
            return Err(self.wire.protocol_error(Stage::Data, unexpected(&reply)));
        }
        Ok(Err((Stage::Data, Failure::Replied { reply })))
    }
}

fn put_chunk_command(out: &mut BytesMut, size: u64) {
    // Writing into memory cannot fail.
    let _ = write!(out, "BDAT {size} LAST\r\n");
}

fn wrong_size(expected: u64, found: u64) -> Failure {
    let found = if found > expected { "more".to_owned() } else { found.to_string() };
    Failure::StoreUnreadable {
        detail: format!("the content should have {expected} octets and has {found}"),
    }
}
