//! Message content on its way in and out (RFC 5321 section 4.5.2, RFC 3030).
//!
//! **What it is for.** [`DataDecoder`] takes the content after DATA from the wire, [`ChunkChecker`] that
//! of BDAT; [`dot_stuff`] and [`DotStuffer`] put content on the wire after DATA.
//!
//! **What it promises.** Only CR LF . CR LF ends a message (a dot on the first line counts: the CR LF
//! is that of the DATA command). Only CR LF ends a line: after a bare LF a dot is just a dot. How
//! the octets were cut into packets or chunks changes nothing. At most
//! [`DataLimits::max_size`] octets are ever written out.
//!
//! **How it fails.** It does not: a fault is recorded and reading goes on to the true end, since
//! only there a reply can be given, and anything else would let the rest of the message be read as
//! commands. The session asks [`DataFaults::refusal`] and throws the content away when there is
//! one.
//!
//! **In which order to read.** This file (limits, faults), then `scan` (the one place that looks at
//! the octets), `decoder`, `chunk` and `stuff`.

mod chunk;
mod decoder;
mod scan;
mod stuff;
#[cfg(test)]
mod tests;

use causeway_model::{BodyType, EnhancedCode, Reply};

pub use chunk::ChunkChecker;
pub use decoder::{DataDecoder, DataProgress};
pub use stuff::{DotStuffer, dot_stuff};

/// Limits of one message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DataLimits {
    /// Octets of content, without dot-stuffing.
    pub max_size: u64,
    /// Octets of a line, without its CR LF. RFC 5321 section 4.5.3.1.6 has 998; [`usize::MAX`]
    /// turns the check off.
    pub max_line: usize,
}

impl DataLimits {
    /// The longest line of RFC 5321 section 4.5.3.1.6, without its CR LF.
    pub const STANDARD_LINE: usize = 998;
}

/// What is wrong with the content. Each offset is that of the first occurrence, in octets of the
/// content without dot-stuffing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DataFaults {
    /// A CR that no LF follows.
    pub bare_cr: Option<u64>,
    /// An LF that no CR precedes.
    pub bare_lf: Option<u64>,
    /// A NUL octet.
    pub nul: Option<u64>,
    /// A line longer than the limit; the offset of its first octet.
    pub line_too_long: Option<u64>,
    /// More octets than the limit.
    pub too_big: bool,
}

impl DataFaults {
    /// True when nothing is wrong.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        *self == Self::default()
    }

    /// The refusal for content with these faults, `None` when it can be taken. Content given as
    /// `BODY=BINARYMIME` may have any octets and lines of any length (RFC 3030), so for it only the
    /// size counts.
    #[must_use]
    pub fn refusal(&self, body: BodyType) -> Option<Reply> {
        let refuse = |code, subject, detail, text: String| {
            Some(Reply::new(code, Some(EnhancedCode::new(5, subject, detail)), text))
        };
        if self.too_big {
            return refuse(552, 3, 4, "The message is bigger than this server takes".into());
        }
        if body == BodyType::BinaryMime {
            return None;
        }
        if let Some(at) = self.bare_lf {
            let text =
                format!("The message has an LF without CR at octet {at}; lines end with CR LF");
            return refuse(550, 6, 11, text);
        }
        if let Some(at) = self.bare_cr {
            let text =
                format!("The message has a CR without LF at octet {at}; lines end with CR LF");
            return refuse(550, 6, 11, text);
        }
        if let Some(at) = self.nul {
            return refuse(550, 6, 11, format!("The message has a NUL octet at octet {at}"));
        }
        if let Some(at) = self.line_too_long {
            let text = format!("The message has a line that is too long, from octet {at} on");
            return refuse(550, 6, 0, text);
        }
        None
    }
}

/// What is known about the content at its end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DataSummary {
    /// Octets of the content, without dot-stuffing; also those that were not written out.
    pub size: u64,
    /// What is wrong with it.
    pub faults: DataFaults,
    /// It has octets above 127.
    pub eight_bit: bool,
    /// It ends with CR LF (or is empty). Always true after DATA.
    pub ends_with_crlf: bool,
}
