//! Into a mailbox here.

use std::sync::Arc;

use bytes::Bytes;
use causeway_mailbox::{Delivery, MessageContent};
use causeway_model::{Address, EnhancedCode, Failure, Outcome, Reply};
use causeway_policy::recipient::is_return_path;
use causeway_store::{Content, NewMessage};

use crate::engine::Shared;
use crate::forward;
use crate::parcel::Parcel;

/// What became of one recipient's copy.
pub(crate) struct Taken {
    pub(crate) outcome: Outcome,
    /// The message that goes on: forwarded, or a report on its way back.
    pub(crate) copy: Option<NewMessage>,
    /// The copy takes the recipient's place.
    pub(crate) is_expanded: bool,
}

impl Taken {
    const fn delivered(outcome: Outcome) -> Self {
        Self { outcome, copy: None, is_expanded: false }
    }
}

/// Takes one recipient's copy: into the mailbox, on to whom it forwards to, or both. What goes on is not sent
/// before it is settled together with the result. `octets` is the content once it was read for a copy: one
/// reading serves all recipients.
pub(crate) async fn take(
    shared: &Shared,
    parcel: &Parcel,
    index: u32,
    attempts: u32,
    mailbox: &Address,
    octets: &mut Option<Vec<Bytes>>,
) -> Taken {
    let went_on = |copy: NewMessage, to: &str| Taken {
        outcome: Outcome::Success(Reply::new(250, Some(EnhancedCode::new(2, 1, 5)), to)),
        copy: Some(copy),
        is_expanded: true,
    };
    let address = parcel.address(index).unwrap_or(mailbox);
    if is_return_path(address) {
        return match shared.return_paths.original(address) {
            Some(original) => {
                match forward::returned(shared, parcel, index, original, octets).await {
                    Ok(copy) => went_on(copy, "the report goes back to the first sender"),
                    Err(error) => Taken::delivered(Outcome::Failure(Failure::StoreUnreadable {
                        detail: error.to_string(),
                    })),
                }
            }
            None => Taken::delivered(Outcome::Failure(Failure::MailboxUnknown {
                address: address.to_string(),
            })),
        };
    }
    let Some(forward) = shared.mailboxes.facts(mailbox).forward else {
        return Taken::delivered(deliver(shared, parcel, index, attempts, mailbox).await);
    };
    let copy = match forward::forwarded(shared, parcel, (index, mailbox), &forward, octets).await {
        Ok(copy) => copy,
        // What is kept here is not kept from its reader by a loop.
        Err(Failure::ForwardLoop { .. }) if forward.keep_copy => {
            return Taken::delivered(deliver(shared, parcel, index, attempts, mailbox).await);
        }
        Err(failure) => return Taken::delivered(Outcome::Failure(failure)),
    };
    if !forward.keep_copy {
        return went_on(copy, &format!("forwarded to {}", forward.to));
    }
    match deliver(shared, parcel, index, attempts, mailbox).await {
        outcome @ Outcome::Success(_) => Taken { outcome, copy: Some(copy), is_expanded: false },
        failed => {
            forward::not_forwarded(shared, mailbox);
            Taken::delivered(failed)
        }
    }
}

/// Delivers one recipient's copy. Durable when it returns success.
async fn deliver(
    shared: &Shared,
    parcel: &Parcel,
    index: u32,
    attempts: u32,
    mailbox: &Address,
) -> Outcome {
    let maildirs = Arc::clone(&shared.maildirs);
    let quota = shared.mailboxes.facts(mailbox).quota;
    let parcel = parcel.clone();
    let mailbox = mailbox.clone();
    let work = move || {
        let content = match &parcel.content {
            Content::Memory(parts) => MessageContent::Memory(parts),
            Content::File { path, size } => MessageContent::File { path, size: *size },
        };
        let delivered = maildirs.deliver(&Delivery {
            mailbox: &mailbox,
            recipient: parcel.address(index).unwrap_or(&mailbox),
            key: parcel.key(index),
            received_at: parcel.received_at,
            reverse_path: &parcel.envelope.reverse_path,
            content,
            quota,
            may_be_repeated: !parcel.is_fresh || attempts > 0,
        });
        match delivered {
            Ok(_) => Outcome::Success(Reply::new(
                250,
                Some(EnhancedCode::new(2, 1, 5)),
                format!("delivered to {mailbox}"),
            )),
            Err(error) => Outcome::Failure(error.failure()),
        }
    };
    match tokio::task::spawn_blocking(work).await {
        Ok(outcome) => outcome,
        Err(error) => Outcome::Failure(Failure::MailboxUnwritable { detail: error.to_string() }),
    }
}
