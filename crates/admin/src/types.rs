//! What is said over the API: requests and answers, one set of types for both sides.
//!
//! Field names are a contract with scripts. Requests refuse unknown fields by name; answers may
//! gain fields. Times are RFC 3339 in UTC. A null reverse-path is `<>` here, as in the filters.
//! `code` is always reply code and enhanced code together; `reply` is the peer's words.

mod access;
mod alert;
mod flow;
mod queue;
mod report;
mod test;
mod token;
mod trace;

use std::net::IpAddr;

use causeway_catalog::sentence::Sentence;
use causeway_model::config::{DomainType, Language, Peer, Problem, Severity, TlsLevel};
use causeway_model::{Address, Domain, ReversePath, Timestamp};
use causeway_store::Audit;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::password::Password;

pub use access::{
    ApplicationPasswordView, CreateApplicationPassword, Ended, LoginLock, NewApplicationPassword,
    PasswordUse, PopLoginView, ReportPopLogin, RevokePopLogins, UnlockLogins,
};
pub use alert::{
    AlertQuery, AlertStates, AlertView, CauseView, CheckView, CloseAlert, FixAnswer, FixPlan,
    FixQuery, FixRequest, FixView, RemedyView,
};
pub use flow::{
    ApplyAnswer, ApplyRequest, Effect, EffectKind, FlowView, Plan, PlanAnswer, Proposal,
    RevisionDetail, RevisionPage, RevisionQuery, RevisionView,
};
pub use queue::{
    MessageDetail, QueueAction, QueueActionRequest, QueueMessage, QueuePage, QueueQuery,
    QueueRecipient, RecipientStatus, Security, Selection, SelectionFilter, Touched,
};
pub use report::{
    AddSigningKey, Audience, CauseState, FeedbackView, PublishedRecord, RemoveSigningKeys,
    ReturnedBy, ReturnedRecipientView, ReturnedView, SentAgain, SigningKeyView,
};
pub use test::{
    FirewallQuery, FirewallRule, RunTest, TestKind, TestLine, TestReport, TestStatus, TestStep,
    ValidateConnector, Validation,
};
pub use token::{CreateToken, NewTokenAnswer, TokenRole, TokenUse, TokenView};
pub use trace::{TraceEntry, TracePage, TraceQuery, TraceStatus};

/// The text of a reverse-path in the API: the address, or `<>`.
#[must_use]
pub fn sender_text(sender: &ReversePath) -> String {
    match sender {
        ReversePath::Null => "<>".into(),
        ReversePath::Address(address) => address.to_string(),
    }
}

// --- errors ---

/// Every answer that is not a 2xx has this body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ErrorBody {
    /// What happened.
    pub error: ErrorDetail,
}

/// What is wrong and what to do instead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ErrorDetail {
    /// What is wrong, as a clause without a full stop.
    pub what: String,
    /// What to do instead, as a clause.
    pub instead: String,
    /// The field of the request that it is about, as a JSON pointer (RFC 6901), where it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// When a text of `mailflow.toml` cannot be used: everything that was found in it, in its order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<ProblemView>,
}

/// One thing that is wrong in a configuration file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProblemView {
    /// The file.
    pub file: String,
    /// From 1; null when the problem has no place in the file.
    pub line: Option<usize>,
    /// In characters, from 1; null as for the line.
    pub column: Option<usize>,
    /// `error` or `warning`.
    pub severity: String,
    /// What is wrong, as a clause.
    #[schema(value_type = String)]
    pub what: Sentence,
    /// What to write or do instead, as a clause.
    #[schema(value_type = String)]
    pub instead: Sentence,
}

impl ProblemView {
    /// Those of a text that are errors.
    #[must_use]
    pub fn errors(problems: &[Problem]) -> Vec<Self> {
        problems
            .iter()
            .filter(|problem| problem.severity == Severity::Error)
            .map(Self::from)
            .collect()
    }

