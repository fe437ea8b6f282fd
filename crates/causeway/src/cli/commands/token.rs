//! `causeway token` and `causeway api`: the API over TCP.

use causeway_admin::types::{CreateToken, TokenRole};

use super::super::Answer;
use super::super::arguments::access::{ApiCommand, TokenAddArguments, TokenCommand};
use super::super::context::Context;
use super::super::failure::Failure;
use super::super::output::{Columns, Tone, Width};
use super::super::words::harmless;

pub(super) async fn run(command: TokenCommand, context: &Context) -> Result<Answer, Failure> {
    match command {
        TokenCommand::List => list(context).await,
        TokenCommand::Add(arguments) => add(arguments, context).await,
        TokenCommand::Revoke { name } => {
            let ended = context.connect().await?.revoke_token(&name).await?;
            let mut output = context.output();
            if output.is_json() {
                output.json(&ended)?;
                return Ok(Answer::Fine);
            }
            let arguments = [("name", harmless(&name, 100).into())];
            output.line(&context.words().say("cli-token-revoked", &arguments))?;
            output.flush()?;
            Ok(Answer::Fine)
        }
    }
}

async fn list(context: &Context) -> Result<Answer, Failure> {
    let mut client = context.connect().await?;
    let tokens = client.tokens().await?;
    let now = client.clock().await?.now;
    let (mut output, words) = (context.output(), context.words());
    if output.is_json() {
        output.json(&tokens)?;
        return Ok(Answer::Fine);
    }
    if tokens.is_empty() {
        output.line(&words.text("cli-no-tokens"))?;
        output.flush()?;
        return Ok(Answer::Fine);
    }
    let mut columns = Columns::spoken(
        words,
        &[
            ("cli-head-name", Width::Wraps),
            ("cli-head-may", Width::Whole),
            ("cli-head-made", Width::Whole),
            ("cli-head-ends", Width::Whole),
            ("cli-head-used", Width::Whole),
            ("cli-head-client", Width::Spare),
        ],
    );
    for token in tokens {
        let may = match token.role {
            TokenRole::Administrator => words.text("cli-token-everything"),
            TokenRole::ReadOnly => words.text("cli-token-looks"),
        };
        let has_ended = token.expires_at.is_some_and(|end| end <= now);
        let tone = if has_ended { Tone::Bad } else { Tone::Plain };
        let ends = token
            .expires_at
            .map_or_else(|| words.text("cli-never"), |end| words.relative(end, now));
        let (used, client) = match token.last_used {
            Some(last) => (words.relative(last.at, now), last.client.to_string()),
            None => (words.text("cli-never"), "-".into()),
        };
        columns.row(vec![
            (token.name, Tone::Plain),
            (may, Tone::Plain),
            (words.relative(token.created_at, now), Tone::Plain),
            (ends, tone),
            (used, Tone::Plain),
            (client, Tone::Plain),
        ]);
    }
    output.table(&columns)?;
    Ok(Answer::Fine)
}

async fn add(arguments: TokenAddArguments, context: &Context) -> Result<Answer, Failure> {
    let mut client = context.connect().await?;
    let expires_at = match arguments.expires {
        Some(span) => Some(client.clock().await?.now.plus(span)),
        None => None,
    };
    let role = match arguments.read_only {
        true => TokenRole::ReadOnly,
        false => TokenRole::Administrator,
    };
    let request = CreateToken { name: arguments.name, role, expires_at };
    let made = client.add_token(&request).await?;
    let (mut output, words) = (context.output(), context.words());
    if output.is_json() {
        output.json(&made)?;
        return Ok(Answer::Fine);
    }
    let name = harmless(&made.view.name, 100);
    output.line(&words.say("cli-token-added", &[("name", name.into())]))?;
    let shown = output.toned(Tone::Strong, made.token.reveal());
    output.line(&words.say("cli-token-shown", &[("token", shown.into())]))?;
    output.flush()?;
    Ok(Answer::Fine)
}

/// `causeway api`; needs no server.
pub(in super::super) fn api(command: &ApiCommand) -> Result<Answer, Failure> {
    match command {
        ApiCommand::Openapi => {
            // It is one JSON document in any case.
            let mut output = super::super::output::Output::new(true);
            output.json(&causeway_admin::openapi_document())?;
            Ok(Answer::Fine)
        }
    }
}
