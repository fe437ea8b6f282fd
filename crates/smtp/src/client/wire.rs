//! Octets and time limits: writing commands, reading replies.
//!
//! Writing reads as well: a peer that has answers for us may not take more until we take them (RFC
//! 2920 section 3.1), and one that closes in the middle of a message has often said why. So a
//! write that fails is not reported by itself; the replies that came are read first, and the end of
//! the stream after them is the failure.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::BytesMut;
use causeway_model::{Failure, Reply, Stage};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf};
use tokio::time::timeout;

use super::SessionFailure;
use crate::reply::{ReplyError, ReplyReader};

/// The most that one write with one time limit covers.
const BLOCK: usize = 64 * 1024;

/// Octets of replies to take while writing; a peer that sends more is not read until we are done.
const UNREAD_LIMIT: usize = 128 * 1024;

/// A stream with its buffers.
#[derive(Debug)]
pub(super) struct Wire<S> {
    stream: S,
    /// What came and is not read yet.
    pub(super) input: BytesMut,
    /// What is to be written by the next [`Self::flush`].
    pub(super) output: BytesMut,
    reader: ReplyReader,
    /// Octets received in all.
    received: u64,
    /// The connection is of no further use.
    pub(super) broken: bool,
    /// Nothing can be written any more; there may still be something to read.
    write_failed: bool,
    /// Why nothing can be read any more; `None` while it can.
    ended: Option<Ended>,
}

