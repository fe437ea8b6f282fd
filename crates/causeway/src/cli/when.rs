//! Times for people: local time out, and what people write in.

use causeway_model::Timestamp;
use causeway_model::time::parse_duration;
use jiff::civil;
use jiff::tz::TimeZone;

/// Local time, `2026-11-21 09:05:00`.
pub(crate) fn local(at: Timestamp) -> String {
    in_zone(at, &TimeZone::system(), "%Y-%m-%d %H:%M:%S")
}

/// Local time in a column, without seconds.
pub(crate) fn column(at: Timestamp) -> String {
    in_zone(at, &TimeZone::system(), "%Y-%m-%d %H:%M")
}

fn in_zone(at: Timestamp, zone: &TimeZone, format: &str) -> String {
    match jiff::Timestamp::from_millisecond(at.as_millis()) {
        Ok(moment) => moment.to_zoned(zone.clone()).strftime(format).to_string(),
        Err(_) => at.rfc3339(),
    }
}

/// A text of the server with its moments (RFC 3339 with milliseconds, as it writes them) as local times. Peers
/// seldom write that form, so that their words stay as they are.
pub(crate) fn in_text(text: &str) -> String {
    with_moments(text, local)
}

/// Octets of `2026-11-21T09:05:00.000Z`.
const MOMENT: usize = 24;

fn with_moments(text: &str, write: impl Fn(Timestamp) -> String) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let moment = rest.get(..MOMENT).filter(|moment| moment.ends_with('Z'));
        if let Some(at) = moment.and_then(Timestamp::parse_rfc3339) {
            out.push_str(&write(at));
            rest = &rest[MOMENT..];
        } else {
            out.push(next);
            rest = &rest[next.len_utf8()..];
        }
    }
    out
}

/// Reads what people write for a moment: RFC 3339, a local date or date and time, a span (`2h`,
/// that long ago), `now`, `today`, `yesterday`. `None` for anything else.
pub(crate) fn parse(text: &str, now: Timestamp) -> Option<Timestamp> {
    parse_in(text.trim(), now, &TimeZone::system())
}

fn parse_in(text: &str, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    if let Some(moment) = Timestamp::parse_rfc3339(text) {
        return Some(moment);
    }
    if let Some(span) = parse_duration(text) {
        let millis = i64::try_from(span.as_millis()).ok()?;
        return Some(Timestamp::from_millis(now.as_millis().checked_sub(millis)?));
    }
    let today = || {
        let moment = jiff::Timestamp::from_millisecond(now.as_millis()).ok()?;
        Some(moment.to_zoned(zone.clone()).date())
    };
    let start = match text {
        "now" => return Some(now),
        "today" => today()?.to_datetime(civil::Time::midnight()),
        "yesterday" => today()?.yesterday().ok()?.to_datetime(civil::Time::midnight()),
        _ => match text.parse::<civil::DateTime>() {
            Ok(moment) => moment,
            Err(_) => text.parse::<civil::Date>().ok()?.to_datetime(civil::Time::midnight()),
        },
    };
    let zoned = start.to_zoned(zone.clone()).ok()?;
    Some(Timestamp::from_millis(zoned.timestamp().as_millisecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_in_a_text_are_written_as_everywhere_else() {
        let zone = TimeZone::fixed(jiff::tz::offset(1));
        let written = |text| with_moments(text, |at| in_zone(at, &zone, "%Y-%m-%d %H:%M:%S"));
        assert_eq!(
            written("451 später; next attempt at 2026-11-22T02:35:24.599Z (in 1 min)"),
            "451 später; next attempt at 2026-11-22 03:35:24 (in 1 min)"
        );
        for other in ["", "ü", "again after 2026-11-22T02:35:24Z", "2026-11-22T02:35:24.5999Z"] {
            assert_eq!(written(other), other);
        }
    }

    #[test]
    fn people_write_times_in_several_ways() {
        let now = Timestamp::parse_rfc3339("2026-11-21T09:05:00Z").unwrap();
        let zone = TimeZone::fixed(jiff::tz::offset(1));
        for (text, moment) in [
            ("2026-11-21T08:00:00Z", "2026-11-21T08:00:00Z"),
            ("2h", "2026-11-21T07:05:00Z"),
            ("1h30m", "2026-11-21T07:35:00Z"),
            ("2026-11-20", "2026-11-19T23:00:00Z"),
            ("2026-11-20 10:30", "2026-11-20T09:30:00Z"),
            ("today", "2026-11-20T23:00:00Z"),
            ("yesterday", "2026-11-19T23:00:00Z"),
            ("now", "2026-11-21T09:05:00Z"),
        ] {
            assert_eq!(parse_in(text, now, &zone), Timestamp::parse_rfc3339(moment), "{text}");
        }
        for bad in ["", "soon", "2026-13-01", "2026-11-20 25:00", "-2h"] {
            assert_eq!(parse_in(bad, now, &zone), None, "{bad}");
        }
    }

    #[test]
    fn times_are_shown_in_their_zone() {
        let now = Timestamp::parse_rfc3339("2026-11-21T09:05:00Z").unwrap();
        let zone = TimeZone::fixed(jiff::tz::offset(1));
        assert_eq!(in_zone(now, &zone, "%Y-%m-%d %H:%M:%S"), "2026-11-21 10:05:00");
    }
}
