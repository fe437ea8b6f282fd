//! The tables, and how older files become newer ones.
//!
//! The design rests on three ideas:
//!
//! - **Keys append.** A message is the row `id` of its tables, and its recipient `i` the row
//!   `id << 14 | i` of `recipient`. Ids follow time, so new rows always go to the end of a tree.
//! - **Two small indexes over what is unfinished.** `queued` finds the unfinished recipients in the
//!   order of their keys; `clock` finds those whose expiry or delay notice is next (`clock_at` is
//!   the earlier of the two). Ended recipients are in neither, so a trace of millions of rows does
//!   not slow the queue.
//! - **Nothing is written twice that can be read out of another row.** The trace lines of
//!   acceptance, and of an end, are made when they are read; `event` has only what happened in
//!   between. A message that is relayed at the first attempt never has an event row.

use rusqlite::Connection;

/// Marks the file as ours: `CWAY`.
pub(super) const APPLICATION_ID: u32 = 0x4357_4159;

/// Octets of a page.
pub(super) const PAGE_SIZE: u32 = 4096;

/// What brings a file from format `n` to `n + 1`, in order.
const MIGRATIONS: [&str; 4] = [FORMAT_1, FORMAT_2, FORMAT_3, FORMAT_4];

/// The format this program writes.
pub(super) const FORMAT: u32 = MIGRATIONS.len() as u32;

/// The tables that a file must have to be a store.
pub(super) const TABLES: [&str; 14] = [
    "attempt",
    "content",
    "event",
    "kept",
    "kept_total",
    "ledger",
    "mailbox",
    "mailbox_name",
    "memory",
    "message",
    "recipient",
    "returned",
    "revision",
    "site",
];

/// Times are milliseconds since 1970; `status` is a code of [`rows`](super::rows).
const FORMAT_1: &str = "
CREATE TABLE message (
    id INTEGER PRIMARY KEY,
    recipients INTEGER NOT NULL,   -- how many
    received_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    size INTEGER NOT NULL,
    report_about INTEGER,
    sender TEXT NOT NULL,          -- empty for reports
    message_id TEXT,
    subject TEXT,
    facts TEXT NOT NULL            -- the rest of the envelope and of the header's facts, JSON
) STRICT;

CREATE TABLE content (             -- as long as the message has an unfinished recipient
    id INTEGER PRIMARY KEY,
    file TEXT,                     -- name in the directory of bodies, or
    octets BLOB                    -- the content itself
) STRICT;

CREATE TABLE recipient (
    id INTEGER PRIMARY KEY,        -- message << 14 | position in the envelope
    recipients INTEGER NOT NULL,   -- of the message
    in_file INTEGER NOT NULL,      -- 1: the content is a file
    status INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    next_attempt_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    delay_notice_at INTEGER,
    clock_at INTEGER,              -- when the sweeper must look at it; NULL: it has ended
    ended_at INTEGER,
    end_tried INTEGER,             -- 1: the end was an attempt
    address TEXT NOT NULL,
    notify INTEGER,                -- 1 success, 2 failure, 4 delay
    orcpt_type TEXT,
    orcpt TEXT,
    code TEXT,                     -- this and the following: the last result
    reply TEXT,
    connector TEXT,
    destination TEXT,
    attempt TEXT,                  -- JSON
    end_detail TEXT
) STRICT;
CREATE INDEX queued ON recipient (id) WHERE status < 3;
CREATE INDEX clock ON recipient (clock_at) WHERE clock_at IS NOT NULL;

CREATE TABLE event (
    recipient INTEGER NOT NULL,
    number INTEGER NOT NULL,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    detail TEXT NOT NULL,
    PRIMARY KEY (recipient, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE site (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;

CREATE TABLE attempt (
    site INTEGER NOT NULL,
    at INTEGER NOT NULL,
    recipient INTEGER NOT NULL,    -- the first one that it was made for
    attempt TEXT NOT NULL,         -- JSON
    PRIMARY KEY (site, at, recipient)
) STRICT, WITHOUT ROWID;

CREATE TABLE ledger (              -- one row
    id INTEGER PRIMARY KEY CHECK (id = 1),
    next_id INTEGER NOT NULL,
    accepted INTEGER NOT NULL,
    delivered INTEGER NOT NULL,
    relayed INTEGER NOT NULL,
    expanded INTEGER NOT NULL,
    failed_with_report INTEGER NOT NULL,
    failed_without_report INTEGER NOT NULL
) STRICT;
INSERT INTO ledger VALUES (1, 0, 0, 0, 0, 0, 0, 0);

CREATE TABLE mailbox (address TEXT PRIMARY KEY, mailbox TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE mailbox_name (        -- addresses and aliases, as they are compared
    name TEXT PRIMARY KEY,
    address TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX mailbox_names ON mailbox_name (address);

CREATE TABLE memory (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
";

/// Revisions of the mail flow.
const FORMAT_2: &str = "
CREATE TABLE revision (
    number INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    author TEXT NOT NULL,
    reason TEXT NOT NULL,
    changes TEXT NOT NULL,         -- JSON: one sentence each
    effects TEXT NOT NULL,         -- JSON
    text TEXT NOT NULL             -- the whole file
) STRICT;
";

/// What was returned and can be sent again.
const FORMAT_3: &str = "
CREATE TABLE returned (
    id INTEGER PRIMARY KEY,
    token BLOB NOT NULL UNIQUE,    -- SHA-256
    message INTEGER NOT NULL,
    report INTEGER NOT NULL,
    recipients TEXT NOT NULL,      -- JSON: positions in the envelope
    at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    sent_again_at INTEGER,
    sent_again_as INTEGER
) STRICT;
CREATE INDEX returned_messages ON returned (message);
CREATE INDEX returned_clock ON returned (expires_at);

CREATE TABLE kept (                -- contents, as long as something returned needs them
    id INTEGER PRIMARY KEY,        -- of the message
    size INTEGER NOT NULL,
    file TEXT,                     -- as in content
    octets BLOB
) STRICT;
CREATE INDEX kept_sizes ON kept (size);
";

/// What is kept is counted as it comes and goes: adding it up at every failure would take longer with each.
const FORMAT_4: &str = "
CREATE TABLE kept_total (          -- one row
    id INTEGER PRIMARY KEY CHECK (id = 1),
    octets INTEGER NOT NULL
) STRICT;
INSERT INTO kept_total SELECT 1, coalesce(sum(size), 0) FROM kept;
CREATE TRIGGER kept_added AFTER INSERT ON kept BEGIN
    UPDATE kept_total SET octets = octets + new.size;
END;
CREATE TRIGGER kept_removed AFTER DELETE ON kept BEGIN
    UPDATE kept_total SET octets = octets - old.size;
END;
DROP INDEX kept_sizes;
";

/// Brings the file from format `from` to [`FORMAT`], in one transaction.
pub(super) fn migrate(connection: &Connection, from: u32) -> rusqlite::Result<()> {
    if from >= FORMAT {
        return Ok(());
    }
    let transaction = connection.unchecked_transaction()?;
    for step in MIGRATIONS.iter().skip(from as usize) {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", FORMAT)?;
    transaction.commit()
}
