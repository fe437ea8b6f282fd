//! Writing reports about our own mail: failed, delayed, delivered, relayed, expanded.
//!
//! **What it is for.** [`write()`] makes the whole message: `multipart/report` (RFC 6522, RFC 3464)
//! with a part for people (plain text and HTML of the same content), a part for machines, and the
//! original message or its header. Where an address needs it, the forms of RFC 6533 are used
//! (`message/global-delivery-status` and so on).
//!
//! The part for people comes in two halves: first for the sender, in plain words (what happened,
//! whose move it is, what to do, step by step), then for administrators (servers, codes, the peer's
//! words verbatim, attempts, possible causes, the way of the message).
//!
//! **Two languages.** When the sender's language is a guess, both halves are there twice, one
//! language after the other, in the same parts. RFC 8255 (`multipart/multilingual`) would be the form for
//! it, but the programs that people read reports with show its parts as attachments, or all below one
//! another with headings of their own; the one that everybody shows well is plain sequence. `Content-Language` names both.
//!
//! **What it promises.** Pure and total: the same request gives the same octets; no input makes it
//! panic. Every line ends in CRLF and is at most 998 octets long; everything is 7-bit unless
//! the original is returned in full and has 8-bit content (`eight_bit` then says so). What
//! comes from the original or from a peer is escaped in headers and in HTML, and bounded.
//!
//! **What it refuses.** It does not decide whether a report is due, in which language, or
//! whether the reverse-path is null: a request for a null reverse-path is addressed to the postmaster
//! (the envelope of the report itself is the caller's; its reverse-path is always null).
//!
//! **In which order to read.** This file; [`language`]; `person` and `admin` (what is said),
//! `document` with `plain` and `html` (how it looks), `status` (the machine part), `original`
//! (the returned part), `mime` (encodings); [`held`] (the list of mail on hold); [`lists`] (what is not
//! sent to mailing lists).

mod admin;
mod document;
mod group;
pub mod held;
mod html;
pub mod language;
pub mod lists;
mod mime;
mod original;
mod person;
mod plain;
pub mod prose;
mod status;

use causeway_catalog::texts::own::{OwnTexts, Reader};
use causeway_catalog::{Cause, Phase, Texts};
use causeway_model::config::Language;
use causeway_model::{Address, Attempt, Envelope, QueueId, Recipient, Timestamp};

/// How many octets of an original are returned at most, unless the caller chooses otherwise.
pub const DEFAULT_RETURN_CAP: u64 = 1024 * 1024;

/// What is reported. One report is of one kind for all its recipients.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Not delivered, and no longer tried.
    Failed,
    /// Not delivered yet, and still tried.
    Delayed,
    /// In the mailbox.
    Delivered,
    /// Taken by a server that does not send such reports.
    Relayed,
    /// Passed on to the members of a distribution address.
    Expanded,
}

impl Kind {
    /// The word of the `Action` field (RFC 3464 section 2.3.3).
    #[must_use]
    pub const fn action(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Delayed => "delayed",
            Self::Delivered => "delivered",
            Self::Relayed => "relayed",
            Self::Expanded => "expanded",
        }
    }

    /// True for good news.
    #[must_use]
    pub const fn is_positive(self) -> bool {
        matches!(self, Self::Delivered | Self::Relayed | Self::Expanded)
    }
}

/// Everything that a report is made of.
#[derive(Clone, Debug)]
pub struct ReportRequest<'a> {
    /// What is reported.
    pub kind: Kind,
    /// The language of the part for people; see [`language::choose`].
    pub language: Language,
    /// A second language, in which the sender's half is repeated.
    pub second_language: Option<Language>,
    /// The organization's own texts.
    pub own_texts: Option<&'a OwnTexts>,
    /// Whether the sender belongs to the organization.
    pub reader: Reader,
    /// Our host name.
    pub reporting_host: &'a str,
    /// The organization's name.
    pub organization: &'a str,
    /// The report's From, and whom people are told to ask.
    pub postmaster: &'a Address,
    /// A number that no other report has: makes Message-ID and MIME boundaries.
    pub unique: u64,
    /// The original's name in our queue.
    pub queue_id: QueueId,
    /// The original's envelope.
    pub envelope: &'a Envelope,
    /// The original's `Subject`, decoded.
    pub subject: Option<&'a str>,
    /// The original's `Message-ID`, with angle brackets.
    pub message_id: Option<&'a str>,
    /// When the original was received here.
    pub received_at: Timestamp,
    /// When it is (or was) returned.
    pub expires_at: Timestamp,
    /// The time of the report.
    pub now: Timestamp,
    /// The original's octets: at least its header; all of it when it may be returned in full.
    pub content: &'a [u8],
    /// How many octets the original has in all.
    pub size: u64,
    /// Up to which size an original is returned in full, when `RET=FULL` asks for it.
    pub return_cap: u64,
    /// The recipients that the report is about; never empty.
    pub recipients: &'a [ReportRecipient],
    /// The address of a page that shows whether the cause still holds, where there is one.
    pub page: Option<&'a str>,
    /// Where help pages are: scheme, name and port, without a slash at the end.
    pub help: Option<&'a str>,
}

