//! Real MX zones, served by NSD.

use std::fs;
use std::net::SocketAddr;

use causeway_testkit::{Behaviour, ScriptedPeer};

use crate::peers::{Daemon, Peers, ours, own_address};

struct Nsd {
    _daemon: Daemon,
    _place: tempfile::TempDir,
    address: SocketAddr,
}

impl Nsd {
    /// Serves these zones: name and records.
    fn start(peers: &Peers, zones: &[(&str, String)]) -> Self {
        let place = peers.place();
        let address = own_address(5353);
        let at = place.path().display();
        let mut configuration = format!(
            "server:\n  ip-address: {}@{}\n  username: \"\"\n  chroot: \"\"\n  zonesdir: \"{at}\"\n  \
             pidfile: \"\"\n  database: \"\"\n  xfrdfile: \"{at}/xfrd\"\n  xfrdir: \"{at}\"\n  \
             zonelistfile: \"{at}/zones\"\n  server-count: 1\n  do-ip6: no\n\
             remote-control:\n  control-enable: no\n",
            address.ip(),
            address.port()
        );
        for (name, records) in zones {
            let zone = format!(
                "$ORIGIN {name}.\n$TTL 60\n@ SOA ns hostmaster 1 3600 600 86400 60\n@ NS ns\n\
                 ns A {}\n{records}\n",
                address.ip()
            );
            fs::write(place.path().join(format!("{name}.zone")), zone).unwrap();
            configuration += &format!("zone:\n  name: \"{name}\"\n  zonefile: \"{name}.zone\"\n");
        }
        let file = place.path().join("nsd.conf");
        fs::write(&file, configuration).unwrap();
        let mut command = peers.command("nsd/usr/sbin/nsd");
        command.arg("-d").arg("-c").arg(&file);
        let mut daemon = peers.daemon(command, place.path().join("output"));
        daemon.wait_for(address);
        Self { _daemon: daemon, _place: place, address }
    }
}

#[test]
fn mail_goes_by_the_records_of_a_real_name_server() {
    let Some(peers) = Peers::find() else { return };
    // The first MX host refuses connections, the second takes the mail.
    let partner = ScriptedPeer::start(Behaviour::new());
    let port = partner.address().port();
    let nsd = Nsd::start(
        &peers,
        &[
            (
                "partner.test",
                "@ MX 10 dead\n@ MX 20 alive\ndead A 127.255.255.1\nalive A 127.0.0.1\n".into(),
            ),
            ("nomail.test", "@ MX 0 .\n".into()),
            ("implicit.test", "@ A 127.0.0.1\n".into()),
        ],
    );
    let server = ours().dns(nsd.address).mx_port(port).relay_network("127.0.0.1/32").start();
    let mut client = server.client();
    client.ehlo();
    let content = "From: alice@ours.test\r\nSubject: by MX\r\n\r\nHello.\r\n";
    let to = ["x@partner.test", "y@implicit.test", "z@nomail.test"];
    assert_eq!(client.mail("alice@ours.test", &to, content).code, 250);
    partner.block_on_messages(2);
    let relayed = server.wait_for("x relayed", || {
        server.trace("x@partner.test").into_iter().find(|row| row["status"] == "relayed")
    });
    assert!(relayed["destination"].as_str().unwrap().contains("alive.partner.test"), "{relayed}");
    // A domain that says it takes no mail fails at once (RFC 7505).
    let report =
        server.wait_for("the report", || server.maildir("alice@ours.test").into_iter().next());
    assert!(report.contains("Status: 5.1.10"), "{report}");
    assert!(report.contains("z@nomail.test"), "{report}");
}
