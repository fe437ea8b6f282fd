//! Finding, starting and ending the unpacked programs.

use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use causeway_testkit::server::Setup;

/// The directory of the unpacked peers.
pub(crate) struct Peers {
    root: PathBuf,
}

impl Peers {
    /// The peers, or `None` where there are none and none are demanded.
    pub(crate) fn find() -> Option<Self> {
        let root = std::env::var_os("CAUSEWAY_PEERS").map_or_else(
            || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/peers"),
            PathBuf::from,
        );
        if let Ok(root) = root.canonicalize()
            && root.join("complete").exists()
        {
            return Some(Self { root });
        }
        let reason = format!("no unpacked peers in {} (scripts/peers fetch)", root.display());
        assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "{reason}");
        let _ = writeln!(std::io::stderr(), "skipped: {reason}");
        None
    }

    /// A file of a package.
    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// A directory that programs with users of their own can reach.
    pub(crate) fn place(&self) -> tempfile::TempDir {
        use std::os::unix::fs::PermissionsExt as _;
        let place = tempfile::Builder::new().prefix("causeway-peer-").tempdir().unwrap();
        std::fs::set_permissions(place.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
        place
    }

    /// A command among the peers: private users, their libraries found.
    pub(crate) fn command(&self, program: impl AsRef<Path>) -> Command {
        let mut command = Command::new(self.root.join("enter"));
        command.arg(self.root.join(program));
        command
    }

    /// Starts a daemon that stays in the foreground.
    pub(crate) fn daemon(&self, mut command: Command, log: PathBuf) -> Daemon {
        let output = std::fs::File::create(&log).unwrap();
        let child = command
            .stdin(Stdio::null())
            .stdout(output.try_clone().unwrap())
            .stderr(output)
            .process_group(0)
            .spawn()
            .unwrap();
        Daemon { child, log }
    }

    /// Writes a file and makes it belong to a user of the peers.
    pub(crate) fn chown(&self, user: &str, path: &Path) {
        let done = Command::new(self.root.join("enter")).arg("chown").arg(user).arg(path).status();
        assert!(done.unwrap().success(), "chown {user} {}", path.display());
    }
}

/// Our organization for these tests: `ours.test` with alice and bob, on the system's clock.
pub(crate) fn ours() -> Setup {
    Setup::new(env!("CARGO_BIN_EXE_causeway")).system_clock().domain("ours.test", &["alice", "bob"])
}

/// A loopback address of its own for a program, free at this port.
pub(crate) fn own_address(port: u16) -> SocketAddr {
    use std::hash::{BuildHasher, RandomState};
    loop {
        let [a, b, c, ..] = RandomState::new().hash_one(port).to_le_bytes();
        let address = Ipv4Addr::new(127, a.clamp(1, 254), b, c.clamp(1, 254));
        if TcpListener::bind((address, port)).is_ok() {
            return (address, port).into();
        }
    }
}

/// A running program; ends with this value, and with it whatever it started.
pub(crate) struct Daemon {
    child: Child,
    log: PathBuf,
}

impl Daemon {
    /// Waits until something listens there.
    pub(crate) fn wait_for(&mut self, address: SocketAddr) {
        for _ in 0..400 {
            if TcpStream::connect_timeout(&address, Duration::from_secs(1)).is_ok() {
                return;
            }
            if let Some(status) = self.child.try_wait().unwrap() {
                panic!("ended with {status}:\n{}", self.log());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("nothing listens at {address}:\n{}", self.log());
    }

    /// What it printed.
    pub(crate) fn log(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(&self.log).unwrap_or_default()).into_owned()
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        use rustix::process::{Pid, Signal, kill_process_group};
        let Some(group) = Pid::from_raw(self.child.id().cast_signed()) else { return };
        for signal in [Signal::TERM, Signal::KILL] {
            let _ = kill_process_group(group, signal);
            for _ in 0..60 {
                if matches!(self.child.try_wait(), Ok(Some(_))) {
                    // Whatever it started and did not end itself.
                    let _ = kill_process_group(group, Signal::KILL);
                    return;
                }
                std::thread::sleep(Duration::from_millis(50));
            }
        }
    }
}

/// Asks until `look` finds something.
pub(crate) fn wait_until<T>(
    what: &str,
    log: impl Fn() -> String,
    mut look: impl FnMut() -> Option<T>,
) -> T {
    for _ in 0..600 {
        if let Some(found) = look() {
            return found;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("waited in vain for {what}:\n{}", log())
}

/// The messages in a Maildir.
pub(crate) fn maildir(path: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(path.join("new"));
    let mut files: Vec<PathBuf> =
        entries.into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.sort();
    files
        .iter()
        .map(|file| String::from_utf8_lossy(&std::fs::read(file).unwrap()).into_owned())
        .collect()
}
