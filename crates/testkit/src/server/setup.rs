//! [`Setup`]: the two configuration files of a server under test.

use std::fmt::Write as _;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};

use super::Server;

/// How a server is set up. Everything has a default that works: host `mx.ours.test`, nobody may relay,
/// no domains, manual clock.
#[must_use]
pub struct Setup {
    binary: PathBuf,
    hostname: String,
    machine: String,
    listeners: Vec<(String, u16, String)>,
    mailflow: String,
    organization: String,
    relay_networks: Vec<String>,
    dns: Option<SocketAddr>,
    roots: Vec<SocketAddr>,
    mx_port: u16,
    trust_roots: Vec<PathBuf>,
    delivery: String,
    mailboxes: Vec<String>,
    manual_clock: bool,
    data_dir: Option<PathBuf>,
    environment: Vec<(String, String)>,
    started_by: Option<String>,
}

impl Setup {
    /// A server of this program.
    pub fn new(binary: impl Into<PathBuf>) -> Self {
        Self {
            binary: binary.into(),
            hostname: "mx.ours.test".into(),
            machine: String::new(),
            listeners: Vec::new(),
            mailflow: String::new(),
            organization: "name = \"Ours\"\nlanguages = [\"en\"]\n".into(),
            relay_networks: Vec::new(),
            dns: None,
            roots: Vec::new(),
            mx_port: 25,
            trust_roots: Vec::new(),
            delivery: String::new(),
            mailboxes: Vec::new(),
            manual_clock: true,
            data_dir: None,
            environment: Vec::new(),
            started_by: None,
        }
    }

    /// `hostname`.
    pub fn hostname(mut self, name: &str) -> Self {
        self.hostname = name.into();
        self
    }

    /// An authoritative domain with these mailboxes (local parts).
    pub fn domain(mut self, name: &str, mailboxes: &[&str]) -> Self {
        let _ =
            write!(self.mailflow, "[[domain]]\nname = \"{name}\"\ntype = \"authoritative\"\n\n");
        self.mailboxes.extend(mailboxes.iter().map(|local| format!("{local}@{name}")));
        self
    }

    /// An internal relay domain.
    pub fn internal_relay(mut self, name: &str) -> Self {
        let _ =
            write!(self.mailflow, "[[domain]]\nname = \"{name}\"\ntype = \"internal_relay\"\n\n");
        self
    }

    /// An outbound connector through one smart host. `more` is further lines of its table.
    pub fn connector(
        mut self,
        name: &str,
        recipient_domains: &str,
        smart_host: SocketAddr,
        more: &str,
    ) -> Self {
        let _ = write!(
            self.mailflow,
            "[[connector]]\nname = \"{name}\"\ndirection = \"outbound\"\npeer = \"partner\"\n\
             recipient_domains = [\"{recipient_domains}\"]\nsmart_hosts = [\"{smart_host}\"]\n{more}\n\n"
        );
        self
    }

    /// Lines for `mailflow.toml`, tables of their own.
    pub fn mailflow(mut self, lines: &str) -> Self {
        self.mailflow.push_str(lines);
        self.mailflow.push('\n');
        self
    }

    /// Lines for `[organization]`, in place of the default ones.
    pub fn organization(mut self, lines: &str) -> Self {
        self.organization = format!("{lines}\n");
        self
    }

    /// Lines for `causeway.toml`, tables of their own.
    pub fn machine(mut self, lines: &str) -> Self {
        self.machine.push_str(lines);
        self.machine.push('\n');
        self
    }

    /// One more listener on the server's own address, at [`Server::listener`]. `more` is further
    /// lines of its table.
    pub fn listener(mut self, protocol: &str, port: u16, more: &str) -> Self {
        self.listeners.push((protocol.into(), port, more.into()));
        self
    }

    /// Adds to `[relay].networks`; without any, nobody may relay.
    pub fn relay_network(mut self, network: &str) -> Self {
        self.relay_networks.push(network.into());
        self
    }

    /// The name server to ask.
    pub fn dns(mut self, server: SocketAddr) -> Self {
        self.dns = Some(server);
        self
    }

    /// `[dns].root_servers`: a lab's. Without it, the server of [`Self::dns`] is the root, too.
    pub fn roots(mut self, roots: Vec<SocketAddr>) -> Self {
        self.roots = roots;
        self
    }

    /// `[delivery].mx_port`.
    pub fn mx_port(mut self, port: u16) -> Self {
        self.mx_port = port;
        self
    }

    /// Adds to `[delivery].trust_roots`.
    pub fn trust_root(mut self, file: impl Into<PathBuf>) -> Self {
        self.trust_roots.push(file.into());
        self
    }

