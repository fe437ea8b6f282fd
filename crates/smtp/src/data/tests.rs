use bytes::{Bytes, BytesMut};
use proptest::prelude::*;

use super::*;

const LIMITS: DataLimits = DataLimits { max_size: 1 << 20, max_line: 998 };

/// Feeds pieces one after the other: the summary, the content, and what is left of the input.
fn decode(limits: DataLimits, pieces: &[&[u8]]) -> (Option<DataSummary>, Vec<u8>, Vec<u8>) {
    let mut decoder = DataDecoder::new(limits);
    let (mut input, mut out) = (BytesMut::new(), BytesMut::new());
    let mut summary = None;
    for piece in pieces {
        input.extend_from_slice(piece);
        if let DataProgress::Complete(found) = decoder.feed(&mut input, &mut out) {
            summary = Some(found);
        } else {
            assert!(input.is_empty());
        }
    }
    (summary, out.to_vec(), input.to_vec())
}

/// The same, octet by octet and without any cleverness.
fn reference(limits: DataLimits, input: &[u8]) -> (Option<DataSummary>, Vec<u8>, Vec<u8>) {
    let mut content = Vec::new();
    let mut faults = DataFaults::default();
    let (mut at, mut line) = (0, 0);
    let mut at_start = true;
    let end = loop {
        let rest = &input[at..];
        if at_start {
            line = content.len();
            if rest.starts_with(b".\r\n") {
                break Some(at + 3);
            }
            if rest.starts_with(b".") {
                at += 1;
            }
            at_start = false;
            continue;
        }
        match rest {
            [] => break None,
            [b'\r', b'\n', ..] => {
                if content.len() - line > limits.max_line {
                    faults.line_too_long.get_or_insert(line as u64);
                }
                content.extend_from_slice(b"\r\n");
                at += 2;
                at_start = true;
            }
            [octet, ..] => {
                let fault = match octet {
                    b'\r' => Some(&mut faults.bare_cr),
                    b'\n' => Some(&mut faults.bare_lf),
                    0 => Some(&mut faults.nul),
                    _ => None,
                };
                if let Some(fault) = fault {
                    fault.get_or_insert(content.len() as u64);
                }
                content.push(*octet);
                at += 1;
            }
        }
    };
    faults.too_big = content.len() as u64 > limits.max_size;
    let summary = DataSummary {
        size: content.len() as u64,
        faults,
        eight_bit: !content.is_ascii(),
        ends_with_crlf: true,
    };
    content.truncate(limits.max_size as usize);
    (end.map(|_| summary), content, end.map_or(Vec::new(), |end| input[end..].to_vec()))
}

fn clean(content: &[u8], left: &[u8], input: &[u8]) {
    let (summary, out, rest) = decode(LIMITS, &[input]);
    let summary = summary.expect("the end is there");
    assert!(summary.faults.is_clean(), "{:?}", summary.faults);
    assert_eq!((out.as_slice(), rest.as_slice()), (content, left));
    assert_eq!(summary.size, content.len() as u64);
}

#[test]
fn dots_are_taken_away_and_what_follows_the_end_stays() {
    clean(b"", b"", b".\r\n");
    clean(b"a\r\n", b"QUIT\r\n", b"a\r\n.\r\nQUIT\r\n");
    clean(b".\r\n..\r\n.a\r\n", b"", b"..\r\n...\r\n..a\r\n.\r\n");
    clean(b"x\r\n", b"", b".x\r\n.\r\n");
    clean(b"\r\n\r\n", b".\r\n", b"\r\n\r\n.\r\n.\r\n");
}

