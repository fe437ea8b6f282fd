//! Which messages there are, in which order, and under which names.
//!
//! A file's name is `UNIQUE[,S=…][,W=…][:2,FLAGS]`. `UNIQUE` begins with the second of delivery,
//! most often followed by microseconds (`.M123456`), and so orders the messages.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use super::MaildropError;
use crate::error::MailboxError;

/// RFC 1939: a unique id has no more octets.
const MAX_UNIQUE_ID: usize = 70;

/// No size yet.
const UNKNOWN: u64 = u64::MAX;

/// Where a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Folder {
    New,
    Cur,
}

impl Folder {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Cur => "cur",
        }
    }
}

/// One message; its name is in the listing's arena.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    size: u64,
    name_at: u32,
    /// File names have no more than 255 octets.
    name_len: u8,
    base_len: u8,
    pub(super) folder: Folder,
    /// To be removed at the end of the session.
    pub(super) marked: bool,
    /// Its file was not there when it was last looked for.
    pub(super) gone: bool,
}

impl Entry {
    pub(super) const fn size(&self) -> Option<u64> {
        if self.size == UNKNOWN { None } else { Some(self.size) }
    }

    pub(super) const fn set_size(&mut self, size: u64) {
        self.size = size;
    }
}

/// All messages, oldest first.
#[derive(Debug, Default)]
pub(super) struct Listing {
    /// All names, one after the other.
    names: Vec<u8>,
    pub(super) entries: Vec<Entry>,
}

impl Listing {
    /// Reads `new`, then `cur`: messages move that way, so none is missed.
    pub(super) fn read(maildir: &Path) -> Result<Self, MaildropError> {
        let mut listing = Self::default();
        for folder in [Folder::New, Folder::Cur] {
            each_file(maildir, folder, |name| listing.add(folder, name))?;
        }
        // A copy's new name may be that of an older copy: then it is settled in the next round.
        for _ in 0..10 {
            listing.sort();
            if !listing.settle_doubles(maildir) {
                break;
            }
        }
        listing.entries.shrink_to_fit();
        Ok(listing)
    }

    fn sort(&mut self) {
        let names = &self.names;
        self.entries.sort_by_cached_key(|entry| {
            let base = &names[range(entry, entry.base_len)];
            (delivered_at(base), base)
        });
    }

    /// The whole name of a message's file.
    pub(super) fn name(&self, entry: &Entry) -> &[u8] {
        &self.names[range(entry, entry.name_len)]
    }

    /// The unique part of it.
    pub(super) fn base(&self, entry: &Entry) -> &[u8] {
        &self.names[range(entry, entry.base_len)]
    }

    /// A message's file has this name now.
    pub(super) fn renamed(&mut self, index: usize, folder: Folder, name: &[u8]) {
        if let Some(entry) = entry_for(&mut self.names, folder, name)
            && let Some(old) = self.entries.get_mut(index)
        {
            *old = Entry { size: old.size, marked: old.marked, ..entry };
        }
    }

    /// Finds the files of all messages again; those without one are gone.
    pub(super) fn refresh(&mut self, maildir: &Path) -> Result<(), MaildropError> {
        let mut by_base: HashMap<Vec<u8>, usize> = HashMap::with_capacity(self.entries.len());
        for (index, entry) in self.entries.iter_mut().enumerate() {
            entry.gone = true;
            by_base.insert(self.names[range(entry, entry.base_len)].to_vec(), index);
        }
        for folder in [Folder::New, Folder::Cur] {
            each_file(maildir, folder, |name| {
                let Some(&index) = by_base.get(base_of(name)) else { return };
                let known = self.entries[index];
                if known.folder == folder && self.name(&known) == name {
                    self.entries[index].gone = false;
                } else {
                    self.renamed(index, folder, name);
                }
            })?;
        }
        Ok(())
    }

    fn add(&mut self, folder: Folder, name: &[u8]) {
        if let Some(entry) = entry_for(&mut self.names, folder, name) {
            self.entries.push(entry);
        }
    }

