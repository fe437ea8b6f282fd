//! Contents that are too large to be rows: one file each, below the data directory.
//!
//! **What it promises.** A [`BodyFile`] that was [finished](BodyFile::finish) is durable: its octets
//! are synced, it has its final name, and the directory is synced too. Before that it has the
//! ending `.part`. One that is dropped unfinished removes itself; what a crash leaves behind is
//! removed when the store is opened next.
//!
//! **What it refuses.** More octets than its limit: [`BodyError::TooBig`]. It never overwrites a
//! file.
//!
//! **How it fails.** A full disk is [`StoreError::Full`], anything else [`StoreError::Io`]. All of it
//! blocks: call it from a blocking thread. A single write of a few dozen KiB goes into the page
//! cache and is short; [`BodyFile::finish`] waits for the disk.

use std::collections::HashSet;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use super::error::io_error;
use super::machine_time;
use crate::{Content, StoreError};

/// The ending of finished bodies.
const FINISHED: &str = "eml";
/// The ending of bodies that are being written.
const UNFINISHED: &str = "part";

/// The directory of bodies.
#[derive(Debug)]
pub struct Bodies {
    directory: PathBuf,
    counter: AtomicU64,
}

/// Why a body could not be written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    /// It has more octets than allowed.
    #[error("the message is larger than {limit} octets")]
    TooBig {
        /// Octets allowed.
        limit: u64,
    },
    /// The disk is full, or writing failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Bodies {
    /// The directory at `directory`, made (mode 0700) when it is not there.
    ///
    /// # Errors
    /// [`StoreError::Full`] or [`StoreError::Io`] when it cannot be made.
    pub fn at(directory: PathBuf) -> Result<Self, StoreError> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&directory)
            .map_err(|error| io_error(&error, &directory))?;
        Ok(Self { directory, counter: AtomicU64::new(0) })
    }

    /// Where the bodies are.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// A path inside the directory that no body has had before.
    #[must_use]
    pub fn new_path(&self) -> PathBuf {
        let now = machine_time().as_nanos();
        let count = self.counter.fetch_add(1, Ordering::Relaxed);
        self.directory.join(format!("{now:x}-{count:x}.{FINISHED}"))
    }

    /// Starts a body of at most `limit` octets.
    ///
    /// # Errors
    /// [`StoreError::Full`] or [`StoreError::Io`] when the file cannot be made.
    pub fn create(&self, limit: u64) -> Result<BodyFile, StoreError> {
        BodyFile::create(self.new_path(), limit)
    }

    /// The path of the body `name`, the last part of the path it was accepted with.
    pub(super) fn path_of(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    /// The name under which the row remembers the body at `path`. A body that is not directly in
    /// the directory, is missing or has another size than `size` would be lost mail: it is
    /// refused.
    pub(super) fn name_of(&self, path: &Path, size: u64) -> Result<String, StoreError> {
        let refuse = |what: &str| StoreError::Io { detail: format!("{}: {what}", path.display()) };
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .filter(|name| path == self.directory.join(name) && !name.ends_with(UNFINISHED))
            .ok_or_else(|| refuse("the file is not a finished body in the store's directory"))?;
        let found = fs::metadata(path).map_err(|error| io_error(&error, path))?.len();
        if found != size {
            return Err(refuse(&format!("the file has {found} octets instead of {size}")));
        }
        Ok(name.to_owned())
    }

    /// Removes the body `name`; that it is gone already is fine.
    pub(super) fn remove(&self, name: &str) {
        let path = self.path_of(name);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                tracing::warn!(path = %path.display(), %error,
                    "the file of a message that has ended could not be removed; \
                     it is removed at the next start");
            }
            _ => {}
        }
    }

    /// Removes the bodies that are not among `wanted` (left by a crash between writing the file and
    /// accepting the message, or between ending the message and removing the file). Files with
    /// other endings than ours are left alone. Returns how many were removed.
    pub(super) fn remove_orphans(&self, wanted: &HashSet<String>) -> io::Result<usize> {
        let mut removed = 0;
        for entry in fs::read_dir(&self.directory)? {
            let path = entry?.path();
            let ours = path.extension().is_some_and(|end| end == FINISHED || end == UNFINISHED);
            let name = path.file_name().and_then(|name| name.to_str());
            if ours && name.is_some_and(|name| !wanted.contains(name)) {
                fs::remove_file(&path)?;
                removed += 1;
            }
        }
        Ok(removed)
    }
}

