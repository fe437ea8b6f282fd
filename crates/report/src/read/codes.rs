//! Finding SMTP reply codes and enhanced status codes in text.
//!
//! Numbers are everywhere in a report: dates, sizes, addresses, ports. A reply code counts by
//! where it stands: at the start of a line, after words that introduce a reply, before an enhanced
//! code. An enhanced code counts when it cannot be part of an IP address or a version.

use causeway_model::EnhancedCode;

/// A reply code in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// The reply code.
    pub(super) code: u16,
    /// The enhanced code that follows it, when one does.
    pub(super) enhanced: Option<EnhancedCode>,
    /// Where it starts.
    pub(super) start: usize,
    /// How sure this is a reply code: higher is surer.
    score: u8,
}

/// The reply code that is most surely one; the first among equals.
pub(super) fn reply(text: &str) -> Option<Found> {
    let mut best: Option<Found> = None;
    for found in candidates(text) {
        if best.is_none_or(|b| found.score > b.score) {
            best = Some(found);
        }
    }
    best.filter(|found| found.score >= 2)
}

/// True when a line begins with a reply that refuses (`550 …`, `451-…`), as in a transcript.
pub(super) fn begins_a_line(text: &str) -> bool {
    candidates(text).any(|found| {
        let before = text[..found.start].trim_end_matches([' ', '\t', '<', '>', 'S', ':']);
        found.code >= 400 && found.score >= 4 && (before.is_empty() || before.ends_with('\n'))
    })
}

/// The server's answer that a text quotes: from its reply code to where the quotation ends.
pub(super) fn quoted_answer(text: &str) -> Option<&str> {
    const LIMIT: usize = 1500;
    const ENDS: [&str; 12] = [
        "(in reply to",
        "\n\n",
        "Giving up on",
        "[RCPT_TO",
        "[MAIL_FROM",
        "[DATA",
        "\n>>>",
        "\n<<<",
        "##",
        "I'm not going to try",
        "\n---",
        "\n... while talking",
    ];
    let found = reply(text)?;
    let before = text[..found.start].trim_end();
    let quote = match before.chars().next_back() {
        Some('\'') => Some("'"),
        Some('"') => Some("\""),
        Some('[') => Some("]\n"),
        Some('(') => Some(")\n"),
        _ => None,
    };
    let mut end = text.len().min(found.start + LIMIT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let mut answer = &text[found.start..end];
    for mark in ENDS.into_iter().chain(quote) {
        // A quote inside a word is an apostrophe.
        let cut = if mark == "'" {
            answer
                .match_indices('\'')
                .map(|(i, _)| i)
                .find(|i| !answer[i + 1..].starts_with(|c: char| c.is_alphanumeric()))
        } else {
            answer.find(mark)
        };
        if let Some(cut) = cut.filter(|cut| *cut > 3) {
            answer = &answer[..cut];
        }
    }
    Some(answer.trim_end())
}

fn candidates(text: &str) -> impl Iterator<Item = Found> + '_ {
    let bytes = text.as_bytes();
    let mut from = 0;
    std::iter::from_fn(move || {
        while from + 3 <= bytes.len() {
            let step = bytes[from..].iter().position(|b| matches!(b, b'2' | b'4' | b'5'))?;
            let start = from + step;
            from = start + 1;
            if let Some(found) = candidate(text, start) {
                from = start + 3;
                return Some(found);
            }
        }
        None
    })
}

