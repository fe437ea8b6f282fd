//! Mail that came back here: what our own records say of it.
//!
//! Received fields tell the way of a message, and anybody can write them. The ids that they name as ours are looked
//! up in our records: what we sent, to whom, which way.

use causeway_insight::alert::FailingPath;
use causeway_insight::diagnose::CameBack;
use causeway_insight::notice::looping::{Passage, SentBefore};
use causeway_model::{Attempt, Outcome, QueueId};
use causeway_smtp::trail::passes;
use causeway_store::TraceRow;

use crate::serve::Server;

/// Ids of one message that are looked up.
const MOST_IDS: usize = 5;

/// Our records of a message for this domain that was refused here as it came back: that others took it.
pub(super) async fn sent_before(
    server: &Server,
    domain: &str,
    passage: &Passage,
) -> Vec<SentBefore> {
    let mut sent = Vec::new();
    // Of the one that was refused nothing is known.
    for id in ids(server, passage).skip(1).take(MOST_IDS) {
        let rows = server.store.trace_show(id).await.unwrap_or_default();
        let of_domain = rows.iter().filter(|row| row.recipient.domain().as_str() == domain);
        sent.extend(of_domain.filter_map(|row| {
            let attempt = last_attempt(row)?;
            let is_taken = matches!(attempt.outcome, Outcome::Success(_));
            is_taken.then(|| record(row, attempt))?
        }));
    }
    sent
}

/// What is known of a message that the other end refused, as it goes in circles; `None`: it was not here before.
pub(super) async fn came_back(server: &Server, failing: &FailingPath) -> Option<CameBack> {
    let passage = Passage { at: failing.last.at, hops: failing.trail.to_vec() };
    let hosts = passage.circle(&server.hostname);
    if hosts.is_empty() {
        return None;
    }
    let passes = passes(&passage.hops, &server.hostname) as u64;
    let sent = sent_the_same_way(server, &passage, &failing.last).await;
    Some(CameBack { hosts, passes, sent })
}

/// Our record that a message of the same Message-ID was taken for the same recipient by the same way before.
async fn sent_the_same_way(
    server: &Server,
    passage: &Passage,
    refused: &Attempt,
) -> Option<SentBefore> {
    let mut ids = ids(server, passage);
    let now = server.store.trace_show(ids.next()?).await.ok()?;
    for id in ids.take(MOST_IDS) {
        let then = server.store.trace_show(id).await.unwrap_or_default();
        let found = then.iter().find_map(|row| {
            let attempt = last_attempt(row)?;
            let is_same = |now: &TraceRow| {
                now.recipient == row.recipient
                    && now.header.message_id.is_some()
                    && now.header.message_id == row.header.message_id
            };
            let is_taken = matches!(attempt.outcome, Outcome::Success(_));
            let is_same_way = attempt.connector == refused.connector;
            (is_taken && is_same_way && now.iter().any(is_same)).then(|| record(row, attempt))?
        });
        if found.is_some() {
            return found;
        }
    }
    None
}

/// The ids that a message had here, the latest first.
fn ids<'a>(server: &'a Server, passage: &'a Passage) -> impl Iterator<Item = QueueId> + 'a {
    passage.ids(&server.hostname).filter_map(|id| id.parse().ok())
}

fn last_attempt(row: &TraceRow) -> Option<&Attempt> {
    row.last.as_ref()?.attempt.as_ref()
}

fn record(row: &TraceRow, attempt: &Attempt) -> Option<SentBefore> {
    Some(SentBefore {
        id: row.key.message.to_string(),
        at: attempt.at,
        connector: attempt.connector.clone(),
        host: attempt.host.clone()?,
    })
}
