//! Putting it together: from octets to an [`Explanation`].

use std::borrow::Cow;

use super::classify::{Draft, conclude};
use super::delivery_status::{self, DeliveryStatus};
use super::document::Document;
use super::evidence::{Facts, is_delay, strong_phrase};
use super::free_text::{self, Entry, FreeText};
use super::header::Header;
use super::{
    Action, Category, Explanation, Kind, ReadRecipient, addresses, auto_reply, events, feedback,
    mbox, pasted, text,
};

/// How deep reports inside messages are looked for.
const MAX_NESTING: u32 = 4;

/// Reads a message, a part of one, or a line: what does it say, about whom?
///
/// Pure and total; see the module's manual for what it promises.
#[must_use]
pub fn read(input: &[u8]) -> Explanation {
    let input = text::normalize_line_ends(input);
    match mbox::split(&input) {
        Some(messages) => read_mailbox(&messages),
        None => read_at(&input, 0),
    }
}

/// Every report of a mailbox file, one after the other.
fn read_mailbox(messages: &[&[u8]]) -> Explanation {
    let mut all: Option<Explanation> = None;
    for (number, message) in messages.iter().enumerate() {
        let one = read_at(message, 0);
        if one.recipients.is_empty() {
            continue;
        }
        let mut one = with_reason(one, &format!("message {} of a mailbox file", number + 1));
        match &mut all {
            Some(all) => all.recipients.append(&mut one.recipients),
            None => all = Some(one),
        }
    }
    all.unwrap_or_else(nothing)
}

fn read_at(input: &[u8], depth: u32) -> Explanation {
    let document = Document::parse(input);
    let human = document.human_text();
    if let Some(event) = events::read(&human) {
        return Explanation {
            kind: event.kind,
            recipients: event.recipients,
            generator: Some(event.service.to_owned()),
            language: None,
        };
    }
    if !document.has_header {
        return pasted::read(&human);
    }
    let facts = Facts::of(&document, &human);
    if let Some(recipients) = feedback::read(&document, &facts.subject, &facts.from) {
        return facts.explain(Kind::Complaint, recipients);
    }
    if facts.is_report() {
        let recipients = read_report(&document, &human, &facts, depth);
        return facts.explain(Kind::Report, recipients);
    }
    if auto_reply::is_one(&document.header, &facts.subject) {
        return facts.explain(Kind::AutomaticReply, vec![automatic_reply(&document)]);
    }
    read_forwarded(&document, &human, depth)
        .unwrap_or_else(|| Explanation { language: facts.language, ..nothing() })
}

pub(super) fn nothing() -> Explanation {
    Explanation { kind: Kind::NoReport, recipients: Vec::new(), generator: None, language: None }
}

/// A report inside an ordinary message: attached, or quoted.
fn read_forwarded(document: &Document<'_>, human: &str, depth: u32) -> Option<Explanation> {
    if depth >= MAX_NESTING {
        return None;
    }
    for original in document.originals.iter().take(20) {
        let inner = read_at(original, depth + 1);
        if matches!(inner.kind, Kind::Report | Kind::Complaint) {
            return Some(with_reason(inner, "found inside an attached message"));
        }
    }
    let quoted = free_text::unquote(human)?;
    let inner = if Header::parse(quoted.as_bytes()).0.is_message_header() {
        read_at(quoted.as_bytes(), depth + 1)
    } else if strong_phrase(&quoted.to_lowercase()) {
        pasted::read(&quoted)
    } else {
        return None;
    };
    (inner.kind == Kind::Report).then(|| with_reason(inner, "found in quoted text"))
}

fn with_reason(mut explanation: Explanation, reason: &str) -> Explanation {
    for row in &mut explanation.recipients {
        row.why.insert(0, reason.to_owned());
    }
    explanation
}

fn automatic_reply(document: &Document<'_>) -> ReadRecipient {
    let from = document.header.get("from").unwrap_or_default();
    conclude(Draft {
        address: addresses::first(&from).map(str::to_owned),
        category: Some(Category::Vacation),
        action: Some(Action::Delivered),
        permanent: Some(false),
        why: vec!["automatic reply: header fields or subject (RFC 3834)".into()],
        ..Draft::default()
    })
}

