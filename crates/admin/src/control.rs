//! What the running server must be able to do for the API.
//!
//! The API reads listings from the store by itself. Whatever touches mail that is on its way goes
//! through [`ServerControl`], because the scheduler holds that mail in memory and must be the one
//! to let go of it. The dispatching side implements the trait.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use causeway_model::config::{Language, MailFlow, OutboundConnector, Problem, Severity};
use causeway_model::{Address, RecipientKey, Timestamp};
use causeway_store::{LastResult, StoreError};
use tokio::sync::mpsc::Sender;

use crate::clients::MailServices;
use crate::types::{
    AlertQuery, AlertView, ApplyAnswer, CloseAlert, ComponentHealth, FirewallRule, FixAnswer,
    FixPlan, FixQuery, FixRequest, FlowView, PlanAnswer, RelayExplanation, RelayQuestion,
    ReturnedBy, ReturnedView, RouteExplanation, RouteQuestion, RunTest, Selection, SentAgain,
    TestStep,
};

/// A boxed future: the trait is used as `Arc<dyn ServerControl>`.
pub type ControlFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, ControlError>> + Send + 'a>>;

/// A change of the mail flow that is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlowChange {
    /// The whole text of `mailflow.toml`.
    pub text: String,
    /// The revision that it was made from.
    pub base: u64,
    /// Why; kept with the revision.
    pub reason: String,
    /// Do it although it was refused for what is lost, or replaces edits of the file that were never in
    /// force (these are kept beside it).
    pub force: bool,
    /// Who does it; kept with the revision.
    pub author: String,
}

/// The running server, as the API sees it. The methods that act return how many recipients they
/// touched; recipients that end meanwhile do not count.
pub trait ServerControl: Send + Sync + 'static {
    /// Makes the selected recipients due now, and forgets the waiting times of their sites.
    /// Recipients on hold stay there.
    fn retry(&self, selection: Selection) -> ControlFuture<'_, u64>;

    /// Puts the selected recipients on hold. Their time goes on running.
    fn hold(&self, selection: Selection, reason: String) -> ControlFuture<'_, u64>;

    /// Takes the selected recipients off hold; they are due now.
    fn release(&self, selection: Selection) -> ControlFuture<'_, u64>;

    /// Ends the selected recipients with a report to the sender.
    fn return_to_sender(&self, selection: Selection, reason: String) -> ControlFuture<'_, u64>;

    /// Ends the selected recipients without a report.
    fn remove(&self, selection: Selection, reason: String) -> ControlFuture<'_, u64>;

    /// Sends what was meant for the selected recipients to another address.
    fn redirect(&self, selection: Selection, to: Address) -> ControlFuture<'_, u64>;

    /// Mail that was returned, and whether the cause still holds; `None` when there is nothing under this
    /// name or token (any more). Changes nothing.
    fn returned(&self, by: ReturnedBy) -> ControlFuture<'_, Option<ReturnedView>> {
        let _ = by;
        Box::pin(async { Ok(None) })
    }

    /// Sends returned mail again, once: by token to those for whom there is a point in it, by name to all.
    /// [`ControlError::Conflict`] when it was sent again before, was not kept, or the cause holds.
    fn send_again(&self, by: ReturnedBy) -> ControlFuture<'_, SentAgain> {
        let _ = by;
        Box::pin(async { Err(ControlError::NotFound("returned mail of this name".into())) })
    }

    /// The TXT records of a name in DNS, each in one piece; empty when there are none.
    fn text_records(&self, name: String) -> ControlFuture<'_, Vec<String>> {
        let _ = name;
        Box::pin(async { Err(ControlError::Unsupported("looking up TXT records".into())) })
    }

    /// Keys for signing were added or removed: read them again.
    fn signing_keys_changed(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async {})
    }

    /// What is known in memory about these recipients, in their order; `None` where nothing is
    /// known beyond the store.
    fn live(&self, keys: &[RecipientKey]) -> Vec<Option<LiveState>>;

    /// Where a recipient's mail would go now, and why.
    fn route_explain(&self, question: RouteQuestion) -> ControlFuture<'_, RouteExplanation>;

    /// Whether a client may hand in mail for a recipient, and why.
    fn relay_explain(&self, question: RelayQuestion) -> ControlFuture<'_, RelayExplanation>;

    /// Mailboxes were added, changed or removed: read them again. Once it is done, sessions know the
    /// new ones: only then is the change answered.
    fn mailboxes_changed(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>>;

    /// How every part of the service is.
    fn health(&self) -> Vec<ComponentHealth>;

    /// The mail flow in force.
    fn mail_flow(&self) -> Arc<MailFlow>;

    /// What mail programs can connect to.
    fn mail_services(&self) -> MailServices {
        MailServices::default()
    }

    /// The revision in force, its text, and whether the file differs.
    fn flow(&self) -> ControlFuture<'_, FlowView>;

    /// What this text of `mailflow.toml` would do. [`ControlError::Unusable`] when it has errors.
    fn flow_plan(&self, text: String) -> ControlFuture<'_, PlanAnswer>;

    /// Puts this text in force: the file, a revision, sessions, queued mail. All of it or nothing: once
    /// begun it is finished, whoever waits. [`ControlError::Conflict`] when another revision came between,
    /// or the file has changes that were never in force and nobody insists.
    fn flow_apply(&self, change: FlowChange) -> ControlFuture<'_, ApplyAnswer>;

    /// Counts for monitoring.
    fn metrics(&self) -> Vec<Metric>;

    /// Alerts, newest first.
    fn alerts(&self, query: &AlertQuery) -> Vec<AlertView>;

    /// One alert.
    fn alert(&self, id: u64, language: Option<Language>) -> Option<AlertView>;

    /// Closes an alert: it stays closed while its path fails in the same way.
    fn alert_close(
        &self,
        id: u64,
        request: CloseAlert,
        author: String,
    ) -> ControlFuture<'_, AlertView>;

    /// What a remedy would do.
    fn fix_plan(&self, id: u64, query: FixQuery) -> ControlFuture<'_, FixPlan>;

    /// Applies a remedy, and waits a while for what comes of it.
    fn fix_apply(
        &self,
        id: u64,
        request: FixRequest,
        author: String,
    ) -> ControlFuture<'_, FixAnswer>;

    /// Tests a connector with a message to `to`; every step is sent as it ends, without waiting. True when
    /// everything that is needed works.
    fn validate_connector(
        &self,
        connector: OutboundConnector,
        to: Address,
        language: Option<Language>,
        steps: Sender<TestStep>,
    ) -> Pin<Box<dyn Future<Output = bool> + Send + '_>>;

    /// Makes a connectivity test; every step is sent as it ends, without waiting. True when nothing failed.
    /// [`ControlError::NotFound`] when the target is not there.
    fn run_test(&self, request: RunTest, steps: Sender<TestStep>) -> ControlFuture<'_, bool>;

    /// From which of our addresses to which of theirs a connector's mail goes; without a connector,
    /// mail to MX hosts.
    fn passages(
        &self,
        connector: Option<OutboundConnector>,
    ) -> ControlFuture<'_, Vec<FirewallRule>>;

    /// Turns a manual clock on by so much, waits until the server is quiet, and returns the new
    /// time. [`ControlError::Unsupported`] when the clock is the system's.
    fn clock_advance(&self, by: Duration) -> ControlFuture<'_, Timestamp>;

    /// What time it is for the queue.
    fn now(&self) -> Timestamp;
}

