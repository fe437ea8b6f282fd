//! Does this connector work? A real session and a real message, step by step.
//!
//! A test goes the way of every delivery (`connect`, the same transaction) and tells of
//! each step as it happens: resolve, connect, ehlo, tls, login (where the connector logs in), message. Before them
//! stands a warning when the connector does not take mail for the recipient: the test says nothing about such mail. The message
//! goes to a recipient that the administrator names, from our postmaster, and must be accepted. It is
//! not queued: what becomes of it is the answer.
//!
//! A host that gives no session while a later one does is told as a warning: mail gets through, and
//! somebody should look at it. After the step that fails nothing more is tried; the rest is skipped.

use std::time::Duration;

use bytes::Bytes;
use causeway_catalog::Phase;
use causeway_catalog::sentence::{Parts, Sentence};
use causeway_catalog::status::{last_result, status_of};
use causeway_model::config::{OutboundConnector, OutboundRoute};
use causeway_model::{Address, Attempt, BodyType, Outcome, ReversePath, Stage, StepStatus};
use causeway_net::steps::Steps;
use causeway_policy::MailPolicy;
use causeway_policy::index::pattern_text;
use causeway_smtp::client::{OutRecipient, Payload, Transaction};
use parking_lot::Mutex;
use tokio::sync::mpsc::Sender;

use crate::connect::{Ears, Finding, Link, Target, millis, most_telling, open_heard};
use crate::engine::{Dispatch, Shared};
use crate::resolve::mx_set;

/// As many of a connector's domains are named.
const MOST_DOMAINS: usize = 10;

/// How long a test may take in all.
const LIMIT: Duration = Duration::from_secs(180);

/// A part of the test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepName {
    /// The connector takes mail for the recipient; told only when it does not.
    Recipient,
    /// The names of the hosts have addresses.
    Resolve,
    /// An address takes the connection.
    Connect,
    /// The server greets, and says what it can do.
    Ehlo,
    /// TLS with a certificate, as the connector demands.
    Tls,
    /// The login, where the connector has one.
    Login,
    /// A message is accepted.
    Message,
}

impl StepName {
    /// The name in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Recipient => "recipient",
            Self::Resolve => "resolve",
            Self::Connect => "connect",
            Self::Ehlo => "ehlo",
            Self::Tls => "tls",
            Self::Login => "login",
            Self::Message => "message",
        }
    }

    const fn of(stage: Stage) -> Self {
        match stage {
            Stage::Route | Stage::Resolve => Self::Resolve,
            Stage::Connect => Self::Connect,
            Stage::Banner | Stage::Ehlo => Self::Ehlo,
            Stage::Starttls | Stage::Tls => Self::Tls,
            Stage::Auth => Self::Login,
            Stage::Mail | Stage::Rcpt | Stage::Data | Stage::EndOfData | Stage::Local => {
                Self::Message
            }
        }
    }
}

/// A step that is over, with the failed attempt behind it: for causes and what to do.
pub type Step = causeway_net::steps::Step<StepName, Option<Attempt>, Sentence>;

/// Tells of steps in their order.
struct Teller {
    steps: Steps<StepName, Option<Attempt>, Sentence>,
    so_far: Mutex<SoFar>,
}

struct SoFar {
    /// Failures that may turn out to be only warnings.
    failed: Vec<Attempt>,
    /// The furthest step that is behind us.
    reached: Option<StepName>,
}

impl Teller {
    fn tell(
        &self,
        name: StepName,
        status: StepStatus,
        finding: impl Into<Sentence>,
        attempt: Option<Attempt>,
    ) {
        if status != StepStatus::Failed && status != StepStatus::Skipped {
            self.so_far.lock().reached = Some(name);
        }
        self.steps.tell(name, status, finding.into(), attempt);
    }

    /// Mail for the recipient never comes to this connector.
    fn tell_untaken(&self, policy: &MailPolicy, connector: &OutboundConnector, to: &Address) {
        if policy.takes(connector, to.domain()) {
            return;
        }
        let mut patterns: Vec<String> =
            connector.recipient_domains.iter().take(MOST_DOMAINS).map(pattern_text).collect();
        if connector.recipient_domains.len() > MOST_DOMAINS {
            patterns.push("…".to_owned());
        }
        let finding = match patterns.is_empty() {
            true => Parts::of("test-takes-nothing"),
            false => Parts::of("test-takes-others").with("domains", patterns),
        };
        let finding = finding.with("domain", to.domain().to_string());
        self.tell(StepName::Recipient, StepStatus::Warning, finding, None);
    }

