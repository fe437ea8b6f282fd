//! Accepting, settling, the clock.

use super::*;
use causeway_model::{BodyType, Notify, Return};
use causeway_store::{QueueEntry, Status, StoreError};

on_new_stores!(
    what_was_accepted_reads_back_whole,
    names_are_given_once,
    a_message_needs_recipients,
    content_goes_with_the_last_recipient,
    large_content_is_kept,
    the_queue_is_scanned_in_pages,
    a_deferral_keeps_evidence_and_due_time,
    ended_recipients_stay_ended,
    late_settlements_bring_no_second_report,
    a_failure_and_its_report_are_one,
    held_recipients_wait_and_expire,
    the_clock_finds_what_is_due,
    concurrent_work_is_all_counted,
    a_failing_operation_fails_alone,
);

async fn what_was_accepted_reads_back_whole(store: &dyn Store) {
    let mut new = message(store, &["a@fabrikam.example", "\"b c\"@fabrikam.example"]);
    new.envelope.body_type = BodyType::EightBitMime;
    new.envelope.smtputf8 = true;
    new.envelope.ret = Some(Return::Headers);
    new.envelope.envid = Some("QQ314159 +=".into());
    new.envelope.origin = Origin {
        address: Some("2001:db8::1".parse().unwrap()),
        helo: Some("client".into()),
        listener: Some("mx".into()),
        connector: Some("from on-premises".into()),
        user: Some("u@contoso.example".into()),
        tls: Some("TLS 1.3".into()),
    };
    new.envelope.recipients[0].notify = Some(Notify::default());
    new.envelope.recipients[1].notify = Some(Notify { success: true, failure: false, delay: true });
    new.envelope.recipients[1].orcpt = Some(("rfc822".into(), "b+c@x.example".into()));
    new.header.language = Some("de".into());
    new.header.eight_bit = true;
    new.header.utf8_header = true;
    new.header.subject = Some("Grüße 🦀".into());
    new.content =
        Content::Memory(vec![Bytes::from_static(b"Received: x\r\n"), Bytes::from(vec![0xff; 300])]);
    let size = new.content.size();
    let id = store.accept(new.clone()).await.unwrap().id();

    let stored = store.load(id).await.unwrap().unwrap();
    assert_eq!(stored.envelope, new.envelope);
    assert_eq!(stored.header, new.header);
    assert_eq!((stored.received_at, stored.expires_at), (at(0), at(1000)));
    assert_eq!((stored.size, stored.report_about), (size, None));
    assert_eq!(stored.recipients.len(), 2);
    for recipient in &stored.recipients {
        assert_eq!((recipient.status, recipient.attempts), (Status::Ready, 0));
        assert_eq!((recipient.next_attempt_at, recipient.last.clone()), (at(0), None));
    }
    assert_eq!(octets(store, id).await.unwrap(), [b"Received: x\r\n", &[0xff; 300][..]].concat());

    let unknown = store.reserve_id();
    assert_eq!(store.load(unknown).await.unwrap(), None);
    assert!(store.content(unknown).await.unwrap().is_none());
    let nobody = QueueId::from_u64(u64::MAX);
    assert_eq!(store.load(nobody).await.unwrap(), None);
}

/// The content of a message, wherever it is.
async fn octets(store: &dyn Store, id: QueueId) -> Option<Vec<u8>> {
    match store.content(id).await.unwrap()? {
        Content::Memory(parts) => Some(parts.concat()),
        Content::File { path, size } => {
            let octets = std::fs::read(path).unwrap();
            assert_eq!(octets.len() as u64, size);
            Some(octets)
        }
    }
}

async fn names_are_given_once(store: &dyn Store) {
    let mut last = store.reserve_id();
    for _ in 0..10_000 {
        let id = store.reserve_id();
        assert!(id > last);
        last = id;
    }
    let first = message(store, &["a@fabrikam.example"]);
    store.accept(first.clone()).await.unwrap();
    assert!(matches!(store.accept(first).await, Err(StoreError::Exists(_))));
}

