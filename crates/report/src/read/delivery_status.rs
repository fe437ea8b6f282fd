//! The machine-readable part of a report (RFC 3464 `message/delivery-status`), in all its dialects.
//!
//! The standard has blocks of fields: one about the message, then one per recipient. Systems put
//! blank lines inside blocks, leave them out between blocks, begin with Action, write Status with
//! a comment, Action with words of their own, addresses in brackets or as X.400 names. The reader
//! takes fields as they come and groups them by what they can belong to.

use causeway_model::EnhancedCode;

use super::header::unfold;
use super::{Action, Category, WhoActs, addresses, codes};

/// A `message/delivery-status` part.
#[derive(Default)]
pub(super) struct DeliveryStatus {
    /// `Reporting-MTA`, without its type.
    pub(super) reporting_mta: Option<String>,
    /// Names of the extension fields, lower case: they tell who wrote it (`x-postfix-queue-id`).
    pub(super) extensions: Vec<String>,
    /// The recipients, in order.
    pub(super) recipients: Vec<Fields>,
}

/// The fields of one recipient.
#[derive(Clone, Default)]
pub(super) struct Fields {
    pub(super) final_recipient: Option<String>,
    pub(super) original_recipient: Option<String>,
    pub(super) actual_recipient: Option<String>,
    pub(super) action: Option<Action>,
    /// The value of Action, lower case, when it is none of the five words.
    pub(super) other_action: Option<String>,
    pub(super) status: Option<EnhancedCode>,
    /// What stands beside the code in Status.
    pub(super) status_comment: Option<String>,
    pub(super) remote_mta: Option<String>,
    pub(super) diagnostic: Option<String>,
    /// True when Diagnostic-Code is the exit status of a program (`x-unix`).
    pub(super) exit_status: bool,
    /// What Causeway says about its own reports: the category and whose move it is.
    pub(super) category: Option<Category>,
    pub(super) who_acts: Option<WhoActs>,
    /// What Causeway says: whether the same message would fail again.
    pub(super) permanent: Option<bool>,
    /// Other fields worth showing: name and value.
    pub(super) others: Vec<(String, String)>,
}

/// The name under which PowerMTA's category of a failure is kept.
pub(super) const POWER_MTA_CATEGORY: &str = "X-PowerMTA-BounceCategory";

const MAX_RECIPIENTS: usize = 5000;

impl Fields {
    /// The recipient's address: the final one where it is a mail address, else the original, else
    /// whatever names the recipient. When the original names the same mailbox, its spelling is
    /// taken: it is what the sender wrote.
    pub(super) fn address(&self) -> Option<String> {
        let mail = |value: &Option<String>| value.as_deref().and_then(mail_address);
        let last = mail(&self.final_recipient);
        let original = mail(&self.original_recipient);
        match (last, original) {
            (Some(last), Some(original)) if addresses::same(&last, &original) => Some(original),
            (Some(last), _) => Some(last),
            (None, Some(original)) => Some(original),
            (None, None) => mail(&self.actual_recipient).or_else(|| {
                [&self.final_recipient, &self.original_recipient]
                    .into_iter()
                    .flatten()
                    .map(|value| bare(value))
                    .find(|value| !value.is_empty() && !value.contains(' ') && !value.contains('/'))
            }),
        }
    }

    fn names_recipient(&self) -> bool {
        self.final_recipient.is_some() || self.original_recipient.is_some()
    }

    fn has_outcome(&self) -> bool {
        self.action.is_some() || self.status.is_some() || self.diagnostic.is_some()
    }

    fn is_empty(&self) -> bool {
        !self.names_recipient()
            && !self.has_outcome()
            && self.actual_recipient.is_none()
            && self.remote_mta.is_none()
            && self.other_action.is_none()
    }

