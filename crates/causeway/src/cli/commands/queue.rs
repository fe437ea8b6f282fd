//! `causeway queue`.

use causeway_admin::Client;
use causeway_admin::types::{
    QueueAction, QueueActionRequest, QueueMessage, QueueQuery, QueueRecipient, RecipientStatus,
    Selection, SelectionFilter, Touched,
};
use causeway_model::{Address, Timestamp};

use super::super::Answer;
use super::super::arguments::{
    QueueCommand, QueueFilterArguments, QueueListArguments, SelectionArguments,
};
use super::super::context::Context;
use super::super::failure::Failure;
use super::super::output::{Columns, Output, Tone, Width};
use super::super::words::{self, Words};
use super::message;

/// Messages shown as text when no limit is given.
const TEXT_LIMIT: u32 = 100;
/// Messages asked for at once.
const PAGE: u32 = 500;

pub(super) async fn run(command: QueueCommand, context: &Context) -> Result<Answer, Failure> {
    let (action, selection, to) = match command {
        QueueCommand::List(arguments) => return list(arguments, context).await,
        QueueCommand::Show { id } => return message::show(id, context).await,
        QueueCommand::Returned { id } => return super::returned::show(id, context).await,
        QueueCommand::SendAgain { ids } => return super::returned::send_again(&ids, context).await,
        QueueCommand::Retry(selection) => (QueueAction::Retry, selection, None),
        QueueCommand::Hold(selection) => (QueueAction::Hold, selection, None),
        QueueCommand::Release(selection) => (QueueAction::Release, selection, None),
        QueueCommand::Remove(selection) => (QueueAction::Remove, selection, None),
        QueueCommand::Return(selection) => (QueueAction::Return, selection, None),
        QueueCommand::Redirect { selection, to } => (QueueAction::Redirect, selection, Some(to)),
    };
    act(action, selection, to, context).await
}

fn query(filter: QueueFilterArguments) -> QueueQuery {
    QueueQuery {
        connector: filter.connector,
        domain: filter.domain,
        status: filter.status,
        sender: filter.sender,
        ..QueueQuery::default()
    }
}

async fn list(arguments: QueueListArguments, context: &Context) -> Result<Answer, Failure> {
    let mut client = context.connect().await?;
    let mut output = context.output();
    let query = query(arguments.filter);
    if output.is_json() {
        list_json(&mut client, query, arguments.limit, &mut output).await?;
    } else {
        let limit = arguments.limit.unwrap_or(TEXT_LIMIT);
        list_text(&mut client, query, limit, &mut output, context.words()).await?;
    }
    Ok(Answer::Fine)
}

/// Every message (or `limit`), written as the pages come.
async fn list_json(
    client: &mut Client,
    mut query: QueueQuery,
    limit: Option<u32>,
    output: &mut Output,
) -> Result<(), Failure> {
    let mut left = limit.unwrap_or(u32::MAX);
    let mut first = true;
    query.limit = Some(PAGE);
    output.raw("[")?;
    loop {
        let page = client.queue(&query).await?;
        for message in page.messages {
            if left == 0 {
                break;
            }
            left -= 1;
            if !first {
                output.raw(",\n")?;
            }
            first = false;
            output.raw_json(&message)?;
        }
        if page.next.is_none() || left == 0 {
            break;
        }
        query.after = page.next;
    }
    output.raw("]\n")?;
    output.flush()
}

