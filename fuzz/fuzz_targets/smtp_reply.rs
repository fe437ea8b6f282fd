//! Replies: any octets give replies or a typed error, however they are cut, and what the reader took for
//! a reply can be written again as exactly as many lines.

#![no_main]

use bytes::BytesMut;
use causeway_model::Reply;
use causeway_smtp::{Capabilities, ReplyReader, write_reply};
use libfuzzer_sys::fuzz_target;

fn read(pieces: &[&[u8]]) -> (Vec<Reply>, bool) {
    let mut reader = ReplyReader::new();
    let (mut input, mut replies) = (BytesMut::new(), Vec::new());
    for piece in pieces {
        input.extend_from_slice(piece);
        loop {
            match reader.read(&mut input) {
                Ok(Some(reply)) => replies.push(reply),
                Ok(None) => break,
                Err(_) => return (replies, true),
            }
        }
    }
    (replies, false)
}

fuzz_target!(|input: (u16, &[u8])| {
    let (cut, octets) = input;
    let (start, end) = octets.split_at(usize::from(cut).min(octets.len()));
    let whole = read(&[octets]);
    assert_eq!(whole, read(&[start, end]));
    for reply in &whole.0 {
        assert!((200..600).contains(&reply.code) && !reply.lines.is_empty());
        let _ = Capabilities::from_ehlo(reply);
        let mut out = BytesMut::new();
        write_reply(&mut out, reply);
        let lines = out.iter().filter(|&&octet| octet == b'\n').count();
        assert_eq!(lines, reply.lines.len());
    }
});
