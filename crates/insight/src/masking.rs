//! Signs of something between us and a server that rewrites SMTP. Pure.
//!
//! Such devices (the "fixup" and "mailguard" of old firewalls, proxies of virus scanners) cover the greeting with
//! asterisks, cross out EHLO keywords that they do not know, and change commands on the way.

use causeway_model::Reply;
use causeway_smtp::client::Capabilities;

use crate::finding::MaskingSign;

/// So many equal characters in a row are no word.
const COVERED: usize = 4;

/// Signs in the greeting and in the answer to EHLO.
pub(crate) fn signs(greeting: &Reply, capabilities: &Capabilities) -> Vec<MaskingSign> {
    let mut signs = Vec::new();
    let words = greeting.lines.join(" ");
    if is_greeting_covered(&words) {
        signs.push(MaskingSign::GreetingCovered { greeting: words.clone() });
    }
    let keywords: Vec<String> = capabilities
        .raw_lines
        .iter()
        .skip(1)
        .filter(|line| line.split(' ').next().is_some_and(is_crossed_out))
        .cloned()
        .collect();
    if !keywords.is_empty() {
        signs.push(MaskingSign::KeywordsCrossedOut { keywords });
    }
    if let Some(reply) = &capabilities.refused_ehlo {
        let says_extended = words.split_ascii_whitespace().any(|word| word == "ESMTP");
        if is_about_other_words(reply, "EHLO") {
            let command = "EHLO".to_owned();
            signs.push(MaskingSign::CommandAltered { command, reply: reply.clone() });
        } else if says_extended {
            signs.push(MaskingSign::EhloRefused { reply: reply.clone() });
        }
    }
    signs
}

/// The sign in the answer to a STARTTLS that was said although it was not offered.
pub(crate) fn sign_in_starttls(reply: &Reply) -> Option<MaskingSign> {
    if reply.code == 220 {
        let keywords = vec!["STARTTLS".to_owned()];
        Some(MaskingSign::KeywordsRemoved { keywords })
    } else if is_about_other_words(reply, "STARTTLS") {
        Some(MaskingSign::CommandAltered { command: "STARTTLS".into(), reply: reply.clone() })
    } else {
        None
    }
}

/// Mostly asterisks: `220 ****************0*2******`, as old Cisco PIX did.
fn is_greeting_covered(words: &str) -> bool {
    let stars = words.chars().filter(|c| *c == '*').count();
    stars >= 8 && stars * 2 >= words.chars().filter(|c| !c.is_whitespace()).count()
}

/// `XXXXXXXA`, `XXXX`, `********`.
fn is_crossed_out(word: &str) -> bool {
    let Some(first) = word.chars().next().filter(|c| matches!(c, 'X' | 'x' | '*')) else {
        return false;
    };
    let run = word.chars().take_while(|c| *c == first).count();
    // The last letters sometimes show through: XXXXXXXA.
    run >= COVERED && word.chars().count() - run <= 1
}

/// A complaint about a word that is crossed out: somebody changed what we said.
fn is_about_other_words(reply: &Reply, said: &str) -> bool {
    let is_mark = |c: char| matches!(c, '"' | '\'' | '<' | '>' | ':' | ',' | '.' | '(' | ')');
    reply.is_permanent()
        && !said.starts_with('X')
        && reply
            .lines
            .iter()
            .flat_map(|line| line.split_ascii_whitespace())
            .any(|word| is_crossed_out(word.trim_matches(is_mark)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(code: u16, lines: &[&str]) -> Reply {
        Reply { code, enhanced: None, lines: lines.iter().map(|l| (*l).to_owned()).collect() }
    }

    fn of(greeting: &str, ehlo: &[&str]) -> Vec<MaskingSign> {
        let capabilities = Capabilities::from_ehlo(&reply(250, ehlo));
        signs(&reply(220, &[greeting]), &capabilities)
    }

    #[test]
    fn what_old_firewalls_do_is_recognised() {
        let covered = of("****************0*2******0***", &["mx"]);
        assert!(matches!(covered.as_slice(), [MaskingSign::GreetingCovered { .. }]));
        let crossed = of("mx ESMTP", &["mx", "PIPELINING", "XXXXXXXA", "XXXB", "SIZE 1000"]);
        // XXXB: three are too few to be sure.
        let keywords = vec!["XXXXXXXA".to_owned()];
        assert_eq!(crossed, [MaskingSign::KeywordsCrossedOut { keywords }]);
        let capabilities = Capabilities {
            refused_ehlo: Some(reply(500, &["Syntax error, command \"XXXX\" unrecognized"])),
            ..Capabilities::default()
        };
        let found = signs(&reply(220, &["mx ESMTP"]), &capabilities);
        assert!(matches!(found.as_slice(), [MaskingSign::CommandAltered { .. }]));
        assert!(sign_in_starttls(&reply(500, &["Command unrecognized: XXXXXXXX"])).is_some());
        assert!(matches!(
            sign_in_starttls(&reply(220, &["go ahead"])),
            Some(MaskingSign::KeywordsRemoved { .. })
        ));
    }

    #[test]
    fn ordinary_servers_show_no_signs() {
        let usual =
            ["mx", "PIPELINING", "XCLIENT NAME", "XFORWARD", "XEXCH50", "X-LINK2STATE", "XXL"];
        assert!(of("mx.example ESMTP *** no spam ***", &usual).is_empty());
        assert!(sign_in_starttls(&reply(502, &["5.5.1 command not implemented"])).is_none());
        let old = Capabilities {
            refused_ehlo: Some(reply(502, &["command not implemented"])),
            ..Capabilities::default()
        };
        assert!(signs(&reply(220, &["mx SMTP"]), &old).is_empty());
        assert_eq!(signs(&reply(220, &["mx ESMTP"]), &old).len(), 1);
    }
}
