//! Application passwords, locks after wrong passwords, and POP-before-SMTP.

use std::net::IpAddr;

use causeway_accounts::Service;
use causeway_admin::types::{
    CreateApplicationPassword, CreateMailbox, ReportPopLogin, RevokePopLogins, UnlockLogins,
};
use causeway_admin::{Client, ClientError};
use causeway_model::Address;

use super::world::{NOW, World};

fn status<T: std::fmt::Debug>(outcome: Result<T, ClientError>) -> u16 {
    match outcome {
        Err(ClientError::Refused { status, .. }) => status,
        other => panic!("not refused: {other:?}"),
    }
}

async fn add_alice(client: &mut Client) -> Address {
    let address: Address = "alice@ours.test".parse().unwrap();
    let request = CreateMailbox {
        address: address.clone(),
        password: None,
        aliases: Vec::new(),
        send_as: Vec::new(),
        language: None,
        quota: None,
        forward: None,
        keep_copy: false,
    };
    client.add_mailbox(&request).await.unwrap();
    address
}

#[tokio::test]
async fn application_passwords_are_shown_once_and_revoked_by_name() {
    let world = World::start().await;
    let mut client = world.client().await;
    let alice = add_alice(&mut client).await;
    let named = |name: &str| CreateApplicationPassword { name: name.into() };
    let made = client.add_application_password(&alice, &named(" phone/100% ")).await.unwrap();
    assert_eq!((made.name.as_str(), made.created_at), ("phone/100%", NOW));
    assert_eq!(made.password.reveal().len(), 23);
    client.add_application_password(&alice, &named("scanner")).await.unwrap();
    assert_eq!(status(client.add_application_password(&alice, &named("Scanner")).await), 409);
    for bad in ["", "  ", "two\nlines", &"x".repeat(65)] {
        let outcome = client.add_application_password(&alice, &named(bad)).await;
        assert_eq!(status(outcome), 400, "{bad:?}");
    }

    let listed = client.application_passwords(&alice).await.unwrap();
    let names: Vec<&str> = listed.iter().map(|password| password.name.as_str()).collect();
    assert_eq!(names, ["phone/100%", "scanner"]);
    assert!(listed.iter().all(|password| password.last_used.is_none()));
    let kept = world.store.mailboxes().await.unwrap().remove(0);
    assert!(!format!("{kept:?}").contains(made.password.reveal()));
    let scram = kept.scram.unwrap();

    client.revoke_application_password(&alice, "PHONE/100%").await.unwrap();
    assert_eq!(status(client.revoke_application_password(&alice, "phone/100%").await), 404);
    let listed = client.mailboxes().await.unwrap().remove(0).application_passwords;
    assert_eq!(listed, ["scanner"]);
    // A new password of the mailbox leaves the others' keys good: the salt stays.
    client.change_password(&alice, &Default::default()).await.unwrap();
    let kept = world.store.mailboxes().await.unwrap().remove(0);
    assert_eq!(kept.scram.unwrap().salt, scram.salt);
    assert_eq!(kept.application_passwords.len(), 1);
    world.stop().await;
}

#[tokio::test]
async fn locks_are_listed_with_their_end_and_ended_by_hand() {
    let world = World::start().await;
    let mut client = world.client().await;
    let from: IpAddr = "203.0.113.5".parse().unwrap();
    for user in ["nobody@ours.test", "somebody@ours.test"] {
        let logins = &world.access.logins;
        assert!(logins.verify(user, b"wrong", from, Service::Submission).await.is_err());
    }
    let locks = client.login_locks().await.unwrap();
    assert_eq!(locks.len(), 2);
    assert!(locks.iter().all(|lock| lock.until.since(NOW).as_secs() == 900), "{locks:?}");
    assert_eq!(status(client.unlock_logins(&UnlockLogins::default()).await), 400);
    let which = UnlockLogins { user: Some("nobody@ours.test".into()), ..Default::default() };
    assert_eq!(client.unlock_logins(&which).await.unwrap().ended, 1);
    let left = client.login_locks().await.unwrap();
    assert_eq!(left[0].user.as_deref(), Some("somebody@ours.test"));
    let all = UnlockLogins { all: true, ..Default::default() };
    assert_eq!(client.unlock_logins(&all).await.unwrap().ended, 1);
    assert!(client.login_locks().await.unwrap().is_empty());
    world.stop().await;
}

#[tokio::test]
async fn logins_at_another_server_are_reported_listed_and_revoked() {
    let world = World::start().await;
    let mut client = world.client().await;
    let report = |client: &str, user: &str| ReportPopLogin {
        client: client.parse().unwrap(),
        user: user.into(),
        at: None,
    };
    let login = client.report_pop_login(&report("203.0.113.5", "alice")).await.unwrap();
    assert_eq!(login.until.since(NOW).as_secs(), 900);
    client.report_pop_login(&report("2001:db8::7", "bob@elsewhere.test")).await.unwrap();
    assert_eq!(status(client.report_pop_login(&report("203.0.113.5", " ")).await), 400);
    // What comes late and is older changes nothing.
    let late = ReportPopLogin {
        at: Some(causeway_model::Timestamp::from_millis(NOW.as_millis() - 60_000)),
        ..report("203.0.113.5", "mallory")
    };
    client.report_pop_login(&late).await.unwrap();
    let users: Vec<String> =
        client.pop_logins().await.unwrap().into_iter().map(|login| login.user).collect();
    assert_eq!(users, ["alice", "bob@elsewhere.test"]);
    let register = &world.access.pop_register;
    assert!(register.entitlement("203.0.113.5".parse().unwrap(), NOW).is_some());

    assert_eq!(status(client.revoke_pop_logins(&RevokePopLogins::default()).await), 400);
    let which = RevokePopLogins {
        client: Some("203.0.113.5".parse().unwrap()),
        ..RevokePopLogins::default()
    };
    assert_eq!(client.revoke_pop_logins(&which).await.unwrap().ended, 1);
    assert!(register.entitlement("203.0.113.5".parse().unwrap(), NOW).is_none());
    let (status, body) = world.raw("DELETE", "/v1/pop-logins?all=true&usr=x", "").await;
    assert_eq!(status, 400, "{body}");
    assert!(body.contains("usr"), "a misspelt name never means everybody: {body}");
    world.stop().await;
}

#[tokio::test]
async fn a_mailbox_that_is_removed_leaves_no_entitlement_behind() {
    let world = World::start().await;
    let mut client = world.client().await;
    let alice = add_alice(&mut client).await;
    let from: IpAddr = "203.0.113.5".parse().unwrap();
    world.access.pop_register.record(from, "alice@ours.test", NOW).await.unwrap();
    client.remove_mailbox(&alice).await.unwrap();
    assert!(client.pop_logins().await.unwrap().is_empty());
    world.stop().await;
}
