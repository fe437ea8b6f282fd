//! Exim as next hop and as sender.

use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;

use causeway_testkit::client::Client;
use causeway_testkit::{TestCa, Validity};

use crate::peers::{Daemon, Peers, maildir, ours, own_address, wait_until};

/// A running Exim: takes mail for `partner.test` into one Maildir, sends everything else on.
struct Exim {
    daemon: Daemon,
    place: tempfile::TempDir,
    address: SocketAddr,
}

impl Exim {
    /// `role` names the configuration file, which Exim insists on knowing beforehand: one Exim at a
    /// time for each role. `main` is lines of the main section, `transport` of the SMTP transport.
    fn start(
        peers: &Peers,
        role: &str,
        main: &str,
        next_hop: Option<SocketAddr>,
        transport: &str,
    ) -> Self {
        let place = peers.place();
        let address = own_address(2725);
        for directory in ["spool", "log", "mail"] {
            fs::create_dir(place.path().join(directory)).unwrap();
            peers.chown("Debian-exim:Debian-exim", &place.path().join(directory));
        }
        let next_hop = next_hop.unwrap_or(address);
        let configuration = format!(
            "primary_hostname = exim.partner.test\nspool_directory = {at}/spool\n\
             log_file_path = {at}/log/%slog\npid_file_path = {at}/pid\nexim_path = {exim}\n\
             daemon_smtp_ports = {port}\nlocal_interfaces = {ip}\ndisable_ipv6 = true\nhost_lookup =\n\
             rfc1413_query_timeout = 0s\nkeep_environment =\ndeliver_drop_privilege = true\n\
             dsn_advertise_hosts = *\nsmtputf8_advertise_hosts = *\n\
             acl_smtp_rcpt = check\nqueue_run_max = 5\nlog_selector = +smtp_protocol_error\n{main}\n\
             begin acl\ncheck:\n  deny local_parts = gone\n    message = 5.1.6 moved away\n  accept\n\
             begin routers\n\
             here:\n  driver = accept\n  domains = partner.test\n  transport = box\n\
             on:\n  driver = manualroute\n  route_list = * {hop} byname\n  self = send\n  transport = out\n\
             begin transports\n\
             box:\n  driver = appendfile\n  maildir_format\n  directory = {at}/mail/box\n  create_directory\n\
             out:\n  driver = smtp\n  port = {hop_port}\n  hosts_try_dane =\n  allow_localhost = true\n\
             \x20 interface = {ip}\n{transport}\n\
             begin retry\n* * F,1h,1s\n",
            at = place.path().display(),
            exim = peers.path("exim/usr/sbin/exim4").display(),
            ip = address.ip(),
            port = address.port(),
            hop = next_hop.ip(),
            hop_port = next_hop.port(),
        );
        let file = peers.path(&format!("run/exim-{role}.conf"));
        fs::write(&file, configuration).unwrap();
        let mut command = peers.command("exim/usr/sbin/exim4");
        command.arg("-C").arg(&file).arg("-bdf").arg("-q1s");
        let mut daemon = peers.daemon(command, place.path().join("output"));
        daemon.wait_for(address);
        Self { daemon, place, address }
    }

    fn mailbox(&self) -> PathBuf {
        self.place.path().join("mail/box")
    }

    fn log(&self) -> String {
        let log = fs::read(self.place.path().join("log/mainlog")).unwrap_or_default();
        format!("{}{}", self.daemon.log(), String::from_utf8_lossy(&log))
    }
}

fn content(subject: &str, body: &str) -> String {
    format!(
        "From: a@ext.test\r\nTo: x@partner.test\r\nSubject: {subject}\r\nMIME-Version: 1.0\r\n\
         Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{body}\r\n"
    )
}

