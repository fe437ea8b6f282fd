//! Counts for monitoring, in the text format of Prometheus.

use std::fmt::Write;

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;

use super::Api;
use super::error::ApiError;
use crate::control::Metric;
use crate::types::ErrorBody;

/// Counts of the queue, the ledger, failing paths and alerts, in the text format of Prometheus.
#[utoipa::path(get, path = "/metrics", tag = "service", responses((status = 200, body = String, content_type = "text/plain"), (status = "default", body = ErrorBody)))]
pub(super) async fn show(State(api): State<Api>) -> Result<impl IntoResponse, ApiError> {
    let mut metrics = api.inner.control.metrics();
    let store = &api.inner.store;
    let counts = store.counts().await?;
    let unaccounted = api.inner.proof.unaccounted(store.audit()).await?;
    let total = |name, help, value| Metric { name, help, value, is_total: true };
    metrics.extend([
        total("causeway_recipients_accepted_total", "Recipients accepted", counts.accepted),
        total(
            "causeway_recipients_delivered_total",
            "Recipients in mailboxes here",
            counts.delivered,
        ),
        total("causeway_recipients_relayed_total", "Recipients that others took", counts.relayed),
        total(
            "causeway_recipients_failed_total",
            "Recipients that failed, with or without a report",
            counts.failed_with_report + counts.failed_without_report,
        ),
        Metric {
            name: "causeway_recipients_unaccounted",
            help: "Recipients that the ledger does not account for, by a look at most five minutes old: 0, or something is wrong",
            value: unaccounted.unsigned_abs(),
            is_total: false,
        },
    ]);
    let mut text = String::new();
    for Metric { name, help, value, is_total } in metrics {
        let kind = if is_total { "counter" } else { "gauge" };
        // Writing into a string cannot fail.
        let _ = write!(text, "# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}\n");
    }
    Ok(([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text))
}
