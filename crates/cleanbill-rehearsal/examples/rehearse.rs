//! Rehearses an unpacked package's folder and prints its story: `rehearse DIR [PERSONA]`.
//! A reader's tool; it knows the disk, the crate it shows does not.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "an example stands outside"
)]

use std::{collections::BTreeMap, fs, path::Path};

use cleanbill_rehearsal::{Budget, RehearsalInput, findings, rehearse_all};

fn gather(root: &Path, folder: &Path, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            gather(root, &path, files);
        } else if let (Ok(name), Ok(bytes)) = (path.strip_prefix(root), fs::read(&path)) {
            files.insert(name.to_string_lossy().replace('\\', "/"), bytes);
        }
    }
}

fn main() {
    let folder = std::env::args().nth(1).unwrap_or_else(|| ".".to_owned());
    let mut files = BTreeMap::new();
    gather(Path::new(&folder), Path::new(&folder), &mut files);
    let manifest = files
        .get("package.json")
        .map(|bytes| String::from_utf8_lossy(bytes).into_owned())
        .unwrap_or_default();
    let input = RehearsalInput {
        name: "package".to_owned(),
        manifest,
        files,
        seed: 1,
        ..RehearsalInput::default()
    };
    let work = move || {
        let start = std::time::Instant::now();
        let traces = rehearse_all(&input, &Budget::default());
        let took = start.elapsed();
        for trace in &traces {
            println!(
                "== {} ({} instructions)",
                trace.persona.as_str(),
                trace.instructions
            );
            for event in &trace.events {
                let site = event
                    .site
                    .as_ref()
                    .map(|site| format!("{}:{}", site.file, site.line.unwrap_or(0)));
                let canaries: Vec<&str> = event.canaries.iter().map(|canary| canary.name.as_str()).collect();
                println!(
                    "{:>6} ms {:<28} {:?} {canaries:?}",
                    event.virtual_ms,
                    site.unwrap_or_default(),
                    event.action
                );
            }
            println!("gates {:?}\nstops {:?}", trace.gates, trace.stops);
        }
        for fact in findings(&traces) {
            println!(
                "{} {:?} {:?} {:?}",
                fact.chain, fact.kind, fact.host, fact.personas
            );
            for step in fact.steps {
                println!(
                    "    {}:{} {}",
                    step.file.unwrap_or_default(),
                    step.line.unwrap_or(0),
                    step.decoded
                );
            }
        }
        println!("took {took:?}");
    };
    let thread = std::thread::Builder::new()
        .stack_size(256 << 20)
        .spawn(work)
        .unwrap();
    let _ = thread.join();
}
