//! The real server as a process: started, talked to, killed and started again by a test.
//!
//! [`Setup`] writes the two configuration files into a temporary directory and starts the program
//! under test (the test hands its path in: `env!("CARGO_BIN_EXE_causeway")`). [`Server`] is the running
//! process: its addresses, its command line, its clock and its log.
//!
//! **Places.** Every server has a loopback address of its own (127.x.y.z), so that tests can run at
//! the same time and the ports can be the same everywhere. Everything it writes is below one temporary
//! directory, which goes away with the value; so does the process.
//!
//! **Time.** By default the queue's clock is manual (`CAUSEWAY_TEST_CLOCK=manual`): it stands still
//! until [`Server::advance`] turns it, which steps through every timer on the way and returns when
//! the server is quiet again. Two days then take as long as the work in them.
//!
//! **How it fails.** Anything unexpected is a panic with the end of the server's log in it.
//!
//! Start with [`Setup`].

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

use std::io::{Read, Write};
use std::net::{IpAddr, SocketAddr};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use crate::client::Client;

mod log;
mod setup;

use log::Log;
pub use setup::Setup;

/// How long the server may take to start or to end.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server process and its directory.
pub struct Server {
    binary: PathBuf,
    place: tempfile::TempDir,
    config_dir: PathBuf,
    data_dir: PathBuf,
    address: IpAddr,
    mailboxes: Vec<String>,
    manual_clock: bool,
    environment: Vec<(String, String)>,
    started_by: Option<String>,
    process: Option<Process>,
}

struct Process {
    child: Child,
    log: Arc<Log>,
}

/// What a command of the command line gave.
#[derive(Debug)]
pub struct Output {
    /// Its exit status; `None` when a signal ended it.
    pub status: Option<i32>,
    /// Its standard output.
    pub stdout: String,
    /// Its standard error.
    pub stderr: String,
}

impl Output {
    /// The one JSON document on stdout of a command that ended well.
    ///
    /// # Panics
    /// When the status is not 0 or stdout is not JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        assert_eq!(self.status, Some(0), "{self:?}");
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

impl Server {
    /// The listener for other servers.
    #[must_use]
    pub fn smtp(&self) -> SocketAddr {
        SocketAddr::new(self.address, setup::PORT)
    }

    /// Where a listener with this port is.
    #[must_use]
    pub fn listener(&self, port: u16) -> SocketAddr {
        SocketAddr::new(self.address, port)
    }

    /// Where the two files are.
    #[must_use]
    pub fn config_dir(&self) -> &Path {
        &self.config_dir
    }

    /// Where the server keeps what it has.
    #[must_use]
    pub fn data_dir(&self) -> &Path {
        &self.data_dir
    }

    /// A directory for the test's own files.
    #[must_use]
    pub fn place(&self) -> &Path {
        self.place.path()
    }

    /// The server's process id.
    ///
    /// # Panics
    /// When it is not running.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.process.as_ref().expect("a running server").child.id()
    }

    /// A session from 127.0.0.1.
    #[must_use]
    pub fn client(&self) -> Client {
        Client::connect(self.smtp())
    }

    /// A session from this address.
    ///
    /// # Panics
    /// When there is no session.
    #[must_use]
    pub fn client_from(&self, source: &str) -> Client {
        Client::connect_from(self.smtp(), Some(source.parse().expect("an address")))
    }

    /// Starts the process and waits until all listeners are bound.
    ///
    /// # Panics
    /// When it ends instead, or takes longer than a minute.
    pub fn start(&mut self) {
        if let Err(log) = self.try_start() {
            panic!("the server did not become ready; its log:\n{log}");
        }
    }

    /// The same, for a server that is expected to refuse.
    ///
    /// # Errors
    /// The log of a process that ended (or was ended) before it was ready.
    pub fn try_start(&mut self) -> Result<(), String> {
        assert!(self.process.is_none(), "the server is running already");
        let mut command = match &self.started_by {
            Some(line) => self.in_shell(line),
            None => self.command(),
        };
        command.arg("serve").arg("--config").arg(&self.config_dir);
        if self.manual_clock {
            command.env("CAUSEWAY_TEST_CLOCK", "manual");
        }
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program starts");
        let log = Arc::new(Log::default());
        log::follow(child.stdout.take().unwrap(), &log);
        log::follow(child.stderr.take().unwrap(), &log);
        let ready = log.wait(PATIENCE, |line| line.contains("causeway is ready"));
        self.process = Some(Process { child, log });
        if ready { Ok(()) } else { Err(self.kill()) }
    }

