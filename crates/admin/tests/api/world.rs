//! A server of the API in a temporary directory, and ways to ask it.

use std::collections::HashMap;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use causeway_accounts::{Accounts, Logins, PopRegister};
use causeway_admin::types::{
    AlertQuery, AlertStates, AlertView, ApplyAnswer, CloseAlert, ComponentHealth, ComponentStatus,
    FirewallRule, FixAnswer, FixPlan, FixQuery, FixRequest, FlowView, Plan, PlanAnswer,
    RelayExplanation, RelayQuestion, RouteDomainType, RouteExplanation, RouteQuestion, RunTest,
    Selection, TestStatus, TestStep,
};
use causeway_admin::{
    Access, Api, Client, ControlError, ControlFuture, FlowChange, LiveState, Metric, SOCKET_NAME,
    ServerControl, SocketListener, Target,
};
use causeway_model::config::{Language, Limits, MailFlow, OutboundConnector, PopBeforeSmtp};
use causeway_model::{
    Address, BodyType, Envelope, Origin, QueueId, Recipient, RecipientKey, ReversePath, Timestamp,
};
use causeway_net::clock::Clock;
use causeway_store::sqlite::{SqliteStore, StoreOptions};
use causeway_store::{
    Change, Content, HeaderFacts, LastResult, NewMessage, Settlement, SharedStore, StoreError,
    Update,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::sync::mpsc::Sender;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// What time it is in these tests.
pub(crate) const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

pub(crate) const FLOW: &str = r#"
    [[domain]]
    name = "ours.test"
    type = "authoritative"
    match_subdomains = true

    [[connector]]
    name = "to partner/100%"
    direction = "outbound"
    peer = "partner"
    recipient_domains = ["partner.test", "*.partner.test"]
    smart_hosts = ["mail.partner.test", "[2001:db8::7]:2525"]
    tls = "domain_validation"
    tls_domain = "mail.partner.test"

    [[connector]]
    name = "from partner"
    direction = "inbound"
    peer = "partner"
    sender_domains = ["*"]
    source_addresses = ["203.0.113.0/28"]

    [relay]
    pop_before_smtp = { enabled = true }
"#;

/// The running server, faked: it keeps what it was told, and says what it was given to say.
#[derive(Default)]
pub(crate) struct FakeControl {
    pub(crate) told: Mutex<Vec<String>>,
    pub(crate) live: Mutex<HashMap<RecipientKey, LiveState>>,
    pub(crate) components: Mutex<Vec<ComponentHealth>>,
    pub(crate) mailbox_changes: AtomicUsize,
    pub(crate) manual_clock: Mutex<Option<Timestamp>>,
}

impl FakeControl {
    fn note(&self, what: String) -> ControlFuture<'_, u64> {
        self.told.lock().unwrap().push(what);
        Box::pin(async { Ok(1) })
    }

    pub(crate) fn told(&self) -> Vec<String> {
        self.told.lock().unwrap().clone()
    }
}

impl ServerControl for FakeControl {
    fn mail_services(&self) -> causeway_admin::clients::MailServices {
        crate::clients::offered()
    }

    fn metrics(&self) -> Vec<Metric> {
        let (name, help) = ("causeway_alerts_open", "Open alerts");
        vec![Metric { name, help, value: 2, is_total: false }]
    }

    fn alerts(&self, query: &AlertQuery) -> Vec<AlertView> {
        match query.state {
            Some(AlertStates::Closed) => Vec::new(),
            _ => vec![crate::alerts::failing()],
        }
    }

    fn alert(&self, id: u64, _language: Option<Language>) -> Option<AlertView> {
        (id == 1).then(crate::alerts::failing)
    }

