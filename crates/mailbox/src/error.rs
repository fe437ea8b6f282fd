//! What can go wrong with a mailbox.

use std::io;
use std::path::{Path, PathBuf};

use causeway_model::{Address, Failure};

/// Why a mailbox could not be written or read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MailboxError {
    /// No room on the disk, or the file system's quota of the server's user is used up.
    #[error("no room on the disk for {}: {detail}", path.display())]
    Full {
        /// The file or directory.
        path: PathBuf,
        /// The system's words.
        detail: String,
    },
    /// The message would take the mailbox over its quota.
    #[error(
        "the mailbox {mailbox} holds {used} of {quota} octets; a message of {size} does not fit"
    )]
    OverQuota {
        /// The mailbox.
        mailbox: Address,
        /// Octets it may hold.
        quota: u64,
        /// Octets it holds.
        used: u64,
        /// Octets of the message, as near as is known before it is written.
        size: u64,
    },
    /// The address is too long for a directory's name once it is escaped.
    #[error("the address {0} is too long for the name of a directory")]
    NameTooLong(Address),
    /// The message's own content could not be read.
    #[error("the message's content in {} could not be read: {detail}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's words.
        detail: String,
    },
    /// Anything else that the system refused.
    #[error("{} could not be written: {detail}", path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// The system's words.
        detail: String,
    },
}

impl MailboxError {
    /// Sorts the system's error about a file or directory of a mailbox.
    pub(crate) fn writing(path: &Path, error: &io::Error) -> Self {
        let (path, detail) = (path.to_owned(), error.to_string());
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                Self::Full { path, detail }
            }
            _ => Self::Io { path, detail },
        }
    }

    /// The failure that the queue records.
    #[must_use]
    pub fn failure(&self) -> Failure {
        match self {
            Self::OverQuota { quota, .. } => Failure::MailboxFull { quota: *quota },
            Self::Unreadable { .. } => Failure::StoreUnreadable { detail: self.to_string() },
            Self::Full { .. } | Self::NameTooLong(_) | Self::Io { .. } => {
                Failure::MailboxUnwritable { detail: self.to_string() }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_told_from_other_errors() {
        let sort = |kind: io::ErrorKind| {
            MailboxError::writing(Path::new("/mail/x"), &io::Error::from(kind))
        };
        for kind in [io::ErrorKind::StorageFull, io::ErrorKind::QuotaExceeded] {
            assert!(matches!(sort(kind), MailboxError::Full { .. }), "{kind:?}");
        }
        let denied = sort(io::ErrorKind::PermissionDenied);
        assert!(matches!(denied, MailboxError::Io { .. }));
        assert!(denied.to_string().contains("/mail/x"));
        assert!(matches!(denied.failure(), Failure::MailboxUnwritable { .. }));
    }

    #[test]
    fn a_mailbox_over_its_quota_is_the_mailbox_being_full() {
        let mailbox = Address::parse("a@ours.test").unwrap();
        let error = MailboxError::OverQuota { mailbox, quota: 10, used: 9, size: 5 };
        assert_eq!(error.failure(), Failure::MailboxFull { quota: 10 });
    }
}
