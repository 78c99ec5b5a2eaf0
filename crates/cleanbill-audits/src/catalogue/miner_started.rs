//! A miner is started on the machine that installs or imports the package.
//! Incident: `ua-parser-js`, October 2021; `rspack`, December 2024.
use cleanbill_facts::Facts;
use cleanbill_model::{AuditId, AuditMeta, Confidence, Level, Need, Severity, Signal, Stability};

use crate::{Audit, code};

pub(crate) struct MinerStarted;

static META: AuditMeta = AuditMeta {
    id: AuditId("miner-started"),
    title: "a cryptocurrency miner is started",
    severity: Severity::Critical,
    confidence: Confidence::High,
    level: Level::Block,
    needs: &[Need::Source],
    since: "0.1.0",
    stability: Stability::Preview,
    taxonomy: &["FLO-13"],
    attack: &["T1496"],
    page: include_str!("../../docs/miner-started.md"),
};

const WHY: &str =
    "It works your machines for somebody else, and whoever could start it could start anything.";
const UNDO: &str =
    "If it ran already, count the machine as taken: set it up anew and change every secret it held.";

impl Audit for MinerStarted {
    fn meta(&self) -> &'static AuditMeta {
        &META
    }

    fn run(&self, facts: &Facts, signals: &mut Vec<Signal>) {
        for sight in code::sights(facts, META.taxonomy) {
            let what = "starts a cryptocurrency miner".to_owned();
            signals.push(sight.signal(&META, facts, &what, WHY, UNDO));
        }
    }
}