    /// Takes from `other` what is missing here.
    fn absorb(&mut self, other: Self) {
        fn fill<T>(slot: &mut Option<T>, value: Option<T>) {
            if slot.is_none() {
                *slot = value;
            }
        }
        fill(&mut self.final_recipient, other.final_recipient);
        fill(&mut self.original_recipient, other.original_recipient);
        fill(&mut self.actual_recipient, other.actual_recipient);
        fill(&mut self.action, other.action);
        fill(&mut self.other_action, other.other_action);
        fill(&mut self.status, other.status);
        fill(&mut self.status_comment, other.status_comment);
        fill(&mut self.remote_mta, other.remote_mta);
        fill(&mut self.diagnostic, other.diagnostic);
        self.others.extend(other.others);
    }
}

/// True when text holds fields of a delivery status, so that it is worth reading as one.
pub(super) fn looks_like(text: &str) -> bool {
    let has = |needle: &str| memchr::memmem::find(text.as_bytes(), needle.as_bytes()).is_some();
    (has("Final-Recipient:") || has("Original-Recipient:") || has("final-recipient:"))
        && (has("Action:") || has("Status:") || has("Diagnostic-Code:") || has("action:"))
}

/// Reads a part. Lines that are no fields are skipped.
pub(super) fn parse(octets: &[u8]) -> DeliveryStatus {
    let mut status = DeliveryStatus::default();
    let mut blocks: Vec<Fields> = Vec::new();
    let mut current = Fields::default();
    for line in logical_lines(octets) {
        if line.trim_ascii().is_empty() {
            close(&mut blocks, &mut current);
            continue;
        }
        let Some((name, value)) = field(line) else { continue };
        // A second recipient without a blank line before it.
        if (name == "final-recipient" && current.final_recipient.is_some())
            || (name == "original-recipient"
                && current.original_recipient.is_some()
                && current.final_recipient.is_some())
        {
            close(&mut blocks, &mut current);
        }
        if blocks.len() > MAX_RECIPIENTS {
            break;
        }
        take(&mut status, &mut current, &name, value);
    }
    close(&mut blocks, &mut current);
    status.recipients = group(blocks);
    status
}

fn close(blocks: &mut Vec<Fields>, current: &mut Fields) {
    if !current.is_empty() {
        blocks.push(std::mem::take(current));
    }
}

/// Blocks that name no recipient belong to a neighbour that does.
fn group(blocks: Vec<Fields>) -> Vec<Fields> {
    let mut out: Vec<Fields> = Vec::new();
    let mut waiting: Option<Fields> = None;
    let any_named = blocks.iter().any(Fields::names_recipient);
    for mut block in blocks {
        if block.names_recipient() || !any_named {
            // What came before it and found no home: "Action" in a block of its own.
            if let Some(before) = waiting.take() {
                block.absorb(before);
            }
            out.push(block);
        } else if let Some(last) = out.last_mut().filter(|last| !last.has_outcome()) {
            last.absorb(block);
        } else if out.is_empty() {
            match &mut waiting {
                Some(before) => before.absorb(block),
                None => waiting = Some(block),
            }
        } else if let Some(last) = out.last_mut() {
            last.absorb(block);
        }
    }
    out
}

/// Lines with their continuations.
fn logical_lines(octets: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = octets;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let mut end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        let blank = rest[..end].trim_ascii().is_empty();
        while !blank && matches!(rest.get(end + 1), Some(b' ' | b'\t')) {
            let next = memchr::memchr(b'\n', &rest[end + 1..]).map_or(rest.len(), |i| end + 1 + i);
            if rest[end + 1..next].trim_ascii().is_empty() {
                break;
            }
            end = next;
        }
        let line = &rest[..end];
        rest = rest.get(end + 1..).unwrap_or_default();
        Some(line)
    })
}

/// A field's lower-case name and unfolded value.
fn field(line: &[u8]) -> Option<(String, String)> {
    let line = line.trim_ascii_start();
    let colon = memchr::memchr(b':', line)?;
    let name = std::str::from_utf8(line[..colon].trim_ascii()).ok()?;
    let plausible = !name.is_empty()
        && name.len() < 60
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    plausible.then(|| (name.to_ascii_lowercase(), unfold(&line[colon + 1..])))
}

