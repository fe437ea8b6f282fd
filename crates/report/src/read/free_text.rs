//! The human part of a report: whom it names, and what it says of each.
//!
//! Systems differ in words and agree in layout: a sentence announces a list; every entry begins
//! with an address at the same indentation; what follows until the next entry is about it; and a
//! ruled line or a well-known sentence begins the returned message. [`read`] finds candidates by
//! where an address stands (list entry, line head, after a telling word, inside a reply) and keeps
//! the best kind only.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use super::addresses::{self, Span};
use super::telling_words::{NEGATIVE_WORDS, STRONG_WORDS, TELLING_WORDS};
use super::{codes, dialects};

/// What the human part says.
#[derive(Default)]
pub(super) struct FreeText {
    /// The recipients and what is said of each, in order.
    pub(super) entries: Vec<Entry>,
    /// The part before the returned message.
    pub(super) human: String,
    /// What follows: the returned message or its beginning, where the text holds it.
    pub(super) original: String,
    /// Names without a domain in an announced list.
    pub(super) bare_names: Vec<String>,
}

/// One recipient in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) address: String,
    /// The text about this recipient.
    pub(super) segment: String,
    /// How it was found, for the reasons.
    pub(super) rule: &'static str,
}

static INTRODUCTIONS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    AhoCorasick::new(dialects::LIST_INTRODUCTIONS.iter().chain(dialects::LIST_APPENDICES)).ok()
});
static APPENDICES: LazyLock<Option<AhoCorasick>> =
    LazyLock::new(|| AhoCorasick::new(dialects::LIST_APPENDICES).ok());
static ENDS: LazyLock<Option<AhoCorasick>> =
    LazyLock::new(|| AhoCorasick::new(dialects::LIST_ENDS).ok());

/// Only so many lines are looked at for recipients, and so many recipients kept.
const MAX_LINES: usize = 4000;
const MAX_ENTRIES: usize = 2000;

/// Splits a text at the returned message.
pub(super) fn split_original(text: &str) -> (&str, &str) {
    let mut offset = 0;
    let mut seen_text = false;
    for line in text.split_inclusive('\n') {
        let bare = line.trim_matches(|c: char| {
            c.is_whitespace() || matches!(c, '-' | '=' | '*' | '_' | '|' | '>' | '#' | '~' | '+')
        });
        if seen_text && (is_original_mark(bare) || is_trace_field(line)) {
            return text.split_at(offset);
        }
        seen_text |= !bare.is_empty();
        offset += line.len();
        if offset > 128 * 1024 {
            break;
        }
    }
    (text, "")
}

fn is_original_mark(bare: &str) -> bool {
    if bare.len() < 8 || bare.len() > 120 || bare.contains('@') {
        return false;
    }
    let lower = bare.to_lowercase();
    let lower = lower.strip_prefix("the ").map_or(lower.as_str(), |rest| {
        // "The original message was received at …" begins Sendmail's reports.
        if rest.starts_with("original message was") { "" } else { rest }
    });
    dialects::ORIGINAL_MARKS.iter().any(|(mark, whole)| {
        let mark = mark.strip_prefix("the ").unwrap_or(mark);
        lower
            .strip_prefix(mark)
            .is_some_and(|rest| !whole || rest.trim_matches([':', '.', ' ', '-', '=']).is_empty())
    })
}

/// A line that begins the header of a returned message.
fn is_trace_field(line: &str) -> bool {
    const FIELDS: [&str; 5] =
        ["Received:", "Return-Path:", "DKIM-Signature:", "Return-path:", "DomainKey-Signature:"];
    FIELDS.iter().any(|field| line.starts_with(field))
}

/// Takes the marks of quotation (`> `) off every line, where most lines have one.
pub(super) fn unquote(text: &str) -> Option<String> {
    let quoted = |line: &&str| line.trim_start().starts_with('>');
    if text.lines().filter(quoted).take(3).count() < 3 {
        return None;
    }
    let mut out = String::with_capacity(text.len());
    for line in text.lines().filter(quoted) {
        let line = line.trim_start().trim_start_matches('>');
        out.push_str(line.strip_prefix(' ').unwrap_or(line));
        out.push('\n');
    }
    Some(out)
}

