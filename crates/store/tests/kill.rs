//! Killed at any moment, the store has everything it acknowledged.
//!
//! The test runs itself as a child process that accepts and settles, telling every acknowledgement on
//! its standard output, and kills it (SIGKILL) after some of them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod contract;

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use causeway_model::QueueId;
use causeway_store::sqlite::{INLINE_LIMIT, SqliteStore, StoreOptions};
use causeway_store::{Change, Content, Settlement, Status, Store};
use contract::{at, key, message, success, update};

/// Tells the child its data directory.
const DIRECTORY: &str = "STORE_KILL_TEST_DIRECTORY";

/// What the child was told about a message.
#[derive(Clone, Copy, PartialEq)]
enum Acknowledged {
    Accepted,
    Settled,
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "the child of the other test"]
async fn child() {
    let directory = std::env::var(DIRECTORY).expect("only the other test runs this one");
    let store = SqliteStore::open(Path::new(&directory), StoreOptions::default()).unwrap();
    let store = Arc::new(store);
    let work = (0..20).map(|n| tokio::spawn(produce(Arc::clone(&store), n)));
    futures_util::future::join_all(work).await;
}

/// Accepts and settles until it is killed.
async fn produce(store: Arc<SqliteStore>, producer: usize) {
    for turn in 0_usize.. {
        let mut new = message(store.as_ref(), &["a@fabrikam.example", "b@fabrikam.example"]);
        let size =
            if (producer + turn).is_multiple_of(40) { INLINE_LIMIT as usize + 1 } else { 3000 };
        new.content = Content::Memory(vec![vec![b'x'; size].into()]);
        let id = store.accept(new).await.unwrap().id();
        tell("A", id);
        if turn % 3 == 0 {
            continue;
        }
        let change = Change::Relayed;
        let updates = vec![
            update(key(id, 0), change, Some(success(1))),
            update(key(id, 1), Change::Failed { reported: true }, None),
        ];
        let mut report = message(store.as_ref(), &["sender@contoso.example"]);
        report.report_about = Some(id);
        let report_id = report.id;
        store
            .settle(Settlement {
                at: at(1),
                updates,
                reports: vec![report],
                ..Settlement::default()
            })
            .await
            .unwrap();
        tell("S", id);
        tell("A", report_id);
    }
}

/// One line, at once: what is told is acknowledged.
fn tell(word: &str, id: QueueId) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{word} {id}").unwrap();
    out.flush().unwrap();
}

#[allow(clippy::disallowed_methods, reason = "this program again")]
fn start_child(directory: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["child", "--exact", "--ignored", "--nocapture"])
        .env(DIRECTORY, directory)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Runs the child until it has told `count` acknowledgements, kills it, and adds what it told.
fn run_and_kill(directory: &Path, count: usize, told: &mut HashMap<QueueId, Acknowledged>) {
    let mut child = start_child(directory);
    let mut killed = false;
    let mut seen = 0;
    // What it told before it died counts too, so the pipe is read to its end.
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let line = line.unwrap();
        let (word, id) = line.split_once(' ').unwrap_or_default();
        let Ok(id) = id.parse() else { continue };
        match word {
            "A" => told.entry(id).or_insert(Acknowledged::Accepted),
            "S" => told.entry(id).insert_entry(Acknowledged::Settled).into_mut(),
            _ => continue,
        };
        seen += 1;
        if seen >= count && !killed {
            child.kill().unwrap();
            killed = true;
        }
    }
    assert!(killed, "the child ended by itself: {}", child.wait().unwrap());
    child.wait().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_by_kill() {
    let directory = tempfile::tempdir().unwrap();
    let mut told = HashMap::new();
    for count in [1, 3, 50, 200, 500, 1000] {
        run_and_kill(directory.path(), count, &mut told);
        let store = SqliteStore::open(directory.path(), StoreOptions::default()).unwrap();
        for (id, acknowledged) in &told {
            let stored = store.load(*id).await.unwrap();
            let stored = stored.unwrap_or_else(|| panic!("{id} was acknowledged and is lost"));
            let queued = stored.recipients.iter().any(|r| r.status.is_queued());
            if *acknowledged == Acknowledged::Settled {
                assert_eq!(stored.recipients[0].status, Status::Relayed, "{id}");
                assert_eq!(stored.recipients[1].status, Status::Failed, "{id}");
            }
            assert_eq!(store.content(*id).await.unwrap().is_some(), queued, "{id}");
        }
        let audit = store.audit().await.unwrap();
        assert_eq!(audit.unaccounted, 0, "{audit:?}");
        assert!(audit.accepted as usize >= told.len());
        store.close().await.unwrap();
    }
}
