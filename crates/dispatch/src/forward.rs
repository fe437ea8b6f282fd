//! Mailboxes that forward their mail, and reports that come back to forwarded mail.
//!
//! A recipient whose mailbox forwards is *expanded*: its copy goes on as a message of its own, from an address
//! here that takes the reports ([`ReturnPaths`](crate::return_path::ReturnPaths)), with the delivery status
//! parameters that came with it (RFC 3461 section 5.2.7). With `keep_copy` the message is delivered here as
//! well, and the copy asks for no report of success. Result and copy are settled together: neither is without
//! the other.
//!
//! **Loops.** Each copy gets `Delivered-To: MAILBOX`. A message that has this field for the same mailbox already
//! has been there, and fails with `5.4.6`. **Floods.** A mailbox forwards so many messages in an hour; the rest
//! waits (`4.7.1`).

use bytes::Bytes;
use causeway_model::envelope::{Notify, Recipient};
use causeway_model::{Address, Envelope, Failure, ReversePath};
use causeway_policy::retry::{expires_at, next_delay_notice};
use causeway_store::{Content, Forward, NewMessage, StoreError};

use crate::engine::Shared;
use crate::parcel::Parcel;

/// Octets of a header that are looked at.
const HEADER_LIMIT: u64 = 128 * 1024;

/// The copy of a message for whom its mailbox forwards to.
pub(crate) async fn forwarded(
    shared: &Shared,
    parcel: &Parcel,
    (index, mailbox): (u32, &Address),
    forward: &Forward,
    octets: &mut Option<Vec<Bytes>>,
) -> Result<NewMessage, Failure> {
    let unreadable = |error: StoreError| Failure::StoreUnreadable { detail: error.to_string() };
    let header = parcel.beginning(HEADER_LIMIT).await.map_err(unreadable)?;
    if has_been_at(&header, mailbox) {
        return Err(Failure::ForwardLoop { mailbox: mailbox.to_string() });
    }
    let now = shared.clock.now();
    let limit = shared.forward_limit;
    if !shared.forwards.take(&mailbox.mailbox_key(), limit, now) {
        return Err(Failure::ForwardLimit { mailbox: mailbox.to_string(), limit });
    }
    let mark = format!("Delivered-To: {mailbox}\r\n");
    let recipient = parcel.envelope.recipients.get(index as usize);
    let reverse_path = reverse_path(shared, &parcel.envelope.reverse_path, mailbox);
    let to = recipient.map_or_else(
        || Recipient::plain(forward.to.clone()),
        |recipient| onwards(recipient, forward),
    );
    copy(shared, parcel, index, (reverse_path, to), Some(mark), octets).await.map_err(unreadable)
}

/// The copy does not go on, as its message could not be kept here: it does not count.
pub(crate) fn not_forwarded(shared: &Shared, mailbox: &Address) {
    shared.forwards.give_back(&mailbox.mailbox_key(), shared.forward_limit);
}

/// The recipient of the copy: what was asked for about reports goes with it.
fn onwards(recipient: &Recipient, forward: &Forward) -> Recipient {
    let notify = match recipient.notify {
        // The delivery here is the success.
        Some(notify) if forward.keep_copy => Some(Notify { success: false, ..notify }),
        notify => notify,
    };
    let original = || ("rfc822".to_owned(), recipient.address.to_string());
    let orcpt = match &recipient.orcpt {
        Some(orcpt) => Some(orcpt.clone()),
        None => (!recipient.address.needs_smtputf8()).then(original),
    };
    Recipient { address: forward.to.clone(), notify, orcpt }
}

/// Under which sender a copy goes on: reports stay without one, our own addresses stay as they are.
fn reverse_path(shared: &Shared, sender: &ReversePath, mailbox: &Address) -> ReversePath {
    let ReversePath::Address(sender) = sender else { return ReversePath::Null };
    if shared.policy.load().accepted_domain(sender.domain()).is_some() {
        return ReversePath::Address(sender.clone());
    }
    let path = shared.return_paths.for_sender(sender, mailbox.domain());
    // Without room for it the reports go to whoever forwards.
    ReversePath::Address(path.unwrap_or_else(|| mailbox.clone()))
}