fn take(status: &mut DeliveryStatus, current: &mut Fields, name: &str, value: String) {
    match name {
        "reporting-mta" => {
            status.reporting_mta.get_or_insert_with(|| bare(&value));
        }
        "final-recipient" => current.final_recipient = Some(value),
        "original-recipient" => current.original_recipient = Some(value),
        "x-actual-recipient" => current.actual_recipient = Some(value),
        "action" => take_action(current, &value),
        "status" => {
            let code = codes::enhanced(&value);
            if current.status.is_none() {
                // Some write the basic code with its dots lost, or a reply code.
                current.status = code.or_else(|| squeezed_status(&value));
                let comment = value.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
                let comment = comment.trim().trim_matches(['(', ')']).trim();
                current.status_comment = (!comment.is_empty()).then(|| comment.to_owned());
            }
        }
        "remote-mta" => current.remote_mta = Some(host(&value)),
        "diagnostic-code" => {
            current.exit_status |= starts_with_word(&value, "x-unix");
            let text = diagnostic(&value);
            if !text.is_empty() {
                match &mut current.diagnostic {
                    Some(known) => {
                        known.push(' ');
                        known.push_str(&text);
                    }
                    None => current.diagnostic = Some(text),
                }
            }
        }
        "last-attempt-date"
        | "will-retry-until"
        | "x-display-name"
        | "final-log-id"
        | "x-supplementary-info"
        | "x400-supplementary-info" => {
            current.others.push((canonical_name(name), value));
        }
        "x-powermta-bouncecategory" => {
            current.others.push((POWER_MTA_CATEGORY.to_owned(), value));
            status.extensions.push(name.to_owned());
        }
        "x-causeway-category" => current.category = Category::from_name(value.trim()),
        "x-causeway-permanent" => {
            current.permanent = match value.trim() {
                "yes" => Some(true),
                "no" => Some(false),
                _ => None,
            };
        }
        "x-causeway-who-acts" => {
            current.who_acts = WhoActs::ALL.into_iter().find(|who| who.name() == value.trim());
        }
        _ if name.starts_with("x-") && status.extensions.len() < 50 => {
            status.extensions.push(name.to_owned());
        }
        _ => {}
    }
}

/// `553`, meant as `5.5.3`: three digits of which the first is a class and the others small.
fn squeezed_status(value: &str) -> Option<EnhancedCode> {
    let digits: Vec<u16> =
        value.trim().chars().map_while(|c| c.to_digit(10)).map(|d| d as u16).take(4).collect();
    match digits.as_slice() {
        [class @ (2 | 4 | 5), subject @ 0..=7, detail] => {
            Some(EnhancedCode::new(*class as u8, *subject, *detail))
        }
        _ => None,
    }
}

fn starts_with_word(value: &str, word: &str) -> bool {
    value.trim_start().get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word))
}

fn canonical_name(name: &str) -> String {
    let mut upper = true;
    name.chars()
        .map(|c| {
            let c = if upper { c.to_ascii_uppercase() } else { c };
            upper = c == '-';
            c
        })
        .collect()
}

/// Action in the words of RFC 3464 and of those who use others.
fn take_action(current: &mut Fields, value: &str) {
    let word: String =
        value.trim().chars().take_while(|c| c.is_ascii_alphabetic()).collect::<String>();
    let word = word.to_ascii_lowercase();
    current.action = match word.as_str() {
        "failed" | "failure" | "fail" | "error" | "expired" | "undeliverable" | "bounced"
        | "rejected" => Some(Action::Failed),
        "delayed" | "delay" | "deferred" | "warning" => Some(Action::Delayed),
        "delivered" | "deliverable" | "success" => Some(Action::Delivered),
        "relayed" | "relay" => Some(Action::Relayed),
        "expanded" => Some(Action::Expanded),
        _ => None,
    };
    if current.action.is_none_or(|action| action.word() != word) && !word.is_empty() {
        current.other_action = Some(word);
    }
}

