//! Mail that this server writes itself: reports, lists of held mail, alerts.
//!
//! All of it has a null reverse-path, so that nothing is ever reported back about it to a stranger.

use bytes::Bytes;
use causeway_model::config::QueueSettings;
use causeway_model::envelope::{BodyType, Origin, Recipient};
use causeway_model::{Address, Envelope, QueueId, ReversePath, Timestamp};
use causeway_policy::retry::{expires_at, next_delay_notice};
use causeway_report::write::WrittenReport;
use causeway_store::{Content, HeaderFacts, NewMessage};

/// A written message in its envelope. `signatures` are header fields that go before it.
#[must_use]
pub fn in_envelope(
    id: QueueId,
    readers: Vec<Address>,
    written: WrittenReport,
    signatures: Option<Bytes>,
    queue: &QueueSettings,
    now: Timestamp,
) -> NewMessage {
    let smtputf8 = written.utf8_header || readers.iter().any(Address::needs_smtputf8);
    let content = signatures.into_iter().chain([Bytes::from(written.content)]).collect();
    NewMessage {
        id,
        envelope: Envelope {
            reverse_path: ReversePath::Null,
            recipients: readers.into_iter().map(Recipient::plain).collect(),
            body_type: if written.eight_bit { BodyType::EightBitMime } else { BodyType::SevenBit },
            smtputf8,
            ret: None,
            envid: None,
            origin: Origin::default(),
        },
        received_at: now,
        expires_at: expires_at(queue, now),
        delay_notice_at: next_delay_notice(queue, now, now),
        header: HeaderFacts {
            message_id: Some(written.message_id),
            subject: Some(written.subject),
            language: None,
            eight_bit: written.eight_bit,
            utf8_header: written.utf8_header,
        },
        content: Content::Memory(content),
        report_about: None,
        copy_of: None,
        hold: None,
    }
}