async fn a_message_needs_recipients(store: &dyn Store) {
    let none = message(store, &[]);
    assert_eq!(store.accept(none).await.unwrap_err(), StoreError::NoRecipients);
}

async fn content_goes_with_the_last_recipient(store: &dyn Store) {
    let id = accept(store, &["a@fabrikam.example", "b@fabrikam.example"]).await;
    relay(store, 1, key(id, 1)).await;
    assert!(octets(store, id).await.is_some(), "the other recipient needs it");
    relay(store, 2, key(id, 0)).await;
    assert!(store.content(id).await.unwrap().is_none());
    let stored = store.load(id).await.unwrap().unwrap();
    assert!(stored.recipients.iter().all(|r| r.status == Status::Relayed));
}

async fn large_content_is_kept(store: &dyn Store) {
    let mut new = message(store, &["a@fabrikam.example"]);
    let part: Vec<u8> = (0..200_000_u32).map(|i| i as u8).collect();
    new.content = Content::Memory(vec![part.clone().into(), part.clone().into()]);
    let id = store.accept(new).await.unwrap().id();
    assert_eq!(octets(store, id).await.unwrap(), [part.clone(), part].concat());
    let Some(Content::File { path, .. }) = store.content(id).await.unwrap() else {
        return relay(store, 1, key(id, 0)).await;
    };
    relay(store, 1, key(id, 0)).await;
    // The file goes after the answer; the answer to the next write comes after that.
    store.remember("a".into(), "b".into()).await.unwrap();
    assert!(!path.exists());
}

async fn the_queue_is_scanned_in_pages(store: &dyn Store) {
    let first = accept(store, &["a@fabrikam.example", "b@contoso.example"]).await;
    let second = accept(store, &["c@fabrikam.example"]).await;
    relay(store, 1, key(first, 0)).await;
    let expected = [key(first, 1), key(second, 0)];
    let mut found: Vec<QueueEntry> = Vec::new();
    loop {
        let page = store.scan_queue(found.last().map(|e| e.key), 1).await.unwrap();
        assert!(page.len() <= 1);
        let Some(entry) = page.into_iter().next() else { break };
        found.push(entry);
    }
    assert_eq!(found.iter().map(|e| e.key).collect::<Vec<_>>(), expected);
    let entry = &found[0];
    assert_eq!(entry.domain.as_str(), "contoso.example");
    assert_eq!((entry.status, entry.attempts), (Status::Ready, 0));
    assert_eq!((entry.next_attempt_at, entry.expires_at), (at(0), at(1000)));
    assert_eq!(entry.delay_notice_at, Some(at(100)));
}

async fn a_deferral_keeps_evidence_and_due_time(store: &dyn Store) {
    let id = accept(store, &["a@fabrikam.example"]).await;
    let change = Change::Deferred { until: at(61) };
    settle(store, 1, vec![update(key(id, 0), change, Some(refused(1)))]).await;
    let state = &store.load(id).await.unwrap().unwrap().recipients[0];
    assert_eq!((state.status, state.attempts), (Status::Deferred, 1));
    assert_eq!(state.next_attempt_at, at(61));
    assert_eq!(state.last, Some(refused(1)));
    // A change without a result keeps the one before.
    settle(store, 2, vec![update(key(id, 0), Change::Ready { at: at(2) }, None)]).await;
    let state = &store.load(id).await.unwrap().unwrap().recipients[0];
    assert_eq!((state.status, state.attempts), (Status::Ready, 1));
    assert_eq!((state.next_attempt_at, state.last.clone()), (at(2), Some(refused(1))));
}