/// A typed value (`rfc822; a@b`) without its type and brackets.
pub(super) fn bare(value: &str) -> String {
    let value = match value.split_once(';') {
        Some((kind, rest))
            if kind.trim().bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') =>
        {
            rest
        }
        _ => value,
    };
    value.trim().trim_matches(['<', '>', '"']).trim().to_owned()
}

/// The mail address in a typed value. X.400 names that carry one in RFC 2156 form are not taken:
/// they are rewritten addresses.
fn mail_address(value: &str) -> Option<String> {
    let kind = value.split_once(';').map_or("", |(kind, _)| kind.trim());
    if kind.eq_ignore_ascii_case("x400") {
        return None;
    }
    let value = value.split_once(';').map_or(value, |(_, rest)| rest);
    let address = addresses::first(value)?;
    Some(address.to_owned())
}

/// A host in a typed value, without what is added in parentheses.
fn host(value: &str) -> String {
    let value = bare(value);
    value.split_whitespace().next().unwrap_or_default().trim_matches(['(', ')']).to_owned()
}

/// Diagnostic-Code without its type.
fn diagnostic(value: &str) -> String {
    let text = match value.split_once(';') {
        Some((kind, rest))
            if kind.len() <= 30
                && !kind.trim().is_empty()
                && kind
                    .trim()
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
                && kind.trim().bytes().any(|b| b.is_ascii_alphabetic()) =>
        {
            rest
        }
        _ => value,
    };
    text.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses_of(text: &str) -> Vec<Option<String>> {
        parse(text.as_bytes()).recipients.iter().map(Fields::address).collect()
    }

    #[test]
    fn blocks_are_grouped_however_they_are_cut() {
        let standard = "Reporting-MTA: dns; m.test\n\nFinal-Recipient: rfc822; a@x.test\n\
                        Action: failed\nStatus: 5.1.1\n\nFinal-Recipient: rfc822;b@x.test\n\
                        Action: failed\nStatus: 4.2.2 (full)\nDiagnostic-Code: smtp; 452\n  full\n";
        let status = parse(standard.as_bytes());
        assert_eq!(status.reporting_mta.as_deref(), Some("m.test"));
        assert_eq!(status.recipients.len(), 2);
        assert_eq!(status.recipients[1].diagnostic.as_deref(), Some("452 full"));
        assert_eq!(status.recipients[1].status_comment.as_deref(), Some("full"));

        let without_blank_lines = standard.replace("\n\n", "\n");
        assert_eq!(addresses_of(&without_blank_lines).len(), 2);

        let action_first = "Action: failed\n\nFinal-Recipient: rfc822;a@x.test\n\n\
                            Diagnostic-Code: smtp; 554 no\nStatus: 5.0.0\n";
        let status = parse(action_first.as_bytes());
        assert_eq!(status.recipients.len(), 1);
        assert_eq!(status.recipients[0].action, Some(Action::Failed));
        assert_eq!(status.recipients[0].diagnostic.as_deref(), Some("554 no"));
    }

    #[test]
    fn addresses_are_read_from_every_form() {
        for (field, address) in [
            ("Final-Recipient: rfc822; <a@x.test>", "a@x.test"),
            ("Final-Recipient: LOCAL;<a@x.test>", "a@x.test"),
            ("Final-Recipient: a@x.test (Alias)", "a@x.test"),
            ("Final-Recipient: utf-8; ü@x.test", "ü@x.test"),
            ("Final-Recipient: rfc822; user", "user"),
            (
                "Original-Recipient: rfc822; a@x.test\nFinal-Recipient: x400; /RFC-822=b(a)y.test/C=WW/",
                "a@x.test",
            ),
            (
                "Original-Recipient: rfc822; A.B@x.test\nFinal-Recipient: rfc822; a.b@x.test",
                "A.B@x.test",
            ),
        ] {
            assert_eq!(addresses_of(field), [Some(address.to_owned())], "{field}");
        }
    }

    #[test]
    fn a_part_without_recipients_has_none() {
        assert!(parse(b"Reporting-MTA: dns; m.test\n\n").recipients.is_empty());
        assert!(parse(b"\n\n::\n : \n").recipients.is_empty());
    }
}
