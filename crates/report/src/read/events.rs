//! Delivery events as JSON: what mail services post to web hooks, and mail on request.
//!
//! Amazon SES (directly or wrapped by SNS), SendGrid, Mailgun and Postmark name the same facts in
//! different words. JSON that is none of these is no report.

use serde_json::Value;

use super::Category;
use super::classify::{Draft, conclude};
use super::{Action, Kind, ReadRecipient};

/// What an event says: its kind, the service, the recipients.
pub(super) struct Event {
    pub(super) kind: Kind,
    pub(super) service: &'static str,
    pub(super) recipients: Vec<ReadRecipient>,
}

/// Reads a text that starts with a JSON document; what follows the document is ignored.
pub(super) fn read(text: &str) -> Option<Event> {
    let text = text.trim_start();
    if !text.starts_with(['{', '[']) || text.len() < 20 {
        return None;
    }
    // Sendmail cuts long lines with "!", a line end and a space.
    let joined;
    let text = if text.contains("!\n") {
        joined = text.replace("!\n ", "").replace("!\n", "");
        joined.as_str()
    } else {
        text
    };
    let value = serde_json::Deserializer::from_str(text).into_iter::<Value>().next()?.ok()?;
    of_value(&value, 0)
}

fn of_value(value: &Value, depth: u8) -> Option<Event> {
    if let Some(inner) = value.get("Message").and_then(Value::as_str)
        && depth < 2
    {
        return of_value(&serde_json::from_str(inner).ok()?, depth + 1);
    }
    amazon(value).or_else(|| mailgun(value)).or_else(|| postmark(value)).or_else(|| sendgrid(value))
}

fn amazon(value: &Value) -> Option<Event> {
    let kind = text(value, "notificationType").or_else(|| text(value, "eventType"))?;
    let service = "Amazon SES";
    match kind {
        "Complaint" => {
            let list = value.pointer("/complaint/complainedRecipients")?;
            let recipients =
                each(list, |item| feedback(text(item, "emailAddress").map(str::to_owned)));
            Some(Event { kind: Kind::Complaint, service, recipients })
        }
        "Delivery" => {
            let response = value.pointer("/delivery/smtpResponse").and_then(Value::as_str);
            let recipients = each(value.pointer("/delivery/recipients")?, |item| {
                conclude(Draft {
                    address: item.as_str().map(str::to_owned),
                    action: Some(Action::Delivered),
                    diagnostic: response.map(str::to_owned),
                    why: vec!["event: SES delivery".into()],
                    ..Draft::default()
                })
            });
            Some(Event { kind: Kind::Report, service, recipients })
        }
        "Bounce" | "DeliveryDelay" => {
            let part = if kind == "Bounce" { "/bounce" } else { "/deliveryDelay" };
            let part = value.pointer(part)?;
            let list = part.get("bouncedRecipients").or_else(|| part.get("delayedRecipients"))?;
            let transient = text(part, "bounceType") == Some("Transient");
            let subtype = text(part, "bounceSubType").unwrap_or_default();
            let recipients = each(list, |item| {
                let status = text(item, "status").and_then(super::codes::enhanced);
                conclude(Draft {
                    address: text(item, "emailAddress").map(str::to_owned),
                    action: Some(if kind == "Bounce" { Action::Failed } else { Action::Delayed }),
                    status,
                    diagnostic: text(item, "diagnosticCode").map(without_type),
                    segment: subtype_words(subtype).to_owned(),
                    permanent: status.is_none().then_some(!transient),
                    why: vec!["event: SES bounce".into()],
                    ..Draft::default()
                })
            });
            Some(Event { kind: Kind::Report, service, recipients })
        }
        _ => None,
    }
}

/// What SES's subtypes mean, in words the phrases know.
fn subtype_words(subtype: &str) -> &'static str {
    match subtype {
        "NoEmail" => "no such address",
        "MailboxFull" => "mailbox full",
        "MessageTooLarge" => "message too large",
        "ContentRejected" => "message content rejected",
        "AttachmentRejected" => "attachment rejected",
        "Suppressed" | "OnAccountSuppressionList" => "no such address: on the suppression list",
        _ => "",
    }
}

fn mailgun(value: &Value) -> Option<Event> {
    let data = value.get("event-data").unwrap_or(value);
    let event = text(data, "event")?;
    let recipient = text(data, "recipient")?.to_owned();
    let status = data.get("delivery-status");
    let words = status.and_then(|s| text(s, "message").or_else(|| text(s, "description")));
    let row = match event {
        "failed" | "rejected" | "bounced" | "dropped" => conclude(Draft {
            address: Some(recipient),
            action: Some(Action::Failed),
            diagnostic: Some(with_code(status.and_then(|s| s.get("code")), words)),
            permanent: text(data, "severity").map(|severity| severity == "permanent"),
            why: vec!["event: Mailgun".into()],
            ..Draft::default()
        }),
        "complained" => feedback(Some(recipient)),
        _ => return None,
    };
    let kind = if row.category == Category::Feedback { Kind::Complaint } else { Kind::Report };
    Some(Event { kind, service: "Mailgun", recipients: vec![row] })
}

