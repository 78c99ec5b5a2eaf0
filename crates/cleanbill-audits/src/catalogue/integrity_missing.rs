//! The entry pins no digest, so whatever the address serves at install time is taken. Where the format
//! carries digests at all, an entry without one was edited or comes from a broken tool.
use cleanbill_facts::{Facts, pin::Origin};
use cleanbill_model::{AuditId, AuditMeta, Confidence, Level, Need, Severity, Signal, Stability};

use crate::{Audit, words};

pub(crate) struct IntegrityMissing;

static META: AuditMeta = AuditMeta {
    id: AuditId("integrity-missing"),
    title: "the lockfile pins no digest",
    severity: Severity::Medium,
    confidence: Confidence::High,
    level: Level::Warn,
    needs: &[Need::Pin],
    since: "0.1.0",
    stability: Stability::Stable,
    taxonomy: &["MET-03"],
    attack: &["T1195.001"],
    page: include_str!("../../docs/integrity-missing.md"),
};

impl Audit for IntegrityMissing {
    fn meta(&self) -> &'static AuditMeta {
        &META
    }

    fn run(&self, facts: &Facts, signals: &mut Vec<Signal>) {
        let Some(pin) = facts.pin.get() else { return };
        // Git entries are held by their commit; links, workspaces and bundled files are never fetched.
        let fetched = matches!(pin.origin, Origin::Registry { .. } | Origin::Url { .. });
        if !fetched || !pin.format_pins_integrity || pin.integrity.is_some() {
            return;
        }
        signals.push(
            Signal::new(&META, &facts.subject, words::entry(pin, "no integrity")).words(
                format!("The entry of {} pins no digest of its tarball.", facts.subject.spec()),
                "Without it, an install takes whatever the address serves that day, and a swapped tarball goes unseen.",
                "Delete the entry and install again with a current package manager, which writes the digest.",
            ),
        );
    }
}
