//! A build description may hold commands that run while it is read, before anything is built and without any script in
//! the manifest. It is the quietest way to run at install.
//! Incident: `phantom-gyp`, June 2026.
use cleanbill_facts::Facts;
use cleanbill_model::{AuditId, AuditMeta, Confidence, Level, Need, Severity, Signal, Stability};

use crate::{Audit, code};

pub(crate) struct NativeBuildRunsCommands;

static META: AuditMeta = AuditMeta {
    id: AuditId("native-build-runs-commands"),
    title: "reading the build description runs commands",
    severity: Severity::Critical,
    confidence: Confidence::High,
    level: Level::Block,
    needs: &[Need::Source],
    since: "0.1.0",
    stability: Stability::Preview,
    taxonomy: &["EXE-02"],
    attack: &["T1059", "T1195.002"],
    page: include_str!("../../docs/native-build-runs-commands.md"),
};

const WHY: &str = "It runs at install although the manifest has no install script, so whoever looks for scripts finds none.";
const UNDO: &str =
    "If it ran already, count the machine as taken: set it up anew and change every secret it held.";

impl Audit for NativeBuildRunsCommands {
    fn meta(&self) -> &'static AuditMeta {
        &META
    }

    fn run(&self, facts: &Facts, signals: &mut Vec<Signal>) {
        for sight in code::sights(facts, META.taxonomy) {
            let what = format!(
                "runs {} while its build description is read",
                sight.value().unwrap_or_else(|| "a command".to_owned())
            );
            signals.push(sight.signal(&META, facts, &what, WHY, UNDO));
        }
    }
}
