//! Code writes into other packages or programs on the machine: a wallet, an editor, a globally installed package. The
//! change stays when the package is removed.
//! Incident: `ethers-provider2`, March 2025, which patched `ethers` beside it.
use cleanbill_facts::Facts;
use cleanbill_model::{AuditId, AuditMeta, Confidence, Level, Need, Severity, Signal, Stability};

use crate::{Audit, code};

pub(crate) struct OtherSoftwareChanged;

static META: AuditMeta = AuditMeta {
    id: AuditId("other-software-changed"),
    title: "other installed software is changed",
    severity: Severity::Critical,
    confidence: Confidence::High,
    level: Level::Block,
    needs: &[Need::Source],
    since: "0.1.0",
    stability: Stability::Preview,
    taxonomy: &["PER-02"],
    attack: &["T1554"],
    page: include_str!("../../docs/other-software-changed.md"),
};

const WHY: &str =
    "The program you trust is another one afterwards, and removing the package does not bring it back.";
const UNDO: &str = "If it ran already, install what it wrote into anew from its own source.";

impl Audit for OtherSoftwareChanged {
    fn meta(&self) -> &'static AuditMeta {
        &META
    }

    fn run(&self, facts: &Facts, signals: &mut Vec<Signal>) {
        for sight in code::sights(facts, META.taxonomy) {
            let what = format!(
                "writes into other installed software{}",
                sight
                    .value()
                    .map(|value| format!(" ({value})"))
                    .unwrap_or_default()
            );
            signals.push(sight.signal(&META, facts, &what, WHY, UNDO));
        }
    }
}
