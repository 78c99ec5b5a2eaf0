//! The work of an obfuscator: string tables behind decoders, packed texts, code of six characters. It is undone where it
//! can be, and what it does is told by the other audits; this one says that somebody did not want it read.
//! Incident: most stages since `beavertail`, 2023.
use cleanbill_facts::Facts;
use cleanbill_model::{AuditId, AuditMeta, Confidence, Level, Need, Severity, Signal, Stability};

use crate::{Audit, code};

pub(crate) struct ObfuscatedCode;

static META: AuditMeta = AuditMeta {
    id: AuditId("obfuscated-code"),
    title: "code was made unreadable on purpose",
    severity: Severity::High,
    confidence: Confidence::Medium,
    level: Level::Quarantine,
    needs: &[Need::Source],
    since: "0.1.0",
    stability: Stability::Preview,
    taxonomy: &["OBF-05", "OBF-06", "OBF-07"],
    attack: &["T1027"],
    page: include_str!("../../docs/obfuscated-code.md"),
};

const WHY: &str = "A published package has little to hide. Code nobody can read is where thieves put theirs.";
const UNDO: &str =
    "If it ran already, count the machine as taken: set it up anew and change every secret it held.";

impl Audit for ObfuscatedCode {
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
