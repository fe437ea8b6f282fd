//! `causeway queue show`: the story of one message, in sentences.

use causeway_admin::types::{MessageDetail, QueueRecipient, RecipientStatus, Security};
use causeway_model::{Origin, QueueId, VerifiedBy};

use super::super::Answer;
use super::super::context::Context;
use super::super::failure::Failure;
use super::super::output::Output;
use super::super::when;
use super::super::words::{self, Words, harmless};
use super::queue::{last_result, tone};

pub(super) async fn show(id: QueueId, context: &Context) -> Result<Answer, Failure> {
    let mut client = context.connect().await?;
    let detail = client.queue_show(id).await?;
    let mut output = context.output();
    if output.is_json() {
        output.json(&detail)?;
        return Ok(Answer::Fine);
    }
    let words = context.words();
    for line in head(&detail, words) {
        output.line(&line)?;
    }
    for recipient in &detail.message.recipients {
        story(recipient, &detail, &mut output, words)?;
    }
    for alert in &detail.alerts {
        output.line("")?;
        super::alert::say(alert, &mut output, words)?;
    }
    output.flush()?;
    Ok(Answer::Fine)
}

/// Its name and subject.
pub(super) fn title(words: Words, id: &str, subject: Option<&str>) -> String {
    match subject {
        None | Some("") => words.say("cli-message-untitled", &[("id", id.into())]),
        Some(subject) => {
            let subject = harmless(subject, 200);
            words.say("cli-message-titled", &[("id", id.into()), ("subject", subject.into())])
        }
    }
}

/// What it is, where it came from.
fn head(detail: &MessageDetail, words: Words) -> Vec<String> {
    let message = &detail.message;
    let mut lines = vec![title(words, &message.id.to_string(), message.subject.as_deref())];
    let size = words::size(message.size);
    lines.push(if message.sender == "<>" {
        words.say("cli-message-report", &[("size", size.into())])
    } else {
        let sender = harmless(&message.sender, 300);
        words.say("cli-message-from", &[("sender", sender.into()), ("size", size.into())])
    });
    lines.push(words.say(
        "cli-message-received",
        &[
            ("at", when::local(message.received_at).into()),
            ("ago", words.relative(message.received_at, detail.now).into()),
            ("origin", origin(&detail.origin, words).into()),
        ],
    ));
    if let Some(user) = &detail.origin.user {
        lines.push(words.say("cli-origin-user", &[("user", harmless(user, 254).into())]));
    }
    if let Some(name) = &detail.origin.connector {
        let name = harmless(name, 100);
        lines.push(words.say("cli-origin-connector", &[("connector", name.into())]));
    }
    if let Some(about) = detail.report_about {
        lines.push(words.say("cli-message-about", &[("id", about.to_string().into())]));
    }
    if let Some(id) = &message.message_id {
        lines.push(words.say("cli-message-id", &[("id", harmless(id, 300).into())]));
    }
    lines
}

fn origin(origin: &Origin, words: Words) -> String {
    match (origin.address, &origin.helo) {
        (None, _) => words.text("cli-origin-here"),
        (Some(address), None) => address.to_string(),
        (Some(address), Some(helo)) => {
            let helo = harmless(helo, 100);
            let address = address.to_string();
            words.say("cli-origin-helo", &[("address", address.into()), ("helo", helo.into())])
        }
    }
}

/// What happened to one recipient and what comes next.
fn story(
    recipient: &QueueRecipient,
    detail: &MessageDetail,
    output: &mut Output,
    words: Words,
) -> Result<(), Failure> {
    let status = output.toned(tone(recipient.status), recipient.status.name());
    output.line("")?;
    output.line(&format!("{}: {status}", recipient.address))?;
    for sentence in sentences(recipient, detail, words) {
        output.line(&format!("  {sentence}"))?;
    }
    let events = recipient.events.as_deref().unwrap_or_default();
    if !events.is_empty() {
        output.line(&format!("  {}", words.text("cli-events")))?;
    }
    for event in events {
        output.line(&format!(
            "    {}  {:<12} {}",
            when::local(event.at),
            harmless(&event.kind, 40),
            harmless(&when::in_text(&event.detail), 1000)
        ))?;
    }
    Ok(())
}

fn sentences(recipient: &QueueRecipient, detail: &MessageDetail, words: Words) -> Vec<String> {
    let id = || [("id", detail.message.id.to_string().into())];
    let mut out = vec![];
    match recipient.status {
        RecipientStatus::Ready | RecipientStatus::Deferred => {
            out.extend(so_far(recipient, words));
            out.push(next_try(recipient, detail, words));
            out.push(ending(detail, words));
        }
        RecipientStatus::Delivering => {
            out.push(words.text("cli-delivering"));
            out.extend(so_far(recipient, words));
        }
        RecipientStatus::Held => {
            out.push(words.say("cli-held", &id()));
            out.extend(so_far(recipient, words));
            out.push(ending(detail, words));
        }
        RecipientStatus::Delivered => {
            out.push(words.text("cli-delivered"));
            out.extend(last_answer(recipient, words));
        }
        RecipientStatus::Relayed => {
            out.push(words.text("cli-relayed"));
            out.extend(so_far(recipient, words));
        }
        RecipientStatus::Expanded => out.push(words.text("cli-expanded")),
        RecipientStatus::Failed => {
            out.push(words.text("cli-failed"));
            out.extend(so_far(recipient, words));
        }
    }
    out
}

