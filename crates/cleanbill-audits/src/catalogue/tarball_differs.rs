//! The bytes that came are not the bytes the registry announces. Whoever answered in its place, or changed them on
//! the way, can put anything in.
use cleanbill_facts::Facts;
use cleanbill_model::{
    AuditId, AuditMeta, Comparison, Confidence, Evidence, Level, Need, Severity, Signal, Stability,
};

use crate::{Audit, words};

pub(crate) struct TarballDiffers;

static META: AuditMeta = AuditMeta {
    id: AuditId("tarball-differs"),
    title: "the tarball is not the one the registry announces",
    severity: Severity::Critical,
    confidence: Confidence::High,
    level: Level::Block,
    needs: &[Need::Release, Need::Source],
    since: "0.1.0",
    stability: Stability::Preview,
    taxonomy: &["MET-03"],
    attack: &["T1195.002", "T1565.002"],
    page: include_str!("../../docs/tarball-differs.md"),
};

impl Audit for TarballDiffers {
    fn meta(&self) -> &'static AuditMeta {
        &META
    }

    fn run(&self, facts: &Facts, signals: &mut Vec<Signal>) {
        let (Some(source), Some(release)) = (facts.source.get(), facts.release().get().copied()) else {
            return;
        };
        let (Some(real), Some(announced)) = (&source.integrity, release.integrity.get()) else {
            return;
        };
        if real.compare(announced) != Comparison::Differs {
            return;
        }
        signals.push(
            Signal::new(&META, &facts.subject, words::field(&release.version, "dist.integrity", &announced.to_string()))
                .also(Evidence::note(format!("the bytes that came give {real}")))
                .words(
                    format!("The tarball that came for {} has another digest than the registry announces.", facts.subject.spec()),
                    "A published tarball never changes. Something between the registry and you answered with other \
                     bytes, or the registry itself was tampered with.",
                    "Do not install it. Fetch it again over another way, and if the digest still differs, tell the \
                     registry and whoever runs your mirror.",
                ),
        );
    }
}
