//! The queue: what waits, and what to do with it.

use causeway_catalog::Phase;
use causeway_model::{Address, Attempt, Domain, Origin, QueueId, Stage, Timestamp, VerifiedBy};
use causeway_store::{Event, LastResult, QueueFilter, Status};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::AlertView;

/// The state of a recipient, as people see it: the store's, and `delivering`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum RecipientStatus {
    /// Waiting for its first attempt, or told to be tried now.
    Ready,
    /// Tried, waiting for the next attempt.
    Deferred,
    /// Waiting until somebody releases, returns or removes it.
    Held,
    /// An attempt is going on.
    Delivering,
    /// In a mailbox here.
    Delivered,
    /// Taken by another server.
    Relayed,
    /// Replaced by other recipients.
    Expanded,
    /// Ended badly.
    Failed,
}

impl RecipientStatus {
    /// The word in listings and JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Deferred => "deferred",
            Self::Held => "held",
            Self::Delivering => "delivering",
            Self::Delivered => "delivered",
            Self::Relayed => "relayed",
            Self::Expanded => "expanded",
            Self::Failed => "failed",
        }
    }

    /// The store's word for it; `None` for `delivering`, which the store does not know.
    #[must_use]
    pub const fn stored(self) -> Option<Status> {
        Some(match self {
            Self::Ready => Status::Ready,
            Self::Deferred => Status::Deferred,
            Self::Held => Status::Held,
            Self::Delivering => return None,
            Self::Delivered => Status::Delivered,
            Self::Relayed => Status::Relayed,
            Self::Expanded => Status::Expanded,
            Self::Failed => Status::Failed,
        })
    }

    /// True while something is still to be done.
    #[must_use]
    pub const fn is_queued(self) -> bool {
        matches!(self, Self::Ready | Self::Deferred | Self::Held | Self::Delivering)
    }
}

impl From<Status> for RecipientStatus {
    fn from(status: Status) -> Self {
        match status {
            Status::Ready => Self::Ready,
            Status::Deferred => Self::Deferred,
            Status::Held => Self::Held,
            Status::Delivered => Self::Delivered,
            Status::Relayed => Self::Relayed,
            Status::Expanded => Self::Expanded,
            Status::Failed => Self::Failed,
        }
    }
}

/// `GET /v1/queue`: which messages, and from where on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields, default)]
pub struct QueueQuery {
    /// Recipients whose last attempt, their own or their site's, went by this connector.
    pub connector: Option<String>,
    /// Recipients of this domain.
    pub domain: Option<Domain>,
    /// Recipients in this state (`ready`, `deferred`, `held`, `delivering`).
    pub status: Option<RecipientStatus>,
    /// Messages of this sender (`<>`: reports).
    pub sender: Option<String>,
    /// At most so many messages looked at, 1 to 1000; 200 when absent.
    pub limit: Option<u32>,
    /// Messages after this one.
    pub after: Option<QueueId>,
}

/// The answer to [`QueueQuery`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QueuePage {
    /// What time it is for the server.
    pub now: Timestamp,
    /// Oldest first. May be shorter than the limit, or empty, although there is more.
    pub messages: Vec<QueueMessage>,
    /// To be given as `after` for the next page; absent at the end.
    pub next: Option<QueueId>,
}

/// A message in the queue, one element of `queue list`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QueueMessage {
    /// Its name.
    pub id: QueueId,
    /// `Message-ID`, with its angle brackets.
    pub message_id: Option<String>,
    /// The reverse-path; `<>` for reports.
    pub sender: String,
    /// `Subject`, decoded.
    pub subject: Option<String>,
    /// Octets.
    pub size: u64,
    /// When it was received.
    pub received_at: Timestamp,
    /// When what is left of it is returned.
    pub expires_at: Timestamp,
    /// In the order of RCPT.
    pub recipients: Vec<QueueRecipient>,
}

/// One recipient of a message in the queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QueueRecipient {
    /// Position in the envelope, from 0.
    pub index: u32,
    /// The address.
    pub address: Address,
    /// Its state.
    pub status: RecipientStatus,
    /// Attempts so far.
    pub attempts: u32,
    /// When it is tried next; absent on hold and at the end.
    pub next_attempt_at: Option<Timestamp>,
    /// Where it went or was to go: host and address.
    pub destination: Option<String>,
    /// The connector that took it; while it waits for one, that one.
    pub connector: Option<String>,
    /// True while it waits because its connector has had its messages for the minute.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub paused: bool,
    /// The last result's codes, `450 4.4.316`.
    pub code: Option<String>,
    /// The last result's words.
    pub reply: Option<String>,
    /// What secured the last connection to the peer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub security: Option<Security>,
    /// What happened so far; only from `queue show`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub events: Option<Vec<Event>>,
}

/// What secured a connection to a peer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Security {
    /// TLS version and cipher; absent: plain text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls: Option<String>,
    /// What proved who the peer is: `dane`, `mta-sts`, `certificate`, or `nothing`.
    #[schema(value_type = String)]
    pub verified_by: VerifiedBy,
    /// What was not as it should be, and did not stop the mail, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weakness: Option<String>,
}

