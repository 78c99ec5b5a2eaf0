//! A feed names a flaw in this release. Flaws are found in honest code every day: they are told with the
//! version that mends them, and hold nothing.
use std::{collections::BTreeSet, sync::Arc};

use cleanbill_facts::{Facts, Notice, Package};
use cleanbill_model::{
    Advisory, AdvisoryKind, AdvisoryRef, AuditId, AuditMeta, Confidence, Evidence, Level, Need, Severity,
    Signal, Stability, Version, signal::f32Bits,
};

use crate::{Audit, words};

pub(crate) struct KnownVulnerable;

static META: AuditMeta = AuditMeta {
    id: AuditId("known-vulnerable"),
    title: "known vulnerability",
    severity: Severity::Critical,
    confidence: Confidence::High,
    level: Level::Warn,
    needs: &[Need::Notices],
    since: "0.1.0",
    stability: Stability::Stable,
    taxonomy: &[],
    attack: &["T1195.001"],
    page: include_str!("../../docs/known-vulnerable.md"),
};

impl Audit for KnownVulnerable {
    fn meta(&self) -> &'static AuditMeta {
        &META
    }

    fn run(&self, facts: &Facts, signals: &mut Vec<Signal>) {
        let Some(notices) = facts.notices.get() else {
            return;
        };
        let version = &facts.subject.version;
        let mut told: BTreeSet<&str> = BTreeSet::new();
        for Notice { advisory, .. } in &notices.about {
            let stands = advisory.withdrawn.is_none_or(|moment| moment > facts.as_of);
            if advisory.kind != AdvisoryKind::Vulnerable || !stands {
                continue;
            }
            // Several feeds carry the same flaw under each other's ids: once is enough.
            let ids: Vec<&str> = std::iter::once(&advisory.id)
                .chain(&advisory.aliases)
                .map(|id| id.raw())
                .collect();
            let repeated = ids.iter().any(|id| told.contains(id));
            told.extend(ids);
            if repeated {
                continue;
            }
            let fixed = fixed(facts.package.get(), advisory, version);
            let score = advisory.severity.as_ref().map(|severity| severity.score);
            let mut signal = Signal::new(&META, &facts.subject, evidence(advisory))
                .severity(severity(score))
                .titled(format!("known vulnerability {}", advisory.id.raw()))
                .words(what(facts, advisory), why(score), advice(facts, fixed.as_ref()));
            signal.advisory = Some(AdvisoryRef {
                id: advisory.id.clone(),
                aliases: advisory.aliases.clone(),
                fixed,
                score: score.map(f32Bits::new),
                malicious: false,
                feed: advisory.feed.clone(),
            });
            signals.push(signal);
        }
    }
}

/// The lowest version above this one that the notice does not cover: one that can be had, where the package
/// is known, in the same line if there is one.
fn fixed(package: Option<&Arc<Package>>, advisory: &Advisory, version: &Version) -> Option<Version> {
    let Some(package) = package else {
        return advisory.fixed_after(version).cloned();
    };
    let candidates = || {
        package
            .releases
            .iter()
            .map(|release| &release.version)
            .filter(|other| *other > version && !advisory.covers(other))
            .filter(|other| version.is_prerelease() || !other.is_prerelease())
    };
    candidates()
        .filter(|other| other.same_line(version))
        .min()
        .or_else(|| candidates().min())
        .cloned()
}

/// The words of the CVSS scale, which is the one most records carry.
fn severity(score: Option<f32>) -> Severity {
    match score {
        Some(score) if score >= 9.0 => Severity::Critical,
        Some(score) if score >= 7.0 => Severity::High,
        Some(score) if score >= 4.0 => Severity::Medium,
        Some(score) if score > 0.0 => Severity::Low,
        Some(_) => Severity::Info,
        None => Severity::Medium,
    }
}

fn what(facts: &Facts, advisory: &Advisory) -> String {
    let aliases: Vec<&str> = advisory.aliases.iter().map(|id| id.raw()).take(4).collect();
    let also = if aliases.is_empty() {
        String::new()
    } else {
        format!(" ({})", aliases.join(", "))
    };
    format!(
        "{} is affected by {}{also}: {}",
        facts.subject.spec(),
        advisory.id.raw(),
        words::quote(advisory.summary.raw())
    )
}

fn why(score: Option<f32>) -> String {
    match score {
        Some(score) => format!(
            "Its CVSS base score is {score:.1}, which does not say whether your use of the package reaches the flaw."
        ),
        None => "The record gives no score, so it is taken as medium.".to_owned(),
    }
}

fn advice(facts: &Facts, fixed: Option<&Version>) -> String {
    let name = facts.subject.name.as_str();
    match fixed {
        Some(fixed) if fixed.same_line(&facts.subject.version) => {
            format!(
                "Move to {fixed}, in the same line: `{}`.",
                words::install(name, fixed)
            )
        }
        Some(fixed) => format!(
            "Move to {fixed}, which is another line and may need changes of yours: `{}`.",
            words::install(name, fixed)
        ),
        None => "No version without the flaw is known; see what the notice advises meanwhile.".to_owned(),
    }
}

fn evidence(advisory: &Advisory) -> Evidence {
    let vector = advisory
        .severity
        .as_ref()
        .map(|severity| words::quote(severity.vector.raw()));
    let vector = vector
        .filter(|vector| !vector.is_empty())
        .map(|vector| format!(", {vector}"));
    let link = advisory
        .url
        .as_ref()
        .map(|url| format!(", {}", words::quote(url.raw())))
        .unwrap_or_default();
    Evidence::note(format!(
        "{}{}{link}",
        advisory.id.raw(),
        vector.unwrap_or_default()
    ))
    .file(format!("feed {}", advisory.feed))
}
