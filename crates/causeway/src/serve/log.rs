//! The log of the running server: lines to standard error.
//!
//! **What it promises.** Nothing waits for the log: lines go to a thread of their own, which writes them. A disk that
//! is full and a reader that has stopped cost lines, and neither mail nor time; every lost line is counted
//! ([`Losses`]), for `health`, the metrics and an alert.
//!
//! **How it fails.** That nobody reads is seen when [`MOST_WAITING`] lines wait; at the end they are given up after
//! [`AT_THE_END`]. A process that is killed loses the lines of its last moments. What happened to mail is in the
//! store.

use std::io::{self, IsTerminal as _, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use causeway_insight::notice::lost::Lost;
use parking_lot::Mutex;
use tracing_appender::non_blocking::{ErrorCounter, NonBlockingBuilder, WorkerGuard};

/// Lines that wait to be written at most: about a megabyte.
const MOST_WAITING: usize = 8_000;

/// So long the end waits for what is not written yet.
const AT_THE_END: Duration = Duration::from_secs(2);

/// Counts lines that could not be written.
#[derive(Clone, Debug)]
pub(crate) struct Losses {
    refused: Arc<Refused>,
    /// Those that found too many before them.
    dropped: ErrorCounter,
}

#[derive(Debug, Default)]
struct Refused {
    lines: AtomicU64,
    /// What the system said last.
    why: Mutex<String>,
}

impl Losses {
    /// Lines lost since the start.
    pub(crate) fn lines(&self) -> Lost {
        Lost {
            refused: self.refused.lines.load(Ordering::Relaxed),
            dropped: u64::try_from(self.dropped.dropped_lines()).unwrap_or(u64::MAX),
        }
    }

    /// What the system said of the last line that it refused.
    pub(crate) fn why(&self) -> String {
        self.refused.why.lock().clone()
    }
}

/// Writes what waits when it goes, within [`AT_THE_END`]: a reader that stands still keeps no server from ending.
pub(super) struct Log(Option<WorkerGuard>);

impl Drop for Log {
    fn drop(&mut self) {
        let guard = self.0.take();
        let (done, ended) = mpsc::sync_channel(1);
        // The guard may write itself, to where nobody reads.
        let spawned = std::thread::Builder::new().name("log end".into()).spawn(move || {
            drop(guard);
            let _ = done.send(());
        });
        if spawned.is_ok() {
            let _ = ended.recv_timeout(AT_THE_END);
        }
    }
}

/// Writes, counts what cannot be written, and never fails.
struct Counted<W> {
    to: W,
    refused: Arc<Refused>,
}

impl<W: Write> Write for Counted<W> {
    /// One line.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if let Err(problem) = self.to.write_all(line) {
            self.refused.lines.fetch_add(1, Ordering::Relaxed);
            *self.refused.why.lock() = problem.to_string();
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let _ = self.to.flush();
        Ok(())
    }
}

/// Starts the log; `CAUSEWAY_LOG` chooses what of it (`info`, `causeway_dispatch=debug`, …). What waits is written
/// when the guard goes.
pub(super) fn start() -> (Log, Losses) {
    let refused = Arc::<Refused>::default();
    let counted = Counted { to: io::stderr(), refused: Arc::clone(&refused) };
    let (writer, guard) = NonBlockingBuilder::default()
        .buffered_lines_limit(MOST_WAITING)
        .thread_name("log")
        .finish(counted);
    let losses = Losses { refused, dropped: writer.error_counter() };
    let filter = tracing_subscriber::EnvFilter::try_from_env("CAUSEWAY_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    // Under systemd the journal has the time already.
    let under_journal = std::env::var_os("JOURNAL_STREAM").is_some();
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(writer)
        .with_ansi(io::stderr().is_terminal())
        .with_target(false);
    // An error means that a log is there already.
    let _ = if under_journal { log.without_time().try_init() } else { log.try_init() };
    // A defect is told in the log, too, and holds nothing up.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let what = panic.payload_as_str().unwrap_or_default();
        tracing::error!(place, what, "a defect in causeway: please report it");
    }));
    (Log(Some(guard)), losses)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A disk with room for one line.
    struct Small(bool);

    impl Write for Small {
        fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
            match std::mem::replace(&mut self.0, false) {
                true => Ok(octets.len()),
                false => Err(io::ErrorKind::StorageFull.into()),
            }
        }

        fn flush(&mut self) -> io::Result<()> {
            Err(io::ErrorKind::StorageFull.into())
        }
    }

    #[test]
    fn lines_that_a_full_disk_refuses_are_counted_and_fail_nothing() {
        let refused = Arc::<Refused>::default();
        let mut log = Counted { to: Small(true), refused: Arc::clone(&refused) };
        for _ in 0..3 {
            log.write_all(b"a line\n").unwrap();
        }
        log.flush().unwrap();
        assert_eq!(refused.lines.load(Ordering::Relaxed), 2);
        assert_eq!(*refused.why.lock(), "no storage space");
    }
}
