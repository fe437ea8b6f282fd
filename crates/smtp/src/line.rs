//! Framing of command lines on the receiving side.
//!
//! **What it promises.** Only CR LF ends a line (RFC 5321 section 2.3.8). A line that has a CR or LF
//! anywhere else is never given out, so one line is always one command, on every port and for
//! every client. Nothing is consumed before a whole line is there.
//!
//! **How it fails.** With a [`LineError`]. The faulty line, up to and including its LF, is gone
//! from the buffer when its LF has arrived; so the next call sees the next line. A line that is
//! too long and still has no LF stays in the buffer: the session answers, and closes.

use bytes::{Buf, Bytes, BytesMut};

use causeway_model::{EnhancedCode, Reply};

/// The limit of RFC 5321 section 4.5.3.1.4 for a command line, CR LF included.
pub const COMMAND_LINE_LIMIT: usize = 512;

/// The limit used for MAIL and RCPT: room for every parameter that we offer (RFC 5321 section
/// 4.5.3.1.4 lets each extension raise the limit), CR LF included.
pub const PARAMETER_LINE_LIMIT: usize = 2048;

/// The limit for AUTH and the lines of its exchange (RFC 4954 section 4), CR LF included.
pub const AUTH_LINE_LIMIT: usize = 12_288;

/// Why a line was not given out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LineError {
    /// A CR that no LF follows.
    #[error("a CR without LF in a command line")]
    BareCr,
    /// An LF that no CR precedes.
    #[error("a command line that ends with LF alone")]
    BareLf,
    /// A NUL octet.
    #[error("a NUL octet in a command line")]
    Nul,
    /// Longer than the limit.
    #[error("a command line that is too long")]
    TooLong,
}

impl LineError {
    /// The answer for the client. After [`LineError::TooLong`] the session should close unless
    /// the line's LF has been seen.
    #[must_use]
    pub fn reply(self) -> Reply {
        let text = match self {
            Self::BareCr => "Your line has a CR without LF; end each command with CR LF",
            Self::BareLf => "Your line ends with LF alone; end each command with CR LF",
            Self::Nul => "Your line has a NUL octet",
            Self::TooLong => "Your line is too long",
        };
        let code = if self == Self::TooLong { 500 } else { 501 };
        Reply::new(code, Some(EnhancedCode::new(5, 5, 2)), text)
    }
}

/// Takes one line from the front of `buffer` and returns it without its CR LF; `None` when no
/// whole line is there yet. `limit` counts octets with CR LF.
///
/// # Errors
/// One [`LineError`]; see the module's manual for what is consumed then.
pub fn take_line(buffer: &mut BytesMut, limit: usize) -> Result<Option<Bytes>, LineError> {
    let window = &buffer[..buffer.len().min(limit)];
    let Some(end) = memchr::memchr(b'\n', window) else {
        if buffer.len() < limit {
            return Ok(None);
        }
        discard_line(buffer);
        return Err(LineError::TooLong);
    };
    let error = match window[..end].split_last() {
        Some((b'\r', text)) => fault_in(text),
        _ => Some(LineError::BareLf),
    };
    if let Some(error) = error {
        buffer.advance(end + 1);
        return Err(error);
    }
    let mut line = buffer.split_to(end + 1);
    line.truncate(end - 1);
    Ok(Some(line.freeze()))
}

/// What is wrong inside a line that ends properly.
fn fault_in(text: &[u8]) -> Option<LineError> {
    match memchr::memchr2(b'\r', 0, text) {
        None => None,
        Some(at) if text[at] == b'\r' => Some(LineError::BareCr),
        Some(_) => Some(LineError::Nul),
    }
}

/// Drops everything up to and including the first LF; when there is none, drops nothing.
fn discard_line(buffer: &mut BytesMut) {
    if let Some(end) = memchr::memchr(b'\n', buffer) {
        buffer.advance(end + 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn take(text: &[u8], limit: usize) -> (Result<Option<Bytes>, LineError>, BytesMut) {
        let mut buffer = BytesMut::from(text);
        let taken = take_line(&mut buffer, limit);
        (taken, buffer)
    }

    #[test]
    fn only_crlf_ends_a_line() {
        for (input, taken, left) in [
            (&b"NOOP\r\nQUIT\r\n"[..], Ok(Some(&b"NOOP"[..])), &b"QUIT\r\n"[..]),
            (b"\r\n", Ok(Some(b"")), b""),
            (b"NOOP\r", Ok(None), b"NOOP\r"),
            (b"", Ok(None), b""),
            (b"EHLO x\nQUIT\r\n", Err(LineError::BareLf), b"QUIT\r\n"),
            (b"\nQUIT\r\n", Err(LineError::BareLf), b"QUIT\r\n"),
            (b"NOOP \rRSET\r\nQUIT", Err(LineError::BareCr), b"QUIT"),
            (b"NOOP\r\r\nQUIT", Err(LineError::BareCr), b"QUIT"),
            (b"NO\0OP\r\nQUIT", Err(LineError::Nul), b"QUIT"),
        ] {
            let (got, rest) = take(input, 512);
            assert_eq!(got, taken.map(|t| t.map(Bytes::from_static)), "{input:?}");
            assert_eq!(&rest[..], left, "{input:?}");
        }
    }

    #[test]
    fn the_limit_counts_crlf_and_the_rest_of_a_long_line_is_not_a_command() {
        let line = |n: usize| [&b"a".repeat(n)[..], b"\r\nQUIT\r\n"].concat();
        assert_eq!(take(&line(510), 512).0.unwrap().unwrap().len(), 510);
        let (got, rest) = take(&line(511), 512);
        assert_eq!(got, Err(LineError::TooLong));
        assert_eq!(&rest[..], b"QUIT\r\n");
        assert_eq!(take(&b"a".repeat(511), 512).0, Ok(None));
        assert_eq!(take(&b"a".repeat(512), 512).0, Err(LineError::TooLong));
        let (got, rest) = take(&b"a".repeat(4000), 512);
        assert_eq!(got, Err(LineError::TooLong));
        assert_eq!(rest.len(), 4000, "stays, so that its end is never read as a command");
    }

    proptest! {
        #[test]
        fn a_line_comes_out_the_same_however_it_arrives(
            input in proptest::collection::vec(
                prop_oneof![Just(b'\r'), Just(b'\n'), Just(0u8), Just(b'a')], 0..60),
            cut in 0usize..60,
        ) {
            let all = |pieces: &[&[u8]]| {
                let (mut buffer, mut seen) = (BytesMut::new(), Vec::new());
                for piece in pieces {
                    buffer.extend_from_slice(piece);
                    loop {
                        match take_line(&mut buffer, 1000) {
                            Ok(None) => break,
                            other => seen.push(other),
                        }
                    }
                }
                seen
            };
            let cut = cut.min(input.len());
            prop_assert_eq!(all(&[&input]), all(&[&input[..cut], &input[cut..]]));
        }
    }
}