/// The recipients of a report with a message header.
fn read_report(
    document: &Document<'_>,
    human: &str,
    facts: &Facts,
    depth: u32,
) -> Vec<ReadRecipient> {
    let to = document.header.get("to").unwrap_or_default();
    let not_these: Vec<String> =
        addresses::find_all(&to).map(|span| span.of(&to).to_owned()).take(50).collect();
    let free = free_text::read(human, &not_these);
    let delay = is_delay(&facts.subject, &facts.lower);
    let mut drafts = from_statuses(&facts.statuses, &free);
    if drafts.iter().all(|draft| draft.address.is_none()) {
        let mut entries = free.entries.clone();
        let mut rule = None;
        if entries.is_empty()
            && let Some(html) = document.html_text()
        {
            entries = free_text::read(&html, &not_these).entries;
        }
        if !facts.failed_recipients.is_empty() {
            rule = Some("header: X-Failed-Recipients");
            entries = by_failed_recipients(&facts.failed_recipients, &entries, &free);
        } else if entries.is_empty() {
            entries = by_bare_names(&free, &facts.from);
            if entries.is_empty()
                && let Some(inner) = report_inside(document, &free, depth)
            {
                return inner;
            }
            if entries.is_empty() {
                rule = Some("the only recipient of the returned message");
                entries = from_original(document, &free, &facts.subject, &not_these);
            }
        }
        // fml names the list first, and then where to write for help.
        if document.header.has("x-mlserver") {
            entries.truncate(1);
        }
        drafts = with_entries(drafts, entries, rule);
    }
    if drafts.is_empty() {
        drafts.push(Draft { why: vec!["a report that names nobody".into()], ..Draft::default() });
    }
    // The filter of au by KDDI returns what it refuses with this field.
    let filtered = document.header.get("x-spasign").is_some_and(|value| value.trim() == "NG");
    let (single, count) = (drafts.len() == 1, drafts.len());
    drafts
        .into_iter()
        .map(|mut draft| {
            draft.single = single;
            if filtered {
                draft.category = Some(Category::Filtered);
                draft.why.push("header: X-SPASIGN, a subscriber's filter".into());
            }
            if draft.segment.is_empty() && single {
                draft.segment = limited(&free.human, 4096).into_owned();
            }
            draft.subject.clone_from(&facts.subject);
            if single {
                draft.context = limited(&free.human, 8192).into_owned();
            } else {
                draft.context = mentions(&free.human, draft.address.as_deref(), count);
            }
            draft.delay = delay && draft.action.is_none();
            conclude(draft)
        })
        .collect()
}

/// A report that another system has put around a report, or that somebody forwards in the text.
fn report_inside(
    document: &Document<'_>,
    free: &FreeText,
    depth: u32,
) -> Option<Vec<ReadRecipient>> {
    if depth >= MAX_NESTING {
        return None;
    }
    let attached = document.originals.first().map(|original| &**original);
    let forwarded = free.original.split_once('\n').map(|(_, text)| text.trim_start().as_bytes());
    attached.into_iter().chain(forwarded).find_map(|original| {
        let inner = read_at(original, depth + 1);
        let named = inner.recipients.iter().any(|row| row.address.is_some());
        (inner.kind == Kind::Report && named)
            .then(|| with_reason(inner, "found inside the attached report").recipients)
    })
}

pub(super) fn limited(text: &str, limit: usize) -> Cow<'_, str> {
    let mut end = text.len().min(limit);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    Cow::Borrowed(&text[..end])
}

/// The lines of a transcript that speak of one of several recipients, each with the line after it.
///
/// Looked for in so much of the text that many recipients cost no more than a few.
pub(super) fn mentions(human: &str, address: Option<&str>, recipients: usize) -> String {
    let Some(address) = address else { return String::new() };
    let share = (4 * 1024 * 1024 / recipients.max(1)).min(64 * 1024);
    let mut out = String::new();
    let mut take_next = false;
    for line in limited(human, share).lines() {
        let hit = addresses::find_all(line).any(|span| addresses::same(span.of(line), address));
        if (hit || take_next) && out.len() < 1000 {
            out.push_str(line);
            out.push('\n');
        }
        let bare = line.trim_matches([' ', '\t', '<', '>', ':', '*', '-']);
        take_next = hit && (line.trim_start().starts_with(">>>") || addresses::same(bare, address));
    }
    out
}

