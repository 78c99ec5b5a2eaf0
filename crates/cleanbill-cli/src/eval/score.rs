//! Counts over judged cases: recall by family and by case, false alarms with their intervals, time.
//! An attack that was not assessed is a miss.
use std::{collections::BTreeMap, time::Duration};

use cleanbill_model::Verdict;
use cleanbill_replay::Class;

use super::corpus::Judged;

/// So many of so many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Share {
    /// How many.
    pub count: usize,
    /// Of how many.
    pub of: usize,
}

impl Share {
    fn add(&mut self, hit: bool) {
        self.of += 1;
        self.count += usize::from(hit);
    }

    /// The share, 0 to 1; nothing of nothing is 0.
    #[must_use]
    pub fn rate(self) -> f64 {
        if self.of == 0 {
            0.0
        } else {
            as_float(self.count) / as_float(self.of)
        }
    }

    /// Wilson's 95 % interval. Source: E. B. Wilson, 1927.
    #[must_use]
    pub fn interval(self) -> (f64, f64) {
        if self.of == 0 {
            return (0.0, 1.0);
        }
        let (z, n, p) = (1.959_964_f64, as_float(self.of), self.rate());
        let centre = p + z * z / (2.0 * n);
        let spread = z * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
        let scale = 1.0 + z * z / n;
        (
            ((centre - spread) / scale).max(0.0),
            ((centre + spread) / scale).min(1.0),
        )
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of cases are far below 2^52")]
fn as_float(count: usize) -> f64 {
    count as f64
}

/// What a corpus came to.
#[derive(Clone, Debug, Default)]
pub struct Score {
    /// Attacks blocked, by case.
    pub blocked: Share,
    /// Attacks held or blocked, by case.
    pub held: Share,
    /// Families of attack of which every case was blocked.
    pub families_blocked: Share,
    /// Families of attack of which every case was held or blocked.
    pub families_held: Share,
    /// Mean over families of the share held.
    pub macro_held: f64,
    /// Mean over families of the share blocked.
    pub macro_blocked: f64,
    /// Honest cases held or blocked.
    pub false_held: Share,
    /// Honest cases blocked.
    pub false_blocked: Share,
    /// Cases without a verdict, or unassessed.
    pub unassessed: usize,
    /// Attacks held, by technique, trigger and transform: `technique MET-05`.
    pub by_kind: BTreeMap<String, Share>,
    /// Attacks missed: id and what was said.
    pub missed: Vec<(String, String)>,
    /// Honest cases held: id and by which audits.
    pub alarms: Vec<(String, String)>,
    /// Times at the 50th, 95th and 99th percentile, and the longest.
    pub times: [Duration; 4],
}

/// Counts.
#[must_use]
pub fn score(judged: &[Judged]) -> Score {
    let mut score = Score::default();
    let mut families: BTreeMap<&str, (Share, Share)> = BTreeMap::new();
    for one in judged {
        let verdict = one.verdict.as_ref().copied().unwrap_or(Verdict::Unassessed);
        let (held, blocked) = (verdict >= Verdict::Quarantine, verdict == Verdict::Block);
        score.unassessed += usize::from(verdict == Verdict::Unassessed);
        let said = match &one.verdict {
            Ok(verdict) => verdict.as_str().to_owned(),
            Err(reason) => reason.clone(),
        };
        match one.case.class {
            Class::Malicious => {
                score.held.add(held);
                score.blocked.add(blocked);
                let family = families.entry(&one.case.family).or_default();
                family.0.add(held);
                family.1.add(blocked);
                let trigger = format!("trigger {:?}", one.case.trigger).to_lowercase();
                let transform = format!("transform {}", one.case.transform.as_deref().unwrap_or("none"));
                let techniques = one
                    .case
                    .techniques
                    .iter()
                    .map(|technique| format!("technique {technique}"));
                for kind in techniques.chain([trigger, transform]) {
                    score.by_kind.entry(kind).or_default().add(held);
                }
                if !held {
                    score.missed.push((one.case.id.clone(), said));
                }
            }
            Class::Benign => {
                score.false_held.add(held);
                score.false_blocked.add(blocked);
                if held {
                    score.alarms.push((
                        one.case.id.clone(),
                        format!("{said} by {}", one.held_by.join(", ")),
                    ));
                } else if verdict == Verdict::Unassessed {
                    score.alarms.push((one.case.id.clone(), said));
                }
            }
        }
    }
    for (held, blocked) in families.values() {
        score.families_held.add(held.count == held.of);
        score.families_blocked.add(blocked.count == blocked.of);
        score.macro_held += held.rate() / as_float(families.len());
        score.macro_blocked += blocked.rate() / as_float(families.len());
    }
    let mut times: Vec<Duration> = judged.iter().map(|one| one.took).collect();
    times.sort_unstable();
    let at = |percent: usize| {
        times
            .get((times.len() * percent / 100).min(times.len().saturating_sub(1)))
            .copied()
            .unwrap_or_default()
    };
    score.times = [at(50), at(95), at(99), times.last().copied().unwrap_or_default()];
    score
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wilsons_interval_is_that_of_the_books() {
        let (low, high) = Share { count: 0, of: 3000 }.interval();
        assert!(low == 0.0 && (0.0012..0.0014).contains(&high), "{high}");
        let (low, high) = Share { count: 10, of: 20 }.interval();
        assert!(
            (0.298..0.301).contains(&low) && (0.699..0.702).contains(&high),
            "{low} {high}"
        );
    }
}