async fn ended_recipients_stay_ended(store: &dyn Store) {
    let id = accept(store, &["a@fabrikam.example"]).await;
    relay(store, 1, key(id, 0)).await;
    for change in
        [Change::Failed { reported: false }, Change::Held, Change::Deferred { until: at(9) }]
    {
        settle(store, 2, vec![update(key(id, 0), change, None)]).await;
    }
    let unknown = [key(id, 1), key(store.reserve_id(), 0), key(QueueId::from_u64(u64::MAX), 0)];
    for key in unknown {
        settle(store, 2, vec![update(key, Change::Relayed, None)]).await;
    }
    let audit = store.audit().await.unwrap();
    assert_eq!((audit.accepted, audit.relayed), (1, 1));
    assert_eq!((audit.failed_without_report, audit.held, audit.queued), (0, 0, 0));
}

/// A report about `about` to its sender.
fn report(store: &dyn Store, about: QueueId) -> NewMessage {
    let mut report = message(store, &["sender@contoso.example"]);
    report.envelope.reverse_path = ReversePath::Null;
    report.report_about = Some(about);
    report
}

async fn late_settlements_bring_no_second_report(store: &dyn Store) {
    let id = accept(store, &["a@fabrikam.example"]).await;
    for (seconds, reports) in [(1, 1), (2, 0)] {
        let settlement = Settlement {
            at: at(seconds),
            updates: vec![update(key(id, 0), Change::Failed { reported: true }, None)],
            reports: vec![report(store, id)],
            ..Settlement::default()
        };
        assert_eq!(store.settle(settlement).await.unwrap().len(), reports);
    }
    let audit = store.audit().await.unwrap();
    assert_eq!((audit.accepted, audit.failed_with_report, audit.queued), (2, 1, 1));
}

async fn a_failure_and_its_report_are_one(store: &dyn Store) {
    let id = accept(store, &["a@fabrikam.example", "b@fabrikam.example"]).await;
    let failed =
        |index, reported| update(key(id, index), Change::Failed { reported }, Some(refused(1)));
    let taken = message(store, &["x@fabrikam.example"]);
    store.accept(taken.clone()).await.unwrap();
    // The second report cannot be accepted: then nothing of the settlement happened.
    let settlement = Settlement {
        at: at(1),
        updates: vec![failed(0, true), failed(1, false)],
        reports: vec![report(store, id), taken],
        ..Settlement::default()
    };
    assert!(matches!(store.settle(settlement).await, Err(StoreError::Exists(_))));
    let audit = store.audit().await.unwrap();
    assert_eq!((audit.accepted, audit.queued, audit.failed_with_report), (3, 3, 0));

    let ours = report(store, id);
    let name = ours.id;
    let settlement = Settlement {
        at: at(1),
        updates: vec![failed(0, true), failed(1, false)],
        reports: vec![ours],
        ..Settlement::default()
    };
    let tickets = store.settle(settlement).await.unwrap();
    assert_eq!(tickets.iter().map(|t| t.id()).collect::<Vec<_>>(), [name]);
    let audit = store.audit().await.unwrap();
    assert_eq!((audit.failed_with_report, audit.failed_without_report, audit.queued), (1, 1, 2));
    let stored = store.load(name).await.unwrap().unwrap();
    assert_eq!((stored.report_about, stored.envelope.reverse_path.is_null()), (Some(id), true));
}

async fn held_recipients_wait_and_expire(store: &dyn Store) {
    let id = accept(store, &["a@fabrikam.example"]).await;
    settle(store, 1, vec![update(key(id, 0), Change::Held, None)]).await;
    let audit = store.audit().await.unwrap();
    assert_eq!((audit.held, audit.queued), (1, 0));
    assert!(store.delay_notices_due(at(500), 10).await.unwrap().is_empty(), "not while on hold");
    // The attempt that was under way ends: the hold stays.
    let change = Change::Deferred { until: at(60) };
    settle(store, 2, vec![update(key(id, 0), change, Some(refused(2)))]).await;
    assert_eq!(store.load(id).await.unwrap().unwrap().recipients[0].status, Status::Held);
    assert_eq!(store.expired(at(1000), 10).await.unwrap()[0].key, key(id, 0), "its clock runs");
    settle(store, 3, vec![update(key(id, 0), Change::Ready { at: at(3) }, None)]).await;
    let audit = store.audit().await.unwrap();
    assert_eq!((audit.held, audit.queued), (0, 1));
    assert_eq!(store.delay_notices_due(at(500), 10).await.unwrap().len(), 1, "released");
}