/// Sends one of each kind through Causeway to this Exim, and looks at what arrived.
fn kinds_arrive(exim: &Exim, server: &causeway_testkit::server::Server) {
    let mut client = server.client();
    client.ehlo();
    assert_eq!(
        client.mail("a@ext.test", &["x@partner.test"], &content("plain", ".dot\r\nHello.")).code,
        250
    );
    client.command("MAIL FROM:<a@ext.test> BODY=8BITMIME");
    client.command("RCPT TO:<x@partner.test>");
    assert_eq!(client.content(&content("eight-bit", "Gr\u{fc}\u{df}e")).code, 250);
    client.command("MAIL FROM:<j\u{fc}rgen@ext.test> SMTPUTF8 BODY=8BITMIME");
    client.command("RCPT TO:<m\u{fc}ller@partner.test>");
    assert_eq!(client.content(&content("international", "hej")).code, 250);
    client.command("MAIL FROM:<alice@ours.test> RET=HDRS ENVID=abc");
    client.command("RCPT TO:<x@partner.test> NOTIFY=SUCCESS ORCPT=rfc822;orig@partner.test");
    client.command("RCPT TO:<gone@partner.test> NOTIFY=FAILURE");
    assert_eq!(client.content(&content("dsn", "x")).code, 250);
    let mail = wait_until(
        "mail at Exim",
        || exim.log(),
        || {
            let mail = maildir(&exim.mailbox());
            (mail.len() >= 4).then_some(mail)
        },
    );
    let one = |subject: &str| {
        let line = format!("Subject: {subject}\n");
        mail.iter()
            .find(|mail| mail.contains(&line))
            .unwrap_or_else(|| panic!("no {subject} in {mail:?}"))
    };
    assert!(one("plain").contains("\n.dot\nHello.\n"), "{}", one("plain"));
    assert!(one("eight-bit").contains("Gr\u{fc}\u{df}e"));
    let report = server.wait_for("the report about gone@", || {
        server
            .maildir("alice@ours.test")
            .into_iter()
            .find(|mail| mail.contains("gone@partner.test"))
    });
    assert!(report.contains("Status: 5.1.6"), "{report}");
    assert!(report.contains("Original-Envelope-Id: abc"), "{report}");
    server.wait_for("an empty queue", || server.queue().is_empty().then_some(()));
    assert_eq!(server.audit("unaccounted"), 0);
}

#[test]
fn exim_takes_every_kind_of_message() {
    let Some(peers) = Peers::find() else { return };
    let authority = TestCa::new("Test Authority");
    let certificate = authority.issue(&["localhost"], Validity::Now);
    let tls = format!(
        "tls_advertise_hosts = *\ntls_certificate = {}\ntls_privatekey = {}",
        certificate.chain_file.display(),
        certificate.key_file.display()
    );
    // One after the other: the role's configuration file is one.
    let ways = [
        ("in chunks", "tls_advertise_hosts =".into(), ""),
        ("by DATA", "tls_advertise_hosts =\nchunking_advertise_hosts =".into(), ""),
        (
            "without pipelining",
            "tls_advertise_hosts =\nchunking_advertise_hosts =\npipelining_advertise_hosts ="
                .into(),
            "",
        ),
        ("over validated TLS", tls, "tls = \"domain_validation\"\ntls_domain = \"localhost\""),
    ];
    for (_way, main, connector) in ways {
        let exim = Exim::start(&peers, "next-hop", &main, None, "");
        let server = ours()
            .relay_network("127.0.0.1/32")
            .trust_root(authority.root_file())
            .connector("partner", "partner.test", exim.address, connector)
            .start();
        kinds_arrive(&exim, &server);
    }
}

#[test]
fn exim_sends_every_kind_of_message_here() {
    let Some(peers) = Peers::find() else { return };
    for (transport, with) in [
        ("  hosts_avoid_tls = *", "SMTP"),
        ("  hosts_require_tls = *\n  tls_verify_hosts =\n  tls_try_verify_hosts =", "SMTPS"),
    ] {
        let server = ours().relay_network("127.0.0.0/8").start();
        let exim =
            Exim::start(&peers, "sender", "tls_advertise_hosts =", Some(server.smtp()), transport);
        let mut client = Client::connect(exim.address);
        client.ehlo();
        let plain = content("plain", ".dot\r\nHello.");
        assert_eq!(client.mail("a@ext.test", &["alice@ours.test"], &plain).code, 250);
        client.command("MAIL FROM:<a@ext.test> BODY=8BITMIME");
        client.command("RCPT TO:<alice@ours.test>");
        assert_eq!(client.content(&content("eight-bit", "Gr\u{fc}\u{df}e")).code, 250);
        client.command("MAIL FROM:<j\u{fc}rgen@ext.test> SMTPUTF8 BODY=8BITMIME");
        client.command("RCPT TO:<alice@ours.test>");
        assert_eq!(client.content(&content("international", "hej")).code, 250);
        let mail = wait_until(
            "three messages",
            || exim.log(),
            || {
                let mail = server.maildir("alice@ours.test");
                (mail.len() == 3).then_some(mail)
            },
        );
        for one in &mail {
            assert!(one.contains(with), "{with} in {one}\n{}", exim.log());
        }
        client.command("MAIL FROM:<bob@ours.test> RET=HDRS ENVID=qq1");
        client.command("RCPT TO:<alice@ours.test> NOTIFY=SUCCESS ORCPT=rfc822;al@ours.test");
        assert_eq!(client.content(&content("dsn", "x")).code, 250);
        let report = wait_until(
            "the report",
            || exim.log(),
            || server.maildir("bob@ours.test").into_iter().next(),
        );
        assert!(report.contains("Action: delivered"), "{report}");
        assert!(report.contains("Original-Envelope-Id: qq1"), "{report}");
    }
}
