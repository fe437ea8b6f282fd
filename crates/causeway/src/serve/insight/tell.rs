//! Telling people: a message to the alert recipients, a post to the web hook.
//!
//! A message goes the way of every other one: accepted by the store, then sent. A recipient whose own path
//! fails is left out, as the message would only wait there, which the log and `health` say; where nobody is left,
//! they are told later. The
//! web hook gets every change as JSON, with a few tries.

use std::collections::HashSet;
use std::time::Duration;

use causeway_admin::types::{ComponentHealth, ComponentStatus};
use causeway_catalog::Texts;
use causeway_dispatch::letter::in_envelope;
use causeway_insight::alert::message::{Message, message};
use causeway_insight::alert::view::AlertView;
use causeway_insight::alert::{Alert, Event};
use causeway_model::config::Language;
use causeway_model::{Address, Failure};
use causeway_policy::RouteTarget;
use causeway_report::write::WrittenReport;
use causeway_store::NewMessage;
use tracing::{info, warn};

use crate::serve::Server;
use crate::serve::hook;

/// Tries of one post, and the pauses between them.
const PAUSES: [Duration; 2] = [Duration::from_secs(5), Duration::from_secs(30)];

/// Sends one message about these alerts. True when it is on its way, or nobody is to be told.
pub(super) async fn tell(server: &Server, alerts: Vec<Alert>) -> bool {
    let policy = server.policy.load_full();
    let organization = &policy.flow().organization;
    if organization.alert_recipients.is_empty() {
        return true;
    }
    let (reachable, left_out) = recipients(server, &organization.alert_recipients);
    let names = || left_out.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    if reachable.is_empty() {
        warn!(
            alerts = alerts.len(),
            recipients = names(),
            "no alert recipient can be reached by a path that works; they are told as soon as one does"
        );
        return false;
    }
    if !left_out.is_empty() {
        warn!(
            alerts = alerts.len(),
            recipients = names(),
            "alert recipients are left out, as they do not exist here or the path to them fails itself"
        );
    }
    let language = organization.languages.first().copied().unwrap_or(Language::En);
    let told = message(&alerts, &server.hostname, &organization.name, Texts::get(language));
    let Some(told) = told else { return true };
    let new = written(server, &told, &reachable, language);
    match server.store.accept(new.clone()).await {
        Ok(_ticket) => {
            info!(id = %new.id, alerts = alerts.len(), recipients = reachable.len(), "the alert recipients are told");
            server.dispatch.accepted(new);
            true
        }
        Err(problem) => {
            warn!(%problem, "the message about alerts could not be accepted; it is tried again");
            false
        }
    }
}

/// The alert recipients that a working path leads to, and those whose own path fails or who do not exist here.
fn recipients<'a>(server: &Server, all: &'a [Address]) -> (Vec<&'a Address>, Vec<&'a Address>) {
    let dispatch = &server.dispatch;
    let failing: HashSet<String> = dispatch
        .failing_sites()
        .into_iter()
        .chain(dispatch.troubled_paths())
        .map(|site| site.site)
        .collect();
    all.iter().partition(|address| {
        !is_nobody(server, address) && !failing.contains(&dispatch.path_of(address))
    })
}

/// A mailbox that would have to be here and is not.
fn is_nobody(server: &Server, address: &Address) -> bool {
    let route = server.policy.load().route(address, None, &*server.mailboxes);
    matches!(route.target, RouteTarget::Nowhere(Failure::MailboxUnknown { .. }))
}

/// What `health` says of it: the part `alert mail`; `None` where nobody is to be told.
pub(crate) fn health(server: &Server) -> Option<ComponentHealth> {
    let policy = server.policy.load_full();
    let all = &policy.flow().organization.alert_recipients;
    if all.is_empty() {
        return None;
    }
    let (reachable, left_out) = recipients(server, all);
    let names = left_out.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let (status, detail) = match (reachable.is_empty(), left_out.is_empty()) {
        (true, _) => (
            ComponentStatus::Degraded,
            Some(format!(
                "nobody can be told of alerts by mail: every alert recipient is a mailbox that does not exist here or has \
                 a path that fails ({names}); name one in alert_recipients whose mail takes another way"
            )),
        ),
        (false, false) => (
            ComponentStatus::Ok,
            Some(format!(
                "alert recipients that are not told now, as they do not exist here or the path to them fails: {names}"
            )),
        ),
        (false, true) => (ComponentStatus::Ok, None),
    };
    Some(ComponentHealth { name: "alert mail".into(), status, since: None, detail })
}

fn written(server: &Server, told: &Message, to: &[&Address], language: Language) -> NewMessage {
    let policy = server.policy.load();
    let flow = policy.flow();
    let now = server.dispatch.now();
    let id = server.store.reserve_id();
    let host = &server.hostname;
    let postmaster = flow.organization.postmaster.clone().or_else(|| policy.bare_postmaster());
    let from =
        postmaster.map_or_else(|| format!("postmaster@{host}"), |address| address.to_string());
    let message_id = format!("<alert.{id}@{host}>");
    let all: Vec<String> = to.iter().map(|address| format!("<{address}>")).collect();
    let name = causeway_report::write::display_name(&flow.organization.name);
    let subject = causeway_report::write::field_text("Subject", &told.subject);
    let body = causeway_report::write::quoted_printable(&told.text);
    let content = format!(
        "From: {name} <{from}>\r\nTo: {}\r\nSubject: {subject}\r\nDate: {}\r\n\
         Message-ID: {message_id}\r\nAuto-Submitted: auto-generated\r\n\
         Content-Language: {}\r\nMIME-Version: 1.0\r\n\
         Content-Type: text/plain; charset=utf-8\r\n\
         Content-Transfer-Encoding: quoted-printable\r\n\r\n{body}",
        all.join(",\r\n "),
        now.rfc5322(),
        language.tag(),
    );
    let written = WrittenReport {
        utf8_header: to.iter().any(|address| address.needs_smtputf8()),
        eight_bit: false,
        content: content.into_bytes(),
        message_id,
        subject: told.subject.clone(),
    };
    let readers = to.iter().map(|address| (*address).clone()).collect();
    in_envelope(id, readers, written, None, &flow.queue, now)
}

/// Posts `{"event", "alert"}`.
pub(super) async fn post(server: &Server, address: String, event: Event, alert: Alert) {
    let view = AlertView::of(&alert, Texts::get(Language::En));
    let event = event.as_str();
    let document = serde_json::json!({
        "event": event,
        "host": &*server.hostname,
        "alert": view,
    });
    let body = document.to_string();
    let mut pauses = PAUSES.into_iter();
    while let Err(problem) = hook::post(&server.client_tls, &address, &body).await {
        let Some(pause) = pauses.next() else {
            warn!(alert = alert.id, event, %problem, "the web hook did not take an alert: it is not told of this");
            return;
        };
        if pause == PAUSES[0] {
            warn!(alert = alert.id, event, %problem, "the web hook did not take an alert; it is tried again");
        }
        tokio::time::sleep(pause).await;
    }
}
