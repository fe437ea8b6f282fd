//! Returned mail, feedback on help pages, keys for signing.

use causeway_dkim::Algorithm;
use causeway_model::config::Language;
use causeway_model::{Address, Domain, QueueId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Which returned mail is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReturnedBy {
    /// What the report with this token returned.
    Token(String),
    /// Everything of this message that was returned.
    Message(QueueId),
}

/// `GET /v1/returned/ID`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReturnedView {
    /// The message that could not be delivered.
    pub id: QueueId,
    /// Its reverse-path.
    pub sender: String,
    /// Its subject.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// When it was returned.
    pub returned_at: Timestamp,
    /// Until when it can be sent again.
    pub expires_at: Timestamp,
    /// When it was sent again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent_again_at: Option<Timestamp>,
    /// As which message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent_again_as: Option<QueueId>,
    /// Its content is still here.
    pub content_kept: bool,
    /// It can be sent again.
    pub can_be_sent: bool,
    /// Whom it was returned for.
    pub recipients: Vec<ReturnedRecipientView>,
}

/// One recipient of returned mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReturnedRecipientView {
    /// The address.
    pub address: Address,
    /// Both codes of the end.
    pub code: String,
    /// The words of the end.
    pub reply: String,
    /// How it stands with the cause.
    pub cause: CauseState,
    /// When that was seen last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen_at: Option<Timestamp>,
    /// When other mail is tried there next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_attempt_at: Option<Timestamp>,
    /// There is a point in sending again.
    pub worth_trying: bool,
}

/// How it stands with the cause of a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CauseState {
    /// Mail gets through again.
    Gone,
    /// It still holds.
    Holds,
    /// It lies in the message.
    InMessage,
    /// The other side refused the message for good.
    Refused,
    /// Nothing was tried since.
    Unknown,
}

/// The answer to `POST /v1/returned/ID`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SentAgain {
    /// The new message.
    pub id: QueueId,
    /// How many recipients it has.
    pub recipients: u64,
}

/// For whom a help page is.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Audience {
    /// The person who sent the message.
    #[default]
    User,
    /// An administrator.
    Admin,
}

impl Audience {
    /// The word in queries and JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Admin => "admin",
        }
    }
}

/// One row of `GET /v1/report/feedback`: what readers thought of a help page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FeedbackView {
    /// The code that the page is about.
    pub code: String,
    /// The page's language.
    pub language: Language,
    /// For whom it is.
    pub audience: Audience,
    /// So many said that it was helpful.
    pub helpful: u64,
    /// So many said that it was not.
    pub not_helpful: u64,
    /// The last answer.
    pub last_at: Timestamp,
}

/// One row of `GET /v1/dkim`, without the private key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SigningKeyView {
    /// The domain that signs.
    pub domain: Domain,
    /// Which of its keys.
    pub selector: String,
    /// How it signs.
    #[schema(value_type = String)]
    pub algorithm: Algorithm,
    /// When it was made.
    pub created_at: Timestamp,
    /// The name of the TXT record to publish.
    pub record_name: String,
    /// Its text, in one piece.
    pub record_value: String,
    /// What DNS says about it; absent when it was not asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published: Option<PublishedRecord>,
}

/// Whether a record is in DNS as it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PublishedRecord {
    /// As it should be.
    Yes,
    /// There is none.
    No,
    /// There is another one.
    Different,
    /// DNS gave no answer.
    NoAnswer,
}

/// `POST /v1/dkim`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddSigningKey {
    /// The domain that is to sign.
    pub domain: Domain,
    /// Its name below `_domainkey`; absent: one is made of the month and the algorithm.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub selector: Option<String>,
    /// How it is to sign.
    #[schema(value_type = String)]
    pub algorithm: Algorithm,
}

/// `DELETE /v1/dkim`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RemoveSigningKeys {
    /// The domain.
    pub domain: Domain,
    /// One of its keys; absent: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub selector: Option<String>,
}
