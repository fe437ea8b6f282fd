//! Mailbox files: several messages one after the other, each behind a `From ` line (RFC 4155).

/// The messages of a mailbox file; `None` when the input is not one, or holds one message only.
pub(super) fn split(input: &[u8]) -> Option<Vec<&[u8]>> {
    if !separates(input) {
        return None;
    }
    let mut starts = vec![0];
    for at in memchr::memmem::find_iter(input, b"\n\nFrom ") {
        if separates(&input[at + 2..]) && starts.len() < MAX_MESSAGES {
            starts.push(at + 2);
        }
    }
    let ends = starts.iter().skip(1).copied().chain([input.len()]);
    let messages: Vec<&[u8]> =
        starts.iter().zip(ends).map(|(&from, to)| &input[from..to]).collect();
    (messages.len() > 1).then_some(messages)
}

const MAX_MESSAGES: usize = 2000;

/// `From a@b Thu Apr 29 23:34:45 2015`, and a header field on the next line.
fn separates(input: &[u8]) -> bool {
    let Some(end) = memchr::memchr(b'\n', &input[..input.len().min(400)]) else { return false };
    let (line, next) = (&input[..end], &input[end + 1..]);
    let next = &next[..next.len().min(100)];
    let field = next.iter().position(|&b| b == b':').is_some_and(|colon| {
        colon > 1 && next[..colon].iter().all(|b| b.is_ascii_alphanumeric() || *b == b'-')
    });
    let timed =
        line.windows(3).any(|w| w[0].is_ascii_digit() && w[1] == b':' && w[2].is_ascii_digit());
    line.starts_with(b"From ") && timed && field
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_split_at_their_separators_only() {
        let one =
            "From a@x.test Mon Jun  1 10:00:00 2026\nFrom: a@x.test\n\nFrom here on\nnothing.\n";
        assert_eq!(split(one.as_bytes()), None);
        let two = format!("{one}\n{one}");
        assert_eq!(split(two.as_bytes()).map(|messages| messages.len()), Some(2));
        assert_eq!(split(b"From: a@x.test\n\nx\n"), None);
    }
}
