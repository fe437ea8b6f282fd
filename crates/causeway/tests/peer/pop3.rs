//! Programs that fetch mail: Python's poplib, curl, mpop, fetchmail and getmail.

use std::path::Path;
use std::process::{Command, Output};

use causeway_testkit::server::{Server, Setup};

use crate::peers::{Peers, maildir, ours};

const PASSWORD: &str = "a long enough password";

fn with_pop3() -> Setup {
    ours().listener("pop3", 2110, "").listener("pop3s", 2995, "")
}

/// A server with so many messages for alice; the second has lines with dots.
fn server_with_mail(count: usize) -> Server {
    let server = with_pop3().start();
    let mut client = server.client();
    client.ehlo();
    for number in 1..=count {
        let content = format!(
            "From: a@ext.test\r\nTo: alice@ours.test\r\nSubject: message {number}\r\n\
             Message-ID: <{number}@ext.test>\r\n\r\n.one\r\n..\r\n.\r\nend of {number}\r\n"
        );
        assert_eq!(client.mail("a@ext.test", &["alice@ours.test"], &content).code, 250);
        server.wait_for("the message", || {
            (server.maildir("alice@ours.test").len() == number).then_some(())
        });
    }
    server
}

fn said(output: &Output) -> String {
    format!(
        "{}\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

/// Every message arrived once and whole.
fn assert_whole(mail: &[String], count: usize) {
    assert_eq!(mail.len(), count, "{mail:?}");
    for number in 1..=count {
        let end = format!("\n.one\n..\n.\nend of {number}");
        let found = mail.iter().filter(|mail| mail.replace("\r\n", "\n").contains(&end)).count();
        assert_eq!(found, 1, "message {number} in {mail:?}");
    }
}

/// What Python's standard library does with a server, printed as it goes.
const POPLIB: &str = r#"
import poplib, ssl, sys
host, plain, tls = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
context = ssl.create_default_context()
context.check_hostname = False
context.verify_mode = ssl.CERT_NONE
password = "a long enough password"

p = poplib.POP3(host, plain, timeout=30)
assert "USER" not in p.capa(), p.capa()
p.stls(context)
assert "UTF8" in p.capa(), p.capa()
p.utf8()
p.user("alice@ours.test")
p.pass_(password)
count, size = p.stat()
_, listed, _ = p.list()
total = 0
for line in listed:
    number, octets = map(int, line.split())
    _, lines, got = p.retr(number)
    assert got == octets, (number, got, octets)
    total += got
assert (count, size) == (len(listed), total)
ids = [line.split()[1] for line in p.uidl()[1]]
assert len(set(ids)) == count
assert p.top(1, 1)[1][-1] == b".one", p.top(1, 1)
try:
    p.retr(count + 1)
    print("retrieved what is not there")
except poplib.error_proto as refused:
    print("refused", refused)
p.dele(1)
p.noop()
p.rset()
p.dele(count)
p.quit()

q = poplib.POP3_SSL(host, tls, context=context, timeout=30)
try:
    q.user("alice@ours.test")
    q.pass_("wrong")
except poplib.error_proto as refused:
    print("login", refused)
q.user("alice@ours.test")
q.pass_(password)
assert [line.split()[1] for line in q.uidl()[1]] == ids[:-1]
q.quit()
print("fetched", count)
"#;

#[test]
fn python_poplib_fetches_and_deletes() {
    if Peers::find().is_none() {
        return;
    }
    let server = server_with_mail(3);
    let host = server.smtp().ip().to_string();
    let output = Command::new("python3").args(["-c", POPLIB, &host, "2110", "2995"]).output();
    let text = said(&output.unwrap());
    assert!(text.contains("fetched 3") && text.contains("refused b'-ERR"), "{text}");
    assert!(text.contains("login b'-ERR [AUTH]"), "{text}");
    assert_eq!(server.maildir("alice@ours.test").len(), 2);
}

#[test]
fn curl_lists_and_fetches() {
    if Peers::find().is_none() {
        return;
    }
    let server = server_with_mail(2);
    let host = server.smtp().ip();
    let user = format!("alice@ours.test:{PASSWORD}");
    let curl = |arguments: &[&str]| {
        let output = Command::new("curl").args(["-sk", "-u", &user]).args(arguments).output();
        String::from_utf8_lossy(&output.unwrap().stdout).into_owned()
    };
    let secure = format!("pop3s://{host}:2995/");
    assert_eq!(curl(&[&secure]).lines().count(), 2);
    assert!(curl(&[&format!("{secure}2")]).ends_with("\r\n.one\r\n..\r\n.\r\nend of 2\r\n"));
    assert_eq!(curl(&["-X", "UIDL", &secure]).lines().count(), 2);
    let upgraded = format!("pop3://{host}:2110/1");
    assert!(curl(&["--ssl-reqd", &upgraded]).contains("end of 1"));
    for mechanism in ["PLAIN", "LOGIN"] {
        let options = format!("AUTH={mechanism}");
        assert!(curl(&["--login-options", &options, &secure]).contains("1 "), "{mechanism}");
    }
    assert_eq!(curl(&[&upgraded]), "", "no login in plain text");
}

fn make_maildir(path: &Path) {
    for folder in ["new", "cur", "tmp"] {
        std::fs::create_dir_all(path.join(folder)).unwrap();
    }
}

fn private_file(path: &Path, text: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::write(path, text).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
}

#[test]
fn mpop_fetches_each_message_once() {
    let Some(peers) = Peers::find() else { return };
    let server = server_with_mail(3);
    let place = peers.place();
    let inbox = place.path().join("inbox");
    make_maildir(&inbox);
    let config = place.path().join("mpoprc");
    for (port, starttls, expected) in [(2995, "off", 3), (2110, "on", 3)] {
        private_file(
            &config,
            &format!(
                "account ours\nhost {}\nport {port}\ntls on\ntls_starttls {starttls}\ntls_certcheck off\n\
                 auth user\nuser alice@ours.test\npassword \"{PASSWORD}\"\nkeep on\npipelining on\n\
                 delivery maildir {}\nuidls_file {}\n\naccount default : ours\n",
                server.smtp().ip(),
                inbox.display(),
                place.path().join("uidls").display()
            ),
        );
        let output = peers.command("mpop/usr/bin/mpop").arg("-C").arg(&config).output().unwrap();
        assert!(output.status.success(), "{}", said(&output));
        // The second time there is nothing new.
        assert_whole(&maildir(&inbox), expected);
    }
    let text = std::fs::read_to_string(&config).unwrap().replace("keep on", "keep off");
    private_file(&config, &text);
    let output = peers.command("mpop/usr/bin/mpop").arg("-C").arg(&config).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    assert!(server.maildir("alice@ours.test").is_empty());
}

#[test]
fn fetchmail_fetches_and_empties_the_mailbox() {
    let Some(peers) = Peers::find() else { return };
    let server = server_with_mail(3);
    let place = peers.place();
    let config = place.path().join("fetchmailrc");
    let spool = place.path().join("spool");
    private_file(
        &config,
        &format!(
            "set no bouncemail\npoll ours via {} service 2995 protocol pop3 uidl\n  \
             user \"alice@ours.test\" password \"{PASSWORD}\" ssl no sslcertck nokeep\n  \
             mda \"/bin/sh -c 'cat >> {}; echo ====== >> {}'\"\n",
            server.smtp().ip(),
            spool.display(),
            spool.display()
        ),
    );
    let output = peers
        .command("fetchmail/usr/bin/fetchmail")
        .args(["-v", "--pidfile"])
        .arg(place.path().join("pid"))
        .arg("-i")
        .arg(place.path().join("ids"))
        .arg("-f")
        .arg(&config)
        .output()
        .unwrap();
    let text = said(&output);
    let spooled = std::fs::read_to_string(&spool).unwrap_or_else(|error| panic!("{error}: {text}"));
    let mail: Vec<String> = spooled
        .split("======\n")
        .filter(|mail| !mail.trim().is_empty())
        .map(str::to_owned)
        .collect();
    assert_whole(&mail, 3);
    assert!(server.maildir("alice@ours.test").is_empty(), "{text}");
}

#[test]
fn getmail_fetches_what_is_new() {
    let Some(peers) = Peers::find() else { return };
    let server = server_with_mail(2);
    let place = peers.place();
    let inbox = place.path().join("inbox");
    make_maildir(&inbox);
    // As root it refuses to deliver.
    for folder in ["", "new", "cur", "tmp"] {
        peers.chown("nobody", &inbox.join(folder));
    }
    let config = place.path().join("getmailrc");
    private_file(
        &config,
        &format!(
            "[retriever]\ntype = SimplePOP3SSLRetriever\nserver = {}\nport = 2995\n\
             username = alice@ours.test\npassword = {PASSWORD}\n\n[destination]\ntype = Maildir\n\
             path = {}/\nuser = nobody\n\n[options]\nread_all = false\ndelete = false\n",
            server.smtp().ip(),
            inbox.display()
        ),
    );
    for _ in 0..2 {
        let output = peers
            .command("getmail/usr/bin/getmail")
            .env("PYTHONPATH", peers.path("getmail/usr/lib/python3/dist-packages"))
            .arg("--getmaildir")
            .arg(place.path())
            .arg("--rcfile")
            .arg(&config)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", said(&output));
        assert_whole(&maildir(&inbox), 2);
    }
}

/// Gives mutt the terminal that it wants, and waits for its end.
const TERMINAL: &str = r#"
import os, pty, select, sys, time
pid, terminal = pty.fork()
if pid == 0:
    os.environ["TERM"] = "xterm"
    os.execv(sys.argv[1], sys.argv[1:])
shown, deadline = b"", time.time() + 60
while time.time() < deadline:
    if select.select([terminal], [], [], 1)[0]:
        try:
            piece = os.read(terminal, 65536)
        except OSError:
            break
        if not piece:
            break
        shown += piece
print(shown.decode("utf-8", "replace"))
"#;

#[test]
fn mutt_reads_and_deletes_over_pop3() {
    let Some(peers) = Peers::find() else { return };
    let server = server_with_mail(3);
    let place = peers.place();
    // It asks for this directory, otherwise.
    std::fs::create_dir(place.path().join("Mail")).unwrap();
    let config = place.path().join("muttrc");
    private_file(
        &config,
        &format!(
            "set pop_pass=\"{PASSWORD}\"\nset ssl_verify_host=no\nset certificate_file={}\n\
             set pop_delete=yes\nset delete=yes\nset move=no\nset quit=yes\nset wait_key=no\n",
            server.data_dir().join("tls/self-signed.pem").display()
        ),
    );
    let mut command = peers.command("/usr/bin/python3");
    let output = command
        .args(["-c", TERMINAL])
        .arg(peers.path("mutt/usr/bin/mutt"))
        .args(["-n", "-F"])
        .arg(&config)
        .args(["-f", &format!("pops://alice%40ours.test@{}:2995/", server.smtp().ip())])
        .args(["-e", "push '<display-message><exit><next-entry><delete-message><quit>'"])
        .env("HOME", place.path())
        .output()
        .unwrap();
    let shown = said(&output);
    assert!(shown.contains("2 kept, 1 deleted"), "{shown}\n{}", server.log());
    assert_eq!(server.maildir("alice@ours.test").len(), 2);
}