/// One recipient of a report.
#[derive(Clone, Debug)]
pub struct ReportRecipient {
    /// Address and delivery status parameters.
    pub recipient: Recipient,
    /// [`Phase::Queued`] in delay notices; whether the failure itself or the clock ended it in
    /// failure reports.
    pub phase: Phase,
    /// What the report is about: the last attempt. `None` when nothing was ever tried.
    pub result: Option<Attempt>,
    /// Why an administrator ended it after that attempt; `None` when nobody did.
    pub returned: Option<String>,
    /// The attempts known, oldest first; may be fewer than `attempt_count`.
    pub attempts: Vec<Attempt>,
    /// How often it was tried.
    pub attempt_count: u32,
    /// When it is tried next, in delay notices.
    pub next_attempt_at: Option<Timestamp>,
    /// What is known of the causes. Empty: the catalog's possible causes are listed as untested.
    pub causes: Vec<KnownCause>,
}

/// A cause with what is known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownCause {
    /// Which.
    pub cause: Cause,
    /// Whether it holds.
    pub standing: Standing,
    /// What was found, in the words of each of the report's languages; may be empty.
    pub evidence: Vec<(Language, String)>,
}

impl KnownCause {
    /// What was found, in a language; in another one rather than not at all.
    #[must_use]
    pub fn evidence_in(&self, language: Language) -> Option<&str> {
        let own = self.evidence.iter().find(|(known, _)| *known == language);
        own.or(self.evidence.first()).map(|(_, text)| text.as_str()).filter(|text| !text.is_empty())
    }
}

/// Whether a cause holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Standing {
    /// A probe confirmed it.
    Confirmed,
    /// It may hold.
    Possible,
    /// A probe excluded it.
    RuledOut,
}

/// A finished report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenReport {
    /// The whole message, CRLF line ends, not dot-stuffed.
    pub content: Vec<u8>,
    /// Its Message-ID, with angle brackets.
    pub message_id: String,
    /// Its subject, decoded.
    pub subject: String,
    /// It has octets above 127 in its body (`BODY=8BITMIME`).
    pub eight_bit: bool,
    /// It has octets above 127 in its header (`SMTPUTF8`).
    pub utf8_header: bool,
}

/// Writes a report. See the module's manual for what it promises.
#[must_use]
pub fn write(request: &ReportRequest<'_>) -> WrittenReport {
    let texts = Texts::get(request.language);
    let global = needs_global_forms(request);
    let document = document(request, texts);
    let original = original::part(request, global);
    let machine = status::part(request, global);
    // The other parts are quoted-printable, in which no boundary of ours can occur.
    let unencoded = [original.body.as_slice(), machine.as_bytes()];
    let outer = mime::boundary(request.unique, 0, unencoded);
    let inner = mime::boundary(request.unique, 1, unencoded);
    let (header, message_id, subject) = header(request, texts, global, &outer);

    let mut out = header.into_bytes();
    let mut line = |text: &str| {
        out.extend_from_slice(text.as_bytes());
        out.extend_from_slice(b"\r\n");
    };
    line("");
    line("This is a report about mail, in MIME format (RFC 3464).");
    line(&format!("--{outer}"));
    line(&format!("Content-Type: multipart/alternative; boundary=\"{inner}\""));
    line("");
    for (kind, body) in [("plain", plain::render(&document)), ("html", html::render(&document))] {
        line(&format!("--{inner}"));
        line(&format!("Content-Type: text/{kind}; charset=utf-8"));
        line(&format!("Content-Language: {}", content_language(request)));
        line("Content-Transfer-Encoding: quoted-printable");
        line("");
        line(&mime::quoted_printable(body.as_bytes(), mime::Lines::Text));
    }
    line(&format!("--{inner}--"));
    line("");
    line(&format!("--{outer}"));
    line(&machine);
    line(&format!("--{outer}"));
    for field in &original.header {
        line(field);
    }
    line("");
    out.extend_from_slice(&original.body);
    out.extend_from_slice(format!("\r\n--{outer}--\r\n").as_bytes());
    let header_end = memchr::memmem::find(&out, b"\r\n\r\n").unwrap_or(out.len());
    WrittenReport {
        eight_bit: !out[header_end..].is_ascii(),
        utf8_header: !out[..header_end].is_ascii(),
        content: out,
        message_id,
        subject,
    }
}

/// Text as the body of a quoted-printable part (RFC 2045 section 6.7), CRLF line ends.
#[must_use]
pub fn quoted_printable(text: &str) -> String {
    mime::quoted_printable(text.as_bytes(), mime::Lines::Text)
}

