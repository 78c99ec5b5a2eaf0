//! One release in depth: its own facts, and one step down every new or newly resolving dependency.
use std::{collections::BTreeSet, sync::Arc};

use cleanbill_facts::{JudgedEdge, Package, Rehearsal, Release};
use cleanbill_model::{Age, Judgement, Known, Level, PackageName, Purl, Verdict};
use cleanbill_policy::Policy;
use cleanbill_ports::{FeedStatus, FetchError};
use futures::future::BoxFuture;

use crate::{
    assess::assess,
    gather::{GatherOptions, Inputs, Ports, gather},
    not_known::{NotKnown, not_known},
    resolve::{resolve, target},
    subject::Subject,
};

/// A release younger than this counts as newly resolving: a range that met an older one yesterday may
/// meet it today.
const NEWLY_RESOLVING: Age = Age::days(30);
/// How many steps down are followed; the poisoned dependency of a clean package's dependency is two.
const MAX_STEPS: usize = 3;
/// Most releases judged below one subject; real releases bring in far fewer young ones.
const MAX_EDGES: usize = 200;

/// What to inspect: `name`, `name@version`, `name@tag`, `name@range`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spec {
    /// The package.
    pub name: PackageName,
    /// Version, tag or range; empty means `latest`.
    pub wanted: String,
}

impl Spec {
    /// Reads `name[@wanted]`.
    ///
    /// # Errors
    /// When the name is no package name.
    pub fn parse(text: &str) -> Result<Self, cleanbill_model::name::ParseNameError> {
        let split = text
            .char_indices()
            .skip(1)
            .find(|(_, c)| *c == '@')
            .map(|(at, _)| at);
        let (name, wanted) = match split {
            Some(at) => (
                text.get(..at).unwrap_or_default(),
                text.get(at + 1..).unwrap_or_default(),
            ),
            None => (text, ""),
        };
        Ok(Self {
            name: PackageName::parse(name)?,
            wanted: wanted.to_owned(),
        })
    }
}

/// Why a release cannot be inspected.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InspectError {
    /// Its packument cannot be had.
    #[error("cannot read the packument of `{name}`")]
    Packument {
        /// The package.
        name: PackageName,
        /// What happened.
        #[source]
        source: FetchError,
    },
    /// Its packument is no packument.
    #[error("the packument of `{name}` is not readable")]
    Malformed {
        /// The package.
        name: PackageName,
    },
    /// No release answers, at the reading.
    #[error("no release of `{name}` answers `{wanted}` at {as_of}")]
    NoRelease {
        /// The package.
        name: PackageName,
        /// What was asked for.
        wanted: String,
        /// The clock reading.
        as_of: cleanbill_model::Timestamp,
    },
}

/// What an inspection found.
pub struct InspectOutcome {
    /// The judgement.
    pub judgement: Judgement,
    /// Facts the registry does not send.
    pub not_known: Vec<NotKnown>,
    /// How the feeds stand.
    pub feeds: Vec<FeedStatus>,
    /// Verdicts one step down, for telling.
    pub edges: Vec<JudgedEdge>,
    /// What its rehearsal showed, where it had one.
    pub rehearsal: Option<Rehearsal>,
}

/// Inspects the release `spec` means at the reading.
///
/// # Errors
/// When no such release can be had.
pub async fn inspect(
    spec: &Spec,
    ports: &Ports,
    options: &GatherOptions,
    policy: &Policy,
) -> Result<InspectOutcome, InspectError> {
    let mut inputs = gather(&[], ports, options).await;
    inputs
        .read(
            BTreeSet::from([spec.name.clone()]),
            ports,
            &std::collections::HashMap::new(),
        )
        .await;
    let package = match inputs.packages.get(&spec.name) {
        Some(Known::Known(package)) => Arc::clone(package),
        _ => {
            return Err(match inputs.failures.remove(&spec.name) {
                Some(source) => InspectError::Packument {
                    name: spec.name.clone(),
                    source,
                },
                None => InspectError::Malformed {
                    name: spec.name.clone(),
                },
            });
        }
    };
    let version = match resolve(&package, &spec.wanted) {
        Some(release) => release.version.clone(),
        // A withdrawn version has no document; it still has a history worth telling.
        None => match package
            .withdrawn
            .iter()
            .find(|gone| gone.version.as_str() == spec.wanted)
        {
            Some(gone) => gone.version.clone(),
            None => {
                return Err(InspectError::NoRelease {
                    name: spec.name.clone(),
                    wanted: if spec.wanted.is_empty() {
                        "latest".into()
                    } else {
                        spec.wanted.clone()
                    },
                    as_of: options.as_of,
                });
            }
        },
    };
    let mut walk = Walk {
        ports,
        options,
        policy,
        inputs,
        seen: BTreeSet::new(),
    };
    let subject = Purl::new(spec.name.clone(), version);
    let (judgement, edges) = walk.judge(subject.clone(), 0).await;
    let inputs = walk.inputs;
    let source = inputs.sources.get(&subject).and_then(Known::get);
    let rehearsal = source.and_then(|source| source.rehearsal.clone());
    Ok(InspectOutcome {
        judgement,
        not_known: not_known(
            inputs
                .packages
                .get(&spec.name)
                .and_then(Known::get)
                .map(Arc::as_ref)
                .into_iter(),
        ),
        feeds: inputs.feeds,
        edges,
        rehearsal,
    })
}

