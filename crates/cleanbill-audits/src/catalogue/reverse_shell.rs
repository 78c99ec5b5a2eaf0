//! A shell's input and output are wired to a socket. Sockets, pipes and child processes are everywhere; only the wire
//! between a shell and a connection is the attack.
//! Incident: beacons of `contagious-interview`, 2023 to 2025.
use cleanbill_facts::Facts;
use cleanbill_model::{AuditId, AuditMeta, Confidence, Level, Need, Severity, Signal, Stability};

use crate::{Audit, code};

pub(crate) struct ReverseShell;

static META: AuditMeta = AuditMeta {
    id: AuditId("reverse-shell"),
    title: "a shell of this machine is handed to somebody else",
    severity: Severity::Critical,
    confidence: Confidence::High,
    level: Level::Block,
    needs: &[Need::Source],
    since: "0.1.0",
    stability: Stability::Preview,
    taxonomy: &["FLO-07"],
    attack: &["T1059.004", "T1571"],
    page: include_str!("../../docs/reverse-shell.md"),
};

const WHY: &str = "Whoever is at the other end types commands on this machine with your rights.";
const UNDO: &str =
    "If it ran already, count the machine as taken: set it up anew and change every secret it held.";

impl Audit for ReverseShell {
    fn meta(&self) -> &'static AuditMeta {
        &META
    }

    fn run(&self, facts: &Facts, signals: &mut Vec<Signal>) {
        for sight in code::sights(facts, META.taxonomy) {
            let what = format!("hands a shell of this machine to {}", sight.place());
            signals.push(sight.signal(&META, facts, &what, WHY, UNDO));
        }
    }
}
