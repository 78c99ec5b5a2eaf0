//! A file is fetched, written and started, often detached and without output. It is the second stage of most hijacks,
//! and what makes it a dropper is the host, not the fetching.
//! Incident: `ua-parser-js`, October 2021; `axios@1.14.1`, March 2026.
use cleanbill_facts::Facts;
use cleanbill_model::{AuditId, AuditMeta, Confidence, Level, Need, Severity, Signal, Stability};

use crate::{Audit, code};

pub(crate) struct DownloadedProgramRun;

static META: AuditMeta = AuditMeta {
    id: AuditId("downloaded-program-run"),
    title: "a program is fetched and run",
    severity: Severity::Critical,
    confidence: Confidence::High,
    level: Level::Block,
    needs: &[Need::Source],
    since: "0.1.0",
    stability: Stability::Preview,
    taxonomy: &["FLO-06"],
    attack: &["T1105", "T1059.007"],
    page: include_str!("../../docs/downloaded-program-run.md"),
};

const WHY: &str = "The program that runs is not in the release and nobody has read it. It runs with your rights, and mostly out of sight.";
const UNDO: &str =
    "If it ran already, count the machine as taken: set it up anew and change every secret it held.";

impl Audit for DownloadedProgramRun {
    fn meta(&self) -> &'static AuditMeta {
        &META
    }

    fn run(&self, facts: &Facts, signals: &mut Vec<Signal>) {
        for sight in code::sights(facts, META.taxonomy) {
            let what = format!("fetches a file from {} and runs it", sight.place());
            signals.push(sight.signal(&META, facts, &what, WHY, UNDO));
        }
    }
}
