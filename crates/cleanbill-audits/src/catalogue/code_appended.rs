//! A file is as it was but for its end, and what was put there reaches further than the rest. Thieves add to a file
//! they do not understand, so they add at its end.
//! Incident: `chalk` and `debug`, September 2025, whose payload followed the unchanged file on one line.
use std::collections::BTreeSet;

use cleanbill_facts::{Facts, source::ChangeKind};
use cleanbill_model::{AuditId, AuditMeta, Confidence, Level, Mark, Need, Severity, Signal, Stability};

use crate::{Audit, code, words};

pub(crate) struct CodeAppended;

static META: AuditMeta = AuditMeta {
    id: AuditId("code-appended"),
    title: "code was put at the end of an unchanged file",
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    level: Level::Warn,
    needs: &[Need::Delta],
    since: "0.1.0",
    stability: Stability::Preview,
    taxonomy: &["OBF-13"],
    attack: &["T1195.002", "T1554"],
    page: include_str!("../../docs/code-appended.md"),
};

impl Audit for CodeAppended {
    fn meta(&self) -> &'static AuditMeta {
        &META
    }

    fn run(&self, facts: &Facts, signals: &mut Vec<Signal>) {
        let Some(delta) = facts.delta() else { return };
        let reaching: BTreeSet<&str> = delta
            .changes
            .iter()
            .filter(|change| {
                change.counts && !matches!(change.kind, ChangeKind::Appended | ChangeKind::Trigger)
            })
            .flat_map(|change| change.evidence.iter().map(|step| step.file.as_str()))
            .collect();
        let from = code::predecessor(facts).map(|release| &release.version);
        for change in delta
            .changes
            .iter()
            .filter(|change| change.kind == ChangeKind::Appended)
        {
            // A function at the end of a file is how files grow; one that reaches further than the rest is not.
            let Some(place) = change
                .evidence
                .first()
                .filter(|step| reaching.contains(step.file.as_str()))
            else {
                continue;
            };
            let others = delta
                .changes
                .iter()
                .filter(|other| other.counts && other.kind != ChangeKind::Appended)
                .flat_map(|other| other.evidence.iter().filter(|step| step.file == place.file));
            let signal = others.map(code::step).fold(
                Signal::new(&META, &facts.subject, code::step(place)),
                Signal::also,
            );
            signals.push(signal.mark(Mark::Code).words(
                format!(
                    "Between {} and {} {}. What was added reaches further than the rest.",
                    from.map_or_else(|| "the release before".to_owned(), ToString::to_string),
                    facts.subject.version,
                    words::quote(&change.note)
                ),
                "Whoever takes a package over seldom understands it, so the payload goes to the end of a file and \
                 leaves everything else as it was.",
                format!(
                    "Read what was added, at the places below, or {}.",
                    words::keep(facts.subject.name.as_str(), from)
                ),
            ));
        }
    }
}
