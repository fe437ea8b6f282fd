//! What holds for every input: no panic, one answer for all line ends, bounded time.

use std::time::{Duration, Instant};

use causeway_report::read::read;
use proptest::prelude::*;

/// Pieces that reports are made of, to be shuffled into nonsense.
const PIECES: &[&str] = &[
    "Content-Type: multipart/report; boundary=b\n",
    "--b\n",
    "--b--\n",
    "\n",
    " ",
    "\t",
    "From: mailer-daemon@x.test\n",
    "Subject: Undelivered =?utf-8?q?Mail?=\n",
    "Content-Type: message/delivery-status\n",
    "Final-Recipient: rfc822; a@x.test\n",
    "Status: 5.1.1\n",
    "Action: failed\n",
    "Diagnostic-Code: smtp; 550 no\n",
    "Content-Transfer-Encoding: base64\n",
    "The following address(es) failed:\n",
    "  a@x.test\n",
    "<b@x.test>:\n",
    "550 5.1.1 <a@x.test>... User unknown",
    "'",
    "\"",
    "@",
    "ü",
    "\u{1b}$B",
    "0x800CCC79",
    "Serverantwort: \"",
    "[Message=",
    "{",
    "]",
    "> ",
    "----- Original message -----\n",
    "<html><p>",
    "AUP#",
    " IB607",
    "OFR_506",
    "RCP-P2",
    ".i.ua/err/3",
    "MSEXCH: (000C05A6",
    "host mx.x.test[",
    "---------- Forwarded message ---------\n",
    "X-MLServer: fml\n",
    "Receiver not found: ",
    "&#x41;",
    "=?x?",
    "{\"notificationType\":\"Bounce\"",
    "Content-Type: message/rfc822\n",
    "宛先",
    "4.4.7",
    "(in reply to RCPT TO command)",
    ">>> DATA\n<<< 552 full\n",
];

fn nonsense() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(PIECES), 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn any_octets_give_an_answer(input in prop::collection::vec(any::<u8>(), 0..600)) {
        let _ = read(&input);
    }

    #[test]
    fn any_shuffled_report_gives_one_answer_for_all_line_ends(text in nonsense()) {
        let answer = read(text.as_bytes());
        prop_assert_eq!(&answer, &read(text.replace('\n', "\r\n").as_bytes()));
        prop_assert_eq!(&answer, &read(text.replace('\n', "\r").as_bytes()));
    }
}

/// Inputs of 25 MB in the shapes that tempt a reader to look at everything again and again.
#[test]
#[allow(clippy::disallowed_methods)] // It measures real time.
fn dos_09_large_inputs_take_time_in_proportion() {
    const SIZE: usize = 25 * 1024 * 1024;
    let header = "From: mailer-daemon@x.test\nTo: a@ours.test\nSubject: Undelivered mail\n";
    let shapes: [(&str, String); 8] = [
        ("one long line", "a".repeat(SIZE)),
        ("at-signs", "@".repeat(SIZE)),
        ("opening brackets", format!("{header}\n{}", "<".repeat(SIZE))),
        ("addresses", format!("{header}\nfailed recipients:\n{}", "a@x.test\n".repeat(SIZE / 9))),
        ("codes", format!("{header}\n{}", "550 5.1.1 ".repeat(SIZE / 10))),
        ("header fields", format!("{}\n", "X-A: b\n".repeat(SIZE / 7))),
        (
            "boundaries",
            format!(
                "{header}Content-Type: multipart/mixed; boundary=b\n\n{}",
                "--b\n\nx\n".repeat(SIZE / 7)
            ),
        ),
        ("bare CR", "a\r".repeat(SIZE / 2)),
    ];
    for (name, input) in &shapes {
        let started = Instant::now();
        let _ = read(input.as_bytes());
        let took = started.elapsed();
        // Half a second is the promise of a release build on a quiet machine; tests run unoptimized
        // beside other work. Quadratic behaviour would take minutes.
        assert!(took < Duration::from_secs(20), "{name}: {took:?}");
    }
}
