//! What is said about a command line that cannot be understood: one line.

use std::io::Write;
use std::process::ExitCode;

use clap::CommandFactory;
use clap::error::ErrorKind;

use super::arguments::Arguments;
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
            let words: Vec<String> = std::env::args().skip(1).collect();
            say(&one_line(&error.render().to_string(), &words));
            ExitCode::from(2)
        }
    }
}

/// The paragraphs of clap's message joined: what is wrong, then its tips, then where help is.
fn one_line(message: &str, words: &[String]) -> String {
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
    let command = if command.is_empty() { command_of(words) } else { command.join(" ") };
    parts.push(format!("see `{command} --help`"));
    parts.join("; ")
}

/// The command that was meant, by the words that name one.
fn command_of(words: &[String]) -> String {
    let mut command = Arguments::command();
    let mut path = vec!["causeway".to_owned()];
    for word in words {
        let Some(next) = command.find_subcommand(word) else { continue };
        path.push(word.clone());
        command = next.clone();
    }
    path.join(" ")
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    fn said(line: &[&str]) -> String {
        let error = Arguments::try_parse_from(line).unwrap_err();
        let words: Vec<String> = line.iter().skip(1).map(ToString::to_string).collect();
        one_line(&error.render().to_string(), &words)
    }

    #[test]
    fn a_usage_error_is_one_line_with_what_instead() {
        let line = said(&["causeway", "queue", "list", "--conector", "x"]);
        assert!(!line.contains('\n'), "{line}");
        assert!(line.contains("'--conector'") && line.contains("'--connector'"), "{line}");
        assert!(line.ends_with("see `causeway queue list --help`"), "{line}");
        let line = said(&["causeway", "relay", "explain", "--recipient", "a@b.test"]);
        assert!(line.contains("--from-ip"), "{line}");
        let line = said(&["causeway", "queue", "list", "--status", "x"]);
        assert!(line.ends_with("see `causeway queue list --help`"), "{line}");
        let line = said(&["causeway", "que"]);
        assert!(line.contains("'queue'"), "{line}");
    }
}
