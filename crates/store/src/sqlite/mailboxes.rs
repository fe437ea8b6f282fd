//! Mailboxes, and small facts by key.
//!
//! A mailbox is one JSON text, found by its address. Every name it has (address and aliases, in the
//! form in which they are compared) is a row of `mailbox_name`, so that no name can belong to two.

use causeway_model::Address;
use rusqlite::{Connection, OptionalExtension};

use super::rows;
use crate::{Mailbox, StoreError};

/// A change of the mailboxes.
pub(super) enum MailboxChange {
    /// A new one.
    Add(Mailbox, String),
    /// Another one in place of the one with the same address.
    Set(Mailbox, String),
    /// One less.
    Remove(Address),
}

/// Applies a change. Everything is checked before anything is written.
pub(super) fn apply(
    connection: &Connection,
    change: &MailboxChange,
) -> rusqlite::Result<Result<(), StoreError>> {
    match change {
        MailboxChange::Add(mailbox, json) => {
            if let Some(taken) = taken(connection, mailbox, None)? {
                return Ok(Err(StoreError::Exists(taken)));
            }
            write(connection, mailbox, json)?;
        }
        MailboxChange::Set(mailbox, json) => {
            let key = mailbox.address.mailbox_key();
            if !exists(connection, &key)? {
                return Ok(Err(not_found(&mailbox.address)));
            }
            if let Some(taken) = taken(connection, mailbox, Some(&key))? {
                return Ok(Err(StoreError::Exists(taken)));
            }
            delete(connection, &key)?;
            write(connection, mailbox, json)?;
        }
        MailboxChange::Remove(address) => {
            let key = address.mailbox_key();
            if !exists(connection, &key)? {
                return Ok(Err(not_found(address)));
            }
            delete(connection, &key)?;
        }
    }
    Ok(Ok(()))
}

fn not_found(address: &Address) -> StoreError {
    StoreError::NotFound(format!("mailbox {address}"))
}

fn names(mailbox: &Mailbox) -> impl Iterator<Item = &Address> {
    std::iter::once(&mailbox.address).chain(&mailbox.aliases)
}

/// The first name of `mailbox` that belongs to another one than `own`.
fn taken(
    connection: &Connection,
    mailbox: &Mailbox,
    own: Option<&str>,
) -> rusqlite::Result<Option<String>> {
    let mut owner = connection.prepare_cached("SELECT address FROM mailbox_name WHERE name = ?")?;
    for name in names(mailbox) {
        let found: Option<String> =
            owner.query_row([name.mailbox_key()], |row| row.get(0)).optional()?;
        if found.is_some_and(|found| own != Some(&found)) {
            return Ok(Some(name.to_string()));
        }
    }
    Ok(None)
}

fn exists(connection: &Connection, key: &str) -> rusqlite::Result<bool> {
    connection.prepare_cached("SELECT 1 FROM mailbox WHERE address = ?")?.exists([key])
}

fn write(connection: &Connection, mailbox: &Mailbox, json: &str) -> rusqlite::Result<()> {
    let key = mailbox.address.mailbox_key();
    connection
        .prepare_cached("INSERT INTO mailbox (address, mailbox) VALUES (?, ?)")?
        .execute([&key, json])?;
    let mut insert = connection
        .prepare_cached("INSERT OR IGNORE INTO mailbox_name (name, address) VALUES (?, ?)")?;
    for name in names(mailbox) {
        insert.execute([&name.mailbox_key(), &key])?;
    }
    Ok(())
}

fn delete(connection: &Connection, key: &str) -> rusqlite::Result<()> {
    connection.prepare_cached("DELETE FROM mailbox WHERE address = ?")?.execute([key])?;
    connection.prepare_cached("DELETE FROM mailbox_name WHERE address = ?")?.execute([key])?;
    Ok(())
}

/// All mailboxes, by address.
pub(super) fn list(connection: &Connection) -> rusqlite::Result<Vec<Mailbox>> {
    connection
        .prepare_cached("SELECT mailbox FROM mailbox ORDER BY address")?
        .query_map([], |row| {
            serde_json::from_str(rows::text(row, 0)?).map_err(|error| rows::unreadable(0, error))
        })?
        .collect()
}

/// Keeps a fact.
pub(super) fn remember(connection: &Connection, key: &str, value: &str) -> rusqlite::Result<()> {
    connection
        .prepare_cached("INSERT OR REPLACE INTO memory (key, value) VALUES (?, ?)")?
        .execute([key, value])?;
    Ok(())
}

/// Facts by the beginning of their keys.
pub(super) fn recall_all(
    connection: &Connection,
    prefix: &str,
) -> rusqlite::Result<Vec<(String, String)>> {
    // Keys are compared octet by octet, and no text is behind the last character.
    let end = format!("{prefix}\u{10ffff}");
    connection
        .prepare_cached("SELECT key, value FROM memory WHERE key >= ? AND key < ? ORDER BY key")?
        .query_map([prefix, &end], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect()
}

/// Forgets facts.
pub(super) fn forget_facts(connection: &Connection, keys: &[String]) -> rusqlite::Result<()> {
    let mut delete = connection.prepare_cached("DELETE FROM memory WHERE key = ?")?;
    for key in keys {
        delete.execute([key])?;
    }
    Ok(())
}

/// A fact that was kept.
pub(super) fn recall(connection: &Connection, key: &str) -> rusqlite::Result<Option<String>> {
    connection
        .prepare_cached("SELECT value FROM memory WHERE key = ?")?
        .query_row([key], |row| row.get(0))
        .optional()
}
