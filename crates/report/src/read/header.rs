//! A header block, read leniently: reports come with folded, missing and broken fields.
//!
//! The input has LF line ends only (see [`super::text::normalize_line_ends`]). Field values are
//! kept as octets and unfolded when asked for; encoded words (RFC 2047) are decoded by
//! [`decode_words`].

use super::text;

/// A header block.
#[derive(Default)]
pub(super) struct Header<'a> {
    fields: Vec<(&'a [u8], &'a [u8])>,
}

/// At most so many fields are kept; what follows them is still skipped as header.
const MAX_FIELDS: usize = 2000;

impl<'a> Header<'a> {
    /// Reads the header at the start of `input`; gives it and what follows the empty line.
    /// An input that starts with something else has an empty header and is all body.
    pub(super) fn parse(input: &'a [u8]) -> (Self, &'a [u8]) {
        let mut header = Self::default();
        let mut rest = input;
        // The separator line of mbox files.
        if rest.starts_with(b"From ") || rest.starts_with(b">From ") {
            rest = after_line(rest);
        }
        while !rest.is_empty() {
            let line_end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
            if rest[..line_end].iter().all(|b| matches!(b, b' ' | b'\t')) {
                return (header, rest.get(line_end + 1..).unwrap_or_default());
            }
            let Some(colon) = field_name_end(&rest[..line_end]) else {
                // One broken line between fields is skipped; otherwise the body starts here.
                let next = after_line(rest);
                let next_line = &next[..memchr::memchr(b'\n', next).unwrap_or(next.len())];
                if !header.fields.is_empty() && field_name_end(next_line).is_some() {
                    rest = next;
                    continue;
                }
                return (header, rest);
            };
            let end = folded_end(rest, line_end);
            if header.fields.len() < MAX_FIELDS {
                header.fields.push((trim(&rest[..colon]), &rest[colon + 1..end]));
            }
            rest = rest.get(end + 1..).unwrap_or_default();
        }
        (header, rest)
    }

    /// The first field of that name, unfolded and trimmed, as text.
    pub(super) fn get(&self, name: &str) -> Option<String> {
        self.all(name).next()
    }

    /// Every field of that name, unfolded and trimmed, as text.
    pub(super) fn all(&self, name: &str) -> impl Iterator<Item = String> {
        self.fields
            .iter()
            .filter(move |(n, _)| n.eq_ignore_ascii_case(name.as_bytes()))
            .map(|(_, v)| unfold(v))
    }

    /// True when there is a field of that name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.fields.iter().any(|(n, _)| n.eq_ignore_ascii_case(name.as_bytes()))
    }

    /// True when a field's name starts so.
    pub(super) fn has_prefix(&self, prefix: &str) -> bool {
        self.fields.iter().any(|(n, _)| {
            n.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix.as_bytes()))
        })
    }

    /// True when this looks like the header of a message rather than like text with colons in it.
    pub(super) fn is_message_header(&self) -> bool {
        const KNOWN: [&str; 12] = [
            "from",
            "to",
            "subject",
            "date",
            "received",
            "return-path",
            "message-id",
            "mime-version",
            "content-type",
            "delivered-to",
            "x-failed-recipients",
            "auto-submitted",
        ];
        KNOWN.iter().filter(|name| self.has(name)).count() >= 2
            || self.fields.len() == 1 && self.has("subject")
    }
}

/// What follows the first line.
fn after_line(input: &[u8]) -> &[u8] {
    memchr::memchr(b'\n', input).map_or(&[], |i| &input[i + 1..])
}

/// Where a field that starts here ends: continuation lines start with white space.
fn folded_end(input: &[u8], first_line_end: usize) -> usize {
    let mut end = first_line_end;
    while let Some(b' ' | b'\t') = input.get(end + 1) {
        let next = memchr::memchr(b'\n', &input[end + 1..]).map_or(input.len(), |i| end + 1 + i);
        // A line of white space only ends the header; some systems write their empty line so.
        if input[end + 1..next].iter().all(|b| matches!(b, b' ' | b'\t')) {
            break;
        }
        end = next;
    }
    end
}

/// The index of the colon when the line starts a field.
fn field_name_end(line: &[u8]) -> Option<usize> {
    let colon = memchr::memchr(b':', line)?;
    let name = trim_end(&line[..colon]);
    (!name.is_empty() && name.len() <= 100 && name.iter().all(|b| (33..=126).contains(b)))
        .then_some(colon)
}

fn trim(bytes: &[u8]) -> &[u8] {
    bytes.trim_ascii()
}