    /// Hosts that failed, and were not the last.
    fn tell_warnings(&self) {
        let failed = std::mem::take(&mut self.so_far.lock().failed);
        for attempt in failed {
            let line = status_of(&attempt, Phase::Queued).text;
            let finding = Parts::of("test-next-host").with("failure", line);
            let name = StepName::of(attempt.stage);
            self.tell(name, StepStatus::Warning, finding, Some(attempt));
        }
    }

    /// The end of a test that failed.
    fn tell_failure(&self, attempt: Attempt, has_login: bool) {
        self.so_far.lock().failed.clear();
        let name = StepName::of(attempt.stage);
        let (code, reply) = last_result(&attempt, Phase::Queued);
        self.tell(name, StepStatus::Failed, format!("{code} {reply}"), Some(attempt));
        self.skip_after(name, has_login);
    }

    fn skip_after(&self, failed: StepName, has_login: bool) {
        let order = [
            StepName::Resolve,
            StepName::Connect,
            StepName::Ehlo,
            StepName::Tls,
            StepName::Login,
            StepName::Message,
        ];
        let after = order.into_iter().skip_while(|name| *name != failed).skip(1);
        for name in after.filter(|name| has_login || *name != StepName::Login) {
            let finding = Parts::of("test-not-tried").with("step", failed.name());
            self.tell(name, StepStatus::Skipped, finding, None);
        }
    }
}

impl Ears for Teller {
    fn reached(&self, stage: Stage, finding: Finding) {
        self.tell_warnings();
        let status = if finding.is_doubtful { StepStatus::Warning } else { StepStatus::Passed };
        self.tell(StepName::of(stage), status, finding.text, None);
    }

    fn failed(&self, attempt: &Attempt) {
        self.so_far.lock().failed.push(attempt.clone());
    }
}

impl Dispatch {
    /// Tests a connector, in use or not, with a message to `to`. Every step is sent as it ends, without
    /// waiting (room for [`MOST_STEPS`](causeway_net::steps::MOST_STEPS) is enough); true when the message was accepted.
    pub async fn validate(
        &self,
        connector: &OutboundConnector,
        to: &Address,
        steps: Sender<Step>,
    ) -> bool {
        let so_far = SoFar { failed: Vec::new(), reached: None };
        let teller = Teller { steps: Steps::begin(steps), so_far: Mutex::new(so_far) };
        let has_login = connector.credentials.is_some();
        teller.tell_untaken(&self.shared.policy.load(), connector, to);
        let test = test(&self.shared, connector, to, &teller);
        match tokio::time::timeout(LIMIT, test).await {
            Ok(Ok(())) => true,
            Ok(Err(attempt)) => {
                teller.tell_failure(*attempt, has_login);
                false
            }
            Err(_) => {
                let next = match teller.so_far.lock().reached {
                    None | Some(StepName::Recipient) => StepName::Resolve,
                    Some(StepName::Resolve) => StepName::Connect,
                    Some(StepName::Connect) => StepName::Ehlo,
                    Some(StepName::Ehlo) => StepName::Tls,
                    Some(StepName::Tls) if has_login => StepName::Login,
                    Some(StepName::Tls | StepName::Login | StepName::Message) => StepName::Message,
                };
                let finding = Parts::of("test-no-end").with("seconds", LIMIT.as_secs());
                teller.tell(next, StepStatus::Failed, finding, None);
                teller.skip_after(next, has_login);
                false
            }
        }
    }
}

