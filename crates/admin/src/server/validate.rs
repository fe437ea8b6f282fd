//! Routes that test connectors, and that say where we come from.

use std::convert::Infallible;

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use causeway_model::config::{Connector, MailFlow, OutboundConnector};
use causeway_model::{Domain, Timestamp};
use causeway_store::StoreError;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

use super::Api;
use super::error::{ApiError, no_such_connector};
use super::explain::connector_view;
use super::extract::{JsonBody, QueryString};
use crate::types::{
    ConnectorView, ErrorBody, FirewallQuery, FirewallRule, RunTest, TestKind, TestLine, TestReport,
    TestStep, ValidateConnector, Validation,
};

/// More lines than a test can have: nobody waits for a slow listener.
const MOST_LINES: usize = 512;

/// Under this and the connector's name its last test is kept.
const KEPT: &str = "validated/";

/// A test that was made, and the connector as it was then.
#[derive(Serialize, Deserialize)]
struct Kept {
    at: Timestamp,
    passed: bool,
    to: causeway_model::Address,
    connector: ConnectorView,
}

/// Tests a connector. The answer is one JSON document a line, as the test goes on.
#[utoipa::path(post, path = "/v1/connectors/{name}/validate", tag = "mail flow", params(("name" = String, Path, description = "An outbound connector")), request_body = ValidateConnector, responses((status = 200, body = TestLine, content_type = "application/x-ndjson"), (status = "default", body = ErrorBody)))]
pub(super) async fn validate(
    State(api): State<Api>,
    Path(name): Path<String>,
    JsonBody(request): JsonBody<ValidateConnector>,
) -> Result<Response, ApiError> {
    let flow = api.inner.control.mail_flow();
    let connector = outbound(&flow, &name)?.clone();
    let view = connector_view(&Connector::Outbound(connector.clone()));
    let (lines, ready) = mpsc::channel::<TestLine>(MOST_LINES);
    // The test goes on to its end, and is kept, whoever listens.
    tokio::spawn(async move {
        let report = run(&api, connector, &request, &lines).await;
        let kept = Kept {
            at: api.inner.control.now(),
            passed: report.passed,
            to: request.to,
            connector: view,
        };
        if let Err(error) = keep(&api, &name, &kept).await {
            tracing::warn!(%error, connector = %name, "the result of a test could not be kept");
        }
        let _ = lines.try_send(TestLine::Report(report));
    });
    Ok(streamed(ready))
}

/// Lines as they come.
fn streamed(ready: mpsc::Receiver<TestLine>) -> Response {
    let body = futures_util::stream::unfold(ready, |mut ready| async {
        let line = ready.recv().await?;
        let mut octets = serde_json::to_vec(&line).unwrap_or_default();
        octets.push(b'\n');
        Some((Ok::<_, Infallible>(Bytes::from(octets)), ready))
    });
    ([(CONTENT_TYPE, "application/x-ndjson")], Body::from_stream(body)).into_response()
}

/// Makes a connectivity test. The answer is one JSON document a line, as the test goes on.
#[utoipa::path(post, path = "/v1/tests", tag = "mail flow", request_body = RunTest, responses((status = 200, body = TestLine, content_type = "application/x-ndjson"), (status = "default", body = ErrorBody)))]
pub(super) async fn run_test(
    State(api): State<Api>,
    JsonBody(request): JsonBody<RunTest>,
) -> Result<Response, ApiError> {
    if request.test == TestKind::Outbound {
        outbound(&api.inner.control.mail_flow(), &request.target)?;
    } else if let Err(error) = request.target.parse::<Domain>() {
        let shown: String = request.target.chars().take(80).collect();
        return Err(ApiError::bad_request(
            format!("{shown:?} is no domain: {error}"),
            "write it like contoso.example",
        ));
    }
    let (lines, ready) = mpsc::channel::<TestLine>(MOST_LINES);
    tokio::spawn(async move {
        let (steps, mut done) = mpsc::channel::<TestStep>(MOST_LINES);
        let test = api.inner.control.run_test(request, steps);
        let mut report = TestReport { passed: false, steps: Vec::new() };
        let gather = async {
            while let Some(step) = done.recv().await {
                let _ = lines.try_send(TestLine::Step(step.clone()));
                report.steps.push(step);
            }
        };
        let (passed, ()) = tokio::join!(test, gather);
        report.passed = passed.unwrap_or(false);
        let _ = lines.try_send(TestLine::Report(report));
    });
    Ok(streamed(ready))
}