/// How often and where it was tried, and what was said there.
fn so_far(recipient: &QueueRecipient, words: Words) -> Vec<String> {
    let mut out = vec![words.say("cli-tried", &[("count", recipient.attempts.into())])];
    if let Some(destination) = &recipient.destination {
        // Never tried itself: its site was, for other mail.
        let key = if recipient.attempts == 0 { "cli-waits-for" } else { "cli-destination" };
        out.push(words.say(key, &[("destination", harmless(destination, 300).into())]));
    }
    if let Some(connector) = &recipient.connector {
        out.push(words.say("cli-through", &[("connector", harmless(connector, 100).into())]));
    }
    if recipient.paused {
        out.push(words.text("cli-paused"));
    }
    out.extend(recipient.security.iter().flat_map(|security| secured(security, words)));
    out.extend(last_answer(recipient, words));
    out
}

/// What secured the connection, in one sentence or two.
pub(super) fn secured(security: &Security, words: Words) -> Vec<String> {
    let key = match (&security.tls, security.verified_by) {
        (None, _) => "cli-secured-not",
        (Some(_), VerifiedBy::Dane) => "cli-secured-dane",
        (Some(_), VerifiedBy::MtaSts) => "cli-secured-mta-sts",
        (Some(_), VerifiedBy::Certificate) => "cli-secured-certificate",
        (Some(_), VerifiedBy::Nothing) => "cli-secured-nothing",
    };
    let tls = harmless(security.tls.as_deref().unwrap_or_default(), 200);
    let mut out = vec![words.say(key, &[("tls", tls.into())])];
    if let Some(weakness) = &security.weakness {
        out.push(words.say("cli-weakness", &[("reason", harmless(weakness, 600).into())]));
    }
    out
}

fn last_answer(recipient: &QueueRecipient, words: Words) -> Option<String> {
    let answer = harmless(&last_result(recipient), 1000);
    (!answer.is_empty()).then(|| words.say("cli-last-answer", &[("answer", answer.into())]))
}

fn next_try(recipient: &QueueRecipient, detail: &MessageDetail, words: Words) -> String {
    match recipient.next_attempt_at {
        Some(at) if at > detail.now => words.say(
            "cli-next",
            &[
                ("at", when::local(at).into()),
                ("relative", words.relative(at, detail.now).into()),
                ("id", detail.message.id.to_string().into()),
            ],
        ),
        _ => words.text("cli-due"),
    }
}

/// What happens when nothing changes.
fn ending(detail: &MessageDetail, words: Words) -> String {
    let expires_at = detail.message.expires_at;
    let at = when::local(expires_at);
    let relative = words.relative(expires_at, detail.now);
    if detail.message.sender == "<>" {
        words.say("cli-expires-report", &[("at", at.into()), ("relative", relative.into())])
    } else {
        let sender = harmless(&detail.message.sender, 300);
        words.say(
            "cli-expires",
            &[("sender", sender.into()), ("at", at.into()), ("relative", relative.into())],
        )
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use causeway_admin::types::QueueMessage;
    use causeway_model::Timestamp;
    use causeway_model::config::Language;

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
            paused: false,
            code: Some("450 4.4.316".into()),
            reply: Some("Connection refused".into()),
            security: None,
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
        (
            MessageDetail {
                message,
                origin: Origin::default(),
                report_about: None,
                now,
                alerts: Vec::new(),
            },
            recipient,
        )
    }

    #[test]
    fn a_waiting_message_says_what_happened_and_what_comes() {
        let (detail, recipient) = detail(RecipientStatus::Deferred);
        let text = sentences(&recipient, &detail, Words::of(Language::En)).join("\n");
        for part in [
            "Tried 3 times",
            "Last tried at mail.partner.example [192.0.2.9]:25",
            "“to partner”",
            "450 4.4.316 Connection refused",
            "(in 5 min)",
            "returned to alice@contoso.example",
            "(in 2 d)",
        ] {
            assert!(text.contains(part), "{part:?} in {text}");
        }
    }

    #[test]
    fn the_story_is_told_in_every_language_with_the_peers_words_as_they_are() {
        let (detail, recipient) = detail(RecipientStatus::Deferred);
        for (language, part) in [
            (Language::De, "Der nächste Versuch"),
            (Language::Nl, "De volgende poging"),
            (Language::Sv, "Nästa försök"),
        ] {
            let text = sentences(&recipient, &detail, Words::of(language)).join("\n");
            assert!(text.contains(part), "{text}");
            assert!(text.contains("450 4.4.316 Connection refused"), "{text}");
            assert!(!text.contains("cli-") && !text.contains('$'), "{text}");
        }
    }

    #[test]
    fn what_waits_for_a_site_is_not_said_to_have_been_tried() {
        let (detail, mut recipient) = detail(RecipientStatus::Ready);
        recipient.attempts = 0;
        let text = sentences(&recipient, &detail, Words::of(Language::En)).join("\n");
        assert!(text.contains("Not tried yet") && !text.contains("Last tried"), "{text}");
        assert!(text.contains("waits, with other mail, for mail.partner.example"), "{text}");
    }

    #[test]
    fn a_report_is_not_said_to_return_to_anybody() {
        let (mut detail, recipient) = detail(RecipientStatus::Held);
        detail.message.sender = "<>".into();
        let words = Words::of(Language::En);
        let text = sentences(&recipient, &detail, words).join("\n");
        assert!(text.contains("on hold") && text.contains("no sender to tell"), "{text}");
        assert!(!head(&detail, words).join("").contains('\u{1b}'));
    }
}
