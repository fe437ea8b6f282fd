//! Attempts, forgetting, mailboxes, small facts.

use super::*;
use causeway_store::{Mailbox, QueueFilter, StoreError, TraceFilter};

on_new_stores!(
    attempts_are_listed_by_site,
    a_failure_that_was_under_way_concerns_who_came_meanwhile,
    only_what_has_ended_is_forgotten,
    mailboxes_have_names_of_their_own,
    small_facts_are_found_by_the_beginning_of_their_keys,
    small_facts_that_cannot_be_read_any_more_are_deleted,
    small_facts_are_kept,
);

async fn attempts_are_listed_by_site(store: &dyn Store) {
    let id = accept(store, &["a@fabrikam.example", "b@fabrikam.example"]).await;
    let deferred = Change::Deferred { until: at(61) };
    // One attempt for both recipients.
    settle(
        store,
        1,
        vec![
            update(key(id, 0), deferred, Some(refused(1))),
            update(key(id, 1), deferred, Some(refused(1))),
        ],
    )
    .await;
    relay(store, 61, key(id, 0)).await;
    let untried = Update { tried: false, ..update(key(id, 1), Change::Held, Some(refused(70))) };
    settle(store, 70, vec![untried]).await;
    let found = |since, limit| store.site_attempts("fabrikam.example".into(), at(since), limit);
    let (newest, oldest) = (success(61).attempt.unwrap(), refused(1).attempt.unwrap());
    assert_eq!(found(0, 10).await.unwrap(), [newest.clone(), oldest]);
    assert_eq!(found(0, 1).await.unwrap(), std::slice::from_ref(&newest));
    assert_eq!(found(2, 10).await.unwrap(), [newest]);
    assert!(store.site_attempts("other".into(), at(0), 10).await.unwrap().is_empty());
}

async fn a_failure_that_was_under_way_concerns_who_came_meanwhile(store: &dyn Store) {
    let id = accept(store, &["a@fabrikam.example"]).await;
    let mut result = refused(10);
    let attempt = result.attempt.as_mut().unwrap();
    (attempt.stage, attempt.elapsed_ms) = (Stage::Connect, 30_000);
    let deferred = Change::Deferred { until: at(61) };
    settle(store, 40, vec![update(key(id, 0), deferred, Some(result))]).await;
    let late = accept(store, &["b@fabrikam.example"]).await;
    let since = async |seconds| {
        let (key, site) = (key(late, 0), "fabrikam.example".to_owned());
        store.recipient_failures(key, site, at(seconds), 10).await.unwrap().len()
    };
    assert_eq!((since(9).await, since(40).await, since(41).await), (1, 1, 0));
}

async fn only_what_has_ended_is_forgotten(store: &dyn Store) {
    let queued = accept(store, &["a@fabrikam.example", "b@fabrikam.example"]).await;
    relay(store, 1, key(queued, 0)).await;
    let late = accept(store, &["a@fabrikam.example"]).await;
    relay(store, 100, key(late, 0)).await;
    let mut old = Vec::new();
    for _ in 0..3 {
        let id = accept(store, &["a@fabrikam.example"]).await;
        relay(store, 1, key(id, 0)).await;
        old.push(id);
    }
    let before = store.audit().await.unwrap();
    assert_eq!(store.forget(at(50), 2).await.unwrap(), 2);
    assert_eq!(store.forget(at(50), 100).await.unwrap(), 1);
    assert_eq!(store.forget(at(50), 100).await.unwrap(), 0);
    assert_eq!(store.audit().await.unwrap(), before, "the counts stay");
    for id in old {
        assert!(store.trace_show(id).await.unwrap().is_empty());
    }
    let left = store.trace(TraceFilter::default()).await.unwrap();
    let left: Vec<_> = left.iter().map(|row| row.key).collect();
    assert_eq!(left, [key(late, 0), key(queued, 0), key(queued, 1)]);
    assert_eq!(store.list_queue(QueueFilter::default()).await.unwrap().len(), 1);
    let attempts = store.site_attempts("fabrikam.example".into(), at(0), 10).await.unwrap();
    assert_eq!(attempts.iter().map(|a| a.at).collect::<Vec<_>>(), [at(100)]);
    // A site whose attempts were all forgotten can be tried again.
    assert_eq!(store.forget(at(200), 100).await.unwrap(), 1);
    relay(store, 300, key(queued, 1)).await;
    let attempts = store.site_attempts("fabrikam.example".into(), at(0), 10).await.unwrap();
    assert_eq!(attempts.len(), 1);
}

