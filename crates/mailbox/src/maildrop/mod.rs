//! A mailbox as one reader sees it for the length of a session: what POP3 calls a maildrop.
//!
//! **What it promises.**
//! - *One reader.* [`MaildirRoot::open_maildrop`] holds a lock of the operating system on the file
//!   `causeway-pop3.lock` in the Maildir. It ends with the [`Maildrop`], and with the process
//!   however that ends. Delivery and other programs do not ask for it and never wait.
//! - *One view.* Messages that arrive meanwhile are not seen. Messages that another program moves
//!   or flags meanwhile are found again; what it removes is [`MaildropError::Gone`].
//! - *Lasting names.* A message's unique id (RFC 1939, UIDL) is the unique part of its file's name,
//!   which no reader of a Maildir changes; so it is the same in every session, after every restart,
//!   and on another machine with a copy of the Maildir.
//! - *Little memory.* About 100 octets for each message, its name included; never any content.
//! - *Nothing is lost by reading.* Files are renamed without replacing others; only
//!   [`Maildrop::update`] removes any, and only what is marked.
//!
//! **How a Maildir wants to be read.** A message in `new` has been shown to nobody. Reading it
//! ([`Maildrop::mark_seen`]) moves it to `cur` with the flag `S`; the end of the session
//! ([`Maildrop::update`]) moves the others, without a flag.
//!
//! **How it fails.** [`MaildropError`]. A message that cannot be read does not hinder the others.
//!
//! All functions block. In which order to read: this file, `listing` (what is there, in which
//! order), [`text`] (from file to wire), `downgrade` (headers in UTF-8), `lock`.

mod downgrade;
mod listing;
mod lock;
pub mod text;

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use bytes::BytesMut;
use causeway_model::Address;
use rustix::fs::{CWD, OFlags, RenameFlags};

use crate::error::MailboxError;
use crate::layout::{MaildirRoot, sync_directory};
use downgrade::Downgrade;
use listing::{Entry, Folder, Listing};
use lock::Lock;
use text::WireText;

/// So much of a file is read at a time.
const CHUNK: usize = 32 * 1024;

/// Why a maildrop, or a message of it, cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum MaildropError {
    /// Another session has it.
    #[error("another session has the mailbox open")]
    InUse,
    /// Another program removed the message during the session.
    #[error("the message is not there any more")]
    Gone,
    /// The directory, or one of its folders, cannot be used.
    #[error(transparent)]
    Mailbox(#[from] MailboxError),
    /// A message's file cannot be read.
    #[error("{} could not be read: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
}

/// What [`Maildrop::update`] did.
#[derive(Debug, Default)]
pub struct Updated {
    /// Messages that were marked and are gone now.
    pub removed: usize,
    /// Messages that were marked and are still there.
    pub kept: usize,
    /// The first error, for the log.
    pub error: Option<io::Error>,
}

/// An open maildrop. Messages are numbered from 0, oldest first.
#[derive(Debug)]
pub struct Maildrop {
    maildir: PathBuf,
    listing: Listing,
    /// Held, never used.
    _lock: Lock,
}

impl MaildirRoot {
    /// Opens a mailbox for one reader; makes its Maildir when there is none.
    ///
    /// # Errors
    /// [`MaildropError::InUse`], or [`MaildropError::Mailbox`] when the system refuses.
    pub fn open_maildrop(&self, mailbox: &Address) -> Result<Maildrop, MaildropError> {
        let maildir = self.create(mailbox)?;
        let lock = Lock::take(&maildir)?;
        let listing = Listing::read(&maildir)?;
        Ok(Maildrop { maildir, listing, _lock: lock })
    }
}

