//! The first octets that a peer answers a handshake with: enough to say which version it speaks when
//! the library can only say that it does not fit.
//!
//! A TLS record begins with its type and version; a hello (ours to a server, or a client's to us)
//! carries the best version that its sender knew before TLS 1.3. Total: any octets give an answer,
//! most of them `None`.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Octets that tell everything that is asked for here: record header, handshake header, version.
const HEAD: usize = 11;

/// A stream that remembers the first octets that were read from it.
#[derive(Debug)]
pub struct Tap<S> {
    stream: S,
    head: [u8; HEAD],
    filled: usize,
}

impl<S> Tap<S> {
    pub(super) fn new(stream: S) -> Self {
        Self { stream, head: [0; HEAD], filled: 0 }
    }

    /// The first octets, [`HEAD`] at most.
    pub(super) fn head(&self) -> &[u8] {
        &self.head[..self.filled.min(HEAD)]
    }

    /// The stream itself.
    pub const fn get_ref(&self) -> &S {
        &self.stream
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Tap<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let result = Pin::new(&mut self.stream).poll_read(context, buffer);
        if self.filled < HEAD {
            let new = buffer.filled().get(before..).unwrap_or_default();
            let start = self.filled;
            let count = new.len().min(HEAD - start);
            self.head[start..start + count].copy_from_slice(&new[..count]);
            self.filled += count;
        }
        result
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Tap<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        octets: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, octets)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        octets: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, octets)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

/// What a peer began with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FirstWord {
    /// A hello with this version (of servers and clients before TLS 1.3: the best they know).
    Hello { minor: u8 },
    /// It refused at once, in a record of this version.
    Alert { minor: u8, description: u8 },
}

const HANDSHAKE: u8 = 22;
const ALERT: u8 = 21;
const PROTOCOL_VERSION: u8 = 70;

/// Reads the first octets of a peer.
pub(super) fn first_word(head: &[u8]) -> Option<FirstWord> {
    match head {
        // A client's hello is message 1, a server's message 2; both have their version first.
        [HANDSHAKE, 3, _, _, _, 1 | 2, _, _, _, 3, minor] => {
            Some(FirstWord::Hello { minor: *minor })
        }
        [ALERT, 3, minor, _, _, _, description, ..] => {
            Some(FirstWord::Alert { minor: *minor, description: *description })
        }
        _ => None,
    }
}

/// The name of the old version that the peer speaks; `None` when nothing says that it is old.
pub(super) fn old_version(head: &[u8]) -> Option<&'static str> {
    match first_word(head)? {
        FirstWord::Hello { minor } => old_name(minor),
        FirstWord::Alert { minor, description: PROTOCOL_VERSION } => {
            // Its records have its own version when it knows no newer one.
            Some(old_name(minor).unwrap_or("TLS 1.1 or older"))
        }
        FirstWord::Alert { .. } => None,
    }
}

fn old_name(minor: u8) -> Option<&'static str> {
    match minor {
        0 => Some("SSL 3.0"),
        1 => Some("TLS 1.0"),
        2 => Some("TLS 1.1"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_versions_are_named_and_new_ones_are_not() {
        let hello = |minor| [22, 3, 1, 0, 42, 2, 0, 0, 38, 3, minor];
        assert_eq!(old_version(&hello(0)), Some("SSL 3.0"));
        assert_eq!(old_version(&hello(1)), Some("TLS 1.0"));
        assert_eq!(old_version(&hello(2)), Some("TLS 1.1"));
        assert_eq!(old_version(&hello(3)), None);
        assert_eq!(old_version(&[21, 3, 1, 0, 2, 2, 70]), Some("TLS 1.0"));
        assert_eq!(old_version(&[21, 3, 3, 0, 2, 2, 70]), Some("TLS 1.1 or older"));
        assert_eq!(old_version(&[21, 3, 1, 0, 2, 2, 40]), None, "a refusal for another reason");
    }

    proptest::proptest! {
        #[test]
        fn any_octets_are_read(octets in proptest::collection::vec(proptest::num::u8::ANY, 0..16)) {
            let _ = old_version(&octets);
        }
    }
}
