//! One message into one mailbox.
//!
//! 1. The quota, where there is one, is compared with what the mailbox holds.
//! 2. The message is written to `tmp/UNIQUE` (Return-Path and Delivered-To before it) and synced.
//! 3. It is renamed to `new/UNIQUE,S=…,W=…`, and `new` is synced.
//!
//! `UNIQUE` is `SECONDS.MmicrosecondsQqueueidRposition.host`, with the time of receipt: the same
//! for every delivery of the same recipient. When a delivery may be a repetition, `new` and `cur`
//! are searched for it first.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use causeway_model::{Address, RecipientKey, ReversePath, Timestamp};
use rustix::fs::OFlags;

use crate::content::{LineEnds, MessageContent};
use crate::error::MailboxError;
use crate::layout::{MaildirRoot, entries, sync_directory};

/// What is to be delivered.
#[derive(Clone, Copy, Debug)]
pub struct Delivery<'a> {
    /// The mailbox: its main address.
    pub mailbox: &'a Address,
    /// The recipient as the sender wrote it; when it is another address than the mailbox's, it is
    /// kept in an X-Original-To header.
    pub recipient: &'a Address,
    /// Which recipient of which message.
    pub key: RecipientKey,
    /// When the message was received.
    pub received_at: Timestamp,
    /// For the Return-Path header (RFC 5321 section 4.4).
    pub reverse_path: &'a ReversePath,
    /// The message.
    pub content: MessageContent<'a>,
    /// Octets the mailbox may hold; `None`: no bound.
    pub quota: Option<u64>,
    /// False only for the first try of a message that this very process accepted. Otherwise the
    /// mailbox is searched for an earlier delivery, which costs a reading of its directories.
    pub may_be_repeated: bool,
}

/// A message in a mailbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivered {
    /// Its file.
    pub file: PathBuf,
    /// True when an earlier delivery had put it there already.
    pub already: bool,
}

impl MaildirRoot {
    /// Delivers; makes the Maildir when there is none. Durable when it returns.
    ///
    /// # Errors
    /// [`MailboxError`]; nothing has then been added to the mailbox.
    pub fn deliver(&self, delivery: &Delivery<'_>) -> Result<Delivered, MailboxError> {
        let maildir = self.maildir(delivery.mailbox)?;
        let unique = unique_name(delivery.key, delivery.received_at, &self.host);
        if delivery.may_be_repeated
            && let Some(file) = earlier(&maildir, &unique)?
        {
            // The delivery before may have stopped short of its sync.
            file.parent().map_or(Ok(()), sync_directory)?;
            return Ok(Delivered { file, already: true });
        }
        self.check_quota(delivery)?;
        let temporary = maildir.join("tmp").join(&unique);
        let result = self.write(delivery, &temporary).and_then(|(size, wire_size)| {
            let file = maildir.join("new").join(format!("{unique},S={size},W={wire_size}"));
            fs::rename(&temporary, &file).map_err(|error| MailboxError::writing(&file, &error))?;
            sync_directory(&maildir.join("new"))?;
            Ok(Delivered { file, already: false })
        });
        if result.is_err() {
            // Already renamed or never made: nothing to remove then.
            let _ = fs::remove_file(&temporary);
        }
        result
    }

    fn check_quota(&self, delivery: &Delivery<'_>) -> Result<(), MailboxError> {
        let Some(quota) = delivery.quota else { return Ok(()) };
        let (used, size) = (self.usage(delivery.mailbox)?.octets, delivery.content.size());
        if used.saturating_add(size) <= quota {
            return Ok(());
        }
        Err(MailboxError::OverQuota { mailbox: delivery.mailbox.clone(), quota, used, size })
    }

    /// Writes and syncs the file; its size, and the size it would have with CRLF line ends.
    fn write(&self, delivery: &Delivery<'_>, path: &Path) -> Result<(u64, u64), MailboxError> {
        let writing = |error: io::Error| MailboxError::writing(path, &error);
        let file = match create_file(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                self.create(delivery.mailbox)?;
                create_file(path)
            }
            result => result,
        }
        .map_err(writing)?;
        let mut out = LineEnds::new(BufWriter::with_capacity(64 * 1024, file));
        out.write(headers(delivery).as_bytes()).map_err(writing)?;
        delivery.content.write_to(&mut out, path)?;
        let (mut buffered, size, wire_size) = out.into_parts();
        buffered.flush().map_err(writing)?;
        buffered.get_ref().sync_data().map_err(writing)?;
        Ok((size, wire_size))
    }
}

/// What is put before the message. Addresses have no control characters, so neither has this.
fn headers(delivery: &Delivery<'_>) -> String {
    let mut text = format!(
        "Return-Path: <{}>\r\nDelivered-To: {}\r\n",
        delivery.reverse_path, delivery.mailbox
    );
    if delivery.recipient != delivery.mailbox {
        text.push_str(&format!("X-Original-To: {}\r\n", delivery.recipient));
    }
    text
}

fn unique_name(key: RecipientKey, received_at: Timestamp, host: &str) -> String {
    let millis = received_at.as_millis().max(0);
    format!("{}.M{}Q{}R{}.{host}", millis / 1000, (millis % 1000) * 1000, key.message, key.index)
}

/// A file for the server's user only; what a crash left under this name is overwritten. Never
/// follows a symbolic link.
fn create_file(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .custom_flags(OFlags::NOFOLLOW.bits().cast_signed())
        .open(path)
}

/// The file of an earlier delivery, wherever its reader has moved it within the inbox.
fn earlier(maildir: &Path, unique: &str) -> Result<Option<PathBuf>, MailboxError> {
    // `cur` after `new`: a reader moves messages that way, so none is missed in between.
    for part in ["new", "cur"] {
        for entry in entries(&maildir.join(part))? {
            let name = entry.file_name();
            let rest = name.as_encoded_bytes().strip_prefix(unique.as_bytes());
            if matches!(rest, Some([] | [b',' | b':', ..])) {
                return Ok(Some(entry.path()));
            }
        }
    }
    Ok(None)
}