/// A number for monitoring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Metric {
    /// Its name: `causeway_queue_recipients`.
    pub name: &'static str,
    /// What it counts, on one line.
    pub help: &'static str,
    /// How many.
    pub value: u64,
    /// It only ever grows.
    pub is_total: bool,
}

/// What the scheduler knows about a recipient beyond the store.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LiveState {
    /// An attempt is going on.
    pub delivering: bool,
    /// When it is due: waits of the whole site included. `None`: as the store says.
    pub next_attempt_at: Option<Timestamp>,
    /// Attempts so far.
    pub attempts: u32,
    /// The last result, when it is newer than the store's (failures of a whole site are told
    /// here).
    pub last: Option<LastResult>,
    /// The connector that it waits for, tried or not.
    pub connector: Option<String>,
    /// Its connector has had its messages for the minute.
    pub paused: bool,
}

/// Why the server did not do it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ControlError {
    /// There is no such thing.
    #[error("there is no {0}")]
    NotFound(String),
    /// There is no alert of this number.
    #[error("there is no alert {0}")]
    NoSuchAlert(u64),
    /// What was asked cannot be done as asked.
    #[error("{what}; {instead}")]
    Refused {
        /// What is wrong, as a clause.
        what: String,
        /// What to do instead.
        instead: String,
    },
    /// A text of `mailflow.toml` has errors: everything that was found in it, an error at least.
    #[error("{}", first_of(.0))]
    Unusable(Vec<Problem>),
    /// What was asked does not fit what happened meanwhile.
    #[error("{what}; {instead}")]
    Conflict {
        /// What happened, as a clause.
        what: String,
        /// What to do instead.
        instead: String,
    },
    /// This server has no such function (a manual clock, say).
    #[error("this server cannot do that: {0}")]
    Unsupported(String),
    /// Not now: starting, draining.
    #[error("{0}")]
    Unavailable(String),
    /// The system does not let the server do it: a file or directory that its user cannot write.
    #[error("{what}; {instead}")]
    Prevented {
        /// What the system refuses, as a clause.
        what: String,
        /// What to do about it.
        instead: String,
    },
    /// The store said no.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The first error, and how many there are beside it.
fn first_of(problems: &[Problem]) -> String {
    let mut errors = problems.iter().filter(|problem| problem.severity == Severity::Error);
    let first = errors.next().map(ToString::to_string).unwrap_or_default();
    match errors.count() {
        0 => first,
        more => format!("{first} (and {more} more)"),
    }
}
