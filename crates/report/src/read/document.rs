//! Octets to the parts of a message that matter for a report.
//!
//! A lenient MIME walk of our own: reports come with missing or wrong Content-Type fields,
//! boundaries that are not declared, parts without headers, and the original message cut anywhere.
//! Nothing is decoded before it is asked for, so the returned original costs nothing.
//!
//! Limits: nesting, the number of parts and the size of each text are bounded; what lies beyond
//! is not looked at.

use std::borrow::Cow;

use super::header::{self, Header};
use super::text;

const MAX_DEPTH: u32 = 10;
const MAX_PARTS: usize = 500;

/// A message, taken apart.
#[derive(Default)]
pub(super) struct Document<'a> {
    /// The header; empty for pasted text.
    pub(super) header: Header<'a>,
    /// True when there was a message header at all.
    pub(super) has_header: bool,
    /// True for `multipart/report`, or a `report-type` parameter.
    pub(super) is_report: bool,
    /// Content-Language of the first human part that has one, else of the message; lower case.
    pub(super) content_language: Option<String>,
    /// Human parts, in order.
    pub(super) texts: Vec<TextPart<'a>>,
    /// `message/delivery-status` parts, transfer encoding undone.
    pub(super) statuses: Vec<Cow<'a, [u8]>>,
    /// `message/feedback-report` parts, transfer encoding undone.
    pub(super) feedback: Vec<Cow<'a, [u8]>>,
    /// Returned messages or their headers, transfer encoding undone.
    pub(super) originals: Vec<Cow<'a, [u8]>>,
}

/// One human part.
pub(super) struct TextPart<'a> {
    charset: Option<String>,
    encoding: Encoding,
    html: bool,
    attachment: bool,
    body: &'a [u8],
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Encoding {
    Identity,
    Base64,
    QuotedPrintable,
}

impl<'a> Document<'a> {
    /// Takes a message apart. The input has LF line ends only.
    pub(super) fn parse(input: &'a [u8]) -> Self {
        let input = input.strip_prefix(b"\xef\xbb\xbf").unwrap_or(input);
        let start = input.iter().position(|&b| b != b'\n').unwrap_or(input.len());
        let input = &input[start..];
        let (header, body) = Header::parse(input);
        let mut document = Self::default();
        if !header.is_message_header() {
            document.texts.push(TextPart::plain(input));
            return document;
        }
        document.has_header = true;
        document.walk(&header, body, 0);
        if document.content_language.is_none() {
            document.content_language = header.get("content-language").map(|l| l.to_lowercase());
        }
        document.header = header;
        document
    }

    /// The human text: the plain parts, or the HTML ones where there is no plain one.
    pub(super) fn human_text(&self) -> Cow<'a, str> {
        let visible = |html: bool| {
            self.texts.iter().filter(move |part| part.html == html && !part.attachment)
        };
        let mut chosen: Vec<&TextPart<'a>> = visible(false).collect();
        if chosen.iter().all(|part| part.body.trim_ascii().is_empty()) {
            chosen = visible(true).collect();
        }
        if chosen.is_empty() {
            chosen = self.texts.iter().collect();
        }
        match chosen.as_slice() {
            [] => Cow::Borrowed(""),
            [one] => one.decode(),
            several => {
                let mut all = String::new();
                for part in several {
                    if all.len() > text::MAX_TEXT {
                        break;
                    }
                    all.push_str(&part.decode());
                    all.push_str("\n\n");
                }
                Cow::Owned(all)
            }
        }
    }

    /// The text of the HTML parts, when there are both kinds.
    pub(super) fn html_text(&self) -> Option<Cow<'a, str>> {
        let has_plain = self.texts.iter().any(|part| !part.html);
        has_plain.then(|| self.texts.iter().find(|part| part.html))?.map(TextPart::decode)
    }

    fn part_count(&self) -> usize {
        self.texts.len() + self.statuses.len() + self.feedback.len() + self.originals.len()
    }

    fn walk(&mut self, header: &Header<'a>, body: &'a [u8], depth: u32) {
        let content_type = header.get("content-type").unwrap_or_default();
        let media = media_type(&content_type);
        if media == "multipart/report" || header::parameter(&content_type, "report-type").is_some()
        {
            self.is_report = true;
        }
        let declared = media.starts_with("multipart/");
        let unknown = media.is_empty();
        if depth < MAX_DEPTH && (declared || unknown) {
            let boundary = header::parameter(&content_type, "boundary")
                .filter(|b| declared && !b.is_empty() && has_boundary(body, b));
            let boundary = boundary.or_else(|| sniff_boundary(body));
            if let Some(boundary) = boundary {
                for part in split(body, &boundary) {
                    if self.part_count() >= MAX_PARTS {
                        return;
                    }
                    let (header, body) = part_header(part);
                    self.walk(&header, body, depth + 1);
                }
                return;
            }
        }
        self.leaf(header, &media, &content_type, body, depth);
    }

    fn leaf(
        &mut self,
        header: &Header<'a>,
        media: &str,
        content_type: &str,
        body: &'a [u8],
        depth: u32,
    ) {
        let encoding = match header.get("content-transfer-encoding") {
            Some(name) if starts_with_word(&name, "base64") => Encoding::Base64,
            Some(name) if starts_with_word(&name, "quoted-printable") => Encoding::QuotedPrintable,
            _ => Encoding::Identity,
        };
        match media {
            "message/delivery-status"
            | "message/global-delivery-status"
            | "message/xdelivery-status"
            | "text/delivery-status" => self.statuses.push(transfer_decode(body, encoding)),
            "message/feedback-report" => self.feedback.push(transfer_decode(body, encoding)),
            "message/rfc822"
            | "message/global"
            | "message/global-headers"
            | "text/rfc822-headers"
            | "text/rfc822"
            | "message/rfc822-headers"
            | "message/partial"
            | "message/external-body" => {
                let blank = body.iter().position(|&b| b != b'\n').unwrap_or(body.len());
                self.originals.push(transfer_decode(&body[blank..], encoding));
            }
            _ if media.is_empty()
                || media.starts_with("text/")
                || media.starts_with("multipart/") =>
            {
                let disposition = header.get("content-disposition").unwrap_or_default();
                if self.content_language.is_none() && depth > 0 {
                    self.content_language =
                        header.get("content-language").map(|language| language.to_lowercase());
                }
                self.texts.push(TextPart {
                    charset: header::parameter(content_type, "charset"),
                    encoding,
                    html: media == "text/html",
                    attachment: starts_with_word(&disposition, "attachment"),
                    body,
                });
            }
            _ => {}
        }
    }
}

