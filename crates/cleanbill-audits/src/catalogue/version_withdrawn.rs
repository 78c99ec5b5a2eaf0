//! The version was published and is no longer offered: it stands in the packument's time map and nowhere
//! else. Takedowns of malware leave exactly this trace, and it outlasts every advisory.
//! Incident: 31 versions of `@mastra` packages, June 2026, still in `time` after their removal.
use cleanbill_facts::Facts;
use cleanbill_model::{AuditId, AuditMeta, Confidence, Level, Need, Severity, Signal, Stability};

use crate::{Audit, words};

pub(crate) struct VersionWithdrawn;

static META: AuditMeta = AuditMeta {
    id: AuditId("version-withdrawn"),
    title: "the version was withdrawn after publication",
    severity: Severity::High,
    confidence: Confidence::Medium,
    level: Level::Quarantine,
    needs: &[Need::Package],
    since: "0.1.0",
    stability: Stability::Stable,
    taxonomy: &["MET-07"],
    attack: &["T1195.002"],
    page: include_str!("../../docs/version-withdrawn.md"),
};

impl Audit for VersionWithdrawn {
    fn meta(&self) -> &'static AuditMeta {
        &META
    }

    fn run(&self, facts: &Facts, signals: &mut Vec<Signal>) {
        let Some(package) = facts.package.get() else {
            return;
        };
        let version = &facts.subject.version;
        let Some(gone) = package
            .withdrawal(version)
            .filter(|_| package.release(version).is_none())
        else {
            return;
        };
        let moment = gone
            .published
            .get()
            .map_or_else(|| "at a time not known".to_owned(), |at| format!("on {at}"));
        let stable = package
            .releases
            .iter()
            .filter(|release| !release.version.is_prerelease());
        let below = stable
            .clone()
            .filter(|release| release.version < *version)
            .map(|release| &release.version)
            .max();
        let above = stable
            .filter(|release| release.version > *version && release.version.same_line(version))
            .map(|release| &release.version)
            .min();
        let name = package.name.as_str();
        let advice = match (above, below) {
            (Some(next), _) => format!("Move to {next} (`{}`)", words::install(name, next)),
            (None, Some(last)) => format!("Go back to {last} (`{}`)", words::install(name, last)),
            (None, None) => "Remove the package; no other version is left".to_owned(),
        };
        signals.push(
            Signal::new(&META, &facts.subject, words::packument(&format!("time[\"{version}\"]"), &moment))
                .also(words::packument(&format!("versions[\"{version}\"]"), "absent"))
                .words(
                    format!("{} was published {moment}, and its registry no longer offers it.", facts.subject.spec()),
                    "Versions are withdrawn when they are hostile, or when their author published them by mistake. A \
                     cache or a mirror may still hand you the old bytes.",
                    format!("{advice}, and find out why it was withdrawn, if a machine of yours ever installed it."),
                ),
        );
    }
}
