//! Certificates that end soon.

use std::time::Duration;

use causeway_catalog::WhoActs;
use causeway_model::Timestamp;

use super::{Noted, Notice, NoticeKind, Observation};

/// A certificate that was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Whose: our host name, or the path that it was seen on.
    pub holder: String,
    /// It is ours.
    pub is_ours: bool,
    /// The names that it is for.
    pub names: Vec<String>,
    /// Its issuer.
    pub issuer: String,
    /// The beginning of its validity.
    pub begins: Timestamp,
    /// Its end.
    pub ends: Timestamp,
    /// When it was seen.
    pub at: Timestamp,
}

/// Names that are shown.
const MOST_NAMES: usize = 10;

/// The notice of one certificate. `before`: how long before its end people are told, the longest first. A
/// certificate that lives for a short time is renewed late: it is never told of before the last quarter of
/// its life.
#[must_use]
pub fn notice(seen: &Seen, before: &[Duration], now: Timestamp) -> Option<Notice> {
    let quarter = seen.ends.since(seen.begins) / 4;
    let left = seen.ends.since(now);
    let reached = before.iter().filter(|before| left <= (**before).min(quarter)).count();
    if reached == 0 {
        return None;
    }
    let is_over = u8::from(seen.ends <= now);
    let names: Vec<&str> = seen.names.iter().take(MOST_NAMES).map(String::as_str).collect();
    let clean = causeway_catalog::status::clean;
    let certificate = Observation::Certificate {
        holder: seen.holder.clone(),
        names: clean(&names.join(", ")),
        issuer: clean(&seen.issuer),
        ends: seen.ends,
    };
    let first = before.first().copied().unwrap_or_default().min(quarter);
    let first = i64::try_from(first.as_millis()).unwrap_or(i64::MAX);
    Some(Notice {
        kind: NoticeKind::CertificateEnds,
        subject: seen.holder.clone(),
        count: 0,
        since: Timestamp::from_millis(seen.ends.as_millis().saturating_sub(first)),
        last: seen.at,
        level: u8::try_from(reached).unwrap_or(u8::MAX - 1).saturating_add(is_over),
        who: if seen.is_ours { WhoActs::Service } else { WhoActs::PartnerAdmin },
        evidence: vec![Noted { at: seen.at, what: certificate }],
        offers: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(day: i64) -> Timestamp {
        Timestamp::from_millis(day * 86_400_000)
    }

    fn level(lifetime: i64, left: i64) -> Option<u8> {
        let days = |n: u64| Duration::from_secs(n * 86_400);
        let seen = Seen {
            holder: "mx.ours.test".into(),
            is_ours: true,
            names: vec!["mx.ours.test".into()],
            issuer: "CN=Test".into(),
            begins: day(1_000),
            ends: day(1_000 + lifetime),
            at: day(1_000 + lifetime - left),
        };
        notice(&seen, &[days(30), days(14), days(3)], seen.at).map(|notice| notice.level)
    }

    #[test]
    fn people_are_told_at_thirty_fourteen_and_three_days_and_when_it_is_over() {
        let levels = [31, 30, 14, 3, 0, -5].map(|left| level(365, left));
        assert_eq!(levels, [None, Some(1), Some(2), Some(3), Some(4), Some(4)]);
    }

    #[test]
    fn a_certificate_that_is_renewed_every_two_months_is_not_told_of_early() {
        assert_eq!([30, 22, 14].map(|left| level(90, left)), [None, Some(1), Some(2)]);
    }
}
