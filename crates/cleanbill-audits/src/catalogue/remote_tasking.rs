//! Code asks a host again and again what to do, and does it on the machine. That is a remote control.
//! Incident: `contagious-interview`, 2023 to 2025.
use cleanbill_facts::Facts;
use cleanbill_model::{AuditId, AuditMeta, Confidence, Level, Need, Severity, Signal, Stability};

use crate::{Audit, code};

pub(crate) struct RemoteTasking;

static META: AuditMeta = AuditMeta {
    id: AuditId("remote-tasking"),
    title: "the code does what a remote host tells it to",
    severity: Severity::Critical,
    confidence: Confidence::High,
    level: Level::Block,
    needs: &[Need::Source],
    since: "0.1.0",
    stability: Stability::Preview,
    taxonomy: &["FLO-15"],
    attack: &["T1071.001", "T1059"],
    page: include_str!("../../docs/remote-tasking.md"),
};

const WHY: &str =
    "Whoever answers can do anything on the machine, at any time, for as long as the code runs.";
const UNDO: &str =
    "If it ran already, count the machine as taken: set it up anew and change every secret it held.";

impl Audit for RemoteTasking {
    fn meta(&self) -> &'static AuditMeta {
        &META
    }

    fn run(&self, facts: &Facts, signals: &mut Vec<Signal>) {
        for sight in code::sights(facts, META.taxonomy) {
            let what = format!("does on this machine what {} tells it to", sight.place());
            signals.push(sight.signal(&META, facts, &what, WHY, UNDO));
        }
    }
}