async fn the_clock_finds_what_is_due(store: &dyn Store) {
    let mut ids = Vec::new();
    for (expires, notice) in [(300, Some(50)), (200, None), (100, Some(10))] {
        let mut new = message(store, &["a@fabrikam.example"]);
        new.expires_at = at(expires);
        new.delay_notice_at = notice.map(at);
        ids.push(key(store.accept(new).await.unwrap().id(), 0));
    }
    let keys = |entries: Vec<QueueEntry>| entries.iter().map(|e| e.key).collect::<Vec<_>>();
    assert!(store.expired(at(99), 10).await.unwrap().is_empty());
    assert_eq!(keys(store.expired(at(100), 10).await.unwrap()), [ids[2]]);
    let all = keys(store.expired(at(300), 10).await.unwrap());
    assert_eq!(all.len(), 3);
    assert_eq!(store.expired(at(300), 2).await.unwrap().len(), 2);

    assert!(store.delay_notices_due(at(9), 10).await.unwrap().is_empty());
    assert_eq!(keys(store.delay_notices_due(at(60), 10).await.unwrap()), [ids[2], ids[0]]);
    settle(
        store,
        60,
        vec![
            update(ids[2], Change::DelayNoticeSent { next: None }, None),
            update(ids[0], Change::DelayNoticeSent { next: Some(at(120)) }, None),
        ],
    )
    .await;
    assert!(store.delay_notices_due(at(60), 10).await.unwrap().is_empty());
    assert_eq!(keys(store.delay_notices_due(at(120), 10).await.unwrap()), [ids[0]]);
    // What has ended is watched no longer.
    relay(store, 70, ids[2]).await;
    assert!(store.expired(at(100), 10).await.unwrap().is_empty());
}

async fn concurrent_work_is_all_counted(store: &dyn Store) {
    let work = (0..40).map(|n| async move {
        for turn in 0..10 {
            let id = accept(store, &["a@fabrikam.example", "b@fabrikam.example"]).await;
            let change = match (n + turn) % 4 {
                0 => Change::Relayed,
                1 => Change::Delivered,
                2 => Change::Expanded,
                _ => Change::Held,
            };
            settle(store, 1, vec![update(key(id, 0), change, Some(success(1)))]).await;
        }
    });
    futures_util::future::join_all(work).await;
    let audit = store.audit().await.unwrap();
    assert_eq!(audit.accepted, 800);
    assert_eq!((audit.relayed, audit.delivered, audit.expanded), (100, 100, 100));
    assert_eq!((audit.held, audit.queued), (100, 400));
}

async fn a_failing_operation_fails_alone(store: &dyn Store) {
    let taken = message(store, &["a@fabrikam.example"]);
    store.accept(taken.clone()).await.unwrap();
    let work = (0..50).map(|n| {
        let taken = taken.clone();
        async move {
            if n % 5 == 0 {
                let updates = Vec::new();
                let bad = Settlement {
                    at: at(1),
                    updates,
                    reports: vec![taken],
                    ..Settlement::default()
                };
                assert!(matches!(store.settle(bad).await, Err(StoreError::Exists(_))));
            } else {
                accept(store, &["b@fabrikam.example"]).await;
            }
        }
    });
    futures_util::future::join_all(work).await;
    assert_eq!(store.audit().await.unwrap().accepted, 41);
}
