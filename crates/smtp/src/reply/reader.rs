//! A peer's replies, as they come in.
//!
//! **What it tolerates.** Lines that end with LF alone, a code without text, and codes that differ
//! between the lines of one reply: the last one governs.
//!
//! **What it refuses.** A line that does not start with three digits between 200 and 599 followed by a
//! space, a hyphen or the end; more than [`LINE_LIMIT`] octets in a line, [`LINES_LIMIT`] lines,
//! or [`REPLY_LIMIT`] octets in all.

use bytes::{Buf, BytesMut};
use causeway_model::{EnhancedCode, Reply};

/// Octets of one line.
pub const LINE_LIMIT: usize = 4096;
/// Lines of one reply.
pub const LINES_LIMIT: usize = 128;
/// Octets of one reply.
pub const REPLY_LIMIT: usize = 64 * 1024;

/// Why what came is not a reply.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReplyError {
    /// A line does not have the form of a reply.
    #[error("expected an SMTP reply, got {start:?}")]
    NotAReply {
        /// The start of the line.
        start: String,
    },
    /// A reply code that SMTP does not have.
    #[error("the reply code {code} does not exist in SMTP: {start:?}")]
    CodeOutOfRange {
        /// The code.
        code: u16,
        /// The start of the line.
        start: String,
    },
    /// A line that does not end.
    #[error("a reply line of more than {LINE_LIMIT} octets: {start:?}")]
    LineTooLong {
        /// The start of the line.
        start: String,
    },
    /// A reply that does not end.
    #[error("a reply of more than {LINES_LIMIT} lines or {REPLY_LIMIT} octets: {start:?}")]
    TooLong {
        /// The start of its last line.
        start: String,
    },
}

/// Collects the lines of one reply after another.
#[derive(Clone, Debug, Default)]
pub struct ReplyReader {
    /// Texts of the lines so far, after the code.
    lines: Vec<String>,
    /// Octets so far.
    octets: usize,
}

impl ReplyReader {
    /// At the start of a reply.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// True in the middle of a reply of several lines.
    #[must_use]
    pub fn is_partial(&self) -> bool {
        !self.lines.is_empty()
    }

    /// Consumes lines from `input` until one reply is complete; `None` when more must come first.
    ///
    /// # Errors
    /// One [`ReplyError`]. The connection is of no use after that.
    pub fn read(&mut self, input: &mut BytesMut) -> Result<Option<Reply>, ReplyError> {
        loop {
            let window = &input[..input.len().min(LINE_LIMIT)];
            let Some(end) = memchr::memchr(b'\n', window) else {
                if input.len() >= LINE_LIMIT {
                    return Err(ReplyError::LineTooLong { start: start_of(window) });
                }
                // Something that cannot become a reply is known at once, not at the time limit.
                check_beginning(window)?;
                return Ok(None);
            };
            let line = &window[..end];
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            let (code, more, text) = split_line(line)?;
            self.octets += end + 1;
            if self.lines.len() >= LINES_LIMIT || self.octets > REPLY_LIMIT {
                return Err(ReplyError::TooLong { start: start_of(line) });
            }
            self.lines.push(String::from_utf8_lossy(text).into_owned());
            input.advance(end + 1);
            if !more {
                self.octets = 0;
                return Ok(Some(assemble(code, std::mem::take(&mut self.lines))));
            }
        }
    }
}

/// The code, whether more lines follow, and the text.
fn split_line(line: &[u8]) -> Result<(u16, bool, &[u8]), ReplyError> {
    let not_a_reply = || ReplyError::NotAReply { start: start_of(line) };
    let (digits, rest) = line.split_at_checked(3).ok_or_else(not_a_reply)?;
    if !digits.iter().all(u8::is_ascii_digit) {
        return Err(not_a_reply());
    }
    let code = digits.iter().fold(0, |sum, &digit| sum * 10 + u16::from(digit - b'0'));
    if !(200..=599).contains(&code) {
        return Err(ReplyError::CodeOutOfRange { code, start: start_of(line) });
    }
    match rest {
        [] => Ok((code, false, rest)),
        [b' ', text @ ..] => Ok((code, false, text)),
        [b'-', text @ ..] => Ok((code, true, text)),
        _ => Err(not_a_reply()),
    }
}

/// Refuses the beginning of a line that can no longer become a reply.
fn check_beginning(partial: &[u8]) -> Result<(), ReplyError> {
    let partial = partial.strip_suffix(b"\r").unwrap_or(partial);
    if partial.len() > 3 {
        split_line(partial).map(|_| ())
    } else if partial.iter().all(u8::is_ascii_digit) {
        Ok(())
    } else {
        Err(ReplyError::NotAReply { start: start_of(partial) })
    }
}

/// Takes the enhanced code out of the lines: the one of the last line that has one; other codes
/// stay in their texts.
fn assemble(code: u16, mut lines: Vec<String>) -> Reply {
    let fits = |enhanced: EnhancedCode| match code / 100 {
        2 => enhanced.class == 2,
        4 | 5 => matches!(enhanced.class, 4 | 5),
        _ => false,
    };
    let code_of = |line: &str| EnhancedCode::split_from(line).map(|(enhanced, _)| enhanced);
    let enhanced = lines.iter().rev().find_map(|line| code_of(line).filter(|&e| fits(e)));
    if let Some(enhanced) = enhanced {
        for line in &mut lines {
            if let Some((found, rest)) = EnhancedCode::split_from(line)
                && found == enhanced
            {
                let start = line.len() - rest.len();
                line.drain(..start);
            }
        }
    }
    Reply { code, enhanced, lines }
}

/// The first 80 characters, for the message.
fn start_of(octets: &[u8]) -> String {
    let octets = &octets[..octets.len().min(320)];
    String::from_utf8_lossy(octets).trim_end().chars().take(80).collect()
}
