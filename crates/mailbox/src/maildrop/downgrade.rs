//! Headers in UTF-8 (RFC 6532) for readers that have not said that they understand them (RFC 6856): turned
//! into what every mail program reads, in the simple way of RFC 6858.
//!
//! - Free text (Subject and most others) becomes encoded words (RFC 2047).
//! - In address fields names become encoded words, domains their ASCII form. An address whose local part is not
//!   ASCII has no other form: it becomes an invalid one, and is shown as a name.
//! - File names in Content-Type and Content-Disposition are written as RFC 2231 has it.
//!
//! Only the message's own header is changed, never its body or the headers of its parts. Fields that are ASCII stay
//! octet for octet, and so do those that are neither ASCII nor UTF-8: nobody knows what they mean. The message
//! on disk is not touched; a reader that says UTF8 gets it as it is.

use causeway_model::Domain;

/// Octets of a field that is changed; a longer one passes as it is.
const MAX_FIELD: usize = 64 * 1024;

/// What stands for an address that has no ASCII form (RFC 6858 section 2.1).
const NO_ADDRESS: &str = "invalid@internationalized-address.invalid";

/// Octets of an encoded word at most (RFC 2047 section 2), its frame not counted.
const MAX_ENCODED: usize = 60;

/// The state between two pieces of one message.
#[derive(Clone, Debug, Default)]
pub(super) struct Downgrade {
    /// The field that is being read, with its line ends.
    field: Vec<u8>,
    /// The rest of the field is too long to be changed.
    passing: bool,
    /// The header is over.
    done: bool,
}

impl Downgrade {
    /// Takes the next piece of the file; gives what stands for it to `put`.
    pub(super) fn push(&mut self, piece: &[u8], mut put: impl FnMut(&[u8])) {
        let mut rest = piece;
        while !self.done && !rest.is_empty() {
            // A field ends where a line begins with anything but white space.
            let at_line_start = self.field.last().is_none_or(|last| *last == b'\n');
            if at_line_start && !matches!(rest[0], b' ' | b'\t') && !self.field.is_empty() {
                self.give(&mut put);
            }
            let end = memchr::memchr(b'\n', rest).map_or(rest.len(), |end| end + 1);
            let (line, after) = rest.split_at(end);
            self.field.extend_from_slice(line);
            rest = after;
            if matches!(&*self.field, b"\n" | b"\r\n") {
                self.done = true;
                self.give(&mut put);
            } else if self.field.len() > MAX_FIELD {
                // What follows is the same field; a line end at its end is kept for the next one.
                self.passing = true;
                let kept = usize::from(self.field.last() == Some(&b'\n'));
                let given = self.field.len() - kept;
                put(&self.field[..given]);
                self.field.drain(..given);
            }
        }
        if !rest.is_empty() {
            put(rest);
        }
    }

    /// The file has ended.
    pub(super) fn finish(&mut self, put: impl FnMut(&[u8])) {
        self.give(put);
        self.done = true;
    }

    fn give(&mut self, mut put: impl FnMut(&[u8])) {
        let changed = match std::str::from_utf8(&self.field) {
            Ok(field) if !self.passing && !field.is_ascii() => Some(downgraded(field)),
            _ => None,
        };
        match changed {
            Some(changed) => put(changed.as_bytes()),
            None if self.field.is_empty() => {}
            None => put(&self.field),
        }
        self.field.clear();
        self.passing = false;
    }
}

/// A field that is not ASCII, as ASCII.
fn downgraded(field: &str) -> String {
    let Some((name, value)) = field.split_once(':').filter(|(name, _)| name.is_ascii()) else {
        // No field at all: a line that somebody wrote into the header.
        return format!("X-Downgraded: {}\n", encoded(field.trim()));
    };
    let value = value.replace(['\r', '\n'], "");
    let value = value.trim();
    let lower = name.trim().to_ascii_lowercase();
    let value = match lower.strip_prefix("resent-").unwrap_or(&lower) {
        "from"
        | "sender"
        | "reply-to"
        | "to"
        | "cc"
        | "bcc"
        | "return-path"
        | "delivered-to"
        | "x-original-to"
        | "disposition-notification-to" => addresses(value),
        "content-type" | "content-disposition" => parameters(value),
        _ => free_text(value),
    };
    format!("{name}: {value}\n")
}

/// Text with everything from its first to its last word that is not ASCII as encoded words.
fn free_text(text: &str) -> String {
    let Some(first) = text.find(|c: char| !c.is_ascii()) else { return text.to_owned() };
    let last = text.rfind(|c: char| !c.is_ascii()).unwrap_or(first);
    let start = text[..first].rfind(' ').map_or(0, |space| space + 1);
    let end = text[last..].find(' ').map_or(text.len(), |space| last + space);
    format!("{}{}{}", &text[..start], encoded(&text[start..end]), &text[end..])
}

