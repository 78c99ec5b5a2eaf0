//! The entry pins its tarball only by SHA-1 or MD5. Both allow two files with one digest, so they prove
//! nothing against somebody who prepared both.
use cleanbill_facts::Facts;
use cleanbill_model::{Algorithm, AuditId, AuditMeta, Confidence, Level, Need, Severity, Signal, Stability};

use crate::{Audit, words};

pub(crate) struct IntegrityWeak;

static META: AuditMeta = AuditMeta {
    id: AuditId("integrity-weak"),
    title: "the lockfile pins only a broken digest",
    severity: Severity::Low,
    confidence: Confidence::High,
    level: Level::Warn,
    needs: &[Need::Pin],
    since: "0.1.0",
    stability: Stability::Stable,
    taxonomy: &["MET-03"],
    attack: &["T1195.001"],
    page: include_str!("../../docs/integrity-weak.md"),
};

impl Audit for IntegrityWeak {
    fn meta(&self) -> &'static AuditMeta {
        &META
    }

    fn run(&self, facts: &Facts, signals: &mut Vec<Signal>) {
        let Some(pin) = facts.pin.get() else { return };
        let Some(integrity) = pin
            .integrity
            .as_ref()
            .filter(|integrity| integrity.strongest() <= Algorithm::Sha1)
        else {
            return;
        };
        let algorithm = integrity.strongest().as_str();
        let offered = facts.release().get().and_then(|release| release.integrity.get());
        // Releases from before SHA-512 have nothing better anywhere; the lockfile's owner can do nothing.
        let no_better = offered.is_some_and(|theirs| theirs.strongest() <= Algorithm::Sha1);
        let signal = Signal::new(
            &META,
            &facts.subject,
            words::entry(pin, &format!("integrity: {algorithm} only")),
        )
        .words(
            format!(
                "The entry of {} is pinned by {algorithm} only.",
                facts.subject.spec()
            ),
            format!(
                "Two different files can share one {algorithm} digest, so it does not tell a swapped tarball."
            ),
            if no_better {
                "The registry offers nothing better for this old release; move to a later one where you can."
            } else {
                "Delete the entry and install again with a current package manager, which pins SHA-512."
            },
        );
        signals.push(if no_better {
            signal.level(Level::Note)
        } else {
            signal
        });
    }
}