#[test]
fn only_crlf_dot_crlf_ends_a_message() {
    // SMG-01, 03, 05, 07: none of these is an end, and each leaves its fault behind.
    for smuggled in [
        &b"a\n.\nb"[..],
        b"a\r\n.\nb",
        b"a\n.\r\nb",
        b"a\r\n.\rb",
        b"a\r\n.\r\r\nb",
        b"a\r.\r\nb",
        b"a\r\n\0.\r\nb",
        b"a\r\n.\0\r\nb",
        b"a\r.\rb",
    ] {
        let input = [smuggled, b"\r\n.\r\nNOOP\r\n"].concat();
        let (summary, _, left) = decode(LIMITS, &[&input]);
        let summary = summary.expect("the true end is found");
        assert!(!summary.faults.is_clean(), "{smuggled:?}");
        assert_eq!(left, b"NOOP\r\n", "{smuggled:?}");
        let refusal = summary.faults.refusal(BodyType::EightBitMime).unwrap();
        assert_eq!(refusal.code_text(), "550 5.6.11", "{smuggled:?}");
        assert_eq!(summary.faults.refusal(BodyType::BinaryMime), None);
    }
}

#[test]
fn the_size_limit_stops_writing_and_not_reading() {
    let limits = DataLimits { max_size: 5, ..LIMITS };
    let (summary, out, left) = decode(limits, &[b"abc\r\n", b"defg\r\n.\r\nx"]);
    let summary = summary.unwrap();
    assert_eq!((summary.size, summary.faults.too_big), (11, true));
    assert_eq!((out.as_slice(), left.as_slice()), (&b"abc\r\n"[..], &b"x"[..]));
    assert_eq!(summary.faults.refusal(BodyType::BinaryMime).unwrap().code_text(), "552 5.3.4");
    let (summary, ..) = decode(limits, &[b"abc\r\n.\r\n"]);
    assert!(summary.unwrap().faults.is_clean());
}

#[test]
fn a_line_of_998_octets_is_fine_and_of_999_is_not() {
    for (length, fault) in [(998, None), (999, Some(3))] {
        let input = [b"a\r\n", &b"x".repeat(length)[..], b"\r\n.\r\n"].concat();
        let (summary, ..) = decode(LIMITS, &[&input]);
        assert_eq!(summary.unwrap().faults.line_too_long, fault);
    }
    // A doubled dot is no part of the line.
    let input = [b".", &b".".repeat(998)[..], b"\r\n.\r\n"].concat();
    assert!(decode(LIMITS, &[&input]).0.unwrap().faults.is_clean());
}

#[test]
fn chunks_may_cut_a_line_end() {
    let check = |chunks: &[&[u8]]| {
        let mut checker = ChunkChecker::new(LIMITS);
        let mut out = BytesMut::new();
        for chunk in chunks {
            checker.begin(chunk.len() as u64);
            // The octet after the chunk is the next command's.
            let mut input = BytesMut::from(&[chunk, &b"Q"[..]].concat()[..]);
            assert!(checker.feed(&mut input, &mut out));
            assert_eq!(&input[..], b"Q");
        }
        (checker.finish(&mut out), out.to_vec())
    };
    let (summary, out) = check(&[b"a\r", b"\nb", b"\r\n.\r\n"]);
    assert!(summary.faults.is_clean() && summary.ends_with_crlf);
    assert_eq!(out, b"a\r\nb\r\n.\r\n");
    let (summary, out) = check(&[b"a\r", b"", b"b\r"]);
    assert_eq!((summary.faults.bare_cr, summary.ends_with_crlf), (Some(1), false));
    assert_eq!(out, b"a\rb\r");
    let (summary, _) = check(&[&b"x".repeat(600), &b"x".repeat(600)]);
    assert_eq!(summary.faults.line_too_long, Some(0));
    let (summary, _) = check(&[b"a\n\xff\0"]);
    assert_eq!((summary.faults.bare_lf, summary.faults.nul), (Some(1), Some(3)));
    assert!(summary.eight_bit);
}

#[test]
fn a_chunk_that_is_not_there_yet_is_waited_for() {
    let mut checker = ChunkChecker::new(LIMITS);
    let mut out = BytesMut::new();
    checker.begin(5);
    assert!(!checker.feed(&mut BytesMut::from(&b"ab\r"[..]), &mut out));
    assert_eq!((checker.remaining(), checker.size()), (2, 3));
    assert!(checker.feed(&mut BytesMut::from(&b"\nc"[..]), &mut out));
    assert_eq!(checker.finish(&mut out).size, 5);
    assert_eq!(&out[..], b"ab\r\nc");
}

