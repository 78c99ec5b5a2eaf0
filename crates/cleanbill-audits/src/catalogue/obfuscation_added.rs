//! A package whose code could be read has code that cannot. Nobody starts to protect a published package in an
//! update; somebody who took it over does.
//! Incident: `chalk` and `debug`, September 2025; `rspack`, December 2024.
use cleanbill_facts::{Facts, source::ChangeKind};
use cleanbill_model::{AuditId, AuditMeta, Confidence, Level, Mark, Need, Severity, Signal, Stability};

use crate::{Audit, code, words};

pub(crate) struct ObfuscationAdded;

static META: AuditMeta = AuditMeta {
    id: AuditId("obfuscation-added"),
    title: "code was made unreadable that was not before",
    severity: Severity::High,
    confidence: Confidence::High,
    level: Level::Quarantine,
    needs: &[Need::Delta],
    since: "0.1.0",
    stability: Stability::Preview,
    taxonomy: &["OBF-06"],
    attack: &["T1027"],
    page: include_str!("../../docs/obfuscation-added.md"),
};

impl Audit for ObfuscationAdded {
    fn meta(&self) -> &'static AuditMeta {
        &META
    }

    fn run(&self, facts: &Facts, signals: &mut Vec<Signal>) {
        let Some(delta) = facts.delta() else { return };
        let mut changes = delta
            .changes
            .iter()
            .filter(|change| change.kind == ChangeKind::Obfuscation && change.counts);
        let Some(first) = changes.next() else { return };
        let mut evidence = first
            .evidence
            .iter()
            .chain(changes.flat_map(|change| &change.evidence))
            .map(code::step);
        let Some(place) = evidence.next() else { return };
        let signal = evidence.fold(Signal::new(&META, &facts.subject, place), Signal::also);
        let from = code::predecessor(facts).map(|release| &release.version);
        signals.push(signal.mark(Mark::Code).words(
            format!(
                "In {} {}; {} had no such file.",
                facts.subject.version,
                words::quote(&first.note),
                from.map_or_else(|| "the release before".to_owned(), ToString::to_string)
            ),
            "Nobody starts to hide the code of a published package in an update, and whoever takes a package over does.",
            format!(
                "Do not run it until its authors say why: {}.",
                words::keep(facts.subject.name.as_str(), from)
            ),
        ));
    }
}
