//! Content by BDAT: octets as they are, cut into chunks of announced size (RFC 3030).

use bytes::{Buf, BytesMut};

use super::scan::Scanner;
use super::{DataLimits, DataSummary};

/// Reads one message by BDAT, chunk by chunk. The cuts between chunks mean nothing: a CR at the end of
/// one and an LF at the start of the next are a line end.
#[derive(Clone, Debug)]
pub struct ChunkChecker {
    scanner: Scanner,
    /// Octets of the current chunk that are still to come.
    remaining: u64,
}

impl ChunkChecker {
    /// A checker for one message.
    #[must_use]
    pub fn new(limits: DataLimits) -> Self {
        Self { scanner: Scanner::new(limits), remaining: 0 }
    }

    /// A BDAT command announced a chunk of `size` octets.
    pub fn begin(&mut self, size: u64) {
        self.remaining = size;
    }

    /// Consumes what `input` has of the current chunk and appends it to `out` (as far as the size
    /// limit allows). True when the chunk is complete; what follows it is still in the input.
    pub fn feed(&mut self, input: &mut BytesMut, out: &mut BytesMut) -> bool {
        let here = usize::try_from(self.remaining).map_or(input.len(), |n| n.min(input.len()));
        let taken = self.scanner.take(&input[..here], false, out);
        input.advance(taken);
        self.remaining -= taken as u64;
        self.remaining == 0
    }

    /// Octets of the current chunk that are still to come.
    #[must_use]
    pub fn remaining(&self) -> u64 {
        self.remaining
    }

    /// Octets of content so far.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.scanner.summary.size + u64::from(self.scanner.pending_cr)
    }

    /// More octets have come than the limit allows.
    #[must_use]
    pub fn is_too_big(&self) -> bool {
        self.scanner.summary.faults.too_big
    }

    /// The last chunk is complete: appends what was held back (a CR at the very end).
    #[must_use]
    pub fn finish(mut self, out: &mut BytesMut) -> DataSummary {
        self.scanner.finish(out);
        self.scanner.summary
    }
}
