//! What set-ups share: starting the server, failing, waiting for the diagnosis, and a domain with name servers
//! of its own.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use causeway_testkit::lab::{DnsLab, NameServer};
use causeway_testkit::server::{Server, Setup};
use causeway_testkit::{Behaviour, ScriptedPeer, TestDns};
use serde_json::Value;

use super::super::world::{FEW_ATTEMPTS, inside, send, wait_for_status};

/// The alert of the path that failed, and how long after its message was taken the cause was known.
pub(super) struct Found {
    pub(super) alert: Value,
    pub(super) seconds: f64,
}

/// TLS is demanded.
pub(super) const ENCRYPTED: &str = "tls = \"encryption_only\"";
/// A valid certificate for one name is demanded.
pub(super) const NAMED: &str = "tls = \"domain_validation\"\ntls_domain = \"mail.partner.test\"";
/// A valid certificate is demanded.
pub(super) const VALID: &str = "tls = \"certificate_validation\"";

/// Starts a server that retries seldom and has an alert for the first failure of any path.
pub(super) fn start(setup: Setup) -> Server {
    setup.mailflow(FEW_ATTEMPTS).mailflow("[alerts]\nmessages = 1\n").start()
}

/// Mail for partner.test fails.
pub(super) fn fails(server: &Server) -> Found {
    let began = Instant::now();
    send(server, &["x@partner.test"], "fails");
    diagnosed(server, began)
}

/// The same, where only three broken conversations in a row say something about the path.
pub(super) fn breaks(server: &Server, text: &str) -> Found {
    let began = Instant::now();
    for number in 0..3 {
        let mut client = server.client();
        client.ehlo();
        let to = format!("x{number}@partner.test");
        let message = format!("{}{text}", super::super::world::message("breaks"));
        let answer = client.mail("alice@ours.test", &[&to], &message);
        assert_eq!(answer.code, 250, "{answer}");
        super::super::world::wait_for_deferral(server, &to);
    }
    diagnosed(server, began)
}

/// The newest open alert, once everything worth asking was asked. The time is that of the confirmation, where
/// there is one.
pub(super) fn diagnosed(server: &Server, began: Instant) -> Found {
    let mut confirmed: Option<Duration> = None;
    let alert = server.wait_for("a diagnosis", || {
        let alerts = server.json(&["alert", "list", "--open"]);
        let alert = alerts.as_array().unwrap().first()?.clone();
        if alert["confidence"] == "confirmed" {
            confirmed.get_or_insert(began.elapsed());
        }
        (alert["complete"] == true).then_some(alert)
    });
    let seconds = confirmed.unwrap_or_else(|| began.elapsed()).as_secs_f64();
    Found { alert, seconds }
}

/// Mail for partner.test goes through. No connection is kept: it would still work later.
pub(super) fn works(server: &Server, partner: &ScriptedPeer) {
    works_for(server, "partner.test", partner);
}

/// Mail for this domain goes through to the peer.
pub(super) fn works_for(server: &Server, domain: &str, peer: &ScriptedPeer) {
    let to = format!("w@{domain}");
    send(server, &[&to], "works");
    wait_for_status(server, &to, "relayed");
    peer.hang_up();
}

/// Changes the connector.
pub(super) fn set(server: &Server, arguments: &[&str]) {
    let all = [&["connector", "set", "partner", "--yes"], arguments].concat();
    let done = server.cli(&all);
    assert_eq!(done.status, Some(0), "{done:?}");
}

/// A peer on a loopback address that nobody else uses.
pub(super) fn peer_of_its_own(behaviour: Behaviour) -> ScriptedPeer {
    ScriptedPeer::start_at(SocketAddr::from((own_address(), 0)), behaviour)
}

/// A port of this address that refuses connections.
pub(super) fn refusing_at(ip: IpAddr, port: u16) -> ScriptedPeer {
    let peer = ScriptedPeer::start_at(SocketAddr::new(ip, port), Behaviour::new());
    peer.refuse();
    peer
}

/// A loopback address that nobody else uses.
pub(super) fn own_address() -> Ipv4Addr {
    use std::hash::{BuildHasher, RandomState};
    let [a, b, ..] = RandomState::new().hash_one(std::process::id()).to_le_bytes();
    Ipv4Addr::new(127, 2, a, b.clamp(1, 254))
}

/// A connector for the mail of `NAME.test`.
pub(super) fn connector(name: &str, host: &str, port: u16) -> String {
    format!(
        "[[connector]]\nname = \"{name}\"\ndirection = \"outbound\"\npeer = \"partner\"\n\
         recipient_domains = [\"{name}.test\"]\nsmart_hosts = [\"{host}:{port}\"]\n"
    )
}

/// The domain partner.test with two name servers of its own, a resolver, and a mail server
/// mail.partner.test.
pub(super) struct Names {
    pub(super) lab: DnsLab,
    pub(super) own: [NameServer; 2],
    pub(super) resolver: TestDns,
    pub(super) partner: ScriptedPeer,
}

/// The host of partner.test.
pub(super) const HOST: &str = "mail.partner.test";

impl Names {
    pub(super) fn new() -> Self {
        let lab = DnsLab::start();
        let own = [lab.server(), lab.server()];
        let partner = peer_of_its_own(Behaviour::new());
        let address = partner.ip().to_string();
        for server in &own {
            server.zone("partner.test", 7).a(HOST, &address).mx("partner.test", 10, HOST);
        }
        lab.delegate(
            "partner.test",
            &[("ns1.partner.test", &own[0]), ("ns2.partner.test", &own[1])],
        );
        let resolver = TestDns::start();
        // This server keeps nothing that it was told.
        resolver.ttl(0, 0).a(HOST, &address).mx("partner.test", 10, HOST);
        Self { lab, own, resolver, partner }
    }

    pub(super) fn setup(&self) -> Setup {
        inside().dns(self.resolver.address()).roots(self.lab.roots()).mx_port(self.partner.port())
    }

    /// A server with a connector to this host.
    pub(super) fn by_connector(&self, host: &str) -> Server {
        start(self.setup().mailflow(&connector("partner", host, self.partner.port())))
    }

    /// A server that goes by the MX records.
    pub(super) fn by_mx(&self) -> Server {
        start(self.setup())
    }

    /// It works through the connector; then something changes.
    pub(super) fn connector_after(self, change: impl Fn(&Self, &Server)) -> Found {
        let server = self.by_connector(HOST);
        works(&server, &self.partner);
        change(&self, &server);
        fails(&server)
    }

    /// It works by the MX records; then something changes.
    pub(super) fn mx_after(self, change: impl Fn(&Self, &Server)) -> Found {
        let server = self.by_mx();
        works(&server, &self.partner);
        change(&self, &server);
        // What is kept of a domain's hosts would still be used.
        server.cli(&["queue", "retry", "--all"]);
        fails(&server)
    }

    /// What the authoritative servers say of the host from now on.
    pub(super) fn moves_to(&self, address: &str) {
        for server in &self.own {
            server.remove(HOST).a(HOST, address);
        }
    }

    /// What the resolver says of the host from now on.
    pub(super) fn resolver_says(&self, address: &str) {
        self.resolver.remove(HOST).a(HOST, address);
    }
}
