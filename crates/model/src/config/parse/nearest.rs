//! Spelling: the known word nearest to one that is not known.

use crate::said;
use crate::said::Said;

/// What to write instead of an unknown word: the nearest known one, or all of them.
pub(super) fn suggestion(word: &str, known: &[&str]) -> Said {
    match nearest(word, known) {
        Some(near) => said!("parse-did-you-mean", "did you mean \"{near}\"?", near = near),
        None => {
            // One that stands twice is said once.
            let mut each: Vec<&str> = Vec::new();
            for name in known {
                if !each.contains(name) {
                    each.push(name);
                }
            }
            said!("parse-known", "known are {known}", known = each.join(", "))
        }
    }
}

/// The known word nearest to `word`, when one is near enough to be meant.
#[must_use]
pub fn nearest<'k>(word: &str, known: &[&'k str]) -> Option<&'k str> {
    let plain = |text: &str| text.to_lowercase().replace(['-', ' '], "_");
    let word = plain(&word.chars().take(64).collect::<String>());
    let near = known
        .iter()
        .map(|&candidate| (distance(&word, &plain(candidate)), candidate))
        .min_by_key(|&(distance, _)| distance);
    if let Some((distance, candidate)) = near
        && distance <= 1 + word.chars().count().min(candidate.len()) / 4
    {
        return Some(candidate);
    }
    // `password` for `password_file`, `recipients` for `recipient_domains`.
    let shared = |candidate: &str| {
        plain(candidate).chars().zip(word.chars()).take_while(|(a, b)| a == b).count()
    };
    known.iter().copied().filter(|c| shared(c) >= 4).max_by_key(|c| shared(c))
}

/// How many letters must be added, removed, replaced or swapped with the next one, to make `b` of `a`.
/// Takes time in proportion to the product of their lengths.
#[must_use]
pub fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut before = vec![0; b.len() + 1];
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let replaced = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = replaced.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_count_single_mistakes() {
        for (a, b, expected) in
            [("tls", "tls", 0), ("tsl", "tls", 1), ("", "ab", 2), ("kitten", "sitting", 3)]
        {
            assert_eq!(distance(a, b), expected, "{a} {b}");
            assert_eq!(distance(b, a), expected, "{b} {a}");
        }
    }

    #[test]
    fn a_name_that_stands_twice_is_suggested_once() {
        let said = suggestion("zzzzzz", &["to a", "to b", "to a"]);
        assert_eq!(said.to_string(), "known are to a, to b");
    }

    #[test]
    fn only_near_words_are_suggested() {
        let known = ["smart_hosts", "tls", "tls_domain", "password_file", "recipient_domains"];
        assert_eq!(nearest("smarthost", &known), Some("smart_hosts"));
        assert_eq!(nearest("Smart-Hosts", &known), Some("smart_hosts"));
        assert_eq!(nearest("tsl", &known), Some("tls"));
        assert_eq!(nearest("password", &known), Some("password_file"));
        assert_eq!(nearest("recipients", &known), Some("recipient_domains"));
        assert_eq!(nearest("colour", &known), None);
        assert_eq!(nearest("", &known), None);
    }
}
