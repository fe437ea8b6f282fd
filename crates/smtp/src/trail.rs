//! The servers that a message went through, by its Received fields (RFC 5321 section 4.4).
//!
//! Read only of messages that were refused for having gone through too many, here or at the next hop. Whoever likes can write such
//! fields: only what looks like a host name or an id is taken over, and never more than [`MOST`] hops.

use memchr::memchr;

/// Hops that are read at most.
pub const MOST: usize = 100;

/// The longest name or id that is taken over.
const LONGEST: usize = 255;

/// One server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hop {
    /// Who wrote the field.
    pub by: String,
    /// Under which id.
    pub id: Option<String>,
}

impl Hop {
    /// Whether this host wrote the field.
    #[must_use]
    pub fn is_by(&self, host: &str) -> bool {
        self.by.eq_ignore_ascii_case(host)
    }
}

/// The servers of a header, the oldest first. Fields that name nobody are left out.
#[must_use]
pub fn trail(header: &[u8]) -> Vec<Hop> {
    let mut hops = Vec::new();
    let mut field: Vec<u8> = Vec::new();
    let mut rest = header;
    while !rest.is_empty() && hops.len() < MOST {
        let end = memchr(b'\n', rest).map_or(rest.len(), |place| place + 1);
        let (line, after) = rest.split_at(end);
        rest = after;
        if matches!(line.first(), Some(b' ' | b'\t')) {
            field.extend_from_slice(line);
            continue;
        }
        hops.extend(hop(&field));
        field = line.to_vec();
        if line.trim_ascii().is_empty() {
            break;
        }
    }
    if hops.len() < MOST {
        hops.extend(hop(&field));
    }
    hops.reverse();
    hops
}

/// How often a message was at this host.
#[must_use]
pub fn passes(hops: &[Hop], host: &str) -> usize {
    hops.iter().filter(|hop| hop.is_by(host)).count()
}

/// The hosts from the last but one visit of this host to the last one, at most `most`; empty when the message was
/// there once.
#[must_use]
pub fn circle(hops: &[Hop], host: &str, most: usize) -> Vec<String> {
    let mut visits = hops.iter().enumerate().rev().filter(|(_, hop)| hop.is_by(host));
    let (Some((to, _)), Some((from, _))) = (visits.next(), visits.next()) else {
        return Vec::new();
    };
    let circle = hops.iter().skip(from).take(to + 1 - from);
    circle.take(most).map(|hop| hop.by.clone()).collect()
}

/// One field, when it is a Received field and names the server that wrote it.
fn hop(field: &[u8]) -> Option<Hop> {
    let colon = memchr(b':', field)?;
    let (name, value) = field.split_at(colon);
    if !name.trim_ascii().eq_ignore_ascii_case(b"received") {
        return None;
    }
    let value = String::from_utf8_lossy(value.get(1..)?);
    let value = without_comments(&value);
    // The date comes behind the last semicolon.
    let clauses = value.rsplit_once(';').map_or(value.as_str(), |(clauses, _)| clauses);
    let mut words = clauses.split_ascii_whitespace();
    let (mut by, mut id) = (None, None);
    while let Some(word) = words.next() {
        if by.is_none() && word.eq_ignore_ascii_case("by") {
            by = words.next().and_then(harmless);
        } else if id.is_none() && word.eq_ignore_ascii_case("id") {
            id = words.next().and_then(harmless);
        }
    }
    Some(Hop { by: by?, id })
}

/// Comments stand in parentheses, which nest.
fn without_comments(text: &str) -> String {
    let mut depth = 0_u32;
    let outside = |c: &char| {
        match c {
            '(' => depth += 1,
            ')' => {
                depth = depth.saturating_sub(1);
                return false;
            }
            _ => {}
        }
        depth == 0
    };
    text.chars().filter(outside).collect()
}

/// A name, an address or an id, and nothing that could be taken for anything else.
fn harmless(word: &str) -> Option<String> {
    let word = word.trim_matches(|c| matches!(c, '<' | '>' | ','));
    let is_plain = word.bytes().all(|byte| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b':' | b'[' | b']')
    });
    (is_plain && (1..=LONGEST).contains(&word.len())).then(|| word.to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_way_is_read_from_the_oldest_to_the_newest() {
        let header = b"Received: from relay.test ([192.0.2.1])\r\n\tby mx.ours.test (Causeway) with ESMTP id a2;\r\n\tSat, 21 Nov 2026 09:05:00 +0000\r\nSubject: by nobody\r\nreceived: from x (by evil id no)\r\n by relay.test (Postfix) id <B1>; now\r\nReceived: (qmail 1 invoked by uid 2)\r\n\r\nReceived: by body.test; x\r\n";
        let hop = |by: &str, id: &str| Hop { by: by.into(), id: Some(id.into()) };
        assert_eq!(trail(header), [hop("relay.test", "B1"), hop("mx.ours.test", "a2")]);
    }

    #[test]
    fn nothing_that_a_terminal_could_obey_is_taken_over() {
        assert_eq!(trail(b"Received: by \x1b[2Jx.test id 1; d\r\n"), []);
        let header = b"Received: by a.test id \x1b]0;x; d\r\n";
        assert_eq!(trail(header), [Hop { by: "a.test".into(), id: None }]);
    }

    #[test]
    fn the_circle_is_the_way_from_one_visit_to_the_next() {
        let way = |hosts: &[&str]| -> Vec<Hop> {
            hosts.iter().map(|by| Hop { by: (*by).into(), id: None }).collect()
        };
        let hops = way(&["client", "US", "gate", "us", "gate", "inner", "us", "gate"]);
        assert_eq!(passes(&hops, "us"), 3);
        assert_eq!(circle(&hops, "us", 9), ["us", "gate", "inner", "us"]);
        assert_eq!(circle(&hops, "us", 2), ["us", "gate"]);
        assert!(circle(&way(&["client", "us", "gate"]), "us", 9).is_empty());
    }

    proptest! {
        #[test]
        fn whatever_the_header_is_the_way_is_bounded_and_plain(header in ".{0,400}", lines in 0usize..300) {
            let header = format!("{}{header}", "Received: by a.test id 1; x\r\n".repeat(lines));
            for hop in trail(header.as_bytes()) {
                prop_assert!(hop.by.is_ascii() && !hop.by.contains(char::is_control));
            }
            prop_assert!(trail(header.as_bytes()).len() <= MOST);
        }
    }
}