struct Walk<'a> {
    ports: &'a Ports,
    options: &'a GatherOptions,
    policy: &'a Policy,
    inputs: Inputs,
    seen: BTreeSet<Purl>,
}

impl Walk<'_> {
    /// Judges a release after everything new below it has been judged.
    fn judge(&mut self, purl: Purl, step: usize) -> BoxFuture<'_, (Judgement, Vec<JudgedEdge>)> {
        Box::pin(async move {
            self.seen.insert(purl.clone());
            let subject = Subject {
                purl: purl.clone(),
                pins: Vec::new(),
            };
            self.read_dependencies(&purl).await;
            self.inputs.notice(&purl.name, self.ports);
            self.inputs
                .read_code(std::slice::from_ref(&purl), self.ports)
                .await;
            let mut edges = Vec::new();
            if step < MAX_STEPS {
                for (child, range, added) in self.new_edges(&purl) {
                    if self.seen.contains(&child) || self.seen.len() > MAX_EDGES {
                        continue;
                    }
                    let (judgement, _) = self.judge(child.clone(), step + 1).await;
                    edges.push(judged_edge(child, range, added, &judgement));
                }
            }
            let mut facts = self.inputs.facts(&subject, 0);
            facts.edges = Known::Known(edges.clone());
            (assess(&facts, self.policy).judgement, edges)
        })
    }

    async fn read_dependencies(&mut self, purl: &Purl) {
        let names: BTreeSet<PackageName> = self
            .release(purl)
            .map(|(_, release)| release.dependencies.clone())
            .unwrap_or_default()
            .iter()
            .filter_map(|wanted| target(&wanted.name, &wanted.range))
            .filter_map(|(name, _)| PackageName::parse(name).ok())
            .filter(|name| !self.inputs.packages.contains_key(name))
            .take(MAX_EDGES)
            .collect();
        self.inputs
            .read(names, self.ports, &std::collections::HashMap::new())
            .await;
    }

    fn release(&self, purl: &Purl) -> Option<(&Package, &Release)> {
        let package = self.inputs.packages.get(&purl.name)?.get()?;
        Some((package, package.release(&purl.version)?))
    }

    /// Dependencies that are new against the release before, or whose answer is young.
    fn new_edges(&self, purl: &Purl) -> Vec<(Purl, String, bool)> {
        let Some((package, release)) = self.release(purl) else {
            return Vec::new();
        };
        let before = package.predecessor(release);
        let mut edges = Vec::new();
        for wanted in &release.dependencies {
            let Some((name, range)) = target(&wanted.name, &wanted.range) else {
                continue;
            };
            let Ok(name) = PackageName::parse(name) else {
                continue;
            };
            let Some(Known::Known(child)) = self.inputs.packages.get(&name) else {
                continue;
            };
            let Some(answer) = resolve(child, range) else {
                continue;
            };
            let added =
                before.is_some_and(|before| !before.dependencies.iter().any(|old| old.name == wanted.name));
            let young = answer
                .published
                .get()
                .is_some_and(|moment| self.options.as_of.since(*moment) <= NEWLY_RESOLVING);
            if added || young {
                edges.push((
                    Purl::new(name, answer.version.clone()),
                    wanted.range.clone(),
                    added,
                ));
            }
        }
        edges
    }
}

fn judged_edge(resolved: Purl, range: String, added: bool, judgement: &Judgement) -> JudgedEdge {
    let worst = judgement
        .findings
        .iter()
        .find(|finding| !finding.waived && finding.level >= Level::Quarantine);
    JudgedEdge {
        resolved,
        range,
        added,
        verdict: if worst.is_some() {
            judgement.verdict
        } else {
            judgement.verdict.min(Verdict::Unassessed)
        },
        worst: worst.map(|finding| (finding.signal.title.clone(), finding.signal.evidence.clone())),
    }
}
