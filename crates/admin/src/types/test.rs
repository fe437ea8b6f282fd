//! Connectivity tests: steps, and what they add up to.

pub use causeway_model::StepStatus as TestStatus;
use causeway_model::config::Language;
use causeway_model::{Address, Timestamp};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use utoipa::{IntoParams, ToSchema};

/// `POST /v1/connectors/NAME/validate`. The answer is one JSON document a line: a [`TestLine`] for
/// each step as it ends, the whole report last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ValidateConnector {
    /// Whom the test message is for.
    pub to: Address,
    /// The language of findings and of what to do; absent: the organization's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
}

/// `POST /v1/tests`. The answer is like that of a connector's test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RunTest {
    /// Which test.
    pub test: TestKind,
    /// The domain, or the outbound connector's name.
    pub target: String,
    /// Where DKIM keys are looked for, beside the usual places; for `domain`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dkim_selectors: Vec<String>,
    /// The language of findings and of what to do; absent: the organization's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
}

/// A test that needs the server's own view.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum TestKind {
    /// Does mail for this domain come here, and is it taken?
    Inbound,
    /// Does this connector's way work, short of a message?
    Outbound,
    /// Everything that mail for this accepted domain depends on.
    Domain,
}

/// A line of the answer of a test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum TestLine {
    /// A step is over.
    Step(TestStep),
    /// The test is over.
    Report(TestReport),
}

/// `test …`, `connector validate`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TestReport {
    /// Everything that is needed works.
    pub passed: bool,
    /// In the order in which they were made.
    pub steps: Vec<TestStep>,
}

/// One step of a test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TestStep {
    /// `recipient`, `resolve`, `connect`, `ehlo`, `tls`, `login`, `message`; see docs/tests.md for those of other tests.
    pub name: String,
    /// How it ended.
    pub status: TestStatus,
    /// What was found.
    pub finding: String,
    /// How long it took.
    pub elapsed_ms: u64,
    /// What to do about it; absent when nothing needs to be done.
    #[serde(default)]
    pub what_to_do: Option<String>,
}

/// The last test of a connector.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Validation {
    /// When.
    pub at: Timestamp,
    /// With what result.
    pub passed: bool,
    /// Whom the message was for.
    pub to: Address,
    /// The connector has been changed since: the result says nothing about it any more.
    pub changed_since: bool,
}

/// `GET /v1/firewall`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct FirewallQuery {
    /// One outbound connector; absent: all that are enabled, and mail that goes to MX hosts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connector: Option<String>,
}

/// A way that somebody's firewall must let through: from one of our addresses to one of theirs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FirewallRule {
    /// The connector; absent: mail that goes to MX hosts.
    pub connector: Option<String>,
    /// The host as it stands in the configuration; absent: any host of the internet.
    pub host: Option<String>,
    /// Its address; absent: any, or not known.
    #[schema(value_type = Option<String>)]
    pub address: Option<IpAddr>,
    /// The port, TCP.
    pub port: u16,
    /// Where we come from; absent: there is no way.
    #[schema(value_type = Option<String>)]
    pub source: Option<IpAddr>,
    /// True: the source is written in causeway.toml. False: the system chooses it.
    pub source_configured: bool,
    /// Why something is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}
