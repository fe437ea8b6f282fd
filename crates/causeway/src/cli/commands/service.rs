//! `causeway audit` and `causeway health`.

use causeway_admin::types::{AuditReport, ComponentStatus, Health};

use super::super::Answer;
use super::super::context::Context;
use super::super::failure::Failure;
use super::super::output::{Columns, Output, Tone};
use super::super::when;
use super::super::words::harmless;

pub(super) async fn audit(context: &Context) -> Result<Answer, Failure> {
    let audit = context.connect().await?.audit().await?;
    let mut output = context.output();
    if output.is_json() {
        output.json(&audit)?;
    } else {
        say_audit(&audit, &mut output)?;
    }
    Ok(if audit.unaccounted == 0 { Answer::Fine } else { Answer::No })
}

fn say_audit(audit: &AuditReport, output: &mut Output) -> Result<(), Failure> {
    let rows = [
        (audit.accepted, "accepted, of which"),
        (audit.delivered, "delivered into mailboxes here"),
        (audit.relayed, "taken by other servers"),
        (audit.expanded, "replaced by other recipients"),
        (audit.queued, "in the queue"),
        (audit.held, "on hold"),
        (audit.failed_with_report, "failed, with a report to the sender"),
        (audit.failed_without_report, "failed, and nobody was to be told"),
    ];
    let width = audit.accepted.to_string().len().max(4);
    for (count, what) in rows {
        output.line(&format!("{count:>width$}  {what}"))?;
    }
    let unaccounted = format!("{:>width$}  unaccounted for", audit.unaccounted);
    let tone = if audit.unaccounted == 0 { Tone::Good } else { Tone::Bad };
    let unaccounted = output.toned(tone, &unaccounted);
    output.line(&unaccounted)?;
    if audit.unaccounted != 0 {
        output.line(
            "Something is missing: keep the data directory as it is, and see the server's log.",
        )?;
    }
    output.flush()
}

pub(super) async fn health(context: &Context) -> Result<Answer, Failure> {
    let health = context.connect().await?.health().await?;
    let mut output = context.output();
    if output.is_json() {
        output.json(&health)?;
    } else {
        say_health(&health, &mut output)?;
    }
    Ok(if health.healthy { Answer::Fine } else { Answer::No })
}

fn say_health(health: &Health, output: &mut Output) -> Result<(), Failure> {
    let verdict = if health.healthy {
        output.toned(Tone::Good, "Everything works.")
    } else {
        output.toned(Tone::Bad, "Something does not work as it should.")
    };
    output.line(&verdict)?;
    let mut columns = Columns::new(&["PART", "STATUS", "SINCE", "DETAIL"]);
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
            (component.detail.clone().unwrap_or_default(), Tone::Plain),
        ]);
    }
    if !columns.is_empty() {
        output.table(&columns)?;
    }
    match health.unaccounted_messages {
        Some(0) => output.line("Every accepted recipient is accounted for.")?,
        Some(n) => output.line(&harmless(
            &format!("{n} recipients are unaccounted for: see `causeway audit`."),
            200,
        ))?,
        None => {}
    }
    output.flush()
}
