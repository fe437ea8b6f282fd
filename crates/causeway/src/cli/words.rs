//! What the command line says, and how sizes, spans and foreign text are written.
//!
//! Answers are spoken in the language of `--lang`: [`Words`] takes them from the catalog
//! (`locales/*/cli.ftl`). Errors are English, as in logs and on the wire; their sentences are
//! here. [`harmless`] is the only way for text of remote senders to a terminal.

use std::fmt::Write;
use std::io;
use std::path::Path;
use std::time::Duration;

use causeway_admin::types::QueueAction;
use causeway_catalog::status::visible;
use causeway_catalog::{Texts, Value};
use causeway_model::Timestamp;
use causeway_model::config::Language;

pub(crate) const NOTHING_DONE: &str = "nothing was done";
pub(crate) const WHICH_MESSAGES: &str = "say which messages: their IDs, a filter such as \
     --connector, --domain, --status or --sender, or --all";
pub(crate) const ONE_SELECTION: &str =
    "IDs, filters and --all exclude each other; use one of the three";
pub(crate) const SHOW_TAKES_NO_FILTER: &str =
    "`trace show` takes an ID only; leave the filters out, or use `trace` without show";
pub(crate) const NOTHING_TO_SET: &str =
    "say what to change: see `causeway mailbox set --help` for what can be";
pub(crate) const WHAT_TO_EXPLAIN: &str =
    "say what to explain: a FILE, - for standard input, --text \"…\", or --batch";
pub(crate) const NO_PASSWORD_ON_STDIN: &str =
    "there is no password on standard input; write it there, followed by a line end";
pub(crate) const PASSWORDS_DIFFER: &str = "the two passwords are not the same; nothing was done";
pub(crate) const NOT_A_TOKEN: &str =
    "this is no token: it has spaces or other characters that none has; copy it anew";
pub(crate) const ASK_PASSWORD: &str = "Password (nothing: one is made): ";
pub(crate) const ASK_PASSWORD_AGAIN: &str = "The same again: ";

/// The runtime could not start.
pub(crate) fn no_runtime(error: &io::Error) -> String {
    format!("the system gives no threads or descriptors: {error}; raise the limits")
}

/// Nobody answers.
pub(crate) fn unreachable(target: &str, detail: &str, kind: Option<io::ErrorKind>) -> String {
    let instead = match kind {
        Some(io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused) => {
            "is it running? Start it with `causeway serve`, and say with --config where its files \
             are"
        }
        Some(io::ErrorKind::PermissionDenied) => {
            "only root and the server's own user may ask it: use sudo, or that user"
        }
        _ => "see its log",
    };
    format!("cannot reach the server on {target}: {detail}; {instead}")
}

pub(crate) fn output_failed(error: &io::Error) -> String {
    format!("the output could not be written: {error}")
}

pub(crate) fn no_directory(directory: &Path) -> String {
    format!(
        "--config {}: there is no such directory; name the one with causeway.toml and mailflow.toml",
        directory.display()
    )
}

pub(crate) fn no_token_file(file: &Path, error: &io::Error) -> String {
    format!("--token-file {}: {error}; name the file whose first line is the token", file.display())
}

pub(crate) fn say_yes(what: &str) -> String {
    format!(
        "{NOTHING_DONE}: there is no terminal to ask on: \"{what}\"; give --yes to do it without being \
         asked"
    )
}

/// Whether an answer to a question is a yes.
pub(crate) fn is_yes(answer: &str) -> bool {
    matches!(answer.trim().to_lowercase().as_str(), "y" | "yes" | "j" | "ja")
}

/// The sentences of one language.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Words {
    texts: &'static Texts,
}

impl Words {
    /// The sentences of a language.
    pub(crate) fn of(language: Language) -> Self {
        Self { texts: Texts::get(language) }
    }

