//! The home folder, the root or a disk is deleted or overwritten. Some do it out of spite, some when the theft fails.
//! Incident: `node-ipc`, March 2022; `shai-hulud`, November 2025, where it found no token.
use cleanbill_facts::Facts;
use cleanbill_model::{AuditId, AuditMeta, Confidence, Level, Need, Severity, Signal, Stability};

use crate::{Audit, code};

pub(crate) struct FilesDestroyed;

static META: AuditMeta = AuditMeta {
    id: AuditId("files-destroyed"),
    title: "files that are not its own are destroyed",
    severity: Severity::Critical,
    confidence: Confidence::High,
    level: Level::Block,
    needs: &[Need::Source],
    since: "0.1.0",
    stability: Stability::Preview,
    taxonomy: &["FLO-12"],
    attack: &["T1485"],
    page: include_str!("../../docs/files-destroyed.md"),
};

const WHY: &str = "What is deleted is gone. No build needs to clear a home folder or a disk.";
const UNDO: &str = "If it ran already, stop using the disk and restore from a backup.";

impl Audit for FilesDestroyed {
    fn meta(&self) -> &'static AuditMeta {
        &META
    }

    fn run(&self, facts: &Facts, signals: &mut Vec<Signal>) {
        for sight in code::sights(facts, META.taxonomy) {
            let what = format!(
                "destroys what is not its own{}",
                sight
                    .value()
                    .map(|value| format!(" ({value})"))
                    .unwrap_or_default()
            );
            signals.push(sight.signal(&META, facts, &what, WHY, UNDO));
        }
    }
}