fn candidate(text: &str, start: usize) -> Option<Found> {
    let bytes = text.as_bytes();
    let digits = bytes.get(start..start + 3)?;
    if !digits.iter().all(u8::is_ascii_digit) || digits[1] > b'7' {
        return None;
    }
    let before = start.checked_sub(1).map(|i| bytes[i]);
    if !matches!(
        before,
        None | Some(b' ' | b'\t' | b'\n' | b'"' | b'\'' | b'(' | b'[' | b'<' | b'>' | b':' | b'=')
            | Some(b';' | b'#' | b',' | b'|' | b'*' | b'`')
    ) {
        return None;
    }
    let after = bytes.get(start + 3).copied();
    if !matches!(
        after,
        None | Some(b' ' | b'\t' | b'\n' | b'-' | b':' | b'"' | b'\'' | b',' | b')' | b']')
            | Some(b'<' | b';' | b'/' | b'.' | b'>' | b'#')
    ) {
        return None;
    }
    // "550." ends a sentence, "550.12" is a number; "250-300" a range, "550-5.1.1" a reply.
    if after == Some(b'.') && bytes.get(start + 4).is_some_and(u8::is_ascii_digit) {
        return None;
    }
    // A colon in an IPv6 address or a time.
    if after == Some(b':') && bytes.get(start + 4).is_some_and(u8::is_ascii_alphanumeric) {
        return None;
    }
    let code = digits.iter().fold(0u16, |n, d| n * 10 + u16::from(d - b'0'));
    if (200..300).contains(&code) && !matches!(code, 200 | 211 | 214 | 220 | 221 | 235 | 250..=253)
    {
        return None;
    }
    let tail = text[start + 3..].trim_start_matches(['-', ' ', '\t', ':', ',', '#', '(', '\n']);
    let enhanced = leading_enhanced(tail).filter(|e| u16::from(e.class) == code / 100);
    let mut score = score(text, start, enhanced.is_some());
    if code < 300 {
        // Positive replies stand in transcripts of all kinds; they matter in positive reports only.
        score = score.saturating_sub(2);
    }
    Some(Found { code, enhanced, start, score })
}

/// How a number in its surroundings looks like a reply code.
fn score(text: &str, start: usize, has_enhanced: bool) -> u8 {
    let before = &text[..start];
    let line = &before[before.rfind('\n').map_or(0, |i| i + 1)..];
    let lead = line.trim_end_matches([' ', '\t', '"', '\'', '(', '[', '<', '#', '=', '`']);
    let bytes = text.as_bytes();
    let mut score = 0;
    if lead.is_empty() {
        score += 3;
    }
    // A line that begins with a whole reply may quote another one further on.
    if start == 0 && has_enhanced {
        score += 4;
    }
    if has_enhanced {
        score += 4;
    }
    // `>>> 250` is ours, `<<< 550` is theirs.
    if lead.ends_with("<<") || line.trim_end().ends_with("<<<") {
        score += 4;
    }
    if is_announced(lead) {
        score += 3;
    }
    // A colon, a quote or a bracket before, or a closing one after, makes a quotation of it.
    if line.trim_end().ends_with([':', '\'', '"', ';', '>']) || line.ends_with(['#', '[', '(']) {
        score += 2;
    }
    if bytes.get(start + 3) == Some(&b'-') {
        score += 1;
    }
    // Followed by a word that replies start with.
    let after = text[start + 3..].trim_start_matches([' ', '-', ':']);
    if after.starts_with(|c: char| c.is_alphabetic() || c == '<' || c == '#') {
        score += 1;
    }
    if counts_something(after) { 0 } else { score }
}

/// Words after which a reply is quoted.
#[rustfmt::skip]
const LEADS: [&str; 30] = [
    "said", "reason", "returned", "smtp", "error", "response", "reply", "code", "responded", "answer",
    "status", "was", "failed", "with", "message", "replied", "reports", "result", "diagnostic", "antwort",
    "serverantwort", "fehler", "svar", "antwoord", "fout", "host", "fel", "because", "failure", "server",
];

/// Whether what stands before a number ends in one of [`LEADS`].
fn is_announced(lead: &str) -> bool {
    let tail: String = lead.chars().rev().take(24).collect::<Vec<_>>().into_iter().rev().collect();
    let tail = tail.to_lowercase();
    let tail = tail.trim_end_matches([':', '-', ';', ',', '.', '*']).trim_end();
    LEADS.iter().any(|lead| tail.ends_with(lead))
}

/// Whether what stands after a number makes it a year, a size or a count.
fn counts_something(after: &str) -> bool {
    const UNITS: [&str; 11] = [
        "bytes", "kb", "mb", "octets", "of", "days", "hours", "minutes", "seconds", "times",
        "lines",
    ];
    let word = after.chars().take_while(|c| c.is_alphabetic()).take(8);
    UNITS.contains(&word.collect::<String>().to_lowercase().as_str())
}

