//! What the open alerts say of a domain: its connector's way, or a matter that was noticed about it.

use causeway_model::config::DomainType;
use causeway_model::{Failure, Outcome};

use super::{DomainFacts, Teller};
use crate::alert::Alert;
use crate::alert::message::cause_line;
use crate::alert::view::AlertView;
use causeway_model::StepStatus::{Failed, Warning};

/// Whether an alert is about an accepted domain: it fails on its way, or the notice names the domain or the
/// connector that its mail takes.
#[must_use]
pub fn concerns(alert: &Alert, domain: &str, facts: Option<&DomainFacts>) -> bool {
    let relayed = facts.filter(|facts| facts.kind == DomainType::InternalRelay);
    let connector = relayed.and_then(|facts| facts.connector.as_deref());
    if let Some(notice) = &alert.notice {
        return notice.subject == domain || connector == Some(notice.subject.as_str());
    }
    let Some(attempt) = &alert.attempt else { return alert.path == domain };
    if let Outcome::Failure(
        Failure::NoConnector { domain: lost } | Failure::RoutingLoop { domain: lost, .. },
    ) = &attempt.outcome
    {
        return lost == domain;
    }
    alert.path == domain || attempt.connector.is_some() && attempt.connector.as_deref() == connector
}

/// The step `alerts`.
pub(super) fn alerts(domain: &str, teller: &mut Teller<'_>) {
    let open = teller.about.alerts.clone();
    if open.is_empty() {
        let said = teller.say("test-alert-none", &[("domain", domain.into())]);
        return teller.passed("alerts", said);
    }
    for alert in &open {
        let view = AlertView::of(alert, teller.texts);
        let id = || ("id", view.id.to_string().into());
        let (key, status, cause) = match alert.notice.is_some() {
            true => ("test-alert-notice", Warning, view.cause.clone().unwrap_or_default()),
            false => ("test-alert-path", Failed, cause_line(&view, teller.texts)),
        };
        let waiting = ("count", view.messages.into());
        let arguments =
            [id(), ("path", view.path.clone().into()), ("cause", cause.into()), waiting];
        let said = teller.say(key, &arguments);
        let more = teller.advice("advice-alert", &[id()]);
        let cure: Vec<String> = view.what_to_do.clone().into_iter().chain(more).collect();
        teller.tell("alerts", status, said, Some(cure.join(" ")));
    }
}
