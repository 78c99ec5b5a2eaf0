//! A host or code is read from a paste, a ledger, a calendar or a text record. The release then names no server of
//! the thief's, and he can move at any time.
//! Incident: `glassworm`, 2025 and 2026, which read its hosts from a ledger’s memos.
use cleanbill_facts::Facts;
use cleanbill_model::{AuditId, AuditMeta, Confidence, Level, Need, Severity, Signal, Stability};

use crate::{Audit, code};

pub(crate) struct DeadDropResolved;

static META: AuditMeta = AuditMeta {
    id: AuditId("dead-drop-resolved"),
    title: "the code takes its orders from a public place",
    severity: Severity::High,
    confidence: Confidence::High,
    level: Level::Quarantine,
    needs: &[Need::Source],
    since: "0.1.0",
    stability: Stability::Preview,
    taxonomy: &["FLO-09"],
    attack: &["T1102.001", "T1568"],
    page: include_str!("../../docs/dead-drop-resolved.md"),
};

const WHY: &str = "A value in a public place can be changed by whoever left it, after every check of the release. It hides where the code really goes.";
const UNDO: &str =
    "If it ran already, count the machine as taken: set it up anew and change every secret it held.";

impl Audit for DeadDropResolved {
    fn meta(&self) -> &'static AuditMeta {
        &META
    }

    fn run(&self, facts: &Facts, signals: &mut Vec<Signal>) {
        for sight in code::sights(facts, META.taxonomy) {
            let what =
                "reads what it runs, or whom it speaks to, from a value left in a public place".to_owned();
            signals.push(sight.signal(&META, facts, &what, WHY, UNDO));
        }
    }
}
