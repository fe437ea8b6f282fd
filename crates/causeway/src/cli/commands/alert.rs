//! `causeway alert`: failing paths.

use causeway_admin::types::{AlertQuery, AlertStates, AlertView, CauseView, CloseAlert};
use causeway_insight::Evidence;
use causeway_insight::alert::State;
use causeway_insight::alert::view::PATH;
use causeway_insight::diagnose::Confidence;

use super::super::Answer;
use super::super::arguments::alert::{AlertCommand, AlertListArguments};
use super::super::context::Context;
use super::super::failure::Failure;
use super::super::output::{Columns, Output, Tone, Width};
use super::super::when;
use super::super::words::{Words, harmless};

/// Alerts shown as text when no limit is given.
const TEXT_LIMIT: u32 = 50;

pub(super) async fn run(command: AlertCommand, context: &Context) -> Result<Answer, Failure> {
    match command {
        AlertCommand::List(arguments) => list(arguments, context).await,
        AlertCommand::Show { id } => show(id, context).await,
        AlertCommand::Close { id } => close(id, context).await,
    }
}

async fn list(arguments: AlertListArguments, context: &Context) -> Result<Answer, Failure> {
    let mut output = context.output();
    let query = AlertQuery {
        path: None,
        state: match (arguments.open, arguments.closed) {
            (true, _) => Some(AlertStates::Open),
            (_, true) => Some(AlertStates::Closed),
            _ => None,
        },
        limit: arguments.limit.or((!output.is_json()).then_some(TEXT_LIMIT)),
        language: Some(context.language),
    };
    let alerts = context.connect().await?.alerts(&query).await?;
    if output.is_json() {
        output.json(&alerts)?;
        return Ok(Answer::Fine);
    }
    let words = context.words();
    if alerts.is_empty() {
        output.line(&words.text("cli-no-alerts"))?;
        output.flush()?;
        return Ok(Answer::Fine);
    }
    let mut columns = Columns::spoken(
        words,
        &[
            ("cli-head-alert", Width::Whole),
            ("cli-head-state", Width::Whole),
            ("cli-head-since", Width::Spare),
            ("cli-head-path", Width::Wraps),
            ("cli-head-waiting", Width::Whole),
            ("cli-head-code", Width::Whole),
            ("cli-head-cause", Width::Wraps),
        ],
    );
    for alert in &alerts {
        columns.row(row(alert, words));
    }
    output.table(&columns)?;
    Ok(Answer::Fine)
}

fn row(alert: &AlertView, words: Words) -> Vec<(String, Tone)> {
    let (state, tone) = match alert.state {
        State::Open => (words.text("cli-alert-open"), Tone::Bad),
        State::Closed => (words.text("cli-alert-closed"), Tone::Good),
    };
    vec![
        (alert.id.to_string(), Tone::Strong),
        (state, tone),
        (when::column(alert.first_seen), Tone::Plain),
        (alert.path.clone(), Tone::Plain),
        (counted(alert), Tone::Plain),
        (alert.code.clone(), Tone::Plain),
        (cause(alert, words), Tone::Plain),
    ]
}

/// What waits, or what was counted; nothing where nothing is.
fn counted(alert: &AlertView) -> String {
    match (alert.kind.as_str(), alert.messages) {
        (PATH, count) => count.to_string(),
        (_, 0) => String::new(),
        (_, count) => count.to_string(),
    }
}

/// The cause with how sure it is.
fn cause(alert: &AlertView, words: Words) -> String {
    let cause = alert.cause.clone().unwrap_or_default();
    match alert.confidence {
        Confidence::Unknown => words.say("cli-cause-unknown", &[("cause", cause.into())]),
        confidence => {
            let sure = words.text(&format!("confidence-{}", confidence.name()));
            words.say("cli-cause", &[("confidence", sure.into()), ("cause", cause.into())])
        }
    }
}

async fn show(id: u64, context: &Context) -> Result<Answer, Failure> {
    let alert = context.connect().await?.alert(id, context.language).await?;
    let mut output = context.output();
    if output.is_json() {
        output.json(&alert)?;
    } else {
        say(&alert, &mut output, context.words())?;
        output.flush()?;
    }
    Ok(Answer::Fine)
}

async fn close(id: u64, context: &Context) -> Result<Answer, Failure> {
    let request = CloseAlert {
        reason: context.reason.clone().unwrap_or_default(),
        language: Some(context.language),
    };
    let alert = context.connect().await?.close_alert(id, &request).await?;
    let mut output = context.output();
    if output.is_json() {
        output.json(&alert)?;
    } else {
        let line = context.words().say("cli-alert-is-closed", &[("id", id.into())]);
        output.line(&line)?;
        output.flush()?;
    }
    Ok(Answer::Fine)
}

