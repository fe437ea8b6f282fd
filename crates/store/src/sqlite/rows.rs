//! How facts of mail stand in rows, and back.

use std::borrow::Cow;

use causeway_model::{
    Address, BodyType, Domain, Envelope, Notify, Origin, QueueId, Recipient, RecipientKey, Return,
    ReversePath, Timestamp,
};
use rusqlite::Row;
use rusqlite::types::{FromSqlError, Type, ValueRef};
use serde::{Deserialize, Serialize};

use crate::{HeaderFacts, LastResult, RecipientState, Status};

/// The first status code that is an end; the indexes' conditions name it.
pub(super) const FIRST_END: i64 = 3;
/// The code of [`Status::Failed`] where a report went out.
const FAILED_WITH_REPORT: i64 = 6;
/// The code of [`Status::Failed`] where nobody was to be told.
const FAILED_WITHOUT_REPORT: i64 = 7;

/// The code of a status in `recipient.status`.
pub(super) const fn status_code(status: Status, reported: bool) -> i64 {
    match status {
        Status::Ready => 0,
        Status::Deferred => 1,
        Status::Held => 2,
        Status::Delivered => 3,
        Status::Relayed => 4,
        Status::Expanded => 5,
        Status::Failed if reported => FAILED_WITH_REPORT,
        Status::Failed => FAILED_WITHOUT_REPORT,
    }
}

/// The status in column `index`.
pub(super) fn status(row: &Row<'_>, index: usize) -> rusqlite::Result<Status> {
    match row.get::<_, i64>(index)? {
        0 => Ok(Status::Ready),
        1 => Ok(Status::Deferred),
        2 => Ok(Status::Held),
        3 => Ok(Status::Delivered),
        4 => Ok(Status::Relayed),
        5 => Ok(Status::Expanded),
        FAILED_WITH_REPORT | FAILED_WITHOUT_REPORT => Ok(Status::Failed),
        code => Err(rusqlite::Error::IntegralValueOutOfRange(index, code)),
    }
}

/// The key of a message in SQL.
pub(super) const fn message_row(id: QueueId) -> i64 {
    id.as_u64().cast_signed()
}

/// The message of a key.
pub(super) const fn message_id(row: i64) -> QueueId {
    QueueId::from_u64(row.cast_unsigned())
}

/// Bits of a recipient's row that are its position in the envelope. SQL has them as a number.
const POSITION_BITS: u32 = 14;

/// Recipients that a message can have.
pub(super) const MOST_RECIPIENTS: usize = 1 << POSITION_BITS;

/// The greatest number of a message.
pub(super) const LAST_MESSAGE: i64 = i64::MAX >> POSITION_BITS;

/// The row of a recipient; -1, which no recipient has, when the key cannot be one of ours.
pub(super) fn recipient_row(key: RecipientKey) -> i64 {
    let message = message_row(key.message);
    if message > LAST_MESSAGE || key.index as usize >= MOST_RECIPIENTS {
        return -1;
    }
    message << POSITION_BITS | i64::from(key.index)
}

/// The row of the first recipient of a message, and the last one that it could have.
pub(super) fn recipient_rows(message: QueueId) -> (i64, i64) {
    let first = recipient_row(RecipientKey { message, index: 0 });
    if first < 0 { (-1, -1) } else { (first, first | (MOST_RECIPIENTS as i64 - 1)) }
}

/// The key of the recipient in row `id`.
pub(super) fn recipient_key(id: i64) -> RecipientKey {
    RecipientKey {
        message: message_id(id >> POSITION_BITS),
        // Less than 2^14.
        index: (id & (MOST_RECIPIENTS as i64 - 1)) as u32,
    }
}

/// The time in column `index`.
pub(super) fn time(row: &Row<'_>, index: usize) -> rusqlite::Result<Timestamp> {
    row.get(index).map(Timestamp::from_millis)
}

/// The time in column `index`, if any.
pub(super) fn optional_time(row: &Row<'_>, index: usize) -> rusqlite::Result<Option<Timestamp>> {
    row.get::<_, Option<i64>>(index).map(|time| time.map(Timestamp::from_millis))
}

