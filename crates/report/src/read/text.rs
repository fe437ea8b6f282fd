//! Octets to text: line ends, transfer encodings, charsets, HTML.
//!
//! Everything is total and linear. What cannot be decoded stays as it is or becomes U+FFFD; a
//! report with one broken octet is still a report.

use std::borrow::Cow;

use mail_parser::decoders::charsets::map::charset_decoder;

/// At most so many octets of one text part are looked at: what a report says stands at its start.
pub(super) const MAX_TEXT: usize = 256 * 1024;

/// CRLF and bare CR become LF.
pub(super) fn normalize_line_ends(input: &[u8]) -> Cow<'_, [u8]> {
    let Some(first) = memchr::memchr(b'\r', input) else { return Cow::Borrowed(input) };
    let mut out = Vec::with_capacity(input.len());
    out.extend_from_slice(&input[..first]);
    let mut rest = &input[first..];
    while let Some(cr) = memchr::memchr(b'\r', rest) {
        out.extend_from_slice(&rest[..cr]);
        out.push(b'\n');
        rest = &rest[cr + 1..];
        if let [b'\n', after @ ..] = rest {
            rest = after;
        }
    }
    out.extend_from_slice(rest);
    Cow::Owned(out)
}

/// Decodes base64, skipping what is not of its alphabet; stops at padding.
pub(super) fn decode_base64(input: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(input.len() / 4 * 3);
    let (mut bits, mut count) = (0u32, 0u32);
    for &byte in input {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            b'=' => break,
            _ => continue,
        };
        bits = (bits << 6) | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count) as u8);
            bits &= (1 << count) - 1;
        }
    }
    out
}

/// Decodes quoted-printable; in an encoded word `_` is a space.
pub(super) fn decode_quoted_printable(input: &[u8], encoded_word: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(input.len());
    let mut rest = input;
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        match byte {
            b'=' => match tail {
                [b'\n', after @ ..] => rest = after,
                [b' ' | b'\t', ..] if tail.trim_ascii_start().len() < tail.len() => {
                    // A soft line break with stray white space before the line end.
                    let line_end = memchr::memchr(b'\n', tail);
                    match line_end {
                        Some(end) if tail[..end].iter().all(|b| matches!(b, b' ' | b'\t')) => {
                            rest = &tail[end + 1..];
                        }
                        _ => out.push(b'='),
                    }
                }
                [high, low, after @ ..] => match (hex(*high), hex(*low)) {
                    (Some(high), Some(low)) => {
                        out.push(high << 4 | low);
                        rest = after;
                    }
                    _ => out.push(b'='),
                },
                _ => out.push(b'='),
            },
            b'_' if encoded_word => out.push(b' '),
            _ => out.push(byte),
        }
    }
    out
}

fn hex(byte: u8) -> Option<u8> {
    (byte as char).to_digit(16).map(|d| d as u8)
}

/// Octets in a charset to text. Without a charset, or with one that is not known: UTF-8 when it
/// is valid, ISO-2022-JP when its escapes are there, windows-1252 otherwise.
pub(super) fn decode_charset<'a>(octets: &'a [u8], charset: Option<&str>) -> Cow<'a, str> {
    let charset = charset.unwrap_or_default().trim_matches(|c: char| c == '"' || c == '\'');
    let japanese = memchr::memmem::find(octets, b"\x1b$").is_some();
    let utf8 = charset.is_empty()
        || ["utf-8", "utf8", "us-ascii", "ascii", "unknown-8bit"]
            .iter()
            .any(|name| charset.eq_ignore_ascii_case(name));
    if utf8 && !japanese {
        return match std::str::from_utf8(octets) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) if charset.to_ascii_lowercase().starts_with("utf") => {
                String::from_utf8_lossy(octets)
            }
            Err(_) => decode_with("windows-1252", octets),
        };
    }
    if japanese && (utf8 || charset_decoder(charset.as_bytes()).is_none()) {
        return decode_with("iso-2022-jp", octets);
    }
    if octets.is_ascii() && is_ascii_superset(charset) {
        return String::from_utf8_lossy(octets);
    }
    decode_with(charset, octets)
}

/// True when ASCII octets mean ASCII in that charset.
fn is_ascii_superset(charset: &str) -> bool {
    let lower = charset.to_ascii_lowercase();
    !["utf-7", "utf7", "utf-16", "utf16", "iso-2022", "hz-gb"]
        .iter()
        .any(|start| lower.contains(start))
}

fn decode_with<'a>(charset: &str, octets: &'a [u8]) -> Cow<'a, str> {
    match charset_decoder(charset.as_bytes()) {
        Some(decode) => Cow::Owned(decode(octets)),
        None => String::from_utf8_lossy(octets),
    }
}