/// Encoded words, one line each.
fn encoded(text: &str) -> String {
    let mut words = Vec::new();
    let mut word = String::new();
    for character in text.chars() {
        let mut octets = [0; 4];
        let piece: String = character
            .encode_utf8(&mut octets)
            .bytes()
            .map(|octet| match octet {
                b' ' => "_".to_owned(),
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'!' | b'*' | b'+' | b'-' | b'/' => {
                    char::from(octet).to_string()
                }
                _ => format!("={octet:02X}"),
            })
            .collect();
        if word.len() + piece.len() > MAX_ENCODED {
            words.push(std::mem::take(&mut word));
        }
        word.push_str(&piece);
    }
    words.push(word);
    let framed: Vec<String> = words.iter().map(|word| format!("=?utf-8?Q?{word}?=")).collect();
    framed.join("\n ")
}

/// A list of addresses, each on its own line once one is changed.
fn addresses(list: &str) -> String {
    let mut out = String::new();
    for (item, separator) in items(list) {
        if !out.is_empty() {
            out.push_str("\n ");
        }
        if item.is_ascii() {
            out.push_str(item.trim());
        } else {
            out.push_str(&address(item.trim()));
        }
        out.extend(separator);
    }
    out
}

/// The parts between the commas, colons and semicolons that separate addresses, each with its
/// separator.
fn items(list: &str) -> Vec<(&str, Option<char>)> {
    let mut items = Vec::new();
    let (mut start, mut quoted, mut angle, mut comments) = (0, false, false, 0_usize);
    let mut escaped = false;
    for (at, character) in list.char_indices() {
        if std::mem::take(&mut escaped) {
            continue;
        }
        match character {
            '\\' => escaped = quoted || comments > 0,
            '"' if comments == 0 => quoted = !quoted,
            '(' if !quoted => comments += 1,
            ')' if !quoted => comments = comments.saturating_sub(1),
            '<' if !quoted && comments == 0 => angle = true,
            '>' if !quoted && comments == 0 => angle = false,
            ',' | ';' | ':' if !quoted && !angle && comments == 0 => {
                items.push((&list[start..at], Some(character)));
                start = at + 1;
            }
            _ => {}
        }
    }
    if !list[start..].trim().is_empty() {
        items.push((&list[start..], None));
    }
    items
}

/// One address that is not ASCII, or the name of a group.
fn address(item: &str) -> String {
    if let Some((name, rest)) = item.rsplit_once('<')
        && let Some((spec, _)) = rest.split_once('>')
    {
        let name = unquoted(name);
        return match (ascii_address(spec), name.is_empty()) {
            (Some(spec), true) => format!("<{spec}>"),
            (Some(spec), false) => format!("{} <{spec}>", phrase(&name)),
            (None, true) => format!("{} <{NO_ADDRESS}>", encoded(spec)),
            (None, false) => format!("{} <{NO_ADDRESS}>", phrase(&name)),
        };
    }
    match item.split_once('(') {
        // `address (name)`, as it was written long ago.
        Some((spec, comment)) if spec.contains('@') => {
            let name = comment.trim_end_matches(')');
            let spec = ascii_address(spec.trim()).unwrap_or_else(|| NO_ADDRESS.to_owned());
            format!("{} <{spec}>", phrase(name))
        }
        None if item.contains('@') => {
            ascii_address(item).unwrap_or_else(|| format!("{} <{NO_ADDRESS}>", encoded(item)))
        }
        _ => phrase(&unquoted(item)),
    }
}

/// A name before an address.
fn phrase(name: &str) -> String {
    if name.is_ascii() {
        return format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""));
    }
    encoded(name)
}

/// A name without its quotation marks.
fn unquoted(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut characters = name.trim().chars();
    while let Some(character) = characters.next() {
        match character {
            '"' => {}
            '\\' => out.extend(characters.next()),
            other => out.push(other),
        }
    }
    out
}

/// The address in ASCII, where only its domain is not.
fn ascii_address(spec: &str) -> Option<String> {
    let (local, domain) = spec.rsplit_once('@')?;
    if !local.is_ascii() {
        return None;
    }
    Some(format!("{local}@{}", Domain::parse(domain.trim()).ok()?))
}

/// The parameters of a MIME field; those that are not ASCII as RFC 2231 has it.
fn parameters(value: &str) -> String {
    let mut out = String::new();
    let mut rest = value;
    while !rest.is_empty() {
        let mut quoted = false;
        let end = rest.find(|c| {
            quoted ^= c == '"';
            c == ';' && !quoted
        });
        let (part, after) = rest.split_at(end.unwrap_or(rest.len()));
        rest = after.strip_prefix(';').unwrap_or_default();
        if !out.is_empty() {
            out.push_str(";\n ");
        }
        match part.split_once('=') {
            _ if part.is_ascii() => out.push_str(part.trim()),
            Some((name, text)) if name.is_ascii() => {
                let name = name.trim().trim_end_matches('*');
                out.push_str(&format!("{name}*=utf-8''{}", percent_encoded(&unquoted(text))));
            }
            // Neither type nor parameter: it says nothing to any program.
            _ => out.push_str("x-unknown"),
        }
    }
    out
}

