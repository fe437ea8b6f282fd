//! The queue and the trace for people.

use super::*;
use causeway_store::{Event, QueueFilter, Status, TraceFilter, TraceRow};

on_new_stores!(
    the_queue_is_listed_by_message,
    the_queue_is_filtered,
    the_trace_is_newest_first_and_in_pages,
    the_trace_is_filtered,
    one_line_for_each_thing_that_happened,
    a_report_shows_in_the_trace_of_what_it_is_about,
    notes_show_in_the_trace,
);

async fn the_queue_is_listed_by_message(store: &dyn Store) {
    let first = accept(store, &["a@fabrikam.example", "b@fabrikam.example"]).await;
    let second = accept(store, &["c@fabrikam.example"]).await;
    relay(store, 1, key(first, 0)).await;
    let change = Change::Deferred { until: at(61) };
    settle(store, 1, vec![update(key(first, 1), change, Some(refused(1)))]).await;
    let listed = store.list_queue(QueueFilter::default()).await.unwrap();
    assert_eq!(listed.iter().map(|m| m.id).collect::<Vec<_>>(), [first, second]);
    let message = &listed[0];
    assert_eq!(message.sender, ReversePath::Address(address("sender@contoso.example")));
    assert_eq!(message.header.subject.as_deref(), Some("Hello"));
    assert_eq!((message.received_at, message.expires_at, message.size), (at(0), at(1000), 25));
    let [(index, to, state)] = message.recipients.as_slice() else {
        panic!("only what is unfinished: {:?}", message.recipients)
    };
    assert_eq!((*index, to), (1, &address("b@fabrikam.example")));
    assert_eq!((state.status, state.last.clone()), (Status::Deferred, Some(refused(1))));
}

async fn the_queue_is_filtered(store: &dyn Store) {
    let first = accept(store, &["a@fabrikam.example", "b@Tailspin.example"]).await;
    let second = accept(store, &["c@fabrikam.example"]).await;
    let mut new = message(store, &["d@fabrikam.example"]);
    new.envelope.reverse_path = ReversePath::Null;
    let report = store.accept(new).await.unwrap().id();
    let change = Change::Deferred { until: at(61) };
    settle(store, 1, vec![update(key(second, 0), change, Some(refused(1)))]).await;

    let found = |filter: QueueFilter| async move {
        let listed = store.list_queue(filter).await.unwrap();
        listed.iter().map(|m| (m.id, m.recipients.len())).collect::<Vec<_>>()
    };
    let all = QueueFilter::default;
    assert_eq!(found(QueueFilter { limit: 1, ..all() }).await, [(first, 2)]);
    let after = Some(first);
    assert_eq!(found(QueueFilter { limit: 1, after, ..all() }).await, [(second, 1)]);
    let ids = vec![report, first, first, store.reserve_id()];
    assert_eq!(found(QueueFilter { ids: ids.clone(), ..all() }).await, [(first, 2), (report, 1)]);
    assert_eq!(found(QueueFilter { ids, after, ..all() }).await, [(report, 1)]);
    let domain = Some("tailspin.example".parse().unwrap());
    assert_eq!(found(QueueFilter { domain, ..all() }).await, [(first, 1)]);
    let connector = Some("to partner".to_owned());
    assert_eq!(found(QueueFilter { connector, ..all() }).await, [(second, 1)]);
    let status = Some(Status::Ready);
    assert_eq!(found(QueueFilter { status, ..all() }).await, [(first, 2), (report, 1)]);
    let sender = Some("<>".to_owned());
    assert_eq!(found(QueueFilter { sender, ..all() }).await, [(report, 1)]);
    let sender = Some("Sender@contoso.example".to_owned());
    assert_eq!(found(QueueFilter { sender, ..all() }).await, [(first, 2), (second, 1)]);
}

fn keys(rows: &[TraceRow]) -> Vec<RecipientKey> {
    rows.iter().map(|row| row.key).collect()
}

async fn the_trace_is_newest_first_and_in_pages(store: &dyn Store) {
    let first = accept(store, &["a@fabrikam.example", "b@fabrikam.example"]).await;
    let second = accept(store, &["c@x.example", "d@x.example", "e@x.example"]).await;
    relay(store, 1, key(second, 1)).await;
    let expected = [key(second, 0), key(second, 1), key(second, 2), key(first, 0), key(first, 1)];
    assert_eq!(keys(&store.trace(TraceFilter::default()).await.unwrap()), expected);
    for size in 1..=6 {
        let mut found = Vec::new();
        loop {
            let filter =
                TraceFilter { limit: size, after: found.last().copied(), ..TraceFilter::default() };
            let page = keys(&store.trace(filter).await.unwrap());
            assert!(page.len() <= size);
            if page.is_empty() {
                break;
            }
            found.extend(page);
        }
        assert_eq!(found, expected, "pages of {size}");
    }
}

