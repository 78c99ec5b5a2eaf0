//! The lockfile pins other bytes than the registry has for this version. A published version never changes,
//! so one of the two was tampered with, or the entry never came from this registry.
use cleanbill_facts::{Facts, pin::Origin};
use cleanbill_model::{AuditId, AuditMeta, Comparison, Confidence, Level, Need, Severity, Signal, Stability};

use crate::{Audit, words};

pub(crate) struct IntegrityDiffers;

static META: AuditMeta = AuditMeta {
    id: AuditId("integrity-differs"),
    title: "the lockfile pins other bytes than the registry has",
    severity: Severity::Critical,
    confidence: Confidence::High,
    level: Level::Block,
    needs: &[Need::Pin, Need::Release],
    since: "0.1.0",
    stability: Stability::Stable,
    taxonomy: &["MET-03"],
    attack: &["T1195.001", "T1565.001"],
    page: include_str!("../../docs/integrity-differs.md"),
};

impl Audit for IntegrityDiffers {
    fn meta(&self) -> &'static AuditMeta {
        &META
    }

    fn run(&self, facts: &Facts, signals: &mut Vec<Signal>) {
        let (Some(pin), Some(release)) = (facts.pin.get(), facts.release().get().copied()) else {
            return;
        };
        // Only an entry from a registry claims to be the registry's release.
        let Origin::Registry { .. } = pin.origin else {
            return;
        };
        let (Some(ours), Some(theirs)) = (&pin.integrity, release.integrity.get()) else {
            return;
        };
        if ours.compare(theirs) != Comparison::Differs {
            return;
        }
        signals.push(
            Signal::new(&META, &facts.subject, words::entry(pin, &format!("integrity: {ours}")))
                .also(words::field(&release.version, "dist.integrity", &theirs.to_string()))
                .words(
                    format!("The lockfile pins {} to a digest that is not the registry's.", facts.subject.spec()),
                    "A published version never changes. Either the lockfile was edited to bring in other bytes, or the \
                     registry serves other bytes than it did when the lockfile was written.",
                    format!(
                        "Do not install from this lockfile. See in version control who wrote line {} of `{}`, then delete \
                         the entry and let your package manager resolve it anew.",
                        pin.line, pin.file
                    ),
                ),
        );
    }
}
