//! How many messages a second the store accepts and settles, and what each costs.
//!
//! `cargo bench -p causeway-store` prints, for 1, 10 and 100 producers and contents of 4 KiB:
//! cycles (accept with one recipient, then settle to relayed) a second, CPU time of the whole
//! process per cycle, and the time an accept takes. `-- queue 1000000` fills a queue of that many recipients
//! and reads it back. Other words: `-- cycles SECONDS OCTETS`, and in the environment `CACHE_KIB=…` and
//! `CHECKPOINT_PAGES=…` for tuning and `STORE_DIR=…` for another disk than that of the target
//! directory (one in memory shows the cost without the syncs).

#![allow(
    missing_docs,
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::panic
)]

#[path = "../tests/contract/mod.rs"]
mod contract;

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use causeway_store::sqlite::{SqliteStore, StoreOptions};
use causeway_store::{Change, Content, Settlement, Store, TraceFilter};
use contract::{at, key, message, success, update};

fn main() {
    // Cargo adds `--bench`.
    let words: Vec<String> = std::env::args().skip(1).filter(|w| !w.starts_with("--")).collect();
    let number = |index: usize, default: usize| {
        words.get(index).map_or(default, |word| word.parse().expect("a number"))
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    match words.first().map(String::as_str) {
        None | Some("cycles") => {
            for producers in [1, 10, 100] {
                runtime.block_on(cycles(producers, number(1, 4) as u64, number(2, 4096)));
            }
        }
        Some("queue") => runtime.block_on(queue(number(1, 1_000_000))),
        Some(other) => {
            panic!("{other}: say nothing, `cycles SECONDS OCTETS` or `queue RECIPIENTS`")
        }
    }
}

fn open() -> (tempfile::TempDir, Arc<SqliteStore>) {
    let below = std::env::var("STORE_DIR").unwrap_or(env!("CARGO_TARGET_TMPDIR").into());
    let directory = tempfile::tempdir_in(below).unwrap();
    let mut options = StoreOptions::default();
    let variable = |name: &str| std::env::var(name).ok().map(|value| value.parse().unwrap());
    options.cache_kib = variable("CACHE_KIB").unwrap_or(options.cache_kib);
    options.checkpoint_pages = variable("CHECKPOINT_PAGES").unwrap_or(options.checkpoint_pages);
    let store = Arc::new(SqliteStore::open(directory.path(), options).unwrap());
    (directory, store)
}

/// User and system time of this process.
fn cpu_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let after_name = stat.rsplit_once(')').unwrap().1;
    let ticks: u64 =
        after_name.split_whitespace().skip(11).take(2).map(|f| f.parse::<u64>().unwrap()).sum();
    Duration::from_millis(ticks * 10)
}

/// Resident memory in KiB.
fn memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

async fn cycles(producers: usize, seconds: u64, octets: usize) {
    let (_directory, store) = open();
    let content = Bytes::from(vec![b'x'; octets]);
    let (cpu, start) = (cpu_time(), Instant::now());
    let end = start + Duration::from_secs(seconds);
    let tasks: Vec<_> = (0..producers)
        .map(|_| {
            let (store, content) = (Arc::clone(&store), content.clone());
            tokio::spawn(async move {
                let mut waits = Vec::new();
                while Instant::now() < end {
                    let mut new = message(store.as_ref(), &["alice@fabrikam.example"]);
                    new.content = Content::Memory(vec![content.clone()]);
                    let before = Instant::now();
                    let id = store.accept(new).await.unwrap().id();
                    waits.push(before.elapsed());
                    let updates = vec![update(key(id, 0), Change::Relayed, Some(success(1)))];
                    let settlement = Settlement {
                        at: at(1),
                        updates,
                        reports: Vec::new(),
                        ..Settlement::default()
                    };
                    store.settle(settlement).await.unwrap();
                }
                waits
            })
        })
        .collect();
    let mut waits = Vec::new();
    for task in tasks {
        waits.extend(task.await.unwrap());
    }
    let (wall, cpu) = (start.elapsed(), cpu_time() - cpu);
    waits.sort_unstable();
    let count = waits.len();
    let cpu_each = cpu.as_secs_f64() * 1e6 / count as f64;
    println!(
        "{producers:>4} producers {:>8.0} cycles/s {cpu_each:>7.1} us CPU each; accept p50 {:.2} ms, p99 {:.2} ms; {} MiB",
        count as f64 / wall.as_secs_f64(),
        waits[count / 2].as_secs_f64() * 1e3,
        waits[count * 99 / 100].as_secs_f64() * 1e3,
        memory() / 1024,
    );
    let audit = store.audit().await.unwrap();
    assert_eq!((audit.unaccounted, audit.relayed), (0, count as u64));
}

/// Runs and prints how long it took.
async fn timed<T>(what: &str, work: impl Future<Output = T>) -> T {
    let start = Instant::now();
    let result = work.await;
    println!("{what:<40} {:>8.1} ms, {} MiB", start.elapsed().as_secs_f64() * 1e3, memory() / 1024);
    result
}

async fn queue(recipients: usize) {
    let (directory, store) = open();
    let content = Bytes::from(vec![b'x'; 1024]);
    timed("accepting", async {
        let accept = |_| {
            let mut new = message(store.as_ref(), &["alice@fabrikam.example"]);
            new.content = Content::Memory(vec![content.clone()]);
            store.accept(new)
        };
        let mut left = recipients;
        while left > 0 {
            let some = left.min(1000);
            for done in futures_util::future::join_all((0..some).map(accept)).await {
                done.unwrap();
            }
            left -= some;
        }
    })
    .await;
    drop(store);
    let store = timed("opening again", async {
        Arc::new(SqliteStore::open(directory.path(), StoreOptions::default()).unwrap())
    })
    .await;
    let found = timed("scanning in pages of 10,000", async {
        let (mut after, mut found) = (None, 0);
        loop {
            let page = store.scan_queue(after, 10_000).await.unwrap();
            let Some(last) = page.last() else { return found };
            after = Some(last.key);
            found += page.len();
        }
    })
    .await;
    assert_eq!(found, recipients);
    assert_eq!(timed("audit", store.audit()).await.unwrap().unaccounted, 0);
    let none = TraceFilter { recipient: Some("nobody".into()), ..TraceFilter::default() };
    println!(
        "{:?}",
        timed("trace without a match", store.trace(none)).await.map(|rows| rows.len())
    );
    timed("trace, newest 1000", store.trace(TraceFilter::default())).await.unwrap();
    timed("expired, first 1000", store.expired(at(1000), 1000)).await.unwrap();
    timed("nothing expired", store.expired(at(0), 1000)).await.unwrap();
    timed("nothing to forget", store.forget(at(0), 1000)).await.unwrap();
}
