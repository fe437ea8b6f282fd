//! What was acknowledged is there: after kill -9, with a full disk, with a damaged store.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use causeway_testkit::client::Client;
use causeway_testkit::server::Server;
use causeway_testkit::{Behaviour, Fault, Point, ScriptedPeer};

use super::world::{
    assert_all_accounted, assert_queue_empties, inside, message, send, wait_for_deferral,
    wait_for_mail, with_partner,
};

const ROUNDS: usize = 50;

/// Sends until told to stop; keeps the subject of every message that got its 250.
fn sender(
    name: usize,
    server: std::net::SocketAddr,
    stop: &AtomicBool,
    acknowledged: &Mutex<Vec<String>>,
) {
    let mut number = 0;
    while !stop.load(Ordering::Relaxed) {
        let Ok(mut client) = Client::try_connect(server, None) else { continue };
        let _ = session(&mut client, name, &mut number, stop, acknowledged);
    }
}

/// One session; ends with the server, or when told to stop.
fn session(
    client: &mut Client,
    name: usize,
    number: &mut usize,
    stop: &AtomicBool,
    acknowledged: &Mutex<Vec<String>>,
) -> std::io::Result<()> {
    client.try_send("EHLO client.example\r\n")?;
    client.try_answer()?;
    while !stop.load(Ordering::Relaxed) {
        *number += 1;
        let subject = format!("load-{name}-{number}-end");
        // Every third is larger than what the store keeps in rows.
        let padding = if number.is_multiple_of(3) {
            "0123456789abcdef\r\n".repeat(9_000)
        } else {
            String::new()
        };
        client.try_send(
            "MAIL FROM:<bob@ours.test>\r\nRCPT TO:<alice@ours.test>\r\nRCPT TO:<x@partner.test>\r\nDATA\r\n",
        )?;
        for _ in 0..4 {
            client.try_answer()?;
        }
        client.try_send(format!("{}{padding}.\r\n", message(&subject)))?;
        if client.try_answer()?.code == 250 {
            acknowledged.lock().unwrap().push(subject);
        }
    }
    Ok(())
}

fn subjects<'a>(mail: impl IntoIterator<Item = &'a str>) -> HashSet<String> {
    let subject = |mail: &str| {
        mail.lines()
            .find_map(|line| line.strip_prefix("Subject: ").map(|s| s.trim_end().to_owned()))
    };
    mail.into_iter().filter_map(subject).collect()
}

#[test]
fn dur_01_nothing_acknowledged_is_lost_in_fifty_kills_under_load() {
    let peer = ScriptedPeer::start(Behaviour::new());
    let mut server = with_partner(peer.address(), "")
        .mailflow("[queue]\nretry_after = [\"1s\"]\ndelay_notice_after = []\n")
        .system_clock()
        .start();
    let stop = Arc::new(AtomicBool::new(false));
    let acknowledged = Arc::new(Mutex::new(Vec::new()));
    let senders: Vec<_> = (0..4)
        .map(|name| {
            let (stop, acknowledged) = (Arc::clone(&stop), Arc::clone(&acknowledged));
            let address = server.smtp();
            std::thread::spawn(move || sender(name, address, &stop, &acknowledged))
        })
        .collect();
    for round in 0..ROUNDS {
        // Killed once some more mail is in, at another moment of the work in every round.
        let before = acknowledged.lock().unwrap().len();
        server.wait_for("more mail", || {
            (acknowledged.lock().unwrap().len() > before + round % 7).then_some(())
        });
        server.kill_and_restart();
        assert_all_accounted(&server);
    }
    stop.store(true, Ordering::Relaxed);
    senders.into_iter().for_each(|sender| sender.join().unwrap());
    let acknowledged = acknowledged.lock().unwrap();
    assert!(acknowledged.len() > ROUNDS, "{}", acknowledged.len());
    server.wait_for("an empty queue", || server.queue().is_empty().then_some(()));
    assert_all_accounted(&server);
    let local = server.maildir("alice@ours.test");
    let here = subjects(local.iter().map(String::as_str));
    let sent: Vec<String> =
        peer.messages().iter().map(causeway_testkit::Transaction::text).collect();
    let there = subjects(sent.iter().map(String::as_str));
    for subject in acknowledged.iter() {
        assert!(here.contains(subject), "{subject} was acknowledged and is not in the mailbox");
        assert!(
            there.contains(subject),
            "{subject} was acknowledged and never reached the partner"
        );
    }
    assert_eq!(here.len(), local.len(), "a mailbox has no message twice");
    // A kill between the peer's 250 and our note of it sends once more: at most what was under way.
    assert!(sent.len() <= there.len() + ROUNDS * 50, "{} sent for {}", sent.len(), there.len());
}