fn trim_end(bytes: &[u8]) -> &[u8] {
    bytes.trim_ascii_end()
}

/// A field's value on one line: each fold becomes one space.
pub(super) fn unfold(value: &[u8]) -> String {
    let text = String::from_utf8_lossy(trim(value));
    if !text.contains('\n') {
        return text.into_owned();
    }
    let mut out = String::with_capacity(text.len());
    for line in text.split('\n') {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(line.trim());
    }
    out
}

/// The value of a parameter (`boundary`, `charset`, …) of a Content-Type or similar field.
/// Quoted or bare; RFC 2231 forms are not needed for what we look for.
pub(super) fn parameter(value: &str, name: &str) -> Option<String> {
    for piece in split_parameters(value).skip(1) {
        let Some((key, text)) = piece.split_once('=') else { continue };
        if !key.trim().eq_ignore_ascii_case(name) {
            continue;
        }
        let text = text.trim();
        return Some(match text.strip_prefix('"') {
            Some(quoted) => {
                let end = quoted.find('"').unwrap_or(quoted.len());
                quoted[..end].replace('\\', "")
            }
            None => text.split_ascii_whitespace().next().unwrap_or_default().to_owned(),
        });
    }
    None
}

/// Splits at semicolons outside quotes.
fn split_parameters(value: &str) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    value.split(move |c| {
        if c == '"' {
            quoted = !quoted;
        }
        c == ';' && !quoted
    })
}

/// Decodes the encoded words of RFC 2047 in an unfolded value.
pub(super) fn decode_words(value: &str) -> String {
    if !value.contains("=?") {
        return value.to_owned();
    }
    let mut out = String::with_capacity(value.len());
    let mut rest = value;
    let mut after_word = false;
    while let Some(start) = rest.find("=?") {
        let Some((decoded, end)) = decode_word(&rest[start..]) else {
            out.push_str(&rest[..start + 2]);
            rest = &rest[start + 2..];
            after_word = false;
            continue;
        };
        // White space between two encoded words is not part of the text.
        if !(after_word && rest[..start].trim().is_empty()) {
            out.push_str(&rest[..start]);
        }
        out.push_str(&decoded);
        rest = &rest[start + end..];
        after_word = true;
    }
    out.push_str(rest);
    out
}

/// Decodes one encoded word at the start; gives the text and the word's length.
fn decode_word(text: &str) -> Option<(String, usize)> {
    let inside = text.strip_prefix("=?")?;
    let mut parts = inside.splitn(3, '?');
    let (charset, encoding, rest) = (parts.next()?, parts.next()?, parts.next()?);
    if charset.len() > 40 || encoding.len() != 1 {
        return None;
    }
    let end = rest.find("?=")?;
    let octets = match encoding {
        "B" | "b" => text::decode_base64(&rest.as_bytes()[..end]),
        "Q" | "q" => text::decode_quoted_printable(&rest.as_bytes()[..end], true),
        _ => return None,
    };
    let charset = charset.split('*').next().unwrap_or(charset);
    let length = text.len() - rest.len() + end + 2;
    Some((text::decode_charset(&octets, Some(charset)).into_owned(), length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_unfolded_and_the_body_starts_after_the_empty_line() {
        let (header, body) = Header::parse(b"From: a\nSubject: b\n  c\nX:\n\nbody\n");
        assert_eq!(header.get("subject").as_deref(), Some("b c"));
        assert_eq!(header.get("x").as_deref(), Some(""));
        assert_eq!(body, b"body\n");
    }

    #[test]
    fn text_without_a_header_is_all_body() {
        let (header, body) = Header::parse(b"550 5.1.1 <a@b.test>: no such user\n");
        assert!(!header.is_message_header());
        assert_eq!(body, b"550 5.1.1 <a@b.test>: no such user\n");
    }

    #[test]
    fn encoded_words_are_joined() {
        assert_eq!(decode_words("=?utf-8?q?Nicht_=C3=BC?= =?UTF-8?B?YmVy?= !"), "Nicht über !");
        assert_eq!(decode_words("=?x?y?z"), "=?x?y?z");
    }

    #[test]
    fn parameters_are_found_quoted_or_bare() {
        let value = r#"multipart/report; report-type=delivery-status; boundary="a;b=c""#;
        assert_eq!(parameter(value, "boundary").as_deref(), Some("a;b=c"));
        assert_eq!(parameter(value, "Report-Type").as_deref(), Some("delivery-status"));
        assert_eq!(parameter(value, "charset"), None);
    }
}