async fn the_trace_is_filtered(store: &dyn Store) {
    let mut ids = Vec::new();
    for (seconds, sender, to, subject) in [
        (0, "sender@contoso.example", "a@fabrikam.example", "Grüße aus Köln"),
        (10, "Other@contoso.example", "b@fabrikam.example", "Rechnung"),
        (20, "", "sender@contoso.example", "Undeliverable"),
    ] {
        let mut new = message(store, &[to]);
        new.received_at = at(seconds);
        new.header.subject = Some(subject.into());
        new.header.message_id = Some(format!("<{seconds}@contoso.example>"));
        new.envelope.reverse_path = match sender {
            "" => ReversePath::Null,
            _ => ReversePath::Address(address(sender)),
        };
        ids.push(key(store.accept(new).await.unwrap().id(), 0));
    }
    relay(store, 30, ids[0]).await;
    settle(store, 30, vec![update(ids[1], Change::Held, None)]).await;
    let found = |filter: TraceFilter| async move { keys(&store.trace(filter).await.unwrap()) };
    let all = TraceFilter::default;
    let text = |text: &str| Some(text.to_owned());
    for (filter, expected) in [
        (TraceFilter { sender: text("OTHER@"), ..all() }, vec![ids[1]]),
        (TraceFilter { sender: text("<>"), ..all() }, vec![ids[2]]),
        (TraceFilter { recipient: text("fabrikam"), ..all() }, vec![ids[1], ids[0]]),
        (TraceFilter { subject: text("KÖLN"), ..all() }, vec![ids[0]]),
        (TraceFilter { message_id: text("<10@contoso.example>"), ..all() }, vec![ids[1]]),
        (TraceFilter { message_id: text("10@contoso.example"), ..all() }, vec![ids[1]]),
        (TraceFilter { since: Some(at(10)), ..all() }, vec![ids[2], ids[1]]),
        (TraceFilter { until: Some(at(10)), ..all() }, vec![ids[0]]),
        (TraceFilter { status: text("pending"), ..all() }, vec![ids[2]]),
        (TraceFilter { status: text("held"), ..all() }, vec![ids[1]]),
        (TraceFilter { status: text("relayed"), ..all() }, vec![ids[0]]),
        (TraceFilter { status: text("failed"), ..all() }, vec![]),
        (TraceFilter { status: text("no such status"), ..all() }, vec![]),
        (TraceFilter { limit: 2, ..all() }, vec![ids[2], ids[1]]),
    ] {
        let name = format!("{filter:?}");
        assert_eq!(found(filter).await, expected, "{name}");
    }
    let row = &store.trace(all()).await.unwrap()[2];
    assert_eq!((row.status, row.last.clone()), (Status::Relayed, Some(success(30))));
    assert_eq!(row.recipient, address("a@fabrikam.example"));
    assert_eq!(row.received_at, at(0));
    assert!(row.events.is_empty());
}

fn kinds(row: &TraceRow) -> Vec<&str> {
    row.events.iter().map(|event| event.kind.as_str()).collect()
}

async fn one_line_for_each_thing_that_happened(store: &dyn Store) {
    let id = accept(store, &["a@fabrikam.example", "b@fabrikam.example"]).await;
    relay(store, 1, key(id, 1)).await;
    let deferred = Change::Deferred { until: at(61) };
    settle(store, 1, vec![update(key(id, 0), deferred, Some(refused(1)))]).await;
    settle(store, 2, vec![update(key(id, 0), Change::Held, None)]).await;
    settle(store, 3, vec![update(key(id, 0), Change::Ready { at: at(3) }, None)]).await;
    settle(store, 4, vec![update(key(id, 0), Change::Ready { at: at(4) }, None)]).await;
    let told = Change::DelayNoticeSent { next: None };
    settle(store, 5, vec![update(key(id, 0), told, None)]).await;
    let removed = Update {
        detail: Some("removed by admin: test".into()),
        ..update(key(id, 0), Change::Failed { reported: false }, None)
    };
    settle(store, 6, vec![removed]).await;

    let rows = store.trace_show(id).await.unwrap();
    assert_eq!(keys(&rows), [key(id, 0), key(id, 1)]);
    assert_eq!(
        kinds(&rows[0]),
        ["received", "attempt", "deferred", "held", "released", "retry", "delay-notice", "failed"]
    );
    assert_eq!(rows[0].events[7].detail, "removed by admin: test");
    assert!(rows[0].events[1].detail.contains("450 4.4.316 connection refused"));
    assert!(rows[0].events[2].detail.contains(&at(61).rfc3339()));
    assert!(rows[0].events[0].detail.contains("client.example"));
    assert_eq!(rows[0].last, Some(refused(1)), "the evidence stays");
    assert_eq!(kinds(&rows[1]), ["received", "attempt", "relayed"]);
    assert_eq!(rows[1].events[2].at, at(1));
    assert!(store.trace_show(store.reserve_id()).await.unwrap().is_empty());
}

async fn a_report_shows_in_the_trace_of_what_it_is_about(store: &dyn Store) {
    let id = accept(store, &["a@fabrikam.example"]).await;
    let mut report = message(store, &["sender@contoso.example"]);
    report.report_about = Some(id);
    let name = report.id;
    let updates = vec![update(key(id, 0), Change::Failed { reported: true }, Some(refused(9)))];
    store
        .settle(Settlement { at: at(9), updates, reports: vec![report], ..Settlement::default() })
        .await
        .unwrap();
    let rows = store.trace_show(id).await.unwrap();
    assert_eq!(kinds(&rows[0]), ["received", "attempt", "failed", "report"]);
    assert!(rows[0].events[3].detail.contains(&name.to_string()));
    let rows = store.trace_show(name).await.unwrap();
    assert!(rows[0].events[0].detail.contains(&id.to_string()));
}

async fn notes_show_in_the_trace(store: &dyn Store) {
    let id = accept(store, &["a@fabrikam.example"]).await;
    let note = |seconds| Event { at: at(seconds), kind: "probe".into(), detail: "port 25".into() };
    let unknown = key(store.reserve_id(), 0);
    store
        .note(vec![(key(id, 0), note(2)), (unknown, note(2)), (key(id, 0), note(1))])
        .await
        .unwrap();
    let rows = store.trace_show(id).await.unwrap();
    let lines: Vec<_> = rows[0].events.iter().map(|e| (e.at, e.kind.as_str())).collect();
    assert_eq!(lines, [(at(0), "received"), (at(1), "probe"), (at(2), "probe")]);
}
