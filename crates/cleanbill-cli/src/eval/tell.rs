//! A score in words and in JSON. No number without its denominator.
use cleanbill_report::escape::terminal::line;
use serde_json::{Value, json};

use super::{
    corpus::{Judged, Voices},
    score::{Score, Share},
};

fn share(share: Share) -> String {
    let (low, high) = share.interval();
    format!(
        "{} of {} ({:.1} %, 95 % interval {:.1} to {:.1})",
        share.count,
        share.of,
        share.rate() * 100.0,
        low * 100.0,
        high * 100.0
    )
}

/// For people.
#[must_use]
pub fn human(voices: Voices, score: &Score) -> String {
    let mut text = format!("{}\n", voices.as_str());
    let mut row = |name: &str, value: String| {
        text.push_str(&format!("  {name:34} {value}\n"));
    };
    row("attacks held or blocked", share(score.held));
    row("attacks blocked", share(score.blocked));
    row(
        "families held, macro mean",
        format!(
            "{:.1} % of {} families",
            score.macro_held * 100.0,
            score.families_held.of
        ),
    );
    row(
        "families blocked, macro mean",
        format!(
            "{:.1} % of {} families",
            score.macro_blocked * 100.0,
            score.families_blocked.of
        ),
    );
    row("honest releases held or blocked", share(score.false_held));
    row("honest releases blocked", share(score.false_blocked));
    row("without a verdict", score.unassessed.to_string());
    let [p50, p95, p99, most] = score.times.map(|time| time.as_secs_f64() * 1000.0);
    row(
        "time p50 / p95 / p99 / most",
        format!("{p50:.1} / {p95:.1} / {p99:.1} / {most:.1} ms"),
    );
    for (name, list) in [("missed", &score.missed), ("false alarms", &score.alarms)] {
        if !list.is_empty() {
            text.push_str(&format!("  {name}:\n"));
            for (id, said) in list {
                text.push_str(&format!("    {}: {}\n", line(id), line(said)));
            }
        }
    }
    text
}

/// For people who want it by kind.
#[must_use]
pub fn kinds(score: &Score) -> String {
    score
        .by_kind
        .iter()
        .map(|(kind, share)| format!("  {:28} {} of {}\n", line(kind), share.count, share.of))
        .collect()
}

/// For programs: `cleanbill.eval/v1`.
#[must_use]
pub fn json(runs: &[(Voices, Vec<Judged>, Score)]) -> Value {
    let share = |share: Share| {
        let (low, high) = share.interval();
        json!({"count": share.count, "of": share.of, "low": low, "high": high})
    };
    let runs: Vec<Value> = runs
        .iter()
        .map(|(voices, judged, score)| {
            let cases: Vec<Value> = judged
                .iter()
                .map(|one| {
                    json!({
                        "id": one.case.id,
                        "family": one.case.family,
                        "verdict": one.verdict.as_ref().map_or("error", |verdict| verdict.as_str()),
                        "error": one.verdict.as_ref().err(),
                        "held_by": one.held_by,
                        "milliseconds": one.took.as_secs_f64() * 1000.0,
                    })
                })
                .collect();
            json!({
                "voices": voices.as_str(),
                "held": share(score.held),
                "blocked": share(score.blocked),
                "macro_held": score.macro_held,
                "macro_blocked": score.macro_blocked,
                "families": score.families_held.of,
                "false_held": share(score.false_held),
                "false_blocked": share(score.false_blocked),
                "unassessed": score.unassessed,
                "by_kind": score.by_kind.iter().map(|(kind, s)| (kind.clone(), share(*s))).collect::<serde_json::Map<_, _>>(),
                "milliseconds": score.times.map(|time| time.as_secs_f64() * 1000.0),
                "cases": cases,
            })
        })
        .collect();
    json!({"schema": "cleanbill.eval/v1", "version": env!("CARGO_PKG_VERSION"), "runs": runs})
}
