//! Alerts and remedies.

use causeway_model::config::Language;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

pub use causeway_insight::alert::view::{AlertView, CauseView, CheckView, FixView, RemedyView};

use super::{Plan, PlanAnswer};

/// Which alerts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum AlertStates {
    /// Those whose path fails.
    Open,
    /// Those that are over.
    Closed,
}

/// `GET /v1/alerts`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields, default)]
pub struct AlertQuery {
    /// Only these; all when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(inline)]
    pub state: Option<AlertStates>,
    /// Only those of this path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// At most so many, the newest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// The language of the sentences; that of `Accept-Language` when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
}

/// `POST /v1/alerts/ID/close`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CloseAlert {
    /// Why.
    pub reason: String,
    /// The language of the answer; that of `Accept-Language` when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
}

/// `GET /v1/alerts/ID/fix`: what a remedy would do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields, default)]
pub struct FixQuery {
    /// The remedy; the best one when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
    /// The language of the answer; that of `Accept-Language` when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
}

/// The answer to [`FixQuery`]. Serializes as `plan`, with the remedy in addition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FixPlan {
    /// The alert.
    pub alert: u64,
    /// The remedy that it is about.
    pub remedy: RemedyView,
    /// The other remedies.
    pub others: Vec<RemedyView>,
    /// It takes something away, gives a right or makes mail less safe: it is done only when it is named.
    #[serde(default)]
    pub named_only: bool,
    /// What would change; nothing where a remedy is no change of the mail flow (`retry`, `flush-dns`).
    #[serde(flatten)]
    pub plan: PlanAnswer,
}

/// `POST /v1/alerts/ID/fix`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct FixRequest {
    /// The remedy; the best one when absent, never one that makes mail less safe.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
    /// Why; kept with the revision.
    pub reason: String,
    /// The revision that the plan was made with: 409 when another one is in force by now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base: Option<u64>,
    /// Do it although it was refused for what is lost.
    pub force: bool,
    /// The language of the answer; that of `Accept-Language` when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
}

/// The answer to [`FixRequest`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FixAnswer {
    /// The alert.
    pub alert: u64,
    /// The remedy.
    pub remedy: RemedyView,
    /// True when it was done.
    pub applied: bool,
    /// The revision that it made.
    pub revision: Option<u64>,
    /// What changed, or why it was refused.
    #[serde(flatten)]
    pub plan: Plan,
    /// `helped`, `did_not_help`, `pending` (the next delivery has not been tried yet), or `refused`.
    pub outcome: String,
    /// The same as a sentence.
    pub detail: String,
    /// What a probe found right afterwards; absent where mail does not go that way any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checked: Option<CheckView>,
}
