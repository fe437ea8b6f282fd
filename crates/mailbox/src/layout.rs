//! Names and places: which directory is whose, and what is in it.
//!
//! A mailbox's directory is `ROOT/DOMAIN/LOCAL/Maildir`, from [`Address::mailbox_key`], so that all
//! spellings of an address share one. In both names lower-case letters, digits and `-_+=.` stand for
//! themselves (a dot not at the start); every other octet is `%XX`. So no two mailboxes share a
//! directory, `..` and `/` cannot occur, and the names are plain ASCII.

use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use causeway_model::Address;

use crate::error::MailboxError;

/// The longest escaped name: room is left below the 255 octets of a file name for a prefix.
const MAX_NAME: usize = 240;

/// The directory with all mailboxes.
#[derive(Clone, Debug)]
pub struct MaildirRoot {
    root: PathBuf,
    /// Our name in file names, escaped as the Maildir description asks.
    pub(crate) host: String,
}

/// What a mailbox holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Messages.
    pub messages: u64,
    /// Octets on the disk.
    pub octets: u64,
}

impl MaildirRoot {
    /// The mailboxes below this directory (`DATA_DIR/mail`). Nothing is created yet.
    #[must_use]
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into(), host: "localhost".to_owned() }
    }

    /// Puts this host's name into the names of messages.
    #[must_use]
    pub fn with_host(mut self, host: &str) -> Self {
        let plain = host.replace('/', "\\057").replace(':', "\\072").replace(',', "\\054");
        let plain: String = plain.chars().filter(|c| c.is_ascii_graphic()).take(100).collect();
        if !plain.is_empty() {
            self.host = plain;
        }
        self
    }

    /// The directory of all mailboxes.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.root
    }

    /// The Maildir of a mailbox, whether or not it exists.
    ///
    /// # Errors
    /// [`MailboxError::NameTooLong`].
    pub fn maildir(&self, mailbox: &Address) -> Result<PathBuf, MailboxError> {
        Ok(self.home(mailbox)?.join("Maildir"))
    }

    /// `ROOT/DOMAIN/LOCAL`.
    fn home(&self, mailbox: &Address) -> Result<PathBuf, MailboxError> {
        let key = mailbox.mailbox_key();
        // The key of a parsed address always has an at-sign; its domain never has one.
        let (local, domain) = key.rsplit_once('@').unwrap_or((&key, ""));
        let (domain, local) = (escaped(domain), escaped(local));
        if domain.len() > MAX_NAME.max(253) || local.len() > MAX_NAME {
            return Err(MailboxError::NameTooLong(mailbox.clone()));
        }
        Ok(self.root.join(domain).join(local))
    }

    /// True when the mailbox has a Maildir.
    #[must_use]
    pub fn exists(&self, mailbox: &Address) -> bool {
        self.maildir(mailbox).is_ok_and(|path| path.join("new").is_dir())
    }

    /// Makes the mailbox's Maildir, durably; fine when it is there already.
    ///
    /// # Errors
    /// [`MailboxError`] when the system refuses.
    pub fn create(&self, mailbox: &Address) -> Result<PathBuf, MailboxError> {
        let maildir = self.maildir(mailbox)?;
        for name in ["tmp", "new", "cur"] {
            make_durable(&maildir.join(name))?;
        }
        Ok(maildir)
    }

    /// Removes the mailbox's Maildir with every message in it; false when there was none.
    ///
    /// # Errors
    /// [`MailboxError`] when the system refuses; what is left is then no mailbox any more.
    pub fn remove(&self, mailbox: &Address) -> Result<bool, MailboxError> {
        let home = self.home(mailbox)?;
        let (Some(domain), Some(name)) = (home.parent(), home.file_name()) else {
            return Ok(false);
        };
        // A percent sign without two digits cannot be an escaped name: nobody's mailbox.
        let doomed = domain.join(format!("%removed-{}", name.to_string_lossy()));
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |error: io::Error| MailboxError::writing(&path, &error)
        };
        if doomed.exists() {
            fs::remove_dir_all(&doomed).map_err(failed(&doomed))?;
        }
        match fs::rename(&home, &doomed) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            result => result.map_err(failed(&home))?,
        }
        sync_directory(domain)?;
        fs::remove_dir_all(&doomed).map_err(failed(&doomed))?;
        // Stays while other mailboxes of the domain are there.
        let _ = fs::remove_dir(domain);
        Ok(true)
    }

    /// Counts what the mailbox holds, folders of mail programs (`.Sent`, …) included. A mailbox
    /// without a Maildir holds nothing.
    ///
    /// # Errors
    /// [`MailboxError`] when a directory cannot be read.
    pub fn usage(&self, mailbox: &Address) -> Result<Usage, MailboxError> {
        let maildir = self.maildir(mailbox)?;
        let mut usage = Usage::default();
        count(&maildir, &mut usage)?;
        for entry in entries(&maildir)? {
            let name = entry.file_name();
            let is_folder = name.as_encoded_bytes().starts_with(b".");
            if is_folder && entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                count(&entry.path(), &mut usage)?;
            }
        }
        Ok(usage)
    }
}

/// A name that is safe in a file system; see the module's manual.
fn escaped(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for (i, octet) in name.bytes().enumerate() {
        match octet {
            b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'+' | b'=' => out.push(octet as char),
            b'.' if i > 0 => out.push('.'),
            _ => out.push_str(&format!("%{octet:02X}")),
        }
    }
    out
}

