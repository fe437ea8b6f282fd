//! What a process prints, line by line, for a test that waits for a line.

use std::io::{BufRead, BufReader, Read};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

/// The lines so far, and how many streams are still open.
#[derive(Default)]
pub(super) struct Log {
    lines: Mutex<(Vec<String>, usize)>,
    changed: Condvar,
}

/// Reads one of the process's streams into the log, on a thread that ends with the stream.
pub(super) fn follow(stream: impl Read + Send + 'static, log: &Arc<Log>) {
    let log = Arc::clone(log);
    log.lines.lock().unwrap().1 += 1;
    std::thread::spawn(move || {
        for line in BufReader::new(stream).split(b'\n').map_while(Result::ok) {
            log.lines.lock().unwrap().0.push(String::from_utf8_lossy(&line).into_owned());
            log.changed.notify_all();
        }
        log.lines.lock().unwrap().1 -= 1;
        log.changed.notify_all();
    });
}

impl Log {
    pub(super) fn text(&self) -> String {
        self.lines.lock().unwrap().0.join("\n")
    }

    /// True once a line passes; false when the process has ended or the time is over.
    pub(super) fn wait(&self, patience: Duration, passes: impl Fn(&str) -> bool) -> bool {
        let found = |lines: &[String]| lines.iter().any(|line| passes(line));
        let guard = self.lines.lock().unwrap();
        let waits = |state: &mut (Vec<String>, usize)| !found(&state.0) && state.1 > 0;
        let (state, _) = self.changed.wait_timeout_while(guard, patience, waits).unwrap();
        found(&state.0)
    }

    /// True once both streams have ended.
    pub(super) fn wait_for_end(&self, patience: Duration) -> bool {
        let guard = self.lines.lock().unwrap();
        let (state, _) =
            self.changed.wait_timeout_while(guard, patience, |state| state.1 > 0).unwrap();
        state.1 == 0
    }
}
