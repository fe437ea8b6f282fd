//! A network of a test's own, for what depends on addresses: a network namespace of Linux, whose one interface
//! is its loopback one, with the addresses that the test names.
//!
//! **What it is for.** On 127.0.0.0/8 every address is there, and some decisions treat it differently (a password
//! goes unprotected to this machine only). In a namespace `192.0.2.25` is an address like any other, and
//! `192.0.2.99` is one that the machine does not have.
//!
//! **What it promises.** Nothing leaves a namespace: it is connected to nothing. What is started in it (peers,
//! name servers, the server under test and its commands) is in it, and it is gone with its process.
//!
//! **How it works.** A process cannot move into a namespace once its threads run, so the test program is started again
//! by `unshare` (util-linux) for this one test; `ip` (iproute2) gives the addresses. Root may do that, and so may
//! everybody where user namespaces are allowed. The test asks [`part`] on which side it is:
//!
//! ```no_run
//! # use causeway_testkit::lab::namespace::{self, Namespace};
//! if namespace::part().is_none() {
//!     Namespace::of("module::name_of_this_test").address("192.0.2.25").run();
//!     return;
//! }
//! ```
//!
//! **How it fails.** Where no namespace can be made, with one line that says so and what is missing: a test that needs
//! one never passes without it. Where the test fails inside, with what it printed.

use std::net::IpAddr;
use std::process::{Command, Output};

/// What is to be done inside.
const PART: &str = "CAUSEWAY_TEST_NAMESPACE";
/// The file for what was found inside.
const ANSWER: &str = "CAUSEWAY_TEST_NAMESPACE_ANSWER";

/// Brings the namespace up; then the program takes the shell's place. 97: the addresses could not be given.
const SCRIPT: &str = "ip link set lo up || exit 97; \
     for address in $ADDRESSES; do ip address add \"$address\" dev lo || exit 97; done; \
     exec \"$0\" \"$@\"";

/// The status of a test program with a failed test.
const TEST_FAILED: i32 = 101;

/// A namespace that is to be made for one test, or for a part of it.
#[derive(Debug)]
pub struct Namespace {
    test: String,
    part: String,
    addresses: Vec<String>,
}

impl Namespace {
    /// For the test of this name, with its modules: `fixes::a_password_goes`.
    #[must_use]
    pub fn of(test: &str) -> Self {
        Self { test: test.to_owned(), part: "all".to_owned(), addresses: Vec::new() }
    }

    /// Which part of the test is to be done inside: what [`part`] says there.
    #[must_use]
    pub fn part(self, part: &str) -> Self {
        Self { part: part.to_owned(), ..self }
    }

    /// An address that the machine has, beside 127.0.0.0/8 and ::1.
    ///
    /// # Panics
    /// When it is none.
    #[must_use]
    pub fn address(mut self, address: &str) -> Self {
        let ip: IpAddr = address.parse().expect("an address");
        let length = if ip.is_ipv4() { 32 } else { 128 };
        self.addresses.push(format!("{ip}/{length}"));
        self
    }

    /// Runs it, and gives what it [`answer`]ed; empty when it did not.
    ///
    /// # Panics
    /// When no namespace can be made, or the test fails inside.
    pub fn run(&self) -> String {
        let kept = tempfile::NamedTempFile::new().expect("a file for the answer");
        let mut command = Command::new("unshare");
        if !rustix::process::geteuid().is_root() {
            command.args(["--user", "--map-root-user"]);
        }
        let program = std::env::current_exe().expect("the test program");
        command.args(["--net", "--", "sh", "-c", SCRIPT]).arg(program);
        command.args(["--exact", &self.test, "--nocapture", "--test-threads=1"]);
        command.env("ADDRESSES", self.addresses.join(" "));
        command.env(PART, &self.part).env(ANSWER, kept.path());
        match command.output() {
            Ok(output) if output.status.success() => {
                let told = String::from_utf8_lossy(&output.stdout);
                assert!(told.contains("1 passed"), "there is no test {}:\n{told}", self.test);
            }
            Ok(output) if output.status.code() == Some(TEST_FAILED) => {
                panic!("{} failed in its namespace:\n{}", self.part, told(&output));
            }
            Ok(output) => cannot(told(&output).trim()),
            Err(error) => cannot(&format!("unshare: {error}")),
        }
        std::fs::read_to_string(kept.path()).expect("the answer")
    }
}

fn told(output: &Output) -> String {
    let [out, err] = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes));
    format!("{out}{err}")
}

fn cannot(why: &str) -> ! {
    panic!(
        "this test needs a network namespace, and none can be made here ({why}): install util-linux and \
         iproute2, and run it as root or allow user namespaces"
    )
}

/// Inside a namespace: the part of the test that is to be done there. `None` outside.
#[must_use]
pub fn part() -> Option<String> {
    std::env::var(PART).ok()
}

/// Inside a namespace: what [`Namespace::run`] is to give.
///
/// # Panics
/// When it cannot be kept.
pub fn answer(text: &str) {
    let file = std::env::var_os(ANSWER).expect("a namespace");
    std::fs::write(file, text).expect("the answer is kept");
}

/// Whether traffic to this address stays on this machine: peers listen nowhere else.
pub(crate) fn stays_here(address: IpAddr) -> bool {
    address.is_loopback() || part().is_some()
}
