//! A package puts a program named like a tool everyone calls into the folder that scripts search first. The next script
//! that calls the tool calls the package.
//! Incident: demonstrated in research on package managers, 2025.
use cleanbill_facts::Facts;
use cleanbill_model::{AuditId, AuditMeta, Confidence, Level, Need, Severity, Signal, Stability};

use crate::{Audit, code};

pub(crate) struct BinShadowsTool;

static META: AuditMeta = AuditMeta {
    id: AuditId("bin-shadows-tool"),
    title: "one of its programs bears the name of a common tool",
    severity: Severity::High,
    confidence: Confidence::High,
    level: Level::Quarantine,
    needs: &[Need::Source],
    since: "0.1.0",
    stability: Stability::Preview,
    taxonomy: &["EXE-06"],
    attack: &["T1574.007"],
    page: include_str!("../../docs/bin-shadows-tool.md"),
};

const WHY: &str = "Scripts of your project look there first, so the next one that calls the tool runs this program in its place.";
const UNDO: &str = "If a script ran since, see with `npx which` what the name led to.";

impl Audit for BinShadowsTool {
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