    /// Two files with the same unique part: one that moved while we looked, or a copy that
    /// somebody made by hand. The copy gets a name of its own, so that ids are unique. True when
    /// there was one.
    fn settle_doubles(&mut self, maildir: &Path) -> bool {
        let mut renamed = false;
        let mut index = 1;
        while index < self.entries.len() {
            let (first, second) = (self.entries[index - 1], self.entries[index]);
            if self.base(&first) != self.base(&second) {
                index += 1;
                continue;
            }
            let path = |entry: &Entry| {
                let name = std::ffi::OsStr::from_bytes(self.name(entry));
                maildir.join(entry.folder.name()).join(name)
            };
            if path(&first).symlink_metadata().is_err() {
                self.entries.remove(index - 1);
                continue;
            }
            let from = path(&second);
            let copy = (1..100).find_map(|number| {
                let name = with_number(self.name(&second), number);
                let to =
                    maildir.join(second.folder.name()).join(std::ffi::OsStr::from_bytes(&name));
                super::rename_without_replacing(&from, &to).is_ok().then_some(name)
            });
            if let Some(name) = copy {
                self.renamed(index, second.folder, &name);
                renamed = true;
                index += 1;
            } else {
                // Gone meanwhile, or it cannot be renamed: it is left alone, and not shown.
                self.entries.remove(index);
            }
        }
        renamed
    }
}

fn range(entry: &Entry, length: u8) -> std::ops::Range<usize> {
    entry.name_at as usize..entry.name_at as usize + usize::from(length)
}

/// Puts a name into the arena. `None` for what is no message, and beyond four gigabytes of names.
fn entry_for(names: &mut Vec<u8>, folder: Folder, name: &[u8]) -> Option<Entry> {
    let name_at = u32::try_from(names.len()).ok()?;
    let name_len = u8::try_from(name.len()).ok()?;
    let base_len = u8::try_from(base_of(name).len()).ok()?;
    let size = wire_size_in(name).unwrap_or(UNKNOWN);
    names.extend_from_slice(name);
    Some(Entry { size, name_at, name_len, base_len, folder, marked: false, gone: false })
}

/// Calls `with` for every message's name. A folder that is not there has none.
fn each_file(
    maildir: &Path,
    folder: Folder,
    mut with: impl FnMut(&[u8]),
) -> Result<(), MaildropError> {
    let directory = maildir.join(folder.name());
    let failed = |error: io::Error| MailboxError::writing(&directory, &error);
    let entries = match fs::read_dir(&directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(failed(error).into()),
    };
    for entry in entries {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name();
        let is_message = !name.as_bytes().starts_with(b".")
            && !base_of(name.as_bytes()).is_empty()
            && entry.file_type().is_ok_and(|kind| kind.is_file());
        if is_message {
            with(name.as_bytes());
        }
    }
    Ok(())
}

/// The part of a name that never changes.
fn base_of(name: &[u8]) -> &[u8] {
    let end = memchr::memchr2(b',', b':', name).unwrap_or(name.len());
    &name[..end]
}

/// The name without its flags.
fn without_flags(name: &[u8]) -> &[u8] {
    &name[..memchr::memchr(b':', name).unwrap_or(name.len())]
}

/// The letters after `:2,`.
fn flags(name: &[u8]) -> &[u8] {
    name[without_flags(name).len()..].strip_prefix(b":2,").unwrap_or_default()
}

/// True when a mail program has shown the message.
pub(super) fn is_seen(name: &[u8]) -> bool {
    flags(name).contains(&b'S')
}

/// The name for `cur`, with the flags it has, and `S` when it has been read.
pub(super) fn with_flags(name: &[u8], seen: bool) -> Vec<u8> {
    let mut flags = flags(name).to_vec();
    if seen && !flags.contains(&b'S') {
        flags.push(b'S');
        flags.sort_unstable();
    }
    [without_flags(name), b":2,", &flags].concat()
}

/// The name with another unique part.
fn with_number(name: &[u8], number: u32) -> Vec<u8> {
    let base = base_of(name);
    [base, format!("+{number}").as_bytes(), &name[base.len()..]].concat()
}

