//! Code writes workflow files of a build service into a project. They run later, on the service, with its secrets.
//! Incident: `shai-hulud`, September and November 2025.
use cleanbill_facts::Facts;
use cleanbill_model::{AuditId, AuditMeta, Confidence, Level, Need, Severity, Signal, Stability};

use crate::{Audit, code};

pub(crate) struct CiImplant;

static META: AuditMeta = AuditMeta {
    id: AuditId("ci-implant"),
    title: "a workflow of a build service is written",
    severity: Severity::Critical,
    confidence: Confidence::High,
    level: Level::Block,
    needs: &[Need::Source],
    since: "0.1.0",
    stability: Stability::Preview,
    taxonomy: &["AIX-05"],
    attack: &["T1546", "T1195.002"],
    page: include_str!("../../docs/ci-implant.md"),
};

const WHY: &str = "A workflow runs with the secrets of the build service each time somebody pushes, long after the package is gone.";
const UNDO: &str = "If it ran already, look through the workflows of every project on the machine, and change the secrets of the build service.";

impl Audit for CiImplant {
    fn meta(&self) -> &'static AuditMeta {
        &META
    }

    fn run(&self, facts: &Facts, signals: &mut Vec<Signal>) {
        for sight in code::sights(facts, META.taxonomy) {
            let what = format!(
                "writes a workflow of a build service{}",
                sight
                    .value()
                    .map(|value| format!(" ({value})"))
                    .unwrap_or_default()
            );
            signals.push(sight.signal(&META, facts, &what, WHY, UNDO));
        }
    }
}
