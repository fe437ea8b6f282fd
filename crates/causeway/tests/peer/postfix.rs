//! Postfix as next hop and as sender.

use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;

use causeway_testkit::client::Client;
use causeway_testkit::{TestCa, Validity};

use crate::peers::{Daemon, Peers, maildir, ours, own_address, wait_until};

/// A running Postfix: takes mail for `partner.test` into one Maildir, sends everything else to its
/// relay host.
struct Postfix {
    daemon: Daemon,
    place: tempfile::TempDir,
    address: SocketAddr,
}

const SERVICES: &str = "
pickup    unix  n  -  n  60    1  pickup
cleanup   unix  n  -  n  -     0  cleanup
qmgr      unix  n  -  n  300   1  qmgr
tlsmgr    unix  -  -  n  1000? 1  tlsmgr
rewrite   unix  -  -  n  -     -  trivial-rewrite
bounce    unix  -  -  n  -     0  bounce
defer     unix  -  -  n  -     0  bounce
trace     unix  -  -  n  -     0  bounce
verify    unix  -  -  n  -     1  verify
flush     unix  n  -  n  1000? 0  flush
proxymap  unix  -  -  n  -     -  proxymap
smtp      unix  -  -  n  -     -  smtp
showq     unix  n  -  n  -     -  showq
error     unix  -  -  n  -     -  error
retry     unix  -  -  n  -     -  error
virtual   unix  -  n  n  -     -  virtual
anvil     unix  -  -  n  -     1  anvil
scache    unix  -  -  n  -     1  scache
postlog   unix-dgram n - n -   1  postlogd
";

impl Postfix {
    /// `more` is further lines of main.cf.
    fn start(peers: &Peers, address: SocketAddr, more: &str) -> Self {
        let place = peers.place();
        let (etc, spool) = (place.path().join("etc"), place.path().join("spool"));
        for directory in ["etc", "spool/pid", "spool/maildrop", "spool/public", "data", "mail/box"]
        {
            fs::create_dir_all(place.path().join(directory)).unwrap();
        }
        for queue in [
            "active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming",
            "private", "saved", "trace",
        ] {
            fs::create_dir(spool.join(queue)).unwrap();
            peers.chown("postfix:postfix", &spool.join(queue));
        }
        peers.chown("postfix:postdrop", &spool.join("maildrop"));
        peers.chown("postfix:postdrop", &spool.join("public"));
        peers.chown("postfix:postfix", &place.path().join("data"));
        peers.chown("nobody", &place.path().join("mail"));
        peers.chown("nobody", &place.path().join("mail/box"));
        let at = place.path().display();
        let programs = peers.path("postfix/usr");
        let main = format!(
            "compatibility_level = 3.6\nqueue_directory = {at}/spool\ndata_directory = {at}/data\n\
             daemon_directory = {p}/lib/postfix/sbin\ncommand_directory = {p}/sbin\n\
             meta_directory = {etc_dir}\nshlib_directory = {p}/lib/postfix\n\
             import_environment = MAIL_CONFIG MAIL_DEBUG MAIL_LOGTAG LANG=C LD_LIBRARY_PATH\n\
             maillog_file = {at}/maillog\nmaillog_file_prefixes = {at}\n\
             myhostname = postfix.partner.test\nmydestination =\nmynetworks = 127.0.0.0/8\n\
             inet_protocols = ipv4\ninet_interfaces = 127.0.0.1\n\
             smtpd_relay_restrictions = permit_mynetworks, reject\n\
             smtpd_peername_lookup = no\ndisable_dns_lookups = yes\nsmtp_host_lookup = native\n\
             alias_maps =\nalias_database =\nlocal_recipient_maps =\nlocal_transport = error:none here\n\
             virtual_mailbox_domains = partner.test\nvirtual_mailbox_base = {at}/mail\n\
             virtual_mailbox_maps = static:box/\nvirtual_uid_maps = static:65534\n\
             virtual_gid_maps = static:65534\n\
             smtputf8_enable = yes\nsmtputf8_autodetect_classes = all\n{more}\n",
            p = programs.display(),
            etc_dir = peers.path("postfix/etc/postfix").display(),
        );
        fs::write(etc.join("main.cf"), main).unwrap();
        fs::write(etc.join("master.cf"), format!("{address} inet n - n - - smtpd{SERVICES}"))
            .unwrap();
        let mut command = peers.command("postfix/usr/lib/postfix/sbin/master");
        command.arg("-c").arg(&etc).arg("-d");
        let mut daemon = peers.daemon(command, place.path().join("output"));
        daemon.wait_for(address);
        Self { daemon, place, address }
    }

