use std::collections::BTreeSet;
#[test]
fn tmp() {
    for size in ["small","mid"] {
        let mut all: Vec<(String, BTreeSet<String>)> = vec![];
        for (dir, file) in [("npm-v3","package-lock.json"),("yarn-v1","yarn.lock"),("yarn-berry","yarn.lock"),("pnpm-8","pnpm-lock.yaml"),("pnpm-9","pnpm-lock.yaml"),("pnpm-10","pnpm-lock.yaml"),("pnpm-latest","pnpm-lock.yaml")] {
            let bytes = std::fs::read(format!("/work/shared/data/lockfiles/{size}/{dir}/{file}")).unwrap();
            let l = cleanbill_lockfile::parse(file, &bytes).unwrap();
            let set: BTreeSet<String> = l.packages.iter().filter_map(|p| p.purl()).map(|p| p.spec()).collect();
            let edges: usize = l.packages.iter().map(|p| p.edges.len()).sum();
            let dangling: usize = l.packages.iter().flat_map(|p| &p.edges).filter(|e| e.to.is_none()).count();
            let dk: Vec<_> = l.packages.iter().flat_map(|p| &p.edges).filter(|e| e.to.is_none()).map(|e| format!("{:?}", e.kind)).collect::<BTreeSet<_>>().into_iter().collect();
            println!("{size}/{dir}: {} v{} pkgs {} purls {} roots {} rootedges {} edges {edges} dangling {dangling} {dk:?} defects {:?} dev {} opt {} script {} integ {}", l.format, l.version, l.packages.len(), set.len(), l.roots.len(), l.roots.iter().map(|r| r.edges.len()).sum::<usize>(), l.defects.iter().take(4).collect::<Vec<_>>(),
              l.packages.iter().filter(|p| p.scope == cleanbill_lockfile::Scope::Development).count(), l.packages.iter().filter(|p| p.optional).count(), l.packages.iter().filter(|p| p.has_install_script==Some(true)).count(), l.packages.iter().filter(|p| p.integrity.is_some()).count());
            let un = l.paths().iter().filter(|p| p.is_empty()).count();
            println!("    unreachable {un} rootdangling {:?}", l.roots.iter().flat_map(|r| &r.edges).filter(|e| e.to.is_none()).map(|e| &e.name).collect::<Vec<_>>());
            all.push((dir.to_string(), set));
        }
        for i in 1..all.len() {
            let a=&all[0].1; let b=&all[i].1;
            println!("{} vs npm: only npm {:?}  only it {:?}", all[i].0, a.difference(b).take(6).collect::<Vec<_>>(), b.difference(a).take(6).collect::<Vec<_>>());
        }
    }
}
#[test]
fn speed() {
    for (dir, file) in [("npm-v3","package-lock.json"),("yarn-v1","yarn.lock"),("yarn-berry","yarn.lock"),("pnpm-8","pnpm-lock.yaml"),("pnpm-9","pnpm-lock.yaml"),("pnpm-latest","pnpm-lock.yaml")] {
        let bytes = std::fs::read(format!("/work/shared/data/lockfiles/mid/{dir}/{file}")).unwrap();
        let mut best = f64::MAX;
        for _ in 0..30 {
            let t = std::time::Instant::now();
            let l = cleanbill_lockfile::parse(file, &bytes).unwrap();
            best = best.min(t.elapsed().as_secs_f64());
            std::hint::black_box(l);
        }
        println!("{dir}: {:.1} MB/s {:.2} ms", bytes.len() as f64 / 1e6 / best, best*1e3);
    }
}