/// The text in column `index`, not copied.
pub(super) fn text<'r>(row: &'r Row<'_>, index: usize) -> rusqlite::Result<&'r str> {
    row.get_ref(index)?.as_str().map_err(|error| unreadable(index, error))
}

/// The text in column `index`, not copied; empty for NULL.
pub(super) fn text_or_empty<'r>(row: &'r Row<'_>, index: usize) -> rusqlite::Result<&'r str> {
    match row.get_ref(index)? {
        ValueRef::Null => Ok(""),
        value => value.as_str().map_err(|error| unreadable(index, error)),
    }
}

/// Column `index` does not hold what we wrote there: the file is damaged.
pub(super) fn unreadable(
    index: usize,
    error: impl std::error::Error + Send + Sync + 'static,
) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(index, Type::Text, Box::new(error))
}

/// The address in column `index`.
pub(super) fn address(row: &Row<'_>, index: usize) -> rusqlite::Result<Address> {
    Address::parse(text(row, index)?).map_err(|error| unreadable(index, error))
}

/// The reverse-path in column `index`.
pub(super) fn reverse_path(row: &Row<'_>, index: usize) -> rusqlite::Result<ReversePath> {
    match text(row, index)? {
        "" => Ok(ReversePath::Null),
        _ => address(row, index).map(ReversePath::Address),
    }
}

/// The text of the domain of an address.
pub(super) fn domain_text(address: &str) -> &str {
    address.rsplit_once('@').map_or("", |(_, domain)| domain)
}

/// The domains of consecutive rows. Most of a queue goes to few domains: the same one is kept
/// once in memory, not once per recipient.
#[derive(Default)]
pub(super) struct Domains(std::collections::HashSet<Domain>, Option<Domain>);

impl Domains {
    /// The domain of the address in column `index`.
    pub(super) fn of(&mut self, row: &Row<'_>, index: usize) -> rusqlite::Result<Domain> {
        let text = domain_text(text(row, index)?);
        if let Some(last) = self.1.as_ref().filter(|last| last.as_str() == text) {
            return Ok(last.clone());
        }
        let domain = Domain::parse(text).map_err(|error| unreadable(index, error))?;
        let domain = match self.0.get(&domain) {
            Some(known) => known.clone(),
            None => {
                self.0.insert(domain.clone());
                domain
            }
        };
        self.1 = Some(domain.clone());
        Ok(domain)
    }
}

/// `NOTIFY=` as a number.
pub(super) fn notify_code(notify: Option<Notify>) -> Option<i64> {
    notify.map(|n| i64::from(n.success) | i64::from(n.failure) << 1 | i64::from(n.delay) << 2)
}

const fn notify_from(code: i64) -> Notify {
    Notify { success: code & 1 != 0, failure: code & 2 != 0, delay: code & 4 != 0 }
}