impl<'a> TextPart<'a> {
    fn plain(body: &'a [u8]) -> Self {
        let html = is_html(body);
        Self { charset: None, encoding: Encoding::Identity, html, attachment: false, body }
    }

    /// The text, at most [`text::MAX_TEXT`] octets of it.
    fn decode(&self) -> Cow<'a, str> {
        let body = &self.body[..self.body.len().min(text::MAX_TEXT)];
        let decoded = match self.encoding {
            Encoding::Identity => text::decode_charset(body, self.charset.as_deref()),
            _ => {
                let octets = transfer_decode(body, self.encoding);
                Cow::Owned(text::decode_charset(&octets, self.charset.as_deref()).into_owned())
            }
        };
        let decoded = if decoded.contains('\r') {
            Cow::Owned(decoded.replace("\r\n", "\n").replace('\r', "\n"))
        } else {
            decoded
        };
        if self.html || is_html(decoded.as_bytes()) {
            Cow::Owned(text::strip_html(&decoded))
        } else {
            decoded
        }
    }
}

/// True when a text that is not declared as HTML plainly is.
fn is_html(body: &[u8]) -> bool {
    let start = body.trim_ascii_start();
    start.len() > 5
        && (start[..5].eq_ignore_ascii_case(b"<html") || start[..5].eq_ignore_ascii_case(b"<!doc"))
}

/// The media type in lower case, without parameters.
fn media_type(content_type: &str) -> String {
    let end = content_type.find([';', ' ', '\t']).unwrap_or(content_type.len());
    content_type[..end].trim().to_ascii_lowercase()
}

fn starts_with_word(text: &str, word: &str) -> bool {
    text.trim_start().get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word))
}

fn transfer_decode(body: &[u8], encoding: Encoding) -> Cow<'_, [u8]> {
    match encoding {
        Encoding::Identity => Cow::Borrowed(body),
        Encoding::Base64 => Cow::Owned(lines(text::decode_base64(body))),
        Encoding::QuotedPrintable => Cow::Owned(lines(text::decode_quoted_printable(body, false))),
    }
}

/// Decoded octets bring their own line ends.
fn lines(octets: Vec<u8>) -> Vec<u8> {
    match text::normalize_line_ends(&octets) {
        Cow::Borrowed(_) => octets,
        Cow::Owned(normalized) => normalized,
    }
}

/// The header of a part, which may be empty.
fn part_header(part: &[u8]) -> (Header<'_>, &[u8]) {
    match part {
        [b'\n', body @ ..] => (Header::default(), body),
        _ => Header::parse(part),
    }
}

fn has_boundary(body: &[u8], boundary: &str) -> bool {
    delimiters(body, boundary.as_bytes()).next().is_some()
}

