//! Code makes a public repository or a gist with the tools of a forge that are logged in already. What it collected
//! then lies open, under the victim's own name.
//! Incident: `s1ngularity` in `nx`, August 2025; `shai-hulud`, September 2025.
use cleanbill_facts::Facts;
use cleanbill_model::{AuditId, AuditMeta, Confidence, Level, Need, Severity, Signal, Stability};

use crate::{Audit, code};

pub(crate) struct PlatformExfiltration;

static META: AuditMeta = AuditMeta {
    id: AuditId("platform-exfiltration"),
    title: "a public repository is made from code",
    severity: Severity::Critical,
    confidence: Confidence::High,
    level: Level::Block,
    needs: &[Need::Source],
    since: "0.1.0",
    stability: Stability::Preview,
    taxonomy: &["FLO-14"],
    attack: &["T1567.001"],
    page: include_str!("../../docs/platform-exfiltration.md"),
};

const WHY: &str = "What is put there is open to everyone, no filter of outgoing traffic stops it, and it stands under your own name.";
const UNDO: &str = "If it ran already, delete the repository, revoke the account’s tokens and count everything in it as known.";

impl Audit for PlatformExfiltration {
    fn meta(&self) -> &'static AuditMeta {
        &META
    }

    fn run(&self, facts: &Facts, signals: &mut Vec<Signal>) {
        for sight in code::sights(facts, META.taxonomy) {
            let what = "makes a public repository or gist with the account of whoever runs it".to_owned();
            signals.push(sight.signal(&META, facts, &what, WHY, UNDO));
        }
    }
}
