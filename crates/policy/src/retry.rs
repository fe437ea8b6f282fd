//! When is the next attempt, when is the sender told, when is it over?
//!
//! Times come in as facts; nothing here knows what time it is. All sums saturate at the end of
//! time.

use std::time::Duration;

use causeway_model::Timestamp;
use causeway_model::config::QueueSettings;

/// How long to wait after so many attempts. The first waiting time follows the first attempt, the
/// last one repeats. Nothing to wait for before the first attempt, and (in settings that no file
/// can have) without waiting times a minute.
#[must_use]
pub fn next_attempt(settings: &QueueSettings, attempts_made: u32) -> Duration {
    let Some(position) = attempts_made.checked_sub(1) else { return Duration::ZERO };
    let times = &settings.retry_after;
    times.get(position as usize).or(times.last()).copied().unwrap_or(Duration::from_secs(60))
}

/// When what is left of a message received at `received_at` is returned.
#[must_use]
pub fn expires_at(settings: &QueueSettings, received_at: Timestamp) -> Timestamp {
    received_at.plus(settings.expire_after)
}

/// When the sender is next told that the message is late, after `after`: the first notice for
/// `after = received_at`. `None` when there is none left before the message is returned.
#[must_use]
pub fn next_delay_notice(
    settings: &QueueSettings,
    received_at: Timestamp,
    after: Timestamp,
) -> Option<Timestamp> {
    let end = expires_at(settings, received_at);
    settings
        .delay_notice_after
        .iter()
        .map(|&span| received_at.plus(span))
        .filter(|&at| at > after && at < end)
        .min()
}

/// Until when a message that failed at `failed_at` can be sent again.
#[must_use]
pub fn send_again_until(settings: &QueueSettings, failed_at: Timestamp) -> Timestamp {
    failed_at.plus(settings.send_again_for)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);
    const HOUR: Duration = Duration::from_secs(3600);

    #[test]
    fn the_last_waiting_time_repeats() {
        let settings = QueueSettings::default();
        assert_eq!(next_attempt(&settings, 0), Duration::ZERO);
        assert_eq!(next_attempt(&settings, 1), MINUTE);
        assert_eq!(next_attempt(&settings, 4), MINUTE);
        assert_eq!(next_attempt(&settings, 5), 5 * MINUTE);
        assert_eq!(next_attempt(&settings, 11), 10 * MINUTE);
        assert_eq!(next_attempt(&settings, u32::MAX), 10 * MINUTE);
    }

    #[test]
    fn notices_come_in_order_and_only_while_there_is_something_to_wait_for() {
        let settings = QueueSettings {
            delay_notice_after: vec![24 * HOUR, 4 * HOUR, 48 * HOUR, 90 * HOUR],
            ..QueueSettings::default()
        };
        let start = Timestamp::from_millis(1_000_000);
        assert_eq!(expires_at(&settings, start), start.plus(48 * HOUR));
        let first = next_delay_notice(&settings, start, start).unwrap();
        assert_eq!(first, start.plus(4 * HOUR));
        let second = next_delay_notice(&settings, start, first).unwrap();
        assert_eq!(second, start.plus(24 * HOUR));
        assert_eq!(next_delay_notice(&settings, start, second), None);
        assert_eq!(send_again_until(&settings, start), start.plus(168 * HOUR));
    }

    #[test]
    fn times_at_the_end_of_time_do_not_overflow() {
        let settings = QueueSettings { expire_after: Duration::MAX, ..QueueSettings::default() };
        assert_eq!(expires_at(&settings, Timestamp::from_millis(5)).as_millis(), i64::MAX);
    }
}