/// Everything in a directory; nothing when there is none.
pub(crate) fn entries(directory: &Path) -> Result<Vec<fs::DirEntry>, MailboxError> {
    let failed = |error: io::Error| MailboxError::writing(directory, &error);
    match fs::read_dir(directory) {
        Ok(entries) => entries.collect::<Result<_, _>>().map_err(failed),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(failed(error)),
    }
}

fn count(folder: &Path, usage: &mut Usage) -> Result<(), MailboxError> {
    for part in ["new", "cur"] {
        for entry in entries(&folder.join(part))? {
            let size = match size_in_name(&entry.file_name().to_string_lossy()) {
                Some(size) => size,
                // Gone meanwhile: its reader deleted it.
                None => entry.metadata().map_or(0, |metadata| metadata.len()),
            };
            usage.messages += 1;
            usage.octets = usage.octets.saturating_add(size);
        }
    }
    Ok(())
}

/// The octets that a message's file name tells (`,S=1234`, as in Maildir++).
fn size_in_name(name: &str) -> Option<u64> {
    let unique = name.split(':').next().unwrap_or(name);
    unique.split(',').skip(1).find_map(|field| field.strip_prefix("S=")?.parse().ok())
}

/// Makes a directory and whatever is missing above it; each new entry is synced.
fn make_durable(directory: &Path) -> Result<(), MailboxError> {
    let failed = |error: io::Error| MailboxError::writing(directory, &error);
    let mut builder = DirBuilder::new();
    builder.mode(0o700);
    match builder.create(directory) {
        Ok(()) => match directory.parent() {
            Some(parent) if parent != Path::new("") => sync_directory(parent),
            _ => Ok(()),
        },
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && directory.is_dir() => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let Some(parent) = directory.parent() else { return Err(failed(error)) };
            make_durable(parent)?;
            match builder.create(directory) {
                // Somebody else made it at the same time.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
                result => result.map_err(failed),
            }?;
            sync_directory(parent)
        }
        Err(error) => Err(failed(error)),
    }
}

/// Makes the entries of a directory durable.
pub(crate) fn sync_directory(directory: &Path) -> Result<(), MailboxError> {
    File::open(directory)
        .and_then(|file| file.sync_all())
        .map_err(|error| MailboxError::writing(directory, &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(address: &str) -> String {
        let root = MaildirRoot::new("/mail");
        let path = root.maildir(&Address::parse(address).unwrap()).unwrap();
        path.to_str().unwrap().to_owned()
    }

    #[test]
    fn addresses_have_plain_directories() {
        for (address, expected) in [
            ("Alice@Ours.Test", "/mail/ours.test/alice/Maildir"),
            ("\"alice\"@ours.test", "/mail/ours.test/alice/Maildir"),
            ("a.b+c@ours.test", "/mail/ours.test/a.b+c/Maildir"),
            ("a/b@ours.test", "/mail/ours.test/a%2Fb/Maildir"),
            ("\"../x\"@ours.test", "/mail/ours.test/%22..%2Fx%22/Maildir"),
            ("\"..\"@ours.test", "/mail/ours.test/%22..%22/Maildir"),
            ("50%@ours.test", "/mail/ours.test/50%25/Maildir"),
            ("ü@ours.test", "/mail/ours.test/%C3%BC/Maildir"),
            ("postmaster@[127.0.0.1]", "/mail/%5B127.0.0.1%5D/postmaster/Maildir"),
        ] {
            assert_eq!(place(address), expected);
        }
    }

    #[test]
    fn a_name_that_does_not_fit_is_refused() {
        let root = MaildirRoot::new("/mail");
        let quoted = Address::parse(&format!("\"{}\"@ours.test", "ü".repeat(31))).unwrap();
        assert!(root.maildir(&quoted).is_ok());
        let long = Address::parse(&format!("{}@ours.test", "Ⱥ".repeat(32))).unwrap();
        assert_eq!(root.maildir(&long), Err(MailboxError::NameTooLong(long)));
        let long = Address::parse(&format!("{}@ours.test", "a".repeat(64))).unwrap();
        assert!(root.maildir(&long).is_ok());
    }

    #[test]
    fn sizes_are_read_from_names() {
        assert_eq!(size_in_name("1.M2Q3.host,S=1234,W=1300:2,FS"), Some(1234));
        assert_eq!(size_in_name("1.M2.host,W=1300,S=5"), Some(5));
        assert_eq!(size_in_name("1.M2.host:2,S=5"), None);
        assert_eq!(size_in_name("1.M2.host,S=x"), None);
        assert_eq!(size_in_name(""), None);
    }

    proptest::proptest! {
        #[test]
        fn no_address_leaves_its_domain_and_no_two_share_a_place(
            a in "[a-zA-Z./%ü\"\\\\ @:-]{1,20}",
            b in "[a-z./%ü\"\\\\ @:-]{1,20}",
        ) {
            let parse = |text: &str| {
                Address::parse(&format!("{text}@ours.test"))
                    .or_else(|_| Address::parse(&format!("\"{text}\"@ours.test")))
            };
            let (Ok(a), Ok(b)) = (parse(&a), parse(&b)) else { return Ok(()) };
            let (at_a, at_b) = (place(&a.to_string()), place(&b.to_string()));
            proptest::prop_assert_eq!(at_a.split('/').count(), 5, "{}", at_a);
            let names = at_a.split('/').skip(1).all(|n| !n.is_empty() && !n.starts_with('.'));
            proptest::prop_assert!(names && at_a.is_ascii(), "{}", at_a);
            proptest::prop_assert_eq!(at_a == at_b, a.mailbox_key() == b.mailbox_key());
        }
    }
}