/// One draft for every recipient of the machine-readable parts.
pub(super) fn from_statuses(statuses: &[DeliveryStatus], free: &FreeText) -> Vec<Draft> {
    let total: usize = statuses.iter().map(|status| status.recipients.len()).sum();
    let mut drafts: Vec<Draft> = Vec::with_capacity(total);
    for fields in statuses.iter().flat_map(|status| &status.recipients) {
        let address = fields.address();
        let entry = address.as_deref().and_then(|address| {
            free.entries.iter().find(|entry| addresses::same(&entry.address, address))
        });
        let mut draft = Draft {
            address,
            action: fields.action,
            status: fields.status,
            remote_mta: fields.remote_mta.clone(),
            diagnostic: fields.diagnostic.clone(),
            segment: entry.map(|entry| entry.segment.clone()).unwrap_or_default(),
            fields: fields.others.clone(),
            category: fields.category,
            who_acts: fields.who_acts,
            own: fields.category.is_some(),
            permanent: fields.permanent,
            why: vec!["fields of the delivery status (RFC 3464)".into()],
            ..Draft::default()
        };
        if let Some(category) = fields.category {
            draft.why.push(format!("category {}: field X-Causeway-Category", category.name()));
        }
        if let Some(actual) = &fields.actual_recipient {
            draft.fields.push(("X-Actual-Recipient".into(), delivery_status::bare(actual)));
        }
        if draft.diagnostic.is_none()
            && let Some(comment) = &fields.status_comment
        {
            draft.segment = format!("{comment}\n{}", draft.segment);
        }
        draft.exit_status = fields.exit_status;
        if fields.other_action.as_deref() == Some("expired") && draft.diagnostic.is_none() {
            draft.category = Some(Category::Expired);
        }
        drafts.push(draft);
    }
    drafts
}

/// Gives addresses from the text to drafts that have none, or makes drafts of the entries.
pub(super) fn with_entries(
    drafts: Vec<Draft>,
    entries: Vec<Entry>,
    rule: Option<&str>,
) -> Vec<Draft> {
    if entries.is_empty() {
        return drafts;
    }
    let model = drafts.into_iter().next().unwrap_or_default();
    entries
        .into_iter()
        .map(|entry| {
            let mut draft = model.clone();
            draft.why.push(rule.unwrap_or(entry.rule).to_owned());
            draft.address = Some(entry.address);
            draft.segment = entry.segment;
            draft
        })
        .collect()
}

fn by_failed_recipients(failed: &[String], entries: &[Entry], free: &FreeText) -> Vec<Entry> {
    failed
        .iter()
        .map(|address| {
            let known = entries.iter().find(|entry| addresses::same(&entry.address, address));
            let segment = match known {
                Some(entry) => entry.segment.clone(),
                None if failed.len() == 1 => limited(&free.human, 4096).into_owned(),
                None => mentions(&free.human, Some(address), failed.len()),
            };
            Entry { address: address.clone(), segment, rule: "header: X-Failed-Recipients" }
        })
        .collect()
}

/// A list of names without a domain: local parts at the system that reports.
fn by_bare_names(free: &FreeText, from: &str) -> Vec<Entry> {
    let Some((_, domain)) = addresses::first(from).and_then(|a| a.rsplit_once('@')) else {
        return Vec::new();
    };
    let entry = |name: &String| Entry {
        address: format!("{name}@{domain}"),
        segment: String::new(),
        rule: "text: a name in a list of recipients, at the reporting system's domain",
    };
    free.bare_names.iter().map(entry).collect()
}

/// Who the returned message was sent to, where it was one person; else an address in the subject.
fn from_original(
    document: &Document<'_>,
    free: &FreeText,
    subject: &str,
    not_these: &[String],
) -> Vec<Entry> {
    let wanted = |address: &str| !not_these.iter().any(|other| addresses::same(other, address));
    let entry = |address: &str| Entry {
        address: address.to_owned(),
        segment: String::new(),
        rule: "the only recipient of the returned message",
    };
    if let Some(address) = addresses::first(subject).filter(|address| wanted(address)) {
        return vec![entry(address)];
    }
    let attached = document.originals.first().map(|original| Cow::Borrowed(&**original));
    let inline = free
        .original
        .find('\n')
        .map(|end| Cow::Borrowed(free.original[end + 1..].trim_start().as_bytes()));
    for original in [attached, inline].into_iter().flatten() {
        let (header, _) = Header::parse(&original);
        let recipients: Vec<String> = ["to", "cc"]
            .iter()
            .flat_map(|name| header.all(name).collect::<Vec<_>>())
            .flat_map(|value| {
                addresses::find_all(&value)
                    .map(|span| span.of(&value).to_owned())
                    .collect::<Vec<_>>()
            })
            .filter(|address| wanted(address))
            .collect();
        if let [only] = recipients.as_slice() {
            return vec![entry(only)];
        }
    }
    Vec::new()
}
