//! A unit, an agent, a scheduled task, a line in a shell's profile or a git hook is written. What is written there
//! survives the package.
//! Incident: `shai-hulud`, November 2025; `canisterworm`, March 2026.
use cleanbill_facts::Facts;
use cleanbill_model::{AuditId, AuditMeta, Confidence, Level, Need, Severity, Signal, Stability};

use crate::{Audit, code};

pub(crate) struct AutostartWritten;

static META: AuditMeta = AuditMeta {
    id: AuditId("autostart-written"),
    title: "something is made to run again by itself",
    severity: Severity::Critical,
    confidence: Confidence::High,
    level: Level::Block,
    needs: &[Need::Source],
    since: "0.1.0",
    stability: Stability::Preview,
    taxonomy: &["PER-01", "PER-03"],
    attack: &["T1543", "T1053", "T1546.004"],
    page: include_str!("../../docs/autostart-written.md"),
};

const WHY: &str =
    "It keeps running after the package is removed, at every start of the machine, the shell or a commit.";
const UNDO: &str = "If it ran already, remove what it wrote before the machine starts again, then change the secrets it held.";

impl Audit for AutostartWritten {
    fn meta(&self) -> &'static AuditMeta {
        &META
    }

    fn run(&self, facts: &Facts, signals: &mut Vec<Signal>) {
        for sight in code::sights(facts, META.taxonomy) {
            let what = match sight.id {
                "PER-03" => format!(
                    "writes a hook of version control{}",
                    sight
                        .value()
                        .map(|value| format!(" ({value})"))
                        .unwrap_or_default()
                ),
                _ => format!(
                    "makes something run again by itself{}",
                    sight
                        .value()
                        .map(|value| format!(" ({value})"))
                        .unwrap_or_default()
                ),
            };
            signals.push(sight.signal(&META, facts, &what, WHY, UNDO));
        }
    }
}