    /// The same in another language.
    #[must_use]
    pub fn speak(&self, language: Language) -> Self {
        let (what, instead) = (self.what.speak(language), self.instead.speak(language));
        Self { what, instead, ..self.clone() }
    }
}

impl From<&Problem> for ProblemView {
    fn from(problem: &Problem) -> Self {
        Self {
            file: problem.file.clone(),
            line: Some(problem.line).filter(|line| *line > 0),
            column: Some(problem.column).filter(|column| *column > 0),
            severity: problem.severity.word().into(),
            what: problem.what.clone().into(),
            instead: problem.instead.clone().into(),
        }
    }
}

// --- mailboxes ---

/// A mailbox, without its password.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MailboxView {
    /// Its main address.
    pub address: Address,
    /// Other addresses that are delivered to it.
    pub aliases: Vec<Address>,
    /// Addresses and domains (`@contoso.example`) it may send as, beside its own.
    pub send_as: Vec<String>,
    /// The language tag for reports.
    pub language: Option<String>,
    /// Octets the Maildir may hold; absent: no bound.
    pub quota: Option<u64>,
    /// Whom its mail is forwarded to.
    #[serde(default)]
    pub forward: Option<Address>,
    /// Whether forwarded mail is kept here as well.
    #[serde(default)]
    pub keep_copy: bool,
    /// False: nobody can log in with a password of the mailbox's own.
    pub has_password: bool,
    /// What its application passwords are for.
    #[serde(default)]
    pub application_passwords: Vec<String>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// `POST /v1/mailboxes`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateMailbox {
    /// Its main address, in an accepted domain.
    pub address: Address,
    /// Its password; absent: one is generated and comes back in the answer, once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<Password>,
    /// Other addresses that are delivered to it, in accepted domains.
    #[serde(default)]
    pub aliases: Vec<Address>,
    /// Addresses and domains (`@contoso.example`) it may send as, beside its own.
    #[serde(default)]
    pub send_as: Vec<String>,
    /// The language tag for reports: `en`, `de`, `nl` or `sv`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Octets the Maildir may hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quota: Option<u64>,
    /// Whom its mail is forwarded to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forward: Option<Address>,
    /// Whether forwarded mail is kept here as well.
    #[serde(default)]
    pub keep_copy: bool,
}

/// The answer to [`CreateMailbox`] and [`ChangePassword`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MailboxWithPassword {
    /// The mailbox as it is now.
    #[serde(flatten)]
    pub mailbox: MailboxView,
    /// The generated password, in this answer and never again; absent when one was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<Password>,
}

/// `PUT /v1/mailboxes/ADDRESS/password`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangePassword {
    /// The new password; absent: one is generated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<Password>,
}

/// `PATCH /v1/mailboxes/ADDRESS`: what is absent stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ChangeMailbox {
    /// Aliases to add.
    pub add_aliases: Vec<Address>,
    /// Aliases to take away.
    pub remove_aliases: Vec<Address>,
    /// Entries to add.
    pub add_send_as: Vec<String>,
    /// Entries to take away.
    pub remove_send_as: Vec<String>,
    /// The language tag for reports; an empty text: none.
    pub language: Option<String>,
    /// Octets the Maildir may hold; 0: no bound.
    pub quota: Option<u64>,
    /// Whom its mail is forwarded to; an empty text: nobody.
    pub forward: Option<String>,
    /// Whether forwarded mail is kept here as well.
    pub keep_copy: Option<bool>,
}

// --- the mail flow in force ---

/// An accepted domain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DomainView {
    /// Its name.
    pub name: Domain,
    /// Whether all its mailboxes are here.
    #[serde(rename = "type")]
    pub domain_type: DomainType,
    /// Whether everything below it counts as this domain.
    pub match_subdomains: bool,
}

/// A connector.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ConnectorView {
    /// Its name.
    pub name: String,
    /// Whose servers are at the other end.
    pub peer: Peer,
    /// Whether it is in use.
    pub enabled: bool,
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Its last test; absent: there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validation: Option<Validation>,
    /// What depends on the direction.
    #[serde(flatten)]
    pub path: ConnectorPath,
}

