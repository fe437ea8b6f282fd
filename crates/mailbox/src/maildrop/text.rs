//! From the lines of a file to the lines of the wire.
//!
//! An LF becomes CRLF, one that is CRLF already stays; a line that begins with a dot gets a second
//! one (RFC 1939 section 3); a last line without an end gets one. Everything else passes as it is,
//! octet for octet. Lines may be of any length, and pieces may end anywhere.

use std::io::{self, Read};

/// The state between two pieces of one message.
#[derive(Clone, Debug)]
pub struct WireText {
    /// The next octet begins a line.
    at_line_start: bool,
    /// Octets of the line so far.
    line_octets: usize,
    /// The last octet of the line so far is a CR.
    after_cr: bool,
    /// Lines still to come: `None` for all of them. Counted down from the end of the header.
    lines_left: Option<u64>,
    in_header: bool,
    complete: bool,
    octets: u64,
}

impl WireText {
    /// For a whole message.
    #[must_use]
    pub const fn whole() -> Self {
        Self {
            at_line_start: true,
            line_octets: 0,
            after_cr: false,
            lines_left: None,
            in_header: true,
            complete: false,
            octets: 0,
        }
    }

    /// For the header, the empty line after it, and so many lines of the body (RFC 1939, TOP).
    #[must_use]
    pub const fn top(body_lines: u64) -> Self {
        let mut text = Self::whole();
        text.lines_left = Some(body_lines);
        text
    }

    /// True when everything that was asked for has been given.
    #[must_use]
    pub const fn is_complete(&self) -> bool {
        self.complete
    }

    /// Octets given so far, without the dots that were stuffed in.
    #[must_use]
    pub const fn octets(&self) -> u64 {
        self.octets
    }

    /// Takes the next piece of the file; gives what goes over the wire to `put`.
    pub fn push(&mut self, piece: &[u8], mut put: impl FnMut(&[u8])) {
        let mut rest = piece;
        while let (false, Some(&first)) = (self.complete, rest.first()) {
            if std::mem::take(&mut self.at_line_start) && first == b'.' {
                put(b".");
            }
            let end = memchr::memchr(b'\n', rest);
            let text = &rest[..end.unwrap_or(rest.len())];
            if let Some(&last) = text.last() {
                self.line_octets = self.line_octets.saturating_add(text.len());
                self.after_cr = last == b'\r';
                put(text);
                self.octets += text.len() as u64;
            }
            let Some(end) = end else { return };
            self.end_line(&mut put);
            rest = &rest[end + 1..];
        }
    }

    /// The file has ended.
    pub fn finish(&mut self, mut put: impl FnMut(&[u8])) {
        if !self.complete && !self.at_line_start {
            self.end_line(&mut put);
        }
        self.complete = true;
    }

    fn end_line(&mut self, put: &mut impl FnMut(&[u8])) {
        let end: &[u8] = if self.after_cr { b"\n" } else { b"\r\n" };
        put(end);
        self.octets += end.len() as u64;
        if self.in_header {
            self.in_header = self.line_octets > usize::from(self.after_cr);
        } else if let Some(left) = &mut self.lines_left {
            *left = left.saturating_sub(1);
        }
        self.complete = !self.in_header && self.lines_left == Some(0);
        self.at_line_start = true;
        self.line_octets = 0;
        self.after_cr = false;
    }
}

/// Octets of a file as it goes over the wire, without stuffing.
pub(super) fn wire_size(mut file: impl Read) -> io::Result<u64> {
    let mut text = WireText::whole();
    let mut buffer = vec![0; super::CHUNK];
    loop {
        match file.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => text.push(&buffer[..count], |_| {}),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    text.finish(|_| {});
    Ok(text.octets())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(mut text: WireText, pieces: &[&[u8]]) -> (Vec<u8>, u64) {
        let mut out = Vec::new();
        for piece in pieces {
            text.push(piece, |octets| out.extend_from_slice(octets));
        }
        text.finish(|octets| out.extend_from_slice(octets));
        (out, text.octets())
    }

    #[test]
    fn lines_end_with_crlf_and_dots_are_stuffed() {
        for (file, wire, octets) in [
            ("", "", 0),
            ("a\n\nb\n", "a\r\n\r\nb\r\n", 8),
            (".\n", "..\r\n", 3),
            ("a\n..b\n.", "a\r\n...b\r\n..\r\n", 11),
            ("a\r\nb", "a\r\nb\r\n", 6),
            ("a\rb\r", "a\rb\r\n", 5),
            ("\r\r\n", "\r\r\n", 3),
        ] {
            assert_eq!(
                sent(WireText::whole(), &[file.as_bytes()]),
                (wire.into(), octets),
                "{file:?}"
            );
            assert_eq!(wire_size(file.as_bytes()).unwrap(), octets, "{file:?}");
        }
    }

    #[test]
    fn top_gives_the_header_and_so_many_lines() {
        let file = b"a: 1\nb: 2\n\n.one\ntwo\n\nfour\n";
        let header = "a: 1\r\nb: 2\r\n\r\n";
        for (lines, body) in [
            (0, ""),
            (1, "..one\r\n"),
            (3, "..one\r\ntwo\r\n\r\n"),
            (4, "..one\r\ntwo\r\n\r\nfour\r\n"),
            (u64::MAX, "..one\r\ntwo\r\n\r\nfour\r\n"),
        ] {
            let (wire, _) = sent(WireText::top(lines), &[file]);
            assert_eq!(String::from_utf8(wire).unwrap(), format!("{header}{body}"), "{lines}");
        }
        // A message that is all header, and one whose lines end with CRLF in the file.
        assert_eq!(sent(WireText::top(0), &[b"a: 1\nb: 2"]).0, b"a: 1\r\nb: 2\r\n");
        assert_eq!(sent(WireText::top(1), &[b"a: 1\r\n\r\nx\r\ny\r\n"]).0, b"a: 1\r\n\r\nx\r\n");
    }

    proptest::proptest! {
        #[test]
        fn where_pieces_end_makes_no_difference(
            file in "[ab.\r\n]{0,40}",
            cuts in (0usize..40, 0usize..40),
            lines in proptest::option::of(0u64..4),
        ) {
            let octets = file.as_bytes();
            let (low, high) = (cuts.0.min(cuts.1).min(octets.len()), cuts.0.max(cuts.1).min(octets.len()));
            let text = lines.map_or_else(WireText::whole, WireText::top);
            let pieces = [&octets[..low], &octets[low..high], &octets[high..]];
            let whole = sent(text.clone(), &[octets]);
            proptest::prop_assert_eq!(&sent(text, &pieces), &whole);
            // Whoever takes the stuffing away again has lines that end with CRLF, and as many
            // octets as were counted.
            let wire = String::from_utf8(whole.0).unwrap();
            let plain: String = wire
                .split_inclusive("\r\n")
                .map(|line| line.strip_prefix('.').unwrap_or(line))
                .collect();
            proptest::prop_assert_eq!(plain.len() as u64, whole.1);
            proptest::prop_assert!(wire.is_empty() || wire.ends_with("\r\n"));
            proptest::prop_assert!(!wire.split("\r\n").any(|line| line == "."));
            if lines.is_none() {
                let ends = if file.is_empty() || file.ends_with('\n') { "" } else { "\n" };
                let expected = format!("{file}{ends}").replace("\r\n", "\n").replace('\n', "\r\n");
                proptest::prop_assert_eq!(plain, expected);
            }
        }
    }
}