/// One alert as text.
pub(crate) fn say(alert: &AlertView, output: &mut Output, words: Words) -> Result<(), Failure> {
    let is_path = alert.kind == PATH;
    let about = match is_path {
        true => &alert.path,
        false => alert.cause.as_ref().unwrap_or(&alert.path),
    };
    let head = [("id", alert.id.into()), ("path", harmless(about, 500).into())];
    let (head, tone) = match alert.state {
        State::Open if is_path => (words.say("alert-head-open", &head), Tone::Bad),
        State::Open => {
            let [id, (_, about)] = head;
            (words.say("alert-head-notice", &[id, ("cause", about)]), Tone::Bad)
        }
        State::Closed => {
            let why = harmless(alert.closed_because.as_deref().unwrap_or_default(), 500);
            let [id, path] = head;
            (words.say("alert-head-closed", &[id, path, ("why", why.into())]), Tone::Good)
        }
    };
    let head = output.toned(tone, &head);
    output.line(&head)?;
    if is_path {
        let line = output.toned(Tone::Strong, &cause(alert, words));
        output.line(&line)?;
    }
    for text in alert.story.iter().chain(&alert.outlook) {
        output.line(&harmless(text, 1000))?;
    }
    let who = words.text(alert.who_acts.text_key());
    output.line(&words.say("alert-line-who", &[("who", who.into())]))?;
    if let Some(action) = &alert.what_to_do {
        output.line(&words.say("alert-line-do", &[("action", action.as_str().into())]))?;
    }
    failure(alert, output, words)?;
    lines(&words.text("alert-line-evidence"), &alert.evidence, output)?;
    causes("cli-also-confirmed", &alert.also_confirmed, output, words)?;
    causes("cli-also-possible", &alert.also_possible, output, words)?;
    causes("cli-ruled-out", &alert.ruled_out, output, words)?;
    for fix in &alert.fixes {
        let line = format!("{}: {}", fix.title, fix.detail);
        output.line(&harmless(&line, 1000))?;
        if let Some(checked) = &fix.checked {
            lines(&checked.sentence, &checked.evidence, output)?;
        }
    }
    remedies(alert, output, words)
}

/// How it failed last, and what waits; of a notice only since when.
fn failure(alert: &AlertView, output: &mut Output, words: Words) -> Result<(), Failure> {
    let since = when::local(alert.first_seen);
    if alert.kind != PATH {
        return output.line(&words.say("alert-line-since", &[("since", since.into())]));
    }
    let reply = harmless(&format!("{} {}", alert.code, alert.reply), 1000);
    output.line(&words.say("alert-line-failure", &[("reply", reply.into())]))?;
    if let Some(destination) = &alert.destination {
        let destination = harmless(destination, 300);
        output.line(&words.say("cli-alert-server", &[("server", destination.into())]))?;
    }
    let waiting = [("count", alert.messages.into()), ("since", since.into())];
    output.line(&words.say("alert-line-waiting", &waiting))
}

fn lines(heading: &str, evidence: &[Evidence], output: &mut Output) -> Result<(), Failure> {
    if evidence.is_empty() {
        return Ok(());
    }
    output.line(heading)?;
    for line in evidence {
        // What is known from no certain moment has none.
        let at = (line.at.as_millis() > 0).then(|| format!("{}  ", when::column(line.at)));
        let text = harmless(&line.finding, 1000);
        output.line(&format!("  - {}{text}", at.unwrap_or_default()))?;
    }
    Ok(())
}

fn causes(
    heading: &str,
    causes: &[CauseView],
    output: &mut Output,
    words: Words,
) -> Result<(), Failure> {
    if causes.is_empty() {
        return Ok(());
    }
    output.line(&words.text(heading))?;
    for cause in causes {
        output.line(&format!("  - {}", cause.cause))?;
        for line in &cause.evidence {
            output.line(&format!("      {}", harmless(&line.finding, 1000)))?;
        }
    }
    Ok(())
}

fn remedies(alert: &AlertView, output: &mut Output, words: Words) -> Result<(), Failure> {
    if alert.state == State::Closed {
        return Ok(());
    }
    let automatic: Vec<_> = alert.remedies.iter().filter(|remedy| remedy.automatic).collect();
    if automatic.is_empty() {
        return Ok(());
    }
    output.line(&words.say("alert-line-remedies", &[("id", alert.id.to_string().into())]))?;
    for remedy in automatic {
        let id = output.toned(Tone::Strong, &remedy.id);
        output.line(&format!("  {id}: {}", harmless(&remedy.title, 500)))?;
        if let Some(warning) = &remedy.warning {
            let warning = output.toned(Tone::Waiting, warning);
            output.line(&format!("      {warning}"))?;
        }
    }
    Ok(())
}
