//! A tool made to find secrets is fetched or started from the package. The thief lets a good tool do his search.
//! Incident: `shai-hulud`, September 2025, which ran such a tool over the home folder.
use cleanbill_facts::Facts;
use cleanbill_model::{AuditId, AuditMeta, Confidence, Level, Need, Severity, Signal, Stability};

use crate::{Audit, code};

pub(crate) struct SecretScannerRun;

static META: AuditMeta = AuditMeta {
    id: AuditId("secret-scanner-run"),
    title: "a search for secrets is started",
    severity: Severity::High,
    confidence: Confidence::High,
    level: Level::Quarantine,
    needs: &[Need::Source],
    since: "0.1.0",
    stability: Stability::Preview,
    taxonomy: &["SRC-08"],
    attack: &["T1552.001", "T1083"],
    page: include_str!("../../docs/secret-scanner-run.md"),
};

const WHY: &str = "What it finds is what the thief came for, over all of the disk and in minutes.";
const UNDO: &str = "If it ran already, count every secret it could read as known to others and change it.";

impl Audit for SecretScannerRun {
    fn meta(&self) -> &'static AuditMeta {
        &META
    }

    fn run(&self, facts: &Facts, signals: &mut Vec<Signal>) {
        for sight in code::sights(facts, META.taxonomy) {
            let what = "starts a tool that searches for secrets".to_owned();
            signals.push(sight.signal(&META, facts, &what, WHY, UNDO));
        }
    }
}