#[test]
fn stuffing_completes_what_lacks_a_line_end() {
    let wire = |parts: &[&'static [u8]]| {
        let parts: Vec<Bytes> = parts.iter().map(|part| Bytes::from_static(part)).collect();
        let mut out = BytesMut::new();
        dot_stuff(&parts, &mut out);
        out.to_vec()
    };
    assert_eq!(wire(&[]), b".\r\n");
    assert_eq!(wire(&[b"a"]), b"a\r\n.\r\n");
    assert_eq!(wire(&[b"a\r"]), b"a\r\n.\r\n");
    assert_eq!(wire(&[b".a\r\n.", b".\r\n"]), b"..a\r\n...\r\n.\r\n");
    assert_eq!(wire(&[b"a\r", b"\n", b".b"]), b"a\r\n..b\r\n.\r\n");
    assert_eq!(wire(&[b"a\r", b"\n.b"]), b"a\r\n..b\r\n.\r\n");
    assert_eq!(wire(&[b"a\n.b"]), b"a\n.b\r\n.\r\n");
}

/// Octets that matter, in an order that makes them meet.
fn octets() -> impl Strategy<Value = Vec<u8>> {
    let token = prop_oneof![
        4 => Just(&b"\r\n"[..]),
        2 => Just(&b"."[..]),
        1 => Just(&b"\r"[..]),
        1 => Just(&b"\n"[..]),
        1 => Just(&b"\0"[..]),
        1 => Just(&b"\xc3\xbc"[..]),
        2 => Just(&b"abc"[..]),
    ];
    proptest::collection::vec(token, 0..40).prop_map(|tokens| tokens.concat())
}

proptest! {
    #[test]
    fn the_decoder_agrees_with_the_reference_however_the_input_is_cut(
        mut input in octets(),
        cuts in proptest::collection::vec(0usize..200, 0..4),
        max_size in 0u64..60,
        max_line in 0usize..12,
    ) {
        input.extend_from_slice(b"\r\n.\r\nQUIT\r\n");
        let limits = DataLimits { max_size, max_line };
        let expected = reference(limits, &input);
        prop_assert_eq!(&decode(limits, &[&input]), &expected);
        let octets: Vec<&[u8]> = input.chunks(1).collect();
        prop_assert_eq!(&decode(limits, &octets), &expected);
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut % input.len()).collect();
        cuts.sort_unstable();
        let mut pieces = Vec::new();
        let mut from = 0;
        for cut in cuts {
            pieces.push(&input[from..cut]);
            from = cut;
        }
        pieces.push(&input[from..]);
        prop_assert_eq!(&decode(limits, &pieces), &expected);
    }

    #[test]
    fn chunks_have_the_faults_of_their_whole(input in octets(), cut in 0usize..100) {
        let limits = DataLimits { max_size: 50, max_line: 10 };
        let check = |chunks: &[&[u8]]| {
            let mut checker = ChunkChecker::new(limits);
            let mut out = BytesMut::new();
            for chunk in chunks {
                checker.begin(chunk.len() as u64);
                assert!(checker.feed(&mut BytesMut::from(*chunk), &mut out));
            }
            (checker.finish(&mut out), out)
        };
        let cut = cut.min(input.len());
        let whole = check(&[&input]);
        prop_assert_eq!(&whole, &check(&[&input[..cut], &input[cut..]]));
        prop_assert_eq!(&whole.1[..], &input[..input.len().min(50)]);
    }

    #[test]
    fn what_is_stuffed_decodes_to_the_same(input in octets(), cut in 0usize..100) {
        let cut = cut.min(input.len());
        let parts = [Bytes::from(input[..cut].to_vec()), Bytes::from(input[cut..].to_vec())];
        let mut wire = BytesMut::new();
        dot_stuff(&parts, &mut wire);
        let (summary, content, left) = decode(LIMITS, &[&wire]);
        prop_assert!(summary.is_some() && left.is_empty());
        let mut expected = input.clone();
        if input.ends_with(b"\r") {
            expected.push(b'\n');
        } else if !input.is_empty() && !input.ends_with(b"\r\n") {
            expected.extend_from_slice(b"\r\n");
        }
        prop_assert_eq!(content, expected);
    }
}
