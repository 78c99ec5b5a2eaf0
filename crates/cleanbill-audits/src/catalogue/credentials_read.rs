//! Code reads the memory of a build runner or stores of credentials, although nothing shows where that goes. Nobody
//! reads these by accident.
//! Incident: `tj-actions` and its followers in packages, 2025 and 2026, which read a runner’s memory.
use cleanbill_facts::Facts;
use cleanbill_model::{AuditId, AuditMeta, Confidence, Level, Need, Severity, Signal, Stability};

use crate::{Audit, code};

pub(crate) struct CredentialsRead;

static META: AuditMeta = AuditMeta {
    id: AuditId("credentials-read"),
    title: "credentials are read that are none of its business",
    severity: Severity::High,
    confidence: Confidence::Medium,
    level: Level::Quarantine,
    needs: &[Need::Source],
    since: "0.1.0",
    stability: Stability::Preview,
    taxonomy: &["SRC-03", "SRC-04", "SRC-05", "SRC-07"],
    attack: &["T1003.007", "T1552"],
    page: include_str!("../../docs/credentials-read.md"),
};

const WHY: &str =
    "The memory of a build runner holds every secret of the build, also those that are masked in its logs.";
const UNDO: &str = "If it ran already, count every secret it could read as known to others and change it.";

impl Audit for CredentialsRead {
    fn meta(&self) -> &'static AuditMeta {
        &META
    }

    fn run(&self, facts: &Facts, signals: &mut Vec<Signal>) {
        for sight in code::sights(facts, META.taxonomy) {
            let what = match sight.id {
                "SRC-05" => format!(
                    "reads the memory of another process{}",
                    sight
                        .value()
                        .map(|value| format!(" ({value})"))
                        .unwrap_or_default()
                ),
                _ => format!("reads {}", sight.origins()),
            };
            signals.push(sight.signal(&META, facts, &what, WHY, UNDO));
        }
    }
}
