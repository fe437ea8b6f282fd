//! Finding mail addresses in text.
//!
//! Works on the octets of a `str`, one pass, without regular expressions: the at-sign is found
//! first, then the address grows to both sides. What is found is what stands there; whether it is
//! a recipient is decided elsewhere.

/// An address in a text: `text[start..end]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Span {
    /// The address itself.
    pub(super) fn of(self, text: &str) -> &str {
        &text[self.start..self.end]
    }
}

/// Every address in `text`, in order.
pub(super) fn find_all(text: &str) -> impl Iterator<Item = Span> + '_ {
    let bytes = text.as_bytes();
    let mut from = 0;
    std::iter::from_fn(move || {
        loop {
            let at = from + memchr::memchr(b'@', bytes.get(from..)?)?;
            let lower_bound = from;
            from = at + 1;
            let Some(start) = local_start(bytes, at, lower_bound) else { continue };
            let Some(end) = domain_end(text, at + 1) else { continue };
            let start = trim_start(text, start, at);
            if start < at {
                from = end;
                return Some(Span { start, end });
            }
        }
    })
}

/// The first address in `text`.
pub(super) fn first(text: &str) -> Option<&str> {
    find_all(text).next().map(|span| span.of(text))
}

fn is_local(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&*+-/=?^_`{|}~.'".contains(&byte) || byte >= 0x80
}

fn is_domain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_') || byte >= 0x80
}

fn local_start(bytes: &[u8], at: usize, lower_bound: usize) -> Option<usize> {
    if at == lower_bound {
        return None;
    }
    if bytes[at - 1] == b'"' {
        // "quoted local part"@domain, on one line.
        let mut i = at - 1;
        while i > lower_bound {
            i -= 1;
            match bytes[i] {
                b'"' if i == 0 || bytes[i - 1] != b'\\' => return (at - i > 2).then_some(i),
                b'\n' | b'<' => return None,
                _ => {}
            }
        }
        return None;
    }
    let mut start = at;
    // 64 octets are the limit; longer ones exist in the wild (VERP), endless ones do not.
    while start > lower_bound && at - start < 320 && is_local(bytes[start - 1]) {
        start -= 1;
    }
    (start < at).then_some(start)
}

/// Where a domain ends that runs into text of a script without spaces (`a@b.testへ`): before the
/// first such character that does not begin a label.
fn script_cut(domain: &str) -> usize {
    let mut label_start = true;
    let mut script_label = false;
    for (i, c) in domain.char_indices() {
        let without_spaces = c >= '\u{2e80}';
        if without_spaces && !label_start && !script_label {
            return i;
        }
        script_label = without_spaces || (script_label && c != '.');
        label_start = c == '.';
    }
    domain.len()
}

fn domain_end(text: &str, start: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    if bytes.get(start) == Some(&b'[') {
        let length = bytes[start..].iter().take(60).position(|&b| b == b']')?;
        return Some(start + length + 1);
    }
    let mut end = start;
    while end < bytes.len() && end - start < 255 && is_domain(bytes[end]) {
        end += 1;
    }
    while end > start && matches!(bytes[end - 1], b'.' | b'-' | b'_') {
        end -= 1;
    }
    end = start + script_cut(text.get(start..end)?);
    (end > start && bytes[start..end].iter().any(|b| b.is_ascii_alphanumeric() || *b >= 0x80))
        .then_some(end)
}

/// Drops what belongs to the text and not to the address: an apostrophe used as a quote, `F=`,
/// `to=`, text in another script.
fn trim_start(text: &str, start: usize, at: usize) -> usize {
    let mut start = start;
    while start < at && !text.is_char_boundary(start) {
        start += 1;
    }
    let local = &text[start..at];
    // Words of a script without spaces run into the address.
    if let Some(last_other) = local.rfind(|c: char| !c.is_ascii())
        && local[..last_other].chars().all(|c| !c.is_ascii())
        && local[last_other..].chars().skip(1).count() > 0
    {
        let width = local[last_other..].chars().next().map_or(1, char::len_utf8);
        start += last_other + width;
    }
    let local = &text[start..at];
    if let Some((key, _)) = local.split_once('=')
        && (key.len() == 1
            || [
                "smtp",
                "to",
                "from",
                "rcpt",
                "email",
                "mail",
                "recipient",
                "addr",
                "for",
                "mailfrom",
            ]
            .iter()
            .any(|known| key.eq_ignore_ascii_case(known)))
    {
        start += key.len() + 1;
    }
    let local = &text[start..at];
    // An encoded word used as a local part is kept: it is what stands there.
    if local.starts_with("=?") {
        return start;
    }
    start + (local.len() - local.trim_start_matches(['\'', '`', '*', '-', '=', '.', '|']).len())
}

/// True when two addresses are the same for people: case and quoting aside.
pub(super) fn same(a: &str, b: &str) -> bool {
    fn key(address: &str) -> impl Iterator<Item = u8> + '_ {
        address.bytes().filter(|&byte| byte != b'"').map(|byte| byte.to_ascii_lowercase())
    }
    key(a).eq(key(b))
}

/// True for addresses of mail systems and help desks, which stand in reports without being
/// recipients.
pub(super) fn is_service(address: &str) -> bool {
    const LOCAL: [&str; 12] = [
        "postmaster",
        "mailer-daemon",
        "mailerdaemon",
        "mail-daemon",
        "abuse",
        "hostmaster",
        "helpdesk",
        "noc",
        "root",
        "double-bounce",
        "mdaemon",
        "maildaemon",
    ];
    let local = address.rsplit_once('@').map_or(address, |(local, _)| local);
    LOCAL.iter().any(|name| local.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Vec<&str> {
        find_all(text).map(|span| span.of(text)).collect()
    }

    #[test]
    fn addresses_are_found_in_all_their_wrappings() {
        assert_eq!(
            all("<a@b.test>... User; 'c.d@e.test', (f@g.test)."),
            ["a@b.test", "c.d@e.test", "f@g.test"]
        );
        assert_eq!(
            all("F=[x@y.test] T=z@y.test mailto:q@r.test"),
            ["x@y.test", "z@y.test", "q@r.test"]
        );
        assert_eq!(all(r#"<"a b"@c.test>"#), [r#""a b"@c.test"#]);
        assert_eq!(all("u@[192.0.2.1]: no"), ["u@[192.0.2.1]"]);
        assert_eq!(all("宛先a@b.testへ"), ["a@b.test"]);
        assert_eq!(all("ü@bücher.test x@例え.テスト"), ["ü@bücher.test", "x@例え.テスト"]);
    }

    #[test]
    fn at_signs_that_are_no_addresses_are_left_alone() {
        assert!(all("@ a @ b@ @c @@ \"@\"").iter().all(|found| !found.starts_with('@')));
        assert!(all("@").is_empty());
        assert!(all("x@...").is_empty());
    }
}
