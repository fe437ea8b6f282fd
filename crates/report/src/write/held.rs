//! The list of mail that was put on hold, for the administrators: a plain message, not a delivery report.
//!
//! Pure and total, as [`write()`](super::write()). Everything that senders wrote is shown on one line,
//! without control characters, and cut where it is long.

use causeway_catalog::Texts;
use causeway_model::config::Language;
use causeway_model::{Address, QueueId, Timestamp};

use super::{WrittenReport, mime};

/// Recipients that are shown of one message.
const RECIPIENTS: usize = 3;

/// What the list is made of.
#[derive(Clone, Debug)]
pub struct HeldList<'a> {
    /// The language.
    pub language: Language,
    /// Our host name.
    pub reporting_host: &'a str,
    /// The organization's name.
    pub organization: &'a str,
    /// From.
    pub postmaster: &'a Address,
    /// To.
    pub readers: &'a [Address],
    /// A number that no other report has.
    pub unique: u64,
    /// The time of the list.
    pub now: Timestamp,
    /// The messages, oldest first; never empty.
    pub messages: &'a [HeldMail],
    /// How many there are beside them.
    pub more: usize,
}

/// One message on hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldMail {
    /// Its name in the queue.
    pub id: QueueId,
    /// Its reverse-path.
    pub sender: String,
    /// Its recipients.
    pub recipients: Vec<String>,
    /// Its subject, decoded; may be empty.
    pub subject: String,
    /// Why it is on hold.
    pub reason: String,
    /// When it came.
    pub received_at: Timestamp,
    /// When it is returned unless somebody decides.
    pub expires_at: Timestamp,
}

/// Writes the list.
#[must_use]
pub fn write(list: &HeldList<'_>) -> WrittenReport {
    let texts = Texts::get(list.language);
    let count = list.messages.len() + list.more;
    let subject = texts.format("held-subject", &[("count", count.into())]);
    let host = mime::one_line(list.reporting_host, 255);
    let message_id = format!("<held.{:016x}@{host}>", list.unique);
    let organization = mime::one_line(list.organization, 100);
    let name = texts.format("from-name", &[("organization", organization.into())]);
    let readers: Vec<String> = list.readers.iter().map(|reader| format!("<{reader}>")).collect();
    let mut out = format!(
        "Date: {}\r\nFrom: {}\r\n <{}>\r\nTo: {}\r\nSubject: {}\r\nMessage-ID: {message_id}\r\n\
         Auto-Submitted: auto-generated\r\nContent-Language: {}\r\nMIME-Version: 1.0\r\n\
         Content-Type: text/plain; charset=utf-8\r\n\
         Content-Transfer-Encoding: quoted-printable\r\n\r\n",
        list.now.rfc5322(),
        mime::phrase(&name),
        list.postmaster,
        readers.join(",\r\n "),
        mime::unstructured(&subject, "Subject: ".len()),
        list.language.tag(),
    );
    let header_end = out.len();
    let body = mime::quoted_printable(body(list, texts, count).as_bytes(), mime::Lines::Text);
    out.push_str(&body);
    out.push_str("\r\n");
    WrittenReport {
        eight_bit: false,
        utf8_header: !out[..header_end].is_ascii(),
        content: out.into_bytes(),
        message_id,
        subject,
    }
}

fn body(list: &HeldList<'_>, texts: &Texts, count: usize) -> String {
    let mut text = texts.format("held-lead", &[("count", count.into())]);
    text.push_str("\n\n");
    for mail in list.messages {
        let mut to =
            mail.recipients.iter().take(RECIPIENTS).cloned().collect::<Vec<_>>().join(", ");
        if mail.recipients.len() > RECIPIENTS {
            let more = (mail.recipients.len() - RECIPIENTS).into();
            to.push(' ');
            to.push_str(&texts.format("more-recipients", &[("count", more)]));
        }
        let sender = if mail.sender.is_empty() { "<>" } else { &mail.sender };
        text.push_str(&format!(
            "{}  {}\n  {} -> {}\n",
            mail.id,
            texts.moment(mail.received_at),
            mime::one_line(sender, 254),
            mime::one_line(&to, 600)
        ));
        if !mail.subject.trim().is_empty() {
            text.push_str(&format!(
                "  {}: {}\n",
                texts.text("label-subject"),
                mime::one_line(&mail.subject, 200)
            ));
        }
        let reason = mime::one_line(&mail.reason, 500);
        text.push_str(&format!(
            "  {}\n",
            texts.format("held-reason", &[("reason", reason.into())])
        ));
        let moment = texts.moment(mail.expires_at);
        text.push_str(&format!(
            "  {}\n\n",
            texts.format("held-until", &[("moment", moment.into())])
        ));
    }
    if list.more > 0 {
        text.push_str(&texts.format("held-more", &[("count", list.more.into())]));
        text.push_str("\n\n");
    }
    text.push_str(&texts.text("held-what-to-do"));
    text.push_str(
        "\n\n  causeway queue list --status held\n  causeway queue show ID\n  \
         causeway queue release ID\n  causeway queue return ID\n",
    );
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(language: Language, subject: &str) -> String {
        let postmaster: Address = "postmaster@ours.test".parse().unwrap();
        let list = HeldList {
            language,
            reporting_host: "mx.ours.test",
            organization: "Ours",
            postmaster: &postmaster,
            readers: &[postmaster.clone(), "it@ours.test".parse().unwrap()],
            unique: 7,
            now: Timestamp::from_millis(0),
            messages: &[HeldMail {
                id: QueueId::from_u64(6),
                sender: "alice@ours.test".into(),
                recipients: (0..5).map(|n| format!("r{n}@ext.test")).collect(),
                subject: subject.into(),
                reason: "more than 60 messages in an hour from this mailbox".into(),
                received_at: Timestamp::from_millis(0),
                expires_at: Timestamp::from_millis(172_800_000),
            }],
            more: 2,
        };
        String::from_utf8(write(&list).content).unwrap()
    }

    #[test]
    fn the_list_names_message_reason_and_what_to_do_in_every_language() {
        for language in Language::ALL {
            let text = written(language, "Hi");
            assert!(text.contains("alice@ours.test -> r0@ext.test"), "{text}");
            assert!(text.contains("more than 60 messages in an hour"), "{text}");
            assert!(text.contains("causeway queue release ID"), "{text}");
            assert!(text.contains("<postmaster@ours.test>,\r\n <it@ours.test>"), "{text}");
        }
    }

    #[test]
    fn a_subject_adds_no_lines_and_no_fields() {
        let text = written(Language::En, "x\r\nBcc: victim@ext.test\r\n\r\n<script>");
        assert!(!text.contains("\nBcc:"), "{text}");
        assert_eq!(
            text.matches("\r\n\r\n").count(),
            written(Language::En, "x").matches("\r\n\r\n").count()
        );
    }
}
