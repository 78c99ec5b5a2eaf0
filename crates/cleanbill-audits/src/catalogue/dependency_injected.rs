//! A small release asks for a package that its predecessor did not need, and that package is young and
//! somebody else's: the malware travels next door, and the good package only opens it.
//! Incident: `easy-day-js` in 143 `@mastra` patch releases, June 2026; `plain-crypto-js` in `axios@1.14.1`.
use std::{collections::BTreeSet, sync::Arc};

use cleanbill_facts::{Dependency, DependencyKind, Facts, Package, Release};
use cleanbill_model::{
    Age, AuditId, AuditMeta, Confidence, Evidence, Known, Level, Mark, Need, PackageName, Severity, Signal,
    Stability, Timestamp,
};

use crate::{Audit, history, words};

pub(crate) struct DependencyInjected;

static META: AuditMeta = AuditMeta {
    id: AuditId("dependency-injected"),
    title: "a small release brings in a young package of another owner",
    severity: Severity::High,
    confidence: Confidence::High,
    level: Level::Warn,
    needs: &[Need::Package, Need::Release, Need::Companions],
    since: "0.1.0",
    stability: Stability::Stable,
    taxonomy: &["MET-05"],
    attack: &["T1195.001", "T1195.002"],
    page: include_str!("../../docs/dependency-injected.md"),
};

/// A name counts as young below this age at the release's publication: fewer than one in fifty dependency
/// names of ordinary packages is younger than a week, and thirty days leaves room for staged ones.
const YOUNG_NAME: Age = Age::days(30);
/// A resolving version counts as young below this age; packages with a history release all the time, so it
/// counts only where the history is short.
const YOUNG_VERSION: Age = Age::days(7);
/// Fewest releases that make a history.
const SHORT_HISTORY: usize = 10;

impl Audit for DependencyInjected {
    fn meta(&self) -> &'static AuditMeta {
        &META
    }

    fn run(&self, facts: &Facts, signals: &mut Vec<Signal>) {
        let Some((package, release)) = history::subject(facts) else {
            return;
        };
        let Some(companions) = facts.companions.get() else {
            return;
        };
        let same_major = |before: &&Release| before.version.triple().0 == release.version.triple().0;
        let Some(before) = history::baseline(package, release).filter(same_major) else {
            return;
        };
        let had: BTreeSet<&str> = before
            .dependencies
            .iter()
            .map(|dependency| dependency.name.as_str())
            .collect();
        let mut told: BTreeSet<&str> = BTreeSet::new();
        for dependency in &release.dependencies {
            let installed = dependency.kind != DependencyKind::Peer;
            if !installed || had.contains(dependency.name.as_str()) || !told.insert(&dependency.name) {
                continue;
            }
            let (name, range) = target(dependency);
            let Ok(name) = PackageName::parse(name) else {
                continue;
            };
            let Some(Known::Known(companion)) = companions.get(&name) else {
                continue;
            };
            if let Some(young) = youth(facts, release, companion, range) {
                signals.push(signal(
                    facts, package, release, before, dependency, companion, &young,
                ));
            }
        }
    }
}

/// What makes an added package young.
struct Young {
    what: String,
    evidence: Evidence,
    name: bool,
}

/// The package a request means: what stands behind `npm:` where it is an alias.
fn target(dependency: &Dependency) -> (&str, &str) {
    let Some(alias) = dependency.range.strip_prefix("npm:") else {
        return (&dependency.name, &dependency.range);
    };
    match alias.char_indices().skip(1).find(|(_, c)| *c == '@') {
        Some((at, _)) => (
            alias.get(..at).unwrap_or(alias),
            alias.get(at + 1..).unwrap_or_default(),
        ),
        None => (alias, ""),
    }
}

/// Whether the companion was young when the release asked for it. Measured from the release's own moment, so
/// that the answer is the same years later.
fn youth(facts: &Facts, release: &Release, companion: &Package, range: &str) -> Option<Young> {
    if facts.popular.contains(companion.name.as_str()) {
        return None;
    }
    let moment = release.published.get().copied().unwrap_or(facts.as_of);
    if let Some(created) = history::created(companion).filter(|created| moment.since(*created) < YOUNG_NAME) {
        return Some(Young {
            what: format!("its name appeared {}", age_at(moment, created)),
            evidence: companion_field(companion, "time.created", &created.to_string()),
            name: true,
        });
    }
    if companion.releases.len() >= SHORT_HISTORY {
        return None;
    }
    let resolving = history::resolve(companion, range, facts.as_of)?;
    let published = resolving
        .published
        .get()
        .copied()
        .filter(|at| moment.since(*at) < YOUNG_VERSION)?;
    Some(Young {
        what: format!(
            "the version that answers, {}, appeared {}",
            resolving.version,
            age_at(moment, published)
        ),
        evidence: companion_field(
            companion,
            &format!("time[\"{}\"]", resolving.version),
            &published.to_string(),
        ),
        name: false,
    })
}

fn age_at(moment: Timestamp, born: Timestamp) -> String {
    if born > moment {
        "after this release".to_owned()
    } else {
        format!("{} before this release", moment.since(born))
    }
}

fn companion_field(companion: &Package, place: &str, shows: &str) -> Evidence {
    Evidence::note(format!("{place}: {shows}")).file(format!("packument of {}", companion.name))
}

fn signal(
    facts: &Facts,
    package: &Package,
    release: &Release,
    before: &Release,
    dependency: &Dependency,
    companion: &Arc<Package>,
    young: &Young,
) -> Signal {
    let sibling = package.name.scope().is_some() && package.name.scope() == companion.name.scope();
    let kin = !sibling && shares_owner(package, companion);
    let map = if dependency.kind == DependencyKind::Optional {
        "optionalDependencies"
    } else {
        "dependencies"
    };
    let relation = match (sibling, kin) {
        (true, _) => "a sibling of the same scope",
        (_, true) => "a package of the same owners",
        _ => "a package of another owner",
    };
    let signal = Signal::new(
        &META,
        &facts.subject,
        words::field(&release.version, &format!("{map}[{:?}]", dependency.name), &words::quote(&dependency.range)),
    )
    .also(words::field(&before.version, map, &format!("no {:?}", dependency.name)))
    .also(young.evidence.clone())
    .words(
        format!(
            "{} asks for `{}`, which {} did not. It is {relation}, and {}.",
            release.version, companion.name, before.version, young.what
        ),
        if sibling || kin {
            "New siblings are ordinary while a project grows. Whole scopes have been taken over as well, so it is \
             told and counts for little."
        } else {
            "Small releases seldom take on a package nobody knows yet. Hijackers add one to carry the harm, so that \
             the good package itself looks unchanged."
        },
        format!(
            "Look at `{}` before you install this; until then {}.",
            companion.name,
            words::keep(package.name.as_str(), Some(&before.version))
        ),
    );
    if sibling || kin {
        return signal
            .level(Level::Note)
            .confidence(Confidence::Low)
            .severity(Severity::Low);
    }
    let confidence = if young.name {
        Confidence::High
    } else {
        Confidence::Medium
    };
    signal
        .level(history::alone(release, facts.as_of))
        .confidence(confidence)
        .mark(Mark::Dependency)
}

/// True when an account that runs the package also runs the companion, as far as owners are known.
fn shares_owner(package: &Package, companion: &Package) -> bool {
    let (Some(ours), Some(theirs)) = (package.maintainers.get(), companion.maintainers.get()) else {
        return false;
    };
    ours.iter()
        .any(|owner| theirs.iter().any(|other| other.name == owner.name))
}
