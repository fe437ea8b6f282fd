//! What became of mail.

use causeway_admin::LiveState;
use causeway_admin::types::{TraceQuery, TraceStatus};
use causeway_model::{RecipientKey, Timestamp};
use causeway_store::{Change, LastResult};

use crate::world::{NOW, World};

#[tokio::test]
async fn pages_cover_every_recipient_once_newest_message_first() {
    let world = World::start().await;
    let first = world.accept(&["b@x.test", "c@x.test", "d@x.test"], "first", 60).await;
    let second = world.accept(&["b@x.test", "c@x.test"], "second", 30).await;
    let mut client = world.client().await;
    let mut query = TraceQuery { limit: Some(2), ..TraceQuery::default() };
    let mut seen = Vec::new();
    loop {
        let page = client.trace(&query).await.unwrap();
        seen.extend(page.rows.iter().map(|row| (row.id, row.recipient.to_string())));
        assert!(page.rows.iter().all(|row| row.events.is_none()));
        if page.next.is_none() {
            break;
        }
        query.after = page.next;
    }
    let expected = [
        (second, "b@x.test"),
        (second, "c@x.test"),
        (first, "b@x.test"),
        (first, "c@x.test"),
        (first, "d@x.test"),
    ];
    assert_eq!(seen, expected.map(|(id, address)| (id, address.to_owned())));
}

#[tokio::test]
async fn filters_and_states_are_those_of_the_trace() {
    let world = World::start().await;
    let id = world.accept(&["b@x.test", "c@x.test", "d@x.test"], "Grüße & mehr", 60).await;
    world.update(id, 0, Change::Relayed, "250 2.0.0").await;
    world.update(id, 1, Change::Held, "").await;
    let mut client = world.client().await;
    for (status, address) in [
        (TraceStatus::Relayed, "b@x.test"),
        (TraceStatus::Held, "c@x.test"),
        (TraceStatus::Pending, "d@x.test"),
    ] {
        let query = TraceQuery { status: Some(status), ..TraceQuery::default() };
        let rows = client.trace(&query).await.unwrap().rows;
        let [row] = &rows[..] else { panic!("{status:?}: {rows:?}") };
        assert_eq!((row.status, row.recipient.to_string().as_str()), (status, address));
    }
    let mut count = async |query: TraceQuery| client.trace(&query).await.unwrap().rows.len();
    let subject = |text: &str| TraceQuery { subject: Some(text.into()), ..TraceQuery::default() };
    assert_eq!(count(subject("grüße &")).await, 3);
    assert_eq!(count(subject("other")).await, 0);
    let since = |at: Timestamp| TraceQuery { since: Some(at), ..TraceQuery::default() };
    assert_eq!(count(since(NOW)).await, 0);
    assert_eq!(count(since(Timestamp::from_millis(NOW.as_millis() - 60_000))).await, 3);
}

#[tokio::test]
async fn what_waits_for_a_failing_site_shows_why() {
    let world = World::start().await;
    let id = world.accept(&["b@x.test", "c@x.test"], "one", 60).await;
    world.update(id, 1, Change::Relayed, "250 2.0.0").await;
    for index in 0..2 {
        let last = LastResult { code: "450 4.4.316".into(), ..LastResult::default() };
        world.control.live.lock().unwrap().insert(
            RecipientKey { message: id, index },
            LiveState { last: Some(last), ..LiveState::default() },
        );
    }
    let rows = world.client().await.trace(&TraceQuery::default()).await.unwrap().rows;
    let codes: Vec<Option<&str>> = rows.iter().map(|row| row.code.as_deref()).collect();
    assert_eq!(codes, [Some("450 4.4.316"), Some("250 2.0.0")]);
}

#[tokio::test]
async fn show_has_every_event_and_unknown_messages_are_said_to_be() {
    let world = World::start().await;
    let id = world.accept(&["b@x.test"], "one", 60).await;
    world.update(id, 0, Change::Relayed, "250 2.0.0").await;
    let page = world.client().await.trace_show(id).await.unwrap();
    let row = &page.rows[0];
    assert_eq!(row.code.as_deref(), Some("250 2.0.0"));
    let kinds: Vec<&str> =
        row.events.as_ref().unwrap().iter().map(|event| event.kind.as_str()).collect();
    assert_eq!(kinds.first(), Some(&"received"), "{kinds:?}");
    assert_eq!(world.raw("GET", "/v1/trace/0000000000001", "").await.0, 404);
}

#[tokio::test]
async fn questions_that_cannot_be_meant_are_refused() {
    let world = World::start().await;
    for query in [
        "limit=0",
        "limit=1001",
        "since=yesterday",
        "status=queued",
        "after=0000000000001",
        "after=0000000000001.x",
        "sendr=a",
    ] {
        let (status, answer) = world.raw("GET", &format!("/v1/trace?{query}"), "").await;
        assert_eq!(status, 400, "{query}: {answer}");
    }
}
