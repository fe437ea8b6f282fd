//! Changes of the mail flow: plans, revisions.
//!
//! A change is proposed as the whole text of `mailflow.toml`, or as the number of a revision whose text is
//! to be in force again. [`PlanAnswer`] shows what it would do, [`ApplyAnswer`] what was done.

use causeway_catalog::sentence::Sentence;
use causeway_model::Timestamp;
use causeway_model::config::Language;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::ProblemView;
pub use causeway_policy::{Effect, EffectKind, Plan};

/// `GET /v1/flow`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FlowView {
    /// The revision in force.
    pub revision: u64,
    /// The text of `mailflow.toml` in force.
    pub text: String,
    /// How the file differs from it; absent when it does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_differs: Option<String>,
    /// The name of this server, which is on its certificate.
    pub hostname: String,
    /// Where it takes mail from other servers.
    pub smtp_port: u16,
}

/// What is to be in force: one of the two.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Proposal {
    /// The whole text of `mailflow.toml`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The text of this revision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<u64>,
}

/// The answer to `POST /v1/flow/plan`, whose request is a [`Proposal`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PlanAnswer {
    /// What would change, and what that would do.
    #[serde(flatten)]
    pub plan: Plan,
    /// The revision in force that the proposal was compared with.
    pub base: u64,
    /// What is doubtful about the proposal.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    pub warnings: Vec<Sentence>,
    /// All errors of the text, when it is refused for them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ProblemView>,
    /// The file has edits that are in no revision, and this proposal would replace them: refused unless
    /// insisted upon. Absent when there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub file_differs: Option<Sentence>,
}

impl PlanAnswer {
    /// The same in another language.
    #[must_use]
    pub fn speak(&self, language: Language) -> Self {
        Self {
            plan: self.plan.speak(language),
            base: self.base,
            warnings: self.warnings.iter().map(|warning| warning.speak(language)).collect(),
            errors: self.errors.iter().map(|error| error.speak(language)).collect(),
            file_differs: self.file_differs.as_ref().map(|how| how.speak(language)),
        }
    }
}

/// `POST /v1/flow/apply`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApplyRequest {
    /// The whole text of `mailflow.toml`, or `revision`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The revision whose text is to be in force again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<u64>,
    /// Why; kept with the revision.
    #[serde(default)]
    pub reason: String,
    /// The revision that the change was made from (`revision` of `GET /v1/flow`, `base` of a plan): 409
    /// when another one is in force by now, 400 without it.
    #[serde(default)]
    #[schema(required, value_type = u64)]
    pub base: Option<u64>,
    /// Do it although it was refused for what is lost, or although it replaces edits of the file that
    /// were never in force: these are kept beside it (`kept_edits`).
    #[serde(default)]
    pub force: bool,
}

/// The answer to [`ApplyRequest`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ApplyAnswer {
    /// What changed, and what that did; or why it was refused.
    #[serde(flatten)]
    pub plan: Plan,
    /// True when it is in force now (also when it was before).
    pub applied: bool,
    /// The revision in force now.
    pub revision: u64,
    /// What is doubtful about it.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    pub warnings: Vec<Sentence>,
    /// All errors of the text, when it is refused for them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ProblemView>,
    /// The file on the server that has the edits which this replaced and which were never in force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept_edits: Option<String>,
}

impl ApplyAnswer {
    /// The same in another language.
    #[must_use]
    pub fn speak(&self, language: Language) -> Self {
        Self {
            plan: self.plan.speak(language),
            warnings: self.warnings.iter().map(|warning| warning.speak(language)).collect(),
            errors: self.errors.iter().map(|error| error.speak(language)).collect(),
            kept_edits: self.kept_edits.clone(),
            ..*self
        }
    }
}

/// `GET /v1/flow/revisions`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct RevisionQuery {
    /// Only revisions before this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<u64>,
    /// At most so many (1 to 1000; 200 without).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// A page of revisions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RevisionPage {
    /// Newest first.
    pub revisions: Vec<RevisionView>,
    /// Where the next page begins (`before`); absent at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<u64>,
}

/// One entry of `history`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RevisionView {
    /// From 1.
    pub revision: u64,
    /// When it was put in force.
    pub at: Timestamp,
    /// Who did it.
    pub author: String,
    /// Why.
    pub reason: String,
    /// What it changed, one sentence a line.
    pub diff: String,
}

/// `GET /v1/flow/revisions/NUMBER`: `history show`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RevisionDetail {
    /// Who, when, why, what.
    #[serde(flatten)]
    pub revision: RevisionView,
    /// The same as the lines of `diff`.
    pub changes: Vec<String>,
    /// What it did.
    pub effects: Vec<Effect>,
    /// The whole file.
    pub text: String,
}