/// How a stream ended.
#[derive(Debug)]
enum Ended {
    /// Closed, reset or broken.
    Closed,
    /// The stream's own complaint about what it received (TLS).
    Invalid(String),
}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Wire<S> {
    pub(super) fn new(stream: S) -> Self {
        Self {
            stream,
            input: BytesMut::new(),
            output: BytesMut::new(),
            reader: ReplyReader::new(),
            received: 0,
            broken: false,
            write_failed: false,
            ended: None,
        }
    }

    pub(super) fn into_stream(self) -> S {
        self.stream
    }

    pub(super) fn stream(&self) -> &S {
        &self.stream
    }

    pub(super) fn stream_mut(&mut self) -> &mut S {
        &mut self.stream
    }

    /// Everything that was to be written has been.
    pub(super) fn is_writable(&self) -> bool {
        !self.write_failed
    }

    /// The peer has said something that we have not asked for yet.
    pub(super) fn has_unread(&self) -> bool {
        !self.input.is_empty() || self.reader.is_partial()
    }

    /// Marks the connection as useless and names the failure.
    pub(super) fn fail(&mut self, stage: Stage, failure: Failure) -> SessionFailure {
        self.broken = true;
        tracing::debug!(stage = stage.name(), ?failure, "the SMTP session failed");
        SessionFailure::new(stage, failure)
    }

    /// The peer does not keep to the protocol.
    pub(super) fn protocol_error(&mut self, stage: Stage, detail: String) -> SessionFailure {
        self.fail(stage, Failure::ProtocolError { detail })
    }

    /// Writes the output; each block has the time `limit`. Fails only when time is up: see the module's
    /// manual.
    pub(super) async fn flush(
        &mut self,
        stage: Stage,
        limit: Duration,
    ) -> Result<(), SessionFailure> {
        let mut output = std::mem::take(&mut self.output);
        let mut result = Ok(());
        for block in output.chunks(BLOCK) {
            if !self.is_writable() {
                break;
            }
            match timeout(limit, poll_fn(self.write_block(block))).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => {
                    tracing::debug!(stage = stage.name(), %error, "writing to the peer failed");
                    self.broken = true;
                    self.write_failed = true;
                }
                Err(_) => {
                    result = Err(self.fail(stage, timed_out(limit)));
                    break;
                }
            }
        }
        output.clear();
        // A connection that waits for its next message keeps no room for a big one.
        self.output = if output.capacity() > 4 * BLOCK { BytesMut::new() } else { output };
        result
    }

    /// Polls one block out, and replies in while the block is stuck.
    fn write_block<'a>(
        &'a mut self,
        block: &'a [u8],
    ) -> impl FnMut(&mut Context<'_>) -> Poll<io::Result<()>> + 'a {
        let mut rest = block;
        move |context| loop {
            let stream = Pin::new(&mut self.stream);
            let progress = if rest.is_empty() {
                stream.poll_flush(context).map_ok(|()| None)
            } else {
                stream.poll_write(context, rest).map_ok(Some)
            };
            match progress {
                Poll::Ready(Ok(None)) => return Poll::Ready(Ok(())),
                Poll::Ready(Ok(Some(0))) => {
                    return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
                }
                Poll::Ready(Ok(Some(written))) => rest = &rest[written..],
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Pending => match self.poll_read_ahead(context) {
                    Poll::Ready(Ok(())) => {}
                    Poll::Ready(Err(error)) => {
                        self.end(&error);
                        return Poll::Ready(Err(error));
                    }
                    Poll::Pending => return Poll::Pending,
                },
            }
        }
    }

    /// Reads what is there into the input. The end of the stream is an error.
    fn poll_read_ahead(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.input.len() >= UNREAD_LIMIT {
            return Poll::Pending;
        }
        let mut space = [0u8; 4096];
        let mut buffer = ReadBuf::new(&mut space);
        std::task::ready!(Pin::new(&mut self.stream).poll_read(context, &mut buffer))?;
        if buffer.filled().is_empty() {
            return Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into()));
        }
        self.received += buffer.filled().len() as u64;
        self.input.extend_from_slice(buffer.filled());
        Poll::Ready(Ok(()))
    }

    /// Reads one reply; the whole of it has the time `limit`.
    pub(super) async fn reply(
        &mut self,
        stage: Stage,
        limit: Duration,
    ) -> Result<Reply, SessionFailure> {
        // Pipelined replies are mostly here already, and need no clock.
        let reply = match self.reader.read(&mut self.input) {
            Ok(Some(reply)) => Ok(reply),
            Ok(None) => match timeout(limit, self.read_reply()).await {
                Ok(result) => result,
                Err(_) => Err(timed_out(limit)),
            },
            Err(error) => Err(not_smtp(&error)),
        };
        match reply {
            Ok(reply) => {
                tracing::trace!(stage = stage.name(), %reply, "reply");
                // The peer closes after 421, whatever it answered (RFC 5321 section 4.2.3).
                self.broken |= reply.code == 421;
                Ok(reply)
            }
            Err(failure) => Err(self.fail(stage, failure)),
        }
    }

    async fn read_reply(&mut self) -> Result<Reply, Failure> {
        loop {
            if let Some(ended) = &self.ended {
                return Err(match ended {
                    Ended::Closed => Failure::ClosedAbruptly { bytes_received: self.received },
                    Ended::Invalid(detail) => Failure::ProtocolError { detail: detail.clone() },
                });
            }
            self.input.reserve(4096);
            match self.stream.read_buf(&mut self.input).await {
                Ok(0) => self.ended = Some(Ended::Closed),
                Ok(count) => self.received += count as u64,
                Err(error) => self.end(&error),
            }
            if let Some(reply) = self.reader.read(&mut self.input).map_err(|e| not_smtp(&e))? {
                return Ok(reply);
            }
        }
    }

    fn end(&mut self, error: &io::Error) {
        self.broken = true;
        self.ended = Some(match error.kind() {
            io::ErrorKind::InvalidData => Ended::Invalid(format!("the stream failed: {error}")),
            _ => Ended::Closed,
        });
    }
}

fn timed_out(limit: Duration) -> Failure {
    Failure::TimedOut { after_ms: u64::try_from(limit.as_millis()).unwrap_or(u64::MAX) }
}

fn not_smtp(error: &ReplyError) -> Failure {
    Failure::ProtocolError { detail: error.to_string() }
}
