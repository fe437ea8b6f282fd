//! The SQLite engine: the contract, and what only files can be asked.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

mod contract;

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;

use causeway_store::sqlite::{SqliteStore, StoreOptions};
use causeway_store::{Change, Content, SharedStore, Store, StoreError, TraceFilter};
use contract::{accept, accounted_for, at, key, message, relay, settle, update};

fn open(directory: &Path) -> SqliteStore {
    SqliteStore::open(directory, StoreOptions::default()).unwrap()
}

/// The database, changed behind the store's back.
fn tamper(directory: &Path, sql: &str) {
    let file = rusqlite::Connection::open(directory.join("store.db")).unwrap();
    assert!(file.execute(sql, []).unwrap() > 0, "{sql}");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_keeps_the_contract() {
    let directory = tempfile::tempdir().unwrap();
    let count = std::sync::atomic::AtomicUsize::new(0);
    contract::run_all(|| async {
        let number = count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let store = open(&directory.path().join(number.to_string()));
        Arc::new(store) as SharedStore
    })
    .await;
}

#[tokio::test]
async fn everything_survives_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path());
    let id = accept(&store, &["a@fabrikam.example", "b@fabrikam.example"]).await;
    relay(&store, 1, key(id, 0)).await;
    store.remember("k".into(), "v".into()).await.unwrap();
    let before = (store.load(id).await.unwrap(), store.audit().await.unwrap());
    let unused = store.reserve_id();
    store.remember("k".into(), "v".into()).await.unwrap();
    drop(store);

    let store = open(directory.path());
    assert_eq!((store.load(id).await.unwrap(), store.audit().await.unwrap()), before);
    assert!(store.reserve_id() > unused, "names are never given again");
    assert_eq!(store.scan_queue(None, 10).await.unwrap().len(), 1);
}

#[tokio::test]
async fn after_close_everything_is_refused_and_the_directory_is_free() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path());
    let new = message(&store, &["a@fabrikam.example"]);
    store.close().await.unwrap();
    store.close().await.unwrap();
    assert_eq!(store.accept(new).await.unwrap_err(), StoreError::Closed);
    assert_eq!(store.audit().await.unwrap_err(), StoreError::Closed);
    assert!(!directory.path().join("store.db-wal").exists(), "the log was brought in");
    let again = open(directory.path());
    accounted_for(&again).await;
}

#[test]
fn one_process_has_the_directory() {
    let directory = tempfile::tempdir().unwrap();
    let _store = open(directory.path());
    let second = SqliteStore::open(directory.path(), StoreOptions::default());
    assert!(matches!(second, Err(StoreError::InUse { .. })));
}

#[tokio::test]
async fn nobody_else_can_read_the_files() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let store = open(&data);
    accept(&store, &["a@fabrikam.example"]).await;
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&data), 0o700);
    assert_eq!(mode(store.body_dir()), 0o700);
    let mut files = 0;
    for entry in std::fs::read_dir(&data).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            assert_eq!(mode(&path), 0o600, "{}", path.display());
            files += 1;
        }
    }
    assert!(files >= 3, "database, log and lock");
}

#[test]
fn what_is_no_store_is_refused_and_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    drop(open(directory.path()));
    let path = directory.path().join("store.db");
    let good = std::fs::read(&path).unwrap();
    let patched = |at: usize, octets: &[u8]| {
        let mut bad = good.clone();
        bad[at..at + octets.len()].copy_from_slice(octets);
        bad
    };
    let cases: [(&str, Vec<u8>); 6] = [
        ("empty", Vec::new()),
        ("text", b"this is a text file\n".repeat(100)),
        ("another program's", patched(68, &[0; 4])),
        ("cut off", good[..good.len() - 4096].to_vec()),
        ("damaged schema", patched(100, &[0x55; 200])),
        ("header only", good[..100].to_vec()),
    ];
    for (name, bad) in cases {
        std::fs::write(&path, &bad).unwrap();
        let error = SqliteStore::open(directory.path(), StoreOptions::default()).err();
        assert!(matches!(error, Some(StoreError::Corrupt { .. })), "{name}: {error:?}");
        assert_eq!(std::fs::read(&path).unwrap(), bad, "{name}: the file was changed");
    }
    std::fs::write(&path, patched(60, &99_u32.to_be_bytes())).unwrap();
    let error = SqliteStore::open(directory.path(), StoreOptions::default()).err();
    assert!(matches!(error, Some(StoreError::TooNew { found: 99, known: 4, .. })), "{error:?}");
    std::fs::write(&path, &good).unwrap();
    drop(open(directory.path()));
}

