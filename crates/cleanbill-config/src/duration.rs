//! Lengths of time as people write them: `3d`, `12h`, `90m`, `0`.
use cleanbill_model::Age;

/// The text is no length of time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a length of time: {text:?} (write 3d, 12h, 90m or 0)")]
pub struct ParseDurationError {
    /// What stood there.
    pub text: String,
}

/// Longest length accepted, in days; longer ones are typing errors.
pub const MAX_DAYS: i64 = 3650;

/// Reads one number and its unit: `m`, `h`, `d` or `w`.
///
/// # Errors
/// When it is anything else, or longer than [`MAX_DAYS`].
pub fn parse_duration(text: &str) -> Result<Age, ParseDurationError> {
    let refuse = || ParseDurationError {
        text: text.chars().take(40).collect(),
    };
    if text == "0" {
        return Ok(Age::default());
    }
    let unit = text.chars().next_back().ok_or_else(refuse)?;
    let count: i64 = text
        .strip_suffix(unit)
        .and_then(|digits| digits.parse().ok())
        .ok_or_else(refuse)?;
    let age = match unit {
        'm' => Age::minutes(count),
        'h' => Age::hours(count),
        'd' => Age::days(count),
        'w' => Age::days(count.saturating_mul(7)),
        _ => return Err(refuse()),
    };
    (count >= 0 && age <= Age::days(MAX_DAYS))
        .then_some(age)
        .ok_or_else(refuse)
}

/// Writes a length the way it is read, in the largest unit that is exact.
#[must_use]
pub fn write_duration(age: Age) -> String {
    match age.as_millis() / 60_000 {
        0 => "0".into(),
        minutes if minutes % (24 * 60) == 0 => format!("{}d", minutes / (24 * 60)),
        minutes if minutes % 60 == 0 => format!("{}h", minutes / 60),
        minutes => format!("{minutes}m"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        for text in ["0", "3d", "12h", "90m"] {
            assert_eq!(write_duration(parse_duration(text).unwrap()), text);
        }
        assert_eq!(parse_duration("2w").unwrap(), Age::days(14));
    }

    #[test]
    fn nonsense_is_refused() {
        for text in [
            "",
            "3",
            "d",
            "-1d",
            "3 d",
            "1e3d",
            "9999999d",
            "99999999999999999999d",
            "3д",
        ] {
            assert!(parse_duration(text).is_err(), "{text:?} was taken");
        }
    }
}
