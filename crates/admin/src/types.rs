//! What is said over the API: requests and answers, one set of types for both sides.
//!
//! Field names are a contract with scripts. Requests refuse unknown fields by name; answers may
//! gain fields. Times are RFC 3339 in UTC. A null reverse-path is `<>` here, as in the filters.
//! `code` is always reply code and enhanced code together; `reply` is the peer's words.

use std::net::IpAddr;

use causeway_model::config::{DomainType, Peer, TlsLevel};
use causeway_model::{Address, Domain, Origin, QueueId, ReversePath, Timestamp};
use causeway_store::{Audit, Event, LastResult, QueueFilter, Status};
use serde::{Deserialize, Serialize};

use crate::password::Password;

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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorBody {
    /// What happened.
    pub error: ErrorDetail,
}

/// What is wrong and what to do instead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorDetail {
    /// What is wrong, as a clause without a full stop.
    pub what: String,
    /// What to do instead, as a clause.
    pub instead: String,
}

// --- the queue ---

/// The state of a recipient, as people see it: the store's, and `delivering`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
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
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueuePage {
    /// What time it is for the server.
    pub now: Timestamp,
    /// Oldest first. May be shorter than the limit, or empty, although there is more.
    pub messages: Vec<QueueMessage>,
    /// To be given as `after` for the next page; absent at the end.
    pub next: Option<QueueId>,
}

/// A message in the queue, one element of `queue list`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
    /// The connector that took it.
    pub connector: Option<String>,
    /// The last result's codes, `450 4.4.316`.
    pub code: Option<String>,
    /// The last result's words.
    pub reply: Option<String>,
    /// What happened so far; only from `queue show`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub events: Option<Vec<Event>>,
}

impl QueueRecipient {
    /// Takes over a result.
    pub fn set_result(&mut self, last: Option<LastResult>) {
        if let Some(last) = last {
            self.destination = last.destination;
            self.connector = last.connector;
            self.code = Some(last.code).filter(|code| !code.is_empty());
            self.reply = Some(last.reply).filter(|reply| !reply.is_empty());
        }
    }
}

/// `GET /v1/queue/ID`: everything about one message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
}

/// Which recipients an action is for. In JSON `"all"`, `{"ids":[…]}` or `{"filter":{…}}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Touched {
    /// How many recipients it touched.
    pub recipients: u64,
}

/// What to do with the selected recipients.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
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

// --- the trace ---

/// How it stands with a recipient, in the words of the trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TracePage {
    /// What time it is for the server.
    pub now: Timestamp,
    /// Newest first.
    pub rows: Vec<TraceEntry>,
    /// To be given as `after` for the next page; absent at the end.
    pub next: Option<String>,
}

/// One row of the trace: one recipient of one message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
    /// What happened, oldest first; only from `trace show`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub events: Option<Vec<Event>>,
}

// --- mailboxes ---

/// A mailbox, without its password.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
    /// False: nobody can log in.
    pub has_password: bool,
    /// When it was made.
    pub created_at: Timestamp,
}

/// `POST /v1/mailboxes`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
}

/// The answer to [`CreateMailbox`] and [`ChangePassword`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailboxWithPassword {
    /// The mailbox as it is now.
    #[serde(flatten)]
    pub mailbox: MailboxView,
    /// The generated password, in this answer and never again; absent when one was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<Password>,
}

/// `PUT /v1/mailboxes/ADDRESS/password`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangePassword {
    /// The new password; absent: one is generated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<Password>,
}

/// `PATCH /v1/mailboxes/ADDRESS`: what is absent stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
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
}

// --- the mail flow in force ---

/// An accepted domain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
    /// What depends on the direction.
    #[serde(flatten)]
    pub path: ConnectorPath,
}

/// The two directions of connectors.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "direction", rename_all = "lowercase")]
pub enum ConnectorPath {
    /// From here to particular servers.
    Outbound {
        /// Which recipients it takes.
        recipient_domains: Vec<String>,
        /// Where they go, each `host:port`; empty with `use_mx`.
        smart_hosts: Vec<String>,
        /// True: to the MX hosts of the recipient's domain.
        use_mx: bool,
        /// What is demanded of TLS.
        tls: TlsLevel,
        /// The name the certificate must carry.
        tls_domain: Option<String>,
        /// The user name it logs in with.
        user: Option<String>,
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
    },
}

/// `GET /v1/connectors/NAME`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RelayQuestion {
    /// The client's address.
    pub from_ip: IpAddr,
    /// The mailbox it has logged in as (SMTP AUTH).
    #[serde(default)]
    pub user: Option<String>,
    /// True: there was a POP3 login from this address a moment ago.
    #[serde(default)]
    pub pop_login: bool,
    /// The reverse-path; absent or `<>`: null.
    #[serde(default)]
    pub sender: Option<String>,
    /// The recipient.
    pub recipient: Address,
}

/// `relay explain`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
}

/// `GET /v1/route/explain`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
    /// Why, in words.
    pub because: String,
    /// Other connectors, and why they do not take it.
    #[serde(default)]
    pub considered: Vec<ConsideredConnector>,
}

/// A connector that was looked at and not taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsideredConnector {
    /// Its name.
    pub connector: String,
    /// Why it was not taken.
    pub why_not: String,
}

/// How we see a recipient's domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Health {
    /// Every component is `ok`, and nothing is unaccounted for.
    pub healthy: bool,
    /// Every part of the service.
    pub components: Vec<ComponentHealth>,
    /// Recipients the ledger cannot account for: 0. Absent when the ledger could not be read (and
    /// over TCP).
    pub unaccounted_messages: Option<i64>,
}

/// One part of the service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clock {
    /// What time it is for the server's queue.
    pub now: Timestamp,
}

/// `POST /v1/test/clock`; 404 when the server runs by the system's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdvanceClock {
    /// By so many milliseconds.
    pub advance_ms: u64,
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
