//! Finding and reading the two files.
//!
//! Relative paths (`data_dir`, `[tls]`, `trust_roots`) begin at the directory of the file, for the server and for every command:
//! so they find each other from wherever they are started.

use std::path::{Path, PathBuf};

use causeway_catalog::texts::own::OwnTexts;
use causeway_model::config::{Machine, MailFlow, Places, Problem, Readable, Severity};
use causeway_model::{Said, said};

use super::failure::Failure;

/// The name of the file about this machine.
pub(crate) const MACHINE_FILE: &str = "causeway.toml";
/// The name of the file about the organization.
pub(crate) const MAIL_FLOW_FILE: &str = "mailflow.toml";

/// `/etc/causeway` if it has one of the files, else the current directory.
pub(crate) fn default_directory() -> PathBuf {
    let system = Path::new("/etc/causeway");
    if system.join(MACHINE_FILE).exists() || system.join(MAIL_FLOW_FILE).exists() {
        system.to_owned()
    } else {
        PathBuf::from(".")
    }
}

/// What was read, with everything that was found to say about it.
#[derive(Debug)]
pub(crate) struct Loaded<T> {
    /// The value, when there are no errors.
    pub(crate) value: Option<T>,
    /// When there are: what could be read in spite of them, to look for more.
    pub(crate) rest: Option<T>,
    /// Errors and warnings, in the order of the file.
    pub(crate) problems: Vec<Problem>,
    /// False: there is no such file, and the defaults hold.
    pub(crate) found: bool,
    /// Where every entry stands, and what could not be read.
    pub(crate) places: Places,
    /// The file as it is; empty when there is none or it is no text.
    pub(crate) text: String,
}

/// Reads `causeway.toml`. An absent file gives the defaults.
pub(crate) fn machine(directory: &Path) -> Loaded<Machine> {
    let mut loaded = load(directory, MACHINE_FILE, Machine::read);
    let read = loaded.value.iter_mut().chain(&mut loaded.rest);
    for machine in read.filter(|_| directory != Path::new(".")) {
        machine.data_dir = directory.join(&machine.data_dir);
        for file in machine.tls.iter_mut().flat_map(|tls| [&mut tls.certificate, &mut tls.key]) {
            *file = directory.join(&*file);
        }
        for file in &mut machine.delivery.trust_roots {
            *file = directory.join(&*file);
        }
    }
    loaded
}

/// Reads `mailflow.toml`. An absent file gives the defaults.
pub(crate) fn mail_flow(directory: &Path) -> Loaded<MailFlow> {
    load(directory, MAIL_FLOW_FILE, MailFlow::read)
}

/// The text of a `mailflow.toml`, which need not be a file.
pub(crate) fn mail_flow_text(text: String) -> Loaded<MailFlow> {
    parsed(text, MAIL_FLOW_FILE, MailFlow::read)
}

fn load<T: Default>(
    directory: &Path,
    name: &str,
    read: impl Fn(&str, &str) -> Readable<T>,
) -> Loaded<T> {
    let path = directory.join(name);
    let shown = path.strip_prefix(".").unwrap_or(&path).display().to_string();
    let broken = |what: Said, instead: Said| Loaded {
        value: None,
        rest: None,
        problems: vec![whole_file(&shown, what, instead)],
        found: true,
        places: Places::none(&shown),
        text: String::new(),
    };
    let bytes = match std::fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let places = Places::none(&shown);
            return Loaded {
                value: Some(T::default()),
                rest: None,
                problems: Vec::new(),
                found: false,
                places,
                text: String::new(),
            };
        }
        Err(error) => return broken(unreadable(&error), readable()),
    };
    let Ok(text) = String::from_utf8(bytes) else {
        return broken(
            said!("check-file-not-utf8", "the file is not UTF-8 text"),
            said!("check-file-not-utf8.do", "save it as UTF-8"),
        );
    };
    parsed(text, &shown, read)
}

