//! Anyone's report read: what a bounce, an SMTP reply or a client's error number says, as data.
//!
//! **What it is for.** Mail systems report failures in hundreds of ways: RFC 3464 and its
//! dialects, free text in many languages, HTML, complaints (RFC 5965), web-hook JSON, a line
//! somebody pasted. [`read()`] turns any of them into one [`Explanation`]: which recipients were not
//! reached, by which code, in which [`Category`], for good or for now, and who acts.
//! [`render()`] turns that into the document of `causeway explain`, in one of our four languages.
//!
//! **What it promises.** Any octets give an answer; nothing panics, and the work is linear in the
//! input. CRLF, LF and bare CR copies of a message give the same answer. Something that is no
//! report has no recipients. Every decision carries the rules that gave it
//! ([`ReadRecipient::why`]).
//!
//! **What it refuses.** No I/O and no clock. It does not guess addresses that do not stand in the
//! input. It does not judge whether the report is genuine: anyone can write a bounce.
//!
//! **How it decides.** Structure before words: MIME parts and the fields of the machine-readable
//! part first; then the layout that a known mail system gives its text; then what the receiver is
//! known to mean by its own codes and words; then phrases. A code that says something specific
//! outweighs a vague phrase, and the other way round.
//!
//! **In which order to read.** `document` (octets to parts), `delivery_status` (the fields),
//! `free_text` with `dialects` and `steps` (the human part), `provider_codes` and `hosts` (receivers),
//! `phrases` with `phrases_exact` and `phrases_data`, `own_lines`, and `classify` (the category),
//! `exchange_details`, `client_errors` with `client_sentences`, `feedback`, `events`, `auto_reply` (special
//! shapes), `pasted` with `log_lines` (text without a header), `mbox`, `language`, and [`render()`]
//! with `texts` last. `report` puts them together.

mod addresses;
mod auto_reply;
mod classify;
mod client_errors;
mod client_sentences;
mod code_meanings;
mod codes;
mod delivery_status;
mod dialects;
mod document;
mod events;
mod evidence;
mod exchange_details;
mod explanations;
mod feedback;
mod free_text;
mod header;
mod hosts;
mod language;
mod log_lines;
mod mbox;
mod own_lines;
mod pasted;
mod phrases;
mod phrases_data;
mod phrases_exact;
mod provider_codes;
mod render;
mod report;
mod steps;
mod telling_words;
mod text;
mod texts;

pub use causeway_catalog::causes::{Category, WhoActs};
pub use render::{Document, DocumentField, DocumentRecipient, render, render_with_reasons};
pub use report::read;

use causeway_model::EnhancedCode;

/// What an input turned out to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// What kind of thing it is.
    pub kind: Kind,
    /// One entry per recipient the report speaks of, in its order; empty when it is no report. A
    /// report that names nobody has one entry without an address.
    pub recipients: Vec<ReadRecipient>,
    /// The mail system that wrote it, as far as it shows: `Postfix`, `Exchange Online`, …
    pub generator: Option<String>,
    /// The language of its human part, as a language tag (`en`, `ja`, …), where it shows.
    pub language: Option<&'static str>,
}

/// What kind of thing the input is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A report about a delivery: failure, delay or success.
    Report,
    /// A complaint about a message (RFC 5965, or a provider's own form).
    Complaint,
    /// An automatic reply: vacation, out of office.
    AutomaticReply,
    /// A line: an SMTP reply, an enhanced status code, or an excerpt of a report.
    Line,
    /// A mail client's error message or number.
    ClientError,
    /// None of these: an ordinary message, or nothing readable.
    NoReport,
}

/// One recipient of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadRecipient {
    /// The address as the report writes it, where it names one.
    pub address: Option<String>,
    /// The enhanced status code (RFC 3463), where one stands in the report.
    pub enhanced_code: Option<EnhancedCode>,
    /// The SMTP reply code (RFC 5321), where one stands in the report.
    pub reply_code: Option<u16>,
    /// What was done for this recipient.
    pub action: Action,
    /// True: trying again unchanged will not help. False: it was (or is) a passing failure.
    pub permanent: bool,
    /// What kind of failure it is.
    pub category: Category,
    /// The server that refused or could not be reached.
    pub remote_mta: Option<String>,
    /// The words that say why, as the report gives them, white space collapsed.
    pub diagnostic: Option<String>,
    /// Whose move it is.
    pub who_acts: WhoActs,
    /// Details in a fixed shape, in the order found: name and value (`LastAttemptedServerName`,
    /// `ATTR`, `SMTP command`, …).
    pub fields: Vec<(String, String)>,
    /// The rules that gave this answer, in the order in which they were applied.
    pub why: Vec<String>,
    /// Which text explains it: the key of the cause (see `locales/*/explain.ftl`).
    pub text_key: &'static str,
}

/// RFC 3464 section 2.3.3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Given up.
    Failed,
    /// Not yet delivered; tries go on.
    Delayed,
    /// Delivered.
    Delivered,
    /// Handed to a system that makes no reports.
    Relayed,
    /// Delivered to an alias or list and sent on.
    Expanded,
}

impl Action {
    /// The word of RFC 3464.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Delayed => "delayed",
            Self::Delivered => "delivered",
            Self::Relayed => "relayed",
            Self::Expanded => "expanded",
        }
    }
}
