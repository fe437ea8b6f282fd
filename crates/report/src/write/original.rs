//! The third part: the original message, or its header; and the way it came.

use causeway_model::{BodyType, Return, Timestamp};

use super::mime::{Lines, quoted_printable};
use super::{Kind, ReportRequest, is_about_report};

/// A header is returned up to this many octets.
const HEADER_CAP: usize = 64 * 1024;

/// A MIME part: its fields without line ends, and its body.
pub(super) struct Part {
    pub(super) header: Vec<String>,
    pub(super) body: Vec<u8>,
}

/// What of the original goes into the report. The whole of it only in failure reports, when
/// `RET=FULL` asks for it (RFC 3461 section 4.3), it is within the cap, and it can travel as it is.
pub(super) fn part(request: &ReportRequest<'_>, global: bool) -> Part {
    if returns_all(request, global) {
        return all(request.content, global);
    }
    let header = header_of(request.content);
    let header = if header.len() <= HEADER_CAP {
        header
    } else {
        let end = memchr::memmem::rfind(&header[..HEADER_CAP], b"\r\n").unwrap_or(HEADER_CAP);
        &header[..end]
    };
    let kind = match (global, header.is_ascii()) {
        (true, _) => "message/global-headers",
        (false, true) => "text/rfc822-headers",
        (false, false) => "text/rfc822-headers; charset=utf-8",
    };
    let mut fields = vec![format!("Content-Type: {kind}")];
    let body = if travels_as_it_is(header) && header.is_ascii() {
        header.to_vec()
    } else {
        fields.push("Content-Transfer-Encoding: quoted-printable".into());
        quoted_printable(header, Lines::Message).into_bytes()
    };
    Part { header: fields, body }
}

/// The sender asked for all of it; and a report that found nobody says in its body what it was about.
pub(super) fn is_all_wanted(request: &ReportRequest<'_>) -> bool {
    request.kind == Kind::Failed
        && (request.envelope.ret == Some(Return::Full) || is_about_report(request))
}

/// True when the whole original is returned.
pub(super) fn returns_all(request: &ReportRequest<'_>, global: bool) -> bool {
    is_all_wanted(request)
        && request.content.len() as u64 == request.size
        && request.size <= request.return_cap
        && (global
            || travels_as_it_is(request.content)
                && (request.content.is_ascii()
                    || request.envelope.body_type == BodyType::EightBitMime))
}

fn all(content: &[u8], global: bool) -> Part {
    if global {
        return Part {
            header: vec![
                "Content-Type: message/global".into(),
                "Content-Transfer-Encoding: quoted-printable".into(),
            ],
            body: quoted_printable(content, Lines::Message).into_bytes(),
        };
    }
    let mut header = vec!["Content-Type: message/rfc822".into()];
    if !content.is_ascii() {
        header.push("Content-Transfer-Encoding: 8bit".into());
    }
    Part { header, body: content.to_vec() }
}

/// No line too long, no NUL, no lone CR or LF: fit for a part that may not be encoded.
fn travels_as_it_is(octets: &[u8]) -> bool {
    let mut line_start = 0;
    for at in memchr::memchr3_iter(b'\r', b'\n', 0, octets) {
        match octets[at] {
            b'\n' if at > 0 && octets[at - 1] == b'\r' => {
                if at - line_start > 999 {
                    return false;
                }
                line_start = at + 1;
            }
            b'\r' if octets.get(at + 1) == Some(&b'\n') => {}
            _ => return false,
        }
    }
    octets.len() - line_start <= 998
}

/// The header, without the empty line that ends it.
pub(super) fn header_of(content: &[u8]) -> &[u8] {
    if content.starts_with(b"\r\n") {
        return &[];
    }
    let end = memchr::memmem::find(content, b"\r\n\r\n").map(|at| at + 2);
    &content[..end.unwrap_or(content.len())]
}

/// One step of the way that the original took, from a Received field.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Hop {
    pub(super) from: String,
    pub(super) by: String,
    pub(super) with: String,
    pub(super) at: Option<Timestamp>,
}

/// The way so far, oldest first, at most 40 steps. What cannot be read is left empty.
pub(super) fn hops(content: &[u8]) -> Vec<Hop> {
    let header = header_of(content);
    let header = String::from_utf8_lossy(&header[..header.len().min(HEADER_CAP)]);
    let unfolded = header.replace("\r\n ", " ").replace("\r\n\t", " ");
    let mut hops: Vec<Hop> = unfolded
        .split("\r\n")
        .filter_map(|field| {
            let name = field.get(..9)?;
            name.eq_ignore_ascii_case("received:").then(|| hop(&field[9..]))
        })
        .take(40)
        .collect();
    hops.reverse();
    hops
}

fn hop(value: &str) -> Hop {
    let (clauses, date) = value.rsplit_once(';').unwrap_or((value, ""));
    let mut hop = Hop { at: date_time(date), ..Hop::default() };
    let mut current: Option<&str> = None;
    let mut depth = 0_usize;
    for word in clauses.split_whitespace().take(200) {
        let opens = word.matches('(').count();
        let closes = word.matches(')').count();
        if depth == 0 && opens == 0 {
            let known = keyword(word);
            if known.is_some() {
                current = known;
            } else {
                let slot = match current.take() {
                    Some("from") => &mut hop.from,
                    Some("by") => &mut hop.by,
                    Some("with") => &mut hop.with,
                    _ => continue,
                };
                if slot.is_empty() {
                    slot.extend(word.chars().take(120));
                }
            }
        }
        depth = (depth + opens).saturating_sub(closes);
    }
    hop
}

fn keyword(word: &str) -> Option<&'static str> {
    ["from", "by", "with", "id", "for", "via"]
        .into_iter()
        .find(|keyword| word.eq_ignore_ascii_case(keyword))
}

fn date_time(text: &str) -> Option<Timestamp> {
    // Comments such as "(UTC)" stand at the end.
    let text = text.split('(').next().unwrap_or("").trim();
    let zoned = jiff::fmt::rfc2822::parse(text).ok()?;
    Some(Timestamp::from_millis(zoned.timestamp().as_millisecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn received_lines_become_hops_oldest_first() {
        let header =
            b"Received: from relay.test (relay.test [192.0.2.3]\r\n (helo by mistake))\r\n\
            \tby mx.contoso.example (Causeway) with ESMTPS id 123 for <a@b.test>;\r\n \
            Sat, 21 Nov 2026 09:05:07 +0000 (UTC)\r\nSubject: x\r\n\
            RECEIVED: by relay.test; nonsense\r\nReceived:\r\n\r\nReceived: from body by body\r\n";
        let hops = hops(header);
        assert_eq!(hops.len(), 3);
        assert_eq!(hops[0], Hop::default());
        assert_eq!(hops[1].by, "relay.test");
        assert_eq!(hops[2].from, "relay.test");
        assert_eq!(hops[2].by, "mx.contoso.example");
        assert_eq!(hops[2].with, "ESMTPS");
        assert_eq!(hops[2].at.unwrap().rfc3339(), "2026-11-21T09:05:07.000Z");
    }

    #[test]
    fn only_what_can_travel_unchanged_is_returned_unencoded() {
        assert!(travels_as_it_is(b"a\r\nb\r\n"));
        assert!(!travels_as_it_is(b"a\nb"));
        assert!(!travels_as_it_is(b"a\rb"));
        assert!(!travels_as_it_is(b"a\0b"));
        assert!(travels_as_it_is(&[b'x'; 998]));
        assert!(!travels_as_it_is(&[b'x'; 999]));
    }
}
