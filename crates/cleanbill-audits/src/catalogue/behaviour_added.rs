//! The release does what the one before did not, in several ways at once: another host, another start, an opaque
//! file, a new way of secrets. Each alone is how software grows; together, in one step, they are how a hijack looks.
//! Incident: `ua-parser-js`, October 2021; `nx`, August 2025.
use std::collections::BTreeSet;

use cleanbill_facts::{
    Facts,
    source::{Change, ChangeKind},
};
use cleanbill_model::{
    AuditId, AuditMeta, Confidence, Evidence, Level, Mark, Need, Severity, Signal, Stability,
};

use crate::{Audit, code, words};

pub(crate) struct BehaviourAdded;

static META: AuditMeta = AuditMeta {
    id: AuditId("behaviour-added"),
    title: "the code does what the release before did not",
    severity: Severity::High,
    confidence: Confidence::Medium,
    level: Level::Quarantine,
    needs: &[Need::Delta],
    since: "0.1.0",
    stability: Stability::Preview,
    taxonomy: &["EXE-05"],
    attack: &["T1195.002"],
    page: include_str!("../../docs/behaviour-added.md"),
};

/// Most places shown of one change.
const MAX_PLACES: usize = 3;

impl Audit for BehaviourAdded {
    fn meta(&self) -> &'static AuditMeta {
        &META
    }

    fn run(&self, facts: &Facts, signals: &mut Vec<Signal>) {
        let Some(delta) = facts.delta() else { return };
        let counted: Vec<&Change> = delta.changes.iter().filter(|change| change.counts).collect();
        let kinds: BTreeSet<ChangeKind> = counted.iter().map(|change| change.kind).collect();
        let leads = kinds.iter().any(|kind| kind.is_leading());
        // A start alone is told by `install-script-added`, and code at the end alone is how files grow.
        let alone = kinds
            .iter()
            .any(|kind| !matches!(kind, ChangeKind::Trigger | ChangeKind::Appended));
        let level = match kinds.len() {
            0 => return,
            1 if leads && alone => Level::Warn,
            1 => return,
            _ if leads => Level::Quarantine,
            _ => Level::Note,
        };
        let mut evidence = counted.iter().flat_map(|change| places(change));
        let Some(first) = evidence.next() else { return };
        let signal = evidence.fold(Signal::new(&META, &facts.subject, first), Signal::also);
        let from = code::predecessor(facts).map(|release| &release.version);
        let told: Vec<String> = kinds.iter().map(|kind| said(*kind, &counted)).collect();
        let signal = signal.level(level).words(
            format!(
                "{} does what {} did not: {}.",
                facts.subject.version,
                from.map_or_else(|| "the release before".to_owned(), ToString::to_string),
                told.join("; ")
            ),
            if delta.patch {
                "A patch mends; it has no reason to reach further than the release before. Hijacked packages change in \
                 just these ways, and in one step."
            } else {
                "Hijacked packages change in just these ways, and in one step. Honest ones grow by one of them at a time."
            },
            format!(
                "Read the places below and ask whether the change log explains them, or {}.",
                words::keep(facts.subject.name.as_str(), from)
            ),
        );
        // What starts at install bears its own mark; one fact is not two.
        let signal = if alone { signal.mark(Mark::Code) } else { signal };
        signals.push(if level < Level::Quarantine {
            signal.severity(Severity::Medium)
        } else {
            signal
        });
    }
}

/// One kind of change in words, with its first instance.
fn said(kind: ChangeKind, counted: &[&Change]) -> String {
    let mut of_kind = counted.iter().filter(|change| change.kind == kind);
    let first = of_kind
        .next()
        .map(|change| words::quote(&change.note).replace(';', ","))
        .unwrap_or_default();
    match of_kind.count() {
        0 => first,
        more => format!("{first} (and {more} more)"),
    }
}

fn places(change: &Change) -> Vec<Evidence> {
    if change.evidence.is_empty() {
        return vec![Evidence::note(change.note.as_str())];
    }
    // A chain is shown whole: half of it proves nothing.
    let most = if change.kind == ChangeKind::Chain {
        change.evidence.len()
    } else {
        MAX_PLACES
    };
    change.evidence.iter().take(most).map(code::step).collect()
}
