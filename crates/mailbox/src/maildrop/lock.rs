//! The lock of a maildrop's one reader.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use rustix::fs::{FlockOperation, OFlags, flock};
use rustix::io::Errno;

use super::MaildropError;
use crate::error::MailboxError;

/// The file that is locked. It stays; only the lock on it says anything.
const NAME: &str = "causeway-pop3.lock";

/// Held until dropped. The system lets go of it when the process ends, however it ends.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock, without waiting.
    pub(super) fn take(maildir: &Path) -> Result<Self, MaildropError> {
        let path = maildir.join(NAME);
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .custom_flags(OFlags::NOFOLLOW.bits().cast_signed())
            .open(&path)
            .map_err(|error| MailboxError::writing(&path, &error))?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Self { _file: file }),
            Err(Errno::WOULDBLOCK) => Err(MaildropError::InUse),
            Err(error) => Err(MailboxError::writing(&path, &error.into()).into()),
        }
    }
}
