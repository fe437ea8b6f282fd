//! A file that is replaced whole: whoever reads it finds the old text or the new one, also after a crash.
//!
//! What somebody else writes meanwhile is not written over: right before the new text takes its place, the old
//! one is read again and must be what was known. What is replaced on purpose although nobody else has it can be
//! kept beside.

use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use causeway_model::Timestamp;
use tempfile::NamedTempFile;

/// The mode of a file that was not there before: for the server's user and its group.
const NEW_MODE: u32 = 0o640;

/// So many files are kept under one name, with numbers behind it.
const MOST_KEPT: u32 = 1000;

/// How a file was replaced.
#[derive(Debug)]
pub(crate) enum Replaced {
    /// It is so after a power cut, too.
    Durable,
    /// It is so now; why it may be the old one after a power cut.
    MayNotLast(io::Error),
}

/// Why a file is as it was.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotReplaced {
    /// It is not what it was when it was read.
    #[error("somebody else has written it meanwhile")]
    Changed,
    /// The system does not let us.
    #[error(transparent)]
    System(#[from] io::Error),
}

/// What is in the file; nothing when there is none.
///
/// # Errors
/// The system's.
pub(crate) fn octets(path: &Path) -> io::Result<Vec<u8>> {
    match fs::read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        other => other,
    }
}

/// When the file was written last; `None` when there is none, or nobody can say.
pub(crate) fn written_at(path: &Path) -> Option<Timestamp> {
    let written = fs::metadata(path).ok()?.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    Some(Timestamp::from_millis(i64::try_from(written.as_millis()).ok()?))
}

/// The text of the file; empty when there is none.
///
/// # Errors
/// The system's; [`io::ErrorKind::InvalidData`] when it is not UTF-8.
pub(crate) fn read(path: &Path) -> io::Result<String> {
    match fs::read_to_string(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
        other => other,
    }
}

/// Replaces what the file had, `before`, keeping mode and owner (as far as the system lets us). A link stays a
/// link: the file that it names is replaced.
///
/// # Errors
/// [`NotReplaced`]; the file is as it was then.
pub(crate) fn replace(path: &Path, before: &[u8], new: &[u8]) -> Result<Replaced, NotReplaced> {
    replace_and_sync(path, before, new, File::sync_all)
}

fn replace_and_sync(
    path: &Path,
    before: &[u8],
    new: &[u8],
    sync: impl FnOnce(&File) -> io::Result<()>,
) -> Result<Replaced, NotReplaced> {
    let path = target_of(path)?;
    let directory = directory_of(&path);
    // Opened first: once the new text is in its place there is no way back.
    let opened = File::open(&directory)?;
    let new = written_beside(&path, &directory, new)?;
    if octets(&path)? != before {
        return Err(NotReplaced::Changed);
    }
    new.persist(&path).map_err(|error| error.error)?;
    Ok(match sync(&opened) {
        Ok(()) => Replaced::Durable,
        Err(error) => Replaced::MayNotLast(error),
    })
}

/// Keeps something that the file had in another one beside it, named after it with `.` and `ending`, and a number
/// when there is such a file. Returns its path.
///
/// # Errors
/// The system's; the file at `path` is as it was.
pub(crate) fn keep(path: &Path, ending: &str, octets: &[u8]) -> io::Result<PathBuf> {
    let directory = directory_of(path);
    let mut new = written_beside(path, &directory, octets)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    for number in 1..=MOST_KEPT {
        let number = if number == 1 { String::new() } else { format!(".{number}") };
        let kept = directory.join(format!("{name}.{ending}{number}"));
        match new.persist_noclobber(&kept) {
            Ok(_) => {
                File::open(&directory)?.sync_all()?;
                return Ok(kept);
            }
            Err(taken) if taken.error.kind() == io::ErrorKind::AlreadyExists => new = taken.file,
            Err(other) => return Err(other.error),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

fn directory_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// A new file in the directory, synced, with the mode and the owner of the one at `path`.
fn written_beside(path: &Path, directory: &Path, octets: &[u8]) -> io::Result<NamedTempFile> {
    let before = match fs::metadata(path) {
        Ok(found) => Some(found),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    let mut new = tempfile::Builder::new().prefix(".mailflow.").tempfile_in(directory)?;
    let mode = before.as_ref().map_or(NEW_MODE, |found| found.mode() & 0o7777);
    if let Some(found) = &before {
        let own = new.as_file().metadata()?;
        if (own.uid(), own.gid()) != (found.uid(), found.gid()) {
            // Only root may give files away; for others the new owner is who may write here.
            let _ = std::os::unix::fs::fchown(new.as_file(), Some(found.uid()), Some(found.gid()));
        }
    }
    new.as_file().set_permissions(fs::Permissions::from_mode(mode))?;
    new.write_all(octets)?;
    new.as_file().sync_all()?;
    Ok(new)
}

/// The file behind links; the path itself where there is nothing yet.
fn target_of(path: &Path) -> io::Result<PathBuf> {
    match fs::canonicalize(path) {
        Ok(target) => Ok(target),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(path.to_owned()),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_replaced_file_keeps_its_mode_and_links_stay_links() {
        let place = tempfile::tempdir().unwrap();
        let (file, link) = (place.path().join("real"), place.path().join("link"));
        fs::write(&file, "old").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o604)).unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        replace(&link, b"old", b"new").unwrap();
        assert_eq!(read(&file).unwrap(), "new");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::metadata(&file).unwrap().mode() & 0o777, 0o604);
        assert_eq!(fs::read_dir(place.path()).unwrap().count(), 2, "nothing is left behind");
    }

    #[test]
    fn a_file_that_is_not_there_is_empty_and_can_be_made() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("mailflow.toml");
        assert_eq!(read(&path).unwrap(), "");
        replace(&path, b"", b"text").unwrap();
        assert_eq!(read(&path).unwrap(), "text");
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, NEW_MODE);
        assert!(replace(&place.path().join("none").join("x"), b"", b"").is_err());
    }

    #[test]
    fn what_somebody_else_has_written_meanwhile_stays() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("mailflow.toml");
        fs::write(&path, "by hand").unwrap();
        let refused = replace(&path, b"what was read", b"new");
        assert!(matches!(refused, Err(NotReplaced::Changed)), "{refused:?}");
        assert_eq!(read(&path).unwrap(), "by hand");
        assert_eq!(fs::read_dir(place.path()).unwrap().count(), 1, "nothing is left behind");
    }

    #[test]
    fn once_the_new_text_is_there_nobody_says_that_nothing_was_changed() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("mailflow.toml");
        let sync = |_: &File| Err(io::Error::other("the disk is gone"));
        let replaced = replace_and_sync(&path, b"", b"new", sync);
        assert!(matches!(replaced, Ok(Replaced::MayNotLast(_))), "{replaced:?}");
        assert_eq!(read(&path).unwrap(), "new");
    }

    #[test]
    fn what_is_kept_has_a_name_of_its_own_and_the_mode_of_the_file() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("mailflow.toml");
        fs::write(&path, "x").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        for (text, name) in [("a", "mailflow.toml.kept"), ("b", "mailflow.toml.kept.2")] {
            let kept = keep(&path, "kept", text.as_bytes()).unwrap();
            assert_eq!(kept, place.path().join(name));
            assert_eq!(read(&kept).unwrap(), text);
            assert_eq!(fs::metadata(&kept).unwrap().mode() & 0o777, 0o600);
        }
        assert_eq!(read(&path).unwrap(), "x");
    }
}
