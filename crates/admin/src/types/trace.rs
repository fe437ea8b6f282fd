//! The trace: what became of mail.

use causeway_model::{Address, QueueId, Timestamp};
use causeway_store::{Event, Status};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// How it stands with a recipient, in the words of the trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum TraceStatus {
    /// In a mailbox here.
    Delivered,
    /// Taken by another server.
    Relayed,
    /// In the queue.
    Pending,
    /// Ended badly.
    Failed,
    /// Replaced by other recipients.
    Expanded,
    /// In the queue, on hold.
    Held,
}

impl TraceStatus {
    /// The word in listings and JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Relayed => "relayed",
            Self::Pending => "pending",
            Self::Failed => "failed",
            Self::Expanded => "expanded",
            Self::Held => "held",
        }
    }
}

impl From<Status> for TraceStatus {
    fn from(status: Status) -> Self {
        match status {
            Status::Ready | Status::Deferred => Self::Pending,
            Status::Held => Self::Held,
            Status::Delivered => Self::Delivered,
            Status::Relayed => Self::Relayed,
            Status::Expanded => Self::Expanded,
            Status::Failed => Self::Failed,
        }
    }
}

/// `GET /v1/trace`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields, default)]
pub struct TraceQuery {
    /// Part of the sender's address, any case (`<>`: reports).
    pub sender: Option<String>,
    /// Part of the recipient's address, any case.
    pub recipient: Option<String>,
    /// The Message-ID, with or without angle brackets.
    pub message_id: Option<String>,
    /// Part of the subject, any case.
    pub subject: Option<String>,
    /// Received at or after.
    pub since: Option<Timestamp>,
    /// Received before.
    pub until: Option<Timestamp>,
    /// In this state.
    pub status: Option<TraceStatus>,
    /// At most so many rows, 1 to 1000; 200 when absent.
    pub limit: Option<u32>,
    /// Rows after this one: the `next` of the page before.
    pub after: Option<String>,
}

/// The answer to [`TraceQuery`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TracePage {
    /// What time it is for the server.
    pub now: Timestamp,
    /// Newest first.
    pub rows: Vec<TraceEntry>,
    /// To be given as `after` for the next page; absent at the end.
    pub next: Option<String>,
}

/// One row of the trace: one recipient of one message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TraceEntry {
    /// The message.
    pub id: QueueId,
    /// `Message-ID`, with its angle brackets.
    pub message_id: Option<String>,
    /// The reverse-path; `<>` for reports.
    pub sender: String,
    /// The recipient.
    pub recipient: Address,
    /// `Subject`, decoded.
    pub subject: Option<String>,
    /// When the message was received.
    pub received_at: Timestamp,
    /// How it stands with the recipient.
    pub status: TraceStatus,
    /// The last result's codes.
    pub code: Option<String>,
    /// The last result's words.
    pub reply: Option<String>,
    /// The connector that took it.
    pub connector: Option<String>,
    /// Where it went or was to go.
    pub destination: Option<String>,
    /// What secured the last connection to the peer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub security: Option<super::Security>,
    /// What happened, oldest first; only from `trace show`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub events: Option<Vec<Event>>,
    /// The alert about the last failure: its cause, evidence, ways out; only from `trace show`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alert: Option<Box<super::AlertView>>,
}
