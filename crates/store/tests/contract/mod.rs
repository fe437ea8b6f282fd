//! What every engine of the store must do, as functions of an open, empty store.
//!
//! [`run_all`] takes a way to make such stores; an engine's own test file calls it and adds what only
//! that engine can be asked (files, kills, full disks).

#![allow(dead_code, unreachable_pub, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod listings;
mod queue;
mod records;
mod returned;
mod revisions;

use std::future::Future;
use std::sync::Arc;

use bytes::Bytes;
use causeway_model::attempt::{Attempt, Failure, Outcome, Stage};
use causeway_model::{
    Address, Envelope, Origin, QueueId, Recipient, RecipientKey, Reply, ReversePath, Timestamp,
};
use causeway_store::{
    Change, Content, HeaderFacts, LastResult, NewMessage, Settlement, SharedStore, Store, Update,
};

/// The beginning of time in these tests.
pub const START: i64 = 1_800_000_000_000;

/// So many seconds after the start.
pub fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(START + seconds * 1000)
}

pub fn address(text: &str) -> Address {
    text.parse().unwrap()
}

/// An ordinary message, received at the start, that expires after 1000 seconds, with a delay notice
/// after 100.
pub fn message(store: &dyn Store, recipients: &[&str]) -> NewMessage {
    NewMessage {
        id: store.reserve_id(),
        envelope: Envelope {
            reverse_path: ReversePath::Address(address("sender@contoso.example")),
            recipients: recipients.iter().map(|r| Recipient::plain(address(r))).collect(),
            body_type: Default::default(),
            smtputf8: false,
            ret: None,
            envid: None,
            origin: Origin { helo: Some("client.example".into()), ..Origin::default() },
        },
        received_at: at(0),
        expires_at: at(1000),
        delay_notice_at: Some(at(100)),
        header: HeaderFacts {
            message_id: Some("<1@contoso.example>".into()),
            subject: Some("Hello".into()),
            ..HeaderFacts::default()
        },
        content: Content::Memory(vec![Bytes::from_static(b"Subject: Hello\r\n\r\nHello\r\n")]),
        report_about: None,
        copy_of: None,
        hold: None,
    }
}

pub fn key(message: QueueId, index: u32) -> RecipientKey {
    RecipientKey { message, index }
}

/// Accepts a message for `recipients` and gives its name.
pub async fn accept(store: &dyn Store, recipients: &[&str]) -> QueueId {
    let message = message(store, recipients);
    let id = message.id;
    assert_eq!(store.accept(message).await.unwrap().id(), id);
    id
}

/// A success at `seconds`.
pub fn success(seconds: i64) -> LastResult {
    LastResult {
        code: "250 2.0.0".into(),
        reply: "Ok: queued".into(),
        connector: None,
        destination: Some("mx.example [192.0.2.1]".into()),
        attempt: Some(attempt(seconds, Outcome::Success(Reply::new(250, None, "Ok: queued")))),
    }
}

/// A refused connection at `seconds`.
pub fn refused(seconds: i64) -> LastResult {
    LastResult {
        code: "450 4.4.316".into(),
        reply: "connection refused".into(),
        connector: Some("to partner".into()),
        destination: Some("mx.example [192.0.2.1]".into()),
        attempt: Some(attempt(seconds, Outcome::Failure(Failure::ConnectionRefused))),
    }
}

pub fn attempt(seconds: i64, outcome: Outcome) -> Attempt {
    Attempt {
        at: at(seconds),
        elapsed_ms: 12,
        site: "fabrikam.example".into(),
        connector: None,
        host: Some("mx.example".into()),
        address: Some("192.0.2.1:25".parse().unwrap()),
        tls: None,
        security: None,
        stage: Stage::EndOfData,
        outcome,
    }
}

/// A change that is an attempt when it has a result.
pub fn update(key: RecipientKey, change: Change, result: Option<LastResult>) -> Update {
    Update { key, change, tried: result.is_some(), result, detail: None }
}

/// Settles updates at `seconds`, without reports.
pub async fn settle(store: &dyn Store, seconds: i64, updates: Vec<Update>) {
    let settlement =
        Settlement { at: at(seconds), updates, reports: Vec::new(), ..Settlement::default() };
    assert!(store.settle(settlement).await.unwrap().is_empty());
}

/// Relays one recipient at `seconds`.
pub async fn relay(store: &dyn Store, seconds: i64, key: RecipientKey) {
    settle(store, seconds, vec![update(key, Change::Relayed, Some(success(seconds)))]).await;
}

/// Nothing is lost, whatever happened before.
pub async fn accounted_for(store: &dyn Store) {
    let audit = store.audit().await.unwrap();
    assert_eq!(audit.unaccounted, 0, "{audit:?}");
}

/// Runs every test on a store of its own.
pub async fn run_all<S, F>(open: S)
where
    S: Fn() -> F,
    F: Future<Output = SharedStore>,
{
    let stores = || async { Arc::clone(&open().await) };
    queue::run_all(&stores).await;
    listings::run_all(&stores).await;
    records::run_all(&stores).await;
    revisions::run_all(&stores).await;
    returned::run_all(&stores).await;
}

/// Runs tests one after the other, each on a new store, and counts at the end of each.
macro_rules! on_new_stores {
    ($($test:ident),* $(,)?) => {
        /// Runs all tests of this module.
        pub(crate) async fn run_all<F: Future<Output = SharedStore>>(open: &impl Fn() -> F) {
            $({
                let store = open().await;
                $test(store.as_ref()).await;
                accounted_for(store.as_ref()).await;
                store.close().await.unwrap();
            })*
        }
    };
}
pub(crate) use on_new_stores;
