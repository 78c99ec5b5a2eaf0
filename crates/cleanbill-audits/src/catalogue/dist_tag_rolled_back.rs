//! `latest` points below a release that is older and of the same line. Owners do that to take a bad release
//! back; a thief does it to hand out an old flaw, or by publishing a number out of order.
use cleanbill_facts::{Facts, Package, Release};
use cleanbill_model::{AuditId, AuditMeta, Confidence, Level, Mark, Need, Severity, Signal, Stability};

use crate::{Audit, history, words};

pub(crate) struct DistTagRolledBack;

static META: AuditMeta = AuditMeta {
    id: AuditId("dist-tag-rolled-back"),
    title: "`latest` points below an earlier release of its line",
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    level: Level::Warn,
    needs: &[Need::Package, Need::Release],
    since: "0.1.0",
    stability: Stability::Stable,
    taxonomy: &["MET-07"],
    attack: &["T1195.002"],
    page: include_str!("../../docs/dist-tag-rolled-back.md"),
};

impl Audit for DistTagRolledBack {
    fn meta(&self) -> &'static AuditMeta {
        &META
    }

    fn run(&self, facts: &Facts, signals: &mut Vec<Signal>) {
        let Some((package, release)) = history::subject(facts) else {
            return;
        };
        let Some(latest) = package
            .dist_tags
            .get("latest")
            .and_then(|version| package.release(version))
        else {
            return;
        };
        if release.version.is_prerelease() || latest.version.is_prerelease() || !history::orderly(package) {
            return;
        }
        if latest.version == release.version {
            signals.extend(published_below(facts, package, release));
        } else if above(release, latest) && !spoken_for(package, release) {
            signals.push(taken_back(facts, release, latest));
        }
    }
}

/// `latest` is this release, and a higher one of its line was there before it.
fn published_below(facts: &Facts, package: &Package, release: &Release) -> Option<Signal> {
    let higher = package
        .before(release)
        .filter(|earlier| {
            above(earlier, release) && !earlier.version.is_prerelease() && earlier.deprecated.is_none()
        })
        .filter(|earlier| !spoken_for(package, earlier))
        .max_by(|a, b| a.version.cmp(&b.version))?;
    Some(
        Signal::new(&META, &facts.subject, words::packument("dist-tags.latest", release.version.as_str()))
            .also(words::packument(
                &format!("time[\"{}\"]", higher.version),
                &higher.published.get().map_or_else(|| "not known".to_owned(), ToString::to_string),
            ))
            .level(history::alone(release, facts.as_of))
            .mark(Mark::Shape)
            .words(
                format!(
                    "`latest` is {}, although {} of the same line was published before it.",
                    release.version, higher.version
                ),
                "Everyone who asks for `latest` now gets the lower number. It may be a back-port published without a \
                 tag of its own, or somebody handing out a release out of order.",
                format!("Stay on {} unless the project says otherwise.", higher.version),
            ),
    )
}

/// This release lies above `latest` in its line, and no tag leads to it: its owners took it back.
fn taken_back(facts: &Facts, release: &Release, latest: &Release) -> Signal {
    Signal::new(
        &META,
        &facts.subject,
        words::packument("dist-tags.latest", latest.version.as_str()),
    )
    .level(Level::Note)
    .confidence(Confidence::Low)
    .severity(Severity::Low)
    .titled("`latest` was moved back below this release")
    .words(
        format!(
            "`latest` is {}, below {}, and no other tag leads to this release.",
            latest.version, release.version
        ),
        "Owners move `latest` back when a release turns out bad, often before they say why.",
        format!(
            "Read the project's notes; {} is what it offers now.",
            latest.version
        ),
    )
}

fn above(higher: &Release, lower: &Release) -> bool {
    higher.version.same_line(&lower.version) && higher.version > lower.version
}

/// True when some other tag leads to this release or a later one of its line.
fn spoken_for(package: &Package, release: &Release) -> bool {
    package.dist_tags.iter().any(|(tag, version)| {
        tag != "latest" && version.same_line(&release.version) && *version >= release.version
    })
}
