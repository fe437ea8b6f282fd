//! Routes about the service itself: health, the ledger's proof, the clock.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use causeway_model::config::Language;
use causeway_store::StoreError;

use super::Api;
use super::error::ApiError;
use super::extract::{JsonBody, Reader};
use crate::types::{
    AdvanceClock, AlertQuery, AlertStates, AuditReport, Clock, ComponentHealth, ComponentStatus,
    ErrorBody, Health, OpenAlerts, WorstAlert,
};

/// How every part of the service is.
#[utoipa::path(get, path = "/v1/health", tag = "service", responses((status = 200, body = Health), (status = "default", body = ErrorBody)))]
pub(super) async fn health(State(api): State<Api>, Reader(language): Reader) -> Json<Health> {
    let alerts = Some(open_alerts(&api, language));
    let audit = api.inner.store.audit().await;
    Json(Health { alerts, ..measure(&api, audit.map(|audit| audit.unaccounted)) })
}

fn open_alerts(api: &Api, language: Language) -> OpenAlerts {
    let (state, language) = (Some(AlertStates::Open), Some(language));
    let open = api.inner.control.alerts(&AlertQuery { state, language, ..AlertQuery::default() });
    let worst = open.iter().max_by_key(|alert| alert.messages).map(|alert| WorstAlert {
        id: alert.id,
        path: alert.path.clone(),
        messages: alert.messages,
        cause: alert.cause.clone(),
    });
    let ids = open.iter().map(|alert| alert.id).collect();
    OpenAlerts { count: open.len() as u64, ids, worst }
}

/// The same over TCP: no details, and 503 when a part is down.
pub(super) async fn public_health(State(api): State<Api>) -> (StatusCode, Json<Health>) {
    // Load balancers ask every few seconds.
    let unaccounted = api.inner.proof.unaccounted(api.inner.store.audit()).await;
    let mut health = measure(&api, unaccounted);
    health.unaccounted_messages = None;
    for component in &mut health.components {
        component.detail = None;
    }
    let down = health.components.iter().any(|c| c.status == ComponentStatus::Down);
    let status = if down { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK };
    (status, Json(health))
}

fn measure(api: &Api, unaccounted: Result<i64, StoreError>) -> Health {
    let mut components = api.inner.control.health();
    let unaccounted_messages = match unaccounted {
        Ok(unaccounted) => Some(unaccounted),
        Err(error) => {
            components.push(ComponentHealth {
                name: "ledger".into(),
                status: ComponentStatus::Down,
                since: None,
                detail: Some(error.to_string()),
            });
            None
        }
    };
    let healthy = unaccounted_messages == Some(0)
        && components.iter().all(|component| component.status == ComponentStatus::Ok);
    Health { healthy, components, unaccounted_messages, alerts: None }
}

/// Where everything is that was ever accepted.
#[utoipa::path(get, path = "/v1/audit", tag = "service", responses((status = 200, body = AuditReport), (status = "default", body = ErrorBody)))]
pub(super) async fn audit(State(api): State<Api>) -> Result<Json<AuditReport>, ApiError> {
    Ok(Json(api.inner.store.audit().await?))
}

/// What time it is for the queue.
#[utoipa::path(get, path = "/v1/clock", tag = "service", responses((status = 200, body = Clock), (status = "default", body = ErrorBody)))]
pub(super) async fn clock(State(api): State<Api>) -> Json<Clock> {
    Json(Clock { now: api.inner.control.now() })
}

/// Turns the clock of a server under test.
#[utoipa::path(post, path = "/v1/test/clock", tag = "service", request_body = AdvanceClock, responses((status = 200, body = Clock), (status = "default", body = ErrorBody)))]
pub(super) async fn advance_clock(
    State(api): State<Api>,
    JsonBody(request): JsonBody<AdvanceClock>,
) -> Result<Json<Clock>, ApiError> {
    let by = Duration::from_millis(request.advance_ms);
    let now = api.inner.control.clock_advance(by).await?;
    Ok(Json(Clock { now }))
}
