//! One project locked by every package manager: the same releases must come out.
#![allow(clippy::disallowed_methods, missing_docs)]
use std::collections::BTreeSet;
#[test]
fn explore() {
    for set in ["small", "mid"] {
        let dir = format!("{}/fixtures/real/{set}", env!("CARGO_MANIFEST_DIR"));
        let mut base = BTreeSet::new();
        for folder in ["npm-v3","npm-v1","npm-v2","npm-v3-noresolved","npm-shrinkwrap","pnpm-8","pnpm-9","pnpm-10","pnpm-latest","yarn-v1","yarn-berry","bun"] {
            let path = std::fs::read_dir(format!("{dir}/{folder}")).unwrap().next().unwrap().unwrap().path();
            let file = path.file_name().unwrap().to_str().unwrap();
            let l = match cleanbill_lockfile::parse(file, &std::fs::read(&path).unwrap()) { Ok(l) => l, Err(e) => { println!("{folder}: {e}"); continue } };
            let r: BTreeSet<String> = l.packages.iter().filter_map(|p| p.purl()).map(|p| p.spec()).collect();
            if folder == "npm-v3" { base = r.clone() }
            println!("{set} {folder}: v{} roots {} packages {} releases {} defects {:?}", l.version, l.roots.len(), l.packages.len(), r.len(), &l.defects[..l.defects.len().min(3)]);
            println!("    only here {:?}\n    only v3 {:?}", r.difference(&base).collect::<Vec<_>>(), base.difference(&r).collect::<Vec<_>>());
            let nopath = l.paths().iter().filter(|p| p.is_empty()).count();
            println!("    unresolved {} nopath {nopath} scopes {:?} optional {} integ {}", l.packages.iter().flat_map(|p| &p.edges).filter(|e| e.to.is_none()).count(), [0,1,2].map(|k| l.packages.iter().filter(|p| p.scope as usize == k).count()), l.packages.iter().filter(|p| p.optional).count(), l.packages.iter().filter(|p| p.integrity.is_some()).count());
        }
    }
}