fn postmark(value: &Value) -> Option<Event> {
    let kind = text(value, "RecordType")?;
    let address = text(value, "Email").or_else(|| text(value, "Recipient"))?.to_owned();
    let row = match kind {
        "Bounce" => conclude(Draft {
            address: Some(address),
            action: Some(Action::Failed),
            diagnostic: text(value, "Details").map(str::to_owned),
            segment: text(value, "Description").unwrap_or_default().to_owned(),
            permanent: text(value, "Type").map(|t| t != "Transient" && t != "SoftBounce"),
            why: vec!["event: Postmark".into()],
            ..Draft::default()
        }),
        "SpamComplaint" => feedback(Some(address)),
        _ => return None,
    };
    let kind = if row.category == Category::Feedback { Kind::Complaint } else { Kind::Report };
    Some(Event { kind, service: "Postmark", recipients: vec![row] })
}

/// SendGrid posts a list of events.
fn sendgrid(value: &Value) -> Option<Event> {
    let list = value.as_array()?;
    let mut recipients = Vec::new();
    let mut kind = Kind::Report;
    for item in list.iter().take(1000) {
        let address = text(item, "email").map(str::to_owned);
        match text(item, "event")? {
            event @ ("bounce" | "dropped" | "deferred" | "blocked") => {
                recipients.push(conclude(Draft {
                    address,
                    action: Some(if event == "deferred" {
                        Action::Delayed
                    } else {
                        Action::Failed
                    }),
                    status: text(item, "status").and_then(super::codes::enhanced),
                    diagnostic: text(item, "reason")
                        .or_else(|| text(item, "response"))
                        .map(str::to_owned),
                    why: vec!["event: SendGrid".into()],
                    ..Draft::default()
                }));
            }
            "spamreport" => {
                kind = Kind::Complaint;
                recipients.push(feedback(address));
            }
            _ => {}
        }
    }
    (!recipients.is_empty()).then_some(Event { kind, service: "SendGrid", recipients })
}

fn feedback(address: Option<String>) -> ReadRecipient {
    conclude(Draft {
        address,
        category: Some(Category::Feedback),
        action: Some(Action::Delivered),
        permanent: Some(false),
        why: vec!["complaint: event of a mail service".into()],
        ..Draft::default()
    })
}

fn each(list: &Value, f: impl FnMut(&Value) -> ReadRecipient) -> Vec<ReadRecipient> {
    list.as_array().map(|items| items.iter().take(1000).map(f).collect()).unwrap_or_default()
}

fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name)?.as_str()
}

fn without_type(diagnostic: &str) -> String {
    diagnostic.strip_prefix("smtp;").unwrap_or(diagnostic).trim().to_owned()
}

fn with_code(code: Option<&Value>, words: Option<&str>) -> String {
    let words = words.unwrap_or_default();
    match code.and_then(Value::as_u64) {
        Some(code) if !words.starts_with(&code.to_string()) => format!("{code} {words}"),
        _ => words.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_of_each_service_is_read() {
        let ses = r#"{"notificationType":"Bounce","bounce":{"bounceType":"Permanent","bounceSubType":"General",
            "bouncedRecipients":[{"emailAddress":"a@x.test","status":"5.1.1","diagnosticCode":"smtp; 550 5.1.1 user unknown"}]}}"#;
        let event = read(ses).unwrap();
        assert_eq!(event.recipients[0].category, Category::UserUnknown);
        assert_eq!(event.recipients[0].reply_code, Some(550));

        let wrapped = serde_json::json!({ "Type": "Notification", "Message": ses }).to_string();
        assert_eq!(read(&wrapped).unwrap().recipients[0].address.as_deref(), Some("a@x.test"));

        let mailgun = r#"{"event-data":{"event":"failed","severity":"temporary","recipient":"b@x.test",
            "delivery-status":{"code":452,"message":"4.2.2 over quota"}}}"#;
        let row = &read(mailgun).unwrap().recipients[0];
        assert_eq!((row.category, row.permanent), (Category::MailboxFull, false));

        let sendgrid = r#"[{"email":"c@x.test","event":"spamreport"}]"#;
        assert_eq!(read(sendgrid).unwrap().kind, Kind::Complaint);
    }

    #[test]
    fn other_json_is_no_event() {
        assert!(read(r#"{"hello":"world, this is something else"}"#).is_none());
        assert!(read("{ not json at all, but long enough }").is_none());
        assert!(read("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[").is_none());
    }
}