    fn alert_close(
        &self,
        id: u64,
        request: CloseAlert,
        _author: String,
    ) -> ControlFuture<'_, AlertView> {
        drop(self.note(format!("close alert {id}: {}", request.reason)));
        Box::pin(async { Ok(crate::alerts::failing()) })
    }

    fn fix_plan(&self, id: u64, query: FixQuery) -> ControlFuture<'_, FixPlan> {
        drop(self.note(format!("fix plan {id} {:?}", query.remedy)));
        Box::pin(async { Ok(crate::alerts::planned()) })
    }

    fn fix_apply(
        &self,
        id: u64,
        request: FixRequest,
        _author: String,
    ) -> ControlFuture<'_, FixAnswer> {
        drop(self.note(format!("fix apply {id} {:?}: {}", request.remedy, request.reason)));
        Box::pin(async { Ok(crate::alerts::done()) })
    }

    fn retry(&self, selection: Selection) -> ControlFuture<'_, u64> {
        self.note(format!("retry {selection:?}"))
    }

    fn hold(&self, selection: Selection, reason: String) -> ControlFuture<'_, u64> {
        self.note(format!("hold {selection:?} {reason}"))
    }

    fn release(&self, selection: Selection) -> ControlFuture<'_, u64> {
        self.note(format!("release {selection:?}"))
    }

    fn return_to_sender(&self, selection: Selection, reason: String) -> ControlFuture<'_, u64> {
        self.note(format!("return {selection:?} {reason}"))
    }

    fn remove(&self, selection: Selection, reason: String) -> ControlFuture<'_, u64> {
        self.note(format!("remove {selection:?} {reason}"))
    }

    fn redirect(&self, selection: Selection, to: Address) -> ControlFuture<'_, u64> {
        self.note(format!("redirect {selection:?} {to}"))
    }

    fn live(&self, keys: &[RecipientKey]) -> Vec<Option<LiveState>> {
        let live = self.live.lock().unwrap();
        keys.iter().map(|key| live.get(key).cloned()).collect()
    }

    fn route_explain(&self, question: RouteQuestion) -> ControlFuture<'_, RouteExplanation> {
        Box::pin(async move {
            Ok(RouteExplanation {
                domain: question.recipient.domain().clone(),
                recipient: question.recipient,
                domain_type: RouteDomainType::External,
                connector: question.from_connector,
                next_hops: vec![format!("sender {:?}", question.sender)],
                next_hop_groups: None,
                because: "it was asked".into(),
                considered: Vec::new(),
            })
        })
    }

    fn relay_explain(&self, question: RelayQuestion) -> ControlFuture<'_, RelayExplanation> {
        Box::pin(async move {
            Ok(RelayExplanation {
                is_relay: true,
                allowed: question.pop_login,
                rule: "relay.test".into(),
                because: format!("{} {:?}", question.from_ip, question.user),
                reply: None,
                allowed_if: Vec::new(),
                notes: Vec::new(),
                session_reply: None,
            })
        })
    }

    fn mailboxes_changed(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        self.mailbox_changes.fetch_add(1, Ordering::SeqCst);
        Box::pin(std::future::ready(()))
    }

    fn health(&self) -> Vec<ComponentHealth> {
        self.components.lock().unwrap().clone()
    }

    fn mail_flow(&self) -> Arc<MailFlow> {
        Arc::new(MailFlow::parse(FLOW, "mailflow.toml").unwrap().0)
    }

    fn flow(&self) -> ControlFuture<'_, FlowView> {
        let text = FLOW.to_owned();
        Box::pin(async {
            Ok(FlowView {
                revision: 7,
                text,
                file_differs: None,
                hostname: "mx.contoso.example".into(),
                smtp_port: 25,
            })
        })
    }

    fn flow_plan(&self, text: String) -> ControlFuture<'_, PlanAnswer> {
        Box::pin(async move {
            if text.contains("broken") {
                return Err(ControlError::Refused {
                    what: "mailflow.toml:1:1: error: it is broken".into(),
                    instead: "mend it".into(),
                });
            }
            Ok(PlanAnswer {
                plan: plan(text),
                base: 7,
                warnings: Vec::new(),
                errors: Vec::new(),
                file_differs: None,
            })
        })
    }

    fn flow_apply(&self, change: FlowChange) -> ControlFuture<'_, ApplyAnswer> {
        Box::pin(async move {
            let FlowChange { text, base, reason, author, .. } = change;
            if base != 7 {
                return Err(StoreError::Superseded { base: 0, newest: 7 }.into());
            }
            self.told.lock().unwrap().push(format!("{author}: {reason}"));
            let (applied, warnings) = (true, Vec::new());
            Ok(ApplyAnswer {
                plan: plan(text),
                applied,
                revision: 8,
                warnings,
                errors: Vec::new(),
                kept_edits: None,
            })
        })
    }

    fn validate_connector(
        &self,
        connector: OutboundConnector,
        to: Address,
        _language: Option<Language>,
        steps: Sender<TestStep>,
    ) -> Pin<Box<dyn Future<Output = bool> + Send + '_>> {
        Box::pin(async move {
            let passed = to.local() == "good";
            for (name, status) in [
                ("resolve", TestStatus::Passed),
                ("connect", if passed { TestStatus::Passed } else { TestStatus::Failed }),
            ] {
                let finding = connector.name.clone();
                let name = name.to_owned();
                let what_to_do = None;
                let step = TestStep { name, status, finding, elapsed_ms: 1, what_to_do };
                steps.try_send(step).unwrap();
                tokio::task::yield_now().await;
            }
            passed
        })
    }

    fn run_test(&self, request: RunTest, steps: Sender<TestStep>) -> ControlFuture<'_, bool> {
        Box::pin(async move {
            let step = TestStep {
                name: "mx".into(),
                status: TestStatus::Passed,
                finding: request.target,
                elapsed_ms: 1,
                what_to_do: None,
            };
            let _ = steps.try_send(step);
            Ok(true)
        })
    }

    fn passages(
        &self,
        connector: Option<OutboundConnector>,
    ) -> ControlFuture<'_, Vec<FirewallRule>> {
        let rule = FirewallRule {
            connector: connector.map(|connector| connector.name),
            host: None,
            address: None,
            port: 25,
            source: Some([192, 0, 2, 9].into()),
            source_configured: true,
            problem: None,
        };
        Box::pin(async { Ok(vec![rule]) })
    }

    fn clock_advance(&self, by: Duration) -> ControlFuture<'_, Timestamp> {
        let mut clock = self.manual_clock.lock().unwrap();
        let turned = match clock.as_mut() {
            None => Err(ControlError::Unsupported("its clock is the system's".into())),
            Some(now) => {
                *now = now.plus(by);
                Ok(*now)
            }
        };
        Box::pin(async { turned })
    }

    fn now(&self) -> Timestamp {
        NOW
    }
}

