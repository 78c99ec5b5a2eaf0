//! A score in words and in JSON. No number without its denominator.
use cleanbill_report::escape::terminal::line;
use serde_json::{Map, Value, json};

use super::{
    corpus::{Judged, Voices},
    memory::Peak,
    score::{Score, Transformed},
    share::Share,
};

/// One run over a corpus.
pub struct Run {
    /// Who was heard.
    pub voices: Voices,
    /// Each case.
    pub judged: Vec<Judged>,
    /// What they came to.
    pub score: Score,
}

/// Whether single cases are told, or only how many there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// Each case by its id.
    Cases,
    /// Counts: what may be shared of a corpus that may not.
    Counts,
}

/// For people.
#[must_use]
pub fn human(run: &Run, detail: Detail) -> String {
    let score = &run.score;
    let mut text = format!("{}\n", run.voices.as_str());
    let mut row = |name: &str, value: String| {
        text.push_str(&format!("  {name:34} {value}\n"));
    };
    row("attacks held or blocked", score.held.in_words());
    row("attacks blocked", score.blocked.in_words());
    for (name, mean, whole) in [
        ("families held", score.macro_held, score.families_held),
        ("families blocked", score.macro_blocked, score.families_blocked),
    ] {
        row(
            name,
            format!("{:.1} % on average; whole: {}", mean * 100.0, whole.in_words()),
        );
    }
    row("honest releases held or blocked", score.false_held.in_words());
    row("honest releases blocked", score.false_blocked.in_words());
    row("attacks not assessed", score.attacks_unassessed.in_words());
    row("honest releases not assessed", score.honest_unassessed.in_words());
    if !score.by_transform.is_empty() {
        row("transformed attacks held", score.transformed_held().in_words());
        row(
            "transformed honest ones held",
            score.transformed_false_held().in_words(),
        );
    }
    let [p50, p95, p99, most] = score.times.map(|time| time.as_secs_f64() * 1000.0);
    row(
        "time p50 / p95 / p99 / most",
        format!("{p50:.1} / {p95:.1} / {p99:.1} / {most:.1} ms"),
    );
    if detail == Detail::Cases {
        for (name, list) in [
            ("missed", &score.missed),
            ("alarms and not assessed", &score.alarms),
        ] {
            if !list.is_empty() {
                text.push_str(&format!("  {name}:\n"));
                for (id, said) in list {
                    text.push_str(&format!("    {}: {}\n", line(id), line(said)));
                }
            }
        }
    }
    text
}

/// For people who want it by kind.
#[must_use]
pub fn kinds(score: &Score, detail: Detail) -> String {
    let mut text = String::from("held by kind\n");
    for (kind, share) in &score.by_kind {
        text.push_str(&format!("  {:28} {} of {}\n", line(kind), share.count, share.of));
    }
    if score.by_transform.is_empty() {
        return text;
    }
    text.push_str("held and blocked by transform, and before it\n");
    for (name, one) in worst_first(score) {
        let loss = one
            .loss()
            .map_or_else(|| "not known".to_owned(), |loss| format!("{loss:.1} points"));
        text.push_str(&format!(
            "  {:28} held {} of {} (before {}), blocked {} (before {}), loss {loss}",
            line(name),
            one.held.count,
            one.held.of,
            one.held_before.count,
            one.blocked.count,
            one.blocked_before.count,
        ));
        if one.false_held.of > 0 {
            text.push_str(&format!(
                "; honest {} of {}",
                one.false_held.count, one.false_held.of
            ));
        }
        text.push('\n');
        if detail == Detail::Cases && !one.lost.is_empty() {
            let lost: Vec<String> = one.lost.iter().map(|(id, _)| line(id).into_owned()).collect();
            text.push_str(&format!("      lost: {}\n", lost.join(", ")));
        }
    }
    text
}

/// Transforms, those that lose most in front.
#[must_use]
pub fn worst_first(score: &Score) -> Vec<(&str, &Transformed)> {
    let mut list: Vec<(&str, &Transformed)> = score
        .by_transform
        .iter()
        .map(|(name, one)| (name.as_str(), one))
        .collect();
    list.sort_by(|(_, one), (_, other)| one.held.rate().total_cmp(&other.held.rate()));
    list
}

fn share(share: Share) -> Value {
    let (low, high) = share.interval();
    json!({"count": share.count, "of": share.of, "low": low, "high": high})
}

fn transform(one: &Transformed, detail: Detail) -> Value {
    let mut told = json!({
        "held": share(one.held),
        "blocked": share(one.blocked),
        "held_before": share(one.held_before),
        "blocked_before": share(one.blocked_before),
        "loss_points": one.loss(),
        "false_held": share(one.false_held),
        "false_blocked": share(one.false_blocked),
        "unassessed": one.unassessed,
    });
    if let (Detail::Cases, Some(told)) = (detail, told.as_object_mut()) {
        told.insert("lost".to_owned(), pairs(&one.lost));
    }
    told
}

fn pairs(list: &[(String, String)]) -> Value {
    list.iter()
        .map(|(id, said)| json!({"id": id, "said": said}))
        .collect()
}

/// For programs: `cleanbill.eval/v1`.
#[must_use]
pub fn json(runs: &[Run], peak: Peak, detail: Detail) -> Value {
    let told: Vec<Value> = runs
        .iter()
        .map(|run| {
            let score = &run.score;
            let kinds: Map<String, Value> = score
                .by_kind
                .iter()
                .map(|(kind, s)| (kind.clone(), share(*s)))
                .collect();
            let transforms: Map<String, Value> = score
                .by_transform
                .iter()
                .map(|(name, one)| (name.clone(), transform(one, detail)))
                .collect();
            let mut told = json!({
                "voices": run.voices.as_str(),
                "held": share(score.held),
                "blocked": share(score.blocked),
                "macro_held": score.macro_held,
                "macro_blocked": score.macro_blocked,
                "families": score.families_held.of,
                "families_held": share(score.families_held),
                "families_blocked": share(score.families_blocked),
                "false_held": share(score.false_held),
                "false_blocked": share(score.false_blocked),
                "attacks_unassessed": share(score.attacks_unassessed),
                "honest_unassessed": share(score.honest_unassessed),
                "transformed_held": share(score.transformed_held()),
                "transformed_false_held": share(score.transformed_false_held()),
                "by_kind": kinds,
                "by_transform": transforms,
                "milliseconds": score.times.map(|time| time.as_secs_f64() * 1000.0),
            });
            if let (Detail::Cases, Some(told)) = (detail, told.as_object_mut()) {
                told.insert("missed".to_owned(), pairs(&score.missed));
                told.insert("alarms".to_owned(), pairs(&score.alarms));
                told.insert("cases".to_owned(), run.judged.iter().map(case).collect());
            }
            told
        })
        .collect();
    json!({
        "schema": "cleanbill.eval/v1",
        "version": env!("CARGO_PKG_VERSION"),
        // Times of a build for testing say nothing about the program.
        "build": if cfg!(debug_assertions) { "testing" } else { "release" },
        "peak_mib": {"program": peak.own, "worker": peak.worker},
        "runs": told,
    })
}

fn case(one: &Judged) -> Value {
    json!({
        "id": one.case.id,
        "family": one.case.family,
        "verdict": one.verdict.as_ref().map_or("error", |verdict| verdict.as_str()),
        "error": one.verdict.as_ref().err(),
        "held_by": one.held_by,
        "milliseconds": one.took.as_secs_f64() * 1000.0,
    })
}
