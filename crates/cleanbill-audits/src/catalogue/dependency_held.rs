//! The release's own code is clean, and it brings in a release that is held or blocked. What it asks for is installed
//! with it, so it is judged with it.
//! Incident: `event-stream`, September 2018; `mastra`, June 2026, whose 143 releases each asked for one bait.
use cleanbill_facts::{Facts, JudgedEdge};
use cleanbill_model::{
    AuditId, AuditMeta, Confidence, Evidence, Level, Mark, Need, Severity, Signal, Stability, Verdict,
};

use crate::{Audit, code, words};

pub(crate) struct DependencyHeld;

static META: AuditMeta = AuditMeta {
    id: AuditId("dependency-held"),
    title: "it brings in a release that is held or blocked",
    severity: Severity::Critical,
    confidence: Confidence::High,
    level: Level::Block,
    needs: &[Need::Edges],
    since: "0.1.0",
    stability: Stability::Preview,
    taxonomy: &["MET-05", "OBF-14"],
    attack: &["T1195.001", "T1195.002"],
    page: include_str!("../../docs/dependency-held.md"),
};

impl Audit for DependencyHeld {
    fn meta(&self) -> &'static AuditMeta {
        &META
    }

    fn run(&self, facts: &Facts, signals: &mut Vec<Signal>) {
        for edge in facts.edges.get().into_iter().flatten() {
            let (level, severity, held) = match edge.verdict {
                Verdict::Block => (Level::Block, Severity::Critical, "blocked"),
                Verdict::Quarantine => (Level::Quarantine, Severity::High, "held"),
                Verdict::Allow | Verdict::Unassessed => continue,
            };
            let signal = evidence(facts, edge).level(level).severity(severity);
            let signal = if edge.added {
                signal.mark(Mark::Dependency)
            } else {
                signal
            };
            let spec = edge.resolved.spec();
            let before = code::predecessor(facts)
                .map(|release| &release.version)
                .filter(|_| edge.added);
            let (since, answers) = match (edge.added, before) {
                (true, Some(before)) => (format!(", which {before} did not"), ""),
                (true, None) => (", which the release before did not".to_owned(), ""),
                (false, _) => (String::new(), ", which a young release answers"),
            };
            let worst = edge
                .worst
                .as_ref()
                .map(|(title, _)| format!(": {}", title.raw()))
                .unwrap_or_default();
            signals.push(signal.words(
                format!(
                    "{} asks for `{}` at `{}`{since}{answers}, and {spec} is {held}{worst}.",
                    facts.subject.spec(),
                    edge.resolved.name,
                    words::quote(&edge.range),
                ),
                "What a release asks for is installed with it and runs beside it. Whether the payload lies in the release \
                 or next door makes no difference to the machine.",
                match before {
                    Some(_) => format!("Do not install it: {}.", words::keep(facts.subject.name.as_str(), before)),
                    None => format!("Do not install it until {spec} is cleared, or hold `{}` at an earlier version.", edge.resolved.name),
                },
            ));
        }
    }
}

/// The request, then what spoke against the release that answers it.
fn evidence(facts: &Facts, edge: &JudgedEdge) -> Signal {
    let asks = format!(
        "`{}` is asked for; {} answers",
        words::quote(&edge.range),
        edge.resolved.spec()
    );
    let first = words::field(&facts.subject.version, "dependencies", &asks);
    let below = edge.worst.iter().flat_map(|(_, evidence)| evidence);
    below.fold(Signal::new(&META, &facts.subject, first), |signal, step| {
        let mut step: Evidence = step.clone();
        step.note = format!("in {}: {}", edge.resolved.spec(), step.note.raw()).into();
        signal.also(step)
    })
}
