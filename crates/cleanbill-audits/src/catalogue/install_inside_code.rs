//! Code runs a package manager for another package. The package that comes was never in a lockfile, and nobody
//! judged it.
//! Incident: `mastra`, June 2026, whose bait asked for its payload from a script.
use cleanbill_facts::Facts;
use cleanbill_model::{AuditId, AuditMeta, Confidence, Level, Need, Severity, Signal, Stability};

use crate::{Audit, code};

pub(crate) struct InstallInsideCode;

static META: AuditMeta = AuditMeta {
    id: AuditId("install-inside-code"),
    title: "code installs another package",
    severity: Severity::High,
    confidence: Confidence::Medium,
    level: Level::Quarantine,
    needs: &[Need::Source],
    since: "0.1.0",
    stability: Stability::Preview,
    taxonomy: &["FLO-17"],
    attack: &["T1105", "T1195.001"],
    page: include_str!("../../docs/install-inside-code.md"),
};

const WHY: &str =
    "What is installed stands in no lockfile, has no digest, and was seen by no check of yours.";
const UNDO: &str = "If it ran already, see which package came and judge it as one you installed.";

impl Audit for InstallInsideCode {
    fn meta(&self) -> &'static AuditMeta {
        &META
    }

    fn run(&self, facts: &Facts, signals: &mut Vec<Signal>) {
        for sight in code::sights(facts, META.taxonomy) {
            let what = "installs another package from its own code".to_owned();
            signals.push(sight.signal(&META, facts, &what, WHY, UNDO));
        }
    }
}
