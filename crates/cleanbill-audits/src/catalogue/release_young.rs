//! A release that came out days ago has been looked at by few. Most hijacked releases are found and taken
//! down within a day or two, so waiting is the cheapest defence there is.
//! Incident: `axios@1.14.1`, taken down after 2 h 54 min.
use cleanbill_facts::Facts;
use cleanbill_model::{AuditId, AuditMeta, Confidence, Level, Maturity, Need, Severity, Signal, Stability};

use crate::{Audit, history, words};

pub(crate) struct ReleaseYoung;

static META: AuditMeta = AuditMeta {
    id: AuditId("release-young"),
    title: "the release is young",
    severity: Severity::Low,
    confidence: Confidence::High,
    level: Level::Quarantine,
    needs: &[Need::Package, Need::Release],
    since: "0.1.0",
    stability: Stability::Stable,
    taxonomy: &["MET-07"],
    attack: &["T1195.002"],
    page: include_str!("../../docs/release-young.md"),
};

impl Audit for ReleaseYoung {
    fn meta(&self) -> &'static AuditMeta {
        &META
    }

    fn run(&self, facts: &Facts, signals: &mut Vec<Signal>) {
        let Some((package, release)) = history::subject(facts) else {
            return;
        };
        let Some(&published) = release.published.get() else {
            return;
        };
        let age = facts.as_of.since(published);
        if age >= history::FRESH {
            return;
        }
        let evidence = words::packument(&format!("time[\"{}\"]", release.version), &published.to_string());
        let earlier = history::baseline(package, release).map(|earlier| &earlier.version);
        let orderly = history::orderly(package);
        let mut signal = Signal::new(&META, &facts.subject, evidence).words(
            format!("{} was published {age} ago.", facts.subject.spec()),
            if orderly {
                "Hostile releases of good packages are mostly found and removed within days of publication; a \
                 release older than your cooldown has been through that."
            } else {
                "Young releases have been looked at by few. The times this registry sends do not rise with the \
                 versions, though, so they may be those of a mirror's first copy and this release older than it looks."
            },
            format!(
                "Wait until the cooldown is over, or {}.",
                words::keep(package.name.as_str(), earlier)
            ),
        );
        if !orderly {
            signal = signal.confidence(Confidence::Low);
        }
        signal.maturity = Some(Maturity::Release(published));
        signals.push(signal);
    }
}
