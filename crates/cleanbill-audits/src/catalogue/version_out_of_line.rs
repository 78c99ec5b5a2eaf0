//! The version is not the successor of what `latest` was: it opens a line nobody prepared, or wakes one that
//! was given up. Scripts that take "the highest version ever seen, plus one" leave this trace.
//! Incident: `@mastra/react` from 0.7 to 1.0.1 and `@mastra/server` from 1.42.0 to 2.1.1, June 2026.
use std::collections::BTreeSet;

use cleanbill_facts::{Facts, Package, Release};
use cleanbill_model::{
    Age, AuditId, AuditMeta, Confidence, Level, Mark, Need, Severity, Signal, Stability, Version,
};

use crate::{Audit, history, words};

pub(crate) struct VersionOutOfLine;

static META: AuditMeta = AuditMeta {
    id: AuditId("version-out-of-line"),
    title: "the version does not follow the one before",
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    level: Level::Warn,
    needs: &[Need::Package, Need::Release],
    since: "0.1.0",
    stability: Stability::Stable,
    taxonomy: &["MET-07"],
    attack: &["T1195.002"],
    page: include_str!("../../docs/version-out-of-line.md"),
};

/// Majors skipped at once from which a jump is out of line; projects do skip one or two to catch up with a
/// sibling's number.
const JUMP: u64 = 5;
/// A first release at or above this major is dressed to win over a private package of the same name.
const DRESSED_UP: u64 = 99;
/// How long a line has to sleep, while a lower one goes on, to count as given up.
const GIVEN_UP: Age = Age::days(90);
/// How many minor versions the lower line has to have gained meanwhile; back-ports gain few.
const MOVED_ON: usize = 3;

impl Audit for VersionOutOfLine {
    fn meta(&self) -> &'static AuditMeta {
        &META
    }

    fn run(&self, facts: &Facts, signals: &mut Vec<Signal>) {
        let Some((package, release)) = history::subject(facts) else {
            return;
        };
        if release.version.is_prerelease() || release.published.get().is_none() || !history::orderly(package)
        {
            return;
        }
        let earlier = history::earlier(package, release);
        let Some(latest) = earlier
            .iter()
            .copied()
            .find(|earlier| !earlier.version.is_prerelease())
        else {
            signals.extend(dressed_up(facts, package, release));
            return;
        };
        let Some((what, confidence)) = odd(package, release, &earlier, latest) else {
            return;
        };
        signals.push(
            Signal::new(&META, &facts.subject, when(release))
                .also(when(latest))
                .level(history::alone(release, facts.as_of))
                .confidence(confidence)
                .mark(Mark::Shape)
                .words(
                    what,
                    "Projects count up from what they released last. A script that publishes over many packages takes \
                     the highest number it finds, and the number is what gives it away.",
                    format!(
                        "See whether the project announced it; until then {}.",
                        words::keep(package.name.as_str(), Some(&latest.version))
                    ),
                ),
        );
    }
}

/// What is odd about the step to this version, if anything is.
fn odd(
    package: &Package,
    release: &Release,
    earlier: &[&Release],
    latest: &Release,
) -> Option<(String, Confidence)> {
    let (version, from) = (&release.version, &latest.version);
    if version < from || version.same_line(from) {
        return None;
    }
    let mut line = earlier
        .iter()
        .filter(|earlier| earlier.version.same_line(version));
    // Where the line had pre-releases, it was prepared in the open.
    let prepared = earlier
        .iter()
        .any(|earlier| earlier.version.same_line(version) && earlier.version.is_prerelease());
    let Some(last) = line.find(|earlier| !earlier.version.is_prerelease()) else {
        return if starts(version) || prepared {
            far_jump(version, from)
        } else {
            unopened(package, version, from)
        };
    };
    let woken = earlier
        .iter()
        .take_while(|earlier| earlier.version != last.version)
        .filter(|earlier| !earlier.version.is_prerelease())
        .map(|earlier| (earlier.version.triple().0, earlier.version.triple().1))
        .collect::<BTreeSet<_>>()
        .len();
    let slept = release.published.get()?.since(*last.published.get()?);
    (slept > GIVEN_UP && woken > MOVED_ON).then(|| {
        let what = format!(
            "{version} continues a line that last moved {slept} earlier with {}, while releases went on to {from}.",
            last.version
        );
        (what, Confidence::Medium)
    })
}

/// The first version of its line: x.0.0, or 0.x.0 below one.
fn starts(version: &Version) -> bool {
    let (major, minor, patch) = version.triple();
    patch == 0 && (minor == 0 || major == 0)
}

fn far_jump(version: &Version, from: &Version) -> Option<(String, Confidence)> {
    let (new, old) = (version.triple().0, from.triple().0);
    // Years as majors are a scheme of their own.
    let calendar = (2000..2100).contains(&new);
    (new > old.saturating_add(JUMP) && !calendar).then(|| {
        (
            format!(
                "{version} follows {from}: {} majors were left out.",
                new - old - 1
            ),
            Confidence::Low,
        )
    })
}

fn unopened(package: &Package, version: &Version, from: &Version) -> Option<(String, Confidence)> {
    let gone = package
        .withdrawn
        .iter()
        .any(|gone| gone.version.same_line(version) && gone.version < *version);
    let calendar = (2000..2100).contains(&version.triple().0);
    if calendar {
        return None;
    }
    let what = if gone {
        format!("{version} follows {from} in a line of which only withdrawn versions exist.")
    } else {
        format!(
            "{version} follows {from} and opens a line in its middle: nothing of that line was ever released."
        )
    };
    // A first release that failed and was mended at once also leaves a gap of one.
    let near = version.triple().1 == 0 && version.triple().2 == 1 && gone;
    Some((what, if near { Confidence::Low } else { Confidence::Medium }))
}

/// A package whose very first release carries a number nobody counts up to.
fn dressed_up(facts: &Facts, package: &Package, release: &Release) -> Option<Signal> {
    let (major, minor, patch) = release.version.triple();
    let first = package.before(release).next().is_none() && package.withdrawn.is_empty();
    let nines = (major, minor, patch) == (9, 9, 9);
    let calendar = (2000..2100).contains(&major);
    (first && (major >= DRESSED_UP || nines) && !calendar).then(|| {
        Signal::new(&META, &facts.subject, when(release))
            .level(history::alone(release, facts.as_of))
            .mark(Mark::Shape)
            .titled("a first release with a number made to win")
            .words(
                format!("The first release of `{}` is {}.", package.name, release.version),
                "A public package numbered above everything wins over a private one of the same name wherever both \
                 can be asked. Nobody counts up to such a number with their first release.",
                "Check that this name is not one of your own private packages, and bind its scope to your registry.",
            )
    })
}

fn when(release: &Release) -> cleanbill_model::Evidence {
    let moment = release
        .published
        .get()
        .map_or_else(|| "not known".to_owned(), ToString::to_string);
    words::packument(&format!("time[\"{}\"]", release.version), &moment)
}