async fn list_text(
    client: &mut Client,
    mut query: QueueQuery,
    limit: u32,
    output: &mut Output,
    words: Words,
) -> Result<(), Failure> {
    let mut shown: Vec<QueueMessage> = Vec::new();
    let limit = limit as usize;
    query.limit = Some(PAGE);
    let (now, more) = loop {
        let page = client.queue(&query).await?;
        shown.extend(page.messages);
        if shown.len() > limit || page.next.is_none() {
            break (page.now, shown.len() > limit || page.next.is_some());
        }
        query.after = page.next;
    };
    shown.truncate(limit);
    if shown.is_empty() {
        let filtered =
            QueueQuery { limit: None, after: None, ..query.clone() } != QueueQuery::default();
        output.line(&words.text(if filtered { "cli-no-match" } else { "cli-queue-empty" }))?;
        return output.flush();
    }
    let mut columns = Columns::spoken(
        words,
        &[
            ("cli-head-id", Width::Whole),
            ("cli-head-status", Width::Whole),
            ("cli-head-recipient", Width::Wraps),
            ("cli-head-sender", Width::Spare),
            ("cli-head-size", Width::Spare),
            ("cli-head-tries", Width::Spare),
            ("cli-head-next", Width::Whole),
            ("cli-head-result", Width::Wraps),
        ],
    );
    for message in &shown {
        for recipient in &message.recipients {
            columns.row(row(message, recipient, now, words));
        }
    }
    output.table(&columns)?;
    if more {
        output.line(&words.say("cli-more-messages", &[("count", shown.len().into())]))?;
    }
    output.flush()
}

fn row(
    message: &QueueMessage,
    recipient: &QueueRecipient,
    now: Timestamp,
    words: Words,
) -> Vec<(String, Tone)> {
    let next = match (recipient.status, recipient.next_attempt_at) {
        (RecipientStatus::Held, _) => words.text("cli-on-hold"),
        (RecipientStatus::Delivering, _) => words.text("cli-now"),
        (_, Some(at)) => words.relative(at.max(now), now),
        (_, None) => String::new(),
    };
    let plain = |text: String| (text, Tone::Plain);
    vec![
        plain(message.id.to_string()),
        (recipient.status.name().into(), tone(recipient.status)),
        plain(recipient.address.to_string()),
        plain(message.sender.clone()),
        plain(words::size(message.size)),
        plain(recipient.attempts.to_string()),
        plain(next),
        plain(last_result(recipient)),
    ]
}

/// Codes and words of the last result on one line.
pub(super) fn last_result(recipient: &QueueRecipient) -> String {
    result_text(recipient.code.as_deref(), recipient.reply.as_deref())
}

/// Codes and words; the words often start with the codes themselves, and are then enough.
pub(super) fn result_text(code: Option<&str>, reply: Option<&str>) -> String {
    match (code, reply) {
        (Some(code), Some(reply)) if reply.starts_with(code) => reply.into(),
        (Some(code), Some(reply)) => format!("{code} {reply}"),
        (Some(code), None) => code.into(),
        (None, Some(reply)) => reply.into(),
        (None, None) => String::new(),
    }
}

/// The colour of a state.
pub(super) const fn tone(status: RecipientStatus) -> Tone {
    match status {
        RecipientStatus::Ready => Tone::Plain,
        RecipientStatus::Deferred | RecipientStatus::Held => Tone::Waiting,
        RecipientStatus::Delivering
        | RecipientStatus::Delivered
        | RecipientStatus::Relayed
        | RecipientStatus::Expanded => Tone::Good,
        RecipientStatus::Failed => Tone::Bad,
    }
}

async fn act(
    action: QueueAction,
    arguments: SelectionArguments,
    to: Option<Address>,
    context: &Context,
) -> Result<Answer, Failure> {
    let selection = selection(arguments)?;
    let mut client = context.connect().await?;
    if needs_question(action, &selection) {
        let recipients = count(&mut client, &selection).await?;
        match (recipients, &selection) {
            // The server says what is wrong with them.
            (0, Selection::Ids(_)) => {}
            // Nothing to ask about, and nothing that comes in meanwhile is meant.
            (0, _) => return say_done(action, Touched { recipients, held: None }, context),
            _ => {
                if let Some(question) = context.words().question(action, recipients) {
                    context.confirm(&question)?;
                }
            }
        }
    }
    let request = QueueActionRequest { selection, reason: context.reason.clone(), to };
    let touched = client.queue_act(action, &request).await?;
    say_done(action, touched, context)
}

fn say_done(action: QueueAction, touched: Touched, context: &Context) -> Result<Answer, Failure> {
    let mut output = context.output();
    if output.is_json() {
        output.json(&touched)?;
    } else {
        output.line(&context.words().done(action, touched.recipients))?;
        if let Some(held) = touched.held {
            output.line(&context.words().say("cli-retry-held", &[("count", held.into())]))?;
        }
        output.flush()?;
    }
    Ok(Answer::Fine)
}

