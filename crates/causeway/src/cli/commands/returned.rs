//! `causeway queue returned` and `causeway queue send-again`.

use causeway_admin::types::CauseState;
use causeway_model::QueueId;

use super::super::Answer;
use super::super::context::Context;
use super::super::failure::Failure;
use super::super::output::{Columns, Tone, Width};
use super::super::words::harmless;

/// Tells what was returned of a message.
pub(super) async fn show(id: QueueId, context: &Context) -> Result<Answer, Failure> {
    let mut client = context.connect().await?;
    let mail = client.returned(id).await?;
    let now = client.clock().await?.now;
    let (mut output, words) = (context.output(), context.words());
    if output.is_json() {
        output.json(&mail)?;
        return Ok(Answer::Fine);
    }
    let state = if mail.can_be_sent {
        words.say("cli-returned-open", &[("until", words.relative(mail.expires_at, now).into())])
    } else if let Some(at) = mail.sent_again_at {
        let name = mail.sent_again_as.map(|id| id.to_string()).unwrap_or_default();
        let arguments = [("at", words.relative(at, now).into()), ("id", name.into())];
        words.say("cli-returned-sent", &arguments)
    } else {
        words.text("cli-returned-not-kept")
    };
    output.line(&state)?;
    let mut columns = Columns::spoken(
        words,
        &[
            ("cli-head-recipient", Width::Wraps),
            ("cli-head-cause", Width::Whole),
            ("cli-head-seen", Width::Whole),
            ("cli-head-result", Width::Spare),
        ],
    );
    for recipient in mail.recipients {
        let (key, tone) = match recipient.cause {
            CauseState::Gone => ("cli-standing-gone", Tone::Good),
            CauseState::Holds => ("cli-standing-holds", Tone::Bad),
            CauseState::InMessage => ("cli-standing-in-message", Tone::Bad),
            CauseState::Refused => ("cli-standing-refused", Tone::Waiting),
            CauseState::Unknown => ("cli-standing-unknown", Tone::Waiting),
        };
        let seen = recipient.seen_at.map_or_else(|| "-".into(), |at| words.relative(at, now));
        columns.row(vec![
            (recipient.address.to_string(), Tone::Plain),
            (words.text(key), tone),
            (seen, Tone::Plain),
            (harmless(&format!("{} {}", recipient.code, recipient.reply), 300), Tone::Plain),
        ]);
    }
    output.table(&columns)?;
    Ok(Answer::Fine)
}

/// Sends returned messages again. What cannot be sent stops nothing else; then the answer is "no".
pub(super) async fn send_again(ids: &[QueueId], context: &Context) -> Result<Answer, Failure> {
    let mut client = context.connect().await?;
    let mut sent = Vec::new();
    let mut refused = None;
    for id in ids {
        match client.send_again(*id).await {
            Ok(copy) => sent.push((*id, copy)),
            Err(error @ causeway_admin::ClientError::Refused { .. }) if ids.len() > 1 => {
                refused = Some((*id, error));
            }
            Err(error) => return Err(error.into()),
        }
    }
    let (mut output, words) = (context.output(), context.words());
    if output.is_json() {
        let rows: Vec<_> = sent
            .iter()
            .map(|(of, copy)| {
                serde_json::json!({ "id": of, "sent_again_as": copy.id, "recipients": copy.recipients })
            })
            .collect();
        output.json(&rows)?;
    } else {
        for (of, copy) in &sent {
            let arguments = [
                ("of", of.to_string().into()),
                ("id", copy.id.to_string().into()),
                ("count", copy.recipients.into()),
            ];
            output.line(&words.say("cli-sent-again", &arguments))?;
        }
        output.flush()?;
    }
    match refused {
        None => Ok(Answer::Fine),
        Some((id, error)) => Err(Failure::failed(format!("{id}: {error}"))),
    }
}
