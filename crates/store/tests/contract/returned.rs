//! What was returned: its content is kept, it is sent again once, and it expires.

use super::*;
use causeway_store::{NewReturned, ReturnedQuery, SendAgain, Status};

on_new_stores!(
    what_was_returned_is_kept_and_sent_again_once,
    what_has_expired_cannot_be_sent_again,
    contents_are_kept_within_their_room,
    large_contents_are_kept_too,
);

/// Fails recipients of a message at `seconds`, with a report whose token is made of `token`.
async fn give_back(store: &dyn Store, id: QueueId, recipients: &[u32], token: u8, room: u64) {
    let mut report = message(store, &["sender@contoso.example"]);
    report.envelope.reverse_path = ReversePath::Null;
    report.report_about = Some(id);
    let returned = NewReturned {
        token: [token; 32],
        message: id,
        report: report.id,
        recipients: recipients.to_vec(),
        expires_at: at(500),
        room,
    };
    let failed =
        |index: &u32| update(key(id, *index), Change::Failed { reported: true }, Some(refused(1)));
    let settlement = Settlement {
        at: at(1),
        updates: recipients.iter().map(failed).collect(),
        reports: vec![report],
        returned: vec![returned],
    };
    store.settle(settlement).await.unwrap();
}

fn again(store: &dyn Store, seconds: i64, returned: &[i64]) -> SendAgain {
    SendAgain {
        at: at(seconds),
        returned: returned.to_vec(),
        copy: message(store, &["b@fabrikam.example"]),
        by: "the sender".into(),
    }
}

async fn octets(store: &dyn Store, id: QueueId) -> Option<Vec<u8>> {
    match store.kept_content(id).await.unwrap()? {
        Content::Memory(parts) => Some(parts.concat()),
        Content::File { path, .. } => Some(std::fs::read(path).unwrap()),
    }
}

async fn what_was_returned_is_kept_and_sent_again_once(store: &dyn Store) {
    let id = accept(store, &["a@fabrikam.example", "b@fabrikam.example"]).await;
    give_back(store, id, &[1], 7, u64::MAX).await;
    relay(store, 2, key(id, 0)).await;
    assert!(store.content(id).await.unwrap().is_none(), "the queue needs it no more");
    assert!(octets(store, id).await.unwrap().ends_with(b"Hello\r\n"));
    assert!(store.returned(ReturnedQuery::Token([8; 32])).await.unwrap().is_empty());
    let found = store.returned(ReturnedQuery::Token([7; 32])).await.unwrap();
    let [returned] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!((returned.message, &returned.recipients[..]), (id, &[1][..]));
    assert!(returned.has_content && returned.sent_again.is_none());
    assert_eq!(store.returned(ReturnedQuery::Message(id)).await.unwrap(), found);

    // Long after: still there, as it can be sent again.
    assert_eq!(store.forget(at(400), 100).await.unwrap(), 0);
    let before = store.audit().await.unwrap();
    let first = store.send_again(again(store, 10, &[returned.number])).await.unwrap();
    let first = first.expect("it can be sent again").id();
    assert!(store.send_again(again(store, 11, &[returned.number])).await.unwrap().is_none());
    let after = store.audit().await.unwrap();
    assert_eq!((after.accepted, after.queued), (before.accepted + 1, before.queued + 1));
    assert!(octets(store, id).await.is_none(), "nobody needs it any more");
    let found = store.returned(ReturnedQuery::Token([7; 32])).await.unwrap();
    assert_eq!(found[0].sent_again, Some((at(10), first)));
    assert_eq!(store.load(first).await.unwrap().unwrap().recipients[0].status, Status::Ready);
    let trace = store.trace_show(id).await.unwrap();
    assert!(trace[1].events.iter().any(|event| event.kind == "sent-again"
        && event.detail == format!("sent again as {first} by the sender")));
    assert!(trace[0].events.iter().all(|event| event.kind != "sent-again"));
}

async fn what_has_expired_cannot_be_sent_again(store: &dyn Store) {
    let id = accept(store, &["a@fabrikam.example", "b@fabrikam.example"]).await;
    give_back(store, id, &[0], 1, u64::MAX).await;
    give_back(store, id, &[1], 2, u64::MAX).await;
    let numbers: Vec<i64> = store
        .returned(ReturnedQuery::Message(id))
        .await
        .unwrap()
        .iter()
        .map(|returned| returned.number)
        .collect();
    assert_eq!(numbers.len(), 2);
    assert!(store.send_again(again(store, 500, &numbers[..1])).await.unwrap().is_none());
    assert!(store.send_again(again(store, 5, &[])).await.unwrap().is_none());
    assert_eq!(store.forget_returned(at(499)).await.unwrap(), 0);
    assert!(octets(store, id).await.is_some());
    assert_eq!(store.forget_returned(at(500)).await.unwrap(), 2);
    assert!(octets(store, id).await.is_none());
    assert!(store.returned(ReturnedQuery::Message(id)).await.unwrap().is_empty());
    assert!(store.forget(at(600), 100).await.unwrap() > 0);
}

async fn contents_are_kept_within_their_room(store: &dyn Store) {
    let size = message(store, &["x@fabrikam.example"]).content.size();
    for (number, kept) in [(1, true), (2, true), (3, false)] {
        let id = accept(store, &["a@fabrikam.example"]).await;
        give_back(store, id, &[0], number, 2 * size).await;
        assert_eq!(octets(store, id).await.is_some(), kept, "{number}");
        let found = store.returned(ReturnedQuery::Token([number; 32])).await.unwrap();
        assert_eq!(found[0].has_content, kept);
    }
    // Too late: somebody else has ended it.
    let id = accept(store, &["a@fabrikam.example"]).await;
    relay(store, 1, key(id, 0)).await;
    give_back(store, id, &[0], 4, u64::MAX).await;
    assert!(store.returned(ReturnedQuery::Token([4; 32])).await.unwrap().is_empty());
    assert!(octets(store, id).await.is_none());
    // What is forgotten makes room.
    store.forget_returned(at(500)).await.unwrap();
    let id = accept(store, &["a@fabrikam.example"]).await;
    give_back(store, id, &[0], 5, 2 * size).await;
    assert!(octets(store, id).await.is_some());
}

async fn large_contents_are_kept_too(store: &dyn Store) {
    let mut large = message(store, &["a@fabrikam.example", "b@fabrikam.example"]);
    let id = large.id;
    let content = vec![b'x'; 300_000];
    large.content = Content::Memory(vec![content.clone().into()]);
    store.accept(large).await.unwrap();
    give_back(store, id, &[0], 1, u64::MAX).await;
    assert_eq!(octets(store, id).await.as_ref(), Some(&content));
    relay(store, 2, key(id, 1)).await;
    assert_eq!(octets(store, id).await.as_ref(), Some(&content), "the queue's end is not its end");
    let Some(Content::File { path, .. }) = store.kept_content(id).await.unwrap() else {
        panic!("a large content is a file")
    };
    assert_eq!(store.forget_returned(at(500)).await.unwrap(), 1);
    // The file goes after the commit.
    store.remember("a".into(), "b".into()).await.unwrap();
    assert!(!path.exists());
}
