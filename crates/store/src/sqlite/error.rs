//! What SQLite and the system say, as facts of ours.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

use crate::StoreError;

/// Where the store is: what its errors name.
#[derive(Debug)]
pub(super) struct Place {
    /// The data directory.
    pub(super) directory: PathBuf,
    /// The database file.
    pub(super) file: PathBuf,
}

impl Place {
    /// The fact behind an error of SQLite.
    pub(super) fn error(&self, error: &rusqlite::Error) -> StoreError {
        let detail = error.to_string();
        let corrupt = |detail| StoreError::Corrupt { path: self.file.clone(), detail };
        match error {
            rusqlite::Error::SqliteFailure(fact, _) => match fact.code {
                ErrorCode::DiskFull => StoreError::Full { detail },
                ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => corrupt(detail),
                ErrorCode::OperationInterrupted => StoreError::Io {
                    detail: "the question took too long to answer and was stopped; \
                             ask for less at once (a narrower filter or a lower limit)"
                        .into(),
                },
                ErrorCode::ConstraintViolation => StoreError::Exists(detail),
                ErrorCode::SystemIoFailure | ErrorCode::CannotOpen => {
                    self.probe().unwrap_or(StoreError::Io { detail })
                }
                _ => StoreError::Io { detail },
            },
            // What we wrote does not read back.
            rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::InvalidColumnType(..)
            | rusqlite::Error::IntegralValueOutOfRange(..)
            | rusqlite::Error::Utf8Error(..) => corrupt(detail),
            _ => StoreError::Io { detail },
        }
    }

    /// SQLite knows a full disk only by ENOSPC on a plain write; an exceeded quota, and a full disk
    /// in some other places, are to it I/O errors without a reason. Writing a little file tells.
    fn probe(&self) -> Option<StoreError> {
        let path = self.directory.join("store.probe");
        let result = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .open(&path)
            .and_then(|mut file| file.write_all(&[0; 65536]).and_then(|()| file.sync_data()));
        let _ = fs::remove_file(&path);
        match result {
            Err(error) if is_full(&error) => Some(io_error(&error, &path)),
            _ => None,
        }
    }
}

/// True when the system has no room for what was to be written.
fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

/// The fact behind an error of the system about `path`.
pub(super) fn io_error(error: &io::Error, path: &Path) -> StoreError {
    let detail = format!("{}: {error}", path.display());
    if is_full(error) { StoreError::Full { detail } } else { StoreError::Io { detail } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_and_an_exceeded_quota_are_one_fact() {
        for number in [28, 122] {
            let error = io::Error::from_raw_os_error(number);
            assert!(matches!(io_error(&error, Path::new("/x")), StoreError::Full { .. }));
        }
        let error = io::Error::from_raw_os_error(5);
        assert!(matches!(io_error(&error, Path::new("/x")), StoreError::Io { .. }));
    }
}
