//! The running server as the API sees it.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use causeway_admin::types::{
    AlertQuery, AlertView, ApplyAnswer, CloseAlert, ComponentHealth, ComponentStatus,
    ConsideredConnector, FirewallRule, FixAnswer, FixPlan, FixQuery, FixRequest, FlowView,
    PlanAnswer, RelayExplanation, RelayQuestion, ReturnedBy, ReturnedView, RouteDomainType,
    RouteExplanation, RouteQuestion, RunTest, Selection, SentAgain, TestStep,
};
use causeway_admin::{ControlError, ControlFuture, FlowChange, LiveState, Metric, ServerControl};
use causeway_catalog::Phase;
use causeway_dispatch::{FailingSite, Selection as Selected};
use causeway_insight::notice::lost::Hole;
use causeway_insight::watch::Watch;
use causeway_model::config::{Language, MailFlow, OutboundConnector};
use causeway_model::{Address, RecipientKey, ReversePath, Timestamp};
use causeway_policy::RouteDomain;
use causeway_store::StoreError;
use tokio::sync::mpsc::Sender;
use tracing::warn;

use super::{Server, connectivity, flow, insight, probe, returned, signing};

/// The API's hold on the server.
pub(crate) struct Control {
    pub(crate) server: Arc<Server>,
    pub(crate) watch: Arc<Watch>,
}

fn selected(selection: &Selection) -> Selected {
    Selected { filter: selection.to_queue_filter() }
}

fn counted(count: Result<usize, StoreError>) -> Result<u64, ControlError> {
    Ok(count? as u64)
}

/// A name that nobody has, with the nearest one.
fn no_such_connector(kind: &str, name: &str, known: &[&str]) -> ControlError {
    ControlError::Refused {
        what: format!("there is no {kind} {name:?}"),
        instead: match causeway_model::config::nearest(name, known) {
            Some(near) => format!("did you mean {near:?}?"),
            None => "see `causeway connector list` for the names".into(),
        },
    }
}

fn waiting_recipients(count: usize) -> String {
    match count {
        1 => "1 recipient waiting".into(),
        count => format!("{count} recipients waiting"),
    }
}

fn parse_sender(text: Option<&str>) -> Result<ReversePath, ControlError> {
    match text {
        None | Some("" | "<>") => Ok(ReversePath::Null),
        Some(text) => {
            Address::parse(text).map(ReversePath::Address).map_err(|error| ControlError::Refused {
                what: format!("the sender {text:?} is no address: {error}"),
                instead: "give an address such as user@contoso.example, or <> for none".into(),
            })
        }
    }
}

