//! Text is decoded, or read from a file that is no code, and then run. Readers and scanners look at code, so thieves
//! keep theirs in an image, a font or a long text.
//! Incident: `node-ipc`, May 2026, whose import ran a decoded layer; `flatmap-stream`, 2018, hidden in test data.
use cleanbill_facts::Facts;
use cleanbill_model::{AuditId, AuditMeta, Confidence, Level, Need, Severity, Signal, Stability};

use crate::{Audit, code};

pub(crate) struct HiddenCodeRun;

static META: AuditMeta = AuditMeta {
    id: AuditId("hidden-code-run"),
    title: "code that stands in the release only hidden is run",
    severity: Severity::Critical,
    confidence: Confidence::High,
    level: Level::Block,
    needs: &[Need::Source],
    since: "0.1.0",
    stability: Stability::Preview,
    taxonomy: &["FLO-04", "FLO-05"],
    attack: &["T1027", "T1140"],
    page: include_str!("../../docs/hidden-code-run.md"),
};

const WHY: &str = "Honest code is written to be read. Text that is decoded and run, or an image that turns out to be a program, was put there so that nobody reads it.";
const UNDO: &str =
    "If it ran already, count the machine as taken: set it up anew and change every secret it held.";

impl Audit for HiddenCodeRun {
    fn meta(&self) -> &'static AuditMeta {
        &META
    }

    fn run(&self, facts: &Facts, signals: &mut Vec<Signal>) {
        for sight in code::sights(facts, META.taxonomy) {
            let what = match sight.id {
                "FLO-05" => format!("runs {} as code", sight.origins()),
                _ => "runs code that stands in it only encoded".to_owned(),
            };
            signals.push(sight.signal(&META, facts, &what, WHY, UNDO));
        }
    }
}