/// How well a place marks an address as a recipient; more is better.
type Rank = u8;
const LISTED: Rank = 5;
const HEAD: Rank = 4;
const TOLD: Rank = 3;
const IN_REPLY: Rank = 2;
const ANY: Rank = 1;

struct Candidate {
    rank: Rank,
    line: usize,
    indent: usize,
    /// Where the text after the address starts, in the whole human part.
    after: usize,
    address: String,
}

/// Reads a human part. `not_these`: addresses that stand in reports without being recipients (the
/// one the report was sent to).
pub(super) fn read(text: &str, not_these: &[String]) -> FreeText {
    let (human, original) = split_original(text);
    let lines = index_lines(human);
    let (candidates, bare_names) = candidates(human, &lines, not_these);
    let entries = choose(human, &lines, candidates, original);
    FreeText { entries, human: human.to_owned(), original: original.to_owned(), bare_names }
}

/// True when a text announces a list of recipients and names one, or says of an address that it
/// could not be reached.
pub(super) fn names_recipient(lower: &str) -> bool {
    let (human, _) = split_original(lower);
    let lines = index_lines(human);
    candidates(human, &lines, &[]).0.iter().any(|candidate| candidate.rank >= LISTED)
}

/// True when a text has an address where reports have those that were not reached.
pub(super) fn speaks_of_recipient(lower: &str) -> bool {
    let (human, _) = split_original(lower);
    let lines = index_lines(human);
    candidates(human, &lines, &[]).0.iter().any(|candidate| candidate.rank >= TOLD)
}

fn index_lines(text: &str) -> Vec<(usize, &str)> {
    let mut offset = 0;
    text.split_inclusive('\n')
        .take(MAX_LINES)
        .map(|line| {
            let start = offset;
            offset += line.len();
            (start, line.trim_end_matches(['\n', ' ', '\t']))
        })
        .collect()
}

fn candidates(
    human: &str,
    lines: &[(usize, &str)],
    not_these: &[String],
) -> (Vec<Candidate>, Vec<String>) {
    let mut found: Vec<Candidate> = Vec::new();
    let mut bare_names = Vec::new();
    let (mut in_list, mut appendix) = (false, false);
    let mut list_indent: Option<usize> = None;
    let any_at = human.contains('@');
    for (number, &(offset, line)) in lines.iter().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        let lower = line.to_lowercase();
        let introduces = matches(&INTRODUCTIONS, &lower);
        if any_at && line.contains('@') && found.len() < MAX_ENTRIES {
            let indent = line.len() - line.trim_start().len();
            for span in addresses::find_all(line) {
                let address = span.of(line).to_owned();
                let mut rank = rank(line, &lower, span, in_list);
                if rank == LISTED && appendix && found.iter().any(|c| c.rank == LISTED) {
                    rank = ANY;
                }
                if rank == LISTED {
                    // Details of an entry stand deeper than the entries.
                    if list_indent.is_some_and(|first| indent > first + 1) {
                        rank = ANY;
                    } else {
                        list_indent.get_or_insert(indent);
                    }
                }
                if not_these.iter().any(|other| addresses::same(other, &address)) {
                    // Whoever got the report can be its subject too, when nobody else is named.
                    rank = rank.min(ANY);
                } else if addresses::is_service(&address) && rank < HEAD {
                    rank = 0;
                }
                if rank > 0 {
                    let after = offset + span.end;
                    found.push(Candidate { rank, line: number, indent, after, address });
                }
            }
        }
        if found.is_empty()
            && bare_names.len() < 20
            && let Some(name) = bare_name(line, &lower, in_list)
        {
            bare_names.push(name.to_owned());
        }
        if introduces {
            in_list = true;
            // Exchange repeats its list in the part for administrators.
            appendix |= matches(&APPENDICES, &lower);
            list_indent = None;
        } else if matches(&ENDS, &lower) || is_rule(line) && !found.is_empty() {
            in_list = false;
        }
    }
    (found, bare_names)
}

