//! Full disks: refused mail, nothing lost, and everything works again once there is room.

#![allow(clippy::disallowed_methods, reason = "mount and umount")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

mod contract;

use std::path::{Path, PathBuf};
use std::process::Command;

use causeway_model::QueueId;
use causeway_store::sqlite::{SqliteStore, StoreOptions};
use causeway_store::{Change, Content, Store, StoreError};
use contract::{accept, accounted_for, at, key, message, relay, settle, update};

const MIB: u64 = 1024 * 1024;

fn open(directory: &Path, reserve: u64, max_size: Option<u64>) -> SqliteStore {
    let options = StoreOptions { reserve, max_size, ..StoreOptions::default() };
    SqliteStore::open(directory, options).unwrap()
}

/// Accepts messages of 20 KiB, ten at once, until the store is full, and checks that each of them is
/// either refused as a whole or there as a whole.
async fn fill(store: &SqliteStore) -> Vec<QueueId> {
    let mut accepted = Vec::new();
    for _ in 0..1000 {
        let ten = (0..10).map(|_| async {
            let mut new = message(store, &["a@fabrikam.example"]);
            new.content = Content::Memory(vec![vec![b'x'; 20_000].into()]);
            store.accept(new).await
        });
        let outcomes = futures_util::future::join_all(ten).await;
        let mut full = false;
        for outcome in outcomes {
            match outcome {
                Ok(ticket) => accepted.push(ticket.id()),
                Err(StoreError::Full { .. }) => full = true,
                Err(error) => panic!("{error}"),
            }
        }
        if full {
            return accepted;
        }
    }
    panic!("it is never full");
}

async fn all_there(store: &SqliteStore, ids: &[QueueId]) {
    for id in ids {
        let Some(Content::Memory(parts)) = store.content(*id).await.unwrap() else {
            panic!("{id} has no content");
        };
        assert_eq!(parts.concat().len(), 20_000);
    }
    accounted_for(store).await;
}

#[tokio::test]
async fn a_full_store_recovers_by_itself() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path(), 0, Some(2 * MIB));
    for _ in 0..3 {
        let ids = fill(&store).await;
        assert!(ids.len() > 50, "{}", ids.len());
        all_there(&store, &ids).await;
        // Ending a message gives back more than it needs.
        for id in &ids {
            relay(&store, 1, key(*id, 0)).await;
        }
        accounted_for(&store).await;
    }
    accept(&store, &["a@fabrikam.example"]).await;
    drop(store);
    let store = open(directory.path(), 0, Some(2 * MIB));
    accounted_for(&store).await;
}

#[tokio::test]
async fn below_the_reserve_mail_is_refused_and_what_is_here_is_settled() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path(), MIB, Some(4 * MIB));
    let ids = fill(&store).await;
    // Deferrals only take room, and there is room for them.
    for turn in 0..20 {
        let change = Change::Deferred { until: at(turn + 60) };
        let updates =
            ids.iter().map(|id| update(key(*id, 0), change, Some(contract::refused(turn))));
        settle(&store, turn, updates.collect()).await;
        let new = message(&store, &["a@fabrikam.example"]);
        assert!(matches!(store.accept(new).await, Err(StoreError::Full { .. })));
    }
    all_there(&store, &ids).await;
}

#[tokio::test]
async fn with_too_little_free_on_the_disk_only_settlements_are_taken() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path(), 0, None);
    let id = accept(&store, &["a@fabrikam.example"]).await;
    drop(store);
    let store = open(directory.path(), u64::MAX, None);
    let new = message(&store, &["a@fabrikam.example"]);
    assert!(matches!(store.accept(new).await, Err(StoreError::Full { .. })));
    relay(&store, 1, key(id, 0)).await;
    accounted_for(&store).await;
}

/// A file system in memory, of few octets.
struct SmallDisk(PathBuf);

impl SmallDisk {
    /// `None`, with the reason on the terminal, where it cannot be mounted (never with `CI=true`).
    fn mount(directory: &Path) -> Option<Self> {
        let mount = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=6m", "tmpfs"])
            .arg(directory)
            .output();
        let reason = match mount {
            Ok(output) if output.status.success() => return Some(Self(directory.into())),
            Ok(output) => String::from_utf8_lossy(&output.stderr).trim().to_owned(),
            Err(error) => error.to_string(),
        };
        assert!(std::env::var("CI").as_deref() != Ok("true"), "mount: {reason}");
        eprintln!("skipped: a small disk cannot be mounted here ({reason})");
        None
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[tokio::test]
async fn a_disk_that_is_really_full_is_survived() {
    let directory = tempfile::tempdir().unwrap();
    let Some(_disk) = SmallDisk::mount(directory.path()) else { return };
    let ballast = directory.path().join("ballast");
    std::fs::write(&ballast, vec![0; MIB as usize]).unwrap();
    // A log in proportion to the disk.
    let options = StoreOptions { reserve: 0, checkpoint_pages: 50, ..StoreOptions::default() };
    let store = SqliteStore::open(directory.path(), options).unwrap();
    let ids = fill(&store).await;
    assert!(ids.len() > 50, "{}", ids.len());
    all_there(&store, &ids).await;

    // Large contents meet the same fact, and leave nothing behind.
    let mut large = message(&store, &["a@fabrikam.example"]);
    large.content = Content::Memory(vec![vec![b'x'; 2 * MIB as usize].into()]);
    assert!(matches!(store.accept(large).await, Err(StoreError::Full { .. })));
    assert_eq!(std::fs::read_dir(store.body_dir()).unwrap().count(), 0);

    std::fs::remove_file(&ballast).unwrap();
    for id in &ids {
        relay(&store, 1, key(*id, 0)).await;
    }
    let again = accept(&store, &["a@fabrikam.example"]).await;
    accounted_for(&store).await;
    drop(store);
    let store = open(directory.path(), 0, None);
    assert!(store.load(again).await.unwrap().is_some());
    accounted_for(&store).await;
    drop(store);
}
