//! Our replies.
//!
//! A text can come from anywhere (an address, a client's name, another server's words), so nothing
//! in it can end a line: control characters become spaces. Each line has the enhanced code (RFC 2034
//! section 4) and at most 512 octets (RFC 5321 section 4.5.3.1.5).

use std::io::Write as _;

use bytes::{BufMut, BytesMut};
use causeway_model::Reply;

/// Octets of a reply line, CR LF included.
const LINE_LIMIT: usize = 512;

/// Appends the wire form of `reply`.
pub fn write_reply(out: &mut BytesMut, reply: &Reply) {
    let mut head = [0u8; 24];
    let head = head_of(reply, &mut head);
    let (last, before) = match reply.lines.split_last() {
        Some((last, before)) => (last.as_str(), before),
        None => ("", &[][..]),
    };
    for text in before {
        write_line(out, head, b'-', text);
    }
    write_line(out, head, b' ', last);
}

/// The reply code, room for the separator, and the enhanced code with a space after it.
fn head_of<'a>(reply: &Reply, buffer: &'a mut [u8; 24]) -> &'a [u8] {
    let mut rest = &mut buffer[..];
    // The greatest head, "599 5.65535.65535 ", fits.
    let _ = write!(rest, "{:03} ", reply.code.min(999));
    if let Some(enhanced) = reply.enhanced {
        let _ = write!(rest, "{enhanced} ");
    }
    let unused = rest.len();
    &buffer[..24 - unused]
}

fn write_line(out: &mut BytesMut, head: &[u8], separator: u8, text: &str) {
    out.reserve(head.len() + text.len().min(LINE_LIMIT) + 2);
    let start = out.len();
    out.put_slice(head);
    out[start + 3] = separator;
    let text = cut(text, LINE_LIMIT - 2 - head.len());
    if text.bytes().all(|b| matches!(b, b' '..=b'~')) {
        out.put_slice(text.as_bytes());
    } else {
        let mut utf8 = [0; 4];
        for c in text.chars() {
            let c = if c.is_control() { ' ' } else { c };
            out.put_slice(c.encode_utf8(&mut utf8).as_bytes());
        }
    }
    out.put_slice(b"\r\n");
}

/// The longest start of `text` with at most `limit` octets.
fn cut(text: &str, limit: usize) -> &str {
    &text[..text.floor_char_boundary(limit)]
}
