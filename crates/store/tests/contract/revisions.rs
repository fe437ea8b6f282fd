//! Revisions of the mail flow, and the queue as a change of it sees it.

use super::*;
use causeway_store::{NewRevision, StoreError};

on_new_stores!(
    revisions_count_from_one_and_are_kept_whole,
    two_editors_cannot_overwrite_each_other,
    waiting_recipients_come_with_what_decides_their_way,
);

fn revision(seconds: i64, text: &str) -> NewRevision {
    NewRevision {
        at: at(seconds),
        author: "root".into(),
        reason: "because".into(),
        changes: vec![format!("the text becomes {text}")],
        effects: "[{\"kind\":\"rerouted\"}]".into(),
        text: text.into(),
    }
}

async fn revisions_count_from_one_and_are_kept_whole(store: &dyn Store) {
    assert_eq!(store.revision(None).await.unwrap(), None);
    assert!(store.revisions(None, 10).await.unwrap().is_empty());
    for (number, text) in [(1, "one"), (2, "two\r\n# ümlaut\n"), (3, "")] {
        let new = revision(number, text);
        assert_eq!(store.record_revision(new, None).await.unwrap(), number.cast_unsigned());
    }
    let second = store.revision(Some(2)).await.unwrap().unwrap();
    let new = revision(2, "two\r\n# ümlaut\n");
    assert_eq!((second.text, second.effects), (new.text, new.effects));
    let entry = second.entry;
    assert_eq!((entry.number, entry.at, entry.author), (2, new.at, new.author));
    assert_eq!((entry.reason, entry.changes), (new.reason, new.changes));
    assert_eq!(store.revision(None).await.unwrap().unwrap().entry.number, 3);
    for none in [0, 4, u64::MAX] {
        assert_eq!(store.revision(Some(none)).await.unwrap(), None);
    }
    let numbers = |entries: Vec<causeway_store::RevisionEntry>| {
        entries.iter().map(|entry| entry.number).collect::<Vec<_>>()
    };
    assert_eq!(numbers(store.revisions(None, 2).await.unwrap()), [3, 2]);
    assert_eq!(numbers(store.revisions(Some(2), 10).await.unwrap()), [1]);
}

async fn two_editors_cannot_overwrite_each_other(store: &dyn Store) {
    assert_eq!(store.record_revision(revision(1, "a"), Some(0)).await.unwrap(), 1);
    let late = store.record_revision(revision(2, "b"), Some(0)).await.unwrap_err();
    assert_eq!(late, StoreError::Superseded { base: 0, newest: 1 });
    let ahead = store.record_revision(revision(2, "b"), Some(2)).await.unwrap_err();
    assert_eq!(ahead, StoreError::Superseded { base: 2, newest: 1 });
    // Both at once: one of them.
    let (one, other) = futures_util::future::join(
        store.record_revision(revision(3, "c"), Some(1)),
        store.record_revision(revision(3, "d"), Some(1)),
    )
    .await;
    assert!(one.is_ok() != other.is_ok(), "{one:?} {other:?}");
    assert_eq!(store.revisions(None, 10).await.unwrap().len(), 2);
}

async fn waiting_recipients_come_with_what_decides_their_way(store: &dyn Store) {
    let mut first = message(store, &["a@x.example", "b@y.example"]);
    first.envelope.origin.connector = Some("from partner".into());
    let first = store.accept(first).await.unwrap().id();
    let mut second = message(store, &["c@x.example"]);
    second.envelope.reverse_path = ReversePath::Null;
    let second = store.accept(second).await.unwrap().id();
    relay(store, 1, key(first, 0)).await;
    settle(store, 2, vec![update(key(second, 0), Change::Held, None)]).await;
    let all = store.waiting_recipients(None, 10).await.unwrap();
    let keys: Vec<_> = all.iter().map(|waiting| waiting.key).collect();
    assert_eq!(keys, [key(first, 1), key(second, 0)], "held ones too, ended ones not");
    assert_eq!(all[0].address, address("b@y.example"));
    assert_eq!(all[0].origin.connector.as_deref(), Some("from partner"));
    assert_eq!(all[0].sender, ReversePath::Address(address("sender@contoso.example")));
    assert_eq!((&all[1].sender, all[1].origin.connector.as_deref()), (&ReversePath::Null, None));
    assert_eq!(store.waiting_recipients(None, 1).await.unwrap(), all[..1]);
    assert_eq!(store.waiting_recipients(Some(all[0].key), 1).await.unwrap(), all[1..]);
    assert!(store.waiting_recipients(Some(all[1].key), 1).await.unwrap().is_empty());
    accounted_for(store).await;
}
