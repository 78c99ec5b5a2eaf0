//! Why each entry is in the tree, worked out from the edges, for formats that do not write it down.
//! It trusts the edges and knows no format.
use crate::{
    Edge, EdgeKind, Lockfile, Scope,
    reach::{asked, reached},
};

/// Sets scope and optional of every entry. What no root reaches stays as it is.
pub(crate) fn work_out(lockfile: &mut Lockfile) {
    let runtime = |edge: &Edge| matches!(edge.kind, EdgeKind::Runtime | EdgeKind::Optional);
    let required = |edge: &Edge| edge.kind != EdgeKind::Optional;
    let in_runtime = |edge: &Edge| edge.kind != EdgeKind::Development;
    let (roots, packages) = (&lockfile.roots, &lockfile.packages);
    let by_runtime = reached(packages, asked(roots, runtime), runtime);
    let by_peer = reached(packages, asked(roots, in_runtime), in_runtime);
    let by_any = reached(packages, asked(roots, |_| true), |_| true);
    let by_required = reached(packages, asked(roots, required), required);
    let marks = by_runtime
        .iter()
        .zip(&by_peer)
        .zip(by_any.iter().zip(&by_required));
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
