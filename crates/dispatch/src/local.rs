//! Into a mailbox here.

use std::sync::Arc;

use causeway_mailbox::{Delivery, MessageContent};
use causeway_model::{Address, EnhancedCode, Failure, Outcome, Reply};
use causeway_store::Content;

use crate::engine::Shared;
use crate::parcel::Parcel;

/// Delivers one recipient's copy. Durable when it returns success.
pub(crate) async fn deliver(
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
