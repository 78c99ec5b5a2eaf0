//! Holds the two views of a version 2 file against each other: old npm installs by one, new npm by the
//! other, and a reviewer sees whichever they scroll to. It says where they differ, not why.
use cleanbill_model::Untrusted;

use crate::{
    json::Reading,
    package_lock::{packages::Folders, wire::Entry},
    spec::{self, Asked, asked},
    tree::{NodeId, ROOT, install_name},
};

/// How much of each value a defect shows.
const SHOWN: usize = 120;

/// Notes each entry of `dependencies` that `packages` does not have alike.
pub(super) fn compare(nested: &[Entry<'_>], folders: &Folders<'_, '_>, reading: &mut Reading<'_>) {
    let mut places: Vec<Option<NodeId>> = Vec::with_capacity(nested.len());
    for (index, entry) in nested.iter().enumerate() {
        let above = match entry.parent {
            None => Some(ROOT),
            Some(parent) => places.get(parent).copied().flatten(),
        };
        let node = above.and_then(|above| folders.tree.child_of(above, &entry.key));
        let twin = node.and_then(|node| folders.entries.get(folders.tree.entry(node)?));
        match twin {
            Some(twin) => {
                for (field, here, there) in differences(entry, twin) {
                    disagree(reading, &path_of(nested, index), field, here, there);
                }
                let target = folders.target(twin).filter(|_| twin.flags.link);
                places.push(target.or(node));
            }
            None => {
                // Below an entry that is missing all else is missing too; one defect is enough. npm leaves
                // a stub that says nothing for an optional package that it could not find.
                let says_nothing =
                    entry.version.is_none() && entry.resolved.is_none() && entry.integrity.is_none();
                if above.is_some() && !says_nothing {
                    disagree(reading, &path_of(nested, index), "entry", "there", "missing");
                }
                places.push(None);
            }
        }
    }
}

fn differences<'t>(here: &'t Entry<'_>, there: &'t Entry<'_>) -> Vec<(&'static str, &'t str, &'t str)> {
    let mut found = Vec::new();
    let (resolved, version) = (there.resolved.as_deref(), there.version.as_deref());
    let installed = install_name(&there.key).unwrap_or_default();
    let name = there.name.as_deref().unwrap_or(installed);
    let written = here.version.as_deref().unwrap_or_default();
    match (spec::alias(written), asked(written)) {
        (Some((real, _)), _) if real != name => found.push(("name", real, name)),
        (Some((_, aliased)), _) if Some(aliased) != version => {
            found.push(("version", aliased, version.unwrap_or("missing")));
        }
        (None, Asked::Path) if there.flags.link => {
            let target = resolved.map(spec::path).unwrap_or_default();
            if target != spec::path(written) {
                found.push(("resolved", written, target));
            }
        }
        (None, Asked::Git | Asked::Url | Asked::Path) if Some(written) != resolved => {
            found.push(("resolved", written, resolved.unwrap_or("missing")));
        }
        (None, Asked::Release) => {
            if written != version.unwrap_or_default() {
                found.push(("version", written, version.unwrap_or("missing")));
            }
            if name != here.key {
                found.push(("name", &here.key, name));
            }
        }
        _ => {}
    }
    for (field, here, there) in [
        ("resolved", &here.resolved, &there.resolved),
        ("integrity", &here.integrity, &there.integrity),
    ] {
        if let (Some(here), Some(there)) = (here, there)
            && here != there
        {
            found.push((field, here.as_ref(), there.as_ref()));
        }
    }
    found
}

fn disagree(reading: &mut Reading<'_>, path: &str, field: &str, here: &str, there: &str) {
    let (here, there) = (Untrusted::clipped(here, SHOWN), Untrusted::clipped(there, SHOWN));
    let note = format!(
        "{field} is {} in `dependencies` and {} in `packages`",
        here.raw(),
        there.raw()
    );
    reading.defect("views-disagree", Untrusted::clipped(path, 4 * SHOWN), note);
}

/// The folder of a nested entry, such as `node_modules/a/node_modules/b`.
fn path_of(nested: &[Entry<'_>], index: usize) -> String {
    let names: Vec<&str> = std::iter::successors(nested.get(index), |entry| nested.get(entry.parent?))
        .map(|entry| entry.key.as_ref())
        .collect();
    names
        .iter()
        .rev()
        .map(|name| format!("node_modules/{name}"))
        .collect::<Vec<_>>()
        .join("/")
}
