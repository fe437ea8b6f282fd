//! Delivery as a reader of the Maildir sees it.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use causeway_mailbox::{Delivery, MailboxError, MaildirRoot, MessageContent};
use causeway_model::{Address, QueueId, RecipientKey, ReversePath, Timestamp};

const MESSAGE: &[u8] = b"Subject: hello\r\n\r\nline one\r\n.line two\r\n";

struct World {
    directory: tempfile::TempDir,
    root: MaildirRoot,
    alice: Address,
    sender: ReversePath,
    parts: Vec<Bytes>,
}

impl World {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        Self {
            root: MaildirRoot::new(directory.path().join("data/mail")).with_host("mx.ours.test"),
            directory,
            alice: Address::parse("Alice@ours.test").unwrap(),
            sender: ReversePath::Address(Address::parse("bob@ext.test").unwrap()),
            parts: vec![Bytes::from_static(&MESSAGE[..20]), Bytes::from_static(&MESSAGE[20..])],
        }
    }

    fn delivery(&self, id: u64) -> Delivery<'_> {
        Delivery {
            mailbox: &self.alice,
            recipient: &self.alice,
            key: RecipientKey { message: QueueId::from_u64(id), index: 0 },
            received_at: Timestamp::from_millis(1_700_000_000_123),
            reverse_path: &self.sender,
            content: MessageContent::Memory(&self.parts),
            quota: None,
            may_be_repeated: true,
        }
    }

    fn files(&self, part: &str) -> Vec<PathBuf> {
        let directory = self.root.maildir(&self.alice).unwrap().join(part);
        let mut files: Vec<PathBuf> =
            fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        files
    }
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn a_message_arrives_in_new_with_its_headers_and_unix_line_ends() {
    let world = World::new();
    let delivered = world.root.deliver(&world.delivery(7)).unwrap();
    assert!(!delivered.already);
    assert_eq!(world.files("new"), std::slice::from_ref(&delivered.file));
    assert!(world.files("tmp").is_empty());
    let text = fs::read_to_string(&delivered.file).unwrap();
    assert_eq!(
        text,
        "Return-Path: <bob@ext.test>\nDelivered-To: Alice@ours.test\n\
         Subject: hello\n\nline one\n.line two\n"
    );
    let name = delivered.file.file_name().unwrap().to_str().unwrap();
    let lines = text.lines().count();
    let ending = format!(".mx.ours.test,S={},W={}", text.len(), text.len() + lines);
    assert!(name.starts_with("1700000000.M123000Q") && name.ends_with(&ending), "{name}");
    assert_eq!(mode(&delivered.file), 0o600);
    let maildir = world.root.maildir(&world.alice).unwrap();
    for directory in maildir.ancestors().take(3).chain([&*maildir.join("cur")]) {
        assert_eq!(mode(directory), 0o700, "{}", directory.display());
    }
}

#[test]
fn null_senders_aliases_and_content_files_are_handled() {
    let world = World::new();
    let path = world.directory.path().join("body");
    let long = "x".repeat(80_000);
    fs::write(&path, format!("Subject: big\r\n\r\n{long}\r\n")).unwrap();
    let size = fs::metadata(&path).unwrap().len();
    let alias = Address::parse("sales@ours.test").unwrap();
    let delivery = Delivery {
        reverse_path: &ReversePath::Null,
        recipient: &alias,
        content: MessageContent::File { path: &path, size },
        ..world.delivery(1)
    };
    let text = fs::read_to_string(world.root.deliver(&delivery).unwrap().file).unwrap();
    let start = "Return-Path: <>\nDelivered-To: Alice@ours.test\nX-Original-To: sales@ours.test\n";
    assert_eq!(text, format!("{start}Subject: big\n\n{long}\n"));

    fs::remove_file(&path).unwrap();
    let delivery = Delivery { key: world.delivery(2).key, ..delivery };
    let error = world.root.deliver(&delivery).unwrap_err();
    assert!(matches!(error, MailboxError::Unreadable { .. }), "{error}");
    assert_eq!(world.files("new").len(), 1);
    assert!(world.files("tmp").is_empty());
}

#[test]
fn delivering_again_after_a_crash_makes_no_second_copy() {
    let world = World::new();
    let first = world.root.deliver(&world.delivery(7)).unwrap();
    let again = world.root.deliver(&world.delivery(7)).unwrap();
    assert_eq!((again.file, again.already), (first.file.clone(), true));
    // Even where nobody looked for it.
    let blind = Delivery { may_be_repeated: false, ..world.delivery(7) };
    assert_eq!(world.root.deliver(&blind).unwrap().file, first.file);
    assert_eq!(world.files("new").len(), 1);

    // Its reader has seen it meanwhile.
    let name = first.file.file_name().unwrap().to_str().unwrap();
    let seen = world.root.maildir(&world.alice).unwrap().join("cur").join(format!("{name}:2,S"));
    fs::rename(&first.file, &seen).unwrap();
    let again = world.root.deliver(&world.delivery(7)).unwrap();
    assert_eq!((again.file, again.already), (seen, true));
    assert!(world.files("new").is_empty());
}