    /// SIGKILL: no time to tidy up. Returns the log.
    ///
    /// # Panics
    /// When it is not running.
    pub fn kill(&mut self) -> String {
        let mut process = self.process.take().expect("a running server");
        // It may have ended by itself: then there is only its status to take.
        let _ = process.child.kill();
        process.child.wait().unwrap();
        process.log.text()
    }

    /// SIGTERM, then waits for the end. Returns the status and the log.
    ///
    /// # Panics
    /// When it is not running, or does not end within a minute.
    pub fn terminate(&mut self) -> (ExitStatus, String) {
        self.signal(rustix::process::Signal::TERM);
        let mut process = self.process.take().expect("a running server");
        assert!(
            process.log.wait_for_end(PATIENCE),
            "the server did not end after SIGTERM:\n{}",
            process.log.text()
        );
        (process.child.wait().unwrap(), process.log.text())
    }

    /// Sends a signal to the process.
    ///
    /// # Panics
    /// When it is not running.
    pub fn signal(&self, signal: rustix::process::Signal) {
        let pid = rustix::process::Pid::from_raw(self.pid().cast_signed()).expect("a process id");
        rustix::process::kill_process(pid, signal).expect("the process is there");
    }

    /// Kills and starts again.
    ///
    /// # Panics
    /// As [`Server::start`].
    pub fn kill_and_restart(&mut self) {
        self.kill();
        self.start();
    }

    /// What the running server has printed so far.
    ///
    /// # Panics
    /// When it is not running.
    #[must_use]
    pub fn log(&self) -> String {
        self.process.as_ref().expect("a running server").log.text()
    }

    /// Waits for a line of the log.
    ///
    /// # Panics
    /// When it does not come within a minute.
    pub fn wait_for_log(&self, words: &str) {
        let log = &self.process.as_ref().expect("a running server").log;
        assert!(
            log.wait(PATIENCE, |line| line.contains(words)),
            "no {words:?} in:\n{}",
            log.text()
        );
    }

    /// Turns the queue's clock forward, through every timer on the way, and returns when the server is
    /// quiet.
    ///
    /// # Panics
    /// When the clock is not manual, or the server gone.
    pub fn advance(&self, by: Duration) {
        let body = format!("{{\"advance_ms\": {}}}", by.as_millis());
        let (status, answer) = self.api("POST", "/v1/test/clock", &body);
        assert_eq!(status, 200, "{answer}\n{}", self.log());
    }

    /// One request to the API over its socket: status and body.
    ///
    /// # Panics
    /// When there is no answer.
    #[must_use]
    pub fn api(&self, method: &str, path: &str, body: &str) -> (u16, String) {
        let socket = self.data_dir.join("causeway.sock");
        let mut stream = UnixStream::connect(&socket).expect("the API's socket");
        // Turning the clock by days is work for a while.
        stream.set_read_timeout(Some(Duration::from_secs(300))).unwrap();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: causeway\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer from the API");
        let (head, body) = answer.split_once("\r\n\r\n").expect("an HTTP answer");
        let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status");
        (status, body.to_owned())
    }

    /// Runs a command of the command line against this server.
    ///
    /// # Panics
    /// When the program cannot be started.
    pub fn cli(&self, arguments: &[&str]) -> Output {
        self.cli_with_input(arguments, "")
    }

