//! `causeway queue show`: the story of one message, in sentences.

use causeway_admin::types::{MessageDetail, QueueRecipient, RecipientStatus};
use causeway_model::{Origin, QueueId, Timestamp};

use super::super::Answer;
use super::super::context::Context;
use super::super::failure::Failure;
use super::super::output::Output;
use super::super::when;
use super::super::words::{self, harmless};
use super::queue::{last_result, tone};

pub(super) async fn show(id: QueueId, context: &Context) -> Result<Answer, Failure> {
    let mut client = context.connect().await?;
    let detail = client.queue_show(id).await?;
    let mut output = context.output();
    if output.is_json() {
        output.json(&detail)?;
        return Ok(Answer::Fine);
    }
    for line in head(&detail) {
        output.line(&line)?;
    }
    for recipient in &detail.message.recipients {
        story(recipient, &detail, &mut output)?;
    }
    output.flush()?;
    Ok(Answer::Fine)
}

/// What it is, where it came from.
fn head(detail: &MessageDetail) -> Vec<String> {
    let message = &detail.message;
    let subject = match message.subject.as_deref() {
        None | Some("") => String::from("without a subject"),
        Some(subject) => format!("\"{}\"", harmless(subject, 200)),
    };
    let mut lines = vec![format!("Message {} {subject}", message.id)];
    let from = if message.sender == "<>" {
        "It is a report and has no sender: nothing is ever sent back about it.".to_owned()
    } else {
        format!("It is from {}.", harmless(&message.sender, 300))
    };
    lines.push(format!("{from} Its size is {}.", words::size(message.size)));
    lines.push(format!(
        "It was received on {} ({}){}.",
        when::local(message.received_at),
        when::relative(message.received_at, detail.now),
        origin(&detail.origin)
    ));
    if let Some(about) = detail.report_about {
        lines.push(format!("It reports about message {about}."));
    }
    if let Some(id) = &message.message_id {
        lines.push(format!("Its Message-ID is {}.", harmless(id, 300)));
    }
    lines
}

fn origin(origin: &Origin) -> String {
    let mut out = String::new();
    match origin.address {
        Some(address) => {
            out.push_str(&format!(" from {address}"));
            if let Some(helo) = &origin.helo {
                out.push_str(&format!(", which called itself {}", harmless(helo, 100)));
            }
        }
        None => out.push_str(" from this server itself"),
    }
    if let Some(user) = &origin.user {
        out.push_str(&format!(", logged in as {}", harmless(user, 254)));
    }
    if let Some(connector) = &origin.connector {
        out.push_str(&format!(", through the connector \"{}\"", harmless(connector, 100)));
    }
    out
}

/// What happened to one recipient and what comes next.
fn story(
    recipient: &QueueRecipient,
    detail: &MessageDetail,
    output: &mut Output,
) -> Result<(), Failure> {
    let status = output.toned(tone(recipient.status), recipient.status.name());
    output.line("")?;
    output.line(&format!("{}: {status}", recipient.address))?;
    for sentence in sentences(recipient, detail) {
        output.line(&format!("  {sentence}"))?;
    }
    let events = recipient.events.as_deref().unwrap_or_default();
    if !events.is_empty() {
        output.line("  What happened:")?;
    }
    for event in events {
        output.line(&format!(
            "    {}  {:<12} {}",
            when::local(event.at),
            harmless(&event.kind, 40),
            harmless(&event.detail, 1000)
        ))?;
    }
    Ok(())
}