/// The starts of the lines that are delimiters, and the starts of what follows each.
fn delimiters<'a>(body: &'a [u8], boundary: &'a [u8]) -> impl Iterator<Item = (usize, usize)> + 'a {
    let mut needle = Vec::with_capacity(boundary.len() + 2);
    needle.extend_from_slice(b"--");
    needle.extend_from_slice(boundary);
    let finder = memchr::memmem::Finder::new(&needle).into_owned();
    let mut from = 0;
    std::iter::from_fn(move || {
        loop {
            let start = from + finder.find(body.get(from..)?)?;
            from = start + boundary.len() + 2;
            if start != 0 && body[start - 1] != b'\n' {
                continue;
            }
            // A longer boundary that begins with this one is another boundary.
            let line_end = memchr::memchr(b'\n', &body[from..]).map_or(body.len(), |i| from + i);
            let tail = body[from..line_end].trim_ascii();
            if tail.is_empty() || tail == b"--" {
                return Some((start, (line_end + 1).min(body.len())));
            }
        }
    })
}

/// The parts between the delimiters. What precedes the first is dropped; a missing end is no
/// matter.
fn split<'a>(body: &'a [u8], boundary: &str) -> Vec<&'a [u8]> {
    let marks: Vec<(usize, usize)> =
        delimiters(body, boundary.as_bytes()).take(MAX_PARTS).collect();
    let mut parts = Vec::with_capacity(marks.len());
    for (i, &(_, start)) in marks.iter().enumerate() {
        let end = marks.get(i + 1).map_or(body.len(), |&(next, _)| next);
        let closing = i + 1 == marks.len() && i > 0;
        let part = &body[start.min(end)..end];
        if closing && part.trim_ascii().is_empty() {
            continue;
        }
        if closing && is_closing(body, marks[i].0, boundary) {
            continue;
        }
        parts.push(part);
    }
    parts
}

fn is_closing(body: &[u8], start: usize, boundary: &str) -> bool {
    body[start + 2 + boundary.len()..].starts_with(b"--")
}

/// A boundary that no field declares: a line `--…` among the first few that is followed by a
/// `Content-` field. Further down it would be the boundary of a returned message.
fn sniff_boundary(body: &[u8]) -> Option<String> {
    let window = &body[..body.len().min(2 * 1024)];
    let (mut from, mut lines) = (0, 0);
    while from < window.len() && lines < 6 {
        let end = memchr::memchr(b'\n', &window[from..]).map_or(window.len(), |i| from + i);
        let line = window[from..end].trim_ascii_end();
        if line.len() > 200 || line.contains(&b'@') {
            return None;
        }
        lines += u32::from(!line.is_empty());
        if line.len() > 6
            && line.starts_with(b"--")
            && !line[2..].iter().all(|&b| b == b'-')
            && line.iter().all(|b| (33..=126).contains(b))
        {
            let next = window.get(end + 1..).unwrap_or_default();
            if next.len() > 8 && next[..8].eq_ignore_ascii_case(b"content-") {
                return std::str::from_utf8(&line[2..]).ok().map(str::to_owned);
            }
        }
        from = end + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(message: &str) -> Document<'_> {
        Document::parse(message.as_bytes())
    }

    #[test]
    fn the_parts_of_a_report_are_told_apart() {
        let document = parse(
            "From: m@x.test\nTo: a@x.test\nContent-Type: multipart/report; boundary=b\n\n\
             preamble\n--b\n\nhuman\n--b\nContent-Type: message/delivery-status\n\nStatus: 5.1.1\n\
             --b\nContent-Type: message/rfc822\n\nSubject: x\n\nbody\n--b--\n",
        );
        assert!(document.is_report);
        assert_eq!(document.human_text().trim(), "human");
        assert_eq!(&*document.statuses[0], b"Status: 5.1.1\n");
        assert_eq!(&*document.originals[0], b"Subject: x\n\nbody\n");
    }

    #[test]
    fn an_undeclared_boundary_is_found() {
        let document = parse(
            "From: m@x.test\nSubject: y\n\nThis is MIME\n\n--q1.2/h\nContent-Type: text/plain\n\nhi\n\
             --q1.2/h\nContent-Type: message/delivery-status\n\nAction: failed\n--q1.2/h--\n",
        );
        assert_eq!(document.human_text().trim(), "hi");
        assert_eq!(document.statuses.len(), 1);
    }

    #[test]
    fn html_is_used_only_where_there_is_no_plain_text() {
        let document = parse(
            "From: m@x.test\nTo: a@x.test\nContent-Type: multipart/alternative; boundary=b\n\n\
             --b\nContent-Type: text/html\n\n<p>one</p>\n--b\nContent-Type: text/plain\n\ntwo\n--b--\n",
        );
        assert_eq!(document.human_text().trim(), "two");
        assert_eq!(document.html_text().unwrap().trim(), "one");
    }

    #[test]
    fn pasted_text_is_one_human_part() {
        let document = parse("\n\n550 5.1.1 unknown\n");
        assert!(!document.has_header);
        assert_eq!(document.human_text().trim(), "550 5.1.1 unknown");
    }
}
