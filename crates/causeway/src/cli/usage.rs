//! What is said about a command line that cannot be understood: one line.

use std::io::Write;
use std::process::ExitCode;

use clap::error::ErrorKind;

use super::failure::say;

/// Prints help where it was asked for (status 0), one line otherwise (status 2).
pub(super) fn report(error: &clap::Error) -> ExitCode {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            // A reader that has gone away is no failure.
            let _ = error.print();
            ExitCode::SUCCESS
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            let _ = write!(std::io::stderr().lock(), "{}", error.render());
            ExitCode::from(2)
        }
        _ => {
            say(&one_line(&error.render().to_string()));
            ExitCode::from(2)
        }
    }
}

/// The paragraphs of clap's message joined: what is wrong, then its tips, then where help is.
fn one_line(message: &str) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut usage = String::new();
    for paragraph in message.split("\n\n") {
        let text = paragraph.split_whitespace().collect::<Vec<_>>().join(" ");
        if let Some(rest) = text.strip_prefix("Usage: ") {
            usage = rest.into();
        } else if text.starts_with("For more information") {
        } else if let Some(rest) = text.strip_prefix("error: ") {
            parts.push(rest.into());
        } else if !text.is_empty() {
            parts.push(text.replace("tip: ", ""));
        }
    }
    let command: Vec<&str> = usage
        .split(' ')
        .take_while(|word| word.starts_with(|c: char| c.is_ascii_lowercase()))
        .collect();
    let command = if command.is_empty() { "causeway".into() } else { command.join(" ") };
    parts.push(format!("see `{command} --help`"));
    parts.join("; ")
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::super::arguments::Arguments;
    use super::*;

    fn said(line: &[&str]) -> String {
        let error = Arguments::try_parse_from(line).unwrap_err();
        one_line(&error.render().to_string())
    }

    #[test]
    fn a_usage_error_is_one_line_with_what_instead() {
        let line = said(&["causeway", "queue", "list", "--conector", "x"]);
        assert!(!line.contains('\n'), "{line}");
        assert!(line.contains("'--conector'") && line.contains("'--connector'"), "{line}");
        assert!(line.ends_with("see `causeway queue list --help`"), "{line}");
        let line = said(&["causeway", "relay", "explain", "--recipient", "a@b.test"]);
        assert!(line.contains("--from-ip"), "{line}");
        let line = said(&["causeway", "que"]);
        assert!(line.contains("'queue'"), "{line}");
    }
}