/// Text for an unstructured field behind `name: `, encoded and folded where it must be.
#[must_use]
pub fn field_text(name: &str, text: &str) -> String {
    mime::unstructured(&mime::one_line(text, 400), name.len() + 2)
}

/// A display name in front of an address.
#[must_use]
pub fn display_name(name: &str) -> String {
    mime::phrase(&mime::one_line(name, 100))
}

/// What the part for people says.
fn document(request: &ReportRequest<'_>, texts: &Texts) -> document::Document {
    let other = request.second_language.filter(|language| *language != request.language);
    document::Document {
        language: request.language,
        tone: match request.kind {
            Kind::Failed => document::Tone::Bad,
            Kind::Delayed => document::Tone::Late,
            Kind::Delivered | Kind::Relayed | Kind::Expanded => document::Tone::Good,
        },
        headline: person::headline(request, texts),
        person: person::blocks(request, texts),
        second: other.map(|language| {
            let texts = Texts::get(language);
            document::Second {
                language,
                below: texts.text("language-below"),
                headline: person::headline(request, texts),
                person: person::blocks(request, texts),
                admin_heading: texts.text("heading-admin"),
                admin: admin::blocks(request, texts),
            }
        }),
        admin_heading: texts.text("heading-admin"),
        admin: admin::blocks(request, texts),
    }
}

/// The part for people of a report, and its subject: for previews.
#[must_use]
pub fn preview(request: &ReportRequest<'_>) -> Preview {
    let texts = Texts::get(request.language);
    let document = document(request, texts);
    let (_, _, subject) = header(request, texts, false, "");
    Preview { subject, text: plain::render(&document), html: html::render(&document) }
}

/// What [`preview`] shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    /// The report's subject.
    pub subject: String,
    /// The plain text, lines ended by `\n`.
    pub text: String,
    /// The same as HTML.
    pub html: String,
}

/// What failed is itself a report; its sender is nobody, and this one goes to the postmaster.
fn is_about_report(request: &ReportRequest<'_>) -> bool {
    request.kind == Kind::Failed && request.envelope.reverse_path.is_null()
}

/// The tags of the languages in it.
fn content_language(request: &ReportRequest<'_>) -> String {
    match request.second_language.filter(|second| *second != request.language) {
        Some(second) => format!("{}, {}", request.language.tag(), second.tag()),
        None => request.language.tag().to_owned(),
    }
}

/// RFC 6533: an address in the machine part, or the header of the original, is not ASCII.
fn needs_global_forms(request: &ReportRequest<'_>) -> bool {
    let address = |recipient: &ReportRecipient| {
        recipient.recipient.address.needs_smtputf8()
            || recipient.recipient.orcpt.as_ref().is_some_and(|(_, text)| !text.is_ascii())
    };
    request.envelope.smtputf8
        && (request.recipients.iter().any(address)
            || !original::header_of(request.content).is_ascii())
}

/// The report's own header, its Message-ID and its subject.
fn header(
    request: &ReportRequest<'_>,
    texts: &Texts,
    global: bool,
    boundary: &str,
) -> (String, String, String) {
    let host = mime::one_line(request.reporting_host, 255);
    let message_id = format!("<report.{:016x}@{host}>", request.unique);
    let original_subject = match request.subject.map(|s| mime::one_line(s, 200)) {
        Some(subject) if !subject.trim().is_empty() => subject,
        _ => texts.text("subject-none"),
    };
    let key = match is_about_report(request) {
        true => "subject-failed-report".to_owned(),
        false => format!("subject-{}", request.kind.action()),
    };
    let subject = texts.format(&key, &[("subject", original_subject.into())]);
    let organization = mime::one_line(request.organization, 100);
    let name = texts.format("from-name", &[("organization", organization.into())]);
    let to = request.envelope.reverse_path.address().unwrap_or(request.postmaster);

    let mut out = String::new();
    let mut field = |name: &str, value: &str| {
        out.push_str(name);
        out.push_str(": ");
        out.push_str(value);
        out.push_str("\r\n");
    };
    field("Date", &request.now.rfc5322());
    field("From", &format!("{}\r\n <{}>", mime::phrase(&name), request.postmaster));
    field("To", &format!("<{to}>"));
    field("Subject", &mime::unstructured(&subject, "Subject: ".len()));
    field("Message-ID", &message_id);
    if let Some(id) = request.message_id.filter(|id| mime::is_message_id(id)) {
        field("In-Reply-To", id);
        field("References", id);
    }
    field("Auto-Submitted", "auto-replied");
    field("Content-Language", &content_language(request));
    if request.kind == Kind::Failed {
        let failed = mime::address_list(request.recipients);
        if !failed.is_empty() {
            field("X-Failed-Recipients", &failed);
        }
    }
    field("MIME-Version", "1.0");
    let report_type = if global { "global-delivery-status" } else { "delivery-status" };
    field(
        "Content-Type",
        &format!("multipart/report; report-type={report_type};\r\n boundary=\"{boundary}\""),
    );
    (out, message_id, subject)
}