    /// A sentence with its variables.
    pub(crate) fn say(self, key: &str, args: &[(&str, Value<'_>)]) -> String {
        self.texts.format(key, args)
    }

    /// A sentence without variables.
    pub(crate) fn text(self, key: &str) -> String {
        self.texts.text(key)
    }

    /// How far away: `in 4 min 30 s`, `12 s ago`, `now`.
    pub(crate) fn relative(self, at: Timestamp, now: Timestamp) -> String {
        let (ahead, behind) = (at.since(now), now.since(at));
        if ahead >= Duration::from_secs(1) {
            self.say("cli-in", &[("span", span(ahead).into())])
        } else if behind >= Duration::from_secs(1) {
            self.say("cli-ago", &[("span", span(behind).into())])
        } else {
            self.text("cli-now")
        }
    }

    /// Yes or no, in a table.
    pub(crate) fn yes_no(self, yes: bool) -> String {
        self.text(if yes { "cli-yes" } else { "cli-no" })
    }

    /// What an action is about to do, as a question; `None` for what can be taken back.
    pub(crate) fn question(self, action: QueueAction, recipients: u64) -> Option<String> {
        let key = match action {
            QueueAction::Remove => "cli-ask-remove",
            QueueAction::Return => "cli-ask-return",
            QueueAction::Redirect => "cli-ask-redirect",
            QueueAction::Retry | QueueAction::Hold | QueueAction::Release => return None,
        };
        Some(self.say(key, &[("count", recipients.into())]))
    }

    /// What an action has done.
    pub(crate) fn done(self, action: QueueAction, recipients: u64) -> String {
        self.say(&format!("cli-done-{}", action.name()), &[("count", recipients.into())])
    }
}

/// `512 B`, `4.2 KiB`, `1.0 GiB`.
#[allow(clippy::cast_precision_loss, reason = "three digits are shown")]
pub(crate) fn size(octets: u64) -> String {
    const UNITS: [&str; 5] = ["KiB", "MiB", "GiB", "TiB", "PiB"];
    if octets < 1024 {
        return format!("{octets} B");
    }
    let mut value = octets as f64 / 1024.0;
    let mut unit = 0;
    while value >= 1024.0 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    format!("{value:.1} {}", UNITS[unit])
}

/// Reads `2 GiB`, `500MB`, `1024`. `None` for anything else and for overflow.
pub(crate) fn parse_size(text: &str) -> Option<u64> {
    let text = text.trim();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let number: u64 = text.get(..digits)?.parse().ok()?;
    let factor: u64 = match text[digits..].trim_start().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" | "kib" => 1 << 10,
        "m" | "mib" => 1 << 20,
        "g" | "gib" => 1 << 30,
        "t" | "tib" => 1 << 40,
        "kb" => 1_000,
        "mb" => 1_000_000,
        "gb" => 1_000_000_000,
        "tb" => 1_000_000_000_000,
        _ => return None,
    };
    number.checked_mul(factor)
}

/// A span in its two largest units, the same in every language: `1 d 23 h`, `4 min 30 s`, `12 s`.
pub(crate) fn span(span: Duration) -> String {
    let seconds = span.as_secs();
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
    let mut out = String::new();
    for (value, unit) in [(days, "d"), (hours, "h"), (minutes, "min"), (seconds % 60, "s")] {
        let units = out.split(' ').count() / 2;
        if value == 0 || units >= 2 {
            if !out.is_empty() {
                break;
            }
            continue;
        }
        if !out.is_empty() {
            out.push(' ');
        }
        let _ = write!(out, "{value} {unit}");
    }
    if out.is_empty() { "0 s".into() } else { out }
}

/// Foreign text for a terminal: on one line, at most `limit` characters, and without characters
/// that control the terminal or change the direction of writing (they become `\u{…}`).
pub(crate) fn harmless(text: &str, limit: usize) -> String {
    let mut kept = text.chars();
    let mut out = visible(&kept.by_ref().take(limit).collect::<String>());
    if kept.next().is_some() {
        out.push('…');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_read_and_are_written() {
        for (text, octets) in
            [("2 GiB", 2 << 30), ("500MB", 500_000_000), ("1024", 1024), ("1k", 1024), ("0", 0)]
        {
            assert_eq!(parse_size(text), Some(octets), "{text}");
        }
        for bad in ["", "GiB", "1.5 GiB", "-1", "1 XB", "99999999999999 TiB"] {
            assert_eq!(parse_size(bad), None, "{bad}");
        }
        assert_eq!(size(512), "512 B");
        assert_eq!(size(4300), "4.2 KiB");
        assert_eq!(size(5 << 30), "5.0 GiB");
    }

    #[test]
    fn spans_have_their_two_largest_units() {
        for (seconds, text) in [
            (0, "0 s"),
            (12, "12 s"),
            (270, "4 min 30 s"),
            (3600, "1 h"),
            (3605, "1 h"),
            (86_400 + 23 * 3600 + 59 * 60, "1 d 23 h"),
            (2 * 86_400, "2 d"),
        ] {
            assert_eq!(span(Duration::from_secs(seconds)), text);
        }
    }

    #[test]
    fn foreign_text_cannot_control_a_terminal() {
        assert_eq!(harmless("a\u{1b}[2J\nb", 100), "a\\u{1b}[2J b");
        assert_eq!(harmless("x\u{202e}cod.exe", 100), "x\\u{202e}cod.exe");
        assert_eq!(harmless(&"a".repeat(1000), 10).chars().count(), 11);
        assert_eq!(harmless("Grüße, 你好", 100), "Grüße, 你好");
    }

    #[test]
    fn answers_speak_the_language_that_was_asked_for() {
        let now = Timestamp::from_millis(0);
        let later = now.plus(Duration::from_secs(270));
        for (language, ahead, done) in [
            (Language::En, "in 4 min 30 s", "1 recipient is on hold."),
            (Language::De, "in 4 min 30 s", "1 Empfänger ist angehalten."),
            (Language::Nl, "over 4 min 30 s", "1 ontvanger is aangehouden."),
            (Language::Sv, "om 4 min 30 s", "1 mottagare hålls kvar."),
        ] {
            let words = Words::of(language);
            assert_eq!(words.relative(later, now), ahead);
            assert_eq!(words.done(QueueAction::Hold, 1), done);
        }
        let words = Words::of(Language::En);
        assert_eq!(words.relative(now, later), "4 min 30 s ago");
        assert_eq!(words.relative(now, now), "now");
        assert_eq!(words.question(QueueAction::Hold, 2), None);
        assert!(words.question(QueueAction::Remove, 2).is_some_and(|q| q.contains("2 recipients")));
    }

    #[test]
    fn every_sentence_that_is_asked_for_exists() {
        let sources = [
            include_str!("words.rs"),
            include_str!("context.rs"),
            include_str!("commands/explain.rs"),
            include_str!("commands/access.rs"),
            include_str!("commands/change.rs"),
            include_str!("commands/check.rs"),
            include_str!("commands/flow.rs"),
            include_str!("commands/connector.rs"),
            include_str!("commands/firewall.rs"),
            include_str!("commands/hybrid.rs"),
            include_str!("commands/mailbox.rs"),
            include_str!("commands/message.rs"),
            include_str!("commands/queue.rs"),
            include_str!("commands/service.rs"),
            include_str!("commands/trace.rs"),
            include_str!("commands/alert.rs"),
            include_str!("commands/connectivity.rs"),
            include_str!("commands/fix.rs"),
            include_str!("commands/report.rs"),
            include_str!("commands/returned.rs"),
            include_str!("commands/token.rs"),
        ];
        let texts = Texts::get(Language::En);
        let mut asked = std::collections::HashSet::new();
        for source in sources {
            for part in source.split("\"cli-").skip(1) {
                let name = part.split('"').next().unwrap_or_default();
                // Not names that are put together, and not this test.
                if !name.is_empty() && !name.contains('{') && !name.ends_with('-') {
                    let key = format!("cli-{name}");
                    assert!(texts.has(&key), "{key}");
                    asked.insert(key);
                }
            }
        }
        // And the other way round: nothing is translated for nobody.
        for line in include_str!("../../../../locales/en/cli.ftl").lines() {
            if let Some((key, _)) =
                line.split_once(" = ").filter(|(key, _)| key.starts_with("cli-"))
            {
                assert!(asked.contains(key) || key.starts_with("cli-done-"), "{key}");
            }
        }
    }
}
