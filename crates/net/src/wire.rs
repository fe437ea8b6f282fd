//! The two directions of a session's connection, with deadlines.
//!
//! A [`Wire`] holds what a client has sent and the session has not used, and what the session has
//! said and not sent. Every read and every write ends in time: with [`Lost`]. The protocol decides
//! what is a line and what is a reply.

use std::io;
use std::pin::Pin;
use std::task::{self, Poll};
use std::time::Duration;

use bytes::BytesMut;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::Instant;
use tokio_rustls::server::TlsStream;

use crate::tls::Tap;

/// A client that does not take our replies is given up after this long.
const WRITE_DEADLINE: Duration = Duration::from_secs(60);

/// Replies are sent at the latest when so many octets wait.
const OUTPUT_LIMIT: usize = 16 * 1024;

/// Room that is made for each read. A command needs far less; content comes in larger pieces.
const READ_SIZE: usize = 4 * 1024;

/// A connection, before or after TLS.
pub enum Stream {
    /// Before TLS.
    Plain(TcpStream),
    /// After the handshake.
    Tls(Box<TlsStream<Tap<TcpStream>>>),
    /// While the one becomes the other; nothing can be read or written.
    Gone,
}

fn gone<T>() -> Poll<io::Result<T>> {
    Poll::Ready(Err(io::ErrorKind::NotConnected.into()))
}

impl AsyncRead for Stream {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut task::Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_read(cx, buf),
            Self::Tls(stream) => Pin::new(stream.as_mut()).poll_read(cx, buf),
            Self::Gone => gone(),
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut task::Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write(cx, buf),
            Self::Tls(stream) => Pin::new(stream.as_mut()).poll_write(cx, buf),
            Self::Gone => gone(),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_flush(cx),
            Self::Tls(stream) => Pin::new(stream.as_mut()).poll_flush(cx),
            Self::Gone => gone(),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            Self::Tls(stream) => Pin::new(stream.as_mut()).poll_shutdown(cx),
            Self::Gone => gone(),
        }
    }
}

/// Why nothing more can be read or written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lost {
    /// The client closed, or the connection broke.
    Closed,
    /// The client was silent for too long.
    Silent,
    /// The client does not take our replies.
    Stuck,
}

/// A connection with what has been read and not used, and what has been said and not sent.
pub struct Wire {
    stream: Stream,
    /// Octets from the client that are still to be used.
    pub input: BytesMut,
    output: BytesMut,
}

impl Wire {
    /// Nothing read, nothing said.
    #[must_use]
    pub fn new(stream: Stream) -> Self {
        Self { stream, input: BytesMut::new(), output: BytesMut::new() }
    }

    /// Gives the connection back; what was not used of the input is dropped.
    #[must_use]
    pub fn into_stream(self) -> Stream {
        self.stream
    }

    /// What waits to be sent; replies are added at its end.
    pub const fn output(&mut self) -> &mut BytesMut {
        &mut self.output
    }

    /// True when so much waits to be sent that it must go first.
    #[must_use]
    pub fn is_output_large(&self) -> bool {
        self.output.len() > OUTPUT_LIMIT
    }

    /// Sends what waits.
    ///
    /// # Errors
    /// [`Lost::Closed`], or [`Lost::Stuck`] when the client does not take it.
    pub async fn flush(&mut self) -> Result<(), Lost> {
        if self.output.is_empty() {
            return Ok(());
        }
        let send = async {
            self.stream.write_all(&self.output).await?;
            match &mut self.stream {
                Stream::Plain(_) | Stream::Gone => Ok(()),
                Stream::Tls(stream) => stream.flush().await,
            }
        };
        let sent = tokio::time::timeout(WRITE_DEADLINE, send).await;
        self.output.clear();
        match sent {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(Lost::Closed),
            Err(_) => Err(Lost::Stuck),
        }
    }

    /// Reads more into `input`, at the latest until `deadline`.
    ///
    /// # Errors
    /// [`Lost::Closed`], or [`Lost::Silent`] when nothing came in time.
    pub async fn read(&mut self, deadline: Instant) -> Result<(), Lost> {
        self.input.reserve(READ_SIZE);
        match tokio::time::timeout_at(deadline, self.stream.read_buf(&mut self.input)).await {
            Ok(Ok(0) | Err(_)) => Err(Lost::Closed),
            Ok(Ok(_)) => Ok(()),
            Err(_) => Err(Lost::Silent),
        }
    }

    /// Ends the connection in good order: what waits is sent, TLS is closed.
    pub async fn close(mut self) {
        if self.flush().await.is_ok() {
            let _ = tokio::time::timeout(Duration::from_secs(5), self.stream.shutdown()).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn dos_03_a_client_that_takes_no_replies_is_given_up() {
        // DOS-03
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let silent = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (stream, _) = listener.accept().await.unwrap();
        let mut wire = Wire::new(Stream::Plain(stream));
        let began = Instant::now();
        // It reads nothing: what the systems of both ends hold is full some time.
        let lost = loop {
            wire.output().resize(OUTPUT_LIMIT * 64, b'x');
            if let Err(lost) = wire.flush().await {
                break lost;
            }
        };
        assert!(matches!(lost, Lost::Stuck), "{lost:?}");
        let waited = began.elapsed();
        assert!(waited >= WRITE_DEADLINE && waited < WRITE_DEADLINE * 2, "{waited:?}");
        drop(silent);
    }
}
