//! Reports: any octets give an explanation; CRLF, LF and bare CR copies give the same one; what is
//! no report has no recipients; and the document is made in every language.

#![no_main]

use causeway_model::config::Language;
use causeway_report::read::{Kind, read, render_with_reasons};
use libfuzzer_sys::fuzz_target;

/// The same text with other line ends.
fn with_line_ends(input: &[u8], end: &[u8]) -> Vec<u8> {
    input.split(|&byte| byte == b'\n').collect::<Vec<_>>().join(end)
}

fuzz_target!(|input: &[u8]| {
    let explanation = read(input);
    if explanation.kind == Kind::NoReport {
        assert!(explanation.recipients.is_empty());
    }
    if !input.contains(&b'\r') {
        assert_eq!(explanation, read(&with_line_ends(input, b"\r\n")));
        assert_eq!(explanation, read(&with_line_ends(input, b"\r")));
    }
    for language in Language::ALL {
        let document = render_with_reasons(&explanation, language);
        assert!(document.recipients.iter().all(|row| !row.cause.is_empty()));
    }
});
