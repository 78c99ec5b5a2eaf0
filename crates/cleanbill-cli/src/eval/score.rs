//! Counts over judged cases: recall by family and by case, false alarms with their intervals, time.
//! An attack that was not assessed is a miss. A case made from another by a transform counts with its transform alone.
use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};

use cleanbill_model::Verdict;
use cleanbill_replay::Class;

use super::{corpus::Judged, share::Share};

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
    /// Attacks without a verdict, or unassessed; each is a miss above.
    pub attacks_unassessed: Share,
    /// Honest cases without a verdict, or unassessed; none is a false alarm above.
    pub honest_unassessed: Share,
    /// Attacks held, by technique and trigger: `technique MET-05`.
    pub by_kind: BTreeMap<String, Share>,
    /// Cases made by transforms, by transform.
    pub by_transform: BTreeMap<String, Transformed>,
    /// Attacks missed: id and what was said.
    pub missed: Vec<(String, String)>,
    /// Honest cases held or not assessed: id and by which audits.
    pub alarms: Vec<(String, String)>,
    /// Times at the 50th, 95th and 99th percentile, and the longest.
    pub times: [Duration; 4],
}

/// What the cases of one transform came to, beside the cases they were made from.
#[derive(Clone, Debug, Default)]
pub struct Transformed {
    /// Attacks held or blocked.
    pub held: Share,
    /// Attacks blocked.
    pub blocked: Share,
    /// Of the same attacks before the transform, those held or blocked, where they are in the corpus.
    pub held_before: Share,
    /// Of the same attacks before the transform, those blocked.
    pub blocked_before: Share,
    /// Honest cases held or blocked.
    pub false_held: Share,
    /// Honest cases blocked.
    pub false_blocked: Share,
    /// Attacks without a verdict, or unassessed.
    pub unassessed: usize,
    /// Attacks missed that were held before: id and what was said.
    pub lost: Vec<(String, String)>,
}

impl Transformed {
    /// Points of recall lost, where the cases before the transform are in the corpus.
    #[must_use]
    pub fn loss(&self) -> Option<f64> {
        (self.held_before.of == self.held.of && self.held.of > 0)
            .then(|| (self.held_before.rate() - self.held.rate()) * 100.0)
    }
}

impl Score {
    /// Every case made by a transform: attacks held.
    #[must_use]
    pub fn transformed_held(&self) -> Share {
        self.by_transform.values().map(|one| one.held).sum()
    }

    /// Every case made by a transform: honest ones held.
    #[must_use]
    pub fn transformed_false_held(&self) -> Share {
        self.by_transform.values().map(|one| one.false_held).sum()
    }
}

fn verdict_of(one: &Judged) -> Verdict {
    one.verdict.as_ref().copied().unwrap_or(Verdict::Unassessed)
}

/// Whether a verdict holds a release because of what was seen.
fn holds(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Quarantine | Verdict::Block)
}

fn said(one: &Judged) -> String {
    match &one.verdict {
        Ok(verdict) => verdict.as_str().to_owned(),
        Err(reason) => reason.clone(),
    }
}

/// Counts.
#[must_use]
pub fn score(judged: &[Judged]) -> Score {
    let mut score = Score::default();
    let mut families: BTreeMap<&str, (Share, Share)> = BTreeMap::new();
    let before: HashMap<&str, Verdict> = judged
        .iter()
        .filter(|one| one.case.base.is_none())
        .map(|one| (one.case.id.as_str(), verdict_of(one)))
        .collect();
    for one in judged {
        if let Some(base) = &one.case.base {
            transformed(&mut score, one, before.get(base.as_str()).copied());
            continue;
        }
        let verdict = verdict_of(one);
        let (held, blocked) = (holds(verdict), verdict == Verdict::Block);
        match one.case.class {
            Class::Malicious => {
                score.held.add(held);
                score.blocked.add(blocked);
                score.attacks_unassessed.add(verdict == Verdict::Unassessed);
                let family = families.entry(&one.case.family).or_default();
                family.0.add(held);
                family.1.add(blocked);
                let trigger = format!("trigger {:?}", one.case.trigger).to_lowercase();
                let techniques = one.case.techniques.iter();
                let techniques = techniques.map(|technique| format!("technique {technique}"));
                for kind in techniques.chain([trigger]) {
                    score.by_kind.entry(kind).or_default().add(held);
                }
                if !held {
                    score.missed.push((one.case.id.clone(), said(one)));
                }
            }
            Class::Benign => {
                score.false_held.add(held);
                score.false_blocked.add(blocked);
                score.honest_unassessed.add(verdict == Verdict::Unassessed);
                if held {
                    let by = format!("{} by {}", said(one), one.held_by.join(", "));
                    score.alarms.push((one.case.id.clone(), by));
                } else if verdict == Verdict::Unassessed {
                    score.alarms.push((one.case.id.clone(), said(one)));
                }
            }
        }
    }
    for (held, blocked) in families.values() {
        score.families_held.add(held.count == held.of);
        score.families_blocked.add(blocked.count == blocked.of);
        score.macro_held += held.rate() / Share::whole(families.len());
        score.macro_blocked += blocked.rate() / Share::whole(families.len());
    }
    score.times = percentiles(judged);
    score
}