/// The octets with CRLF line ends, where the name tells them (`,W=1234`, as in Maildir++).
fn wire_size_in(name: &[u8]) -> Option<u64> {
    let fields = std::str::from_utf8(without_flags(name)).ok()?;
    let size = fields.split(',').skip(1).find_map(|field| field.strip_prefix("W="))?;
    size.parse().ok().filter(|size| *size != UNKNOWN)
}

/// Seconds and microseconds of delivery, as the unique part tells them.
fn delivered_at(base: &[u8]) -> (u64, u64) {
    let number = |digits: &[u8]| {
        let end = digits.iter().position(|digit| !digit.is_ascii_digit()).unwrap_or(digits.len());
        std::str::from_utf8(&digits[..end]).ok().and_then(|text| text.parse().ok()).unwrap_or(0)
    };
    let rest = memchr::memchr(b'.', base).map_or(&b""[..], |dot| &base[dot + 1..]);
    (number(base), rest.strip_prefix(b"M").map_or(0, number))
}

/// The unique part itself where RFC 1939 allows it; otherwise a number made from it.
pub(super) fn unique_id(base: &[u8]) -> String {
    match std::str::from_utf8(base) {
        Ok(text) if text.len() <= MAX_UNIQUE_ID && text.bytes().all(|b| b.is_ascii_graphic()) => {
            text.to_owned()
        }
        _ => format!("f{:032x}", fingerprint(base)),
    }
}

/// FNV-1a with 128 bits: the same in every version of the program. Nobody who sends mail chooses
/// names, so it need not withstand attacks.
fn fingerprint(octets: &[u8]) -> u128 {
    const START: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = (1 << 88) + 0x13b;
    octets.iter().fold(START, |hash, octet| (hash ^ u128::from(*octet)).wrapping_mul(PRIME))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_apart() {
        let name: &[u8] = b"1700000000.M5Q7R0.mx,S=10,W=12:2,FS";
        assert_eq!(base_of(name), b"1700000000.M5Q7R0.mx");
        assert_eq!(wire_size_in(name), Some(12));
        assert!(is_seen(name));
        assert_eq!(with_flags(b"1.a,S=1", true), b"1.a,S=1:2,S");
        assert_eq!(with_flags(b"1.a,S=1", false), b"1.a,S=1:2,");
        assert_eq!(with_flags(b"1.a:2,TF", true), b"1.a:2,FST");
        assert_eq!(with_flags(b"1.a:1,x", true), b"1.a:2,S");
        assert_eq!(with_number(b"1.a,S=1:2,S", 1), b"1.a+1,S=1:2,S");
        for name in ["1.a", "1.a:2,W=5", "1.a,W=x", "1.a,W=18446744073709551615", "1.a,W=-1"] {
            assert_eq!(wire_size_in(name.as_bytes()), None, "{name}");
        }
    }

    #[test]
    fn time_orders_messages_as_numbers() {
        assert_eq!(delivered_at(b"1700000000.M123000Q1R0.mx"), (1_700_000_000, 123_000));
        assert!(delivered_at(b"999.x") < delivered_at(b"1000.x"));
        assert!(delivered_at(b"1000.M9P1") < delivered_at(b"1000.M10P1"));
        assert_eq!(delivered_at(b"x"), (0, 0));
        assert_eq!(delivered_at(b"99999999999999999999999.M1"), (0, 1));
    }

    #[test]
    fn unique_ids_are_what_the_protocol_allows() {
        assert_eq!(unique_id(b"1700000000.M123000Q1R0.mx"), "1700000000.M123000Q1R0.mx");
        let long = [b'a'; 71];
        for base in [&long[..], b"a b", b"\xff", b"\xc3\xbc"] {
            let id = unique_id(base);
            assert_eq!(id.len(), 33, "{id}");
        }
        assert_eq!(unique_id(&long[..70]).len(), 70);
        // A change of this number would make every client fetch these messages again.
        assert_eq!(unique_id(b"a b"), "fa68d62c6038b5822836dbc79780dff7a");
    }
}
