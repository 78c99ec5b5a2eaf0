//! A machine program lies in the tarball and a script or import starts it, or another runtime is fetched to run the
//! package's code. What a machine program does cannot be read here.
//! Incident: `ironworm`, June 2026, which ran `tools/setup` from a hook.
use cleanbill_facts::Facts;
use cleanbill_model::{AuditId, AuditMeta, Confidence, Level, Need, Severity, Signal, Stability};

use crate::{Audit, code};

pub(crate) struct BundledProgramRun;

static META: AuditMeta = AuditMeta {
    id: AuditId("bundled-program-run"),
    title: "a program inside the tarball is run",
    severity: Severity::High,
    confidence: Confidence::Medium,
    level: Level::Quarantine,
    needs: &[Need::Source],
    since: "0.1.0",
    stability: Stability::Preview,
    taxonomy: &["EXE-10", "EXE-11"],
    attack: &["T1204", "T1059"],
    page: include_str!("../../docs/bundled-program-run.md"),
};

const WHY: &str =
    "A machine program is not read by anybody here, and at install it runs before you could look at it.";
const UNDO: &str =
    "If it ran already, count the machine as taken: set it up anew and change every secret it held.";

impl Audit for BundledProgramRun {
    fn meta(&self) -> &'static AuditMeta {
        &META
    }

    fn run(&self, facts: &Facts, signals: &mut Vec<Signal>) {
        for sight in code::sights(facts, META.taxonomy) {
            let what = match sight.id {
                "EXE-10" => "runs its code with another runtime that it brings along".to_owned(),
                _ => format!(
                    "runs {}, a machine program from the tarball",
                    sight.value().unwrap_or_else(|| "a file".to_owned())
                ),
            };
            signals.push(sight.signal(&META, facts, &what, WHY, UNDO));
        }
    }
}
