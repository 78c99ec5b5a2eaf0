//! What a candidate brings in: its new or newly answered dependencies, and theirs in turn, as they would resolve
//! behind a gate, and whether each can be vouched for. It judges by the inputs it is given and names what it lacks.
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use cleanbill_engine::{
    Inputs, Subject,
    assess::assess,
    resolve::{resolve, target},
};
use cleanbill_facts::{DependencyKind, JudgedEdge, Package, Release};
use cleanbill_model::{
    Judgement, Known, Level, Maturity, PackageName, Purl, Range, Timestamp, Untrusted, Verdict, Version,
};
use cleanbill_policy::{Policy, UnassessedAction};

use crate::{plan::Admission, project::Held, weigh::worst};

/// Releases tried below one request: behind a gate a client falls back a few, never through the whole history.
const MAX_TRIED: usize = 6;
/// Requests followed of one release; real ones have far fewer that changed.
const MAX_REQUESTS: usize = 200;
/// Requests followed below one candidate altogether: the largest frameworks bring in some hundred new releases.
const MAX_TREE: usize = 2_000;

/// A request that nothing in the project answers yet.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Asked {
    /// The package.
    pub name: PackageName,
    /// The range.
    pub range: String,
    /// Who asks, `name@version`, where it is not the candidate itself.
    pub through: Option<String>,
    /// True where the installed release did not ask for this name.
    pub added: bool,
}

/// What the tree below a candidate says of it.
#[derive(Clone, Debug, Default)]
pub struct Below {
    /// Names that must be read before it can say anything.
    pub missing: BTreeSet<PackageName>,
    /// Why it cannot be taken, each with the moment from which it could.
    pub refused: Vec<(Untrusted, Option<Timestamp>)>,
    /// Young releases that a fix lets in.
    pub admissions: Vec<Admission>,
    /// What it brings in and can be vouched for.
    pub brings: Vec<Purl>,
    /// What answers the candidate's own requests, judged, for the audits.
    pub edges: Vec<JudgedEdge>,
}

/// Versions of each name that the project has.
pub type Has = BTreeMap<PackageName, Vec<Version>>;

/// Requests of `release` that nothing in the project answers yet.
#[must_use]
pub fn unanswered(release: &Release, project: &Has, held: Option<&Held>) -> Vec<(PackageName, String)> {
    let mut requests = Vec::new();
    for wanted in release
        .dependencies
        .iter()
        .filter(|wanted| wanted.kind != DependencyKind::Peer)
        .take(MAX_REQUESTS)
    {
        let Some((name, range)) = target(&wanted.name, &wanted.range) else {
            continue;
        };
        let Ok(name) = PackageName::parse(name) else {
            continue;
        };
        let parsed = Range::parse(range).ok();
        let fits = |version: &Version| parsed.as_ref().is_some_and(|range| range.matches(version));
        let kept = held.is_some_and(|held| {
            held.has.iter().any(|(asked, answer)| {
                *asked == wanted.name
                    && answer
                        .as_ref()
                        .is_some_and(|purl| purl.name == name && fits(&purl.version))
            })
        });
        let elsewhere = project
            .get(&name)
            .is_some_and(|versions| versions.iter().any(fits));
        if !kept && !elsewhere {
            requests.push((name, range.to_owned()));
        }
    }
    requests
}

/// Judges what answers the requests of `release`, and what answers theirs, down to where the project has it all.
/// `fix` is true where the candidate mends a known problem, so that young releases it needs may be let in by name.
#[must_use]
pub fn look(
    inputs: &Inputs,
    policy: &Policy,
    release: &Release,
    held: &Held,
    project: &Has,
    before: Option<&Release>,
    fix: bool,
) -> Below {
    let mut below = Below::default();
    let added = |name: &PackageName| {
        before.is_some_and(|old| !old.dependencies.iter().any(|o| o.name == name.as_str()))
    };
    let mut queue: VecDeque<Asked> = unanswered(release, project, Some(held))
        .into_iter()
        .map(|(name, range)| Asked {
            added: added(&name),
            name,
            range,
            through: None,
        })
        .collect();
    // What came is there for all that follow, as it is for a client.
    let mut has: Has = Has::new();
    let mut followed = 0_usize;
    while let Some(asked) = queue.pop_front() {
        let answered = has.get(&asked.name).is_some_and(|versions| {
            Range::parse(&asked.range)
                .is_ok_and(|range| versions.iter().any(|version| range.matches(version)))
        });
        if answered {
            continue;
        }
        followed += 1;
        if followed > MAX_TREE {
            let told = format!("it brings in more than {MAX_TREE} releases, which is more than is looked at");
            below.refused.push((told.into(), None));
            break;
        }
        let package = match inputs.packages.get(&asked.name) {
            Some(Known::Known(package)) => package,
            Some(Known::Missing(_)) => {
                let told = format!("it needs {}, of which nothing could be learnt", asked.name);
                below.refused.push((told.into(), None));
                continue;
            }
            None => {
                below.missing.insert(asked.name.clone());
                continue;
            }
        };
        let Some(answer) = one(&mut below, inputs, policy, package, &asked, fix) else {
            continue;
        };
        has.entry(asked.name.clone())
            .or_default()
            .push(answer.version.clone());
        let by = Purl::new(asked.name.clone(), answer.version.clone()).spec();
        queue.extend(
            unanswered(answer, project, None)
                .into_iter()
                .map(|(name, range)| Asked {
                    name,
                    range,
                    through: Some(by.clone()),
                    added: false,
                }),
        );
    }
    below
}

