//! Peers that would not fit together after the plan. A conflict that is there already is nobody's new fault
//! and is left alone.
use std::collections::BTreeMap;

use cleanbill_engine::Inputs;
use cleanbill_facts::DependencyKind;
use cleanbill_model::{Known, PackageName, Version};

use crate::{project::Held, range::takes, search::Search};

/// Searches whose first candidate does not fit, by place, with the reason.
#[must_use]
pub fn conflicts(searches: &[Search], project: &[Held], inputs: &Inputs) -> Vec<(usize, String)> {
    let after = after(searches, project);
    let moving: BTreeMap<String, &Version> = searches
        .iter()
        .filter_map(|search| Some((search.held.purl.spec(), &search.candidate()?.version)))
        .collect();
    let mut found = Vec::new();
    for (at, search) in searches.iter().enumerate() {
        let Some(best) = search.candidate() else { continue };
        let from = &search.held.purl.version;
        let kept = search
            .held
            .wants
            .iter()
            .filter(|want| want.peer && !moving.contains_key(&want.by));
        let clash = kept
            .filter_map(|want| Some((want, want.range.as_deref()?)))
            .find(|(_, range)| takes(range, from) && !takes(range, &best.version));
        if let Some((want, range)) = clash {
            found.push((at, format!("its peer {} asks for {range}", want.by)));
            continue;
        }
        if let Some(reason) = asks_too_much(search, &best.version, &after, inputs) {
            found.push((at, reason));
        }
    }
    found
}

/// Versions of each name that the project will have.
fn after(searches: &[Search], project: &[Held]) -> BTreeMap<PackageName, Vec<Version>> {
    let mut after: BTreeMap<PackageName, Vec<Version>> = BTreeMap::new();
    for held in project {
        let moved = searches
            .iter()
            .find(|search| search.held.purl == held.purl)
            .and_then(Search::candidate);
        let version = moved.map_or(&held.purl.version, |best| &best.version);
        after
            .entry(held.purl.name.clone())
            .or_default()
            .push(version.clone());
    }
    after
}

/// A peer the candidate asks for that the project has in no version that fits, and had before.
fn asks_too_much(
    search: &Search,
    to: &Version,
    after: &BTreeMap<PackageName, Vec<Version>>,
    inputs: &Inputs,
) -> Option<String> {
    let Some(Known::Known(package)) = inputs.packages.get(&search.held.purl.name) else {
        return None;
    };
    let peers = |version: &Version| {
        package
            .release(version)
            .map(|release| {
                release
                    .dependencies
                    .iter()
                    .filter(|d| d.kind == DependencyKind::Peer)
                    .collect::<Vec<_>>()
            })
            .unwrap_or_default()
    };
    let before = peers(&search.held.purl.version);
    peers(to).into_iter().find_map(|peer| {
        if before
            .iter()
            .any(|old| old.name == peer.name && old.range == peer.range)
        {
            return None;
        }
        let have = after.get(&PackageName::parse(&peer.name).ok()?)?;
        let fits = have.iter().any(|version| takes(&peer.range, version));
        (!fits).then(|| {
            let have: Vec<&str> = have.iter().map(Version::as_str).collect();
            format!(
                "it asks for its peer {} {}, and the project has {}",
                peer.name,
                peer.range,
                have.join(", ")
            )
        })
    })
}
