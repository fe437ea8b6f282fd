//! The page of a report: whether the cause still holds, and sending the message again.

use causeway_catalog::texts::Texts;
use causeway_model::Timestamp;
use causeway_model::config::Language;

use super::html::Method;
use super::{Html, Page, Tone};
use crate::types::{CauseState, ReturnedRecipientView, ReturnedView, SentAgain};

/// What has just happened, above the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice<'a> {
    /// Nothing: it is only looked at.
    None,
    /// It was sent again.
    Sent(&'a SentAgain),
    /// The form did not come from this page.
    NotFromHere,
    /// The server could not do it.
    Failed,
}

/// Where a page is: its address and the secret of its form.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// Its path.
    pub path: &'a str,
    /// What the form must bring along.
    pub confirm: &'a str,
    /// The organization's name.
    pub organization: &'a str,
}

/// The page.
#[must_use]
pub fn document(
    mail: &ReturnedView,
    notice: Notice<'_>,
    place: Place<'_>,
    language: Language,
) -> String {
    let texts = Texts::get(language);
    let mut body = match notice {
        Notice::None => Html::new(),
        Notice::Sent(sent) => Html::new()
            .strong(&texts.format("send-again-done", &[("count", sent.recipients.into())])),
        Notice::NotFromHere => Html::new().strong(&texts.text("send-again-refused")),
        Notice::Failed => Html::new().strong(&texts.text("send-again-failed")),
    };
    let mut facts = Vec::new();
    if let Some(subject) = &mail.subject {
        facts.push((texts.text("report-page-subject"), shortened(subject, 200)));
    }
    facts.push((texts.text("report-page-returned"), texts.moment(mail.returned_at)));
    if mail.can_be_sent {
        facts.push((texts.text("report-page-until"), texts.moment(mail.expires_at)));
    }
    body = body.facts("", &facts).heading(&texts.text("report-page-recipients"));
    for recipient in &mail.recipients {
        body = about(body, recipient, texts);
    }
    body = sending(body, mail, place, texts);
    let title = match notice {
        Notice::Sent(_) => texts.text("send-again-done-title"),
        _ => texts.text("report-page-title"),
    };
    Page {
        language,
        title: &title,
        organization: place.organization,
        tone: tone(mail, notice),
        body,
        path: place.path,
        query: &[],
    }
    .render()
}

/// The page when there is nothing: the same for tokens that never were and for those that expired.
#[must_use]
pub fn gone(path: &str, organization: &str, language: Language) -> String {
    message("report-page-gone-title", "report-page-gone", path, organization, language)
}

/// The page for those who ask too much at once.
#[must_use]
pub fn too_many(path: &str, organization: &str, language: Language) -> String {
    message("report-page-title", "too-many-requests", path, organization, language)
}

fn message(title: &str, text: &str, path: &str, organization: &str, language: Language) -> String {
    let texts = Texts::get(language);
    Page {
        language,
        title: &texts.text(title),
        organization,
        tone: Tone::Plain,
        body: Html::new().paragraph(&texts.text(text)),
        path,
        query: &[],
    }
    .render()
}

fn about(body: Html, recipient: &ReturnedRecipientView, texts: &Texts) -> Html {
    let moment = |at: Timestamp| texts.moment(at);
    let said = match (recipient.cause, recipient.seen_at) {
        (CauseState::Gone, None) => texts.text("standing-gone"),
        (CauseState::Gone, Some(at)) => {
            texts.format("standing-gone-since", &[("moment", moment(at).into())])
        }
        (CauseState::Holds, None) => texts.text("standing-holds"),
        (CauseState::Holds, Some(at)) => {
            texts.format("standing-holds-last", &[("moment", moment(at).into())])
        }
        (CauseState::InMessage, _) => texts.text("standing-in-message"),
        (CauseState::Refused, _) => texts.text("standing-refused"),
        (CauseState::Unknown, _) => texts.text("standing-unknown"),
    };
    let reply = shortened(&recipient.reply, 500);
    let body = body
        .element("h3", "", &recipient.address.to_string())
        .verbatim(format!("{} {reply}", recipient.code).trim())
        .paragraph(&said);
    match recipient.next_attempt_at {
        Some(at) => body.note(&texts.format("standing-next", &[("moment", moment(at).into())])),
        None => body,
    }
}

