//! Matching the phrases of [`super::phrases_data`] against what a server said.
//!
//! One automaton (Aho-Corasick) over the beginnings of all patterns looks at the text once; only
//! the few patterns whose beginning occurs are looked at further. The text is first reduced to
//! its words ([`reduce`]): addresses and links would otherwise speak ("spam@…", "…/blocked").

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickBuilder, MatchKind};

use super::Category;
use super::phrases_data::{GENERAL, SPECIFIC};
use super::phrases_exact::EXACT;

/// Whether a phrase is believed before the status code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Strength {
    /// Specific: before the code.
    Strong,
    /// Vague: only where the code says nothing.
    Weak,
}

/// A phrase that matched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hit {
    /// What it means.
    pub(super) category: Category,
    /// The pattern, for the reasons.
    pub(super) pattern: &'static str,
    rank: usize,
}

/// The best hit of each strength.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Hits {
    pub(super) strong: Option<Hit>,
    pub(super) weak: Option<Hit>,
}

struct Pattern {
    text: &'static str,
    category: Category,
    strength: Strength,
    rank: usize,
}

struct Matcher {
    automaton: Option<AhoCorasick>,
    patterns: Vec<Pattern>,
}

static MATCHER: LazyLock<Matcher> = LazyLock::new(|| {
    let mut patterns = Vec::new();
    let groups = EXACT.iter().chain(SPECIFIC).chain(GENERAL);
    for (rank, (category, strength, texts)) in groups.enumerate() {
        for text in *texts {
            patterns.push(Pattern { text, category: *category, strength: *strength, rank });
        }
    }
    let starts = patterns.iter().map(|p| p.text.split('*').next().unwrap_or_default());
    // Building fails only for automata far larger than this table; a test builds it.
    let automaton = AhoCorasickBuilder::new().match_kind(MatchKind::Standard).build(starts).ok();
    Matcher { automaton, patterns }
});

/// Looks for phrases in a text that [`reduce`] has made.
pub(super) fn find(reduced: &str) -> Hits {
    let mut hits = Hits::default();
    let Some(automaton) = &MATCHER.automaton else { return hits };
    for found in automaton.find_overlapping_iter(reduced) {
        let pattern = &MATCHER.patterns[found.pattern().as_usize()];
        let slot = match pattern.strength {
            Strength::Strong => &mut hits.strong,
            Strength::Weak => &mut hits.weak,
        };
        if slot.is_some_and(|hit| hit.rank <= pattern.rank) {
            continue;
        }
        if rest_matches(pattern.text, &reduced[found.end()..]) {
            *slot =
                Some(Hit { category: pattern.category, pattern: pattern.text, rank: pattern.rank });
        }
    }
    hits
}

/// How far apart the pieces of one pattern may stand.
const REACH: usize = 120;

/// True when the pieces after the first `*` follow in order, each near the one before.
fn rest_matches(pattern: &str, mut text: &str) -> bool {
    for piece in pattern.split('*').skip(1) {
        let mut window = text.len().min(REACH + piece.len());
        while !text.is_char_boundary(window) {
            window -= 1;
        }
        match text[..window].find(piece) {
            Some(at) => text = &text[at + piece.len()..],
            None => return false,
        }
    }
    true
}

/// The words of a text: lower case, single spaces, addresses replaced by `@`, links by their
/// host, the codes that repeat on every line of a long reply left out. At most 2,000 octets.
pub(super) fn reduce(text: &str) -> String {
    let mut out = String::with_capacity(text.len().min(2100) + 1);
    for word in text.split_whitespace() {
        if out.len() > 2000 {
            break;
        }
        if !out.is_empty() {
            out.push(' ');
        }
        push_word(&mut out, word);
        // A space in front lets patterns ask for the start of a word.
        if out == " " {
            out.clear();
        }
    }
    out.insert(0, ' ');
    out
}

fn push_word(out: &mut String, word: &str) {
    if is_repeated_code(word) {
        out.pop();
        return;
    }
    if let Some(at) = word.find("://") {
        let start = word[..at]
            .rfind(|c: char| !c.is_ascii_alphabetic())
            .map_or(0, |i| i + word[i..].chars().next().map_or(1, char::len_utf8));
        push_lower(out, &word[..start]);
        let host = &word[at + 3..];
        let end = host.find(['/', '?', '#', ')', '>', ']', '"', ':']).unwrap_or(host.len());
        push_lower(out, &host[..end]);
        return;
    }
    if word.contains('@')
        && let Some(span) = super::addresses::find_all(word).next()
    {
        push_lower(out, &word[..span.start]);
        out.push('@');
        push_lower(out, &word[span.end..]);
        return;
    }
    push_lower(out, word);
}

fn push_lower(out: &mut String, text: &str) {
    if text.is_ascii() {
        out.extend(text.bytes().map(|b| match b {
            b'\x00'..=b'\x1f' => ' ',
            _ => b.to_ascii_lowercase() as char,
        }));
    } else {
        out.extend(text.chars().flat_map(char::to_lowercase));
    }
}

/// `550-5.7.1`, `554-`: the beginning of one more line of a reply, joined into the text.
fn is_repeated_code(word: &str) -> bool {
    let bytes = word.as_bytes();
    bytes.len() >= 4
        && bytes[..3].iter().all(u8::is_ascii_digit)
        && bytes[3] == b'-'
        && bytes[4..].iter().all(|b| b.is_ascii_digit() || *b == b'.')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn category(text: &str) -> Option<Category> {
        find(&reduce(text)).strong.map(|hit| hit.category)
    }

    #[test]
    fn the_automaton_is_built_and_patterns_are_in_reduced_form() {
        assert!(MATCHER.automaton.is_some());
        for pattern in &MATCHER.patterns {
            assert_eq!(pattern.text, pattern.text.to_lowercase(), "{}", pattern.text);
            assert!(!pattern.text.starts_with('*'), "{}", pattern.text);
        }
    }

    #[test]
    fn addresses_and_links_do_not_speak() {
        assert_eq!(
            category("550 <spam@virus.test> https://x.test/mailbox-full/quota exceeded#a"),
            None
        );
        assert_eq!(
            category("see http://www.spamhaus.org/query?ip=1"),
            Some(Category::ReputationBlock)
        );
    }

    #[test]
    fn lines_of_a_long_reply_are_joined() {
        assert_eq!(
            category("552-5.2.2 The mailbox is 552-5.2.2 full"),
            Some(Category::MailboxFull)
        );
    }

    #[test]
    fn what_is_specific_wins() {
        assert_eq!(
            category("Sender address rejected: Domain does not exist"),
            Some(Category::SenderRejected)
        );
        assert_eq!(category("Domain x.test does not exist"), Some(Category::DomainError));
        assert_eq!(category("User does not exist"), Some(Category::UserUnknown));
    }
}