fn sentences(recipient: &QueueRecipient, detail: &MessageDetail) -> Vec<String> {
    let mut out = Vec::new();
    let now = detail.now;
    let tries = match recipient.attempts {
        0 => "It has not been tried yet".to_owned(),
        1 => "It has been tried once".to_owned(),
        n => format!("It has been tried {n} times"),
    };
    let result = harmless(&last_result(recipient), 1000);
    let whereabouts = whereabouts(recipient);
    match recipient.status {
        RecipientStatus::Ready | RecipientStatus::Deferred => {
            out.push(match (recipient.attempts, result.as_str()) {
                (0, "") => format!("{tries}."),
                (_, "") => format!("{tries}{whereabouts}."),
                _ => format!("{tries}{whereabouts}; the last answer was: {result}"),
            });
            out.push(next_try(recipient.next_attempt_at, now));
            out.push(ending(detail));
        }
        RecipientStatus::Delivering => {
            out.push(format!("It is being delivered at this moment{whereabouts}."));
            if !result.is_empty() {
                out.push(format!("{tries} before; the last answer was: {result}"));
            }
        }
        RecipientStatus::Held => {
            out.push(format!(
                "{tries}. It is on hold, and stays so until it is released (`causeway queue \
                 release {}`), returned or removed.",
                detail.message.id
            ));
            if !result.is_empty() {
                out.push(format!("The last answer was: {result}"));
            }
            out.push(ending(detail));
        }
        RecipientStatus::Delivered => out.push(format!("It is in the mailbox here. {result}")),
        RecipientStatus::Relayed => {
            out.push(format!("Another server took it{whereabouts}: {result}"));
        }
        RecipientStatus::Expanded => out.push("It was replaced by other recipients.".into()),
        RecipientStatus::Failed => {
            out.push(format!("{tries}{whereabouts}, and it failed for good: {result}"));
        }
    }
    out
}

/// Where it went or was to go.
fn whereabouts(recipient: &QueueRecipient) -> String {
    let mut out = String::new();
    if let Some(destination) = &recipient.destination {
        out.push_str(&format!(" at {}", harmless(destination, 300)));
    }
    if let Some(connector) = &recipient.connector {
        out.push_str(&format!(" through the connector \"{}\"", harmless(connector, 100)));
    }
    out
}

fn next_try(next: Option<Timestamp>, now: Timestamp) -> String {
    match next {
        Some(at) if at > now => format!(
            "It is tried next on {} ({}); `causeway queue retry` tries it now.",
            when::local(at),
            when::relative(at, now)
        ),
        _ => "It is due now.".into(),
    }
}

/// What happens when nothing changes.
fn ending(detail: &MessageDetail) -> String {
    let at = detail.message.expires_at;
    let when = format!("{} ({})", when::local(at), when::relative(at, detail.now));
    if detail.message.sender == "<>" {
        format!(
            "If nothing changes, it is given up on {when}; as a report it has no sender to tell."
        )
    } else {
        format!(
            "If nothing changes, it is returned to {} on {when}.",
            harmless(&detail.message.sender, 300)
        )
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use causeway_admin::types::QueueMessage;

    use super::*;

    fn detail(status: RecipientStatus) -> (MessageDetail, QueueRecipient) {
        let now = Timestamp::from_millis(1_800_000_000_000);
        let recipient = QueueRecipient {
            index: 0,
            address: "bob@partner.example".parse().unwrap(),
            status,
            attempts: 3,
            next_attempt_at: Some(now.plus(Duration::from_secs(300))),
            destination: Some("mail.partner.example [192.0.2.9]:25".into()),
            connector: Some("to partner".into()),
            code: Some("450 4.4.316".into()),
            reply: Some("Connection refused".into()),
            events: None,
        };
        let message = QueueMessage {
            id: QueueId::from_u64(9),
            message_id: None,
            sender: "alice@contoso.example".into(),
            subject: Some("hello\u{1b}[2J".into()),
            size: 2048,
            received_at: now,
            expires_at: now.plus(Duration::from_secs(48 * 3600)),
            recipients: vec![recipient.clone()],
        };
        (MessageDetail { message, origin: Origin::default(), report_about: None, now }, recipient)
    }

    #[test]
    fn a_waiting_message_says_what_happened_and_what_comes() {
        let (detail, recipient) = detail(RecipientStatus::Deferred);
        let text = sentences(&recipient, &detail).join("\n");
        for part in [
            "tried 3 times at mail.partner.example [192.0.2.9]:25",
            "\"to partner\"",
            "450 4.4.316 Connection refused",
            "(in 5 min)",
            "returned to alice@contoso.example",
            "(in 2 days)",
        ] {
            assert!(text.contains(part), "{part:?} in {text}");
        }
    }

    #[test]
    fn a_report_is_not_said_to_return_to_anybody() {
        let (mut detail, recipient) = detail(RecipientStatus::Held);
        detail.message.sender = "<>".into();
        let text = sentences(&recipient, &detail).join("\n");
        assert!(text.contains("on hold") && text.contains("no sender to tell"), "{text}");
        assert!(!head(&detail).join("").contains('\u{1b}'));
    }
}