#[tokio::test]
async fn the_audit_sees_what_is_lost() {
    for (sql, lost) in [
        ("UPDATE recipient SET status = 4, clock_at = NULL", 1),
        ("DELETE FROM recipient", 1),
        ("DELETE FROM content", 1),
        ("DELETE FROM message", 1),
        ("UPDATE ledger SET relayed = relayed + 1", -1),
    ] {
        let directory = tempfile::tempdir().unwrap();
        let store = open(directory.path());
        accept(&store, &["a@fabrikam.example"]).await;
        accounted_for(&store).await;
        tamper(directory.path(), sql);
        assert_eq!(store.audit().await.unwrap().unaccounted, lost, "{sql}");
    }
}

#[tokio::test]
async fn large_contents_are_files_that_come_and_go_with_their_message() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path());
    let mut body = store.bodies().create(1_000_000).unwrap();
    body.write(&[b'x'; 500_000]).unwrap();
    let content = body.finish().unwrap();
    let Content::File { path, .. } = content.clone() else { unreachable!() };
    let mut new = message(&store, &["a@fabrikam.example"]);
    new.content = content;
    let mut wrong = new.clone();
    wrong.content = Content::File { path: path.clone(), size: 499_999 };
    assert!(matches!(store.accept(wrong).await, Err(StoreError::Io { .. })), "another size");
    let id = store.accept(new).await.unwrap().id();

    // Left over from a crash.
    let mut orphan = store.bodies().create(10).unwrap();
    orphan.write(b"x").unwrap();
    let orphan = orphan.finish().unwrap();
    let Content::File { path: orphan, .. } = orphan else { unreachable!() };
    drop(store);
    let store = open(directory.path());
    assert!(path.exists() && !orphan.exists());

    let hidden = path.with_extension("hidden");
    std::fs::rename(&path, &hidden).unwrap();
    assert_eq!(store.audit().await.unwrap().unaccounted, 1, "its file is missing");
    std::fs::rename(&hidden, &path).unwrap();
    accounted_for(&store).await;

    settle(&store, 1, vec![update(key(id, 0), Change::Delivered, None)]).await;
    store.remember("a".into(), "b".into()).await.unwrap();
    assert!(!path.exists());
    accounted_for(&store).await;
}

#[tokio::test]
async fn a_question_that_takes_too_long_is_stopped() {
    let directory = tempfile::tempdir().unwrap();
    let options = StoreOptions { read_limit: std::time::Duration::ZERO, ..StoreOptions::default() };
    let store = SqliteStore::open(directory.path(), options).unwrap();
    let many: Vec<String> = (0..5000).map(|n| format!("r{n}@fabrikam.example")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    accept(&store, &many).await;
    let filter = TraceFilter { recipient: Some("nobody".into()), ..TraceFilter::default() };
    match store.trace(filter).await {
        Err(StoreError::Io { detail }) => assert!(detail.contains("too long"), "{detail}"),
        other => panic!("{other:?}"),
    }
    assert_eq!(store.audit().await.unwrap().queued, 5000, "the connection works on");
    assert_eq!(store.expired(at(0), 1).await.unwrap().len(), 0);
}

#[tokio::test]
async fn a_file_of_the_first_format_gets_what_came_later() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path());
    let id = accept(&store, &["a@fabrikam.example"]).await;
    drop(store);
    let file = rusqlite::Connection::open(directory.path().join("store.db")).unwrap();
    file.execute_batch(
        "DROP TABLE revision; DROP TABLE returned; DROP TABLE kept; DROP TABLE kept_total; PRAGMA user_version = 1;",
    )
    .unwrap();
    drop(file);
    let store = open(directory.path());
    assert!(store.load(id).await.unwrap().is_some(), "the mail is still there");
    assert_eq!(store.revision(None).await.unwrap(), None);
}
