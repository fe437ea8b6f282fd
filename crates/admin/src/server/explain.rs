//! Routes about the mail flow in force: domains, connectors, and why mail goes where it goes.

use axum::Json;
use axum::extract::{Path, State};
use causeway_model::config::{
    AcceptedDomain, Connector, InboundConnector, InternetRoute, OutboundConnector, OutboundRoute,
    SmartHost,
};
use causeway_policy::index::pattern_text;
use causeway_policy::route::smart_host_text;
use causeway_store::QueueFilter;

use super::Api;
use super::error::{ApiError, no_such_connector};
use super::extract::{QueryString, Reader, address};
use super::queue::with_live_states;
use super::validate::with_validations;
use crate::types::{
    ConnectorExplanation, ConnectorPath, ConnectorView, DomainView, ErrorBody, RelayExplanation,
    RelayQuestion, RouteExplanation, RouteQuestion,
};

/// Messages looked at in one step to count what waits for a connector.
const COUNT_PAGE: usize = 1000;
/// Steps after which the count stops.
const COUNT_PAGES: usize = 20;

/// The accepted domains.
#[utoipa::path(get, path = "/v1/domains", tag = "mail flow", responses((status = 200, body = Vec<DomainView>), (status = "default", body = ErrorBody)))]
pub(super) async fn domains(State(api): State<Api>) -> Json<Vec<DomainView>> {
    let flow = api.inner.control.mail_flow();
    Json(flow.domains.iter().map(domain_view).collect())
}

fn domain_view(domain: &AcceptedDomain) -> DomainView {
    DomainView {
        name: domain.name.clone(),
        domain_type: domain.domain_type,
        match_subdomains: domain.match_subdomains,
    }
}

/// The connectors.
#[utoipa::path(get, path = "/v1/connectors", tag = "mail flow", responses((status = 200, body = Vec<ConnectorView>), (status = "default", body = ErrorBody)))]
pub(super) async fn connectors(
    State(api): State<Api>,
) -> Result<Json<Vec<ConnectorView>>, ApiError> {
    let flow = api.inner.control.mail_flow();
    let mut views: Vec<ConnectorView> = flow.connectors.iter().map(connector_view).collect();
    with_validations(&api, &mut views).await?;
    Ok(Json(views))
}

/// One connector, and how it does.
#[utoipa::path(get, path = "/v1/connectors/{name}", tag = "mail flow", params(("name" = String, Path, description = "The connector")), responses((status = 200, body = ConnectorExplanation), (status = "default", body = ErrorBody)))]
pub(super) async fn connector(
    State(api): State<Api>,
    Path(name): Path<String>,
) -> Result<Json<ConnectorExplanation>, ApiError> {
    let flow = api.inner.control.mail_flow();
    let Some(found) = flow.connectors.iter().find(|connector| connector.name() == name) else {
        return Err(no_such_connector(&flow, &name));
    };
    let mut explanation = ConnectorExplanation {
        connector: connector_view(found),
        waiting_recipients: 0,
        waiting_more: false,
        code: None,
        reply: None,
        takes_internet: flow.internet == InternetRoute::Via(name.clone()),
    };
    with_validations(&api, std::slice::from_mut(&mut explanation.connector)).await?;
    if let Connector::Outbound(_) = found {
        count_waiting(&api, &name, &mut explanation).await?;
    }
    Ok(Json(explanation))
}

/// Counts what waits, and keeps the result of the next recipient to be tried.
async fn count_waiting(
    api: &Api,
    name: &str,
    explanation: &mut ConnectorExplanation,
) -> Result<(), ApiError> {
    let mut filter = QueueFilter { limit: COUNT_PAGE, ..QueueFilter::default() };
    let mut soonest = None;
    for _ in 0..COUNT_PAGES {
        let found = api.inner.store.list_queue(filter.clone()).await?;
        explanation.waiting_more = found.len() >= COUNT_PAGE;
        filter.after = found.last().map(|message| message.id);
        let waiting = with_live_states(api, found)
            .into_iter()
            .flat_map(|message| message.recipients)
            .filter(|recipient| recipient.connector.as_deref() == Some(name));
        for recipient in waiting {
            explanation.waiting_recipients += 1;
            if soonest.is_none_or(|soonest| recipient.next_attempt_at < soonest) {
                soonest = Some(recipient.next_attempt_at);
                explanation.code = recipient.code;
                explanation.reply = recipient.reply;
            }
        }
        if !explanation.waiting_more {
            break;
        }
    }
    Ok(())
}

