//! Code is pushed off the screen behind blanks, bytes stand behind the end of an image, or a built file holds what its
//! own source does not. All are there so that nobody sees them.
//! Incident: `eslint-config-prettier`'s imitators, 2025; `contagious-interview` put code behind hundreds of blanks.
use cleanbill_facts::Facts;
use cleanbill_model::{AuditId, AuditMeta, Confidence, Level, Need, Severity, Signal, Stability};

use crate::{Audit, code};

pub(crate) struct CodeInDisguise;

static META: AuditMeta = AuditMeta {
    id: AuditId("code-in-disguise"),
    title: "code or data stands where nobody looks for it",
    severity: Severity::High,
    confidence: Confidence::Medium,
    level: Level::Quarantine,
    needs: &[Need::Source],
    since: "0.1.0",
    stability: Stability::Preview,
    taxonomy: &["OBF-09", "OBF-12", "OBF-13", "OBF-15"],
    attack: &["T1027.003", "T1036.008"],
    page: include_str!("../../docs/code-in-disguise.md"),
};

const WHY: &str =
    "Code that nobody sees in a review was put there for that. It waits for something to read and run it.";
const UNDO: &str =
    "If it ran already, count the machine as taken: set it up anew and change every secret it held.";

impl Audit for CodeInDisguise {
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
