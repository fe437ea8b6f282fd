//! Messages for tests: with the size, octets and lines that a test is about.
//!
//! All of them have CRLF line ends and end with one, and carry From, To, Date, Message-ID and
//! Subject.

/// A header for a message with this subject; ends with the empty line.
#[must_use]
pub fn header(subject: &str) -> String {
    format!(
        "From: Alice <alice@ours.test>\r\nTo: Bob <bob@partner.test>\r\n\
         Date: Sat, 21 Nov 2026 09:05:00 +0000\r\nMessage-ID: <{:016x}@ours.test>\r\n\
         Subject: {subject}\r\n\r\n",
        fingerprint(subject)
    )
}

/// A small plain message.
#[must_use]
pub fn simple(subject: &str) -> Vec<u8> {
    format!("{}Hello Bob.\r\n", header(subject)).into_bytes()
}

/// A message of exactly so many octets, in lines of 78.
///
/// # Panics
/// When that is too small for a header (below about 250).
#[must_use]
pub fn of_size(octets: usize) -> Vec<u8> {
    let mut message = header("A message of a certain size").into_bytes();
    assert!(octets > message.len() + 2, "{octets} octets are not enough for a header");
    while message.len() < octets {
        let left = octets - message.len();
        // A rest that could not hold its own line end goes into this line.
        let line = match left {
            0..=80 => left,
            81 | 82 => left - 3,
            _ => 80,
        };
        message.extend(std::iter::repeat_n(b'x', line - 2));
        message.extend(b"\r\n");
    }
    message
}

/// A message with 8-bit octets in its body (UTF-8) and MIME headers that say so.
#[must_use]
pub fn eight_bit(subject: &str) -> Vec<u8> {
    let header = header(subject);
    let header = header.trim_end_matches("\r\n");
    format!(
        "{header}\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\
         Content-Transfer-Encoding: 8bit\r\n\r\nGrüße aus Ulm, räksmörgås, één.\r\n"
    )
    .into_bytes()
}

/// A message with one body line of so many octets, its line end not counted.
#[must_use]
pub fn long_line(octets: usize) -> Vec<u8> {
    let mut message = header("A long line").into_bytes();
    message.extend(std::iter::repeat_n(b'y', octets));
    message.extend(b"\r\n");
    message
}

/// A message whose body has lines that begin with dots, one of them a single dot.
#[must_use]
pub fn dotted() -> Vec<u8> {
    format!("{}.\r\n..\r\n.first\r\nlast.\r\n", header("Dots")).into_bytes()
}

/// FNV-1a: message ids that differ when subjects do, and are the same in every run.
fn fingerprint(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_exact_and_lines_end_properly() {
        for octets in (300..1000).chain([65_536, 131_072]) {
            let message = of_size(octets);
            assert_eq!(message.len(), octets);
            assert!(message.ends_with(b"\r\n"));
            let body = String::from_utf8(message).unwrap();
            assert!(body.split("\r\n").all(|line| line.len() <= 78 && !line.contains('\r')));
        }
    }

    #[test]
    fn eight_bit_messages_have_a_well_formed_header() {
        let text = String::from_utf8(eight_bit("x")).unwrap();
        let (header, body) = text.split_once("\r\n\r\n").unwrap();
        assert!(header.contains("Content-Transfer-Encoding: 8bit"));
        assert!(!body.is_ascii());
    }
}