impl ServerControl for Control {
    fn retry(&self, selection: Selection) -> ControlFuture<'_, u64> {
        Box::pin(async move { counted(self.server.dispatch.retry(selected(&selection)).await) })
    }

    fn hold(&self, selection: Selection, reason: String) -> ControlFuture<'_, u64> {
        Box::pin(
            async move { counted(self.server.dispatch.hold(selected(&selection), &reason).await) },
        )
    }

    fn release(&self, selection: Selection) -> ControlFuture<'_, u64> {
        Box::pin(
            async move { counted(self.server.dispatch.release(selected(&selection), "").await) },
        )
    }

    fn return_to_sender(&self, selection: Selection, reason: String) -> ControlFuture<'_, u64> {
        Box::pin(async move {
            counted(self.server.dispatch.return_to_sender(selected(&selection), &reason).await)
        })
    }

    fn remove(&self, selection: Selection, reason: String) -> ControlFuture<'_, u64> {
        Box::pin(async move {
            counted(self.server.dispatch.remove(selected(&selection), &reason).await)
        })
    }

    fn redirect(&self, selection: Selection, to: Address) -> ControlFuture<'_, u64> {
        Box::pin(async move {
            let policy = self.server.policy.load_full();
            let decision = policy.recipient(&to, self.server.mailboxes.as_ref());
            if matches!(decision, causeway_policy::RecipientDecision::Unknown(_)) {
                return Err(ControlError::Refused {
                    what: format!("{to} is not a mailbox here"),
                    instead: "redirect to a mailbox that exists (causeway mailbox list), or to an address elsewhere".into(),
                });
            }
            counted(self.server.dispatch.redirect(selected(&selection), &to).await)
        })
    }

    fn returned(&self, by: ReturnedBy) -> ControlFuture<'_, Option<ReturnedView>> {
        Box::pin(returned::show(&self.server, by))
    }

    fn send_again(&self, by: ReturnedBy) -> ControlFuture<'_, SentAgain> {
        Box::pin(returned::send_again(&self.server, by))
    }

    fn text_records(&self, name: String) -> ControlFuture<'_, Vec<String>> {
        Box::pin(signing::text_records(&self.server, name))
    }

    fn signing_keys_changed(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(signing::renew(&self.server))
    }

    fn live(&self, keys: &[RecipientKey]) -> Vec<Option<LiveState>> {
        self.server
            .dispatch
            .live(keys)
            .into_iter()
            .map(|live| {
                live.map(|live| LiveState {
                    delivering: live.delivering,
                    next_attempt_at: live.next_attempt_at,
                    attempts: live.attempts,
                    last: live
                        .last
                        .map(|attempt| causeway_dispatch::last_result(attempt, Phase::Queued)),
                    connector: live.connector.map(|name| name.to_string()),
                    paused: live.paused,
                })
            })
            .collect()
    }

    fn route_explain(&self, question: RouteQuestion) -> ControlFuture<'_, RouteExplanation> {
        Box::pin(async move {
            parse_sender(question.sender.as_deref())?;
            let policy = self.server.policy.load_full();
            if let Some(name) = &question.from_connector
                && policy.inbound_connector(name).is_none()
            {
                let inbound = policy.flow().connectors.iter().filter_map(|c| match c {
                    causeway_model::config::Connector::Inbound(inbound) => {
                        Some(inbound.name.as_str())
                    }
                    causeway_model::config::Connector::Outbound(_) => None,
                });
                return Err(no_such_connector(
                    "inbound connector",
                    name,
                    &inbound.collect::<Vec<_>>(),
                ));
            }
            let route = policy.explain_route(
                &question.recipient,
                question.from_connector.as_deref(),
                &self.server.mailboxes,
            );
            Ok(RouteExplanation {
                recipient: route.recipient,
                domain: route.domain,
                domain_type: match route.domain_type {
                    RouteDomain::Authoritative => RouteDomainType::Authoritative,
                    RouteDomain::InternalRelay => RouteDomainType::InternalRelay,
                    RouteDomain::External => RouteDomainType::External,
                },
                connector: route.connector,
                next_hops: route.next_hops,
                next_hop_groups: route.next_hop_groups,
                because: route.because,
                considered: route
                    .considered
                    .into_iter()
                    .map(|c| ConsideredConnector { connector: c.connector, why_not: c.why_not })
                    .collect(),
            })
        })
    }

    fn relay_explain(&self, question: RelayQuestion) -> ControlFuture<'_, RelayExplanation> {
        Box::pin(async move {
            let sender = parse_sender(question.sender.as_deref())?;
            Ok(super::relay::explain(&self.server, &question, &sender))
        })
    }

    fn mailboxes_changed(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async move {
            if let Err(error) = self.server.mailboxes.refresh(&self.server.store).await {
                warn!(%error, "the mailboxes could not be read again; the old list holds");
            }
        })
    }

    fn health(&self) -> Vec<ComponentHealth> {
        self.server.health()
    }

    fn mail_flow(&self) -> Arc<MailFlow> {
        Arc::clone(self.server.policy.load().flow())
    }

    fn mail_services(&self) -> causeway_admin::clients::MailServices {
        super::clients::services(&self.server)
    }

    fn flow(&self) -> ControlFuture<'_, FlowView> {
        Box::pin(async move { Ok(flow::view(&self.server)) })
    }

    fn flow_plan(&self, text: String) -> ControlFuture<'_, PlanAnswer> {
        Box::pin(flow::plan(&self.server, text))
    }

    fn flow_apply(&self, change: FlowChange) -> ControlFuture<'_, ApplyAnswer> {
        Box::pin(flow::apply(&self.server, change))
    }

    fn metrics(&self) -> Vec<Metric> {
        insight::metrics(&self.server, &self.watch)
    }

    fn alerts(&self, query: &AlertQuery) -> Vec<AlertView> {
        insight::views(&self.server, &self.watch, query)
    }

    fn alert(&self, id: u64, language: Option<Language>) -> Option<AlertView> {
        insight::view(&self.server, &self.watch, id, language)
    }

    fn alert_close(
        &self,
        id: u64,
        request: CloseAlert,
        author: String,
    ) -> ControlFuture<'_, AlertView> {
        Box::pin(async move {
            if self.watch.alert(id).is_none() {
                return Err(ControlError::NoSuchAlert(id));
            }
            let closed = self.watch.close(id, author, request.reason).await;
            let view = insight::view(&self.server, &self.watch, id, request.language);
            closed.and(view).ok_or_else(|| ControlError::Refused {
                what: format!("alert {id} is closed already"),
                instead: "see `causeway alert list --open` for what fails now".into(),
            })
        })
    }

    fn fix_plan(&self, id: u64, query: FixQuery) -> ControlFuture<'_, FixPlan> {
        let FixQuery { remedy, language } = query;
        Box::pin(insight::fix_plan((&self.server, &self.watch), id, remedy, language))
    }

    fn fix_apply(
        &self,
        id: u64,
        request: FixRequest,
        author: String,
    ) -> ControlFuture<'_, FixAnswer> {
        Box::pin(insight::fix_apply((&self.server, &self.watch), id, request, author))
    }

    fn validate_connector(
        &self,
        connector: OutboundConnector,
        to: Address,
        language: Option<Language>,
        steps: Sender<TestStep>,
    ) -> Pin<Box<dyn Future<Output = bool> + Send + '_>> {
        Box::pin(probe::validate(&self.server, connector, to, language, steps))
    }

    fn run_test(&self, request: RunTest, steps: Sender<TestStep>) -> ControlFuture<'_, bool> {
        Box::pin(connectivity::run((&self.server, &self.watch), request, steps))
    }

    fn passages(
        &self,
        connector: Option<OutboundConnector>,
    ) -> ControlFuture<'_, Vec<FirewallRule>> {
        Box::pin(async move { Ok(probe::passages(&self.server, connector).await) })
    }

    fn clock_advance(&self, by: Duration) -> ControlFuture<'_, Timestamp> {
        Box::pin(async move {
            if !self.server.manual_clock.load(Ordering::Relaxed) {
                return Err(ControlError::Unsupported("it runs by the system's clock".into()));
            }
            self.server.dispatch.advance(by).await;
            self.server.notices.round(&self.server).await;
            Ok(self.server.dispatch.now())
        })
    }

    fn now(&self) -> Timestamp {
        self.server.dispatch.now()
    }
}

