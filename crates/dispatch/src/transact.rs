//! One message over one connection, and what became of each recipient.

use causeway_model::{Attempt, Failure, Outcome, Stage};
use causeway_policy::{MailPolicy, RecipientDecision};
use causeway_smtp::client::{OutRecipient, Payload, Transaction};
use causeway_store::Content;
use tokio::time::Instant;

use crate::connect::{Link, Target, millis};
use crate::engine::Shared;
use crate::parcel::Parcel;
use crate::schedule::Job;

/// What came of a transaction.
pub(crate) struct Sent {
    /// Position in the envelope, attempts before this one, the attempt.
    pub(crate) results: Vec<(u32, u32, Attempt)>,
    /// The peer spoke: the connection was good.
    pub(crate) is_alive: bool,
    /// Another transaction can follow.
    pub(crate) is_reusable: bool,
    /// The connection had been closed before we began: nothing has been sent.
    pub(crate) is_stale: bool,
}

/// Sends a message to the job's recipients.
pub(crate) async fn send(
    shared: &Shared,
    policy: &MailPolicy,
    link: &mut Link,
    target: &Target,
    parcel: &Parcel,
    job: &Job,
) -> Sent {
    let began = Instant::now();
    let at = shared.clock.now();
    let was_used = link.uses > 0;
    link.uses += 1;
    let attempt = |link: &Link, stage: Stage, outcome: Outcome| Attempt {
        at,
        elapsed_ms: millis(began.elapsed()),
        site: target.site.clone(),
        connector: target.connector.clone(),
        host: Some(link.host.clone()),
        address: Some(link.address),
        tls: link.tls.clone(),
        security: link.security.clone(),
        stage,
        outcome,
    };
    let mut asked = Vec::with_capacity(job.recipients.len());
    for &(index, attempts) in &job.recipients {
        if let Some(recipient) = parcel.envelope.recipients.get(index as usize) {
            let onward = match policy.recipient(&recipient.address, &shared.mailboxes) {
                RecipientDecision::Forward { to } => to,
                _ => recipient.address.clone(),
            };
            asked.push((index, attempts, recipient, onward));
        }
    }
    let recipients: Vec<OutRecipient<'_>> = asked
        .iter()
        .map(|(_, _, recipient, onward)| OutRecipient {
            address: onward,
            notify: recipient.notify,
            orcpt: recipient.orcpt.as_ref(),
        })
        .collect();
    let sent = match payload(&parcel.content).await {
        Ok(payload) => link.connection.transact(transaction(parcel, &recipients, payload)).await,
        Err(failure) => Err(failure),
    };
    match sent {
        Ok(result) => {
            let closing = |r: &Result<_, (Stage, Failure)>| matches!(r, Err((_, Failure::Replied { reply })) if reply.code == 421);
            // "421 idle too long", said to our MAIL: nothing was wrong with the message.
            let is_stale = was_used
                && result
                    .recipients
                    .iter()
                    .all(|r| closing(r) && matches!(r, Err((Stage::Mail, _))));
            let is_alive = !result.recipients.iter().any(closing);
            let results = asked
                .iter()
                .zip(result.recipients)
                .map(|(&(index, attempts, ..), result)| {
                    let (stage, outcome) = match result {
                        Ok(reply) => (Stage::EndOfData, Outcome::Success(reply)),
                        Err((stage, failure)) => (stage, Outcome::Failure(failure)),
                    };
                    (index, attempts, attempt(link, stage, outcome))
                })
                .collect();
            let is_reusable = link.connection.is_reusable();
            Sent { results, is_alive, is_reusable, is_stale }
        }
        Err(failure) => {
            let is_stale =
                was_used && failure.stage == Stage::Mail && !link.connection.is_reusable();
            let is_ours = matches!(failure.failure, Failure::StoreUnreadable { .. });
            let outcome = Outcome::Failure(failure.failure);
            let results = asked
                .iter()
                .map(|&(index, attempts, ..)| {
                    (index, attempts, attempt(link, failure.stage, outcome.clone()))
                })
                .collect();
            let is_reusable = link.connection.is_reusable();
            Sent { results, is_alive: is_ours, is_reusable, is_stale }
        }
    }
}

fn transaction<'a>(
    parcel: &'a Parcel,
    recipients: &'a [OutRecipient<'a>],
    payload: Payload<'a>,
) -> Transaction<'a> {
    let envelope = &parcel.envelope;
    Transaction {
        reverse_path: &envelope.reverse_path,
        recipients,
        size: parcel.content.size(),
        body_type: envelope.body_type,
        eight_bit: parcel.header.eight_bit,
        smtputf8: envelope.smtputf8 && parcel.header.utf8_header,
        ret: envelope.ret,
        envid: envelope.envid.as_deref(),
        payload,
    }
}

async fn payload(content: &Content) -> Result<Payload<'_>, causeway_smtp::client::SessionFailure> {
    match content {
        Content::Memory(parts) => Ok(Payload::Parts(parts)),
        Content::File { path, .. } => match tokio::fs::File::open(path).await {
            Ok(file) => Ok(Payload::Reader(Box::new(file))),
            Err(error) => Err(causeway_smtp::client::SessionFailure {
                stage: Stage::Route,
                failure: Failure::StoreUnreadable {
                    detail: format!("{}: {error}", path.display()),
                },
            }),
        },
    }
}