#[test]
fn every_recipient_of_every_message_has_a_file_of_its_own() {
    let world = World::new();
    for (id, index) in [(7, 0), (7, 1), (7, 10), (8, 0)] {
        let key = RecipientKey { message: QueueId::from_u64(id), index };
        let delivered = world.root.deliver(&Delivery { key, ..world.delivery(0) }).unwrap();
        assert!(!delivered.already);
    }
    assert_eq!(world.files("new").len(), 4);
}

#[test]
fn what_a_crash_left_in_tmp_is_overwritten() {
    let world = World::new();
    let delivered = world.root.deliver(&world.delivery(7)).unwrap();
    let whole = fs::read(&delivered.file).unwrap();
    let name = delivered.file.file_name().unwrap().to_str().unwrap();
    let unique = name.split(',').next().unwrap();
    fs::remove_file(&delivered.file).unwrap();
    let left = world.root.maildir(&world.alice).unwrap().join("tmp").join(unique);
    fs::write(&left, vec![b'x'; 10_000]).unwrap();
    let again = world.root.deliver(&world.delivery(7)).unwrap();
    assert_eq!(fs::read(&again.file).unwrap(), whole);
    assert!(world.files("tmp").is_empty());
}

#[test]
fn a_mailbox_takes_what_fits_into_its_quota_and_no_more() {
    let world = World::new();
    let first = world.root.deliver(&world.delivery(1)).unwrap();
    let used = world.root.usage(&world.alice).unwrap();
    assert_eq!((used.messages, used.octets), (1, fs::metadata(&first.file).unwrap().len()));

    let size = MESSAGE.len() as u64;
    let bounded = |id, quota| Delivery { quota: Some(quota), ..world.delivery(id) };
    let error = world.root.deliver(&bounded(2, used.octets + size - 1)).unwrap_err();
    let mailbox = world.alice.clone();
    let quota = used.octets + size - 1;
    assert_eq!(error, MailboxError::OverQuota { mailbox, quota, used: used.octets, size });
    assert_eq!(world.files("new").len(), 1);
    world.root.deliver(&bounded(2, used.octets + size)).unwrap();
    // A repetition of what is there already is no question of room.
    assert!(world.root.deliver(&bounded(2, 1)).unwrap().already);

    // Folders of mail programs count; files without a size in their name are measured.
    let sent = world.root.maildir(&world.alice).unwrap().join(".Sent/cur");
    fs::create_dir_all(&sent).unwrap();
    fs::write(sent.join("1.2.other:2,S"), [0; 1000]).unwrap();
    let before = world.root.usage(&world.alice).unwrap();
    assert_eq!(before.messages, 3);
    assert!(before.octets > 1000 + size);
}

#[test]
fn mailboxes_are_made_and_removed_one_by_one() {
    let world = World::new();
    let bob = Address::parse("bob@ours.test").unwrap();
    assert!(!world.root.exists(&world.alice));
    assert!(!world.root.remove(&world.alice).unwrap());
    assert_eq!(world.root.usage(&world.alice).unwrap().messages, 0);
    world.root.create(&world.alice).unwrap();
    world.root.create(&world.alice).unwrap();
    world.root.create(&bob).unwrap();
    world.root.deliver(&world.delivery(1)).unwrap();
    assert!(world.root.remove(&world.alice).unwrap());
    assert!(!world.root.exists(&world.alice) && world.root.exists(&bob));
    assert!(world.root.remove(&bob).unwrap());
    assert_eq!(fs::read_dir(world.root.path()).unwrap().count(), 0);
}

#[test]
fn a_place_that_cannot_be_written_is_an_error_with_its_path() {
    let world = World::new();
    fs::create_dir_all(world.root.path()).unwrap();
    fs::write(world.root.path().join("ours.test"), "a file in the way").unwrap();
    let error = world.root.deliver(&world.delivery(1)).unwrap_err();
    let MailboxError::Io { path, .. } = &error else { unreachable!("{error}") };
    assert!(path.starts_with(world.root.path()), "{error}");
}

#[test]
fn a_link_in_the_way_is_not_followed() {
    let world = World::new();
    let delivered = world.root.deliver(&world.delivery(7)).unwrap();
    let name = delivered.file.file_name().unwrap().to_str().unwrap().to_owned();
    fs::remove_file(&delivered.file).unwrap();
    let target = world.directory.path().join("precious");
    fs::write(&target, "precious").unwrap();
    let link = world.root.maildir(&world.alice).unwrap().join("tmp");
    let link = link.join(name.split(',').next().unwrap());
    std::os::unix::fs::symlink(&target, link).unwrap();
    assert!(world.root.deliver(&world.delivery(7)).is_err());
    assert_eq!(fs::read_to_string(&target).unwrap(), "precious");
}