fn parsed<T>(text: String, shown: &str, read: impl Fn(&str, &str) -> Readable<T>) -> Loaded<T> {
    let Readable { value, problems, unread } = read(&text, shown);
    let places = Places::of(&text, shown).without(unread);
    let is_usable = !problems.iter().any(|problem| problem.severity == Severity::Error);
    let (value, rest) = if is_usable { (Some(value), None) } else { (None, Some(value)) };
    Loaded { value, rest, problems, found: true, places, text }
}

/// Where the organization's own texts for reports are, below the directory of the two files.
const TEXTS: &str = "texts";

/// Reads `texts/LANGUAGE/*.ftl`. With the texts come all problems; without the directory there are none.
pub(crate) fn own_texts(directory: &Path) -> (OwnTexts, Vec<Problem>) {
    let root = directory.join(TEXTS);
    let (mut files, mut problems) = (Vec::new(), Vec::new());
    for folder in entries(&root, &mut problems) {
        for path in entries(&folder, &mut problems) {
            if path.extension().is_none_or(|ending| ending != "ftl") {
                continue;
            }
            let name = path.strip_prefix(&root).unwrap_or(&path).display().to_string();
            match std::fs::read_to_string(&path) {
                Ok(text) => files.push((name, text)),
                Err(error) => {
                    let shown = format!("{TEXTS}/{name}");
                    problems.push(whole_file(&shown, unreadable(&error), readable()));
                }
            }
        }
    }
    let (texts, more) = OwnTexts::read(&files);
    problems.extend(more);
    (texts, problems)
}

/// What is in a directory, by name; nothing when it is not there.
fn entries(directory: &Path, problems: &mut Vec<Problem>) -> Vec<PathBuf> {
    use std::io::ErrorKind::{NotADirectory, NotFound};
    let read = std::fs::read_dir(directory).and_then(|found| {
        found.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>()
    });
    match read {
        Ok(mut paths) => {
            paths.sort();
            paths
        }
        Err(error) if matches!(error.kind(), NotFound | NotADirectory) => Vec::new(),
        Err(error) => {
            let shown = directory.display().to_string();
            problems.push(whole_file(&shown, unreadable(&error), readable()));
            Vec::new()
        }
    }
}

fn unreadable(error: &std::io::Error) -> Said {
    said!("check-file-unreadable", "the file cannot be read: {error}", error = error)
}

fn readable() -> Said {
    said!("check-file-unreadable.do", "let whoever runs this read it, and save it as UTF-8")
}

fn whole_file(file: &str, what: Said, instead: Said) -> Problem {
    Problem { file: file.into(), line: 0, column: 0, severity: Severity::Error, what, instead }
}

/// Where the data is, for commands that look for the running server.
///
/// # Errors
/// `causeway.toml` cannot be used: its first error.
pub(crate) fn existing_data_directory(directory: &Path) -> Result<PathBuf, Failure> {
    Ok(usable_machine(directory)?.data_dir)
}

/// `causeway.toml`, or its first error (status 2).
pub(crate) fn usable_machine(directory: &Path) -> Result<Machine, Failure> {
    let loaded = machine(directory);
    loaded.value.ok_or_else(|| {
        let first = loaded.problems.iter().find(|problem| problem.severity == Severity::Error);
        Failure::bad_input(first.map_or_else(String::new, ToString::to_string))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absent_files_give_the_defaults() {
        let place = tempfile::tempdir().unwrap();
        let loaded = machine(place.path());
        let data_dir = place.path().join("./causeway-data");
        assert_eq!(loaded.value, Some(Machine { data_dir, ..Machine::default() }));
        assert!(!loaded.found);
        assert_eq!(mail_flow(place.path()).value, Some(MailFlow::default()));
    }

    #[test]
    fn a_file_that_is_no_text_is_an_error_with_its_name() {
        let place = tempfile::tempdir().unwrap();
        std::fs::write(place.path().join(MACHINE_FILE), b"hostname = \"\xff\"").unwrap();
        let loaded = machine(place.path());
        assert_eq!(loaded.value, None);
        assert!(loaded.problems[0].to_string().contains("causeway.toml"));
        let failure = existing_data_directory(place.path()).unwrap_err();
        assert_eq!(failure.status(), 2);
    }
}