/// A plan that says which text it is about.
fn plan(text: String) -> Plan {
    Plan { changes: vec![text.into()], effects: Vec::new(), refused: None, can_be_forced: false }
}

pub(crate) struct World {
    pub(crate) store: SharedStore,
    pub(crate) control: Arc<FakeControl>,
    pub(crate) access: Access,
    pub(crate) api: Api,
    pub(crate) socket: PathBuf,
    pub(crate) place: tempfile::TempDir,
    stop: Option<oneshot::Sender<()>>,
    serving: JoinHandle<()>,
}

/// Nobody, as far as logins are concerned.
struct Nobody;

impl Accounts for Nobody {
    fn account(&self, _key: &str) -> Option<Arc<causeway_store::Mailbox>> {
        None
    }
}

impl World {
    pub(crate) async fn start() -> Self {
        let place = tempfile::tempdir().unwrap();
        let options = StoreOptions { reserve: 0, ..StoreOptions::default() };
        let store: SharedStore =
            Arc::new(SqliteStore::open(&place.path().join("data"), options).unwrap());
        let control = Arc::new(FakeControl::default());
        let accounts = Arc::new(Nobody);
        let clock = Clock::manual(NOW);
        let limits = Limits { login_failures_per_account: 1, ..Limits::default() };
        let logins = Logins::open(store.clone(), accounts, clock, &limits).await.unwrap();
        let pop_settings = PopBeforeSmtp { enabled: true, window: Duration::from_secs(900) };
        let pop_register = PopRegister::open(store.clone(), pop_settings).await.unwrap();
        let access = Access { logins, pop_register: Arc::new(pop_register) };
        let api = Api::new(store.clone(), control.clone(), access.clone());
        let socket = place.path().join(SOCKET_NAME);
        let listener = SocketListener::bind(&socket).unwrap();
        let (stop, stopped) = oneshot::channel();
        let serving = tokio::spawn(listener.serve(api.clone(), async {
            let _ = stopped.await;
        }));
        Self { store, control, access, api, socket, place, stop: Some(stop), serving }
    }

