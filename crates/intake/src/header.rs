//! What we read of a message's header: the hops, and the facts that listings need.
//!
//! One pass over the header of a message, made once at the door. The same cut between header and
//! body that is found here is written out ([`Scan::needs_blank_line`]), so that no later reader
//! can see it elsewhere.

use causeway_store::HeaderFacts;
use memchr::memchr;

/// The most characters of a header text that are kept for listings.
const FACT_LIMIT: usize = 1000;

/// What the header said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scan {
    /// For the store.
    pub facts: HeaderFacts,
    /// Received lines.
    pub hops: u32,
    /// Octets of the header, without the empty line that ends it.
    pub header_size: usize,
    /// True when the header is followed by a line that is neither a field nor empty: an empty line
    /// belongs at [`Self::header_size`], so that everybody sees the body begin there.
    pub needs_blank_line: bool,
    /// The fields that say who sends it.
    pub senders: SenderHeader,
    /// The very first line begins with white space. It would continue whatever is put before it.
    pub starts_with_white_space: bool,
}

/// The fields that say who sends a message, as they stand there: every one, unfolded by nobody.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SenderHeader {
    /// From.
    pub from: Vec<Box<[u8]>>,
    /// Sender.
    pub sender: Vec<Box<[u8]>>,
    /// Reply-To.
    pub reply_to: Vec<Box<[u8]>>,
    /// There is a Date.
    pub has_date: bool,
}

/// Reads the header at the start of `content` (CRLF line ends).
#[must_use]
pub fn scan(content: &[u8]) -> Scan {
    let mut scan = Scan {
        starts_with_white_space: matches!(content.first(), Some(b' ' | b'\t')),
        ..Scan::default()
    };
    let mut at = 0;
    let mut field_start = 0;
    loop {
        let rest = &content[at..];
        let line_end = memchr(b'\n', rest).map_or(rest.len(), |i| i + 1);
        let line = &rest[..line_end];
        let continues = matches!(line.first(), Some(b' ' | b'\t')) && at > 0;
        if !continues {
            note_field(&mut scan, &content[field_start..at]);
            field_start = at;
            if line.is_empty() || line == b"\r\n" || line == b"\n" {
                break;
            }
            if field_name(line).is_none() {
                scan.needs_blank_line = true;
                break;
            }
        }
        at += line_end;
    }
    scan.header_size = at;
    scan
}

/// The name of a header field (RFC 5322 section 2.2; white space before the colon is tolerated).
fn field_name(line: &[u8]) -> Option<&[u8]> {
    let name = line[..memchr(b':', line)?].trim_ascii_end();
    (!name.is_empty() && name.iter().all(|b| (33..=126).contains(b))).then_some(name)
}

fn note_field(scan: &mut Scan, field: &[u8]) {
    let Some(name) = field_name(field) else { return };
    if !field.is_ascii() {
        scan.facts.utf8_header = true;
        scan.facts.eight_bit = true;
    }
    let value = || {
        let colon = memchr(b':', field).unwrap_or(0);
        &field[(colon + 1).min(field.len())..]
    };
    if name.eq_ignore_ascii_case(b"received") {
        scan.hops += 1;
    } else if name.eq_ignore_ascii_case(b"from") {
        scan.senders.from.push(value().into());
    } else if name.eq_ignore_ascii_case(b"sender") {
        scan.senders.sender.push(value().into());
    } else if name.eq_ignore_ascii_case(b"reply-to") {
        scan.senders.reply_to.push(value().into());
    } else if name.eq_ignore_ascii_case(b"date") {
        scan.senders.has_date = true;
    } else if name.eq_ignore_ascii_case(b"message-id") {
        scan.facts.message_id.get_or_insert_with(|| plain(value()));
    } else if name.eq_ignore_ascii_case(b"subject") {
        scan.facts.subject.get_or_insert_with(|| decoded(value()));
    } else if name.eq_ignore_ascii_case(b"accept-language") {
        scan.facts.language = Some(plain(value()));
    } else if name.eq_ignore_ascii_case(b"content-language") {
        scan.facts.language.get_or_insert_with(|| plain(value()));
    }
}

