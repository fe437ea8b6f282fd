//! Mailboxes: added, changed, removed; passwords kept as hashes only.

use std::sync::atomic::Ordering;

use argon2::Argon2;
use argon2::password_hash::PasswordVerifier;
use argon2::password_hash::phc::PasswordHash;
use causeway_admin::ClientError;
use causeway_admin::password::Password;
use causeway_admin::types::{ChangeMailbox, ChangePassword, CreateMailbox, MailboxWithPassword};
use causeway_model::Address;

use crate::world::World;

fn create(address: &str) -> CreateMailbox {
    CreateMailbox {
        address: address.parse().unwrap(),
        password: Some(Password::new("a good password".into())),
        aliases: Vec::new(),
        send_as: Vec::new(),
        language: None,
        quota: None,
        forward: None,
        keep_copy: false,
    }
}

fn status<T: std::fmt::Debug>(result: Result<T, ClientError>) -> u16 {
    match result.unwrap_err() {
        ClientError::Refused { status, .. } => status,
        other => panic!("{other}"),
    }
}

async fn verifies(world: &World, address: &str, password: &str) -> bool {
    let address: Address = address.parse().unwrap();
    let mailboxes = world.store.mailboxes().await.unwrap();
    let mailbox = mailboxes.iter().find(|mailbox| mailbox.address == address).unwrap();
    let hash = PasswordHash::new(mailbox.password_hash.as_ref().unwrap()).unwrap();
    Argon2::default().verify_password(password.as_bytes(), &hash).is_ok()
}

#[tokio::test]
async fn a_mailbox_keeps_a_hash_of_the_password_it_was_given() {
    let world = World::start().await;
    let mut client = world.client().await;
    let mut request = create("alice@ours.test");
    request.aliases = vec!["info@sub.ours.test".parse().unwrap()];
    request.send_as = vec!["@Ours.Test".into(), "Sales@ours.test".into()];
    request.language = Some("de-AT".into());
    request.quota = Some(1 << 30);
    let added = client.add_mailbox(&request).await.unwrap();
    assert_eq!(added.password, None);
    assert_eq!(added.mailbox.send_as, ["@ours.test", "sales@ours.test"]);
    assert_eq!(added.mailbox.language.as_deref(), Some("de"));
    assert!(added.mailbox.has_password);
    assert!(verifies(&world, "alice@ours.test", "a good password").await);
    assert_eq!(world.control.mailbox_changes.load(Ordering::SeqCst), 1);
    let (_, list) = world.raw("GET", "/v1/mailboxes", "").await;
    assert!(list.contains("alice@ours.test") && !list.contains("argon2"), "{list}");
}

#[tokio::test]
async fn a_generated_password_is_told_once_and_works() {
    let world = World::start().await;
    let mut client = world.client().await;
    let request = CreateMailbox { password: None, ..create("alice@ours.test") };
    let MailboxWithPassword { password: Some(first), .. } =
        client.add_mailbox(&request).await.unwrap()
    else {
        panic!("no password")
    };
    assert!(verifies(&world, "alice@ours.test", first.reveal()).await);
    let address: Address = "alice@ours.test".parse().unwrap();
    let changed = client.change_password(&address, &ChangePassword::default()).await.unwrap();
    let second = changed.password.unwrap();
    assert!(verifies(&world, "alice@ours.test", second.reveal()).await);
    assert!(!verifies(&world, "alice@ours.test", first.reveal()).await);
}

