//! Replies on the wire (RFC 5321 section 4.2, RFC 2034).
//!
//! [`write_reply`] is strict in what it sends; [`ReplyReader`] is tolerant where that is harmless.

mod reader;
#[cfg(test)]
mod tests;
mod write;

pub use reader::{LINE_LIMIT, LINES_LIMIT, REPLY_LIMIT, ReplyError, ReplyReader};
pub use write::write_reply;
