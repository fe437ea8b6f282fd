//! `causeway report` and `causeway dkim`.

use causeway_admin::types::{AddSigningKey, PublishedRecord, RemoveSigningKeys, SigningKeyView};
use causeway_dkim::{Algorithm, zone_strings};

use super::super::Answer;
use super::super::arguments::report::{DkimAddArguments, DkimCommand, KeyKind, ReportCommand};
use super::super::context::Context;
use super::super::failure::Failure;
use super::super::output::{Columns, Output, Tone, Width};

pub(super) async fn run(command: &ReportCommand, context: &Context) -> Result<Answer, Failure> {
    match command {
        ReportCommand::Feedback => feedback(context).await,
        // Answered by the caller, without a server.
        ReportCommand::Preview(_) => Ok(Answer::Fine),
    }
}

async fn feedback(context: &Context) -> Result<Answer, Failure> {
    let mut client = context.connect().await?;
    let rows = client.report_feedback().await?;
    let now = client.clock().await?.now;
    let (mut output, words) = (context.output(), context.words());
    if output.is_json() {
        output.json(&rows)?;
        return Ok(Answer::Fine);
    }
    if rows.is_empty() {
        output.line(&words.text("cli-no-feedback"))?;
        output.flush()?;
        return Ok(Answer::Fine);
    }
    let mut columns = Columns::spoken(
        words,
        &[
            ("cli-head-code", Width::Whole),
            ("cli-head-language", Width::Whole),
            ("cli-head-audience", Width::Whole),
            ("cli-head-helpful", Width::Whole),
            ("cli-head-not-helpful", Width::Whole),
            ("cli-head-last", Width::Whole),
        ],
    );
    for row in rows {
        columns.row(vec![
            (row.code, Tone::Plain),
            (row.language.tag().into(), Tone::Plain),
            (row.audience.name().into(), Tone::Plain),
            (row.helpful.to_string(), Tone::Good),
            (row.not_helpful.to_string(), Tone::Waiting),
            (words.relative(row.last_at, now), Tone::Plain),
        ]);
    }
    output.table(&columns)?;
    Ok(Answer::Fine)
}

pub(super) async fn dkim(command: DkimCommand, context: &Context) -> Result<Answer, Failure> {
    match command {
        DkimCommand::List { check } => list(check, context).await,
        DkimCommand::Add(arguments) => add(arguments, context).await,
        DkimCommand::Remove { domain, selector } => {
            let mut client = context.connect().await?;
            let request = RemoveSigningKeys { domain, selector };
            let keys = client.remove_signing_keys(&request).await?;
            let (mut output, words) = (context.output(), context.words());
            if output.is_json() {
                output.json(&keys)?;
                return Ok(Answer::Fine);
            }
            for key in keys {
                let arguments = [("name", key.record_name.into())];
                output.line(&words.say("cli-dkim-removed", &arguments))?;
            }
            output.flush()?;
            Ok(Answer::Fine)
        }
    }
}

async fn list(check: bool, context: &Context) -> Result<Answer, Failure> {
    let keys = context.connect().await?.signing_keys(check).await?;
    let missing = |key: &SigningKeyView| {
        key.published.is_some_and(|published| published != PublishedRecord::Yes)
    };
    let answer = if keys.iter().any(missing) { Answer::No } else { Answer::Fine };
    let (mut output, words) = (context.output(), context.words());
    if output.is_json() {
        output.json(&keys)?;
        return Ok(answer);
    }
    if keys.is_empty() {
        output.line(&words.text("cli-no-dkim"))?;
    }
    for key in &keys {
        record(&mut output, key)?;
        let said = key.published.map(|published| match published {
            PublishedRecord::Yes => ("cli-dkim-published", Tone::Good),
            PublishedRecord::No => ("cli-dkim-missing", Tone::Bad),
            PublishedRecord::Different => ("cli-dkim-different", Tone::Bad),
            PublishedRecord::NoAnswer => ("cli-dkim-no-answer", Tone::Waiting),
        });
        if let Some((text, tone)) = said {
            let text = output.toned(tone, &words.text(text));
            output.line(&format!("  ; {text}"))?;
        }
    }
    output.flush()?;
    Ok(answer)
}

async fn add(arguments: DkimAddArguments, context: &Context) -> Result<Answer, Failure> {
    let request = AddSigningKey {
        domain: arguments.domain,
        selector: arguments.selector,
        algorithm: match arguments.algorithm {
            KeyKind::Rsa => Algorithm::Rsa,
            KeyKind::Ed25519 => Algorithm::Ed25519,
        },
    };
    let key = context.connect().await?.add_signing_key(&request).await?;
    let (mut output, words) = (context.output(), context.words());
    if output.is_json() {
        output.json(&key)?;
        return Ok(Answer::Fine);
    }
    let arguments = [("domain", key.domain.to_string().into())];
    output.line(&words.say("cli-dkim-added", &arguments))?;
    output.line("")?;
    record(&mut output, &key)?;
    output.line("")?;
    output.line(&words.text("cli-dkim-then"))?;
    output.flush()?;
    Ok(Answer::Fine)
}

/// A record as zone files have it.
fn record(output: &mut Output, key: &SigningKeyView) -> Result<(), Failure> {
    let strings: Vec<String> =
        zone_strings(&key.record_value).iter().map(|part| format!("\"{part}\"")).collect();
    match strings.as_slice() {
        [one] => output.line(&format!("{}. IN TXT {one}", key.record_name)),
        several => {
            output.line(&format!("{}. IN TXT (", key.record_name))?;
            for part in several {
                output.line(&format!("  {part}"))?;
            }
            output.line(")")
        }
    }
}