#[test]
fn dur_07_a_killed_server_knows_its_queue_and_its_schedule_again() {
    let peer = ScriptedPeer::refusing();
    let mut server = with_partner(peer.address(), "").system_clock().start();
    send(&server, &["x@partner.test"], "kept");
    let before = wait_for_deferral(&server, "x@partner.test");
    server.kill_and_restart();
    let after = wait_for_deferral(&server, "x@partner.test");
    assert_eq!(before["next_attempt_at"], after["next_attempt_at"]);
    assert_eq!(before["code"], after["code"]);
    peer.listen();
    assert_eq!(server.cli(&["queue", "retry", "--all", "--yes"]).status, Some(0));
    assert_eq!(peer.block_on_messages(1).len(), 1);
    assert_all_accounted(&server);
}

#[test]
fn dur_05_what_a_killed_server_may_have_sent_already_is_marked_in_the_trace() {
    let peer = ScriptedPeer::start(Behaviour::new().fault(Point::EndOfData, Fault::Hang));
    let mut server = with_partner(peer.address(), "").start();
    let fate = |server: &Server, recipient: &str| {
        let id = server.trace(recipient)[0]["id"].as_str().unwrap().to_owned();
        server.cli(&["trace", "show", &id]).stdout
    };
    send(&server, &["x@partner.test"], "in hand");
    server.wait_for("the attempt", || {
        server.queue().iter().any(|m| m["recipients"][0]["status"] == "delivering").then_some(())
    });
    // A failure in between says nothing about what came before.
    peer.change(Behaviour::new().reply("MAIL", ["451 4.3.0 not now"]));
    server.kill_and_restart();
    wait_for_deferral(&server, "x@partner.test");
    peer.change(Behaviour::new());
    assert_eq!(server.cli(&["queue", "retry", "--all", "--yes"]).status, Some(0));
    peer.block_on_messages(1);
    assert_queue_empties(&server);
    let told = fate(&server, "x@partner.test");
    assert!(told.contains("may be duplicate"), "{told}");
    // What came later is beyond doubt, and so is everything after an end in order.
    send(&server, &["y@partner.test"], "later");
    peer.block_on_messages(2);
    assert_queue_empties(&server);
    assert!(!fate(&server, "y@partner.test").contains("duplicate"));
    server.terminate();
    server.start();
    peer.refuse();
    send(&server, &["z@partner.test"], "waits");
    wait_for_deferral(&server, "z@partner.test");
    server.terminate();
    peer.listen();
    server.start();
    assert_eq!(server.cli(&["queue", "retry", "--all", "--yes"]).status, Some(0));
    peer.block_on_messages(3);
    assert_queue_empties(&server);
    assert!(!fate(&server, "z@partner.test").contains("duplicate"));
    assert_all_accounted(&server);
}

#[test]
fn dur_13_a_server_told_to_end_ends_in_order() {
    // DUR-13
    let mut server = inside().start();
    let mut idle = server.client();
    idle.ehlo();
    send(&server, &["bob@ours.test"], "before the end");
    let (status, log) = server.terminate();
    assert!(status.success(), "{status}\n{log}");
    assert!(idle.until_closed().starts_with("421"), "idle clients are told");
    server.start();
    wait_for_mail(&server, "bob@ours.test", 1);
    assert_all_accounted(&server);
}

#[test]
fn two_servers_never_share_a_data_directory() {
    let server = inside().start();
    let mut second = inside().data_dir(server.data_dir()).prepare();
    let log = second.try_start().unwrap_err();
    assert!(log.contains("in use"), "{log}");
    assert_eq!(server.client().command("NOOP").code, 250);
}

/// A small file system of its own, gone with this value.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn mount(place: &Path, size: &str) -> Option<Self> {
        let path = place.join("disk");
        std::fs::create_dir(&path).unwrap();
        let options = format!("size={size},mode=700");
        let done = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &options, "tmpfs"])
            .arg(&path)
            .output();
        if done.is_ok_and(|output| output.status.success()) {
            return Some(Self(path));
        }
        assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "mounting a tmpfs failed");
        eprintln!("skipped: a full disk needs a small file system, which only root can mount");
        None
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}

