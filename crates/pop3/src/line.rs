//! Framing of command lines.
//!
//! A line ends with LF, and a CR before it belongs to the end: people who type commands into a plain
//! connection send LF alone. That is no danger here as it is in SMTP: no command of POP3 carries
//! content, and nothing that a client says is ever passed on. CR and NUL anywhere else are refused.

use bytes::{Buf, Bytes, BytesMut};

/// Octets of a line with its end. RFC 2449 section 4 asks for 255; the answers of a SASL exchange are longer.
pub(crate) const LIMIT: usize = 4096;

/// Why a line was not given out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LineError {
    /// A CR or a NUL within the line, which is gone from the buffer.
    ControlCharacter,
    /// Longer than [`LIMIT`]. The session must end: what follows is no beginning of a line.
    TooLong,
}

/// Takes one line without its end; `None` when no whole line is there yet.
///
/// # Errors
/// [`LineError`].
pub(crate) fn take_line(buffer: &mut BytesMut) -> Result<Option<Bytes>, LineError> {
    let window = &buffer[..buffer.len().min(LIMIT)];
    let Some(end) = memchr::memchr(b'\n', window) else {
        return if buffer.len() < LIMIT { Ok(None) } else { Err(LineError::TooLong) };
    };
    let mut line = buffer.split_to(end);
    buffer.advance(1);
    if line.last() == Some(&b'\r') {
        line.truncate(end - 1);
    }
    if memchr::memchr2(b'\r', b'\0', &line).is_some() {
        return Err(LineError::ControlCharacter);
    }
    Ok(Some(line.freeze()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &[u8]) -> (Vec<Result<Bytes, LineError>>, usize) {
        let mut buffer = BytesMut::from(text);
        let mut lines = Vec::new();
        while let Some(line) = take_line(&mut buffer).transpose() {
            lines.push(line);
            if line_is_too_long(lines.last()) {
                break;
            }
        }
        (lines, buffer.len())
    }

    fn line_is_too_long(line: Option<&Result<Bytes, LineError>>) -> bool {
        matches!(line, Some(Err(LineError::TooLong)))
    }

    #[test]
    fn lines_end_with_lf_and_may_have_a_cr_before_it() {
        let (found, rest) = lines(b"USER a\r\nPASS b\nSTA");
        assert_eq!(found, [Ok(Bytes::from("USER a")), Ok(Bytes::from("PASS b"))]);
        assert_eq!(rest, 3);
        assert_eq!(lines(b"\r\n\n").0, [Ok(Bytes::new()), Ok(Bytes::new())]);
    }

    #[test]
    fn stray_control_characters_refuse_their_line_only() {
        let (found, _) = lines(b"US\rER a\r\nPA\0SS\r\nQUIT\r\r\nNOOP\r\n");
        let wrong = Err(LineError::ControlCharacter);
        assert_eq!(found, [wrong.clone(), wrong.clone(), wrong, Ok(Bytes::from("NOOP"))]);
    }

    #[test]
    fn a_line_has_a_limit() {
        let longest = [&vec![b'a'; LIMIT - 1][..], b"\n"].concat();
        assert!(lines(&longest).0[0].is_ok());
        assert_eq!(lines(&vec![b'a'; LIMIT - 1]).0, []);
        assert_eq!(lines(&vec![b'a'; LIMIT]).0, [Err(LineError::TooLong)]);
        assert_eq!(lines(&[&vec![b'a'; LIMIT][..], b"\n"].concat()).0, [Err(LineError::TooLong)]);
    }
}