    /// A further line of `[delivery]`.
    pub fn delivery(mut self, line: &str) -> Self {
        self.delivery.push_str(line);
        self.delivery.push('\n');
        self
    }

    /// The queue runs on the system's clock.
    pub fn system_clock(mut self) -> Self {
        self.manual_clock = false;
        self
    }

    /// The data directory, where it is not to be in the temporary one.
    pub fn data_dir(mut self, path: impl Into<PathBuf>) -> Self {
        self.data_dir = Some(path.into());
        self
    }

    /// A variable of the server's environment.
    pub fn environment(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.into(), value.into()));
        self
    }

    /// The line of shell that starts the server: it ends with `exec "$@"` and what is done with its output.
    pub fn started_by(mut self, line: &str) -> Self {
        self.started_by = Some(line.into());
        self
    }

    /// Writes the files, starts the server, waits until it is ready, and makes the mailboxes.
    ///
    /// # Panics
    /// When it does not become ready.
    #[must_use]
    pub fn start(self) -> Server {
        let mut server = self.prepare();
        server.start();
        for address in std::mem::take(&mut server.mailboxes) {
            server.add_mailbox(&address, "a long enough password");
        }
        server
    }

    /// Writes the files; the server is not started.
    ///
    /// # Panics
    /// When they cannot be written.
    #[must_use]
    pub fn prepare(self) -> Server {
        let place = tempfile::Builder::new().prefix("causeway-").tempdir().expect("a directory");
        let address = own_loopback_address();
        let data_dir = self.data_dir.clone().unwrap_or_else(|| place.path().join("data"));
        let config_dir = place.path().join("config");
        std::fs::create_dir(&config_dir).unwrap();
        std::fs::write(config_dir.join("causeway.toml"), self.machine_toml(address, &data_dir))
            .unwrap();
        std::fs::write(config_dir.join("mailflow.toml"), self.mailflow_toml()).unwrap();
        Server {
            binary: self.binary,
            place,
            config_dir,
            data_dir,
            address: address.into(),
            mailboxes: self.mailboxes,
            manual_clock: self.manual_clock,
            environment: self.environment,
            started_by: self.started_by,
            process: None,
        }
    }

    fn machine_toml(&self, address: Ipv4Addr, data_dir: &Path) -> String {
        let mut toml = format!("hostname = \"{}\"\ndata_dir = {data_dir:?}\n", self.hostname);
        let _ = write!(
            toml,
            "\n[[listener]]\nname = \"mx\"\nprotocol = \"smtp\"\naddress = \"{address}:{PORT}\"\n"
        );
        for (protocol, port, more) in &self.listeners {
            let _ = write!(
                toml,
                "\n[[listener]]\nname = \"{protocol} {port}\"\nprotocol = \"{protocol}\"\n\
                 address = \"{address}:{port}\"\n{more}\n"
            );
        }
        if let Some(server) = self.dns {
            // Whoever looks into a failure stays on loopback, too.
            let roots = if self.roots.is_empty() { vec![server] } else { self.roots.clone() };
            let roots: Vec<String> = roots.iter().map(ToString::to_string).collect();
            let _ = write!(
                toml,
                "\n[dns]\nservers = [\"{server}\"]\ntimeout = \"2s\"\nroot_servers = {roots:?}\n"
            );
        } else {
            let _ = write!(toml, "\n[dns]\nroot_servers = [\"127.0.0.1:9\"]\n");
        }
        let _ = write!(
            toml,
            "\n[delivery]\nmx_port = {}\ntrust_roots = {:?}\n{}\n",
            self.mx_port, self.trust_roots, self.delivery
        );
        toml + &self.machine
    }

    fn mailflow_toml(&self) -> String {
        format!(
            "[organization]\n{}\n{}\n[relay]\nnetworks = {:?}\n",
            self.organization, self.mailflow, self.relay_networks
        )
    }
}

/// The port of the one listener; every server has an address of its own.
pub(super) const PORT: u16 = 2525;

/// An address of 127.0.0.0/8 that nobody else uses; random, as other processes choose too.
fn own_loopback_address() -> Ipv4Addr {
    use std::hash::{BuildHasher, RandomState};
    loop {
        let [a, b, c, ..] = RandomState::new().hash_one(std::process::id()).to_le_bytes();
        // 127.0.*.* and 127.255.*.* stay free for clients of the tests' choice.
        let address = Ipv4Addr::new(127, a.clamp(1, 254), b, c.clamp(1, 254));
        if TcpListener::bind((address, PORT)).is_ok() {
            return address;
        }
    }
}