impl Maildrop {
    /// Messages in it, those marked for removal included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.listing.entries.len()
    }

    /// True when there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.listing.entries.is_empty()
    }

    /// The message's unique id: 1 to 70 octets of visible ASCII (RFC 1939, UIDL).
    #[must_use]
    pub fn unique_id(&self, index: usize) -> Option<String> {
        let entry = self.listing.entries.get(index)?;
        Some(listing::unique_id(self.listing.base(entry)))
    }

    /// Octets of the message as it is sent, line ends as CRLF, without dot-stuffing; `None` as
    /// long as nobody has counted them.
    #[must_use]
    pub fn size(&self, index: usize) -> Option<u64> {
        self.listing.entries.get(index)?.size()
    }

    /// True when every size is known.
    #[must_use]
    pub fn is_measured(&self) -> bool {
        self.listing.entries.iter().all(|entry| entry.size().is_some())
    }

    /// Counts the octets of the messages whose names do not tell them. What cannot be read has
    /// none.
    pub fn measure(&mut self) {
        for index in 0..self.len() {
            if self.size(index).is_none() {
                let size = self.open(index).and_then(|(file, path)| {
                    text::wire_size(file)
                        .map_err(|source| MaildropError::Unreadable { path, source })
                });
                self.set_size(index, size.unwrap_or(0));
            }
        }
    }

    /// Corrects the size of a message whose file's name tells a wrong one.
    pub fn set_size(&mut self, index: usize, size: u64) {
        if let Some(entry) = self.listing.entries.get_mut(index) {
            entry.set_size(size);
        }
    }

    /// True when the message is marked for removal.
    #[must_use]
    pub fn is_marked(&self, index: usize) -> bool {
        self.listing.entries.get(index).is_some_and(|entry| entry.marked)
    }

    /// Marks a message for removal; nothing happens to its file before [`Maildrop::update`].
    pub fn mark(&mut self, index: usize) {
        if let Some(entry) = self.listing.entries.get_mut(index) {
            entry.marked = true;
        }
    }

    /// Takes all marks away.
    pub fn unmark_all(&mut self) {
        for entry in &mut self.listing.entries {
            entry.marked = false;
        }
    }

    /// Begins to read a message: all of it, or its header and so many lines of its body. A header in
    /// UTF-8 is given as it is only when the reader understands that (`utf8`, RFC 6856).
    ///
    /// # Errors
    /// [`MaildropError::Gone`], [`MaildropError::Unreadable`].
    pub fn read(
        &mut self,
        index: usize,
        body_lines: Option<u64>,
        utf8: bool,
    ) -> Result<MessageReader, MaildropError> {
        let (file, path) = self.open(index)?;
        let length = file.metadata().map_or(CHUNK as u64, |metadata| metadata.len());
        // One octet more, so that the end of a small file is seen in the same read.
        let room = usize::try_from(length).unwrap_or(CHUNK).saturating_add(1).min(CHUNK);
        let text = body_lines.map_or_else(WireText::whole, WireText::top);
        let downgrade = (!utf8).then(Downgrade::default);
        Ok(MessageReader { file, path, buffer: vec![0; room], text, downgrade })
    }

    /// Moves a message that has been read to `cur`, flagged as seen. A failure is harmless: it
    /// stays where it is.
    pub fn mark_seen(&mut self, index: usize) {
        if let Some(entry) = self.listing.entries.get(index)
            && !(entry.folder == Folder::Cur && listing::is_seen(self.listing.name(entry)))
        {
            let name = listing::with_flags(self.listing.name(entry), true);
            self.move_to_cur(index, &name);
        }
    }

    /// The end of a session: marked messages are removed, durably, and what is still in `new` has
    /// now been shown to somebody.
    #[must_use]
    pub fn update(mut self) -> Updated {
        let mut updated = Updated::default();
        for index in 0..self.len() {
            let entry = self.listing.entries[index];
            if entry.marked {
                match self.remove(index) {
                    Ok(()) => updated.removed += 1,
                    Err(error) => {
                        updated.kept += 1;
                        updated.error.get_or_insert(error);
                    }
                }
            } else if entry.folder == Folder::New {
                let name = listing::with_flags(self.listing.name(&entry), false);
                self.move_to_cur(index, &name);
            }
        }
        if updated.removed > 0 {
            for folder in [Folder::New, Folder::Cur] {
                if let Err(error) = sync_directory(&self.maildir.join(folder.name())) {
                    updated.error.get_or_insert_with(|| io::Error::other(error.to_string()));
                }
            }
        }
        updated
    }

    fn remove(&mut self, index: usize) -> io::Result<()> {
        if self.listing.entries[index].gone {
            return Ok(());
        }
        let gone = |error: &io::Error| error.kind() == io::ErrorKind::NotFound;
        match fs::remove_file(self.path(&self.listing.entries[index])) {
            Err(error) if gone(&error) => {
                if !self.find_again(index) {
                    return Ok(());
                }
                match fs::remove_file(self.path(&self.listing.entries[index])) {
                    Err(error) if gone(&error) => Ok(()),
                    result => result,
                }
            }
            result => result,
        }
    }

    fn path(&self, entry: &Entry) -> PathBuf {
        let name = std::ffi::OsStr::from_bytes(self.listing.name(entry));
        self.maildir.join(entry.folder.name()).join(name)
    }

    /// Opens a message's file, wherever it is by now.
    fn open(&mut self, index: usize) -> Result<(File, PathBuf), MaildropError> {
        let entry = *self.listing.entries.get(index).ok_or(MaildropError::Gone)?;
        if entry.gone {
            return Err(MaildropError::Gone);
        }
        let path = self.path(&entry);
        match open_file(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                if !self.find_again(index) {
                    return Err(MaildropError::Gone);
                }
                let path = self.path(&self.listing.entries[index]);
                match open_file(&path) {
                    Err(error) if error.kind() == io::ErrorKind::NotFound => {
                        Err(MaildropError::Gone)
                    }
                    result => with_path(result, path),
                }
            }
            result => with_path(result, path),
        }
    }

    /// Looks for a message whose file is not where it was, and for all others at the same time.
    /// False when it is gone.
    fn find_again(&mut self, index: usize) -> bool {
        if let Err(error) = self.listing.refresh(&self.maildir) {
            tracing::debug!(%error, "a mailbox could not be read again");
        }
        !self.listing.entries[index].gone
    }

    fn move_to_cur(&mut self, index: usize, name: &[u8]) {
        let from = self.path(&self.listing.entries[index]);
        let to = self.maildir.join("cur").join(std::ffi::OsStr::from_bytes(name));
        match rename_without_replacing(&from, &to) {
            Ok(()) => self.listing.renamed(index, Folder::Cur, name),
            Err(error) => {
                tracing::debug!(%error, file = %from.display(), "a message stays where it is");
            }
        }
    }
}

