//! Code that ran at install deletes itself or writes a harmless file in its place. Whoever looks later finds nothing.
//! Incident: `plain-crypto-js` in `axios@1.14.1`, March 2026, which replaced its own manifest.
use cleanbill_facts::Facts;
use cleanbill_model::{AuditId, AuditMeta, Confidence, Level, Need, Severity, Signal, Stability};

use crate::{Audit, code};

pub(crate) struct TracesRemoved;

static META: AuditMeta = AuditMeta {
    id: AuditId("traces-removed"),
    title: "the code removes its own traces",
    severity: Severity::High,
    confidence: Confidence::Medium,
    level: Level::Quarantine,
    needs: &[Need::Source],
    since: "0.1.0",
    stability: Stability::Preview,
    taxonomy: &["ANT-03"],
    attack: &["T1070.004"],
    page: include_str!("../../docs/traces-removed.md"),
};

const WHY: &str =
    "Only code that must not be found deletes itself. What is on the disk afterwards is not what ran.";
const UNDO: &str = "If it ran already, do not trust what lies in `node_modules`; read the tarball itself.";

impl Audit for TracesRemoved {
    fn meta(&self) -> &'static AuditMeta {
        &META
    }

    fn run(&self, facts: &Facts, signals: &mut Vec<Signal>) {
        for sight in code::sights(facts, META.taxonomy) {
            let what = "deletes its own file after it has run".to_owned();
            signals.push(sight.signal(&META, facts, &what, WHY, UNDO));
        }
    }
}