impl Security {
    /// Of an attempt that got as far as a session.
    #[must_use]
    pub fn of(attempt: &Attempt) -> Option<Self> {
        let security = attempt.security.as_deref()?;
        let words =
            |failure| causeway_catalog::status::status(failure, Stage::Tls, Phase::Queued).text;
        Some(Self {
            tls: attempt.tls.clone(),
            verified_by: security.verified_by,
            weakness: security.weakness.as_ref().map(words),
        })
    }
}

impl QueueRecipient {
    /// Takes over a result.
    pub fn set_result(&mut self, last: Option<LastResult>) {
        if let Some(last) = last {
            self.security = last.attempt.as_ref().and_then(Security::of);
            self.destination = last.destination;
            self.connector = last.connector;
            self.code = Some(last.code).filter(|code| !code.is_empty());
            self.reply = Some(last.reply).filter(|reply| !reply.is_empty());
        }
    }
}

/// `GET /v1/queue/ID`: everything about one message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MessageDetail {
    /// As in the list, with all recipients, ended ones too, and their events.
    #[serde(flatten)]
    pub message: QueueMessage,
    /// Who handed it in.
    pub origin: Origin,
    /// The message that this one reports about.
    pub report_about: Option<QueueId>,
    /// What time it is for the server.
    pub now: Timestamp,
    /// The open alerts of the paths that its recipients wait for: cause, evidence, ways out.
    #[serde(default)]
    pub alerts: Vec<AlertView>,
}

/// Which recipients an action is for. In JSON `"all"`, `{"ids":[…]}` or `{"filter":{…}}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Selection {
    /// All unfinished recipients of these messages. Never empty.
    Ids(Vec<QueueId>),
    /// Everything that passes the filter. Never the empty filter.
    Filter(SelectionFilter),
    /// Everything in the queue.
    All,
}

/// Which recipients, by what they have in common.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SelectionFilter {
    /// Recipients whose last attempt, their own or their site's, went by this connector.
    pub connector: Option<String>,
    /// Recipients of this domain.
    pub domain: Option<Domain>,
    /// Recipients in this state: `ready`, `deferred` or `held`.
    pub status: Option<RecipientStatus>,
    /// Messages of this sender (`<>`: reports).
    pub sender: Option<String>,
}

impl Selection {
    /// The filter with which the store lists what is selected, without limit.
    #[must_use]
    pub fn to_queue_filter(&self) -> QueueFilter {
        match self {
            Self::Ids(ids) => QueueFilter { ids: ids.clone(), ..QueueFilter::default() },
            Self::Filter(filter) => QueueFilter {
                connector: filter.connector.clone(),
                domain: filter.domain.clone(),
                status: filter.status.and_then(RecipientStatus::stored),
                sender: filter.sender.clone(),
                ..QueueFilter::default()
            },
            Self::All => QueueFilter::default(),
        }
    }
}

/// `POST /v1/queue/ACTION` with `retry`, `hold`, `release`, `return`, `remove` or `redirect`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QueueActionRequest {
    /// What it is for.
    pub selection: Selection,
    /// Why: goes into the trace, and with `return` into the report. At most 500 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The new address, with `redirect` only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Address>,
}

/// The answer to a [`QueueActionRequest`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Touched {
    /// How many recipients it touched.
    pub recipients: u64,
    /// With `retry`: how many (1000 messages are looked at) are on hold and stay there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<u64>,
}

/// What to do with the selected recipients.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum QueueAction {
    /// Try now.
    Retry,
    /// Put on hold.
    Hold,
    /// Take off hold.
    Release,
    /// End with a report to the sender.
    Return,
    /// End without a report.
    Remove,
    /// Send to another address.
    Redirect,
}

impl QueueAction {
    /// The word in the path and on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Retry => "retry",
            Self::Hold => "hold",
            Self::Release => "release",
            Self::Return => "return",
            Self::Remove => "remove",
            Self::Redirect => "redirect",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_selection_reads_back_in_its_three_forms() {
        let id = QueueId::from_u64(7);
        for (selection, json) in [
            (Selection::All, r#""all""#.to_owned()),
            (Selection::Ids(vec![id]), format!(r#"{{"ids":["{id}"]}}"#)),
            (
                Selection::Filter(SelectionFilter {
                    connector: Some("a".into()),
                    ..Default::default()
                }),
                r#"{"filter":{"connector":"a","domain":null,"status":null,"sender":null}}"#.into(),
            ),
        ] {
            assert_eq!(serde_json::to_string(&selection).unwrap(), json);
            assert_eq!(serde_json::from_str::<Selection>(&json).unwrap(), selection);
        }
    }

    #[test]
    fn a_misspelt_filter_is_refused_by_name() {
        let error =
            serde_json::from_str::<Selection>(r#"{"filter":{"conector":"a"}}"#).unwrap_err();
        assert!(error.to_string().contains("conector"), "{error}");
    }
}
