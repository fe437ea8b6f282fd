//! Names of things in the queue and the ledger.
//!
//! A [`QueueId`] names one accepted message for ever. It is what stands in our 250 reply, in the
//! Received header, in every listing and in the trace. It sorts by time of acceptance.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Digits and consonants: no vowels, so no id spells a word; one case, so it can be dictated.
const ALPHABET: &[u8; 32] = b"0123456789BCDFGHJKLMNPQRSTVWXYZ_";

/// The id of one accepted message. 13 characters in its text form, sorted by time of acceptance.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct QueueId(u64);

impl QueueId {
    /// From the number the store gave; the top bit is unused so that it fits SQL integers.
    #[must_use]
    pub const fn from_u64(value: u64) -> Self {
        Self(value & (u64::MAX >> 1))
    }

    /// The number, at most 63 bits.
    #[must_use]
    pub const fn as_u64(self) -> u64 {
        self.0
    }
}

impl fmt::Display for QueueId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = [0u8; 13];
        for (i, slot) in text.iter_mut().enumerate() {
            *slot = ALPHABET[((self.0 >> (60 - 5 * i)) & 31) as usize];
        }
        // The alphabet is ASCII.
        f.write_str(std::str::from_utf8(&text).unwrap_or_default())
    }
}

impl fmt::Debug for QueueId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The text is not a queue id.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a queue id (13 characters as shown by `causeway queue list`)")]
pub struct QueueIdError(String);

impl FromStr for QueueId {
    type Err = QueueIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fail = || QueueIdError(text.chars().take(40).collect());
        if text.len() != 13 {
            return Err(fail());
        }
        let mut value: u64 = 0;
        for byte in text.bytes() {
            let digit =
                ALPHABET.iter().position(|&c| c == byte.to_ascii_uppercase()).ok_or_else(fail)?;
            value = value.checked_mul(32).ok_or_else(fail)? | digit as u64;
        }
        if value >> 63 != 0 {
            return Err(fail());
        }
        Ok(Self(value))
    }
}

impl Serialize for QueueId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for QueueId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// One recipient of one accepted message: the unit that is delivered, deferred or failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RecipientKey {
    /// The message.
    pub message: QueueId,
    /// Position in [`Envelope::recipients`](crate::Envelope::recipients), from 0.
    pub index: u32,
}

/// A string in the API's description.
impl utoipa::PartialSchema for QueueId {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        use utoipa::openapi::schema::{ObjectBuilder, Type};
        let text = ObjectBuilder::new().schema_type(Type::String);
        text.description(Some("The name of a message in the queue and in the trace.")).into()
    }
}

impl utoipa::ToSchema for QueueId {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_read_back_and_sort_by_number() {
        for n in [0, 1, 31, 32, u64::MAX >> 1, 0x0123_4567_89ab_cdef] {
            let id = QueueId::from_u64(n);
            assert_eq!(id.to_string().parse::<QueueId>().unwrap(), id);
        }
        assert!(QueueId::from_u64(5).to_string() < QueueId::from_u64(70).to_string());
        for bad in ["", "0", "00000000000000", "aaaaaaaaaaaaa", "_____________", "é000000000000"] {
            assert!(bad.parse::<QueueId>().is_err(), "{bad}");
        }
    }
}