/// A local part without its domain: the one word of a line in a list (`\tjdoe`), or the first before
/// a remark in parentheses (`jdoe (user not found)`), or what CompuServe calls the receiver.
fn bare_name<'a>(line: &'a str, lower: &str, in_list: bool) -> Option<&'a str> {
    let line = line.trim();
    if lower.trim_start().starts_with("receiver not found:") {
        return line.split_once(':').map(|(_, name)| name.trim()).filter(|name| is_name(name));
    }
    let name = match line.split_once(" (") {
        Some((name, remark)) if remark.ends_with(')') => name.trim(),
        _ => line,
    };
    (in_list && is_name(name)).then_some(name)
}

fn is_name(name: &str) -> bool {
    (2..=64).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-' | b'+'))
        && name.bytes().any(|b| b.is_ascii_lowercase())
}

fn matches(matcher: &LazyLock<Option<AhoCorasick>>, lower: &str) -> bool {
    matcher.as_ref().is_some_and(|automaton| automaton.is_match(lower))
}

/// A ruled line.
fn is_rule(line: &str) -> bool {
    let line = line.trim();
    line.len() >= 8 && line.chars().all(|c| matches!(c, '-' | '=' | '_' | '*'))
}

/// Ranks the place of one address in its line.
fn rank(line: &str, lower: &str, span: Span, in_list: bool) -> Rank {
    let before = &line[..span.start];
    let after = &line[span.end..];
    // Lower-casing can change lengths; then the words before are lower-cased again.
    let lower_before = match lower.get(..span.start) {
        Some(text) if lower.len() == line.len() => text.to_owned(),
        _ => before.to_lowercase(),
    };
    let words = lower_before
        .trim_end_matches([' ', '\t', '<', '"', '\'', '(', '[', '“', '„', '«', '`', '{'])
        .trim_end();
    if words.ends_with("mailto:") || words.ends_with("mailto") {
        return 0;
    }
    let telling = words.trim_end_matches(':').trim_end();
    let strong = STRONG_WORDS.iter().any(|word| ends_with_word(telling, word));
    if !strong && is_negative(words) {
        return 0;
    }
    let head = before.trim_matches([
        ' ', '\t', '<', '"', '\'', '(', '[', '*', '-', '•', '·', '+', '|', '>', '“', '„',
    ]);
    if head.is_empty() || is_entry_number(head) {
        return if in_list { LISTED } else { head_rank(after) };
    }
    // `c=US;a= ;p=Org;o=Site;dda:SMTP=address;` of the first Exchange servers.
    if in_list && (words.ends_with("smtp=") || words.ends_with("smtp:")) {
        return LISTED;
    }
    // `Display Name <address>` in a list.
    if in_list
        && before.ends_with('<')
        && head.split_whitespace().count() <= 5
        && !head.contains(':')
        && !head.starts_with(|c: char| c.is_ascii_digit())
    {
        return LISTED;
    }
    if strong {
        return HEAD;
    }
    if TELLING_WORDS.iter().any(|word| ends_with_word(words, word)) {
        return TOLD;
    }
    if codes::reply(line).is_some() || words.contains("rcpt") {
        return IN_REPLY;
    }
    ANY
}

/// An address at the head of a line outside a list: what follows tells an entry from prose.
fn head_rank(after: &str) -> Rank {
    let after = after.trim_start_matches(['>', '"', '\'', ')', ']']);
    let next = after.trim_start();
    if next.is_empty() || next.starts_with([':', '.', '(', '-', ',', ';', '[', '#']) {
        HEAD
    } else {
        TOLD
    }
}