pub(super) fn connector_view(connector: &Connector) -> ConnectorView {
    match connector {
        Connector::Outbound(outbound) => outbound_view(outbound),
        Connector::Inbound(inbound) => inbound_view(inbound),
    }
}

fn outbound_view(connector: &OutboundConnector) -> ConnectorView {
    let (groups, use_mx) = match &connector.route {
        OutboundRoute::SmartHosts(groups) => (groups.as_slice(), false),
        OutboundRoute::Mx => (&[][..], true),
    };
    let texts = |group: &Vec<SmartHost>| group.iter().map(smart_host_text).collect::<Vec<_>>();
    let has_equals = groups.iter().any(|group| group.len() > 1);
    ConnectorView {
        name: connector.name.clone(),
        peer: connector.peer,
        enabled: connector.enabled,
        note: connector.note.clone(),
        validation: None,
        path: ConnectorPath::Outbound {
            recipient_domains: connector.recipient_domains.iter().map(pattern_text).collect(),
            smart_hosts: groups.iter().flat_map(texts).collect(),
            smart_host_groups: has_equals.then(|| groups.iter().map(texts).collect()),
            use_mx,
            tls: connector.tls,
            tls_domain: connector.tls_domain.clone(),
            user: connector.credentials.as_ref().map(|credentials| credentials.user.clone()),
            source_addresses: connector.source_addresses.clone(),
            max_connections: connector.max_connections,
            max_messages_per_minute: connector.max_messages_per_minute,
        },
    }
}

fn inbound_view(connector: &InboundConnector) -> ConnectorView {
    ConnectorView {
        name: connector.name.clone(),
        peer: connector.peer,
        enabled: connector.enabled,
        note: connector.note.clone(),
        validation: None,
        path: ConnectorPath::Inbound {
            sender_domains: connector.sender_domains.iter().map(pattern_text).collect(),
            source_addresses: connector.source_addresses.iter().map(ToString::to_string).collect(),
            tls_certificate_name: connector.tls_certificate_name.clone(),
            require_tls: connector.require_tls,
            restrict_sender_domains: connector.restrict_sender_domains,
            identity: connector.identity.iter().map(|field| field.word().to_owned()).collect(),
        },
    }
}

/// Is it a relay, is it allowed, and why.
#[utoipa::path(get, path = "/v1/relay/explain", tag = "explanations", params(RelayQuestion), responses((status = 200, body = RelayExplanation), (status = "default", body = ErrorBody)))]
pub(super) async fn relay(
    State(api): State<Api>,
    Reader(language): Reader,
    QueryString(mut question): QueryString<RelayQuestion>,
) -> Result<Json<RelayExplanation>, ApiError> {
    check_sender(question.sender.as_deref())?;
    question.language.get_or_insert(language);
    Ok(Json(api.inner.control.relay_explain(question).await?))
}

/// Where mail for a recipient goes, and why.
#[utoipa::path(get, path = "/v1/route/explain", tag = "explanations", params(RouteQuestion), responses((status = 200, body = RouteExplanation), (status = "default", body = ErrorBody)))]
pub(super) async fn route(
    State(api): State<Api>,
    Reader(language): Reader,
    QueryString(question): QueryString<RouteQuestion>,
) -> Result<Json<RouteExplanation>, ApiError> {
    check_sender(question.sender.as_deref())?;
    Ok(Json(api.inner.control.route_explain(question).await?.speak(language)))
}

fn check_sender(sender: Option<&str>) -> Result<(), ApiError> {
    match sender {
        None | Some("" | "<>") => Ok(()),
        Some(text) => address(text).map(drop),
    }
}