fn percent_encoded(text: &str) -> String {
    text.bytes()
        .map(|octet| match octet {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => {
                char::from(octet).to_string()
            }
            _ => format!("%{octet:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(message: &[u8]) -> Vec<u8> {
        let (mut downgrade, mut out) = (Downgrade::default(), Vec::new());
        downgrade.push(message, |octets| out.extend_from_slice(octets));
        downgrade.finish(|octets| out.extend_from_slice(octets));
        out
    }

    fn field(text: &str) -> String {
        String::from_utf8(changed(format!("{text}\n\nb\u{f6}dy\n").as_bytes()))
            .unwrap()
            .strip_suffix("\n\nb\u{f6}dy\n")
            .unwrap()
            .to_owned()
    }

    #[test]
    fn free_text_becomes_encoded_words() {
        for (from, to) in [
            ("Subject: plain", "Subject: plain"),
            ("Subject: Gr\u{fc}\u{df}e aus Ulm", "Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?= aus Ulm"),
            ("Subject: Re: \u{fc} b \u{f6} c", "Subject: Re: =?utf-8?Q?=C3=BC_b_=C3=B6?= c"),
            ("X-Folded: a\n \u{fc}\r\n\tb", "X-Folded: a =?utf-8?Q?=C3=BC=09b?="),
            ("k\u{e4}se", "X-Downgraded: =?utf-8?Q?k=C3=A4se?="),
        ] {
            assert_eq!(field(from), to);
        }
        let long = field(&format!("Subject: {}", "\u{20ac}".repeat(30)));
        assert!(long.lines().count() > 2 && long.lines().all(|line| line.len() <= 76), "{long}");
        assert_eq!(long.matches("=E2=82=AC").count(), 30);
    }

    #[test]
    fn addresses_keep_what_can_be_kept() {
        for (from, to) in [
            ("From: J\u{fc}rgen <j@ext.test>", "From: =?utf-8?Q?J=C3=BCrgen?= <j@ext.test>"),
            ("From: \"J\u{fc}, A\" <j@ext.test>", "From: =?utf-8?Q?J=C3=BC=2C_A?= <j@ext.test>"),
            ("To: a@b\u{fc}cher.test", "To: a@xn--bcher-kva.test"),
            (
                "To: \"A, B\" <a@x.test>, <b@b\u{fc}cher.test>",
                "To: \"A, B\" <a@x.test>,\n <b@xn--bcher-kva.test>",
            ),
            (
                "Cc: j\u{fc}rgen@ext.test",
                "Cc: =?utf-8?Q?j=C3=BCrgen=40ext=2Etest?= <invalid@internationalized-address.invalid>",
            ),
            (
                "Reply-To: Jo <j\u{fc}@ext.test>",
                "Reply-To: \"Jo\" <invalid@internationalized-address.invalid>",
            ),
            ("To: Br\u{fc}der: a@x.test;", "To: =?utf-8?Q?Br=C3=BCder?=:\n a@x.test;"),
            ("To: a@x.test (J\u{fc})", "To: =?utf-8?Q?J=C3=BC?= <a@x.test>"),
        ] {
            assert_eq!(field(from), to);
        }
    }

    #[test]
    fn file_names_become_extended_parameters() {
        assert_eq!(
            field("Content-Disposition: attachment; filename=\"\u{fc};1.pdf\"; size=3"),
            "Content-Disposition: attachment;\n filename*=utf-8''%C3%BC%3B1.pdf;\n size=3"
        );
    }

    #[test]
    fn bodies_other_charsets_and_endless_fields_pass() {
        for message in [
            &b"Subject: \xfc latin\n\nbody \xc3\xbc\n"[..],
            b"a: b\n\n\xc3\xbc: \xc3\xbc\n",
            b"",
            b"\n\xc3\xbc\n",
            b"no end",
        ] {
            assert_eq!(changed(message), message);
        }
        let endless = format!("X: {}\n more\nSubject: a\n\nb", "\u{fc}".repeat(MAX_FIELD));
        assert_eq!(changed(endless.as_bytes()), endless.as_bytes());
    }

    proptest::proptest! {
        #[test]
        fn every_header_comes_out_as_ascii_and_pieces_make_no_difference(
            name in "(Subject|From|To|Content-Type|X|)",
            value in "[a\u{fc}\u{20ac}@.<>\"(),;:=\\\\ \r\n\t]{0,40}",
            cut in 0usize..60,
        ) {
            let message = format!("{name}: {value}\n\nb\u{fc}\n");
            let whole = changed(message.as_bytes());
            let (a, b) = message.as_bytes().split_at(cut.min(message.len()));
            let (mut downgrade, mut out) = (Downgrade::default(), Vec::new());
            downgrade.push(a, |octets| out.extend_from_slice(octets));
            downgrade.push(b, |octets| out.extend_from_slice(octets));
            downgrade.finish(|octets| out.extend_from_slice(octets));
            proptest::prop_assert_eq!(&out, &whole);
            let text = String::from_utf8(whole).unwrap();
            let header = text.split("\n\n").next().unwrap().split("\n\r\n").next().unwrap();
            proptest::prop_assert!(header.is_ascii(), "{}", header);
        }
    }
}
