//! What was returned to its sender and can be sent again.
//!
//! A report about failed recipients may come with a token for its reader. The store keeps the
//! token's hash, whom the report was about, and the original's content, until the token
//! expires or the message was sent again.

use causeway_model::{QueueId, Timestamp};

use crate::NewMessage;

/// The SHA-256 of a token. The token itself is in the report only.
pub type TokenHash = [u8; 32];

/// What a settlement returns to the sender.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewReturned {
    /// The token's hash.
    pub token: TokenHash,
    /// The message that could not be delivered.
    pub message: QueueId,
    /// The report that has the token; one of the settlement's.
    pub report: QueueId,
    /// Positions in the message's envelope of the recipients that the report is about.
    pub recipients: Vec<u32>,
    /// Until when the token counts.
    pub expires_at: Timestamp,
    /// The content is kept as long, unless all that is kept would then have more octets than this. On
    /// a disk that is nearly full nothing more is kept.
    pub room: u64,
}

/// What was returned, as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Returned {
    /// Its number.
    pub number: i64,
    /// The message that could not be delivered.
    pub message: QueueId,
    /// The report.
    pub report: QueueId,
    /// Positions in the message's envelope.
    pub recipients: Vec<u32>,
    /// When it was returned.
    pub at: Timestamp,
    /// Until when it can be sent again.
    pub expires_at: Timestamp,
    /// When it was sent again, and as which message.
    pub sent_again: Option<(Timestamp, QueueId)>,
    /// Whether the content is still there.
    pub has_content: bool,
}

/// Which returned ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReturnedQuery {
    /// The one with this token; at most one.
    Token(TokenHash),
    /// Those of a message, oldest first.
    Message(QueueId),
}

/// A message that is sent again.
#[derive(Clone, Debug)]
pub struct SendAgain {
    /// When.
    pub at: Timestamp,
    /// [`Returned::number`] of everything that the copy stands for.
    pub returned: Vec<i64>,
    /// The copy, with a content of its own.
    pub copy: NewMessage,
    /// Who did it, for the trace: `the sender`, `an administrator`.
    pub by: String,
}