fn sending(body: Html, mail: &ReturnedView, place: Place<'_>, texts: &Texts) -> Html {
    if let Some(at) = mail.sent_again_at.filter(|_| !mail.can_be_sent) {
        let moment = texts.moment(at);
        return body.paragraph(&texts.format("send-again-before", &[("moment", moment.into())]));
    }
    if !mail.content_kept {
        return body.paragraph(&texts.text("send-again-not-kept"));
    }
    let chosen: Vec<String> = mail
        .recipients
        .iter()
        .filter(|recipient| recipient.worth_trying)
        .map(|recipient| recipient.address.to_string())
        .collect();
    if chosen.is_empty() {
        let only_in_message = mail.recipients.iter().all(|r| r.cause == CauseState::InMessage);
        return match only_in_message {
            true => body,
            false => body.paragraph(&texts.text("send-again-later")),
        };
    }
    let count = chosen.len();
    let named: Vec<String> = chosen.into_iter().take(10).collect();
    let arguments = [("count", count.into()), ("recipients", texts.list(&named).into())];
    let form = Html::new()
        .hidden("confirm", place.confirm)
        .hidden("lang", texts.language().tag())
        .button(&texts.text("send-again-button"));
    body.heading(&texts.text("send-again-heading"))
        .paragraph(&texts.format("send-again-explain", &arguments))
        .form(Method::Post, place.path, &form)
}

fn tone(mail: &ReturnedView, notice: Notice<'_>) -> Tone {
    let all = |wanted: CauseState| mail.recipients.iter().all(|r| r.cause == wanted);
    if matches!(notice, Notice::Sent(_)) || all(CauseState::Gone) {
        Tone::Good
    } else if all(CauseState::Holds) || all(CauseState::InMessage) {
        Tone::Bad
    } else {
        Tone::Open
    }
}

fn shortened(text: &str, limit: usize) -> String {
    let mut out: String = text
        .chars()
        .map(|c| match c {
            // What would turn the direction of writing.
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
            c => c,
        })
        .take(limit)
        .collect();
    if text.chars().nth(limit).is_some() {
        out.push_str(" […]");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use causeway_model::QueueId;

    fn mail(cause: CauseState) -> ReturnedView {
        let moment = Timestamp::parse_rfc3339("2026-03-05T09:05:00Z").unwrap();
        ReturnedView {
            id: QueueId::from_u64(1),
            sender: "alice@ours.test".into(),
            subject: Some("</h1><script>alert(1)</script>\u{202e}".into()),
            returned_at: moment,
            expires_at: moment,
            sent_again_at: None,
            sent_again_as: None,
            content_kept: true,
            can_be_sent: true,
            recipients: vec![ReturnedRecipientView {
                address: "bob@theirs.test".parse().unwrap(),
                code: "550 5.4.316".into(),
                reply: "<a href=\"javascript:x\">".into(),
                cause,
                seen_at: Some(moment),
                next_attempt_at: None,
                worth_trying: matches!(
                    cause,
                    CauseState::Gone | CauseState::Refused | CauseState::Unknown
                ),
            }],
        }
    }

    fn page(mail: &ReturnedView, language: Language) -> String {
        let place = Place { path: "/report/TOKEN", confirm: "SECRET", organization: "Ours" };
        document(mail, Notice::None, place, language)
    }

    #[test]
    fn sending_again_is_offered_where_there_is_a_point_in_it() {
        for language in Language::ALL {
            for (cause, offered) in [
                (CauseState::Gone, true),
                (CauseState::Refused, true),
                (CauseState::Unknown, true),
                (CauseState::Holds, false),
                (CauseState::InMessage, false),
            ] {
                let page = page(&mail(cause), language);
                assert_eq!(page.contains("<form method=\"post\""), offered, "{cause:?}");
                assert!(!page.contains("send-again-") && !page.contains("standing-"), "{page}");
            }
        }
    }

    #[test]
    fn it_is_offered_once_and_only_while_there_is_something_to_send() {
        let sent = ReturnedView {
            sent_again_at: Some(mail(CauseState::Gone).returned_at),
            can_be_sent: false,
            content_kept: false,
            ..mail(CauseState::Gone)
        };
        assert!(!page(&sent, Language::En).contains("<form"));
        assert!(page(&sent, Language::En).contains("5 March 2026"));
        let lost =
            ReturnedView { can_be_sent: false, content_kept: false, ..mail(CauseState::Gone) };
        assert!(page(&lost, Language::En).contains("folder of sent messages"));
    }

    /// ADM-01.
    #[test]
    fn what_came_from_outside_is_text() {
        let page = page(&mail(CauseState::Unknown), Language::De);
        assert!(!page.contains("<script") && !page.contains("<a href=\"javascript"), "{page}");
        assert!(page.contains("&lt;script&gt;") && !page.contains('\u{202e}'));
    }
}
