//! What must hold of every lockfile read from any bytes, shared by all targets.
//! It knows no format.

/// Reads `bytes` as a lockfile of this name and checks what every reader promises.
pub fn check(file_name: &str, bytes: &[u8]) {
    let Ok(lockfile) = cleanbill_lockfile::parse(file_name, bytes) else { return };
    let entries = lockfile.packages.len();
    let edges = lockfile.packages.iter().flat_map(|package| &package.edges);
    let edges = edges.chain(lockfile.roots.iter().flat_map(|root| &root.edges));
    assert!(edges.filter_map(|edge| edge.to).all(|to| to < entries), "an edge leads to no entry");
    let lines = u32::try_from(bytes.iter().filter(|byte| **byte == b'\n').count() + 1).unwrap_or(u32::MAX);
    assert!(lockfile.packages.iter().all(|package| (1..=lines).contains(&package.line)), "a line is not in the file");
    assert_eq!(lockfile.paths().len(), entries);
}
