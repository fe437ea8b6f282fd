//! Any sequence of operations leaves the store as a simple model says, before and after a restart.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod contract;

use std::collections::BTreeMap;

use causeway_model::RecipientKey;
use causeway_store::sqlite::{SqliteStore, StoreOptions};
use causeway_store::{Change, Settlement, Status, Store, Update};
use contract::{at, key, message, refused};
use proptest::prelude::*;

/// One step.
#[derive(Clone, Debug)]
enum Step {
    /// A message for so many recipients.
    Accept(usize),
    /// Changes of recipients (counted over everything accepted), with so many reports.
    Settle(Vec<(usize, Change, bool)>, usize),
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        Just(Change::Delivered),
        Just(Change::Relayed),
        Just(Change::Expanded),
        any::<bool>().prop_map(|reported| Change::Failed { reported }),
        (0..900_i64).prop_map(|s| Change::Deferred { until: at(s) }),
        Just(Change::Held),
        (0..900_i64).prop_map(|s| Change::Ready { at: at(s) }),
        proptest::option::of(0..900_i64)
            .prop_map(|next| Change::DelayNoticeSent { next: next.map(at) }),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let update = (any::<prop::sample::Index>(), change(), any::<bool>())
        .prop_map(|(which, change, tried)| (which.index(1000), change, tried));
    prop_oneof![
        1 => (1..5_usize).prop_map(Step::Accept),
        2 => (prop::collection::vec(update, 0..5), 0..2_usize)
            .prop_map(|(updates, reports)| Step::Settle(updates, reports)),
    ]
}

/// What the model knows of a recipient: status, attempts, and for failures whether reported.
type Model = BTreeMap<RecipientKey, (Status, u32, bool)>;

/// Applies an update to the model. True when it was not too late.
fn apply(model: &mut Model, key: RecipientKey, change: Change, tried: bool) -> bool {
    let state = model.get_mut(&key).unwrap();
    if !state.0.is_queued() {
        return false;
    }
    state.1 += u32::from(tried);
    state.0 = match change {
        Change::Delivered => Status::Delivered,
        Change::Relayed => Status::Relayed,
        Change::Expanded => Status::Expanded,
        Change::Failed { reported } => {
            state.2 = reported;
            Status::Failed
        }
        Change::Deferred { .. } if state.0 == Status::Held => Status::Held,
        Change::Deferred { .. } => Status::Deferred,
        Change::Held => Status::Held,
        Change::Ready { .. } => Status::Ready,
        Change::DelayNoticeSent { .. } => state.0,
    };
    true
}

async fn run(store: &SqliteStore, model: &mut Model, step: Step) {
    match step {
        Step::Accept(count) => {
            let new = message(store, &["a@fabrikam.example"].repeat(count));
            let id = new.id;
            store.accept(new).await.unwrap();
            model.extend((0..count as u32).map(|i| (key(id, i), (Status::Ready, 0, false))));
        }
        Step::Settle(_, _) if model.is_empty() => {}
        Step::Settle(changes, reports) => {
            let keys: Vec<_> = model.keys().copied().collect();
            let none = changes.is_empty();
            let mut applied = false;
            let mut updates = Vec::new();
            for (which, change, tried) in changes {
                let key = keys[which % keys.len()];
                applied |= apply(model, key, change, tried);
                let result = tried.then(|| refused(1));
                updates.push(Update { key, change, result, tried, detail: None });
            }
            let reports: Vec<_> =
                (0..reports).map(|_| message(store, &["sender@contoso.example"])).collect();
            let names: Vec<_> = reports.iter().map(|report| report.id).collect();
            let tickets = store
                .settle(Settlement { at: at(1), updates, reports, ..Settlement::default() })
                .await
                .unwrap();
            if applied || none {
                assert_eq!(tickets.iter().map(|t| t.id()).collect::<Vec<_>>(), names);
                model.extend(names.iter().map(|id| (key(*id, 0), (Status::Ready, 0, false))));
            } else {
                assert!(tickets.is_empty());
            }
        }
    }
}

async fn compare(store: &SqliteStore, model: &Model) {
    for (key, (status, attempts, _)) in model {
        let stored = store.load(key.message).await.unwrap().unwrap();
        let state = &stored.recipients[key.index as usize];
        assert_eq!((state.status, state.attempts), (*status, *attempts), "{key:?}");
        let wanted = stored.recipients.iter().any(|r| r.status.is_queued());
        assert_eq!(store.content(key.message).await.unwrap().is_some(), wanted, "{key:?}");
    }
    let count = |wanted: &dyn Fn(Status, bool) -> bool| {
        model.values().filter(|(status, _, reported)| wanted(*status, *reported)).count() as u64
    };
    let audit = store.audit().await.unwrap();
    assert_eq!(audit.unaccounted, 0, "{audit:?}");
    assert_eq!(audit.accepted, model.len() as u64);
    assert_eq!(audit.delivered, count(&|s, _| s == Status::Delivered));
    assert_eq!(audit.relayed, count(&|s, _| s == Status::Relayed));
    assert_eq!(audit.expanded, count(&|s, _| s == Status::Expanded));
    assert_eq!(audit.held, count(&|s, _| s == Status::Held));
    assert_eq!(audit.queued, count(&|s, _| s.is_queued() && s != Status::Held));
    assert_eq!(audit.failed_with_report, count(&|s, reported| s == Status::Failed && reported));
    assert_eq!(audit.failed_without_report, count(&|s, reported| s == Status::Failed && !reported));
    let queue: Vec<_> =
        store.scan_queue(None, 10_000).await.unwrap().iter().map(|e| e.key).collect();
    let unfinished: Vec<_> =
        model.iter().filter(|(_, state)| state.0.is_queued()).map(|(key, _)| *key).collect();
    assert_eq!(queue, unfinished);
    let watched = store.expired(at(1000), 10_000).await.unwrap();
    assert_eq!(watched.len(), unfinished.len(), "every unfinished recipient has a clock");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn the_store_is_what_the_model_says(steps in prop::collection::vec(step(), 1..25)) {
        let directory = tempfile::tempdir().unwrap();
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let mut model = Model::new();
            let open = || SqliteStore::open(directory.path(), StoreOptions::default()).unwrap();
            let store = open();
            for step in steps {
                run(&store, &mut model, step).await;
            }
            compare(&store, &model).await;
            store.close().await.unwrap();
            compare(&open(), &model).await;
        });
    }
}