impl Server {
    /// How every part of the service is.
    fn health(&self) -> Vec<ComponentHealth> {
        let ok = |name: String, detail: Option<String>| ComponentHealth {
            name,
            status: ComponentStatus::Ok,
            since: None,
            detail,
        };
        let mut parts: Vec<ComponentHealth> = self
            .listeners
            .iter()
            .map(|listener| {
                ok(format!("listener {}", listener.name), Some(listener.address.to_string()))
            })
            .collect();
        let degraded = |name: &str, since, detail| ComponentHealth {
            name: name.into(),
            status: ComponentStatus::Degraded,
            since,
            detail: Some(detail),
        };
        parts.push(match self.store.has_room() {
            Ok(()) => ok("store".into(), None),
            Err(problem) => degraded("store", None, format!("mail is refused for now: {problem}")),
        });
        parts.push(match self.notices.hole_in_the_log() {
            None => ok("log".into(), None),
            Some(Hole { since, lines, .. }) => {
                let detail = match (lines.refused, lines.dropped) {
                    (refused, 0) => format!("{refused} lines are lost: {}", self.log.why()),
                    (0, dropped) => format!("{dropped} lines are lost: nobody reads the log"),
                    (refused, dropped) => format!(
                        "{refused} lines are lost: {}; {dropped} more, as nobody reads the log",
                        self.log.why()
                    ),
                };
                degraded("log", Some(since), detail)
            }
        });
        let queued = self.dispatch.queued();
        // A path that an administrator made is a part of the service; somebody else's domain is not.
        let failing = self.dispatch.failing_sites();
        let elsewhere = failing.iter().filter(|site| site.last.connector.is_none()).count();
        let mut waiting = waiting_recipients(queued);
        if elsewhere > 0 {
            waiting.push_str(&format!(
                "; other organizations' servers that cannot be reached now: {elsewhere}"
            ));
        }
        parts.push(ok("queue".into(), Some(waiting)));
        parts.extend(super::policies::health(&self.dispatch));
        parts.extend(insight::alerts_health(self));
        let now = self.dispatch.now();
        let troubled = self.dispatch.troubled_paths();
        let troubled =
            troubled.iter().filter(|path| failing.iter().all(|site| site.site != path.site));
        let is_ours =
            |site: &&FailingSite| site.last.connector.is_some() || site.last.is_own_configuration();
        for site in failing.iter().chain(troubled).filter(is_ours) {
            let (code, reply) = causeway_catalog::last_result(&site.last, Phase::Queued);
            let waiting = waiting_recipients(site.waiting);
            parts.push(ComponentHealth {
                name: format!("path {}", site.site),
                status: ComponentStatus::Degraded,
                since: Some(site.since),
                detail: Some(match site.until > now {
                    true => format!("{waiting}, next attempt {}: {code} {reply}", site.until),
                    false => format!("{waiting}: {code} {reply}"),
                }),
            });
        }
        let problem = self.reload_problem.lock().clone();
        let problem = problem.map(|(since, detail)| (Some(since), detail));
        let differs = || self.flow.difference().map(|detail| (self.flow.edited_at(), detail));
        match problem.or_else(differs) {
            Some((since, detail)) => parts.push(degraded("configuration", since, detail)),
            None => parts.push(ok("configuration".into(), None)),
        }
        parts
    }
}