fn mailbox(name: &str, aliases: &[&str]) -> Mailbox {
    Mailbox {
        address: address(name),
        aliases: aliases.iter().map(|alias| address(alias)).collect(),
        send_as: vec!["@contoso.example".into()],
        password_hash: Some("$argon2id$x".into()),
        scram: None,
        application_passwords: Vec::new(),
        language: Some("nl".into()),
        quota: Some(1_000_000),
        forward: None,
        created_at: at(0),
    }
}

async fn mailboxes_have_names_of_their_own(store: &dyn Store) {
    let bob = mailbox("bob@contoso.example", &[]);
    let anna = mailbox("Anna@contoso.example", &["a@contoso.example", "A@contoso.example"]);
    store.add_mailbox(bob.clone()).await.unwrap();
    store.add_mailbox(anna.clone()).await.unwrap();
    assert_eq!(store.mailboxes().await.unwrap(), [anna.clone(), bob.clone()]);
    for taken in [
        mailbox("BOB@contoso.example", &[]),
        mailbox("a@contoso.example", &[]),
        mailbox("c@contoso.example", &["anna@contoso.example"]),
    ] {
        assert!(matches!(store.add_mailbox(taken).await, Err(StoreError::Exists(_))));
    }
    let nobody = mailbox("c@contoso.example", &[]);
    assert!(matches!(store.set_mailbox(nobody.clone()).await, Err(StoreError::NotFound(_))));
    let greedy = mailbox("bob@contoso.example", &["a@contoso.example"]);
    assert!(matches!(store.set_mailbox(greedy).await, Err(StoreError::Exists(_))));
    assert_eq!(store.mailboxes().await.unwrap(), [anna.clone(), bob]);

    let robert = Mailbox { quota: None, ..mailbox("bob@contoso.example", &["r@contoso.example"]) };
    store.set_mailbox(robert.clone()).await.unwrap();
    assert_eq!(store.mailboxes().await.unwrap(), [anna, robert]);
    store.remove_mailbox(address("ANNA@contoso.example")).await.unwrap();
    let gone = store.remove_mailbox(address("anna@contoso.example")).await;
    assert!(matches!(gone, Err(StoreError::NotFound(_))));
    store.add_mailbox(mailbox("a@contoso.example", &[])).await.unwrap();
}

async fn small_facts_are_kept(store: &dyn Store) {
    assert_eq!(store.recall("revision".into()).await.unwrap(), None);
    store.remember("revision".into(), "1".into()).await.unwrap();
    store.remember("revision".into(), "2".into()).await.unwrap();
    assert_eq!(store.recall("revision".into()).await.unwrap().as_deref(), Some("2"));
    let fact = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    store.remember_all(vec![fact("revision", "3"), fact("other", "a")]).await.unwrap();
    store.remember_all(Vec::new()).await.unwrap();
    assert_eq!(store.recall("revision".into()).await.unwrap().as_deref(), Some("3"));
    assert_eq!(store.recall("other".into()).await.unwrap().as_deref(), Some("a"));
}

async fn small_facts_that_cannot_be_read_any_more_are_deleted(store: &dyn Store) {
    for (key, value) in [("n/a", "1"), ("n/b", "one"), ("n/c", "3"), ("other", "x")] {
        store.remember(key.into(), value.into()).await.unwrap();
    }
    let number = |_: &str, value: &str| value.parse::<u32>().ok();
    let read = causeway_store::facts::understood(store, "n/", number).await.unwrap();
    assert_eq!(read, [("n/a".to_owned(), 1), ("n/c".to_owned(), 3)]);
    assert_eq!(store.recall_all("n/".into()).await.unwrap().len(), 2);
    assert!(store.recall("other".into()).await.unwrap().is_some());
}

async fn small_facts_are_found_by_the_beginning_of_their_keys(store: &dyn Store) {
    for key in ["seen/b", "seen/a", "seen/\u{10fffe}", "seen", "seeo/c"] {
        store.remember(key.into(), format!("value of {key}")).await.unwrap();
    }
    let found = store.recall_all("seen/".into()).await.unwrap();
    let keys: Vec<&str> = found.iter().map(|(key, _)| key.as_str()).collect();
    assert_eq!(keys, ["seen/a", "seen/b", "seen/\u{10fffe}"]);
    assert_eq!(found[0].1, "value of seen/a");
    let gone = vec!["seen/a".into(), "seen/none".into(), "seen/b".into()];
    store.forget_facts(gone).await.unwrap();
    assert_eq!(store.recall_all("seen/".into()).await.unwrap().len(), 1);
    assert!(store.recall("seen".into()).await.unwrap().is_some());
}
