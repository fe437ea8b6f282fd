//! Opening the data directory: the lock, the checks, the connections.
//!
//! A file that is not ours, is damaged or was written by a newer version is left exactly as it is:
//! it is looked at as bytes, then read-only, and only then opened for writing. A new file is made
//! under another name and renamed when it is complete, so a store is never half made.

use std::collections::HashSet;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};
use rustix::fs::{FlockOperation, flock};

use super::StoreOptions;
use super::bodies::{Bodies, sync_directory};
use super::error::{Place, io_error};
use super::schema::{self, APPLICATION_ID, FORMAT, PAGE_SIZE, TABLES};
use crate::StoreError;

/// The database, in the data directory.
const FILE: &str = "store.db";
/// Held by the process that has the data directory.
const LOCK: &str = "store.lock";
/// The directory of bodies.
const BODIES: &str = "bodies";
/// After an unclean end, a file up to this size is checked page by page (about a second).
const CHECKED_SIZE: u64 = 256 * 1024 * 1024;

/// A data directory that is ours now.
pub(super) struct Opened {
    pub(super) connection: Connection,
    pub(super) place: Place,
    pub(super) bodies: Bodies,
    pub(super) lock: File,
}

/// Opens, or makes, the store in `directory`.
pub(super) fn open(directory: &Path, options: &StoreOptions) -> Result<Opened, StoreError> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(directory)
        .map_err(|error| io_error(&error, directory))?;
    // Relative paths would change their meaning with the working directory.
    let directory = directory.canonicalize().map_err(|error| io_error(&error, directory))?;
    let lock = lock(&directory)?;
    let place = Place { file: directory.join(FILE), directory };
    let sql = |error: rusqlite::Error| place.error(&error);
    if place.file.exists() {
        let format = check_bytes(&place)?;
        check_inside(&place, format)?;
    } else {
        create(&place)?;
    }
    let connection = writer(&place.file, options).map_err(sql)?;
    let format = connection.pragma_query_value(None, "user_version", |row| row.get(0));
    schema::migrate(&connection, format.map_err(sql)?).map_err(sql)?;
    let bodies = Bodies::at(place.directory.join(BODIES))?;
    remove_orphans(&connection, &bodies, &place)?;
    Ok(Opened { connection, place, bodies, lock })
}

fn lock(directory: &Path) -> Result<File, StoreError> {
    let path = directory.join(LOCK);
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(&path)
        .map_err(|error| io_error(&error, &path))?;
    match flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(file),
        Err(rustix::io::Errno::WOULDBLOCK) => Err(StoreError::InUse { path: directory.into() }),
        Err(error) => Err(io_error(&error.into(), &path)),
    }
}

/// Looks at the first bytes of the file, without SQLite. Returns its format.
fn check_bytes(place: &Place) -> Result<u32, StoreError> {
    let corrupt = |detail: String| StoreError::Corrupt { path: place.file.clone(), detail };
    let error = |error: io::Error| io_error(&error, &place.file);
    let mut file = File::open(&place.file).map_err(error)?;
    let size = file.metadata().map_err(error)?.len();
    let mut header = [0; 100];
    if size < 100 {
        return Err(corrupt(format!("it has only {size} octets and is no database")));
    }
    file.read_exact(&mut header).map_err(error)?;
    if !header.starts_with(b"SQLite format 3\0") {
        return Err(corrupt("it is not a database of this program (nor of SQLite)".into()));
    }
    let number = |at: usize| {
        u32::from_be_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]])
    };
    if number(68) != APPLICATION_ID {
        return Err(corrupt("it is a database of another program".into()));
    }
    let found = number(60);
    if found > FORMAT {
        return Err(StoreError::TooNew { path: place.file.clone(), found, known: FORMAT });
    }
    // With a log the file may rightly lag behind.
    let page_size = match u16::from_be_bytes([header[16], header[17]]) {
        1 => 65536,
        size => u64::from(size),
    };
    let expected = u64::from(number(28)) * page_size;
    if !has_log(place) && number(24) == number(92) && size < expected {
        return Err(corrupt(format!("it has {size} octets instead of {expected}: it was cut off")));
    }
    Ok(found)
}

