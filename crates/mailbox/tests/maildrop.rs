//! A mailbox opened by one reader, while deliveries and other programs go on.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::PathBuf;

use bytes::BytesMut;
use causeway_mailbox::{Delivery, MaildirRoot, Maildrop, MaildropError, MessageContent};
use causeway_model::{Address, QueueId, RecipientKey, ReversePath, Timestamp};

struct World {
    _directory: tempfile::TempDir,
    root: MaildirRoot,
    alice: Address,
}

impl World {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let root = MaildirRoot::new(directory.path().join("mail")).with_host("mx.ours.test");
        let alice = Address::parse("alice@ours.test").unwrap();
        root.create(&alice).unwrap();
        Self { _directory: directory, root, alice }
    }

    fn open(&self) -> Maildrop {
        self.root.open_maildrop(&self.alice).unwrap()
    }

    fn deliver(&self, id: u64, text: &str) {
        let parts = [bytes::Bytes::copy_from_slice(text.as_bytes())];
        let delivery = Delivery {
            mailbox: &self.alice,
            recipient: &self.alice,
            key: RecipientKey { message: QueueId::from_u64(id), index: 0 },
            received_at: Timestamp::from_millis(1_700_000_000_000 + i64::try_from(id).unwrap()),
            reverse_path: &ReversePath::Null,
            content: MessageContent::Memory(&parts),
            quota: None,
            may_be_repeated: false,
        };
        self.root.deliver(&delivery).unwrap();
    }

    fn file(&self, name: &str) -> PathBuf {
        self.root.maildir(&self.alice).unwrap().join(name)
    }

    /// A message of another program.
    fn put(&self, name: &str, text: &str) {
        fs::write(self.file(name), text).unwrap();
    }

    fn names(&self, folder: &str) -> Vec<String> {
        let entries = fs::read_dir(self.file(folder)).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

fn read(maildrop: &mut Maildrop, index: usize) -> Result<String, MaildropError> {
    let mut out = BytesMut::new();
    let mut reader = maildrop.read(index, None, true)?;
    while reader.next(&mut out)? {}
    Ok(String::from_utf8(out.to_vec()).unwrap())
}

fn ids(maildrop: &Maildrop) -> Vec<String> {
    (0..maildrop.len()).map(|index| maildrop.unique_id(index).unwrap()).collect()
}

#[test]
fn sizes_in_names_are_the_octets_that_are_sent() {
    let world = World::new();
    for (id, text) in [(1, "Subject: a\r\n\r\n.dot\r\n"), (2, ""), (3, "a\r\n"), (4, "x")] {
        world.deliver(id, text);
    }
    world.deliver(5, &format!("Subject: long\r\n\r\n{}", "line\r\n".repeat(20_000)));
    let mut maildrop = world.open();
    assert!(maildrop.is_measured());
    for index in [0, 1, 2, 4] {
        let wire = read(&mut maildrop, index).unwrap();
        let stuffed = u64::try_from(wire.matches("\r\n..").count()).unwrap();
        assert_eq!(maildrop.size(index), Some(wire.len() as u64 - stuffed), "{index}");
    }
}

#[test]
fn sizes_that_no_name_tells_are_counted() {
    let world = World::new();
    world.put("new/1.a.host", "Subject: a\n\nb\n");
    world.put("cur/2.b.host:2,S", "no end");
    let mut maildrop = world.open();
    assert_eq!((maildrop.size(0), maildrop.is_measured()), (None, false));
    maildrop.measure();
    assert_eq!((maildrop.size(0), maildrop.size(1)), (Some(17), Some(8)));
    assert!(maildrop.is_measured());
}

#[test]
fn messages_are_in_the_order_of_their_delivery() {
    let world = World::new();
    world.put("new/1000.M10P1.h", "");
    world.put("cur/999.x.h:2,S", "");
    world.put("cur/1000.M9P1.h:2,", "");
    world.put("new/1001.x.h", "");
    world.put("new/.hidden", "");
    fs::create_dir(world.file("cur/1.directory")).unwrap();
    std::os::unix::fs::symlink("/etc/hostname", world.file("new/2.link")).unwrap();
    let maildrop = world.open();
    assert_eq!(ids(&maildrop), ["999.x.h", "1000.M9P1.h", "1000.M10P1.h", "1001.x.h"]);
}

#[test]
fn a_second_reader_waits_for_the_first_and_delivery_for_neither() {
    let world = World::new();
    let first = world.open();
    assert!(matches!(world.root.open_maildrop(&world.alice), Err(MaildropError::InUse)));
    world.deliver(1, "a\r\n");
    assert_eq!(first.len(), 0);
    drop(first);
    assert_eq!(world.open().len(), 1);
    // A file that is left over says nothing.
    assert!(world.file("causeway-pop3.lock").exists());
    assert_eq!(world.root.usage(&world.alice).unwrap().messages, 1);
}

#[test]
fn what_was_read_is_seen_and_what_was_shown_is_no_longer_new() {
    let world = World::new();
    for id in 1..=3 {
        world.deliver(id, "a\r\n");
    }
    let mut maildrop = world.open();
    let before = ids(&maildrop);
    maildrop.mark_seen(1);
    assert_eq!((world.names("new").len(), world.names("cur").len()), (2, 1));
    assert!(world.names("cur")[0].ends_with(":2,S"));
    // A session that is lost moves no more than that.
    drop(maildrop);
    assert_eq!(world.names("new").len(), 2);
    let maildrop = world.open();
    assert_eq!(ids(&maildrop), before);
    assert_eq!(maildrop.update().kept, 0);
    assert!(world.names("new").is_empty());
    let flags: Vec<_> = world.names("cur").iter().map(|name| name.ends_with(":2,S")).collect();
    assert_eq!(flags, [false, true, false]);
    assert_eq!(ids(&world.open()), before);
}

#[test]
fn marked_messages_go_at_the_update_and_not_before() {
    let world = World::new();
    for id in 1..=4 {
        world.deliver(id, &format!("{id}\r\n"));
    }
    let mut maildrop = world.open();
    maildrop.mark(0);
    maildrop.unmark_all();
    maildrop.mark(1);
    maildrop.mark(3);
    assert!(maildrop.is_marked(1) && !maildrop.is_marked(0));
    drop(maildrop);
    assert_eq!(world.open().len(), 4);

    let mut maildrop = world.open();
    maildrop.mark_seen(1);
    maildrop.mark(1);
    maildrop.mark(3);
    world.deliver(5, "5\r\n");
    let updated = maildrop.update();
    assert_eq!((updated.removed, updated.kept), (2, 0));
    assert!(updated.error.is_none());
    let mut maildrop = world.open();
    let texts: Vec<String> = (0..maildrop.len())
        .map(|index| read(&mut maildrop, index).unwrap().lines().last().unwrap().to_owned())
        .collect();
    assert_eq!(texts, ["1", "3", "5"]);
}

#[test]
fn what_another_program_moves_is_found_and_what_it_removes_is_gone() {
    let world = World::new();
    for id in 1..=4 {
        world.deliver(id, &format!("{id}\r\n"));
    }
    let mut maildrop = world.open();
    let names = world.names("new");
    fs::rename(world.file("new").join(&names[0]), world.file(&format!("cur/{}:2,FS", names[0])))
        .unwrap();
    fs::rename(world.file("new").join(&names[1]), world.file(&format!("cur/{}:2,", names[1])))
        .unwrap();
    fs::remove_file(world.file("new").join(&names[2])).unwrap();
    assert!(read(&mut maildrop, 0).unwrap().ends_with("1\r\n"));
    assert!(matches!(read(&mut maildrop, 2), Err(MaildropError::Gone)));
    assert!(read(&mut maildrop, 3).unwrap().ends_with("4\r\n"));
    maildrop.mark(1);
    maildrop.mark(2);
    assert_eq!(maildrop.update().removed, 2);
    assert_eq!(world.open().len(), 2);
}

#[test]
fn a_copy_with_the_same_name_gets_an_id_of_its_own() {
    let world = World::new();
    world.put("cur/1.a.h,S=2:2,", "1");
    world.put("cur/1.a.h,S=2:2,S", "2");
    world.put("new/1.a.h,S=2", "3");
    world.put("new/2.b.h", "4");
    let mut maildrop = world.open();
    let before = ids(&maildrop);
    assert_eq!(before.iter().collect::<std::collections::BTreeSet<_>>().len(), 4, "{before:?}");
    let mut texts: Vec<String> = (0..4).map(|index| read(&mut maildrop, index).unwrap()).collect();
    texts.sort();
    assert_eq!(texts, ["1\r\n", "2\r\n", "3\r\n", "4\r\n"]);
    let _ = maildrop.update();
    assert_eq!(ids(&world.open()), before);
}

#[test]
fn a_pipe_in_the_mailbox_holds_nobody_up() {
    let world = World::new();
    world.deliver(1, "a\r\n");
    let mut maildrop = world.open();
    let name = world.names("new").remove(0);
    fs::remove_file(world.file("new").join(&name)).unwrap();
    rustix::fs::mknodat(
        rustix::fs::CWD,
        world.file("new").join(&name),
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::RUSR,
        0,
    )
    .unwrap();
    assert!(matches!(read(&mut maildrop, 0), Err(MaildropError::Unreadable { .. })));
}

#[test]
fn headers_in_utf_8_are_for_readers_that_ask_for_them() {
    let world = World::new();
    world.deliver(1, "Subject: gr\u{fc}n\r\n\r\nb\u{f6}dy\r\n");
    let mut maildrop = world.open();
    assert!(read(&mut maildrop, 0).unwrap().contains("Subject: gr\u{fc}n\r\n"));
    let mut out = BytesMut::new();
    let mut reader = maildrop.read(0, None, false).unwrap();
    assert!(!reader.next(&mut out).unwrap());
    let text = String::from_utf8(out.to_vec()).unwrap();
    assert!(text.contains("Subject: =?utf-8?Q?gr=C3=BCn?=\r\n\r\nb\u{f6}dy\r\n"), "{text}");
    assert_eq!(reader.octets(), text.len() as u64);
}

#[test]
fn a_hundred_thousand_messages_are_listed() {
    let world = World::new();
    for id in 0..100_000 {
        world.put(
            &format!("cur/{}.M{id}Q{id}R0.mx.ours.test,S=1,W=2:2,S", 1_700_000_000 + id / 7),
            "",
        );
    }
    let maildrop = world.open();
    assert_eq!(maildrop.len(), 100_000);
    assert!(maildrop.is_measured());
    let ids = ids(&maildrop);
    assert!(ids[0].starts_with("1700000000.M0Q0R0.") && ids[99_999].contains(".M99999Q"));
}
