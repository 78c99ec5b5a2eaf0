//! The name is one slip away from a popular one, and the package is young: made for people who mistype, or
//! for reviewers who read what they expect. Old names are never look-alikes, whatever they resemble.
//! Incident: `easy-day-js`, June 2026, under the author, text and repository of `dayjs`.
use cleanbill_facts::{Facts, Package, Release};
use cleanbill_model::{
    Age, AuditId, AuditMeta, Confidence, Evidence, Level, Mark, Need, Severity, Signal, Stability,
};

use crate::{
    Audit, history,
    resemblance::{Likeness, repository_name, squashed},
    words,
};

pub(crate) struct NameResemblesPopular;

static META: AuditMeta = AuditMeta {
    id: AuditId("name-resembles-popular"),
    title: "the name resembles a popular one",
    severity: Severity::High,
    confidence: Confidence::High,
    level: Level::Warn,
    needs: &[Need::Package],
    since: "0.1.0",
    stability: Stability::Stable,
    taxonomy: &["MET-04"],
    attack: &["T1195.001", "T1036.005"],
    page: include_str!("../../docs/name-resembles-popular.md"),
};

/// A name is young below this age.
const YOUNG: Age = Age::days(90);
/// From this age a name is its own, however few releases it has.
const OLD: Age = Age::days(365);
/// At most this many releases make a package small.
const SMALL: usize = 3;
/// Shortest popular name whose mere occurrence inside another says anything.
const TELLING: usize = 5;

impl Audit for NameResemblesPopular {
    fn meta(&self) -> &'static AuditMeta {
        &META
    }

    fn run(&self, facts: &Facts, signals: &mut Vec<Signal>) {
        let Some(package) = facts.package.get() else {
            return;
        };
        let name = package.name.as_str();
        // Age is the cheap question; comparing with every popular name comes after it.
        let Some(age) = history::created(package).map(|created| facts.as_of.since(created)) else {
            return;
        };
        if age >= OLD || facts.popular.contains(name) {
            return;
        }
        let release = package
            .release(&facts.subject.version)
            .or_else(|| package.releases.last());
        let slight = age < YOUNG || package.releases.len() <= SMALL;
        let likeness = facts.popular.names().iter().filter_map(|popular| {
            let copies = release.is_some_and(|release| copies(release, name, popular));
            let likeness = Likeness::of(name, popular).or_else(|| carries(name, popular, copies))?;
            (slight || copies).then_some((popular, likeness, copies))
        });
        // The closest likeness is the one to tell; several would only repeat each other.
        let Some((popular, likeness, copies)) =
            likeness.max_by_key(|(_, likeness, copies)| (*copies, *likeness))
        else {
            return;
        };
        if related(facts, package, popular) {
            return;
        }
        signals.push(signal(facts, package, release, popular, likeness, copies, age));
    }
}

/// A popular name inside another says nothing by itself; plug-ins are named so. With the popular one's
/// repository claimed as its own it is a disguise.
fn carries(name: &str, popular: &str, copies: bool) -> Option<Likeness> {
    let (whole, part) = (squashed(name), squashed(popular));
    (copies && part.len() >= TELLING && whole.len() > part.len() && whole.contains(&part))
        .then_some(Likeness::Inside)
}

/// True when the release claims the popular package's repository without an attestation for it.
fn copies(release: &Release, name: &str, popular: &str) -> bool {
    if release.provenance.get() == Some(&true) {
        return false;
    }
    let bare = popular.rsplit('/').next().unwrap_or(popular);
    let claimed = release.identity.repository.as_deref().and_then(repository_name);
    claimed.is_some_and(|claimed| claimed.eq_ignore_ascii_case(bare) && !claimed.eq_ignore_ascii_case(name))
}

/// True when the popular package is known here and run by the same people.
fn related(facts: &Facts, package: &Package, popular: &str) -> bool {
    let same_scope = package
        .name
        .scope()
        .is_some_and(|scope| popular.starts_with(&format!("{scope}/")));
    let companions = facts.companions.get().into_iter().flatten();
    let theirs = companions
        .filter(|(name, _)| name.as_str() == popular)
        .find_map(|(_, package)| package.get());
    let shared = theirs.and_then(|theirs| Some((package.maintainers.get()?, theirs.maintainers.get()?)));
    same_scope
        || shared.is_some_and(|(ours, theirs)| {
            ours.iter()
                .any(|one| theirs.iter().any(|other| other.name == one.name))
        })
}

fn signal(
    facts: &Facts,
    package: &Package,
    release: Option<&Release>,
    popular: &str,
    likeness: Likeness,
    copies: bool,
    age: Age,
) -> Signal {
    let repository = release
        .and_then(|release| release.identity.repository.as_deref())
        .unwrap_or_default();
    let releases = package.releases.len();
    let mut signal = Signal::new(
        &META,
        &facts.subject,
        Evidence::note(format!(
            "`{}` and `{popular}`: {}",
            package.name,
            likeness.words()
        ))
        .file("packument"),
    )
    .also(words::packument(
        "time.created",
        &format!(
            "{age} ago, {releases} release{}",
            if releases == 1 { "" } else { "s" }
        ),
    ));
    if copies && let Some(release) = release {
        signal = signal.also(words::field(
            &release.version,
            "repository",
            &words::quote(repository),
        ));
    }
    let young = age < YOUNG;
    signal
        .level(if young && copies { Level::Warn } else { Level::Note })
        .confidence(if copies { Confidence::High } else { likeness.confidence() })
        .severity(if copies { Severity::High } else { Severity::Medium })
        .mark(Mark::Name)
        .words(
            format!(
                "`{}` resembles the popular `{popular}`: {}. The name is {age} old{}.",
                package.name,
                likeness.words(),
                if copies { ", and it names that package's repository as its own" } else { "" }
            ),
            "Look-alikes wait for a slip of the keyboard, or pass a review because the eye reads what it expects.",
            format!("If you mean `{popular}`, ask for that; if you mean `{}`, check who runs it.", package.name),
        )
}
