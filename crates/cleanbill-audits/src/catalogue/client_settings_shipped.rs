//! A tarball carries settings that a package manager obeys when it works in the folder, and they choose which program
//! it runs. For a dependency taken from git this happens at install.
//! Incident: the `git` setting of `.npmrc`, disclosed in January 2026.
use cleanbill_facts::Facts;
use cleanbill_model::{AuditId, AuditMeta, Confidence, Level, Need, Severity, Signal, Stability};

use crate::{Audit, code};

pub(crate) struct ClientSettingsShipped;

static META: AuditMeta = AuditMeta {
    id: AuditId("client-settings-shipped"),
    title: "settings of a package manager are in the tarball",
    severity: Severity::High,
    confidence: Confidence::High,
    level: Level::Quarantine,
    needs: &[Need::Source],
    since: "0.1.0",
    stability: Stability::Preview,
    taxonomy: &["EXE-09"],
    attack: &["T1574"],
    page: include_str!("../../docs/client-settings-shipped.md"),
};

const WHY: &str = "A package manager that works in the folder obeys these settings, and some of them name a program it then runs.";
const UNDO: &str = "If it was installed from git, look at what the setting names and whether it ran.";

impl Audit for ClientSettingsShipped {
    fn meta(&self) -> &'static AuditMeta {
        &META
    }

    fn run(&self, facts: &Facts, signals: &mut Vec<Signal>) {
        for sight in code::sights(facts, META.taxonomy) {
            let what = sight.told();
            signals.push(sight.signal(&META, facts, &what, WHY, UNDO));
        }
    }
}