#[test]
fn dur_03_a_full_disk_refuses_mail_for_now_and_recovers_by_itself() {
    // DUR-03
    let place = tempfile::tempdir().unwrap();
    let Some(disk) = SmallDisk::mount(place.path(), "96m") else { return };
    let server = inside().system_clock().data_dir(disk.0.join("data")).start();
    send(&server, &["bob@ours.test"], "before");
    wait_for_mail(&server, "bob@ours.test", 1);
    // Fill it to the last octet.
    let filler = disk.0.join("filler");
    {
        use std::io::Write as _;
        let mut file = std::fs::File::create(&filler).unwrap();
        let mut piece = vec![0u8; 1 << 20];
        while !piece.is_empty() {
            if file.write_all(&piece).is_err() {
                piece.truncate(piece.len() / 2);
            }
        }
    }
    let refused = |server: &causeway_testkit::server::Server| {
        let mut client = server.client();
        client.ehlo();
        client.mail("alice@ours.test", &["bob@ours.test"], &message("full"))
    };
    // The room is looked at once a second: then every message is refused for now.
    let answer = server.wait_for("a refusal", || Some(refused(&server)).filter(|a| a.code != 250));
    assert_eq!(answer.code, 452, "{answer}");
    assert!(answer.has_enhanced_code("4.3.1"), "{answer}");
    server.wait_for("health that says so", || {
        let health = server.cli(&["health"]);
        let is_told = health.stdout.contains("mail is refused for now");
        (is_told && health.status == Some(1)).then_some(())
    });
    std::fs::remove_file(&filler).unwrap();
    server.wait_for("mail again", || {
        let mut client = server.client();
        client.ehlo();
        let answer = client.mail("alice@ours.test", &["bob@ours.test"], &message("after"));
        (answer.code == 250).then_some(())
    });
    server.wait_for("its delivery", || {
        server
            .maildir("bob@ours.test")
            .iter()
            .any(|mail| mail.contains("Subject: after"))
            .then_some(())
    });
    assert_all_accounted(&server);
    drop(server);
    drop(disk);
}

/// The store's main file: the largest that is a SQLite database.
fn store_file(data: &Path) -> PathBuf {
    let is_database = |path: &PathBuf| {
        std::fs::read(path).is_ok_and(|octets| octets.starts_with(b"SQLite format 3\0"))
    };
    let entries = std::fs::read_dir(data).unwrap().filter_map(|entry| Some(entry.ok()?.path()));
    entries.filter(|path| path.is_file()).find(is_database).expect("a store")
}

#[test]
fn a_damaged_store_stops_the_start_and_is_left_as_it_is() {
    let mut server = inside().start();
    send(&server, &["bob@ours.test"], "kept");
    wait_for_mail(&server, "bob@ours.test", 1);
    server.terminate();
    let file = store_file(server.data_dir());
    let whole = std::fs::read(&file).unwrap();
    for (what, octets) in [
        ("another file", b"this is not a database, but somebody's notes\n".repeat(200)),
        ("cut short", whole[..whole.len() / 2].to_vec()),
    ] {
        std::fs::write(&file, &octets).unwrap();
        let log = server.try_start().unwrap_err();
        let name = file.file_name().unwrap().to_str().unwrap();
        assert!(log.contains(name), "{what}: the file is named: {log}");
        assert!(!log.contains("panicked"), "{what}: {log}");
        assert_eq!(std::fs::read(&file).unwrap(), octets, "{what}: nothing is touched");
    }
    std::fs::write(&file, &whole).unwrap();
    server.start();
    assert_all_accounted(&server);
}

#[test]
fn delivery_while_the_mailbox_is_unwritable_waits_and_goes_on() {
    let server = inside().mailflow("[queue]\nretry_after = [\"10m\"]\n").start();
    // A file where the mailbox's directory should be.
    let domain = server.data_dir().join("mail/ours.test");
    std::fs::create_dir_all(&domain).unwrap();
    let _ = std::fs::remove_dir_all(domain.join("bob"));
    std::fs::write(domain.join("bob"), "in the way").unwrap();
    send(&server, &["bob@ours.test"], "waits");
    let entry = wait_for_deferral(&server, "bob@ours.test");
    assert!(entry["code"].as_str().unwrap().starts_with('4'), "{entry}");
    std::fs::remove_file(domain.join("bob")).unwrap();
    server.advance(Duration::from_secs(601));
    wait_for_mail(&server, "bob@ours.test", 1);
    assert_all_accounted(&server);
}