fn with_path(result: io::Result<File>, path: PathBuf) -> Result<(File, PathBuf), MaildropError> {
    match result {
        Ok(file) => Ok((file, path)),
        Err(source) => Err(MaildropError::Unreadable { path, source }),
    }
}

/// Opens a plain file: never through a symbolic link, and never waiting for a pipe.
fn open_file(path: &Path) -> io::Result<File> {
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let file = OpenOptions::new().read(true).custom_flags(flags.bits().cast_signed()).open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("it is not a plain file"));
    }
    Ok(file)
}

/// Renames; an existing file is never replaced.
fn rename_without_replacing(from: &Path, to: &Path) -> io::Result<()> {
    match rustix::fs::renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        // A file system that does not know how: looking first is the next best.
        Err(rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS) => {
            if to.symlink_metadata().is_ok() {
                return Err(io::ErrorKind::AlreadyExists.into());
            }
            fs::rename(from, to)
        }
        result => Ok(result?),
    }
}

/// One message on its way out, in pieces.
#[derive(Debug)]
pub struct MessageReader {
    file: File,
    path: PathBuf,
    buffer: Vec<u8>,
    text: WireText,
    downgrade: Option<Downgrade>,
}

impl MessageReader {
    /// Adds the next piece to `out`, about 32 KiB, as it goes over the wire: line ends as CRLF,
    /// dots stuffed, without the line that ends it. False when that was the last one.
    ///
    /// # Errors
    /// [`MaildropError::Unreadable`]; what was added before stays.
    pub fn next(&mut self, out: &mut BytesMut) -> Result<bool, MaildropError> {
        let enough = out.len() + CHUNK;
        while out.len() < enough {
            let count = match self.file.read(&mut self.buffer) {
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(source) => {
                    return Err(MaildropError::Unreadable { path: self.path.clone(), source });
                }
            };
            let text = &mut self.text;
            let mut put = |octets: &[u8]| text.push(octets, |wire| out.extend_from_slice(wire));
            let piece = &self.buffer[..count];
            match &mut self.downgrade {
                Some(downgrade) if count == 0 => downgrade.finish(put),
                Some(downgrade) => downgrade.push(piece, put),
                None => put(piece),
            }
            if count == 0 {
                self.text.finish(|wire| out.extend_from_slice(wire));
                return Ok(false);
            }
            if self.text.is_complete() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Octets so far, without the dots that were stuffed in.
    #[must_use]
    pub const fn octets(&self) -> u64 {
        self.text.octets()
    }
}