    pub(crate) async fn client(&self) -> Client {
        Client::connect(&Target::Socket(self.socket.clone()), causeway_admin::Coming::default())
            .await
            .unwrap()
    }

    pub(crate) async fn stop(mut self) {
        self.stop.take().unwrap().send(()).unwrap();
        self.serving.await.unwrap();
    }

    /// One request as it is: status and body.
    pub(crate) async fn raw(&self, method: &str, path: &str, body: &str) -> (u16, String) {
        let stream = UnixStream::connect(&self.socket).await.unwrap();
        raw(stream, "localhost", method, path, body).await
    }

    /// A message from `a@ours.test` to these recipients, received so many seconds ago.
    pub(crate) async fn accept(&self, to: &[&str], subject: &str, seconds_ago: u64) -> QueueId {
        let id = self.store.reserve_id();
        let received_at = Timestamp::from_millis(NOW.as_millis() - seconds_ago as i64 * 1000);
        let message = NewMessage {
            id,
            envelope: Envelope {
                reverse_path: ReversePath::Address("a@ours.test".parse().unwrap()),
                recipients: to.iter().map(|a| Recipient::plain(a.parse().unwrap())).collect(),
                body_type: BodyType::default(),
                smtputf8: false,
                ret: None,
                envid: None,
                origin: Origin { helo: Some("client.test".into()), ..Origin::default() },
            },
            received_at,
            expires_at: received_at.plus(Duration::from_secs(48 * 3600)),
            delay_notice_at: None,
            header: HeaderFacts {
                message_id: Some(format!("<{subject}@ours.test>")),
                subject: Some(subject.into()),
                ..HeaderFacts::default()
            },
            content: Content::Memory(vec![Bytes::from_static(b"Subject: x\r\n\r\nx\r\n")]),
            report_about: None,
            copy_of: None,
            hold: None,
        };
        self.store.accept(message).await.unwrap();
        id
    }

    /// A recipient was tried without success through the connector to the partner.
    pub(crate) async fn defer(&self, message: QueueId, index: u32, until: Timestamp) {
        self.update(message, index, Change::Deferred { until }, "450 4.4.316").await;
    }

    pub(crate) async fn update(&self, message: QueueId, index: u32, change: Change, code: &str) {
        let update = Update {
            key: RecipientKey { message, index },
            change,
            result: Some(LastResult {
                code: code.into(),
                reply: "the words".into(),
                connector: Some("to partner/100%".into()),
                destination: Some("mail.partner.test [192.0.2.7]:25".into()),
                attempt: None,
            }),
            tried: true,
            detail: None,
        };
        let settlement = Settlement {
            at: NOW,
            updates: vec![update],
            reports: Vec::new(),
            ..Settlement::default()
        };
        self.store.settle(settlement).await.unwrap();
    }
}

/// One request over any stream.
pub(crate) async fn raw<S: AsyncReadExt + AsyncWriteExt + Unpin>(
    mut stream: S,
    host: &str,
    method: &str,
    path: &str,
    body: &str,
) -> (u16, String) {
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Length: {}\r\n\
         \r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, body.to_owned())
}

/// A part of the service that does not work.
pub(crate) fn down(name: &str) -> ComponentHealth {
    ComponentHealth {
        name: name.into(),
        status: ComponentStatus::Down,
        since: Some(NOW),
        detail: Some("/secret/path".into()),
    }
}
