//! The one place that looks at the octets of content: finds line ends, notes faults, counts, and
//! writes what is within the size limit.
//!
//! Each block is looked at in bulk (line ends, NUL and 8-bit octets by vectorised search) and copied
//! once. The state between blocks is [`Scanner::pending_cr`] and the start of the current line.

use bytes::BytesMut;

use super::{DataLimits, DataSummary};

/// Counts and faults of the content so far.
#[derive(Clone, Debug)]
pub(super) struct Scanner {
    limits: DataLimits,
    /// What is known so far; `size` counts a pending CR only once it is decided.
    pub(super) summary: DataSummary,
    /// Offset in the content at which the current line starts.
    line_start: u64,
    /// The last octet seen was a CR, and is not written yet.
    pub(super) pending_cr: bool,
}

impl Scanner {
    pub(super) fn new(limits: DataLimits) -> Self {
        let summary = DataSummary { ends_with_crlf: true, ..DataSummary::default() };
        Self { limits, summary, line_start: 0, pending_cr: false }
    }

    /// True at the start of a line.
    pub(super) fn at_line_start(&self) -> bool {
        !self.pending_cr && self.line_start == self.summary.size
    }

    /// Takes content from the front of `block` and returns how many octets it took. With
    /// `stop_at_dot` it stops before a dot that starts a line; otherwise it takes the whole block.
    pub(super) fn take(&mut self, block: &[u8], stop_at_dot: bool, out: &mut BytesMut) -> usize {
        let mut from = 0;
        if self.pending_cr {
            match block.first() {
                None => return 0,
                Some(b'\n') => {
                    self.pending_cr = false;
                    self.write(b"\r\n", out);
                    self.end_line(self.summary.size);
                    if stop_at_dot && block.get(1) == Some(&b'.') {
                        return 1;
                    }
                    from = 1;
                }
                Some(_) => self.bare_pending_cr(out),
            }
        }
        let end = self.scan_lines(block, from, stop_at_dot);
        let run = &block[from..end];
        // A CR at the end of the block waits for what follows it.
        let run = match run.split_last() {
            Some((b'\r', before)) => {
                self.pending_cr = true;
                before
            }
            _ => run,
        };
        self.note_octets(run);
        self.write(run, out);
        end
    }

    /// Finds line ends in `block[from..]`; returns where the run that can be taken ends.
    fn scan_lines(&mut self, block: &[u8], from: usize, stop_at_dot: bool) -> usize {
        let base = self.summary.size;
        let offset = |index: usize| base + (index - from) as u64;
        let mut at = from;
        while let Some(found) = memchr::memchr2(b'\r', b'\n', &block[at..]) {
            let found = at + found;
            if block[found] == b'\n' {
                self.summary.faults.bare_lf.get_or_insert(offset(found));
                at = found + 1;
                continue;
            }
            match block.get(found + 1) {
                None => return block.len(),
                Some(b'\n') => {
                    at = found + 2;
                    self.end_line(offset(at));
                    if stop_at_dot && block.get(at) == Some(&b'.') {
                        return at;
                    }
                }
                Some(_) => {
                    self.summary.faults.bare_cr.get_or_insert(offset(found));
                    at = found + 1;
                }
            }
        }
        block.len()
    }

    /// The content has ended: what was pending is decided.
    pub(super) fn finish(&mut self, out: &mut BytesMut) {
        if self.pending_cr {
            self.bare_pending_cr(out);
        }
        let size = self.summary.size;
        self.summary.ends_with_crlf = self.line_start == size;
        self.note_line_length(size);
    }

    /// The CR that was pending turned out to be bare.
    pub(super) fn bare_pending_cr(&mut self, out: &mut BytesMut) {
        self.pending_cr = false;
        self.summary.faults.bare_cr.get_or_insert(self.summary.size);
        self.write(b"\r", out);
    }

    /// A line ended; the next one starts at `next`.
    fn end_line(&mut self, next: u64) {
        self.note_line_length(next.saturating_sub(2));
        self.line_start = next;
    }

    fn note_line_length(&mut self, end: u64) {
        if end.saturating_sub(self.line_start) > self.limits.max_line as u64 {
            self.summary.faults.line_too_long.get_or_insert(self.line_start);
        }
    }

    fn note_octets(&mut self, run: &[u8]) {
        if self.summary.faults.nul.is_none() {
            self.summary.faults.nul =
                memchr::memchr(0, run).map(|at| self.summary.size + at as u64);
        }
        self.summary.eight_bit = self.summary.eight_bit || !run.is_ascii();
    }

    /// Counts, and writes what the limit allows.
    fn write(&mut self, run: &[u8], out: &mut BytesMut) {
        let room = self.limits.max_size.saturating_sub(self.summary.size);
        let fits = usize::try_from(room).map_or(run.len(), |room| run.len().min(room));
        out.extend_from_slice(&run[..fits]);
        self.summary.faults.too_big |= fits < run.len();
        self.summary.size += run.len() as u64;
    }
}