/// The test itself. The error is the attempt that says why it failed.
async fn test(
    shared: &Shared,
    connector: &OutboundConnector,
    to: &Address,
    teller: &Teller,
) -> Result<(), Box<Attempt>> {
    let site = format!("test of {:?}", connector.name);
    let mut target = Target::of_connector(connector, site, shared.dane);
    match &connector.route {
        OutboundRoute::SmartHosts(groups) => target.set_smart_hosts(groups),
        OutboundRoute::Mx => match mx_set(shared, to.domain()).await {
            Ok(set) => target.take_set(to.domain(), set),
            Err(failure) => {
                let outcome = Outcome::Failure(failure);
                return Err(Box::new(attempt(shared, &target, None, Stage::Resolve, outcome)));
            }
        },
    }
    let mut link = match open_heard(shared, &target, true, Some(teller)).await {
        Ok(link) => link,
        Err(tries) => {
            let (telling, others) = most_telling(tries);
            teller.so_far.lock().failed = others;
            teller.tell_warnings();
            // Never without one.
            let nothing = || {
                let name = target.site.clone();
                let outcome = Outcome::Failure(causeway_model::Failure::NoAddress { name });
                attempt(shared, &target, None, Stage::Resolve, outcome)
            };
            return Err(Box::new(telling.unwrap_or_else(nothing)));
        }
    };
    if link.tls.is_none() {
        let finding = Parts::of("test-no-tls");
        teller.tell(StepName::Tls, StepStatus::Warning, finding, None);
    }
    let sent = send_message(shared, &mut link, connector, to).await;
    let outcome = match sent {
        Ok(reply) => {
            let finding = Parts::of("test-accepted")
                .with("recipient", to.to_string())
                .with("reply", reply.to_string());
            teller.tell(StepName::Message, StepStatus::Passed, finding, None);
            Ok(())
        }
        Err((stage, failure)) => {
            let outcome = Outcome::Failure(failure);
            Err(Box::new(attempt(shared, &target, Some(&link), stage, outcome)))
        }
    };
    link.connection.quit().await;
    outcome
}

fn attempt(
    shared: &Shared,
    target: &Target,
    link: Option<&Link>,
    stage: Stage,
    outcome: Outcome,
) -> Attempt {
    Attempt {
        at: shared.clock.now(),
        elapsed_ms: millis(Duration::ZERO),
        site: target.site.clone(),
        connector: target.connector.clone(),
        host: link.map(|link| link.host.clone()),
        address: link.map(|link| link.address),
        tls: link.and_then(|link| link.tls.clone()),
        security: link.and_then(|link| link.security.clone()),
        stage,
        outcome,
    }
}

/// Sends the test message: the peer's answer to it.
async fn send_message(
    shared: &Shared,
    link: &mut Link,
    connector: &OutboundConnector,
    to: &Address,
) -> Result<causeway_model::Reply, (Stage, causeway_model::Failure)> {
    let policy = shared.policy.load_full();
    let postmaster = policy.flow().organization.postmaster.clone();
    let from = postmaster.or_else(|| policy.bare_postmaster());
    let content = content(shared, from.as_ref(), to, &connector.name);
    let reverse_path = from.map_or(ReversePath::Null, ReversePath::Address);
    let parts = [Bytes::from(content)];
    let recipients = [OutRecipient { address: to, notify: None, orcpt: None }];
    let transaction = Transaction {
        reverse_path: &reverse_path,
        recipients: &recipients,
        size: parts[0].len() as u64,
        body_type: BodyType::SevenBit,
        // The header has the address.
        eight_bit: to.needs_smtputf8(),
        smtputf8: to.needs_smtputf8(),
        ret: None,
        envid: None,
        payload: Payload::Parts(&parts),
    };
    match link.connection.transact(transaction).await {
        Ok(result) => result.recipients.into_iter().next().unwrap_or_else(|| {
            let detail = "no answer about the recipient".to_owned();
            Err((Stage::Rcpt, causeway_model::Failure::ProtocolError { detail }))
        }),
        Err(failure) => Err((failure.stage, failure.failure)),
    }
}

/// A small message that says what it is. ASCII only, so that every server can take it.
fn content(shared: &Shared, from: Option<&Address>, to: &Address, connector: &str) -> String {
    let host = &shared.hostname;
    let from = from.map_or_else(|| format!("postmaster@{host}"), ToString::to_string);
    let id = shared.store.reserve_id();
    let connector: String = connector
        .chars()
        .map(|c| if c.is_ascii() && !c.is_control() { c } else { '?' })
        .take(200)
        .collect();
    format!(
        "From: Causeway <{from}>\r\nTo: <{to}>\r\nSubject: Test of a connector\r\n\
         Date: {}\r\nMessage-ID: <{id}@{host}>\r\nAuto-Submitted: auto-generated\r\n\
         MIME-Version: 1.0\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\n\
         An administrator of {host} tests the connector\r\n\r\n    {connector}\r\n\r\n\
         with this message. Nothing needs to be done.\r\n",
        shared.clock.now().rfc5322()
    )
}
