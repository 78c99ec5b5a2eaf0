//! Name, user and addresses of the machine go to a host nothing else in the package names. Beacons of dependency
//! confusion do just that, and thieves do it first to see whom they have met.
//! Incident: the hundreds of beacons under internal names that registries remove each month.
use cleanbill_facts::Facts;
use cleanbill_model::{AuditId, AuditMeta, Confidence, Level, Need, Severity, Signal, Stability};

use crate::{Audit, code};

pub(crate) struct FingerprintSent;

static META: AuditMeta = AuditMeta {
    id: AuditId("fingerprint-sent"),
    title: "the release tells strangers who and where this machine is",
    severity: Severity::Critical,
    confidence: Confidence::High,
    level: Level::Block,
    needs: &[Need::Source],
    since: "0.1.0",
    stability: Stability::Preview,
    taxonomy: &["FLO-02"],
    attack: &["T1082", "T1016", "T1033"],
    page: include_str!("../../docs/fingerprint-sent.md"),
};

const WHY: &str = "A name, a user and an address tell whoever listens which company installed the package, and where to strike next. Honest telemetry counts platforms and versions, not people.";
const UNDO: &str =
    "If it ran already, tell whoever looks after your network which machine reported itself, and to whom.";

impl Audit for FingerprintSent {
    fn meta(&self) -> &'static AuditMeta {
        &META
    }

    fn run(&self, facts: &Facts, signals: &mut Vec<Signal>) {
        for sight in code::sights(facts, META.taxonomy) {
            let what = format!("sends {} to {}", sight.origins(), sight.place());
            signals.push(sight.signal(&META, facts, &what, WHY, UNDO));
        }
    }
}
