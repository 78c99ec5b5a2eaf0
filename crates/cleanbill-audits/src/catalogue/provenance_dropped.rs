//! Earlier releases of the line carried an attestation of where they were built, this one carries none: it
//! was not built where the others were. Judged line by line, since back-ports are often built elsewhere.
//! Incident: `@mastra/core@1.42.1`, June 2026, the first of its line without one.
use cleanbill_facts::Facts;
use cleanbill_model::{AuditId, AuditMeta, Confidence, Level, Mark, Need, Severity, Signal, Stability};

use crate::{Audit, history, words};

pub(crate) struct ProvenanceDropped;

static META: AuditMeta = AuditMeta {
    id: AuditId("provenance-dropped"),
    title: "the release lost the provenance its line had",
    severity: Severity::High,
    confidence: Confidence::High,
    level: Level::Warn,
    needs: &[Need::Package, Need::Release],
    since: "0.1.0",
    stability: Stability::Stable,
    taxonomy: &["MET-06"],
    attack: &["T1195.002"],
    page: include_str!("../../docs/provenance-dropped.md"),
};

impl Audit for ProvenanceDropped {
    fn meta(&self) -> &'static AuditMeta {
        &META
    }

    fn run(&self, facts: &Facts, signals: &mut Vec<Signal>) {
        let Some((package, release)) = history::subject(facts) else {
            return;
        };
        if release.provenance.get() != Some(&false) {
            return;
        }
        let Some(before) = history::baseline(package, release) else {
            return;
        };
        if !before.version.same_line(&release.version) || before.provenance.get() != Some(&true) {
            return;
        }
        // A line that lost it before and got it back is one whose pipeline skips it now and then.
        let wavered = history::earlier(package, release)
            .into_iter()
            .filter(|earlier| earlier.version.same_line(&release.version))
            .filter_map(|earlier| earlier.provenance.get())
            .skip_while(|provenance| **provenance)
            .any(|provenance| *provenance);
        let signal = Signal::new(&META, &facts.subject, words::field(&release.version, "dist.attestations", "absent"))
            .also(words::field(&before.version, "dist.attestations", "present"))
            .words(
                format!(
                    "{} carries no provenance attestation; {}, before it in the same line, does.",
                    release.version, before.version
                ),
                if wavered {
                    "It was not built where the others were. This line has lost and regained its provenance before, so \
                     it may only be an uneven pipeline."
                } else {
                    "It was not built where the others were. A stolen token can publish, and cannot produce the \
                     attestation of the project's own workflow."
                },
                format!(
                    "Look for the release in the project's repository; until then {}.",
                    words::keep(package.name.as_str(), Some(&before.version))
                ),
            );
        signals.push(if wavered {
            signal.level(Level::Note).confidence(Confidence::Low)
        } else {
            signal
                .level(history::alone(release, facts.as_of))
                .mark(Mark::Channel)
        });
    }
}
