//! Moments and spans of time, as the queue, the ledger and people see them.
//!
//! A [`Timestamp`] is milliseconds since the Unix epoch in UTC. It is plain data: nothing in this
//! crate knows what time it is now. Spans are [`std::time::Duration`]; [`parse_duration`] and
//! [`format_duration`] are their form in configuration files ("48h", "15m", "1h30m").

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A moment: milliseconds since 1970-01-01T00:00:00Z. Serialized as RFC 3339 in UTC.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The moment so many milliseconds after the epoch.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the epoch.
    #[must_use]
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// This moment plus a span; saturates at the ends of time.
    #[must_use]
    pub fn plus(self, span: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(span.as_millis()).unwrap_or(i64::MAX)))
    }

    /// The moment `span` before; the first one there is when that is too early.
    #[must_use]
    pub fn minus(self, span: Duration) -> Self {
        let span = i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
        Self::from_millis(self.as_millis().saturating_sub(span))
    }

    /// The span from `earlier` to this moment; zero when `earlier` is later.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// RFC 3339 with milliseconds, in UTC: `2026-11-21T09:05:00.000Z`.
    #[must_use]
    pub fn rfc3339(self) -> String {
        format!("{:.3}", self.zoned_utc())
    }

    /// RFC 5322 date-time in UTC: `Sat, 21 Nov 2026 09:05:00 +0000`.
    #[must_use]
    pub fn rfc5322(self) -> String {
        self.zoned_utc()
            .to_zoned(jiff::tz::TimeZone::UTC)
            .strftime("%a, %d %b %Y %H:%M:%S +0000")
            .to_string()
    }

    /// Parses RFC 3339 (any offset). `None` when the text is not such a time.
    #[must_use]
    pub fn parse_rfc3339(text: &str) -> Option<Self> {
        text.parse::<jiff::Timestamp>().ok().map(|t| Self(t.as_millisecond()))
    }

    /// Parses an RFC 5322 date-time (any zone; which day of the week it names does not matter). `None` when the text is
    /// not such a time.
    #[must_use]
    pub fn parse_rfc5322(text: &str) -> Option<Self> {
        let parser = jiff::fmt::rfc2822::DateTimeParser::new().relaxed_weekday(true);
        parser.parse_timestamp(text).ok().map(|moment| Self(moment.as_millisecond()))
    }

    fn zoned_utc(self) -> jiff::Timestamp {
        jiff::Timestamp::from_millisecond(self.0).unwrap_or(if self.0 < 0 {
            jiff::Timestamp::MIN
        } else {
            jiff::Timestamp::MAX
        })
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.rfc3339())
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.rfc3339())
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.rfc3339())
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        Self::parse_rfc3339(&text)
            .ok_or_else(|| serde::de::Error::custom(format!("{text:?} is not an RFC 3339 time")))
    }
}

/// Parses a span as it stands in configuration: numbers with the units `ms`, `s`, `m`, `h`, `d`,
/// joined ("1h30m"). `None` for anything else, for an empty text and for overflow.
#[must_use]
pub fn parse_duration(text: &str) -> Option<Duration> {
    let mut rest = text.trim();
    if rest.is_empty() {
        return None;
    }
    let mut total = Duration::ZERO;
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let number: u64 = rest.get(..digits)?.parse().ok()?;
        rest = &rest[digits..];
        let letters = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
        let millis = match &rest[..letters] {
            "ms" => 1,
            "s" => 1_000,
            "m" | "min" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            _ => return None,
        };
        rest = &rest[letters..];
        total = total.checked_add(Duration::from_millis(number.checked_mul(millis)?))?;
    }
    Some(total)
}

/// The shortest text that [`parse_duration`] reads back as the same span (to the millisecond).
#[must_use]
pub fn format_duration(span: Duration) -> String {
    let mut millis = u64::try_from(span.as_millis()).unwrap_or(u64::MAX);
    if millis == 0 {
        return "0s".into();
    }
    let mut out = String::new();
    for (unit, size) in
        [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)]
    {
        // "48h" stays hours: administrators write two days that way.
        if unit == "d" && !(millis.is_multiple_of(size) && millis / size > 2) {
            continue;
        }
        if millis >= size {
            out.push_str(&format!("{}{unit}", millis / size));
            millis %= size;
        }
    }
    out
}

/// A string in the API's description.
impl utoipa::PartialSchema for Timestamp {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        use utoipa::openapi::schema::{ObjectBuilder, Type};
        let text = ObjectBuilder::new().schema_type(Type::String).format(Some(
            utoipa::openapi::SchemaFormat::KnownFormat(utoipa::openapi::KnownFormat::DateTime),
        ));
        text.description(Some("A moment, RFC 3339 in UTC.")).into()
    }
}

impl utoipa::ToSchema for Timestamp {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_back_as_written() {
        for text in ["48h", "1m", "5s", "1h30m", "7d", "250ms", "0s"] {
            assert_eq!(format_duration(parse_duration(text).unwrap()), text);
        }
        for bad in ["", "1", "h", "1x", "1h 2m", "99999999999999999999d", "-1s"] {
            assert_eq!(parse_duration(bad), None, "{bad}");
        }
    }

    #[test]
    fn times_have_both_standard_forms() {
        let t = Timestamp::parse_rfc3339("2026-11-21T10:05:00+01:00").unwrap();
        assert_eq!(t.rfc3339(), "2026-11-21T09:05:00.000Z");
        assert_eq!(t.rfc5322(), "Sat, 21 Nov 2026 09:05:00 +0000");
        assert_eq!(Timestamp::parse_rfc5322("Sun, 21 Nov 2026 10:05:00 +0100"), Some(t));
        assert_eq!(Timestamp::parse_rfc5322("21 November"), None);
        assert_eq!(t.plus(Duration::from_secs(60)).since(t), Duration::from_secs(60));
        assert_eq!(t.since(t.plus(Duration::from_secs(1))), Duration::ZERO);
    }
}