/// What of the envelope and the header no question is ever asked about: one JSON text.
#[derive(Serialize, Deserialize)]
pub(super) struct Facts<'a> {
    #[serde(default, skip_serializing_if = "is_default")]
    body_type: BodyType,
    #[serde(default, skip_serializing_if = "is_default")]
    smtputf8: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ret: Option<Return>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    envid: Option<Cow<'a, str>>,
    origin: Cow<'a, Origin>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    language: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "is_default")]
    eight_bit: bool,
    #[serde(default, skip_serializing_if = "is_default")]
    utf8_header: bool,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl<'a> Facts<'a> {
    /// The facts of a message.
    pub(super) fn of(envelope: &'a Envelope, header: &'a HeaderFacts) -> Self {
        Self {
            body_type: envelope.body_type,
            smtputf8: envelope.smtputf8,
            ret: envelope.ret,
            envid: envelope.envid.as_deref().map(Cow::Borrowed),
            origin: Cow::Borrowed(&envelope.origin),
            language: header.language.as_deref().map(Cow::Borrowed),
            eight_bit: header.eight_bit,
            utf8_header: header.utf8_header,
        }
    }

    /// The facts in column `index`.
    pub(super) fn from_row(row: &Row<'_>, index: usize) -> rusqlite::Result<Facts<'static>> {
        serde_json::from_str(text(row, index)?).map_err(|error| unreadable(index, error))
    }

    /// Where the message came from, as the end of a sentence; empty when we wrote it.
    pub(super) fn origin_text(&self) -> String {
        let origin = &self.origin;
        let mut text = String::new();
        let parts = [
            ("from", origin.address.map(|address| address.to_string())),
            ("who says it is", origin.helo.clone()),
            ("logged in as", origin.user.clone()),
            ("by listener", origin.listener.clone()),
            ("recognised as connector", origin.connector.clone()),
            ("with", origin.tls.clone()),
        ];
        for (word, value) in parts {
            if let Some(value) = value {
                text.push_str(&format!(", {word} {value}"));
            }
        }
        text
    }

    /// Who handed the message in.
    pub(super) fn into_origin(self) -> Origin {
        self.origin.into_owned()
    }

    /// The envelope they belong to.
    pub(super) fn envelope(
        &self,
        reverse_path: ReversePath,
        recipients: Vec<Recipient>,
    ) -> Envelope {
        Envelope {
            reverse_path,
            recipients,
            body_type: self.body_type,
            smtputf8: self.smtputf8,
            ret: self.ret,
            envid: self.envid.as_deref().map(str::to_owned),
            origin: self.origin.clone().into_owned(),
        }
    }

    /// The facts of the header they belong to.
    pub(super) fn header(
        &self,
        message_id: Option<String>,
        subject: Option<String>,
    ) -> HeaderFacts {
        HeaderFacts {
            message_id,
            subject,
            language: self.language.as_deref().map(str::to_owned),
            eight_bit: self.eight_bit,
            utf8_header: self.utf8_header,
        }
    }
}

/// Columns that [`recipient_state`] reads, in its order.
pub(super) const STATE_COLUMNS: &str = "r.status, r.attempts, r.next_attempt_at, \
     r.delay_notice_at, r.code, r.reply, r.connector, r.destination, r.attempt";

/// The state in [`STATE_COLUMNS`], which start at column `first`.
pub(super) fn recipient_state(row: &Row<'_>, first: usize) -> rusqlite::Result<RecipientState> {
    Ok(RecipientState {
        status: status(row, first)?,
        attempts: row.get(first + 1)?,
        next_attempt_at: time(row, first + 2)?,
        delay_notice_at: optional_time(row, first + 3)?,
        last: last_result(row, first + 4)?,
    })
}

/// The last result in five columns from `first` on.
pub(super) fn last_result(row: &Row<'_>, first: usize) -> rusqlite::Result<Option<LastResult>> {
    let Some(code) = row.get::<_, Option<String>>(first)? else { return Ok(None) };
    let attempt = match row.get_ref(first + 4)? {
        ValueRef::Null => None,
        value => {
            let text =
                value.as_str().map_err(|error: FromSqlError| unreadable(first + 4, error))?;
            Some(serde_json::from_str(text).map_err(|error| unreadable(first + 4, error))?)
        }
    };
    Ok(Some(LastResult {
        code,
        reply: row.get(first + 1)?,
        connector: row.get(first + 2)?,
        destination: row.get(first + 3)?,
        attempt,
    }))
}

/// The recipient of an envelope in four columns from `first` on: address, `NOTIFY`, `ORCPT`.
pub(super) fn envelope_recipient(row: &Row<'_>, first: usize) -> rusqlite::Result<Recipient> {
    let orcpt = match (row.get(first + 2)?, row.get(first + 3)?) {
        (Some(kind), Some(address)) => Some((kind, address)),
        _ => None,
    };
    Ok(Recipient {
        address: address(row, first)?,
        notify: row.get::<_, Option<i64>>(first + 1)?.map(notify_from),
        orcpt,
    })
}
