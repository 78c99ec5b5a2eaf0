//! What a project has and who asks for it: every registry release of its lockfile beside its requests.
//! It reads the lockfile's model alone and judges nothing.
use std::collections::{BTreeMap, HashMap};

use cleanbill_engine::{Inputs, resolve::target};
use cleanbill_facts::{DependencyKind, Release};
use cleanbill_lockfile::{EdgeKind, Lockfile, Origin};
use cleanbill_model::{Known, PackageName, Purl};

/// A request of one of the project's own manifests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// The folder of the manifest, relative to the lockfile; empty for the root.
    pub folder: String,
    /// The name it stands under: the alias, where there is one.
    pub key: String,
    /// The specifier as written.
    pub specifier: String,
    /// The map it stands in.
    pub map: &'static str,
}

/// A request of another package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Want {
    /// Who asks.
    pub by: String,
    /// The range as written, where the lockfile keeps it.
    pub range: Option<String>,
    /// True for a peer: it says what fits, and brings nothing in.
    pub peer: bool,
}

/// A release the project has.
#[derive(Clone, Debug)]
pub struct Held {
    /// The release.
    pub purl: Purl,
    /// The project's own requests for it.
    pub asks: Vec<Ask>,
    /// Other packages' requests for it.
    pub wants: Vec<Want>,
    /// Names it depends on, with the releases that answer now.
    pub has: Vec<(String, Option<Purl>)>,
}

impl Held {
    /// True when a manifest of the project asks for it.
    #[must_use]
    pub fn is_direct(&self) -> bool {
        !self.asks.is_empty()
    }
}

/// Every registry release of the lockfile, each once, ordered by name and version.
#[must_use]
pub fn held(lockfile: &Lockfile) -> Vec<Held> {
    let purls: Vec<Option<Purl>> = lockfile
        .packages
        .iter()
        .map(|locked| locked.purl().or_else(|| unknown_origin(locked)))
        .collect();
    let answer = |to: Option<usize>| to.and_then(|to| purls.get(to)).and_then(Option::as_ref);
    let mut all: BTreeMap<(PackageName, cleanbill_model::Version), Held> = BTreeMap::new();
    for (purl, locked) in purls.iter().zip(&lockfile.packages) {
        let Some(purl) = purl else { continue };
        let has = locked
            .edges
            .iter()
            .map(|edge| (edge.name.clone(), answer(edge.to).cloned()));
        let entry = all
            .entry((purl.name.clone(), purl.version.clone()))
            .or_insert_with(|| Held {
                purl: purl.clone(),
                asks: Vec::new(),
                wants: Vec::new(),
                has: Vec::new(),
            });
        if entry.has.is_empty() {
            entry.has = has.collect();
        }
    }
    let key = |purl: &Purl| (purl.name.clone(), purl.version.clone());
    for root in &lockfile.roots {
        for edge in root.edges.iter() {
            let Some(purl) = answer(edge.to) else { continue };
            let Some(entry) = all.get_mut(&key(purl)) else {
                continue;
            };
            let ask = Ask {
                folder: root.path.clone(),
                key: edge.name.clone(),
                specifier: edge.range.clone().unwrap_or_default(),
                map: map_of(edge.kind),
            };
            if edge.kind == EdgeKind::Peer {
                let want = Want {
                    by: root.name.clone().unwrap_or_default(),
                    range: edge.range.clone(),
                    peer: true,
                };
                entry.wants.push(want);
            } else if !entry.asks.contains(&ask) {
                entry.asks.push(ask);
            }
        }
    }
    for (by, locked) in purls.iter().zip(&lockfile.packages) {
        let by = by
            .as_ref()
            .map_or_else(|| locked.key.raw().to_owned(), Purl::spec);
        for edge in &locked.edges {
            let Some(entry) = answer(edge.to).and_then(|purl| all.get_mut(&key(purl))) else {
                continue;
            };
            let want = Want {
                by: by.clone(),
                range: edge.range.clone(),
                peer: edge.kind == EdgeKind::Peer,
            };
            if !entry.wants.contains(&want) {
                entry.wants.push(want);
            }
        }
    }
    all.into_values().collect()
}

/// Ranges that a lockfile does not keep, taken from what the asking releases themselves declare. pnpm writes the
/// answer alone, and without the range every request of another package would look like one that holds back.
pub fn fill_ranges(project: &mut [Held], inputs: &Inputs) {
    let known: HashMap<String, Purl> = project
        .iter()
        .map(|held| (held.purl.spec(), held.purl.clone()))
        .collect();
    for held in project {
        let name = held.purl.name.clone();
        for want in held.wants.iter_mut().filter(|want| want.range.is_none()) {
            let Some(by) = known.get(&want.by) else { continue };
            let Some(Known::Known(package)) = inputs.packages.get(&by.name) else {
                continue;
            };
            want.range = package
                .release(&by.version)
                .and_then(|release| asked_range(release, &name, want.peer))
                .map(str::to_owned);
        }
    }
}

/// The range in which `release` asks for `name`, aliases followed.
#[must_use]
pub fn asked_range<'a>(release: &'a Release, name: &PackageName, peer: bool) -> Option<&'a str> {
    release
        .dependencies
        .iter()
        .filter(|wanted| (wanted.kind == DependencyKind::Peer) == peer)
        .filter_map(|wanted| target(&wanted.name, &wanted.range))
        .find(|(asked, _)| *asked == name.as_str())
        .map(|(_, range)| range)
}

/// A release whose format keeps no address: pnpm and Bun write none for a registry's own.
fn unknown_origin(locked: &cleanbill_lockfile::Locked) -> Option<Purl> {
    match (&locked.origin, &locked.name, &locked.version) {
        (Origin::Unknown, Some(name), Some(version)) => Some(Purl::new(name.clone(), version.clone())),
        _ => None,
    }
}

fn map_of(kind: EdgeKind) -> &'static str {
    match kind {
        EdgeKind::Runtime => "dependencies",
        EdgeKind::Development => "devDependencies",
        EdgeKind::Optional => "optionalDependencies",
        EdgeKind::Peer => "peerDependencies",
    }
}
