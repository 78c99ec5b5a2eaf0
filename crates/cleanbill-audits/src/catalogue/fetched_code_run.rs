//! Code comes over the network and is run: evaluated, compiled, handed to an interpreter, written and required. The
//! release then holds nothing to find, and its author can change his mind each day.
//! Incident: `event-stream`'s successors; `plain-crypto-js` in `axios@1.14.1`, March 2026, fetched its second stage.
use cleanbill_facts::Facts;
use cleanbill_model::{AuditId, AuditMeta, Confidence, Level, Need, Severity, Signal, Stability};

use crate::{Audit, code};

pub(crate) struct FetchedCodeRun;

static META: AuditMeta = AuditMeta {
    id: AuditId("fetched-code-run"),
    title: "what the network answers is run as code",
    severity: Severity::Critical,
    confidence: Confidence::High,
    level: Level::Block,
    needs: &[Need::Source],
    since: "0.1.0",
    stability: Stability::Preview,
    taxonomy: &["FLO-03"],
    attack: &["T1059.007", "T1105"],
    page: include_str!("../../docs/fetched-code-run.md"),
};

const WHY: &str = "What runs is not in the release. Nobody has read it, it can differ from victim to victim, and it can turn hostile at any hour.";
const UNDO: &str =
    "If it ran already, count the machine as taken: set it up anew and change every secret it held.";

impl Audit for FetchedCodeRun {
    fn meta(&self) -> &'static AuditMeta {
        &META
    }

    fn run(&self, facts: &Facts, signals: &mut Vec<Signal>) {
        for sight in code::sights(facts, META.taxonomy) {
            let what = format!("runs as code what {} answers", sight.place());
            signals.push(sight.signal(&META, facts, &what, WHY, UNDO));
        }
    }
}
