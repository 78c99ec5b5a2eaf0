//! Readings of a clock, never "now": every moment here was given by someone.
use std::fmt;

use serde::{Deserialize, Serialize};

/// A moment, in milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Timestamp(i64);

/// The text is no RFC 3339 time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an RFC 3339 time: {text:?}")]
pub struct ParseTimestampError {
    /// The start of what stood there.
    pub text: String,
}

impl Timestamp {
    /// Reads RFC 3339, such as `2026-06-17T01:16:00Z`; a bare date means its first moment in UTC.
    ///
    /// # Errors
    /// When it is neither.
    pub fn parse(text: &str) -> Result<Self, ParseTimestampError> {
        if let Ok(moment) = text.parse::<jiff::Timestamp>() {
            return Ok(Self(moment.as_millisecond()));
        }
        text.parse::<jiff::civil::Date>()
            .ok()
            .and_then(|date| date.to_zoned(jiff::tz::TimeZone::UTC).ok())
            .map(|zoned| Self(zoned.timestamp().as_millisecond()))
            .ok_or_else(|| ParseTimestampError {
                text: text.chars().take(40).collect(),
            })
    }

    /// From milliseconds since the epoch.
    #[must_use]
    pub fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the epoch.
    #[must_use]
    pub fn as_millis(self) -> i64 {
        self.0
    }

    /// How long from `earlier` to this; zero when it lies ahead.
    #[must_use]
    pub fn since(self, earlier: Self) -> Age {
        Age(self.0.saturating_sub(earlier.0).max(0))
    }

    /// This moment and `age` more.
    #[must_use]
    pub fn plus(self, age: Age) -> Self {
        Self(self.0.saturating_add(age.0))
    }

    /// `age` before this moment.
    #[must_use]
    pub fn minus(self, age: Age) -> Self {
        Self(self.0.saturating_sub(age.0))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_millisecond(self.0) {
            Ok(moment) => write!(f, "{moment}"),
            Err(_) => write!(f, "{} ms", self.0),
        }
    }
}

impl TryFrom<String> for Timestamp {
    type Error = ParseTimestampError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}
impl From<Timestamp> for String {
    fn from(moment: Timestamp) -> Self {
        moment.to_string()
    }
}

/// A length of time in milliseconds, never negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Age(i64);

impl Age {
    /// Whole minutes.
    #[must_use]
    pub const fn minutes(n: i64) -> Self {
        Self(n.saturating_mul(60_000))
    }
    /// Whole hours.
    #[must_use]
    pub const fn hours(n: i64) -> Self {
        Self(n.saturating_mul(3_600_000))
    }
    /// Whole days of 24 hours.
    #[must_use]
    pub const fn days(n: i64) -> Self {
        Self(n.saturating_mul(86_400_000))
    }
    /// Milliseconds.
    #[must_use]
    pub const fn as_millis(self) -> i64 {
        self.0
    }
}

impl fmt::Display for Age {
    /// In the largest unit that fits twice: "90 minutes", "18 hours", "3 days", "16 months".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let minutes = self.0 / 60_000;
        let (count, unit) = match minutes {
            m if m < 120 => (m, "minute"),
            m if m < 48 * 60 => (m / 60, "hour"),
            m if m < 60 * 24 * 60 => (m / (24 * 60), "day"),
            m if m < 730 * 24 * 60 => (m / (30 * 24 * 60), "month"),
            m => (m / (365 * 24 * 60), "year"),
        };
        write!(f, "{count} {unit}{}", if count == 1 { "" } else { "s" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_read_as_people_say_them() {
        assert_eq!(Age::minutes(90).to_string(), "90 minutes");
        assert_eq!(Age::hours(18).to_string(), "18 hours");
        assert_eq!(Age::days(480).to_string(), "16 months");
    }

    #[test]
    fn registry_times_and_bare_dates_are_read() {
        let moment = Timestamp::parse("2026-06-17T01:01:33.087Z").unwrap();
        assert_eq!(moment.to_string(), "2026-06-17T01:01:33.087Z");
        assert_eq!(
            Timestamp::parse("2026-06-17").unwrap(),
            Timestamp::parse("2026-06-17T00:00:00Z").unwrap()
        );
        assert!(Timestamp::parse("yesterday").is_err());
    }
}