/// `1.`, `2)`, `to:`: what may stand before an entry.
fn is_entry_number(head: &str) -> bool {
    let number = head.trim_end_matches(['.', ')', ':', ' ', '<']);
    head.len() > number.len()
        && head[number.len()..].starts_with(['.', ')', ':'])
        && matches!(number.len(), 1 | 2)
        && number.bytes().all(|b| b.is_ascii_digit())
}

fn ends_with_word(text: &str, word: &str) -> bool {
    let text = text.trim_end_matches([':', '=', ';', ',']).trim_end();
    text.strip_suffix(word)
        .is_some_and(|rest| rest.chars().next_back().is_none_or(|c| !c.is_alphanumeric()))
}

fn is_negative(words: &str) -> bool {
    let words = words.trim_end_matches(['=', ';']).trim_end();
    let bare = words.trim_end_matches(':').trim_end();
    NEGATIVE_WORDS.iter().any(|word| {
        let text = if word.ends_with(':') { words } else { bare };
        text.strip_suffix(word)
            .is_some_and(|rest| rest.chars().next_back().is_none_or(|c| !c.is_alphanumeric()))
    }) || words.starts_with("from:") && !words.contains("to:")
        || words.starts_with(">>> mail from")
}

/// Keeps the candidates of the best rank and gives each its segment.
fn choose(
    human: &str,
    lines: &[(usize, &str)],
    candidates: Vec<Candidate>,
    original: &str,
) -> Vec<Entry> {
    let Some(best) = candidates.iter().map(|c| c.rank).max() else { return Vec::new() };
    let mut kept: Vec<Candidate> = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for candidate in candidates {
        if candidate.rank == best && seen.insert(candidate.address.to_ascii_lowercase()) {
            kept.push(candidate);
        }
    }
    if best <= IN_REPLY && kept.len() > 1 {
        prefer_original_recipients(&mut kept, original);
    }
    if best == ANY {
        kept.truncate(1);
    }
    // `an undisclosed address (generated from x)`, `a (expanded from b)`: one entry a line.
    if best == LISTED {
        kept.dedup_by(|later, earlier| later.line == earlier.line);
    }
    let rule = match best {
        LISTED => "text: entry of a list of recipients",
        HEAD => "text: address at the head of a line, or after words that name a recipient",
        TOLD => "text: address after a telling word",
        IN_REPLY => "text: address inside a reply",
        _ => "text: the first address",
    };
    let shared = kept.last().map(|last| segment(human, lines, last, None)).unwrap_or_default();
    let mut entries = Vec::with_capacity(kept.len());
    for (i, candidate) in kept.iter().enumerate() {
        let own = segment(human, lines, candidate, kept.get(i + 1));
        let said = own.chars().filter(|c| c.is_alphabetic()).count();
        let segment = if said < 3 { shared.clone() } else { own };
        entries.push(Entry { address: candidate.address.clone(), segment, rule });
    }
    entries
}

/// Where several addresses are equally likely, those the original was sent to are the recipients.
fn prefer_original_recipients(kept: &mut Vec<Candidate>, original: &str) {
    let lower = original[..floor(original, 16 * 1024)].to_ascii_lowercase();
    let known: Vec<bool> =
        kept.iter().map(|c| lower.contains(&c.address.to_ascii_lowercase())).collect();
    if known.iter().any(|k| *k) {
        let mut keep = known.into_iter();
        kept.retain(|_| keep.next().unwrap_or(true));
    }
}

/// The largest index not above `limit` that is a character boundary.
fn floor(text: &str, limit: usize) -> usize {
    let mut end = text.len().min(limit);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    end
}

