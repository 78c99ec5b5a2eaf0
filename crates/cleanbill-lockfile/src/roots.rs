//! What the project itself asks for, where the file does not say: package-lock version 1, npm's hidden
//! lockfile, classic yarn.lock.
//! It takes the fewest requests from which everything that is there can be reached.
use crate::{Edge, EdgeKind, Lockfile, Scope};

/// Edges to entries at the top that nobody asks for, and to one of each ring that nobody outside asks for.
pub(crate) fn assumed(lockfile: &Lockfile) -> Vec<Edge> {
    let mut asked = vec![false; lockfile.packages.len()];
    let asks = lockfile
        .packages
        .iter()
        .flat_map(|p| &p.edges)
        .chain(lockfile.roots.iter().flat_map(|r| &r.edges));
    for to in asks.filter_map(|edge| edge.to) {
        if let Some(asked) = asked.get_mut(to) {
            *asked = true;
        }
    }
    let mut reached = vec![false; lockfile.packages.len()];
    for to in lockfile
        .roots
        .iter()
        .flat_map(|root| &root.edges)
        .filter_map(|edge| edge.to)
    {
        reach(lockfile, to, &mut reached);
    }
    let mut edges = Vec::new();
    let unasked = (0..asked.len()).filter(|&index| asked.get(index) == Some(&false));
    for index in unasked.chain(0..lockfile.packages.len()) {
        if reached.get(index) != Some(&false) {
            continue;
        }
        reach(lockfile, index, &mut reached);
        edges.extend(edge_to(lockfile, index));
    }
    edges.sort_by_key(|edge| edge.to);
    edges
}

/// Marks everything that can be reached from an entry.
fn reach(lockfile: &Lockfile, from: usize, reached: &mut [bool]) {
    let mut open = vec![from];
    while let Some(index) = open.pop() {
        let Some(mark) = reached.get_mut(index).filter(|mark| !**mark) else {
            continue;
        };
        *mark = true;
        open.extend(
            lockfile
                .packages
                .get(index)
                .into_iter()
                .flat_map(|p| &p.edges)
                .filter_map(|edge| edge.to),
        );
    }
}

/// The range stays open: the file does not keep it.
fn edge_to(lockfile: &Lockfile, index: usize) -> Option<Edge> {
    let package = lockfile.packages.get(index)?;
    let name = package
        .alias
        .as_deref()
        .or(package.name.as_ref().map(|name| name.as_str()))?
        .to_owned();
    let kind = match (package.scope, package.optional) {
        (Scope::Development, _) => EdgeKind::Development,
        (Scope::Peer, _) => EdgeKind::Peer,
        (Scope::Runtime, true) => EdgeKind::Optional,
        (Scope::Runtime, false) => EdgeKind::Runtime,
    };
    Some(Edge {
        name,
        range: None,
        kind,
        to: Some(index),
    })
}
