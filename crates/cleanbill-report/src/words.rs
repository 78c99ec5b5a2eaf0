//! Small words every view shares: counts, moments, verdicts. It knows no layout.
use cleanbill_model::{AdvisoryRef, Level, Severity, Timestamp, Verdict};

/// `1,213`.
pub(crate) fn number(n: usize) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `1 release`, `1,213 releases`.
pub(crate) fn counted(n: usize, one: &str, many: &str) -> String {
    format!("{} {}", number(n), if n == 1 { one } else { many })
}

/// `1,213 releases`.
pub(crate) fn releases(n: usize) -> String {
    counted(n, "release", "releases")
}

/// `2026-06-24 01:01 UTC`.
pub(crate) fn moment(at: Timestamp) -> String {
    let text = at.to_string();
    match (text.get(..10), text.get(11..16)) {
        (Some(day), Some(time)) if text.ends_with('Z') => format!("{day} {time} UTC"),
        _ => text,
    }
}

/// `2026-06-24 01:01 UTC, in 6 days`.
pub(crate) fn until(end: Timestamp, as_of: Timestamp) -> String {
    if end <= as_of {
        moment(end)
    } else {
        format!("{}, in {}", moment(end), end.since(as_of))
    }
}

/// ` v3` for a plain number, the text itself for another, nothing for none.
pub(crate) fn version(text: &str) -> String {
    match text.chars().next() {
        None => String::new(),
        Some(c) if c.is_ascii_digit() => format!(" v{text}"),
        Some(_) => format!(" {text}"),
    }
}

/// What happened to a release.
pub(crate) fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Block => "blocked",
        Verdict::Quarantine => "held",
        Verdict::Unassessed => "not assessed",
        Verdict::Allow => "allowed",
    }
}

/// The verdicts, the worst first.
pub(crate) const WORST_FIRST: [Verdict; 4] = [
    Verdict::Block,
    Verdict::Quarantine,
    Verdict::Unassessed,
    Verdict::Allow,
];

/// Reads a level's word.
pub(crate) fn level(word: &str) -> Option<Level> {
    [Level::Note, Level::Warn, Level::Quarantine, Level::Block]
        .into_iter()
        .find(|level| level.as_str() == word)
}

/// Reads a severity's word.
pub(crate) fn severity(word: &str) -> Option<Severity> {
    [
        Severity::Info,
        Severity::Low,
        Severity::Medium,
        Severity::High,
        Severity::Critical,
    ]
    .into_iter()
    .find(|severity| severity.as_str() == word)
}

/// A CVSS base score, where the record gives one that lies on the scale.
pub(crate) fn score(advisory: &AdvisoryRef) -> Option<f32> {
    advisory
        .score
        .map(|score| score.get())
        .filter(|score| (0.0..=10.0).contains(score))
}

/// The parts with commas and a final "and".
pub(crate) fn list(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [one] => one.clone(),
        [rest @ .., last] => format!("{} and {last}", rest.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_three() {
        assert_eq!(
            [0, 12, 999, 1000, 1_234_567].map(number),
            ["0", "12", "999", "1,000", "1,234,567"]
        );
    }

    #[test]
    fn a_moment_ahead_says_how_far() {
        let now = Timestamp::parse("2026-06-17T01:16:00Z").unwrap();
        let end = Timestamp::parse("2026-06-24T01:01:33.087Z").unwrap();
        assert_eq!(until(end, now), "2026-06-24 01:01 UTC, in 6 days");
        assert_eq!(until(now, end), "2026-06-17 01:16 UTC");
    }

    #[test]
    fn a_list_reads_as_a_sentence() {
        let parts: Vec<String> = ["a", "b", "c"].map(str::to_owned).to_vec();
        assert_eq!(list(&parts), "a, b and c");
    }
}
