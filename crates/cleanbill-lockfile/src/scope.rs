//! Why each entry is in the tree, worked out from the edges, for formats that do not write it down.
//! It trusts the edges and knows no format.
use crate::{EdgeKind, Lockfile, Scope};

/// Sets scope and optional of every entry. What no root reaches stays as it is.
pub(crate) fn work_out(lockfile: &mut Lockfile) {
    let runtime = |kind| matches!(kind, EdgeKind::Runtime | EdgeKind::Optional);
    let required = |kind| matches!(kind, EdgeKind::Runtime | EdgeKind::Development | EdgeKind::Peer);
    let by_runtime = reached(lockfile, runtime, runtime);
    let by_peer = reached(lockfile, |kind| kind != EdgeKind::Development, |_| true);
    let by_any = reached(lockfile, |_| true, |_| true);
    let by_required = reached(lockfile, required, required);
    let marks = by_runtime.iter().zip(&by_peer).zip(by_any.iter().zip(&by_required));
    for (package, ((&runtime, &peer), (&any, &required))) in lockfile.packages.iter_mut().zip(marks) {
        package.scope = match (runtime, peer, any) {
            (true, ..) => Scope::Runtime,
            (_, true, _) => Scope::Peer,
            (.., true) => Scope::Development,
            _ => continue,
        };
        package.optional = !required;
    }
}

/// What the roots reach along edges of the kinds wanted.
fn reached(lockfile: &Lockfile, first: impl Fn(EdgeKind) -> bool, next: impl Fn(EdgeKind) -> bool) -> Vec<bool> {
    let mut marks = vec![false; lockfile.packages.len()];
    let roots = lockfile.roots.iter().flat_map(|root| &root.edges);
    let mut open: Vec<usize> = roots.filter(|edge| first(edge.kind)).filter_map(|edge| edge.to).collect();
    while let Some(index) = open.pop() {
        let Some(mark) = marks.get_mut(index).filter(|mark| !**mark) else { continue };
        *mark = true;
        let edges = lockfile.packages.get(index).into_iter().flat_map(|package| &package.edges);
        open.extend(edges.filter(|edge| next(edge.kind)).filter_map(|edge| edge.to));
    }
    marks
}