fn transformed(score: &mut Score, one: &Judged, before: Option<Verdict>) {
    let verdict = verdict_of(one);
    let (held, blocked) = (holds(verdict), verdict == Verdict::Block);
    let name = one.case.transform.clone().unwrap_or_else(|| "unnamed".to_owned());
    let entry = score.by_transform.entry(name).or_default();
    if one.case.class == Class::Benign {
        entry.false_held.add(held);
        entry.false_blocked.add(blocked);
        if held {
            let by = format!("{} by {}", said(one), one.held_by.join(", "));
            score.alarms.push((one.case.id.clone(), by));
        }
        return;
    }
    entry.held.add(held);
    entry.blocked.add(blocked);
    entry.unassessed += usize::from(verdict == Verdict::Unassessed);
    if let Some(before) = before {
        entry.held_before.add(holds(before));
        entry.blocked_before.add(before == Verdict::Block);
    }
    if !held && before.is_none_or(holds) {
        entry.lost.push((one.case.id.clone(), said(one)));
    }
}

fn percentiles(judged: &[Judged]) -> [Duration; 4] {
    let mut times: Vec<Duration> = judged.iter().map(|one| one.took).collect();
    times.sort_unstable();
    let at = |percent: usize| {
        let index = (times.len() * percent / 100).min(times.len().saturating_sub(1));
        times.get(index).copied().unwrap_or_default()
    };
    [at(50), at(95), at(99), times.last().copied().unwrap_or_default()]
}

#[cfg(test)]
mod tests {
    use cleanbill_replay::Case;

    use super::*;

    fn judged(id: &str, class: &str, base: Option<&str>, verdict: Result<Verdict, String>) -> Judged {
        let case = serde_json::json!({
            "id": id, "title": "t", "family": id.split("--").next(), "class": class, "as_of": "2026-01-01T00:00:00Z",
            "target": "a@1.0.0", "expect": "block", "trigger": "install", "techniques": ["EXE-01"], "base": base,
            "transform": base.map(|_| "rename"),
        });
        let case: Case = serde_json::from_value(case).unwrap();
        Judged {
            case,
            verdict,
            held_by: vec!["x".to_owned()],
            took: Duration::from_millis(1),
        }
    }

    #[test]
    fn an_attack_without_an_assessment_is_a_miss() {
        let score = score(&[
            judged("a", "malicious", None, Ok(Verdict::Block)),
            judged("b", "malicious", None, Ok(Verdict::Unassessed)),
            judged("c", "malicious", None, Err("gone".to_owned())),
        ]);
        assert_eq!((score.held.count, score.held.of), (1, 3));
        assert_eq!(score.attacks_unassessed.count, 2);
        assert_eq!(score.missed.len(), 2);
    }

    #[test]
    fn a_mutant_counts_with_its_transform_and_beside_its_base() {
        let score = score(&[
            judged("a", "malicious", None, Ok(Verdict::Block)),
            judged("a--rename", "malicious", Some("a"), Ok(Verdict::Allow)),
            judged("h", "benign", None, Ok(Verdict::Allow)),
            judged("h--rename", "benign", Some("h"), Ok(Verdict::Quarantine)),
        ]);
        assert_eq!((score.held.count, score.held.of), (1, 1));
        let rename = score.by_transform.get("rename").unwrap();
        assert_eq!(rename.loss(), Some(100.0));
        assert_eq!(rename.lost.len(), 1);
        assert_eq!((rename.false_held.count, rename.false_held.of), (1, 1));
        assert_eq!((score.false_held.count, score.false_held.of), (0, 1));
    }

    #[test]
    fn a_loss_is_not_told_where_the_bases_are_not_all_there() {
        let score = score(&[judged("a--rename", "malicious", Some("a"), Ok(Verdict::Allow))]);
        assert_eq!(score.by_transform.get("rename").unwrap().loss(), None);
    }
}
