//! One step down: what a candidate's new or newly answered dependencies would resolve to behind a gate, and
//! whether that can be vouched for. It judges by the inputs it is given and asks for names it lacks.
use std::collections::BTreeMap;

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

/// What one step down says of a candidate.
#[derive(Clone, Debug, Default)]
pub struct Below {
    /// Why it cannot be taken, each with the moment from which it could.
    pub refused: Vec<(Untrusted, Option<Timestamp>)>,
    /// Young releases that a fix lets in.
    pub admissions: Vec<Admission>,
    /// What it brings in and can be vouched for.
    pub brings: Vec<Untrusted>,
    /// What answers, judged, for the audits.
    pub edges: Vec<JudgedEdge>,
}

/// Requests of `release` that nothing in the project answers yet.
#[must_use]
pub fn unanswered(
    release: &Release,
    project: &BTreeMap<PackageName, Vec<Version>>,
    held: &Held,
) -> Vec<(PackageName, String)> {
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
        let fits = |version: &Version| Range::parse(range).is_ok_and(|range| range.matches(version));
        let kept = held.has.iter().any(|(asked, answer)| {
            *asked == wanted.name
                && answer
                    .as_ref()
                    .is_some_and(|purl| purl.name == name && fits(&purl.version))
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

/// Judges what answers `requests`. `fix` is true where the candidate mends a known problem, so that young
/// releases it needs may be let in by name.
#[must_use]
pub fn look(
    inputs: &Inputs,
    policy: &Policy,
    requests: &[(PackageName, String)],
    before: Option<&Release>,
    fix: bool,
) -> Below {
    let mut below = Below::default();
    for (name, range) in requests {
        let Some(Known::Known(package)) = inputs.packages.get(name) else {
            below.refused.push((
                format!("it needs {name}, of which nothing could be learnt").into(),
                None,
            ));
            continue;
        };
        let added = before.is_some_and(|old| !old.dependencies.iter().any(|o| o.name == name.as_str()));
        one(&mut below, inputs, policy, (package, range), added, fix);
    }
    below
}

fn one(
    below: &mut Below,
    inputs: &Inputs,
    policy: &Policy,
    (package, range): (&Package, &str),
    added: bool,
    fix: bool,
) {
    let name = &package.name;
    let answers = answers(package, range);
    let judged: Vec<Judgement> = answers
        .iter()
        .map(|release| judge(inputs, policy, name, release))
        .collect();
    let Some(newest) = judged.first() else {
        below.refused.push((
            format!("it needs {name} {range}, which nothing answers").into(),
            None,
        ));
        return;
    };
    let edge = |judgement: &Judgement| JudgedEdge {
        resolved: judgement.subject.clone(),
        range: range.to_owned(),
        added,
        verdict: judgement.verdict,
        worst: judgement
            .findings
            .iter()
            .find(|finding| !finding.waived && finding.level >= Level::Quarantine)
            .map(|finding| (finding.signal.title.clone(), finding.signal.evidence.clone())),
    };
    let healed_by_time =
        |judgement: &Judgement| judgement.verdict == Verdict::Quarantine && judgement.until.is_some();
    let held = |judgement: &Judgement| {
        format!(
            "it brings in {}, which is {}: {}",
            judgement.subject.spec(),
            stopped(judgement.verdict),
            worst(judgement)
        )
    };
    if newest.verdict >= Verdict::Quarantine && !healed_by_time(newest) {
        below.refused.push((held(newest).into(), None));
        below.edges.push(edge(newest));
        return;
    }
    let passes = |judgement: &&Judgement| {
        judgement.verdict == Verdict::Allow
            || (judgement.verdict == Verdict::Unassessed && policy.unassessed == UnassessedAction::Warn)
    };
    if let Some(good) = judged.iter().find(passes) {
        below
            .brings
            .push(format!("brings in {}", good.subject.spec()).into());
        below.edges.push(edge(good));
        return;
    }
    let oldest = judged.iter().rev().find(|judgement| healed_by_time(judgement));
    match oldest {
        Some(young) if fix && policy.fast_lane && only_a_young_release(young) => {
            let until = young.until.unwrap_or(young.as_of);
            below.admissions.push(Admission {
                purl: young.subject.clone(),
                until,
            });
        }
        Some(young) => below.refused.push((held(young).into(), young.until)),
        None => below.refused.push((held(newest).into(), None)),
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
