//! Which entries can be reached from which, along edges of a chosen kind.
//! It knows no format and draws no conclusion.
use crate::{Edge, Locked, Root};

/// For each entry, whether a walk from `starts` comes by it, taking only the edges that `follow` takes.
pub(crate) fn reached(
    packages: &[Locked],
    starts: impl IntoIterator<Item = usize>,
    follow: impl Fn(&Edge) -> bool,
) -> Vec<bool> {
    let mut seen = vec![false; packages.len()];
    let mut open: Vec<usize> = starts.into_iter().collect();
    while let Some(at) = open.pop() {
        match seen.get_mut(at) {
            Some(known) if !*known => *known = true,
            _ => continue,
        }
        let edges = packages
            .get(at)
            .map(|package| &*package.edges)
            .unwrap_or_default();
        open.extend(
            edges
                .iter()
                .filter(|edge| follow(edge))
                .filter_map(|edge| edge.to),
        );
    }
    seen
}

/// What the projects ask for, along edges that `follow` takes.
pub(crate) fn asked(roots: &[Root], follow: impl Fn(&Edge) -> bool) -> Vec<usize> {
    roots
        .iter()
        .flat_map(|root| &root.edges)
        .filter(|edge| follow(edge))
        .filter_map(|edge| edge.to)
        .collect()
}

/// Where an entry is asked for under another name than its own, that name becomes its alias.
pub(crate) fn note_aliases(roots: &[Root], packages: &mut [Locked]) {
    let mut found: Vec<(usize, String)> = Vec::new();
    let all = roots
        .iter()
        .flat_map(|root| &root.edges)
        .chain(packages.iter().flat_map(|package| &package.edges));
    for edge in all {
        let Some(to) = edge.to else { continue };
        let Some(target) = packages.get(to) else { continue };
        if target.alias.is_none()
            && target
                .name
                .as_ref()
                .is_some_and(|name| name.as_str() != edge.name)
        {
            found.push((to, edge.name.clone()));
        }
    }
    for (at, alias) in found {
        if let Some(package) = packages.get_mut(at) {
            package.alias.get_or_insert(alias);
        }
    }
}
