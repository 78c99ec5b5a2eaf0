//! Scans package folders and prints what the analysis says, for measuring by hand.
//! It reads folders and takes the time, which the library never does.
#![expect(
    clippy::disallowed_methods,
    reason = "an example at the edge reads the disk and the clock"
)]
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use cleanbill_js::{Budget, Context, Package, REQUIRED_STACK_BYTES, SourceFile};

fn walk(root: &Path, dir: &Path, out: &mut Vec<SourceFile>) {
    let Ok(list) = std::fs::read_dir(dir) else { return };
    for entry in list.flatten() {
        let path = entry.path();
        let Ok(kind) = entry.file_type() else { continue };
        if kind.is_dir() {
            if entry.file_name() != "node_modules" {
                walk(root, &path, out);
            }
        } else if kind.is_file()
            && let (Ok(bytes), Ok(name)) = (std::fs::read(&path), path.strip_prefix(root))
        {
            out.push(SourceFile {
                path: name.to_string_lossy().into_owned(),
                bytes: Arc::from(bytes),
            });
        }
    }
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let verbose = args.iter().any(|a| a == "-v");
    let steps = args
        .iter()
        .find_map(|a| a.strip_prefix("--steps="))
        .and_then(|n| n.parse().ok());
    let registry_hosts: Vec<String> = args
        .iter()
        .filter_map(|a| a.strip_prefix("--registry="))
        .map(str::to_owned)
        .collect();
    let all = args.iter().any(|a| a == "-a");
    let worker = std::thread::Builder::new().stack_size(REQUIRED_STACK_BYTES).spawn(move || {
        let (mut bytes, mut total, mut times) = (0u64, 0.0, Vec::new());
        for root in args.iter().filter(|a| !a.starts_with('-')) {
            let mut package = Package::default();
            walk(Path::new(root), Path::new(root), &mut package.files);
            if package.files.is_empty() {
                continue;
            }
            let began = Instant::now();
            let analysis = cleanbill_js::analyse(&package, &Context { registry_hosts: registry_hosts.clone(), ..Context::default() }, &Budget { max_steps: steps.unwrap_or(Budget::default().max_steps), ..Budget::default() });
            let took = began.elapsed().as_secs_f64();
            let code: u64 = analysis.files.iter().filter(|f| f.kind.is_code()).map(|f| f.bytes).sum();
            bytes += code;
            total += took;
            times.push((took, root.clone()));
            let level = analysis.level().map_or("-", |l| l.as_str());
            println!("{level:<10} {:>7.1} ms {:>8} kB {:>9} steps  {root}", took * 1e3, code / 1000, analysis.steps);
            for chain in &analysis.chains {
                if all || chain.level >= cleanbill_model::Level::Quarantine {
                    let host = chain.host.as_deref().unwrap_or("-");
                    println!("    {} {} {} lazy={} layers={} {:?} {:?} {}", chain.level.as_str(), chain.id, chain.trigger.as_str(), chain.lazy, chain.layers, chain.sources, chain.details, host);
                    if verbose {
                        for s in &chain.steps {
                            println!("        {}:{}:{} {} {:?} | {}", s.file, s.line, s.column, s.note, s.decoded.as_deref().map(|d| d.chars().take(100).collect::<String>()), s.excerpt.chars().take(140).collect::<String>());
                        }
                    }
                }
            }
            for fact in &analysis.structural {
                if all || fact.level >= cleanbill_model::Level::Quarantine {
                    println!("    {} {} {} {:?}", fact.level.as_str(), fact.id, fact.note, fact.evidence.first().map(|e| (&e.file, &e.decoded)));
                }
            }
            if all {
                println!("    capabilities {:?}", analysis.capability_set());
                for d in &analysis.destinations {
                    println!("    host {} {:?} {} {}:{}", d.host, d.class, d.url, d.file, d.line);
                }
                for l in &analysis.layers {
                    println!("    layer {}:{} {:?}", l.at.file, l.at.line, l.head.chars().take(200).collect::<String>());
                }
            }
            for (file, reason) in analysis.unassessed.iter().take(if verbose { 20 } else { 2 }) {
                println!("    unassessed {file}: {reason}");
            }
        }
        times.sort_by(|a, b| a.0.total_cmp(&b.0));
        let at = |p: f64| times.get(((times.len() as f64 - 1.0) * p) as usize).map_or(0.0, |t| t.0 * 1e3);
        println!("{} packages, {:.1} MB code, {:.2} s, {:.1} MB/s, p50 {:.1} ms, p95 {:.1} ms, p99 {:.1} ms, max {:?}", times.len(), bytes as f64 / 1e6, total, bytes as f64 / 1e6 / total.max(1e-9), at(0.5), at(0.95), at(0.99), times.last());
    });
    if let Ok(worker) = worker {
        let _ = worker.join();
    }
}
