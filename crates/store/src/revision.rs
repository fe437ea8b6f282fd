//! Revisions: every activation of the organization's mail flow.
//!
//! A revision is the whole text of `mailflow.toml` as it was put in force, with who did it, when, why, and
//! what it did. Numbers count from 1 without gaps; a revision never changes.

use causeway_model::{Address, Origin, RecipientKey, ReversePath, Timestamp};
use serde::{Deserialize, Serialize};

/// A revision that is to be recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewRevision {
    /// When it was put in force.
    pub at: Timestamp,
    /// Who did it: a user of the system, or what noticed the change.
    pub author: String,
    /// Why; empty when nobody said.
    pub reason: String,
    /// What it changes, one sentence each; empty when only comments and layout differ.
    pub changes: Vec<String>,
    /// What that did: JSON as the caller wrote it.
    pub effects: String,
    /// The whole file.
    pub text: String,
}

/// A revision without its text, for listings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevisionEntry {
    /// From 1.
    pub number: u64,
    /// When it was put in force.
    pub at: Timestamp,
    /// Who did it.
    pub author: String,
    /// Why.
    pub reason: String,
    /// What it changes.
    pub changes: Vec<String>,
}

/// A revision with everything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revision {
    /// Who, when, why, what.
    pub entry: RevisionEntry,
    /// What it did: JSON as the caller wrote it.
    pub effects: String,
    /// The whole file.
    pub text: String,
}

/// An unfinished recipient with everything that decides its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingRecipient {
    /// Which.
    pub key: RecipientKey,
    /// Where the message is to go.
    pub address: Address,
    /// Who sent it.
    pub sender: ReversePath,
    /// Who handed it in.
    pub origin: Origin,
}
