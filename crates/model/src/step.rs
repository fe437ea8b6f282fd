//! How a step of a test ended.

use serde::{Deserialize, Serialize};

/// How a step of a test ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = TestStatus)]
pub enum StepStatus {
    /// As it should be.
    Passed,
    /// It does not work.
    Failed,
    /// It works, and somebody should look at it.
    Warning,
    /// Not tried, as an earlier step failed.
    Skipped,
}
