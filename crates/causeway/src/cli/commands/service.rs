//! `causeway audit` and `causeway health`.

use causeway_admin::types::{AuditReport, ComponentStatus, Health};

use super::super::Answer;
use super::super::context::Context;
use super::super::failure::Failure;
use super::super::output::{Columns, Output, Tone, Width};
use super::super::when;
use super::super::words::{Words, harmless};

/// Numbers of alerts that are shown.
const MOST_IDS: usize = 10;

pub(super) async fn audit(context: &Context) -> Result<Answer, Failure> {
    let audit = context.connect().await?.audit().await?;
    let mut output = context.output();
    if output.is_json() {
        output.json(&audit)?;
    } else {
        say_audit(&audit, &mut output, context.words())?;
    }
    Ok(if audit.unaccounted == 0 { Answer::Fine } else { Answer::No })
}

fn say_audit(audit: &AuditReport, output: &mut Output, words: Words) -> Result<(), Failure> {
    let rows = [
        (audit.accepted, "cli-audit-accepted"),
        (audit.delivered, "cli-audit-delivered"),
        (audit.relayed, "cli-audit-relayed"),
        (audit.expanded, "cli-audit-expanded"),
        (audit.queued, "cli-audit-queued"),
        (audit.held, "cli-audit-held"),
        (audit.failed_with_report, "cli-audit-reported"),
        (audit.failed_without_report, "cli-audit-silent"),
    ];
    let width = audit.accepted.to_string().len().max(4);
    for (count, what) in rows {
        output.line(&format!("{count:>width$}  {}", words.text(what)))?;
    }
    let unaccounted =
        format!("{:>width$}  {}", audit.unaccounted, words.text("cli-audit-unaccounted"));
    let tone = if audit.unaccounted == 0 { Tone::Good } else { Tone::Bad };
    let unaccounted = output.toned(tone, &unaccounted);
    output.line(&unaccounted)?;
    if audit.unaccounted != 0 {
        output.line(&words.text("cli-audit-missing"))?;
    }
    output.flush()
}

pub(super) async fn health(context: &Context) -> Result<Answer, Failure> {
    let health = context.connect().await?.health().await?;
    let mut output = context.output();
    if output.is_json() {
        output.json(&health)?;
    } else {
        say_health(&health, &mut output, context.words())?;
    }
    Ok(if health.healthy { Answer::Fine } else { Answer::No })
}

fn say_health(health: &Health, output: &mut Output, words: Words) -> Result<(), Failure> {
    let verdict = if health.healthy {
        output.toned(Tone::Good, &words.text("cli-health-good"))
    } else {
        output.toned(Tone::Bad, &words.text("cli-health-bad"))
    };
    output.line(&verdict)?;
    let mut columns = Columns::spoken(
        words,
        &[
            ("cli-head-part", Width::Wraps),
            ("cli-head-status", Width::Whole),
            ("cli-head-since", Width::Spare),
            ("cli-head-detail", Width::Wraps),
        ],
    );
    for component in &health.components {
        let (word, tone) = match component.status {
            ComponentStatus::Ok => ("ok", Tone::Good),
            ComponentStatus::Degraded => ("degraded", Tone::Waiting),
            ComponentStatus::Down => ("down", Tone::Bad),
        };
        columns.row(vec![
            (component.name.clone(), Tone::Plain),
            (word.into(), tone),
            (component.since.map(when::column).unwrap_or_default(), Tone::Plain),
            (component.detail.as_deref().map(when::in_text).unwrap_or_default(), Tone::Plain),
        ]);
    }
    if !columns.is_empty() {
        output.table(&columns)?;
    }
    say_alerts(health, output, words)?;
    match health.unaccounted_messages {
        Some(0) => output.line(&words.text("cli-accounted"))?,
        Some(n) => {
            output.line(&words.say("cli-unaccounted", &[("count", n.to_string().into())]))?;
        }
        None => {}
    }
    output.flush()
}

/// How many alerts are open, and the one that most recipients wait behind.
fn say_alerts(health: &Health, output: &mut Output, words: Words) -> Result<(), Failure> {
    let Some(alerts) = health.alerts.as_ref().filter(|alerts| alerts.count > 0) else {
        return Ok(());
    };
    let shown: Vec<String> = alerts.ids.iter().take(MOST_IDS).map(ToString::to_string).collect();
    let count = [("count", alerts.count.into()), ("ids", shown.join(", ").into())];
    let line = output.toned(Tone::Bad, &words.say("cli-health-alerts", &count));
    output.line(&line)?;
    let Some(worst) = &alerts.worst else { return Ok(()) };
    let worst = [
        ("id", worst.id.into()),
        ("path", harmless(&worst.path, 300).into()),
        ("count", worst.messages.into()),
        ("cause", worst.cause.clone().unwrap_or_default().into()),
    ];
    output.line(&words.say("cli-health-worst", &worst))
}
