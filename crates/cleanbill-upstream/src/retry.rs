//! Whether there is another attempt, and after what wait.
//! It sends nothing and keeps no count between things.
use std::{
    hash::{BuildHasher as _, RandomState},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use crate::limits::MAX_RETRY_AFTER;

/// The wait before attempt `next` (2 or more): doubled each time, spread by half either way so that
/// many clients do not come back at once.
pub(crate) fn backoff(first: Duration, next: u32) -> Duration {
    let doubled = first.saturating_mul(1 << next.saturating_sub(2).min(8));
    let spread = u32::try_from(RandomState::new().hash_one(next) % 1000).unwrap_or(500);
    (doubled / 2).saturating_add(doubled.saturating_mul(spread) / 1000)
}

/// The wait `Retry-After` asks for, in seconds or as a date, capped.
pub(crate) fn retry_after(value: &str, now: SystemTime) -> Option<Duration> {
    let value = value.trim();
    let wait = match value.parse::<u64>() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => {
            let date = jiff::fmt::rfc2822::DateTimeParser::new()
                .parse_timestamp(value)
                .ok()?;
            let now = i64::try_from(now.duration_since(UNIX_EPOCH).ok()?.as_millis()).ok()?;
            Duration::from_millis(u64::try_from(date.as_millisecond().saturating_sub(now)).unwrap_or(0))
        }
    };
    Some(wait.min(MAX_RETRY_AFTER))
}

/// True for statuses that may be gone on the next attempt.
pub(crate) fn is_passing(status: u16) -> bool {
    status == 408 || status == 425 || status == 429 || (500..600).contains(&status)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_and_stay_within_half_either_way() {
        let first = Duration::from_millis(100);
        for next in 2..6 {
            let middle = first * (1 << (next - 2));
            let wait = backoff(first, next);
            assert!(wait >= middle / 2 && wait <= middle * 3 / 2, "{next}: {wait:?}");
        }
    }

    #[test]
    fn retry_after_is_read_in_both_shapes_and_capped() {
        let now = UNIX_EPOCH + Duration::from_secs(1_780_000_000);
        assert_eq!(retry_after("3", now), Some(Duration::from_secs(3)));
        assert_eq!(retry_after("86400", now), Some(MAX_RETRY_AFTER));
        assert_eq!(retry_after("99999999999999999999999", now), None);
        assert_eq!(retry_after("soon", now), None);
        let date = jiff::Timestamp::from_second(1_780_000_005).unwrap();
        let date = jiff::fmt::rfc2822::DateTimePrinter::new()
            .timestamp_to_rfc9110_string(&date)
            .unwrap();
        assert_eq!(retry_after(&date, now), Some(Duration::from_secs(5)));
        assert_eq!(
            retry_after("Thu, 01 Jan 1970 00:00:00 GMT", now),
            Some(Duration::ZERO)
        );
    }
}