/// White space collapsed to single spaces, ends trimmed, at most `limit` octets (cut at a
/// character).
pub(super) fn collapse(text: &str, limit: usize) -> String {
    let mut out = String::with_capacity(text.len().min(limit));
    for word in text.split_whitespace() {
        if out.len() + word.len() + 1 > limit {
            break;
        }
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    if out.is_empty() {
        // A single word longer than the limit.
        let text = text.trim();
        let mut end = text.len().min(limit);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        out.push_str(&text[..end]);
    }
    out
}

/// The visible text of HTML: tags dropped, blocks on lines of their own, entities decoded, style
/// and script left out.
pub(super) fn strip_html(html: &str) -> String {
    let mut out = String::with_capacity(html.len() / 2);
    let mut rest = html;
    while let Some(open) = rest.find('<') {
        push_entities(&mut out, &rest[..open]);
        rest = &rest[open..];
        if let Some(comment) = rest.strip_prefix("<!--") {
            rest = comment.find("-->").map_or("", |end| &comment[end + 3..]);
            continue;
        }
        let tag_end = rest.find('>').map_or(rest.len(), |end| end + 1);
        let tag = &rest[..tag_end];
        let name: String = tag[1..]
            .chars()
            .take_while(|c| c.is_ascii_alphanumeric() || *c == '/')
            .flat_map(char::to_lowercase)
            .collect();
        if !tag[1..].starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?'))
        {
            // `<user@example.org>` or a lone less-than sign, not escaped by its writer.
            out.push('<');
            rest = &rest[1..];
            continue;
        }
        if tag.contains('@') && !tag.contains('=') && !tag.contains(' ') {
            out.push_str(tag);
            rest = &rest[tag_end..];
            continue;
        }
        rest = &rest[tag_end..];
        match name.as_str() {
            "style" | "script" | "title" => rest = skip_element(rest, &name),
            "br" | "br/" | "p" | "/p" | "div" | "/div" | "tr" | "/tr" | "li" | "/li" | "table"
            | "/table" | "h1" | "/h1" | "h2" | "/h2" | "h3" | "/h3" | "pre" | "/pre" | "hr"
            | "ul" | "/ul" | "ol" | "/ol" | "blockquote" | "/blockquote" => out.push('\n'),
            "td" | "/td" | "th" | "/th" => out.push(' '),
            _ => {}
        }
    }
    push_entities(&mut out, rest);
    out
}

/// What follows the end tag of the element that was just opened.
fn skip_element<'a>(rest: &'a str, name: &str) -> &'a str {
    let mut at = rest;
    while let Some(close) = at.find("</") {
        at = &at[close + 2..];
        if at.get(..name.len()).is_some_and(|n| n.eq_ignore_ascii_case(name)) {
            return at.find('>').map_or("", |end| &at[end + 1..]);
        }
    }
    ""
}

/// Appends text with its character references decoded. Line ends stay: in `<pre>` they matter, and
/// elsewhere they do no harm, because what is read from a line is also read across lines.
fn push_entities(out: &mut String, text: &str) {
    let mut rest = text;
    while let Some(amp) = rest.find('&') {
        out.push_str(&rest[..amp]);
        rest = &rest[amp + 1..];
        let Some(end) = rest.bytes().take(12).position(|b| b == b';') else {
            out.push('&');
            continue;
        };
        let decoded = match &rest[..end] {
            "lt" => Some('<'),
            "gt" => Some('>'),
            "amp" => Some('&'),
            "quot" => Some('"'),
            "apos" => Some('\''),
            "nbsp" => Some(' '),
            "uuml" => Some('ü'),
            "auml" => Some('ä'),
            "ouml" => Some('ö'),
            "szlig" => Some('ß'),
            "eacute" => Some('é'),
            "aring" => Some('å'),
            name => name.strip_prefix('#').and_then(|number| {
                let code = match number.strip_prefix(['x', 'X']) {
                    Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                    None => number.parse().ok()?,
                };
                char::from_u32(code).filter(|c| !c.is_control() || *c == '\n')
            }),
        };
        match decoded {
            Some(c) => {
                out.push(c);
                rest = &rest[end + 1..];
            }
            None => out.push('&'),
        }
    }
    out.push_str(rest);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_ends_of_all_three_kinds_are_one() {
        assert_eq!(&*normalize_line_ends(b"a\r\nb\rc\nd\r"), b"a\nb\nc\nd\n");
        assert!(matches!(normalize_line_ends(b"a\nb"), Cow::Borrowed(_)));
    }

    #[test]
    fn transfer_encodings_are_undone_leniently() {
        assert_eq!(decode_base64(b"SGVs\nbG8="), b"Hello");
        assert_eq!(decode_base64(b"SGVsbG8"), b"Hello");
        assert_eq!(decode_quoted_printable(b"a=3Db=\nc=ZZ=", false), b"a=bc=ZZ=");
        assert_eq!(decode_quoted_printable(b"a= \nb", false), b"ab");
        assert_eq!(decode_quoted_printable(b"a_b=5F", true), b"a b_");
    }

    #[test]
    fn charsets_are_decoded_or_guessed() {
        assert_eq!(decode_charset(b"\xfcber", None), "über");
        assert_eq!(decode_charset("über".as_bytes(), None), "über");
        assert_eq!(decode_charset(b"\x1b$B$\"\x1b(B", None), "あ");
        assert_eq!(decode_charset(b"\xfcber", Some("iso-8859-1")), "über");
    }

    #[test]
    fn html_becomes_its_visible_text() {
        let html =
            "<style>p{}</style><p>User <b>a&amp;b&#64;c.test</b> unknown<br>x <u@v.test></p>";
        let text = strip_html(html);
        assert!(text.contains("User a&b@c.test unknown\nx <u@v.test>"), "{text:?}");
        assert!(!text.contains("p{}"));
    }

    #[test]
    fn collapsing_never_cuts_a_character() {
        assert_eq!(collapse("a \n\t b  c", 100), "a b c");
        assert_eq!(collapse("ääää", 3), "ä");
        assert_eq!(collapse("", 3), "");
    }
}
