//! The octets of a message, from the wire's line ends (CRLF) to the ones of files (LF).
//!
//! Only the pair CRLF becomes LF. A CR or an LF that stands alone, which only a message sent as
//! binary can have, stays as it is.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use bytes::Bytes;

use crate::error::MailboxError;

/// Where the octets of a message are. CRLF line ends, not dot-stuffed.
#[derive(Clone, Copy, Debug)]
pub enum MessageContent<'a> {
    /// In memory; the parts belong one after the other.
    Memory(&'a [Bytes]),
    /// In a file.
    File {
        /// Its path.
        path: &'a Path,
        /// Octets in it.
        size: u64,
    },
}

impl MessageContent<'_> {
    /// Octets.
    #[must_use]
    pub fn size(&self) -> u64 {
        match self {
            Self::Memory(parts) => parts.iter().map(|part| part.len() as u64).sum(),
            Self::File { size, .. } => *size,
        }
    }

    /// Writes everything with LF line ends. `target` is what the errors of `out` are about.
    pub(crate) fn write_to<W: Write>(
        &self,
        out: &mut LineEnds<W>,
        target: &Path,
    ) -> Result<(), MailboxError> {
        let writing = |error: io::Error| MailboxError::writing(target, &error);
        match self {
            Self::Memory(parts) => parts.iter().try_for_each(|part| out.write(part)),
            Self::File { path, .. } => {
                let reading = |error: io::Error| MailboxError::Unreadable {
                    path: (*path).to_owned(),
                    detail: error.to_string(),
                };
                let mut file = File::open(path).map_err(reading)?;
                let mut buffer = vec![0; 64 * 1024];
                loop {
                    match file.read(&mut buffer) {
                        Ok(0) => break Ok(()),
                        Ok(n) => out.write(&buffer[..n]).map_err(writing)?,
                        Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                        Err(error) => return Err(reading(error)),
                    }
                }
            }
        }
        .and_then(|()| out.finish())
        .map_err(writing)
    }
}

/// Turns CRLF into LF on the way to a writer, across the borders of chunks, and counts.
#[derive(Debug)]
pub(crate) struct LineEnds<W> {
    out: W,
    /// The last chunk ended with a CR that is not written yet.
    pending_cr: bool,
    written: u64,
    /// Line ends that get a CR again when the message is sent.
    lines: u64,
    /// The last octet that was written is a CR.
    after_cr: bool,
}

impl<W: Write> LineEnds<W> {
    pub(crate) const fn new(out: W) -> Self {
        Self { out, pending_cr: false, written: 0, lines: 0, after_cr: false }
    }

    pub(crate) fn write(&mut self, chunk: &[u8]) -> io::Result<()> {
        let Some(&first) = chunk.first() else { return Ok(()) };
        if std::mem::take(&mut self.pending_cr) && first != b'\n' {
            self.put(b"\r")?;
        }
        let mut rest = chunk;
        while let Some(cr) = memchr::memchr(b'\r', rest) {
            match rest.get(cr + 1) {
                Some(b'\n') => self.put(&rest[..cr])?,
                Some(_) => self.put(&rest[..=cr])?,
                None => {
                    self.pending_cr = true;
                    self.put(&rest[..cr])?;
                }
            }
            rest = &rest[cr + 1..];
        }
        self.put(rest)
    }

    /// Writes a CR that nothing followed.
    fn finish(&mut self) -> io::Result<()> {
        if std::mem::take(&mut self.pending_cr) { self.put(b"\r") } else { Ok(()) }
    }

    fn put(&mut self, octets: &[u8]) -> io::Result<()> {
        self.written += octets.len() as u64;
        for end in memchr::memchr_iter(b'\n', octets) {
            let after_cr = if end == 0 { self.after_cr } else { octets[end - 1] == b'\r' };
            self.lines += u64::from(!after_cr);
        }
        if let Some(last) = octets.last() {
            self.after_cr = *last == b'\r';
        }
        self.out.write_all(octets)
    }

    /// The writer, octets written, and octets it would be with CRLF line ends.
    pub(crate) fn into_parts(self) -> (W, u64, u64) {
        (self.out, self.written, self.written + self.lines)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn convert(chunks: &[&[u8]]) -> (Vec<u8>, u64, u64) {
        let parts: Vec<Bytes> = chunks.iter().map(|chunk| Bytes::copy_from_slice(chunk)).collect();
        let mut ends = LineEnds::new(Vec::new());
        MessageContent::Memory(&parts).write_to(&mut ends, Path::new("x")).unwrap();
        ends.into_parts()
    }

    #[test]
    fn only_the_pair_becomes_a_line_end() {
        for (chunks, expected) in [
            (&[&b"a\r\nb\r\n"[..]][..], &b"a\nb\n"[..]),
            (&[b"a\r", b"\nb"], b"a\nb"),
            (&[b"a\r", b"", b"\r\nb"], b"a\r\nb"),
            (&[b"a\rb\n", b"c\r"], b"a\rb\nc\r"),
            (&[b"\r\r\n\n"], b"\r\n\n"),
            (&[], b""),
        ] {
            let (out, size, _) = convert(chunks);
            assert_eq!(out, expected, "{chunks:?}");
            assert_eq!(size, expected.len() as u64);
        }
        assert_eq!(convert(&[b"a\r\nb\r\n"]).2, 6);
        // In the file it is CRLF, which stays so.
        assert_eq!(convert(&[b"a\r\r", b"\n"]).2, 3);
    }

    proptest::proptest! {
        #[test]
        fn where_chunks_end_makes_no_difference(text in "[ab\r\n]{0,40}", cut in 0usize..40) {
            let octets = text.as_bytes();
            let (a, b) = octets.split_at(cut.min(octets.len()));
            let whole = convert(&[octets]);
            let expected = text.replace("\r\n", "\n").into_bytes();
            proptest::prop_assert_eq!(&whole.0, &expected);
            proptest::prop_assert_eq!(convert(&[a, b]), whole);
        }
    }
}