#[tokio::test]
async fn an_address_belongs_to_one_mailbox_only() {
    let world = World::start().await;
    let mut client = world.client().await;
    let mut alice = create("alice@ours.test");
    alice.aliases = vec!["info@ours.test".parse().unwrap()];
    client.add_mailbox(&alice).await.unwrap();
    for taken in ["alice@ours.test", "Alice@OURS.test", "info@ours.test"] {
        assert_eq!(status(client.add_mailbox(&create(taken)).await), 409, "{taken}");
    }
    let mut bob = create("bob@ours.test");
    bob.aliases = vec!["INFO@ours.test".parse().unwrap()];
    assert_eq!(status(client.add_mailbox(&bob).await), 409);
    client.add_mailbox(&create("bob@ours.test")).await.unwrap();
    let change = ChangeMailbox {
        add_aliases: vec!["alice@ours.test".parse().unwrap()],
        ..ChangeMailbox::default()
    };
    let bob: Address = "bob@ours.test".parse().unwrap();
    assert_eq!(status(client.change_mailbox(&bob, &change).await), 409);
    assert_eq!(world.control.mailbox_changes.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn mailboxes_are_in_accepted_domains_and_values_are_checked() {
    let world = World::start().await;
    let mut client = world.client().await;
    assert_eq!(status(client.add_mailbox(&create("a@elsewhere.test")).await), 400);
    let mut alias = create("a@ours.test");
    alias.aliases = vec!["a@elsewhere.test".parse().unwrap()];
    assert_eq!(status(client.add_mailbox(&alias).await), 400);
    let language = CreateMailbox { language: Some("fr".into()), ..create("a@ours.test") };
    assert_eq!(status(client.add_mailbox(&language).await), 400);
    let send_as = CreateMailbox { send_as: vec!["@a..b".into()], ..create("a@ours.test") };
    assert_eq!(status(client.add_mailbox(&send_as).await), 400);
    for password in ["", "a\u{7}b"] {
        let password = Some(Password::new(password.into()));
        let request = CreateMailbox { password, ..create("a@ours.test") };
        assert_eq!(status(client.add_mailbox(&request).await), 400);
    }
    assert!(client.mailboxes().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_change_leaves_alone_what_it_does_not_name() {
    let world = World::start().await;
    let mut client = world.client().await;
    let mut request = create("\"a b\"@ours.test");
    request.aliases = vec!["info@ours.test".parse().unwrap()];
    request.quota = Some(5);
    client.add_mailbox(&request).await.unwrap();
    let address: Address = "\"A B\"@ours.test".parse().unwrap();
    let change = ChangeMailbox {
        add_aliases: vec!["more@ours.test".parse().unwrap()],
        remove_aliases: vec!["INFO@ours.test".parse().unwrap()],
        add_send_as: vec!["@ours.test".into()],
        language: Some("sv".into()),
        ..ChangeMailbox::default()
    };
    let changed = client.change_mailbox(&address, &change).await.unwrap();
    let aliases: Vec<String> = changed.aliases.iter().map(ToString::to_string).collect();
    assert_eq!(aliases, ["more@ours.test"]);
    assert_eq!((changed.quota, changed.language.as_deref()), (Some(5), Some("sv")));
    let change = ChangeMailbox {
        language: Some(String::new()),
        quota: Some(0),
        remove_send_as: vec!["@OURS.test".into()],
        ..ChangeMailbox::default()
    };
    let changed = client.change_mailbox(&address, &change).await.unwrap();
    assert_eq!((changed.quota, changed.language, changed.send_as.len()), (None, None, 0));
    assert!(verifies(&world, "\"a b\"@ours.test", "a good password").await);
    let gone = ChangeMailbox {
        remove_aliases: vec!["info@ours.test".parse().unwrap()],
        ..ChangeMailbox::default()
    };
    assert_eq!(status(client.change_mailbox(&address, &gone).await), 404);
}

#[tokio::test]
async fn a_removed_mailbox_is_gone_and_an_unknown_one_was_never_there() {
    let world = World::start().await;
    let mut client = world.client().await;
    let mut request = create("alice@ours.test");
    request.aliases = vec!["info@ours.test".parse().unwrap()];
    client.add_mailbox(&request).await.unwrap();
    // An alias is not the mailbox: nobody removes alice by her shared address.
    let alias: Address = "info@ours.test".parse().unwrap();
    assert_eq!(status(client.remove_mailbox(&alias).await), 404);
    let address: Address = "alice@ours.test".parse().unwrap();
    client.remove_mailbox(&address).await.unwrap();
    assert_eq!(status(client.remove_mailbox(&address).await), 404);
    assert!(client.mailboxes().await.unwrap().is_empty());
}
