//! Content after DATA: takes away dot-stuffing and finds the end.

use bytes::{Buf, BytesMut};

use super::scan::Scanner;
use super::{DataLimits, DataSummary};

/// How far the content has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DataProgress {
    /// The end is not there yet; all input was consumed.
    NeedMore,
    /// The end was found; what follows it is still in the input.
    Complete(DataSummary),
}

/// Reads one message after DATA.
#[derive(Clone, Debug)]
pub struct DataDecoder {
    scanner: Scanner,
    state: State,
}

/// What stood before the next octet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Content, or the start of a line; the scanner knows which.
    Content,
    /// A dot at the start of a line. It is no content, whatever follows.
    Dot,
    /// A dot at the start of a line, and a CR.
    DotCr,
    /// The end has been seen.
    Complete,
}

impl DataDecoder {
    /// A decoder for one message, to be fed with what follows the DATA command's line.
    #[must_use]
    pub fn new(limits: DataLimits) -> Self {
        Self { scanner: Scanner::new(limits), state: State::Content }
    }

    /// Consumes `input` up to the end of the message and appends the content to `out`. The caller may
    /// take `out` away between calls (to a file). After the end, nothing is consumed any more.
    pub fn feed(&mut self, input: &mut BytesMut, out: &mut BytesMut) -> DataProgress {
        let mut at = 0;
        while self.state != State::Complete {
            let Some(&next) = input.get(at) else { break };
            match (self.state, next) {
                (State::Content, b'.') if self.scanner.at_line_start() => {
                    self.state = State::Dot;
                    at += 1;
                }
                (State::Dot, b'\r') => {
                    self.state = State::DotCr;
                    at += 1;
                }
                (State::DotCr, b'\n') => {
                    self.state = State::Complete;
                    self.scanner.finish(out);
                    at += 1;
                }
                (State::DotCr, _) => {
                    self.scanner.bare_pending_cr(out);
                    self.state = State::Content;
                    at += self.scanner.take(&input[at..], true, out);
                }
                _ => {
                    self.state = State::Content;
                    at += self.scanner.take(&input[at..], true, out);
                }
            }
        }
        input.advance(at);
        match self.state {
            State::Complete => DataProgress::Complete(self.scanner.summary),
            _ => DataProgress::NeedMore,
        }
    }

    /// Octets of content so far.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.scanner.summary.size
    }

    /// More octets have come than the limit allows. A session that gets far beyond may close.
    #[must_use]
    pub fn is_too_big(&self) -> bool {
        self.scanner.summary.faults.too_big
    }
}
