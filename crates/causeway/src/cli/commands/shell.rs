//! `causeway completions` and `causeway man`.

use std::io::Write;

use clap::CommandFactory;

use super::super::Answer;
use super::super::arguments::{Arguments, CompletionsArguments, ManArguments};
use super::super::failure::Failure;

/// Prints a completion script.
pub(in super::super) fn completions(arguments: &CompletionsArguments) -> Result<Answer, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Arguments::command(), "causeway", &mut script);
    let mut stdout = std::io::stdout().lock();
    stdout.write_all(&script)?;
    stdout.flush()?;
    Ok(Answer::Fine)
}

/// Writes one page for the program and one for each command.
pub(in super::super) fn man(arguments: &ManArguments) -> Result<Answer, Failure> {
    let directory = &arguments.directory;
    let written = std::fs::create_dir_all(directory)
        .and_then(|()| clap_mangen::generate_to(Arguments::command(), directory));
    written.map_err(|error| {
        Failure::failed(format!(
            "the manual pages could not be written to {}: {error}; name a directory that can be \
             written",
            directory.display()
        ))
    })?;
    Ok(Answer::Fine)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_has_its_manual_page() {
        let place = tempfile::tempdir().unwrap();
        let directory = place.path().join("man1");
        man(&ManArguments { directory: directory.clone() }).unwrap();
        for page in ["causeway.1", "causeway-queue-redirect.1", "causeway-explain.1"] {
            let text = std::fs::read_to_string(directory.join(page)).unwrap();
            assert!(text.contains(".TH"), "{page}");
        }
    }
}
