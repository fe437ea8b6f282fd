//! Content on its way out after DATA: dot-stuffing and the end (RFC 5321 section 4.5.2).
//!
//! Stored content has CR LF line ends only (the way in refuses anything else), so only a dot after
//! CR LF, or at the very start, is doubled. Content given as BINARYMIME may have other line ends and
//! must travel by BDAT.

use bytes::{Bytes, BytesMut};

/// What stands before the next octet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Before {
    /// The start of a line.
    #[default]
    LineStart,
    /// A CR.
    Cr,
    /// Anything else.
    Other,
}

/// Dot-stuffs content that comes in pieces.
#[derive(Clone, Copy, Debug, Default)]
pub struct DotStuffer {
    before: Before,
}

impl DotStuffer {
    /// At the start of the content.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends the wire form of the next piece.
    pub fn push(&mut self, piece: &[u8], out: &mut BytesMut) {
        let mut written = 0;
        match (self.before, piece) {
            (_, []) => return,
            (Before::LineStart, [b'.', ..]) => out.extend_from_slice(b"."),
            (Before::Cr, [b'\n', b'.', ..]) => {
                out.extend_from_slice(b"\n.");
                written = 1;
            }
            _ => {}
        }
        for found in memchr::memmem::find_iter(piece, b"\r\n.") {
            out.extend_from_slice(&piece[written..found + 2]);
            out.extend_from_slice(b".");
            written = found + 2;
        }
        out.extend_from_slice(&piece[written..]);
        self.before = match (self.before, piece) {
            (_, [.., b'\r', b'\n']) | (Before::Cr, [b'\n']) => Before::LineStart,
            (_, [.., b'\r']) => Before::Cr,
            _ => Before::Other,
        };
    }

    /// Appends the end of the message; a line end first, when the content lacks it.
    pub fn finish(self, out: &mut BytesMut) {
        out.extend_from_slice(match self.before {
            Before::LineStart => b".\r\n",
            Before::Cr => b"\n.\r\n",
            Before::Other => b"\r\n.\r\n",
        });
    }
}

/// Appends the wire form of whole content, with its end: dots doubled, CR LF added where the content
/// lacks it, then the dot alone. The parts belong one after the other.
pub fn dot_stuff(parts: &[Bytes], out: &mut BytesMut) {
    let size: usize = parts.iter().map(Bytes::len).sum();
    out.reserve(size + size / 64 + 8);
    let mut stuffer = DotStuffer::new();
    for part in parts {
        stuffer.push(part, out);
    }
    stuffer.finish(out);
}