    /// The same, with something on standard input.
    ///
    /// # Panics
    /// When the program cannot be started.
    pub fn cli_with_input(&self, arguments: &[&str], input: &str) -> Output {
        let mut command = self.command();
        command.args(arguments).arg("--config").arg(&self.config_dir);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program starts");
        // A command that does not read its input closes it: no fault.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let output = child.wait_with_output().unwrap();
        Output {
            status: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// A command with `--json`: its document.
    ///
    /// # Panics
    /// When the command fails.
    #[must_use]
    pub fn json(&self, arguments: &[&str]) -> Value {
        self.cli(&[arguments, &["--json"]].concat()).json()
    }

    /// The queue as `queue list` shows it.
    ///
    /// # Panics
    /// When the command fails.
    #[must_use]
    pub fn queue(&self) -> Vec<Value> {
        self.json(&["queue", "list"]).as_array().expect("a list").clone()
    }

    /// The trace of one recipient (or all with this text in the address), newest first.
    ///
    /// # Panics
    /// When the command fails.
    #[must_use]
    pub fn trace(&self, recipient: &str) -> Vec<Value> {
        self.json(&["trace", "--recipient", recipient]).as_array().expect("a list").clone()
    }

    /// One number of `audit`.
    ///
    /// # Panics
    /// When the command fails or has no such number.
    #[must_use]
    pub fn audit(&self, field: &str) -> i64 {
        let audit = self.json(&["audit"]);
        audit[field].as_i64().unwrap_or_else(|| panic!("no {field} in {audit}"))
    }

    /// Makes a mailbox.
    ///
    /// # Panics
    /// When it cannot be made.
    pub fn add_mailbox(&self, address: &str, password: &str) {
        let output = self.cli_with_input(
            &["mailbox", "add", address, "--password-stdin"],
            &format!("{password}\n"),
        );
        assert_eq!(output.status, Some(0), "{output:?}");
    }

    /// The messages in the `new` and `cur` directories of a mailbox, in the order of their names.
    #[must_use]
    pub fn maildir(&self, address: &str) -> Vec<String> {
        let (local, domain) = address.rsplit_once('@').unwrap_or((address, ""));
        let maildir = self.data_dir.join("mail").join(domain).join(local).join("Maildir");
        let mut files: Vec<PathBuf> = ["new", "cur"]
            .iter()
            .filter_map(|folder| std::fs::read_dir(maildir.join(folder)).ok())
            .flat_map(|entries| entries.filter_map(|entry| Some(entry.ok()?.path())))
            .collect();
        files.sort();
        files
            .iter()
            .map(|file| {
                String::from_utf8_lossy(&std::fs::read(file).unwrap_or_default()).into_owned()
            })
            .collect()
    }

    /// Asks until `look` finds something; for events that happen by themselves, such as a delivery.
    ///
    /// # Panics
    /// When it finds nothing for a minute.
    pub fn wait_for<T>(&self, what: &str, mut look: impl FnMut() -> Option<T>) -> T {
        for _ in 0..1200 {
            if let Some(found) = look() {
                return found;
            }
            pause();
        }
        panic!("waited in vain for {what}; the server's log:\n{}", self.log())
    }

    /// The program as `"$@"` of a line of shell.
    #[allow(clippy::disallowed_methods, reason = "the program under test is started here")]
    fn in_shell(&self, line: &str) -> std::process::Command {
        let mut command = std::process::Command::new("bash");
        command.args(["-c", line, "bash"]).arg(&self.binary);
        command.env_remove("CAUSEWAY_TEST_CLOCK").current_dir(self.place.path());
        command
    }

    #[allow(clippy::disallowed_methods, reason = "the program under test is started here")]
    fn command(&self) -> std::process::Command {
        let mut command = std::process::Command::new(&self.binary);
        command.env_remove("CAUSEWAY_TEST_CLOCK").current_dir(self.place.path());
        command
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if self.process.is_some() {
            let log = self.kill();
            if std::thread::panicking() {
                let lines: Vec<&str> = log.lines().collect();
                let tail = &lines[lines.len().saturating_sub(40)..];
                // Standard error of the test, shown with its failure.
                let _ = writeln!(
                    std::io::stderr(),
                    "the end of the server's log:\n{}",
                    tail.join("\n")
                );
            }
        }
    }
}

/// Between two looks at something that another process does.
#[allow(clippy::disallowed_methods, reason = "a test's own thread, which has nothing else to do")]
fn pause() {
    std::thread::sleep(Duration::from_millis(50));
}
