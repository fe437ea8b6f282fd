//! `causeway trace`.

use std::collections::BTreeSet;

use causeway_admin::Client;
use causeway_admin::types::{TraceEntry, TraceQuery, TraceStatus};
use causeway_model::{QueueId, Timestamp};

use super::super::Answer;
use super::super::arguments::{TraceArguments, TraceCommand, TraceFilterArguments};
use super::super::context::Context;
use super::super::failure::Failure;
use super::super::output::{Columns, Output, Tone, Width};
use super::super::when;
use super::super::words::{self, Words, harmless};
use super::message::{secured, title};
use super::queue::result_text;

/// Rows shown as text when no limit is given.
const TEXT_LIMIT: u32 = 100;
/// Rows asked for at once.
const PAGE: u32 = 500;

pub(super) async fn run(arguments: TraceArguments, context: &Context) -> Result<Answer, Failure> {
    match arguments.command {
        Some(TraceCommand::Show { id }) => {
            if arguments.filter != TraceFilterArguments::default() {
                return Err(Failure::bad_input(words::SHOW_TAKES_NO_FILTER));
            }
            show(id, context).await
        }
        None => list(arguments.filter, context).await,
    }
}

async fn list(filter: TraceFilterArguments, context: &Context) -> Result<Answer, Failure> {
    let mut client = context.connect().await?;
    let mut output = context.output();
    let now = client.clock().await?.now;
    let limit = filter.limit;
    let query = TraceQuery {
        since: filter.since.map(|text| moment(&text, "--since", now)).transpose()?,
        until: filter.until.map(|text| moment(&text, "--until", now)).transpose()?,
        sender: filter.sender,
        recipient: filter.recipient,
        message_id: filter.message_id,
        subject: filter.subject,
        status: filter.status,
        limit: None,
        after: None,
    };
    if output.is_json() {
        list_json(&mut client, query, limit, &mut output).await?;
    } else {
        let limit = limit.unwrap_or(TEXT_LIMIT);
        list_text(&mut client, query, limit, &mut output, context.words()).await?;
    }
    Ok(Answer::Fine)
}

fn moment(text: &str, option: &str, now: Timestamp) -> Result<Timestamp, Failure> {
    when::parse(text, now).ok_or_else(|| {
        Failure::bad_input(format!(
            "{option} {text:?} is no time; write 2026-11-21, \"2026-11-21 09:00\", \
             2026-11-21T08:00:00Z, today, yesterday, or 2h for two hours ago"
        ))
    })
}

async fn list_json(
    client: &mut Client,
    mut query: TraceQuery,
    limit: Option<u32>,
    output: &mut Output,
) -> Result<(), Failure> {
    let mut left = limit.unwrap_or(u32::MAX);
    let mut first = true;
    output.raw("[")?;
    while left > 0 {
        query.limit = Some(left.min(PAGE));
        let page = client.trace(&query).await?;
        left -= u32::try_from(page.rows.len()).unwrap_or(u32::MAX).min(left);
        for row in page.rows {
            if !first {
                output.raw(",\n")?;
            }
            first = false;
            output.raw_json(&row)?;
        }
        if page.next.is_none() {
            break;
        }
        query.after = page.next;
    }
    output.raw("]\n")?;
    output.flush()
}

async fn list_text(
    client: &mut Client,
    mut query: TraceQuery,
    limit: u32,
    output: &mut Output,
    words: Words,
) -> Result<(), Failure> {
    let mut columns = Columns::spoken(
        words,
        &[
            ("cli-head-received", Width::Whole),
            ("cli-head-id", Width::Whole),
            ("cli-head-status", Width::Whole),
            ("cli-head-sender", Width::Wraps),
            ("cli-head-recipient", Width::Wraps),
            ("cli-head-subject", Width::Spare),
            ("cli-head-result", Width::Wraps),
        ],
    );
    let mut left = limit;
    let mut more = false;
    while left > 0 {
        query.limit = Some(left.min(PAGE));
        let page = client.trace(&query).await?;
        left -= u32::try_from(page.rows.len()).unwrap_or(u32::MAX).min(left);
        for row in &page.rows {
            columns.row(cells(row));
        }
        more = page.next.is_some();
        if !more {
            break;
        }
        query.after = page.next;
    }
    if columns.is_empty() {
        output.line(&words.text("cli-no-match"))?;
        return output.flush();
    }
    output.table(&columns)?;
    if more {
        output.line(&words.say("cli-more-rows", &[("count", limit.into())]))?;
    }
    output.flush()
}

fn cells(row: &TraceEntry) -> Vec<(String, Tone)> {
    let plain = |text: String| (text, Tone::Plain);
    vec![
        plain(when::column(row.received_at)),
        plain(row.id.to_string()),
        (row.status.name().into(), tone(row.status)),
        plain(row.sender.clone()),
        plain(row.recipient.to_string()),
        plain(harmless(row.subject.as_deref().unwrap_or_default(), 60)),
        plain(result_text(row.code.as_deref(), row.reply.as_deref())),
    ]
}

const fn tone(status: TraceStatus) -> Tone {
    match status {
        TraceStatus::Delivered | TraceStatus::Relayed | TraceStatus::Expanded => Tone::Good,
        TraceStatus::Pending | TraceStatus::Held => Tone::Waiting,
        TraceStatus::Failed => Tone::Bad,
    }
}

async fn show(id: QueueId, context: &Context) -> Result<Answer, Failure> {
    let mut client = context.connect().await?;
    let page = client.trace_show(id).await?;
    let mut output = context.output();
    if output.is_json() {
        output.json(&page.rows)?;
        return Ok(Answer::Fine);
    }
    if let Some(first) = page.rows.first() {
        let (words, id) = (context.words(), first.id);
        output.line(&title(words, &id.to_string(), first.subject.as_deref()))?;
        let sender = harmless(&first.sender, 300);
        let at = when::local(first.received_at);
        output
            .line(&words.say("cli-trace-head", &[("sender", sender.into()), ("at", at.into())]))?;
    }
    for row in &page.rows {
        let status = output.toned(tone(row.status), row.status.name());
        output.line("")?;
        output.line(&format!("{}: {status}", row.recipient))?;
        let result = harmless(&result_text(row.code.as_deref(), row.reply.as_deref()), 1000);
        if !result.is_empty() {
            output.line(&format!("  {result}"))?;
        }
        for sentence in row.security.iter().flat_map(|s| secured(s, context.words())) {
            output.line(&format!("  {sentence}"))?;
        }
        for event in row.events.as_deref().unwrap_or_default() {
            output.line(&format!(
                "  {}  {:<12} {}",
                when::local(event.at),
                harmless(&event.kind, 40),
                harmless(&when::in_text(&event.detail), 1000)
            ))?;
        }
    }
    let mut told = BTreeSet::new();
    for alert in page.rows.iter().filter_map(|row| row.alert.as_deref()) {
        if told.insert(alert.id) {
            output.line("")?;
            super::alert::say(alert, &mut output, context.words())?;
        }
    }
    output.flush()?;
    Ok(Answer::Fine)
}
