//! Loading the package, or installing it, runs into a loop that nothing ends. Whatever waits for it stands still.
//! Incident: `colors@1.4.1`, January 2022, whose author added such a loop to its entry.
use cleanbill_facts::Facts;
use cleanbill_model::{AuditId, AuditMeta, Confidence, Level, Need, Severity, Signal, Stability};

use crate::{Audit, code};

pub(crate) struct ImportNeverEnds;

static META: AuditMeta = AuditMeta {
    id: AuditId("import-never-ends"),
    title: "loading it runs into a loop without an end",
    severity: Severity::High,
    confidence: Confidence::Medium,
    level: Level::Quarantine,
    needs: &[Need::Source],
    since: "0.1.0",
    stability: Stability::Preview,
    taxonomy: &["EXE-14"],
    attack: &["T1499"],
    page: include_str!("../../docs/import-never-ends.md"),
};

const WHY: &str = "Whatever imports it never goes on: a build hangs, a server does not start. Nobody can use such a release, so \
     it is a mistake or meant to hurt.";
const UNDO: &str = "If something hangs already, stop the process and install the release before.";

impl Audit for ImportNeverEnds {
    fn meta(&self) -> &'static AuditMeta {
        &META
    }

    fn run(&self, facts: &Facts, signals: &mut Vec<Signal>) {
        for sight in code::sights(facts, META.taxonomy) {
            let what = sight.told();
            signals.push(sight.signal(&META, facts, &what, WHY, UNDO));
        }
    }
}
