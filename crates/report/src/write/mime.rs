//! Encodings: quoted-printable, encoded words, folded fields, boundaries. All total.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::ReportRecipient;

/// How line ends in the input of [`quoted_printable`] look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lines {
    /// `\n`, our own text.
    Text,
    /// CRLF, a message; other line breaks are encoded.
    Message,
}

/// RFC 2045 section 6.7: lines of at most 76 characters, all ASCII, CRLF. `From ` and dots at the start
/// of a line are encoded too, for mail stores and badly stuffed transports.
pub(super) fn quoted_printable(input: &[u8], lines: Lines) -> String {
    let mut out = String::with_capacity(input.len() + input.len() / 8);
    let mut column = 0;
    let mut at = 0;
    while at < input.len() {
        let rest = &input[at..];
        let line_end = match lines {
            Lines::Text if rest[0] == b'\n' => 1,
            Lines::Message if rest.starts_with(b"\r\n") => 2,
            _ => 0,
        };
        if line_end > 0 {
            out.push_str("\r\n");
            column = 0;
            at += line_end;
            continue;
        }
        let last_of_line = match lines {
            Lines::Text => rest.len() == 1 || rest[1] == b'\n',
            Lines::Message => rest.len() == 1 || rest[1..].starts_with(b"\r\n"),
        };
        let literal = match rest[0] {
            b'=' => false,
            b' ' | b'\t' => !last_of_line,
            b'.' => column > 0,
            b'F' => column > 0 || !rest.starts_with(b"From "),
            byte => byte.is_ascii_graphic(),
        };
        let width = if literal { 1 } else { 3 };
        // 75 and a soft line break; the last octet of a line may take the 76th.
        if column + width > 75 && !(last_of_line && column + width <= 76) {
            out.push_str("=\r\n");
            column = 0;
            // What is at the start of a line is judged anew.
            continue;
        }
        if literal {
            out.push(char::from(rest[0]));
        } else {
            out.push_str(&format!("={:02X}", rest[0]));
        }
        column += width;
        at += 1;
    }
    out
}