/// The text from an entry to the next one, or to the end of its paragraph block.
fn segment(
    human: &str,
    lines: &[(usize, &str)],
    candidate: &Candidate,
    next: Option<&Candidate>,
) -> String {
    const LIMIT: usize = 4096;
    let end = match next {
        Some(next) if next.line > candidate.line => lines[next.line].0,
        Some(next) => next.after.saturating_sub(next.address.len()).max(candidate.after),
        None => human.len(),
    };
    let end = floor(human, end.min(candidate.after + LIMIT));
    let mut text = &human[candidate.after.min(end)..end];
    text = text.trim_start_matches(['>', ')', ']', '"', '\'', ':', '.', ' ', ',', ';']);
    text = first_paragraph(text);
    // Entries in an indented list end where the indentation of prose begins.
    if candidate.indent > 0 && candidate.rank == LISTED {
        let (mut length, mut details) = (0, false);
        for (i, line) in text.split_inclusive('\n').enumerate() {
            let blank = line.trim().is_empty();
            let flush = !line.starts_with([' ', '\t']) && !blank;
            // Without details of its own, an entry has the paragraph that follows it.
            if i > 0 && flush && details && text[..length].trim().len() > 12 {
                break;
            }
            details |= !blank && (!flush || i == 0);
            length += line.len();
        }
        text = &text[..length];
    }
    text.trim_end().to_owned()
}

/// Up to the first empty line after which enough has been said.
fn first_paragraph(text: &str) -> &str {
    let (mut length, mut words) = (0, 0);
    for line in text.split_inclusive('\n') {
        if line.trim().is_empty() && words >= 2 {
            break;
        }
        words += line.split_whitespace().count();
        length += line.len();
    }
    &text[..length]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        read(text, &["sender@ours.test".into()]).entries.into_iter().map(|e| e.address).collect()
    }

    #[test]
    fn entries_of_lists_are_recipients_and_their_details_are_not() {
        let text = "This message was created automatically by mail delivery software.\n\n\
            The following address(es) failed:\n\n  a@x.test\n    host mx.x.test [192.0.2.1]\n\
            \x20   SMTP error from remote mail server after RCPT TO:<a@x.test>:\n\
            \x20   550 no <other@x.test>\n  b@y.test\n    retry timeout exceeded\n\n\
            ------ This is a copy of the message, including all the headers. ------\n\n\
            From: sender@ours.test\nTo: c@z.test\n";
        assert_eq!(found(text), ["a@x.test", "b@y.test"]);
        let entries = read(text, &[]).entries;
        assert!(entries[0].segment.contains("550 no") && !entries[0].segment.contains("retry"));
        assert!(entries[1].segment.contains("retry timeout"));
    }

    #[test]
    fn an_entry_without_details_of_its_own_has_the_paragraph_that_follows() {
        let text = "Delivery to the following recipient failed permanently:\n\n     a@x.test\n\n\
            Technical details of permanent failure:\nCould not initiate a conversation:\n\
            [x.test (1): Connection timed out]\n\n   ----- Original message -----\n\nTo: a@x.test\n";
        let entries = read(text, &[]).entries;
        assert!(entries[0].segment.ends_with("Connection timed out]"), "{entries:?}");
    }

    #[test]
    fn paragraphs_headed_by_an_address_are_entries() {
        let text = "I was not able to deliver your message.\n\n<a@x.test>:\n192.0.2.1 does not like \
            recipient.\nRemote host said: 550 no such <a@x.test>\n\n<b@x.test>:\nno.\n\n\
            --- Below this line is a copy of the message.\n\nTo: q@q.test\n";
        assert_eq!(found(text), ["a@x.test", "b@x.test"]);
    }

    #[test]
    fn senders_and_help_desks_are_no_recipients() {
        assert_eq!(
            found("Mail from sender@ours.test to <u@x.test> failed, contact postmaster@x.test\n"),
            ["u@x.test"]
        );
        assert!(found("Please write to help@x.test, or contact <desk@x.test>.\n").is_empty());
    }

    #[test]
    fn the_returned_message_is_cut_off() {
        let text = "The original message was received at Mon\n\n----- Original message -----\nx";
        assert_eq!(split_original(text).1, "----- Original message -----\nx");
        assert_eq!(split_original("Received: x\nhello").1, "");
    }
}