/// Unfolded, without control characters, cut.
fn clean(text: &str) -> String {
    let mut out = String::with_capacity(text.len().min(FACT_LIMIT));
    let flat = text.replace("\r\n", "");
    for c in flat.trim().chars().take(FACT_LIMIT) {
        let hidden = matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
        if c == '\t' || c.is_control() {
            out.push(' ');
        } else if !hidden {
            out.push(c);
        }
    }
    out
}

fn plain(value: &[u8]) -> String {
    clean(&String::from_utf8_lossy(value))
}

/// Decodes encoded words (RFC 2047).
fn decoded(value: &[u8]) -> String {
    if memchr(b'=', value).is_none() {
        return plain(value);
    }
    // The header parser wants a whole header; it decodes the subject for us.
    let bounded = &value[..value.len().min(16 * 1024)];
    let mut header = Vec::with_capacity(bounded.len() + 16);
    header.extend_from_slice(b"Subject:");
    header.extend_from_slice(bounded);
    header.extend_from_slice(b"\r\n\r\n");
    match mail_parser::MessageParser::default().parse_headers(&header) {
        Some(message) => clean(message.subject().unwrap_or_default()),
        None => plain(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_are_read_from_the_header_only() {
        let scan = scan(
            b"Received: from a\r\n\tby b\r\nReceived: from c\r\nSubject: =?utf-8?q?gr=C3=BC=C3=9Fe?=\r\n and more\r\nMessage-ID: <x@y>\r\nContent-Language: de\r\n\r\nReceived: in the body\r\n",
        );
        assert_eq!(scan.hops, 2);
        assert_eq!(scan.facts.subject.as_deref(), Some("grüße and more"));
        assert_eq!(scan.facts.message_id.as_deref(), Some("<x@y>"));
        assert_eq!(scan.facts.language.as_deref(), Some("de"));
        assert!(!scan.needs_blank_line && !scan.starts_with_white_space);
    }

    #[test]
    fn every_field_that_says_who_sends_it_is_kept() {
        let scan = scan(
            b"FROM: a@b.test\r\nfrom : c@d.test,\r\n\te@f.test\r\nSender:x@y.test\r\nDate: now\r\n\r\nReply-To: body\r\n",
        );
        let from: Vec<&[u8]> = scan.senders.from.iter().map(AsRef::as_ref).collect();
        assert_eq!(from, [&b" a@b.test\r\n"[..], b" c@d.test,\r\n\te@f.test\r\n"]);
        assert_eq!(&*scan.senders.sender[0], b"x@y.test\r\n");
        assert!(scan.senders.has_date && scan.senders.reply_to.is_empty());
    }

    #[test]
    fn a_message_without_header_is_all_body() {
        let scan = scan(b"hello\r\nworld: yes\r\n");
        assert_eq!((scan.header_size, scan.needs_blank_line), (0, true));
        let folded = super::scan(b" v\r\nA: b\r\n\r\n");
        assert!(folded.starts_with_white_space);
        assert!(super::scan(b": v\r\n").needs_blank_line);
        let spaced = super::scan(b"Message-ID : <a@b>\r\n\r\n");
        assert_eq!(spaced.facts.message_id.as_deref(), Some("<a@b>"));
    }

    #[test]
    fn hdr_09_control_characters_of_encoded_words_do_not_reach_listings() {
        let scan = scan(b"Subject: =?utf-8?q?=00=0d=0aX:?=\r\n\r\n");
        let subject = scan.facts.subject.unwrap();
        assert!(!subject.chars().any(char::is_control), "{subject:?}");
    }

    #[test]
    fn header_ends_are_found_in_every_form() {
        for (content, size, blank) in [
            (&b""[..], 0, false),
            (b"\r\n", 0, false),
            (b"A: b", 4, false),
            (b"A: b\r\n", 6, false),
            (b"A: b\r\n\r\nbody", 6, false),
            (b"A: b\r\nbody", 6, true),
        ] {
            let scan = scan(content);
            assert_eq!((scan.header_size, scan.needs_blank_line), (size, blank), "{content:?}");
        }
    }
}