/// A display name (RFC 5322 phrase): quoted where it is ASCII, encoded words otherwise.
pub(super) fn phrase(text: &str) -> String {
    if !text.is_ascii() {
        return encoded_words(text, "From: ".len());
    }
    let mut out = String::from("\"");
    for c in text.chars() {
        if matches!(c, '"' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('"');
    out
}

/// An unstructured field's value: as it is, folded, where it is ASCII; encoded words otherwise.
/// `used` is the width of the field's name.
pub(super) fn unstructured(text: &str, used: usize) -> String {
    if text.is_ascii() && !text.contains("=?") {
        fold(text, used, 76)
    } else {
        encoded_words(text, used)
    }
}

/// RFC 2047, UTF-8, base64; words of at most 75 characters, split between characters.
fn encoded_words(text: &str, used: usize) -> String {
    let mut out = String::new();
    let mut chunk = String::new();
    // 45 octets make 60 base64 characters, with the frame 72; the first line has the field's name.
    let mut room = if used > 20 { 24 } else { 39 };
    for c in text.chars() {
        if chunk.len() + c.len_utf8() > room {
            out.push_str(&format!("=?utf-8?B?{}?=\r\n ", STANDARD.encode(&chunk)));
            chunk.clear();
            room = 45;
        }
        chunk.push(c);
    }
    out.push_str(&format!("=?utf-8?B?{}?=", STANDARD.encode(&chunk)));
    out
}

/// Folds at white space so that lines keep within `width` where the text allows it, and breaks what has
/// no white space at 900 characters, so that no line passes 998 octets.
pub(super) fn fold(text: &str, used: usize, width: usize) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut column = used;
    for (i, word) in text.split(' ').enumerate() {
        let length = word.chars().count();
        if i > 0 {
            // A folded line must not be all white space.
            if column + 1 + length > width && !word.is_empty() && column > 1 {
                out.push_str("\r\n ");
                column = 1;
            } else {
                out.push(' ');
                column += 1;
            }
        }
        let mut rest = word;
        while rest.len() > 900 {
            let cut = (0..=900).rev().find(|&at| rest.is_char_boundary(at)).unwrap_or(0);
            if cut == 0 {
                break;
            }
            out.push_str(&rest[..cut]);
            out.push_str("\r\n ");
            column = 1;
            rest = &rest[cut..];
        }
        out.push_str(rest);
        column += rest.chars().count();
    }
    out
}

/// Text for one line: control characters become spaces, what would turn the direction of writing
/// becomes U+FFFD; at most `limit` characters (then with a mark).
pub(super) fn one_line(text: &str, limit: usize) -> String {
    let plain = |c: char| match c {
        c if c.is_control() => ' ',
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
        c => c,
    };
    let mut out: String = text.chars().take(limit).map(plain).collect();
    if text.chars().nth(limit).is_some() {
        out.push_str(" [...]");
    }
    out
}

/// True for a Message-ID that can be put into a header as it is.
pub(super) fn is_message_id(text: &str) -> bool {
    text.len() <= 500
        && text.len() > 2
        && text.starts_with('<')
        && text.ends_with('>')
        && text[1..text.len() - 1].bytes().all(|b| b.is_ascii_graphic() && b != b'<' && b != b'>')
}

/// The ASCII addresses of at most 100 recipients, folded, with commas.
pub(super) fn address_list(recipients: &[ReportRecipient]) -> String {
    let addresses: Vec<String> = recipients
        .iter()
        .map(|r| r.recipient.address.to_string())
        .filter(|address| address.is_ascii() && !address.contains(['"', ' ', ',']))
        .take(100)
        .collect();
    addresses.join(",\r\n ")
}

/// A boundary that does not occur in `contents`. `=_` cannot occur in quoted-printable text.
pub(super) fn boundary(unique: u64, number: u32, contents: [&[u8]; 2]) -> String {
    let mut boundary = format!("=_causeway_{unique:016x}_{number}");
    let occurs = |boundary: &str| {
        contents.iter().any(|c| memchr::memmem::find(c, boundary.as_bytes()).is_some())
    };
    while occurs(&boundary) {
        boundary.push('x');
    }
    boundary
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn quoted_printable_keeps_within_its_rules() {
        let text = "From me\n.dot = é \nend ";
        assert_eq!(
            quoted_printable(text.as_bytes(), Lines::Text),
            "=46rom me\r\n=2Edot =3D =C3=A9=20\r\nend=20"
        );
        let long = "x".repeat(76);
        assert_eq!(quoted_printable(long.as_bytes(), Lines::Text), long);
    }

    #[test]
    fn subjects_of_any_language_become_short_ascii_lines() {
        let subject = unstructured(&"Überschrift 😀 ".repeat(20), 9);
        assert!(subject.is_ascii());
        assert!(subject.split("\r\n").all(|line| line.len() <= 76), "{subject}");
        assert_eq!(unstructured("plain", 9), "plain");
        assert!(unstructured("looks =?like?= one", 9).starts_with("=?utf-8?B?"));
        assert_eq!(phrase("A \"B\""), "\"A \\\"B\\\"\"");
    }

    proptest! {
        #[test]
        fn quoted_printable_reads_back(input in proptest::collection::vec(any::<u8>(), 0..300)) {
            let encoded = quoted_printable(&input, Lines::Message);
            prop_assert!(encoded.is_ascii());
            prop_assert!(encoded.split("\r\n").all(|line| line.len() <= 76));
            prop_assert_eq!(decode(&encoded), input);
        }

        #[test]
        fn folding_changes_nothing_but_line_ends(text in "[a-z ]{0,300}", used in 0usize..40) {
            let folded = fold(&text, used, 76);
            prop_assert_eq!(folded.replace("\r\n", ""), text);
        }

        #[test]
        fn folded_lines_are_never_too_long(text in "[a-zé ]{0,3}[a-zé]{0,3000}") {
            prop_assert!(fold(&text, 20, 76).split("\r\n").all(|line| line.len() <= 998));
        }
    }

    fn decode(text: &str) -> Vec<u8> {
        let joined = text.replace("=\r\n", "");
        let bytes = joined.as_bytes();
        let (mut out, mut at) = (Vec::new(), 0);
        while at < bytes.len() {
            if bytes[at] == b'=' {
                out.push(u8::from_str_radix(&joined[at + 1..at + 3], 16).unwrap());
                at += 3;
            } else {
                out.push(bytes[at]);
                at += 1;
            }
        }
        out
    }
}