/// True when the log of the last run is still there: that run did not end cleanly.
fn has_log(place: &Place) -> bool {
    let log = PathBuf::from(format!("{}-wal", place.file.display()));
    fs::metadata(log).is_ok_and(|log| log.len() > 0)
}

/// Reads the file with SQLite, without writing to it.
fn check_inside(place: &Place, format: u32) -> Result<(), StoreError> {
    let corrupt = |detail: String| StoreError::Corrupt { path: place.file.clone(), detail };
    let sql = |error: rusqlite::Error| place.error(&error);
    let connection = reader(&place.file).map_err(sql)?;
    let found: u32 =
        connection.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(sql)?;
    if found > FORMAT {
        return Err(StoreError::TooNew { path: place.file.clone(), found, known: FORMAT });
    }
    let tables = connection
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")
        .and_then(|mut names| {
            names.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<HashSet<String>>>()
        })
        .map_err(sql)?;
    if format == FORMAT
        && let Some(missing) = TABLES.iter().find(|name| !tables.contains(**name))
    {
        return Err(corrupt(format!("its table {missing} is missing")));
    }
    let size = fs::metadata(&place.file).map_or(0, |file| file.len());
    if has_log(place) && size <= CHECKED_SIZE {
        let finding: String =
            connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0)).map_err(sql)?;
        if finding != "ok" {
            return Err(corrupt(format!("it is damaged: {finding}")));
        }
    }
    Ok(())
}

/// Makes a new, empty store.
fn create(place: &Place) -> Result<(), StoreError> {
    let path = place.directory.join(format!("{FILE}.new"));
    let error = |error: io::Error| io_error(&error, &path);
    for ending in ["", "-journal"] {
        match fs::remove_file(format!("{}{ending}", path.display())) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(error(e)),
            _ => {}
        }
    }
    // SQLite gives its other files the mode of this one.
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
    drop(file.map_err(error)?);
    let make = || -> rusqlite::Result<()> {
        let connection = Connection::open(&path)?;
        connection.pragma_update(None, "page_size", PAGE_SIZE)?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        schema::migrate(&connection, 0)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.close().map_err(|(_, error)| error)
    };
    make().map_err(|error| place.error(&error))?;
    File::open(&path).and_then(|file| file.sync_all()).map_err(error)?;
    fs::rename(&path, &place.file).map_err(error)?;
    sync_directory(&place.directory).map_err(error)
}

/// The connection that writes.
pub(super) fn writer(file: &Path, options: &StoreOptions) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, flags)?;
    connection.set_prepared_statement_cache_capacity(64);
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "cache_size", -i64::from(options.cache_kib))?;
    connection.pragma_update(None, "wal_autocheckpoint", options.checkpoint_pages)?;
    // A log that grew in a busy hour goes back to this size, in octets.
    connection.pragma_update(None, "journal_size_limit", 64 * 1024 * 1024)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.pragma_update(None, "secure_delete", "OFF")?;
    if let Some(size) = options.max_size {
        let pages = i64::try_from(size / u64::from(PAGE_SIZE)).unwrap_or(i64::MAX);
        connection.pragma_update(None, "max_page_count", pages)?;
    }
    Ok(connection)
}

/// A connection that only reads.
pub(super) fn reader(file: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, flags)?;
    connection.pragma_update(None, "cache_size", -1024)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    Ok(connection)
}

/// Removes bodies that no message has.
fn remove_orphans(
    connection: &Connection,
    bodies: &Bodies,
    place: &Place,
) -> Result<(), StoreError> {
    let wanted = connection
        .prepare(
            "SELECT file FROM content WHERE file IS NOT NULL
             UNION SELECT file FROM kept WHERE file IS NOT NULL",
        )
        .and_then(|mut names| names.query_map([], |row| row.get(0))?.collect())
        .map_err(|error| place.error(&error))?;
    let removed =
        bodies.remove_orphans(&wanted).map_err(|error| io_error(&error, bodies.directory()))?;
    if removed > 0 {
        tracing::info!(removed, "files of messages that were never accepted or have ended");
    }
    Ok(())
}