    fn mailbox(&self) -> PathBuf {
        self.place.path().join("mail/box")
    }

    fn log(&self) -> String {
        let log = fs::read(self.place.path().join("maillog")).unwrap_or_default();
        format!("{}{}", self.daemon.log(), String::from_utf8_lossy(&log))
    }

    fn wait_for_mail(&self, count: usize) -> Vec<String> {
        wait_until(
            "mail at Postfix",
            || self.log(),
            || {
                let mail = maildir(&self.mailbox());
                (mail.len() >= count).then_some(mail)
            },
        )
    }
}

fn content(subject: &str, body: &str) -> String {
    format!(
        "From: a@ext.test\r\nTo: x@partner.test\r\nSubject: {subject}\r\nMIME-Version: 1.0\r\n\
         Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{body}\r\n"
    )
}

/// Sends one of each kind through Causeway to a Postfix with these lines in main.cf, through a connector
/// with these lines, and looks at what arrived.
fn kinds_arrive(main_cf: &str, connector: &str, root: Option<PathBuf>) {
    let Some(peers) = Peers::find() else { return };
    let address = own_address(2625);
    let mut setup = ours().relay_network("127.0.0.1/32").connector(
        "partner",
        "partner.test",
        address,
        connector,
    );
    if let Some(root) = root {
        setup = setup.trust_root(root);
    }
    let server = setup.start();
    let back = format!("relayhost = [{}]:{}\n", server.smtp().ip(), server.smtp().port());
    let postfix = Postfix::start(&peers, address, &(back + main_cf));
    let mut client = server.client();
    client.ehlo();
    let plain = content("plain", "Hello.\r\n.leading dot\r\n..\r\n");
    assert_eq!(client.mail("a@ext.test", &["x@partner.test"], &plain).code, 250);
    client.command("MAIL FROM:<a@ext.test> BODY=8BITMIME");
    client.command("RCPT TO:<x@partner.test>");
    assert_eq!(client.content(&content("eight-bit", "Gr\u{fc}\u{df}e")).code, 250);
    let address = "MAIL FROM:<j\u{fc}rgen@ext.test> SMTPUTF8 BODY=8BITMIME";
    assert_eq!(client.command(address).code, 250);
    assert_eq!(client.command("RCPT TO:<m\u{fc}ller@partner.test>").code, 250);
    assert_eq!(client.content(&content("international \u{20ac}", "hej")).code, 250);
    // What we pass on, Postfix reports about, back through us.
    client.command("MAIL FROM:<alice@ours.test> RET=HDRS ENVID=abc+2B1");
    client
        .command("RCPT TO:<x@partner.test> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;orig@partner.test");
    assert_eq!(client.content(&content("dsn", "notify")).code, 250);
    let big = "0123456789abcdef0123456789abcdef\r\n".repeat(20_000);
    assert_eq!(client.mail("a@ext.test", &["x@partner.test"], &content("big", &big)).code, 250);

    let mail = postfix.wait_for_mail(5);
    let one = |subject: &str| {
        let line = format!("Subject: {subject}\n");
        mail.iter()
            .find(|mail| mail.contains(&line))
            .unwrap_or_else(|| panic!("no {subject} in {mail:?}"))
    };
    assert!(one("plain").contains("\nHello.\n.leading dot\n..\n"), "{}", one("plain"));
    assert!(one("eight-bit").contains("Gr\u{fc}\u{df}e"));
    assert!(one("international \u{20ac}").contains("m\u{fc}ller@partner.test"));
    let report = server
        .wait_for("Postfix's report", || server.maildir("alice@ours.test").into_iter().next());
    assert!(report.contains("Reporting-MTA: dns; postfix.partner.test"), "{report}");
    assert!(report.contains("Action: delivered"), "{report}");
    assert!(report.contains("Original-Envelope-Id: abc+1"), "{report}");
    assert!(report.contains("Original-Recipient: rfc822;orig@partner.test"), "{report}");
    assert!(one("big").contains(&big.replace("\r\n", "\n")));
    server.wait_for("everything relayed", || (server.queue().is_empty()).then_some(()));
    assert_eq!(server.audit("unaccounted"), 0);
}

#[test]
fn postfix_takes_every_kind_of_message_in_chunks() {
    kinds_arrive("", "", None);
}

#[test]
fn postfix_takes_every_kind_of_message_by_data() {
    kinds_arrive("smtpd_discard_ehlo_keywords = chunking", "", None);
}

#[test]
fn postfix_takes_every_kind_of_message_without_pipelining() {
    kinds_arrive("smtpd_discard_ehlo_keywords = pipelining, chunking", "", None);
}

