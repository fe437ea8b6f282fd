//! How mail systems say at which step of a session an answer came.
//!
//! Data with one look-up. What an answer means can depend on it: "no such user" after the content is a
//! filter's pretext.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

/// How far the SMTP session had come when the answer was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The connection, the greeting, EHLO.
    Connection,
    /// MAIL FROM.
    Mail,
    /// RCPT TO.
    Recipient,
    /// DATA and the content.
    Content,
}

impl Step {
    /// The name, for the fields of an explanation.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Connection => "EHLO",
            Self::Mail => "MAIL",
            Self::Recipient => "RCPT",
            Self::Content => "DATA",
        }
    }
}

/// How mail systems say at which step an answer came. Lower case; the first that occurs counts.
static STEPS: &[(&str, Step)] = &[
    ("in reply to end of data", Step::Content),
    // Gmail numbers the states of its client.
    ("(state 13)", Step::Connection),
    ("(state 14)", Step::Recipient),
    ("(state 15)", Step::Content),
    ("(state 17)", Step::Content),
    ("(state 18)", Step::Content),
    // m-FILTER: a ruled title, then the command.
    ("smtp command data", Step::Content),
    ("smtp command rcpt", Step::Recipient),
    ("smtp command mail", Step::Mail),
    // SendGrid.
    (" in end of data", Step::Content),
    (" in rcpt to", Step::Recipient),
    (" in mail from", Step::Mail),
    // 1&1.
    ("server for text command", Step::Content),
    ("server for rcpt", Step::Recipient),
    ("server for mail", Step::Mail),
    // InterScan.
    ("sent <<< rcpt", Step::Recipient),
    ("sent <<< mail", Step::Mail),
    ("sent <<< data", Step::Content),
    ("in reply to data", Step::Content),
    ("in reply to bdat", Step::Content),
    ("after end of data", Step::Content),
    ("after sending data", Step::Content),
    ("after pipelined sending data", Step::Content),
    ("after data", Step::Content),
    ("failed after i sent the message", Step::Content),
    ("in reply to rcpt", Step::Recipient),
    ("after rcpt to", Step::Recipient),
    ("does not like recipient", Step::Recipient),
    ("did not like our rcpt", Step::Recipient),
    ("did not like our data", Step::Content),
    ("did not like our mail", Step::Mail),
    ("did not like our ehlo", Step::Connection),
    ("did not like our helo", Step::Connection),
    ("rcpt to generated", Step::Recipient),
    ("[rcpt_to]", Step::Recipient),
    ("smtp:rcpt", Step::Recipient),
    ("in reply to mail", Step::Mail),
    ("after mail from", Step::Mail),
    ("but sender was rejected", Step::Mail),
    ("[mail_from]", Step::Mail),
    ("in reply to ehlo", Step::Connection),
    ("in reply to helo", Step::Connection),
    ("after ehlo", Step::Connection),
    ("after helo", Step::Connection),
    ("after initial connection", Step::Connection),
    ("refused to talk to me", Step::Connection),
    ("my name was rejected", Step::Connection),
    ("but greeting failed", Step::Connection),
    ("but connection died", Step::Connection),
    (">>> rcpt", Step::Recipient),
    (">>> mail", Step::Mail),
    (">>> data", Step::Content),
    (">>> helo", Step::Connection),
    (">>> ehlo", Step::Connection),
];

static STEP_MATCHER: LazyLock<Option<AhoCorasick>> =
    LazyLock::new(|| AhoCorasick::new(STEPS.iter().map(|(words, _)| *words)).ok());

/// The step at which the answer came, as far as a text (lower case, white space collapsed) says.
pub(super) fn step(reduced: &str) -> Option<Step> {
    let matcher = STEP_MATCHER.as_ref()?;
    let best =
        matcher.find_overlapping_iter(reduced).map(|found| found.pattern().as_usize()).min()?;
    Some(STEPS[best].1)
}
