//! Complaints: abuse feedback reports (RFC 5965, RFC 6591) and providers' own forms.

use super::Category;
use super::classify::{Draft, conclude};
use super::document::Document;
use super::header::{Header, unfold};
use super::{ReadRecipient, addresses};

/// The recipients a complaint names; `None` when it is no complaint.
pub(super) fn read(
    document: &Document<'_>,
    subject: &str,
    from: &str,
) -> Option<Vec<ReadRecipient>> {
    if let Some(report) = document.feedback.first() {
        return Some(from_fields(report, document));
    }
    if is_provider_form(document, subject, from) {
        return Some(from_original(document, "complaint: form of a provider"));
    }
    None
}

/// Forms without the machine-readable part: a complaint sentence and the message.
fn is_provider_form(document: &Document<'_>, subject: &str, from: &str) -> bool {
    if document.originals.is_empty() {
        return false;
    }
    subject.starts_with("complaint about message from")
        || (from.contains("feedbackloop")
            || from.contains("fbl@")
            || from.contains("feedback-loop"))
        || subject.contains("abuse report")
        || subject.contains("email feedback report")
}

fn from_fields(report: &[u8], document: &Document<'_>) -> Vec<ReadRecipient> {
    let (mut recipients, mut fields, mut kind) = (Vec::<String>::new(), Vec::new(), None);
    for line in report.split(|&b| b == b'\n') {
        let Some(colon) = memchr::memchr(b':', line) else { continue };
        let name = String::from_utf8_lossy(line[..colon].trim_ascii()).to_ascii_lowercase();
        let value = unfold(&line[colon + 1..]);
        match name.as_str() {
            "original-rcpt-to" | "removal-recipient" | "redacted-address" => {
                let address = addresses::first(&value)
                    .map_or_else(|| value.trim_matches(['<', '>', ' ']).to_owned(), str::to_owned);
                if !address.is_empty()
                    && recipients.len() < 1000
                    && !recipients.iter().any(|known| addresses::same(known, &address))
                {
                    recipients.push(address);
                }
            }
            "feedback-type" => kind = Some(value),
            "source-ip" | "reported-domain" | "original-mail-from" | "user-agent"
            | "arrival-date" | "auth-failure" | "delivery-result" => fields.push((name, value)),
            _ => {}
        }
    }
    if recipients.is_empty() {
        return with_fields(
            from_original(document, "complaint: feedback report (RFC 5965)"),
            kind.as_deref(),
            &fields,
        );
    }
    let rows = recipients
        .into_iter()
        .map(|address| row(Some(address), "complaint: feedback report (RFC 5965)"))
        .collect();
    with_fields(rows, kind.as_deref(), &fields)
}

fn with_fields(
    mut rows: Vec<ReadRecipient>,
    kind: Option<&str>,
    fields: &[(String, String)],
) -> Vec<ReadRecipient> {
    for row in &mut rows {
        row.fields.extend(kind.map(|kind| ("feedback-type".to_owned(), kind.to_owned())));
        row.fields.extend(fields.iter().cloned());
    }
    rows
}

/// The recipients of the message that was complained about.
fn from_original(document: &Document<'_>, why: &str) -> Vec<ReadRecipient> {
    let header = document.originals.first().map(|original| Header::parse(original).0);
    let names = ["x-hmxmroriginalrecipient", "x-original-to", "delivered-to", "to"];
    let value = header.and_then(|header| names.iter().find_map(|name| header.get(name)));
    let mut rows: Vec<ReadRecipient> = value
        .iter()
        .flat_map(|value| addresses::find_all(value).map(|span| span.of(value).to_owned()))
        .take(100)
        .map(|address| row(Some(address), why))
        .collect();
    if rows.is_empty() {
        rows.push(row(None, why));
    }
    rows
}

fn row(address: Option<String>, why: &str) -> ReadRecipient {
    conclude(Draft {
        address,
        category: Some(Category::Feedback),
        action: Some(super::Action::Delivered),
        permanent: Some(false),
        why: vec![why.to_owned()],
        ..Draft::default()
    })
}
