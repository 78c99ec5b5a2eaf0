//! One project locked by every package manager: the same releases must come out.
#![allow(clippy::disallowed_methods, missing_docs)]
use std::collections::BTreeSet;
fn releases(set: &str, folder: &str, file: &str) -> BTreeSet<String> {
    let path = format!("{}/fixtures/real/{set}/{folder}/{file}", env!("CARGO_MANIFEST_DIR"));
    let l = cleanbill_lockfile::parse(file, &std::fs::read(path).unwrap()).unwrap();
    println!("{set} {folder}: v{} roots {:?} packages {} defects {:?}", l.version, l.roots.iter().map(|r| (r.path.clone(), r.name.clone(), r.edges.len())).collect::<Vec<_>>(), l.packages.len(), &l.defects[..l.defects.len().min(5)]);
    let unresolved = l.packages.iter().flat_map(|p| &p.edges).filter(|e| e.to.is_none()).count();
    let nopath = l.paths().iter().filter(|p| p.is_empty()).count();
    println!("   unresolved {unresolved} nopath {nopath} scopes {:?} optional {}", [0,1,2].map(|k| l.packages.iter().filter(|p| p.scope as usize == k).count()), l.packages.iter().filter(|p| p.optional).count());
    l.packages.iter().filter_map(|p| p.purl()).map(|p| p.spec()).collect()
}
#[test]
fn explore() {
    for set in ["small", "mid"] {
        let base = releases(set, "npm-v3", "package-lock.json");
        for (folder, file) in [("npm-v1", "package-lock.json"), ("npm-v2", "package-lock.json"), ("npm-v3-noresolved", "package-lock.json"), ("npm-shrinkwrap", "npm-shrinkwrap.json"), ("bun", "bun.lock")] {
            let r = releases(set, folder, file);
            println!("  {} base {} | only here {:?} | only v3 {:?}", r.len(), base.len(), r.difference(&base).collect::<Vec<_>>(), base.difference(&r).collect::<Vec<_>>());
        }
    }
}
#[test]
fn explore2() {
    let read = |folder: &str, file: &str| { let path = format!("{}/fixtures/real/mid/{folder}/{file}", env!("CARGO_MANIFEST_DIR"));
    cleanbill_lockfile::parse(file, &std::fs::read(path).unwrap()).unwrap() };
    let a = read("npm-v3", "package-lock.json"); let b = read("bun", "bun.lock");
    for p in &b.packages { if let Some(purl) = p.purl() { for q in &a.packages { if q.purl() == Some(purl.clone()) && q.scope != p.scope { println!("{} {:?} bun {:?} npm", purl.spec(), p.scope, q.scope); 
       for (k, path) in b.paths()[b.packages.iter().position(|x| x.key == p.key).unwrap()].iter().enumerate() { println!("   {k} {:?}", path.iter().map(|&i| b.packages[i].key.raw()).collect::<Vec<_>>()) } break; } } } }
}