/// The two directions of connectors.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "direction", rename_all = "lowercase")]
pub enum ConnectorPath {
    /// From here to particular servers.
    Outbound {
        /// Which recipients it takes.
        recipient_domains: Vec<String>,
        /// Where they go, each `host:port`; empty with `use_mx`.
        smart_hosts: Vec<String>,
        /// The same in groups, tried in order, the hosts of a group sharing the mail evenly. Absent
        /// when every group is one host.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        smart_host_groups: Option<Vec<Vec<String>>>,
        /// True: to the MX hosts of the recipient's domain.
        use_mx: bool,
        /// What is demanded of TLS.
        tls: TlsLevel,
        /// The name the certificate must carry.
        tls_domain: Option<String>,
        /// The user name it logs in with.
        user: Option<String>,
        /// Addresses of its own to send from; empty: those of `[delivery]`, or the system's choice.
        #[serde(default)]
        #[schema(value_type = Vec<String>)]
        source_addresses: Vec<IpAddr>,
        /// Connections at once; absent: as many as the peer turns out to take.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        max_connections: Option<u32>,
        /// Messages in any 60 seconds; absent: no bound.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        max_messages_per_minute: Option<u32>,
    },
    /// From particular servers to here.
    Inbound {
        /// The sender domains its peer may use.
        sender_domains: Vec<String>,
        /// Addresses by which its peer is recognised.
        source_addresses: Vec<String>,
        /// The name in the client certificate by which its peer is recognised; tested first.
        tls_certificate_name: Option<String>,
        /// Whether its peer must use TLS.
        require_tls: bool,
        /// Whether mail of its sender domains is refused from anybody else.
        #[serde(default)]
        restrict_sender_domains: bool,
        /// Where its peer's mail is checked for its sender domains.
        #[serde(default)]
        identity: Vec<String>,
    },
}

/// `GET /v1/connectors/NAME`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ConnectorExplanation {
    /// The connector.
    #[serde(flatten)]
    pub connector: ConnectorView,
    /// Queued recipients whose last attempt (or their site's) went this way, among the oldest
    /// 20,000 messages.
    pub waiting_recipients: u64,
    /// True when the count stopped at its bound.
    pub waiting_more: bool,
    /// The last result's codes, of the one that is tried next.
    pub code: Option<String>,
    /// Its words.
    pub reply: Option<String>,
    /// True when all mail for the internet goes this way (`[routing].internet`).
    pub takes_internet: bool,
}

// --- explanations ---

/// `GET /v1/relay/explain`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct RelayQuestion {
    /// The client's address.
    #[param(value_type = String)]
    pub from_ip: IpAddr,
    /// The mailbox it has logged in as (SMTP AUTH).
    #[serde(default)]
    pub user: Option<String>,
    /// True: there was a POP3 login from this address a moment ago.
    #[serde(default)]
    pub pop_login: bool,
    /// True: the session is under TLS.
    #[serde(default)]
    pub tls: bool,
    /// A DNS name in the client certificate that it showed, verified; with it the session is under TLS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_certificate: Option<String>,
    /// The reverse-path; absent or `<>`: null.
    #[serde(default)]
    pub sender: Option<String>,
    /// The recipient.
    pub recipient: Address,
    /// The language of the answer's sentences (`en`, `de`, `nl`, `sv`); absent: that of `Accept-Language`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
}

/// `relay explain`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RelayExplanation {
    /// The recipient's domain is not one of ours.
    pub is_relay: bool,
    /// The recipient would be taken.
    pub allowed: bool,
    /// The rule that decided, e.g. `relay.network`.
    pub rule: String,
    /// Why, in words.
    pub because: String,
    /// The refusal as the client would see it.
    pub reply: Option<String>,
    /// What would make it allowed, the easiest first.
    pub allowed_if: Vec<String>,
    /// What else is to be known: why a session would refuse what may be relayed, for instance.
    #[serde(default)]
    pub notes: Vec<String>,
    /// What a session would answer for another reason than relaying; `None`: nothing that is known.
    #[serde(default)]
    pub session_reply: Option<String>,
}

