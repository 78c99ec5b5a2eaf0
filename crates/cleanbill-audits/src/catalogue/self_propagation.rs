//! Code of a package publishes packages, with a token it found. That is a worm: every victim's own packages carry it on.
//! Incident: `shai-hulud`, September and November 2025; `canisterworm`, March 2026.
use cleanbill_facts::Facts;
use cleanbill_model::{AuditId, AuditMeta, Confidence, Level, Need, Severity, Signal, Stability};

use crate::{Audit, code};

pub(crate) struct SelfPropagation;

static META: AuditMeta = AuditMeta {
    id: AuditId("self-propagation"),
    title: "the release publishes packages from its own code",
    severity: Severity::Critical,
    confidence: Confidence::High,
    level: Level::Block,
    needs: &[Need::Source],
    since: "0.1.0",
    stability: Stability::Preview,
    taxonomy: &["FLO-08", "WRM-01"],
    attack: &["T1195.002", "T1528"],
    page: include_str!("../../docs/self-propagation.md"),
};

const WHY: &str = "A package that publishes others with the tokens it finds spreads through everyone who installs it, under their names.";
const UNDO: &str = "If it ran already, revoke every publishing token on the machine, then look through the releases of your packages for ones you did not make.";

impl Audit for SelfPropagation {
    fn meta(&self) -> &'static AuditMeta {
        &META
    }

    fn run(&self, facts: &Facts, signals: &mut Vec<Signal>) {
        for sight in code::sights(facts, META.taxonomy) {
            let what = "publishes packages from its own code".to_owned();
            signals.push(sight.signal(&META, facts, &what, WHY, UNDO));
        }
    }
}
