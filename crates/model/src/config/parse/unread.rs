//! What of a file could not be read, so that whoever looks at the rest concludes nothing from it.

use std::collections::BTreeSet;

/// What was left out of a configuration because it is wrong, by its place in the file: `connector[1].tls`,
/// `relay.networks[0]`, `connector[2]` (the whole entry), `connector[*]` (entries under a misspelt name,
/// nobody knows how many), and the empty text for a file that is no TOML at all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unread {
    places: BTreeSet<String>,
}

impl Unread {
    pub(super) fn add(&mut self, place: String) {
        self.places.insert(place);
    }

    /// True when everything at `place` (counted as in the file) was read: itself, what it belongs to and
    /// what belongs to it.
    pub(super) fn knows(&self, place: &str) -> bool {
        !self.places.iter().any(|unread| is_part_of(unread, place) || is_part_of(place, unread))
    }

    /// True when every entry of a list was read, and each of these keys in every one.
    pub(super) fn knows_all(&self, list: &str, keys: &[&str]) -> bool {
        !self.places.iter().any(|unread| {
            let Some(rest) = unread.strip_prefix(list) else { return is_part_of(list, unread) };
            match rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
                Some((_, "")) => true,
                Some((_, rest)) => rest
                    .strip_prefix('.')
                    .is_some_and(|rest| keys.iter().any(|key| is_part_of(rest, key))),
                None => rest.is_empty(),
            }
        })
    }

    /// Where something stands in the file that was read as `path`: entries that were left out count there.
    pub(super) fn in_file(&self, path: &str) -> String {
        let mut place = String::with_capacity(path.len() + 2);
        let mut rest = path;
        while let Some((before, after)) = rest.split_once('[')
            && let Some((number, after)) = after.split_once(']')
        {
            place.push_str(before);
            let number = match number.parse() {
                Ok(number) => self.position(&place, number).to_string(),
                Err(_) => number.to_owned(),
            };
            place.push_str(&format!("[{number}]"));
            rest = after;
        }
        place.push_str(rest);
        place
    }

    /// The position in the file of the entry that was read as number `number` of a list.
    fn position(&self, list: &str, number: usize) -> usize {
        let left_out = self.places.iter().filter_map(|place| {
            place.strip_prefix(list)?.strip_prefix('[')?.strip_suffix(']')?.parse().ok()
        });
        let mut left_out: Vec<usize> = left_out.collect();
        left_out.sort_unstable();
        left_out.into_iter().fold(number, |position, gone| position + usize::from(gone <= position))
    }
}

/// `connector[1].tls` is part of `connector[1].tls`, of `connector[1]`, of `connector` and of the file.
fn is_part_of(place: &str, whole: &str) -> bool {
    match place.strip_prefix(whole) {
        Some(rest) => whole.is_empty() || rest.is_empty() || rest.starts_with(['.', '[']),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unread(places: &[&str]) -> Unread {
        Unread { places: places.iter().map(|place| (*place).to_owned()).collect() }
    }

    #[test]
    fn what_was_left_out_counts_in_the_file() {
        let unread = unread(&["connector[0]", "connector[2].smart_hosts[1]", "connector[3].tls"]);
        assert_eq!(unread.in_file("connector[0]"), "connector[1]");
        assert_eq!(unread.in_file("connector[1].smart_hosts[0]"), "connector[2].smart_hosts[0]");
        assert_eq!(unread.in_file("connector[1].smart_hosts[1]"), "connector[2].smart_hosts[2]");
        assert_eq!(unread.in_file("connector[2].tls"), "connector[3].tls");
        assert_eq!(unread.in_file("routing.internet"), "routing.internet");
    }

    #[test]
    fn nothing_is_known_of_what_was_left_out_and_of_what_it_belongs_to() {
        let one = unread(&["connector[1].recipient_domains[0]", "relay.networks"]);
        for place in ["connector[1].recipient_domains", "connector[1]", "relay.networks[3]"] {
            assert!(!one.knows(place), "{place}");
        }
        for place in ["connector[1].tls", "connector[10]", "connector[0]", "relay.addresses"] {
            assert!(one.knows(place), "{place}");
        }
        assert!(!one.knows_all("connector", &["recipient_domains"]));
        assert!(one.knows_all("connector", &["enabled", "recipient"]));
        assert!(one.knows_all("domain", &["name"]));
        for places in [["connector[4]"], ["connector[*]"], ["connector"], [""]] {
            assert!(!unread(&places).knows_all("connector", &[]), "{places:?}");
        }
        assert!(!unread(&[""]).knows("hostname"));
    }
}