/// Judges one request; the release that answers it, where one can be vouched for.
fn one<'p>(
    below: &mut Below,
    inputs: &Inputs,
    policy: &Policy,
    package: &'p Package,
    asked: &Asked,
    fix: bool,
) -> Option<&'p Release> {
    let (name, range) = (&package.name, asked.range.as_str());
    let through = asked
        .through
        .as_ref()
        .map_or_else(String::new, |by| format!(" by way of {by}"));
    let answers = answers(package, range);
    if answers.is_empty() {
        let told = format!("it needs {name} {range}{through}, which nothing answers");
        below.refused.push((told.into(), None));
        return None;
    }
    let edge = |judgement: &Judgement| JudgedEdge {
        resolved: judgement.subject.clone(),
        range: range.to_owned(),
        added: asked.added,
        verdict: judgement.verdict,
        worst: judgement
            .findings
            .iter()
            .find(|finding| !finding.waived && finding.level >= Level::Quarantine)
            .map(|finding| (finding.signal.title.clone(), finding.signal.evidence.clone())),
    };
    let own = asked.through.is_none();
    let healed_by_time =
        |judgement: &Judgement| judgement.verdict == Verdict::Quarantine && judgement.until.is_some();
    let held = |judgement: &Judgement| {
        format!(
            "it brings in {}{through}, which is {}: {}",
            judgement.subject.spec(),
            stopped(judgement.verdict),
            worst(judgement)
        )
    };
    let passes = |judgement: &Judgement| {
        judgement.verdict == Verdict::Allow
            || (judgement.verdict == Verdict::Unassessed && policy.unassessed == UnassessedAction::Warn)
    };
    let (mut newest, mut oldest_young) = (None, None);
    for release in answers {
        let judgement = judge(inputs, policy, name, release);
        if newest.is_none() {
            if judgement.verdict >= Verdict::Quarantine && !healed_by_time(&judgement) {
                below.refused.push((held(&judgement).into(), None));
                below.edges.extend(own.then(|| edge(&judgement)));
                return None;
            }
            newest = Some(held(&judgement));
        }
        if passes(&judgement) {
            below.brings.push(judgement.subject.clone());
            below.edges.extend(own.then(|| edge(&judgement)));
            return Some(release);
        }
        if healed_by_time(&judgement) {
            oldest_young = Some((release, judgement));
        }
    }
    match oldest_young {
        Some((release, young)) if fix && policy.fast_lane && only_a_young_release(&young) => {
            let until = young.until.unwrap_or(young.as_of);
            below.admissions.push(Admission {
                purl: young.subject.clone(),
                until,
            });
            Some(release)
        }
        Some((_, young)) => {
            below.refused.push((held(&young).into(), young.until));
            None
        }
        None => {
            below.refused.push((newest.unwrap_or_default().into(), None));
            None
        }
    }
}

/// Releases that answer, as a client behind a gate would come to them: its first choice, then downwards.
fn answers<'a>(package: &'a Package, range: &str) -> Vec<&'a Release> {
    let Some(first) = resolve(package, range) else {
        return Vec::new();
    };
    let mut rest: Vec<&Release> = match Range::parse(range) {
        Ok(range) => package
            .releases
            .iter()
            .filter(|release| {
                release.version < first.version
                    && range.matches(&release.version)
                    && release.deprecated.is_none()
            })
            .collect(),
        Err(_) => Vec::new(),
    };
    rest.sort_by(|a, b| b.version.cmp(&a.version));
    std::iter::once(first).chain(rest).take(MAX_TRIED).collect()
}

fn judge(inputs: &Inputs, policy: &Policy, name: &PackageName, release: &Release) -> Judgement {
    let subject = Subject {
        purl: Purl::new(name.clone(), release.version.clone()),
        pins: Vec::new(),
    };
    let mut facts = inputs.facts(&subject, 0);
    facts.edges = Known::Known(Vec::new());
    assess(&facts, policy).judgement
}

/// True when nothing but the age of the release holds it; a young name is never let in for a fix, since a name
/// made for the occasion is how false fixes come.
fn only_a_young_release(judgement: &Judgement) -> bool {
    judgement
        .findings
        .iter()
        .filter(|finding| !finding.waived && finding.level >= Level::Quarantine)
        .all(|finding| matches!(finding.signal.maturity, Some(Maturity::Release(_))))
}

fn stopped(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Block => "blocked",
        Verdict::Quarantine => "held",
        Verdict::Unassessed => "not assessed",
        Verdict::Allow => "allowed",
    }
}