/// A report to a return path, on its way to the first sender. Only reports go that way.
pub(crate) async fn returned(
    shared: &Shared,
    parcel: &Parcel,
    index: u32,
    original: Address,
    octets: &mut Option<Vec<Bytes>>,
) -> Result<NewMessage, StoreError> {
    let ends = (ReversePath::Null, Recipient::plain(original));
    copy(shared, parcel, index, ends, None, octets).await
}

async fn copy(
    shared: &Shared,
    parcel: &Parcel,
    index: u32,
    (reverse_path, to): (ReversePath, Recipient),
    mark: Option<String>,
    octets: &mut Option<Vec<Bytes>>,
) -> Result<NewMessage, StoreError> {
    let now = shared.clock.now();
    let queue = shared.policy.load().flow().queue.clone();
    let mut parts = match octets {
        Some(octets) => octets.clone(),
        None => octets.insert(parcel.own_content().await?).clone(),
    };
    if let Some(mark) = mark {
        parts.insert(0, mark.into());
    }
    let needs_smtputf8 = to.address.needs_smtputf8();
    let envelope = Envelope {
        reverse_path,
        recipients: vec![to],
        smtputf8: parcel.envelope.smtputf8 || needs_smtputf8,
        ..parcel.envelope.as_ref().clone()
    };
    Ok(NewMessage {
        id: shared.store.reserve_id(),
        envelope,
        received_at: now,
        expires_at: expires_at(&queue, now),
        delay_notice_at: next_delay_notice(&queue, now, now),
        header: parcel.header.as_ref().clone(),
        content: Content::Memory(parts),
        report_about: None,
        copy_of: Some(parcel.key(index)),
        hold: None,
    })
}

/// Whether a `Delivered-To` of the header names this mailbox.
fn has_been_at(octets: &[u8], mailbox: &Address) -> bool {
    let end = memchr::memmem::find(octets, b"\r\n\r\n").unwrap_or(octets.len());
    let key = mailbox.mailbox_key();
    octets[..end]
        .split(|octet| *octet == b'\n')
        .filter_map(|line| std::str::from_utf8(line).ok()?.split_once(':'))
        .filter(|(name, _)| name.trim_end().eq_ignore_ascii_case("Delivered-To"))
        .filter_map(|(_, value)| value.trim().parse::<Address>().ok())
        .any(|address| address.mailbox_key() == key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_that_was_there_is_known_by_its_header_only() {
        let mailbox: Address = "Alice@ours.test".parse().unwrap();
        let has = |text: &str| has_been_at(text.as_bytes(), &mailbox);
        assert!(has("Received: x\r\nDelivered-To: alice@ours.test\r\n\r\n"));
        assert!(has("delivered-to : ALICE@Ours.Test \r\nSubject: x\r\n\r\n"));
        assert!(!has("Delivered-To: bob@ours.test\r\n\r\nDelivered-To: alice@ours.test\r\n"));
        assert!(!has("X-Delivered-To: alice@ours.test\r\n\r\n"));
        assert!(!has(""));
    }

    #[test]
    fn what_was_asked_for_about_reports_goes_with_the_copy() {
        let asked = Recipient {
            notify: Some(Notify { success: true, failure: true, delay: false }),
            ..Recipient::plain("alice@ours.test".parse().unwrap())
        };
        let to = |keep_copy| Forward { to: "a@ext.test".parse().unwrap(), keep_copy };
        let on = onwards(&asked, &to(false));
        assert_eq!((on.notify, on.address.to_string().as_str()), (asked.notify, "a@ext.test"));
        assert_eq!(on.orcpt, Some(("rfc822".into(), "alice@ours.test".into())));
        let kept = onwards(&asked, &to(true));
        assert!(!kept.wants_success() && kept.wants_failure());
        let never = Recipient { notify: Some(Notify::default()), ..asked };
        assert_eq!(onwards(&never, &to(true)).notify, Some(Notify::default()));
    }
}
