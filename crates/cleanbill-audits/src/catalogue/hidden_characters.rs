//! Characters that no editor shows carry text, or turn the order in which a line is read. A reviewer sees other code
//! than the machine.
//! Incident: `glassworm`, 2025 and 2026; `os-info-checker`, May 2025.
use cleanbill_facts::Facts;
use cleanbill_model::{AuditId, AuditMeta, Confidence, Level, Need, Severity, Signal, Stability};

use crate::{Audit, code};

pub(crate) struct HiddenCharacters;

static META: AuditMeta = AuditMeta {
    id: AuditId("hidden-characters"),
    title: "invisible or direction-turning characters stand in the code",
    severity: Severity::High,
    confidence: Confidence::Medium,
    level: Level::Quarantine,
    needs: &[Need::Source],
    since: "0.1.0",
    stability: Stability::Preview,
    taxonomy: &["OBF-10", "OBF-11"],
    attack: &["T1027"],
    page: include_str!("../../docs/hidden-characters.md"),
};

const WHY: &str =
    "What the screen shows is not what runs. Nobody needs runs of invisible characters in code.";
const UNDO: &str =
    "If it ran already, count the machine as taken: set it up anew and change every secret it held.";

impl Audit for HiddenCharacters {
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
