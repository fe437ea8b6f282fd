//! Content: however the input is cut, the decoder finds the same end, the same faults and the same
//! content; chunks have the faults of their whole; and what goes out again comes back the same.

#![no_main]

use bytes::{Bytes, BytesMut};
use causeway_smtp::{ChunkChecker, DataDecoder, DataLimits, DataProgress, DataSummary, dot_stuff};
use libfuzzer_sys::fuzz_target;

const LIMITS: DataLimits = DataLimits { max_size: 4096, max_line: 100 };

fn decode(pieces: &[&[u8]]) -> (Option<DataSummary>, BytesMut, usize) {
    let mut decoder = DataDecoder::new(LIMITS);
    let (mut input, mut out) = (BytesMut::new(), BytesMut::new());
    let mut summary = None;
    for piece in pieces {
        input.extend_from_slice(piece);
        if let DataProgress::Complete(found) = decoder.feed(&mut input, &mut out) {
            summary = Some(found);
        }
    }
    (summary, out, input.len())
}

fn check_chunks(chunks: &[&[u8]]) -> (DataSummary, BytesMut) {
    let mut checker = ChunkChecker::new(LIMITS);
    let mut out = BytesMut::new();
    for chunk in chunks {
        checker.begin(chunk.len() as u64);
        assert!(checker.feed(&mut BytesMut::from(*chunk), &mut out));
    }
    (checker.finish(&mut out), out)
}

fuzz_target!(|input: (u16, &[u8])| {
    let (cut, octets) = input;
    let (start, end) = octets.split_at(usize::from(cut).min(octets.len()));
    let whole = decode(&[octets]);
    assert_eq!(whole, decode(&[start, end]));
    assert_eq!(whole, decode(&octets.chunks(1).collect::<Vec<_>>()));
    let chunks = check_chunks(&[octets]);
    assert_eq!(chunks, check_chunks(&[start, end]));
    assert!(chunks.1.len() as u64 <= LIMITS.max_size);

    let parts = [Bytes::copy_from_slice(start), Bytes::copy_from_slice(end)];
    let mut wire = BytesMut::new();
    dot_stuff(&parts, &mut wire);
    let (summary, content, left) = decode(&[&wire]);
    assert!(summary.is_some() && left == 0);
    let kept = octets.len().min(content.len());
    assert_eq!(content[..kept], octets[..kept]);
});