/// `GET /v1/route/explain`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct RouteQuestion {
    /// The recipient.
    pub recipient: Address,
    /// The reverse-path; `<>`: null.
    #[serde(default)]
    pub sender: Option<String>,
    /// The inbound connector the message came by.
    #[serde(default)]
    pub from_connector: Option<String>,
}

/// `route explain`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RouteExplanation {
    /// The recipient.
    pub recipient: Address,
    /// Its domain.
    pub domain: Domain,
    /// How we see the domain.
    pub domain_type: RouteDomainType,
    /// The connector that takes it.
    pub connector: Option<String>,
    /// Where it goes, in the order in which they are tried: `host:port`, or the mailbox here.
    /// Empty when there is no way.
    pub next_hops: Vec<String>,
    /// The same in groups that share the mail evenly, where there is such a group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_hop_groups: Option<Vec<Vec<String>>>,
    /// Why, in words.
    #[schema(value_type = String)]
    pub because: Sentence,
    /// Other connectors, and why they do not take it.
    #[serde(default)]
    pub considered: Vec<ConsideredConnector>,
}

/// A connector that was looked at and not taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ConsideredConnector {
    /// Its name.
    pub connector: String,
    /// Why it was not taken.
    #[schema(value_type = String)]
    pub why_not: Sentence,
}

impl RouteExplanation {
    /// The same in another language.
    #[must_use]
    pub fn speak(self, language: Language) -> Self {
        let speak = |other: ConsideredConnector| {
            let why_not = other.why_not.speak(language);
            ConsideredConnector { why_not, ..other }
        };
        Self {
            because: self.because.speak(language),
            considered: self.considered.into_iter().map(speak).collect(),
            ..self
        }
    }
}

/// How we see a recipient's domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RouteDomainType {
    /// All mailboxes are here.
    Authoritative,
    /// Some mailboxes are elsewhere.
    InternalRelay,
    /// Not ours.
    External,
}

// --- health ---

/// `GET /v1/health`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Health {
    /// Every component is `ok`, and nothing is unaccounted for.
    pub healthy: bool,
    /// Every part of the service.
    pub components: Vec<ComponentHealth>,
    /// Recipients the ledger cannot account for: 0. Absent when the ledger could not be read (and
    /// over TCP).
    pub unaccounted_messages: Option<i64>,
    /// The open alerts. Absent over TCP.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alerts: Option<OpenAlerts>,
}

/// The open alerts in short; `GET /v1/alerts` has them in full.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OpenAlerts {
    /// How many.
    pub count: u64,
    /// Their numbers, the newest first.
    pub ids: Vec<u64>,
    /// The one that most recipients wait behind.
    pub worst: Option<WorstAlert>,
}

/// The alert that most recipients wait behind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WorstAlert {
    /// Its number.
    pub id: u64,
    /// The path that fails.
    pub path: String,
    /// Recipients that wait.
    pub messages: u64,
    /// The cause as a sentence, as far as it is known.
    pub cause: Option<String>,
}

/// One part of the service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ComponentHealth {
    /// `store`, `listener smtp`, `dns`, …
    pub name: String,
    /// How it is.
    pub status: ComponentStatus,
    /// Since when.
    pub since: Option<Timestamp>,
    /// In words.
    pub detail: Option<String>,
}

/// How a part of the service is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ComponentStatus {
    /// Works.
    Ok,
    /// Works with limits.
    Degraded,
    /// Does not work.
    Down,
}

/// `GET /v1/audit`: the store's count, see [`causeway_store::Audit`].
pub type AuditReport = Audit;

// --- the clock ---

/// `GET /v1/clock`, and the answer to [`AdvanceClock`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Clock {
    /// What time it is for the server's queue.
    pub now: Timestamp,
}

/// `POST /v1/test/clock`; 404 when the server runs by the system's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AdvanceClock {
    /// By so many milliseconds.
    pub advance_ms: u64,
}
