use bytes::BytesMut;
use causeway_model::{EnhancedCode, Reply};
use proptest::prelude::*;

use super::*;

fn written(reply: &Reply) -> String {
    let mut out = BytesMut::new();
    write_reply(&mut out, reply);
    String::from_utf8(out.to_vec()).unwrap()
}

fn read(text: &[u8]) -> Result<Option<Reply>, ReplyError> {
    ReplyReader::new().read(&mut BytesMut::from(text))
}

fn reply(code: u16, enhanced: Option<(u8, u16, u16)>, lines: &[&str]) -> Reply {
    Reply {
        code,
        enhanced: enhanced
            .map(|(class, subject, detail)| EnhancedCode::new(class, subject, detail)),
        lines: lines.iter().map(ToString::to_string).collect(),
    }
}

#[test]
fn each_line_has_the_codes() {
    assert_eq!(
        written(&reply(550, Some((5, 1, 1)), &["No such user", "Ask the postmaster"])),
        "550-5.1.1 No such user\r\n550 5.1.1 Ask the postmaster\r\n"
    );
    assert_eq!(written(&reply(250, None, &["mx.test", "SIZE 1"])), "250-mx.test\r\n250 SIZE 1\r\n");
    assert_eq!(written(&reply(354, None, &[])), "354 \r\n");
}

#[test]
fn no_text_can_end_a_line() {
    let text = "a\r\n250 ok\0\u{1b}\u{85}ü";
    assert_eq!(written(&reply(550, None, &[text])), "550 a  250 ok   ü\r\n");
}

#[test]
fn lines_are_cut_at_512_octets_between_characters() {
    let line = written(&reply(550, Some((5, 1, 1)), &[&"ü".repeat(400)]));
    assert!(line.len() == 512 || line.len() == 511, "{}", line.len());
    assert!(line.ends_with("ü\r\n"));
    assert_eq!(written(&reply(250, None, &[&"a".repeat(506)])).len(), 512);
    assert_eq!(written(&reply(250, None, &[&"a".repeat(600)])).len(), 512);
}

#[test]
fn replies_are_read_tolerantly() {
    for (text, expected) in [
        (&b"250 ok\r\n"[..], reply(250, None, &["ok"])),
        (b"250\r\n", reply(250, None, &[""])),
        (b"250-\n250 \n", reply(250, None, &["", ""])),
        (b"250-a\r\n550 b\r\n", reply(550, None, &["a", "b"])),
        (b"550-5.1.1 no\r\n550 5.1.1 user\r\n", reply(550, Some((5, 1, 1)), &["no", "user"])),
        (
            b"550-5.7.26 a\r\n550-b\r\n550 5.1.1 c\r\n",
            reply(550, Some((5, 1, 1)), &["5.7.26 a", "b", "c"]),
        ),
        (b"550-5.7.1 a\r\n550 see below\r\n", reply(550, Some((5, 7, 1)), &["a", "see below"])),
        (b"450 5.1.1 x\r\n", reply(450, Some((5, 1, 1)), &["x"])),
        (b"250 5.1.1 x\r\n", reply(250, None, &["5.1.1 x"])),
        (b"354 2.0.0 go\r\n", reply(354, None, &["2.0.0 go"])),
        (b"550 \xff\r\n", reply(550, None, &["\u{fffd}"])),
        (b"550  two  spaces \r\n", reply(550, None, &[" two  spaces "])),
    ] {
        assert_eq!(read(text), Ok(Some(expected)), "{text:?}");
    }
}

#[test]
fn what_is_no_reply_is_refused_with_its_start() {
    for text in [&b"HTTP/1.1 400\r\n"[..], b"25\r\n", b"\r\n", b"250ok\r\n", b"2x0 a\r\n", b"SSH-"]
    {
        assert!(matches!(read(text), Err(ReplyError::NotAReply { .. })), "{text:?}");
    }
    let start = "no reply".to_owned();
    assert_eq!(read(b"no reply\r\n"), Err(ReplyError::NotAReply { start }));
    for text in [&b"999 x\r\n"[..], b"100 x\r\n", b"199-x\r\n", b"600 x\r\n"] {
        assert!(matches!(read(text), Err(ReplyError::CodeOutOfRange { .. })), "{text:?}");
    }
}

#[test]
fn replies_without_end_are_refused() {
    let long = [b"250 ", &b"x".repeat(LINE_LIMIT)[..]].concat();
    assert!(matches!(read(&long), Err(ReplyError::LineTooLong { .. })));
    let fits = |lines: usize| [&b"250-x\r\n".repeat(lines - 1)[..], b"250 x\r\n"].concat();
    assert_eq!(read(&fits(LINES_LIMIT)).unwrap().unwrap().lines.len(), LINES_LIMIT);
    assert!(matches!(read(&fits(LINES_LIMIT + 1)), Err(ReplyError::TooLong { .. })));
    let wide = [b"250-", &b"x".repeat(4000)[..], b"\r\n"].concat().repeat(17);
    assert!(matches!(read(&wide), Err(ReplyError::TooLong { .. })));
}

#[test]
fn a_reply_is_complete_when_its_last_line_is() {
    let mut reader = ReplyReader::new();
    let mut input = BytesMut::from(&b"250-a\r\n250-b\r\n25"[..]);
    assert_eq!(reader.read(&mut input), Ok(None));
    assert!(reader.is_partial());
    input.extend_from_slice(b"0 c\r\n250 next\r\n");
    assert_eq!(reader.read(&mut input), Ok(Some(reply(250, None, &["a", "b", "c"]))));
    assert!(!reader.is_partial());
    assert_eq!(reader.read(&mut input), Ok(Some(reply(250, None, &["next"]))));
    assert_eq!(reader.read(&mut input), Ok(None));
}

proptest! {
    #[test]
    fn what_we_write_reads_back(
        code in 200u16..600,
        lines in proptest::collection::vec("[ -~ü]{0,40}", 1..5),
    ) {
        // A text that starts like an enhanced code would be read as one.
        prop_assume!(lines.iter().all(|line| !line.starts_with(|c: char| c.is_ascii_digit())));
        let class = (code / 100) as u8;
        let enhanced = matches!(class, 2 | 4 | 5).then(|| EnhancedCode::new(class, 1, 2));
        let reply = Reply { code, enhanced, lines };
        prop_assert_eq!(read(written(&reply).as_bytes()), Ok(Some(reply)));
    }

    #[test]
    fn reading_is_total_and_does_not_depend_on_cuts(
        input in proptest::collection::vec(
            prop_oneof![Just(b'2'), Just(b'5'), Just(b'0'), Just(b' '), Just(b'-'), Just(b'\r'),
                Just(b'\n'), Just(b'.'), any::<u8>()], 0..60),
        cut in 0usize..60,
    ) {
        let all = |pieces: &[&[u8]]| {
            let mut reader = ReplyReader::new();
            let (mut buffer, mut seen) = (BytesMut::new(), Vec::new());
            for piece in pieces {
                buffer.extend_from_slice(piece);
                loop {
                    match reader.read(&mut buffer) {
                        Ok(Some(reply)) => seen.push(reply),
                        Ok(None) => break,
                        Err(_) => return (seen, true),
                    }
                }
            }
            (seen, false)
        };
        let cut = cut.min(input.len());
        prop_assert_eq!(all(&[&input]), all(&[&input[..cut], &input[cut..]]));
    }
}