/// The first enhanced code in `text`.
pub(super) fn enhanced(text: &str) -> Option<EnhancedCode> {
    enhanced_all(text).next()
}

/// Every enhanced code in `text`, in order.
pub(super) fn enhanced_all(text: &str) -> impl Iterator<Item = EnhancedCode> + '_ {
    let bytes = text.as_bytes();
    let mut from = 0;
    std::iter::from_fn(move || {
        while from + 5 <= bytes.len() {
            let dot = from + 1 + memchr::memchr(b'.', &bytes[from + 1..])?;
            from = dot;
            let start = dot - 1;
            if !matches!(bytes[start], b'2' | b'4' | b'5') || !free_before(bytes, start) {
                continue;
            }
            if let Some(code) = leading_enhanced(&text[start..]) {
                from = dot + 2;
                return Some(code);
            }
        }
        None
    })
}

/// True when what stands before cannot join the number.
fn free_before(bytes: &[u8], start: usize) -> bool {
    match start.checked_sub(1).map(|i| bytes[i]) {
        None => true,
        Some(b'-') => start >= 2 && bytes[start - 2].is_ascii_digit(),
        Some(b) => !(b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'/')),
    }
}

/// An enhanced code right at the start, not part of an address or a version.
pub(super) fn leading_enhanced(text: &str) -> Option<EnhancedCode> {
    let bytes = text.as_bytes();
    let length = bytes.iter().take(12).position(|b| !(b.is_ascii_digit() || *b == b'.'));
    let length = length.unwrap_or(bytes.len().min(12));
    let number = text[..length].trim_end_matches('.');
    if matches!(bytes.get(number.len()), Some(b) if b.is_ascii_alphabetic() || *b == b'_') {
        return None;
    }
    let code: EnhancedCode = number.parse().ok()?;
    (code.subject <= 7).then_some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reply_codes_are_told_from_other_numbers() {
        for (text, code) in [
            ("550 5.1.1 no such user", 550),
            ("host x[192.0.2.1] said: 452-4.2.2 full", 452),
            ("on 29 Apr 2010 23:34:45 it was 250 times; <<< 554 no", 554),
            ("(reason: 551 not here)", 551),
            ("Remote Server returned '550 5.4.1 x'", 550),
            ("#550 4.4.7 QUEUE.Expired; message expired ##", 550),
            ("ERROR_CODE :550, ERROR_CODE :5.2.1", 550),
        ] {
            assert_eq!(reply(text).map(|f| f.code), Some(code), "{text}");
        }
        for text in ["message size 550 KB", "we tried 450 times", "192.0.2.550", "port 2525", ""] {
            assert_eq!(reply(text), None, "{text}");
        }
    }

    #[test]
    fn a_quoted_answer_ends_where_the_quotation_does() {
        for (text, answer) in [
            ("Remote host said: 550 no such user\nGiving up on 192.0.2.1.", "550 no such user"),
            ("returned '550 5.1.1 can't find it' and more", "550 5.1.1 can't find it"),
            (
                "host x said: 550 5.1.1 no\n    user (in reply to RCPT TO command)",
                "550 5.1.1 no\n    user",
            ),
        ] {
            assert_eq!(quoted_answer(text), Some(answer), "{text}");
        }
        assert_eq!(quoted_answer("nothing here"), None);
    }

    #[test]
    fn enhanced_codes_are_told_from_addresses_and_versions() {
        for (text, code) in [
            ("(#5.1.2)", "5.1.2"),
            ("550-5.7.26 unauthenticated", "5.7.26"),
            ("from 4.16.55.1; then 4.7.0 [TS]", "4.7.0"),
            ("550 5.4.312 Message expired", "5.4.312"),
        ] {
            assert_eq!(enhanced(text).map(|c| c.to_string()).as_deref(), Some(code), "{text}");
        }
        for text in ["5.1.1.1", "v5.1.1x", "85.1.1", "5.79.1", "/5.1.1", "5.1", "version 8.14.1"] {
            assert_eq!(enhanced(text), None, "{text}");
        }
    }
}
