//! Instructions with hidden text are shipped, settings of an assistant or editor are written, or an assistant is started
//! so that it acts unasked. The assistant then does the thief's work with the developer's rights.
//! Incident: `s1ngularity` in `nx`, August 2025, which had assistants search for secrets.
use cleanbill_facts::Facts;
use cleanbill_model::{AuditId, AuditMeta, Confidence, Level, Need, Severity, Signal, Stability};

use crate::{Audit, code};

pub(crate) struct AgentImplant;

static META: AuditMeta = AuditMeta {
    id: AuditId("agent-implant"),
    title: "coding assistants or editors are steered",
    severity: Severity::Critical,
    confidence: Confidence::High,
    level: Level::Block,
    needs: &[Need::Source],
    since: "0.1.0",
    stability: Stability::Preview,
    taxonomy: &["AIX-01", "AIX-02", "AIX-03", "AIX-04", "OBF-17"],
    attack: &["T1546", "T1059"],
    page: include_str!("../../docs/agent-implant.md"),
};

const WHY: &str = "An assistant runs commands and reads files with your rights. Whoever writes its settings or instructions works through it.";
const UNDO: &str = "If it ran already, look through your assistant’s settings and instruction files for lines you did not write.";

impl Audit for AgentImplant {
    fn meta(&self) -> &'static AuditMeta {
        &META
    }

    fn run(&self, facts: &Facts, signals: &mut Vec<Signal>) {
        for sight in code::sights(facts, META.taxonomy) {
            let what = match sight.id {
                "AIX-02" => format!(
                    "writes the settings of an assistant or editor{}",
                    sight
                        .value()
                        .map(|value| format!(" ({value})"))
                        .unwrap_or_default()
                ),
                "AIX-03" => "starts a coding assistant so that it acts without asking".to_owned(),
                _ => sight.told(),
            };
            signals.push(sight.signal(&META, facts, &what, WHY, UNDO));
        }
    }
}