/// Has the connector tested, passes the steps on and gathers them.
async fn run(
    api: &Api,
    connector: OutboundConnector,
    request: &ValidateConnector,
    lines: &mpsc::Sender<TestLine>,
) -> TestReport {
    let (steps, mut done) = mpsc::channel::<TestStep>(MOST_LINES);
    let to = request.to.clone();
    let test = api.inner.control.validate_connector(connector, to, request.language, steps);
    let mut report = TestReport { passed: false, steps: Vec::new() };
    let gather = async {
        while let Some(step) = done.recv().await {
            let _ = lines.try_send(TestLine::Step(step.clone()));
            report.steps.push(step);
        }
    };
    let (passed, ()) = tokio::join!(test, gather);
    report.passed = passed;
    report
}

async fn keep(api: &Api, name: &str, kept: &Kept) -> Result<(), StoreError> {
    let text = serde_json::to_string(kept)
        .map_err(|error| StoreError::Io { detail: error.to_string() })?;
    api.inner.store.remember(format!("{KEPT}{name}"), text).await
}

/// Puts the last test of each connector into the views.
pub(super) async fn with_validations(
    api: &Api,
    views: &mut [ConnectorView],
) -> Result<(), ApiError> {
    let kept = api.inner.store.recall_all(KEPT.into()).await?;
    for (key, text) in kept {
        let name = key.strip_prefix(KEPT).unwrap_or(&key);
        let Some(view) = views.iter_mut().find(|view| view.name == name) else { continue };
        // What an older version kept in another form counts as no test.
        let Ok(kept) = serde_json::from_str::<Kept>(&text) else { continue };
        let changed_since = !same_way(&kept.connector, view);
        view.validation =
            Some(Validation { at: kept.at, passed: kept.passed, to: kept.to, changed_since });
    }
    Ok(())
}

/// Whether mail goes the same way under both: notes and being in use make no difference.
fn same_way(one: &ConnectorView, other: &ConnectorView) -> bool {
    one.path == other.path && one.peer == other.peer
}

/// The outbound connector with this name.
fn outbound<'f>(flow: &'f MailFlow, name: &str) -> Result<&'f OutboundConnector, ApiError> {
    let shown: String = name.chars().take(80).collect();
    match flow.connectors.iter().find(|connector| connector.name() == name) {
        Some(Connector::Outbound(outbound)) => Ok(outbound),
        Some(Connector::Inbound(_)) => Err(ApiError::bad_request(
            format!("the connector {shown:?} is inbound: it sends nothing"),
            "name an outbound connector",
        )),
        None => Err(no_such_connector(flow, name)),
    }
}

/// From where to where we send.
#[utoipa::path(get, path = "/v1/firewall", tag = "mail flow", params(FirewallQuery), responses((status = 200, body = Vec<FirewallRule>), (status = "default", body = ErrorBody)))]
pub(super) async fn firewall(
    State(api): State<Api>,
    QueryString(query): QueryString<FirewallQuery>,
) -> Result<Json<Vec<FirewallRule>>, ApiError> {
    let flow = api.inner.control.mail_flow();
    let connectors: Vec<Option<OutboundConnector>> = match &query.connector {
        Some(name) => vec![Some(outbound(&flow, name)?.clone())],
        None => {
            let enabled = flow.connectors.iter().filter_map(|connector| match connector {
                Connector::Outbound(outbound) if outbound.enabled => Some(Some(outbound.clone())),
                _ => None,
            });
            enabled.chain([None]).collect()
        }
    };
    let mut rules = Vec::new();
    for connector in connectors {
        rules.extend(api.inner.control.passages(connector).await?);
    }
    Ok(Json(rules))
}