#[test]
fn postfix_takes_every_kind_of_message_over_validated_tls() {
    let authority = TestCa::new("Test Authority");
    let certificate = authority.issue(&["localhost"], Validity::Now);
    let main_cf = format!(
        "smtpd_tls_security_level = encrypt\nsmtpd_tls_cert_file = {}\nsmtpd_tls_key_file = {}",
        certificate.chain_file.display(),
        certificate.key_file.display()
    );
    let connector = "tls = \"domain_validation\"\ntls_domain = \"localhost\"";
    kinds_arrive(&main_cf, connector, Some(authority.root_file()));
}

#[test]
fn what_postfix_refuses_is_returned_in_its_own_words() {
    let Some(peers) = Peers::find() else { return };
    let postfix = Postfix::start(
        &peers,
        own_address(2625),
        "smtpd_recipient_restrictions = check_recipient_access inline:{ {gone@partner.test = 550 5.1.6 moved away} }",
    );
    let server = ours()
        .relay_network("127.0.0.1/32")
        .connector("partner", "partner.test", postfix.address, "")
        .start();
    let mut client = server.client();
    client.ehlo();
    let to = ["x@partner.test", "gone@partner.test"];
    assert_eq!(client.mail("alice@ours.test", &to, &content("half", "x")).code, 250);
    postfix.wait_for_mail(1);
    let report =
        server.wait_for("the report", || server.maildir("alice@ours.test").into_iter().next());
    assert!(report.contains("Status: 5.1.6"), "{report}");
    assert!(report.contains("moved away"), "{report}");
    assert!(report.contains("gone@partner.test"), "{report}");
    let relayed = server.trace("x@partner.test").remove(0);
    assert_eq!(relayed["status"], "relayed", "{relayed}");
}

/// Hands Postfix these kinds of messages, which it sends on to Causeway.
fn kinds_come_in(more: &str, with: &str) {
    let Some(peers) = Peers::find() else { return };
    let server = ours().relay_network("127.0.0.0/8").start();
    let postfix = Postfix::start(
        &peers,
        own_address(2625),
        &format!("relayhost = [{}]:{}\n{more}", server.smtp().ip(), server.smtp().port()),
    );
    let mut client = Client::connect(postfix.address);
    client.ehlo();
    let plain = content("plain", ".dots\r\nHello.");
    assert_eq!(client.mail("a@ext.test", &["alice@ours.test"], &plain).code, 250);
    client.command("MAIL FROM:<a@ext.test> BODY=8BITMIME");
    client.command("RCPT TO:<alice@ours.test>");
    assert_eq!(client.content(&content("eight-bit", "Gr\u{fc}\u{df}e")).code, 250);
    client.command("MAIL FROM:<j\u{fc}rgen@ext.test> SMTPUTF8 BODY=8BITMIME");
    client.command("RCPT TO:<alice@ours.test>");
    assert_eq!(client.content(&content("international \u{20ac}", "hej")).code, 250);
    let mail = server.wait_for("three messages", || {
        let mail = server.maildir("alice@ours.test");
        (mail.len() == 3).then_some(mail)
    });
    for subject in ["plain", "eight-bit", "international \u{20ac}"] {
        let line = format!("Subject: {subject}");
        let one =
            mail.iter().find(|mail| mail.contains(&line)).unwrap_or_else(|| panic!("{mail:?}"));
        assert!(one.contains(with), "{with} in {one}\n{}", postfix.log());
    }
    // Success is reported to Postfix's own client by us, as Postfix passed its wish on.
    client.command("MAIL FROM:<bob@ours.test> RET=HDRS ENVID=qq1");
    client.command("RCPT TO:<alice@ours.test> NOTIFY=SUCCESS ORCPT=rfc822;al@ours.test");
    assert_eq!(client.content(&content("dsn", "x")).code, 250);
    let report =
        server.wait_for("the report", || server.maildir("bob@ours.test").into_iter().next());
    assert!(report.contains("Action: delivered"), "{report}");
    assert!(report.contains("Original-Envelope-Id: qq1"), "{report}");
    assert!(
        report.contains("rfc822;al@ours.test") || report.contains("rfc822; al@ours.test"),
        "{report}"
    );
    assert_eq!(server.audit("unaccounted"), 0);
}

#[test]
fn postfix_sends_every_kind_of_message_here_in_plain_text() {
    kinds_come_in("smtp_tls_security_level = none", "SMTP");
}

#[test]
fn postfix_sends_every_kind_of_message_here_over_starttls() {
    kinds_come_in("smtp_tls_security_level = encrypt", "SMTPS");
}