/// A body that is being written. Dropped before [`finish`](Self::finish), it is removed.
#[derive(Debug)]
pub struct BodyFile {
    file: File,
    unfinished: PathBuf,
    path: PathBuf,
    size: u64,
    limit: u64,
    finished: bool,
}

impl BodyFile {
    /// Starts the body at `path` (from [`Bodies::new_path`]), of at most `limit` octets. The file
    /// has the mode 0600.
    ///
    /// # Errors
    /// [`StoreError::Full`] or [`StoreError::Io`] when the file cannot be made, or exists.
    pub fn create(path: PathBuf, limit: u64) -> Result<Self, StoreError> {
        let unfinished = path.with_extension(UNFINISHED);
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&unfinished)
            .map_err(|error| io_error(&error, &unfinished))?;
        Ok(Self { file, unfinished, path, size: 0, limit, finished: false })
    }

    /// Octets so far.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Adds octets at the end.
    ///
    /// # Errors
    /// [`BodyError::TooBig`] when it would pass the limit (nothing of `octets` is written then), or
    /// the store's error when the disk does not take it.
    pub fn write(&mut self, octets: &[u8]) -> Result<(), BodyError> {
        let size = self.size.saturating_add(octets.len() as u64);
        if size > self.limit {
            return Err(BodyError::TooBig { limit: self.limit });
        }
        self.file.write_all(octets).map_err(|error| io_error(&error, &self.unfinished))?;
        self.size = size;
        Ok(())
    }

    /// Waits until the body is on the disk under its final name. The content that is returned
    /// belongs to the caller until [`Store::accept`](crate::Store::accept) has taken it: a caller
    /// whose accept fails removes the file.
    ///
    /// # Errors
    /// [`StoreError::Full`] or [`StoreError::Io`]; the file is removed then.
    pub fn finish(mut self) -> Result<Content, StoreError> {
        self.file
            .sync_data()
            .and_then(|()| fs::rename(&self.unfinished, &self.path))
            .map_err(|error| io_error(&error, &self.unfinished))?;
        self.finished = true;
        if let Some(directory) = self.path.parent()
            && let Err(error) = sync_directory(directory)
        {
            let _ = fs::remove_file(&self.path);
            return Err(io_error(&error, directory));
        }
        Ok(Content::File { path: self.path.clone(), size: self.size })
    }
}

impl Drop for BodyFile {
    fn drop(&mut self) {
        if !self.finished {
            // Nothing can be done about a failure here; the next start removes it.
            let _ = fs::remove_file(&self.unfinished);
        }
    }
}

/// Makes the names in `directory` durable.
pub(super) fn sync_directory(directory: &Path) -> io::Result<()> {
    File::open(directory)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(bodies: &Bodies) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(bodies.directory())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_finished_body_is_there_and_an_unfinished_one_is_not() {
        let directory = tempfile::tempdir().unwrap();
        let bodies = Bodies::at(directory.path().join("bodies")).unwrap();
        let mut abandoned = bodies.create(10).unwrap();
        abandoned.write(b"abc").unwrap();
        assert_eq!(names(&bodies).len(), 1);
        drop(abandoned);
        assert!(names(&bodies).is_empty());

        let mut body = bodies.create(10).unwrap();
        body.write(b"01234").unwrap();
        assert_eq!(body.write(b"567890"), Err(BodyError::TooBig { limit: 10 }));
        body.write(b"56789").unwrap();
        let Content::File { path, size } = body.finish().unwrap() else { unreachable!() };
        assert_eq!((fs::read(&path).unwrap().as_slice(), size), (&b"0123456789"[..], 10));
        assert_eq!(bodies.name_of(&path, 10).unwrap(), names(&bodies)[0]);
        assert!(bodies.name_of(&path, 11).is_err(), "another size is lost mail");
        assert!(bodies.name_of(Path::new("/etc/passwd"), 10).is_err());
        bodies.remove(&names(&bodies)[0]);
        assert!(bodies.name_of(&path, 10).is_err(), "a missing file is lost mail");
    }

    #[test]
    fn only_orphans_of_ours_are_removed() {
        let directory = tempfile::tempdir().unwrap();
        let bodies = Bodies::at(directory.path().into()).unwrap();
        for name in ["a.eml", "b.eml", "c.part", "notes.txt"] {
            fs::write(bodies.path_of(name), "x").unwrap();
        }
        assert_eq!(bodies.remove_orphans(&HashSet::from(["a.eml".to_owned()])).unwrap(), 2);
        assert_eq!(names(&bodies), ["a.eml", "notes.txt"]);
    }
}