/// What cannot be taken back is asked about; so is what ends or moves many at once.
const fn needs_question(action: QueueAction, selection: &Selection) -> bool {
    match action {
        QueueAction::Remove => true,
        QueueAction::Return | QueueAction::Redirect => !matches!(selection, Selection::Ids(_)),
        QueueAction::Retry | QueueAction::Hold | QueueAction::Release => false,
    }
}

/// What was named: IDs, a filter, or everything. Never nothing by accident.
fn selection(arguments: SelectionArguments) -> Result<Selection, Failure> {
    let SelectionArguments { ids, filter, all } = arguments;
    let filter = SelectionFilter {
        connector: filter.connector,
        domain: filter.domain,
        status: filter.status,
        sender: filter.sender,
    };
    let filtered = filter != SelectionFilter::default();
    match (ids.is_empty(), filtered, all) {
        (false, false, false) => Ok(Selection::Ids(ids)),
        (true, true, false) => Ok(Selection::Filter(filter)),
        (true, false, true) => Ok(Selection::All),
        (true, false, false) => Err(Failure::bad_input(words::WHICH_MESSAGES)),
        _ => Err(Failure::bad_input(words::ONE_SELECTION)),
    }
}

/// How many recipients are selected now.
async fn count(client: &mut Client, selection: &Selection) -> Result<u64, Failure> {
    let mut recipients = 0;
    if let Selection::Ids(ids) = selection {
        for id in ids {
            let detail = client.queue_show(*id).await?;
            let queued = detail.message.recipients.iter().filter(|r| r.status.is_queued()).count();
            recipients += queued as u64;
        }
        return Ok(recipients);
    }
    let mut query = match selection {
        Selection::Filter(filter) => QueueQuery {
            connector: filter.connector.clone(),
            domain: filter.domain.clone(),
            status: filter.status,
            sender: filter.sender.clone(),
            ..QueueQuery::default()
        },
        Selection::All | Selection::Ids(_) => QueueQuery::default(),
    };
    query.limit = Some(1000);
    loop {
        let page = client.queue(&query).await?;
        recipients += page.messages.iter().map(|m| m.recipients.len() as u64).sum::<u64>();
        if page.next.is_none() {
            return Ok(recipients);
        }
        query.after = page.next;
    }
}

#[cfg(test)]
mod tests {
    use causeway_model::QueueId;

    use super::*;

    fn arguments(ids: &[u64], connector: Option<&str>, all: bool) -> SelectionArguments {
        SelectionArguments {
            ids: ids.iter().map(|id| QueueId::from_u64(*id)).collect(),
            filter: QueueFilterArguments {
                connector: connector.map(Into::into),
                domain: None,
                status: None,
                sender: None,
            },
            all,
        }
    }

    #[test]
    fn the_whole_queue_is_never_meant_by_accident() {
        assert_eq!(
            selection(arguments(&[], None, false)),
            Err(Failure::bad_input(words::WHICH_MESSAGES))
        );
        for both in [arguments(&[1], None, true), arguments(&[1], Some("a"), false)] {
            assert_eq!(selection(both), Err(Failure::bad_input(words::ONE_SELECTION)));
        }
        assert_eq!(selection(arguments(&[], None, true)), Ok(Selection::All));
    }

    #[test]
    fn what_ends_mail_without_a_report_is_always_asked_about() {
        let one = Selection::Ids(vec![QueueId::from_u64(1)]);
        assert!(needs_question(QueueAction::Remove, &one));
        assert!(!needs_question(QueueAction::Return, &one));
        assert!(needs_question(QueueAction::Return, &Selection::All));
        assert!(!needs_question(QueueAction::Retry, &Selection::All));
    }

    #[test]
    fn a_result_does_not_say_its_code_twice() {
        assert_eq!(result_text(Some("450 4.4.316"), Some("refused")), "450 4.4.316 refused");
        assert_eq!(result_text(Some("550"), Some("550 no")), "550 no");
        assert_eq!(result_text(None, None), "");
    }
}
