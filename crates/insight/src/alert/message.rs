//! What administrators are told by mail: one message for everything that changed since the last one.
//!
//! Pure: alerts in, subject and text out. Who gets it, and by which way, is decided where it is sent.

use causeway_catalog::Texts;
use causeway_catalog::status::visible;
use causeway_catalog::texts::Value;

use super::view::AlertView;
use super::{Alert, State};
use crate::diagnose::Confidence;

/// Alerts that one message tells about in full.
const TOLD: usize = 20;

/// Subject and text of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// One line.
    pub subject: String,
    /// Plain text, lines end in `\n`.
    pub text: String,
}

/// One message about these alerts; `None` when there are none.
#[must_use]
pub fn message(alerts: &[Alert], host: &str, organization: &str, texts: &Texts) -> Option<Message> {
    let first = alerts.first()?;
    let subject = match (alerts.len(), first.state) {
        (1, State::Open) if first.notice.is_some() => {
            AlertView::of(first, texts).cause.unwrap_or_default()
        }
        (1, State::Closed) if first.notice.is_some() => {
            let cause = AlertView::of(first, texts).cause.unwrap_or_default();
            texts.format("alert-subject-over", &[("cause", cause.into())])
        }
        (1, State::Open) => {
            let view = AlertView::of(first, texts);
            let args = [("path", view.path.into()), ("code", view.code.into())];
            texts.format("alert-subject-open", &args)
        }
        (1, State::Closed) => {
            texts.format("alert-subject-closed", &[("path", (&first.path).into())])
        }
        (count, _) => texts.format("alert-subject-many", &[("count", count.into())]),
    };
    let greeting = [("host", host.into()), ("organization", organization.into())];
    let mut text = texts.format("alert-greeting", &greeting);
    text.push('\n');
    for alert in alerts.iter().take(TOLD) {
        text.push('\n');
        section(alert, texts, &mut text);
    }
    if alerts.len() > TOLD {
        let count = [("count", Value::from(alerts.len() - TOLD))];
        text.push_str(&format!("\n{}\n", texts.format("alert-line-more", &count)));
    }
    Some(Message { subject: one_line(&subject), text })
}

fn section(alert: &Alert, texts: &Texts, out: &mut String) {
    let view = AlertView::of(alert, texts);
    let mut line = |text: String| {
        out.push_str(&one_line(&text));
        out.push('\n');
    };
    let id = || ("id", Value::from(view.id.to_string()));
    if alert.state == State::Closed {
        let why = view.closed_because.clone().unwrap_or_default();
        let about = match alert.notice.is_some() {
            true => view.cause.clone().unwrap_or_default(),
            false => view.path.clone(),
        };
        let args = [id(), ("path", about.into()), ("why", why.into())];
        line(texts.format("alert-head-closed", &args));
        return;
    }
    let is_path = alert.notice.is_none();
    let cause = view.cause.clone().unwrap_or_default();
    if is_path {
        line(texts.format("alert-head-open", &[id(), ("path", (&view.path).into())]));
        line(cause_line(&view, texts));
        for also in &view.also_confirmed {
            line(texts.format("alert-line-also-confirmed", &[("cause", (&also.cause).into())]));
        }
    } else {
        line(texts.format("alert-head-notice", &[id(), ("cause", cause.into())]));
    }
    view.story.iter().for_each(|story| line(story.clone()));
    let who = texts.text(view.who_acts.text_key());
    line(texts.format("alert-line-who", &[("who", who.into())]));
    if let Some(action) = &view.what_to_do {
        line(texts.format("alert-line-do", &[("action", action.into())]));
    }
    let since = texts.moment(view.first_seen);
    if is_path {
        let reply = format!("{} {}", view.code, view.reply);
        line(texts.format("alert-line-failure", &[("reply", reply.into())]));
        let waiting = [("count", Value::from(view.messages)), ("since", since.into())];
        line(texts.format("alert-line-waiting", &waiting));
    } else {
        line(texts.format("alert-line-since", &[("since", since.into())]));
    }
    view.outlook.iter().for_each(|outlook| line(outlook.clone()));
    if !view.evidence.is_empty() {
        line(texts.text("alert-line-evidence"));
        for evidence in &view.evidence {
            line(format!("  - {}", evidence.finding));
        }
    }
    let automatic: Vec<_> = view.remedies.iter().filter(|remedy| remedy.automatic).collect();
    if !automatic.is_empty() {
        line(texts.format("alert-line-remedies", &[id()]));
        for remedy in automatic {
            line(format!("  {}: {}", remedy.id, remedy.title));
        }
    }
    line(texts.format("alert-footer", &[id()]));
}

/// The cause with how sure it is.
pub(crate) fn cause_line(view: &AlertView, texts: &Texts) -> String {
    let cause = view.cause.clone().unwrap_or_default();
    match view.confidence {
        Confidence::Unknown if view.cause_id.is_none() => {
            texts.format("alert-line-cause-none", &[("cause", cause.into())])
        }
        Confidence::Unknown => texts.format("alert-line-cause-unknown", &[("cause", cause.into())]),
        confidence => {
            let word = texts.text(&format!("confidence-{}", confidence.name()));
            let args = [("confidence", word.into()), ("cause", cause.into())];
            texts.format("alert-line-cause", &args)
        }
    }
}

/// Peers' words must not make lines or headers of their own, nor read otherwise than they are.
fn one_line(text: &str) -> String {
    visible(text).chars().take(900).collect()
}
