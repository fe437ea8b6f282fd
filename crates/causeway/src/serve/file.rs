//! A file that is replaced whole: whoever reads it finds the old text or the new one, also after a crash.

use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// The mode of a file that was not there before: for the server's user and its group.
const NEW_MODE: u32 = 0o640;

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

/// Replaces the text, keeping mode and owner (as far as the system lets us). A link stays a link: the file
/// that it names is replaced.
///
/// # Errors
/// The system's; the file is as it was then.
pub(crate) fn replace(path: &Path, text: &str) -> io::Result<()> {
    let path = target_of(path)?;
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    };
    let before = match fs::metadata(&path) {
        Ok(found) => Some(found),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    let mut new = tempfile::Builder::new().prefix(".mailflow.").tempfile_in(&directory)?;
    let mode = before.as_ref().map_or(NEW_MODE, |found| found.mode() & 0o7777);
    if let Some(found) = &before {
        let own = new.as_file().metadata()?;
        if (own.uid(), own.gid()) != (found.uid(), found.gid()) {
            // Only root may give files away; for others the new owner is who may write here.
            let _ = std::os::unix::fs::fchown(new.as_file(), Some(found.uid()), Some(found.gid()));
        }
    }
    new.as_file().set_permissions(fs::Permissions::from_mode(mode))?;
    new.write_all(text.as_bytes())?;
    new.as_file().sync_all()?;
    new.persist(&path).map_err(|error| error.error)?;
    File::open(&directory)?.sync_all()
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
        replace(&link, "new").unwrap();
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
        replace(&path, "text").unwrap();
        assert_eq!(read(&path).unwrap(), "text");
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, NEW_MODE);
        assert!(replace(&place.path().join("none").join("x"), "").is_err());
    }
}
