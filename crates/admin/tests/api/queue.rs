//! What waits, and what is done with it.

use std::time::Duration;

use causeway_admin::types::{
    QueueAction, QueueActionRequest, QueueQuery, RecipientStatus, Selection, SelectionFilter,
};
use causeway_admin::{ClientError, LiveState};
use causeway_model::RecipientKey;
use causeway_store::{Change, LastResult};

use crate::world::{NOW, World};

fn refusal(error: ClientError) -> (u16, String) {
    match error {
        ClientError::Refused { status, what, .. } => (status, what),
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn the_list_shows_what_the_store_and_the_scheduler_know() {
    let world = World::start().await;
    let id = world.accept(&["b@partner.test", "c@partner.test"], "one", 60).await;
    world.defer(id, 0, NOW.plus(Duration::from_secs(60))).await;
    let later = NOW.plus(Duration::from_secs(300));
    world.control.live.lock().unwrap().insert(
        RecipientKey { message: id, index: 0 },
        LiveState {
            delivering: false,
            next_attempt_at: Some(later),
            attempts: 4,
            last: Some(LastResult { code: "450 4.4.315".into(), ..LastResult::default() }),
            ..LiveState::default()
        },
    );
    world.control.live.lock().unwrap().insert(
        RecipientKey { message: id, index: 1 },
        LiveState { delivering: true, ..LiveState::default() },
    );

    let page = world.client().await.queue(&QueueQuery::default()).await.unwrap();
    assert_eq!(page.now, NOW);
    assert_eq!(page.next, None);
    let [message] = &page.messages[..] else { panic!("{page:?}") };
    assert_eq!(message.sender, "a@ours.test");
    assert_eq!(message.message_id.as_deref(), Some("<one@ours.test>"));
    let [waiting, going] = &message.recipients[..] else { panic!("{message:?}") };
    assert_eq!(waiting.status, RecipientStatus::Deferred);
    assert_eq!(waiting.attempts, 4);
    assert_eq!(waiting.next_attempt_at, Some(later));
    assert_eq!(waiting.code.as_deref(), Some("450 4.4.315"));
    assert_eq!(going.status, RecipientStatus::Delivering);
    assert_eq!((going.attempts, going.code.as_deref()), (0, None));
}

#[tokio::test]
async fn the_json_has_the_documented_fields() {
    let world = World::start().await;
    let id = world.accept(&["b@partner.test"], "one", 60).await;
    world.defer(id, 0, NOW.plus(Duration::from_secs(60))).await;
    let (status, body) = world.raw("GET", "/v1/queue", "").await;
    assert_eq!(status, 200);
    let page: serde_json::Value = serde_json::from_str(&body).unwrap();
    let message = &page["messages"][0];
    for field in ["id", "message_id", "sender", "size", "received_at", "expires_at", "recipients"] {
        assert!(!message[field].is_null(), "{field} in {message}");
    }
    let recipient = &message["recipients"][0];
    assert_eq!(recipient["address"], "b@partner.test");
    assert_eq!(recipient["status"], "deferred");
    assert_eq!(recipient["attempts"], 1);
    assert_eq!(recipient["next_attempt_at"], "2027-01-15T08:01:00.000Z");
    assert_eq!(recipient["connector"], "to partner/100%");
    assert_eq!(recipient["destination"], "mail.partner.test [192.0.2.7]:25");
    assert_eq!(recipient["code"], "450 4.4.316");
    assert_eq!(recipient["reply"], "the words");
}

#[tokio::test]
async fn pages_cover_everything_once_and_filters_see_the_scheduler() {
    let world = World::start().await;
    let mut ids = Vec::new();
    for n in 0..7 {
        ids.push(world.accept(&["b@partner.test"], &format!("m{n}"), 60 - n).await);
    }
    for id in [ids[1], ids[5]] {
        world.control.live.lock().unwrap().insert(
            RecipientKey { message: id, index: 0 },
            LiveState { delivering: true, ..LiveState::default() },
        );
    }
    let mut client = world.client().await;
    for (status, expected) in [
        (None, ids.clone()),
        (Some(RecipientStatus::Delivering), vec![ids[1], ids[5]]),
        (Some(RecipientStatus::Ready), vec![ids[0], ids[2], ids[3], ids[4], ids[6]]),
        (Some(RecipientStatus::Held), vec![]),
    ] {
        let mut query = QueueQuery { status, limit: Some(2), ..QueueQuery::default() };
        let mut seen = Vec::new();
        loop {
            let page = client.queue(&query).await.unwrap();
            assert!(page.messages.len() <= 2);
            seen.extend(page.messages.iter().map(|message| message.id));
            if page.next.is_none() {
                break;
            }
            query.after = page.next;
        }
        assert_eq!(seen, expected, "{status:?}");
    }
}

#[tokio::test]
async fn a_held_recipient_is_not_delivering_and_has_no_next_attempt() {
    let world = World::start().await;
    let id = world.accept(&["b@partner.test"], "one", 60).await;
    world.update(id, 0, Change::Held, "").await;
    world.control.live.lock().unwrap().insert(
        RecipientKey { message: id, index: 0 },
        LiveState { delivering: true, next_attempt_at: Some(NOW), ..LiveState::default() },
    );
    let page = world.client().await.queue(&QueueQuery::default()).await.unwrap();
    let recipient = &page.messages[0].recipients[0];
    assert_eq!(recipient.status, RecipientStatus::Held);
    assert_eq!(recipient.next_attempt_at, None);
}

#[tokio::test]
async fn show_tells_of_every_recipient_also_of_those_that_have_ended() {
    let world = World::start().await;
    let id = world.accept(&["b@partner.test", "c@partner.test"], "one", 60).await;
    world.update(id, 0, Change::Relayed, "250 2.0.0").await;
    let detail = world.client().await.queue_show(id).await.unwrap();
    let [relayed, ready] = &detail.message.recipients[..] else { panic!("{detail:?}") };
    assert_eq!(relayed.status, RecipientStatus::Relayed);
    assert_eq!(ready.status, RecipientStatus::Ready);
    let events = relayed.events.as_ref().unwrap();
    assert!(events.iter().any(|event| event.kind == "received"), "{events:?}");
    assert!(events.iter().any(|event| event.kind == "relayed"), "{events:?}");
    assert_eq!(detail.origin.helo.as_deref(), Some("client.test"));
}

#[tokio::test]
async fn actions_reach_the_server_with_their_selection_and_reason() {
    let world = World::start().await;
    let id = world.accept(&["b@partner.test"], "one", 60).await;
    let mut client = world.client().await;
    let ids = Selection::Ids(vec![id]);
    let request = |selection: &Selection| QueueActionRequest {
        selection: selection.clone(),
        reason: Some("why".into()),
        to: None,
    };
    let filter = Selection::Filter(SelectionFilter {
        domain: Some("partner.test".parse().unwrap()),
        ..SelectionFilter::default()
    });
    client.queue_act(QueueAction::Retry, &request(&Selection::All)).await.unwrap();
    client.queue_act(QueueAction::Hold, &request(&filter)).await.unwrap();
    client.queue_act(QueueAction::Release, &request(&ids)).await.unwrap();
    client.queue_act(QueueAction::Return, &request(&ids)).await.unwrap();
    client.queue_act(QueueAction::Remove, &request(&ids)).await.unwrap();
    let to = Some("d@ours.test".parse().unwrap());
    let touched = client
        .queue_act(QueueAction::Redirect, &QueueActionRequest { to, ..request(&ids) })
        .await
        .unwrap();
    assert_eq!(touched.recipients, 1);
    assert_eq!(
        world.control.told(),
        [
            "retry All".to_owned(),
            format!("hold {filter:?} why"),
            format!("release {ids:?}"),
            format!("return {ids:?} why"),
            format!("remove {ids:?} why"),
            format!("redirect {ids:?} d@ours.test"),
        ]
    );
}

#[tokio::test]
async fn an_unknown_id_stops_the_whole_action() {
    let world = World::start().await;
    let known = world.accept(&["b@partner.test"], "one", 60).await;
    let ended = world.accept(&["b@partner.test"], "two", 60).await;
    world.update(ended, 0, Change::Relayed, "250").await;
    let request = QueueActionRequest {
        selection: Selection::Ids(vec![known, ended]),
        reason: None,
        to: None,
    };
    let error = world.client().await.queue_act(QueueAction::Remove, &request).await.unwrap_err();
    let (status, what) = refusal(error);
    assert_eq!(status, 404);
    assert!(what.contains(&ended.to_string()) && !what.contains(&known.to_string()), "{what}");
    assert!(world.control.told().is_empty());
}

#[tokio::test]
async fn a_selection_that_says_nothing_is_refused() {
    let world = World::start().await;
    for (action, body, what) in [
        ("remove", r#"{"selection":{"filter":{}}}"#, "no condition"),
        ("remove", r#"{"selection":{"ids":[]}}"#, "no ids"),
        ("remove", r#"{"selection":{"filter":{"conector":"a"}}}"#, "conector"),
        ("remove", r#"{"selection":{"filter":{"status":"delivering"}}}"#, "delivered"),
        ("remove", r#"{"selection":{"filter":{"status":"relayed"}}}"#, "relayed"),
        ("remove", r#"{"selection":"everything"}"#, "everything"),
        ("remove", r#"{"selection":"all","reson":"x"}"#, "reson"),
        ("remove", r#"{"reason":"x"}"#, "selection"),
        ("hold", r#"{"selection":"all","reason":"a\nb"}"#, "control character"),
        ("hold", r#"{"selection":"all","to":"a@b.test"}"#, "no new address"),
        ("redirect", r#"{"selection":"all"}"#, "to"),
        ("redirect", r#"{"selection":"all","to":"nobody"}"#, "no domain"),
        ("remove", "{", "EOF"),
        ("remove", "", "EOF"),
    ] {
        let (status, answer) = world.raw("POST", &format!("/v1/queue/{action}"), body).await;
        assert_eq!(status, 400, "{body}: {answer}");
        let answer: serde_json::Value = serde_json::from_str(&answer).unwrap();
        assert!(answer["error"]["what"].as_str().unwrap().contains(what), "{body}: {answer}");
        assert!(!answer["error"]["instead"].as_str().unwrap().is_empty());
    }
    let (status, _) = world.raw("POST", "/v1/queue/shred", r#"{"selection":"all"}"#).await;
    assert_eq!(status, 404);
    assert!(world.control.told().is_empty());
}

#[tokio::test]
async fn adm_03_hostile_requests_are_bounded() {
    let world = World::start().await;
    let long = format!(r#"{{"selection":"all","reason":"{}"}}"#, "x".repeat(2 * 1024 * 1024));
    assert_eq!(world.raw("POST", "/v1/queue/hold", &long).await.0, 413);
    let deep = format!(r#"{{"selection":{}"#, "[".repeat(100_000));
    assert_eq!(world.raw("POST", "/v1/queue/hold", &deep).await.0, 400);
    for path in [
        "/v1/queue?limit=0",
        "/v1/queue?limit=-1",
        "/v1/queue?limit=1001",
        "/v1/queue?limit=many",
        "/v1/queue?page=2",
        "/v1/queue?status=gone",
        "/v1/queue?status=relayed",
        "/v1/queue?domain=a..b",
        "/v1/queue?after=zzz",
        "/v1/queue/zzz",
    ] {
        let (status, answer) = world.raw("GET", path, "").await;
        assert_eq!(status, 400, "{path}: {answer}");
    }
    assert_eq!(world.raw("GET", "/v1/queue/0000000000001", "").await.0, 404);
    assert_eq!(world.raw("GET", "/v2/queue", "").await.0, 404);
    assert_eq!(world.raw("DELETE", "/v1/queue", "").await.0, 405);
}
