//! The nested view of package-lock (`dependencies`, version 1) as the model.
//! The root's own requests are not in that view, so who is asked for by the project is worked out.
use std::collections::HashMap;

use cleanbill_model::SafeUrl;

use crate::{
    Edge, Locked, Lockfile, Origin,
    entry::{self, Requests},
    json::{Place, Reading},
    lines::Lines,
    package_lock::{origin, packages::scope, wire::Entry},
    spec::{self, Asked, asked},
    tree::{NodeId, ROOT, Tree},
};

/// The whole view as the model, without roots.
pub(super) fn read(entries: &[Entry<'_>], reading: &mut Reading<'_>, lines: &Lines<'_>) -> Lockfile {
    let (tree, places) = place(entries, reading);
    let mut slots: Vec<Option<usize>> = vec![None; entries.len()];
    let mut count = 0;
    for (slot, place) in slots.iter_mut().zip(&places) {
        if place.is_some() {
            *slot = Some(count);
            count += 1;
        }
    }
    let slot_of = |index: usize| slots.get(index).copied().flatten();
    let mut asks: Vec<Vec<Edge>> = Vec::with_capacity(count);
    for (entry, node) in entries
        .iter()
        .zip(&places)
        .filter_map(|(entry, place)| Some((entry, (*place)?)))
    {
        asks.push(entry::edges(&entry.asks, |name| {
            tree.resolve(node, name).and_then(slot_of)
        }));
    }
    let requests = entry::requests(asks.iter().flatten(), count);
    let kept = entries
        .iter()
        .zip(&places)
        .filter(|(_, place)| place.is_some())
        .map(|(entry, _)| entry);
    let packages = kept
        .zip(asks)
        .zip(&requests)
        .map(|((entry, edges), requests)| locked(entry, edges, requests, reading, lines))
        .collect();
    Lockfile {
        packages,
        ..Lockfile::default()
    }
}

/// Puts each entry in its place; of two with one name below one parent the last one counts, with all
/// that is nested in it.
fn place<'e>(entries: &'e [Entry<'_>], reading: &mut Reading<'_>) -> (Tree<'e>, Vec<Option<NodeId>>) {
    let mut last: HashMap<(Option<usize>, &str), usize> = HashMap::with_capacity(entries.len());
    for (index, entry) in entries.iter().enumerate() {
        if last.insert((entry.parent, entry.key.as_ref()), index).is_some() {
            let place = Place {
                map: "dependencies",
                key: &entry.key,
                field: "",
            };
            reading.defect(
                "duplicate-key",
                &place,
                "the name stands twice, the last one counts",
            );
        }
    }
    let mut tree = Tree::with_capacity(entries.len());
    let mut places: Vec<Option<NodeId>> = Vec::with_capacity(entries.len());
    for (index, entry) in entries.iter().enumerate() {
        let above = match entry.parent {
            None => Some(ROOT),
            Some(parent) => places.get(parent).copied().flatten(),
        };
        let is_last = last.get(&(entry.parent, entry.key.as_ref())) == Some(&index);
        let node = above
            .filter(|_| is_last)
            .and_then(|above| tree.child(above, &entry.key));
        if let Some(node) = node {
            tree.set(node, index);
        }
        places.push(node);
    }
    (tree, places)
}

fn locked(
    entry: &Entry<'_>,
    edges: Vec<Edge>,
    requests: &Requests,
    reading: &mut Reading<'_>,
    lines: &Lines<'_>,
) -> Locked {
    let at = |field| Place {
        map: "dependencies",
        key: &entry.key,
        field,
    };
    let written = entry.version.as_deref();
    let (real, version) = match written.and_then(spec::alias) {
        Some((real, version)) => (real, Some(version)),
        None => (
            entry.key.as_ref(),
            written.filter(|text| asked(text) == Asked::Release),
        ),
    };
    let (name, alias) = entry::identity(reading, real, &entry.key, &at("version"));
    let origin = origin_of(entry, real, version, requests);
    // npm leaves a bare stub for an optional package that it could not find.
    if written.is_none() && !entry.flags.optional {
        reading.defect("missing-version", &at("version"), "no version is recorded");
    }
    Locked {
        name,
        alias,
        version: entry::version(reading, version, &at("version")),
        origin,
        integrity: entry::integrity(reading, entry.integrity.as_deref(), &at("integrity")),
        edges,
        scope: scope(entry.flags),
        optional: entry.flags.optional || entry.flags.dev_optional,
        has_install_script: None,
        line: lines.line(entry.offset),
        key: entry.key.as_ref().into(),
    }
}

/// In this view the version of anything but a release is its specifier.
fn origin_of(entry: &Entry<'_>, real: &str, version: Option<&str>, requests: &Requests) -> Origin {
    let written = entry.version.as_deref().unwrap_or_default();
    match asked(written) {
        Asked::Git => return spec::git(written),
        Asked::Url => {
            return Origin::Url {
                url: SafeUrl::new(written),
            };
        }
        Asked::Path => {
            let path = spec::path(written).to_owned();
            // npm copies a tarball in and links a folder.
            let is_tarball = [".tgz", ".tar.gz", ".tar"].iter().any(|end| path.ends_with(end));
            return if is_tarball {
                Origin::File { path }
            } else {
                Origin::Link { path }
            };
        }
        Asked::Release => {}
    }
    match entry.resolved.as_deref().filter(|text| !text.is_empty()) {
        Some(resolved) => origin::recorded(resolved, requests, real, version),
        // At the top `bundled` is what the project bundles itself, and that is fetched.
        None if entry.flags.bundled && entry.parent.is_some() => Origin::Bundled,
        None => origin::unrecorded(requests, version.is_some()),
    }
}
